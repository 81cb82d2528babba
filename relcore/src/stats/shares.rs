//! The decision about two shares.
use super::code;
use super::comparison::{Comparison, TestResult, Verdict};
use super::judgement::{Judgement, interval, rates};
use super::policy::Direction;
use super::power::{Approximation, Sides, whole};
use super::share::Trials;
use super::share_test::{Effect, EffectMethod, EffectScale, ShareTestMethod, check_method, effect, test};
use crate::error::{ErrorKind, Faults, Result};
use crate::input::input;
use crate::reason::{Evidence, Reason, ReasonCode, Severity, number};
use crate::scalar::Count;
use serde::{Deserialize, Serialize};

/// Compares a share of the canary with that of its baseline, for one look: events of trials, where the share is greater than
/// 10 % or there are few trials.
///
/// `compare_counts` takes the number of trials as exposure, which is right for rare events and any number of looks. A share
/// of 40 % varies less than a count does, and so needs fewer trials here.
///
/// Harm is tested by the method of the policy against equal shares, and its absence by the score test at the margin
/// ([`test_shares`](crate::stats::test_shares)). The verdicts are those of
/// [`compare_counts`](crate::stats::compare_counts).
///
/// ```
/// use relcore::stats::{SharePolicy, Trials, Verdict, compare_shares};
/// // Orders of sessions: fewer are worse. A loss of 2 percentage points is tolerated.
/// let policy = SharePolicy::orders().margin_points(2.0);
/// let (canary, baseline) = (Trials::new(4_100_u32, 10_000_u32), Trials::new(4_120_u32, 10_000_u32));
/// assert_eq!(compare_shares(&canary, &baseline, &policy)?.verdict, Verdict::Passed);
///
/// // Pitfall: few trials prove nothing, however equal they look.
/// let (canary, baseline) = (Trials::new(8_u32, 20_u32), Trials::new(8_u32, 20_u32));
/// let comparison = compare_shares(&canary, &baseline, &policy)?;
/// assert_eq!(comparison.verdict, Verdict::Inconclusive);
/// assert!(comparison.needed_units.is_some());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `out_of_range` for more events than trials, a margin of −5 %, an `alpha` of 5, and for the method
/// `boschloo` or `barnard` with 1001 trials.
pub fn compare_shares(canary: &Trials, baseline: &Trials, policy: &SharePolicy) -> Result<Comparison> {
    let mut faults = Faults::new();
    canary.check("canary", &mut faults);
    baseline.check("baseline", &mut faults);
    check_method(*canary, *baseline, policy.method, "canary", "baseline", &mut faults);
    policy.check(&mut faults);
    faults.finish()?;
    let policy_digest = crate::digest::of(policy)?;
    for (name, arm) in [("canary", canary), ("baseline", baseline)] {
        if arm.trials.get() == 0 {
            let text = format!("the {name} has no trials, so its share is unknown");
            let reason = Reason::new(code::NO_EXPOSURE, Severity::Warning, name, text);
            return Ok(Comparison {
                reasons: vec![reason],
                ..Comparison::empty(Verdict::NoData, policy_digest)
            });
        }
    }
    Ok(judge(*canary, *baseline, policy).compare(policy_digest))
}

