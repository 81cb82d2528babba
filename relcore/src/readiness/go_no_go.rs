use super::candidate::Candidate;
use super::code;
use super::counted::{Counted, Uncounted};
use super::decision::{Decision, GateResult, GateStatus, Verdict};
use super::evaluation::{Evaluation, GateOutcome, Problem};
use super::evidence::CandidateEvidence;
use super::gates::{Gate, GateKind, Gates};
use crate::digest::Checked;
use crate::error::{Faults, Result};
use crate::reason::{Evidence, Reason, ReasonCode, Severity, format_duration, number};
use crate::scalar::Count;
use crate::time::Timestamp;

/// Decides whether a candidate may be released: go, go with waivers, no-go, or inconclusive.
///
/// Evidence counts if it names the artifact of the candidate and is not older than it. Missing evidence makes the decision
/// inconclusive; evidence against the release makes it a no-go, whatever else is missing. Too few approvals are evidence.
///
/// ```
/// use relcore::readiness::{
///     Approval, Candidate, CandidateEvidence, Gate, GateKind, Gates, Verdict, go_no_go,
/// };
/// use relcore::Timestamp;
/// let (old, new) = (format!("sha256:{}", "a".repeat(64)), format!("sha256:{}", "b".repeat(64)));
/// let at = |text: &str| Timestamp::parse(text);
/// let quorum = GateKind::Quorum { role: "reviewer".to_owned(), count: 1, not_author: true, distinct: false };
/// let gates = Gates::new([Gate::new("review", quorum)]);
/// let candidate = Candidate::new(&new, at("2026-11-23T10:00:00Z")?).authors(["ana"]);
/// let now = at("2026-11-23T12:00:00Z")?;
///
/// let approval = Approval::new("kim", "reviewer", &new, at("2026-11-23T11:00:00Z")?);
/// let evidence = CandidateEvidence::default().approvals([approval]);
/// assert_eq!(go_no_go(&candidate, &evidence, &gates, now)?.verdict, Verdict::Go);
///
/// // Pitfall: forges keep the green mark of the previous build. It does not count here.
/// let approval = Approval::new("kim", "reviewer", &old, at("2026-11-23T11:00:00Z")?);
/// let evidence = CandidateEvidence::default().approvals([approval]);
/// assert_eq!(go_no_go(&candidate, &evidence, &gates, now)?.verdict, Verdict::NoGo);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: those of [`gates_from_json`](super::gates_from_json) under `gates`; `invalid_value` for an artifact that is
/// no digest (`shop:1.4.0`), an empty name and a waiver without a reason; `out_of_range` for evidence from after `now`;
/// `unknown_reference` for a waiver of a gate that there is not.
pub fn go_no_go(
    candidate: &Candidate,
    evidence: &CandidateEvidence,
    gates: &Gates,
    now: Timestamp,
) -> Result<Decision> {
    let checked = Checked::new(gates.clone(), "gates");
    let mut faults = Faults::new();
    let checked = faults.absorb(checked);
    candidate.check("candidate", now, &mut faults);
    evidence.check("evidence", gates, now, &mut faults);
    faults.finish()?;
    let digest = checked.as_ref().map_or("", Checked::digest); // present, or there was a fault
    Ok(decide(candidate, evidence, gates, digest, now))
}

/// The first instant at which the verdict of arguments that passed their checks is worse than this one.
pub(super) fn first_worse(
    candidate: &Candidate,
    evidence: &CandidateEvidence,
    gates: &Gates,
    than: Verdict,
    now: Timestamp,
) -> Option<Timestamp> {
    let counted = Counted::new(candidate, evidence);
    Evaluation::new(candidate, gates, &counted).first_worse(than, now)
}

/// Decides with arguments that passed their checks.
pub(super) fn decide(
    candidate: &Candidate,
    evidence: &CandidateEvidence,
    gates: &Gates,
    digest: &str,
    now: Timestamp,
) -> Decision {
    let counted = Counted::new(candidate, evidence);
    let evaluation = Evaluation::new(candidate, gates, &counted);
    let outcome = evaluation.evaluate(now);
    let verdict = evaluation.verdict(&outcome);
    let (mut reasons, missing) = reasons(&evaluation, &outcome, verdict, now);
    reasons.sort_by_key(|reason| std::cmp::Reverse(reason.severity)); // stable: keeps the order of the gates
    let results = gates.gates.iter().zip(&outcome).map(|(gate, outcome)| {
        let waiver = outcome.waiver.filter(|_| outcome.status == GateStatus::Waived);
        GateResult {
            id: gate.id.clone(),
            status: outcome.status,
            have: outcome.have,
            need: outcome.need,
            waived_by: waiver.map(|waiver| waiver.by.clone()),
            waived_until: waiver.map(|waiver| waiver.until),
        }
    });
    Decision {
        verdict,
        artifact: candidate.artifact.clone(),
        gates: results.collect(),
        reasons,
        missing,
        next_check_at: evaluation.first_worse(verdict, now),
        policy_digest: digest.to_owned(),
    }
}

/// The fact that would have to be there for a gate to be passed.
fn missing_fact(gate: &Gate, problem: &Problem<'_>) -> Option<String> {
    match problem {
        Problem::Missing(fact) => Some(fact.clone()),
        Problem::TooFew { role, .. } => Some(format!("approvals.{role}")),
        Problem::Errored(_) | Problem::Outdated { .. } => match gate.kind {
            GateKind::Fact {} | GateKind::Threshold { .. } => Some(format!("facts.{}", gate.id)),
            GateKind::Attendance { .. } => Some("meeting".to_owned()),
            _ => None,
        },
        _ => None,
    }
}

