//! The binary: streams, exit codes, the environment.
use crate::folder::{Folder, Ran, schedule};
use std::{fs, io::Write as _, process::Stdio};

#[test]
fn each_outcome_and_each_kind_of_error_has_its_exit_code() {
    let folder = Folder::new();
    fs::copy(schedule(), folder.path("s.yaml")).unwrap();
    let gate =
        "steps: [{type: set_weight, weight: 5}, {type: gate, name: qa}, {type: set_weight, weight: 100}]";
    folder.write("gate.yaml", gate);
    folder.write("folder-in-the-way", "");
    let now = ["--now", "2026-11-23T03:00:00Z"];
    let code = |words: &[&str]| folder.run(&[words, &now].concat()).code;
    assert_eq!(code(&["canary", "start", "s.yaml", "--state", "a.json"]), 0);
    let next = ["canary", "next-action", "s.yaml", "a.json"];
    assert_eq!(code(&[&next[..], &["[]"]].concat()), 0);
    assert_eq!(code(&[&next[..], &["[]"]].concat()), 10);
    let abort = r#"[{"at": "2026-11-23T03:00:00Z", "kind": {"type": "command", "command": "abort"}}]"#;
    assert_eq!(code(&[&next[..], &[abort]].concat()), 20);
    assert_eq!(code(&["canary", "start", "gate.yaml", "--state", "b.json"]), 0);
    assert_eq!(code(&["canary", "next-action", "gate.yaml", "b.json", "[]"]), 0);
    assert_eq!(code(&["canary", "next-action", "gate.yaml", "b.json", "[]"]), 30);
    assert_eq!(code(&["rollback", "decide", "{}", "{}"]), 30);
    assert_eq!(code(&["canary", "next-action"]), 64);
    assert_eq!(code(&[&next[..], &["{}"]].concat()), 65);
    assert_eq!(code(&["canary", "start", "gate.yaml", "--state", "b.json"]), 73);
    assert_eq!(code(&["canary", "start", "absent.yaml"]), 74);
    assert_eq!(code(&["canary", "start", "s.yaml", "--state", "folder-in-the-way/a.json"]), 74);
}

#[test]
fn standard_input_is_read_from_a_pipe() {
    let folder = Folder::new();
    let mut command = folder.relcore(&["canary", "validate", "-", "--explain"]);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let schedule = fs::read(schedule()).unwrap();
    child.stdin.take().unwrap().write_all(&schedule).unwrap();
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert_eq!(
        ran,
        Ran { output: "stdin: no errors and no warnings\n".into(), errors: String::new(), code: 0 }
    );
}

#[test]
fn colours_obey_the_environment() {
    let folder = Folder::new();
    let errors = |variables: &[(&str, &str)]| {
        let mut command = folder.relcore(&["time", "parse-span", "90"]);
        command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").envs(variables.iter().copied());
        Ran::of(command.output().unwrap()).errors
    };
    let plain = errors(&[]); // a pipe is no terminal
    assert!(plain.starts_with("error: --text: `90` is not a span"), "{plain}");
    assert!(errors(&[("CLICOLOR_FORCE", "1")]).starts_with("\u{1b}[1;31merror:"));
    assert_eq!(errors(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]), plain);
}

#[test]
fn a_reader_that_goes_away_is_no_panic() {
    let folder = Folder::new();
    let mut child = folder
        .relcore(&["completions", "bash"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert_eq!(ran.code, 74);
    assert!(ran.errors.starts_with("error: stdout: "), "{}", ran.errors);
}
