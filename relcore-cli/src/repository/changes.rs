//! Unreleased changes from the commits and tags of a repository, for versions and notes.
use super::{git, history, repo, to_json};
use crate::{
    argument::{self, Given, Input},
    call::{POSITIONAL, located},
    exit::Exit,
    failure::Failure,
    system::System,
    table::Function,
};
use clap::{Arg, ArgAction, ArgMatches, ValueHint, value_parser};
use relcore::{
    api,
    change::{Parsed, Unreleased},
    interchange::{GIT_PATHS, git_changes},
};
use serde_json::{Map, Value};
use std::{collections::BTreeSet, ffi::OsString, path::Path};

/// The function that finds the changes, and those that take them. Each with the argument that the repository fills.
const FUNCTIONS: [(&str, &str); 3] =
    [(CHANGES_SINCE, "history"), ("notes.build_notes", "changes"), ("versioning.next_version", "changes")];
const CHANGES_SINCE: &str = "change.changes_since";

pub(super) fn applies_to(function: &Function) -> bool {
    filled(function).is_some()
}

fn filled(function: &Function) -> Option<&'static str> {
    FUNCTIONS.iter().find(|(name, _)| *name == function.name).map(|(_, argument)| *argument)
}

pub(super) fn options(function: &Function) -> Vec<Arg> {
    let repo = repo()
        .conflicts_with_all(filled(function).into_iter().chain([POSITIONAL]))
        .help("Takes the unreleased changes from the commits and tags of a git clone")
        .long_help(
            "Takes the unreleased changes from the commits and tags of a git clone with its full history.\nThe other \
             arguments may be left out then: the line is that of the commit that is checked out, the current\nversion is its \
             greatest tag, the policy is the default, and the audience is `user`.",
        );
    if function.name == CHANGES_SINCE {
        return vec![repo]; // the line and the policy are arguments of its own
    }
    let document = |name: &'static str, help: &'static str| {
        let option = Arg::new(name).long(name).value_name("FILE").value_hint(ValueHint::AnyPath);
        option.value_parser(value_parser!(OsString)).requires("repo").help(help)
    };
    vec![
        repo,
        document(
            "line",
            "change.Line: which line is released, such as `{line: 1.x}` [default: what is checked out]",
        ),
        document(
            "change-policy",
            "change.Policy: how messages are read [default: the specification, to the letter]",
        ),
        Arg::new("path").long("path").value_name("PATH").requires("repo").action(ArgAction::Append).help(
            "Takes only the changes that touch this path of the repository; several add up [default: all]",
        ),
    ]
}

