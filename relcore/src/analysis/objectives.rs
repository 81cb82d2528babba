use super::aggregate::Aggregate;
use super::criterion::{Comparator, Criterion};
use crate::error::{ErrorKind, Faults, Result, join, quoted};
use crate::input::input;
use crate::scalar::Count;
use crate::wire::{self, PolicyText, tagged};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

input! {
    /// Service level objectives, and the share of them that a release must meet.
    ///
    /// ```
    /// use relcore::analysis::{CriteriaSet, Objective, Objectives, parse_criterion};
    /// let latency = Objective::pass_when("latency_p95", [CriteriaSet::new([parse_criterion("<=+10%")?])]).unit("ms");
    /// let objectives = Objectives::new([latency.key(true)]);
    /// assert_eq!(objectives.pass_percent, 90.0);
    /// # Ok::<(), relcore::Error>(())
    /// ```
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "analysis.Objectives", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Objectives {
        /// The objectives: at least one, each with its own name. Their order changes no verdict.
        pub objectives: Vec<Objective>,
        /// The score, in percent of the greatest one, from which the release passes: above 0, at most 100. Default 90, as in
        /// Keptn's documentation.
        #[serde(default = "usual_pass")]
        pub pass_percent: f64,
        /// The score from which it passes with a warning: above 0, at most `passPercent`. Default 75, as in Keptn's
        /// documentation.
        #[serde(default = "usual_warning")]
        pub warning_percent: f64,
        /// How earlier values become the one that relative criteria compare with. Default `average`, as Keptn.
        #[serde(default = "usual_aggregate")]
        pub aggregate: Aggregate,
        /// How many of the latest earlier results are compared with: 1 or more. Default 3, as Keptn.
        #[serde(default = "usual_earlier_results")]
        pub earlier_results: u32,
        /// Which earlier results are compared with. Default `passed_or_warning`: a release that failed is no baseline.
        #[serde(default = "usual_included")]
        pub included: IncludedResults,
        /// How many earlier values a relative criterion needs: 1 or more, at most `earlierResults`. Default 1.
        #[serde(default = "usual_min_earlier")]
        pub min_earlier: u32,
        /// Whose rules decide about missing values. Default `strict`.
        #[serde(default = "usual_semantics")]
        pub semantics: ScoreSemantics,
    }
}

fn usual_pass() -> f64 {
    90.0
}

fn usual_warning() -> f64 {
    75.0
}

fn usual_aggregate() -> Aggregate {
    Aggregate::Average
}

fn usual_earlier_results() -> u32 {
    3
}

fn usual_included() -> IncludedResults {
    IncludedResults::PassedOrWarning
}

fn usual_min_earlier() -> u32 {
    1
}

fn usual_semantics() -> ScoreSemantics {
    ScoreSemantics::Strict
}

impl Objectives {
    /// These objectives, with all defaults.
    #[must_use]
    pub fn new(objectives: impl IntoIterator<Item = Objective>) -> Self {
        Self {
            objectives: objectives.into_iter().collect(),
            pass_percent: usual_pass(),
            warning_percent: usual_warning(),
            aggregate: usual_aggregate(),
            earlier_results: usual_earlier_results(),
            included: usual_included(),
            min_earlier: usual_min_earlier(),
            semantics: usual_semantics(),
        }
    }
}

/// Which earlier results relative criteria compare with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "analysis.IncludedResults", rename_all = "snake_case")]
pub enum IncludedResults {
    /// Those that passed without a warning.
    Passed,
    /// Those that passed, with or without a warning.
    PassedOrWarning,
    /// All of them.
    All,
}

/// Whose rules decide where a value, an earlier result or a weight is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "analysis.ScoreSemantics", rename_all = "snake_case")]
pub enum ScoreSemantics {
    /// What is missing is unknown, and never passes.
    Strict,
    /// The rules of Keptn 1, for comparison with it: a relative criterion without an earlier result holds, a missing value
    /// fails, and a release without scored objectives passes.
    KeptnV1,
    /// The rules of Keptn 2, for comparison with it: a missing value fails, NaN meets no criterion and so passes where only
    /// failures are listed, and a release without weights has a score of 0.
    KeptnV2,
}

input! {
    /// One service level objective: the name of a value, and the criteria by which it is good.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "analysis.Objective", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Objective {
        /// The name of the value.
        pub name: String,
        /// The criteria.
        pub target: Target,
        /// Its part of the score; a warning counts half. Default 1.
        #[serde(default = "usual_weight")]
        pub weight: u32,
        /// Whether the release fails if this objective fails, whatever the score (Keptn: `key_sli`, `keyObjective`).
        /// Default false.
        #[serde(default)]
        pub key: bool,
        /// A value of fewer samples, or of an unknown number of samples, is no data. Default 0.
        #[serde(default)]
        pub min_samples: Count,
        /// The unit of the value: a UCUM code such as `%`, `s`, `ms`; `1` for a share.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub unit: Option<String>,
    }
}

