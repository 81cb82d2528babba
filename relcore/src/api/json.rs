//! Calls with JSON text.
use super::arguments::ROWS;
use super::{Constructor, Function, Handle, Method, Signature, Transport};
use crate::error::{Error, ErrorKind, Result, quoted, shortened};
use crate::wire::{self, JsonText, Sink, Source, Tree, TreeSource};
use serde::{Deserialize, Deserializer, de};
use serde_json::{Map, json, value::RawValue};
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
        let mut transport = by_name(self.signature(), arguments)?;
        self.call(&mut transport)?;
        Ok(transport.into_text())
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
        self.call(&mut by_name(self.signature(), arguments)?)
    }
}

impl Method {
    /// Calls the method on a handle with JSON, as [`call_json`] does.
    ///
    /// # Errors
    /// As [`call_json`]; `wrong_type` for a handle of another type.
    pub fn call_json(self, handle: &Handle, arguments: &str) -> Result<String> {
        let mut transport = by_name(self.signature(), arguments)?;
        self.call(handle, &mut transport)?;
        Ok(transport.into_text())
    }
}

fn by_name<'a>(signature: &Signature, arguments: &'a str) -> Result<JsonTransport<'a>> {
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
    Ok(JsonTransport::new(signature.arguments.iter().map(text).collect()))
}

/// The arguments of a call by name, none of them twice.
pub(super) struct Given<'a>(pub(super) BTreeMap<String, &'a RawValue>);

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
///
/// ```
/// use relcore::api::{JsonTransport, function};
///
/// let mut transport = JsonTransport::new(vec![Some("\"90s\"")]);
/// function("time.parse_span").map(|it| it.call(&mut transport)).transpose()?;
/// assert_eq!(transport.into_text(), "\"PT1M30S\"");
/// # Ok::<(), relcore::Error>(())
/// ```
#[derive(Debug)]
pub struct JsonTransport<'a> {
    arguments: Vec<Option<&'a str>>,
    /// The argument that is being read.
    source: TreeSource<'a>,
    result: JsonText,
}

impl<'a> JsonTransport<'a> {
    /// A call with these arguments.
    #[must_use]
    pub fn new(arguments: Vec<Option<&'a str>>) -> Self {
        Self { arguments, source: TreeSource::new(Tree::Null), result: JsonText::default() }
    }

    /// The result as JSON; empty before a call, and of a constructor.
    #[must_use]
    pub fn into_text(self) -> String {
        self.result.into_text()
    }
}

impl Transport for JsonTransport<'_> {
    fn argument(&mut self, _: &Signature, index: usize) -> Result<&mut dyn Source> {
        let text = self.arguments.get(index).copied().flatten().unwrap_or("null");
        self.source = TreeSource::new(wire::json_tree(text)?);
        Ok(&mut self.source)
    }

    fn sink(&mut self) -> &mut dyn Sink {
        &mut self.result
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
