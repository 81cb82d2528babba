//! Intervals of the ratio of two rates by several methods, for one look.
use super::arguments::check_level;
use super::policy::Counts;
use super::rate_test::{RateRatio, check_exposed};
use super::{conditional, normal};
use crate::error::{Faults, Result};
use serde::{Deserialize, Serialize};

/// How an interval of the ratio of two rates is made, for one look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.RateIntervalMethod", rename_all = "snake_case")]
pub enum RateIntervalMethod {
    /// The interval of Clopper and Pearson for the share of the canary in all events, as `poisson.test` of R.
    #[default]
    Exact,
    /// The ratios that the score test does not reject: `score` of statsmodels.
    Score,
    /// The normal interval of the logarithm with half an event more in each arm: `waldcc`.
    Wald,
    /// From the score intervals of both rates (MOVER; A. Donner and G. Y. Zou 2012): `mover`.
    Mover,
}

/// The ratio of two rates with its confidence interval by a method, for one look.
///
/// ```
/// use relcore::stats::{Counts, RateIntervalMethod, rate_ratio_interval};
/// let (canary, baseline) = (Counts::new(45_u32, 100.0), Counts::new(30_u32, 100.0));
/// let mover = rate_ratio_interval(&canary, &baseline, 0.95, &RateIntervalMethod::Mover)?;
/// assert!((mover.low - 0.946).abs() < 1e-3 && mover.high.is_some_and(|high| (high - 2.373).abs() < 1e-3));
/// // Pitfall: of few events an approximate interval is too narrow. `exact` never is.
/// let (none, few) = (Counts::new(0_u32, 10.0), Counts::new(7_u32, 10.0));
/// let exact = rate_ratio_interval(&none, &few, 0.95, &RateIntervalMethod::Exact)?;
/// assert!(exact.high > rate_ratio_interval(&none, &few, 0.95, &RateIntervalMethod::Mover)?.high);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `out_of_range` for an exposure of 0 and a level of 95.
pub fn rate_ratio_interval(
    canary: &Counts,
    baseline: &Counts,
    level: f64,
    method: &RateIntervalMethod,
) -> Result<RateRatio> {
    let mut faults = Faults::new();
    check_exposed(canary, "canary", &mut faults);
    check_exposed(baseline, "baseline", &mut faults);
    check_level(level, &mut faults);
    faults.finish()?;
    let (x, y) = (canary.events.as_f64(), baseline.events.as_f64());
    let scale = baseline.exposure / canary.exposure;
    let z = normal::two_sided(level);
    let (low, high) = match method {
        RateIntervalMethod::Exact => {
            conditional::ratio_interval(x, y, canary.exposure, baseline.exposure, level)
        }
        RateIntervalMethod::Score => score(x, y, z, scale),
        RateIntervalMethod::Wald => {
            let (centre, error) = ((x + 0.5) / (y + 0.5) * scale, (1.0 / (x + 0.5) + 1.0 / (y + 0.5)).sqrt());
            (centre * libm::exp(-z * error), centre * libm::exp(z * error))
        }
        RateIntervalMethod::Mover => mover(
            [x / canary.exposure, y / baseline.exposure],
            [score_of_rate(x, canary.exposure, z), score_of_rate(y, baseline.exposure, z)],
        ),
    };
    Ok(RateRatio {
        ratio: (y > 0.0).then(|| x / y * scale),
        low: low.max(0.0),
        high: Some(high).filter(|high| high.is_finite()),
    })
}

/// The roots r of (x - y r)² = z² (x + y) r, for a ratio r of the counts.
fn score(x: f64, y: f64, z: f64, scale: f64) -> (f64, f64) {
    let spread = z * z * (x + y);
    let half = x * y + spread / 2.0;
    let root = (half * half - x * x * y * y).max(0.0).sqrt();
    // The smaller root in the form that loses no digits; with neither event nor root, every ratio is possible.
    let low = if x > 0.0 { x * x / (half + root) } else { 0.0 };
    let high = if y > 0.0 { (half + root) / (y * y) } else { f64::INFINITY };
    (low * scale, high * scale)
}

/// The score interval of one rate: the roots of (count - rate)² = z² rate.
fn score_of_rate(count: f64, exposure: f64, z: f64) -> [f64; 2] {
    let (centre, half) = (count + z * z / 2.0, z * (count + z * z / 4.0).sqrt());
    [(centre - half).max(0.0) / exposure, (centre + half) / exposure]
}

