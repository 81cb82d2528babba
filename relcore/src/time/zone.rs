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

pub(crate) fn local_date_in(at: Timestamp, zone: Tz) -> Result<NaiveDate> {
    NaiveDate::from_chrono(at.to_chrono().with_timezone(&zone).date_naive()).ok_or_else(outside_calendar)
}

/// The first instant of a local day.
///
/// If the clock skips midnight, it is the first instant after the gap; if midnight occurs twice, the first of them.
pub(crate) fn day_start(date: NaiveDate, zone: Tz) -> Result<Timestamp> {
    let midnight = date.to_chrono().and_time(NaiveTime::MIN);
    match zone.from_local_datetime(&midnight) {
        LocalResult::Single(start) | LocalResult::Ambiguous(start, _) => {
            Timestamp::from_millis(start.timestamp_millis())
        }
        LocalResult::None => {
            let end = GapInfo::new(&midnight, &zone).and_then(|gap| gap.end).ok_or_else(outside_calendar)?;
            Timestamp::from_millis(end.timestamp_millis())
        }
    }
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
