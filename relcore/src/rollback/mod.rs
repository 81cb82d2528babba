//! Roll back, fix forward, disable the flag, hold, or ask a person?
mod decide;
mod decision;
mod explain;
mod policy;
mod situation;

pub use decide::decide;
pub use decision::{Counterfactual, RollbackCriterion, RollbackDecision, RollbackVerdict};
pub use explain::explain;
pub use policy::{RollbackPolicy, default_policy, policy_from_json, policy_from_yaml};
pub use situation::{CustomerImpact, RollbackSituation};
