use super::code;
use super::policy::Policy;
use super::subject::Subject;
use super::windows::{HORIZON, Windows};
use crate::decision::{Explain, Outcome};
use crate::error::{Error, ErrorKind, Faults, Result};
use crate::reason::{Evidence, Reason, ReasonCode, Severity, format_duration};
use crate::time::{Span, TimeRange, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Finds the next opening that is at least so long, from `after` on.
///
/// ```
/// use relcore::window::{Kind, Policy, Subject, Schedule, Definition, next_slot};
/// use relcore::{Span, Timestamp};
/// let schedule = Schedule::Weekly { days: vec![], start: "09:00".to_owned(), end: "17:00".to_owned() };
/// let policy = Policy::default().windows([Definition::new("office hours", Kind::Allow, schedule)]);
/// let after = Timestamp::parse("2026-11-23T16:30:00Z")?;
/// let slot = next_slot(&Subject::default(), Span::from_hours(1), &policy, after)?;
/// // Pitfall: half an hour is left today, which is too little.
/// assert_eq!(slot.start, Some(Timestamp::parse("2026-11-24T09:00:00Z")?));
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`status`](super::status), and `out_of_range` for a negative length.
pub fn next_slot(subject: &Subject, min_length: Span, policy: &Policy, after: Timestamp) -> Result<Slot> {
    slot(&Windows::new(policy.clone())?, subject, min_length, after)
}

/// Says whether a release that starts at an instant and takes a while ends before the windows close.
///
/// ```
/// use relcore::window::{FitVerdict, Kind, Policy, Subject, Schedule, Definition, fits};
/// use relcore::{Span, Timestamp};
/// let schedule = Schedule::Weekly { days: vec![], start: "09:00".to_owned(), end: "17:00".to_owned() };
/// let policy = Policy::default().windows([Definition::new("office hours", Kind::Allow, schedule)]);
/// let start = Timestamp::parse("2026-11-23T16:30:00Z")?;
/// let fit = fits(&Subject::default(), start, Span::from_hours(1), &policy)?;
/// assert_eq!(fit.verdict, FitVerdict::ClosesTooEarly);
/// assert_eq!(fit.next_start, Some(Timestamp::parse("2026-11-24T09:00:00Z")?));
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`status`](super::status), and `out_of_range` for a negative duration.
pub fn fits(subject: &Subject, start: Timestamp, duration: Span, policy: &Policy) -> Result<Fit> {
    fit(&Windows::new(policy.clone())?, subject, start, duration)
}

/// Lists the ranges of time in which a release may start, cut to `range`.
///
/// ```
/// use relcore::window::{Kind, Policy, Subject, Schedule, Definition, openings};
/// use relcore::{TimeRange, Timestamp};
/// let nights = Schedule::Weekly { days: vec![], start: "22:00".to_owned(), end: "04:00".to_owned() };
/// let policy = Policy::default().windows([Definition::new("nights", Kind::Allow, nights).zone("Europe/Rome")]);
/// let range = TimeRange {
///     start: Timestamp::parse("2025-10-25T12:00:00Z")?,
///     end: Timestamp::parse("2025-10-26T12:00:00Z")?,
/// };
/// let open = openings(&Subject::default(), &policy, &range)?;
/// assert_eq!(open[0].length().to_string(), "PT7H"); // the night in which summer time ends
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`status`](super::status), `invalid_value` for a range that ends before it starts, `out_of_range` for more than
/// 100,000 openings.
pub fn openings(subject: &Subject, policy: &Policy, range: &TimeRange) -> Result<Vec<TimeRange>> {
    open_ranges(&Windows::new(policy.clone())?, subject, range)
}

const MOST_OPENINGS: usize = 100_000;

pub(super) fn open_ranges(windows: &Windows, subject: &Subject, range: &TimeRange) -> Result<Vec<TimeRange>> {
    let mut faults = Faults::new();
    subject.check(Some(range.start), &mut faults);
    range.check("range", &mut faults);
    faults.finish()?;
    let passes = windows.passes(subject);
    let mut timeline = windows.timeline(subject, range.start);
    let mut found: Vec<TimeRange> = Vec::new();
    let end = range.end.as_millis();
    let mut is_open = timeline.is_open(&passes);
    let mut start = range.start;
    while start < range.end {
        let has_changed = timeline.advance_until(!is_open, &passes, end);
        let next = if has_changed { Timestamp::from_millis(timeline.at)?.min(range.end) } else { range.end };
        if is_open {
            found.push(TimeRange { start, end: next });
        }
        if found.len() > MOST_OPENINGS {
            return Err(Error::new(
                ErrorKind::OutOfRange,
                "range",
                "has more than 100,000 openings: expected a shorter range",
            ));
        }
        (start, is_open) = (next, !is_open);
    }
    Ok(found)
}

