//! Quantiles and whole distributions at any number of looks: the results that the caller may ask for after every value.
//!
//! The interval of a quantile inverts the beta-binomial e-process on the number of values up to it, and the test of two
//! arms multiplies the e-values of both at the quantile that suits them best. The distance of two distributions has the
//! bound of the law of the iterated logarithm (S. R. Howard and A. Ramdas, Bernoulli 28, 2022, theorem 2 and section 4).
use super::arguments::{check_level, check_values};
use super::conditional::Shares;
use super::kolmogorov::Distance;
use super::rank::sorted;
use super::sample_quantile::{QuantileInterval, QuantileMethod};
use super::sequential::{self, Prior};
use crate::error::{ErrorKind, Faults, Result};
use crate::scalar::Count;
use serde::{Deserialize, Serialize};

/// Whether two samples have the same quantile, made by [`quantile_difference`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.QuantileDifference", rename_all = "camelCase", deny_unknown_fields)]
pub struct QuantileDifference {
    /// The quantile of the canary, minus that of the baseline; of each the least value that has the share at or below it.
    pub difference: f64,
    /// The quantile of the canary.
    pub canary: f64,
    /// The quantile of the baseline.
    pub baseline: f64,
    /// The p-value against "both samples have the same quantile", at any number of looks: the inverse of the e-value, at
    /// most 1.
    pub p: f64,
    /// The natural logarithm of the e-value.
    pub log_e: f64,
}

/// The distance of two distributions at any number of looks, made by [`kolmogorov_sequence`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.KolmogorovSequence", rename_all = "camelCase", deny_unknown_fields)]
pub struct KolmogorovSequence {
    /// The greatest difference between the shares of both samples up to any value.
    pub d: f64,
    /// The least value at which the difference is greatest.
    pub location: f64,
    /// Whether the canary has the greater share up to there: its values tend to be less.
    pub canary_is_less: bool,
    /// The p-value against "both samples come from one distribution", at any number of looks.
    pub p: f64,
    /// The distance that samples of these sizes exceed at any look with a probability of at most 1 − `level`, if they come
    /// from one distribution; absent with fewer than 100 values in an arm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<f64>,
}

/// The quantile `p` with an interval that covers it at all looks together with a probability of `level` or more.
///
/// [`quantile_interval`](super::quantile_interval) is for one look, and narrower. The interval is tightest at `tuned_for`
/// values; it is valid for any distribution.
///
/// ```
/// use relcore::{Count, stats::{quantile_interval, quantile_sequence}};
/// let latencies: Vec<f64> = (1..=1000).map(f64::from).collect();
/// let every_minute = quantile_sequence(&latencies, 0.5, 0.95, Count::from(1000_u32))?;
/// let once = quantile_interval(&latencies, 0.5, 0.95)?;
/// assert!(every_minute.low < once.low && once.high < every_minute.high);
/// // Pitfall: a high quantile has no upper end for a long time.
/// assert_eq!(quantile_sequence(&latencies[..300], 0.99, 0.95, Count::from(1000_u32))?.high, None);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `out_of_range` for an empty sample, an infinite value, a `p` of 0 or 1, a level of 95 and a
/// `tuned_for` of 0; `invalid_value` for a NaN.
pub fn quantile_sequence(values: &[f64], p: f64, level: f64, tuned_for: Count) -> Result<QuantileInterval> {
    let mut faults = Faults::new();
    check_values(values, "values", 1, true, &mut faults);
    check_quantile(p, &mut faults);
    check_level(level, &mut faults);
    check_size(tuned_for, &mut faults);
    faults.finish()?;
    let sorted = sorted(values).unwrap_or_default();
    let arm = Up::to(p, sorted.len(), tuned_for, 1.0 - level);
    let limit = -libm::log1p(-level);
    let at = |rank: usize| sorted.get(rank).copied();
    let estimate = at(QuantileMethod::InvertedCdf.position(p, sorted.len()).0).unwrap_or_default();
    // Below the first rank at which the number of values up to it is not too small, and above the last one at which the
    // number of values below it is not too great. Both sides of the e-value are monotone.
    let low = partition(0, arm.middle(), |count| arm.log_e(count) >= limit);
    let high = partition(arm.middle(), sorted.len().saturating_add(1), |count| arm.log_e(count) < limit);
    Ok(QuantileInterval {
        estimate,
        low: low.checked_sub(1).and_then(at),
        high: if high > sorted.len() { None } else { at(high.saturating_sub(1)) },
    })
}

