//! A rollout under way goes on under an edited schedule.
use super::check::check_state;
use super::code;
use super::decision::{Action, Decision};
use super::progress::Progress;
use super::rollout::Rollout;
use super::routes::Routes;
use super::schedule::{AbortPolicy, Schedule};
use super::state::{MetricState, Phase, State, Waiver, inherited};
use super::step::Step;
use crate::error::{Error, ErrorKind, Result};
use crate::reason::{Reason, Severity};
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// Where a rollout goes on in an edited schedule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "canary.RebaseMode", rename_all = "snake_case")]
pub enum RebaseMode {
    /// After the step of the new schedule with the greatest weight that is not above the present one. The weight falls to
    /// it, or to 0. It never rises.
    #[default]
    NearestNotAbove,
    /// After the step of the new schedule with the present weight. Refused if it has none, unless the traffic goes back or
    /// went back before a retry: then it keeps its weight and goes on at the first step.
    KeepWeight,
    /// At the first step, without what was measured, approved and ordered, as a retry. The weight stays until the first
    /// step that sets one.
    Restart,
}

/// Moves a rollout to an edited schedule, so that it need not start again. The verdict says whether the weight changes.
///
/// The weight never rises. The step at which the rollout goes on begins now, so its timers, measurements and samples
/// count from now. What was counted of a metric stays if the metric is the same in both schedules; a metric whose limits
/// changed begins anew, and a reason says so. Approvals of gates that the new schedule has stay. Routes and a scale stay if
/// a step of the new schedule before that sets the same, and a reason names the others. Pauses, readiness, the
/// release window and orders stay. The deadline still counts from the start of the rollout.
///
/// A rollout that is over stays so: a retry or a new revision begins with the new schedule.
///
/// ```
/// use relcore::canary::{Action, RebaseMode, Rollout, next_action, rebase, schedule_from_yaml};
/// use relcore::{Span, Timestamp};
/// let before = schedule_from_yaml("steps: [{type: set_weight, weight: 40}, {type: pause}, {type: set_weight, weight: 100}]")?;
/// let after = schedule_from_yaml("
/// steps:
///   - {type: set_weight, weight: 10}
///   - {type: bake, min: 1h}
///   - {type: set_weight, weight: 50}
///   - {type: bake, min: 1h}
///   - {type: set_weight, weight: 100}
/// ")?;
/// let now = Timestamp::parse("2026-11-23T09:00:00Z")?;
/// let rollout = Rollout::new(before.clone())?;
/// let at_forty = rollout.next_action(&rollout.start(now)?, &[], now)?.state;
///
/// let rebased = rebase(&before, &at_forty, &after, &RebaseMode::NearestNotAbove, now)?;
/// assert_eq!(rebased.verdict, Action::SetWeight { previous: 40.0, weight: 10.0 });
/// // It goes on from there: the bake at 10 % lasts its whole hour.
/// let later = now.plus(Span::from_minutes(59))?;
/// assert_eq!(next_action(&after, &rebased.state, &[], later)?.verdict, Action::Hold {});
///
/// // Pitfall: a weight that the new schedule does not have cannot be kept.
/// let refused = rebase(&before, &at_forty, &after, &RebaseMode::KeepWeight, now).unwrap_err();
/// assert_eq!((refused.code(), refused.path()), ("invalid_value", "mode"));
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// - As [`start`](super::start) for both schedules, with the paths `before` and `after`.
/// - As [`next_action`](super::next_action) for the state: `policy_changed` if it was not started with `before`.
/// - `invalid_value` for `keep_weight` if no step of `after` sets the present weight.
pub fn rebase(
    before: &Schedule,
    state: &State,
    after: &Schedule,
    mode: &RebaseMode,
    now: Timestamp,
) -> Result<Decision> {
    let (old, new) = match (Rollout::at(before.clone(), "before"), Rollout::at(after.clone(), "after")) {
        (Ok(old), Ok(new)) => (old, new),
        (Err(old), Err(new)) => return Err(old.and(new)),
        (Err(error), _) | (_, Err(error)) => return Err(error),
    };
    check_state(&old, state, now)?;
    let mut state = state.clone();
    state.complete(old.schedule());
    let target = target(&state, new.schedule(), *mode)?;
    let (previous, from) = (state.weight, state.step);
    let routes = Routes::of(&state);
    let is_over = state.is_over();
    let (mut reasons, begins_anew) = (Vec::new(), is_over || *mode == RebaseMode::Restart);

    state.metrics = metrics(&old, &new, &state.metrics, &mut reasons);
    if begins_anew {
        reasons.clear(); // nothing that was counted before matters any more
    }
    new.digest().clone_into(&mut state.schedule_digest);
    state.approvals.retain(|approval| new.has_gate(&approval.gate));
    if old.schedule().deadline.is_none() {
        (state.deadline_excluded, state.deadline_stopped_at) = (Span::ZERO, None);
    }
    if *mode == RebaseMode::Restart && !is_over {
        let paused = (state.phase, state.paused_at, state.told_at);
        state.begin_again(new.schedule(), now);
        (state.phase, state.paused_at, state.told_at) =
            (paused.0, paused.1.map(|_| now), paused.2.map(|_| now));
    } else {
        enter(&mut state, new.schedule(), &target, now);
    }

    if !is_over {
        let mut kept = Routes::of(&state);
        let mut commanded = Routes::default();
        let passed = usize::try_from(state.step).unwrap_or(usize::MAX);
        new.schedule().steps.iter().take(passed).for_each(|step| commanded.command(step));
        kept.keep(&commanded);
        kept.store(&mut state);
        if state.weight <= 0.0 && !Routes::have_traffic(&state) {
            state.traffic_since = None;
        }
    }
    state.inherited_weight = inherited(new.schedule(), state.weight);
    let (weight, step) = (state.weight, state.step);
    let text = format!(
        "the schedule changed: the rollout goes on at steps[{step}] with {weight} %, before it was at steps[{from}] with \
         {previous} %"
    );
    let over = "the schedule changed: the rollout is over, and a retry begins with the new schedule";
    let text = if is_over { over.to_owned() } else { text };
    reasons.insert(0, Reason::new(code::SCHEDULE_CHANGED, Severity::Info, "schedule", text));
    reasons.extend(routes.removed(&state));
    #[expect(clippy::float_cmp, reason = "a weight is copied from a schedule, never computed")]
    let verdict = if weight == previous { Action::Hold {} } else { Action::SetWeight { previous, weight } };
    let next_check_at = (!is_over).then_some(now);
    let policy_digest = new.digest().to_owned();
    Ok(Decision { verdict, state, reasons, missing: vec![], next_check_at, policy_digest })
}

