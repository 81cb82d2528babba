//! The hours in which the clock of a service level agreement runs.
use crate::error::{Error, ErrorKind, Faults, Result};
use crate::input::input;
use crate::time::{
    BusinessCalendar, NaiveDate, Span, Timestamp, Weekday, local_date_in, local_instant, minute_of_day, zone,
};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

input! {
    /// Hours of days of the week, in local time.
    ///
    /// ```
    /// use relcore::{Weekday, incident::Hours};
    /// let morning = Hours::new([Weekday::Monday], "09:00", "12:30");
    /// assert_eq!(morning.end, "12:30");
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "incident.Hours", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Hours {
        /// The days on which they start.
        pub days: Vec<Weekday>,
        /// The local time at which they start: `09:00`.
        pub start: String,
        /// The local time at which they end, up to `24:00`. At or before the start it is a time of the next day.
        pub end: String,
    }
}

impl Hours {
    /// Hours of some days of the week.
    #[must_use]
    pub fn new(
        days: impl IntoIterator<Item = Weekday>,
        start: impl Into<String>,
        end: impl Into<String>,
    ) -> Self {
        Self { days: days.into_iter().collect(), start: start.into(), end: end.into() }
    }
}

/// A range of milliseconds since 1970.
type Range = (i64, i64);

/// Hours that were read and checked.
pub(super) struct Clock<'a> {
    zone: Tz,
    /// The days, and the minutes after midnight of the start and the end.
    rows: Vec<(&'a [Weekday], i32, i32)>,
    /// The last minute of each half day.
    half_days: Vec<(NaiveDate, i32)>,
    calendar: &'a BusinessCalendar,
}

/// So many days are looked at, which bounds the search: ten years.
const MOST_DAYS: i32 = 3660;

impl<'a> Clock<'a> {
    pub(super) fn new(name: &str, hours: &'a [Hours], calendar: &'a BusinessCalendar) -> Result<Self> {
        let mut faults = Faults::new();
        let zone = faults.absorb(zone(name, "zone"));
        let mut rows = Vec::new();
        for (index, row) in hours.iter().enumerate() {
            let minutes = |field: &str, text: &str| {
                minute_of_day(text).map_err(|error| error.under(&format!("hours[{index}].{field}")))
            };
            let start = faults.absorb(minutes("start", &row.start));
            let end = faults.absorb(minutes("end", &row.end));
            faults.check(
                !row.days.is_empty(),
                ErrorKind::InvalidValue,
                format_args!("hours[{index}].days"),
                format_args!("is empty: expected at least one day"),
            );
            for day in row.days.iter().filter(|day| calendar.weekend.contains(day)) {
                faults.add(
                    ErrorKind::InvalidValue,
                    format_args!("hours[{index}].days"),
                    format_args!(
                        "`{day}` is a day of the weekend in `calendar.weekend`: remove it there or here"
                    ),
                );
            }
            if let (Some(start), Some(end)) = (start, end) {
                rows.push((&*row.days, start, if end <= start { end.saturating_add(24 * 60) } else { end }));
            }
        }
        let mut half_days = Vec::new();
        for (index, half_day) in calendar.half_days.iter().enumerate() {
            let at = format!("calendar.halfDays[{index}].end");
            let end = faults.absorb(minute_of_day(&half_day.end).map_err(|error| error.under(&at)));
            half_days.extend(end.map(|end| (half_day.date, end)));
        }
        faults.finish()?;
        let zone = zone.ok_or_else(|| Error::new(ErrorKind::UnknownZone, "zone", "is not known"))?;
        Ok(Self { zone, rows, half_days, calendar })
    }

    /// The running hours that start on a local day, united.
    fn of_day(&self, day: NaiveDate) -> Vec<Range> {
        if !self.calendar.is_business_day(day) {
            return Vec::new();
        }
        let has_hours = |day: Weekday| self.rows.iter().any(|(days, ..)| days.contains(&day));
        // A make-up day on a day of the week without hours.
        let weekday = match self.rows.first().and_then(|(days, ..)| days.first()) {
            Some(first) if !has_hours(day.weekday()) && self.calendar.working_days.contains(&day) => *first,
            _ => day.weekday(),
        };
        let last = self.half_days.iter().filter(|(date, _)| *date == day).map(|(_, end)| *end).min();
        let instant =
            |minutes, is_late| local_instant(day, minutes, self.zone, is_late).map(Timestamp::as_millis);
        let rows = self.rows.iter().filter(|(days, ..)| days.contains(&weekday));
        let ranges = rows.filter_map(|(_, start, end)| {
            let end = last.map_or(*end, |last| last.min(*end));
            let range = (instant(*start, false).ok()?, instant(end, true).ok()?);
            (range.0 < range.1).then_some(range)
        });
        united(ranges.collect())
    }