/// Tests whether two samples have the same quantile `p`, at any number of looks.
///
/// It is tightest at `tuned_for` values of each arm. The share of values above a limit
/// ([`compare_samples`](super::compare_samples)) needs a third as many, where there is a limit.
///
/// ```
/// use relcore::{Count, stats::quantile_difference};
/// let baseline: Vec<f64> = (1..=500).map(f64::from).collect();
/// let canary: Vec<f64> = baseline.iter().map(|value| value * 1.5).collect();
/// let test = quantile_difference(&canary, &baseline, 0.5, Count::from(500_u32))?;
/// assert!(test.p < 0.001 && test.difference == 125.0);
/// // Pitfall: a difference of the estimates alone is no proof.
/// assert_eq!(quantile_difference(&canary[..20], &baseline[..20], 0.5, Count::from(500_u32))?.p, 1.0);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `out_of_range` for an empty sample, an infinite value, a `p` of 0 or 1 and a `tuned_for` of 0;
/// `invalid_value` for a NaN. Then `out_of_range` for quantiles whose difference overflows.
pub fn quantile_difference(
    canary: &[f64],
    baseline: &[f64],
    p: f64,
    tuned_for: Count,
) -> Result<QuantileDifference> {
    let mut faults = Faults::new();
    check_values(canary, "canary", 1, true, &mut faults);
    check_values(baseline, "baseline", 1, true, &mut faults);
    check_quantile(p, &mut faults);
    check_size(tuned_for, &mut faults);
    faults.finish()?;
    let (x, y) = (sorted(canary).unwrap_or_default(), sorted(baseline).unwrap_or_default());
    let of = |sorted: &[f64]| {
        let (rank, _) = QuantileMethod::InvertedCdf.position(p, sorted.len());
        sorted.get(rank).copied().unwrap_or_default()
    };
    let (of_canary, of_baseline) = (of(&x), of(&y));
    let difference = of_canary - of_baseline;
    let mut faults = Faults::new();
    faults.check(
        difference.is_finite(),
        ErrorKind::OutOfRange,
        format_args!("canary"),
        format_args!("has a quantile whose difference from that of the baseline overflows"),
    );
    faults.finish()?;
    let log_e = ln_different(&x, &y, p, tuned_for);
    Ok(QuantileDifference {
        difference,
        canary: of_canary,
        baseline: of_baseline,
        p: libm::exp(-log_e).min(1.0),
        log_e,
    })
}

/// Tests whether two samples come from one distribution, at any number of looks.
///
/// It finds any change, of spread and shape as well, and needs ten times as many values for a shift as the mean. It says
/// nothing with fewer than 100 values in an arm. [`kolmogorov_smirnov`](super::kolmogorov_smirnov) is for one look.
///
/// ```
/// use relcore::stats::kolmogorov_sequence;
/// let baseline: Vec<f64> = (0..2000).map(|i| 50.0 + f64::from(i) / 100.0).collect();
/// let canary: Vec<f64> = (0..2000).map(|i| 40.0 + f64::from(i) / 50.0).collect();
/// assert!(kolmogorov_sequence(&canary, &baseline, 0.95)?.p < 0.05);
/// // Pitfall: the bound is wide for small samples.
/// assert_eq!(kolmogorov_sequence(&canary[..99], &baseline, 0.95)?.bound, None);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `out_of_range` for an empty sample, an infinite value and a level of 95, `invalid_value` for a NaN.
pub fn kolmogorov_sequence(canary: &[f64], baseline: &[f64], level: f64) -> Result<KolmogorovSequence> {
    let mut faults = Faults::new();
    check_values(canary, "canary", 1, true, &mut faults);
    check_values(baseline, "baseline", 1, true, &mut faults);
    check_level(level, &mut faults);
    faults.finish()?;
    let (x, y) = (sorted(canary).unwrap_or_default(), sorted(baseline).unwrap_or_default());
    let test = Distance::of(&x, &y).greatest();
    let sizes = [x.len(), y.len()].map(size);
    let is_enough = sizes.iter().all(|n| *n >= FIRST);
    // Each arm has half of the error.
    let bound = |c: f64| sizes.map(|n| lil_width(n, c)).iter().sum::<f64>();
    let p = if is_enough { (2.0 * lil_error(root(test.d, bound))).min(1.0) } else { 1.0 };
    Ok(KolmogorovSequence {
        d: test.d,
        location: test.location,
        canary_is_less: test.canary_is_less,
        p,
        bound: is_enough.then(|| bound(lil_constant((1.0 - level) / 2.0))),
    })
}

