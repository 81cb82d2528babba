//! The rows of the decision table: what each says, and how it says it.
use super::conditions::Conditions;
use crate::reason::{ReasonCode, Severity};
use crate::rollback::RollbackVerdict;

/// A row of the table in the documentation of this room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Row {
    NoCriterionMet,
    CriteriaUnknown,
    OnlyWarnings,
    FlagEndsFault,
    RollbackRuledOut,
    NoWayOut,
    SeriousAndWidespread,
    RollbackProven,
    FixPreferred,
    NeitherIsSafe,
    RollbackSafetyUnknown,
}

impl Row {
    /// What the row decides.
    pub(super) fn verdict(self) -> RollbackVerdict {
        match self {
            Self::NoCriterionMet | Self::OnlyWarnings => RollbackVerdict::Hold,
            Self::CriteriaUnknown => RollbackVerdict::Inconclusive,
            Self::FlagEndsFault => RollbackVerdict::DisableFlag,
            Self::RollbackRuledOut | Self::FixPreferred => RollbackVerdict::ForwardFix,
            Self::SeriousAndWidespread | Self::RollbackProven => RollbackVerdict::RollBack,
            Self::NoWayOut | Self::NeitherIsSafe | Self::RollbackSafetyUnknown => RollbackVerdict::Escalate,
        }
    }

    /// The stable code under which the row is the first reason of a decision.
    pub(super) fn code(self) -> ReasonCode {
        match self {
            Self::NoCriterionMet => ReasonCode::NoCriterionMet,
            Self::CriteriaUnknown => ReasonCode::CriteriaUnknown,
            Self::OnlyWarnings => ReasonCode::OnlyWarnings,
            Self::FlagEndsFault => ReasonCode::FlagEndsFault,
            Self::RollbackRuledOut => ReasonCode::RollbackRuledOut,
            Self::NoWayOut => ReasonCode::NoWayOut,
            Self::SeriousAndWidespread => ReasonCode::SeriousAndWidespread,
            Self::RollbackProven => ReasonCode::RollbackProven,
            Self::FixPreferred => ReasonCode::FixPreferred,
            Self::NeitherIsSafe => ReasonCode::NeitherIsSafe,
            Self::RollbackSafetyUnknown => ReasonCode::RollbackSafetyUnknown,
        }
    }

    /// How much it weighs: what calls a person at night is critical.
    pub(super) fn severity(self) -> Severity {
        match self {
            Self::NoCriterionMet => Severity::Info,
            Self::CriteriaUnknown | Self::OnlyWarnings => Severity::Warning,
            Self::FlagEndsFault | Self::RollbackRuledOut | Self::RollbackProven | Self::FixPreferred => {
                Severity::Error
            }
            Self::NoWayOut
            | Self::SeriousAndWidespread
            | Self::NeitherIsSafe
            | Self::RollbackSafetyUnknown => Severity::Critical,
        }
    }

    /// The sentence. It does not claim what was only taken at its worst.
    pub(super) fn text(self, conditions: &Conditions) -> &'static str {
        let certain = match self {
            Self::SeriousAndWidespread => conditions.serious.is_some() && conditions.widespread.is_some(),
            Self::NoWayOut => conditions.serious.is_some() && conditions.quick.is_some(),
            Self::NeitherIsSafe => conditions.proven.is_some() && conditions.quick.is_some(),
            _ => true,
        };
        match (self, certain) {
            (Self::NoCriterionMet, _) => "no criterion for a rollback is met",
            (Self::CriteriaUnknown, _) => {
                "no criterion that calls for recovery is met, but not all of them are known"
            }
            (Self::OnlyWarnings, _) => "only criteria that warn are met: they call for no recovery",
            (Self::FlagEndsFault, _) => "a feature flag ends the fault: turning it off loses nothing",
            (Self::RollbackRuledOut, _) => "a rollback is ruled out: a new release must repair this one",
            (Self::NoWayOut, true) => {
                "a rollback is ruled out, the fault is serious, and no simple and quick fix is at hand"
            }
            (Self::NoWayOut, false) => {
                "a rollback is ruled out, and neither a simple and quick fix nor a harmless fault is certain"
            }
            (Self::SeriousAndWidespread, true) => "the fault is serious and widespread",
            (Self::SeriousAndWidespread, false) => {
                "the fault is taken as serious and widespread: what could show otherwise is missing"
            }
            (Self::RollbackProven, _) => "the way back is tested and simple, and waiting is no better",
            (Self::FixPreferred, _) => {
                "going forward is better than a way back that is risky or hardly needed"
            }
            (Self::NeitherIsSafe, true) => "the way back is risky, and no simple and quick fix is at hand",
            (Self::NeitherIsSafe, false) => "neither a safe way back nor a simple and quick fix is certain",
            (Self::RollbackSafetyUnknown, _) => {
                "something is wrong, and it is not known whether a rollback would be safe"
            }
        }
    }
}
