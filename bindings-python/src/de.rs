//! Python objects as a serde format: generated dataclasses, dicts, enums, `datetime`, sequences.
//!
//! It says that it is not human-readable, so that instants and spans come as milliseconds, without a detour through
//! text, and enums with data as a variant with its fields, without a buffer.
use crate::{
    classes::{Class, Own},
    error::BridgeError,
    known::Passage,
    time, value,
};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyByteArray, PyBytes, PyDict, PyFloat, PyInt, PyList, PyMapping, PyString, PyTuple,
};
use relcore::wire;
use serde::de::{self, DeserializeSeed, IntoDeserializer as _, Visitor, value::StrDeserializer};
use std::rc::Rc;

type Result<T> = std::result::Result<T, BridgeError>;

/// A value to be read.
pub struct PyDeserializer<'a, 'py> {
    value: &'a Bound<'py, PyAny>,
    passage: &'a Passage<'a>,
    depth: u8,
}

/// Deeper nesting is a circle or an attack: no type of the core comes near it.
pub const DEEPEST: u8 = 64;
pub const TOO_DEEP: &str = "is nested too deeply, or holds itself";

impl<'a, 'py> PyDeserializer<'a, 'py> {
    pub fn new(value: &'a Bound<'py, PyAny>, passage: &'a Passage<'a>) -> Self {
        Self { value, passage, depth: 0 }
    }

    /// The text of a `str` or of an enum member.
    fn text<R>(&self, then: impl FnOnce(&str) -> Result<R>) -> Result<R> {
        if let Ok(text) = self.value.cast::<PyString>() {
            return then(text.to_str()?);
        }
        if let Some(Own::Unit(members)) = self.passage.known.class_of(self.value)?
            && let Some(text) = members.text(self.value)
        {
            return then(text);
        }
        self.passage.changes();
        let member = self.value.getattr_opt(intern!(self.value.py(), "_value_"))?;
        match member.as_ref().map(|value| value.cast::<PyString>()) {
            Some(Ok(text)) => then(text.to_str()?),
            _ => Err(self.unexpected("text")),
        }
    }

    #[cold]
    fn unexpected(&self, wanted: &str) -> BridgeError {
        BridgeError(format!("expected {wanted}, got {}", self.value.get_type()))
    }

    /// One level further in; a list that holds itself would have no end.
    fn deeper(&self) -> Result<u8> {
        self.passage.count();
        if self.depth < DEEPEST { Ok(self.depth + 1) } else { Err(BridgeError(TOO_DEEP.to_owned())) }
    }

    fn list<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let (passage, depth) = (self.passage, self.deeper()?);
        if let Ok(items) = self.value.cast_exact::<PyTuple>() {
            return visitor.visit_seq(Items {
                items: items.iter_borrowed().map(|item| item.to_owned()),
                passage,
                depth,
            });
        }
        passage.changes();
        if let Ok(items) = self.value.cast::<PyList>() {
            return visitor.visit_seq(Items { items: items.iter(), passage, depth });
        }
        if !is_sequence(self.value) {
            return Err(self.unexpected("a list"));
        }
        let items: Vec<Bound<'py, PyAny>> = self.value.try_iter()?.collect::<PyResult<_>>()?;
        visitor.visit_seq(Items { items: items.into_iter(), passage, depth })
    }

    /// The fields of a dataclass: in their order alone, if it is that of the core.
    fn fields<'de, V: Visitor<'de>>(
        self,
        class: &Class,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        let (passage, depth) = (self.passage, self.deeper()?);
        if !class.is_generated {
            passage.changes();
        }
        // The tag of a variant is known by now.
        let next = usize::from(class.tag.is_some());
        let fields = Fields { object: self.value, class, next, passage, depth };
        if class.agrees(names) { visitor.visit_seq(fields) } else { visitor.visit_map(fields) }
    }

    fn entries<'de, V: Visitor<'de>>(
        self,
        entries: &Bound<'py, PyDict>,
        keys: Keys,
        visitor: V,
    ) -> Result<V::Value> {
        let (passage, depth) = (self.passage, self.deeper()?);
        passage.changes();
        visitor.visit_map(Entries { entries: entries.iter(), value: None, keys, passage, depth })
    }

    /// Refuses what is not a whole number.
    fn check_integer(&self) -> Result<()> {
        if !self.value.is_exact_instance_of::<PyInt>() {
            if !is_integer(self.value)? {
                return Err(self.unexpected("a whole number"));
            }
            self.passage.changes();
        }
        Ok(())
    }
}

