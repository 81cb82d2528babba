//! The Arrow C data and stream interfaces: what pyarrow, polars, pandas and DuckDB export, as runs of values.
//!
//! The layout of the structs is fixed by <https://arrow.apache.org/docs/format/CDataInterface.html>, so that no crate
//! is needed to read it. All raw pointers of Arrow are followed here and nowhere else.
use crate::run::{Bits, Floats, Integers, NAIVE, Run, Texts, Values};
use pyo3::exceptions::{PyImportError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::{mem, slice};

#[repr(C)]
struct CSchema {
    format: *const c_char,
    name: *const c_char,
    metadata: *const c_char,
    flags: i64,
    children: i64,
    child: *mut *mut CSchema,
    dictionary: *mut CSchema,
    release: Option<unsafe extern "C" fn(*mut CSchema)>,
    private: *mut c_void,
}

#[repr(C)]
struct CArray {
    length: i64,
    nulls: i64,
    offset: i64,
    buffers: i64,
    children: i64,
    buffer: *const *const c_void,
    child: *mut *mut CArray,
    dictionary: *mut CArray,
    release: Option<unsafe extern "C" fn(*mut CArray)>,
    private: *mut c_void,
}

#[repr(C)]
struct CStream {
    schema: Option<unsafe extern "C" fn(*mut CStream, *mut CSchema) -> c_int>,
    next: Option<unsafe extern "C" fn(*mut CStream, *mut CArray) -> c_int>,
    last_error: Option<unsafe extern "C" fn(*mut CStream) -> *const c_char>,
    release: Option<unsafe extern "C" fn(*mut CStream)>,
    private: *mut c_void,
}

/// Structs that hold what their producer must be told to release.
trait Release: Sized {
    fn release(&mut self) -> &mut Option<unsafe extern "C" fn(*mut Self)>;
}

macro_rules! release {
    ($($type:ty),*) => {$(
        impl Release for $type {
            fn release(&mut self) -> &mut Option<unsafe extern "C" fn(*mut Self)> {
                &mut self.release
            }
        }
    )*};
}
release!(CSchema, CArray, CStream);

/// A struct of Arrow; its producer is told when it is dropped.
struct Owned<T: Release>(T);

// SAFETY: Arrow's schemas and arrays do not change and may be read and released from any thread.
unsafe impl Send for Owned<CSchema> {}
// SAFETY: as above.
unsafe impl Sync for Owned<CSchema> {}
// SAFETY: as above.
unsafe impl Send for Owned<CArray> {}
// SAFETY: as above.
unsafe impl Sync for Owned<CArray> {}
// SAFETY: a stream may be moved to another thread, where it is called from one place.
unsafe impl Send for Owned<CStream> {}

impl<T: Release> Drop for Owned<T> {
    fn drop(&mut self) {
        if let Some(release) = *self.0.release() {
            // SAFETY: it was moved out of its capsule or filled by a stream, and is released once.
            unsafe { release(&raw mut self.0) }
        }
    }
}

impl<T: Release> Owned<T> {
    fn empty() -> Self {
        // SAFETY: zeroes are null pointers and absent functions: a released struct.
        Self(unsafe { mem::zeroed() })
    }

    /// Moves a struct out of its capsule.
    ///
    /// # Safety
    /// A capsule of this name must point to a `T`.
    unsafe fn moved(capsule: &Bound<'_, PyAny>, name: &CStr) -> PyResult<Self> {
        let pointer = capsule.cast::<PyCapsule>()?.pointer_checked(Some(name))?.cast::<T>().as_ptr();
        // SAFETY: as promised by the caller; what is moved out is marked as released.
        unsafe {
            let value = pointer.read();
            match (*pointer).release().take() {
                Some(_) => Ok(Self(value)),
                None => Err(PyValueError::new_err("was consumed before: expected a new one")),
            }
        }
    }
}

/// An array in chunks; a table is one of structs, whose children are its columns.
pub struct Arrow {
    schema: Owned<CSchema>,
    chunks: Vec<Owned<CArray>>,
}

impl Arrow {
    /// What an object exports by `__arrow_c_array__` or `__arrow_c_stream__`; `None` for any other object, and for one of
    /// pandas without pyarrow, which then cannot export.
    pub fn of(object: &Bound<'_, PyAny>) -> PyResult<Option<Self>> {
        let exported = |name: &str| match object.getattr_opt(name)? {
            Some(method) => match method.call0() {
                Err(error) if error.is_instance_of::<PyImportError>(object.py()) => Ok(None),
                exported => exported.map(Some),
            },
            None => Ok(None),
        };
        // A class has the methods, too, but cannot be called without an object.
        if object.is_instance_of::<pyo3::types::PyType>() {
            return Ok(None);
        }
        if let Some(pair) = exported("__arrow_c_array__")? {
            let (schema, array) = pair.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>()?;
            // SAFETY: Arrow determines what a capsule of this name points to.
            let schema = unsafe { Owned::moved(&schema, c"arrow_schema") }?;
            // SAFETY: as above.
            let array = unsafe { Owned::moved(&array, c"arrow_array") }?;
            return Ok(Some(Self { schema, chunks: vec![array] }));
        }
        let Some(capsule) = exported("__arrow_c_stream__")? else { return Ok(None) };
        // SAFETY: as above.
        let stream = unsafe { Owned::<CStream>::moved(&capsule, c"arrow_array_stream") }?;
        // Without the interpreter: what computes the next chunk may need it, on another thread.
        object.py().detach(|| Self::read(stream)).map(Some).map_err(PyValueError::new_err)
    }

    fn read(mut stream: Owned<CStream>) -> Result<Self, String> {
        let (Some(schema), Some(next)) = (stream.0.schema, stream.0.next) else {
            return Err("is an Arrow stream without functions".to_owned());
        };
        let mut all = Self { schema: Owned::empty(), chunks: Vec::new() };
        // SAFETY: the functions of a stream that is not released, called one after the other as Arrow demands.
        let code = unsafe { schema(&raw mut stream.0, &raw mut all.schema.0) };
        stream.check(code)?;
        loop {
            let mut chunk = Owned::<CArray>::empty();
            // SAFETY: as above.
            let code = unsafe { next(&raw mut stream.0, &raw mut chunk.0) };
            stream.check(code)?;
            if chunk.0.release.is_none() {
                return Ok(all);
            }
            if chunk.0.length > 0 {
                all.chunks.push(chunk);
            }
        }
    }

    /// The names of the columns; `None` if this is no table.
    pub fn names(&self) -> Option<Vec<String>> {
        let schema = &self.schema.0;
        let children = 0..schema.child_count();
        (schema.format() == "+s")
            .then(|| children.filter_map(|index| Some(text(schema.child(index)?.name).to_owned())).collect())
    }

    /// Whether some rows of a table are null as a whole.
    pub fn has_null_rows(&self) -> bool {
        self.chunks.iter().any(|chunk| View::of(&self.schema.0, &chunk.0).valid().is_some())
    }

    /// The values, or those of a column of a table: a run for each chunk.
    pub fn runs(&self, column: Option<usize>) -> Vec<Run<'_>> {
        let views = self.chunks.iter().filter_map(|chunk| {
            let view = View::of(&self.schema.0, &chunk.0);
            match column {
                None => Some(view),
                Some(column) => {
                    let own = view.child(column)?;
                    Some(View { offset: own.offset.saturating_add(view.offset), length: view.length, ..own })
                }
            }
        });
        views.map(View::run).collect()
    }
}

