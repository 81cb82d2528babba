use crate::error::{Error, ErrorKind, Result, quoted};
use crate::scalar::scalar;
use std::fmt;

/// A signed length of time in milliseconds. Wire form: ISO 8601, as in `PT1H30M`, `P2D`, `-PT0.5S`.
///
/// - A day is 24 hours and a week 7 days. Years and months are refused: they have no fixed length.
/// - Numbers with units are read, too: `90s`, `2h 30m`, `1.5h`, `250ms`, `1w`, `-5m`. Units are in lower case, each at
///   most once.
/// - A decimal comma is read in ISO 8601 only (`PT1,5H`), because `1,500ms` is ambiguous.
/// - A bare number is refused, because `90` could be seconds or minutes.
///
/// ```
/// use relcore::Span;
/// assert_eq!(Span::parse("2h 30m")?, Span::parse("PT2H30M")?);
/// assert_eq!(Span::parse("90s")?.to_string(), "PT1M30S");
/// // Pitfall: `M` is a month before the `T` and a minute after it.
/// assert!(Span::parse("P1M").is_err());
/// # Ok::<(), relcore::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span(i64);

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const WEEK: i64 = 7 * DAY;

/// Reads a span from ISO 8601 (`PT1H30M`) or from numbers with units (`90s`, `2h 30m`).
///
/// # Errors
/// `invalid_value` for `90` (no unit), `P1M` and `1y` (no fixed length), `PT`, `5 parsecs`; `out_of_range` for
/// `P999999999999D`.
pub fn parse_span(text: &str) -> Result<Span> {
    Span::parse(text).map_err(|error| error.under("text"))
}

/// Writes a span as ISO 8601 in days, hours, minutes and seconds.
///
/// ```
/// use relcore::{Span, time::format_span};
/// assert_eq!(format_span(Span::from_minutes(90)), "PT1H30M");
/// assert_eq!(format_span(Span::from_days(-14)), "-P14D");
/// ```
#[must_use]
pub fn format_span(span: Span) -> String {
    span.to_string()
}

impl Span {
    /// The span of length zero.
    pub const ZERO: Self = Self(0);
    /// The longest span: 2^53 - 1 milliseconds, about 285,000 years. Every language holds it exactly.
    pub const MAX: Self = Self(9_007_199_254_740_991);
    /// The longest negative span.
    pub const MIN: Self = Self(-9_007_199_254_740_991);

    /// A span of `millis` milliseconds.
    ///
    /// # Errors
    /// `out_of_range` beyond [`Span::MIN`] and [`Span::MAX`].
    pub fn from_millis(millis: i64) -> Result<Self> {
        if (Self::MIN.0..=Self::MAX.0).contains(&millis) {
            Ok(Self(millis))
        } else {
            Err(Self::out_of_range())
        }
    }

    /// A span of `seconds` seconds.
    #[must_use]
    pub const fn from_seconds(seconds: i32) -> Self {
        Self(seconds as i64 * SECOND)
    }

    /// A span of `minutes` minutes.
    #[must_use]
    pub const fn from_minutes(minutes: i32) -> Self {
        Self(minutes as i64 * MINUTE)
    }

    /// A span of `hours` hours.
    #[must_use]
    pub const fn from_hours(hours: i32) -> Self {
        Self(hours as i64 * HOUR)
    }

    /// A span of `days` days of 24 hours.
    #[must_use]
    pub const fn from_days(days: i32) -> Self {
        Self(days as i64 * DAY)
    }

    /// The length in milliseconds.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// The length in seconds.
    #[must_use]
    pub fn as_seconds(self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a span is within 2^53 ms, which f64 holds exactly")]
        let millis = self.0 as f64;
        millis / 1000.0
    }

    /// Whether the span is less than zero.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// The sum, limited to [`Span::MIN`] and [`Span::MAX`].
    #[must_use]
    pub fn saturating_add(self, other: Self) -> Self {
        Self::saturating(self.0.saturating_add(other.0))
    }

    /// The difference, limited to [`Span::MIN`] and [`Span::MAX`].
    #[must_use]
    pub fn saturating_sub(self, other: Self) -> Self {
        Self::saturating(self.0.saturating_sub(other.0))
    }

    /// Reads ISO 8601 or numbers with units.
    ///
    /// # Errors
    /// `invalid_value` for `90` (no unit), `P1M` and `1y` (no fixed length), `PT`, `5 parsecs`; `out_of_range` for
    /// `P999999999999D`.
    pub fn parse(text: &str) -> Result<Self> {
        let trimmed = text.trim();
        let (negative, unsigned) = match trimmed.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, trimmed.strip_prefix('+').unwrap_or(trimmed)),
        };
        let millis = match unsigned.strip_prefix(['P', 'p']) {
            Some(iso) => read_iso(iso),
            None => read_units(unsigned),
        };
        let millis = millis.map_err(|fault| fault.explain(text))?;
        Self::from_millis(if negative { -millis } else { millis })
    }

    pub(crate) fn saturating(millis: i64) -> Self {
        Self(millis.clamp(Self::MIN.0, Self::MAX.0))
    }

    fn out_of_range() -> Error {
        Error::new(ErrorKind::OutOfRange, "", "is beyond 2^53 - 1 milliseconds")
    }
}

