/// The zero-based ranks of the two order statistics that bound the median at this level; `None` if the sample is too
/// small for a distribution-free interval.
///
/// The interval inverts the sign test (J. D. Gibbons, Nonparametric Statistical Inference, 5.2), as
/// `scipy.stats.quantile_test` does.
pub(crate) fn median_interval_ranks(n: usize, level: f64) -> Option<(usize, usize)> {
    quantile_interval_ranks(n, 0.5, level)
}

/// As [`median_interval_ranks`], for the quantile `p`.
fn quantile_interval_ranks(n: usize, p: f64, level: f64) -> Option<(usize, usize)> {
    let (low, high) = quantile_end_ranks(n, p, level);
    low.zip(high)
}

/// The rank of each end, for the quantile `p` between 0 and 1; `None` for an end that the sample is too small for.
pub(crate) fn quantile_end_ranks(n: usize, p: f64, level: f64) -> (Option<usize>, Option<usize>) {
    let tail = (1.0 - level) / 2.0;
    let (below, above) = (ranks_within(n, p, tail), ranks_within(n, 1.0 - p, tail));
    (below.checked_sub(1), n.checked_sub(above).filter(|rank| *rank < n))
}

/// The number of counts 0, 1, 2, … of a binomial distribution whose cumulative probability is at most `tail`.
///
/// Sums the terms by their recurrence from 12 standard deviations below the mean on, to as many above it at most: O(sqrt n)
/// steps. From a standard deviation of 100,000 on it is the quantile of the normal distribution with the correction for skewness
/// (Cornish and Fisher 1938), which is within one of the exact number.
#[expect(clippy::cast_precision_loss, reason = "samples are far below 2^53")]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and n")]
fn ranks_within(n: usize, p: f64, tail: f64) -> usize {
    const WIDEST: f64 = 1e5;
    let (size, odds) = (n as f64, p / (1.0 - p));
    let (mean, deviation) = (size * p, (size * p * (1.0 - p)).sqrt());
    if deviation > WIDEST {
        let z = super::normal::quantile(tail);
        let skewed = mean + z * deviation + (1.0 - 2.0 * p) * (z * z - 1.0) / 6.0;
        return (skewed + 0.5).clamp(0.0, size) as usize;
    }
    // The probability beyond 12 standard deviations is less than 1e-30 and cannot change a comparison with `tail`.
    let reach = 12.0 * deviation + 20.0;
    let mut count = (mean - reach).max(0.0) as usize;
    let mut k = count as f64;
    let mut term = libm::exp(super::fisher::ln_binomial(k, size, p));
    let mut sum = term;
    while sum <= tail && count < n && k < mean + reach {
        count += 1;
        k += 1.0;
        term *= (size - k + 1.0) / k * odds;
        sum += term;
    }
    count
}

#[cfg(test)]
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "numbers of a test"
)]
mod tests {
    use super::*;

    #[test]
    fn five_are_too_few_for_95_percent() {
        assert_eq!(median_interval_ranks(0, 0.95), None);
        assert_eq!(median_interval_ranks(5, 0.95), None);
        assert_eq!(median_interval_ranks(6, 0.95), Some((0, 5)));
    }

    #[test]
    fn ranks_are_those_of_scipy() {
        // scipy 1.17.1: binom.ppf(.025) = 983 and binom.ppf(.975) = 996 of 1000 at 0.99, ranks from 1.
        assert_eq!(quantile_interval_ranks(1000, 0.99, 0.95), Some((982, 996)));
        // Tables of the sign test: of 10 the 2nd and 9th, of 20 the 6th and 15th, of 50 the 18th and 33rd.
        assert_eq!(median_interval_ranks(10, 0.95), Some((1, 8)));
        assert_eq!(median_interval_ranks(20, 0.95), Some((5, 14)));
        assert_eq!(median_interval_ranks(50, 0.95), Some((17, 32)));
    }

    #[test]
    fn the_normal_distribution_continues_the_sums() {
        // Around the number from which on the sums are not taken any more.
        for p in [0.5, 0.9, 0.999] {
            let limit = 1e10 / (p * (1.0 - p));
            let shares = [0.999_99, 1.000_01].map(|near| {
                let n = (limit * near) as usize;
                let deviation = (n as f64 * p * (1.0 - p)).sqrt();
                let (low, high) = quantile_interval_ranks(n, p, 0.95).unwrap();
                let mean = n as f64 * p;
                ((low as f64 - mean) / deviation, (high as f64 - mean) / deviation)
            });
            assert!((shares[0].0 - shares[1].0).abs() < 3e-5, "{shares:?}");
            assert!((shares[0].1 - shares[1].1).abs() < 3e-5, "{shares:?}");
        }
    }

    #[test]
    fn the_largest_numbers_take_no_time() {
        let most = (1_usize << 53) - 1;
        for p in [1e-15, 1e-12, 1e-6, 0.5, 0.95, 1.0 - 1e-12] {
            let (low, high) = quantile_end_ranks(most, p, 0.95);
            let mean = most as f64 * p;
            let deviation = (mean * (1.0 - p)).sqrt();
            for rank in low.into_iter().chain(high) {
                assert!((rank as f64 - mean).abs() < 2.5 * deviation + 5.0, "{p}: {rank}");
            }
        }
    }

    #[test]
    fn large_samples_follow_the_normal_distribution() {
        let (low, high) = median_interval_ranks(3_000_000, 0.95).unwrap();
        assert!(low.abs_diff(1_500_000 - 1698) <= 1, "{low}"); // 1.96 * sqrt(n) / 2 = 1697.4
        assert_eq!(low + high, 2_999_999);
    }
}
