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
use std::{borrow::Cow, collections::BTreeSet, fmt, vec};

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
                let entries = entries.into_iter().map(|(key, value)| (Key::Wire(key.into()), Tree::of(value)));
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
    read: impl FnOnce(Reader<'de>) -> Result<T, Refused>,
) -> Result<T, D::Error> {
    read(Reader(Tree::deserialize(deserializer)?)).map_err(|refused| de::Error::custom(refused.0))
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

/// Reads a type from a tree.
pub(crate) struct Reader<'de>(pub(crate) Tree<'de>);

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

impl<'de> Reader<'de> {
    /// A value that is neither a list nor an object.
    fn simple<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self.0 {
            Tree::Bool(value) => visitor.visit_bool(value),
            Tree::Integer(number) => visitor.visit_i64(number),
            Tree::Unsigned(number) => visitor.visit_u64(number),
            Tree::Float(number) => visitor.visit_f64(number),
            other => Err(other.refused(&visitor)),
        }
    }

    fn fields<V: Visitor<'de>>(self, is_struct: bool, visitor: V) -> Result<V::Value, Refused> {
        match self.0 {
            Tree::Object(entries) => {
                visitor.visit_map(Entries { entries: entries.into_iter(), is_struct, current: None })
            }
            other => Err(other.refused(&visitor)),
        }
    }
}

macro_rules! simple {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
            self.simple(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for Reader<'de> {
    type Error = Refused;

    fn is_human_readable(&self) -> bool {
        false
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self.0 {
            Tree::Null => visitor.visit_unit(),
            Tree::Text(_) => self.deserialize_str(visitor),
            Tree::List(_) => self.deserialize_seq(visitor),
            Tree::Object(_) => self.fields(false, visitor),
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
            Tree::Text(Cow::Owned(text)) => visitor.visit_string(text),
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
        match (name, self.0) {
            (scalar::TIMESTAMP, Tree::Instant(millis)) | (scalar::SPAN, Tree::Span(millis)) => {
                visitor.visit_i64(millis)
            }
            (scalar::DATE, Tree::Day(text)) => visitor.visit_str(&text),
            (_, other) => Self(other).deserialize_str(visitor),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self.0 {
            Tree::List(items) => visitor.visit_seq(Items { items: items.into_iter(), next: 0 }),
            other => Err(other.refused(&visitor)),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        self.fields(false, visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        self.fields(true, visitor)
    }

    /// A unit enum is a text or a position; an enum with data is an object with its tag, or a position with its fields.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        match self.0.variant() {
            Ok(variant) => visitor.visit_enum(variant),
            Err(other) => Err(other.refused(&visitor)),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        visitor.visit_unit()
    }
}

impl<'de> Tree<'de> {
    /// The variant and its fields; the tree itself if it is neither.
    fn variant(self) -> Result<Variant<'de>, Self> {
        let mut entries = match self {
            Self::Text(tag) => return Ok(Variant { tag: Key::Wire(tag), fields: None }),
            Self::Unit(position) => return Ok(Variant { tag: Key::Position(position), fields: None }),
            Self::Object(entries) => entries,
            other => return Err(other),
        };
        if let [(Key::Position(position), fields)] = entries.as_mut_slice() {
            let fields = Some(std::mem::replace(fields, Self::Null));
            return Ok(Variant { tag: Key::Position(*position), fields });
        }
        match entries.iter().position(|(key, value)| key.is(TAG) && matches!(value, Self::Text(_))) {
            Some(at) => match entries.remove(at) {
                (_, Self::Text(tag)) => Ok(Variant { tag: Key::Wire(tag), fields: Some(Self::Object(entries)) }),
                _ => Err(Self::Null),
            },
            None => Err(Self::Object(entries)),
        }
    }
}

struct Items<'de> {
    items: vec::IntoIter<Tree<'de>>,
    next: usize,
}

impl<'de> de::SeqAccess<'de> for Items<'de> {
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

struct Entries<'de> {
    entries: vec::IntoIter<(Key<'de>, Tree<'de>)>,
    is_struct: bool,
    /// The entry whose key was read.
    current: Option<(Key<'de>, Tree<'de>)>,
}

impl<'de> de::MapAccess<'de> for Entries<'de> {
    type Error = Refused;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Refused> {
        let Some(entry) = self.entries.next() else { return Ok(None) };
        let (key, _) = self.current.insert(entry);
        seed.deserialize(KeyReader { key, is_struct: self.is_struct }).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Refused> {
        let (key, value) =
            self.current.take().ok_or_else(|| <Refused as de::Error>::custom("a value without its key"))?;
        seed.deserialize(Reader(value)).map_err(|refused| refused.inside(&key))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.entries.len())
    }
}

struct KeyReader<'a> {
    key: &'a Key<'a>,
    is_struct: bool,
}

impl<'de> Deserializer<'de> for KeyReader<'_> {
    type Error = Refused;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self.key {
            Key::Position(position) => visitor.visit_u64(u64::from(*position)),
            Key::Wire(name) => visitor.visit_str(name),
            Key::Caller(name) if self.is_struct => visitor.visit_str(&wire_name(name)),
            Key::Caller(name) => visitor.visit_str(name),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

struct Variant<'de> {
    tag: Key<'de>,
    fields: Option<Tree<'de>>,
}

impl<'de> de::EnumAccess<'de> for Variant<'de> {
    type Error = Refused;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Refused> {
        let variant = seed.deserialize(KeyReader { key: &self.tag, is_struct: false })?;
        Ok((variant, self))
    }
}

impl<'de> de::VariantAccess<'de> for Variant<'de> {
    type Error = Refused;

    fn unit_variant(self) -> Result<(), Refused> {
        match self.fields {
            Some(other) => Err(other.refused(&"a text")),
            None => Ok(()),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Refused> {
        seed.deserialize(Reader(self.fields.unwrap_or(Tree::Null)))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Refused> {
        Reader(self.fields.unwrap_or(Tree::Null)).deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        Reader(self.fields.unwrap_or(Tree::Null)).fields(true, visitor)
    }
}
