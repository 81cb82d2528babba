use super::durations::check_now;
use super::event::{Event, EventKind, Status};
use super::state::{State, timeline};
use super::update::{Cadence, update_due};
use crate::error::Result;
use crate::reason::format_duration;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

/// Where an update is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "incident.Form", rename_all = "snake_case")]
pub enum Form {
    /// The whole text: title, status, impact, times, actions taken, next steps.
    Full,
    /// The body of an update on a status page, which shows title, status and times by itself.
    StatusPage,
    /// One message for a chat. `&`, `<` and `>` are escaped as Slack demands.
    Chat,
    /// An e-mail: a line with the subject, an empty line, the whole text.
    Email,
}

/// Writes an update about an incident, ready to send.
///
/// ```
/// use relcore::incident::{Event, Form, default_cadence, fold, render_update};
/// let opened: Event = relcore::from_json(
///     r#"{"at": "2026-11-23T03:00:00Z", "kind": {"type": "opened", "id": "42", "title": "errors at login"}}"#,
/// )?;
/// let now = relcore::Timestamp::parse("2026-11-23T03:04:00Z")?;
/// let text = render_update(&fold(&[opened])?, &Form::Full, &default_cadence(), now)?;
/// assert!(text.starts_with("INCIDENT: errors at login\nSTATUS: Investigating\nIMPACT: not known yet\n"));
/// assert!(text.contains("Updates will be provided every 20m."));
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// Pitfall: it is a text to send. Only the event `communicated` says that it was sent.
///
/// # Errors
/// As [`update_due`].
pub fn render_update(incident: &State, form: &Form, cadence: &Cadence, now: Timestamp) -> Result<String> {
    timeline(incident)?;
    check_now(incident, now)?;
    let then_at = update_due(incident, cadence, now)?.then_at;
    let sentence = sentence(incident);
    let rhythm = match then_at {
        Some(at) => format!(" Updates will be provided every {}.", format_duration(at.since(now))),
        None => String::new(),
    };
    Ok(match form {
        Form::Full => full(incident, &format!("{sentence}{rhythm}"), now),
        Form::StatusPage => {
            let impact = incident.description.as_deref().map(|text| format!(" {}", ended(&one_line(text))));
            format!("{sentence}{}{rhythm}\n", impact.unwrap_or_default())
        }
        Form::Chat => {
            let text = format!(
                "[{}] {}: {sentence} Impact: {}.{rhythm}",
                word(incident.status),
                one_line(&incident.title),
                impact(incident).trim_end_matches('.')
            );
            format!("{}\n", text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"))
        }
        Form::Email => {
            let subject = format!("Subject: [{}] {}", word(incident.status), one_line(&incident.title));
            format!("{subject}\n\n{}", full(incident, &format!("{sentence}{rhythm}"), now))
        }
    })
}

fn full(incident: &State, message: &str, now: Timestamp) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(out, "INCIDENT: {}", one_line(&incident.title));
    let _ = writeln!(out, "STATUS: {}", word(incident.status));
    let _ = writeln!(out, "IMPACT: {}", impact(incident));
    let _ = writeln!(out, "STARTED: {}", incident.started_at);
    let _ = writeln!(out, "LAST UPDATE: {now}");
    let _ = writeln!(out, "\n{message}");
    for (heading, items) in [("Actions taken", &incident.actions), ("Next steps", &incident.next_steps)] {
        if !items.is_empty() {
            let _ = writeln!(out, "\n{heading}:");
        }
        for item in items {
            let _ = writeln!(out, "- {}", one_line(item));
        }
    }
    out
}

/// What users notice: as described, else by the components, else by the impact as a whole.
fn impact(incident: &State) -> String {
    if let Some(description) = &incident.description {
        return one_line(description);
    }
    let affected = incident.components.iter().filter(|(_, status)| status.impact().disrupts());
    let affected: Vec<String> = affected
        .map(|(component, status)| {
            format!("{} ({})", one_line(component), status.to_string().replace('_', " "))
        })
        .collect();
    match incident.impact {
        _ if incident.status.is_over() => "none any more".to_owned(),
        _ if !affected.is_empty() => affected.join(", "),
        Some(impact) => impact.to_string(),
        None if !incident.components.is_empty() => "none any more".to_owned(),
        None => "not known yet".to_owned(),
    }
}

fn sentence(incident: &State) -> String {
    let title = one_line(&incident.title);
    let was_reopened = incident.reopened > 0 && has_not_moved_on(&incident.events);
    match incident.status {
        Status::Investigating if was_reopened => {
            format!("The incident is back. We are investigating it again: {title}.")
        }
        Status::Investigating => format!("We are investigating reports of {title}."),
        Status::Identified => "We have identified the cause and are working on a fix.".to_owned(),
        Status::Monitoring => "A fix is in place, and we are monitoring the result.".to_owned(),
        Status::Resolved => "The incident is resolved.".to_owned(),
        Status::Postmortem => "The incident is resolved, and its post-mortem is published.".to_owned(),
    }
}

/// Whether the status did not change since the last reopening.
fn has_not_moved_on(events: &[Event]) -> bool {
    let moves =
        |event: &&Event| matches!(event.kind, EventKind::StatusChanged { .. } | EventKind::Reopened { .. });
    events.iter().rev().find(moves).is_some_and(|event| matches!(event.kind, EventKind::Reopened { .. }))
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Investigating => "Investigating",
        Status::Identified => "Identified",
        Status::Monitoring => "Monitoring",
        Status::Resolved | Status::Postmortem => "Resolved",
    }
}

/// The text in one line: a line of a title must not look like a line of the update.
fn one_line(text: &str) -> String {
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// The text with a full stop, unless it ends a sentence already.
fn ended(text: &str) -> String {
    if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}
