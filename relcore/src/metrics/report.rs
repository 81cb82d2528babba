//! The report: estimates that state their basis.
use crate::reason::Interval;
use crate::scalar::Count;
use crate::time::TimeRange;
use serde::{Deserialize, Serialize};

/// The five delivery metrics of DORA over a range and each of its buckets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.DoraReport", rename_all = "camelCase", deny_unknown_fields)]
pub struct DoraReport {
    /// The range that the report covers.
    pub range: TimeRange,
    /// The whole range.
    pub overall: DoraRow,
    /// The buckets that touch the range, in order, empty ones too. Counts of the buckets add up to those of `overall`.
    pub buckets: Vec<DoraRow>,
    /// The digest of the policy: `sha256:` and 64 hexadecimal digits.
    pub policy_digest: String,
    /// The version of the time zone database that cut the buckets.
    pub tzdb_version: String,
}

/// The five delivery metrics of DORA over one range of time.
///
/// Throughput is lead time, frequency and recovery time; instability is fail rate and rework rate (DORA, since 2024).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.DoraRow", rename_all = "camelCase", deny_unknown_fields)]
pub struct DoraRow {
    /// The part of the bucket that lies in the report's range.
    pub range: TimeRange,
    /// Whether the bucket reaches beyond the report's range, so that this row shows only a part of it.
    pub partial: bool,
    /// Deployments per `frequencyPer` of the policy, over the real length of the range.
    pub deployment_frequency: Estimate,
    /// How long a change takes from being written to running in production, in seconds.
    pub change_lead_time: Estimate,
    /// The share of deployments that failed: `affected` of `n`.
    pub change_fail_rate: Estimate,
    /// How long a failed deployment takes to recover, in seconds.
    pub failed_deployment_recovery_time: Estimate,
    /// The share of deployments that were made to repair production: `affected` of `n`.
    pub deployment_rework_rate: Estimate,
}

/// A number with its basis, or the reason why there is none.
///
/// Exactly one of `value` and `undefined` is present. Without data there is no number: a fail rate without deployments
/// is undefined, not zero.
///
/// ```
/// use relcore::metrics::{Policy, UndefinedReason, dora};
/// use relcore::{TimeRange, time::BucketUnit};
/// let week: TimeRange = serde_json::from_str(r#"{"start": "2026-11-02T00:00:00Z", "end": "2026-11-09T00:00:00Z"}"#)?;
/// let report = dora(&[], &[], &[], &Policy::default(), &week, &BucketUnit::Week, "UTC")?;
/// let rate = &report.overall.change_fail_rate;
/// match (rate.value, rate.undefined) {
///     (Some(share), _) => println!("{:.1} %", share * 100.0),
///     (None, why) => assert_eq!(why, Some(UndefinedReason::NoDeployments)),
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.Estimate", rename_all = "camelCase", deny_unknown_fields)]
pub struct Estimate {
    /// The number: deployments per period, seconds, or a share from 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// Why there is no number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undefined: Option<UndefinedReason>,
    /// The number of items behind the value: deployments, lead times or recoveries.
    pub n: Count,
    /// Of a rate: how many of the `n` deployments failed, or were rework.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub affected: Option<Count>,
    /// Whether `n` is below `lowN` of the policy: too few items for a conclusion.
    pub low_n: bool,
    /// How many items were left out, by reason; reasons that did not occur are not listed.
    pub excluded: Vec<Exclusion>,
    /// The confidence interval of `value`, where one exists: Garwood's for a frequency, Wilson's for a rate, between
    /// order statistics for a median. It takes items as independent, which changes of one deployment are not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
    /// The median, of a set of durations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub median: Option<f64>,
    /// The arithmetic mean, of a set of durations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean: Option<f64>,
    /// Nine of ten are not longer, of a set of durations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p90: Option<f64>,
    /// Nineteen of twenty are not longer, of a set of durations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p95: Option<f64>,
    /// Of durations that the policy censors: how many of the `n` had not ended. Each counts as at least its age.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open: Option<Count>,
    /// Of lead times, with fallbacks in the policy: how many began at one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallbacks: Option<Count>,
}

