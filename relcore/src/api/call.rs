//! How a call crosses from another language: arguments decoded one by one, the result encoded.
use super::Signature;
use crate::error::{Error, Result};
use crate::scalar::Count;
use crate::time::{NaiveDate, Span, Timestamp};
use serde::{Serialize, de::DeserializeOwned};
use std::marker::PhantomData;

/// The codec of a binding for one call.
///
/// A binding implements it once; the function table does the rest.
pub trait Transport {
    /// The encoded result.
    type Return;
    /// The error of the language.
    type Failure: From<Error>;
    /// A list of numbers: decoded, or an array that stays where it is.
    type Floats: AsRef<[f64]> + Send + Sync;

    /// Decodes the argument at an index of the signature.
    ///
    /// # Errors
    /// When it is not of type `T`.
    fn arg<T: DeserializeOwned>(&mut self, signature: &Signature, index: usize) -> Result<T, Self::Failure>;

    /// Decodes or borrows the argument at an index of the signature, which is a list of numbers: a million of them are too
    /// many for a codec.
    ///
    /// # Errors
    /// When it is not a list of numbers.
    fn floats(&mut self, signature: &Signature, index: usize) -> Result<Self::Floats, Self::Failure>;

    /// Runs the function, after its arguments were decoded and before its result is encoded. A transport that holds a
    /// lock of its language releases it here.
    fn run<R: Send>(&mut self, _signature: &Signature, work: impl FnOnce() -> R + Send) -> R {
        work()
    }

    /// Encodes the result.
    ///
    /// # Errors
    /// When the language cannot hold it.
    fn ret<T: Serialize>(&mut self, result: T) -> Result<Self::Return, Self::Failure>;
}

/// The type of an argument in the signature of a public function: what is decoded, and how the function borrows it.
pub trait Argument<'a> {
    /// The owned value.
    type Owned: DeserializeOwned + Send + Sync;

    /// Borrows the argument from the owned value.
    fn borrow(owned: &'a Self::Owned) -> Self;
}

impl<'a, T: DeserializeOwned + Send + Sync> Argument<'a> for &'a T {
    type Owned = T;

    fn borrow(owned: &'a T) -> Self {
        owned
    }
}

impl<'a, T: DeserializeOwned + Send + Sync> Argument<'a> for &'a [T] {
    type Owned = Vec<T>;

    fn borrow(owned: &'a Vec<T>) -> Self {
        owned
    }
}

impl<'a> Argument<'a> for &'a str {
    type Owned = String;

    fn borrow(owned: &'a String) -> Self {
        owned
    }
}

impl<'a> Argument<'a> for Option<&'a str> {
    type Owned = Option<String>;

    fn borrow(owned: &'a Option<String>) -> Self {
        owned.as_deref()
    }
}

impl<'a, T: DeserializeOwned + Send + Sync> Argument<'a> for Option<&'a T> {
    type Owned = Option<T>;

    fn borrow(owned: &'a Option<T>) -> Self {
        owned.as_ref()
    }
}

/// How an argument of the type `A` is decoded and borrowed: `&[f64]` by [`Transport::floats`], every other one by
/// [`Transport::arg`].
///
/// A row of the table names a type, and the compiler prefers the trait of `Decoder<A>` to that of `&Decoder<A>` where both
/// have a method of this name.
pub(super) struct Decoder<A>(PhantomData<fn() -> A>);

impl<A> Decoder<A> {
    pub(super) const NEW: Self = Self(PhantomData);
}

pub(super) trait FloatsDecoder {
    fn decode<T: Transport>(
        &self,
        transport: &mut T,
        signature: &Signature,
        index: usize,
    ) -> Result<T::Floats, T::Failure> {
        transport.floats(signature, index)
    }

    fn borrowed<'f>(&self, floats: &'f impl AsRef<[f64]>) -> &'f [f64] {
        floats.as_ref()
    }
}

impl FloatsDecoder for Decoder<&[f64]> {}

pub(super) trait OtherDecoder<'a, A: Argument<'a>> {
    fn decode<T: Transport>(
        &self,
        transport: &mut T,
        signature: &Signature,
        index: usize,
    ) -> Result<A::Owned, T::Failure> {
        transport.arg(signature, index)
    }

    fn borrowed(&self, owned: &'a A::Owned) -> A {
        A::borrow(owned)
    }
}

impl<'a, A: Argument<'a>> OtherDecoder<'a, A> for &Decoder<A> {}

macro_rules! copied {
    ($($type:ty),*) => {$(
        impl<'a> Argument<'a> for $type {
            type Owned = $type;

            fn borrow(owned: &'a $type) -> Self {
                *owned
            }
        }
    )*};
}
copied!(
    bool,
    u32,
    i32,
    f64,
    Count,
    Timestamp,
    Span,
    NaiveDate,
    Option<Timestamp>,
    Option<Span>,
    Option<Count>
);
