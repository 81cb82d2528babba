//! Applies observations to the state: everything that happened since the last call, in the order in which it happened.
use super::metric::MeasurementPhase;
use super::observation::{Command, HealthRole, Observation, ObservationKind, Reading};
use super::rollout::Rollout;
use super::schedule::Schedule;
use super::state::{GateApproval, LastMeasurement, Phase, State};
use crate::error::{ErrorKind, Faults, Result};
use crate::scalar::Count;
use crate::time::Timestamp;
use std::collections::BTreeSet;

/// Applies every observation, by instant, then kind, then position; refuses all of them if one is at fault.
pub(super) fn fold(
    rollout: &Rollout,
    state: &mut State,
    observations: &[Observation],
    now: Timestamp,
) -> Result<()> {
    if observations.is_empty() {
        return Ok(());
    }
    check(rollout, state, observations, now)?;
    let key = |observation: &Observation| (observation.at, observation.kind.rank());
    let mut metrics = Cursor::new(rollout);
    if observations.is_sorted_by_key(key) {
        observations.iter().for_each(|observation| apply(&mut metrics, state, observation));
    } else {
        let mut sorted: Vec<&Observation> = observations.iter().collect();
        sorted.sort_by_key(|observation| key(observation)); // stable: the position decides last
        sorted.into_iter().for_each(|observation| apply(&mut metrics, state, observation));
    }
    Ok(())
}

/// Finds metrics by name. It tries the one after the last match first, since measurements mostly come in the order of the
/// schedule.
struct Cursor<'a> {
    rollout: &'a Rollout,
    next: usize,
}

impl<'a> Cursor<'a> {
    fn new(rollout: &'a Rollout) -> Self {
        Self { rollout, next: 0 }
    }

    fn index_of(&mut self, name: &str) -> Option<usize> {
        let metrics = &self.rollout.schedule().metrics;
        let next =
            Some(self.next).filter(|next| metrics.get(*next).is_some_and(|metric| metric.name == name));
        let index = next.or_else(|| self.rollout.metric_index(name))?;
        self.next = index.saturating_add(1);
        Some(index)
    }
}

/// Everything that is wrong with the observations: their time, what they refer to, and what they say twice.
fn check(rollout: &Rollout, state: &State, observations: &[Observation], now: Timestamp) -> Result<()> {
    let mut faults = Faults::new();
    let mut metrics = Cursor::new(rollout);
    let mut measured = Measured::with_capacity(observations.len());
    for (index, observation) in observations.iter().enumerate() {
        let at = observation.at;
        faults.check(
            at <= now,
            ErrorKind::OutOfRange,
            format_args!("observations[{index}].at"),
            format_args!("`{at}` is after now, `{now}`"),
        );
        if state.observed_until.is_none() {
            faults.check(
                at >= state.started_at,
                ErrorKind::Unordered,
                format_args!("observations[{index}].at"),
                format_args!("`{at}` is before the start of the run, `{}`", state.started_at),
            );
        }
        if let Some(seen) = state.observed_until.filter(|seen| at <= *seen) {
            let kind = if at == seen { ErrorKind::Duplicate } else { ErrorKind::Unordered };
            faults.add(
                kind,
                format_args!("observations[{index}].at"),
                format_args!(
                    "`{at}` is not after `{seen}`, the latest observation that the state has applied"
                ),
            );
        }
        match &observation.kind {
            ObservationKind::Measurement { metric, reading } => {
                let index_of_metric = metrics.index_of(metric);
                faults.check(
                    index_of_metric.is_some(),
                    ErrorKind::UnknownReference,
                    format_args!("observations[{index}].kind.metric"),
                    format_args!("{} is not a metric of the schedule", crate::error::quoted(metric)),
                );
                if let Reading::Value { value, .. } = reading {
                    faults.check(
                        value.is_finite(),
                        ErrorKind::InvalidValue,
                        format_args!("observations[{index}].kind.reading.value"),
                        format_args!(
                            "`{value}` is not a finite number: expected a reading `missing` where there is no value"
                        ),
                    );
                }
                // An unknown metric is at fault already.
                faults.check(
                    index_of_metric.is_none_or(|metric| measured.insert(at, metric)),
                    ErrorKind::Duplicate,
                    format_args!("observations[{index}]"),
                    format_args!("{} was already measured at `{at}`", crate::error::quoted(metric)),
                );
            }
            ObservationKind::Approval { gate, .. } => faults.check(
                rollout.has_gate(gate),
                ErrorKind::UnknownReference,
                format_args!("observations[{index}].kind.gate"),
                format_args!("{} is not a gate of the schedule", crate::error::quoted(gate)),
            ),
            _ => {}
        }
    }
    faults.finish()
}

/// The instants and metrics of the measurements so far, to find duplicates. Observations mostly come sorted by instant and
/// in the order of the schedule, so a sorted list holds nearly all of them.
struct Measured {
    ascending: Vec<(Timestamp, usize)>,
    others: BTreeSet<(Timestamp, usize)>,
}

impl Measured {
    fn with_capacity(observations: usize) -> Self {
        Self { ascending: Vec::with_capacity(observations), others: BTreeSet::new() }
    }

