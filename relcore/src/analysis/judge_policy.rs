use super::judgement::yes;
use crate::error::{ErrorKind, Faults, Result, join, quoted};
use crate::input::input;
use crate::scalar::Count;
use crate::wire::{self, PolicyText};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

input! {
    /// The metrics of a canary and its baseline, and when their difference is bad.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "analysis.JudgePolicy", rename_all = "camelCase", deny_unknown_fields)]
    pub struct JudgePolicy {
        /// The metrics; at least one.
        pub metrics: Vec<JudgedMetric>,
        /// The weights of groups in percent, together at most 100. The other groups share the rest equally.
        #[serde(default)]
        pub group_weights: BTreeMap<String, f64>,
        /// The score in percent from which the canary passes. Default 95, as in Spinnaker's examples.
        #[serde(default = "pass_default")]
        pub pass_score: f64,
        /// The score in percent from which it is marginal. Default 75.
        #[serde(default = "marginal_default")]
        pub marginal_score: f64,
        /// The confidence level: a difference in one direction counts if its p-value is below (1 − confidence) / 2.
        /// Default 0.98, as Kayenta.
        #[serde(default = "confidence_default")]
        pub confidence: f64,
        /// Whose rules label the metrics and add them up. Default `strict`.
        #[serde(default, skip_serializing_if = "wire::is_default")]
        #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "wire::never"))]
        pub semantics: JudgeSemantics,
        /// The part of the shift that the rule of Kayenta tolerates, for `semantics: kayenta` only. Default 0.25, which is built
        /// into its judge.
        #[serde(default = "shift_tolerance_default", skip_serializing_if = "is_shift_tolerance")]
        #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "wire::never"))]
        pub shift_tolerance: f64,
    }
}

const SHIFT_TOLERANCE: f64 = 0.25;

fn shift_tolerance_default() -> f64 {
    SHIFT_TOLERANCE
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_shift_tolerance(tolerance: &f64) -> bool {
    tolerance.total_cmp(&SHIFT_TOLERANCE).is_eq()
}

/// Whose rules label metrics and add up the labels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "analysis.JudgeSemantics", rename_all = "snake_case")]
pub enum JudgeSemantics {
    /// The exact rank test, of which a result does not depend on the unit. What is missing is unknown, and never passes.
    #[default]
    Strict,
    /// The rules of Kayenta's judge, `NetflixACAJudge-v1.0`, for comparison with it and not for a release: the interval of the
    /// shift by a solver with a tolerance of 0.0001 in any unit, so that seconds and milliseconds have different results;
    /// differences that 4 values of each arm prove are passed, and those of 2 values are not; a group without data counts as
    /// one of 100; a failed query is left out; an empty series passes with `missing: zero`. `is_count` and `spread` are
    /// refused. Two constants that differ are compared without the random noise that Kayenta adds.
    Kayenta,
}

fn pass_default() -> f64 {
    95.0
}

fn marginal_default() -> f64 {
    75.0
}

fn confidence_default() -> f64 {
    0.98
}

input! {
    /// A metric of a canary and its baseline.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "analysis.JudgedMetric", rename_all = "camelCase", deny_unknown_fields)]
    pub struct JudgedMetric {
        /// The name by which series refer to it.
        pub name: String,
        /// The groups; none stands for the group `default`.
        #[serde(default)]
        pub groups: Vec<String>,
        /// Which change is bad. Default `either`, as Kayenta.
        #[serde(default)]
        pub direction: BadChange,
        /// Whether the whole fails when the metric is bad, beyond `critical_increase` or `critical_decrease`. Default false.
        #[serde(default)]
        pub critical: bool,
        /// Whether missing data make the metric unknown. If false, it is left out then. Default true; Kayenta has false.
        #[serde(default = "yes")]
        pub must_have_data: bool,
        /// What a missing value stands for. Default `remove`.
        #[serde(default)]
        pub missing: MissingValues,
        /// Removes values beyond this many interquartile ranges from the quartiles of their series, but none within its
        /// first and last percentile. Absent: keeps all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub outlier_factor: Option<f64>,
        /// How the size of the difference is measured. Default `mean_ratio`.
        #[serde(default)]
        pub effect: EffectMeasure,
        /// The effect from which an increase is bad. Absent: any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub allowed_increase: Option<f64>,
        /// The effect up to which a decrease is bad. Absent: any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub allowed_decrease: Option<f64>,
        /// The effect from which an increase is critical. Absent: any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub critical_increase: Option<f64>,
        /// The effect up to which a decrease is critical. Absent: any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub critical_decrease: Option<f64>,
        /// Whether the values are numbers of events in intervals of the same length. Then a baseline without events is
        /// compared by the totals, with the exact conditional test. Default false.
        #[serde(default)]
        pub is_count: bool,
        /// Which change of the spread is bad, too: the distances from the median of each series are compared. Default `off`.
        #[serde(default)]
        pub spread: SpreadRule,
    }
}

impl JudgedMetric {
    /// A metric with all defaults.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            groups: Vec::new(),
            direction: BadChange::Either,
            critical: false,
            must_have_data: true,
            missing: MissingValues::Remove,
            outlier_factor: None,
            effect: EffectMeasure::MeanRatio,
            allowed_increase: None,
            allowed_decrease: None,
            critical_increase: None,
            critical_decrease: None,
            is_count: false,
            spread: SpreadRule::Off,
        }
    }
}

