//! The graph of commits, and which of them are reachable.
use super::commit::Commit;
use crate::error::{ErrorKind, Faults, quoted};
use std::collections::BTreeMap;

/// Each commit is the index of its position in the log.
pub(super) struct Graph<'a> {
    pub commits: &'a [Commit],
    indices: BTreeMap<&'a str, usize>,
    parents: Vec<Vec<usize>>,
    /// The parents that are not in the log.
    pub missing: Vec<(usize, &'a str)>,
}

impl<'a> Graph<'a> {
    pub(super) fn new(commits: &'a [Commit], faults: &mut Faults) -> Self {
        let mut indices = BTreeMap::new();
        for (index, commit) in commits.iter().enumerate() {
            let path = format_args!("history.commits[{index}].id");
            let text = format_args!("is empty: expected an identifier");
            faults.check(!commit.id.is_empty(), ErrorKind::InvalidValue, path, text);
            if indices.insert(commit.id.as_str(), index).is_some() {
                faults.add(ErrorKind::Duplicate, path, format_args!("{} is repeated", quoted(&commit.id)));
            }
        }
        let mut missing = Vec::new();
        let parents = commits.iter().enumerate().map(|(index, commit)| {
            let known = commit.parents.iter().filter_map(|id| {
                let found = indices.get(id.as_str()).copied();
                if found.is_none() {
                    missing.push((index, id.as_str()));
                }
                found
            });
            known.collect()
        });
        let parents = parents.collect();
        Self { commits, indices, parents, missing }
    }

    pub(super) fn index(&self, id: &str) -> Option<usize> {
        self.indices.get(id).copied()
    }

    /// The commit of this name, or the only one of which it is an abbreviation of at least seven characters.
    pub(super) fn find(&self, id: &str) -> Option<usize> {
        self.index(id).or_else(|| {
            let mut from =
                self.indices.range(id..).take_while(|(name, _)| name.starts_with(id) && id.len() >= 7);
            let (_, found) = from.next()?;
            from.next().is_none().then_some(*found)
        })
    }

    pub(super) fn parents(&self, index: usize) -> &[usize] {
        self.parents.get(index).map(Vec::as_slice).unwrap_or_default()
    }

    pub(super) fn nothing(&self) -> Vec<bool> {
        vec![false; self.commits.len()]
    }

    /// Calls `visit` for each commit that is reachable from one and that no earlier call with the same `reached` reached.
    pub(super) fn reach(&self, from: usize, reached: &mut [bool], mut visit: impl FnMut(usize)) {
        let mut open = vec![from];
        while let Some(index) = open.pop() {
            match reached.get_mut(index) {
                Some(seen) if !*seen => *seen = true,
                _ => continue,
            }
            visit(index);
            open.extend(self.parents(index));
        }
    }
}
