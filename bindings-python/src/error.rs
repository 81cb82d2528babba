//! Errors on their way to Python.
use crate::ser;
use pyo3::prelude::*;
use std::fmt;

/// A Python exception as the failure of a door.
pub struct Failure(pub PyErr);

impl From<relcore::Error> for Failure {
    fn from(error: relcore::Error) -> Self {
        Self(Python::attach(|py| exception(py, &error).unwrap_or_else(|other| other)))
    }
}

/// `relcore._errors.exception_of(faults)`: the class for the kind is chosen in Python.
fn exception(py: Python<'_>, error: &relcore::Error) -> PyResult<PyErr> {
    let faults = ser::to_python(py, &error.faults())?;
    let exception = py.import("relcore._errors")?.call_method1("exception_of", (faults,))?;
    Ok(PyErr::from_value(exception))
}

/// What went wrong inside the bridge.
#[derive(Debug)]
pub struct BridgeError(pub String);

impl fmt::Display for BridgeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BridgeError {}

impl serde::de::Error for BridgeError {
    fn custom<T: fmt::Display>(text: T) -> Self {
        Self(text.to_string())
    }
}

impl serde::ser::Error for BridgeError {
    fn custom<T: fmt::Display>(text: T) -> Self {
        Self(text.to_string())
    }
}

impl From<PyErr> for BridgeError {
    fn from(error: PyErr) -> Self {
        Self(error.to_string())
    }
}