fn usual_weight() -> u32 {
    1
}

impl Objective {
    /// An objective with this target, of weight 1.
    #[must_use]
    pub fn new(name: impl Into<String>, target: Target) -> Self {
        Self {
            name: name.into(),
            target,
            weight: usual_weight(),
            key: false,
            min_samples: Count::default(),
            unit: None,
        }
    }

    /// An objective that passes when one of these sets holds, and fails otherwise.
    #[must_use]
    pub fn pass_when(name: impl Into<String>, passed: impl IntoIterator<Item = CriteriaSet>) -> Self {
        Self::new(name, Target::PassWhen { passed: passed.into_iter().collect(), warning: vec![] })
    }

    /// An objective that fails when one of these sets holds, and passes otherwise.
    #[must_use]
    pub fn fail_when(name: impl Into<String>, failed: impl IntoIterator<Item = CriteriaSet>) -> Self {
        Self::new(name, Target::FailWhen { failed: failed.into_iter().collect(), warning: vec![] })
    }
}

tagged! {
    "analysis.Target";
    /// The criteria of an objective: lists of sets, of which one must hold.
    #[derive(Clone, Debug, PartialEq)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub enum Target {
        /// What is good is listed, as in Keptn 1: passed if a set of `passed` holds, else a warning if one of `warning`
        /// holds, else failed.
        PassWhen {
            /// At least one set.
            passed: Vec<CriteriaSet>,
            /// Default: none.
            #[serde(default)]
            warning: Vec<CriteriaSet>,
        },
        /// What is bad is listed, as in Keptn 2: failed if a set of `failed` holds, else a warning if one of `warning`
        /// holds, else passed.
        FailWhen {
            /// Default: none, if there is a `warning`.
            #[serde(default)]
            failed: Vec<CriteriaSet>,
            /// Default: none.
            #[serde(default)]
            warning: Vec<CriteriaSet>,
        },
        /// The value is reported and not scored.
        Informative {},
    }
}

input! {
    /// Criteria that must all hold.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "analysis.CriteriaSet", rename_all = "camelCase", deny_unknown_fields)]
    pub struct CriteriaSet {
        /// At least one criterion.
        pub criteria: Vec<Criterion>,
    }
}

impl CriteriaSet {
    /// A set of these criteria.
    #[must_use]
    pub fn new(criteria: impl IntoIterator<Item = Criterion>) -> Self {
        Self { criteria: criteria.into_iter().collect() }
    }
}

/// The objectives of a usual service, compared with its earlier releases.
///
/// | objective | passes | warns | |
/// | --- | --- | --- | --- |
/// | `error_rate` (share) | `<=+10%`, or `<0.001` | `<=+25%` | key |
/// | `latency_p95` (s) | `<=+10%` | `<=+20%` | |
/// | `throughput` (1/s) | `>=-10%` | `>=-20%` | |
///
/// No limits are agreed on in the field; these are relcore's own. Without earlier results the score is inconclusive.
///
/// ```
/// let names: Vec<String> =
///     relcore::analysis::standard_objectives().objectives.into_iter().map(|each| each.name).collect();
/// assert_eq!(names, ["error_rate", "latency_p95", "throughput"]);
/// ```
#[must_use]
pub fn standard_objectives() -> Objectives {
    let relative =
        |comparator, percent| CriteriaSet::new([Criterion::RelativePercent { comparator, percent }]);
    let fixed = |comparator, value| CriteriaSet::new([Criterion::Fixed { comparator, value }]);
    let (at_most, at_least) = (Comparator::LessThanOrEqual, Comparator::GreaterThanOrEqual);
    let objective = |name: &str, unit: &str, passed, warning| {
        Objective::new(name, Target::PassWhen { passed, warning: vec![warning] }).unit(unit)
    };
    Objectives::new([
        objective(
            "error_rate",
            "1",
            vec![relative(at_most, 10.0), fixed(Comparator::LessThan, 0.001)],
            relative(at_most, 25.0),
        )
        .key(true),
        objective("latency_p95", "s", vec![relative(at_most, 10.0)], relative(at_most, 20.0)),
        objective("throughput", "1/s", vec![relative(at_least, -10.0)], relative(at_least, -20.0)),
    ])
}

