use super::standard::{KINDS, standard};
use crate::error::{ErrorKind, Faults, Result};
use crate::release::{ReleaseProfile, ReleaseProfiles, ReleaseType, standard_profiles};
use crate::wire::{self, Type};
use serde_json::Value;

/// The profile of a kind of release: the row of `overrides` if it has one, else the standard row.
///
/// ```
/// use relcore::release::{ReleaseType, profile, profiles_from_yaml};
/// let ours = profiles_from_yaml("profiles: {hotfix: {soak: 2h}}")?;
/// let hotfix = profile(&ReleaseType::Hotfix, Some(&ours))?;
/// assert_eq!(hotfix.soak.to_string(), "PT2H");
/// assert!(hotfix.freeze_exempt); // as in the standard row
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults of the overrides at once: `unknown_field` for a row that is no kind of release (`hotfx`),
/// `out_of_range` for a negative span or an approval by nobody, `unordered` for a `timelineMax` below `timelineMin`.
pub fn profile(release_type: &ReleaseType, overrides: Option<&ReleaseProfiles>) -> Result<ReleaseProfile> {
    let Some(table) = overrides else { return Ok(standard(*release_type)) };
    let mut faults = Faults::new();
    table.check("overrides.", &mut faults);
    faults.finish()?;
    let row = table.profiles.get(&wire::text_of(release_type)).cloned();
    Ok(row.unwrap_or_else(|| standard(*release_type)))
}

/// Reads a table of profiles from JSON text. A row that is not there, and what a row leaves out, is as in the standard
/// table, so the answer has every row.
///
/// ```
/// let table = relcore::release::profiles_from_json("{\"profiles\": {\"hotfix\": {\"soak\": \"2h\"}}}")?;
/// assert_eq!(table.profiles["hotfix"].soak.to_string(), "PT2H");
/// // Pitfall: a list is replaced, not added to.
/// let table = relcore::release::profiles_from_json("{\"profiles\": {\"hotfix\": {\"gates\": [\"ours\"]}}}")?;
/// assert_eq!(table.profiles["hotfix"].gates, ["ours"]);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `syntax` for what is not JSON, and those of [`profile`].
pub fn profiles_from_json(text: &str) -> Result<ReleaseProfiles> {
    complete(wire::parse_json(text)?)
}

/// Reads a table of profiles from YAML text, as [`profiles_from_json`] does from JSON.
///
/// # Errors
/// As [`profiles_from_json`].
pub fn profiles_from_yaml(text: &str) -> Result<ReleaseProfiles> {
    complete(wire::from_yaml(text, Type::Named("ReleaseProfiles"))?)
}

/// Lays the given rows over the standard ones.
fn complete(mut given: Value) -> Result<ReleaseProfiles> {
    if let Some(rows) = given.get_mut("profiles").and_then(Value::as_object_mut) {
        for (name, row) in standard_profiles().profiles {
            let (Ok(Value::Object(standard)), Some(row)) =
                (serde_json::to_value(row), rows.get_mut(&name).and_then(Value::as_object_mut))
            else {
                continue;
            };
            for (key, value) in standard {
                row.entry(key).or_insert(value);
            }
        }
    }
    let mut table: ReleaseProfiles = wire::from_json(&given.to_string(), Type::Named("ReleaseProfiles"))?;
    let mut faults = Faults::new();
    table.check("", &mut faults);
    faults.finish()?;
    for (name, row) in standard_profiles().profiles {
        table.profiles.entry(name).or_insert(row);
    }
    Ok(table)
}

impl ReleaseProfiles {
    /// Notes everything that keeps the table from being used; `prefix` is empty or ends with a dot.
    fn check(&self, prefix: &str, faults: &mut Faults) {
        for (name, row) in &self.profiles {
            let at = format!("{prefix}profiles.{name}");
            faults.check(
                KINDS.iter().any(|kind| wire::text_of(kind) == *name),
                ErrorKind::UnknownField,
                format_args!("{at}"),
                format_args!("{} is no kind of release: expected the like of `hotfix`", wire::quoted(name)),
            );
            row.check(&at, faults);
        }
    }
}

impl ReleaseProfile {
    fn check(&self, at: &str, faults: &mut Faults) {
        let spans = [
            ("timelineMin", Some(self.timeline_min)),
            ("timelineMax", Some(self.timeline_max)),
            ("soak", Some(self.soak)),
            ("support", self.support),
        ];
        for (name, span) in spans.into_iter().filter_map(|(name, span)| Some((name, span?))) {
            faults.check(
                !span.is_negative(),
                ErrorKind::OutOfRange,
                format_args!("{at}.{name}"),
                format_args!("`{span}` is out of range: expected a span that is not negative"),
            );
        }
        faults.check(
            self.timeline_min <= self.timeline_max,
            ErrorKind::Unordered,
            format_args!("{at}.timelineMax"),
            format_args!("`{}` is less than `timelineMin`, `{}`", self.timeline_max, self.timeline_min),
        );
        for (index, approval) in self.approvals.iter().enumerate() {
            faults.check(
                approval.count > 0,
                ErrorKind::OutOfRange,
                format_args!("{at}.approvals[{index}].count"),
                format_args!("`0` is out of range: expected 1 or more"),
            );
        }
    }
}
