//! The rules that come before the step: safety first, then what makes the rollout wait.
use super::abort::going_back;
use super::bake::bake_overdue;
use super::facts::Facts;
use super::finding::{Effect, Finding, consequence, counted, lasted, measured};
use super::metric::{MeasurementPhase, Metric};
use super::observation::{Command, StepOutcome};
use super::response::Response;
use super::schedule::AbortPolicy;
use super::state::{MetricState, Order, Phase, Waiver};
use super::step::Step;
use crate::canary::code;
use crate::reason::{Evidence, Reason, ReasonCode, Severity, format_duration, number};
use crate::scalar::Count;
use crate::stats::{Arm, mismatch};
use crate::time::Span;

type Rule = fn(&Facts<'_>) -> Option<Finding>;

/// The rules in their order, and whether an order to go on to the next weight overrules a hold of theirs. The numbers are
/// those of the module docs.
const RULES: [(Rule, bool); 17] = [
    (run_over, false),          // 1
    (aborted_by_person, false), // 2
    (critical_metric, false),   // 3
    (canary_unready, false),    // 4
    (stable_unhealthy, true),   // 5
    (deadline, true),           // 6
    (failure_limit, true),      // 7
    (step_failed, true),        // 7
    (error_limit, true),        // 8
    (no_data, true),            // 9
    (inconclusive_limit, true), // 10
    (step_inconclusive, true),  // 10
    (bake_overdue, true),       // 10
    (split_mismatch, true),     // 10
    (step_expired, true),       // 11
    (paused, false),            // 12
    (window_closed, true),      // 13
];

/// What the rules found at an instant.
#[derive(Debug, Default)]
pub(super) struct Ruled {
    /// The strongest finding; among equally strong ones, that of the first rule.
    pub(super) finding: Option<Finding>,
    /// The causes to which the response is only a warning.
    pub(super) warnings: Vec<Reason>,
}

/// Evaluates the rules.
///
/// A cause that only holds must not hide one that ends the rollout: with `on.deadline: hold`, a metric that fails after
/// the deadline still takes the traffic back.
pub(super) fn strongest(facts: &Facts<'_>) -> Ruled {
    let mut ruled = Ruled::default();
    let is_ordered = facts.progress.waiver == Waiver::NextWeight;
    for (rule, is_overruled) in RULES {
        let Some(finding) = rule(facts) else { continue };
        let strength = finding.effect.strength();
        if strength == Response::Hold && is_ordered && is_overruled {
            continue;
        }
        if strength == Response::Warn {
            ruled.warnings.extend(finding.reasons);
            continue;
        }
        if strength == Response::Abort || facts.state.is_over() {
            return Ruled { finding: Some(finding), ..ruled };
        }
        if ruled.finding.as_ref().is_none_or(|best| best.effect.strength() < strength) {
            ruled.finding = Some(finding);
        }
    }
    ruled
}

/// Rule 1: a run that is over changes only by an order or a new revision.
///
/// A rollout whose schedule rolls back is frozen only while the previous version cannot take the traffic. When it can, the
/// abort takes place.
fn run_over(facts: &Facts<'_>) -> Option<Finding> {
    let text = match facts.state.phase {
        Phase::Progressing | Phase::Paused => return None,
        Phase::Frozen if facts.schedule.abort != AbortPolicy::Freeze && !is_stable_down(facts) => {
            let text = "the previous version is ready again: the frozen rollout ends";
            return Some(abort(Reason::new(code::STABLE_RECOVERED, Severity::Error, "stable", text)));
        }
        Phase::Succeeded => "the rollout has succeeded: nothing changes until a new revision",
        Phase::Frozen => {
            "the rollout is frozen: nothing changes until an operator resumes or retries, or a new revision"
        }
        Phase::RollingBack => return Some(Finding::new(Effect::Hold, going_back(facts.state))),
        Phase::RolledBack => "the rollout was rolled back: nothing changes until a retry or a new revision",
    };
    Some(Finding::new(Effect::Hold, Reason::new(code::RUN_OVER, Severity::Info, "run", text)))
}

fn is_stable_down(facts: &Facts<'_>) -> bool {
    facts.state.stable_healthy == Some(false)
}

/// Rule 2: an operator aborted, or somebody refused a gate, even one that the rollout has not reached yet.
fn aborted_by_person(facts: &Facts<'_>) -> Option<Finding> {
    if facts.state.abort_ordered {
        let order = facts.state.orders.iter().find(|order| order.command == Command::Abort);
        let (by, why) = order.map_or(("an operator".to_owned(), String::new()), Order::who_and_why);
        let text = format!("{by} ordered an abort{why}: the rollout ends");
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
            let mut reason = measured(code, severity, metric, state, last);
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

/// Rule 4: a new version that is not ready does not get more traffic; one that stays so longer than it may has failed.
fn canary_unready(facts: &Facts<'_>) -> Option<Finding> {
    let due = facts.unready_due()?;
    let since = facts.state.unready_since.unwrap_or(facts.state.started_at);
    let lasted_so_far = facts.now.since(since).max(Span::ZERO);
    if facts.now < due {
        let text = format!(
            "the new version is not ready since {since}: the rollout holds, at the latest until {due}"
        );
        let reason = Reason::new(code::CANARY_NOT_READY, Severity::Warning, "canary", text);
        return Some(Finding::new(Effect::Hold, reason));
    }
    // A version that is not ready gets no traffic, even if the schedule only warns.
    let response = facts.respond(facts.schedule.on.not_ready).max(Response::Hold);
    let lasts = format_duration(lasted_so_far);
    let text =
        format!("the new version is not ready for {lasts}, longer than it may: {}", consequence(response));
    let reason = Reason::new(code::CANARY_UNHEALTHY, Severity::Critical, "canary", text);
    Some(Finding::new(Effect::Respond(response), reason))
}

/// Rule 5: while the previous version is not ready there is nothing to roll back to, and more traffic for the new one
/// would make that worse.
fn stable_unhealthy(facts: &Facts<'_>) -> Option<Finding> {
    let response = facts.respond(facts.schedule.on.stable_unhealthy);
    (is_stable_down(facts) && !facts.state.without_stable).then(|| {
        let then = consequence(response);
        let text = format!("the previous version is not ready, so a rollback is not possible: {then}");
        let reason = Reason::new(code::STABLE_UNHEALTHY, Severity::Error, "stable", text);
        Finding::new(Effect::Respond(response), reason)
    })
}

/// Rule 6: the time of the whole rollout, without what the deadline excludes.
fn deadline(facts: &Facts<'_>) -> Option<Finding> {
    let deadline = facts.schedule.deadline?;
    let response = facts.respond(facts.schedule.on.deadline);
    let taken = facts.counted();
    (taken >= deadline && !facts.is_done_by_clock()).then(|| {
        let (took, allowed) = (format_duration(taken), format_duration(deadline));
        let text =
            format!("the rollout has taken {took}, its deadline is {allowed}: {}", consequence(response));
        let reason =
            Reason::new(code::DEADLINE_PASSED, Severity::Error, "run", text).with(lasted(taken, deadline));
        Finding::new(Effect::Respond(response), reason)
    })
}

/// Rule 7: more failed measurements in the run than the metric tolerates.
fn failure_limit(facts: &Facts<'_>) -> Option<Finding> {
    limit(
        facts,
        |metric, state| (state.failed, metric.failure_limit),
        (code::FAILURE_LIMIT_EXCEEDED, Severity::Critical, "failed measurement"),
        facts.respond(facts.schedule.on.failed),
    )
}

/// Rule 8: more errored queries in a row than the metric tolerates: the telemetry is broken.
fn error_limit(facts: &Facts<'_>) -> Option<Finding> {
    if facts.progress.waiver == Waiver::Inconclusive {
        return None;
    }
    limit(
        facts,
        |metric, state| (state.consecutive_errors, metric.consecutive_error_limit),
        (code::ERROR_LIMIT_EXCEEDED, Severity::Error, "consecutive query error"),
        facts.respond(facts.schedule.on.error),
    )
}

/// Rule 10: more measurements on too few samples in the run than the metric tolerates.
fn inconclusive_limit(facts: &Facts<'_>) -> Option<Finding> {
    if facts.progress.waiver == Waiver::Inconclusive {
        return None;
    }
    limit(
        facts,
        |metric, state| (state.inconclusive, metric.inconclusive_limit),
        (code::INCONCLUSIVE_LIMIT_EXCEEDED, Severity::Warning, "inconclusive measurement"),
        facts.respond(facts.schedule.on.inconclusive),
    )
}

/// The last part of rule 10: the units of both versions are not split by the weight.
///
/// The test is valid at every look, so that each call may evaluate the latest counts.
fn split_mismatch(facts: &Facts<'_>) -> Option<Finding> {
    let split = facts.state.split?;
    let weight = facts.progress.weight;
    let is_of_weight =
        Some(split.at) > facts.progress.weight_set_at && Some(split.at) > facts.state.forgiven_at;
    let is_split = weight > 0.0 && weight < 100.0;
    if !is_of_weight || !is_split || facts.progress.waiver == Waiver::Inconclusive {
        return None;
    }
    let arms = [Arm::new("canary", split.canary, weight), Arm::new("stable", split.stable, 100.0 - weight)];
    let p = mismatch(&arms, &facts.schedule.split)?;
    let response = facts.respond(facts.schedule.on.sample_ratio_mismatch);
    let units = split.canary.as_f64() + split.stable.as_f64();
    let share = 100.0 * split.canary.as_f64() / units;
    let text = format!(
        "the new version got {} of {} units, {} % at a weight of {weight} %: the traffic is not split as planned, and {}",
        split.canary,
        number(units),
        number(share),
        consequence(response)
    );
    let evidence = Evidence {
        observed: Some(share),
        threshold: Some(weight),
        unit: Some("%".to_owned()),
        n: Count::new(split.canary.get().saturating_add(split.stable.get()).min(Count::MAX)).ok(),
        p: Some(p),
        ..Evidence::default()
    };
    let reason = Reason::new(code::SAMPLE_RATIO_MISMATCH, Severity::Error, "split", text).with(evidence);
    Some(Finding::new(Effect::Respond(response), reason))
}

/// The second part of rule 7: what the current step commanded has failed.
fn step_failed(facts: &Facts<'_>) -> Option<Finding> {
    let response = facts.respond(facts.schedule.on.failed);
    let reason = step_result(facts, StepOutcome::Failed, (code::STEP_FAILED, Severity::Critical), response)?;
    Some(Finding::new(Effect::Respond(response), reason))
}

/// The second part of rule 10: the result of what the current step commanded is inconclusive.
fn step_inconclusive(facts: &Facts<'_>) -> Option<Finding> {
    if facts.progress.waiver == Waiver::Inconclusive {
        return None;
    }
    let response = facts.respond(facts.schedule.on.inconclusive);
    let kind = (code::STEP_INCONCLUSIVE, Severity::Warning);
    let reason = step_result(facts, StepOutcome::Inconclusive, kind, response)?;
    let effect = if response == Response::Hold { Effect::Inconclusive } else { Effect::Respond(response) };
    Some(Finding::new(effect, reason))
}

/// A reason about a result that is not good.
fn step_result(
    facts: &Facts<'_>,
    result: StepOutcome,
    (code, severity): (ReasonCode, Severity),
    response: Response,
) -> Option<Reason> {
    let confirmation = facts.confirmation().filter(|confirmation| confirmation.result == result)?;
    let what = facts.step()?.order()?;
    let why = confirmation.text.as_deref().map_or(String::new(), |text| format!(" (`{text}`)"));
    let is = if result == StepOutcome::Failed { "failed" } else { "is inconclusive" };
    let text = match facts.step() {
        Some(Step::External { name, .. }) => format!("`{name}` {is}{why}: {}", consequence(response)),
        _ => format!("{what} {is}{why}: {}", consequence(response)),
    };
    Some(Reason::new(code, severity, facts.step_path(), text))
}

/// Every metric that exceeds a limit, with its latest measurement beside the count.
///
/// Where the response is to hold, the cause is gone when the metric is good again.
fn limit(
    facts: &Facts<'_>,
    counts: fn(&Metric, &MetricState) -> (u32, u32),
    (code, severity, what): (ReasonCode, Severity, &str),
    response: Response,
) -> Option<Finding> {
    let mut reasons = Vec::new();
    for (metric, state) in facts.metrics() {
        let (n, limit) = counts(metric, state);
        let good = state.last.as_ref().is_some_and(|last| last.phase == MeasurementPhase::Successful);
        if n <= limit || (response == Response::Hold && good) {
            continue;
        }
        let (name, plural, then) = (&metric.name, if n == 1 { "" } else { "s" }, consequence(response));
        let text = format!("`{name}` has {n} {what}{plural}, the limit is {limit}: {then}");
        reasons.push(Reason::new(code, severity, name, text).with(counted(n.into(), limit.into())));
        if let Some(last) = state.last.as_ref().filter(|_| !good) {
            reasons.push(measured(code::METRIC_NOT_GOOD, severity, metric, state, last));
        }
    }
    (!reasons.is_empty()).then(|| Finding::of(Effect::Respond(response), reasons, vec![]))
}

/// Rule 9: a metric whose latest query returned nothing, or whose latest measurement is too old. By default it holds, and
/// goes on by itself when data comes. A version without traffic has no data to miss.
fn no_data(facts: &Facts<'_>) -> Option<Finding> {
    if facts.progress.traffic_since.is_none() || facts.progress.waiver == Waiver::Inconclusive {
        return None;
    }
    let response = facts.respond(facts.schedule.on.no_data);
    let then = consequence(response);
    let mut reasons = Vec::new();
    let mut missing = Vec::new();
    for (metric, state) in facts.metrics() {
        let name = &metric.name;
        let last = facts.latest(metric, state);
        let empty = last
            .filter(|last| Some(last.at) > facts.state.forgiven_at)
            .is_some_and(|last| last.phase == MeasurementPhase::NoData);
        let stale = facts.stale_at(metric, state).is_some_and(|at| at <= facts.now.as_millis());
        let (code, text) = match (empty, last, metric.max_age) {
            (true, ..) => {
                let why = if metric.compare.is_some() && last.is_some_and(|last| last.n.is_some()) {
                    "one of the versions had no traffic"
                } else {
                    "its latest query returned nothing"
                };
                (code::NO_DATA, format!("`{name}` has no data, {why}: {then}"))
            }
            (_, last, Some(max_age)) if stale => {
                let (age, max_age) = (facts.age_of_data(metric, state), format_duration(max_age));
                let observed = match last {
                    Some(_) => format!("was last measured {age} ago"),
                    None => format!("was not measured in the last {age}"),
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

/// Rule 11: nobody approved a gate, or reported the result of a command, in its time.
fn step_expired(facts: &Facts<'_>) -> Option<Finding> {
    let (step, response, at) = facts.step_expires_at().filter(|(_, _, at)| *at <= facts.clock())?;
    if response == Response::Hold || (response == Response::Pause && facts.is_paused()) {
        return None; // the step reports it, or the rollout has paused already
    }
    let then = consequence(response);
    let reason = match step {
        Step::Gate { name, .. } => {
            let text = format!("nobody approved the gate `{name}` until {at}: {then}");
            Reason::new(code::GATE_EXPIRED, Severity::Error, name, text)
        }
        _ => {
            let text = format!("{} was not reported until {at}: {then}", step.order()?);
            Reason::new(code::STEP_EXPIRED, Severity::Error, facts.step_path(), text)
        }
    };
    Some(Finding::new(Effect::Respond(response), reason))
}

/// Rule 12: an operator, or a response of the schedule, has stopped the clocks.
fn paused(facts: &Facts<'_>) -> Option<Finding> {
    let since = facts.state.paused_at?;
    let order = facts.state.pause_order(since);
    let ordered = order.map_or(String::new(), |order| {
        let (by, why) = order.who_and_why();
        format!(", as {by} ordered{why}")
    });
    let text = format!("the rollout is paused since {since}{ordered}, until an operator resumes");
    Some(Finding::new(Effect::Hold, Reason::new(code::PAUSED, Severity::Warning, "run", text)))
}

/// Rule 13: outside of the release window nothing advances but by an order. Safety comes first, so a rollback has
/// happened before.
fn window_closed(facts: &Facts<'_>) -> Option<Finding> {
    facts.state.window_closed.then(|| {
        let text = "the release window is closed: the rollout holds until it opens";
        Finding::new(Effect::Hold, Reason::new(code::WINDOW_CLOSED, Severity::Warning, "window", text))
    })
}

fn abort(reason: Reason) -> Finding {
    Finding::new(Effect::Respond(Response::Abort), reason)
}
