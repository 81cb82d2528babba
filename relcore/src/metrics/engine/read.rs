//! Reads single events from the columns.
//!
//! The columns have been checked, so a column is empty or as long as its table. An index beyond the table names an
//! event that is not in the input: reading it gives `None`.
use super::buckets::Bucket;
use super::duplicate::duplicates;
use super::index::{ChangeIndex, DeploymentIndex, IncidentIndex};
use super::order::ByTime;
use super::scope::{Scope, Scopes};
use super::signal::End;
use crate::column::{Lists, NONE};
use crate::metrics::table::{Events, IncidentColumns, ListedChanges};
use crate::metrics::{
    DeploymentIdentity, DeploymentIntent, DeploymentOutcome, LeadStart, PartialDeployments, Policy,
};
use std::collections::BTreeMap;

/// One deployment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deployment {
    pub(super) index: DeploymentIndex,
    pub(super) finished_at: i64,
    /// Never `Partial`: the policy says what such a deployment is.
    pub(super) outcome: DeploymentOutcome,
    /// It succeeded, and failed in a part.
    pub(super) part_failed: bool,
    pub(super) intent: DeploymentIntent,
    /// `None` when the policy does not count the environment.
    pub(super) scope: Option<Scope>,
    /// Another row of its run stands for it.
    pub(super) in_run: bool,
}

impl Deployment {
    pub(super) fn succeeded(&self) -> bool {
        self.outcome == DeploymentOutcome::Success
    }
}

/// A deployment that succeeded, with its position in the history of its scope.
#[derive(Clone, Copy, Debug)]
pub(super) struct Success {
    pub(super) index: DeploymentIndex,
    pub(super) finished_at: i64,
    /// It failed in a part.
    pub(super) part_failed: bool,
    pub(super) intent: DeploymentIntent,
    pub(super) scope: Scope,
    pub(super) bucket: Option<Bucket>,
    /// The one that succeeded before it. The first one of a scope has none: it is the seed.
    pub(super) before: Option<DeploymentIndex>,
}

/// One change.
#[derive(Clone, Copy, Debug)]
pub(super) struct Change {
    pub(super) authored_at: Option<i64>,
    pub(super) committed_at: Option<i64>,
    pub(super) merge: bool,
}

/// One incident.
#[derive(Clone, Copy, Debug)]
pub(super) struct Incident {
    pub(super) detected_at: i64,
    pub(super) resolved_at: Option<i64>,
    /// Whether it is over though nobody knows since when.
    pub(super) closed: bool,
    /// `None` when the policy does not count the environment.
    pub(super) scope: Option<Scope>,
    pub(super) index: IncidentIndex,
    pub(super) caused_by: Option<DeploymentIndex>,
    pub(super) duplicate: bool,
    pub(super) environment: u32,
    pub(super) revision: Option<u32>,
}

impl Incident {
    pub(super) fn end(&self) -> End {
        match self.resolved_at {
            Some(at) => End::At(at),
            None if self.closed => End::Unknown,
            None => End::Open,
        }
    }
}

/// The events of a report.
pub(in crate::metrics) struct Reader<'a> {
    events: &'a Events<'a>,
    scopes: Scopes,
    partial: PartialDeployments,
    /// By incident: whether it repeats another one of its service and environment. Empty if none names another.
    duplicates: Vec<bool>,
    /// By deployment: the row of its run that stands for it. Empty if each stands for itself.
    runs: Vec<DeploymentIndex>,
}

impl<'a> Reader<'a> {
    pub(in crate::metrics) fn new(events: &'a Events<'a>, policy: &Policy) -> Self {
        let IncidentColumns { duplicate_of, environment, service, .. } = events.incidents;
        let place = |row| (given(environment, row).unwrap_or(0), given(service, row).unwrap_or(0));
        let mut reader = Self {
            events,
            scopes: Scopes::new(events, policy),
            partial: policy.partial_deployments,
            duplicates: duplicates(duplicate_of, place),
            runs: vec![],
        };
        if policy.identity == DeploymentIdentity::Run {
            reader.runs = reader.runs();
        }
        reader
    }

    /// The row that stands for each: of a run the last one that succeeded, or the last one if none did.
    fn runs(&self) -> Vec<DeploymentIndex> {
        let run = |index: DeploymentIndex| {
            let code = given(self.events.deployments.run, index.get()).filter(|code| *code != NONE)?;
            Some((self.scope_of(index)?, code))
        };
        let mut last: BTreeMap<(Scope, u32), (bool, DeploymentIndex)> = BTreeMap::new();
        for deployment in self.deployments_by_time() {
            let Some(run) = run(deployment.index) else { continue };
            let entry = last.entry(run).or_insert((deployment.succeeded(), deployment.index));
            if deployment.succeeded() || !entry.0 {
                *entry = (deployment.succeeded(), deployment.index);
            }
        }
        let rows = 0..u32::try_from(self.events.deployments.finished_at.len()).unwrap_or(NONE);
        rows.map(DeploymentIndex::new)
            .map(|index| run(index).and_then(|run| last.get(&run)).map_or(index, |(_, last)| *last))
            .collect()
    }

