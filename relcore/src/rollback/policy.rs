use crate::error::{ErrorKind, Faults, Result};
use crate::reason::Severity;
use crate::rollback::CustomerImpact;
use crate::time::Span;
use crate::wire::{self, Type};
use serde::{Deserialize, Serialize};

/// When a release counts as broken, and what tips the choice between going back and going forward.
///
/// Every criterion has a [`Severity`], which says what it does once it is met:
///
/// | severity | a criterion that is met |
/// | --- | --- |
/// | `info` | is not watched: it neither speaks nor is it missed |
/// | `warning` | holds the release, without recovery |
/// | `error` | calls for recovery; the facts choose the way |
/// | `critical` | calls for recovery at once: the choice leans to rolling back |
///
/// The criteria have no limits that everyone agrees on. The defaults below are ours unless a source is named.
///
/// ```
/// use relcore::rollback::RollbackPolicy;
/// let strict = RollbackPolicy { latency_increase_percent: 5.0, ..RollbackPolicy::default() };
/// assert_eq!(strict.error_rate_min_samples, 100);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct RollbackPolicy {
    /// What broken critical functionality does. Default `critical`.
    pub critical_functionality_severity: Severity,
    /// What a vulnerability that came with the release does. Default `critical`.
    pub vulnerability_severity: Severity,
    /// What corrupted data does. Default `critical`.
    pub data_corruption_severity: Severity,
    /// What a rise in latency does. Default `error`.
    pub latency_severity: Severity,
    /// The rise in latency, in percent of the baseline, beyond which the criterion is met. Default 20.
    pub latency_increase_percent: f64,
    /// What a rise in the error rate does. Default `error`.
    pub error_rate_severity: Severity,
    /// The rise in the error rate, in percent of the baseline, beyond which the criterion is met. Default 50.
    pub error_rate_increase_percent: f64,
    /// The rise that is still noise whatever the baseline, as a share of requests. Default 0.005: half a request in
    /// a hundred, so that a service without errors is not rolled back for its first one.
    pub error_rate_min_rise: f64,
    /// With fewer samples an error rate says nothing, good or bad. Default 100.
    pub error_rate_min_samples: u32,
    /// What customer-facing incidents do. Default `error`.
    pub customer_incidents_severity: Severity,
    /// From how many incidents on the criterion is met. Default 1.
    pub customer_incidents_min: u32,
    /// How long after the deployment a rollback is still allowed; half-open: at its end it is closed. Default 24
    /// hours, the time for which a release is watched closely.
    pub rollback_window: Span,
    /// A fault that reaches at most this share of users is small; above, it is widespread. Default 0.05: the first
    /// step of the standard canary schedule.
    pub small_share: f64,
    /// A fix that is ready within this time is quick. Default 1 hour: the usual target for recovery of critical
    /// systems.
    pub quick_fix: Span,
    /// From this impact on customers are hit severely. Default `major`.
    pub severe_impact: CustomerImpact,
}

impl Default for RollbackPolicy {
    fn default() -> Self {
        Self {
            critical_functionality_severity: Severity::Critical,
            vulnerability_severity: Severity::Critical,
            data_corruption_severity: Severity::Critical,
            latency_severity: Severity::Error,
            latency_increase_percent: 20.0,
            error_rate_severity: Severity::Error,
            error_rate_increase_percent: 50.0,
            error_rate_min_rise: 0.005,
            error_rate_min_samples: 100,
            customer_incidents_severity: Severity::Error,
            customer_incidents_min: 1,
            rollback_window: Span::from_hours(24),
            small_share: 0.05,
            quick_fix: Span::from_hours(1),
            severe_impact: CustomerImpact::Major,
        }
    }
}

/// The policy with every default: see [`RollbackPolicy`] for their sources.
#[must_use]
pub fn default_policy() -> RollbackPolicy {
    RollbackPolicy::default()
}

/// Reads a policy from JSON text; a key that is left out has its default.
///
/// ```
/// let policy = relcore::rollback::policy_from_json("{\"rollbackWindow\": \"2h\"}")?;
/// assert_eq!(policy.rollback_window.to_string(), "PT2H");
/// // Pitfall: a misspelt key does not mean the default.
/// assert!(relcore::rollback::policy_from_json("{\"rolbackWindow\": \"2h\"}").is_err());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `syntax` for what is not JSON, `unknown_field` for `rolbackWindow`, `out_of_range` for
/// `"smallShare": 5` (a share, not a percentage).
pub fn policy_from_json(text: &str) -> Result<RollbackPolicy> {
    checked(wire::from_json(text, Type::Named("RollbackPolicy"))?)
}

/// Reads a policy from YAML text, as [`policy_from_json`] does from JSON.
///
/// ```
/// let policy = relcore::rollback::policy_from_yaml("rollbackWindow: 2h\nlatencySeverity: critical\n")?;
/// assert_eq!(policy.rollback_window.to_string(), "PT2H");
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`policy_from_json`]; `.nan` and `.inf` are refused as `syntax`.
pub fn policy_from_yaml(text: &str) -> Result<RollbackPolicy> {
    checked(wire::from_yaml(text, Type::Named("RollbackPolicy"))?)
}

fn checked(policy: RollbackPolicy) -> Result<RollbackPolicy> {
    let mut faults = Faults::new();
    policy.check("", &mut faults);
    faults.finish().map(|()| policy)
}

impl RollbackPolicy {
    /// Notes everything that keeps the policy from being used; `prefix` is empty or ends with a dot.
    pub(super) fn check(&self, prefix: &str, faults: &mut Faults) {
        let percentages = [
            ("latencyIncreasePercent", self.latency_increase_percent),
            ("errorRateIncreasePercent", self.error_rate_increase_percent),
        ];
        for (name, percent) in percentages {
            faults.check(
                percent.is_finite() && percent >= 0.0,
                ErrorKind::OutOfRange,
                format_args!("{prefix}{name}"),
                format_args!("`{percent}` is out of range: expected a percentage of 0 or more"),
            );
        }
        for (name, share) in
            [("errorRateMinRise", self.error_rate_min_rise), ("smallShare", self.small_share)]
        {
            faults.check(
                (0.0..=1.0).contains(&share),
                ErrorKind::OutOfRange,
                format_args!("{prefix}{name}"),
                format_args!("`{share}` is out of range: expected a share from 0 to 1"),
            );
        }
        faults.check(
            self.customer_incidents_min > 0,
            ErrorKind::OutOfRange,
            format_args!("{prefix}customerIncidentsMin"),
            format_args!("`0` is out of range: expected 1 or more"),
        );
        for (name, span) in [("rollbackWindow", self.rollback_window), ("quickFix", self.quick_fix)] {
            faults.check(
                !span.is_negative(),
                ErrorKind::OutOfRange,
                format_args!("{prefix}{name}"),
                format_args!("`{span}` is out of range: expected a span that is not negative"),
            );
        }
    }
}
