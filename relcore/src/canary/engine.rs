//! One decision: the observations, the rules, the steps, and the verdict that follows from the change of the state.
use super::abort::{end, going_back};
use super::advance::{advance, timer_ends_at};
use super::begin::Begin;
use super::check::check_state;
use super::decision::{Action, Decision};
use super::facts::Facts;
use super::finding::{Effect, Finding};
use super::fold::{Folded, fold};
use super::observation::Observation;
use super::response::Response;
use super::rollout::Rollout;
use super::routes::Routes;
use super::rules::{Ruled, strongest};
use super::schedule::Schedule;
use super::state::{Phase, State};
use super::step::Step;
use crate::canary::code;
use crate::error::Result;
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
/// - `out_of_range` for an observation after `now`, or a `now` before an instant in the state.
/// - `unordered` and `duplicate` for a measurement that is not later than the latest one of its metric; `duplicate` for
///   two measurements of one metric, or two new revisions, at one instant.
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
        let mut state = State::new(self.schedule(), self.digest().to_owned(), now);
        state.count_deadline(self.schedule(), now);
        Ok(state)
    }

    /// Decides what to do now: advance, hold or roll back. The module documentation of `canary` lists the rules.
    ///
    /// Each call gets the state of the last decision and what was observed since.
    ///
    /// # Errors
    /// - `policy_changed` when the state was started with another schedule.
    /// - `invalid_value` for a state that no schedule leads to; for `NaN` as a value.
    /// - `out_of_range` for an observation after `now`, or a `now` before an instant in the state.
    /// - `unordered` and `duplicate` for a measurement that is not later than the latest one of its metric; `duplicate`
    ///   for two measurements of one metric, or two new revisions, at one instant.
    /// - `unknown_reference` for a metric or gate that the schedule does not have.
    pub fn next_action(
        &self,
        state: &State,
        observations: &[Observation],
        now: Timestamp,
    ) -> Result<Decision> {
        check_state(self, state, now)?;
        let switch = Switch {
            routed: state.weight,
            is_new_revision: false,
            started_at: state.started_at,
            routes: Routes::of(state),
        };
        let mut state = state.clone();
        state.complete(self.schedule());
        let folded = fold(self, &mut state, observations, now)?;
        Ok(decide(self, state, folded, switch, now))
    }
}

/// Applies the rules, then the steps; the state becomes that of the decision.
fn decide(
    rollout: &Rollout,
    mut state: State,
    folded: Folded,
    mut switch: Switch,
    now: Timestamp,
) -> Decision {
    let schedule = rollout.schedule();
    let mut folded = folded;
    if state.pause_ends_at(schedule).is_some_and(|at| at <= now) {
        folded.orders.extend(state.end_pause(schedule, now));
        folded.response = None;
    }
    switch.is_new_revision = folded.is_new_revision;
    let switch = &switch;
    if state.weight.total_cmp(&folded.begin.progress.weight).is_ne()
        && !state.is_over()
        && state.forbids_more_traffic(schedule)
    {
        // The clock had ended steps since the last call, but their weights were never applied.
        folded.begin.restore(schedule, &mut state);
        state.count_deadline(schedule, now);
    }
    // A run that this call ended took its first step back then; a capacity that was observed since may allow more.
    if folded.response.is_none() || state.stable_capacity.is_some() {
        state.step_back(schedule, now, false);
    }
    let facts = Facts::new(schedule, &state, now);
    let Ruled { finding: ruled, warnings } = strongest(&facts);
    let aborts = ruled.as_ref().is_some_and(|finding| finding.effect.strength() == Response::Abort);
    let (mut finding, verdict, effect) = match (folded.response.filter(|_| !aborts), ruled) {
        // The run was ended or paused at an earlier instant, and nobody was told yet.
        (Some(mut earlier), ruled) => {
            let verdict = told(&state, &mut earlier, switch);
            (earlier, verdict, ruled.map_or(Effect::Hold, |finding| finding.effect))
        }
        (None, ruled) => {
            let (progress, mut finding) = match ruled {
                Some(finding) => (facts.progress, finding),
                None => advance(facts),
            };
            progress.store(schedule, &mut state);
            let verdict = apply(schedule, &mut state, &mut finding, &folded.begin, switch, now);
            let effect = finding.effect.clone();
            (finding, verdict, effect)
        }
    };
    finding.reasons.extend(warnings);
    finding.reasons.extend(folded.orders);
    finding.reasons.extend(switch.removed(&state));
    let next_check_at = next_check(schedule, &state, &effect, now);
    let Finding { reasons, missing, .. } = finding;
    Decision { verdict, state, reasons, missing, next_check_at, policy_digest: rollout.digest().to_owned() }
}

