//! One decision: the observations, the rules, the steps, and the verdict that follows from the change of the state.
use super::advance::advance;
use super::bake::overdue_at;
use super::decision::{Action, Decision};
use super::facts::Facts;
use super::finding::{Effect, Finding};
use super::fold::fold;
use super::observation::Observation;
use super::rollout::Rollout;
use super::rules::strongest;
use super::schedule::{AbortPolicy, Response, Schedule};
use super::state::{Phase, State};
use crate::canary::code;
use crate::error::{Error, ErrorKind, Faults, Result};
use crate::reason::{Reason, Severity};
use crate::time::Timestamp;

/// The state of a rollout that begins now: no traffic yet, the first step ahead.
///
/// It checks and digests the schedule; for more than one call, [`Rollout::start`] does so only once.
///
/// # Errors
/// `invalid_value`, `out_of_range` and others for everything that [`validate`](super::validate()) calls an error: no
/// steps, falling weights, a metric without a limit.
pub fn start(schedule: &Schedule, now: Timestamp) -> Result<State> {
    Rollout::new(schedule.clone())?.start(now)
}

/// Decides what to do now: advance, hold or roll back. The module documentation of `canary` lists the rules.
///
/// Each call gets what was observed since the last one; observations of the same instant may come in any order. A call
/// without new observations at the same instant returns the same state again.
///
/// It checks and digests the schedule at every call, which costs more than the decision; [`Rollout::next_action`] saves
/// both.
///
/// ```
/// use relcore::canary::*;
/// use relcore::{Span, Timestamp};
/// let schedule = schedule_from_yaml("
/// steps: [{type: set_weight, weight: 5}, {type: bake, min: 1h}, {type: set_weight, weight: 100}]
/// metrics: [{name: error_rate, max: 1, unit: '%'}]
/// ")?;
/// let begin = Timestamp::parse("2026-11-23T09:00:00Z")?;
/// let at_five = next_action(&schedule, &start(&schedule, begin)?, &[], begin)?.state;
///
/// let later = begin.plus(Span::from_minutes(10))?;
/// let kind = ObservationKind::Measurement {
///     metric: "error_rate".into(),
///     reading: Reading::Value { value: 4.2, n: None },
/// };
/// let decision = next_action(&schedule, &at_five, &[Observation::new(later, kind)], later)?;
/// assert_eq!(decision.verdict, Action::RollBack { previous: 5.0 });
///
/// // Pitfall: silence is not success. Without a measurement the rollout does not advance after the bake.
/// let decision = next_action(&schedule, &at_five, &[], begin.plus(Span::from_hours(2))?)?;
/// assert_eq!(decision.verdict, Action::Inconclusive {});
/// assert_eq!(decision.missing, ["error_rate"]);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// - As [`start`] for the schedule.
/// - `policy_changed` when the state was started with another schedule.
/// - `invalid_value` for a state that no schedule leads to; for `NaN` as a value.
/// - `out_of_range` for an observation after `now`, or a `now` before the state's own instants.
/// - `unordered` and `duplicate` for observations that the state has already seen; `duplicate` for two measurements of
///   one metric at one instant.
/// - `unknown_reference` for a metric or gate that the schedule does not have.
pub fn next_action(
    schedule: &Schedule,
    state: &State,
    observations: &[Observation],
    now: Timestamp,
) -> Result<Decision> {
    Rollout::new(schedule.clone())?.next_action(state, observations, now)
}

impl Rollout {
    /// The state of a rollout that begins now: no traffic yet, the first step ahead.
    ///
    /// # Errors
    /// None today; a `Result` as all functions that make a decision or a state.
    pub fn start(&self, now: Timestamp) -> Result<State> {
        Ok(State::new(self.schedule(), self.digest().to_owned(), now))
    }

