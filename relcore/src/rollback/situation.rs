use crate::error::{ErrorKind, Faults};
use crate::time::{Span, Timestamp};
use crate::wire::Count;
use serde::{Deserialize, Serialize};

/// What a deploy script knows when it asks whether to roll back.
///
/// Every fact may be left out: what is unknown is `None`, never a guess. A fact that the answer depends on and that
/// is not here is named in [`RollbackDecision::missing`](crate::rollback::RollbackDecision::missing), and the answer
/// is then the careful one.
///
/// ```
/// use relcore::rollback::RollbackSituation;
/// let situation = RollbackSituation { data_corruption: Some(true), ..RollbackSituation::default() };
/// assert_eq!(situation.rollback_causes_data_loss, None); // unknown, which is not "no"
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct RollbackSituation {
    /// Whether something that users cannot do without is broken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub critical_functionality_broken: Option<bool>,
    /// Whether the release brought a vulnerability with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vulnerability_introduced: Option<bool>,
    /// Whether data is being corrupted, or was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_corruption: Option<bool>,
    /// The latency before the release, in seconds; above 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency_baseline: Option<f64>,
    /// The latency now, in seconds, by the same measure as the baseline (mean, p95, …).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency_observed: Option<f64>,
    /// The share of requests that failed before the release: 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_rate_baseline: Option<f64>,
    /// The share of requests that fail now: 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_rate_observed: Option<f64>,
    /// How many requests stand behind `errorRateObserved`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_rate_samples: Option<Count>,
    /// How many incidents that customers notice are open because of the release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_incidents: Option<u32>,
    /// When the release was deployed: the rollback window opens then. Not after `now`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployed_at: Option<Timestamp>,

    /// Whether the version to go back to can and may run again. `false`, too, when going back to it was tried and failed,
    /// and when it must not run: it was withdrawn, or has a vulnerability that this release closed or shares.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_version_available: Option<bool>,
    /// Whether going back would lose data that was written since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollback_causes_data_loss: Option<bool>,
    /// Whether a migration ran that cannot be undone and that the previous version cannot live with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub irreversible_migration: Option<bool>,
    /// Whether this way back has been tried out before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollback_tested: Option<bool>,
    /// Whether the way back is long or risky: many parts, manual steps, an order to keep.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollback_complex: Option<bool>,

    /// The share of users that the fault reaches: 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub affected_share: Option<f64>,
    /// How hard customers are hit. From the policy's `severeImpact` on that is a customer-facing incident, whether or not
    /// anybody has opened one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_impact: Option<CustomerImpact>,
    /// Whether a fix is simple: its cause is known and the change is small.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix_simple: Option<bool>,
    /// How long until a fix can be deployed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix_ready_in: Option<Span>,
    /// Whether there is a feature flag that, turned off, ends the fault: all of it, for everyone. One that ends a part is
    /// `false`; turn it off, and ask again with what is left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flag_ends_fault: Option<bool>,
}

/// How hard customers are hit; the words of Statuspage, but for its `none`, which in Swift reads as "unknown".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CustomerImpact {
    /// They notice nothing.
    Unnoticed,
    /// They notice, and get on with their work.
    Minor,
    /// They cannot do a part of their work.
    Major,
    /// They cannot work, or lose data or money.
    Critical,
}

impl RollbackSituation {
    /// Notes every fact that cannot be.
    pub(super) fn check(&self, now: Timestamp, faults: &mut Faults) {
        for (name, latency, least) in [
            ("latencyBaseline", self.latency_baseline, f64::MIN_POSITIVE),
            ("latencyObserved", self.latency_observed, 0.0),
        ] {
            if let Some(seconds) = latency {
                faults.check(
                    seconds.is_finite() && seconds >= least,
                    ErrorKind::OutOfRange,
                    format_args!("situation.{name}"),
                    format_args!(
                        "`{seconds}` is out of range: expected seconds, {}",
                        if least > 0.0 { "more than 0" } else { "0 or more" }
                    ),
                );
            }
        }
        let shares = [
            ("errorRateBaseline", self.error_rate_baseline),
            ("errorRateObserved", self.error_rate_observed),
            ("affectedShare", self.affected_share),
        ];
        for (name, share) in shares {
            if let Some(share) = share {
                faults.check(
                    (0.0..=1.0).contains(&share),
                    ErrorKind::OutOfRange,
                    format_args!("situation.{name}"),
                    format_args!("`{share}` is out of range: expected a share from 0 to 1"),
                );
            }
        }
        if let Some(at) = self.deployed_at {
            faults.check(
                at <= now,
                ErrorKind::OutOfRange,
                format_args!("situation.deployedAt"),
                format_args!("`{at}` is after now, `{now}`: expected an instant that has been"),
            );
        }
        if let Some(span) = self.fix_ready_in {
            faults.check(
                !span.is_negative(),
                ErrorKind::OutOfRange,
                format_args!("situation.fixReadyIn"),
                format_args!("`{span}` is out of range: expected a span that is not negative"),
            );
        }
    }
}
