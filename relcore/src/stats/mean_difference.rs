//! The difference of two means from sums: what a query to a warehouse, or the parts of many hosts added up, return.
use super::means::{Moments, Sequence};
use super::policy::Looks;
use super::student;
use crate::error::{Error, ErrorKind, Faults, Result};
use crate::input::input;
use crate::scalar::Count;
use crate::stats::arguments::check_level;
use serde::{Deserialize, Serialize};

input! {
    /// The values of one arm, added up. Those of parts (hosts, days) are added field by field.
    ///
    /// ```
    /// use relcore::stats::SampleSums;
    /// // SELECT COUNT(*), SUM(amount), SUM(amount * amount)
    /// let spent = SampleSums::new(3407_u32, 1396.87).sum_of_squares(52377.9767);
    /// // Pitfall: without squares the values are 0 or 1, such as orders of sessions.
    /// let orders = SampleSums::new(3407_u32, 310.0);
    /// assert!(orders.sum_of_squares.is_none() && spent.n == orders.n);
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "stats.SampleSums", rename_all = "camelCase", deny_unknown_fields)]
    pub struct SampleSums {
        /// The number of values; at least 2.
        pub n: Count,
        /// Their sum.
        pub sum: f64,
        /// The sum of their squares. Absent: each value is 0 or 1, and the sum is the number of ones.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub sum_of_squares: Option<f64>,
    }
}

input! {
    /// How two means are compared.
    ///
    /// ```
    /// use relcore::stats::{Looks, MeanPolicy};
    /// assert_eq!(MeanPolicy::default().relative(true).looks, Looks::Any);
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "stats.MeanPolicy", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct MeanPolicy {
        /// The level of the intervals, a share. Default 0.95.
        pub level: f64,
        /// How often the means are looked at. Default `any`.
        pub looks: Looks,
        /// Whether the difference is divided by the mean of the baseline: 0.05 is 5 % more. Default false.
        pub relative: bool,
        /// The number of values of both arms for which a comparison at any number of looks is tightest. Default 5000, as
        /// GrowthBook.
        pub tuned_for: f64,
    }
}

impl SampleSums {
    /// Values that are 0 or 1, of which the sum are ones.
    #[must_use]
    pub fn new(n: impl Into<Count>, sum: f64) -> Self {
        Self { n: n.into(), sum, sum_of_squares: None }
    }

    fn check(&self, path: &str, faults: &mut Faults) {
        let (n, sum) = (self.n.as_f64(), self.sum);
        let range = ErrorKind::OutOfRange;
        faults.check(
            n >= 2.0,
            range,
            format_args!("{path}.n"),
            format_args!("`{n}` is out of range: expected 2 or more"),
        );
        let text = format_args!("`{sum}` is out of range: expected a number of at most 1e100");
        faults.check(sum.abs() <= 1e100, range, format_args!("{path}.sum"), text); // false for NaN
        match self.sum_of_squares {
            None => {
                let text = format_args!(
                    "`{sum}` is no number of ones among {n} values: expected 0 to {n}, or `sumOfSquares`"
                );
                let is_number = (0.0..=n).contains(&sum);
                faults.check(is_number, ErrorKind::InvalidValue, format_args!("{path}.sum"), text);
            }
            Some(squares) => {
                // By Cauchy and Schwarz, but for the last digits of both sums.
                let least = sum * sum / n * (1.0 - 1e-9);
                let text = format_args!(
                    "`{squares}` is out of range: expected {least} or more for this sum, at most 1e200"
                );
                let is_possible = squares >= least && squares <= 1e200;
                faults.check(is_possible, range, format_args!("{path}.sumOfSquares"), text);
            }
        }
    }

    fn moments(&self) -> Moments {
        let n = self.n.as_f64();
        let mean = self.sum / n;
        let variance = match self.sum_of_squares {
            None => mean * (1.0 - mean),
            Some(squares) => ((squares - self.sum * mean) / (n - 1.0)).max(0.0),
        };
        Moments { n, mean, variance }
    }
}

impl Default for MeanPolicy {
    fn default() -> Self {
        Self { level: 0.95, looks: Looks::Any, relative: false, tuned_for: 5000.0 }
    }
}

impl MeanPolicy {
    fn check(&self, faults: &mut Faults) {
        let mut own = Faults::new();
        check_level(self.level, &mut own);
        if let Err(error) = own.finish() {
            faults.absorb::<()>(Err(error.under("policy")));
        }
        let tuned = self.tuned_for;
        let text = format_args!("`{tuned}` is out of range: expected 1 to 1e15 values");
        faults.check(
            (1.0..=1e15).contains(&tuned),
            ErrorKind::OutOfRange,
            format_args!("policy.tunedFor"),
            text,
        );
    }
}

