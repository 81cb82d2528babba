//! Any format to values, through one serde deserializer.
//!
//! What serde generates for a type is long, so it is compiled once: for [`Reader`], which asks a [`Source`] for one event
//! after the other. A tree is a source, and so are the objects of each language.
use super::wire_name;
use crate::error::{Error, ErrorKind, Result};
use crate::scalar;
use serde::de::value::{CowStrDeserializer, U64Deserializer};
use serde::de::{self, DeserializeOwned, DeserializeSeed, Error as _, Unexpected, Visitor};
use serde::{Deserializer, forward_to_deserialize_any};
use std::{borrow::Cow, fmt};

/// What a value is; of a list or an object its beginning.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub enum Event<'a> {
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
    /// An instant as milliseconds since 1970.
    Instant(i64),
    /// A span as milliseconds.
    Span(i64),
    /// A day as its text on the wire, where only a day may stand.
    Day(Cow<'a, str>),
    /// A variant of an enum without data, by its position.
    Unit(u32),
    /// The beginning of a list of so many items.
    List(usize),
    /// The beginning of an object of so many entries.
    Object(usize),
    /// The beginning of the fields of an enum with data, so many without the tag; the variant by its tag or position.
    Variant(Key<'a>, usize),
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

impl<'a> Key<'a> {
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

    fn into_text(self) -> Cow<'a, str> {
        match self {
            Self::Wire(name) | Self::Caller(name) => name,
            Self::Position(position) => Cow::Owned(position.to_string()),
        }
    }

    pub(super) fn is(&self, name: &str) -> bool {
        matches!(self, Self::Wire(own) | Self::Caller(own) if own == name)
    }

    pub(super) fn borrowed(&self) -> Key<'_> {
        match self {
            Self::Wire(name) => Key::Wire(Cow::Borrowed(name)),
            Self::Caller(name) => Key::Caller(Cow::Borrowed(name)),
            Self::Position(position) => Key::Position(*position),
        }
    }

    pub(super) fn into_owned(self) -> Key<'static> {
        match self {
            Self::Wire(name) => Key::Wire(Cow::Owned(name.into_owned())),
            Self::Caller(name) => Key::Caller(Cow::Owned(name.into_owned())),
            Self::Position(position) => Key::Position(position),
        }
    }
}

/// What the type needs that is being read: a hint for a source that has to look. What it finds may be anything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub enum Wanted {
    /// Whatever there is.
    Any,
    /// True, false or a number.
    Number,
    /// A text.
    Text,
    /// An instant, a span, a day or the text of a scalar.
    Scalar,
    /// A list.
    List,
    /// A map.
    Map,
    /// An object of the type of this qualified name.
    Struct(&'static str),
    /// A variant of the enum of this qualified name. Only then an object is told by [`Event::Variant`].
    Variant(&'static str),
}

/// What tells a value, event by event.
///
/// After a list as many calls of `item` follow, each with the events of a value behind it, and `end`; after an object or a
/// variant, as many of `key`, likewise. No error has a path, because `path` knows where it was.
pub trait Source {
    /// Takes the value that is next.
    ///
    /// # Errors
    /// When the value has no form on the wire.
    fn value(&mut self, wanted: Wanted) -> Result<Event<'_>>;

    /// Takes the value that is next if it is absent; whether it was.
    ///
    /// # Errors
    /// As `value`.
    fn take_absent(&mut self) -> Result<bool>;

    /// Goes on to the next item of the innermost list.
    ///
    /// # Errors
    /// When there is none after all.
    fn item(&mut self) -> Result<()>;

    /// Goes on to the next entry of the innermost object.
    ///
    /// # Errors
    /// When there is none after all, or its key is no text.
    fn key(&mut self) -> Result<Key<'_>>;

    /// Goes on to the next entry of the innermost object, whose keys are the names of fields; its position among them.
    /// `next` is where it most likely is: fields mostly come in their order.
    ///
    /// # Errors
    /// As `key`; `unknown_field` for another key.
    fn field(&mut self, names: &'static [&'static str], next: usize) -> Result<usize> {
        position_of(&self.key()?, names, next)
    }

    /// Ends the innermost list or object, of which everything was read.
    fn end(&mut self);

    /// Says that an error to come is one of the innermost list or object, and not of the last value inside.
    fn leave(&mut self) {}

    /// The path of the value that was last begun and not ended.
    fn path(&self) -> String {
        String::new()
    }
}