    /// Adds a measurement; false if it was there before.
    fn insert(&mut self, at: Timestamp, metric: usize) -> bool {
        let this = (at, metric);
        if self.ascending.last().is_none_or(|last| *last < this) {
            self.ascending.push(this);
            return true;
        }
        self.ascending.binary_search(&this).is_err() && self.others.insert(this)
    }
}

/// Applies one observation to the state. The rules decide on the state afterwards.
fn apply(metrics: &mut Cursor<'_>, state: &mut State, observation: &Observation) {
    let schedule = metrics.rollout.schedule();
    let at = observation.at;
    state.observed_until = Some(at);
    match &observation.kind {
        ObservationKind::Measurement { metric, reading } => measure(metrics, state, metric, reading, at),
        ObservationKind::Health { role: HealthRole::Canary, healthy } => {
            if *healthy && state.canary_healthy == Some(false) {
                state.hold_step_until(schedule, at);
            }
            state.canary_healthy = Some(*healthy)
        }
        ObservationKind::Health { role: HealthRole::Stable, healthy } => {
            if *healthy && state.stable_healthy == Some(false) {
                state.hold_step_until(schedule, at);
            }
            state.stable_healthy = Some(*healthy)
        }
        ObservationKind::Window { open } => {
            if *open && state.window_closed {
                state.hold_step_until(schedule, at);
            }
            state.window_closed = !open
        }
        ObservationKind::Approval { gate, approved, by } => {
            state.approvals.retain(|approval| approval.gate != *gate);
            state.approvals.push(GateApproval {
                gate: gate.clone(),
                approved: *approved,
                by: by.clone(),
                at,
            });
        }
        ObservationKind::Command { command: Command::Abort } => state.abort_ordered = !state.is_over(),
        ObservationKind::Command { command: Command::Pause } => state.pause(at),
        ObservationKind::Command { command: Command::Resume } => state.resume(schedule, at),
        ObservationKind::Command { command: Command::Retry } => {
            if matches!(state.phase, Phase::RolledBack | Phase::Frozen) {
                begin_again(schedule, state, at);
            }
        }
        ObservationKind::NewRevision { revision } => {
            begin_again(schedule, state, at);
            state.weight = 0.0; // another version had earned the weight
            state.revision = Some(revision.clone());
            state.canary_healthy = None; // it was the health of another version
        }
    }
}

/// Starts at the first step again; facts from outside the run (health, window) stay.
fn begin_again(schedule: &Schedule, state: &mut State, at: Timestamp) {
    let fresh = State::new(schedule, std::mem::take(&mut state.schedule_digest), at);
    *state = State {
        weight: state.weight,
        canary_healthy: state.canary_healthy,
        stable_healthy: state.stable_healthy,
        window_closed: state.window_closed,
        revision: state.revision.take(),
        observed_until: state.observed_until,
        ..fresh
    };
}

/// Counts a reading for its metric: failures for the run, good measurements and samples for the current step.
fn measure(metrics: &mut Cursor<'_>, state: &mut State, name: &str, reading: &Reading, at: Timestamp) {
    // INVARIANT: the state's metrics are the schedule's, in its order (checked with the state).
    let Some(index) = metrics.index_of(name) else { return };
    let pair = metrics.rollout.schedule().metrics.get(index).zip(state.metrics.get_mut(index));
    let Some((metric, counts)) = pair else { return };
    // A measurement that is reported late may belong to the step, or the weight, before.
    let here = at >= state.step_entered_at && Some(at) > state.weight_set_at;
    let phase = metric.judge(reading);
    let (value, n) = match reading {
        Reading::Value { value, n } => (Some(*value), *n),
        Reading::Missing {} | Reading::Failed { .. } => (None, None),
    };
    counts.last = Some(LastMeasurement { at, phase, value, n });
    match phase {
        MeasurementPhase::Successful if here => counts.successes = counts.successes.saturating_add(1),
        MeasurementPhase::Successful => {}
        MeasurementPhase::Failed => counts.failed = counts.failed.saturating_add(1),
        MeasurementPhase::Inconclusive => counts.inconclusive = counts.inconclusive.saturating_add(1),
        MeasurementPhase::NoData => {}
        MeasurementPhase::Error => counts.consecutive_errors = counts.consecutive_errors.saturating_add(1),
    }
    if phase != MeasurementPhase::Error {
        counts.consecutive_errors = 0;
    }
    let new = n.filter(|_| here).unwrap_or_default();
    let sum = counts.samples.get().saturating_add(new.get());
    counts.samples = Count::new(sum.min(Count::MAX)).unwrap_or_default();
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_measurement_is_new_once_in_any_order(inserted in prop::collection::vec((0..4_i64, 0..3_usize), 0..20)) {
            let (mut measured, mut all) = (Measured::with_capacity(inserted.len()), BTreeSet::new());
            for (at, metric) in inserted {
                let at = Timestamp::from_millis(at).unwrap();
                prop_assert_eq!(measured.insert(at, metric), all.insert((at, metric)));
            }
        }
    }
}
