use crate::error::{ErrorKind, Faults, Result, join};
use crate::input::input;
use crate::reason::Severity;
use crate::rollback::CustomerImpact;
use crate::time::Span;
use crate::wire::{self, PolicyText};
use serde::{Deserialize, Serialize};

input! {
    /// The limits beyond which a release counts as broken, and the limits that choose the recovery.
    ///
    /// Each criterion has a [`Severity`], which sets the effect of the criterion once it is met:
    ///
    /// | severity | effect |
    /// | --- | --- |
    /// | `info` | none: the criterion is not watched, and its facts are never missing |
    /// | `warning` | holds the release without recovery |
    /// | `error` | calls for recovery; the other facts choose how |
    /// | `critical` | calls for recovery and makes the fault serious, which favours a rollback |
    ///
    /// No limits are agreed on in the field. The defaults are this library's own unless a source is named.
    ///
    /// ```
    /// use relcore::rollback::Policy;
    /// let strict = Policy::default().latency_increase_percent(5.0);
    /// assert_eq!(strict.error_rate_min_samples, 100);
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "rollback.Policy", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct Policy {
        /// The severity of broken critical functionality. Default `critical`.
        pub critical_functionality_severity: Severity,
        /// The severity of a vulnerability that the release introduced. Default `critical`.
        pub vulnerability_severity: Severity,
        /// The severity of corrupted data. Default `critical`.
        pub data_corruption_severity: Severity,
        /// The severity of a rise in latency. Default `error`.
        pub latency_severity: Severity,
        /// The rise in latency, in percent of the baseline, above which the criterion is met. Default 20.
        pub latency_increase_percent: f64,
        /// The severity of a rise in the error rate. Default `error`.
        pub error_rate_severity: Severity,
        /// The rise in the error rate, in percent of the baseline, above which the criterion is met. Default 50.
        pub error_rate_increase_percent: f64,
        /// The rise in the error rate, as a share of requests, that counts as small whatever the increase in percent,
        /// unless the rate doubles. Default 0.005: half a percent of requests.
        pub error_rate_min_rise: f64,
        /// The number of samples below which an error rate is unknown, whether high or low. Default 100.
        pub error_rate_min_samples: u32,
        /// The severity of customer-facing incidents. Default `error`.
        pub customer_incidents_severity: Severity,
        /// The number of open incidents from which the criterion is met. Default 1.
        pub customer_incidents_min: u32,
        /// The time after the deployment during which a rollback is allowed; half-open: closed at its end. Default 24
        /// hours, the time for which a release is usually watched closely.
        pub rollback_window: Span,
        /// The largest share of affected users that is still small; above it, the fault is widespread. Default 0.05: the
        /// first step of the standard canary schedule.
        pub small_share: f64,
        /// The longest time until a fix is ready that still counts as quick. Default 1 hour: the usual recovery target of
        /// critical systems.
        pub quick_fix: Span,
        /// The lowest impact on customers that counts as severe. Default `major`.
        pub severe_impact: CustomerImpact,
        /// The probability below which chance does not explain a rise in the error rate: more than 0, at most 1, which
        /// switches the test off. One-sided, exact; the baseline is taken to rest on as many requests as the rate that is
        /// observed. Default 0.01, since a decision is made more than once.
        #[serde(skip_serializing_if = "is_usual")]
        #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "wire::never"))]
        pub error_rate_significance: f64,
        /// The number of versions between the current one and the target from which the rollback window is closed, as
        /// `rollbackWindow.revisions` of Argo Rollouts; 1 or more. Default: no limit. Of `rollback_window` and `candidates`.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub window_revisions: Option<u32>,
        /// The number of failed rollbacks to a version from which `candidates` excludes it, and from which `decide` allows no
        /// further rollback; 1 or more. Default 1: what failed once is not repeated unchanged.
        #[serde(skip_serializing_if = "is_one")]
        #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "wire::never"))]
        pub max_failed_rollbacks: u32,
        /// The share of the error budget up to which the budget counts as spent, which makes a fault serious: 0 to 1.
        /// Default 0: nothing is left.
        #[serde(skip_serializing_if = "wire::is_default")]
        #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "wire::never"))]
        pub low_error_budget: f64,
    }
}

