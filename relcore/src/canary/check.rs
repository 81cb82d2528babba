//! What a state must be before a decision is made with it.
use super::metric::{EmptyResult, MeasurementPhase, Metric};
use super::progress::Progress;
use super::rollout::Rollout;
use super::routes::Routes;
use super::schedule::{AbortPolicy, Schedule};
use super::state::{LastMeasurement, MetricState, Phase, State, Waiver};
use super::step::Step;
use crate::error::{Error, ErrorKind, Faults, Result};
use crate::time::Timestamp;

/// Refuses a state of another schedule, and one that no calls lead to.
pub(super) fn check_state(rollout: &Rollout, state: &State, now: Timestamp) -> Result<()> {
    let schedule = rollout.schedule();
    if state.schedule_digest != rollout.digest() {
        let text = "the state was started with another schedule: rebase it, or start again";
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
        is_weight_of(schedule, state),
        invalid,
        format_args!("state.weight"),
        format_args!("`{}` is not a weight to which the schedule leads in this phase and step", state.weight),
    );
    faults.check(
        state.stable_capacity.is_none_or(|capacity| (0.0..=100.0).contains(&capacity)),
        ErrorKind::OutOfRange,
        format_args!("state.stableCapacity"),
        format_args!("is out of range: expected a percentage from 0 to 100"),
    );
    faults.check(
        state.inherited_weight.is_none_or(|weight| weight > 0.0 && weight <= 100.0),
        ErrorKind::OutOfRange,
        format_args!("state.inheritedWeight"),
        format_args!("is out of range: expected a percentage above 0, at most 100"),
    );
    faults.check(
        (state.phase == Phase::Paused) == state.paused_at.is_some(),
        invalid,
        format_args!("state.pausedAt"),
        format_args!("must be given when, and only when, the phase is `paused`"),
    );
    faults.check(
        !state.paused_before.is_negative(),
        ErrorKind::OutOfRange,
        format_args!("state.pausedBefore"),
        format_args!("`{}` is out of range: expected a span that is not negative", state.paused_before),
    );
    routes(&mut faults, state);
    let commands = Progress::of(state).step_of(schedule).is_some_and(Step::is_command);
    faults.check(
        state.confirmation.is_none() || commands,
        invalid,
        format_args!("state.confirmation"),
        format_args!("is there, but the current step commands nothing"),
    );
    for (name, at) in [
        ("stepEnteredAt", Some(state.step_entered_at)),
        ("startedAt", Some(state.started_at)),
        ("pausedAt", state.paused_at),
        ("weightSetAt", state.weight_set_at),
        ("observedUntil", state.observed_until),
        ("trafficSince", state.traffic_since),
        ("unreadySince", state.unready_since),
        ("canaryObservedAt", state.canary_observed_at),
        ("stableObservedAt", state.stable_observed_at),
        ("windowObservedAt", state.window_observed_at),
        ("capacityObservedAt", state.capacity_observed_at),
        ("deadlineStoppedAt", state.deadline_stopped_at),
        ("gateAskedAt", state.gate_asked_at),
        ("toldAt", state.told_at),
        ("forgivenAt", state.forgiven_at),
        ("split.at", state.split.map(|split| split.at)),
        ("confirmation.at", state.confirmation.as_ref().map(|done| done.at)),
    ] {
        is_past(&mut faults, at, now, format_args!("{name}"));
    }
    for (index, approval) in state.approvals.iter().enumerate() {
        is_past(&mut faults, Some(approval.at), now, format_args!("approvals[{index}].at"));
    }
    for (index, order) in state.orders.iter().enumerate() {
        is_past(&mut faults, Some(order.at), now, format_args!("orders[{index}].at"));
    }
    for (index, (metric, counts)) in schedule.metrics.iter().zip(&state.metrics).enumerate() {
        is_past(&mut faults, counts.sampled_until, now, format_args!("metrics[{index}].sampledUntil"));
        is_past(&mut faults, counts.counts_since, now, format_args!("metrics[{index}].countsSince"));
        let has_begun = metric.starting_step > 0 && state.step >= metric.starting_step;
        faults.check(
            counts.counts_since.is_some() == has_begun,
            invalid,
            format_args!("state.metrics[{index}].countsSince"),
            format_args!("must be given when, and only when, the `startingStep` of the metric has begun"),
        );
        let (compared, totals) = (counts.compared.as_ref(), counts.totals.as_ref());
        is_past(
            &mut faults,
            compared.map(|it| it.since),
            now,
            format_args!("metrics[{index}].compared.since"),
        );
        is_past(
            &mut faults,
            compared.and_then(|it| it.counted_until.max(it.ended_at)),
            now,
            format_args!("metrics[{index}].compared"),
        );
        is_past(&mut faults, totals.map(|it| it.at), now, format_args!("metrics[{index}].totals.at"));
        faults.check(
            compared.is_none_or(|it| it.is_valid()) && totals.is_none_or(|it| it.is_valid()),
            ErrorKind::OutOfRange,
            format_args!("state.metrics[{index}].compared"),
            format_args!("has counts that no readings lead to"),
        );
        faults.check(
            metric.compare.is_some() || (compared.is_none() && totals.is_none()),
            invalid,
            format_args!("state.metrics[{index}].compared"),
            format_args!("is there, but the metric compares no counts"),
        );
        let Some(last) = &counts.last else { continue };
        is_past(&mut faults, Some(last.at), now, format_args!("metrics[{index}].last.at"));
        faults.check(
            is_judged(metric, counts, last),
            invalid,
            format_args!("state.metrics[{index}].last.phase"),
            format_args!("`{}` is not how the metric judges this measurement", last.phase),
        );
    }
    faults.finish()
}

