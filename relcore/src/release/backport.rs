use super::code;
use super::line_check::takes;
use super::line_order::sorted;
use super::support::{Rules, status_of};
use super::support_line::{LineNumber, SupportLine};
use crate::decision::{Explain, Outcome};
use crate::error::{ErrorKind, Faults, Result, quoted};
use crate::input::input;
use crate::reason::{Reason, Severity};
use crate::release::{ChangeKind, SupportPhase};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Lists the lines that must get a fix that another line has.
///
/// Each line is considered by number, the newest first. It needs the fix if it is released, affected, supported, and does
/// not carry it yet. A fix that was made on an old line must reach the newer ones, too, or an upgrade brings the fault back.
///
/// ```
/// use relcore::release::{ChangeKind, Fix, Milestone, SupportLine, backport_targets};
/// let now = relcore::Timestamp::parse("2025-11-22T00:00:00Z")?;
/// let line = |name: &str, eol| SupportLine::new(name).eol(eol);
/// let lines = [
///     line("3.9", Milestone::Reached {}),
///     line("3.10", Milestone::NotReached {}),
///     line("3.14", Milestone::NotReached {}),
/// ];
/// let fix = Fix::new(ChangeKind::SecurityFix).fixed_in("3.14");
/// assert_eq!(backport_targets(&fix, &lines, now)?.targets, ["3.10"]);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: those of [`order_lines`](super::order_lines); `unknown_reference` for a `fixedIn` or `carriedBy` that is
/// no line of `lines`; `invalid_value` for an `affectedSince` that is not the number of a line.
pub fn backport_targets(fix: &Fix, lines: &[SupportLine], now: Timestamp) -> Result<BackportPlan> {
    let mut faults = Faults::new();
    let sorted = faults.absorb(sorted(lines)).unwrap_or_default();
    let listed = |name: &str| {
        let number = LineNumber::parse(name).ok()?;
        sorted.iter().find(|line| line.number().is_ok_and(|other| other == number)).map(|_| number)
    };
    let mut carriers = Vec::new();
    let carried = fix.carried_by.iter().enumerate();
    let named = fix.fixed_in.iter().map(|name| ("fix.fixedIn".to_owned(), name));
    let named = named.chain(carried.map(|(index, name)| (format!("fix.carriedBy[{index}]"), name)));
    for (path, name) in named {
        match listed(name) {
            Some(number) => carriers.push(number),
            None if sorted.is_empty() && !lines.is_empty() => {} // the lines themselves are refused
            None => faults.add(
                ErrorKind::UnknownReference,
                format_args!("{path}"),
                format_args!("{} is not one of the lines", quoted(name)),
            ),
        }
    }
    let since = fix.affected_since.as_deref().map(LineNumber::parse);
    let since =
        since.and_then(|parsed| faults.absorb(parsed.map_err(|error| error.under("fix.affectedSince"))));
    faults.finish()?;
    let fixed_in = fix.fixed_in.as_deref().and_then(|name| LineNumber::parse(name).ok());

    let mut plan = BackportPlan {
        verdict: BackportVerdict::NothingDue,
        targets: Vec::new(),
        forward: Vec::new(),
        extended: Vec::new(),
        reasons: Vec::new(),
        missing: Vec::new(),
        next_check_at: None,
        policy_digest: crate::digest::of(&Rules { name: "release.backport_targets", number: 1 })?,
    };
    for line in sorted {
        let (name, number, status) = (&line.name, line.number()?, status_of(line, now)?);
        let kind = fix.kind;
        let is_newer = fixed_in.as_ref().is_some_and(|fixed| number > *fixed);
        let (code, severity, text) = if carriers.contains(&number) {
            (code::LINE_CARRIES_FIX, Severity::Info, format!("the line `{name}` has the fix"))
        } else if since.as_ref().is_some_and(|since| number < *since) {
            (code::LINE_NOT_AFFECTED, Severity::Info, format!("the line `{name}` is older than the fault"))
        } else {
            // Only of such a line does the passing of time change anything.
            plan.next_check_at = plan.next_check_at.into_iter().chain(status.next_check_at).min();
            match status.phase {
                SupportPhase::Upcoming => {
                    let text = format!("the line `{name}` is not released yet");
                    (code::LINE_NOT_RELEASED, Severity::Info, text)
                }
                SupportPhase::EndOfLife => {
                    (code::LINE_ENDED, Severity::Info, format!("the support of the line `{name}` has ended"))
                }
                SupportPhase::Unknown => {
                    plan.missing.push(format!("{name}: eol"));
                    let text = format!("the line `{name}` states no end of support: `eol` is missing");
                    (code::LINE_END_UNKNOWN, Severity::Warning, text)
                }
                phase if !takes(line, phase, kind)? => {
                    let text = format!("the line `{name}` takes no `{kind}` in the phase `{phase}`");
                    (code::LINE_REFUSES_CHANGE, Severity::Info, text)
                }
                SupportPhase::Extended => {
                    plan.extended.push(name.clone());
                    let text = format!("the line `{name}` needs the fix for users of extended support");
                    (code::LINE_EXTENDED, Severity::Warning, text)
                }
                _ if is_newer => {
                    plan.forward.push(name.clone());
                    let text = format!(
                        "the line `{name}` is newer and lacks the fix: an upgrade brings the fault back"
                    );
                    (code::FORWARD_PORT_DUE, Severity::Warning, text)
                }
                phase => {
                    plan.targets.push(name.clone());
                    let text = format!("the line `{name}` is in the phase `{phase}` and needs the fix");
                    (code::BACKPORT_DUE, Severity::Warning, text)
                }
            }
        };
        plan.reasons.push(Reason::new(code, severity, name, text));
    }
    if plan.reasons.is_empty() {
        let text = "there is no line".to_owned();
        plan.reasons.push(Reason::new(code::NO_LINES, Severity::Warning, "lines", text));
        plan.missing.push("lines".to_owned());
    }
    let is_due = !(plan.targets.is_empty() && plan.forward.is_empty() && plan.extended.is_empty());
    plan.verdict = match (plan.missing.is_empty(), is_due) {
        (false, _) => BackportVerdict::Inconclusive,
        (true, true) => BackportVerdict::Due,
        (true, false) => BackportVerdict::NothingDue,
    };
    Ok(plan)
}

