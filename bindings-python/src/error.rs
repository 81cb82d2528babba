//! The error of the codec.
use pyo3::prelude::*;
use relcore::{Error, ErrorKind};
use std::fmt;

/// What is wrong with a value, and the path to it from the argument down.
#[derive(Debug)]
pub struct CodecError(pub Error);

impl fmt::Display for CodecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for CodecError {}

impl From<PyErr> for CodecError {
    fn from(error: PyErr) -> Self {
        Self(Error::new(ErrorKind::WrongType, "", format!("cannot be read: {error}")))
    }
}

impl From<CodecError> for Error {
    fn from(error: CodecError) -> Self {
        error.0
    }
}
