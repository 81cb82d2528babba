//! The shift between two samples by J. L. Hodges and E. L. Lehmann (Annals of Mathematical Statistics 34, 1963), and its
//! interval by order statistics of the pairwise differences (E. L. Lehmann, Nonparametrics, 2.5).
use super::arguments::{check_level, check_values};
use super::normal;
use super::quantile::{self, Position, Rule};
use super::rank::{self, Counts, sorted};
use super::untied;
use crate::error::{Error, ErrorKind, Faults, Result};
use serde::{Deserialize, Serialize};

/// By how much the values of the canary are greater than those of the baseline, made by [`location_shift`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.Shift", rename_all = "camelCase", deny_unknown_fields)]
pub struct Shift {
    /// The median of all differences between a value of the canary and one of the baseline.
    pub estimate: f64,
    /// The lower end of the interval; absent if the samples are too small for a finite one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lower: Option<f64>,
    /// The upper end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upper: Option<f64>,
}

/// The shift between two samples by Hodges and Lehmann, with its interval: R's `wilcox.test(conf.int = TRUE)`.
///
/// The interval is exact up to two arms of 50 values; with ties it covers more than `level`. Beyond, it comes from the
/// normal approximation. No list of differences is made, so that samples of a million values are no problem.
///
/// ```
/// use relcore::stats::location_shift;
/// let canary = [128.0, 141.0, 136.0, 150.0, 138.0];
/// let baseline = [120.0, 125.0, 118.0, 132.0, 127.0];
/// let shift = location_shift(&canary, &baseline, 0.95)?;
/// assert_eq!((shift.estimate, shift.lower, shift.upper), (14.0, Some(3.0), Some(25.0)));
///
/// // Pitfall: three values against three have no finite interval at this level.
/// assert_eq!(location_shift(&canary[..3], &baseline[..3], 0.95)?.lower, None);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `out_of_range` for an empty sample, an infinite value, a difference beyond the floating-point range
/// and a level of 95; `invalid_value` for a NaN.
pub fn location_shift(canary: &[f64], baseline: &[f64], level: f64) -> Result<Shift> {
    let mut faults = Faults::new();
    check_values(canary, "canary", 1, true, &mut faults);
    check_values(baseline, "baseline", 1, true, &mut faults);
    check_level(level, &mut faults);
    faults.finish()?;
    hodges_lehmann(canary, baseline, level).ok_or_else(|| {
        Error::new(
            ErrorKind::OutOfRange,
            "canary",
            "has a value whose difference from one of the baseline overflows",
        )
    })
}

/// The shift with its interval, with the coverage `confidence` or more where it is exact (up to two arms of 50 values), and
/// about that otherwise. `None` if a sample is empty or has a value that is not finite, or if differences overflow.
pub(crate) fn hodges_lehmann(canary: &[f64], baseline: &[f64], confidence: f64) -> Option<Shift> {
    hodges_lehmann_of_sorted(&sorted(canary)?, &sorted(baseline)?, confidence)
}

/// As [`hodges_lehmann`], for samples in ascending order without NaN.
pub(crate) fn hodges_lehmann_of_sorted(canary: &[f64], baseline: &[f64], confidence: f64) -> Option<Shift> {
    let differences = Differences::of(canary, baseline)?;
    let last = differences.pairs - 1;
    let depth = interval_depth(canary, baseline, confidence);
    let end = depth.unwrap_or(last / 2);
    let [lower, low, high, upper] = differences.select([end, last / 2, last.div_ceil(2), last - end]);
    Some(Shift { estimate: midpoint(low, high), lower: depth.map(|_| lower), upper: depth.map(|_| upper) })
}

/// The mean of two numbers; neither their sum nor their difference overflows.
fn midpoint(low: f64, high: f64) -> f64 {
    if low.signum() == high.signum() { low + (high - low) / 2.0 } else { (low + high) / 2.0 }
}

