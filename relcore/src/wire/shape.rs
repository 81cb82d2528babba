//! What is wrong with a value: a walk over the input against the table of types, after serde has refused it.
//!
//! serde stops at the first fault and loses the path inside enums; a person with a policy file wants them all. The
//! table in `shapes.rs` is generated from the types themselves.
use super::shapes::SHAPES;
use crate::error::{ErrorKind, Faults};
use crate::time::{NaiveDate, Span, Timestamp};
use crate::version::Version;
use serde_json::{Map, Value};

/// The type of a field or an argument.
#[derive(Clone, Copy, Debug)]
#[allow(dead_code, reason = "the table of types need not use every leaf")]
pub(crate) enum Type {
    /// True or false.
    Bool,
    /// A whole number between these, both included.
    Integer(i64, i64),
    /// A finite number.
    Float,
    /// Any text.
    Text,
    /// An instant.
    Timestamp,
    /// A span.
    Span,
    /// A day.
    Date,
    /// A version.
    Version,
    /// Maybe absent.
    Optional(&'static Type),
    /// A list.
    List(&'static Type),
    /// An object with any keys.
    Map(&'static Type),
    /// A type of the table.
    Named(&'static str),
}

/// What a named type looks like on the wire.
#[derive(Debug)]
pub(super) enum Shape {
    /// One of these texts.
    Unit(&'static [&'static str]),
    /// An object with these keys.
    Struct(&'static [Field]),
    /// An object whose `type` is one of these.
    Tagged(&'static [(&'static str, &'static [Field])]),
}

/// A key of an object.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) required: bool,
    pub(super) of: Type,
}

/// Notes everything that keeps `value` from being of type `of`.
pub(super) fn diagnose(value: &Value, of: Type, path: &str, faults: &mut Faults) {
    match of {
        Type::Bool => expect(value.is_boolean(), "true or false", value, path, faults),
        Type::Float => expect(value.is_number(), "a number", value, path, faults),
        Type::Text => expect(value.is_string(), "text", value, path, faults),
        Type::Integer(low, high) => integer(value, low, high, path, faults),
        Type::Timestamp => leaf(value, "an instant as RFC 3339 text", Timestamp::parse, path, faults),
        Type::Span => leaf(value, "a span as text, like `PT1H30M` or `90s`", Span::parse, path, faults),
        Type::Date => leaf(value, "a day as text, like `2026-11-23`", NaiveDate::parse, path, faults),
        Type::Version => leaf(value, "a version as text, like `1.2.3`", Version::parse, path, faults),
        Type::Optional(inner) => {
            if !value.is_null() {
                diagnose(value, *inner, path, faults);
            }
        }
        Type::List(item) => match value {
            Value::Array(items) => {
                for (index, value) in items.iter().enumerate() {
                    diagnose(value, *item, &format!("{path}[{index}]"), faults);
                }
            }
            _ => expect(false, "a list", value, path, faults),
        },
        Type::Map(item) => match value {
            Value::Object(entries) => {
                for (key, value) in entries {
                    diagnose(value, *item, &inside(path, key), faults);
                }
            }
            _ => expect(false, "an object", value, path, faults),
        },
        Type::Named(name) => {
            if let Ok(position) = SHAPES.binary_search_by(|(shape, _)| (*shape).cmp(name))
                && let Some((_, shape)) = SHAPES.get(position)
            {
                named(value, shape, path, faults);
            }
        }
    }
}

fn named(value: &Value, shape: &Shape, path: &str, faults: &mut Faults) {
    match (shape, value) {
        (Shape::Unit(texts), Value::String(text)) => {
            if !texts.contains(&text.as_str()) {
                let got = super::quoted(text);
                let expected = one_of(texts.iter().copied());
                faults.add(
                    ErrorKind::InvalidValue,
                    format_args!("{path}"),
                    format_args!("unknown value {got}: expected {expected}"),
                );
            }
        }
        (Shape::Unit(texts), _) => expect(false, &one_of(texts.iter().copied()), value, path, faults),
        (Shape::Struct(fields), Value::Object(entries)) => object(entries, fields, false, path, faults),
        (Shape::Tagged(variants), Value::Object(entries)) => {
            let known = || one_of(variants.iter().map(|(tag, _)| *tag));
            let at = inside(path, "type");
            match entries.get("type") {
                Some(Value::String(tag)) => match variants.iter().find(|(name, _)| name == tag) {
                    Some((_, fields)) => object(entries, fields, true, path, faults),
                    None => faults.add(
                        ErrorKind::InvalidValue,
                        format_args!("{at}"),
                        format_args!("unknown type {}: expected {}", super::quoted(tag), known()),
                    ),
                },
                Some(other) => expect(false, &known(), other, &at, faults),
                None => faults.add(
                    ErrorKind::MissingField,
                    format_args!("{at}"),
                    format_args!("missing key `type`: expected {}", known()),
                ),
            }
        }
        (Shape::Struct(_) | Shape::Tagged(_), _) => expect(false, "an object", value, path, faults),
    }
}

fn object(entries: &Map<String, Value>, fields: &[Field], tagged: bool, path: &str, faults: &mut Faults) {
    for (key, value) in entries {
        if let Some(field) = fields.iter().find(|field| field.name == key) {
            diagnose(value, field.of, &inside(path, key), faults);
        } else if !(tagged && key == "type") {
            let known = one_of(fields.iter().map(|field| field.name));
            let expected = if fields.is_empty() { "no keys".to_owned() } else { known };
            faults.add(
                ErrorKind::UnknownField,
                format_args!("{}", inside(path, key)),
                format_args!("unknown key {}: expected {expected}", super::quoted(key)),
            );
        }
    }
    for field in fields.iter().filter(|field| field.required && !entries.contains_key(field.name)) {
        faults.add(
            ErrorKind::MissingField,
            format_args!("{}", inside(path, field.name)),
            format_args!("missing key `{}`", field.name),
        );
    }
}

fn integer(value: &Value, low: i64, high: i64, path: &str, faults: &mut Faults) {
    match value.as_i64() {
        Some(number) => faults.check(
            (low..=high).contains(&number),
            ErrorKind::OutOfRange,
            format_args!("{path}"),
            format_args!("`{number}` is out of range: expected a whole number from {low} to {high}"),
        ),
        None if value.is_u64() => faults.add(
            ErrorKind::OutOfRange,
            format_args!("{path}"),
            format_args!("`{value}` is out of range: expected a whole number from {low} to {high}"),
        ),
        None => expect(false, "a whole number", value, path, faults),
    }
}

fn leaf<T>(
    value: &Value,
    expected: &str,
    parse: impl Fn(&str) -> crate::Result<T>,
    path: &str,
    faults: &mut Faults,
) {
    match value {
        Value::String(text) => {
            faults.absorb(parse(text).map_err(|error| error.under(path)));
        }
        _ => expect(false, expected, value, path, faults),
    }
}

fn expect(holds: bool, expected: &str, value: &Value, path: &str, faults: &mut Faults) {
    if holds {
        return;
    }
    let got = match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => format!("`{value}`"),
        Value::Number(number) => format!("`{number}`"),
        Value::String(text) => format!("text {}", super::quoted(text)),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    };
    let text = format_args!("expected {expected}, got {got}");
    faults.add(ErrorKind::WrongType, format_args!("{path}"), text);
}

fn inside(path: &str, key: &str) -> String {
    let key = super::shortened(key);
    if path.is_empty() { key.to_string() } else { format!("{path}.{key}") }
}

fn one_of<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [only] => only.clone(),
        _ => format!("one of {}", names.join(", ")),
    }
}
