//! The reason codes of `readiness`.
use crate::reason::reason_codes;

reason_codes! {
    /// Every gate that the release needs is passed.
    GATES_PASSED;
    /// No gate asks for evidence about a release of this type.
    NO_GATE_REQUIRED;
    /// The fact of a gate does not hold.
    GATE_FACT_FAILED;
    /// The check behind a fact did not run to its end.
    GATE_FACT_ERROR;
    /// The evidence for a gate is older than the gate allows.
    GATE_EVIDENCE_OUTDATED;
    /// The value of a fact is outside the limits of its gate.
    GATE_THRESHOLD_MISSED;
    /// Fewer people approve in a role than the gate asks for.
    QUORUM_MISSING;
    /// A role was not present at the go/no-go meeting.
    ROLE_ABSENT;
    /// The artifact is older than its gate allows.
    ARTIFACT_TOO_OLD;
    /// A reason for no-go was reported.
    NO_GO_TRIGGERED;
    /// A person voted against the release of this artifact.
    VOTED_AGAINST;
    /// A gate is not passed, and a person waived it.
    GATE_WAIVED;
    /// A piece of evidence is about another artifact and does not count.
    OTHER_ARTIFACT;
    /// A piece of evidence is older than the artifact and does not count.
    OLDER_THAN_ARTIFACT;
    /// An author approves the own change, which does not count.
    APPROVED_BY_AUTHOR;
    /// An approval was withdrawn and does not count.
    APPROVAL_WITHDRAWN;
    /// A person counts for another gate already.
    PERSON_COUNTED_ONCE;
    /// A waiver has ended and does not count.
    WAIVER_ENDED;
    /// A waiver breaks the rules of the gates and does not count.
    WAIVER_NOT_ALLOWED;
    /// A person approved the build for the environment.
    ENTRY_APPROVED;
    /// The environment takes builds straight from their origin.
    ENTRY_DIRECT;
    /// The build is verified in an upstream environment and spent the required time there.
    VERIFIED_UPSTREAM;
    /// The build did not spend the required time in an upstream environment.
    SOAK_INCOMPLETE;
    /// The build is not verified in an upstream environment.
    NOT_VERIFIED_UPSTREAM;
    /// A smoke test failed in an upstream environment.
    SMOKE_TEST_FAILED;
    /// No source of the environment takes builds of this origin.
    ORIGIN_NOT_REQUESTED;
    /// The build is of another project than the environments.
    OTHER_PROJECT;
    /// Two environments have the same items in the same kinds and versions.
    ENVIRONMENTS_MATCH;
    /// An item of one environment differs from that of another, or is missing there.
    ENVIRONMENT_DRIFT;
    /// There are no items to compare.
    NOTHING_COMPARED;
    /// Everybody who is asked for is on call in the whole range.
    ON_CALL_COVERED;
    /// Fewer people than asked for are on call in a role.
    ON_CALL_GAP;
    /// More people than asked for are on call in a role.
    ON_CALL_OVERLAP;
    /// A person on call answers more slowly than asked for and does not count.
    RESPONSE_TOO_SLOW;
    /// Every check lets the release through.
    RELEASE_ALLOWED;
    /// A check keeps the release back for now, and time alone opens it.
    RELEASE_WAITS;
    /// The version is older than the one that is deployed, and no rollback was declared.
    OLDER_THAN_DEPLOYED;
    /// The version is older than the one that is deployed, as the declared rollback says.
    ROLLBACK_DECLARED;
    /// Less of the error budget is left than asked for.
    ERROR_BUDGET_TOO_LOW;
    /// The release type may be released whatever is left of the error budget.
    ERROR_BUDGET_EXEMPT;
    /// The evidence expires before the other checks let the release through.
    EVIDENCE_EXPIRES_FIRST;
    /// No instant satisfies all checks together.
    NO_COMMON_OPENING;
}
