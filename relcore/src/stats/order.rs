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
/// Sums the terms by their recurrence from 12 standard deviations below the mean on: O(sqrt n) steps.
#[expect(clippy::cast_precision_loss, reason = "samples are far below 2^53")]
fn ranks_within(n: usize, p: f64, tail: f64) -> usize {
    let (size, odds) = (n as f64, p / (1.0 - p));
    let deviation = (size * p * (1.0 - p)).sqrt();
    // The probability below 12 standard deviations is less than 1e-30 and cannot change a comparison with `tail`.
    let start = (size * p - 12.0 * deviation - 20.0).max(0.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and n")]
    let mut count = start as usize;
    let mut k = count as f64;
    let mut term = libm::exp(
        libm::lgamma(size + 1.0) - libm::lgamma(k + 1.0) - libm::lgamma(size - k + 1.0)
            + k * libm::log(p)
            + (size - k) * libm::log(1.0 - p),
    );
    let mut sum = term;
    while sum <= tail && count < n {
        count += 1;
        k += 1.0;
        term *= (size - k + 1.0) / k * odds;
        sum += term;
    }
    count
}

#[cfg(test)]
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
    fn large_samples_follow_the_normal_distribution() {
        let (low, high) = median_interval_ranks(3_000_000, 0.95).unwrap();
        assert!(low.abs_diff(1_500_000 - 1698) <= 1, "{low}"); // 1.96 * sqrt(n) / 2 = 1697.4
        assert_eq!(low + high, 2_999_999);
    }
}
