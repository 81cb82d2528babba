use super::code;
use super::compare::p_value;
use super::comparison::{Comparison, Verdict};
use crate::error::{ErrorKind, Faults, Result};
use crate::input::input;
use crate::reason::{Evidence, Reason, Severity, number};
use crate::scalar::Count;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Adjusts the tests of many metrics, so that a false alarm of any of them stays as rare as alpha says.
///
/// | correction | error rate | valid for |
/// | --- | --- | --- |
/// | `bonferroni` | a false rejection of any test | all tests; Bonferroni |
/// | `holm` | the same, rejects as much or more | all tests; Holm 1979 |
/// | `hochberg` | the same, rejects more | p-values that are independent or positively dependent; Hochberg 1988 |
/// | `hommel` | the same, rejects most | as `hochberg`; Hommel 1988, Wright 1992 |
/// | `benjamini_hochberg` | the share of false rejections in all | as `hochberg`; for e-values any: e-BH, Wang and Ramdas 2022 |
/// | `benjamini_yekutieli` | the same | all tests; Benjamini and Yekutieli 2001 |
/// | `mean_e` | a false rejection of any test | e-values with any dependence; Vovk and Wang 2021 |
///
/// An adjusted p-value is compared with alpha. They are those of R's `p.adjust`. A test with a `logE` and without a `p` has
/// the p-value 1/e. `mean_e` is the closed test of means of e-values: the e-value of a metric is the least mean of all sets
/// of metrics that it belongs to, and that of all metrics together (`globalLogE`) says whether anything is wrong at all.
///
/// A metric without a p-value and an e-value counts as a test, is never rejected, and is listed in `missing`.
///
/// ```
/// use relcore::stats::{AdjustPolicy, Correction, MetricTest, adjust};
/// let tests = [MetricTest::new("errors").p(0.004), MetricTest::new("latency").p(0.03), MetricTest::new("crashes").p(0.2)];
/// let adjustment = adjust(&tests, &AdjustPolicy::default().correction(Correction::Holm))?;
/// assert_eq!(adjustment.tests[0].adjusted, Some(0.012));
/// // Pitfall: 0.03 alone is below 0.05, but not among three metrics.
/// assert!(!adjustment.tests[1].rejected);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `invalid_value` for a metric without a name and for `mean_e` with a p-value alone, `duplicate` for two
/// tests of one metric, `out_of_range` for a p-value of 1.5, for more than 10,000 tests, and for an `alpha` of 5.
pub fn adjust(tests: &[MetricTest], policy: &AdjustPolicy) -> Result<Adjustment> {
    let mut faults = Faults::new();
    check_tests(tests, policy, &mut faults);
    policy.check(&mut faults);
    faults.finish()?;
    let raw: Vec<Option<f64>> = tests.iter().map(MetricTest::p_value).collect();
    let log_es: Option<Vec<f64>> = tests.iter().map(|test| test.log_e).collect();
    let adjusted = match policy.correction {
        Correction::MeanE => closed_means(tests),
        correction => {
            // A test that is missing counts as one that shows nothing.
            let values: Vec<f64> = raw.iter().map(|p| p.unwrap_or(1.0)).collect();
            p_adjust(&values, correction)
        }
    };
    let rows = tests.iter().zip(&raw).zip(adjusted);
    Ok(Adjustment {
        tests: rows
            .map(|((test, raw), adjusted)| {
                let adjusted = raw.map(|_| adjusted);
                AdjustedTest {
                    metric: test.metric.clone(),
                    p: *raw,
                    adjusted,
                    rejected: adjusted.is_some_and(|adjusted| adjusted <= policy.alpha),
                }
            })
            .collect(),
        global_log_e: log_es.filter(|log_es| !log_es.is_empty()).map(|log_es| ln_mean(&log_es)),
        missing: tests
            .iter()
            .zip(&raw)
            .filter(|(_, raw)| raw.is_none())
            .map(|(test, _)| test.metric.clone())
            .collect(),
    })
}

