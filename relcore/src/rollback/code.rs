//! The reason codes of `rollback`.
use crate::reason::reason_codes;

reason_codes! {
    /// Critical functionality is broken.
    CRITICAL_FUNCTIONALITY_BROKEN;
    /// The release introduced a vulnerability.
    VULNERABILITY_INTRODUCED;
    /// Data is being corrupted.
    DATA_CORRUPTION;
    /// The increase of latency exceeds the limit of the policy.
    LATENCY_INCREASE;
    /// The increase of the error rate exceeds the limit of the policy.
    ERROR_RATE_INCREASE;
    /// The error rate rose by enough, but chance explains the rise.
    ERROR_RATE_WITHIN_CHANCE;
    /// The error rate has fewer samples than the policy requires.
    ERROR_RATE_UNDERPOWERED;
    /// Customer-facing incidents reach the number of the policy, or the impact on customers is severe.
    CUSTOMER_INCIDENTS;
    /// The rollback window is still open.
    ROLLBACK_WINDOW_OPEN;
    /// Veto: the rollback window has closed.
    ROLLBACK_WINDOW_CLOSED;
    /// Veto: there is no previous version.
    NO_PREVIOUS_VERSION;
    /// Veto: a rollback would lose data.
    ROLLBACK_LOSES_DATA;
    /// Veto: a migration cannot be undone.
    MIGRATION_IRREVERSIBLE;
    /// Hold: no criterion is met, and none is unknown.
    NO_CRITERION_MET;
    /// Inconclusive: no criterion requires recovery, but at least one is unknown.
    CRITERIA_UNKNOWN;
    /// Hold: only criteria of severity `warning` are met.
    ONLY_WARNINGS;
    /// Disable the flag: it ends the fault at once, without a rollback.
    FLAG_ENDS_FAULT;
    /// Escalate: a criterion is met, and it is unknown whether a rollback would be safe.
    ROLLBACK_SAFETY_UNKNOWN;
    /// Forward-fix: a rollback is ruled out, and the fix is simple and quick, or the fault is not serious.
    ROLLBACK_RULED_OUT;
    /// Escalate: a rollback is ruled out, the fault is serious, and the fix is not simple and quick.
    NO_WAY_OUT;
    /// Roll back: the fault is serious and widespread.
    SERIOUS_AND_WIDESPREAD;
    /// Roll back: the rollback path is proven, and the fault is serious or widespread, or no quick fix exists.
    ROLLBACK_PROVEN;
    /// Roll back, although the rollback path is complex or untested.
    ROLLBACK_RISKY;
    /// Forward-fix: the fault is limited or the fix is simple and quick, and the rollback path is not the better choice.
    FIX_PREFERRED;
    /// Escalate: the rollback path is not proven, and no simple and quick fix exists.
    NEITHER_IS_SAFE;
}
