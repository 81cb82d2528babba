use super::compile::{Ticks, parse_cron};
use crate::error::{Error, ErrorKind, Faults, Result};
use crate::time::{NaiveDate, Span, TimeRange, Timestamp, Weekday};
use crate::wire::tagged;

tagged! {
    "window.Schedule";
    /// Schedule a window is active. Local times are in the zone of the window.
    ///
    /// ```
    /// use relcore::window::Schedule;
    /// let freeze = Schedule::CronPair { start: "0 23 * * 5".to_owned(), end: "0 7 * * 1".to_owned() };
    /// assert_eq!(freeze.to_string(), "cron_pair");
    /// ```
    #[derive(Clone, Debug, PartialEq)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub enum Schedule {
        /// For a duration from each instant of a cron expression on, as in Argo CD.
        Cron {
            /// Five fields: minute, hour, day of the month, month, day of the week (0 or 7 is Sunday).
            cron: String,
            /// The length of each occurrence, above 0.
            duration: Span,
        },
        /// From each instant of one cron expression to the next instant of another, as the freeze periods of GitLab.
        CronPair {
            /// The cron expression of the starts.
            start: String,
            /// The cron expression of the ends.
            end: String,
        },
        /// Between two local times on days of the week.
        Weekly {
            /// The days on which it starts. Default: every day.
            #[serde(default)]
            days: Vec<Weekday>,
            /// The local time of the start: `22:00`.
            start: String,
            /// The local time of the end, up to `24:00`. At or before the start it is a time of the next day.
            end: String,
        },
        /// Once, between two instants.
        Once {
            /// The first instant.
            start: Timestamp,
            /// The first instant after it.
            end: Timestamp,
        },
        /// Once, for whole local days.
        Dates {
            /// The first day.
            first: NaiveDate,
            /// The last day, which is part of it.
            last: NaiveDate,
        },
        /// On the holidays of a calendar, all day, and on business days around them.
        Holidays {
            /// The name of the calendar.
            calendar: String,
            /// The number of business days before each holiday that are part of it. Default: 0.
            #[serde(default)]
            business_days_before: u32,
            /// The number of business days after each holiday that are part of it. Default: 0.
            #[serde(default)]
            business_days_after: u32,
        },
        /// On the days of a calendar that are no business days, all day.
        DaysOff {
            /// The name of the calendar.
            calendar: String,
        },
        /// Between two local times on the business days of a calendar.
        BusinessDays {
            /// The name of the calendar.
            calendar: String,
            /// The local time of the start: `09:00`.
            start: String,
            /// The local time of the end, up to `24:00`. At or before the start it is a time of the next day.
            end: String,
        },
    }
}

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
