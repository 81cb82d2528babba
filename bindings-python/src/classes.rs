//! The generated Python classes and their fields, looked up once per thread.
use pyo3::prelude::*;
use pyo3::types::{PyString, PyType};
use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

/// A generated dataclass.
pub struct Class {
    pub class: Py<PyType>,
    /// The fields in the order of the core: name on the wire, attribute in Python.
    pub fields: Vec<(&'static str, Py<PyString>)>,
}

thread_local! {
    /// By Rust's name of the type, and the tag of the variant for enums with data.
    static BY_NAME: RefCell<BTreeMap<(&'static str, &'static str), Rc<Class>>> = const { RefCell::new(BTreeMap::new()) };
    /// By the address of the class.
    static BY_CLASS: RefCell<BTreeMap<usize, Rc<Class>>> = const { RefCell::new(BTreeMap::new()) };
    /// Members of enums by Rust's name of the type and the text.
    static MEMBERS: RefCell<BTreeMap<(&'static str, &'static str), Py<PyAny>>> = const { RefCell::new(BTreeMap::new()) };
}

/// The dataclass of a struct (`tag` empty) or of a variant.
pub fn by_name(py: Python<'_>, name: &'static str, tag: &str) -> PyResult<Rc<Class>> {
    let found = BY_NAME.with_borrow(|known| known.get(&(name, tag)).cloned());
    if let Some(class) = found {
        return Ok(class);
    }
    let class =
        py.import("relcore._registry")?.call_method1("class_of", (name, tag))?.cast_into::<PyType>()?;
    let class = load(&class)?;
    // A tag is one of a fixed set, so what is leaked here is bounded.
    BY_NAME.with_borrow_mut(|known| known.insert((name, String::from(tag).leak()), Rc::clone(&class)));
    Ok(class)
}

/// The fields of an object's class, if it is one of ours.
pub fn of_object(value: &Bound<'_, PyAny>) -> PyResult<Option<Rc<Class>>> {
    let class = value.get_type();
    let found = BY_CLASS.with_borrow(|known| known.get(&(class.as_ptr() as usize)).cloned());
    match found {
        Some(class) => Ok(Some(class)),
        None if class.hasattr("_wire_names")? => load(&class).map(Some),
        None => Ok(None),
    }
}

/// The member of a generated enum.
pub fn member<'py>(py: Python<'py>, name: &'static str, text: &'static str) -> PyResult<Bound<'py, PyAny>> {
    let found = MEMBERS.with_borrow(|known| known.get(&(name, text)).map(|member| member.clone_ref(py)));
    if let Some(member) = found {
        return Ok(member.into_bound(py));
    }
    let class = py.import("relcore._registry")?.call_method1("class_of", (name, ""))?;
    let member = class.call1((text,))?;
    MEMBERS.with_borrow_mut(|known| known.insert((name, text), member.clone().unbind()));
    Ok(member)
}

fn load(class: &Bound<'_, PyType>) -> PyResult<Rc<Class>> {
    let names: Vec<(String, Bound<'_, PyString>)> = class.getattr("_wire_names")?.extract()?;
    // The wire names live as long as the classes: until the interpreter ends.
    let fields = names.into_iter().map(|(wire, name)| (&*wire.leak(), name.unbind())).collect();
    let loaded = Rc::new(Class { class: class.clone().unbind(), fields });
    BY_CLASS.with_borrow_mut(|known| known.insert(class.as_ptr() as usize, Rc::clone(&loaded)));
    Ok(loaded)
}
