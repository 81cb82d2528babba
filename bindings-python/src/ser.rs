//! The core's values as Python objects: generated dataclasses, enum members, `datetime`, tuples.
use crate::{
    classes::{Class, Classes, Recent, classes_of},
    error::CodecError,
    time::{self, Instants},
};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use pyo3::{IntoPyObjectExt as _, ffi, intern};
use relcore::wire::Sink;
use relcore::{Error, ErrorKind};
use std::sync::atomic::Ordering::Relaxed;

type Result<T = ()> = std::result::Result<T, CodecError>;

/// Makes the object of a value.
pub struct PySink<'py> {
    py: Python<'py>,
    pub instants: Instants<'py>,
    classes: Recent<&'static Classes>,
    /// Lists, maps and objects that are not complete.
    inside: Vec<Inside<'py>>,
    value: Option<Bound<'py, PyAny>>,
}

enum Inside<'py> {
    /// A tuple whose items are set one by one, with the index of the next.
    List(Bound<'py, PyAny>, ffi::Py_ssize_t),
    /// With the key whose value is next.
    Map(Bound<'py, PyDict>, Option<Bound<'py, PyAny>>),
    Object(Object<'py>),
}

/// A frozen dataclass. Of an enum with data, the class is determined by the first field, the tag.
struct Object<'py> {
    classes: &'static Classes,
    made: Option<Made<'py>>,
    /// Whether the names of the fields are told, to be compared with those of the class.
    is_named: bool,
    /// The name of the field whose value is next.
    field: &'static str,
}

/// An object whose fields are being filled, without a call of `__init__`.
struct Made<'py> {
    object: Bound<'py, PyAny>,
    class: &'static Class,
    next: usize,
}

impl<'py> PySink<'py> {
    pub fn new(py: Python<'py>) -> Self {
        Self { py, instants: Instants::default(), classes: Recent::new(), inside: Vec::new(), value: None }
    }

    /// The object, when the value is complete.
    pub fn into_object(self) -> PyResult<Bound<'py, PyAny>> {
        self.value.ok_or_else(|| pyo3::exceptions::PyRuntimeError::new_err("there is no result"))
    }

    /// The classes of the type of this qualified name, which is at one address of the core, or a few.
    fn classes_of(&mut self, name: &'static str) -> Result<&'static Classes> {
        let py = self.py;
        let found = self.classes.get(name.as_ptr() as usize, || classes_of(py, name).map(Some))?;
        found.ok_or_else(|| odd(format!("there is no class of `{name}`")))
    }

    /// Adds a value to what it is inside.
    fn put(&mut self, value: Bound<'py, PyAny>) -> Result {
        match self.inside.last_mut() {
            None => self.value = Some(value),
            Some(Inside::List(items, next)) => set_item(items, next, value)?,
            Some(Inside::Map(entries, key)) => match key.take() {
                Some(key) => entries.set_item(key, value)?,
                None => *key = Some(value),
            },
            Some(Inside::Object(object)) => object.put(&value)?,
        }
        Ok(())
    }
}

impl Sink for PySink<'_> {
    fn null(&mut self) -> relcore::Result<()> {
        Ok(self.put(self.py.None().into_bound(self.py))?)
    }

    fn bool(&mut self, value: bool) -> relcore::Result<()> {
        Ok(self.put(value.into_bound_py_any(self.py).map_err(CodecError::from)?)?)
    }

    fn integer(&mut self, number: i64) -> relcore::Result<()> {
        Ok(self.put(number.into_bound_py_any(self.py).map_err(CodecError::from)?)?)
    }

    fn float(&mut self, number: f64) -> relcore::Result<()> {
        Ok(self.put(number.into_bound_py_any(self.py).map_err(CodecError::from)?)?)
    }

    fn text(&mut self, text: &str) -> relcore::Result<()> {
        Ok(self.put(PyString::new(self.py, text).into_any())?)
    }

    fn instant(&mut self, millis: i64) -> relcore::Result<()> {
        let object = self.instants.object(self.py, millis).map_err(CodecError::from)?;
        Ok(self.put(object)?)
    }

    fn span(&mut self, millis: i64) -> relcore::Result<()> {
        Ok(self.put(time::span(self.py, millis).map_err(CodecError::from)?)?)
    }

    fn day(&mut self, text: &str) -> relcore::Result<()> {
        let day = time::clock(self.py).and_then(|clock| {
            clock.date.bind(self.py).call_method1(intern!(self.py, "fromisoformat"), (text,))
        });
        Ok(self.put(day.map_err(CodecError::from)?)?)
    }

    fn reason_code(&mut self, text: &str) -> relcore::Result<()> {
        let object = PyString::new(self.py, text).into_any();
        // A code that this version of the package does not have stays text.
        let object = match self.classes_of("ReasonCode")? {
            Classes::Unit(_, codes) => {
                codes.bind(self.py).get_item(&object).map_err(CodecError::from)?.unwrap_or(object)
            }
            _ => object,
        };
        Ok(self.put(object)?)
    }

    fn unit(&mut self, of: &'static str, position: u32, _: &'static str) -> relcore::Result<()> {
        let member = match self.classes_of(of)? {
            Classes::Unit(members, _) => usize::try_from(position).ok().and_then(|index| members.get(index)),
            _ => None,
        };
        let member = member.ok_or_else(|| odd(format!("`{of}` has no member {position}")))?;
        Ok(self.put(member.bind(self.py).clone())?)
    }

    fn list(&mut self, length: usize) -> relcore::Result<()> {
        self.inside.push(Inside::List(tuple(self.py, length).map_err(CodecError::from)?, 0));
        Ok(())
    }

    fn map(&mut self) -> relcore::Result<()> {
        self.inside.push(Inside::Map(PyDict::new(self.py), None));
        Ok(())
    }

    fn object(&mut self, name: &'static str, _: usize) -> relcore::Result<bool> {
        let classes = self.classes_of(name)?;
        let (made, is_compared) = match classes {
            Classes::Struct(class) => (Some(Made::new(class, self.py)?), class.is_compared.load(Relaxed)),
            _ => (None, false), // the first field tells the variant
        };
        self.inside.push(Inside::Object(Object { classes, made, is_named: !is_compared, field: "" }));
        Ok(!is_compared)
    }

    fn field(&mut self, name: &'static str) -> relcore::Result<()> {
        if let Some(Inside::Object(object)) = self.inside.last_mut() {
            object.field = name;
        }
        Ok(())
    }

    fn skipped(&mut self, name: &'static str) -> relcore::Result<()> {
        self.field(name)?;
        let left_out = match self.inside.last() {
            Some(Inside::Object(Object { made: Some(made), .. })) => made.class.left_out(self.py, made.next),
            _ => Ok(self.py.None().into_bound(self.py)),
        };
        Ok(self.put(left_out.map_err(CodecError::from)?)?)
    }

    fn end(&mut self) -> relcore::Result<()> {
        let value = match self.inside.pop() {
            Some(Inside::List(items, next)) if is_full(&items, next) => items,
            Some(Inside::Map(entries, _)) => entries.into_any(),
            Some(Inside::Object(Object { made: Some(made), .. })) if made.is_full() => made.object,
            _ => return Err(odd("a value is not complete".to_owned()).0),
        };
        Ok(self.put(value)?)
    }
}

