//! Reads the arguments of a function: each becomes JSON.
use crate::{
    exit::Exit,
    failure::Failure,
    system::System,
    table::{Argument, Kind},
};
use relcore::wire;
use serde_json::{Value, value::RawValue};
use std::{ffi::OsStr, path::Path};

/// An argument as JSON.
#[derive(Debug)]
pub(crate) struct Given {
    pub json: String,
    /// Where it came from, for the texts of faults: a file, `stdin`, or the name of the option.
    pub source: String,
}

/// Standard input, which is read once.
#[derive(Debug, Default)]
pub(crate) struct Input(bool);

impl Input {
    fn read(&mut self, system: &mut dyn System) -> Result<Vec<u8>, Failure> {
        if std::mem::replace(&mut self.0, true) {
            return Err(Failure::new(
                Exit::Usage,
                "`-` stands for standard input, which only one argument can have",
            ));
        }
        system.read_input().map_err(|fault| Failure::io("stdin", &fault))
    }
}

/// Reads an argument as it stands on the command line.
pub(crate) fn read(
    argument: &Argument,
    word: &OsStr,
    input: &mut Input,
    system: &mut dyn System,
) -> Result<Given, Failure> {
    let source = format!("--{}", argument.option);
    if matches!(argument.kind, Kind::Document(..)) {
        return read_document(word, source, input, system);
    }
    let text = word.to_str().ok_or_else(|| bad(&source, "is not UTF-8"))?;
    match argument.kind {
        Kind::Text if text == "-" => {
            let content = input.read(system)?;
            Ok(Given { json: quote(text_of(content, "stdin")?), source: "stdin".into() })
        }
        Kind::Text if text.starts_with('@') => {
            let path = Path::new(text.strip_prefix('@').unwrap_or(text));
            let content = system.read(path).map_err(|fault| Failure::file(path, &fault))?;
            let source = path.display().to_string();
            Ok(Given { json: quote(text_of(content, &source)?), source })
        }
        // Anything else is passed as text, which the core refuses with what it expected.
        Kind::Number | Kind::Bool if is_plain_json(text) => Ok(Given { json: text.to_owned(), source }),
        _ => Ok(Given { json: quote(text.to_owned()), source }),
    }
}

/// Reads JSON or YAML from a file, from standard input or from the command line itself.
pub(crate) fn read_document(
    word: &OsStr,
    option: String,
    input: &mut Input,
    system: &mut dyn System,
) -> Result<Given, Failure> {
    if is_inline(word) {
        let text = word.to_str().ok_or_else(|| bad(&option, "is not UTF-8"))?;
        return document(text.as_bytes().to_vec(), option, Format::Unknown);
    }
    if word == "-" {
        return document(input.read(system)?, "stdin".into(), Format::Unknown);
    }
    let path = Path::new(word);
    let content = system.read(path).map_err(|fault| Failure::file(path, &fault))?;
    document(content, path.display().to_string(), Format::of(path))
}

/// Whether a document is written on the command line: no file, and not standard input.
pub(crate) fn is_inline(word: &OsStr) -> bool {
    word.as_encoded_bytes().first().is_some_and(|first| matches!(first, b'{' | b'['))
}

/// What a document is written in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    Yaml,
    /// JSON if it is valid JSON, else YAML.
    Unknown,
}

impl Format {
    pub fn of(path: &Path) -> Self {
        match path.extension().and_then(OsStr::to_str) {
            Some("json") => Self::Json,
            Some("yaml" | "yml") => Self::Yaml,
            _ => Self::Unknown,
        }
    }
}

/// A document as JSON.
pub(crate) fn document(content: Vec<u8>, source: String, format: Format) -> Result<Given, Failure> {
    let text = text_of(content, &source)?;
    // The JSON stays as it is written: the core reads it once, with its types.
    let json = serde_json::from_str::<&RawValue>(&text).map(|raw| raw.get().to_owned());
    match (json, format) {
        (Ok(json), Format::Json | Format::Unknown) => Ok(Given { json, source }),
        (Err(fault), Format::Json) => Err(bad(&source, &format!("not valid JSON: {fault} [syntax]"))),
        _ => match wire::parse_yaml(&text) {
            Ok(value) => Ok(Given { json: value.to_string(), source }),
            Err(error) => Err(bad(&source, &format!("{error} [{}]", error.code()))),
        },
    }
}

fn text_of(content: Vec<u8>, source: &str) -> Result<String, Failure> {
    let mut text = String::from_utf8(content).map_err(|_| bad(source, "is not UTF-8"))?;
    if text.starts_with('\u{feff}') {
        text.remove(0); // the mark that Windows puts at the start of a file
    }
    Ok(text)
}

fn quote(text: String) -> String {
    Value::String(text).to_string()
}

fn is_plain_json(text: &str) -> bool {
    matches!(serde_json::from_str(text), Ok(Value::Number(_) | Value::Bool(_)))
}

fn bad(source: &str, text: &str) -> Failure {
    Failure::new(Exit::BadInput, format!("{source}: {text}"))
}
