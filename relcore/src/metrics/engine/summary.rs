//! From what was counted in each bucket to the rows of the report.
use super::buckets::ByBucket;
use super::count::Counts;
use super::deliver::Leads;
use super::estimate::Estimator;
use super::excluded::{Excluded, count};
use super::link::Linked;
use super::recovery::Recoveries;
use super::runs::Runs;
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

/// The rows of a report.
pub(super) struct Rows {
    /// The whole range.
    pub(super) overall: DoraRow,
    /// The buckets.
    pub(super) rows: Vec<DoraRow>,
    /// The same of each group.
    pub(super) groups: Vec<(DoraRow, Vec<DoraRow>)>,
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

    /// The rows of each group, and those of the whole.
    pub(super) fn rows(
        &self,
        buckets: &[TimeRange],
        groups: usize,
        counts: ByBucket<Counts>,
        linked: Linked,
        mut leads: Leads,
        mut recoveries: Recoveries,
    ) -> Rows {
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
        let tallies: Vec<Tally> = tallies.collect();
        let parts: Vec<(TimeRange, bool)> = buckets
            .iter()
            .map(|whole| {
                let (start, end) = (whole.start.max(self.range.start), whole.end.min(self.range.end));
                let part = TimeRange { start, end };
                (part, part != *whole)
            })
            .collect();
        // To read quantiles reorders durations: first each group in its bucket, last all of them.
        let mut runs = [&mut leads.times, &mut recoveries.times, &mut recoveries.open];
        let mut by_group = vec![];
        if groups > 1 {
            // The last number is of what belongs to no group.
            for group in 0..groups.saturating_sub(1) {
                by_group.push(self.group(group, groups, &parts, &tallies, &mut runs));
            }
        }
        let mut all = Tally::default();
        let mut rows = Vec::with_capacity(buckets.len());
        for ((part, partial), (index, own)) in parts.iter().zip(tallies.chunks(groups.max(1)).enumerate()) {
            let mut tally = Tally::default();
            own.iter().for_each(|own| tally.merge(own));
            let first = index.saturating_mul(groups);
            let cells = first..first.saturating_add(groups);
            let durations = runs.each_mut().map(|runs| runs.buckets(cells.clone()));
            rows.push(self.row(*part, *partial, &tally, durations));
            all.merge(&tally);
        }
        let durations = runs.map(|runs| runs.all());
        Rows { overall: self.row(*self.range, false, &all, durations), rows, groups: by_group }
    }

    /// The row of a group over the whole range, and those of its buckets.
    fn group(
        &self,
        group: usize,
        groups: usize,
        parts: &[(TimeRange, bool)],
        tallies: &[Tally],
        runs: &mut [&mut Runs; 3],
    ) -> (DoraRow, Vec<DoraRow>) {
        let mut all = Tally::default();
        let mut gathered = [vec![], vec![], vec![]];
        let mut rows = Vec::with_capacity(parts.len());
        for (index, (part, partial)) in parts.iter().enumerate() {
            let cell = index.saturating_mul(groups).saturating_add(group);
            let empty = Tally::default();
            let tally = tallies.get(cell).unwrap_or(&empty);
            all.merge(tally);
            let durations = runs.each_mut().map(|runs| runs.buckets(cell..cell.saturating_add(1)));
            for (gathered, own) in gathered.iter_mut().zip(&durations) {
                gathered.extend_from_slice(own);
            }
            rows.push(self.row(*part, *partial, tally, durations));
        }
        let durations = gathered.each_mut().map(Vec::as_mut_slice);
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
            RateNumerator::Incidents => self.estimator.ratio(tally.incidents, rated, &excluded, without),
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