/// The difference of two means with its intervals and p-values, made by [`mean_difference`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.MeanDifference", rename_all = "camelCase", deny_unknown_fields)]
pub struct MeanDifference {
    /// The mean of the canary minus that of the baseline, divided by the latter if the difference is relative.
    pub difference: f64,
    /// Its standard error; of a relative difference by the delta method.
    pub standard_error: f64,
    /// The degrees of freedom by Welch and Satterthwaite; absent for any number of looks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub df: Option<f64>,
    /// The lower end of the two-sided interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// The end of the interval without an upper end: the difference is at least that.
    pub least: f64,
    /// The end of the interval without a lower end: the difference is at most that.
    pub most: f64,
    /// The p-value against "both means are equal".
    pub p_two_sided: f64,
    /// The p-value against "the mean of the canary is not greater".
    pub p_greater: f64,
    /// The p-value against "the mean of the canary is not less".
    pub p_less: f64,
}

/// Compares two means by the sums of their values, so that the values stay where they are.
///
/// For one look it is Welch's test; for any number of looks the asymptotic confidence sequence of Waudby-Smith and others
/// (2024), as the sequential tests of GrowthBook. [`compare_samples`](super::compare_samples) decides by the same sequence.
///
/// ```
/// use relcore::stats::{Looks, MeanPolicy, SampleSums, mean_difference};
/// let baseline = SampleSums::new(3407_u32, 1396.87).sum_of_squares(52377.9767);
/// let canary = SampleSums::new(3461_u32, 2422.7).sum_of_squares(134698.29);
/// let once = mean_difference(&canary, &baseline, &MeanPolicy::default().looks(Looks::One))?;
/// assert!((once.difference - 0.29).abs() < 1e-5 && (once.p_two_sided - 0.02016).abs() < 1e-5);
/// // Pitfall: whoever looks every day needs the interval for any number of looks, which is wider.
/// let daily = mean_difference(&canary, &baseline, &MeanPolicy::default())?;
/// assert!(daily.low < 0.0 && once.low > 0.0);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `out_of_range` for an arm of one value, a sum of squares that no values of this sum have, a level of 95;
/// `invalid_value` for 12 ones among 10 values, and a relative difference to a mean of 0. Then `invalid_value` for two arms
/// that are both constant.
pub fn mean_difference(
    canary: &SampleSums,
    baseline: &SampleSums,
    policy: &MeanPolicy,
) -> Result<MeanDifference> {
    let mut faults = Faults::new();
    canary.check("canary", &mut faults);
    baseline.check("baseline", &mut faults);
    policy.check(&mut faults);
    faults.check(
        !policy.relative || baseline.sum != 0.0,
        ErrorKind::InvalidValue,
        format_args!("baseline.sum"),
        format_args!("is 0: nothing is relative to it"),
    );
    faults.finish()?;
    let (x, y) = (canary.moments(), baseline.moments());
    let (error, df) = x.error_of_difference(y);
    let (difference, error) = if policy.relative { x.lift(y) } else { (x.mean - y.mean, error) };
    if error <= 0.0 || !df.is_finite() {
        let text = "is constant, and so is the baseline: their difference has no standard error";
        return Err(Error::new(ErrorKind::InvalidValue, "canary", text));
    }
    let found = match policy.looks {
        Looks::One => once(difference, error, df, policy.level),
        Looks::Any => {
            let alpha = 1.0 - policy.level;
            always(difference, Sequence { error, n: x.n + y.n, alpha, tuned_for: policy.tuned_for })
        }
    };
    let all = [found.difference, found.low, found.high, found.least, found.most];
    if all.iter().all(|value| value.is_finite()) {
        return Ok(found);
    }
    let text = "has a mean so small that a relative difference overflows";
    Err(Error::new(ErrorKind::OutOfRange, "baseline.sum", text))
}

fn once(difference: f64, error: f64, df: f64, level: f64) -> MeanDifference {
    let t = difference / error;
    let (p_greater, p_less) = (student::upper(t, df), student::upper(-t, df));
    let half = error * student::upper_quantile((1.0 - level) / 2.0, df);
    // Below a level of one half the bound lies on the other side of the estimate.
    let tail = 1.0 - level;
    let bound = if tail < 0.5 {
        error * student::upper_quantile(tail, df)
    } else if tail > 0.5 {
        -error * student::upper_quantile(1.0 - tail, df)
    } else {
        0.0
    };
    MeanDifference {
        difference,
        standard_error: error,
        df: Some(df),
        low: difference - half,
        high: difference + half,
        least: difference - bound,
        most: difference + bound,
        p_two_sided: (2.0 * p_greater.min(p_less)).min(1.0),
        p_greater,
        p_less,
    }
}

