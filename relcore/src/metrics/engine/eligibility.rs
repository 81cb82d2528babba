//! Which deployments count, and how long a span is.
use super::read::Deployment;
use crate::metrics::{ExclusionReason, NegativeSpans, Policy, RateDenominator};

/// Whether a deployment counts for the frequency, or why not.
pub(super) fn frequency(deployment: &Deployment, policy: &Policy) -> Result<(), ExclusionReason> {
    counts(deployment.succeeded(), deployment, policy)
}

/// Whether the rates are shares of a deployment, among others, or why not.
pub(super) fn rates(deployment: &Deployment, policy: &Policy) -> Result<(), ExclusionReason> {
    let in_denominator = match policy.denominator {
        RateDenominator::Successful => deployment.succeeded(),
        RateDenominator::Finished => deployment.outcome.is_finished(),
    };
    counts(in_denominator, deployment, policy)
}

fn counts(outcome_counts: bool, deployment: &Deployment, policy: &Policy) -> Result<(), ExclusionReason> {
    if deployment.scope.is_none() {
        Err(ExclusionReason::OtherEnvironment)
    } else if !outcome_counts {
        Err(ExclusionReason::Outcome)
    } else if policy.uncounted_intents.contains(&deployment.intent) {
        Err(ExclusionReason::Intent)
    } else {
        Ok(())
    }
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
