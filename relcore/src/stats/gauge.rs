use super::missing::MissingRule;
use super::policy::Direction;
use crate::error::{ErrorKind, Faults};
use crate::input::input;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

input! {
    /// One value of a gauge: processor use, memory, the length of a queue.
    #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "stats.GaugeSample", rename_all = "camelCase", deny_unknown_fields)]
    pub struct GaugeSample {
        /// When it was measured.
        pub at: Timestamp,
        /// The value; absent if there was none. NaN and infinity count as absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub value: Option<f64>,
    }
}

impl GaugeSample {
    /// A value at an instant.
    #[must_use]
    pub fn new(at: Timestamp, value: f64) -> Self {
        Self { at, value: Some(value) }
    }
}

input! {
    /// How the gauges of a canary and of its baseline are compared.
    ///
    /// ```
    /// use relcore::stats::GaugePolicy;
    /// let memory = GaugePolicy::default().margin_percent(10.0);
    /// assert!(memory.finds_leaks);
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "stats.GaugePolicy", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct GaugePolicy {
        /// Whether values of the same instant are compared with one another. Default `paired`.
        pub pairing: GaugePairing,
        /// Whether greater values or lesser ones are worse. Default `increase_is_bad`.
        pub direction: Direction,
        /// The change for the worse, in percent of the level of the baseline, that is still tolerated. Default 25.
        pub margin_percent: f64,
        /// The same in the unit of the gauge; it replaces `marginPercent`.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub margin: Option<f64>,
        /// The highest probability of a false `failed`, and that of a false `passed`, at one look. Default 0.05.
        pub alpha: f64,
        /// Whether a difference that grows is a failure, as of memory that is never freed. Default true; for paired values
        /// only. The probability of a false `failed` is divided between the level and the growth.
        pub finds_leaks: bool,
        /// What a missing value stands for. Default `remove`.
        pub missing: MissingRule,
    }
}

impl Default for GaugePolicy {
    fn default() -> Self {
        Self {
            pairing: GaugePairing::Paired,
            direction: Direction::IncreaseIsBad,
            margin_percent: 25.0,
            margin: None,
            alpha: 0.05,
            finds_leaks: true,
            missing: MissingRule::Remove,
        }
    }
}

/// Whether values of the same instant are compared with one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.GaugePairing", rename_all = "snake_case")]
pub enum GaugePairing {
    /// The differences at the same instants: for arms that see the same load at the same time.
    Paired,
    /// All values of one arm with all of the other: for arms that were measured at different times.
    Independent,
}

impl GaugePolicy {
    pub(super) fn check(&self, faults: &mut Faults) {
        let most = if self.direction == Direction::IncreaseIsBad { 10_000.0 } else { 99.0 };
        for (field, value, range, text) in [
            ("marginPercent", self.margin_percent, 0.01..=most, format!("a percentage from 0.01 to {most}")),
            (
                "margin",
                self.margin.unwrap_or(1.0),
                1e-100..=1e100,
                "a change above 0, up to 1e100".to_owned(),
            ),
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

/// The value of a sample, if it is one.
pub(super) fn value(sample: &GaugeSample) -> Option<f64> {
    sample.value.filter(|value| value.is_finite())
}

/// Adds the faults of a series.
pub(super) fn check_series(samples: &[GaugeSample], path: &str, rule: MissingRule, faults: &mut Faults) {
    let count = samples.len();
    faults.check(
        count <= MOST_SAMPLES,
        ErrorKind::OutOfRange,
        format_args!("{path}"),
        format_args!("has {count} samples: expected at most {MOST_SAMPLES}"),
    );
    for (position, (before, after)) in (1_usize..).zip(samples.iter().zip(samples.iter().skip(1))) {
        faults.check(
            before.at < after.at,
            if before.at == after.at { ErrorKind::Duplicate } else { ErrorKind::Unordered },
            format_args!("{path}[{position}].at"),
            format_args!("`{}` is not after the sample before, at `{}`", after.at, before.at),
        );
    }
    for (position, sample) in samples.iter().enumerate() {
        let value = value(sample);
        faults.check(
            value.is_some() || rule != MissingRule::Refuse,
            ErrorKind::MissingField,
            format_args!("{path}[{position}].value"),
            format_args!("is missing, and the policy refuses missing values"),
        );
        let value = value.unwrap_or_default();
        faults.check(
            value.abs() <= 1e100,
            ErrorKind::OutOfRange,
            format_args!("{path}[{position}].value"),
            format_args!("`{value}` is out of range: expected at most 1e100, in another unit"),
        );
    }
}

/// Ten weeks of minutes.
const MOST_SAMPLES: usize = 100_000;
