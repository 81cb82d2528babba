use super::metric::Metric;
use super::response::Response;
use super::step::Step;
use crate::input::input;
use crate::stats::SplitPolicy;
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
        /// The longest time of the whole rollout, without the times that `deadline_excludes` lists. Default: no limit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub deadline: Option<Span>,
        /// The times that the deadline does not count. Default: pauses, gates and closed release windows.
        #[serde(default, skip_serializing_if = "wire::is_default", deserialize_with = "wire::object")]
        #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "wire::never"))]
        pub deadline_excludes: DeadlineExcludes,
        /// How long the new version may be unready before `on.not_ready` applies.
        #[serde(default, skip_serializing_if = "wire::is_default", deserialize_with = "wire::object")]
        #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "wire::never"))]
        pub readiness: Readiness,
        /// The longest time of all pauses of a run together, whoever or whatever began them. When it is used up, a pause
        /// ends by itself, without forgiving anything; an order to pause has no effect, and a response `pause` is `hold`.
        /// Pause steps do not count. Default: no limit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub pause_limit: Option<Span>,
        /// How certain a mismatch of the split must be before `on.sample_ratio_mismatch` applies.
        #[serde(default, skip_serializing_if = "wire::is_default", deserialize_with = "wire::object")]
        #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "wire::never"))]
        pub split: SplitPolicy,
    }
}

input! {
    /// The times that the deadline of a rollout does not count: each of them waits for somebody or something else.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "canary.DeadlineExcludes", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct DeadlineExcludes {
        /// Pause steps, pauses that an operator or a response began, and the time in which a rollout is frozen or its traffic
        /// goes back. Default true, as Argo Rollouts.
        pub pauses: bool,
        /// The time that a gate waits for an approval. Default true.
        pub gates: bool,
        /// The time in which the release window is closed. Default true.
        pub closed_windows: bool,
    }
}

input! {
    /// How long the new version may be unready. While it is unready the rollout does not advance.
    ///
    /// Starting is not failing: a version that was just deployed, or whose weight just rose, has `deadline` to become
    /// ready. At any other time it may be unready for `grace`. After both, the response is `on.not_ready`.
    ///
    /// ```
    /// use relcore::Timestamp;
    /// use relcore::canary::{Action, HealthRole, Observation, ObservationKind, Rollout, standard_schedule};
    /// let rollout = Rollout::new(standard_schedule())?;
    /// let begin = Timestamp::parse("2026-11-23T09:00:00Z")?;
    /// let unready = ObservationKind::Health { role: HealthRole::Canary, healthy: false };
    /// let starting = rollout.next_action(&rollout.start(begin)?, &[Observation::new(begin, unready)], begin)?;
    /// assert_eq!(starting.verdict, Action::Hold {});
    /// // Pitfall: the clock of a new version runs from its start, even if it is observed only once.
    /// let later = Timestamp::parse("2026-11-23T09:10:00Z")?;
    /// assert_eq!(starting.next_check_at, Some(later));
    /// let ended = rollout.next_action(&starting.state, &[], later)?;
    /// assert_eq!(ended.verdict, Action::RollBack { previous: 0.0 });
    /// # Ok::<(), relcore::Error>(())
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "canary.Readiness", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct Readiness {
        /// How long after its start, or after its weight rose, the version may be unready. Default 10 minutes, as
        /// `progressDeadlineSeconds` of Kubernetes, Argo Rollouts and Flagger.
        pub deadline: Span,
        /// How long it may be unready at any time: a restarted pod, a node that is drained. Default 1 minute.
        pub grace: Span,
    }
}

input! {
    /// The response to each cause: something is wrong, or cannot be judged.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "canary.CauseResponses", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct CauseResponses {
        /// A metric failed more often than its limit. Default: `abort`, as Argo Rollouts.
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
        /// The new version is not ready for longer than `readiness` allows. Default: `abort`, as Flagger.
        #[serde(skip_serializing_if = "Response::is_abort")]
        #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "wire::never"))]
        pub not_ready: Response,
        /// The previous version is not ready, so that a rollback is not possible. Default: `hold`.
        #[serde(skip_serializing_if = "Response::is_hold")]
        #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "wire::never"))]
        pub stable_unhealthy: Response,
        /// The units of both versions prove that the traffic is not split by the weight, so that no comparison of the
        /// versions is valid. Default: `pause`: a person has to find out why.
        #[serde(skip_serializing_if = "Response::is_pause")]
        #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "wire::never"))]
        pub sample_ratio_mismatch: Response,
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
            deadline_excludes: DeadlineExcludes::default(),
            readiness: Readiness::default(),
            pause_limit: None,
            split: SplitPolicy::default(),
        }
    }
}

impl Default for DeadlineExcludes {
    fn default() -> Self {
        Self { pauses: true, gates: true, closed_windows: true }
    }
}

impl Default for Readiness {
    fn default() -> Self {
        Self { deadline: Span::from_minutes(10), grace: Span::from_minutes(1) }
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
            not_ready: Response::Abort,
            stable_unhealthy: Response::Hold,
            sample_ratio_mismatch: Response::Pause,
        }
    }
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
    /// The traffic goes back as the previous version can take it: down to 100 % without its observed `capacity`, or, as
    /// long as none was observed, through the weights of the schedule, one a call, each after `readiness.grace`; without a
    /// grace at once. For a previous version that was scaled down, as with `dynamicStableScale` of Argo Rollouts: all traffic at once would
    /// break it, too. A second order to abort takes all traffic back at once.
    ReverseSteps,
    /// The weight stays as it is: for releases that cannot be rolled back (mobile, an irreversible migration).
    Freeze,
}
