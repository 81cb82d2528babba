//! The freeze periods of GitLab.
use crate::error::{Error, ErrorKind, Faults, Result};
use crate::window::{Definition, Kind, Policy, Schedule};
use crate::wire::{self, PolicyText as _};
use serde::Deserialize;

/// Reads the freeze periods of a GitLab project, the JSON of `GET /projects/:id/freeze_periods`, as deny windows.
///
/// A window is named by the id of its period: `freeze period 1`. Without periods everything is open.
///
/// ```
/// let text = r#"[{"id": 1, "freeze_start": "0 23 * * 5", "freeze_end": "0 8 * * 1", "cron_timezone": "Europe/Berlin",
///     "created_at": "2020-05-15T17:03:35.702Z"}]"#;
/// let policy = relcore::interchange::gitlab_freeze_periods(text)?;
/// assert_eq!(policy.windows[0].name, "freeze period 1");
/// // Pitfall: an error of the API is an object, which is refused. It does not mean that there are no freezes.
/// assert!(relcore::interchange::gitlab_freeze_periods(r#"{"message": "403 Forbidden"}"#).is_err());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// GitLab counts the instant of the end as frozen; here a window ends before it.
///
/// # Errors
/// All faults at once: `syntax` for text that is not JSON, `wrong_type` for an object instead of a list, `missing_field` for
/// a period without `freeze_end`, `unknown_zone` for `Berlin`, `invalid_value` for the cron expression `0 0 0 * *`,
/// `duplicate` for two periods of one id. Other keys are ignored.
pub fn gitlab_freeze_periods(text: &str) -> Result<Policy> {
    let value = wire::parse_json(text)?;
    let list = value.as_array().ok_or_else(|| {
        Error::new(ErrorKind::WrongType, "", "expected a list of freeze periods, as the API returns it")
    })?;
    let mut faults = Faults::new();
    let mut windows = Vec::new();
    for (index, value) in list.iter().enumerate() {
        match FreezePeriod::deserialize(value) {
            Ok(period) => windows.push(period.window()),
            Err(fault) => {
                let text = fault.to_string();
                let is_missing = text.starts_with("missing field");
                let kind = if is_missing { ErrorKind::MissingField } else { ErrorKind::WrongType };
                faults.add(kind, format_args!("[{index}]"), format_args!("{text}"));
            }
        }
    }
    faults.finish()?;
    let policy = Policy::default().windows(windows);
    let mut faults = Faults::new();
    policy.check("", &mut faults);
    let Err(error) = faults.finish() else { return Ok(policy) };
    let mut faults = Faults::new();
    for fault in error.faults() {
        let path = fault.path.trim_start_matches("windows");
        let path = [
            (".schedule.start", ".freeze_start"),
            (".schedule.end", ".freeze_end"),
            (".zone", ".cron_timezone"),
            (".name", ".id"),
        ]
        .iter()
        .find_map(|(own, theirs)| path.strip_suffix(own).map(|start| format!("{start}{theirs}")))
        .unwrap_or_else(|| path.to_owned());
        faults.add(fault.code, format_args!("{path}"), format_args!("{}", fault.text));
    }
    faults.finish().map(|()| policy)
}

/// A freeze period as the API returns it.
#[derive(Deserialize)]
#[serde(expecting = "a freeze period")]
struct FreezePeriod {
    id: u64,
    freeze_start: String,
    freeze_end: String,
    #[serde(default)]
    cron_timezone: Option<String>,
}

impl FreezePeriod {
    fn window(self) -> Definition {
        let schedule = Schedule::CronPair { start: self.freeze_start, end: self.freeze_end };
        let zone = self.cron_timezone.unwrap_or_else(|| "UTC".to_owned());
        Definition::new(format!("freeze period {}", self.id), Kind::Deny, schedule).zone(zone)
    }
}
