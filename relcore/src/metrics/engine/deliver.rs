//! The stage that delivers changes: lead times.
use super::buckets::{Bucket, Buckets, ByBucket, Cursor};
use super::delivery::{Changes, Deliveries};
use super::eligibility::Spans;
use super::excluded::Excluded;
use super::index::{ChangeIndex, DeploymentIndex};
use super::read::{Change, Reader, Success};
use super::reland::TakesBack;
use super::runs::Runs;
use super::scope::{PerScope, Scope};
use super::watch::{Counts, Item, Watch};
use crate::metrics::{ExclusionReason, LeadUnit, Metric, Policy, Redelivery, SeedRule, UndeliveredChanges};

/// Lead times by bucket, and the changes without one.
pub(super) struct Leads {
    pub(super) times: Runs,
    pub(super) excluded: ByBucket<Excluded>,
    /// Lead times that begin at a fallback; left out if the policy has none.
    pub(super) fallbacks: Option<ByBucket<u64>>,
}

pub(super) struct Deliver<'a> {
    reader: &'a Reader<'a>,
    policy: &'a Policy,
    buckets: &'a Buckets,
    spans: Spans<'a>,
    /// Where the last change without a delivery was counted.
    cursor: Cursor<'a>,
    deliveries: Deliveries<'a>,
    takes_back: TakesBack,
    /// The starts of all lead times, if nothing else about a change matters.
    plain_starts: Option<&'a [i64]>,
    /// Deployments that did not succeed, whose changes wait for the next one that does.
    waiting: PerScope<Vec<DeploymentIndex>>,
    leads: Leads,
}

impl<'a> Deliver<'a> {
    pub(super) fn new(
        reader: &'a Reader<'a>,
        policy: &'a Policy,
        buckets: &'a Buckets,
        spans: Spans<'a>,
    ) -> Self {
        Self {
            reader,
            policy,
            buckets,
            spans,
            cursor: buckets.cursor(),
            deliveries: Deliveries::new(reader),
            takes_back: TakesBack::new(reader, policy),
            plain_starts: reader.plain_starts(policy).filter(|_| spans.is_plain()),
            waiting: PerScope::default(),
            leads: Leads {
                times: Runs::with_capacity(reader.change_count()),
                excluded: ByBucket::new(buckets),
                fallbacks: (!policy.lead_start_fallbacks.is_empty()).then(|| ByBucket::new(buckets)),
            },
        }
    }

    /// A deployment that succeeded delivers its own changes and those that waited for it. Returns the earlier
    /// deployments of which it reverts a change.
    pub(super) fn succeeded(&mut self, success: &Success, watch: &mut impl Watch) -> Vec<DeploymentIndex> {
        if let Some(bucket) = success.bucket {
            self.leads.times.begin(bucket);
        }
        let first = self.leads.times.len();
        let mut reverted = vec![];
        for source in self.waiting.take(success.scope) {
            self.deliveries.carry(source, success.index);
            self.deliver(source, success, &mut reverted, watch);
        }
        self.deliver(success.index, success, &mut reverted, watch);
        if self.policy.lead_unit == LeadUnit::Deployment {
            self.leads.times.reduce_to_median(first, self.policy.quantile);
        }
        reverted
    }

    /// The changes of a deployment that did not succeed wait, or are not delivered by it.
    pub(super) fn unsuccessful(&mut self, deployment: DeploymentIndex, scope: Scope, watch: &mut impl Watch) {
        match self.policy.undelivered {
            UndeliveredChanges::CarryForward => self.wait(deployment, scope),
            UndeliveredChanges::Drop => self.lose(deployment, watch),
        }
    }

    /// The changes of a deployment wait for the next one that succeeds.
    pub(super) fn wait(&mut self, deployment: DeploymentIndex, scope: Scope) {
        self.waiting.push(scope, deployment);
    }

    /// Counts the changes of a deployment that never delivers them. Listed changes may be delivered by another one,
    /// so they are counted at the end.
    pub(super) fn lose(&mut self, deployment: DeploymentIndex, watch: &mut impl Watch) {
        if let changes @ Changes::Nested(_) = self.deliveries.changes(deployment) {
            for change in changes {
                self.undelivered(change, Some(deployment), watch);
            }
        }
    }

    pub(super) fn finish(mut self, watch: &mut impl Watch) -> Leads {
        let waiting: Vec<DeploymentIndex> = self.waiting.values().flatten().copied().collect();
        for deployment in waiting {
            self.lose(deployment, watch);
        }
        let undelivered: Vec<ChangeIndex> = self.deliveries.undelivered().collect();
        for change in undelivered {
            self.undelivered(change, None, watch);
        }
        self.leads.times.finish(self.buckets);
        self.leads
    }

