//! How calls come in from other languages: by the name or the place of a function in the table of [`crate::api`].
use super::{Type, read, shapes::ARGUMENTS};
use crate::api::{FUNCTIONS, Signature};
use crate::error::{Error, ErrorKind, Faults, Result};
use crate::time::{NaiveDate, Span, Timestamp};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, DeserializeOwned},
};
use serde_json::{Value, value::RawValue};
use std::{any::Any, collections::BTreeMap, fmt, sync::Arc};

/// One call from another language: hands out the arguments, takes the answer.
///
/// A binding implements this once; the table of functions does the rest.
pub trait Door {
    /// What the language gets back.
    type Answer;
    /// How the language is told of an error.
    type Failure: From<Error>;

    /// The argument at this place of the signature; shared, for a door may have read it at an earlier call.
    ///
    /// # Errors
    /// When it is not of type `T`.
    fn take<T: Crossing + DeserializeOwned>(
        &mut self,
        signature: &Signature,
        place: usize,
    ) -> Result<Arc<T>, Self::Failure>;

    /// Runs the function between taking and giving; a door that holds a lock while it converts lets go of it here.
    fn run<R: Send>(&mut self, _signature: &Signature, work: impl FnOnce() -> R + Send) -> R {
        work()
    }

    /// Brings the answer over; it is the door's own, for it may come back as an argument of the next call.
    ///
    /// # Errors
    /// When the language cannot hold it.
    fn give<T: Crossing + Serialize>(&mut self, answer: T) -> Result<Self::Answer, Self::Failure>;
}

/// What may cross a door, and be kept there by one that remembers: plain data.
pub trait Crossing: Any + Send + Sync {}

impl<T: Any + Send + Sync> Crossing for T {}

/// An argument of a public function: how it is held while the function borrows it.
pub trait Argument<'a> {
    /// The owned value.
    type Held: Crossing + DeserializeOwned;

    /// Lends the held value to the function.
    fn lend(held: &'a Self::Held) -> Self;
}

impl<'a, T: Crossing + DeserializeOwned> Argument<'a> for &'a T {
    type Held = T;

    fn lend(held: &'a T) -> Self {
        held
    }
}

impl<'a, T: Crossing + DeserializeOwned> Argument<'a> for &'a [T] {
    type Held = Vec<T>;

    fn lend(held: &'a Vec<T>) -> Self {
        held
    }
}

impl<'a> Argument<'a> for &'a str {
    type Held = String;

    fn lend(held: &'a String) -> Self {
        held
    }
}

impl<'a> Argument<'a> for Option<&'a str> {
    type Held = Option<String>;

    fn lend(held: &'a Option<String>) -> Self {
        held.as_deref()
    }
}

impl<'a, T: Crossing + DeserializeOwned> Argument<'a> for Option<&'a T> {
    type Held = Option<T>;

    fn lend(held: &'a Option<T>) -> Self {
        held.as_ref()
    }
}

macro_rules! copied {
    ($($type:ty),*) => {$(
        impl<'a> Argument<'a> for $type {
            type Held = $type;

            fn lend(held: &'a $type) -> Self {
                *held
            }
        }
    )*};
}
copied!(bool, u32, i32, f64, Timestamp, Span, NaiveDate, Option<Timestamp>);

/// Calls a public function by name with JSON: an object of its arguments in (camelCase keys), its answer out.
///
/// This is the door of Swift and Kotlin for JSON, and of tests that hold one language against another.
///
/// ```
/// let answer = relcore::wire::call_json("time.parse_span", "{\"text\": \"90s\"}")?;
/// assert_eq!(answer, "\"PT1M30S\"");
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `unknown_function`; `unknown_field` and `missing_field` for arguments the function does not have or that are
/// missing; and whatever the function itself refuses.
pub fn call_json(function: &str, arguments: &str) -> Result<String> {
    let place = FUNCTIONS.iter().position(|signature| signature.name == function);
    let Some((place, signature)) = place.and_then(|place| Some((place, FUNCTIONS.get(place)?))) else {
        let function = super::quoted(function);
        return Err(Error::new(ErrorKind::UnknownFunction, "", format!("there is no function {function}")));
    };
    let Given(given) = serde_json::from_str(arguments).map_err(|fault| {
        Error::new(ErrorKind::Syntax, "", format!("not a JSON object of arguments: {fault}"))
    })?;
    let known = |key: &&String| signature.arguments.iter().any(|name| is_wire_name(key, name));
    if let Some(key) = given.keys().find(|key| !known(key)) {
        let text = format!("unknown argument {} of `{function}`", super::quoted(key));
        return Err(Error::new(ErrorKind::UnknownField, super::shortened(key).to_string(), text));
    }
    let text = |name: &&str| given.iter().find(|(key, _)| is_wire_name(key, name)).map(|(_, raw)| raw.get());
    crate::api::call(place, &mut JsonDoor { arguments: signature.arguments.iter().map(text).collect() })
}

