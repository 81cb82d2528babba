//! Python objects as a serde format: generated dataclasses, dicts, enums, `datetime`, sequences.
//!
//! It says that it is not human-readable, so that instants, spans and days come as milliseconds without a detour
//! through text. Inside enums with data serde keeps values in a buffer of its own, which is human-readable: there they
//! come as text.
use crate::{
    classes::{self, Class},
    error::BridgeError,
    time, value,
};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyByteArray, PyBytes, PyDict, PyFloat, PyInt, PyList, PyMapping, PyString, PyTuple,
};
use relcore::{Span, Timestamp, wire};
use serde::de::{self, DeserializeSeed, IntoDeserializer as _, Visitor, value::StrDeserializer};
use std::rc::Rc;

type Result<T> = std::result::Result<T, BridgeError>;

/// A value to be read.
pub struct PyDeserializer<'a, 'py>(&'a Bound<'py, PyAny>, u8);

/// Deeper nesting is a circle or an attack: no type of the core comes near it.
pub const DEEPEST: u8 = 64;
pub const TOO_DEEP: &str = "is nested too deeply, or holds itself";

impl<'a, 'py> PyDeserializer<'a, 'py> {
    pub fn new(value: &'a Bound<'py, PyAny>) -> Self {
        Self(value, 0)
    }

    /// The text of a `str` or of an enum member.
    fn text<R>(&self, then: impl FnOnce(&str) -> Result<R>) -> Result<R> {
        if let Ok(text) = self.0.cast::<PyString>() {
            return then(text.to_str()?);
        }
        let member = self.0.getattr_opt(intern!(self.0.py(), "_value_"))?;
        match member.as_ref().map(|value| value.cast::<PyString>()) {
            Some(Ok(text)) => then(text.to_str()?),
            _ => Err(self.unexpected("text")),
        }
    }

    fn unexpected(&self, wanted: &str) -> BridgeError {
        BridgeError(format!("expected {wanted}, got {}", self.0.get_type()))
    }

    /// One level further in; a list that holds itself would have no end.
    fn deeper(&self) -> Result<u8> {
        if self.1 < DEEPEST { Ok(self.1 + 1) } else { Err(BridgeError(TOO_DEEP.to_owned())) }
    }

    fn list<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let depth = self.deeper()?;
        if let Ok(items) = self.0.cast::<PyTuple>() {
            return visitor
                .visit_seq(Items { items: items.iter_borrowed().map(|item| item.to_owned()), depth });
        }
        if let Ok(items) = self.0.cast::<PyList>() {
            return visitor.visit_seq(Items { items: items.iter(), depth });
        }
        if !is_sequence(self.0) {
            return Err(self.unexpected("a list"));
        }
        let items: Vec<Bound<'py, PyAny>> = self.0.try_iter()?.collect::<PyResult<_>>()?;
        visitor.visit_seq(Items { items: items.into_iter(), depth })
    }

    fn object<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let depth = self.deeper()?;
        if let Some(class) = classes::of_object(self.0)? {
            return visitor.visit_map(Attributes { object: self.0, class, next: 0, depth });
        }
        let entries = entries_of(self.0)?.ok_or_else(|| self.unexpected("an object or a dict"))?;
        visitor.visit_map(Entries { entries: entries.iter(), value: None, are_fields: true, depth })
    }
}

macro_rules! numbers {
    ($($method:ident $visit:ident $type:ty;)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
            if !is_integer(self.0)? {
                return Err(self.unexpected("a whole number"));
            }
            visitor.$visit(self.0.extract::<$type>()?)
        }
    )*};
}

impl<'de> de::Deserializer<'de> for PyDeserializer<'_, '_> {
    type Error = BridgeError;

    fn is_human_readable(&self) -> bool {
        false
    }

