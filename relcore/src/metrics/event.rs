//! The events: deployments, the changes that they deliver, incidents.
use super::choice::LeadStart;
use crate::input::input;
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

input! {
    /// One attempt to deploy a version of a service to an environment.
    ///
    /// ```
    /// use relcore::metrics::{Deployment, DeploymentIntent, DeploymentOutcome};
    /// let deployment: Deployment = serde_json::from_str(
    ///     r#"{"id": "d1", "service": "shop", "finishedAt": "2026-11-23T03:00:00Z", "outcome": "success"}"#,
    /// )?;
    /// assert_eq!(deployment.environment, "production");
    /// assert_eq!(deployment.intent, DeploymentIntent::Unknown);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "metrics.Deployment", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Deployment {
        /// Identifies the deployment within the input. A retry is another deployment with another id.
        pub id: String,
        /// What was deployed. Metrics link events within a service, never across.
        pub service: String,
        /// The environment; `production` when left out. The policy says which environments count.
        #[serde(default = "production")]
        pub environment: String,
        /// When it began, where that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub started_at: Option<Timestamp>,
        /// When it ended; this instant decides which bucket it is counted in. It is not the time of the last edit of the
        /// record, which moves when a later deployment supersedes this one.
        pub finished_at: Timestamp,
        /// How it ended.
        pub outcome: DeploymentOutcome,
        /// Its purpose; `unknown` when left out.
        #[serde(default)]
        pub intent: DeploymentIntent,
        /// The version or commit that ran afterwards. A version that comes back after another one ran shows a rollback.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub revision: Option<String>,
        /// The ids of earlier deployments of this service and environment that this one repairs. Others are left out and
        /// counted. If it names only such as are not in the input, the deployment before it counts as the one that failed.
        #[serde(default)]
        pub remediates: Vec<String>,
        /// The ids of the changes that it delivered: those that the deployment before it did not contain.
        #[serde(default)]
        pub changes: Vec<String>,
        /// The pipeline run or release that it is a part or an attempt of. The policy says whether the rows of one run are one
        /// deployment.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub run: Option<String>,
        /// Whether a machine started it, such as an automatic rollback; left out when that is unknown.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub automatic: Option<bool>,
        /// How long the service was down because of it, where that was measured. Otherwise the time of its incidents stands for
        /// it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub downtime: Option<Span>,
        /// What it consisted of: the time in the queue, builds, tests, rollouts.
        #[serde(default, skip_serializing_if = "crate::wire::is_default")]
        #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "crate::wire::never"))]
        pub stages: Vec<DeploymentStage>,
        /// What it is grouped by beside service and environment: `{"team": "checkout"}`.
        #[serde(default, skip_serializing_if = "crate::wire::is_default")]
        #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "crate::wire::never"))]
        pub labels: BTreeMap<String, String>,
    }
}

input! {
    /// A part of a deployment.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "metrics.DeploymentStage", rename_all = "camelCase", deny_unknown_fields)]
    pub struct DeploymentStage {
        /// What was done.
        pub kind: StageKind,
        /// When it began.
        pub started_at: Timestamp,
        /// When it ended; left out while it runs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub finished_at: Option<Timestamp>,
    }
}

impl DeploymentStage {
    /// A stage that runs.
    #[must_use]
    pub fn new(kind: StageKind, started_at: Timestamp) -> Self {
        Self { kind, started_at, finished_at: None }
    }
}

/// What a part of a deployment does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.StageKind", rename_all = "snake_case")]
pub enum StageKind {
    /// It waits for a machine or a turn.
    Queue,
    /// It builds.
    Build,
    /// It tests.
    Test,
    /// It brings the new version to its hosts.
    Deploy,
}

impl Deployment {
    /// A deployment to production of which nothing else is known.
    ///
    /// ```
    /// use relcore::{Timestamp, metrics::{Deployment, DeploymentOutcome}};
    /// let at = Timestamp::parse("2026-11-23T03:00:00Z")?;
    /// let deployment = Deployment::new("d1", "shop", at, DeploymentOutcome::Success).changes(["8023f6f"]);
    /// assert_eq!(deployment.environment, "production");
    /// # Ok::<(), relcore::Error>(())
    /// ```
    #[must_use]
    pub fn new(
        id: impl Into<String>,
        service: impl Into<String>,
        finished_at: Timestamp,
        outcome: DeploymentOutcome,
    ) -> Self {
        Self {
            id: id.into(),
            service: service.into(),
            environment: production(),
            started_at: None,
            finished_at,
            outcome,
            intent: DeploymentIntent::default(),
            revision: None,
            remediates: vec![],
            changes: vec![],
            run: None,
            automatic: None,
            downtime: None,
            stages: vec![],
            labels: BTreeMap::new(),
        }
    }
}

/// The environment of events that name none.
pub(super) fn production() -> String {
    "production".to_owned()
}

/// How a deployment ended: the values of OpenTelemetry's `cicd.pipeline.result`, and `partial`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.DeploymentOutcome", rename_all = "snake_case")]
pub enum DeploymentOutcome {
    /// It runs.
    Success,
    /// It ran to its end and failed.
    Failure,
    /// It could not be carried out.
    Error,
    /// It exceeded its time limit.
    Timeout,
    /// Somebody stopped it.
    Cancellation,
    /// It was not carried out at all.
    Skip,
    /// It runs in a part of its hosts or stages and failed in the others.
    Partial,
}

