//! The bake: its shortest time, its measurements and samples, its longest time.
//!
//! The rules (a bake that is overdue) and the steps (a bake, a gate, a weight) share what is here.
use super::facts::Facts;
use super::finding::{Effect, Ended, Finding, consequence, gathered, lasted, measured};
use super::metric::{MeasurementPhase, Metric};
use super::response::Response;
use super::state::{LastMeasurement, MetricState, Waiver};
use super::step::Step;
use crate::canary::code;
use crate::reason::{Reason, ReasonCode, Severity, format_duration};
use crate::scalar::Count;
use crate::time::{Span, Timestamp};

/// The shortest time first; then the metrics and their samples, until the longest time.
pub(super) fn bake(facts: &Facts<'_>, min: Span, max: Option<Span>, min_samples: Option<Count>) -> Ended {
    let end = timer(facts, min, code::BAKE_RUNNING, "bake")?;
    let Err(finding) = baked(facts, min_samples) else { return Ok(end) };
    let longest = max.and_then(|max| facts.progress.step_entered_at.plus(max).ok());
    match longest {
        Some(longest) if facts.now >= longest => Err(overdue(facts, longest, finding)),
        _ => Err(finding),
    }
}

/// Every metric is good and has enough samples.
fn baked(facts: &Facts<'_>, min_samples: Option<Count>) -> Result<(), Finding> {
    // Without traffic there is no data: before the first weight a bake is a timer.
    if facts.progress.traffic_since.is_some() {
        all_good(facts)?;
    }
    enough_samples(facts, min_samples)
}

/// Adds to what keeps a bake that it has reached its longest time, and the response of the schedule.
fn overdue(facts: &Facts<'_>, longest: Timestamp, mut finding: Finding) -> Finding {
    let response = facts.respond(facts.schedule.on.inconclusive);
    let text = format!(
        "the bake at {} % began at {} and reached its longest time at {longest} without enough good measurements: {}",
        facts.progress.weight,
        facts.progress.step_entered_at,
        consequence(response)
    );
    let reason = Reason::new(code::BAKE_OVERDUE, Severity::Warning, facts.step_path(), text);
    finding.reasons.insert(0, reason);
    if response > Response::Hold {
        finding.effect = Effect::Respond(response);
    }
    finding
}

/// The second part of rule 9: a bake has reached its longest time.
///
/// The step decides the same, but only when no rule holds the rollout: a metric without data, which holds, would keep a
/// bake from ever being overdue.
pub(super) fn bake_overdue(facts: &Facts<'_>) -> Option<Finding> {
    let response = facts.respond(facts.schedule.on.inconclusive);
    if response <= Response::Hold || (response == Response::Pause && facts.is_paused()) {
        return None; // the step reports it, or the rollout has paused already
    }
    let longest = facts.overdue_at().filter(|longest| *longest <= facts.clock())?;
    let Some(Step::Bake { min_samples, .. }) = facts.step() else { return None };
    let finding = baked(facts, *min_samples).err()?;
    Some(overdue(facts, longest, finding))
}

/// Every metric was measured after the weight was set, and its latest measurement is good.
pub(super) fn all_good(facts: &Facts<'_>) -> Result<(), Finding> {
    good(facts, |_, _| true)
}

/// No metric was measured after the weight was set whose latest measurement is not good.
pub(super) fn none_bad(facts: &Facts<'_>) -> Result<(), Finding> {
    good(facts, |metric, counts| at_this_weight(facts, metric, counts).is_some())
}

/// The latest measurement of each of these metrics is good.
fn good(facts: &Facts<'_>, is_required: impl Fn(&Metric, &MetricState) -> bool) -> Result<(), Finding> {
    let mut reasons = Vec::new();
    let mut missing = Vec::new();
    let required =
        |(metric, counts): &(&Metric, &MetricState)| facts.has_begun(metric) && is_required(metric, counts);
    for (metric, counts) in facts.metrics().filter(required) {
        if facts.is_trial {
            if !is_good(facts, metric, counts) {
                return Err(Finding::bare(Effect::Inconclusive));
            }
            continue;
        }
        if let Some(reason) = not_good(facts, metric, counts, &mut missing) {
            reasons.push(reason);
        }
    }
    if reasons.is_empty() { Ok(()) } else { Err(Finding::of(Effect::Inconclusive, reasons, missing)) }
}

