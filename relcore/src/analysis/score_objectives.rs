//! Scores the values of a release.
use super::code;
use super::criterion::{Criterion, format_criterion};
use super::earlier_result::{EarlierResult, check_history};
use super::indicator::{Indicator, check_values};
use super::objectives::{CriteriaSet, IncludedResults, Objective, Objectives, ScoreSemantics, Target};
use super::scorecard::{CriterionResult, ObjectiveScore, ObjectiveStatus, ObjectiveVerdict, Scorecard};
use crate::digest;
use crate::error::{Faults, Result};
use crate::reason::{Evidence, Reason, Severity, number};
use crate::wire::PolicyText as _;

/// Scores a release by its objectives, as Keptn does, but without its fail-open rules.
///
/// 1. A criterion holds, does not hold, or is unknown: without a finite value, with too few samples, and, if it is relative,
///    with fewer earlier values than `minEarlier`.
/// 2. A relative criterion compares with the `aggregate` of the values in the latest `earlierResults` results that
///    `included` admits.
/// 3. An objective passes, warns or fails by its [`Target`]. If the unknown criteria decide, it has no data.
/// 4. An objective that passed has its weight in points, one with a warning half of it. One without data has the points that
///    it has at the worst.
/// 5. The release passes or warns by the percentage of points that `passPercent` and `warningPercent` demand, and fails if
///    a key objective failed.
/// 6. If the objectives without data could change that, the verdict is `inconclusive`.
///
/// ```
/// use relcore::analysis::{CriteriaSet, Indicator, Objective, Objectives, ObjectiveVerdict, parse_criterion, score_objectives};
/// let set = |text| Ok::<_, relcore::Error>(CriteriaSet::new([parse_criterion(text)?]));
/// let objectives = Objectives::new([
///     Objective::pass_when("latency_p95", [set("<800")?]),
///     Objective::pass_when("error_rate", [set("<=+10%")?]).key(true),
/// ]);
/// let values = [Indicator::new("latency_p95", 640.0), Indicator::new("error_rate", 0.002)];
/// // Pitfall: a relative criterion has nothing to compare with at the first release. Keptn lets it pass.
/// let first = score_objectives(&objectives, &values, &[])?;
/// assert_eq!(first.verdict, ObjectiveVerdict::Inconclusive);
/// assert_eq!(first.missing, ["error_rate"]);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: those of [`objectives_from_json`](crate::analysis::objectives_from_json) for the objectives,
/// `duplicate` for two values of one name and for two earlier results of one instant.
pub fn score_objectives(
    objectives: &Objectives,
    values: &[Indicator],
    history: &[EarlierResult],
) -> Result<Scorecard> {
    let mut faults = Faults::new();
    objectives.check("objectives", &mut faults);
    check_values(values, "values", &mut faults);
    check_history(history, &mut faults);
    faults.finish()?;
    let policy_digest = digest::of(objectives)?;
    let history = latest(objectives, history);
    let judged: Vec<Judged> =
        objectives.objectives.iter().map(|each| Judged::new(objectives, each, values, &history)).collect();
    Ok(Total::new(objectives, &judged).score(&judged, policy_digest))
}

/// The latest results that count, in the order of time.
fn latest<'a>(objectives: &Objectives, history: &'a [EarlierResult]) -> Vec<&'a EarlierResult> {
    let counts = |earlier: &&EarlierResult| match objectives.included {
        IncludedResults::All => true,
        IncludedResults::Passed => earlier.verdict == ObjectiveVerdict::Passed,
        IncludedResults::PassedOrWarning => {
            matches!(earlier.verdict, ObjectiveVerdict::Passed | ObjectiveVerdict::Warning)
        }
    };
    let mut included: Vec<&EarlierResult> = history.iter().filter(counts).collect();
    included.sort_by_key(|earlier| earlier.at);
    let most = usize::try_from(objectives.earlier_results).unwrap_or(usize::MAX);
    included.split_off(included.len().saturating_sub(most))
}

/// How good an objective is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Grade {
    Failed,
    Warning,
    Passed,
}

