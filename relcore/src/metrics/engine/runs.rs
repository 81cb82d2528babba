//! Durations by bucket, in one vector: the run of each bucket follows that of the bucket before.
use super::buckets::{Bucket, Buckets};
use crate::metrics::QuantileRule;
use crate::stats;

/// Durations in milliseconds by bucket. They are added bucket by bucket, in order; the groups of a bucket in any order.
#[derive(Default)]
pub(super) struct Runs {
    values: Vec<i64>,
    /// The index at which the run of each bucket ends, of those that have ended; of each group in it, if there are some.
    ends: Vec<usize>,
    /// The number of groups of a bucket.
    groups: usize,
    /// The groups that were begun in the bucket of now, and where.
    pieces: Vec<(u32, usize)>,
    /// Memory for the values of one bucket.
    scratch: Vec<i64>,
}

impl Runs {
    pub(super) fn with_capacity(values: usize, groups: usize) -> Self {
        Self { values: Vec::with_capacity(values), groups, ..Self::default() }
    }

    /// The runs of durations in any order.
    pub(super) fn of(mut durations: Vec<(Bucket, i64)>, buckets: &Buckets) -> Self {
        durations.sort_unstable();
        let mut runs = Self::with_capacity(durations.len(), buckets.groups());
        for (bucket, duration) in durations {
            runs.begin(bucket);
            runs.push(duration);
        }
        runs.finish(buckets);
        runs
    }

    /// Begins the run of a bucket, unless it has begun: ends those of all buckets before it.
    pub(super) fn begin(&mut self, bucket: Bucket) {
        if self.groups <= 1 {
            self.end_before(bucket.get());
            return;
        }
        let group = bucket.get().checked_rem(self.groups).unwrap_or_default();
        let first = bucket.get().saturating_sub(group);
        self.end_grouped_before(first);
        self.pieces.push((u32::try_from(group).unwrap_or(u32::MAX), self.values.len()));
    }

    /// Ends the runs of all buckets.
    pub(super) fn finish(&mut self, buckets: &Buckets) {
        if self.groups <= 1 {
            self.end_before(buckets.len());
        } else {
            self.end_grouped_before(buckets.len());
        }
    }

    fn end_before(&mut self, bucket: usize) {
        if self.ends.len() < bucket {
            self.ends.resize(bucket, self.values.len());
        }
    }

    /// The same where each bucket has groups: puts the values of the bucket of now in the order of the groups, by a counting sort.
    fn end_grouped_before(&mut self, first: usize) {
        if self.ends.len() >= first {
            return;
        }
        if let Some((_, from)) = self.pieces.first().copied() {
            let base = self.ends.len();
            self.ends.resize(base.saturating_add(self.groups), 0);
            let ends = self.ends.get_mut(base..).unwrap_or_default();
            let to = self.values.len();
            let after = self.pieces.iter().skip(1).map(|(_, start)| *start).chain([to]);
            for ((group, start), end) in self.pieces.iter().zip(after.clone()) {
                if let Some(count) = ends.get_mut(*group as usize) {
                    *count = count.saturating_add(end.saturating_sub(*start));
                }
            }
            // From counts to where each group begins; adding its values makes that its end.
            let mut next = from;
            for end in ends.iter_mut() {
                let count = std::mem::replace(end, next);
                next = next.saturating_add(count);
            }
            self.scratch.clear();
            self.scratch.extend_from_slice(self.values.get(from..).unwrap_or_default());
            for ((group, start), end) in self.pieces.iter().zip(after) {
                let own = start.saturating_sub(from)..end.saturating_sub(from);
                let (Some(own), Some(place)) = (self.scratch.get(own), ends.get_mut(*group as usize)) else {
                    continue;
                };
                let until = place.saturating_add(own.len());
                if let Some(target) = self.values.get_mut(*place..until) {
                    target.copy_from_slice(own);
                }
                *place = until;
            }
            self.pieces.clear();
        }
        self.end_before(first);
    }

    /// Adds a duration to the bucket that was begun last.
    pub(super) fn push(&mut self, duration: i64) {
        self.values.push(duration);
    }

    /// The number of durations of all buckets.
    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    /// The durations of consecutive buckets, by their indices; all buckets must have ended.
    pub(super) fn buckets(&mut self, buckets: std::ops::Range<usize>) -> &mut [i64] {
        let end = |bucket: usize| bucket.checked_sub(1).map_or(Some(0), |last| self.ends.get(last).copied());
        let range = end(buckets.start).zip(end(buckets.end));
        debug_assert!(range.is_some(), "the run of every bucket has ended");
        range.and_then(|(start, end)| self.values.get_mut(start..end)).unwrap_or_default()
    }

    /// Puts the median of the durations from `first` on in their place.
    pub(super) fn reduce_to_median(&mut self, first: usize, rule: QuantileRule) {
        let Some(own) = self.values.get_mut(first..).filter(|own| !own.is_empty()) else { return };
        let at = stats::Position::of(0.5, own.len(), rank_rule(rule));
        stats::select(own, &[at.rank, at.next]);
        #[expect(
            clippy::cast_possible_truncation,
            reason = "between two values that are i64; half milliseconds end"
        )]
        let median = at.read(own).map(|median| median as i64);
        self.values.truncate(first);
        self.values.extend(median);
    }
}

/// The rule of a policy, as the statistics name it.
pub(in crate::metrics) fn rank_rule(rule: QuantileRule) -> stats::Rule {
    match rule {
        QuantileRule::Linear => stats::Rule::Linear,
        QuantileRule::Lower => stats::Rule::Lower,
        QuantileRule::NearestRank => stats::Rule::NearestRank,
    }
}
