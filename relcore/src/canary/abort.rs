//! The end of a run that failed, and how its traffic goes back.
use super::begin::Begin;
use super::progress::Progress;
use super::routes::Routes;
use super::schedule::{AbortPolicy, Schedule};
use super::state::{Phase, State, Waiver, inherited};
use super::step::Step;
use crate::canary::code;
use crate::reason::{Evidence, Reason, Severity, number};
use crate::time::{Span, Timestamp};

/// Ends the run: rolls back, unless the schedule or an unready previous version forbids it, then it freezes where the
/// traffic was at the beginning of the call. A weight that the clock reached since was never applied.
///
/// The run ends `at` an instant, and the call that says so is made `now`.
pub(super) fn end(
    schedule: &Schedule,
    state: &mut State,
    reasons: &mut Vec<Reason>,
    begin: &Begin,
    at: Timestamp,
    now: Timestamp,
) {
    state.abort_ordered = false;
    let _ = state.take_pause(schedule, at);
    state.told_at = Some(now);
    let is_by_clock = schedule.metrics.is_empty();
    if state.stable_healthy == Some(false) {
        let text = "the previous version is not ready: the rollout freezes instead of rolling back";
        reasons.push(Reason::new(code::STABLE_UNHEALTHY, Severity::Critical, "stable", text));
    } else if schedule.abort == AbortPolicy::RollBack {
        (state.phase, state.weight) = (Phase::RolledBack, 0.0);
        (state.traffic_since, state.waiver) = (None, Waiver::Nothing);
        Routes::default().store(state);
        return;
    } else if schedule.abort == AbortPolicy::ReverseSteps {
        if is_by_clock {
            begin.restore(schedule, state);
        }
        (state.phase, state.waiver) = (Phase::RollingBack, Waiver::Nothing);
        state.count_deadline(schedule, at);
        state.step_back(schedule, now, true);
        return;
    }
    state.phase = Phase::Frozen;
    if is_by_clock {
        begin.restore(schedule, state);
    }
    state.waiver = Waiver::Nothing;
    // Steps that an order ended, but whose weight was never set, are ahead again.
    let mut progress = Progress::of(state);
    progress.rewind(schedule, state.started_at);
    progress.count_deadline(schedule, state, at);
    progress.store(schedule, state);
}

/// Why not all traffic of a run that goes back has gone back.
pub(super) fn going_back(state: &State) -> Reason {
    let weight = state.weight;
    let text = match state.stable_capacity {
        _ if state.stable_healthy == Some(false) => {
            format!("the previous version is not ready: the new version keeps {weight} % until it is")
        }
        Some(capacity) => format!(
            "the previous version can take {} % of the traffic: the new version keeps {weight} % until it can take more",
            number(capacity)
        ),
        None => format!("the traffic goes back step by step: the new version still has {weight} %"),
    };
    let evidence = Evidence {
        observed: state.stable_capacity,
        threshold: state.stable_capacity.map(|_| 100.0),
        unit: state.stable_capacity.map(|_| "%".to_owned()),
        ..Evidence::default()
    };
    Reason::new(code::ROLLING_BACK, Severity::Warning, "stable", text).with(evidence)
}

impl State {
    /// Takes back as much traffic as the previous version can take. The first step is taken at once.
    pub(super) fn step_back(&mut self, schedule: &Schedule, now: Timestamp, is_first: bool) {
        if self.phase != Phase::RollingBack || self.stable_healthy == Some(false) {
            return;
        }
        let next = match self.stable_capacity {
            Some(capacity) => (100.0 - capacity).max(0.0),
            None if schedule.readiness.grace == Span::ZERO => 0.0, // no step would wait for the one before it
            None if !is_first && self.steps_back_at(schedule).is_some_and(|at| now < at) => return,
            None => {
                let weights = schedule.steps.iter().filter_map(Step::weight);
                weights.filter(|weight| *weight < self.weight).fold(0.0, f64::max)
            }
        };
        if next < self.weight {
            (self.weight, self.weight_set_at) = (next, Some(now));
            self.metrics.iter_mut().for_each(|counts| counts.end_weight(now));
        }
        if self.weight <= 0.0 {
            self.all_back(now);
        }
    }

    /// Ends a run that goes back.
    pub(super) fn all_back(&mut self, now: Timestamp) {
        (self.phase, self.weight, self.weight_set_at) = (Phase::RolledBack, 0.0, Some(now));
        self.traffic_since = None;
        Routes::default().store(self);
    }

    /// When the next step back is due by time alone.
    pub(super) fn steps_back_at(&self, schedule: &Schedule) -> Option<Timestamp> {
        let waits = self.stable_capacity.is_some() || self.stable_healthy == Some(false);
        if self.phase != Phase::RollingBack || waits {
            return None;
        }
        let since = self.weight_set_at.max(self.told_at)?;
        since.plus(schedule.readiness.grace).ok()
    }

    /// Keeps the traffic of a run that goes back, also between two weights of the schedule: the previous version may not be
    /// able to take it. The steps go on after the last weight that is not above it.
    pub(super) fn keep_step_back(&mut self, schedule: &Schedule) {
        self.inherited_weight = inherited(schedule, self.weight);
        let mut progress = Progress::of(self);
        progress.rewind(schedule, self.started_at);
        progress.store(schedule, self);
    }
}
