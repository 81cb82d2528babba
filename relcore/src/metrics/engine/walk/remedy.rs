//! A deployment repairs earlier ones: failures and rework.
use super::{Passing, Walk};
use crate::metrics::columns::ListedChanges;
use crate::metrics::engine::at;
use crate::metrics::engine::failure::Sign;
use crate::metrics::{DeploymentIntent, DeploymentOutcome, FailureSignal, ReworkSignal};

impl Walk<'_> {
    /// Whether a deployment is rework by what it says of itself.
    pub(super) fn names_rework(&self, place: usize) -> bool {
        let signals = &self.policy.rework_signals;
        let intent = at(self.events.deployments.intent, place, DeploymentIntent::Unknown as u8);
        intent == DeploymentIntent::Hotfix as u8 && signals.contains(&ReworkSignal::Hotfix)
            || intent == DeploymentIntent::Rollback as u8 && signals.contains(&ReworkSignal::Rollback)
            || !self.events.deployments.remediates.of(place).is_empty()
                && signals.contains(&ReworkSignal::Remediation)
    }

    /// Marks the deployments whose changes this change takes back.
    pub(super) fn revert(&mut self, change: u32, passing: Passing) -> bool {
        let mut reverts = false;
        for target in self.events.changes.reverts.of(change as usize) {
            let Some(failed) = self.delivered_before(*target, passing) else { continue };
            reverts = true;
            if self.policy.failure_signals.contains(&FailureSignal::Revert) {
                self.failures.note(failed, Sign::Remedy(passing.time));
            }
        }
        reverts
    }

    /// The deployment of the same line that delivered a change before this one.
    pub(super) fn delivered_before(&self, change: u32, passing: Passing) -> Option<u32> {
        let found = self.deliveries.deployment(change, passing.line)?;
        let columns = &self.events.deployments;
        let found = match columns.changes {
            ListedChanges::Indexed(_) => found,
            ListedChanges::Nested(_) => {
                let success = at(columns.outcome, found as usize, 0) == DeploymentOutcome::Success as u8;
                let found = if success { found } else { self.carried.get(&found).copied()? };
                let line = self.lines.of(columns.service, columns.environment, found as usize);
                let passed =
                    (at(columns.finished_at, found as usize, 0), found) < (passing.time, passing.deployment);
                Some(found).filter(|_| passed && line == Some(passing.line))?
            }
        };
        Some(found).filter(|found| *found != passing.deployment)
    }

    /// Marks the deployments that this one repairs: those it names, else what its revision or its intent shows.
    pub(super) fn remedy(&mut self, passing: Passing, before: u32, replaced: Option<u32>) {
        let signals = &self.policy.failure_signals;
        let place = passing.deployment as usize;
        let named = self.events.deployments.remediates.of(place);
        let sign = Sign::Remedy(passing.time);
        if !named.is_empty() {
            if signals.contains(&FailureSignal::Remediation) {
                for failed in named.iter().filter(|failed| **failed != passing.deployment) {
                    self.failures.note(*failed, sign);
                }
            }
            return;
        }
        if let Some(failed) = replaced.filter(|_| signals.contains(&FailureSignal::RevisionReturned)) {
            self.failures.note(failed, sign);
            return;
        }
        let intent = at(self.events.deployments.intent, place, DeploymentIntent::Unknown as u8);
        if intent == DeploymentIntent::Rollback as u8 && signals.contains(&FailureSignal::Rollback)
            || intent == DeploymentIntent::Hotfix as u8 && signals.contains(&FailureSignal::Hotfix)
        {
            self.failures.note(before, sign);
        }
    }
}
