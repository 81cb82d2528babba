//! Converts the text of git, Prometheus, GitHub and other tools to the inputs of the other modules, and writes rules for
//! Prometheus and Grafana.
//! It decides nothing.
//!
//! | input | function | result |
//! | --- | --- | --- |
//! | output of `git for-each-ref` and `git log`, with the formats that `parse_git` states | [`parse_git`] | commits and tags |
//! | commits and tags | [`git_releases`] | deployments and changes for [`metrics.dora`](crate::metrics::dora) |
//! | the same | [`git_changes`] | the history for [`change.changes_since`](crate::change::changes_since) |
//! | output of `git log --pretty=format:"- %s (%h)"` | [`git_subjects`] | commits |
//! | commits and tags of a repository with several packages | [`git_packages`] | the same, a service for each package |
//! | response of Prometheus' `/api/v1/query_range` | [`prometheus_query_range`] | series of samples |
//! | responses for the metrics of a canary | [`prometheus_observations`] | observations for [`canary.next_action`](crate::canary::next_action) |
//! | alert rules and a query for each metric | [`alert_rules_to_prometheus`] | a rule file of Prometheus |
//! | a project of Argo CD, the freeze periods of GitLab, the schedule of kured | [`argo_sync_windows`], [`gitlab_freeze_periods`], [`kured_window`] | a policy of [`window`](crate::window) |
//! | a calendar in the format of iCalendar (`.ics`) | [`ical_events`] | its events in a range |
//! | the same | [`ical_windows`], [`ical_holidays`], [`ical_shifts`] | windows, a calendar of holidays, who is on call |
//! | configuration of git-cliff, semantic-release, changesets, release-please, commitizen | [`git_cliff_config`], [`semantic_release_config`], [`changesets_config`], [`release_please_config`], [`commitizen_config`] | policies, and which keys are lost |
//! | what to watch, alert rules and queries | [`monitoring_to_grafana`] | a dashboard of Grafana |
//! | pages of GitHub's REST API | [`github_deployments`], [`github_releases`], [`github_pulls`], [`github_issues`] | events for [`metrics.measure`](crate::metrics::measure) |
//! | pages of GitLab's REST API | [`gitlab_deployments`], [`gitlab_merge_requests`] | the same |
//! | pages of incident tools and trackers | [`pagerduty_incidents`], [`opsgenie_incidents`], [`jira_issues`] | the same |
//! | CDEvents, plain or inside CloudEvents | [`cdevents`] | the same |
//! | traces of CI/CD systems in OTLP JSON | [`otel_deployments`] | the same |
//! | records of OSV, CycloneDX documents, SARIF logs | [`osv_vulnerabilities`], [`cyclonedx_vulnerabilities`], [`sarif_vulnerabilities`] | vulnerabilities and scans for the same |
//! | a table of comma-separated values, and which column is which field | [`csv_events`] | the same, of one kind |
//!
//! The caller runs the commands and queries the server; relcore does no I/O. A text is converted whole, or refused with
//! all of its faults: metrics from half a history would be wrong, and nothing would show it.
//!
//! # How pages become events
//!
//! 1. A reader of events takes the pages of one list as texts, each as the API returned it, in the order in which they were
//!    fetched. A page that is no JSON, or that has no list where the API has it, refuses the whole. So does a table without one
//!    of the columns that the map names.
//! 2. A row that cannot be read is skipped with its path, in a table with its line, with its id and a code, and counted as
//!    `malformed`; so is one in a state that is not documented. Fields and columns that the reader does not know are ignored.
//! 3. A row that is still pending, that ended without effect or that is of another kind is skipped and counted, too.
//! 4. Of two rows with one id, as at the boundary of two pages, the later one counts and the earlier one is a `duplicate`. But a
//!    vulnerability was detected when it was first seen.
//! 5. So the rows are the events, the parts of events and the skipped rows together. Publish figures if `malformed` is zero.
//!
//! # How commits are assigned to releases
//!
//! 1. Each tag that matches the pattern is a release; by default a version such as `1.2.3` or `v1.2.3`.
//! 2. Releases are ordered by the time of the tag, then by the numbers in the tag.
//! 3. A commit belongs to the earliest release that contains it, so it is delivered once, with release branches, too.
//! 4. A commit is a revert if its subject begins with `revert`, `reapply` or `reland`, or its body with what it reverts. A
//!    line `This reverts commit <sha>` or `Reverts owner/repo#N` links it, also an address, also with text behind it. Another
//!    repository's number is no link. Without a target in the history, the quoted subject refers to the latest commit with
//!    that subject that is not newer; the ` (#N)` of squash merges is no part of a subject. A log quoted in a body is none.
//! 5. Of several packages, each has its own tags; a list of commits says which belong to it.
//!
//! # How samples become observations
//!
//! 1. Each metric has one measurement for each step of the query, from `start` to `end`.
//! 2. A step without a sample is an empty reading, one with `NaN` or an infinite sample a missing one; none is skipped.
//! 3. A failed query, or one with warnings unless they are accepted, is one failed reading at `end`.
//!
//! # Pitfalls
//!
//! - Clone with the full history. The log of a shallow clone is refused, if [`GIT_LOG`] printed it; [`GIT_SHALLOW`] asks git.
//! - Pass `HEAD --tags` to `git log`. With `HEAD` alone, commits that only a tag contains are missing.
//! - Pass the log through a file or a pipe. A variable of a shell drops its NULs.
//! - If no tag is a release, `unmatched_tags` and `unmatched_examples` say what the tags look like.
//! - Values are in the unit of the query. Set `scale` to convert: 100 from a share to percent, 1000 from seconds to
//!   milliseconds.
//! - Aggregate each canary query to one series, as with `sum(…)`. Several series are refused.
//! - A query for an alert rule must return one series, too. With several, Prometheus has an alert for each, and refuses to
//!   compare them with a baseline.
mod argo_windows;
mod cdevents;
mod changes;
mod csv_events;
mod csv_map;
mod csv_table;
mod cyclonedx;
mod git;
mod github;
mod gitlab;
mod gitlab_windows;
mod grafana;
mod ical;
mod issue_rules;
mod jira;
mod kured_windows;
mod observations;
mod opsgenie;
mod osv;
mod otel;
mod pagerduty;
mod play;
mod prometheus;
mod prometheus_alerts;
mod promql;
mod release_config;
mod releases;
mod rows;
mod sarif;
mod scan_target;
mod severity;
mod subjects;

