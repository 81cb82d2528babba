//! Calls with JSON text.
use super::arguments::ROWS;
use super::{Constructor, Function, Handle, Method, Signature, Transport};
use crate::error::{Error, ErrorKind, Faults, Result, quoted, shortened};
use crate::wire::{self, TypeRef};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, DeserializeOwned},
};
use serde_json::{Map, Value, json, value::RawValue};
use std::{collections::BTreeMap, fmt};

/// Calls a public function by name with JSON: the arguments as one object with camelCase keys, the result as JSON.
///
/// ```
/// let result = relcore::api::call_json("time.parse_span", "{\"text\": \"90s\"}")?;
/// assert_eq!(result, "\"PT1M30S\"");
/// // Pitfall: an argument that the function does not have is refused.
/// assert!(relcore::api::call_json("time.parse_span", "{\"text\": \"90s\", \"unit\": \"s\"}").is_err());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `unknown_function`; `unknown_field` and `missing_field` for arguments that the function does not have or that are
/// missing; and whatever the function refuses.
pub fn call_json(function: &str, arguments: &str) -> Result<String> {
    let resolved = super::function(function).ok_or_else(|| {
        let text = format!("there is no function {}", quoted(function));
        Error::new(ErrorKind::UnknownFunction, "", text)
    })?;
    resolved.call_json(arguments)
}

impl Function {
    /// Calls the function with JSON, as [`call_json`] does.
    ///
    /// # Errors
    /// As [`call_json`].
    pub fn call_json(self, arguments: &str) -> Result<String> {
        by_name(self.signature(), arguments, |transport| self.call(transport))
    }
}

impl Constructor {
    /// Makes a handle from JSON: an object with the policy, `{"schedule": …}`.
    ///
    /// ```
    /// let rollout = relcore::api::constructor("canary.Rollout");
    /// let handle = rollout.map(|it| it.call_json("{\"schedule\": {\"steps\": []}}"));
    /// // Pitfall: a handle is never made from a policy that its module refuses.
    /// assert_eq!(handle.and_then(Result::err).map(|error| error.path().to_owned()), Some("schedule.steps".into()));
    /// ```
    ///
    /// # Errors
    /// As [`call_json`], and every fault of the policy.
    pub fn call_json(self, arguments: &str) -> Result<Handle> {
        by_name(self.signature(), arguments, |transport| self.call(transport))
    }
}

impl Method {
    /// Calls the method on a handle with JSON, as [`call_json`] does.
    ///
    /// # Errors
    /// As [`call_json`]; `wrong_type` for a handle of another type.
    pub fn call_json(self, handle: &Handle, arguments: &str) -> Result<String> {
        by_name(self.signature(), arguments, |transport| self.call(handle, transport))
    }
}

fn by_name<R>(
    signature: &Signature,
    arguments: &str,
    call: impl FnOnce(&mut JsonTransport<'_>) -> Result<R>,
) -> Result<R> {
    let Given(given) = serde_json::from_str(arguments).map_err(|fault| {
        Error::new(ErrorKind::Syntax, "", format!("not a JSON object of arguments: {fault}"))
    })?;
    let known = |key: &&String| signature.arguments.iter().any(|name| wire::wire_name(name) == **key);
    if let Some(key) = given.keys().find(|key| !known(key)) {
        let text = format!("unknown argument {} of `{}`", quoted(key), signature.name);
        return Err(Error::new(ErrorKind::UnknownField, shortened(key).to_string(), text));
    }
    let text =
        |name: &&str| given.iter().find(|(key, _)| wire::wire_name(name) == **key).map(|(_, raw)| raw.get());
    call(&mut JsonTransport::new(signature.arguments.iter().map(text).collect()))
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
                return Err(de::Error::custom(format_args!("argument {} is repeated", quoted(&key))));
            }
            given.insert(key, text);
        }
        Ok(Given(given))
    }
}

/// The transport of JSON text: one text per argument, in the order of the signature.
///
/// `None`, `null` and the end of the list stand for arguments that are left out.
#[derive(Debug)]
pub struct JsonTransport<'a> {
    arguments: Vec<Option<&'a str>>,
}

impl<'a> JsonTransport<'a> {
    /// A call with these arguments.
    #[must_use]
    pub fn new(arguments: Vec<Option<&'a str>>) -> Self {
        Self { arguments }
    }

