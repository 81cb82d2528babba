use super::code;
use super::support::{Rules, status_of};
use super::support_line::SupportLine;
use crate::decision::{Explain, Outcome};
use crate::error::{Faults, Result};
use crate::input::input;
use crate::reason::{Reason, Severity};
use crate::release::SupportPhase;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Says whether a line takes a change in its present phase.
///
/// | phase | takes |
/// | --- | --- |
/// | `upcoming` | everything |
/// | `current`, `active_lts` | everything that breaks nothing; features only if the line is a whole major version |
/// | `maintenance` | security fixes, critical fixes, documentation |
/// | `extended` | security fixes, critical fixes |
/// | `end_of_life` | nothing |
///
/// ```
/// use relcore::release::{ChangeKind, LineChange, LineVerdict, Milestone, SupportLine, check_line};
/// let now = relcore::Timestamp::parse("2026-11-23T03:00:00Z")?;
/// let line = SupportLine::new("1.4.x").eol(Milestone::NotReached {});
/// let fix = LineChange::new(ChangeKind::BugFix).breaking(false);
/// assert_eq!(check_line(&fix, &line, now)?.verdict, LineVerdict::Accepted);
/// let feature = LineChange::new(ChangeKind::Feature).breaking(false);
/// assert_eq!(check_line(&feature, &line, now)?.verdict, LineVerdict::Refused);
/// // Pitfall: a change that might break something is not taken before somebody says that it does not.
/// assert_eq!(check_line(&LineChange::new(ChangeKind::BugFix), &line, now)?.verdict, LineVerdict::Inconclusive);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// Those of [`support_phase`](super::support_phase).
pub fn check_line(change: &LineChange, line: &SupportLine, now: Timestamp) -> Result<LineCheck> {
    let mut faults = Faults::new();
    line.check(&mut faults, "line");
    faults.finish()?;
    let status = status_of(line, now)?;
    let (kind, phase, name) = (change.kind, status.phase, &line.name);
    let mut reasons = Vec::new();
    let mut missing = Vec::new();
    let mut add = |code, severity, text: String| reasons.push(Reason::new(code, severity, name, text));
    if phase == SupportPhase::Unknown {
        let text = format!("the line `{name}` states no end of support: `eol` is missing");
        add(code::LINE_END_UNKNOWN, Severity::Warning, text);
        missing.push("line.eol".to_owned());
    } else if !takes(line, phase, kind)? {
        let text = match (phase, kind) {
            (SupportPhase::EndOfLife, _) => {
                format!("the support of the line `{name}` has ended: it takes no change")
            }
            (SupportPhase::Current | SupportPhase::ActiveLts, _) => {
                format!(
                    "the line `{name}` is of one minor version: a `{kind}` goes into the next minor version"
                )
            }
            _ => format!("the line `{name}` is in the phase `{phase}`, which takes no `{kind}`"),
        };
        add(code::LINE_REFUSES_CHANGE, Severity::Error, text);
    }
    if phase != SupportPhase::Upcoming {
        match change.breaking {
            Some(true) => {
                let text =
                    format!("the change breaks what the line `{name}` promised: it goes into a new line");
                add(code::BREAKING_IN_LINE, Severity::Error, text);
            }
            Some(false) => {}
            None => {
                let text =
                    "`breaking` is unknown: a line takes no change that may break its users".to_owned();
                add(crate::reason::code::FACT_MISSING, Severity::Warning, text);
                missing.push("change.breaking".to_owned());
            }
        }
    }
    let verdict = if reasons.iter().any(|reason| reason.severity == Severity::Error) {
        missing.clear(); // no fact could make it accepted
        LineVerdict::Refused
    } else if missing.is_empty() {
        let text = format!("the line `{name}` takes a `{kind}` in the phase `{phase}`");
        reasons.push(Reason::new(code::LINE_TAKES_CHANGE, Severity::Info, name, text));
        LineVerdict::Accepted
    } else {
        LineVerdict::Inconclusive
    };
    reasons.sort_by_key(|reason| std::cmp::Reverse(reason.severity)); // stable: keeps the order of the rules
    Ok(LineCheck {
        verdict,
        phase,
        reasons,
        missing,
        next_check_at: status.next_check_at,
        policy_digest: crate::digest::of(&Rules { name: "release.check_line", number: 1 })?,
    })
}

