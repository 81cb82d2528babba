//! From a git history to deployments and changes.
use super::git::GitHistory;
use crate::error::{Error, ErrorKind, Result};
use crate::metrics::{Change, Deployment};
use serde::{Deserialize, Serialize};

/// The releases of a repository as deployments, and its commits as changes: what [`crate::metrics::dora`] takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GitReleases {
    /// One deployment a release, in the order of time: the id and the revision are the tag and its commit.
    pub deployments: Vec<Deployment>,
    /// One change a commit, in the order of the log.
    pub changes: Vec<Change>,
}

/// Takes tags for releases and gives each commit to the earliest release that reaches it.
///
/// # Errors
/// Under construction.
pub fn git_releases(history: &GitHistory, tag_pattern: Option<&str>) -> Result<GitReleases> {
    let _ = (history, tag_pattern);
    Err(Error::new(ErrorKind::UnknownFunction, "", "is under construction"))
}
