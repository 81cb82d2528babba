//! From counts and durations to estimates.
use super::buckets::ByBucket;
use super::count::Counts;
use super::deliver::Leads;
use super::excluded::{Excluded, count};
use super::recovery::Recoveries;
use super::runs::rank_rule;
use crate::metrics::{
    DoraRow, DurationSummary, Estimate, Exclusion, ExclusionReason, Policy, UndefinedReason,
};
use crate::reason::Interval;
use crate::scalar::Count;
use crate::stats;
use crate::time::{Span, TimeRange};

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
    /// Failures without a recovery time.
    no_recovery: Excluded,
}

impl Tally {
    fn merge(&mut self, other: &Self) {
        self.deployments.merge(&other.deployments);
        self.unlinked.merge(&other.unlinked);
        self.no_lead.merge(&other.no_lead);
        self.failed += other.failed;
        self.no_recovery.merge(&other.no_recovery);
    }

    /// The deployments and incidents that the fail rate leaves out.
    fn not_failed(&self) -> Excluded {
        let mut all = self.deployments.not_rated;
        all.merge(&self.unlinked);
        all
    }
}

pub(super) struct Summary<'a> {
    policy: &'a Policy,
    range: &'a TimeRange,
    any_deployment: bool,
    /// The number of standard deviations of the confidence level.
    z: f64,
}

impl<'a> Summary<'a> {
    /// `any_deployment`: whether any deployment of the input counts for the frequency.
    pub(super) fn new(policy: &'a Policy, range: &'a TimeRange, any_deployment: bool) -> Self {
        Self { policy, range, any_deployment, z: stats::two_sided(policy.confidence_level) }
    }

    /// The row of the whole range, and one per bucket.
    pub(super) fn rows(
        &self,
        buckets: &[TimeRange],
        counts: ByBucket<Counts>,
        unlinked: ByBucket<Excluded>,
        mut leads: Leads,
        mut recoveries: Recoveries,
    ) -> (DoraRow, Vec<DoraRow>) {
        let pass = counts.into_iter().zip(unlinked).zip(leads.excluded);
        let tallies = pass.zip(recoveries.failed).zip(recoveries.excluded).map(
            |((((deployments, unlinked), no_lead), failed), no_recovery)| Tally {
                deployments,
                unlinked,
                no_lead,
                failed,
                no_recovery,
            },
        );
        let mut all = Tally::default();
        let mut rows = Vec::with_capacity(buckets.len());
        for (bucket, (whole, tally)) in buckets.iter().zip(tallies).enumerate() {
            let range =
                TimeRange { start: whole.start.max(self.range.start), end: whole.end.min(self.range.end) };
            let durations = [leads.times.bucket(bucket), recoveries.times.bucket(bucket)];
            rows.push(self.row(range, range != *whole, &tally, durations));
            all.merge(&tally);
        }
        let durations = [leads.times.all(), recoveries.times.all()];
        (self.row(*self.range, false, &all, durations), rows)
    }

    fn row(
        &self,
        range: TimeRange,
        partial: bool,
        tally: &Tally,
        [leads, recoveries]: [&mut [i64]; 2],
    ) -> DoraRow {
        let deployments = &tally.deployments;
        DoraRow {
            range,
            partial,
            deployment_frequency: self.frequency(range.length(), deployments),
            change_lead_time: self.durations(leads, &tally.no_lead, why_no_lead(&tally.no_lead)),
            change_fail_rate: self.share(tally.failed, deployments.rated, &tally.not_failed()),
            failed_deployment_recovery_time: self.durations(
                recoveries,
                &tally.no_recovery,
                why_no_recovery(&tally.no_recovery),
            ),
            deployment_rework_rate: self.share(
                deployments.reworked,
                deployments.rated,
                &deployments.not_rated,
            ),
        }
    }

    fn frequency(&self, length: Span, deployments: &Counts) -> Estimate {
        let n = count(deployments.deployed);
        let excluded = deployments.not_deployed.list();
        let undefined = if length <= Span::ZERO {
            Some(UndefinedReason::EmptyRange)
        } else if self.any_deployment {
            None
        } else {
            Some(UndefinedReason::NoDeployments)
        };
        let mut estimate = self.estimate(n, excluded);
        if undefined.is_some() {
            estimate.undefined = undefined;
            return estimate;
        }
        let periods = length.as_seconds() / self.policy.frequency_per.as_seconds();
        // Garwood's exact interval of a Poisson count (Biometrika 28, 1936), per period.
        let (low, high) = stats::garwood(n.as_f64(), self.policy.confidence_level);
        estimate.value = Some(n.as_f64() / periods);
        estimate.interval = Some(self.interval(low / periods, high / periods));
        estimate
    }

