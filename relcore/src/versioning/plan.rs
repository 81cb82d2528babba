use super::glob;
use super::package::{
    Dependents, GroupKind, Package, PackageChange, PlanPolicy, Requirement, RequirementKind,
};
use super::policy::announced;
use super::range::{accepts, rewritten};
use crate::digest::Checked;
use crate::error::{ErrorKind, Faults, Result, quoted};
use crate::version::{Bump, Increment, Numbering, Version, increment};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The packages that are released together, made by [`release_plan`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "versioning.Plan", rename_all = "camelCase", deny_unknown_fields)]
pub struct Plan {
    /// The packages, in the order of the input. One with the bump `none` is not released, but its manifest changes.
    pub releases: Vec<PackageRelease>,
    /// The changes that belong to no package.
    pub unassigned: Vec<String>,
    /// The changes that touch only files that packages ignore, or packages that are not released.
    pub ignored: Vec<String>,
    /// The digest of the policy.
    pub policy_digest: String,
}

/// A package of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "versioning.PackageRelease", rename_all = "camelCase", deny_unknown_fields)]
pub struct PackageRelease {
    /// The name of the package.
    pub name: String,
    /// Its version so far.
    pub previous: Version,
    /// Its next version; the same for the bump `none`.
    pub next: Version,
    /// The step.
    pub bump: Bump,
    /// The changes that belong to it.
    pub changes: Vec<String>,
    /// What else releases it.
    pub because: Vec<Cause>,
    /// The ranges of its manifest that change.
    pub requirements: Vec<Rewrite>,
}

/// What releases a package beside its changes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "versioning.Cause", rename_all = "camelCase", deny_unknown_fields)]
pub struct Cause {
    /// The kind.
    pub kind: CauseKind,
    /// The package that it comes from.
    pub name: String,
}

/// How one package releases another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "versioning.CauseKind", rename_all = "snake_case")]
pub enum CauseKind {
    /// It is required, and the range does not accept its next version.
    OutOfRange,
    /// It is required, and the policy releases dependents always.
    Dependency,
    /// It is in the same group.
    Group,
}

/// A range of a manifest that changes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "versioning.Rewrite", rename_all = "camelCase", deny_unknown_fields)]
pub struct Rewrite {
    /// The required package.
    pub name: String,
    /// What it is for.
    pub kind: RequirementKind,
    /// The range so far.
    pub previous: String,
    /// The next range.
    pub next: String,
}

/// Returns which packages of a repository are released together, with their versions and the ranges that change.
///
/// 1. A change belongs to each package of which it touches a file, or to those that it names.
/// 2. A package that requires another one is released if its range does not accept the next version: at least a patch.
///    Requirements for development need no release. A release never travels from a package to what it requires.
/// 3. The packages of a group get one version: all of a fixed group, those that are released of a linked one.
/// 4. The rules are applied until nothing changes. Without changes the plan is empty.
///
/// ```
/// use relcore::version::{Bump, Version};
/// use relcore::versioning::{Package, PackageChange, PlanPolicy, Requirement, release_plan};
/// let version = Version::parse("1.0.0")?;
/// let packages = [
///     Package::new("core", version.clone()).paths(["core"]),
///     Package::new("cli", version).requirements([Requirement::new("core", "^1.0.0")]),
/// ];
/// let change = PackageChange::new("a1", Bump::Major).files(["core/src/lib.rs"]);
/// let plan = release_plan(&packages, &[change], &PlanPolicy::default())?;
/// assert_eq!(plan.releases[0].next.to_string(), "2.0.0");
/// assert_eq!(plan.releases[1].next.to_string(), "1.0.1");
/// assert_eq!(plan.releases[1].requirements[0].next, "^2.0.0");
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: those of [`plan_policy_from_json`](super::plan_policy_from_json) under `policy`; `duplicate` for two
/// packages of one name; `unknown_reference` for a package of a group, of a change or of `ignored` that is not there;
/// `invalid_value` for the step `prerelease` and for a change that names packages of which some are ignored;
/// `out_of_range` for a version beyond 2^64 - 1.
pub fn release_plan(packages: &[Package], changes: &[PackageChange], policy: &PlanPolicy) -> Result<Plan> {
    let checked = Checked::new(policy.clone(), "policy")?;
    let mut faults = Faults::new();
    let mut work = Work::new(packages, policy, &mut faults);
    work.check_groups(&mut faults);
    let (unassigned, ignored) = work.assign(changes, &mut faults);
    faults.finish()?;
    work.settle()?;
    let releases = work.releases()?;
    Ok(Plan { releases, unassigned, ignored, policy_digest: checked.digest().to_owned() })
}

