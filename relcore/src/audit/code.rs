//! The reason codes of `audit`.
use crate::reason::reason_codes;

reason_codes! {
    /// Every entry follows from the one before, and the last one is that of a known head.
    CHAIN_WHOLE;
    /// Every entry follows from the one before, but no known head proves that none is missing at the end.
    NO_KNOWN_HEAD;
    /// The log goes on after the greatest known head, which is in it.
    BEYOND_KNOWN_HEAD;
    /// A known head is older than the first entry of the log, so it cannot be compared.
    HEAD_BEFORE_START;
    /// The log ends before a known head.
    TRUNCATED;
    /// The log starts neither at entry 1 nor after the checkpoint.
    MISSING_BEGINNING;
    /// The sequence numbers leave a gap: entries are missing.
    SEQUENCE_GAP;
    /// The sequence number of an entry is not greater than that of an entry before it.
    OUT_OF_ORDER;
    /// The hash of an entry is not that of its content: it was changed.
    HASH_MISMATCH;
    /// An entry does not follow from the one before it: one of the two was changed or replaced.
    LINK_MISMATCH;
    /// The log does not have the entry of a known head with its hash: it was rewritten or shortened.
    HEAD_MISMATCH;
    /// A line is not an entry.
    LINE_UNREADABLE;
    /// The last line is not an entry and does not end: its writing was interrupted.
    LINE_CUT_OFF;
    /// The proof leads from the leaf to the root.
    INCLUSION_PROVEN;
    /// The proof leads from both trees to their roots: the later one only appended.
    CONSISTENCY_PROVEN;
    /// The index is not one of the tree.
    INDEX_OUTSIDE_TREE;
    /// The second tree is smaller than the first, so it lost entries.
    TREE_SHRANK;
    /// Every tree is consistent with the empty one, so a proof from it proves nothing.
    EMPTY_TREE;
    /// The proof has more or fewer hashes than the sizes need.
    PROOF_LENGTH;
    /// The proof leads to another root.
    ROOT_MISMATCH;
    /// A subject of the statement has the digest of the artifact.
    SUBJECT_MATCHES;
    /// No subject of the statement has the digest of the artifact.
    NO_SUBJECT_MATCHES;
    /// The artifact has no digest of an acceptable algorithm.
    NO_ACCEPTABLE_DIGEST;
    /// One digest of the artifact is that of a subject, and another one contradicts.
    DIGESTS_CONTRADICT;
    /// The record has every piece of evidence of the table.
    EVIDENCE_PRESENT;
    /// Evidence for a control is missing.
    EVIDENCE_MISSING;
    /// The evidence for a control is there, but does not show what the control asks for.
    EVIDENCE_INSUFFICIENT;
    /// Every decision of the log has the same result when it is made again.
    DECISIONS_AGREE;
    /// A decision has another result when it is made again.
    DECISION_DIFFERS;
    /// An entry of the kind `decision` does not say what was decided, or names a function that there is not.
    DECISION_UNREADABLE;
    /// The log has no decision.
    NO_DECISIONS;
}
