//! What a rule or a step found: its effect and its reasons, before they become a decision.
use super::compare::ComparedCounts;
use super::metric::{MeasurementPhase, Metric};
use super::response::Response;
use super::state::{LastMeasurement, MetricState};
use crate::canary::code;
use crate::reason::{Evidence, Reason, ReasonCode, Severity, number};
use crate::scalar::Count;
use crate::stats::{Comparison, Verdict};
use crate::time::{Span, Timestamp};

/// What a rule wants to happen.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Effect {
    /// Leave everything as it is.
    Hold,
    /// Leave everything as it is: it cannot be judged.
    Inconclusive,
    /// Ask a person.
    AwaitGate(String),
    /// Give the command of the step with this index.
    Command(u32),
    /// The response of the schedule to a cause.
    Respond(Response),
    /// All steps are done.
    Complete,
}

impl Effect {
    /// How strongly it acts upon a cause; an effect that is no response holds.
    pub(super) fn strength(&self) -> Response {
        if let Self::Respond(response) = self { *response } else { Response::Hold }
    }
}

/// What a rule found.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    pub(super) effect: Effect,
    pub(super) reasons: Vec<Reason>,
    pub(super) missing: Vec<String>,
}

/// The instant at which a step ended, or what keeps it from ending.
pub(super) type Ended = Result<Timestamp, Finding>;

impl Finding {
    pub(super) fn new(effect: Effect, reason: Reason) -> Self {
        Self::of(effect, vec![reason], vec![])
    }

    /// An effect alone, for a trial.
    pub(super) fn bare(effect: Effect) -> Self {
        Self::of(effect, vec![], vec![])
    }

    pub(super) fn of(effect: Effect, reasons: Vec<Reason>, missing: Vec<String>) -> Self {
        Self { effect, reasons, missing }
    }
}

/// The consequence of a cause, as the end of a reason text.
pub(super) fn consequence(response: Response) -> &'static str {
    match response {
        Response::Warn => "the rollout goes on",
        Response::Hold => "the rollout holds",
        Response::Pause => "the rollout pauses until an operator resumes",
        Response::Abort => "the rollout ends",
    }
}

/// The text of a reason about the latest measurement of a metric, which was not good.
///
/// It is true of any stored state: of the value it states only how it was judged and what was expected.
pub(super) fn measured(
    code: ReasonCode,
    severity: Severity,
    metric: &Metric,
    counts: &MetricState,
    last: &LastMeasurement,
) -> Reason {
    let name = &metric.name;
    let is_counted = matches!(last.phase, MeasurementPhase::Failed | MeasurementPhase::Inconclusive);
    if let Some((rule, counts)) = metric.compare.as_ref().zip(counts.compared.as_ref()).filter(|_| is_counted)
    {
        return compared(code, severity, name, &counts.comparison(rule), (counts, last));
    }
    let unit = metric.unit.as_deref().map_or(String::new(), |unit| format!(" {unit}"));
    let limit = metric.limit(last.value);
    let expected =
        limit.map_or(String::new(), |(side, limit)| format!(", expected {side} {}{unit}", number(limit)));
    let text = match last.value {
        Some(value) if last.phase == MeasurementPhase::Inconclusive => {
            let samples = last.n.map_or("an unknown number of".to_owned(), |n| n.to_string());
            let needed = metric.min_samples;
            format!(
                "`{name}` is {}{unit}{expected}, but from {samples} samples of {needed} required",
                number(value)
            )
        }
        Some(value) => format!("`{name}` is {}{unit}{expected}", number(value)),
        None if last.phase == MeasurementPhase::Error => {
            let error = last.error.as_deref().map_or(String::new(), |error| format!(" with `{error}`"));
            format!("`{name}` has no value, its query failed{error}{expected}")
        }
        None => format!("`{name}` has no value, its query returned nothing{expected}"),
    };
    Reason::new(code, severity, name, text).with(Evidence {
        observed: last.value,
        threshold: limit.map(|(_, limit)| limit),
        unit: metric.unit.clone(),
        n: last.n,
        error: last.error.clone(),
        ..Evidence::default()
    })
}

/// The same of counts that were compared. What they prove has codes of its own; a code of a stronger cause stays.
fn compared(
    code: ReasonCode,
    severity: Severity,
    name: &str,
    comparison: &Comparison,
    (counts, last): (&ComparedCounts, &LastMeasurement),
) -> Reason {
    if let Some(why) = last.error.as_ref().filter(|_| last.phase == MeasurementPhase::Inconclusive) {
        let text = format!("`{name}` was read, but nothing was counted: {why}");
        return Reason::new(code::COUNTS_SKIPPED, severity, name, text);
    }
    let own = match (last.phase, comparison.verdict) {
        (MeasurementPhase::Failed, _) => code::COMPARISON_HARMFUL,
        (_, Verdict::Invalid) => code::COMPARISON_INVALID,
        _ => code::COMPARISON_UNDECIDED,
    };
    let code = if code == code::METRIC_NOT_GOOD { own } else { code };
    let ComparedCounts { canary, baseline, .. } = counts;
    let proven = comparison.reasons.first();
    let text = format!(
        "`{name}` counts {} in {} at this weight, and {} in {} of the previous version: {}",
        canary.events,
        number(canary.exposure),
        baseline.events,
        number(baseline.exposure),
        proven.map(|reason| reason.text.as_str()).unwrap_or_default()
    );
    let evidence = proven.map(|reason| reason.evidence.clone()).unwrap_or_default();
    Reason::new(code, severity, name, text).with(evidence)
}

/// A reason about how many there are of how many the step requires.
pub(super) fn gathered(code: ReasonCode, metric: &Metric, what: &str, have: Count, need: Count) -> Reason {
    let name = &metric.name;
    let text = format!("`{name}` has {have} of {need} required {what}: the rollout does not advance");
    let evidence = Evidence { n: Some(have), ..counted(have.as_f64(), need.as_f64()) };
    Reason::new(code, Severity::Warning, name, text).with(evidence)
}

/// The evidence of a count against its limit.
pub(super) fn counted(observed: f64, threshold: f64) -> Evidence {
    let unit = Some("1".to_owned());
    Evidence { observed: Some(observed), threshold: Some(threshold), unit, ..Evidence::default() }
}

/// The evidence of a length of time against its limit.
pub(super) fn lasted(observed: Span, threshold: Span) -> Evidence {
    let unit = Some("s".to_owned());
    let (observed, threshold) = (Some(observed.as_seconds()), Some(threshold.as_seconds()));
    Evidence { observed, threshold, unit, ..Evidence::default() }
}