impl Grade {
    /// In half points of the weight, so that sums are exact and their order does not matter.
    fn half_points(self, weight: u32) -> u64 {
        let halves = match self {
            Self::Failed => 0,
            Self::Warning => 1,
            Self::Passed => 2,
        };
        u64::from(weight).saturating_mul(halves)
    }

    fn status(self) -> ObjectiveStatus {
        match self {
            Self::Failed => ObjectiveStatus::Failed,
            Self::Warning => ObjectiveStatus::Warning,
            Self::Passed => ObjectiveStatus::Passed,
        }
    }
}

/// An objective with its value and what its criteria say.
struct Judged<'a> {
    objective: &'a Objective,
    indicator: Option<&'a Indicator>,
    /// The value that the criteria saw.
    value: Option<f64>,
    /// The number of earlier values.
    earlier: usize,
    criteria: Vec<CriterionResult>,
    /// The least and the greatest grade that the unknown criteria allow; `None` if it is informative.
    grades: Option<(Grade, Grade)>,
}

impl<'a> Judged<'a> {
    fn new(
        objectives: &Objectives,
        objective: &'a Objective,
        values: &'a [Indicator],
        history: &[&EarlierResult],
    ) -> Self {
        let named = |values: &'a [Indicator]| values.iter().find(|value| value.name == objective.name);
        let indicator = named(values);
        let is_strict = objectives.semantics == ScoreSemantics::Strict;
        let enough = indicator.and_then(|each| each.n).unwrap_or_default() >= objective.min_samples;
        let value = indicator
            .and_then(Indicator::reading)
            .filter(|value| !is_strict || (value.is_finite() && enough));
        let earlier: Vec<f64> = history
            .iter()
            .filter_map(|earlier| earlier.values.iter().find(|value| value.name == objective.name)?.reading())
            .filter(|value| value.is_finite())
            .collect();
        let needed = usize::try_from(objectives.min_earlier).unwrap_or(usize::MAX);
        let baseline = if earlier.len() >= needed { objectives.aggregate.of(&earlier) } else { None };

        let check = |criterion: &Criterion| criterion.result(value, baseline, objectives.semantics);
        let mut criteria = Vec::new();
        let mut any = |sets: &[CriteriaSet], leads_to| {
            let mut found = Some(false);
            for (set, index) in sets.iter().zip(0_u32..) {
                let mut holds = Some(true);
                for criterion in &set.criteria {
                    let (limit, one) = check(criterion);
                    criteria.push(CriterionResult {
                        leads_to,
                        set: index,
                        criterion: *criterion,
                        limit,
                        holds: one,
                    });
                    holds = both(holds, one);
                }
                found = either(found, holds);
            }
            found
        };
        let grades = match &objective.target {
            Target::PassWhen { passed, warning } => {
                let passed = any(passed, ObjectiveStatus::Passed);
                let warning = any(warning, ObjectiveStatus::Warning);
                let grade = |unknown| match (passed.unwrap_or(unknown), warning.unwrap_or(unknown)) {
                    (true, _) => Grade::Passed,
                    (false, true) => Grade::Warning,
                    (false, false) => Grade::Failed,
                };
                Some((grade(false), grade(true)))
            }
            Target::FailWhen { failed, warning } => {
                let failed = any(failed, ObjectiveStatus::Failed);
                let warning = any(warning, ObjectiveStatus::Warning);
                let grade = |unknown| match (failed.unwrap_or(unknown), warning.unwrap_or(unknown)) {
                    (true, _) => Grade::Failed,
                    (false, true) => Grade::Warning,
                    (false, false) => Grade::Passed,
                };
                Some((grade(true), grade(false)))
            }
            Target::Informative {} => None,
        };
        // Keptn fails an objective without a value.
        let grades = match grades {
            Some(_) if !is_strict && value.is_none() => Some((Grade::Failed, Grade::Failed)),
            grades => grades,
        };
        Self { objective, indicator, value, earlier: earlier.len(), criteria, grades }
    }

