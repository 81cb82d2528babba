//! Exact tests of two shares that condition on the trials alone, by the greatest probability over the unknown common share:
//! G. A. Barnard (Biometrika 34, 1947) and R. D. Boschloo (Statistica Neerlandica 24, 1970).
//!
//! A test orders all tables, and its p-value is the probability of those at least as extreme as the observed one. Given the
//! events of both arms, s, a table has a hypergeometric probability. So the region is one number for each s, and its
//! probability at a share π is the mean of these numbers over the binomial distribution of s.
use super::fisher::ln_binomial;
use std::cmp::Ordering;

/// The trials of the two arms: 1000 or fewer, so that the products of the exact comparisons fit into 128 bits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arms {
    pub(super) canary: u32,
    pub(super) baseline: u32,
}

/// A table: the events of the two arms.
#[derive(Clone, Copy, Debug)]
pub(super) struct Events {
    pub(super) canary: u32,
    pub(super) baseline: u32,
}

/// The p-values of a test.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unconditional {
    /// Wald's statistic, or the smaller p-value of Fisher.
    pub(super) statistic: f64,
    pub(super) less: f64,
    pub(super) greater: f64,
    pub(super) two_sided: f64,
}

/// Wald's statistic as a fraction: the difference of the shares, signed, and its variance, both in whole numbers.
#[derive(Clone, Copy, Debug)]
struct Wald {
    difference: i64,
    variance: u128,
}

impl Wald {
    fn of(arms: Arms, events: Events, pooled: bool) -> Self {
        let (n, m) = (i64::from(arms.canary), i64::from(arms.baseline));
        let (x, y) = (i64::from(events.canary), i64::from(events.baseline));
        let difference = x.saturating_mul(m).saturating_sub(y.saturating_mul(n));
        let product =
            |a: i64, b: i64| u128::from(a.unsigned_abs()).saturating_mul(u128::from(b.unsigned_abs()));
        let cube = |a: i64| product(a, a).saturating_mul(u128::from(a.unsigned_abs()));
        let variance = if pooled {
            let all = x.saturating_add(y);
            product(all, n.saturating_add(m).saturating_sub(all))
        } else {
            let part = |x: i64, n: i64, m: i64| product(x, n.saturating_sub(x)).saturating_mul(cube(m));
            part(x, n, m).saturating_add(part(y, m, n))
        };
        Self { difference, variance }
    }

    /// The exact order of the squares. Without a variance, a difference is infinite.
    fn compare_size(self, other: Self) -> Ordering {
        let square = |wald: Self| {
            let size = u128::from(wald.difference.unsigned_abs());
            size.saturating_mul(size)
        };
        if self.difference == 0 || other.difference == 0 {
            return (self.difference != 0).cmp(&(other.difference != 0));
        }
        square(self).saturating_mul(other.variance).cmp(&square(other).saturating_mul(self.variance))
    }

    fn compare(self, other: Self) -> Ordering {
        let signs = self.difference.signum().cmp(&other.difference.signum());
        let sizes = self.compare_size(other);
        signs.then(if self.difference < 0 { sizes.reverse() } else { sizes })
    }

    fn value(self, arms: Arms, pooled: bool) -> f64 {
        if self.difference == 0 {
            return 0.0;
        }
        let (n, m) = (f64::from(arms.canary), f64::from(arms.baseline));
        #[expect(clippy::cast_precision_loss, reason = "below 2^53, or a variance that needs 15 digits only")]
        let (difference, variance) = (self.difference as f64, self.variance as f64);
        let scale = if pooled { n * m / (n + m) } else { 1.0 / (n * m) };
        difference / (variance * scale).sqrt()
    }
}

/// Barnard's test by Wald's statistic. Tables that tie with the observed one belong to the region: the comparison is exact.
pub(super) fn barnard(arms: Arms, events: Events, pooled: bool) -> Unconditional {
    let observed = Wald::of(arms, events, pooled);
    let p = |extreme: &dyn Fn(Wald) -> bool| {
        supremum(arms, &|row| row.tables(|table| extreme(Wald::of(arms, table, pooled))))
    };
    Unconditional {
        statistic: observed.value(arms, pooled),
        less: p(&|wald| wald.compare(observed) != Ordering::Greater),
        greater: p(&|wald| wald.compare(observed) != Ordering::Less),
        two_sided: p(&|wald| wald.compare_size(observed) != Ordering::Less),
    }
}

