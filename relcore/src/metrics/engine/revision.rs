//! Revisions that return: a revision that ran before and runs again shows a rollback.
//!
//! Nearly every revision runs once, and such a revision needs no memory. So a first look at all deployments finds the
//! revisions that may run again, and only those are kept in a map during the pass.
use super::bloom::BloomFilter;
use super::index::DeploymentIndex;
use super::read::{Reader, Success};
use super::scope::Scope;
use std::collections::{BTreeMap, BTreeSet};

/// The revisions of all scopes during the pass.
pub(super) struct Revisions {
    /// The revisions of which several deployments of one scope are given.
    repeated: BloomFilter,
    /// By repeated revision and scope: the deployment that replaced its latest run. The entry of the revision that
    /// runs now is out of date, and not read. The revision comes first because it tells most keys apart.
    replaced_by: BTreeMap<(u32, Scope), DeploymentIndex>,
    /// The deployments whose revision came back and took another one away.
    taking_back: BTreeSet<DeploymentIndex>,
}

/// A revision that comes back.
pub(super) struct Return {
    /// The deployment that had replaced the revision.
    pub(super) replaced: DeploymentIndex,
    /// Whether that one is taken away; otherwise it had taken this revision away, which comes back: a reland.
    pub(super) takes_back: bool,
}

impl Revisions {
    pub(super) fn new(reader: &Reader<'_>) -> Self {
        let deployments = reader.revision_count();
        let (mut seen, mut repeated) = (BloomFilter::new(deployments), BloomFilter::new(deployments));
        for (scope, revision) in reader.revisions() {
            if seen.insert(scope, revision) {
                repeated.insert(scope, revision);
            }
        }
        Self { repeated, replaced_by: BTreeMap::new(), taking_back: BTreeSet::new() }
    }

    /// Records that a deployment replaces the one before it in its scope. If its revision ran before and another one
    /// did since, returns the deployment that replaced it then.
    ///
    /// After V1, V2, V3 the return of V1 shows that V2 failed, as Datadog documents. After V1, V2, V1 the return of V2
    /// shows no failure: V1 had only taken V2 away. V1 twice in a row is the same deployment again, and where the running
    /// revision is unknown no return can be seen.
    pub(super) fn run(&mut self, success: &Success, reader: &Reader<'_>) -> Option<Return> {
        let scope = success.scope;
        let current = reader.revision(success.before?)?;
        if self.repeated.may_contain(scope, current) {
            self.replaced_by.insert((current, scope), success.index);
        }
        let revision = reader.revision(success.index)?;
        if revision == current || !self.repeated.may_contain(scope, revision) {
            return None;
        }
        let replaced = *self.replaced_by.get(&(revision, scope))?;
        Some(Return { replaced, takes_back: !self.taking_back.contains(&replaced) })
    }

    /// Records that a deployment took another one away.
    pub(super) fn takes_back(&mut self, deployment: DeploymentIndex) {
        self.taking_back.insert(deployment);
    }
}
