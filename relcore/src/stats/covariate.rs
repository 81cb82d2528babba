//! Values a user that say more: adjusted by what the user did before, and ratios as one value a user.
use super::arguments::check_values;
use crate::error::{Error, ErrorKind, Faults, Result};
use serde::{Deserialize, Serialize};

/// The values of two arms, adjusted by a covariate, made by [`cuped`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.AdjustedSamples", rename_all = "camelCase", deny_unknown_fields)]
pub struct AdjustedSamples {
    /// The values of the canary: the arm for [`compare_samples`](super::compare_samples).
    pub canary: Vec<f64>,
    /// The values of the baseline.
    pub baseline: Vec<f64>,
    /// By how much a value changes with the covariate.
    pub theta: f64,
    /// The share of the variance that is left, from 0 to 1.
    pub variance_left: f64,
}

/// Adjusts the values of each user by the same user's value from before the release (CUPED): what was different before says
/// nothing about the canary, and the comparison needs fewer users.
///
/// Each value y becomes y − θ (x − mean of all x), with θ = Cov(y, x) / Var(x) within the arms (A. Deng, Y. Xu, R. Kohavi and
/// T. Walker, WSDM 2013). Use the scale `linear` for the result.
///
/// ```
/// use relcore::stats::cuped;
/// // Minutes a week, before and after.
/// let (before, after) = ([10.0, 20.0, 30.0, 40.0], [13.0, 22.0, 33.0, 42.0]);
/// let (baseline_before, baseline) = ([12.0, 18.0, 33.0, 37.0], [12.0, 18.5, 32.0, 37.5]);
/// let adjusted = cuped(&after, &before, &baseline, &baseline_before)?;
/// assert!(adjusted.variance_left < 0.01);
///
/// // Pitfall: the covariate must be from before. One value of it belongs to each value.
/// assert!(cuped(&after, &before[..3], &baseline, &baseline_before).is_err());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `out_of_range` for an arm of one value and an infinite value, `invalid_value` for a NaN and for arms
/// with more or fewer values than covariates. Then `out_of_range` for values whose squares overflow.
pub fn cuped(
    canary: &[f64],
    canary_before: &[f64],
    baseline: &[f64],
    baseline_before: &[f64],
) -> Result<AdjustedSamples> {
    let mut faults = Faults::new();
    for (name, values, before_name, before) in [
        ("canary", canary, "canaryBefore", canary_before),
        ("baseline", baseline, "baselineBefore", baseline_before),
    ] {
        check_values(values, name, 2, true, &mut faults);
        check_values(before, before_name, 0, true, &mut faults);
        check_lengths(name, values, before_name, before, &mut faults);
    }
    faults.finish()?;
    let arms = [Products::of(canary, canary_before), Products::of(baseline, baseline_before)];
    let sum = |of: fn(&Products) -> f64| arms.iter().map(of).sum::<f64>();
    let (xx, xy, yy) = (sum(|arm| arm.xx), sum(|arm| arm.xy), sum(|arm| arm.yy));
    let theta = if xx > 0.0 { xy / xx } else { 0.0 };
    let n = sum(|arm| arm.n);
    let mean = arms.iter().map(|arm| arm.mean_x * (arm.n / n)).sum::<f64>();
    let adjusted = |values: &[f64], before: &[f64]| -> Vec<f64> {
        values.iter().zip(before).map(|(y, x)| y - theta * (x - mean)).collect()
    };
    let (canary, baseline) = (adjusted(canary, canary_before), adjusted(baseline, baseline_before));
    let results = [theta, yy, mean];
    if !results.iter().chain(&canary).chain(&baseline).all(|value| value.is_finite()) {
        return Err(overflow("canary"));
    }
    let variance_left = if xx > 0.0 && yy > 0.0 { (1.0 - xy / xx * (xy / yy)).clamp(0.0, 1.0) } else { 1.0 };
    Ok(AdjustedSamples { canary, baseline, theta, variance_left })
}

