//! One column of numbers, borrowed from whoever holds it: the buffer protocol or Arrow.
use crate::arrow::Held;
use pyo3::buffer::PyUntypedBuffer;
use pyo3::ffi;
use pyo3::prelude::*;
use relcore::{Error, ErrorKind};
use std::{borrow::Cow, ffi::c_void, slice};

/// A column that is kept alive while the core reads it.
///
/// Nobody may write to it meanwhile; that is asked of the caller in the docs of the Python function.
pub struct Column {
    path: String,
    source: Source,
}

/// Milliseconds, and one bit for each that is there.
pub type HeldInstants<'a> = (&'a [i64], Option<Cow<'a, [u8]>>);

enum Source {
    Absent,
    Buffer(PyUntypedBuffer),
    Arrow(Held),
}

/// Integers that a slice may be made of.
pub trait Number: Copy {
    /// What the column is to be, for people.
    const WANTED: &'static str;
    /// Letters of the formats of Python's `struct` that fit when the size does: signed ones hold the same bits.
    const LETTERS: &'static str;
    /// Formats of Arrow.
    const ARROW: &'static [&'static str];
}

impl Number for i64 {
    const WANTED: &'static str = "signed 64-bit integers";
    const LETTERS: &'static str = "ql";
    const ARROW: &'static [&'static str] = &["l"];
}

impl Number for u32 {
    const WANTED: &'static str = "32-bit integers";
    const LETTERS: &'static str = "IiLl";
    const ARROW: &'static [&'static str] = &["I", "i"];
}

impl Number for u8 {
    const WANTED: &'static str = "8-bit integers";
    const LETTERS: &'static str = "Bb?";
    const ARROW: &'static [&'static str] = &["C", "c"];
}

impl Column {
    pub fn new(object: Option<Bound<'_, PyAny>>, path: &str) -> PyResult<Result<Self, Error>> {
        let path = format!("columns.{path}");
        let refused = |error: PyErr| Error::new(ErrorKind::WrongType, path.clone(), text_of(&error));
        let Some(object) = object else { return Ok(Ok(Self { path, source: Source::Absent })) };
        // SAFETY: a borrowed object.
        let source = if unsafe { ffi::PyObject_CheckBuffer(object.as_ptr()) } == 1 {
            PyUntypedBuffer::get(&object).map(|buffer| Some(Source::Buffer(buffer)))
        } else {
            Held::of(&object).map(|held| held.map(Source::Arrow))
        };
        Ok(match source {
            Ok(Some(source)) => Ok(Self { path, source }),
            Ok(None) => {
                let class = object.get_type().name()?.to_string();
                Err(Error::new(
                    ErrorKind::WrongType,
                    path,
                    format!("expected a buffer or an Arrow array, got `{class}`"),
                ))
            }
            Err(error) => Err(refused(error)),
        })
    }

    pub fn is_absent(&self) -> bool {
        matches!(self.source, Source::Absent)
    }

    /// The numbers, none of which may be null.
    pub fn numbers<T: Number>(&self) -> Result<&[T], Error> {
        if let Source::Arrow(held) = &self.source
            && validity_of(held).is_some()
        {
            return Err(self.refuse("has nulls"));
        }
        self.values()
    }

