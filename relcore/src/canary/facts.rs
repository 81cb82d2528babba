//! What the rules and the steps look at.
use super::metric::{MeasurementPhase, Metric};
use super::progress::Progress;
use super::response::Response;
use super::schedule::Schedule;
use super::state::{Confirmation, LastMeasurement, MetricState, Phase, State, Waiver};
use super::step::Step;
use crate::reason::format_duration;
use crate::time::{Span, Timestamp};

/// A schedule, the state of a rollout under it, how far the steps have come, and the instant of the decision.
#[derive(Clone, Copy)]
pub(super) struct Facts<'a> {
    pub(super) schedule: &'a Schedule,
    pub(super) state: &'a State,
    pub(super) progress: Progress,
    pub(super) now: Timestamp,
    /// Whether only the effect is of interest: steps then give no reasons, whose texts cost more than the decision.
    pub(super) is_trial: bool,
}

impl<'a> Facts<'a> {
    pub(super) fn new(schedule: &'a Schedule, state: &'a State, now: Timestamp) -> Self {
        Self { schedule, state, progress: Progress::of(state), now, is_trial: false }
    }

    /// The same, to try out what a call at another instant would do.
    pub(super) fn trial(schedule: &'a Schedule, state: &'a State, now: Timestamp) -> Self {
        Self { is_trial: true, ..Self::new(schedule, state, now) }
    }

