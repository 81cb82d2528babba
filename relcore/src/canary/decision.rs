use super::CanaryState;
use crate::reason::{Reason, render};
use crate::time::Timestamp;
use crate::wire::tagged;
use serde::{Deserialize, Serialize};

/// What to do about a canary now, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CanaryDecision {
    /// What to do.
    pub verdict: CanaryAction,
    /// The state to store and to hand in next time.
    pub state: CanaryState,
    /// Why. Never empty.
    pub reasons: Vec<Reason>,
    /// What was not measured and would have been needed: names of metrics.
    pub missing: Vec<String>,
    /// When time alone changes the answer; absent when only an observation can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_check_at: Option<Timestamp>,
    /// The digest of the schedule.
    pub policy_digest: String,
}

tagged! {
    /// What to do about a canary.
    #[derive(Clone, Debug, PartialEq)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub enum CanaryAction {
        /// Give the new version another share of the traffic.
        SetWeight {
            /// The share it had, in percent.
            previous: f64,
            /// The share it gets, in percent.
            weight: f64,
        },
        /// Leave everything as it is.
        Hold {},
        /// Leave everything as it is: it cannot be judged whether to go on. What is missing is named.
        Inconclusive {},
        /// Leave everything as it is and ask a person.
        AwaitGate {
            /// The name of the gate.
            gate: String,
        },
        /// Leave everything as it is until an operator resumes.
        Pause {},
        /// Give the new version all the traffic: the rollout has succeeded.
        Complete {
            /// The share it had, in percent.
            previous: f64,
        },
        /// Give the previous version all the traffic: the rollout has failed.
        RollBack {
            /// The share the new version had, in percent.
            previous: f64,
        },
        /// Leave everything as it is for good: the rollout has failed and cannot go back.
        Freeze {},
    }
}

/// The text that a person reads: what to do, why, what is missing, when to ask again.
///
/// ```
/// use relcore::canary::{explain, next_action, standard_schedule, start};
/// let now = relcore::Timestamp::parse("2026-11-23T09:00:00Z")?;
/// let schedule = standard_schedule();
/// let text = explain(&next_action(&schedule, &start(&schedule, now)?, &[], now)?);
/// assert!(text.starts_with("SET WEIGHT from 0 % to 5 %\n"));
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn explain(decision: &CanaryDecision) -> String {
    let weight = decision.state.weight;
    let headline = match &decision.verdict {
        CanaryAction::SetWeight { previous, weight } => format!("SET WEIGHT from {previous} % to {weight} %"),
        CanaryAction::Hold {} => format!("HOLD at {weight} %"),
        CanaryAction::Inconclusive {} => format!("INCONCLUSIVE, hold at {weight} %"),
        CanaryAction::AwaitGate { gate } => format!("ASK for the gate `{gate}`, hold at {weight} %"),
        CanaryAction::Pause {} => format!("PAUSE at {weight} %"),
        CanaryAction::Complete { previous } => format!("COMPLETE from {previous} % to 100 %"),
        CanaryAction::RollBack { previous } => format!("ROLL BACK from {previous} % to 0 %"),
        CanaryAction::Freeze {} => format!("FREEZE at {weight} %"),
    };
    // Another cause may be the reason of this answer: without this nobody would know that somebody must resume.
    let paused = decision.state.paused_at.filter(|_| decision.verdict != CanaryAction::Pause {});
    let paused = paused.map(|since| format!(", paused since {since} until an operator resumes"));
    let headline = headline + paused.as_deref().unwrap_or_default();
    let next = decision.next_check_at.map(|at| at.to_string());
    render(&headline, &decision.reasons, &decision.missing, next.as_deref(), &[], &decision.policy_digest)
}