impl Owned<CStream> {
    fn check(&mut self, code: c_int) -> Result<(), String> {
        if code == 0 {
            return Ok(());
        }
        // SAFETY: a function of a stream that is not released; its text lives until the next call.
        let why = self.0.last_error.map(|last| unsafe { text(last(&raw mut self.0)) }.to_owned());
        let why = why.unwrap_or_default();
        Err(format!("is an Arrow stream that failed with {code}: {why}"))
    }
}

impl CSchema {
    /// The format of the values: `l` for 64-bit integers, `tsm:UTC` for milliseconds in UTC.
    fn format(&self) -> &str {
        text(self.format)
    }

    fn child_count(&self) -> usize {
        usize::try_from(self.children).unwrap_or_default()
    }

    fn child(&self, index: usize) -> Option<&Self> {
        // SAFETY: Arrow promises so many pointers to schemas, which live as long as their parent.
        (index < self.child_count() && !self.child.is_null()).then(|| unsafe { &**self.child.add(index) })
    }
}

/// A text of Arrow, which lives as long as its struct; empty if it is null or not UTF-8.
fn text<'a>(start: *const c_char) -> &'a str {
    if start.is_null() {
        return "";
    }
    // SAFETY: Arrow's texts end with a zero, and the callers here borrow or copy them while their struct lives.
    unsafe { CStr::from_ptr(start) }.to_str().unwrap_or_default()
}

