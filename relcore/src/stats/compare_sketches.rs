use super::comparison::{Comparison, Verdict};
use super::policy::{Direction, Looks};
use super::sequential::{self, Prior};
use super::sketch::{Sketch, check_same_accuracy};
use super::{code, rate};
use crate::error::{ErrorKind, Faults, Result};
use crate::input::input;
use crate::reason::{Evidence, Interval, Reason, ReasonCode, Severity, number};
use crate::scalar::Count;
use serde::{Deserialize, Serialize};

/// Compares a quantile of a canary, such as the p99 of its latency, with that of its baseline, from two sketches.
///
/// Each arm has an interval of bucket bounds that has its quantile, valid for as many looks as the policy says. The canary
/// fails if its whole interval is worse than that of the baseline, and its estimate is beyond the margin; it passes if its
/// whole interval is better than that of the baseline worsened by the margin. Both intervals are at the level 1 − alpha, so
/// that a false verdict of either kind has a probability of at most alpha.
///
/// | verdict | condition |
/// | --- | --- |
/// | `no_data` | an arm has no values |
/// | `invalid` | the margin is not above 2 accuracy / (1 − accuracy): the error of the ratio of two such quantiles |
/// | `failed`, `passed` | as above |
/// | `inconclusive` | otherwise |
///
/// In the result, `ratio` is the ratio of the quantiles, and its interval consists of the ends of those of both arms.
///
/// ```
/// use relcore::stats::{SketchPolicy, Verdict, compare_sketches, sketch};
/// let latencies = |scale: f64| (1..=4000_u32).map(|i| f64::from(i * 7919 % 4001) * scale).collect::<Vec<f64>>();
/// let (canary, baseline) = (sketch(&latencies(2.0), 0.01)?, sketch(&latencies(1.0), 0.01)?);
/// let policy = SketchPolicy::default().quantile(0.9);
/// assert_eq!(compare_sketches(&canary, &baseline, &policy)?.verdict, Verdict::Failed);
///
/// // Pitfall: sketches with an error of 1 % cannot tell whether a quantile grew by 2 %.
/// let comparison = compare_sketches(&canary, &baseline, &policy.margin_percent(2.0))?;
/// assert_eq!(comparison.verdict, Verdict::Invalid);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: those of a sketch, `invalid_value` for sketches of different accuracies, `out_of_range` for a
/// quantile of 99, a negative margin and an `alpha` of 5.
pub fn compare_sketches(canary: &Sketch, baseline: &Sketch, policy: &SketchPolicy) -> Result<Comparison> {
    let mut faults = Faults::new();
    canary.check("canary", &mut faults);
    baseline.check("baseline", &mut faults);
    check_same_accuracy(canary, baseline, "baseline", &mut faults);
    policy.check(&mut faults);
    faults.finish()?;
    let policy_digest = crate::digest::of(policy)?;
    let only = |verdict, code, severity, subject: &str, text: String| {
        let reasons = vec![Reason::new(code, severity, subject, text)];
        Comparison { reasons, ..Comparison::empty(verdict, policy_digest.clone()) }
    };
    for (name, sketch) in [("canary", canary), ("baseline", baseline)] {
        if sketch.total() == 0 {
            let text = format!("the {name} has no values");
            return Ok(only(Verdict::NoData, code::SKETCH_WITHOUT_VALUES, Severity::Warning, name, text));
        }
    }
    let error = 200.0 * canary.accuracy / (1.0 - canary.accuracy);
    // The division has an error of its own.
    if policy.margin_percent <= error * (1.0 + 1e-12) {
        let text = format!(
            "the ratio of two quantiles of these sketches has an error of {} %, so that a margin of {} % cannot be judged",
            number(error),
            number(policy.margin_percent)
        );
        return Ok(only(
            Verdict::Invalid,
            code::SKETCH_TOO_COARSE,
            Severity::Error,
            "policy.marginPercent",
            text,
        ));
    }
    let pair = (Quantile::of(canary, policy), Quantile::of(baseline, policy));
    let (Some(canary), Some(baseline)) = pair else {
        // Not reached: both have values.
        return Ok(Comparison::empty(Verdict::NoData, policy_digest));
    };
    Ok(Pair { canary, baseline, policy }.compare(policy_digest))
}

