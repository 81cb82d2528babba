//! Incidents that repeat others.
use crate::column::NONE;
use std::collections::BTreeMap;

/// Which incidents repeat another one of their place, by the incident that each names.
///
/// One that repeats an incident of another service or environment stands for its own place: without it the failure there
/// would not be seen. Through such a one, a chain of repetitions goes on.
pub(super) fn duplicates<P: Ord>(originals: &[u32], place: impl Fn(usize) -> P) -> Vec<bool> {
    let mut repeated = vec![false; originals.len()];
    // The incidents that name each one, one after the other as in Arrow's lists.
    let mut offsets = vec![0_usize; originals.len().saturating_add(1)];
    for original in originals {
        if let Some(count) = offsets.get_mut((*original as usize).saturating_add(1)) {
            *count = count.saturating_add(1);
        }
    }
    let mut sum = 0_usize;
    for offset in &mut offsets {
        sum = sum.saturating_add(*offset);
        *offset = sum;
    }
    let mut repetitions = vec![0_usize; sum];
    let mut next = offsets.clone();
    for (incident, original) in originals.iter().enumerate() {
        let is_given = (*original as usize) < originals.len();
        if let Some(free) = next.get_mut(*original as usize).filter(|_| is_given) {
            if let Some(slot) = repetitions.get_mut(*free) {
                *slot = incident;
            }
            *free = free.saturating_add(1);
        }
    }
    // Walks down from each incident that names none, with the places on the way counted. Circles are never reached:
    // nobody in them repeats another.
    let roots = originals.iter().enumerate().filter(|(_, original)| **original as usize >= originals.len());
    for (root, _) in roots {
        let mut on_the_way: BTreeMap<P, usize> = BTreeMap::new();
        let mut open = vec![(root, false)];
        while let Some((incident, is_done)) = open.pop() {
            let times = on_the_way.entry(place(incident)).or_default();
            if is_done {
                *times = times.saturating_sub(1);
                continue;
            }
            if let Some(repeats) = repeated.get_mut(incident) {
                *repeats = *times > 0;
            }
            *times = times.saturating_add(1);
            open.push((incident, true));
            let own = offsets.get(incident).zip(offsets.get(incident.saturating_add(1)));
            let own = own.and_then(|(from, to)| repetitions.get(*from..*to)).unwrap_or_default();
            open.extend(own.iter().map(|repetition| (*repetition, false)));
        }
    }
    repeated
}

/// An incident of each circle of incidents that repeat each other, which would hide the failure.
pub(in crate::metrics) fn circles(originals: &[u32]) -> Vec<u32> {
    let mut found = vec![];
    // Follows each chain until an incident that was visited before: by an earlier walk, or by this one, which then went in
    // a circle. So each incident is visited once.
    let mut visited_by = vec![NONE; originals.len()];
    for walk in (0..NONE).take(originals.len()) {
        let mut incident = walk;
        while let Some(seen) = visited_by.get_mut(incident as usize) {
            if *seen == walk {
                found.push(incident);
            }
            if *seen != NONE {
                break;
            }
            *seen = walk;
            incident = originals.get(incident as usize).copied().unwrap_or(NONE);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_chain_through_another_place_goes_on() {
        let places = ["a", "b", "a", "b", "c"];
        let place = |row: usize| places[row];
        assert_eq!(duplicates(&[NONE, 0, 1, 2, 3], place), [false, false, true, true, false]);
        assert_eq!(duplicates(&[1, 0, 1, NONE, 9], place), [false; 5]); // a circle, and what leads into it
        assert_eq!(circles(&[1, 0, 1, NONE, 9]).len(), 1);
    }

    #[test]
    fn a_chain_of_200_000_is_walked_once() {
        let originals: Vec<u32> = std::iter::once(NONE).chain(0..199_999).collect();
        let repeated = duplicates(&originals, |row| row % 100_000);
        assert_eq!(repeated.iter().filter(|repeats| **repeats).count(), 100_000);
    }

    proptest! {
        #[test]
        fn a_walk_up_from_each_agrees(named in prop::collection::vec((0..12_u32, 0..3_u8), 0..12)) {
            // Only earlier incidents, so that no circle is drawn.
            let originals: Vec<u32> =
                named.iter().enumerate().map(|(row, (of, _))| if (*of as usize) < row { *of } else { NONE }).collect();
            let walked = |row: usize| {
                let mut up = originals[row];
                while (up as usize) < originals.len() {
                    if named[up as usize].1 == named[row].1 {
                        return true;
                    }
                    up = originals[up as usize];
                }
                false
            };
            let expected: Vec<bool> = (0..named.len()).map(walked).collect();
            prop_assert_eq!(duplicates(&originals, |row| named[row].1), expected);
        }
    }
}