/// Boschloo's test: ordered by the p-value of Fisher's test of one side. Ties differ in the last bits, so a table within
/// 1e-10 of the observed one ties with it.
pub(super) fn boschloo(arms: Arms, events: Events) -> Unconditional {
    let observed = Row::of(arms, events.canary.saturating_add(events.baseline));
    let (less, greater) = (observed.below(events.canary), observed.above(events.canary));
    let limit = |p: f64| p * (1.0 + 1e-10);
    let p_less = supremum(arms, &|row| row.tail_within(limit(less), false));
    let p_greater = supremum(arms, &|row| row.tail_within(limit(greater), true));
    Unconditional {
        statistic: less.min(greater).min(1.0),
        less: p_less,
        greater: p_greater,
        two_sided: (2.0 * p_less.min(p_greater)).min(1.0),
    }
}

/// The tables with the same number of events, and their conditional probabilities.
struct Row {
    /// The events of both arms.
    events: u32,
    /// The least number of events of the canary.
    least: u32,
    /// The probability of each number from `least` on.
    probabilities: Vec<f64>,
}

impl Row {
    fn of(arms: Arms, events: u32) -> Self {
        let least = events.saturating_sub(arms.baseline);
        let most = events.min(arms.canary);
        let (n, m, s) = (f64::from(arms.canary), f64::from(arms.baseline), f64::from(events));
        // Outwards from the mode, so that no term overflows.
        let mode =
            libm::floor((s + 1.0) * (n + 1.0) / (n + m + 2.0)).clamp(f64::from(least), f64::from(most));
        let (mut below, mut above) = (Vec::new(), vec![1.0]);
        let (mut term, mut k) = (1.0, mode);
        while k > f64::from(least) {
            term *= k * (m - s + k) / ((n - k + 1.0) * (s - k + 1.0));
            k -= 1.0;
            below.push(term);
        }
        (term, k) = (1.0, mode);
        while k < f64::from(most) {
            term *= (n - k) * (s - k) / ((k + 1.0) * (m - s + k + 1.0));
            k += 1.0;
            above.push(term);
        }
        let mut probabilities: Vec<f64> = below.into_iter().rev().chain(above).collect();
        let total: f64 = probabilities.iter().sum();
        probabilities.iter_mut().for_each(|probability| *probability /= total);
        Self { events, least, probabilities }
    }

    /// The probability of the tables in a region.
    fn tables(&self, contains: impl Fn(Events) -> bool) -> f64 {
        let numbers =
            (self.least..).map(|canary| Events { canary, baseline: self.events.saturating_sub(canary) });
        let inside = numbers.zip(&self.probabilities).filter(|(table, _)| contains(*table));
        inside.map(|(_, probability)| probability).sum::<f64>().min(1.0)
    }

    /// P(X <= events of the canary).
    fn below(&self, canary: u32) -> f64 {
        self.tables(|table| table.canary <= canary)
    }

    /// P(X >= events of the canary), from the end of the tail on.
    fn above(&self, canary: u32) -> f64 {
        let tail = self.probabilities.len().saturating_sub(canary.saturating_sub(self.least) as usize);
        self.probabilities.iter().rev().take(tail).sum()
    }

    /// The greatest tail that is not above a limit.
    fn tail_within(&self, limit: f64, is_upper: bool) -> f64 {
        let mut sum = 0.0;
        let mut add = |probability: &f64| {
            let next = sum + probability;
            let is_within = next <= limit;
            if is_within {
                sum = next;
            }
            is_within
        };
        if is_upper {
            let _ = self.probabilities.iter().rev().all(&mut add);
        } else {
            let _ = self.probabilities.iter().all(&mut add);
        }
        sum.min(1.0)
    }
}

/// The greatest probability of a region over the common share: a grid on the scale on which a binomial share has a constant
/// standard deviation, and golden sections around its peaks.
fn supremum(arms: Arms, region: &dyn Fn(&Row) -> f64) -> f64 {
    const CELLS: u32 = 512;
    let total = arms.canary.saturating_add(arms.baseline);
    let inside: Vec<f64> = (0..=total).map(|events| region(&Row::of(arms, events))).collect();
    let at = |angle: f64| {
        let sine = libm::sin(angle);
        mean(&inside, sine * sine)
    };
    let step = std::f64::consts::FRAC_PI_2 / f64::from(CELLS);
    let grid: Vec<f64> = (0..=CELLS).map(|cell| at(f64::from(cell) * step)).collect();
    let best = grid.iter().copied().fold(0.0, f64::max);
    let mut greatest = best;
    for (cell, value) in (0..=CELLS).zip(&grid) {
        let neighbour = |offset: u32| grid.get(offset as usize).copied().unwrap_or(0.0);
        let is_peak =
            *value >= neighbour(cell.saturating_sub(1)) && *value >= neighbour(cell.saturating_add(1));
        if is_peak && *value >= best * 0.98 {
            let low = f64::from(cell.saturating_sub(1)) * step;
            let high = f64::from(cell.saturating_add(1).min(CELLS)) * step;
            greatest = greatest.max(golden(low, high, &at));
        }
    }
    greatest.min(1.0)
}

