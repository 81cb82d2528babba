//! Which person counts for which role, if nobody counts twice: a maximum bipartite matching.
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// A group that needs so many people, each of whom counts for one group.
#[derive(Clone, Debug)]
pub(super) struct Group<'a> {
    pub(super) need: usize,
    pub(super) people: Vec<&'a str>,
}

/// The people that each group gets, by augmenting paths (Kuhn), for the groups in their order.
///
/// A group keeps what an earlier step gave it, so the first groups are served first. If everybody can be satisfied, everybody is.
pub(super) fn fill<'a>(groups: &[Group<'a>]) -> Vec<Vec<&'a str>> {
    // No group can lose more people to the others than these need, so that many are enough to look at.
    let total: usize = groups.iter().map(|group| group.need).fold(0, usize::saturating_add);
    let mut holder: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, group) in groups.iter().enumerate() {
        for _ in 0..group.need {
            let Some(path) = augmenting_path(groups, index, total, &holder) else { break };
            holder.extend(path);
        }
    }
    let mut filled = vec![Vec::new(); groups.len()];
    for (person, group) in holder {
        if let Some(people) = filled.get_mut(group) {
            people.push(person);
        }
    }
    filled
}

/// The people who change their group so that the group at `start` gets one more, with their new groups.
fn augmenting_path<'a>(
    groups: &[Group<'a>],
    start: usize,
    total: usize,
    holder: &BTreeMap<&'a str, usize>,
) -> Option<Vec<(&'a str, usize)>> {
    let mut wanted_by: BTreeMap<&str, usize> = BTreeMap::new();
    let mut lost_person: BTreeMap<usize, &str> = BTreeMap::new();
    let mut seen = BTreeSet::from([start]);
    let mut queue = VecDeque::from([start]);
    while let Some(index) = queue.pop_front() {
        for &person in groups.get(index).into_iter().flat_map(|group| group.people.iter().take(total)) {
            if wanted_by.contains_key(person) {
                continue;
            }
            wanted_by.insert(person, index);
            match holder.get(person) {
                Some(&owner) if seen.insert(owner) => {
                    lost_person.insert(owner, person);
                    queue.push_back(owner);
                }
                Some(_) => {}
                None => {
                    let mut path = Vec::new();
                    let mut next = Some(person);
                    while let Some(person) = next {
                        let group = *wanted_by.get(person)?;
                        path.push((person, group));
                        next = lost_person.get(&group).copied();
                    }
                    return Some(path);
                }
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Whether some choice of people satisfies every group, by trying all.
    fn can_satisfy(groups: &[(usize, Vec<usize>)], used: &mut Vec<usize>) -> bool {
        let Some(((need, people), rest)) = groups.split_first() else { return true };
        if *need == 0 {
            return can_satisfy(rest, used);
        }
        let mut fewer = vec![(*need - 1, people.clone())];
        fewer.extend(rest.iter().cloned());
        people.iter().any(|person| {
            !used.contains(person) && {
                used.push(*person);
                let can = can_satisfy(&fewer, used);
                used.pop();
                can
            }
        })
    }

    proptest! {
        #[test]
        fn as_many_are_satisfied_as_can_be(
            groups in proptest::collection::vec((0..3_usize, proptest::collection::btree_set(0..6_usize, 0..5)), 0..4),
        ) {
            const NAMES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];
            let groups: Vec<(usize, Vec<usize>)> =
                groups.into_iter().map(|(need, people)| (need, people.into_iter().collect())).collect();
            let named: Vec<Group<'_>> = groups.iter().map(|(need, people)| Group {
                need: *need,
                people: people.iter().map(|&person| NAMES[person]).collect(),
            }).collect();
            let filled = fill(&named);
            let mut all: Vec<&str> = filled.iter().flatten().copied().collect();
            all.sort_unstable();
            all.dedup();
            prop_assert_eq!(all.len(), filled.iter().flatten().count(), "somebody counts twice");
            for (group, people) in named.iter().zip(&filled) {
                prop_assert!(people.len() <= group.need);
                prop_assert!(people.iter().all(|person| group.people.contains(person)));
            }
            // The first groups are served as well as if the later ones were not there.
            for served in 1..=groups.len() {
                let is_served =
                    named.iter().zip(&filled).take(served).all(|(group, people)| people.len() == group.need);
                prop_assert_eq!(is_served, can_satisfy(&groups[..served], &mut Vec::new()));
            }
        }
    }
}
