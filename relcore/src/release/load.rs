use super::standard::{KINDS, standard};
use crate::error::{ErrorKind, Faults, Result};
use crate::release::{ReleaseProfile, ReleaseProfiles, ReleaseType, standard_profiles};
use crate::version::Bump;
use crate::wire::{self, Type};
use serde_json::Value;
use std::collections::BTreeSet;

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
/// `out_of_range` for a negative span or an approval by nobody, `unordered` for a `timelineMax` below `timelineMin`,
/// `invalid_value` for a gate without a name or a release that may take no step, `duplicate` for a role, gate, channel
/// or step that is there twice.
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
    complete(wire::parse_yaml(text)?)
}

/// Lays the given rows over the standard ones.
fn complete(mut given: Value) -> Result<ReleaseProfiles> {
    let mut faults = Faults::new();
    if let Some(rows) = given.get_mut("profiles").and_then(Value::as_object_mut) {
        // What such a row would hold, and lacks, is of no interest.
        rows.retain(|name, _| known(name, "", &mut faults));
    }
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
    let table: Result<ReleaseProfiles> = wire::from_json(&given.to_string(), Type::Named("ReleaseProfiles"));
    let mut table = faults.absorb(table).unwrap_or_default();
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
            if known(name, prefix, faults) {
                row.check(&format!("{prefix}profiles.{name}"), faults);
            }
        }
    }
}

/// Whether there is such a kind of release; a fault if not.
fn known(name: &str, prefix: &str, faults: &mut Faults) -> bool {
    let known = KINDS.iter().any(|kind| wire::text_of(kind) == *name);
    faults.check(
        known,
        ErrorKind::UnknownField,
        format_args!("{prefix}profiles.{}", wire::shortened(name)),
        format_args!("{} is no kind of release: expected the like of `hotfix`", wire::quoted(name)),
    );
    known
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
        let bumps: Vec<String> = self.allowed_bumps.iter().map(wire::text_of).collect();
        let steps = !bumps.is_empty() && !self.allowed_bumps.contains(&Bump::None);
        faults.check(
            steps,
            ErrorKind::InvalidValue,
            format_args!("{at}.allowedBumps"),
            format_args!(
                "allow a release that is no step from the one before: expected steps such as `patch`"
            ),
        );
        names("allowedBumps", "", bumps.iter(), at, faults);
        names("gates", "", self.gates.iter(), at, faults);
        names("channels", "", self.channels.iter(), at, faults);
        names("approvals", ".role", self.approvals.iter().map(|approval| &approval.role), at, faults);
        faults.check(
            self.canary_schedule.as_ref().is_none_or(|name| !name.is_empty()),
            ErrorKind::InvalidValue,
            format_args!("{at}.canarySchedule"),
            format_args!("is empty: expected a name, or nothing"),
        );
    }
}

/// Names are not empty, and none is there twice.
fn names<'a>(
    list: &str,
    field: &str,
    names: impl Iterator<Item = &'a String>,
    at: &str,
    faults: &mut Faults,
) {
    let mut seen = BTreeSet::new();
    for (index, name) in names.enumerate() {
        let path = format_args!("{at}.{list}[{index}]{field}");
        faults.check(
            !name.is_empty(),
            ErrorKind::InvalidValue,
            path,
            format_args!("is empty: expected a name"),
        );
        let text = format_args!("{} is there twice", wire::quoted(name));
        faults.check(name.is_empty() || seen.insert(name), ErrorKind::Duplicate, path, text);
    }
}
