//! Revisions that return: a revision that ran before and runs again shows a rollback.
//!
//! Nearly every revision runs once, and such a revision needs no memory. So a first look at all deployments finds the
//! revisions that may run again, and only those are kept in a map during the pass.
use super::bloom::BloomFilter;
use super::index::DeploymentIndex;
use super::read::{Reader, Success};
use super::scope::Scope;
use std::collections::BTreeMap;

/// The revisions of all scopes during the pass.
pub(super) struct Revisions {
    /// The revisions of which several deployments of one scope are given.
    repeated: BloomFilter,
    /// By repeated revision and scope: the deployment that replaced its latest run. The entry of the revision that
    /// runs now is out of date, and not read. The revision comes first because it tells most keys apart.
    replaced_by: BTreeMap<(u32, Scope), DeploymentIndex>,
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
        Self { repeated, replaced_by: BTreeMap::new() }
    }

    /// Records that a deployment replaces the one before it in its scope. If its revision ran before and another one
    /// did since, returns the deployment that replaced it then: the one that failed.
    ///
    /// After V1, V2, V3 the return of V1 shows that V2 failed, as Datadog documents. V1 twice in a row is the same
    /// deployment again, and where the running revision is unknown no return can be seen.
    pub(super) fn run(&mut self, success: &Success, reader: &Reader<'_>) -> Option<DeploymentIndex> {
        let scope = success.scope;
        let current = reader.revision(success.before?)?;
        if self.repeated.may_contain(scope, current) {
            self.replaced_by.insert((current, scope), success.index);
        }
        let revision = reader.revision(success.index)?;
        if revision == current || !self.repeated.may_contain(scope, revision) {
            return None;
        }
        self.replaced_by.get(&(revision, scope)).copied()
    }
}
