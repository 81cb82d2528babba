//! Columns of numbers, borrowed from their owner by the buffer protocol or Arrow. Whatever the core declares of a table is
//! read here, so that a further function over columns needs no line.
use crate::{arrow::Owned, failure::Failure};
use pyo3::buffer::PyUntypedBuffer;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use relcore::column::{self, Field, Instants, Kind, Lists, ROOT, Record};
use relcore::wire::wire_name;
use relcore::{Error, ErrorKind, Result};
use std::{borrow::Cow, ffi::c_void, slice};

/// The columns of a call, kept alive while the core reads them.
///
/// Nobody may write to them meanwhile; the docs of the Python functions ask this of the caller.
#[derive(Default)]
pub struct Held(Vec<Given>);

enum Given {
    Column { kind: Kind, column: Column, bits: Option<Vec<u8>>, flags: Vec<bool> },
    Lists { path: String, offsets: Column, items: Column },
    Names(String, Vec<String>),
    Count(String, u32),
}

impl Held {
    /// Reads the columns of a set of tables: of dataclasses or dicts.
    pub fn of(object: &Bound<'_, PyAny>, tables: &'static Record) -> std::result::Result<Self, Failure> {
        let mut held = Self::default();
        held.table(object, tables, ROOT)?;
        Ok(held)
    }

    fn table(
        &mut self,
        object: &Bound<'_, PyAny>,
        table: &'static Record,
        path: &str,
    ) -> std::result::Result<(), Failure> {
        for field in table.columns() {
            if let Some(value) = part(object, &field.name)? {
                self.read(&value, &field, field.path(path))?;
            }
        }
        Ok(())
    }

    /// Reads a field of an object, and what is below it.
    fn read(
        &mut self,
        object: &Bound<'_, PyAny>,
        field: &Field,
        path: String,
    ) -> std::result::Result<(), Failure> {
        let wrong = |expected: &str| Error::new(ErrorKind::WrongType, &path, format!("expected {expected}"));
        self.0.push(match field.kind {
            Kind::Table(table) => return self.table(object, table, &path),
            Kind::Lists(_) => {
                let part = |name: &str| match part(object, name)? {
                    Some(part) => Column::of(&part, format!("{path}.{name}")),
                    None => Err(wrong("both `offsets` and `items`").into()),
                };
                let (offsets, items) = (part("offsets")?, part("items")?);
                Given::Lists { path, offsets, items }
            }
            Kind::Names(_) => Given::Names(path, object.extract()?),
            Kind::Count(_) => {
                let count = object.extract().map_err(|_| wrong("a number of names"))?;
                Given::Count(path, count)
            }
            kind => {
                let column = Column::of(object, path)?;
                let flags = if matches!(kind, Kind::Flags) { column.flags()? } else { Vec::new() };
                Given::Column { kind, bits: column.validity().map(Cow::into_owned), flags, column }
            }
        });
        Ok(())
    }

    /// Borrows them for the core.
    pub fn columns(&self) -> Result<column::Columns<'_>> {
        let mut columns = column::Columns::default();
        for given in &self.0 {
            let (path, column) = match given {
                Given::Lists { path, offsets, items } => (
                    path,
                    column::Column::Lists(Lists { offsets: offsets.numbers()?, items: items.numbers()? }),
                ),
                Given::Names(path, names) => {
                    (path, column::Column::Names(names.iter().map(String::as_str).collect()))
                }
                Given::Count(path, count) => (path, column::Column::Count(*count)),
                Given::Column { kind, column, bits, flags } => (
                    &column.path,
                    match kind {
                        Kind::Instants => {
                            column::Column::Instants(Instants { millis: column.numbers()?, validity: None })
                        }
                        Kind::OptionalInstants => column::Column::Instants(Instants {
                            millis: column.values()?,
                            validity: bits.as_deref(),
                        }),
                        Kind::Values(_) | Kind::Validity => column::Column::Bytes(column.numbers()?),
                        Kind::Flags => column::Column::Flags(flags),
                        _ => column::Column::Numbers(column.numbers()?),
                    },
                ),
            };
            columns.insert(path.clone(), column);
        }
        Ok(columns)
    }
}

/// A part of a dataclass or a dict, if it is there.
fn part<'py>(object: &Bound<'py, PyAny>, name: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
    let found = match object.cast::<PyDict>() {
        Ok(dict) => dict.get_item(name)?.or(dict.get_item(wire_name(name))?),
        Err(_) => Some(object.getattr(name)?),
    };
    Ok(found.filter(|part| !part.is_none()))
}

struct Column {
    path: String,
    source: Source,
}

enum Source {
    Buffer(PyUntypedBuffer),
    Arrow(Owned),
}

/// Integers that a slice may be made of.
pub trait Number: Copy {
    /// What the column must be, for people.
    const WANTED: &'static str;
    /// Letters of the formats of Python's `struct` that fit when the size does: signed ones hold the same bits.
    const LETTERS: &'static str;
    /// Formats of Arrow.
    const ARROW: &'static [&'static str];
    /// Whether Arrow's instants fit, too.
    const INSTANTS: bool = false;
}

