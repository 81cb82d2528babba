use super::code;
use super::definition::{Definition, Kind};
use super::policy::Policy;
use super::subject::{Override, Subject};
use super::timeline::{Counting, Passes, Timeline};
use super::windows::{HORIZON, Windows};
use crate::decision::{Explain, Outcome};
use crate::error::{Faults, Result};
use crate::reason::{Evidence, Reason, Severity};
use crate::scalar::Count;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Says whether a release may start now, what blocks it, and when that changes.
///
/// ```
/// use relcore::window::{Kind, Policy, Subject, Verdict, Schedule, Definition, status};
/// use relcore::{Span, Timestamp};
/// let schedule = Schedule::Cron { cron: "0 9 * * 1-5".to_owned(), duration: Span::from_hours(8) };
/// let policy = Policy::default().windows([Definition::new("office hours", Kind::Allow, schedule)]);
/// let friday = Timestamp::parse("2026-03-06T17:30:00Z")?;
/// let status = status(&Subject::default(), &policy, friday)?;
/// assert_eq!((status.verdict, status.blocked_by), (Verdict::Closed, vec!["office hours".to_owned()]));
/// assert_eq!(status.next_open, Some(Timestamp::parse("2026-03-09T09:00:00Z")?));
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// Pitfall: `open` is true for this instant. A release that takes a while should ask [`fits`](super::fits).
///
/// # Errors
/// All faults at once: those of [`policy_from_json`](super::policy_from_json) under `policy`; `invalid_value` for an empty
/// name and an override without a reason, `out_of_range` for a `startedAt` after `now`.
pub fn status(subject: &Subject, policy: &Policy, now: Timestamp) -> Result<Status> {
    status_of(&Windows::new(policy.clone())?, subject, now)
}

pub(super) fn status_of(windows: &Windows, subject: &Subject, now: Timestamp) -> Result<Status> {
    let mut faults = Faults::new();
    subject.check(Some(now), &mut faults);
    faults.finish()?;
    let timeline = windows.timeline(subject, now);
    let passes = windows.passes(subject);
    let is_open = timeline.is_open(&passes);
    let limit = now.as_millis().saturating_add(HORIZON.as_millis());
    let mut ahead = timeline.clone();
    let change = ahead.advance_until(!is_open, &passes, limit).then_some(ahead.at);
    let close = match change {
        _ if is_open => change,
        Some(_) => ahead.advance_until(false, &passes, limit).then_some(ahead.at),
        None => None,
    };
    let instant = |at: Option<i64>| at.and_then(|at| Timestamp::from_millis(at).ok());
    let next_open = if is_open { None } else { instant(change) };
    let blocked_by: Vec<String> = if is_open {
        Vec::new()
    } else {
        timeline.blocking().map(|counting| counting.window.name.clone()).collect()
    };
    let (reasons, missing) = reasons(&timeline, &passes, subject, is_open, next_open);
    Ok(Status {
        verdict: if is_open { Verdict::Open } else { Verdict::Closed },
        blocked_by,
        next_open,
        next_close: instant(close),
        reasons,
        missing,
        next_check_at: instant(change),
        policy_digest: windows.digest().to_owned(),
        tzdb_version: crate::time::tzdb_version(),
    })
}

