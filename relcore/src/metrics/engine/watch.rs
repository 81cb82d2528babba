//! Who sees each item as it counts.
use super::buckets::Bucket;
use super::index::{ChangeIndex, DeploymentIndex, IncidentIndex};
use super::read::Deployment;
use crate::metrics::{ExclusionReason, Metric};

/// An event as it counts for a metric, in a bucket of the range.
#[derive(Clone, Copy, Debug)]
pub(in crate::metrics) struct Item {
    pub(in crate::metrics) metric: Metric,
    pub(in crate::metrics) bucket: Bucket,
    /// The instant that lies in the bucket.
    pub(in crate::metrics) at: i64,
    /// The deployment that counts, delivered the change, or failed.
    pub(in crate::metrics) deployment: Option<DeploymentIndex>,
    pub(in crate::metrics) change: Option<ChangeIndex>,
    pub(in crate::metrics) incident: Option<IncidentIndex>,
    /// What counts, or why it does not.
    pub(in crate::metrics) counts: Result<Counts, ExclusionReason>,
}

/// What an item adds to a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::metrics) enum Counts {
    /// One to a number.
    One,
    /// One to the whole of a share, and if so to the part.
    Share(bool),
    /// One to the part of a rate, and none to its whole: an incident where the fail rate counts these.
    Event,
    /// Several to the whole of a share, of which some are in the part.
    Parts { hits: u64, of: u64 },
    /// A duration in milliseconds.
    Lasted(i64),
    /// A duration that has not ended: its length so far.
    Open(i64),
}

/// Sees the items of a report. The reports of columns are made without one, and pay nothing for it.
pub(in crate::metrics) trait Watch {
    /// Whether anything is seen.
    const IS_ON: bool;

    fn see(&mut self, item: impl FnOnce() -> Option<Item>);

    /// A rollback, in the range or not.
    fn rollback(&mut self, _: DeploymentIndex) {}
}

/// Sees nothing.
pub(in crate::metrics) struct Unwatched;

impl Watch for Unwatched {
    const IS_ON: bool = false;

    #[inline(always)] // nothing is compiled to nothing
    fn see(&mut self, _: impl FnOnce() -> Option<Item>) {}
}

/// Keeps every item.
#[derive(Default)]
pub(in crate::metrics) struct Items {
    pub(in crate::metrics) items: Vec<Item>,
    pub(in crate::metrics) rollbacks: Vec<DeploymentIndex>,
}

impl Watch for Items {
    const IS_ON: bool = true;

    fn see(&mut self, item: impl FnOnce() -> Option<Item>) {
        self.items.extend(item());
    }

    fn rollback(&mut self, deployment: DeploymentIndex) {
        self.rollbacks.push(deployment);
    }
}

/// An item of a bucket, if it lies in the range.
pub(super) fn of_deployment(
    metric: Metric,
    bucket: Option<Bucket>,
    deployment: &Deployment,
    counts: Result<Counts, ExclusionReason>,
) -> Option<Item> {
    let (bucket, at) = (bucket?, deployment.finished_at);
    Some(Item {
        metric,
        bucket,
        at,
        deployment: Some(deployment.index),
        change: None,
        incident: None,
        counts,
    })
}
