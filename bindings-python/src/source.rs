//! Where a column comes from: a buffer, Arrow, or a sequence of Python objects. Nothing is copied but objects and buffers
//! with gaps.
use crate::arrow::{Arrow, Plain, borrow};
use crate::objects::Objects;
use crate::run::{Bits, Floats, Integers, NAIVE, Run, Values};
use pyo3::buffer::PyUntypedBuffer;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyMemoryView};
use pyo3::{ffi, intern};
use std::sync::Arc;

/// A column as it was given, kept alive while it is read.
///
/// Nobody may write to it meanwhile; the docs of the Python functions ask this of the caller.
pub enum Source {
    /// A column of a table, or all.
    Arrow(Arc<Arrow>, Option<usize>),
    Buffer(Buffer),
    Objects(Objects),
}

/// Items of one size, one after the other.
pub struct Buffer {
    held: PyUntypedBuffer,
    /// The letter of the format, as of Python's `struct`.
    letter: char,
    /// Bytes of an item.
    size: usize,
    /// For instants of numpy since 1970 in UTC: how many there are in a second. The least number stands for none.
    per_second: Option<i64>,
    /// Bits of what is present, of a masked array of numpy or of instants; `None` if all are.
    valid: Option<Vec<u8>>,
}

impl Source {
    /// Of any object that can be a column.
    pub fn of(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        if let Some(arrow) = Arrow::of(object)? {
            return if arrow.names().is_some() {
                Err(PyValueError::new_err("is a table: expected one column"))
            } else {
                Ok(Self::Arrow(Arc::new(arrow), None))
            };
        }
        if object.hasattr(intern!(object.py(), "to_numpy"))? {
            return Self::of_pandas(object);
        }
        if object.hasattr(intern!(object.py(), "__array_interface__"))? {
            return Self::of_numpy(object);
        }
        // SAFETY: a borrowed object.
        if unsafe { ffi::PyObject_CheckBuffer(object.as_ptr()) } == 1 {
            return Buffer::of(object).map(Self::Buffer);
        }
        Objects::of(object).map(Self::Objects)
    }

    /// A series of pandas that exports no Arrow: pandas 2, or pandas without pyarrow.
    fn of_pandas(series: &Bound<'_, PyAny>) -> PyResult<Self> {
        let dtype = series.getattr(intern!(series.py(), "dtype"))?;
        if !dtype.hasattr(intern!(series.py(), "tz"))? {
            if dtype.getattr_opt("kind")?.is_some_and(|kind| kind.eq("M").unwrap_or_default()) {
                return Err(PyValueError::new_err(NAIVE));
            }
            return Self::of(&series.call_method0("to_numpy")?);
        }
        // Instants in UTC.
        let unit: String = dtype.getattr("unit")?.extract()?;
        Self::of(&series.call_method1("to_numpy", (format!("datetime64[{unit}]"),))?)
    }

    fn of_numpy(array: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = array.py();
        let masked = array.getattr_opt("mask")?.map(|_| py.import("numpy.ma")).transpose()?;
        let mask = masked.map(|module| module.call_method1("getmaskarray", (array,))).transpose()?;
        let array = match mask {
            Some(_) => array.getattr("data")?,
            None => array.clone(),
        };
        let dtype = array.getattr(intern!(py, "dtype"))?;
        let kind: String = dtype.getattr(intern!(py, "kind"))?.extract()?;
        let mut buffer = match kind.as_str() {
            "M" => {
                let name: String = dtype.getattr("str")?.extract()?;
                let unit = name.split_once('[').map_or("", |(_, unit)| unit.trim_end_matches(']'));
                if let "D" | "W" | "M" | "Y" = unit {
                    let text =
                        "has days without a time: expected `datetime64[ms]` or another unit of time, in UTC";
                    return Err(PyValueError::new_err(text));
                }
                // numpy's instants are in UTC. Hours and the like are seconds.
                let (unit, per_second) = match unit {
                    "ms" => ("ms", 1_000),
                    "us" => ("us", 1_000_000),
                    "ns" | "ps" | "fs" | "as" => ("ns", 1_000_000_000),
                    _ => ("s", 1),
                };
                let array =
                    array.call_method1("astype", (format!("=M8[{unit}]"), "K", "unsafe", true, false))?;
                Buffer::of(&array.call_method1("view", ("int64",))?)?.instants(per_second)
            }
            // Objects, and texts of one width, which no buffer offers.
            "O" | "U" | "T" if mask.is_none() => {
                return Objects::of(&array.call_method0("tolist")?).map(Self::Objects);
            }
            _ => Buffer::of(&array)?,
        };
        if let Some(mask) = mask {
            buffer.mask(&Buffer::of(&mask)?);
        }
        Ok(Self::Buffer(buffer))
    }

    /// The runs of values.
    pub fn runs(&self) -> Vec<Run<'_>> {
        match self {
            Self::Arrow(arrow, column) => arrow.runs(*column),
            Self::Buffer(buffer) => vec![buffer.run()],
            Self::Objects(objects) => vec![objects.run()],
        }
    }
}

