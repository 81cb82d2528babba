//! The buckets of a report, and values by bucket.
use crate::time::TimeRange;

/// The index of a bucket. Only [`Buckets`] makes one, so it lies in every [`ByBucket`] of that report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::metrics) struct Bucket(usize);

impl Bucket {
    pub(in crate::metrics) fn get(self) -> usize {
        self.0
    }
}

/// The buckets as milliseconds, for fast look-up.
pub(in crate::metrics) struct Buckets {
    start: i64,
    end: i64,
    ends: Vec<i64>,
}

impl Buckets {
    /// `buckets` touch the range, in order and without gaps.
    pub(in crate::metrics) fn new(buckets: &[TimeRange], range: &TimeRange) -> Self {
        Self {
            start: range.start.as_millis(),
            end: range.end.as_millis(),
            ends: buckets.iter().map(|bucket| bucket.end.as_millis()).collect(),
        }
    }

    pub(in crate::metrics) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The end of the report's range.
    pub(in crate::metrics) fn end(&self) -> i64 {
        self.end
    }

    /// The bucket of an instant; `None` outside the range.
    pub(in crate::metrics) fn find(&self, at: i64) -> Option<Bucket> {
        self.contains(at).then(|| Bucket(self.ends.partition_point(|end| *end <= at)))
    }

    pub(super) fn cursor(&self) -> Cursor<'_> {
        Cursor { buckets: self, last: 0 }
    }

    fn contains(&self, at: i64) -> bool {
        self.start <= at && at < self.end
    }
}

/// Finds the buckets of instants that mostly ascend: the bucket of the last one is tried before a search.
pub(super) struct Cursor<'a> {
    buckets: &'a Buckets,
    last: usize,
}

impl Cursor<'_> {
    /// As [`Buckets::find`].
    pub(super) fn find(&mut self, at: i64) -> Option<Bucket> {
        let ends = &self.buckets.ends;
        let start = self.last.checked_sub(1).and_then(|before| ends.get(before));
        let in_last =
            start.is_none_or(|start| *start <= at) && ends.get(self.last).is_some_and(|end| at < *end);
        if in_last && self.buckets.contains(at) {
            return Some(Bucket(self.last));
        }
        let found = self.buckets.find(at)?;
        self.last = found.0;
        Some(found)
    }
}

/// A value for every bucket.
pub(super) struct ByBucket<T>(Vec<T>);

impl<T: Clone + Default> ByBucket<T> {
    pub(super) fn new(buckets: &Buckets) -> Self {
        Self(vec![T::default(); buckets.len()])
    }

    /// Changes the value of a bucket; outside the range nothing is counted.
    pub(super) fn update(&mut self, bucket: Option<Bucket>, change: impl FnOnce(&mut T)) {
        let Some(Bucket(index)) = bucket else { return };
        debug_assert!(index < self.0.len(), "a bucket of another report");
        if let Some(value) = self.0.get_mut(index) {
            change(value);
        }
    }
}

impl<T> ByBucket<T> {
    /// Changes each value by that of the same bucket.
    pub(super) fn each_with(&mut self, other: &Self, change: impl Fn(&mut T, &T)) {
        self.0.iter_mut().zip(&other.0).for_each(|(value, other)| change(value, other));
    }
}

impl<T> IntoIterator for ByBucket<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
