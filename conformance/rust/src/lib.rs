//! Runs conformance cases through the core. The format is in `conformance/README.md`.
#![allow(clippy::disallowed_methods, reason = "a runner of cases reads files")]

use relcore::api::{self, call_json};
use serde_json::{Map, Value, json};
use std::{
    fmt::{self, Display, Formatter},
    fs, io,
    path::{Path, PathBuf},
};

/// What a run came to.
#[derive(Debug, Default)]
pub struct Summary {
    /// How many cases gave what they expect.
    pub passed: usize,
    /// Every case that did not, and every file that could not be read: where, and what came instead.
    pub failures: Vec<String>,
}

/// Where the result of a case is not what the case expects.
#[derive(Debug)]
pub struct Difference {
    /// A JSON pointer (RFC 6901) into the case.
    pub pointer: String,
    /// What the case expects; `None` when it expects no such key.
    pub expected: Option<Value>,
    /// What the call returned; `None` when it returned no such key.
    pub got: Option<Value>,
    /// Only wording differs: the `text` of an object with a `code`, or the whole result of an `explain`.
    pub is_wording: bool,
}

impl Display for Difference {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let show = |value: &Option<Value>| value.as_ref().map_or("nothing".to_owned(), Value::to_string);
        write!(f, "{}: expected {}, got {}", self.pointer, show(&self.expected), show(&self.got))
    }
}

/// Runs every case of these files, and of every `*.json` in these folders and below.
pub fn run(paths: &[PathBuf]) -> Summary {
    let mut summary = Summary::default();
    for path in paths {
        match files(path) {
            Ok(files) => files.iter().for_each(|file| run_file(file, &mut summary)),
            Err(fault) => summary.failures.push(format!("{}: {fault}", path.display())),
        }
    }
    summary
}

fn run_file(path: &Path, summary: &mut Summary) {
    let cases = match cases(path) {
        Ok(cases) => cases,
        Err(fault) => return summary.failures.push(format!("{}: {fault}", path.display())),
    };
    for case in &cases {
        let why = match differences(case) {
            Ok(differences) if differences.is_empty() => {
                summary.passed += 1;
                continue;
            }
            Ok(differences) => differences.iter().map(Difference::to_string).collect::<Vec<_>>().join("; "),
            Err(why) => why,
        };
        summary.failures.push(format!("{}: {}: {why}", path.display(), text(case, "description")));
    }
}

/// The file itself, or every `*.json` in the folder and below, in the order of their names.
pub fn files(path: &Path) -> io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut entries = fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    entries.retain(|path| path.is_dir() || path.extension().is_some_and(|end| end == "json"));
    entries.sort();
    Ok(entries.iter().map(|path| files(path)).collect::<io::Result<Vec<_>>>()?.concat())
}

/// The cases of a file.
pub fn cases(path: &Path) -> io::Result<Vec<Value>> {
    let mut file: Value = serde_json::from_str(&fs::read_to_string(path)?)?;
    match file.get_mut("cases").map(Value::take) {
        Some(Value::Array(cases)) => Ok(cases),
        _ => Err(io::Error::other("has no list `cases`")),
    }
}

/// Runs a case: where its result differs from what it expects, or why nothing can be compared.
pub fn differences(case: &Value) -> Result<Vec<Difference>, String> {
    let input = case.get("input").ok_or("has no `input`")?.to_string();
    let mut comparison = Comparison { differences: Vec::new(), tolerance: 0.0 };
    let call = text(case, "call");
    let result = call_json(call, &input);
    if let Some(input) = case.get("input").and_then(Value::as_object) {
        check_handles(call, input, &result)?;
    }
    match result {
        Ok(result) => {
            let expected = case.get("expect").ok_or_else(|| format!("expected an error, got {result}"))?;
            let result = serde_json::from_str(&result).map_err(|fault| fault.to_string())?;
            comparison.tolerance = case.get("tolerance").and_then(Value::as_f64).unwrap_or(0.0);
            comparison.compare(Some(expected), Some(&result), "/expect", call.contains(".explain"));
        }
        Err(error) => {
            let code = error.code();
            let expected =
                case.get("error").ok_or_else(|| format!("expected a result, got {code}: {error}"))?;
            // The path is compared only when the case names it.
            let seen = if expected.get("path").is_some() {
                json!({"code": code, "path": error.path()})
            } else {
                json!({"code": code})
            };
            comparison.compare(Some(expected), Some(&seen), "/error", false);
        }
    }
    Ok(comparison.differences)
}

