use super::policy::{Channel, ZeroRule};
use crate::error::{ErrorKind, Faults, Result, join, quoted};
use crate::input::input;
use crate::version::{Bump, Version, valid_label};
use crate::wire::{self, PolicyText};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

input! {
    /// A package of a repository.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "versioning.Package", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Package {
        /// Its name, which no other package has.
        pub name: String,
        /// Its version.
        pub version: Version,
        /// What it requires. Packages of other repositories are left alone. Default: nothing.
        #[serde(default)]
        pub requirements: Vec<Requirement>,
        /// The files that belong to it, as patterns: `*` stands for any characters of a name, `?` for one, and a name `**` for
        /// any folders. A folder without these marks stands for all that is in it. Default: none.
        #[serde(default)]
        pub paths: Vec<String>,
        /// The files that do not belong to it, though `paths` has them. Default: none.
        #[serde(default)]
        pub ignore: Vec<String>,
    }
}

impl Package {
    /// A package that requires nothing.
    #[must_use]
    pub fn new(name: impl Into<String>, version: Version) -> Self {
        Self { name: name.into(), version, requirements: Vec::new(), paths: Vec::new(), ignore: Vec::new() }
    }
}

input! {
    /// A package that another one requires.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "versioning.Requirement", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Requirement {
        /// The name of the required package.
        pub name: String,
        /// The accepted versions, as the ecosystem writes them: `^1.2.0`, `workspace:^`, `>=1.2,<2`.
        pub range: String,
        /// What it is for. Default: `runtime`.
        #[serde(default)]
        pub kind: RequirementKind,
    }
}

impl Requirement {
    /// A requirement at runtime.
    #[must_use]
    pub fn new(name: impl Into<String>, range: impl Into<String>) -> Self {
        Self { name: name.into(), range: range.into(), kind: RequirementKind::Runtime }
    }
}

/// What a requirement is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "versioning.RequirementKind", rename_all = "snake_case")]
pub enum RequirementKind {
    /// Its users get it, too: a release of it must be usable.
    #[default]
    Runtime,
    /// Its users must bring it: `peerDependencies` of npm.
    Peer,
    /// Its users do not get it: `devDependencies`. It needs no release.
    Dev,
}

input! {
    /// A change, and the packages that it belongs to.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "versioning.PackageChange", rename_all = "camelCase", deny_unknown_fields)]
    pub struct PackageChange {
        /// The commit or the changeset.
        pub id: String,
        /// The step that it needs.
        pub bump: Bump,
        /// The packages that it belongs to. Default: those to which its files belong.
        #[serde(default)]
        pub packages: Vec<String>,
        /// The paths of the files that it changes. Default: none.
        #[serde(default)]
        pub files: Vec<String>,
        /// The step of some of the packages, where it is another one. Default: none.
        #[serde(default)]
        pub overrides: BTreeMap<String, Bump>,
    }
}

impl PackageChange {
    /// A change without files.
    #[must_use]
    pub fn new(id: impl Into<String>, bump: Bump) -> Self {
        Self { id: id.into(), bump, packages: Vec::new(), files: Vec::new(), overrides: BTreeMap::new() }
    }
}

input! {
    /// How the packages of a repository are released. Default: as changesets, for npm.
    #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "versioning.PlanPolicy", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct PlanPolicy {
        /// How ranges are written and read. Default: `npm`.
        pub ecosystem: Ecosystem,
        /// The effect of changes below 1.0.0. Default: `plain`.
        pub zero_rule: ZeroRule,
        /// The packages that are released together. Default: none.
        pub groups: Vec<Group>,
        /// The packages that are not released. Default: none.
        pub ignored: Vec<String>,
        /// When a package is released because of what it requires. Default: `out_of_range`.
        pub dependents: Dependents,
        /// The least step of a package whose peer leaves its range. Default: `patch`; changesets before 2026 had `major`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub peer_bump: Option<Bump>,
        /// Whether only ranges with `workspace:` count, as `bumpVersionsWithWorkspaceProtocolOnly`. Default: no.
        pub workspace_only: bool,
        /// The channel of prereleases. Absent: releases.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub channel: Option<Channel>,
    }
}

