//! Delivery, quality and security metrics: the five of DORA, and all others that a review of releases asks for.
//!
//! The report has, for a range of time and for each of its buckets: the deployment frequency, the change lead time, the
//! change fail rate, the failed deployment recovery time and the deployment rework rate. The definitions are those of
//! <https://dora.dev/guides/dora-metrics/>. Where they leave a choice open, a field of the policy makes it.
//!
//! - Every number is an estimate: it states the number of items behind it, its confidence interval, and how many items
//!   were left out for which reason. Where there is nothing to measure, a reason stands instead of the number.
//! - A deployment fails at most once, however many incidents it caused, so no rate exceeds one.
//! - Links, first deployments and failures are found among all events of the input. The range only decides which of them
//!   are counted, so another range never changes what a deployment was. Pass the history before the range, too.
//! - The order of the input does not matter. Two deployments, changes or incidents with one id are an error.
//!
//! # What is measured
//!
//! | metric | one item | counted in the bucket of | value |
//! | --- | --- | --- | --- |
//! | deployment frequency | a deployment that succeeded | its finish | items per `frequencyPer` of the policy |
//! | change lead time | a change delivered for the first time | the finish of the deployment | median, in seconds |
//! | change fail rate | a deployment | its finish | failed ones of all |
//! | failed deployment recovery time | a failed deployment that recovered | the finish of the failed one | median, in seconds |
//! | deployment rework rate | a deployment | its finish | rework of all |
//!
//! Services in one input are measured together, but events are linked only within one service and environment. A mean over
//! teams says little about any of them: `measure` groups by service, environment, revision or any label.
//!
//! # All metrics
//!
//! `measure` has the five metrics of DORA and those below, over a range and its buckets, for all events and for each group of
//! them in one pass. `definitions` has each of them as data: what one item is, which direction is better, the usual target.
//!
//! | about | metrics |
//! | --- | --- |
//! | lead times | coding, pickup, review and delivery time; these stages add up to the lead time, whatever is recorded |
//! | deployments | success rate of attempts and of releases; duration, with queue, build, test and rollout apart; downtime |
//! | rollbacks | rate, by a machine and by hand apart; releases that were rolled back |
//! | incidents | time to restore, also of critical ones and against their target |
//! | bugs | escape rate, escaped bugs to each release; releases that are too young are left out |
//! | vulnerabilities | open, opened, closed, age; time to patch with open ones censored, and against the target of a severity |
//! | scans | deployed artifacts and dependencies that were scanned |
//! | accepted risks | how long they last, and how many beyond their term |
//!
//! - `explain_metric` has the events behind a number, `diff_policies` those by which two dashboards differ.
//! - `review` compares two ranges: what changed beyond chance, which targets were met, where changes wait, the next targets.
//! - `report` has all of it as one page for a browser, and `report_html` the page of measures that were made before.
//! - The presets, such as `gitlab_policy` or `fourkeys_policy`, make the choices of other tools.
//! - `link_incidents`, `detect_rollbacks`, `link_reverts` and `attribute_changes` show the links on which metrics rest.
//!
//! # How a result is found
//!
//! Deployments are read in the order of time, those of one instant in the order of their ids.
//!
//! 1. A deployment of an environment that the policy does not name is left out and counted, and it delivers no changes.
//! 2. An incident is linked to the deployment that caused it: by default the one that it names, else the latest one of
//!    its service and environment that succeeded within seven days before it. A duplicate of another incident of that
//!    service and environment, or one whose deployment is not in the input or does not count, is left out and counted.
//! 3. A deployment that succeeds delivers its changes and those of the deployments before it that did not succeed. A
//!    change has its lead time from its first delivery in a service and environment; later ones are counted as repeated.
//!    The first deployment of a service to an environment brings the whole history along: by default its changes have
//!    no lead time.
//! 4. A deployment that succeeds repairs those earlier ones of its service and environment that it names in
//!    `remediates`. If it names none, a revision that ran before shows that the deployment which replaced it had failed;
//!    without such a revision, a rollback or a hotfix shows that the deployment before it had failed. Independently, a
//!    change that reverts another shows that the deployment which delivered the other had failed. What comes back after
//!    it was taken away is a reland: a revert of a revert, or V2 after V1, V2, V1. By default it shows no failure.
//! 5. A deployment of the outcome `partial` counts and has failed, until the next one succeeds wholly.
//! 6. All signals of one failed deployment are one outage. By default it begins when that deployment finished and ends
//!    when the last of its incidents was resolved, or, without an incident, when the first deployment repaired it.
//!
//! # Why two tools disagree
//!
//! Other tools compute other numbers from the same events, mostly for one of these reasons. Nearly each is a field of the
//! policy:
//!
//! | choice | default | elsewhere |
//! | --- | --- | --- |
//! | start of a lead time | when the change was written | GitLab: at the merge; Four Keys: at the commit |
//! | first deployment | no lead times | metrik counts its whole history |
//! | failures | deployments that failed | GitLab counts incidents, so its rate can exceed one |
//! | deployment that caused an incident | the one named, else the latest within seven days | DevLake: the latest, however old, of the whole project |
//! | start of recovery | when the failed deployment finished | Four Keys, GitLab: when the incident was opened |
//! | open incidents | counted as failures, left out of recovery and counted there | Pelorus does not see them |
//! | frequency | the exact mean, empty days included | Middleware rounds down to whole numbers; Four Keys takes medians of three months |
//! | no data | a reason | Four Keys shows the best level |
//!
//! # Pitfalls
//!
//! - With the history cut off, the first deployment that is left counts as the first one ever, and incidents caused by
//!   earlier ones are left out. `excluded` of each estimate shows how many.
//! - An interval treats items as independent. Changes of one deployment are not, so its interval is too narrow.
//! - A revert, a rollback and a hotfix are seen only if the input says so: by `reverts`, `intent` or `revision`.
//! - An item belongs to the group of its own deployment or incident. Groups by a label that incidents lack have no times to
//!   restore.
//!
//! # Bulk data
//!
//! The same metrics can be computed from columns of numbers instead of objects, at a million deployments in about a
//! tenth of a second. For many reports under one policy, an engine checks and digests the policy once.
mod attribution;
mod choice;
mod classify;
pub mod columns;
mod difference;
mod display;
mod engine;
mod event;
mod events;
mod explain;
mod figures;
mod item;
mod ledger;
mod levels;
mod linking;
mod measure;
mod metric;
mod page;
mod policy;
mod presets;
mod quality;
mod quick_check;
mod report;
mod report_row;
mod review;
mod rows;
mod security;
mod survival;
mod table;
mod trend;
mod working_time;

