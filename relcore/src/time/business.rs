use super::{NaiveDate, Weekday};
use crate::error::{Error, ErrorKind, Result};
use crate::input::input;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

input! {
    /// Defines business days: the weekend, holidays and make-up days. relcore has no list of holidays; the caller supplies it.
    ///
    /// ```
    /// use relcore::{NaiveDate, time::{BusinessCalendar, add_business_days}};
    /// let calendar = BusinessCalendar::default().holidays([NaiveDate::parse("2026-12-25")?]);
    /// let due = add_business_days(NaiveDate::parse("2026-12-24")?, 1, &calendar)?;
    /// assert_eq!(due.to_string(), "2026-12-28"); // Friday is a holiday, then comes the weekend
    /// # Ok::<(), relcore::Error>(())
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct BusinessCalendar {
        /// The days of the week without work. Default: Saturday and Sunday.
        pub weekend: Vec<Weekday>,
        /// Dates without work, on any day of the week. Default: none.
        pub holidays: Vec<NaiveDate>,
        /// Make-up days: business days even on a weekend or a holiday. Default: none.
        pub working_days: Vec<NaiveDate>,
        /// Business days that end early. Default: none. They count as whole days where days are counted.
        pub half_days: Vec<HalfDay>,
    }
}

input! {
    /// A business day that ends early, like Christmas Eve.
    ///
    /// ```
    /// use relcore::{NaiveDate, time::HalfDay};
    /// let eve = HalfDay::new(NaiveDate::parse("2026-12-24")?, "12:00");
    /// assert_eq!(eve.end, "12:00");
    /// # Ok::<(), relcore::Error>(())
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub struct HalfDay {
        /// The day.
        pub date: NaiveDate,
        /// The local time at which it ends: `12:00`.
        pub end: String,
    }
}

impl HalfDay {
    /// A day and the local time at which it ends.
    #[must_use]
    pub fn new(date: NaiveDate, end: impl Into<String>) -> Self {
        Self { date, end: end.into() }
    }
}

impl Default for BusinessCalendar {
    fn default() -> Self {
        Self {
            weekend: vec![Weekday::Saturday, Weekday::Sunday],
            holidays: vec![],
            working_days: vec![],
            half_days: vec![],
        }
    }
}

impl BusinessCalendar {
    /// Whether the day is a business day.
    #[must_use]
    pub fn is_business_day(&self, date: NaiveDate) -> bool {
        self.working_days.contains(&date)
            || !(self.holidays.contains(&date) || self.weekend.contains(&date.weekday()))
    }

    /// Copies the dates into ordered sets: a lookup for each of a million days must not scan the lists.
    fn ordered(&self) -> Days<'_> {
        let set = |days: &[NaiveDate]| days.iter().copied().collect();
        Days { weekend: &self.weekend, holidays: set(&self.holidays), working_days: set(&self.working_days) }
    }
}

/// A calendar with ordered sets of dates.
struct Days<'a> {
    weekend: &'a [Weekday],
    holidays: BTreeSet<NaiveDate>,
    working_days: BTreeSet<NaiveDate>,
}

impl Days<'_> {
    fn is_business_day(&self, date: NaiveDate) -> bool {
        self.working_days.contains(&date)
            || !(self.weekend.contains(&date.weekday()) || self.holidays.contains(&date))
    }
}

/// Returns the business day that is `days` business days after `date`, or before it if `days` is negative.
///
/// `date` itself does not count: one business day after a Friday is Monday, and one after a Saturday is Monday, too. With
/// `days` of 0 the result is `date`, even if it is not a business day.
///
/// # Errors
/// `out_of_range` if the calendar has too few business days, as with a weekend of seven days, or if the result would be
/// outside the years 1 to 9999.
pub fn add_business_days(date: NaiveDate, days: i32, calendar: &BusinessCalendar) -> Result<NaiveDate> {
    let step = days.signum();
    let mut left = days.unsigned_abs();
    let mut day = date;
    let mut days_off = 0_u32;
    let calendar = calendar.ordered();
    while left > 0 {
        day = day.plus_days(step).ok_or_else(too_few_days)?;
        if calendar.is_business_day(day) {
            left -= 1;
            days_off = 0;
        } else {
            days_off += 1;
            if days_off > MAX_DAYS_OFF {
                return Err(too_few_days());
            }
        }
    }
    Ok(day)
}

/// Ten years without a business day: the calendar is treated as having none, which bounds the search.
const MAX_DAYS_OFF: u32 = 3660;

