//! The rules that come before the step: safety first, then what keeps the rollout waiting.
use super::advance::bake_overdue;
use super::finding::{Effect, Finding, counted, measured, reason};
use super::{CanaryState, MeasurementPhase, Metric, MetricState, Response, Schedule};
use crate::reason::{ReasonCode, Severity, lasting};
use crate::time::Timestamp;

/// What every rule looks at.
pub(super) struct Facts<'a> {
    pub(super) schedule: &'a Schedule,
    pub(super) state: &'a CanaryState,
    pub(super) now: Timestamp,
}

type Rule = fn(&Facts<'_>) -> Option<Finding>;

/// The rules in their order. The numbers are those of the module docs.
const RULES: [Rule; 12] = [
    run_over,           // 1
    aborted_by_person,  // 2
    critical_metric,    // 3
    unhealthy,          // 4
    deadline,           // 5
    failure_limit,      // 6
    error_limit,        // 7
    no_data,            // 8
    inconclusive_limit, // 9
    bake_overdue,       // 9
    paused,             // 10
    window_closed,      // 11
];

/// The strongest finding; among equally strong ones, that of the first rule.
///
/// A cause that only holds must not hide one that ends the rollout: with `on.deadline: hold`, a metric that fails after
/// the deadline still takes the traffic back.
pub(super) fn strongest(facts: &Facts<'_>) -> Option<Finding> {
    let mut found: Option<Finding> = None;
    for rule in RULES {
        let Some(finding) = rule(facts) else { continue };
        let strength = finding.effect.strength();
        if strength == Response::Abort || facts.state.is_over() {
            return Some(finding);
        }
        if found.as_ref().is_none_or(|best| best.effect.strength() < strength) {
            found = Some(finding);
        }
    }
    found
}

/// Rule 1: What has ended stays as it is until a retry or a new revision.
fn run_over(facts: &Facts<'_>) -> Option<Finding> {
    facts.state.is_over().then(|| {
        let phase = crate::wire::text_of(&facts.state.phase).replace('_', " ");
        let text = format!("the rollout has ended: {phase}");
        Finding::new(Effect::Hold, reason(ReasonCode::RunOver, Severity::Info, "run", text))
    })
}

/// Rule 2: A person said no: by an order, or at a gate, even at one that the rollout has not come to yet.
fn aborted_by_person(facts: &Facts<'_>) -> Option<Finding> {
    if facts.state.abort_ordered {
        let text = "an operator ordered to abort".to_owned();
        return Some(abort(reason(ReasonCode::AbortOrdered, Severity::Critical, "run", text)));
    }
    let refused = facts.state.approvals.iter().find(|approval| !approval.approved)?;
    let text = format!("`{}` refused to pass the gate `{}`", refused.by, refused.gate);
    Some(abort(reason(ReasonCode::GateRefused, Severity::Critical, &refused.gate, text)))
}

/// Rule 3: A metric whose single failure ends the rollout, whatever `on.failed` says.
fn critical_metric(facts: &Facts<'_>) -> Option<Finding> {
    let (metric, state) = pairs(facts).find(|(metric, state)| metric.critical && state.failed > 0)?;
    let reason = match &state.last {
        Some(last) if last.phase == MeasurementPhase::Failed => {
            measured(ReasonCode::MetricCritical, Severity::Critical, metric, last)
        }
        _ => counted(ReasonCode::MetricCritical, Severity::Critical, metric, "failed", state.failed, 0),
    };
    Some(abort(reason))
}

/// Rule 4: The new version not being ready is a failure of it. The previous one not being ready only holds: there would be no
/// way back from more traffic, and no place to go back to now.
fn unhealthy(facts: &Facts<'_>) -> Option<Finding> {
    if facts.state.canary_healthy == Some(false) {
        let text = "the new version is not ready".to_owned();
        let reason = reason(ReasonCode::CanaryUnhealthy, Severity::Critical, "canary", text);
        return Some(Finding::new(Effect::Respond(facts.schedule.on.failed), reason));
    }
    (facts.state.stable_healthy == Some(false)).then(|| {
        let text = "the previous version is not ready: more traffic for the new one would leave no way back"
            .to_owned();
        Finding::new(Effect::Hold, reason(ReasonCode::StableUnhealthy, Severity::Error, "stable", text))
    })
}

/// Rule 5: The time of the whole rollout, pauses not counted.
fn deadline(facts: &Facts<'_>) -> Option<Finding> {
    let deadline = facts.schedule.deadline?;
    // A pause stops this clock.
    let taken = facts.state.paused_at.unwrap_or(facts.now).since(facts.state.started_at);
    (taken >= deadline).then(|| {
        let text = format!("the rollout has taken {}, its deadline is {}", lasting(taken), lasting(deadline));
        let mut reason = reason(ReasonCode::DeadlinePassed, Severity::Error, "run", text);
        reason.evidence.observed = Some(taken.as_seconds());
        reason.evidence.threshold = Some(deadline.as_seconds());
        reason.evidence.unit = Some("s".to_owned());
        Finding::new(Effect::Respond(facts.schedule.on.deadline), reason)
    })
}

/// Rule 6: More failed measurements in the run than the metric tolerates.
fn failure_limit(facts: &Facts<'_>) -> Option<Finding> {
    limit(
        facts,
        |metric, state| (state.failed, metric.failure_limit),
        (ReasonCode::FailureLimitExceeded, Severity::Critical, "failed"),
        facts.schedule.on.failed,
    )
}

/// Rule 7: More errored queries in a row than the metric tolerates: the telemetry is broken, and nobody can see.
fn error_limit(facts: &Facts<'_>) -> Option<Finding> {
    limit(
        facts,
        |metric, state| (state.consecutive_errors, metric.consecutive_error_limit),
        (ReasonCode::ErrorLimitExceeded, Severity::Error, "could not be queried"),
        facts.schedule.on.error,
    )
}

/// Rule 9: More measurements on too few samples in the run than the metric tolerates.
fn inconclusive_limit(facts: &Facts<'_>) -> Option<Finding> {
    limit(
        facts,
        |metric, state| (state.inconclusive, metric.inconclusive_limit),
        (ReasonCode::InconclusiveLimitExceeded, Severity::Warning, "was inconclusive"),
        facts.schedule.on.inconclusive,
    )
}

/// Every metric that exceeds a limit, with its latest measurement beside the count.
fn limit(
    facts: &Facts<'_>,
    counts: fn(&Metric, &MetricState) -> (u32, u32),
    (code, severity, what): (ReasonCode, Severity, &str),
    response: Response,
) -> Option<Finding> {
    let mut found: Option<Finding> = None;
    for (metric, state) in pairs(facts) {
        let (n, limit) = counts(metric, state);
        if n > limit {
            let finding = found.get_or_insert_with(|| Finding {
                effect: Effect::Respond(response),
                reasons: vec![],
                missing: vec![],
                next: None,
            });
            finding.reasons.push(counted(code, severity, metric, what, n, limit));
            if let Some(last) = state.last.filter(|last| last.phase != MeasurementPhase::Successful) {
                finding.reasons.push(measured(ReasonCode::MetricNotGood, severity, metric, &last));
            }
        }
    }
    found
}

/// Rule 8: A metric whose last answer was nothing, or is too old to say anything about now. By default it holds, and goes on
/// by itself when data comes.
fn no_data(facts: &Facts<'_>) -> Option<Finding> {
    let mut found: Option<Finding> = None;
    for (metric, state) in pairs(facts) {
        let empty = state.last.is_some_and(|last| last.phase == MeasurementPhase::NoData);
        let stale = stale_at(metric, state, facts.state).is_some_and(|at| at <= facts.now.as_millis());
        let (code, text) = match (empty, &state.last, metric.max_age) {
            (true, ..) => (ReasonCode::NoData, format!("`{}` has no data", metric.name)),
            (_, last, Some(max_age)) if stale => {
                let since = last.map_or(facts.state.step_entered_at, |last| last.at);
                let age = facts.now.since(since);
                let was = if last.is_some() {
                    "was last measured"
                } else {
                    "was not measured since the step began"
                };
                let text = format!(
                    "`{}` {was} {} ago, at most {} is good",
                    metric.name,
                    lasting(age),
                    lasting(max_age)
                );
                (ReasonCode::StaleData, text)
            }
            _ => continue,
        };
        let reason = reason(code, Severity::Warning, &metric.name, text);
        let response = facts.schedule.on.no_data;
        let effect =
            if response == Response::Hold { Effect::Inconclusive } else { Effect::Respond(response) };
        let finding =
            found.get_or_insert_with(|| Finding { effect, reasons: vec![], missing: vec![], next: None });
        finding.reasons.push(reason);
        finding.missing.push(metric.name.clone());
    }
    found
}

/// The first instant at which a metric has only old data, in milliseconds since 1970; none when it never has, or before
/// there is traffic to measure.
///
/// Milliseconds, for it is asked of every metric at every call, and a calendar costs more than the rule.
pub(super) fn stale_at(metric: &Metric, counts: &MetricState, state: &CanaryState) -> Option<i64> {
    let max_age = metric.max_age?;
    let since = match &counts.last {
        Some(last) => last.at,
        None if state.weight > 0.0 => state.step_entered_at,
        None => return None,
    };
    // It is good for its whole age. INVARIANT: an instant and a span are within 2^54 milliseconds together.
    Some(since.as_millis().saturating_add(max_age.as_millis()).saturating_add(1))
}

/// Rule 10: An operator, or a response of the schedule, has stopped the clocks.
fn paused(facts: &Facts<'_>) -> Option<Finding> {
    let since = facts.state.paused_at?;
    let text = format!("the rollout is paused since {since}, until an operator resumes");
    Some(Finding::new(Effect::Hold, reason(ReasonCode::Paused, Severity::Warning, "run", text)))
}

/// Rule 11: Outside of the release window nothing goes on. What must go back has gone back by then: safety comes first.
fn window_closed(facts: &Facts<'_>) -> Option<Finding> {
    facts.state.window_closed.then(|| {
        let text = "the release window is closed".to_owned();
        Finding::new(Effect::Hold, reason(ReasonCode::WindowClosed, Severity::Warning, "window", text))
    })
}

fn abort(reason: crate::Reason) -> Finding {
    Finding::new(Effect::Respond(Response::Abort), reason)
}

/// Each metric with what is known of it.
pub(super) fn pairs<'a>(facts: &Facts<'a>) -> impl Iterator<Item = (&'a Metric, &'a MetricState)> + use<'a> {
    facts.schedule.metrics.iter().zip(&facts.state.metrics)
}