/// The zero-based rank of the lower end of the interval; the upper end has the same rank from above.
///
/// The exact one leaves at most (1 − confidence) / 2 of the distribution of U without ties outside at each end. With ties
/// it covers more.
#[expect(clippy::cast_precision_loss, reason = "the number of pairs is below 2^53")]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and the number of pairs"
)]
fn interval_depth(canary: &[f64], baseline: &[f64], confidence: f64) -> Option<u64> {
    let tail = (1.0 - confidence) / 2.0;
    let (n, m) = (canary.len() as u64, baseline.len() as u64);
    if !rank::is_small(n, m) {
        let depth = n as f64 * m as f64 / 2.0
            - normal::two_sided(confidence) * Counts::of(canary, baseline).deviation();
        return (depth >= 0.0).then(|| libm::floor(depth) as u64);
    }
    let total = rank::choose(n + m, n.min(m));
    let ways = untied::ways(n.min(m), n.max(m), n * m / 2);
    // As R, which counts a probability that equals the tail as beyond it.
    let (limit, mut sum, mut depth) = (tail - 10.0 * f64::EPSILON, 0.0, 0_u64);
    for way in &ways {
        sum += way / total;
        if sum >= limit {
            break;
        }
        depth += 1;
    }
    match depth.checked_sub(1) {
        Some(depth) => Some(depth),
        // The extreme differences, if they leave exactly the tail outside.
        None => (1.0 / total <= tail + 10.0 * f64::EPSILON).then_some(0),
    }
}

/// The quantile `q` of a sample in ascending order: type 7 of Hyndman and Fan, as numpy, R and Excel. `None` if it is empty
/// or `q` is not a share.
pub(crate) fn percentile(sorted: &[f64], q: f64) -> Option<f64> {
    if sorted.is_empty() || !(0.0..=1.0).contains(&q) {
        return None;
    }
    let position = Position::of(q, sorted.len(), Rule::Linear);
    let (low, high) = (*sorted.get(position.rank)?, *sorted.get(position.next)?);
    let between = low + position.part * (high - low);
    // Without interpolation where it is not needed: the difference of two infinities is NaN.
    Some(if position.part <= 0.0 || between.is_nan() { low } else { between })
}

/// All differences between a value of one sorted sample and one of another, without a list of them.
#[derive(Clone, Copy, Debug)]
struct Differences<'a> {
    x: &'a [f64],
    y: &'a [f64],
    pairs: u64,
    lowest: f64,
    highest: f64,
}

/// How many differences are at most a pivot, and the two on both sides of it.
#[derive(Clone, Copy, Debug)]
struct Split {
    up_to: u64,
    /// The greatest difference that is at most the pivot.
    floor: f64,
    /// The least difference above it.
    ceiling: f64,
}

impl<'a> Differences<'a> {
    /// For samples in ascending order; `None` if one is empty or a difference is not finite.
    fn of(x: &'a [f64], y: &'a [f64]) -> Option<Self> {
        let (lowest, highest) = (x.first()? - y.last()?, x.last()? - y.first()?);
        let pairs = (x.len() as u64).checked_mul(y.len() as u64)?;
        (lowest.is_finite() && highest.is_finite()).then_some(Self { x, y, pairs, lowest, highest })
    }

    /// One pass over both samples: the first y with a difference up to the pivot moves up with x.
    fn split(self, pivot: f64) -> Split {
        let mut split = Split { up_to: 0, floor: f64::NEG_INFINITY, ceiling: f64::INFINITY };
        let mut rest = self.y;
        let mut passed = None;
        for x in self.x {
            while let [first, others @ ..] = rest
                && x - first > pivot
            {
                passed = Some(first);
                rest = others;
            }
            if let Some(first) = rest.first() {
                split.floor = split.floor.max(x - first);
            }
            if let Some(last) = passed {
                split.ceiling = split.ceiling.min(x - last);
            }
            split.up_to += rest.len() as u64;
        }
        split
    }

