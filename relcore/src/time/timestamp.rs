use super::span::Span;
use crate::error::{Error, ErrorKind, Result, quoted};
use crate::scalar::scalar;
use chrono::{DateTime, Datelike as _, Timelike as _, Utc};
use std::fmt;

/// An instant in UTC, in milliseconds, in the years 1 to 9999. Wire form: RFC 3339, as in `2026-11-23T03:00:00.000Z`.
///
/// Text with any offset is read; digits finer than a millisecond are truncated. The leap second `23:59:60` UTC is read as
/// the second after it, as on POSIX clocks; a 61st second of any other minute is refused.
///
/// ```
/// use relcore::Timestamp;
/// let at = Timestamp::parse("2026-11-23T05:00:00.123987+02:00")?;
/// assert_eq!(at.to_string(), "2026-11-23T03:00:00.123Z");
/// let now = Timestamp::try_from(std::time::SystemTime::now())?; // the caller's clock: relcore reads none
/// assert!(now.as_millis() > 0);
/// // Pitfall: a local time without an offset is not an instant.
/// assert!(Timestamp::parse("2026-11-23T05:00:00").is_err());
/// # Ok::<(), relcore::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(DateTime<Utc>);

/// The minute of the UTC day that can have a leap second.
const LAST_MINUTE: i64 = 24 * 60 - 1;

impl Timestamp {
    /// 0001-01-01T00:00:00.000Z: the first instant that Python's `datetime` holds.
    pub const MIN_MILLIS: i64 = -62_135_596_800_000;
    /// 9999-12-31T23:59:59.999Z: the last instant that Python's `datetime` and RFC 3339 hold.
    pub const MAX_MILLIS: i64 = 253_402_300_799_999;

