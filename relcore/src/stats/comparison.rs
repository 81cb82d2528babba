use crate::reason::Reason;
use crate::scalar::Count;
use serde::{Deserialize, Serialize};

/// What the counts of two arms prove, made by [`compare_counts`](crate::stats::compare_counts); what their values prove, made by
/// [`compare_samples`](crate::stats::compare_samples); or what all metrics of a canary prove, made by [`compare_metrics`](crate::stats::compare_metrics), which has reasons and no numbers of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.Comparison", rename_all = "camelCase", deny_unknown_fields)]
pub struct Comparison {
    /// What is proven.
    pub verdict: Verdict,
    /// The rate, or the mean, of the canary, divided by that of the baseline; absent without events of the baseline, and where
    /// its mean may be 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio: Option<f64>,
    /// The lower end of the confidence interval of the ratio, at the level 1 − alpha; valid for as many looks as the test.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio_low: Option<f64>,
    /// The upper end; absent if there is none, as without events of the baseline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio_high: Option<f64>,
    /// The test against "the canary is no worse than its baseline".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub harm: Option<TestResult>,
    /// The test against "the canary is worse than its baseline by the margin or more".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub safe: Option<TestResult>,
    /// The number of events of both arms together at which a canary as good as its baseline is expected to pass: with a
    /// power of 80 % for one look, and about the median for any number of looks. Only if the verdict is inconclusive and
    /// there are fewer events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needed_events: Option<Count>,
    /// The number of units at which a canary as good as its baseline is expected to pass: trials of both arms in
    /// `compare_shares`, windows in `compare_windows`, clusters of both arms in `compare_clusters`, values of both arms in
    /// `compare_samples`. Only if the verdict is inconclusive and there are fewer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needed_units: Option<Count>,
    /// The reasons: first that of the verdict. Never empty.
    pub reasons: Vec<Reason>,
    /// The digest of the policy that was applied.
    pub policy_digest: String,
}

impl Comparison {
    /// Without numbers and reasons.
    pub(super) fn empty(verdict: Verdict, policy_digest: String) -> Self {
        Self {
            verdict,
            ratio: None,
            ratio_low: None,
            ratio_high: None,
            harm: None,
            safe: None,
            needed_events: None,
            needed_units: None,
            reasons: Vec::new(),
            policy_digest,
        }
    }
}

/// What counts prove.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.Verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// The canary is worse, and its estimate is beyond the margin.
    Failed,
    /// The canary is worse by less than the margin, or not at all.
    Passed,
    /// Neither is proven yet.
    Inconclusive,
    /// An arm has no exposure, no trials, no clusters or no values.
    NoData,
    /// The arms cannot be compared: events without exposure, too few clusters, exposures that a method does not allow.
    Invalid,
}

/// The result of one test.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.TestResult", rename_all = "camelCase", deny_unknown_fields)]
pub struct TestResult {
    /// The p-value. For any number of looks it is the inverse of the e-value, at most 1.
    pub p: f64,
    /// The natural logarithm of the e-value: the evidence against the hypothesis. Absent for one look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_e: Option<f64>,
}
