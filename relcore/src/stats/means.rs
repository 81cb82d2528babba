//! The means of two samples: the test of B. L. Welch (Biometrika 34, 1947), equivalence by two one-sided tests
//! (D. J. Schuirmann, 1987), the relative difference, and a confidence sequence for any number of looks.
use super::{normal, student};
use crate::error::{Error, ErrorKind, Faults, Result};
use crate::stats::arguments::{check_level, check_values};
use serde::{Deserialize, Serialize};

/// The result of Welch's test, made by [`welch`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.WelchTest", rename_all = "camelCase", deny_unknown_fields)]
pub struct WelchTest {
    /// The mean of the canary minus that of the baseline.
    pub difference: f64,
    /// The lower end of its confidence interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// The difference, divided by its standard error.
    pub t: f64,
    /// The degrees of freedom by Welch and Satterthwaite.
    pub df: f64,
    /// The p-value against "both means are equal".
    pub p_two_sided: f64,
    /// The p-value against "the mean of the canary is not greater".
    pub p_greater: f64,
    /// The p-value against "the mean of the canary is not less".
    pub p_less: f64,
}

/// The result of two one-sided tests, made by [`equivalence`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.EquivalenceTest", rename_all = "camelCase", deny_unknown_fields)]
pub struct EquivalenceTest {
    /// The p-value against "the difference is not between the bounds": the greater of the next two.
    pub p: f64,
    /// The p-value against "the difference is the lower bound or less".
    pub p_low: f64,
    /// The p-value against "the difference is the upper bound or more".
    pub p_high: f64,
    /// The statistic of the lower test.
    pub t_low: f64,
    /// The statistic of the upper test.
    pub t_high: f64,
    /// The degrees of freedom by Welch and Satterthwaite.
    pub df: f64,
}

/// The relative difference of two means, made by [`relative_lift`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.Lift", rename_all = "camelCase", deny_unknown_fields)]
pub struct Lift {
    /// The difference of the means, divided by the absolute mean of the baseline: 0.05 is 5 % more.
    pub lift: f64,
    /// The standard error by the delta method.
    pub standard_error: f64,
    /// The lower end of the interval by the delta method.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// The lower end of the interval of E. C. Fieller (1954); absent if the mean of the baseline may be 0. It is better
    /// than the delta method where that mean is uncertain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fieller_low: Option<f64>,
    /// The upper end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fieller_high: Option<f64>,
}

/// Compares the means of two samples with unequal variances by Welch's test: `scipy.stats.ttest_ind(equal_var=False)`.
///
/// `level` is that of the two-sided interval, 0.95 for most purposes.
///
/// ```
/// use relcore::stats::welch;
/// let (canary, baseline) = ([12.1, 11.8, 12.6, 12.0], [11.2, 11.5, 11.1, 11.4]);
/// let test = welch(&canary, &baseline, 0.95)?;
/// assert!(test.p_greater < 0.05 && test.low > 0.0);
///
/// // Pitfall: one value has no variance.
/// assert!(welch(&[12.1], &baseline, 0.95).is_err());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `out_of_range` for a sample of one value, an infinite value and a level of 95, `invalid_value` for a
/// NaN and for two samples that are both constant. Then `out_of_range` for values near 1e160, whose squares overflow.
pub fn welch(canary: &[f64], baseline: &[f64], level: f64) -> Result<WelchTest> {
    let difference = difference(canary, baseline, |faults| check_level(level, faults))?;
    let (t, df) = (difference.estimate / difference.error, difference.df);
    let half = difference.error * student::upper_quantile((1.0 - level) / 2.0, df);
    finite(&[t, difference.estimate - half, difference.estimate + half])?;
    let (p_greater, p_less) = (student::upper(t, df), student::upper(-t, df));
    Ok(WelchTest {
        difference: difference.estimate,
        low: difference.estimate - half,
        high: difference.estimate + half,
        t,
        df,
        p_two_sided: (2.0 * p_greater.min(p_less)).min(1.0),
        p_greater,
        p_less,
    })
}

