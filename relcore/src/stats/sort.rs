//! Order of large samples: a sort and a selection that use the distribution of the values, with the result of
//! `sort_unstable_by(f64::total_cmp)`.
use super::quantile::select;

/// From this number of values on, the sort by digits is faster than that by comparisons.
const LARGE: usize = 2048;
/// The bits of a digit, its values, and the most digits of a key.
const BITS: u32 = 11;
const DIGITS: usize = 1 << BITS;
const PASSES: u32 = 3;

/// The values in ascending order of `f64::total_cmp`.
///
/// A radix sort of the two or three most significant digits of the range that the values have, then insertion: few values
/// agree in these digits without being equal. Where many do, the sort by comparisons takes over.
pub(super) fn sorted(values: &[f64]) -> Vec<f64> {
    if values.len() < LARGE || u32::try_from(values.len()).is_err() {
        let mut keys: Vec<u64> = values.iter().map(|value| key(*value)).collect();
        keys.sort_unstable();
        return keys.into_iter().map(value).collect();
    }
    let digits = Digits::of(values);
    let mut counts = digits.count(values);
    // So many values agree in two digits, if they spread evenly over the second one.
    let squares = counts.last().map_or(0, |counts| counts.iter().map(|count| u64::from(*count).pow(2)).sum());
    let skipped = usize::from(squares / (values.len() as u64 * DIGITS as u64) < 2);
    let (mut here, mut there) = (Vec::new(), Vec::new());
    for (pass, counts) in (0..).zip(&mut counts).skip(skipped) {
        let source = if here.is_empty() { values } else { &here };
        if there.is_empty() {
            there = vec![0.0; values.len()];
        }
        digits.scatter(pass, source, &mut there, counts);
        std::mem::swap(&mut here, &mut there);
    }
    if !insert(&mut here) {
        here.sort_unstable_by(f64::total_cmp);
    }
    here
}

/// The digits of keys, counted from the least significant one of those that are sorted by.
#[derive(Clone, Copy, Debug)]
struct Digits {
    /// The least key.
    low: u64,
    /// The bits below the digits.
    shift: u32,
}

impl Digits {
    fn of(values: &[f64]) -> Self {
        let (mut low, mut high) = (u64::MAX, 0);
        for value in values {
            let key = key(*value);
            low = low.min(key);
            high = high.max(key);
        }
        let bits = u64::BITS - high.saturating_sub(low).leading_zeros();
        Self { low, shift: bits.saturating_sub(PASSES * BITS) }
    }

    fn digit(self, value: f64, pass: u32) -> usize {
        let digit = (key(value).wrapping_sub(self.low) >> self.shift >> (pass * BITS)) & (DIGITS as u64 - 1);
        usize::try_from(digit).unwrap_or_default() // INVARIANT: less than DIGITS
    }

    /// How many values have each digit.
    fn count(self, values: &[f64]) -> [[u32; DIGITS]; PASSES as usize] {
        let mut counts = [[0_u32; DIGITS]; PASSES as usize];
        for value in values {
            for (pass, counts) in (0..).zip(&mut counts) {
                if let Some(count) = counts.get_mut(self.digit(*value, pass)) {
                    *count = count.wrapping_add(1);
                }
            }
        }
        counts
    }

    /// Copies the values in the order of a digit; those that agree in it stay in theirs.
    fn scatter(self, pass: u32, from: &[f64], to: &mut [f64], counts: &mut [u32; DIGITS]) {
        let mut start = 0_u32;
        for count in counts.iter_mut() {
            let next = start.wrapping_add(*count);
            *count = start;
            start = next;
        }
        for value in from {
            let Some(next) = counts.get_mut(self.digit(*value, pass)) else { continue };
            if let Some(place) = to.get_mut(*next as usize) {
                *place = *value;
            }
            *next = next.wrapping_add(1);
        }
    }
}

/// Sorts nearly sorted values by insertion; false if that takes too many steps.
fn insert(values: &mut [f64]) -> bool {
    let mut steps = values.len().saturating_mul(4);
    for end in 1..values.len() {
        let Some([before, own]) = values.get(end.wrapping_sub(1)..=end) else { return false };
        if key(*before) <= key(*own) {
            continue;
        }
        let mut at = end;
        while let Some(before) = at.checked_sub(1)
            && values.get(before).map(|value| key(*value)) > values.get(at).map(|value| key(*value))
        {
            values.swap(before, at);
            at = before;
            steps = steps.saturating_sub(1);
        }
        if steps == 0 {
            return false;
        }
    }
    true
}

/// The number of values in the part by which [`at_ranks`] looks for ranks.
const PART: usize = 4096;

