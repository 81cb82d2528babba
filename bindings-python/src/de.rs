//! Python objects as the values that the core reads: generated dataclasses, dicts, enums, `datetime`, sequences.
//!
//! Instants and spans go over as milliseconds, without a detour through text, and the fields of a dataclass by their
//! position if it is one of the type that is read.
use crate::{
    classes::{Class, Fields, Recent, TAG},
    error::CodecError,
    objects::is_numpy,
    time::{self, Instants, Kind},
};
use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyByteArray, PyBytes, PyDict, PyFloat, PyInt, PyList, PyMapping, PyString, PyTuple,
};
use pyo3::{PyTypeInfo as _, ffi, intern};
use relcore::wire::{Event, Key, Source, Wanted, position_of, wire_name};
use relcore::{Error, ErrorKind, Span, Timestamp};
use std::{borrow::Cow, vec};

type Result<T> = std::result::Result<T, CodecError>;

/// Deeper nesting is a circle or an attack: no type of the core comes near it.
const DEEPEST: usize = 64;

/// The events of an argument.
pub struct PySource<'py> {
    py: Python<'py>,
    /// The value that is next or was taken last, whose text may be borrowed.
    value: Bound<'py, PyAny>,
    inside: Vec<Inside<'py>>,
    pub instants: Instants<'py>,
    /// By the addresses of the classes.
    classes: Recent<&'static Class>,
}

