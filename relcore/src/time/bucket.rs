use super::{NaiveDate, TimeRange, Weekday, zone::*};
use crate::error::{Error, ErrorKind, Faults, Result};
use chrono::Datelike as _;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// The length of the buckets of a report, in the calendar of a time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename_all = "snake_case")]
pub enum BucketUnit {
    /// A calendar day.
    Day,
    /// Seven days from the first day of the week.
    Week,
    /// A calendar month.
    Month,
    /// Three calendar months, from January, April, July or October on.
    Quarter,
    /// A calendar year.
    Year,
}

/// The largest number of buckets: about a century of days. More indicate a mistake in the range or the unit.
const MOST_BUCKETS: usize = 40_000;

/// Returns the whole buckets that overlap a range, in order and without gaps. Each is half-open.
///
/// The first and the last bucket can extend beyond the range. When summer time starts or ends, a day has 23 or 25 hours.
/// An empty range has no buckets.
///
/// ```
/// use relcore::{TimeRange, Timestamp, Weekday, time::{BucketUnit, buckets}};
/// let range = TimeRange {
///     start: Timestamp::parse("2026-10-24T22:00:00Z")?,
///     end: Timestamp::parse("2026-10-25T23:00:00Z")?,
/// };
/// let days = buckets(&range, &BucketUnit::Day, "Europe/Berlin", &Weekday::Monday)?;
/// assert_eq!(days.len(), 1);
/// assert_eq!(days[0].length().to_string(), "P1DT1H"); // summer time ends
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `unknown_zone` for a zone like `PST8` or `Berlin`; `invalid_value` if the range ends before it starts; `out_of_range`
/// for more than 40,000 buckets, and for buckets outside the years 1 to 9999.
pub fn buckets(
    range: &TimeRange,
    unit: &BucketUnit,
    zone: &str,
    week_start: &Weekday,
) -> Result<Vec<TimeRange>> {
    let mut faults = Faults::new();
    range.check("range", &mut faults);
    let zone = faults.absorb(self::zone(zone, "zone"));
    faults.finish()?;
    match zone {
        Some(zone) => fill(range, *unit, zone, *week_start).map_err(|error| error.under("range")),
        None => Ok(vec![]), // not reached: a missing zone is a fault
    }
}

fn fill(range: &TimeRange, unit: BucketUnit, zone: Tz, week_start: Weekday) -> Result<Vec<TimeRange>> {
    let mut found = Vec::new();
    if range.start == range.end {
        return Ok(found);
    }
    let mut first =
        first_day(local_date_in(range.start, zone)?, unit, week_start).ok_or_else(outside_calendar)?;
    let mut start = day_start(first, zone)?;
    while start < range.end {
        let next = next_first_day(first, unit).ok_or_else(outside_calendar)?;
        let end = day_start(next, zone)?;
        // A day that the clock skips is empty.
        if end > start.max(range.start) {
            found.push(TimeRange { start, end });
        }
        if found.len() > MOST_BUCKETS {
            return Err(Error::new(
                ErrorKind::OutOfRange,
                "",
                "has more than 40,000 buckets: expected a larger unit or a shorter range",
            ));
        }
        (first, start) = (next, end);
    }
    Ok(found)
}

fn first_day(day: NaiveDate, unit: BucketUnit, week_start: Weekday) -> Option<NaiveDate> {
    let date = day.to_chrono();
    match unit {
        BucketUnit::Day => Some(day),
        BucketUnit::Week => {
            let offset = (day.weekday() as i32 - week_start as i32).rem_euclid(7);
            day.plus_days(-offset)
        }
        BucketUnit::Month => date.with_day(1).and_then(NaiveDate::from_chrono),
        BucketUnit::Quarter => {
            let month = date.month0() / 3 * 3;
            date.with_day(1).and_then(|date| date.with_month0(month)).and_then(NaiveDate::from_chrono)
        }
        BucketUnit::Year => {
            date.with_day(1).and_then(|date| date.with_month0(0)).and_then(NaiveDate::from_chrono)
        }
    }
}

