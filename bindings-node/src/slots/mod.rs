//! Values as slots: the quick way over the line, without text to write and to read.
//!
//! A value is a row of numbers, and its texts stand one after another in one string. What JavaScript wrote says what
//! it is, in a kind beside each number, for a reader of Rust's types must be told (`read.rs`). What Rust wrote has no
//! kinds: JavaScript knows the type of each answer (`write.rs`). Fields and variants go by their places in the type,
//! not by name. `slots.js` is the other side; `codec.js` has the types, and is generated.
//!
//! Nothing here explains itself: what is refused goes over once more as JSON, and the refusal of that is told.
mod read;
mod write;

pub use read::{Kind, Reader, whole};
pub use write::Writer;

use std::fmt;

/// Whatever it was, the call goes over as JSON instead.
#[derive(Debug)]
pub struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("does not cross as slots")
    }
}

impl std::error::Error for Refused {}

impl serde::de::Error for Refused {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

impl serde::ser::Error for Refused {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

impl From<relcore::Error> for Refused {
    fn from(_: relcore::Error) -> Self {
        Self
    }
}
