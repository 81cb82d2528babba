//! The generated Python classes and their fields, looked up once per thread.
use crate::{
    known::{Known, key_of},
    slot::Slot,
};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyType};
use std::{cell::Cell, collections::BTreeSet, rc::Rc, sync::Mutex};

/// The Python side of a type of the core.
pub enum Shape {
    Struct(Rc<Class>),
    /// An enum with data: a class for each variant.
    Tagged(Vec<Rc<Class>>),
    Unit(Rc<Members>),
}

/// What one generated class stands for.
#[derive(Clone)]
pub enum Own {
    Data(Rc<Class>),
    Unit(Rc<Members>),
}

/// A generated dataclass, or one derived from it.
pub struct Class {
    pub class: Py<PyType>,
    /// The fields in the order of the core.
    pub fields: Vec<Field>,
    /// Which variant of an enum with data this is.
    pub tag: Option<&'static str>,
    /// Whether it is a generated class itself: what is derived from one may behave in any way.
    pub is_generated: bool,
    /// The names of a struct of the core that were found to be these fields: where they are in memory.
    agreed: Cell<usize>,
}

/// A field of a dataclass.
pub struct Field {
    /// Its name on the wire.
    pub wire: &'static str,
    /// Where the core's text of this name was found to be.
    agreed: Cell<u64>,
    name: Py<PyString>,
    slot: Option<Slot>,
}

/// The members of a generated enum with their texts, in the order of the core.
pub struct Members(Vec<(String, Py<PyAny>)>);

impl Known {
    /// The Python side of the type of this name.
    pub fn shape(&self, py: Python<'_>, name: &'static str) -> PyResult<Rc<Shape>> {
        let key = key_of(name);
        if let Some(shape) = self.shapes.find(key) {
            return Ok(shape);
        }
        let classes: Vec<Bound<'_, PyType>> =
            py.import("relcore._registry")?.call_method1("classes_of", (name,))?.extract()?;
        let owns = classes.iter().map(|class| self.load(class)).collect::<PyResult<Vec<_>>>()?;
        let shape = match owns.as_slice() {
            [Own::Unit(members)] => Shape::Unit(Rc::clone(members)),
            [Own::Data(class)] if class.tag.is_none() => Shape::Struct(Rc::clone(class)),
            _ => Shape::Tagged(owns.into_iter().filter_map(Own::data).collect()),
        };
        let shape = Rc::new(shape);
        self.shapes.insert(key, Rc::clone(&shape));
        Ok(shape)
    }

    /// What an object's class stands for, if it is one of ours or derived from one.
    pub fn class_of(&self, value: &Bound<'_, PyAny>) -> PyResult<Option<Own>> {
        let found = self.classes.find(value.get_type_ptr() as u64);
        if found.is_some() {
            return Ok(found);
        }
        let class = value.get_type();
        let is_ours = class.hasattr(intern!(value.py(), "_wire_names"))?
            || class.hasattr(intern!(value.py(), "__members__"))? && is_generated(&class)?;
        if is_ours { self.load(&class).map(Some) } else { Ok(None) }
    }

    fn load(&self, class: &Bound<'_, PyType>) -> PyResult<Own> {
        let is_generated = is_generated(class)?;
        let own = if class.hasattr("__members__")? {
            Own::Unit(Rc::new(Members::of(class)?))
        } else {
            Own::Data(Rc::new(Class::of(class, is_generated)?))
        };
        // Held for good, so that no other class comes to be at its address. Others are looked up at every use: a
        // program may make any number of them.
        if is_generated {
            self.classes.insert(class.as_ptr() as u64, own.clone());
        }
        Ok(own)
    }
}

impl Own {
    fn data(self) -> Option<Rc<Class>> {
        if let Self::Data(class) = self { Some(class) } else { None }
    }
}