    /// The running ranges from an instant on, in the order of time, at most ten years.
    fn ranges(&self, from: Timestamp) -> impl Iterator<Item = Range> {
        let always = self.rows.is_empty().then_some((from.as_millis(), i64::MAX));
        // Hours of the day before may go past midnight.
        let first = local_date_in(from, self.zone).ok().and_then(|day| day.plus_days(-1).or(Some(day)));
        let days = (0..MOST_DAYS).map_while(move |offset| first.and_then(|first| first.plus_days(offset)));
        let mut until = from.as_millis();
        let of_days = days.filter(|_| !self.rows.is_empty()).flat_map(|day| self.of_day(day));
        let clipped = of_days.filter_map(move |(start, end)| {
            // Hours past midnight may overlap those of the next day.
            let start = start.max(until);
            until = until.max(end);
            (start < end).then_some((start, end))
        });
        always.into_iter().chain(clipped)
    }

    /// The time that the clock counts between two instants, without the holds.
    pub(super) fn between(
        &self,
        from: Timestamp,
        until: Timestamp,
        holds: &[(Timestamp, Option<Timestamp>)],
    ) -> Span {
        let until = until.as_millis();
        let holds = hold_ranges(holds);
        let mut counted = 0_i64;
        for (start, end) in self.ranges(from).take_while(|(start, _)| *start < until) {
            for (start, end) in without((start, end.min(until)), &holds) {
                counted = counted.saturating_add(end.saturating_sub(start));
            }
        }
        Span::from_millis(counted).unwrap_or(Span::MAX)
    }

    /// The instant at which the clock has counted a length; `None` if a hold without an end comes first.
    pub(super) fn after(
        &self,
        from: Timestamp,
        length: Span,
        holds: &[(Timestamp, Option<Timestamp>)],
    ) -> Result<Option<Timestamp>> {
        let forever = holds.iter().filter(|(_, end)| end.is_none()).map(|(start, _)| start.as_millis()).min();
        let holds = hold_ranges(holds);
        let mut left = length.as_millis();
        for range in self.ranges(from) {
            for (start, end) in without(range, &holds) {
                let available = end.saturating_sub(start);
                if left <= available {
                    return Timestamp::from_millis(start.saturating_add(left)).map(Some);
                }
                left = left.saturating_sub(available);
            }
            if forever.is_some_and(|forever| forever <= range.1) {
                return Ok(None);
            }
        }
        let text = "has too few hours in ten years for the target";
        Err(Error::new(ErrorKind::OutOfRange, "sla.hours", text))
    }
}

/// The time on hold between two instants, by the wall clock.
pub(super) fn held(from: Timestamp, until: Timestamp, holds: &[(Timestamp, Option<Timestamp>)]) -> Span {
    let all = (from.as_millis(), until.as_millis());
    let free: i64 =
        without(all, &hold_ranges(holds)).iter().map(|(start, end)| end.saturating_sub(*start)).sum();
    let held = all.1.saturating_sub(all.0).saturating_sub(free).max(0);
    Span::from_millis(held).unwrap_or(Span::MAX)
}

fn hold_ranges(holds: &[(Timestamp, Option<Timestamp>)]) -> Vec<Range> {
    united(
        holds
            .iter()
            .map(|(start, end)| (start.as_millis(), end.map_or(i64::MAX, Timestamp::as_millis)))
            .collect(),
    )
}

fn united(mut ranges: Vec<Range>) -> Vec<Range> {
    ranges.sort_unstable();
    let mut merged: Vec<Range> = Vec::with_capacity(ranges.len());
    for (start, end) in ranges {
        match merged.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => merged.push((start, end)),
        }
    }
    merged
}

/// The parts of a range that are in none of the united others.
fn without(range: Range, others: &[Range]) -> Vec<Range> {
    let (mut start, end) = range;
    let mut parts = Vec::new();
    for (other, other_end) in others {
        if *other > start && start < end {
            parts.push((start, (*other).min(end)));
        }
        start = start.max(*other_end);
    }
    if start < end {
        parts.push((start, end));
    }
    parts
}
