//! The `relcore` command: every public function of [relcore] as a command of its own.
//!
//! `relcore canary next-action --schedule s.yaml --state state.json --observations obs.json` reads files, decides, stores
//! the new state, prints the decision as JSON and ends with an exit code that says what to do. The commands are made from
//! the function table of the core and its documentation; README.md shows the use.
//!
//! The binary, the console script of the Python package and `npx relcore` call [`main`], so they behave the same. A program
//! that embeds the command, or a test of it, passes its own [`System`] to [`run`].
#![allow(
    clippy::disallowed_methods,
    reason = "the purity lints are the core's; reading files, storing states and the clock are here"
)]
mod argument;
mod call;
mod command;
mod exit;
mod failure;
mod functions;
mod output;
mod repository;
mod state;
mod system;
mod table;
mod topic;

pub use exit::Exit;
pub use system::{Machine, Stream, System};

use clap::error::{ContextKind, ContextValue, ErrorKind};
use failure::Failure;
use functions::MODULES;
use std::{
    ffi::OsString,
    panic::{AssertUnwindSafe, catch_unwind},
};

/// Runs a command line, without the name of the program, on this machine. Returns the exit code.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    // The place of the panic was reported where it happened.
    let done = catch_unwind(AssertUnwindSafe(|| run(arguments, &mut Machine)));
    done.unwrap_or_else(|_| {
        Machine.report("error: this is a defect of relcore, please report it\n");
        Exit::Internal
    })
    .code()
}

/// Runs a command line, without the name of the program, on a system.
///
/// ```
/// use relcore_cli::{Exit, Machine, run};
/// let arguments = ["time", "parse-span", "90"].map(Into::into);
/// assert_eq!(run(arguments, &mut Machine), Exit::BadInput); // and says on standard error what it expected
/// ```
pub fn run(arguments: impl IntoIterator<Item = OsString>, system: &mut dyn System) -> Exit {
    match dispatch(arguments, system) {
        Ok(exit) => exit,
        Err(Failure { exit, lines }) => {
            let style = if system.errors().has_colours { ("\x1b[1;31m", "\x1b[0m") } else { ("", "") };
            let text: String =
                lines.iter().map(|line| format!("{}error:{} {line}\n", style.0, style.1)).collect();
            system.report(&text);
            exit
        }
    }
}

fn dispatch(arguments: impl IntoIterator<Item = OsString>, system: &mut dyn System) -> Result<Exit, Failure> {
    let mut command = command::command(MODULES);
    let arguments = std::iter::once("relcore".into()).chain(arguments);
    let matches = match command.try_get_matches_from_mut(arguments) {
        Ok(matches) => matches,
        Err(error) => return unparsed(error, system),
    };
    let Some((name, matches)) = matches.subcommand() else { return Ok(Exit::Usage) };
    if let Some(topic) = topic::TOPICS.iter().find(|topic| topic.name == name) {
        return print(&(topic.text)(), system);
    }
    if name == "completions"
        && let Some(shell) = matches.get_one::<clap_complete::Shell>(command::SHELL)
    {
        let mut text = Vec::new();
        clap_complete::generate(*shell, &mut command, "relcore", &mut text);
        return print(&String::from_utf8_lossy(&text), system);
    }
    let module = MODULES.iter().find(|module| module.name == name);
    let own = matches.subcommand().zip(module).and_then(|((name, matches), module)| {
        let function = module.functions.iter().find(|function| function.command == name)?;
        let command = command.find_subcommand_mut(module.name)?.find_subcommand_mut(name)?;
        Some((function, matches, command))
    });
    match own {
        Some((function, matches, command)) => call::call(function, matches, command, system),
        None => Err(Failure::new(Exit::Internal, "the command has no function")),
    }
}

/// Help and the version, which are results, and mistakes on the command line.
fn unparsed(mut error: clap::Error, system: &mut dyn System) -> Result<Exit, Failure> {
    if error.kind() == ErrorKind::InvalidSubcommand {
        suggest(&mut error);
    }
    let text = error.render();
    let stream = if error.use_stderr() { system.errors() } else { system.output() };
    let text = if stream.has_colours { text.ansi().to_string() } else { text.to_string() };
    if error.use_stderr() {
        system.report(&text);
        return Ok(Exit::Usage);
    }
    print(&text, system)
}

/// Suggests the full command for the name of a function without its module.
fn suggest(error: &mut clap::Error) {
    let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand) else { return };
    let word = word.replace('_', "-");
    let name = word.rsplit('.').next().unwrap_or(&word);
    let functions = MODULES.iter().flat_map(|module| module.functions.iter().map(move |own| (module, own)));
    let found: Vec<_> = functions
        .filter(|(_, function)| function.command == name)
        .map(|(module, function)| {
            format!("the command is `relcore {} {}`", module.name, function.command).into()
        })
        .collect();
    if !found.is_empty() {
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(found));
    }
}

fn print(text: &str, system: &mut dyn System) -> Result<Exit, Failure> {
    system.print(text).map_err(|fault| Failure::io("stdout", &fault))?;
    Ok(Exit::Proceed)
}
