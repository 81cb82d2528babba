//! What a rule found: its effect and its reasons, before they become a decision.
use super::{LastMeasurement, Metric, Response};
use crate::reason::{Evidence, Reason, ReasonCode, Severity, number};
use crate::time::Timestamp;
use crate::wire::Count;

/// What a rule wants to happen.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Effect {
    /// Leave everything as it is.
    Hold,
    /// Leave everything as it is: it cannot be judged.
    Inconclusive,
    /// Ask a person.
    AwaitGate(String),
    /// What the schedule says about the cause.
    Respond(Response),
    /// All steps are done.
    Complete,
}

impl Effect {
    /// How much it does about a cause; what is no response to a cause holds.
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
    /// When time alone would change it.
    pub(super) next: Option<Timestamp>,
}

impl Finding {
    pub(super) fn new(effect: Effect, reason: Reason) -> Self {
        Self { effect, reasons: vec![reason], missing: vec![], next: None }
    }

    pub(super) fn until(mut self, next: Option<Timestamp>) -> Self {
        self.next = next;
        self
    }
}

/// A reason without numbers.
pub(super) fn reason(code: ReasonCode, severity: Severity, subject: &str, text: String) -> Reason {
    Reason { code, severity, subject: subject.to_owned(), text, evidence: Evidence::default() }
}

/// A reason that counts something against a limit of the metric.
pub(super) fn counted(
    code: ReasonCode,
    severity: Severity,
    metric: &Metric,
    what: &str,
    n: u32,
    limit: u32,
) -> Reason {
    let name = &metric.name;
    let mut reason = reason(code, severity, name, format!("`{name}` {what} {n} times, {limit} tolerated"));
    let (observed, threshold) = (Some(f64::from(n)), Some(f64::from(limit)));
    reason.evidence = Evidence { observed, threshold, unit: Some("1".to_owned()), ..Evidence::default() };
    reason
}

/// A reason about the latest measurement of a metric.
pub(super) fn measured(
    code: ReasonCode,
    severity: Severity,
    metric: &Metric,
    last: &LastMeasurement,
) -> Reason {
    let name = &metric.name;
    let unit = metric.unit.as_deref().map_or(String::new(), |unit| format!(" {unit}"));
    let limit = metric.limit(last.value);
    let mut text = match last.value {
        Some(value) => format!("`{name}` is {}{unit}", number(value)),
        None => format!("`{name}` has no value"),
    };
    if let Some(limit) = limit {
        let side = if metric.max == Some(limit) { "at most" } else { "at least" };
        text = format!("{text}, good is {side} {}{unit}", number(limit));
    }
    if let Some(n) = last.n.filter(|n| *n < metric.min_samples) {
        text = format!("{text}, but only {n} of {} samples", metric.min_samples);
    }
    let mut reason = reason(code, severity, name, text);
    reason.evidence = Evidence {
        observed: last.value,
        threshold: limit,
        unit: metric.unit.clone(),
        n: last.n,
        ..Evidence::default()
    };
    reason
}

/// A reason about how many there are of how many are needed.
pub(super) fn gathered(code: ReasonCode, metric: &Metric, what: &str, have: Count, need: Count) -> Reason {
    let name = &metric.name;
    let mut reason = reason(code, Severity::Warning, name, format!("`{name}` has {have} of {need} {what}"));
    let (observed, threshold) = (Some(have.as_f64()), Some(need.as_f64()));
    reason.evidence =
        Evidence { observed, threshold, unit: Some("1".to_owned()), n: Some(have), ..Evidence::default() };
    reason
}
