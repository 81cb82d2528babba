//! The Node binding of relcore: calls in a binary form, or with JSON text.
//!
//! napi's own conversions turn -1 into 4294967295 and an invalid date into 1970, so none is used. Plain data of the
//! expected types crosses in a binary form (`packed`). Anything else crosses as JSON text, a list of the arguments and the
//! result, and only such a call reports faults: as a JSON list inside the message of the error. The generated modules
//! (`canary.js` and others) resolve each function by name when they are loaded; `lib/call.js` makes the calls.
mod columns;
mod packed;

use napi::bindgen_prelude::{Either, External, Uint8ArraySlice, Utf16String};
use napi_derive::napi;
use packed::PackedTransport;
use relcore::api::{self, Constructor, Function, Handle, JsonTransport, Method, Transport};
use relcore::{Error, ErrorKind, Result};
use serde_json::value::RawValue;

/// The version of the core; `lib/native.js` refuses a library of another one.
#[napi(skip_typescript)]
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// Runs a command line of `relcore`, without the name of the program, and returns its exit code.
#[napi(skip_typescript)]
pub fn main(arguments: Vec<String>) -> u8 {
    relcore_cli::main(arguments.into_iter().map(Into::into))
}

/// The type descriptors of the core as JSON text.
#[napi(skip_typescript)]
pub fn descriptors() -> String {
    api::descriptors()
}

/// What can be called.
#[derive(Debug)]
pub enum Callable {
    /// A function of a module.
    Function(Function),
    /// The constructor of a handle.
    Constructor(Constructor),
    /// A method of a handle.
    Method(Method),
}

impl Callable {
    fn call(&self, handle: Option<&External<Handle>>, transport: &mut dyn Transport) -> Result<()> {
        match (self, handle) {
            (Self::Function(function), _) => function.call(transport),
            (Self::Method(method), Some(handle)) => method.call(handle, transport),
            _ => Err(Error::new(ErrorKind::WrongType, "", "expected a handle")),
        }
    }
}

/// Resolves a function, a constructor or a method by name.
#[napi(skip_typescript)]
pub fn resolve(name: String) -> Option<External<Callable>> {
    let function = api::function(&name).map(Callable::Function);
    let constructor = || api::constructor(&name).map(Callable::Constructor);
    let method = || api::method(&name).map(Callable::Method);
    function.or_else(constructor).or_else(method).map(External::new)
}

/// Calls with the JSON list of the arguments; returns the result as JSON text, or the handle that was made.
#[napi(skip_typescript, catch_unwind)]
pub fn call(
    callable: &External<Callable>,
    handle: Option<&External<Handle>>,
    arguments: String,
) -> napi::Result<Either<String, External<Handle>>> {
    let result = list(&arguments).and_then(|mut transport| match &**callable {
        Callable::Constructor(constructor) => {
            constructor.call(&mut transport).map(External::new).map(Either::B)
        }
        _ => {
            callable.call(handle, &mut transport)?;
            Ok(Either::A(transport.into_text()))
        }
    });
    result.map_err(failure)
}

/// Calls with arguments in binary form, which are a part of the bytes; returns the result in binary form, or nothing if
/// the call must cross as JSON text.
#[napi(skip_typescript, catch_unwind)]
pub fn call_packed(
    callable: &External<Callable>,
    handle: Option<&External<Handle>>,
    bytes: Uint8ArraySlice<'_>,
    start: u32,
    end: u32,
) -> Option<Utf16String> {
    let mut transport = PackedTransport::new(bytes.get(start as usize..end as usize)?);
    callable.call(handle, &mut transport).ok()?;
    Some(Utf16String::from(transport.into_units()))
}

/// Writes a value, given as the JSON list of one argument, as JSON of the type of this name.
#[napi(skip_typescript, catch_unwind)]
pub fn to_json(name: String, arguments: String) -> napi::Result<String> {
    let of = api::named_type(&name).map_err(failure)?;
    list(&arguments).and_then(|mut transport| of.to_json(&mut transport)).map_err(failure)
}

/// Reads a value of the type of this name from JSON text; the JSON of the value with its defaults.
#[napi(skip_typescript, catch_unwind)]
pub fn from_json(name: String, text: String) -> napi::Result<String> {
    let of = api::named_type(&name).map_err(failure)?;
    let mut transport = JsonTransport::new(vec![]);
    of.from_json(&text, &mut transport).map_err(failure)?;
    Ok(transport.into_text())
}

/// The transport of a JSON list of arguments.
fn list(arguments: &str) -> Result<JsonTransport<'_>> {
    let texts: Vec<&RawValue> = serde_json::from_str(arguments).map_err(|fault| {
        Error::new(ErrorKind::Syntax, "", format!("not a JSON list of arguments: {fault}"))
    })?;
    Ok(JsonTransport::new(texts.into_iter().map(|text| Some(text.get())).collect()))
}

/// An error whose message is the JSON list of all faults; `lib/errors.js` makes a `RelcoreError` of it.
fn failure(error: Error) -> napi::Error {
    let faults = serde_json::to_string(error.faults());
    napi::Error::from_reason(faults.unwrap_or_else(|_| error.to_string()))
}