impl Estimate {
    /// An estimate without a number yet.
    pub(super) fn of(n: Count, low_n: u32, excluded: Vec<Exclusion>) -> Self {
        Self {
            value: None,
            undefined: None,
            n,
            affected: None,
            low_n: n < Count::from(low_n),
            excluded,
            interval: None,
            median: None,
            mean: None,
            p90: None,
            p95: None,
            open: None,
            fallbacks: None,
        }
    }
}

/// Why there is no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.UndefinedReason", rename_all = "snake_case")]
pub enum UndefinedReason {
    /// The range has no length.
    EmptyRange,
    /// There was no deployment to take a share of, or no deployment in the whole input to take a frequency from.
    NoDeployments,
    /// No change was delivered.
    NoChanges,
    /// Every change came with the first deployment, which brings the history along.
    SeedOnly,
    /// No deployment failed, so there was nothing to recover from.
    NoFailures,
    /// No failed deployment has recovered.
    AllOpen,
    /// Every item was left out; `excluded` says why.
    AllExcluded,
    /// So many items are open that the median lies beyond what has been seen.
    NotReached,
    /// There was no incident.
    NoIncidents,
    /// Nothing of this kind is in the input.
    NoItems,
}

/// How many items were left out for one reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.Exclusion", rename_all = "camelCase", deny_unknown_fields)]
pub struct Exclusion {
    /// The reason.
    pub reason: ExclusionReason,
    /// How many.
    pub n: Count,
}

/// Why an item was left out of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.ExclusionReason", rename_all = "snake_case")]
pub enum ExclusionReason {
    /// A deployment or an incident of an environment that the policy does not name.
    OtherEnvironment,
    /// A deployment whose outcome does not count.
    Outcome,
    /// A deployment whose intent the policy does not count.
    Intent,
    /// A change that the first deployment of its service and environment brought.
    Seed,
    /// A merge.
    Merge,
    /// A change whose start is unknown.
    StartUnknown,
    /// A span that ends before it begins.
    Negative,
    /// A change that an earlier deployment of the service and environment had delivered.
    Repeated,
    /// The id of a change that is not in the input.
    UnknownChange,
    /// A change that no deployment has delivered, by the time it was committed.
    Undelivered,
    /// An incident that is a duplicate of another one of its service and environment.
    DuplicateIncident,
    /// An incident that no deployment could be linked to.
    Unlinked,
    /// An incident whose deployment is not in the input or does not count.
    UnknownDeployment,
    /// An incident, though the policy has incidents for no signal of a failure.
    SignalOff,
    /// An id in `remediates` that is not in the input.
    RemediesUnknown,
    /// An id in `remediates` of a deployment of another service or environment.
    RemediesElsewhere,
    /// An id in `remediates` of the deployment itself or of a later one.
    RemediesNotEarlier,
    /// A failed deployment that has not recovered.
    Open,
    /// A failed deployment that has recovered at an unknown instant.
    EndUnknown,
    /// A lead time below the shortest one of the policy.
    TooShort,
    /// A deployment row of a run that another row stands for.
    SameRun,
    /// Rework, where the policy leaves it out of the fail rate.
    Rework,
    /// A failed deployment, or an incident of it, that is part of an outage which another one stands for.
    SameOutage,
    /// A deployment or an incident that lacks the instants or parts which the metric needs.
    NotRecorded,
    /// A release that is too young for its bugs to be found, and the bugs of it.
    Immature,
    /// A vulnerability that ended without a patch, or whose risk was accepted.
    NotPatched,
}

impl ExclusionReason {
    /// Every reason, in the order of declaration.
    pub(super) const ALL: [Self; 26] = [
        Self::OtherEnvironment,
        Self::Outcome,
        Self::Intent,
        Self::Seed,
        Self::Merge,
        Self::StartUnknown,
        Self::Negative,
        Self::Repeated,
        Self::UnknownChange,
        Self::Undelivered,
        Self::DuplicateIncident,
        Self::Unlinked,
        Self::UnknownDeployment,
        Self::SignalOff,
        Self::RemediesUnknown,
        Self::RemediesElsewhere,
        Self::RemediesNotEarlier,
        Self::Open,
        Self::EndUnknown,
        Self::TooShort,
        Self::SameRun,
        Self::Rework,
        Self::SameOutage,
        Self::NotRecorded,
        Self::Immature,
        Self::NotPatched,
    ];
}