fn judge(canary: Trials, baseline: Trials, policy: &SharePolicy) -> Judgement {
    let border = policy.border();
    let equality = Effect::Difference { value: 0.0 };
    let harm = test(canary, baseline, &equality, policy.method);
    let safe = test(canary, baseline, &border, ShareTestMethod::Score);
    let (harm, safe) = match policy.direction {
        Direction::IncreaseIsBad => (harm.p_greater, safe.p_less),
        Direction::DecreaseIsBad => (harm.p_less, safe.p_greater),
    };
    let level = 1.0 - policy.alpha;
    let interval_of = |scale| effect(canary, baseline, scale, level, EffectMethod::Score);
    let ratio = interval_of(EffectScale::Ratio);
    let (observed, threshold, unit, range) = match border {
        Effect::Ratio { value } => (ratio.estimate, value, "1", interval(Some(ratio.low), ratio.high, level)),
        Effect::Difference { value } => {
            let effect = interval_of(EffectScale::Difference);
            let percent = |value: f64| 100.0 * value;
            let range = interval(Some(percent(effect.low)), effect.high.map(percent), level);
            (effect.estimate.map(percent), percent(value), "%", range)
        }
    };
    let estimate = observed.unwrap_or(f64::INFINITY);
    let one = |p: f64| TestResult { p, log_e: None };
    let total = canary.n() + baseline.n();
    Judgement {
        alpha: policy.alpha,
        margin: policy.margin_text(),
        evidence: Evidence {
            observed,
            threshold: Some(threshold),
            unit: Some(unit.to_owned()),
            n: whole(total),
            interval: range,
            ..Evidence::default()
        },
        ratio: ratio.estimate,
        ratio_low: Some(ratio.low),
        ratio_high: ratio.high,
        harm: one(harm),
        safe: Some(one(safe)),
        is_beyond: match policy.direction {
            Direction::IncreaseIsBad => estimate > threshold,
            Direction::DecreaseIsBad => estimate < threshold,
        },
        observed: rates("share", canary.share(), baseline.share(), ratio.estimate),
        refusal: too_small(canary, baseline, policy),
        units: needed(canary, baseline, policy).map(|needed| (total, needed, "trials of both arms")),
    }
}

fn too_small(canary: Trials, baseline: Trials, policy: &SharePolicy) -> Option<(ReasonCode, String)> {
    let share = (canary.x() + baseline.x()) / (canary.n() + baseline.n());
    let expected = baseline.n() * share;
    (expected < policy.min_expected_events).then(|| {
        let least = number(policy.min_expected_events);
        let text = format!("{} events are expected of the baseline, fewer than {least}", number(expected));
        (code::COUNTS_TOO_SMALL, text)
    })
}

/// The trials at which a canary with the common share passes with a power of 80 %: the normal approximation of the score
/// test.
fn needed(canary: Trials, baseline: Trials, policy: &SharePolicy) -> Option<Count> {
    let total = canary.n() + baseline.n();
    let (share, c) = ((canary.x() + baseline.x()) / total, canary.n() / total);
    let (worse, ratio, distance) = match policy.border() {
        Effect::Difference { value } => ((share + value).clamp(0.0, 1.0), 1.0, value.abs()),
        Effect::Ratio { value } => ((share * value).min(1.0), value, share * (value - 1.0).abs()),
    };
    let deviation = |p: f64, q: f64| (p * (1.0 - p) / c + ratio * ratio * q * (1.0 - q) / (1.0 - c)).sqrt();
    let test =
        Approximation { null: deviation(worse, share), alternative: deviation(share, share), distance };
    let needed = test.needed(policy.alpha, 0.8, Sides::One);
    let least = policy.min_expected_events / (share * (1.0 - c));
    let needed = libm::ceil(needed.max(least));
    needed.is_finite().then(|| whole(needed)).flatten()
}

input! {
    /// When a share of the canary counts as worse, and how certain that must be.
    ///
    /// ```
    /// use relcore::stats::SharePolicy;
    /// let policy = SharePolicy::default().margin_points(1.0);
    /// assert_eq!(policy.alpha, 0.05);
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "stats.SharePolicy", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct SharePolicy {
        /// Whether a greater share or a smaller one is worse. Default `increase_is_bad`, as for errors.
        pub direction: Direction,
        /// The change for the worse, in percent of the share of the baseline, that is still tolerated. Default 25: 1.25 % where
        /// the baseline has 1 %.
        pub margin_percent: f64,
        /// The same in percentage points, instead of `marginPercent`: 2 tolerates 42 % where the baseline has 40 %.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub margin_points: Option<f64>,
        /// The highest probability of a false `failed`, and that of a false `passed`, at one look. Default 0.05.
        pub alpha: f64,
        /// The test for harm. Default `auto`.
        pub method: ShareTestMethod,
        /// The number of events that the baseline must be expected to have before there is any verdict. Default 5.
        pub min_expected_events: f64,
    }
}

