//! The criteria that are measured: which limit each has, and whether it is met: yes, no, or not known.
use crate::rollback::{RollbackPolicy, RollbackSituation};
use crate::time::Timestamp;

/// The seventh criterion. Half-open: in the millisecond in which the window ends it is closed.
pub(super) fn window_open(
    situation: &RollbackSituation,
    policy: &RollbackPolicy,
    now: Timestamp,
) -> Option<bool> {
    situation.deployed_at.map(|at| now.since(at) < policy.rollback_window)
}

pub(super) fn latency_rose(situation: &RollbackSituation, policy: &RollbackPolicy) -> Option<bool> {
    let limit = latency_limit(situation.latency_baseline?, policy);
    Some(situation.latency_observed? > limit)
}

pub(super) fn error_rate_rose(situation: &RollbackSituation, policy: &RollbackPolicy) -> Option<bool> {
    let limit = error_rate_limit(situation.error_rate_baseline?, policy);
    let rose = situation.error_rate_observed? > limit;
    enough_samples(situation, policy).then_some(rose)
}

/// The latency beyond which the criterion is met.
pub(super) fn latency_limit(baseline: f64, policy: &RollbackPolicy) -> f64 {
    (baseline * (1.0 + policy.latency_increase_percent / 100.0)).min(f64::MAX)
}

/// The error rate beyond which the criterion is met. Below 1 whatever the policy: a total failure always meets it.
pub(super) fn error_rate_limit(baseline: f64, policy: &RollbackPolicy) -> f64 {
    let relative = baseline * (1.0 + policy.error_rate_increase_percent / 100.0);
    relative.max(baseline + policy.error_rate_min_rise).min(1.0_f64.next_down())
}

/// Whether the error rate rests on enough samples.
pub(super) fn enough_samples(situation: &RollbackSituation, policy: &RollbackPolicy) -> bool {
    let samples = situation.error_rate_samples.map_or(0, crate::wire::Count::get);
    samples >= u64::from(policy.error_rate_min_samples)
}