    fn text(&self, index: usize) -> Option<&str> {
        self.arguments.get(index).copied().flatten().filter(|text| *text != "null")
    }

    /// All faults of all arguments.
    fn explain(&self, signature: &Signature, fault: &dyn fmt::Display) -> Error {
        let mut values = Vec::new();
        for (index, (name, _)) in arguments_of(signature).iter().enumerate() {
            match self.text(index).map(wire::parse_json) {
                Some(Ok(value)) => values.push(Some(value)),
                Some(Err(error)) => return error.under(name),
                None => values.push(None),
            }
        }
        explain_arguments(signature, &values, fault)
    }
}

impl Transport for JsonTransport<'_> {
    type Return = String;
    type Failure = Error;
    type Floats = Vec<f64>;

    fn arg<T: DeserializeOwned>(&mut self, signature: &Signature, index: usize) -> Result<T> {
        let text = self.text(index).unwrap_or("null");
        if text.trim_start().starts_with('[') && !is_list(signature, index) {
            // serde would read it as an object: its fields in order, or all the defaults of a policy.
            return Err(self.explain(signature, &"expected an object"));
        }
        serde_json::from_str(text).map_err(|fault| self.explain(signature, &fault))
    }

    fn floats(&mut self, signature: &Signature, index: usize) -> Result<Vec<f64>> {
        self.arg(signature, index)
    }

    fn ret<T: Serialize>(&mut self, result: T) -> Result<String> {
        serde_json::to_string(&result).map_err(|fault| {
            Error::new(ErrorKind::InvalidValue, "", format!("the result is not JSON: {fault}"))
        })
    }
}

/// Whether a word is a key of a type or an argument on the wire. A binding whose names differ spells the texts of faults by
/// it.
///
/// ```
/// use relcore::api::is_key;
/// assert!(is_key("minSamples") && is_key("startAt"));
/// assert!(!is_key("min_samples"));
/// ```
#[must_use]
pub fn is_key(word: &str) -> bool {
    wire::has_key(word)
        || ROWS.iter().any(|(_, arguments, _)| arguments.iter().any(|(name, _)| *name == word))
}

/// All faults of the arguments of a call, in the order of the signature; `fault` if the type descriptors find none.
///
/// For transports, after an argument was refused: the values are the arguments as JSON, `None` for one that is absent.
#[must_use]
pub fn explain_arguments(signature: &Signature, values: &[Option<Value>], fault: &dyn fmt::Display) -> Error {
    let mut faults = Faults::new();
    for ((name, of), value) in arguments_of(signature).iter().zip(values) {
        match value {
            Some(value) => wire::diagnose(value, *of, name, &mut faults),
            None if matches!(of, TypeRef::Optional(_)) => {}
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

/// Every type, and the arguments and the result of every function, constructor and method, as JSON: for a binding that
/// encodes values by position.
///
/// A type is an object of its `kind` and what it is made `of`. A struct is made of pairs of a name and a type, in the order
/// of declaration; an enum with data, of pairs of a tag and such a list.
///
/// ```
/// let text = relcore::api::descriptors();
/// assert!(text.contains(r#""BucketUnit":{"kind":"Unit","of":["day","#));
/// assert!(text.contains(r#""version.bump":{"names":["previous","next"],"types":[{"kind":"Version"},"#));
/// ```
#[must_use]
pub fn descriptors() -> String {
    let types = wire::DESCRIPTORS.iter().map(|(name, descriptor)| ((*name).to_owned(), json!(descriptor)));
    let rows = ROWS.iter().map(|(name, arguments, result)| {
        let (names, types): (Vec<_>, Vec<_>) = arguments.iter().copied().unzip();
        ((*name).to_owned(), json!({ "names": names, "types": types, "result": result }))
    });
    json!({ "types": types.collect::<Map<_, _>>(), "rows": rows.collect::<Map<_, _>>() }).to_string()
}

/// Whether the argument at this index of a signature is a list.
fn is_list(signature: &Signature, index: usize) -> bool {
    let of = arguments_of(signature).get(index).map(|(_, of)| *of);
    matches!(of, Some(TypeRef::List(_) | TypeRef::Optional(TypeRef::List(_))))
}

fn arguments_of(signature: &Signature) -> &'static [(&'static str, TypeRef)] {
    let found = ROWS.iter().find(|(name, ..)| *name == signature.name);
    found.map_or(&[], |(_, arguments, _)| arguments)
}
