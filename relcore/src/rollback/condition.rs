//! The columns of the decision table.

/// A column of the decision table that chooses the recovery once something is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    FlagEndsFault,
    Allowed,
    Serious,
    Widespread,
    QuickFix,
    Proven,
}

impl Condition {
    pub(super) const ALL: [Self; 6] =
        [Self::FlagEndsFault, Self::Allowed, Self::Serious, Self::Widespread, Self::QuickFix, Self::Proven];
}
