use crate::reason::render;
use crate::rollback::{Counterfactual, RollbackDecision, RollbackVerdict};

/// The text that a person reads at 03:00: what to do, why, and which fact would turn the answer.
///
/// ```
/// use relcore::{Timestamp, rollback};
/// let situation = rollback::RollbackSituation { flag_ends_fault: Some(true), data_corruption: Some(true), ..Default::default() };
/// let now = Timestamp::parse("2026-11-23T03:00:00Z")?;
/// let decision = rollback::decide(&situation, &rollback::default_policy(), now)?;
/// let text = rollback::explain(&decision);
/// assert!(text.starts_with("DISABLE THE FLAG"));
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn explain(decision: &RollbackDecision) -> String {
    let headline = match decision.verdict {
        RollbackVerdict::Hold => "HOLD: leave the release as it is",
        RollbackVerdict::Inconclusive => "INCONCLUSIVE: it is not known whether anything is wrong",
        RollbackVerdict::ForwardFix => "FIX FORWARD: repair the release by a new one",
        RollbackVerdict::DisableFlag => "DISABLE THE FLAG that ends the fault",
        RollbackVerdict::RollBack => "ROLL BACK to the previous version",
        RollbackVerdict::Escalate => "ESCALATE: a person must choose now",
    };
    let turns: Vec<String> = decision.counterfactuals.iter().map(turn).collect();
    // Nothing else in the table is a matter of time.
    let next = decision.next_check_at.map(|at| format!("{at}, when the rollback window closes"));
    render(headline, &decision.reasons, &decision.missing, next.as_deref(), &turns, &decision.policy_digest)
}

fn turn(flip: &Counterfactual) -> String {
    let from = flip.actual.as_deref().unwrap_or("unknown");
    let verdict = crate::wire::text_of(&flip.verdict).replace('_', " ");
    format!("if {} were {} (now {from}): {verdict}", flip.fact, flip.instead)
}
