use super::code;
use super::durations::check_now;
use super::event::{Event, EventKind, Sev, Status};
use super::state::{State, timeline};
use crate::decision::{Explain, Outcome};
use crate::digest::Checked;
use crate::error::{ErrorKind, Faults, Result, join};
use crate::input::input;
use crate::reason::{Reason, ReasonCode, Severity, format_duration};
use crate::time::{Span, Timestamp};
use crate::wire::{self, PolicyText};
use serde::{Deserialize, Serialize};
use std::fmt;

input! {
    /// How often messages about an incident are sent. The defaults are those of PagerDuty's incident response documentation.
    ///
    /// ```
    /// use relcore::{Span, incident::Cadence};
    /// let cadence = Cadence::default().interval(Span::from_minutes(30));
    /// assert_eq!(cadence.first, Span::from_minutes(5));
    /// ```
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "incident.Cadence", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct Cadence {
        /// The time from the declaration, a reopening or the resolution to the message about it. Default: 5 minutes.
        pub first: Span,
        /// The time from the first message to the one that says who is affected and how. Default: 5 minutes.
        pub scope: Span,
        /// The time from one message to the next. Default: 20 minutes.
        pub interval: Span,
        /// How long after the declaration or a reopening the interval applies, whatever a message names. Default: 2 hours.
        pub interval_for: Span,
        /// The longest time between messages after that. Default: the next message is due when the last one says, and if it
        /// says nothing, after the interval.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub later: Option<Span>,
        /// The least severe incidents about which messages are sent. An incident without a severity counts as severe. Default:
        /// all.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub least_severity: Option<Sev>,
    }
}

impl Default for Cadence {
    fn default() -> Self {
        Self {
            first: Span::from_minutes(5),
            scope: Span::from_minutes(5),
            interval: Span::from_minutes(20),
            interval_for: Span::from_hours(2),
            later: None,
            least_severity: None,
        }
    }
}

impl PolicyText for Cadence {
    const TYPE: &'static str = "incident.Cadence";

    fn check(&self, path: &str, faults: &mut Faults) {
        let spans = [
            ("first", Some(self.first)),
            ("scope", Some(self.scope)),
            ("interval", Some(self.interval)),
            ("later", self.later),
        ];
        for (field, span) in spans {
            let Some(span) = span else { continue };
            faults.check(
                span.as_millis() > 0,
                ErrorKind::OutOfRange,
                format_args!("{}", join(path, field)),
                format_args!("`{span}` is out of range: expected more than 0"),
            );
        }
        faults.check(
            !self.interval_for.is_negative(),
            ErrorKind::OutOfRange,
            format_args!("{}", join(path, "intervalFor")),
            format_args!("`{}` is out of range: expected 0 or more", self.interval_for),
        );
    }
}

/// The cadence by default: PagerDuty's.
#[must_use]
pub fn default_cadence() -> Cadence {
    Cadence::default()
}

/// Reads a cadence from JSON text. A key that is left out has its default.
///
/// # Errors
/// All faults at once: `syntax`, `unknown_field`, `out_of_range` for an interval of 0.
pub fn cadence_from_json(text: &str) -> Result<Cadence> {
    wire::policy_from_json(text)
}

/// Reads a cadence from YAML text. A key that is left out has its default.
///
/// # Errors
/// As [`cadence_from_json`], with the line and the column of each fault.
#[cfg(feature = "yaml")]
pub fn cadence_from_yaml(text: &str) -> Result<Cadence> {
    wire::policy_from_yaml(text)
}

/// Whether a message about an incident is due, made by [`update_due`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "incident.Update", rename_all = "camelCase", deny_unknown_fields)]
pub struct Update {
    /// Whether it is due.
    pub verdict: UpdateVerdict,
    /// When the next message is due; absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    /// How long it has been due; absent if it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overdue: Option<Span>,
    /// When the message after it is due at the latest if this one is sent now and says who is affected and how: the instant that
    /// it should name. Absent if none comes after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub then_at: Option<Timestamp>,
    /// Why, in the order of the rules.
    pub reasons: Vec<Reason>,
    /// The instant at which the next message becomes due; absent if it is due already, or if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_check_at: Option<Timestamp>,
    /// The digest of the cadence.
    pub policy_digest: String,
}

/// The verdicts about a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "incident.UpdateVerdict", rename_all = "snake_case")]
pub enum UpdateVerdict {
    /// A message is due now.
    Due,
    /// A message becomes due later.
    NotYet,
    /// No message is needed any more.
    None,
}