/// The values of some ascending ranks, as [`sorted`] orders them.
///
/// Values near the ranks, as a part of the sample says, are collected in one pass and selected. If a rank is not among them,
/// all values are sorted.
pub(super) fn at_ranks<const N: usize>(values: &[f64], ranks: [usize; N]) -> [Option<f64>; N] {
    let all = |values: &[f64]| {
        let values = sorted(values);
        ranks.map(|rank| values.get(rank).copied())
    };
    let (Some(first), Some(last)) = (ranks.first(), ranks.last()) else { return all(values) };
    if values.len() < PART {
        return all(values);
    }
    let step = values.len().div_ceil(PART).max(1);
    let mut part: Vec<f64> = values.iter().step_by(step).copied().collect();
    part.sort_unstable_by(f64::total_cmp);
    // About five standard deviations of a rank in the part.
    let aside = |rank: usize| {
        let rank = rank / step;
        let spread = rank.min(part.len().saturating_sub(rank)).max(1);
        (rank, spread.isqrt().saturating_mul(5).saturating_add(4))
    };
    let ((below, left), (above, right)) = (aside(*first), aside(*last));
    let low = below.checked_sub(left).and_then(|rank| part.get(rank)).copied().unwrap_or(f64::NEG_INFINITY);
    let high = part.get(above.saturating_add(right)).copied().unwrap_or(f64::INFINITY);
    let (lower, mut near) = between(values, low, high);
    if *first < lower || *last >= lower.saturating_add(near.len()) {
        return all(values);
    }
    let ranks = ranks.map(|rank| rank.saturating_sub(lower));
    select(&mut near, &ranks);
    ranks.map(|rank| near.get(rank).map(|key| value(*key)))
}

/// The number of values below `low`, and the keys of those from there to `high`.
fn between(values: &[f64], low: f64, high: f64) -> (usize, Vec<u64>) {
    /// Few of these have one between: the others are only counted, several at once.
    const CHUNK: usize = 32;
    let (mut lower, mut near) = (0_usize, Vec::new());
    for chunk in values.chunks(CHUNK) {
        let (mut below, mut up_to) = (0_usize, 0_usize);
        for value in chunk {
            below = below.wrapping_add(usize::from(*value < low));
            up_to = up_to.wrapping_add(usize::from(*value <= high));
        }
        lower = lower.saturating_add(below);
        if below < up_to {
            near.extend(chunk.iter().filter(|value| (low..=high).contains(*value)).map(|value| key(*value)));
        }
    }
    (lower, near)
}

/// The order of `total_cmp` as whole numbers.
pub(super) fn key(value: f64) -> u64 {
    let bits = value.to_bits();
    // All bits of a negative number turn, the sign alone of another one.
    bits ^ ((bits.cast_signed() >> 63).cast_unsigned() | 1 << 63)
}

/// The inverse of [`key`].
pub(super) fn value(key: u64) -> f64 {
    f64::from_bits(key ^ ((!key.cast_signed() >> 63).cast_unsigned() | 1 << 63))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sample(n: usize, seed: u64, kind: u8) -> Vec<f64> {
        let next = |state: &u64| {
            Some(state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407))
        };
        let of = |bits: u64| match kind {
            0 => (bits >> 11) as f64 / 1e9 - 1e6,
            1 => (bits >> 54) as f64,
            2 => f64::from_bits(bits),
            3 => 1.0 + (bits >> 20) as f64 * f64::EPSILON,
            4 if bits.is_multiple_of(1000) => 1e300,
            4 => 1.0 + (bits >> 40) as f64 * f64::EPSILON,
            _ => 0.0 * if bits >> 63 == 1 { -1.0 } else { 1.0 },
        };
        std::iter::successors(next(&seed), next).map(of).filter(|value| !value.is_nan()).take(n).collect()
    }

    #[test]
    fn keys_have_the_order_of_the_numbers() {
        let numbers = [f64::NEG_INFINITY, -1.0, -1e-300, -0.0, 0.0, 1e-300, 1.0, f64::INFINITY];
        assert!(numbers.is_sorted_by_key(|number| key(*number)));
        assert!(numbers.iter().all(|number| value(key(*number)).to_bits() == number.to_bits()));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn the_order_is_that_of_comparisons(n in 0..20_000_usize, seed: u64, kind in 0..6_u8) {
            let values = sample(n, seed, kind);
            let (got, mut expected) = (sorted(&values), values.clone());
            expected.sort_unstable_by(f64::total_cmp);
            let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
            prop_assert!(bits(&got) == bits(&expected));
            for percent in [0, 1, 50, 99, 100] {
                let rank = n * percent / 100;
                let ranks = [rank.saturating_sub(20), rank, rank + 20];
                let at = at_ranks(&values, ranks);
                let expected = ranks.map(|rank| expected.get(rank).copied());
                prop_assert!(at.map(|value| value.map(f64::to_bits)) == expected.map(|value| value.map(f64::to_bits)));
            }
        }
    }
}
