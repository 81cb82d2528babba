use super::adjust::{AdjustPolicy, MetricComparison, compare_metrics};
use super::compare::compare_counts;
use super::comparison::Comparison;
use super::histogram::{Histogram, check_same_bounds};
use super::policy::{Counts, Policy};
use crate::error::{ErrorKind, Faults, Result};
use crate::input::input;
use crate::reason::number;
use crate::scalar::Count;
use crate::wire::PolicyText as _;
use serde::{Deserialize, Serialize};

/// Compares the histograms of a canary and of its baseline: the share of values above bucket edges, which is counted
/// exactly. Nothing is interpolated.
///
/// With one limit, the result is that of `compare_counts`: the values above the limit are the events, all values the
/// exposure. With several limits, the canary fails if it is worse at any, with the p-values adjusted by Holm, and passes if it
/// passes at all of them. Each result is valid for as many looks as the policy says.
///
/// ```
/// use relcore::stats::{Histogram, HistogramBucket, HistogramPolicy, Verdict, compare_histograms};
/// let latency = |fast: u32, slow: u32, all: u32| {
///     Histogram::new([HistogramBucket::new(0.25, fast), HistogramBucket::new(1.0, slow), HistogramBucket::rest(all)])
/// };
/// let policy = HistogramPolicy::default().limits([0.25]);
/// // 300 of 10,000 requests are slower than 250 ms, against 100.
/// let comparison = compare_histograms(&latency(9700, 9990, 10_000), &latency(9900, 9990, 10_000), &policy)?;
/// assert_eq!(comparison.verdict, Verdict::Failed);
///
/// // Pitfall: without `limits` every edge must pass, and few requests are slower than the last one.
/// let comparison = compare_histograms(&latency(9900, 9999, 10_000), &latency(9900, 9999, 10_000), &HistogramPolicy::default())?;
/// assert_eq!(comparison.verdict, Verdict::Inconclusive);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: as `histogram_quantile`, `invalid_value` for bounds that differ between the arms,
/// `unknown_reference` for a limit that is no bucket edge, `duplicate` for one that is repeated, and the faults of the
/// policy of counts under `policy.counts`.
pub fn compare_histograms(
    canary: &Histogram,
    baseline: &Histogram,
    policy: &HistogramPolicy,
) -> Result<Comparison> {
    let mut faults = Faults::new();
    canary.check("canary", &mut faults);
    baseline.check("baseline", &mut faults);
    faults.absorb(check_same_bounds(canary, baseline, "canary", "baseline"));
    policy.check(canary, &mut faults);
    faults.finish()?;
    let policy_digest = crate::digest::of(policy)?;
    let edges = canary
        .buckets
        .iter()
        .zip(&baseline.buckets)
        .filter(|(bucket, _)| policy.includes(bucket.upper_bound));
    let mut compared = Vec::new();
    for (of_canary, of_baseline) in edges {
        let Some(edge) = of_canary.upper_bound else { continue };
        let above = |histogram: &Histogram, up_to: Count| {
            let total = histogram.total();
            let events = Count::new(total.get().saturating_sub(up_to.get()))?;
            Ok(Counts::new(events, total.as_f64()))
        };
        let counts = (above(canary, of_canary.count)?, above(baseline, of_baseline.count)?);
        let comparison = compare_counts(&counts.0, &counts.1, &policy.counts)?;
        compared.push(MetricComparison::new(format!("above {}", number(edge)), comparison));
    }
    if let [only] = compared.as_slice() {
        return Ok(Comparison { policy_digest, ..only.comparison.clone() });
    }
    let adjust = AdjustPolicy::default().alpha(policy.counts.alpha);
    Ok(Comparison { policy_digest, ..compare_metrics(&compared, &adjust)? })
}

input! {
    /// At which bucket edges histograms are compared, and how.
    ///
    /// ```
    /// use relcore::stats::{HistogramPolicy, Policy};
    /// let policy = HistogramPolicy::default().limits([0.25]).counts(Policy::default().margin_percent(50.0));
    /// assert_eq!(policy.limits, [0.25]);
    /// ```
    #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "stats.HistogramPolicy", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct HistogramPolicy {
        /// The bucket edges above which the values are counted, such as the limit of an objective. Default empty: all edges.
        pub limits: Vec<f64>,
        /// How the counts above an edge are compared.
        pub counts: Policy,
    }
}

impl HistogramPolicy {
    fn includes(&self, edge: Option<f64>) -> bool {
        edge.is_some_and(|edge| self.limits.is_empty() || self.limits.contains(&edge))
    }

    fn check(&self, histogram: &Histogram, faults: &mut Faults) {
        for (index, limit) in self.limits.iter().enumerate() {
            faults.check(
                histogram.buckets.iter().any(|bucket| bucket.upper_bound == Some(*limit)),
                ErrorKind::UnknownReference,
                format_args!("policy.limits[{index}]"),
                format_args!("`{limit}` is no bucket edge, so the values above it are not counted"),
            );
            let earlier = self.limits.iter().take(index);
            faults.check(
                !earlier.into_iter().any(|earlier| earlier.total_cmp(limit).is_eq()),
                ErrorKind::Duplicate,
                format_args!("policy.limits[{index}]"),
                format_args!("`{limit}` is a limit already"),
            );
        }
        self.counts.check("policy.counts", faults);
    }
}
