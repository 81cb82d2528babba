//! Every case of the repository, through the core; and proof that the runner can say no.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test reads files and may stop with a panic"
)]

use relcore_conformance::run;
use std::path::{Path, PathBuf};
use std::{env, fs};

#[test]
fn every_case_of_the_repository_passes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let summary = run(std::slice::from_ref(&folder));
    assert!(summary.failures.is_empty(), "{}", summary.failures.join("\n"));
    assert_eq!(summary.passed, on_disk(&folder));
    assert_ne!(summary.passed, 0);
}

/// Counted another way than the runner's: cases are the only objects that say what they `call`.
fn on_disk(path: &Path) -> usize {
    if path.is_dir() {
        return fs::read_dir(path).unwrap().map(|entry| on_disk(&entry.unwrap().path())).sum();
    }
    let is_cases = path.extension().is_some_and(|end| end == "json");
    if is_cases { fs::read_to_string(path).unwrap().matches("\"call\":").count() } else { 0 }
}

/// A schedule without steps, and the diagnostic that it is expected to get.
fn empty(diagnostic: &str) -> String {
    let schedule = r#"{"steps": [], "metrics": [{"name": "errors", "max": 1}]}"#;
    format!(r#""call": "canary.validate", "input": {{"schedule": {schedule}}}, "expect": [{diagnostic}]"#)
}

#[test]
fn a_text_that_a_case_leaves_out_is_open() {
    let case = |diagnostic: &str| {
        let case = format!("{{{}}}", empty(diagnostic));
        relcore_conformance::differences(&serde_json::from_str(&case).unwrap()).unwrap()
    };
    assert!(case(r#"{"code": "no_steps", "severity": "error", "path": "steps"}"#).is_empty());
    let different = case(r#"{"code": "x", "severity": "error", "path": "steps", "text": "x"}"#);
    let seen: Vec<_> = different.iter().map(|each| (each.pointer.as_str(), each.is_wording)).collect();
    assert_eq!(seen, [("/expect/0/code", false), ("/expect/0/text", true)]);
}

#[test]
fn wrong_expectations_unknown_functions_and_unreadable_files_are_failures() {
    let folder = env::temp_dir().join(format!("relcore-conformance-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let case = |rest: &str| format!("{{\"cases\": [{{\"description\": \"x\", {rest}}}]}}");
    let minute = "\"call\": \"time.parse_span\", \"input\": {\"text\": \"60s\"}";
    let soon = "\"call\": \"time.parse_span\", \"input\": {\"text\": \"soon\"}";
    let files = [
        ("wrong_answer", case(&format!("{minute}, \"expect\": \"PT2M\""))),
        ("answer_for_error", case(&format!("{minute}, \"error\": {{\"code\": \"syntax\"}}"))),
        ("error_for_answer", case(&format!("{soon}, \"expect\": \"PT2M\""))),
        ("wrong_code", case(&format!("{soon}, \"error\": {{\"code\": \"syntax\"}}"))),
        ("wrong_path", case(&format!("{soon}, \"error\": {{\"code\": \"invalid_value\", \"path\": \"x\"}}"))),
        (
            "wrong_text",
            case(&empty(r#"{"code": "no_steps", "severity": "error", "path": "steps", "text": "x"}"#)),
        ),
        (
            "wrong_path_of_a_diagnostic",
            case(&empty(r#"{"code": "no_steps", "severity": "error", "path": "x"}"#)),
        ),
        ("no_severity", case(&empty(r#"{"code": "no_steps", "path": "steps"}"#))),
        ("no_expectation", case(minute)),
        ("no_input", case("\"call\": \"time.parse_span\", \"expect\": \"PT1M\"")),
        ("unknown_function", case("\"call\": \"time.travel\", \"input\": {}, \"expect\": \"PT1M\"")),
        ("no_cases", "{}".to_owned()),
        ("no_json", "{".to_owned()),
    ];
    for (name, text) in &files {
        let path: PathBuf = folder.join(format!("{name}.json"));
        fs::write(&path, text).unwrap();
        let summary = run(&[path]);
        assert_eq!((summary.passed, summary.failures.len()), (0, 1), "{name}");
    }
    assert_eq!(run(&[folder.join("absent")]).failures.len(), 1);
    assert_eq!(run(std::slice::from_ref(&folder)).failures.len(), files.len());
    fs::remove_dir_all(&folder).unwrap();
}
