use super::alert_report::{AlertSample, AlertSeries};
use super::anomaly_policy::{AnomalyDirection, AnomalyPolicy, ControlChart, LEAST_VALUES, MOST_VALUE};
use super::anomaly_report::{AnomalyReport, AnomalyVerdict, ChartPoint};
use super::code;
use crate::error::{ErrorKind, Faults, Result};
use crate::reason::{Evidence, Reason, ReasonCode, Severity, number};
use crate::scalar::Count;
use crate::stats::{Process, Step, started};
use crate::time::Timestamp;

/// Detects when a series leaves its usual course, by a control chart.
///
/// The first values of the series are the reference. They yield the mean, the standard deviation and the correlation of a
/// value with the one before. Each later value is compared with its prediction. The chart adds up the differences, so that
/// a small shift that lasts is found as well as a large one.
///
/// | verdict | condition |
/// | --- | --- |
/// | `inconclusive` | there are too few reference values, too many of them are missing, or they are all equal |
/// | `anomalous` | the statistic was above its limit; `alarmAt` is the first time |
/// | `no_data` | there is no value after the reference |
/// | `inconclusive` | too many values after the reference are missing |
/// | `normal` | otherwise |
///
/// The values must be evenly spaced: a sample without a value stands for each gap. NaN and infinity count as missing.
///
/// ```
/// use relcore::analysis::{AlertSample, AlertSeries, AnomalyPolicy, AnomalyVerdict, detect_anomalies};
/// use relcore::{Span, Timestamp};
///
/// let begin = Timestamp::parse("2026-11-23T09:00:00Z")?;
/// let minute = |i: i32| begin.plus(Span::from_minutes(i));
/// // 90 minutes of latency around 200 ms, then 215 ms: no minute stands out, but all of them together do.
/// let latency = |i: i32| f64::from(i * 7 % 23) + if i < 90 { 190.0 } else { 205.0 };
/// let samples: Vec<AlertSample> =
///     (0..120).map(|i| Ok(AlertSample::new(minute(i)?, latency(i)))).collect::<Result<_, relcore::Error>>()?;
/// let report = detect_anomalies(&AlertSeries::new("latency", samples.clone()), &AnomalyPolicy::default())?;
/// assert_eq!(report.verdict, AnomalyVerdict::Anomalous);
/// assert!(report.alarm_at > Some(minute(90)?) && report.alarm_at < Some(minute(105)?));
///
/// // Pitfall: without enough good values at the beginning there is nothing to compare with.
/// let report = detect_anomalies(&AlertSeries::new("latency", samples[80..].to_vec()), &AnomalyPolicy::default())?;
/// assert_eq!(report.verdict, AnomalyVerdict::Inconclusive);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `unordered` and `duplicate` for samples that are not in the order of time, `out_of_range` for a value
/// beyond 1e100, for a `weight` of 2 and for a `deviation` of 0.
pub fn detect_anomalies(series: &AlertSeries, policy: &AnomalyPolicy) -> Result<AnomalyReport> {
    let mut faults = Faults::new();
    check(&series.samples, &mut faults);
    policy.check("policy", &mut faults);
    faults.finish()?;
    let detection = Detection { metric: &series.metric, policy };
    let (verdict, report) = detection.run(&series.samples);
    Ok(AnomalyReport { verdict, policy_digest: crate::digest::of(policy)?, ..report })
}

fn check(samples: &[AlertSample], faults: &mut Faults) {
    for (position, (before, after)) in (1_usize..).zip(samples.iter().zip(samples.iter().skip(1))) {
        faults.check(
            before.at < after.at,
            if before.at == after.at { ErrorKind::Duplicate } else { ErrorKind::Unordered },
            format_args!("series.samples[{position}].at"),
            format_args!("`{}` is not after the sample before, at `{}`", after.at, before.at),
        );
    }
    for (position, value) in samples.iter().map(value).enumerate() {
        let value = value.unwrap_or_default();
        faults.check(
            value.abs() <= MOST_VALUE,
            ErrorKind::OutOfRange,
            format_args!("series.samples[{position}].value"),
            format_args!("`{value}` is out of range: expected at most 1e100, in another unit"),
        );
    }
}

fn value(sample: &AlertSample) -> Option<f64> {
    sample.value.filter(|value| value.is_finite())
}

