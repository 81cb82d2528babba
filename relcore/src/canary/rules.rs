//! The rules that come before the step: safety first, then what makes the rollout wait.
use super::bake::bake_overdue;
use super::facts::Facts;
use super::finding::{Effect, Finding, consequence, counted, lasted, measured};
use super::metric::{MeasurementPhase, Metric};
use super::schedule::Response;
use super::state::{MetricState, Phase};
use crate::canary::code;
use crate::reason::{Reason, ReasonCode, Severity, format_duration};

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

/// Rule 1: a run that is over changes only by a retry or a new revision.
fn run_over(facts: &Facts<'_>) -> Option<Finding> {
    facts.state.is_over().then(|| {
        let text = match facts.state.phase {
            Phase::Succeeded => "the rollout has succeeded: nothing changes until a new revision",
            Phase::Frozen => "the rollout is frozen: nothing changes until a retry or a new revision",
            _ => "the rollout was rolled back: nothing changes until a retry or a new revision",
        };
        Finding::new(Effect::Hold, Reason::new(code::RUN_OVER, Severity::Info, "run", text))
    })
}

/// Rule 2: an operator aborted, or somebody refused a gate, even one that the rollout has not reached yet.
fn aborted_by_person(facts: &Facts<'_>) -> Option<Finding> {
    if facts.state.abort_ordered {
        let text = "an operator ordered an abort: the rollout ends";
        return Some(abort(Reason::new(code::ABORT_ORDERED, Severity::Critical, "run", text)));
    }
    let refused = facts.state.approvals.iter().find(|approval| !approval.approved)?;
    let text = format!("`{}` refused the gate `{}`: the rollout ends", refused.by, refused.gate);
    Some(abort(Reason::new(code::GATE_REFUSED, Severity::Critical, &refused.gate, text)))
}

/// Rule 3: a single failure of a critical metric ends the rollout, whatever `on.failed` is.
fn critical_metric(facts: &Facts<'_>) -> Option<Finding> {
    let (metric, state) = facts.metrics().find(|(metric, state)| metric.critical && state.failed > 0)?;
    let (code, severity) = (code::METRIC_CRITICAL, Severity::Critical);
    let reason = match &state.last {
        Some(last) if last.phase == MeasurementPhase::Failed => {
            let mut reason = measured(code, severity, metric, last);
            reason.text.push_str(", and is critical: the rollout ends");
            reason
        }
        _ => {
            let (name, n) = (&metric.name, state.failed);
            let plural = if n == 1 { "" } else { "s" };
            let text =
                format!("`{name}` is critical and has {n} failed measurement{plural}: the rollout ends");
            Reason::new(code, severity, name, text).with(counted(f64::from(n), 0.0))
        }
    };
    Some(abort(reason))
}

/// Rule 4: a new version that is not ready has failed. A previous version that is not ready only holds: more traffic for
/// the new one would leave no rollback path, and there is nothing to roll back to now.
fn unhealthy(facts: &Facts<'_>) -> Option<Finding> {
    if facts.state.canary_healthy == Some(false) {
        let response = facts.schedule.on.failed;
        let text = format!("the new version is not ready: {}", consequence(response));
        let reason = Reason::new(code::CANARY_UNHEALTHY, Severity::Critical, "canary", text);
        return Some(Finding::new(Effect::Respond(response), reason));
    }
    (facts.state.stable_healthy == Some(false)).then(|| {
        let text = "the previous version is not ready, so a rollback is not possible: the rollout holds";
        Finding::new(Effect::Hold, Reason::new(code::STABLE_UNHEALTHY, Severity::Error, "stable", text))
    })
}

/// Rule 5: the time of the whole rollout, pauses not counted.
fn deadline(facts: &Facts<'_>) -> Option<Finding> {
    let deadline = facts.schedule.deadline?;
    let response = facts.schedule.on.deadline;
    let taken = facts.clock().since(facts.state.started_at);
    (taken >= deadline).then(|| {
        let (took, allowed) = (format_duration(taken), format_duration(deadline));
        let text =
            format!("the rollout has taken {took}, its deadline is {allowed}: {}", consequence(response));
        let reason =
            Reason::new(code::DEADLINE_PASSED, Severity::Error, "run", text).with(lasted(taken, deadline));
        Finding::new(Effect::Respond(response), reason)
    })
}

