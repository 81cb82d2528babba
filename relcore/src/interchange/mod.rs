//! Text of other tools in, facts out. Nothing is decided here.
mod git;
mod prometheus;
mod releases;

pub use git::{GIT_LOG, GIT_TAGS, GitCommit, GitHistory, GitTag, parse_git};
pub use prometheus::{MissingSample, PrometheusSample, PrometheusSeries, prometheus_query_range};
pub use releases::{GitReleases, git_releases};
