//! Columns of Python objects: a list, or the objects of numpy and pandas. Their values are copied, once.
use crate::run::{Bits, Floats, Integers, NAIVE, Run, Texts, Values};
use crate::source::bits;
use crate::time::{self, Instants, Kind};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyFloat, PyInt, PyList, PyString, PyTuple};

/// The values of some objects.
pub struct Objects {
    length: usize,
    valid: Option<Vec<u8>>,
    cells: Cells,
}

/// All values of a column are of one kind.
enum Cells {
    Texts(Vec<String>),
    /// Milliseconds since 1970.
    Instants(Vec<i64>),
    Integers(Vec<i64>),
    Floats(Vec<f64>),
    Flags(Vec<u8>),
    Lists {
        offsets: Vec<i64>,
        items: Box<Objects>,
    },
    Nothing,
}

impl Objects {
    /// Reads a sequence.
    pub fn of(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        let text =
            format!("expected a buffer, an Arrow array or a list, got `{}`", object.get_type().name()?);
        let items: Vec<Bound<'_, PyAny>> = if let Ok(list) = object.cast::<PyList>() {
            list.iter().collect()
        } else if let Ok(tuple) = object.cast::<PyTuple>() {
            tuple.iter().collect()
        } else {
            return Err(PyValueError::new_err(text));
        };
        let mut present = Vec::with_capacity(items.len());
        for item in &items {
            present.push(!is_null(item)?);
        }
        let first = items.iter().zip(&present).enumerate().find(|(_, (_, present))| **present);
        let cells = match first {
            None => Cells::Nothing,
            Some((row, (first, _))) => Cells::of(&items, &present, first).map_err(|error| match row {
                _ if error.is_instance_of::<PyValueError>(object.py()) => error,
                row => PyValueError::new_err(format!("row {row}: {error}")),
            })?,
        };
        let has_nulls = present.iter().any(|present| !present);
        let valid = has_nulls.then(|| bits(present.into_iter()));
        Ok(Self { length: items.len(), valid, cells })
    }

    /// The values as a run.
    pub fn run(&self) -> Run<'_> {
        let values = match &self.cells {
            Cells::Texts(texts) => Values::Texts(Texts::Owned(texts)),
            Cells::Instants(values) => Values::Instants { per_second: 1000, values },
            Cells::Integers(values) => Values::Integers(Integers::I64(values)),
            Cells::Floats(values) => Values::Floats(Floats::F64(values)),
            Cells::Flags(bytes) => Values::Flags(Bits { bytes, start: 0 }),
            Cells::Lists { offsets, items } => {
                Values::Lists { offsets: Integers::I64(offsets), items: Box::new(items.run()) }
            }
            Cells::Nothing => Values::Nothing,
        };
        let valid = self.valid.as_ref().map(|bytes| Bits { bytes, start: 0 });
        Run { length: self.length, valid, values }
    }
}

