//! Durations by bucket, in one vector: the run of each bucket follows that of the bucket before.
use super::buckets::{Bucket, Buckets};
use crate::metrics::QuantileRule;
use crate::stats;

/// Durations in milliseconds by bucket. They are added bucket by bucket, in order.
#[derive(Default)]
pub(super) struct Runs {
    values: Vec<i64>,
    /// The index at which the run of each bucket ends, of those that have ended.
    ends: Vec<usize>,
}

impl Runs {
    pub(super) fn with_capacity(values: usize) -> Self {
        Self { values: Vec::with_capacity(values), ends: vec![] }
    }

    /// The runs of durations in any order.
    pub(super) fn of(mut durations: Vec<(Bucket, i64)>, buckets: &Buckets) -> Self {
        durations.sort_unstable();
        let mut runs = Self::with_capacity(durations.len());
        for (bucket, duration) in durations {
            runs.begin(bucket);
            runs.push(duration);
        }
        runs.finish(buckets);
        runs
    }

    /// Begins the run of a bucket, unless it has begun: ends those of all buckets before it.
    pub(super) fn begin(&mut self, bucket: Bucket) {
        self.end_before(bucket.get());
    }

    /// Ends the runs of all buckets.
    pub(super) fn finish(&mut self, buckets: &Buckets) {
        self.end_before(buckets.len());
    }

    fn end_before(&mut self, bucket: usize) {
        if self.ends.len() < bucket {
            self.ends.resize(bucket, self.values.len());
        }
    }

    /// Adds a duration to the bucket that was begun last.
    pub(super) fn push(&mut self, duration: i64) {
        self.values.push(duration);
    }

    /// The number of durations of all buckets.
    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    /// The durations of a bucket, by its index; all buckets must have ended.
    pub(super) fn bucket(&mut self, bucket: usize) -> &mut [i64] {
        let start = bucket.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied());
        let range = start.zip(self.ends.get(bucket).copied());
        debug_assert!(range.is_some(), "the run of every bucket has ended");
        range.and_then(|(start, end)| self.values.get_mut(start..end)).unwrap_or_default()
    }

    /// The durations of all buckets.
    pub(super) fn all(&mut self) -> &mut [i64] {
        &mut self.values
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
