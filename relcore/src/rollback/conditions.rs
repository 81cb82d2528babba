//! The conditions of the decision table, each yes, no, or not known; and the row that they select.
use super::row::Row;
use super::statements::{FLAG_ENDS_FAULT, Known, PERMITS, PROVEN, QUICK, Weights};
use crate::rollback::RollbackVerdict;

/// The row of the table for what is known.
pub(super) fn row(known: Known, weights: &Weights) -> Row {
    if known.yes & weights.calling == 0 {
        return quiet(known, weights);
    }
    if known.yes & FLAG_ENDS_FAULT != 0 {
        return Row::FlagEndsFault;
    }
    // What is unknown is taken at its worst, except that no rollback is made on a guess.
    let serious = known.any(weights.serious) != Some(false);
    let widespread = known.any(weights.widespread) != Some(false);
    let quick = known.all(QUICK) == Some(true);
    let proven = known.all(PROVEN) == Some(true);
    let of = |allowed| look_up(allowed, serious, widespread, quick, proven);
    match known.all(PERMITS) {
        Some(allowed) => of(allowed),
        None if of(true).verdict() == of(false).verdict() => of(true),
        None => Row::RollbackSafetyUnknown,
    }
}

/// The row when nothing calls for recovery.
fn quiet(known: Known, weights: &Weights) -> Row {
    if known.unknown(weights.watched) != 0 {
        Row::CriteriaUnknown
    } else if known.yes & weights.warning != 0 {
        Row::OnlyWarnings
    } else {
        Row::NoCriterionMet
    }
}

/// The decision table proper, for a fault that no flag ends.
fn look_up(allowed: bool, serious: bool, widespread: bool, quick: bool, proven: bool) -> Row {
    if !allowed {
        return if serious && !quick { Row::NoWayOut } else { Row::RollbackRuledOut };
    }
    match (u8::from(serious) + u8::from(widespread), quick, proven) {
        (2, _, _) => Row::SeriousAndWidespread,
        (1, _, true) | (0, false, true) => Row::RollbackProven,
        (1, false, false) => Row::NeitherIsSafe,
        _ => Row::FixPreferred,
    }
}

/// The columns of the table that choose the way out, once something is wrong.
#[derive(Clone, Copy, Debug)]
pub(super) struct Conditions {
    /// No veto stands against a rollback.
    pub(super) allowed: Option<bool>,
    pub(super) serious: Option<bool>,
    pub(super) widespread: Option<bool>,
    /// The fix is simple and quick.
    pub(super) quick: Option<bool>,
    /// The way back is tested and not complex.
    pub(super) proven: Option<bool>,
}

impl Conditions {
    pub(super) fn new(known: Known, weights: &Weights) -> Self {
        Self {
            allowed: known.all(PERMITS),
            serious: known.any(weights.serious),
            widespread: known.any(weights.widespread),
            quick: known.all(QUICK),
            proven: known.all(PROVEN),
        }
    }

    /// Whether the answer could hang on each condition in the order of the fields: it is unknown, and for some turn of
    /// the other unknown ones it decides.
    pub(super) fn hanging(&self) -> [bool; 5] {
        let [mut yes, mut open] = [0_u8; 2];
        let conditions = [self.allowed, self.serious, self.widespread, self.quick, self.proven];
        for (place, condition) in conditions.into_iter().enumerate() {
            yes |= u8::from(condition == Some(true)) << place;
            open |= u8::from(condition.is_none()) << place;
        }
        [0, 1, 2, 3, 4].map(|place| {
            let this = 1 << place;
            let decides = |others: u8| verdict_of(yes | others) != verdict_of(yes | others | this);
            open & this != 0 && subsets(open & !this).any(decides)
        })
    }
}

/// The verdict for a set of conditions that hold, lowest bit first in the order of [`Conditions`].
fn verdict_of(conditions: u8) -> RollbackVerdict {
    let [allowed, serious, widespread, quick, proven] =
        [0, 1, 2, 3, 4].map(|place| conditions >> place & 1 == 1);
    look_up(allowed, serious, widespread, quick, proven).verdict()
}

/// Every subset of a set of bits, the empty one first.
fn subsets(set: u8) -> impl Iterator<Item = u8> {
    let next = move |subset: &u8| Some(subset.wrapping_sub(set) & set).filter(|next| *next != 0);
    std::iter::successors(Some(0), next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subsets_are_all_and_each_once() {
        let found: Vec<u8> = subsets(0b10110).collect();
        assert_eq!(found, [0, 0b10, 0b100, 0b110, 0b10000, 0b10010, 0b10100, 0b10110]);
        assert_eq!(subsets(0).collect::<Vec<u8>>(), [0]);
    }
}