    numbers! {
        deserialize_i8 visit_i8 i8; deserialize_i16 visit_i16 i16; deserialize_i32 visit_i32 i32;
        deserialize_i64 visit_i64 i64; deserialize_u8 visit_u8 u8; deserialize_u16 visit_u16 u16;
        deserialize_u32 visit_u32 u32; deserialize_u64 visit_u64 u64;
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let number: f64 = match self.0.cast::<PyFloat>() {
            Ok(number) => number.value(),
            Err(_) if is_integer(self.0)? => self.0.extract()?,
            Err(_) => return Err(self.unexpected("a number")),
        };
        if number.is_finite() { visitor.visit_f64(number) } else { Err(self.unexpected("a finite number")) }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let value = self.0.cast::<PyBool>().map_err(|_| self.unexpected("True or False"))?;
        visitor.visit_bool(value.is_true())
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.text(|text| visitor.visit_str(text))
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.text(|text| visitor.visit_str(text))
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.text(|text| visitor.visit_str(text))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if self.0.is_none() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value> {
        if time::is::<PyString>(self.0) {
            return self.deserialize_str(visitor);
        }
        match name {
            wire::TIMESTAMP if time::is_instant(self.0)? => match time::millis_of_instant(self.0)? {
                Some(millis) => visitor.visit_i64(millis),
                None => Err(self.unexpected("an aware datetime")),
            },
            wire::SPAN if time::is_span(self.0)? => visitor.visit_i64(time::millis_of_span(self.0)?),
            wire::DATE if time::is_date(self.0)? => {
                let text = self.0.call_method0(intern!(self.0.py(), "isoformat"))?;
                visitor.visit_str(text.cast::<PyString>().map_err(PyErr::from)?.to_str()?)
            }
            wire::TIMESTAMP | wire::SPAN | wire::DATE => {
                Err(self.unexpected("a datetime, timedelta or date"))
            }
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.list(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let depth = self.deeper()?;
        let entries = entries_of(self.0)?.ok_or_else(|| self.unexpected("a dict"))?;
        visitor.visit_map(Entries { entries: entries.iter(), value: None, are_fields: false, depth })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.object(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.text(|text| {
            let text: StrDeserializer<'_, BridgeError> = text.into_deserializer();
            visitor.visit_enum(text)
        })
    }

    /// What serde asks for when it reads an enum with data, and for everything inside it.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let value = self.0;
        if value.is_none() {
            visitor.visit_unit()
        } else if time::is::<PyString>(value) {
            self.deserialize_str(visitor)
        } else if time::is::<PyFloat>(value) {
            self.deserialize_f64(visitor)
        } else if time::is::<PyBool>(value) {
            self.deserialize_bool(visitor)
        } else if is_integer(value)? {
            match value.extract::<i64>() {
                Ok(number) => visitor.visit_i64(number),
                Err(_) => visitor.visit_u64(value.extract()?),
            }
        } else if let Some(class) = classes::of_object(value)? {
            visitor.visit_map(Attributes { object: value, class, next: 0, depth: self.deeper()? })
        } else if time::is_instant(value)? {
            let millis =
                time::millis_of_instant(value)?.ok_or_else(|| self.unexpected("an aware datetime"))?;
            visitor.visit_string(Timestamp::from_millis(millis).map_err(refused)?.to_string())
        } else if time::is_span(value)? {
            let span = Span::from_millis(time::millis_of_span(value)?).map_err(refused)?;
            visitor.visit_string(span.to_string())
        } else if time::is_date(value)? {
            visitor.visit_string(value.call_method0("isoformat")?.extract()?)
        } else if entries_of(value)?.is_some() {
            self.object(visitor)
        } else if value.hasattr(intern!(value.py(), "_value_"))? {
            self.deserialize_str(visitor)
        } else {
            self.list(visitor)
        }
    }

    serde::forward_to_deserialize_any! {
        i128 u128 f32 char bytes byte_buf unit unit_struct tuple tuple_struct ignored_any
    }
}

/// Integers of Python and of numpy, which have `__index__`; `True` is none.
pub fn is_integer(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    if time::is::<PyInt>(value) {
        return Ok(!time::is::<PyBool>(value));
    }
    // An array of one number has it, too.
    Ok(value.hasattr(intern!(value.py(), "__index__"))? && !value.hasattr(intern!(value.py(), "__len__"))?)
}

/// What has places in an order: no text, no bytes, no set and no generator, which could be read only once.
pub fn is_sequence(value: &Bound<'_, PyAny>) -> bool {
    let is_text = time::is::<PyString>(value) || time::is::<PyBytes>(value) || time::is::<PyByteArray>(value);
    // SAFETY: a borrowed object.
    !is_text && unsafe { pyo3::ffi::PySequence_Check(value.as_ptr()) } == 1
}

/// A dict, or any other mapping as one.
pub fn entries_of<'py>(value: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyDict>>> {
    if let Ok(entries) = value.cast::<PyDict>() {
        return Ok(Some(entries.clone()));
    }
    let Ok(mapping) = value.cast::<PyMapping>() else { return Ok(None) };
    let entries = PyDict::new(value.py());
    entries.update(mapping)?;
    Ok(Some(entries))
}

fn refused(error: relcore::Error) -> BridgeError {
    BridgeError(error.to_string())
}

struct Items<I> {
    items: I,
    depth: u8,
}

impl<'de, 'py, I: Iterator<Item = Bound<'py, PyAny>>> de::SeqAccess<'de> for Items<I> {
    type Error = BridgeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        self.items.next().map(|item| seed.deserialize(PyDeserializer(&item, self.depth))).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.size_hint().0)
    }
}

/// The fields of a generated dataclass, by their names on the wire.
struct Attributes<'a, 'py> {
    object: &'a Bound<'py, PyAny>,
    class: Rc<Class>,
    next: usize,
    depth: u8,
}

impl<'de> de::MapAccess<'de> for Attributes<'_, '_> {
    type Error = BridgeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        let Some((wire, _)) = self.class.fields.get(self.next) else { return Ok(None) };
        seed.deserialize(de::value::BorrowedStrDeserializer::new(wire)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value> {
        let field = self.class.fields.get(self.next);
        let (_, name) = field.ok_or_else(|| BridgeError("a value without its key".to_owned()))?;
        self.next += 1;
        let value = self.object.getattr(name.bind(self.object.py()))?;
        seed.deserialize(PyDeserializer(&value, self.depth))
    }
}

/// The entries of a dict: fields, in snake_case or camelCase, or keys as they are.
struct Entries<'py> {
    entries: pyo3::types::dict::BoundDictIterator<'py>,
    value: Option<Bound<'py, PyAny>>,
    are_fields: bool,
    depth: u8,
}

impl<'de> de::MapAccess<'de> for Entries<'_> {
    type Error = BridgeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        let Some((key, value)) = self.entries.next() else { return Ok(None) };
        self.value = Some(value);
        let key = key.cast::<PyString>().map_err(|_| BridgeError("a key is not text".to_owned()))?;
        let key = key.to_str()?;
        let renamed = self.are_fields && key.contains('_');
        let key = if renamed { value::wire_name(key) } else { key.to_owned() };
        seed.deserialize(key.into_deserializer()).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value> {
        let value = self.value.take().ok_or_else(|| BridgeError("a value without its key".to_owned()))?;
        seed.deserialize(PyDeserializer(&value, self.depth))
    }
}