    fn worst(&self) -> Option<Grade> {
        self.grades.map(|(worst, _)| worst)
    }

    fn best(&self) -> Option<Grade> {
        self.grades.map(|(_, best)| best)
    }

    fn status(&self) -> ObjectiveStatus {
        match self.grades {
            None => ObjectiveStatus::Informative,
            Some((worst, best)) if worst == best => worst.status(),
            Some(_) => ObjectiveStatus::NoData,
        }
    }

    fn score(&self) -> ObjectiveScore {
        let points = |grade: Grade| halved(grade.half_points(self.objective.weight));
        ObjectiveScore {
            name: self.objective.name.clone(),
            status: self.status(),
            value: self.value.filter(|value| value.is_finite()),
            points: self.worst().map_or(0.0, points),
            max_points: self.grades.map_or(0.0, |_| points(Grade::Passed)),
            criteria: self.criteria.clone(),
        }
    }

    /// Why it did not pass; `None` if it did.
    fn reason(&self) -> Option<Reason> {
        let objective = self.objective;
        let (code, severity, text) = match self.status() {
            ObjectiveStatus::Passed | ObjectiveStatus::Informative => return None,
            ObjectiveStatus::NoData => (code::OBJECTIVE_NO_DATA, Severity::Warning, self.absence()),
            ObjectiveStatus::Warning => (
                code::OBJECTIVE_WARNING,
                Severity::Warning,
                format!("{}, which is a warning and counts half: {}", self.observed(), self.listed()),
            ),
            ObjectiveStatus::Failed if objective.key => (
                code::KEY_OBJECTIVE_FAILED,
                Severity::Critical,
                format!("the key objective failed: {}: {}", self.observed(), self.listed()),
            ),
            ObjectiveStatus::Failed => {
                (code::OBJECTIVE_FAILED, Severity::Error, format!("{}: {}", self.observed(), self.listed()))
            }
        };
        Some(Reason::new(code, severity, &objective.name, text).with(self.evidence()))
    }

    fn observed(&self) -> String {
        let (name, unit) = (&self.objective.name, self.objective.unit.as_deref().unwrap_or_default());
        match self.value {
            Some(value) if unit.is_empty() || unit == "1" => format!("`{name}` is {}", number(value)),
            Some(value) => format!("`{name}` is {} {unit}", number(value)),
            None => format!("`{name}` has no value"),
        }
    }

    fn absence(&self) -> String {
        let name = &self.objective.name;
        if let Some(error) = self.indicator.and_then(|indicator| indicator.error.as_deref()) {
            return format!("the query of `{name}` failed: {error}");
        }
        if self.indicator.and_then(Indicator::reading).is_none_or(|value| !value.is_finite()) {
            return format!("`{name}` has no value");
        }
        if self.value.is_none() {
            let n = self.indicator.and_then(|indicator| indicator.n);
            let n = n.map_or_else(|| "an unknown number of".to_owned(), |n| n.to_string());
            return format!("`{name}` rests on {n} samples, and needs {}", self.objective.min_samples);
        }
        format!(
            "{}, and has too few earlier values to compare with ({}): {}",
            self.observed(),
            self.earlier,
            self.listed()
        )
    }

    /// The criteria of the target in words: what must hold, or what does.
    fn listed(&self) -> String {
        let verb = match self.objective.target {
            Target::FailWhen { .. } => "bad is",
            _ => "good is",
        };
        let decisive = match self.objective.target {
            Target::FailWhen { .. } if self.status() == ObjectiveStatus::Warning => ObjectiveStatus::Warning,
            Target::FailWhen { .. } => ObjectiveStatus::Failed,
            _ => ObjectiveStatus::Passed,
        };
        let mut text = verb.to_owned();
        let mut before = None;
        for result in self.criteria.iter().filter(|result| result.leads_to == decisive) {
            text.push_str(match before {
                None => " ",
                Some(set) if set == result.set => " and ",
                Some(_) => ", or ",
            });
            before = Some(result.set);
            text.push_str(&format_criterion(&result.criterion));
            if result.criterion.is_relative() {
                let limit = result.limit.map_or_else(|| "no earlier value".to_owned(), number);
                text.push_str(&format!(" ({limit})"));
            }
        }
        text
    }