/// The search for the first opening of a length.
fn search(
    windows: &Windows,
    subject: &Subject,
    min_length: Span,
    after: Timestamp,
) -> Option<(i64, Option<i64>)> {
    let passes = windows.passes(subject);
    let mut timeline = windows.timeline(subject, after);
    let limit = after.as_millis().saturating_add(HORIZON.as_millis());
    if !timeline.is_open(&passes) && !timeline.advance_until(true, &passes, limit) {
        return None;
    }
    loop {
        let start = timeline.at;
        // An opening is measured to its end, even beyond the time in which it may start.
        let beyond = limit.saturating_add(min_length.as_millis());
        if !timeline.advance_until(false, &passes, beyond) {
            return Some((start, None));
        }
        if timeline.at.saturating_sub(start) >= min_length.as_millis() {
            return Some((start, Some(timeline.at)));
        }
        if !timeline.advance_until(true, &passes, limit) {
            return None;
        }
    }
}

pub(super) fn slot(windows: &Windows, subject: &Subject, min_length: Span, after: Timestamp) -> Result<Slot> {
    let mut faults = Faults::new();
    subject.check(Some(after), &mut faults);
    check_length("minLength", min_length, &mut faults);
    faults.finish()?;
    let found = search(windows, subject, min_length, after);
    let instant = |at: i64| Timestamp::from_millis(at).ok();
    let start = found.and_then(|(start, _)| instant(start));
    let end = found.and_then(|(_, end)| end).and_then(instant);
    let length = format_duration(min_length);
    let (verdict, code, severity, text) = match (start, end) {
        (Some(start), Some(end)) => {
            (SlotVerdict::Found, code::SLOT_FOUND, Severity::Info, format!("open from {start} to {end}"))
        }
        (Some(start), None) => {
            (SlotVerdict::Found, code::SLOT_FOUND, Severity::Info, format!("open from {start} on"))
        }
        (None, _) => {
            let text = format!("no opening of {length} begins within five years after {after}");
            (SlotVerdict::None, code::NO_SLOT, Severity::Warning, text)
        }
    };
    Ok(Slot {
        verdict,
        start,
        end,
        reasons: vec![reason(code, severity, text, min_length)],
        policy_digest: windows.digest().to_owned(),
        tzdb_version: crate::time::tzdb_version(),
    })
}

pub(super) fn fit(windows: &Windows, subject: &Subject, start: Timestamp, duration: Span) -> Result<Fit> {
    let mut faults = Faults::new();
    subject.check(Some(start), &mut faults);
    check_length("duration", duration, &mut faults);
    faults.finish()?;
    let passes = windows.passes(subject);
    let mut timeline = windows.timeline(subject, start);
    let is_open = timeline.is_open(&passes);
    let limit = start.as_millis().saturating_add(duration.as_millis());
    // Half-open: a release that ends at the instant of the close has ended.
    let closes_at = if is_open && timeline.advance_until(false, &passes, limit.saturating_sub(1)) {
        Timestamp::from_millis(timeline.at).ok()
    } else {
        None
    };
    let takes = format_duration(duration);
    let (verdict, code, text) = match closes_at {
        _ if !is_open => {
            (FitVerdict::ClosedAtStart, code::CLOSED_AT_START, format!("the windows are closed at {start}"))
        }
        Some(close) => (
            FitVerdict::ClosesTooEarly,
            code::CLOSES_TOO_EARLY,
            format!("the windows close at {close}: a release of {takes} from {start} on ends later"),
        ),
        None => (FitVerdict::Fits, code::FITS, format!("a release of {takes} from {start} on fits")),
    };
    let severity = if verdict == FitVerdict::Fits { Severity::Info } else { Severity::Warning };
    let next_start = match verdict {
        FitVerdict::Fits => None,
        _ => search(windows, subject, duration, start)
            .and_then(|(start, _)| Timestamp::from_millis(start).ok()),
    };
    Ok(Fit {
        verdict,
        closes_at,
        next_start,
        reasons: vec![reason(code, severity, text, duration)],
        policy_digest: windows.digest().to_owned(),
        tzdb_version: crate::time::tzdb_version(),
    })
}

fn check_length(field: &str, length: Span, faults: &mut Faults) {
    faults.check(
        !length.is_negative(),
        ErrorKind::OutOfRange,
        format_args!("{field}"),
        format_args!("`{length}` is out of range: expected a span that is not negative"),
    );
}

fn reason(code: ReasonCode, severity: Severity, text: String, length: Span) -> Reason {
    let evidence =
        Evidence { threshold: Some(length.as_seconds()), unit: Some("s".to_owned()), ..Evidence::default() };
    Reason::new(code, severity, "windows", text).with(evidence)
}

/// An opening, made by [`next_slot`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "window.Slot", rename_all = "camelCase", deny_unknown_fields)]
pub struct Slot {
    /// Whether there is one.
    pub verdict: SlotVerdict,
    /// The first instant at which the release may start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<Timestamp>,
    /// The first instant at which it may not; absent if the opening does not end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<Timestamp>,
    /// The reason. Never empty.
    pub reasons: Vec<Reason>,
    /// The digest of the policy that was applied.
    pub policy_digest: String,
    /// The version of the time zone database that was applied.
    pub tzdb_version: String,
}

