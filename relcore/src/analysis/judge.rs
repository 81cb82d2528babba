//! Compares the series of a canary with those of its baseline.
use super::code;
use super::judge_policy::{
    BadChange, EffectMeasure, JudgePolicy, JudgeSemantics, JudgedMetric, MissingValues, Samples, SeriesPair,
    SpreadRule, check_score,
};
use super::judgement::{GroupScore, Judgement, Label, LabelledMetric, MetricJudgement, Score, Verdict};
use super::kayenta;
use crate::digest::Checked;
use crate::error::{ErrorKind, Faults, Result, quoted, shortened};
use crate::reason::{Evidence, Interval, Reason, ReasonCode, Severity, number};
use crate::scalar::Count;
use crate::stats::{choose, hodges_lehmann, percentile, rank_test};
use std::collections::{BTreeMap, BTreeSet};

/// Compares a canary with its baseline, metric by metric.
///
/// A metric is bad if the exact rank test shows a difference in a bad direction and the difference reaches the allowed
/// effect. The result does not depend on the unit, on the order of the values or on random numbers.
///
/// ```
/// use relcore::analysis::{Label, Samples, SeriesPair, Verdict, judge, standard_judge_policy};
/// let of = |values: &[f64]| Samples::default().values(values.to_vec());
/// let series = [
///     SeriesPair::new("error-share", of(&[0.05, 0.06, 0.04, 0.07, 0.05]), of(&[0.01, 0.02, 0.01, 0.02, 0.01])),
///     SeriesPair::new("latency", of(&[1.0, 1.1, 1.2, 1.1, 1.0]), of(&[1.0, 1.2, 1.1, 1.1, 1.0])),
/// ];
/// let judgement = judge(&standard_judge_policy(), &series)?;
/// assert_eq!(judgement.score.verdict, Verdict::Failed);
/// // Pitfall: three values of each arm can show nothing, however far apart they are.
/// let few = [SeriesPair::new("error-share", of(&[0.5, 0.6, 0.7]), of(&[0.0, 0.0, 0.0]))];
/// assert_eq!(judge(&standard_judge_policy(), &few)?.metrics[0].label, Label::Inconclusive);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// Every fault of the policy; `unknown_reference` for the series of another metric, `duplicate` for a metric with two
/// pairs, `invalid_value` for a value that is not finite, or for a count that is negative, `out_of_range` for more than
/// 1,048,576 missing values that count as zeros.
pub fn judge(policy: &JudgePolicy, series: &[SeriesPair]) -> Result<Judgement> {
    let checked = Checked::new(policy.clone(), "policy")?;
    let policy = checked.policy();
    check(policy, series)?;
    let pairs: BTreeMap<&str, &SeriesPair> = series.iter().map(|pair| (pair.metric.as_str(), pair)).collect();
    let empty = SeriesPair::new("", Samples::default(), Samples::default());
    let is_kayenta = policy.semantics == JudgeSemantics::Kayenta;
    let judged: Vec<(MetricJudgement, Reason)> = policy
        .metrics
        .iter()
        .map(|metric| {
            let pair = pairs.get(metric.name.as_str()).copied().unwrap_or(&empty);
            match is_kayenta {
                true => judge_as_kayenta(metric, pair, policy),
                false => judge_metric(metric, pair, policy.confidence),
            }
        })
        .collect();
    let labels: Vec<LabelledMetric> = policy
        .metrics
        .iter()
        .zip(&judged)
        .map(|(metric, (found, _))| LabelledMetric {
            name: metric.name.clone(),
            label: found.label,
            groups: metric.groups.clone(),
            critical: match found.label {
                Label::High | Label::Low => found.is_critical,
                _ => metric.critical,
            },
            must_have_data: metric.must_have_data,
        })
        .collect();
    let score = match is_kayenta {
        true => score_as_kayenta(&labels, policy),
        false => scored(&labels, &policy.group_weights, policy.pass_score, policy.marginal_score),
    };
    let missing = judged.iter().filter(|(found, _)| matches!(found.label, Label::NoData | Label::Error));
    let missing = missing.map(|(found, _)| found.name.clone()).collect();
    let reasons = std::iter::once(score.reason.clone())
        .chain(judged.iter().map(|(_, reason)| reason.clone()))
        .collect();
    let metrics = judged.into_iter().map(|(found, _)| found).collect();
    Ok(Judgement { score, metrics, reasons, missing, policy_digest: checked.digest().to_owned() })
}

