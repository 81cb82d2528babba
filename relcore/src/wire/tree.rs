//! The one form from which types are read, whatever they were written in.
//!
//! JSON text, YAML text and the values of another language become a [`Tree`] first, and types are read from trees alone:
//! what serde generates for a type is long, and so it is compiled once and not once for each format.
use super::wire_name;
use crate::error::{Error, ErrorKind, quoted};
use crate::scalar;
use serde::de::{self, DeserializeSeed, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, forward_to_deserialize_any};
use serde_json::{Map, Value};
use std::{borrow::Cow, collections::BTreeSet, fmt, mem, slice};

/// A value of any type, as it was read.
///
/// JSON and YAML have the first eight kinds. A binding also makes the others, of objects of its language, so that an
/// instant need not become text on its way.
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

/// A key of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub enum Key<'a> {
    /// A name on the wire.
    Wire(Cow<'a, str>),
    /// A name as callers may write it: for a field it is `week_start` or `weekStart`, in a map it stays as it is.
    Caller(Cow<'a, str>),
    /// The position of a field, or of a variant whose fields are the value.
    Position(u32),
}

impl Key<'_> {
    /// The name on the wire of the field that it stands for.
    pub(super) fn field(&self) -> Cow<'_, str> {
        match self {
            Self::Caller(name) => wire_name(name),
            _ => self.text(),
        }
    }

    /// The key as it stands.
    pub(super) fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Wire(name) | Self::Caller(name) => Cow::Borrowed(name),
            Self::Position(position) => Cow::Owned(position.to_string()),
        }
    }

    pub(super) fn is(&self, name: &str) -> bool {
        matches!(self, Self::Wire(own) | Self::Caller(own) if own == name)
    }
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
    read: impl FnOnce(Reader<'_, 'de>) -> Result<T, Refused>,
) -> Result<T, D::Error> {
    read(Reader(&mut Tree::deserialize(deserializer)?)).map_err(|refused| de::Error::custom(refused.0))
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
        while let Some(Name(name)) = entries.next_key()? {
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
struct Name<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_string(NameVisitor)
    }
}

struct NameVisitor;

impl<'de> Visitor<'de> for NameVisitor {
    type Value = Name<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Borrowed(name)))
    }

    fn visit_str<E>(self, name: &str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Owned(name.to_owned())))
    }

    fn visit_string<E>(self, name: String) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Owned(name)))
    }
}

// -- trees to types ---------------------------------------------------------------------------------------------------

/// Reads a type from a tree, and takes the texts out of it.
pub(crate) struct Reader<'r, 'de>(pub(crate) &'r mut Tree<'de>);

/// Why a type cannot be read from a tree.
#[derive(Debug)]
pub(crate) struct Refused(pub(crate) Error);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Refused {}

impl de::Error for Refused {
    #[cold]
    fn custom<T: fmt::Display>(text: T) -> Self {
        Self(Error::new(ErrorKind::InvalidValue, "", text.to_string()))
    }
}

impl Tree<'_> {
    #[cold]
    fn refused(&self, expected: &dyn de::Expected) -> Refused {
        let unexpected = match self {
            Self::Null => Unexpected::Unit,
            Self::Bool(value) => Unexpected::Bool(*value),
            Self::Integer(number) => Unexpected::Signed(*number),
            Self::Unsigned(number) => Unexpected::Unsigned(*number),
            Self::Float(number) => Unexpected::Float(*number),
            Self::Text(text) => Unexpected::Str(text),
            Self::List(_) => Unexpected::Seq,
            Self::Object(_) => Unexpected::Map,
            Self::Instant(_) => Unexpected::Other("an instant"),
            Self::Span(_) => Unexpected::Other("a span"),
            Self::Day(_) => Unexpected::Other("a day"),
            Self::Unit(_) => Unexpected::UnitVariant,
        };
        de::Error::invalid_type(unexpected, expected)
    }
}