/// The latest measurement of a metric that was made at the present weight.
///
/// A measurement of the very instant at which the weight was set was made at the weight before.
fn at_this_weight<'a>(
    facts: &Facts<'a>,
    metric: &Metric,
    counts: &'a MetricState,
) -> Option<&'a LastMeasurement> {
    facts.latest(metric, counts).filter(|last| Some(last.at) > facts.progress.weight_set_at)
}

/// Whether a metric allows more traffic.
fn is_good(facts: &Facts<'_>, metric: &Metric, counts: &MetricState) -> bool {
    facts.tolerates(metric, at_this_weight(facts, metric, counts).map(|last| last.phase))
}

/// Why a metric does not allow more traffic; a metric without a value at this weight is missing, too.
fn not_good(
    facts: &Facts<'_>,
    metric: &Metric,
    counts: &MetricState,
    missing: &mut Vec<String>,
) -> Option<Reason> {
    let last = at_this_weight(facts, metric, counts);
    if facts.tolerates(metric, last.map(|last| last.phase)) {
        return None;
    }
    match last {
        Some(last) => {
            let is_undecided = metric.compare.is_some() && last.phase == MeasurementPhase::Inconclusive;
            if last.value.is_none() && last.phase != MeasurementPhase::Failed && !is_undecided {
                missing.push(metric.name.clone());
            }
            let mut reason = measured(code::METRIC_NOT_GOOD, Severity::Warning, metric, counts, last);
            reason.text.push_str(": the rollout does not advance");
            Some(reason)
        }
        None => {
            missing.push(metric.name.clone());
            let text = format!(
                "`{}` has not been measured at this weight: the rollout does not advance",
                metric.name
            );
            Some(Reason::new(code::METRIC_UNMEASURED, Severity::Warning, &metric.name, text))
        }
    }
}

/// Every metric has gathered the samples that the bake requires.
fn enough_samples(facts: &Facts<'_>, required: Option<Count>) -> Result<(), Finding> {
    let required = required.unwrap_or_default();
    if facts.progress.waiver == Waiver::Inconclusive {
        return Ok(());
    }
    let have = |counts: &MetricState| if facts.progress.is_fresh { Count::default() } else { counts.samples };
    let reasons: Vec<Reason> = facts
        .metrics()
        .filter(|(metric, counts)| facts.has_begun(metric) && have(counts) < required)
        .map(|(metric, counts)| gathered(code::SAMPLES_TOO_FEW, metric, "samples", have(counts), required))
        .collect();
    if reasons.is_empty() { Ok(()) } else { Err(Finding::of(Effect::Inconclusive, reasons, vec![])) }
}

/// The instant at which the timer of a bake or a pause ended, or that it still runs.
pub(super) fn timer(facts: &Facts<'_>, length: Span, code: ReasonCode, step: &str) -> Ended {
    let end = facts.progress.step_entered_at.plus(length).ok(); // beyond the calendar it never ends
    match end {
        Some(end) if facts.now >= end => Ok(end),
        _ if facts.is_trial => Err(Finding::bare(Effect::Hold)),
        _ => {
            let done = facts.now.since(facts.progress.step_entered_at);
            let (ran, needed, weight) =
                (format_duration(done), format_duration(length), facts.progress.weight);
            let text = format!("the {step} at {weight} % has lasted {ran} of {needed}");
            let reason =
                Reason::new(code, Severity::Info, facts.step_path(), text).with(lasted(done, length));
            Err(Finding::new(Effect::Hold, reason))
        }
    }
}
