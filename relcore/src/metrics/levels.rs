//! What is open at an instant, and for how long: a level, not an event.
use super::ledger::Entry;
use std::collections::BTreeMap;

/// The numbers of what is open just before an instant.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Level {
    pub(super) open: u64,
    /// Ages in milliseconds: the middle one, and those that nine of ten and nineteen of twenty do not exceed.
    pub(super) median: Option<i64>,
    pub(super) p90: Option<i64>,
    pub(super) p95: Option<i64>,
    pub(super) sum: i128,
}

/// The levels at instants, of which each is looked at once: by sweeping over the starts and ends in the order of time, with the
/// starts of what is open in a Fenwick tree (P. M. Fenwick, Software: Practice and Experience 24, 1994).
pub(super) fn levels(entries: &[&Entry<'_>], at: &[i64]) -> BTreeMap<i64, Level> {
    let mut starts: Vec<i64> = entries.iter().map(|entry| entry.at).collect();
    starts.sort_unstable();
    starts.dedup();
    // What ends before it starts was never open.
    let lasted = || entries.iter().filter(|entry| entry.until.is_none_or(|until| until > entry.at));
    let mut opened: Vec<i64> = lasted().map(|entry| entry.at).collect();
    let mut closed: Vec<(i64, i64)> = lasted().filter_map(|entry| Some((entry.until?, entry.at))).collect();
    opened.sort_unstable();
    closed.sort_unstable();
    let mut instants = at.to_vec();
    instants.sort_unstable();
    instants.dedup();

    let (mut opened, mut closed) = (opened.into_iter().peekable(), closed.into_iter().peekable());
    let mut tree = Fenwick::new(starts.len());
    let mut sum_of_starts = 0_i128;
    let rank = |start: i64| starts.partition_point(|own| *own < start);
    let mut found = BTreeMap::new();
    for instant in instants {
        while let Some(start) = opened.next_if(|start| *start < instant) {
            tree.add(rank(start), 1);
            sum_of_starts = sum_of_starts.saturating_add(i128::from(start));
        }
        // Half-open: what ends at the instant was open just before it.
        while let Some((_, start)) = closed.next_if(|(until, _)| *until < instant) {
            tree.add(rank(start), -1);
            sum_of_starts = sum_of_starts.saturating_sub(i128::from(start));
        }
        let open = tree.total();
        // The youngest has the latest start, so ranks of ages count from the end. Nearest rank: ceil(p n).
        let age = |tenths: u64, of: u64| {
            let rank = open.saturating_mul(tenths).div_ceil(of);
            let from_start = open.checked_sub(rank)?;
            let start = starts.get(tree.find(from_start)?)?;
            Some(instant.saturating_sub(*start))
        };
        let sum = i128::from(instant).saturating_mul(i128::from(open)).saturating_sub(sum_of_starts);
        let level = Level { open, median: age(1, 2), p90: age(9, 10), p95: age(19, 20), sum };
        found.insert(instant, level);
    }
    found
}

/// Numbers by rank, with the rank at which a number is reached, each in logarithmic time.
struct Fenwick(Vec<i64>);

impl Fenwick {
    fn new(ranks: usize) -> Self {
        Self(vec![0; ranks.saturating_add(1)])
    }

    fn add(&mut self, rank: usize, n: i64) {
        let mut node = rank.saturating_add(1);
        while let Some(count) = self.0.get_mut(node) {
            *count = count.saturating_add(n);
            node = node.saturating_add(node & node.wrapping_neg());
        }
    }

    fn total(&self) -> u64 {
        let mut node = self.0.len().saturating_sub(1);
        let mut total = 0_i64;
        while node > 0 {
            total = total.saturating_add(self.0.get(node).copied().unwrap_or_default());
            node &= node.saturating_sub(1);
        }
        u64::try_from(total).unwrap_or_default()
    }

    /// The rank of the item that has so many before it.
    fn find(&self, before: u64) -> Option<usize> {
        let mut left = i64::try_from(before).ok()?;
        let (mut node, mut step) = (0_usize, self.0.len().next_power_of_two());
        while step > 0 {
            let next = node.saturating_add(step);
            if let Some(count) = self.0.get(next).filter(|count| **count <= left) {
                left = left.saturating_sub(*count);
                node = next;
            }
            step /= 2;
        }
        (node < self.0.len().saturating_sub(1)).then_some(node)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Metric;
    use crate::metrics::ledger::Counts;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_look_at_each_is_the_same(
            spans in prop::collection::vec((0..40_i64, prop::option::of(-3..30_i64)), 0..40),
            at in prop::collection::vec(0..80_i64, 1..12),
        ) {
            let entries: Vec<Entry<'_>> = spans.iter().map(|(start, length)| {
                let mut entry =
                    Entry::new(Metric::OpenVulnerabilities, 0, *start, Default::default(), Ok(Counts::One));
                entry.until = length.map(|length| start + length);
                entry
            }).collect();
            let entries: Vec<&Entry<'_>> = entries.iter().collect();
            let found = levels(&entries, &at);
            for instant in at {
                let mut ages: Vec<i64> = entries.iter()
                    .filter(|one| one.at < instant && one.until.is_none_or(|until| until >= instant && until > one.at))
                    .map(|one| instant - one.at).collect();
                ages.sort_unstable();
                let level = found[&instant];
                prop_assert_eq!(level.open, ages.len() as u64);
                prop_assert_eq!(level.sum, ages.iter().map(|age| i128::from(*age)).sum::<i128>());
                let nearest = |part: usize, of: usize| {
                    let rank = (part * ages.len()).div_ceil(of);
                    rank.checked_sub(1).and_then(|rank| ages.get(rank).copied())
                };
                prop_assert_eq!((level.median, level.p90, level.p95), (nearest(1, 2), nearest(9, 10), nearest(19, 20)));
            }
        }
    }
}