macro_rules! numbers {
    ($($method:ident $visit:ident $type:ty;)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
            self.check_integer()?;
            visitor.$visit(self.value.extract::<$type>()?)
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
        let number: f64 = if let Ok(number) = self.value.cast_exact::<PyFloat>() {
            number.value()
        } else if time::is::<PyFloat>(self.value) || is_integer(self.value)? {
            self.passage.changes();
            self.value.extract()?
        } else {
            return Err(self.unexpected("a number"));
        };
        if number.is_finite() { visitor.visit_f64(number) } else { Err(self.unexpected("a finite number")) }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let value = self.value.cast::<PyBool>().map_err(|_| self.unexpected("True or False"))?;
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
        if self.value.is_none() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value> {
        if time::is::<PyString>(self.value) {
            return self.deserialize_str(visitor);
        }
        let (value, passage) = (self.value, self.passage);
        match name {
            wire::TIMESTAMP if time::is_instant(value)? => match time::millis_of_instant(passage, value)? {
                Some(millis) => visitor.visit_i64(millis),
                None => Err(self.unexpected("an aware datetime")),
            },
            wire::SPAN if time::is_span(value)? => visitor.visit_i64(time::millis_of_span(passage, value)?),
            wire::DATE if time::is_date(value)? => {
                let text = time::text_of_date(passage, value)?;
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
        let entries = entries_of(self.value)?.ok_or_else(|| self.unexpected("a dict"))?;
        self.entries(&entries, Keys::AsTheyAre, visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        if let Some(Own::Data(class)) = self.passage.known.class_of(self.value)? {
            return self.fields(&class, names, visitor);
        }
        let entries = entries_of(self.value)?.ok_or_else(|| self.unexpected("an object or a dict"))?;
        self.entries(&entries, Keys::Fields, visitor)
    }

    /// A unit enum comes as a member or a text; an enum with data as the dataclass of a variant, or a dict.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        if let Some(Own::Data(class)) = self.passage.known.class_of(self.value)? {
            let tag = class.tag.ok_or_else(|| self.unexpected("a variant"))?;
            return visitor.visit_enum(Variant { tag, of: VariantOf::Class(self, class) });
        }
        if let Some(entries) = entries_of(self.value)? {
            let tag = entries.get_item(TAG)?.ok_or_else(|| self.unexpected("a dict with `type`"))?;
            let tag = tag.cast::<PyString>().map_err(PyErr::from)?;
            return visitor.visit_enum(Variant { tag: tag.to_str()?, of: VariantOf::Dict(self, &entries) });
        }
        self.text(|text| {
            let text: StrDeserializer<'_, BridgeError> = text.into_deserializer();
            visitor.visit_enum(text)
        })
    }

    /// Every type of the core says what it is.
    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value> {
        Err(self.unexpected("something else"))
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

struct Items<'a, I> {
    items: I,
    passage: &'a Passage<'a>,
    depth: u8,
}

impl<'de, 'py, I: Iterator<Item = Bound<'py, PyAny>>> de::SeqAccess<'de> for Items<'_, I> {
    type Error = BridgeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        let Some(value) = self.items.next() else { return Ok(None) };
        seed.deserialize(PyDeserializer { value: &value, passage: self.passage, depth: self.depth }).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.size_hint().0)
    }
}

/// The fields of a generated dataclass: by their names on the wire, or in their order alone.
struct Fields<'a, 'py> {
    object: &'a Bound<'py, PyAny>,
    class: &'a Class,
    next: usize,
    passage: &'a Passage<'a>,
    depth: u8,
}

