//! A value of any type, before a type is read from it.
//!
//! JSON and YAML text become a [`Tree`] first: its keys may come in any order, and `diagnose` looks at it more than once.
use super::source::{Event, Key, Reader, Refused, Source, Wanted, read};
use crate::error::{Error, ErrorKind, join, quoted};
use serde::de::{self, DeserializeOwned, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use std::{borrow::Cow, collections::BTreeSet, fmt, mem, vec};

/// A value of any type, as it was read.
///
/// JSON and YAML have the first eight kinds. The others come from objects of another language, in which an instant is no
/// text.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub enum Tree<'a> {
    /// Absent.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A whole number, perhaps beyond 2^63.
    Unsigned(u64),
    /// A finite number.
    Float(f64),
    /// A text, or any scalar as text.
    Text(Cow<'a, str>),
    /// A list.
    List(Vec<Tree<'a>>),
    /// An object, in the order of the input.
    Object(Vec<(Key<'a>, Tree<'a>)>),
    /// An instant as milliseconds since 1970.
    Instant(i64),
    /// A span as milliseconds.
    Span(i64),
    /// A day as its text on the wire, where only a day may stand.
    Day(Cow<'a, str>),
    /// A variant of an enum without data, by its position.
    Unit(u32),
}

/// The key that tells the variant of an enum with data.
pub(super) const TAG: &str = "type";

impl Tree<'_> {
    /// The value of a JSON value.
    pub(crate) fn of(value: Value) -> Tree<'static> {
        match value {
            Value::Null => Tree::Null,
            Value::Bool(value) => Tree::Bool(value),
            Value::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
                (Some(number), ..) => Tree::Integer(number),
                (_, Some(number), _) => Tree::Unsigned(number),
                (.., number) => number.map_or(Tree::Null, Tree::Float),
            },
            Value::String(text) => Tree::Text(text.into()),
            Value::Array(items) => Tree::List(items.into_iter().map(Tree::of).collect()),
            Value::Object(entries) => {
                let entries =
                    entries.into_iter().map(|(key, value)| (Key::Wire(key.into()), Tree::of(value)));
                Tree::Object(entries.collect())
            }
        }
    }

    /// As a JSON value.
    pub(crate) fn into_value(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(value),
            Self::Integer(number) => number.into(),
            Self::Unsigned(number) => number.into(),
            Self::Float(number) => number.into(),
            Self::Unit(position) => position.into(),
            Self::List(items) => Value::Array(items.into_iter().map(Tree::into_value).collect()),
            Self::Object(entries) => {
                let mut map = Map::with_capacity(entries.len());
                for (key, value) in entries {
                    map.insert(key.field().into_owned(), value.into_value());
                }
                Value::Object(map)
            }
            other => other.scalar().map_or(Value::Null, |text| Value::String(text.into_owned())),
        }
    }

    /// The text of a text, an instant, a span or a day.
    pub(super) fn scalar(&self) -> Option<Cow<'_, str>> {
        let of = |text: crate::Result<String>| text.ok().map(Cow::Owned);
        match self {
            Self::Text(text) | Self::Day(text) => Some(Cow::Borrowed(text)),
            Self::Instant(millis) => of(crate::Timestamp::from_millis(*millis).map(|it| it.to_string())),
            Self::Span(millis) => of(crate::Span::from_millis(*millis).map(|it| it.to_string())),
            _ => None,
        }
    }

    /// The entry of an object with this key.
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(entries) => entries.iter().find(|(key, _)| key.is(name)).map(|(_, value)| value),
            _ => None,
        }
    }
}

// -- text to trees ----------------------------------------------------------------------------------------------------

/// Reads any format, strictly: without repeated keys and without numbers that JSON cannot hold (YAML has `.nan`).
impl<'de> Deserialize<'de> for Tree<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

/// Reads a type from a format for people through a tree.
///
/// An enum with data may have its tag last; a struct whose fields all have defaults must not be read from a list.
pub(crate) fn through_tree<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    read: impl FnOnce(Reader<'_>) -> Result<T, Refused>,
) -> Result<T, D::Error> {
    let mut source = TreeSource::new(Tree::deserialize(deserializer)?);
    read(Reader(&mut source)).map_err(|refused| de::Error::custom(source.inside(refused.0)))
}

struct TreeVisitor;

