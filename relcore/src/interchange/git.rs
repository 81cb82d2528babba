//! The text of `git for-each-ref` and `git log`.
use crate::error::{Error, ErrorKind, Result};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The command whose output [`parse_git`] reads as `tags`.
pub const GIT_TAGS: &str = "git for-each-ref --format='%(refname:short)%09%(objecttype)%09%(objectname)%09%(*objectname)%09%(taggerdate:unix)%09%(committerdate:unix)%09%(*committerdate:unix)' refs/tags";

/// The command whose output [`parse_git`] reads as `log`.
pub const GIT_LOG: &str = "git log --format='%H%x09%P%x09%at%x09%ct%x09%s%x1f%b%x1e' HEAD --tags";

/// The commits and tags of a repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GitHistory {
    /// The commits, in the order of the log.
    pub commits: Vec<GitCommit>,
    /// The tags of commits, in the order of the list. Tags of trees and blobs are no versions and are left out.
    pub tags: Vec<GitTag>,
}

/// A commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GitCommit {
    /// Its full name: 40 or 64 hexadecimal digits.
    pub id: String,
    /// The full names of its parents; two or more make it a merge.
    pub parents: Vec<String>,
    /// When it was written.
    pub authored_at: Timestamp,
    /// When it got its present form.
    pub committed_at: Timestamp,
    /// The first line of the message.
    pub subject: String,
    /// The rest of the message.
    #[serde(default)]
    pub body: String,
}

/// A tag of a commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GitTag {
    /// Its short name: `v1.2.3`.
    pub name: String,
    /// The full name of the tagged commit.
    pub commit: String,
    /// When it was made: the tagger's time, or the committer's time of the commit for a lightweight tag.
    pub tagged_at: Timestamp,
}

/// Reads the output of [`GIT_TAGS`] and [`GIT_LOG`].
///
/// # Errors
/// Under construction.
pub fn parse_git(tags: &str, log: &str) -> Result<GitHistory> {
    let _ = (tags, log);
    Err(Error::new(ErrorKind::UnknownFunction, "", "is under construction"))
}
