use super::finding::{Effect, Finding, reason};
use super::rules::{Facts, stale_at, strongest};
use super::{
    AbortPolicy, CanaryAction, CanaryDecision, CanaryPhase, CanaryState, Observation, Response, Schedule,
    advance::{advance, overdue_at},
    fold::fold,
    validate::refuse,
};
use crate::digest::remembered_digest;
use crate::error::{Error, ErrorKind, Faults, Result};
use crate::reason::{Reason, ReasonCode, Severity};
use crate::time::Timestamp;

remembered_digest!(Schedule, |schedule| refuse(schedule, "schedule"));

/// The state of a rollout that begins now: no traffic yet, the first step ahead.
///
/// # Errors
/// `invalid_value`, `out_of_range` and others for everything that [`validate`](super::validate()) calls an error: no
/// steps, falling weights, a metric without a limit.
pub fn start(schedule: &Schedule, now: Timestamp) -> Result<CanaryState> {
    Ok(CanaryState::new(schedule, digest_of(schedule)?, now))
}

/// What to do now: see [the module](super) for the rules and their order.
///
/// Hand in what was observed since the last call; observations of the same instant may come in any order. With nothing
/// new at the same time the answer is the same state again.
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
/// let decision = next_action(&schedule, &at_five, &[Observation { at: later, kind }], later)?;
/// assert_eq!(decision.verdict, CanaryAction::RollBack { previous: 5.0 });
///
/// // Pitfall: silence is not success. After the bake, without a measurement, it does not go on.
/// let decision = next_action(&schedule, &at_five, &[], begin.plus(Span::from_hours(2))?)?;
/// assert_eq!(decision.verdict, CanaryAction::Inconclusive {});
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
    state: &CanaryState,
    observations: &[Observation],
    now: Timestamp,
) -> Result<CanaryDecision> {
    let digest = digest_of(schedule)?;
    check_state(schedule, state, &digest, now)?;
    let previous = state.weight;
    let mut state = state.clone();
    fold(schedule, &mut state, observations, now)?;
    Ok(decide(schedule, state, previous, digest, now))
}

/// The rules, then the steps; the state becomes the next one.
fn decide(
    schedule: &Schedule,
    mut state: CanaryState,
    previous: f64,
    digest: String,
    now: Timestamp,
) -> CanaryDecision {
    let in_time = catch_up(schedule, &mut state, now);
    let mut finding = match in_time.or_else(|| strongest(&Facts { schedule, state: &state, now })) {
        Some(finding) => finding,
        None => advance(schedule, &mut state, now),
    };
    let verdict = apply(schedule, &mut state, &mut finding, previous, now);
    let Finding { reasons, missing, next, .. } = finding;
    let next_check_at = next_check(schedule, &state, next, now);
    CanaryDecision { verdict, state, reasons, missing, next_check_at, policy_digest: digest }
}

/// Goes as far as a call just before the deadline would have gone, when this one comes after it and the clock alone
/// decides; says so when that was the end of the rollout.
///
/// A rollout whose steps were all over before the deadline had succeeded before it struck, whenever somebody asks.
fn catch_up(schedule: &Schedule, state: &mut CanaryState, now: Timestamp) -> Option<Finding> {
    if schedule.deadline.is_none() || !schedule.metrics.is_empty() || state.is_over() {
        return None;
    }
    let strikes = deadline_at(schedule, state).filter(|strikes| *strikes <= now)?;
    let eve = Timestamp::from_millis(strikes.as_millis().saturating_sub(1)).ok()?;
    // What was seen after the deadline was not known before it.
    if state.step_entered_at > eve || state.observed_until.is_some_and(|seen| seen > eve) {
        return None;
    }
    if strongest(&Facts { schedule, state, now: eve }).is_some() {
        return None;
    }
    let finding = advance(schedule, state, eve);
    (finding.effect == Effect::Complete).then_some(finding)
}

/// When the deadline strikes, unless a pause stops its clock.
fn deadline_at(schedule: &Schedule, state: &CanaryState) -> Option<Timestamp> {
    let deadline = schedule.deadline.filter(|_| state.paused_at.is_none())?;
    state.started_at.plus(deadline).ok()
}

fn apply(
    schedule: &Schedule,
    state: &mut CanaryState,
    finding: &mut Finding,
    previous: f64,
    now: Timestamp,
) -> CanaryAction {
    match &finding.effect {
        Effect::Complete => {
            (state.phase, state.weight) = (CanaryPhase::Succeeded, 100.0);
            return CanaryAction::Complete { previous };
        }
        Effect::Respond(Response::Abort) => return abort(schedule, state, &mut finding.reasons, previous),
        _ => {}
    }
    let pauses =
        finding.effect == Effect::Respond(Response::Pause) && state.phase == CanaryPhase::Progressing;
    if pauses {
        state.pause(now);
    }
    #[expect(clippy::float_cmp, reason = "a weight is copied from the schedule, never computed")]
    let moved = state.weight != previous;
    if moved {
        let text = format!("the weight goes from {previous} % to {} %", state.weight);
        finding.reasons.insert(0, reason(ReasonCode::WeightSet, Severity::Info, "weight", text));
        finding.missing.clear(); // nothing could have been measured yet at this weight
        return CanaryAction::SetWeight { previous, weight: state.weight };
    }
    match &finding.effect {
        _ if pauses => CanaryAction::Pause {},
        Effect::Inconclusive => CanaryAction::Inconclusive {},
        Effect::AwaitGate(gate) => CanaryAction::AwaitGate { gate: gate.clone() },
        _ => CanaryAction::Hold {},
    }
}

/// Back to the previous version, unless the schedule or the previous version forbids it.
fn abort(
    schedule: &Schedule,
    state: &mut CanaryState,
    reasons: &mut Vec<Reason>,
    previous: f64,
) -> CanaryAction {
    state.abort_ordered = false;
    state.paused_at = None;
    if state.stable_healthy == Some(false) {
        let text = "the previous version is not ready: traffic stays where it is".to_owned();
        reasons.push(reason(ReasonCode::StableUnhealthy, Severity::Critical, "stable", text));
    } else if schedule.abort == AbortPolicy::RollBack {
        (state.phase, state.weight) = (CanaryPhase::RolledBack, 0.0);
        return CanaryAction::RollBack { previous };
    }
    (state.phase, state.weight) = (CanaryPhase::Frozen, previous); // a weight of this very call was never applied
    CanaryAction::Freeze {}
}

/// The first instant after `now` at which time alone may change the answer: the end of a timer, the deadline, the end of
/// a bake's longest time, or the moment when a measurement is too old.
fn next_check(
    schedule: &Schedule,
    state: &CanaryState,
    timer: Option<Timestamp>,
    now: Timestamp,
) -> Option<Timestamp> {
    if state.is_over() {
        return None;
    }
    let deadline = deadline_at(schedule, state);
    let overdue = overdue_at(schedule, state).filter(|_| state.paused_at.is_none());
    let metrics = schedule.metrics.iter().zip(&state.metrics);
    let stale = metrics.filter_map(|(metric, counts)| stale_at(metric, counts, state));
    let stale = stale.filter(|at| *at > now.as_millis()).min();
    let stale = stale.and_then(|at| Timestamp::from_millis(at).ok()); // beyond the calendar it stays good
    timer.into_iter().chain(deadline).chain(overdue).chain(stale).filter(|at| *at > now).min()
}

fn check_state(schedule: &Schedule, state: &CanaryState, digest: &str, now: Timestamp) -> Result<()> {
    if state.schedule_digest != digest {
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
        (state.phase == CanaryPhase::Paused) == state.paused_at.is_some(),
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
