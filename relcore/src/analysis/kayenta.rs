//! The rules of Kayenta's judge (`NetflixACAJudge-v1.0`), for comparison with it. What they are wrong about is listed on
//! [`JudgeSemantics`](super::JudgeSemantics).
//!
//! A metric is `high` or `low` if the confidence interval of the shift of Hodges and Lehmann lies beyond a part of that shift.
//! The interval inverts the rank test in its normal approximation, as `wilcox.test` of R does, by Brent's method with a
//! tolerance of 0.0001, whatever the unit is. So a result depends on the path of the solver, and its steps are repeated here.
use super::judge_policy::{BadChange, EffectMeasure, JudgedMetric, MissingValues, Samples};
use super::judgement::{GroupScore, Label, LabelledMetric};
use crate::error::quoted;
use crate::reason::{Interval, number};
use crate::scalar::Count;
use crate::stats::{percentile, rank_test, two_sided};
use std::collections::{BTreeMap, BTreeSet};

/// The tolerance of the solver, in the unit of the metric.
const SOLVER_TOLERANCE: f64 = 1e-4;

/// What Kayenta says of the values of one metric.
pub(super) struct Classified {
    pub(super) label: Label,
    /// Whether it is beyond what is critical.
    pub(super) is_critical: bool,
    /// The shift and its interval, if the values were compared.
    pub(super) shift: Option<(f64, Interval)>,
    pub(super) mean_ratio: Option<f64>,
    pub(super) text: String,
}

/// The values that are compared, in ascending order.
pub(super) fn prepared(samples: &Samples, metric: &JudgedMetric) -> Vec<f64> {
    let mut values = samples.values.clone();
    if metric.missing == MissingValues::Zero {
        let missing = usize::try_from(samples.missing.get()).unwrap_or_default();
        values.resize(values.len().saturating_add(missing), 0.0);
    }
    values.sort_unstable_by(f64::total_cmp);
    if let Some(factor) = metric.outlier_factor {
        let at = |q: f64| percentile(&values, q).unwrap_or_default();
        let reach = factor * (at(0.75) - at(0.25));
        let (low, high) = ((at(0.25) - reach).min(at(0.01)), (at(0.75) + reach).max(at(0.99)));
        values.retain(|value| (low..=high).contains(value));
    }
    values
}

/// Classifies values in ascending order.
pub(super) fn classify(
    metric: &JudgedMetric,
    canary: &[f64],
    baseline: &[f64],
    (confidence, tolerance): (f64, f64),
) -> Classified {
    let plain = |label, text: &str| Classified {
        label,
        is_critical: label == Label::NoData && metric.critical,
        shift: None,
        mean_ratio: None,
        text: text.to_owned(),
    };
    if canary.is_empty() || baseline.is_empty() {
        let arm = if canary.is_empty() { "canary" } else { "baseline" };
        return match metric.missing {
            MissingValues::Zero => {
                plain(Label::Passed, &format!("the {arm} has no values, which passes in Kayenta"))
            }
            MissingValues::Remove => plain(Label::NoData, &format!("the {arm} has no values")),
        };
    }
    if canary == baseline {
        return plain(Label::Passed, "the values are identical");
    }
    let mean_ratio = mean_ratio(canary, baseline);
    let effect = match metric.effect {
        EffectMeasure::MeanRatio => mean_ratio,
        EffectMeasure::CommonLanguage => Some(common_language(canary, baseline)),
    };
    let (shift, interval) = match (constant(canary), constant(baseline)) {
        // Kayenta adds noise here, from random numbers: far less than the difference, in all but the smallest units.
        (Some(x), Some(y)) => (x - y, Interval { low: x - y, high: x - y, level: confidence }),
        _ => shift(canary, baseline, confidence),
    };
    let bound = tolerance * shift.abs();
    let none = if metric.effect == EffectMeasure::MeanRatio { 1.0 } else { 0.5 };
    // An effect that is not a number is ignored.
    let at_least = |limit: Option<f64>| effect.is_none_or(|effect| effect >= limit.unwrap_or(none));
    let at_most = |limit: Option<f64>| effect.is_none_or(|effect| effect <= limit.unwrap_or(none));
    let up = matches!(metric.direction, BadChange::Increase | BadChange::Either);
    let down = matches!(metric.direction, BadChange::Decrease | BadChange::Either);
    let (label, is_critical) = if up && interval.low > bound && at_least(metric.allowed_increase) {
        (Label::High, metric.critical && at_least(metric.critical_increase))
    } else if down && interval.high < -bound && at_most(metric.allowed_decrease) {
        (Label::Low, metric.critical && at_most(metric.critical_decrease))
    } else {
        (Label::Passed, false)
    };
    let text = format!(
        "Kayenta's interval of the shift is {} to {}, its bounds are -{} and {}",
        number(interval.low),
        number(interval.high),
        number(bound),
        number(bound)
    );
    Classified { label, is_critical, shift: Some((shift, interval)), mean_ratio, text }
}

