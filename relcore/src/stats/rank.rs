//! The rank test of H. B. Mann and D. R. Whitney (Annals of Mathematical Statistics 18, 1947), also named after Wilcoxon.
//!
//! U is the number of pairs in which the value of the canary is greater, and half of those in which both are equal. Small
//! samples have exact p-values: without ties from the Gaussian binomial coefficients ([`untied`]), with ties from the
//! distribution of the mid-ranks over all splits of the pooled values (a permutation test without random numbers). Other
//! samples have the normal approximation with the corrections for ties and continuity.
use super::arguments::check_values;
use super::untied::{self, index};
use super::{normal, student};
use crate::error::{Error, ErrorKind, Faults, Result};
use serde::{Deserialize, Serialize};

/// Whether the canary has greater values than the baseline, or lesser ones, made by [`mann_whitney`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.RankTest", rename_all = "camelCase", deny_unknown_fields)]
pub struct RankTest {
    /// The number of pairs in which the canary is greater; equal values count one half.
    pub u: f64,
    /// The p-value against "the canary is neither greater nor less": twice the smaller one of the next two, at most 1.
    pub p_two_sided: f64,
    /// The p-value against "the canary is not greater".
    pub p_greater: f64,
    /// The p-value against "the canary is not less".
    pub p_less: f64,
    /// Whether the p-values are exact. Otherwise they come from the normal approximation.
    pub exact: bool,
    /// The smallest one-sided p-value that samples of these sizes, with these ties, can reach: where the two sides differ,
    /// the greater one. Above alpha, the test cannot reject.
    pub smallest_p: f64,
    /// U, divided by the number of pairs: the probability that a value of the canary is greater than one of the baseline.
    pub common_language_effect: f64,
}

/// How the p-values of [`mann_whitney`] are computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.RankMethod", rename_all = "snake_case")]
pub enum RankMethod {
    /// Exact for small samples (up to two arms of 50 values), otherwise normal.
    Auto,
    /// Exact: up to 2500 pairs with ties and 40,000 without.
    Exact,
    /// The normal approximation with the corrections for ties and continuity.
    Normal,
    /// The same without the correction for continuity.
    NormalUncorrected,
    /// For series that depend on their own past, such as one measurement a minute of memory or of a queue, in the order of
    /// time: normal, with the number of values that independent ones would need to say as much. With fewer than 8 of these
    /// an arm, all p-values are 1.
    Autocorrelated,
}

/// Tests by ranks whether the values of the canary are greater or less than those of the baseline:
/// `scipy.stats.mannwhitneyu`, also called the Wilcoxon rank-sum test.
///
/// Other than scipy, exact p-values take ties into account. Infinite values rank first and last.
///
/// Values must be independent. Of 60 measurements a minute apart, each with a correlation of 0.6 to the one before, 33 % of
/// harmless canaries are below 5 %; use `autocorrelated` for them.
///
/// ```
/// use relcore::stats::{RankMethod, mann_whitney};
/// let canary = [128.0, 141.0, 136.0, 150.0, 138.0];
/// let baseline = [120.0, 125.0, 118.0, 132.0, 127.0];
/// let test = mann_whitney(&canary, &baseline, &RankMethod::Auto)?;
/// assert!(test.exact && test.p_greater < 0.01);
///
/// // Pitfall: three values against three cannot reach 1 %, whatever they are.
/// let test = mann_whitney(&canary[..3], &baseline[..3], &RankMethod::Auto)?;
/// assert_eq!(test.smallest_p, 0.05);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `out_of_range` for an empty sample, and for `exact` with samples that are too large for it;
/// `invalid_value` for a NaN.
pub fn mann_whitney(canary: &[f64], baseline: &[f64], method: &RankMethod) -> Result<RankTest> {
    let mut faults = Faults::new();
    check_values(canary, "canary", 1, false, &mut faults);
    check_values(baseline, "baseline", 1, false, &mut faults);
    faults.finish()?;
    let (x, y) = (sorted(canary).unwrap_or_default(), sorted(baseline).unwrap_or_default());
    if *method == RankMethod::Autocorrelated {
        return Ok(Counts::of(&x, &y).autocorrelated(correlation(canary, baseline)));
    }
    rank_test_of_sorted(&x, &y, *method).ok_or_else(|| {
        let text = format!(
            "`exact` takes too long for {} and {} values: expected at most {MOST_EXACT} pairs, and {TIED_PAIRS} with ties",
            x.len(),
            y.len()
        );
        Error::new(ErrorKind::OutOfRange, "method", text)
    })
}

