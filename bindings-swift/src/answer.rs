//! What exported functions return: UniFFI's `Result<T, RelcoreError>`, but
//!
//! - an argument that cannot be read is refused with its name as the path: `now`,
//! - values that cross as bytes begin with memory of a fitting size, where UniFFI begins with none: nine times it would
//!   ask for more while it writes a decision.
use crate::{UniFfiTag, error::RelcoreError};
use heck::ToLowerCamelCase as _;
use uniffi::{
    LiftArgsError, Lower, LowerError, LowerReturn, MetadataBuffer, RustBuffer, RustCallError, TypeId,
};

/// An answer that crosses as it is: a number, a text.
#[derive(Debug)]
pub struct Answer<T>(pub Result<T, RelcoreError>);

/// An answer that crosses as bytes.
#[derive(Debug)]
pub struct Written<T>(pub Result<T, RelcoreError>);

/// Enough for most decisions.
const USUAL: usize = 2048;

// SAFETY: as for UniFFI's own `Result`, whose type it names.
unsafe impl<T: LowerReturn<UniFfiTag>> LowerReturn<UniFfiTag> for Answer<T> {
    type ReturnType = T::ReturnType;

    fn lower_return(answer: Self) -> Result<Self::ReturnType, RustCallError> {
        T::lower_return(answer.0.map_err(thrown)?)
    }

    fn handle_failed_lift(error: LiftArgsError) -> Result<Self::ReturnType, RustCallError> {
        Err(refused(error))
    }
}

// SAFETY: as for UniFFI's own `Result`, whose type it names.
unsafe impl<T: Lower<UniFfiTag, FfiType = RustBuffer>> LowerReturn<UniFfiTag> for Written<T> {
    type ReturnType = RustBuffer;

    fn lower_return(answer: Self) -> Result<RustBuffer, RustCallError> {
        let value = answer.0.map_err(thrown)?;
        let mut bytes = Vec::with_capacity(USUAL);
        T::write(value, &mut bytes);
        Ok(RustBuffer::from_vec(bytes))
    }

    fn handle_failed_lift(error: LiftArgsError) -> Result<RustBuffer, RustCallError> {
        Err(refused(error))
    }
}

impl<T: TypeId<UniFfiTag>> TypeId<UniFfiTag> for Answer<T> {
    const TYPE_ID_META: MetadataBuffer = <Result<T, RelcoreError> as TypeId<UniFfiTag>>::TYPE_ID_META;
}

impl<T: TypeId<UniFfiTag>> TypeId<UniFfiTag> for Written<T> {
    const TYPE_ID_META: MetadataBuffer = <Result<T, RelcoreError> as TypeId<UniFfiTag>>::TYPE_ID_META;
}

fn thrown(error: RelcoreError) -> RustCallError {
    RustCallError::Error(<RelcoreError as LowerError<UniFfiTag>>::lower_error(error))
}

/// An argument could not be read: what is wrong with it, under its name.
fn refused(LiftArgsError { arg_name, error }: LiftArgsError) -> RustCallError {
    match error.downcast::<relcore::Error>() {
        Ok(fault) => thrown(fault.under(&arg_name.to_lower_camel_case()).into()),
        Err(error) => LiftArgsError { arg_name, error }.to_internal_error(),
    }
}