impl Default for SharePolicy {
    fn default() -> Self {
        Self {
            direction: Direction::IncreaseIsBad,
            margin_percent: 25.0,
            margin_points: None,
            alpha: 0.05,
            method: ShareTestMethod::Auto,
            min_expected_events: 5.0,
        }
    }
}

impl SharePolicy {
    /// The defaults for a share of which less is worse: orders, sign-ups, successes.
    #[must_use]
    pub fn orders() -> Self {
        Self { direction: Direction::DecreaseIsBad, ..Self::default() }
    }

    /// The hypothesis at the margin.
    fn border(&self) -> Effect {
        match (self.margin_points, self.direction) {
            (Some(points), Direction::IncreaseIsBad) => Effect::Difference { value: points / 100.0 },
            (Some(points), Direction::DecreaseIsBad) => Effect::Difference { value: -points / 100.0 },
            (None, direction) => Effect::Ratio { value: direction.ratio_at(self.margin_percent) },
        }
    }

    fn margin_text(&self) -> String {
        match self.margin_points {
            Some(points) => format!("{} percentage points", number(points)),
            None => format!("{} %", number(self.margin_percent)),
        }
    }

    fn check(&self, faults: &mut Faults) {
        let mut between = |name: &str, value: f64, low: f64, high: f64| {
            faults.check(
                (low..=high).contains(&value),
                ErrorKind::OutOfRange,
                format_args!("policy.{name}"),
                format_args!("`{value}` is out of range: expected {low} to {high}"),
            );
        };
        let most = if self.direction == Direction::DecreaseIsBad { 99.0 } else { 10_000.0 };
        between("marginPercent", self.margin_percent, 0.01, most);
        between("marginPoints", self.margin_points.unwrap_or(1.0), 0.001, 99.0);
        between("alpha", self.alpha, 1e-9, 0.5);
        between("minExpectedEvents", self.min_expected_events, 0.0, 1e9);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_arm() -> impl Strategy<Value = Trials> {
        (1..3000_u32)
            .prop_flat_map(|n| (0..=n, Just(n)))
            .prop_map(|(events, trials)| Trials::new(events, trials))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn events_and_their_absence_are_two_sides_of_a_difference(canary in any_arm(), baseline in any_arm()) {
            let policy =
                SharePolicy::default().method(ShareTestMethod::Score).min_expected_events(0.0).margin_points(5.0);
            let others = |arm: Trials| {
                let rest = Count::new(arm.trials.get() - arm.events.get()).unwrap();
                Trials::new(rest, arm.trials)
            };
            let one = compare_shares(&canary, &baseline, &policy).unwrap();
            let flipped = policy.direction(Direction::DecreaseIsBad);
            let other = compare_shares(&others(canary), &others(baseline), &flipped).unwrap();
            let close = |a: TestResult, b: TestResult| (a.p - b.p).abs() <= 1e-7;
            prop_assert!(close(one.harm.unwrap(), other.harm.unwrap()));
            prop_assert!(close(one.safe.unwrap(), other.safe.unwrap()));
        }

        #[test]
        fn a_passed_canary_is_not_a_failed_one_and_the_first_reason_says_why(canary in any_arm(), baseline in any_arm()) {
            let comparison = compare_shares(&canary, &baseline, &SharePolicy::default()).unwrap();
            let code = comparison.reasons.first().unwrap().code;
            let expected = match comparison.verdict {
                Verdict::Failed => vec![code::HARM_PROVEN],
                Verdict::Passed => vec![code::WITHIN_MARGIN],
                _ => vec![code::COUNTS_INCONCLUSIVE, code::COUNTS_TOO_SMALL],
            };
            prop_assert!(expected.contains(&code));
        }
    }
}
