//! The commands, made from the table of functions.
use crate::{
    call::{POSITIONAL, has_usual_policy, is_now},
    exit::Exit,
    output::has_explanation,
    repository,
    table::{Argument, Example, Function, Kind, Module, State},
    topic::TOPICS,
};
use clap::{
    Arg, ArgAction, Command, ValueHint,
    builder::{PossibleValue, TypedValueParser},
    value_parser,
};
use clap_complete::Shell;
use std::{
    ffi::{OsStr, OsString},
    fmt::Write as _,
};

/// The whole command.
pub(crate) fn command(modules: &'static [Module]) -> Command {
    let mut command = Command::new("relcore")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Release decisions: canary schedules, rollback, DORA metrics, release types")
        .long_about(
            "Release decisions: canary schedules, rollback, DORA metrics, release types.\n\nEach command is a function of the \
             library relcore: it takes the facts and the time, and prints the result as JSON. A decision ends with an exit \
             code that says what to do: go on, wait, go back, or ask a person.",
        )
        .subcommand_required(true)
        .arg_required_else_help(true)
        .after_help("Example:\n  relcore canary validate schedule.yaml --explain");
    for module in modules {
        command = command.subcommand(module_command(module));
    }
    for topic in &TOPICS {
        command =
            command.subcommand(Command::new(topic.name).about(topic.summary).override_help((topic.text)()));
    }
    command.subcommand(
        Command::new("completions")
            .about("Prints the completions of a shell")
            .long_about(
                "Prints the completions of a shell. For bash: `source <(relcore completions bash)` in `~/.bashrc`.",
            )
            .arg(Arg::new(SHELL).required(true).value_parser(value_parser!(Shell))),
    )
}

/// The id of the argument of `completions`.
pub(crate) const SHELL: &str = "shell";

fn module_command(module: &'static Module) -> Command {
    let mut command = Command::new(module.name)
        .about(summary(module.docs))
        .long_about(module.docs)
        .subcommand_required(true)
        .arg_required_else_help(true);
    for function in module.functions {
        command = command.subcommand(function_command(function));
    }
    command
}

fn function_command(function: &'static Function) -> Command {
    let mut command = Command::new(function.command)
        .about(summary(function.docs))
        .long_about(function.docs)
        .after_long_help(epilogue(function));
    if !function.arguments.is_empty() {
        let order: Vec<&str> = function.arguments.iter().map(|argument| argument.option).collect();
        command = command.arg(
            Arg::new(POSITIONAL)
                .num_args(0..)
                .value_parser(value_parser!(OsString))
                .value_hint(ValueHint::AnyPath)
                .allow_negative_numbers(true)
                .help(format!(
                    "The arguments below without their names, in their order: {}",
                    order.join(", ")
                )),
        );
    }
    for (index, argument) in function.arguments.iter().enumerate() {
        let note = if function.state == State::Replaces(index) {
            " [the file is replaced: see `relcore help state-files`]"
        } else if is_now(argument) {
            " [default: the time of the clock]"
        } else if has_usual_policy(function, argument) {
            " [default: {}]"
        } else if argument.is_optional {
            " [optional]"
        } else {
            ""
        };
        command = command.arg(option(argument, note));
    }
    if repository::applies_to(function) {
        command = command.next_help_heading("From a repository").args(repository::options(function));
    }
    command = command.next_help_heading("State");
    match function.state {
        State::None => {}
        State::Creates => {
            command = command
                .arg(
                    Arg::new("state")
                        .long("state")
                        .value_name("FILE")
                        .value_hint(ValueHint::FilePath)
                        .value_parser(value_parser!(OsString))
                        .help("Stores the state in a new file; see `relcore help state-files`"),
                )
                .arg(flag("overwrite", "Replaces a state that exists").requires("state"));
        }
        State::Replaces(_) => {
            command =
                command.arg(flag("dry-run", "Reads the state file without a lock and does not replace it"));
        }
    }
    command = command.next_help_heading("Output");
    if has_explanation(function) {
        command = command.arg(flag("explain", "Prints the text for a person instead of JSON"));
    }
    command
        .arg(
            Arg::new("get")
                .long("get")
                .value_name("PATH")
                .action(ArgAction::Append)
                .help("Prints only this part of the result, such as `state.weight`; may be repeated"),
        )
        .arg(flag("raw", "Prints a text without quotes").short('r'))
        .arg(
            Arg::new("output")
                .long("output")
                .short('o')
                .value_name("FILE")
                .value_hint(ValueHint::FilePath)
                .value_parser(value_parser!(OsString))
                .help("Writes the result to a file, a text without quotes, and prints nothing"),
        )
}

