//! How a call crosses from another language: arguments read one by one, the result written.
//!
//! A binding only tells the events of its values and takes those of the result. The types are read and written here, so
//! that what serde generates for them is compiled once, in the core, and not once in each binding.
use super::Signature;
use super::arguments::ROWS;
use crate::error::{Error, ErrorKind, Faults, Result};
use crate::scalar::Count;
use crate::time::{NaiveDate, Span, Timestamp};
use crate::wire::{self, Sink, Source, Tree, TypeRef};
use serde::{Serialize, de::DeserializeOwned};
use std::marker::PhantomData;

/// The numbers of an argument: an array that stays where it is, or a list that was read.
pub type Floats = Box<dyn AsRef<[f64]> + Send + Sync>;

/// The values of a binding for one call.
///
/// A binding implements it once; the function table does the rest. Its own failures, such as an exception of its language,
/// it keeps and returns any error instead.
pub trait Transport {
    /// The source of the argument at an index of the signature; its value is absent if the argument is left out.
    ///
    /// It is called once for each argument in order, and again for all if one of them is refused, to find every fault.
    ///
    /// # Errors
    /// When there is no such argument.
    fn argument(&mut self, signature: &Signature, index: usize) -> Result<&mut dyn Source>;

    /// The argument at an index of the signature, which is a list of numbers, if it is an array: a million numbers are too many
    /// events. For anything else `argument` follows.
    ///
    /// # Errors
    /// When it is an array of something else. The path of the error is that inside the argument.
    fn floats(&mut self, _signature: &Signature, _index: usize) -> Result<Option<Floats>> {
        Ok(None)
    }

    /// Runs the function, after its arguments were read and before its result is written. A transport that holds a lock
    /// of its language releases it here.
    fn run(&mut self, work: &mut (dyn FnMut() + Send)) {
        work();
    }

    /// What takes the result.
    fn sink(&mut self) -> &mut dyn Sink;
}

/// Reads the argument at an index of the signature; all faults of all arguments if it is refused.
///
/// Not inlined, because each row has the same few lines for each of its arguments.
#[inline(never)]
pub(super) fn argument<T: DeserializeOwned>(
    transport: &mut dyn Transport,
    signature: &Signature,
    index: usize,
) -> Result<T> {
    let source = source(transport, signature, index)?;
    match wire::read(source) {
        Ok(value) => Ok(value),
        Err(fault) => {
            let fault = inside(source, fault);
            Err(explain(transport, signature, index, fault))
        }
    }
}

fn source<'t>(
    transport: &'t mut dyn Transport,
    signature: &Signature,
    index: usize,
) -> Result<&'t mut dyn Source> {
    transport.argument(signature, index).map_err(|error| named(error, signature, index))
}

#[cold]
fn inside(source: &dyn Source, fault: Error) -> Error {
    fault.under(&source.path())
}

#[cold]
fn named(error: Error, signature: &Signature, index: usize) -> Error {
    let own = arguments_of(signature).get(index).map(|(name, _)| *name);
    error.under(own.or_else(|| signature.arguments.get(index).copied()).unwrap_or_default())
}

/// All faults of all arguments; `fault` if the type descriptors find none.
#[cold]
fn explain(transport: &mut dyn Transport, signature: &Signature, index: usize, fault: Error) -> Error {
    let mut faults = Faults::new();
    for other in 0..signature.arguments.len() {
        if is_array(transport, signature, other) {
            continue;
        }
        match tree(transport, signature, other) {
            Ok(tree) => diagnosed(signature, other, &tree, &mut faults),
            Err(error) => return named(error, signature, other),
        }
    }
    faults.finish().err().unwrap_or_else(|| named(fault, signature, index))
}

/// Whether an argument is an array of the numbers that are expected.
fn is_array(transport: &mut dyn Transport, signature: &Signature, index: usize) -> bool {
    let of = arguments_of(signature).get(index).map(|(_, of)| of);
    matches!(of, Some(TypeRef::List(TypeRef::Float)))
        && transport.floats(signature, index).is_ok_and(|floats| floats.is_some())
}

/// An argument as a tree; the path of an error is that inside the argument.
fn tree(transport: &mut dyn Transport, signature: &Signature, index: usize) -> Result<Tree<'static>> {
    let source = transport.argument(signature, index)?;
    Tree::of_source(source).map_err(|error| error.under(&source.path()))
}

/// Adds all faults of an argument of a call.
fn diagnosed(signature: &Signature, index: usize, value: &Tree<'_>, faults: &mut Faults) {
    let Some((name, of)) = arguments_of(signature).get(index) else { return };
    match (value, of) {
        (Tree::Null, TypeRef::Optional(_)) => {}
        (Tree::Null, _) => {
            let text = format_args!("missing argument `{name}` of `{}`", signature.name);
            faults.add(ErrorKind::MissingField, format_args!("{name}"), text);
        }
        _ => wire::diagnose(value, *of, name, faults),
    }
}

fn arguments_of(signature: &Signature) -> &'static [(&'static str, TypeRef)] {
    let found = ROWS.iter().find(|(name, ..)| *name == signature.name);
    found.map_or(&[], |(_, arguments, _)| arguments)
}

/// Runs the function.
pub(super) fn run<R: Send>(transport: &mut dyn Transport, work: impl FnOnce() -> R + Send) -> Result<R> {
    let (mut work, mut result) = (Some(work), None);
    transport.run(&mut || result = work.take().map(|work| work()));
    result.ok_or_else(|| Error::new(ErrorKind::InvalidValue, "", "the transport did not run the function"))
}

/// Writes the result.
pub(super) fn ret<T: Serialize>(transport: &mut dyn Transport, result: &T) -> Result<()> {
    wire::write(result, transport.sink())
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

/// How an argument of the type `A` is read and borrowed: `&[f64]` by [`Transport::floats`], every other one by
/// [`Transport::argument`] alone.
///
/// A row of the table names a type, and the compiler prefers the trait of `Decoder<A>` to that of `&Decoder<A>` where both
/// have a method of this name.
pub(super) struct Decoder<A>(PhantomData<fn() -> A>);

impl<A> Decoder<A> {
    pub(super) const NEW: Self = Self(PhantomData);
}

pub(super) trait FloatsDecoder {
    fn decode(&self, transport: &mut dyn Transport, signature: &Signature, index: usize) -> Result<Floats> {
        let floats = transport.floats(signature, index).map_err(|error| named(error, signature, index))?;
        match floats {
            Some(floats) => Ok(floats),
            None => Ok(Box::new(argument::<Vec<f64>>(transport, signature, index)?)),
        }
    }

    fn borrowed<'f>(&self, floats: &'f Floats) -> &'f [f64] {
        (**floats).as_ref()
    }
}

impl FloatsDecoder for Decoder<&[f64]> {}

pub(super) trait OtherDecoder<'a, A: Argument<'a>> {
    fn decode(&self, transport: &mut dyn Transport, signature: &Signature, index: usize) -> Result<A::Owned> {
        argument(transport, signature, index)
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
