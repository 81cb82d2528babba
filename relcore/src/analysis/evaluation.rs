use crate::decision::{Explain, Outcome};
use crate::input::input;
use crate::reason::Reason;
use crate::scalar::Count;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The phase of a metric, a group or a whole run, in the words of Argo Rollouts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "analysis.Phase", rename_all = "snake_case")]
pub enum Phase {
    /// Nothing was measured yet.
    Pending,
    /// Measurements are still made.
    Running,
    /// Good.
    Successful,
    /// Neither good nor bad is shown.
    Inconclusive,
    /// It could not be measured.
    Error,
    /// Bad.
    Failed,
}

impl Phase {
    pub(super) fn is_decided(self) -> bool {
        !matches!(self, Self::Pending | Self::Running)
    }
}

input! {
    /// The measurements of a metric, counted as Argo Rollouts does.
    ///
    /// An error is no measurement: it breaks every row except its own, and is counted only in its row.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "analysis.Tally", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct Tally {
        /// The successful measurements.
        pub successful: u32,
        /// The failed measurements.
        pub failed: u32,
        /// The inconclusive measurements.
        pub inconclusive: u32,
        /// The queries with errors.
        pub errors: u32,
        /// The successful measurements since the last other one.
        pub consecutive_success: u32,
        /// The failed measurements since the last other one.
        pub consecutive_failure: u32,
        /// The errors since the last measurement.
        pub consecutive_error: u32,
        /// Whether a query is under way.
        pub is_measuring: bool,
    }
}

impl Tally {
    /// The number of measurements.
    pub(super) fn count(self) -> u32 {
        self.successful.saturating_add(self.failed).saturating_add(self.inconclusive)
    }

    /// Whether there was any query that ended.
    pub(super) fn is_measured(self) -> bool {
        self.count() > 0 || self.errors > 0 || self.consecutive_error > 0
    }
}

/// The phase of a metric, with its reason.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "analysis.Assessment", rename_all = "camelCase", deny_unknown_fields)]
pub struct Assessment {
    /// The phase.
    pub phase: Phase,
    /// Why.
    pub reason: Reason,
}

/// What is known of a metric.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "analysis.MetricStatus", rename_all = "camelCase", deny_unknown_fields)]
pub struct MetricStatus {
    /// The name of the metric.
    pub name: String,
    /// The phase.
    pub phase: Phase,
    /// Whether it is a dry run.
    pub dry_run: bool,
    /// The measurements until it was decided.
    pub tally: Tally,
    /// The value of the latest measurement that has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_value: Option<f64>,
    /// The text of the latest error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// When the phase was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<Timestamp>,
    /// When the next query is due; in the past, when it is late. Absent while a query is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_measurement_at: Option<Timestamp>,
}

/// What is known of a group of metrics.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "analysis.GroupStatus", rename_all = "camelCase", deny_unknown_fields)]
pub struct GroupStatus {
    /// The name of the group.
    pub name: String,
    /// The phase.
    pub phase: Phase,
    /// How many members are successful.
    pub successful: u32,
    /// How many must be.
    pub at_least: u32,
}

/// How many metrics are in each phase at the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "analysis.PhaseCounts", rename_all = "camelCase", deny_unknown_fields)]
pub struct PhaseCounts {
    /// All of them.
    pub count: u32,
    /// The successful ones.
    pub successful: u32,
    /// The failed ones.
    pub failed: u32,
    /// The inconclusive ones.
    pub inconclusive: u32,
    /// Those that could not be measured.
    pub error: u32,
}

/// The state of a run, made by [`evaluate`](crate::analysis::evaluate()).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "analysis.Evaluation", rename_all = "camelCase", deny_unknown_fields)]
pub struct Evaluation {
    /// The phase of the run.
    pub phase: Phase,
    /// When it was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<Timestamp>,
    /// The metrics, in the order of the template.
    pub metrics: Vec<MetricStatus>,
    /// The groups, in the order of the template.
    pub groups: Vec<GroupStatus>,
    /// The metrics to query now.
    pub due: Vec<String>,
    /// The earliest instant at which a query is due; in the past, when it is late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_measurement_at: Option<Timestamp>,
    /// The dry runs by phase, if there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dry_runs: Option<PhaseCounts>,
    /// The reasons: first that of the run, then those of the groups and of the metrics. Never empty.
    pub reasons: Vec<Reason>,
    /// The metrics that are not measured yet.
    pub missing: Vec<String>,
    /// The digest of the template.
    pub policy_digest: String,
}

impl Evaluation {
    /// The metrics that have an effect.
    fn effective(&self) -> Count {
        Count::of(self.metrics.iter().filter(|metric| !metric.dry_run).count())
    }
}

/// Writes an evaluation as text for a person: the phase and the reasons.
#[must_use]
pub fn explain_evaluation(evaluation: &Evaluation) -> String {
    evaluation.explain()
}

/// The consequence of an evaluation for its caller.
///
/// | phase | outcome |
/// | --- | --- |
/// | `successful` | `proceed` |
/// | `failed` | `roll_back` |
/// | `pending`, `running` | `wait` |
/// | `inconclusive`, `error` | `ask` |
#[must_use]
pub fn outcome_of_evaluation(evaluation: &Evaluation) -> Outcome {
    Explain::outcome(evaluation)
}

/// The text of [`explain_evaluation`].
impl fmt::Display for Evaluation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Explain::explain(self))
    }
}

impl Explain for Evaluation {
    fn headline(&self) -> String {
        let n = self.effective();
        match self.phase {
            Phase::Pending => format!("PENDING: none of {n} metrics is measured yet"),
            Phase::Running => format!("RUNNING: {n} metrics are measured"),
            Phase::Successful => "SUCCESSFUL: the metrics are good".to_owned(),
            Phase::Failed => "FAILED: the metrics are bad".to_owned(),
            Phase::Inconclusive => "INCONCLUSIVE: the metrics show neither good nor bad".to_owned(),
            Phase::Error => "ERROR: the metrics could not be measured".to_owned(),
        }
    }

    fn outcome(&self) -> Outcome {
        match self.phase {
            Phase::Successful => Outcome::Proceed,
            Phase::Failed => Outcome::RollBack,
            Phase::Pending | Phase::Running => Outcome::Wait,
            Phase::Inconclusive | Phase::Error => Outcome::Ask,
        }
    }

    fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    fn missing(&self) -> &[String] {
        &self.missing
    }

    fn next_check_at(&self) -> Option<Timestamp> {
        self.next_measurement_at
    }

    fn next_check_event(&self) -> &'static str {
        ", when the next query is due"
    }

    fn policy_digest(&self) -> &str {
        &self.policy_digest
    }
}
