//! The report as flat rows, for data frames and warehouses.
use super::report::{DoraReport, DoraRow};
use crate::scalar::Count;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// One period of a report: its numbers without their basis, each in a column.
///
/// A number that is absent has no items behind it: it is unknown, not zero.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.ReportRow", rename_all = "camelCase", deny_unknown_fields)]
pub struct ReportRow {
    /// The first instant of the period in the range of the report.
    pub start: Timestamp,
    /// The first instant after it.
    pub end: Timestamp,
    /// Whether the period reaches beyond the range of the report, so that the row shows only a part of it.
    pub partial: bool,
    /// How many deployments succeeded.
    pub deployments: Count,
    /// Deployments per `frequencyPer` of the policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment_frequency: Option<f64>,
    /// How many changes have a lead time.
    pub changes: Count,
    /// How long a change takes from being written to running in production.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change_lead_time_seconds: Option<f64>,
    /// Nine of ten changes take no longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change_lead_time_p90_seconds: Option<f64>,
    /// How many deployments the two rates are shares of.
    pub rated_deployments: Count,
    /// How many of them failed.
    pub failed_deployments: Count,
    /// The share of them that failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change_fail_rate: Option<f64>,
    /// How many failed deployments have recovered.
    pub recoveries: Count,
    /// How long a failed deployment takes to recover.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery_time_seconds: Option<f64>,
    /// How many of the rated deployments were made to repair production.
    pub rework_deployments: Count,
    /// The share of them that were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment_rework_rate: Option<f64>,
    /// The digest of the policy: rows of two policies must not be compared.
    pub policy_digest: String,
}

/// The periods of a report as flat rows, in their order.
///
/// Counts add up over rows; rates and times do not: for a longer period, make a report of it. A report does not know
/// the service whose events it was made of, so add that as a column.
///
/// ```
/// use relcore::metrics::{Policy, dora, report_rows};
/// use relcore::{TimeRange, time::BucketUnit};
/// let range: TimeRange = serde_json::from_str(r#"{"start": "2026-11-02T00:00:00Z", "end": "2026-11-16T00:00:00Z"}"#)?;
/// let rows = report_rows(&dora(&[], &[], &[], &Policy::default(), &range, &BucketUnit::Week, "UTC")?);
/// assert_eq!(rows.len(), 2);
/// assert_eq!(rows[0].deployments.get(), 0);
/// // Pitfall: without a deployment there is no rate, and it is not 0.
/// assert_eq!(rows[0].change_fail_rate, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn report_rows(report: &DoraReport) -> Vec<ReportRow> {
    report.buckets.iter().map(|row| flat(row, &report.policy_digest)).collect()
}

fn flat(row: &DoraRow, policy_digest: &str) -> ReportRow {
    let DoraRow { range, partial, .. } = row;
    let (lead, recovery) = (&row.change_lead_time, &row.failed_deployment_recovery_time);
    let (failed, rework) = (&row.change_fail_rate, &row.deployment_rework_rate);
    ReportRow {
        start: range.start,
        end: range.end,
        partial: *partial,
        deployments: row.deployment_frequency.n,
        deployment_frequency: row.deployment_frequency.value,
        changes: lead.n,
        change_lead_time_seconds: lead.value,
        change_lead_time_p90_seconds: lead.p90,
        rated_deployments: failed.n,
        failed_deployments: failed.affected.unwrap_or_default(),
        change_fail_rate: failed.value,
        recoveries: recovery.n,
        recovery_time_seconds: recovery.value,
        rework_deployments: rework.affected.unwrap_or_default(),
        deployment_rework_rate: rework.value,
        policy_digest: policy_digest.to_owned(),
    }
}
