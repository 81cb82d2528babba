//! The choices that a metrics policy makes, as data.
use serde::{Deserialize, Serialize};

/// When the lead time of a change begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.LeadStart", rename_all = "snake_case")]
pub enum LeadStart {
    /// When it was written; a change without that time is left out and counted.
    Authored,
    /// When it entered version control in its present form: a rebase hides the time before it.
    Committed,
    /// When it was written, or when it was committed where the first is unknown.
    AuthoredOrCommitted,
    /// When its request for review was opened.
    Opened,
    /// When it was first reviewed.
    Reviewed,
    /// When it was merged, as GitLab has it: the time of writing and of review is left out.
    Merged,
    /// When the issue was created that it is for.
    IssueCreated,
}

/// The unit that has a lead time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.LeadUnit", rename_all = "snake_case")]
pub enum LeadUnit {
    /// A change: a large deployment weighs more than a small one.
    Change,
    /// A deployment, which has the median of its changes: each weighs the same.
    Deployment,
}

/// How the first deployment of a service to an environment counts for lead times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.SeedRule", rename_all = "snake_case")]
pub enum SeedRule {
    /// It brings the whole history along: its changes have no lead time.
    Exclude,
    /// It counts like any other deployment: right when its list has exactly the changes that are new in it.
    Include,
}

/// Where the changes of a deployment that did not succeed go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.UndeliveredChanges", rename_all = "snake_case")]
pub enum UndeliveredChanges {
    /// To the next deployment of that service and environment that succeeds.
    CarryForward,
    /// Nowhere, unless a deployment that succeeds lists them itself.
    Drop,
}

/// How a span that ends before it begins is treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.NegativeSpans", rename_all = "snake_case")]
pub enum NegativeSpans {
    /// It is left out and counted.
    Drop,
    /// It counts as zero seconds.
    Clamp,
    /// It stays as it is.
    Keep,
}

impl RateNumerator {
    /// Whether it counts incidents.
    pub(super) const fn counts_incidents(self) -> bool {
        matches!(self, Self::Incidents | Self::LinkedIncidents)
    }
}

/// Which deployments the rates are shares of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.RateDenominator", rename_all = "snake_case")]
pub enum RateDenominator {
    /// Those that succeeded.
    Successful,
    /// Those that ran: success, failure, error and timeout, but not cancelled or skipped ones.
    Finished,
    /// Those that succeeded, without rework, for the fail rate; the rework rate is a share of all that succeeded.
    SuccessfulExceptRework,
    /// Those that ran, without rework, for the fail rate; the rework rate is a share of all that ran.
    FinishedExceptRework,
}

impl RateDenominator {
    /// Whether deployments count that ran and failed.
    pub(super) const fn has_failed(self) -> bool {
        matches!(self, Self::Finished | Self::FinishedExceptRework)
    }

    /// Whether rework does not count for the fail rate.
    pub(super) const fn leaves_out_rework(self) -> bool {
        matches!(self, Self::SuccessfulExceptRework | Self::FinishedExceptRework)
    }
}

/// What the fail rate counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.RateNumerator", rename_all = "snake_case")]
pub enum RateNumerator {
    /// Deployments that failed: each once, so that the rate is a share.
    #[default]
    FailedDeployments,
    /// Incidents, by the instant of their detection, linked or not. Two incidents of one deployment count twice, so the rate
    /// can exceed 1. Other signals are not read.
    Incidents,
    /// The same, of incidents that are linked to a deployment; others are left out and counted. Four Keys counts the incidents
    /// whose text names the revision that caused them.
    LinkedIncidents,
}

