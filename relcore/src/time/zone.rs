use super::{NaiveDate, Timestamp};
use crate::error::{Error, ErrorKind, Result};
use chrono::{LocalResult, NaiveTime, TimeZone as _};
use chrono_tz::{GapInfo, Tz};

/// Returns the version of the compiled-in IANA time zone database, such as `2025b`.
///
/// Two builds with different databases can disagree about local days. Replaying a decision that depends on a zone
/// requires the same database.
#[must_use]
pub fn tzdb_version() -> String {
    chrono_tz::IANA_TZDB_VERSION.to_owned()
}

/// Returns the calendar day in a zone at an instant.
///
/// ```
/// use relcore::{Timestamp, time::local_date};
/// let at = Timestamp::parse("2026-11-23T23:30:00Z")?;
/// assert_eq!(local_date(at, "Asia/Kolkata")?.to_string(), "2026-11-24");
/// // Pitfall: an abbreviation is not a zone, and an unknown zone is never read as UTC.
/// assert_eq!(local_date(at, "PST").unwrap_err().code(), "unknown_zone");
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `unknown_zone` for names that are not in the IANA database, such as `PST`, `Berlin` and the empty text; `out_of_range`
/// for a day outside the years 1 to 9999.
pub fn local_date(at: Timestamp, zone: &str) -> Result<NaiveDate> {
    local_date_in(at, self::zone(zone, "zone")?).map_err(|error| error.under("at"))
}

/// The zone with an IANA name.
pub(crate) fn zone(name: &str, path: &str) -> Result<Tz> {
    name.parse().map_err(|_| {
        let name = crate::error::quoted(name);
        Error::new(
            ErrorKind::UnknownZone,
            path,
            format!(
                "{name} is not in the IANA time zone database: expected a name like `Europe/Berlin` or `UTC`"
            ),
        )
    })
}

/// The calendar day at an instant in a zone.
pub(crate) fn local_date_in(at: Timestamp, zone: Tz) -> Result<NaiveDate> {
    NaiveDate::from_chrono(at.to_chrono().with_timezone(&zone).date_naive()).ok_or_else(outside_calendar)
}

/// The first instant of a local day.
///
/// If the clock skips midnight, it is the first instant after the gap; if midnight occurs twice, the first of them.
pub(crate) fn day_start(date: NaiveDate, zone: Tz) -> Result<Timestamp> {
    local_instant(date, 0, zone, false)
}

/// The instant of a local time, in minutes after midnight; 1440 and more are on the following days.
///
/// If the clock skips it, it is the first instant after the gap. If the clock passes it twice, it is the first of them, or
/// the last if `is_late`.
pub(crate) fn local_instant(date: NaiveDate, minutes: i32, zone: Tz, is_late: bool) -> Result<Timestamp> {
    let local = local_time(date, minutes).ok_or_else(outside_calendar)?;
    let instant = match zone.from_local_datetime(&local) {
        LocalResult::Single(instant) => instant,
        LocalResult::Ambiguous(first, last) => {
            if is_late {
                last
            } else {
                first
            }
        }
        LocalResult::None => {
            GapInfo::new(&local, &zone).and_then(|gap| gap.end).ok_or_else(outside_calendar)?
        }
    };
    Timestamp::from_millis(instant.timestamp_millis())
}

/// The instant of a second of a local day, by the rules of RFC 5545 (3.3.5): one that the clock passes twice is its first, and
/// one that it skips has the offset from before the gap.
pub(crate) fn local_second(date: NaiveDate, second: u32, zone: Tz) -> Option<Timestamp> {
    let midnight = date.to_chrono().and_time(NaiveTime::MIN);
    let local = midnight.checked_add_signed(chrono::TimeDelta::seconds(i64::from(second)))?;
    let instant = match zone.from_local_datetime(&local) {
        LocalResult::Single(instant) | LocalResult::Ambiguous(instant, _) => instant,
        LocalResult::None => {
            let gap = GapInfo::new(&local, &zone)?;
            let (begin, _) = gap.begin?;
            gap.end?.checked_add_signed(local.signed_duration_since(begin))?
        }
    };
    Timestamp::from_millis(instant.timestamp_millis()).ok()
}

/// Reads a local time of day as minutes after midnight: `00:00` to `24:00`.
pub(crate) fn minute_of_day(text: &str) -> Result<i32> {
    let two_digits = |part: &str| {
        let is_number = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse::<i32>().ok().filter(|_| is_number)
    };
    let minutes = text.split_once(':').and_then(|(hour, minute)| {
        let minute = two_digits(minute).filter(|minute| *minute < 60)?;
        two_digits(hour)?.checked_mul(60)?.checked_add(minute)
    });
    minutes.filter(|minutes| *minutes <= 24 * 60).ok_or_else(|| {
        let text = crate::error::quoted(text);
        let text = format!("{text} is not a time of day: expected one from `00:00` to `24:00`");
        Error::new(ErrorKind::InvalidValue, "", text)
    })
}

/// Whether the clock skips a local time: `Some(true)`; `Some(false)` if it passes it once, `None` if twice.
pub(crate) fn is_in_gap(date: NaiveDate, minutes: i32, zone: Tz) -> Option<bool> {
    match zone.from_local_datetime(&local_time(date, minutes)?) {
        LocalResult::Single(_) => Some(false),
        LocalResult::Ambiguous(..) => None,
        LocalResult::None => Some(true),
    }
}

fn local_time(date: NaiveDate, minutes: i32) -> Option<chrono::NaiveDateTime> {
    let midnight = date.to_chrono().and_time(NaiveTime::MIN);
    midnight.checked_add_signed(chrono::TimeDelta::minutes(i64::from(minutes)))
}

fn outside_calendar() -> Error {
    Error::new(ErrorKind::OutOfRange, "", "is outside the years 1 to 9999 in this zone")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(date: &str, name: &str) -> String {
        day_start(NaiveDate::parse(date).unwrap(), zone(name, "").unwrap()).unwrap().to_string()
    }

    #[test]
    fn a_day_starts_at_its_first_instant() {
        assert_eq!(start("2026-11-23", "UTC"), "2026-11-23T00:00:00.000Z");
        assert_eq!(start("2026-07-01", "America/New_York"), "2026-07-01T04:00:00.000Z");
        // Midnight does not exist: the clock goes from 24:00 to 01:00.
        assert_eq!(start("2018-11-04", "America/Sao_Paulo"), "2018-11-04T03:00:00.000Z");
        // The gap begins before midnight: the clock goes from 23:30 to 00:30.
        assert_eq!(start("1919-03-31", "America/Toronto"), "1919-03-31T04:30:00.000Z");
        // Samoa skipped the whole day: its start equals the start of the next day.
        assert_eq!(start("2011-12-30", "Pacific/Apia"), start("2011-12-31", "Pacific/Apia"));
        // Midnight occurs twice: the first one counts.
        assert_eq!(start("2026-11-01", "America/Havana"), "2026-11-01T04:00:00.000Z");
    }
}
