use std::ops::Not;

/// A truth value that may be unknown.
///
/// Kleene's strong three-valued logic (*Introduction to Metamathematics*, 1952, §64): an unknown operand leaves the
/// result unknown unless the other operands decide it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Truth {
    False,
    Unknown,
    True,
}

/// How many operands have each truth value, so that one operand can be replaced without looking at the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    no: u8,
    unknown: u8,
    yes: u8,
}

impl Tally {
    pub(super) fn of(truth: Truth) -> Self {
        let mut tally = Self::default();
        tally.add(truth);
        tally
    }

    pub(super) fn add(&mut self, truth: Truth) {
        let count = self.count(truth);
        *count = count.saturating_add(1);
    }

    pub(super) fn replace(&mut self, from: Truth, to: Truth) {
        let count = self.count(from);
        *count = count.saturating_sub(1);
        self.add(to);
    }

    /// Kleene's "and" of the operands: false if one is false.
    pub(super) fn all(self) -> Truth {
        match self {
            Self { no: 1.., .. } => Truth::False,
            Self { unknown: 1.., .. } => Truth::Unknown,
            _ => Truth::True,
        }
    }

    /// Kleene's "or" of the operands: true if one is true.
    pub(super) fn any(self) -> Truth {
        match self {
            Self { yes: 1.., .. } => Truth::True,
            Self { unknown: 1.., .. } => Truth::Unknown,
            _ => Truth::False,
        }
    }

    /// Whether one operand is unknown, even if another one decides.
    pub(super) fn has_unknown(self) -> bool {
        self.unknown > 0
    }

    fn count(&mut self, truth: Truth) -> &mut u8 {
        match truth {
            Truth::False => &mut self.no,
            Truth::Unknown => &mut self.unknown,
            Truth::True => &mut self.yes,
        }
    }
}

impl Not for Truth {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::False => Self::True,
            Self::Unknown => Self::Unknown,
            Self::True => Self::False,
        }
    }
}

impl From<Option<bool>> for Truth {
    fn from(known: Option<bool>) -> Self {
        match known {
            Some(true) => Self::True,
            Some(false) => Self::False,
            None => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Tally;
    use super::Truth::{self, False, True, Unknown};

    #[test]
    fn an_unknown_operand_counts_only_where_it_decides() {
        for (a, b, and, or) in [
            (True, True, True, True),
            (True, False, False, True),
            (False, False, False, False),
            (True, Unknown, Unknown, True),
            (False, Unknown, False, Unknown),
            (Unknown, Unknown, Unknown, Unknown),
        ] {
            let mut tally = Tally::of(a);
            tally.add(b);
            assert_eq!((tally.all(), tally.any()), (and, or), "{a:?}, {b:?}");
            // De Morgan's law, by replacing each operand.
            tally.replace(a, !a);
            tally.replace(b, !b);
            assert_eq!((!tally.any(), !tally.all()), (and, or), "{a:?}, {b:?}");
        }
        assert_eq!([Tally::default().all(), Tally::default().any()], [True, False]);
        assert_eq!([Some(true), Some(false), None].map(Truth::from), [True, False, Unknown]);
    }
}
