//! The regularised incomplete gamma function, its logarithm, complement and inverse.
//!
//! Below a + 1 the power series (DLMF 8.7.1), above it the continued fraction (DLMF 8.9.2), evaluated by Lentz's algorithm
//! as modified by Thompson and Barnett (1986). The factor in front of both comes from [`stirling`].
use super::stirling;
use super::tails::{Tails, invert};
use std::f64::consts::TAU;

/// P(a, x) and Q(a, x) = 1 − P(a, x), for a > 0.
pub(crate) fn tails(a: f64, x: f64) -> Tails {
    if x <= 0.0 {
        Tails::NONE_BELOW
    } else if x < a + 1.0 {
        Tails::of_lower(ln_kernel(a, x) + libm::log(series(a, x)))
    } else {
        Tails::of_lower(ln_kernel(a, x) + libm::log(fraction(a, x))).swap()
    }
}

/// ln(x^a e^−x / Γ(a)): the density of the gamma distribution, times x.
pub(super) fn ln_kernel(a: f64, x: f64) -> f64 {
    libm::log(a / TAU) / 2.0 - stirling::error(a) - a * stirling::deviance((x - a) / a, x / a)
}

/// The x with P(a, x) = p, for 0 < p < 1.
///
/// The logarithm of a tail is concave in ln x, because the density of ln x is log-concave.
pub(crate) fn inverse_lower(a: f64, p: f64) -> f64 {
    if p > 0.5 {
        return inverse_upper(a, 1.0 - p);
    }
    libm::exp(invert(libm::log(a), libm::log(p), |logarithm| {
        let x = libm::exp(logarithm);
        let ln_lower = tails(a, x).ln_lower;
        (ln_lower, libm::exp(ln_kernel(a, x) - ln_lower))
    }))
}

/// The x with Q(a, x) = p, for 0 < p < 1. Other than `inverse_lower(a, 1.0 - p)`, it keeps the digits of a small p.
pub(crate) fn inverse_upper(a: f64, p: f64) -> f64 {
    if p > 0.5 {
        return inverse_lower(a, 1.0 - p);
    }
    // Not above the root by a bound for gamma tails (S. Boucheron, G. Lugosi, P. Massart, Concentration Inequalities, 2.4).
    // From the mean, the first step would end far below the root, where a step is 1.
    let ln_p = libm::log(p);
    let start = -libm::log(a + libm::sqrt(-2.0 * a * ln_p) - ln_p);
    libm::exp(-invert(start, ln_p, |negated| {
        let x = libm::exp(-negated);
        let ln_upper = tails(a, x).ln_upper;
        (ln_upper, libm::exp(ln_kernel(a, x) - ln_upper))
    }))
}

/// The power series of P(a, x), divided by the kernel.
fn series(a: f64, x: f64) -> f64 {
    let (mut term, mut sum, mut k) = (1.0 / a, 1.0 / a, a);
    loop {
        k += 1.0;
        term *= x / k;
        sum += term;
        if term <= sum * 1e-17 || term.is_nan() {
            return sum;
        }
    }
}

/// The continued fraction of Q(a, x), divided by the kernel.
fn fraction(a: f64, x: f64) -> f64 {
    /// Replaces a denominator of zero.
    const TINY: f64 = 1e-300;
    let nonzero = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / nonzero(b);
    let mut product = d;
    let mut i = 0.0;
    while i < 1e6 {
        i += 1.0;
        let numerator = -i * (i - a);
        b += 2.0;
        d = 1.0 / nonzero(numerator * d + b);
        c = nonzero(b + numerator / c);
        product *= d * c;
        if (d * c - 1.0).abs() < 1e-16 {
            break;
        }
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integer_parameters_have_a_closed_form() {
        // P(1, x) = 1 - exp(-x); P(2, x) = 1 - (1 + x) exp(-x)
        for x in [0.01, 0.5, 1.0, 1.9, 2.1, 5.0, 30.0] {
            let e = libm::exp(-x);
            assert!((tails(1.0, x).lower() - (1.0 - e)).abs() < 1e-14, "{x}");
            assert!((tails(2.0, x).lower() - (1.0 - (1.0 + x) * e)).abs() < 1e-14, "{x}");
            assert!((tails(1.0, x).ln_upper + x).abs() < 1e-13 * x.max(1.0), "{x}");
        }
    }

    #[test]
    fn deep_tails_do_not_underflow() {
        assert!((tails(1.0, 5000.0).ln_upper + 5000.0).abs() < 1e-9);
        assert_eq!(tails(1.0, 5000.0).upper(), 0.0);
        // P(a, x) is x^a / a! times nearly 1 for a small x.
        let expected = 300.0 * libm::log(1e-9) - libm::lgamma(301.0);
        assert!((tails(300.0, 1e-9).ln_lower / expected - 1.0).abs() < 1e-12);
    }

    #[test]
    fn the_inverse_is_an_inverse() {
        for a in [0.02, 0.5, 1.0, 2.0, 7.0, 40.0, 1000.0, 1_000_000.0] {
            for p in [1e-100, 1e-6, 0.025, 0.5, 0.6, 0.975, 0.999_999] {
                let low = inverse_lower(a, p); // 1e-5000 is 0
                assert!(low == 0.0 || (tails(a, low).lower() / p - 1.0).abs() < 1e-10, "{a} {p}");
                assert!((tails(a, inverse_upper(a, p)).upper() / p - 1.0).abs() < 1e-10, "{a} {p}");
            }
        }
    }
}
