//! Tests of counts that stay valid however often the caller looks: e-processes.
//!
//! An e-process is at most 1 on average at every stopping time if its hypothesis holds, so it exceeds 1/α at any look with
//! a probability of at most α (Ville's inequality). Each is a likelihood ratio: the mixture of a Beta or Dirichlet prior
//! against the hypothesis (M. Lindon and A. Malek, Anytime-Valid Inference for Multinomial Count Data, NeurIPS 2022).
//! Values are logarithms, and functions of the counts alone: the state of an e-process is its counts.
//!
//! The ratio of a posterior to a prior density at the hypothesis is the inverse of the Bayes factor (J. M. Dickey, Annals
//! of Mathematical Statistics 42, 1971). So the functions subtract two densities, and not `lgamma` of counts.
use super::conditional::Shares;
use super::{beta, stirling};

/// The weight of the priors, in events. It decides how soon a small or a large effect is found, never the error rate.
const PRIOR_EVENTS: f64 = 10.0;

/// The prior Beta(a, b) of the canary's share.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Prior {
    pub(crate) a: f64,
    pub(crate) b: f64,
}

impl Prior {
    /// With its mean at the hypothesis.
    pub(crate) fn at(shares: Shares) -> Self {
        Self::weighted(shares, PRIOR_EVENTS)
    }

    /// With its mean at the hypothesis and the weight of so many events.
    pub(crate) fn weighted(shares: Shares, events: f64) -> Self {
        Self { a: events * shares.canary, b: events * shares.baseline }
    }
}

/// The log e-value against "the rate of the canary is at most that of `shares`". The prior is truncated to the rates
/// above.
pub(crate) fn ln_harm(count: f64, baseline_count: f64, shares: Shares, prior: Prior) -> f64 {
    let upper = |a, b| beta::tails(a, b, shares.canary, shares.baseline).ln_upper;
    let Prior { a, b } = prior;
    ln_two_sided(count, baseline_count, shares, prior) + upper(a + count, b + baseline_count) - upper(a, b)
}

/// The log e-value against "the rate of the canary is at least that of `shares`".
pub(crate) fn ln_safe(count: f64, baseline_count: f64, shares: Shares, prior: Prior) -> f64 {
    let swapped = Shares { canary: shares.baseline, baseline: shares.canary };
    ln_harm(baseline_count, count, swapped, Prior { a: prior.b, b: prior.a })
}

/// The log e-value against "the rate of the canary is that of `shares`".
pub(crate) fn ln_two_sided(count: f64, baseline_count: f64, shares: Shares, prior: Prior) -> f64 {
    let kernel = |a, b| beta::ln_kernel(a, b, shares.canary, shares.baseline);
    kernel(prior.a, prior.b) - kernel(prior.a + count, prior.b + baseline_count)
}

/// The log e-value against "the events fall into classes with these shares", for shares and prior weights above 0.
pub(crate) fn ln_multinomial(classes: &[Class]) -> f64 {
    let prior = classes.iter().map(|class| (class.prior, class.share));
    let posterior = classes.iter().map(|class| (class.prior + class.count, class.share));
    stirling::ln_dirichlet(prior) - stirling::ln_dirichlet(posterior)
}

/// One class of a multinomial test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Class {
    pub(crate) count: f64,
    /// The share under the hypothesis.
    pub(crate) share: f64,
    /// The weight in the Dirichlet prior.
    pub(crate) prior: f64,
}

/// The confidence sequence of the ratio of two rates: it covers the true ratio at all looks together with a probability of
/// `level` or more.
///
/// It consists of the ratios that the two-sided test with a prior around the ratio 1 does not reject. The log e-value is
/// convex in the logit of the share, so they form an interval.
pub(crate) fn ratio_interval(
    count: f64,
    baseline_count: f64,
    exposure: f64,
    baseline_exposure: f64,
    level: f64,
) -> (f64, f64) {
    let scale = baseline_exposure / exposure;
    let prior = Prior::at(Shares::of(exposure, baseline_exposure, 1.0));
    let swapped = Prior { a: prior.b, b: prior.a };
    let low = if count > 0.0 { low_odds(count, baseline_count, prior, level) * scale } else { 0.0 };
    let high = if baseline_count > 0.0 {
        scale / low_odds(baseline_count, count, swapped, level)
    } else {
        f64::INFINITY
    };
    (low, high)
}

