use super::{Metric, Step};
use crate::error::Result;
use crate::time::Span;
use crate::wire::{self, Type};
use serde::{Deserialize, Serialize};

/// How traffic moves to a new version, and what may stop it.
///
/// ```
/// use relcore::canary::{schedule_from_yaml, validate};
/// let schedule = schedule_from_yaml("
/// steps:
///   - { type: set_weight, weight: 10 }
///   - { type: bake, min: 30m, max: 2h, minSamples: 1000 }
///   - { type: set_weight, weight: 100 }
/// metrics:
///   - { name: error_rate, max: 1, unit: '%', failureLimit: 2 }
/// ")?;
/// assert!(validate(&schedule).is_empty());
/// // Pitfall: a metric without `max` or `min` can never fail, so it is refused.
/// let blind = schedule_from_yaml("{steps: [{type: set_weight, weight: 100}], metrics: [{name: errors}]}");
/// assert_eq!(blind.unwrap_err().path(), "metrics[0]");
/// # Ok::<(), relcore::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Schedule {
    /// What happens, in this order. Weights rise; the last one is 100.
    pub steps: Vec<Step>,
    /// What is measured all along. Default: none, so that only an operator can stop the rollout.
    #[serde(default)]
    pub metrics: Vec<Metric>,
    /// What follows from each cause. The defaults are on [`CauseResponses`].
    #[serde(default, deserialize_with = "wire::object")]
    pub on: CauseResponses,
    /// What an abort does. Default: `roll_back`.
    #[serde(default)]
    pub abort: AbortPolicy,
    /// How long the whole rollout may take, pauses not counted. Default: as long as it takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Span>,
}

/// What follows when something is wrong or cannot be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct CauseResponses {
    /// A metric failed more often than its limit, or the canary is unhealthy. Default: `abort`, as Argo Rollouts.
    pub failed: Response,
    /// A metric's query errored more often in a row than its limit. Default: `abort`, as Argo Rollouts.
    pub error: Response,
    /// A metric was inconclusive more often than its limit, or a bake ran to its `max` without enough measurements.
    /// Default: `pause`, as Argo Rollouts.
    pub inconclusive: Response,
    /// A metric has no data, or only old data. Default: `hold`: it goes on by itself when data comes.
    pub no_data: Response,
    /// The deadline has passed. Default: `abort`, as Flagger.
    pub deadline: Response,
}

impl Default for CauseResponses {
    fn default() -> Self {
        Self {
            failed: Response::Abort,
            error: Response::Abort,
            inconclusive: Response::Pause,
            no_data: Response::Hold,
            deadline: Response::Abort,
        }
    }
}

/// What to do about a cause. None of them promotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Response {
    /// Stay at this weight until the cause is gone.
    Hold,
    /// Stay at this weight until an operator resumes.
    Pause,
    /// End the rollout as the schedule's `abort` says.
    Abort,
}

/// What an abort does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AbortPolicy {
    /// All traffic goes back to the previous version.
    #[default]
    RollBack,
    /// The weight stays as it is: for releases that cannot go back (mobile, a database that has moved on).
    Freeze,
}

/// Reads a schedule from JSON text and checks it; all faults at once.
///
/// # Errors
/// `syntax` for what is not JSON; `unknown_field` for `minSample`; `invalid_value` for what
/// [`validate`](super::validate) calls an error: falling weights, a metric without a limit.
pub fn schedule_from_json(text: &str) -> Result<Schedule> {
    checked(wire::from_json(text, Type::Named("Schedule"))?)
}

/// Reads a schedule from YAML text and checks it; all faults at once.
///
/// # Errors
/// As [`schedule_from_json`].
pub fn schedule_from_yaml(text: &str) -> Result<Schedule> {
    checked(wire::from_yaml(text, Type::Named("Schedule"))?)
}

fn checked(schedule: Schedule) -> Result<Schedule> {
    super::validate::refuse(&schedule, "").map(|()| schedule)
}
