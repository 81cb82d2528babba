//! The versions that a rollback may go to: the last one that worked, not the last one.
use super::Policy;
use super::code;
use super::history::{History, HistoryEvent, Known};
use super::window;
use crate::decision::{Explain, Outcome};
use crate::error::{Faults, Result};
use crate::reason::{Evidence, Reason, ReasonCode, Severity, format_duration};
use crate::time::Timestamp;
use crate::wire::PolicyText as _;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Lists the versions that a rollback could go to, newest first, and names the first that may.
///
/// A version is a target if nothing excludes it:
///
/// | code | what excludes it |
/// | --- | --- |
/// | those of [`rollback_window`](crate::rollback::rollback_window) | the window to it is closed |
/// | `version_failed` | it failed while it served, and did not succeed since |
/// | `rollback_attempts_exceeded` | the policy's `maxFailedRollbacks` or more rollbacks to it failed since it succeeded last |
/// | `version_withdrawn` | it was withdrawn |
/// | `version_vulnerable` | it is known to have a vulnerability |
/// | `version_unproven` | it never succeeded, and served for less than the policy's `rollbackWindow` |
///
/// So the version before a bad one is passed over if it failed, too. A version that served for the whole rollback window
/// without a failure has worked, even if nobody said so.
///
/// ```
/// use relcore::rollback::{CandidatesVerdict, HistoryEvent, HistoryKind as Kind, Policy, candidates};
/// use relcore::{Span, Timestamp};
/// let start = Timestamp::parse("2026-11-02T09:00:00Z")?;
/// let event = |hours, kind| Ok::<_, relcore::Error>(HistoryEvent::new(start.plus(Span::from_hours(hours))?, kind));
/// let events = [
///     event(0, Kind::Deployed { version: "1.3.0".to_owned() })?,
///     event(400, Kind::Deployed { version: "1.4.0".to_owned() })?,
///     event(401, Kind::Failed { version: "1.4.0".to_owned() })?,
///     event(401, Kind::Deployed { version: "1.4.1".to_owned() })?,
/// ];
/// let now = start.plus(Span::from_hours(402))?;
/// let found = candidates(&events, "1.4.1", &Policy::default(), now)?;
/// assert_eq!(found.target.as_deref(), Some("1.3.0")); // 1.4.0 failed, 1.3.0 served for weeks
///
/// // Pitfall: without a version that worked there is no target, though there are older versions.
/// let found = candidates(&events[1..], "1.4.1", &Policy::default(), now)?;
/// assert_eq!(found.verdict, CandidatesVerdict::NotFound);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`rollback_window`](crate::rollback::rollback_window), for the events and `current`.
pub fn candidates(
    events: &[HistoryEvent],
    current: &str,
    policy: &Policy,
    now: Timestamp,
) -> Result<Candidates> {
    let mut faults = Faults::new();
    policy.check("policy", &mut faults);
    let history = faults.absorb(History::read(events, now));
    // In a history that cannot be read nobody looks for a version.
    let known = history.as_ref().and_then(|history| history.named("current", current, &mut faults).copied());
    faults.finish()?;
    let history = history.unwrap_or_default();
    let policy_digest = crate::digest::of(policy)?;
    let judged: Vec<Judged> =
        known.iter().flat_map(|current| judge_all(&history, current, policy, now)).collect();

    let target = judged.iter().find(|judged| judged.candidate.eligible);
    let unproven: Vec<&Judged> = judged.iter().filter(|judged| judged.is_only_unproven()).collect();
    let verdict = match (target, unproven.is_empty()) {
        (Some(_), _) => CandidatesVerdict::Found,
        (None, false) => CandidatesVerdict::Inconclusive,
        (None, true) => CandidatesVerdict::NotFound,
    };
    // A version that serves beside the current one may prove itself first.
    let newer = judged.iter().take_while(|judged| !judged.candidate.eligible);
    let proven_at = newer.filter_map(|judged| judged.proves_at).min();
    let changes_at = match target {
        Some(target) => target.closes_at,
        // The verdict stays as long as one of them could still turn out to have worked.
        None => unproven
            .iter()
            .map(|judged| judged.closes_at)
            .try_fold(None, |last, at| at.map(|at| last.max(Some(at))))
            .flatten(),
    };
    let next_check_at = changes_at.into_iter().chain(proven_at).min();
    let missing = match verdict {
        CandidatesVerdict::Inconclusive => {
            unproven.iter().map(|judged| judged.candidate.version.clone()).collect()
        }
        _ => Vec::new(),
    };
    let failed_rollbacks =
        history.versions.iter().map(|known| known.failed_rollbacks).fold(0, u32::saturating_add);
    let mut reasons = vec![first_reason(verdict, current, target, unproven.len())];
    reasons.extend(judged.iter().flat_map(|judged| judged.candidate.reasons.iter().cloned()));
    Ok(Candidates {
        verdict,
        current: current.to_owned(),
        target: target.map(|target| target.candidate.version.clone()),
        reasons,
        missing,
        failed_rollbacks,
        next_check_at,
        policy_digest,
        candidates: judged.into_iter().map(|judged| judged.candidate).collect(),
    })
}

