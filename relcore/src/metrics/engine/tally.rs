//! Where results are counted.
use crate::metrics::{Exclusion, ExclusionReason};
use crate::time::TimeRange;
use crate::wire::Count;

/// The buckets as milliseconds, for fast look-up.
///
/// Deployments pass in the order of time, so the bucket of the next one is mostly that of the last: it is tried before
/// the search.
pub(super) struct Windows {
    range: (i64, i64),
    ends: Vec<i64>,
}

impl Windows {
    /// `buckets` touch the range, in order and without gaps.
    pub(super) fn new(buckets: &[TimeRange], range: &TimeRange) -> Self {
        Self {
            range: (range.start.as_millis(), range.end.as_millis()),
            ends: buckets.iter().map(|bucket| bucket.end.as_millis()).collect(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The bucket of an instant, if the range contains it. `near` is where to look first.
    pub(super) fn find(&self, at: i64, near: usize) -> Option<usize> {
        if at < self.range.0 || at >= self.range.1 {
            return None;
        }
        let from_before = near.checked_sub(1).and_then(|before| self.ends.get(before)).copied();
        if from_before.is_none_or(|start| start <= at) && self.ends.get(near).is_some_and(|end| at < *end) {
            return Some(near);
        }
        Some(self.ends.partition_point(|end| *end <= at))
    }
}

/// How many items were left out, by reason.
#[derive(Clone, Copy, Default)]
pub(super) struct Excluded([u64; ExclusionReason::ALL.len()]);

impl Excluded {
    pub(super) fn add(&mut self, reason: ExclusionReason, n: usize) {
        if let Some(count) = self.0.get_mut(reason as usize) {
            *count += n as u64;
        }
    }

    pub(super) fn count(&self, reason: ExclusionReason) -> u64 {
        self.0.get(reason as usize).copied().unwrap_or_default()
    }

    fn merge(&mut self, other: &Self) {
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

/// What was counted in one bucket.
///
/// The tally of the whole range is the sum of those of its buckets: that is why counts of buckets add up.
#[derive(Clone, Copy, Default)]
pub(super) struct Tally {
    /// Deployments that count for the frequency, and what does not.
    pub(super) deployed: u64,
    pub(super) not_deployed: Excluded,
    /// Deployments that the rates are shares of, and what is not.
    pub(super) rated: u64,
    pub(super) not_rated: Excluded,
    pub(super) failed: u64,
    pub(super) reworked: u64,
    /// Incidents that show no failure.
    pub(super) not_linked: Excluded,
    /// Changes without a lead time.
    pub(super) not_led: Excluded,
    /// Failures without a recovery time.
    pub(super) not_recovered: Excluded,
}

impl Tally {
    pub(super) fn merge(&mut self, other: &Self) {
        self.deployed += other.deployed;
        self.rated += other.rated;
        self.failed += other.failed;
        self.reworked += other.reworked;
        for (mine, theirs) in [
            (&mut self.not_deployed, &other.not_deployed),
            (&mut self.not_rated, &other.not_rated),
            (&mut self.not_linked, &other.not_linked),
            (&mut self.not_led, &other.not_led),
            (&mut self.not_recovered, &other.not_recovered),
        ] {
            mine.merge(theirs);
        }
    }

    /// What the fail rate leaves out: deployments and incidents.
    pub(super) fn not_failed(&self) -> Excluded {
        let mut all = self.not_rated;
        all.merge(&self.not_linked);
        all
    }
}

/// Counts that come from items in memory never reach the limit of [`Count`].
pub(super) fn count(n: u64) -> Count {
    Count::of(usize::try_from(n).unwrap_or(usize::MAX))
}
