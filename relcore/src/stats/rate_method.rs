//! The methods of tests of the ratio of two rates, for one look.
//!
//! The exact one is fast for every count and keeps its level. The others are approximations that other tools compute: with
//! them, numbers can be compared with those of R and statsmodels. For large counts all are nearly the same.
use super::conditional::{self, Shares};
use super::{TestResult, normal};
use serde::{Deserialize, Serialize};

/// How the ratio of two rates is tested, for one look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.RateTestMethod", rename_all = "snake_case")]
pub enum RateTestMethod {
    /// The exact conditional test: `exact-cond` of statsmodels, `poisson.test` of R.
    #[default]
    Exact,
    /// The same with half of the probability of the observed count (H. O. Lancaster 1961): `cond-midp`. It rejects more, and may
    /// exceed its level.
    MidP,
    /// The score test, whose variance is that of the hypothesis: `score`.
    Score,
    /// The test of square roots, whose variance hardly depends on the rates (F. J. Anscombe 1948): `sqrt`.
    SquareRoot,
}

/// The statistic of an approximate test, and its p-values for "greater" and for "less". None for an exact method.
pub(super) fn statistic(count: f64, other: f64, shares: Shares, method: RateTestMethod) -> Option<f64> {
    let odds = shares.canary / shares.baseline;
    match method {
        RateTestMethod::Exact | RateTestMethod::MidP => None,
        // Without any event nothing speaks for either side.
        RateTestMethod::Score if count + other <= 0.0 => Some(0.0),
        RateTestMethod::Score => Some((count - other * odds) / ((count + other) * odds).sqrt()),
        RateTestMethod::SquareRoot => {
            let difference = (count + 0.375).sqrt() - ((other + 0.375) * odds).sqrt();
            Some(2.0 * difference / (1.0 + odds).sqrt())
        }
    }
}

/// The tests of both directions: "the ratio is greater", "it is less".
pub(super) fn tests(count: f64, other: f64, shares: Shares, method: RateTestMethod) -> [TestResult; 2] {
    let of = |p: f64| TestResult { p, log_e: None };
    if let Some(z) = statistic(count, other, shares, method) {
        return [of(normal::upper(z)), of(normal::upper(-z))];
    }
    let [greater, less] = [conditional::harm(count, other, shares), conditional::safe(count, other, shares)];
    if method == RateTestMethod::Exact {
        return [of(greater), of(less)];
    }
    // Both tails include the observed count: half of its probability is taken from each. P(X = x) = P(X >= x) - P(X > x).
    let beyond = if other > 0.0 { conditional::harm(count + 1.0, other - 1.0, shares) } else { 0.0 };
    let below = if count > 0.0 { conditional::safe(count - 1.0, other + 1.0, shares) } else { 0.0 };
    [of(f64::midpoint(greater, beyond)), of(f64::midpoint(less, below))]
}