    /// The deployment that stands for a row.
    pub(super) fn stands_for(&self, index: DeploymentIndex) -> DeploymentIndex {
        self.runs.get(index.get()).copied().unwrap_or(index)
    }

    #[inline(always)] // read for every deployment: a call and a copy would cost more than the reads
    pub(super) fn deployment(&self, index: DeploymentIndex) -> Option<Deployment> {
        let (columns, row) = (&self.events.deployments, index.get());
        let (outcome, part_failed) =
            match (DeploymentOutcome::from_code(*columns.outcome.get(row)?)?, self.partial) {
                (DeploymentOutcome::Partial, PartialDeployments::Failed) => {
                    (DeploymentOutcome::Success, true)
                }
                (DeploymentOutcome::Partial, PartialDeployments::Successful) => {
                    (DeploymentOutcome::Success, false)
                }
                (DeploymentOutcome::Partial, PartialDeployments::Unsuccessful) => {
                    (DeploymentOutcome::Failure, false)
                }
                (outcome, _) => (outcome, false),
            };
        let intent = given(columns.intent, row).and_then(DeploymentIntent::from_code);
        Some(Deployment {
            index,
            finished_at: *columns.finished_at.get(row)?,
            outcome,
            part_failed,
            intent: intent.unwrap_or_default(),
            scope: self.scope(columns.environment, columns.service, row),
            in_run: self.stands_for(index) != index,
        })
    }

    pub(super) fn change(&self, index: ChangeIndex) -> Option<Change> {
        let (columns, row) = (&self.events.changes, index.get());
        (row < self.change_count()).then(|| Change {
            authored_at: columns.authored_at.at(row),
            committed_at: columns.committed_at.at(row),
            merge: given(columns.merge, row).unwrap_or(false),
        })
    }

    /// The instant of a change that a rule names, if it is known.
    pub(super) fn instant(&self, index: ChangeIndex, rule: LeadStart) -> Option<i64> {
        let (columns, row) = (&self.events.changes, index.get());
        match rule {
            LeadStart::Authored => columns.authored_at.at(row),
            LeadStart::Committed => columns.committed_at.at(row),
            LeadStart::AuthoredOrCommitted => columns.authored_at.at(row).or(columns.committed_at.at(row)),
            LeadStart::Opened => columns.opened_at.at(row),
            LeadStart::Reviewed => columns.reviewed_at.at(row),
            LeadStart::Merged => columns.merged_at.at(row),
            LeadStart::IssueCreated => columns.issue_created_at.at(row),
        }
    }

    pub(super) fn incident(&self, index: IncidentIndex) -> Option<Incident> {
        let (columns, row) = (&self.events.incidents, index.get());
        Some(Incident {
            detected_at: *columns.detected_at.get(row)?,
            resolved_at: columns.resolved_at.at(row),
            closed: given(columns.closed, row).unwrap_or(false),
            scope: self.scope(columns.environment, columns.service, row),
            index,
            environment: given(columns.environment, row).unwrap_or(0),
            revision: given(columns.revision, row).filter(|code| *code != NONE),
            caused_by: given(columns.caused_by, row).filter(|code| *code != NONE).map(DeploymentIndex::new),
            duplicate: given(columns.duplicate, row).unwrap_or(false)
                || given(&self.duplicates, row).unwrap_or(false),
        })
    }

    /// The deployments in the order of time.
    pub(super) fn deployments_by_time(&self) -> impl Iterator<Item = Deployment> {
        let order = ByTime::new(self.events.deployments.finished_at);
        order.filter_map(|index| self.deployment(DeploymentIndex::new(index)))
    }

    /// The incidents in the order of time.
    pub(super) fn incidents_by_time(&self) -> ByTime {
        ByTime::new(self.events.incidents.detected_at)
    }

    /// The number of deployments whose revision may be known.
    pub(super) fn revision_count(&self) -> usize {
        self.events.deployments.revision.len()
    }

    /// The revision of every deployment that counts and has one, in the order of the table.
    pub(super) fn revisions(&self) -> impl Iterator<Item = (Scope, u32)> {
        let columns = &self.events.deployments;
        let known = columns.revision.iter().copied().enumerate().filter(|(_, code)| *code != NONE);
        known.filter_map(|(row, code)| Some((self.scope(columns.environment, columns.service, row)?, code)))
    }