fn reasons(
    timeline: &Timeline<'_>,
    passes: &Passes<'_>,
    subject: &Subject,
    is_open: bool,
    next_open: Option<Timestamp>,
) -> (Vec<Reason>, Vec<String>) {
    let mut reasons = Vec::new();
    let mut missing = Vec::new();
    let until = |at: Option<i64>| match at.and_then(|at| Timestamp::from_millis(at).ok()) {
        Some(at) => format!("until {at}"),
        None => "without end".to_owned(),
    };
    let opens = match next_open {
        Some(at) => format!("the windows open next at {at}"),
        None => "the windows do not open within five years".to_owned(),
    };
    let is_blocked = timeline.is_blocked();
    let severity = if is_open { Severity::Info } else { Severity::Warning };
    for counting in timeline.blocking().filter(|counting| counting.window.kind == Kind::Deny) {
        let name = &counting.window.name;
        let text = format!("the deny window `{name}` is active {}", until(counting.changes_at(timeline.at)));
        reasons.push(Reason::new(code::DENY_WINDOW_ACTIVE, severity, name, text));
    }
    if timeline.is_outside() {
        let is_allow = |counting: &&Counting<'_>| counting.window.kind == Kind::Allow;
        let of_all = timeline.windows.iter().filter(is_allow).count();
        let allows: Vec<&str> =
            timeline.blocking().filter(is_allow).map(|counting| counting.window.name.as_str()).collect();
        let text = match &*allows {
            [only] if of_all == 1 => format!("the only allow window, `{only}`, is not active"),
            all if of_all == all.len() => format!("none of the {of_all} allow windows is active"),
            [only] => {
                format!("where it might go, only the allow window `{only}` counts, and it is not active")
            }
            all => format!("where it might go, none of {} allow windows is active", all.len()),
        };
        let text = if is_open { text } else { format!("{text}: {opens}") };
        let evidence = Evidence { n: Some(Count::of(allows.len())), ..Evidence::default() };
        reasons.push(Reason::new(code::OUTSIDE_ALLOW_WINDOWS, severity, "windows", text).with(evidence));
    }
    if !is_blocked {
        if timeline.windows.is_empty() {
            let text = "no window counts for this release".to_owned();
            reasons.push(Reason::new(code::NO_WINDOWS, Severity::Info, "windows", text));
        }
        let active = timeline.windows.iter().filter(|counting| counting.is_active(timeline.at));
        for counting in active {
            let name = &counting.window.name;
            let text =
                format!("the allow window `{name}` is active {}", until(counting.changes_at(timeline.at)));
            reasons.push(Reason::new(code::ALLOW_WINDOW_ACTIVE, Severity::Info, name, text));
        }
        if reasons.is_empty() {
            let text = "no deny window is active".to_owned();
            reasons.push(Reason::new(code::NOTHING_DENIES, Severity::Info, "windows", text));
        }
        return (reasons, missing);
    }
    if let Some(Override { by, why }) = &subject.overridden {
        let text = format!("`{by}` overrides the windows: {why}");
        reasons.insert(0, Reason::new(code::WINDOWS_OVERRIDDEN, Severity::Warning, "override", text));
        return (reasons, missing);
    }
    if !is_open && timeline.may_be_open() {
        let names_one = |names: fn(&Definition) -> &[String]| {
            timeline.windows.iter().any(|counting| !names(counting.window).is_empty())
        };
        if subject.environment.is_none() && names_one(|window| &window.environments) {
            missing.push("environment".to_owned());
        }
        if subject.service.is_none() && names_one(|window| &window.services) {
            missing.push("service".to_owned());
        }
    }
    let all =
        |holds: &dyn Fn(&Definition) -> bool| timeline.blocking().all(|counting| holds(counting.window));
    if all(&|window| passes.exempts(window)) {
        let of = subject.release_type.as_ref().map(ToString::to_string).unwrap_or_default();
        match &subject.exemption_approved_by {
            Some(by) => {
                let text = format!("the release type `{of}` is exempt, and `{by}` approved it");
                reasons.insert(0, Reason::new(code::RELEASE_TYPE_EXEMPT, Severity::Info, &of, text));
            }
            None => {
                missing.push("exemptionApprovedBy".to_owned());
                let text = format!("the release type `{of}` is exempt once a person approves it");
                reasons.push(Reason::new(code::EXEMPTION_NEEDS_APPROVAL, severity, &of, text));
            }
        }
    }
    if passes.is_manual && all(&|window| window.manual) {
        let text = "a person started the run, and every blocking window lets such runs through".to_owned();
        reasons.insert(0, Reason::new(code::MANUAL_RUN_ALLOWED, Severity::Info, "manual", text));
    }
    if let Some(started) = subject.started_at.filter(|_| passes.began_open) {
        if all(&|window| window.overrun) {
            let text = format!("the run began at {started}, while it was open, and may end");
            reasons.insert(0, Reason::new(code::OVERRUN_ALLOWED, Severity::Info, "startedAt", text));
        } else if !is_open {
            let text =
                format!("the run began at {started}, while it was open, but a blocking window stops it");
            reasons.push(Reason::new(code::OVERRUN_NOT_ALLOWED, severity, "startedAt", text));
        }
    }
    (reasons, missing)
}