/// Whether a line takes a change of a kind that breaks nothing.
pub(super) fn takes(line: &SupportLine, phase: SupportPhase, kind: ChangeKind) -> Result<bool> {
    let is_grave = matches!(kind, ChangeKind::SecurityFix | ChangeKind::CriticalFix);
    Ok(match phase {
        SupportPhase::Upcoming => true,
        SupportPhase::Current | SupportPhase::ActiveLts => {
            kind != ChangeKind::Feature || !line.number()?.has_minor()
        }
        SupportPhase::Maintenance => is_grave || kind == ChangeKind::Documentation,
        SupportPhase::Extended => is_grave,
        SupportPhase::EndOfLife | SupportPhase::Unknown => false,
    })
}

input! {
    /// A change that is proposed for a line.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "release.LineChange", rename_all = "camelCase", deny_unknown_fields)]
    pub struct LineChange {
        /// What it is.
        pub kind: ChangeKind,
        /// Whether users must change something to take it. Absent: unknown.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub breaking: Option<bool>,
    }
}

impl LineChange {
    /// A change of which it is not known whether it breaks something.
    #[must_use]
    pub fn new(kind: ChangeKind) -> Self {
        Self { kind, breaking: None }
    }
}

/// What a change is, for the line that should take it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "release.ChangeKind", rename_all = "snake_case")]
pub enum ChangeKind {
    /// It closes a vulnerability.
    SecurityFix,
    /// It ends data loss, crashes or an outage.
    CriticalFix,
    /// It fixes anything else.
    BugFix,
    /// It changes documentation only.
    Documentation,
    /// It adds something.
    Feature,
}

/// Whether a line takes a change, made by [`check_line`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "release.LineCheck", rename_all = "camelCase", deny_unknown_fields)]
pub struct LineCheck {
    /// Whether the line takes the change.
    pub verdict: LineVerdict,
    /// The phase of the line.
    pub phase: SupportPhase,
    /// The reasons, the most severe first. Never empty.
    pub reasons: Vec<Reason>,
    /// The missing facts that the verdict depends on: `change.breaking`, `line.eol`.
    pub missing: Vec<String>,
    /// The instant of the next phase.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_check_at: Option<Timestamp>,
    /// The digest of the rules. The rules are fixed; a new version of them has a new digest.
    pub policy_digest: String,
}

/// Whether a line takes a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "release.LineVerdict", rename_all = "snake_case")]
pub enum LineVerdict {
    /// It does.
    Accepted,
    /// It does not.
    Refused,
    /// Facts are missing, and the verdict depends on them.
    Inconclusive,
}

/// Writes the check of a line as text for a person.
#[must_use]
pub fn explain_line(check: &LineCheck) -> String {
    check.explain()
}

/// The consequence of the check of a line: `proceed` if it takes the change, else `ask`.
#[must_use]
pub fn outcome_of_line(check: &LineCheck) -> Outcome {
    check.outcome()
}

/// The text of [`explain_line`].
impl fmt::Display for LineCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.explain())
    }
}

impl Explain for LineCheck {
    fn headline(&self) -> String {
        match self.verdict {
            LineVerdict::Accepted => "ACCEPTED: the line takes the change",
            LineVerdict::Refused => "REFUSED: the line does not take the change",
            LineVerdict::Inconclusive => "INCONCLUSIVE: facts about the change or the line are missing",
        }
        .to_owned()
    }

    fn outcome(&self) -> Outcome {
        match self.verdict {
            LineVerdict::Accepted => Outcome::Proceed,
            LineVerdict::Refused | LineVerdict::Inconclusive => Outcome::Ask,
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

    fn policy_digest(&self) -> &str {
        &self.policy_digest
    }
}
