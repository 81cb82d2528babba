//! What all readers of delivery data have in common: pages of rows become events, and every row is accounted for.
use super::severity::highest;
use crate::error::{Error, ErrorKind, Faults, Result, quoted};
use crate::metrics::{Bug, Change, Deployment, Events, Incident, Scan, Vulnerability};
use crate::scalar::Count;
use crate::time::Timestamp;
use crate::wire;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// The events of the pages that a reader was given, and every row that became none.
///
/// `rows` is the number of events, `parts` and skipped rows together: no row is dropped silently. Two rules of a caller:
///
/// - `malformed` is zero: every row could be read. This is the usual rule before figures are published.
/// - `skipped` is empty: every row is an event, too. Rows that are still pending break it.
///
/// ```
/// use relcore::interchange::{SkipCode, gitlab_deployments};
/// let pages = [r#"[{"id": 1, "status": "running", "created_at": "2026-11-23T03:00:00Z"}, {"id": 2}]"#.to_owned()];
/// let read = gitlab_deployments(&pages, "shop")?;
/// assert_eq!((read.rows.get(), read.skipped.len(), read.malformed.get()), (2, 2, 1));
/// assert_eq!((read.skipped[1].code, read.skipped[1].path.as_str()), (SkipCode::MissingField, "pages[0][1].status"));
/// # Ok::<(), relcore::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "interchange.ReadEvents", rename_all = "camelCase", deny_unknown_fields)]
pub struct ReadEvents {
    /// The events, in the order of their rows; each id once.
    pub events: Events,
    /// How many rows the pages have.
    pub rows: Count,
    /// How many rows are a part of another row's event, such as the statuses of a deployment.
    pub parts: Count,
    /// How many of the skipped rows could not be read. Each of them is missing in the figures.
    pub malformed: Count,
    /// How many rows were skipped for which reason.
    pub counts: Vec<SkipCount>,
    /// Each row that is no event, in the order of reading.
    pub skipped: Vec<SkippedRow>,
}

/// A row that is no event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "interchange.SkippedRow", rename_all = "camelCase", deny_unknown_fields)]
pub struct SkippedRow {
    /// Why it is none.
    pub code: SkipCode,
    /// The path of the row, or of the field that decided: `pages[1][3].status`.
    pub path: String,
    /// The line of the text where the row begins, from 1; left out for JSON, where the path says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<Count>,
    /// The id of the row, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The same for a person.
    pub text: String,
}

/// How many rows were skipped for one reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "interchange.SkipCount", rename_all = "camelCase", deny_unknown_fields)]
pub struct SkipCount {
    /// The reason.
    pub code: SkipCode,
    /// How many.
    pub n: Count,
}

/// Why a row is no event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "interchange.SkipCode", rename_all = "snake_case")]
pub enum SkipCode {
    /// It has not ended yet. Read it again later.
    Pending,
    /// Another row has the same id and counts instead: the later one, as where a list grew between two pages, or the first of
    /// messages that were sent twice.
    Duplicate,
    /// It ended without taking effect: a request that was closed without a merge, an issue that was declined.
    Abandoned,
    /// It is of a kind that the reader does not turn into events: a prerelease, an issue without a label of the rules.
    OtherKind,
    /// It belongs to a row that is not in the pages.
    UnknownReference,
    /// A field that the event needs is absent or null. The row counts as malformed.
    MissingField,
    /// A field, or the row, has another type than documented. The row counts as malformed.
    WrongType,
    /// A field has no meaning, such as a time that is none. The row counts as malformed.
    InvalidValue,
    /// Its state is not one of those that are documented. The row counts as malformed.
    UnknownState,
}

impl SkipCode {
    /// Whether the row could not be read.
    #[must_use]
    pub const fn is_malformed(self) -> bool {
        matches!(self, Self::MissingField | Self::WrongType | Self::InvalidValue | Self::UnknownState)
    }
}

/// Why the row at hand is no event: the path within the row, and a sentence.
#[derive(Clone, Debug)]
pub(super) struct Skip {
    code: SkipCode,
    field: String,
    text: String,
}

impl Skip {
    pub(super) fn new(code: SkipCode, field: &str, text: impl Into<String>) -> Self {
        Self { code, field: field.to_owned(), text: text.into() }
    }

    /// The same for a field inside another one.
    pub(super) fn under(self, field: &str) -> Self {
        Self { field: format!("{field}.{}", self.field), ..self }
    }