    fn evidence(&self) -> Evidence {
        // The first limit that speaks against the objective.
        let against = |result: &&CriterionResult| {
            let is_good = result.leads_to == ObjectiveStatus::Passed;
            result.holds == Some(!is_good) && result.limit.is_some()
        };
        Evidence {
            observed: self.value.filter(|value| value.is_finite()),
            threshold: self.criteria.iter().find(against).and_then(|result| result.limit),
            unit: self.objective.unit.clone(),
            n: self.indicator.and_then(|indicator| indicator.n),
            error: self.indicator.and_then(|indicator| indicator.error.clone()),
            ..Evidence::default()
        }
    }
}

impl Criterion {
    /// The number that it compares with, and whether it holds.
    fn result(
        &self,
        value: Option<f64>,
        baseline: Option<f64>,
        semantics: ScoreSemantics,
    ) -> (Option<f64>, Option<bool>) {
        let is_strict = semantics == ScoreSemantics::Strict;
        let (comparator, limit) = match *self {
            Self::InRange { low, high } => return (None, value.map(|value| value >= low && value <= high)),
            Self::NotInRange { low, high } => return (None, value.map(|value| value < low || value > high)),
            Self::Fixed { comparator, value } => (comparator, Some(value)),
            Self::RelativePercent { comparator, percent } => {
                // A percentage of the magnitude: more is more, below zero, too. Keptn takes it of the value.
                let factor =
                    |base: f64| if is_strict && base < 0.0 { 100.0 - percent } else { 100.0 + percent };
                (comparator, baseline.map(|base| base * factor(base) / 100.0))
            }
            Self::RelativeChange { comparator, change } => (comparator, baseline.map(|base| base + change)),
        };
        let limit = limit.filter(|limit| limit.is_finite());
        let holds = match (value, limit) {
            (Some(value), Some(limit)) => Some(comparator.holds(value, limit)),
            // Keptn: nothing to compare with is good enough.
            (Some(_), None) if !is_strict => Some(true),
            _ => None,
        };
        (limit, holds)
    }
}

/// Kleene's conjunction.
fn both(left: Option<bool>, right: Option<bool>) -> Option<bool> {
    match (left, right) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

/// Kleene's disjunction.
fn either(left: Option<bool>, right: Option<bool>) -> Option<bool> {
    match (left, right) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    }
}

#[expect(clippy::cast_precision_loss, reason = "below 2^53 for any list of objectives that fits into memory")]
fn halved(half_points: u64) -> f64 {
    half_points as f64 / 2.0
}

/// The sums over all objectives.
struct Total<'a> {
    objectives: &'a Objectives,
    worst: u64,
    best: u64,
    most: u64,
    /// Whether a key objective failed, at the worst and at the best.
    key_failed: (bool, bool),
}

impl<'a> Total<'a> {
    fn new(objectives: &'a Objectives, judged: &[Judged]) -> Self {
        let sum = |grade: &dyn Fn(&Judged) -> Option<Grade>| {
            let points =
                |each: &Judged| grade(each).map_or(0, |grade| grade.half_points(each.objective.weight));
            judged.iter().map(points).fold(0_u64, u64::saturating_add)
        };
        let key_failed = |grade: &dyn Fn(&Judged) -> Option<Grade>| {
            judged.iter().any(|each| each.objective.key && grade(each) == Some(Grade::Failed))
        };
        Self {
            objectives,
            worst: sum(&|each| each.worst()),
            best: sum(&|each| each.best()),
            most: sum(&|each| each.grades.map(|_| Grade::Passed)),
            key_failed: (key_failed(&|each| each.worst()), key_failed(&|each| each.best())),
        }
    }

