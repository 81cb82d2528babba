//! Judges what was measured of a release: the measurements of its metrics, and their limits.
//!
//! # Measurements
//!
//! A [`Template`] lists metrics with conditions and limits, and groups of which only some members must be successful. The
//! caller queries the metrics that are `due` and records each result in a [`Run`]; [`evaluate()`] returns the phase of each
//! metric and of the whole. The counting and the names are those of Argo Rollouts, and so is the rule of one metric:
//!
//! 1. More failed measurements than a limit: `failed`. More errors in a row: `error`. More inconclusive ones:
//!    `inconclusive`.
//! 2. Enough successful measurements in a row: `successful`.
//! 3. At the count: `successful`. With a limit of successes in a row that was not reached: `inconclusive` if a failure limit
//!    is given, too, else `failed`.
//! 4. As soon as no measurement that is left can change the result, it is decided. Errors are no measurements.
//!
//! The run is decided once everything that must be successful is, or no longer can be. What is undecided then ends as
//! `inconclusive`.
//!
//! # Differences from Argo Rollouts
//!
//! - A value that is not a number, or is missing, is never a success or a failure, unless the metric says so.
//! - A metric without a condition, or without any limit of failures, is refused.
//! - A metric that ends without a successful measurement is not successful. `end: within_limits` has Argo's rule, except for
//!   a metric that was never measured.
//! - The metrics beside a failed one are not successful, but `inconclusive`.
//! - More failed measurements than a limit go before errors.
//!
//! # Canary against baseline
//!
//! [`judge()`] compares the values of both arms. A metric is bad if the rank test of Mann and Whitney (exact for small samples,
//! with mid-ranks) has a one-sided p-value below (1 − confidence) / 2 and the effect reaches what is allowed. Samples that
//! are too small for any such p-value are `inconclusive`. [`score()`] adds up the labels as Kayenta does, with two differences:
//! a group without data is left out instead of counting as 100, and an unknown metric counts as bad and as good, so that
//! the verdict is certain only if it does not matter. `semantics: kayenta` of a policy has the rules of Kayenta itself, for
//! comparison with it.
//!
//! # Objectives
//!
//! [`score_objectives`] scores a release by service level objectives, as Keptn does: criteria that are fixed or relative to
//! earlier releases, weights, half points for a warning, and key objectives. What is missing never passes: a relative
//! criterion without an earlier result, NaN, a value that was not measured, weights that are all zero. `semantics` has
//! Keptn's rules for comparison with it.
//!
//! # Alerts
//!
//! [`evaluate_alerts`] evaluates alert rules on samples: a metric beyond its limit or its baseline, for a time. Each alert is
//! firing, pending, ok, or has no data. [`standard_monitoring`] lists what to watch in the first 24 hours, and
//! [`compare_with_previous`] compares it with the previous version. `interchange.alert_rules_to_prometheus` writes the same rules for Prometheus.
//!
//! # Anomalies
//!
//! [`detect_anomalies`] needs no limit: it learns the usual course of a series from its first values, and finds when later
//! ones leave it, by a cumulative sum or a moving average (control charts). It predicts each value from the one before, so
//! that a series that depends on its own past raises no alarm for that.
//!
//! # Pitfalls
//!
//! - A criterion with a sign is relative: `<-5` compares with the earlier value minus 5, `<(-5)` with −5.
//! - An earlier value of 0 makes `<=+10%` a limit of 0. Add a set with a fixed limit: `<=+10%`, or `<0.001`.
//! - A metric whose samples are farther apart than `maxAge` has no data in between.
//!
//! - `running` is not `successful`: a background analysis without `count` ends only when the run is ended.
//! - `error` and `inconclusive` are no evidence against the release, and no evidence for it. Both ask a person.
mod aggregate;
mod alert_explain;
mod alert_report;
mod alert_rule;
mod anomaly_policy;
mod anomaly_report;
mod assess;
pub mod code;
mod criterion;
mod detect_anomalies;
mod earlier_result;
mod effect_sizes;
mod evaluate;
mod evaluate_alerts;
mod evaluation;
mod indicator;
mod judge;
mod judge_policy;
mod judgement;
mod kayenta;
mod measurement;
mod monitoring;
mod objectives;
mod score_objectives;
mod scorecard;
mod scorecard_explain;
mod template;
mod windows;

pub use aggregate::Aggregate;
pub use alert_explain::{explain_alerts, outcome_of_alerts};
pub use alert_report::{Alert, AlertReport, AlertSample, AlertSeries, AlertStatus, AlertVerdict, Firing};
#[cfg(feature = "yaml")]
pub use alert_rule::alert_rules_from_yaml;
pub use alert_rule::{AlertLimit, AlertRule, AlertRules, alert_rules_from_json, standard_alert_rules};
pub use anomaly_policy::{AnomalyDirection, AnomalyPolicy, ControlChart, InControl};
pub use anomaly_report::{
    AnomalyReport, AnomalyVerdict, ChartPoint, explain_anomalies, outcome_of_anomalies,
};
pub use criterion::{Comparator, Criterion, format_criterion, parse_criterion};
pub use detect_anomalies::detect_anomalies;
pub use earlier_result::{EarlierResult, earlier_result};
pub use effect_sizes::{EffectSizes, effect_sizes};
pub use evaluate_alerts::evaluate_alerts;
pub use indicator::Indicator;
#[cfg(feature = "yaml")]
pub use monitoring::monitoring_from_yaml;
pub use monitoring::{
    MonitoredMetric, Monitoring, MonitoringArea, compare_with_previous, monitoring_from_json,
    standard_monitoring,
};
#[cfg(feature = "yaml")]
pub use objectives::objectives_from_yaml;
pub use objectives::{
    CriteriaSet, IncludedResults, Objective, Objectives, ScoreSemantics, Target, objectives_from_json,
    standard_objectives,
};
pub use score_objectives::score_objectives;
pub use scorecard::{CriterionResult, ObjectiveScore, ObjectiveStatus, ObjectiveVerdict, Scorecard};
pub use scorecard_explain::{explain_scorecard, outcome_of_scorecard};