impl Number for i64 {
    const WANTED: &'static str = "signed 64-bit integers";
    const LETTERS: &'static str = "ql";
    const ARROW: &'static [&'static str] = &["l"];
    const INSTANTS: bool = true;
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
    fn of(object: &Bound<'_, PyAny>, path: String) -> std::result::Result<Self, Failure> {
        // SAFETY: a borrowed object.
        let source = if unsafe { pyo3::ffi::PyObject_CheckBuffer(object.as_ptr()) } == 1 {
            PyUntypedBuffer::get(object).map(|buffer| Some(Source::Buffer(buffer)))
        } else {
            Owned::of(object).map(|owned| owned.map(Source::Arrow))
        };
        let text = match source {
            Ok(Some(source)) => return Ok(Self { path, source }),
            Ok(None) => format!("expected a buffer or an Arrow array, got `{}`", object.get_type().name()?),
            Err(error) => error.value(object.py()).to_string(),
        };
        Err(Error::new(ErrorKind::WrongType, path, text).into())
    }

    fn numbers<T: Number>(&self) -> Result<&[T]> {
        if self.validity().is_some() { Err(self.refuse("has nulls")) } else { self.values() }
    }

    fn flags(&self) -> Result<Vec<bool>> {
        if let Source::Arrow(owned) = &self.source
            && owned.format() == "b"
            && self.validity().is_none()
        {
            let (offset, length) = range_of(owned);
            // SAFETY: an Arrow array of bits has one for every index up to its end.
            let bits = unsafe { borrow::<u8>(owned.buffer(1), (offset + length).div_ceil(8)) };
            return Ok((offset..offset + length).map(|index| bit(bits, index)).collect());
        }
        let bytes: &[u8] = self.numbers()?;
        if bytes.iter().any(|byte| *byte > 1) {
            return Err(self.refuse("has a byte that is neither 0 nor 1"));
        }
        Ok(bytes.iter().map(|byte| *byte == 1).collect())
    }

    fn values<T: Number>(&self) -> Result<&[T]> {
        let (fits, format, start, length) = match &self.source {
            Source::Buffer(buffer) => {
                let format = buffer.format().to_str().unwrap_or_default();
                let letter = format.trim_start_matches(['@', '=', '<']);
                let fits =
                    letter.len() == 1 && T::LETTERS.contains(letter) && buffer.item_size() == size_of::<T>();
                if fits && (buffer.dimensions() != 1 || !buffer.is_c_contiguous()) {
                    return Err(self.refuse("must be one row of numbers without gaps: a strided view is not"));
                }
                (fits, format, buffer.buf_ptr().cast_const(), buffer.item_count())
            }
            Source::Arrow(owned) => {
                let format = owned.format();
                // Milliseconds in any zone are instants; without a zone their instant is unknown.
                if format == "tsm:" {
                    return Err(self.refuse("has no time zone: cast it to `timestamp('ms', tz='UTC')`"));
                }
                let fits = T::ARROW.contains(&format) || T::INSTANTS && format.starts_with("tsm:");
                let (offset, length) = range_of(owned);
                (fits, format, owned.buffer(1).cast::<T>().wrapping_add(offset).cast(), length)
            }
        };
        if !fits {
            let text = format!("expected {}, got the format `{format}`", T::WANTED);
            return Err(Error::new(ErrorKind::WrongType, self.path.clone(), text));
        }
        if !start.cast::<T>().is_aligned() {
            return Err(self.refuse("does not begin at a multiple of its items' size: copy it"));
        }
        // SAFETY: these are integers by the format, so many by the owner, and `self` keeps them alive.
        Ok(unsafe { borrow(start, length) })
    }

    /// The bits of what is not null, from the first index on; nothing if all are there.
    fn validity(&self) -> Option<Cow<'_, [u8]>> {
        let Source::Arrow(owned) = &self.source else { return None };
        let start = owned.buffer(0);
        if owned.array.nulls == 0 || start.is_null() {
            return None;
        }
        let (offset, length) = range_of(owned);
        // SAFETY: an Arrow array's validity has a bit for every index up to its end.
        let bits: &[u8] = unsafe { borrow(start, (offset + length).div_ceil(8)) };
        if offset % 8 == 0 {
            return bits.get(offset / 8..).map(Cow::Borrowed);
        }
        let byte = |byte: usize| {
            let valid = (0..8).filter(|place| bit(bits, offset + byte * 8 + place));
            valid.fold(0, |byte, place| byte | 1 << place)
        };
        Some((0..length.div_ceil(8)).map(byte).collect())
    }

    fn refuse(&self, text: &str) -> Error {
        Error::new(ErrorKind::InvalidValue, self.path.clone(), text)
    }
}

/// # Safety
/// There must be so many items from `start`, for as long as the slice lives.
unsafe fn borrow<'a, T>(start: *const c_void, length: usize) -> &'a [T] {
    if length == 0 || start.is_null() {
        return &[]; // an empty buffer may have no address
    }
    // SAFETY: as promised by the caller.
    unsafe { slice::from_raw_parts(start.cast(), length) }
}

fn range_of(owned: &Owned) -> (usize, usize) {
    let number = |number: i64| usize::try_from(number).unwrap_or_default();
    (number(owned.array.offset), number(owned.array.length))
}

fn bit(bits: &[u8], index: usize) -> bool {
    bits.get(index / 8).is_some_and(|byte| byte >> (index % 8) & 1 == 1)
}
