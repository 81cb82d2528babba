//! Change points of a history by energy distances: e-divisive (D. S. Matteson and N. A. James, Journal of the American
//! Statistical Association 109, 2014), the method of Apache Otava and of MongoDB, without its random permutations.
use super::arguments::{check_magnitude, check_values};
use super::lag::is_constant;
use super::means::Moments;
use super::student;
use crate::error::{ErrorKind, Faults, Result};
use crate::input::input;
use crate::scalar::Count;
use serde::{Deserialize, Serialize};

/// Finds where the level of a history changed: lead times, build times, the results of a benchmark for each release.
///
/// The candidate is the index that divides a stretch of the history into the two most different parts, by their energy
/// distance. It is a change point if Welch's test of the means of both parts rejects, with its p-value multiplied by the
/// number of divisions among which the candidate was chosen. Each part is then divided again. The result depends on no
/// random numbers, and the memory grows with the number of values, not with its square.
///
/// ```
/// use relcore::stats::{ChangePointPolicy, change_points};
/// let build_minutes: Vec<f64> =
///     (0..40_u32).map(|i| f64::from(i * 7 % 5) + if i < 25 { 20.0 } else { 30.0 }).collect();
/// let changes = change_points(&build_minutes, &ChangePointPolicy::default())?;
/// assert_eq!(changes.len(), 1);
/// assert_eq!(changes[0].index.get(), 25); // the first value of the new level
///
/// // Pitfall: two slow builds at the end are no level yet; `leastValues` says how many are.
/// assert!(change_points(&build_minutes[..27], &ChangePointPolicy::default())?.is_empty());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// Values must not depend on one another. The values of a queue, a minute apart, have levels that mean nothing; use
/// `analysis.detect_anomalies` for them.
///
/// # Errors
/// All faults at once: `out_of_range` for fewer than twice `leastValues` values, for more than 5000, for an infinite one
/// or one beyond 1e100, and for an `alpha` of 5; `invalid_value` for a NaN.
pub fn change_points(values: &[f64], policy: &ChangePointPolicy) -> Result<Vec<ChangePoint>> {
    let mut faults = Faults::new();
    policy.check(&mut faults);
    let least = policy.least();
    check_values(values, "values", least.saturating_mul(2), true, &mut faults);
    let count = values.len();
    faults.check(
        count <= MOST_VALUES,
        ErrorKind::OutOfRange,
        format_args!("values"),
        format_args!("has {count} values: expected at most {MOST_VALUES}"),
    );
    check_magnitude(
        (0..).zip(values).map(|(index, value): (usize, _)| (format!("values[{index}]"), *value)),
        &mut faults,
    );
    faults.finish()?;
    let mut divisions: Vec<Division> = Vec::new();
    let mut stretches = vec![(0, values.len())];
    while let Some((start, end)) = stretches.pop() {
        let stretch = values.get(start..end).unwrap_or_default();
        let Some(candidate) = Candidate::of(stretch, least) else { continue };
        let p = candidate.p(stretch);
        let adjusted = (p * candidate.choices).min(1.0);
        if adjusted <= policy.alpha {
            let index = start.saturating_add(candidate.index);
            divisions.push(Division { index, statistic: candidate.statistic, p, adjusted });
            stretches.extend([(start, index), (index, end)]);
        }
    }
    divisions.sort_by_key(|division| division.index);
    let starts = std::iter::once(0).chain(divisions.iter().map(|division| division.index));
    let ends = divisions.iter().map(|division| division.index).chain([values.len()]);
    let means: Vec<f64> = starts
        .zip(ends)
        .map(|(start, end)| Moments::of(values.get(start..end).unwrap_or_default()).mean)
        .collect();
    let changes = divisions.iter().zip(means.iter().zip(means.iter().skip(1)));
    Ok(changes
        .map(|(division, (before, after))| ChangePoint {
            index: Count::of(division.index),
            mean_before: *before,
            mean_after: *after,
            statistic: division.statistic,
            p: division.p,
            adjusted_p: division.adjusted,
        })
        .collect())
}

/// The number of values up to which all divisions are compared.
const MOST_VALUES: usize = 5_000;