fn check_quantile(p: f64, faults: &mut Faults) {
    faults.check(
        (1e-9..=1.0 - 1e-9).contains(&p),
        ErrorKind::OutOfRange,
        format_args!("p"),
        format_args!("`{p}` is out of range: expected a share between 0 and 1"),
    );
}

fn check_size(tuned_for: Count, faults: &mut Faults) {
    faults.check(
        (1..=1_000_000_000_000).contains(&tuned_for.get()),
        ErrorKind::OutOfRange,
        format_args!("tunedFor"),
        format_args!("`{tuned_for}` is out of range: expected 1 to 1e12"),
    );
}

#[expect(clippy::cast_precision_loss, reason = "samples are far below 2^53")]
fn size(n: usize) -> f64 {
    n as f64
}

/// The first of the numbers from `low` to below `high` for which `is_before` no longer holds, or `high`.
fn partition(low: usize, high: usize, is_before: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (low, high);
    while low < high {
        let middle = usize::midpoint(low, high);
        if is_before(middle) { low = middle.saturating_add(1) } else { high = middle }
    }
    low
}

/// The number of values up to the quantile `p`, as an e-process.
#[derive(Clone, Copy, Debug)]
struct Up {
    n: usize,
    shares: Shares,
    prior: Prior,
}

impl Up {
    fn to(p: f64, n: usize, tuned_for: Count, alpha: f64) -> Self {
        let shares = Shares { canary: p, baseline: 1.0 - p };
        Self { n, shares, prior: Prior::weighted(shares, weight(tuned_for.as_f64(), alpha)) }
    }

    /// The log e-value against "`count` of the values are expected up to here". A count beyond the sample is no evidence.
    fn log_e(self, count: usize) -> f64 {
        if count > self.n {
            return f64::NEG_INFINITY;
        }
        self.at(size(count))
    }

    fn at(self, count: f64) -> f64 {
        sequential::ln_two_sided(count, (size(self.n) - count).max(0.0), self.shares, self.prior)
    }

    /// A count near that of the least e-value: that of the quantile itself.
    fn middle(self) -> usize {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and n")]
        let middle = libm::floor(size(self.n) * self.shares.canary) as usize;
        middle.min(self.n)
    }

    /// The count, not a whole number, of the least e-value: golden-section search of a convex function.
    fn best(self) -> f64 {
        let ratio = (5.0_f64.sqrt() - 1.0) / 2.0;
        let (mut low, mut high) = (0.0, size(self.n));
        for _ in 0..80 {
            let width = (high - low) * ratio;
            if self.at(high - width) < self.at(low + width) { high = low + width } else { low = high - width }
        }
        f64::midpoint(low, high)
    }
}

/// The weight of a prior, in values, whose interval is tightest at so many values: that of the normal mixture (S. R. Howard,
/// A. Ramdas, J. McAuliffe and J. Sekhon, Annals of Statistics 49, 2021, section 3.5).
fn weight(tuned_for: f64, alpha: f64) -> f64 {
    let ln = -2.0 * libm::log(alpha);
    (tuned_for / (ln + libm::log1p(ln)) - 1.0).max(0.1)
}

