//! The phase of one metric from its counted measurements.
use super::code;
use super::evaluation::{Assessment, Phase, Tally};
use super::measurement::Reading;
use super::template::{EndRule, Metric};
use crate::error::{Error, ErrorKind, Faults, Result};
use crate::reason::{Evidence, Reason, ReasonCode, Severity};
use crate::scalar::Count;

/// What one reading of a metric counts as: `successful`, `failed`, `inconclusive` or `error`.
///
/// `failure` goes before `success`. A reading without a value counts as the metric says.
///
/// ```
/// use relcore::analysis::{Condition, Metric, Phase, Reading, Test, assess_reading};
/// let errors = Metric::new("error-share").failure(Condition::of(Test::Above { limit: 0.01 }));
/// assert_eq!(assess_reading(&errors, &Reading::Value { value: 0.002, n: None })?, Phase::Successful);
/// // Pitfall: a value that is not a number is not above the limit, and is no success either.
/// assert_eq!(assess_reading(&errors, &Reading::NotANumber {})?, Phase::Inconclusive);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// Every fault of the metric: `invalid_value` for one without conditions; `invalid_value` for a value that is not finite.
pub fn assess_reading(metric: &Metric, reading: &Reading) -> Result<Phase> {
    checked(metric)?;
    if let Reading::Value { value, .. } = reading {
        finite(*value, "reading.value")?;
    }
    Ok(phase_of(metric, reading))
}

pub(super) fn finite(value: f64, path: &str) -> Result<()> {
    if value.is_finite() {
        return Ok(());
    }
    let text = format!("`{value}` is not a finite number: expected `not_a_number`");
    Err(Error::new(ErrorKind::InvalidValue, path, text))
}

pub(super) fn phase_of(metric: &Metric, reading: &Reading) -> Phase {
    match reading {
        Reading::Value { value, n } => value_phase(metric, *value, *n),
        Reading::NotANumber {} => metric.not_a_number.phase(),
        Reading::Empty {} => metric.empty.phase(),
        Reading::Failed { .. } => Phase::Error,
        Reading::Started {} => Phase::Running,
    }
}

fn value_phase(metric: &Metric, value: f64, n: Option<Count>) -> Phase {
    if metric.min_samples.get() > 0 && n.is_none_or(|n| n < metric.min_samples) {
        return Phase::Inconclusive;
    }
    let success = metric.success.as_ref().map(|condition| condition.holds(value));
    let failure = metric.failure.as_ref().map(|condition| condition.holds(value));
    match (success, failure) {
        (_, Some(true)) | (Some(false), None) => Phase::Failed,
        (Some(true), _) | (None, Some(false)) => Phase::Successful,
        (Some(false), Some(false)) | (None, None) => Phase::Inconclusive,
    }
}

/// The phase of a metric whose measurements were counted elsewhere, such as in the status of an `AnalysisRun`.
///
/// `ended` says that no more measurements are made. Then a metric within its limits is `successful` if it has a successful
/// measurement, and `inconclusive` if not.
///
/// ```
/// use relcore::analysis::{EndRule, Metric, Phase, Condition, Tally, Test, assess_tally};
/// let errors = Metric::new("error-share").success(Condition::of(Test::Below { limit: 0.01 })).count(3);
/// let errors = errors.interval(relcore::Span::parse("1m")?);
/// let tally = Tally::default().failed(1).consecutive_failure(1);
/// let assessment = assess_tally(&errors, &tally, false, &EndRule::NeedsSuccess)?;
/// assert_eq!(assessment.phase, Phase::Failed);
/// assert_eq!(assessment.reason.text, "1 failed measurement is more than the limit of 0");
/// // Pitfall: nothing measured is no success, even when nothing more is measured.
/// let nothing = assess_tally(&errors, &Tally::default(), true, &EndRule::NeedsSuccess)?;
/// assert_eq!(nothing.phase, Phase::Inconclusive);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// Every fault of the metric: `invalid_value` for one without conditions or limits, `out_of_range` for a
/// `failureLimit` above `count`.
pub fn assess_tally(metric: &Metric, tally: &Tally, ended: bool, end: &EndRule) -> Result<Assessment> {
    checked(metric)?;
    Ok(assess(metric, tally, ended, *end, None))
}

