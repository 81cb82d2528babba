//! Every event as it counts for each metric: what figures, explanations and differences of policies are made of.
//!
//! The files depend on each other in one direction: entry ← delivery, deployments, incidents, quality, security ← this one.
mod delivery;
mod deployments;
mod entry;
mod incidents;
mod quality;
mod security;

use super::engine::{Reader, Traced, trace};
use super::events::Events;
use super::metric::MetricKind;
use super::rows::Rows;
use super::{
    Deployment, DeploymentOutcome, ExclusionReason, Metric, NegativeSpans, PartialDeployments, Policy,
};
use crate::time::TimeRange;
pub(super) use entry::{Counts, Entry};

/// The entries of a range.
pub(super) struct Ledger<'a> {
    /// By metric and time.
    pub(super) entries: Vec<Entry<'a>>,
    any_deployment: bool,
    any_vulnerability: bool,
    any_bug: bool,
}

impl<'a> Ledger<'a> {
    /// The entries of events that have been checked; `buckets` cut the range.
    pub(super) fn new(
        events: &'a Events,
        rows: &Rows<'a>,
        reader: &Reader<'_>,
        policy: &Policy,
        range: &TimeRange,
        buckets: &[TimeRange],
    ) -> Self {
        let traced = trace(reader, policy, range, buckets);
        let mut ledger = Self {
            entries: vec![],
            any_deployment: traced.any_deployment,
            any_vulnerability: !events.vulnerabilities.is_empty(),
            any_bug: !events.bugs.is_empty(),
        };
        let facts = Facts { events, rows, policy, range, buckets, traced: &traced };
        delivery::add(&facts, &mut ledger.entries);
        deployments::add(&facts, &mut ledger.entries);
        incidents::add(&facts, &mut ledger.entries);
        quality::add(&facts, &mut ledger.entries);
        security::add(&facts, &mut ledger.entries);
        // Stable, so that events of one instant stay in the order of their ids.
        ledger.entries.sort_by_key(|entry| (entry.metric, entry.at));
        ledger
    }

    /// Whether there is anything of the kind of a metric in the input.
    pub(super) fn any(&self, metric: Metric) -> bool {
        match metric.kind() {
            MetricKind::Count | MetricKind::Level => self.any_vulnerability,
            MetricKind::Ratio => self.any_bug,
            _ => self.any_deployment,
        }
    }

    /// The entries of a metric.
    pub(super) fn of(&self, metric: Metric) -> &[Entry<'a>] {
        let from = self.entries.partition_point(|entry| entry.metric < metric);
        let to = self.entries.partition_point(|entry| entry.metric <= metric);
        self.entries.get(from..to).unwrap_or_default()
    }
}

/// A length of time; what is negative is as the policy says.
fn span(start: i64, end: i64, policy: &Policy) -> Result<i64, ExclusionReason> {
    let length = end.saturating_sub(start);
    match policy.negative_spans {
        NegativeSpans::Drop if length < 0 => Err(ExclusionReason::Negative),
        NegativeSpans::Clamp => Ok(length.max(0)),
        NegativeSpans::Drop | NegativeSpans::Keep => Ok(length),
    }
}

/// Whether a deployment brought a version into service.
fn succeeded(deployment: &Deployment, policy: &Policy) -> bool {
    match deployment.outcome {
        DeploymentOutcome::Partial => policy.partial_deployments == PartialDeployments::Successful,
        outcome => outcome == DeploymentOutcome::Success,
    }
}

/// What entries are made of.
struct Facts<'f, 'a> {
    events: &'a Events,
    rows: &'f Rows<'a>,
    policy: &'f Policy,
    range: &'f TimeRange,
    buckets: &'f [TimeRange],
    traced: &'f Traced,
}

impl Facts<'_, '_> {
    /// The bucket of an instant, if it lies in the range.
    fn bucket(&self, at: i64) -> Option<usize> {
        let (start, end) = (self.range.start.as_millis(), self.range.end.as_millis());
        let found = self.buckets.partition_point(|bucket| bucket.end.as_millis() <= at);
        (start <= at && at < end).then_some(found)
    }
}
