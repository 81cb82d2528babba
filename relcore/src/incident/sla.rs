use super::code;
use super::hours::{Clock, Hours};
use crate::decision::{Explain, Outcome};
use crate::digest::Checked;
use crate::error::{ErrorKind, Faults, Result, join, quoted, shortened};
use crate::input::input;
use crate::reason::{Reason, Severity, format_duration};
use crate::time::{BusinessCalendar, Span, Timestamp};
use crate::wire::{self, PolicyText};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

input! {
    /// A service level agreement: the targets by severity, and the hours in which their clocks run.
    ///
    /// ```
    /// use relcore::Weekday::{Friday, Monday, Thursday, Tuesday, Wednesday};
    /// use relcore::incident::{Hours, Sla, SlaTarget};
    /// let office = Hours::new([Monday, Tuesday, Wednesday, Thursday, Friday], "09:00", "18:00");
    /// let mut sla = Sla::default().zone("Europe/Berlin").hours([office]);
    /// sla.targets.insert("high".to_owned(), SlaTarget::default().response(relcore::Span::from_hours(4)));
    /// assert_eq!(sla.calendar.holidays, []);
    /// # Ok::<(), relcore::Error>(())
    /// ```
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "incident.Sla", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct Sla {
        /// The targets by the name of the severity. Default: none.
        pub targets: BTreeMap<String, SlaTarget>,
        /// The IANA zone of the hours. Default: `UTC`.
        pub zone: String,
        /// The hours in which the clocks run; a day that is split has several rows. Default: none, and then the clocks always run,
        /// on holidays, too.
        pub hours: Vec<Hours>,
        /// The weekend, holidays, make-up days and half days. A make-up day on a day of the week without hours has those of the
        /// first row's first day.
        pub calendar: BusinessCalendar,
        /// From when a new severity counts. Default: `opening`.
        pub severity_change: SeverityChange,
    }
}

impl Default for Sla {
    fn default() -> Self {
        Self {
            targets: BTreeMap::new(),
            zone: "UTC".to_owned(),
            hours: Vec::new(),
            calendar: BusinessCalendar::default(),
            severity_change: SeverityChange::Opening,
        }
    }
}

input! {
    /// The targets of a severity.
    ///
    /// ```
    /// let target = relcore::incident::SlaTarget::default().resolution(relcore::Span::from_hours(9));
    /// assert_eq!(target.response, None);
    /// ```
    #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "incident.SlaTarget", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct SlaTarget {
        /// The time until the first response, while the clock runs.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub response: Option<Span>,
        /// The time until the resolution, while the clock runs.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub resolution: Option<Span>,
    }
}

/// From when the target of a new severity counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "incident.SeverityChange", rename_all = "snake_case")]
pub enum SeverityChange {
    /// From the opening: the time that was counted stays counted.
    #[default]
    Opening,
    /// From the change: the clock begins again.
    Change,
}

/// What a clock of a service level agreement ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "incident.SlaKind", rename_all = "snake_case")]
pub enum SlaKind {
    /// The first response.
    Response,
    /// The resolution.
    Resolution,
}

input! {
    /// A request or an incident under a service level agreement.
    ///
    /// ```
    /// let opened = relcore::Timestamp::parse("2026-11-23T03:00:00Z")?;
    /// let ticket = relcore::incident::Ticket::new("high", opened);
    /// assert_eq!(ticket.severities[0].at, opened);
    /// # Ok::<(), relcore::Error>(())
    /// ```
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "incident.Ticket", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Ticket {
        /// When it was opened.
        pub opened: Timestamp,
        /// The severities in the order of time, the first at the opening.
        pub severities: Vec<SeverityAt>,
        /// When the clocks stood still, for instance while the customer had to answer. Holds may overlap. Default: never.
        #[serde(default)]
        pub holds: Vec<Hold>,
        /// When the first response was given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub responded_at: Option<Timestamp>,
        /// When it was resolved.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub resolved_at: Option<Timestamp>,
    }
}

impl Ticket {
    /// A ticket with its severity, without holds.
    #[must_use]
    pub fn new(severity: impl Into<String>, opened: Timestamp) -> Self {
        Self {
            opened,
            severities: vec![SeverityAt::new(opened, severity)],
            holds: Vec::new(),
            responded_at: None,
            resolved_at: None,
        }
    }

