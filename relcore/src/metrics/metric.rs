//! The metrics as data: one row each.
use super::report::UndefinedReason;
use serde::{Deserialize, Serialize};

/// A metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.Metric", rename_all = "snake_case")]
pub enum Metric {
    /// How often is deployed: deployments in `frequency_per` of the policy, or by its rule.
    DeploymentFrequency,
    /// How long a change takes to production: seconds.
    ChangeLeadTime,
    /// The part of the lead time until its request for review was opened, or until it was committed if there was none.
    CodingTime,
    /// The part of the lead time from opening to the first review.
    PickupTime,
    /// The part of the lead time from the first review to the merge.
    ReviewTime,
    /// The part of the lead time from the merge to production.
    DeliveryTime,
    /// The share of deployments that failed.
    ChangeFailRate,
    /// How long a failed deployment takes to recover: seconds. Reports before 2023 have the time to restore service.
    FailedDeploymentRecoveryTime,
    /// The share of deployments that were made to repair production.
    DeploymentReworkRate,
    /// The share of attempts to deploy that succeeded. Cancelled and skipped ones are no attempts.
    DeploymentSuccessRate,
    /// The share of releases whose first attempt succeeded. Attempts in a row of one run or revision are those of one release, until one succeeds.
    FirstTrySuccessRate,
    /// The share of releases of which an attempt succeeded.
    EventualSuccessRate,
    /// The share of deployments that are rollbacks: by their intent, or because an earlier revision came back.
    RollbackRate,
    /// The share of deployments that are rollbacks which a machine started.
    AutomaticRollbackRate,
    /// The share of deployments that are rollbacks which a person started.
    ManualRollbackRate,
    /// The share of releases that were rolled back: of deployments that are no rollbacks, those that one took back.
    RolledBackRate,
    /// How long a deployment takes from its start to its end: seconds.
    DeploymentDuration,
    /// How long a deployment waits in queues: seconds.
    QueueDuration,
    /// How long a deployment builds, with what runs side by side counted once: seconds.
    BuildDuration,
    /// How long a deployment tests: seconds.
    TestDuration,
    /// How long a deployment brings the new version to its hosts, by its stages of the kind `deploy`: seconds.
    RolloutDuration,
    /// How long the service was down because of a deployment: as measured, or else during the incidents that it caused. Seconds.
    DeploymentDowntime,
    /// How long an incident lasts from its detection to its resolution, whatever caused it: seconds.
    TimeToRestore,
    /// How long a critical incident lasts, by its severity or its service: seconds.
    CriticalTimeToRestore,
    /// The share of critical incidents that were over within `critical.restore_target` of the policy. One that is open and younger does not count.
    CriticalRestoredInTime,
    /// The share of bugs that were found in production, of releases old enough to count.
    BugEscapeRate,
    /// Bugs found in production to each release, of releases old enough to count. Without any bug in the input there is no number:
    /// they are not recorded.
    EscapedBugs,
    /// The vulnerabilities that are open at the end of the range.
    OpenVulnerabilities,
    /// The vulnerabilities that were found in the range.
    OpenedVulnerabilities,
    /// The vulnerabilities that ended in the range.
    ClosedVulnerabilities,
    /// How long vulnerabilities have been open that are so at the end of the range: seconds.
    OpenVulnerabilityAge,
    /// How long a vulnerability takes to be patched, with open ones censored, in the bucket in which its time begins: seconds.
    TimeToPatch,
    /// The share of vulnerabilities that were patched within the target of their severity. One that is open and not due does not
    /// count.
    PatchedInTime,
    /// The share of deployments whose artifact had been scanned recently.
    ScanCoverage,
    /// The share of the dependencies of scanned artifacts that were scanned.
    DependencyScanCoverage,
    /// How long a risk stays accepted: until it ends, until its term is over, or so far. Seconds.
    AcceptedRiskDuration,
    /// The share of accepted risks that lasted beyond their term.
    OverdueRiskRate,
}

/// What the value of a metric is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.MetricKind", rename_all = "snake_case")]
pub enum MetricKind {
    /// Items in a period of time.
    Frequency,
    /// Seconds.
    Duration,
    /// A part of a whole, from 0 to 1.
    Share,
    /// Events to each item, which can exceed 1.
    Ratio,
    /// A number of events in the range.
    Count,
    /// What there is at the end of the range.
    Level,
}

/// Where a metric should go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.Trend", rename_all = "snake_case")]
pub enum Trend {
    /// Up: more is better.
    Rise,
    /// Down: less is better.
    Fall,
}

/// What a metric is, as data, made by [`definitions`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.Definition", rename_all = "camelCase", deny_unknown_fields)]
pub struct Definition {
    /// The metric.
    pub metric: Metric,
    /// What its value is.
    pub kind: MetricKind,
    /// What one item is.
    pub item: String,
    /// Which direction is better.
    pub better: Trend,
    /// The usual target, which the value should be below, or above if more is better; absent where the direction is the target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<f64>,
}

/// The metrics as data: what each is, which direction is better, and the usual target.
///
/// Targets: at most 15 % of changes fail, 5 % are rolled back, more than 95 % of deployments succeed, critical systems are
/// restored within an hour. For all others the direction is the target.
///
/// ```
/// use relcore::metrics::{Metric, Trend, definitions};
/// let all = definitions();
/// let rollbacks = all.iter().find(|row| row.metric == Metric::RollbackRate).unwrap();
/// assert_eq!((rollbacks.better, rollbacks.target), (Trend::Fall, Some(0.05)));
/// ```
#[must_use]
pub fn definitions() -> Vec<Definition> {
    let row = |row: &Row| Definition {
        metric: row.metric,
        kind: row.kind,
        item: row.item.to_owned(),
        better: row.better,
        target: row.target,
    };
    ROWS.iter().map(row).collect()
}