/// Tests whether the difference of two means lies between two bounds, by two one-sided tests of Welch (TOST).
///
/// ```
/// use relcore::stats::equivalence;
/// let (canary, baseline) = ([100.2, 99.7, 100.4, 99.9], [100.0, 100.3, 99.8, 100.1]);
/// assert!(equivalence(&canary, &baseline, -1.0, 1.0)?.p < 0.05);
/// // Pitfall: a large p-value is no proof of a difference; the bounds are too narrow for so few values.
/// assert!(equivalence(&canary, &baseline, -0.1, 0.1)?.p > 0.05);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`welch`], and `out_of_range` for bounds of 1 and −1.
pub fn equivalence(canary: &[f64], baseline: &[f64], low: f64, high: f64) -> Result<EquivalenceTest> {
    let difference = difference(canary, baseline, |faults| {
        faults.check(
            low.is_finite() && high.is_finite() && low < high,
            ErrorKind::OutOfRange,
            format_args!("high"),
            format_args!("`{high}` is out of range: expected a number above the lower bound, `{low}`"),
        );
    })?;
    let (t_low, t_high) =
        ((difference.estimate - low) / difference.error, (difference.estimate - high) / difference.error);
    finite(&[t_low, t_high])?;
    let (p_low, p_high) = (student::upper(t_low, difference.df), student::upper(-t_high, difference.df));
    Ok(EquivalenceTest { p: p_low.max(p_high), p_low, p_high, t_low, t_high, df: difference.df })
}

/// The relative difference of two means with its interval: 0.05 is 5 % more than the baseline.
///
/// ```
/// use relcore::stats::relative_lift;
/// let lift = relative_lift(&[10.4, 10.6, 10.5, 10.3], &[10.0, 10.1, 9.9, 10.0], 0.95)?;
/// assert!((lift.lift - 0.045).abs() < 1e-9 && lift.low > 0.0);
/// // Pitfall: nothing is relative to 0.
/// assert!(relative_lift(&[1.0, 2.0], &[-1.0, 1.0], 0.95).is_err());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`welch`], and `invalid_value` for a baseline whose mean is 0.
pub fn relative_lift(canary: &[f64], baseline: &[f64], level: f64) -> Result<Lift> {
    difference(canary, baseline, |faults| check_level(level, faults))?;
    let (x, y) = (Moments::of(canary), Moments::of(baseline));
    if y.mean == 0.0 {
        let text = "has a mean of 0: nothing is relative to it";
        return Err(Error::new(ErrorKind::InvalidValue, "baseline", text));
    }
    let z = normal::two_sided(level);
    let (lift, error) = x.lift(y);
    // The roots r of (x - r y)² = z² (var x + r² var y).
    let (a, b) = (y.mean * y.mean - z * z * y.of_mean(), x.mean * y.mean);
    let c = x.mean * x.mean - z * z * x.of_mean();
    let root = (b * b - a * c).max(0.0).sqrt();
    let sign = y.mean.signum();
    let ends = [(b - root) / a, (b + root) / a].map(|ratio| (ratio - 1.0) * sign);
    let is_bounded = a > 0.0 && ends.iter().all(|end| end.is_finite());
    finite(&[lift, lift - z * error, lift + z * error])?;
    Ok(Lift {
        lift,
        standard_error: error,
        low: lift - z * error,
        high: lift + z * error,
        fieller_low: is_bounded.then_some(ends[0].min(ends[1])),
        fieller_high: is_bounded.then_some(ends[0].max(ends[1])),
    })
}

/// The difference of two means.
#[derive(Clone, Copy, Debug)]
struct Difference {
    estimate: f64,
    error: f64,
    df: f64,
}