pub use argo_windows::{ArgoApplication, argo_sync_windows};
pub use cdevents::cdevents;
pub use changes::git_changes;
pub use csv_events::csv_events;
pub use csv_map::{CsvMap, CsvValue, RowKind};
pub use cyclonedx::cyclonedx_vulnerabilities;
pub use git::{
    GIT_LOG, GIT_PATHS, GIT_SHALLOW, GIT_TAGS, GitCommit, GitFault, GitHistory, GitTag, parse_git,
};
pub use github::{github_deployments, github_issues, github_pulls, github_releases};
pub use gitlab::{gitlab_deployments, gitlab_merge_requests};
pub use gitlab_windows::gitlab_freeze_periods;
pub use grafana::monitoring_to_grafana;
pub use ical::{CalendarEvent, ical_events, ical_holidays, ical_shifts, ical_windows};
pub use issue_rules::IssueRules;
pub use jira::jira_issues;
pub use kured_windows::{KuredSchedule, kured_window};
pub use observations::{PrometheusMetric, SeriesRule, prometheus_observations};
pub use opsgenie::opsgenie_incidents;
pub use osv::osv_vulnerabilities;
pub use otel::otel_deployments;
pub use pagerduty::pagerduty_incidents;
pub use play::play_track_release;
pub use prometheus::{MissingSample, PrometheusSample, PrometheusSeries, prometheus_query_range};
pub use prometheus_alerts::alert_rules_to_prometheus;
pub use promql::PrometheusQuery;
pub use release_config::{
    CarriedKey, LostKey, ReleaseConfig, changesets_config, commitizen_config, git_cliff_config,
    release_please_config, semantic_release_config,
};
pub use releases::{GIT_SERVICE, GitPackage, GitReleases, RELEASE_TAG, git_packages, git_releases};
pub use rows::{ReadEvents, SkipCode, SkipCount, SkippedRow};
pub use sarif::sarif_vulnerabilities;
pub use scan_target::ScanTarget;
pub use subjects::git_subjects;

crate::scalar::texts!(MissingSample, RowKind, SeriesRule, SkipCode);