fn always(difference: f64, sequence: Sequence) -> MeanDifference {
    let (half, bound) = (sequence.half_width(), sequence.one_sided());
    MeanDifference {
        difference,
        standard_error: sequence.error,
        df: None,
        low: difference - half,
        high: difference + half,
        least: difference - bound,
        most: difference + bound,
        p_two_sided: sequence.two_sided_p(difference),
        p_greater: sequence.one_sided_p(difference).0,
        p_less: sequence.one_sided_p(-difference).0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{relative_lift, welch};
    use proptest::prelude::*;

    fn sums(values: &[f64]) -> SampleSums {
        let n = Count::of(values.len());
        SampleSums::new(n, values.iter().sum())
            .sum_of_squares(values.iter().map(|value| value * value).sum::<f64>())
    }

    fn close(got: f64, expected: f64) -> bool {
        (got - expected).abs() <= 1e-9 * expected.abs().max(1.0)
    }

    proptest! {
        /// The naive way: keep all values.
        #[test]
        fn sums_say_what_the_values_say(
            x in prop::collection::vec(1.0..50.0_f64, 3..40), y in prop::collection::vec(1.0..50.0_f64, 3..40), level in 0.55..0.999_f64,
        ) {
            let policy = MeanPolicy::default().level(level).looks(Looks::One);
            let got = mean_difference(&sums(&x), &sums(&y), &policy).unwrap();
            let expected = welch(&x, &y, level).unwrap();
            let pairs = [
                (got.difference, expected.difference), (got.low, expected.low), (got.high, expected.high),
                (got.df.unwrap(), expected.df), (got.p_two_sided, expected.p_two_sided), (got.p_greater, expected.p_greater),
                (got.p_less, expected.p_less),
                // A one-sided bound is an end of the two-sided interval of another level.
                (got.least, welch(&x, &y, 2.0 * level - 1.0).unwrap().low),
            ];
            prop_assert!(pairs.iter().all(|(got, expected)| close(*got, *expected)), "{pairs:?}");
            let relative = mean_difference(&sums(&x), &sums(&y), &policy.relative(true)).unwrap();
            let lift = relative_lift(&x, &y, level).unwrap();
            prop_assert!(close(relative.difference, lift.lift) && close(relative.standard_error, lift.standard_error));
        }

        /// A bound and its p-value change sides together, at any number of looks and at one.
        #[test]
        fn a_p_value_is_alpha_where_the_bound_reaches_zero(
            n in 10..5000_u32, mean in 0.0..3.0_f64, level in 0.8..0.999_f64, is_any in any::<bool>(),
        ) {
            let looks = if is_any { Looks::Any } else { Looks::One };
            let (canary, baseline) = (
                SampleSums::new(n, mean * f64::from(n)).sum_of_squares((mean * mean + 1.0) * f64::from(n)),
                SampleSums::new(n, 0.0).sum_of_squares(f64::from(n)),
            );
            let got = mean_difference(&canary, &baseline, &MeanPolicy::default().level(level).looks(looks)).unwrap();
            prop_assert_eq!(got.least > 0.0, got.p_greater < 1.0 - level, "{:?}", got);
            prop_assert_eq!(got.low > 0.0, got.p_two_sided < 1.0 - level, "{:?}", got);
            let mirror = mean_difference(&baseline, &canary, &MeanPolicy::default().level(level).looks(looks)).unwrap();
            prop_assert!(close(mirror.most, -got.least) && close(mirror.p_less, got.p_greater));
        }
    }

    #[test]
    fn sums_that_no_values_have_are_refused() {
        let sums = |n: u32, sum: f64| SampleSums::new(n, sum);
        let error = mean_difference(
            &sums(1, 2.0),
            &sums(10, 5.0).sum_of_squares(2.0),
            &MeanPolicy::default().level(95.0),
        );
        let paths: Vec<String> = error.unwrap_err().faults().iter().map(|fault| fault.path.clone()).collect();
        assert_eq!(paths, ["canary.n", "canary.sum", "baseline.sumOfSquares", "policy.level"]);
        let constant = sums(10, 50.0).sum_of_squares(250.0);
        let error = mean_difference(&constant, &constant, &MeanPolicy::default()).unwrap_err();
        assert_eq!((error.code(), error.path()), ("invalid_value", "canary"));
        let error =
            mean_difference(&constant, &sums(10, 0.0), &MeanPolicy::default().relative(true)).unwrap_err();
        assert_eq!(error.path(), "baseline.sum");
    }
}
