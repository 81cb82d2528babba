//! Deployments and changes of a git history.
//!
//! A tag approximates a deployment: for published software, it is the instant from which users can have the change. A
//! commit belongs to the earliest release that contains it. Assigning the commits between two tags by time is wrong with
//! release branches: in argo-cd it delivers each commit seven times.
use super::git::{GitCommit, GitHistory, GitTag};
use crate::change::{Entry, links};
use crate::error::{Error, ErrorKind, Faults, Result, join};
use crate::input::input;
use crate::metrics::{Change, Deployment, DeploymentOutcome, natural};
use crate::scalar::Count;
use regex_lite::Regex;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The default pattern of release tags: a version, and nothing else.
pub const RELEASE_TAG: &str = r"v?\d+\.\d+\.\d+";

/// The service of the deployments that come from a git history.
pub const GIT_SERVICE: &str = "repository";

/// How many tags that match no pattern are shown.
const SHOWN_TAGS: usize = 5;

input! {
    /// One of several packages in a repository: which tags release it, and which commits belong to it.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "interchange.GitPackage", rename_all = "camelCase", deny_unknown_fields)]
    pub struct GitPackage {
        /// The service of its deployments.
        pub service: String,
        /// Which tags are its releases: a regular expression that must match the whole tag, such as `cli-v\d+\.\d+\.\d+`.
        pub tag_pattern: String,
        /// The full object names of the commits that belong to it, as [`GIT_PATHS`](super::GIT_PATHS) prints them for its
        /// folders. Left out when every commit does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub commits: Option<Vec<String>>,
    }
}

impl GitPackage {
    /// A package to which every commit belongs.
    #[must_use]
    pub fn new(service: impl Into<String>, tag_pattern: impl Into<String>) -> Self {
        Self { service: service.into(), tag_pattern: tag_pattern.into(), commits: None }
    }
}

/// The releases of a repository as deployments and its commits as changes, for [`metrics.dora`](crate::metrics::dora).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "interchange.GitReleases", rename_all = "camelCase", deny_unknown_fields)]
pub struct GitReleases {
    /// One deployment for each release, in the order of time. The tag is the id, the service is `repository` or that of the
    /// package, the environment is `production`.
    pub deployments: Vec<Deployment>,
    /// One change for each commit, released or not, in the order of the log. With packages, for each commit of a package.
    pub changes: Vec<Change>,
    /// How many tags match no pattern, so that they are no releases.
    #[serde(default, skip_serializing_if = "crate::wire::is_default")]
    #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "crate::wire::never"))]
    pub unmatched_tags: Count,
    /// The first five of them.
    #[serde(default, skip_serializing_if = "crate::wire::is_default")]
    #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "crate::wire::never"))]
    pub unmatched_examples: Vec<String>,
    /// How many commits belong to no package, so that they are no changes.
    #[serde(default, skip_serializing_if = "crate::wire::is_default")]
    #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "crate::wire::never"))]
    pub unowned_commits: Count,
}

/// Converts release tags to deployments, and assigns each commit to the earliest release that contains it.
///
/// Releases are in the order of their time, then of the numbers in their tags. Each commit is visited once, so the cost
/// is linear in the history, and no commit is delivered twice.
///
/// A commit is a revert if its subject begins with `revert`, `reapply` or `reland`, or if its body begins with what it
/// reverts. It is linked by a line `This reverts commit <sha>` or `Reverts owner/repo#N`, also an address or followed by
/// text, else by the quoted subject of `Revert "<subject>"`, without the ` (#N)` of squash merges. A revert whose target
/// is not in the history has no link.
///
/// `tag_pattern` is a regular expression that must match the whole tag. Default: `v?\d+\.\d+\.\d+`.
///
/// `repository` is the name `owner/repo`: a number of another repository is no link. Without it, the name that most
/// reverts of the history have.
///
/// ```
/// use relcore::interchange::{git_releases, parse_git};
/// let (a, b) = ("a".repeat(40), "b".repeat(40));
/// let history = parse_git(
///     &format!("refs/tags/v1.0.0\tcommit\t{a}\t\t\t100\t\nrefs/tags/nightly\tcommit\t{b}\t\t\t200\t\n"),
///     &format!("{b}\0{a}\x00200\x00200\0\0second\0\0{a}\0\x00100\x00100\0\0first\0\0"),
/// )?;
/// let releases = git_releases(&history, None, None)?;
/// assert_eq!(releases.deployments.len(), 1);
/// assert_eq!(releases.deployments[0].changes, [a]);
/// assert_eq!(releases.unmatched_examples, ["nightly"]);
/// // Pitfall: the pattern matches the whole tag, not a part of it.
/// assert!(git_releases(&history, Some("night"), None)?.deployments.is_empty());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `invalid_value` for a pattern that is not a regular expression (`(`) or is longer than 10,000 bytes, and for a
/// repository without an owner (`shop`); `unknown_reference` for a parent or a released commit that is not in the
/// history, as in one that was cut off; `duplicate` for a repeated commit or release.
pub fn git_releases(
    history: &GitHistory,
    tag_pattern: Option<&str>,
    repository: Option<&str>,
) -> Result<GitReleases> {
    let mut faults = Faults::new();
    let package = Package {
        service: GIT_SERVICE,
        pattern: faults.absorb(whole_match(tag_pattern.unwrap_or(RELEASE_TAG), "tagPattern")),
        path: String::new(),
        commits: None,
    };
    releases(history, &[package], repository, faults)
}