fn flag(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
}

fn option(argument: &'static Argument, note: &str) -> Arg {
    let arg = Arg::new(argument.option).long(argument.option).allow_negative_numbers(true);
    let arg = match &argument.kind {
        Kind::Choice(choices) => arg.value_parser(Choice(choices)),
        _ => arg.value_parser(value_parser!(OsString)),
    };
    let (name, help) = match &argument.kind {
        Kind::Text => ("TEXT", "Text, or `@FILE`".to_owned()),
        Kind::Timestamp => ("INSTANT", "An instant, such as `2026-11-23T03:00:00Z`".to_owned()),
        Kind::Span => ("SPAN", "A span, such as `90s` or `PT1M30S`".to_owned()),
        Kind::Date => ("DAY", "A day, such as `2026-11-23`".to_owned()),
        Kind::Version => ("VERSION", "A version, such as `1.2.3`".to_owned()),
        Kind::ReasonCode => ("CODE", "A reason code, such as `gate_pending`".to_owned()),
        Kind::Number => ("NUMBER", "A number".to_owned()),
        Kind::Bool => ("BOOL", "`true` or `false`".to_owned()),
        Kind::Choice(_) => ("WORD", String::new()),
        Kind::Document(of, docs, _) => ("FILE", format!("{of}: {docs}")),
    };
    let help = format!("{help}{note}").trim_start().to_owned();
    let arg = arg.value_name(name);
    match argument.kind {
        Kind::Document(_, _, keys) => {
            arg.value_hint(ValueHint::FilePath).long_help(format!("{help}\n{keys}")).help(help)
        }
        _ => arg.value_hint(ValueHint::Other).help(help),
    }
}

/// A word of a list, for completions. Another word is not refused here: the core says what it expected.
#[derive(Clone)]
struct Choice(&'static [(&'static str, &'static str)]);

impl TypedValueParser for Choice {
    type Value = OsString;

    fn parse_ref(&self, _: &Command, _: Option<&Arg>, value: &OsStr) -> Result<OsString, clap::Error> {
        Ok(value.to_owned())
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.0.iter().map(|(word, meaning)| PossibleValue::new(*word).help(*meaning))))
    }
}

/// What the function prints, what it ends with, and an example.
fn epilogue(function: &Function) -> String {
    let (of, docs) = function.result;
    let mut text = format!("Prints: {of}");
    if !docs.is_empty() {
        let _ = write!(text, ": {docs}"); // writing to a String cannot fail
    }
    if let Some(outcome) = function.outcome {
        let command = outcome.replace(['.', '_'], " ");
        let [proceed, wait, back, ask, error] =
            [Exit::Proceed, Exit::Wait, Exit::RollBack, Exit::Ask, Exit::Usage].map(Exit::code);
        let _ = write!(
            text,
            "\n\nExit codes: {proceed} go on, {wait} wait, {back} go back, {ask} ask a person, from {error} on an error; see \
             `relcore {command} --help` and `relcore help exit-codes`"
        );
    }
    if let Some(example) = &function.example {
        text = text + "\n\nExample:\n" + &example_text(example);
    }
    text
}

fn example_text(example: &Example) -> String {
    let mut text = format!("  {}\n", example.command);
    for line in example.prints.lines() {
        let _ = writeln!(text, "  {line}");
    }
    for (name, content) in example.files {
        let _ = writeln!(text, "\n  {name}:");
        for line in content.lines() {
            let visible: String = line.chars().flat_map(shown).collect();
            let _ = writeln!(text, "  {visible}");
        }
    }
    text
}

/// A character as a person can see it.
fn shown(character: char) -> Vec<char> {
    if character.is_control() { character.escape_default().collect() } else { vec![character] }
}

/// The first paragraph, on one line without its full stop.
fn summary(docs: &str) -> String {
    let paragraph = docs.split("\n\n").next().unwrap_or_default();
    let line = paragraph.lines().map(str::trim).collect::<Vec<_>>().join(" ");
    line.strip_suffix('.').unwrap_or(&line).to_owned()
}
