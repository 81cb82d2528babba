use super::event::{ComponentStatus, Event, EventKind, Impact, Sev, Status};
use super::timeline::Timeline;
use crate::error::{Error, ErrorKind, Faults, Result, quoted};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An incident: the result of its events, made by [`fold`] and [`apply`]. Store it and pass it back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "incident.State", rename_all = "camelCase", deny_unknown_fields)]
pub struct State {
    /// The id.
    pub id: String,
    /// The title.
    pub title: String,
    /// The status.
    pub status: Status,
    /// The impact as a whole, as said last; absent if nobody said it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub impact: Option<Impact>,
    /// What users notice, as said last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The severity, as assessed last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Sev>,
    /// When the disruption began.
    pub started_at: Timestamp,
    /// When the incident was declared.
    pub opened_at: Timestamp,
    /// When it was resolved for the last time; absent while it is open, also after a reopening.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved_at: Option<Timestamp>,
    /// How many times it was reopened.
    pub reopened: u32,
    /// The status of each component, as said last. A resolution does not change it.
    pub components: BTreeMap<String, ComponentStatus>,
    /// The actions taken, in the order of time.
    pub actions: Vec<String>,
    /// The planned steps that are not done.
    pub next_steps: Vec<String>,
    /// What was reached and when, in the order of [`Milestone`]. What a reopening undoes is absent until it is reached again.
    pub milestones: Vec<DatedMilestone>,
    /// The events, in the order of time.
    pub events: Vec<Event>,
}

/// A milestone and its instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "incident.DatedMilestone", rename_all = "camelCase", deny_unknown_fields)]
pub struct DatedMilestone {
    /// The milestone.
    pub milestone: Milestone,
    /// When it was reached.
    pub at: Timestamp,
}

/// The steps of the response to an incident, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "incident.Milestone", rename_all = "snake_case")]
pub enum Milestone {
    /// Monitoring or a person noticed it.
    Detected,
    /// The first responder took it.
    Acknowledged,
    /// The severity was assessed for the first time.
    Assessed,
    /// The first message went out.
    Communicated,
    /// The impact ended: the last time, if it came back.
    Mitigated,
    /// It was resolved: the last time, if it was reopened.
    Resolved,
    /// The report was written.
    Documented,
    /// The post-mortem was published.
    Learned,
}

/// Makes an incident of its events, in any order: they are sorted by their instants, and events of one instant keep their
/// order.
///
/// ```
/// use relcore::incident::{Event, EventKind, Status, durations, fold};
/// let at = |text| relcore::Timestamp::parse(text);
/// let opened: Event = relcore::from_json(
///     r#"{"at": "2026-06-10T08:08:00Z", "kind": {"type": "opened", "id": "42", "title": "errors at login"}}"#,
/// )?;
/// let resolved = |text| Ok::<_, relcore::Error>(Event::new(at(text)?, EventKind::StatusChanged { status: Status::Resolved }));
/// let reopened = Event::new(at("2026-06-10T12:00:00Z")?, EventKind::Reopened { since: None });
/// let incident = fold(&[opened, resolved("2026-06-10T10:48:00Z")?, reopened, resolved("2026-06-12T15:14:00Z")?])?;
/// assert_eq!((incident.status, incident.reopened), (Status::Resolved, 1));
/// // Pitfall: the first resolution did not end it.
/// assert_eq!(incident.resolved_at, Some(at("2026-06-12T15:14:00Z")?));
/// assert_eq!(durations(&incident, at("2026-06-13T00:00:00Z")?)?.unresolved.to_string(), "P2DT5H54M");
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `missing_field` without events; those of [`apply`] under `events[2]`, the index in the list. The first event that is refused
/// ends the search.
pub fn fold(events: &[Event]) -> Result<State> {
    let mut order: Vec<(usize, &Event)> = events.iter().enumerate().collect();
    order.sort_by_key(|(_, event)| event.at); // stable
    let mut fold: Option<Fold> = None;
    for (index, event) in order {
        let stepped = match &mut fold {
            None => Fold::open(event).map(|opened| fold = Some(opened)),
            Some(fold) => fold.step(event),
        };
        stepped.map_err(|error| error.under(&format!("events[{index}]")))?;
    }
    let none =
        || Error::new(ErrorKind::MissingField, "events", "is empty: expected the event `opened` first");
    fold.map(Fold::finish).ok_or_else(none)
}