/// A handle that offers the function as a method gives the same result: the policy goes to its constructor, the other
/// arguments to the method. If the constructor refuses the policy, the function must refuse the call.
fn check_handles(
    call: &str,
    input: &Map<String, Value>,
    result: &relcore::Result<String>,
) -> Result<(), String> {
    let Some((module, function)) = call.split_once('.') else { return Ok(()) };
    for constructor in api::constructors() {
        let handle = constructor.signature();
        let method = api::method(&format!("{}.{function}", handle.name));
        let (Some(method), [policy]) = (method, handle.arguments) else { continue };
        if !handle.name.starts_with(&format!("{module}.")) {
            continue;
        }
        let mut others = input.clone();
        let policy = json!({*policy: others.remove(*policy)}).to_string();
        let through_handle = match constructor.call_json(&policy) {
            Ok(made) => method.call_json(&made, &Value::Object(others).to_string()),
            Err(refused) => {
                result
                    .as_ref()
                    .err()
                    .ok_or_else(|| format!("`{}` refuses the policy: {refused}", handle.name))?;
                continue;
            }
        };
        let outcome = |result: &relcore::Result<String>| match result {
            Ok(value) => value.clone(),
            Err(error) => format!("error {} at `{}`", error.code(), error.path()),
        };
        let (expected, got) = (outcome(result), outcome(&through_handle));
        if expected != got {
            return Err(format!("through `{}`: expected {expected}, got {got}", method.signature().name));
        }
    }
    Ok(())
}

struct Comparison {
    differences: Vec<Difference>,
    tolerance: f64,
}

impl Comparison {
    /// Compares key by key. An expected object with a `code` and without a `text` leaves the `text` open. Numbers are
    /// compared by value: `1` and `1.0` are the same JSON number.
    fn compare(&mut self, expected: Option<&Value>, got: Option<&Value>, pointer: &str, is_wording: bool) {
        match (expected, got) {
            (Some(Value::Number(a)), Some(Value::Number(b)))
                if a == b
                    || a.as_f64().zip(b.as_f64()).is_some_and(|(a, b)| (a - b).abs() <= self.tolerance) => {}
            (Some(Value::Array(a)), Some(Value::Array(b))) if a.len() == b.len() => {
                for (index, (a, b)) in a.iter().zip(b).enumerate() {
                    self.compare(Some(a), Some(b), &format!("{pointer}/{index}"), false);
                }
            }
            (Some(Value::Object(a)), Some(Value::Object(b))) => {
                let has_code = a.contains_key("code");
                let is_open = |key: &str| has_code && key == "text" && !a.contains_key(key);
                let unexpected = b.keys().filter(|key| !a.contains_key(*key) && !is_open(key));
                for key in a.keys().chain(unexpected) {
                    let pointer = format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
                    self.compare(a.get(key), b.get(key), &pointer, has_code && key == "text");
                }
            }
            (a, b) if a == b => {}
            (a, b) => self.differences.push(Difference {
                pointer: pointer.to_owned(),
                expected: a.cloned(),
                got: b.cloned(),
                is_wording: is_wording && a.is_some_and(Value::is_string) && b.is_some_and(Value::is_string),
            }),
        }
    }
}

fn text<'a>(case: &'a Value, key: &str) -> &'a str {
    case.get(key).and_then(Value::as_str).unwrap_or_default()
}