fn check(policy: &JudgePolicy, series: &[SeriesPair]) -> Result<()> {
    let mut faults = Faults::new();
    let counts: BTreeMap<&str, bool> =
        policy.metrics.iter().map(|metric| (metric.name.as_str(), metric.is_count)).collect();
    let filled = policy.metrics.iter().filter(|metric| metric.missing == MissingValues::Zero);
    let zeros: BTreeSet<&str> = filled.map(|metric| metric.name.as_str()).collect();
    let mut seen = BTreeSet::new();
    for (index, pair) in series.iter().enumerate() {
        let path = format_args!("series[{index}].metric");
        let is_count = counts.get(pair.metric.as_str());
        let text = format_args!("{} is not a metric of the policy", quoted(&pair.metric));
        faults.check(is_count.is_some(), ErrorKind::UnknownReference, path, text);
        let text = format_args!("{} is already used", quoted(&pair.metric));
        faults.check(seen.insert(&pair.metric), ErrorKind::Duplicate, path, text);
        for (name, samples) in [("canary", &pair.canary), ("baseline", &pair.baseline)] {
            let is_filled = zeros.contains(pair.metric.as_str());
            let text = format_args!(
                "`{}` is out of range: expected at most {MOST_ZEROS} with `zero`",
                samples.missing
            );
            faults.check(
                !is_filled || samples.missing.get() <= MOST_ZEROS,
                ErrorKind::OutOfRange,
                format_args!("series[{index}].{name}.missing"),
                text,
            );
            for (at, value) in samples.values.iter().enumerate() {
                let path = format_args!("series[{index}].{name}.values[{at}]");
                let text = format_args!("`{value}` is not a finite number: count it in `missing`");
                faults.check(value.is_finite(), ErrorKind::InvalidValue, path, text);
                let negative = is_count == Some(&true) && *value < 0.0;
                let text = format_args!("`{value}` is not a count: expected 0 or more");
                faults.check(!negative, ErrorKind::InvalidValue, path, text);
            }
        }
    }
    faults.finish()
}

/// Adds up labels to a score and a verdict, as the judge does.
///
/// The score of a group is the share of its metrics that passed; that of the whole is the mean of the groups by weight. A
/// metric that is `inconclusive`, `error`, or `no_data` where it must have data, counts once as bad and once as good: the
/// verdict is certain only if both scores say the same.
///
/// ```
/// use relcore::analysis::{Label, LabelledMetric, Verdict, score};
/// use std::collections::BTreeMap;
/// let labels = [LabelledMetric::new("a", Label::Passed), LabelledMetric::new("b", Label::High)];
/// let half = score(&labels, &BTreeMap::new(), 95.0, 75.0)?;
/// assert_eq!((half.lowest, half.verdict), (Some(50.0), Verdict::Failed));
/// // Pitfall: a metric without data is no passed one.
/// let labels = [LabelledMetric::new("a", Label::NoData)];
/// assert_eq!(score(&labels, &BTreeMap::new(), 95.0, 75.0)?.verdict, Verdict::NoData);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `out_of_range` for weights above 100 together, for a `passScore` above 100 and for a `marginalScore` above it.
pub fn score(
    labels: &[LabelledMetric],
    group_weights: &BTreeMap<String, f64>,
    pass_score: f64,
    marginal_score: f64,
) -> Result<Score> {
    let mut faults = Faults::new();
    check_score(group_weights, pass_score, marginal_score, "", &mut faults);
    faults.finish()?;
    Ok(scored(labels, group_weights, pass_score, marginal_score))
}

#[derive(Default)]
struct Counted {
    passed: f64,
    bad: f64,
    unknown: f64,
}