/// A signal that a deployment failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.FailureSignal", rename_all = "snake_case")]
pub enum FailureSignal {
    /// An incident is linked to it.
    Incident,
    /// A later deployment names it in `remediates`.
    Remediation,
    /// A later deployment delivers a change that reverts one of its changes.
    Revert,
    /// The next deployment is a rollback that names nothing in `remediates`.
    Rollback,
    /// The next deployment is a hotfix that names nothing in `remediates`.
    Hotfix,
    /// A revision that ran before it ran again later: the first deployment after that revision failed.
    RevisionReturned,
    /// Its own outcome is failure, error or timeout. Needs the denominator `finished`.
    Outcome,
}

impl FailureSignal {
    /// Those by which a rollback shows what it takes back.
    pub(super) const OF_ROLLBACKS: [Self; 3] = [Self::Rollback, Self::RevisionReturned, Self::Remediation];
}

/// A signal that a deployment is rework.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.ReworkSignal", rename_all = "snake_case")]
pub enum ReworkSignal {
    /// Its intent is `hotfix`.
    Hotfix,
    /// Its intent is `rollback`.
    Rollback,
    /// It names a deployment in `remediates`.
    Remediation,
    /// It delivers a revert of a change that an earlier deployment delivered.
    Revert,
    /// Its revision ran before and another one did since.
    RevisionReturned,
}

/// A rule that links an incident to the deployment that caused it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.IncidentLink", rename_all = "snake_case")]
pub enum IncidentLink {
    /// The incident names it in `caused_by`.
    CausedBy,
    /// It is the latest one of the same service and environment that succeeded before the incident was detected.
    LatestBefore,
    /// It is the latest one before the incident that brought the revision which the incident names.
    Revision,
}

/// Among which deployments `latest_before` and `revision` look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.LinkScope", rename_all = "snake_case")]
pub enum LinkScope {
    /// Those of the service and environment of the incident.
    #[default]
    Service,
    /// Those of its environment, whatever the service: an incident of a board that knows no services.
    Environment,
}

/// Which deployment rows are one deployment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.DeploymentIdentity", rename_all = "snake_case")]
pub enum DeploymentIdentity {
    /// Each row.
    #[default]
    Row,
    /// The rows of one `run` in a service and environment: a pipeline that deploys several parts, or its retries. The last one
    /// that succeeded stands for all, or the last one if none did; the others are left out and counted.
    Run,
}

/// How the frequency of deployments is computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.FrequencyRule", rename_all = "snake_case")]
pub enum FrequencyRule {
    /// Deployments per `frequency_per` over the whole range, with empty days, not rounded.
    #[default]
    Mean,
    /// The same, rounded down to a whole number, as Middleware prints it: 9 a month are 2 a week.
    FlooredMean,
    /// The median number of deployments in a period of `frequency_unit`, empty ones included.
    Median,
    /// The median number of days with a deployment in a period of `frequency_unit`, empty ones included, as in DevLake.
    MedianDays,
}

/// How a change counts that was delivered before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.Redelivery", rename_all = "snake_case")]
pub enum Redelivery {
    /// It has a lead time from its first delivery only.
    #[default]
    Exclude,
    /// It has a lead time from each deployment that lists it, as where the previous tag is that by time: with release
    /// branches a commit counts several times.
    Include,
}

/// To what a duration is rounded before anything is computed of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.SpanRounding", rename_all = "snake_case")]
pub enum SpanRounding {
    /// To the millisecond.
    #[default]
    Exact,
    /// Up to a whole minute.
    MinuteUp,
    /// Down to a whole minute.
    MinuteDown,
    /// Down to a whole hour.
    HourDown,
}

/// Whether buckets that reach beyond the range are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.PartialBuckets", rename_all = "snake_case")]
pub enum PartialBuckets {
    /// They are listed with the part in the range, and marked as partial.
    #[default]
    Keep,
    /// They are left out of the list; the whole range still has their items.
    Drop,
}

/// How a change or a revision that was taken back and comes again counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.RelandRule", rename_all = "snake_case")]
pub enum RelandRule {
    /// A revert of a revert is no failure of the deployment that had reverted: only an odd number of reverts takes
    /// something back. Likewise, after V1, V2, V1 the return of V2 is none.
    #[default]
    Exclude,
    /// Each revert and each return counts as a failure of what it takes back.
    Include,
}