/// The confidence sequence of one share, `count` of `count + others`: the shares that the two-sided test does not reject.
pub(crate) fn share_interval(count: f64, others: f64, prior: Prior, level: f64) -> (f64, f64) {
    let share = |odds: f64| odds / (1.0 + odds);
    let low = if count > 0.0 { share(low_odds(count, others, prior, level)) } else { 0.0 };
    let swapped = Prior { a: prior.b, b: prior.a };
    let high = if others > 0.0 { 1.0 / (1.0 + low_odds(others, count, swapped, level)) } else { 1.0 };
    (low, high)
}

/// The lowest odds that are not rejected, for a count above 0.
fn low_odds(count: f64, baseline_count: f64, prior: Prior, level: f64) -> f64 {
    let start = libm::log(count / (baseline_count + 1.0)) - 1.0; // below the observed logit, where the slope is positive
    libm::exp(super::tails::invert(start, libm::log1p(-level), |logit| {
        let shares = Shares { canary: beta::logistic(logit), baseline: beta::logistic(-logit) };
        let slope = count * shares.baseline - baseline_count * shares.canary;
        (-ln_two_sided(count, baseline_count, shares, prior), slope)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The mean of an e-process over all sequences of `depth` events that stop where `stop` says, each event of the canary
    /// with the probability `share`.
    fn mean(
        e: &dyn Fn(f64, f64) -> f64,
        stop: &dyn Fn(f64) -> bool,
        share: f64,
        (count, baseline): (u32, u32),
        depth: u32,
    ) -> f64 {
        let value = libm::exp(e(f64::from(count), f64::from(baseline)));
        if depth == 0 || stop(value) {
            return value;
        }
        share * mean(e, stop, share, (count + 1, baseline), depth - 1)
            + (1.0 - share) * mean(e, stop, share, (count, baseline + 1), depth - 1)
    }

    fn close(got: f64, expected: f64, tolerance: f64) -> bool {
        (got - expected).abs() <= tolerance * expected.abs().max(1.0)
    }

    #[test]
    fn under_the_hypothesis_the_mean_is_at_most_1_at_every_stopping_time() {
        for (exposure, ratio) in [(1.0, 1.0), (0.1, 1.25), (3.0, 0.8)] {
            let shares = Shares::of(exposure, 1.0, ratio);
            let prior = Prior::at(shares);
            let harm = |a, b| ln_harm(a, b, shares, prior);
            let safe = |a, b| ln_safe(a, b, shares, prior);
            let both = |a, b| ln_two_sided(a, b, shares, prior);
            for stop in [|_: f64| false, |e: f64| e >= 1.2, |e: f64| e <= 0.9] {
                // On the border of the hypothesis it is a martingale.
                for e in [&harm as &dyn Fn(f64, f64) -> f64, &safe, &both] {
                    let at_border = mean(e, &stop, shares.canary, (0, 0), 12);
                    assert!(close(at_border, 1.0, 1e-12), "{exposure} {ratio}: {at_border}");
                }
                // Inside it falls.
                assert!(mean(&harm, &stop, shares.canary * 0.8, (0, 0), 12) < 1.0);
                assert!(mean(&safe, &stop, 1.0 - shares.baseline * 0.8, (0, 0), 12) < 1.0);
            }
            // Outside it grows.
            assert!(mean(&harm, &|_| false, 1.0 - shares.baseline * 0.5, (0, 0), 12) > 1.0);
        }
    }

    /// The e-value as an integral over the prior, by the trapezoidal rule on the logit.
    fn integrated(count: f64, baseline: f64, shares: Shares, prior: Prior) -> f64 {
        let border = libm::log(shares.canary / shares.baseline);
        let (mut top, mut bottom) = (0.0, 0.0);
        let step = 1e-3;
        for i in 0..40_000_u32 {
            let logit = border + f64::from(i) * step;
            let (x, y) = (beta::logistic(logit), beta::logistic(-logit));
            let weight = if i == 0 { 0.5 } else { 1.0 };
            let density = weight * libm::exp(prior.a * libm::log(x) + prior.b * libm::log(y));
            bottom += density;
            top += density
                * libm::exp(count * libm::log(x / shares.canary) + baseline * libm::log(y / shares.baseline));
        }
        libm::log(top / bottom)
    }

    #[test]
    fn the_e_value_is_the_integral_over_the_prior() {
        for (count, baseline, exposure, ratio) in [
            (0.0, 0.0, 1.0, 1.0),
            (3.0, 1.0, 1.0, 1.0),
            (12.0, 60.0, 0.1, 1.2),
            (0.0, 7.0, 1.0, 1.5),
            (40.0, 5.0, 1.0, 1.0),
        ] {
            let shares = Shares::of(exposure, 1.0, ratio);
            let prior = Prior::at(shares);
            let (got, naive) =
                (ln_harm(count, baseline, shares, prior), integrated(count, baseline, shares, prior));
            assert!(close(got, naive, 1e-5), "{count} {baseline}: {got} {naive}");
        }
    }

    #[test]
    fn counts_of_billions_keep_their_digits() {
        // Equal rates: the e-value of a split in halves falls with the root of the number.
        let shares = Shares::of(1.0, 1.0, 1.0);
        let prior = Prior::at(shares);
        let at = |n: f64| ln_two_sided(n, n, shares, prior);
        assert!(close(at(4e9) - at(1e9), -libm::log(2.0), 1e-8), "{}", at(4e9) - at(1e9));
        // A hopeless canary: the plain value would overflow.
        assert!(ln_harm(100_000.0, 10.0, shares, prior) > 60_000.0);
        assert!(ln_safe(100_000.0, 10.0, shares, prior) < -5.0);
    }

    proptest! {
        #[test]
        fn more_events_of_the_canary_are_more_harm_and_less_safe(
            count in 0..3000_u32, baseline in 0..3000_u32, w in 0.01..100.0_f64, ratio in 0.5..2.0_f64,
        ) {
            let (a, b, shares) = (f64::from(count), f64::from(baseline), Shares::of(w, 1.0, ratio));
            let prior = Prior::at(shares);
            let slack = 1e-9;
            prop_assert!(ln_harm(a + 1.0, b, shares, prior) >= ln_harm(a, b, shares, prior) - slack);
            prop_assert!(ln_harm(a, b + 1.0, shares, prior) <= ln_harm(a, b, shares, prior) + slack);
            prop_assert!(ln_safe(a + 1.0, b, shares, prior) <= ln_safe(a, b, shares, prior) + slack);
        }

        #[test]
        fn the_interval_holds_the_estimate_and_ends_where_the_test_rejects(
            count in 1..5000_u32, baseline in 1..5000_u32, w in 0.01..100.0_f64, scale in 1e-3..1e6_f64,
        ) {
            let (a, b) = (f64::from(count), f64::from(baseline));
            let (low, high) = ratio_interval(a, b, w, 1.0, 0.95);
            prop_assert!(low < a / b / w && a / b / w < high);
            let prior = Prior::at(Shares::of(w, 1.0, 1.0));
            for end in [low, high] {
                prop_assert!(close(ln_two_sided(a, b, Shares::of(w, 1.0, end), prior), libm::log(20.0), 1e-8));
            }
            let (other_low, other_high) = ratio_interval(b, a, 1.0, w, 0.95);
            prop_assert!(close(low * other_high, 1.0, 1e-9) && close(high * other_low, 1.0, 1e-9));
            prop_assert!(close(ratio_interval(a, b, w * scale, scale, 0.95).0 / low, 1.0, 1e-9));
            // It pays for every look: wider than the interval for one.
            let exact = crate::stats::conditional::ratio_interval(a, b, w, 1.0, 0.95);
            prop_assert!(low < exact.0 && exact.1 < high);
        }

        #[test]
        fn two_classes_are_the_two_sided_test(count in 0..5000_u32, baseline in 0..5000_u32, w in 0.01..100.0_f64) {
            let (a, b, shares) = (f64::from(count), f64::from(baseline), Shares::of(w, 1.0, 1.0));
            let prior = Prior::at(shares);
            let classes = [
                Class { count: a, share: shares.canary, prior: prior.a },
                Class { count: b, share: shares.baseline, prior: prior.b },
            ];
            prop_assert!(close(ln_multinomial(&classes), ln_two_sided(a, b, shares, prior), 1e-12));
        }
    }
}
