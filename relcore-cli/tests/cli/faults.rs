//! What is refused, and how it is said.
use crate::{memory::Memory, results::SCHEDULE};
use relcore_cli::{Exit, Stream};

#[test]
fn every_fault_is_a_line_with_its_file_path_and_code() {
    let mut machine = Memory::with(&[
        ("s.yaml", "steps: [{type: set_weight, wieght: 5}, {type: stop}]\nmetrics: [{name: 7}]"),
        ("obs.json", r#"[{"at": "soon", "kind": {"type": "window", "open": "yes"}}]"#),
        ("state.json", "[]"),
    ]);
    let next = ["canary", "next-action", "s.yaml", "state.json", "obs.json", "--now", "2026"];
    assert_eq!(machine.run(&next), Exit::BadInput);
    assert_eq!(machine.output, "");
    let starts: Vec<&str> =
        machine.errors.lines().map(|line| line.split('`').next().unwrap_or_default()).collect();
    assert_eq!(
        starts,
        [
            "error: s.yaml: steps[0].wieght: unknown key ",
            "error: s.yaml: steps[0].weight: missing key ",
            "error: s.yaml: steps[1].type: unknown type ",
            "error: s.yaml: metrics[0].name: expected text, got ",
            "error: state.json: expected an object, got a list [wrong_type]",
            "error: obs.json: [0].at: ",
            "error: obs.json: [0].kind.open: expected true or false, got text ",
            "error: --now: ",
        ]
    );
    assert!(machine.errors.lines().all(|line| line.ends_with(']')), "{}", machine.errors);
}

#[test]
fn every_file_that_cannot_be_read_is_named() {
    let mut machine =
        Memory::with(&[("broken.yaml", "steps: ["), ("broken.json", "{\"a\": }"), ("latin.json", "")]);
    machine.files.insert("latin.json".into(), vec![b'"', 0xe4, b'"']);
    let words = [
        "canary",
        "simulate",
        "absent.yaml",
        "broken.json",
        "--start-at",
        "x",
        "--tick",
        "x",
        "--until",
        "x",
    ];
    assert_eq!(machine.run(&words), Exit::Io);
    let lines: Vec<&str> = machine.errors.lines().collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].starts_with("error: absent.yaml: "), "{lines:?}");
    assert_eq!(lines[1], "error: broken.json: not valid JSON: expected value at line 1 column 7 [syntax]");
    assert_eq!(machine.run(&["canary", "validate", "broken.yaml"]), Exit::BadInput);
    assert!(machine.errors.starts_with("error: broken.yaml: not valid YAML: "), "{}", machine.errors);
    assert!(machine.errors.ends_with(" [syntax]\n"), "{}", machine.errors);
    assert_eq!(machine.run(&["canary", "validate", "latin.json"]), Exit::BadInput);
    assert_eq!(machine.errors, "error: latin.json: is not UTF-8\n");
}

#[test]
fn standard_input_is_read_once() {
    let mut machine = Memory::with(&[("s.yaml", SCHEDULE)]);
    machine.input = b"[]".to_vec();
    assert_eq!(machine.run(&["canary", "next-action", "s.yaml", "-", "-"]), Exit::Usage);
    assert_eq!(machine.errors, "error: `-` stands for standard input, which only one argument can have\n");
}

#[test]
fn commands_that_do_not_exist_are_answered_with_those_that_do() {
    let mut machine = Memory::default();
    for (words, tip) in [
        (&["canary", "next-acton"][..], "a similar subcommand exists: 'next-action'"),
        (&["canary", "next_action"], "the command is `relcore canary next-action`"),
        (&["cannary"], "a similar subcommand exists: 'canary'"),
        (&["next-action"], "the command is `relcore canary next-action`"),
        (&["canary.next_action"], "the command is `relcore canary next-action`"),
        (&["explain"], "the command is `relcore rollback explain`"),
        (&["canary", "plan", "--shedule", "x"], "a similar argument exists: '--schedule'"),
        (&["completions", "bush"], "a similar value exists: 'bash'"),
    ] {
        assert_eq!(machine.run(words), Exit::Usage, "{words:?}");
        assert!(machine.errors.contains(tip), "{words:?}: {}", machine.errors);
        assert_eq!(machine.output, "");
    }
}