const SIGNIFICANCE: f64 = 0.01;

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_usual(significance: &f64) -> bool {
    significance.total_cmp(&SIGNIFICANCE).is_eq()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_one(number: &u32) -> bool {
    *number == 1
}

impl Default for Policy {
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
            error_rate_significance: SIGNIFICANCE,
            window_revisions: None,
            max_failed_rollbacks: 1,
            low_error_budget: 0.0,
        }
    }
}

/// The policy with all defaults. The fields of [`Policy`] name their sources.
#[must_use]
pub fn default_policy() -> Policy {
    Policy::default()
}

/// Reads a policy from JSON text. A key that is left out has its default.
///
/// ```
/// let policy = relcore::rollback::policy_from_json("{\"rollbackWindow\": \"2h\"}")?;
/// assert_eq!(policy.rollback_window.to_string(), "PT2H");
/// // Pitfall: a misspelt key is refused, not ignored.
/// assert!(relcore::rollback::policy_from_json("{\"rolbackWindow\": \"2h\"}").is_err());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `syntax` for text that is not JSON, `unknown_field` for `rolbackWindow`, `out_of_range` for
/// `"smallShare": 5` (a share, not a percentage).
pub fn policy_from_json(text: &str) -> Result<Policy> {
    wire::policy_from_json(text)
}

/// Reads a policy from YAML text. A key that is left out has its default.
///
/// ```
/// let policy = relcore::rollback::policy_from_yaml("rollbackWindow: 2h\nlatencySeverity: critical\n")?;
/// assert_eq!(policy.rollback_window.to_string(), "PT2H");
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`policy_from_json`], with the line and the column of each fault; `.nan` and `.inf` are refused as `syntax`.
#[cfg(feature = "yaml")]
pub fn policy_from_yaml(text: &str) -> Result<Policy> {
    wire::policy_from_yaml(text)
}

impl PolicyText for Policy {
    const TYPE: &'static str = "rollback.Policy";

    fn check(&self, path: &str, faults: &mut Faults) {
        let percentages = [
            ("latencyIncreasePercent", self.latency_increase_percent),
            ("errorRateIncreasePercent", self.error_rate_increase_percent),
        ];
        for (name, percent) in percentages {
            faults.check(
                percent.is_finite() && percent >= 0.0,
                ErrorKind::OutOfRange,
                format_args!("{}", join(path, name)),
                format_args!("`{percent}` is out of range: expected a percentage of 0 or more"),
            );
        }
        for (name, share) in [
            ("errorRateMinRise", self.error_rate_min_rise),
            ("smallShare", self.small_share),
            ("lowErrorBudget", self.low_error_budget),
        ] {
            faults.check_share(share, format_args!("{}", join(path, name)));
        }
        faults.check(
            self.error_rate_significance > 0.0 && self.error_rate_significance <= 1.0,
            ErrorKind::OutOfRange,
            format_args!("{}", join(path, "errorRateSignificance")),
            format_args!(
                "`{}` is out of range: expected a probability above 0, at most 1",
                self.error_rate_significance
            ),
        );
        for (name, number) in [
            ("customerIncidentsMin", Some(self.customer_incidents_min)),
            ("windowRevisions", self.window_revisions),
            ("maxFailedRollbacks", Some(self.max_failed_rollbacks)),
        ] {
            faults.check(
                number != Some(0),
                ErrorKind::OutOfRange,
                format_args!("{}", join(path, name)),
                format_args!("`0` is out of range: expected 1 or more"),
            );
        }
        for (name, span) in [("rollbackWindow", self.rollback_window), ("quickFix", self.quick_fix)] {
            faults.check(
                !span.is_negative(),
                ErrorKind::OutOfRange,
                format_args!("{}", join(path, name)),
                format_args!("`{span}` is out of range: expected a span that is not negative"),
            );
        }
    }
}
