use serde::{Deserialize, Serialize};

/// A condition of the decision table of [`decide`](crate::rollback::decide).
///
/// The documentation of `rollback` says when each of them holds, and what an unknown one counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "rollback.Condition", rename_all = "snake_case")]
pub enum Condition {
    /// Disabling a feature flag ends the fault.
    FlagEndsFault,
    /// The release may have caused the fault.
    OfRelease,
    /// No veto stands against a rollback.
    Allowed,
    /// The fault is serious.
    Serious,
    /// The fault affects more than a small share of users, or is about to.
    Widespread,
    /// A fix is simple and quick.
    QuickFix,
    /// The rollback path is tested and simple.
    Proven,
    /// A tested fix is ready before a rollback would be done.
    FixSooner,
    /// The cause of the fault is not known to be unknown.
    CauseKnown,
    /// The rollout is still under way.
    UnderWay,
    /// A mitigation limits the fault without another version.
    Mitigable,
    /// A criterion that calls for recovery is met.
    SomethingWrong,
    /// Every criterion that the policy watches is known.
    CriteriaKnown,
    /// A criterion of severity `warning` is met.
    WarningMet,
}

impl Condition {
    /// The conditions that choose the recovery once something is wrong, in the order of the columns of the table.
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
        1_u16.rotate_left(self as u32)
    }

    /// Whether an unknown condition counts as true, because that is its worst value.
    pub(super) const fn is_assumed(self) -> bool {
        matches!(self, Self::Serious | Self::Widespread | Self::UnderWay)
    }
}