/// The confidence sequence of one share, `count` of `n`: the shares that their own e-process does not reject.
#[cfg(test)]
pub(super) fn share_sequence(count: f64, n: f64, alpha: f64, tuned_for: f64) -> (f64, f64) {
    let weight = weight(tuned_for, alpha);
    let is_rejected = |p: f64| {
        let shares = Shares { canary: p, baseline: 1.0 - p };
        sequential::ln_two_sided(count, n - count, shares, Prior::weighted(shares, weight))
            >= -libm::log(alpha)
    };
    let end = |mut rejected: f64| {
        let mut accepted = count / n;
        for _ in 0..200 {
            let middle = f64::midpoint(rejected, accepted);
            if is_rejected(middle) { rejected = middle } else { accepted = middle }
        }
        accepted
    };
    (if count > 0.0 { end(0.0) } else { 0.0 }, if count < n { end(1.0) } else { 1.0 })
}

/// The log e-value against "both sorted samples have the same quantile": the least product of both e-values at any value.
fn ln_different(x: &[f64], y: &[f64], p: f64, tuned_for: Count) -> f64 {
    let arms = [x, y].map(|sorted| {
        let arm = Up::to(p, sorted.len(), tuned_for, 0.05);
        (sorted, arm, arm.best())
    });
    // The number of values up to a quantile is between those below it and those up to it; whichever suits best.
    let log_e = |value: f64| -> f64 {
        let of = |(sorted, arm, best): &(&[f64], Up, f64)| {
            let below = size(sorted.partition_point(|other| *other < value));
            let up_to = size(sorted.partition_point(|other| *other <= value));
            arm.at(best.clamp(below, up_to))
        };
        arms.iter().map(of).sum()
    };
    // Beyond the best values of both arms, both e-values grow. Between them, one falls only at the values of its sample.
    let at = |sorted: &[f64], rank: f64| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and n")]
        let rank = (rank.max(0.0) as usize).min(sorted.len().saturating_sub(1));
        sorted.get(rank).copied().unwrap_or_default()
    };
    let ends = arms.map(|(sorted, _, best)| at(sorted, libm::floor(best)));
    let (low, high) = (ends[0].min(ends[1]), ends[0].max(ends[1]));
    let inside = arms.iter().flat_map(|(sorted, ..)| {
        let from = sorted.partition_point(|value| *value < low);
        let to = sorted.partition_point(|value| *value <= high);
        sorted.get(from..to).unwrap_or_default()
    });
    inside.copied().chain([low, high]).map(log_e).min_by(f64::total_cmp).unwrap_or_default()
}

/// The number of values from which the bound of the law of the iterated logarithm holds.
const FIRST: f64 = 100.0;
/// The factor of the bound that S. R. Howard and A. Ramdas recommend.
const FACTOR: f64 = 0.85;

/// How far the empirical distribution function of `n` values is from its distribution at any look, for a constant.
pub(super) fn lil_width(n: f64, constant: f64) -> f64 {
    FACTOR * ((libm::log1p(libm::log(n / FIRST)) + constant) / n).sqrt()
}

/// The probability that the bound with a constant is exceeded at any look: theorem 2, with the best geometric spacing.
fn lil_error(constant: f64) -> f64 {
    if constant <= 0.0 {
        return 1.0;
    }
    let error = |spacing: f64| {
        let rest = FACTOR - (2.0 * (spacing - 1.0) / constant).sqrt();
        let square = 2.0 / spacing * rest * rest;
        if rest <= 0.0 || square <= 1.0 {
            return f64::INFINITY;
        }
        4.0 * libm::exp(-square * constant) * (1.0 + 1.0 / ((square - 1.0) * libm::log(spacing)))
    };
    let is_spacing =
        |spacing: f64| (spacing / 2.0).sqrt() + (2.0 * (spacing - 1.0) / constant).sqrt() < FACTOR;
    let (mut from, mut to) = (1.0, 2.0 * FACTOR * FACTOR);
    for _ in 0..60 {
        let middle = f64::midpoint(from, to);
        if is_spacing(middle) { from = middle } else { to = middle }
    }
    // Golden-section search; the error is infinite at both ends.
    let ratio = (5.0_f64.sqrt() - 1.0) / 2.0;
    let (mut low, mut high) = (1.0, from);
    for _ in 0..100 {
        let width = (high - low) * ratio;
        if error(high - width) < error(low + width) { high = low + width } else { low = high - width }
    }
    error(f64::midpoint(low, high)).min(1.0)
}

