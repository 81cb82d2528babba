use super::conditions::{Conditions, row};
use super::counterfactual::counterfactuals;
use super::reasons::{missing, reasons};
use super::statements::{CRITERIA, Known, WINDOW_OPEN, Weights, shown_by};
use crate::error::{Faults, Result};
use crate::rollback::{
    RollbackCriterion, RollbackDecision, RollbackPolicy, RollbackSituation, RollbackVerdict,
};
use crate::time::Timestamp;

crate::digest::remembered_digest!(RollbackPolicy);

/// Decides what to do about a release: roll back, fix forward, disable a flag, hold, or ask a person.
///
/// The decision table and the meaning of its columns are in the documentation of [this room](crate::rollback).
///
/// ```
/// use relcore::Timestamp;
/// use relcore::rollback::{RollbackSituation, RollbackVerdict, decide, default_policy};
///
/// let now = Timestamp::parse("2026-11-23T03:00:00Z")?;
/// let situation = RollbackSituation {
///     critical_functionality_broken: Some(true),
///     deployed_at: Some(Timestamp::parse("2026-11-23T02:00:00Z")?),
///     previous_version_available: Some(true),
///     rollback_causes_data_loss: Some(false),
///     irreversible_migration: Some(false),
///     ..RollbackSituation::default()
/// };
/// let decision = decide(&situation, &default_policy(), now)?;
/// assert_eq!(decision.verdict, RollbackVerdict::RollBack);
/// assert_eq!(decision.next_check_at, Some(Timestamp::parse("2026-11-24T02:00:00Z")?)); // the window closes
///
/// // Pitfall: silence is not consent. Nobody said that going back loses no data, so a person must say it.
/// let silent = RollbackSituation { rollback_causes_data_loss: None, ..situation };
/// let decision = decide(&silent, &default_policy(), now)?;
/// assert_eq!(decision.verdict, RollbackVerdict::Escalate);
/// assert!(decision.missing.contains(&"rollbackCausesDataLoss".to_owned()));
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `out_of_range`, all faults at once: a share such as `errorRateObserved: 3` that is not within 0 and 1, a latency
/// that is negative or not a number, a `latencyBaseline` of 0, `deployedAt` after `now`, a negative span.
pub fn decide(
    situation: &RollbackSituation,
    policy: &RollbackPolicy,
    now: Timestamp,
) -> Result<RollbackDecision> {
    let mut faults = Faults::new();
    situation.check(now, &mut faults);
    policy.check("policy.", &mut faults);
    faults.finish()?;

    let known = Known::new(situation, policy, now);
    let weights = Weights::new(policy);
    let conditions = Conditions::new(known, &weights);
    let row = row(known, &weights);
    let verdict = row.verdict();
    Ok(RollbackDecision {
        verdict,
        criteria_met: criteria_met(known),
        reasons: reasons(row, &conditions, known, &weights, situation, policy, now),
        missing: missing(row, &conditions, known, &weights, situation, policy),
        counterfactuals: counterfactuals(situation, policy, now, known, &weights, verdict),
        next_check_at: turning_point(verdict, known, &weights, situation, policy, now),
        policy_digest: digest_of(policy)?,
    })
}

fn criteria_met(known: Known) -> Vec<RollbackCriterion> {
    let criteria = CRITERIA.into_iter().chain([RollbackCriterion::RollbackWindowOpen]);
    criteria.filter(|criterion| known.yes & shown_by(*criterion) != 0).collect()
}

/// When the rollback window closes, if that turns the answer: nothing else in the table is a matter of time.
fn turning_point(
    verdict: RollbackVerdict,
    known: Known,
    weights: &Weights,
    situation: &RollbackSituation,
    policy: &RollbackPolicy,
    now: Timestamp,
) -> Option<Timestamp> {
    let closing = situation.deployed_at?.plus(policy.rollback_window).ok()?;
    let turns = now < closing && row(known.with(WINDOW_OPEN, Some(false)), weights).verdict() != verdict;
    turns.then_some(closing)
}