/// Where the traffic is at the beginning of a call.
struct Switch {
    /// The weight of the version that was rolled out then.
    routed: f64,
    /// Whether another version is rolled out since.
    is_new_revision: bool,
    /// When the run began then.
    started_at: Timestamp,
    /// What was commanded beside the weight then.
    routes: Routes,
}

impl Switch {
    /// The weight that the version has which is rolled out now.
    fn previous(&self) -> f64 {
        if self.is_new_revision { 0.0 } else { self.routed }
    }

    /// What ended with the run, and has to be removed.
    fn removed(&self, state: &State) -> Option<Reason> {
        let is_ended = matches!(state.phase, Phase::Succeeded | Phase::RolledBack);
        if !is_ended && state.started_at == self.started_at {
            return None;
        }
        self.routes.removed(state)
    }
}

/// The verdict about a run that was ended or paused at an instant before this call.
fn told(state: &State, finding: &mut Finding, switch: &Switch) -> Action {
    match state.phase {
        Phase::RolledBack => Action::RollBack { previous: switch.previous() },
        Phase::RollingBack => {
            finding.reasons.push(going_back(state));
            moved(state, finding, switch).unwrap_or(Action::Hold {})
        }
        Phase::Frozen => Action::Freeze {},
        _ => moved(state, finding, switch).unwrap_or(Action::Pause {}),
    }
}

/// Turns a finding into the verdict and changes phase and weight accordingly.
fn apply(
    schedule: &Schedule,
    state: &mut State,
    finding: &mut Finding,
    begin: &Begin,
    switch: &Switch,
    now: Timestamp,
) -> Action {
    let previous = switch.previous();
    match &finding.effect {
        Effect::Complete => {
            if state.weight < 100.0 {
                // An order passed the steps that would have set it.
                (state.weight, state.weight_set_at) = (100.0, Some(now));
                state.traffic_since = state.traffic_since.or(Some(now));
            }
            state.phase = Phase::Succeeded;
            Routes::default().store(state);
            return Action::Complete { previous };
        }
        Effect::Respond(Response::Abort) => {
            end(schedule, state, &mut finding.reasons, begin, now, now);
            return told(state, finding, switch);
        }
        _ => {}
    }
    if let (Effect::Command(_), Some(step)) = (&finding.effect, Facts::new(schedule, state, now).step()) {
        let mut routes = Routes::of(state);
        routes.command(step);
        routes.store(state);
    }
    let pauses = finding.effect == Effect::Respond(Response::Pause)
        && state.phase == Phase::Progressing
        && !state.has_no_pause_left(schedule);
    if pauses {
        state.pause(schedule, now);
    }
    if let Some(moved) = moved(state, finding, switch) {
        return moved;
    }
    match &finding.effect {
        _ if pauses => Action::Pause {},
        Effect::Inconclusive => Action::Inconclusive {},
        Effect::AwaitGate(gate) => Action::AwaitGate { gate: gate.clone() },
        Effect::Command(step) => command(schedule, *step),
        _ => Action::Hold {},
    }
}

