//! Readiness: may this build be released, what is missing, and when does that change?
//!
//! [`go_no_go`](go_no_go()) decides about a [`Candidate`] by the [`Gates`] of the organisation and the [`CandidateEvidence`].
//! [`promotable`] says whether a build may enter an environment, [`parity`](parity()) how far two environments are apart,
//! [`coverage`](coverage()) where people on call are missing, and [`on_call`](on_call()) whom to call. [`may_release`](may_release())
//! asks all of them, the windows and the error budget, and returns yes, no, or from when on. [`checklist`](checklist()) returns
//! checklists, which [`export_checklist`] writes for other tools.
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
//! # Rules of promotion
//!
//! 1. A build enters an environment if a person approved it for it, straight from its origin if a source is `direct`, or after
//!    verification and soak in the upstream environments of a source: in one of them, or in all, as its strategy says.
//! 2. A build is verified in an environment when it was reported verified and, if the environment has smoke tests, when the
//!    latest result of each is a pass. Smoke tests alone verify, too.
//! 3. Soak is the time of a stay, from entering to leaving or to now. The longest stay counts, if the build was verified by its
//!    end. Time in other environments does not count, and neither does time after another build took the place.
//! 4. A build of another project enters nowhere, whoever approved it.
//!
//! # Rules of coverage
//!
//! 1. Ranges are half-open: shifts that touch leave no gap. The range is that of the release and the time after it.
//! 2. A person counts once in a role, and for one role at a time if the requirement is `distinct`. Who is away does not count, and
//!    neither does who answers more slowly than asked for.
//! 3. Local hours follow the IANA time zone database. Of an hour that occurs twice, both are asked for.
//! 4. A roster without shifts is one gap, not a pass.
//!
//! # Rules of permission
//!
//! 1. The verdict is the worst of the checks: `no`, then `inconclusive`, then `later`, then `yes`.
//! 2. `later` has the earliest instant at which all checks let the build through together. If evidence expires before, or there is
//!    no such instant within five years, it is `no`; `inconclusive`, if there is one with people of whom it is not known how soon
//!    they answer.
//! 3. A version that is older than the deployed one needs the intent `rollback`, or it is `no`. If one of the versions is unknown,
//!    it is `inconclusive`.
//!
//! # Pitfalls
//!
//! - [`may_release`](may_release()) asks for a planned release. Whether a broken one goes back is the question of
//!   `rollback.decide`, which asks no windows and no gates.
//! - An artifact is a digest. A tag such as `shop:1.4.0` may name another build tomorrow, and is refused.
//! - A quorum counts authors unless it has `notAuthor`; the gates of [`gates_of_profile`] have it.
//! - Evidence from after `now` is refused: with the clock of another machine, take the later one as `now`.
mod build;
mod candidate;
mod checklists;
pub mod code;
mod counted;
mod coverage;
mod decision;
mod environment;
mod evaluation;
mod evidence;
mod export;
mod gap;
mod gates;
mod go_no_go;
mod items;
mod matching;
mod may_release;
mod on_call;
mod parity;
mod permission;
mod policy;
mod promotion;
mod request;
mod requirement;
mod roster;
mod standard;
mod sweep;

pub use build::{Build, SmokeTest, Stay};
pub use candidate::Candidate;
#[cfg(feature = "yaml")]
pub use checklists::checklists_from_yaml;
pub use checklists::{Checklists, checklist, checklists_from_json, gates_of_checklist, standard_checklists};
pub use coverage::{Coverage, CoverageVerdict, coverage, explain_coverage, outcome_of_coverage};
pub use decision::{Decision, GateResult, GateStatus, Verdict, explain, outcome};
#[cfg(feature = "yaml")]
pub use environment::graph_from_yaml;
pub use environment::{Environment, Graph, Source, Strategy, default_graph, graph_from_json};
pub use evidence::{Approval, Attendee, CandidateEvidence, Fact, Meeting, Vote, Waiver};
pub use export::{ChecklistForm, export_checklist, release_workflow};
pub use gap::{CoverageGap, CoverageOverlap};
#[cfg(feature = "yaml")]
pub use gates::gates_from_yaml;
pub use gates::{Gate, GateKind, Gates, WaiverRules, default_gates, gates_from_json, gates_of_profile};
pub use go_no_go::go_no_go;
pub use items::{Checklist, ChecklistItem, EvidenceKind};
pub use may_release::{Engine, may_release};
pub use on_call::{OnCall, on_call};
pub use parity::{
    Drift, DriftKind, Inventory, InventoryItem, Parity, ParityPolicy, ParityVerdict, explain_parity,
    outcome_of_parity, parity,
};
pub use permission::{CheckResult, Permission, PermissionVerdict, explain_permission, outcome_of_permission};
#[cfg(feature = "yaml")]
pub use policy::policy_from_yaml;
pub use policy::{Check, ErrorBudgetRule, Policy, default_policy, policy_from_json};
pub use promotion::{
    Promotion, PromotionVerdict, UpstreamResult, explain_promotion, outcome_of_promotion, promotable,
};
pub use request::{Deployed, Intent, Request, Situation};
#[cfg(feature = "yaml")]
pub use requirement::requirement_from_yaml;
pub use requirement::{
    CoverageRequirement, EscalationStep, LocalHours, RoleRequirement, default_requirement,
    requirement_from_json,
};
pub use roster::{Absence, Roster, Shift};

