//! The core's values as Python objects: generated dataclasses, enum members, `datetime`, tuples.
use crate::{
    classes::{Class, Classes, classes_of},
    error::CodecError,
    time::{self, LastInstant},
};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};
use pyo3::{IntoPyObjectExt as _, ffi, intern};
use relcore::scalar;
use serde::ser::{self, Impossible, Serialize};

type Result<T> = std::result::Result<T, CodecError>;

/// The Python object of a value.
pub fn to_python<'py>(py: Python<'py>, value: &(impl Serialize + ?Sized)) -> PyResult<Bound<'py, PyAny>> {
    let object = value.serialize(PySerializer { py, scalar: "", last: &LastInstant::default() });
    object.map_err(|error| pyo3::exceptions::PyRuntimeError::new_err(error.to_string()))
}

#[derive(Clone, Copy)]
struct PySerializer<'c, 'py> {
    py: Python<'py>,
    /// The newtype name of the scalar that the next number or text is of.
    scalar: &'static str,
    last: &'c LastInstant<'py>,
}

macro_rules! numbers {
    ($($method:ident $type:ty;)*) => {$(
        fn $method(self, value: $type) -> Result<Self::Ok> {
            Ok(value.into_bound_py_any(self.py)?)
        }
    )*};
}

/// The forms of serde that no type of the core has.
macro_rules! not_portable {
    ($($method:ident($($argument:ty),*) -> $result:ty;)*) => {$(
        fn $method(self, $(_: $argument),*) -> Result<$result> {
            Err(ser::Error::custom(concat!("the core has no value for `", stringify!($method), "`")))
        }
    )*};
}

impl<'c, 'py> ser::Serializer for PySerializer<'c, 'py> {
    type Ok = Bound<'py, PyAny>;
    type Error = CodecError;
    type SerializeSeq = Items<'c, 'py>;
    type SerializeTuple = Impossible<Self::Ok, CodecError>;
    type SerializeTupleStruct = Impossible<Self::Ok, CodecError>;
    type SerializeTupleVariant = Impossible<Self::Ok, CodecError>;
    type SerializeMap = Entries<'c, 'py>;
    type SerializeStruct = Object<'c, 'py>;
    type SerializeStructVariant = Impossible<Self::Ok, CodecError>;

    fn is_human_readable(&self) -> bool {
        false
    }

    numbers! {
        serialize_bool bool; serialize_i8 i8; serialize_i16 i16; serialize_i32 i32; serialize_u8 u8; serialize_u16 u16;
        serialize_u32 u32; serialize_u64 u64; serialize_f32 f32; serialize_f64 f64;
    }