/// A list or an object that is being read, with the index of the item or the field that is next.
enum Inside<'py> {
    Tuple(Bound<'py, PyTuple>, usize),
    List(Bound<'py, PyList>, usize),
    /// Of any other sequence.
    Items(vec::IntoIter<Bound<'py, PyAny>>, usize),
    Dict(Entries<'py>),
    Dataclass(Dataclass<'py>),
}

struct Entries<'py> {
    entries: vec::IntoIter<(Bound<'py, PyString>, Bound<'py, PyAny>)>,
    /// That of the value that is being read.
    key: Option<Bound<'py, PyString>>,
}

struct Dataclass<'py> {
    object: Bound<'py, PyAny>,
    of: Generated<'py>,
    /// With the tag, unless it was told.
    next: usize,
    /// Whether the value of the field before `next` is being read.
    is_inside: bool,
    by_position: bool,
}

/// A generated dataclass, or one that is derived from it.
enum Generated<'py> {
    Class(&'static Class),
    Derived(Bound<'py, Fields>),
}

impl Generated<'_> {
    fn fields(&self) -> &Fields {
        match self {
            Self::Class(class) => class.fields.get(),
            Self::Derived(fields) => fields.get(),
        }
    }
}

impl<'py> Dataclass<'py> {
    /// The value of the next field; nothing at the end, or after an exception.
    #[inline]
    fn next_value(&mut self) -> Option<Bound<'py, PyAny>> {
        let value = match &self.of {
            Generated::Class(class) => class.get(&self.object, self.next)?,
            Generated::Derived(fields) => {
                let (py, field) = (self.object.py(), fields.get().all.get(self.next)?);
                self.object.getattr(field.name.bind(py)).map_err(|raised| raised.restore(py)).ok()?
            }
        };
        self.next += 1;
        self.is_inside = true;
        Some(value)
    }
}

impl<'py> PySource<'py> {
    pub fn new(py: Python<'py>) -> Self {
        let value = py.None().into_bound(py);
        Self { py, value, inside: Vec::new(), instants: Instants::default(), classes: Recent::new() }
    }

    /// Begins to read this value.
    pub fn begin(&mut self, value: Bound<'py, PyAny>) {
        self.value = value;
        self.inside.clear();
    }

    /// What most values are is looked for first: an object of a class itself is quicker to tell than one of a class that is
    /// derived from it.
    #[inline(always)] // into `value` alone
    fn event(&mut self, wanted: Wanted) -> Result<Event<'_>> {
        let (py, class) = (self.py, self.value.get_type_ptr());
        if class == PyFloat::type_object_raw(py) {
            return float(&self.value);
        }
        if class == PyInt::type_object_raw(py) {
            return integer(&self.value);
        }
        if class == PyString::type_object_raw(py) {
            return self.text();
        }
        match wanted {
            Wanted::Variant(_) if self.value.is_instance_of::<PyString>() => return self.text(),
            Wanted::Struct(of) | Wanted::Variant(of) if class != PyDict::type_object_raw(py) => {
                if let Some(class) = self.generated()? {
                    return self.dataclass(class, Some(of), matches!(wanted, Wanted::Variant(_)));
                }
            }
            Wanted::Scalar => {
                if let Some(scalar) = self.scalar(time::exact_kind_of(&self.value)?)? {
                    return Ok(scalar);
                }
            }
            _ => {}
        }
        self.any(wanted)
    }

    fn any(&mut self, wanted: Wanted) -> Result<Event<'_>> {
        if self.value.is_none() {
            return Ok(Event::Null);
        }
        if self.value.is_instance_of::<PyString>() {
            return self.text();
        }
        if self.value.is_instance_of::<PyFloat>() {
            return float(&self.value);
        }
        if let Ok(value) = self.value.cast::<PyBool>() {
            return Ok(Event::Bool(value.is_true()));
        }
        if time::is::<PyInt>(&self.value) {
            return integer(&self.value);
        }
        if let Ok(items) = self.value.cast_exact::<PyTuple>() {
            let (items, count) = (items.clone(), items.len());
            return self.list(Inside::Tuple(items, 0), count);
        }
        if let Ok(items) = self.value.cast::<PyList>() {
            let (items, count) = (items.clone(), items.len());
            return self.list(Inside::List(items, 0), count);
        }
        if let Ok(entries) = self.value.cast::<PyDict>() {
            let entries = entries.clone();
            return self.dict(&entries, wanted);
        }
        if let Some(class) = self.generated()? {
            return self.dataclass(class, None, matches!(wanted, Wanted::Variant(_)));
        }
        self.other(wanted)
    }

    #[cold]
    fn other(&mut self, wanted: Wanted) -> Result<Event<'_>> {
        if is_index(&self.value)? {
            return integer(&self.value);
        }
        // Truth values and short floats of numpy; its other scalars are those of Python or have an index.
        if is_numpy(&self.value, "bf") {
            self.value = self.value.call_method0(intern!(self.py, "item"))?;
            return self.any(wanted);
        }
        if let Some(scalar) = self.scalar(time::kind_of(&self.value)?)? {
            return Ok(scalar);
        }
        if is_sequence(&self.value) {
            let items: Vec<_> = self.value.try_iter()?.collect::<PyResult<_>>()?;
            let count = items.len();
            return self.list(Inside::Items(items.into_iter(), 0), count);
        }
        if let Some(entries) = entries_of(&self.value)? {
            return self.dict(&entries, wanted);
        }
        let class = self.value.get_type().name()?;
        Err(refused(ErrorKind::WrongType, &format!("is a `{class}`, which has no wire form")))
    }

    fn text(&self) -> Result<Event<'_>> {
        Ok(Event::Text(Cow::Borrowed(self.value.cast::<PyString>().map_err(PyErr::from)?.to_str()?)))
    }

    /// One level further in; a list that holds itself would have no end.
    fn open(&mut self, inside: Inside<'py>) -> Result<()> {
        if self.inside.len() + 1 < DEEPEST {
            self.inside.push(inside);
            return Ok(());
        }
        Err(refused(ErrorKind::OutOfRange, "is nested too deeply, or holds itself"))
    }

    fn list(&mut self, inside: Inside<'py>, count: usize) -> Result<Event<'static>> {
        self.open(inside)?;
        Ok(Event::List(count))
    }

    fn dict(&mut self, entries: &Bound<'py, PyDict>, wanted: Wanted) -> Result<Event<'static>> {
        let mut pairs = Vec::with_capacity(entries.len());
        let mut tag = None;
        let may_have_tag = matches!(wanted, Wanted::Variant(_));
        for (key, value) in entries.iter() {
            let Ok(key) = key.cast_into::<PyString>() else {
                return Err(refused(ErrorKind::WrongType, "has a key that is not text"));
            };
            match value.cast::<PyString>() {
                Ok(own) if may_have_tag && key == TAG => tag = Some(own.to_str()?.to_owned()),
                _ => pairs.push((key, value)),
            }
        }
        let count = pairs.len();
        self.open(Inside::Dict(Entries { entries: pairs.into_iter(), key: None }))?;
        Ok(match tag {
            Some(tag) => Event::Variant(Key::Wire(Cow::Owned(tag)), count),
            None => Event::Object(count),
        })
    }

    /// What the value is, if it is a generated dataclass.
    fn generated(&mut self) -> Result<Option<Generated<'py>>> {
        let value = &self.value;
        let mut derived = None;
        let class = self.classes.get(value.get_type_ptr() as usize, || {
            let Some(fields) = Fields::of(value)? else { return Ok(None) };
            let class = Class::of(value, &fields);
            derived = Some(fields);
            Ok(class)
        })?;
        Ok(class.map(Generated::Class).or_else(|| derived.map(Generated::Derived)))
    }

    /// `of` is the type that is read, if it is known; then the fields are those of their positions.
    fn dataclass(
        &mut self,
        class: Generated<'py>,
        of: Option<&'static str>,
        is_variant: bool,
    ) -> Result<Event<'static>> {
        let fields = class.fields();
        let by_position = of.is_some_and(|of| of == fields.of);
        let count = fields.all.len();
        let mut told = None;
        if let Some(tag) = &fields.tag {
            let found = self.value.getattr(intern!(self.py, TAG))?;
            if !found.is(&tag.name) && !found.cast::<PyString>().is_ok_and(|found| found == tag.wire) {
                let text = format!("`{found}` is not the type of this class: expected `{}`", tag.wire);
                self.open_dataclass(class, 1, true, by_position)?;
                return Err(refused(ErrorKind::InvalidValue, &text));
            }
            told = is_variant.then_some(tag.wire);
        }
        self.open_dataclass(class, usize::from(told.is_some()), false, by_position)?;
        Ok(match told {
            Some(tag) => Event::Variant(Key::Wire(Cow::Borrowed(tag)), count - 1),
            None => Event::Object(count),
        })
    }

    fn open_dataclass(
        &mut self,
        of: Generated<'py>,
        next: usize,
        is_inside: bool,
        by_position: bool,
    ) -> Result<()> {
        let object = self.value.clone();
        self.open(Inside::Dataclass(Dataclass { object, of, next, is_inside, by_position }))
    }

    /// A `datetime`, `timedelta` or `date`; nothing for any other object.
    fn scalar(&mut self, kind: Kind) -> Result<Option<Event<'static>>> {
        let naive = "has no time zone: expected an aware datetime, such as one with `tzinfo=timezone.utc`";
        Ok(Some(match kind {
            Kind::Instant => match self.instants.millis(&self.value)? {
                Some(millis) => {
                    Event::Instant(Timestamp::from_millis(millis).map_err(CodecError)?.as_millis())
                }
                None => return Err(refused(ErrorKind::InvalidValue, naive)),
            },
            Kind::Span => {
                let span = Span::from_millis(time::millis_of_span(&self.value)?).map_err(CodecError)?;
                Event::Span(span.as_millis())
            }
            Kind::Date => {
                let text: String = self.value.call_method0(intern!(self.py, "isoformat"))?.extract()?;
                Event::Day(text.into())
            }
            Kind::Other => return Ok(None),
        }))
    }

    fn next_item(&mut self) -> Result<Option<()>> {
        let (next, index) = match self.inside.last_mut() {
            Some(Inside::Tuple(items, index)) => (items.get_item(*index)?, index),
            Some(Inside::List(items, index)) => (items.get_item(*index)?, index),
            Some(Inside::Items(items, index)) => match items.next() {
                Some(next) => (next, index),
                None => return Ok(None),
            },
            _ => return Ok(None),
        };
        *index += 1;
        self.value = next;
        Ok(Some(()))
    }

    fn next_key(&mut self) -> Result<Option<Key<'_>>> {
        match self.inside.last_mut() {
            Some(Inside::Dataclass(own)) => {
                let index = own.next;
                let Some(value) = own.next_value() else {
                    return PyErr::take(self.py).map_or(Ok(None), |raised| Err(raised.into()));
                };
                self.value = value;
                Ok(own.of.fields().all.get(index).map(|field| Key::Wire(Cow::Borrowed(field.wire))))
            }
            Some(Inside::Dict(own)) => {
                let Some((key, value)) = own.entries.next() else { return Ok(None) };
                self.value = value;
                Ok(Some(Key::Caller(Cow::Borrowed(own.key.insert(key).to_str()?))))
            }
            _ => Ok(None),
        }
    }
}

