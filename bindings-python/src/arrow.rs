//! The Arrow C data and stream interfaces, as far as a column of numbers needs them.
//!
//! The layout of the structs is fixed by <https://arrow.apache.org/docs/format/CDataInterface.html>, so that no crate
//! is needed to read what pyarrow, polars and pandas hand out.
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyTuple};
use std::ffi::{CStr, c_char, c_int, c_void};
use std::mem;

#[repr(C)]
pub struct Schema {
    format: *const c_char,
    name: *const c_char,
    metadata: *const c_char,
    flags: i64,
    children: i64,
    child: *mut *mut Schema,
    dictionary: *mut Schema,
    release: Option<unsafe extern "C" fn(*mut Schema)>,
    private: *mut c_void,
}

#[repr(C)]
pub struct Array {
    pub length: i64,
    pub nulls: i64,
    pub offset: i64,
    buffers: i64,
    children: i64,
    buffer: *const *const c_void,
    child: *mut *mut Array,
    dictionary: *mut Array,
    release: Option<unsafe extern "C" fn(*mut Array)>,
    private: *mut c_void,
}

#[repr(C)]
struct Stream {
    schema: Option<unsafe extern "C" fn(*mut Stream, *mut Schema) -> c_int>,
    next: Option<unsafe extern "C" fn(*mut Stream, *mut Array) -> c_int>,
    last_error: Option<unsafe extern "C" fn(*mut Stream) -> *const c_char>,
    release: Option<unsafe extern "C" fn(*mut Stream)>,
    private: *mut c_void,
}

/// An array and its schema; who made them is told when they are let go.
pub struct Held {
    schema: Schema,
    pub array: Array,
}

// SAFETY: Arrow's arrays do not change and may be read and released from any thread.
unsafe impl Send for Held {}
// SAFETY: as above.
unsafe impl Sync for Held {}

impl Drop for Held {
    fn drop(&mut self) {
        // SAFETY: both are ours alone (moved out, or never given to anyone), and released once.
        unsafe {
            if let Some(release) = self.array.release {
                release(&raw mut self.array);
            }
            if let Some(release) = self.schema.release {
                release(&raw mut self.schema);
            }
        }
    }
}

impl Held {
    fn empty() -> Self {
        // SAFETY: zeroes are null pointers and absent functions: a released schema and array.
        unsafe { mem::zeroed() }
    }

    /// Of an object that has `__arrow_c_array__` or `__arrow_c_stream__`; `None` for any other.
    pub fn of(object: &Bound<'_, PyAny>) -> PyResult<Option<Self>> {
        if object.hasattr("__arrow_c_array__")? {
            let pair = object.call_method0("__arrow_c_array__")?.cast_into::<PyTuple>()?;
            let (schema, array) = pair.extract::<(Bound<'_, PyCapsule>, Bound<'_, PyCapsule>)>()?;
            let mut held = Self::empty();
            // SAFETY: the names of the capsules say what they point to; moving out leaves them marked as released.
            unsafe {
                held.schema = take(&schema, c"arrow_schema", |schema: &mut Schema| &mut schema.release)?;
                held.array = take(&array, c"arrow_array", |array: &mut Array| &mut array.release)?;
            }
            return Ok(Some(held));
        }
        if object.hasattr("__arrow_c_stream__")? {
            let capsule = object.call_method0("__arrow_c_stream__")?.cast_into::<PyCapsule>()?;
            return Self::only_chunk(&capsule).map(Some);
        }
        Ok(None)
    }

    fn only_chunk(capsule: &Bound<'_, PyCapsule>) -> PyResult<Self> {
        let stream = capsule.pointer_checked(Some(c"arrow_array_stream"))?.cast::<Stream>().as_ptr();
        let mut held = Self::empty();
        // SAFETY: the capsule keeps the stream alive during this call, and its functions are called as Arrow says.
        unsafe {
            let (Some(schema), Some(next), Some(_)) = ((*stream).schema, (*stream).next, (*stream).release)
            else {
                return Err(PyValueError::new_err("is an Arrow stream that was read before"));
            };
            fine(schema(stream, &raw mut held.schema))?;
            fine(next(stream, &raw mut held.array))?;
            while held.array.release.is_some() {
                let mut more = Self::empty();
                fine(next(stream, &raw mut more.array))?;
                if more.array.release.is_none() {
                    break;
                }
                if held.array.length == 0 {
                    mem::swap(&mut held.array, &mut more.array);
                } else if more.array.length > 0 {
                    let text = "has several chunks: join them first, with `combine_chunks()` or `rechunk()`";
                    return Err(PyValueError::new_err(text));
                }
            }
        }
        Ok(held)
    }

    /// The format of the values: `l` for 64-bit integers, `tsm:UTC` for milliseconds in UTC.
    pub fn format(&self) -> &str {
        if self.schema.format.is_null() || !self.schema.dictionary.is_null() {
            return "a dictionary or nothing";
        }
        // SAFETY: a schema that is not released has a text here, which lives as long as it.
        unsafe { CStr::from_ptr(self.schema.format) }.to_str().unwrap_or("not text")
    }

    /// The buffer at a place: 0 is the validity bitmap, 1 the values.
    pub fn buffer(&self, place: usize) -> *const c_void {
        if self.array.buffer.is_null()
            || i64::try_from(place).map_or(true, |place| place >= self.array.buffers)
        {
            return std::ptr::null();
        }
        // SAFETY: the place is below the count of buffers.
        unsafe { *self.array.buffer.add(place) }
    }
}

/// Moves a struct out of its capsule.
///
/// # Safety
/// A capsule of this name must point to a `T`, and `release` to the field that marks it as released.
unsafe fn take<T, R>(
    capsule: &Bound<'_, PyCapsule>,
    name: &CStr,
    release: impl Fn(&mut T) -> &mut Option<R>,
) -> PyResult<T> {
    let place = capsule.pointer_checked(Some(name))?.cast::<T>().as_ptr();
    // SAFETY: as promised by the caller.
    unsafe {
        let moved = place.read();
        match release(&mut *place).take() {
            Some(_) => Ok(moved),
            None => Err(PyValueError::new_err("was given away before")),
        }
    }
}

fn fine(code: c_int) -> PyResult<()> {
    if code == 0 {
        Ok(())
    } else {
        Err(PyValueError::new_err(format!("is an Arrow stream that failed with {code}")))
    }
}