input! {
    /// How certain a change point must be.
    ///
    /// ```
    /// use relcore::stats::ChangePointPolicy;
    /// assert_eq!(ChangePointPolicy::default().alpha(0.001).least_values, 5);
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "stats.ChangePointPolicy", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct ChangePointPolicy {
        /// The highest probability of a change point in a history that has none. Default 0.05.
        pub alpha: f64,
        /// The number of values that a level has at least, from 2. Default 5.
        pub least_values: u32,
    }
}

impl Default for ChangePointPolicy {
    fn default() -> Self {
        Self { alpha: 0.05, least_values: 5 }
    }
}

impl ChangePointPolicy {
    fn least(&self) -> usize {
        usize::try_from(self.least_values).unwrap_or(usize::MAX)
    }

    fn check(&self, faults: &mut Faults) {
        let (alpha, least) = (self.alpha, self.least_values);
        faults.check(
            (1e-9..=0.5).contains(&alpha),
            ErrorKind::OutOfRange,
            format_args!("policy.alpha"),
            format_args!("`{alpha}` is out of range: expected a share from 1e-9 to 0.5"),
        );
        faults.check(
            (2..=1000).contains(&least),
            ErrorKind::OutOfRange,
            format_args!("policy.leastValues"),
            format_args!("`{least}` is out of range: expected 2 to 1000"),
        );
    }
}

/// A change of the level of a history, made by [`change_points`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.ChangePoint", rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangePoint {
    /// The index of the first value of the new level, from 0.
    pub index: Count,
    /// The mean of the values since the change point before.
    pub mean_before: f64,
    /// The mean of the values until the next change point.
    pub mean_after: f64,
    /// The energy distance of both parts, scaled by their sizes: `qhat` of Apache Otava.
    pub statistic: f64,
    /// The p-value of Welch's test of both parts, as if the index had been known before.
    pub p: f64,
    /// The p-value, multiplied by the number of divisions among which the index was chosen; at most 1.
    pub adjusted_p: f64,
}

/// A change point without its means.
struct Division {
    index: usize,
    statistic: f64,
    p: f64,
    adjusted: f64,
}

/// The most different two parts of a stretch: from its start to `index`, and from there to `end`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Candidate {
    pub(super) index: usize,
    end: usize,
    pub(super) statistic: f64,
    /// The number of divisions that were compared.
    choices: f64,
}

impl Candidate {
    /// Among parts of at least so many values; of several, that with the least index. `None` if there is none.
    pub(super) fn of(values: &[f64], least: usize) -> Option<Self> {
        // Of the differences of all pairs: the sum up to each index, and, for one end after the other, from each index on.
        let mut up_to = vec![0.0; values.len().saturating_add(1)];
        let mut from = vec![0.0; values.len()];
        let mut best: Option<Self> = None;
        let mut choices = 0.0;
        for (last, value) in values.iter().enumerate() {
            let mut sum = 0.0;
            for (other, from) in values.iter().zip(from.iter_mut()).take(last).rev() {
                sum += (value - other).abs();
                *from += sum;
            }
            let before: f64 = up_to.get(last).copied().unwrap_or_default();
            let end = last.saturating_add(1);
            if let Some(total) = up_to.get_mut(end) {
                *total = before + sum;
            }
            let Some(most) = end.checked_sub(least) else { continue };
            let parts = up_to.iter().zip(&from).enumerate().take(most.saturating_add(1)).skip(least);
            for (index, (left, right)) in parts {
                let (n, m) = (size(index), size(end.saturating_sub(index)));
                let between = before + sum - left - right;
                let within = |pairs: f64, size: f64| if size > 1.0 { pairs / (size - 1.0) } else { 0.0 };
                let statistic = 2.0 / (n + m) * (between - m * within(*left, n) - n * within(*right, m));
                choices += 1.0;
                let is_better = best.is_none_or(|best| {
                    statistic > best.statistic || statistic >= best.statistic && index < best.index
                });
                if is_better {
                    best = Some(Self { index, end, statistic, choices });
                }
            }
        }
        best.map(|best| Self { choices, ..best })
    }

    /// The two-sided p-value of Welch's test of both parts.
    fn p(self, values: &[f64]) -> f64 {
        let parts = (values.get(..self.index), values.get(self.index..self.end));
        let (Some(left), Some(right)) = parts else { return 1.0 };
        let (x, y) = (Moments::of(left), Moments::of(right));
        let all: Vec<Option<f64>> = left.iter().chain(right).copied().map(Some).collect();
        if is_constant(&all) {
            return 1.0;
        }
        let (error, df) = x.error_of_difference(y);
        let t = (x.mean - y.mean).abs() / error;
        // Two different constants.
        if t.is_infinite() { 0.0 } else { (2.0 * student::upper(t, df)).min(1.0) }
    }
}