struct Work<'a> {
    packages: &'a [Package],
    policy: &'a PlanPolicy,
    indices: BTreeMap<&'a str, usize>,
    /// The version that each package goes on from: its own, or the greatest of its group.
    from: Vec<&'a Version>,
    bumps: Vec<Bump>,
    changes: Vec<Vec<String>>,
    /// Whether a change with the step `none` names it.
    is_named: Vec<bool>,
    is_ignored: Vec<bool>,
    because: Vec<BTreeSet<Cause>>,
}

impl<'a> Work<'a> {
    fn new(packages: &'a [Package], policy: &'a PlanPolicy, faults: &mut Faults) -> Self {
        let mut indices = BTreeMap::new();
        for (index, package) in packages.iter().enumerate() {
            let text = format_args!("{} is repeated", quoted(&package.name));
            let is_new = indices.insert(package.name.as_str(), index).is_none();
            faults.check(is_new, ErrorKind::Duplicate, format_args!("packages[{index}].name"), text);
        }
        let count = packages.len();
        let from = versions_by_group(packages, &indices, policy);
        let ignored: BTreeSet<&String> = policy.ignored.iter().collect();
        Self {
            packages,
            policy,
            indices,
            from,
            bumps: vec![Bump::None; count],
            changes: vec![vec![]; count],
            is_named: vec![false; count],
            is_ignored: packages.iter().map(|package| ignored.contains(&package.name)).collect(),
            because: vec![BTreeSet::new(); count],
        }
    }

    fn check_groups(&self, faults: &mut Faults) {
        let mut check = |name: &String, path: String| {
            let text = format_args!("{} is not a package", quoted(name));
            let is_known = self.indices.contains_key(name.as_str());
            faults.check(is_known, ErrorKind::UnknownReference, format_args!("{path}"), text);
        };
        for (index, group) in self.policy.groups.iter().enumerate() {
            for (nth, name) in group.members.iter().enumerate() {
                check(name, format!("policy.groups[{index}].members[{nth}]"));
            }
        }
        for (index, name) in self.policy.ignored.iter().enumerate() {
            check(name, format!("policy.ignored[{index}]"));
        }
    }

    fn is_ignored(&self, index: usize) -> bool {
        self.is_ignored.get(index).copied().unwrap_or(false)
    }

    /// Gives each change to its packages. Returns those that belong to none, and those that are ignored.
    fn assign(&mut self, changes: &[PackageChange], faults: &mut Faults) -> (Vec<String>, Vec<String>) {
        let (mut unassigned, mut ignored) = (Vec::new(), Vec::new());
        for (nth, change) in changes.iter().enumerate() {
            let steps = change.overrides.values().chain([&change.bump]);
            let text = format_args!("`prerelease` is no step of a change");
            let is_step = steps.into_iter().all(|step| *step != Bump::Prerelease);
            faults.check(is_step, ErrorKind::InvalidValue, format_args!("changes[{nth}].bump"), text);
            let mut is_ignored = false;
            let mut owners: Vec<usize> = Vec::new();
            for (index, name) in change.packages.iter().enumerate() {
                let found = self.indices.get(name.as_str()).copied();
                let text = format_args!("{} is not a package", quoted(name));
                let path = format_args!("changes[{nth}].packages[{index}]");
                faults.check(found.is_some(), ErrorKind::UnknownReference, path, text);
                owners.extend(found);
            }
            if change.packages.is_empty() {
                for (index, package) in self.packages.iter().enumerate() {
                    let is_in = |list: &[String], file: &String| {
                        list.iter().any(|pattern| glob::matches(pattern, file))
                    };
                    let own = change.files.iter().filter(|file| is_in(&package.paths, file));
                    let (left_out, kept): (Vec<&String>, Vec<&String>) =
                        own.partition(|file| is_in(&package.ignore, file));
                    is_ignored |= !left_out.is_empty();
                    if !kept.is_empty() {
                        owners.push(index);
                    }
                }
            }
            let (left_out, kept): (Vec<usize>, Vec<usize>) =
                owners.iter().copied().partition(|owner| self.is_ignored(*owner));
            let is_mixed = !change.packages.is_empty() && !left_out.is_empty() && !kept.is_empty();
            let text = format_args!("names packages that are released and packages that are ignored");
            faults.check(!is_mixed, ErrorKind::InvalidValue, format_args!("changes[{nth}].packages"), text);
            if kept.is_empty() {
                let list = if is_ignored || !left_out.is_empty() { &mut ignored } else { &mut unassigned };
                list.push(change.id.clone());
            }
            for owner in kept {
                let Some(package) = self.packages.get(owner) else { continue };
                let bump = change.overrides.get(&package.name).copied().unwrap_or(change.bump);
                if let (Some(own), Some(list), Some(named)) =
                    (self.bumps.get_mut(owner), self.changes.get_mut(owner), self.is_named.get_mut(owner))
                {
                    *own = (*own).max(bump);
                    *named = true;
                    list.push(change.id.clone());
                }
            }
        }
        (unassigned, ignored)
    }