    fn share(&self, hits: u64, of: u64, excluded: &Excluded) -> Estimate {
        let (n, affected) = (count(of), count(hits));
        let mut estimate = self.estimate(n, excluded.list());
        estimate.affected = Some(affected);
        if of == 0 {
            estimate.undefined = Some(UndefinedReason::NoDeployments);
            return estimate;
        }
        // Wilson's score interval of a share (Journal of the American Statistical Association 22, 1927).
        let (low, high) = stats::wilson(affected.as_f64(), n.as_f64(), self.z);
        estimate.value = Some(affected.as_f64() / n.as_f64());
        estimate.interval = Some(self.interval(low, high));
        estimate
    }

    /// The estimate of a set of durations in milliseconds, which it reorders.
    ///
    /// Quantiles are order statistics, found by selection (C. A. R. Hoare's quickselect) instead of a full sort: only the
    /// ranks that are read get their sorted values. The interval of the median lies between two order statistics (the
    /// sign test). The order in which earlier calls left the values does not change a rank.
    fn durations(&self, values: &mut [i64], excluded: &Excluded, without: UndefinedReason) -> Estimate {
        let mut estimate = self.estimate(Count::of(values.len()), excluded.list());
        if values.is_empty() {
            estimate.undefined = Some(without);
            return estimate;
        }
        let rule = rank_rule(self.policy.quantile);
        let n = values.len();
        let quantiles = [0.5, 0.9, 0.95].map(|p| stats::Position::of(p, n, rule));
        let bounds = match self.policy.summary {
            DurationSummary::Median => stats::median_interval_ranks(n, self.policy.confidence_level),
            DurationSummary::Mean => None,
        };
        let mut ranks: Vec<usize> = quantiles.iter().flat_map(|at| [at.rank, at.next]).collect();
        ranks.extend(bounds.iter().flat_map(|(low, high)| [*low, *high]));
        ranks.sort_unstable();
        stats::select(values, &ranks);

        let [median, p90, p95] = quantiles.map(|at| at.read(values).map(seconds));
        estimate.mean = Some(mean(values));
        (estimate.median, estimate.p90, estimate.p95) = (median, p90, p95);
        estimate.value = match self.policy.summary {
            DurationSummary::Median => estimate.median,
            DurationSummary::Mean => estimate.mean,
        };
        let rank = |rank: usize| stats::Position { rank, next: rank, part: 0.0 }.read(values).map(seconds);
        estimate.interval = bounds.and_then(|(low, high)| Some(self.interval(rank(low)?, rank(high)?)));
        estimate
    }

    /// An estimate without a number yet.
    fn estimate(&self, n: Count, excluded: Vec<Exclusion>) -> Estimate {
        Estimate {
            value: None,
            undefined: None,
            n,
            affected: None,
            low_n: n < Count::from(self.policy.low_n),
            excluded,
            interval: None,
            median: None,
            mean: None,
            p90: None,
            p95: None,
        }
    }

    fn interval(&self, low: f64, high: f64) -> Interval {
        Interval { low, high, level: self.policy.confidence_level }
    }
}

fn why_no_lead(excluded: &Excluded) -> UndefinedReason {
    use ExclusionReason as Why;
    if excluded.any(&[Why::Merge, Why::StartUnknown, Why::Negative, Why::Repeated, Why::UnknownChange]) {
        UndefinedReason::AllExcluded
    } else if excluded.any(&[Why::Seed]) {
        UndefinedReason::SeedOnly
    } else {
        UndefinedReason::NoChanges
    }
}

fn why_no_recovery(excluded: &Excluded) -> UndefinedReason {
    if excluded.any(&[ExclusionReason::Negative, ExclusionReason::EndUnknown]) {
        UndefinedReason::AllExcluded
    } else if excluded.any(&[ExclusionReason::Open]) {
        UndefinedReason::AllOpen
    } else {
        UndefinedReason::NoFailures
    }
}

/// The mean in seconds of milliseconds. The sum is exact, so no order of the values changes a bit of it.
#[expect(clippy::cast_precision_loss, reason = "rounded once, at the end")]
fn mean(values: &[i64]) -> f64 {
    let sum: i128 = values.iter().map(|value| i128::from(*value)).sum();
    sum as f64 / values.len() as f64 / 1000.0
}

fn seconds(millis: f64) -> f64 {
    millis / 1000.0
}
