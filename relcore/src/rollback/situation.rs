use super::{CandidatesVerdict, Correlation, CustomerImpact, SchemaChange, Trend};
use crate::error::{ErrorKind, Faults};
use crate::input::input;
use crate::scalar::Count;
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};

input! {
    /// The facts about a release that a deploy script knows.
    ///
    /// Each fact may be left out, which means that it is unknown. An unknown fact that could change the verdict is listed in
    /// `missing` of the decision, and the verdict is then the careful one. The documentation of `rollback` lists the facts
    /// that refine others and are not considered while they are left out.
    ///
    /// ```
    /// use relcore::rollback::Situation;
    /// let situation = Situation::default().data_corruption(true);
    /// assert_eq!(situation.rollback_causes_data_loss, None); // unknown, which is not `false`
    /// ```
    #[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "rollback.Situation", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct Situation {
        /// Whether functionality that users depend on is broken.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub critical_functionality_broken: Option<bool>,
        /// Whether the release introduced a vulnerability.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub vulnerability_introduced: Option<bool>,
        /// Whether data is or was being corrupted.
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
        /// The number of requests behind `errorRateObserved`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub error_rate_samples: Option<Count>,
        /// The number of open customer-facing incidents that the release caused.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub customer_incidents: Option<u32>,
        /// The instant at which the release was deployed and the rollback window opened. Not after `now`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub deployed_at: Option<Timestamp>,

        /// Whether the previous version can and may run again. Also `false` if a rollback to it was tried and failed, if it
        /// was withdrawn, or if it has a vulnerability that this release fixes or shares.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub previous_version_available: Option<bool>,
        /// The verdict of [`candidates`](crate::rollback::candidates): whether the history has a version that worked and may
        /// run again. `not_found` is a veto, `found` makes `previousVersionAvailable` needless.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub candidates: Option<CandidatesVerdict>,
        /// Whether a rollback would lose data that was written since the deployment.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub rollback_causes_data_loss: Option<bool>,
        /// Whether a migration ran that cannot be undone and that the previous version cannot work with.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub irreversible_migration: Option<bool>,
        /// What the migrations of the release did to the schema, if `irreversibleMigration` is unknown: `unchanged` and
        /// `expand` are reversible, `contract` is not known to be.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub schema_change: Option<SchemaChange>,
        /// Whether data was written in a format that the previous version cannot read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub new_format_written: Option<bool>,
        /// Whether the release is installed on the devices of users, as an app of a store is: it can be halted and fixed, but
        /// nobody can roll it back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub client_installed: Option<bool>,
        /// The number of rollbacks of this release that were tried and failed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub failed_rollbacks: Option<u32>,
        /// Whether this rollback path has been tested.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub rollback_tested: Option<bool>,
        /// Whether the rollback path is long or risky: many parts, manual steps, a fixed order.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub rollback_complex: Option<bool>,
        /// Whether the release had effects that no rollback takes back: messages, payments, calls to other systems.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub external_side_effects: Option<bool>,
        /// The time that a rollback takes until it is effective.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub rollback_takes: Option<Span>,

        /// The share of users that the fault affects: 0 to 1.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub affected_share: Option<f64>,
        /// Whether the fault grows. A worsening one counts as widespread.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub trend: Option<Trend>,
        /// The impact on customers. From the policy's `severeImpact` on it counts as a customer-facing incident, even if no
        /// incident is open.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub customer_impact: Option<CustomerImpact>,
        /// The share of the error budget that is left: at most 1, and negative if more than all was spent. From the policy's
        /// `lowErrorBudget` down, the fault is serious.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub error_budget_left: Option<f64>,
        /// Whether the release caused what is wrong. Of a fault that is `unrelated` no version of the release is the remedy.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub correlation_with_release: Option<Correlation>,
        /// Whether the cause of the fault is known. A fix for an unknown cause is neither simple nor quick.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub cause_known: Option<bool>,
        /// Whether a fix is simple: its cause is known and the change is small.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub fix_simple: Option<bool>,
        /// The time until a fix can be deployed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub fix_ready_in: Option<Span>,
        /// Whether the fix is tested. A tested fix that is ready before a rollback would be done is preferred to it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub fix_tested: Option<bool>,
        /// Whether disabling a feature flag ends the whole fault for all users. A flag that ends only a part is `false`: disable
        /// it and decide again with the remaining facts.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub flag_ends_fault: Option<bool>,
        /// Whether the rollout is still under way, so that halting it keeps the release from further users. Unknown counts as
        /// `true` of a release that is installed on devices.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub rollout_under_way: Option<bool>,
        /// Whether a mitigation is known that limits the fault without another version: more capacity, a limit of requests, a
        /// part switched off. Set it to `false` once it is taken, and decide again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub mitigation_available: Option<bool>,
    }
}

impl Situation {
    /// Adds a fault for each fact that is out of range.
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
                faults.check_share(share, format_args!("situation.{name}"));
            }
        }
        if let Some(at) = self.deployed_at {
            faults.check(
                at <= now,
                ErrorKind::OutOfRange,
                format_args!("situation.deployedAt"),
                format_args!("`{at}` is after now, `{now}`: expected an instant that has passed"),
            );
        }
        for (name, span) in [("rollbackTakes", self.rollback_takes), ("fixReadyIn", self.fix_ready_in)] {
            if let Some(span) = span {
                faults.check(
                    !span.is_negative(),
                    ErrorKind::OutOfRange,
                    format_args!("situation.{name}"),
                    format_args!("`{span}` is out of range: expected a span that is not negative"),
                );
            }
        }
        if let Some(left) = self.error_budget_left {
            faults.check(
                left.is_finite() && left <= 1.0,
                ErrorKind::OutOfRange,
                format_args!("situation.errorBudgetLeft"),
                format_args!(
                    "`{left}` is out of range: expected a share of at most 1, negative if overspent"
                ),
            );
        }
    }
}
