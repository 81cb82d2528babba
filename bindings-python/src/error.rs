//! Errors on their way to Python.
use crate::ser;
use pyo3::prelude::*;
use relcore::{Error, ErrorKind, Fault};
use std::fmt;

/// Why a call failed.
#[derive(Debug)]
pub enum Failure {
    /// The input was refused; the names are those of the wire.
    Refused(Error),
    /// Python raised.
    Raised(PyErr),
}

impl From<PyErr> for Failure {
    fn from(error: PyErr) -> Self {
        Self::Raised(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

/// With the names of the wire, for what was given as text.
impl From<Failure> for PyErr {
    fn from(failure: Failure) -> Self {
        Python::attach(|py| failure.exception(py, <[Fault]>::to_vec))
    }
}

impl Failure {
    /// The exception, with the faults in the spelling of the input.
    pub fn exception(self, py: Python<'_>, spelt: impl FnOnce(&[Fault]) -> Vec<Fault>) -> PyErr {
        match self {
            Self::Refused(error) => exception(py, &spelt(error.faults())).unwrap_or_else(|other| other),
            Self::Raised(error) => error,
        }
    }
}

/// `relcore._errors.exception_of(faults)`: the class for the kind is chosen in Python.
fn exception(py: Python<'_>, faults: &[Fault]) -> PyResult<PyErr> {
    let faults = ser::to_python(py, faults)?;
    let exception = py.import("relcore._errors")?.call_method1("exception_of", (faults,))?;
    Ok(PyErr::from_value(exception))
}

/// The error of the codec: what is wrong with a value, and the path to it from the argument down.
#[derive(Debug)]
pub struct CodecError(pub Error);

impl fmt::Display for CodecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for CodecError {}

impl serde::de::Error for CodecError {
    fn custom<T: fmt::Display>(text: T) -> Self {
        Self(Error::new(ErrorKind::InvalidValue, "", text.to_string()))
    }
}

impl serde::ser::Error for CodecError {
    fn custom<T: fmt::Display>(text: T) -> Self {
        serde::de::Error::custom(text)
    }
}

impl From<PyErr> for CodecError {
    fn from(error: PyErr) -> Self {
        Self(Error::new(ErrorKind::WrongType, "", format!("cannot be read: {error}")))
    }
}
