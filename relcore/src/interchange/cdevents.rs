//! Deployments, changes and incidents in CDEvents.
use super::rows::{Collector, Event, ReadEvents, Row, Skip, SkipCode, documents};
use crate::error::{Result, quoted};
use crate::metrics::{Change, Deployment, DeploymentIntent, DeploymentOutcome, Incident};
use crate::time::Timestamp;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Reads CDEvents, <https://cdevents.dev>, of the versions 0.1 to 0.5. Each text is an event, or a list of events; an event
/// may also be inside a CloudEvent, as its `data`.
///
/// | type | result |
/// | --- | --- |
/// | `service.deployed`, `service.upgraded` | a successful deployment |
/// | `service.rolledback` | a successful deployment with the intent `rollback` |
/// | `incident.detected`, `incident.reported` | an incident that began with the first of them |
/// | `incident.resolved` | its end: the first one since it was last detected or reported |
/// | `change.merged` | a change; `change.created` and `change.reviewed` say when it was opened and first reviewed |
/// | `change.abandoned` | skipped as `abandoned`, with the other events of that change |
/// | any other, as `service.published`, `service.removed` | skipped as `other_kind` |
///
/// The events of one incident or change are one event and its `parts`; it has the place of the event that it is read from. A
/// change without `merged` is `pending`; an incident without its beginning is skipped as `unknown_reference`. Events may come in
/// any order, and the same event twice is a `duplicate`.
///
/// A deployment is of the service `subject.id`, an incident of the service that it names; `service` replaces both for all
/// rows. The environment is the `id` of the environment, the revision the `artifactId`, the run the `chainId`. Ids are unique
/// within their source only, so that of a deployment is `source/id` of the event, that of an incident `source/id` of the
/// subject; a change keeps the id of the subject, so that deployments can name it.
///
/// ```
/// use relcore::interchange::cdevents;
/// let event = r#"{
///     "context": {"version": "0.4.1", "id": "271069a8", "source": "/ci", "type": "dev.cdevents.service.deployed.0.2.0",
///         "timestamp": "2026-11-23T03:00:00Z"},
///     "subject": {"id": "shop", "source": "/ci", "type": "service", "content":
///         {"environment": {"id": "production"}, "artifactId": "pkg:oci/shop@sha256%3A0b31b1c0"}}
/// }"#.to_owned();
/// let read = cdevents(&[event.clone()], None)?;
/// assert_eq!(read.events.deployments[0].service, "shop");
/// // Pitfall: a service that was published is the deployment before it again, and would count twice.
/// let published = event.replace("deployed", "published");
/// assert!(cdevents(&[published], None)?.events.deployments.is_empty());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults of all texts at once: `syntax` for a text that is not JSON, `wrong_type` for one that is neither an object nor a
/// list. An event that cannot be read is no error: it is in `skipped`.
pub fn cdevents(texts: &[String], service: Option<&str>) -> Result<ReadEvents> {
    let is_document = |document: &Value| document.is_object() || document.is_array();
    let documents = documents(texts, "texts", "expected an event, or a list of events", is_document)?;
    let mut rows = vec![];
    for (index, document) in documents.iter().enumerate() {
        let path = format!("texts[{index}]");
        match document.as_array() {
            Some(list) => rows.extend(
                list.iter().enumerate().map(|(at, value)| Row::of(value, format!("{path}[{at}]"), None)),
            ),
            None => rows.push(Row::of(document, path, None)),
        }
    }
    let mut seen = BTreeSet::new();
    let mut read: Vec<Result<Message<'_>, Skip>> = rows.iter().map(Message::read).collect();
    for message in &mut read {
        let is_new = message.as_ref().is_ok_and(|one| seen.insert((one.source.to_owned(), one.id.clone())));
        if message.is_ok() && !is_new {
            *message = Err(Skip::new(SkipCode::Duplicate, "", "is an event that was read before"));
        }
    }
    let groups = Groups::of(&read);
    let mut collector = Collector::new("context.id");
    for (index, (row, message)) in rows.iter().zip(&read).enumerate() {
        let found = match message {
            Err(skip) => Err(skip.clone()),
            Ok(message) => groups.read(index, message, service),
        };
        match found {
            Ok(None) => collector.part(),
            Ok(Some(event)) => collector.add(row, Ok(event)),
            Err(skip) => collector.add(row, Err(skip)),
        }
    }
    Ok(collector.finish())
}

