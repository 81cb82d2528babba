//! The generated Python classes: which fields they have, and which class a type of the core is.
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyType};
use relcore::wire::wire_name;
use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

/// The fields of a generated dataclass, in the order of the core. Each class has this as `_fields`.
#[pyclass(frozen, module = "relcore._native")]
#[derive(Debug)]
pub struct Fields {
    pub all: Vec<Field>,
    /// The qualified name of the type of the core.
    pub of: String,
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
        Self { all, of, tag }
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

/// A generated dataclass.
pub struct Class {
    pub class: Py<PyType>,
    pub fields: Py<Fields>,
    /// What the fields are that the core leaves out, in their order.
    left_out: Vec<LeftOut>,
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
        Ok(Self { class: class.clone().unbind(), fields, left_out })
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

/// The classes of the type of this qualified name. They are looked up when a value of it is first returned, and kept
/// for the life of the interpreter.
pub fn classes_of(py: Python<'_>, name: &'static str) -> PyResult<&'static Classes> {
    /// By the address and length of the name, which is quicker to compare than its text.
    static ALL: RwLock<BTreeMap<(usize, usize), &'static Classes>> = RwLock::new(BTreeMap::new());
    let key = (name.as_ptr() as usize, name.len());
    if let Some(found) = ALL.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
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
    ALL.write().unwrap_or_else(PoisonError::into_inner).insert(key, found);
    Ok(found)
}
