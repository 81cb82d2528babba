//! Runs conformance cases through the core. The format is in `conformance/README.md`.
#![allow(clippy::disallowed_methods, reason = "a runner of cases reads files")]

use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::{fs, io};

/// What a run came to.
#[derive(Debug, Default)]
pub struct Summary {
    /// How many cases gave what they expect.
    pub passed: usize,
    /// Every case that did not, and every file that could not be read: where, and what came instead.
    pub failures: Vec<String>,
}

/// Runs every case of these files, and of every `*.json` in these folders and below.
pub fn run(paths: &[PathBuf]) -> Summary {
    let mut summary = Summary::default();
    for path in paths {
        visit(path, &mut summary);
    }
    summary
}

fn visit(path: &Path, summary: &mut Summary) {
    let read = if path.is_dir() { folder(path, summary) } else { file(path, summary) };
    if let Err(fault) = read {
        summary.failures.push(format!("{}: {fault}", path.display()));
    }
}

fn folder(path: &Path, summary: &mut Summary) -> io::Result<()> {
    let mut entries = fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    entries.sort();
    entries.retain(|path| path.is_dir() || path.extension().is_some_and(|end| end == "json"));
    entries.iter().for_each(|path| visit(path, summary));
    Ok(())
}

fn file(path: &Path, summary: &mut Summary) -> io::Result<()> {
    let file: Value = serde_json::from_str(&fs::read_to_string(path)?)?;
    let cases = file.get("cases").and_then(Value::as_array).ok_or(io::Error::other("has no list `cases`"))?;
    for case in cases {
        match check(case) {
            Ok(()) => summary.passed += 1,
            Err(why) => {
                summary.failures.push(format!("{}: {}: {why}", path.display(), text(case, "description")))
            }
        }
    }
    Ok(())
}

fn check(case: &Value) -> Result<(), String> {
    let input = case.get("input").ok_or("has no `input`")?.to_string();
    let tolerance = case.get("tolerance").and_then(Value::as_f64).unwrap_or(0.0);
    let (answer, expected) = match relcore::wire::call_json(text(case, "call"), &input) {
        Ok(answer) => (serde_json::from_str(&answer).map_err(|fault| fault.to_string())?, case.get("expect")),
        Err(error) => {
            let named = case.pointer("/error/path").is_some(); // compared only when the case names it
            let code = error.code();
            let seen =
                if named { json!({"code": code, "path": error.path()}) } else { json!({"code": code}) };
            (seen, Some(case.get("error").ok_or_else(|| format!("expected an answer, got {code}: {error}"))?))
        }
    };
    let expected = expected.ok_or_else(|| format!("expected an error, got {answer}"))?;
    if same(expected, &answer, tolerance) {
        Ok(())
    } else {
        Err(format!("expected {expected}, got {answer}"))
    }
}

/// Equal key by key; numbers by value, for `1` and `1.0` are the same JSON number.
fn same(a: &Value, b: &Value, tolerance: f64) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            a == b || a.as_f64().zip(b.as_f64()).is_some_and(|(a, b)| (a - b).abs() <= tolerance)
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b, tolerance))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b, tolerance)))
        }
        _ => a == b,
    }
}

fn text<'a>(case: &'a Value, key: &str) -> &'a str {
    case.get(key).and_then(Value::as_str).unwrap_or_default()
}
