//! A Python object as JSON: the slow way, for diagnosis only.
use crate::{
    classes::Own,
    de::{DEEPEST, TOO_DEEP, entries_of, is_integer, is_sequence},
    known::{Passage, known},
    time,
};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyFloat, PyString};
use relcore::{Error, ErrorKind, Span, Timestamp};
use serde_json::{Map, Value};

/// The JSON of an object, or the first thing in it that JSON cannot hold.
pub fn to_json(value: &Bound<'_, PyAny>, path: &str) -> Result<Value, Error> {
    known(|known| convert(&Passage::new(known), value, path, 0)).unwrap_or_else(|error| {
        Err(Error::new(ErrorKind::WrongType, path, format!("cannot be read: {error}")))
    })
}

/// `week_start` as `weekStart`.
pub fn wire_name(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let mut letters = word.chars();
        let capital = letters.next().map(|letter| letter.to_ascii_uppercase());
        name + &capital.into_iter().collect::<String>() + letters.as_str()
    })
}

fn convert(
    passage: &Passage<'_>,
    value: &Bound<'_, PyAny>,
    path: &str,
    depth: u8,
) -> PyResult<Result<Value, Error>> {
    if depth > DEEPEST {
        return Ok(Err(refused(ErrorKind::OutOfRange, "", TOO_DEEP)));
    }
    let depth = depth + 1;
    if value.is_none() {
        return Ok(Ok(Value::Null));
    }
    if time::is::<PyBool>(value) {
        return Ok(Ok(value.extract::<bool>()?.into()));
    }
    if is_integer(value)? {
        let number = value.extract::<i64>().map(Value::from);
        return Ok(number.map_err(|_| refused(ErrorKind::OutOfRange, path, "is beyond 64 bits")));
    }
    if time::is::<PyFloat>(value) {
        let number: f64 = value.extract()?;
        let text = format!("`{number}` is not a finite number");
        return Ok(serde_json::Number::from_f64(number)
            .map(Value::Number)
            .ok_or_else(|| refused(ErrorKind::InvalidValue, path, &text)));
    }
    if time::is::<PyString>(value) {
        return Ok(Ok(value.extract::<String>()?.into()));
    }
    if time::is_instant(value)? {
        let text = "has no time zone: expected an aware datetime, such as one with `tzinfo=timezone.utc`";
        return Ok(match time::millis_of_instant(passage, value)? {
            None => Err(refused(ErrorKind::InvalidValue, path, text)),
            Some(millis) => Timestamp::from_millis(millis)
                .map(|at| at.to_string().into())
                .map_err(|error| error.under(path)),
        });
    }
    if time::is_span(value)? {
        let span = Span::from_millis(time::millis_of_span(passage, value)?);
        return Ok(span.map(|span| span.to_string().into()).map_err(|error| error.under(path)));
    }
    if time::is_date(value)? {
        return Ok(Ok(value.call_method0("isoformat")?.extract::<String>()?.into()));
    }
    if let Some(Own::Data(class)) = passage.known.class_of(value)? {
        let mut map = Map::new();
        for field in &class.fields {
            match convert(passage, &field.get(value)?, &inside(path, field.wire), depth)? {
                Ok(Value::Null) => {}
                Ok(found) => drop(map.insert(field.wire.to_owned(), found)),
                Err(error) => return Ok(Err(error)),
            }
        }
        return Ok(Ok(Value::Object(map)));
    }
    if let Some(entries) = entries_of(value)? {
        let mut map = Map::new();
        for (key, entry) in entries {
            let Ok(key) = key.extract::<String>() else {
                return Ok(Err(refused(ErrorKind::WrongType, path, "has a key that is not text")));
            };
            let key = wire_name(&key);
            match convert(passage, &entry, &inside(path, &key), depth)? {
                Ok(Value::Null) => {}
                Ok(entry) => drop(map.insert(key, entry)),
                Err(error) => return Ok(Err(error)),
            }
        }
        return Ok(Ok(Value::Object(map)));
    }
    if value.hasattr("_value_")? {
        return convert(passage, &value.getattr("_value_")?, path, depth);
    }
    if !is_sequence(value) {
        let class = value.get_type().name()?;
        let text = format!("is a `{class}`, which means nothing here");
        return Ok(Err(refused(ErrorKind::WrongType, path, &text)));
    }
    let mut list = Vec::new();
    for (index, item) in value.try_iter()?.enumerate() {
        match convert(passage, &item?, &format!("{path}[{index}]"), depth)? {
            Ok(item) => list.push(item),
            Err(error) => return Ok(Err(error)),
        }
    }
    Ok(Ok(Value::Array(list)))
}

fn inside(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

fn refused(kind: ErrorKind, path: &str, text: &str) -> Error {
    Error::new(kind, path, text)
}
