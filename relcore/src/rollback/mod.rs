//! Decides how to recover from a bad release: roll back, fix forward, disable a flag, hold, or ask a person.
//!
//! [`decide`] takes the facts that a deploy script knows ([`Situation`]) and the limits beyond which a release counts as
//! broken ([`Policy`]). It returns the verdict with its reasons, the facts that are missing, and the facts that would
//! change the verdict. [`explain`] writes the same as text.
//!
//! Before the release, [`plan_rollback`] puts what a rollback has to take back in order, with the time it takes, what it
//! loses and its gaps. [`rollback_window`] says from the history of the service whether one version may still go back to
//! another, and when that ends; [`candidates`] finds the last version that worked.
//!
//! The verdict of [`decide`] comes from one table. The first row whose conditions hold applies; an empty cell means any value:
//!
//! | what is wrong | flag ends it | rollback allowed | serious / widespread | fix simple and quick | rollback path proven | verdict |
//! | --- | --- | --- | --- | --- | --- | --- |
//! | nothing, all criteria known | | | | | | `hold` |
//! | nothing known, some criteria unknown | | | | | | `inconclusive` |
//! | only criteria of severity `warning` | | | | | | `hold` |
//! | something | yes | | | | | `disable_flag` |
//! | something | | no | not serious | | | `forward_fix` |
//! | something | | no | serious | yes | | `forward_fix` |
//! | something | | no | serious | no | | `escalate` |
//! | something | | yes | both | | | `roll_back` |
//! | something | | yes | one of them | | yes | `roll_back` |
//! | something | | yes | one of them | yes | no | `forward_fix` |
//! | something | | yes | one of them | no | no | `escalate` |
//! | something | | yes | neither | no | yes | `roll_back` |
//! | something | | yes | neither | yes | | `forward_fix` |
//! | something | | yes | neither | | no | `forward_fix` |
//! | something | | unknown | the rows for yes and no agree | | | the verdict of those rows |
//! | something | | unknown | the rows for yes and no differ | | | `escalate` |
//!
//! - **Something** is wrong if a criterion of severity `error` or `critical` is met. The policy sets the severities.
//! - **Flag ends it**: `flagEndsFault` is true.
//! - **Allowed**: a previous version is available, the rollback window is open, a rollback loses no data, and no
//!   irreversible migration ran. Each of the four is a veto that nothing overrules.
//! - **Serious**: a criterion of severity `critical` is met, or the impact on customers is severe (the policy's
//!   `severeImpact` or worse).
//! - **Widespread**: more than a small share of users is affected (the policy's `smallShare`). A vulnerability and
//!   corrupted data count as widespread, because the number of affected users is known too late.
//! - **Simple and quick**: the fix is simple and ready within the policy's `quickFix`.
//! - **Proven**: the rollback path is tested and not complex.
//!
//! Pitfalls:
//!
//! - A fact that is left out is unknown, which is not `false`. A missing fact is treated as its worst value (serious,
//!   widespread, not quick, not proven), or makes the verdict `inconclusive` or `escalate`. `inconclusive` says that it
//!   is not known whether anything is wrong; `escalate` says that something is wrong and a person must choose.
//! - A severe impact on customers meets the criterion `customer_incidents` even if no incident is open.
//! - Error rates and `affectedShare` are shares from 0 to 1: 0.9 % is `0.009`. The limits of a canary in percent are
//!   percentages: 0.9 % is `0.9`.
//! - A rise in the error rate must be more than chance explains. The baseline is taken to rest on as many requests as the
//!   rate that is observed.
//! - An error rate with fewer samples than `errorRateMinSamples` is unknown, however high it is.
//! - The rollback window is half-open: it is closed at the instant at which it ends.
//! - A flag that ends the fault for a part of the users does not count. Disable it and decide again with the smaller
//!   `affectedShare`.
mod candidates;
pub mod code;
mod condition;
mod decide;
mod decision;
mod explain;
mod facts;
mod history;
mod input;
mod plan;
mod plan_item;
mod policy;
mod situation;
mod table;
mod truth;
mod window;

pub use candidates::{
    Candidate, Candidates, CandidatesVerdict, candidates, explain_candidates, outcome_of_candidates,
};
pub use decide::{Engine, decide};
pub use decision::{Counterfactual, Criterion, Decision, Verdict};
pub use explain::{explain, outcome};
pub use history::{HistoryEvent, HistoryKind};
pub use plan::{
    DataLoss, Plan, PlanStep, PlanVerdict, check_rollback_plan, explain_plan, outcome_of_plan, plan_rollback,
};
pub use plan_item::{ItemKind, PlanAction, PlanItem, SchemaChange};
#[cfg(feature = "yaml")]
pub use policy::policy_from_yaml;
pub use policy::{Policy, default_policy, policy_from_json};
pub use situation::{CustomerImpact, Situation};
pub use window::{Window, WindowVerdict, explain_window, outcome_of_window, rollback_window};

crate::scalar::texts!(
    CandidatesVerdict,
    Criterion,
    CustomerImpact,
    ItemKind,
    PlanAction,
    PlanVerdict,
    SchemaChange,
    Verdict,
    WindowVerdict
);

/// The rows of this module in the function table, sorted by name.
macro_rules! table_rows {
    ($table:ident) => {
        $table! {
            rollback {
                policy Policy: default_policy, policy_from_json, policy_from_yaml;

                fn candidates(events: &[HistoryEvent], current: &str, policy: &Policy, now: Timestamp) -> Candidates;
                fn check_rollback_plan(items: &[PlanItem], now: Timestamp) -> Vec<crate::reason::Reason>;
                fn decide(situation: &Situation, policy: &Policy, now: Timestamp) -> Decision;
                #[plain]
                fn explain(decision: &Decision) -> String;
                #[plain]
                fn explain_candidates(candidates: &Candidates) -> String;
                #[plain]
                fn explain_plan(plan: &Plan) -> String;
                #[plain]
                fn explain_window(window: &Window) -> String;
                #[plain]
                fn outcome(decision: &Decision) -> crate::decision::Outcome;
                #[plain]
                fn outcome_of_candidates(candidates: &Candidates) -> crate::decision::Outcome;
                #[plain]
                fn outcome_of_plan(plan: &Plan) -> crate::decision::Outcome;
                #[plain]
                fn outcome_of_window(window: &Window) -> crate::decision::Outcome;
                fn plan_rollback(items: &[PlanItem], now: Timestamp) -> Plan;
                fn rollback_window(
                    events: &[HistoryEvent],
                    current: &str,
                    target: &str,
                    policy: &Policy,
                    now: Timestamp,
                ) -> Window;

                handle Engine(policy: Policy) {
                    fn decide(situation: &Situation, now: Timestamp) -> Decision;
                }
            }
        }
    };
}
pub(crate) use table_rows;