fn difference(canary: &[f64], baseline: &[f64], others: impl FnOnce(&mut Faults)) -> Result<Difference> {
    let (x, y) = (Moments::of(canary), Moments::of(baseline));
    let mut faults = Faults::new();
    for (name, values, moments) in [("canary", canary, x), ("baseline", baseline, y)] {
        // A value that is not finite makes the moments so: large samples are read once.
        if values.len() < 2 || !(moments.mean.is_finite() && moments.variance.is_finite()) {
            check_values(values, name, 2, true, &mut faults);
        }
    }
    others(&mut faults);
    faults.finish()?;
    let (error, df) = x.error_of_difference(y);
    // The square of the variance of the mean is part of the degrees of freedom, and of the relative difference.
    finite(&[x.mean, y.mean, x.of_mean() * x.of_mean() * x.n, y.of_mean() * y.of_mean() * y.n])?;
    if error <= 0.0 || !df.is_finite() {
        let text = "is constant, and so is the baseline: their difference has no standard error";
        return Err(Error::new(ErrorKind::InvalidValue, "canary", text));
    }
    Ok(Difference { estimate: x.mean - y.mean, error, df })
}

/// Refuses results that overflow.
fn finite(results: &[f64]) -> Result<()> {
    if results.iter().all(|result| result.is_finite()) {
        return Ok(());
    }
    let text = "has values so large, or means so small, that a result overflows: expected another unit";
    Err(Error::new(ErrorKind::OutOfRange, "canary", text))
}

/// The number, the mean and the variance of a sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Moments {
    pub(crate) n: f64,
    pub(crate) mean: f64,
    /// With the divisor n − 1.
    pub(crate) variance: f64,
}

impl Moments {
    /// For two values or more, in two passes: the second one corrects the rounding of the mean.
    ///
    /// A large sample is read once, around the mean of its beginning, if that is near enough to the mean of all.
    #[expect(clippy::cast_precision_loss, reason = "samples are far below 2^53")]
    pub(crate) fn of(values: &[f64]) -> Self {
        /// From this number of values on.
        const LARGE: usize = 4096;
        let n = values.len() as f64;
        if let (true, Some(beginning)) = (values.len() >= LARGE, values.get(..LARGE)) {
            let near = beginning.iter().sum::<f64>() / LARGE as f64;
            let (sum, squares) = deviations(values, near);
            // The mean of all is within a standard deviation: no digits cancel.
            if sum * sum / n <= squares / 2.0 {
                let variance = (squares - sum * sum / n) / (n - 1.0);
                return Self { n, mean: near + sum / n, variance: at_least_0(variance) };
            }
        }
        let rough = values.iter().sum::<f64>() / n;
        let (mut sum, mut squares) = (0.0, 0.0);
        for value in values {
            let deviation = value - rough;
            sum += deviation;
            squares += deviation * deviation;
        }
        let variance = (squares - sum * sum / n) / (n - 1.0);
        Self { n, mean: rough + sum / n, variance: at_least_0(variance) }
    }

    /// The variance of the mean.
    pub(crate) fn of_mean(self) -> f64 {
        self.variance / self.n
    }

    /// The standard error of the difference of two means, and its degrees of freedom.
    pub(crate) fn error_of_difference(self, other: Self) -> (f64, f64) {
        let (x, y) = (self.of_mean(), other.of_mean());
        let df = (x + y) * (x + y) / (x * x / (self.n - 1.0) + y * y / (other.n - 1.0));
        ((x + y).sqrt(), df)
    }

    /// The relative difference and its standard error by the delta method.
    pub(crate) fn lift(self, baseline: Self) -> (f64, f64) {
        let square = baseline.mean * baseline.mean;
        let ratio = self.mean / baseline.mean;
        let variance = self.of_mean() / square + baseline.of_mean() / square * ratio * ratio;
        ((self.mean - baseline.mean) / baseline.mean.abs(), variance.sqrt())
    }
}

/// Not negative by rounding. What overflowed stays NaN, as `f64::max` would not leave it.
fn at_least_0(variance: f64) -> f64 {
    if variance < 0.0 { 0.0 } else { variance }
}

/// The sums of the deviations from a number and of their squares, in eight lanes that are added up at the end: always in this
/// order, so that every platform gives the same bits.
fn deviations(values: &[f64], from: f64) -> (f64, f64) {
    const LANES: usize = 8;
    let (mut sums, mut squares) = ([0.0; LANES], [0.0; LANES]);
    let (chunks, rest) = values.as_chunks::<LANES>();
    for chunk in chunks {
        for ((sum, square), value) in sums.iter_mut().zip(&mut squares).zip(chunk) {
            let deviation = value - from;
            *sum += deviation;
            *square += deviation * deviation;
        }
    }
    let (mut sum, mut square) = (sums.iter().sum::<f64>(), squares.iter().sum::<f64>());
    for value in rest {
        let deviation = value - from;
        sum += deviation;
        square += deviation * deviation;
    }
    (sum, square)
}

