//! Conversions with the types of std, and with those of chrono under the feature `chrono`.
use super::{Span, Timestamp};
use crate::error::{Error, ErrorKind, Result};
use std::time::{Duration, SystemTime};

impl TryFrom<SystemTime> for Timestamp {
    type Error = Error;

    /// The instant of a clock, truncated to the millisecond.
    ///
    /// ```
    /// use relcore::Timestamp;
    /// use std::time::{Duration, SystemTime};
    /// let at = Timestamp::try_from(SystemTime::UNIX_EPOCH + Duration::from_micros(1_999))?;
    /// assert_eq!(at.to_string(), "1970-01-01T00:00:00.001Z");
    /// # Ok::<(), relcore::Error>(())
    /// ```
    ///
    /// # Errors
    /// `out_of_range` outside the years 1 to 9999.
    fn try_from(time: SystemTime) -> Result<Self> {
        let millis = match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => i128::try_from(after.as_nanos()).map(|nanos| nanos / NANOS),
            // The millisecond in which an instant before 1970 lies begins before it.
            Err(before) => {
                i128::try_from(before.duration().as_nanos()).map(|nanos| (-nanos).div_euclid(NANOS))
            }
        };
        // A number beyond i64 is outside the years 1 to 9999, too.
        Self::from_millis(millis.ok().and_then(|millis| i64::try_from(millis).ok()).unwrap_or(i64::MAX))
    }
}

/// Nanoseconds in a millisecond.
const NANOS: i128 = 1_000_000;

impl TryFrom<Timestamp> for SystemTime {
    type Error = Error;

    /// The instant as std's type.
    ///
    /// # Errors
    /// `out_of_range` where the platform cannot hold it: Windows begins in 1601.
    fn try_from(at: Timestamp) -> Result<Self> {
        let distance = Duration::from_millis(at.as_millis().unsigned_abs());
        let time = match at.as_millis() {
            0.. => Self::UNIX_EPOCH.checked_add(distance),
            _ => Self::UNIX_EPOCH.checked_sub(distance),
        };
        time.ok_or_else(|| {
            Error::new(ErrorKind::OutOfRange, "", format!("`{at}` is outside the range of this platform"))
        })
    }
}

impl TryFrom<Duration> for Span {
    type Error = Error;

    /// The length, truncated to the millisecond.
    ///
    /// # Errors
    /// `out_of_range` beyond [`Span::MAX`].
    fn try_from(duration: Duration) -> Result<Self> {
        Self::from_millis(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX))
    }
}

impl TryFrom<Span> for Duration {
    type Error = Error;

    /// The length as std's type, which is never negative.
    ///
    /// ```
    /// use relcore::Span;
    /// use std::time::Duration;
    /// assert_eq!(Duration::try_from(Span::from_minutes(2))?, Duration::from_secs(120));
    /// assert!(Duration::try_from(Span::from_minutes(-2)).is_err());
    /// # Ok::<(), relcore::Error>(())
    /// ```
    ///
    /// # Errors
    /// `out_of_range` for a negative span.
    fn try_from(span: Span) -> Result<Self> {
        u64::try_from(span.as_millis()).map(Self::from_millis).map_err(|_| {
            Error::new(ErrorKind::OutOfRange, "", format!("`{span}` is negative: expected 0 or more"))
        })
    }
}

/// Only under the feature, so that another version of chrono breaks nobody who does not use it.
#[cfg(feature = "chrono")]
mod of_chrono {
    use super::{Error, ErrorKind, Result, Span, Timestamp};
    use crate::time::{NaiveDate, Weekday};
    use chrono::{DateTime, TimeDelta, TimeZone, Utc};

    impl From<Timestamp> for DateTime<Utc> {
        fn from(at: Timestamp) -> Self {
            at.to_chrono()
        }
    }

    impl<Z: TimeZone> TryFrom<DateTime<Z>> for Timestamp {
        type Error = Error;

        /// The instant, truncated to the millisecond.
        ///
        /// # Errors
        /// `out_of_range` outside the years 1 to 9999.
        fn try_from(instant: DateTime<Z>) -> Result<Self> {
            Self::from_millis(instant.timestamp_millis())
        }
    }

    impl From<Span> for TimeDelta {
        fn from(span: Span) -> Self {
            Self::milliseconds(span.as_millis())
        }
    }