fn next_first_day(first: NaiveDate, unit: BucketUnit) -> Option<NaiveDate> {
    let months = match unit {
        BucketUnit::Day => return first.plus_days(1),
        BucketUnit::Week => return first.plus_days(7),
        BucketUnit::Month => 1,
        BucketUnit::Quarter => 3,
        BucketUnit::Year => 12,
    };
    first.to_chrono().checked_add_months(chrono::Months::new(months)).and_then(NaiveDate::from_chrono)
}

fn outside_calendar() -> Error {
    Error::new(ErrorKind::OutOfRange, "", "has buckets outside the years 1 to 9999")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{Span, Timestamp, local_date};
    use proptest::prelude::*;

    #[test]
    fn every_refusal_has_a_path() {
        let of = |start: &str, end: &str, zone: &str| {
            let range =
                TimeRange { start: Timestamp::parse(start).unwrap(), end: Timestamp::parse(end).unwrap() };
            buckets(&range, &BucketUnit::Day, zone, &Weekday::Monday).unwrap_err()
        };
        for error in [
            of("0001-01-01T00:00:00Z", "0001-01-02T00:00:00Z", "America/New_York"),
            of("9999-12-31T00:00:00Z", "9999-12-31T23:00:00Z", "UTC"),
            of("0001-01-01T00:00:00Z", "9999-01-01T00:00:00Z", "UTC"),
        ] {
            assert_eq!((error.kind(), error.path()), (ErrorKind::OutOfRange, "range"), "{error}");
        }
        let last = Timestamp::from_millis(Timestamp::MAX_MILLIS).unwrap();
        assert_eq!(crate::time::local_date(last, "Asia/Kolkata").unwrap_err().path(), "at");
    }

    #[test]
    fn forty_thousand_buckets_are_allowed() {
        let start = Timestamp::parse("2000-01-01T00:00:00Z").unwrap();
        let days = |days| {
            let range = TimeRange { start, end: start.plus(Span::from_days(days)).unwrap() };
            buckets(&range, &BucketUnit::Day, "UTC", &Weekday::Monday)
        };
        assert_eq!(days(40_000).unwrap().len(), 40_000);
        assert_eq!(days(40_001).unwrap_err().kind(), ErrorKind::OutOfRange);
    }

    #[test]
    fn a_day_that_the_clock_skips_has_no_bucket() {
        let range = TimeRange {
            start: Timestamp::parse("2011-12-29T12:00:00Z").unwrap(),
            end: Timestamp::parse("2011-12-31T12:00:00Z").unwrap(),
        };
        let found = buckets(&range, &BucketUnit::Day, "Pacific/Apia", &Weekday::Monday).unwrap();
        let days = found.iter().map(|day| local_date(day.start, "Pacific/Apia").unwrap().to_string());
        assert_eq!(days.collect::<Vec<_>>(), ["2011-12-29", "2011-12-31", "2012-01-01"]);
    }

    proptest! {
        #[test]
        fn buckets_cover_the_range_without_gap_or_overlap(
            start in 0..2_000_000_000_i64,
            length in 1..100_000_000_i64,
            unit in prop_oneof![Just(BucketUnit::Day), Just(BucketUnit::Week), Just(BucketUnit::Month),
                                Just(BucketUnit::Quarter), Just(BucketUnit::Year)],
            zone in prop_oneof![Just("UTC"), Just("America/Sao_Paulo"), Just("Pacific/Apia"), Just("Asia/Kolkata"),
                                Just("America/St_Johns")],
        ) {
            let range = TimeRange {
                start: Timestamp::from_millis(start * 1000).unwrap(),
                end: Timestamp::from_millis((start + length) * 1000).unwrap(),
            };
            let found = buckets(&range, &unit, zone, &Weekday::Monday).unwrap();
            prop_assert!(found[0].start <= range.start && range.start < found[0].end);
            let last = found[found.len() - 1];
            prop_assert!(last.start < range.end && range.end <= last.end);
            for pair in found.windows(2) {
                prop_assert_eq!(pair[0].end, pair[1].start);
            }
        }
    }
}
