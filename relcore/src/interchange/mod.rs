//! Text of other tools in, facts out. Nothing is decided here.
mod git;
mod prometheus;
mod releases;
mod reverts;

pub use git::{GIT_LOG, GIT_TAGS, GitCommit, GitHistory, GitTag, parse_git};
pub use prometheus::{MissingSample, PrometheusSample, PrometheusSeries, prometheus_query_range};
pub use releases::{GIT_SERVICE, GitReleases, RELEASE_TAG, git_releases};
