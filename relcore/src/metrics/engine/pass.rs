//! The pass over the deployments in the order of time: shows each one to the stages.
use super::buckets::{Buckets, Cursor};
use super::count::{Count, Counted};
use super::deliver::{Deliver, Leads};
use super::eligibility::Spans;
use super::latest::Latest;
use super::link::{Link, Linked};
use super::read::{Deployment, Reader, Success};
use super::remediate::{Remediate, Rework};
use super::signal::{Signal, Signals};
use super::watch::Watch;
use crate::metrics::Policy;

/// The results of the pass.
pub(super) struct Passed {
    pub(super) counts: Counted,
    pub(super) leads: Leads,
    /// Incidents that show no failure, also ids in `remediates` that name none; and the incidents that count.
    pub(super) linked: Linked,
    /// The failure signals by deployment.
    pub(super) signals: Vec<Signal>,
}

pub(super) fn pass(
    reader: &Reader<'_>,
    policy: &Policy,
    buckets: &Buckets,
    spans: Spans<'_>,
    watch: &mut impl Watch,
) -> Passed {
    let mut pass = Pass {
        reader,
        cursor: buckets.cursor(),
        latest: Latest::new(reader, policy),
        signals: Signals::default(),
        link: Link::new(reader, policy, buckets),
        deliver: Deliver::new(reader, policy, buckets, spans),
        remediate: Remediate::new(reader, policy, buckets),
        count: Count::new(policy, buckets),
        watch,
    };
    for deployment in reader.deployments_by_time() {
        pass.deployment(&deployment);
    }
    pass.finish()
}

struct Pass<'a, W> {
    reader: &'a Reader<'a>,
    cursor: Cursor<'a>,
    latest: Latest,
    signals: Signals,
    link: Link<'a>,
    deliver: Deliver<'a>,
    remediate: Remediate<'a>,
    count: Count<'a>,
    watch: &'a mut W,
}

impl<W: Watch> Pass<'_, W> {
    fn deployment(&mut self, deployment: &Deployment) {
        let bucket = self.cursor.find(deployment.finished_at);
        let Some(scope) = deployment.scope else {
            self.count.other_environment(deployment, bucket, self.watch);
            self.deliver.lose(deployment.index, self.watch);
            return;
        };
        // Incidents come first: they were caused by a deployment before this one.
        self.link.before(deployment.finished_at, &self.latest, &mut self.signals, self.watch);
        let mut rework = Rework { counts: self.remediate.declares_rework(deployment), takes_back: false };
        if deployment.in_run {
            self.deliver.wait(deployment.index, scope);
        } else if deployment.succeeded() {
            let before = self.latest.replace(scope, deployment.index);
            let Deployment { index, finished_at, part_failed, intent, .. } = *deployment;
            let found =
                self.succeeded(&Success { index, finished_at, part_failed, intent, scope, bucket, before });
            rework = Rework { counts: rework.counts || found.counts, ..found };
        } else {
            self.remediate.unsuccessful(deployment, scope, &mut self.signals);
            self.deliver.unsuccessful(deployment.index, scope, self.watch);
        }
        if deployment.succeeded() {
            self.latest.row(deployment, self.reader);
        }
        self.count.deployment(deployment, bucket, rework, self.watch);
    }

    /// Whether reverts or its revision make the deployment rework.
    fn succeeded(&mut self, success: &Success) -> Rework {
        let reverted = self.deliver.succeeded(success, self.watch);
        self.remediate.succeeded(success, &reverted, &mut self.signals, self.watch)
    }

    fn finish(mut self) -> Passed {
        let mut linked = self.link.finish(&self.latest, &mut self.signals, self.watch);
        linked.unlinked.merge(&self.remediate.finish());
        Passed {
            counts: self.count.finish(),
            leads: self.deliver.finish(self.watch),
            linked,
            signals: self.signals.into_sorted(),
        }
    }
}
