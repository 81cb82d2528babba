//! Every conformance case as a command line, with its arguments as files, as words and on standard input.
use crate::memory::Memory;
use relcore::api;
use relcore_cli::Exit;
use relcore_conformance::{cases, files};
use serde_json::Value;
use std::path::Path;

#[test]
fn every_case_gives_the_same_json_through_the_command_line() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance");
    let (mut ran, mut on_disk, mut wrong) = (0, 0, Vec::new());
    for file in files(&folder).unwrap() {
        on_disk += std::fs::read_to_string(&file).unwrap().matches("\"call\":").count();
        for case in cases(&file).unwrap() {
            ran += 1;
            if let Err(why) = check(&case, ran) {
                wrong.push(format!("{}: {}: {why}", file.display(), case["description"]));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(ran, on_disk);
    assert_ne!(ran, 0);
}

fn check(case: &Value, number: usize) -> Result<(), String> {
    let call = case["call"].as_str().ok_or("names no call")?;
    let (module, function) = call.split_once('.').ok_or("names no module")?;
    let mut machine = Memory::default();
    let mut words = vec![module.to_owned(), function.replace('_', "-")];
    let mut stdin_is_free = true;
    for (name, value) in case["input"].as_object().into_iter().flatten() {
        let option = format!("--{}", kebab(name));
        let word = match value {
            Value::Null => continue,
            Value::String(text) if text.len() > 40 || text == "-" || text.starts_with('@') => {
                let file = format!("{name}.txt");
                machine.files.insert((&file).into(), text.clone().into_bytes());
                format!("@{file}")
            }
            Value::String(text) => text.clone(),
            Value::Array(_) | Value::Object(_) => {
                let text = value.to_string();
                // JSON is YAML as well.
                match number % 4 {
                    0 if stdin_is_free => {
                        stdin_is_free = false;
                        machine.input = text.into_bytes();
                        "-".to_owned()
                    }
                    1 => text,
                    kind => {
                        let file = format!("{name}.{}", if kind == 2 { "yaml" } else { "json" });
                        machine.files.insert((&file).into(), text.into_bytes());
                        file
                    }
                }
            }
            plain => plain.to_string(),
        };
        words.push(format!("{option}={word}"));
    }
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let exit = machine.run(&words);
    let shown = || format!("{}{} ({exit:?})", machine.output, machine.errors);
    match api::call_json(call, &case["input"].to_string()) {
        Ok(result) => {
            if machine.output != format!("{result}\n") || !machine.errors.is_empty() {
                return Err(format!("expected {result}, got {}", shown()));
            }
            check_exit(module, function, &result, exit)
        }
        Err(error) => {
            let lines: Vec<&str> = machine.errors.lines().collect();
            let is_same = exit == Exit::BadInput
                && machine.output.is_empty()
                && lines.len() == error.faults().len()
                && lines.iter().zip(error.faults()).all(|(line, fault)| {
                    // The path begins with the argument, which the line replaces by its source.
                    let (_, inside) = fault.path.split_once(['.', '[']).unwrap_or_default();
                    line.starts_with("error: ")
                        && line.contains(inside)
                        && line.ends_with(&format!("{} [{}]", fault.text, fault.code.code()))
                });
            if is_same { Ok(()) } else { Err(format!("expected {error:?}, got {}", shown())) }
        }
    }
}

/// The exit code is the outcome of the decision, if there is one.
fn check_exit(module: &str, function: &str, result: &str, exit: Exit) -> Result<(), String> {
    let value: Value = serde_json::from_str(result).map_err(|fault| fault.to_string())?;
    let outcome = match outcome(module, &value) {
        Some(outcome) => outcome,
        None if function == "validate" && result.contains("\"severity\":\"error\"") => "bad input".to_owned(),
        None => "none".to_owned(),
    };
    let expected = match outcome.as_str() {
        "\"proceed\"" | "none" => 0,
        "\"wait\"" => 10,
        "\"roll_back\"" => 20,
        "\"ask\"" => 30,
        _ => 65,
    };
    if exit.code() == expected {
        Ok(())
    } else {
        Err(format!("expected the exit code {expected}, got {exit:?}"))
    }
}

/// The outcome of a result: by the function of its module that takes it. A result of another type is refused.
fn outcome(module: &str, result: &Value) -> Option<String> {
    let prefix = format!("{module}.outcome");
    api::functions().map(|function| function.signature()).find_map(|signature| {
        let argument = signature.arguments.first().filter(|_| signature.name.starts_with(&prefix))?;
        let input = serde_json::json!({*argument: result}).to_string();
        api::call_json(signature.name, &input).ok()
    })
}

fn kebab(name: &str) -> String {
    name.chars().fold(String::new(), |mut out, letter| {
        if letter.is_ascii_uppercase() {
            out.push('-');
        }
        out.push(letter.to_ascii_lowercase());
        out
    })
}