/// The routes have names, each once and in order, and end with the run.
fn routes(faults: &mut Faults, state: &State) {
    let text = "are not in the order of their names, each once";
    let is_sorted = state.header_routes.is_sorted_by(|a, b| a.name < b.name);
    faults.check(
        is_sorted,
        ErrorKind::InvalidValue,
        format_args!("state.headerRoutes"),
        format_args!("{text}"),
    );
    let is_sorted = state.mirror_routes.is_sorted_by(|a, b| a.name < b.name);
    faults.check(
        is_sorted,
        ErrorKind::InvalidValue,
        format_args!("state.mirrorRoutes"),
        format_args!("{text}"),
    );
    for (index, route) in state.mirror_routes.iter().enumerate() {
        faults.check(
            route.percent > 0.0 && route.percent <= 100.0,
            ErrorKind::OutOfRange,
            format_args!("state.mirrorRoutes[{index}].percent"),
            format_args!("is out of range: expected a percentage above 0, at most 100"),
        );
    }
    let is_ended = matches!(state.phase, Phase::Succeeded | Phase::RolledBack);
    let is_bare = state.canary_scale.is_none() && !Routes::have_traffic(state);
    faults.check(
        is_bare || !is_ended,
        ErrorKind::InvalidValue,
        format_args!("state.phase"),
        format_args!("`{}` has no routes and no scale: they end with the run", state.phase),
    );
}

/// No instant of a state is after the call: time does not go back.
fn is_past(faults: &mut Faults, at: Option<Timestamp>, now: Timestamp, name: std::fmt::Arguments<'_>) {
    faults.check(
        at.is_none_or(|at| at <= now),
        ErrorKind::OutOfRange,
        format_args!("now"),
        format_args!("`{now}` is before `{name}` of the state: time does not go back"),
    );
}

/// Whether a run of the schedule can have this weight.
fn is_weight_of(schedule: &Schedule, state: &State) -> bool {
    let is = |weight: f64| state.weight.total_cmp(&weight).is_eq();
    let is_any = is(0.0)
        || schedule.steps.iter().filter_map(Step::weight).any(is)
        || state.inherited_weight.is_some_and(is);
    let reached = Progress::of(state).reached(schedule);
    match state.phase {
        Phase::Succeeded => is(100.0),
        Phase::RolledBack => is(0.0),
        Phase::RollingBack => state.weight > 0.0 && state.weight <= 100.0,
        Phase::Frozen => is_any,
        // A promotion ends steps before their weight is set. A frozen run keeps its weight when it begins again.
        Phase::Progressing | Phase::Paused => {
            is(reached)
                || (is_any && (state.waiver == Waiver::NextWeight || is_kept(schedule, state, reached)))
        }
    }
}

/// Whether the weight may be that of a run that began again, or that went back only in part: it has not reached its first
/// weight yet, or keeps its traffic.
fn is_kept(schedule: &Schedule, state: &State, reached: f64) -> bool {
    state.weight > reached && (reached <= 0.0 || schedule.abort != AbortPolicy::RollBack)
}

/// Whether the measurement was judged by this metric. A state that was changed by hand must not pass.
fn is_judged(metric: &Metric, counts: &MetricState, last: &LastMeasurement) -> bool {
    if let Some(rule) = &metric.compare {
        let is_passed = || counts.compared.as_ref().is_some_and(|compared| compared.is_passed(rule));
        return last.value.is_none() && (last.phase != MeasurementPhase::Successful || is_passed());
    }
    match (last.value, last.phase) {
        (Some(value), phase) => value.is_finite() && metric.judge_value(value, last.n) == phase,
        (None, MeasurementPhase::NoData | MeasurementPhase::Error) => true,
        (None, MeasurementPhase::Successful) => metric.empty == EmptyResult::Good,
        (None, MeasurementPhase::Failed | MeasurementPhase::Inconclusive) => false,
    }
}
