//! The stage that delivers changes: lead times.
use super::buckets::{Bucket, Buckets, ByBucket, Cursor};
use super::delivery::{Changes, Deliveries};
use super::eligibility::span;
use super::excluded::Excluded;
use super::index::{ChangeIndex, DeploymentIndex};
use super::read::{Change, Reader, Success};
use super::reland::TakesBack;
use super::runs::Runs;
use super::scope::{PerScope, Scope};
use crate::metrics::{ExclusionReason, LeadStart, LeadUnit, Policy, SeedRule, UndeliveredChanges};

/// Lead times by bucket, and the changes without one.
pub(super) struct Leads {
    pub(super) times: Runs,
    pub(super) excluded: ByBucket<Excluded>,
}

pub(super) struct Deliver<'a> {
    reader: &'a Reader<'a>,
    policy: &'a Policy,
    buckets: &'a Buckets,
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
    pub(super) fn new(reader: &'a Reader<'a>, policy: &'a Policy, buckets: &'a Buckets) -> Self {
        Self {
            reader,
            policy,
            buckets,
            cursor: buckets.cursor(),
            deliveries: Deliveries::new(reader),
            takes_back: TakesBack::new(reader, policy),
            plain_starts: reader.plain_starts(policy),
            waiting: PerScope::default(),
            leads: Leads {
                times: Runs::with_capacity(reader.change_count()),
                excluded: ByBucket::new(buckets),
            },
        }
    }

    /// A deployment that succeeded delivers its own changes and those that waited for it. Returns the earlier
    /// deployments of which it reverts a change.
    pub(super) fn succeeded(&mut self, success: &Success) -> Vec<DeploymentIndex> {
        if let Some(bucket) = success.bucket {
            self.leads.times.begin(bucket);
        }
        let first = self.leads.times.len();
        let mut reverted = vec![];
        for source in self.waiting.take(success.scope) {
            self.deliveries.carry(source, success.index);
            self.deliver(source, success, &mut reverted);
        }
        self.deliver(success.index, success, &mut reverted);
        if self.policy.lead_unit == LeadUnit::Deployment {
            self.leads.times.reduce_to_median(first, self.policy.quantile);
        }
        reverted
    }

    /// The changes of a deployment that did not succeed wait, or are not delivered by it.
    pub(super) fn unsuccessful(&mut self, deployment: DeploymentIndex, scope: Scope) {
        match self.policy.undelivered {
            UndeliveredChanges::CarryForward => self.waiting.push(scope, deployment),
            UndeliveredChanges::Drop => self.lose(deployment),
        }
    }

    /// Counts the changes of a deployment that never delivers them. Listed changes may be delivered by another one,
    /// so they are counted at the end.
    pub(super) fn lose(&mut self, deployment: DeploymentIndex) {
        if let changes @ Changes::Nested(_) = self.deliveries.changes(deployment) {
            for change in changes {
                self.undelivered(change);
            }
        }
    }

    pub(super) fn finish(mut self) -> Leads {
        let waiting: Vec<DeploymentIndex> = self.waiting.values().flatten().copied().collect();
        for deployment in waiting {
            self.lose(deployment);
        }
        let undelivered: Vec<ChangeIndex> = self.deliveries.undelivered().collect();
        for change in undelivered {
            self.undelivered(change);
        }
        self.leads.times.finish(self.buckets);
        self.leads
    }

    /// Delivers the changes that `source` lists.
    fn deliver(&mut self, source: DeploymentIndex, success: &Success, reverted: &mut Vec<DeploymentIndex>) {
        let changes = self.deliveries.changes(source);
        let without_leads = success.before.is_none() && self.policy.seed == SeedRule::Exclude;
        if let (Some(starts), Changes::Nested(range), false) = (self.plain_starts, &changes, without_leads) {
            let starts = starts.get(range.start as usize..range.end as usize);
            debug_assert!(starts.is_some(), "offsets lie within the changes");
            self.deliver_plain(starts.unwrap_or_default(), success);
            return;
        }
        for index in changes {
            let lead = match self.reader.change(index) {
                None => Err(ExclusionReason::UnknownChange),
                Some(_) if !self.deliveries.deliver(index, success) => Err(ExclusionReason::Repeated),
                Some(change) => {
                    let targets =
                        self.reader.reverts(index).filter(|target| !self.takes_back.contains(*target));
                    reverted.extend(targets.filter_map(|target| self.deliveries.before(target, success)));
                    self.lead(change, success)
                }
            };
            self.record(lead, success.bucket);
        }
    }

    /// The same for changes of which only the start matters, as most that come by columns.
    fn deliver_plain(&mut self, starts: &[i64], success: &Success) {
        if success.bucket.is_none() {
            return;
        }
        for start in starts {
            self.record(span(*start, success.finished_at, self.policy.negative_spans), success.bucket);
        }
    }

    /// Keeps a lead time, or counts why there is none, if the deployment is in the range.
    fn record(&mut self, lead: Result<i64, ExclusionReason>, bucket: Option<Bucket>) {
        match (lead, bucket) {
            (_, None) => {}
            (Ok(lead), Some(_)) => self.leads.times.push(lead),
            (Err(reason), Some(_)) => self.leads.excluded.add(bucket, reason),
        }
    }

    /// The lead time of a change in milliseconds, or why it has none.
    fn lead(&self, change: Change, success: &Success) -> Result<i64, ExclusionReason> {
        let policy = self.policy;
        if success.before.is_none() && policy.seed == SeedRule::Exclude {
            return Err(ExclusionReason::Seed);
        }
        if !policy.count_merges && change.merge {
            return Err(ExclusionReason::Merge);
        }
        let start = match policy.lead_start {
            LeadStart::Authored => change.authored_at,
            LeadStart::Committed => change.committed_at,
            LeadStart::AuthoredOrCommitted => change.authored_at.or(change.committed_at),
        };
        span(start.ok_or(ExclusionReason::StartUnknown)?, success.finished_at, policy.negative_spans)
    }

    /// Counts a change that is not delivered, in the bucket in which it was committed.
    fn undelivered(&mut self, change: ChangeIndex) {
        let Some(change) = self.reader.change(change) else { return };
        let Some(at) = change.committed_at.or(change.authored_at) else { return };
        self.leads.excluded.add(self.cursor.find(at), ExclusionReason::Undelivered);
    }
}
