//! Which deployment delivered a change first, per line.
//!
//! With release branches a commit is part of many releases; only the first brings it to production. In another
//! service or environment it is delivered anew, for it reaches other users there.
//!
//! Nearly every change is delivered in one line, so the first line stands in a table and only further ones in a map.
use super::at;
use crate::metrics::columns::{ListedChanges, NONE};
use std::collections::BTreeMap;

/// The first delivery of every change.
pub(super) struct Deliveries<'a> {
    listed: ListedChanges<'a>,
    /// Of each change, where deployments list indices: the first line that delivered it, and the deployment.
    first: Vec<(u32, u32)>,
    /// Deliveries of the same changes in other lines.
    others: BTreeMap<(u32, u32), u32>,
    /// How many changes there are.
    changes: usize,
}

impl<'a> Deliveries<'a> {
    pub(super) fn new(listed: ListedChanges<'a>, changes: usize) -> Self {
        let first = match listed {
            ListedChanges::Nested(_) => vec![],
            ListedChanges::Indexed(_) => vec![(NONE, NONE); changes],
        };
        Self { listed, first, others: BTreeMap::new(), changes }
    }

    /// The changes that a deployment lists.
    pub(super) fn changes(&self, deployment: u32) -> Changes<'a> {
        match self.listed {
            ListedChanges::Nested(offsets) => {
                let place = deployment as usize;
                Changes::Nested(at(offsets, place, 0)..at(offsets, place.saturating_add(1), 0))
            }
            ListedChanges::Indexed(lists) => Changes::Indexed(lists.of(deployment as usize).iter()),
        }
    }

    /// Notes a delivery; false when the line had the change already.
    pub(super) fn deliver(&mut self, change: u32, line: u32, deployment: u32) -> bool {
        match self.first.get_mut(change as usize) {
            None => true, // nested: every change belongs to one deployment
            Some(first) if first.0 == NONE => {
                *first = (line, deployment);
                true
            }
            Some(first) if first.0 == line => false,
            Some(_) => match self.others.entry((change, line)) {
                std::collections::btree_map::Entry::Occupied(_) => false,
                std::collections::btree_map::Entry::Vacant(free) => {
                    free.insert(deployment);
                    true
                }
            },
        }
    }

    /// The deployment that delivered a change in a line, so far. For nested changes: the one that lists it.
    pub(super) fn deployment(&self, change: u32, line: u32) -> Option<u32> {
        match self.listed {
            ListedChanges::Nested(offsets) => {
                let after = offsets.partition_point(|offset| *offset <= change);
                let place = after.checked_sub(1).filter(|_| after < offsets.len())?;
                u32::try_from(place).ok()
            }
            ListedChanges::Indexed(_) => match at(&self.first, change as usize, (NONE, NONE)) {
                (first, deployment) if first == line => Some(deployment),
                _ => self.others.get(&(change, line)).copied(),
            },
        }
    }

    /// The changes that no deployment delivered, but for nested ones of deployments that did not deliver.
    pub(super) fn undelivered(&self) -> impl Iterator<Item = usize> {
        let (from, to) = match self.listed {
            ListedChanges::Nested([first, .., last]) => (*first as usize, *last as usize),
            ListedChanges::Nested(_) => (0, 0),
            ListedChanges::Indexed(_) => (0, self.changes),
        };
        let delivered = move |change: &usize| {
            (from..to).contains(change) && self.first.get(*change).is_none_or(|first| first.0 != NONE)
        };
        (0..self.changes).filter(move |change| !delivered(change))
    }
}

/// The indices of the changes of a deployment.
#[derive(Clone)]
pub(super) enum Changes<'a> {
    Nested(std::ops::Range<u32>),
    Indexed(std::slice::Iter<'a, u32>),
}

impl Iterator for Changes<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        match self {
            Self::Nested(range) => range.next(),
            Self::Indexed(items) => items.next().copied(),
        }
    }
}
