//! Readiness: may this build be released, what is missing, and when does that change?
//!
//! [`go_no_go`] decides about a [`Candidate`] by the [`Gates`] of the organisation and the [`CandidateEvidence`].
//!
//! # Rules of go/no-go
//!
//! 1. Evidence counts if it names the artifact of the candidate and is not older than it. So an approval of another build never
//!    counts, whatever a platform shows.
//! 2. Of several facts with one id, the latest counts; of several votes by one person in one role, the latest. Of two at one
//!    instant, the one against the release counts.
//! 3. A gate of kind `fact` or `threshold` without its fact, or with a check that did not end, lacks evidence. A quorum without
//!    enough people is not passed: its approvals are known.
//! 4. One person counts once for each quorum, and once for all quorums that ask for `distinct` people. Upper and lower case of a
//!    name are one person. If everybody can be given a gate so that all are passed, all are.
//! 5. A standing vote against the artifact, a reported trigger and a gate that is not passed are a no-go. If there is none of
//!    these, a gate without evidence makes the decision inconclusive.
//! 6. A waiver turns a gate that is not passed, or lacks evidence, into a waived one, from its decision to before its end. It
//!    names the gate, who decided it and why. An author of the candidate may not waive.
//! 7. Evidence expires at the `maxAge` of its gate. Evidence against the release does not expire.
//! 8. What depends on an unknown fact about the candidate (its type, its authors, whether it touches security) is passed only if
//!    it is passed either way.
//!
//! # Pitfalls
//!
//! - An artifact is a digest. A tag such as `shop:1.4.0` may name another build tomorrow, and is refused.
//! - A quorum counts authors unless it has `notAuthor`; the gates of [`gates_of_profile`] have it.
//! - Evidence from after `now` is refused: with the clock of another machine, take the later one as `now`.
mod candidate;
pub mod code;
mod decision;
mod evidence;
mod gates;
mod go_no_go;
mod matching;
mod standing;
mod trial;

pub use candidate::Candidate;
pub use decision::{Decision, GateResult, GateStatus, Verdict, explain, outcome};
pub use evidence::{Approval, Attendee, CandidateEvidence, Fact, Meeting, Vote, Waiver};
#[cfg(feature = "yaml")]
pub use gates::gates_from_yaml;
pub use gates::{Gate, GateKind, Gates, WaiverRules, default_gates, gates_from_json, gates_of_profile};
pub use go_no_go::go_no_go;

crate::scalar::texts!(GateStatus, Verdict, Vote);

/// The rows of this module in the function table, sorted by name.
macro_rules! table_rows {
    ($table:ident) => {
        $table! {
            readiness {
                policy Gates: default_gates, gates_from_json, gates_from_yaml;

                #[plain]
                fn explain(decision: &Decision) -> String;
                fn gates_of_profile(profile: &crate::release::Profile) -> Gates;
                fn go_no_go(
                    candidate: &Candidate,
                    evidence: &CandidateEvidence,
                    gates: &Gates,
                    now: Timestamp,
                ) -> Decision;
                #[plain]
                fn outcome(decision: &Decision) -> crate::decision::Outcome;
            }
        }
    };
}
pub(crate) use table_rows;
