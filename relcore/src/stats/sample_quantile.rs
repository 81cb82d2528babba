//! Quantiles of a sample by any of the nine definitions of R. J. Hyndman and Y. Fan (The American Statistician 50, 1996),
//! and their interval, which needs no assumption about the distribution.
use super::arguments::{check_level, check_values};
use super::order;
use super::sort::at_ranks;
use crate::error::{ErrorKind, Faults, Result};
use serde::{Deserialize, Serialize};

/// The definition of a sample quantile, by the names of numpy. The types 1 to 9 of Hyndman and Fan, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.QuantileMethod", rename_all = "snake_case")]
pub enum QuantileMethod {
    /// Type 1: the least value that has the share `p` at or below it. Always a value of the sample, as limits of service
    /// levels mean it.
    InvertedCdf,
    /// Type 2: as type 1, with the mean of two values where the share is met exactly.
    AveragedInvertedCdf,
    /// Type 3: the value of the nearest rank; of two, the even one.
    ClosestObservation,
    /// Type 4: type 1, interpolated.
    InterpolatedInvertedCdf,
    /// Type 5: interpolated between the middles of the ranks.
    Hazen,
    /// Type 6: the expected rank; Excel's `PERCENTILE.EXC`, Keptn.
    Weibull,
    /// Type 7: numpy's, R's and Excel's default, and Kayenta's.
    Linear,
    /// Type 8: about unbiased for the median of the rank.
    MedianUnbiased,
    /// Type 9: about unbiased for a normal distribution.
    NormalUnbiased,
}

/// A quantile with its interval, made by [`quantile_interval`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.QuantileInterval", rename_all = "camelCase", deny_unknown_fields)]
pub struct QuantileInterval {
    /// The quantile of type 1: a value of the sample.
    pub estimate: f64,
    /// The lower end, a value of the sample; absent if the sample is too small for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// The upper end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
}

/// The quantile `p` of a sample: `numpy.quantile`.
///
/// ```
/// use relcore::stats::{QuantileMethod, quantile};
/// let latencies = [120.0, 135.0, 118.0, 142.0];
/// assert_eq!(quantile(&latencies, 0.5, &QuantileMethod::Linear)?, 127.5);
/// // Pitfall: p is a share, not a percentage.
/// assert!(quantile(&latencies, 99.0, &QuantileMethod::Linear).is_err());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `out_of_range` for an empty sample, an infinite value and a `p` of 99; `invalid_value` for a NaN.
pub fn quantile(values: &[f64], p: f64, method: &QuantileMethod) -> Result<f64> {
    let mut faults = Faults::new();
    check_values(values, "values", 1, true, &mut faults);
    faults.check_share(p, format_args!("p"));
    faults.finish()?;
    let (rank, part) = method.position(p, values.len());
    let mut values = values.to_vec();
    let rank = rank.min(values.len().saturating_sub(1));
    let (_, low, above) = values.select_nth_unstable_by(rank, f64::total_cmp);
    let next = above.iter().copied().min_by(f64::total_cmp);
    Ok(match next {
        // The difference of two values could overflow.
        Some(next) if part > 0.0 && (next - *low).is_finite() => *low + part * (next - *low),
        Some(next) if part > 0.0 => *low * (1.0 - part) + next * part,
        _ => *low,
    })
}

/// The quantile `p` with a confidence interval between two values of the sample: `scipy.stats.quantile_test`.
///
/// The interval is valid for any distribution. A p99 has an upper end at a level of 95 % from 368 values on.
///
/// ```
/// use relcore::stats::quantile_interval;
/// let latencies: Vec<f64> = (1..=400).map(f64::from).collect();
/// let median = quantile_interval(&latencies, 0.5, 0.95)?;
/// assert_eq!((median.low, median.high), (Some(180.0), Some(221.0)));
/// // Pitfall: the greatest of 50 values is no upper limit of the 99th percentile.
/// assert_eq!(quantile_interval(&latencies[..50], 0.99, 0.95)?.high, None);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `out_of_range` for an empty sample, an infinite value, a `p` of 0 or 1 and a level of 95;
/// `invalid_value` for a NaN.
pub fn quantile_interval(values: &[f64], p: f64, level: f64) -> Result<QuantileInterval> {
    let mut faults = Faults::new();
    check_values(values, "values", 1, true, &mut faults);
    faults.check(
        (1e-9..=1.0 - 1e-9).contains(&p),
        ErrorKind::OutOfRange,
        format_args!("p"),
        format_args!("`{p}` is out of range: expected a share between 0 and 1"),
    );
    check_level(level, &mut faults);
    faults.finish()?;
    let (low, high) = order::quantile_end_ranks(values.len(), p, level);
    let (rank, _) = QuantileMethod::InvertedCdf.position(p, values.len());
    let ranks = [low.unwrap_or(rank).min(rank), rank, high.unwrap_or(rank).max(rank)];
    let [lower, estimate, upper] = at_ranks(values, ranks);
    Ok(QuantileInterval {
        estimate: estimate.unwrap_or_default(),
        low: lower.filter(|_| low.is_some()),
        high: upper.filter(|_| high.is_some()),
    })
}

impl QuantileMethod {
    /// The zero-based rank of a quantile in a sample of `n`, n > 0, and the fraction of the way to the next one.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "ranks lie between 0 and n, far below 2^53"
    )]
    pub(super) fn position(self, p: f64, n: usize) -> (usize, f64) {
        let (size, last) = (n as f64, n.saturating_sub(1) as f64);
        let at = |exact: f64| {
            let exact = exact.clamp(0.0, last);
            let rank = libm::floor(exact);
            (rank as usize, exact - rank)
        };
        // h = n p + a + p (1 - a - b) - 1 for zero-based ranks
        let between = |a: f64, b: f64| at(size * p + (a + p * (1.0 - a - b)) - 1.0);
        match self {
            Self::InvertedCdf => at(libm::ceil(size * p) - 1.0),
            Self::AveragedInvertedCdf => {
                let exact = size * p;
                if exact - libm::floor(exact) <= 0.0 && exact > 0.0 && exact < size {
                    (exact as usize - 1, 0.5)
                } else {
                    at(libm::ceil(exact) - 1.0)
                }
            }
            // Of two nearest ranks, counted from 1, the even one.
            Self::ClosestObservation => at(libm::rint(size * p) - 1.0),
            Self::InterpolatedInvertedCdf => between(0.0, 1.0),
            Self::Hazen => between(0.5, 0.5),
            Self::Weibull => between(0.0, 0.0),
            Self::Linear => at(last * p),
            Self::MedianUnbiased => between(1.0 / 3.0, 1.0 / 3.0),
            Self::NormalUnbiased => between(0.375, 0.375),
        }
    }
}