input! {
    /// Packages that are released together.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "versioning.Group", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Group {
        /// Whether all of them are released, or those with changes.
        pub kind: GroupKind,
        /// The names of the packages.
        pub members: Vec<String>,
    }
}

impl Group {
    /// A group of packages.
    #[must_use]
    pub fn new(kind: GroupKind, members: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { kind, members: members.into_iter().map(Into::into).collect() }
    }
}

/// Which packages of a group are released together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "versioning.GroupKind", rename_all = "snake_case")]
pub enum GroupKind {
    /// All of them get one version whenever one is released, as crates that inherit the version of their workspace.
    Fixed,
    /// Those that are released get one version.
    Linked,
}

/// How ranges are written and read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "versioning.Ecosystem", rename_all = "snake_case")]
pub enum Ecosystem {
    /// `^1.2.0`, `~1.2.0`, `1.2.0` (exactly), `>=1 <2`, `a || b`, `workspace:^`.
    #[default]
    Npm,
    /// `1.2.0` (as `^1.2.0`), `~1.2`, `=1.2.0`, `>=1, <2`.
    Cargo,
    /// `==1.2.0`, `~=1.2`, `>=1.2,<2`.
    Pep440,
}

/// When a package is released because of what it requires.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "versioning.Dependents", rename_all = "snake_case")]
pub enum Dependents {
    /// When its range does not accept the new version.
    #[default]
    OutOfRange,
    /// Whenever what it requires is released.
    Always,
}

/// The policy of changesets, for npm.
#[must_use]
pub fn default_plan_policy() -> PlanPolicy {
    PlanPolicy::default()
}

/// Reads a policy from JSON text. A key that is left out has its default.
///
/// ```
/// let text = r#"{"ecosystem": "cargo", "groups": [{"kind": "fixed", "members": ["engine", "cli"]}]}"#;
/// assert_eq!(relcore::versioning::plan_policy_from_json(text)?.groups.len(), 1);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `syntax`, `unknown_field`; `duplicate` for a package in two groups; `invalid_value` for a group without
/// members, a label that is no prerelease identifier and the steps `none` and `prerelease` of peers.
pub fn plan_policy_from_json(text: &str) -> Result<PlanPolicy> {
    wire::policy_from_json(text)
}

/// Reads a policy from YAML text. A key that is left out has its default.
///
/// # Errors
/// As [`plan_policy_from_json`], with the line and the column of each fault.
#[cfg(feature = "yaml")]
pub fn plan_policy_from_yaml(text: &str) -> Result<PlanPolicy> {
    wire::policy_from_yaml(text)
}

impl PolicyText for PlanPolicy {
    const TYPE: &'static str = "versioning.PlanPolicy";

    fn check(&self, path: &str, faults: &mut Faults) {
        let mut seen = BTreeSet::new();
        for (index, group) in self.groups.iter().enumerate() {
            let at = join(path, &format!("groups[{index}].members"));
            let text = format_args!("is empty: expected names of packages");
            faults.check(!group.members.is_empty(), ErrorKind::InvalidValue, format_args!("{at}"), text);
            for (nth, name) in group.members.iter().enumerate() {
                let text = format_args!("{} is in a group already", quoted(name));
                faults.check(seen.insert(name), ErrorKind::Duplicate, format_args!("{at}[{nth}]"), text);
            }
        }
        let path_of = |field: &str| join(path, field);
        let is_step = !matches!(self.peer_bump, Some(Bump::None | Bump::Prerelease));
        let text = format_args!("is no step: expected `patch`, `minor` or `major`");
        faults.check(is_step, ErrorKind::InvalidValue, format_args!("{}", path_of("peerBump")), text);
        if let Some(channel) = &self.channel {
            faults
                .absorb(valid_label(&channel.label).map_err(|error| error.under(&path_of("channel.label"))));
        }
    }
}
