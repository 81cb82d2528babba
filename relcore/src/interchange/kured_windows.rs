//! The schedule of kured.
use crate::error::{Error, ErrorKind, Faults, Result};
use crate::input::input;
use crate::time::Weekday;
use crate::window::{Definition, Kind, Policy, Schedule};
use crate::wire::PolicyText as _;
use serde::{Deserialize, Serialize};

input! {
    /// The options of kured that say when it may restart a node. The defaults are those of kured 1.
    ///
    /// ```
    /// use relcore::interchange::KuredSchedule;
    /// let nights = KuredSchedule::default().reboot_days("mon,tue").start_time("10pm").time_zone("Europe/Berlin");
    /// assert_eq!(nights.end_time, "23:59:59");
    /// ```
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "interchange.KuredSchedule", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct KuredSchedule {
        /// `--reboot-days`: names of days with commas, or numbers from 0 for Sunday. Default: every day.
        pub reboot_days: String,
        /// `--start-time`. Default: `0:00`.
        pub start_time: String,
        /// `--end-time`, which is part of the window. Default: `23:59:59`.
        pub end_time: String,
        /// `--time-zone`, an IANA name. Default: `UTC`.
        pub time_zone: String,
    }
}

impl Default for KuredSchedule {
    fn default() -> Self {
        Self {
            reboot_days: "su,mo,tu,we,th,fr,sa".to_owned(),
            start_time: "0:00".to_owned(),
            end_time: "23:59:59".to_owned(),
            time_zone: "UTC".to_owned(),
        }
    }
}

/// Reads the schedule of kured as allow windows.
///
/// A window over midnight becomes two, because kured counts each part on the weekday of its own: `mon` from `22:00` to
/// `02:00` is the night's first hours of Monday and Monday from 22:00 on.
///
/// ```
/// use relcore::interchange::{KuredSchedule, kured_window};
/// let options = KuredSchedule::default().reboot_days("mon").start_time("10pm").end_time("2am");
/// // Pitfall: the end is part of the window in kured. A minute that is not written to its last second is cut here.
/// let names: Vec<String> = kured_window(&options)?.windows.into_iter().map(|window| window.name).collect();
/// assert_eq!(names, ["before midnight", "after midnight"]);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `invalid_value` for the day `fridayyyy`, no day, the times `25:00` and `9:00:30`, and a start at the
/// end; `unknown_zone` for `Local`.
pub fn kured_window(schedule: &KuredSchedule) -> Result<Policy> {
    let mut faults = Faults::new();
    let days = faults.absorb(days(&schedule.reboot_days)).unwrap_or_default();
    let start = faults.absorb(time(&schedule.start_time, "startTime", false));
    let end = faults.absorb(time(&schedule.end_time, "endTime", true));
    let window = |name: &str, start: u32, end: u32| {
        let text = |minutes: u32| format!("{:02}:{:02}", minutes / 60, minutes % 60);
        let weekly = Schedule::Weekly { days: days.clone(), start: text(start), end: text(end) };
        Definition::new(name, Kind::Allow, weekly).zone(&schedule.time_zone)
    };
    let windows = match (start, end) {
        (Some(start), Some(end)) if start < end => vec![window("kured", start, end)],
        (Some(start), Some(end)) if start > end && end > 0 => {
            vec![window("before midnight", start, DAY), window("after midnight", 0, end)]
        }
        (Some(start), Some(0)) if start > 0 => vec![window("kured", start, DAY)],
        (Some(_), Some(_)) => {
            let text = format_args!("`{}` is the start, too: the window would be empty", schedule.end_time);
            faults.add(ErrorKind::InvalidValue, format_args!("schedule.endTime"), text);
            vec![]
        }
        _ => vec![],
    };
    let policy = Policy::default().windows(windows);
    let mut own = Faults::new();
    policy.check("", &mut own);
    for fault in own.finish().err().iter().flat_map(|error| error.faults()).take(1) {
        faults.add(fault.code, format_args!("schedule.timeZone"), format_args!("{}", fault.text));
    }
    faults.finish().map(|()| policy)
}

/// The minutes of a day.
const DAY: u32 = 24 * 60;

/// The days in kured's spelling: `mon`, `Monday`, `mo`, `1`.
fn days(text: &str) -> Result<Vec<Weekday>> {
    const NAMES: [(&str, Weekday); 7] = [
        ("sunday", Weekday::Sunday),
        ("monday", Weekday::Monday),
        ("tuesday", Weekday::Tuesday),
        ("wednesday", Weekday::Wednesday),
        ("thursday", Weekday::Thursday),
        ("friday", Weekday::Friday),
        ("saturday", Weekday::Saturday),
    ];
    let mut found = Vec::new();
    for given in text.split(',').map(str::trim) {
        let name = given.to_ascii_lowercase();
        let day = NAMES.iter().enumerate().find_map(|(number, (whole, day))| {
            let is_short = matches!(name.len(), 2 | 3) && whole.starts_with(&name);
            (name == *whole || is_short || name == number.to_string()).then_some(*day)
        });
        let Some(day) = day else {
            let text =
                format!("`{given}` is not a day: expected names such as `mon`, or numbers from 0 to 6");
            return Err(Error::new(ErrorKind::InvalidValue, "schedule.rebootDays", text));
        };
        if !found.contains(&day) {
            found.push(day);
        }
    }
    Ok(found)
}

/// The minute of a time: `9am`, `9:30pm`, `21:30`, `23:59:59`. The last second of a minute is its end.
fn time(text: &str, field: &str, is_end: bool) -> Result<u32> {
    let refused = || {
        let text = format!("`{text}` is not a time of whole minutes: expected `9am`, `9:30pm` or `21:30`");
        Error::new(ErrorKind::InvalidValue, format!("schedule.{field}"), text)
    };
    let lower = text.trim().to_ascii_lowercase();
    let (digits, half) = match (lower.strip_suffix("am"), lower.strip_suffix("pm")) {
        (Some(digits), _) => (digits.trim_end(), Some(0)),
        (_, Some(digits)) => (digits.trim_end(), Some(12)),
        _ => (&*lower, None),
    };
    let mut parts = Vec::new();
    for part in digits.split(':') {
        let is_number = matches!(part.len(), 1 | 2) && part.bytes().all(|byte| byte.is_ascii_digit());
        parts.push(part.parse::<u32>().ok().filter(|_| is_number).ok_or_else(refused)?);
    }
    let (hour, minute, second) = match (&*parts, half) {
        ([hour], Some(_)) => (*hour, 0, 0),
        ([hour, minute], _) => (*hour, *minute, 0),
        ([hour, minute, second], _) => (*hour, *minute, *second),
        _ => return Err(refused()),
    };
    let hour = match half {
        Some(half) if (1..=12).contains(&hour) => hour % 12 + half,
        None if hour < 24 => hour,
        _ => return Err(refused()),
    };
    match (minute, second) {
        (0..60, 0) => Ok(hour * 60 + minute),
        (0..60, 59) if is_end => Ok(hour * 60 + minute + 1),
        _ => Err(refused()),
    }
}