impl<'de> Reader<'_, 'de> {
    /// A value that is neither a list nor an object.
    fn simple<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self.0 {
            Tree::Bool(value) => visitor.visit_bool(*value),
            Tree::Integer(number) => visitor.visit_i64(*number),
            Tree::Unsigned(number) => visitor.visit_u64(*number),
            Tree::Float(number) => visitor.visit_f64(*number),
            other => Err(other.refused(&visitor)),
        }
    }

    fn fields<V: Visitor<'de>>(self, fields: Fields, visitor: V) -> Result<V::Value, Refused> {
        match self.0 {
            Tree::Object(entries) => {
                visitor.visit_map(Entries { entries: entries.iter_mut(), fields, current: None })
            }
            other => Err(other.refused(&visitor)),
        }
    }
}

/// What the keys of an object are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fields {
    Struct,
    /// The tag was read.
    Variant,
    /// Keys of a map stay as they are.
    Map,
}

macro_rules! simple {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
            self.simple(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for Reader<'_, 'de> {
    type Error = Refused;

    fn is_human_readable(&self) -> bool {
        false
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self.0 {
            Tree::Null => visitor.visit_unit(),
            Tree::Text(_) => self.deserialize_str(visitor),
            Tree::List(_) => self.deserialize_seq(visitor),
            Tree::Object(_) => self.fields(Fields::Map, visitor),
            _ => self.simple(visitor),
        }
    }

    simple! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128 deserialize_u8
        deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 deserialize_f32 deserialize_f64
    }

    forward_to_deserialize_any! { char bytes byte_buf unit unit_struct tuple tuple_struct }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self.0 {
            Tree::Text(Cow::Borrowed(text)) => visitor.visit_borrowed_str(text),
            Tree::Text(Cow::Owned(text)) => visitor.visit_string(mem::take(text)),
            other => Err(other.refused(&visitor)),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self.0 {
            Tree::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    /// The scalars of the core.
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Refused> {
        match (&*self.0, name) {
            (Tree::Text(text), _) => visitor.visit_str(text),
            (Tree::Instant(millis), scalar::TIMESTAMP) | (Tree::Span(millis), scalar::SPAN) => {
                visitor.visit_i64(*millis)
            }
            (Tree::Day(text), scalar::DATE) => visitor.visit_str(text),
            (other, _) => Err(other.refused(&visitor)),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self.0 {
            Tree::List(items) => visitor.visit_seq(Items { items: items.iter_mut(), next: 0 }),
            other => Err(other.refused(&visitor)),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        self.fields(Fields::Map, visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        self.fields(Fields::Struct, visitor)
    }

    /// A unit enum is a text or a position; an enum with data is an object with its tag, or a position with its fields.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        match self.0 {
            Tree::Text(tag) => visitor.visit_enum(Variant { tag: Tag::Text(mem::take(tag)), fields: None }),
            Tree::Unit(position) => {
                visitor.visit_enum(Variant { tag: Tag::Position(*position), fields: None })
            }
            Tree::Object(entries) => {
                let variant = match entries.as_mut_slice() {
                    [(Key::Position(position), fields)] => {
                        Some(Variant { tag: Tag::Position(*position), fields: Some(fields) })
                    }
                    entries => tag_among(entries).map(|tag| Variant { tag: Tag::Text(tag), fields: None }),
                };
                match variant {
                    Some(Variant { tag, fields: None }) => {
                        visitor.visit_enum(Variant { tag, fields: Some(self.0) })
                    }
                    Some(variant) => visitor.visit_enum(variant),
                    None => Err(self.0.refused(&visitor)),
                }
            }
            other => Err(other.refused(&visitor)),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        visitor.visit_unit()
    }
}

/// Takes out the tag of an enum with data.
fn tag_among<'de>(entries: &mut [(Key<'de>, Tree<'de>)]) -> Option<Cow<'de, str>> {
    entries.iter_mut().find_map(|(key, value)| match value {
        Tree::Text(tag) if key.is(TAG) => Some(mem::take(tag)),
        _ => None,
    })
}

struct Items<'r, 'de> {
    items: slice::IterMut<'r, Tree<'de>>,
    next: usize,
}

impl<'de> de::SeqAccess<'de> for Items<'_, 'de> {
    type Error = Refused;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Refused> {
        let Some(item) = self.items.next() else { return Ok(None) };
        let index = self.next;
        self.next = index.saturating_add(1);
        seed.deserialize(Reader(item)).map(Some).map_err(|refused| refused.at(index))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

impl Refused {
    #[cold]
    fn at(self, index: usize) -> Self {
        Self(self.0.under(&format!("[{index}]")))
    }

    #[cold]
    fn inside(self, key: &Key<'_>) -> Self {
        Self(self.0.under(&key.field()))
    }
}

struct Entries<'r, 'de> {
    entries: slice::IterMut<'r, (Key<'de>, Tree<'de>)>,
    fields: Fields,
    /// The entry whose key was read.
    current: Option<&'r mut (Key<'de>, Tree<'de>)>,
}

impl<'de> de::MapAccess<'de> for Entries<'_, 'de> {
    type Error = Refused;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Refused> {
        let mut next = self.entries.next();
        if self.fields == Fields::Variant && next.as_ref().is_some_and(|(key, _)| key.is(TAG)) {
            next = self.entries.next();
        }
        let Some(entry) = next else { return Ok(None) };
        let (key, _) = &**self.current.insert(entry);
        seed.deserialize(KeyReader { key, of_map: self.fields == Fields::Map }).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Refused> {
        let (key, value) =
            self.current.take().ok_or_else(|| <Refused as de::Error>::custom("a value without its key"))?;
        seed.deserialize(Reader(value)).map_err(|refused| refused.inside(key))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.entries.len())
    }
}

struct KeyReader<'a> {
    key: &'a Key<'a>,
    of_map: bool,
}

impl<'de> Deserializer<'de> for KeyReader<'_> {
    type Error = Refused;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self.key {
            Key::Position(position) => visitor.visit_u64(u64::from(*position)),
            Key::Wire(name) => visitor.visit_str(name),
            Key::Caller(name) if self.of_map => visitor.visit_str(name),
            Key::Caller(name) => visitor.visit_str(&wire_name(name)),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

struct Variant<'r, 'de> {
    tag: Tag<'de>,
    fields: Option<&'r mut Tree<'de>>,
}

enum Tag<'de> {
    Text(Cow<'de, str>),
    Position(u32),
}

impl<'de> Deserializer<'de> for Tag<'de> {
    type Error = Refused;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self {
            Self::Text(tag) => visitor.visit_str(&tag),
            Self::Position(position) => visitor.visit_u64(u64::from(position)),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'r, 'de> de::EnumAccess<'de> for Variant<'r, 'de> {
    type Error = Refused;
    type Variant = Inner<'r, 'de>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Inner<'r, 'de>), Refused> {
        Ok((seed.deserialize(self.tag)?, Inner(self.fields)))
    }
}

/// The fields of a variant.
struct Inner<'r, 'de>(Option<&'r mut Tree<'de>>);

impl<'de> de::VariantAccess<'de> for Inner<'_, 'de> {
    type Error = Refused;

    fn unit_variant(self) -> Result<(), Refused> {
        match self.0 {
            Some(other) => Err(other.refused(&"a text")),
            None => Ok(()),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Refused> {
        seed.deserialize(Reader(self.0.unwrap_or(&mut Tree::Null)))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Refused> {
        Reader(self.0.unwrap_or(&mut Tree::Null)).deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        Reader(self.0.unwrap_or(&mut Tree::Null)).fields(Fields::Variant, visitor)
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
        let read = |mut tree: Tree<'static>| {
            Observation::deserialize(Reader(&mut tree)).map_err(|refused| refused.0)
        };
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
    fn only_names_of_callers_may_be_in_snake_case() {
        let read = |key| {
            let mut policy = Tree::Object(vec![(key, Tree::Text("deployment".into()))]);
            Policy::deserialize(Reader(&mut policy)).map_err(|refused| refused.0.to_string())
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
