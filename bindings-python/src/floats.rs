//! Lists of numbers that are arguments of plain functions: arrays of numpy and Arrow are borrowed where their numbers have
//! 64 bits, and converted in one pass elsewhere.
use crate::failure::Failure;
use crate::run::{self, Integers, Run, Values};
use crate::source::{Buffer, Source};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString, PyTuple};
use relcore::{Error, ErrorKind};

/// The numbers of one argument. Nobody may write to an array during the call.
pub enum Floats {
    Decoded(Vec<f64>),
    Buffer(Buffer),
    /// One run of numbers of 64 bits without nulls.
    Source(Source),
}

impl Floats {
    /// Of an array or a column of a data frame; `None` for what is neither, such as a list. The path of an error is that
    /// inside the argument.
    pub fn of(object: &Bound<'_, PyAny>) -> Result<Option<Self>, Failure> {
        if object.is_instance_of::<PyList>() || object.is_instance_of::<PyTuple>() {
            return Ok(None);
        }
        if let Some(buffer) = Buffer::of_doubles(object)? {
            return Ok(Some(Self::Buffer(buffer)));
        }
        if !is_column(object)? {
            return Ok(None);
        }
        let refused = |text: String| Error::new(ErrorKind::WrongType, "", text);
        let source = Source::of(object).map_err(|error| refused(error.value(object.py()).to_string()))?;
        if only(&source).is_some() {
            return Ok(Some(Self::Source(source)));
        }
        let mut numbers = Vec::new();
        for run in source.runs() {
            convert(&run, &mut numbers)?;
        }
        Ok(Some(Self::Decoded(numbers)))
    }
}

impl AsRef<[f64]> for Floats {
    fn as_ref(&self) -> &[f64] {
        match self {
            Self::Decoded(numbers) => numbers,
            Self::Buffer(buffer) => buffer.doubles().unwrap_or_default(),
            Self::Source(source) => only(source).unwrap_or_default(),
        }
    }
}

/// Whether an object exports Arrow or an array, and is no text.
fn is_column(object: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = object.py();
    if object.is_instance_of::<PyString>() {
        return Ok(false);
    }
    for name in [
        intern!(py, "__array_interface__"),
        intern!(py, "__arrow_c_array__"),
        intern!(py, "__arrow_c_stream__"),
        intern!(py, "to_numpy"),
        intern!(py, "typecode"),
    ] {
        if object.hasattr(name)? {
            return Ok(true);
        }
    }
    Ok(object.get_type().name()? == "memoryview")
}

/// The numbers, if they can be borrowed.
fn only(source: &Source) -> Option<&[f64]> {
    match source.runs().as_slice() {
        [Run { valid: None, values: Values::Floats(run::Floats::F64(numbers)), .. }] => Some(numbers),
        _ => None,
    }
}

/// Adds the numbers of a run. Integers beyond 2^53 are rounded.
#[expect(clippy::cast_precision_loss, reason = "the nearest number of 64 bits, as numpy converts")]
fn convert(run: &Run<'_>, into: &mut Vec<f64>) -> Result<(), Error> {
    let start = into.len();
    match &run.values {
        Values::Floats(run::Floats::F64(numbers)) => into.extend_from_slice(numbers),
        Values::Floats(run::Floats::F32(numbers)) => {
            into.extend(numbers.iter().map(|number| f64::from(*number)))
        }
        Values::Integers(integers) => match integers {
            Integers::I8(of) => into.extend(of.iter().map(|number| f64::from(*number))),
            Integers::U8(of) => into.extend(of.iter().map(|number| f64::from(*number))),
            Integers::I16(of) => into.extend(of.iter().map(|number| f64::from(*number))),
            Integers::U16(of) => into.extend(of.iter().map(|number| f64::from(*number))),
            Integers::I32(of) => into.extend(of.iter().map(|number| f64::from(*number))),
            Integers::U32(of) => into.extend(of.iter().map(|number| f64::from(*number))),
            Integers::I64(of) => into.extend(of.iter().map(|number| *number as f64)),
            Integers::U64(of) => into.extend(of.iter().map(|number| *number as f64)),
        },
        Values::Nothing if run.length == 0 => {}
        _ => {
            let text = format!("has {}: expected numbers", run.name());
            return Err(Error::new(ErrorKind::WrongType, "", text));
        }
    }
    if let Some(row) = (0..run.length).find(|row| !run.is_valid(*row)) {
        let text = "is null: remove it, or say that it is missing";
        return Err(Error::new(ErrorKind::InvalidValue, format!("[{}]", start + row), text));
    }
    Ok(())
}
