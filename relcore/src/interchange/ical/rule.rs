//! Recurrence rules (RFC 5545, 3.3.10): the days on which something recurs.
use crate::time::{NaiveDate, Weekday};
use std::collections::BTreeSet;

/// How often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Frequency {
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// A rule without its end.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) frequency: Frequency,
    /// Each so many days, weeks, months or years; 1 or more.
    pub(super) interval: u32,
    pub(super) count: Option<u64>,
    /// As it is written: a day, or an instant.
    pub(super) until: Option<String>,
    week_start: Weekday,
    /// Days of the week, with the number within the month or the year: `-1` is the last.
    days: Vec<(Option<i32>, Weekday)>,
    month_days: Vec<i32>,
    year_days: Vec<i32>,
    months: Vec<u32>,
    positions: Vec<i32>,
}

const DAYS: [(&str, Weekday); 7] = [
    ("MO", Weekday::Monday),
    ("TU", Weekday::Tuesday),
    ("WE", Weekday::Wednesday),
    ("TH", Weekday::Thursday),
    ("FR", Weekday::Friday),
    ("SA", Weekday::Saturday),
    ("SU", Weekday::Sunday),
];

fn weekday(text: &str) -> Option<Weekday> {
    DAYS.iter().find(|(name, _)| *name == text).map(|(_, day)| *day)
}

impl Rule {
    /// Reads a rule; otherwise what is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut rule = Self {
            frequency: Frequency::Daily,
            interval: 1,
            count: None,
            until: None,
            week_start: Weekday::Monday,
            days: vec![],
            month_days: vec![],
            year_days: vec![],
            months: vec![],
            positions: vec![],
        };
        let mut seen = BTreeSet::new();
        for part in text.trim().trim_end_matches(';').split(';') {
            let (name, value) = part.split_once('=').ok_or_else(|| format!("`{part}` has no value"))?;
            let (name, value) = (name.trim().to_ascii_uppercase(), value.trim().to_ascii_uppercase());
            let wrong = || format!("`{name}={value}` is no part of a rule");
            if !seen.insert(name.clone()) {
                return Err(format!("`{name}` is there twice"));
            }
            match name.as_str() {
                "FREQ" => {
                    rule.frequency = match value.as_str() {
                        "DAILY" => Frequency::Daily,
                        "WEEKLY" => Frequency::Weekly,
                        "MONTHLY" => Frequency::Monthly,
                        "YEARLY" => Frequency::Yearly,
                        _ => {
                            return Err(format!(
                                "`FREQ={value}` cannot be expanded: expected days or longer"
                            ));
                        }
                    }
                }
                "INTERVAL" => {
                    rule.interval =
                        value.parse().ok().filter(|every| (1..=10_000).contains(every)).ok_or_else(wrong)?;
                }
                "COUNT" => rule.count = Some(value.parse().ok().filter(|n| *n > 0).ok_or_else(wrong)?),
                "UNTIL" => rule.until = Some(value),
                "WKST" => rule.week_start = weekday(&value).ok_or_else(wrong)?,
                "BYDAY" => rule.days = list(&value, day).ok_or_else(wrong)?,
                "BYMONTHDAY" => rule.month_days = list(&value, |text| number(text, 31)).ok_or_else(wrong)?,
                "BYYEARDAY" => rule.year_days = list(&value, |text| number(text, 366)).ok_or_else(wrong)?,
                "BYSETPOS" => rule.positions = list(&value, |text| number(text, 366)).ok_or_else(wrong)?,
                "BYMONTH" => {
                    let month = |text: &str| text.parse().ok().filter(|month| (1..=12).contains(month));
                    rule.months = list(&value, month).ok_or_else(wrong)?;
                }
                _ => return Err(format!("`{name}` cannot be expanded")),
            }
        }
        rule.check(&seen)
    }

    fn check(self, seen: &BTreeSet<String>) -> Result<Self, String> {
        let long = matches!(self.frequency, Frequency::Monthly | Frequency::Yearly);
        if !seen.contains("FREQ") {
            return Err("has no `FREQ`".to_owned());
        }
        if self.count.is_some() && self.until.is_some() {
            return Err("has both `COUNT` and `UNTIL`".to_owned());
        }
        if !long && self.days.iter().any(|(number, _)| number.is_some()) {
            return Err("numbers days of the week without months or years".to_owned());
        }
        if !self.month_days.is_empty() && self.frequency == Frequency::Weekly {
            return Err("has `BYMONTHDAY` in weeks".to_owned());
        }
        if !self.year_days.is_empty() && self.frequency != Frequency::Yearly {
            return Err("has `BYYEARDAY` without years".to_owned());
        }
        let has_days = !(self.days.is_empty()
            && self.month_days.is_empty()
            && self.year_days.is_empty()
            && self.months.is_empty());
        if !self.positions.is_empty() && !has_days {
            return Err("has `BYSETPOS` without days to count".to_owned());
        }
        Ok(self)
    }

    /// The days of the period with this number, counted from the one of `first`, in order; `None` beyond the calendar.
    pub(super) fn period(&self, first: NaiveDate, number: u32) -> Option<Vec<NaiveDate>> {
        let (begin, length) = self.span(first, number.checked_mul(self.interval)?)?;
        let days = (0..length).filter_map(|day| begin.plus_days(day));
        let days: Vec<NaiveDate> = days.filter(|day| self.has(*day, first)).collect();
        if self.positions.is_empty() {
            return Some(days);
        }
        let is_at = |index: usize| {
            let forward = i32::try_from(index).unwrap_or(i32::MAX).saturating_add(1);
            let backward = i32::try_from(days.len().saturating_sub(index)).unwrap_or(i32::MAX);
            self.positions.iter().any(|at| *at == forward || at.saturating_neg() == backward)
        };
        Some(days.iter().enumerate().filter(|(index, _)| is_at(*index)).map(|(_, day)| *day).collect())
    }

    /// The first day of the period with this number.
    pub(super) fn begin(&self, first: NaiveDate, number: u32) -> Option<NaiveDate> {
        self.span(first, number.checked_mul(self.interval)?).map(|(begin, _)| begin)
    }

    /// How many days are looked at for a period.
    pub(super) fn days_of_a_period(&self) -> u64 {
        match self.frequency {
            Frequency::Daily => 1,
            Frequency::Weekly => 7,
            Frequency::Monthly => 31,
            Frequency::Yearly => 366,
        }
    }

    /// The first day of a period, and its length; `later` is in the unit of the frequency.
    fn span(&self, first: NaiveDate, later: u32) -> Option<(NaiveDate, i32)> {
        let days = i32::try_from(later).ok()?;
        match self.frequency {
            Frequency::Daily => Some((first.plus_days(days)?, 1)),
            Frequency::Weekly => {
                let begin = weeks_begin(first, self.week_start)?;
                Some((begin.plus_days(days.checked_mul(7)?)?, 7))
            }
            Frequency::Monthly => {
                let month = first.year().checked_mul(12)?.checked_add(first.month().checked_sub(1)?)?;
                let month = month.checked_add(later)?;
                let begin = NaiveDate::new(month / 12, (month % 12).checked_add(1)?, 1).ok()?;
                Some((begin, days_of_month(begin)))
            }
            Frequency::Yearly => {
                let begin = NaiveDate::new(first.year().checked_add(later)?, 1, 1).ok()?;
                Some((begin, days_of_year(begin)))
            }
        }
    }

    /// Whether the rule has a day. What it does not say comes from its first day.
    fn has(&self, day: NaiveDate, first: NaiveDate) -> bool {
        let has_days = !(self.days.is_empty() && self.month_days.is_empty() && self.year_days.is_empty());
        let is_implied = || match self.frequency {
            _ if has_days => true,
            Frequency::Daily => true,
            Frequency::Weekly => day.weekday() == first.weekday(),
            Frequency::Monthly => day.day() == first.day(),
            Frequency::Yearly => {
                day.day() == first.day() && (!self.months.is_empty() || day.month() == first.month())
            }
        };
        // In the order of what they cost: this is asked of each day.
        (self.months.is_empty() || self.months.contains(&day.month()))
            && is_implied()
            && self.has_weekday(day)
            && (self.month_days.is_empty() || counts(&self.month_days, day.day(), days_of_month(day)))
            && (self.year_days.is_empty() || counts(&self.year_days, day_of_year(day), days_of_year(day)))
    }

    fn has_weekday(&self, day: NaiveDate) -> bool {
        if self.days.is_empty() {
            return true;
        }
        // The number of a day of the week counts within the month, or in a rule of years without months within the year.
        let in_year = self.frequency == Frequency::Yearly && self.months.is_empty();
        let (at, length) =
            if in_year { (day_of_year(day), days_of_year(day)) } else { (day.day(), days_of_month(day)) };
        let at = i32::try_from(at).unwrap_or(i32::MAX);
        let (forward, backward) = ((at - 1) / 7 + 1, (length - at) / 7 + 1);
        let is = |(number, weekday): &(Option<i32>, Weekday)| {
            *weekday == day.weekday() && number.is_none_or(|number| number == forward || -number == backward)
        };
        self.days.iter().any(is)
    }
}

