//! The steps: as far as they go without an unexpired timer, a missing measurement or a person.
use super::finding::{Effect, Finding, gathered, measured, reason};
use super::rules::Facts;
use super::{CanaryState, MeasurementPhase, Metric, MetricState, Response, Schedule, Step};
use crate::reason::{Reason, ReasonCode, Severity, lasting};
use crate::time::{Span, Timestamp};
use crate::wire::Count;

/// Goes through the steps until one keeps the rollout, and says why; gates and analyses are never passed over.
///
/// A schedule without metrics goes by the clock alone: each step begins when the one before it ended, so a call that
/// comes late ends where many calls in time would have ended. With metrics a step begins when it is entered, for they
/// must be measured at its weight.
pub(super) fn advance(schedule: &Schedule, state: &mut CanaryState, now: Timestamp) -> Finding {
    let by_clock = schedule.metrics.is_empty();
    let mut proven = by_clock; // whether what was measured allows the weight that it has
    loop {
        let index = usize::try_from(state.step).unwrap_or(usize::MAX);
        let Some(step) = schedule.steps.get(index) else {
            // The last weight may have been set long ago, or without a measurement at a weight before it.
            if !proven && let Err(finding) = all_good(schedule, state) {
                return finding;
            }
            let text = "all steps are done".to_owned();
            let reason = reason(ReasonCode::RunSucceeded, Severity::Info, "run", text);
            return Finding::new(Effect::Complete, reason);
        };
        let entered = state.step_entered_at;
        let ended = match step {
            Step::SetWeight { weight } => {
                proven = by_clock || (state.weight > 0.0 && *weight > state.weight);
                set_weight(schedule, state, *weight, if by_clock { entered } else { now })
            }
            Step::Bake { min, max, min_samples } => bake(schedule, state, *min, *max, *min_samples, now),
            Step::Pause { duration } => pause(state, *duration, now),
            Step::Analysis { metrics, measurements } => {
                analysis(schedule, state, metrics, *measurements, now)
            }
            Step::Gate { name } => gate(schedule, state, name, now),
        };
        match ended {
            Ok(at) => state.enter_next_step(if by_clock { at } else { now }),
            Err(finding) => return finding,
        }
    }
}

/// `Ok` with the instant at which a step ended, or what keeps it.
type Ended = Result<Timestamp, Finding>;

/// Raising the weight asks whether the weight so far was good. The first traffic of all has nothing to be measured by.
fn set_weight(schedule: &Schedule, state: &mut CanaryState, weight: f64, at: Timestamp) -> Ended {
    if state.weight > 0.0 && weight > state.weight {
        all_good(schedule, state)?;
    }
    state.weight = weight;
    state.weight_set_at = Some(at);
    Ok(at)
}

/// Its shortest time first; then the metrics and their samples, for no longer than its longest time.
fn bake(
    schedule: &Schedule,
    state: &CanaryState,
    min: Span,
    max: Option<Span>,
    min_samples: Option<Count>,
    now: Timestamp,
) -> Ended {
    let end = timer(state, min, now, ReasonCode::BakeRunning, "baking")?;
    let Err(mut finding) = baked(schedule, state, min_samples) else { return Ok(end) };
    let longest = max.and_then(|max| state.step_entered_at.plus(max).ok());
    match longest {
        Some(longest) if now >= longest => Err(overdue(schedule, state, longest, finding)),
        _ => {
            finding.next = longest;
            Err(finding)
        }
    }
}

/// Every metric is good, and has enough samples.
fn baked(schedule: &Schedule, state: &CanaryState, min_samples: Option<Count>) -> Result<(), Finding> {
    all_good(schedule, state).and_then(|()| enough_samples(schedule, state, min_samples))
}

/// What follows when a bake has run to its longest time and something still keeps it.
fn overdue(schedule: &Schedule, state: &CanaryState, longest: Timestamp, mut keeps: Finding) -> Finding {
    let text = format!("the bake began at {} and had to end by {longest}", state.step_entered_at);
    keeps.reasons.insert(0, reason(ReasonCode::BakeOverdue, Severity::Warning, &subject(state), text));
    if schedule.on.inconclusive != Response::Hold {
        keeps.effect = Effect::Respond(schedule.on.inconclusive);
    }
    keeps
}

/// When the longest time of the current bake is over, if it has one.
pub(super) fn overdue_at(schedule: &Schedule, state: &CanaryState) -> Option<Timestamp> {
    match state.step_of(schedule) {
        Some(Step::Bake { max: Some(max), .. }) => state.step_entered_at.plus(*max).ok(),
        _ => None,
    }
}

/// The rule that the longest time of a bake holds whatever else only keeps the rollout waiting: without it, a metric
/// without data, which holds, would keep a bake from ever being overdue.
pub(super) fn bake_overdue(facts: &Facts<'_>) -> Option<Finding> {
    let Facts { schedule, state, now } = facts;
    let response = schedule.on.inconclusive;
    if response == Response::Hold || (response == Response::Pause && state.paused_at.is_some()) {
        return None; // the step itself says so, or it has been answered already
    }
    let now = state.paused_at.unwrap_or(*now); // a pause stops the clock
    let longest = overdue_at(schedule, state).filter(|longest| *longest <= now)?;
    let Some(Step::Bake { min_samples, .. }) = state.step_of(schedule) else { return None };
    let keeps = baked(schedule, state, *min_samples).err()?;
    Some(overdue(schedule, state, longest, keeps))
}