/// An event of CDEvents.
struct Message<'a> {
    row: &'a Row<'a>,
    /// What the fields begin with: `data.` inside a CloudEvent.
    prefix: &'static str,
    id: String,
    source: &'a str,
    kind: Kind,
    at: Timestamp,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Deployed,
    RolledBack,
    Began,
    Resolved,
    Created,
    Reviewed,
    Updated,
    Merged,
    Abandoned,
}

impl Kind {
    /// The kind of a type such as `dev.cdevents.service.deployed.0.2.0`.
    fn of(name: &str) -> Option<Self> {
        let mut parts = name.strip_prefix("dev.cdevents.")?.split('.');
        Some(match (parts.next()?, parts.next()?) {
            ("service", "deployed" | "upgraded") => Self::Deployed,
            ("service", "rolledback") => Self::RolledBack,
            ("incident", "detected" | "reported") => Self::Began,
            ("incident", "resolved") => Self::Resolved,
            ("change", "created") => Self::Created,
            ("change", "reviewed") => Self::Reviewed,
            ("change", "updated") => Self::Updated,
            ("change", "merged") => Self::Merged,
            ("change", "abandoned") => Self::Abandoned,
            _ => return None,
        })
    }

    const fn is_of_incident(self) -> bool {
        matches!(self, Self::Began | Self::Resolved)
    }

    const fn is_of_deployment(self) -> bool {
        matches!(self, Self::Deployed | Self::RolledBack)
    }
}

impl<'a> Message<'a> {
    fn read(row: &'a Row<'a>) -> Result<Self, Skip> {
        let prefix = if row.value("data.context").is_some() { "data." } else { "" };
        let field = |name: &str| format!("{prefix}{name}");
        let name = row.text(&field("context.type"))?;
        let kind = Kind::of(name).ok_or_else(|| {
            let text = format!("{} is no deployment, change or incident", quoted(name));
            Skip::new(SkipCode::OtherKind, &field("context.type"), text)
        })?;
        Ok(Self {
            row,
            prefix,
            id: row.id(&field("context.id"))?,
            source: row.text(&field("context.source"))?,
            kind,
            at: row.time(&field("context.timestamp"))?,
        })
    }

    fn field(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    fn text(&self, name: &str) -> Result<&'a str, Skip> {
        self.row.text(&self.field(name))
    }

    fn optional_text(&self, name: &str) -> Result<Option<&'a str>, Skip> {
        self.row.optional_text(&self.field(name))
    }

    /// The source and the id of the subject. The source is that of the event when left out.
    fn subject(&self) -> Result<(&'a str, String), Skip> {
        let source = self.optional_text("subject.source")?.unwrap_or(self.source);
        Ok((source, self.row.id(&self.field("subject.id"))?))
    }

    fn deployment(&self, service: Option<&str>) -> Result<Event, Skip> {
        let (_, subject) = self.subject()?;
        let id = format!("{}/{}", self.source, self.id);
        let service = service.unwrap_or(&subject);
        let mut deployment = Deployment::new(id, service, self.at, DeploymentOutcome::Success);
        self.text("subject.content.environment.id")?.clone_into(&mut deployment.environment);
        deployment.revision = self.optional_text("subject.content.artifactId")?.map(str::to_owned);
        deployment.run = self.optional_text("context.chainId")?.map(str::to_owned);
        if self.kind == Kind::RolledBack {
            deployment.intent = DeploymentIntent::Rollback;
        }
        Ok(Event::Deployment(deployment))
    }

    fn incident(&self, service: Option<&str>, resolved_at: Option<Timestamp>) -> Result<Event, Skip> {
        let (source, subject) = self.subject()?;
        let service = service.map_or_else(|| self.text("subject.content.service.id"), Ok)?;
        let mut incident = Incident::new(format!("{source}/{subject}"), service, self.at);
        self.text("subject.content.environment.id")?.clone_into(&mut incident.environment);
        incident.revision = self.optional_text("subject.content.artifactId")?.map(str::to_owned);
        incident.resolved_at = resolved_at;
        Ok(Event::Incident(incident))
    }
}