/// A fault in the text of a span.
enum Misread {
    /// Neither ISO 8601 nor numbers with units.
    Form,
    /// Months or years.
    Calendar,
    /// Beyond the longest span.
    Overflow,
}

impl Misread {
    fn explain(self, text: &str) -> Error {
        let text = quoted(text);
        match self {
            Self::Overflow => Span::out_of_range(),
            Self::Calendar => Error::new(
                ErrorKind::InvalidValue,
                "",
                format!(
                    "{text} has months or years, which have no fixed length: expected weeks, days or smaller units"
                ),
            ),
            Self::Form => Error::new(
                ErrorKind::InvalidValue,
                "",
                format!(
                    "{text} is not a span: expected ISO 8601 like `PT1H30M` or units like `90s`, `2h 30m`"
                ),
            ),
        }
    }
}

/// `nW`, `nDTnHnMnS` after the `P`: designators in this order, each at most once.
fn read_iso(text: &str) -> Result<i64, Misread> {
    let (days, clock) = match text.split_once(['T', 't']) {
        Some((days, clock)) if !clock.is_empty() => (days, clock),
        Some(_) => return Err(Misread::Form),
        None => (text, ""),
    };
    if days.is_empty() && clock.is_empty() {
        return Err(Misread::Form);
    }
    let total = read_parts(days, &[("W", WEEK), ("D", DAY)])?;
    let rest = read_parts(clock, &[("H", HOUR), ("M", MINUTE), ("S", SECOND)])?;
    total.checked_add(rest).ok_or(Misread::Overflow)
}

/// Number-unit pairs in the order of `units`.
fn read_parts(mut text: &str, units: &[(&str, i64)]) -> Result<i64, Misread> {
    let mut total = 0_i64;
    let mut units = units.iter();
    while !text.is_empty() {
        let (number, rest) = split_number(text, &['.', ','])?;
        let letter = rest.chars().next().ok_or(Misread::Form)?;
        let upper = letter.to_ascii_uppercase();
        let millis = units.find(|(unit, _)| unit.starts_with(upper)).map(|(_, millis)| *millis);
        let millis =
            millis.ok_or(if matches!(upper, 'Y' | 'M') { Misread::Calendar } else { Misread::Form })?;
        total = add(total, number, millis)?;
        text = rest.strip_prefix(letter).unwrap_or_default();
    }
    Ok(total)
}

/// `2h 30m`: number-unit pairs in any order, each unit at most once, with optional blanks between them.
fn read_units(text: &str) -> Result<i64, Misread> {
    let mut text = text.trim();
    if text.is_empty() {
        return Err(Misread::Form);
    }
    let mut total = 0_i64;
    let mut seen = [0_i64; 6];
    while !text.is_empty() {
        let (number, rest) = split_number(text, &['.'])?;
        let rest = rest.trim_start();
        let end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        let (unit, rest) = rest.split_at_checked(end).ok_or(Misread::Form)?;
        let millis = match unit {
            "ms" | "milli" | "millis" | "millisecond" | "milliseconds" => 1,
            "s" | "sec" | "secs" | "second" | "seconds" => SECOND,
            "m" | "min" | "mins" | "minute" | "minutes" => MINUTE,
            "h" | "hr" | "hrs" | "hour" | "hours" => HOUR,
            "d" | "day" | "days" => DAY,
            "w" | "wk" | "wks" | "week" | "weeks" => WEEK,
            "mo" | "month" | "months" | "y" | "yr" | "yrs" | "year" | "years" => {
                return Err(Misread::Calendar);
            }
            _ => return Err(Misread::Form),
        };
        // Zero marks a free entry. A repeated unit is a fault; a seventh unit cannot be a new one.
        match seen.iter_mut().find(|unit| **unit == 0 || **unit == millis) {
            Some(free) if *free == 0 => *free = millis,
            _ => return Err(Misread::Form),
        }
        total = add(total, number, millis)?;
        text = rest.trim_start_matches([' ', ',', '\t']);
    }
    Ok(total)
}