    pub(super) fn pending(field: &str, state: &str) -> Self {
        Self::new(SkipCode::Pending, field, format!("is {}: it has not ended", quoted(state)))
    }

    pub(super) fn unknown_state(field: &str, state: &str) -> Self {
        Self::new(SkipCode::UnknownState, field, format!("{} is not a documented state", quoted(state)))
    }
}

/// Where the rows of a page are.
#[derive(Clone, Copy, Debug)]
pub(super) enum RowsAt {
    /// The page is the list.
    Top,
    /// The page is an object with the list under this key.
    Key(&'static str),
}

/// The pages of one list, parsed.
pub(super) struct Pages {
    argument: &'static str,
    at: RowsAt,
    pages: Vec<Value>,
}

impl Pages {
    /// Parses the pages. A page without the list of rows is refused, and the faults of all pages are reported together.
    pub(super) fn parse(texts: &[String], argument: &'static str, at: RowsAt) -> Result<Self> {
        let mut faults = Faults::new();
        let mut pages = Vec::with_capacity(texts.len());
        for (index, text) in texts.iter().enumerate() {
            let path = format!("{argument}[{index}]");
            let page = faults.absorb(wire::parse_json(text).map_err(|error| error.under(&path)));
            pages.extend(page.filter(|page| is_page(page, at, &path, &mut faults)));
        }
        faults.finish()?;
        Ok(Self { argument, at, pages })
    }

    /// Refuses pages each of which says that another one follows: figures from the first pages alone would be wrong.
    pub(super) fn complete(self, has_next: fn(&Value) -> bool) -> Result<Self> {
        if self.pages.is_empty() || self.pages.iter().any(|page| !has_next(page)) {
            return Ok(self);
        }
        Err(incomplete(self.argument))
    }

    /// The rows of all pages in order.
    pub(super) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.pages.iter().enumerate().flat_map(move |(page, value)| {
            let (list, key) = match self.at {
                RowsAt::Top => (value.as_array(), String::new()),
                RowsAt::Key(key) => (value.get(key).and_then(Value::as_array), format!(".{key}")),
            };
            list.into_iter().flatten().enumerate().map(move |(index, value)| Row {
                value,
                path: format!("{}[{page}]{key}[{index}]", self.argument),
                line: None,
            })
        })
    }
}

fn is_page(page: &Value, at: RowsAt, path: &str, faults: &mut Faults) -> bool {
    let (found, expected) = match at {
        RowsAt::Top => (page.is_array(), "expected a list, as the API returns it".to_owned()),
        RowsAt::Key(key) => {
            (page.get(key).is_some_and(Value::is_array), format!("expected an object with a list `{key}`"))
        }
    };
    if !found {
        let text = format_args!("{expected}{}", message(page));
        faults.add(ErrorKind::WrongType, format_args!("{path}"), text);
    }
    found
}

/// Parses texts, and refuses those that are of another form. The faults of all texts are reported together.
pub(super) fn documents(
    texts: &[String],
    argument: &str,
    expected: &str,
    is_document: fn(&Value) -> bool,
) -> Result<Vec<Value>> {
    let mut faults = Faults::new();
    let mut documents = Vec::with_capacity(texts.len());
    for (index, text) in texts.iter().enumerate() {
        let path = format!("{argument}[{index}]");
        let document = faults.absorb(wire::parse_json(text).map_err(|error| error.under(&path)));
        if let Some(document) = &document
            && !is_document(document)
        {
            let text = format_args!("{expected}{}", message(document));
            faults.add(ErrorKind::WrongType, format_args!("{path}"), text);
        }
        documents.extend(document);
    }
    faults.finish()?;
    Ok(documents)
}

/// The error for texts each of which says that another one follows.
pub(super) fn incomplete(argument: &str) -> Error {
    let text = "is not complete: every page says that another one follows";
    Error::new(ErrorKind::InvalidValue, argument, text)
}

/// What an API says instead of a page: it answers an error with an object that has a message.
fn message(page: &Value) -> String {
    let message = ["message", "error"].iter().find_map(|key| page.get(key).and_then(Value::as_str));
    message.map(|text| format!("; it says {}", quoted(text))).unwrap_or_default()
}

/// One row of a page or a table.
pub(super) struct Row<'a> {
    value: &'a Value,
    path: String,
    line: Option<usize>,
}

impl<'a> Row<'a> {
    pub(super) fn of(value: &'a Value, path: String, line: Option<usize>) -> Self {
        Self { value, path, line }
    }