    /// Each metric with its counts.
    pub(super) fn metrics(&self) -> impl Iterator<Item = (&'a Metric, &'a MetricState)> + use<'a> {
        // INVARIANT: the metrics of a state are those of its schedule, in the same order (checked with the state).
        self.schedule.metrics.iter().zip(&self.state.metrics)
    }

    /// The current step; none when all are done.
    pub(super) fn step(&self) -> Option<&'a Step> {
        self.progress.step_of(self.schedule)
    }

    /// The current step as the subject of a reason: `steps[1]`.
    pub(super) fn step_path(&self) -> String {
        format!("steps[{}]", self.progress.step)
    }

    /// `now`, or the beginning of a pause, which stops the clocks.
    pub(super) fn clock(&self) -> Timestamp {
        self.state.paused_at.map_or(self.now, |paused| paused.min(self.now))
    }

    /// The response to a cause: without a pause left of the limit, one that would pause only holds.
    pub(super) fn respond(&self, response: Response) -> Response {
        let holds = response == Response::Pause && self.state.has_no_pause_left(self.schedule);
        if holds { Response::Hold } else { response }
    }

    pub(super) fn is_paused(&self) -> bool {
        self.state.phase == Phase::Paused
    }

    /// Whether the schedule has no metrics, so that time, people and readiness alone decide.
    pub(super) fn is_by_clock(&self) -> bool {
        self.schedule.metrics.is_empty()
    }

    /// The instant, in milliseconds since 1970, after which a measurement of a metric is one of the new version; none
    /// while it has no traffic. An analysis before the first traffic measures what its author wants.
    pub(super) fn measured_after(&self, metric: &Metric, counts: &MetricState) -> Option<i64> {
        measured_after(self.schedule, &self.progress, metric, counts)
    }

    /// Whether a metric counts already, and has something to compare.
    pub(super) fn has_begun(&self, metric: &Metric) -> bool {
        self.progress.step >= metric.starting_step && metric.is_comparable_at(self.progress.weight)
    }

    /// The latest measurement of the new version.
    pub(super) fn latest(&self, metric: &Metric, counts: &'a MetricState) -> Option<&'a LastMeasurement> {
        let last = counts.last.as_ref()?;
        self.measured_after(metric, counts).filter(|after| last.at.as_millis() > *after).map(|_| last)
    }

    /// The good measurements of a metric in the current step.
    pub(super) fn successes(&self, counts: &MetricState) -> u32 {
        if self.progress.is_fresh { 0 } else { counts.successes }
    }

    /// Whether a measurement that is not good, or that is missing, does not keep the rollout from advancing: an operator
    /// waived it, or the schedule only warns.
    pub(super) fn tolerates(&self, metric: &Metric, phase: Option<MeasurementPhase>) -> bool {
        let on = &self.schedule.on;
        let response = match phase {
            Some(MeasurementPhase::Successful) => return true,
            Some(MeasurementPhase::Failed) if metric.critical => return false,
            Some(MeasurementPhase::Failed) => return on.failed == Response::Warn,
            Some(MeasurementPhase::Inconclusive) => on.inconclusive,
            Some(MeasurementPhase::Error) => on.error,
            Some(MeasurementPhase::NoData) | None => on.no_data,
        };
        response == Response::Warn || self.progress.waiver == Waiver::Inconclusive
    }

    /// The first instant at which a metric has only old data, in milliseconds since 1970; none when it never has, or
    /// before there is traffic to measure.
    ///
    /// Milliseconds, since every call asks it of every metric, and the conversion to an instant costs more than the rule.
    pub(super) fn stale_at(&self, metric: &Metric, counts: &MetricState) -> Option<i64> {
        let max_age = metric.max_age?;
        let since = self.data_since(metric, counts)?;
        // At exactly its maximum age it is still good.
        // INVARIANT: an instant and a span are within 2^54 milliseconds together.
        Some(since.saturating_add(max_age.as_millis()).saturating_add(1))
    }

    /// From when the age of a metric's data counts: its latest measurement; without one, the instant from which one
    /// could have been made. What an operator forgave is not old.
    pub(super) fn data_since(&self, metric: &Metric, counts: &MetricState) -> Option<i64> {
        self.progress.traffic_since?;
        let after = self.measured_after(metric, counts)?;
        let last = counts.last.as_ref().map(|last| last.at.as_millis()).filter(|last| *last > after);
        let since = last.unwrap_or(after.max(self.progress.step_entered_at.as_millis()));
        Some(self.state.forgiven_at.map_or(since, |forgiven| since.max(forgiven.as_millis())))
    }

    /// How old the data of a metric is, as text.
    pub(super) fn age_of_data(&self, metric: &Metric, counts: &MetricState) -> String {
        let since = self.data_since(metric, counts).unwrap_or(self.now.as_millis());
        let age = self.now.as_millis().saturating_sub(since);
        format_duration(Span::from_millis(age).unwrap_or(Span::ZERO))
    }

    /// The instant at which the response to an unready new version is due, if it is unready.
    pub(super) fn unready_due(&self) -> Option<Timestamp> {
        if self.state.canary_healthy != Some(false) {
            return None;
        }
        let readiness = &self.schedule.readiness;
        let progressed =
            self.progress.weight_set_at.unwrap_or(self.state.started_at).max(self.state.started_at);
        let since = self.state.unready_since.unwrap_or(progressed);
        let deadline = progressed.plus(readiness.deadline).ok()?;
        let grace = since.plus(readiness.grace).ok()?;
        let forgiven = self.state.forgiven_at.and_then(|forgiven| forgiven.plus(readiness.grace).ok());
        Some(deadline.max(grace).max(forgiven.unwrap_or(grace)))
    }

    /// The time that counts for the deadline.
    pub(super) fn counted(&self) -> Span {
        self.progress.counted(self.state.started_at, self.now)
    }

    /// The instant of the deadline; none while its clock stands still, or when nothing is left to do but to say so.
    pub(super) fn deadline_at(&self) -> Option<Timestamp> {
        let deadline = self.schedule.deadline?;
        if self.progress.deadline_stopped_at.is_some() || self.is_done_by_clock() {
            return None;
        }
        self.state.started_at.plus(deadline.saturating_add(self.progress.deadline_excluded)).ok()
    }

    /// Whether all steps are done and nothing was to be measured: a later call only has to complete the rollout.
    pub(super) fn is_done_by_clock(&self) -> bool {
        self.is_by_clock() && self.step().is_none()
    }

    /// The end of the longest time of the current bake, if it has one.
    pub(super) fn overdue_at(&self) -> Option<Timestamp> {
        match self.step() {
            Some(Step::Bake { max: Some(max), .. }) => self.progress.step_entered_at.plus(*max).ok(),
            _ => None,
        }
    }

    /// The end of the time that the current gate or command waits, if it has asked and has no answer, and the response.
    pub(super) fn step_expires_at(&self) -> Option<(&'a Step, Response, Timestamp)> {
        let step = self.step()?;
        let (timeout, response) = step.patience()?;
        let is_answered = match step {
            Step::Gate { name, .. } => self.is_approved(name),
            _ => self.confirmation().is_some(),
        };
        // By the clock a gate asks when it is reached. A command is given by a call.
        let is_gate = matches!(step, Step::Gate { .. });
        let reached = (is_gate && self.is_by_clock()).then_some(self.progress.step_entered_at);
        let at = self.progress.gate_asked_at.or(reached)?.plus(timeout).ok()?;
        (!is_answered).then_some((step, self.respond(response), at))
    }

    /// The result of what the current step commanded.
    pub(super) fn confirmation(&self) -> Option<&'a Confirmation> {
        self.state.confirmation.as_ref().filter(|_| !self.progress.is_fresh)
    }

    /// Whether a gate was approved. A refusal has ended the run before.
    pub(super) fn is_approved(&self, gate: &str) -> bool {
        self.state.approvals.iter().any(|approval| approval.gate == gate && approval.approved)
    }

    /// The first instant after `now` at which time alone may lead to a response: the deadline, the end of a bake's, a
    /// gate's or a command's longest time, that of the patience with an unready version, or the age of a metric's data.
    pub(super) fn next_response(&self, stale: bool) -> Option<Timestamp> {
        let now = self.now.as_millis();
        let running = !self.is_paused();
        let instants = [
            self.deadline_at(),
            self.overdue_at().filter(|_| running),
            self.step_expires_at().filter(|_| running).map(|(_, _, at)| at),
            self.unready_due(),
        ];
        let stale =
            self.metrics().filter(|_| stale).filter_map(|(metric, counts)| self.stale_at(metric, counts));
        let next = instants
            .into_iter()
            .flatten()
            .map(Timestamp::as_millis)
            .chain(stale)
            .filter(|at| *at > now)
            .min();
        next.and_then(|at| Timestamp::from_millis(at).ok()) // a measurement stays good beyond the calendar
    }
}

/// The same for a version that has traffic since an instant, and a metric whose starting step has begun.
pub(super) fn counted_after(since: Timestamp, metric: &Metric, counts_since: Option<Timestamp>) -> i64 {
    let since = counts_since.map_or(since, |begun| since.max(begun));
    since.as_millis().saturating_add(metric.initial_delay.as_millis())
}

/// The instant, in milliseconds since 1970, after which a measurement of a metric is one of the new version.
pub(super) fn measured_after(
    schedule: &Schedule,
    progress: &Progress,
    metric: &Metric,
    counts: &MetricState,
) -> Option<i64> {
    if progress.step < metric.starting_step || !metric.is_comparable_at(progress.weight) {
        return None;
    }
    if let Some(since) = progress.traffic_since {
        let begun = counts.counts_since.or((metric.starting_step > 0).then_some(progress.step_entered_at));
        return Some(counted_after(since, metric, begun));
    }
    match progress.step_of(schedule) {
        Some(Step::Analysis { metrics, .. }) if metrics.is_empty() || metrics.contains(&metric.name) => {
            Some(progress.step_entered_at.as_millis().saturating_sub(1))
        }
        _ => None,
    }
}