input! {
    /// Which quantile of two sketches is compared, and how certain a verdict must be.
    ///
    /// ```
    /// use relcore::stats::SketchPolicy;
    /// assert_eq!(SketchPolicy::default().quantile(0.95).margin_percent, 25.0);
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "stats.SketchPolicy", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct SketchPolicy {
        /// The quantile as a share. Default 0.99.
        pub quantile: f64,
        /// Whether a greater quantile or a lesser one is worse. Default `increase_is_bad`, as for latency.
        pub direction: Direction,
        /// The change for the worse, in percent of the quantile of the baseline, that is still tolerated. Default 25.
        pub margin_percent: f64,
        /// The highest probability of a false `failed`, and that of a false `passed`. Default 0.05.
        pub alpha: f64,
        /// How often the sketches are compared while they grow. Default `any`.
        pub looks: Looks,
    }
}

impl Default for SketchPolicy {
    fn default() -> Self {
        Self {
            quantile: 0.99,
            direction: Direction::IncreaseIsBad,
            margin_percent: 25.0,
            alpha: 0.05,
            looks: Looks::Any,
        }
    }
}

impl SketchPolicy {
    fn check(&self, faults: &mut Faults) {
        let most = if self.direction == Direction::IncreaseIsBad { 10_000.0 } else { 99.0 };
        for (field, value, range, text) in [
            ("quantile", self.quantile, 0.001..=0.9999, "a share from 0.001 to 0.9999, like 0.99".to_owned()),
            ("marginPercent", self.margin_percent, 0.01..=most, format!("a percentage from 0.01 to {most}")),
            ("alpha", self.alpha, 1e-9..=0.5, "a share from 1e-9 to 0.5".to_owned()),
        ] {
            faults.check(
                range.contains(&value),
                ErrorKind::OutOfRange,
                format_args!("policy.{field}"),
                format_args!("`{value}` is out of range: expected {text}"),
            );
        }
    }
}

/// A quantile of one arm: an estimate, and bounds of buckets that have it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Quantile {
    estimate: f64,
    low: Option<f64>,
    high: Option<f64>,
    n: u64,
}

impl Quantile {
    /// `None` without values.
    fn of(sketch: &Sketch, policy: &SketchPolicy) -> Option<Self> {
        let n = sketch.total();
        let share = Share { n, policy };
        // The greatest count of values up to a bound that proves that the quantile lies above it.
        let above = greatest(n, |count| share.interval(count).1 < policy.quantile);
        // The least count that proves that it does not.
        let below = greatest(n, |count| share.interval(count).0 <= policy.quantile);
        let (mut low, mut high, mut estimate, mut up_to) = (None, None, None, 0_u64);
        #[expect(clippy::cast_precision_loss, reason = "counts are at most 2^53 - 1")]
        for cell in sketch.cells() {
            up_to = up_to.saturating_add(cell.count);
            if above.is_some_and(|above| up_to > above) && low.is_none() {
                low = Some(cell.low);
            }
            if below.is_none_or(|below| up_to > below) && high.is_none() {
                high = Some(cell.high);
            }
            // The inverted distribution function, as for limits of service levels.
            if up_to as f64 >= policy.quantile * n as f64 && estimate.is_none() {
                estimate = Some(cell.value);
            }
        }
        // An end beyond all numbers is none. A lower end that is infinite is one: most values were never measured to the end.
        let low = low.filter(|low| *low > f64::NEG_INFINITY);
        let high = high.filter(|high| *high < f64::INFINITY);
        Some(Self { estimate: estimate?, low, high, n })
    }
}

/// The greatest count from 0 to `n` for which a condition holds that holds for all lesser ones.
fn greatest(n: u64, holds: impl Fn(u64) -> bool) -> Option<u64> {
    let (mut low, mut high) = (0_u64, n.saturating_add(1)); // holds below `low`, fails from `high` on
    while low < high {
        let middle = low.midpoint(high);
        if middle <= n && holds(middle) {
            low = middle.saturating_add(1);
        } else {
            high = middle;
        }
    }
    low.checked_sub(1)
}

/// The share of so many values that lie up to a bound.
struct Share<'a> {
    n: u64,
    policy: &'a SketchPolicy,
}

impl Share<'_> {
    #[expect(clippy::cast_precision_loss, reason = "counts are at most 2^53 - 1")]
    fn interval(&self, count: u64) -> (f64, f64) {
        /// The weight of the prior, in values.
        const PRIOR: f64 = 10.0;
        let (count, n, level) = (count as f64, self.n as f64, 1.0 - self.policy.alpha);
        match self.policy.looks {
            Looks::Any => {
                let p = self.policy.quantile;
                sequential::share_interval(
                    count,
                    n - count,
                    Prior { a: PRIOR * p, b: PRIOR * (1.0 - p) },
                    level,
                )
            }
            Looks::One => rate::clopper_pearson(count, n, level),
        }
    }
}