impl Cells {
    /// Reads the values by the class of the first that is present.
    fn of(items: &[Bound<'_, PyAny>], present: &[bool], first: &Bound<'_, PyAny>) -> PyResult<Self> {
        let cells = || items.iter().zip(present).enumerate();
        // Values that differ from the first in their kind have another one's row.
        let read = |row: usize, expected: &str, item: &Bound<'_, PyAny>| {
            let class = item.get_type();
            PyValueError::new_err(format!(
                "has in row {row} a `{class}`: expected {expected}, as in the rows before"
            ))
        };
        if time::is::<PyString>(first) {
            let texts = cells().map(|(row, (item, present))| match present {
                true => item.extract::<String>().map_err(|_| read(row, "text", item)),
                false => Ok(String::new()),
            });
            return Ok(Self::Texts(texts.collect::<PyResult<_>>()?));
        }
        if time::kind_of(first)? == Kind::Instant {
            let mut last = Instants::default();
            let instants = cells().map(|(row, (item, present))| {
                if !present {
                    return Ok(0);
                }
                if time::kind_of(item)? != Kind::Instant {
                    return Err(read(row, "a datetime", item));
                }
                last.millis(item)?.ok_or_else(|| PyValueError::new_err(NAIVE))
            });
            return Ok(Self::Instants(instants.collect::<PyResult<_>>()?));
        }
        let is_flag = |item: &Bound<'_, PyAny>| item.is_instance_of::<PyBool>() || is_numpy(item, "b");
        if is_flag(first) {
            let mut flags = Vec::with_capacity(items.len());
            for (row, (item, present)) in cells() {
                if *present && !is_flag(item) {
                    return Err(read(row, "a truth value", item));
                }
                flags.push(*present && item.is_truthy()?);
            }
            return Ok(Self::Flags(bits(flags.into_iter())));
        }
        if let Some(lists) = Self::lists(items, present, first)? {
            return Ok(lists);
        }
        if time::is::<PyFloat>(first) {
            let numbers = cells().map(|(row, (item, present))| match present {
                true => item.extract::<f64>().map_err(|_| read(row, "a number", item)),
                false => Ok(f64::NAN),
            });
            return Ok(Self::Floats(numbers.collect::<PyResult<_>>()?));
        }
        let numbers = cells().map(|(row, (item, present))| match present {
            true if item.is_instance_of::<PyBool>() => Err(read(row, "a whole number", item)),
            true => item.extract::<i64>().map_err(|_| read(row, "a whole number", item)),
            false => Ok(0),
        });
        if time::is::<PyInt>(first) || first.extract::<i64>().is_ok() {
            return Ok(Self::Integers(numbers.collect::<PyResult<_>>()?));
        }
        let class = first.get_type();
        Err(PyValueError::new_err(format!(
            "has a `{class}`: expected texts, numbers, truth values or datetimes"
        )))
    }

    /// Lists, tuples or arrays in the rows.
    fn lists(
        items: &[Bound<'_, PyAny>],
        present: &[bool],
        first: &Bound<'_, PyAny>,
    ) -> PyResult<Option<Self>> {
        if entries(first)?.is_none() {
            return Ok(None);
        }
        let (mut offsets, mut all) = (vec![0], Vec::new());
        for (row, (item, present)) in items.iter().zip(present).enumerate() {
            if *present {
                let list = entries(item)?;
                let text =
                    || PyValueError::new_err(format!("has in row {row} no list, unlike the rows before"));
                all.extend(list.ok_or_else(text)?);
            }
            offsets.push(i64::try_from(all.len()).unwrap_or(i64::MAX));
        }
        let items = Objects::of(
            PyList::new(all.first().map_or_else(|| first.py(), |item| item.py()), &all)?.as_any(),
        )?;
        Ok(Some(Self::Lists { offsets, items: Box::new(items) }))
    }
}

/// The entries of a list, a tuple or an array; `None` for any other object.
fn entries<'py>(item: &Bound<'py, PyAny>) -> PyResult<Option<Vec<Bound<'py, PyAny>>>> {
    let item = match item.getattr_opt("tolist")? {
        Some(list) => list.call0()?,
        None => item.clone(),
    };
    if let Ok(list) = item.cast::<PyList>() {
        return Ok(Some(list.iter().collect()));
    }
    Ok(item.cast::<PyTuple>().ok().map(|tuple| tuple.iter().collect()))
}

/// Whether an object stands for an absent value: `None`, NaN, or what pandas has for them.
fn is_null(item: &Bound<'_, PyAny>) -> PyResult<bool> {
    if item.is_none() {
        return Ok(true);
    }
    if let Ok(number) = item.cast::<PyFloat>() {
        return Ok(number.value().is_nan());
    }
    let name = item.get_type().name()?;
    Ok(name == "NAType" || name == "NaTType")
}

/// Whether an object is a scalar of numpy of this kind: `b` for truth values, `i`, `u` and `f` for numbers.
pub fn is_numpy(item: &Bound<'_, PyAny>, kinds: &str) -> bool {
    // An array has a length, even one without dimensions.
    let class = item.get_type();
    if class.hasattr("__len__").unwrap_or(true) || !class.hasattr("dtype").unwrap_or_default() {
        return false;
    }
    let kind = item.getattr("dtype").and_then(|dtype| dtype.getattr("kind")?.extract::<String>());
    kind.is_ok_and(|kind| kinds.contains(&kind))
}