    /// Decides what to do now: advance, hold or roll back. The module documentation of `canary` lists the rules.
    ///
    /// Each call gets the state of the last decision and what was observed since.
    ///
    /// # Errors
    /// - `policy_changed` when the state was started with another schedule.
    /// - `invalid_value` for a state that no schedule leads to; for `NaN` as a value.
    /// - `out_of_range` for an observation after `now`, or a `now` before the state's own instants.
    /// - `unordered` and `duplicate` for observations that the state has already seen; `duplicate` for two measurements
    ///   of one metric at one instant.
    /// - `unknown_reference` for a metric or gate that the schedule does not have.
    pub fn next_action(
        &self,
        state: &State,
        observations: &[Observation],
        now: Timestamp,
    ) -> Result<Decision> {
        check_state(self, state, now)?;
        let previous = state.weight;
        let mut state = state.clone();
        fold(self, &mut state, observations, now)?;
        Ok(decide(self, state, previous, now))
    }
}

/// Applies the rules, then the steps; the state becomes that of the decision.
fn decide(rollout: &Rollout, mut state: State, previous: f64, now: Timestamp) -> Decision {
    let schedule = rollout.schedule();
    let in_time = catch_up(schedule, &mut state, now);
    let mut finding = match in_time.or_else(|| strongest(&Facts { schedule, state: &state, now })) {
        Some(finding) => finding,
        None => advance(schedule, &mut state, now),
    };
    let verdict = apply(schedule, &mut state, &mut finding, previous, now);
    let Finding { reasons, missing, next, .. } = finding;
    let next_check_at = next_check(&Facts { schedule, state: &state, now }, next);
    Decision { verdict, state, reasons, missing, next_check_at, policy_digest: rollout.digest().to_owned() }
}

/// Advances as far as a call just before the deadline would have, if this call comes later and the clock alone decides;
/// returns a finding if that completed the rollout.
///
/// A rollout whose steps had all ended before the deadline has succeeded, however late the call.
fn catch_up(schedule: &Schedule, state: &mut State, now: Timestamp) -> Option<Finding> {
    if !schedule.metrics.is_empty() {
        return None;
    }
    let expires = deadline_at(schedule, state).filter(|expires| *expires <= now)?;
    let just_before = Timestamp::from_millis(expires.as_millis().saturating_sub(1)).ok()?;
    // A call just before the deadline would not have known what was observed later, nor a step that was entered later.
    if state.step_entered_at > just_before || state.observed_until.is_some_and(|seen| seen > just_before) {
        return None;
    }
    if strongest(&Facts { schedule, state, now: just_before }).is_some() {
        return None;
    }
    let finding = advance(schedule, state, just_before);
    (finding.effect == Effect::Complete).then_some(finding)
}

/// The instant of the deadline, unless a pause stops its clock.
fn deadline_at(schedule: &Schedule, state: &State) -> Option<Timestamp> {
    let deadline = schedule.deadline.filter(|_| state.paused_at.is_none())?;
    state.started_at.plus(deadline).ok()
}

/// Turns a finding into the verdict and changes phase and weight accordingly.
fn apply(
    schedule: &Schedule,
    state: &mut State,
    finding: &mut Finding,
    previous: f64,
    now: Timestamp,
) -> Action {
    match &finding.effect {
        Effect::Complete => {
            (state.phase, state.weight) = (Phase::Succeeded, 100.0);
            return Action::Complete { previous };
        }
        Effect::Respond(Response::Abort) => return abort(schedule, state, &mut finding.reasons, previous),
        _ => {}
    }
    let pauses = finding.effect == Effect::Respond(Response::Pause) && state.phase == Phase::Progressing;
    if pauses {
        state.pause(now);
    }
    #[expect(clippy::float_cmp, reason = "a weight is copied from the schedule, never computed")]
    let moved = state.weight != previous;
    if moved {
        let text = format!("the weight goes from {previous} % to {} %", state.weight);
        finding.reasons.insert(0, Reason::new(code::WEIGHT_SET, Severity::Info, "weight", text));
        finding.missing.clear(); // nothing could have been measured yet at this weight
        return Action::SetWeight { previous, weight: state.weight };
    }
    match &finding.effect {
        _ if pauses => Action::Pause {},
        Effect::Inconclusive => Action::Inconclusive {},
        Effect::AwaitGate(gate) => Action::AwaitGate { gate: gate.clone() },
        _ => Action::Hold {},
    }
}

