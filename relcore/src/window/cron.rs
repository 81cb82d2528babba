//! Cron expressions and their instants.
use crate::error::{Error, ErrorKind, Faults, Result, quoted};
use crate::time::{TimeRange, Timestamp};
use chrono::DateTime;
use chrono_tz::Tz;
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};

/// Lists the instants of a cron expression in a range, its start included, its end not.
///
/// The expression has five fields. A fixed hour runs once a day: right after a gap of the clock, and at the first of two
/// equal times. A wildcard or a step follows elapsed time, as in Vixie cron.
///
/// ```
/// use relcore::{TimeRange, Timestamp, window::cron_times};
/// let range = TimeRange {
///     start: Timestamp::parse("2024-04-06T14:00:00Z")?,
///     end: Timestamp::parse("2024-04-06T18:00:00Z")?, // Melbourne sets its clock back at 16:00
/// };
/// assert_eq!(cron_times("30 2 * * *", "Australia/Melbourne", &range)?.len(), 1);
/// assert_eq!(cron_times("0,30 * * * *", "Australia/Melbourne", &range)?.len(), 8);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `invalid_value` for `0 0 0 * *` (there is no day 0), `* * * * * *` (six fields) and a range that ends
/// before it starts, `unknown_zone`, `out_of_range` for more than 100,000 instants.
pub fn cron_times(cron: &str, zone: &str, range: &TimeRange) -> Result<Vec<Timestamp>> {
    let mut faults = Faults::new();
    let cron = faults.absorb(parse_cron(cron, "cron"));
    let zone = faults.absorb(crate::time::zone(zone, "zone"));
    range.check("range", &mut faults);
    faults.finish()?;
    let (Some(cron), Some(zone)) = (cron, zone) else {
        return Ok(Vec::new()); // not reached: each of them is a fault
    };
    let ticks = Ticks::new(cron, zone);
    let mut found = Vec::new();
    let mut next = ticks.at_or_after(range.start.as_millis());
    while let Some(at) = next.filter(|at| *at < range.end.as_millis()) {
        if found.len() == MOST_TIMES {
            return Err(Error::new(
                ErrorKind::OutOfRange,
                "range",
                "has more than 100,000 instants of the expression: expected a shorter range",
            ));
        }
        found.push(Timestamp::from_millis(at)?);
        next = ticks.after(at);
    }
    Ok(found)
}

const MOST_TIMES: usize = 100_000;

/// In milliseconds.
const MINUTE: i64 = 60_000;

/// The instants of a cron expression in a zone.
#[derive(Clone, Debug)]
pub(super) struct Ticks {
    cron: Cron,
    zone: Tz,
    /// Whether every minute of a day that matches is an instant.
    is_every_minute: bool,
}

impl Ticks {
    pub(super) fn new(cron: Cron, zone: Tz) -> Self {
        let is_every_minute = cron.as_str().starts_with("* * ");
        Self { cron, zone, is_every_minute }
    }

    pub(super) fn first(&self) -> Option<i64> {
        self.at_or_after(Timestamp::MIN_MILLIS)
    }

    /// The first instant after `at`.
    pub(super) fn after(&self, at: i64) -> Option<i64> {
        // croner counts in seconds: an instant at the second of `at` is not after it, whatever the milliseconds.
        self.next(at.div_euclid(1000), false)
    }

    pub(super) fn at_or_after(&self, at: i64) -> Option<i64> {
        self.next(at.saturating_add(999).div_euclid(1000), true)
    }

    pub(super) fn at_or_before(&self, at: i64) -> Option<i64> {
        let found = self.cron.find_previous_occurrence(&self.local(at.div_euclid(1000))?, true).ok()?;
        found.timestamp().checked_mul(1000)
    }

    /// The last instant by `at`; or a later one to which no step is longer than `duration`, so that a month of minutes needs
    /// a step for each day.
    pub(super) fn last_within(&self, at: i64, duration: i64) -> Option<i64> {
        let last = self.at_or_before(at)?;
        if !self.is_every_minute || duration < MINUTE {
            return Some(last);
        }
        // Every minute of its local day is an instant, so the series lasts until midnight.
        let day = crate::time::local_date_in(Timestamp::from_millis(last).ok()?, self.zone).ok()?;
        let midnight = crate::time::local_instant(day.plus_days(1)?, 0, self.zone, false).ok()?;
        self.at_or_before(midnight.as_millis().saturating_sub(1)).filter(|found| *found > last).or(Some(last))
    }

    fn next(&self, second: i64, inclusive: bool) -> Option<i64> {
        let found = self.cron.find_next_occurrence(&self.local(second)?, inclusive).ok()?;
        found.timestamp().checked_mul(1000)
    }

    fn local(&self, second: i64) -> Option<DateTime<Tz>> {
        let (first, last) = (Timestamp::MIN_MILLIS.div_euclid(1000), Timestamp::MAX_MILLIS.div_euclid(1000));
        // A day from the ends, so that every zone has a local time.
        let second = second.clamp(first.saturating_add(86_400), last.saturating_sub(86_400));
        DateTime::from_timestamp(second, 0).map(|instant| instant.with_timezone(&self.zone))
    }
}

/// Reads a cron expression of five fields.
pub(super) fn parse_cron(text: &str, path: &str) -> Result<Cron> {
    let refused = |why: &dyn std::fmt::Display| {
        let text = quoted(text);
        Error::new(
            ErrorKind::InvalidValue,
            path,
            format!("{text} is not a cron expression of five fields, like `0 9 * * 1-5`: {why}"),
        )
    };
    // croner takes time that grows with the text.
    if text.len() > 1000 {
        return Err(refused(&"it is longer than 1,000 characters"));
    }
    let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
    parser.parse(text).map_err(|why| refused(&why))
}