/// The same for several packages in one repository, each a service of its own.
///
/// A release of a package delivers those of its commits that no earlier release of it contains. A commit that touches two
/// packages is a change of both. To learn which commits touch the folders of a package, run
/// [`GIT_PATHS`](super::GIT_PATHS). A log of these folders alone would lack the parents that lie between them.
///
/// ```
/// use relcore::interchange::{GitPackage, git_packages, parse_git};
/// let (a, b) = ("a".repeat(40), "b".repeat(40));
/// let history = parse_git(
///     &format!("refs/tags/cli-v1.0.0\tcommit\t{b}\t\t\t300\t\nrefs/tags/api-v1.0.0\tcommit\t{b}\t\t\t300\t\n"),
///     &format!("{b}\0{a}\x00200\x00200\0\0fix the api\0\0{a}\0\x00100\x00100\0\0first\0\0"),
/// )?;
/// let api = GitPackage::new("api", r"api-v\d+\.\d+\.\d+").commits(vec![b.clone()]);
/// let releases = git_packages(&history, &[api, GitPackage::new("cli", r"cli-v.*")], None)?;
/// let services: Vec<&str> = releases.deployments.iter().map(|one| one.service.as_str()).collect();
/// assert_eq!(services, ["api", "cli"]);
/// assert_eq!(releases.deployments[0].changes, [b.clone()]);
/// assert_eq!(releases.deployments[1].changes, [b, a]); // pitfall: without `commits`, every commit belongs to it
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`git_releases`]; `unknown_reference` for a commit of a package that is not in the history; `duplicate` for a tag that
/// is a release of two packages; `invalid_value` for no packages.
pub fn git_packages(
    history: &GitHistory,
    packages: &[GitPackage],
    repository: Option<&str>,
) -> Result<GitReleases> {
    let mut faults = Faults::new();
    let text = format_args!("is empty: expected at least one package");
    faults.check(!packages.is_empty(), ErrorKind::InvalidValue, format_args!("packages"), text);
    let packages: Vec<Package<'_>> = packages
        .iter()
        .enumerate()
        .map(|(index, package)| {
            let path = format!("packages[{index}]");
            let pattern = faults.absorb(whole_match(&package.tag_pattern, &join(&path, "tagPattern")));
            Package { service: &package.service, pattern, path, commits: package.commits.as_deref() }
        })
        .collect();
    releases(history, &packages, repository, faults)
}

/// A package with its pattern compiled, or none if the pattern is a fault.
struct Package<'a> {
    service: &'a str,
    pattern: Option<Regex>,
    /// Where it stands in the arguments; empty for the one package of [`git_releases`].
    path: String,
    commits: Option<&'a [String]>,
}

/// The releases of a package.
struct Tagged<'a> {
    service: &'a str,
    /// Each with the index of its commit.
    tags: Vec<(&'a GitTag, usize)>,
    /// Which commits belong to the package; all if it does not say.
    members: Option<Vec<bool>>,
}

