//! Roll back, fix forward, disable the flag, hold, or ask a person?
//!
//! [`decide`] takes what a deploy script knows ([`RollbackSituation`]) and what counts as broken
//! ([`RollbackPolicy`]), and reads the answer off one table. The first row that fits speaks:
//!
//! | what is wrong | flag ends it | rollback allowed | serious / widespread | fix simple and quick | way back proven | verdict |
//! | --- | --- | --- | --- | --- | --- | --- |
//! | nothing, all known | | | | | | `hold` |
//! | nothing known, something unknown | | | | | | `inconclusive` |
//! | only what warns | | | | | | `hold` |
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
//! | something | | unknown | the rows for yes and no agree | | | what they say |
//! | something | | unknown | the rows for yes and no differ | | | `escalate` |
//!
//! - **Something** is a criterion of severity `error` or `critical` that is met.
//! - A **customer-facing incident** is one that is open, and any severe impact on customers: one that nobody has opened yet
//!   must not read as silence.
//! - **Allowed**: there is a previous version, the rollback window is open, going back loses no data, and no migration
//!   stands against it. Each of the four is a veto that nothing outweighs.
//! - **Serious**: a critical criterion is met, or customers are hit severely.
//! - **Widespread**: more than a small share of users is affected. A vulnerability and corrupted data always are:
//!   whom they reach is not known until it is too late.
//! - **Simple and quick**: both, by the policy's `quickFix`.
//! - **Proven**: tested, and not complex.
//!
//! What is not known is taken at its worst: serious, widespread, not quick, not proven. So a missing fact never makes
//! an answer more comfortable than the worst value of that fact would, unless it makes it a question. `inconclusive`
//! asks whether anything is wrong; `escalate` says that something is, and asks a person for the way out.
//!
//! No public set of cases exists for this choice: the table above is our own, and every row of it is a case in
//! `conformance/rollback`.
mod conditions;
mod counterfactual;
mod criteria;
mod decide;
mod decision;
mod explain;
mod policy;
mod reasons;
mod row;
mod situation;
mod statements;

pub use decide::decide;
pub use decision::{Counterfactual, RollbackCriterion, RollbackDecision, RollbackVerdict};
pub use explain::explain;
pub use policy::{RollbackPolicy, default_policy, policy_from_json, policy_from_yaml};
pub use situation::{CustomerImpact, RollbackSituation};
