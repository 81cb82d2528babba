use super::metric::Metric;
use super::step::Step;
use crate::input::input;
use crate::time::Span;
use crate::wire;
use serde::{Deserialize, Serialize};

input! {
    /// The steps by which traffic moves to a new version, the metrics, and the responses to failures.
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
    #[serde(rename = "canary.Schedule", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Schedule {
        /// The steps, in this order. Weights must not fall; the last one is 100.
        pub steps: Vec<Step>,
        /// The metrics, measured during the whole rollout. Default: none, so that only an operator can stop it.
        #[serde(default)]
        pub metrics: Vec<Metric>,
        /// The response to each cause. The defaults are on [`CauseResponses`].
        #[serde(default, deserialize_with = "wire::object")]
        pub on: CauseResponses,
        /// The action of an abort. Default: `roll_back`.
        #[serde(default)]
        pub abort: AbortPolicy,
        /// The longest time of the whole rollout, pauses not counted. Default: no limit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub deadline: Option<Span>,
    }
}

input! {
    /// The response to each cause: something is wrong, or cannot be judged.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "canary.CauseResponses", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct CauseResponses {
        /// A metric failed more often than its limit, or the canary is unhealthy. Default: `abort`, as Argo Rollouts.
        pub failed: Response,
        /// A metric's query errored more often in a row than its limit. Default: `abort`, as Argo Rollouts.
        pub error: Response,
        /// A metric was inconclusive more often than its limit, or a bake ran to its `max` without enough measurements.
        /// Default: `pause`, as Argo Rollouts.
        pub inconclusive: Response,
        /// A metric has no data, or only old data. Default: `hold`: the rollout
        /// continues by itself when data comes.
        pub no_data: Response,
        /// The deadline has passed. Default: `abort`, as Flagger.
        pub deadline: Response,
    }
}

impl Schedule {
    /// A schedule without metrics and deadline, with the default responses.
    ///
    /// ```
    /// use relcore::canary::{Metric, Schedule, Step, validate};
    /// let steps = [Step::SetWeight { weight: 10.0 }, Step::SetWeight { weight: 100.0 }];
    /// let schedule = Schedule::new(steps).metrics([Metric::new("error_rate").max(1.0).unit("%")]);
    /// assert!(validate(&schedule).is_empty());
    /// ```
    #[must_use]
    pub fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        Self {
            steps: steps.into_iter().collect(),
            metrics: vec![],
            on: CauseResponses::default(),
            abort: AbortPolicy::default(),
            deadline: None,
        }
    }
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

/// The response to a cause. None of them promotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "canary.Response", rename_all = "snake_case")]
pub enum Response {
    /// Stay at this weight until the cause is gone.
    Hold,
    /// Stay at this weight until an operator resumes.
    Pause,
    /// End the rollout as the schedule's `abort` says.
    Abort,
}

/// The action of an abort.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "canary.AbortPolicy", rename_all = "snake_case")]
pub enum AbortPolicy {
    /// All traffic goes back to the previous version.
    #[default]
    RollBack,
    /// The weight stays as it is: for releases that cannot be rolled back (mobile, an irreversible migration).
    Freeze,
}