    /// The percentage of these half points.
    fn percent(&self, half_points: u64) -> Option<f64> {
        let (points, most) = (halved(half_points), halved(self.most));
        match (self.objectives.semantics, self.most) {
            (ScoreSemantics::Strict, 0) => None,
            (ScoreSemantics::KeptnV1, 0) => Some(100.0),
            (ScoreSemantics::KeptnV2, 0) => Some(0.0),
            (ScoreSemantics::Strict, _) => Some(100.0 * points / most),
            // As Keptn rounds.
            _ => Some(100.0 * (points / most)),
        }
    }

    fn verdict(&self, half_points: u64, key_failed: bool) -> ObjectiveVerdict {
        let Some(percent) = self.percent(half_points) else { return ObjectiveVerdict::Inconclusive };
        if key_failed {
            ObjectiveVerdict::Failed
        } else if percent >= self.objectives.pass_percent {
            ObjectiveVerdict::Passed
        } else if percent >= self.objectives.warning_percent {
            ObjectiveVerdict::Warning
        } else {
            ObjectiveVerdict::Failed
        }
    }

    fn score(&self, judged: &[Judged], policy_digest: String) -> Scorecard {
        let worst = self.verdict(self.worst, self.key_failed.0);
        let best = self.verdict(self.best, self.key_failed.1);
        let verdict = if worst == best { worst } else { ObjectiveVerdict::Inconclusive };
        let no_data = |each: &&Judged| each.status() == ObjectiveStatus::NoData;
        let missing: Vec<String> =
            judged.iter().filter(no_data).map(|each| each.objective.name.clone()).collect();
        let mut reasons = vec![self.reason(verdict)];
        reasons.extend(judged.iter().filter_map(Judged::reason));
        Scorecard {
            verdict,
            percent: self.percent(self.worst),
            best_percent: self.percent(self.best),
            points: halved(self.worst),
            max_points: halved(self.most),
            objectives: judged.iter().map(Judged::score).collect(),
            reasons,
            missing,
            policy_digest,
        }
    }

    fn reason(&self, verdict: ObjectiveVerdict) -> Reason {
        let Objectives { pass_percent, warning_percent, .. } = *self.objectives;
        let Some(percent) = self.percent(self.worst) else {
            let text = "no objective has a weight, so there is no score";
            return Reason::new(code::NOTHING_SCORED, Severity::Warning, "score", text);
        };
        let best = self.percent(self.best).unwrap_or(percent);
        let (code, severity, threshold, text) = match verdict {
            ObjectiveVerdict::Passed => (
                code::OBJECTIVES_PASSED,
                Severity::Info,
                pass_percent,
                format!(
                    "the score is {} %, at least the {} % to pass",
                    number(percent),
                    number(pass_percent)
                ),
            ),
            ObjectiveVerdict::Warning => (
                code::OBJECTIVES_WARNING,
                Severity::Warning,
                pass_percent,
                format!(
                    "the score is {} %, below the {} % to pass and at least the {} % for a warning",
                    number(percent),
                    number(pass_percent),
                    number(warning_percent)
                ),
            ),
            ObjectiveVerdict::Failed if self.key_failed.1 => (
                code::OBJECTIVES_FAILED,
                Severity::Error,
                warning_percent,
                format!("the score is {} %, and a key objective failed", number(percent)),
            ),
            ObjectiveVerdict::Failed => (
                code::OBJECTIVES_FAILED,
                Severity::Error,
                warning_percent,
                format!(
                    "the score is {} %, below the {} % for a warning",
                    number(percent),
                    number(warning_percent)
                ),
            ),
            ObjectiveVerdict::Inconclusive => (
                code::OBJECTIVES_INCONCLUSIVE,
                Severity::Warning,
                pass_percent,
                format!(
                    "the score is {} % to {} %, by what is missing, and needs {} % to pass",
                    number(percent),
                    number(best),
                    number(pass_percent)
                ),
            ),
        };
        let evidence = Evidence {
            observed: Some(percent),
            threshold: Some(threshold),
            unit: Some("%".to_owned()),
            ..Evidence::default()
        };
        Reason::new(code, severity, "score", text).with(evidence)
    }
}
