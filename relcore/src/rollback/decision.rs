use crate::reason::Reason;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// What to do about a release, and why: the answer of [`decide`](crate::rollback::decide).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RollbackDecision {
    /// What to do.
    pub verdict: RollbackVerdict,
    /// The criteria that are met, in the order of [`RollbackCriterion`]; the rollback window is among them while it is
    /// open, whether or not anything is wrong.
    pub criteria_met: Vec<RollbackCriterion>,
    /// Why: the row of the decision table first, then what led there. Never empty.
    pub reasons: Vec<Reason>,
    /// The facts that the answer could have used and did not get, by their names in the situation.
    pub missing: Vec<String>,
    /// The single facts that would turn the answer, each with a value that does.
    pub counterfactuals: Vec<Counterfactual>,
    /// When the rollback window closes, if the answer changes then; absent when time alone changes nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_check_at: Option<Timestamp>,
    /// The digest of the policy that was applied.
    pub policy_digest: String,
}

/// What to do about a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RollbackVerdict {
    /// Leave the release as it is: nothing calls for recovery.
    Hold,
    /// It is not known whether anything is wrong; find out what is named as missing.
    Inconclusive,
    /// Repair the release by a new one.
    ForwardFix,
    /// Turn off the feature flag that ends the fault.
    DisableFlag,
    /// Go back to the previous version.
    RollBack,
    /// Something is wrong and no way out is known to be safe: a person must choose now.
    Escalate,
}

/// The criteria for a rollback.
///
/// The first six say that something is wrong. The seventh, the rollback window, says whether going back is still
/// allowed: while it is open it speaks for nothing by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RollbackCriterion {
    /// Critical functionality is broken.
    CriticalFunctionalityBroken,
    /// A vulnerability came with the release.
    VulnerabilityIntroduced,
    /// Data is being corrupted.
    DataCorruption,
    /// Latency rose beyond the limit.
    LatencyIncrease,
    /// The error rate rose beyond the limit.
    ErrorRateIncrease,
    /// Customers notice.
    CustomerIncidents,
    /// The rollback window is still open.
    RollbackWindowOpen,
}

/// A fact that would turn the answer, all others staying as they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Counterfactual {
    /// The name of the fact in the situation: `affectedShare`.
    pub fact: String,
    /// What it is now, in the wire form without quotes; absent when it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actual: Option<String>,
    /// A value that turns the answer, in the wire form without quotes: `true`, `0.05`, `PT1H`.
    pub instead: String,
    /// The answer it would give.
    pub verdict: RollbackVerdict,
}