/// The parts of a list, each once; `None` if one of them is wrong.
fn list<T: Ord>(text: &str, part: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    let parts: Option<BTreeSet<T>> = text.split(',').map(|text| part(text.trim())).collect();
    parts.map(|parts| parts.into_iter().collect())
}

/// A number from 1 to `most`, or from the end.
fn number(text: &str, most: i32) -> Option<i32> {
    text.parse::<i32>().ok().filter(|number| *number != 0 && (-most..=most).contains(number))
}

/// `MO`, `1MO`, `-1MO`.
fn day(text: &str) -> Option<(Option<i32>, Weekday)> {
    let at = text.len().checked_sub(2)?;
    let (before, name) = text.split_at_checked(at)?;
    let within = if before.is_empty() { None } else { Some(number(before, 53)?) };
    Some((within, weekday(name)?))
}

/// Whether one of the numbers, from the begin or from the end, is this day of so many.
fn counts(numbers: &[i32], day: u32, of: i32) -> bool {
    let day = i32::try_from(day).unwrap_or(i32::MAX);
    numbers.iter().any(|number| *number == day || of + 1 + number == day)
}

fn weeks_begin(day: NaiveDate, start: Weekday) -> Option<NaiveDate> {
    (0..7).filter_map(|back: i32| day.plus_days(-back)).find(|day| day.weekday() == start)
}

fn days_of_month(day: NaiveDate) -> i32 {
    let has = |last: u32| i32::from(NaiveDate::new(day.year(), day.month(), last).is_ok());
    28 + has(29) + has(30) + has(31)
}

fn days_of_year(day: NaiveDate) -> i32 {
    if NaiveDate::new(day.year(), 2, 29).is_ok() { 366 } else { 365 }
}

fn day_of_year(day: NaiveDate) -> u32 {
    let begin = NaiveDate::new(day.year(), 1, 1).unwrap_or(day);
    u32::try_from(begin.days_until(day)).unwrap_or_default().saturating_add(1)
}
