//! Values to JSON text.
use super::TypeRef;
use super::read::{from_value, parse_json};
use crate::error::{Error, ErrorKind, Result, join};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use serde_json::ser::Formatter;
use std::io;

/// A public type with a wire form: every struct and enum of the modules.
pub trait WireType: Serialize + DeserializeOwned {
    /// The qualified name: `canary.State`.
    const NAME: &'static str;
}

/// Writes a value as JSON text, to be stored and read again by [`from_json`], in this or another language.
///
/// ```
/// use relcore::canary::{State, standard_schedule, start};
///
/// let now = relcore::Timestamp::parse("2026-11-23T09:00:00Z")?;
/// let state = start(&standard_schedule(), now)?;
/// let text = relcore::to_json(&state)?;
/// assert_eq!(relcore::from_json::<State>(&text)?, state);
///
/// // Pitfall: JSON has no NaN. A value that has one is refused, not written as absent.
/// let mut schedule = standard_schedule();
/// schedule.steps.push(relcore::canary::Step::SetWeight { weight: f64::NAN });
/// assert_eq!(relcore::to_json(&schedule).unwrap_err().path(), "steps[5].weight");
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `invalid_value` for NaN and infinite numbers.
pub fn to_json<T: WireType>(value: &T) -> Result<String> {
    let mut text = Vec::with_capacity(256);
    let written = value.serialize(&mut serde_json::Serializer::with_formatter(&mut text, FiniteNumbers));
    let text = written.ok().and_then(|()| String::from_utf8(text).ok());
    text.ok_or_else(|| {
        let null = serde_json::to_value(value).ok().and_then(|value| path_of_null(&value, ""));
        Error::new(ErrorKind::InvalidValue, null.unwrap_or_default(), "is not a finite number")
    })
}

/// Reads a value from JSON text, as [`to_json`] writes it. All faults are reported at once, with their paths.
///
/// This reads the form, not the meaning: a schedule whose weights fall is read, and refused by every function that takes
/// it. To check a policy as well, use the function of its module, such as
/// [`canary::schedule_from_json`](crate::canary::schedule_from_json).
///
/// ```
/// use relcore::canary::Action;
///
/// let action: Action = relcore::from_json("{\"type\": \"set_weight\", \"previous\": 0, \"weight\": 5}")?;
/// assert_eq!(action, Action::SetWeight { previous: 0.0, weight: 5.0 });
///
/// // Pitfall: an unknown key is refused. A misspelt key must not mean the default.
/// let error = relcore::from_json::<Action>("{\"type\": \"hold\", \"weight\": 5}").unwrap_err();
/// assert_eq!((error.code(), error.path()), ("unknown_field", "weight"));
/// // A value from a store may have been written by a newer version, so the text says that, too.
/// assert!(error.to_string().ends_with("expected no keys; a newer version of relcore may have written it"), "{error}");
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `syntax` for text that is not JSON, has a repeated key, nests deeper than 127 levels or is longer than 8 MiB;
/// `unknown_field`, `missing_field`, `wrong_type`, `invalid_value` and `out_of_range` for a value of another form.
pub fn from_json<T: WireType>(text: &str) -> Result<T> {
    from_value(parse_json(text)?, TypeRef::Named(T::NAME)).map_err(Error::stored)
}

/// JSON without `null`. An absent value is left out, so serde writes `null` only for a number that is not finite.
struct FiniteNumbers;

impl Formatter for FiniteNumbers {
    fn write_null<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
        Err(io::ErrorKind::InvalidData.into())
    }
}

/// The path of the first `null`.
fn path_of_null(value: &Value, path: &str) -> Option<String> {
    match value {
        Value::Null => Some(path.to_owned()),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(index, item)| path_of_null(item, &join(path, &format!("[{index}]")))),
        Value::Object(fields) => fields.iter().find_map(|(key, value)| path_of_null(value, &join(path, key))),
        _ => None,
    }
}