/// Ends by its timer or by an operator, whichever comes first; without a duration by an operator alone.
fn pause(state: &CanaryState, duration: Option<Span>, now: Timestamp) -> Ended {
    if state.released {
        return Ok(now);
    }
    let Some(duration) = duration else {
        let text = "the step pauses until an operator resumes".to_owned();
        return Err(Finding::new(
            Effect::Hold,
            reason(ReasonCode::Paused, Severity::Info, &subject(state), text),
        ));
    };
    timer(state, duration, now, ReasonCode::PauseRunning, "pausing")
}

/// So many good measurements of each metric in this step, the latest of which is still good.
fn analysis(
    schedule: &Schedule,
    state: &CanaryState,
    names: &[String],
    measurements: u32,
    now: Timestamp,
) -> Ended {
    let mut reasons = Vec::new();
    let mut missing = Vec::new();
    for (metric, counts) in schedule.metrics.iter().zip(&state.metrics) {
        if !names.is_empty() && !names.contains(&metric.name) {
            continue;
        }
        if counts.successes < measurements {
            let (have, need) = (counts.successes.into(), measurements.into());
            reasons.push(gathered(ReasonCode::AnalysisIncomplete, metric, "good measurements", have, need));
            missing.push(metric.name.clone());
        } else if let Some(last) = counts.last.filter(|last| last.phase != MeasurementPhase::Successful) {
            reasons.push(measured(ReasonCode::MetricNotGood, Severity::Warning, metric, &last));
        }
    }
    if reasons.is_empty() {
        return Ok(now);
    }
    Err(Finding { effect: Effect::Inconclusive, reasons, missing, next: None })
}

/// Asks a person, but only when nothing else keeps the rollout; an answer that was given before counts.
fn gate(schedule: &Schedule, state: &CanaryState, name: &str, now: Timestamp) -> Ended {
    if state.weight > 0.0 {
        all_good(schedule, state)?; // nobody is asked while something else is in the way
    }
    // A refusal has ended the run before (rule 2).
    if state.approvals.iter().any(|approval| approval.gate == name && approval.approved) {
        return Ok(now);
    }
    let text = format!("the gate `{name}` waits for an approval");
    let reason = reason(ReasonCode::GatePending, Severity::Warning, name, text);
    Err(Finding::new(Effect::AwaitGate(name.to_owned()), reason))
}

/// The instant at which a timer of the step ended, or that it still runs.
fn timer(state: &CanaryState, length: Span, now: Timestamp, code: ReasonCode, doing: &str) -> Ended {
    let end = state.step_entered_at.plus(length).ok(); // beyond the calendar it never ends
    match end {
        Some(end) if now >= end => Ok(end),
        _ => {
            let done = now.since(state.step_entered_at);
            let text = format!("{doing} at {} %: {} of {}", state.weight, lasting(done), lasting(length));
            let mut reason = reason(code, Severity::Info, &subject(state), text);
            reason.evidence.observed = Some(done.as_seconds());
            reason.evidence.threshold = Some(length.as_seconds());
            reason.evidence.unit = Some("s".to_owned());
            Err(Finding::new(Effect::Hold, reason).until(end))
        }
    }
}

/// Every metric was measured after the weight was set, and the latest measurement was good.
///
/// One of the very instant at which the weight was set was made at the weight before.
fn all_good(schedule: &Schedule, state: &CanaryState) -> Result<(), Finding> {
    let mut reasons = Vec::new();
    let mut missing = Vec::new();
    for (metric, counts) in schedule.metrics.iter().zip(&state.metrics) {
        if let Some(reason) = not_good(metric, counts, state.weight_set_at, &mut missing) {
            reasons.push(reason);
        }
    }
    if reasons.is_empty() {
        return Ok(());
    }
    Err(Finding { effect: Effect::Inconclusive, reasons, missing, next: None })
}

/// Why a metric does not speak for more traffic; what was never measured at this weight is missing, too.
fn not_good(
    metric: &Metric,
    counts: &MetricState,
    weight_set_at: Option<Timestamp>,
    missing: &mut Vec<String>,
) -> Option<Reason> {
    let last = counts.last.filter(|last| Some(last.at) > weight_set_at);
    match last {
        Some(last) if last.phase == MeasurementPhase::Successful => None,
        Some(last) => {
            if last.value.is_none() {
                missing.push(metric.name.clone());
            }
            Some(measured(ReasonCode::MetricNotGood, Severity::Warning, metric, &last))
        }
        None => {
            missing.push(metric.name.clone());
            let text = format!("`{}` has not been measured at this weight", metric.name);
            Some(reason(ReasonCode::MetricUnmeasured, Severity::Warning, &metric.name, text))
        }
    }
}

/// Every metric has gathered the samples that the bake asks for.
fn enough_samples(schedule: &Schedule, state: &CanaryState, needed: Option<Count>) -> Result<(), Finding> {
    let needed = needed.unwrap_or_default();
    let short = |(_, counts): &(&Metric, &MetricState)| counts.samples < needed;
    let reasons: Vec<Reason> = schedule
        .metrics
        .iter()
        .zip(&state.metrics)
        .filter(short)
        .map(|(metric, counts)| {
            gathered(ReasonCode::SamplesTooFew, metric, "samples", counts.samples, needed)
        })
        .collect();
    if reasons.is_empty() {
        return Ok(());
    }
    Err(Finding { effect: Effect::Inconclusive, reasons, missing: vec![], next: None })
}

/// The step as a reason names it: `steps[1]`.
fn subject(state: &CanaryState) -> String {
    format!("steps[{}]", state.step)
}