/// Where a rollout goes on.
struct Target {
    weight: f64,
    step: usize,
}

/// The step after the one that sets the weight, and that weight. A rollout that is frozen for good never takes traffic
/// back: it keeps its weight.
fn target(state: &State, schedule: &Schedule, mode: RebaseMode) -> Result<Target> {
    let weights = || schedule.steps.iter().map(Step::weight).enumerate();
    let found = match mode {
        RebaseMode::Restart => None,
        // The first of several: what follows a repeated weight was not passed.
        RebaseMode::KeepWeight => {
            let is_present = |weight: f64| weight.total_cmp(&state.weight).is_eq();
            let found = weights().find(|(_, weight)| weight.is_some_and(is_present));
            if found.is_none() && state.weight > 0.0 {
                // Traffic that goes back has a weight of no step, and keeps it, also after a retry.
                if state.phase == Phase::RollingBack || state.inherited_weight.is_some_and(is_present) {
                    return Ok(Target { weight: state.weight, step: 0 });
                }
                let text = format!("`keep_weight`: no step of the new schedule sets {} %", state.weight);
                return Err(Error::new(ErrorKind::InvalidValue, "mode", text));
            }
            found
        }
        RebaseMode::NearestNotAbove => {
            let below = weights().filter_map(|(_, weight)| weight).filter(|weight| *weight <= state.weight);
            let greatest = below.reduce(f64::max);
            greatest.and_then(|greatest| weights().find(|(_, weight)| *weight == Some(greatest)))
        }
    };
    let (step, weight) =
        found.map_or((0, 0.0), |(index, weight)| (index.saturating_add(1), weight.unwrap_or(0.0)));
    let is_kept = schedule.abort == AbortPolicy::Freeze || state.is_over();
    Ok(Target { weight: if is_kept { state.weight } else { weight }, step })
}

/// Enters the step now.
fn enter(state: &mut State, schedule: &Schedule, target: &Target, now: Timestamp) {
    let is_lower = target.weight < state.weight;
    let mut progress = Progress::of(state);
    if is_lower {
        (progress.weight, progress.weight_set_at) = (target.weight, Some(now));
        progress.traffic_since = progress.traffic_since.filter(|_| target.weight > 0.0);
    }
    progress.step = u32::try_from(target.step).unwrap_or(u32::MAX);
    if state.phase == Phase::Succeeded {
        progress.step = u32::try_from(schedule.steps.len()).unwrap_or(u32::MAX);
    }
    progress.step_entered_at = now;
    (progress.released, progress.gate_asked_at, progress.waiver) = (false, None, Waiver::Nothing);
    progress.is_fresh = true;
    progress.store(schedule, state);
    if state.phase == Phase::Paused {
        let _ = state.take_pause(schedule, now);
        state.paused_at = Some(now); // the clock of the step that was just entered stands still from now on
    }
    state.count_deadline(schedule, now);
}

/// The counts of the metrics of the new schedule: those of the old one where a metric did not change.
fn metrics(
    old: &Rollout,
    new: &Rollout,
    counts: &[MetricState],
    reasons: &mut Vec<Reason>,
) -> Vec<MetricState> {
    let mut next = Vec::with_capacity(new.schedule().metrics.len());
    for metric in &new.schedule().metrics {
        let index = old.metric_index(&metric.name);
        let before = index.and_then(|index| old.schedule().metrics.get(index));
        let kept = index.and_then(|index| counts.get(index)).filter(|_| before == Some(metric));
        if before.is_some() && kept.is_none() {
            let text =
                format!("the limits of `{}` changed: what was measured before does not count", metric.name);
            reasons.push(Reason::new(code::METRIC_RESET, Severity::Warning, &metric.name, text));
        }
        let mut metric = kept.cloned().unwrap_or_else(|| MetricState::new(&metric.name));
        metric.restake(old.schedule(), new.schedule());
        next.push(metric);
    }
    next
}
