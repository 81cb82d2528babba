//! Templates that callers write, in a part of the language of Jinja that shows values and computes nothing.
mod engine;
mod subset;

use crate::error::{Error, ErrorKind, Faults, Result, shortened};
use engine::Failure;
use minijinja::Value;
use std::collections::BTreeMap;

/// Refuses a template that could not be rendered with any data.
pub(crate) fn check(text: &str) -> Result<()> {
    engine::compile(text).map(drop)
}

/// A template, and how errors name it.
pub(crate) struct Source<'a> {
    pub text: &'a str,
    /// The path of the template.
    pub path: &'a str,
    /// What shows a missing key: ``the template `announcement` ``.
    pub name: &'a str,
    /// The path of the data.
    pub data: &'a str,
}

/// The text of a template with the fields of an object, or all keys that it shows and the object does not have.
pub(crate) fn render(source: &Source<'_>, data: serde_json::Value) -> Result<String> {
    let engine = engine::compile(source.text).map_err(|error| error.under(source.path))?;
    let serde_json::Value::Object(fields) = data else {
        return Err(Error::new(ErrorKind::WrongType, source.data, "has no fields"));
    };
    let mut values: BTreeMap<String, Value> =
        fields.into_iter().map(|(key, value)| (key, value_of(value))).collect();
    let mut faults = Faults::new();
    // What is missing is replaced, until nothing else is.
    for _ in 0..MOST_MISSING {
        let failure = match engine::run(&engine, Value::from_pairs(values.clone())) {
            Ok(text) => return faults.finish().map(|()| text),
            Err(failure) => failure,
        };
        match failure {
            Failure::Missing(key) => {
                let text = format_args!("is missing: {} shows it", source.name);
                let path = format_args!("{}.{}", source.data, shortened(&key));
                faults.add(ErrorKind::MissingField, path, text);
                let is_top = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric());
                if !is_top || values.insert(key, engine::absent()).is_some() {
                    break;
                }
            }
            Failure::Other(error) => {
                faults.finish()?;
                return Err(error.under(source.path));
            }
        }
    }
    faults.finish()?;
    Err(Error::new(ErrorKind::InvalidValue, source.path, "has no text")) // not reached: a failure is a fault
}

/// The number of keys that are looked for: more than any data have.
const MOST_MISSING: usize = 64;

fn value_of(json: serde_json::Value) -> Value {
    use serde_json::Value as Json;
    match json {
        Json::Null => Value::UNDEFINED,
        Json::Bool(value) => value.into(),
        Json::Number(number) => match number.as_i64() {
            Some(number) => number.into(),
            None => number.as_f64().unwrap_or_default().into(),
        },
        Json::String(text) => text.into(),
        Json::Array(items) => items.into_iter().map(value_of).collect::<Vec<_>>().into(),
        Json::Object(fields) => {
            Value::from_pairs(fields.into_iter().map(|(key, value)| (key, value_of(value))))
        }
    }
}
