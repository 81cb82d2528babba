use super::compare::{ComparedCounts, ReadTotals};
use super::metric::MeasurementPhase;
use super::observation::{Command, StepOutcome};
use super::route::{CanaryScale, HeaderRoute, MirrorRoute};
use super::schedule::Schedule;
use super::step::Step;
use crate::scalar::Count;
use crate::time::{Span, Timestamp};
use crate::wire;
use serde::{Deserialize, Serialize};

/// The state of a rollout: plain data, to be stored between two calls.
///
/// It belongs to the schedule it was started with: another schedule refuses it with `policy_changed`, and
/// [`rebase`](super::rebase()) moves it to an edited schedule. A field that an earlier version did not write has its
/// default; the rollout goes on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "canary.State", rename_all = "camelCase", deny_unknown_fields)]
pub struct State {
    /// The digest of the schedule.
    pub schedule_digest: String,
    /// Whether the rollout is under way, paused or over.
    pub phase: Phase,
    /// The share of the traffic that the new version has, in percent.
    pub weight: f64,
    /// When the weight was set, once it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight_set_at: Option<Timestamp>,
    /// The index of the current step; the number of steps when all are done.
    pub step: u32,
    /// When the step began; a pause moves it by its length.
    pub step_entered_at: Timestamp,
    /// When the run began: the start, a retry or a new revision.
    pub started_at: Timestamp,
    /// The beginning of the pause, if the run is paused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused_at: Option<Timestamp>,
    /// Whether an operator released the current pause step.
    #[serde(default)]
    pub released: bool,
    /// The counts of each metric, in the order of the schedule.
    #[serde(default)]
    pub metrics: Vec<MetricState>,
    /// The latest approval or refusal of each gate.
    #[serde(default)]
    pub approvals: Vec<GateApproval>,
    /// Whether the new version is ready, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canary_healthy: Option<bool>,
    /// Whether the previous version is ready, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stable_healthy: Option<bool>,
    /// Whether the release window is closed.
    #[serde(default)]
    pub window_closed: bool,
    /// Whether an operator ordered to abort.
    #[serde(default)]
    pub abort_ordered: bool,
    /// The version that is rolled out, once a new revision was observed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// The instant of the latest observation that was applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_until: Option<Timestamp>,
    /// When the new version got its first traffic, while it has some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traffic_since: Option<Timestamp>,
    /// Since when the new version is not ready, while it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unready_since: Option<Timestamp>,
    /// When the readiness of the new version was last observed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canary_observed_at: Option<Timestamp>,
    /// When the readiness of the previous version was last observed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stable_observed_at: Option<Timestamp>,
    /// When the release window was last observed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window_observed_at: Option<Timestamp>,
    /// The time since the start that the deadline does not count, up to `deadline_stopped_at`.
    #[serde(default, skip_serializing_if = "wire::is_default")]
    #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "wire::never"))]
    pub deadline_excluded: Span,
    /// Since when the deadline does not count the time, while it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline_stopped_at: Option<Timestamp>,
    /// When the current step asked: a gate for its approval, a command for its result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate_asked_at: Option<Timestamp>,
    /// When the pause or the end of the run was first told, if a response began it. An order that was given before does
    /// not undo it: nobody knew of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told_at: Option<Timestamp>,
    /// When an operator last forgave what had been measured until then, by a resume, a skip or a promotion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forgiven_at: Option<Timestamp>,
    /// What an operator waived until the weight changes.
    #[serde(default, skip_serializing_if = "wire::is_default")]
    #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "wire::never"))]
    pub waiver: Waiver,
    /// Whether an operator ordered to go on although the previous version is not ready.
    #[serde(default, skip_serializing_if = "wire::is_default")]
    #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "wire::never"))]
    pub without_stable: bool,
    /// The share of all traffic that the previous version can take, in percent, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stable_capacity: Option<f64>,
    /// When the capacity of the previous version was last observed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity_observed_at: Option<Timestamp>,
    /// The weight with which the run began, if no step of the schedule sets it: it is from an earlier schedule, or from a
    /// run whose traffic went back only in part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inherited_weight: Option<f64>,
    /// The latest command of each kind in this run.
    #[serde(default, skip_serializing_if = "wire::is_default")]
    #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "wire::never"))]
    pub orders: Vec<Order>,
    /// The header routes that were commanded, by name.
    #[serde(default, skip_serializing_if = "wire::is_default")]
    #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "wire::never"))]
    pub header_routes: Vec<HeaderRoute>,
    /// The mirror routes that were commanded, by name.
    #[serde(default, skip_serializing_if = "wire::is_default")]
    #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "wire::never"))]
    pub mirror_routes: Vec<MirrorRoute>,
    /// The scale that was commanded for the new version; absent: as its traffic needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canary_scale: Option<CanaryScale>,
    /// The result of what the current step commanded, once there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmation: Option<Confirmation>,
    /// How long the run was paused before the present pause, if the schedule has a `pause_limit`.
    #[serde(default, skip_serializing_if = "wire::is_default")]
    #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "wire::never"))]
    pub paused_before: Span,
    /// The latest units of both versions, once they were observed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<SplitCounts>,
}