    impl TryFrom<TimeDelta> for Span {
        type Error = Error;

        /// The length, truncated to the millisecond.
        ///
        /// # Errors
        /// `out_of_range` beyond [`Span::MIN`] and [`Span::MAX`].
        fn try_from(delta: TimeDelta) -> Result<Self> {
            Self::from_millis(delta.num_milliseconds())
        }
    }

    impl From<NaiveDate> for chrono::NaiveDate {
        fn from(date: NaiveDate) -> Self {
            date.to_chrono()
        }
    }

    impl TryFrom<chrono::NaiveDate> for NaiveDate {
        type Error = Error;

        /// The day.
        ///
        /// # Errors
        /// `out_of_range` outside the years 1 to 9999.
        fn try_from(date: chrono::NaiveDate) -> Result<Self> {
            Self::from_chrono(date)
                .ok_or_else(|| Error::new(ErrorKind::OutOfRange, "", "is outside the years 1 to 9999"))
        }
    }

    impl From<chrono::Weekday> for Weekday {
        fn from(day: chrono::Weekday) -> Self {
            Self::from_chrono(day)
        }
    }

    impl From<Weekday> for chrono::Weekday {
        fn from(day: Weekday) -> Self {
            match day {
                Weekday::Monday => Self::Mon,
                Weekday::Tuesday => Self::Tue,
                Weekday::Wednesday => Self::Wed,
                Weekday::Thursday => Self::Thu,
                Weekday::Friday => Self::Fri,
                Weekday::Saturday => Self::Sat,
                Weekday::Sunday => Self::Sun,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_instant_before_1970_truncates_downward() {
        let time = SystemTime::UNIX_EPOCH.checked_sub(Duration::from_nanos(1)).unwrap();
        assert_eq!(Timestamp::try_from(time).unwrap().as_millis(), -1);
        let time = SystemTime::UNIX_EPOCH.checked_sub(Duration::from_millis(1)).unwrap();
        assert_eq!(Timestamp::try_from(time).unwrap().as_millis(), -1);
    }

    #[test]
    fn what_a_type_cannot_hold_is_refused() {
        let far = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(300_000_000_000)).unwrap();
        assert_eq!(Timestamp::try_from(far).unwrap_err().kind(), ErrorKind::OutOfRange);
        assert_eq!(Span::try_from(Duration::MAX).unwrap_err().kind(), ErrorKind::OutOfRange);
        assert_eq!(Duration::try_from(Span::MIN).unwrap_err().kind(), ErrorKind::OutOfRange);
    }

    proptest! {
        #[test]
        fn instants_of_std_convert_both_ways(millis in Timestamp::MIN_MILLIS..=Timestamp::MAX_MILLIS) {
            let at = Timestamp::from_millis(millis).unwrap();
            // Windows holds no instant before 1601.
            if let Ok(time) = SystemTime::try_from(at) {
                prop_assert_eq!(Timestamp::try_from(time).unwrap(), at);
            }
        }

        #[test]
        fn lengths_of_std_convert_both_ways(millis in 0..=Span::MAX.as_millis()) {
            let span = Span::from_millis(millis).unwrap();
            prop_assert_eq!(Span::try_from(Duration::try_from(span).unwrap()).unwrap(), span);
        }
    }

    #[cfg(feature = "chrono")]
    proptest! {
        #[test]
        fn types_of_chrono_convert_both_ways(
            millis in Timestamp::MIN_MILLIS..=Timestamp::MAX_MILLIS, span in Span::MIN.as_millis()..=Span::MAX.as_millis(),
        ) {
            use crate::time::{NaiveDate, Weekday};
            let at = Timestamp::from_millis(millis).unwrap();
            let instant = chrono::DateTime::from(at);
            prop_assert_eq!(instant.timestamp_millis(), millis);
            prop_assert_eq!(Timestamp::try_from(instant).unwrap(), at);
            let date = NaiveDate::try_from(instant.date_naive()).unwrap();
            prop_assert_eq!(chrono::NaiveDate::from(date), instant.date_naive());
            let day = date.weekday();
            prop_assert_eq!(Weekday::from(chrono::Weekday::from(day)), day);
            let span = Span::from_millis(span).unwrap();
            prop_assert_eq!(Span::try_from(chrono::TimeDelta::from(span)).unwrap(), span);
        }
    }
}