impl Source for PySource<'_> {
    fn value(&mut self, wanted: Wanted) -> relcore::Result<Event<'_>> {
        self.event(wanted).map_err(Error::from)
    }

    fn take_absent(&mut self) -> relcore::Result<bool> {
        Ok(self.value.is_none())
    }

    fn item(&mut self) -> relcore::Result<()> {
        self.next_item()?.ok_or_else(changed)
    }

    fn key(&mut self) -> relcore::Result<Key<'_>> {
        self.next_key()?.ok_or_else(changed)
    }

    fn field(&mut self, names: &'static [&'static str], next: usize) -> relcore::Result<usize> {
        match self.inside.last_mut() {
            Some(Inside::Dataclass(own)) if own.by_position => {
                // Without the tag, which has been told.
                let position = own.next.saturating_sub(usize::from(own.of.fields().tag.is_some()));
                self.value = own.next_value().ok_or_else(|| raised(self.py))?;
                Ok(position)
            }
            _ => position_of(&self.key()?, names, next),
        }
    }

    fn end(&mut self) {
        self.inside.pop();
    }

    fn leave(&mut self) {
        match self.inside.last_mut() {
            Some(Inside::Tuple(_, index) | Inside::List(_, index) | Inside::Items(_, index)) => *index = 0,
            Some(Inside::Dict(own)) => own.key = None,
            Some(Inside::Dataclass(own)) => own.is_inside = false,
            None => {}
        }
    }

    fn path(&self) -> String {
        let mut path = String::new();
        for inside in &self.inside {
            let part = match inside {
                Inside::Tuple(_, next) | Inside::List(_, next) | Inside::Items(_, next) => {
                    next.checked_sub(1).map(|index| Cow::Owned(format!("[{index}]")))
                }
                Inside::Dict(own) => {
                    let key = own.key.as_ref().and_then(|key| key.to_str().ok());
                    key.map(wire_name)
                }
                Inside::Dataclass(own) if own.is_inside => {
                    let field = own.of.fields().all.get(own.next.wrapping_sub(1));
                    field.map(|field| Cow::Borrowed(field.wire))
                }
                Inside::Dataclass(_) => None,
            };
            let Some(part) = part else { continue };
            if !path.is_empty() && !part.starts_with('[') {
                path.push('.');
            }
            path.push_str(&part);
        }
        path
    }
}

/// Why there is no value.
#[cold]
fn raised(py: Python<'_>) -> Error {
    PyErr::take(py).map_or_else(changed, |raised| CodecError::from(raised).into())
}

/// A list that became shorter while it was read.
#[cold]
fn changed() -> Error {
    Error::new(ErrorKind::WrongType, "", "changed while it was read")
}

fn float(value: &Bound<'_, PyAny>) -> Result<Event<'static>> {
    let number = value.cast::<PyFloat>().map_err(PyErr::from)?.value();
    if number.is_finite() {
        return Ok(Event::Float(number));
    }
    Err(refused(ErrorKind::InvalidValue, &format!("`{value}` is not a finite number")))
}

fn integer(value: &Bound<'_, PyAny>) -> Result<Event<'static>> {
    match value.extract() {
        Ok(number) => Ok(Event::Integer(number)),
        Err(_) => Err(refused(ErrorKind::OutOfRange, "is beyond 64 bits")),
    }
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