/// The number of pairs up to which the distribution with ties is computed: two arms of 50.
const TIED_PAIRS: u64 = 2_500;
/// The number of steps (the square of the smaller arm times the greater one) up to which the distribution without ties is
/// computed by default: two arms of 50.
const UNTIED_STEPS: u64 = 125_000;
/// The number of pairs up to which the distribution without ties is computed on demand: two arms of 200.
const MOST_EXACT: u64 = 40_000;

/// The test of two samples; `None` if one is empty or has a NaN. Infinities rank first and last.
pub(crate) fn rank_test(canary: &[f64], baseline: &[f64]) -> Option<RankTest> {
    rank_test_of_sorted(&sorted(canary)?, &sorted(baseline)?, RankMethod::Auto)
}

/// The values in ascending order; `None` if there are none or one is NaN.
pub(crate) fn sorted(values: &[f64]) -> Option<Vec<f64>> {
    // Without an early end, so that the compiler can check several at once.
    if values.is_empty() || values.iter().fold(false, |found, value| found | value.is_nan()) {
        return None;
    }
    let mut values = values.to_vec();
    super::sort::sort(&mut values);
    Some(values)
}

/// As [`rank_test`], for samples in ascending order without NaN. `None` if one is empty, or if an exact p-value would take
/// too long.
pub(crate) fn rank_test_of_sorted(canary: &[f64], baseline: &[f64], method: RankMethod) -> Option<RankTest> {
    if canary.is_empty() || baseline.is_empty() {
        return None;
    }
    let counts = Counts::of(canary, baseline);
    let is_exact = match method {
        RankMethod::Auto => counts.is_small(),
        RankMethod::Exact if !counts.can_be_exact() => return None,
        RankMethod::Exact => true,
        RankMethod::Normal | RankMethod::NormalUncorrected | RankMethod::Autocorrelated => false,
    };
    let (p_greater, p_less) = if is_exact {
        counts.exact(canary, baseline)
    } else {
        counts.normal(method != RankMethod::NormalUncorrected)
    };
    Some(RankTest {
        u: counts.u(),
        p_two_sided: (2.0 * p_greater.min(p_less)).min(1.0),
        p_greater,
        p_less,
        exact: is_exact,
        smallest_p: counts.smallest_p,
        common_language_effect: counts.u() / counts.pairs(),
    })
}

/// Whether the distribution of U without ties is computed by default: for two arms of 50, and for 8 against 1900.
pub(crate) fn is_small(n: u64, m: u64) -> bool {
    n.saturating_mul(m).saturating_mul(n.min(m)) <= UNTIED_STEPS
}

/// What one merge of both samples counts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counts {
    n: u64,
    m: u64,
    /// Twice U.
    twice_u: u64,
    /// The sum of t³ − t over the groups of t equal values.
    ties: f64,
    smallest_p: f64,
}

#[expect(clippy::cast_precision_loss, reason = "counts of values and pairs are below 2^53")]
impl Counts {
    /// For samples in ascending order that are not empty.
    pub(crate) fn of(canary: &[f64], baseline: &[f64]) -> Self {
        let (n, m) = (canary.len() as u64, baseline.len() as u64);
        if let Some(u) = u_without_ties(canary, baseline) {
            return Self { n, m, twice_u: 2 * u, ties: 0.0, smallest_p: ratio_of_choices(1, 1, n + m, n) };
        }
        let (mut twice_u, mut ties) = (0, 0.0);
        let (mut canary_below, mut below) = (0_u64, 0_u64);
        let mut smallest_p = 0.0_f64;
        for (x, y) in Groups::of(canary, baseline) {
            let baseline_below = below - canary_below;
            twice_u += 2 * x * baseline_below + x * y;
            let t = x + y;
            if t > 1 {
                let t = t as f64;
                ties += t * (t * t - 1.0);
            }
            // All values of the canary at one end of the pooled order: the splits that differ in equal values only.
            for before in [n, m] {
                // The boundary lies in this group: `inside` of its values belong to the lower part.
                if below < before && before <= below + t {
                    let inside = before - below;
                    smallest_p = smallest_p.max(ratio_of_choices(t, inside, n + m, n));
                }
            }
            canary_below += x;
            below += t;
        }
        Self { n, m, twice_u, ties, smallest_p }
    }