/// The rows of this module in the function table, sorted by name.
macro_rules! table_rows {
    ($table:ident) => {
        $table! {
            interchange {
                const GIT_LOG: &str;
                const GIT_PATHS: &str;
                const GIT_SHALLOW: &str;
                const GIT_TAGS: &str;

                fn alert_rules_to_prometheus(
                    rules: &crate::analysis::AlertRules,
                    queries: &[PrometheusQuery],
                    group: &str,
                ) -> String;
                fn argo_sync_windows(text: &str, application: &ArgoApplication) -> crate::window::Policy;
                fn cdevents(texts: &[String], service: Option<&str>) -> ReadEvents;
                fn changesets_config(text: &str) -> ReleaseConfig;
                fn commitizen_config(text: &str) -> ReleaseConfig;
                fn csv_events(text: &str, map: &CsvMap) -> ReadEvents;
                fn cyclonedx_vulnerabilities(
                    texts: &[String],
                    service: &str,
                    detected_at: Option<Timestamp>,
                ) -> ReadEvents;
                #[plain]
                fn git_changes(history: &GitHistory) -> crate::change::History;
                fn git_cliff_config(text: &str) -> ReleaseConfig;
                fn git_packages(
                    history: &GitHistory,
                    packages: &[GitPackage],
                    repository: Option<&str>,
                ) -> GitReleases;
                fn git_releases(
                    history: &GitHistory,
                    tag_pattern: Option<&str>,
                    repository: Option<&str>,
                ) -> GitReleases;
                fn git_subjects(text: &str) -> Vec<crate::change::Commit>;
                fn github_deployments(deployments: &[String], statuses: &[String], service: &str) -> ReadEvents;
                fn github_issues(pages: &[String], rules: &IssueRules) -> ReadEvents;
                fn github_pulls(pages: &[String]) -> ReadEvents;
                fn github_releases(pages: &[String], service: &str) -> ReadEvents;
                fn gitlab_deployments(pages: &[String], service: &str) -> ReadEvents;
                fn gitlab_freeze_periods(text: &str) -> crate::window::Policy;
                fn gitlab_merge_requests(pages: &[String]) -> ReadEvents;
                fn ical_events(text: &str, range: &TimeRange, zone: &str) -> Vec<CalendarEvent>;
                fn ical_holidays(text: &str, range: &TimeRange) -> crate::time::BusinessCalendar;
                fn ical_shifts(text: &str, range: &TimeRange, zone: &str, role: &str) -> crate::readiness::Roster;
                fn ical_windows(
                    text: &str,
                    range: &TimeRange,
                    zone: &str,
                    kind: &crate::window::Kind,
                ) -> crate::window::Policy;
                fn jira_issues(pages: &[String], rules: &IssueRules) -> ReadEvents;
                fn kured_window(schedule: &KuredSchedule) -> crate::window::Policy;
                fn monitoring_to_grafana(
                    monitoring: &crate::analysis::Monitoring,
                    rules: &crate::analysis::AlertRules,
                    queries: &[PrometheusQuery],
                    title: &str,
                ) -> String;
                fn opsgenie_incidents(pages: &[String], service: Option<&str>) -> ReadEvents;
                fn osv_vulnerabilities(texts: &[String], service: &str, detected_at: Timestamp) -> ReadEvents;
                fn otel_deployments(
                    texts: &[String],
                    service: Option<&str>,
                    environment: Option<&str>,
                ) -> ReadEvents;
                fn pagerduty_incidents(pages: &[String], service: Option<&str>) -> ReadEvents;
                fn parse_git(tags: &str, log: &str) -> GitHistory;
                fn play_track_release(release: &crate::canary::PlayRelease) -> String;
                fn prometheus_observations(
                    metrics: &[PrometheusMetric],
                    start: Timestamp,
                    end: Timestamp,
                    step: Span,
                ) -> Vec<crate::canary::Observation>;
                fn prometheus_query_range(text: &str) -> Vec<PrometheusSeries>;
                fn release_please_config(text: &str, manifest: Option<&str>) -> ReleaseConfig;
                fn sarif_vulnerabilities(texts: &[String], target: &ScanTarget) -> ReadEvents;
                fn semantic_release_config(text: &str) -> ReleaseConfig;
            }
        }
    };
}
pub(crate) use table_rows;
