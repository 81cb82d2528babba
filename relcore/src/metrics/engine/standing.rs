//! What counts, and how long a span is.
use super::at;
use super::line::Lines;
use crate::metrics::columns::Events;
use crate::metrics::{
    DeploymentIntent, DeploymentOutcome, ExclusionReason, MetricsPolicy, NegativeSpans, RateDenominator,
};

/// Whether a deployment with this outcome ran to some end of its own.
pub(super) fn ran(outcome: u8) -> bool {
    outcome <= DeploymentOutcome::Timeout as u8
}

pub(super) fn in_denominator(outcome: u8, policy: &MetricsPolicy) -> bool {
    match policy.denominator {
        RateDenominator::Successful => outcome == DeploymentOutcome::Success as u8,
        RateDenominator::Finished => ran(outcome),
    }
}

/// Whether a deployment counts, or why not.
pub(super) fn standing(
    outcome_counts: bool,
    events: &Events<'_>,
    policy: &MetricsPolicy,
    place: usize,
) -> Result<(), ExclusionReason> {
    let intent = at(events.deployments.intent, place, DeploymentIntent::Unknown as u8);
    if !outcome_counts {
        Err(ExclusionReason::Outcome)
    } else if policy.uncounted_intents.iter().any(|uncounted| *uncounted as u8 == intent) {
        Err(ExclusionReason::Intent)
    } else {
        Ok(())
    }
}

/// Whether the rates are shares of this deployment, among others.
pub(super) fn rated(events: &Events<'_>, policy: &MetricsPolicy, lines: &Lines, place: usize) -> bool {
    let columns = &events.deployments;
    columns.outcome.get(place).is_some_and(|outcome| {
        standing(in_denominator(*outcome, policy), events, policy, place).is_ok()
            && lines.of(columns.service, columns.environment, place).is_some()
    })
}

/// The time from start to end by the rule for negative spans.
pub(super) fn span(start: i64, end: i64, rule: NegativeSpans) -> Result<i64, ExclusionReason> {
    let length = end.saturating_sub(start);
    match rule {
        NegativeSpans::Drop if length < 0 => Err(ExclusionReason::Negative),
        NegativeSpans::Clamp => Ok(length.max(0)),
        NegativeSpans::Drop | NegativeSpans::Keep => Ok(length),
    }
}
