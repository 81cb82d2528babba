//! Exact tests of two counts, for one look: given their sum, the count of the canary is binomial.
//!
//! Under a ratio R of the rates, the share of the canary is θ = w₁R / (w₁R + w₂) for exposures w. That holds for Poisson
//! counts with any common intensity, and for requests that are split at random (J. Przyborowski and H. Wilenski,
//! Biometrika 31, 1940; `statsmodels` calls it `exact-cond`, R `poisson.test`).
use super::beta;

/// The share of the canary in all events and that of the baseline, if the ratio of the rates is `ratio`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Shares {
    pub(crate) canary: f64,
    pub(crate) baseline: f64,
}

impl Shares {
    /// For exposures and a ratio above 0.
    pub(crate) fn of(exposure: f64, baseline_exposure: f64, ratio: f64) -> Self {
        // The division first: products of exposures could overflow.
        let odds = exposure / baseline_exposure * ratio;
        Self { canary: odds / (1.0 + odds), baseline: 1.0 / (1.0 + odds) }
    }
}

/// The p-value against "the rate of the canary is at most that of `shares`": P(X >= count).
pub(crate) fn harm(count: f64, baseline_count: f64, shares: Shares) -> f64 {
    if count <= 0.0 {
        return 1.0;
    }
    beta::tails(count, baseline_count + 1.0, shares.canary, shares.baseline).lower()
}

/// The p-value against "the rate of the canary is at least that of `shares`": P(X <= count).
pub(crate) fn safe(count: f64, baseline_count: f64, shares: Shares) -> f64 {
    harm(baseline_count, count, Shares { canary: shares.baseline, baseline: shares.canary })
}

/// The exact interval of the ratio of two rates, with the coverage `level` or more: the interval of C. J. Clopper and
/// E. S. Pearson for the share of the canary, as a ratio. Its upper end is infinite without events of the baseline.
pub(crate) fn ratio_interval(
    count: f64,
    baseline_count: f64,
    exposure: f64,
    baseline_exposure: f64,
    level: f64,
) -> (f64, f64) {
    let tail = (1.0 - level) / 2.0;
    let scale = baseline_exposure / exposure;
    let low = if count > 0.0 {
        libm::exp(beta::inverse_logit(count, baseline_count + 1.0, tail)) * scale
    } else {
        0.0
    };
    let high = if baseline_count > 0.0 {
        libm::exp(beta::inverse_upper_logit(count + 1.0, baseline_count, tail)) * scale
    } else {
        f64::INFINITY
    };
    (low, high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// P(X >= count) by summation of the binomial terms, with exact binomial coefficients.
    fn summed(count: u32, total: u32, share: f64) -> f64 {
        let power = |base: f64, times: u32| (0..times).fold(1.0, |product, _| product * base);
        let term = |k: u32| {
            let coefficient = (0..k).fold(1_u128, |c, i| c * u128::from(total - i) / u128::from(i + 1));
            coefficient as f64 * power(share, k) * power(1.0 - share, total - k)
        };
        (count..=total).map(term).sum()
    }

    fn close(got: f64, expected: f64, tolerance: f64) -> bool {
        (got - expected).abs() <= tolerance * expected.abs()
    }

    proptest! {
        #[test]
        fn the_tail_is_the_sum_of_its_terms(count in 0..60_u32, baseline in 0..60_u32, odds in -4.0..4.0_f64) {
            let share = beta::logistic(odds);
            let shares = Shares { canary: share, baseline: 1.0 - share };
            let (a, b) = (f64::from(count), f64::from(baseline));
            prop_assert!(close(harm(a, b, shares), summed(count, count + baseline, share), 1e-11));
        }

        #[test]
        fn more_events_of_the_canary_are_more_harm(
            count in 0..5000_u32, baseline in 0..5000_u32, w in 0.01..100.0_f64, ratio in 0.5..2.0_f64,
        ) {
            let (a, b, shares) = (f64::from(count), f64::from(baseline), Shares::of(w, 1.0, ratio));
            prop_assert!(harm(a + 1.0, b, shares) <= harm(a, b, shares) * (1.0 + 1e-11));
            prop_assert!(harm(a, b + 1.0, shares) >= harm(a, b, shares) * (1.0 - 1e-11));
            // One of two tails that overlap in one value.
            prop_assert!(harm(a, b, shares) + safe(a, b, shares) >= 1.0 - 1e-12);
        }

        #[test]
        fn swapped_arms_swap_the_interval_and_the_unit_of_exposure_does_not_matter(
            count in 1..5000_u32, baseline in 1..5000_u32, w in 0.01..100.0_f64, scale in 1e-3..1e6_f64,
        ) {
            let (a, b) = (f64::from(count), f64::from(baseline));
            let (low, high) = ratio_interval(a, b, w, 1.0, 0.95);
            let (other_low, other_high) = ratio_interval(b, a, 1.0, w, 0.95);
            prop_assert!(close(low, 1.0 / other_high, 1e-11) && close(high, 1.0 / other_low, 1e-11));
            let (scaled, _) = ratio_interval(a, b, w * scale, scale, 0.95);
            prop_assert!(close(low, scaled, 1e-11));
            prop_assert!(low <= a / b / w && a / b / w <= high);
            // The ends are those ratios at which a one-sided test has the p-value of a tail.
            prop_assert!(close(harm(a, b, Shares::of(w, 1.0, low)), 0.025, 1e-9));
            prop_assert!(close(safe(a, b, Shares::of(w, 1.0, high)), 0.025, 1e-9));
        }
    }
}
