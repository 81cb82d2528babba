//! Examples of calls for the help of the command line: for each function the conformance case that shows most.
use anyhow::{Context as _, Result};
use relcore_conformance::{cases, files};
use serde_json::{Map, Value};
use std::{cmp::Reverse, collections::BTreeMap, path::Path};

/// The arguments of a call by their names on the wire.
pub type Example = Map<String, Value>;

/// An example for each function that has a case without an error: of the cases with the most values that are not empty,
/// the shortest. A text with a NUL can neither be an argument nor be shown.
pub fn read(folder: &Path) -> Result<BTreeMap<String, Example>> {
    let mut best: BTreeMap<String, ((Reverse<usize>, usize), Example)> = BTreeMap::new();
    for file in files(folder)? {
        for case in cases(&file).with_context(|| file.display().to_string())? {
            let (Some(call), Some(Value::Object(input)), Some(result)) =
                (case.get("call").and_then(Value::as_str), case.get("input"), case.get("expect"))
            else {
                continue;
            };
            let text = Value::Object(input.clone()).to_string();
            if text.contains("\\u0000") {
                continue;
            }
            let shown = input.values().chain([result]).filter(|value| !is_empty(value)).count();
            let rank = (Reverse(shown), text.len());
            if best.get(call).is_none_or(|(other, _)| rank < *other) {
                best.insert(call.to_owned(), (rank, input.clone()));
            }
        }
    }
    Ok(best.into_iter().map(|(call, (_, example))| (call, example)).collect())
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.is_empty(),
        Value::Object(entries) => entries.is_empty(),
        Value::String(text) => text.is_empty(),
        _ => false,
    }
}
