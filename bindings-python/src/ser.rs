//! The core's values as Python objects: generated dataclasses, enum members, `datetime`, tuples.
use crate::{
    classes::{self, Class},
    error::BridgeError,
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
    let answer = value.serialize(PySerializer(py));
    answer.map_err(|error| pyo3::exceptions::PyRuntimeError::new_err(error.0))
}

#[derive(Clone, Copy)]
struct PySerializer<'py>(Python<'py>);

macro_rules! leaves {
    ($($method:ident $type:ty;)*) => {$(
        fn $method(self, value: $type) -> Result<Self::Ok> {
            Ok(value.into_bound_py_any(self.0)?)
        }
    )*};
}

impl<'py> ser::Serializer for PySerializer<'py> {
    type Ok = Bound<'py, PyAny>;
    type Error = BridgeError;
    type SerializeSeq = Items<'py>;
    type SerializeTuple = Items<'py>;
    type SerializeTupleStruct = Impossible<Self::Ok, BridgeError>;
    type SerializeTupleVariant = Impossible<Self::Ok, BridgeError>;
    type SerializeMap = Entries<'py>;
    type SerializeStruct = Object<'py>;
    type SerializeStructVariant = Impossible<Self::Ok, BridgeError>;

    fn is_human_readable(&self) -> bool {
        false
    }

    leaves! {
        serialize_bool bool; serialize_i8 i8; serialize_i16 i16; serialize_i32 i32; serialize_i64 i64;
        serialize_u8 u8; serialize_u16 u16; serialize_u32 u32; serialize_u64 u64; serialize_f32 f32; serialize_f64 f64;
        serialize_char char; serialize_str &str; serialize_bytes &[u8];
    }

    fn serialize_none(self) -> Result<Self::Ok> {
        Ok(self.0.None().into_bound(self.0))
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

    fn serialize_unit_variant(self, name: &'static str, _: u32, variant: &'static str) -> Result<Self::Ok> {
        Ok(classes::member(self.0, name, variant)?)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<Self::Ok> {
        let inner = value.serialize(self)?;
        match name {
            wire::TIMESTAMP => Ok(time::instant(self.0, inner.extract()?)?),
            wire::SPAN => Ok(time::span(self.0, inner.extract()?)?),
            wire::DATE => {
                let date = time::clock(self.0)?.date.bind(self.0);
                Ok(date.call_method1(intern!(self.0, "fromisoformat"), (inner,))?)
            }
            _ => Ok(inner),
        }
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

    fn serialize_seq(self, length: Option<usize>) -> Result<Items<'py>> {
        Ok(Items { py: self.0, items: Vec::with_capacity(length.unwrap_or_default()) })
    }

    fn serialize_tuple(self, length: usize) -> Result<Items<'py>> {
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

    fn serialize_map(self, _: Option<usize>) -> Result<Entries<'py>> {
        Ok(Entries { dict: PyDict::new(self.0), key: None })
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Object<'py>> {
        Ok(Object { py: self.0, name, made: None })
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

struct Items<'py> {
    py: Python<'py>,
    items: Vec<Bound<'py, PyAny>>,
}

impl<'py> ser::SerializeSeq for Items<'py> {
    type Ok = Bound<'py, PyAny>;
    type Error = BridgeError;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.items.push(value.serialize(PySerializer(self.py))?);
        Ok(())
    }

    fn end(self) -> Result<Self::Ok> {
        Ok(PyTuple::new(self.py, self.items)?.into_any())
    }
}

impl<'py> ser::SerializeTuple for Items<'py> {
    type Ok = Bound<'py, PyAny>;
    type Error = BridgeError;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        ser::SerializeSeq::serialize_element(self, value)
    }

    fn end(self) -> Result<Self::Ok> {
        ser::SerializeSeq::end(self)
    }
}

struct Entries<'py> {
    dict: Bound<'py, PyDict>,
    key: Option<Bound<'py, PyAny>>,
}

impl<'py> ser::SerializeMap for Entries<'py> {
    type Ok = Bound<'py, PyAny>;
    type Error = BridgeError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<()> {
        self.key = Some(key.serialize(PySerializer(self.dict.py()))?);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        let value = value.serialize(PySerializer(self.dict.py()))?;
        Ok(self.dict.set_item(self.key.take(), value)?)
    }

    fn end(self) -> Result<Self::Ok> {
        Ok(self.dict.into_any())
    }
}

/// A frozen dataclass in the making: its slots are filled without a call of `__init__`.
struct Object<'py> {
    py: Python<'py>,
    name: &'static str,
    /// The object, its class and the next field; made with the first field, which tells the variant of an enum.
    made: Option<(Bound<'py, PyAny>, Rc<Class>, usize)>,
}

impl<'py> Object<'py> {
    fn put(&mut self, key: &'static str, value: Bound<'py, PyAny>) -> Result<()> {
        if self.made.is_none() {
            let tag = if key == "type" { value.cast::<PyString>().ok() } else { None };
            let tag = tag.map(|tag| tag.to_str()).transpose()?.unwrap_or_default();
            self.make(tag)?;
        }
        let Some((object, class, next)) = &mut self.made else { return Ok(()) };
        // Fields come in the order of the class; what is behind is found by a search from the start.
        let at_next = class.fields.get(*next).filter(|(wire, _)| *wire == key);
        let field = at_next.or_else(|| class.fields.iter().find(|(wire, _)| *wire == key));
        let (_, name) = field.ok_or_else(|| BridgeError(format!("`{}` has no field `{key}`", self.name)))?;
        *next += 1;
        set(object, name.bind(self.py), &value)
    }

    fn make(&mut self, tag: &str) -> Result<()> {
        let class = classes::by_name(self.py, self.name, tag)?;
        self.made = Some((new_object(&class, self.py)?, class, 0));
        Ok(())
    }
}

impl<'py> ser::SerializeStruct for Object<'py> {
    type Ok = Bound<'py, PyAny>;
    type Error = BridgeError;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<()> {
        let value = value.serialize(PySerializer(self.py))?;
        self.put(key, value)
    }

    fn skip_field(&mut self, key: &'static str) -> Result<()> {
        self.put(key, self.py.None().into_bound(self.py))
    }

    fn end(mut self) -> Result<Self::Ok> {
        if self.made.is_none() {
            self.make("")?;
        }
        self.made.map(|(object, _, _)| object).ok_or_else(|| not_portable(self.name))
    }
}

#[expect(unsafe_code, reason = "object.__new__ through the C interface: a third of the time of a call")]
fn new_object<'py>(class: &Class, py: Python<'py>) -> Result<Bound<'py, PyAny>> {
    // SAFETY: the class is a heap type that lives in `class`; the call returns a new reference or sets an exception.
    unsafe {
        let object = ffi::PyType_GenericAlloc(class.class.as_ptr().cast(), 0);
        Ok(Bound::from_owned_ptr_or_err(py, object)?)
    }
}

#[expect(unsafe_code, reason = "a frozen dataclass refuses setattr; object.__setattr__ is this function")]
fn set(object: &Bound<'_, PyAny>, name: &Bound<'_, PyString>, value: &Bound<'_, PyAny>) -> Result<()> {
    // SAFETY: three live references; the call takes none of them over.
    let code = unsafe { ffi::PyObject_GenericSetAttr(object.as_ptr(), name.as_ptr(), value.as_ptr()) };
    if code == 0 { Ok(()) } else { Err(PyErr::fetch(object.py()).into()) }
}
