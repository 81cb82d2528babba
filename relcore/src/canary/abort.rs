//! The end of a run that failed.
use super::progress::Progress;
use super::schedule::{AbortPolicy, Schedule};
use super::state::{Phase, State, Waiver};
use crate::canary::code;
use crate::reason::{Reason, Severity};
use crate::time::Timestamp;

/// Ends the run: rolls back, unless the schedule or an unready previous version forbids it, then it freezes where the
/// traffic was at the beginning of the call. A weight that the clock reached since was never applied.
///
/// The run ends `at` an instant, and the call that says so is made `now`.
pub(super) fn end(
    schedule: &Schedule,
    state: &mut State,
    reasons: &mut Vec<Reason>,
    begin: Progress,
    at: Timestamp,
    now: Timestamp,
) {
    state.abort_ordered = false;
    (state.paused_at, state.told_at) = (None, Some(now));
    if state.stable_healthy == Some(false) {
        let text = "the previous version is not ready: the rollout freezes instead of rolling back";
        reasons.push(Reason::new(code::STABLE_UNHEALTHY, Severity::Critical, "stable", text));
    } else if schedule.abort == AbortPolicy::RollBack {
        (state.phase, state.weight) = (Phase::RolledBack, 0.0);
        (state.traffic_since, state.waiver) = (None, Waiver::Nothing);
        return;
    }
    state.phase = Phase::Frozen;
    if schedule.metrics.is_empty() {
        begin.restore(state);
    }
    state.waiver = Waiver::Nothing;
    // Steps that an order ended, but whose weight was never set, are ahead again.
    let mut progress = Progress::of(state);
    progress.rewind(schedule, state.started_at);
    progress.count_deadline(schedule, state, at);
    progress.store(state);
}
