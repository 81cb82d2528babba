//! The columns of a call as they were given: fields of dataclasses, entries of dicts, columns of data frames.
use crate::{failure::Failure, source::Source};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use relcore::column::{Field, Kind, ROOT, Record};
use relcore::wire::wire_name;
use relcore::{Error, ErrorKind};
use std::result::Result;

/// The columns of a call.
pub struct Input {
    pub columns: Vec<InputColumn>,
    /// The names that codes stand for, or their number, by their paths.
    pub names: Vec<(String, Names)>,
    /// Whether references are ids, and all codes are names: in data frames. Else both are indices, unless they are text.
    pub is_frame: bool,
}

/// One column.
pub struct InputColumn {
    pub path: String,
    /// The name of its table.
    pub table: String,
    pub role: Role,
    pub source: Source,
    /// The items of lists; `source` then has their offsets.
    pub items: Option<Source>,
}

/// What a column is.
#[derive(Clone, Copy)]
pub enum Role {
    /// What its table declares.
    Declared(Kind),
    /// What identifies the rows.
    Id,
    /// The id of the row of a table to which each row belongs, instead of the lists in a field of that table.
    Owner { table: &'static str, members: &'static str },
}

/// The names of a set of tables.
pub struct Names {
    /// The field of the set: `environments`.
    pub field: &'static str,
    pub kind: Kind,
    /// Those that were given.
    pub given: Option<Vec<String>>,
    pub count: Option<u32>,
}

impl Input {
    /// The columns of a set of tables: of dataclasses or dicts.
    pub fn of(object: &Bound<'_, PyAny>, tables: &'static Record) -> Result<Self, Failure> {
        let mut input = Self { columns: Vec::new(), names: Vec::new(), is_frame: false };
        for field in tables.columns() {
            let path = field.path(ROOT);
            let value = part(object, &field.name)?;
            match (field.kind, value) {
                (Kind::Table(table), Some(value)) => input.table(&value, table, &field, &path)?,
                (Kind::Table(_), None) => {}
                (_, value) => input.name(&field, path, value.as_ref())?,
            }
        }
        Ok(input)
    }

    /// Adds the names that codes stand for, or their number, unless nothing is given.
    pub fn name(
        &mut self,
        field: &Field,
        path: String,
        value: Option<&Bound<'_, PyAny>>,
    ) -> Result<(), Failure> {
        let wrong = |text: &str| Error::new(ErrorKind::WrongType, &path, format!("expected {text}"));
        let (mut given, mut count) = (None, None);
        match (field.kind, value) {
            (Kind::Names(_), Some(value)) => {
                given = Some(value.extract().map_err(|_| wrong("a list of names"))?)
            }
            (_, Some(value)) => count = Some(value.extract().map_err(|_| wrong("a number of names"))?),
            (_, None) => {}
        }
        let std::borrow::Cow::Borrowed(name) = field.name else { return Ok(()) };
        self.names.push((path, Names { field: name, kind: field.kind, given, count }));
        Ok(())
    }

    fn table(
        &mut self,
        object: &Bound<'_, PyAny>,
        table: &'static Record,
        of: &Field,
        parent: &str,
    ) -> Result<(), Failure> {
        for field in table.columns() {
            let Some(value) = part(object, &field.name)? else { continue };
            let path = field.path(parent);
            let (source, items) = if matches!(field.kind, Kind::Lists(_)) {
                let part = |name: &str| match part(&value, name)? {
                    Some(part) => source(&part, &format!("{path}.{name}")),
                    None => {
                        let text = "expected both `offsets` and `items`";
                        Err(Error::new(ErrorKind::WrongType, &path, text).into())
                    }
                };
                (part("offsets")?, Some(part("items")?))
            } else {
                (source(&value, &path)?, None)
            };
            let (table, role) = (of.name.to_string(), Role::Declared(field.kind));
            self.columns.push(InputColumn { path, table, role, source, items });
        }
        Ok(())
    }
}

/// The column that an object is; what is wrong with it is a fault.
pub fn source(object: &Bound<'_, PyAny>, path: &str) -> Result<Source, Failure> {
    Source::of(object)
        .map_err(|error| Error::new(ErrorKind::WrongType, path, error.value(object.py()).to_string()).into())
}

/// A field of an object, or an entry of a dict by its name here or on the wire; `None` if it is absent or `None`.
fn part<'py>(object: &Bound<'py, PyAny>, name: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
    let found = match object.cast::<PyDict>() {
        Ok(dict) => dict.get_item(name)?.or(dict.get_item(wire_name(name))?),
        Err(_) => Some(object.getattr(name)?),
    };
    Ok(found.filter(|part| !part.is_none()))
}
