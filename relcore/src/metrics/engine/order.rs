//! The order in which deployments pass.
//!
//! By time, and within an instant by place. The rows door sorts by time and id before, so that there the order of the
//! input never matters.
use crate::metrics::columns::NONE;

/// The deployments by time; of those of one instant the one with the lower index first.
pub(super) enum Order {
    AsIs(u32),
    By(Vec<u32>),
}

impl Order {
    pub(super) fn new(times: &[i64]) -> Self {
        let rows = u32::try_from(times.len()).unwrap_or(NONE);
        if times.is_sorted() {
            return Self::AsIs(rows);
        }
        let mut keyed: Vec<(i64, u32)> = times.iter().copied().zip(0..rows).collect();
        keyed.sort_unstable();
        Self::By(keyed.into_iter().map(|(_, place)| place).collect())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = u32> {
        let (all, some) = match self {
            Self::AsIs(rows) => (0..*rows, [].as_slice()),
            Self::By(places) => (0..0, places.as_slice()),
        };
        all.chain(some.iter().copied())
    }
}
