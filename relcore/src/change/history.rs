use super::commit::Commit;
use super::parsed::Parsed;
use crate::input::input;
use crate::version::Scheme;
use serde::{Deserialize, Serialize};

input! {
    /// The commits and tags of a repository.
    #[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "change.History", rename_all = "camelCase", deny_unknown_fields)]
    pub struct History {
        /// The commits, newest first, as `git log` prints them.
        pub commits: Vec<Commit>,
        /// The tags.
        #[serde(default)]
        pub tags: Vec<TaggedCommit>,
    }
}

input! {
    /// A tag of a commit.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "change.TaggedCommit", rename_all = "camelCase", deny_unknown_fields)]
    pub struct TaggedCommit {
        /// The name: `v1.2.3`.
        pub name: String,
        /// The identifier of the commit.
        pub commit: String,
    }
}

impl TaggedCommit {
    /// A tag of a commit.
    #[must_use]
    pub fn new(name: impl Into<String>, commit: impl Into<String>) -> Self {
        Self { name: name.into(), commit: commit.into() }
    }
}

input! {
    /// The line of development whose unreleased changes are asked for. Default: the newest commit, all versions.
    #[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "change.Line", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct Line {
        /// The identifier of its newest commit. Default: the first commit of the history.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub head: Option<String>,
        /// The maintenance line, `1.x` or `1.4.x`: only its tags are its releases. Default: all versions.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub line: Option<String>,
        /// The version that is to be released, or whose notes are written: only lower tags are earlier releases. Default:
        /// all tags are earlier.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub below: Option<String>,
        /// The form of its tags: `app@{version}`. Default: any text before a version.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub tag_format: Option<String>,
        /// How versions are written and ordered. Default: `semver`.
        pub scheme: Scheme,
        /// Whether a release counts that was tagged on a branch that left the line, as with release branches that are not
        /// merged back. Default: no.
        pub release_branches: bool,
        /// The repository, `owner/name`: the number of another one is no revert. Default: the one that most reverts name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub repository: Option<String>,
    }
}

/// The changes of a line that no release of it has, made by [`changes_since`](super::changes_since).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "change.Unreleased", rename_all = "camelCase", deny_unknown_fields)]
pub struct Unreleased {
    /// The tag of the last release. Absent before the first one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// The greatest tag of the line, also of a prerelease.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<String>,
    /// The changes since then, newest first, each once. Those that a prerelease has already say so.
    pub changes: Vec<Parsed>,
    /// The changes that a later one took back, and which one did.
    pub cancelled: Vec<Cancelled>,
    /// The commits that are picked from what the line has released already.
    pub released: Vec<Released>,
    /// The identifiers that the answer may depend on and the history does not have: parents, and commits of tags.
    pub missing: Vec<String>,
}

/// A change that was taken back before its release.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "change.Cancelled", rename_all = "camelCase", deny_unknown_fields)]
pub struct Cancelled {
    /// The commit that was taken back.
    pub id: String,
    /// The commit that took it back.
    pub by: String,
}

/// A commit whose change the line has released already.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "change.Released", rename_all = "camelCase", deny_unknown_fields)]
pub struct Released {
    /// The commit.
    pub id: String,
    /// The commit that was released.
    pub original: String,
}
