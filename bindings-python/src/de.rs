//! Python objects as a serde format: generated dataclasses, dicts, enums, `datetime`, sequences.
//!
//! It says that it is not human-readable, so that instants and spans are read as milliseconds, without a detour through
//! text, and enums with data as a variant with its fields, without a buffer. Read as a [`serde_json::Value`], an object
//! becomes its wire form, for the diagnosis of refused arguments.
use crate::{
    classes::{Fields, TAG},
    error::CodecError,
    objects::is_numpy,
    time::{self, Kind, LastInstant},
};
use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyByteArray, PyBytes, PyDict, PyFloat, PyInt, PyList, PyMapping, PyString, PyTuple,
};
use pyo3::{ffi, intern};
use relcore::{Error, ErrorKind, Span, Timestamp, scalar, wire::wire_name};
use serde::de::{self, DeserializeSeed, IntoDeserializer, Visitor, value};
use std::{borrow::Cow, iter};

type Result<T> = std::result::Result<T, CodecError>;

/// A value to be read.
#[derive(Clone)]
pub struct PyDeserializer<'c, 'py> {
    value: Bound<'py, PyAny>,
    level: Level<'c, 'py>,
    /// Whether this is a variant of an enum with data whose tag was read.
    is_variant: bool,
}

/// What the values on one level of nesting share.
#[derive(Clone, Copy)]
struct Level<'c, 'py> {
    last: &'c LastInstant<'py>,
    depth: u8,
}

impl<'c, 'py> Level<'c, 'py> {
    fn of(self, value: Bound<'py, PyAny>) -> PyDeserializer<'c, 'py> {
        PyDeserializer { value, level: self, is_variant: false }
    }
}

/// Deeper nesting is a circle or an attack: no type of the core comes near it.
const DEEPEST: u8 = 64;

impl<'c, 'py> PyDeserializer<'c, 'py> {
    pub fn new(value: &Bound<'py, PyAny>, last: &'c LastInstant<'py>) -> Self {
        Level { last, depth: 0 }.of(value.clone())
    }

    #[cold]
    fn unexpected(&self, wanted: &str) -> CodecError {
        refused(ErrorKind::WrongType, &format!("expected {wanted}, got {}", self.value.get_type()))
    }

    /// One level further in; a list that holds itself would have no end.
    fn deeper(&self) -> Result<Level<'c, 'py>> {
        let text = "is nested too deeply, or holds itself";
        let depth = self.level.depth + 1;
        if depth < DEEPEST {
            Ok(Level { depth, ..self.level })
        } else {
            Err(refused(ErrorKind::OutOfRange, text))
        }
    }

    fn integer<'de, V: Visitor<'de>>(&self, visitor: V) -> Result<V::Value> {
        match self.value.extract::<i64>() {
            Ok(number) => visitor.visit_i64(number),
            Err(_) => Err(refused(ErrorKind::OutOfRange, "is beyond 64 bits")),
        }
    }

    /// The fields of a dataclass or the entries of a mapping, by their names on the wire; `None` for any other object.
    fn object<'de, V: Visitor<'de>>(
        &self,
        keys_of: fn(&str) -> Cow<'_, str>,
        visitor: V,
    ) -> Result<Option<V::Value>> {
        let (level, skip) = (self.deeper()?, self.is_variant);
        if let Some(entries) = entries_of(&self.value)? {
            let pairs = entries.iter().filter_map(|(key, value)| {
                let Ok(key) = key.extract::<Cow<'_, str>>() else {
                    return Some(Err(refused(ErrorKind::WrongType, "has a key that is not text")));
                };
                (!skip || key != TAG).then(|| Ok((Cow::Owned(keys_of(&key).into_owned()), value)))
            });
            return visitor.visit_map(Pairs { pairs, current: None, level }).map(Some);
        }
        let Some(fields) = Fields::of(&self.value)? else { return Ok(None) };
        let fields = if skip { fields.get().own() } else { &fields.get().all };
        let pairs = fields.iter().map(|field| {
            let value = self.value.getattr(field.name.bind(self.value.py()))?;
            Ok((Cow::Borrowed(field.wire.as_str()), value))
        });
        visitor.visit_map(Pairs { pairs, current: None, level }).map(Some)
    }

    /// A `datetime`, `timedelta` or `date` as its text on the wire.
    fn wire_text(&self, kind: Kind) -> Result<Option<String>> {
        let naive = "has no time zone: expected an aware datetime, such as one with `tzinfo=timezone.utc`";
        Ok(match kind {
            Kind::Instant => match self.level.last.millis(&self.value)? {
                Some(millis) => Some(Timestamp::from_millis(millis).map_err(CodecError)?.to_string()),
                None => return Err(refused(ErrorKind::InvalidValue, naive)),
            },
            Kind::Span => {
                let span = Span::from_millis(time::millis_of_span(&self.value)?).map_err(CodecError)?;
                Some(span.to_string())
            }
            Kind::Date => Some(self.value.call_method0(intern!(self.value.py(), "isoformat"))?.extract()?),
            Kind::Other => None,
        })
    }
}

