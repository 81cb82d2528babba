//! From counts and durations to estimates.
use super::excluded::{Excluded, count};
use super::runs::rank_rule;
use crate::metrics::survival::kaplan_meier;
use crate::metrics::{DurationSummary, Estimate, FrequencyRule, Policy, UndefinedReason};
use crate::reason::Interval;
use crate::scalar::Count;
use crate::stats;
use crate::time::Span;

/// Makes estimates under a policy.
pub(in crate::metrics) struct Estimator<'a> {
    policy: &'a Policy,
    /// The number of standard deviations of the confidence level.
    z: f64,
}

impl<'a> Estimator<'a> {
    pub(in crate::metrics) fn new(policy: &'a Policy) -> Self {
        Self { policy, z: stats::two_sided(policy.confidence_level) }
    }

    /// A frequency over a range: so many of `frequency_per`.
    pub(in crate::metrics) fn frequency(
        &self,
        n: u64,
        length: Span,
        excluded: &Excluded,
        any: bool,
    ) -> Estimate {
        let n = count(n);
        let mut estimate = self.estimate(n, excluded);
        if length <= Span::ZERO || !any {
            let is_empty = length <= Span::ZERO;
            estimate.undefined =
                Some(if is_empty { UndefinedReason::EmptyRange } else { UndefinedReason::NoDeployments });
            return estimate;
        }
        let periods = length.as_seconds() / self.policy.frequency_per.as_seconds();
        // Garwood's exact interval of a Poisson count (Biometrika 28, 1936), per period.
        let (low, high) = stats::garwood(n.as_f64(), self.policy.confidence_level);
        let floor = self.policy.frequency_rule == FrequencyRule::FlooredMean;
        let mean = n.as_f64() / periods;
        estimate.value = Some(if floor { mean.floor() } else { mean });
        estimate.interval = Some(self.interval(low / periods, high / periods));
        estimate
    }

    /// A number of events, with the interval of the rate that made so many.
    pub(in crate::metrics) fn count(
        &self,
        n: u64,
        excluded: &Excluded,
        any: Result<(), UndefinedReason>,
    ) -> Estimate {
        let n = count(n);
        let mut estimate = self.estimate(n, excluded);
        match any {
            Ok(()) => {
                let (low, high) = stats::garwood(n.as_f64(), self.policy.confidence_level);
                estimate.value = Some(n.as_f64());
                estimate.interval = Some(self.interval(low, high));
            }
            Err(without) => estimate.undefined = Some(without),
        }
        estimate
    }

    /// A part of a whole.
    pub(in crate::metrics) fn share(
        &self,
        hits: u64,
        of: u64,
        excluded: &Excluded,
        without: UndefinedReason,
    ) -> Estimate {
        let (n, affected) = (count(of), count(hits));
        let mut estimate = self.estimate(n, excluded);
        estimate.affected = Some(affected);
        if of == 0 {
            estimate.undefined = Some(without);
            return estimate;
        }
        // Wilson's score interval of a share (Journal of the American Statistical Association 22, 1927).
        let (low, high) = stats::wilson(affected.as_f64(), n.as_f64(), self.z);
        estimate.value = Some(affected.as_f64() / n.as_f64());
        estimate.interval = Some(self.interval(low, high));
        estimate
    }

    /// A number of events to each of `of` items, which is no share: there may be more events than items.
    pub(in crate::metrics) fn ratio(
        &self,
        events: u64,
        of: u64,
        excluded: &Excluded,
        without: UndefinedReason,
    ) -> Estimate {
        let mut estimate = self.share(events.min(of), of, excluded, without);
        let affected = count(events);
        estimate.affected = Some(affected);
        if of > 0 {
            let (low, high) = stats::garwood(affected.as_f64(), self.policy.confidence_level);
            let n = estimate.n.as_f64();
            estimate.value = Some(affected.as_f64() / n);
            estimate.interval = Some(self.interval(low / n, high / n));
        }
        estimate
    }