/// Whether a release may start, made by [`status`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "window.Status", rename_all = "camelCase", deny_unknown_fields)]
pub struct Status {
    /// Whether it may start now.
    pub verdict: Verdict,
    /// The names of the windows that block it, in the order of the policy; empty if it may start.
    pub blocked_by: Vec<String>,
    /// The instant at which it may start next, over all windows that touch; absent if it may start now, or not within five
    /// years.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_open: Option<Timestamp>,
    /// The instant at which the current opening ends, or else the next one; absent if it does not end within five years.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_close: Option<Timestamp>,
    /// The reasons. Never empty.
    pub reasons: Vec<Reason>,
    /// The facts that could open it: `exemptionApprovedBy`; `environment` and `service` if the windows differ by them and
    /// the subject leaves them out.
    pub missing: Vec<String>,
    /// The instant at which time alone changes the verdict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_check_at: Option<Timestamp>,
    /// The digest of the policy that was applied.
    pub policy_digest: String,
    /// The version of the time zone database that was applied.
    pub tzdb_version: String,
}

/// Whether releases may start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "window.Verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// The release may start.
    Open,
    /// The release may not start.
    Closed,
}

/// Writes a status as text for a person.
///
/// ```
/// use relcore::window::{Policy, Subject, explain, status};
/// let now = relcore::Timestamp::parse("2026-11-23T03:00:00Z")?;
/// assert!(explain(&status(&Subject::default(), &Policy::default(), now)?).starts_with("OPEN"));
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn explain(status: &Status) -> String {
    status.explain()
}

/// The consequence of a status for its caller: `proceed` if it is open, `wait` if time opens it, `ask` if nothing but a
/// person does.
///
/// ```
/// use relcore::decision::Outcome;
/// use relcore::window::{Kind, Policy, Subject, Schedule, Definition, outcome, status};
/// let now = relcore::Timestamp::parse("2026-11-23T03:00:00Z")?;
/// let always = Schedule::Cron { cron: "* * * * *".to_owned(), duration: relcore::Span::from_minutes(1) };
/// let policy = Policy::default().windows([Definition::new("freeze", Kind::Deny, always)]);
/// // Pitfall: waiting does not end this freeze.
/// assert_eq!(outcome(&status(&Subject::default(), &policy, now)?), Outcome::Ask);
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn outcome(status: &Status) -> Outcome {
    Explain::outcome(status)
}

/// The text of [`explain`].
impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Explain::explain(self))
    }
}

impl Explain for Status {
    fn headline(&self) -> String {
        match (self.verdict, self.next_open, self.next_close) {
            (Verdict::Open, _, Some(close)) => format!("OPEN: the release may start before {close}"),
            (Verdict::Open, _, None) => "OPEN: the release may start".to_owned(),
            (Verdict::Closed, Some(open), _) => format!("CLOSED: the release may start at {open}"),
            (Verdict::Closed, None, _) => "CLOSED: the release may not start".to_owned(),
        }
    }

    fn outcome(&self) -> Outcome {
        match (self.verdict, self.next_open) {
            (Verdict::Open, _) => Outcome::Proceed,
            (Verdict::Closed, Some(_)) => Outcome::Wait,
            (Verdict::Closed, None) => Outcome::Ask,
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
        match self.verdict {
            Verdict::Open => ", when the windows close",
            Verdict::Closed => ", when the windows open",
        }
    }

    fn policy_digest(&self) -> &str {
        &self.policy_digest
    }
}
