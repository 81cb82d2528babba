//! How far a run had come when a call began.
use super::progress::Progress;
use super::schedule::Schedule;
use super::state::{Confirmation, State};

/// How far the steps had come for the traffic, and the result of the command of that step. What the clock ended since was
/// never applied.
#[derive(Clone, Debug)]
pub(super) struct Begin {
    pub(super) progress: Progress,
    confirmation: Option<Confirmation>,
}

impl Begin {
    pub(super) fn of(state: &State) -> Self {
        Self { progress: Progress::of(state), confirmation: state.confirmation.clone() }
    }

    /// Keeps the result of the command, as long as the steps have not come further.
    pub(super) fn confirm(&mut self, state: &State) {
        if state.step == self.progress.step {
            self.confirmation.clone_from(&state.confirmation);
        }
    }

    /// Takes back what the steps changed since, but not the time that counts for the deadline.
    pub(super) fn restore(&self, schedule: &Schedule, state: &mut State) {
        self.progress.restore(schedule, state);
        state.confirmation.clone_from(&self.confirmation);
    }
}