/// Splits off the leading decimal number: the digits before and after the decimal mark, then the rest of the text.
fn split_number<'a>(text: &'a str, marks: &[char]) -> Result<((&'a str, &'a str), &'a str), Misread> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || marks.contains(&c))).unwrap_or(text.len());
    let (number, rest) = text.split_at_checked(end).ok_or(Misread::Form)?;
    let (whole, fraction) = number.split_once(marks).unwrap_or((number, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if digits(whole) && digits(fraction) { Ok(((whole, fraction), rest)) } else { Err(Misread::Form) }
}

/// Adds `whole.fraction` units in integer arithmetic; truncates to milliseconds.
fn add(total: i64, (whole, fraction): (&str, &str), unit: i64) -> Result<i64, Misread> {
    let whole: i64 = whole.parse().map_err(|_| Misread::Overflow)?;
    let mut sum = whole.checked_mul(unit).ok_or(Misread::Overflow)?;
    // The tenth decimal of a week is less than 0.1 ms, so nine digits are enough.
    let mut scale = 1_i64;
    let mut numerator = 0_i64;
    for digit in fraction.bytes().take(9) {
        scale *= 10;
        numerator = numerator * 10 + i64::from(digit - b'0');
    }
    // INVARIANT: numerator < 10^9 and unit < 10^9, so the product fits.
    sum = sum.checked_add(numerator * unit / scale).ok_or(Misread::Overflow)?;
    total.checked_add(sum).filter(|sum| *sum <= Span::MAX.0).ok_or(Misread::Overflow)
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("PT0S");
        }
        let millis = self.0.unsigned_abs();
        let (day, clock) = (DAY.unsigned_abs(), millis % DAY.unsigned_abs());
        f.write_str(if self.is_negative() { "-P" } else { "P" })?;
        if millis >= day {
            write!(f, "{}D", millis / day)?;
        }
        if clock == 0 {
            return Ok(());
        }
        f.write_str("T")?;
        let (hours, minutes) = (clock / 3_600_000, clock / 60_000 % 60);
        let (seconds, rest) = (clock / 1000 % 60, clock % 1000);
        if hours > 0 {
            write!(f, "{hours}H")?;
        }
        if minutes > 0 {
            write!(f, "{minutes}M")?;
        }
        match (seconds, rest) {
            (0, 0) => Ok(()),
            (_, 0) => write!(f, "{seconds}S"),
            _ => {
                let fraction = format!("{rest:03}");
                write!(f, "{seconds}.{}S", fraction.trim_end_matches('0'))
            }
        }
    }
}

scalar! {
    Span, format: "duration", description: "A signed length of time: ISO 8601, or units like `2h 30m`.",
    expected: "a span as text, like `PT1H30M` or `90s`", native: millis as crate::scalar::SPAN
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn forms_that_mean_the_same() {
        for (text, iso) in [
            ("90s", "PT1M30S"),
            ("1.5h", "PT1H30M"),
            ("P1W", "P7D"),
            ("1 day, 2 hours", "P1DT2H"),
            ("-5m", "-PT5M"),
            ("0s", "PT0S"),
            ("PT0.5S", "PT0.5S"),
            ("PT0,25S", "PT0.25S"),
            ("250ms", "PT0.25S"),
            ("pt1h", "PT1H"),
            ("0.0019s", "PT0.001S"),
        ] {
            assert_eq!(Span::parse(text).unwrap().to_string(), iso, "{text}");
        }
    }

    #[test]
    fn a_constructor_counts_in_its_unit() {
        for (span, text) in [
            (Span::from_seconds(90), "90s"),
            (Span::from_minutes(90), "90m"),
            (Span::from_hours(-30), "-30h"),
            (Span::from_days(9), "9d"),
        ] {
            assert_eq!(span, Span::parse(text).unwrap(), "{text}");
        }
    }

    #[test]
    fn months_and_years_are_refused_by_name() {
        for text in ["P1M", "P1Y", "1mo", "2 months", "1y", "3 years"] {
            let error = Span::parse(text).unwrap_err().to_string();
            assert!(error.contains("have no fixed length"), "{error}");
        }
    }

    #[test]
    fn refused() {
        for text in [
            "",
            "90",
            "P",
            "PT",
            "P1DT",
            "P1M",
            "P1Y",
            "1y",
            "PT1M1H",
            "1.s",
            "s",
            "PT1H1H",
            "1h 1h",
            "1s 1ms 1s",
            "1,500ms",
            "1,5h",
            "--1s",
            "1é",
            "5 parsecs",
        ] {
            assert_eq!(Span::parse(text).unwrap_err().kind(), ErrorKind::InvalidValue, "{text}");
        }
        for text in ["P999999999999999D", "99999999999999999999s", "9007199254740992ms"] {
            assert_eq!(Span::parse(text).unwrap_err().kind(), ErrorKind::OutOfRange, "{text}");
        }
    }

    proptest! {
        #[test]
        fn written_spans_read_back(millis in Span::MIN.0..=Span::MAX.0) {
            let span = Span::from_millis(millis).unwrap();
            prop_assert_eq!(Span::parse(&span.to_string()).unwrap(), span);
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC*") {
            let _ = Span::parse(&text);
        }
    }
}
