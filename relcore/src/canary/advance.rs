//! The steps, until one waits for a timer, a measurement or a person.
use super::bake::{all_good, bake, timer};
use super::facts::Facts;
use super::finding::{Effect, Ended, Finding, gathered, measured};
use super::metric::MeasurementPhase;
use super::schedule::Schedule;
use super::state::State;
use super::step::Step;
use crate::canary::code;
use crate::reason::{Reason, Severity};
use crate::time::{Span, Timestamp};

/// Goes through the steps until one waits, and returns the reason; it never skips a gate or an analysis.
///
/// A schedule without metrics goes by the clock alone: each step begins when the one before it ended, so a late call
/// gives the same result as calling at every tick. With metrics a step begins when it is entered, since they must be
/// measured at its weight.
pub(super) fn advance(schedule: &Schedule, state: &mut State, now: Timestamp) -> Finding {
    let by_clock = schedule.metrics.is_empty();
    let mut proven = by_clock; // whether the measurements allow the current weight
    loop {
        let step = state.step_of(schedule);
        let facts = Facts { schedule, state, now };
        let Some(step) = step else {
            // The last weight may have been set long ago, or without a measurement at a weight before it.
            if !proven && let Err(finding) = all_good(&facts) {
                return finding;
            }
            let text = "all steps are done: the new version takes all traffic";
            return Finding::new(
                Effect::Complete,
                Reason::new(code::RUN_SUCCEEDED, Severity::Info, "run", text),
            );
        };
        let entered = state.step_entered_at;
        let ended = match step {
            Step::SetWeight { weight } => {
                proven = by_clock || (state.weight > 0.0 && *weight > state.weight);
                set_weight(&facts, *weight).map(|()| {
                    let at = if by_clock { entered } else { now };
                    (state.weight, state.weight_set_at) = (*weight, Some(at));
                    at
                })
            }
            Step::Bake { min, max, min_samples } => bake(&facts, *min, *max, *min_samples),
            Step::Pause { duration } => pause(&facts, *duration),
            Step::Analysis { metrics, measurements } => analysis(&facts, metrics, *measurements),
            Step::Gate { name } => gate(&facts, name),
        };
        match ended {
            Ok(at) => state.enter_next_step(if by_clock { at } else { now }),
            Err(finding) => return finding,
        }
    }
}

/// A weight rises only if the metrics are good at the current one. The first traffic has nothing to be measured by.
fn set_weight(facts: &Facts<'_>, weight: f64) -> Result<(), Finding> {
    if facts.state.weight > 0.0 && weight > facts.state.weight { all_good(facts) } else { Ok(()) }
}

/// Ends by its timer or by an operator, whichever comes first; without a duration by an operator alone.
fn pause(facts: &Facts<'_>, duration: Option<Span>) -> Ended {
    if facts.state.released {
        return Ok(facts.now);
    }
    let Some(duration) = duration else {
        let text = "the step pauses until an operator resumes";
        let reason = Reason::new(code::PAUSED, Severity::Info, facts.step_path(), text);
        return Err(Finding::new(Effect::Hold, reason));
    };
    timer(facts, duration, code::PAUSE_RUNNING, "pause")
}

/// Enough good measurements of each metric in this step, the latest of them still good.
fn analysis(facts: &Facts<'_>, names: &[String], measurements: u32) -> Ended {
    let mut reasons = Vec::new();
    let mut missing = Vec::new();
    for (metric, counts) in facts.metrics() {
        if !names.is_empty() && !names.contains(&metric.name) {
            continue;
        }
        if counts.successes < measurements {
            let (have, need) = (counts.successes.into(), measurements.into());
            reasons.push(gathered(code::ANALYSIS_INCOMPLETE, metric, "good measurements", have, need));
            missing.push(metric.name.clone());
        } else if let Some(last) = counts.last.filter(|last| last.phase != MeasurementPhase::Successful) {
            let mut reason = measured(code::METRIC_NOT_GOOD, Severity::Warning, metric, &last);
            reason.text.push_str(": the rollout does not advance");
            reasons.push(reason);
        }
    }
    if reasons.is_empty() {
        return Ok(facts.now);
    }
    Err(Finding::of(Effect::Inconclusive, reasons, missing))
}

/// Asks a person, but only when the metrics are good; an approval from before the gate was reached counts.
fn gate(facts: &Facts<'_>, name: &str) -> Ended {
    if facts.state.weight > 0.0 {
        all_good(facts)?;
    }
    // A refusal has ended the run before (rule 2).
    if facts.state.approvals.iter().any(|approval| approval.gate == name && approval.approved) {
        return Ok(facts.now);
    }
    let text = format!("the gate `{name}` is not approved: the rollout waits for a person");
    let reason = Reason::new(code::GATE_PENDING, Severity::Warning, name, text);
    Err(Finding::new(Effect::AwaitGate(name.to_owned()), reason))
}
