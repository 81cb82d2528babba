use crate::reason::Reason;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// A decision about a release and its reasons, made by [`decide`](crate::rollback::decide).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "rollback.Decision", rename_all = "camelCase", deny_unknown_fields)]
pub struct Decision {
    /// What to do.
    pub verdict: Verdict,
    /// The criteria that are met, in the order of [`Criterion`]. An open rollback window is listed whether or not
    /// anything is wrong.
    pub criteria_met: Vec<Criterion>,
    /// The reasons: first the row of the decision table that applies, then the facts that led to it. Never empty.
    pub reasons: Vec<Reason>,
    /// The names of the facts that are unknown and could change the verdict.
    pub missing: Vec<String>,
    /// The smallest changes of the facts that would change the verdict: single facts, each with a value that does.
    pub counterfactuals: Vec<Counterfactual>,
    /// The recovery options, once something is wrong: what speaks for each, and what rules it out. Empty otherwise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "crate::wire::never"))]
    pub options: Vec<RecoveryOption>,
    /// The instant at which the rollback window closes, if the verdict changes then; absent if time alone changes
    /// nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_check_at: Option<Timestamp>,
    /// The digest of the policy that was applied.
    pub policy_digest: String,
}

/// What to do about a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "rollback.Verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// Leave the release as it is: nothing calls for recovery.
    Hold,
    /// It is not known whether anything is wrong: find the facts listed as missing.
    Inconclusive,
    /// Leave the release as it is and deploy nothing else until the cause is found or the other fault is repaired.
    Freeze,
    /// Repair the release by a new one. In an app store: publish a fixed version with a higher version number.
    ForwardFix,
    /// Take the known mitigation, then decide again: no other version is known to be safe.
    Mitigate,
    /// Halt the rollout so that no further users get the release, then decide again. In an app store: halt the staged
    /// rollout of Play, pause the phased release of the App Store.
    Halt,
    /// Disable the feature flag that ends the fault.
    DisableFlag,
    /// Roll back to the previous version.
    RollBack,
    /// Something is wrong and no recovery option is known to be safe: a person must choose now.
    Escalate,
}

/// A criterion for a rollback.
///
/// The first six say that something is wrong. The seventh, the open rollback window, only says that a rollback is still
/// allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "rollback.Criterion", rename_all = "snake_case")]
pub enum Criterion {
    /// Critical functionality is broken.
    CriticalFunctionalityBroken,
    /// The release introduced a vulnerability.
    VulnerabilityIntroduced,
    /// Data is or was being corrupted.
    DataCorruption,
    /// The latency rose above the limit.
    LatencyIncrease,
    /// The error rate rose above the limit.
    ErrorRateIncrease,
    /// Customers are affected: incidents are open, or the impact is severe.
    CustomerIncidents,
    /// The rollback window is open.
    RollbackWindowOpen,
}

/// A fact that would change the verdict if all others stayed as they are.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "rollback.Counterfactual", rename_all = "camelCase", deny_unknown_fields)]
pub struct Counterfactual {
    /// The name of the fact in the situation: `affectedShare`.
    pub fact: String,
    /// The present value in the wire form without quotes; absent if it is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actual: Option<String>,
    /// A value that changes the verdict, in the wire form without quotes: `true`, `0.05`, `PT1H`.
    pub instead: String,
    /// The verdict for that value.
    pub verdict: Verdict,
}

/// A recovery option, and the facts that a decision about it rests on, by their names in the situation.
///
/// An option of which no fact was given, such as a halt where it is not said whether a rollout is under way, is left out.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "rollback.RecoveryOption", rename_all = "camelCase", deny_unknown_fields)]
pub struct RecoveryOption {
    /// The verdict that takes the option.
    pub choice: Verdict,
    /// The facts that speak for it.
    pub facts: Vec<String>,
    /// The facts that rule it out. Never one of the option that the verdict takes.
    pub disqualifiers: Vec<String>,
    /// The unknown facts that could rule it out.
    pub unknown: Vec<String>,
}
