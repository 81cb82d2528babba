//! The parts that every decision has, and the text that a person reads.
use crate::reason::Reason;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

/// The consequence of a decision for its caller: one of four, for every kind of decision.
///
/// A caller that knows no verdict of a module can still act: go on, wait, go back, or ask a person. The `relcore` command
/// ends with one exit code for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename = "decision.Outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// Go on: nothing speaks against the next step.
    Proceed,
    /// Leave everything as it is and ask again later.
    Wait,
    /// Return to the previous version.
    RollBack,
    /// A person must act or decide: the facts do not allow a decision, or the remedy is not a rollback.
    Ask,
}

crate::scalar::texts!(Outcome);

/// A decision: a verdict with its reasons, the missing facts, the next check and the digest of the policy.
///
/// Each module has its own struct for its decisions; this trait is what they share.
///
/// ```
/// use relcore::{canary, decision::Explain as _};
/// let now = relcore::Timestamp::parse("2026-11-23T09:00:00Z")?;
/// let rollout = canary::Rollout::new(canary::standard_schedule())?;
/// let decision = rollout.next_action(&rollout.start(now)?, &[], now)?;
/// assert_eq!(decision.explain(), canary::explain(&decision));
/// assert!(decision.missing().is_empty());
/// # Ok::<(), relcore::Error>(())
/// ```
pub trait Explain {
    /// The verdict in words, in one line.
    fn headline(&self) -> String;

    /// The consequence for the caller.
    fn outcome(&self) -> Outcome;

    /// The reasons, in the order of the rules. Never empty.
    fn reasons(&self) -> &[Reason];

    /// The names of the facts that are missing.
    fn missing(&self) -> &[String];

    /// The next instant at which time alone changes the verdict; `None` if there is none.
    fn next_check_at(&self) -> Option<Timestamp>;

    /// The digest of the policy; empty if none was applied.
    fn policy_digest(&self) -> &str;

    /// What happens at [`next_check_at`](Self::next_check_at), as a clause; empty if that needs no words.
    fn next_check_event(&self) -> &'static str {
        ""
    }

    /// Lines about the facts that would change the verdict.
    fn counterfactual_lines(&self) -> Vec<String> {
        Vec::new()
    }

    /// The text for a person: the verdict, the reasons by severity, the missing facts, the next check, the facts that
    /// would change the verdict, the policy.
    fn explain(&self) -> String {
        let mut reasons: Vec<&Reason> = self.reasons().iter().collect();
        reasons.sort_by_key(|reason| std::cmp::Reverse(reason.severity)); // stable: keeps the order of the rules

        let mut out = format!("{}\n", self.headline());
        for Reason { code, severity, subject, text, .. } in reasons {
            // Writing to a String cannot fail.
            let _ = writeln!(out, "- {severity}: {text} [{code}: {subject}]");
        }
        if !self.missing().is_empty() {
            let _ = writeln!(out, "missing: {}", self.missing().join(", "));
        }
        if let Some(at) = self.next_check_at() {
            let _ = writeln!(out, "ask again: {at}{}", self.next_check_event());
        }
        for line in self.counterfactual_lines() {
            let _ = writeln!(out, "{line}");
        }
        if !self.policy_digest().is_empty() {
            let _ = writeln!(out, "policy: {}", self.policy_digest());
        }
        out
    }
}