    /// The instant `millis` milliseconds after 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// `out_of_range` outside the years 1 to 9999.
    pub fn from_millis(millis: i64) -> Result<Self> {
        if !(Self::MIN_MILLIS..=Self::MAX_MILLIS).contains(&millis) {
            return Err(Self::out_of_range());
        }
        DateTime::from_timestamp_millis(millis).map(Self).ok_or_else(Self::out_of_range)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn as_millis(self) -> i64 {
        self.0.timestamp_millis()
    }

    /// Reads RFC 3339 with any offset.
    ///
    /// # Errors
    /// `invalid_value` for `yesterday`, `2026-11-23`, `2026-11-23T05:00:00` (no offset) and `2026-11-23T12:30:60Z` (no
    /// leap second); `out_of_range` for instants outside the years 1 to 9999.
    pub fn parse(text: &str) -> Result<Self> {
        // chrono also accepts U+2212 as the minus sign, and a 61st second in every minute.
        let read = DateTime::parse_from_rfc3339(text).ok().filter(|instant| {
            let minute = instant.timestamp().rem_euclid(86_400) / 60;
            text.is_ascii() && (instant.timestamp_subsec_nanos() < 1_000_000_000 || minute == LAST_MINUTE)
        });
        let instant = read.ok_or_else(|| {
            let text = quoted(text);
            Error::new(
                ErrorKind::InvalidValue,
                "",
                format!(
                    "{text} is not an instant: expected RFC 3339 with an offset, like `2026-11-23T03:00:00Z`"
                ),
            )
        })?;
        Self::from_millis(instant.timestamp_millis())
    }

    /// This instant as chrono's type.
    pub(crate) fn to_chrono(self) -> DateTime<Utc> {
        self.0
    }

    /// The instant a span later, or earlier if the span is negative.
    ///
    /// # Errors
    /// `out_of_range` outside the years 1 to 9999.
    pub fn plus(self, span: Span) -> Result<Self> {
        self.as_millis()
            .checked_add(span.as_millis())
            .map_or_else(|| Err(Self::out_of_range()), Self::from_millis)
    }

    /// The span from `earlier` to this instant; negative if `earlier` is the later one.
    #[must_use]
    pub fn since(self, earlier: Self) -> Span {
        // INVARIANT: the difference is less than 10,000 years, so it fits into a span.
        Span::saturating(self.as_millis().saturating_sub(earlier.as_millis()))
    }

    fn out_of_range() -> Error {
        Error::new(ErrorKind::OutOfRange, "", "is outside the years 1 to 9999")
    }
}

impl fmt::Display for Timestamp {
    /// Digit by digit into a template, because `write!` costs several times as much and a state has several instants.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (date, time) = (self.0.date_naive(), self.0.time());
        let mut text = *b"0000-00-00T00:00:00.000Z";
        let numbers = [
            (0..4, date.year().unsigned_abs()),
            (5..7, date.month()),
            (8..10, date.day()),
            (11..13, time.hour()),
            (14..16, time.minute()),
            (17..19, time.second()),
            (20..23, self.0.timestamp_subsec_millis()),
        ];
        for (range, mut number) in numbers {
            for byte in text.get_mut(range).into_iter().flatten().rev() {
                *byte = b'0' + (number % 10) as u8;
                number /= 10;
            }
        }
        f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

scalar! {
    Timestamp, format: "date-time", description: "An instant: RFC 3339 in UTC, to the millisecond.",
    expected: "an instant as RFC 3339 text", native: millis as crate::scalar::TIMESTAMP
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limits_are_those_of_python() {
        assert_eq!(
            Timestamp::from_millis(Timestamp::MIN_MILLIS).unwrap().to_string(),
            "0001-01-01T00:00:00.000Z"
        );
        assert_eq!(
            Timestamp::from_millis(Timestamp::MAX_MILLIS).unwrap().to_string(),
            "9999-12-31T23:59:59.999Z"
        );
        assert_eq!(
            Timestamp::from_millis(Timestamp::MAX_MILLIS + 1).unwrap_err().kind(),
            ErrorKind::OutOfRange
        );
        assert_eq!(Timestamp::from_millis(i64::MIN).unwrap_err().kind(), ErrorKind::OutOfRange);
        assert!(Timestamp::parse("+010000-01-01T00:00:00Z").is_err());
        assert!(Timestamp::parse("0000-12-31T23:00:00Z").is_err());
    }

    #[test]
    fn instants_before_1970_truncate_downward() {
        let at = Timestamp::parse("1969-12-31T23:59:59.9999Z").unwrap();
        assert_eq!(at.as_millis(), -1);
    }

    #[test]
    fn only_the_last_minute_of_a_day_has_a_leap_second() {
        let next = Timestamp::parse("2017-01-01T00:00:00.500Z").unwrap();
        for leap in ["2016-12-31T23:59:60.5Z", "2016-12-31T15:59:60.5-08:00", "2017-01-01t05:29:60.5+05:30"] {
            assert_eq!(Timestamp::parse(leap).unwrap(), next, "{leap}");
        }
        for text in ["2026-11-23T12:30:60Z", "2026-11-23T23:59:60+01:00", "2026-11-23T23:59:61Z"] {
            assert_eq!(Timestamp::parse(text).unwrap_err().kind(), ErrorKind::InvalidValue, "{text}");
        }
        assert!(Timestamp::parse("2026-11-23T03:00:00\u{2212}02:00").is_err());
    }

    proptest::proptest! {
        #[test]
        fn the_text_is_that_of_chrono_and_is_read_back(millis in Timestamp::MIN_MILLIS..=Timestamp::MAX_MILLIS) {
            let at = Timestamp::from_millis(millis).unwrap();
            let text = at.to_string();
            proptest::prop_assert_eq!(&text, &at.to_chrono().format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string());
            proptest::prop_assert_eq!(DateTime::parse_from_rfc3339(&text).unwrap().timestamp_millis(), millis);
            proptest::prop_assert_eq!(Timestamp::parse(&text).unwrap(), at);
        }
    }

    #[test]
    fn plus_checks_the_range() {
        let last = Timestamp::from_millis(Timestamp::MAX_MILLIS).unwrap();
        assert!(last.plus(Span::from_millis(1).unwrap()).is_err());
        assert!(last.plus(Span::MIN).is_err());
    }
}
