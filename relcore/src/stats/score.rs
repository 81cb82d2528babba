//! The score statistic of two shares at a difference or a ratio (O. Miettinen and M. Nurminen, Statistics in Medicine 4,
//! 1985), and the intervals that invert it.
use super::share::Trials;

/// The statistic z at a hypothesis: the estimate minus the hypothesis, divided by its standard error under the hypothesis.
///
/// The shares under the hypothesis are those of greatest likelihood, and the variance is N / (N − 1) times the binomial one.
pub(super) fn z_of_difference(canary: Trials, baseline: Trials, difference: f64) -> f64 {
    let share = constrained_share(canary, baseline, difference);
    let excess = canary.share() - baseline.share() - difference;
    divided(excess, variance(canary, baseline, (share + difference).clamp(0.0, 1.0), share, 1.0))
}

/// The same for the ratio of the shares.
pub(super) fn z_of_ratio(canary: Trials, baseline: Trials, ratio: f64) -> f64 {
    let (x, n, y, m) = (canary.x(), canary.n(), baseline.x(), baseline.n());
    // The smaller root of a s² - b s + c, without cancellation.
    let (a, b, c) = ((n + m) * ratio, ratio * (n + y) + x + m, x + y);
    let share = (2.0 * c / (b + (b * b - 4.0 * a * c).max(0.0).sqrt())).clamp(0.0, 1.0);
    let excess = canary.share() - ratio * baseline.share();
    divided(excess, variance(canary, baseline, (ratio * share).min(1.0), share, ratio))
}

fn variance(canary: Trials, baseline: Trials, p: f64, q: f64, ratio: f64) -> f64 {
    let (n, m) = (canary.n(), baseline.n());
    let total = n + m;
    (p * (1.0 - p) / n + ratio * ratio * q * (1.0 - q) / m) * total / (total - 1.0)
}

fn divided(excess: f64, variance: f64) -> f64 {
    if excess == 0.0 {
        0.0
    } else if variance <= 0.0 {
        f64::INFINITY.copysign(excess)
    } else {
        excess / variance.sqrt()
    }
}

/// The share of the baseline with the greatest likelihood, if that of the canary is greater by `difference`.
///
/// It is a root of a cubic; its closed form loses half of the digits near 0 and 1, where two roots meet. So this is
/// bisection of the derivative of the likelihood, which falls.
fn constrained_share(canary: Trials, baseline: Trials, difference: f64) -> f64 {
    let (x, n, y, m) = (canary.x(), canary.n(), baseline.x(), baseline.n());
    let part = |count: f64, share: f64| if count > 0.0 { count / share } else { 0.0 };
    let slope = |share: f64| {
        part(x, share + difference) - part(n - x, 1.0 - share - difference) + part(y, share)
            - part(m - y, 1.0 - share)
    };
    let (mut low, mut high) = ((-difference).max(0.0), (1.0 - difference).min(1.0));
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high || high < 1e-40 {
            break;
        }
        if slope(middle) > 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    // The likelihood falls all the way from 0 on if there are no events.
    if high < 1e-40 { 0.0 } else { f64::midpoint(low, high) }
}

/// The differences that the two-sided test with the quantile `quantile` does not reject.
pub(super) fn difference_interval(canary: Trials, baseline: Trials, quantile: f64) -> (f64, f64) {
    let z = |difference: f64| z_of_difference(canary, baseline, difference);
    let estimate = canary.share() - baseline.share();
    (root(-1.0, estimate, |d| z(d) > quantile), root(estimate, 1.0, |d| z(d) > -quantile))
}

/// The ratios that the two-sided test does not reject. There is no upper end without events of the baseline.
pub(super) fn ratio_interval(canary: Trials, baseline: Trials, quantile: f64) -> (f64, Option<f64>) {
    let z = |logarithm: f64| z_of_ratio(canary, baseline, libm::exp(logarithm));
    let low = (canary.x() > 0.0).then(|| libm::exp(root(-40.0, 40.0, |ratio| z(ratio) > quantile)));
    let high = (baseline.x() > 0.0).then(|| libm::exp(root(-40.0, 40.0, |ratio| z(ratio) > -quantile)));
    (low.unwrap_or(0.0), high)
}

/// The border of a condition that holds below it.
fn root(low: f64, high: f64, holds: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (low, high);
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        if holds(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The closed form of Miettinen and Nurminen.
    fn closed(canary: Trials, baseline: Trials, d: f64) -> f64 {
        let (x, n, y, m) = (canary.x(), canary.n(), baseline.x(), baseline.n());
        let (total, events) = (n + m, x + y);
        let (l3, l2) = (total, (n + 2.0 * m) * d - total - events);
        let (l1, l0) = ((m * d - total - 2.0 * y) * d + events, y * d * (1.0 - d));
        let q = libm::pow(l2 / (3.0 * l3), 3.0) - l1 * l2 / (6.0 * l3 * l3) + l0 / (2.0 * l3);
        let p = (libm::pow(l2 / (3.0 * l3), 2.0) - l1 / (3.0 * l3)).max(0.0).sqrt().copysign(q);
        let angle = (std::f64::consts::PI + libm::acos((q / (p * p * p)).clamp(-1.0, 1.0))) / 3.0;
        2.0 * p * libm::cos(angle) - l2 / (3.0 * l3)
    }

    proptest! {
        #[test]
        fn the_constrained_share_is_that_of_the_closed_form(
            (x, n) in (2..400_u32).prop_flat_map(|n| (1..n, Just(n))),
            (y, m) in (2..400_u32).prop_flat_map(|n| (1..n, Just(n))), d in -0.9..0.9_f64,
        ) {
            prop_assume!(d.abs() > 1e-3);
            let (canary, baseline) = (Trials::new(x, n), Trials::new(y, m));
            let (got, closed) = (constrained_share(canary, baseline, d), closed(canary, baseline, d));
            prop_assert!((got - closed).abs() < 1e-6, "{got} {closed}");
        }

        #[test]
        fn z_falls_as_the_hypothesis_grows(
            (x, n) in (2..200_u32).prop_flat_map(|n| (0..=n, Just(n))),
            (y, m) in (2..200_u32).prop_flat_map(|n| (0..=n, Just(n))), d in -0.9..0.89_f64, r in 0.1..5.0_f64,
        ) {
            let (canary, baseline) = (Trials::new(x, n), Trials::new(y, m));
            prop_assert!(z_of_difference(canary, baseline, d) + 1e-9 >= z_of_difference(canary, baseline, d + 0.01));
            prop_assert!(z_of_ratio(canary, baseline, r) + 1e-9 >= z_of_ratio(canary, baseline, r * 1.01));
            // No difference is a ratio of 1.
            let (a, b) = (z_of_difference(canary, baseline, 0.0), z_of_ratio(canary, baseline, 1.0));
            prop_assert!((a - b).abs() <= 1e-9 * a.abs().max(1.0), "{a} {b}");
            // Swapped arms swap the sign.
            prop_assert!((z_of_difference(baseline, canary, -d) + z_of_difference(canary, baseline, d)).abs() < 1e-7);
        }
    }
}