pub use attribution::{AttributedChanges, AttributionRule, Commit, attribute_changes};
pub use choice::*;
pub use classify::{Classification, Level, LevelVerdict, classify};
pub use difference::{ItemDifference, MetricDifference, PolicyDifference, diff_policies};
pub use engine::Engine;
pub use event::{
    Change, Deployment, DeploymentIntent, DeploymentOutcome, DeploymentStage, Incident, StageKind,
};
pub use events::Events;
pub use explain::{explain, explain_measures, explain_review};
pub use item::{Cause, Explanation, Item, explain_metric};
pub use linking::{
    DetectedRollback, LinkedIncident, RevertedDeployment, detect_rollbacks, link_incidents, link_reverts,
};
pub use measure::{Breakdown, Figure, Group, Measures, Period, measure};
pub use metric::{Definition, Metric, MetricKind, Trend, definitions};
pub use page::{report, report_html};
#[cfg(feature = "yaml")]
pub use policy::policy_from_yaml;
pub use policy::{CriticalIncidents, Policy, default_policy, policy_from_json};
pub use presets::{
    datadog_policy, devlake_2021_policy, devlake_2023_policy, dora_2024_policy, fourkeys_policy,
    gitlab_policy, metrik_policy, middleware_policy,
};
pub use quality::{Bug, BugPhase, QualityPolicy};
pub use quick_check::{
    QuickCheckAnswers, QuickCheckBenchmark, QuickCheckDeviation, QuickCheckScore, quick_check_answers,
    quick_check_benchmark, quick_check_score,
};
pub use report::{DoraReport, DoraRow, Estimate, Exclusion, ExclusionReason, UndefinedReason};
pub use report_row::{ReportRow, report_rows};
pub(crate) use review::change as metric_change;
#[cfg(feature = "yaml")]
pub use review::review_policy_from_yaml;
pub use review::{
    Bottleneck, MetricChange, MetricReview, MetricTarget, Review, ReviewPolicy, TargetVerdict,
    default_review_policy, review, review_policy_from_json,
};
pub(crate) use rows::natural;
pub use security::{PatchStart, Scan, SecurityPolicy, Vulnerability};
pub use survival::{Lifetime, Survival, survival};
pub use trend::{ChangeDirection, MetricTrend};
pub use working_time::{WorkingTime, working_span};

