//! Deployments and changes of a git history.
//!
//! A tag approximates a deployment: for published software, it is the instant from which users can have the change. A
//! commit belongs to the earliest release that contains it. Assigning the commits between two tags by time is wrong with
//! release branches: in argo-cd it delivers each commit seven times.
use super::git::{GitCommit, GitHistory, GitTag};
use super::reverts::Reverts;
use crate::error::{Error, ErrorKind, Faults, Result};
use crate::metrics::{Change, Deployment, DeploymentIntent, DeploymentOutcome, natural};
use regex_lite::Regex;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The default pattern of release tags: a version, and nothing else.
pub const RELEASE_TAG: &str = r"v?\d+\.\d+\.\d+";

/// The service of the deployments that come from a git history.
pub const GIT_SERVICE: &str = "repository";

/// The releases of a repository as deployments and its commits as changes, for [`metrics.dora`](crate::metrics::dora).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "interchange.GitReleases", rename_all = "camelCase", deny_unknown_fields)]
pub struct GitReleases {
    /// One deployment for each release, in the order of time. The tag is the id, the service is `repository`, the
    /// environment is `production`.
    pub deployments: Vec<Deployment>,
    /// One change for each commit, released or not, in the order of the log.
    pub changes: Vec<Change>,
}

/// Converts release tags to deployments, and assigns each commit to the earliest release that contains it.
///
/// Releases are in the order of their time, then of the numbers in their tags. Each commit is visited once, so the cost
/// is linear in the history, and no commit is delivered twice.
///
/// A commit reverts another if its message has `This reverts commit <sha>` or `Reverts owner/repo#N`, or, with neither,
/// if its subject is `Revert "<subject>"`. A revert whose target is not in the history has no link.
///
/// `tag_pattern` is a regular expression that must match the whole tag. Default: `v?\d+\.\d+\.\d+`.
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
/// `invalid_value` for a pattern that is not a regular expression (`(`) or is longer than 10,000 bytes;
/// `unknown_reference` for a parent or a released commit that is not in the history, as in a shallow clone; `duplicate`
/// for a repeated commit or release.
pub fn git_releases(history: &GitHistory, tag_pattern: Option<&str>) -> Result<GitReleases> {
    let pattern = whole_match(tag_pattern.unwrap_or(RELEASE_TAG))?;
    let mut tags: Vec<(usize, &GitTag)> =
        history.tags.iter().enumerate().filter(|(_, tag)| pattern.is_match(&tag.name)).collect();
    tags.sort_by(|(_, a), (_, b)| a.tagged_at.cmp(&b.tagged_at).then_with(|| natural(&a.name, &b.name)));

    let mut faults = Faults::new();
    let graph = Graph::new(&history.commits, &mut faults);
    let released: Vec<(&GitTag, usize)> = tags
        .iter()
        .filter_map(|(index, tag)| Some((*tag, graph.released(*index, tag, &mut faults)?)))
        .collect();
    let mut names: Vec<&str> = tags.iter().map(|(_, tag)| tag.name.as_str()).collect();
    names.sort_unstable();
    if let Some(name) = names.iter().zip(names.iter().skip(1)).find(|(a, b)| a == b).map(|(name, _)| name) {
        let name = crate::error::quoted(name);
        faults.add(
            ErrorKind::Duplicate,
            format_args!("history.tags"),
            format_args!("has {name} more than once"),
        );
    }
    faults.finish()?;

    let mut reached = vec![false; history.commits.len()];
    let deployments = released
        .into_iter()
        .map(|(tag, head)| {
            let mut new = graph.reach(head, &mut reached);
            new.sort_unstable();
            let commits = new.into_iter().filter_map(|index| history.commits.get(index));
            deployment(tag, commits.map(|commit| commit.id.clone()).collect())
        })
        .collect();
    let reverts = Reverts::new(&history.commits);
    let changes = history.commits.iter().enumerate();
    let changes = changes.map(|(index, commit)| change(commit, reverts.of(index, commit))).collect();
    Ok(GitReleases { deployments, changes })
}

/// The longest pattern: a hostile one of megabytes would take too long to compile.
const MAX_PATTERN_BYTES: usize = 10_000;

fn whole_match(pattern: &str) -> Result<Regex> {
    if pattern.len() > MAX_PATTERN_BYTES {
        let text = format!("is {} bytes long: expected at most 10,000", pattern.len());
        return Err(Error::new(ErrorKind::InvalidValue, "tagPattern", text));
    }
    Regex::new(&format!("^(?:{pattern})$")).map_err(|fault| {
        let pattern = crate::error::quoted(pattern);
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
        revision: None, // a tag on an older commit is not a rollback
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

/// The commit graph: each commit is the index of its position in the log.
struct Graph<'a> {
    indices: BTreeMap<&'a str, usize>,
    parents: Vec<Vec<usize>>,
}

impl<'a> Graph<'a> {
    fn new(commits: &'a [GitCommit], faults: &mut Faults) -> Self {
        let mut indices = BTreeMap::new();
        for (index, commit) in commits.iter().enumerate() {
            if indices.insert(commit.id.as_str(), index).is_some() {
                let id = crate::error::quoted(&commit.id);
                let path = format_args!("history.commits[{index}].id");
                faults.add(ErrorKind::Duplicate, path, format_args!("{id} is repeated"));
            }
        }
        let mut parents = Vec::with_capacity(commits.len());
        for (index, commit) in commits.iter().enumerate() {
            let mut own = Vec::with_capacity(commit.parents.len());
            for (nth, id) in commit.parents.iter().enumerate() {
                match indices.get(id.as_str()) {
                    Some(parent) => own.push(*parent),
                    None => faults.add(
                        ErrorKind::UnknownReference,
                        format_args!("history.commits[{index}].parents[{nth}]"),
                        format_args!(
                            "{} is not in the history: expected the log of a full clone",
                            crate::error::quoted(id)
                        ),
                    ),
                }
            }
            parents.push(own);
        }
        Self { indices, parents }
    }

    /// The index of the commit of a release.
    fn released(&self, index: usize, tag: &GitTag, faults: &mut Faults) -> Option<usize> {
        let found = self.indices.get(tag.commit.as_str()).copied();
        if found.is_none() {
            let commit = crate::error::quoted(&tag.commit);
            let path = format_args!("history.tags[{index}].commit");
            faults.add(
                ErrorKind::UnknownReference,
                path,
                format_args!("{commit} is not in the history: expected a log with `--tags`"),
            );
        }
        found
    }

    /// The commits reachable from `head` that no earlier call reached, by depth-first search.
    ///
    /// INVARIANT: all ancestors of a reached commit are reached, so all calls together visit each edge once.
    fn reach(&self, head: usize, reached: &mut [bool]) -> Vec<usize> {
        let mut new = vec![];
        let mut open = vec![head];
        while let Some(index) = open.pop() {
            match reached.get_mut(index) {
                Some(seen) if !*seen => *seen = true,
                _ => continue,
            }
            new.push(index);
            open.extend(self.parents.get(index).into_iter().flatten());
        }
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_has_at_most_ten_thousand_bytes() {
        assert!(whole_match(&"a".repeat(10_000)).is_ok());
        for length in [10_001, 20_000] {
            let error = whole_match(&"a".repeat(length)).unwrap_err();
            assert!(error.to_string().contains("bytes long"), "{error}");
        }
    }
}
