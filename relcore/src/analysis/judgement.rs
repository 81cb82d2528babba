use crate::decision::{Explain, Outcome};
use crate::input::input;
use crate::reason::{Interval, Reason};
use crate::scalar::Count;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What the series of one metric show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "analysis.Label", rename_all = "snake_case")]
pub enum Label {
    /// The canary is not shown to be worse.
    Passed,
    /// The canary has greater values, and that is bad.
    High,
    /// The canary has lesser values, and that is bad.
    Low,
    /// The samples are too small, or too unequally incomplete, to show anything.
    Inconclusive,
    /// A series is empty.
    NoData,
    /// The query of a series failed.
    Error,
}

/// What all metrics together show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "analysis.Verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// The score reaches `pass_score`, whatever the unknown metrics are.
    Passed,
    /// The score reaches `marginal_score` only.
    Marginal,
    /// The score is below `marginal_score`, whatever the unknown metrics are, or a critical metric is bad.
    Failed,
    /// The unknown metrics could change the verdict.
    Inconclusive,
    /// Half of the metrics or more have no data.
    NoData,
}

impl Verdict {
    pub(super) fn outcome(self) -> Outcome {
        match self {
            Self::Passed => Outcome::Proceed,
            Self::Failed => Outcome::RollBack,
            Self::Inconclusive | Self::NoData => Outcome::Wait,
            Self::Marginal => Outcome::Ask,
        }
    }
}

input! {
    /// A metric whose label is known.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "analysis.LabelledMetric", rename_all = "camelCase", deny_unknown_fields)]
    pub struct LabelledMetric {
        /// The name.
        pub name: String,
        /// The label.
        pub label: Label,
        /// The groups; none stands for the group `default`.
        #[serde(default)]
        pub groups: Vec<String>,
        /// Whether the whole fails when the metric is bad. Default false.
        #[serde(default)]
        pub critical: bool,
        /// Whether missing data make the metric unknown. Otherwise it is left out. Default true.
        #[serde(default = "yes")]
        pub must_have_data: bool,
    }
}

pub(super) fn yes() -> bool {
    true
}

impl LabelledMetric {
    /// A metric of the group `default` that must have data.
    #[must_use]
    pub fn new(name: impl Into<String>, label: Label) -> Self {
        Self { name: name.into(), label, groups: Vec::new(), critical: false, must_have_data: true }
    }
}

/// The score of a group of metrics.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "analysis.GroupScore", rename_all = "camelCase", deny_unknown_fields)]
pub struct GroupScore {
    /// The name.
    pub name: String,
    /// The share of the metrics that passed, in percent; 0 for a group without any metric that counts.
    pub score: f64,
    /// The weight in percent.
    pub weight: f64,
    /// The metrics that count. A group of none is left out of the whole score.
    pub judged: Count,
}

/// The score of all metrics, made by [`score`](crate::analysis::score()).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "analysis.Score", rename_all = "camelCase", deny_unknown_fields)]
pub struct Score {
    /// The verdict.
    pub verdict: Verdict,
    /// The score in percent, to two decimals, with every unknown metric as a bad one. Absent if no metric counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lowest: Option<f64>,
    /// The same with every unknown metric as a good one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub highest: Option<f64>,
    /// The groups, by name.
    pub groups: Vec<GroupScore>,
    /// The reason of the verdict.
    pub reason: Reason,
}

/// What the series of one metric show, with the numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "analysis.MetricJudgement", rename_all = "camelCase", deny_unknown_fields)]
pub struct MetricJudgement {
    /// The name of the metric.
    pub name: String,
    /// The label.
    pub label: Label,
    /// Whether the label fails the whole.
    pub is_critical: bool,
    /// The values of the canary that were compared.
    pub canary_n: Count,
    /// The values of the baseline that were compared.
    pub baseline_n: Count,
    /// The smaller one-sided p-value of the directions that are bad.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p: Option<f64>,
    /// The smallest p-value that samples of these sizes can reach.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub smallest_p: Option<f64>,
    /// The mean of the canary divided by that of the baseline; absent where that mean is not positive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean_ratio: Option<f64>,
    /// The probability that a value of the canary is greater than one of the baseline, with half of the equal ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub common_language_effect: Option<f64>,
    /// The shift of Hodges and Lehmann: an explanation, not the rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shift: Option<f64>,
    /// Its confidence interval; absent for samples that are too small for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shift_interval: Option<Interval>,
}

/// The comparison of a canary with its baseline, made by [`judge`](crate::analysis::judge()).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "analysis.Judgement", rename_all = "camelCase", deny_unknown_fields)]
pub struct Judgement {
    /// The verdict with its score.
    pub score: Score,
    /// The metrics, in the order of the policy.
    pub metrics: Vec<MetricJudgement>,
    /// The reasons: first that of the verdict, then one of each metric. Never empty.
    pub reasons: Vec<Reason>,
    /// The metrics without data.
    pub missing: Vec<String>,
    /// The digest of the policy.
    pub policy_digest: String,
}

/// Writes a judgement as text for a person: the verdict and the reasons.
#[must_use]
pub fn explain_judgement(judgement: &Judgement) -> String {
    judgement.explain()
}

/// The consequence of a judgement for its caller.
///
/// | verdict | outcome |
/// | --- | --- |
/// | `passed` | `proceed` |
/// | `failed` | `roll_back` |
/// | `inconclusive`, `no_data` | `wait` |
/// | `marginal` | `ask` |
#[must_use]
pub fn outcome_of_judgement(judgement: &Judgement) -> Outcome {
    Explain::outcome(judgement)
}

/// The text of [`explain_judgement`].
impl fmt::Display for Judgement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Explain::explain(self))
    }
}

impl Explain for Judgement {
    fn headline(&self) -> String {
        let headline = match self.score.verdict {
            Verdict::Passed => "PASSED: the canary is not shown to be worse than its baseline",
            Verdict::Marginal => "MARGINAL: some metrics of the canary are worse",
            Verdict::Failed => "FAILED: the canary is worse than its baseline",
            Verdict::Inconclusive => "INCONCLUSIVE: metrics that are not known yet decide",
            Verdict::NoData => "NO DATA: too few metrics have data",
        };
        headline.to_owned()
    }

    fn outcome(&self) -> Outcome {
        self.score.verdict.outcome()
    }

    fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    fn missing(&self) -> &[String] {
        &self.missing
    }

    fn next_check_at(&self) -> Option<Timestamp> {
        None
    }

    fn policy_digest(&self) -> &str {
        &self.policy_digest
    }
}
