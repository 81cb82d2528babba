//! The stage that finds which deployments repair which: failures and rework.
use super::buckets::{Buckets, ByBucket};
use super::excluded::Excluded;
use super::index::DeploymentIndex;
use super::read::{Deployment, Reader, Success};
use super::revision::{Return, Revisions};
use super::scope::{PerScope, Scope};
use super::signal::{Signals, Source};
use super::watch::{Item, Watch};
use crate::metrics::{
    DeploymentIntent, ExclusionReason, FailureSignal, Metric, Policy, RelandRule, ReworkSignal,
};

pub(super) struct Remediate<'a> {
    reader: &'a Reader<'a>,
    policy: &'a Policy,
    revisions: Revisions,
    /// Deployments that failed by their outcome, until the next one that succeeds.
    broken: PerScope<Vec<DeploymentIndex>>,
    /// Ids in `remediates` that no deployment can be repaired by.
    unlinked: ByBucket<Excluded>,
}

/// What reverts and the revision say about a deployment that succeeded.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rework {
    /// They make it rework.
    pub(super) counts: bool,
    /// Its revision ran before, and takes away what replaced it.
    pub(super) takes_back: bool,
}

impl<'a> Remediate<'a> {
    pub(super) fn new(reader: &'a Reader<'a>, policy: &'a Policy, buckets: &Buckets) -> Self {
        let unlinked = ByBucket::new(buckets);
        Self { reader, policy, revisions: Revisions::new(reader), broken: PerScope::default(), unlinked }
    }

    /// Whether the intent of a deployment or the deployments that it names make it rework.
    pub(super) fn declares_rework(&self, deployment: &Deployment) -> bool {
        let Deployment { index, intent, .. } = *deployment;
        intent == DeploymentIntent::Hotfix && self.reworks_by(ReworkSignal::Hotfix)
            || intent == DeploymentIntent::Rollback && self.reworks_by(ReworkSignal::Rollback)
            || self.reader.remediates(index).len() > 0 && self.reworks_by(ReworkSignal::Remediation)
    }

    /// A deployment that did not succeed may have failed by its outcome.
    pub(super) fn unsuccessful(&mut self, deployment: &Deployment, scope: Scope, signals: &mut Signals) {
        if self.policy.is_finished(deployment.outcome) && self.fails_by(FailureSignal::Outcome) {
            signals.add(deployment.index, Source::Outcome);
            self.broken.push(scope, deployment.index);
        }
    }

    /// A deployment that succeeded repairs those that it names, else the one that its revision or its intent shows;
    /// also those of which it reverts a change and those that failed by their outcome. Returns whether the revert or
    /// the revision makes it rework.
    pub(super) fn succeeded(
        &mut self,
        success: &Success,
        reverted: &[DeploymentIndex],
        signals: &mut Signals,
        watch: &mut impl Watch,
    ) -> Rework {
        let Success { index: by, finished_at, .. } = *success;
        let shown_by = |shown_by| Source::Remediation { by, finished_at, shown_by };
        if success.part_failed {
            // It failed itself, so it repairs none that failed before it.
            signals.add(success.index, Source::Outcome);
            self.broken.push(success.scope, success.index);
        } else {
            for failed in self.broken.take(success.scope) {
                signals.add(failed, shown_by(FailureSignal::Outcome));
            }
        }
        if self.fails_by(FailureSignal::Revert) {
            for failed in reverted {
                signals.add(*failed, shown_by(FailureSignal::Revert));
            }
        }
        let replaced = self.returned(success);

        if self.reader.remediates(success.index).len() > 0 {
            if self.fails_by(FailureSignal::Remediation) {
                for failed in self.remedied(success, replaced, watch) {
                    signals.add(failed, shown_by(FailureSignal::Remediation));
                }
            }
        } else if let Some(failed) = replaced.filter(|_| self.fails_by(FailureSignal::RevisionReturned)) {
            signals.add(failed, shown_by(FailureSignal::RevisionReturned));
        } else if let (Some(failed), Some(signal)) = (success.before, self.failure_by(success.intent)) {
            signals.add(failed, shown_by(signal));
        }

        Rework {
            counts: !reverted.is_empty() && self.reworks_by(ReworkSignal::Revert)
                || replaced.is_some() && self.reworks_by(ReworkSignal::RevisionReturned),
            takes_back: replaced.is_some(),
        }
    }

    /// The deployment that a revision which comes back shows to have failed.
    ///
    /// To bring back what a rollback had taken away is a reland, and no failure of the rollback, unless the deployment says
    /// that it is a rollback or a hotfix itself.
    fn returned(&mut self, success: &Success) -> Option<DeploymentIndex> {
        let Return { replaced, takes_back } = self.revisions.run(success, self.reader)?;
        let declared = matches!(success.intent, DeploymentIntent::Rollback | DeploymentIntent::Hotfix);
        let counts = takes_back || declared || self.policy.relands == RelandRule::Include;
        if counts {
            self.revisions.takes_back(success.index);
        }
        counts.then_some(replaced)
    }

    /// The earlier deployments of its scope that a deployment names as repaired by it. If it names only such as are not in
    /// the input, the one before it is taken.
    fn remedied(
        &mut self,
        success: &Success,
        replaced: Option<DeploymentIndex>,
        watch: &mut impl Watch,
    ) -> Vec<DeploymentIndex> {
        let mut failed = vec![];
        let mut any_unknown = false;
        for index in self.reader.remediates(success.index) {
            let reason = match self.reader.deployment(index) {
                None => ExclusionReason::RemediesUnknown,
                Some(named) if named.scope != Some(success.scope) => ExclusionReason::RemediesElsewhere,
                Some(named) if (named.finished_at, named.index) >= (success.finished_at, success.index) => {
                    ExclusionReason::RemediesNotEarlier
                }
                Some(_) => {
                    failed.push(self.reader.stands_for(index));
                    continue;
                }
            };
            any_unknown |= reason == ExclusionReason::RemediesUnknown;
            self.unlinked.add(success.bucket, reason);
            watch.see(|| {
                Some(Item {
                    metric: Metric::ChangeFailRate,
                    bucket: success.bucket?,
                    at: success.finished_at,
                    deployment: Some(success.index),
                    change: None,
                    incident: None,
                    counts: Err(reason),
                })
            });
        }
        if failed.is_empty() && any_unknown {
            failed.extend(replaced.or(success.before));
        }
        failed
    }

    /// The ids in `remediates` that name no deployment that could be repaired.
    pub(super) fn finish(self) -> ByBucket<Excluded> {
        self.unlinked
    }

    /// The signal by which the intent of a deployment shows that the one before it failed.
    fn failure_by(&self, intent: DeploymentIntent) -> Option<FailureSignal> {
        let signal = match intent {
            DeploymentIntent::Rollback => FailureSignal::Rollback,
            DeploymentIntent::Hotfix => FailureSignal::Hotfix,
            DeploymentIntent::Planned | DeploymentIntent::Redeploy | DeploymentIntent::Unknown => {
                return None;
            }
        };
        self.fails_by(signal).then_some(signal)
    }

    fn fails_by(&self, signal: FailureSignal) -> bool {
        self.policy.failure_signals.contains(&signal)
    }

    fn reworks_by(&self, signal: ReworkSignal) -> bool {
        self.policy.rework_signals.contains(&signal)
    }
}