    /// Whether it is an object without fields.
    pub(super) fn is_empty(&self) -> bool {
        self.value.as_object().is_some_and(serde_json::Map::is_empty)
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// The rows of the list at a path of keys; none where there is no list.
    pub(super) fn list(&self, field: &str) -> Vec<Self> {
        let items = self.value(field).and_then(Value::as_array).into_iter().flatten().enumerate();
        let row =
            |(index, value)| Row { value, path: format!("{}.{field}[{index}]", self.path), line: self.line };
        items.map(row).collect()
    }

    /// The value at a path of keys, such as `service.summary`; absent and null are the same.
    pub(super) fn value(&self, field: &str) -> Option<&'a Value> {
        let found = field.split('.').try_fold(self.value, |value, key| value.get(key));
        found.filter(|value| !value.is_null())
    }

    pub(super) fn optional_text(&self, field: &str) -> Result<Option<&'a str>, Skip> {
        let text = |value: &'a Value| {
            value.as_str().ok_or_else(|| Skip::new(SkipCode::WrongType, field, "expected text"))
        };
        self.value(field).map(text).transpose()
    }

    pub(super) fn text(&self, field: &str) -> Result<&'a str, Skip> {
        self.optional_text(field)?.ok_or_else(|| missing(field))
    }

    pub(super) fn optional_time(&self, field: &str) -> Result<Option<Timestamp>, Skip> {
        self.optional_text(field)?.map(|text| time(field, text)).transpose()
    }

    pub(super) fn time(&self, field: &str) -> Result<Timestamp, Skip> {
        self.optional_time(field)?.ok_or_else(|| missing(field))
    }

    /// An id: text, or a whole number.
    pub(super) fn id(&self, field: &str) -> Result<String, Skip> {
        let value = self.value(field).ok_or_else(|| missing(field))?;
        id_of(value).ok_or_else(|| Skip::new(SkipCode::WrongType, field, "expected text or a whole number"))
    }

    pub(super) fn optional_flag(&self, field: &str) -> Result<bool, Skip> {
        let flag = |value: &Value| {
            value.as_bool().ok_or_else(|| Skip::new(SkipCode::WrongType, field, "expected true or false"))
        };
        self.value(field).map_or(Ok(false), flag)
    }

    /// The names in a list of texts, or of objects that have the name under a key.
    pub(super) fn names(&self, field: &str) -> Result<Vec<&'a str>, Skip> {
        let Some(value) = self.value(field) else { return Ok(vec![]) };
        let name = |one: &'a Value| one.as_str().or_else(|| one.get("name").and_then(Value::as_str));
        let names = value.as_array().and_then(|list| list.iter().map(name).collect());
        names.ok_or_else(|| Skip::new(SkipCode::WrongType, field, "expected a list of names"))
    }
}

pub(super) fn missing(field: &str) -> Skip {
    Skip::new(SkipCode::MissingField, field, "is missing or null")
}

pub(super) fn time(field: &str, text: &str) -> Result<Timestamp, Skip> {
    Timestamp::parse(text).map_err(|error| Skip::new(SkipCode::InvalidValue, field, error.to_string()))
}

fn id_of(value: &Value) -> Option<String> {
    let number = || value.as_u64().map(|number| number.to_string());
    value.as_str().map(str::to_owned).or_else(number)
}

/// An event of a row.
#[derive(Debug)]
pub(super) enum Event {
    Deployment(Deployment),
    Change(Change),
    Incident(Incident),
    Bug(Bug),
    Vulnerability(Vulnerability),
    Scan(Scan),
}

const VULNERABILITY: u8 = 4;

impl Event {
    /// Ids are unique among the events of one kind.
    fn key(&self) -> (u8, &str) {
        match self {
            Self::Deployment(event) => (0, &event.id),
            Self::Change(event) => (1, &event.id),
            Self::Incident(event) => (2, &event.id),
            Self::Bug(event) => (3, &event.id),
            Self::Vulnerability(event) => (VULNERABILITY, &event.id),
            Self::Scan(event) => (5, &event.id),
        }
    }
}

/// Where a row is: its path, and its line in a table.
#[derive(Clone)]
struct Place {
    path: String,
    line: Option<usize>,
}

impl Place {
    fn skipped(self, code: SkipCode, id: Option<String>, text: String) -> SkippedRow {
        SkippedRow { code, path: self.path, line: self.line.map(Count::of), id, text }
    }
}