impl Buffer {
    /// Numbers of 64 bits in one row, as they are in memory; `None` for anything else, and where some are masked.
    pub fn of_doubles(object: &Bound<'_, PyAny>) -> PyResult<Option<Self>> {
        // SAFETY: a borrowed object.
        if unsafe { ffi::PyObject_CheckBuffer(object.as_ptr()) } == 0
            || object.getattr_opt(intern!(object.py(), "mask"))?.is_some()
        {
            return Ok(None);
        }
        // A scalar of numpy is a buffer without a shape, which pyo3 does not hold.
        let Ok(held) = PyUntypedBuffer::get(object) else { return Ok(None) };
        let is_double = [c"d", c"@d", c"=d"].contains(&held.format());
        let fits = is_double && held.item_size() == 8 && held.dimensions() == 1 && held.is_c_contiguous();
        let buffer = Self { held, letter: 'd', size: 8, per_second: None, valid: None };
        Ok((fits && buffer.doubles().is_some()).then_some(buffer))
    }

    /// The numbers of 64 bits.
    pub fn doubles(&self) -> Option<&[f64]> {
        if self.letter == 'd' && self.size == 8 { self.slice() } else { None }
    }

    fn of(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        let mut held = PyUntypedBuffer::get(object)?;
        let format = held.format().to_str().unwrap_or_default().to_owned();
        let letter = format.trim_start_matches(['@', '=', '<', '>', '!']).to_owned();
        let (&[letter], size) = (letter.chars().collect::<Vec<_>>().as_slice(), held.item_size()) else {
            return Err(PyValueError::new_err(format!(
                "has items of the format `{format}`: expected numbers"
            )));
        };
        if held.dimensions() != 1 {
            return Err(PyValueError::new_err(
                "has more than one dimension, or none: expected a row of values",
            ));
        }
        let is_foreign = format.starts_with(['>', '!']) != cfg!(target_endian = "big")
            && format.starts_with(['<', '>', '!']);
        if is_foreign || !held.is_c_contiguous() {
            // A copy without gaps, in the order of this machine.
            let bytes = PyMemoryView::from(object)?.call_method0("tobytes")?;
            let mut bytes = bytes.cast_into::<PyBytes>()?.as_bytes().to_vec();
            if is_foreign {
                bytes.chunks_exact_mut(size.max(1)).for_each(<[u8]>::reverse);
            }
            held = PyUntypedBuffer::get(PyBytes::new(object.py(), &bytes).as_any())?;
        }
        Ok(Self { held, letter, size, per_second: None, valid: None })
    }

    /// The same numbers as instants.
    fn instants(mut self, per_second: i64) -> Self {
        self.per_second = Some(per_second);
        let values = self.slice::<i64>().unwrap_or_default();
        let valid = values.contains(&i64::MIN).then(|| bits(values.iter().map(|value| *value != i64::MIN)));
        self.valid = valid;
        self
    }

    /// Takes the values for absent where another buffer has a byte that is not 0.
    fn mask(&mut self, of: &Self) {
        let absent = of.slice::<u8>().unwrap_or_default();
        let is_valid = |index| self.valid.as_ref().is_none_or(|bytes| Bits { bytes, start: 0 }.at(index));
        let valid = bits(absent.iter().enumerate().map(|(index, absent)| *absent == 0 && is_valid(index)));
        self.valid = Some(valid);
    }

    fn run(&self) -> Run<'_> {
        let length = self.held.len_bytes() / self.size.max(1);
        let is_signed = "bhilqn".contains(self.letter);
        let values = match (self.letter, self.size) {
            ('f', 4) => self.slice().map(|values| Values::Floats(Floats::F32(values))),
            ('d', 8) => self.slice().map(|values| Values::Floats(Floats::F64(values))),
            (letter, size) if is_signed || "BHILQN?".contains(letter) => match (size, is_signed) {
                (1, true) => self.slice().map(Integers::I8),
                (1, false) => self.slice().map(Integers::U8),
                (2, true) => self.slice().map(Integers::I16),
                (2, false) => self.slice().map(Integers::U16),
                (4, true) => self.slice().map(Integers::I32),
                (4, false) => self.slice().map(Integers::U32),
                (8, true) => self.slice().map(Integers::I64),
                (8, false) => self.slice().map(Integers::U64),
                _ => None,
            }
            .map(Values::Integers),
            _ => None,
        };
        let values = match self.per_second {
            Some(per_second) => self.slice().map(|values| Values::Instants { per_second, values }),
            None => values,
        };
        let other = || match self.size {
            1 | 2 | 4 | 8 if "fdbhilqnBHILQN?".contains(self.letter) => {
                "does not begin at a multiple of its items' size: copy it".to_owned()
            }
            _ => format!("has items of the format `{}`", self.letter),
        };
        let valid = self.valid.as_ref().map(|bytes| Bits { bytes, start: 0 });
        Run { length, valid, values: values.unwrap_or_else(|| Values::Other(other())) }
    }

    /// The items; `None` if they are not aligned.
    fn slice<T: Plain>(&self) -> Option<&[T]> {
        let length = self.held.len_bytes() / size_of::<T>();
        // SAFETY: the buffer has so many bytes, of which all are values of `T`, and `self` keeps it alive.
        unsafe { borrow(self.held.buf_ptr().cast_const(), length) }
    }
}

/// A bitmap, lowest bit first.
pub fn bits(of: impl Iterator<Item = bool>) -> Vec<u8> {
    let mut bits = Vec::with_capacity(of.size_hint().0.div_ceil(8));
    for (index, bit) in of.enumerate() {
        if index % 8 == 0 {
            bits.push(0);
        }
        if let Some(byte) = bits.last_mut() {
            *byte |= u8::from(bit) << (index % 8);
        }
    }
    bits
}
