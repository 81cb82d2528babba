use super::metric::MeasurementPhase;
use super::schedule::Schedule;
use super::step::Step;
use crate::scalar::Count;
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// The state of a rollout: plain data, to be stored between two calls.
///
/// It belongs to the schedule it was started with: another schedule refuses it with `policy_changed`. After a change of
/// the schedule, start again.
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
    /// When the run began; a pause moves it by its length.
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
}

/// The latest measurement of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
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
        }
    }

    /// Whether nothing more happens until a retry or a new revision.
    pub(super) fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Succeeded | Phase::RolledBack | Phase::Frozen)
    }

    /// Enters the next step at an instant.
    pub(super) fn enter_next_step(&mut self, at: Timestamp) {
        self.step = self.step.saturating_add(1);
        self.step_entered_at = at;
        self.released = false;
        for metric in &mut self.metrics {
            metric.successes = 0;
            metric.samples = Count::default();
        }
    }

    /// The current step; none when all are done.
    pub(super) fn step_of<'a>(&self, schedule: &'a Schedule) -> Option<&'a Step> {
        schedule.steps.get(usize::try_from(self.step).ok()?)
    }

    /// Moves the end of the current step to `at` or later. Its timer may have run out while something else held the run;
    /// the steps after it must still last their whole time.
    pub(super) fn hold_step_until(&mut self, schedule: &Schedule, at: Timestamp) {
        let length = match self.step_of(schedule) {
            Some(Step::Bake { min: length, .. } | Step::Pause { duration: Some(length) }) => *length,
            Some(Step::SetWeight { .. }) => Span::ZERO,
            _ => return,
        };
        let latest = at.plus(Span::ZERO.saturating_sub(length)).unwrap_or(self.step_entered_at);
        self.step_entered_at = self.step_entered_at.max(latest);
    }

    /// Stops the clocks.
    pub(super) fn pause(&mut self, at: Timestamp) {
        if self.phase == Phase::Progressing {
            self.phase = Phase::Paused;
            self.paused_at = Some(at);
        }
    }

    /// Restarts the clocks where they stopped, and the counts of failed, inconclusive and errored measurements at 0.
    ///
    /// A clock that has run out begins again: otherwise it would pause the run at once, and no resume could help.
    pub(super) fn resume(&mut self, schedule: &Schedule, at: Timestamp) {
        if self.phase != Phase::Paused {
            self.released = true;
            return;
        }
        if self.paused_at.is_some_and(|since| at < since) {
            return; // the command is older than the pause
        }
        let since = self.paused_at.take().unwrap_or(at);
        self.phase = Phase::Progressing;
        let longest = match self.step_of(schedule) {
            Some(Step::Bake { max, .. }) => *max,
            _ => None,
        };
        self.step_entered_at = resumed(self.step_entered_at, longest, since, at);
        self.started_at = resumed(self.started_at, schedule.deadline, since, at);
        for metric in &mut self.metrics {
            (metric.failed, metric.inconclusive, metric.consecutive_errors) = (0, 0, 0);
        }
    }
}

/// The new beginning of a clock that stood still from one instant to another.
fn resumed(began: Timestamp, length: Option<Span>, since: Timestamp, at: Timestamp) -> Timestamp {
    // A pause that is reported late may have begun before the step.
    let ran = since.since(began).max(Span::ZERO);
    if length.is_some_and(|length| ran >= length) {
        return at;
    }
    // INVARIANT: `at` lies `ran` or more after the beginning of the calendar, for the clock began within it.
    at.plus(Span::ZERO.saturating_sub(ran)).unwrap_or(at)
}

impl MetricState {
    fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            failed: 0,
            inconclusive: 0,
            consecutive_errors: 0,
            successes: 0,
            samples: Count::default(),
            last: None,
        }
    }
}