impl Class {
    fn of(class: &Bound<'_, PyType>, is_generated: bool) -> PyResult<Self> {
        let names: Vec<(String, Bound<'_, PyString>)> = class.getattr("_wire_names")?.extract()?;
        let mut fields = Vec::with_capacity(names.len());
        for (wire, name) in names {
            let slot = if is_generated { Slot::of(class, name.to_str()?)? } else { None };
            fields.push(Field { wire: kept(wire), agreed: Cell::new(0), name: name.unbind(), slot });
        }
        let mut tag = None;
        if fields.first().is_some_and(|field| field.wire == "type") {
            let field = class.getattr("__dataclass_fields__")?.get_item("type")?;
            if !field.getattr("init")?.is_truthy()? {
                tag = field.getattr("default")?.extract::<String>().ok().map(kept);
            }
        }
        Ok(Self { class: class.clone().unbind(), fields, tag, is_generated, agreed: Cell::new(0) })
    }

    /// Whether the fields are those of a struct or variant of the core, in the same order; without its tag.
    pub fn agrees(&self, names: &'static [&'static str]) -> bool {
        let address = names.as_ptr() as usize;
        if self.agreed.get() == address {
            return true;
        }
        let own = self.fields.iter().map(|field| field.wire).skip(usize::from(self.tag.is_some()));
        let agrees = own.eq(names.iter().copied());
        // The names of a struct without fields are nowhere.
        if agrees && !names.is_empty() {
            self.agreed.set(address);
        }
        agrees
    }
}

impl Field {
    /// Whether this is the field of the core with this name.
    pub fn is(&self, name: &'static str) -> bool {
        let key = key_of(name);
        if self.agreed.get() == key {
            return true;
        }
        let is = self.wire == name;
        if is {
            self.agreed.set(key);
        }
        is
    }

    /// What an object has in this field.
    pub fn get<'py>(&self, object: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        match &self.slot {
            Some(slot) => slot.get(object),
            None => object.getattr(self.name.bind(object.py())),
        }
    }

    /// Fills this field of a new object; `None` if the class has no slot for it.
    pub fn set(&self, object: &Bound<'_, PyAny>, value: &Bound<'_, PyAny>) -> Option<PyResult<()>> {
        self.slot.as_ref().map(|slot| slot.set(object, value))
    }
}

impl Members {
    fn of(class: &Bound<'_, PyType>) -> PyResult<Self> {
        let members = class.try_iter()?.map(|member| {
            let member = member?;
            Ok((member.getattr("value")?.extract()?, member.unbind()))
        });
        Ok(Self(members.collect::<PyResult<_>>()?))
    }

    /// The member at this place, or else of this text.
    pub fn member<'py>(&self, py: Python<'py>, place: u32, text: &str) -> Option<Bound<'py, PyAny>> {
        let place = usize::try_from(place).unwrap_or_default();
        let at_place = self.0.get(place).filter(|(own, _)| own == text);
        let found = at_place.or_else(|| self.0.iter().find(|(own, _)| own == text));
        found.map(|(_, member)| member.bind(py).clone())
    }

    /// The text of a member.
    pub fn text(&self, member: &Bound<'_, PyAny>) -> Option<&str> {
        self.0.iter().find(|(_, own)| own.is(member)).map(|(text, _)| text.as_str())
    }
}

/// Whether a class is of relcore's own modules and not derived from such a one elsewhere.
fn is_generated(class: &Bound<'_, PyType>) -> PyResult<bool> {
    let py = class.py();
    let module = class.getattr(intern!(py, "__module__"))?;
    let is_ours = module.cast::<PyString>().is_ok_and(|module| {
        module
            .to_str()
            .is_ok_and(|module| module.strip_prefix("relcore.").is_some_and(|room| !room.contains('.')))
    });
    // Its own, for a derived class may claim to be of any module.
    Ok(is_ours && {
        let own = class.getattr(intern!(py, "__dict__"))?;
        own.contains(intern!(py, "_wire_names"))? || own.contains(intern!(py, "_member_map_"))?
    })
}

/// A text for good. There are as many as the core has names, however many threads and classes ask.
fn kept(text: String) -> &'static str {
    static KEPT: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut kept = KEPT.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(known) = kept.get(text.as_str()) {
        return known;
    }
    let text: &'static str = text.leak();
    kept.insert(text);
    text
}