    fn check(&self, sla: &Sla, now: Option<Timestamp>, faults: &mut Faults) {
        faults.check(
            self.severities.first().is_some_and(|first| first.at <= self.opened),
            ErrorKind::MissingField,
            format_args!("ticket.severities"),
            format_args!("lacks the severity at the opening, `{}`", self.opened),
        );
        let mut last = None;
        for (index, severity) in self.severities.iter().enumerate() {
            let SeverityAt { at, severity } = severity;
            faults.check(
                last.is_none_or(|last| last <= *at),
                ErrorKind::Unordered,
                format_args!("ticket.severities[{index}].at"),
                format_args!("`{at}` is before the one before it"),
            );
            last = Some(*at);
            faults.check(
                sla.targets.contains_key(severity),
                ErrorKind::UnknownReference,
                format_args!("ticket.severities[{index}].severity"),
                format_args!("{} has no target in `sla.targets`", quoted(severity)),
            );
        }
        for (index, hold) in self.holds.iter().enumerate() {
            let Some(end) = hold.end else { continue };
            faults.check(
                hold.start <= end,
                ErrorKind::InvalidValue,
                format_args!("ticket.holds[{index}].end"),
                format_args!("`{end}` is before `{}`, the start", hold.start),
            );
        }
        for (field, at) in [("respondedAt", self.responded_at), ("resolvedAt", self.resolved_at)] {
            let Some(at) = at else { continue };
            faults.check(
                at >= self.opened,
                ErrorKind::Unordered,
                format_args!("ticket.{field}"),
                format_args!("`{at}` is before `{}`, the opening", self.opened),
            );
            faults.check(
                now.is_none_or(|now| at <= now),
                ErrorKind::OutOfRange,
                format_args!("ticket.{field}"),
                format_args!("`{at}` is after `now`"),
            );
        }
        faults.check(
            now.is_none_or(|now| self.opened <= now),
            ErrorKind::OutOfRange,
            format_args!("now"),
            format_args!("is before `{}`, the opening", self.opened),
        );
    }

    /// When the response was given, or the ticket was resolved. A resolution is a response, too.
    fn done_at(&self, kind: SlaKind) -> Option<Timestamp> {
        match kind {
            SlaKind::Response => [self.responded_at, self.resolved_at].into_iter().flatten().min(),
            SlaKind::Resolution => self.resolved_at,
        }
    }

    /// The severity at an instant and since when it has been so.
    fn severity_at(&self, at: Timestamp) -> Option<&SeverityAt> {
        self.severities.iter().rev().find(|severity| severity.at <= at).or_else(|| self.severities.first())
    }
}

input! {
    /// A severity and since when it counts.
    ///
    /// ```
    /// let at = relcore::Timestamp::parse("2026-11-23T03:00:00Z")?;
    /// assert_eq!(relcore::incident::SeverityAt::new(at, "high").severity, "high");
    /// # Ok::<(), relcore::Error>(())
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "incident.SeverityAt", rename_all = "camelCase", deny_unknown_fields)]
    pub struct SeverityAt {
        /// Since when.
        pub at: Timestamp,
        /// The name of the severity, as in the targets.
        pub severity: String,
    }
}

impl SeverityAt {
    /// A severity from an instant on.
    #[must_use]
    pub fn new(at: Timestamp, severity: impl Into<String>) -> Self {
        Self { at, severity: severity.into() }
    }
}

input! {
    /// A time in which the clocks stand still.
    ///
    /// ```
    /// let start = relcore::Timestamp::parse("2026-11-23T03:00:00Z")?;
    /// assert_eq!(relcore::incident::Hold::new(start).end, None);
    /// # Ok::<(), relcore::Error>(())
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "incident.Hold", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Hold {
        /// The first instant.
        pub start: Timestamp,
        /// The first instant after it; absent while it goes on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub end: Option<Timestamp>,
    }
}

impl Hold {
    /// A hold that goes on.
    #[must_use]
    pub fn new(start: Timestamp) -> Self {
        Self { start, end: None }
    }
}

/// The agreement by default: no targets, and clocks that always run.
#[must_use]
pub fn default_sla() -> Sla {
    Sla::default()
}

/// Reads an agreement from JSON text. A key that is left out has its default.
///
/// ```
/// let sla = relcore::incident::sla_from_json(
///     r#"{"zone": "Europe/Berlin", "hours": [{"days": ["monday"], "start": "09:00", "end": "18:00"}], "targets": {"high": {"response": "4h"}}}"#,
/// )?;
/// assert_eq!(sla.hours.len(), 1);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `syntax`, `unknown_field`, `unknown_zone` for `Berlin`, `out_of_range` for a target of 0, `invalid_value`
/// for the time `25:00`, for hours on a day of the calendar's weekend, and for hours without days.
pub fn sla_from_json(text: &str) -> Result<Sla> {
    wire::policy_from_json(text)
}