fn checked(metric: &Metric) -> Result<()> {
    let mut faults = Faults::new();
    metric.check("metric", &mut faults);
    faults.finish()
}

/// The rule. The limits are compared first, the worst phase first; then success, the count and the end.
pub(super) fn assess(
    metric: &Metric,
    tally: &Tally,
    ended: bool,
    end: EndRule,
    error: Option<&str>,
) -> Assessment {
    let found = Found { metric, error };
    if !tally.is_measured() {
        return match (ended, tally.is_measuring) {
            (true, _) => found.plain(
                Phase::Inconclusive,
                code::METRIC_NEVER_MEASURED,
                "was ended before its first measurement",
            ),
            (false, true) => found.plain(Phase::Running, code::METRIC_RUNNING, "is being measured"),
            (false, false) => found.plain(Phase::Pending, code::METRIC_PENDING, "is not measured yet"),
        };
    }
    if tally.is_measuring && !ended {
        return found.plain(Phase::Running, code::METRIC_RUNNING, "is being measured");
    }
    if let Some(exceeded) = found.exceeded(tally) {
        return exceeded;
    }
    if let Some(limit) = metric.consecutive_success_limit.filter(|limit| tally.consecutive_success >= *limit)
    {
        let text = format!(
            "{} in a row reach the limit of {limit}",
            measurements(tally.consecutive_success, "successful")
        );
        return found.made(
            Phase::Successful,
            code::SUCCESSES_IN_A_ROW,
            text,
            tally.consecutive_success,
            limit,
        );
    }
    let left = metric.effective_count().map(|count| count.saturating_sub(tally.count()));
    if let Some(decided) = left.and_then(|left| found.count_decides(tally, left, end)) {
        return decided;
    }
    if ended {
        return found.last(tally, end);
    }
    found.plain(Phase::Running, code::METRIC_RUNNING, format!("has {}", measurements(tally.count(), "")))
}

/// `3 failed measurements`.
fn measurements(n: u32, kind: &str) -> String {
    let space = if kind.is_empty() { "" } else { " " };
    format!("{n} {kind}{space}measurement{}", if n == 1 { "" } else { "s" })
}

struct Found<'a> {
    metric: &'a Metric,
    error: Option<&'a str>,
}

