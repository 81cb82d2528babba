//! Events from a table of comma-separated values.
use super::csv_map::{CsvMap, RowKind};
use super::csv_table::{Table, TableRow};
use super::rows::{Collector, Event, ReadEvents, Row, Skip, SkipCode};
use crate::error::{Error, ErrorKind, Faults, Result, quoted, shortened};
use crate::time::{Timestamp, zone};
use crate::wire::{self, Field, Tree, TypeRef};
use chrono::{LocalResult, NaiveDateTime, TimeZone as _};
use chrono_tz::Tz;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// What the name of a field with a label begins with.
const LABELS: &str = "labels.";

/// How times without an offset are written: by spreadsheets, and in ISO 8601.
const LOCAL_TIMES: [&str; 4] =
    ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"];

/// Reads a table of comma-separated values (RFC 4180) as events: deployments, changes, incidents, bugs, vulnerabilities or scans.
///
/// The first row has the names of the columns. The map says which column is which field; other columns are ignored. An empty
/// cell is a field that is left out.
///
/// | field | text in a cell |
/// | --- | --- |
/// | an instant, such as `finishedAt` | RFC 3339; with `timeZone` also `2026-11-23 04:00`, with seconds or without |
/// | a list, such as `changes` | ids that are separated by blanks, commas or semicolons |
/// | a span, such as `downtime` | `PT40M`, `40m` |
/// | true or false, such as `automatic` | also `yes` and `no`, `1` and `0`, in any case of letters |
/// | a label | the field `labels.team` is the label `team` |
/// | an enum, such as `outcome` | its value, or what `values` says |
///
/// A row with more or fewer cells than the header, or with a cell that does not fit its field, is skipped as malformed with
/// its line and its column. Of two rows with one id the later one counts.
///
/// ```
/// use relcore::interchange::{CsvMap, CsvValue, RowKind, SkipCode, csv_events};
/// let table = "Id,Finished,State\n7,2026-11-23T03:00:00Z,Succeeded\n8,2026-11-24T03:00:00Z,Lost\n";
/// let map = CsvMap::new(RowKind::Deployment)
///     .columns([("id", "Id"), ("finishedAt", "Finished"), ("outcome", "State")].map(|(a, b)| (a.into(), b.into())).into())
///     .constants([("service".into(), "shop".into())].into())
///     .values([CsvValue::new("outcome", "Succeeded", "success")]);
/// let read = csv_events(table, &map)?;
/// assert_eq!(read.events.deployments[0].finished_at.to_string(), "2026-11-23T03:00:00.000Z");
/// // Pitfall: a text that neither the field nor `values` knows is no outcome. The row is counted, and the figures lack it.
/// let lost = &read.skipped[0];
/// assert_eq!((lost.code, lost.line.unwrap().get(), lost.path.as_str()), (SkipCode::UnknownState, 3, "rows[1].State"));
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults of the map and the table at once: `unknown_field` for a field that the kind does not have, `missing_field` for a
/// required field without column and constant, `unknown_reference` for a column that the table does not have, `duplicate` for
/// one that it has twice, `invalid_value` for a separator that is not one character and a constant that does not fit its
/// field, `unknown_zone` for a time zone; `missing_field` for a table without a header, and `syntax` for one in which a quote
/// does not end.
pub fn csv_events(text: &str, map: &CsvMap) -> Result<ReadEvents> {
    let mut faults = Faults::new();
    let separator = separator(map, &mut faults);
    let reader = Reader::new(map, &mut faults);
    let table = separator.and_then(|separator| Table::parse(text, separator, &mut faults));
    let cells = table.as_ref().map(|table| reader.cells(map, table, &mut faults));
    faults.finish()?;
    let mut collector = Collector::new("id");
    for (index, row) in table.iter().flat_map(|table| &table.rows).enumerate() {
        let columns = table.as_ref().map_or(0, |table| table.header.len());
        let (value, event) = reader.read(map, cells.as_deref().unwrap_or_default(), row, columns);
        let path = format!("rows[{index}]");
        collector.add(&Row::of(&value, path, Some(row.line)), event);
    }
    Ok(collector.finish())
}

