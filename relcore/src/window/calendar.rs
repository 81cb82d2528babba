//! The local days on which a window starts.
use crate::time::{BusinessCalendar, NaiveDate, Weekday, add_business_days};
use std::collections::BTreeSet;

/// A set of local days.
#[derive(Clone, Debug)]
pub(super) enum Days {
    Weekly(Vec<Weekday>),
    Between(NaiveDate, NaiveDate),
    Listed(BTreeSet<NaiveDate>),
    Off(Calendar),
    Business(Calendar),
}

/// A calendar with ordered sets of dates.
#[derive(Clone, Debug)]
pub(super) struct Calendar {
    weekend: Vec<Weekday>,
    holidays: BTreeSet<NaiveDate>,
    working_days: BTreeSet<NaiveDate>,
}

impl Calendar {
    pub(super) fn new(calendar: &BusinessCalendar) -> Self {
        Self {
            weekend: calendar.weekend.clone(),
            holidays: calendar.holidays.iter().copied().collect(),
            working_days: calendar.working_days.iter().copied().collect(),
        }
    }

    fn is_business_day(&self, date: NaiveDate) -> bool {
        self.working_days.contains(&date)
            || !(self.weekend.contains(&date.weekday()) || self.holidays.contains(&date))
    }
}

/// Ten years: a calendar without a day in so long a time is treated as having none, which bounds the search.
const LONGEST_SEARCH: u32 = 3660;

impl Days {
    /// The holidays of a calendar with business days around each, and every day between them.
    ///
    /// `None` if the calendar has too few business days.
    pub(super) fn holidays(calendar: &BusinessCalendar, before: i32, after: i32) -> Option<Self> {
        let mut days = BTreeSet::new();
        for &holiday in &calendar.holidays {
            // A make-up day is worked, whatever the list of holidays says.
            if calendar.working_days.contains(&holiday) {
                continue;
            }
            let first = add_business_days(holiday, before.checked_neg()?, calendar).ok()?;
            let last = add_business_days(holiday, after, calendar).ok()?;
            let mut day = first;
            while day <= last {
                days.insert(day);
                let Some(next) = day.plus_days(1) else { break };
                day = next;
            }
        }
        Some(Self::Listed(days))
    }

    /// The first day of the set that is not before `date`.
    pub(super) fn at_or_after(&self, date: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::Weekly(days) => search(date, 7, |day| days.is_empty() || days.contains(&day.weekday())),
            Self::Between(first, last) => Some(date.max(*first)).filter(|day| day <= last),
            Self::Listed(days) => days.range(date..).next().copied(),
            Self::Off(calendar) => search(date, LONGEST_SEARCH, |day| !calendar.is_business_day(day)),
            Self::Business(calendar) => search(date, LONGEST_SEARCH, |day| calendar.is_business_day(day)),
        }
    }
}

fn search(from: NaiveDate, days: u32, holds: impl Fn(NaiveDate) -> bool) -> Option<NaiveDate> {
    let mut day = from;
    for _ in 0..days {
        if holds(day) {
            return Some(day);
        }
        day = day.plus_days(1)?;
    }
    None
}
