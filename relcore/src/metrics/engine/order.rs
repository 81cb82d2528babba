//! The order in which events pass.

/// The indices of events by time; within an instant the lower index comes first.
///
/// Rows are sorted by time and id before they become columns, so that there the order of the input never matters.
pub(super) enum ByTime {
    /// The column ascends already, which costs no memory.
    AsIs(std::ops::Range<u32>),
    Sorted(std::vec::IntoIter<u32>),
}

impl ByTime {
    pub(super) fn new(times: &[i64]) -> Self {
        // Columns have at most 2^30 rows, and no memory holds 2^32 rows as objects.
        debug_assert!(u32::try_from(times.len()).is_ok());
        let rows = 0..u32::try_from(times.len()).unwrap_or(u32::MAX);
        if times.is_sorted() {
            return Self::AsIs(rows);
        }
        let mut keyed: Vec<(i64, u32)> = times.iter().copied().zip(rows).collect();
        keyed.sort_unstable();
        Self::Sorted(keyed.into_iter().map(|(_, index)| index).collect::<Vec<u32>>().into_iter())
    }
}

impl Iterator for ByTime {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        match self {
            Self::AsIs(rows) => rows.next(),
            Self::Sorted(indices) => indices.next(),
        }
    }
}
