//! The test of A. N. Kolmogorov and N. V. Smirnov for two samples: differences of any kind, of spread and shape as well.
use super::arguments::check_values;
use super::rank::sorted;
use crate::error::{Faults, Result};
use serde::{Deserialize, Serialize};

/// The result of the test of Kolmogorov and Smirnov, made by [`kolmogorov_smirnov`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.KolmogorovSmirnovTest", rename_all = "camelCase", deny_unknown_fields)]
pub struct KolmogorovSmirnovTest {
    /// The greatest difference between the shares of both samples up to any value.
    pub d: f64,
    /// The p-value against "both samples come from one distribution".
    pub p: f64,
    /// The least value at which the difference is greatest.
    pub location: f64,
    /// Whether the canary has the greater share up to there: its values tend to be less.
    pub canary_is_less: bool,
    /// The greatest difference in favour of greater values of the canary, 0 or more: `alternative="less"` of scipy, which
    /// speaks of the shares.
    pub d_greater: f64,
    /// Its p-value, against "the canary has nowhere a smaller share up to a value".
    pub p_greater: f64,
    /// The greatest difference in favour of lesser values of the canary.
    pub d_less: f64,
    /// Its p-value.
    pub p_less: f64,
    /// Whether the p-values are exact without ties; with ties they are upper limits. Otherwise they are asymptotic.
    pub exact: bool,
}

/// Tests whether two samples come from one distribution: `scipy.stats.ks_2samp`.
///
/// It finds a change of spread that leaves the median alone, as when every tenth request of the canary waits for a lock.
/// For a shift, [`mann_whitney`](super::mann_whitney) needs fewer values. The p-values are exact up to a million pairs;
/// beyond, they come from the limits of Kolmogorov and of Smirnov.
///
/// ```
/// use relcore::stats::kolmogorov_smirnov;
/// let baseline: Vec<f64> = (0..100).map(|i| 50.0 + f64::from(i) / 10.0).collect();
/// let canary: Vec<f64> = (0..100).map(|i| 35.0 + f64::from(i) * 4.0 / 10.0).collect();
/// assert!(kolmogorov_smirnov(&canary, &baseline)?.p < 0.001);
/// // Pitfall: six values against six must be separated entirely.
/// assert!(kolmogorov_smirnov(&canary[..4], &baseline[..3])?.p > 0.05);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `out_of_range` for an empty sample and an infinite value, `invalid_value` for a NaN.
pub fn kolmogorov_smirnov(canary: &[f64], baseline: &[f64]) -> Result<KolmogorovSmirnovTest> {
    let mut faults = Faults::new();
    check_values(canary, "canary", 1, true, &mut faults);
    check_values(baseline, "baseline", 1, true, &mut faults);
    faults.finish()?;
    let (x, y) = (sorted(canary).unwrap_or_default(), sorted(baseline).unwrap_or_default());
    Ok(Distance::of(&x, &y).test())
}

/// The number of pairs up to which the distribution is computed.
const MOST_PAIRS: u64 = 1_000_000;

/// The distances of two sorted samples, times n m, so that they are whole numbers.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Distance {
    n: u64,
    m: u64,
    /// Where the share of the canary is greater.
    above: u64,
    above_at: f64,
    below: u64,
    below_at: f64,
}

#[expect(clippy::cast_precision_loss, reason = "counts of pairs are below 2^53")]
impl Distance {
    pub(crate) fn of(x: &[f64], y: &[f64]) -> Self {
        let (n, m) = (x.len() as u64, y.len() as u64);
        let first = x.first().copied().unwrap_or_default().min(y.first().copied().unwrap_or_default());
        let mut distance = Self { n, m, above_at: first, below_at: first, ..Self::default() };
        let (mut rest_x, mut rest_y) = (x, y);
        while let Some(value) = match (rest_x.first(), rest_y.first()) {
            (Some(x), Some(y)) => Some(x.min(*y)),
            (x, y) => x.or(y).copied(),
        } {
            for rest in [&mut rest_x, &mut rest_y] {
                while let [first, others @ ..] = *rest
                    && *first <= value
                {
                    *rest = others;
                }
            }
            let (x, y) = (n - rest_x.len() as u64, m - rest_y.len() as u64);
            let (x, y) = (x * m, y * n);
            if x.saturating_sub(y) > distance.above {
                (distance.above, distance.above_at) = (x - y, value);
            }
            if y.saturating_sub(x) > distance.below {
                (distance.below, distance.below_at) = (y - x, value);
            }
        }
        distance
    }

    fn test(self) -> KolmogorovSmirnovTest {
        let pairs = self.n as f64 * self.m as f64;
        let is_exact = self.n.saturating_mul(self.m) <= MOST_PAIRS;
        let Greatest { d, location, canary_is_less } = self.greatest();
        let greatest = self.above.max(self.below);
        let (p, [p_less, p_greater]) = if is_exact {
            (
                outside(self.n, self.m, greatest, true),
                [self.above, self.below].map(|distance| outside(self.n, self.m, distance, false)),
            )
        } else {
            (self.limit(greatest), [self.above, self.below].map(|distance| self.one_sided_limit(distance)))
        };
        KolmogorovSmirnovTest {
            d,
            p,
            location,
            canary_is_less,
            d_greater: self.below as f64 / pairs,
            p_greater,
            d_less: self.above as f64 / pairs,
            p_less,
            exact: is_exact,
        }
    }