/// Which change of a metric is bad.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "analysis.BadChange", rename_all = "snake_case")]
pub enum BadChange {
    /// Greater values.
    Increase,
    /// Lesser values.
    Decrease,
    /// Both.
    #[default]
    Either,
}

/// What a missing value stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "analysis.MissingValues", rename_all = "snake_case")]
pub enum MissingValues {
    /// Nothing.
    #[default]
    Remove,
    /// 0: for counters that are absent until the first event.
    Zero,
}

/// How the size of a difference is measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "analysis.EffectMeasure", rename_all = "snake_case")]
pub enum EffectMeasure {
    /// The mean of the canary divided by that of the baseline; 1 is no effect.
    #[default]
    MeanRatio,
    /// The probability that a value of the canary is greater than one of the baseline; 0.5 is no effect.
    CommonLanguage,
}

/// Which change of the spread is bad.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "analysis.SpreadRule", rename_all = "snake_case")]
pub enum SpreadRule {
    /// None.
    #[default]
    Off,
    /// A wider spread.
    Wider,
    /// A wider or a narrower one.
    Either,
}

input! {
    /// The values of one metric in both arms.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "analysis.SeriesPair", rename_all = "camelCase", deny_unknown_fields)]
    pub struct SeriesPair {
        /// The name of the metric in the policy.
        pub metric: String,
        /// The values of the canary.
        pub canary: Samples,
        /// The values of the baseline over the same time.
        pub baseline: Samples,
    }
}

impl SeriesPair {
    /// Values of both arms.
    #[must_use]
    pub fn new(metric: impl Into<String>, canary: Samples, baseline: Samples) -> Self {
        Self { metric: metric.into(), canary, baseline }
    }
}

input! {
    /// The values of one metric in one arm, in any order.
    #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "analysis.Samples", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct Samples {
        /// The finite values.
        pub values: Vec<f64>,
        /// How many points have no value, or one that is not a number.
        pub missing: Count,
        /// The error of the query, if it failed.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub error: Option<String>,
    }
}

/// A judge policy to begin with: the share of errors, critical, and the latency; both must not increase.
#[must_use]
pub fn standard_judge_policy() -> JudgePolicy {
    let mut errors = JudgedMetric::new("error-share");
    (errors.direction, errors.critical) = (BadChange::Increase, true);
    let mut latency = JudgedMetric::new("latency");
    latency.direction = BadChange::Increase;
    JudgePolicy::new([errors, latency])
}

impl JudgePolicy {
    /// A policy with all defaults.
    #[must_use]
    pub fn new(metrics: impl IntoIterator<Item = JudgedMetric>) -> Self {
        Self {
            metrics: metrics.into_iter().collect(),
            group_weights: BTreeMap::new(),
            pass_score: pass_default(),
            marginal_score: marginal_default(),
            confidence: confidence_default(),
            semantics: JudgeSemantics::default(),
            shift_tolerance: shift_tolerance_default(),
        }
    }
}

/// Reads a judge policy from JSON text and checks it; all faults at once.
///
/// # Errors
/// `syntax` for what is not JSON, `unknown_field` for `tolerance`, `out_of_range` for `"confidence": 98`.
pub fn judge_policy_from_json(text: &str) -> Result<JudgePolicy> {
    wire::policy_from_json(text)
}