/// Collects events and accounts for every row.
pub(super) struct Collector {
    /// The path of keys under which rows have their id.
    id: &'static str,
    events: Vec<(Event, Place)>,
    by_key: BTreeMap<(u8, String), usize>,
    rows: usize,
    parts: usize,
    skipped: Vec<SkippedRow>,
}

impl Collector {
    pub(super) fn new(id: &'static str) -> Self {
        Self { id, events: vec![], by_key: BTreeMap::new(), rows: 0, parts: 0, skipped: vec![] }
    }

    /// Counts a row and keeps its event. Of two rows with one id the later one counts, because it was read later; but a
    /// vulnerability was detected and disclosed when that was first said, and has the highest severity that was given.
    pub(super) fn add(&mut self, row: &Row<'_>, event: Result<Event, Skip>) {
        let mut event = match self.checked(row, event) {
            Ok(event) => event,
            Err(skip) => return self.skip(row, skip),
        };
        self.rows += 1;
        let place = Place { path: row.path.clone(), line: row.line };
        let (kind, id) = event.key();
        let id = id.to_owned();
        match self.by_key.entry((kind, id.clone())) {
            Entry::Vacant(entry) => {
                entry.insert(self.events.len());
                self.events.push((event, place));
            }
            Entry::Occupied(entry) => {
                let Some(earlier) = self.events.get_mut(*entry.get()) else { return };
                if let (Event::Vulnerability(first), Event::Vulnerability(one)) = (&earlier.0, &mut event) {
                    one.detected_at = one.detected_at.min(first.detected_at);
                    one.disclosed_at = [one.disclosed_at, first.disclosed_at].into_iter().flatten().min();
                    // The later one of two that are as high.
                    let severities = [first.severity.as_deref(), one.severity.as_deref()];
                    one.severity = highest(severities.into_iter().flatten()).map(str::to_owned);
                }
                let (_, place) = std::mem::replace(earlier, (event, place));
                let text = format!("has the id of `{}`, which was read later", row.path);
                self.skipped.push(place.skipped(SkipCode::Duplicate, Some(id), text));
            }
        }
    }

    /// Whether a row before had this vulnerability.
    pub(super) fn has_vulnerability(&self, id: &str) -> bool {
        self.by_key.contains_key(&(VULNERABILITY, id.to_owned()))
    }

    /// Counts a row that is a part of another row's event.
    pub(super) fn part(&mut self) {
        self.rows += 1;
        self.parts += 1;
    }

    /// Counts a row that is no event.
    pub(super) fn skip(&mut self, row: &Row<'_>, skip: Skip) {
        self.rows += 1;
        let path = match skip.field.as_str() {
            "" => row.path.clone(),
            field => format!("{}.{field}", row.path),
        };
        let id = row.value(self.id).and_then(id_of);
        self.skipped.push(Place { path, line: row.line }.skipped(skip.code, id, skip.text));
    }

    pub(super) fn finish(self) -> ReadEvents {
        let mut events = Events::default();
        for (event, _) in self.events {
            match event {
                Event::Deployment(event) => events.deployments.push(event),
                Event::Change(event) => events.changes.push(event),
                Event::Incident(event) => events.incidents.push(event),
                Event::Bug(event) => events.bugs.push(event),
                Event::Vulnerability(event) => events.vulnerabilities.push(event),
                Event::Scan(event) => events.scans.push(event),
            }
        }
        let mut counts: BTreeMap<SkipCode, usize> = BTreeMap::new();
        for row in &self.skipped {
            *counts.entry(row.code).or_default() += 1;
        }
        ReadEvents {
            events,
            rows: Count::of(self.rows),
            parts: Count::of(self.parts),
            malformed: Count::of(self.skipped.iter().filter(|row| row.code.is_malformed()).count()),
            counts: counts.into_iter().map(|(code, n)| SkipCount { code, n: Count::of(n) }).collect(),
            skipped: self.skipped,
        }
    }

    /// A row that is no object has no fields: the first missing one would mislead.
    fn checked(&self, row: &Row<'_>, event: Result<Event, Skip>) -> Result<Event, Skip> {
        let no_object = || Skip::new(SkipCode::WrongType, "", "expected an object");
        if row.value.is_object() { event } else { Err(no_object()) }
    }
}

/// Reads every row of the pages by one function.
pub(super) fn collect(
    pages: &Pages,
    id: &'static str,
    read: impl Fn(&Row<'_>) -> Result<Event, Skip>,
) -> ReadEvents {
    let mut collector = Collector::new(id);
    for row in pages.rows() {
        collector.add(&row, read(&row));
    }
    collector.finish()
}
