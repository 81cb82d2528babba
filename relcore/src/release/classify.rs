use crate::error::{Error, ErrorKind, Result};
use crate::release::{Classification, ReleaseFacts};
use crate::version::Version;

/// Says what kind of release `next` is.
///
/// # Errors
/// `invalid_value` for a `line` that is none.
pub fn classify(previous: Option<&Version>, next: &Version, facts: &ReleaseFacts) -> Result<Classification> {
    let _ = (previous, next, facts);
    Err(Error::new(ErrorKind::InvalidValue, "", "is under construction"))
}
