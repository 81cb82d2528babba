//! Calls a function of the core: its arguments from the command line, its result to standard output, its outcome as the
//! exit code.
use crate::{
    argument::{self, Format, Given, Input},
    exit::Exit,
    failure::{Failure, Failures},
    functions::MODULES,
    output::{self, Output},
    repository,
    state::StateFile,
    system::System,
    table::{Argument, Function, Kind, State},
};
use clap::{ArgMatches, error::ErrorKind};
use relcore::{Timestamp, api, decision::Outcome};
use serde::Deserialize;
use serde_json::{Value, value::RawValue};
use std::{ffi::OsString, fmt::Display, path::Path, time::UNIX_EPOCH};

/// Calls a function with what was given on the command line.
pub(crate) fn call(
    function: &Function,
    matches: &ArgMatches,
    command: &mut clap::Command,
    system: &mut dyn System,
) -> Result<Exit, Failure> {
    let words = words(function, matches, command)?;
    let output = Output::of(function, matches, system.output().is_terminal);
    let mut given = read(function, words, matches, command, system)?;

    let state = given.state.take();
    let result = given.call(function)?;
    let text = output.render(function, &result, &given)?;
    let exit = exit(function, &result)?;
    // Stored before it is shown: whoever has seen a decision can rely on its state.
    if let Some(state) = &state {
        let next = match function.state {
            State::Replaces(_) => &next_state(&result)?,
            _ => &result,
        };
        state.replace(next, system)?;
    }
    if !text.errors.is_empty() {
        system.report(&text.errors);
    }
    output.write(&text.output, system)?;
    Ok(exit)
}

/// The words of the arguments, by name or in the order of the signature.
fn words(
    function: &Function,
    matches: &ArgMatches,
    command: &mut clap::Command,
) -> Result<Vec<Option<OsString>>, Failure> {
    if function.arguments.is_empty() {
        return Ok(Vec::new());
    }
    let mut positional = matches.get_many::<OsString>(POSITIONAL).into_iter().flatten().cloned();
    let mut words = Vec::new();
    for argument in function.arguments {
        let named = matches.get_one::<OsString>(argument.option).cloned();
        words.push(named.or_else(|| positional.next()));
    }
    match positional.next() {
        None => Ok(words),
        Some(word) => Err(usage(
            command,
            ErrorKind::UnknownArgument,
            &format!("unexpected argument '{}' found", word.display()),
        )),
    }
}

/// The id of the arguments without names.
pub(crate) const POSITIONAL: &str = "ARGUMENT";

/// The arguments of a call.
#[derive(Debug, Default)]
pub(crate) struct Call {
    /// Each argument as JSON; `None` for one that is left out.
    pub arguments: Vec<Option<Given>>,
    /// The file of the state, locked, if the call replaces or creates one.
    state: Option<StateFile>,
}

fn read(
    function: &Function,
    words: Vec<Option<OsString>>,
    matches: &ArgMatches,
    command: &mut clap::Command,
    system: &mut dyn System,
) -> Result<Call, Failure> {
    let from_repository = repository::is_named(function, matches);
    if !from_repository {
        check_complete(function, &words, command)?;
    }
    let (mut failures, mut input) = (Failures::default(), Input::default());
    let mut call = Call::default();
    let mut state_word = None;
    for (index, (argument, word)) in function.arguments.iter().zip(words).enumerate() {
        let is_stored = function.state == State::Replaces(index)
            && !matches.get_flag("dry-run")
            && word.as_ref().is_some_and(|word| word != "-" && !argument::is_inline(word));
        if is_stored {
            state_word = word;
            call.arguments.push(None);
        } else {
            let given = word.map(|word| argument::read(argument, &word, &mut input, system));
            call.arguments.push(given.and_then(|given| failures.absorb(given)));
        }
    }
    if from_repository {
        failures.absorb(repository::fill(function, &mut call.arguments, matches, &mut input, system));
    }
    // The lock comes last, so that no other process waits for a slow input, and is refused only when it must be.
    match function.state {
        State::Replaces(index) => {
            if let Some((state, given)) =
                state_word.and_then(|name| failures.absorb(open_state(Path::new(&name), system)))
            {
                call.state = Some(state);
                call.arguments.splice(index..=index, [Some(given)]);
            }
        }
        State::Creates => {
            if let Some(name) = matches.get_one::<OsString>("state") {
                let created = StateFile::create(Path::new(name), matches.get_flag("overwrite"), system);
                call.state = failures.absorb(created);
            }
        }
        State::None => {}
    }
    failures.finish()?;
    for (argument, given) in function.arguments.iter().zip(&mut call.arguments) {
        if given.is_none() && has_usual_policy(function, argument) {
            *given = Some(Given { json: "{}".to_owned(), source: format!("--{}", argument.option) });
        }
    }
    // The clock is read after every input, so that nothing was observed after now.
    for (argument, given) in function.arguments.iter().zip(&mut call.arguments) {
        if given.is_none() && is_now(argument) {
            let json = Value::String(now(system)?.to_string()).to_string();
            *given = Some(Given { json, source: "--now".into() });
        }
    }
    Ok(call)
}