/// Reads objectives from JSON text. A key that is left out has its default; `objectives` has none.
///
/// ```
/// let objectives = relcore::analysis::objectives_from_json(
///     r#"{"objectives": [{"name": "latency", "target": {"type": "pass_when", "passed": [
///         {"criteria": [{"type": "fixed", "comparator": "less_than", "value": 800}]}]}}]}"#,
/// )?;
/// assert_eq!(objectives.objectives[0].weight, 1);
/// // Pitfall: no objectives are no release that passes.
/// assert!(relcore::analysis::objectives_from_json(r#"{"objectives": []}"#).is_err());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `syntax` for text that is not JSON, `unknown_field` for a misspelt key, `invalid_value` for no
/// objectives and for an empty set of criteria, `duplicate` for a repeated name, `out_of_range` for `"passPercent": 0`,
/// `unordered` for a `warningPercent` above `passPercent`.
pub fn objectives_from_json(text: &str) -> Result<Objectives> {
    wire::policy_from_json(text)
}

/// Reads objectives from YAML text. A key that is left out has its default; `objectives` has none.
///
/// ```
/// let objectives = relcore::analysis::objectives_from_yaml(
///     "passPercent: 95\nobjectives:\n- {name: errors, target: {type: fail_when, failed: [{criteria: [\
///      {type: fixed, comparator: greater_than, value: 5}]}]}}\n",
/// )?;
/// assert_eq!(objectives.pass_percent, 95.0);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`objectives_from_json`], with the line and the column of each fault; `.nan` and `.inf` are refused as `syntax`.
#[cfg(feature = "yaml")]
pub fn objectives_from_yaml(text: &str) -> Result<Objectives> {
    wire::policy_from_yaml(text)
}

impl PolicyText for Objectives {
    const TYPE: &'static str = "analysis.Objectives";

    fn check(&self, path: &str, faults: &mut Faults) {
        let list = join(path, "objectives");
        faults.check(
            !self.objectives.is_empty(),
            ErrorKind::InvalidValue,
            format_args!("{list}"),
            format_args!("expected at least one objective"),
        );
        let mut names = BTreeSet::new();
        for (index, objective) in self.objectives.iter().enumerate() {
            let path = format!("{list}[{index}]");
            let name = &objective.name;
            faults.check(
                !name.is_empty(),
                ErrorKind::InvalidValue,
                format_args!("{path}.name"),
                format_args!("expected a name"),
            );
            faults.check(
                names.insert(name),
                ErrorKind::Duplicate,
                format_args!("{path}.name"),
                format_args!("{} is the name of an earlier objective", quoted(name)),
            );
            objective.target.check(&join(&path, "target"), faults);
        }
        for (name, percent) in [("passPercent", self.pass_percent), ("warningPercent", self.warning_percent)]
        {
            faults.check(
                percent > 0.0 && percent <= 100.0,
                ErrorKind::OutOfRange,
                format_args!("{}", join(path, name)),
                format_args!("`{percent}` is out of range: expected a percentage above 0, at most 100"),
            );
        }
        faults.check(
            self.warning_percent <= self.pass_percent,
            ErrorKind::Unordered,
            format_args!("{}", join(path, "warningPercent")),
            format_args!(
                "`{}` is above `passPercent`, which is `{}`",
                self.warning_percent, self.pass_percent
            ),
        );
        faults.check(
            self.earlier_results > 0,
            ErrorKind::OutOfRange,
            format_args!("{}", join(path, "earlierResults")),
            format_args!("`0` is out of range: expected 1 or more"),
        );
        let (least, most) = (self.min_earlier, self.earlier_results.max(1));
        faults.check(
            (1..=most).contains(&least),
            ErrorKind::OutOfRange,
            format_args!("{}", join(path, "minEarlier")),
            format_args!("`{least}` is out of range: expected 1 to `earlierResults`, which is {most}"),
        );
    }
}

impl Target {
    fn check(&self, path: &str, faults: &mut Faults) {
        let (name, sets, warning) = match self {
            Self::PassWhen { passed, warning } => ("passed", passed, warning),
            Self::FailWhen { failed, warning } => ("failed", failed, warning),
            Self::Informative {} => return,
        };
        let needs_sets = matches!(self, Self::PassWhen { .. }) || warning.is_empty();
        faults.check(
            !(needs_sets && sets.is_empty()),
            ErrorKind::InvalidValue,
            format_args!("{path}.{name}"),
            format_args!(
                "expected at least one set of criteria; a value that is not scored is `informative`"
            ),
        );
        for (list, sets) in [(name, sets), ("warning", warning)] {
            for (index, set) in sets.iter().enumerate() {
                let path = format!("{path}.{list}[{index}].criteria");
                faults.check(
                    !set.criteria.is_empty(),
                    ErrorKind::InvalidValue,
                    format_args!("{path}"),
                    format_args!("expected at least one criterion: an empty set would always hold"),
                );
                for (index, criterion) in set.criteria.iter().enumerate() {
                    criterion.check(&format!("{path}[{index}]"), faults);
                }
            }
        }
    }
}
