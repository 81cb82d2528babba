use super::code;
use super::compile::Compiled;
use super::policy::{Kind, Policy};
use super::slot::{Fit, Slot};
use super::subject::{Override, Subject};
use super::timeline::{Passes, Timeline};
use crate::decision::{Explain, Outcome};
use crate::digest::Checked;
use crate::error::{Faults, Result};
use crate::reason::{Evidence, Reason, Severity};
use crate::scalar::Count;
use crate::time::{Span, TimeRange, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Says whether a release may start now, what blocks it, and when that changes.
///
/// ```
/// use relcore::window::{Kind, Policy, Subject, Verdict, Schedule, Window, status};
/// use relcore::{Span, Timestamp};
/// let schedule = Schedule::Cron { cron: "0 9 * * 1-5".to_owned(), duration: Span::from_hours(8) };
/// let policy = Policy::default().windows([Window::new("office hours", Kind::Allow, schedule)]);
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
    Engine::new(policy.clone())?.status(subject, now)
}

/// Windows that were checked, compiled and digested once.
///
/// ```
/// use relcore::window::{Engine, Policy, Subject, Verdict};
/// let engine = Engine::new(Policy::default())?;
/// let now = relcore::Timestamp::parse("2026-11-23T03:00:00Z")?;
/// assert_eq!(engine.status(&Subject::default(), now)?.verdict, Verdict::Open); // no windows: nothing is closed
/// # Ok::<(), relcore::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Engine {
    checked: Checked<Policy>,
    compiled: Vec<Compiled>,
}

/// Engines with equal policies are equal.
impl PartialEq for Engine {
    fn eq(&self, other: &Self) -> bool {
        self.checked == other.checked
    }
}

impl Engine {
    /// Checks, compiles and digests a policy.
    ///
    /// # Errors
    /// As [`policy_from_json`](super::policy_from_json), all faults at once, under `policy`.
    pub fn new(policy: Policy) -> Result<Self> {
        let checked = Checked::new(policy, "policy")?;
        let Policy { windows, calendars } = checked.policy();
        let compiled =
            windows.iter().map(|window| Compiled::new(window, calendars)).collect::<Result<Vec<_>>>()?;
        Ok(Self { checked, compiled })
    }

    /// The policy.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        self.checked.policy()
    }

    /// The digest of the policy, as in every decision: `sha256:` and 64 hexadecimal digits.
    #[must_use]
    pub fn digest(&self) -> &str {
        self.checked.digest()
    }

    /// Says whether a release may start now, as [`status`].
    ///
    /// # Errors
    /// As [`status`], for the subject.
    pub fn status(&self, subject: &Subject, now: Timestamp) -> Result<Status> {
        let mut faults = Faults::new();
        subject.check(Some(now), &mut faults);
        faults.finish()?;
        let timeline = self.timeline(subject, now);
        let passes = self.passes(subject);
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
            policy_digest: self.digest().to_owned(),
            tzdb_version: crate::time::tzdb_version(),
        })
    }

    /// Finds the next opening of a length, as [`next_slot`](super::next_slot).
    ///
    /// # Errors
    /// As [`next_slot`](super::next_slot), for the subject and the length.
    pub fn next_slot(&self, subject: &Subject, min_length: Span, after: Timestamp) -> Result<Slot> {
        super::slot::slot(self, subject, min_length, after)
    }

    /// Says whether a release that takes a while fits, as [`fits`](super::fits).
    ///
    /// # Errors
    /// As [`fits`](super::fits), for the subject and the duration.
    pub fn fits(&self, subject: &Subject, start: Timestamp, duration: Span) -> Result<Fit> {
        super::slot::fit(self, subject, start, duration)
    }

    /// Lists the open ranges, as [`openings`](super::openings).
    ///
    /// # Errors
    /// As [`openings`](super::openings), for the subject and the range.
    pub fn openings(&self, subject: &Subject, range: &TimeRange) -> Result<Vec<TimeRange>> {
        super::slot::open_ranges(self, subject, range)
    }

    pub(super) fn compiled(&self) -> &[Compiled] {
        &self.compiled
    }

    pub(super) fn timeline(&self, subject: &Subject, at: Timestamp) -> Timeline<'_> {
        Timeline::new(self.policy().windows.iter().zip(&self.compiled), subject, at.as_millis())
    }

    /// What the subject may pass through, with the state at the instant at which it began.
    pub(super) fn passes<'a>(&self, subject: &'a Subject) -> Passes<'a> {
        let passes = Passes::of(subject);
        let began_open =
            subject.started_at.is_some_and(|started| self.timeline(subject, started).is_open(&passes));
        Passes { began_open, ..passes }
    }
}

/// How far ahead changes are searched.
pub(super) const HORIZON: Span = Span::from_days(5 * 366);

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
    let is_blocked = timeline.blocking().next().is_some();
    let severity = if is_open { Severity::Info } else { Severity::Warning };
    for counting in timeline.blocking().filter(|counting| counting.window.kind == Kind::Deny) {
        let name = &counting.window.name;
        let text = format!("the deny window `{name}` is active {}", until(counting.changes_at(timeline.at)));
        reasons.push(Reason::new(code::DENY_WINDOW_ACTIVE, severity, name, text));
    }
    if timeline.is_outside() {
        let allows: Vec<&str> = timeline
            .windows
            .iter()
            .filter(|counting| counting.window.kind == Kind::Allow)
            .map(|counting| counting.window.name.as_str())
            .collect();
        let text = match &*allows {
            [only] => format!("the only allow window, `{only}`, is not active: {opens}"),
            all => format!("none of the {} allow windows is active: {opens}", all.len()),
        };
        let text = if is_open { text.split(':').next().unwrap_or_default().to_owned() } else { text };
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
    let all = |holds: &dyn Fn(&super::policy::Window) -> bool| {
        timeline.blocking().all(|counting| holds(counting.window))
    };
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
    /// The facts that would open it: `exemptionApprovedBy`.
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
/// use relcore::window::{Kind, Policy, Subject, Schedule, Window, outcome, status};
/// let now = relcore::Timestamp::parse("2026-11-23T03:00:00Z")?;
/// let always = Schedule::Cron { cron: "* * * * *".to_owned(), duration: relcore::Span::from_minutes(1) };
/// let policy = Policy::default().windows([Window::new("freeze", Kind::Deny, always)]);
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