pub use assess::{assess_reading, assess_tally};
pub use evaluate::evaluate;
pub use evaluation::{
    Assessment, Evaluation, GroupStatus, MetricStatus, Phase, PhaseCounts, Tally, explain_evaluation,
    outcome_of_evaluation,
};
pub use judge::{judge, score};
#[cfg(feature = "yaml")]
pub use judge_policy::judge_policy_from_yaml;
pub use judge_policy::{
    BadChange, EffectMeasure, JudgePolicy, JudgeSemantics, JudgedMetric, MissingValues, Samples, SeriesPair,
    SpreadRule, judge_policy_from_json, standard_judge_policy,
};
pub use judgement::{
    GroupScore, Judgement, Label, LabelledMetric, MetricJudgement, Score, Verdict, explain_judgement,
    outcome_of_judgement,
};
pub use measurement::{Measurement, Reading, Run};
#[cfg(feature = "yaml")]
pub use template::template_from_yaml;
pub use template::{
    Condition, EndRule, Join, Metric, MetricGroup, NoValue, Template, Test, standard_template,
    template_from_json,
};
pub use windows::{
    CombinedJudgement, JudgementPlan, JudgementWindow, combine_judgements, explain_combined,
    judgement_windows, outcome_of_combined,
};

crate::scalar::texts!(
    Aggregate,
    AlertStatus,
    AlertVerdict,
    AnomalyDirection,
    AnomalyVerdict,
    BadChange,
    Comparator,
    ControlChart,
    EffectMeasure,
    EndRule,
    IncludedResults,
    Join,
    JudgeSemantics,
    Label,
    MissingValues,
    MonitoringArea,
    NoValue,
    ObjectiveStatus,
    ObjectiveVerdict,
    Phase,
    ScoreSemantics,
    SpreadRule,
    Verdict
);

/// The rows of this module in the function table, sorted by name.
macro_rules! table_rows {
    ($table:ident) => {
        $table! {
            analysis {
                policy AlertRules: standard_alert_rules, alert_rules_from_json, alert_rules_from_yaml;
                policy JudgePolicy: standard_judge_policy, judge_policy_from_json, judge_policy_from_yaml;
                policy Monitoring: standard_monitoring, monitoring_from_json, monitoring_from_yaml;
                policy Objectives: standard_objectives, objectives_from_json, objectives_from_yaml;
                policy Template: standard_template, template_from_json, template_from_yaml;

                fn assess_reading(metric: &Metric, reading: &Reading) -> Phase;
                fn assess_tally(metric: &Metric, tally: &Tally, ended: bool, end: &EndRule) -> Assessment;
                #[plain]
                fn combine_judgements(verdicts: &[Verdict]) -> CombinedJudgement;
                fn compare_with_previous(monitoring: &Monitoring, series: &[SeriesPair]) -> Judgement;
                fn detect_anomalies(series: &AlertSeries, policy: &AnomalyPolicy) -> AnomalyReport;
                #[plain]
                fn earlier_result(scorecard: &Scorecard, at: Timestamp) -> EarlierResult;
                fn effect_sizes(canary: &[f64], baseline: &[f64]) -> EffectSizes;
                fn evaluate(template: &Template, run: &Run, now: Timestamp) -> Evaluation;
                fn evaluate_alerts(rules: &AlertRules, series: &[AlertSeries], now: Timestamp) -> AlertReport;
                #[plain]
                fn explain_alerts(report: &AlertReport) -> String;
                #[plain]
                fn explain_anomalies(report: &AnomalyReport) -> String;
                #[plain]
                fn explain_combined(combined: &CombinedJudgement) -> String;
                #[plain]
                fn explain_evaluation(evaluation: &Evaluation) -> String;
                #[plain]
                fn explain_judgement(judgement: &Judgement) -> String;
                #[plain]
                fn explain_scorecard(scorecard: &Scorecard) -> String;
                #[plain]
                fn format_criterion(criterion: &Criterion) -> String;
                fn judge(policy: &JudgePolicy, series: &[SeriesPair]) -> Judgement;
                #[plain]
                fn outcome_of_alerts(report: &AlertReport) -> crate::decision::Outcome;
                #[plain]
                fn outcome_of_anomalies(report: &AnomalyReport) -> crate::decision::Outcome;
                #[plain]
                fn outcome_of_combined(combined: &CombinedJudgement) -> crate::decision::Outcome;
                #[plain]
                fn outcome_of_evaluation(evaluation: &Evaluation) -> crate::decision::Outcome;
                #[plain]
                fn outcome_of_judgement(judgement: &Judgement) -> crate::decision::Outcome;
                #[plain]
                fn outcome_of_scorecard(scorecard: &Scorecard) -> crate::decision::Outcome;
                fn judgement_windows(plan: &JudgementPlan, now: Timestamp) -> Vec<JudgementWindow>;
                fn parse_criterion(text: &str) -> Criterion;
                fn score(
                    labels: &[LabelledMetric],
                    group_weights: &std::collections::BTreeMap<String, f64>,
                    pass_score: f64,
                    marginal_score: f64,
                ) -> Score;
                fn score_objectives(
                    objectives: &Objectives,
                    values: &[Indicator],
                    history: &[EarlierResult],
                ) -> Scorecard;
            }
        }
    };
}
pub(crate) use table_rows;