/// Reads an agreement from YAML text. A key that is left out has its default.
///
/// # Errors
/// As [`sla_from_json`], with the line and the column of each fault.
#[cfg(feature = "yaml")]
pub fn sla_from_yaml(text: &str) -> Result<Sla> {
    wire::policy_from_yaml(text)
}

impl PolicyText for Sla {
    const TYPE: &'static str = "incident.Sla";

    fn check(&self, path: &str, faults: &mut Faults) {
        for (name, target) in &self.targets {
            for (field, span) in [("response", target.response), ("resolution", target.resolution)] {
                let Some(span) = span else { continue };
                let at = join(path, &format!("targets.{}.{field}", shortened(name)));
                faults.check(
                    span.as_millis() > 0,
                    ErrorKind::OutOfRange,
                    format_args!("{at}"),
                    format_args!("`{span}` is out of range: expected more than 0"),
                );
            }
        }
        if let Err(error) = Clock::new(&self.zone, &self.hours, &self.calendar) {
            faults.absorb::<()>(Err(if path.is_empty() { error } else { error.under(path) }));
        }
    }
}

/// The clock of a ticket, made by [`response_due`] and [`resolution_due`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "incident.SlaDue", rename_all = "camelCase", deny_unknown_fields)]
pub struct SlaDue {
    /// When it is due; absent while a hold without an end keeps the clock from getting there, and without a target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    /// The target of the present severity; absent if it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Span>,
    /// The time that the clock has counted until now.
    pub counted: Span,
    /// The time on hold until now while the clock would have run.
    pub on_hold: Span,
    /// The time on hold until now, by the wall clock.
    pub on_hold_wall: Span,
}

/// Computes when the first response to a ticket is due.
///
/// The clock runs in the hours of the agreement, on business days, without the holds. So a hold at night costs nothing, and one
/// over a weekend only the business hours in it.
///
/// ```
/// use relcore::incident::{Hold, Ticket, response_due, sla_from_json};
/// let at = |text| relcore::Timestamp::parse(text);
/// let sla = sla_from_json(
///     r#"{"zone": "Europe/Berlin", "targets": {"high": {"response": "4h"}}, "calendar": {"holidays": ["2025-12-25", "2025-12-26"]},
///         "hours": [{"days": ["monday", "tuesday", "wednesday", "thursday", "friday"], "start": "09:00", "end": "18:00"}]}"#,
/// )?;
/// let hold = Hold::new(at("2025-12-29T09:00:00Z")?).end(at("2025-12-29T11:00:00Z")?);
/// let ticket = Ticket::new("high", at("2025-12-25T08:00:00Z")?).holds([hold]);
/// // Pitfall: opened on a holiday, so the clock starts on Monday, and the hold stops it.
/// let due = response_due(&ticket, &sla, at("2025-12-29T12:00:00Z")?)?;
/// assert_eq!(due.due_at, Some(at("2025-12-29T14:00:00Z")?));
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: those of [`sla_from_json`] under `sla`; `missing_field` without a severity at the opening, `unordered` for
/// severities out of order and a response before the opening, `unknown_reference` for a severity without targets,
/// `invalid_value` for a hold that ends before it starts, `out_of_range` for a response after `now` and for a calendar without
/// enough hours in ten years.
pub fn response_due(ticket: &Ticket, sla: &Sla, now: Timestamp) -> Result<SlaDue> {
    due(ticket, SlaKind::Response, sla, now).map(|(due, _)| due)
}

/// Computes when the resolution of a ticket is due, as [`response_due`] does for the response.
///
/// ```
/// use relcore::Span;
/// use relcore::incident::{SeverityAt, Sla, SlaTarget, Ticket, resolution_due};
/// let at = |text| relcore::Timestamp::parse(text);
/// let mut sla = Sla::default();
/// sla.targets.insert("low".to_owned(), SlaTarget::default().resolution(Span::from_hours(48)));
/// sla.targets.insert("high".to_owned(), SlaTarget::default().resolution(Span::from_hours(8)));
/// let mut ticket = Ticket::new("low", at("2026-04-01T08:00:00Z")?);
/// ticket.severities.push(SeverityAt::new(at("2026-04-01T11:00:00Z")?, "high"));
/// // Pitfall: the new target counts from the opening, so three of its eight hours are over already.
/// let due = resolution_due(&ticket, &sla, at("2026-04-01T11:00:00Z")?)?;
/// assert_eq!(due.due_at, Some(at("2026-04-01T16:00:00Z")?));
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`response_due`].
pub fn resolution_due(ticket: &Ticket, sla: &Sla, now: Timestamp) -> Result<SlaDue> {
    due(ticket, SlaKind::Resolution, sla, now).map(|(due, _)| due)
}

