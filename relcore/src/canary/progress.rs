//! How far the steps have come: the part of a state that the steps change.
use super::routes::Routes;
use super::schedule::Schedule;
use super::state::{Phase, State, Waiver};
use super::step::Step;
use crate::scalar::Count;
use crate::time::{Span, Timestamp};

/// The part of a state that the steps change. It is copied and tried out without the rest, which is large.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Progress {
    pub(super) weight: f64,
    pub(super) weight_set_at: Option<Timestamp>,
    pub(super) traffic_since: Option<Timestamp>,
    pub(super) step: u32,
    pub(super) step_entered_at: Timestamp,
    pub(super) released: bool,
    pub(super) waiver: Waiver,
    pub(super) gate_asked_at: Option<Timestamp>,
    pub(super) deadline_excluded: Span,
    pub(super) deadline_stopped_at: Option<Timestamp>,
    /// Whether a step was entered, so that the good measurements and the samples in the state are of another one.
    pub(super) is_fresh: bool,
    /// When a weight was set for which an operator had waived what is inconclusive or missing: it is forgiven with it.
    pub(super) accepted_at: Option<Timestamp>,
}

impl Progress {
    pub(super) fn of(state: &State) -> Self {
        Self {
            weight: state.weight,
            weight_set_at: state.weight_set_at,
            traffic_since: state.traffic_since,
            step: state.step,
            step_entered_at: state.step_entered_at,
            released: state.released,
            waiver: state.waiver,
            gate_asked_at: state.gate_asked_at,
            deadline_excluded: state.deadline_excluded,
            deadline_stopped_at: state.deadline_stopped_at,
            is_fresh: false,
            accepted_at: None,
        }
    }

    pub(super) fn store(self, schedule: &Schedule, state: &mut State) {
        if let Some(at) = self.weight_set_at.filter(|_| self.weight_set_at != state.weight_set_at) {
            state.metrics.iter_mut().for_each(|counts| counts.end_weight(at));
        }
        state.weight = self.weight;
        state.weight_set_at = self.weight_set_at;
        state.traffic_since = self.traffic_since;
        state.step = self.step;
        state.step_entered_at = self.step_entered_at;
        state.released = self.released;
        state.waiver = self.waiver;
        state.gate_asked_at = self.gate_asked_at;
        state.deadline_excluded = self.deadline_excluded;
        state.deadline_stopped_at = self.deadline_stopped_at;
        if self.is_fresh {
            // INVARIANT: the metrics of a state are those of its schedule, in the same order (checked with the state).
            for (metric, counts) in schedule.metrics.iter().zip(&mut state.metrics) {
                (counts.successes, counts.samples) = (0, Count::default());
                counts.sampled_until = None;
                let begun = (metric.starting_step > 0 && self.step >= metric.starting_step)
                    .then_some(self.step_entered_at);
                counts.counts_since = begun.map(|begun| counts.counts_since.unwrap_or(begun));
            }
            state.confirmation = None;
        }
        if let Some(at) = self.accepted_at {
            state.accept(at);
        }
    }

    /// Takes back what the steps changed since, but not the time that counts for the deadline.
    pub(super) fn restore(self, schedule: &Schedule, state: &mut State) {
        let (deadline_excluded, deadline_stopped_at) = (state.deadline_excluded, state.deadline_stopped_at);
        Self { deadline_excluded, deadline_stopped_at, ..self }.store(schedule, state);
    }

    /// The weight to which the steps before the current one lead.
    pub(super) fn reached(&self, schedule: &Schedule) -> f64 {
        let done = usize::try_from(self.step).unwrap_or(usize::MAX);
        let mut weights = schedule.steps.iter().take(done).filter_map(Step::weight);
        weights.next_back().unwrap_or(0.0)
    }

