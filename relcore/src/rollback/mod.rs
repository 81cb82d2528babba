//! Decides how to recover from a bad release: roll back, fix forward, disable a flag, mitigate, halt, freeze, hold, or ask
//! a person.
//!
//! [`decide`] takes the facts that a deploy script knows ([`Situation`]) and the limits beyond which a release counts as
//! broken ([`Policy`]). It returns the verdict with its reasons, the facts that are missing, the recovery options with what
//! rules them out, and the facts that would change the verdict. [`explain`] writes the same as text.
//!
//! Before the release, [`plan_rollback`] puts what a rollback has to take back in order, with the time it takes, what it
//! loses and its gaps. [`rollback_window`] says from the history of the service whether one version may still go back to
//! another, and when that ends; [`candidates`] finds the last version that worked.
//!
//! The verdict of [`decide`] comes from one table, which [`decision_table`] returns and `relcore/docs/DECISIONS.md`
//! prints. The first row whose conditions hold applies. Its conditions:
//!
//! - **Something** is wrong if a criterion of severity `error` or `critical` is met. The policy sets the severities.
//! - **Flag ends it**: `flagEndsFault` is true.
//! - **Of the release**: `correlationWithRelease` is not `unrelated`. Of a fault that the release did not cause, no
//!   version of it is the remedy.
//! - **Allowed**: a previous version is available, the rollback window is open, a rollback loses no data, no irreversible
//!   migration ran, no data was written that the previous version cannot read, the release is not installed on devices,
//!   and no more rollbacks failed than the policy's `maxFailedRollbacks` allows. Each is a veto that nothing overrules.
//! - **Serious**: a criterion of severity `critical` is met, the impact on customers is severe (the policy's
//!   `severeImpact` or worse), or the error budget is spent (the policy's `lowErrorBudget`).
//! - **Widespread**: more than a small share of users is affected (the policy's `smallShare`), or the trend is
//!   `worsening`. A vulnerability and corrupted data count as widespread, because the number of affected users is known
//!   too late.
//! - **Simple and quick**: the fix is simple and ready within the policy's `quickFix`, and `causeKnown` is not false.
//! - **Proven**: the rollback path is tested and not complex, and the release had no effects that it does not take back.
//! - **Sooner**: the fix is tested, and `fixReadyIn` is less than `rollbackTakes`.
//! - **Cause known**: `causeKnown` is not false.
//! - **Under way**: `rolloutUnderWay` is true.
//! - **Mitigation**: `mitigationAvailable` is true.
//!
//! These facts refine the others. One that is left out is not considered: the verdict is then that of a release
//! without it, and it is neither missing nor tried.
//!
//! | left out | counts as |
//! | --- | --- |
//! | `trend` | `steady` |
//! | `errorBudgetLeft` | not spent |
//! | `correlationWithRelease` | `plausible`, which is its worst value |
//! | `causeKnown` | known if the fix is simple |
//! | `candidates`, `schemaChange` | `previousVersionAvailable` and `irreversibleMigration` decide alone |
//! | `newFormatWritten`, `clientInstalled`, `externalSideEffects` | false |
//! | `failedRollbacks` | 0 |
//! | `fixTested`, `rollbackTakes` | no tested fix is known to be sooner, which is the worst value |
//! | `rolloutUnderWay` | false; true of a release that is installed on devices |
//! | `mitigationAvailable` | false, which is its worst value |
//!
//! An app of a store is a release with `clientInstalled: true`. It is never rolled back: its flag is disabled, its
//! rollout is halted (Play) or its phased release paused (App Store), and a fix gets a higher version number.
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
mod impact;
mod input;
mod option;
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
pub use condition::Condition;
pub use decide::{Engine, decide};
pub use decision::{Counterfactual, Criterion, Decision, RecoveryOption, Verdict};
pub use explain::{explain, outcome};
pub use history::{HistoryEvent, HistoryKind};
pub use impact::{Correlation, CustomerImpact, Trend};
pub use plan::{
    DataLoss, Plan, PlanStep, PlanVerdict, check_rollback_plan, explain_plan, outcome_of_plan, plan_rollback,
};
pub use plan_item::{ItemKind, PlanAction, PlanItem, SchemaChange};
#[cfg(feature = "yaml")]
pub use policy::policy_from_yaml;
pub use policy::{Policy, default_policy, policy_from_json};
pub use situation::Situation;
pub use table::{TableRow, decision_table};
pub use window::{Window, WindowVerdict, explain_window, outcome_of_window, rollback_window};

crate::scalar::texts!(
    CandidatesVerdict,
    Condition,
    Correlation,
    Criterion,
    CustomerImpact,
    ItemKind,
    PlanAction,
    PlanVerdict,
    SchemaChange,
    Trend,
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
                fn decision_table() -> Vec<TableRow>;
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
