use crate::error::{Error, ErrorKind, Result, quoted};
use crate::scalar::scalar;
use chrono::Datelike as _;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A calendar day without a zone, in the years 1 to 9999. Wire form: `2026-11-23`.
///
/// ```
/// use relcore::{NaiveDate, Weekday};
/// assert_eq!(NaiveDate::parse("2026-11-23")?.weekday(), Weekday::Monday);
/// assert!(NaiveDate::parse("2026-02-29").is_err()); // 2026 is not a leap year
/// # Ok::<(), relcore::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NaiveDate(chrono::NaiveDate);

/// A day of the week. A week starts on Monday (ISO 8601) unless an argument states another day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Weekday {
    /// The first day of the ISO week.
    Monday,
    /// The second day.
    Tuesday,
    /// The third day.
    Wednesday,
    /// The fourth day.
    Thursday,
    /// The fifth day.
    Friday,
    /// The sixth day.
    Saturday,
    /// The last day of the ISO week.
    Sunday,
}

impl NaiveDate {
    /// Reads `YYYY-MM-DD`.
    ///
    /// # Errors
    /// `invalid_value` for `23.11.2026`, `2026-11`, `2026-02-29`, and years outside 1 to 9999.
    pub fn parse(text: &str) -> Result<Self> {
        let parsed = chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().and_then(Self::from_chrono);
        // chrono also accepts blanks, signs and single digits.
        parsed.filter(|date| date.to_string() == text).ok_or_else(|| {
            let text = quoted(text);
            Error::new(
                ErrorKind::InvalidValue,
                "",
                format!("{text} is not a day: expected one like `2026-11-23`"),
            )
        })
    }

    /// The day of these numbers, January and the first of a month being 1.
    ///
    /// ```
    /// use relcore::NaiveDate;
    /// let date = NaiveDate::new(2026, 11, 23)?;
    /// assert_eq!((date.year(), date.month(), date.day()), (2026, 11, 23));
    /// assert!(NaiveDate::new(2026, 2, 29).is_err()); // 2026 is not a leap year
    /// # Ok::<(), relcore::Error>(())
    /// ```
    ///
    /// # Errors
    /// `invalid_value` for a day that does not exist, and for years outside 1 to 9999.
    pub fn new(year: u32, month: u32, day: u32) -> Result<Self> {
        let date =
            i32::try_from(year).ok().and_then(|year| chrono::NaiveDate::from_ymd_opt(year, month, day));
        date.and_then(Self::from_chrono).ok_or_else(|| {
            let text = format!("`{year:04}-{month:02}-{day:02}` does not exist in the years 1 to 9999");
            Error::new(ErrorKind::InvalidValue, "", text)
        })
    }

    /// The year: 1 to 9999.
    #[must_use]
    pub fn year(self) -> u32 {
        self.0.year().unsigned_abs() // INVARIANT: never negative
    }

    /// The month: 1 to 12.
    #[must_use]
    pub fn month(self) -> u32 {
        self.0.month()
    }

    /// The day of the month: 1 to 31.
    #[must_use]
    pub fn day(self) -> u32 {
        self.0.day()
    }

    /// The day of the week.
    #[must_use]
    pub fn weekday(self) -> Weekday {
        Weekday::from_chrono(self.0.weekday())
    }

    /// This day as chrono's type.
    pub(super) fn to_chrono(self) -> chrono::NaiveDate {
        self.0
    }

    /// Converts chrono's day; `None` outside the years 1 to 9999.
    pub(super) fn from_chrono(date: chrono::NaiveDate) -> Option<Self> {
        (1..=9999).contains(&date.year()).then_some(Self(date))
    }

    /// The days from this day to `later`; negative if that is earlier.
    pub(crate) fn days_until(self, later: Self) -> i64 {
        later.0.signed_duration_since(self.0).num_days()
    }

    /// Adds days; `None` outside the years 1 to 9999.
    #[must_use]
    pub fn plus_days(self, days: i32) -> Option<Self> {
        self.0.checked_add_signed(chrono::TimeDelta::days(i64::from(days))).and_then(Self::from_chrono)
    }
}

impl Weekday {
    /// Converts chrono's day.
    pub(super) fn from_chrono(day: chrono::Weekday) -> Self {
        match day {
            chrono::Weekday::Mon => Self::Monday,
            chrono::Weekday::Tue => Self::Tuesday,
            chrono::Weekday::Wed => Self::Wednesday,
            chrono::Weekday::Thu => Self::Thursday,
            chrono::Weekday::Fri => Self::Friday,
            chrono::Weekday::Sat => Self::Saturday,
            chrono::Weekday::Sun => Self::Sunday,
        }
    }
}

impl fmt::Display for NaiveDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0.year(), self.0.month(), self.0.day())
    }
}

scalar! {
    NaiveDate, format: "date", description: "A calendar day without a zone.",
    expected: "a day as text, like `2026-11-23`", native: text as crate::scalar::DATE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_has_exactly_ten_characters() {
        assert_eq!(NaiveDate::parse("0026-01-02").unwrap().to_string(), "0026-01-02");
        for text in ["2026-1-2", "2026-1- 2", " 026-01-02", "+026-01-02", "\u{3000}26-1-02", "02026-01-02"] {
            assert!(NaiveDate::parse(text).is_err(), "{text}");
        }
    }
}