fn separator(map: &CsvMap, faults: &mut Faults) -> Option<u8> {
    match map.separator.as_bytes() {
        [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r') => Some(*byte),
        _ => {
            let text = format_args!(
                "{} is no separator: expected one ASCII character, as `,`",
                quoted(&map.separator)
            );
            faults.add(ErrorKind::InvalidValue, format_args!("map.separator"), text);
            None
        }
    }
}

/// The fields that the map names, with their types.
struct Reader {
    fields: Vec<NamedField>,
    zone: Option<Tz>,
}

struct NamedField {
    /// As in the map: `labels.team`.
    name: String,
    of: TypeRef,
    required: bool,
}

/// Where the text of a field is.
struct Cell<'a> {
    field: &'a NamedField,
    column: Option<(usize, &'a str)>,
    constant: Option<&'a str>,
}

impl Reader {
    fn new(map: &CsvMap, faults: &mut Faults) -> Self {
        let known = wire::fields(map.kind.type_name());
        let zone = map.time_zone.as_deref().map(|name| zone(name, "map.timeZone"));
        let zone = zone.and_then(|zone| faults.absorb(zone));
        let mut reader = Self { fields: vec![], zone };
        let mut names: Vec<(&str, String)> = map
            .columns
            .keys()
            .map(|name| (name.as_str(), format!("map.columns.{}", shortened(name))))
            .collect();
        names.extend(
            map.constants.keys().map(|name| (name.as_str(), format!("map.constants.{}", shortened(name)))),
        );
        let values = map.values.iter().enumerate();
        names.extend(
            values.map(|(index, value)| (value.field.as_str(), format!("map.values[{index}].field"))),
        );
        for (name, path) in names {
            match field(known, name) {
                None => faults.add(
                    ErrorKind::UnknownField,
                    format_args!("{path}"),
                    format_args!(
                        "rows of the kind `{}` have no field {} that a cell can have",
                        map.kind,
                        quoted(name)
                    ),
                ),
                Some(field) if reader.field(name).is_none() => reader.fields.push(field),
                Some(_) => {}
            }
        }
        for field in known.iter().filter(|field| field.required) {
            let is_there = map.columns.contains_key(field.name) || map.constants.contains_key(field.name);
            faults.check(
                is_there,
                ErrorKind::MissingField,
                format_args!("map.columns.{}", field.name),
                format_args!("every {} needs a `{}`: name its column or a constant", map.kind, field.name),
            );
        }
        for (name, text) in &map.constants {
            reader.check(name, text, &format!("map.constants.{}", shortened(name)), faults);
        }
        for (index, value) in map.values.iter().enumerate() {
            reader.check(&value.field, &value.value, &format!("map.values[{index}].value"), faults);
        }
        reader
    }

    fn field(&self, name: &str) -> Option<&NamedField> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// Checks a text of the map.
    fn check(&self, name: &str, text: &str, path: &str, faults: &mut Faults) {
        let Some(field) = self.field(name) else { return };
        if let Err(error) = self.value(field, text) {
            faults.absorb::<()>(Err(error.under(path)));
        }
    }

    /// Finds the columns of the fields.
    fn cells<'a>(&'a self, map: &'a CsvMap, table: &Table, faults: &mut Faults) -> Vec<Cell<'a>> {
        let cell = |field: &'a NamedField| {
            let column = map.columns.get(&field.name).and_then(|name| {
                let path = format!("map.columns.{}", shortened(&field.name));
                Some((table.column(name, &path, faults)?, name.as_str()))
            });
            Cell { field, column, constant: map.constants.get(&field.name).map(String::as_str) }
        };
        self.fields.iter().map(cell).collect()
    }

    /// Reads a row, and what is known of it if it is no event.
    fn read(
        &self,
        map: &CsvMap,
        cells: &[Cell<'_>],
        row: &TableRow,
        columns: usize,
    ) -> (Value, Result<Event, Skip>) {
        let mut object = Map::new();
        let mut labels = Map::new();
        let mut first: Option<Skip> = None;
        if row.cells.len() != columns {
            let text = format!("has {} cells, and the header {columns}", row.cells.len());
            first = Some(Skip::new(SkipCode::WrongType, "", text));
        }
        for cell in cells {
            let name = &cell.field.name;
            let own = cell.column.and_then(|(index, _)| row.cells.get(index)).map(String::as_str);
            let own = own.filter(|text| !text.is_empty()).map(|text| {
                let meaning = map.values.iter().find(|value| value.field == *name && value.text == text);
                meaning.map_or(text, |meaning| &meaning.value)
            });
            let Some(text) = own.or(cell.constant) else {
                if cell.field.required {
                    let column = cell.column.map_or("", |(_, name)| name);
                    first.get_or_insert(Skip::new(SkipCode::MissingField, column, "is empty"));
                }
                continue;
            };
            match self.value(cell.field, text) {
                Ok(value) => match name.strip_prefix(LABELS) {
                    Some(label) => labels.insert(label.to_owned(), value),
                    None => object.insert(name.clone(), value),
                },
                Err(error) => {
                    let code = match (error.kind(), cell.field.of) {
                        (ErrorKind::WrongType, _) => SkipCode::WrongType,
                        (ErrorKind::InvalidValue, TypeRef::Named(_)) => SkipCode::UnknownState,
                        _ => SkipCode::InvalidValue,
                    };
                    let column = cell.column.map_or("", |(_, column)| column);
                    let text = error.faults().first().map(|fault| fault.text.clone());
                    first.get_or_insert(Skip::new(code, column, text.unwrap_or_default()));
                    continue;
                }
            };
        }
        if !labels.is_empty() {
            object.insert("labels".to_owned(), Value::Object(labels));
        }
        let value = Value::Object(object);
        let event = first.map_or_else(|| event(map.kind, value.clone()), Err);
        (value, event)
    }

    /// The value of a text in the cell of a field.
    fn value(&self, field: &NamedField, text: &str) -> Result<Value> {
        let of = match field.of {
            TypeRef::Optional(inner) => *inner,
            of => of,
        };
        let value = match of {
            TypeRef::Bool => match text.to_ascii_lowercase().as_str() {
                "true" | "yes" | "1" => Value::Bool(true),
                "false" | "no" | "0" => Value::Bool(false),
                _ => Value::from(text),
            },
            TypeRef::Integer(..) => text.parse::<i64>().map_or_else(|_| Value::from(text), Value::from),
            TypeRef::List(_) => {
                let ids = text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';'));
                ids.filter(|id| !id.is_empty()).map(Value::from).collect()
            }
            TypeRef::Timestamp => match self.zone.and_then(|zone| local_time(text, zone)) {
                Some(at) => Value::from(at?.to_string()),
                None => Value::from(text),
            },
            _ => Value::from(text),
        };
        let mut faults = Faults::new();
        wire::diagnose(&Tree::of(value.clone()), of, "", &mut faults);
        faults.finish()?;
        Ok(value)
    }
}

