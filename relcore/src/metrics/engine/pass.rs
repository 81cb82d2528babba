//! The pass over the deployments in the order of time: shows each one to the stages.
use super::buckets::{Buckets, ByBucket, Cursor};
use super::count::{Count, Counted};
use super::deliver::{Deliver, Leads};
use super::excluded::Excluded;
use super::link::{Latest, Link};
use super::read::{Deployment, Reader, Success};
use super::remediate::Remediate;
use super::scope::Scope;
use super::signal::{Signal, Signals};
use crate::metrics::Policy;

/// The results of the pass.
pub(super) struct Passed {
    pub(super) counts: Counted,
    pub(super) leads: Leads,
    /// Incidents that show no failure, and ids in `remediates` that name none.
    pub(super) unlinked: ByBucket<Excluded>,
    /// The failure signals by deployment.
    pub(super) signals: Vec<Signal>,
}

pub(super) fn pass(reader: &Reader<'_>, policy: &Policy, buckets: &Buckets) -> Passed {
    let mut pass = Pass {
        cursor: buckets.cursor(),
        latest: Latest::default(),
        signals: Signals::default(),
        link: Link::new(reader, policy, buckets),
        deliver: Deliver::new(reader, policy, buckets),
        remediate: Remediate::new(reader, policy, buckets),
        count: Count::new(policy, buckets),
    };
    for deployment in reader.deployments_by_time() {
        pass.deployment(&deployment);
    }
    pass.finish()
}

struct Pass<'a> {
    cursor: Cursor<'a>,
    latest: Latest,
    signals: Signals,
    link: Link<'a>,
    deliver: Deliver<'a>,
    remediate: Remediate<'a>,
    count: Count<'a>,
}

impl Pass<'_> {
    fn deployment(&mut self, deployment: &Deployment) {
        let bucket = self.cursor.find(deployment.finished_at);
        let Some(scope) = deployment.scope else {
            self.count.other_environment(bucket);
            self.deliver.lose(deployment.index);
            return;
        };
        // Incidents come first: they were caused by a deployment before this one.
        self.link.before(deployment.finished_at, &self.latest, &mut self.signals);
        let mut rework = self.remediate.declares_rework(deployment);
        if deployment.succeeded() {
            let before = self.latest.replace(scope, Some(deployment.index));
            let Deployment { index, finished_at, part_failed, intent, .. } = *deployment;
            rework |=
                self.succeeded(&Success { index, finished_at, part_failed, intent, scope, bucket, before });
        } else {
            self.unsuccessful(deployment, scope);
        }
        self.count.deployment(deployment, bucket, rework);
    }

    /// Whether reverts or its revision make the deployment rework.
    fn succeeded(&mut self, success: &Success) -> bool {
        let reverted = self.deliver.succeeded(success);
        self.remediate.succeeded(success, &reverted, &mut self.signals)
    }

    fn unsuccessful(&mut self, deployment: &Deployment, scope: Scope) {
        self.remediate.unsuccessful(deployment, scope, &mut self.signals);
        self.deliver.unsuccessful(deployment.index, scope);
    }

    fn finish(mut self) -> Passed {
        let mut unlinked = self.link.finish(&self.latest, &mut self.signals);
        unlinked.merge(&self.remediate.finish());
        Passed {
            counts: self.count.finish(),
            leads: self.deliver.finish(),
            unlinked,
            signals: self.signals.into_sorted(),
        }
    }
}
