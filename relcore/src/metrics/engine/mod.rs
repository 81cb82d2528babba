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
mod estimate;
mod excluded;
mod index;
mod latest;
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
mod special;
mod summary;
mod watch;

use super::rows::Rows;
use super::table::Events;
use super::working_time::WorkingDays;
use super::{Change, Deployment, DoraReport, DoraRow, Estimate, Incident, Metric, PartialBuckets, Policy};
use crate::column::check;
use crate::digest::Checked;
use crate::error::{ErrorKind, Faults, Result};
use crate::time::{BucketUnit, TimeRange, buckets as cut, tzdb_version, zone as find_zone};

use buckets::Buckets;
pub(super) use duplicate::circles;
use eligibility::Spans;
pub(super) use estimate::Estimator;
pub(super) use excluded::{Excluded, count};
pub(super) use index::DeploymentIndex;
pub(super) use read::Reader;
pub(super) use runs::rank_rule;
use signal::Signal;
pub(super) use signal::{End, FailureLink};
pub(super) use special::Special;
pub(super) use summary::{why_no_lead, why_no_recovery};
pub(super) use watch::{Counts, Item};
use watch::{Items, Unwatched, Watch};

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
        check_frame(range, [zone, "zone"], &mut faults);
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
        check_frame(range, [zone, "zone"], &mut faults);
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
        let reader = Reader::new(events, policy);
        let (overall, mut rows) = if special::needs_items(policy) {
            let mut watch = Items::default();
            let Report { mut overall, mut rows, .. } = rows(&reader, policy, range, &whole, &mut watch);
            let special = Special::new(&reader, policy, range, zone)?;
            for metric in
                [Metric::DeploymentFrequency, Metric::ChangeLeadTime, Metric::FailedDeploymentRecoveryTime]
            {
                let of_metric: Vec<Item> =
                    watch.items.iter().filter(|item| item.metric == metric).copied().collect();
                let apply = |row: &mut DoraRow, items: &[Item]| {
                    let range = row.range;
                    for (_, estimate) in estimates_mut(row).into_iter().filter(|(own, _)| *own == metric) {
                        special.apply(metric, &range, items, estimate);
                    }
                };
                apply(&mut overall, &of_metric);
                let mut by_bucket = of_metric;
                by_bucket.sort_by_key(|item| item.bucket);
                for (index, row) in rows.iter_mut().enumerate() {
                    let from = by_bucket.partition_point(|item| item.bucket.get() < index);
                    let to = by_bucket.partition_point(|item| item.bucket.get() <= index);
                    apply(row, by_bucket.get(from..to).unwrap_or_default());
                }
            }
            (overall, rows)
        } else {
            let report = rows(&reader, policy, range, &whole, &mut Unwatched);
            (report.overall, report.rows)
        };
        if policy.partial_buckets == PartialBuckets::Drop {
            rows.retain(|row| !row.partial);
        }
        Ok(DoraReport {
            range: *range,
            overall,
            buckets: rows,
            policy_digest: self.0.digest().to_owned(),
            tzdb_version: tzdb_version(),
        })
    }
}

/// The estimates of a row, by metric.
fn estimates_mut(row: &mut DoraRow) -> [(Metric, &mut Estimate); 5] {
    [
        (Metric::DeploymentFrequency, &mut row.deployment_frequency),
        (Metric::ChangeLeadTime, &mut row.change_lead_time),
        (Metric::ChangeFailRate, &mut row.change_fail_rate),
        (Metric::FailedDeploymentRecoveryTime, &mut row.failed_deployment_recovery_time),
        (Metric::DeploymentReworkRate, &mut row.deployment_rework_rate),
    ]
}

/// The row of the whole range, and those of its buckets.
struct Report {
    overall: DoraRow,
    rows: Vec<DoraRow>,
    signals: Vec<Signal>,
    any_deployment: bool,
}

fn rows<W: Watch>(
    reader: &Reader<'_>,
    policy: &Policy,
    range: &TimeRange,
    whole: &[TimeRange],
    watch: &mut W,
) -> Report {
    let buckets = Buckets::new(whole, range);
    let instants = reader.instants(policy);
    let working = policy.working_time.as_ref().zip(instants);
    let working = working.map(|(time, (first, last))| {
        WorkingDays::new(time, first.min(range.start.as_millis()), last.max(range.end.as_millis()))
    });
    let passed = pass::pass(reader, policy, &buckets, Spans::leads(policy, working.as_ref()), watch);
    let recoveries = recovery::recoveries(
        reader,
        policy,
        &buckets,
        Spans::recoveries(policy, working.as_ref()),
        &passed.signals,
        &passed.counts.rework,
        watch,
    );
    let any_deployment = passed.counts.any_deployment;
    let summary = summary::Summary::new(policy, range, any_deployment);
    let (overall, rows) =
        summary.rows(whole, passed.counts.by_bucket, passed.linked, passed.leads, recoveries);
    Report { overall, rows, signals: passed.signals, any_deployment }
}

/// Every event of a range as it counts.
pub(super) struct Traced {
    pub(super) items: Vec<Item>,
    pub(super) failures: Vec<FailureLink>,
    pub(super) rollbacks: Vec<DeploymentIndex>,
    /// By incident: whether it repeats another one; empty if none does.
    pub(super) duplicates: Vec<bool>,
    pub(super) any_deployment: bool,
}

/// Every event of a range as it counts, of events that have been checked.
pub(super) fn trace(reader: &Reader<'_>, policy: &Policy, range: &TimeRange, whole: &[TimeRange]) -> Traced {
    let mut watch = Items::default();
    let report = rows(reader, policy, range, whole, &mut watch);
    Traced {
        items: watch.items,
        failures: report.signals.iter().map(FailureLink::from).collect(),
        rollbacks: watch.rollbacks,
        duplicates: reader.duplicates().to_vec(),
        any_deployment: report.any_deployment,
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
pub(super) fn check_frame(range: &TimeRange, [zone, path]: [&str; 2], faults: &mut Faults) {
    range.check("range", faults);
    faults.absorb(find_zone(zone, path));
}
