//! A window as ranges of instants in milliseconds.
use super::calendar::{Calendar, Days};
use super::cron::{Ticks, parse_cron};
use super::definition::{Definition, Kind};
use super::schedule::Schedule;
use crate::error::{Error, ErrorKind, Faults, Result, quoted};
use crate::time::{BusinessCalendar, Timestamp, local_instant};
use chrono_tz::Tz;
use std::collections::BTreeMap;

/// A half-open range of milliseconds. Its end is [`NEVER`] if it has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) start: i64,
    pub(super) end: i64,
}

/// Later than every instant.
pub(super) const NEVER: i64 = i64::MAX;

/// A window that passed its checks.
#[derive(Clone, Debug)]
pub(super) struct Compiled {
    pub(super) zone: Tz,
    pub(super) ranges: Ranges,
}

/// The ranges of a window before they are merged. INVARIANT: their starts rise, and so do their ends.
#[derive(Clone, Debug)]
pub(super) enum Ranges {
    Cron { ticks: Box<Ticks>, duration: i64 },
    CronPair { starts: Box<Ticks>, ends: Box<Ticks> },
    Local(Local),
    Once(Range),
}

/// The same local times on each day of a set.
#[derive(Clone, Debug)]
pub(super) struct Local {
    pub(super) days: Days,
    /// Minutes after midnight.
    pub(super) start: i32,
    /// Minutes after midnight, above `start`: above 1440 on the next day.
    end: i32,
    /// Days that end early: the date and its end.
    half_days: BTreeMap<crate::time::NaiveDate, i32>,
    /// Whether an end that occurs twice is its last.
    ends_late: bool,
    pub(super) zone: Tz,
}

/// More occurrences than this that touch are taken for a range without end, which bounds the search: every minute of a
/// month has fewer.
const MOST_TOUCHING: usize = 50_000;

/// A range that is longer, in milliseconds, is taken for one without end: six years, which is longer than changes are
/// searched for.
const LONGEST: i64 = 6 * 366 * 24 * 60 * 60 * 1000;

impl Compiled {
    /// Checks a window; the paths of the faults are those from the window down.
    pub(super) fn new(window: &Definition, calendars: &BTreeMap<String, BusinessCalendar>) -> Result<Self> {
        let mut faults = Faults::new();
        let zone = faults.absorb(crate::time::zone(&window.zone, "zone"));
        for (field, names) in [("environments", &window.environments), ("services", &window.services)] {
            for (index, name) in names.iter().enumerate() {
                faults.check(
                    !name.trim().is_empty(),
                    ErrorKind::InvalidValue,
                    format_args!("{field}[{index}]"),
                    format_args!("is empty: expected a name"),
                );
            }
        }
        // With another zone the rest is checked all the same, so that all faults are told at once.
        let ranges = Ranges::new(window, zone.unwrap_or(Tz::UTC), calendars, &mut faults);
        faults.finish()?;
        match (zone, ranges) {
            (Some(zone), Some(ranges)) => Ok(Self { zone, ranges }),
            _ => Err(Error::new(ErrorKind::InvalidValue, "schedule", "is never active")), // not reached: a fault
        }
    }

    /// The first merged range that ends after `at`: ranges that touch or overlap are one.
    pub(super) fn range_after(&self, at: i64) -> Option<Range> {
        let mut range = self.ranges.first_ending_after(at)?;
        for _ in 0..MOST_TOUCHING {
            match self.ranges.extended(range.end) {
                Some(end) if end.saturating_sub(at) > LONGEST => break,
                Some(end) => range.end = end,
                None => return Some(range),
            }
        }
        Some(Range { end: NEVER, ..range })
    }
}