    /// The differences from `low` to `high`.
    fn between(self, low: f64, high: f64) -> Vec<f64> {
        let mut found = Vec::new();
        let mut rest = self.y;
        for x in self.x {
            while let [first, others @ ..] = rest
                && x - first > high
            {
                rest = others;
            }
            found.extend(rest.iter().map(|y| x - y).take_while(|difference| *difference >= low));
        }
        found
    }

    /// The differences of ascending zero-based ranks.
    ///
    /// Narrows an interval of differences around each rank by the number on each side of a pivot, until few enough are left
    /// to list them. A pivot counts for all ranks. The pivots are interpolated a little below and a little above a rank.
    /// Where that does not halve the number, the third one bisects the floating-point numbers, so that there are at most 200
    /// passes for a rank.
    #[expect(clippy::cast_precision_loss, reason = "a rounded pivot is as good")]
    fn select<const N: usize>(self, ranks: [u64; N]) -> [f64; N] {
        let few = (self.x.len() as u64 + self.y.len() as u64).max(64);
        let whole = Range { low: self.lowest, high: self.highest, below: 0, up_to: self.pairs };
        let mut targets = ranks.map(|rank| Target { rank, range: whole });
        let narrow = |targets: &mut [Target; N], pivot: f64| {
            if targets.iter().any(|target| target.range.contains(pivot)) {
                let split = self.split(pivot);
                targets.iter_mut().for_each(|target| target.narrow(pivot, split));
            }
        };
        if self.pairs > few.saturating_mul(64) {
            let shares = ranks.map(|rank| (rank as f64 + 0.5) / self.pairs as f64);
            for pivot in self.thin().brackets(&shares) {
                narrow(&mut targets, pivot);
            }
        }
        for at in 0..N {
            while let Some(Target { rank, range }) = targets.get(at).copied()
                && range.is_open()
                && range.left() > few
            {
                for aside in [-1.0, 1.0] {
                    let share = (rank - range.below) as f64 / range.left() as f64 + aside / 64.0;
                    let pivot = range.low + (range.high - range.low) * share.clamp(0.0, 1.0);
                    narrow(&mut targets, pivot);
                }
                if let Some(Target { range: now, .. }) = targets.get(at).copied()
                    && now.left() > range.left() / 2
                {
                    narrow(&mut targets, middle(now.low, now.high));
                }
            }
        }
        let (mut listed, mut list) = (None, Vec::new());
        targets.map(|Target { rank, range }| {
            if !range.is_open() {
                return range.high;
            }
            if listed != Some(range) {
                (listed, list) = (Some(range), self.between(range.low, range.high));
            }
            let nth =
                usize::try_from(rank - range.below).unwrap_or(usize::MAX).min(list.len().saturating_sub(1));
            if list.is_empty() { range.high } else { *list.select_nth_unstable_by(nth, f64::total_cmp).1 }
        })
    }

    /// Evenly spaced values of both samples: their differences have about the same distribution.
    fn thin(self) -> Thin {
        let most = (2 * (self.x.len() + self.y.len())).isqrt().min(256);
        let pick = |values: &[f64]| -> Vec<f64> {
            let step = values.len().div_ceil(most).max(1);
            values.iter().skip(step / 2).step_by(step).copied().collect()
        };
        Thin { x: pick(self.x), y: pick(self.y) }
    }
}

/// A part of the values of two sorted samples.
#[derive(Clone, Debug)]
struct Thin {
    x: Vec<f64>,
    y: Vec<f64>,
}

