//! The slots of generated dataclasses, read and filled without a search by name.
#![expect(
    unsafe_code,
    reason = "a descriptor's functions are called through the C interface: a fifth of the time"
)]
use pyo3::{ffi, prelude::*, types::PyType};

/// A field of a slotted class: the `member_descriptor` that stands for it in the class, and its two functions.
pub struct Slot {
    descriptor: Py<PyAny>,
    get: ffi::descrgetfunc,
    set: ffi::descrsetfunc,
}

impl Slot {
    /// The slot of this name, if the class has it itself.
    pub fn of(class: &Bound<'_, PyType>, name: &str) -> PyResult<Option<Self>> {
        let Ok(descriptor) = class.getattr("__dict__")?.get_item(name) else { return Ok(None) };
        let kind = descriptor.get_type();
        if kind.name()? != "member_descriptor" || !descriptor.getattr("__objclass__")?.is(class) {
            return Ok(None);
        }
        // SAFETY: `kind` is a live type, and these two of its slots are functions of these signatures or null.
        let (get, set) = unsafe {
            let slot = |number| ffi::PyType_GetSlot(kind.as_type_ptr(), number);
            (
                std::mem::transmute::<*mut std::ffi::c_void, Option<ffi::descrgetfunc>>(slot(
                    ffi::Py_tp_descr_get,
                )),
                std::mem::transmute::<*mut std::ffi::c_void, Option<ffi::descrsetfunc>>(slot(
                    ffi::Py_tp_descr_set,
                )),
            )
        };
        Ok(get.zip(set).map(|(get, set)| Self { descriptor: descriptor.unbind(), get, set }))
    }

    /// What the object has in this field.
    pub fn get<'py>(&self, object: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let class = object.get_type_ptr().cast();
        // SAFETY: this is what Python itself calls for `object.field`, and it checks that the object is of the class:
        // live references in, a new one or an exception out.
        unsafe {
            let found = (self.get)(self.descriptor.as_ptr(), object.as_ptr(), class);
            Bound::from_owned_ptr_or_err(object.py(), found)
        }
    }

    /// Fills the field of an object in the making; a frozen dataclass refuses everybody else.
    pub fn set(&self, object: &Bound<'_, PyAny>, value: &Bound<'_, PyAny>) -> PyResult<()> {
        // SAFETY: as in `get`; the call takes none of the references over.
        let code = unsafe { (self.set)(self.descriptor.as_ptr(), object.as_ptr(), value.as_ptr()) };
        if code == 0 { Ok(()) } else { Err(PyErr::fetch(object.py())) }
    }
}