/// Calls the public function at a place of [`FUNCTIONS`] with the JSON text of each argument, in order; its answer as
/// JSON text out. `None`, `null` and the end of the list stand for arguments that are left out.
///
/// This is [`call_json`] for a binding that knows the table, as Node's does for what its slots cannot hold: nothing is
/// searched for, and no text is read twice.
///
/// ```
/// let place = relcore::api::FUNCTIONS.iter().position(|f| f.name == "time.parse_span").unwrap_or_default();
/// assert_eq!(relcore::wire::call_json_at(place, &[Some("\"90s\"")])?, "\"PT1M30S\"");
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `unknown_function` beyond the table; `unknown_field` for more arguments than the function has; otherwise as
/// [`call_json`].
pub fn call_json_at(place: usize, arguments: &[Option<&str>]) -> Result<String> {
    if let Some(signature) = FUNCTIONS.get(place)
        && arguments.len() > signature.arguments.len()
    {
        let (name, expected, given) = (signature.name, signature.arguments.len(), arguments.len());
        let text = format!("`{name}` takes {expected} arguments: {given} were given");
        return Err(Error::new(ErrorKind::UnknownField, "", text));
    }
    crate::api::call(place, &mut JsonDoor { arguments: arguments.to_vec() })
}

/// The arguments of a call by name, none of them twice.
struct Given<'a>(BTreeMap<String, &'a RawValue>);

impl<'de> Deserialize<'de> for Given<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(GivenVisitor)
    }
}

struct GivenVisitor;

impl<'de> de::Visitor<'de> for GivenVisitor {
    type Value = Given<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut entries: A) -> Result<Given<'de>, A::Error> {
        let mut given = BTreeMap::new();
        while let Some((key, text)) = entries.next_entry::<String, &RawValue>()? {
            if given.contains_key(&key) {
                return Err(de::Error::custom(format_args!("argument {} is repeated", super::quoted(&key))));
            }
            given.insert(key, text);
        }
        Ok(Given(given))
    }
}

/// The texts of the arguments of a call, by their places in the signature.
struct JsonDoor<'a> {
    arguments: Vec<Option<&'a str>>,
}

impl JsonDoor<'_> {
    fn text(&self, place: usize) -> Option<&str> {
        self.arguments.get(place).copied().flatten().filter(|text| *text != "null")
    }

    /// The slow way, to say everything that is wrong with every argument.
    fn explain(&self, signature: &Signature, fault: &dyn fmt::Display) -> Error {
        let mut values = Vec::new();
        for (place, (name, _)) in arguments_of(signature.name).iter().enumerate() {
            match self.text(place).map(read::parse_json) {
                Some(Ok(value)) => values.push(Some(value)),
                Some(Err(error)) => return error.under(name),
                None => values.push(None),
            }
        }
        explain_arguments(signature, &values, fault)
    }
}

impl Door for JsonDoor<'_> {
    type Answer = String;
    type Failure = Error;

    fn take<T: Crossing + DeserializeOwned>(
        &mut self,
        signature: &Signature,
        place: usize,
    ) -> Result<Arc<T>> {
        let text = self.text(place).unwrap_or("null");
        if text.trim_start().starts_with('[') && !takes_list(signature, place) {
            // serde would take it for an object: its fields in order, or all the defaults of a policy.
            return Err(self.explain(signature, &"expected an object"));
        }
        serde_json::from_str(text).map(Arc::new).map_err(|fault| self.explain(signature, &fault))
    }

    fn give<T: Crossing + Serialize>(&mut self, answer: T) -> Result<String> {
        serde_json::to_string(&answer).map_err(|fault| {
            Error::new(ErrorKind::InvalidValue, "", format!("the answer is not JSON: {fault}"))
        })
    }
}

/// Whether a key is the name of an argument on the wire: `weekStart` for `week_start`.
fn is_wire_name(key: &str, name: &str) -> bool {
    let mut expected = name.chars();
    key.chars().all(|character| {
        let next = expected.next();
        if next == Some('_') {
            expected.next().map(|c| c.to_ascii_uppercase()) == Some(character)
        } else {
            next == Some(character)
        }
    }) && expected.next().is_none()
}

/// Everything that is wrong with the arguments of a call, in the order of the signature; `fault` if nothing is found.
///
/// For doors, after an argument was refused: the values are the arguments as JSON, `None` where one was not given.
#[must_use]
pub fn explain_arguments(signature: &Signature, values: &[Option<Value>], fault: &dyn fmt::Display) -> Error {
    let mut faults = Faults::new();
    for ((name, of), value) in arguments_of(signature.name).iter().zip(values) {
        match value {
            Some(value) => super::shape::diagnose(value, *of, name, &mut faults),
            None if matches!(of, Type::Optional(_)) => {}
            None => {
                let text = format_args!("missing argument `{name}` of `{}`", signature.name);
                faults.add(ErrorKind::MissingField, format_args!("{name}"), text);
            }
        }
    }
    match faults.finish() {
        Err(all) => all,
        Ok(()) => Error::new(ErrorKind::InvalidValue, "", fault.to_string()),
    }
}

/// Whether the argument at this place of a signature is a list.
fn takes_list(signature: &Signature, place: usize) -> bool {
    let of = arguments_of(signature.name).get(place).map(|(_, of)| *of);
    matches!(of, Some(Type::List(_) | Type::Optional(Type::List(_))))
}

fn arguments_of(function: &str) -> &'static [(&'static str, Type)] {
    let found = ARGUMENTS.iter().find(|(name, _)| *name == function);
    found.map_or(&[], |(_, arguments)| arguments)
}