impl Metric {
    /// All metrics, in the order of declaration.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        ROWS.iter().map(|row| row.metric)
    }

    pub(super) fn kind(self) -> MetricKind {
        self.row().kind
    }

    pub(crate) fn better(self) -> Trend {
        self.row().better
    }

    pub(super) fn target(self) -> Option<f64> {
        self.row().target
    }

    /// Why there is no number where there is no item and none was left out.
    pub(super) fn without(self) -> UndefinedReason {
        self.row().without
    }

    fn row(self) -> &'static Row {
        // A test shows that each metric has its row at its place.
        let [first, ..] = &ROWS;
        ROWS.get(self as usize).unwrap_or(first)
    }
}

struct Row {
    metric: Metric,
    kind: MetricKind,
    item: &'static str,
    better: Trend,
    target: Option<f64>,
    without: UndefinedReason,
}

const fn row(
    metric: Metric,
    kind: MetricKind,
    item: &'static str,
    better: Trend,
    target: Option<f64>,
    without: UndefinedReason,
) -> Row {
    Row { metric, kind, item, better, target, without }
}

use Metric as M;
use MetricKind::{Count, Duration, Frequency, Level, Ratio, Share};
use Trend::{Fall, Rise};
use UndefinedReason::{NoChanges, NoDeployments, NoFailures, NoIncidents, NoItems};

/// The metrics in the order of declaration.
static ROWS: [Row; 37] = [
    row(M::DeploymentFrequency, Frequency, "a deployment that succeeded", Rise, None, NoDeployments),
    row(M::ChangeLeadTime, Duration, "a change that is delivered", Fall, None, NoChanges),
    row(M::CodingTime, Duration, "a change that is delivered", Fall, None, NoChanges),
    row(M::PickupTime, Duration, "a change that is delivered", Fall, None, NoChanges),
    row(M::ReviewTime, Duration, "a change that is delivered", Fall, None, NoChanges),
    row(M::DeliveryTime, Duration, "a change that is delivered", Fall, None, NoChanges),
    row(M::ChangeFailRate, Share, "a deployment", Fall, Some(0.15), NoDeployments),
    row(M::FailedDeploymentRecoveryTime, Duration, "a failed deployment", Fall, None, NoFailures),
    row(M::DeploymentReworkRate, Share, "a deployment", Fall, None, NoDeployments),
    row(M::DeploymentSuccessRate, Share, "an attempt to deploy", Rise, Some(0.95), NoDeployments),
    row(M::FirstTrySuccessRate, Share, "a release", Rise, None, NoDeployments),
    row(M::EventualSuccessRate, Share, "a release", Rise, None, NoDeployments),
    row(M::RollbackRate, Share, "a deployment", Fall, Some(0.05), NoDeployments),
    row(M::AutomaticRollbackRate, Share, "a deployment", Fall, None, NoDeployments),
    row(M::ManualRollbackRate, Share, "a deployment", Fall, None, NoDeployments),
    row(M::RolledBackRate, Share, "a deployment that is no rollback", Fall, Some(0.05), NoDeployments),
    row(M::DeploymentDuration, Duration, "a deployment that ran", Fall, None, NoDeployments),
    row(M::QueueDuration, Duration, "a deployment that ran", Fall, None, NoItems),
    row(M::BuildDuration, Duration, "a deployment that ran", Fall, None, NoItems),
    row(M::TestDuration, Duration, "a deployment that ran", Fall, None, NoItems),
    row(M::RolloutDuration, Duration, "a deployment that ran", Fall, None, NoItems),
    row(M::DeploymentDowntime, Duration, "a deployment", Fall, None, NoDeployments),
    row(M::TimeToRestore, Duration, "an incident", Fall, None, NoIncidents),
    row(M::CriticalTimeToRestore, Duration, "a critical incident", Fall, Some(3600.0), NoIncidents),
    row(M::CriticalRestoredInTime, Share, "a critical incident", Rise, None, NoIncidents),
    row(M::BugEscapeRate, Share, "a bug", Fall, None, NoItems),
    row(M::EscapedBugs, Ratio, "a release", Fall, None, NoDeployments),
    row(M::OpenVulnerabilities, Level, "a vulnerability", Fall, None, NoItems),
    row(M::OpenedVulnerabilities, Count, "a vulnerability", Fall, None, NoItems),
    row(M::ClosedVulnerabilities, Count, "a vulnerability", Rise, None, NoItems),
    row(M::OpenVulnerabilityAge, Level, "an open vulnerability", Fall, None, NoItems),
    row(M::TimeToPatch, Duration, "a vulnerability", Fall, None, NoItems),
    row(M::PatchedInTime, Share, "a vulnerability with a target", Rise, None, NoItems),
    row(M::ScanCoverage, Share, "a deployment that succeeded", Rise, None, NoDeployments),
    row(M::DependencyScanCoverage, Share, "a dependency of a scanned artifact", Rise, None, NoItems),
    row(M::AcceptedRiskDuration, Duration, "an accepted risk", Fall, None, NoItems),
    row(M::OverdueRiskRate, Share, "an accepted risk", Fall, None, NoItems),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_metric_has_its_row_at_its_place() {
        for (index, row) in ROWS.iter().enumerate() {
            assert_eq!(row.metric as usize, index);
        }
        assert_eq!(ROWS.last().map(|row| row.metric), Some(Metric::OverdueRiskRate));
    }
}
