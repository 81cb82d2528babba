//! Counts of the items that a metric leaves out.
use super::buckets::{Bucket, ByBucket};
use crate::metrics::{Exclusion, ExclusionReason};
use crate::scalar::Count;

/// How many items were left out, by reason.
#[derive(Clone, Copy, Default)]
pub(in crate::metrics) struct Excluded([u64; ExclusionReason::ALL.len()]);

impl Excluded {
    pub(in crate::metrics) fn add(&mut self, reason: ExclusionReason) {
        self.add_many(reason, 1);
    }

    pub(in crate::metrics) fn add_many(&mut self, reason: ExclusionReason, n: u64) {
        // `ALL` has every reason, in the order of declaration, so the discriminant is an index of the array.
        debug_assert_eq!(ExclusionReason::ALL.get(reason as usize), Some(&reason));
        if let Some(count) = self.0.get_mut(reason as usize) {
            *count += n;
        }
    }

    pub(super) fn count(&self, reason: ExclusionReason) -> u64 {
        self.0.get(reason as usize).copied().unwrap_or_default()
    }

    pub(in crate::metrics) fn is_empty(&self) -> bool {
        self.0.iter().all(|count| *count == 0)
    }

    pub(in crate::metrics) fn any(&self, reasons: &[ExclusionReason]) -> bool {
        reasons.iter().any(|reason| self.count(*reason) > 0)
    }

    pub(super) fn merge(&mut self, other: &Self) {
        for (count, more) in self.0.iter_mut().zip(other.0) {
            *count += more;
        }
    }

    /// The reasons that occurred.
    pub(super) fn list(&self) -> Vec<Exclusion> {
        let counted = ExclusionReason::ALL.into_iter().map(|reason| (reason, self.count(reason)));
        counted.filter(|(_, n)| *n > 0).map(|(reason, n)| Exclusion { reason, n: count(n) }).collect()
    }
}

impl ByBucket<Excluded> {
    /// Adds the counts of other items, bucket by bucket.
    pub(super) fn merge(&mut self, other: &Self) {
        self.each_with(other, Excluded::merge);
    }

    /// Counts an item that is left out, if it lies in the range.
    pub(super) fn add(&mut self, bucket: Option<Bucket>, reason: ExclusionReason) {
        self.update(bucket, |excluded| excluded.add(reason));
    }
}

/// Counts that come from items in memory never reach the limit of [`Count`].
pub(in crate::metrics) fn count(n: u64) -> Count {
    Count::of(usize::try_from(n).unwrap_or(usize::MAX))
}
