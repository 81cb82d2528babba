//! Tests and intervals of the effect on a share, for one look.
use super::share::Trials;
use super::unconditional::{self, Arms, Events};
use super::{fisher, normal, score};
use crate::error::{ErrorKind, Faults, Result};
use crate::stats::arguments::check_level;
use crate::wire::tagged;
use serde::{Deserialize, Serialize};

/// Tests two shares against a hypothesis about their difference or ratio, for one look.
///
/// | method | hypothesis | use |
/// | --- | --- | --- |
/// | `auto` | any | `boschloo` for equal shares and an arm with fewer than 50 trials, otherwise `score` |
/// | `score` | any, so also non-inferiority at a margin | Miettinen and Nurminen 1985 |
/// | `fisher` | equal shares | exact given the events of both arms; conservative |
/// | `boschloo` | equal shares, at most 1000 trials an arm | exact, and never above `fisher` |
/// | `barnard`, `barnard_unpooled` | equal shares, at most 1000 trials an arm | exact, ordered by Wald's statistic |
///
/// The exact tests compare tables so that none that ties with the observed one is left out. The p-value for both sides of
/// `score` and `boschloo` is twice the smaller one of a side.
///
/// ```
/// use relcore::stats::{Effect, ShareTestMethod, Trials, test_shares};
/// let (canary, baseline) = (Trials::new(110_u32, 10_000_u32), Trials::new(100_u32, 10_000_u32));
/// // Not worse by half a percentage point?
/// let test = test_shares(&canary, &baseline, &Effect::Difference { value: 0.005 }, &ShareTestMethod::Score)?;
/// assert!(test.p_less < 0.01);
/// // Pitfall: the exact tests know equality only.
/// let margin = Effect::Ratio { value: 1.25 };
/// assert!(test_shares(&canary, &baseline, &margin, &ShareTestMethod::Fisher).is_err());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `out_of_range` for more events than trials, no trial, a difference of 5, a ratio of 0, and for
/// `boschloo` and `barnard` with 1001 trials; `invalid_value` for `fisher` at a difference of 0.005.
pub fn test_shares(
    canary: &Trials,
    baseline: &Trials,
    hypothesis: &Effect,
    method: &ShareTestMethod,
) -> Result<ShareTest> {
    let mut faults = Faults::new();
    check_arms(canary, baseline, &mut faults);
    hypothesis.check(&mut faults);
    check_method(*canary, *baseline, *method, "canary", "baseline", &mut faults);
    let is_exact = !matches!(method, ShareTestMethod::Auto | ShareTestMethod::Score);
    faults.check(
        !is_exact || hypothesis.is_equality(),
        ErrorKind::InvalidValue,
        format_args!("hypothesis"),
        format_args!("is not equality: expected a difference of 0 or a ratio of 1, or the method `score`"),
    );
    faults.finish()?;
    Ok(test(*canary, *baseline, hypothesis, *method))
}

/// The difference or the ratio of two shares with its confidence interval, for one look.
///
/// | method | effect | source |
/// | --- | --- | --- |
/// | `score` | `difference` and `ratio` | Miettinen and Nurminen 1985 |
/// | `newcombe` | `difference` | Newcombe 1998, method 10: a hybrid of two intervals of Wilson |
/// | `log_adjusted` | `ratio` | Walter 1975: the normal interval of the logarithm, with half an event more |
///
/// ```
/// use relcore::stats::{EffectMethod, EffectScale, Trials, share_effect};
/// let (canary, baseline) = (Trials::new(56_u32, 70_u32), Trials::new(48_u32, 80_u32));
/// let effect = share_effect(&canary, &baseline, &EffectScale::Difference, 0.95, &EffectMethod::Score)?;
/// assert!((effect.low - 0.0528).abs() < 1e-4 && effect.high.is_some());
/// // Pitfall: without events of the baseline, a ratio has no upper end.
/// let none = Trials::new(0_u32, 80_u32);
/// let ratio = share_effect(&canary, &none, &EffectScale::Ratio, 0.95, &EffectMethod::Score)?;
/// assert!(ratio.estimate.is_none() && ratio.high.is_none());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `out_of_range` for more events than trials, no trial and a level of 95; `invalid_value` for
/// `newcombe` of a ratio and `log_adjusted` of a difference.
pub fn share_effect(
    canary: &Trials,
    baseline: &Trials,
    scale: &EffectScale,
    level: f64,
    method: &EffectMethod,
) -> Result<ShareEffect> {
    let mut faults = Faults::new();
    check_arms(canary, baseline, &mut faults);
    check_level(level, &mut faults);
    let is_known = match method {
        EffectMethod::Score => true,
        EffectMethod::Newcombe => *scale == EffectScale::Difference,
        EffectMethod::LogAdjusted => *scale == EffectScale::Ratio,
    };
    faults.check(
        is_known,
        ErrorKind::InvalidValue,
        format_args!("method"),
        format_args!("`{method}` has no interval of a {scale}: expected `score`"),
    );
    faults.finish()?;
    Ok(effect(*canary, *baseline, *scale, level, *method))
}

