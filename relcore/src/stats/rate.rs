use super::{beta, gamma};

/// The score interval of a proportion, `hits` of `n` (E. B. Wilson, JASA 22, 1927), for n > 0.
///
/// The ends solve `|p - hits/n| = z sqrt(p (1 - p) / n)` for p. Unlike the Wald interval, it stays within 0 and 1 and has a
/// width even for 0 hits: 0 of 10 gives 0 to 28 % at a level of 95 %.
pub(crate) fn wilson(hits: f64, n: f64, z: f64) -> (f64, f64) {
    let centre = hits + z * z / 2.0;
    let half = z * (hits * (n - hits) / n + z * z / 4.0).sqrt();
    let low = if hits <= 0.0 { 0.0 } else { (centre - half) / (n + z * z) };
    let high = if hits >= n { 1.0 } else { (centre + half) / (n + z * z) };
    (low.max(0.0), high.min(1.0))
}

/// The exact interval of a proportion, `hits` of `n` (C. J. Clopper and E. S. Pearson, Biometrika 26, 1934), for n > 0.
///
/// The coverage is at least `level`, for every proportion. [`wilson`] has this coverage on average only, and is narrower.
pub(crate) fn clopper_pearson(hits: f64, n: f64, level: f64) -> (f64, f64) {
    let tail = (1.0 - level) / 2.0;
    let low = if hits > 0.0 { beta::logistic(beta::inverse_logit(hits, n - hits + 1.0, tail)) } else { 0.0 };
    let high =
        if hits < n { beta::logistic(beta::inverse_upper_logit(hits + 1.0, n - hits, tail)) } else { 1.0 };
    (low, high)
}

/// The exact interval of the mean of a Poisson count (F. Garwood, Biometrika 28, 1936).
///
/// The ends are quantiles of the gamma distributions with the parameters `count` and `count + 1`. The coverage is at least
/// `level`; for small counts it is higher.
pub(crate) fn garwood(count: f64, level: f64) -> (f64, f64) {
    let tail = (1.0 - level) / 2.0;
    let low = if count > 0.0 { gamma::inverse_lower(count, tail) } else { 0.0 };
    (low, gamma::inverse_upper(count + 1.0, tail))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::two_sided;

    fn close(got: (f64, f64), expected: (f64, f64)) {
        let near = |a: f64, b: f64| (a - b).abs() <= b.abs() * 1e-9;
        assert!(near(got.0, expected.0) && near(got.1, expected.1), "{got:?} is not {expected:?}");
    }

    #[test]
    fn wilson_is_that_of_statsmodels() {
        // statsmodels 0.15.0, proportion_confint(method="wilson"); checked with mpmath.
        let z = two_sided(0.95);
        close(wilson(0.0, 40.0, z), (0.0, 0.08762160119728668));
        close(wilson(40.0, 40.0, z), (0.9123783988027134, 1.0));
        close(wilson(127.0, 10000.0, z), (0.010684882862923493, 0.015089361949137917));
    }

    #[test]
    fn garwood_is_that_of_statsmodels() {
        // statsmodels 0.15.0, confint_poisson(method="exact-c"), times the exposure.
        close(garwood(0.0, 0.95), (0.0, 3.6888794541139364));
        close(garwood(7.0, 0.95), (0.11726512714666106 * 24.0, 0.6009448067375992 * 24.0));
    }
}
