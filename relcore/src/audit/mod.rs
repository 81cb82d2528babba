//! Audit trails: a log that shows every later change, proofs about it, and the evidence that a release leaves.
//!
//! [`append`] makes a record of an entry, which has the hash of the record before it; [`verify_chain`] and [`verify_log`]
//! check that no record was changed, removed, inserted or moved. [`merkle_root`], [`inclusion_proof`] and
//! [`consistency_proof`] are those of RFC 6962, for an auditor who sees a part of the log. [`to_statement`] and
//! [`match_statement`] write and match statements of in-toto. [`evidence_gaps`] lists the evidence that a release record
//! lacks for the controls of a framework. [`record_decision`] makes the entry of a decision, and [`replay`] makes every decision
//! of a log again.
//!
//! # Rules
//!
//! 1. A record is hashed by SHA-256 as canonical JSON (RFC 8785) without its key `hash`. Its number and the hash of the
//!    record before it are part of the content.
//! 2. The first record has number 1 and a previous hash of zeros, or follows a checkpoint that the caller trusts.
//! 3. A log is whole only if its last record is that of a known head. Without a known head it is a prefix at best.
//! 4. A break is named with the entry, and what comes before it stays valid.
//! 5. Leaves and inner nodes of a tree are hashed with different first bytes, so neither is taken for the other.
//!
//! # Pitfalls
//!
//! - Whoever can write the log can rewrite all of it, with right hashes. Keep the [`head`] where they cannot write: in
//!   another system, in a signed message, on paper.
//! - Nothing here signs. Sign the head, or the statement, with the tool that has your keys.
//! - The time of an entry is that of the caller; entries need not be in the order of their times.
mod chain;
pub mod code;
mod controls;
mod evidence;
mod framework;
mod hash;
mod log;
mod proof;
mod record;
mod release_record;
mod replay;
mod statement;
mod tree;

pub use chain::{ChainCheck, ChainVerdict, explain_chain, outcome_of_chain, verify_chain, verify_log};
pub use evidence::{
    EvidenceGap, EvidenceGaps, EvidenceVerdict, evidence_gaps, explain_evidence, outcome_of_evidence,
};
pub use framework::Framework;
pub use log::{LineFault, LogText, read_log};
pub use proof::{
    ProofCheck, ProofVerdict, explain_proof, outcome_of_proof, verify_consistency, verify_inclusion,
};
pub use record::{Entry, Head, LogRecord, append, genesis, head};
pub use release_record::{
    Approval, Breach, EnvironmentStage, ExploitedVulnerability, IncidentRecord, KnownIssue, ReleaseRecord,
};
pub use replay::{
    DECISION_KIND, Difference, Replay, ReplayVerdict, explain_replay, outcome_of_replay, record_decision,
    replay,
};
pub use statement::{
    Artifact, ArtifactMatch, StatementCheck, StatementVerdict, explain_statement, match_statement,
    outcome_of_statement, to_statement,
};
pub use tree::{Tree, consistency_proof, inclusion_proof, leaf_hash, merkle_root, record_leaf};

crate::scalar::texts!(
    ChainVerdict,
    EvidenceVerdict,
    Framework,
    ProofVerdict,
    ReplayVerdict,
    StatementVerdict
);

/// The rows of this module in the function table, sorted by name.
macro_rules! table_rows {
    ($table:ident) => {
        $table! {
            audit {
                const DECISION_KIND: &str;

                fn append(head: &Head, entry: &Entry) -> LogRecord;
                fn consistency_proof(hashes: &[String], first_size: Count) -> Vec<String>;
                fn evidence_gaps(record: &ReleaseRecord, framework: &Framework) -> EvidenceGaps;
                #[plain]
                fn explain_chain(check: &ChainCheck) -> String;
                #[plain]
                fn explain_evidence(gaps: &EvidenceGaps) -> String;
                #[plain]
                fn explain_proof(check: &ProofCheck) -> String;
                #[plain]
                fn explain_replay(replay: &Replay) -> String;
                #[plain]
                fn explain_statement(check: &StatementCheck) -> String;
                #[plain]
                fn genesis() -> Head;
                #[plain]
                fn head(record: &LogRecord) -> Head;
                fn inclusion_proof(hashes: &[String], index: Count) -> Vec<String>;
                fn leaf_hash(data: &str) -> String;
                fn match_statement(statement: &str, artifacts: &[Artifact], algorithms: &[String]) -> StatementCheck;
                fn merkle_root(hashes: &[String]) -> String;
                #[plain]
                fn outcome_of_chain(check: &ChainCheck) -> crate::decision::Outcome;
                #[plain]
                fn outcome_of_evidence(gaps: &EvidenceGaps) -> crate::decision::Outcome;
                #[plain]
                fn outcome_of_proof(check: &ProofCheck) -> crate::decision::Outcome;
                #[plain]
                fn outcome_of_replay(replay: &Replay) -> crate::decision::Outcome;
                #[plain]
                fn outcome_of_statement(check: &StatementCheck) -> crate::decision::Outcome;
                #[plain]
                fn read_log(text: &str) -> LogText;
                #[calls]
                fn record_decision(at: Timestamp, function_name: &str, input: &str) -> Entry;
                #[plain]
                fn record_leaf(record: &LogRecord) -> String;
                #[plain_calls]
                fn replay(log: &[LogRecord]) -> Replay;
                fn to_statement(subjects: &[Artifact], predicate_type: &str, predicate: &str) -> String;
                fn verify_chain(log: &[LogRecord], known_heads: &[Head], checkpoint: Option<&Head>) -> ChainCheck;
                fn verify_consistency(
                    first_size: Count,
                    first_root: &str,
                    second_size: Count,
                    second_root: &str,
                    proof: &[String],
                ) -> ProofCheck;
                fn verify_inclusion(
                    leaf_hash: &str,
                    index: Count,
                    size: Count,
                    proof: &[String],
                    root: &str,
                ) -> ProofCheck;
                fn verify_log(text: &str, known_heads: &[Head], checkpoint: Option<&Head>) -> ChainCheck;
                handle Tree(hashes: Vec<String>) {
                    fn consistency_proof(first_size: Count) -> Vec<String>;
                    fn inclusion_proof(index: Count) -> Vec<String>;
                }
            }
        }
    };
}
pub(crate) use table_rows;