/// From so many keys on a set finds the repeated ones.
const MANY: usize = 16;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Tree<'de>, E> {
        Ok(Tree::Null)
    }

    fn visit_none<E>(self) -> Result<Tree<'de>, E> {
        Ok(Tree::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Tree<'de>, E> {
        Ok(Tree::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Tree<'de>, E> {
        Ok(Tree::Integer(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Tree<'de>, E> {
        Ok(i64::try_from(value).map_or(Tree::Unsigned(value), Tree::Integer))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Tree<'de>, E> {
        if value.is_finite() {
            return Ok(Tree::Float(value));
        }
        Err(E::custom(format_args!("`{value}` is not a finite number")))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Tree<'de>, E> {
        Ok(Tree::Text(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Tree<'de>, E> {
        Ok(Tree::Text(Cow::Owned(value.to_owned())))
    }

    fn visit_string<E>(self, value: String) -> Result<Tree<'de>, E> {
        Ok(Tree::Text(Cow::Owned(value)))
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut items: A) -> Result<Tree<'de>, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Tree::List(list))
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut entries: A) -> Result<Tree<'de>, A::Error> {
        let mut object: Vec<(Key<'de>, Tree<'de>)> = Vec::new();
        let mut names: BTreeSet<Cow<'de, str>> = BTreeSet::new();
        while let Some(JsonKey(name)) = entries.next_key()? {
            let value = entries.next_value()?;
            let is_repeated = if object.len() < MANY {
                object.iter().any(|(key, _)| key.is(&name))
            } else {
                if names.is_empty() {
                    names.extend(object.iter().map(|(key, _)| Cow::Owned(key.text().into_owned())));
                }
                !names.insert(name.clone())
            };
            if is_repeated {
                return Err(de::Error::custom(format_args!("key {} is repeated", quoted(&name))));
            }
            object.push((Key::Wire(name), value));
        }
        Ok(Tree::Object(object))
    }
}

/// A key, borrowed from the text where it has no escapes.
pub(crate) struct JsonKey<'a>(pub(crate) Cow<'a, str>);

impl<'de> Deserialize<'de> for JsonKey<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_string(JsonKeyVisitor)
    }
}

struct JsonKeyVisitor;

impl<'de> Visitor<'de> for JsonKeyVisitor {
    type Value = JsonKey<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<JsonKey<'de>, E> {
        Ok(JsonKey(Cow::Borrowed(name)))
    }

    fn visit_str<E>(self, name: &str) -> Result<JsonKey<'de>, E> {
        Ok(JsonKey(Cow::Owned(name.to_owned())))
    }

    fn visit_string<E>(self, name: String) -> Result<JsonKey<'de>, E> {
        Ok(JsonKey(Cow::Owned(name)))
    }
}

// -- trees as a source ------------------------------------------------------------------------------------------------

/// Reads a type from a tree, and takes the texts out of it.
pub(crate) fn from_tree<T: DeserializeOwned>(tree: Tree<'_>) -> crate::Result<T> {
    let mut source = TreeSource::new(tree);
    read(&mut source).map_err(|error| source.inside(error))
}

impl Tree<'static> {
    /// The value that is next in a source, with all that is inside.
    pub(crate) fn of_source(source: &mut dyn Source) -> crate::Result<Self> {
        let inside = |source: &mut dyn Source, count| {
            let mut entries = Vec::new();
            for _ in 0..count {
                let key = source.key()?.into_owned();
                entries.push((key, Self::of_source(source)?));
            }
            source.end();
            Ok(entries)
        };
        Ok(match source.value(Wanted::Any)? {
            Event::Null => Tree::Null,
            Event::Bool(value) => Tree::Bool(value),
            Event::Integer(number) => Tree::Integer(number),
            Event::Unsigned(number) => Tree::Unsigned(number),
            Event::Float(number) => Tree::Float(number),
            Event::Text(text) => Tree::Text(Cow::Owned(text.into_owned())),
            Event::Instant(millis) => Tree::Instant(millis),
            Event::Span(millis) => Tree::Span(millis),
            Event::Day(text) => Tree::Day(Cow::Owned(text.into_owned())),
            Event::Unit(position) => Tree::Unit(position),
            Event::List(count) => {
                let mut items = Vec::new();
                for _ in 0..count {
                    source.item()?;
                    items.push(Self::of_source(source)?);
                }
                source.end();
                Tree::List(items)
            }
            Event::Object(count) => Tree::Object(inside(source, count)?),
            Event::Variant(variant, count) => {
                let variant = variant.into_owned();
                Tree::Object(vec![(variant, Tree::Object(inside(source, count)?))])
            }
        })
    }
}

/// The events of a tree.
#[derive(Debug)]
pub struct TreeSource<'a> {
    next: Tree<'a>,
    inside: Vec<Inside<'a>>,
}

/// A list or an object that is being read.
#[derive(Debug)]
enum Inside<'a> {
    /// With the number of items that were begun.
    List(vec::IntoIter<Tree<'a>>, usize),
    Object {
        entries: vec::IntoIter<(Key<'a>, Tree<'a>)>,
        /// That of the value that is being read.
        key: Option<Key<'a>>,
        /// Whether the tag is among the entries that are left, and was read already.
        has_tag: bool,
    },
}

