//! Data frames as tables: their columns are found by the names that the core declares.
use crate::arrow::Arrow;
use crate::failure::Failure;
use crate::input::{Input, InputColumn, Role, source};
use crate::source::Source;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyMapping, PyTuple, PyType};
use relcore::column::{Kind, ROOT, Record};
use relcore::wire::wire_name;
use relcore::{Error, ErrorKind};
use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

/// The column that identifies the rows of a table.
const ID: &str = "id";

/// The columns of data frames, one for each table. A fault has the name of the column as the frame has it. Missing and unknown columns of all frames are refused at once.
pub fn input(frames: &Bound<'_, PyTuple>, ignores: bool, tables: &'static Record) -> Result<Input, Failure> {
    let mut input = Input { columns: Vec::new(), names: Vec::new(), is_frame: true };
    let mut refused = None::<Error>;
    let mut refuse = |error: Error| {
        refused = Some(match refused.take() {
            Some(refused) => refused.and(error),
            None => error,
        });
    };
    let mut frames = frames.iter();
    for field in tables.fields {
        let path = field.path(ROOT);
        let Kind::Table(table) = field.kind else {
            input.name(field, path, None)?;
            continue;
        };
        let Some(frame) = frames.next().filter(|frame| !frame.is_none()) else { continue };
        match columns_of(&frame, &field.name) {
            Ok(mut columns) => {
                let roles = roles(table, &field.name, tables);
                for error in check_names(&columns, &roles, &field.name, ignores) {
                    refuse(error);
                }
                for (name, role, _) in roles {
                    let Some(found) = columns.remove(name) else { continue };
                    let path = format!("{path}.{}", wire_name(name));
                    match found.source(&format!("{}.{name}", field.name)) {
                        Ok(source) => input.columns.push(InputColumn {
                            path,
                            table: field.name.to_string(),
                            role,
                            source,
                            items: None,
                        }),
                        Err(Failure::Refused(error)) => refuse(error),
                        Err(raised) => return Err(raised),
                    }
                }
            }
            Err(Failure::Refused(error)) => refuse(error),
            Err(raised) => return Err(raised),
        }
    }
    for error in check_codes(&input, tables) {
        refuse(error);
    }
    refused.map_or(Ok(input), |refused| Err(refused.into()))
}

/// What the columns of a table may be, by name, and which are required.
fn roles(table: &'static Record, name: &str, tables: &'static Record) -> Vec<(&'static str, Role, bool)> {
    let mut roles = Vec::new();
    for field in table.fields {
        if let Cow::Borrowed(name) = field.name {
            roles.push((name, Role::Declared(field.kind), field.required));
        }
    }
    roles.push((ID, Role::Id, false));
    // A table whose rows belong to those of another one may say so itself.
    for set in tables.fields {
        let (Kind::Table(other), Cow::Borrowed(owner)) = (set.kind, &set.name) else { continue };
        for field in other.fields {
            if let (Kind::Members(of), Cow::Borrowed(members)) = (field.kind, &field.name)
                && of == name
            {
                let role = Role::Owner { table: owner, members };
                roles.push((owner.strip_suffix('s').unwrap_or(owner), role, false));
            }
        }
    }
    roles
}

/// Columns of names without a default that only some tables have: the others would belong to whatever comes first.
fn check_codes(input: &Input, tables: &'static Record) -> Vec<Error> {
    let mut errors = Vec::new();
    for names in tables.fields.iter().filter(|field| matches!(field.kind, Kind::Count(_))) {
        let mut having = None;
        let mut lacking = Vec::new();
        for set in tables.fields {
            let Kind::Table(table) = set.kind else { continue };
            let of_table = || input.columns.iter().filter(|column| column.table == set.name);
            let is_coded = |kind: Kind| matches!(kind, Kind::Codes(of) if of == names.name);
            let Some(field) = table.fields.iter().find(|field| is_coded(field.kind)) else { continue };
            if of_table().any(|column| matches!(column.role, Role::Declared(kind) if is_coded(kind))) {
                having = Some(&set.name);
            } else if of_table().next().is_some() {
                lacking.push(format!("{}.{}", set.name, field.name));
            }
        }
        let Some(having) = having else { continue };
        for path in lacking {
            let text = format!("is missing, but `{having}` has it: expected it in both or in none");
            errors.push(Error::new(ErrorKind::MissingField, path, text));
        }
    }
    errors
}