/// The position of the field of this key among the names of fields; `next` is where it most likely is.
///
/// # Errors
/// `unknown_field` for another key.
pub fn position_of(key: &Key<'_>, names: &'static [&'static str], next: usize) -> Result<usize> {
    let found = match key {
        Key::Position(position) => return Ok(*position as usize),
        Key::Wire(name) => position(name, names, next),
        Key::Caller(name) => position(&wire_name(name), names, next),
    };
    found.map_err(|name| Refused::unknown_field(&name, names).0)
}

/// Reads a type from a source. The path of an error is that of the source.
pub(crate) fn read<T: DeserializeOwned>(source: &mut dyn Source) -> Result<T> {
    T::deserialize(Reader(source)).map_err(|refused| refused.0)
}

/// The one deserializer: reads the value that is next in a source.
pub(crate) struct Reader<'s>(pub(crate) &'s mut dyn Source);

/// Why a type cannot be read.
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

impl From<Error> for Refused {
    #[cold]
    fn from(error: Error) -> Self {
        Self(error)
    }
}

type Read<T> = std::result::Result<T, Refused>;

impl Event<'_> {
    #[cold]
    fn refused(&self, expected: &dyn de::Expected) -> Refused {
        let unexpected = match self {
            Self::Null => Unexpected::Unit,
            Self::Bool(value) => Unexpected::Bool(*value),
            Self::Integer(number) => Unexpected::Signed(*number),
            Self::Unsigned(number) => Unexpected::Unsigned(*number),
            Self::Float(number) => Unexpected::Float(*number),
            Self::Text(text) => Unexpected::Str(text),
            Self::Instant(_) => Unexpected::Other("an instant"),
            Self::Span(_) => Unexpected::Other("a span"),
            Self::Day(_) => Unexpected::Other("a day"),
            Self::Unit(_) => Unexpected::UnitVariant,
            Self::List(_) => Unexpected::Seq,
            Self::Object(_) => Unexpected::Map,
            Self::Variant(..) => Unexpected::StructVariant,
        };
        de::Error::invalid_type(unexpected, expected)
    }
}

fn text<'de, V: Visitor<'de>>(text: Cow<'_, str>, visitor: V) -> Read<V::Value> {
    match text {
        Cow::Borrowed(text) => visitor.visit_str(text),
        Cow::Owned(text) => visitor.visit_string(text),
    }
}

// Every call below that is not inlined is made in the code of each type, so that each field costs a call there and no copy.
impl<'s> Reader<'s> {
    /// True, false or a number.
    #[inline(never)]
    fn number<'de, V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        match self.0.value(Wanted::Number)? {
            Event::Integer(number) => visitor.visit_i64(number),
            Event::Float(number) => visitor.visit_f64(number),
            Event::Bool(value) => visitor.visit_bool(value),
            Event::Unsigned(number) => visitor.visit_u64(number),
            other => Err(other.refused(&visitor)),
        }
    }

    /// Begins a list.
    #[inline(never)]
    fn list(self, expected: &dyn de::Expected) -> Read<Inside<'s>> {
        match self.0.value(Wanted::List)? {
            Event::List(left) => Ok(Inside::new(self.0, left)),
            other => Err(other.refused(expected)),
        }
    }

    /// Begins a map or the fields of an object.
    #[inline(never)]
    fn object(self, wanted: Wanted, expected: &dyn de::Expected) -> Read<Inside<'s>> {
        match self.0.value(wanted)? {
            Event::Object(left) => Ok(Inside::new(self.0, left)),
            other => Err(other.refused(expected)),
        }
    }
}