use crate::error::{Faults, Result};
use crate::time::{BucketUnit, TimeRange};
use crate::wire::PolicyText as _;

/// The five delivery metrics over a range and its buckets, in local days of a zone.
///
/// For many reports under one policy, an [`Engine`] checks and digests it once.
///
/// ```
/// use relcore::metrics::{Change, Deployment, Policy, SeedRule, UndefinedReason, dora};
/// use relcore::{TimeRange, time::BucketUnit};
///
/// let deployments: Vec<Deployment> = serde_json::from_str(r#"[
///     {"id": "d1", "service": "shop", "finishedAt": "2026-11-02T10:00:00Z", "outcome": "success", "changes": ["a"]},
///     {"id": "d2", "service": "shop", "finishedAt": "2026-11-03T10:00:00Z", "outcome": "success", "changes": ["b"]}
/// ]"#)?;
/// let changes: Vec<Change> = serde_json::from_str(r#"[
///     {"id": "a", "authoredAt": "2026-01-01T00:00:00Z", "committedAt": "2026-01-01T00:00:00Z"},
///     {"id": "b", "authoredAt": "2026-11-03T08:00:00Z", "committedAt": "2026-11-03T09:00:00Z"}
/// ]"#)?;
/// let november: TimeRange =
///     serde_json::from_str(r#"{"start": "2026-11-01T00:00:00Z", "end": "2026-12-01T00:00:00Z"}"#)?;
///
/// let policy = Policy::default();
/// let report = dora(&deployments, &changes, &[], &policy, &november, &BucketUnit::Month, "UTC")?;
/// assert_eq!(report.overall.change_lead_time.value, Some(7200.0)); // two hours, in seconds
/// assert_eq!(report.overall.change_fail_rate.value, Some(0.0));
/// assert_eq!(
///     report.overall.failed_deployment_recovery_time.undefined,
///     Some(UndefinedReason::NoFailures), // not zero: nothing failed
/// );
///
/// // Pitfall: the first deployment of a service brings its history along and has no lead times; with only one
/// // deployment there are none.
/// let alone = dora(&deployments[..1], &changes, &[], &policy, &november, &BucketUnit::Month, "UTC")?;
/// assert_eq!(alone.overall.change_lead_time.undefined, Some(UndefinedReason::SeedOnly));
/// let policy = policy.seed(SeedRule::Include);
/// let alone = dora(&deployments[..1], &changes, &[], &policy, &november, &BucketUnit::Month, "UTC")?;
/// assert_eq!(alone.overall.change_lead_time.n.get(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// All at once: `duplicate` for two deployments, changes or incidents with one id; `invalid_value` for incidents that
/// are duplicates of each other in a circle, a range that ends before it starts, and a policy without environments,
/// signals or a confidence level between 0 and 1; `unknown_zone` for `PST`. Then `out_of_range` for more than 40,000
/// buckets.
pub fn dora(
    deployments: &[Deployment],
    changes: &[Change],
    incidents: &[Incident],
    policy: &Policy,
    range: &TimeRange,
    unit: &BucketUnit,
    zone: &str,
) -> Result<DoraReport> {
    let mut faults = Faults::new();
    let rows = rows::Rows::new(deployments, changes, incidents, &mut faults);
    policy.check("policy", &mut faults);
    engine::check_frame(range, [zone, "zone"], &mut faults);
    faults.finish()?;
    Engine::new(policy.clone())?.report(&rows.events(), range, *unit, zone)
}

crate::scalar::texts!(
    AttributionRule,
    BugPhase,
    ChangeDirection,
    DeploymentIdentity,
    DeploymentIntent,
    DeploymentOutcome,
    DurationSummary,
    ExclusionReason,
    FailureSignal,
    FrequencyRule,
    IncidentLink,
    LeadStart,
    LeadUnit,
    Level,
    LevelVerdict,
    LinkScope,
    Metric,
    MetricKind,
    NegativeSpans,
    OpenRecoveries,
    PartialBuckets,
    PartialDeployments,
    PatchStart,
    QuantileRule,
    RateDenominator,
    RateNumerator,
    RecoveryEnd,
    RecoveryMembership,
    RecoveryStart,
    RecoveryUnit,
    Redelivery,
    RelandRule,
    ReworkSignal,
    SeedRule,
    SeveralIncidents,
    SpanRounding,
    StageKind,
    TargetVerdict,
    Trend,
    UndefinedReason,
    UndeliveredChanges,
    WorkingEdges,
);