/// Says whether a message about an incident is due, and when.
///
/// 1. The first message is due `first` after the declaration, and again after a reopening.
/// 2. A message that says who is affected and how is due `scope` after the first one.
/// 3. Every other message is due `interval` after the one before it, and earlier if that one named an earlier instant. Once
///    `intervalFor` is over, it is due at the named instant, at the latest after `later`.
/// 4. The last message is due `first` after the resolution.
///
/// ```
/// use relcore::incident::{Event, EventKind, UpdateVerdict, default_cadence, fold, update_due};
/// let at = |text| relcore::Timestamp::parse(text);
/// let opened: Event = relcore::from_json(
///     r#"{"at": "2026-11-23T03:00:00Z", "kind": {"type": "opened", "id": "42", "title": "errors at login"}}"#,
/// )?;
/// let text = "we are investigating errors at login".to_owned();
/// let first = EventKind::Communicated { text, scope: false, next_update_at: None };
/// let incident = fold(&[opened, Event::new(at("2026-11-23T03:04:00Z")?, first)])?;
/// // Pitfall: a first message that does not say who is affected needs a second one after five minutes, not twenty.
/// let update = update_due(&incident, &default_cadence(), at("2026-11-23T03:09:00Z")?)?;
/// assert_eq!(update.verdict, UpdateVerdict::Due);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `out_of_range` for a `now` before the last event; `invalid_value` for an `incident` that is not the result of its events;
/// those of [`cadence_from_json`] under `cadence`.
pub fn update_due(incident: &State, cadence: &Cadence, now: Timestamp) -> Result<Update> {
    let mut faults = Faults::new();
    let checked = faults.absorb(Checked::new(cadence.clone(), "cadence"));
    faults.absorb(timeline(incident));
    faults.absorb(check_now(incident, now));
    faults.finish()?;
    let digest = checked.map(|checked| checked.digest().to_owned()).unwrap_or_default();

    let mut reasons = Vec::new();
    let due = if is_silent(incident, cadence) {
        let text = format!("no messages are sent about an incident of `{}`", severity(incident));
        reasons.push(Reason::new(code::NO_MESSAGES_FOR_SEVERITY, Severity::Info, "severity", text));
        None
    } else {
        let next = next_message(incident, cadence)?;
        if next.is_none() {
            let text = "the incident is resolved, and a message has said so".to_owned();
            reasons.push(Reason::new(code::FINAL_MESSAGE_SENT, Severity::Info, "incident", text));
        }
        next
    };
    let Some(Due { at, code, words, names_next }) = due else {
        let verdict = UpdateVerdict::None;
        return Ok(Update {
            verdict,
            due_at: None,
            overdue: None,
            then_at: None,
            reasons,
            next_check_at: None,
            policy_digest: digest,
        });
    };
    let is_due = now >= at;
    let overdue = now.since(at);
    let text = match is_due {
        true if overdue.as_millis() > 0 => {
            format!("{words} was due at {at}, {} ago", format_duration(overdue))
        }
        true => format!("{words} is due now"),
        false => format!("{words} is due at {at}, in {}", format_duration(at.since(now))),
    };
    let severity = if is_due { Severity::Warning } else { Severity::Info };
    reasons.push(Reason::new(code, severity, "incident", text));
    if !names_next {
        let text = "the last message does not say when the next one comes".to_owned();
        reasons.push(Reason::new(code::NEXT_MESSAGE_NOT_NAMED, Severity::Warning, "nextUpdateAt", text));
    }
    let then_at = if incident.status.is_over() { None } else { Some(latest_next(incident, cadence, now)?) };
    Ok(Update {
        verdict: if is_due { UpdateVerdict::Due } else { UpdateVerdict::NotYet },
        due_at: Some(at),
        overdue: is_due.then_some(overdue),
        then_at,
        reasons,
        next_check_at: (!is_due).then_some(at),
        policy_digest: digest,
    })
}

fn severity(incident: &State) -> String {
    incident.severity.map(|severity| severity.to_string()).unwrap_or_default()
}

fn is_silent(incident: &State, cadence: &Cadence) -> bool {
    let limit = cadence.least_severity.zip(incident.severity);
    limit.is_some_and(|(least, severity)| severity > least)
}

/// The next message.
struct Due {
    at: Timestamp,
    code: ReasonCode,
    words: &'static str,
    /// Whether the message before it, if there is one, says when the next one comes.
    names_next: bool,
}

/// The declaration or the last reopening, with the events after it.
fn present_phase(incident: &State) -> &[Event] {
    let reopened = |event: &Event| matches!(event.kind, EventKind::Reopened { .. });
    let start = incident.events.iter().rposition(reopened).unwrap_or(0);
    incident.events.get(start..).unwrap_or_default()
}

fn phase_start(incident: &State) -> Timestamp {
    present_phase(incident).first().map_or(incident.opened_at, |event| event.at)
}