/// What the events of one incident or change say together.
#[derive(Default)]
struct Group {
    /// The row that is its event: the first one with its beginning, or with its merge.
    main: Option<(Timestamp, usize)>,
    /// When it was resolved, unless it was detected or reported again.
    resolved_at: Option<Timestamp>,
    created_at: Option<Timestamp>,
    reviewed_at: Option<Timestamp>,
    is_abandoned: bool,
}

impl Group {
    /// Adds an event. Events come in the order of time.
    fn add(&mut self, at: Timestamp, index: usize, kind: Kind) {
        match kind {
            Kind::Began => {
                self.main.get_or_insert((at, index));
                self.resolved_at = None;
            }
            Kind::Resolved => {
                self.resolved_at.get_or_insert(at);
            }
            Kind::Merged => {
                self.main.get_or_insert((at, index));
            }
            Kind::Created => {
                self.created_at.get_or_insert(at);
            }
            Kind::Reviewed => {
                self.reviewed_at.get_or_insert(at);
            }
            Kind::Abandoned => self.is_abandoned = true,
            Kind::Deployed | Kind::RolledBack | Kind::Updated => {}
        }
    }
}

/// By whether it is an incident, the source and the id.
struct Groups {
    groups: BTreeMap<(bool, String, String), Group>,
    /// How many sources have a change with an id.
    sources: BTreeMap<String, usize>,
}

impl Groups {
    fn of(messages: &[Result<Message<'_>, Skip>]) -> Self {
        let read =
            messages.iter().enumerate().filter_map(|(index, message)| Some((index, message.as_ref().ok()?)));
        let mut read: Vec<_> = read.filter(|(_, message)| !message.kind.is_of_deployment()).collect();
        // At one instant, an incident begins before it is resolved.
        read.sort_by_key(|(index, message)| (message.at, message.kind == Kind::Resolved, *index));
        let mut groups: BTreeMap<_, Group> = BTreeMap::new();
        for (index, message) in read {
            let Ok((source, id)) = message.subject() else { continue };
            let key = (message.kind.is_of_incident(), source.to_owned(), id);
            groups.entry(key).or_default().add(message.at, index, message.kind);
        }
        let mut sources: BTreeMap<String, usize> = BTreeMap::new();
        for (is_incident, _, id) in groups.keys() {
            *sources.entry(id.clone()).or_default() += usize::from(!is_incident);
        }
        Self { groups, sources }
    }

    /// The event that a row is, or nothing if it is a part of one.
    fn read(
        &self,
        index: usize,
        message: &Message<'_>,
        service: Option<&str>,
    ) -> Result<Option<Event>, Skip> {
        if message.kind.is_of_deployment() {
            return message.deployment(service).map(Some);
        }
        let (source, id) = message.subject()?;
        let is_incident = message.kind.is_of_incident();
        let none = Group::default();
        let group = self.groups.get(&(is_incident, source.to_owned(), id.clone())).unwrap_or(&none);
        let Some((at, main)) = group.main else {
            let field = message.field("subject.id");
            if is_incident {
                let text = format!("no event says when {} began", quoted(&id));
                return Err(Skip::new(SkipCode::UnknownReference, &field, text));
            }
            if group.is_abandoned {
                return Err(Skip::new(SkipCode::Abandoned, &field, "the change was abandoned"));
            }
            return Err(Skip::new(SkipCode::Pending, &field, "the change is not merged"));
        };
        if main != index {
            return Ok(None);
        }
        if is_incident {
            return message.incident(service, group.resolved_at).map(Some);
        }
        // An id is unique within its source only.
        let is_shared = self.sources.get(&id).is_some_and(|sources| *sources > 1);
        let mut change = Change::new(if is_shared { format!("{source}/{id}") } else { id }, at);
        change.merged_at = Some(at);
        change.opened_at = group.created_at;
        change.reviewed_at = group.reviewed_at;
        Ok(Some(Event::Change(change)))
    }
}