/// The text for a gate: its own, or its id.
fn named<'a>(id: &'a str, text: &'a str) -> std::borrow::Cow<'a, str> {
    if text.is_empty() { format!("the gate `{id}`").into() } else { format!("\"{text}\"").into() }
}

fn reasons(
    evaluation: &Evaluation<'_>,
    outcome: &[GateOutcome<'_>],
    verdict: Verdict,
    now: Timestamp,
) -> (Vec<Reason>, Vec<String>) {
    let mut reasons = Vec::new();
    let mut missing: Vec<String> = Vec::new();
    if verdict == Verdict::Go {
        let count = outcome.iter().filter(|outcome| outcome.status == GateStatus::Passed).count();
        let evidence = Evidence { n: Some(Count::of(count)), ..Evidence::default() };
        let text = format!("{count} of {count} gates are passed");
        reasons.push(Reason::new(code::GATES_PASSED, Severity::Info, "gates", text).with(evidence));
    }
    if !evaluation.asks_for_evidence() {
        let text = "no gate asks for evidence about a release of this type: nothing is proven";
        reasons.push(Reason::new(code::NO_GATE_REQUIRED, Severity::Warning, "gates", text));
    }
    for (gate, outcome) in evaluation.gates.gates.iter().zip(outcome) {
        let severity = match outcome.status {
            GateStatus::Failed => Severity::Error,
            GateStatus::Unknown | GateStatus::Waived => Severity::Warning,
            GateStatus::Passed | GateStatus::NotRequired => continue,
        };
        let name = named(&gate.id, &gate.text);
        let id = &gate.id;
        for problem in &outcome.problems {
            let mut add = |code: ReasonCode, text: String, evidence: Evidence| {
                reasons.push(Reason::new(code, severity, id, text).with(evidence));
            };
            let none = Evidence::default();
            match problem {
                Problem::Missing(fact) => {
                    let text = format!("{name}: `{fact}` is missing");
                    add(crate::reason::code::FACT_MISSING, text, none);
                }
                Problem::Failed => add(code::GATE_FACT_FAILED, format!("{name} does not hold"), none),
                Problem::Errored(error) => {
                    let error = (!error.is_empty()).then(|| (*error).to_owned());
                    let text = format!("{name}: the check did not run to its end");
                    add(code::GATE_FACT_ERROR, text, Evidence { error, ..none });
                }
                Problem::Outdated { at, max_age } => {
                    let (age, limit) = (now.since(*at), *max_age);
                    let text = format!(
                        "{name}: the evidence of {at} is {} old: from {} on it does not count",
                        format_duration(age),
                        format_duration(limit)
                    );
                    let code = if matches!(gate.kind, GateKind::Freshness {}) {
                        code::ARTIFACT_TOO_OLD
                    } else {
                        code::GATE_EVIDENCE_OUTDATED
                    };
                    let evidence = Evidence {
                        observed: Some(age.as_seconds()),
                        threshold: Some(limit.as_seconds()),
                        unit: Some("s".to_owned()),
                        ..none
                    };
                    add(code, text, evidence);
                }
                Problem::OutsideLimits { value, limit, is_above, unit } => {
                    let unit_text = unit.map(|unit| format!(" {unit}")).unwrap_or_default();
                    let relation = if *is_above { "above" } else { "below" };
                    let text = format!(
                        "{name}: {}{unit_text} is {relation} {}{unit_text}",
                        number(*value),
                        number(*limit)
                    );
                    let evidence = Evidence {
                        observed: Some(*value),
                        threshold: Some(*limit),
                        unit: unit.map(str::to_owned),
                        ..none
                    };
                    add(code::GATE_THRESHOLD_MISSED, text, evidence);
                }
                Problem::TooFew { role, have, need } => {
                    let text = format!("{name}: {have} of {need} people approve as `{role}`");
                    let evidence = Evidence {
                        observed: Some(f64::from(*have)),
                        threshold: Some(f64::from(*need)),
                        unit: Some("1".to_owned()),
                        ..none
                    };
                    add(code::QUORUM_MISSING, text, evidence);
                }
                Problem::Absent(role) => {
                    add(code::ROLE_ABSENT, format!("{name}: nobody was there as `{role}`"), none);
                }
                Problem::Triggered => add(code::NO_GO_TRIGGERED, format!("{name}: reported"), none),
                Problem::CountedOnce(person) => {
                    let text = format!("`{person}` counts for another gate already, and so not for {name}");
                    let code = code::PERSON_COUNTED_ONCE;
                    reasons.push(Reason::new(code, Severity::Info, *person, text));
                }
                Problem::ByAuthor(person) => {
                    let text =
                        format!("`{person}` is an author of the candidate and does not count for {name}");
                    let code = code::APPROVED_BY_AUTHOR;
                    reasons.push(Reason::new(code, Severity::Info, *person, text));
                }
            }
            missing.extend(missing_fact(gate, problem));
        }
        if let Some(waiver) = outcome.waiver.filter(|_| outcome.status == GateStatus::Waived) {
            let text = format!("`{}` waives {name} until {}: {}", waiver.by, waiver.until, waiver.why);
            reasons.push(Reason::new(code::GATE_WAIVED, Severity::Warning, id, text));
        }
    }
    for vote in evaluation.counted.against() {
        let text = format!("`{}` voted against this artifact as `{}` at {}", vote.by, vote.role, vote.at);
        reasons.push(Reason::new(code::VOTED_AGAINST, Severity::Error, &vote.by, text));
    }
    for uncounted in evaluation.counted.not_counted().iter().cloned().chain(evaluation.refused_waivers(now)) {
        let Uncounted { code, subject, text } = uncounted;
        reasons.push(Reason::new(code, Severity::Info, subject, text));
    }
    let mut seen = std::collections::BTreeSet::new();
    missing.retain(|fact| seen.insert(fact.clone()));
    (reasons, missing)
}
