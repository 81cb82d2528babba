//! The Node face of relcore: two ways over the line, neither of them napi's own.
//!
//! napi's conversions turn -1 into 4294967295 and an invalid date into 1970. So values cross as slots (`slots`), which
//! is quick, and whatever does not fit there, or is wrong, crosses as JSON text, which tells what is wrong with it.
//! `index.js` (generated) gives each function its name, and `call.js` brings arguments and answers over. Faults cross
//! as the JSON text of a list of them, inside the error.
mod columns;
mod door;
mod slots;

use door::{Answer, SlotDoor};
use napi::bindgen_prelude::{Float64ArraySlice, Uint8ArraySlice};
use napi_derive::napi;

/// The version of the core; `native.js` refuses a library of another one.
#[napi(skip_typescript)]
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// The public functions in the order of their places; `native.js` refuses a library with others.
#[napi(skip_typescript)]
pub fn functions() -> Vec<&'static str> {
    relcore::api::FUNCTIONS.iter().map(|signature| signature.name).collect()
}

/// Calls the function at a place of the table: the JSON text of each argument in, of its answer out.
#[napi(skip_typescript, catch_unwind)]
pub fn call(place: u32, arguments: Vec<Option<String>>) -> napi::Result<String> {
    let arguments: Vec<Option<&str>> = arguments.iter().map(Option::as_deref).collect();
    relcore::wire::call_json_at(place as usize, &arguments).map_err(|error| failure(&error))
}

/// Calls the function at a place of the table by slots, over which its answer is written; nothing, when it does not
/// cross so or the function refuses: the other call then says why.
#[napi(skip_typescript, catch_unwind)]
pub fn call_by_slots(
    place: u32,
    kinds: Uint8ArraySlice<'_>,
    mut numbers: Float64ArraySlice<'_>,
    texts: String,
    comes_back: bool,
) -> Option<String> {
    // SAFETY: `slots.js` made this array for itself and lends it to nobody else, and no JavaScript runs meanwhile.
    let numbers = unsafe { numbers.as_mut() };
    let mut door = SlotDoor::new(&kinds, numbers, &texts, comes_back);
    match relcore::api::call(place as usize, &mut door).ok()? {
        Answer::Slots(texts) => Some(texts),
        Answer::Json(text) => {
            *numbers.first_mut()? = -1.0;
            Some(text)
        }
    }
}

/// An error whose text is the JSON list of all faults; `errors.js` makes a `RelcoreError` of it.
fn failure(error: &relcore::Error) -> napi::Error {
    let faults = serde_json::to_string(error.faults());
    napi::Error::from_reason(faults.unwrap_or_else(|_| error.to_string()))
}