/// The versions that a rollback could go to, made by [`candidates`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "rollback.Candidates", rename_all = "camelCase", deny_unknown_fields)]
pub struct Candidates {
    /// Whether there is a version to go back to.
    pub verdict: CandidatesVerdict,
    /// The version that serves.
    pub current: String,
    /// The version to go back to: the newest that nothing excludes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// All other versions of the history, newest first.
    pub candidates: Vec<Candidate>,
    /// The verdict's reason, then those of the candidates. Never empty.
    pub reasons: Vec<Reason>,
    /// The versions of which it must be said whether they worked.
    pub missing: Vec<String>,
    /// The rollbacks that failed, to any version, each since that version succeeded last.
    pub failed_rollbacks: u32,
    /// The instant at which time alone changes the verdict or the target; absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_check_at: Option<Timestamp>,
    /// The digest of the policy that was applied.
    pub policy_digest: String,
}

/// A version that a rollback could go to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "rollback.Candidate", rename_all = "camelCase", deny_unknown_fields)]
pub struct Candidate {
    /// The version.
    pub version: String,
    /// Whether nothing excludes it.
    pub eligible: bool,
    /// The rollbacks to it that failed since it succeeded last.
    pub failed_rollbacks: u32,
    /// What excludes it, or that it worked. Never empty.
    pub reasons: Vec<Reason>,
}

/// Whether there is a version to go back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "rollback.CandidatesVerdict", rename_all = "snake_case")]
pub enum CandidatesVerdict {
    /// There is one.
    Found,
    /// There is none, unless one of the versions listed as missing is known to have worked.
    Inconclusive,
    /// There is none.
    NotFound,
}

struct Judged {
    candidate: Candidate,
    /// The instant at which the window to it closes.
    closes_at: Option<Timestamp>,
    /// The instant at which it has served long enough, if nothing else excludes it and that comes before.
    proves_at: Option<Timestamp>,
}

impl Judged {
    fn is_only_unproven(&self) -> bool {
        !self.candidate.eligible
            && self.candidate.reasons.iter().all(|reason| reason.code == code::VERSION_UNPROVEN)
    }
}

fn judge_all<'a>(
    history: &'a History,
    current: &'a Known,
    policy: &'a Policy,
    now: Timestamp,
) -> impl Iterator<Item = Judged> + 'a {
    let others = history.versions.iter().rev().filter(|known| known.position != current.position);
    others.map(move |known| {
        let window = window::judge(history, current, known, policy, now);
        let mut reasons: Vec<Reason> = window.closed.into_iter().map(|(_, reason)| reason).collect();
        reasons.extend(exclusions(known, policy));
        let eligible = reasons.is_empty();
        if eligible {
            reasons.push(worked(known));
        }
        let candidate = Candidate {
            version: known.version.to_owned(),
            eligible,
            failed_rollbacks: known.failed_rollbacks,
            reasons,
        };
        let mut judged = Judged { candidate, closes_at: window.closes_at, proves_at: None };
        if known.serves && judged.is_only_unproven() {
            let rest = policy.rollback_window.saturating_sub(known.served_for);
            let closes_at = judged.closes_at;
            judged.proves_at = now.plus(rest).ok().filter(|at| closes_at.is_none_or(|end| *at < end));
        }
        judged
    })
}

