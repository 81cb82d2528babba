//! From what was counted in each bucket to the rows of the report.
use super::buckets::ByBucket;
use super::count::Counts;
use super::deliver::Leads;
use super::estimate::Estimator;
use super::excluded::{Excluded, count};
use super::link::Linked;
use super::recovery::Recoveries;
use crate::metrics::{DoraRow, Estimate, ExclusionReason, Policy, RateNumerator, UndefinedReason};
use crate::time::TimeRange;

/// Everything that was counted in one bucket.
///
/// The tally of the whole range is the sum of those of its buckets: that is why counts of buckets add up.
#[derive(Default)]
struct Tally {
    deployments: Counts,
    /// Incidents that show no failure, and ids in `remediates` that name none.
    unlinked: Excluded,
    /// Changes without a lead time.
    no_lead: Excluded,
    failed: u64,
    /// Incidents, where the policy counts these instead of failed deployments.
    incidents: u64,
    /// Lead times that begin at a fallback.
    fallbacks: u64,
    /// Failures without a recovery time.
    no_recovery: Excluded,
}

impl Tally {
    fn merge(&mut self, other: &Self) {
        self.deployments.merge(&other.deployments);
        self.unlinked.merge(&other.unlinked);
        self.no_lead.merge(&other.no_lead);
        self.failed += other.failed;
        self.incidents += other.incidents;
        self.fallbacks += other.fallbacks;
        self.no_recovery.merge(&other.no_recovery);
    }

    /// The deployments and incidents that the fail rate leaves out.
    fn not_failed(&self) -> Excluded {
        let mut all = self.deployments.not_rated;
        all.merge(&self.unlinked);
        all.add_many(ExclusionReason::Rework, self.deployments.rework_left_out);
        all
    }
}

pub(super) struct Summary<'a> {
    policy: &'a Policy,
    range: &'a TimeRange,
    any_deployment: bool,
    estimator: Estimator<'a>,
}

impl<'a> Summary<'a> {
    /// `any_deployment`: whether any deployment of the input counts for the frequency.
    pub(super) fn new(policy: &'a Policy, range: &'a TimeRange, any_deployment: bool) -> Self {
        Self { policy, range, any_deployment, estimator: Estimator::new(policy) }
    }

    /// The row of the whole range, and one per bucket.
    pub(super) fn rows(
        &self,
        buckets: &[TimeRange],
        counts: ByBucket<Counts>,
        linked: Linked,
        mut leads: Leads,
        mut recoveries: Recoveries,
    ) -> (DoraRow, Vec<DoraRow>) {
        let mut fallbacks = leads.fallbacks.into_iter().flatten();
        let pass = counts.into_iter().zip(linked.unlinked).zip(linked.incidents).zip(leads.excluded);
        let tallies = pass.zip(recoveries.failed).zip(recoveries.excluded).map(
            |(((((deployments, unlinked), incidents), no_lead), failed), no_recovery)| Tally {
                deployments,
                unlinked,
                no_lead,
                failed,
                incidents,
                fallbacks: fallbacks.next().unwrap_or_default(),
                no_recovery,
            },
        );
        let mut all = Tally::default();
        let mut rows = Vec::with_capacity(buckets.len());
        for (bucket, (whole, tally)) in buckets.iter().zip(tallies).enumerate() {
            let range =
                TimeRange { start: whole.start.max(self.range.start), end: whole.end.min(self.range.end) };
            let durations =
                [leads.times.bucket(bucket), recoveries.times.bucket(bucket), recoveries.open.bucket(bucket)];
            rows.push(self.row(range, range != *whole, &tally, durations));
            all.merge(&tally);
        }
        let durations = [leads.times.all(), recoveries.times.all(), recoveries.open.all()];
        (self.row(*self.range, false, &all, durations), rows)
    }

    fn row(
        &self,
        range: TimeRange,
        partial: bool,
        tally: &Tally,
        [leads, recoveries, open]: [&mut [i64]; 3],
    ) -> DoraRow {
        let deployments = &tally.deployments;
        let estimator = &self.estimator;
        let mut change_lead_time = estimator.durations(leads, &tally.no_lead, why_no_lead(&tally.no_lead));
        if !self.policy.lead_start_fallbacks.is_empty() {
            change_lead_time.fallbacks = Some(count(tally.fallbacks));
        }
        DoraRow {
            range,
            partial,
            deployment_frequency: estimator.frequency(
                deployments.deployed,
                range.length(),
                &deployments.not_deployed,
                self.any_deployment,
            ),
            change_lead_time,
            change_fail_rate: self.fail_rate(tally),
            failed_deployment_recovery_time: estimator.censored(
                recoveries,
                open,
                &tally.no_recovery,
                why_no_recovery(&tally.no_recovery),
            ),
            deployment_rework_rate: estimator.share(
                deployments.reworked,
                deployments.rated,
                &deployments.not_rated,
                UndefinedReason::NoDeployments,
            ),
        }
    }

    fn fail_rate(&self, tally: &Tally) -> Estimate {
        let rated = tally.deployments.rated.saturating_sub(tally.deployments.rework_left_out);
        let (excluded, without) = (tally.not_failed(), UndefinedReason::NoDeployments);
        match self.policy.rate_numerator {
            RateNumerator::FailedDeployments => self.estimator.share(tally.failed, rated, &excluded, without),
            RateNumerator::Incidents | RateNumerator::LinkedIncidents => {
                self.estimator.ratio(tally.incidents, rated, &excluded, without)
            }
        }
    }
}

pub(in crate::metrics) fn why_no_lead(excluded: &Excluded) -> UndefinedReason {
    use ExclusionReason as Why;
    if excluded.any(&[
        Why::Merge,
        Why::StartUnknown,
        Why::Negative,
        Why::Repeated,
        Why::UnknownChange,
        Why::TooShort,
    ]) {
        UndefinedReason::AllExcluded
    } else if excluded.any(&[Why::Seed]) {
        UndefinedReason::SeedOnly
    } else {
        UndefinedReason::NoChanges
    }
}

pub(in crate::metrics) fn why_no_recovery(excluded: &Excluded) -> UndefinedReason {
    if excluded.any(&[ExclusionReason::Negative, ExclusionReason::EndUnknown]) {
        UndefinedReason::AllExcluded
    } else if excluded.any(&[ExclusionReason::Open]) {
        UndefinedReason::AllOpen
    } else {
        UndefinedReason::NoFailures
    }
}
