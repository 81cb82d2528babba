//! From counts and durations to estimates.
use super::tally::{Excluded, Tally, count};
use super::walk::Runs;
use crate::metrics::{
    DoraRow, DurationSummary, Estimate, ExclusionReason, MetricsPolicy, QuantileRule, UndefinedReason,
};
use crate::reason::Interval;
use crate::stats;
use crate::time::{Span, TimeRange};
use crate::wire::Count;

/// The whole range and its buckets.
pub(super) struct Rows<'a> {
    pub(super) policy: &'a MetricsPolicy,
    pub(super) range: &'a TimeRange,
    pub(super) buckets: &'a [TimeRange],
    pub(super) any_deployment: bool,
}

impl Rows<'_> {
    /// The row of the whole range, and one a bucket.
    pub(super) fn finish(
        &self,
        tallies: &[Tally],
        mut leads: Runs,
        mut recoveries: Runs,
    ) -> (DoraRow, Vec<DoraRow>) {
        let z = stats::two_sided(self.policy.confidence_level);
        let mut all = Tally::default();
        let mut rows = Vec::with_capacity(self.buckets.len());
        for (bucket, (whole, tally)) in self.buckets.iter().zip(tallies).enumerate() {
            let range =
                TimeRange { start: whole.start.max(self.range.start), end: whole.end.min(self.range.end) };
            let durations = [leads.of(bucket), recoveries.of(bucket)];
            rows.push(self.row(range, range != *whole, tally, durations, z));
            all.merge(tally);
        }
        let durations = [leads.values.as_mut_slice(), recoveries.values.as_mut_slice()];
        (self.row(*self.range, false, &all, durations, z), rows)
    }

    fn row(
        &self,
        range: TimeRange,
        partial: bool,
        tally: &Tally,
        [leads, recoveries]: [&mut [i64]; 2],
        z: f64,
    ) -> DoraRow {
        DoraRow {
            range,
            partial,
            deployment_frequency: self.frequency(range.length(), tally),
            change_lead_time: self.durations(leads, &tally.not_led, why_no_lead(&tally.not_led)),
            change_fail_rate: self.share(tally.failed, tally.rated, &tally.not_failed(), z),
            failed_deployment_recovery_time: self.durations(
                recoveries,
                &tally.not_recovered,
                why_no_recovery(&tally.not_recovered),
            ),
            deployment_rework_rate: self.share(tally.reworked, tally.rated, &tally.not_rated, z),
        }
    }

    fn frequency(&self, length: Span, tally: &Tally) -> Estimate {
        let n = count(tally.deployed);
        let excluded = tally.not_deployed.list();
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
        let (low, high) = stats::garwood(n.as_f64(), self.policy.confidence_level);
        estimate.value = Some(n.as_f64() / periods);
        estimate.interval = Some(self.interval(low / periods, high / periods));
        estimate
    }

    fn share(&self, hits: u64, of: u64, excluded: &Excluded, z: f64) -> Estimate {
        let (n, affected) = (count(of), count(hits));
        let mut estimate = self.estimate(n, excluded.list());
        estimate.affected = Some(affected);
        if of == 0 {
            estimate.undefined = Some(UndefinedReason::NoDeployments);
            return estimate;
        }
        let (low, high) = stats::wilson(affected.as_f64(), n.as_f64(), z);
        estimate.value = Some(affected.as_f64() / n.as_f64());
        estimate.interval = Some(self.interval(low, high));
        estimate
    }

    /// The estimate of a set of durations in milliseconds, which it reorders.
    ///
    /// Only the ranks that are read are put in their place. The buckets' runs come first and the whole range after
    /// them: it does not matter to a rank in what order the values were left.
    fn durations(&self, values: &mut [i64], excluded: &Excluded, without: UndefinedReason) -> Estimate {
        let mut estimate = self.estimate(Count::of(values.len()), excluded.list());
        if values.is_empty() {
            estimate.undefined = Some(without);
            return estimate;
        }
        let rule = rule(self.policy);
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
    fn estimate(&self, n: Count, excluded: Vec<crate::metrics::Exclusion>) -> Estimate {
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

impl Runs {
    /// The values of a bucket.
    fn of(&mut self, bucket: usize) -> &mut [i64] {
        let end = self.ends.get(bucket).copied().unwrap_or(self.values.len());
        let start =
            bucket.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or_default();
        self.values.get_mut(start..end).unwrap_or_default()
    }
}

fn why_no_lead(excluded: &Excluded) -> UndefinedReason {
    use ExclusionReason as Why;
    let dropped = [Why::Merge, Why::StartUnknown, Why::Negative, Why::Repeated, Why::UnknownChange];
    if dropped.into_iter().any(|reason| excluded.count(reason) > 0) {
        UndefinedReason::AllExcluded
    } else if excluded.count(Why::Seed) > 0 {
        UndefinedReason::SeedOnly
    } else {
        UndefinedReason::NoChanges
    }
}

fn why_no_recovery(excluded: &Excluded) -> UndefinedReason {
    if excluded.count(ExclusionReason::Negative) > 0 {
        UndefinedReason::AllExcluded
    } else if excluded.count(ExclusionReason::Open) > 0 {
        UndefinedReason::AllOpen
    } else {
        UndefinedReason::NoFailures
    }
}

/// Puts the median of the values from `first` on in their place.
pub(super) fn reduce_to_median(values: &mut Vec<i64>, first: usize, policy: &MetricsPolicy) {
    let Some(own) = values.get_mut(first..).filter(|own| !own.is_empty()) else { return };
    let at = stats::Position::of(0.5, own.len(), rule(policy));
    stats::select(own, &[at.rank, at.next]);
    #[expect(
        clippy::cast_possible_truncation,
        reason = "between two values that are i64; half milliseconds end"
    )]
    let median = at.read(own).map(|median| median as i64);
    values.truncate(first);
    values.extend(median);
}

fn rule(policy: &MetricsPolicy) -> stats::Rule {
    match policy.quantile {
        QuantileRule::Linear => stats::Rule::Linear,
        QuantileRule::Lower => stats::Rule::Lower,
        QuantileRule::NearestRank => stats::Rule::NearestRank,
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
