//! A Bloom filter of revisions.
use super::scope::Scope;

/// A set of revisions by scope, approximately: a Bloom filter with a single hash function (B. H. Bloom, Communications
/// of the ACM 13, 1970). It has false positives, no false negatives.
///
/// A false positive costs time and changes no result.
pub(super) struct BloomFilter(Vec<u64>);

/// Bits per deployment: enough that few revisions share one, and few enough to stay in the processor's cache.
const BITS: usize = 8;

impl BloomFilter {
    /// An empty filter, sized for so many deployments. Its number of words is a power of two.
    pub(super) fn new(deployments: usize) -> Self {
        Self(vec![0; deployments.saturating_mul(BITS).next_power_of_two().max(64) / 64])
    }

    /// Adds a revision; whether it may have been there before.
    pub(super) fn insert(&mut self, scope: Scope, revision: u32) -> bool {
        let (word, bit) = self.position(scope, revision);
        self.0.get_mut(word).is_some_and(|word| {
            let before = *word;
            *word |= bit;
            before & bit != 0
        })
    }

    /// Whether a revision may have been added; `false` is certain.
    pub(super) fn may_contain(&self, scope: Scope, revision: u32) -> bool {
        let (word, bit) = self.position(scope, revision);
        self.0.get(word).is_some_and(|word| word & bit != 0)
    }

    /// The word and the bit of a revision.
    ///
    /// Scopes are spread by Fibonacci hashing (D. Knuth, The Art of Computer Programming 3, 6.4: multiplication by
    /// 2^64 over the golden ratio). Within a scope, consecutive revisions have consecutive bits, because deployments
    /// mostly come in that order and then hit the same cache line.
    fn position(&self, scope: Scope, revision: u32) -> (usize, u64) {
        let spread = u64::from(scope.get()).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 16;
        let bit = spread.wrapping_add(u64::from(revision));
        let word = usize::try_from(bit / 64).unwrap_or_default() & self.0.len().wrapping_sub(1);
        (word, 1 << (bit % 64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_false_negatives(added in prop::collection::vec((0..250_u32, any::<u32>()), 0..100)) {
            let mut filter = BloomFilter::new(added.len());
            for (scope, revision) in &added {
                filter.insert(Scope::new(*scope), *revision);
            }
            prop_assert!(added.iter().all(|(scope, revision)| filter.may_contain(Scope::new(*scope), *revision)));
        }
    }
}