/// Judges all metrics of a canary together: rolls back on any, promotes on all.
///
/// | verdict | condition |
/// | --- | --- |
/// | `failed` | a metric has failed, and still would with its p-value adjusted for the number of metrics |
/// | `invalid` | a metric is invalid |
/// | `no_data` | there is no metric, or a metric has no data |
/// | `passed` | every metric has passed |
/// | `inconclusive` | otherwise |
///
/// `passed` needs no adjustment: all tests must reject, and a false `passed` needs one that is falsely rejected
/// (intersection-union test; Berger 1982). `failed` needs it: 20 metrics without a difference, tested at 5 % at 12 looks,
/// fail a good canary in 97 % of cases by an exact test, and in 24 % by e-values that are not adjusted.
/// Metrics are not averaged to a score, which would hide one that failed.
///
/// ```
/// use relcore::stats::{AdjustPolicy, Counts, MetricComparison, Policy, Verdict, compare_counts, compare_metrics};
/// let policy = Policy::default();
/// let good = compare_counts(&Counts::new(520_u32, 5e4), &Counts::new(10_300_u32, 1e6), &policy)?;
/// let unknown = compare_counts(&Counts::new(0_u32, 20.0), &Counts::new(3_u32, 400.0), &policy)?;
/// let metrics = [MetricComparison::new("errors", good), MetricComparison::new("crashes", unknown)];
/// // Pitfall: one metric that is unknown holds the canary, however good the others are.
/// assert_eq!(compare_metrics(&metrics, &AdjustPolicy::default())?.verdict, Verdict::Inconclusive);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `invalid_value` for a metric without a name, `duplicate` for two comparisons of one metric,
/// `out_of_range` for a p-value that is not one, for more than 10,000 metrics, and for an `alpha` of 5.
pub fn compare_metrics(metrics: &[MetricComparison], policy: &AdjustPolicy) -> Result<Comparison> {
    let mut faults = Faults::new();
    let tests: Vec<MetricTest> = metrics
        .iter()
        .map(|metric| {
            let harm = metric.comparison.harm;
            let test = MetricTest::new(metric.metric.clone());
            let test = MetricTest { p: harm.map(|test| test.p), ..test };
            MetricTest { log_e: harm.and_then(|test| test.log_e), ..test }
        })
        .collect();
    check_metrics(metrics, &tests, policy, &mut faults);
    policy.check(&mut faults);
    faults.finish()?;
    let adjusted = adjust(&tests, policy)?.tests;
    let has = |verdict| metrics.iter().any(|metric| metric.comparison.verdict == verdict);
    let judged: Vec<(Reason, u8)> = metrics
        .iter()
        .zip(&adjusted)
        .map(|(metric, adjusted)| metric_reason(metric, adjusted, metrics.len(), policy))
        .collect();
    let verdict = if judged.iter().any(|(reason, _)| reason.code == code::METRIC_FAILED) {
        Verdict::Failed
    } else if has(Verdict::Invalid) {
        Verdict::Invalid
    } else if has(Verdict::NoData) || metrics.is_empty() {
        Verdict::NoData
    } else if metrics.iter().all(|metric| metric.comparison.verdict == Verdict::Passed) {
        Verdict::Passed
    } else {
        Verdict::Inconclusive
    };
    let mut reasons: Vec<(Reason, u8)> = judged;
    reasons.sort_by_key(|(_, rank)| *rank); // stable: the order of the input within a rank
    let mut reasons: Vec<Reason> = reasons.into_iter().map(|(reason, _)| reason).collect();
    if reasons.is_empty() {
        let text = "there is no metric to judge the canary by";
        reasons.push(Reason::new(code::NO_METRICS, Severity::Warning, "metrics", text));
    }
    Ok(Comparison { reasons, ..Comparison::empty(verdict, crate::digest::of(policy)?) })
}