/// A tuple of so many items, none of which is set.
#[expect(
    unsafe_code,
    reason = "a tuple is made once its length is known: a list of the items costs an allocation more"
)]
fn tuple(py: Python<'_>, length: usize) -> PyResult<Bound<'_, PyAny>> {
    let length = ffi::Py_ssize_t::try_from(length)?;
    // SAFETY: the call returns a new reference or sets an exception. Nobody else has the tuple before it is full.
    unsafe { Bound::from_owned_ptr_or_err(py, ffi::PyTuple_New(length)) }
}

#[expect(unsafe_code, reason = "the counterpart of `tuple`")]
fn set_item(items: &Bound<'_, PyAny>, next: &mut ffi::Py_ssize_t, value: Bound<'_, PyAny>) -> Result {
    // SAFETY: a tuple that nobody else has; the call checks the index and takes over the value.
    let code = unsafe { ffi::PyTuple_SetItem(items.as_ptr(), *next, value.into_ptr()) };
    *next += 1;
    if code == 0 { Ok(()) } else { Err(PyErr::fetch(items.py()).into()) }
}

/// Whether every item was set; no other code may see one that is not.
#[expect(unsafe_code, reason = "the counterpart of `tuple`")]
fn is_full(items: &Bound<'_, PyAny>, next: ffi::Py_ssize_t) -> bool {
    // SAFETY: a tuple.
    unsafe { ffi::PyTuple_Size(items.as_ptr()) == next }
}

/// Not reached: the classes are generated from the types of the core.
#[cold]
fn odd(text: String) -> CodecError {
    CodecError(Error::new(ErrorKind::InvalidValue, "", text))
}

impl<'py> Object<'py> {
    fn put(&mut self, value: &Bound<'py, PyAny>) -> Result {
        let made = match &mut self.made {
            Some(made) => made,
            none => none.insert(Made::new(variant(self.classes, value)?, value.py())?),
        };
        // Fields come in the order of the class.
        if self.is_named {
            made.compare(self.field)?;
        }
        if made.class.set(&made.object, made.next, value) {
            made.next += 1;
            return Ok(());
        }
        Err(PyErr::take(value.py()).map_or_else(|| odd("a class has too few fields".to_owned()), Into::into))
    }
}

/// The class of the variant with this tag.
fn variant(classes: &'static Classes, tag: &Bound<'_, PyAny>) -> Result<&'static Class> {
    let tag = tag.cast::<PyString>().map_err(PyErr::from)?.to_str()?;
    let found = match classes {
        Classes::Tagged(variants) => {
            variants.iter().find(|class| class.fields.get().tag.as_ref().is_some_and(|own| own.wire == tag))
        }
        _ => None,
    };
    found.ok_or_else(|| odd(format!("there is no variant `{tag}`")))
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

    /// Whether the next field has this name on the wire.
    fn compare(&self, name: &'static str) -> Result {
        let own = self.class.fields.get().all.get(self.next).map_or("", |field| field.wire);
        if own == name {
            return Ok(());
        }
        Err(odd(format!("a class has the field `{own}` where its type in the core has `{name}`")))
    }

    /// Whether every field was set; then the order of the class is that of the core.
    fn is_full(&self) -> bool {
        let is_full = self.next == self.class.fields.get().all.len();
        if is_full && !self.class.is_compared.load(Relaxed) {
            self.class.is_compared.store(true, Relaxed);
        }
        is_full
    }
}