    /// By incident: whether it repeats another one of its service and environment. Empty if none does.
    pub(super) fn duplicates(&self) -> &[bool] {
        &self.duplicates
    }

    /// The environment of a deployment, by its code.
    pub(super) fn environment_of(&self, index: DeploymentIndex) -> u32 {
        given(self.events.deployments.environment, index.get()).unwrap_or(0)
    }

    /// The revisions that incidents name.
    pub(super) fn incident_revisions(&self) -> impl Iterator<Item = u32> {
        self.events.incidents.revision.iter().copied().filter(|code| *code != NONE)
    }

    /// The first and the last instant of all events, for a policy with working time.
    pub(super) fn instants(&self, policy: &Policy) -> Option<(i64, i64)> {
        policy.working_time.as_ref()?;
        let Events { deployments, changes, incidents, .. } = self.events;
        let sparse = [
            changes.authored_at,
            changes.committed_at,
            changes.issue_created_at,
            changes.opened_at,
            changes.reviewed_at,
            changes.merged_at,
            incidents.resolved_at,
        ];
        let sparse = sparse.into_iter().flat_map(|of| (0..of.millis.len()).filter_map(move |row| of.at(row)));
        let all = deployments.finished_at.iter().chain(incidents.detected_at).copied().chain(sparse);
        all.fold(None, |span: Option<(i64, i64)>, at| {
            Some(span.map_or((at, at), |(first, last)| (first.min(at), last.max(at))))
        })
    }

    /// The scope of a deployment.
    pub(super) fn scope_of(&self, index: DeploymentIndex) -> Option<Scope> {
        let columns = &self.events.deployments;
        self.scope(columns.environment, columns.service, index.get())
    }

    /// The revision of a deployment, if it is known.
    pub(super) fn revision(&self, index: DeploymentIndex) -> Option<u32> {
        given(self.events.deployments.revision, index.get()).filter(|code| *code != NONE)
    }

    pub(super) fn change_count(&self) -> usize {
        self.events.changes.authored_at.millis.len()
    }

    /// The deployments that a deployment names as repaired by it.
    pub(super) fn remediates(
        &self,
        index: DeploymentIndex,
    ) -> impl ExactSizeIterator<Item = DeploymentIndex> {
        let named = self.events.deployments.remediates.of(index.get());
        named.iter().map(|code| DeploymentIndex::new(*code))
    }

    /// The lists of the changes that each change reverts.
    pub(super) fn revert_lists(&self) -> Lists<'a> {
        self.events.changes.reverts
    }

    /// The changes that a change reverts.
    pub(super) fn reverts(&self, index: ChangeIndex) -> impl Iterator<Item = ChangeIndex> + use<'a> {
        self.events.changes.reverts.of(index.get()).iter().map(|code| ChangeIndex::new(*code))
    }

    /// The form in which deployments list their changes.
    pub(super) fn listed_changes(&self) -> ListedChanges<'a> {
        self.events.deployments.changes
    }

    /// The starts of the lead times of all changes, if nothing else about a change matters: each start is present, and
    /// none is a merge that does not count or a revert.
    pub(super) fn plain_starts(&self, policy: &Policy) -> Option<&'a [i64]> {
        let changes = &self.events.changes;
        let starts = match policy.lead_start {
            LeadStart::Authored | LeadStart::AuthoredOrCommitted => changes.authored_at,
            LeadStart::Committed => changes.committed_at,
            LeadStart::Opened => changes.opened_at,
            LeadStart::Reviewed => changes.reviewed_at,
            LeadStart::Merged => changes.merged_at,
            LeadStart::IssueCreated => changes.issue_created_at,
        };
        let plain = starts.validity.is_none()
            && starts.millis.len() == changes.authored_at.millis.len()
            && (policy.count_merges || changes.merge.is_empty())
            && changes.reverts.offsets.is_empty();
        plain.then_some(starts.millis)
    }

    /// The scope of a row. Without a column all rows are in the first environment, or of the one service.
    #[inline(always)]
    fn scope(&self, environment: &[u32], service: &[u32], row: usize) -> Option<Scope> {
        self.scopes.scope(given(environment, row).unwrap_or(0), given(service, row).unwrap_or(0))
    }
}

/// The value of a row in a column; `None` where the column is left out.
fn given<T: Copy>(column: &[T], row: usize) -> Option<T> {
    debug_assert!(column.is_empty() || row < column.len(), "a column is empty or as long as its table");
    column.get(row).copied()
}