/// The reason of one metric, and its rank: the ones that decide come first.
fn metric_reason(
    metric: &MetricComparison,
    adjusted: &AdjustedTest,
    metrics: usize,
    policy: &AdjustPolicy,
) -> (Reason, u8) {
    let (name, alpha) = (&metric.metric, number(policy.alpha));
    let first = metric.comparison.reasons.first();
    let why = first.map_or(String::new(), |reason| format!(": {}", reason.text));
    let is_rejected = adjusted.rejected;
    let p = adjusted.adjusted.map_or("no p-value".to_owned(), p_value);
    let (code, severity, text, rank) = match metric.comparison.verdict {
        Verdict::Failed if is_rejected => {
            let text =
                format!("`{name}` failed, also among {metrics} metrics ({p} adjusted, alpha {alpha}){why}");
            (code::METRIC_FAILED, Severity::Error, text, 0)
        }
        Verdict::Failed => {
            let text = format!(
                "`{name}` failed alone, but not among {metrics} metrics ({p} adjusted, alpha {alpha}){why}"
            );
            (code::METRIC_FAILED_ALONE, Severity::Warning, text, 3)
        }
        Verdict::Invalid => (code::METRIC_INVALID, Severity::Error, format!("`{name}` is invalid{why}"), 1),
        Verdict::NoData => {
            (code::METRIC_WITHOUT_DATA, Severity::Warning, format!("`{name}` has no data{why}"), 2)
        }
        Verdict::Inconclusive => {
            (code::METRIC_INCONCLUSIVE, Severity::Warning, format!("`{name}` is inconclusive{why}"), 3)
        }
        Verdict::Passed => (code::METRIC_PASSED, Severity::Info, format!("`{name}` passed{why}"), 4),
    };
    let evidence = first.map_or_else(Evidence::default, |reason| reason.evidence.clone());
    let p = if metric.comparison.verdict == Verdict::Failed { adjusted.adjusted } else { evidence.p };
    (Reason::new(code, severity, name.clone(), text).with(Evidence { p, ..evidence }), rank)
}

input! {
    /// The evidence of one metric against "the canary is no worse": a p-value or an e-value, or both.
    ///
    /// ```
    /// use relcore::stats::MetricTest;
    /// assert_eq!(MetricTest::new("errors").p(0.01).p, Some(0.01));
    /// ```
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "stats.MetricTest", rename_all = "camelCase", deny_unknown_fields)]
    pub struct MetricTest {
        /// The name of the metric.
        pub metric: String,
        /// The p-value, from 0 to 1.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub p: Option<f64>,
        /// The natural logarithm of the e-value.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub log_e: Option<f64>,
    }
}

impl MetricTest {
    /// A metric without evidence yet.
    #[must_use]
    pub fn new(metric: impl Into<String>) -> Self {
        Self { metric: metric.into(), p: None, log_e: None }
    }

    fn p_value(&self) -> Option<f64> {
        self.p.or_else(|| self.log_e.map(|log_e| libm::exp(-log_e).min(1.0)))
    }
}

input! {
    /// One metric of a canary with its comparison.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "stats.MetricComparison", rename_all = "camelCase", deny_unknown_fields)]
    pub struct MetricComparison {
        /// The name of the metric.
        pub metric: String,
        /// What the metric proves alone.
        pub comparison: Comparison,
    }
}

impl MetricComparison {
    /// A metric with its comparison.
    #[must_use]
    pub fn new(metric: impl Into<String>, comparison: Comparison) -> Self {
        Self { metric: metric.into(), comparison }
    }
}

input! {
    /// How the tests of many metrics are adjusted.
    ///
    /// ```
    /// use relcore::stats::{AdjustPolicy, Correction};
    /// assert_eq!(AdjustPolicy::default().correction, Correction::Holm);
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "stats.AdjustPolicy", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct AdjustPolicy {
        /// How p-values are adjusted. Default `holm`, which is valid for all tests and rejects as much as `bonferroni` or
        /// more.
        pub correction: Correction,
        /// The highest error rate over all tests together; which one, the correction says. Default 0.05.
        pub alpha: f64,
    }
}

impl Default for AdjustPolicy {
    fn default() -> Self {
        Self { correction: Correction::Holm, alpha: 0.05 }
    }
}

impl AdjustPolicy {
    fn check(&self, faults: &mut Faults) {
        let alpha = self.alpha;
        faults.check(
            (1e-9..=0.5).contains(&alpha),
            ErrorKind::OutOfRange,
            format_args!("policy.alpha"),
            format_args!("`{alpha}` is out of range: expected a share from 1e-9 to 0.5"),
        );
    }
}

/// A correction for many tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.Correction", rename_all = "snake_case")]
pub enum Correction {
    /// Every p-value times the number of tests.
    Bonferroni,
    /// Step-down: the smallest p-value times the number of tests, the next one times one less.
    Holm,
    /// Step-up with the factors of `holm`.
    Hochberg,
    /// The closed test of Simes' tests.
    Hommel,
    /// The false discovery rate, step-up.
    BenjaminiHochberg,
    /// The false discovery rate under any dependence.
    BenjaminiYekutieli,
    /// The closed test of means of e-values.
    MeanE,
}