#[derive(Clone, Copy)]
struct Detection<'a> {
    metric: &'a str,
    policy: &'a AnomalyPolicy,
}

impl Detection<'_> {
    fn run(self, samples: &[AlertSample]) -> (AnomalyVerdict, AnomalyReport) {
        let (process, length) = match self.policy.in_control {
            Some(known) => {
                let correlation = if self.policy.prewhitens { known.correlation } else { 0.0 };
                (Process { mean: known.mean, deviation: known.deviation, correlation }, 0)
            }
            None => match self.reference(samples) {
                Ok(reference) => reference,
                Err(reason) => return (AnomalyVerdict::Inconclusive, report(*reason)),
            },
        };
        let innovations = process.innovations(samples.iter().map(value));
        // The value before the first one is the last of the reference.
        let watched = samples.iter().zip(innovations).skip(length);
        let total = samples.len().saturating_sub(length);
        let known: Vec<(&AlertSample, f64)> =
            watched.filter_map(|(sample, innovation)| Some((sample, innovation?))).collect();
        let chart = self.policy.control_chart();
        let path = |looks: bool, sign: f64| {
            looks.then(|| chart.path(known.iter().map(|(_, innovation)| sign * innovation)))
        };
        let up = path(self.policy.direction != AnomalyDirection::Decrease, 1.0);
        let down = path(self.policy.direction != AnomalyDirection::Increase, -1.0);
        let (verdict, mut found) = match self.alarm(&known, up.as_deref(), down.as_deref()) {
            Some(found) => (AnomalyVerdict::Anomalous, found),
            None => {
                let (verdict, reason) = self.quiet(known.len(), total, up.as_deref(), down.as_deref());
                (verdict, report(reason))
            }
        };
        found.mean = Some(process.mean);
        found.deviation = Some(process.deviation);
        found.correlation = Some(process.correlation);
        let step =
            |path: &Option<Vec<Step>>, index: usize| path.as_ref().and_then(|path| path.get(index)).copied();
        found.points = (0..)
            .zip(&known)
            .filter_map(|(index, (sample, _))| {
                let (increase, decrease) = (step(&up, index), step(&down, index));
                Some(ChartPoint {
                    at: sample.at,
                    increase: increase.map(|step| step.statistic),
                    decrease: decrease.map(|step| step.statistic),
                    limit: increase.or(decrease)?.limit,
                })
            })
            .collect();
        (verdict, found)
    }

    /// The process of the reference values and their number, or the reason why there is none.
    fn reference(self, samples: &[AlertSample]) -> Result<(Process, usize), Box<Reason>> {
        let length = usize::try_from(self.policy.reference_values).unwrap_or(usize::MAX);
        let Some(reference) = samples.get(..length) else {
            let text = format!(
                "`{}` has {} samples, fewer than the {length} of the reference",
                self.metric,
                samples.len()
            );
            return Err(Box::new(self.reason(
                code::REFERENCE_TOO_SHORT,
                Severity::Warning,
                text,
                samples.len(),
            )));
        };
        let values: Vec<Option<f64>> = reference.iter().map(value).collect();
        let known = values.iter().flatten().count();
        if self.misses_too_many(known, length) || Count::of(known) < Count::from(LEAST_VALUES) {
            let missing = length.saturating_sub(known);
            let text = format!("{missing} of the {length} reference values of `{}` are missing", self.metric);
            return Err(Box::new(self.reason(code::REFERENCE_INCOMPLETE, Severity::Warning, text, known)));
        }
        let process = Process::of(&values, self.policy.prewhitens);
        process.map(|process| (process, length)).ok_or_else(|| {
            let text = format!(
                "the reference values of `{}` are all equal, so that any other value would be an anomaly",
                self.metric
            );
            Box::new(self.reason(code::REFERENCE_CONSTANT, Severity::Warning, text, known))
        })
    }

    fn misses_too_many(self, known: usize, all: usize) -> bool {
        let (known, all) = (Count::of(known).as_f64(), Count::of(all).as_f64());
        all - known > self.policy.max_missing_share * all
    }

    /// The first alarm, if there is one.
    fn alarm(
        self,
        known: &[(&AlertSample, f64)],
        up: Option<&[Step]>,
        down: Option<&[Step]>,
    ) -> Option<AnomalyReport> {
        let first =
            |path: Option<&[Step]>| path.and_then(|path| path.iter().position(|step| step.is_alarm()));
        let (index, direction) = match (first(up), first(down)) {
            (Some(up), Some(down)) if down < up => (down, AnomalyDirection::Decrease),
            (Some(up), _) => (up, AnomalyDirection::Increase),
            (None, Some(down)) => (down, AnomalyDirection::Decrease),
            (None, None) => return None,
        };
        let path = if direction == AnomalyDirection::Increase { up? } else { down? };
        let begin = started(path, index);
        let at = |index: usize| known.get(index).map(|(sample, _)| sample.at);
        let (alarm_at, started_at, step) = (at(index)?, at(begin)?, path.get(index)?);
        let since = known.get(begin..=index)?;
        let sum: f64 = since.iter().filter_map(|(sample, _)| value(sample)).sum();
        let text = format!(
            "`{}` has been {} since about {started_at}, with a mean of {} until the alarm at {alarm_at}: its {} of {} is above {}",
            self.metric,
            if direction == AnomalyDirection::Increase { "greater" } else { "less" },
            number(sum / Count::of(since.len()).as_f64()),
            self.statistic(),
            number(step.statistic),
            number(step.limit),
        );
        let reason = self.reason(code::ANOMALY_DETECTED, Severity::Error, text, known.len());
        let evidence = Evidence {
            observed: Some(step.statistic),
            threshold: Some(step.limit),
            unit: Some("1".to_owned()),
            ..reason.evidence.clone()
        };
        let report = report(reason.with(evidence));
        Some(AnomalyReport {
            alarm_at: Some(alarm_at),
            started_at: Some(started_at),
            direction: Some(direction),
            ..report
        })
    }

    /// The verdict without an alarm.
    fn quiet(
        self,
        known: usize,
        all: usize,
        up: Option<&[Step]>,
        down: Option<&[Step]>,
    ) -> (AnomalyVerdict, Reason) {
        if known == 0 {
            let text = format!("`{}` has no value after the reference", self.metric);
            return (
                AnomalyVerdict::NoData,
                self.reason(code::NO_VALUES_TO_WATCH, Severity::Warning, text, 0),
            );
        }
        if self.misses_too_many(known, all) {
            let missing = all.saturating_sub(known);
            let text =
                format!("{missing} of the {all} values of `{}` after the reference are missing", self.metric);
            let reason = self.reason(code::VALUES_MISSING, Severity::Warning, text, known);
            return (AnomalyVerdict::Inconclusive, reason);
        }
        // The step nearest to its limit.
        let steps = up.into_iter().chain(down).flatten();
        let nearest =
            steps.copied().max_by(|a, b| (a.statistic - a.limit).total_cmp(&(b.statistic - b.limit)));
        let nearest = nearest.unwrap_or(Step { statistic: 0.0, limit: 0.0 });
        let text = format!(
            "the {} of `{}` came to {} at most, not above {}, in {known} values",
            self.statistic(),
            self.metric,
            number(nearest.statistic),
            number(nearest.limit),
        );
        let reason = self.reason(code::NO_ANOMALY, Severity::Info, text, known);
        let evidence = Evidence {
            observed: Some(nearest.statistic),
            threshold: Some(nearest.limit),
            unit: Some("1".to_owned()),
            ..reason.evidence.clone()
        };
        (AnomalyVerdict::Normal, reason.with(evidence))
    }

    fn statistic(self) -> &'static str {
        match self.policy.chart {
            ControlChart::Cusum => "cumulative sum",
            ControlChart::Ewma => "moving average",
        }
    }

    fn reason(self, code: ReasonCode, severity: Severity, text: String, n: usize) -> Reason {
        let evidence = Evidence { n: Some(Count::of(n)), ..Evidence::default() };
        Reason::new(code, severity, self.metric, text).with(evidence)
    }
}

/// A report with this reason alone.
fn report(reason: Reason) -> AnomalyReport {
    AnomalyReport {
        verdict: AnomalyVerdict::Inconclusive,
        alarm_at: None::<Timestamp>,
        started_at: None,
        direction: None,
        mean: None,
        deviation: None,
        correlation: None,
        points: Vec::new(),
        reasons: vec![reason],
        policy_digest: String::new(),
    }
}
