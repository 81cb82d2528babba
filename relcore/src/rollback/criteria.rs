//! Which criteria are met: yes, no, or not known.
use crate::reason::Severity;
use crate::rollback::{RollbackCriterion, RollbackPolicy, RollbackSituation};
use crate::time::Timestamp;

/// What is known about a criterion that something is wrong.
#[derive(Clone, Copy, Debug)]
pub(super) struct Finding {
    pub(super) criterion: RollbackCriterion,
    /// What the policy says it does once it is met.
    pub(super) severity: Severity,
    /// `None`: not known.
    pub(super) met: Option<bool>,
}

impl Finding {
    /// Whether it is met and calls for recovery.
    pub(super) fn calls(&self) -> bool {
        self.met == Some(true) && self.severity >= Severity::Error
    }

    /// Whether it is watched and not known.
    pub(super) fn unknown(&self) -> bool {
        self.met.is_none() && self.severity > Severity::Info
    }
}

/// The six criteria that something is wrong, in the order of [`RollbackCriterion`].
pub(super) fn findings(situation: &RollbackSituation, policy: &RollbackPolicy) -> [Finding; 6] {
    use RollbackCriterion as C;
    let of = |criterion, severity, met| Finding { criterion, severity, met };
    [
        of(
            C::CriticalFunctionalityBroken,
            policy.critical_functionality_severity,
            situation.critical_functionality_broken,
        ),
        of(C::VulnerabilityIntroduced, policy.vulnerability_severity, situation.vulnerability_introduced),
        of(C::DataCorruption, policy.data_corruption_severity, situation.data_corruption),
        of(C::LatencyIncrease, policy.latency_severity, latency_rose(situation, policy)),
        of(C::ErrorRateIncrease, policy.error_rate_severity, error_rate_rose(situation, policy)),
        of(
            C::CustomerIncidents,
            policy.customer_incidents_severity,
            situation.customer_incidents.map(|count| count >= policy.customer_incidents_min),
        ),
    ]
}

/// The seventh criterion. Half-open: in the millisecond in which the window ends it is closed.
pub(super) fn window_open(
    situation: &RollbackSituation,
    policy: &RollbackPolicy,
    now: Timestamp,
) -> Option<bool> {
    situation.deployed_at.map(|at| now.since(at) < policy.rollback_window)
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

fn latency_rose(situation: &RollbackSituation, policy: &RollbackPolicy) -> Option<bool> {
    let limit = latency_limit(situation.latency_baseline?, policy);
    Some(situation.latency_observed? > limit)
}

fn error_rate_rose(situation: &RollbackSituation, policy: &RollbackPolicy) -> Option<bool> {
    let limit = error_rate_limit(situation.error_rate_baseline?, policy);
    let rose = situation.error_rate_observed? > limit;
    enough_samples(situation, policy).then_some(rose)
}
