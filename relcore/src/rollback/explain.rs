use crate::reason::render;
use crate::rollback::{RollbackDecision, RollbackVerdict};
use std::fmt::Write as _;

/// The text that a person reads at 03:00: what to do, why, and which fact would turn the answer.
///
/// ```
/// use relcore::{Timestamp, rollback};
/// let situation = rollback::RollbackSituation { flag_ends_fault: Some(true), data_corruption: Some(true), ..Default::default() };
/// let now = Timestamp::parse("2026-11-23T03:00:00Z")?;
/// let decision = rollback::decide(&situation, &rollback::default_policy(), now)?;
/// let text = rollback::explain(&decision);
/// assert!(text.starts_with("disable the flag\n"));
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn explain(decision: &RollbackDecision) -> String {
    let headline = match decision.verdict {
        RollbackVerdict::Hold => "hold: leave the release as it is",
        RollbackVerdict::Inconclusive => "inconclusive: it is not known whether anything is wrong",
        RollbackVerdict::ForwardFix => "fix forward",
        RollbackVerdict::DisableFlag => "disable the flag",
        RollbackVerdict::RollBack => "roll back",
        RollbackVerdict::Escalate => "escalate: a person must choose now",
    };
    let mut text = render(
        headline,
        &decision.reasons,
        &decision.missing,
        decision.next_check_at,
        &decision.policy_digest,
    );
    for flip in &decision.counterfactuals {
        let from = flip.actual.as_deref().unwrap_or("unknown");
        let verdict = crate::wire::text_of(&flip.verdict);
        // Writing to a String cannot fail.
        let _ = writeln!(text, "would be {verdict} if {} were {} (now {from})", flip.fact, flip.instead);
    }
    text
}
