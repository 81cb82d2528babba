//! Observations into the state: what happened since the last call, in the order in which it happened.
use super::{
    CanaryPhase, CanaryState, Command, GateApproval, HealthRole, LastMeasurement, MeasurementPhase, Metric,
    Observation, ObservationKind, Reading, Schedule, Step,
};
use crate::error::{ErrorKind, Faults, Result};
use crate::time::Timestamp;
use crate::wire::Count;
use std::collections::{BTreeMap, BTreeSet};

/// Takes every observation in, by instant, then kind, then place; refuses them all if one is at fault.
pub(super) fn fold(
    schedule: &Schedule,
    state: &mut CanaryState,
    observations: &[Observation],
    now: Timestamp,
) -> Result<()> {
    if observations.is_empty() {
        return Ok(());
    }
    check(schedule, state, observations, now)?;
    let key = |observation: &Observation| (observation.at, observation.kind.rank());
    let mut places = Places::new(schedule);
    if observations.is_sorted_by_key(key) {
        observations.iter().for_each(|observation| take(&mut places, state, observation));
    } else {
        let mut sorted: Vec<&Observation> = observations.iter().collect();
        sorted.sort_by_key(|observation| key(observation)); // stable: the place decides last
        sorted.into_iter().for_each(|observation| take(&mut places, state, observation));
    }
    Ok(())
}

/// Where the metrics of a schedule are, and which gates it has.
struct Places<'a> {
    schedule: &'a Schedule,
    /// Where the next one is looked for first: measurements mostly come in the order of the schedule.
    next: usize,
    /// The place of each metric by its name, once there are too many to look through.
    index: Option<BTreeMap<&'a str, usize>>,
    /// The gates, once one is asked for.
    gates: Option<BTreeSet<&'a str>>,
}

/// So many metrics are looked through faster than a map of them is made.
const FEW: usize = 32;

impl<'a> Places<'a> {
    fn new(schedule: &'a Schedule) -> Self {
        Self { schedule, next: 0, index: None, gates: None }
    }

    fn of(&mut self, name: &str) -> Option<usize> {
        let named = |metric: &Metric| metric.name == name;
        let metrics = &self.schedule.metrics;
        let next = Some(self.next).filter(|next| metrics.get(*next).is_some_and(named));
        let place = next.or_else(|| self.search(name))?;
        self.next = place.saturating_add(1);
        Some(place)
    }

    fn search(&mut self, name: &str) -> Option<usize> {
        let metrics = &self.schedule.metrics;
        if metrics.len() <= FEW {
            return metrics.iter().position(|metric| metric.name == name);
        }
        let names =
            || metrics.iter().enumerate().map(|(place, metric)| (metric.name.as_str(), place)).collect();
        self.index.get_or_insert_with(names).get(name).copied()
    }

    fn has_gate(&mut self, name: &str) -> bool {
        let gate = |step: &'a Step| if let Step::Gate { name } = step { Some(name.as_str()) } else { None };
        let gates = || self.schedule.steps.iter().filter_map(gate).collect();
        self.gates.get_or_insert_with(gates).contains(name)
    }
}

/// Everything that is wrong with the observations: their time, what they refer to, and what they say twice.
fn check(
    schedule: &Schedule,
    state: &CanaryState,
    observations: &[Observation],
    now: Timestamp,
) -> Result<()> {
    let mut faults = Faults::new();
    let mut places = Places::new(schedule);
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
                format_args!("`{at}` is not after `{seen}`, until which the state has seen everything"),
            );
        }
        match &observation.kind {
            ObservationKind::Measurement { metric, reading } => {
                let place = places.of(metric);
                faults.check(
                    place.is_some(),
                    ErrorKind::UnknownReference,
                    format_args!("observations[{index}].kind.metric"),
                    format_args!("{} is not a metric of the schedule", crate::wire::quoted(metric)),
                );
                if let Reading::Value { value, .. } = reading {
                    faults.check(
                        value.is_finite(),
                        ErrorKind::InvalidValue,
                        format_args!("observations[{index}].kind.reading.value"),
                        format_args!(
                            "`{value}` is not a finite number: expected `missing` for what has no value"
                        ),
                    );
                }
                // An unknown metric is at fault already.
                faults.check(
                    place.is_none_or(|place| measured.insert(at, place)),
                    ErrorKind::Duplicate,
                    format_args!("observations[{index}]"),
                    format_args!("{} was already measured at `{at}`", crate::wire::quoted(metric)),
                );
            }
            ObservationKind::Approval { gate, .. } => faults.check(
                places.has_gate(gate),
                ErrorKind::UnknownReference,
                format_args!("observations[{index}].kind.gate"),
                format_args!("{} is not a gate of the schedule", crate::wire::quoted(gate)),
            ),
            _ => {}
        }
    }
    faults.finish()
}

/// What was measured when, to find the same twice. Observations mostly come by instant and in the order of the schedule.
struct Measured {
    ascending: Vec<(Timestamp, usize)>,
    others: BTreeSet<(Timestamp, usize)>,
}

impl Measured {
    fn with_capacity(observations: usize) -> Self {
        Self { ascending: Vec::with_capacity(observations), others: BTreeSet::new() }
    }

    /// Notes a measurement; false when it was there.
    fn insert(&mut self, at: Timestamp, metric: usize) -> bool {
        let this = (at, metric);
        if self.ascending.last().is_none_or(|last| *last < this) {
            self.ascending.push(this);
            return true;
        }
        self.ascending.binary_search(&this).is_err() && self.others.insert(this)
    }
}

/// One observation into the state. Nothing is decided here; the rules look at the state afterwards.
fn take(places: &mut Places<'_>, state: &mut CanaryState, observation: &Observation) {
    let schedule = places.schedule;
    let at = observation.at;
    state.observed_until = Some(at);
    match &observation.kind {
        ObservationKind::Measurement { metric, reading } => measure(places, state, metric, reading, at),
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
            if matches!(state.phase, CanaryPhase::RolledBack | CanaryPhase::Frozen) {
                begin_again(schedule, state, at);
            }
        }
        ObservationKind::NewRevision { revision } => {
            begin_again(schedule, state, at);
            state.weight = 0.0; // what it had, another version had earned
            state.revision = Some(revision.clone());
            state.canary_healthy = None; // it was the health of another version
        }
    }
}

/// The first step once more; what is known of the world outside the run stays.
fn begin_again(schedule: &Schedule, state: &mut CanaryState, at: Timestamp) {
    let fresh = CanaryState::new(schedule, std::mem::take(&mut state.schedule_digest), at);
    *state = CanaryState {
        weight: state.weight,
        canary_healthy: state.canary_healthy,
        stable_healthy: state.stable_healthy,
        window_closed: state.window_closed,
        revision: state.revision.take(),
        observed_until: state.observed_until,
        ..fresh
    };
}

/// Counts a reading for its metric: failures for the run, good ones and samples for the step in which they were made.
fn measure(places: &mut Places<'_>, state: &mut CanaryState, name: &str, reading: &Reading, at: Timestamp) {
    // INVARIANT: the state's metrics are the schedule's, in its order (checked with the state).
    let Some(place) = places.of(name) else { return };
    let pair = places.schedule.metrics.get(place).zip(state.metrics.get_mut(place));
    let Some((metric, counts)) = pair else { return };
    // A measurement that is reported late may be of the step, and the weight, before.
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