impl Fields<'_, '_> {
    fn next_value<'de, V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<Option<V::Value>> {
        let Some(field) = self.class.fields.get(self.next) else { return Ok(None) };
        self.next += 1;
        let value = field.get(self.object)?;
        seed.deserialize(PyDeserializer { value: &value, passage: self.passage, depth: self.depth }).map(Some)
    }

    fn left(&self) -> Option<usize> {
        self.class.fields.len().checked_sub(self.next)
    }
}

impl<'de> de::SeqAccess<'de> for Fields<'_, '_> {
    type Error = BridgeError;

    fn next_element_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<Option<V::Value>> {
        self.next_value(seed)
    }

    fn size_hint(&self) -> Option<usize> {
        self.left()
    }
}

impl<'de> de::MapAccess<'de> for Fields<'_, '_> {
    type Error = BridgeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        let Some(field) = self.class.fields.get(self.next) else { return Ok(None) };
        seed.deserialize(de::value::BorrowedStrDeserializer::new(field.wire)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value> {
        self.next_value(seed)?.ok_or_else(|| BridgeError("a value without its key".to_owned()))
    }

    fn size_hint(&self) -> Option<usize> {
        self.left()
    }
}

/// The key that tells the variant of an enum with data.
const TAG: &str = "type";

/// A value of an enum with data: which variant, and where its fields are.
struct Variant<'t, 'b, 'a, 'py> {
    tag: &'t str,
    of: VariantOf<'b, 'a, 'py>,
}

enum VariantOf<'b, 'a, 'py> {
    Class(PyDeserializer<'a, 'py>, Rc<Class>),
    Dict(PyDeserializer<'a, 'py>, &'b Bound<'py, PyDict>),
}

impl<'de, 'b, 'a, 'py> de::EnumAccess<'de> for Variant<'_, 'b, 'a, 'py> {
    type Error = BridgeError;
    type Variant = VariantOf<'b, 'a, 'py>;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, Self::Variant)> {
        let tag: StrDeserializer<'_, BridgeError> = self.tag.into_deserializer();
        Ok((seed.deserialize(tag)?, self.of))
    }
}

impl<'de> de::VariantAccess<'de> for VariantOf<'_, '_, '_> {
    type Error = BridgeError;

    fn struct_variant<V: Visitor<'de>>(self, names: &'static [&'static str], visitor: V) -> Result<V::Value> {
        match self {
            Self::Class(object, class) => object.fields(&class, names, visitor),
            Self::Dict(object, entries) => object.entries(entries, Keys::FieldsAndTag, visitor),
        }
    }

    fn unit_variant(self) -> Result<()> {
        Err(self.unexpected())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, _: T) -> Result<T::Value> {
        Err(self.unexpected())
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value> {
        Err(self.unexpected())
    }
}

impl VariantOf<'_, '_, '_> {
    fn unexpected(&self) -> BridgeError {
        let (Self::Class(object, _) | Self::Dict(object, _)) = self;
        object.unexpected("text")
    }
}

/// What the keys of a dict are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keys {
    /// Keys of a map.
    AsTheyAre,
    /// Names of fields, in snake_case or camelCase.
    Fields,
    /// The same, and the tag, which has been read.
    FieldsAndTag,
}

/// The entries of a dict.
struct Entries<'a, 'py> {
    entries: pyo3::types::dict::BoundDictIterator<'py>,
    value: Option<Bound<'py, PyAny>>,
    keys: Keys,
    passage: &'a Passage<'a>,
    depth: u8,
}

impl<'de> de::MapAccess<'de> for Entries<'_, '_> {
    type Error = BridgeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        let Some((key, value)) = self.entries.next() else { return Ok(None) };
        let key = key.cast::<PyString>().map_err(|_| BridgeError("a key is not text".to_owned()))?;
        let key = key.to_str()?;
        if self.keys == Keys::FieldsAndTag && key == TAG {
            return self.next_key_seed(seed);
        }
        self.value = Some(value);
        let renamed = self.keys != Keys::AsTheyAre && key.contains('_');
        let key = if renamed { value::wire_name(key) } else { key.to_owned() };
        seed.deserialize(key.into_deserializer()).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value> {
        let value = self.value.take().ok_or_else(|| BridgeError("a value without its key".to_owned()))?;
        seed.deserialize(PyDeserializer { value: &value, passage: self.passage, depth: self.depth })
    }
}
