//! The metrics as data: one row each.
use serde::{Deserialize, Serialize};

/// A metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.Metric", rename_all = "snake_case")]
pub enum Metric {
    /// How often is deployed: deployments a day.
    DeploymentFrequency,
    /// How long a change takes to production: seconds.
    ChangeLeadTime,
    /// The share of deployments that failed.
    ChangeFailRate,
    /// How long a failed deployment takes to recover: seconds. Reports before 2023 have the time to restore service.
    FailedDeploymentRecoveryTime,
    /// The share of deployments that were made to repair production.
    DeploymentReworkRate,
}

/// What the value of a metric is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MetricKind {
    /// Items in a period of time.
    Frequency,
    /// Seconds.
    Duration,
    /// A part of a whole, from 0 to 1.
    Share,
}

impl Metric {
    pub(super) const fn kind(self) -> MetricKind {
        match self {
            Self::DeploymentFrequency => MetricKind::Frequency,
            Self::ChangeLeadTime | Self::FailedDeploymentRecoveryTime => MetricKind::Duration,
            Self::ChangeFailRate | Self::DeploymentReworkRate => MetricKind::Share,
        }
    }
}