impl Thin {
    /// For each share, in ascending order, two differences that probably enclose it of all differences.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "at most 65,536 differences, and a cast saturates"
    )]
    fn brackets(&self, shares: &[f64]) -> Vec<f64> {
        let mut all: Vec<i64> = self.x.iter().flat_map(|x| self.y.iter().map(move |y| key(x - y))).collect();
        let last = all.len().saturating_sub(1);
        let aside = 2.0 / self.x.len().min(self.y.len()) as f64;
        let rank = |share: f64| ((all.len() as f64 * share).max(0.0) as usize).min(last);
        let mut ranks: Vec<usize> =
            shares.iter().flat_map(|share| [rank(share - aside), rank(share + aside)]).collect();
        ranks.sort_unstable();
        quantile::select(&mut all, &ranks);
        ranks.iter().filter_map(|rank| all.get(*rank)).map(|key| value(*key)).collect()
    }
}

/// A rank, and what is known of its difference.
#[derive(Clone, Copy, Debug)]
struct Target {
    rank: u64,
    range: Range,
}

impl Target {
    /// Splits the interval at the pivot, if it lies inside, and keeps the part of the rank.
    fn narrow(&mut self, pivot: f64, split: Split) {
        let range = &mut self.range;
        if !range.contains(pivot) {
            return;
        }
        if split.up_to > self.rank {
            (range.high, range.up_to) = (split.floor, split.up_to);
        } else {
            (range.low, range.below) = (split.ceiling, split.up_to);
        }
    }
}

/// An interval of differences that has the one of a rank.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Range {
    low: f64,
    high: f64,
    /// The number of differences below `low`.
    below: u64,
    /// The number of differences up to `high`.
    up_to: u64,
}

impl Range {
    fn left(self) -> u64 {
        self.up_to - self.below
    }

    fn is_open(self) -> bool {
        self.low < self.high
    }

    /// Whether a split at the pivot leaves differences on both sides.
    fn contains(self, pivot: f64) -> bool {
        (self.low..self.high).contains(&pivot)
    }
}

/// The floating-point number in the middle of those from `low` to `high`, below `high`, for low < high.
fn middle(low: f64, high: f64) -> f64 {
    let (low, high) = (key(low), key(high));
    value(i64::midpoint(low, high).min(high - 1).max(low))
}

/// The order of floating-point numbers as whole numbers.
fn key(value: f64) -> i64 {
    let bits = value.to_bits().cast_signed();
    bits ^ ((bits >> 63).cast_unsigned() >> 1).cast_signed()
}

