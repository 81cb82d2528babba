//! The parts from which densities are computed without cancellation, also for counts of millions.
//!
//! C. Loader, Fast and Accurate Computation of Binomial Probabilities (2000): a density is written as the error of
//! Stirling's formula and a deviance. Differences of `lgamma` lose four digits at a count of 10,000.
use std::f64::consts::TAU;

/// The error of Stirling's formula: ln z! − ((z + 1/2) ln z − z + ln(2 π) / 2), for z > 0.
pub(super) fn error(z: f64) -> f64 {
    if z < 10.0 {
        return libm::lgamma(z + 1.0) - (z + 0.5) * libm::log(z) + z - libm::log(TAU) / 2.0;
    }
    // DLMF 5.11.1: the coefficients B(2k) / (2k (2k - 1)). The next term is below 1e-16 from z = 10 on.
    const SERIES: [f64; 8] = [
        1.0 / 12.0,
        -1.0 / 360.0,
        1.0 / 1260.0,
        -1.0 / 1680.0,
        1.0 / 1188.0,
        -691.0 / 360_360.0,
        1.0 / 156.0,
        -3617.0 / 122_400.0,
    ];
    let square = 1.0 / (z * z);
    SERIES.iter().rev().fold(0.0, |sum, coefficient| sum * square + coefficient) / z
}

/// u − ln(1 + u) to full relative precision, where `ratio` = 1 + u > 0: the deviance of one observation, if an expected
/// number is `ratio` times the observed one.
///
/// The caller passes both, because u = −1 has no digits of a small ratio, and a ratio near 1 none of a small u.
pub(super) fn deviance(u: f64, ratio: f64) -> f64 {
    if !(-0.5..0.5).contains(&u) {
        return u - libm::log(ratio);
    }
    // ln(1 + u) = 2 atanh(v) with v = u / (2 + u), and u - 2 v = u v.
    let v = u / (2.0 + u);
    let square = v * v;
    let (mut sum, mut power, mut k) = (0.0, 1.0, 3.0);
    while power > 1e-18 {
        sum += power / k;
        power *= square;
        k += 2.0;
    }
    v * (u - 2.0 * square * sum)
}

/// The logarithm of the density of a Dirichlet distribution at `shares`, times the product of the shares, for `weights`
/// above 0: Γ(Σ w) / Π Γ(w) · Π s^w.
///
/// For two weights it is x^a (1 − x)^b / B(a, b).
pub(super) fn ln_dirichlet(pairs: impl Iterator<Item = (f64, f64)> + Clone) -> f64 {
    let total: f64 = pairs.clone().map(|(weight, _)| weight).sum();
    let mut sum = error(total) - libm::log(total / TAU) / 2.0;
    for (weight, share) in pairs {
        let expected = total * share;
        let excess = libm::fma(total, share, -weight) / weight;
        sum += libm::log(weight / TAU) / 2.0 - error(weight) - weight * deviance(excess, expected / weight);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_of_stirlings_formula_is_that_of_exact_factorials() {
        // ln(10!) and ln(20!) from the integers.
        for (z, factorial) in [(10.0, 3_628_800.0_f64), (20.0, 2_432_902_008_176_640_000.0)] {
            let exact = libm::log(factorial) - ((z + 0.5) * libm::log(z) - z + libm::log(TAU) / 2.0);
            assert!((error(z) - exact).abs() < 2e-14, "{z}");
        }
        let (below, above) = (error(10.0 - 1e-9), error(10.0));
        assert!((below - above).abs() < 1e-11, "the two forms meet: {below} {above}");
    }

    #[test]
    fn the_deviance_has_full_relative_precision_near_zero() {
        // u^2/2 - u^3/3 + u^4/4 for small u
        for u in [1e-8, -1e-8, 1e-5, -1e-5] {
            let series = u * u * (0.5 - u / 3.0 + u * u / 4.0);
            assert!((deviance(u, 1.0 + u) / series - 1.0).abs() < 1e-14, "{u}");
        }
        for u in [0.499_999_999, -0.499_999_999, 0.1, -0.3] {
            assert!((deviance(u, 1.0 + u) - (u - libm::log1p(u))).abs() < 1e-15, "{u}");
        }
        assert_eq!(deviance(-1.0, 1e-200), -1.0 - libm::log(1e-200));
    }
}