pub(super) fn effect(
    canary: Trials,
    baseline: Trials,
    scale: EffectScale,
    level: f64,
    method: EffectMethod,
) -> ShareEffect {
    let z = normal::two_sided(level);
    let (p, q) = (canary.share(), baseline.share());
    let ratio = (baseline.x() > 0.0).then(|| p / q);
    let (estimate, (low, high)) = match (scale, method) {
        (EffectScale::Difference, EffectMethod::Newcombe) => {
            let wilson = |arm: Trials| super::rate::wilson(arm.x(), arm.n(), z);
            let ((low, high), (other_low, other_high)) = (wilson(canary), wilson(baseline));
            let down = ((p - low) * (p - low) + (other_high - q) * (other_high - q)).sqrt();
            let up = ((high - p) * (high - p) + (q - other_low) * (q - other_low)).sqrt();
            (Some(p - q), (p - q - down, Some(p - q + up)))
        }
        (EffectScale::Difference, _) => {
            let (low, high) = score::difference_interval(canary, baseline, z);
            (Some(p - q), (low, Some(high)))
        }
        (EffectScale::Ratio, EffectMethod::LogAdjusted) => {
            let (x, n, y, m) = (canary.x() + 0.5, canary.n() + 0.5, baseline.x() + 0.5, baseline.n() + 0.5);
            let half = z * (1.0 / x - 1.0 / n + 1.0 / y - 1.0 / m).max(0.0).sqrt();
            let logarithm = libm::log(x / n) - libm::log(y / m);
            (ratio, (libm::exp(logarithm - half), Some(libm::exp(logarithm + half))))
        }
        (EffectScale::Ratio, _) => (ratio, score::ratio_interval(canary, baseline, z)),
    };
    ShareEffect { estimate, low, high }
}

/// For checked arguments.
pub(super) fn test(
    canary: Trials,
    baseline: Trials,
    hypothesis: &Effect,
    method: ShareTestMethod,
) -> ShareTest {
    let method = method.resolved(canary, baseline, hypothesis);
    let whole = |count: crate::scalar::Count| u32::try_from(count.get()).unwrap_or(u32::MAX);
    let arms = Arms { canary: whole(canary.trials), baseline: whole(baseline.trials) };
    let events = Events { canary: whole(canary.events), baseline: whole(baseline.events) };
    let of = |test: unconditional::Unconditional| ShareTest {
        method,
        statistic: Some(test.statistic).filter(|statistic| statistic.is_finite()),
        p_two_sided: test.two_sided,
        p_greater: test.greater,
        p_less: test.less,
    };
    match method {
        ShareTestMethod::Fisher => {
            let test = fisher::fisher(canary.x(), canary.n(), baseline.x(), baseline.n());
            let odds =
                canary.x() * (baseline.n() - baseline.x()) / ((canary.n() - canary.x()) * baseline.x());
            ShareTest {
                method,
                statistic: Some(odds).filter(|odds| odds.is_finite()),
                p_two_sided: test.two_sided,
                p_greater: test.greater,
                p_less: test.less,
            }
        }
        ShareTestMethod::Boschloo => of(unconditional::boschloo(arms, events)),
        ShareTestMethod::Barnard => of(unconditional::barnard(arms, events, true)),
        ShareTestMethod::BarnardUnpooled => of(unconditional::barnard(arms, events, false)),
        ShareTestMethod::Auto | ShareTestMethod::Score => {
            let z = match hypothesis {
                Effect::Difference { value } => score::z_of_difference(canary, baseline, *value),
                Effect::Ratio { value } => score::z_of_ratio(canary, baseline, *value),
            };
            let (p_greater, p_less) = (normal::upper(z), normal::upper(-z));
            ShareTest {
                method,
                statistic: Some(z).filter(|z| z.is_finite()),
                p_two_sided: (2.0 * p_greater.min(p_less)).min(1.0),
                p_greater,
                p_less,
            }
        }
    }
}

