//! How arguments are given and results are printed.
use crate::memory::Memory;
use relcore_cli::{Exit, Stream};
use serde_json::Value;

pub const SCHEDULE: &str = "
steps:
  - { type: set_weight, weight: 5 }
  - { type: bake, min: 1h }
  - { type: set_weight, weight: 100 }
metrics:
  - { name: errors, max: 1, unit: '%' }
";

fn machine() -> Memory {
    Memory::with(&[("s.yaml", SCHEDULE)])
}

#[test]
fn json_is_one_line_and_on_a_terminal_several() {
    let mut machine = machine();
    assert_eq!(machine.run(&["canary", "plan", "s.yaml", "2026-11-23T03:00:00Z"]), Exit::Proceed);
    let line = machine.output.clone();
    assert_eq!((line.lines().count(), line.ends_with('\n')), (1, true));
    machine.terminal = Stream { is_terminal: true, has_colours: false };
    machine.run(&["canary", "plan", "s.yaml", "2026-11-23T03:00:00Z"]);
    assert!(machine.output.starts_with("{\n  \"steps\": [\n"), "{}", machine.output);
    let parse = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    assert_eq!(parse(&machine.output), parse(&line));
}

#[test]
fn numbers_are_printed_as_the_core_writes_them() {
    // A reader of JSON that is not exact turns this number into 90.42225290942385.
    let observations = r#"[{"at": "2026-11-23T03:01:00Z", "kind": {"type": "measurement", "metric": "errors",
        "reading": {"type": "value", "value": 90.42225290942383}}}]"#;
    let mut machine = machine();
    machine.terminal.is_terminal = true;
    machine.run(&["canary", "start", "s.yaml", "--state", "state.json"]);
    machine.run(&["canary", "next-action", "s.yaml", "state.json", "[]"]);
    let now = ["--now", "2026-11-23T03:01:00Z"];
    machine.run(&[&["canary", "next-action", "s.yaml", "state.json", observations][..], &now].concat());
    assert!(machine.output.contains("\"value\": 90.42225290942383"), "{}", machine.output);
    assert!(machine.text("state.json").contains("\"value\":90.42225290942383"));
}

#[test]
fn a_text_can_be_printed_without_quotes() {
    let mut machine = Memory::default();
    machine.run(&["time", "parse-span", "90s"]);
    assert_eq!(machine.output, "\"PT1M30S\"\n");
    machine.run(&["time", "parse-span", "90s", "--raw"]);
    assert_eq!(machine.output, "PT1M30S\n");
    machine.run(&["version", "bump", "1.2.3", "1.3.0", "-r"]);
    assert_eq!(machine.output, "minor\n");
}

#[test]
fn parts_of_a_result_are_printed_in_their_order() {
    let mut machine = machine();
    let plan = ["canary", "plan", "s.yaml", "2026-11-23T03:00:00Z"];
    let get = |paths: &[&'static str]| {
        let options = paths.iter().flat_map(|path| ["--get", *path]);
        plan.into_iter().chain(options).collect::<Vec<_>>()
    };
    assert_eq!(machine.run(&get(&["steps[1].earliestStart", "steps[0].weight", "steps[9]"])), Exit::Usage);
    assert_eq!(machine.output, "");
    assert_eq!(machine.errors, "error: --get: the result has no `steps[9]`\n");
    assert_eq!(machine.run(&get(&["steps[1].earliestStart", "steps[0].weight"])), Exit::Proceed);
    assert_eq!(machine.output, "2026-11-23T03:00:00.000Z\n5.0\n");
}

#[test]
fn a_decision_is_explained_and_its_parts_go_to_another_stream() {
    let mut machine = machine();
    machine.run(&["canary", "start", "s.yaml", "--state", "state.json"]);
    let next = ["canary", "next-action", "s.yaml", "state.json", "[]", "--dry-run", "--explain"];
    assert_eq!(machine.run(&next), Exit::Proceed);
    let text = machine.output.clone();
    assert!(text.starts_with("SET WEIGHT from 0 % to 5 %\n- info: "), "{text}");
    let parts = [&next[..], &["--get", "state.weight", "--get", "verdict.type"]].concat();
    assert_eq!(machine.run(&parts), Exit::Proceed);
    assert_eq!(machine.output, "5.0\nset_weight\n");
    assert_eq!(machine.errors, text);
}