/// Applies an event to an incident.
///
/// ```
/// use relcore::incident::{Event, EventKind, apply, fold};
/// let opened: Event = relcore::from_json(
///     r#"{"at": "2026-06-10T08:08:00Z", "kind": {"type": "opened", "id": "42", "title": "errors at login"}}"#,
/// )?;
/// let incident = fold(&[opened])?;
/// let later = relcore::Timestamp::parse("2026-06-10T08:10:00Z")?;
/// assert_eq!(apply(&incident, &Event::new(later, EventKind::Acknowledged {}))?.milestones.len(), 2);
/// // Pitfall: an event that makes no sense in this status is an error, which lists the events that are allowed.
/// let refused = apply(&incident, &Event::new(later, EventKind::Reopened { since: None })).unwrap_err();
/// assert!(refused.to_string().contains("`reopened` is not allowed while the incident is `investigating`"));
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults of the event at once, under `event`: `invalid_value` for an event or a status that is not allowed in this
/// status and for an empty text, `unordered` for an event before the last one and for a `since` before the start or before
/// an earlier change of the component, `out_of_range` for a `since` after the event and a `nextUpdateAt` that is not after
/// it. `invalid_value` for an `incident` that is not the result of its events.
pub fn apply(incident: &State, event: &Event) -> Result<State> {
    let mut fold = Fold::of(incident)?;
    fold.step(event).map_err(|error| error.under("event"))?;
    Ok(fold.finish())
}

/// The times of an incident that is the result of its events; an error for any other.
pub(super) fn timeline(incident: &State) -> Result<Timeline> {
    Fold::of(incident).map(|fold| fold.timeline)
}

/// An incident while its events are applied.
struct Fold {
    state: State,
    timeline: Timeline,
}

impl Fold {
    /// The events of an incident, applied again.
    fn of(incident: &State) -> Result<Self> {
        let again = fold(&incident.events).map_err(|error| error.under("incident"))?;
        if again != *incident {
            let text =
                "is not the result of its events: expected an incident as `fold` and `apply` return it";
            return Err(Error::new(ErrorKind::InvalidValue, "incident", text));
        }
        let mut timeline = Timeline::default();
        again.events.iter().for_each(|event| timeline.add(event));
        Ok(Self { state: again, timeline })
    }

    fn open(event: &Event) -> Result<Self> {
        let EventKind::Opened { id, title, status, impact, description, started_at, detected_at, components } =
            &event.kind
        else {
            let text =
                format!("`{}` is not allowed before the incident is open: expected `opened`", event.kind);
            return Err(Error::new(ErrorKind::InvalidValue, "kind", text));
        };
        let mut faults = Faults::new();
        for (field, text) in [("id", id), ("title", title)] {
            check_text(text, field, &mut faults);
        }
        for component in components.keys() {
            check_text(component, "components", &mut faults);
        }
        check_text_of(description.as_ref(), "description", &mut faults);
        faults.check(
            !status.is_over(),
            ErrorKind::InvalidValue,
            format_args!("kind.status"),
            format_args!(
                "an incident does not begin as `{status}`: expected `investigating`, `identified` or `monitoring`"
            ),
        );
        let started = started_at.or(*detected_at).unwrap_or(event.at);
        let detected = detected_at.unwrap_or(event.at);
        for (field, at, limit) in [("startedAt", started, detected), ("detectedAt", detected, event.at)] {
            faults.check(
                at <= limit,
                ErrorKind::Unordered,
                format_args!("kind.{field}"),
                format_args!(
                    "`{at}` is after `{limit}`: an incident starts, is detected and is declared in this order"
                ),
            );
        }
        faults.finish()?;
        let state = State {
            id: id.clone(),
            title: title.clone(),
            status: *status,
            impact: *impact,
            description: description.clone(),
            severity: None,
            started_at: started_at.unwrap_or(event.at),
            opened_at: event.at,
            resolved_at: None,
            reopened: 0,
            components: BTreeMap::new(),
            actions: Vec::new(),
            next_steps: Vec::new(),
            milestones: Vec::new(),
            events: vec![event.clone()],
        };
        let mut timeline = Timeline::default();
        timeline.add(event);
        Ok(Self { state, timeline })
    }

