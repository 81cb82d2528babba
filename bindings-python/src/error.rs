//! Errors on their way to Python.
use crate::ser;
use pyo3::prelude::*;
use relcore::{Error, ErrorKind};
use std::fmt;

/// A Python exception as the failure of a call.
#[derive(Debug)]
pub struct Failure(pub PyErr);

impl From<PyErr> for Failure {
    fn from(error: PyErr) -> Self {
        Self(error)
    }
}

impl From<Failure> for PyErr {
    fn from(failure: Failure) -> Self {
        failure.0
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self(Python::attach(|py| exception(py, &error).unwrap_or_else(|other| other)))
    }
}

/// `relcore._errors.exception_of(faults)`: the class for the kind is chosen in Python.
fn exception(py: Python<'_>, error: &Error) -> PyResult<PyErr> {
    let faults = ser::to_python(py, error.faults())?;
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
