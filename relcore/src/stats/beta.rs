//! The regularised incomplete beta function, its logarithm, complement and inverse.
//!
//! The continued fraction is DLMF 8.17.22, evaluated by Lentz's algorithm as modified by Thompson and Barnett (1986).
//! The factor in front of it comes from [`stirling`], in logarithms, so that deep tails do not underflow.
use super::stirling;
use super::tails::{Tails, invert};

/// ln(x^a y^b / B(a, b)) with y = 1 − x, for a, b > 0 and 0 < x < 1.
pub(crate) fn ln_kernel(a: f64, b: f64, x: f64, y: f64) -> f64 {
    stirling::ln_dirichlet([(a, x), (b, y)].into_iter())
}

/// I_x(a, b) and I_y(b, a) = 1 − I_x(a, b), for a, b > 0 and y = 1 − x.
///
/// The caller passes both x and y, because 1 − x has no digits of a small y.
pub(crate) fn tails(a: f64, b: f64, x: f64, y: f64) -> Tails {
    if x <= 0.0 {
        Tails::NONE_BELOW
    } else if y <= 0.0 {
        Tails::NONE_BELOW.swap()
    } else if x * (a + b + 2.0) < a + 1.0 {
        Tails::of_lower(ln_kernel(a, b, x, y) + libm::log(fraction(a, b, x) / a))
    } else {
        Tails::of_lower(ln_kernel(a, b, x, y) + libm::log(fraction(b, a, y) / b)).swap()
    }
}

/// The logit ln(x / (1 − x)) of the x with I_x(a, b) = p, for 0 < p < 1.
///
/// The logarithm of a tail is concave in the logit, because the density of the logit is log-concave.
pub(crate) fn inverse_logit(a: f64, b: f64, p: f64) -> f64 {
    if p > 0.5 { -quantile_logit(b, a, libm::log1p(-p)) } else { quantile_logit(a, b, libm::log(p)) }
}

/// The logit of the x with I_x(a, b) = 1 − p. Other than `inverse_logit(a, b, 1.0 - p)`, it keeps the digits of a small p.
pub(crate) fn inverse_upper_logit(a: f64, b: f64, p: f64) -> f64 {
    -inverse_logit(b, a, p)
}

fn quantile_logit(a: f64, b: f64, ln_p: f64) -> f64 {
    invert(libm::log(a / b), ln_p, |logit| {
        let (x, y) = (logistic(logit), logistic(-logit));
        let ln_lower = tails(a, b, x, y).ln_lower;
        (ln_lower, libm::exp(ln_kernel(a, b, x, y) - ln_lower))
    })
}

/// The inverse of the logit.
pub(crate) fn logistic(logit: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-logit))
}

/// The continued fraction of I_x(a, b), for x below (a + 1) / (a + b + 2). It takes O(sqrt(max(a, b))) steps.
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    /// Replaces a denominator of zero.
    const TINY: f64 = 1e-300;
    let nonzero = |value: f64| if value.abs() < TINY { TINY } else { value };
    let sum = a + b;
    let mut c = 1.0;
    let mut d = 1.0 / nonzero(1.0 - sum * x / (a + 1.0));
    let mut product = d;
    let mut m = 0.0;
    while m < 1e6 {
        m += 1.0;
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / nonzero(1.0 + even * d);
        c = nonzero(1.0 + even / c);
        product *= c * d;
        let odd = -(a + m) * (sum + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / nonzero(1.0 + odd * d);
        c = nonzero(1.0 + odd / c);
        product *= c * d;
        if (c * d - 1.0).abs() < 1e-16 {
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
        // I_x(1, b) = 1 - (1 - x)^b; I_x(a, 1) = x^a
        for (n, x) in [(1.0, 0.3), (3.0, 0.01), (12.0, 0.7), (400.0, 0.001), (40.0, 0.999)] {
            let y = 1.0 - x;
            assert!((tails(1.0, n, x, y).ln_upper - n * libm::log1p(-x)).abs() < 1e-12, "{n} {x}");
            assert!((tails(n, 1.0, x, y).ln_lower - n * libm::log(x)).abs() < 1e-12, "{n} {x}");
        }
    }

    #[test]
    fn deep_tails_do_not_underflow() {
        // I_x(a, 1) = x^a
        let deep = tails(5000.0, 1.0, 1e-9, 1.0 - 1e-9);
        assert!((deep.ln_lower / (5000.0 * libm::log(1e-9)) - 1.0).abs() < 1e-14);
        assert_eq!(deep.lower(), 0.0);
        assert_eq!(deep.upper(), 1.0);
    }

    #[test]
    fn the_inverse_is_an_inverse() {
        for (a, b) in [(0.01, 9.99), (1.0, 1.0), (1.0, 4e6), (0.5, 300.0), (7000.0, 20.0), (3e5, 2e5)] {
            for p in [1e-300, 1e-9, 0.025, 0.4, 0.6, 0.975, 0.999_999] {
                let logit = inverse_logit(a, b, p);
                let lower = tails(a, b, logistic(logit), logistic(-logit));
                // A logit of -69,000 has an x of 0.
                if logistic(logit) > 0.0 {
                    assert!((lower.lower() / p - 1.0).abs() < 1e-10, "{a} {b} {p}: {lower:?}");
                }
                assert_eq!(inverse_upper_logit(b, a, p), -logit);
            }
        }
    }
}
