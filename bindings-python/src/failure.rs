//! Errors of the core as exceptions of Python.
use crate::ser::PySink;
use pyo3::prelude::*;
use relcore::{Error, Fault};

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
    let mut sink = PySink::new(py);
    relcore::wire::write(faults, &mut sink)
        .map_err(|error| pyo3::exceptions::PyRuntimeError::new_err(error.to_string()))?;
    let faults = sink.into_object()?;
    let exception = py.import("relcore._errors")?.call_method1("exception_of", (faults,))?;
    Ok(PyErr::from_value(exception))
}
