//! The results of exported functions: UniFFI's `Result<T, RelcoreError>`, except that
//!
//! - the error of an argument that cannot be decoded has the name of the argument as its path: `now`,
//! - the buffer of an encoded value starts at a fitting size. UniFFI starts with an empty one, which grows nine times for
//!   a canary decision.
use crate::{UniFfiTag, error::RelcoreError};
use heck::ToLowerCamelCase as _;
use uniffi::{
    LiftArgsError, Lower, LowerError, LowerReturn, MetadataBuffer, RustBuffer, RustCallError, TypeId,
};

/// A result that is passed as it is: a number, a text, a handle.
#[derive(Debug)]
pub struct Plain<T>(pub Result<T, RelcoreError>);

/// A result that is encoded as bytes.
#[derive(Debug)]
pub struct Encoded<T>(pub Result<T, RelcoreError>);

/// Enough bytes for most decisions.
const USUAL: usize = 2048;

// SAFETY: as for UniFFI's own `Result`, whose type it names.
unsafe impl<T: LowerReturn<UniFfiTag>> LowerReturn<UniFfiTag> for Plain<T> {
    type ReturnType = T::ReturnType;

    fn lower_return(result: Self) -> Result<Self::ReturnType, RustCallError> {
        T::lower_return(result.0.map_err(thrown)?)
    }

    fn handle_failed_lift(error: LiftArgsError) -> Result<Self::ReturnType, RustCallError> {
        Err(refused(error))
    }
}

// SAFETY: as for UniFFI's own `Result`, whose type it names.
unsafe impl<T: Lower<UniFfiTag, FfiType = RustBuffer>> LowerReturn<UniFfiTag> for Encoded<T> {
    type ReturnType = RustBuffer;

    fn lower_return(result: Self) -> Result<RustBuffer, RustCallError> {
        let value = result.0.map_err(thrown)?;
        let mut bytes = Vec::with_capacity(USUAL);
        T::write(value, &mut bytes);
        Ok(RustBuffer::from_vec(bytes))
    }

    fn handle_failed_lift(error: LiftArgsError) -> Result<RustBuffer, RustCallError> {
        Err(refused(error))
    }
}

impl<T: TypeId<UniFfiTag>> TypeId<UniFfiTag> for Plain<T> {
    const TYPE_ID_META: MetadataBuffer = <Result<T, RelcoreError> as TypeId<UniFfiTag>>::TYPE_ID_META;
}

impl<T: TypeId<UniFfiTag>> TypeId<UniFfiTag> for Encoded<T> {
    const TYPE_ID_META: MetadataBuffer = <Result<T, RelcoreError> as TypeId<UniFfiTag>>::TYPE_ID_META;
}

fn thrown(error: RelcoreError) -> RustCallError {
    RustCallError::Error(<RelcoreError as LowerError<UniFfiTag>>::lower_error(error))
}

/// The error of an argument that could not be decoded, with its name in front of the path.
fn refused(LiftArgsError { arg_name, error }: LiftArgsError) -> RustCallError {
    match error.downcast::<relcore::Error>() {
        Ok(fault) => thrown(fault.under(&arg_name.to_lower_camel_case()).into()),
        Err(error) => LiftArgsError { arg_name, error }.to_internal_error(),
    }
}