/// The adjusted tests of many metrics, made by [`adjust`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.Adjustment", rename_all = "camelCase", deny_unknown_fields)]
pub struct Adjustment {
    /// The tests, in the order of the input.
    pub tests: Vec<AdjustedTest>,
    /// The natural logarithm of the mean of all e-values: evidence against "no metric is worse" under any dependence. Absent
    /// if a test has no e-value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub global_log_e: Option<f64>,
    /// The metrics without a p-value and an e-value.
    #[serde(default)]
    pub missing: Vec<String>,
}

/// One adjusted test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.AdjustedTest", rename_all = "camelCase", deny_unknown_fields)]
pub struct AdjustedTest {
    /// The name of the metric.
    pub metric: String,
    /// The p-value before the adjustment, or 1/e; absent if it is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p: Option<f64>,
    /// The adjusted p-value; absent if there is none to adjust.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adjusted: Option<f64>,
    /// Whether the adjusted p-value is at most alpha.
    pub rejected: bool,
}

fn check_tests(tests: &[MetricTest], policy: &AdjustPolicy, faults: &mut Faults) {
    check_names("tests", tests.iter().map(|test| test.metric.as_str()), faults);
    for (index, test) in tests.iter().enumerate() {
        check_evidence(test, &format!("tests[{index}]"), policy, faults);
    }
}

fn check_metrics(
    metrics: &[MetricComparison],
    tests: &[MetricTest],
    policy: &AdjustPolicy,
    faults: &mut Faults,
) {
    check_names("metrics", metrics.iter().map(|metric| metric.metric.as_str()), faults);
    for (index, test) in tests.iter().enumerate() {
        check_evidence(test, &format!("metrics[{index}].comparison.harm"), policy, faults);
    }
}

fn check_names<'a>(path: &str, names: impl ExactSizeIterator<Item = &'a str>, faults: &mut Faults) {
    let count = names.len();
    faults.check(
        count <= 10_000,
        ErrorKind::OutOfRange,
        format_args!("{path}"),
        format_args!("{count} metrics are too many: expected at most 10000"),
    );
    let mut seen = BTreeSet::new();
    for (index, name) in names.enumerate() {
        faults.check(
            !name.is_empty(),
            ErrorKind::InvalidValue,
            format_args!("{path}[{index}].metric"),
            format_args!("a metric needs a name"),
        );
        faults.check(
            seen.insert(name),
            ErrorKind::Duplicate,
            format_args!("{path}[{index}].metric"),
            format_args!("`{name}` is the name of another metric, too"),
        );
    }
}

fn check_evidence(test: &MetricTest, path: &str, policy: &AdjustPolicy, faults: &mut Faults) {
    if let Some(p) = test.p {
        faults.check(
            (0.0..=1.0).contains(&p),
            ErrorKind::OutOfRange,
            format_args!("{path}.p"),
            format_args!("`{p}` is out of range: expected a p-value from 0 to 1"),
        );
    }
    if let Some(log_e) = test.log_e {
        faults.check(
            log_e.is_finite(),
            ErrorKind::OutOfRange,
            format_args!("{path}.logE"),
            format_args!("`{log_e}` is out of range: expected a finite number"),
        );
    }
    faults.check(
        policy.correction != Correction::MeanE || test.p.is_none() || test.log_e.is_some(),
        ErrorKind::InvalidValue,
        format_args!("{path}"),
        format_args!("`mean_e` needs an e-value: a p-value has none"),
    );
}

/// The adjusted p-values, in the order of the values.
pub(super) fn p_adjust(values: &[f64], correction: Correction) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    let value = |index: usize| values.get(index).copied().unwrap_or(1.0);
    order.sort_by(|a, b| value(*a).total_cmp(&value(*b)));
    let sorted: Vec<f64> = order.iter().map(|index| value(*index)).collect();
    let total = Count::of(sorted.len()).as_f64();
    // From 1 on: the rank of each value among the sorted ones.
    let ranked = || sorted.iter().zip(1..).map(|(p, rank): (&f64, u32)| (*p, f64::from(rank)));
    let adjusted: Vec<f64> = match correction {
        Correction::Bonferroni => ranked().map(|(p, _)| p * total).collect(),
        Correction::Holm => ascending(ranked().map(|(p, rank)| p * (total - rank + 1.0))),
        Correction::Hochberg => descending(ranked().map(|(p, rank)| p * (total - rank + 1.0)).collect()),
        Correction::BenjaminiHochberg => descending(ranked().map(|(p, rank)| p * (total / rank)).collect()),
        Correction::BenjaminiYekutieli => {
            let harmonic: f64 = ranked().map(|(_, rank)| 1.0 / rank).sum();
            descending(ranked().map(|(p, rank)| p * (total / rank) * harmonic).collect())
        }
        Correction::Hommel => hommel(&sorted),
        Correction::MeanE => sorted.clone(), // not reached: means are of e-values
    };
    let mut result = vec![1.0; values.len()];
    for (index, adjusted) in order.into_iter().zip(adjusted) {
        if let Some(slot) = result.get_mut(index) {
            *slot = adjusted.min(1.0);
        }
    }
    result
}

