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

/// The truth values of many operands, a bit for each, so that one operand is replaced without looking at the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Truths {
    yes: u32,
    unknown: u32,
}

impl Truths {
    /// The same truth values, except for these operands.
    pub(super) fn with(self, operands: u32, truth: Truth) -> Self {
        let (yes, unknown) = (self.yes & !operands, self.unknown & !operands);
        match truth {
            Truth::False => Self { yes, unknown },
            Truth::Unknown => Self { yes, unknown: unknown | operands },
            Truth::True => Self { yes: yes | operands, unknown },
        }
    }

    /// Kleene's "and" of these operands: false if one is false.
    pub(super) fn all(self, operands: u32) -> Truth {
        match (operands & !(self.yes | self.unknown), operands & self.unknown) {
            (1.., _) => Truth::False,
            (_, 1..) => Truth::Unknown,
            _ => Truth::True,
        }
    }

    /// Kleene's "or" of these operands: true if one is true.
    pub(super) fn any(self, operands: u32) -> Truth {
        match (operands & self.yes, operands & self.unknown) {
            (1.., _) => Truth::True,
            (_, 1..) => Truth::Unknown,
            _ => Truth::False,
        }
    }

    /// The operands that are true.
    pub(super) fn yes(self) -> u32 {
        self.yes
    }

    /// The operands that are unknown.
    pub(super) fn unknown(self) -> u32 {
        self.unknown
    }

    /// The operands that are false, among the given ones.
    pub(super) fn no(self, operands: u32) -> u32 {
        operands & !(self.yes | self.unknown)
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

impl From<bool> for Truth {
    fn from(known: bool) -> Self {
        if known { Self::True } else { Self::False }
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
    use super::Truth::{self, False, True, Unknown};
    use super::Truths;

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
            let truths = Truths::default().with(4, a).with(2, b).with(8, Unknown);
            assert_eq!((truths.all(6), truths.any(6)), (and, or), "{a:?}, {b:?}");
            // De Morgan's law, by replacing each operand.
            let truths = truths.with(4, !a).with(2, !b);
            assert_eq!((!truths.any(6), !truths.all(6)), (and, or), "{a:?}, {b:?}");
            let sets = truths.yes() | truths.unknown() | truths.no(14);
            assert_eq!((sets, truths.unknown() & 8), (14, 8));
        }
        assert_eq!([Truths::default().all(0), Truths::default().any(0)], [True, False]);
        assert_eq!([Some(true), Some(false), None].map(Truth::from), [True, False, Unknown]);
        assert_eq!([true, false].map(Truth::from), [True, False]);
    }
}