    /// The greatest difference of both shares.
    pub(crate) fn greatest(self) -> Greatest {
        let canary_is_less = self.above >= self.below;
        Greatest {
            d: self.above.max(self.below) as f64 / (self.n as f64 * self.m as f64),
            location: if canary_is_less { self.above_at } else { self.below_at },
            canary_is_less,
        }
    }

    /// The limit of Smirnov with the correction of J. L. Hodges (Arkiv för Matematik 3, 1958).
    pub(crate) fn one_sided_limit(self, distance: u64) -> f64 {
        let (n, m) = (self.n.max(self.m) as f64, self.n.min(self.m) as f64);
        let d = distance as f64 / (n * m);
        let z = (n * m / (n + m)).sqrt() * d;
        libm::exp(-2.0 * z * z - 2.0 * z * (n + 2.0 * m) / (n * m * (n + m)).sqrt() / 3.0).min(1.0)
    }

    /// The limit of Kolmogorov, with the correction of M. A. Stephens (JRSS B 32, 1970).
    fn limit(self, distance: u64) -> f64 {
        let (n, m) = (self.n as f64, self.m as f64);
        let root = (n * m / (n + m)).sqrt();
        let lambda = (root + 0.12 + 0.11 / root) * distance as f64 / (n * m);
        if lambda < 0.2 {
            return 1.0;
        }
        let (mut sum, mut sign, mut k) = (0.0, 1.0, 1.0);
        while k < 100.0 {
            let term = libm::exp(-2.0 * k * k * lambda * lambda);
            sum += sign * term;
            if term < 1e-17 {
                break;
            }
            (sign, k) = (-sign, k + 1.0);
        }
        (2.0 * sum).clamp(0.0, 1.0)
    }

    #[cfg(test)]
    pub(crate) fn sides(self) -> (u64, u64) {
        (self.above, self.below)
    }
}

/// The greatest difference of the shares of two samples.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Greatest {
    pub(crate) d: f64,
    pub(crate) location: f64,
    pub(crate) canary_is_less: bool,
}

/// The probability that the path of two shuffled samples reaches the distance: above the diagonal, or on either side.
///
/// A path steps right for a value of the first sample and up for one of the second. The sum adds the probabilities of the
/// first step outside, so that a small p-value keeps its digits.
#[expect(clippy::cast_precision_loss, reason = "sizes of samples are below 2^53")]
fn outside(n: u64, m: u64, distance: u64, both: bool) -> f64 {
    if distance == 0 {
        return 1.0;
    }
    let is_inside = |x: u64, y: u64| {
        let (x, y) = (x * m, y * n);
        x.saturating_sub(y) < distance && !(both && y.saturating_sub(x) >= distance)
    };
    let mut outside = 0.0;
    // The probabilities of the points (x, y) for one x, by y.
    let mut column = vec![0.0; usize::try_from(m).unwrap_or(usize::MAX).saturating_add(1)];
    if let Some(first) = column.first_mut() {
        *first = 1.0;
    }
    for x in 0..=n {
        let mut from_below = 0.0;
        for (y, reached) in (0_u64..).zip(column.iter_mut()) {
            let probability = *reached + from_below;
            from_below = 0.0;
            *reached = 0.0;
            if probability <= 0.0 {
                continue;
            }
            if !is_inside(x, y) {
                outside += probability;
                continue;
            }
            let (right, up) = ((n - x) as f64, (m - y) as f64);
            if right + up > 0.0 {
                *reached = probability * (right / (right + up));
                from_below = probability * (up / (right + up));
            }
        }
    }
    outside.min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn exact_p_values_are_those_of_all_splits(
            n in 1..6_usize, m in 1..6_usize, seed in any::<proptest::sample::Index>(),
        ) {
            let split = |bits: u64| -> (Vec<f64>, Vec<f64>) {
                let of = |wanted: u64| (0..n + m).filter(|i| bits >> i & 1 == wanted).map(|i| i as f64).collect();
                (of(1), of(0))
            };
            let all: Vec<u64> =
                (0..1_u64 << (n + m)).filter(|bits| bits.count_ones() as usize == n).collect();
            let (x, y) = split(*seed.get(&all));
            let got = kolmogorov_smirnov(&x, &y).unwrap();
            let distances: Vec<(u64, u64)> = all.iter().map(|bits| { let (x, y) = split(*bits); Distance::of(&x, &y).sides() }).collect();
            let own = Distance::of(&x, &y).sides();
            let share = |is: &dyn Fn(&(u64, u64)) -> bool| {
                distances.iter().filter(|sides| is(sides)).count() as f64 / distances.len() as f64
            };
            prop_assert!((got.p_less - share(&|(above, _)| *above >= own.0)).abs() < 1e-12);
            prop_assert!((got.p_greater - share(&|(_, below)| *below >= own.1)).abs() < 1e-12, "{got:?}");
            prop_assert!((got.p - share(&|(above, below)| above.max(below) >= &own.0.max(own.1))).abs() < 1e-12);
        }
    }

    #[test]
    fn the_limit_is_near_the_exact_p_value() {
        for distance in [3_000, 4_000, 6_000, 8_000] {
            let both = Distance { n: 200, m: 200, above: distance, ..Distance::default() };
            let exact = outside(200, 200, distance, true);
            assert!((both.limit(distance) - exact).abs() < 0.05 * exact + 0.01, "{distance}: {exact}");
            let exact = outside(200, 200, distance, false);
            assert!((both.one_sided_limit(distance) - exact).abs() < 0.03, "{distance}: {exact}");
        }
    }
}