/// Counts the business days from `start` to before `end`. Negative if `end` is before `start`.
///
/// ```
/// use relcore::{NaiveDate, time::{BusinessCalendar, business_days_between}};
/// let (monday, next) = (NaiveDate::parse("2026-11-23")?, NaiveDate::parse("2026-11-30")?);
/// assert_eq!(business_days_between(monday, next, &BusinessCalendar::default()), 5);
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn business_days_between(start: NaiveDate, end: NaiveDate, calendar: &BusinessCalendar) -> i32 {
    let (first, last, sign) = if start <= end { (start, end, 1) } else { (end, start, -1) };
    let mut day = first;
    let mut count = 0;
    let calendar = calendar.ordered();
    while day < last {
        count += i32::from(calendar.is_business_day(day));
        match day.plus_days(1) {
            Some(next) => day = next,
            None => break,
        }
    }
    sign * count
}

fn too_few_days() -> Error {
    Error::new(ErrorKind::OutOfRange, "days", "the calendar has too few business days in the years 1 to 9999")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_calendar_without_business_days_is_refused() {
        use Weekday::*;
        let never = BusinessCalendar::default()
            .weekend([Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday]);
        let day = NaiveDate::parse("2026-11-23").unwrap();
        assert_eq!(add_business_days(day, 1, &never).unwrap_err().kind(), ErrorKind::OutOfRange);
        assert!(add_business_days(day, i32::MAX, &BusinessCalendar::default()).is_err());

        // Ten years without a business day are searched, and not a day more.
        let with_one_after =
            |days| BusinessCalendar { working_days: vec![day.plus_days(days).unwrap()], ..never.clone() };
        assert_eq!(add_business_days(day, 1, &with_one_after(3661)).unwrap().to_string(), "2036-12-01");
        assert_eq!(
            add_business_days(day, 1, &with_one_after(3662)).unwrap_err().kind(),
            ErrorKind::OutOfRange
        );
    }

    #[test]
    fn a_make_up_day_outranks_a_holiday_and_a_holiday_any_weekday() {
        let calendar = |holidays: &[&str], working_days: &[&str]| {
            let dates = |days: &[&str]| days.iter().map(|day| NaiveDate::parse(day).unwrap()).collect();
            BusinessCalendar {
                holidays: dates(holidays),
                working_days: dates(working_days),
                ..Default::default()
            }
        };
        let (friday, saturday) = ("2026-12-25", "2026-12-26");
        for (day, calendar, expected) in [
            (friday, calendar(&[], &[]), true),
            (saturday, calendar(&[], &[]), false),
            (friday, calendar(&[friday], &[]), false),
            (saturday, calendar(&[saturday], &[]), false),
            (friday, calendar(&[friday], &[friday]), true),
            (saturday, calendar(&[saturday], &[saturday]), true),
        ] {
            let date = NaiveDate::parse(day).unwrap();
            assert_eq!(calendar.is_business_day(date), expected, "{day} {calendar:?}");
            let counted = business_days_between(date, date.plus_days(1).unwrap(), &calendar);
            assert_eq!(counted, i32::from(expected), "{day} {calendar:?}");
        }
    }

    /// Bounds the time for 100,000 holidays over the years 1 to 9999.
    #[test]
    fn many_holidays_over_all_years_are_counted_quickly() {
        let first = NaiveDate::parse("0001-01-01").unwrap();
        let last = NaiveDate::parse("9999-12-31").unwrap();
        let holidays = (0..100_000).map(|day| first.plus_days(day * 36).unwrap());
        let calendar = BusinessCalendar::default().holidays(holidays);
        let count = business_days_between(first, last, &calendar);
        assert!((2_400_000..2_600_000).contains(&count), "{count}");
        assert_eq!(add_business_days(first, 2_400_000, &calendar).unwrap().to_string().len(), 10);
    }

    proptest! {
        #[test]
        fn adding_and_counting_agree(start in 0..20_000_i32, days in 1..400_i32) {
            let calendar = BusinessCalendar::default();
            let from = NaiveDate::parse("1990-01-01").unwrap().plus_days(start).unwrap();
            let to = add_business_days(from, days, &calendar).unwrap();
            let after = |day: NaiveDate| day.plus_days(1).unwrap();
            prop_assert!(calendar.is_business_day(to));
            prop_assert_eq!(business_days_between(after(from), after(to), &calendar), days);
        }
    }
}
