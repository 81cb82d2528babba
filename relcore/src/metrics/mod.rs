//! How well do we deliver? The five metrics of DORA from events.
mod choice;
mod event;
mod policy;
mod report;

pub use choice::*;
pub use event::{Change, DeliveryIncident, Deployment, DeploymentIntent, DeploymentOutcome};
pub use policy::{MetricsPolicy, default_policy, policy_from_json, policy_from_yaml};
pub use report::{DoraReport, DoraRow, Estimate, Exclusion, ExclusionReason, UndefinedReason};

use crate::error::{Error, ErrorKind, Result};
use crate::time::{BucketUnit, TimeRange};

/// The five delivery metrics over a range and its buckets.
///
/// # Errors
/// Under construction.
pub fn dora(
    deployments: &[Deployment],
    changes: &[Change],
    incidents: &[DeliveryIncident],
    policy: &MetricsPolicy,
    range: &TimeRange,
    unit: &BucketUnit,
    zone: &str,
) -> Result<DoraReport> {
    let _ = (deployments, changes, incidents, range, unit, zone);
    policy.validate("policy")?;
    Err(Error::new(ErrorKind::UnknownFunction, "", "is under construction"))
}
