use crate::decision::{Explain, Outcome};
use crate::reason::Reason;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Go or no-go, made by [`go_no_go`](super::go_no_go).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "readiness.Decision", rename_all = "camelCase", deny_unknown_fields)]
pub struct Decision {
    /// Go or no-go.
    pub verdict: Verdict,
    /// The digest of the artifact that it is about.
    pub artifact: String,
    /// The gates in the order of the policy.
    pub gates: Vec<GateResult>,
    /// The reasons, the most severe first. Never empty.
    pub reasons: Vec<Reason>,
    /// The facts that are missing: `facts.tests_passing`, `approvals.qa_lead`, `meeting`, `candidate.authors`.
    pub missing: Vec<String>,
    /// The instant at which evidence or a waiver expires and so changes the verdict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_check_at: Option<Timestamp>,
    /// The digest of the gates that were applied.
    pub policy_digest: String,
}

/// Whether a candidate may be released.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "readiness.Verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// Every gate is passed.
    Go,
    /// Every gate is passed or waived.
    GoWithWaivers,
    /// Evidence is missing, and nothing speaks against the release.
    Inconclusive,
    /// A gate is not passed.
    NoGo,
}

/// The result of one gate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "readiness.GateResult", rename_all = "camelCase", deny_unknown_fields)]
pub struct GateResult {
    /// The id of the gate.
    pub id: String,
    /// Whether it is passed.
    pub status: GateStatus,
    /// How many people count, for a quorum, or how many roles were present, for an attendance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub have: Option<u32>,
    /// How many people or roles are needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub need: Option<u32>,
    /// Who waived it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waived_by: Option<String>,
    /// When the waiver ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waived_until: Option<Timestamp>,
}

/// Whether a gate is passed, from the best to the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "readiness.GateStatus", rename_all = "snake_case")]
pub enum GateStatus {
    /// The release type does not need it.
    NotRequired,
    /// It is passed.
    Passed,
    /// It is not passed, and a person waived it.
    Waived,
    /// Evidence is missing.
    Unknown,
    /// It is not passed.
    Failed,
}

/// Writes a decision as text for a person.
///
/// ```
/// use relcore::readiness::{Candidate, CandidateEvidence, default_gates, explain, go_no_go};
/// let now = relcore::Timestamp::parse("2026-11-23T12:00:00Z")?;
/// let digest = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
/// let decision = go_no_go(&Candidate::new(digest, now), &CandidateEvidence::default(), &default_gates(), now)?;
/// assert!(explain(&decision).starts_with("INCONCLUSIVE"));
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn explain(decision: &Decision) -> String {
    decision.explain()
}

/// The consequence of a decision for its caller: `proceed` for a go, also with waivers, else `ask`.
///
/// ```
/// use relcore::decision::Outcome;
/// use relcore::readiness::{Candidate, CandidateEvidence, default_gates, go_no_go, outcome};
/// let now = relcore::Timestamp::parse("2026-11-23T12:00:00Z")?;
/// let digest = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
/// let decision = go_no_go(&Candidate::new(digest, now), &CandidateEvidence::default(), &default_gates(), now)?;
/// assert_eq!(outcome(&decision), Outcome::Ask); // waiting brings no evidence
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn outcome(decision: &Decision) -> Outcome {
    Explain::outcome(decision)
}

/// The text of [`explain`].
impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Explain::explain(self))
    }
}

impl Explain for Decision {
    fn headline(&self) -> String {
        let count = |status: GateStatus| self.gates.iter().filter(|gate| gate.status == status).count();
        let (passed, waived) = (count(GateStatus::Passed), count(GateStatus::Waived));
        let (unknown, failed) = (count(GateStatus::Unknown), count(GateStatus::Failed));
        match self.verdict {
            Verdict::Go => format!("GO: {passed} of {passed} gates are passed"),
            Verdict::GoWithWaivers => format!("GO WITH WAIVERS: {passed} gates are passed, {waived} waived"),
            Verdict::Inconclusive => format!("INCONCLUSIVE: {unknown} gates lack evidence"),
            Verdict::NoGo => format!("NO-GO: {failed} gates are not passed, {unknown} lack evidence"),
        }
    }

    fn outcome(&self) -> Outcome {
        match self.verdict {
            Verdict::Go | Verdict::GoWithWaivers => Outcome::Proceed,
            Verdict::Inconclusive | Verdict::NoGo => Outcome::Ask,
        }
    }

    fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    fn missing(&self) -> &[String] {
        &self.missing
    }

    fn next_check_at(&self) -> Option<Timestamp> {
        self.next_check_at
    }

    fn next_check_event(&self) -> &'static str {
        ", when evidence or a waiver expires"
    }

    fn policy_digest(&self) -> &str {
        &self.policy_digest
    }
}
