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
}