/// What a deployment is that failed in a part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.PartialDeployments", rename_all = "snake_case")]
pub enum PartialDeployments {
    /// One that changed production and failed: it counts for frequency and rates, delivers its changes, and has recovered
    /// when the next one succeeds wholly.
    #[default]
    Failed,
    /// One that succeeded.
    Successful,
    /// One that failed, as with the outcome `failure`.
    Unsuccessful,
}

/// When the time to recover begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.RecoveryStart", rename_all = "snake_case")]
pub enum RecoveryStart {
    /// When the failed deployment finished.
    DeploymentFinished,
    /// When its first incident was detected; when it finished, where no incident is linked.
    IncidentDetected,
    /// Whichever came first.
    Earliest,
}

/// What has a recovery time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.RecoveryUnit", rename_all = "snake_case")]
pub enum RecoveryUnit {
    /// A failed deployment: its incidents are one outage.
    #[default]
    Deployment,
    /// The first of the failed deployments that one deployment repairs, as metrik counts a run of failures.
    FirstOfRun,
    /// An incident that is linked to a deployment. It ends when it was resolved.
    Incident,
    /// Any incident, linked or not. It begins when it was detected.
    AnyIncident,
}

/// When the time to recover ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.RecoveryEnd", rename_all = "snake_case")]
pub enum RecoveryEnd {
    /// When its incidents were resolved; when it was repaired by a deployment, where no incident is linked.
    IncidentElseRemedy,
    /// When its incidents were resolved.
    Incident,
    /// When a deployment repaired it.
    Remedy,
    /// Whichever came first.
    Earliest,
}

/// Which of several incidents of one deployment ends its recovery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.SeveralIncidents", rename_all = "snake_case")]
pub enum SeveralIncidents {
    /// The one resolved first.
    First,
    /// The one resolved last: while one is open, so is the recovery.
    Last,
}

/// How a failed deployment that has not recovered counts for recovery times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.OpenRecoveries", rename_all = "snake_case")]
pub enum OpenRecoveries {
    /// Nothing: it is left out and counted.
    Exclude,
    /// Its age at the end of the report's range.
    Age,
    /// It is censored: it lasts at least as long as its age at the end of the range. Quantiles and interval are those of Kaplan
    /// and Meier, and there is no mean while one is open.
    Censor,
}

/// By which instant a recovery belongs to a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.RecoveryMembership", rename_all = "snake_case")]
pub enum RecoveryMembership {
    /// When the failed deployment finished: its recovery stands beside its failure.
    Failure,
    /// When it recovered.
    Recovery,
    /// When the first incident was detected; as `failure` where no incident is linked.
    Detection,
}

/// How a quantile is read from a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.QuantileRule", rename_all = "snake_case")]
pub enum QuantileRule {
    /// Between the two closest ranks, in proportion: type 7 of Hyndman and Fan, the default of R and NumPy.
    Linear,
    /// The lower of the two closest ranks: a value that occurred.
    Lower,
    /// The value at rank ceil(p n): type 1 of Hyndman and Fan.
    NearestRank,
}

/// Which number summarises a set of durations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.DurationSummary", rename_all = "snake_case")]
pub enum DurationSummary {
    /// The value in the middle.
    Median,
    /// The arithmetic mean, which a single long one can double.
    Mean,
    /// The median of the medians of the days, as in GitLab: a day with one item weighs as much as one with fifty.
    DailyMedians,
}

/// How time before the first and after the last working day of a span counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.WorkingEdges", rename_all = "snake_case")]
pub enum WorkingEdges {
    /// Like any other: only working days count.
    #[default]
    Exclude,
    /// A span that begins or ends on days off counts them: somebody worked then. Days off between working days do not count.
    Include,
}