/// The constant with this error.
pub(super) fn lil_constant(error: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    while lil_error(high) > error && high < 1e6 {
        high *= 2.0;
    }
    for _ in 0..80 {
        let middle = f64::midpoint(low, high);
        if lil_error(middle) > error { low = middle } else { high = middle }
    }
    high
}

/// The constant at which the ascending `bound` is `distance`; 0 if it is greater there already.
fn root(distance: f64, bound: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    while bound(high) < distance && high < 1e12 {
        high *= 2.0;
    }
    for _ in 0..100 {
        let middle = f64::midpoint(low, high);
        if bound(middle) < distance { low = middle } else { high = middle }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The e-value at every value and between all values: the definition.
    fn naive(x: &[f64], y: &[f64], p: f64, tuned_for: Count) -> f64 {
        let arms = [x, y].map(|values| (values, Up::to(p, values.len(), tuned_for, 0.05)));
        let mut all: Vec<f64> = x.iter().chain(y).copied().collect();
        all.sort_unstable_by(f64::total_cmp);
        let between: Vec<f64> = all.windows(2).map(|pair| (pair[0] + pair[1]) / 2.0).collect();
        let log_e = |value: f64| -> f64 {
            let of = |(values, arm): &(&[f64], Up)| {
                let below = values.iter().filter(|other| **other < value).count() as f64;
                let up_to = values.iter().filter(|other| **other <= value).count() as f64;
                arm.at(arm.best().clamp(below, up_to))
            };
            arms.iter().map(of).sum()
        };
        let ends = [all[0] - 1.0, all[all.len() - 1] + 1.0];
        all.iter().chain(&between).chain(&ends).map(|value| log_e(*value)).min_by(f64::total_cmp).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn the_test_of_quantiles_takes_the_value_that_suits_both_arms_best(
            x in prop::collection::vec(0..30_u8, 1..40), y in prop::collection::vec(0..40_u8, 1..40), p in 0.05..0.95_f64,
        ) {
            let values = |list: &[u8]| sorted(&list.iter().map(|value| f64::from(*value)).collect::<Vec<_>>()).unwrap();
            let (x, y) = (values(&x), values(&y));
            let tuned_for = Count::from(50_u32);
            let (got, expected) = (ln_different(&x, &y, p, tuned_for), naive(&x, &y, p, tuned_for));
            // Between the values an arm may have a count that suits it less well.
            prop_assert!((got - expected).abs() < 1e-9, "{got} {expected}");
        }

        #[test]
        fn the_interval_of_a_quantile_has_its_estimate_and_more_values_make_it_narrower(
            n in 1..300_usize, p in 0.02..0.98_f64, level in 0.5..0.999_f64,
        ) {
            let values: Vec<f64> = (0..n).map(|i| i as f64).collect();
            let interval = quantile_sequence(&values, p, level, Count::from(200_u32)).unwrap();
            prop_assert!(interval.low.is_none_or(|low| low <= interval.estimate));
            prop_assert!(interval.high.is_none_or(|high| high >= interval.estimate));
            // As a scan of all counts says.
            let arm = Up::to(p, n, Count::from(200_u32), 1.0 - level);
            let limit = -libm::log1p(-level);
            let fits: Vec<usize> = (0..=n).filter(|count| arm.log_e(*count) < limit).collect();
            let (first, last) = (fits[0], fits[fits.len() - 1]);
            prop_assert_eq!(interval.low, first.checked_sub(1).map(|rank| values[rank]));
            prop_assert_eq!(interval.high, values.get(last).copied());
        }

        #[test]
        fn the_p_value_of_a_distance_is_the_level_of_its_bound(n in 100..100_000_usize, alpha in 1e-6..0.3_f64) {
            let constant = lil_constant(alpha / 2.0);
            let width = lil_width(n as f64, constant) * 2.0;
            let back = root(width, |c| 2.0 * lil_width(n as f64, c));
            prop_assert!((2.0 * lil_error(back) / alpha - 1.0).abs() < 1e-6);
        }
    }
}