#[test]
fn a_missing_command_is_answered_with_the_help() {
    let mut machine = Memory::default();
    for words in [&[][..], &["canary"]] {
        assert_eq!(machine.run(words), Exit::Usage);
        assert!(machine.errors.contains("Commands:\n"), "{}", machine.errors);
    }
}

#[test]
fn a_closed_output_is_an_error() {
    let mut machine = Memory { broken: "print", ..Memory::default() };
    for words in [&["time", "parse-span", "90s"][..], &["--help"], &["completions", "fish"], &["exit-codes"]]
    {
        assert_eq!(machine.run(words), Exit::Io);
        assert_eq!(machine.errors, "error: stdout: broken\n");
    }
}

#[test]
fn a_clock_before_1970_or_beyond_the_calendar_is_an_error() {
    let mut machine = Memory::with(&[("s.yaml", SCHEDULE)]);
    machine.clock = 1 << 50;
    assert_eq!(machine.run(&["canary", "start", "s.yaml"]), Exit::Io);
    assert_eq!(machine.errors, "error: the clock of this machine is not set\n");
}

#[test]
fn colours_are_for_terminals_that_have_them() {
    let mut machine = Memory::default();
    for (has_colours, words, expected) in [
        (true, &["time", "parse-span", "90"][..], "\x1b[1;31merror:\x1b[0m --text: "),
        (false, &["time", "parse-span", "90"], "error: --text: "),
        (true, &["tyme"], "\x1b["),
        (false, &["tyme"], "error: unrecognized subcommand"),
    ] {
        machine.terminal = Stream { is_terminal: true, has_colours };
        machine.run(words);
        assert!(machine.errors.starts_with(expected), "{:?}", machine.errors);
        assert_eq!(machine.errors.contains('\x1b'), has_colours);
    }
    machine.terminal.has_colours = true;
    machine.run(&["time", "--help"]);
    assert!(machine.output.contains('\x1b'));
    machine.run(&["time", "tzdb-version"]);
    assert!(!machine.output.contains('\x1b'));
}

/// A state that a newer version stored is not just misspelt. A schedule is written by a person.
#[test]
fn only_what_is_unknown_in_a_state_may_be_of_a_newer_version() {
    let hint = "; a newer version of relcore may have written it";
    let mut machine = Memory::with(&[("s.yaml", SCHEDULE), ("wrong.yaml", "{step: []}")]);
    assert_eq!(machine.run(&["canary", "start", "s.yaml", "--state", "state.json"]), Exit::Proceed);
    let stored = String::from_utf8(machine.files["state.json".as_ref() as &std::path::Path].clone()).unwrap();
    machine.files.insert("state.json".into(), stored.replacen('{', "{\"mirrored\":5,", 1).into_bytes());
    assert_eq!(machine.run(&["canary", "next-action", "s.yaml", "state.json", "[]"]), Exit::BadInput);
    assert!(machine.errors.starts_with("error: state.json: mirrored: unknown key "), "{}", machine.errors);
    assert!(machine.errors.ends_with(&format!("{hint}\n")), "{}", machine.errors);
    assert_eq!(machine.run(&["canary", "next-action", "wrong.yaml", "s.yaml", "[]"]), Exit::BadInput);
    let of_schedule: Vec<&str> =
        machine.errors.lines().filter(|line| line.contains(" wrong.yaml: ")).collect();
    assert!(
        !of_schedule.is_empty() && of_schedule.iter().all(|line| !line.contains(hint)),
        "{}",
        machine.errors
    );
}