/// A confidence sequence for a mean or for a difference of means: an interval that is valid at every look.
///
/// It is the asymptotic one of I. Waudby-Smith, D. Arbour, R. Sinha, E. H. Kennedy and A. Ramdas (Annals of Statistics 52,
/// 2024), equations 9 and 134, a mixture over normal distributions, tightest at `tuned_for` values.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sequence {
    /// The standard error of the estimate.
    pub(crate) error: f64,
    /// The number of values of both arms.
    pub(crate) n: f64,
    pub(crate) alpha: f64,
    pub(crate) tuned_for: f64,
}

impl Sequence {
    /// Half the width of the two-sided interval.
    pub(crate) fn half_width(self) -> f64 {
        let spread = self.spread(self.alpha);
        let ln = libm::log(spread.sqrt() / self.alpha);
        self.scale(spread) * (2.0 * ln).sqrt()
    }

    /// The distance of the end of the one-sided interval from the estimate.
    pub(crate) fn one_sided(self) -> f64 {
        let spread = self.spread(2.0 * self.alpha);
        let ln = libm::log1p(spread.sqrt() / (2.0 * self.alpha));
        self.scale(spread) * (2.0 * ln).sqrt()
    }

    /// The p-value of the one-sided test, and the logarithm of its inverse, if the estimate exceeds the hypothesis by
    /// `excess`.
    pub(crate) fn one_sided_p(self, excess: f64) -> (f64, Option<f64>) {
        if excess <= 0.0 {
            return (1.0, None);
        }
        let spread = self.spread(2.0 * self.alpha);
        let distance = excess / self.scale(spread);
        // exp(distance² / 2) = 1 + sqrt(spread) / (2 p)
        let half = distance * distance / 2.0;
        let ln_growth = half + libm::log(-libm::expm1(-half));
        let ln_p = libm::log(spread.sqrt() / 2.0) - ln_growth;
        (libm::exp(ln_p).min(1.0), ln_p.is_finite().then_some(-ln_p))
    }

    /// The p-value of the two-sided test.
    pub(crate) fn two_sided_p(self, excess: f64) -> f64 {
        let spread = self.spread(self.alpha);
        let distance = excess / self.scale(spread);
        libm::exp(libm::log(spread) / 2.0 - distance * distance / 2.0).min(1.0)
    }

    /// n r² + 1, where r² comes from the number of values for which the interval is tightest.
    fn spread(self, alpha: f64) -> f64 {
        let ln = -2.0 * libm::log(alpha);
        self.n * (ln + libm::log1p(ln)) / self.tuned_for + 1.0
    }

