//! The trend of a metric over buckets.
use super::Metric;
use super::measure::Group;
use super::metric::Trend;
use crate::scalar::Count;
use serde::{Deserialize, Serialize};

/// Whether a change is for the better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.ChangeDirection", rename_all = "snake_case")]
pub enum ChangeDirection {
    /// The whole interval is for the better.
    Better,
    /// The whole interval is for the worse.
    Worse,
    /// The interval has both, or there is none.
    Unclear,
}

/// The trend of a metric over buckets.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.MetricTrend", rename_all = "camelCase", deny_unknown_fields)]
pub struct MetricTrend {
    /// How many whole buckets have a value.
    pub buckets: Count,
    /// What the metric changes by in a bucket: the median of the slopes of all pairs (H. Theil 1950; P. K. Sen 1968).
    pub slope: f64,
    /// The chance of so clear a trend without one: the test of Mann and Kendall, exact for up to ten buckets without equal values,
    /// else by the normal distribution with corrections for continuity and for ties.
    pub p: f64,
    /// Whether it is for the better, by `p` and the level of the policy.
    pub direction: ChangeDirection,
}

/// Whether a rise or a fall is for the better.
pub(super) fn direction(found: Trend, better: Trend) -> ChangeDirection {
    if found == better { ChangeDirection::Better } else { ChangeDirection::Worse }
}

/// The values of the whole buckets that have one, each at the number of its bucket. Ranges with a time between them are so many
/// buckets apart.
pub(super) fn points(metric: Metric, groups: [&Group; 2]) -> Vec<(f64, f64)> {
    let whole = || groups.into_iter().flat_map(|group| &group.buckets).filter(|bucket| !bucket.partial);
    let lengths: Vec<f64> = whole().map(|bucket| bucket.range.length().as_seconds()).collect();
    let usual = lengths.iter().sum::<f64>() / to_f64(lengths.len());
    let (mut at, mut end, mut points) = (-1.0, None, vec![]);
    for bucket in whole() {
        let apart = end.map_or(0.0, |end| bucket.range.start.since(end).as_seconds());
        at += 1.0 + (apart / usual).round();
        end = Some(bucket.range.end);
        points.extend(bucket.estimate(metric).and_then(|estimate| estimate.value).map(|value| (at, value)));
    }
    points
}

/// Fewer values show no trend.
const FEWEST: usize = 3;

pub(super) fn trend(points: &[(f64, f64)], better: Trend, alpha: f64) -> Option<MetricTrend> {
    if points.len() < FEWEST {
        return None;
    }
    let (slope, p) = (theil_sen(points), mann_kendall(points));
    let found = match p < alpha {
        true if slope > 0.0 => direction(Trend::Rise, better),
        true if slope < 0.0 => direction(Trend::Fall, better),
        _ => ChangeDirection::Unclear,
    };
    Some(MetricTrend { buckets: Count::of(points.len()), slope, p, direction: found })
}

/// The most values of which all pairs are looked at: those of the latest buckets.
const MOST_PAIRED: usize = 2000;

fn latest(points: &[(f64, f64)]) -> &[(f64, f64)] {
    points.get(points.len().saturating_sub(MOST_PAIRED)..).unwrap_or_default()
}

/// All pairs of points: how far they are apart, and by how much the later one is greater.
fn pairs(points: &[(f64, f64)]) -> impl Iterator<Item = (f64, f64)> {
    let pairs_of = |(index, first): (usize, &(f64, f64))| {
        let first = *first;
        let later = points.get(index.saturating_add(1)..).unwrap_or_default();
        later.iter().map(move |second| (second.0 - first.0, second.1 - first.1))
    };
    points.iter().enumerate().flat_map(pairs_of)
}

/// The median of the slopes of all pairs.
fn theil_sen(points: &[(f64, f64)]) -> f64 {
    let mut slopes: Vec<f64> = pairs(latest(points)).map(|(steps, rise)| rise / steps).collect();
    slopes.sort_unstable_by(f64::total_cmp);
    let middle = slopes.len() / 2;
    let at = |index: usize| slopes.get(index).copied().unwrap_or_default();
    if slopes.len().is_multiple_of(2) {
        (at(middle.saturating_sub(1)) + at(middle)) / 2.0
    } else {
        at(middle)
    }
}

/// Up to so many values without ties the distribution is exact.
const MOST_EXACT: usize = 10;

/// The two-sided p-value of the test of Mann (Econometrica 13, 1945) and Kendall for a trend.
fn mann_kendall(points: &[(f64, f64)]) -> f64 {
    let points = latest(points);
    let (mut s, mut any_tie) = (0_i64, false);
    for (_, rise) in pairs(points) {
        any_tie |= rise == 0.0;
        s = s.saturating_add(i64::from(rise > 0.0)).saturating_sub(i64::from(rise < 0.0));
    }
    let n = to_f64(points.len());
    if points.len() <= MOST_EXACT && !any_tie {
        return exact(points.len(), s.unsigned_abs());
    }
    let mut sorted: Vec<f64> = points.iter().map(|point| point.1).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let of = |n: f64| n * (n - 1.0) * (2.0 * n + 5.0);
    let ties: f64 = sorted.chunk_by(|a, b| a.total_cmp(b).is_eq()).map(|tied| of(to_f64(tied.len()))).sum();
    let variance = (of(n) - ties) / 18.0;
    if variance <= 0.0 || s == 0 {
        return 1.0;
    }
    #[expect(clippy::cast_precision_loss, reason = "fewer pairs than two million")]
    let z = (s.unsigned_abs() as f64 - 1.0) / variance.sqrt();
    libm::erfc(z / std::f64::consts::SQRT_2).min(1.0)
}

