use super::gamma::inverse_lower;

/// The interval of a share, `hits` of `n`, by Wilson's score (E. B. Wilson, JASA 22, 1927), for n > 0.
///
/// It solves `|p - hits/n| = z sqrt(p (1 - p) / n)` for p. Unlike the textbook's interval it stays within 0 and 1 and
/// has a width even when nothing failed: none of ten is no proof of zero, but of less than 28 %.
pub(crate) fn wilson(hits: f64, n: f64, z: f64) -> (f64, f64) {
    let centre = hits + z * z / 2.0;
    let half = z * (hits * (n - hits) / n + z * z / 4.0).sqrt();
    let low = if hits <= 0.0 { 0.0 } else { (centre - half) / (n + z * z) };
    let high = if hits >= n { 1.0 } else { (centre + half) / (n + z * z) };
    (low.max(0.0), high.min(1.0))
}

/// The exact interval of the mean of a Poisson count (F. Garwood, Biometrika 28, 1936).
///
/// Its ends are quantiles of gamma distributions with the shapes `count` and `count + 1`. It is never too narrow; for
/// small counts it is somewhat too wide.
pub(crate) fn garwood(count: f64, level: f64) -> (f64, f64) {
    let tail = (1.0 - level) / 2.0;
    let low = if count > 0.0 { inverse_lower(count, tail) } else { 0.0 };
    (low, inverse_lower(count + 1.0, 1.0 - tail))
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
