//! The conditions of the decision table, each yes, no, or not known; and the row that they select.
use super::criteria::Finding;
use super::row::Row;
use crate::reason::Severity;
use crate::rollback::{RollbackCriterion, RollbackPolicy, RollbackSituation};

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

/// The row of the table for a situation; `open` is whether the rollback window is.
///
/// The counterfactuals call this a few dozen times per decision, which is why the window comes worked out.
pub(super) fn row(
    findings: &[Finding; 6],
    situation: &RollbackSituation,
    policy: &RollbackPolicy,
    open: Option<bool>,
) -> Row {
    if !findings.iter().any(Finding::calls) {
        return quiet(findings);
    }
    if situation.flag_ends_fault == Some(true) {
        return Row::FlagEndsFault;
    }
    Conditions::of(findings, situation, policy, open).row()
}

/// The row when nothing calls for recovery.
fn quiet(findings: &[Finding; 6]) -> Row {
    if findings.iter().any(Finding::unknown) {
        Row::CriteriaUnknown
    } else if findings.iter().any(|finding| finding.met == Some(true) && finding.severity > Severity::Info) {
        Row::OnlyWarnings
    } else {
        Row::NoCriterionMet
    }
}

impl Conditions {
    pub(super) fn of(
        findings: &[Finding; 6],
        situation: &RollbackSituation,
        policy: &RollbackPolicy,
        open: Option<bool>,
    ) -> Self {
        let not = |fact: Option<bool>| fact.map(|yes| !yes);
        Self {
            allowed: all([
                situation.previous_version_available,
                open,
                not(situation.rollback_causes_data_loss),
                not(situation.irreversible_migration),
            ]),
            serious: any_of(
                findings,
                |finding| finding.severity == Severity::Critical,
                situation.customer_impact.map(|impact| impact >= policy.severe_impact),
            ),
            widespread: any_of(
                findings,
                reaches_unseen,
                situation.affected_share.map(|share| share > policy.small_share),
            ),
            quick: all([situation.fix_simple, situation.fix_ready_in.map(|span| span <= policy.quick_fix)]),
            proven: all([situation.rollback_tested, not(situation.rollback_complex)]),
        }
    }

    /// The row: what is unknown is taken at its worst, except that no rollback is made on a guess.
    pub(super) fn row(&self) -> Row {
        let serious = self.serious.unwrap_or(true);
        let widespread = self.widespread.unwrap_or(true);
        let quick = self.quick.unwrap_or(false);
        let proven = self.proven.unwrap_or(false);
        let of = |allowed| look_up(allowed, serious, widespread, quick, proven);
        match self.allowed {
            Some(allowed) => of(allowed),
            None if of(true).verdict() == of(false).verdict() => of(true),
            None => Row::RollbackSafetyUnknown,
        }
    }

    /// Whether the answer could hang on an unknown condition, whatever the other unknown ones turn out to be.
    ///
    /// `place` is that of the condition in [`Conditions::known`].
    pub(super) fn hangs_on(&self, place: usize) -> bool {
        let known = self.known();
        if known.get(place).is_none_or(Option::is_some) {
            return false;
        }
        (0..1_u8 << known.len()).any(|assignment| {
            let verdict = |this: bool| {
                let mut bit = 0;
                let [allowed, serious, widespread, quick, proven] = known.map(|fact| {
                    let assumed = if bit == place { this } else { assignment >> bit & 1 == 1 };
                    bit += 1;
                    fact.unwrap_or(assumed)
                });
                look_up(allowed, serious, widespread, quick, proven).verdict()
            };
            verdict(false) != verdict(true)
        })
    }

    fn known(&self) -> [Option<bool>; 5] {
        [self.allowed, self.serious, self.widespread, self.quick, self.proven]
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

/// Whether whom it reaches is not known until it is too late.
pub(super) fn reaches_unseen(finding: &Finding) -> bool {
    matches!(
        finding.criterion,
        RollbackCriterion::VulnerabilityIntroduced | RollbackCriterion::DataCorruption
    ) && finding.severity >= Severity::Error
}

/// Whether one of these criteria is met, or `otherwise` holds.
fn any_of(
    findings: &[Finding; 6],
    which: impl Fn(&Finding) -> bool,
    otherwise: Option<bool>,
) -> Option<bool> {
    let mut known = otherwise;
    for finding in findings.iter().filter(|finding| which(finding)) {
        known = match (known, finding.met) {
            (Some(true), _) | (_, Some(true)) => return Some(true),
            (None, _) | (_, None) => None,
            (Some(false), Some(false)) => Some(false),
        };
    }
    known
}

/// Whether all hold: a single "no" settles it, whatever else is unknown.
fn all<const N: usize>(facts: [Option<bool>; N]) -> Option<bool> {
    if facts.contains(&Some(false)) {
        Some(false)
    } else if facts.contains(&None) {
        None
    } else {
        Some(true)
    }
}