    fn u(self) -> f64 {
        self.twice_u as f64 / 2.0
    }

    fn pairs(self) -> f64 {
        self.n as f64 * self.m as f64
    }

    fn smaller(self) -> u64 {
        self.n.min(self.m)
    }

    fn is_small(self) -> bool {
        let is_tied = self.ties > 0.0;
        if is_tied { self.n.saturating_mul(self.m) <= TIED_PAIRS } else { is_small(self.n, self.m) }
    }

    fn can_be_exact(self) -> bool {
        let pairs = self.n.saturating_mul(self.m);
        pairs <= if self.ties > 0.0 { TIED_PAIRS } else { MOST_EXACT }
    }

    /// The standard deviation of U, if both samples come from one distribution.
    pub(crate) fn deviation(self) -> f64 {
        let size = (self.n + self.m) as f64;
        let ties = self.ties / (size * (size - 1.0));
        (self.pairs() / 12.0 * (size + 1.0 - ties)).max(0.0).sqrt()
    }

    /// The p-values of both sides by the normal approximation.
    fn normal(self, continuity: bool) -> (f64, f64) {
        let deviation = self.deviation();
        if deviation <= 0.0 {
            return (1.0, 1.0);
        }
        let excess = self.u() - self.pairs() / 2.0;
        let correction = if continuity { 0.5 } else { 0.0 };
        let tail = |excess: f64| normal::upper((excess - correction) / deviation);
        (tail(excess), tail(-excess))
    }

    /// The test with the effective number of values for a correlation of each value with the one before.
    ///
    /// The statistic shrinks by the root of the ratio of both numbers, and has a t distribution, because the correlation
    /// is an estimate.
    fn autocorrelated(self, correlation: f64) -> RankTest {
        /// The effective number of values of both arms from which there is a test.
        const LEAST: f64 = 16.0;
        let ratio = (1.0 - correlation) / (1.0 + correlation);
        let (effective, deviation) = ((self.n + self.m) as f64 * ratio, self.deviation());
        let excess = self.u() - self.pairs() / 2.0;
        let tail = |excess: f64| {
            if effective < LEAST || deviation <= 0.0 {
                return 1.0;
            }
            student::upper((excess - 0.5) / deviation * ratio.sqrt(), effective - 2.0)
        };
        let (p_greater, p_less) = (tail(excess), tail(-excess));
        RankTest {
            u: self.u(),
            p_two_sided: (2.0 * p_greater.min(p_less)).min(1.0),
            p_greater,
            p_less,
            exact: false,
            smallest_p: self.smallest_p.max(tail(self.pairs() / 2.0)),
            common_language_effect: self.u() / self.pairs(),
        }
    }

    /// The exact p-values of both sides.
    fn exact(self, canary: &[f64], baseline: &[f64]) -> (f64, f64) {
        if self.deviation() <= 0.0 {
            return (1.0, 1.0);
        }
        let most = 2 * self.n * self.m;
        let is_high = self.twice_u > most / 2;
        // The smaller tail is summed, the other one is its complement.
        let distance = if is_high { most - self.twice_u } else { self.twice_u };
        let total = choose(self.n + self.m, self.smaller());
        let (below, up_to) = if self.ties > 0.0 {
            let mut groups: Vec<u64> = Groups::of(canary, baseline).map(|(x, y)| x + y).collect();
            // The distribution of the smaller arm is that of the greater one in the reverse order.
            if is_high != (self.n > self.m) {
                groups.reverse();
            }
            tied_tail(&groups, self.smaller(), self.n.max(self.m), distance)
        } else {
            untied::tail(self.smaller(), self.n.max(self.m), distance / 2)
        };
        let (near, far) = ((up_to / total).min(1.0), (1.0 - below / total).max(0.0));
        if is_high { (near, far) } else { (far, near) }
    }
}