fn releases(
    history: &GitHistory,
    packages: &[Package<'_>],
    repository: Option<&str>,
    mut faults: Faults,
) -> Result<GitReleases> {
    if let Some(name) = repository.filter(|name| !name.contains('/')) {
        let text = format_args!("{} is no repository: expected `owner/name`", crate::error::quoted(name));
        faults.add(ErrorKind::InvalidValue, format_args!("repository"), text);
    }
    let graph = Graph::new(&history.commits, &mut faults);
    let mut owner: Vec<Option<usize>> = vec![None; history.tags.len()];
    let mut by_package: Vec<Tagged<'_>> = vec![];
    for (nth, package) in packages.iter().enumerate() {
        let members = package.commits.map(|ids| graph.members(ids, &package.path, &mut faults));
        let Some(pattern) = &package.pattern else { continue };
        let mut tags = vec![];
        for ((index, tag), owner) in history.tags.iter().enumerate().zip(&mut owner) {
            if !pattern.is_match(&tag.name) {
                continue;
            }
            if let Some(first) = owner.and_then(|first| packages.get(first)) {
                let (name, service) = (crate::error::quoted(&tag.name), crate::error::quoted(first.service));
                let path = join(&package.path, "tagPattern");
                let text = format_args!("matches the tag {name}, which is a release of {service}, too");
                faults.add(ErrorKind::Duplicate, format_args!("{path}"), text);
                continue;
            }
            *owner = Some(nth);
            tags.extend(graph.released(index, tag, &mut faults).map(|head| (tag, head)));
        }
        by_package.push(Tagged { service: package.service, tags, members });
    }
    let released = history.tags.iter().zip(&owner).filter(|(_, owner)| owner.is_some());
    let mut names: Vec<&str> = released.map(|(tag, _)| tag.name.as_str()).collect();
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

    let by_time =
        |a: &GitTag, b: &GitTag| a.tagged_at.cmp(&b.tagged_at).then_with(|| natural(&a.name, &b.name));
    let mut deployments = vec![];
    let mut is_owned = vec![false; history.commits.len()];
    for Tagged { service, mut tags, members } in by_package {
        tags.sort_by(|(a, _), (b, _)| by_time(a, b));
        let is_member = |index: &usize| {
            members.as_ref().is_none_or(|members| members.get(*index).copied().unwrap_or(false))
        };
        let mut reached = vec![false; history.commits.len()];
        for (tag, head) in tags {
            let mut new = graph.reach(head, &mut reached);
            new.retain(is_member);
            new.sort_unstable();
            let commits = new.into_iter().filter_map(|index| history.commits.get(index));
            let ids = commits.map(|commit| commit.id.clone()).collect();
            deployments.push((tag, deployment(tag, service, ids)));
        }
        for (index, owned) in is_owned.iter_mut().enumerate() {
            *owned |= is_member(&index);
        }
    }
    deployments.sort_by(|(a, _), (b, _)| by_time(a, b));

    let reverts = links(&entries(&history.commits), repository).into_iter().map(|targets| {
        let commits = targets.into_iter().filter_map(|target| history.commits.get(target));
        commits.map(|commit| commit.id.clone()).collect()
    });
    let changes = history.commits.iter().zip(reverts).zip(&is_owned).filter(|(_, owned)| **owned);
    let changes: Vec<Change> = changes.map(|((commit, reverts), _)| change(commit, reverts)).collect();
    let mut unmatched: Vec<&str> = history
        .tags
        .iter()
        .zip(&owner)
        .filter(|(_, owner)| owner.is_none())
        .map(|(tag, _)| tag.name.as_str())
        .collect();
    unmatched.sort_by(|a, b| natural(a, b));
    Ok(GitReleases {
        deployments: deployments.into_iter().map(|(_, deployment)| deployment).collect(),
        unmatched_tags: Count::of(unmatched.len()),
        unmatched_examples: unmatched.into_iter().take(SHOWN_TAGS).map(str::to_owned).collect(),
        unowned_commits: Count::of(history.commits.len().saturating_sub(changes.len())),
        changes,
    })
}

/// The longest pattern: a hostile one of megabytes would take too long to compile.
const MAX_PATTERN_BYTES: usize = 10_000;

fn whole_match(pattern: &str, path: &str) -> Result<Regex> {
    if pattern.len() > MAX_PATTERN_BYTES {
        let text = format!("is {} bytes long: expected at most 10,000", pattern.len());
        return Err(Error::new(ErrorKind::InvalidValue, path, text));
    }
    // Alone first: `a)|(b` is none, and would be one between parentheses.
    Regex::new(pattern).and_then(|_| Regex::new(&format!("^(?:{pattern})$"))).map_err(|fault| {
        let pattern = crate::error::quoted(pattern);
        Error::new(ErrorKind::InvalidValue, path, format!("{pattern} is not a regular expression: {fault}"))
    })
}

fn entries(commits: &[GitCommit]) -> Vec<Entry<'_>> {
    let entries = commits.iter().map(|commit| Entry {
        id: &commit.id,
        subject: &commit.subject,
        body: &commit.body,
        at: commit.committed_at.as_millis(),
    });
    entries.collect()
}

fn deployment(tag: &GitTag, service: &str, changes: Vec<String>) -> Deployment {
    // Without a revision: a tag on an older commit is not a rollback.
    Deployment::new(&tag.name, service, tag.tagged_at, DeploymentOutcome::Success).changes(changes)
}

fn change(commit: &GitCommit, reverts: Vec<String>) -> Change {
    let mut change =
        Change::new(&commit.id, commit.committed_at).merge(commit.parents.len() > 1).reverts(reverts);
    change.authored_at = commit.authored_at;
    change
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

    /// Which commits belong to a package.
    fn members(&self, ids: &[String], path: &str, faults: &mut Faults) -> Vec<bool> {
        let mut members = vec![false; self.parents.len()];
        for (nth, id) in ids.iter().enumerate() {
            match self.indices.get(id.as_str()).and_then(|index| members.get_mut(*index)) {
                Some(member) => *member = true,
                None => faults.add(
                    ErrorKind::UnknownReference,
                    format_args!("{path}.commits[{nth}]"),
                    format_args!("{} is not in the history", crate::error::quoted(id)),
                ),
            }
        }
        members
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
        assert!(whole_match(&"a".repeat(10_000), "").is_ok());
        for length in [10_001, 20_000] {
            let error = whole_match(&"a".repeat(length), "").unwrap_err();
            assert!(error.to_string().contains("bytes long"), "{error}");
        }
    }

    #[test]
    fn a_pattern_is_one_by_itself() {
        for pattern in ["a)|(b", "(", "(?=a)", "[", "a{2,1}"] {
            assert_eq!(whole_match(pattern, "p").unwrap_err().path(), "p", "{pattern}");
        }
    }
}
