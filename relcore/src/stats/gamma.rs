/// The regularised lower incomplete gamma function P(a, x), for a > 0 and x >= 0.
///
/// Below a + 1 by the power series (DLMF 8.7.1), above by the continued fraction (DLMF 8.9.2), as in Numerical Recipes.
pub(super) fn lower(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        0.0
    } else if x < a + 1.0 {
        density(a, x) * x * series(a, x)
    } else {
        1.0 - density(a, x) * x * fraction(a, x)
    }
}

/// The density of the gamma distribution with shape a at x: the derivative of [`lower`].
fn density(a: f64, x: f64) -> f64 {
    libm::exp((a - 1.0) * libm::log(x) - x - libm::lgamma(a))
}

/// The x with P(a, x) = p, by Newton's method safeguarded with bisection.
///
/// INVARIANT: the root is between `low` and `high`. A Newton step that leaves the bracket is replaced by its midpoint, so
/// the iteration converges from any start.
pub(super) fn inverse_lower(a: f64, p: f64) -> f64 {
    let (mut low, mut high) = (0.0_f64, 2.0 * a + 10.0);
    while lower(a, high) < p && high < f64::MAX / 4.0 {
        (low, high) = (high, high * 2.0);
    }
    let mut x = if low == 0.0 { a.min(high) } else { low };
    for _ in 0..200 {
        let excess = lower(a, x) - p;
        if excess > 0.0 {
            high = x;
        } else {
            low = x;
        }
        let newton = x - excess / density(a, x);
        let next = if newton > low && newton < high { newton } else { f64::midpoint(low, high) };
        if (next - x).abs() <= x * 1e-15 {
            return next;
        }
        x = next;
    }
    x
}

/// The power series of P(a, x), divided by x times the density.
fn series(a: f64, x: f64) -> f64 {
    let (mut term, mut sum, mut k) = (1.0 / a, 1.0 / a, a);
    loop {
        k += 1.0;
        term *= x / k;
        sum += term;
        if term <= sum * 1e-17 {
            return sum;
        }
    }
}

/// The continued fraction of 1 - P(a, x), divided by x times the density: Lentz's algorithm as modified by Thompson and
/// Barnett (1986).
fn fraction(a: f64, x: f64) -> f64 {
    /// Replaces a denominator near zero.
    const TINY: f64 = 1e-300;
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / b.max(TINY);
    let mut product = d;
    let mut i = 0.0;
    while i < 1e6 {
        i += 1.0;
        let numerator = -i * (i - a);
        b += 2.0;
        d = numerator * d + b;
        c = b + numerator / c;
        d = 1.0 / if d.abs() < TINY { TINY } else { d };
        c = if c.abs() < TINY { TINY } else { c };
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
            assert!((lower(1.0, x) - (1.0 - e)).abs() < 1e-14, "{x}");
            assert!((lower(2.0, x) - (1.0 - (1.0 + x) * e)).abs() < 1e-14, "{x}");
        }
    }

    #[test]
    fn the_inverse_is_an_inverse() {
        for a in [1.0, 2.0, 7.0, 40.0, 1000.0, 1_000_000.0] {
            for p in [1e-6, 0.025, 0.5, 0.975, 0.999_999] {
                let x = inverse_lower(a, p);
                assert!((lower(a, x) - p).abs() < 1e-8, "{a} {p}: {x}");
            }
        }
    }
}