/// A key of a map.
fn as_is(key: &str) -> Cow<'_, str> {
    Cow::Borrowed(key)
}

#[cold]
fn refused(kind: ErrorKind, text: &str) -> CodecError {
    CodecError(Error::new(kind, "", text))
}

impl<'de> de::Deserializer<'de> for PyDeserializer<'_, '_> {
    type Error = CodecError;

    fn is_human_readable(&self) -> bool {
        false
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let value = &self.value;
        if let Ok(value) = value.cast::<PyBool>() {
            return visitor.visit_bool(value.is_true());
        }
        if time::is::<PyInt>(value) {
            return self.integer(visitor);
        }
        if let Ok(number) = value.cast::<PyFloat>() {
            let text = || format!("`{number}` is not a finite number");
            return match number.value() {
                number if number.is_finite() => visitor.visit_f64(number),
                _ => Err(refused(ErrorKind::InvalidValue, &text())),
            };
        }
        if value.is_none() {
            return visitor.visit_unit();
        }
        if time::is::<PyString>(value) {
            return self.deserialize_str(visitor);
        }
        if is_index(value)? {
            return self.integer(visitor);
        }
        // Truth values and short floats of numpy; its other scalars are those of Python or have an index.
        if is_numpy(value, "bf") {
            let item = value.call_method0(intern!(value.py(), "item"))?;
            return self.level.of(item).deserialize_any(visitor);
        }
        if let Some(text) = self.wire_text(time::kind_of(value)?)? {
            return visitor.visit_string(text);
        }
        if is_sequence(value) {
            return self.deserialize_seq(visitor);
        }
        let class = value.get_type().name()?;
        let text = format!("is a `{class}`, which has no wire form");
        self.object(wire_name, visitor)?.ok_or_else(|| refused(ErrorKind::WrongType, &text))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct
        ignored_any
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.value.cast::<PyString>() {
            Ok(text) => visitor.visit_str(text.to_str()?),
            Err(_) => Err(self.unexpected("text")),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if self.value.is_none() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value> {
        if time::is::<PyString>(&self.value) {
            return self.deserialize_str(visitor);
        }
        match (name, time::kind_of(&self.value)?) {
            (scalar::TIMESTAMP, Kind::Instant) => match self.level.last.millis(&self.value)? {
                Some(millis) => visitor.visit_i64(millis),
                None => Err(self.unexpected("an aware datetime")),
            },
            (scalar::SPAN, Kind::Span) => visitor.visit_i64(time::millis_of_span(&self.value)?),
            (scalar::DATE, kind @ Kind::Date) => {
                visitor.visit_string(self.wire_text(kind)?.unwrap_or_default())
            }
            _ => Err(self.unexpected("a datetime, timedelta, date or text")),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let level = self.deeper()?;
        if let Ok(items) = self.value.cast_exact::<PyTuple>() {
            return visitor.visit_seq(Items { items: items.iter().enumerate(), level });
        }
        if let Ok(items) = self.value.cast::<PyList>() {
            return visitor.visit_seq(Items { items: items.iter().enumerate(), level });
        }
        if !is_sequence(&self.value) {
            return Err(self.unexpected("a list"));
        }
        let items: Vec<_> = self.value.try_iter()?.collect::<PyResult<_>>()?;
        visitor.visit_seq(Items { items: items.into_iter().enumerate(), level })
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let keys_of = if self.is_variant { wire_name } else { as_is };
        self.object(keys_of, visitor)?.ok_or_else(|| self.unexpected("a dict"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.object(wire_name, visitor)?.ok_or_else(|| self.unexpected("an object or a dict"))
    }

    /// A unit enum is a member or a text; an enum with data is the dataclass of a variant, or a dict.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        if let Ok(text) = self.value.cast::<PyString>() {
            return visitor.visit_enum(IntoDeserializer::<CodecError>::into_deserializer(text.to_str()?));
        }
        let of = |tag: &str, variant: Self| {
            let entry = iter::once((tag, Self { is_variant: true, ..variant }));
            visitor.visit_enum(value::MapAccessDeserializer::new(value::MapDeserializer::new(entry)))
        };
        if let Some(fields) = Fields::of(&self.value)?
            && let Some(tag) = &fields.get().tag
        {
            let own = self.value.getattr(intern!(self.value.py(), TAG))?;
            if own.cast::<PyString>().is_ok_and(|own| own == tag.as_str()) {
                return of(tag, self);
            }
            let text = format!("`{own}` is not the type of this class: expected `{tag}`");
            return Err(CodecError(Error::new(ErrorKind::InvalidValue, TAG, text)));
        }
        let tag = entries_of(&self.value)?.map(|entries| entries.get_item(TAG)).transpose()?.flatten();
        match tag.as_ref().map(|tag| tag.cast::<PyString>()) {
            Some(Ok(tag)) => of(tag.to_str()?, self),
            _ => Err(self.unexpected("a variant")),
        }
    }
}

impl IntoDeserializer<'_, CodecError> for PyDeserializer<'_, '_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// Integers of other classes, such as numpy's, have `__index__`; an array of one number has it, too.
fn is_index(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    let class = value.get_type();
    Ok(class.hasattr(intern!(value.py(), "__index__"))? && !class.hasattr(intern!(value.py(), "__len__"))?)
}

/// Whether the items of a value have an order: not text, bytes, a set or a generator, which could be read only once, and
/// not a mapping, which has items by key.
fn is_sequence(value: &Bound<'_, PyAny>) -> bool {
    let is_text = time::is::<PyString>(value) || time::is::<PyBytes>(value) || time::is::<PyByteArray>(value);
    // SAFETY: a borrowed object.
    !is_text && unsafe { ffi::PySequence_Check(value.as_ptr()) } == 1 && value.cast::<PyMapping>().is_err()
}

/// A dict, or any other mapping as one.
pub fn entries_of<'py>(value: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyDict>>> {
    if let Ok(entries) = value.cast::<PyDict>() {
        return Ok(Some(entries.clone()));
    }
    // SAFETY: a borrowed object. Dataclasses have no `__getitem__`, which is quicker to see than that they are no mapping.
    if unsafe { ffi::PyMapping_Check(value.as_ptr()) } == 0 || value.cast::<PyMapping>().is_err() {
        return Ok(None);
    }
    let entries = PyDict::new(value.py());
    entries.update(value.cast::<PyMapping>()?)?;
    Ok(Some(entries))
}

/// The items of a list.
struct Items<'c, 'py, I> {
    items: iter::Enumerate<I>,
    level: Level<'c, 'py>,
}

impl<'de, 'py, I: Iterator<Item = Bound<'py, PyAny>>> de::SeqAccess<'de> for Items<'_, 'py, I> {
    type Error = CodecError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        let Some((index, value)) = self.items.next() else { return Ok(None) };
        let read = seed.deserialize(self.level.of(value));
        read.map(Some).map_err(|error| CodecError(error.0.under(&format!("[{index}]"))))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.size_hint().0)
    }
}

/// The keys and values of an object.
struct Pairs<'c, 'a, 'py, I> {
    pairs: I,
    /// The pair whose key was read.
    current: Option<(Cow<'a, str>, Bound<'py, PyAny>)>,
    level: Level<'c, 'py>,
}

impl<'de, 'a, 'py, I> de::MapAccess<'de> for Pairs<'_, 'a, 'py, I>
where
    I: Iterator<Item = Result<(Cow<'a, str>, Bound<'py, PyAny>)>>,
{
    type Error = CodecError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        let Some(pair) = self.pairs.next().transpose()? else { return Ok(None) };
        let (key, _) = self.current.insert(pair);
        seed.deserialize(IntoDeserializer::<CodecError>::into_deserializer(&**key)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value> {
        let pair = self.current.take();
        let (key, value) =
            pair.ok_or_else(|| <CodecError as de::Error>::custom("a value without its key"))?;
        let read = seed.deserialize(self.level.of(value));
        read.map_err(|error| CodecError(error.0.under(&key)))
    }
}