fn check_arms(canary: &Trials, baseline: &Trials, faults: &mut Faults) {
    canary.check_some("canary", faults);
    baseline.check_some("baseline", faults);
}

/// Adds a fault for an arm that is too large for an unconditional test.
pub(super) fn check_method(
    canary: Trials,
    baseline: Trials,
    method: ShareTestMethod,
    canary_path: &str,
    baseline_path: &str,
    faults: &mut Faults,
) {
    let is_unconditional = matches!(
        method,
        ShareTestMethod::Boschloo | ShareTestMethod::Barnard | ShareTestMethod::BarnardUnpooled
    );
    for (path, arm) in [(canary_path, canary), (baseline_path, baseline)] {
        faults.check(
            !is_unconditional || arm.trials.get() <= 1000,
            ErrorKind::OutOfRange,
            format_args!("{path}.trials"),
            format_args!("`{}` is out of range: expected at most 1000 for `{method}`", arm.trials),
        );
    }
}

tagged! {
    "stats.Effect";
    /// A hypothesis about two shares: that of the canary and that of the baseline.
    #[derive(Clone, Debug, PartialEq)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub enum Effect {
        /// The share of the canary minus that of the baseline.
        Difference {
            /// The difference: 0.005 for half a percentage point, 0 for equality.
            value: f64,
        },
        /// The share of the canary, divided by that of the baseline.
        Ratio {
            /// The ratio: 1.25 for a quarter more, 1 for equality.
            value: f64,
        },
    }
}

impl Effect {
    fn check(&self, faults: &mut Faults) {
        let (value, low, high) = match self {
            Self::Difference { value } => (*value, -0.999_999, 0.999_999),
            Self::Ratio { value } => (*value, 1e-6, 1e6),
        };
        faults.check(
            (low..=high).contains(&value),
            ErrorKind::OutOfRange,
            format_args!("hypothesis.value"),
            format_args!("`{value}` is out of range: expected {low} to {high}"),
        );
    }

    pub(super) fn is_equality(&self) -> bool {
        match self {
            Self::Difference { value } => *value == 0.0,
            Self::Ratio { value } => (*value - 1.0).abs() <= 0.0,
        }
    }
}

/// How two shares are tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.ShareTestMethod", rename_all = "snake_case")]
pub enum ShareTestMethod {
    /// `boschloo` for equal shares and an arm with fewer than 50 trials, otherwise `score`.
    Auto,
    /// The score test of Miettinen and Nurminen.
    Score,
    /// Fisher's exact test.
    Fisher,
    /// Boschloo's exact test.
    Boschloo,
    /// Barnard's exact test with the pooled variance.
    Barnard,
    /// Barnard's exact test with the variance of each arm.
    BarnardUnpooled,
}

impl ShareTestMethod {
    fn resolved(self, canary: Trials, baseline: Trials, hypothesis: &Effect) -> Self {
        if self != Self::Auto {
            return self;
        }
        let (least, most) =
            (canary.trials.min(baseline.trials).get(), canary.trials.max(baseline.trials).get());
        if least < 50 && most <= 1000 && hypothesis.is_equality() { Self::Boschloo } else { Self::Score }
    }
}

