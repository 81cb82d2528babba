//! The facts: what was deployed, what it carried, what went wrong.
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// One attempt to bring a version of a service into an environment.
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Deployment {
    /// What tells this deployment from all others of the input; a retry is another deployment with another id.
    pub id: String,
    /// What was deployed. Metrics link events within a service, never across.
    pub service: String,
    /// Where it was deployed to; `production` when left out. The policy says which environments count.
    #[serde(default = "production")]
    pub environment: String,
    /// When it began, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When it ended: the instant by which it belongs to a window. Not the time of the last edit of the record,
    /// which moves when a later deployment supersedes this one.
    pub finished_at: Timestamp,
    /// How it ended.
    pub outcome: DeploymentOutcome,
    /// What it was for; `unknown` when left out.
    #[serde(default)]
    pub intent: DeploymentIntent,
    /// The version or commit that ran afterwards. A version that comes back after another one ran shows a rollback.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// The ids of earlier deployments that this one repairs.
    #[serde(default)]
    pub remediates: Vec<String>,
    /// The ids of the changes that it brought along: what the one before did not contain.
    #[serde(default)]
    pub changes: Vec<String>,
}

/// The environment of events that name none.
pub(super) fn production() -> String {
    "production".to_owned()
}

/// How a deployment ended: the values of OpenTelemetry's `cicd.pipeline.result`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeploymentOutcome {
    /// It runs.
    Success,
    /// It ran to its end and did not succeed.
    Failure,
    /// It could not be carried out.
    Error,
    /// It took too long and was given up.
    Timeout,
    /// Somebody stopped it.
    Cancellation,
    /// It was not carried out at all.
    Skip,
}

/// What a deployment was for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeploymentIntent {
    /// To deliver what was planned.
    Planned,
    /// To repair production with new code, unplanned.
    Hotfix,
    /// To bring an earlier version back.
    Rollback,
    /// To bring the same version once more.
    Redeploy,
    /// Nobody said.
    #[default]
    Unknown,
}

/// A commit or another unit of work that deployments deliver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Change {
    /// What tells this change from all others of the input: a commit id, for instance.
    pub id: String,
    /// When it was written, where that is known. A rebase keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authored_at: Option<Timestamp>,
    /// When it entered version control in its present form. A rebase, a squash and a cherry-pick renew it.
    pub committed_at: Timestamp,
    /// Whether it only joins other changes: a commit with two parents or more.
    #[serde(default)]
    pub merge: bool,
    /// The ids of earlier changes that it takes back.
    #[serde(default)]
    pub reverts: Vec<String>,
}

/// Something that went wrong in production and needed somebody at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeliveryIncident {
    /// What tells this incident from all others of the input.
    pub id: String,
    /// The service that suffered.
    pub service: String,
    /// Where; `production` when left out.
    #[serde(default = "production")]
    pub environment: String,
    /// How bad it was, in the words of the incident tool. Metrics do not read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<String>,
    /// When it was noticed.
    pub detected_at: Timestamp,
    /// When the service was well again; left out while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved_at: Option<Timestamp>,
    /// The id of the deployment that caused it, where somebody found out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caused_by: Option<String>,
    /// The id of the incident that this one repeats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duplicate_of: Option<String>,
}