crate::scalar::texts!(
    Check,
    ChecklistForm,
    CoverageVerdict,
    DriftKind,
    EvidenceKind,
    GateStatus,
    Intent,
    ParityVerdict,
    PermissionVerdict,
    PromotionVerdict,
    Strategy,
    Verdict,
    Vote,
);

/// The rows of this module in the function table, sorted by name.
macro_rules! table_rows {
    ($table:ident) => {
        $table! {
            readiness {
                policy Checklists: standard_checklists, checklists_from_json, checklists_from_yaml;
                policy CoverageRequirement: default_requirement, requirement_from_json, requirement_from_yaml;
                policy Gates: default_gates, gates_from_json, gates_from_yaml;
                policy Graph: default_graph, graph_from_json, graph_from_yaml;
                policy Policy: default_policy, policy_from_json, policy_from_yaml;

                fn checklist(id: &str, overrides: Option<&Checklists>) -> Checklist;
                fn coverage(roster: &Roster, range: &TimeRange, requirement: &CoverageRequirement) -> Coverage;
                #[plain]
                fn explain(decision: &Decision) -> String;
                #[plain]
                fn explain_coverage(coverage: &Coverage) -> String;
                #[plain]
                fn explain_parity(parity: &Parity) -> String;
                #[plain]
                fn explain_permission(permission: &Permission) -> String;
                #[plain]
                fn explain_promotion(promotion: &Promotion) -> String;
                fn export_checklist(
                    checklist: &Checklist,
                    form: &ChecklistForm,
                    release_type: Option<&crate::release::Type>,
                ) -> String;
                fn gates_of_checklist(checklist: &Checklist) -> Gates;
                fn gates_of_profile(profile: &crate::release::Profile) -> Gates;
                fn go_no_go(
                    candidate: &Candidate,
                    evidence: &CandidateEvidence,
                    gates: &Gates,
                    now: Timestamp,
                ) -> Decision;
                fn may_release(
                    request: &Request,
                    situation: &Situation,
                    policy: &Policy,
                    now: Timestamp,
                ) -> Permission;
                fn on_call(roster: &Roster, requirement: &CoverageRequirement, at: Timestamp) -> Vec<OnCall>;
                #[plain]
                fn outcome(decision: &Decision) -> crate::decision::Outcome;
                #[plain]
                fn outcome_of_coverage(coverage: &Coverage) -> crate::decision::Outcome;
                #[plain]
                fn outcome_of_parity(parity: &Parity) -> crate::decision::Outcome;
                #[plain]
                fn outcome_of_permission(permission: &Permission) -> crate::decision::Outcome;
                #[plain]
                fn outcome_of_promotion(promotion: &Promotion) -> crate::decision::Outcome;
                fn parity(left: &Inventory, right: &Inventory, policy: &ParityPolicy) -> Parity;
                fn promotable(build: &Build, environment: &str, graph: &Graph, now: Timestamp) -> Promotion;
                #[plain]
                fn release_workflow() -> String;
                handle Engine(policy: Policy) {
                    fn may_release(request: &Request, situation: &Situation, now: Timestamp) -> Permission;
                }
            }
        }
    };
}
pub(crate) use table_rows;
