//! Changes reach production: lead times.
use super::{Passing, Walk};
use crate::metrics::columns::{Events, ListedChanges, NONE};
use crate::metrics::engine::at;
use crate::metrics::engine::delivery::Changes;
use crate::metrics::engine::standing::span;
use crate::metrics::{ExclusionReason, LeadStart, MetricsPolicy, SeedRule};

impl Walk<'_> {
    /// Delivers the changes that `source` lists; true when one of them reverts what an earlier deployment delivered.
    pub(super) fn deliver(&mut self, source: u32, passing: Passing) -> bool {
        let changes = self.deliveries.changes(source);
        if let (Some(starts), Changes::Nested(range)) = (self.plain_starts, &changes)
            && !(passing.seed && self.policy.seed == SeedRule::Exclude)
        {
            self.deliver_plain(
                starts.get(range.start as usize..range.end as usize).unwrap_or_default(),
                passing,
            );
            return false;
        }
        let total = u32::try_from(self.events.changes.authored_at.millis.len()).unwrap_or(NONE);
        let mut reverts = false;
        for change in changes {
            let lead = if change >= total {
                Err(ExclusionReason::UnknownChange)
            } else if !self.deliveries.deliver(change, passing.line, passing.deployment) {
                Err(ExclusionReason::Repeated)
            } else {
                reverts |= self.revert(change, passing);
                self.lead(change as usize, passing)
            };
            self.take(lead, passing.bucket);
        }
        reverts
    }

    /// The same for changes of which nothing but the start is given: most of what comes by columns.
    pub(super) fn deliver_plain(&mut self, starts: &[i64], passing: Passing) {
        if passing.bucket.is_some() {
            for start in starts {
                self.take(span(*start, passing.time, self.policy.negative_spans), passing.bucket);
            }
        }
    }

    /// Keeps a lead time, or counts why there is none, if the deployment is in range.
    pub(super) fn take(&mut self, lead: Result<i64, ExclusionReason>, bucket: Option<usize>) {
        match (lead, bucket) {
            (_, None) => {}
            (Ok(lead), Some(_)) => self.leads.values.push(lead),
            (Err(reason), Some(_)) => {
                if let Some(tally) = self.tally(bucket) {
                    tally.not_led.add(reason, 1);
                }
            }
        }
    }

    /// The lead time of a change in milliseconds, or why it has none.
    pub(super) fn lead(&self, change: usize, passing: Passing) -> Result<i64, ExclusionReason> {
        let (changes, policy) = (&self.events.changes, self.policy);
        if passing.seed && policy.seed == SeedRule::Exclude {
            return Err(ExclusionReason::Seed);
        }
        if !policy.count_merges && at(changes.merge, change, false) {
            return Err(ExclusionReason::Merge);
        }
        let start = match policy.lead_start {
            LeadStart::Authored => changes.authored_at.at(change),
            LeadStart::Committed => changes.committed_at.at(change),
            LeadStart::AuthoredOrCommitted => {
                changes.authored_at.at(change).or_else(|| changes.committed_at.at(change))
            }
        };
        span(start.ok_or(ExclusionReason::StartUnknown)?, passing.time, policy.negative_spans)
    }

    /// Counts the changes of a deployment that nothing delivers.
    pub(super) fn lose(&mut self, deployment: u32) {
        if let ListedChanges::Nested(_) = self.events.deployments.changes {
            for change in self.deliveries.changes(deployment) {
                self.undelivered(change as usize);
            }
        }
    }

    pub(super) fn undelivered(&mut self, change: usize) {
        let changes = &self.events.changes;
        let Some(at) = changes.committed_at.at(change).or_else(|| changes.authored_at.at(change)) else {
            return;
        };
        let bucket = self.windows.find(at, self.near);
        if let Some(tally) = self.tally(bucket) {
            tally.not_led.add(ExclusionReason::Undelivered, 1);
        }
    }
}

/// The starts of changes that all have one, and of which none is a merge that does not count or a revert.
pub(super) fn plain_starts<'a>(events: &Events<'a>, policy: &MetricsPolicy) -> Option<&'a [i64]> {
    let changes = &events.changes;
    let starts = match policy.lead_start {
        LeadStart::Authored | LeadStart::AuthoredOrCommitted => changes.authored_at,
        LeadStart::Committed => changes.committed_at,
    };
    let plain = starts.validity.is_none()
        && starts.millis.len() == changes.authored_at.millis.len()
        && (policy.count_merges || changes.merge.is_empty())
        && changes.reverts.offsets.is_empty();
    plain.then_some(starts.millis)
}
