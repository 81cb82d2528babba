//! How well do we deliver? The five metrics of DORA from events.
//!
//! Deployments, changes and incidents go in; for the whole range and each of its buckets come out the deployment
//! frequency, the change lead time, the change fail rate, the failed deployment recovery time and the deployment
//! rework rate. The definitions are those of <https://dora.dev/guides/dora-metrics/>; every choice that they leave
//! open is a field of [`MetricsPolicy`].
//!
//! - Every number is an [`Estimate`]: with the items behind it, its interval, and what was left out and why. Where
//!   there is nothing to measure there is a reason instead of a number.
//! - A deployment counts as failed once, however many incidents it caused, so no rate exceeds one.
//! - Links, seeds and failures are found among all events given. The range only decides what is counted, so another
//!   range never changes what a deployment was. Give the history before the range, too.
//! - The order of the input does not matter; two equal ids are an error.
//!
//! # What is measured
//!
//! | metric | one item | belongs to a bucket by | value |
//! | --- | --- | --- | --- |
//! | deployment frequency | a deployment that succeeded | its finish | items per [`frequency_per`](MetricsPolicy::frequency_per) |
//! | change lead time | a change delivered for the first time | the finish of the deployment | median, in seconds |
//! | change fail rate | a deployment | its finish | failed of all |
//! | failed deployment recovery time | a failed deployment that recovered | the finish of the failed one | median, in seconds |
//! | deployment rework rate | a deployment | its finish | rework of all |
//!
//! Services in one input are measured together and linked apart. To see one service, pass its events alone: a mean
//! over teams says little about any of them.
//!
//! # Why two tools disagree
//!
//! The same events give other numbers elsewhere, mostly for one of these reasons. Each is a field here:
//!
//! | choice | here by default | elsewhere |
//! | --- | --- | --- |
//! | when a lead time starts | when the change was written | GitLab: at the merge; Four Keys: at the commit |
//! | the first deployment | no lead times | metrik counts its whole history |
//! | failures | deployments that failed | GitLab counts incidents, so its rate can exceed one |
//! | which deployment an incident blames | the one named, else the latest within seven days | DevLake: the latest, however old, of the whole project |
//! | recovery starts | when the failed deployment finished | Four Keys, GitLab: when the incident was opened |
//! | open incidents | counted as failures, left out of recovery and counted there | Pelorus does not see them |
//! | frequency | the exact mean, empty days included | Middleware rounds down to whole numbers; Four Keys takes medians of three months |
//! | no data | a reason | Four Keys shows the best level |
//!
//! # Bulk data
//!
//! [`columns`] is the second door: borrowed slices in place of objects, the same engine behind it.
mod choice;
pub mod columns;
mod engine;
mod event;
mod policy;
mod report;
mod rows;

pub use choice::*;
pub use event::{Change, DeliveryIncident, Deployment, DeploymentIntent, DeploymentOutcome};
pub use policy::{MetricsPolicy, default_policy, policy_from_json, policy_from_yaml};
pub use report::{DoraReport, DoraRow, Estimate, Exclusion, ExclusionReason, UndefinedReason};
pub(crate) use rows::natural;

use crate::error::{Faults, Result};
use crate::time::{BucketUnit, TimeRange, zone as find_zone};

/// The five delivery metrics over a range and its buckets, in local days of a zone.
///
/// ```
/// use relcore::metrics::{Change, Deployment, MetricsPolicy, SeedRule, UndefinedReason, dora};
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
/// let policy = MetricsPolicy::default();
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
/// let policy = MetricsPolicy { seed: SeedRule::Include, ..policy };
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
    incidents: &[DeliveryIncident],
    policy: &MetricsPolicy,
    range: &TimeRange,
    unit: &BucketUnit,
    zone: &str,
) -> Result<DoraReport> {
    let mut faults = Faults::new();
    let rows = rows::Rows::new(deployments, changes, incidents, &mut faults);
    faults.absorb(policy.validate("policy"));
    range.check("range", &mut faults);
    faults.absorb(find_zone(zone, "zone"));
    faults.finish()?;
    engine::report(&rows.events(), policy, range, *unit, zone)
}