/// The verdict of a step that the caller carries out.
fn command(schedule: &Schedule, index: u32) -> Action {
    let step = usize::try_from(index).ok().and_then(|index| schedule.steps.get(index));
    match step.cloned() {
        Some(Step::SetHeaderRoute { name, headers, .. }) => {
            Action::SetHeaderRoute { step: index, name, headers }
        }
        Some(Step::SetMirrorRoute { name, percent, headers, .. }) => {
            Action::SetMirrorRoute { step: index, name, percent, headers }
        }
        Some(Step::SetCanaryScale { scale, .. }) => Action::SetCanaryScale { step: index, scale },
        Some(Step::External { name, .. }) => Action::RunExternal { step: index, name },
        _ => Action::Hold {},
    }
}

/// The verdict `set_weight`, if the weight is another than the traffic has.
///
/// A new revision begins without traffic. The caller is told so unless it gets its first weight now, or only waits to
/// become ready: a version that is not ready takes no traffic.
fn moved(state: &State, finding: &mut Finding, switch: &Switch) -> Option<Action> {
    let is_starting = finding.reasons.first().is_some_and(|reason| reason.code == code::CANARY_NOT_READY);
    let is_emptied = switch.is_new_revision && state.weight <= 0.0 && !is_starting;
    let previous = if is_emptied { switch.routed } else { switch.previous() };
    #[expect(clippy::float_cmp, reason = "a weight is copied from the schedule, never computed")]
    let stays = state.weight == previous;
    if stays {
        return None;
    }
    if state.phase == Phase::RolledBack {
        return Some(Action::RollBack { previous }); // the last of its traffic went back
    }
    let text = format!("the weight goes from {previous} % to {} %", state.weight);
    finding.reasons.insert(0, Reason::new(code::WEIGHT_SET, Severity::Info, "weight", text));
    finding.missing.clear(); // nothing could have been measured yet at this weight
    Some(Action::SetWeight { previous, weight: state.weight })
}

/// The first instant after `now` at which time alone changes the verdict or, with metrics, ends a step.
///
/// It looks ahead from event to event, as calls at these instants would, until one of them would have another verdict
/// than a second call now.
fn next_check(schedule: &Schedule, state: &State, effect: &Effect, now: Timestamp) -> Option<Timestamp> {
    if state.is_over() {
        return state.steps_back_at(schedule);
    }
    let mut facts = Facts::trial(schedule, state, now);
    let mut is_fresh = true;
    loop {
        let response = facts.next_response(is_fresh);
        let timer = timer_ends_at(&facts);
        let limit = state.pause_ends_at(schedule);
        let at = response.into_iter().chain(timer).chain(limit).min()?;
        if limit == Some(at) {
            return limit; // the run goes on then
        }
        facts.now = at;
        let (progress, found) = match strongest(&facts).finding {
            Some(finding) => (facts.progress, finding.effect),
            None => {
                let (progress, finding) = advance(facts);
                (progress, finding.effect)
            }
        };
        // With metrics a step begins when it is entered, so that the caller has to come when the one before it ends.
        let is_moved = progress.weight.total_cmp(&facts.progress.weight).is_ne()
            || (progress.step != facts.progress.step && !facts.is_by_clock());
        if is_moved || waits(&found, facts.is_paused()) != waits(effect, facts.is_paused()) {
            return Some(at);
        }
        // All metrics share one response to old data: when the first is too old, the others change nothing.
        is_fresh &=
            !facts.metrics().any(|(metric, counts)| facts.stale_at(metric, counts) == Some(at.as_millis()));
        facts.progress = progress;
    }
}

/// How a call waits that has this effect; none if it does not wait.
fn waits(effect: &Effect, is_paused: bool) -> Option<Option<&Effect>> {
    match effect {
        Effect::Hold | Effect::Respond(Response::Hold | Response::Warn) => Some(None),
        Effect::Respond(Response::Pause) if is_paused => Some(None),
        Effect::Inconclusive | Effect::AwaitGate(_) | Effect::Command(_) => Some(Some(effect)),
        Effect::Respond(_) | Effect::Complete => None,
    }
}