impl<'a> TreeSource<'a> {
    /// Reads this tree.
    #[must_use]
    pub fn new(tree: Tree<'a>) -> Self {
        Self { next: tree, inside: Vec::new() }
    }

    /// An error of the value that is being read, with its path.
    #[cold]
    pub(super) fn inside(&self, error: Error) -> Error {
        error.under(&self.path())
    }

    fn open(&mut self, entries: Vec<(Key<'a>, Tree<'a>)>, has_tag: bool) -> usize {
        let count = entries.len().saturating_sub(usize::from(has_tag));
        self.inside.push(Inside::Object { entries: entries.into_iter(), key: None, has_tag });
        count
    }

    fn variant(&mut self, mut entries: Vec<(Key<'a>, Tree<'a>)>) -> Event<'a> {
        if let [(Key::Position(position), Tree::Object(fields))] = entries.as_mut_slice() {
            let (position, fields) = (*position, mem::take(fields));
            return Event::Variant(Key::Position(position), self.open(fields, false));
        }
        let tag = entries.iter_mut().find_map(|(key, value)| match value {
            Tree::Text(tag) if key.is(TAG) => Some(mem::take(tag)),
            _ => None,
        });
        match tag {
            Some(tag) => Event::Variant(Key::Wire(tag), self.open(entries, true)),
            None => Event::Object(self.open(entries, false)),
        }
    }
}

/// Not reached: the reader counts the items and entries.
#[cold]
fn odd() -> Error {
    Error::new(ErrorKind::InvalidValue, "", "has no other value")
}