fn scored(labels: &[LabelledMetric], weights: &BTreeMap<String, f64>, pass: f64, marginal: f64) -> Score {
    let mut groups: BTreeMap<&str, Counted> = BTreeMap::new();
    for metric in labels {
        let mut names: BTreeSet<&str> = metric.groups.iter().map(String::as_str).collect();
        if names.is_empty() {
            names.insert("default");
        }
        for name in names {
            let counted = groups.entry(name).or_default();
            match metric.label {
                Label::Passed => counted.passed += 1.0,
                Label::High | Label::Low => counted.bad += 1.0,
                Label::NoData if !metric.must_have_data => {}
                Label::NoData | Label::Inconclusive | Label::Error => counted.unknown += 1.0,
            }
        }
    }
    let given: f64 = groups.keys().filter_map(|name| weights.get(*name)).sum();
    #[expect(clippy::cast_precision_loss, reason = "a number of groups")]
    let others = groups.keys().filter(|name| !weights.contains_key(**name)).count() as f64;
    let share = if others > 0.0 { (100.0 - given).max(0.0) / others } else { 0.0 };
    let (mut low, mut high, mut whole) = (0.0, 0.0, 0.0);
    let mut found = Vec::new();
    for (name, Counted { passed, bad, unknown }) in groups {
        let weight = weights.get(name).copied().unwrap_or(share);
        let judged = passed + bad + unknown;
        let lowest = if judged > 0.0 { 100.0 * passed / judged } else { 0.0 };
        if judged > 0.0 {
            low += weight * lowest;
            high += weight * 100.0 * (passed + unknown) / judged;
            whole += weight;
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of metrics")]
        let judged = Count::of(judged as usize);
        found.push(GroupScore { name: name.to_owned(), score: rounded(lowest), weight, judged });
    }
    let is_bad =
        |metric: &&LabelledMetric| metric.critical && matches!(metric.label, Label::High | Label::Low);
    let critical = labels.iter().find(is_bad);
    let unknown = |metric: &&LabelledMetric| {
        metric.critical && matches!(metric.label, Label::NoData | Label::Inconclusive | Label::Error)
    };
    let lowest =
        if critical.is_some() || labels.iter().any(|metric| unknown(&metric)) { 0.0 } else { low / whole };
    let highest = if critical.is_some() { 0.0 } else { high / whole };
    let (lowest, highest) = (rounded(lowest), rounded(highest));
    let empty = labels.iter().filter(|metric| metric.label == Label::NoData).count();
    let (verdict, code, severity, text) = if let Some(metric) = critical {
        let text = format!("the critical metric {} is bad", quoted(&metric.name));
        (Verdict::Failed, code::CRITICAL_METRIC_BAD, Severity::Critical, text)
    } else if whole <= 0.0 && empty.saturating_mul(2) < labels.len() {
        let text = "no group with data has a weight above 0".to_owned();
        (Verdict::NoData, code::TOO_LITTLE_DATA, Severity::Warning, text)
    } else if whole <= 0.0 || empty.saturating_mul(2) >= labels.len() {
        let text = format!("{empty} of {} metrics have no data: half of them or more", labels.len());
        (Verdict::NoData, code::TOO_LITTLE_DATA, Severity::Warning, text)
    } else if highest < marginal {
        let text = format!("a score of at most {} is below {}", number(highest), number(marginal));
        (Verdict::Failed, code::SCORE_TOO_LOW, Severity::Error, text)
    } else if lowest >= pass {
        let text = format!("a score of at least {} reaches {}", number(lowest), number(pass));
        (Verdict::Passed, code::SCORE_PASSED, Severity::Info, text)
    } else if lowest >= marginal && highest < pass {
        let text =
            format!("a score of {} reaches {}, but not {}", number(lowest), number(marginal), number(pass));
        (Verdict::Marginal, code::SCORE_MARGINAL, Severity::Warning, text)
    } else {
        let text = format!(
            "the score is between {} and {}: unknown metrics decide",
            number(lowest),
            number(highest)
        );
        (Verdict::Inconclusive, code::SCORE_UNKNOWN, Severity::Warning, text)
    };
    let threshold = if verdict == Verdict::Passed { pass } else { marginal };
    let evidence = Evidence {
        observed: (whole > 0.0).then_some(lowest),
        threshold: Some(threshold),
        unit: Some("%".to_owned()),
        n: Some(Count::of(labels.len())),
        ..Evidence::default()
    };
    Score {
        verdict,
        lowest: (whole > 0.0).then_some(lowest),
        highest: (whole > 0.0).then_some(highest),
        groups: found,
        reason: Reason::new(code, severity, "score", text).with(evidence),
    }
}

/// To two decimals, as Kayenta: what is shown is what is compared.
fn rounded(score: f64) -> f64 {
    libm::round(score * 100.0) / 100.0
}

/// The missing values of an arm that may count as zeros: each of them takes memory.
const MOST_ZEROS: u64 = 1 << 20;

/// The values that are compared, in ascending order.
fn prepared(samples: &Samples, metric: &JudgedMetric) -> Vec<f64> {
    let mut values = samples.values.clone();
    if metric.missing == MissingValues::Zero && !values.is_empty() {
        let missing = usize::try_from(samples.missing.get().min(MOST_ZEROS)).unwrap_or_default(); // checked before
        values.resize(values.len().saturating_add(missing), 0.0);
    }
    values.sort_unstable_by(f64::total_cmp);
    if let Some(factor) = metric.outlier_factor {
        let at = |q: f64| percentile(&values, q).unwrap_or_default();
        let reach = factor * (at(0.75) - at(0.25));
        let (low, high) = ((at(0.25) - reach).min(at(0.01)), (at(0.75) + reach).max(at(0.99)));
        values.retain(|value| (low..=high).contains(value));
    }
    values
}

#[expect(clippy::cast_precision_loss, reason = "a number of values in memory")]
fn mean(values: &[f64]) -> f64 {
    values.iter().map(|value| value / values.len() as f64).sum()
}

/// Whether far more of one arm is missing than of the other: more than 20 % and less than 5 %.
fn is_uneven(pair: &SeriesPair) -> bool {
    let share = |samples: &Samples| {
        let all = samples.missing.as_f64() + Count::of(samples.values.len()).as_f64();
        if all > 0.0 { samples.missing.as_f64() / all } else { 0.0 }
    };
    let (canary, baseline) = (share(&pair.canary), share(&pair.baseline));
    canary.max(baseline) > 0.2 && canary.min(baseline) < 0.05
}

fn judge_metric(metric: &JudgedMetric, pair: &SeriesPair, confidence: f64) -> (MetricJudgement, Reason) {
    let (canary, baseline) = (prepared(&pair.canary, metric), prepared(&pair.baseline, metric));
    let mut found = unjudged(metric, &canary, &baseline);
    let alpha = (1.0 - confidence) / 2.0;
    let mut evidence =
        Evidence { n: Some(Count::of(canary.len().saturating_add(baseline.len()))), ..Evidence::default() };
    let (label, code, text) = decide(metric, pair, (&canary, &baseline), alpha, &mut found);
    found.label = label;
    if let Some(shift) = hodges_lehmann(&canary, &baseline, confidence) {
        found.shift = Some(shift.estimate);
        let interval =
            shift.lower.zip(shift.upper).map(|(low, high)| Interval { low, high, level: confidence });
        (found.shift_interval, evidence.interval, evidence.observed) =
            (interval, interval, Some(shift.estimate));
    }
    evidence.p = found.p;
    evidence.error = error_of(pair).map(|(_, error)| error.clone());
    let severity = severity(&found);
    (found, Reason::new(code, severity, metric.name.clone(), text).with(evidence))
}

fn unjudged(metric: &JudgedMetric, canary: &[f64], baseline: &[f64]) -> MetricJudgement {
    MetricJudgement {
        name: metric.name.clone(),
        label: Label::Passed,
        is_critical: false,
        canary_n: Count::of(canary.len()),
        baseline_n: Count::of(baseline.len()),
        p: None,
        smallest_p: None,
        mean_ratio: None,
        common_language_effect: None,
        shift: None,
        shift_interval: None,
    }
}

fn severity(found: &MetricJudgement) -> Severity {
    match found.label {
        Label::Passed => Severity::Info,
        Label::High | Label::Low if found.is_critical => Severity::Critical,
        Label::High | Label::Low => Severity::Error,
        Label::Inconclusive | Label::NoData | Label::Error => Severity::Warning,
    }
}

/// The arm whose query failed, and its error.
fn error_of(pair: &SeriesPair) -> Option<(&'static str, &String)> {
    let arms = [("canary", &pair.canary.error), ("baseline", &pair.baseline.error)];
    arms.into_iter().find_map(|(arm, error)| error.as_ref().map(|error| (arm, error)))
}

/// The label that Kayenta gives a metric, and why.
fn judge_as_kayenta(
    metric: &JudgedMetric,
    pair: &SeriesPair,
    policy: &JudgePolicy,
) -> (MetricJudgement, Reason) {
    let (canary, baseline) =
        (kayenta::prepared(&pair.canary, metric), kayenta::prepared(&pair.baseline, metric));
    let mut found = unjudged(metric, &canary, &baseline);
    let n = Count::of(canary.len().saturating_add(baseline.len()));
    let mut evidence = Evidence { n: Some(n), ..Evidence::default() };
    let (code, text) = if let Some((arm, error)) = error_of(pair) {
        found.label = Label::Error;
        evidence.error = Some(error.clone());
        (code::SERIES_FAILED, format!("the query of the {arm} failed: {}", shortened(error)))
    } else {
        let rule = (policy.confidence, policy.shift_tolerance);
        let classified = kayenta::classify(metric, &canary, &baseline, rule);
        (found.label, found.is_critical) = (classified.label, classified.is_critical);
        found.mean_ratio = classified.mean_ratio;
        if let Some((shift, interval)) = classified.shift {
            (found.shift, found.shift_interval) = (Some(shift), Some(interval));
            (evidence.observed, evidence.interval) = (Some(shift), Some(interval));
        }
        let code = match found.label {
            Label::High => code::SERIES_HIGH,
            Label::Low => code::SERIES_LOW,
            Label::NoData => code::SERIES_EMPTY,
            _ => code::SERIES_PASSED,
        };
        (code, classified.text)
    };
    let severity = severity(&found);
    (found, Reason::new(code, severity, metric.name.clone(), text).with(evidence))
}

/// The score that Kayenta adds up, and its class.
fn score_as_kayenta(labels: &[LabelledMetric], policy: &JudgePolicy) -> Score {
    let kayenta::Scored { score, groups, zero } = kayenta::scored(labels, &policy.group_weights);
    let (verdict, code, severity) = match score {
        score if score >= policy.pass_score => (Verdict::Passed, code::SCORE_PASSED, Severity::Info),
        score if score >= policy.marginal_score => {
            (Verdict::Marginal, code::SCORE_MARGINAL, Severity::Warning)
        }
        _ => (Verdict::Failed, code::SCORE_TOO_LOW, Severity::Error),
    };
    let text = format!("Kayenta's score is {}", number(score));
    let text = zero.map_or(text.clone(), |why| format!("{text}: {why}"));
    let threshold = if verdict == Verdict::Passed { policy.pass_score } else { policy.marginal_score };
    let evidence = Evidence {
        observed: Some(score),
        threshold: Some(threshold),
        unit: Some("%".to_owned()),
        n: Some(Count::of(labels.len())),
        ..Evidence::default()
    };
    let reason = Reason::new(code, severity, "score", text).with(evidence);
    Score { verdict, lowest: Some(score), highest: Some(score), groups, reason }
}

fn decide(
    metric: &JudgedMetric,
    pair: &SeriesPair,
    (canary, baseline): (&[f64], &[f64]),
    alpha: f64,
    found: &mut MetricJudgement,
) -> (Label, ReasonCode, String) {
    if let Some((arm, error)) = error_of(pair) {
        let text = format!("the query of the {arm} failed: {}", shortened(error));
        return (Label::Error, code::SERIES_FAILED, text);
    }
    let Some(test) = rank_test(canary, baseline) else {
        let arm = if canary.is_empty() { "canary" } else { "baseline" };
        return (Label::NoData, code::SERIES_EMPTY, format!("the {arm} has no values"));
    };
    found.common_language_effect = Some(test.common_language_effect);
    let base = mean(baseline);
    found.mean_ratio = Some(mean(canary) / base).filter(|ratio| base > 0.0 && ratio.is_finite());
    if is_uneven(pair) {
        let text =
            "more than 20 % of the points of one arm are missing, and less than 5 % of the other".to_owned();
        return (Label::Inconclusive, code::SERIES_UNEVEN, text);
    }
    let effect = match metric.effect {
        EffectMeasure::MeanRatio => found.mean_ratio,
        EffectMeasure::CommonLanguage => found.common_language_effect,
    };
    // An effect that does not exist, as the ratio to 0, excuses nothing.
    let at_least = |limit: Option<f64>| limit.is_none_or(|limit| effect.is_none_or(|effect| effect >= limit));
    let at_most = |limit: Option<f64>| limit.is_none_or(|limit| effect.is_none_or(|effect| effect <= limit));
    let up = matches!(metric.direction, BadChange::Increase | BadChange::Either);
    let down = matches!(metric.direction, BadChange::Decrease | BadChange::Either);
    if metric.is_count && up && baseline.iter().all(|value| *value <= 0.0) {
        let total: f64 = canary.iter().sum();
        let n = found.canary_n.as_f64();
        let p = libm::exp(total * libm::log(n / (n + found.baseline_n.as_f64())));
        if p < alpha {
            (found.p, found.is_critical) = (Some(p), metric.critical);
            let text =
                format!("{} events of the canary, and none of the baseline (p {})", number(total), number(p));
            return (Label::High, code::EVENTS_WITHOUT_BASELINE, text);
        }
    }
    let (n, m) = (canary.len() as u64, baseline.len() as u64);
    let smallest = 1.0 / choose(n.saturating_add(m), n.min(m));
    found.smallest_p = Some(smallest);
    let p = match metric.direction {
        BadChange::Increase => test.p_greater,
        BadChange::Decrease => test.p_less,
        BadChange::Either => test.p_greater.min(test.p_less),
    };
    found.p = Some(p);
    if smallest >= alpha {
        let text = format!(
            "{n} and {m} values: the smallest possible p-value, {}, is not below {}",
            number(smallest),
            number(alpha)
        );
        return (Label::Inconclusive, code::SERIES_TOO_SHORT, text);
    }
    let told = |what: &str| {
        let effect = effect.map_or_else(String::new, |effect| format!(", effect {}", number(effect)));
        format!("the canary has {what} values than its baseline (p {}{effect})", number(p))
    };
    if up && test.p_greater < alpha && at_least(metric.allowed_increase) {
        found.is_critical = metric.critical && at_least(metric.critical_increase);
        return (Label::High, code::SERIES_HIGH, told("greater"));
    }
    if down && test.p_less < alpha && at_most(metric.allowed_decrease) {
        found.is_critical = metric.critical && at_most(metric.critical_decrease);
        return (Label::Low, code::SERIES_LOW, told("lesser"));
    }
    if let Some((label, p)) = spread(metric.spread, canary, baseline, alpha) {
        (found.p, found.is_critical) = (Some(p), metric.critical);
        let what = if label == Label::High { "wider" } else { "narrower" };
        let text = format!(
            "the values of the canary have a {what} spread than those of its baseline (p {})",
            number(p)
        );
        return (label, code::SPREAD_CHANGED, text);
    }
    (Label::Passed, code::SERIES_PASSED, format!("no bad difference is shown (p {})", number(p)))
}

/// The rank test of the distances from the median of each series: M. B. Brown and A. B. Forsythe (1974), on ranks.
fn spread(rule: SpreadRule, canary: &[f64], baseline: &[f64], alpha: f64) -> Option<(Label, f64)> {
    if rule == SpreadRule::Off {
        return None;
    }
    let distances = |values: &[f64]| -> Option<Vec<f64>> {
        let median = percentile(values, 0.5)?;
        Some(values.iter().map(|value| (value - median).abs()).collect())
    };
    let test = rank_test(&distances(canary)?, &distances(baseline)?)?;
    if test.p_greater < alpha {
        return Some((Label::High, test.p_greater));
    }
    (rule == SpreadRule::Either && test.p_less < alpha).then_some((Label::Low, test.p_less))
}
