//! Faults in the names of the input: `schedule.steps[0].min_samples`, where the core says `minSamples`.
//!
//! The core names arguments and fields as on the wire. Python objects are walked along the path of a fault, so that it has
//! the name of the field of a dataclass and the key of a dict as it stands there. What was given as text keeps its names.
use crate::{
    classes::{Fields, python_name},
    de::entries_of,
};
use pyo3::prelude::*;
use pyo3::types::PyString;
use relcore::Fault;
use relcore::api::{Signature, is_key};
use relcore::wire::wire_name;

/// The faults of a call with these arguments.
pub fn spelt(faults: &[Fault], signature: &Signature, arguments: &[Bound<'_, PyAny>]) -> Vec<Fault> {
    let arguments = || signature.arguments.iter().zip(arguments);
    let spelt = |fault: &Fault| {
        let walked = arguments().find_map(|(name, value)| {
            let rest = after(&fault.path, &wire_name(name)).or_else(|| after(&fault.path, name))?;
            Some(Walk::new(name, value, rest))
        });
        walked.map_or_else(|| fault.clone(), |walk| walk.spelt(fault))
    };
    faults.iter().map(spelt).collect()
}

/// The faults of columns: all their names are those of dataclasses.
pub fn of_columns(faults: &[Fault]) -> Vec<Fault> {
    let mut faults = faults.to_vec();
    for fault in &mut faults {
        fault.path = names(&fault.path, python_name);
    }
    faults
}

/// The faults of data frames: each path begins with the name of a frame.
pub fn of_frames(faults: &[Fault]) -> Vec<Fault> {
    let mut faults = of_columns(faults);
    for fault in &mut faults {
        if let Some(rest) = fault.path.strip_prefix("columns.") {
            fault.path = rest.to_owned();
        }
    }
    faults
}

/// The way from an argument to the value with the fault.
struct Walk<'py> {
    path: String,
    /// The names on the way: on the wire, and here.
    names: Vec<(String, String)>,
    /// `None` if it is missing.
    value: Option<Bound<'py, PyAny>>,
    /// Whether the path goes on inside a text.
    is_text: bool,
}

impl<'py> Walk<'py> {
    fn new(name: &str, value: &Bound<'py, PyAny>, mut rest: &str) -> Self {
        let names = vec![(wire_name(name).into_owned(), name.to_owned())];
        let mut walk = Self { path: name.to_owned(), names, value: Some(value.clone()), is_text: false };
        while let Some(next) = walk.step(rest) {
            rest = next;
        }
        walk.is_text = !rest.is_empty();
        walk.path += rest;
        walk
    }

    /// One level further in, and the rest of the path; `None` at the end of the path, or of the objects.
    fn step<'a>(&mut self, rest: &'a str) -> Option<&'a str> {
        let value = self.value.take_if(|value| !rest.is_empty() && !value.is_instance_of::<PyString>())?;
        if let Some((index, next)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            self.value = index.parse().ok().and_then(|index: usize| value.get_item(index).ok());
            self.path += &format!("[{index}]");
            return Some(next);
        }
        let rest = rest.strip_prefix('.')?;
        let found = entries(&value).into_iter().filter(|(wire, ..)| after(rest, wire).is_some());
        // The longest, because a key may have a dot inside.
        let (wire, name, value) = found.max_by_key(|(wire, ..)| wire.len()).unwrap_or_else(|| {
            let missing = rest.split(['.', '[']).next().unwrap_or_default();
            (missing.to_owned(), python_name(missing), None)
        });
        let next = after(rest, &wire)?;
        self.path += &format!(".{name}");
        self.names.push((wire, name));
        self.value = value;
        Some(next)
    }

    fn spelt(self, fault: &Fault) -> Fault {
        let mut spelt = fault.clone();
        if !self.is_text {
            spelt.text = self.text(&fault.text);
        }
        spelt.path = self.path;
        spelt
    }

    /// A text whose names in backticks are spelt as in Python; what quotes the value stays.
    fn text(&self, text: &str) -> String {
        let value =
            self.value.as_ref().and_then(|value| value.cast::<PyString>().ok()?.extract::<String>().ok());
        let spell = |word: &str| match self.names.iter().find(|(wire, _)| wire == word) {
            Some((_, name)) => name.clone(),
            None if is_key(word) => python_name(word),
            None => word.to_owned(),
        };
        let parts = text.split('`').enumerate().map(|(index, part)| {
            let is_quoted = index % 2 == 1 && value.as_deref().is_none_or(|value| !value.contains(part));
            if is_quoted { names(part, spell) } else { part.to_owned() }
        });
        parts.collect::<Vec<_>>().join("`")
    }
}

/// The rest of a path after a name.
fn after<'a>(path: &'a str, name: &str) -> Option<&'a str> {
    path.strip_prefix(name).filter(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// The names of the entries of an object, on the wire and here, with their values.
fn entries<'py>(value: &Bound<'py, PyAny>) -> Vec<(String, String, Option<Bound<'py, PyAny>>)> {
    if let Ok(Some(fields)) = Fields::of(value) {
        let entry = |field: &crate::classes::Field| {
            let name = field.name.bind(value.py());
            Some((field.wire.to_owned(), name.extract().ok()?, value.getattr(name).ok()))
        };
        return fields.get().all.iter().filter_map(entry).collect();
    }
    let Ok(Some(entries)) = entries_of(value) else { return Vec::new() };
    let spellings = |(key, value): (Bound<'py, PyAny>, Bound<'py, PyAny>)| {
        let key: Option<String> = key.extract().ok();
        // A key of a map is the same on the wire.
        key.into_iter().flat_map(move |key| {
            [wire_name(&key).into_owned(), key.clone()].map(|wire| (wire, key.clone(), Some(value.clone())))
        })
    };
    entries.iter().flat_map(spellings).collect()
}

/// A text with each name in it spelt.
fn names(text: &str, spell: impl Fn(&str) -> String) -> String {
    let is_other = |character: char| !character.is_alphanumeric() && character != '_';
    text.split_inclusive(is_other)
        .map(|part| {
            let name = part.trim_end_matches(is_other);
            spell(name) + part.get(name.len()..).unwrap_or_default()
        })
        .collect()
}
