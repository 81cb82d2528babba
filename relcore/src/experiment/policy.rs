use crate::error::{ErrorKind, Faults, Result, join, quoted};
use crate::input::input;
use crate::stats::{self, Direction, Looks, SplitPolicy};
use crate::wire::{self, PolicyText};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

input! {
    /// When a variant wins: the goal, its minimum effect, the guardrails, and how certain all of it must be.
    ///
    /// ```
    /// use relcore::experiment::{Guardrail, WinnerPolicy};
    /// let policy = WinnerPolicy::default().min_effect_percent(5.0).guardrails([Guardrail::new("errors")]);
    /// assert_eq!(policy.alpha, 0.05);
    /// ```
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "experiment.WinnerPolicy", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct WinnerPolicy {
        /// The name of the variant that all others are compared with. Default: the first variant.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub control: Option<String>,
        /// Which change of the goal is for the worse. Default `decrease_is_bad`, as for orders and sign-ups.
        pub direction: Direction,
        /// The smallest improvement that is worth having, in percent of the rate of the control. Default 2. A winner is
        /// proven better, and its estimate is above this; a variant that is proven to improve by less is no winner.
        pub min_effect_percent: f64,
        /// The highest probability that any variant is called better or worse by chance, over all looks together, and the same
        /// for the guardrails. Default 0.05. With several variants each has its part.
        pub alpha: f64,
        /// The number of events of the goal that an arm must be expected to have before there is any verdict. Default 5.
        pub min_expected_events: f64,
        /// What a winner must not make worse. Default: nothing.
        pub guardrails: Vec<Guardrail>,
        /// How the split of the units is checked. A winner needs a split that is proven to be the planned one.
        pub split: SplitPolicy,
    }
}

impl Default for WinnerPolicy {
    fn default() -> Self {
        Self {
            control: None,
            direction: Direction::DecreaseIsBad,
            min_effect_percent: 2.0,
            alpha: 0.05,
            min_expected_events: 5.0,
            guardrails: Vec::new(),
            split: SplitPolicy::default(),
        }
    }
}

input! {
    /// Events that a winner must not make worse: errors, refunds, unsubscriptions.
    ///
    /// ```
    /// use relcore::experiment::Guardrail;
    /// assert_eq!(Guardrail::new("errors").margin_percent(10.0).name, "errors");
    /// ```
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "experiment.Guardrail", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Guardrail {
        /// The name of the events.
        pub name: String,
        /// Which change is for the worse. Default `increase_is_bad`, as for errors.
        #[serde(default = "increase_is_bad")]
        pub direction: Direction,
        /// The change for the worse, in percent of the rate of the control, that is still tolerated. Default 25. A smaller
        /// margin needs more events: about 650 for 25 % and 3500 for 10 %, in two arms of the same size.
        #[serde(default = "usual_margin")]
        pub margin_percent: f64,
        /// The number of events that the control must be expected to have before there is any verdict. Default 5.
        #[serde(default = "usual_events")]
        pub min_expected_events: f64,
    }
}

impl Guardrail {
    /// A guardrail with all defaults.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            direction: increase_is_bad(),
            margin_percent: usual_margin(),
            min_expected_events: usual_events(),
        }
    }

    pub(super) fn comparison(&self, alpha: f64) -> stats::Policy {
        stats::Policy {
            direction: self.direction,
            margin_percent: self.margin_percent,
            alpha,
            looks: Looks::Any,
            min_expected_events: self.min_expected_events,
        }
    }
}

fn increase_is_bad() -> Direction {
    Direction::IncreaseIsBad
}

fn usual_margin() -> f64 {
    25.0
}

fn usual_events() -> f64 {
    5.0
}

/// The most guardrails: more than a person weighs.
const MOST_GUARDRAILS: usize = 1000;

impl WinnerPolicy {
    /// The test for "the variant is worse than the control", with the variant as canary.
    pub(super) fn harm(&self, alpha: f64) -> stats::Policy {
        stats::Policy {
            direction: self.direction,
            margin_percent: self.min_effect_percent,
            alpha,
            looks: Looks::Any,
            min_expected_events: self.min_expected_events,
        }
    }

