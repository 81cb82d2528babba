//! The generated Python classes: which fields they have, and which class a type of the core is.
use hashbrown::HashMap;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyType};
use pyo3::{ffi, intern};
use relcore::wire::wire_name;
use std::sync::atomic::AtomicBool;
use std::sync::{LazyLock, PoisonError, RwLock};
use std::{ffi::c_void, mem};

/// The fields of a generated dataclass, in the order of the core. Each class has this as `_fields`.
#[pyclass(frozen, module = "relcore._native")]
#[derive(Debug)]
pub struct Fields {
    pub all: Vec<Field>,
    /// The qualified name of the type of the core.
    pub of: &'static str,
    /// Which variant of an enum with data this is; its first field then is the tag.
    pub tag: Option<Field>,
}

/// A field of a dataclass, or the tag of a variant as text.
#[derive(Debug)]
pub struct Field {
    /// Its name on the wire. It lives as long as the interpreter, as its class does, so that a value need not copy it.
    pub wire: &'static str,
    pub name: Py<PyString>,
}

#[pymethods]
impl Fields {
    #[new]
    #[pyo3(signature = (*names, of, tag = None))]
    fn new(py: Python<'_>, names: Vec<String>, of: String, tag: Option<String>) -> Self {
        let kept = |text: String| -> &'static str { Box::leak(text.into_boxed_str()) };
        let names = tag.iter().map(|_| TAG.to_owned()).chain(names);
        let field = |name: String| Field {
            wire: kept(wire_name(&name).into_owned()),
            name: PyString::intern(py, &name).unbind(),
        };
        let all = names.map(field).collect();
        let tag = tag.map(|tag| Field { name: PyString::intern(py, &tag).unbind(), wire: kept(tag) });
        Self { all, of: kept(of), tag }
    }

    /// The tag of the variant.
    #[getter]
    fn tag(&self) -> Option<&'static str> {
        self.tag.as_ref().map(|tag| tag.wire)
    }

    /// The names on the wire with the names in Python; without the tag.
    #[getter]
    fn names(&self) -> Vec<(&str, &Py<PyString>)> {
        self.own().iter().map(|field| (field.wire, &field.name)).collect()
    }
}

/// The key that tells the variant of an enum with data.
pub const TAG: &str = "type";

impl Fields {
    /// Those of the class of an object, if it is a generated dataclass or derived from one.
    pub fn of<'py>(object: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, Self>>> {
        let found = object.getattr_opt(intern!(object.py(), "_fields"))?;
        Ok(found.and_then(|fields| fields.cast_into_exact::<Self>().ok()))
    }

    /// The fields without the tag.
    pub fn own(&self) -> &[Field] {
        self.all.get(usize::from(self.tag.is_some())..).unwrap_or_default()
    }
}

/// `weekStart` as `week_start`.
pub fn python_name(name: &str) -> String {
    let mut python = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !python.is_empty() {
            python.push('_');
        }
        python.push(letter.to_ascii_lowercase());
    }
    python
}

/// What a type of the core is in Python.
pub enum Classes {
    Struct(Class),
    /// A class for each variant of an enum with data.
    Tagged(Vec<Class>),
    /// The members of an enum in the order of the core, and by their texts.
    Unit(Vec<Py<PyAny>>, Py<PyDict>),
}

/// A generated dataclass. It lives as long as the interpreter.
pub struct Class {
    pub class: Py<PyType>,
    pub fields: Py<Fields>,
    /// Where the fields are, in their order.
    slots: Vec<Slot>,
    /// What the fields are that the core leaves out, in their order.
    left_out: Vec<LeftOut>,
    /// Whether an object was made whose fields had the names that the core has for them, in its order. They always have.
    pub is_compared: AtomicBool,
}

/// Where the objects of a class have a field: read and set without a look-up of its name in the class, which costs more
/// than all the rest.
struct Slot {
    /// The descriptor in the class.
    own: Py<PyAny>,
    get: ffi::descrgetfunc,
    set: ffi::descrsetfunc,
}

/// The value of a field that the core leaves out: most are `None`; one that a later version added has its default.
enum LeftOut {
    Value(Py<PyAny>),
    /// The result of a call, because two values must not share it.
    Made(Py<PyAny>),
}

impl Class {
    fn new(class: &Bound<'_, PyType>, fields: Py<Fields>) -> PyResult<Self> {
        let py = class.py();
        let (missing, of) =
            (py.import("dataclasses")?.getattr("MISSING")?, class.getattr("__dataclass_fields__")?);
        let left_out = |field: &Field| {
            let field = of.get_item(field.name.bind(py))?;
            let (value, made) = (field.getattr("default")?, field.getattr("default_factory")?);
            Ok(match (value.is(&missing), made.is(&missing)) {
                (true, true) => LeftOut::Value(py.None()),
                (true, false) => LeftOut::Made(made.unbind()),
                _ => LeftOut::Value(value.unbind()),
            })
        };
        let left_out = fields.get().all.iter().map(left_out).collect::<PyResult<_>>()?;
        let own = class.getattr("__dict__")?;
        let slot = |field: &Field| Slot::new(own.get_item(field.name.bind(py))?);
        let slots = fields.get().all.iter().map(slot).collect::<PyResult<_>>()?;
        let is_compared = AtomicBool::new(false);
        Ok(Self { class: class.clone().unbind(), fields, slots, left_out, is_compared })
    }

