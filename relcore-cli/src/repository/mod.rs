//! `--repo`: facts from the history of a git repository.
//!
//! The formats and the conversions are those of `interchange`; these modules run git and fill in the arguments that git cannot
//! know.
mod changes;
mod events;

use crate::{
    argument::{Given, Input},
    call::located,
    exit::Exit,
    failure::Failure,
    system::System,
    table::Function,
};
use clap::{Arg, ArgMatches, ValueHint, value_parser};
use relcore::interchange::{GIT_LOG, GIT_SHALLOW, GIT_TAGS, GitHistory, parse_git};
use serde::Serialize;
use std::{ffi::OsString, io, path::Path};

/// Whether a function takes what a repository has.
pub(crate) fn applies_to(function: &Function) -> bool {
    events::filled(function).is_some() || changes::applies_to(function)
}

/// The options of a function that can take its facts from a repository.
pub(crate) fn options(function: &Function) -> Vec<Arg> {
    if changes::applies_to(function) { changes::options(function) } else { events::options(function) }
}

fn repo() -> Arg {
    Arg::new("repo")
        .long("repo")
        .value_name("PATH")
        .value_hint(ValueHint::DirPath)
        .value_parser(value_parser!(OsString))
}

/// Whether the facts come from a repository.
pub(crate) fn is_named(function: &Function, matches: &ArgMatches) -> bool {
    applies_to(function) && matches.contains_id("repo")
}

/// Fills in the arguments that were not given.
pub(crate) fn fill(
    function: &Function,
    arguments: &mut [Option<Given>],
    matches: &ArgMatches,
    input: &mut Input,
    system: &mut dyn System,
) -> Result<(), Failure> {
    let Some(repository) = matches.get_one::<OsString>("repo") else { return Ok(()) };
    let repository = Path::new(repository);
    if changes::applies_to(function) {
        changes::fill(function, arguments, repository, matches, input, system)
    } else {
        events::fill(function, arguments, repository, matches, system)
    }
}

/// The commits and tags of a clone with its full history: of what is checked out, of the tags and of another commit.
fn history(repository: &Path, head: Option<String>, system: &mut dyn System) -> Result<GitHistory, Failure> {
    if git(repository, GIT_SHALLOW, &[], system)?.trim() == "true" {
        let text =
            "is a shallow clone, so the result would be wrong: run `git fetch --unshallow --tags` first";
        return Err(Failure::new(Exit::BadInput, format!("{}: {text}", repository.display())));
    }
    let tags = git(repository, GIT_TAGS, &[], system)?;
    let log = git(repository, GIT_LOG, head.as_slice(), system)?;
    parse_git(&tags, &log).map_err(|error| refused(repository, &error))
}

fn refused(repository: &Path, error: &relcore::Error) -> Failure {
    let faults = error.faults().iter();
    let lines = faults.map(|fault| located(&repository.display(), &fault.path, fault)).collect();
    Failure { exit: Exit::BadInput, lines }
}

/// What a git command prints.
fn git(
    repository: &Path,
    command: &str,
    more: &[String],
    system: &mut dyn System,
) -> Result<String, Failure> {
    // These settings of a user would change what the commands print.
    const SETTINGS: [&str; 4] = ["-c", "log.showSignature=false", "-c", "i18n.logOutputEncoding=UTF-8"];
    let words = shlex::split(command).unwrap_or_default().into_iter().skip(1);
    let arguments: Vec<String> =
        SETTINGS.map(str::to_owned).into_iter().chain(words).chain(more.iter().cloned()).collect();
    let done = system.git(repository, &arguments).map_err(|fault| match fault.kind() {
        io::ErrorKind::NotFound => {
            Failure::new(Exit::Io, "git: is not installed, or not in PATH: `--repo` runs it")
        }
        _ => Failure::io("git", &fault),
    })?;
    if done.status.success() {
        // Old messages are in any encoding; their text is shown nowhere.
        return Ok(String::from_utf8_lossy(&done.stdout).into_owned());
    }
    let errors = String::from_utf8_lossy(&done.stderr);
    let lines = errors.lines().filter(|line| !line.is_empty());
    let lines: Vec<String> = lines.map(|line| format!("git in {}: {line}", repository.display())).collect();
    Err(Failure { exit: Exit::Io, lines })
}

fn to_json(value: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(|fault| Failure::new(Exit::Internal, format!("no JSON: {fault}")))
}