impl Found<'_> {
    fn plain(&self, phase: Phase, code: ReasonCode, text: impl Into<String>) -> Assessment {
        let severity = match phase {
            Phase::Failed => Severity::Error,
            Phase::Inconclusive | Phase::Error => Severity::Warning,
            Phase::Pending | Phase::Running | Phase::Successful => Severity::Info,
        };
        Assessment { phase, reason: Reason::new(code, severity, self.metric.name.clone(), text) }
    }

    fn made(&self, phase: Phase, code: ReasonCode, text: String, observed: u32, limit: u32) -> Assessment {
        let evidence = Evidence {
            observed: Some(f64::from(observed)),
            threshold: Some(f64::from(limit)),
            unit: Some("1".to_owned()),
            error: (phase == Phase::Error).then(|| self.error.map(str::to_owned)).flatten(),
            ..Evidence::default()
        };
        let Assessment { phase, reason } = self.plain(phase, code, text);
        Assessment { phase, reason: reason.with(evidence) }
    }

    fn exceeded(&self, tally: &Tally) -> Option<Assessment> {
        let metric = self.metric;
        let rows = [
            (tally.failed, metric.failure_limit, "failed", "", code::FAILED_OVER_LIMIT, Phase::Failed),
            (
                tally.consecutive_failure,
                metric.consecutive_failure_limit,
                "failed",
                " in a row",
                code::FAILED_IN_A_ROW_OVER_LIMIT,
                Phase::Failed,
            ),
            (
                tally.consecutive_error,
                Some(metric.consecutive_error_limit),
                "",
                " in a row",
                code::ERRORS_OVER_LIMIT,
                Phase::Error,
            ),
            (
                tally.inconclusive,
                Some(metric.inconclusive_limit),
                "inconclusive",
                "",
                code::INCONCLUSIVE_OVER_LIMIT,
                Phase::Inconclusive,
            ),
        ];
        rows.into_iter().find_map(|(n, limit, kind, row, code, phase)| {
            let limit = limit.filter(|limit| n > *limit)?;
            let what = match phase {
                Phase::Error => format!("{n} error{}", if n == 1 { "" } else { "s" }),
                _ => measurements(n, kind),
            };
            let verb = if n == 1 { "is" } else { "are" };
            let told = self.error.filter(|_| phase == Phase::Error);
            let told = told
                .map_or_else(String::new, |text| format!(", the last: {}", crate::error::shortened(text)));
            let text = format!("{what}{row} {verb} more than the limit of {limit}{told}");
            Some(self.made(phase, code, text, n, limit))
        })
    }

    /// The phase that the count decides: when it is reached, or when no measurement that is left can change it.
    ///
    /// Errors are no measurements, so errors to come decide nothing. With `left` measurements still to come: more failed
    /// ones than the limit need `left` of at least the difference, and so on. Without a limit of successes in a row, one
    /// success at the end is always possible. With it, the row must still fit into what is left.
    fn count_decides(&self, tally: &Tally, left: u32, end: EndRule) -> Option<Assessment> {
        let metric = self.metric;
        let may_exceed = |n: u32, limit: Option<u32>| {
            limit.is_some_and(|limit| u64::from(n) + u64::from(left) > u64::from(limit))
        };
        let may_fail = may_exceed(tally.failed, metric.failure_limit)
            || may_exceed(tally.consecutive_failure, metric.consecutive_failure_limit);
        let may_be_inconclusive = may_exceed(tally.inconclusive, Some(metric.inconclusive_limit));
        let has_failure_limit = metric.failure_limit.is_some() || metric.consecutive_failure_limit.is_some();
        match metric.consecutive_success_limit {
            None if left == 0 => Some(self.last(tally, end)),
            None if !may_fail && !may_be_inconclusive && tally.successful > 0 => {
                let text = format!("none of {} that are left can exceed a limit", measurements(left, ""));
                Some(self.plain(Phase::Successful, code::METRIC_DECIDED_EARLY, text))
            }
            None => None,
            Some(limit) => {
                let reachable = u64::from(tally.consecutive_success) + u64::from(left) >= u64::from(limit);
                let settled = match has_failure_limit {
                    true => left == 0 || !may_fail,
                    false => left == 0 || !may_be_inconclusive,
                };
                if (left > 0 && reachable) || !settled {
                    return None;
                }
                let phase = if has_failure_limit { Phase::Inconclusive } else { Phase::Failed };
                let row = measurements(limit, "successful");
                let text = if left == 0 {
                    format!("{} without {row} in a row", measurements(tally.count(), ""))
                } else {
                    format!("{row} in a row do not fit into the {left} that are left")
                };
                Some(self.made(phase, code::SUCCESSES_NOT_IN_A_ROW, text, tally.consecutive_success, limit))
            }
        }
    }

    /// The phase within all limits after the last measurement.
    fn last(&self, tally: &Tally, end: EndRule) -> Assessment {
        let n = tally.count();
        if tally.successful > 0 || end == EndRule::WithinLimits {
            let text = format!(
                "{} of {} are successful, the others within the limits",
                tally.successful,
                measurements(n, "")
            );
            return self.made(Phase::Successful, code::METRIC_COMPLETE, text, tally.successful, n);
        }
        let phase = if tally.failed > 0 { Phase::Failed } else { Phase::Inconclusive };
        let text = match n {
            0 => format!("none of {} queries returned a result", tally.errors.max(tally.consecutive_error)),
            _ => format!("none of {} is successful", measurements(n, "")),
        };
        self.made(phase, code::NO_SUCCESS, text, 0, 1)
    }
}
