//! The Arrow C data and stream interfaces, as far as a column of numbers needs them.
//!
//! The layout of the structs is fixed by <https://arrow.apache.org/docs/format/CDataInterface.html>, so that no crate
//! is needed to read what pyarrow, polars and pandas export.
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
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

/// An array and its schema; their producer is told when they are dropped.
pub struct Owned {
    schema: Schema,
    pub array: Array,
}

// SAFETY: Arrow's arrays do not change and may be read and released from any thread.
unsafe impl Send for Owned {}
// SAFETY: as above.
unsafe impl Sync for Owned {}

impl Drop for Owned {
    fn drop(&mut self) {
        // SAFETY: both were moved out of their capsules or filled by a stream, and are released once.
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

impl Owned {
    fn empty() -> Self {
        // SAFETY: zeroes are null pointers and absent functions: a released schema and array.
        unsafe { mem::zeroed() }
    }

    /// Of an object that has `__arrow_c_array__` or `__arrow_c_stream__`; `None` for any other.
    pub fn of(object: &Bound<'_, PyAny>) -> PyResult<Option<Self>> {
        if object.hasattr("__arrow_c_array__")? {
            let pair = object.call_method0("__arrow_c_array__")?;
            let (schema, array) = pair.extract::<(Bound<'_, PyCapsule>, Bound<'_, PyCapsule>)>()?;
            let mut owned = Self::empty();
            // SAFETY: the name of a capsule determines the type that it points to; what is moved out is marked as
            // released.
            unsafe {
                owned.schema = moved(&schema, c"arrow_schema", |schema: &mut Schema| &mut schema.release)?;
                owned.array = moved(&array, c"arrow_array", |array: &mut Array| &mut array.release)?;
            }
            return Ok(Some(owned));
        }
        if object.hasattr("__arrow_c_stream__")? {
            let capsule = object.call_method0("__arrow_c_stream__")?.cast_into::<PyCapsule>()?;
            return Self::only_chunk(&capsule).map(Some);
        }
        Ok(None)
    }

    fn only_chunk(capsule: &Bound<'_, PyCapsule>) -> PyResult<Self> {
        let stream = capsule.pointer_checked(Some(c"arrow_array_stream"))?.cast::<Stream>().as_ptr();
        let mut owned = Self::empty();
        // SAFETY: the capsule keeps the stream alive during this call, and its functions are called as Arrow demands.
        unsafe {
            let (Some(schema), Some(next), Some(_)) = ((*stream).schema, (*stream).next, (*stream).release)
            else {
                return Err(PyValueError::new_err("is an Arrow stream that was read before"));
            };
            check(schema(stream, &raw mut owned.schema))?;
            check(next(stream, &raw mut owned.array))?;
            while owned.array.release.is_some() {
                let mut more = Self::empty();
                check(next(stream, &raw mut more.array))?;
                if more.array.release.is_none() {
                    break;
                }
                if owned.array.length == 0 {
                    mem::swap(&mut owned.array, &mut more.array);
                } else if more.array.length > 0 {
                    let text = "has several chunks: join them first, with `combine_chunks()` or `rechunk()`";
                    return Err(PyValueError::new_err(text));
                }
            }
        }
        Ok(owned)
    }

    /// The format of the values: `l` for 64-bit integers, `tsm:UTC` for milliseconds in UTC.
    pub fn format(&self) -> &str {
        if self.schema.format.is_null() || !self.schema.dictionary.is_null() {
            return "a dictionary or nothing";
        }
        // SAFETY: the format of a schema that is not released is a text that lives as long as the schema.
        unsafe { CStr::from_ptr(self.schema.format) }.to_str().unwrap_or("not text")
    }

    /// A buffer by its index: 0 is the validity bitmap, 1 the values.
    pub fn buffer(&self, index: usize) -> *const c_void {
        if self.array.buffer.is_null()
            || i64::try_from(index).map_or(true, |index| index >= self.array.buffers)
        {
            return std::ptr::null();
        }
        // SAFETY: the index is below the count of buffers.
        unsafe { *self.array.buffer.add(index) }
    }
}

/// Moves a struct out of its capsule.
///
/// # Safety
/// A capsule of this name must point to a `T`, and `release` to the field that marks it as released.
unsafe fn moved<T, R>(
    capsule: &Bound<'_, PyCapsule>,
    name: &CStr,
    release: impl Fn(&mut T) -> &mut Option<R>,
) -> PyResult<T> {
    let pointer = capsule.pointer_checked(Some(name))?.cast::<T>().as_ptr();
    // SAFETY: as promised by the caller.
    unsafe {
        let value = pointer.read();
        match release(&mut *pointer).take() {
            Some(_) => Ok(value),
            None => Err(PyValueError::new_err("was consumed before")),
        }
    }
}

fn check(code: c_int) -> PyResult<()> {
    if code == 0 {
        Ok(())
    } else {
        Err(PyValueError::new_err(format!("is an Arrow stream that failed with {code}")))
    }
}
