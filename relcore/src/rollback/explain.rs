use super::decision::{Counterfactual, Decision, Verdict};
use crate::decision::{Explain, Outcome};
use crate::reason::Reason;
use crate::time::Timestamp;
use std::fmt;

/// Writes a decision as text for a person: the verdict, the reasons, and the facts that would change the verdict.
///
/// ```
/// use relcore::{Timestamp, rollback};
/// let situation = rollback::Situation::default().flag_ends_fault(true).data_corruption(true);
/// let now = Timestamp::parse("2026-11-23T03:00:00Z")?;
/// let decision = rollback::decide(&situation, &rollback::default_policy(), now)?;
/// let text = rollback::explain(&decision);
/// assert!(text.starts_with("DISABLE THE FLAG"));
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn explain(decision: &Decision) -> String {
    decision.explain()
}

/// The consequence of a decision for its caller: go on, go back, or ask a person.
///
/// | verdict | outcome |
/// | --- | --- |
/// | `hold` | `proceed`: nothing calls for recovery |
/// | `roll_back` | `roll_back` |
/// | `disable_flag`, `forward_fix`, `mitigate`, `halt`, `freeze`, `escalate`, `inconclusive` | `ask` |
///
/// ```
/// use relcore::{Timestamp, decision::Outcome, rollback};
/// let now = Timestamp::parse("2026-11-23T03:00:00Z")?;
/// let decide = |situation| rollback::decide(&situation, &rollback::default_policy(), now);
/// // Pitfall: a fault that is repaired without a rollback is no reason to roll back. Often a rollback is not possible.
/// let situation = rollback::Situation::default().flag_ends_fault(true).data_corruption(true);
/// assert_eq!(rollback::outcome(&decide(situation)?), Outcome::Ask);
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn outcome(decision: &Decision) -> Outcome {
    decision.outcome()
}

/// The text of [`explain`].
impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.explain())
    }
}

impl Explain for Decision {
    fn headline(&self) -> String {
        let headline = match self.verdict {
            Verdict::Hold => "HOLD: leave the release as it is",
            Verdict::Inconclusive => "INCONCLUSIVE: it is not known whether anything is wrong",
            Verdict::Freeze => "FREEZE: deploy nothing until the fault is understood or repaired elsewhere",
            Verdict::Mitigate => "MITIGATE the fault, then decide again",
            Verdict::Halt => "HALT the rollout: no further users get the release, then decide again",
            Verdict::ForwardFix => "FIX FORWARD: repair the release by a new one",
            Verdict::DisableFlag => "DISABLE THE FLAG that ends the fault",
            Verdict::RollBack => "ROLL BACK to the previous version",
            Verdict::Escalate => "ESCALATE: a person must choose now",
        };
        headline.to_owned()
    }

    fn outcome(&self) -> Outcome {
        match self.verdict {
            Verdict::Hold => Outcome::Proceed,
            Verdict::RollBack => Outcome::RollBack,
            Verdict::Inconclusive
            | Verdict::Freeze
            | Verdict::ForwardFix
            | Verdict::Mitigate
            | Verdict::Halt
            | Verdict::DisableFlag
            | Verdict::Escalate => Outcome::Ask,
        }
    }

    fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    fn missing(&self) -> &[String] {
        &self.missing
    }

    fn next_check_at(&self) -> Option<Timestamp> {
        self.next_check_at
    }

    /// Only the rollback window depends on time.
    fn next_check_event(&self) -> &'static str {
        ", when the rollback window closes"
    }

    fn policy_digest(&self) -> &str {
        &self.policy_digest
    }

    fn counterfactual_lines(&self) -> Vec<String> {
        self.counterfactuals.iter().map(sentence).collect()
    }
}

fn sentence(counterfactual: &Counterfactual) -> String {
    let Counterfactual { fact, actual, instead, verdict } = counterfactual;
    let actual = actual.as_deref().unwrap_or("unknown");
    let verdict = verdict.to_string().replace('_', " ");
    format!("if {fact} were {instead} (now {actual}): {verdict}")
}