    /// The standard error, times sqrt((n r² + 1) / (n r²)).
    fn scale(self, spread: f64) -> f64 {
        self.error * (spread / (spread - 1.0)).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn moments_keep_the_digits_of_a_great_mean() {
        let moments = Moments::of(&[1e9 + 4.0, 1e9 + 7.0, 1e9 + 13.0, 1e9 + 16.0]);
        assert_eq!((moments.mean, moments.variance), (1e9 + 10.0, 30.0));
    }

    #[test]
    fn constants_have_no_standard_error() {
        let error = welch(&[1.0, 1.0], &[2.0, 2.0], 0.95).unwrap_err();
        assert_eq!((error.code(), error.path()), ("invalid_value", "canary"));
        let error = welch(&[f64::NAN], &[f64::INFINITY, 1.0], 95.0).unwrap_err();
        let paths: Vec<&str> = error.faults().iter().map(|fault| fault.path.as_str()).collect();
        assert_eq!(paths, ["canary", "canary[0]", "baseline[0]", "level"]);
    }

    proptest! {
        #[test]
        fn results_are_finite_or_refused(
            x in prop::collection::vec(any::<i16>(), 0..6), y in prop::collection::vec(any::<i16>(), 0..6),
            exponent in -320..308_i32, other in -320..308_i32,
        ) {
            let scaled = |list: &[i16], exponent: i32| -> Vec<f64> {
                list.iter().map(|value| f64::from(*value) * libm::pow(10.0, f64::from(exponent))).collect()
            };
            let (x, y) = (scaled(&x, exponent), scaled(&y, other));
            if let Ok(WelchTest { difference, low, high, t, df, p_two_sided, p_greater, p_less }) = welch(&x, &y, 0.95) {
                let all = [difference, low, high, t, df, p_two_sided, p_greater, p_less];
                prop_assert!(all.iter().all(|value| value.is_finite()), "{all:?}");
            }
            if let Ok(EquivalenceTest { p, p_low, p_high, t_low, t_high, df }) = equivalence(&x, &y, -1.0, 1.0) {
                let all = [p, p_low, p_high, t_low, t_high, df];
                prop_assert!(all.iter().all(|value| value.is_finite()), "{all:?}");
            }
            if let Ok(Lift { lift, standard_error, low, high, fieller_low, fieller_high }) = relative_lift(&x, &y, 0.95) {
                let all = [lift, standard_error, low, high, fieller_low.unwrap_or(0.0), fieller_high.unwrap_or(0.0)];
                prop_assert!(all.iter().all(|value| value.is_finite()), "{all:?}");
            }
            for p in [0.0, 0.3, 0.5, 1.0] {
                let all: Vec<f64> = x.iter().chain(&y).copied().collect();
                if let Ok(value) = crate::stats::quantile(&all, p, &crate::stats::QuantileMethod::Hazen) {
                    prop_assert!(all.iter().any(|one| *one <= value) && all.iter().any(|one| *one >= value));
                }
            }
            if let Ok(shift) = crate::stats::location_shift(&x, &y, 0.5) {
                let ends = [shift.lower.unwrap_or(0.0), shift.estimate, shift.upper.unwrap_or(0.0)];
                prop_assert!(ends.iter().all(|value| value.is_finite()), "{ends:?}");
            }
        }

        #[test]
        fn the_sequence_ends_where_its_test_rejects(
            error in 1e-6..1e6_f64, n in 2.0..1e6_f64, alpha in 1e-4..0.3_f64, tuned_for in 10.0..1e5_f64,
        ) {
            let sequence = Sequence { error, n, alpha, tuned_for };
            let (p, ln_e) = sequence.one_sided_p(sequence.one_sided());
            prop_assert!((p / alpha - 1.0).abs() < 1e-9 && (ln_e.unwrap() + libm::log(alpha)).abs() < 1e-9);
            prop_assert!((sequence.two_sided_p(sequence.half_width()) / alpha - 1.0).abs() < 1e-9);
            prop_assert_eq!(sequence.one_sided_p(-error), (1.0, None));
            // It pays for every look.
            prop_assert!(sequence.half_width() > normal::two_sided(1.0 - alpha) * error);
        }

        #[test]
        fn swapped_arms_negate_the_difference_and_units_do_not_matter(
            x in prop::collection::vec(0.0..1.0_f64, 2..20), y in prop::collection::vec(0.0..1.0_f64, 2..20),
            scale in 1e-6..1e6_f64,
        ) {
            let close = |a: f64, b: f64| (a - b).abs() <= 1e-7 * a.abs().max(1e-3);
            if let (Ok(here), Ok(there)) = (welch(&x, &y, 0.9), welch(&y, &x, 0.9)) {
                prop_assert!(close(here.p_greater, there.p_less) && close(here.low, -there.high));
                prop_assert!(here.low <= here.difference && here.difference <= here.high);
                // The interval ends where the test rejects.
                let end = equivalence(&x, &y, here.low, here.high).unwrap();
                prop_assert!(close(end.p_low, 0.05) && close(end.p_high, 0.05), "{end:?}");
                let scaled = |list: &[f64]| list.iter().map(|value| value * scale).collect::<Vec<_>>();
                prop_assert!(close(welch(&scaled(&x), &scaled(&y), 0.9).unwrap().t, here.t));
            }
        }
    }
}