/// What excludes a version, apart from the window.
fn exclusions(known: &Known, policy: &Policy) -> Vec<Reason> {
    let mut found = Vec::new();
    let version = known.version;
    let mut add = |code: ReasonCode, text: String, evidence: Evidence| {
        found.push(Reason::new(code, Severity::Warning, version, text).with(evidence));
    };
    if let Some(at) = known.failed_at {
        add(code::VERSION_FAILED, format!("`{version}` failed at {at}"), Evidence::default());
    }
    if known.failed_rollbacks >= policy.max_failed_rollbacks {
        let text = format!(
            "rollbacks to `{version}` failed: {}, no further one is made from {}",
            known.failed_rollbacks, policy.max_failed_rollbacks
        );
        let evidence = Evidence {
            observed: Some(f64::from(known.failed_rollbacks)),
            threshold: Some(f64::from(policy.max_failed_rollbacks)),
            unit: Some("1".to_owned()),
            ..Evidence::default()
        };
        add(code::ROLLBACK_ATTEMPTS_EXCEEDED, text, evidence);
    }
    if let Some(at) = known.withdrawn_at {
        add(code::VERSION_WITHDRAWN, format!("`{version}` was withdrawn at {at}"), Evidence::default());
    }
    if let Some(advisory) = known.advisory {
        add(
            code::VERSION_VULNERABLE,
            format!("`{version}` has the vulnerability {advisory}"),
            Evidence::default(),
        );
    }
    let is_proven = known.succeeded_at.is_some() || known.served_for >= policy.rollback_window;
    if known.failed_at.is_none() && !is_proven {
        let text = format!(
            "`{version}` is not known to have worked: it served for {}, and proves itself by {} without a failure",
            format_duration(known.served_for),
            format_duration(policy.rollback_window)
        );
        let evidence = Evidence {
            observed: Some(known.served_for.as_seconds()),
            threshold: Some(policy.rollback_window.as_seconds()),
            unit: Some("s".to_owned()),
            ..Evidence::default()
        };
        add(code::VERSION_UNPROVEN, text, evidence);
    }
    found
}

fn worked(known: &Known) -> Reason {
    let version = known.version;
    let text = match known.succeeded_at {
        Some(at) => format!("`{version}` succeeded at {at}"),
        None => format!("`{version}` served for {} without a failure", format_duration(known.served_for)),
    };
    Reason::new(code::VERSION_WORKED, Severity::Info, version, text)
}

fn first_reason(
    verdict: CandidatesVerdict,
    current: &str,
    target: Option<&Judged>,
    unproven: usize,
) -> Reason {
    match (verdict, target) {
        (CandidatesVerdict::Found, Some(target)) => {
            let version = &target.candidate.version;
            let text =
                format!("`{version}` is the newest version before `{current}` that worked and may run again");
            Reason::new(code::CANDIDATE_FOUND, Severity::Info, version, text)
        }
        (CandidatesVerdict::Inconclusive, _) => {
            let text = format!("no version is known to have worked; of {unproven} that is not known");
            Reason::new(code::CANDIDATES_UNKNOWN, Severity::Warning, current, text)
        }
        _ => {
            let text = format!("there is no version to which `{current}` could be rolled back");
            Reason::new(code::NO_CANDIDATE, Severity::Error, current, text)
        }
    }
}

/// Writes the versions that a rollback could go to as text for a person.
///
/// ```
/// use relcore::rollback::{HistoryEvent, HistoryKind, Policy, candidates, explain_candidates};
/// let now = relcore::Timestamp::parse("2026-11-23T09:00:00Z")?;
/// let events = [HistoryEvent::new(now, HistoryKind::Deployed { version: "1.4.0".to_owned() })];
/// let text = explain_candidates(&candidates(&events, "1.4.0", &Policy::default(), now)?);
/// assert!(text.starts_with("NO VERSION to go back to\n"));
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn explain_candidates(candidates: &Candidates) -> String {
    candidates.explain()
}

/// The consequence of the candidates for their caller: `proceed` if one was found, else `ask`.
///
/// ```
/// use relcore::decision::Outcome;
/// use relcore::rollback::{HistoryEvent, HistoryKind, Policy, candidates, outcome_of_candidates};
/// let now = relcore::Timestamp::parse("2026-11-23T09:00:00Z")?;
/// let events = ["1.4.0", "1.5.0"]
///     .map(|version| HistoryEvent::new(now, HistoryKind::Deployed { version: version.to_owned() }));
/// // Pitfall: of a version that was replaced at once nobody knows whether it works.
/// let found = candidates(&events, "1.5.0", &Policy::default(), now)?;
/// assert_eq!(outcome_of_candidates(&found), Outcome::Ask);
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn outcome_of_candidates(candidates: &Candidates) -> Outcome {
    Explain::outcome(candidates)
}

/// The text of [`explain_candidates`].
impl fmt::Display for Candidates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.explain())
    }
}

impl Explain for Candidates {
    fn headline(&self) -> String {
        match (self.verdict, &self.target) {
            (CandidatesVerdict::Found, Some(target)) => format!("GO BACK TO `{target}`"),
            (CandidatesVerdict::Inconclusive, _) => {
                "INCONCLUSIVE: it is not known which version worked".to_owned()
            }
            _ => "NO VERSION to go back to".to_owned(),
        }
    }

    fn outcome(&self) -> Outcome {
        match self.verdict {
            CandidatesVerdict::Found => Outcome::Proceed,
            CandidatesVerdict::Inconclusive | CandidatesVerdict::NotFound => Outcome::Ask,
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
        ", when the rollback window closes"
    }

    fn policy_digest(&self) -> &str {
        &self.policy_digest
    }
}