    /// Applies the rules until nothing changes. INVARIANT: a bump only grows, so this ends.
    fn settle(&mut self) -> Result<()> {
        loop {
            let before = self.bumps.clone();
            self.settle_dependents()?;
            self.settle_groups();
            if before == self.bumps {
                return Ok(());
            }
        }
    }

    fn settle_dependents(&mut self) -> Result<()> {
        for (index, package) in self.packages.iter().enumerate() {
            if self.is_ignored(index) {
                continue;
            }
            for requirement in &package.requirements {
                let Some((kind, bump)) = self.pressure(requirement)? else { continue };
                if let (Some(own), Some(because)) = (self.bumps.get_mut(index), self.because.get_mut(index)) {
                    *own = (*own).max(bump);
                    because.insert(Cause { kind, name: requirement.name.clone() });
                }
            }
        }
        Ok(())
    }

    /// The step that a requirement needs of its package, if what is required is released.
    fn pressure(&self, requirement: &Requirement) -> Result<Option<(CauseKind, Bump)>> {
        let Some(required) = self.required(requirement) else { return Ok(None) };
        let is_released = self.bumps.get(required).is_some_and(|bump| *bump > Bump::None);
        if !is_released || requirement.kind == RequirementKind::Dev {
            return Ok(None);
        }
        let is_peer = requirement.kind == RequirementKind::Peer;
        let out_of_range = !self.is_accepted(requirement, required)?;
        let peer_bump = self.policy.peer_bump.filter(|_| is_peer && out_of_range);
        let bump = peer_bump.unwrap_or(Bump::Patch);
        Ok(if out_of_range {
            Some((CauseKind::OutOfRange, bump))
        } else {
            (self.policy.dependents == Dependents::Always).then_some((CauseKind::Dependency, bump))
        })
    }

    fn required(&self, requirement: &Requirement) -> Option<usize> {
        let counts = !self.policy.workspace_only || requirement.range.starts_with("workspace:");
        self.indices.get(requirement.name.as_str()).copied().filter(|_| counts)
    }

    fn is_accepted(&self, requirement: &Requirement, required: usize) -> Result<bool> {
        let Some(package) = self.packages.get(required) else { return Ok(true) };
        let next = self.next(required)?;
        Ok(accepts(&requirement.range, &next, &package.version, self.policy.ecosystem))
    }