#[test]
fn errors_of_a_schedule_are_results_of_validate_and_end_with_a_code() {
    let mut machine = Memory::with(&[
        ("bad.json", r#"{"steps": [{"type": "set_weight", "weight": 150}]}"#),
        ("warned.json", r#"{"steps": [{"type": "set_weight", "weight": 100}]}"#),
        ("good.yaml", SCHEDULE),
    ]);
    assert_eq!(machine.run(&["canary", "validate", "bad.json"]), Exit::BadInput);
    assert!(machine.output.starts_with("[{\"code\":\"weight_out_of_range\""), "{}", machine.output);
    assert_eq!(machine.errors, "");
    assert_eq!(machine.run(&["canary", "validate", "bad.json", "--explain"]), Exit::BadInput);
    assert_eq!(
        machine
            .output
            .lines()
            .map(|line| line.split_once('`').map_or(line, |(start, _)| start))
            .collect::<Vec<_>>(),
        [
            "error: bad.json: steps[0].weight: ",
            "error: bad.json: steps: end at 0 %: the last weight must be 100 [weight_never_full]",
            "warning: bad.json: metrics: are empty: only an operator can stop this rollout [no_metrics]",
        ]
    );
    assert_eq!(machine.run(&["canary", "validate", "warned.json", "--explain"]), Exit::Proceed);
    assert_eq!(machine.run(&["canary", "validate", "good.yaml", "--explain"]), Exit::Proceed);
    assert_eq!(machine.output, "good.yaml: no errors and no warnings\n");
}

#[test]
fn the_clock_is_read_when_no_time_is_given() {
    let mut machine = machine();
    machine.run(&["canary", "start", "s.yaml", "--get", "startedAt"]);
    assert_eq!(machine.output, "2026-11-23T03:00:00.000Z\n");
    machine.run(&["canary", "start", "s.yaml", "--get", "startedAt", "--now", "2026-11-23T04:00:00+01:00"]);
    assert_eq!(machine.output, "2026-11-23T03:00:00.000Z\n");
    // No other instant has a default.
    assert_eq!(machine.run(&["canary", "plan", "s.yaml"]), Exit::Usage);
    assert!(
        machine.errors.starts_with("error: these arguments are missing: --start\n"),
        "{}",
        machine.errors
    );
}

#[test]
fn a_document_is_a_file_standard_input_or_stands_on_the_command_line() {
    let json = r#"{"steps": [{"type": "set_weight", "weight": 100}]}"#;
    let yaml = "steps: [{type: set_weight, weight: 100}]";
    let marked = format!("\u{feff}{json}");
    let mut machine = Memory::with(&[
        ("s.json", json),
        ("s.yaml", yaml),
        ("s.yml", yaml),
        ("json", json),
        ("yaml", yaml),
        ("marked.json", &marked),
    ]);
    for word in [
        "s.json",
        "s.yaml",
        "s.yml",
        "json",
        "yaml",
        "marked.json",
        json,
        "{steps: [{type: set_weight, weight: 100}]}",
    ] {
        assert_eq!(machine.run(&["canary", "validate", word]), Exit::Proceed, "{word}: {}", machine.errors);
    }
    for input in [json, yaml] {
        machine.input = input.as_bytes().to_vec();
        assert_eq!(machine.run(&["canary", "validate", "-"]), Exit::Proceed, "{input}: {}", machine.errors);
    }
    // A file that says it is JSON is not read as YAML.
    machine.files.insert("lies.json".into(), yaml.into());
    assert_eq!(machine.run(&["canary", "validate", "lies.json"]), Exit::BadInput);
    assert!(machine.errors.starts_with("error: lies.json: not valid JSON: "), "{}", machine.errors);
}

#[test]
fn a_text_is_given_directly_as_a_file_or_on_standard_input() {
    let mut machine = Memory::with(&[("text", "{\"a\": 1}")]);
    machine.input = b"{\"a\": 1}".to_vec();
    for word in ["{\"a\": 1}", "@text", "-"] {
        assert_eq!(machine.run(&["digest", "canonical-json", word, "--raw"]), Exit::Proceed, "{word}");
        assert_eq!(machine.output, "{\"a\":1}\n");
    }
}

#[test]
fn arguments_are_given_by_name_in_their_order_or_mixed() {
    let mut machine = Memory::default();
    for words in [
        &["--start", "2026-11-27", "--end", "2026-11-20", "--calendar", "{}"][..],
        &["2026-11-27", "2026-11-20", "{}"],
        &["--end", "2026-11-20", "2026-11-27", "{}"],
        &["--start=2026-11-27", "2026-11-20", "--calendar={}"],
    ] {
        let words = [&["time", "business-days-between"], words].concat();
        assert_eq!(machine.run(&words), Exit::Proceed, "{}", machine.errors);
        assert_eq!(machine.output, "-5\n");
    }
    for words in [&["2026-11-27", "-5", "{}"][..], &["2026-11-27", "{}", "--days", "-5"]] {
        machine.run(&[&["time", "add-business-days"], words].concat());
        assert_eq!(machine.output, "\"2026-11-20\"\n", "{}", machine.errors);
    }
    assert_eq!(machine.run(&["time", "format-span", "90s", "30s"]), Exit::Usage);
    assert!(machine.errors.starts_with("error: unexpected argument '30s' found\n"), "{}", machine.errors);
}