input! {
    /// A fix, and where it is already.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "release.Fix", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Fix {
        /// What it is.
        pub kind: ChangeKind,
        /// The line that it was made on. Absent: the main branch, which is newer than every line.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub fixed_in: Option<String>,
        /// The oldest line that has the fault. Absent: all have it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub affected_since: Option<String>,
        /// The other lines that carry it already. Default: none.
        #[serde(default)]
        pub carried_by: Vec<String>,
    }
}

impl Fix {
    /// A fix on the main branch.
    #[must_use]
    pub fn new(kind: ChangeKind) -> Self {
        Self { kind, fixed_in: None, affected_since: None, carried_by: Vec::new() }
    }
}

/// The lines that must get a fix, made by [`backport_targets`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "release.BackportPlan", rename_all = "camelCase", deny_unknown_fields)]
pub struct BackportPlan {
    /// Whether a line must get the fix.
    pub verdict: BackportVerdict,
    /// The older lines that must get it, the newest first.
    pub targets: Vec<String>,
    /// The newer lines that must get it, the newest first.
    pub forward: Vec<String>,
    /// The lines whose users of extended support must get it, the newest first.
    pub extended: Vec<String>,
    /// One reason for each line, the newest first. Never empty.
    pub reasons: Vec<Reason>,
    /// The missing facts: `3.9: eol`, or `lines` if there are none.
    pub missing: Vec<String>,
    /// The next instant at which the phase of a line without the fix changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_check_at: Option<Timestamp>,
    /// The digest of the rules. The rules are fixed; a new version of them has a new digest.
    pub policy_digest: String,
}

/// Whether lines must get a fix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "release.BackportVerdict", rename_all = "snake_case")]
pub enum BackportVerdict {
    /// At least one line must get it.
    Due,
    /// No line must get it.
    NothingDue,
    /// Facts about lines are missing.
    Inconclusive,
}

/// Writes a plan of backports as text for a person.
#[must_use]
pub fn explain_backports(plan: &BackportPlan) -> String {
    plan.explain()
}

/// The consequence of a plan of backports: `proceed` if nothing is due, else `ask`, because a person must act.
#[must_use]
pub fn outcome_of_backports(plan: &BackportPlan) -> Outcome {
    plan.outcome()
}

/// The text of [`explain_backports`].
impl fmt::Display for BackportPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.explain())
    }
}

impl Explain for BackportPlan {
    fn headline(&self) -> String {
        match self.verdict {
            BackportVerdict::Due => {
                let lines: Vec<&str> = [&self.forward, &self.targets, &self.extended]
                    .into_iter()
                    .flatten()
                    .map(String::as_str)
                    .collect();
                format!("DUE: the fix must reach {}", lines.join(", "))
            }
            BackportVerdict::NothingDue => "NOTHING DUE: every supported line has the fix".to_owned(),
            BackportVerdict::Inconclusive => "INCONCLUSIVE: facts about lines are missing".to_owned(),
        }
    }

    fn outcome(&self) -> Outcome {
        match self.verdict {
            BackportVerdict::NothingDue => Outcome::Proceed,
            BackportVerdict::Due | BackportVerdict::Inconclusive => Outcome::Ask,
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