    fn step(&mut self, event: &Event) -> Result<()> {
        let mut faults = Faults::new();
        self.check(event, &mut faults);
        faults.finish()?;
        self.timeline.add(event);
        let state = &mut self.state;
        state.events.push(event.clone());
        match &event.kind {
            EventKind::Assessed { severity } => state.severity = Some(*severity),
            EventKind::StatusChanged { status } => {
                state.status = *status;
                if *status == Status::Resolved {
                    state.resolved_at = Some(event.at);
                }
            }
            EventKind::ImpactChanged { impact, description } => {
                state.impact = Some(*impact);
                if description.is_some() {
                    state.description.clone_from(description);
                }
            }
            EventKind::ActionTaken { text } => {
                state.next_steps.retain(|step| step != text);
                state.actions.push(text.clone());
            }
            EventKind::StepPlanned { text } if !state.next_steps.contains(text) => {
                state.next_steps.push(text.clone());
            }
            EventKind::Reopened { .. } => {
                state.status = Status::Investigating;
                state.resolved_at = None;
                state.reopened = state.reopened.saturating_add(1);
            }
            _ => {}
        }
        Ok(())
    }

    fn check(&self, event: &Event, faults: &mut Faults) {
        let (kind, at, status) = (&event.kind, event.at, self.state.status);
        let tag = kind.to_string();
        if let Some(last) = self.state.events.last() {
            faults.check(
                last.at <= at,
                ErrorKind::Unordered,
                format_args!("at"),
                format_args!("`{at}` is before `{}`, the last event", last.at),
            );
        }
        let allowed = allowed(status);
        if !allowed.contains(&&*tag) {
            let allowed = listed(allowed.iter().copied());
            let text =
                format_args!("`{tag}` is not allowed while the incident is `{status}`: expected {allowed}");
            faults.add(ErrorKind::InvalidValue, format_args!("kind"), text);
            return;
        }
        match kind {
            EventKind::StatusChanged { status: next } => {
                let next_statuses = next_statuses(status);
                let is_next = next_statuses.contains(next);
                let listed = listed(next_statuses.iter().map(ToString::to_string));
                let text = format_args!(
                    "`{next}` is not allowed while the incident is `{status}`: expected {listed}"
                );
                faults.check(is_next, ErrorKind::InvalidValue, format_args!("kind.status"), text);
            }
            EventKind::ImpactChanged { description, .. } => {
                check_text_of(description.as_ref(), "description", faults);
            }
            EventKind::ComponentChanged { component, since, .. } => {
                check_text(component, "component", faults);
                let earliest = self.timeline.latest_change(Some(component)).unwrap_or(self.state.started_at);
                check_since(*since, earliest, at, faults);
            }
            EventKind::Mitigated { since } => {
                let earliest = self.timeline.latest_change(None).unwrap_or(self.state.started_at);
                check_since(*since, earliest, at, faults);
            }
            EventKind::Reopened { since } => {
                let earliest = self.timeline.last_end().unwrap_or(self.state.started_at);
                check_since(*since, earliest, at, faults);
            }
            EventKind::Communicated { text, next_update_at, .. } => {
                check_text(text, "text", faults);
                if let Some(next) = next_update_at {
                    faults.check(
                        *next > at,
                        ErrorKind::OutOfRange,
                        format_args!("kind.nextUpdateAt"),
                        format_args!("`{next}` is not after `{at}`, the message"),
                    );
                }
            }
            EventKind::ActionTaken { text } | EventKind::StepPlanned { text } => {
                check_text(text, "text", faults)
            }
            EventKind::Opened { .. }
            | EventKind::Acknowledged {}
            | EventKind::Assessed { .. }
            | EventKind::Documented {} => {}
        }
    }

