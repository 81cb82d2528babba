use crate::error::{ErrorKind, Faults, Result, join};
use crate::input::input;
use crate::scalar::Count;
use crate::wire::{self, PolicyText};
use serde::{Deserialize, Serialize};

input! {
    /// The events of one arm, and the exposure during which they happened.
    ///
    /// ```
    /// use relcore::stats::Counts;
    /// let canary = Counts::new(12_u32, 1000.0); // 12 errors in 1000 requests
    /// assert_eq!(canary.exposure, 1000.0);
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "stats.Counts", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Counts {
        /// The number of events: failed requests, crashes, orders.
        pub events: Count,
        /// The requests, users or hours during which they happened, in the same unit for both arms; 0 or more.
        pub exposure: f64,
    }
}

impl Counts {
    /// Events with their exposure.
    #[must_use]
    pub fn new(events: impl Into<Count>, exposure: f64) -> Self {
        Self { events: events.into(), exposure }
    }

    /// Whether the counts are within what the tests can compute.
    pub(crate) fn is_comparable(&self) -> bool {
        self.has_valid_exposure() && self.events.get() <= MOST_EVENTS
    }

    pub(crate) fn has_valid_exposure(&self) -> bool {
        // Beyond it, ratios of exposures lose their meaning.
        self.exposure == 0.0 || (1e-12..=1e15).contains(&self.exposure)
    }

    pub(crate) fn check_exposure(&self, path: &str, faults: &mut Faults) {
        let exposure = self.exposure;
        faults.check(
            self.has_valid_exposure(),
            ErrorKind::OutOfRange,
            format_args!("{path}.exposure"),
            format_args!("`{exposure}` is out of range: expected 0, or 1e-12 to 1e15"),
        );
    }

    pub(crate) fn check(&self, path: &str, faults: &mut Faults) {
        self.check_exposure(path, faults);
        let events = self.events;
        faults.check(
            events.get() <= MOST_EVENTS,
            ErrorKind::OutOfRange,
            format_args!("{path}.events"),
            format_args!("`{events}` is out of range: expected at most {MOST_EVENTS}"),
        );
    }
}

/// The number of events up to which the continued fractions converge within their limit of steps.
const MOST_EVENTS: u64 = 1_000_000_000;

input! {
    /// When a canary counts as worse, and how certain that must be.
    ///
    /// ```
    /// use relcore::stats::{Direction, Policy};
    /// let orders = Policy::default().direction(Direction::DecreaseIsBad).margin_percent(5.0);
    /// assert_eq!(orders.alpha, 0.05);
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "stats.Policy", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct Policy {
        /// Whether more events or fewer are worse. Default `increase_is_bad`, as for errors.
        pub direction: Direction,
        /// The change for the worse, in percent of the rate of the baseline, that is still tolerated. Default 25. A smaller
        /// margin needs more events for a `passed`: about 650 for 25 % and 3500 for 10 %, in two arms of the same size.
        pub margin_percent: f64,
        /// The highest probability of a false `failed`, and that of a false `passed`, over all looks together. Default 0.05.
        pub alpha: f64,
        /// How often the counts are looked at. Default `any`.
        pub looks: Looks,
        /// The number of events that the baseline must be expected to have, if both arms have the same rate, before
        /// there is any verdict. Default 5.
        pub min_expected_events: f64,
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            direction: Direction::IncreaseIsBad,
            margin_percent: 25.0,
            alpha: 0.05,
            looks: Looks::Any,
            min_expected_events: 5.0,
        }
    }
}

/// Which change of a rate is for the worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.Direction", rename_all = "snake_case")]
pub enum Direction {
    /// More events are worse: errors, crashes.
    IncreaseIsBad,
    /// Fewer events are worse: orders, sign-ups.
    DecreaseIsBad,
}

impl Direction {
    /// The ratio of two rates at a margin in percent.
    pub(super) fn ratio_at(self, margin_percent: f64) -> f64 {
        match self {
            Self::IncreaseIsBad => 1.0 + margin_percent / 100.0,
            Self::DecreaseIsBad => 1.0 - margin_percent / 100.0,
        }
    }
}

/// How often counts are compared while they grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.Looks", rename_all = "snake_case")]
pub enum Looks {
    /// As often as the caller likes: an e-process.
    Any,
    /// Once, at an end that was fixed before: an exact test, which needs about a quarter fewer events.
    One,
}

/// The policy with all defaults.
#[must_use]
pub fn default_policy() -> Policy {
    Policy::default()
}

/// Reads a policy from JSON text. A key that is left out has its default.
///
/// ```
/// let policy = relcore::stats::policy_from_json("{\"marginPercent\": 50}")?;
/// assert_eq!(policy.margin_percent, 50.0);
/// // Pitfall: alpha is a share, not a percentage.
/// assert!(relcore::stats::policy_from_json("{\"alpha\": 5}").is_err());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `syntax` for text that is not JSON, `unknown_field` for `margin`, `out_of_range` for `"alpha": 5`
/// and for a negative `marginPercent`.
pub fn policy_from_json(text: &str) -> Result<Policy> {
    wire::policy_from_json(text)
}

/// Reads a policy from YAML text. A key that is left out has its default.
///
/// ```
/// let policy = relcore::stats::policy_from_yaml("marginPercent: 10\nlooks: one\n")?;
/// assert_eq!(policy.looks, relcore::stats::Looks::One);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`policy_from_json`], with the line and the column of each fault; `.nan` and `.inf` are refused as `syntax`.
#[cfg(feature = "yaml")]
pub fn policy_from_yaml(text: &str) -> Result<Policy> {
    wire::policy_from_yaml(text)
}

impl PolicyText for Policy {
    const TYPE: &'static str = "stats.Policy";

    fn check(&self, path: &str, faults: &mut Faults) {
        let margin = self.margin_percent;
        let (most, text) = match self.direction {
            Direction::IncreaseIsBad => (10_000.0, "expected a percentage from 0.01 to 10000"),
            Direction::DecreaseIsBad => (99.0, "expected a percentage from 0.01 to 99"),
        };
        faults.check(
            (0.01..=most).contains(&margin),
            ErrorKind::OutOfRange,
            format_args!("{}", join(path, "marginPercent")),
            format_args!("`{margin}` is out of range: {text}"),
        );
        let alpha = self.alpha;
        faults.check(
            (1e-9..=0.5).contains(&alpha),
            ErrorKind::OutOfRange,
            format_args!("{}", join(path, "alpha")),
            format_args!("`{alpha}` is out of range: expected a share from 1e-9 to 0.5"),
        );
        let events = self.min_expected_events;
        faults.check(
            (0.0..=1e9).contains(&events),
            ErrorKind::OutOfRange,
            format_args!("{}", join(path, "minExpectedEvents")),
            format_args!("`{events}` is out of range: expected 0 to 1e9"),
        );
    }
}