    /// The class of an object, if it is this very class of a type of the core, and none that is derived from it.
    pub fn of(object: &Bound<'_, PyAny>, fields: &Bound<'_, Fields>) -> Option<&'static Self> {
        let classes = classes_of(object.py(), fields.get().of).ok()?;
        let all = match classes {
            Classes::Struct(class) => std::slice::from_ref(class),
            Classes::Tagged(classes) => classes,
            Classes::Unit(..) => return None,
        };
        all.iter().find(|class| object.get_type().is(&class.class))
    }

    /// The field at this index of an object of the class; nothing if there is none, or after an exception.
    pub fn get<'py>(&self, object: &Bound<'py, PyAny>, index: usize) -> Option<Bound<'py, PyAny>> {
        let slot = self.slots.get(index)?;
        // SAFETY: three live objects; the function is that of the descriptor, and returns a new reference or sets an
        // exception.
        unsafe {
            let value = (slot.get)(slot.own.as_ptr(), object.as_ptr(), self.class.as_ptr());
            Bound::from_owned_ptr_or_opt(object.py(), value)
        }
    }

    /// Sets the field at this index of an object of the class; false if there is none, or after an exception. A frozen
    /// dataclass refuses it elsewhere, so that only a new object may be passed.
    pub fn set(&self, object: &Bound<'_, PyAny>, index: usize, value: &Bound<'_, PyAny>) -> bool {
        let Some(slot) = self.slots.get(index) else { return false };
        // SAFETY: three live objects, of which the call takes over none; the function is that of the descriptor.
        unsafe { (slot.set)(slot.own.as_ptr(), object.as_ptr(), value.as_ptr()) == 0 }
    }

    /// The value of the field at this index when the core leaves it out.
    pub fn left_out<'py>(&self, py: Python<'py>, index: usize) -> PyResult<Bound<'py, PyAny>> {
        match self.left_out.get(index) {
            Some(LeftOut::Value(value)) => Ok(value.bind(py).clone()),
            Some(LeftOut::Made(made)) => made.bind(py).call0(),
            None => Ok(py.None().into_bound(py)),
        }
    }
}

/// Not reached: the classes are generated from the types of the core.
#[cold]
fn absent() -> PyErr {
    pyo3::exceptions::PyRuntimeError::new_err("a class has other fields than its type in the core")
}

impl Slot {
    fn new(own: Bound<'_, PyAny>) -> PyResult<Self> {
        let class = own.get_type_ptr();
        // SAFETY: the class of a live object, whose slots of these numbers have these types, or are null.
        let (get, set) = unsafe {
            let [get, set] =
                [ffi::Py_tp_descr_get, ffi::Py_tp_descr_set].map(|slot| ffi::PyType_GetSlot(class, slot));
            (
                mem::transmute::<*mut c_void, Option<ffi::descrgetfunc>>(get),
                mem::transmute::<*mut c_void, Option<ffi::descrsetfunc>>(set),
            )
        };
        match (get, set) {
            (Some(get), Some(set)) => Ok(Self { own: own.unbind(), get, set }),
            _ => Err(absent()),
        }
    }
}

/// What was looked up last, by an address: a cache in which each address has one place.
pub struct Recent<V>([Option<(usize, V)>; PLACES]);

const PLACES: usize = 8;

impl<V: Copy> Recent<V> {
    pub const fn new() -> Self {
        Self([None; PLACES])
    }

    /// The value of an address, or the one that is looked up.
    pub fn get(
        &mut self,
        address: usize,
        look_up: impl FnOnce() -> PyResult<Option<V>>,
    ) -> PyResult<Option<V>> {
        // Neighbours in memory have other places; what is below 16 bytes is the same for all objects.
        let place = self.0.get_mut((address >> 4 ^ address >> 9) % PLACES);
        if let Some(Some((own, value))) = &place
            && *own == address
        {
            return Ok(Some(*value));
        }
        let found = look_up()?;
        if let (Some(place), Some(value)) = (place, found) {
            *place = Some((address, value));
        }
        Ok(found)
    }
}

/// The classes of the type of this qualified name. They are looked up when a value of it is first returned, and kept
/// for the life of the interpreter.
pub fn classes_of(py: Python<'_>, name: &'static str) -> PyResult<&'static Classes> {
    static ALL: LazyLock<RwLock<HashMap<&'static str, &'static Classes>>> = LazyLock::new(RwLock::default);
    if let Some(found) = ALL.read().unwrap_or_else(PoisonError::into_inner).get(name) {
        return Ok(found);
    }
    let registry = py.import("relcore._registry")?;
    let classes: Vec<Bound<'_, PyType>> = registry.call_method1("classes_of", (name,))?.extract()?;
    let data = |class: &Bound<'_, PyType>| {
        let fields = Fields::of(class)?.map(Bound::unbind);
        fields.map(|fields| Class::new(class, fields)).transpose()
    };
    let mut all: Vec<Class> =
        classes.iter().map(data).filter_map(PyResult::transpose).collect::<PyResult<_>>()?;
    let found = match (classes.as_slice(), all.pop()) {
        ([members], None) => {
            let by_text = members.getattr("_value2member_map_")?.cast_into::<PyDict>()?;
            Classes::Unit(by_text.values().iter().map(Bound::unbind).collect(), by_text.unbind())
        }
        ([_], Some(class)) if class.fields.get().tag.is_none() => Classes::Struct(class),
        (_, last) => {
            all.extend(last);
            Classes::Tagged(all)
        }
    };
    let found = &*Box::leak(Box::new(found));
    ALL.write().unwrap_or_else(PoisonError::into_inner).insert(name, found);
    Ok(found)
}