macro_rules! numbers {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
            self.number(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for Reader<'_> {
    type Error = Refused;

    fn is_human_readable(&self) -> bool {
        false
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        match self.0.value(Wanted::Any)? {
            Event::Null => visitor.visit_unit(),
            Event::Bool(value) => visitor.visit_bool(value),
            Event::Integer(number) => visitor.visit_i64(number),
            Event::Unsigned(number) => visitor.visit_u64(number),
            Event::Float(number) => visitor.visit_f64(number),
            Event::Text(own) => text(own, visitor),
            Event::List(left) => Inside::new(self.0, left).items(visitor),
            Event::Object(left) => Inside::new(self.0, left).entries(visitor),
            other => Err(other.refused(&visitor)),
        }
    }

    numbers! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128 deserialize_u8
        deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 deserialize_f32 deserialize_f64
    }

    forward_to_deserialize_any! { char bytes byte_buf unit unit_struct tuple tuple_struct }

    #[inline(never)]
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        match self.0.value(Wanted::Text)? {
            Event::Text(own) => text(own, visitor),
            other => Err(other.refused(&visitor)),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        self.deserialize_str(visitor)
    }

    #[inline(never)]
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        if self.0.take_absent()? { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    /// The scalars of the core.
    #[inline(never)]
    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Read<V::Value> {
        match (self.0.value(Wanted::Scalar)?, name) {
            (Event::Text(text), _) | (Event::Day(text), scalar::DATE) => visitor.visit_str(&text),
            (Event::Instant(millis), scalar::TIMESTAMP) | (Event::Span(millis), scalar::SPAN) => {
                visitor.visit_i64(millis)
            }
            (other, _) => Err(other.refused(&visitor)),
        }
    }

    #[inline(never)]
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        self.list(&visitor)?.items(visitor)
    }

    #[inline(never)]
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        self.object(Wanted::Map, &visitor)?.entries(visitor)
    }

    #[inline(never)]
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Read<V::Value> {
        self.object(Wanted::Struct(name), &visitor)?.fields(fields, visitor)
    }

    /// A unit enum is a text or a position; an enum with data is a tag or a position, and fields.
    #[inline(never)]
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Read<V::Value> {
        visitor.visit_enum(Variant { source: self.0, name, variants })
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        pass_over(self.0)?;
        visitor.visit_unit()
    }
}

/// Takes a value with all that is inside.
fn pass_over(source: &mut dyn Source) -> Result<()> {
    match source.value(Wanted::Any)? {
        Event::List(count) => {
            for _ in 0..count {
                source.item()?;
                pass_over(source)?;
            }
            source.end();
        }
        Event::Object(count) | Event::Variant(_, count) => {
            for _ in 0..count {
                source.key()?;
                pass_over(source)?;
            }
            source.end();
        }
        _ => {}
    }
    Ok(())
}

/// Inside a list or an object.
struct Inside<'s> {
    source: &'s mut dyn Source,
    left: usize,
    /// Whether a value was begun that was not read to its end.
    is_begun: bool,
}

impl<'s> Inside<'s> {
    fn new(source: &'s mut dyn Source, left: usize) -> Self {
        Self { source, left, is_begun: false }
    }

    fn items<'de, V: Visitor<'de>>(mut self, visitor: V) -> Read<V::Value> {
        let read = visitor.visit_seq(&mut self);
        self.end(read)
    }

    fn entries<'de, V: Visitor<'de>>(mut self, visitor: V) -> Read<V::Value> {
        let read = visitor.visit_map(&mut self);
        self.end(read)
    }

    fn fields<'de, V: Visitor<'de>>(self, names: &'static [&'static str], visitor: V) -> Read<V::Value> {
        let mut fields = Fields { inside: self, names, next: 0 };
        let read = visitor.visit_map(&mut fields);
        fields.inside.end(read)
    }

    /// Whether something is left, which then is begun.
    fn goes_on(&mut self) -> bool {
        match self.left.checked_sub(1) {
            Some(left) => {
                self.left = left;
                true
            }
            None => false,
        }
    }

    fn value<'de, T: DeserializeSeed<'de>>(&mut self, seed: T) -> Read<T::Value> {
        self.is_begun = true;
        let value = seed.deserialize(Reader(&mut *self.source))?;
        self.is_begun = false;
        Ok(value)
    }

    fn end<T>(mut self, read: Read<T>) -> Read<T> {
        match read {
            Ok(value) if self.left == 0 => {
                self.source.end();
                Ok(value)
            }
            Ok(_) => Err(self.refused(de::Error::custom("has more items than expected"))),
            Err(refused) => Err(self.refused(refused)),
        }
    }

    #[cold]
    fn refused(&mut self, refused: Refused) -> Refused {
        if !self.is_begun {
            self.source.leave();
        }
        refused
    }
}