/// Turns a ratio of two sums, such as clicks by views, into one value for each user, whose mean is the ratio and whose
/// variance is that of the delta method: an arm for [`compare_samples`](super::compare_samples) on the scale `linear`.
///
/// Of a user with several requests, the requests depend on one another, but users do not. The value of a user is
/// r + (numerator − r · denominator) / mean denominator, with the ratio r of all (A. Deng, U. Knoblich and J. Lu, KDD 2018).
///
/// ```
/// use relcore::stats::ratio_values;
/// // Errors and requests of three users.
/// let values = ratio_values(&[1.0, 0.0, 5.0], &[10.0, 20.0, 30.0])?;
/// assert!((values.iter().sum::<f64>() / 3.0 - 0.1).abs() < 1e-12); // 6 of 60
///
/// // Pitfall: the mean of the users' own ratios is another number: here 0.089.
/// assert!(((1.0 / 10.0 + 0.0 / 20.0 + 5.0 / 30.0) / 3.0_f64 - 0.1).abs() > 0.01);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `out_of_range` for no values and an infinite value, `invalid_value` for a NaN and for lists of
/// different lengths. Then `invalid_value` for denominators whose sum is 0 or less, and `out_of_range` for results that
/// overflow.
pub fn ratio_values(numerators: &[f64], denominators: &[f64]) -> Result<Vec<f64>> {
    let mut faults = Faults::new();
    check_values(numerators, "numerators", 1, true, &mut faults);
    check_values(denominators, "denominators", 0, true, &mut faults);
    check_lengths("numerators", numerators, "denominators", denominators, &mut faults);
    faults.finish()?;
    let (n, total) = (size(numerators), denominators.iter().sum::<f64>());
    if total <= 0.0 {
        let text = format!("have the sum `{total}`: expected a sum above 0");
        return Err(Error::new(ErrorKind::InvalidValue, "denominators", text));
    }
    let ratio = numerators.iter().sum::<f64>() / total;
    let mean = total / n;
    let values: Vec<f64> = numerators
        .iter()
        .zip(denominators)
        .map(|(numerator, denominator)| ratio + (numerator - ratio * denominator) / mean)
        .collect();
    if values.iter().all(|value| value.is_finite()) { Ok(values) } else { Err(overflow("numerators")) }
}

fn check_lengths(name: &str, values: &[f64], other_name: &str, other: &[f64], faults: &mut Faults) {
    faults.check(
        values.len() == other.len(),
        ErrorKind::InvalidValue,
        format_args!("{other_name}"),
        format_args!("has {} values: expected one for each of the {} of `{name}`", other.len(), values.len()),
    );
}

fn overflow(path: &str) -> Error {
    let text = "has values so large that a result overflows: expected another unit";
    Error::new(ErrorKind::OutOfRange, path, text)
}

#[expect(clippy::cast_precision_loss, reason = "samples are far below 2^53")]
fn size(values: &[f64]) -> f64 {
    values.len() as f64
}

/// The sums of products of the deviations from the means of one arm.
#[derive(Clone, Copy, Debug)]
struct Products {
    n: f64,
    mean_x: f64,
    xx: f64,
    xy: f64,
    yy: f64,
}

impl Products {
    fn of(y: &[f64], x: &[f64]) -> Self {
        let n = size(y);
        let (mean_x, mean_y) = (x.iter().sum::<f64>() / n, y.iter().sum::<f64>() / n);
        let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
        for (x, y) in x.iter().zip(y) {
            let (x, y) = (x - mean_x, y - mean_y);
            xx += x * x;
            xy += x * y;
            yy += y * y;
        }
        Self { n, mean_x, xx, xy, yy }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::means::Moments;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_variance_of_ratio_values_is_that_of_the_delta_method(
            pairs in prop::collection::vec((0.0..10.0_f64, 1.0..10.0_f64), 2..50),
        ) {
            let (numerators, denominators): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
            let values = ratio_values(&numerators, &denominators).unwrap();
            let moments = Moments::of(&values);
            let (top, bottom) = (Moments::of(&numerators), Moments::of(&denominators));
            let ratio = top.mean / bottom.mean;
            let covariance = Products::of(&numerators, &denominators).xy / (top.n - 1.0);
            let delta = (top.variance - 2.0 * ratio * covariance + ratio * ratio * bottom.variance)
                / (bottom.mean * bottom.mean);
            prop_assert!((moments.mean - ratio).abs() < 1e-9);
            prop_assert!((moments.variance - delta).abs() < 1e-9 * (1.0 + delta));
        }

        #[test]
        fn cuped_keeps_the_mean_of_all_and_never_adds_variance(
            canary in prop::collection::vec((-10.0..10.0_f64, -10.0..10.0_f64), 2..30),
            baseline in prop::collection::vec((-10.0..10.0_f64, -10.0..10.0_f64), 2..30),
        ) {
            let (y, x): (Vec<f64>, Vec<f64>) = canary.into_iter().unzip();
            let (v, u): (Vec<f64>, Vec<f64>) = baseline.into_iter().unzip();
            let adjusted = cuped(&y, &x, &v, &u).unwrap();
            let sum = |one: &[f64], other: &[f64]| one.iter().chain(other).sum::<f64>();
            prop_assert!((sum(&adjusted.canary, &adjusted.baseline) - sum(&y, &v)).abs() < 1e-8);
            let within = |one: &[f64], other: &[f64]| {
                [one, other].iter().map(|values| Moments::of(values)).map(|arm| arm.variance * (arm.n - 1.0)).sum::<f64>()
            };
            let (before, after) = (within(&y, &v), within(&adjusted.canary, &adjusted.baseline));
            prop_assert!(after <= before * (1.0 + 1e-9) + 1e-9);
            prop_assert!((after - before * adjusted.variance_left).abs() < 1e-6 * (1.0 + before));
        }
    }
}