#[expect(clippy::cast_precision_loss, reason = "at most 5000")]
fn size(items: usize) -> f64 {
    items as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::simulation::Dice;
    use proptest::prelude::*;

    /// The definition, with all sums anew for each division.
    fn naive(values: &[f64], least: usize) -> Option<(usize, usize, f64)> {
        let pairs = |part: &[f64]| -> f64 {
            part.iter().enumerate().map(|(i, x)| part[..i].iter().map(|y| (x - y).abs()).sum::<f64>()).sum()
        };
        let mut best: Option<(usize, usize, f64)> = None;
        for index in least..values.len() {
            for end in index + least..=values.len() {
                let (x, y) = (&values[..index], &values[index..end]);
                let (n, m) = (x.len() as f64, y.len() as f64);
                let between: f64 = x.iter().map(|x| y.iter().map(|y| (x - y).abs()).sum::<f64>()).sum();
                let choose = |n: f64| (n * (n - 1.0) / 2.0).max(1.0);
                let distance = 2.0 / (n * m) * between - pairs(x) / choose(n) - pairs(y) / choose(m);
                let statistic = n * m / (n + m) * distance;
                if best.is_none_or(|(.., most)| statistic > most + 1e-9) {
                    best = Some((index, end, statistic));
                }
            }
        }
        best
    }

    #[test]
    fn histories_without_a_change_have_one_at_most_as_often_as_alpha() {
        let mut dice = Dice::new(20_261_127);
        let policy = ChangePointPolicy::default();
        let runs = 400;
        let found = (0..runs).filter(|_| {
            let values: Vec<f64> = (0..50).map(|_| dice.normal()).collect();
            !change_points(&values, &policy).unwrap().is_empty()
        });
        assert!(found.count() <= runs / 20);
    }

    #[test]
    fn a_rise_and_a_fall_are_two_changes() {
        let mut dice = Dice::new(7);
        let level = |i: u32| if (30..60).contains(&i) { 5.0 } else { 0.0 };
        let values: Vec<f64> = (0..100).map(|i| dice.normal() + level(i)).collect();
        let changes = change_points(&values, &ChangePointPolicy::default()).unwrap();
        let indices: Vec<u64> = changes.iter().map(|change| change.index.get()).collect();
        assert_eq!(indices, [30, 60]);
    }

    #[test]
    fn two_constants_are_a_change_and_one_is_none() {
        let policy = ChangePointPolicy::default();
        assert!(change_points(&[0.1 + 0.2; 30], &policy).unwrap().is_empty());
        let values: Vec<f64> = (0..20_u32).map(|i| if i < 8 { 1.0 } else { 2.0 }).collect();
        let changes = change_points(&values, &policy).unwrap();
        assert_eq!((changes.len(), changes[0].index.get(), changes[0].adjusted_p), (1, 8, 0.0));
    }

    proptest! {
        #[test]
        fn the_candidate_is_that_of_the_definition(
            values in prop::collection::vec(-5..5_i8, 2..16), least in 1..4_usize,
        ) {
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let (got, expected) = (Candidate::of(&values, least), naive(&values, least));
            prop_assert_eq!(got.is_some(), expected.is_some());
            if let (Some(got), Some((.., statistic))) = (got, expected) {
                prop_assert!((got.statistic - statistic).abs() < 1e-9, "{got:?} {statistic}");
            }
        }

        #[test]
        fn another_unit_and_the_reverse_order_have_the_same_changes(
            values in prop::collection::vec(-5.0..5.0_f64, 10..40), at in 0..40_usize, scale in 0.01..100.0_f64,
        ) {
            let values: Vec<f64> = values.iter().enumerate().map(|(i, v)| v + if i < at { 0.0 } else { 20.0 }).collect();
            let policy = ChangePointPolicy::default();
            let indices = |values: &[f64]| -> Vec<u64> {
                change_points(values, &policy).unwrap().iter().map(|change| change.index.get()).collect()
            };
            let scaled: Vec<f64> = values.iter().map(|value| value * scale).collect();
            prop_assert_eq!(indices(&values), indices(&scaled));
        }
    }
}
