use super::Reading;
use crate::time::Span;
use crate::wire::Count;
use serde::{Deserialize, Serialize};

/// Something that is measured on the new version while it takes traffic, and the limits it must keep.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Metric {
    /// The name by which measurements refer to it.
    pub name: String,
    /// The greatest good value, in `unit`. At least one of `max` and `min` is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// The least good value, in `unit`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// The unit of `max`, `min` and of the values: a UCUM code such as `%`, `s`, `ms`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// How many failed measurements are tolerated in the whole run. Default 0, as Argo Rollouts.
    #[serde(default)]
    pub failure_limit: u32,
    /// How many inconclusive measurements are tolerated in the whole run. Default 0, as Argo Rollouts.
    #[serde(default)]
    pub inconclusive_limit: u32,
    /// How many errored queries in a row are tolerated. Default 4, as Argo Rollouts.
    #[serde(default = "default_consecutive_error_limit")]
    pub consecutive_error_limit: u32,
    /// A measurement of fewer samples is inconclusive; one that does not say how many it has, too. Default 0.
    #[serde(default)]
    pub min_samples: Count,
    /// A measurement older than this is no data. Default: it never ages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age: Option<Span>,
    /// Whether a single failed measurement ends the rollout, whatever the limits and responses. Default false.
    #[serde(default)]
    pub critical: bool,
}

fn default_consecutive_error_limit() -> u32 {
    4
}

/// What a measurement says of its metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum MeasurementPhase {
    /// The value keeps the limits.
    Successful,
    /// The value breaks a limit.
    Failed,
    /// There are too few samples to say.
    Inconclusive,
    /// The query answered with nothing.
    NoData,
    /// The query failed.
    Error,
}

impl Metric {
    /// What a reading says. Every reading has one phase; only a finite value within the limits is `successful`.
    pub(super) fn judge(&self, reading: &Reading) -> MeasurementPhase {
        match reading {
            Reading::Missing {} => MeasurementPhase::NoData,
            Reading::Failed { .. } => MeasurementPhase::Error,
            Reading::Value { n, .. } if self.min_samples > n.unwrap_or_default() => {
                MeasurementPhase::Inconclusive
            }
            Reading::Value { value, .. } => {
                // Written so that what cannot be compared is not good.
                let below = self.max.is_none_or(|max| *value <= max);
                let above = self.min.is_none_or(|min| *value >= min);
                if below && above { MeasurementPhase::Successful } else { MeasurementPhase::Failed }
            }
        }
    }

    /// The limit that a value breaks, for the evidence; the upper one if it breaks none.
    pub(super) fn limit(&self, value: Option<f64>) -> Option<f64> {
        match (self.min, value) {
            (Some(min), Some(value)) if value < min => Some(min),
            _ => self.max.or(self.min),
        }
    }
}
