use super::criterion::Criterion;
use crate::reason::Reason;
use serde::{Deserialize, Serialize};

/// How well a release meets its objectives, made by [`score_objectives`](crate::analysis::score_objectives).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "analysis.Scorecard", rename_all = "camelCase", deny_unknown_fields)]
pub struct Scorecard {
    /// The verdict about the release.
    pub verdict: ObjectiveVerdict,
    /// The points in percent of the greatest number of points, with no points for an objective without data; absent if no
    /// objective has a weight.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<f64>,
    /// The percentage that there would be if every objective without data had the best value that its criteria allow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best_percent: Option<f64>,
    /// The points: the weights of the objectives that passed, and half the weights of those with a warning.
    pub points: f64,
    /// The greatest number of points: the weights of all objectives that are scored.
    pub max_points: f64,
    /// The objectives, in the order of the policy.
    pub objectives: Vec<ObjectiveScore>,
    /// The reasons: first that of the verdict, then the objectives that did not pass. Never empty.
    pub reasons: Vec<Reason>,
    /// The names of the objectives without data.
    pub missing: Vec<String>,
    /// The digest of the objectives.
    pub policy_digest: String,
}

/// The verdict about a release by its score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "analysis.ObjectiveVerdict", rename_all = "snake_case")]
pub enum ObjectiveVerdict {
    /// The score reaches `passPercent`, and no key objective failed.
    Passed,
    /// The score reaches `warningPercent`, and no key objective failed.
    Warning,
    /// The score does not reach `warningPercent`, or a key objective failed.
    Failed,
    /// What is missing decides between these, or nothing is scored.
    Inconclusive,
}

/// The result of one objective.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "analysis.ObjectiveScore", rename_all = "camelCase", deny_unknown_fields)]
pub struct ObjectiveScore {
    /// The name of the objective.
    pub name: String,
    /// What became of it.
    pub status: ObjectiveStatus,
    /// The finite value, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// The points that it adds.
    pub points: f64,
    /// The points that it could add; 0 if it is informative.
    pub max_points: f64,
    /// Every criterion, in the order of the target: first those of `passed` or `failed`, then those of `warning`.
    pub criteria: Vec<CriterionResult>,
}

/// What became of an objective.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "analysis.ObjectiveStatus", rename_all = "snake_case")]
pub enum ObjectiveStatus {
    /// It has all of its points.
    Passed,
    /// It has half of its points.
    Warning,
    /// It has no points.
    Failed,
    /// What is missing decides; it has the points that are certain.
    NoData,
    /// It is not scored.
    Informative,
}

/// One criterion of an objective, with the limit that a relative one had.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "analysis.CriterionResult", rename_all = "camelCase", deny_unknown_fields)]
pub struct CriterionResult {
    /// The status of the objective if the set of the criterion decides.
    pub leads_to: ObjectiveStatus,
    /// The index of the set in its list, from 0.
    pub set: u32,
    /// The criterion.
    pub criterion: Criterion,
    /// The number that the value was compared with; absent for a range, and for a relative criterion without earlier values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<f64>,
    /// Whether it holds; absent if that is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holds: Option<bool>,
}