/// The chance that the number of rising pairs less that of falling ones is `s` or more in amount, if every order is as likely.
fn exact(n: usize, s: u64) -> f64 {
    // By the number of falling pairs: how many orders have so many. The k-th value adds 0 to k - 1 of them.
    let mut orders = vec![1_u64];
    for k in 2..=n {
        let mut next = vec![0_u64; orders.len().saturating_add(k).saturating_sub(1)];
        for (falling, count) in orders.iter().enumerate() {
            for more in next.iter_mut().skip(falling).take(k) {
                *more = more.saturating_add(*count);
            }
        }
        orders = next;
    }
    let pairs = orders.len().saturating_sub(1) as u64;
    let is_extreme = |falling: u64| pairs.abs_diff(falling.saturating_mul(2)) >= s;
    let extreme: u64 =
        orders.iter().zip(0_u64..).filter(|(_, falling)| is_extreme(*falling)).map(|(count, _)| count).sum();
    let all: u64 = orders.iter().sum();
    #[expect(clippy::cast_precision_loss, reason = "at most the orders of ten values")]
    let p = extreme as f64 / all as f64;
    p
}

#[expect(clippy::cast_precision_loss, reason = "numbers of items are below 2^53")]
fn to_f64(n: usize) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values in a row.
    fn row(values: &[f64]) -> Vec<(f64, f64)> {
        (0..).map(f64::from).zip(values.iter().copied()).collect()
    }

    fn near(got: f64, expected: f64) {
        assert!((got - expected).abs() < 1e-9, "{got} is not {expected}");
    }

    #[test]
    fn a_gap_between_buckets_is_no_step() {
        // By 2 in each bucket, with four buckets without a value.
        near(theil_sen(&[(0.0, 1.0), (1.0, 3.0), (6.0, 13.0), (7.0, 15.0)]), 2.0);
    }

    #[test]
    fn a_trend_is_better_or_worse_by_its_slope() {
        let up = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let down = [6.0, 5.0, 4.0, 3.0, 2.0, 1.0];
        let of = |values: &[f64], better| trend(&row(values), better, 0.05).unwrap().direction;
        assert_eq!(of(&up, Trend::Rise), ChangeDirection::Better);
        assert_eq!(of(&up, Trend::Fall), ChangeDirection::Worse);
        assert_eq!(of(&down, Trend::Rise), ChangeDirection::Worse);
        assert_eq!(of(&down, Trend::Fall), ChangeDirection::Better);
        assert_eq!(of(&[2.0; 6], Trend::Rise), ChangeDirection::Unclear);
    }

    #[test]
    fn the_exact_test_of_kendall_is_that_of_scipy() {
        // scipy 1.16, kendalltau(range(n), values, method="exact").pvalue
        near(mann_kendall(&row(&[1.0, 2.0, 3.0])), 1.0 / 3.0);
        near(mann_kendall(&row(&[1.0, 2.0, 3.0, 4.0, 5.0])), 2.0 / 120.0);
        near(mann_kendall(&row(&[2.0, 1.0, 3.0, 4.0, 5.0])), 10.0 / 120.0);
    }

    #[test]
    fn without_a_trend_the_chance_is_one() {
        near(mann_kendall(&row(&[3.0; 12])), 1.0);
        near(theil_sen(&row(&[3.0; 12])), 0.0);
        near(theil_sen(&row(&[1.0, 3.0, 5.0, 100.0])), 17.5); // of 2, 2, 2, 33, 48.5, 95
    }

    #[test]
    fn a_long_history_is_bounded() {
        let values: Vec<f64> = (0..40_000).map(f64::from).collect();
        near(theil_sen(&row(&values)), 1.0);
        assert!(mann_kendall(&row(&values)) < 1e-9);
    }

    /// All orders of the values.
    fn orders(values: &[f64]) -> Vec<Vec<f64>> {
        let Some((first, rest)) = values.split_first() else { return vec![vec![]] };
        let mut all = vec![];
        for order in orders(rest) {
            for place in 0..=order.len() {
                let mut longer = order.clone();
                longer.insert(place, *first);
                all.push(longer);
            }
        }
        all
    }

    fn rising_less_falling(values: &[f64]) -> i32 {
        let points = row(values);
        let signs = pairs(&points).map(|(_, rise)| i32::from(rise > 0.0) - i32::from(rise < 0.0));
        signs.sum()
    }

    proptest::proptest! {
        #[test]
        fn the_chance_is_the_share_of_orders(keys in proptest::collection::btree_set(0..100_i32, 3..7), at in 0..720_usize) {
            let values: Vec<f64> = keys.into_iter().map(f64::from).collect();
            let all = orders(&values);
            let given = &all[at % all.len()];
            let s = rising_less_falling(given).abs();
            let extreme = all.iter().filter(|order| rising_less_falling(order).abs() >= s).count();
            near(mann_kendall(&row(given)), to_f64(extreme) / to_f64(all.len()));
        }

        #[test]
        fn half_of_the_slopes_are_below(values in proptest::collection::vec(-50..50_i32, 2..30)) {
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let slope = theil_sen(&row(&values));
            let slopes: Vec<f64> = pairs(&row(&values)).map(|(steps, rise)| rise / steps).collect();
            let below = slopes.iter().filter(|own| **own < slope - 1e-9).count();
            let above = slopes.iter().filter(|own| **own > slope + 1e-9).count();
            proptest::prop_assert!(below * 2 <= slopes.len() && above * 2 <= slopes.len());
        }
    }
}