    fn finish(mut self) -> State {
        self.state.components = self.timeline.statuses();
        self.state.milestones = self.milestones();
        self.state
    }

    fn milestones(&self) -> Vec<DatedMilestone> {
        let events = &self.state.events;
        let first = |is: &dyn Fn(&EventKind) -> bool| events.iter().find(|event| is(&event.kind));
        let reopened = events.iter().rposition(|event| matches!(event.kind, EventKind::Reopened { .. }));
        let since_reopened = || events.iter().skip(reopened.unwrap_or(0));
        let last = |is: &dyn Fn(&EventKind) -> bool| since_reopened().filter(|event| is(&event.kind)).last();
        let detected = match events.first().map(|event| (&event.kind, event.at)) {
            Some((EventKind::Opened { detected_at, .. }, at)) => Some(detected_at.unwrap_or(at)),
            _ => None,
        };
        let at = |event: Option<&Event>| event.map(|event| event.at);
        let mitigated = self.timeline.impact().last().and_then(|last| last.end);
        let reached = [
            (Milestone::Detected, detected),
            (Milestone::Acknowledged, at(first(&|kind| matches!(kind, EventKind::Acknowledged {})))),
            (Milestone::Assessed, at(first(&|kind| matches!(kind, EventKind::Assessed { .. })))),
            (Milestone::Communicated, at(first(&|kind| matches!(kind, EventKind::Communicated { .. })))),
            (Milestone::Mitigated, mitigated),
            (Milestone::Resolved, self.state.resolved_at),
            (Milestone::Documented, at(last(&|kind| matches!(kind, EventKind::Documented {})))),
            (
                Milestone::Learned,
                at(last(&|kind| matches!(kind, EventKind::StatusChanged { status: Status::Postmortem }))),
            ),
        ];
        reached
            .into_iter()
            .filter_map(|(milestone, at)| at.map(|at| DatedMilestone { milestone, at }))
            .collect()
    }
}

/// The events that are allowed in a status.
fn allowed(status: Status) -> Vec<&'static str> {
    let is_allowed = |tag: &str| match tag {
        "opened" => false,
        "assessed" | "status_changed" | "communicated" | "action_taken" | "step_planned" => true,
        "reopened" | "documented" => status.is_over(),
        _ => !status.is_over(),
    };
    let all = EventKind::TAGS.iter().copied();
    all.filter(|tag| is_allowed(tag) && (*tag != "status_changed" || status != Status::Postmortem)).collect()
}

/// The statuses that may follow by `status_changed`. The same status again confirms it while the incident is open.
fn next_statuses(status: Status) -> &'static [Status] {
    match status {
        Status::Investigating | Status::Identified | Status::Monitoring => {
            &[Status::Investigating, Status::Identified, Status::Monitoring, Status::Resolved]
        }
        Status::Resolved => &[Status::Postmortem],
        Status::Postmortem => &[],
    }
}

fn listed(names: impl Iterator<Item = impl std::fmt::Display>) -> String {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

fn check_text(text: &str, field: &str, faults: &mut Faults) {
    faults.check(
        !text.trim().is_empty(),
        ErrorKind::InvalidValue,
        format_args!("kind.{field}"),
        format_args!("{} is empty", quoted(text)),
    );
}

fn check_text_of(text: Option<&String>, field: &str, faults: &mut Faults) {
    if let Some(text) = text {
        check_text(text, field, faults);
    }
}

fn check_since(since: Option<Timestamp>, earliest: Timestamp, at: Timestamp, faults: &mut Faults) {
    let Some(since) = since else { return };
    let path = format_args!("kind.since");
    faults.check(
        since <= at,
        ErrorKind::OutOfRange,
        path,
        format_args!("`{since}` is after `{at}`, the event"),
    );
    let text = format_args!("`{since}` is before `{earliest}`, the change before it");
    faults.check(since >= earliest, ErrorKind::Unordered, path, text);
}