    /// Goes back to the step after that which set the present weight, if the steps are ahead of it.
    pub(super) fn rewind(&mut self, schedule: &Schedule, started_at: Timestamp) {
        if self.reached(schedule) <= self.weight {
            return;
        }
        let set = |step: &Step| step.weight().is_some_and(|weight| weight <= self.weight);
        let after = schedule.steps.iter().rposition(set).map_or(0, |index| index.saturating_add(1));
        self.step = u32::try_from(after).unwrap_or(u32::MAX);
        self.step_entered_at = self.weight_set_at.unwrap_or(started_at);
        (self.released, self.gate_asked_at) = (false, None);
        self.is_fresh = true;
    }

    /// The current step; none when all are done.
    pub(super) fn step_of<'a>(&self, schedule: &'a Schedule) -> Option<&'a Step> {
        schedule.steps.get(usize::try_from(self.step).ok()?)
    }

    /// Routes a share of the traffic to the new version. What an operator waived was waived for the weight before.
    pub(super) fn set_weight(&mut self, weight: f64, at: Timestamp) {
        if self.waiver == Waiver::Inconclusive {
            self.accepted_at = Some(at);
        }
        self.weight = weight;
        self.weight_set_at = Some(at);
        self.traffic_since = self.traffic_since.or(Some(at));
        self.waiver = Waiver::Nothing;
    }

    /// Enters the next step at an instant. A route that was commanded has requests, and the last one that was removed has
    /// none.
    pub(super) fn enter_next_step(&mut self, schedule: &Schedule, state: &State, at: Timestamp) {
        if let Some(step) = self.step_of(schedule).filter(|_| self.gate_asked_at.is_some()) {
            let is_route = matches!(step, Step::SetHeaderRoute { .. } | Step::SetMirrorRoute { .. });
            if is_route && Routes::have_traffic(state) {
                self.traffic_since = self.traffic_since.or(Some(at));
            } else if is_route && self.weight <= 0.0 {
                self.traffic_since = None;
            }
        }
        self.step = self.step.saturating_add(1);
        self.step_entered_at = at;
        self.released = false;
        self.gate_asked_at = None;
        self.is_fresh = true;
        self.count_deadline(schedule, state, at);
    }

    /// The time that counts for the deadline, from the start to `at`.
    pub(super) fn counted(&self, started_at: Timestamp, at: Timestamp) -> Span {
        let until = self.deadline_stopped_at.map_or(at, |stopped| stopped.min(at));
        until.since(started_at).saturating_sub(self.deadline_excluded)
    }

    /// Stops or restarts the clock of the deadline at `at`, according to what holds from then on.
    pub(super) fn count_deadline(&mut self, schedule: &Schedule, state: &State, at: Timestamp) {
        if schedule.deadline.is_none() {
            return;
        }
        match self.deadline_stopped_at {
            // A step may have begun, by its own clock, before the end of a pause that was not counted either.
            None if self.stops_deadline(schedule, state) => {
                self.deadline_stopped_at = Some(at.max(state.forgiven_at.unwrap_or(at)));
            }
            Some(stopped) if !self.stops_deadline(schedule, state) => {
                let excluded = at.since(stopped).max(Span::ZERO);
                self.deadline_excluded = self.deadline_excluded.saturating_add(excluded);
                self.deadline_stopped_at = None;
            }
            _ => {}
        }
    }

    /// Whether the deadline does not count the present time.
    pub(super) fn stops_deadline(&self, schedule: &Schedule, state: &State) -> bool {
        let excludes = &schedule.deadline_excludes;
        let step = match self.step_of(schedule) {
            Some(Step::Pause { .. }) => excludes.pauses,
            Some(Step::Gate { .. }) => excludes.gates,
            _ => false,
        };
        let is_stopped = matches!(state.phase, Phase::Paused | Phase::Frozen | Phase::RollingBack);
        let paused = is_stopped && excludes.pauses;
        step || paused || (state.window_closed && excludes.closed_windows)
    }
}