/// Rolls back, unless the schedule or an unhealthy previous version forbids it: then it freezes.
fn abort(schedule: &Schedule, state: &mut State, reasons: &mut Vec<Reason>, previous: f64) -> Action {
    state.abort_ordered = false;
    state.paused_at = None;
    if state.stable_healthy == Some(false) {
        let text = "the previous version is not ready: the rollout freezes instead of rolling back";
        reasons.push(Reason::new(code::STABLE_UNHEALTHY, Severity::Critical, "stable", text));
    } else if schedule.abort == AbortPolicy::RollBack {
        (state.phase, state.weight) = (Phase::RolledBack, 0.0);
        return Action::RollBack { previous };
    }
    (state.phase, state.weight) = (Phase::Frozen, previous); // a weight of this very call was never applied
    Action::Freeze {}
}

/// The first instant after `now` at which time alone may change the verdict: the end of a timer, the deadline, the end of
/// a bake's longest time, or the instant at which a measurement is too old.
fn next_check(facts: &Facts<'_>, timer: Option<Timestamp>) -> Option<Timestamp> {
    let Facts { schedule, state, now } = *facts;
    if state.is_over() {
        return None;
    }
    let deadline = deadline_at(schedule, state);
    let overdue = overdue_at(facts).filter(|_| state.paused_at.is_none());
    let stale = facts.metrics().filter_map(|(metric, counts)| facts.stale_at(metric, counts));
    let instants = timer.into_iter().chain(deadline).chain(overdue).map(Timestamp::as_millis).chain(stale);
    let next = instants.filter(|at| *at > now.as_millis()).min();
    next.and_then(|at| Timestamp::from_millis(at).ok()) // a measurement stays good beyond the calendar
}

/// Refuses a state of another schedule, and one that no calls lead to.
fn check_state(rollout: &Rollout, state: &State, now: Timestamp) -> Result<()> {
    let schedule = rollout.schedule();
    if state.schedule_digest != rollout.digest() {
        let text = "the state was started with another schedule: start again to use this one";
        return Err(Error::new(ErrorKind::PolicyChanged, "state.scheduleDigest", text));
    }
    let mut faults = Faults::new();
    let invalid = ErrorKind::InvalidValue;
    let names = schedule.metrics.iter().map(|metric| &metric.name);
    faults.check(
        names.eq(state.metrics.iter().map(|metric| &metric.name)),
        invalid,
        format_args!("state.metrics"),
        format_args!("are not the metrics of the schedule in their order"),
    );
    faults.check(
        usize::try_from(state.step).is_ok_and(|step| step <= schedule.steps.len()),
        invalid,
        format_args!("state.step"),
        format_args!("`{}` is beyond the {} steps of the schedule", state.step, schedule.steps.len()),
    );
    faults.check(
        (0.0..=100.0).contains(&state.weight),
        invalid,
        format_args!("state.weight"),
        format_args!("`{}` is not a percentage from 0 to 100", state.weight),
    );
    faults.check(
        (state.phase == Phase::Paused) == state.paused_at.is_some(),
        invalid,
        format_args!("state.pausedAt"),
        format_args!("must be given when, and only when, the phase is `paused`"),
    );
    for (name, at) in [
        ("stepEnteredAt", Some(state.step_entered_at)),
        ("startedAt", Some(state.started_at)),
        ("pausedAt", state.paused_at),
        ("weightSetAt", state.weight_set_at),
        ("observedUntil", state.observed_until),
    ] {
        faults.check(
            at.is_none_or(|at| at <= now),
            ErrorKind::OutOfRange,
            format_args!("now"),
            format_args!("`{now}` is before `{name}` of the state: time does not go back"),
        );
    }
    faults.finish()
}