/// The interval of a ratio from those of its parts.
fn mover([a, b]: [f64; 2], [[a_low, a_high], [b_low, b_high]]: [[f64; 2]; 2]) -> (f64, f64) {
    let product = a * b;
    // A part times its mirror image at the estimate: l (2 a - l).
    let (from, to) = (a_low * (2.0 * a - a_low), b_high * (2.0 * b - b_high));
    let low = (product - (product * product - from * to).max(0.0).sqrt()) / to;
    let (from, to) = (a_high * (2.0 * a - a_high), b_low * (2.0 * b - b_low));
    let high = (product + (product * product - from * to).max(0.0).sqrt()) / to;
    // Without events of the baseline its lower end is 0.
    (if low.is_finite() { low } else { 0.0 }, if to > 0.0 { high } else { f64::INFINITY })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{Looks, RateHypothesis, RateTestMethod, rate_test};
    use proptest::prelude::*;

    const TESTS: [RateTestMethod; 4] =
        [RateTestMethod::Exact, RateTestMethod::MidP, RateTestMethod::Score, RateTestMethod::SquareRoot];
    const INTERVALS: [RateIntervalMethod; 4] = [
        RateIntervalMethod::Exact,
        RateIntervalMethod::Score,
        RateIntervalMethod::Wald,
        RateIntervalMethod::Mover,
    ];

    proptest! {
        /// Each approximation is what its name says: near the exact method for large counts, mirrored for swapped arms.
        #[test]
        fn methods_agree_for_large_counts_and_mirror_swapped_arms(
            x in 2000..20_000_u32, y in 2000..20_000_u32, w in 0.2..5.0_f64, ratio in 0.5..2.0_f64,
        ) {
            let (canary, baseline) = (Counts::new(x, w), Counts::new(y, 1.0));
            let test = |method, a: &Counts, b: &Counts, ratio| {
                rate_test(a, b, &RateHypothesis::default().looks(Looks::One).ratio(ratio).method(method)).unwrap()
            };
            let exact = test(RateTestMethod::Exact, &canary, &baseline, ratio);
            for method in TESTS {
                let here = test(method, &canary, &baseline, ratio);
                prop_assert!((here.greater.p - exact.greater.p).abs() < 0.02, "{method}: {here:?} {exact:?}");
                let there = test(method, &baseline, &canary, 1.0 / ratio);
                prop_assert!((here.greater.p - there.less.p).abs() < 1e-9, "{method}: {here:?} {there:?}");
            }
            let exact = rate_ratio_interval(&canary, &baseline, 0.95, &RateIntervalMethod::Exact).unwrap();
            for method in INTERVALS {
                let here = rate_ratio_interval(&canary, &baseline, 0.95, &method).unwrap();
                let there = rate_ratio_interval(&baseline, &canary, 0.95, &method).unwrap();
                prop_assert!((here.low / exact.low - 1.0).abs() < 2e-3, "{method}: {here:?} {exact:?}");
                prop_assert!((here.low * there.high.unwrap() - 1.0).abs() < 1e-9, "{method}: {here:?} {there:?}");
            }
        }

        /// Any counts have an interval that holds the estimate, and p-values that are shares.
        #[test]
        fn any_counts_have_an_interval_around_the_ratio(x in 0..30_u32, y in 0..30_u32, w in 1e-6..1e6_f64) {
            let (canary, baseline) = (Counts::new(x, w), Counts::new(y, 1.0));
            for method in INTERVALS {
                let found = rate_ratio_interval(&canary, &baseline, 0.95, &method).unwrap();
                let high = found.high.unwrap_or(f64::INFINITY);
                prop_assert!(found.low >= 0.0 && found.low < high, "{method}: {found:?}");
                // Half an event more in each arm moves the centre of `wald`.
                if let Some(ratio) = found.ratio.filter(|_| method != RateIntervalMethod::Wald) {
                    prop_assert!(found.low <= ratio * (1.0 + 1e-9) && ratio <= high * (1.0 + 1e-9), "{method}: {found:?}");
                }
            }
            for method in TESTS {
                let hypothesis = RateHypothesis::default().looks(Looks::One).method(method);
                let found = rate_test(&canary, &baseline, &hypothesis).unwrap();
                for p in [found.greater.p, found.less.p] {
                    prop_assert!((0.0..=1.0).contains(&p), "{method}: {found:?}");
                }
                let both = found.greater.p + found.less.p;
                prop_assert!(both >= 1.0 - 1e-9, "{method}: {found:?}");
            }
        }
    }

    /// The interval of the score test ends where the score test has the p-value of a tail.
    #[test]
    fn the_score_interval_inverts_the_score_test() {
        let (canary, baseline) = (Counts::new(12_u32, 1.0), Counts::new(60_u32, 9.0));
        let interval = rate_ratio_interval(&canary, &baseline, 0.95, &RateIntervalMethod::Score).unwrap();
        let at = |ratio| {
            let hypothesis =
                RateHypothesis::default().looks(Looks::One).ratio(ratio).method(RateTestMethod::Score);
            rate_test(&canary, &baseline, &hypothesis).unwrap()
        };
        assert!((at(interval.low).greater.p - 0.025).abs() < 1e-12);
        assert!((at(interval.high.unwrap()).less.p - 0.025).abs() < 1e-12);
    }
}