    /// A set of durations in milliseconds, which it reorders.
    ///
    /// Quantiles are order statistics, found by selection (C. A. R. Hoare's quickselect) instead of a full sort: only the
    /// ranks that are read get their sorted values. The interval of the median lies between two order statistics (the
    /// sign test). The order in which earlier calls left the values does not change a rank.
    pub(in crate::metrics) fn durations(
        &self,
        values: &mut [i64],
        excluded: &Excluded,
        without: UndefinedReason,
    ) -> Estimate {
        let mut estimate = self.estimate(Count::of(values.len()), excluded);
        if values.is_empty() {
            estimate.undefined = Some(without);
            return estimate;
        }
        let rule = rank_rule(self.policy.quantile);
        let n = values.len();
        let quantiles = [0.5, 0.9, 0.95].map(|p| stats::Position::of(p, n, rule));
        let bounds = match self.policy.summary {
            DurationSummary::Median => stats::median_interval_ranks(n, self.policy.confidence_level),
            DurationSummary::Mean | DurationSummary::DailyMedians => None,
        };
        let mut ranks: Vec<usize> = quantiles.iter().flat_map(|at| [at.rank, at.next]).collect();
        ranks.extend(bounds.iter().flat_map(|(low, high)| [*low, *high]));
        ranks.sort_unstable();
        stats::select(values, &ranks);

        let [median, p90, p95] = quantiles.map(|at| at.read(values).map(seconds));
        estimate.mean = Some(mean(values));
        (estimate.median, estimate.p90, estimate.p95) = (median, p90, p95);
        estimate.value = match self.policy.summary {
            DurationSummary::Median | DurationSummary::DailyMedians => estimate.median,
            DurationSummary::Mean => estimate.mean,
        };
        let rank = |rank: usize| stats::Position { rank, next: rank, part: 0.0 }.read(values).map(seconds);
        estimate.interval = bounds.and_then(|(low, high)| Some(self.interval(rank(low)?, rank(high)?)));
        estimate
    }

    /// A set of durations of which some have not ended: each of these lasts at least as long as it did so far.
    pub(in crate::metrics) fn censored(
        &self,
        ended: &mut [i64],
        open: &mut [i64],
        excluded: &Excluded,
        without: UndefinedReason,
    ) -> Estimate {
        if open.is_empty() {
            return self.durations(ended, excluded, without);
        }
        ended.sort_unstable();
        open.sort_unstable();
        let to_seconds = |values: &[i64]| values.iter().map(|value| to_f64(*value)).map(seconds).collect();
        let (closed, censored): (Vec<f64>, Vec<f64>) = (to_seconds(ended), to_seconds(open));
        let survival = kaplan_meier(&closed, &censored, self.policy.confidence_level);
        let mut estimate = self.estimate(Count::of(closed.len().saturating_add(censored.len())), excluded);
        estimate.open = Some(Count::of(censored.len()));
        (estimate.median, estimate.p90, estimate.p95) = (survival.median, survival.p90, survival.p95);
        estimate.value = estimate.median;
        estimate.interval = survival.interval;
        if estimate.value.is_none() {
            let all_open = closed.is_empty();
            estimate.undefined =
                Some(if all_open { UndefinedReason::AllOpen } else { UndefinedReason::NotReached });
        }
        estimate
    }

    /// An estimate without a number yet.
    fn estimate(&self, n: Count, excluded: &Excluded) -> Estimate {
        Estimate::of(n, self.policy.low_n, excluded.list())
    }

    fn interval(&self, low: f64, high: f64) -> Interval {
        Interval { low, high, level: self.policy.confidence_level }
    }
}

/// The mean in seconds of milliseconds. The sum is exact, so no order of the values changes a bit of it.
#[expect(clippy::cast_precision_loss, reason = "rounded once, at the end")]
fn mean(values: &[i64]) -> f64 {
    let sum: i128 = values.iter().map(|value| i128::from(*value)).sum();
    sum as f64 / values.len() as f64 / 1000.0
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of 10,000 years are below 2^53")]
fn to_f64(millis: i64) -> f64 {
    millis as f64
}

fn seconds(millis: f64) -> f64 {
    millis / 1000.0
}
