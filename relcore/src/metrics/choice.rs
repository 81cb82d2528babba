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
}