/// The quantiles of both arms.
struct Pair<'a> {
    canary: Quantile,
    baseline: Quantile,
    policy: &'a SketchPolicy,
}

impl Pair<'_> {
    fn compare(self, policy_digest: String) -> Comparison {
        let is_harmed = self.is_harmed();
        let is_safe = self.is_safe();
        let verdict = if is_harmed && self.is_beyond() {
            Verdict::Failed
        } else if is_safe {
            Verdict::Passed
        } else {
            Verdict::Inconclusive
        };
        let (margin, quantiles) = (number(self.policy.margin_percent), self.text());
        let first = match verdict {
            Verdict::Failed => {
                let text = format!("{quantiles}: worse beyond the margin of {margin} %");
                self.reason(code::HARM_PROVEN, Severity::Error, text)
            }
            Verdict::Passed => {
                let text = format!("{quantiles}: not worse by {margin} %");
                self.reason(code::WITHIN_MARGIN, Severity::Info, text)
            }
            _ => {
                let text =
                    format!("{quantiles}: neither worse nor within the margin of {margin} % is proven");
                self.reason(code::QUANTILE_INCONCLUSIVE, Severity::Warning, text)
            }
        };
        let mut reasons = vec![first];
        if verdict == Verdict::Passed && is_harmed {
            let text = format!("{quantiles}: worse than the baseline, but within the margin");
            reasons.push(self.reason(code::DEGRADED_WITHIN_MARGIN, Severity::Warning, text));
        }
        let (ratio_low, ratio_high) = self.interval();
        Comparison {
            ratio: self.ratio(),
            ratio_low,
            ratio_high,
            reasons,
            ..Comparison::empty(verdict, policy_digest)
        }
    }

    /// Whether the canary is proven worse.
    fn is_harmed(&self) -> bool {
        let (worse, better) = match self.policy.direction {
            Direction::IncreaseIsBad => (self.canary.low, self.baseline.high),
            Direction::DecreaseIsBad => (self.baseline.low, self.canary.high),
        };
        worse.zip(better).is_some_and(|(worse, better)| worse > better)
    }

    /// Whether the canary is proven better than the baseline worsened by the margin. A margin in percent of a quantile that
    /// may be 0 or less means nothing.
    fn is_safe(&self) -> bool {
        let (margin, baseline_low) = (self.margin(), self.baseline.low.filter(|low| *low > 0.0));
        let pair = match self.policy.direction {
            Direction::IncreaseIsBad => baseline_low.map(|low| low * margin).zip(self.canary.high),
            Direction::DecreaseIsBad => {
                let limit = baseline_low.and(self.baseline.high).map(|high| high * margin);
                self.canary.low.zip(limit)
            }
        };
        pair.is_some_and(|(greater, less)| less < greater)
    }

    /// Whether the estimate of the canary is worse than the margin.
    fn is_beyond(&self) -> bool {
        let change = self.baseline.estimate.abs() * self.policy.margin_percent / 100.0;
        match self.policy.direction {
            Direction::IncreaseIsBad => self.canary.estimate > self.baseline.estimate + change,
            Direction::DecreaseIsBad => self.canary.estimate < self.baseline.estimate - change,
        }
    }

    fn margin(&self) -> f64 {
        match self.policy.direction {
            Direction::IncreaseIsBad => 1.0 + self.policy.margin_percent / 100.0,
            Direction::DecreaseIsBad => 1.0 - self.policy.margin_percent / 100.0,
        }
    }

    fn ratio(&self) -> Option<f64> {
        let ratio = self.canary.estimate / self.baseline.estimate;
        (self.baseline.estimate > 0.0 && ratio.is_finite()).then_some(ratio)
    }

    /// The ends of the ratio, where both quantiles are positive.
    fn interval(&self) -> (Option<f64>, Option<f64>) {
        let ratio = |canary: Option<f64>, baseline: Option<f64>| {
            let (canary, baseline) = (canary?, baseline.filter(|baseline| *baseline > 0.0)?);
            Some(canary / baseline).filter(|ratio| ratio.is_finite())
        };
        if self.baseline.low.is_none_or(|low| low <= 0.0) {
            return (None, None);
        }
        (ratio(self.canary.low, self.baseline.high), ratio(self.canary.high, self.baseline.low))
    }

    fn text(&self) -> String {
        let shown = |quantile: Quantile| {
            let end = |end: Option<f64>| end.map_or("?".to_owned(), number);
            if quantile.estimate.is_finite() {
                format!("{} ({} to {})", number(quantile.estimate), end(quantile.low), end(quantile.high))
            } else {
                "infinite".to_owned()
            }
        };
        format!(
            "the quantile {} of the canary is {}, that of its baseline {}",
            number(self.policy.quantile),
            shown(self.canary),
            shown(self.baseline)
        )
    }

    fn reason(&self, code: ReasonCode, severity: Severity, text: String) -> Reason {
        let level = 1.0 - self.policy.alpha;
        let interval = match self.interval() {
            (Some(low), Some(high)) => Some(Interval { low, high, level }),
            _ => None,
        };
        Reason::new(code, severity, "ratio", text).with(Evidence {
            observed: self.ratio(),
            threshold: Some(self.margin()),
            unit: Some("1".to_owned()),
            n: Count::new(self.canary.n.saturating_add(self.baseline.n)).ok(),
            interval,
            ..Evidence::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::simulation::Dice;
    use crate::stats::sketch;
    use proptest::prelude::*;

    fn values(dice: &mut Dice, n: usize, scale: f64) -> Vec<f64> {
        (0..n).map(|_| scale * libm::exp(0.5 * dice.normal())).collect()
    }

    /// The first verdict of five looks.
    fn verdict(dice: &mut Dice, scale: f64, policy: &SketchPolicy) -> Verdict {
        let (mut x, mut y) = (Vec::new(), Vec::new());
        for _ in 0..5 {
            x.extend(values(dice, 200, scale));
            y.extend(values(dice, 200, 1.0));
            let pair = (sketch(&x, 0.01).unwrap(), sketch(&y, 0.01).unwrap());
            let verdict = compare_sketches(&pair.0, &pair.1, policy).unwrap().verdict;
            if verdict != Verdict::Inconclusive {
                return verdict;
            }
        }
        Verdict::Inconclusive
    }

    #[test]
    fn false_verdicts_are_as_rare_as_alpha_and_true_ones_are_found() {
        let policy = SketchPolicy::default().quantile(0.9);
        let mut dice = Dice::new(20_261_127);
        let mut share = |scale: f64, of: Verdict, policy: &SketchPolicy| {
            f64::from((0..100).map(|_| u32::from(verdict(&mut dice, scale, policy) == of)).sum::<u32>())
                / 100.0
        };
        assert!(share(1.0, Verdict::Failed, &policy) <= 0.05);
        assert!(share(1.25, Verdict::Passed, &policy) <= 0.05);
        assert!(share(2.0, Verdict::Failed, &policy) > 0.95);
        assert!(share(1.0, Verdict::Passed, &policy.margin_percent(60.0)) > 0.9);
    }

    proptest! {
        #[test]
        fn the_bounds_are_those_of_the_values_for_one_look(n in 1..300_usize, seed in any::<u64>(), p in 0.05..0.95_f64) {
            let mut dice = Dice::new(seed);
            let sample = values(&mut dice, n, 1.0);
            let policy = SketchPolicy::default().quantile(p).looks(Looks::One);
            let got = Quantile::of(&sketch(&sample, 0.001).unwrap(), &policy).unwrap();
            let exact = crate::stats::quantile_interval(&sample, p, 0.95).unwrap();
            let close = |a: f64, b: f64| (a / b - 1.0).abs() < 0.0021;
            prop_assert_eq!((got.low.is_some(), got.high.is_some()), (exact.low.is_some(), exact.high.is_some()));
            prop_assert!(close(got.estimate, exact.estimate));
            prop_assert!(got.low.is_none_or(|low| close(low, exact.low.unwrap())), "{got:?} {exact:?}");
            prop_assert!(got.high.is_none_or(|high| close(high, exact.high.unwrap())), "{got:?} {exact:?}");
            // For any number of looks they are wider.
            let any = Quantile::of(&sketch(&sample, 0.001).unwrap(), &policy.looks(Looks::Any)).unwrap();
            prop_assert!(any.low.is_none_or(|low| got.low.is_some_and(|narrow| low <= narrow)));
            prop_assert!(any.high.is_none_or(|high| got.high.is_some_and(|narrow| narrow <= high)));
        }
    }
}
