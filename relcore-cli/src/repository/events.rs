//! Deployments and changes from the release tags and commits of a repository, for metrics.
use super::{git, history, refused, repo, to_json};
use crate::{
    argument::Given,
    call::{POSITIONAL, now},
    exit::Exit,
    failure::Failure,
    system::System,
    table::Function,
};
use clap::{Arg, ArgAction, ArgMatches};
use relcore::{
    Span, TimeRange, Timestamp,
    interchange::{GIT_PATHS, GIT_SERVICE, GitPackage, GitReleases, RELEASE_TAG, git_packages, git_releases},
    metrics::Events,
};
use std::path::Path;

/// The arguments that a repository fills: of a function that takes rows, and of one that takes all events in one value.
const FILLED: [&[&str]; 2] = [&["deployments", "changes", "range"], &["events", "breakdown", "range"]];

pub(super) fn filled(function: &Function) -> Option<&'static [&'static str]> {
    let takes = |name: &&str| function.arguments.iter().any(|argument| argument.wire == *name);
    FILLED.into_iter().find(|names| names.iter().all(takes))
}

pub(super) fn options(function: &Function) -> Vec<Arg> {
    let facts =
        filled(function).into_iter().flatten().copied().filter(|name| !["breakdown", "range"].contains(name));
    vec![
        repo()
            .conflicts_with_all(facts.chain([POSITIONAL]))
            .help("Takes deployments and changes from the release tags and commits of a git clone")
            .long_help(
                "Takes deployments and changes from the release tags and commits of a git clone with its full \
                 history.\nThe other arguments may be left out then: there are no incidents, the policy is the default, the\n\
                 range goes from the first release to now, the unit is `month` and the zone is `UTC`. The title of a\n\
                 report is the name of the folder.",
            ),
        Arg::new("tag-pattern")
            .long("tag-pattern")
            .value_name("REGEX")
            .requires("repo")
            .help(format!("Which tags are releases, as a regular expression for the whole tag [default: {RELEASE_TAG}]")),
        Arg::new("path")
            .long("path")
            .value_name("PATH")
            .requires("repo")
            .action(ArgAction::Append)
            .help("Counts only the commits that touch this path of the repository; several add up [default: all commits]"),
        Arg::new("repository")
            .long("repository")
            .value_name("OWNER/NAME")
            .requires("repo")
            .help("The name by which reverts refer to its pull requests [default: the one that most reverts name]"),
        Arg::new("since")
            .long("since")
            .value_name("INSTANT|SPAN")
            .requires("repo")
            .conflicts_with("range")
            .help("The start of the range, or its length, such as `90d` [default: the first release]"),
        Arg::new("until")
            .long("until")
            .value_name("INSTANT")
            .requires("repo")
            .conflicts_with("range")
            .help("The end of the range [default: now]"),
    ]
}

/// Fills in the arguments that were not given.
pub(super) fn fill(
    function: &Function,
    arguments: &mut [Option<Given>],
    repository: &Path,
    matches: &ArgMatches,
    system: &mut dyn System,
) -> Result<(), Failure> {
    let pattern = matches.get_one::<String>("tag-pattern").map(String::as_str);
    let releases = releases(repository, pattern, matches, system)?;
    for (argument, given) in function.arguments.iter().zip(arguments).filter(|(_, given)| given.is_none()) {
        let json = match argument.wire {
            "deployments" => to_json(&releases.deployments)?,
            "changes" => to_json(&releases.changes)?,
            "events" => to_json(
                &Events::default()
                    .deployments(releases.deployments.clone())
                    .changes(releases.changes.clone()),
            )?,
            "incidents" => "[]".to_owned(),
            "policy" | "breakdown" => "{}".to_owned(),
            "title" => to_json(&title(repository))?,
            "range" => to_json(&range(&releases, pattern, matches, system)?)?,
            "unit" => "\"month\"".to_owned(),
            "zone" => "\"UTC\"".to_owned(),
            _ => continue,
        };
        let source =
            if argument.wire == "range" { "--since".to_owned() } else { repository.display().to_string() };
        *given = Some(Given { json, source });
    }
    Ok(())
}

/// The name of the folder.
fn title(repository: &Path) -> String {
    let path = std::path::absolute(repository).unwrap_or_else(|_| repository.to_owned());
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.display().to_string()
}

fn releases(
    repository: &Path,
    pattern: Option<&str>,
    matches: &ArgMatches,
    system: &mut dyn System,
) -> Result<GitReleases, Failure> {
    let name = matches.get_one::<String>("repository").map(String::as_str);
    let paths: Vec<String> = matches.get_many("path").into_iter().flatten().cloned().collect();
    let history = history(repository, None, system)?;
    let refused = |error| refused(repository, &error);
    if paths.is_empty() {
        return git_releases(&history, pattern, name).map_err(refused);
    }
    let ids = git(repository, GIT_PATHS, &paths, system)?;
    let package = GitPackage::new(GIT_SERVICE, pattern.unwrap_or(RELEASE_TAG))
        .commits(ids.lines().map(str::to_owned).collect());
    git_packages(&history, &[package], name).map_err(refused)
}

fn range(
    releases: &GitReleases,
    pattern: Option<&str>,
    matches: &ArgMatches,
    system: &mut dyn System,
) -> Result<TimeRange, Failure> {
    let end = match matches.get_one::<String>("until") {
        Some(text) => Timestamp::parse(text).map_err(|error| bad("--until", &error))?,
        None => now(system)?,
    };
    let start = match matches.get_one::<String>("since") {
        Some(text) => match Span::parse(text) {
            Ok(length) => end.plus(Span::from_seconds(0).saturating_sub(length)),
            Err(_) => Timestamp::parse(text),
        }
        .map_err(|error| bad("--since", &error))?,
        None => releases.deployments.first().map(|first| first.finished_at).ok_or_else(|| {
            let pattern = pattern.unwrap_or(RELEASE_TAG);
            let tags = match (releases.unmatched_tags.get(), releases.unmatched_examples.as_slice()) {
                (0, _) => "the repository has no tags of commits".to_owned(),
                (n, examples) => format!("there are {n}, such as `{}`", examples.join("`, `")),
            };
            let text = format!(
                "no tag matches `{pattern}`: {tags}; say which tags are releases, or since when to measure"
            );
            Failure::new(Exit::BadInput, format!("--tag-pattern: {text}"))
        })?,
    };
    Ok(TimeRange { start, end })
}

fn bad(option: &str, error: &relcore::Error) -> Failure {
    Failure::new(Exit::BadInput, format!("{option}: {error} [{}]", error.code()))
}
