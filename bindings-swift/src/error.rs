//! The error that every function throws.
//!
//! UniFFI's own error types read badly: in Swift an enum whose text is a debug dump, in Kotlin a message made of
//! `field=value`. So this enum crosses only as bytes; `uniffi.toml` leaves its native form out, and `Support.swift` and
//! `Support.kt` have `RelcoreError` and `RelcoreException` by hand, which read [`Failure`] behind the tag.
use relcore::{ErrorKind, Fault};
use std::fmt;

/// The content of a thrown error.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct Failure {
    /// The kind of the first fault.
    pub kind: ErrorKind,
    /// The stable code of the first fault.
    pub code: String,
    /// The path of the first fault; empty when the whole input is meant.
    pub path: String,
    /// All faults as one text.
    pub text: String,
    /// Every fault found, in the order of the input.
    pub faults: Vec<Fault>,
}

/// The error of every exported function.
#[derive(Clone, Debug, PartialEq, uniffi::Error)]
pub enum RelcoreError {
    /// An input was refused.
    Refused {
        /// Why.
        failure: Failure,
    },
}

impl From<relcore::Error> for RelcoreError {
    fn from(error: relcore::Error) -> Self {
        let failure = Failure {
            kind: error.kind(),
            code: error.code().to_owned(),
            path: error.path().to_owned(),
            text: error.to_string(),
            faults: error.faults().to_vec(),
        };
        Self::Refused { failure }
    }
}

impl fmt::Display for RelcoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Refused { failure } = self;
        f.write_str(&failure.text)
    }
}

impl std::error::Error for RelcoreError {}
