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
    /// Veto: the release is installed on the devices of users.
    CLIENT_INSTALLED;
    /// Something is wrong, and it grows: a small share of affected users does not stay small.
    FAULT_GROWING;
    /// Something is wrong, and the error budget is spent: the fault is serious.
    ERROR_BUDGET_SPENT;
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
    /// Halt: no rollback is made, and the rollout is still under way.
    ROLLOUT_UNDER_WAY;
    /// Escalate, mitigate, halt or freeze: the release did not cause the fault.
    NOT_OF_RELEASE;
    /// Mitigate: no other version is known to be safe, and a mitigation limits the fault.
    MITIGATION_AVAILABLE;
    /// Freeze: the fault is limited, and its cause is unknown.
    CAUSE_UNKNOWN;
    /// Forward-fix: a tested fix is ready before a rollback would be done.
    FIX_SOONER;
    /// Plan: the step stops the harm, so that it comes first.
    PLAN_HARM_FIRST;
    /// Plan: the previous version cannot run before this database step.
    PLAN_SCHEMA_FIRST;
    /// Plan: the application reads its configuration when it starts.
    PLAN_CONFIGURATION_FIRST;
    /// Plan: the application follows what it needs.
    PLAN_APPLICATION;
    /// Plan: the traffic follows the database, without which the previous version cannot serve.
    PLAN_TRAFFIC_LATE;
    /// Plan: the schema stays, or goes back after the new version is gone.
    PLAN_SCHEMA_LAST;
    /// Plan: caches are cleared after the previous version is back.
    PLAN_CACHE_LAST;
    /// Plan: the step follows others because its item says so.
    PLAN_ORDER_STATED;
    /// Plan: nothing is missing, untested or lost.
    PLAN_COMPLETE;
    /// Plan: there are no steps.
    PLAN_EMPTY;
    /// Plan: a step has not been tested, or that is unknown.
    STEP_UNTESTED;
    /// Plan: a step cannot be undone.
    STEP_IRREVERSIBLE;
    /// Plan: a step has no owner.
    NO_OWNER;
    /// Plan: a step has no duration.
    NO_DURATION;
    /// Plan: a step has no commands.
    NO_COMMANDS;
    /// Plan: a migration has no down migration.
    MIGRATION_WITHOUT_DOWN;
    /// Plan: a down migration loses data.
    DOWN_LOSES_DATA;
    /// Plan: it is unknown whether a down migration loses data.
    DATA_LOSS_UNKNOWN;
    /// Plan: no backup is known.
    NO_BACKUP;
    /// Plan: the backup is older than the data.
    BACKUP_OUTDATED;
    /// Plan: it is unknown what a migration does to the schema.
    SCHEMA_CHANGE_UNKNOWN;
    /// Plan: the previous version is not known to work with a schema that is to stay.
    SCHEMA_INCOMPATIBLE;
    /// A contract migration closes the rollback window.
    CONTRACT_CLOSES_WINDOW;
    /// Window: the target was not deployed before the current version.
    TARGET_NOT_OLDER;
    /// Window: the target was deployed as an experiment only.
    TARGET_IS_EXPERIMENT;
    /// Window: too many versions lie between the target and the current version.
    WINDOW_REVISIONS_EXCEEDED;
    /// Data was written that the version to go back to cannot read.
    NEW_FORMAT_WRITTEN;
    /// Window: the artifact of the target is deleted.
    ARTIFACT_EXPIRED;
    /// Candidates: the newest version that worked and may run again.
    CANDIDATE_FOUND;
    /// Candidates: no version is known to have worked, but of some that is unknown.
    CANDIDATES_UNKNOWN;
    /// Candidates: there is no version to go back to.
    NO_CANDIDATE;
    /// Candidate: it worked.
    VERSION_WORKED;
    /// Candidate: it failed while it served.
    VERSION_FAILED;
    /// Candidate: it was withdrawn.
    VERSION_WITHDRAWN;
    /// Candidate: it has a vulnerability.
    VERSION_VULNERABLE;
    /// Candidate: it neither succeeded nor served long enough.
    VERSION_UNPROVEN;
    /// As many rollbacks failed as the policy allows.
    ROLLBACK_ATTEMPTS_EXCEEDED;
}