    /// Instants in milliseconds, some of which may be null, and one bit for each that is not.
    pub fn instants(&self) -> Result<HeldInstants<'_>, Error> {
        let validity = match &self.source {
            Source::Arrow(held) => validity_of(held),
            _ => None,
        };
        Ok((self.values()?, validity))
    }

    /// Truth values: bytes of 0 and 1, or the bits of Arrow. The one kind of column that is copied.
    pub fn flags(&self) -> Result<Vec<bool>, Error> {
        if let Source::Arrow(held) = &self.source
            && held.format() == "b"
        {
            if validity_of(held).is_some() {
                return Err(self.refuse("has nulls"));
            }
            let (offset, length) = range_of(held);
            // SAFETY: an Arrow array of bits has one for every place up to its end.
            let bits = unsafe { lend::<u8>(held.buffer(1), (offset + length).div_ceil(8)) };
            return Ok((offset..offset + length).map(|place| bit(bits, place)).collect());
        }
        let bytes: &[u8] = self.numbers()?;
        if bytes.iter().any(|byte| *byte > 1) {
            return Err(self.refuse("has a byte that is neither 0 nor 1"));
        }
        Ok(bytes.iter().map(|byte| *byte == 1).collect())
    }

    fn values<T: Number>(&self) -> Result<&[T], Error> {
        match &self.source {
            Source::Absent => Ok(&[]),
            Source::Buffer(buffer) => {
                let format = buffer.format().to_str().unwrap_or_default();
                let letter = format.trim_start_matches(['@', '=', '<']);
                let fits =
                    letter.len() == 1 && T::LETTERS.contains(letter) && buffer.item_size() == size_of::<T>();
                if !fits {
                    return Err(self.other(T::WANTED, format));
                }
                if buffer.dimensions() != 1 || !buffer.is_c_contiguous() {
                    return Err(self.refuse("must be one row of numbers without gaps: a strided view is not"));
                }
                self.lend(buffer.buf_ptr(), buffer.item_count())
            }
            Source::Arrow(held) => {
                let format = held.format();
                // Milliseconds in any zone are instants; without a zone nobody knows of which.
                let is_instant = T::WANTED == i64::WANTED && format.starts_with("tsm:") && format.len() > 4;
                if format == "tsm:" {
                    return Err(self.refuse("has no time zone: cast it to `timestamp('ms', tz='UTC')`"));
                }
                if !T::ARROW.contains(&format) && !is_instant {
                    return Err(self.other(T::WANTED, format));
                }
                let (offset, length) = range_of(held);
                let start = held.buffer(1).cast::<T>().wrapping_add(offset);
                self.lend(start.cast(), length)
            }
        }
    }

    fn lend<T>(&self, start: *const c_void, length: usize) -> Result<&[T], Error> {
        if !start.cast::<T>().is_aligned() {
            return Err(self.refuse("does not begin at a multiple of its items' size: copy it"));
        }
        // SAFETY: the format says that these are integers, the holder that there are so many, and `self` keeps it.
        Ok(unsafe { lend(start, length) })
    }

    fn other(&self, wanted: &str, format: &str) -> Error {
        let text = format!("expected {wanted}, got the format `{format}`");
        Error::new(ErrorKind::WrongType, self.path.clone(), text)
    }

    fn refuse(&self, text: &str) -> Error {
        Error::new(ErrorKind::InvalidValue, self.path.clone(), text)
    }
}

/// # Safety
/// There must be so many items from `start`, for as long as the slice lives.
unsafe fn lend<'a, T>(start: *const c_void, length: usize) -> &'a [T] {
    if length == 0 || start.is_null() {
        return &[]; // empty buffers may begin nowhere
    }
    // SAFETY: as promised by the caller.
    unsafe { slice::from_raw_parts(start.cast(), length) }
}

fn range_of(held: &Held) -> (usize, usize) {
    let number = |number: i64| usize::try_from(number).unwrap_or_default();
    (number(held.array.offset), number(held.array.length))
}

/// The bits of what is not null, from the first place on; nothing if all are there.
fn validity_of(held: &Held) -> Option<Cow<'_, [u8]>> {
    let start = held.buffer(0);
    if held.array.nulls == 0 || start.is_null() {
        return None;
    }
    let (offset, length) = range_of(held);
    // SAFETY: an Arrow array's validity has a bit for every place up to its end.
    let bits: &[u8] = unsafe { lend(start, (offset + length).div_ceil(8)) };
    if offset % 8 == 0 {
        return bits.get(offset / 8..).map(Cow::Borrowed);
    }
    let mut moved = vec![0; length.div_ceil(8)];
    for (place, byte) in
        (0..length).filter(|place| bit(bits, offset + place)).map(|place| (place % 8, place / 8))
    {
        if let Some(byte) = moved.get_mut(byte) {
            *byte |= 1 << place;
        }
    }
    Some(Cow::Owned(moved))
}

fn bit(bits: &[u8], place: usize) -> bool {
    bits.get(place / 8).is_some_and(|byte| byte >> (place % 8) & 1 == 1)
}

fn text_of(error: &PyErr) -> String {
    Python::attach(|py| error.value(py).to_string())
}
