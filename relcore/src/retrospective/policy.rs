use crate::error::{ErrorKind, Faults, Result, join};
use crate::input::input;
use crate::time::{BusinessCalendar, minute_of_day, zone};
use crate::wire::{self, PolicyText};
use serde::{Deserialize, Serialize};

input! {
    /// When a retrospective is due, and in which zone days are counted.
    ///
    /// ```
    /// let policy = relcore::retrospective::Policy::default().zone("Europe/Berlin").within_days(5);
    /// assert_eq!(policy.time, "17:00");
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "retrospective.Policy", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct Policy {
        /// Within how many days after the day of the deployment the retrospective is held, 1 to 365. Default: 7.
        pub within_days: u32,
        /// The IANA zone. Default: `UTC`.
        pub zone: String,
        /// The local time at which a business day ends. Default: `17:00`.
        pub time: String,
        /// The weekend and the holidays. Default: Saturday and Sunday, no holidays.
        pub calendar: BusinessCalendar,
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            within_days: 7,
            zone: "UTC".to_owned(),
            time: "17:00".to_owned(),
            calendar: BusinessCalendar::default(),
        }
    }
}

/// The usual policy: within a week.
#[must_use]
pub fn default_policy() -> Policy {
    Policy::default()
}

/// Reads a policy from JSON text. A key that is left out has its default.
///
/// ```
/// let policy = relcore::retrospective::policy_from_json(r#"{"withinDays": 5, "zone": "Europe/Berlin"}"#)?;
/// assert_eq!(policy.within_days, 5);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `syntax`, `unknown_field`, `unknown_zone` for `Berlin`, `invalid_value` for the time `25:00`, `out_of_range`
/// for 0 days and for more than 365.
pub fn policy_from_json(text: &str) -> Result<Policy> {
    wire::policy_from_json(text)
}

/// Reads a policy from YAML text. A key that is left out has its default.
///
/// # Errors
/// As [`policy_from_json`], with the line and the column of each fault.
#[cfg(feature = "yaml")]
pub fn policy_from_yaml(text: &str) -> Result<Policy> {
    wire::policy_from_yaml(text)
}

impl PolicyText for Policy {
    const TYPE: &'static str = "retrospective.Policy";

    fn check(&self, path: &str, faults: &mut Faults) {
        faults.check(
            (1..=365).contains(&self.within_days),
            ErrorKind::OutOfRange,
            format_args!("{}", join(path, "withinDays")),
            format_args!("`{}` is out of range: expected 1 to 365 days", self.within_days),
        );
        faults.absorb(zone(&self.zone, &join(path, "zone")));
        faults.absorb(minute_of_day(&self.time).map_err(|error| error.under(&join(path, "time"))));
    }
}