fn constant(sorted: &[f64]) -> Option<f64> {
    let (first, last) = (sorted.first()?, sorted.last()?);
    (first >= last).then_some(*first)
}

/// Absent if either mean is 0.
fn mean_ratio(canary: &[f64], baseline: &[f64]) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "a number of values in memory")]
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (x, y) = (mean(canary), mean(baseline));
    (x != 0.0 && y != 0.0).then(|| x / y)
}

fn common_language(canary: &[f64], baseline: &[f64]) -> f64 {
    rank_test(canary, baseline).map_or(0.5, |test| test.common_language_effect)
}

/// The shift and its interval: where the statistic of the shifted values is 0, and where it is a quantile.
fn shift(canary: &[f64], baseline: &[f64], confidence: f64) -> (f64, Interval) {
    let end = |values: &[f64], is_last: bool| {
        let value = if is_last { values.last() } else { values.first() };
        value.copied().unwrap_or_default()
    };
    let (least, most) = (end(canary, false) - end(baseline, true), end(canary, true) - end(baseline, false));
    let z = |shift: f64| statistic(canary, baseline, shift);
    let root = |quantile: f64| {
        let at = |shift: f64| z(shift) - quantile;
        let (first, last) = (at(least), at(most));
        if first <= 0.0 {
            least
        } else if last >= 0.0 {
            most
        } else {
            brent(at, (least, first), (most, last))
        }
    };
    let quantile = two_sided(confidence);
    (root(0.0), Interval { low: root(quantile), high: root(-quantile), level: confidence })
}

/// The rank sum of the canary's values less `shift`, standardised with the corrections for ties and continuity.
#[expect(clippy::cast_precision_loss, reason = "numbers of values in memory")]
fn statistic(canary: &[f64], baseline: &[f64], shift: f64) -> f64 {
    let (n, m) = (canary.len() as f64, baseline.len() as f64);
    let moved: Vec<f64> = canary.iter().map(|value| value - shift).collect(); // still in order
    let (mut ranks, mut ties, mut before) = (0.0, 0.0, 0.0);
    let (mut x, mut y) = (moved.as_slice(), baseline);
    while let Some(value) = x.first().into_iter().chain(y.first()).copied().min_by(f64::total_cmp) {
        let equal = |values: &[f64]| values.partition_point(|other| *other <= value);
        let (of_x, of_y) = (equal(x), equal(y));
        (x, y) = (x.get(of_x..).unwrap_or_default(), y.get(of_y..).unwrap_or_default());
        let count = (of_x + of_y) as f64;
        ranks += of_x as f64 * (before + (count + 1.0) / 2.0);
        ties += count * count * count - count;
        before += count;
    }
    let difference = ranks - n * (n + 1.0) / 2.0 - n * m / 2.0;
    let correction = if difference == 0.0 { 0.0 } else { difference.signum() * 0.5 };
    let all = n + m;
    let deviation = (n * m / 12.0 * (all + 1.0 - ties / (all * (all - 1.0)))).sqrt();
    (difference - correction) / deviation
}

/// The root between two points of opposite signs, by the method of R. P. Brent (Algorithms for Minimization without
/// Derivatives, 1973, chapter 4): inverse quadratic interpolation, the secant, or the middle.
fn brent(f: impl Fn(f64) -> f64, (from, f_from): (f64, f64), (to, f_to): (f64, f64)) -> f64 {
    // The last point, the best one, and one on the other side of the root.
    let (mut a, mut b) = ((from, f_from), (to, f_to));
    let mut c = a;
    for _ in 0..1000 {
        let last_step = b.0 - a.0;
        if c.1.abs() < b.1.abs() {
            (a, b, c) = (b, c, b);
        }
        let tolerance = 2.0 * f64::EPSILON * b.0.abs() + SOLVER_TOLERANCE / 2.0;
        let middle = (c.0 - b.0) / 2.0;
        if middle.abs() <= tolerance || b.1 == 0.0 {
            break;
        }
        let mut step = middle;
        if last_step.abs() >= tolerance && a.1.abs() > b.1.abs() {
            let whole = c.0 - b.0;
            #[expect(clippy::float_cmp, reason = "two of the three points are the same one, or not")]
            let is_secant = a.0 == c.0;
            let (mut p, mut q) = if is_secant {
                let ratio = b.1 / a.1;
                (whole * ratio, 1.0 - ratio)
            } else {
                let (q, r, s) = (a.1 / c.1, b.1 / c.1, b.1 / a.1);
                (s * (whole * q * (q - r) - (b.0 - a.0) * (r - 1.0)), (q - 1.0) * (r - 1.0) * (s - 1.0))
            };
            (p, q) = if p > 0.0 { (p, -q) } else { (-p, q) };
            if p < 0.75 * whole * q - (tolerance * q).abs() / 2.0 && p < (last_step * q / 2.0).abs() {
                step = p / q;
            }
        }
        if step.abs() < tolerance {
            step = if step > 0.0 { tolerance } else { -tolerance };
        }
        a = b;
        b = (b.0 + step, f(b.0 + step));
        if (b.1 > 0.0 && c.1 > 0.0) || (b.1 < 0.0 && c.1 < 0.0) {
            c = a;
        }
    }
    b.0
}