    /// Delivers the changes that `source` lists.
    fn deliver(
        &mut self,
        source: DeploymentIndex,
        success: &Success,
        reverted: &mut Vec<DeploymentIndex>,
        watch: &mut impl Watch,
    ) {
        let changes = self.deliveries.changes(source);
        let without_leads = success.before.is_none() && self.policy.seed == SeedRule::Exclude;
        if let (Some(starts), Changes::Nested(range), false) = (self.plain_starts, &changes, without_leads) {
            let first = range.start;
            let starts = starts.get(range.start as usize..range.end as usize);
            debug_assert!(starts.is_some(), "offsets lie within the changes");
            self.deliver_plain(starts.unwrap_or_default(), first, success, watch);
            return;
        }
        for index in changes {
            let lead = match self.reader.change(index) {
                None => Err(ExclusionReason::UnknownChange),
                Some(change) => {
                    let is_first = self.deliveries.deliver(index, success);
                    if is_first {
                        let targets =
                            self.reader.reverts(index).filter(|target| !self.takes_back.contains(*target));
                        reverted.extend(targets.filter_map(|target| self.deliveries.before(target, success)));
                    }
                    match self.policy.redelivery {
                        Redelivery::Exclude if !is_first => Err(ExclusionReason::Repeated),
                        _ => self.lead(index, change, success),
                    }
                }
            };
            self.record(lead, index, success, watch);
        }
    }

    /// The same for changes of which only the start matters, as most that come by columns.
    fn deliver_plain(&mut self, starts: &[i64], first: u32, success: &Success, watch: &mut impl Watch) {
        if success.bucket.is_none() {
            return;
        }
        for (index, start) in (first..).zip(starts) {
            let lead = self.spans.plain(*start, success.finished_at);
            self.record(lead, ChangeIndex::new(index), success, watch);
        }
    }

    /// Keeps a lead time, or counts why there is none, if the deployment is in the range.
    fn record(
        &mut self,
        lead: Result<i64, ExclusionReason>,
        change: ChangeIndex,
        success: &Success,
        watch: &mut impl Watch,
    ) {
        let Success { bucket, index, finished_at, .. } = *success;
        watch.see(|| item(change, Some(index), bucket, finished_at, lead.map(Counts::Lasted)));
        match (lead, bucket) {
            (_, None) => {}
            (Ok(lead), Some(_)) => self.leads.times.push(lead),
            (Err(reason), Some(_)) => self.leads.excluded.add(bucket, reason),
        }
    }

    /// The lead time of a change in milliseconds, or why it has none.
    fn lead(
        &mut self,
        index: ChangeIndex,
        change: Change,
        success: &Success,
    ) -> Result<i64, ExclusionReason> {
        let policy = self.policy;
        if success.before.is_none() && policy.seed == SeedRule::Exclude {
            return Err(ExclusionReason::Seed);
        }
        if !policy.count_merges && change.merge {
            return Err(ExclusionReason::Merge);
        }
        let mut start = self.reader.instant(index, policy.lead_start);
        let is_fallback = start.is_none();
        if is_fallback {
            let mut fallbacks = policy.lead_start_fallbacks.iter();
            start = fallbacks.find_map(|rule| self.reader.instant(index, *rule));
        }
        let start = start.ok_or(ExclusionReason::StartUnknown)?;
        let lead = self.spans.measure(start, success.finished_at)?;
        if let Some(fallbacks) = self.leads.fallbacks.as_mut().filter(|_| is_fallback) {
            fallbacks.update(success.bucket, |fallbacks| *fallbacks += 1);
        }
        Ok(lead)
    }

    /// Counts a change that is not delivered, in the bucket in which it was committed.
    fn undelivered(
        &mut self,
        index: ChangeIndex,
        deployment: Option<DeploymentIndex>,
        watch: &mut impl Watch,
    ) {
        let Some(change) = self.reader.change(index) else { return };
        let Some(at) = change.committed_at.or(change.authored_at) else { return };
        let bucket = self.cursor.find(at);
        watch.see(|| item(index, deployment, bucket, at, Err(ExclusionReason::Undelivered)));
        self.leads.excluded.add(bucket, ExclusionReason::Undelivered);
    }
}

fn item(
    change: ChangeIndex,
    deployment: Option<DeploymentIndex>,
    bucket: Option<Bucket>,
    at: i64,
    counts: Result<Counts, ExclusionReason>,
) -> Option<Item> {
    let (metric, bucket) = (Metric::ChangeLeadTime, bucket?);
    Some(Item { metric, bucket, at, deployment, change: Some(change), incident: None, counts })
}
