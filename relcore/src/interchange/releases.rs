//! From a git history to deployments and changes.
//!
//! A tag is not a deployment, but for software that is published it is the nearest fact that every clone has: the
//! instant from which users can have the change. The rule is that of containment: a commit belongs to the earliest
//! release that reaches it. The rule "what lies between this tag and the one before it by time" is wrong with release
//! branches: in argo-cd it delivers each commit seven times.
use super::git::{GitCommit, GitHistory, GitTag};
use super::reverts::Reverts;
use crate::error::{Error, ErrorKind, Faults, Result};
use crate::metrics::{Change, Deployment, DeploymentIntent, DeploymentOutcome, natural};
use regex_lite::Regex;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The tags that are releases unless the caller says otherwise: a version and nothing else.
pub const RELEASE_TAG: &str = r"v?\d+\.\d+\.\d+";

/// The service of the deployments that come from a git history.
pub const GIT_SERVICE: &str = "repository";

/// The releases of a repository as deployments, and its commits as changes: what [`crate::metrics::dora`] takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GitReleases {
    /// One deployment a release, in the order of time: the tag is the id, the service is `repository`, the environment
    /// `production`.
    pub deployments: Vec<Deployment>,
    /// One change a commit, in the order of the log, released or not.
    pub changes: Vec<Change>,
}

/// Takes tags for releases and gives each commit to the earliest release that reaches it.
///
/// Releases are in the order of their time, then of the numbers in their tags. Every commit is visited once, so long
/// histories and release branches cost no more than their size, and nothing is delivered twice.
///
/// A commit reverts another when its message has `This reverts commit <sha>` or `Reverts owner/repo#N`, or, with
/// neither, when its subject is `Revert "<subject>"`. A revert whose target is not in the history links to nothing.
///
/// `tag_pattern` is a regular expression that has to match the whole tag; `v?\d+\.\d+\.\d+` when left out.
///
/// ```
/// use relcore::interchange::{git_releases, parse_git};
/// let (a, b) = ("a".repeat(40), "b".repeat(40));
/// let history = parse_git(
///     &format!("v1.0.0\tcommit\t{a}\t\t\t100\t\nnightly\tcommit\t{b}\t\t\t200\t\n"),
///     &format!("{b}\t{a}\t200\t200\tsecond\x1f\x1e\n{a}\t\t100\t100\tfirst\x1f\x1e\n"),
/// )?;
/// let releases = git_releases(&history, None)?;
/// assert_eq!(releases.deployments.len(), 1);
/// assert_eq!(releases.deployments[0].changes, [a]);
/// // Pitfall: the pattern matches the whole tag, not a part of it.
/// assert!(git_releases(&history, Some("night"))?.deployments.is_empty());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `invalid_value` for a pattern that is no regular expression (`(`) or longer than 10,000 bytes; `unknown_reference` for a parent or a released
/// commit that is not in the history, as in a shallow clone; `duplicate` for a commit or a release that comes twice.
pub fn git_releases(history: &GitHistory, tag_pattern: Option<&str>) -> Result<GitReleases> {
    let pattern = whole_match(tag_pattern.unwrap_or(RELEASE_TAG))?;
    let mut tags: Vec<(usize, &GitTag)> =
        history.tags.iter().enumerate().filter(|(_, tag)| pattern.is_match(&tag.name)).collect();
    tags.sort_by(|(_, a), (_, b)| a.tagged_at.cmp(&b.tagged_at).then_with(|| natural(&a.name, &b.name)));

    let mut faults = Faults::new();
    let graph = Graph::new(&history.commits, &mut faults);
    let released: Vec<(&GitTag, usize)> = tags
        .iter()
        .filter_map(|(place, tag)| Some((*tag, graph.released(*place, tag, &mut faults)?)))
        .collect();
    let mut names: Vec<&str> = tags.iter().map(|(_, tag)| tag.name.as_str()).collect();
    names.sort_unstable();
    if let Some(name) = names.iter().zip(names.iter().skip(1)).find(|(a, b)| a == b).map(|(name, _)| name) {
        let name = crate::wire::quoted(name);
        faults.add(ErrorKind::Duplicate, format_args!("history.tags"), format_args!("has {name} twice"));
    }
    faults.finish()?;

    let mut reached = vec![false; history.commits.len()];
    let deployments = released
        .into_iter()
        .map(|(tag, head)| {
            let mut new = graph.reach(head, &mut reached);
            new.sort_unstable();
            let commits = new.into_iter().filter_map(|place| history.commits.get(place));
            deployment(tag, commits.map(|commit| commit.id.clone()).collect())
        })
        .collect();
    let reverts = Reverts::new(&history.commits);
    let changes = history.commits.iter().enumerate();
    let changes = changes.map(|(place, commit)| change(commit, reverts.of(place, commit))).collect();
    Ok(GitReleases { deployments, changes })
}