/// A column of a frame, not yet read: what is left aside is not.
enum Found<'py> {
    Arrow(Arc<Arrow>, usize),
    Object(Bound<'py, PyAny>),
}

impl Found<'_> {
    fn source(self, path: &str) -> Result<Source, Failure> {
        match self {
            Self::Arrow(arrow, index) => Ok(Source::Arrow(arrow, Some(index))),
            Self::Object(object) => source(&object, path),
        }
    }
}

type Columns<'py> = BTreeMap<String, Found<'py>>;

/// The columns of a frame by name: of a mapping, of what exports Arrow, or of pandas without pyarrow.
fn columns_of<'py>(frame: &Bound<'py, PyAny>, path: &str) -> Result<Columns<'py>, Failure> {
    let wrong = |text: String| Failure::from(Error::new(ErrorKind::WrongType, path, text));
    let mut columns = Columns::new();
    let is_mapping = frame.cast::<PyDict>().is_ok() || frame.cast::<PyMapping>().is_ok();
    let arrow = match is_mapping {
        true => None,
        false => Arrow::of(frame).map_err(|error| wrong(error.value(frame.py()).to_string()))?,
    };
    if let Some(arrow) = arrow.map(Arc::new) {
        let names = arrow.names().ok_or_else(|| wrong("is one column: expected a data frame".to_owned()))?;
        if arrow.has_null_rows() {
            return Err(wrong("has rows that are null as a whole".to_owned()));
        }
        for (index, name) in names.into_iter().enumerate() {
            // What pyarrow makes of an index of pandas is no column of the frame.
            if name.starts_with("__index_level_") {
                continue;
            }
            if columns.insert(name.clone(), Found::Arrow(Arc::clone(&arrow), index)).is_some() {
                return Err(wrong(format!("has two columns `{name}`")));
            }
        }
        return Ok(columns);
    }
    if !is_mapping && (frame.is_instance_of::<PyType>() || !frame.hasattr("keys")?) {
        let class = frame.get_type();
        let text = format!("expected a data frame or a dict of columns, got {class}");
        let hint = if frame.hasattr("collect")? { ": call `collect()` first" } else { "" };
        return Err(wrong(text + hint));
    }
    for name in frame.call_method0("keys")?.try_iter()? {
        let name = name?;
        let column = frame.get_item(&name)?;
        let name: String = name.str()?.extract()?;
        if columns.insert(name.clone(), Found::Object(column)).is_some() {
            return Err(wrong(format!("has two columns `{name}`")));
        }
    }
    Ok(columns)
}

/// Missing columns, and unknown ones. Ignored are only those whose name is not nearly that of a column that is left out.
fn check_names(
    columns: &Columns<'_>,
    roles: &[(&'static str, Role, bool)],
    path: &str,
    ignores: bool,
) -> Vec<Error> {
    let found: Vec<String> = columns.keys().map(|name| format!("`{name}`")).collect();
    let mut errors = Vec::new();
    for (name, _, required) in roles {
        if *required && !columns.contains_key(*name) {
            let text = format!("is missing: the columns are {}", found.join(", "));
            errors.push(Error::new(ErrorKind::MissingField, format!("{path}.{name}"), text));
        }
    }
    let known = || roles.iter().map(|(name, ..)| *name);
    for name in columns.keys().filter(|name| !known().any(|known| known == name.as_str())) {
        let near = known().filter(|known| !columns.contains_key(*known)).find(|known| is_near(name, known));
        let text = match near {
            Some(near) => format!("is unknown: rename it if `{near}` is meant, or drop it"),
            None if ignores => continue,
            None => {
                let names: Vec<String> = known().map(|name| format!("`{name}`")).collect();
                format!("is unknown: expected {}; `ignore_unknown=True` leaves it aside", names.join(", "))
            }
        };
        errors.push(Error::new(ErrorKind::UnknownField, format!("{path}.{name}"), text));
    }
    errors
}

/// Whether a name is another one with a slip, or in another spelling: `finishedAt`, `FINISHED_AT`, `finnished_at`.
fn is_near(name: &str, known: &str) -> bool {
    let plain = |name: &str| name.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    let (name, known) = (plain(name), plain(known));
    let slips = (known.len() / 4).min(2);
    name == known || strsim::osa_distance(&name, &known) <= slips
}