/// Rule 6: more failed measurements in the run than the metric tolerates.
fn failure_limit(facts: &Facts<'_>) -> Option<Finding> {
    limit(
        facts,
        |metric, state| (state.failed, metric.failure_limit),
        (code::FAILURE_LIMIT_EXCEEDED, Severity::Critical, "failed measurement"),
        facts.schedule.on.failed,
    )
}

/// Rule 7: more errored queries in a row than the metric tolerates: the telemetry is broken.
fn error_limit(facts: &Facts<'_>) -> Option<Finding> {
    limit(
        facts,
        |metric, state| (state.consecutive_errors, metric.consecutive_error_limit),
        (code::ERROR_LIMIT_EXCEEDED, Severity::Error, "consecutive query error"),
        facts.schedule.on.error,
    )
}

/// Rule 9: more measurements on too few samples in the run than the metric tolerates.
fn inconclusive_limit(facts: &Facts<'_>) -> Option<Finding> {
    limit(
        facts,
        |metric, state| (state.inconclusive, metric.inconclusive_limit),
        (code::INCONCLUSIVE_LIMIT_EXCEEDED, Severity::Warning, "inconclusive measurement"),
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
    let mut reasons = Vec::new();
    for (metric, state) in facts.metrics() {
        let (n, limit) = counts(metric, state);
        if n <= limit {
            continue;
        }
        let (name, plural, then) = (&metric.name, if n == 1 { "" } else { "s" }, consequence(response));
        let text = format!("`{name}` has {n} {what}{plural}, the limit is {limit}: {then}");
        reasons.push(Reason::new(code, severity, name, text).with(counted(n.into(), limit.into())));
        if let Some(last) = state.last.filter(|last| last.phase != MeasurementPhase::Successful) {
            reasons.push(measured(code::METRIC_NOT_GOOD, severity, metric, &last));
        }
    }
    (!reasons.is_empty()).then(|| Finding::of(Effect::Respond(response), reasons, vec![]))
}

/// Rule 8: a metric whose latest query returned nothing, or whose latest measurement is too old. By default it holds, and
/// goes on by itself when data comes.
fn no_data(facts: &Facts<'_>) -> Option<Finding> {
    let response = facts.schedule.on.no_data;
    let then = consequence(response);
    let mut reasons = Vec::new();
    let mut missing = Vec::new();
    for (metric, state) in facts.metrics() {
        let name = &metric.name;
        let empty = state.last.is_some_and(|last| last.phase == MeasurementPhase::NoData);
        let stale = facts.stale_at(metric, state).is_some_and(|at| at <= facts.now.as_millis());
        let (code, text) = match (empty, &state.last, metric.max_age) {
            (true, ..) => {
                (code::NO_DATA, format!("`{name}` has no data, its latest query returned nothing: {then}"))
            }
            (_, last, Some(max_age)) if stale => {
                let since = last.map_or(facts.state.step_entered_at, |last| last.at);
                let (age, max_age) = (format_duration(facts.now.since(since)), format_duration(max_age));
                let observed = match last {
                    Some(_) => format!("was last measured {age} ago"),
                    None => format!("was not measured in the {age} since the step began"),
                };
                (code::STALE_DATA, format!("`{name}` {observed}, its maximum age is {max_age}: {then}"))
            }
            _ => continue,
        };
        reasons.push(Reason::new(code, Severity::Warning, name, text));
        missing.push(name.clone());
    }
    let effect = if response == Response::Hold { Effect::Inconclusive } else { Effect::Respond(response) };
    (!reasons.is_empty()).then(|| Finding::of(effect, reasons, missing))
}

/// Rule 10: an operator, or a response of the schedule, has stopped the clocks.
fn paused(facts: &Facts<'_>) -> Option<Finding> {
    let since = facts.state.paused_at?;
    let text = format!("the rollout is paused since {since}, until an operator resumes");
    Some(Finding::new(Effect::Hold, Reason::new(code::PAUSED, Severity::Warning, "run", text)))
}

/// Rule 11: outside of the release window nothing advances. Safety comes first, so a rollback has happened before.
fn window_closed(facts: &Facts<'_>) -> Option<Finding> {
    facts.state.window_closed.then(|| {
        let text = "the release window is closed: the rollout holds until it opens";
        Finding::new(Effect::Hold, Reason::new(code::WINDOW_CLOSED, Severity::Warning, "window", text))
    })
}

fn abort(reason: Reason) -> Finding {
    Finding::new(Effect::Respond(Response::Abort), reason)
}
