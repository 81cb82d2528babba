//! Which revisions come back: a version that ran before and runs again shows a rollback.
//!
//! Nearly every revision runs once, and of those nothing has to be remembered. So the deployments are looked through
//! once before the walk, and only revisions that may run again are kept in a map while the walk passes them.
use super::at;
use super::line::Lines;
use crate::metrics::columns::{Events, NONE};
use std::collections::BTreeMap;

/// What is remembered of the revisions of every line.
pub(super) struct Revisions<'a> {
    codes: &'a [u32],
    /// The line and revision of which several deployments are given.
    repeated: Marks,
    /// By line and revision, if repeated: the deployment that replaced its latest run. That of the revision that runs
    /// now is out of date, and not asked for.
    replaced: BTreeMap<(u32, u32), u32>,
}

impl<'a> Revisions<'a> {
    pub(super) fn new(events: &Events<'a>, lines: &Lines) -> Self {
        let columns = &events.deployments;
        let codes = columns.revision;
        let (mut seen, mut repeated) = (Marks::new(codes.len()), Marks::new(codes.len()));
        for (place, code) in codes.iter().enumerate() {
            if *code == NONE {
                continue;
            }
            let Some(line) = lines.of(columns.service, columns.environment, place) else { continue };
            if seen.mark(line, *code) {
                repeated.mark(line, *code);
            }
        }
        Self { codes, repeated, replaced: BTreeMap::new() }
    }

    /// Notes that a deployment replaces the one before it in its line (`NONE` for none). When its revision ran before
    /// and another did since, the answer is the deployment that replaced it then: the one that failed.
    ///
    /// After V1, V2, V3 the return of V1 shows that V2 failed, as Datadog documents. V1 twice in a row is the same
    /// deployment again, and where the running revision is unknown nothing can have come back.
    pub(super) fn run(&mut self, line: u32, before: u32, deployment: u32) -> Option<u32> {
        let current = at(self.codes, before as usize, NONE);
        if current == NONE {
            return None;
        }
        if self.repeated.has(line, current) {
            self.replaced.insert((line, current), deployment);
        }
        let revision = at(self.codes, deployment as usize, NONE);
        if revision == current || revision == NONE || !self.repeated.has(line, revision) {
            return None;
        }
        self.replaced.get(&(line, revision)).copied()
    }
}

/// A set of pairs that may hold more than was put in, but never less: each pair is one bit, and several may share it.
///
/// A pair too many costs time and changes no answer.
struct Marks(Vec<u64>);

/// Bits a deployment: enough that few pairs share one, and few enough to stay in the processor's cache.
const BITS: usize = 8;

impl Marks {
    fn new(deployments: usize) -> Self {
        Self(vec![0; deployments.saturating_mul(BITS).next_power_of_two().max(64) / 64])
    }

    /// Puts a pair in; whether it was there.
    fn mark(&mut self, line: u32, code: u32) -> bool {
        let (word, bit) = self.place(line, code);
        self.0.get_mut(word).is_some_and(|word| {
            let before = *word;
            *word |= bit;
            before & bit != 0
        })
    }

    fn has(&self, line: u32, code: u32) -> bool {
        let (word, bit) = self.place(line, code);
        self.0.get(word).is_some_and(|word| word & bit != 0)
    }

    /// Codes that follow each other lie side by side, for deployments mostly come that way; lines lie apart.
    fn place(&self, line: u32, code: u32) -> (usize, u64) {
        let apart = u64::from(line).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 16;
        let place = apart.wrapping_add(u64::from(code));
        let word = usize::try_from(place / 64).unwrap_or_default() & self.0.len().wrapping_sub(1);
        (word, 1 << (place % 64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn marks_never_forget(pairs in prop::collection::vec((0..50_u32, any::<u32>()), 0..100)) {
            let mut marks = Marks::new(pairs.len());
            for (line, code) in &pairs {
                marks.mark(*line, *code);
            }
            prop_assert!(pairs.iter().all(|(line, code)| marks.has(*line, *code)));
        }
    }
}
