//! The columns of the decision table.
use serde::{Deserialize, Serialize};

/// A condition of the decision table, which chooses the recovery once something is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "rollback.Condition", rename_all = "snake_case")]
pub enum Condition {
    /// Disabling a feature flag ends the fault.
    FlagEndsFault,
    /// The release may have caused the fault.
    OfRelease,
    /// A rollback is allowed: no veto holds.
    Allowed,
    /// The fault is serious.
    Serious,
    /// The fault affects more than a small share of users, or is about to.
    Widespread,
    /// The fix is simple and quick.
    QuickFix,
    /// The rollback path is proven.
    Proven,
    /// A tested fix is ready before a rollback would be done.
    FixSooner,
    /// The cause of the fault is known, or was not asked for.
    CauseKnown,
    /// The rollout is still under way.
    UnderWay,
    /// A known mitigation limits the fault without another version.
    Mitigable,
}

impl Condition {
    pub(super) const ALL: [Self; 11] = [
        Self::FlagEndsFault,
        Self::OfRelease,
        Self::Allowed,
        Self::Serious,
        Self::Widespread,
        Self::QuickFix,
        Self::Proven,
        Self::FixSooner,
        Self::CauseKnown,
        Self::UnderWay,
        Self::Mitigable,
    ];

    /// The bit of the condition in a set of conditions.
    pub(super) const fn bit(self) -> u16 {
        1 << self as u16
    }

    /// Whether an unknown condition counts as true, because that is its worst value.
    pub(super) const fn is_assumed(self) -> bool {
        matches!(self, Self::Serious | Self::Widespread)
    }
}