/// The rows of this module in the function table, sorted by name.
macro_rules! table_rows {
    ($table:ident) => {
        $table! {
            metrics {
                policy Policy: default_policy, policy_from_json, policy_from_yaml;

                policy ReviewPolicy: default_review_policy, review_policy_from_json, review_policy_from_yaml;

                fn attribute_changes(
                    commits: &[Commit],
                    deployments: &[Deployment],
                    rule: &AttributionRule,
                ) -> Vec<AttributedChanges>;
                fn classify(metric: &Metric, value: f64, year: u32) -> Classification;
                #[plain]
                fn datadog_policy() -> Policy;
                #[plain]
                fn definitions() -> Vec<Definition>;
                fn detect_rollbacks(deployments: &[Deployment], policy: &Policy) -> Vec<DetectedRollback>;
                #[plain]
                fn devlake_2021_policy() -> Policy;
                #[plain]
                fn devlake_2023_policy() -> Policy;
                fn diff_policies(
                    events: &Events,
                    first: &Policy,
                    second: &Policy,
                    range: &TimeRange,
                    zone: &str,
                ) -> PolicyDifference;
                #[plain]
                fn dora_2024_policy() -> Policy;

                fn dora(
                    deployments: &[Deployment],
                    changes: &[Change],
                    incidents: &[Incident],
                    policy: &Policy,
                    range: &TimeRange,
                    unit: &crate::time::BucketUnit,
                    zone: &str,
                ) -> DoraReport;

                #[plain]
                fn explain(report: &DoraReport) -> String;
                #[plain]
                fn explain_measures(measures: &Measures) -> String;
                fn explain_metric(
                    events: &Events,
                    policy: &Policy,
                    metric: &Metric,
                    range: &TimeRange,
                    zone: &str,
                ) -> Explanation;
                #[plain]
                fn explain_review(review: &Review) -> String;
                #[plain]
                fn fourkeys_policy() -> Policy;
                #[plain]
                fn gitlab_policy() -> Policy;
                fn link_incidents(
                    deployments: &[Deployment],
                    incidents: &[Incident],
                    policy: &Policy,
                ) -> Vec<LinkedIncident>;
                fn link_reverts(
                    deployments: &[Deployment],
                    changes: &[Change],
                    policy: &Policy,
                ) -> Vec<RevertedDeployment>;
                fn measure(
                    events: &Events,
                    policy: &Policy,
                    range: &TimeRange,
                    breakdown: &Breakdown,
                ) -> Measures;
                #[plain]
                fn metrik_policy() -> Policy;
                #[plain]
                fn middleware_policy() -> Policy;

                #[plain]
                fn quick_check_answers(row: &DoraRow) -> QuickCheckAnswers;
                fn quick_check_benchmark(population: &str, year: u32) -> QuickCheckBenchmark;
                fn quick_check_score(answers: &QuickCheckAnswers, year: u32) -> QuickCheckScore;

                fn report(
                    events: &Events,
                    policy: &Policy,
                    range: &TimeRange,
                    breakdown: &Breakdown,
                    title: &str,
                ) -> String;
                fn report_html(measures: &Measures, review: Option<&Review>, title: &str) -> String;
                #[plain]
                fn report_rows(report: &DoraReport) -> Vec<ReportRow>;
                fn review(previous: &Measures, current: &Measures, policy: &ReviewPolicy) -> Review;
                fn survival(lifetimes: &[Lifetime], level: f64) -> Survival;
                fn working_span(start: Timestamp, end: Timestamp, working_time: &WorkingTime) -> Span;

                columns dora(
                    columns: columns::Events,
                    policy: &Policy,
                    range: &TimeRange,
                    unit: &crate::time::BucketUnit,
                    zone: &str,
                ) -> DoraReport;

                handle Engine(policy: Policy) {
                    fn dora(
                        deployments: &[Deployment],
                        changes: &[Change],
                        incidents: &[Incident],
                        range: &TimeRange,
                        unit: &crate::time::BucketUnit,
                        zone: &str,
                    ) -> DoraReport;
                }
            }
        }
    };
}
pub(crate) use table_rows;