    /// The test for "the control is worse than the variant", with the control as canary. An improvement by the minimum effect
    /// is this change of the ratio of the control to the variant.
    pub(super) fn gain(&self, alpha: f64) -> stats::Policy {
        let effect = self.min_effect_percent / 100.0;
        let margin = match self.direction {
            Direction::DecreaseIsBad => effect / (1.0 + effect),
            Direction::IncreaseIsBad => effect / (1.0 - effect),
        };
        stats::Policy { margin_percent: margin * 100.0, ..self.harm(alpha) }
    }
}

impl PolicyText for WinnerPolicy {
    const TYPE: &'static str = "experiment.WinnerPolicy";

    fn check(&self, path: &str, faults: &mut Faults) {
        let (alpha, effect, events) = (self.alpha, self.min_effect_percent, self.min_expected_events);
        faults.check(
            (1e-6..=0.5).contains(&alpha),
            ErrorKind::OutOfRange,
            format_args!("{}", join(path, "alpha")),
            format_args!("`{alpha}` is out of range: expected a share from 1e-6 to 0.5"),
        );
        faults.check(
            (0.1..=90.0).contains(&effect),
            ErrorKind::OutOfRange,
            format_args!("{}", join(path, "minEffectPercent")),
            format_args!("`{effect}` is out of range: expected a percentage from 0.1 to 90"),
        );
        faults.check(
            (0.0..=1e9).contains(&events),
            ErrorKind::OutOfRange,
            format_args!("{}", join(path, "minExpectedEvents")),
            format_args!("`{events}` is out of range: expected 0 to 1e9"),
        );
        let count = self.guardrails.len();
        faults.check(
            count <= MOST_GUARDRAILS,
            ErrorKind::OutOfRange,
            format_args!("{}", join(path, "guardrails")),
            format_args!("has {count} guardrails: expected at most {MOST_GUARDRAILS}"),
        );
        let mut names = BTreeSet::new();
        for (index, guardrail) in self.guardrails.iter().enumerate() {
            let (path, name) = (join(path, &format!("guardrails[{index}]")), &guardrail.name);
            faults.check(
                !name.is_empty(),
                ErrorKind::InvalidValue,
                format_args!("{path}.name"),
                format_args!("is empty: expected a name"),
            );
            faults.check(
                names.insert(name),
                ErrorKind::Duplicate,
                format_args!("{path}.name"),
                format_args!("{} is the name of another guardrail, too", quoted(name)),
            );
            guardrail.comparison(0.05).check(&path, faults);
        }
        self.split.check(&join(path, "split"), faults);
    }
}

/// The policy of a winner with all defaults.
#[must_use]
pub fn default_winner_policy() -> WinnerPolicy {
    WinnerPolicy::default()
}

/// Reads the policy of a winner from JSON text. A key that is left out has its default.
///
/// ```
/// use relcore::experiment::winner_policy_from_json;
/// let policy = winner_policy_from_json(r#"{"minEffectPercent": 5, "guardrails": [{"name": "errors"}]}"#)?;
/// assert_eq!(policy.guardrails[0].margin_percent, 25.0);
/// // Pitfall: alpha is a share, not a percentage.
/// assert!(winner_policy_from_json(r#"{"alpha": 5}"#).is_err());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `syntax` for text that is not JSON, `unknown_field` for `minEffect`, `out_of_range` for `"alpha": 5`
/// and a `minEffectPercent` of 0, `duplicate` for two guardrails of one name, `invalid_value` for one without a name.
pub fn winner_policy_from_json(text: &str) -> Result<WinnerPolicy> {
    wire::policy_from_json(text)
}

/// Reads the policy of a winner from YAML text. A key that is left out has its default.
///
/// ```
/// let text = "minEffectPercent: 5\nguardrails:\n  - {name: errors, marginPercent: 10}\n";
/// let policy = relcore::experiment::winner_policy_from_yaml(text)?;
/// assert_eq!(policy.guardrails[0].margin_percent, 10.0);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`winner_policy_from_json`], with the line and the column of each fault; `.nan` and `.inf` are refused as `syntax`.
#[cfg(feature = "yaml")]
pub fn winner_policy_from_yaml(text: &str) -> Result<WinnerPolicy> {
    wire::policy_from_yaml(text)
}