impl DeploymentOutcome {
    /// The outcome of a code in a column: its index in the order of declaration.
    pub(super) const fn from_code(code: u8) -> Option<Self> {
        Some(match code {
            0 => Self::Success,
            1 => Self::Failure,
            2 => Self::Error,
            3 => Self::Timeout,
            4 => Self::Cancellation,
            5 => Self::Skip,
            6 => Self::Partial,
            _ => return None,
        })
    }

    /// The code in a column.
    pub(super) const fn code(self) -> u8 {
        self as u8
    }
}

/// What a deployment was for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.DeploymentIntent", rename_all = "snake_case")]
pub enum DeploymentIntent {
    /// To deliver planned work.
    Planned,
    /// To repair production with new code, unplanned.
    Hotfix,
    /// To restore an earlier version.
    Rollback,
    /// To deploy the same version again.
    Redeploy,
    /// Not recorded.
    #[default]
    Unknown,
}

impl DeploymentIntent {
    /// The intent of a code in a column: its index in the order of declaration.
    pub(super) const fn from_code(code: u8) -> Option<Self> {
        Some(match code {
            0 => Self::Planned,
            1 => Self::Hotfix,
            2 => Self::Rollback,
            3 => Self::Redeploy,
            4 => Self::Unknown,
            _ => return None,
        })
    }

    /// The code in a column.
    pub(super) const fn code(self) -> u8 {
        self as u8
    }
}

input! {
    /// A commit or another unit of work that deployments deliver.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "metrics.Change", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Change {
        /// Identifies the change within the input; a commit id, for instance.
        pub id: String,
        /// When it was written, where that is known. A rebase keeps it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub authored_at: Option<Timestamp>,
        /// When it was committed in its present form. A rebase, a squash and a cherry-pick renew it.
        pub committed_at: Timestamp,
        /// Whether it is a merge: a commit with two parents or more.
        #[serde(default)]
        pub merge: bool,
        /// The ids of the earlier changes that it reverts.
        #[serde(default)]
        pub reverts: Vec<String>,
        /// When the issue was created that it is for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub issue_created_at: Option<Timestamp>,
        /// When its request for review was opened.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub opened_at: Option<Timestamp>,
        /// When it was first reviewed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reviewed_at: Option<Timestamp>,
        /// When it was merged.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub merged_at: Option<Timestamp>,
    }
}

input! {
    /// A disruption of a service that needed immediate attention.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "metrics.Incident", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Incident {
        /// Identifies the incident within the input.
        pub id: String,
        /// The affected service.
        pub service: String,
        /// The affected environment; `production` when left out.
        #[serde(default = "production")]
        pub environment: String,
        /// The severity as the incident tool names it. The policy says which are critical.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub severity: Option<String>,
        /// When it was detected.
        pub detected_at: Timestamp,
        /// When the service had recovered; left out while the incident is open, or if it is `closed` at an unknown instant.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub resolved_at: Option<Timestamp>,
        /// The id of the deployment that caused it, where that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub caused_by: Option<String>,
        /// The id of the incident that this one repeats. If that one is of another service or environment, this one still
        /// counts for its own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub duplicate_of: Option<String>,
        /// Whether it is over although nobody recorded when. With `resolvedAt` it is over in any case.
        #[serde(default, skip_serializing_if = "crate::wire::is_default")]
        #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "crate::wire::never"))]
        pub closed: bool,
        /// The revision or artifact that showed it, where that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub revision: Option<String>,
        /// What it is grouped by beside service and environment: `{"team": "checkout"}`.
        #[serde(default, skip_serializing_if = "crate::wire::is_default")]
        #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "crate::wire::never"))]
        pub labels: BTreeMap<String, String>,
    }
}

impl Change {
    /// The instant that a rule names, if it is known.
    pub(super) fn at(&self, rule: LeadStart) -> Option<Timestamp> {
        match rule {
            LeadStart::Authored => self.authored_at,
            LeadStart::Committed => Some(self.committed_at),
            LeadStart::AuthoredOrCommitted => self.authored_at.or(Some(self.committed_at)),
            LeadStart::Opened => self.opened_at,
            LeadStart::Reviewed => self.reviewed_at,
            LeadStart::Merged => self.merged_at,
            LeadStart::IssueCreated => self.issue_created_at,
        }
    }

    /// A change that is no merge and reverts nothing.
    #[must_use]
    pub fn new(id: impl Into<String>, committed_at: Timestamp) -> Self {
        Self {
            id: id.into(),
            authored_at: None,
            committed_at,
            merge: false,
            reverts: vec![],
            issue_created_at: None,
            opened_at: None,
            reviewed_at: None,
            merged_at: None,
        }
    }
}

impl Incident {
    /// An open incident of a service in production.
    #[must_use]
    pub fn new(id: impl Into<String>, service: impl Into<String>, detected_at: Timestamp) -> Self {
        Self {
            id: id.into(),
            service: service.into(),
            environment: production(),
            severity: None,
            detected_at,
            resolved_at: None,
            caused_by: None,
            duplicate_of: None,
            closed: false,
            revision: None,
            labels: BTreeMap::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_follow_the_order_of_declaration() {
        let outcomes: Vec<_> = (0..=u8::MAX).filter_map(DeploymentOutcome::from_code).collect();
        assert!(outcomes.iter().map(|outcome| outcome.code()).eq(0..7));
        let intents: Vec<_> = (0..=u8::MAX).filter_map(DeploymentIntent::from_code).collect();
        assert!(intents.iter().map(|intent| intent.code()).eq(0..5));
    }
}