/// No pattern of tags is this long, and a compiler of patterns must not be fed megabytes.
const LONGEST_PATTERN: usize = 10_000;

fn whole_match(pattern: &str) -> Result<Regex> {
    if pattern.len() > LONGEST_PATTERN {
        let text = format!("is {} bytes long: expected a pattern of at most 10,000", pattern.len());
        return Err(Error::new(ErrorKind::InvalidValue, "tagPattern", text));
    }
    Regex::new(&format!("^(?:{pattern})$")).map_err(|fault| {
        let pattern = crate::wire::quoted(pattern);
        Error::new(
            ErrorKind::InvalidValue,
            "tagPattern",
            format!("{pattern} is not a regular expression: {fault}"),
        )
    })
}

fn deployment(tag: &GitTag, changes: Vec<String>) -> Deployment {
    Deployment {
        id: tag.name.clone(),
        service: GIT_SERVICE.to_owned(),
        environment: "production".to_owned(),
        started_at: None,
        finished_at: tag.tagged_at,
        outcome: DeploymentOutcome::Success,
        intent: DeploymentIntent::Unknown,
        revision: None, // a tag set later on an old commit is no rollback
        remediates: vec![],
        changes,
    }
}

fn change(commit: &GitCommit, reverts: Vec<String>) -> Change {
    Change {
        id: commit.id.clone(),
        authored_at: Some(commit.authored_at),
        committed_at: commit.committed_at,
        merge: commit.parents.len() > 1,
        reverts,
    }
}

/// The commits as a graph of indices.
struct Graph<'a> {
    places: BTreeMap<&'a str, usize>,
    parents: Vec<Vec<usize>>,
}

impl<'a> Graph<'a> {
    fn new(commits: &'a [GitCommit], faults: &mut Faults) -> Self {
        let mut places = BTreeMap::new();
        for (place, commit) in commits.iter().enumerate() {
            if places.insert(commit.id.as_str(), place).is_some() {
                let id = crate::wire::quoted(&commit.id);
                let path = format_args!("history.commits[{place}].id");
                faults.add(ErrorKind::Duplicate, path, format_args!("{id} comes twice"));
            }
        }
        let mut parents = Vec::with_capacity(commits.len());
        for (place, commit) in commits.iter().enumerate() {
            let mut own = Vec::with_capacity(commit.parents.len());
            for (nth, id) in commit.parents.iter().enumerate() {
                match places.get(id.as_str()) {
                    Some(parent) => own.push(*parent),
                    None => faults.add(
                        ErrorKind::UnknownReference,
                        format_args!("history.commits[{place}].parents[{nth}]"),
                        format_args!(
                            "{} is not in the history: expected a full log",
                            crate::wire::quoted(id)
                        ),
                    ),
                }
            }
            parents.push(own);
        }
        Self { places, parents }
    }

    fn released(&self, place: usize, tag: &GitTag, faults: &mut Faults) -> Option<usize> {
        let found = self.places.get(tag.commit.as_str()).copied();
        if found.is_none() {
            let commit = crate::wire::quoted(&tag.commit);
            let path = format_args!("history.tags[{place}].commit");
            faults.add(ErrorKind::UnknownReference, path, format_args!("{commit} is not in the history"));
        }
        found
    }

    /// The commits that are reached from `head` and were not before. What is reached has all its ancestors reached,
    /// so no commit and no edge is looked at twice.
    fn reach(&self, head: usize, reached: &mut [bool]) -> Vec<usize> {
        let mut new = vec![];
        let mut open = vec![head];
        while let Some(place) = open.pop() {
            match reached.get_mut(place) {
                Some(seen) if !*seen => *seen = true,
                _ => continue,
            }
            new.push(place);
            open.extend(self.parents.get(place).into_iter().flatten());
        }
        new
    }
}