/// Fills in the arguments that were not given.
pub(super) fn fill(
    function: &Function,
    arguments: &mut [Option<Given>],
    repository: &Path,
    matches: &ArgMatches,
    input: &mut Input,
    system: &mut dyn System,
) -> Result<(), Failure> {
    let mut document = |name: &str, system: &mut dyn System| {
        let word = matches.get_one::<OsString>(name);
        word.map(|word| argument::read_document(word, format!("--{name}"), input, system)).transpose()
    };
    let line = match function.arguments.iter().position(|argument| argument.wire == "line") {
        Some(index) => arguments.get_mut(index).and_then(Option::take),
        None => document("line", system)?,
    };
    let (line, head) = with_head(line, repository, system)?;
    let history = git_changes(&history(repository, Some(head), system)?);
    let from_repository = |json: String| Given { json, source: repository.display().to_string() };
    if function.name == CHANGES_SINCE {
        let mut line = Some(line);
        for (argument, given) in function.arguments.iter().zip(arguments) {
            match argument.wire {
                "history" => *given = Some(from_repository(to_json(&history)?)),
                "line" => *given = line.take(),
                _ => {}
            }
        }
        return Ok(());
    }
    let policy = document("change-policy", system)?.unwrap_or_else(|| from_repository("{}".to_owned()));
    let sources =
        [("history", &repository.display().to_string()), ("line", &line.source), ("policy", &policy.source)];
    let json =
        format!(r#"{{"history":{},"line":{},"policy":{}}}"#, to_json(&history)?, line.json, policy.json);
    let found = api::call_json(CHANGES_SINCE, &json).map_err(|error| refused(&error, &sources))?;
    let found: Unreleased = serde_json::from_str(&found)
        .map_err(|fault| Failure::new(Exit::Internal, format!("{CHANGES_SINCE}: {fault}")))?;
    if !found.missing.is_empty() {
        let text = format!("lacks the commits {}: fetch them first", found.missing.join(", "));
        return Err(Failure::new(Exit::BadInput, format!("{}: {text}", repository.display())));
    }
    let changes = touching(found.changes, repository, matches, system)?;
    for (argument, given) in function.arguments.iter().zip(arguments).filter(|(_, given)| given.is_none()) {
        let json = match (argument.wire, &found.current) {
            ("changes", _) => to_json(&changes)?,
            ("tags", _) => to_json(&history.tags.iter().map(|tag| &tag.name).collect::<Vec<_>>())?,
            ("current", Some(current)) => to_json(current)?,
            ("policy", _) => policy_of(&line.json),
            ("request", _) => "{}".to_owned(),
            ("audience", _) => "\"user\"".to_owned(),
            _ => continue,
        };
        *given = Some(from_repository(json));
    }
    Ok(())
}

/// The line that was asked for with the identifier of its head, which may be a branch: what is checked out, unless it names
/// another.
fn with_head(
    line: Option<Given>,
    repository: &Path,
    system: &mut dyn System,
) -> Result<(Given, String), Failure> {
    let Given { json, source } =
        line.unwrap_or_else(|| Given { json: "{}".to_owned(), source: "--repo".to_owned() });
    let fields = serde_json::from_str::<Map<String, Value>>(&json).ok();
    let named = fields.as_ref().and_then(|fields| fields.get("head")).and_then(Value::as_str);
    let name = format!("{}^{{commit}}", named.unwrap_or("HEAD"));
    let head = git(repository, "git rev-parse --verify --end-of-options", &[name], system)?.trim().to_owned();
    // The core says what is wrong with a line that is no object.
    let Some(mut fields) = fields else { return Ok((Given { json, source }, head)) };
    fields.insert("head".to_owned(), head.as_str().into());
    Ok((Given { json: Value::from(fields).to_string(), source }, head))
}

/// How versions of a line are numbered: what a line and a policy of versions have in common.
fn policy_of(line: &str) -> String {
    let fields = serde_json::from_str::<Map<String, Value>>(line).unwrap_or_default();
    let common =
        fields.into_iter().filter(|(name, _)| ["line", "scheme", "tagFormat"].contains(&name.as_str()));
    Value::from_iter(common).to_string()
}

/// The changes one of whose commits touches the paths that were asked for.
fn touching(
    changes: Vec<Parsed>,
    repository: &Path,
    matches: &ArgMatches,
    system: &mut dyn System,
) -> Result<Vec<Parsed>, Failure> {
    let paths: Vec<String> = matches.get_many("path").into_iter().flatten().cloned().collect();
    if paths.is_empty() {
        return Ok(changes);
    }
    let ids = git(repository, GIT_PATHS, &paths, system)?;
    let ids: BTreeSet<&str> = ids.lines().collect();
    let touches = |change: &Parsed| change.id.iter().chain(&change.also).any(|id| ids.contains(id.as_str()));
    Ok(changes.into_iter().filter(touches).collect())
}

fn refused(error: &relcore::Error, sources: &[(&str, &String)]) -> Failure {
    let line = |fault: &relcore::Fault| {
        let (name, _) = fault.path.split_once(['.', '[']).unwrap_or((&fault.path, ""));
        match sources.iter().find(|(argument, _)| *argument == name) {
            Some((_, source)) => {
                let rest = fault.path.strip_prefix(name).unwrap_or(&fault.path);
                located(source, rest.strip_prefix('.').unwrap_or(rest), fault)
            }
            None => located(&"--repo", &fault.path, fault),
        }
    };
    Failure { exit: Exit::BadInput, lines: error.faults().iter().map(line).collect() }
}