/// The number of pairs in which the canary is greater, for samples in ascending order; `None` if two values are equal.
///
/// A merge without branches that depend on the values: for random ones, a processor guesses every second branch wrong.
#[expect(clippy::float_cmp, reason = "a tie is an equal value, not a close one")]
fn u_without_ties(canary: &[f64], baseline: &[f64]) -> Option<u64> {
    let has_ties = |sorted: &[f64]| {
        sorted.iter().zip(sorted.iter().skip(1)).fold(false, |found, (value, next)| found | (value == next))
    };
    if has_ties(canary) || has_ties(baseline) {
        return None;
    }
    let (mut x, mut y, mut u, mut is_tied) = (0_usize, 0_usize, 0_u64, false);
    while let (Some(own), Some(other)) = (canary.get(x), baseline.get(y)) {
        let is_greater = own > other;
        is_tied |= own == other;
        u = u.wrapping_add(if is_greater { 0 } else { y as u64 });
        x = x.wrapping_add(usize::from(!is_greater));
        y = y.wrapping_add(usize::from(is_greater));
    }
    // What is left of the canary is greater than all of the baseline.
    let rest = canary.len().saturating_sub(x) as u64;
    (!is_tied).then(|| u.wrapping_add(rest.wrapping_mul(baseline.len() as u64)))
}

/// The mean of the correlations of both series with themselves one step later, corrected for its bias towards 0 in short
/// series (M. G. Kendall, Biometrika 41, 1954), from 0 to 0.98.
#[expect(clippy::cast_precision_loss, reason = "lengths of series are below 2^53")]
fn correlation(canary: &[f64], baseline: &[f64]) -> f64 {
    let of = |series: &[f64]| {
        let mean = series.iter().sum::<f64>() / series.len() as f64;
        let square: f64 = series.iter().map(|value| (value - mean) * (value - mean)).sum();
        let product: f64 = series
            .iter()
            .zip(series.iter().skip(1))
            .map(|(value, next)| (value - mean) * (next - mean))
            .sum();
        product / square
    };
    let correlations = [canary, baseline].map(of);
    // A constant series says nothing about its correlation, nor does one whose squares overflow.
    let known: Vec<f64> = correlations.into_iter().filter(|value| value.is_finite()).collect();
    if known.is_empty() {
        return 0.98;
    }
    let mean = known.iter().sum::<f64>() / known.len() as f64;
    let length = (canary.len() + baseline.len()) as f64 / 2.0;
    (mean + (1.0 + 3.0 * mean) / length).clamp(0.0, 0.98)
}

/// The groups of equal values of two sorted samples, in ascending order: how many are of the first one and of the second.
struct Groups<'a> {
    x: &'a [f64],
    y: &'a [f64],
}

impl<'a> Groups<'a> {
    fn of(x: &'a [f64], y: &'a [f64]) -> Self {
        Self { x, y }
    }
}

impl Iterator for Groups<'_> {
    type Item = (u64, u64);

    fn next(&mut self) -> Option<(u64, u64)> {
        let value = match (self.x.first(), self.y.first()) {
            (Some(x), Some(y)) => x.min(*y),
            (Some(value), None) | (None, Some(value)) => *value,
            (None, None) => return None,
        };
        let take = |sample: &mut &[f64]| {
            let count = sample.iter().take_while(|other| **other <= value).count();
            *sample = sample.get(count..).unwrap_or_default();
            count as u64
        };
        Some((take(&mut self.x), take(&mut self.y)))
    }
}

/// The numbers of splits with twice U below `most`, and up to it, for groups of equal values in ascending order. The split
/// assigns `n` values to the arm of U and `m` to the other one, n <= m.
///
/// Adds one group after the other. A row has the splits of the values so far by their number in the arm of U.
#[expect(clippy::cast_precision_loss, reason = "sizes of small samples")]
fn tied_tail(groups: &[u64], n: u64, m: u64, most: u64) -> (f64, f64) {
    let width = index(most) + 1;
    let mut rows: Vec<Vec<f64>> = vec![Vec::new(); index(n) + 1];
    if let Some(first) = rows.first_mut() {
        first.push(1.0);
    }
    let mut seen = 0;
    for size in groups {
        let mut next: Vec<Vec<f64>> = vec![Vec::new(); rows.len()];
        for (chosen, row) in (0_u64..).zip(&rows).filter(|(_, row)| !row.is_empty()) {
            let rest = seen - chosen;
            let mut choices = 1.0;
            for more in 0..=(*size).min(n - chosen) {
                if more > 0 {
                    choices *= (size - more + 1) as f64 / more as f64;
                }
                if rest + size - more > m {
                    continue;
                }
                let shift = index(2 * more * rest + more * (size - more));
                if let Some(target) = next.get_mut(index(chosen + more)) {
                    let length = width.min(shift + row.len());
                    if target.len() < length {
                        target.resize(length, 0.0);
                    }
                    for (sum, ways) in target.iter_mut().skip(shift).zip(row) {
                        *sum += choices * ways;
                    }
                }
            }
        }
        rows = next;
        seen += size;
    }
    let ways = rows.pop().unwrap_or_default();
    let below: f64 = ways.iter().take(index(most)).sum();
    (below, below + ways.get(index(most)).copied().unwrap_or_default())
}

