use super::data::MessageData;
use super::engine::{self, Failure};
use super::templates::{Templates, standard};
use crate::error::{Error, ErrorKind, Faults, Result, quoted, shortened};
use crate::wire::PolicyText as _;
use minijinja::Value;
use std::collections::BTreeMap;

/// Writes the text of a message: of the own template with this id, or else of the standard one.
///
/// Templates are those of Jinja: `{{ name }}`, `{{ name | filter }}`, `{% if %}`, `{% for %}`, comments. The names are those of
/// [`MessageData`] on the wire (`knownIssues`). The filters are `one_line`, `join(", ")` for lists, `local(zone)` for instants,
/// `html` and `markdown` for what is shown as such, `upper`, `lower` and `default("…")`; the test is `defined`. Templates compute nothing: they have no operators but comparisons, no
/// assignments, macros and includes. So each ends, and its text is at most 1 MiB long.
///
/// ```
/// use relcore::communication::{MessageData, render};
/// let data = MessageData::default()
///     .product("shop")
///     .version(relcore::Version::parse("2.0.0")?)
///     .notes_link("https://example.com/notes");
/// let text = render("announcement_short", &data, None)?;
/// assert_eq!(text, "shop 2.0.0 is available. What is new: https://example.com/notes\n");
///
/// // Pitfall: a list that is not known is not an empty list, so a brief never says that there are no known issues by mistake.
/// let error = render("support_brief", &data, None).unwrap_err();
/// assert_eq!((error.code(), error.path()), ("missing_field", "data.features"));
/// assert_eq!(error.faults().len(), 7);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `unknown_reference` for a template that neither has; those of [`data_from_json`](super::data_from_json) under `data` and of
/// [`templates_from_json`](super::templates_from_json) under `overrides`; `missing_field` for each key that the template shows and the
/// data do not have; `invalid_value` for a filter that does not exist or does not fit its value; `out_of_range` for too much work.
pub fn render(template: &str, data: &MessageData, overrides: Option<&Templates>) -> Result<String> {
    let mut faults = Faults::new();
    data.check("data", &mut faults);
    if let Some(overrides) = overrides {
        overrides.check("overrides", &mut faults);
    }
    let own = overrides.and_then(|overrides| overrides.templates.get(template));
    let text = own.map(String::as_str).or_else(|| standard(template)).unwrap_or_else(|| {
        let text = format_args!("there is no template {}", quoted(template));
        faults.add(ErrorKind::UnknownReference, format_args!("template"), text);
        ""
    });
    faults.finish()?;

    let path = match own {
        Some(_) => format!("overrides.templates.{}", shortened(template)),
        None => "template".to_owned(),
    };
    let engine = engine::compile(text).map_err(|error| error.under(&path))?;
    let mut values = values(data)?;
    let mut faults = Faults::new();
    // What is missing is replaced, until nothing else is.
    for _ in 0..MOST_MISSING {
        let failure = match engine::run(&engine, Value::from_pairs(values.clone())) {
            Ok(text) => return faults.finish().map(|()| text),
            Err(failure) => failure,
        };
        match failure {
            Failure::Missing(key) => {
                let text = format_args!("is missing: the template {} shows it", quoted(template));
                faults.add(ErrorKind::MissingField, format_args!("data.{}", shortened(&key)), text);
                let is_top = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric());
                if !is_top || values.insert(key, engine::absent()).is_some() {
                    break;
                }
            }
            Failure::Other(error) => {
                faults.finish()?;
                return Err(error.under(&path));
            }
        }
    }
    faults.finish()?;
    Err(Error::new(ErrorKind::InvalidValue, path, "has no text")) // not reached: a failure is a fault
}

/// The number of keys that are looked for: more than the data have.
const MOST_MISSING: usize = 64;

/// The data by their keys on the wire.
fn values(data: &MessageData) -> Result<BTreeMap<String, Value>> {
    let wire = serde_json::to_value(data)
        .map_err(|fault| Error::new(ErrorKind::InvalidValue, "data", format!("has no wire form: {fault}")))?;
    let serde_json::Value::Object(fields) = wire else { return Ok(BTreeMap::new()) };
    Ok(fields.into_iter().map(|(key, value)| (key, value_of(value))).collect())
}

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
