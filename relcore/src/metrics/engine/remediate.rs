//! The stage that finds which deployments repair which: failures and rework.
use super::index::DeploymentIndex;
use super::read::{Deployment, Reader, Success};
use super::revision::Revisions;
use super::scope::{PerScope, Scope};
use super::signal::{Signals, Source};
use crate::metrics::{DeploymentIntent, FailureSignal, Policy, ReworkSignal};

pub(super) struct Remediate<'a> {
    reader: &'a Reader<'a>,
    policy: &'a Policy,
    revisions: Revisions,
    /// Deployments that failed by their outcome, until the next one that succeeds.
    broken: PerScope<Vec<DeploymentIndex>>,
}

impl<'a> Remediate<'a> {
    pub(super) fn new(reader: &'a Reader<'a>, policy: &'a Policy) -> Self {
        Self { reader, policy, revisions: Revisions::new(reader), broken: PerScope::default() }
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
        if deployment.outcome.is_finished() && self.fails_by(FailureSignal::Outcome) {
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
    ) -> bool {
        let source = Source::Remediation { finished_at: success.finished_at };
        for failed in self.broken.take(success.scope) {
            signals.add(failed, source);
        }
        if self.fails_by(FailureSignal::Revert) {
            for failed in reverted {
                signals.add(*failed, source);
            }
        }
        let replaced = self.revisions.run(success, self.reader);

        let named = self.reader.remediates(success.index);
        if named.len() > 0 {
            if self.fails_by(FailureSignal::Remediation) {
                for failed in named.filter(|failed| *failed != success.index) {
                    signals.add(failed, source);
                }
            }
        } else if let Some(failed) = replaced.filter(|_| self.fails_by(FailureSignal::RevisionReturned)) {
            signals.add(failed, source);
        } else if let Some(failed) = success.before.filter(|_| self.intent_shows_failure(success.intent)) {
            signals.add(failed, source);
        }

        !reverted.is_empty() && self.reworks_by(ReworkSignal::Revert)
            || replaced.is_some() && self.reworks_by(ReworkSignal::RevisionReturned)
    }

    /// Whether the intent of a deployment shows that the one before it failed.
    fn intent_shows_failure(&self, intent: DeploymentIntent) -> bool {
        intent == DeploymentIntent::Rollback && self.fails_by(FailureSignal::Rollback)
            || intent == DeploymentIntent::Hotfix && self.fails_by(FailureSignal::Hotfix)
    }

    fn fails_by(&self, signal: FailureSignal) -> bool {
        self.policy.failure_signals.contains(&signal)
    }

    fn reworks_by(&self, signal: ReworkSignal) -> bool {
        self.policy.rework_signals.contains(&signal)
    }
}
