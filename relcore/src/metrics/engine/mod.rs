//! From columns to a report, in one pass over the deployments in the order of time.
//!
//! Whatever depends on the history (seeds, links, failures) is found among all events of the input; the range and its
//! buckets only decide where a result is counted. So another range never changes what a deployment was.
//!
//! 1. `column` or `rows` validated the events; the engine refuses none.
//! 2. `pass` shows each deployment to the stages, each of which owns its state: `link` (incidents to the deployments
//!    that caused them), `deliver` (changes and lead times), `remediate` (which deployments repair which) and `count`.
//!    The stages collect failure signals.
//! 3. `recovery` joins the signals of each failed deployment into one outage.
//! 4. `summary` turns counts and durations into estimates: first each bucket on its own run of values, then the whole
//!    range on all of them.
//!
//! The same input gives the same bits: sums of durations are whole numbers, quantiles are ranks, and whatever comes out
//! of a map comes in the order of its keys.
//!
//! The files depend on each other in one direction: index, scope, buckets, duplicate ← read ← eligibility, signal, excluded,
//! runs, reland ← the stages ← pass; the same ← recovery ← summary.
mod bloom;
mod buckets;
mod count;
mod deliver;
mod delivery;
mod duplicate;
mod eligibility;
mod excluded;
mod index;
mod link;
mod order;
mod pass;
mod read;
mod recovery;
mod reland;
mod remediate;
mod revision;
mod runs;
mod scope;
mod signal;
mod summary;

use super::rows::Rows;
use super::table::Events;
use super::{Change, Deployment, DoraReport, Incident, Policy};
use crate::column::check;
use crate::digest::Checked;
use crate::error::{ErrorKind, Faults, Result};
use crate::time::{BucketUnit, TimeRange, buckets as cut, tzdb_version, zone as find_zone};

use buckets::Buckets;
pub(super) use duplicate::circles;
use read::Reader;

/// A policy that is checked and digested once, for any number of reports.
///
/// It never changes, and threads may share it. The plain functions [`dora`](super::dora) and
/// [`columns::dora`](super::columns::dora) give the same reports and check and digest the policy at every call.
///
/// ```
/// use relcore::metrics::{Engine, Policy, UndefinedReason};
/// use relcore::{TimeRange, time::BucketUnit};
/// let engine = Engine::new(Policy::default())?;
/// let week: TimeRange = serde_json::from_str(r#"{"start": "2026-11-02T00:00:00Z", "end": "2026-11-09T00:00:00Z"}"#)?;
/// let report = engine.dora(&[], &[], &[], &week, &BucketUnit::Week, "Europe/Berlin")?;
/// assert_eq!(report.overall.change_fail_rate.undefined, Some(UndefinedReason::NoDeployments));
/// assert_eq!(report.policy_digest, engine.digest());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Engine(Checked<Policy>);

impl Engine {
    /// Checks and digests a policy.
    ///
    /// # Errors
    /// `invalid_value`, with every fault of the policy at once.
    pub fn new(policy: Policy) -> Result<Self> {
        Checked::new(policy, "policy").map(Self)
    }

    /// The policy.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        self.0.policy()
    }

    /// The digest of the policy, as in every report: `sha256:` and 64 hexadecimal digits.
    #[must_use]
    pub fn digest(&self) -> &str {
        self.0.digest()
    }

    /// The five delivery metrics over a range and its buckets, in local days of a zone.
    ///
    /// # Errors
    /// As [`dora`](super::dora), but for the policy.
    pub fn dora(
        &self,
        deployments: &[Deployment],
        changes: &[Change],
        incidents: &[Incident],
        range: &TimeRange,
        unit: &BucketUnit,
        zone: &str,
    ) -> Result<DoraReport> {
        let mut faults = Faults::new();
        let rows = Rows::new(deployments, changes, incidents, &mut faults);
        check_frame(range, zone, &mut faults);
        faults.finish()?;
        self.report(&rows.events(), range, *unit, zone)
    }

    /// The same from columns.
    ///
    /// # Errors
    /// As [`columns::dora`](super::columns::dora), but for the policy.
    pub fn dora_columns(
        &self,
        columns: &Events<'_>,
        range: &TimeRange,
        unit: &BucketUnit,
        zone: &str,
    ) -> Result<DoraReport> {
        let mut faults = Faults::new();
        check_frame(range, zone, &mut faults);
        check_columns(columns, &mut faults);
        faults.finish()?;
        self.report(columns, range, *unit, zone)
    }

    /// The report of events that have been checked.
    pub(super) fn report(
        &self,
        events: &Events<'_>,
        range: &TimeRange,
        unit: BucketUnit,
        zone: &str,
    ) -> Result<DoraReport> {
        let policy = self.0.policy();
        let whole = cut(range, &unit, zone, &policy.week_start)?;
        let buckets = Buckets::new(&whole, range);
        let reader = Reader::new(events, policy);
        let passed = pass::pass(&reader, policy, &buckets);
        let recoveries = recovery::recoveries(&reader, policy, &buckets, &passed.signals);
        let summary = summary::Summary::new(policy, range, passed.counts.any_deployment);
        let (overall, rows) =
            summary.rows(&whole, passed.counts.by_bucket, passed.unlinked, passed.leads, recoveries);
        Ok(DoraReport {
            range: *range,
            overall,
            buckets: rows,
            policy_digest: self.0.digest().to_owned(),
            tzdb_version: tzdb_version(),
        })
    }
}

/// Adds the faults of columns: those of any columns, and incidents that repeat each other in a circle.
pub(super) fn check_columns(columns: &Events<'_>, faults: &mut Faults) {
    check(columns, faults);
    for incident in circles(columns.incidents.duplicate_of) {
        let path = format_args!("columns.incidents.duplicateOf");
        let text = format_args!("leads in a circle at row {incident}: {NO_CIRCLE}");
        faults.add(ErrorKind::InvalidValue, path, text);
    }
}

/// What is expected of incidents that repeat others.
pub(super) const NO_CIRCLE: &str = "expected one incident that repeats no other";

/// Adds the faults of the range and the zone.
pub(super) fn check_frame(range: &TimeRange, zone: &str, faults: &mut Faults) {
    range.check("range", faults);
    faults.absorb(find_zone(zone, "zone"));
}