impl Ranges {
    fn new(
        window: &Definition,
        zone: Tz,
        calendars: &BTreeMap<String, BusinessCalendar>,
        faults: &mut Faults,
    ) -> Option<Self> {
        let ends_late = window.kind == Kind::Deny;
        let local = |days, start, end, half_days| {
            Some(Self::Local(Local { days, start, end, half_days, ends_late, zone }))
        };
        let all_day = |days| local(days, 0, DAY, BTreeMap::new());
        let calendar = |name: &str, faults: &mut Faults| {
            let found = calendars.get(name);
            let text = format_args!("the policy has no calendar {}", quoted(name));
            faults.check(
                found.is_some(),
                ErrorKind::UnknownReference,
                format_args!("schedule.calendar"),
                text,
            );
            found
        };
        match &window.schedule {
            Schedule::Cron { cron, duration } => {
                let cron = faults.absorb(parse_cron(cron, "schedule.cron"));
                let duration = duration.as_millis();
                faults.check(
                    duration > 0,
                    ErrorKind::OutOfRange,
                    format_args!("schedule.duration"),
                    format_args!("is out of range: expected a span above 0"),
                );
                Some(Self::Cron { ticks: Box::new(Ticks::new(cron?, zone)), duration })
            }
            Schedule::CronPair { start, end } => {
                let start = faults.absorb(parse_cron(start, "schedule.start"));
                let end = faults.absorb(parse_cron(end, "schedule.end"));
                let ticks = |cron| Box::new(Ticks::new(cron, zone));
                Some(Self::CronPair { starts: ticks(start?), ends: ticks(end?) })
            }
            Schedule::Weekly { days, start, end } => {
                let (start, end) = local_times(start, end, faults)?;
                local(Days::Weekly(days.clone()), start, end, BTreeMap::new())
            }
            Schedule::Once { start, end } => {
                faults.check(
                    start < end,
                    ErrorKind::InvalidValue,
                    format_args!("schedule.end"),
                    format_args!("`{end}` is not after the start `{start}`"),
                );
                Some(Self::Once(Range { start: start.as_millis(), end: end.as_millis() }))
            }
            Schedule::Dates { first, last } => {
                faults.check(
                    first <= last,
                    ErrorKind::InvalidValue,
                    format_args!("schedule.last"),
                    format_args!("`{last}` is before the first day `{first}`"),
                );
                all_day(Days::Between(*first, *last))
            }
            Schedule::Holidays { calendar: name, business_days_before, business_days_after } => {
                let around = |field: &str, days: u32, faults: &mut Faults| {
                    faults.check(
                        days <= MOST_DAYS_AROUND,
                        ErrorKind::OutOfRange,
                        format_args!("schedule.{field}"),
                        format_args!("`{days}` is out of range: expected at most {MOST_DAYS_AROUND}"),
                    );
                    i32::try_from(days.min(MOST_DAYS_AROUND)).unwrap_or_default()
                };
                let before = around("businessDaysBefore", *business_days_before, faults);
                let after = around("businessDaysAfter", *business_days_after, faults);
                let days = Days::holidays(calendar(name, faults)?, before, after);
                faults.check(
                    days.is_some(),
                    ErrorKind::OutOfRange,
                    format_args!("schedule.calendar"),
                    format_args!("the calendar {} has too few business days", quoted(name)),
                );
                all_day(days?)
            }
            Schedule::DaysOff { calendar: name } => {
                all_day(Days::Off(Calendar::new(calendar(name, faults)?)))
            }
            Schedule::BusinessDays { calendar: name, start, end } => {
                let times = local_times(start, end, faults);
                let calendar = calendar(name, faults)?;
                let (start, end) = times?;
                let mut half_days = BTreeMap::new();
                for half_day in &calendar.half_days {
                    // A wrong time is a fault of the calendar, and told there.
                    if let Ok(end) = crate::time::minute_of_day(&half_day.end) {
                        half_days.insert(half_day.date, end);
                    }
                }
                local(Days::Business(Calendar::new(calendar)), start, end, half_days)
            }
        }
    }

    /// The first range that ends after `at`. Whether it has begun is for the caller to see.
    fn first_ending_after(&self, at: i64) -> Option<Range> {
        match self {
            Self::Cron { ticks, duration } => {
                let start = ticks.after(at.saturating_sub(*duration))?;
                Some(Range { start, end: start.saturating_add(*duration) })
            }
            Self::CronPair { starts, ends } => {
                // A start at or after the last end begins a range; an earlier one is over.
                let start = match ends.at_or_before(at) {
                    Some(end) => starts.at_or_after(end)?,
                    None => starts.first()?,
                };
                Some(Range { start, end: ends.after(start).unwrap_or(NEVER) })
            }
            Self::Local(local) => local.first_ending_after(at),
            Self::Once(range) => Some(*range).filter(|range| range.end > at),
        }
    }

    /// A later end for a range that ends at `end`, if another range begins by then.
    fn extended(&self, end: i64) -> Option<i64> {
        if end == NEVER {
            return None;
        }
        let later = match self {
            // The last occurrence that begins by then, in one step over all before it.
            Self::Cron { ticks, duration } => ticks.last_within(end, *duration)?.saturating_add(*duration),
            _ => self.first_ending_after(end).filter(|range| range.start <= end)?.end,
        };
        Some(later).filter(|later| *later > end)
    }
}

impl Local {
    fn first_ending_after(&self, at: i64) -> Option<Range> {
        // A window of the day before yesterday can end today, local time.
        let today = Timestamp::from_millis(at.clamp(Timestamp::MIN_MILLIS, Timestamp::MAX_MILLIS)).ok()?;
        let today = crate::time::local_date_in(today, self.zone).ok()?;
        let mut day = today.plus_days(-2).unwrap_or(today);
        for _ in 0..MOST_TOUCHING {
            day = self.days.at_or_after(day)?;
            let end = self.half_days.get(&day).map_or(self.end, |early| self.end.min(*early));
            let start = local_instant(day, self.start, self.zone, false).ok()?.as_millis();
            let end = local_instant(day, end, self.zone, self.ends_late).ok()?.as_millis();
            // A day that the clock skips has no instants, nor has a half day that ends before the start.
            if end > at && end > start {
                return Some(Range { start, end });
            }
            day = day.plus_days(1)?;
        }
        None
    }
}

const DAY: i32 = 24 * 60;

const MOST_DAYS_AROUND: u32 = 100;

/// Reads the local times of a window as minutes; the end is above the start.
fn local_times(start: &str, end: &str, faults: &mut Faults) -> Option<(i32, i32)> {
    let start =
        faults.absorb(crate::time::minute_of_day(start).map_err(|error| error.under("schedule.start")));
    let end = faults.absorb(crate::time::minute_of_day(end).map_err(|error| error.under("schedule.end")));
    let (start, end) = (start?, end?);
    faults.check(
        start < DAY,
        ErrorKind::InvalidValue,
        format_args!("schedule.start"),
        format_args!("`24:00` is not a start: expected `00:00` of the next day"),
    );
    faults.check(
        start != end,
        ErrorKind::InvalidValue,
        format_args!("schedule.end"),
        format_args!("is the start, too: expected `00:00` to `24:00` for whole days"),
    );
    Some((start, if end > start { end } else { end.saturating_add(DAY) }))
}
