//! All faults of a value, by comparing the input with the type descriptors.
//!
//! serde stops at the first fault and loses the path inside enums; a person with a policy file needs all of them. The
//! descriptors in `descriptors.rs` are generated from the types.
use super::descriptor::{Descriptor, Field, TypeRef};
use super::descriptors::DESCRIPTORS;
use crate::error::{ErrorKind, Faults, join, quoted, shortened};
use crate::reason::ReasonCode;
use crate::time::{NaiveDate, Span, Timestamp};
use crate::version::Version;
use serde_json::{Map, Value};

/// Adds every fault that keeps `value` from being of type `of`.
pub(crate) fn diagnose(value: &Value, of: TypeRef, path: &str, faults: &mut Faults) {
    match of {
        TypeRef::Bool => expect(value.is_boolean(), "true or false", value, path, faults),
        TypeRef::Float => expect(value.is_number(), "a number", value, path, faults),
        TypeRef::Text => expect(value.is_string(), "text", value, path, faults),
        TypeRef::Integer(low, high) => integer(value, low, high, path, faults),
        TypeRef::Timestamp => scalar(value, "an instant as RFC 3339 text", Timestamp::parse, path, faults),
        TypeRef::Span => scalar(value, "a span as text, like `PT1H30M` or `90s`", Span::parse, path, faults),
        TypeRef::Date => scalar(value, "a day as text, like `2026-11-23`", NaiveDate::parse, path, faults),
        TypeRef::ReasonCode => {
            scalar(value, "a reason code as text, like `gate_pending`", ReasonCode::parse, path, faults);
        }
        TypeRef::Version => scalar(value, "a version as text, like `1.2.3`", Version::parse, path, faults),
        TypeRef::Optional(inner) => {
            if !value.is_null() {
                diagnose(value, *inner, path, faults);
            }
        }
        TypeRef::List(item) => match value {
            Value::Array(items) => {
                for (index, value) in items.iter().enumerate() {
                    diagnose(value, *item, &join(path, &format!("[{index}]")), faults);
                }
            }
            _ => expect(false, "a list", value, path, faults),
        },
        TypeRef::Map(item) => match value {
            Value::Object(entries) => {
                for (key, value) in entries {
                    diagnose(value, *item, &inside(path, key), faults);
                }
            }
            _ => expect(false, "an object", value, path, faults),
        },
        TypeRef::Named(name) => {
            if let Some(descriptor) = descriptor(name) {
                named(value, descriptor, path, faults);
            }
        }
    }
}

fn descriptor(name: &str) -> Option<&'static Descriptor> {
    let position = DESCRIPTORS.binary_search_by(|(candidate, _)| (*candidate).cmp(name)).ok()?;
    DESCRIPTORS.get(position).map(|(_, descriptor)| descriptor)
}

/// Removes every key that `diagnose` calls unknown.
pub(crate) fn remove_unknown_keys(value: &mut Value, of: TypeRef) {
    match (of, value) {
        (TypeRef::Optional(inner), value) => remove_unknown_keys(value, *inner),
        (TypeRef::List(item), Value::Array(items)) => {
            items.iter_mut().for_each(|value| remove_unknown_keys(value, *item));
        }
        (TypeRef::Map(item), Value::Object(entries)) => {
            entries.values_mut().for_each(|value| remove_unknown_keys(value, *item));
        }
        (TypeRef::Named(name), Value::Object(entries)) => {
            let tag = entries.get("type").and_then(Value::as_str);
            let (fields, tagged) = match descriptor(name) {
                Some(Descriptor::Struct(fields)) => (*fields, false),
                Some(Descriptor::Tagged(variants)) => {
                    let variant = variants.iter().find(|(name, _)| tag == Some(*name));
                    (variant.map_or(&[] as &[Field], |(_, fields)| fields), true)
                }
                Some(Descriptor::Unit(_)) | None => return,
            };
            entries.retain(|key, value| {
                let field = fields.iter().find(|field| field.name == key);
                field.inspect(|field| remove_unknown_keys(value, field.of)).is_some()
                    || (tagged && key == "type")
            });
        }
        _ => {}
    }
}

