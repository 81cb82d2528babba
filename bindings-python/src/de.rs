//! Python objects as the values that the core reads: generated dataclasses, dicts, enums, `datetime`, sequences.
//!
//! Instants and spans go over as milliseconds, without a detour through text, and the names of the fields of a dataclass as
//! they are on the wire.
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
use pyo3::{PyTypeInfo as _, ffi, intern};
use relcore::wire::{Key, Tree, wire_name};
use relcore::{Error, ErrorKind, Span, Timestamp};
use std::borrow::Cow;

type Result<T> = std::result::Result<T, CodecError>;

/// Deeper nesting is a circle or an attack: no type of the core comes near it.
const DEEPEST: u8 = 64;

/// The value that an argument stands for.
pub fn tree<'py>(value: &Bound<'py, PyAny>, last: &LastInstant<'py>) -> Result<Tree<'static>> {
    Level { last, depth: 0 }.tree(value)
}

/// What the values on one level of nesting share.
#[derive(Clone, Copy)]
struct Level<'c, 'py> {
    last: &'c LastInstant<'py>,
    depth: u8,
}

impl<'py> Level<'_, 'py> {
    fn tree(self, value: &Bound<'py, PyAny>) -> Result<Tree<'static>> {
        let mut tree = Tree::Null;
        self.fill(value, &mut tree)?;
        Ok(tree)
    }

    /// What most values are is looked for first: an object of a class itself is quicker to tell than one of a class that is
    /// derived from it. The tree is made in its place, because moving it costs as much.
    fn fill(self, value: &Bound<'py, PyAny>, tree: &mut Tree<'static>) -> Result<()> {
        let (py, class) = (value.py(), value.get_type_ptr());
        if class == PyInt::type_object_raw(py) {
            *tree = Tree::Integer(integer(value)?);
            return Ok(());
        }
        if value.is_none() {
            return Ok(());
        }
        let is_float = class == PyFloat::type_object_raw(py);
        if !is_float
            && class != PyString::type_object_raw(py)
            && self.scalar(value, time::exact_kind_of(value)?, tree)?
        {
            return Ok(());
        }
        if let (false, Ok(text)) = (is_float, value.cast::<PyString>()) {
            *tree = Tree::Text(Cow::Owned(text.to_str()?.to_owned()));
            return Ok(());
        }
        *tree = if let Ok(number) = value.cast::<PyFloat>() {
            match number.value() {
                number if number.is_finite() => Tree::Float(number),
                _ => {
                    return Err(refused(
                        ErrorKind::InvalidValue,
                        &format!("`{number}` is not a finite number"),
                    ));
                }
            }
        } else if let Ok(value) = value.cast::<PyBool>() {
            Tree::Bool(value.is_true())
        } else if time::is::<PyInt>(value) {
            Tree::Integer(integer(value)?)
        } else if let Ok(items) = value.cast_exact::<PyTuple>() {
            Tree::List(self.list(items.iter())?)
        } else if let Ok(items) = value.cast::<PyList>() {
            Tree::List(self.list(items.iter())?)
        } else if let Ok(entries) = value.cast::<PyDict>() {
            Tree::Object(self.dict(entries)?)
        } else if let Some(fields) = Fields::of(value)? {
            Tree::Object(self.dataclass(value, fields.get())?)
        } else {
            self.other(value)?
        };
        Ok(())
    }

    #[cold]
    fn other(self, value: &Bound<'py, PyAny>) -> Result<Tree<'static>> {
        if is_index(value)? {
            return Ok(Tree::Integer(integer(value)?));
        }
        // Truth values and short floats of numpy; its other scalars are those of Python or have an index.
        if is_numpy(value, "bf") {
            return self.tree(&value.call_method0(intern!(value.py(), "item"))?);
        }
        let mut scalar = Tree::Null;
        if self.scalar(value, time::kind_of(value)?, &mut scalar)? {
            return Ok(scalar);
        }
        if is_sequence(value) {
            self.deeper()?;
            let items: Vec<_> = value.try_iter()?.collect::<PyResult<_>>()?;
            return self.list(items.into_iter()).map(Tree::List);
        }
        if let Some(entries) = entries_of(value)? {
            return self.dict(&entries).map(Tree::Object);
        }
        let class = value.get_type().name()?;
        Err(refused(ErrorKind::WrongType, &format!("is a `{class}`, which has no wire form")))
    }

    /// One level further in; a list that holds itself would have no end.
    fn deeper(self) -> Result<Self> {
        let depth = self.depth + 1;
        if depth < DEEPEST {
            return Ok(Self { depth, ..self });
        }
        Err(refused(ErrorKind::OutOfRange, "is nested too deeply, or holds itself"))
    }

    fn list(self, items: impl ExactSizeIterator<Item = Bound<'py, PyAny>>) -> Result<Vec<Tree<'static>>> {
        let level = self.deeper()?;
        let mut list = Vec::new();
        list.resize_with(items.len(), || Tree::Null);
        for (index, (item, place)) in items.zip(&mut list).enumerate() {
            let filled = level.fill(&item, place);
            filled.map_err(|error| CodecError(error.0.under(&format!("[{index}]"))))?;
        }
        Ok(list)
    }

    fn dict(self, entries: &Bound<'py, PyDict>) -> Result<Entries> {
        let level = self.deeper()?;
        let mut object = Vec::with_capacity(entries.len());
        for (key, value) in entries.iter() {
            let Ok(key) = key.cast_into::<PyString>() else {
                return Err(refused(ErrorKind::WrongType, "has a key that is not text"));
            };
            let key = key.to_str()?.to_owned();
            let value = level.tree(&value).map_err(|error| CodecError(error.0.under(&wire_name(&key))))?;
            object.push((Key::Caller(Cow::Owned(key)), value));
        }
        Ok(object)
    }

    fn dataclass(self, value: &Bound<'py, PyAny>, fields: &Fields) -> Result<Entries> {
        let level = self.deeper()?;
        let mut object = Vec::with_capacity(fields.all.len());
        if let Some(tag) = fields.tag {
            let own = value.getattr(intern!(value.py(), TAG))?;
            if !own.cast::<PyString>().is_ok_and(|own| own == tag) {
                let text = format!("`{own}` is not the type of this class: expected `{tag}`");
                return Err(CodecError(Error::new(ErrorKind::InvalidValue, TAG, text)));
            }
            object.push((Key::Wire(TAG.into()), Tree::Text(tag.into())));
        }
        let own = fields.own();
        object.extend(own.iter().map(|field| (Key::Wire(Cow::Borrowed(field.wire)), Tree::Null)));
        for (field, (_, place)) in own.iter().zip(object.iter_mut().skip(usize::from(fields.tag.is_some()))) {
            let value = value.getattr(field.name.bind(value.py()))?;
            level.fill(&value, place).map_err(|error| CodecError(error.0.under(field.wire)))?;
        }
        Ok(object)
    }

    /// Whether this is a `datetime`, `timedelta` or `date`, which it then is in the tree.
    fn scalar(self, value: &Bound<'py, PyAny>, kind: Kind, tree: &mut Tree<'static>) -> Result<bool> {
        let naive = "has no time zone: expected an aware datetime, such as one with `tzinfo=timezone.utc`";
        *tree = match kind {
            Kind::Instant => match self.last.millis(value)? {
                Some(millis) => {
                    Tree::Instant(Timestamp::from_millis(millis).map_err(CodecError)?.as_millis())
                }
                None => return Err(refused(ErrorKind::InvalidValue, naive)),
            },
            Kind::Span => {
                let span = Span::from_millis(time::millis_of_span(value)?).map_err(CodecError)?;
                Tree::Span(span.as_millis())
            }
            Kind::Date => {
                let text: String = value.call_method0(intern!(value.py(), "isoformat"))?.extract()?;
                Tree::Day(text.into())
            }
            Kind::Other => return Ok(false),
        };
        Ok(true)
    }
}

/// The entries of an object.
type Entries = Vec<(Key<'static>, Tree<'static>)>;

fn integer(value: &Bound<'_, PyAny>) -> Result<i64> {
    value.extract().map_err(|_| refused(ErrorKind::OutOfRange, "is beyond 64 bits"))
}

#[cold]
fn refused(kind: ErrorKind, text: &str) -> CodecError {
    CodecError(Error::new(kind, "", text))
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
