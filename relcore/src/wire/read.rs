//! JSON and YAML text to values.
use super::descriptor::TypeRef;
use super::diagnose::{diagnose, remove_unknown_keys};
#[cfg(feature = "yaml")]
use super::locate::{line_and_column, located};
use crate::error::{Error, ErrorKind, Faults, Result, quoted};
use serde::{Deserialize, Deserializer, de};
use serde_json::{Map, Number, Value};
use std::{fmt, marker::PhantomData};

/// The largest text that is parsed.
const LARGEST: usize = 8 << 20;

/// Reads JSON strictly: a repeated key is an error, not the last value.
///
/// # Errors
/// `syntax` for text that is not JSON (`{a: 1}`, `NaN`), for `{"a": 1, "a": 2}`, for nesting deeper than 127 levels, and
/// for texts over 8 MiB.
pub fn parse_json(text: &str) -> Result<Value> {
    sized(text)?;
    serde_json::from_str::<Strict>(text)
        .map(|strict| strict.0)
        .map_err(|fault| Error::new(ErrorKind::Syntax, "", format!("not valid JSON: {fault}")))
}

/// A policy that can be read from text.
pub(crate) trait PolicyText: de::DeserializeOwned {
    /// The name of its type descriptor.
    const TYPE: &'static str;

    /// Adds every fault of the values; `path` is the path of the policy, empty for the policy itself.
    fn check(&self, path: &str, faults: &mut Faults);
}

/// Reads and checks a policy from JSON text.
pub(crate) fn policy_from_json<P: PolicyText>(text: &str) -> Result<P> {
    policy_from_value(parse_json(text)?)
}

/// Reads and checks a policy from YAML text.
#[cfg(feature = "yaml")]
pub(crate) fn policy_from_yaml<P: PolicyText>(text: &str) -> Result<P> {
    read_yaml(text, policy_from_value)
}

/// Reads YAML and makes a value of it; the faults have lines and columns.
#[cfg(feature = "yaml")]
pub(crate) fn read_yaml<T>(text: &str, read: impl FnOnce(Value) -> Result<T>) -> Result<T> {
    read(parse_yaml(text)?).map_err(|error| located(error, text))
}

/// Reads and checks a policy from parsed text.
///
/// A text with unknown keys alone is whole without them, so the faults of its values are reported beside them. After any
/// other fault of the form, a check of what is left could report what the text does not say.
pub(crate) fn policy_from_value<P: PolicyText>(mut value: Value) -> Result<P> {
    let of = TypeRef::Named(P::TYPE);
    let mut form = Faults::new();
    diagnose(&value, of, "", &mut form);
    let form = form.finish();
    if let Err(error) = &form {
        if error.faults().iter().any(|fault| fault.code != ErrorKind::UnknownField) {
            return Err(error.clone());
        }
        remove_unknown_keys(&mut value, of);
    }
    let policy = P::deserialize(&value).map_err(|fault| explain(&value, of, &fault))?;
    let mut faults = Faults::new();
    faults.absorb(form);
    policy.check("", &mut faults);
    faults.finish().map(|()| policy)
}

/// Reads YAML as strictly as JSON: a repeated key is an error, and so are `.nan` and `.inf`.
///
/// # Errors
/// `syntax` for text that is not YAML (`a: [1`), for repeated keys, aliases without end, deep nesting, numbers that JSON
/// does not have, and for texts over 8 MiB.
#[cfg(feature = "yaml")]
pub fn parse_yaml(text: &str) -> Result<Value> {
    sized(text)?;
    let strict = serde_saphyr::from_str::<Strict>(text).map_err(|fault| {
        let at = fault.location().and_then(line_and_column);
        let shown = fault.to_string();
        let first_line = shown.lines().next().unwrap_or_default();
        let told = at.map(|(line, column)| format!("error: line {line} column {column}: "));
        let first_line = told.and_then(|told| first_line.strip_prefix(&told)).unwrap_or(first_line);
        let first_line: String = first_line.chars().take(200).collect();
        Error::new(ErrorKind::Syntax, "", format!("not valid YAML: {first_line}")).located(|_| at)
    });
    strict.map(|strict| strict.0)
}

/// Converts parsed text to a value, or lists all faults.
///
/// The type descriptors come first, because serde reads a list as an object (its fields in order), and an empty list as
/// a policy of defaults.
pub(super) fn from_value<T: de::DeserializeOwned>(value: Value, of: TypeRef) -> Result<T> {
    let mut faults = Faults::new();
    diagnose(&value, of, "", &mut faults);
    faults.finish()?;
    T::deserialize(&value).map_err(|fault| explain(&value, of, &fault))
}

/// All faults of a value that serde refused; serde's own words if the type descriptors find none.
fn explain(value: &Value, of: TypeRef, fault: &dyn fmt::Display) -> Error {
    let mut faults = Faults::new();
    diagnose(value, of, "", &mut faults);
    match faults.finish() {
        Err(all) => all,
        Ok(()) => Error::new(ErrorKind::InvalidValue, "", fault.to_string()),
    }
}

fn sized(text: &str) -> Result<()> {
    if text.len() <= LARGEST {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Syntax, "", format!("is {} bytes long: expected at most 8 MiB", text.len())))
}

/// Reads an object and refuses a list: for fields whose type has a default for everything, where serde would read `[]`
/// as the defaults.
pub(crate) fn object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    struct ObjectVisitor<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> de::Visitor<'de> for ObjectVisitor<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: de::MapAccess<'de>>(self, entries: A) -> Result<T, A::Error> {
            T::deserialize(de::value::MapAccessDeserializer::new(entries))
        }
    }

    if deserializer.is_human_readable() {
        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    } else {
        T::deserialize(deserializer) // a bridge passes objects of its language
    }
}

/// A JSON value without repeated keys and without numbers that JSON cannot hold (YAML has `.nan` and `.inf`).
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Strict)
    }
}

struct StrictVisitor;

impl<'de> de::Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value);
        number.map(Value::Number).ok_or_else(|| E::custom(format!("`{value}` is not a finite number")))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let Strict(value) = entries.next_value()?;
            if map.contains_key(&key) {
                return Err(de::Error::custom(format!("key {} is repeated", quoted(&key))));
            }
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_keys_and_infinite_numbers_are_refused() {
        assert_eq!(parse_json("{\"a\": 1, \"a\": 2}").unwrap_err().kind(), ErrorKind::Syntax);
        assert_eq!(parse_json("NaN").unwrap_err().kind(), ErrorKind::Syntax);
    }

    #[cfg(feature = "yaml")]
    #[test]
    fn yaml_is_as_strict() {
        for yaml in ["a: .nan", "a: .inf", "a: 1\na: 2", "a: [1", "&a [*a]"] {
            assert_eq!(parse_yaml(yaml).unwrap_err().kind(), ErrorKind::Syntax, "{yaml}");
        }
    }

    #[test]
    fn deep_nesting_is_an_error() {
        let deep = "[".repeat(100_000);
        assert_eq!(parse_json(&deep).unwrap_err().kind(), ErrorKind::Syntax);
        #[cfg(feature = "yaml")]
        assert_eq!(parse_yaml(&deep).unwrap_err().kind(), ErrorKind::Syntax);
    }
}