/// The field with a name, unless it is a list of objects, which does not fit into a cell.
fn field(known: &'static [Field], name: &str) -> Option<NamedField> {
    let label = name.strip_prefix(LABELS).filter(|label| !label.is_empty());
    let field = known.iter().find(|field| field.name == if label.is_some() { "labels" } else { name })?;
    let of = match (field.of, label) {
        (TypeRef::Map(item), Some(_)) => *item,
        (TypeRef::Map(_) | TypeRef::List(TypeRef::Named(_)), _) => return None,
        (of, _) => of,
    };
    Some(NamedField { name: name.to_owned(), of, required: field.required })
}

/// The instant of a time without an offset; nothing if the text is none.
fn local_time(text: &str, zone: Tz) -> Option<Result<Timestamp>> {
    let local = LOCAL_TIMES.iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())?;
    let fault = |what: &str| {
        let text = format!("{} {what} in this time zone, whose clock was changed", quoted(text));
        Err(Error::new(ErrorKind::InvalidValue, "", text))
    };
    Some(match zone.from_local_datetime(&local) {
        LocalResult::Single(at) => Timestamp::from_millis(at.timestamp_millis()),
        LocalResult::Ambiguous(..) => fault("occurs twice"),
        LocalResult::None => fault("does not occur"),
    })
}

/// The event of a row, all of whose fields fit.
fn event(kind: RowKind, value: Value) -> Result<Event, Skip> {
    Ok(match kind {
        RowKind::Deployment => Event::Deployment(typed(kind, value)?),
        RowKind::Change => Event::Change(typed(kind, value)?),
        RowKind::Incident => Event::Incident(typed(kind, value)?),
        RowKind::Bug => Event::Bug(typed(kind, value)?),
        RowKind::Vulnerability => Event::Vulnerability(typed(kind, value)?),
        RowKind::Scan => Event::Scan(typed(kind, value)?),
    })
}

fn typed<T: DeserializeOwned>(kind: RowKind, value: Value) -> Result<T, Skip> {
    wire::diagnosed(Tree::of(value), TypeRef::Named(kind.type_name()))
        .map_err(|error| Skip::new(SkipCode::InvalidValue, "", error.to_string()))
}