/// The number of subsets of `k` of `n` values.
#[expect(clippy::cast_precision_loss, reason = "sizes of samples are below 2^53")]
pub(crate) fn choose(n: u64, k: u64) -> f64 {
    (0..k.min(n - k)).fold(1.0, |product, i| product * (n - i) as f64 / (i + 1) as f64)
}

/// C(t, k) / C(size, n).
#[expect(clippy::cast_precision_loss, reason = "sizes of samples are below 2^53")]
fn ratio_of_choices(t: u64, k: u64, size: u64, n: u64) -> f64 {
    // C(1000, 500) is 2.7e299.
    if size <= 1000 {
        return choose(t, k) / choose(size, n);
    }
    let ln_choose = |n: u64, k: u64| {
        let (n, k) = (n as f64, k as f64);
        libm::lgamma(n + 1.0) - libm::lgamma(k + 1.0) - libm::lgamma(n - k + 1.0)
    };
    libm::exp(ln_choose(t, k) - ln_choose(size, n)).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn twice_u(canary: &[f64], baseline: &[f64]) -> u64 {
        let pairs = canary.iter().flat_map(|x| baseline.iter().map(move |y| (x, y)));
        pairs.map(|(x, y)| if x > y { 2 } else { u64::from(x == y) }).sum()
    }

    /// The shares of all splits of the pooled values with a U of at least, and of at most, the observed one; and the shares
    /// of those with the greatest and the least U.
    fn enumerated(canary: &[f64], baseline: &[f64]) -> [f64; 4] {
        let pooled: Vec<f64> = canary.iter().chain(baseline).copied().collect();
        let mut all = Vec::new();
        for split in 0..1_u32 << pooled.len() {
            if split.count_ones() as usize == canary.len() {
                let arm = |is_canary: bool| -> Vec<f64> {
                    let of = |i: &usize| (split >> i & 1 == 1) == is_canary;
                    (0..pooled.len()).filter(of).map(|i| pooled[i]).collect()
                };
                all.push(twice_u(&arm(true), &arm(false)));
            }
        }
        let observed = twice_u(canary, baseline);
        let share =
            |is: &dyn Fn(u64) -> bool| all.iter().filter(|u| is(**u)).count() as f64 / all.len() as f64;
        let (least, most) = (*all.iter().min().unwrap(), *all.iter().max().unwrap());
        [share(&|u| u >= observed), share(&|u| u <= observed), share(&|u| u == most), share(&|u| u == least)]
    }

    fn close(got: f64, expected: f64) -> bool {
        (got - expected).abs() <= 1e-12 * expected.abs()
    }

    #[test]
    fn infinities_are_extreme_and_nan_is_refused() {
        let test = rank_test(&[f64::INFINITY, 3.0], &[f64::NEG_INFINITY, 2.0, 1.0]).unwrap();
        assert_eq!((test.u, test.common_language_effect), (6.0, 1.0));
        assert!(close(test.p_greater, 0.1) && close(test.smallest_p, 0.1) && test.exact);
        assert_eq!(rank_test(&[1.0, f64::NAN], &[1.0]), None);
        assert_eq!(rank_test(&[], &[1.0]), None);
        assert_eq!(rank_test(&[-0.0], &[0.0]).unwrap().u, 0.5);
    }

    /// Series of an autoregressive process from a linear congruential generator.
    fn series(n: usize, past: f64, state: &mut u64) -> Vec<f64> {
        let mut value = 0.0;
        let mut next = || {
            let sum: f64 = (0..12)
                .map(|_| {
                    *state =
                        state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    (*state >> 40) as f64 / f64::from(1 << 24)
                })
                .sum();
            value = past * value + sum - 6.0;
            value
        };
        (0..n + 20).map(|_| next()).skip(20).collect()
    }

    #[test]
    fn series_that_depend_on_their_past_raise_no_more_false_alarms() {
        let mut state = 20_261_123;
        for (past, raw) in [(0.0, 0.02..0.09), (0.6, 0.2..0.45), (0.9, 0.5..0.8)] {
            let mut alarms = [0, 0];
            for _ in 0..400 {
                let (x, y) = (series(60, past, &mut state), series(60, past, &mut state));
                for (count, method) in alarms.iter_mut().zip([RankMethod::Normal, RankMethod::Autocorrelated])
                {
                    *count += u32::from(mann_whitney(&x, &y, &method).unwrap().p_two_sided <= 0.05);
                }
            }
            let [plain, corrected] = alarms.map(|count| f64::from(count) / 400.0);
            assert!(raw.contains(&plain) && corrected < 0.085, "{past}: {plain} {corrected}");
        }
        // It finds what is there.
        let (x, y) = (series(60, 0.3, &mut state), series(60, 0.3, &mut state));
        let worse: Vec<f64> = x.iter().map(|value| value + 2.0).collect();
        assert!(mann_whitney(&worse, &y, &RankMethod::Autocorrelated).unwrap().p_greater < 0.001);
    }

    #[test]
    fn equal_constants_prove_nothing() {
        for n in [1, 30, 3000] {
            let test = rank_test(&vec![5.0; n], &vec![5.0; n + 1]).unwrap();
            assert_eq!((test.p_greater, test.p_less), (1.0, 1.0));
            assert!((test.smallest_p - 1.0).abs() < 1e-9, "{}", test.smallest_p);
            assert_eq!(test.common_language_effect, 0.5);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn exact_p_values_are_those_of_all_splits(
            canary in prop::collection::vec(0..6_u8, 1..7), baseline in prop::collection::vec(0..6_u8, 1..7), spread: bool,
        ) {
            // Spread: without ties.
            let place = |i: usize, value: &u8| f64::from(*value) + if spread { i as f64 / 100.0 } else { 0.0 };
            let canary: Vec<f64> = canary.iter().enumerate().map(|(i, value)| place(i, value)).collect();
            let baseline: Vec<f64> = baseline.iter().enumerate().map(|(i, value)| place(i + 50, value)).collect();
            let got = rank_test(&canary, &baseline).unwrap();
            let [greater, less, most, least] = enumerated(&canary, &baseline);
            prop_assert!(got.exact && got.u * 2.0 == twice_u(&canary, &baseline) as f64);
            prop_assert!(close(got.p_greater, greater) && close(got.p_less, less), "{got:?} {greater} {less}");
            prop_assert!(close(got.smallest_p, most.max(least)), "{got:?} {most} {least}");
        }

        #[test]
        fn swapped_arms_swap_the_sides(
            canary in prop::collection::vec(0..40_u8, 1..40), baseline in prop::collection::vec(0..40_u8, 1..40),
        ) {
            let values = |list: &[u8]| -> Vec<f64> { list.iter().map(|value| f64::from(*value)).collect() };
            let (canary, baseline) = (values(&canary), values(&baseline));
            let (here, there) = (rank_test(&canary, &baseline).unwrap(), rank_test(&baseline, &canary).unwrap());
            prop_assert!((here.p_greater - there.p_less).abs() < 1e-11);
            prop_assert!((here.p_less - there.p_greater).abs() < 1e-11);
            prop_assert!(close(here.smallest_p, there.smallest_p));
            prop_assert!(here.p_greater.min(here.p_less) >= here.smallest_p.min(0.5) * 1e-3);
            // The normal approximation is near.
            let (x, y) = (sorted(&canary).unwrap(), sorted(&baseline).unwrap());
            if canary.len().min(baseline.len()) >= 20 {
                let normal = rank_test_of_sorted(&x, &y, RankMethod::Normal).unwrap();
                prop_assert!((normal.p_greater - here.p_greater).abs() < 0.01, "{normal:?} {here:?}");
            }
        }
    }
}