/// Whether an opening was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "window.SlotVerdict", rename_all = "snake_case")]
pub enum SlotVerdict {
    /// There is one.
    Found,
    /// There is none within five years.
    None,
}

/// Whether a release fits into an opening, made by [`fits`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "window.Fit", rename_all = "camelCase", deny_unknown_fields)]
pub struct Fit {
    /// Whether it fits.
    pub verdict: FitVerdict,
    /// The instant at which the windows close before the release ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closes_at: Option<Timestamp>,
    /// The next instant at which the release fits; absent if it fits at `start`, or not within five years.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_start: Option<Timestamp>,
    /// The reason. Never empty.
    pub reasons: Vec<Reason>,
    /// The digest of the policy that was applied.
    pub policy_digest: String,
    /// The version of the time zone database that was applied.
    pub tzdb_version: String,
}

/// Whether a release fits into an opening.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "window.FitVerdict", rename_all = "snake_case")]
pub enum FitVerdict {
    /// It starts and ends while the windows are open.
    Fits,
    /// The windows are closed at its start.
    ClosedAtStart,
    /// The windows close before its end.
    ClosesTooEarly,
}

/// Writes an opening as text for a person.
///
/// ```
/// use relcore::window::{Policy, Subject, explain_slot, next_slot};
/// let after = relcore::Timestamp::parse("2026-11-23T03:00:00Z")?;
/// let slot = next_slot(&Subject::default(), relcore::Span::from_hours(1), &Policy::default(), after)?;
/// assert!(explain_slot(&slot).starts_with("FOUND: 2026-11-23T03:00:00.000Z"));
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn explain_slot(slot: &Slot) -> String {
    slot.explain()
}

/// The consequence of an opening for its caller: `proceed` with the plan if there is one, else `ask`.
///
/// ```
/// use relcore::window::{Policy, Subject, next_slot, outcome_of_slot};
/// let after = relcore::Timestamp::parse("2026-11-23T03:00:00Z")?;
/// let slot = next_slot(&Subject::default(), relcore::Span::from_hours(1), &Policy::default(), after)?;
/// assert_eq!(outcome_of_slot(&slot), relcore::decision::Outcome::Proceed);
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn outcome_of_slot(slot: &Slot) -> Outcome {
    Explain::outcome(slot)
}

/// Writes whether a release fits as text for a person.
///
/// ```
/// use relcore::window::{Policy, Subject, explain_fit, fits};
/// let start = relcore::Timestamp::parse("2026-11-23T03:00:00Z")?;
/// let fit = fits(&Subject::default(), start, relcore::Span::from_hours(1), &Policy::default())?;
/// assert!(explain_fit(&fit).starts_with("FITS"));
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn explain_fit(fit: &Fit) -> String {
    fit.explain()
}

/// The consequence of a fit for its caller: `proceed` if it fits, `wait` if a later start does, else `ask`.
///
/// ```
/// use relcore::window::{Policy, Subject, fits, outcome_of_fit};
/// let start = relcore::Timestamp::parse("2026-11-23T03:00:00Z")?;
/// let fit = fits(&Subject::default(), start, relcore::Span::from_hours(1), &Policy::default())?;
/// assert_eq!(outcome_of_fit(&fit), relcore::decision::Outcome::Proceed);
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn outcome_of_fit(fit: &Fit) -> Outcome {
    Explain::outcome(fit)
}

/// The text of [`explain_slot`].
impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Explain::explain(self))
    }
}

/// The text of [`explain_fit`].
impl fmt::Display for Fit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Explain::explain(self))
    }
}

impl Explain for Slot {
    fn headline(&self) -> String {
        match self.start {
            Some(start) => format!("FOUND: {start}"),
            None => "NONE: no opening is long enough".to_owned(),
        }
    }

    fn outcome(&self) -> Outcome {
        match self.verdict {
            SlotVerdict::Found => Outcome::Proceed,
            SlotVerdict::None => Outcome::Ask,
        }
    }

    fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    fn missing(&self) -> &[String] {
        &[]
    }

    fn next_check_at(&self) -> Option<Timestamp> {
        None
    }

    fn policy_digest(&self) -> &str {
        &self.policy_digest
    }
}

impl Explain for Fit {
    fn headline(&self) -> String {
        match (self.verdict, self.next_start) {
            (FitVerdict::Fits, _) => "FITS: the release ends before the windows close".to_owned(),
            (_, Some(start)) => format!("DOES NOT FIT: the next start is {start}"),
            (_, None) => "DOES NOT FIT: no opening is long enough".to_owned(),
        }
    }

    fn outcome(&self) -> Outcome {
        match (self.verdict, self.next_start) {
            (FitVerdict::Fits, _) => Outcome::Proceed,
            (_, Some(_)) => Outcome::Wait,
            (_, None) => Outcome::Ask,
        }
    }

    fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    fn missing(&self) -> &[String] {
        &[]
    }

    fn next_check_at(&self) -> Option<Timestamp> {
        self.next_start
    }

    fn policy_digest(&self) -> &str {
        &self.policy_digest
    }
}