    not_portable! {
        serialize_char(char) -> Self::Ok;
        serialize_bytes(&[u8]) -> Self::Ok;
        serialize_unit() -> Self::Ok;
        serialize_unit_struct(&'static str) -> Self::Ok;
        serialize_tuple(usize) -> Self::SerializeTuple;
        serialize_tuple_struct(&'static str, usize) -> Self::SerializeTupleStruct;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Self::SerializeTupleVariant;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Self::SerializeStructVariant;
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<Self::Ok> {
        self.serialize_unit()
    }

    fn serialize_i64(self, value: i64) -> Result<Self::Ok> {
        Ok(match self.scalar {
            scalar::TIMESTAMP => self.last.object(self.py, value)?,
            scalar::SPAN => time::span(self.py, value)?,
            _ => value.into_bound_py_any(self.py)?,
        })
    }

    fn serialize_str(self, text: &str) -> Result<Self::Ok> {
        let object = PyString::new(self.py, text).into_any();
        Ok(match self.scalar {
            scalar::DATE => time::clock(self.py)?
                .date
                .bind(self.py)
                .call_method1(intern!(self.py, "fromisoformat"), (object,))?,
            // A code that this version of the package does not have stays text.
            scalar::REASON_CODE => match classes_of(self.py, "ReasonCode")? {
                Classes::Unit(_, codes) => codes.bind(self.py).get_item(&object)?.unwrap_or(object),
                _ => object,
            },
            _ => object,
        })
    }

    fn serialize_none(self) -> Result<Self::Ok> {
        Ok(self.py.None().into_bound(self.py))
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Self::Ok> {
        value.serialize(self)
    }

    fn serialize_unit_variant(self, name: &'static str, index: u32, _: &'static str) -> Result<Self::Ok> {
        match classes_of(self.py, name)? {
            Classes::Unit(members, _) => usize::try_from(index).ok().and_then(|index| members.get(index)),
            _ => None,
        }
        .map(|member| member.bind(self.py).clone())
        .ok_or_else(|| ser::Error::custom(format_args!("`{name}` has no member {index}")))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<Self::Ok> {
        value.serialize(Self { scalar: name, ..self })
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Items<'c, 'py>> {
        Ok(Items { serializer: self, items: Vec::with_capacity(length.unwrap_or_default()) })
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Entries<'c, 'py>> {
        Ok(Entries { serializer: self, dict: PyDict::new(self.py), key: None })
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Object<'c, 'py>> {
        let classes = classes_of(self.py, name)?;
        let made = match classes {
            Classes::Struct(class) => Some(Made::new(class, self.py)?),
            _ => None, // the first field tells the variant
        };
        Ok(Object { serializer: self, name, classes, made })
    }
}

struct Items<'c, 'py> {
    serializer: PySerializer<'c, 'py>,
    items: Vec<Bound<'py, PyAny>>,
}

impl<'py> ser::SerializeSeq for Items<'_, 'py> {
    type Ok = Bound<'py, PyAny>;
    type Error = CodecError;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.items.push(value.serialize(self.serializer)?);
        Ok(())
    }

    fn end(self) -> Result<Self::Ok> {
        Ok(PyTuple::new(self.serializer.py, self.items)?.into_any())
    }
}

struct Entries<'c, 'py> {
    serializer: PySerializer<'c, 'py>,
    dict: Bound<'py, PyDict>,
    key: Option<Bound<'py, PyAny>>,
}

impl<'py> ser::SerializeMap for Entries<'_, 'py> {
    type Ok = Bound<'py, PyAny>;
    type Error = CodecError;

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

/// A frozen dataclass. Of an enum with data, the class is determined by the first field, the tag.
struct Object<'c, 'py> {
    serializer: PySerializer<'c, 'py>,
    name: &'static str,
    classes: &'static Classes,
    made: Option<Made<'py>>,
}

/// An object whose fields are being filled, without a call of `__init__`.
struct Made<'py> {
    object: Bound<'py, PyAny>,
    class: &'static Class,
    next: usize,
}

impl<'py> Object<'_, 'py> {
    #[expect(
        unsafe_code,
        reason = "object.__setattr__ through the C interface: a frozen dataclass refuses all others"
    )]
    fn put(&mut self, key: &'static str, value: &Bound<'py, PyAny>) -> Result<()> {
        let py = self.serializer.py;
        let made = match &mut self.made {
            Some(made) => made,
            none => none.insert(Made::new(variant(self.classes, value)?, py)?),
        };
        // Fields come in the order of the class.
        let field = made.class.fields.get().all.get(made.next).filter(|field| field.wire == key);
        made.next += 1;
        let field = field.ok_or_else(|| -> CodecError {
            ser::Error::custom(format_args!("`{}` has no field `{key}`", self.name))
        })?;
        // SAFETY: three live objects; the call takes over none of them.
        let code = unsafe {
            ffi::PyObject_GenericSetAttr(made.object.as_ptr(), field.name.as_ptr(), value.as_ptr())
        };
        if code == 0 { Ok(()) } else { Err(PyErr::fetch(py).into()) }
    }
}

impl<'py> ser::SerializeStruct for Object<'_, 'py> {
    type Ok = Bound<'py, PyAny>;
    type Error = CodecError;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<()> {
        let value = value.serialize(self.serializer)?;
        self.put(key, &value)
    }

    fn skip_field(&mut self, key: &'static str) -> Result<()> {
        let py = self.serializer.py;
        let value = match &self.made {
            Some(made) => made.class.left_out(py, made.next)?,
            None => py.None().into_bound(py),
        };
        self.put(key, &value)
    }

    fn end(self) -> Result<Self::Ok> {
        self.made.map(|made| made.object).ok_or_else(|| ser::Error::custom("a variant has a tag"))
    }
}

/// The class of the variant with this tag.
fn variant(classes: &'static Classes, tag: &Bound<'_, PyAny>) -> Result<&'static Class> {
    let tag = tag.cast::<PyString>().map_err(PyErr::from)?.to_str()?;
    let found = match classes {
        Classes::Tagged(variants) => {
            variants.iter().find(|class| class.fields.get().tag.as_deref() == Some(tag))
        }
        _ => None,
    };
    found.ok_or_else(|| ser::Error::custom(format_args!("there is no variant `{tag}`")))
}

impl<'py> Made<'py> {
    #[expect(unsafe_code, reason = "object.__new__ through the C interface: a third of the time of a call")]
    fn new(class: &'static Class, py: Python<'py>) -> Result<Self> {
        // SAFETY: the class is a heap type that lives as long as the interpreter; the call returns a new reference or
        // sets an exception.
        let object = unsafe {
            let object = ffi::PyType_GenericAlloc(class.class.as_ptr().cast(), 0);
            Bound::from_owned_ptr_or_err(py, object)?
        };
        Ok(Self { object, class, next: 0 })
    }
}