/// The greatest value so far.
fn ascending(values: impl Iterator<Item = f64>) -> Vec<f64> {
    values
        .scan(0.0_f64, |greatest, value| {
            *greatest = greatest.max(value);
            Some(*greatest)
        })
        .collect()
}

/// The least value from here on.
fn descending(mut values: Vec<f64>) -> Vec<f64> {
    let mut least = f64::INFINITY;
    for value in values.iter_mut().rev() {
        least = least.min(*value);
        *value = least;
    }
    values
}

/// The p-values of the closed test of Simes' tests, for sorted values (S. P. Wright, Biometrics 48, 1992).
///
/// A set of m tests that holds a test is rejected last if the other members are the m − 1 greatest ones. So for each m, Simes'
/// p-value of the greatest m − 1 values bounds those of all tests that are not among them.
fn hommel(sorted: &[f64]) -> Vec<f64> {
    let mut adjusted = sorted.to_vec();
    let mut least = f64::INFINITY;
    let n = Count::of(sorted.len()).as_f64();
    for (p, rank) in sorted.iter().zip(1..) {
        let rank: u32 = rank;
        least = least.min(n * p / f64::from(rank));
    }
    for value in &mut adjusted {
        *value = value.max(least);
    }
    for m in (2..sorted.len()).rev() {
        let others = sorted.len().saturating_sub(m).saturating_add(1);
        let (others, greatest) = sorted.split_at_checked(others).unwrap_or((sorted, &[]));
        let size = Count::of(m).as_f64();
        let bound = greatest
            .iter()
            .zip(2..)
            .map(|(p, rank): (&f64, u32)| size * p / f64::from(rank))
            .fold(f64::INFINITY, f64::min);
        let mut last = bound;
        for (value, p) in adjusted.iter_mut().zip(others) {
            last = bound.min(size * p);
            *value = value.max(last);
        }
        // Among the greatest values, the set may also leave out the smallest of them: its p-value is that of the last other.
        for value in adjusted.iter_mut().skip(others.len()) {
            *value = value.max(last);
        }
    }
    adjusted
}

/// ln of the mean of e-values.
fn ln_mean(log_es: &[f64]) -> f64 {
    let most = log_es.iter().fold(f64::NEG_INFINITY, |most, log_e| most.max(*log_e));
    let sum: f64 = log_es.iter().map(|log_e| libm::exp(log_e - most)).sum();
    most + libm::log(sum / Count::of(log_es.len()).as_f64())
}

