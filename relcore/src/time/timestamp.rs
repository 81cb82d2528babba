use super::span::Span;
use crate::error::{Error, ErrorKind, Result};
use chrono::{DateTime, Datelike as _, Timelike as _, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{fmt, str::FromStr};

/// An instant: UTC, to the millisecond, in the years 1 to 9999. RFC 3339 on the wire: `2026-11-23T03:00:00.000Z`.
///
/// Any offset is read; what is finer than a millisecond is cut off. A leap second, `23:59:60` UTC, is the second after it,
/// as on POSIX clocks; no other minute has one.
///
/// ```
/// use relcore::Timestamp;
/// let at = Timestamp::parse("2026-11-23T05:00:00.123987+02:00")?;
/// assert_eq!(at.to_string(), "2026-11-23T03:00:00.123Z");
/// // Pitfall: a local time without an offset is not an instant.
/// assert!(Timestamp::parse("2026-11-23T05:00:00").is_err());
/// # Ok::<(), relcore::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(DateTime<Utc>);

/// The minute of the day, in UTC, that may have a leap second.
const LAST_MINUTE: i64 = 24 * 60 - 1;

impl Timestamp {
    /// 0001-01-01T00:00:00.000Z: the first instant that Python's `datetime` holds.
    pub const MIN_MILLIS: i64 = -62_135_596_800_000;
    /// 9999-12-31T23:59:59.999Z: the last instant that Python's `datetime` and RFC 3339 hold.
    pub const MAX_MILLIS: i64 = 253_402_300_799_999;

    /// The instant so many milliseconds after 1970-01-01T00:00:00Z.
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
        // chrono also reads a minus sign that is not of ASCII, and a 61st second in every minute.
        let read = DateTime::parse_from_rfc3339(text).ok().filter(|instant| {
            let minute = instant.timestamp().rem_euclid(86_400) / 60;
            text.is_ascii() && (instant.timestamp_subsec_nanos() < 1_000_000_000 || minute == LAST_MINUTE)
        });
        let instant = read.ok_or_else(|| {
            let text = crate::wire::quoted(text);
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
    #[must_use]
    pub fn to_chrono(self) -> DateTime<Utc> {
        self.0
    }

    /// The instant a span later (earlier, when the span is negative).
    ///
    /// # Errors
    /// `out_of_range` when that leaves the years 1 to 9999.
    pub fn plus(self, span: Span) -> Result<Self> {
        self.as_millis()
            .checked_add(span.as_millis())
            .map_or_else(|| Err(Self::out_of_range()), Self::from_millis)
    }

    /// The span from `earlier` to this instant; negative when `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> Span {
        // INVARIANT: both lie within 10,000 years of each other, which a span holds.
        Span::saturating(self.as_millis().saturating_sub(earlier.as_millis()))
    }

    fn out_of_range() -> Error {
        Error::new(ErrorKind::OutOfRange, "", "is outside the years 1 to 9999")
    }
}

impl TryFrom<DateTime<Utc>> for Timestamp {
    type Error = Error;

    fn try_from(instant: DateTime<Utc>) -> Result<Self> {
        Self::from_millis(instant.timestamp_millis())
    }
}

impl FromStr for Timestamp {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::parse(text)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (date, time) = (self.0.date_naive(), self.0.time());
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
            date.year(),
            date.month(),
            date.day(),
            time.hour(),
            time.minute(),
            time.second(),
            self.0.timestamp_subsec_millis(),
        )
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            serializer.serialize_newtype_struct(crate::wire::TIMESTAMP, &self.as_millis())
        }
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_str(TimestampVisitor)
        } else {
            deserializer.deserialize_newtype_struct(crate::wire::TIMESTAMP, TimestampVisitor)
        }
    }
}

struct TimestampVisitor;

impl de::Visitor<'_> for TimestampVisitor {
    type Value = Timestamp;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an instant as RFC 3339 text")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Timestamp, E> {
        Timestamp::parse(text).map_err(E::custom)
    }

    fn visit_i64<E: de::Error>(self, millis: i64) -> Result<Timestamp, E> {
        Timestamp::from_millis(millis).map_err(E::custom)
    }
}

crate::wire::leaf_schema!(
    Timestamp,
    "string",
    "date-time",
    "An instant: RFC 3339 in UTC, to the millisecond."
);

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

    #[test]
    fn plus_checks_the_range() {
        let last = Timestamp::from_millis(Timestamp::MAX_MILLIS).unwrap();
        assert!(last.plus(Span::from_millis(1).unwrap()).is_err());
        assert!(last.plus(Span::MIN).is_err());
    }
}