fn due(ticket: &Ticket, kind: SlaKind, sla: &Sla, now: Timestamp) -> Result<(SlaDue, String)> {
    let mut faults = Faults::new();
    let checked = faults.absorb(Checked::new(sla.clone(), "sla"));
    ticket.check(sla, Some(now), &mut faults);
    faults.finish()?;
    let digest = checked.map(|checked| checked.digest().to_owned()).unwrap_or_default();
    let clock = Clock::new(&sla.zone, &sla.hours, &sla.calendar)?;
    let until = ticket.done_at(kind).unwrap_or(now);
    let severity = ticket.severity_at(until);
    let target =
        severity.and_then(|severity| sla.targets.get(&severity.severity)).and_then(|target| match kind {
            SlaKind::Response => target.response,
            SlaKind::Resolution => target.resolution,
        });
    let start = match (sla.severity_change, severity) {
        (SeverityChange::Change, Some(severity)) => severity.at.max(ticket.opened),
        _ => ticket.opened,
    };
    let holds: Vec<(Timestamp, Option<Timestamp>)> =
        ticket.holds.iter().map(|hold| (hold.start, hold.end)).collect();
    let running = clock.between(start, until, &[]);
    let counted = clock.between(start, until, &holds);
    let due_at = target.map(|target| clock.after(start, target, &holds)).transpose()?.flatten();
    let on_hold_wall = super::hours::held(start, until, &holds);
    Ok((SlaDue { due_at, target, counted, on_hold: running.saturating_sub(counted), on_hold_wall }, digest))
}

/// The state of a clock, made by [`sla_state`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "incident.SlaState", rename_all = "camelCase", deny_unknown_fields)]
pub struct SlaState {
    /// The state.
    pub verdict: SlaVerdict,
    /// The clock.
    pub clock: SlaDue,
    /// Why.
    pub reasons: Vec<Reason>,
    /// The instant at which the target is missed if nothing else happens; absent if it is met or missed, and on hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_check_at: Option<Timestamp>,
    /// The digest of the agreement.
    pub policy_digest: String,
    /// The version of the time zone database.
    pub tzdb_version: String,
}

/// The states of a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "incident.SlaVerdict", rename_all = "snake_case")]
pub enum SlaVerdict {
    /// It was done in time.
    Met,
    /// There is time left.
    Running,
    /// The clock stands still until a hold ends.
    OnHold,
    /// It was not done in time.
    Breached,
    /// The severity has no target for it.
    NoTarget,
}

/// Says whether the response or the resolution of a ticket is in time.
///
/// ```
/// use relcore::Span;
/// use relcore::incident::{Sla, SlaKind, SlaTarget, SlaVerdict, Ticket, sla_state};
/// let at = |text| relcore::Timestamp::parse(text);
/// let mut sla = Sla::default();
/// sla.targets.insert("high".to_owned(), SlaTarget::default().response(Span::from_hours(1)));
/// let ticket = Ticket::new("high", at("2026-11-23T03:00:00Z")?);
/// let state = sla_state(&ticket, &SlaKind::Response, &sla, at("2026-11-23T03:30:00Z")?)?;
/// assert_eq!((state.verdict, state.next_check_at), (SlaVerdict::Running, Some(at("2026-11-23T04:00:00Z")?)));
/// // Pitfall: at the deadline itself it is missed: the hour is over.
/// let state = sla_state(&ticket, &SlaKind::Response, &sla, at("2026-11-23T04:00:00Z")?)?;
/// assert_eq!(state.verdict, SlaVerdict::Breached);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`response_due`].
pub fn sla_state(ticket: &Ticket, kind: &SlaKind, sla: &Sla, now: Timestamp) -> Result<SlaState> {
    let (clock, policy_digest) = due(ticket, *kind, sla, now)?;
    let done = ticket.done_at(*kind);
    let is_held = ticket.holds.iter().any(|hold| hold.start <= now && hold.end.is_none_or(|end| now < end));
    let (verdict, code, severity, text) = match (clock.target, clock.due_at, done) {
        (None, ..) => {
            let text = format!("the severity has no target for the {kind}");
            (SlaVerdict::NoTarget, code::SLA_NO_TARGET, Severity::Info, text)
        }
        (_, Some(due), Some(done)) if done > due => {
            let late = format_duration(done.since(due));
            let text = format!("the {kind} was due at {due} and came at {done}, {late} late");
            (SlaVerdict::Breached, code::SLA_BREACHED, Severity::Error, text)
        }
        (_, _, Some(done)) => {
            let text = format!("the {kind} came at {done}, in time");
            (SlaVerdict::Met, code::SLA_MET, Severity::Info, text)
        }
        (_, Some(due), None) if now >= due => {
            let text = format!("the {kind} was due at {due}");
            (SlaVerdict::Breached, code::SLA_BREACHED, Severity::Error, text)
        }
        (Some(target), ..) if is_held => {
            let (counted, target) = (format_duration(clock.counted), format_duration(target));
            let text = format!("the clock of the {kind} is on hold at {counted} of {target}");
            (SlaVerdict::OnHold, code::SLA_ON_HOLD, Severity::Info, text)
        }
        (Some(target), due, None) => {
            let (counted, target) = (format_duration(clock.counted), format_duration(target));
            let due = due.map(|due| format!(": it is due at {due}")).unwrap_or_default();
            let text = format!("the clock of the {kind} is at {counted} of {target}{due}");
            (SlaVerdict::Running, code::SLA_RUNNING, Severity::Info, text)
        }
    };
    let is_pending = matches!(verdict, SlaVerdict::Running | SlaVerdict::OnHold);
    Ok(SlaState {
        verdict,
        next_check_at: clock.due_at.filter(|_| is_pending),
        clock,
        reasons: vec![Reason::new(code, severity, kind.to_string(), text)],
        policy_digest,
        tzdb_version: crate::time::tzdb_version(),
    })
}