/// When the message after one at `at` is due at the latest.
fn latest_next(incident: &State, cadence: &Cadence, at: Timestamp) -> Result<Timestamp> {
    let is_early = at.since(phase_start(incident)) < cadence.interval_for;
    at.plus(if is_early { cadence.interval } else { cadence.later.unwrap_or(cadence.interval) })
}

fn next_message(incident: &State, cadence: &Cadence) -> Result<Option<Due>> {
    let phase = present_phase(incident);
    let is_message = |event: &&Event| matches!(event.kind, EventKind::Communicated { .. });
    if let Some(resolved) = incident.resolved_at {
        let is_end =
            |event: &Event| matches!(event.kind, EventKind::StatusChanged { status: Status::Resolved });
        let end = phase.iter().rposition(is_end).unwrap_or(0);
        if phase.iter().skip(end).any(|event| is_message(&event)) {
            return Ok(None);
        }
        let (code, words) = (code::FINAL_MESSAGE, "the message that the incident is resolved");
        return Ok(Some(Due { at: resolved.plus(cadence.first)?, code, words, names_next: true }));
    }
    let mut messages = phase.iter().filter(is_message);
    let Some(first) = messages.next() else {
        let (code, words) = (code::FIRST_MESSAGE, "the first message");
        return Ok(Some(Due {
            at: phase_start(incident).plus(cadence.first)?,
            code,
            words,
            names_next: true,
        }));
    };
    let last = messages.next_back().unwrap_or(first);
    let promised = match &last.kind {
        EventKind::Communicated { next_update_at, .. } => *next_update_at,
        _ => None,
    };
    let has_scope =
        phase.iter().any(|event| matches!(event.kind, EventKind::Communicated { scope: true, .. }));
    let (mut at, mut code, mut words) = if has_scope {
        let is_early = last.at.since(phase_start(incident)) < cadence.interval_for;
        let at = match (promised, cadence.later) {
            (Some(promised), None) if !is_early => promised,
            _ => latest_next(incident, cadence, last.at)?,
        };
        (at, code::PROGRESS_MESSAGE, "the next message")
    } else {
        (first.at.plus(cadence.scope)?, code::SCOPE_MESSAGE, "the message that says who is affected and how")
    };
    if let Some(promised) = promised.filter(|promised| *promised < at || has_scope && *promised == at) {
        (at, code, words) = (promised, code::PROMISED_MESSAGE, "the message that the last one announced");
    }
    Ok(Some(Due { at, code, words, names_next: promised.is_some() }))
}

/// Writes whether a message is due as text for a person.
///
/// ```
/// use relcore::incident::{Event, default_cadence, explain_update, fold, update_due};
/// let opened: Event = relcore::from_json(
///     r#"{"at": "2026-11-23T03:00:00Z", "kind": {"type": "opened", "id": "42", "title": "errors at login"}}"#,
/// )?;
/// let now = relcore::Timestamp::parse("2026-11-23T03:06:00Z")?;
/// assert!(explain_update(&update_due(&fold(&[opened])?, &default_cadence(), now)?).starts_with("DUE"));
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn explain_update(update: &Update) -> String {
    update.explain()
}

/// The consequence of it for the caller: `ask` if a message is due, because a person writes it, `wait` if one becomes due later,
/// `proceed` if none is needed.
///
/// ```
/// use relcore::decision::Outcome;
/// use relcore::incident::{Event, default_cadence, fold, outcome_of_update, update_due};
/// let opened: Event = relcore::from_json(
///     r#"{"at": "2026-11-23T03:00:00Z", "kind": {"type": "opened", "id": "42", "title": "errors at login"}}"#,
/// )?;
/// let now = relcore::Timestamp::parse("2026-11-23T03:01:00Z")?;
/// assert_eq!(outcome_of_update(&update_due(&fold(&[opened])?, &default_cadence(), now)?), Outcome::Wait);
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn outcome_of_update(update: &Update) -> Outcome {
    Explain::outcome(update)
}

/// The text of [`explain_update`].
impl fmt::Display for Update {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Explain::explain(self))
    }
}

impl Explain for Update {
    fn headline(&self) -> String {
        match (self.verdict, self.due_at) {
            (UpdateVerdict::Due, _) => "DUE: send a message now".to_owned(),
            (UpdateVerdict::NotYet, Some(at)) => format!("NOT YET: the next message is due at {at}"),
            _ => "NONE: no message is needed".to_owned(),
        }
    }

    fn outcome(&self) -> Outcome {
        match self.verdict {
            UpdateVerdict::Due => Outcome::Ask,
            UpdateVerdict::NotYet => Outcome::Wait,
            UpdateVerdict::None => Outcome::Proceed,
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
        ", when the message is due"
    }

    fn policy_digest(&self) -> &str {
        &self.policy_digest
    }
}
