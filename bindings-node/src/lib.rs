//! The Node binding of relcore: JSON text in, JSON text out.
//!
//! napi's own conversions turn -1 into 4294967295 and an invalid date into 1970, so values cross as JSON text: a list of
//! the arguments, and the result. The generated modules (`canary.js` and others) resolve each function by name when they
//! are loaded; `lib/call.js` writes and reads the text. Faults cross as a JSON list inside the message of the error.
mod columns;

use napi::bindgen_prelude::External;
use napi_derive::napi;
use relcore::api::{self, Constructor, Function, Handle, JsonTransport, Method};
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

/// Resolves a function by name.
#[napi(skip_typescript)]
pub fn resolve_function(name: String) -> Option<External<Function>> {
    api::function(&name).map(External::new)
}

/// Resolves the constructor of a handle by name.
#[napi(skip_typescript)]
pub fn resolve_constructor(name: String) -> Option<External<Constructor>> {
    api::constructor(&name).map(External::new)
}

/// Resolves a method of a handle by name.
#[napi(skip_typescript)]
pub fn resolve_method(name: String) -> Option<External<Method>> {
    api::method(&name).map(External::new)
}

/// Calls a function: the JSON list of its arguments in, its result out.
#[napi(skip_typescript, catch_unwind)]
pub fn call(function: &External<Function>, arguments: String) -> napi::Result<String> {
    list(&arguments).and_then(|mut transport| function.call(&mut transport)).map_err(failure)
}

/// Makes a handle from the JSON list of its one argument.
#[napi(skip_typescript, catch_unwind)]
pub fn construct(constructor: &External<Constructor>, arguments: String) -> napi::Result<External<Handle>> {
    let handle = list(&arguments).and_then(|mut transport| constructor.call(&mut transport));
    handle.map(External::new).map_err(failure)
}

/// Calls a method of a handle: the JSON list of its arguments in, its result out.
#[napi(skip_typescript, catch_unwind)]
pub fn call_method(
    method: &External<Method>,
    handle: &External<Handle>,
    arguments: String,
) -> napi::Result<String> {
    list(&arguments).and_then(|mut transport| method.call(handle, &mut transport)).map_err(failure)
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
    of.from_json(&text, &mut JsonTransport::new(vec![])).map_err(failure)
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
