//! Text of other tools in, facts out. Nothing is decided here.
//!
//! | text | function | facts |
//! | --- | --- | --- |
//! | `git for-each-ref` and `git log` ([`GIT_TAGS`], [`GIT_LOG`]) | [`parse_git`] | commits and tags |
//! | the history so read | [`git_releases`] | deployments and changes for [`crate::metrics::dora`] |
//! | Prometheus' `/api/v1/query_range` | [`prometheus_query_range`] | series of samples |
//! | the same, for the metrics of a canary | [`prometheus_observations`] | observations for [`crate::canary::next_action`] |
//!
//! The caller runs the command or asks the server; nothing here does I/O. A text is read whole or refused with
//! everything that is wrong with it: half a history would give wrong metrics without a word.
mod git;
mod observations;
mod prometheus;
mod releases;
mod reverts;

pub use git::{GIT_LOG, GIT_TAGS, GitCommit, GitHistory, GitTag, parse_git};
pub use observations::{PrometheusMetric, prometheus_observations};
pub use prometheus::{MissingSample, PrometheusSample, PrometheusSeries, prometheus_query_range};
pub use releases::{GIT_SERVICE, GitReleases, RELEASE_TAG, git_releases};
