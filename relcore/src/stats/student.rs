//! Student's t distribution, by the incomplete beta function (DLMF 8.17).
use super::beta;

/// P(T > t) for `df` > 0 degrees of freedom.
pub(crate) fn upper(t: f64, df: f64) -> f64 {
    if t < 0.0 {
        return 1.0 - upper(-t, df);
    }
    if t.is_infinite() {
        return 0.0;
    }
    let square = t * t;
    beta::tails(df / 2.0, 0.5, df / (df + square), square / (df + square)).lower() / 2.0
}

/// The t with P(T > t) = p, for 0 < p < 0.5.
pub(crate) fn upper_quantile(p: f64, df: f64) -> f64 {
    // df / (df + t²) has the beta distribution; its odds are df / t².
    libm::sqrt(df * libm::exp(-beta::inverse_logit(df / 2.0, 0.5, 2.0 * p)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_r() {
        // R: qt(0.975, c(1, 10))
        for (df, t) in [(1.0, 12.706204736174698), (10.0, 2.2281388519649385)] {
            assert!((upper_quantile(0.025, df) / t - 1.0).abs() < 1e-11, "{}", upper_quantile(0.025, df));
            assert!((upper(t, df) / 0.025 - 1.0).abs() < 1e-10);
        }
        assert_eq!(upper(0.0, 3.0), 0.5);
        assert!((upper(-1.0, 3.0) + upper(1.0, 3.0) - 1.0).abs() < 1e-15);
        assert_eq!(upper(f64::INFINITY, 3.0), 0.0);
    }
}