/// The units of both versions since the weight was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "canary.SplitCounts", rename_all = "camelCase", deny_unknown_fields)]
pub struct SplitCounts {
    /// When they were observed.
    pub at: Timestamp,
    /// The units of the new version.
    pub canary: Count,
    /// The units of the previous version.
    pub stable: Count,
}

/// The result of what a step commanded.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "canary.Confirmation", rename_all = "camelCase", deny_unknown_fields)]
pub struct Confirmation {
    /// When it was observed.
    pub at: Timestamp,
    /// The result.
    pub result: StepOutcome,
    /// What a person should know about it, its first 500 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// What an operator waived until the weight changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "canary.Waiver", rename_all = "snake_case")]
pub enum Waiver {
    /// Nothing.
    #[default]
    Nothing,
    /// Measurements that are inconclusive or missing.
    Inconclusive,
    /// Everything but the readiness of the new version, for the next weight.
    NextWeight,
}

impl Order {
    /// Who gave it and why, for a sentence: `` `ann` `` and `` (`the fix is out`)``.
    pub(super) fn who_and_why(&self) -> (String, String) {
        let by = self.by.as_deref().map_or("an operator".to_owned(), |by| format!("`{by}`"));
        (by, self.reason.as_deref().map_or(String::new(), |reason| format!(" (`{reason}`)")))
    }
}

/// A command of an operator that was applied.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "canary.Order", rename_all = "camelCase", deny_unknown_fields)]
pub struct Order {
    /// The command.
    pub command: Command,
    /// When it was given.
    pub at: Timestamp,
    /// Who gave it, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Why, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Whether a rollout is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "canary.Phase", rename_all = "snake_case")]
pub enum Phase {
    /// It moves from step to step.
    Progressing,
    /// It waits until an operator resumes.
    Paused,
    /// All traffic is on the new version.
    Succeeded,
    /// The rollout has failed, and its traffic goes back step by step.
    RollingBack,
    /// All traffic is on the previous version again.
    RolledBack,
    /// It ended without a change of the traffic.
    Frozen,
}

/// The counts of a metric, and its latest measurement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "canary.MetricState", rename_all = "camelCase", deny_unknown_fields)]
pub struct MetricState {
    /// The name of the metric.
    pub name: String,
    /// Failed measurements in this run.
    #[serde(default)]
    pub failed: u32,
    /// Inconclusive measurements in this run.
    #[serde(default)]
    pub inconclusive: u32,
    /// Errored queries since the last measurement.
    #[serde(default)]
    pub consecutive_errors: u32,
    /// Good measurements in this step.
    #[serde(default)]
    pub successes: u32,
    /// Samples gathered in this step.
    #[serde(default)]
    pub samples: Count,
    /// The latest measurement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<LastMeasurement>,
    /// The end of the latest window whose samples were counted, for a metric with a `window`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sampled_until: Option<Timestamp>,
    /// When its `starting_step` began, if it has one and it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counts_since: Option<Timestamp>,
    /// The counts of both versions, of a metric with `compare`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compared: Option<ComparedCounts>,
    /// The latest totals of both versions, of a metric that compares totals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub totals: Option<ReadTotals>,
}

/// The latest measurement of a metric.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "canary.LastMeasurement", rename_all = "camelCase", deny_unknown_fields)]
pub struct LastMeasurement {
    /// When it was made.
    pub at: Timestamp,
    /// Its result.
    pub phase: MeasurementPhase,
    /// Its value, when it had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// The number of its samples, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<Count>,
    /// The message of a query that failed, its first 500 characters; why counts were not counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// The approval or refusal of a gate.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "canary.GateApproval", rename_all = "camelCase", deny_unknown_fields)]
pub struct GateApproval {
    /// The name of the gate.
    pub gate: String,
    /// Whether the rollout may pass.
    pub approved: bool,
    /// Who approved or refused.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

impl Phase {
    /// The phase as a sentence about the rollout.
    pub(super) fn sentence(self) -> &'static str {
        match self {
            Self::Progressing => "the rollout is under way",
            Self::Paused => "the rollout is paused",
            Self::Succeeded => "the rollout has succeeded",
            Self::RollingBack => "the traffic of the rollout goes back",
            Self::RolledBack => "the rollout was rolled back",
            Self::Frozen => "the rollout is frozen",
        }
    }
}

impl State {
    /// The state before the first step.
    pub(super) fn new(schedule: &Schedule, schedule_digest: String, now: Timestamp) -> Self {
        let metrics = schedule.metrics.iter().map(|metric| MetricState::new(&metric.name)).collect();
        Self {
            schedule_digest,
            phase: Phase::Progressing,
            weight: 0.0,
            weight_set_at: None,
            step: 0,
            step_entered_at: now,
            started_at: now,
            paused_at: None,
            released: false,
            metrics,
            approvals: vec![],
            canary_healthy: None,
            stable_healthy: None,
            window_closed: false,
            abort_ordered: false,
            revision: None,
            observed_until: None,
            traffic_since: None,
            unready_since: None,
            canary_observed_at: None,
            stable_observed_at: None,
            window_observed_at: None,
            deadline_excluded: Span::ZERO,
            deadline_stopped_at: None,
            gate_asked_at: None,
            told_at: None,
            forgiven_at: None,
            waiver: Waiver::default(),
            without_stable: false,
            stable_capacity: None,
            capacity_observed_at: None,
            inherited_weight: None,
            orders: vec![],
            header_routes: vec![],
            mirror_routes: vec![],
            canary_scale: None,
            confirmation: None,
            paused_before: Span::ZERO,
            split: None,
        }
    }

    /// The order by which the pause began that began then, unless a response began it.
    pub(super) fn pause_order(&self, since: Timestamp) -> Option<&Order> {
        self.orders.iter().find(|order| order.command == Command::Pause && order.at == since)
    }

    /// Whether the steps and the rules are over until an order or a new revision; traffic may still go back.
    pub(super) fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Succeeded | Phase::RollingBack | Phase::RolledBack | Phase::Frozen)
    }
}

/// A weight that no step of the schedule sets.
pub(super) fn inherited(schedule: &Schedule, weight: f64) -> Option<f64> {
    let mut weights = schedule.steps.iter().filter_map(Step::weight);
    (weight > 0.0 && !weights.any(|own| own.total_cmp(&weight).is_eq())).then_some(weight)
}

impl MetricState {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            failed: 0,
            inconclusive: 0,
            consecutive_errors: 0,
            successes: 0,
            samples: Count::default(),
            last: None,
            sampled_until: None,
            counts_since: None,
            compared: None,
            totals: None,
        }
    }
}