/// The greatest value of a function with one peak.
fn golden(low: f64, high: f64, at: &impl Fn(f64) -> f64) -> f64 {
    const PART: f64 = 0.618_033_988_749_894_9;
    let (mut low, mut high) = (low, high);
    let (mut left, mut right) = (high - PART * (high - low), low + PART * (high - low));
    let (mut at_left, mut at_right) = (at(left), at(right));
    for _ in 0..60 {
        if at_left < at_right {
            low = left;
            (left, at_left) = (right, at_right);
            right = low + PART * (high - low);
            at_right = at(right);
        } else {
            high = right;
            (right, at_right) = (left, at_left);
            left = high - PART * (high - low);
            at_left = at(left);
        }
    }
    at_left.max(at_right)
}

/// The mean of `values` over the binomial distribution of their index, outwards from the mode.
fn mean(values: &[f64], share: f64) -> f64 {
    let (Some(first), Some(last)) = (values.first(), values.last()) else { return 0.0 };
    if share <= 0.0 {
        return *first;
    }
    if share >= 1.0 {
        return *last;
    }
    #[expect(clippy::cast_precision_loss, reason = "at most 2000")]
    let n = values.len().saturating_sub(1) as f64;
    let mode = libm::floor((n + 1.0) * share).min(n);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 2000")]
    let index = mode as usize;
    let start = libm::exp(ln_binomial(mode, n, share));
    let odds = share / (1.0 - share);
    let (mut sum, mut term, mut k) = (0.0, start, mode);
    for value in values.iter().skip(index) {
        sum += term * value;
        term *= (n - k) / (k + 1.0) * odds;
        k += 1.0;
    }
    (term, k) = (start, mode);
    for value in values.iter().take(index).rev() {
        term *= k / ((n - k + 1.0) * odds);
        k -= 1.0;
        sum += term * value;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn binomial(k: u32, n: u32, share: f64) -> f64 {
        let ways = (0..k).fold(1.0, |ways, i| ways * f64::from(n - i) / f64::from(i + 1));
        ways * libm::pow(share, f64::from(k)) * libm::pow(1.0 - share, f64::from(n - k))
    }

    /// The probability of all tables at least as extreme, on a fine grid, table by table.
    fn naive(arms: Arms, extreme: &dyn Fn(Events) -> bool) -> f64 {
        let tables: Vec<Events> = (0..=arms.canary)
            .flat_map(|canary| (0..=arms.baseline).map(move |baseline| Events { canary, baseline }))
            .filter(|table| extreme(*table))
            .collect();
        (0..=500_u32)
            .map(|i| {
                let share = f64::from(i) / 500.0;
                let of = |table: &Events| {
                    binomial(table.canary, arms.canary, share)
                        * binomial(table.baseline, arms.baseline, share)
                };
                tables.iter().map(of).sum::<f64>()
            })
            .fold(0.0, f64::max)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn p_values_are_the_greatest_over_a_grid(
            (x, n) in (1..14_u32).prop_flat_map(|n| (0..=n, Just(n))),
            (y, m) in (1..14_u32).prop_flat_map(|n| (0..=n, Just(n))), pooled in any::<bool>(),
        ) {
            let (arms, events) = (Arms { canary: n, baseline: m }, Events { canary: x, baseline: y });
            let observed = Wald::of(arms, events, pooled);
            let got = barnard(arms, events, pooled);
            let size = |table| Wald::of(arms, table, pooled).value(arms, pooled);
            let expected = naive(arms, &|table| size(table) >= size(events) - 1e-9);
            // The grid of the naive model is coarse: it is never above the supremum.
            prop_assert!(got.greater >= expected - 1e-9 && got.greater <= expected + 2e-4, "{} {expected}", got.greater);
            let expected = naive(arms, &|table| size(table).abs() >= size(events).abs() - 1e-9);
            prop_assert!(got.two_sided >= expected - 1e-9 && got.two_sided <= expected + 2e-4);
            prop_assert_eq!(observed.compare(observed), Ordering::Equal);
            // Swapped arms swap the sides.
            let swapped = barnard(
                Arms { canary: m, baseline: n }, Events { canary: y, baseline: x }, pooled,
            );
            prop_assert!((swapped.less - got.greater).abs() < 1e-9);
            // Boschloo is never above Fisher of one side.
            let boschloo = boschloo(arms, events);
            let fisher = super::super::fisher::fisher(f64::from(x), f64::from(n), f64::from(y), f64::from(m));
            prop_assert!(boschloo.greater <= fisher.greater * (1.0 + 1e-9), "{} {}", boschloo.greater, fisher.greater);
            prop_assert!(boschloo.less <= fisher.less * (1.0 + 1e-9));
        }
    }
}
