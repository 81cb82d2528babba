//! The naive model: lists every occurrence of every window around an instant, and asks each of them.
use chrono::{
    DateTime, Datelike as _, NaiveDate as Day, NaiveDateTime, NaiveTime, TimeDelta, TimeZone as _,
    Timelike as _, Utc,
};
use chrono_tz::Tz;
use relcore::time::BusinessCalendar;
use relcore::window::{Definition, Kind, Policy, Schedule};
use relcore::{NaiveDate, Timestamp};
use std::collections::BTreeSet;

pub struct Model {
    /// The kind and the occurrences of each window, in milliseconds.
    windows: Vec<(Kind, Vec<(i64, i64)>)>,
}

impl Model {
    /// The occurrences within some weeks around an instant.
    pub fn new(policy: &Policy, around: Timestamp) -> Self {
        let windows = policy.windows.iter().map(|window| (window.kind, occurrences(policy, window, around)));
        Self { windows: windows.collect() }
    }

    pub fn is_open(&self, at: Timestamp) -> bool {
        let at = at.as_millis();
        let active = |ranges: &[(i64, i64)]| ranges.iter().any(|(start, end)| *start <= at && at < *end);
        let denied = self.windows.iter().any(|(kind, ranges)| *kind == Kind::Deny && active(ranges));
        let mut allows = self.windows.iter().filter(|(kind, _)| *kind == Kind::Allow).peekable();
        !denied && (allows.peek().is_none() || allows.any(|(_, ranges)| active(ranges)))
    }
}

fn occurrences(policy: &Policy, window: &Definition, around: Timestamp) -> Vec<(i64, i64)> {
    let zone: Tz = window.zone.parse().unwrap();
    let late = window.kind == Kind::Deny;
    let today = DateTime::<Utc>::from_timestamp_millis(around.as_millis()).unwrap().date_naive();
    let days = || (-40..=10).map(move |offset| today + TimeDelta::days(offset));
    let calendar = policy.calendars.values().next().unwrap();
    let of_days = |holds: &dyn Fn(Day) -> bool, start: i64, end: i64| {
        days()
            .filter(|day| holds(*day))
            .map(|day| (instant(day, start, zone, false), instant(day, end, zone, late)))
            .filter(|(start, end)| start < end)
            .collect()
    };
    match &window.schedule {
        Schedule::Cron { cron, duration } => {
            let ends = |start: i64| (start, start + duration.as_millis());
            ticks(cron, zone, days()).into_iter().map(ends).collect()
        }
        Schedule::CronPair { start, end } => {
            let ends = ticks(end, zone, (-40..=60).map(|offset| today + TimeDelta::days(offset)));
            let end_of = |start: i64| ends.range(start + 1..).next().copied().unwrap_or(i64::MAX);
            // A start long ago is over, for each of the ends comes once a week or more often.
            ticks(start, zone, days()).into_iter().map(|start| (start, end_of(start))).collect()
        }
        Schedule::Weekly { days, start, end } => {
            let (start, end) = times(start, end);
            of_days(
                &|day| {
                    days.is_empty()
                        || days.iter().any(|of| *of as u32 == day.weekday().num_days_from_monday())
                },
                start,
                end,
            )
        }
        Schedule::Once { start, end } => vec![(start.as_millis(), end.as_millis())],
        Schedule::Dates { first, last } => of_days(&|day| *first <= date(day) && date(day) <= *last, 0, 1440),
        Schedule::Holidays { business_days_before, business_days_after, .. } => {
            let holds = |day: Day| {
                calendar.holidays.iter().any(|holiday| {
                    let walk = |count: u32, step: i64| {
                        let (mut at, mut left) = (chrono_day(*holiday), count);
                        while left > 0 {
                            at += TimeDelta::days(step);
                            left -= u32::from(calendar.is_business_day(date(at)));
                        }
                        at
                    };
                    walk(*business_days_before, -1) <= day && day <= walk(*business_days_after, 1)
                })
            };
            of_days(&holds, 0, 1440)
        }
        Schedule::DaysOff { .. } => of_days(&|day| !is_business_day(calendar, day), 0, 1440),
        Schedule::BusinessDays { start, end, .. } => {
            let (start, end) = times(start, end);
            of_days(&|day| is_business_day(calendar, day), start, end)
        }
        #[allow(unreachable_patterns, reason = "the feature `__exhaustive` closes the enum")]
        other => panic!("{other}"),
    }
}

fn is_business_day(calendar: &BusinessCalendar, day: Day) -> bool {
    calendar.is_business_day(date(day))
}

fn date(day: Day) -> NaiveDate {
    NaiveDate::parse(&day.to_string()).unwrap()
}

fn chrono_day(date: NaiveDate) -> Day {
    date.to_string().parse().unwrap()
}

fn times(start: &str, end: &str) -> (i64, i64) {
    let minutes = |text: &str| {
        let (hour, minute) = text.split_once(':').unwrap();
        hour.parse::<i64>().unwrap() * 60 + minute.parse::<i64>().unwrap()
    };
    let (start, end) = (minutes(start), minutes(end));
    (start, if end > start { end } else { end + 1440 })
}

/// The instant of a local time: minute by minute to the end of a gap, and the first or the last of two.
fn instant(day: Day, minutes: i64, zone: Tz, late: bool) -> i64 {
    let mut local: NaiveDateTime = day.and_time(NaiveTime::MIN) + TimeDelta::minutes(minutes);
    loop {
        let found = zone.from_local_datetime(&local);
        if let Some(found) = if late { found.latest() } else { found.earliest() } {
            return found.timestamp_millis();
        }
        local += TimeDelta::minutes(1);
    }
}

/// Every instant of a cron expression, minute by minute of elapsed time; a fixed hour once a day.
fn ticks(cron: &str, zone: Tz, days: impl Iterator<Item = Day>) -> BTreeSet<i64> {
    let fields: Vec<&str> = cron.split(' ').collect();
    let is_fixed = !fields[0].contains('*') && !fields[1].contains('*');
    let mut found = BTreeSet::new();
    for day in days {
        let by_date = matches(fields[2], day.day());
        let by_weekday = matches(fields[4], day.weekday().num_days_from_sunday());
        // Either of the two, if both are given, as in Vixie cron.
        let is_day = match (fields[2] == "*", fields[4] == "*") {
            (false, false) => by_date || by_weekday,
            _ => by_date && by_weekday,
        };
        if !is_day || !matches(fields[3], day.month()) {
            continue;
        }
        if is_fixed {
            for minutes in 0..1440_u32 {
                if matches(fields[1], minutes / 60) && matches(fields[0], minutes % 60) {
                    found.insert(instant(day, i64::from(minutes), zone, false));
                }
            }
            continue;
        }
        let (mut at, end) = (instant(day, 0, zone, false), instant(day, 1440, zone, false));
        while at < end {
            let local = DateTime::<Utc>::from_timestamp_millis(at).unwrap().with_timezone(&zone);
            if matches(fields[1], local.hour()) && matches(fields[0], local.minute()) {
                found.insert(at);
            }
            at += 60_000;
        }
    }
    found
}

fn matches(field: &str, value: u32) -> bool {
    field.split(',').any(|part| {
        if let Some(step) = part.strip_prefix("*/") {
            value.is_multiple_of(step.parse().unwrap())
        } else if let Some((low, high)) = part.split_once('-') {
            (low.parse().unwrap()..=high.parse().unwrap()).contains(&value)
        } else {
            part == "*" || part.parse() == Ok(value)
        }
    })
}