/// The inverse of [`key`]: the sign bit stays as it is.
fn value(key: i64) -> f64 {
    f64::from_bits((key ^ ((key >> 63).cast_unsigned() >> 1).cast_signed()).cast_unsigned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The value of a linear congruential generator: pseudo-random whole numbers with ties.
    fn generated(n: usize, seed: u64, add: f64) -> Vec<f64> {
        let next = |state: &u64| Some((state * 1_103_515_245 + 12_345) % (1 << 31));
        std::iter::successors(next(&seed), next).take(n).map(|state| (state % 1000) as f64 + add).collect()
    }

    #[test]
    fn an_interval_needs_enough_values() {
        // Of 3 against 3 values, one of 20 splits is the extreme one.
        let shift = hodges_lehmann(&[10.0, 20.0, 30.0], &[1.0, 2.0, 3.0], 0.9).unwrap();
        assert_eq!(shift, Shift { estimate: 18.0, lower: Some(7.0), upper: Some(29.0) });
        let shift = hodges_lehmann(&[10.0, 20.0, 30.0], &[1.0, 2.0, 3.0], 0.95).unwrap();
        assert_eq!((shift.lower, shift.upper), (None, None));
        assert_eq!(hodges_lehmann(&[], &[1.0], 0.9), None);
        assert_eq!(hodges_lehmann(&[f64::INFINITY], &[1.0], 0.9), None);
        assert_eq!(hodges_lehmann(&[f64::MAX], &[f64::MIN], 0.9), None);
    }

    #[test]
    fn large_samples_are_those_of_numpy() {
        // numpy 2.4.6 on the million differences
        let shift = hodges_lehmann(&generated(1000, 2, 15.0), &generated(1000, 1, 0.0), 0.95).unwrap();
        assert_eq!(shift, Shift { estimate: 0.0, lower: Some(-26.0), upper: Some(26.0) });
    }

    #[test]
    fn percentiles_are_those_of_numpy() {
        let sorted = [118.9, 120.1, 122.4, 125.5, 127.3, 131.8, 133.7, 135.4, 139.2, 142.0];
        for (q, expected) in [(0.0, 118.9), (0.05, 119.44), (0.5, 129.55), (0.99, 141.748), (1.0, 142.0)] {
            assert!((percentile(&sorted, q).unwrap() - expected).abs() < 1e-9, "{q}");
        }
        assert_eq!(percentile(&[f64::NEG_INFINITY, 1.0, f64::INFINITY], 0.5), Some(1.0));
        assert_eq!(percentile(&[f64::NEG_INFINITY, 1.0], 0.5), Some(f64::NEG_INFINITY));
        assert_eq!(
            (percentile(&[], 0.5), percentile(&[1.0], 1.1), percentile(&[1.0], f64::NAN)),
            (None, None, None)
        );
    }

    #[test]
    fn keys_have_the_order_of_the_numbers() {
        let numbers = [f64::MIN, -1.0, -1e-300, -0.0, 0.0, 1e-300, 1.0, f64::MAX];
        assert!(numbers.is_sorted_by_key(|number| key(*number)));
        assert!(numbers.iter().all(|number| value(key(*number)).to_bits() == number.to_bits()));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn selected_differences_are_those_of_a_sort(
            x in prop::collection::vec(-40..40_i32, 1..120), y in prop::collection::vec(-40..40_i32, 1..120),
            scale in prop::sample::select(vec![1.0, 1e-9, 1e300, 0.1]), is_cubed: bool, share: prop::sample::Index,
        ) {
            let values = |list: &[i32]| {
                let of = |value: &i32| {
                    let value = f64::from(*value) * scale;
                    if is_cubed { value * value * value.signum() * value.abs().min(1.0) } else { value }
                };
                sorted(&list.iter().map(of).collect::<Vec<f64>>()).unwrap()
            };
            let (x, y) = (values(&x), values(&y));
            if let Some(differences) = Differences::of(&x, &y) {
                let mut all: Vec<f64> = x.iter().flat_map(|x| y.iter().map(move |y| x - y)).collect();
                all.sort_unstable_by(f64::total_cmp);
                let rank = share.index(all.len());
                let ranks = [0, rank / 2, rank, rank, all.len() - 1];
                prop_assert_eq!(differences.select(ranks.map(|rank| rank as u64)), ranks.map(|rank| all[rank]));
            }
        }

        #[test]
        fn the_interval_ends_where_the_test_rejects(
            x in prop::collection::vec(0.0..1.0_f64, 2..12), y in prop::collection::vec(0.0..1.0_f64, 2..12),
        ) {
            let is_tied = |sample: &[f64]| sorted(sample).unwrap().windows(2).any(|pair| pair[0] == pair[1]);
            prop_assume!(!is_tied(&x) && !is_tied(&y));
            // A shift inside the interval is not rejected at 5 % on either side; one beyond it is.
            let shift = hodges_lehmann(&x, &y, 0.9).unwrap();
            if let (Some(lower), Some(upper)) = (shift.lower, shift.upper) {
                prop_assert!(lower <= shift.estimate && shift.estimate <= upper);
                let test = |by: f64| {
                    let moved: Vec<f64> = y.iter().map(|value| value + by).collect();
                    rank::rank_test(&x, &moved).unwrap()
                };
                prop_assert!(test(lower - 1e-9).p_greater <= 0.05 + 1e-12);
                prop_assert!(test(lower + 1e-9).p_greater >= 0.05 - 1e-12);
                prop_assert!(test(upper + 1e-9).p_less <= 0.05 + 1e-12);
                prop_assert!(test(upper - 1e-9).p_less >= 0.05 - 1e-12);
            }
        }
    }
}