/// 1/e for the closed test of means: of all sets that hold a test, the one with the least mean has the smallest of the other
/// e-values. A missing one counts as 0.
fn closed_means(tests: &[MetricTest]) -> Vec<f64> {
    let e = |test: &MetricTest| test.log_e.map_or(0.0, libm::exp);
    let mut sorted: Vec<f64> = tests.iter().map(e).collect();
    sorted.sort_by(f64::total_cmp);
    let mean_of = |test: &MetricTest| {
        let own = e(test);
        let (mut sum, mut least, mut members) = (own, own, 1.0);
        let mut skipped_itself = false;
        for other in &sorted {
            if !skipped_itself && other.total_cmp(&own).is_eq() {
                skipped_itself = true;
                continue;
            }
            // From the first that is at or above the mean on, no further one lowers it.
            if *other >= least {
                break;
            }
            sum += other;
            members += 1.0;
            least = least.min(sum / members);
        }
        least
    };
    tests.iter().map(|test| (1.0 / mean_of(test)).min(1.0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The closed test: the greatest p-value of all sets that hold the test.
    fn closed(values: &[f64], of_set: &dyn Fn(&[f64]) -> f64) -> Vec<f64> {
        let sets = 1_u32..(1 << values.len());
        (0..values.len())
            .map(|index| {
                sets.clone()
                    .filter(|set| set & (1 << index) != 0)
                    .map(|set| {
                        let members: Vec<f64> = (0..values.len())
                            .filter(|member| set & (1 << member) != 0)
                            .map(|member| values[member])
                            .collect();
                        of_set(&members)
                    })
                    .fold(0.0, f64::max)
            })
            .collect()
    }

    fn simes(members: &[f64]) -> f64 {
        let mut sorted = members.to_vec();
        sorted.sort_by(f64::total_cmp);
        let n = sorted.len() as f64;
        sorted.iter().zip(1..).map(|(p, rank)| n * p / f64::from(rank)).fold(f64::INFINITY, f64::min)
    }

    proptest! {
        #[test]
        fn hommel_is_the_closed_test_of_simes(values in prop::collection::vec(0.0..1.0_f64, 1..8)) {
            let (got, expected) = (p_adjust(&values, Correction::Hommel), closed(&values, &simes));
            for (got, expected) in got.iter().zip(&expected) {
                prop_assert!((got - expected).abs() <= 1e-12, "{got} is not {expected} of {values:?}");
            }
        }

        #[test]
        fn holm_is_the_closed_test_of_bonferroni(values in prop::collection::vec(0.0..1.0_f64, 1..8)) {
            let least = |set: &[f64]| {
                (set.iter().fold(1.0_f64, |least, p| least.min(*p)) * set.len() as f64).min(1.0)
            };
            let (got, expected) = (p_adjust(&values, Correction::Holm), closed(&values, &least));
            for (got, expected) in got.iter().zip(&expected) {
                prop_assert!((got - expected).abs() <= 1e-12, "{got} is not {expected} of {values:?}");
            }
        }

        #[test]
        fn mean_e_is_the_closed_test_of_means(log_es in prop::collection::vec(-3.0..6.0_f64, 1..8)) {
            let tests: Vec<MetricTest> =
                log_es.iter().map(|log_e| MetricTest::new("").log_e(*log_e)).collect();
            let inverse_mean = |set: &[f64]| {
                (set.len() as f64 / set.iter().map(|log_e| libm::exp(*log_e)).sum::<f64>()).min(1.0)
            };
            let (got, expected) = (closed_means(&tests), closed(&log_es, &inverse_mean));
            for (got, expected) in got.iter().zip(&expected) {
                prop_assert!((got - expected).abs() <= 1e-12 * expected, "{got} is not {expected} of {log_es:?}");
            }
        }

        #[test]
        fn corrections_are_ordered(values in prop::collection::vec(0.0..1.0_f64, 1..40)) {
            let all = |correction| p_adjust(&values, correction);
            let slack = 1e-12;
            let (bonferroni, holm, hochberg) =
                (all(Correction::Bonferroni), all(Correction::Holm), all(Correction::Hochberg));
            let (hommel, bh, by) =
                (all(Correction::Hommel), all(Correction::BenjaminiHochberg), all(Correction::BenjaminiYekutieli));
            for (index, p) in values.iter().enumerate() {
                prop_assert!(bonferroni[index] >= holm[index] - slack);
                prop_assert!(holm[index] >= hochberg[index] - slack);
                prop_assert!(hochberg[index] >= hommel[index] - slack);
                prop_assert!(hommel[index] >= bh[index] - slack);
                prop_assert!(by[index] >= bh[index] - slack && bh[index] >= p - slack);
            }
        }

        /// e-BH: the k greatest e-values, for the last k with e(k) >= M / (alpha k).
        #[test]
        fn benjamini_hochberg_of_e_values_is_e_bh(log_es in prop::collection::vec(-3.0..9.0_f64, 1..12)) {
            let policy = AdjustPolicy::default().correction(Correction::BenjaminiHochberg);
            let tests: Vec<MetricTest> = log_es
                .iter()
                .enumerate()
                .map(|(index, log_e)| MetricTest::new(format!("m{index}")).log_e(*log_e))
                .collect();
            let rejected = adjust(&tests, &policy).unwrap().tests.iter().filter(|test| test.rejected).count();
            let mut sorted = log_es.clone();
            sorted.sort_by(|a, b| b.total_cmp(a));
            let m = sorted.len() as f64;
            let expected = (1..=sorted.len())
                .rev()
                .find(|k| libm::exp(sorted[k - 1]) >= m / (0.05 * *k as f64))
                .unwrap_or(0);
            prop_assert_eq!(rejected, expected);
        }
    }
}