/// A part of an array with its schema.
#[derive(Clone, Copy)]
struct View<'a> {
    schema: &'a CSchema,
    array: &'a CArray,
    offset: usize,
    length: usize,
}

/// Deeper nesting is a circle or an attack: no column comes near it.
const DEEPEST: usize = 4;

impl<'a> View<'a> {
    fn of(schema: &'a CSchema, array: &'a CArray) -> Self {
        let number = |number: i64| usize::try_from(number).unwrap_or_default();
        Self { schema, array, offset: number(array.offset), length: number(array.length) }
    }

    fn run(self) -> Run<'a> {
        self.run_at(0)
    }

    fn run_at(self, depth: usize) -> Run<'a> {
        let other = |text: &str| Values::Other(text.to_owned());
        let values = if depth > DEEPEST {
            other("is nested too deeply")
        } else if let Some(dictionary) = self.dictionary() {
            match self.integers() {
                Some(indices) => Values::Indexed { indices, values: Box::new(dictionary.run_at(depth + 1)) },
                None => other("is a dictionary without indices"),
            }
        } else {
            self.plain(depth)
        };
        Run { length: self.length, valid: self.valid(), values }
    }

    fn plain(self, depth: usize) -> Values<'a> {
        let other = |text: &str| Values::Other(text.to_owned());
        let format = self.schema.format();
        let values = match format {
            "n" => return Values::Nothing,
            "b" => Some(Values::Flags(Bits { bytes: self.bits(1), start: self.offset })),
            "f" => self.values(1, self.length).map(|values| Values::Floats(Floats::F32(values))),
            "g" => self.values(1, self.length).map(|values| Values::Floats(Floats::F64(values))),
            "u" => self
                .offsets()
                .map(|offsets| Values::Texts(Texts::Small { offsets, bytes: self.tail(offsets) })),
            "U" => self
                .offsets()
                .map(|offsets| Values::Texts(Texts::Large { offsets, bytes: self.tail(offsets) })),
            "vu" => self
                .values(1, self.length)
                .map(|views| Values::Texts(Texts::Views { views, buffers: self.variadic() })),
            "+l" | "+L" => self.child(0).and_then(|items| {
                let offsets = match format {
                    "+l" => Integers::I32(self.offsets()?),
                    _ => Integers::I64(self.offsets()?),
                };
                Some(Values::Lists { offsets, items: Box::new(items.run_at(depth + 1)) })
            }),
            "tdD" | "tdm" => {
                return other(
                    "has days without a time: expected timestamps with a zone, such as midnight in UTC",
                );
            }
            _ => match format.split_once(':') {
                Some(("tss" | "tsm" | "tsu" | "tsn", "")) => return other(NAIVE),
                Some((unit, _)) => {
                    let per_second = match unit {
                        "tss" => 1,
                        "tsm" => 1_000,
                        "tsu" => 1_000_000,
                        "tsn" => 1_000_000_000,
                        _ => return other(&format!("has the Arrow format `{format}`")),
                    };
                    self.values(1, self.length).map(|values| Values::Instants { per_second, values })
                }
                None => self.integers().map(Values::Integers),
            },
        };
        values.unwrap_or_else(|| other(&format!("has the Arrow format `{format}`")))
    }

    fn integers(self) -> Option<Integers<'a>> {
        Some(match self.schema.format() {
            "c" => Integers::I8(self.values(1, self.length)?),
            "C" => Integers::U8(self.values(1, self.length)?),
            "s" => Integers::I16(self.values(1, self.length)?),
            "S" => Integers::U16(self.values(1, self.length)?),
            "i" => Integers::I32(self.values(1, self.length)?),
            "I" => Integers::U32(self.values(1, self.length)?),
            "l" => Integers::I64(self.values(1, self.length)?),
            "L" => Integers::U64(self.values(1, self.length)?),
            _ => return None,
        })
    }

    fn child(self, index: usize) -> Option<Self> {
        let is_there = index < usize::try_from(self.array.children).unwrap_or_default();
        let schema = self.schema.child(index)?;
        // SAFETY: Arrow promises so many pointers to arrays, which live as long as their parent.
        (is_there && !self.array.child.is_null())
            .then(|| Self::of(schema, unsafe { &**self.array.child.add(index) }))
    }

    fn dictionary(self) -> Option<Self> {
        // SAFETY: a dictionary that is not null lives as long as its parent.
        let (schema, array) = unsafe { (self.schema.dictionary.as_ref()?, self.array.dictionary.as_ref()?) };
        Some(Self::of(schema, array))
    }

    /// Which values are present; `None` if all are.
    fn valid(self) -> Option<Bits<'a>> {
        let has_nulls = self.array.nulls != 0 && self.schema.format() != "n" && !self.buffer(0).is_null();
        has_nulls.then(|| Bits { bytes: self.bits(0), start: self.offset })
    }

    /// The bits of a buffer, from that of the first value of the whole array on.
    fn bits(self, buffer: usize) -> &'a [u8] {
        // SAFETY: Arrow promises a bit for every index up to the end.
        unsafe { borrow(self.buffer(buffer), self.offset.saturating_add(self.length).div_ceil(8)) }
            .unwrap_or_default()
    }

    /// Where each text or list begins, and where the last one ends; none for an empty array, which may lack the buffer.
    fn offsets<T: Plain>(self) -> Option<&'a [T]> {
        self.values(1, if self.length == 0 { 0 } else { self.length.saturating_add(1) })
    }

    /// So many items of a buffer, from the offset on; `None` if they are not aligned.
    fn values<T: Plain>(self, buffer: usize, count: usize) -> Option<&'a [T]> {
        let start = self.buffer(buffer).cast::<T>().wrapping_add(self.offset);
        // SAFETY: the format, which the caller has matched, and the length say that the buffer has so many of them.
        unsafe { borrow(start.cast(), count) }
    }

    /// The bytes of texts with these offsets.
    fn tail<T: Copy + TryInto<usize>>(self, offsets: &[T]) -> &'a [u8] {
        let end = offsets.last().and_then(|end| (*end).try_into().ok()).unwrap_or_default();
        // SAFETY: Arrow promises as many bytes as the last offset says.
        unsafe { borrow(self.buffer(2), end) }.unwrap_or_default()
    }

    /// The buffers with the long texts of views; the last buffer has their lengths.
    fn variadic(self) -> Vec<&'a [u8]> {
        let count = usize::try_from(self.array.buffers).unwrap_or_default().saturating_sub(3);
        // SAFETY: Arrow promises a length for each of these buffers.
        let lengths: &[i64] =
            unsafe { borrow(self.buffer(count.saturating_add(2)), count) }.unwrap_or_default();
        let sized = (2..).zip(lengths).map(|(index, length)| {
            let length = usize::try_from(*length).unwrap_or_default();
            // SAFETY: as above.
            unsafe { borrow(self.buffer(index), length) }.unwrap_or_default()
        });
        sized.collect()
    }

    /// A buffer by its index: 0 is the validity bitmap, 1 the values.
    fn buffer(self, index: usize) -> *const c_void {
        let is_there = index < usize::try_from(self.array.buffers).unwrap_or_default();
        if !is_there || self.array.buffer.is_null() {
            return std::ptr::null();
        }
        // SAFETY: the index is below the count of buffers.
        unsafe { *self.array.buffer.add(index) }
    }
}

/// Items for which all bits are a value.
pub trait Plain: Copy {}
impl Plain for u8 {}
impl Plain for i8 {}
impl Plain for u16 {}
impl Plain for i16 {}
impl Plain for u32 {}
impl Plain for i32 {}
impl Plain for u64 {}
impl Plain for i64 {}
impl Plain for f32 {}
impl Plain for f64 {}
impl<const N: usize> Plain for [u8; N] {}

/// So many items; `None` if they do not begin at a multiple of their alignment.
///
/// # Safety
/// There must be so many items from `start`, or none at all if it is null, for as long as the slice lives.
pub unsafe fn borrow<'a, T: Plain>(start: *const c_void, length: usize) -> Option<&'a [T]> {
    if length == 0 {
        return Some(&[]); // an empty buffer may have no address
    }
    let start = start.cast::<T>();
    // SAFETY: as promised by the caller.
    (!start.is_null() && start.is_aligned()).then(|| unsafe { slice::from_raw_parts(start, length) })
}
