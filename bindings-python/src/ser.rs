//! The core's values as Python objects: generated dataclasses, enum members, `datetime`, tuples.
use crate::{
    classes::{Class, Shape},
    error::BridgeError,
    known::{Passage, known},
    time,
};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};
use pyo3::{IntoPyObjectExt as _, ffi, intern};
use relcore::wire;
use serde::ser::{self, Impossible, Serialize};
use std::rc::Rc;

type Result<T> = std::result::Result<T, BridgeError>;

/// The Python object of a value.
pub fn to_python<'py>(py: Python<'py>, value: &(impl Serialize + ?Sized)) -> PyResult<Bound<'py, PyAny>> {
    known(|known| give(py, &Passage::new(known), value))
}

/// The same, with what is known of earlier calls.
pub fn give<'py>(
    py: Python<'py>,
    passage: &Passage<'_>,
    value: &(impl Serialize + ?Sized),
) -> PyResult<Bound<'py, PyAny>> {
    let answer = value.serialize(PySerializer { py, passage, leaf: Leaf::Plain });
    answer.map_err(|error| pyo3::exceptions::PyRuntimeError::new_err(error.0))
}

#[derive(Clone, Copy)]
struct PySerializer<'a, 'py> {
    py: Python<'py>,
    passage: &'a Passage<'a>,
    /// What the next number or text stands for.
    leaf: Leaf,
}

/// The leaf types of the core that Python has a class for.
#[derive(Clone, Copy)]
enum Leaf {
    Plain,
    /// A number of milliseconds.
    Instant,
    /// A number of milliseconds.
    Span,
    /// A text.
    Date,
}

macro_rules! leaves {
    ($($method:ident $type:ty;)*) => {$(
        fn $method(self, value: $type) -> Result<Self::Ok> {
            Ok(value.into_bound_py_any(self.py)?)
        }
    )*};
}

impl<'a, 'py> ser::Serializer for PySerializer<'a, 'py> {
    type Ok = Bound<'py, PyAny>;
    type Error = BridgeError;
    type SerializeSeq = Items<'a, 'py>;
    type SerializeTuple = Items<'a, 'py>;
    type SerializeTupleStruct = Impossible<Self::Ok, BridgeError>;
    type SerializeTupleVariant = Impossible<Self::Ok, BridgeError>;
    type SerializeMap = Entries<'a, 'py>;
    type SerializeStruct = Object<'a, 'py>;
    type SerializeStructVariant = Impossible<Self::Ok, BridgeError>;

    fn is_human_readable(&self) -> bool {
        false
    }

    leaves! {
        serialize_bool bool; serialize_i8 i8; serialize_i16 i16; serialize_i32 i32; serialize_u8 u8; serialize_u16 u16; serialize_u32 u32; serialize_u64 u64; serialize_f32 f32; serialize_f64 f64;
        serialize_char char; serialize_bytes &[u8];
    }

    fn serialize_i64(self, value: i64) -> Result<Self::Ok> {
        Ok(match self.leaf {
            Leaf::Instant => time::instant(self.passage, self.py, value)?,
            Leaf::Span => time::span(self.py, value)?,
            Leaf::Plain | Leaf::Date => value.into_bound_py_any(self.py)?,
        })
    }

    fn serialize_str(self, text: &str) -> Result<Self::Ok> {
        let text = PyString::new(self.py, text).into_any();
        if let Leaf::Date = self.leaf {
            let date = time::clock(self.py)?.date.bind(self.py);
            return Ok(date.call_method1(intern!(self.py, "fromisoformat"), (text,))?);
        }
        Ok(text)
    }

