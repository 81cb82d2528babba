use super::compile;
use super::definition::Definition;
use crate::error::{ErrorKind, Faults, Result, join};
use crate::input::input;
use crate::time::BusinessCalendar;
use crate::wire::{self, PolicyText};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

input! {
    /// The windows of an organisation, and the calendars that they name. Default: no windows, so everything is open.
    ///
    /// ```
    /// use relcore::window::{Kind, Policy, Schedule, Definition};
    /// let nights = Schedule::Weekly { days: vec![], start: "22:00".to_owned(), end: "04:00".to_owned() };
    /// let policy = Policy::default().windows([Definition::new("nights", Kind::Allow, nights).zone("Europe/Rome")]);
    /// assert_eq!(policy.windows.len(), 1);
    /// ```
    #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "window.Policy", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct Policy {
        /// The windows, at most 1,000.
        pub windows: Vec<Definition>,
        /// The calendars by name: weekends, holidays and make-up days. relcore has no list of holidays.
        pub calendars: BTreeMap<String, BusinessCalendar>,
    }
}

/// The policy without windows: everything is open.
#[must_use]
pub fn default_policy() -> Policy {
    Policy::default()
}

/// Reads a policy from JSON text. A key that is left out has its default.
///
/// ```
/// let policy = relcore::window::policy_from_json(
///     r#"{"windows": [{"name": "freeze", "kind": "deny", "schedule": {"type": "dates", "first": "2026-12-21", "last": "2027-01-03"},
///         "zone": "Europe/Berlin"}]}"#,
/// )?;
/// assert_eq!(policy.windows[0].name, "freeze");
/// // Pitfall: an unknown zone is refused. It is never read as UTC.
/// let text = r#"{"windows": [{"name": "x", "kind": "deny", "zone": "Berlin", "schedule": {"type": "cron", "cron": "0 2 * * *", "duration": "1h"}}]}"#;
/// assert_eq!(relcore::window::policy_from_json(text).unwrap_err().path(), "windows[0].zone");
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `syntax` for text that is not JSON, `unknown_field`, `unknown_zone` for `Berlin`, `invalid_value` for
/// the cron expression `0 0 0 * *` and the time `25:00`, `out_of_range` for a duration of 0, `duplicate` for two windows of
/// one name, `unknown_reference` for a calendar that the policy does not have.
pub fn policy_from_json(text: &str) -> Result<Policy> {
    wire::policy_from_json(text)
}

/// Reads a policy from YAML text. A key that is left out has its default.
///
/// ```
/// let text = "
/// windows:
///   - name: office hours
///     kind: allow
///     zone: America/New_York
///     schedule: {type: weekly, days: [monday, tuesday, wednesday, thursday], start: '09:00', end: '16:00'}
/// ";
/// assert_eq!(relcore::window::policy_from_yaml(text)?.windows.len(), 1);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`policy_from_json`], with the line and the column of each fault.
#[cfg(feature = "yaml")]
pub fn policy_from_yaml(text: &str) -> Result<Policy> {
    wire::policy_from_yaml(text)
}

/// More windows than this are refused.
const MOST_WINDOWS: usize = 1000;

impl PolicyText for Policy {
    const TYPE: &'static str = "window.Policy";

    fn check(&self, path: &str, faults: &mut Faults) {
        let count = self.windows.len();
        faults.check(
            count <= MOST_WINDOWS,
            ErrorKind::OutOfRange,
            format_args!("{}", join(path, "windows")),
            format_args!("{count} windows are too many: expected at most {MOST_WINDOWS}"),
        );
        for (name, calendar) in &self.calendars {
            for (index, half_day) in calendar.half_days.iter().enumerate() {
                let at = join(path, &format!("calendars.{name}.halfDays[{index}].end"));
                if let Err(error) = crate::time::minute_of_day(&half_day.end) {
                    faults.absorb::<()>(Err(error.under(&at)));
                }
            }
        }
        let mut names = BTreeSet::new();
        for (index, window) in self.windows.iter().enumerate() {
            let at = join(path, &format!("windows[{index}]"));
            let name = &window.name;
            faults.check(
                !name.is_empty(),
                ErrorKind::InvalidValue,
                format_args!("{at}.name"),
                format_args!("a window needs a name"),
            );
            faults.check(
                names.insert(name),
                ErrorKind::Duplicate,
                format_args!("{at}.name"),
                format_args!("`{name}` is the name of another window, too"),
            );
            if let Err(error) = compile::Compiled::new(window, &self.calendars) {
                faults.absorb::<()>(Err(error.under(&at)));
            }
        }
    }
}
