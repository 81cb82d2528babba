//! The first delivery of each change.
//!
//! With release branches a commit is part of many releases; only the first one delivers it to production. In another
//! service or environment it is delivered anew, because it reaches other users there.
use super::index::{ChangeIndex, DeploymentIndex};
use super::read::{Reader, Success};
use super::scope::Scope;
use crate::column::Lists;
use crate::metrics::table::ListedChanges;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Range;

/// The first deliveries so far.
pub(super) struct Deliveries<'a> {
    reader: &'a Reader<'a>,
    listing: Listing<'a>,
}

enum Listing<'a> {
    /// Each change belongs to one deployment, so its delivery is known from the offsets, unless that deployment did
    /// not succeed.
    Nested {
        offsets: &'a [u32],
        /// By deployment that did not succeed: the one that delivered its changes.
        carried_by: BTreeMap<DeploymentIndex, DeploymentIndex>,
    },
    /// Several deployments may list a change. Nearly every change is delivered in one scope, so the first delivery is
    /// in a table, and only those in further scopes are in a map.
    Indexed {
        lists: Lists<'a>,
        first: Vec<Option<DeploymentIndex>>,
        further: BTreeMap<(ChangeIndex, Scope), DeploymentIndex>,
    },
}

impl<'a> Deliveries<'a> {
    pub(super) fn new(reader: &'a Reader<'a>) -> Self {
        let listing = match reader.listed_changes() {
            ListedChanges::Nested(offsets) => Listing::Nested { offsets, carried_by: BTreeMap::new() },
            ListedChanges::Indexed(lists) => {
                Listing::Indexed { lists, first: vec![None; reader.change_count()], further: BTreeMap::new() }
            }
        };
        Self { reader, listing }
    }

    /// The changes that a deployment lists.
    pub(super) fn changes(&self, deployment: DeploymentIndex) -> Changes<'a> {
        match &self.listing {
            Listing::Nested { offsets, .. } => Changes::Nested(nested(offsets, deployment)),
            Listing::Indexed { lists, .. } => Changes::Indexed(lists.of(deployment.get()).iter()),
        }
    }

    /// Records that a deployment delivers the changes of an earlier one that did not succeed.
    pub(super) fn carry(&mut self, source: DeploymentIndex, by: DeploymentIndex) {
        if let Listing::Nested { carried_by, .. } = &mut self.listing {
            carried_by.insert(source, by);
        }
    }

    /// Records the delivery of a change of the input; false when its scope had the change already.
    pub(super) fn deliver(&mut self, change: ChangeIndex, by: &Success) -> bool {
        let Listing::Indexed { first, further, .. } = &mut self.listing else { return true };
        let Some(first) = first.get_mut(change.get()) else { return false };
        let Some(before) = *first else {
            *first = Some(by.index);
            return true;
        };
        if self.reader.scope_of(before) == Some(by.scope) {
            return false;
        }
        match further.entry((change, by.scope)) {
            Entry::Occupied(_) => false,
            Entry::Vacant(free) => {
                free.insert(by.index);
                true
            }
        }
    }

    /// The deployment of the same scope that delivered a change before this one.
    pub(super) fn before(&self, change: ChangeIndex, success: &Success) -> Option<DeploymentIndex> {
        match &self.listing {
            Listing::Nested { offsets, carried_by } => {
                let lister = self.reader.deployment(lister(offsets, change)?)?;
                let found = if lister.succeeded() {
                    lister
                } else {
                    self.reader.deployment(*carried_by.get(&lister.index)?)?
                };
                let earlier = (found.finished_at, found.index) < (success.finished_at, success.index);
                (earlier && found.scope == Some(success.scope)).then_some(found.index)
            }
            Listing::Indexed { first, further, .. } => {
                let first = first.get(change.get()).copied().flatten()?;
                let found = if self.reader.scope_of(first) == Some(success.scope) {
                    first
                } else {
                    *further.get(&(change, success.scope))?
                };
                (found != success.index).then_some(found)
            }
        }
    }

    /// The changes that no deployment delivered, but for nested ones of deployments that did not deliver.
    pub(super) fn undelivered(&self) -> impl Iterator<Item = ChangeIndex> {
        let count = u32::try_from(self.reader.change_count()).unwrap_or(u32::MAX);
        let (listed, first): (Range<u32>, &[Option<DeploymentIndex>]) = match &self.listing {
            Listing::Nested { offsets, .. } => match offsets {
                [start, .., end] => (*start..*end, &[]),
                _ => (0..0, &[]),
            },
            Listing::Indexed { first, .. } => (0..count, first),
        };
        let not_delivered = |change: &ChangeIndex| first.get(change.get()).is_some_and(Option::is_none);
        let in_lists = listed.clone().map(ChangeIndex::new).filter(not_delivered);
        in_lists.chain((0..listed.start).chain(listed.end..count).map(ChangeIndex::new))
    }
}

/// The changes nested under a deployment; none where all deployments have none.
fn nested(offsets: &[u32], deployment: DeploymentIndex) -> Range<u32> {
    let bounds = offsets.get(deployment.get()..).and_then(|rest| rest.first_chunk());
    debug_assert!(
        offsets.is_empty() || bounds.is_some(),
        "offsets have one more value than their table has rows"
    );
    bounds.map_or(0..0, |[start, end]| *start..*end)
}

/// The deployment under which a change is nested.
fn lister(offsets: &[u32], change: ChangeIndex) -> Option<DeploymentIndex> {
    let after = offsets.partition_point(|offset| *offset as usize <= change.get());
    let lister = after.checked_sub(1).filter(|_| after < offsets.len())?;
    u32::try_from(lister).ok().map(DeploymentIndex::new)
}

/// The changes of a deployment.
#[derive(Clone)]
pub(super) enum Changes<'a> {
    Nested(Range<u32>),
    Indexed(std::slice::Iter<'a, u32>),
}

impl Iterator for Changes<'_> {
    type Item = ChangeIndex;

    fn next(&mut self) -> Option<ChangeIndex> {
        let code = match self {
            Self::Nested(range) => range.next(),
            Self::Indexed(codes) => codes.next().copied(),
        };
        code.map(ChangeIndex::new)
    }
}