impl Source for TreeSource<'_> {
    fn value(&mut self, wanted: Wanted) -> crate::Result<Event<'_>> {
        Ok(match mem::replace(&mut self.next, Tree::Null) {
            Tree::Null => Event::Null,
            Tree::Bool(value) => Event::Bool(value),
            Tree::Integer(number) => Event::Integer(number),
            Tree::Unsigned(number) => Event::Unsigned(number),
            Tree::Float(number) => Event::Float(number),
            Tree::Text(text) => Event::Text(text),
            Tree::Instant(millis) => Event::Instant(millis),
            Tree::Span(millis) => Event::Span(millis),
            Tree::Day(text) => Event::Day(text),
            Tree::Unit(position) => Event::Unit(position),
            Tree::List(items) => {
                let count = items.len();
                self.inside.push(Inside::List(items.into_iter(), 0));
                Event::List(count)
            }
            Tree::Object(entries) => match wanted {
                Wanted::Variant(_) => self.variant(entries),
                _ => Event::Object(self.open(entries, false)),
            },
        })
    }

    fn take_absent(&mut self) -> crate::Result<bool> {
        Ok(matches!(self.next, Tree::Null))
    }

    fn item(&mut self) -> crate::Result<()> {
        let Some(Inside::List(items, begun)) = self.inside.last_mut() else { return Err(odd()) };
        *begun = begun.saturating_add(1);
        self.next = items.next().ok_or_else(odd)?;
        Ok(())
    }

    fn key(&mut self) -> crate::Result<Key<'_>> {
        let Some(Inside::Object { entries, key, has_tag }) = self.inside.last_mut() else {
            return Err(odd());
        };
        let mut entry = entries.next();
        if *has_tag && entry.as_ref().is_some_and(|(key, _)| key.is(TAG)) {
            *has_tag = false; // a second one is an unknown key
            entry = entries.next();
        }
        let (own, value) = entry.ok_or_else(odd)?;
        self.next = value;
        Ok(key.insert(own).borrowed())
    }

    fn end(&mut self) {
        self.inside.pop();
    }

    fn leave(&mut self) {
        match self.inside.last_mut() {
            Some(Inside::List(_, begun)) => *begun = 0,
            Some(Inside::Object { key, .. }) => *key = None,
            None => {}
        }
    }

    fn path(&self) -> String {
        self.inside.iter().fold(String::new(), |path, inside| match inside {
            Inside::List(_, 0) | Inside::Object { key: None, .. } => path,
            Inside::List(_, begun) => join(&path, &format!("[{}]", begun.saturating_sub(1))),
            Inside::Object { key: Some(key), .. } => join(&path, &key.field()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canary::{Observation, Schedule, Step};
    use crate::metrics::Policy;

    fn of(text: &str) -> Result<Tree<'_>, serde_json::Error> {
        serde_json::from_str(text)
    }

    #[test]
    fn numbers_keep_their_kind_and_value() {
        let numbers = "[0,-1,9223372036854775807,-9223372036854775808,18446744073709551615,0.1,-0.0,1e300]";
        let tree = of(numbers).unwrap();
        let Tree::List(items) = &tree else { panic!("a list") };
        assert_eq!(items[2], Tree::Integer(i64::MAX));
        assert_eq!(items[4], Tree::Unsigned(u64::MAX));
        assert_eq!(items[5], Tree::Float(0.1));
        let value: Value = serde_json::from_str(numbers).unwrap();
        assert_eq!(tree.clone().into_value(), value);
        assert_eq!(Tree::of(value), tree);
    }

    #[test]
    fn a_repeated_key_is_found_among_few_and_many() {
        for count in [2, MANY, MANY + 1, 3 * MANY] {
            let keys = |last: usize| {
                (0..count).map(move |n| format!("\"\\u006b{}\":0", if n + 1 < count { n } else { last }))
            };
            let text = |last| format!("{{{}}}", keys(last).collect::<Vec<_>>().join(","));
            assert!(of(&text(count)).is_ok());
            for last in [0, count - 2] {
                let fault = of(&text(last)).unwrap_err().to_string();
                assert!(fault.starts_with(&format!("key `k{last}` is repeated")), "{fault}");
            }
        }
    }

    #[test]
    fn many_keys_take_no_square_of_time() {
        let text =
            format!("{{{}}}", (0..100_000).map(|n| format!("\"{n}\":0")).collect::<Vec<_>>().join(","));
        assert!(of(&text).is_ok());
    }

    #[test]
    fn texts_without_escapes_are_borrowed() {
        let Tree::List(items) = of(r#"["plain", "\u0061"]"#).unwrap() else { panic!("a list") };
        assert!(matches!(items.as_slice(), [Tree::Text(Cow::Borrowed("plain")), Tree::Text(Cow::Owned(_))]));
    }

    #[test]
    fn what_text_cannot_say_is_no_text() {
        let read = from_tree::<Observation>;
        let entry = |key: &'static str, value| (Key::Wire(key.into()), value);
        let observation = |at| {
            let kind = vec![entry("open", Tree::Bool(true)), entry("type", Tree::Text("window".into()))];
            Tree::Object(vec![entry("at", at), entry("kind", Tree::Object(kind))])
        };
        assert!(read(observation(Tree::Instant(0))).is_ok());
        // A number or a span where an instant must stand.
        for other in [Tree::Integer(0), Tree::Span(0), Tree::Day("2026-11-23".into()), Tree::Unit(0)] {
            assert_eq!(read(observation(other)).unwrap_err().path(), "at");
        }
    }

    #[test]
    fn an_error_has_the_path_of_the_value_or_of_what_it_is_missing_in() {
        let path = |steps: &str| {
            let text = format!("{{\"steps\": [{{\"type\": \"set_weight\", \"weight\": 5}}, {steps}]}}");
            from_tree::<Schedule>(of(&text).unwrap()).unwrap_err().path().to_owned()
        };
        assert_eq!(path(r#"{"type": "set_weight", "weight": "5"}"#), "steps[1].weight");
        assert_eq!(path(r#"{"type": "set_weight"}"#), "steps[1]");
        assert_eq!(path(r#"{"type": "set_weight", "weight": 5, "wait": 5}"#), "steps[1]");
        assert_eq!(path(r#"{"type": "set_speed"}"#), "steps[1]");
        assert_eq!(path(r#"{"weight": 5}"#), "steps[1]");
    }

    #[test]
    fn only_names_of_callers_may_be_in_snake_case() {
        let read = |key| {
            let policy = Tree::Object(vec![(key, Tree::Text("deployment".into()))]);
            from_tree::<Policy>(policy).map_err(|error| error.to_string())
        };
        let read_policy = read(Key::Wire("leadUnit".into())).unwrap();
        assert_eq!(read(Key::Caller("lead_unit".into())), Ok(read_policy.clone()));
        assert_eq!(read(Key::Caller("leadUnit".into())), Ok(read_policy));
        assert!(read(Key::Wire("lead_unit".into())).unwrap_err().contains("unknown field"));
    }

    #[test]
    fn a_format_for_people_is_read_through_a_tree() {
        // The tag comes last, and a list is no object of defaults.
        let step: Step = serde_json::from_str(r#"{"weight": 5, "type": "set_weight"}"#).unwrap();
        assert_eq!(step, Step::SetWeight { weight: 5.0 });
        assert!(serde_json::from_str::<Step>(r#"{"type": "set_weight", "weight": 5, "weight": 6}"#).is_err());
        assert!(serde_json::from_str::<Schedule>(r#"{"steps": [], "readiness": []}"#).is_err());
    }
}