    fn serialize_none(self) -> Result<Self::Ok> {
        Ok(self.py.None().into_bound(self.py))
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Self::Ok> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Self::Ok> {
        self.serialize_none()
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Self::Ok> {
        self.serialize_none()
    }

    fn serialize_unit_variant(
        self,
        name: &'static str,
        place: u32,
        variant: &'static str,
    ) -> Result<Self::Ok> {
        let shape = self.passage.known.shape(self.py, name)?;
        let Shape::Unit(members) = &*shape else { return Err(not_portable(name)) };
        members.member(self.py, place, variant).ok_or_else(|| not_portable(name))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<Self::Ok> {
        let leaf = match name {
            wire::TIMESTAMP => Leaf::Instant,
            wire::SPAN => Leaf::Span,
            wire::DATE => Leaf::Date,
            _ => Leaf::Plain,
        };
        value.serialize(Self { leaf, ..self })
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<Self::Ok> {
        Err(not_portable(name))
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Items<'a, 'py>> {
        self.passage.count();
        Ok(Items { serializer: self, items: Vec::with_capacity(length.unwrap_or_default()) })
    }

    fn serialize_tuple(self, length: usize) -> Result<Items<'a, 'py>> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_struct(self, name: &'static str, _: usize) -> Result<Self::SerializeTupleStruct> {
        Err(not_portable(name))
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant> {
        Err(not_portable(name))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Entries<'a, 'py>> {
        self.passage.changes();
        Ok(Entries { serializer: self, dict: PyDict::new(self.py), key: None })
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Object<'a, 'py>> {
        self.passage.count();
        let shape = self.passage.known.shape(self.py, name)?;
        let made = match &*shape {
            Shape::Struct(class) => Some(Made::new(Rc::clone(class), self.py)?),
            _ => None, // the first field tells the variant
        };
        Ok(Object { serializer: self, shape, made, name })
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant> {
        Err(not_portable(name))
    }
}

fn not_portable(name: &str) -> BridgeError {
    BridgeError(format!("`{name}` is not of a portable form"))
}

struct Items<'a, 'py> {
    serializer: PySerializer<'a, 'py>,
    items: Vec<Bound<'py, PyAny>>,
}

impl<'py> ser::SerializeSeq for Items<'_, 'py> {
    type Ok = Bound<'py, PyAny>;
    type Error = BridgeError;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.items.push(value.serialize(self.serializer)?);
        Ok(())
    }

    fn end(self) -> Result<Self::Ok> {
        Ok(PyTuple::new(self.serializer.py, self.items)?.into_any())
    }
}

impl<'py> ser::SerializeTuple for Items<'_, 'py> {
    type Ok = Bound<'py, PyAny>;
    type Error = BridgeError;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        ser::SerializeSeq::serialize_element(self, value)
    }

    fn end(self) -> Result<Self::Ok> {
        ser::SerializeSeq::end(self)
    }
}

struct Entries<'a, 'py> {
    serializer: PySerializer<'a, 'py>,
    dict: Bound<'py, PyDict>,
    key: Option<Bound<'py, PyAny>>,
}

impl<'py> ser::SerializeMap for Entries<'_, 'py> {
    type Ok = Bound<'py, PyAny>;
    type Error = BridgeError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<()> {
        self.key = Some(key.serialize(self.serializer)?);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        let value = value.serialize(self.serializer)?;
        Ok(self.dict.set_item(self.key.take(), value)?)
    }

    fn end(self) -> Result<Self::Ok> {
        Ok(self.dict.into_any())
    }
}

/// A frozen dataclass, whose class is known from the start or, for an enum with data, with its first field.
struct Object<'a, 'py> {
    serializer: PySerializer<'a, 'py>,
    shape: Rc<Shape>,
    made: Option<Made<'py>>,
    name: &'static str,
}

/// An object in the making: its slots are filled without a call of `__init__`.
struct Made<'py> {
    object: Bound<'py, PyAny>,
    class: Rc<Class>,
    next: usize,
}

impl<'py> Object<'_, 'py> {
    fn put(&mut self, key: &'static str, value: &Bound<'py, PyAny>) -> Result<()> {
        let made = match &mut self.made {
            Some(made) => made,
            none => none.insert(Made::new(variant(&self.shape, value, self.name)?, self.serializer.py)?),
        };
        // Fields come in the order of the class; what is behind is found by a search from the start.
        let at_next = made.class.fields.get(made.next).filter(|field| field.is(key));
        let field = at_next.or_else(|| made.class.fields.iter().find(|field| field.is(key)));
        made.next += 1;
        match field.and_then(|field| field.set(&made.object, value)) {
            Some(set) => Ok(set?),
            None => Err(BridgeError(format!("`{}` has no field `{key}`", self.name))),
        }
    }
}

impl<'py> ser::SerializeStruct for Object<'_, 'py> {
    type Ok = Bound<'py, PyAny>;
    type Error = BridgeError;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<()> {
        let value = value.serialize(self.serializer)?;
        self.put(key, &value)
    }

    fn skip_field(&mut self, key: &'static str) -> Result<()> {
        self.put(key, self.serializer.py.None().bind(self.serializer.py))
    }

    fn end(self) -> Result<Self::Ok> {
        self.made.map(|made| made.object).ok_or_else(|| not_portable(self.name))
    }
}

/// The class of the variant with this tag.
fn variant(shape: &Shape, tag: &Bound<'_, PyAny>, name: &str) -> Result<Rc<Class>> {
    let Shape::Tagged(variants) = shape else { return Err(not_portable(name)) };
    let tag = tag.cast::<PyString>().map_err(PyErr::from)?.to_str()?;
    let found = variants.iter().find(|class| class.tag == Some(tag));
    found.map(Rc::clone).ok_or_else(|| not_portable(name))
}

impl<'py> Made<'py> {
    #[expect(unsafe_code, reason = "object.__new__ through the C interface: a third of the time of a call")]
    fn new(class: Rc<Class>, py: Python<'py>) -> Result<Self> {
        // SAFETY: the class is a heap type that lives in `class`; the call returns a new reference or sets an exception.
        let object = unsafe {
            let object = ffi::PyType_GenericAlloc(class.class.as_ptr().cast(), 0);
            Bound::from_owned_ptr_or_err(py, object)?
        };
        Ok(Self { object, class, next: 0 })
    }
}