    fn settle_groups(&mut self) {
        for group in &self.policy.groups {
            let members: Vec<usize> =
                group.members.iter().filter_map(|name| self.indices.get(name.as_str()).copied()).collect();
            let of = |index: &usize| self.bumps.get(*index).copied().unwrap_or(Bump::None);
            let Some(first) = members.iter().rev().max_by_key(|index| of(index)).copied() else { continue };
            let most = of(&first);
            if most == Bump::None {
                continue;
            }
            let name = self.packages.get(first).map(|package| package.name.clone()).unwrap_or_default();
            for member in members {
                if self.is_ignored(member) {
                    continue;
                }
                let (Some(own), Some(because)) = (self.bumps.get_mut(member), self.because.get_mut(member))
                else {
                    continue;
                };
                let joins = group.kind == GroupKind::Fixed || *own > Bump::None;
                if joins && *own < most {
                    *own = most;
                    because.insert(Cause { kind: CauseKind::Group, name: name.clone() });
                }
            }
        }
    }

    /// The next version of a package under the bumps so far.
    fn next(&self, index: usize) -> Result<Version> {
        let (Some(package), Some(old)) = (self.packages.get(index), self.from.get(index).copied()) else {
            return Ok(Version::new(0, 0, 0)); // not reached: the index is of a package
        };
        let bump = self.bumps.get(index).copied().unwrap_or(Bump::None);
        if bump == Bump::None {
            return Ok(package.version.clone());
        }
        let applied = if old.major() == 0 { self.policy.zero_rule.apply(bump, old.minor()) } else { bump };
        let step = match (applied, &self.policy.channel) {
            (Bump::Major, None) => Increment::Major,
            (Bump::Minor, None) => Increment::Minor,
            (_, None) => Increment::Patch,
            (_, Some(_)) if old.is_prerelease() && applied <= announced(old) => Increment::Prerelease,
            (Bump::Major, Some(_)) => Increment::Premajor,
            (Bump::Minor, Some(_)) => Increment::Preminor,
            (_, Some(_)) => Increment::Prepatch,
        };
        let channel = self.policy.channel.as_ref();
        let numbering = channel.map_or(Numbering::FromZero, |channel| channel.numbering);
        increment(old, &step, channel.map(|channel| channel.label.as_str()), &numbering)
            .map_err(|error| error.under(&format!("packages[{index}]")))
    }

    fn releases(&self) -> Result<Vec<PackageRelease>> {
        let mut releases = Vec::new();
        for (index, package) in self.packages.iter().enumerate() {
            let bump = self.bumps.get(index).copied().unwrap_or(Bump::None);
            let mut requirements = Vec::new();
            for requirement in &package.requirements {
                let Some(required) = self.required(requirement) else { continue };
                let is_released = self.bumps.get(required).is_some_and(|bump| *bump > Bump::None);
                if !is_released || self.is_accepted(requirement, required)? {
                    continue; // a range that was wrong before is not of this plan
                }
                let new = rewritten(&requirement.range, &self.next(required)?, self.policy.ecosystem);
                if new != requirement.range {
                    let (name, previous) = (requirement.name.clone(), requirement.range.clone());
                    requirements.push(Rewrite { name, kind: requirement.kind, previous, next: new });
                }
            }
            let is_named = self.is_named.get(index).copied().unwrap_or(false);
            if bump == Bump::None && requirements.is_empty() && !is_named {
                continue;
            }
            releases.push(PackageRelease {
                name: package.name.clone(),
                previous: package.version.clone(),
                next: self.next(index)?,
                bump,
                changes: self.changes.get(index).cloned().unwrap_or_default(),
                because: self.because.get(index).into_iter().flatten().cloned().collect(),
                requirements,
            });
        }
        Ok(releases)
    }
}

/// The version that each package goes on from: its own, or the greatest of the first group that it is in.
fn versions_by_group<'a>(
    packages: &'a [Package],
    indices: &BTreeMap<&str, usize>,
    policy: &PlanPolicy,
) -> Vec<&'a Version> {
    let mut from: Vec<&Version> = packages.iter().map(|package| &package.version).collect();
    let mut grouped = BTreeSet::new();
    for group in &policy.groups {
        let members: Vec<usize> =
            group.members.iter().filter_map(|name| indices.get(name.as_str()).copied()).collect();
        let versions = members.iter().filter_map(|index| packages.get(*index)).map(|member| &member.version);
        let Some(greatest) = versions.max() else { continue };
        for member in members {
            if let Some(own) = from.get_mut(member).filter(|_| grouped.insert(member)) {
                *own = greatest;
            }
        }
    }
    from
}
