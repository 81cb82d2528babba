//! All faults of a value, by comparing the input with the type descriptors.
//!
//! serde stops at the first fault and loses the path inside enums; a person with a policy file needs all of them. The
//! descriptors in `descriptors.rs` are generated from the types.
use super::descriptor::{Descriptor, Field, TypeRef};
use super::descriptors::DESCRIPTORS;
use super::source::Key;
use super::tree::{TAG, Tree};
use crate::error::{ErrorKind, Faults, join, quoted, shortened};
use crate::reason::ReasonCode;
use crate::time::{NaiveDate, Span, Timestamp};
use crate::version::Version;
use serde_json::Number;
use std::borrow::Cow;

/// Adds every fault that keeps `value` from being of type `of`.
pub(crate) fn diagnose(value: &Tree<'_>, of: TypeRef, path: &str, faults: &mut Faults) {
    match of {
        TypeRef::Bool => expect(matches!(value, Tree::Bool(_)), "true or false", value, path, faults),
        TypeRef::Float => {
            let holds = matches!(value, Tree::Integer(_) | Tree::Unsigned(_) | Tree::Float(_));
            expect(holds, "a number", value, path, faults);
        }
        TypeRef::Text => expect(matches!(value, Tree::Text(_)), "text", value, path, faults),
        TypeRef::Integer(low, high) => integer(value, low, high, path, faults),
        TypeRef::Timestamp => scalar(value, "an instant as RFC 3339 text", Timestamp::parse, path, faults),
        TypeRef::Span => scalar(value, "a span as text, like `PT1H30M` or `90s`", Span::parse, path, faults),
        TypeRef::Date => scalar(value, "a day as text, like `2026-11-23`", NaiveDate::parse, path, faults),
        TypeRef::ReasonCode => {
            scalar(value, "a reason code as text, like `gate_pending`", ReasonCode::parse, path, faults);
        }
        TypeRef::Version => scalar(value, "a version as text, like `1.2.3`", Version::parse, path, faults),
        TypeRef::Optional(inner) => {
            if !matches!(value, Tree::Null) {
                diagnose(value, *inner, path, faults);
            }
        }
        TypeRef::List(item) => match value {
            Tree::List(items) => {
                for (index, value) in items.iter().enumerate() {
                    diagnose(value, *item, &join(path, &format!("[{index}]")), faults);
                }
            }
            _ => expect(false, "a list", value, path, faults),
        },
        TypeRef::Map(item) => match value {
            Tree::Object(entries) => {
                for (key, value) in entries {
                    diagnose(value, *item, &inside(path, &key.field()), faults);
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

/// The fields of an object type.
pub(crate) fn fields(name: &str) -> &'static [Field] {
    match descriptor(name) {
        Some(Descriptor::Struct(fields)) => fields,
        _ => &[],
    }
}

/// Removes every key that `diagnose` calls unknown.
pub(crate) fn remove_unknown_keys(value: &mut Tree<'_>, of: TypeRef) {
    match (of, value) {
        (TypeRef::Optional(inner), value) => remove_unknown_keys(value, *inner),
        (TypeRef::List(item), Tree::List(items)) => {
            items.iter_mut().for_each(|value| remove_unknown_keys(value, *item));
        }
        (TypeRef::Map(item), Tree::Object(entries)) => {
            entries.iter_mut().for_each(|(_, value)| remove_unknown_keys(value, *item));
        }
        (TypeRef::Named(name), value) => {
            let (fields, tagged) = match descriptor(name) {
                Some(Descriptor::Struct(fields)) => (*fields, false),
                Some(Descriptor::Tagged(variants)) => {
                    let tag = value.get(TAG);
                    let is_tag = |name: &str| matches!(tag, Some(Tree::Text(tag)) if tag == name);
                    let variant = variants.iter().find(|(name, _)| is_tag(name));
                    (variant.map_or(&[] as &[Field], |(_, fields)| fields), true)
                }
                Some(Descriptor::Unit(_)) | None => return,
            };
            if let Tree::Object(entries) = value {
                entries.retain_mut(|(key, value)| {
                    let name = key.field();
                    let field = fields.iter().find(|field| field.name == name);
                    field.inspect(|field| remove_unknown_keys(value, field.of)).is_some()
                        || (tagged && key.is(TAG))
                });
            }
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

fn named(value: &Tree<'_>, descriptor: &Descriptor, path: &str, faults: &mut Faults) {
    match (descriptor, value) {
        (Descriptor::Unit(texts), Tree::Text(text)) => {
            if !texts.contains(&text.as_ref()) {
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
        (Descriptor::Struct(fields), Tree::Object(entries)) => object(entries, fields, false, path, faults),
        (Descriptor::Tagged(variants), Tree::Object(entries)) => {
            let expected = || one_of(variants.iter().map(|(tag, _)| *tag));
            let at = inside(path, TAG);
            match value.get(TAG) {
                Some(Tree::Text(tag)) => match variants.iter().find(|(name, _)| name == tag) {
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

fn object(entries: &[(Key<'_>, Tree<'_>)], fields: &[Field], tagged: bool, path: &str, faults: &mut Faults) {
    for (key, value) in entries {
        let name = key.field();
        if let Some(field) = fields.iter().find(|field| field.name == name) {
            // `null` is read as absent.
            if !(field.required && matches!(value, Tree::Null)) {
                diagnose(value, field.of, &inside(path, &name), faults);
            }
        } else if !(tagged && key.is(TAG)) {
            let names = one_of(fields.iter().map(|field| field.name));
            let expected = if fields.is_empty() { "no keys".to_owned() } else { names };
            faults.add(
                ErrorKind::UnknownField,
                format_args!("{}", inside(path, &name)),
                format_args!("unknown key {}: expected {expected}", quoted(&name)),
            );
        }
    }
    for field in fields.iter().filter(|field| field.required) {
        let own = entries.iter().find(|(key, _)| key.field() == field.name);
        if own.is_none_or(|(_, value)| matches!(value, Tree::Null)) {
            faults.add(
                ErrorKind::MissingField,
                format_args!("{}", inside(path, field.name)),
                format_args!("missing key `{}`", field.name),
            );
        }
    }
}

fn integer(value: &Tree<'_>, low: i64, high: i64, path: &str, faults: &mut Faults) {
    match value {
        Tree::Integer(number) => faults.check(
            (low..=high).contains(number),
            ErrorKind::OutOfRange,
            format_args!("{path}"),
            format_args!("`{number}` is out of range: expected a whole number from {low} to {high}"),
        ),
        Tree::Unsigned(number) => faults.add(
            ErrorKind::OutOfRange,
            format_args!("{path}"),
            format_args!("`{number}` is out of range: expected a whole number from {low} to {high}"),
        ),
        _ => expect(false, "a whole number", value, path, faults),
    }
}

fn scalar<T>(
    value: &Tree<'_>,
    expected: &str,
    parse: impl Fn(&str) -> crate::Result<T>,
    path: &str,
    faults: &mut Faults,
) {
    match value.scalar() {
        Some(text) => {
            faults.absorb(parse(&text).map_err(|error| error.under(path)));
        }
        None => expect(false, expected, value, path, faults),
    }
}

fn expect(holds: bool, expected: &str, value: &Tree<'_>, path: &str, faults: &mut Faults) {
    if holds {
        return;
    }
    let scalar = || value.scalar().unwrap_or(Cow::Borrowed("?"));
    let got = match value {
        Tree::Null => "null".to_owned(),
        Tree::Bool(value) => format!("`{value}`"),
        Tree::Integer(number) => format!("`{number}`"),
        Tree::Unsigned(number) => format!("`{number}`"),
        Tree::Float(number) => Number::from_f64(*number).map_or_else(String::new, |it| format!("`{it}`")),
        Tree::Text(text) => format!("text {}", quoted(text)),
        Tree::List(_) => "a list".to_owned(),
        Tree::Object(_) => "an object".to_owned(),
        Tree::Instant(_) => format!("the instant {}", quoted(&scalar())),
        Tree::Span(_) => format!("the span {}", quoted(&scalar())),
        Tree::Day(_) => format!("the day {}", quoted(&scalar())),
        Tree::Unit(position) => format!("variant {position}"),
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
