//! The steps, until one waits for a timer, a measurement or a person.
use super::bake::{all_good, bake, none_bad, timer};
use super::facts::Facts;
use super::finding::{Effect, Ended, Finding, gathered, measured};
use super::metric::MeasurementPhase;
use super::progress::Progress;
use super::schedule::AbortPolicy;
use super::state::Waiver;
use super::step::Step;
use crate::canary::code;
use crate::reason::{Reason, Severity};
use crate::scalar::Count;
use crate::time::{Span, Timestamp};

/// Goes through the steps until one waits, and returns how far it came and why it waits; it never skips a gate or an
/// analysis.
///
/// A schedule without metrics goes by the clock alone: each step begins when the one before it ended, so a late call
/// gives the same result as calling at every tick. With metrics a step begins when it is entered, since they must be
/// measured at its weight.
pub(super) fn advance(mut facts: Facts<'_>) -> (Progress, Finding) {
    let by_clock = facts.is_by_clock();
    let mut proven = by_clock; // whether the measurements allow the current weight
    loop {
        let Some(step) = facts.step() else {
            // The last weight may have been set long ago, or without a measurement at a weight before it.
            if !proven
                && facts.progress.waiver != Waiver::NextWeight
                && let Err(finding) = all_good(&facts)
            {
                return (facts.progress, finding);
            }
            let text = "all steps are done: the new version takes all traffic";
            let reason = Reason::new(code::RUN_SUCCEEDED, Severity::Info, "run", text);
            return (facts.progress, Finding::new(Effect::Complete, reason));
        };
        let begins = if by_clock { facts.progress.step_entered_at } else { facts.now };
        let ended = match step {
            Step::SetWeight { weight } => {
                proven = by_clock || (facts.progress.weight > 0.0 && *weight > facts.progress.weight);
                set_weight(&facts, *weight).map(|weight| {
                    facts.progress.set_weight(weight, begins);
                    begins
                })
            }
            Step::Bake { min, max, min_samples } => bake(&facts, *min, *max, *min_samples),
            Step::Pause { duration } => pause(&facts, *duration),
            Step::Analysis { metrics, measurements } => analysis(&facts, metrics, *measurements),
            Step::Gate { name, .. } => {
                let ended = gate(&facts, name);
                if ended.as_ref().is_err_and(|finding| matches!(finding.effect, Effect::AwaitGate(_))) {
                    facts.progress.gate_asked_at = facts.progress.gate_asked_at.or(Some(begins));
                }
                ended
            }
            Step::SetHeaderRoute { .. }
            | Step::SetMirrorRoute { .. }
            | Step::SetCanaryScale { .. }
            | Step::External { .. } => {
                let ended = command(&facts, step);
                let is_given =
                    ended.as_ref().is_err_and(|finding| matches!(finding.effect, Effect::Command(_)));
                if is_given && !facts.is_trial {
                    // Given now, by this call: what nobody was told before cannot be overdue.
                    facts.progress.gate_asked_at = facts.progress.gate_asked_at.or(Some(facts.now));
                }
                ended
            }
        };
        match ended {
            Ok(at) => {
                let at = if by_clock { at } else { facts.now };
                facts.progress.enter_next_step(facts.schedule, facts.state, at);
            }
            Err(finding) => return (facts.progress, finding),
        }
    }
}

/// A weight rises only if the metrics are good at the current one. The first traffic has nothing to be measured by, but what
/// was measured through a route must be good.
///
/// A rollout that begins again with more traffic than its first weight keeps it, if an abort would freeze it, or if the previous
/// version is not known to be able to take what would go back at once.
fn set_weight(facts: &Facts<'_>, weight: f64) -> Result<f64, Finding> {
    let has = facts.progress.weight;
    if weight > has && facts.progress.waiver != Waiver::NextWeight {
        if has > 0.0 { all_good(facts) } else { none_bad(facts) }?;
    }
    let can_take = facts.state.stable_capacity.is_some_and(|capacity| capacity >= 100.0 - weight);
    let keeps = match facts.schedule.abort {
        AbortPolicy::RollBack => false,
        AbortPolicy::ReverseSteps => !can_take,
        AbortPolicy::Freeze => true,
    };
    Ok(if keeps { weight.max(has) } else { weight })
}

/// Ends by its timer or by an operator, whichever comes first; without a duration by an operator alone.
fn pause(facts: &Facts<'_>, duration: Option<Span>) -> Ended {
    if facts.progress.released {
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
        if !facts.has_begun(metric) || (!names.is_empty() && !names.contains(&metric.name)) {
            continue;
        }
        let last = facts.latest(metric, counts);
        let phase = last.map(|last| last.phase);
        let is_waived =
            facts.progress.waiver == Waiver::Inconclusive && phase != Some(MeasurementPhase::Failed);
        if is_waived || (phase != Some(MeasurementPhase::Successful) && facts.tolerates(metric, phase)) {
            continue;
        }
        let successes = facts.successes(counts);
        if successes < measurements {
            let (have, need) = (Count::from(successes), measurements.into());
            reasons.push(gathered(code::ANALYSIS_INCOMPLETE, metric, "good measurements", have, need));
            missing.push(metric.name.clone());
        } else if let Some(last) = last.filter(|last| last.phase != MeasurementPhase::Successful) {
            let mut reason = measured(code::METRIC_NOT_GOOD, Severity::Warning, metric, counts, last);
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
    if facts.progress.weight > 0.0 {
        all_good(facts)?;
    }
    if facts.is_approved(name) {
        return Ok(facts.now);
    }
    let text = format!("the gate `{name}` is not approved: the rollout waits for a person");
    let reason = Reason::new(code::GATE_PENDING, Severity::Warning, name, text);
    Err(Finding::new(Effect::AwaitGate(name.to_owned()), reason))
}

/// Gives a command until its result is there. Requests beside the weight need good metrics, as a greater weight does.
fn command(facts: &Facts<'_>, step: &Step) -> Ended {
    // A result that is not good has its response by the rules; what they let pass ends the step.
    if facts.confirmation().is_some() {
        return Ok(facts.now);
    }
    let is_first = facts.progress.gate_asked_at.is_none() && facts.progress.waiver != Waiver::NextWeight;
    if is_first && facts.progress.weight > 0.0 && step.adds_route() {
        all_good(facts)?;
    }
    let effect = Effect::Command(facts.progress.step);
    if facts.is_trial {
        return Err(Finding::bare(effect));
    }
    let what = step.order().unwrap_or_default();
    let text = format!("{what} is not reported yet: the rollout waits for it");
    Err(Finding::new(effect, Reason::new(code::STEP_PENDING, Severity::Info, facts.step_path(), text)))
}

/// The first instant after `now` at which the timer of the current step ends, unless a pause stops it.
pub(super) fn timer_ends_at(facts: &Facts<'_>) -> Option<Timestamp> {
    if facts.is_paused() {
        return None;
    }
    let length = match facts.step()? {
        Step::Bake { min, .. } => *min,
        Step::Pause { duration: Some(duration) } => *duration,
        _ => return None,
    };
    facts.progress.step_entered_at.plus(length).ok().filter(|end| *end > facts.now)
}
