//! A result as text: JSON, parts of it, or the text for a person.
use crate::{
    call::{Call, call_with},
    exit::Exit,
    failure::Failure,
    system::System,
    table::Function,
};
use clap::ArgMatches;
use relcore::Severity;
use serde::Deserialize;
use serde_json::Value;
use std::{ffi::OsString, fmt::Write as _, path::Path};

/// How a result is shown.
#[derive(Debug)]
pub(crate) struct Output {
    /// Only these parts of it.
    parts: Vec<String>,
    /// As text for a person.
    explain: bool,
    /// A text without its quotes.
    raw: bool,
    /// JSON over several lines.
    pretty: bool,
    /// The file to write instead of standard output.
    file: Option<OsString>,
}

/// What goes to standard output and to standard error.
#[derive(Debug, Default)]
pub(crate) struct Rendered {
    pub output: String,
    pub errors: String,
}

impl Output {
    /// The choices of the command line. JSON is one line, unless a person reads it.
    pub fn of(function: &Function, matches: &ArgMatches, is_terminal: bool) -> Self {
        let file = matches.get_one::<OsString>("output").cloned();
        Self {
            parts: matches.get_many::<String>("get").into_iter().flatten().cloned().collect(),
            explain: has_explanation(function) && matches.get_flag("explain"),
            raw: matches.get_flag("raw") || file.is_some(),
            pretty: is_terminal && file.is_none(),
            file,
        }
    }

    /// Writes what was rendered to its file or to standard output.
    pub fn write(&self, text: &str, system: &mut dyn System) -> Result<(), Failure> {
        match &self.file {
            Some(file) => {
                let path = Path::new(file);
                system.write(path, text.as_bytes()).map_err(|fault| Failure::file(path, &fault))
            }
            None => system.print(text).map_err(|fault| Failure::io("stdout", &fault)),
        }
    }

    /// Renders a result.
    pub fn render(&self, function: &Function, result: &str, call: &Call) -> Result<Rendered, Failure> {
        let explanation = if self.explain { explain(function, result, call)? } else { String::new() };
        if !self.parts.is_empty() {
            let value = parse(result)?;
            let parts = self.parts.iter().map(|path| part(&value, path)).collect::<Result<String, _>>()?;
            return Ok(Rendered { output: parts, errors: explanation });
        }
        if self.explain {
            return Ok(Rendered { output: explanation, errors: String::new() });
        }
        let mut output = match parse(result)? {
            Value::String(text) if self.raw => text,
            value if self.pretty => format!("{value:#}"),
            _ => result.to_owned(),
        };
        if !output.ends_with('\n') {
            output.push('\n');
        }
        Ok(Rendered { output, errors: String::new() })
    }
}

/// Whether a result has a text for a person.
pub(crate) fn has_explanation(function: &Function) -> bool {
    function.explain.is_some() || function.is_diagnosis
}

fn explain(function: &Function, result: &str, call: &Call) -> Result<String, Failure> {
    let Some(explain) = function.explain else { return diagnosis(result, call) };
    match parse(&call_with(explain, result)?)? {
        Value::String(text) => Ok(text),
        _ => Err(Failure::new(Exit::Internal, format!("`{explain}` returned no text"))),
    }
}

/// An error or a warning about an input.
#[derive(Debug, Deserialize)]
struct Diagnostic {
    code: String,
    severity: Severity,
    path: String,
    text: String,
}

/// A line for each error and warning: where the input came from, the path in it, what is wrong, the code.
fn diagnosis(result: &str, call: &Call) -> Result<String, Failure> {
    let source = call.arguments.iter().flatten().next().map_or("", |given| given.source.as_str());
    let found = diagnostics(result)?;
    let mut text = String::new();
    for Diagnostic { code, severity, path, text: sentence } in &found {
        let severity = if *severity >= Severity::Error { "error" } else { "warning" };
        let path = if path.is_empty() { String::new() } else { format!("{path}: ") };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{severity}: {source}: {path}{sentence} [{code}]");
    }
    if found.is_empty() {
        let _ = writeln!(text, "{source}: no errors and no warnings");
    }
    Ok(text)
}

/// Whether a list of errors and warnings has an error.
pub(crate) fn has_error(result: &str) -> Result<bool, Failure> {
    Ok(diagnostics(result)?.iter().any(|found| found.severity >= Severity::Error))
}

fn diagnostics(result: &str) -> Result<Vec<Diagnostic>, Failure> {
    serde_json::from_str(result)
        .map_err(|fault| Failure::new(Exit::Internal, format!("not a list of diagnostics: {fault}")))
}

/// The part of a result at a path as in faults, `buckets[0].range.start`; a text without its quotes.
fn part(result: &Value, path: &str) -> Result<String, Failure> {
    let mut keys = path.split(['.', '[']).map(|key| key.strip_suffix(']').unwrap_or(key));
    let found = keys.try_fold(result, |value, key| match value {
        Value::Array(items) => items.get(key.parse::<usize>().ok()?),
        _ => value.get(key),
    });
    match found {
        Some(Value::String(text)) => Ok(format!("{text}\n")),
        Some(value) => Ok(format!("{value}\n")),
        None => Err(Failure::new(Exit::Usage, format!("--get: the result has no `{path}`"))),
    }
}

fn parse(result: &str) -> Result<Value, Failure> {
    serde_json::from_str(result).map_err(|fault| Failure::new(Exit::Internal, format!("not JSON: {fault}")))
}