/// Kayenta's score in percent, with that of each group and the reason of a score of 0.
pub(super) struct Scored {
    pub(super) score: f64,
    pub(super) groups: Vec<GroupScore>,
    pub(super) zero: Option<String>,
}

/// A group without data has a score of 0 and counts as one of 100; a critical metric that did not pass makes the score 0, and so
/// does half of the metrics without data.
#[expect(clippy::cast_precision_loss, reason = "numbers of metrics in memory")]
pub(super) fn scored(labels: &[LabelledMetric], weights: &BTreeMap<String, f64>) -> Scored {
    let mut groups: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for metric in labels {
        let mut names: BTreeSet<&str> = metric.groups.iter().map(String::as_str).collect();
        if names.is_empty() {
            names.insert("default");
        }
        for name in names {
            let (passed, judged) = groups.entry(name).or_default();
            *passed = passed.saturating_add(usize::from(metric.label == Label::Passed));
            let counts = match metric.label {
                Label::Passed | Label::High | Label::Low => true,
                Label::NoData => metric.must_have_data && !metric.critical,
                Label::Inconclusive | Label::Error => false,
            };
            *judged = judged.saturating_add(usize::from(counts));
        }
    }
    let given: f64 = groups.keys().filter_map(|name| weights.get(*name)).sum();
    let others = groups.keys().filter(|name| !weights.contains_key(**name)).count();
    let share = if others > 0 { (100.0 - given) / others as f64 } else { 0.0 };
    let mut score = 0.0;
    let mut found = Vec::new();
    for (name, (passed, judged)) in groups {
        let weight = weights.get(name).copied().unwrap_or(share);
        let own = if judged > 0 { 100.0 * passed as f64 / judged as f64 } else { 0.0 };
        score += weight / 100.0 * if judged > 0 { own } else { 100.0 };
        let judged = Count::of(judged);
        found.push(GroupScore { name: name.to_owned(), score: rounded(own), weight, judged });
    }
    let empty = labels.iter().filter(|metric| metric.label == Label::NoData).count();
    let bad = labels.iter().find(|metric| metric.critical && metric.label != Label::Passed);
    let zero = if let Some(metric) = bad {
        Some(format!("the critical metric {} did not pass", quoted(&metric.name)))
    } else if empty.saturating_mul(2) >= labels.len() {
        Some(format!("{empty} of {} metrics have no data: half of them or more", labels.len()))
    } else {
        None
    };
    Scored { score: if zero.is_some() { 0.0 } else { rounded(score) }, groups: found, zero }
}

fn rounded(score: f64) -> f64 {
    libm::round(score * 100.0) / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// To the last digit, the roots of Brent's `zeroin` in the form that R uses, written in C and built by GCC.
    #[test]
    fn the_solver_takes_the_steps_of_r() {
        let jump = |is_high: bool| f64::from(u8::from(is_high));
        let cubic = |x: f64| x * x * x - 2.0 * x - 5.0;
        let falling = |x: f64| 1.0 - x * x * x;
        let flat = |x: f64| 0.001 - (x * x * x) * (x * x * x) * (x * x * x);
        let stairs = |x: f64| 3.25 - libm::floor(x * 7.0) - 2.0 * jump(x > 0.1);
        let pole = |x: f64| 1.0 / (x + 0.01) - 50.0;
        let steep = |x: f64| 1e12 - x * x;
        let cliff = |x: f64| (0.4532 - x) * 100.0 + if x < 0.4532 { 5.0 } else { -5.0 };
        let saddle = |x: f64| (0.0201 - x) * (0.0201 - x) * (0.0201 - x) * 100.0;
        let ledge = |x: f64| -0.0059 * -0.0059 * -0.0059 - x * x * x - jump(x > -0.0059);
        type Case<'a> = (&'a dyn Fn(f64) -> f64, f64, f64, f64);
        let cases: [Case<'_>; 13] = [
            (&cubic, 2.0, 3.0, 2.094551266584139),
            (&cubic, -100.0, 3.0, 2.0945422210412223),
            (&falling, -4.0, 9.0, 1.0000015143948215),
            (&falling, -0.5, 100.0, 0.9999927478280186),
            (&flat, -1.0, 4.0, 0.4641779206724528),
            (&flat, -50.0, 1.5, 0.4641696317654443),
            (&stairs, -3.0, 5.0, 0.2856252709750474),
            (&stairs, -1.0, 0.75, 0.2856988906860351),
            (&pole, 0.0, 10.0, 0.01000120457727462),
            (&steep, 0.0, 3e6, 1e6),
            (&cliff, -0.002, 3.0, 0.45318615625303754),
            (&saddle, -0.002, 0.1, 0.020096984257155368),
            (&ledge, -0.01, 0.003, -0.005901870278890157),
        ];
        for (f, from, to, root) in cases {
            assert_eq!(brent(f, (from, f(from)), (to, f(to))).to_bits(), root.to_bits(), "{from} to {to}");
        }
    }
}