/// Fails for the arguments that have no default and are missing.
fn check_complete(
    function: &Function,
    words: &[Option<OsString>],
    command: &mut clap::Command,
) -> Result<(), Failure> {
    let given = function.arguments.iter().zip(words);
    let has_default = |argument: &Argument| is_now(argument) || has_usual_policy(function, argument);
    let missing =
        given.filter(|(argument, word)| word.is_none() && !argument.is_optional && !has_default(argument));
    let missing: Vec<String> = missing.map(|(argument, _)| format!("--{}", argument.option)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let text = format!("these arguments are missing: {}", missing.join(", "));
    Err(usage(command, ErrorKind::MissingRequiredArgument, &text))
}

/// Locks and reads the file of a state.
fn open_state(name: &Path, system: &mut dyn System) -> Result<(StateFile, Given), Failure> {
    let state = StateFile::open(name, system)?;
    let content = state.read(system)?;
    let given = argument::document(content, name.display().to_string(), Format::of(name))?;
    Ok((state, given))
}

/// Whether an argument that is left out has the default policy: where it is a convention that everybody shares. A default that
/// lets everything pass, as that of windows, must be asked for.
pub(crate) fn has_usual_policy(function: &Function, argument: &Argument) -> bool {
    let is_convention =
        ["change.", "notes.", "versioning."].iter().any(|name| function.name.starts_with(name));
    is_convention && matches!(argument.wire, "policy" | "spec")
}

/// Whether the clock is the default of an argument.
pub(crate) fn is_now(argument: &Argument) -> bool {
    argument.wire == "now" && matches!(argument.kind, Kind::Timestamp)
}

/// The time of the clock.
pub(crate) fn now(system: &mut dyn System) -> Result<Timestamp, Failure> {
    let since =
        system.now().duration_since(UNIX_EPOCH).ok().and_then(|since| i64::try_from(since.as_millis()).ok());
    let now = since.and_then(|millis| Timestamp::from_millis(millis).ok());
    now.ok_or_else(|| Failure::new(Exit::Io, "the clock of this machine is not set"))
}

impl Call {
    fn call(&self, function: &Function) -> Result<String, Failure> {
        let texts = self.arguments.iter().map(|given| given.as_ref().map(|given| given.json.as_str()));
        call_json(function, texts).map_err(|error| Failure {
            exit: Exit::BadInput,
            lines: error.faults().iter().map(|fault| self.located(function, fault)).collect(),
        })
    }

    /// A fault as a line, with the source of the argument instead of its name.
    fn located(&self, function: &Function, fault: &relcore::Fault) -> String {
        let (source, path) = self.source(function, &fault.path);
        let line = located(&source, path, fault);
        let is_of_state = matches!(function.state, State::Replaces(index)
            if function.arguments.get(index).is_some_and(|state| fault.path.starts_with(state.wire)));
        if is_of_state && fault.text.starts_with("unknown ") {
            return format!("{line}; a newer version of relcore may have written it");
        }
        line
    }

    /// Splits a path: the source of the argument that it begins with, and the rest.
    fn source<'a>(&'a self, function: &Function, path: &'a str) -> (&'a str, &'a str) {
        let (name, _) = path.split_once(['.', '[']).unwrap_or((path, ""));
        let mut arguments = function.arguments.iter().zip(&self.arguments);
        match arguments.find(|(argument, _)| argument.wire == name) {
            Some((_, Some(given))) => {
                let rest = path.strip_prefix(name).unwrap_or(path);
                (&given.source, rest.strip_prefix('.').unwrap_or(rest))
            }
            _ => ("", path),
        }
    }
}

/// A fault as a line: where the input came from, the path in it, what is wrong, the code.
pub(crate) fn located(source: &dyn Display, path: &str, fault: &relcore::Fault) -> String {
    let parts = [source.to_string(), path.to_owned(), format!("{} [{}]", fault.text, fault.code.code())];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(": ")
}

/// Calls a function whose only argument is the result of another.
pub(crate) fn call_with(name: &str, result: &str) -> Result<String, Failure> {
    let function = MODULES.iter().flat_map(|module| module.functions).find(|function| function.name == name);
    let function = function.ok_or_else(|| internal(format!("there is no function `{name}`")))?;
    call_json(function, [Some(result)].into_iter()).map_err(|error| internal(format!("{name}: {error}")))
}

/// Calls a function with its arguments as JSON, in their order.
fn call_json<'a>(
    function: &Function,
    arguments: impl Iterator<Item = Option<&'a str>>,
) -> relcore::Result<String> {
    let given = function.arguments.iter().zip(arguments);
    let given = given.filter_map(|(argument, json)| Some(format!("\"{}\":{}", argument.wire, json?)));
    api::call_json(function.name, &format!("{{{}}}", given.collect::<Vec<_>>().join(",")))
}

/// The next state, as it stands in a decision.
fn next_state(decision: &str) -> Result<String, Failure> {
    #[derive(Deserialize)]
    struct Decision<'a> {
        #[serde(borrow)]
        state: &'a RawValue,
    }
    serde_json::from_str::<Decision<'_>>(decision)
        .map(|decision| decision.state.get().to_owned())
        .map_err(|fault| internal(format!("the decision has no state: {fault}")))
}

fn exit(function: &Function, result: &str) -> Result<Exit, Failure> {
    if function.is_diagnosis {
        return Ok(if output::has_error(result)? { Exit::BadInput } else { Exit::Proceed });
    }
    let Some(outcome) = function.outcome else { return Ok(Exit::Proceed) };
    let outcome = call_with(outcome, result)?;
    serde_json::from_str::<Outcome>(&outcome)
        .map(Exit::from)
        .map_err(|fault| internal(format!("not an outcome: {fault}")))
}

fn internal(line: String) -> Failure {
    Failure::new(Exit::Internal, line)
}

/// A mistake on the command line, with the usage of the command.
pub(crate) fn usage(command: &mut clap::Command, kind: ErrorKind, text: &str) -> Failure {
    let error = command.error(kind, text);
    let text = error.to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    Failure { exit: Exit::Usage, lines: vec![text.trim_end().to_owned()] }
}
