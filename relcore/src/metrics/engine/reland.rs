//! Relands: reverts of reverts, which bring a change back.
use super::index::ChangeIndex;
use super::read::Reader;
use crate::metrics::{Policy, RelandRule};

/// The changes that take another back: reverts, but not reverts of reverts.
///
/// To revert such a change is to bring the other back, and no failure of the release that had it reverted. The reverts of
/// a change are counted along the chain: x, revert of x, revert of that, and so on; only the odd ones take something back.
/// In a circle, which no history has, nothing takes anything back.
pub(super) struct TakesBack(Vec<u32>);

impl TakesBack {
    /// With a policy that takes each revert literally, none does.
    pub(super) fn new(reader: &Reader<'_>, policy: &Policy) -> Self {
        let lists = reader.revert_lists();
        if policy.relands == RelandRule::Include || lists.offsets.is_empty() {
            return Self(vec![]);
        }
        let rows = (0_u32..).zip(lists.offsets.windows(2));
        let reverts: Vec<u32> =
            rows.filter(|(_, bounds)| bounds.first() < bounds.last()).map(|(row, _)| row).collect();
        // By position in `reverts`: how many targets that are reverts themselves are not known yet, and whether a target
        // is known that the revert takes back.
        let mut pending = vec![0_usize; reverts.len()];
        let mut takes_back = vec![false; reverts.len()];
        let mut by_target: Vec<(usize, usize)> = vec![];
        for (position, revert) in reverts.iter().enumerate() {
            for target in lists.of(*revert as usize).iter().filter(|target| *target != revert) {
                match reverts.binary_search(target) {
                    Ok(target) => {
                        by_target.push((target, position));
                        if let Some(pending) = pending.get_mut(position) {
                            *pending = pending.saturating_add(1);
                        }
                    }
                    Err(_) => {
                        takes_back.get_mut(position).into_iter().for_each(|takes_back| *takes_back = true)
                    }
                }
            }
        }
        by_target.sort_unstable();
        // Kahn's topological order: a revert is known once all of its targets are.
        let mut known: Vec<usize> = pending
            .iter()
            .enumerate()
            .filter(|(_, pending)| **pending == 0)
            .map(|(position, _)| position)
            .collect();
        let mut found = vec![];
        while let Some(target) = known.pop() {
            let target_takes_back = takes_back.get(target).copied().unwrap_or(false);
            if target_takes_back {
                found.extend(reverts.get(target));
            }
            let from = by_target.partition_point(|(of, _)| *of < target);
            let own = by_target.get(from..).unwrap_or_default().iter().take_while(|(of, _)| *of == target);
            for (_, position) in own {
                if let (Some(pending), Some(takes_back)) =
                    (pending.get_mut(*position), takes_back.get_mut(*position))
                {
                    *takes_back |= !target_takes_back;
                    *pending = pending.saturating_sub(1);
                    if *pending == 0 {
                        known.push(*position);
                    }
                }
            }
        }
        found.sort_unstable();
        Self(found)
    }

    /// Whether a change takes another back, so that to revert it brings that one back.
    pub(super) fn contains(&self, change: ChangeIndex) -> bool {
        u32::try_from(change.get()).is_ok_and(|change| self.0.binary_search(&change).is_ok())
    }
}