/// Reads a judge policy from YAML text and checks it; all faults at once.
///
/// # Errors
/// As [`judge_policy_from_json`], with the line and the column of each fault.
#[cfg(feature = "yaml")]
pub fn judge_policy_from_yaml(text: &str) -> Result<JudgePolicy> {
    wire::policy_from_yaml(text)
}

impl PolicyText for JudgePolicy {
    const TYPE: &'static str = "analysis.JudgePolicy";

    fn check(&self, path: &str, faults: &mut Faults) {
        let n = self.metrics.len();
        let text = format_args!("are {n}: expected 1 to 1000");
        let at = join(path, "metrics");
        faults.check((1..=1000).contains(&n), ErrorKind::InvalidValue, format_args!("{at}"), text);
        let mut names = BTreeSet::new();
        for (index, metric) in self.metrics.iter().enumerate() {
            let name = &metric.name;
            let text = format_args!("{} is already used", quoted(name));
            faults.check(names.insert(name), ErrorKind::Duplicate, format_args!("{at}[{index}].name"), text);
            let factor = metric.outlier_factor.unwrap_or(1.0);
            let text = format_args!("`{factor}` is out of range: expected 0 or more");
            let is_factor = factor >= 0.0 && factor.is_finite();
            faults.check(is_factor, ErrorKind::OutOfRange, format_args!("{at}[{index}].outlierFactor"), text);
            let limits = [
                ("allowedIncrease", metric.allowed_increase),
                ("allowedDecrease", metric.allowed_decrease),
                ("criticalIncrease", metric.critical_increase),
                ("criticalDecrease", metric.critical_decrease),
            ];
            for (field, limit) in limits {
                let limit = limit.unwrap_or(1.0);
                let text =
                    format_args!("`{limit}` is out of range: expected a ratio of 0 or more, 1 for no change");
                let is_ratio = limit >= 0.0 && limit.is_finite();
                faults.check(is_ratio, ErrorKind::OutOfRange, format_args!("{at}[{index}].{field}"), text);
            }
        }
        let is_kayenta = self.semantics == JudgeSemantics::Kayenta;
        let extended =
            self.metrics.iter().position(|metric| metric.is_count || metric.spread != SpreadRule::Off);
        if let Some(index) = extended.filter(|_| is_kayenta) {
            let text = format_args!("has `isCount` or `spread`, which Kayenta does not have");
            faults.add(ErrorKind::InvalidValue, format_args!("{at}[{index}]"), text);
        }
        let tolerance = self.shift_tolerance;
        let text = format_args!("`{tolerance}` is out of range: expected a share from 0 to 1");
        let at = join(path, "shiftTolerance");
        faults.check((0.0..=1.0).contains(&tolerance), ErrorKind::OutOfRange, format_args!("{at}"), text);
        let confidence = self.confidence;
        let text = format_args!("`{confidence}` is out of range: expected a share from 0.5 to 0.999999");
        let at = join(path, "confidence");
        faults.check(
            (0.5..=0.999_999).contains(&confidence),
            ErrorKind::OutOfRange,
            format_args!("{at}"),
            text,
        );
        check_score(&self.group_weights, self.pass_score, self.marginal_score, path, faults);
    }
}

/// Checks weights and thresholds.
pub(super) fn check_score(
    weights: &BTreeMap<String, f64>,
    pass: f64,
    marginal: f64,
    path: &str,
    faults: &mut Faults,
) {
    for (name, weight) in weights {
        let at = join(path, "groupWeights");
        let text = format_args!("`{weight}` is out of range: expected a percentage from 0 to 100");
        let path = format_args!("{at}.{}", crate::error::shortened(name));
        faults.check((0.0..=100.0).contains(weight), ErrorKind::OutOfRange, path, text);
    }
    let sum: f64 = weights.values().sum();
    let at = join(path, "groupWeights");
    let text = format_args!("are {sum} together: expected at most 100");
    faults.check(sum <= 100.0 + 1e-9, ErrorKind::OutOfRange, format_args!("{at}"), text);
    let at = join(path, "passScore");
    let text = format_args!("`{pass}` is out of range: expected a percentage above 0, at most 100");
    faults.check(pass > 0.0 && pass <= 100.0, ErrorKind::OutOfRange, format_args!("{at}"), text);
    let at = join(path, "marginalScore");
    let text =
        format_args!("`{marginal}` is out of range: expected a percentage above 0, at most `passScore`");
    faults.check(marginal > 0.0 && marginal <= pass, ErrorKind::OutOfRange, format_args!("{at}"), text);
}
