//! What the table is about, as two sets of bits: the statements that hold, and those that do not.
//!
//! What is in neither set is not known. A decision asks the table some thirty times (once for itself, and for every
//! fact that could turn it), so a question must cost no more than a few instructions: facts become bits once, and a
//! condition of the table is a comparison of two words.
use super::criteria::{error_rate_rose, latency_rose, window_open};
use crate::reason::Severity;
use crate::rollback::{RollbackCriterion, RollbackPolicy, RollbackSituation};
use crate::time::Timestamp;

/// One statement, or several: a set of bits.
pub(super) type Statements = u32;

// The criteria first, each at its place in `RollbackCriterion`; the seventh is a permit, too.
pub(super) const CRITICAL_FUNCTIONALITY_BROKEN: Statements =
    of(RollbackCriterion::CriticalFunctionalityBroken);
pub(super) const VULNERABILITY_INTRODUCED: Statements = of(RollbackCriterion::VulnerabilityIntroduced);
pub(super) const DATA_CORRUPTION: Statements = of(RollbackCriterion::DataCorruption);
pub(super) const LATENCY_INCREASE: Statements = of(RollbackCriterion::LatencyIncrease);
pub(super) const ERROR_RATE_INCREASE: Statements = of(RollbackCriterion::ErrorRateIncrease);
pub(super) const CUSTOMER_INCIDENTS: Statements = of(RollbackCriterion::CustomerIncidents);
pub(super) const WINDOW_OPEN: Statements = of(RollbackCriterion::RollbackWindowOpen);
pub(super) const PREVIOUS_VERSION: Statements = 1 << 7;
pub(super) const NO_DATA_LOSS: Statements = 1 << 8;
pub(super) const NO_MIGRATION: Statements = 1 << 9;
pub(super) const TESTED: Statements = 1 << 10;
pub(super) const NOT_COMPLEX: Statements = 1 << 11;
pub(super) const LARGE_SHARE: Statements = 1 << 12;
pub(super) const SEVERE_IMPACT: Statements = 1 << 13;
pub(super) const FIX_SIMPLE: Statements = 1 << 14;
pub(super) const FIX_SOON: Statements = 1 << 15;
pub(super) const FLAG_ENDS_FAULT: Statements = 1 << 16;

/// What says that something is wrong.
pub(super) const ALL_CRITERIA: Statements = CRITICAL_FUNCTIONALITY_BROKEN
    | VULNERABILITY_INTRODUCED
    | DATA_CORRUPTION
    | LATENCY_INCREASE
    | ERROR_RATE_INCREASE
    | CUSTOMER_INCIDENTS;
/// Each of these is a veto when it does not hold.
pub(super) const PERMITS: Statements = WINDOW_OPEN | PREVIOUS_VERSION | NO_DATA_LOSS | NO_MIGRATION;
/// The fix is simple and quick.
pub(super) const QUICK: Statements = FIX_SIMPLE | FIX_SOON;
/// The way back is tested and not complex.
pub(super) const PROVEN: Statements = TESTED | NOT_COMPLEX;

/// The six criteria that something is wrong, in the order of [`RollbackCriterion`].
pub(super) const CRITERIA: [RollbackCriterion; 6] = {
    use RollbackCriterion as C;
    [
        C::CriticalFunctionalityBroken,
        C::VulnerabilityIntroduced,
        C::DataCorruption,
        C::LatencyIncrease,
        C::ErrorRateIncrease,
        C::CustomerIncidents,
    ]
};

/// The statement that a criterion is met.
pub(super) const fn of(criterion: RollbackCriterion) -> Statements {
    1 << criterion as u32
}

/// The statements that show a criterion to be met. Severe impact on customers is a customer-facing incident, too: that
/// nobody has opened one yet must not read as silence.
pub(super) const fn shown_by(criterion: RollbackCriterion) -> Statements {
    match criterion {
        RollbackCriterion::CustomerIncidents => CUSTOMER_INCIDENTS | SEVERE_IMPACT,
        other => of(other),
    }
}

/// The statements that hold and those that do not; no statement is in both.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Known {
    pub(super) yes: Statements,
    pub(super) no: Statements,
}