/// Writes the state of a clock as text for a person.
///
/// ```
/// use relcore::incident::{Sla, SlaKind, SlaTarget, Ticket, explain_sla, sla_state};
/// let mut sla = Sla::default();
/// sla.targets.insert("high".to_owned(), SlaTarget::default());
/// let now = relcore::Timestamp::parse("2026-11-23T03:00:00Z")?;
/// let state = sla_state(&Ticket::new("high", now), &SlaKind::Response, &sla, now)?;
/// assert!(explain_sla(&state).starts_with("NO TARGET"));
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn explain_sla(state: &SlaState) -> String {
    state.explain()
}

/// The consequence of the state of a clock for its caller: `ask` if it is breached, `wait` while it runs or is on hold, else
/// `proceed`.
///
/// ```
/// use relcore::decision::Outcome;
/// use relcore::incident::{Sla, SlaKind, SlaTarget, Ticket, outcome_of_sla, sla_state};
/// let mut sla = Sla::default();
/// sla.targets.insert("high".to_owned(), SlaTarget::default().response(relcore::Span::from_hours(1)));
/// let now = relcore::Timestamp::parse("2026-11-23T03:00:00Z")?;
/// let state = sla_state(&Ticket::new("high", now), &SlaKind::Response, &sla, now)?;
/// assert_eq!(outcome_of_sla(&state), Outcome::Wait);
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn outcome_of_sla(state: &SlaState) -> Outcome {
    Explain::outcome(state)
}

/// The text of [`explain_sla`].
impl fmt::Display for SlaState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Explain::explain(self))
    }
}

impl Explain for SlaState {
    fn headline(&self) -> String {
        match (self.verdict, self.clock.due_at) {
            (SlaVerdict::Met, _) => "MET: it was done in time".to_owned(),
            (SlaVerdict::Running, Some(due)) => format!("RUNNING: it is due at {due}"),
            (SlaVerdict::Running, None) => "RUNNING: it is not due yet".to_owned(),
            (SlaVerdict::OnHold, _) => "ON HOLD: the clock stands still".to_owned(),
            (SlaVerdict::Breached, _) => "BREACHED: it was not done in time".to_owned(),
            (SlaVerdict::NoTarget, _) => "NO TARGET: nothing is due".to_owned(),
        }
    }

    fn outcome(&self) -> Outcome {
        match self.verdict {
            SlaVerdict::Met | SlaVerdict::NoTarget => Outcome::Proceed,
            SlaVerdict::Running | SlaVerdict::OnHold => Outcome::Wait,
            SlaVerdict::Breached => Outcome::Ask,
        }
    }

    fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    fn missing(&self) -> &[String] {
        &[]
    }

    fn next_check_at(&self) -> Option<Timestamp> {
        self.next_check_at
    }

    fn next_check_event(&self) -> &'static str {
        ", when the target is missed"
    }

    fn policy_digest(&self) -> &str {
        &self.policy_digest
    }
}
