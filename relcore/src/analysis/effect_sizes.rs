//! How far two samples are apart, in the measures that judges of canaries use.
use crate::error::{ErrorKind, Faults, Result};
use crate::scalar::Count;
use serde::{Deserialize, Serialize};

/// How far the values of a canary are from those of its baseline, made by [`effect_sizes`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "analysis.EffectSizes", rename_all = "camelCase", deny_unknown_fields)]
pub struct EffectSizes {
    /// The mean of the canary divided by that of the baseline; absent where either mean is not positive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean_ratio: Option<f64>,
    /// How probable it is that a value of the canary is greater than one of the baseline, ties by half: 0.5 if neither is
    /// greater (common language effect size, `cles`).
    pub common_language_effect: f64,
    /// The difference of the means in pooled standard deviations (Cohen's d); absent where no value differs within its
    /// sample, or there are fewer than 3 values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cohens_d: Option<f64>,
}

/// How far the values of a canary are from those of its baseline: the ratio of the means, the common language effect size
/// and Cohen's d. They describe samples and prove nothing; [`judge`](super::judge()) tests.
///
/// ```
/// use relcore::analysis::effect_sizes;
/// let sizes = effect_sizes(&[5.0, 5.0, 5.0, 10.0, 10.0, 10.0], &[1.0, 1.0, 1.0, 2.0, 2.0, 2.0])?;
/// assert_eq!(sizes.common_language_effect, 1.0); // every value of the canary is greater
/// assert!((sizes.mean_ratio.unwrap() - 5.0).abs() < 1e-12);
/// assert!((sizes.cohens_d.unwrap() - 3.03821).abs() < 1e-5);
/// // Pitfall: without a positive mean there is no ratio.
/// assert_eq!(effect_sizes(&[1.0], &[0.0])?.mean_ratio, None);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `invalid_value` for a sample without values, and for a value that is not finite.
pub fn effect_sizes(canary: &[f64], baseline: &[f64]) -> Result<EffectSizes> {
    let mut faults = Faults::new();
    for (name, values) in [("canary", canary), ("baseline", baseline)] {
        let text = format_args!("has no values: expected at least one");
        faults.check(!values.is_empty(), ErrorKind::InvalidValue, format_args!("{name}"), text);
        if let Some(index) = values.iter().position(|value| !value.is_finite()) {
            let text = format_args!("is not a finite number");
            faults.add(ErrorKind::InvalidValue, format_args!("{name}[{index}]"), text);
        }
    }
    faults.finish()?;
    let (canary, baseline) = (sorted(canary), sorted(baseline));
    let (one, other) = (Moments::of(&canary), Moments::of(&baseline));
    let has_ratio = one.mean > 0.0 && other.mean > 0.0;
    let freedom = one.n + other.n - 2.0;
    let variance = (one.squares + other.squares) / freedom;
    let d = (one.mean - other.mean) / variance.sqrt();
    Ok(EffectSizes {
        mean_ratio: has_ratio.then(|| one.mean / other.mean),
        common_language_effect: common_language_effect(&canary, &baseline),
        // A variance beyond the numbers would make every difference 0.
        cohens_d: (freedom > 0.0 && variance > 0.0 && variance.is_finite() && d.is_finite()).then_some(d),
    })
}

/// The values in ascending order, so that sums do not depend on theirs.
fn sorted(values: &[f64]) -> Vec<f64> {
    let mut values = values.to_vec();
    values.sort_unstable_by(f64::total_cmp);
    values
}

struct Moments {
    n: f64,
    mean: f64,
    /// The sum of the squared distances from the mean.
    squares: f64,
}

impl Moments {
    fn of(values: &[f64]) -> Self {
        let n = Count::of(values.len()).as_f64();
        let sum: f64 = values.iter().sum();
        // Divided first only where the sum is too large: values that add up to 0 have a mean of 0.
        let mean = if sum.is_finite() { sum / n } else { values.iter().map(|value| value / n).sum() };
        let squares = values.iter().map(|value| (value - mean) * (value - mean)).sum();
        Self { n, mean, squares }
    }
}

/// For each value of the canary, how many of the baseline are less, and half of those that are equal.
fn common_language_effect(canary: &[f64], baseline: &[f64]) -> f64 {
    let pairs = Count::of(canary.len()).as_f64() * Count::of(baseline.len()).as_f64();
    let greater = canary.iter().map(|value| {
        let less = baseline.partition_point(|other| other < value);
        let not_greater = baseline.partition_point(|other| other <= value);
        (Count::of(less).as_f64() + Count::of(not_greater).as_f64()) / 2.0
    });
    greater.sum::<f64>() / pairs
}