impl Known {
    pub(super) fn new(situation: &RollbackSituation, policy: &RollbackPolicy, now: Timestamp) -> Self {
        let facts = situation;
        let not = |fact: Option<bool>| fact.map(|yes| !yes);
        [
            (CRITICAL_FUNCTIONALITY_BROKEN, facts.critical_functionality_broken),
            (VULNERABILITY_INTRODUCED, facts.vulnerability_introduced),
            (DATA_CORRUPTION, facts.data_corruption),
            (LATENCY_INCREASE, latency_rose(facts, policy)),
            (ERROR_RATE_INCREASE, error_rate_rose(facts, policy)),
            (
                CUSTOMER_INCIDENTS,
                facts.customer_incidents.map(|count| count >= policy.customer_incidents_min),
            ),
            (WINDOW_OPEN, window_open(facts, policy, now)),
            (PREVIOUS_VERSION, facts.previous_version_available),
            (NO_DATA_LOSS, not(facts.rollback_causes_data_loss)),
            (NO_MIGRATION, not(facts.irreversible_migration)),
            (TESTED, facts.rollback_tested),
            (NOT_COMPLEX, not(facts.rollback_complex)),
            (LARGE_SHARE, facts.affected_share.map(|share| share > policy.small_share)),
            (SEVERE_IMPACT, facts.customer_impact.map(|impact| impact >= policy.severe_impact)),
            (FIX_SIMPLE, facts.fix_simple),
            (FIX_SOON, facts.fix_ready_in.map(|span| span <= policy.quick_fix)),
            (FLAG_ENDS_FAULT, facts.flag_ends_fault),
        ]
        .into_iter()
        .fold(Self::default(), |known, (statement, holds)| known.with(statement, holds))
    }

    /// The same, but for one statement.
    pub(super) fn with(self, statement: Statements, holds: Option<bool>) -> Self {
        let if_so = |so: bool| if so { statement } else { 0 };
        Self {
            yes: self.yes & !statement | if_so(holds == Some(true)),
            no: self.no & !statement | if_so(holds == Some(false)),
        }
    }

    /// Whether all of these hold: a single "no" settles it, whatever else is unknown.
    pub(super) fn all(self, statements: Statements) -> Option<bool> {
        if self.no & statements != 0 {
            Some(false)
        } else {
            (self.yes & statements == statements).then_some(true)
        }
    }

    /// Whether one of these holds: a single "yes" settles it.
    pub(super) fn any(self, statements: Statements) -> Option<bool> {
        Self { yes: self.no, no: self.yes }.all(statements).map(|none| !none)
    }

    /// Those of these that are not known.
    pub(super) fn unknown(self, statements: Statements) -> Statements {
        statements & !(self.yes | self.no)
    }
}

/// What the policy makes of the statements: which of them count for which condition of the table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weights {
    /// The severity of each criterion that something is wrong.
    pub(super) severities: [Severity; 6],
    /// The criteria that are watched.
    pub(super) watched: Statements,
    /// What shows that a criterion is met, at least one that warns.
    pub(super) warning: Statements,
    /// What shows that a criterion is met that calls for recovery.
    pub(super) calling: Statements,
    /// What makes a fault serious.
    pub(super) serious: Statements,
    /// What makes a fault widespread. Whom a vulnerability and corrupted data reach is not known until it is too
    /// late.
    pub(super) widespread: Statements,
}

impl Weights {
    pub(super) fn new(policy: &RollbackPolicy) -> Self {
        let severities = [
            policy.critical_functionality_severity,
            policy.vulnerability_severity,
            policy.data_corruption_severity,
            policy.latency_severity,
            policy.error_rate_severity,
            policy.customer_incidents_severity,
        ];
        let from = |least: Severity| {
            let heavy = CRITERIA.into_iter().zip(severities).filter(|(_, severity)| *severity >= least);
            heavy.fold(0, |set, (criterion, _)| set | of(criterion))
        };
        let shown = |set: Statements| {
            if set & CUSTOMER_INCIDENTS == 0 { set } else { set | SEVERE_IMPACT }
        };
        let watched = from(Severity::Warning);
        let calling = shown(from(Severity::Error));
        Self {
            severities,
            watched,
            warning: shown(watched),
            calling,
            serious: from(Severity::Critical) | SEVERE_IMPACT,
            widespread: calling & (VULNERABILITY_INTRODUCED | DATA_CORRUPTION) | LARGE_SHARE,
        }
    }
}