impl<'de> de::SeqAccess<'de> for Inside<'_> {
    type Error = Refused;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Read<Option<T::Value>> {
        if !self.goes_on() {
            return Ok(None);
        }
        self.source.item()?;
        self.value(seed).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}

/// Of a map, whose keys stay as they are.
impl<'de> de::MapAccess<'de> for Inside<'_> {
    type Error = Refused;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Read<Option<K::Value>> {
        if !self.goes_on() {
            return Ok(None);
        }
        seed.deserialize(CowStrDeserializer::new(self.source.key()?.into_text())).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Read<V::Value> {
        self.value(seed)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}

/// Inside the fields of a struct or a variant.
struct Fields<'s> {
    inside: Inside<'s>,
    names: &'static [&'static str],
    /// The position behind the last field.
    next: usize,
}

impl<'de> de::MapAccess<'de> for Fields<'_> {
    type Error = Refused;

    /// A field is told by its position, so that the visitors of serde compare no names.
    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Read<Option<K::Value>> {
        if !self.inside.goes_on() {
            return Ok(None);
        }
        let position = self.inside.source.field(self.names, self.next)?;
        self.next = position.saturating_add(1);
        seed.deserialize(U64Deserializer::new(position as u64)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Read<V::Value> {
        self.inside.value(seed)
    }
}

/// The position of a name among names; the name if it is not there. `next` is where it most likely is.
fn position(name: &str, names: &[&str], next: usize) -> std::result::Result<usize, String> {
    if names.get(next) == Some(&name) {
        return Ok(next);
    }
    names.iter().position(|own| *own == name).ok_or_else(|| name.to_owned())
}

struct Variant<'s> {
    source: &'s mut dyn Source,
    /// Of the enum.
    name: &'static str,
    variants: &'static [&'static str],
}

impl<'s> Variant<'s> {
    /// The position of the variant, and how many fields it has, if it has some.
    #[inline(never)]
    fn begin(&mut self) -> Read<(u64, Option<usize>)> {
        let (key, fields) = match self.source.value(Wanted::Variant(self.name))? {
            Event::Text(tag) => (Key::Wire(tag), None),
            Event::Unit(position) => (Key::Position(position), None),
            Event::Variant(key, fields) => (key, Some(fields)),
            other => return Err(other.refused(&"a variant")),
        };
        let position = match key {
            Key::Position(position) => position.into(),
            Key::Wire(tag) | Key::Caller(tag) => {
                let position = position(&tag, self.variants, 0);
                position.map_err(|tag| Refused::unknown_variant(&tag, self.variants))? as u64
            }
        };
        Ok((position, fields))
    }
}

impl<'de, 's> de::EnumAccess<'de> for Variant<'s> {
    type Error = Refused;
    type Variant = VariantFields<'s>;

    fn variant_seed<V: DeserializeSeed<'de>>(mut self, seed: V) -> Read<(V::Value, VariantFields<'s>)> {
        let (position, left) = self.begin()?;
        let variant = seed.deserialize(U64Deserializer::<Refused>::new(position))?;
        Ok((variant, VariantFields { source: self.source, left }))
    }
}

/// The fields of a variant, if it has some.
struct VariantFields<'s> {
    source: &'s mut dyn Source,
    left: Option<usize>,
}

impl<'de> de::VariantAccess<'de> for VariantFields<'_> {
    type Error = Refused;

    fn unit_variant(self) -> Read<()> {
        match self.left {
            Some(left) => Err(Event::Object(left).refused(&"a text")),
            None => Ok(()),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, _: T) -> Read<T::Value> {
        Err(Event::UNIT.refused(&"a struct variant"))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Read<V::Value> {
        Err(Event::UNIT.refused(&visitor))
    }

    #[inline(never)]
    fn struct_variant<V: Visitor<'de>>(self, names: &'static [&'static str], visitor: V) -> Read<V::Value> {
        match self.left {
            Some(left) => Inside::new(self.source, left).fields(names, visitor),
            None => Err(Event::UNIT.refused(&visitor)),
        }
    }
}

impl Event<'static> {
    /// A variant without fields.
    const UNIT: Self = Self::Unit(0);
}