/// The result of a test of two shares, made by [`test_shares`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.ShareTest", rename_all = "camelCase", deny_unknown_fields)]
pub struct ShareTest {
    /// The method that was applied; never `auto`.
    pub method: ShareTestMethod,
    /// The statistic: z of `score`, Wald's z of `barnard`, the odds ratio of `fisher`, the smaller p-value of Fisher for
    /// `boschloo`. Absent if it is infinite.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statistic: Option<f64>,
    /// The p-value against the hypothesis.
    pub p_two_sided: f64,
    /// The p-value against "the hypothesis, or less": small if the share of the canary is greater.
    pub p_greater: f64,
    /// The p-value against "the hypothesis, or more": small if the share of the canary is less.
    pub p_less: f64,
}

/// Which effect on a share is estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.EffectScale", rename_all = "snake_case")]
pub enum EffectScale {
    /// The share of the canary minus that of the baseline.
    Difference,
    /// The share of the canary, divided by that of the baseline.
    Ratio,
}

/// How the interval of an effect is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.EffectMethod", rename_all = "snake_case")]
pub enum EffectMethod {
    /// Miettinen and Nurminen: for most purposes.
    Score,
    /// Newcombe's hybrid interval of a difference: for display.
    Newcombe,
    /// The normal interval of the logarithm of a ratio.
    LogAdjusted,
}

/// An effect on a share with its confidence interval, made by [`share_effect`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.ShareEffect", rename_all = "camelCase", deny_unknown_fields)]
pub struct ShareEffect {
    /// The difference or the ratio of the shares; a ratio is absent without events of the baseline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimate: Option<f64>,
    /// The lower end.
    pub low: f64,
    /// The upper end; absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trials(events: u32, trials: u32) -> Trials {
        Trials::new(events, trials)
    }

    /// statsmodels 0.15.0 uses the count of an arm where the number of its trials belongs (statsmodels#10269): its interval
    /// is 0.0526 to 0.3440, and it stops with an error for 9 of 10 against 3 of 10.
    #[test]
    fn the_constrained_likelihood_of_statsmodels_has_a_count_for_trials() {
        let score = |canary: Trials, baseline: Trials| {
            share_effect(&canary, &baseline, &EffectScale::Difference, 0.95, &EffectMethod::Score).unwrap()
        };
        let effect = score(trials(56, 70), trials(48, 80));
        assert!(
            (effect.low - 0.0528).abs() < 5e-5 && (effect.high.unwrap() - 0.3382).abs() < 5e-5,
            "{effect:?}"
        );
        let small = score(trials(9, 10), trials(3, 10));
        assert!(0.0 < small.low && small.low < 0.6 && small.high.unwrap() < 1.0, "{small:?}");
    }

    /// scipy 1.17.1 compares floats by >=, and so leaves out tables that tie with the observed one (scipy#18798): its
    /// p-value for 9 of 10 against 3 of 10 is 0.00693.
    #[test]
    fn barnard_of_scipy_leaves_out_tables_that_tie() {
        let equality = Effect::Difference { value: 0.0 };
        for method in [ShareTestMethod::Barnard, ShareTestMethod::BarnardUnpooled] {
            let test = test_shares(&trials(9, 10), &trials(3, 10), &equality, &method).unwrap();
            assert!((test.p_two_sided - 0.007_955_551_147).abs() < 1e-10, "{method}: {}", test.p_two_sided);
        }
    }

    /// statrs 0.19.1 returns 0.5007.
    #[test]
    fn fisher_of_statrs_adds_the_wrong_tail() {
        let equality = Effect::Ratio { value: 1.0 };
        let test =
            test_shares(&trials(130, 10_000), &trials(100, 10_000), &equality, &ShareTestMethod::Fisher)
                .unwrap();
        assert!((test.p_two_sided - 0.0542).abs() < 5e-5, "{}", test.p_two_sided);
    }

    #[test]
    fn arms_without_events_are_equal() {
        for method in
            [ShareTestMethod::Auto, ShareTestMethod::Score, ShareTestMethod::Barnard, ShareTestMethod::Fisher]
        {
            let test =
                test_shares(&trials(0, 20), &trials(0, 30), &Effect::Difference { value: 0.0 }, &method)
                    .unwrap();
            assert!(test.p_greater >= 0.5 && test.p_less >= 0.5, "{test:?}");
        }
    }
}