/// Whether some type has a key of this name.
pub(crate) fn has_key(name: &str) -> bool {
    let among = |fields: &[Field]| fields.iter().any(|field| field.name == name);
    DESCRIPTORS.iter().any(|(_, descriptor)| match descriptor {
        Descriptor::Unit(_) => false,
        Descriptor::Struct(fields) => among(fields),
        Descriptor::Tagged(variants) => variants.iter().any(|(_, fields)| among(fields)),
    })
}

fn named(value: &Value, descriptor: &Descriptor, path: &str, faults: &mut Faults) {
    match (descriptor, value) {
        (Descriptor::Unit(texts), Value::String(text)) => {
            if !texts.contains(&text.as_str()) {
                let got = quoted(text);
                let expected = one_of(texts.iter().copied());
                faults.add(
                    ErrorKind::InvalidValue,
                    format_args!("{path}"),
                    format_args!("unknown value {got}: expected {expected}"),
                );
            }
        }
        (Descriptor::Unit(texts), _) => expect(false, &one_of(texts.iter().copied()), value, path, faults),
        (Descriptor::Struct(fields), Value::Object(entries)) => object(entries, fields, false, path, faults),
        (Descriptor::Tagged(variants), Value::Object(entries)) => {
            let expected = || one_of(variants.iter().map(|(tag, _)| *tag));
            let at = inside(path, "type");
            match entries.get("type") {
                Some(Value::String(tag)) => match variants.iter().find(|(name, _)| name == tag) {
                    Some((_, fields)) => object(entries, fields, true, path, faults),
                    None => faults.add(
                        ErrorKind::InvalidValue,
                        format_args!("{at}"),
                        format_args!("unknown type {}: expected {}", quoted(tag), expected()),
                    ),
                },
                Some(other) => expect(false, &expected(), other, &at, faults),
                None => faults.add(
                    ErrorKind::MissingField,
                    format_args!("{at}"),
                    format_args!("missing key `type`: expected {}", expected()),
                ),
            }
        }
        (Descriptor::Struct(_) | Descriptor::Tagged(_), _) => expect(false, "an object", value, path, faults),
    }
}

fn object(entries: &Map<String, Value>, fields: &[Field], tagged: bool, path: &str, faults: &mut Faults) {
    for (key, value) in entries {
        if let Some(field) = fields.iter().find(|field| field.name == key) {
            // `null` is read as absent.
            if !(field.required && value.is_null()) {
                diagnose(value, field.of, &inside(path, key), faults);
            }
        } else if !(tagged && key == "type") {
            let names = one_of(fields.iter().map(|field| field.name));
            let expected = if fields.is_empty() { "no keys".to_owned() } else { names };
            faults.add(
                ErrorKind::UnknownField,
                format_args!("{}", inside(path, key)),
                format_args!("unknown key {}: expected {expected}", quoted(key)),
            );
        }
    }
    let is_absent = |field: &&Field| entries.get(field.name).is_none_or(Value::is_null);
    for field in fields.iter().filter(|field| field.required).filter(is_absent) {
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

fn scalar<T>(
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
        Value::String(text) => format!("text {}", quoted(text)),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    };
    let text = format_args!("expected {expected}, got {got}");
    faults.add(ErrorKind::WrongType, format_args!("{path}"), text);
}

/// The path of a key. The key may be any text, so it is shortened and never read as an index.
fn inside(path: &str, key: &str) -> String {
    let key = shortened(key).to_string();
    if path.is_empty() { key } else { format!("{path}.{key}") }
}

fn one_of<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [only] => only.clone(),
        _ => format!("one of {}", names.join(", ")),
    }
}
