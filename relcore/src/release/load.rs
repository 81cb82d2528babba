use super::standard::standard;
use crate::error::{ErrorKind, Faults, Result, join, quoted, shortened};
use crate::release::{Profile, Profiles, Type, standard_profiles};
use crate::version::Bump;
use crate::wire::{self, PolicyText};
use serde_json::Value;
use std::collections::BTreeSet;

/// Returns the profile of a release type: the row of `overrides` if there is one, else the standard row.
///
/// ```
/// use relcore::release::{Type, profile, profiles_from_yaml};
/// let overrides = profiles_from_yaml("profiles: {hotfix: {soak: 2h}}")?;
/// let hotfix = profile(&Type::Hotfix, Some(&overrides))?;
/// assert_eq!(hotfix.soak.to_string(), "PT2H");
/// assert!(hotfix.freeze_exempt); // as in the standard row
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults of the overrides at once: `unknown_field` for a row that is not a release type (`hotfx`); `out_of_range`
/// for a negative span or an approval count of 0; `unordered` for a `timelineMax` below `timelineMin`; `invalid_value`
/// for an empty name, and for `allowedBumps` that are empty or contain `none`; `duplicate` for a repeated role, gate,
/// channel or bump.
pub fn profile(release_type: &Type, overrides: Option<&Profiles>) -> Result<Profile> {
    let Some(table) = overrides else { return Ok(standard(*release_type)) };
    let mut faults = Faults::new();
    table.check("overrides", &mut faults);
    faults.finish()?;
    let row = table.profiles.get(&release_type.to_string()).cloned();
    Ok(row.unwrap_or_else(|| standard(*release_type)))
}

/// Reads a table of profiles from JSON text. Absent rows, and absent fields of a row, are filled in from the standard
/// table, so the result has every row.
///
/// ```
/// let table = relcore::release::profiles_from_json("{\"profiles\": {\"hotfix\": {\"soak\": \"2h\"}}}")?;
/// assert_eq!(table.profiles["hotfix"].soak.to_string(), "PT2H");
/// // Pitfall: a list replaces the standard list.
/// let table = relcore::release::profiles_from_json("{\"profiles\": {\"hotfix\": {\"gates\": [\"ours\"]}}}")?;
/// assert_eq!(table.profiles["hotfix"].gates, ["ours"]);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `syntax` for text that is not JSON, and the faults of [`profile`].
pub fn profiles_from_json(text: &str) -> Result<Profiles> {
    complete(wire::parse_json(text)?)
}

/// Reads a table of profiles from YAML text. Absent rows, and absent fields of a row, are filled in from the standard
/// table, so the result has every row.
///
/// # Errors
/// As [`profiles_from_json`], with the line and the column of each fault.
#[cfg(feature = "yaml")]
pub fn profiles_from_yaml(text: &str) -> Result<Profiles> {
    wire::read_yaml(text, |tree| complete(tree.into_value()))
}

/// Fills in absent rows and fields from the standard table.
fn complete(mut value: Value) -> Result<Profiles> {
    let mut faults = Faults::new();
    if let Some(rows) = value.get_mut("profiles").and_then(Value::as_object_mut) {
        // Only the name of an unknown row is reported, not the faults inside it.
        rows.retain(|name, _| is_release_type(name, "", &mut faults));
    }
    if let Some(rows) = value.get_mut("profiles").and_then(Value::as_object_mut) {
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
    let mut table: Profiles =
        faults.absorb(wire::policy_from_tree(wire::Tree::of(value))).unwrap_or_default();
    faults.finish()?;
    for (name, row) in standard_profiles().profiles {
        table.profiles.entry(name).or_insert(row);
    }
    Ok(table)
}

impl PolicyText for Profiles {
    const TYPE: &'static str = "release.Profiles";

    fn check(&self, path: &str, faults: &mut Faults) {
        for (name, row) in &self.profiles {
            if is_release_type(name, path, faults) {
                row.check(&join(path, &format!("profiles.{name}")), faults);
            }
        }
    }
}

/// Whether this is a release type; adds a fault if not.
fn is_release_type(name: &str, path: &str, faults: &mut Faults) -> bool {
    let found = name.parse::<Type>().is_ok();
    faults.check(
        found,
        ErrorKind::UnknownField,
        format_args!("{}", join(path, &format!("profiles.{}", shortened(name)))),
        format_args!("{} is not a release type: expected one like `hotfix`", quoted(name)),
    );
    found
}

impl Profile {
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
                format_args!("`{span}` is out of range: expected 0 or more"),
            );
        }
        faults.check(
            self.timeline_min <= self.timeline_max,
            ErrorKind::Unordered,
            format_args!("{at}.timelineMax"),
            format_args!("`{}` is less than `{}`, the `timelineMin`", self.timeline_max, self.timeline_min),
        );
        for (index, approval) in self.approvals.iter().enumerate() {
            faults.check(
                approval.count > 0,
                ErrorKind::OutOfRange,
                format_args!("{at}.approvals[{index}].count"),
                format_args!("`0` is out of range: expected 1 or more"),
            );
        }
        let bumps: Vec<String> = self.allowed_bumps.iter().map(Bump::to_string).collect();
        let has_steps = !bumps.is_empty() && !self.allowed_bumps.contains(&Bump::None);
        faults.check(
            has_steps,
            ErrorKind::InvalidValue,
            format_args!("{at}.allowedBumps"),
            format_args!("is empty or contains `none`: expected bumps like `patch`"),
        );
        check_names("allowedBumps", "", bumps.iter(), at, faults);
        check_names("gates", "", self.gates.iter(), at, faults);
        check_names("channels", "", self.channels.iter(), at, faults);
        check_names("approvals", ".role", self.approvals.iter().map(|approval| &approval.role), at, faults);
        faults.check(
            self.canary_schedule.as_ref().is_none_or(|name| !name.is_empty()),
            ErrorKind::InvalidValue,
            format_args!("{at}.canarySchedule"),
            format_args!("is empty: expected a name, or no key"),
        );
    }
}

/// Checks that no name is empty or repeated.
fn check_names<'a>(
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
        let text = format_args!("{} is repeated", quoted(name));
        faults.check(name.is_empty() || seen.insert(name), ErrorKind::Duplicate, path, text);
    }
}
