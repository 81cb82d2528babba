//! The state of alerts at an instant, from the samples until then.
use super::alert_report::{
    Alert, AlertReport, AlertSample, AlertSeries, AlertStatus, AlertVerdict, Firing, check_series,
};
use super::alert_rule::{AlertLimit, AlertRule, AlertRules};
use super::code;
use crate::digest;
use crate::error::{Faults, Result};
use crate::reason::{Evidence, Reason, ReasonCode, Severity, format_duration, number};
use crate::stats::Direction;
use crate::time::Timestamp;
use crate::wire::PolicyText as _;

/// Evaluates alert rules on the samples of their metrics until `now`.
///
/// 1. A sample counts from its instant until the next one, for at most `maxAge`. A baseline metric is read in the same way.
/// 2. The metric is beyond its limit, within it, or has no data: no sample that counts, no finite value, no baseline.
/// 3. An alert is pending since the sample with which the metric went beyond its limit. It fires once that lasted for
///    `pendingFor`, and, unless `pendingFor` is 0, once a second sample agrees. A sample within the limit and a gap in the
///    data both begin it anew, as in Prometheus.
/// 4. Samples after `now` are ignored.
///
/// The result depends on the samples and `now` alone. A late call gives the same result as calling at every sample;
/// `firings` says what happened in between.
///
/// | verdict | condition |
/// | --- | --- |
/// | `firing` | an alert of severity `error` or `critical` fires |
/// | `warning` | otherwise, an alert of severity `warning` fires |
/// | `no_data` | otherwise, a rule has no data, whatever its severity |
/// | `pending` | otherwise, an alert of severity `warning` or worse is pending |
/// | `ok` | otherwise |
///
/// ```
/// use relcore::analysis::{AlertLimit, AlertRule, AlertRules, AlertSample, AlertSeries, AlertVerdict, evaluate_alerts};
/// use relcore::Timestamp;
/// let rules = AlertRules::new([AlertRule::new("SlowResponses", "latency_p95", AlertLimit::Fixed { value: 0.8 })]);
/// let at = |minute| Timestamp::parse(&format!("2026-11-23T09:{minute:02}:00Z"));
/// let mut samples = vec![];
/// for minute in 0..6 {
///     samples.push(AlertSample::new(at(minute)?, 0.95));
/// }
/// let series = [AlertSeries::new("latency_p95", samples)];
/// assert_eq!(evaluate_alerts(&rules, &series, at(4)?)?.verdict, AlertVerdict::Pending);
/// assert_eq!(evaluate_alerts(&rules, &series, at(5)?)?.verdict, AlertVerdict::Firing);
/// // Pitfall: an alert without data is not ok.
/// assert_eq!(evaluate_alerts(&rules, &series, at(30)?)?.verdict, AlertVerdict::NoData);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: those of [`alert_rules_from_json`](crate::analysis::alert_rules_from_json) for the rules, `duplicate`
/// for two series of one metric and for two samples of one instant, `unordered` for samples that are not in the order of
/// time.
pub fn evaluate_alerts(rules: &AlertRules, series: &[AlertSeries], now: Timestamp) -> Result<AlertReport> {
    let mut faults = Faults::new();
    rules.check("rules", &mut faults);
    check_series(series, &mut faults);
    faults.finish()?;
    let policy_digest = digest::of(rules)?;
    let watched: Vec<Watched> = rules.rules.iter().map(|rule| Watched::new(rule, series, now)).collect();
    Ok(report(&watched, policy_digest))
}

/// The state of a metric from an instant on.
#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Beyond {
        value: f64,
        limit: f64,
    },
    Within {
        value: f64,
        limit: f64,
    },
    /// A value without a limit, or neither.
    Unknown {
        value: Option<f64>,
    },
}

/// A rule with its state at `now`.
struct Watched<'a> {
    rule: &'a AlertRule,
    state: State,
    status: AlertStatus,
    beyond_since: Option<Timestamp>,
    firings: Vec<Firing>,
    next_check_at: Option<Timestamp>,
    now: Timestamp,
}

/// A time during which a metric is beyond its limit without a break.
struct Violation {
    since: Timestamp,
    /// The second sample in it.
    confirmed_at: Option<Timestamp>,
}

impl Violation {
    /// When the alert fires if nothing changes; `None` as long as a single sample says so.
    fn fires_at(&self, rule: &AlertRule) -> Option<Timestamp> {
        let lasted = self.since.plus(rule.pending_for).ok()?;
        if rule.pending_for.as_millis() == 0 {
            return Some(lasted);
        }
        self.confirmed_at.map(|confirmed| confirmed.max(lasted))
    }

    /// The time during which the alert fired, if it ended at this instant.
    fn ended(&self, rule: &AlertRule, end: Timestamp) -> Option<Firing> {
        let fired_at = self.fires_at(rule).filter(|fired| *fired < end)?;
        Some(Firing { beyond_at: self.since, fired_at, ended_at: Some(end) })
    }
}

impl<'a> Watched<'a> {
    fn new(rule: &'a AlertRule, series: &'a [AlertSeries], now: Timestamp) -> Self {
        let samples = |name: &str| {
            let found = series.iter().find(|each| each.metric == name);
            let samples: &[AlertSample] = found.map_or(&[], |series| &series.samples);
            samples.get(..samples.partition_point(|sample| sample.at <= now)).unwrap_or_default()
        };
        let own = samples(&rule.metric);
        let baseline = match &rule.limit {
            AlertLimit::BaselineMetric { metric, .. } => samples(metric),
            _ => &[],
        };
        // The state changes only at these instants: at a sample, and when one grows too old.
        let ends = own.iter().chain(baseline).filter_map(|sample| sample.at.plus(rule.max_age).ok());
        let mut instants: Vec<Timestamp> = own
            .iter()
            .chain(baseline)
            .map(|sample| sample.at)
            .chain(ends.filter(|end| *end <= now))
            .collect();
        instants.sort_unstable();
        instants.dedup();

        let mut state = State::Unknown { value: None };
        let mut violation: Option<Violation> = None;
        let mut firings = Vec::new();
        for instant in instants {
            state = rule.state(own, baseline, instant);
            let is_sample = own.binary_search_by_key(&instant, |sample| sample.at).is_ok();
            match (state, &mut violation) {
                (State::Beyond { .. }, None) => {
                    violation = Some(Violation { since: instant, confirmed_at: None });
                }
                (State::Beyond { .. }, Some(running)) if is_sample => {
                    running.confirmed_at.get_or_insert(instant);
                }
                (State::Beyond { .. }, Some(_)) => {}
                (_, running) => {
                    firings.extend(running.take().and_then(|violation| violation.ended(rule, instant)));
                }
            }
        }
        let fires_at = violation.as_ref().and_then(|violation| violation.fires_at(rule));
        let status = match state {
            State::Beyond { .. } if fires_at.is_some_and(|at| at <= now) => AlertStatus::Firing,
            State::Beyond { .. } => AlertStatus::Pending,
            State::Within { .. } => AlertStatus::Ok,
            State::Unknown { .. } => AlertStatus::NoData,
        };
        if let (AlertStatus::Firing, Some(violation), Some(fired_at)) = (status, &violation, fires_at) {
            firings.push(Firing { beyond_at: violation.since, fired_at, ended_at: None });
        }
        // A sample that grows too old ends everything but a lack of data.
        let last_until =
            |samples: &[AlertSample]| samples.last().and_then(|last| last.at.plus(rule.max_age).ok());
        let ends = [last_until(own), last_until(baseline)].into_iter().flatten();
        let next_check_at =
            ends.filter(|_| status != AlertStatus::NoData).chain(fires_at).filter(|at| *at > now).min();
        let beyond_since = violation.map(|violation| violation.since);
        Self { rule, state, status, beyond_since, firings, next_check_at, now }
    }

    fn alert(&self) -> Alert {
        let (value, limit) = match self.state {
            State::Beyond { value, limit } | State::Within { value, limit } => (Some(value), Some(limit)),
            State::Unknown { value } => (value, None),
        };
        Alert {
            name: self.rule.name.clone(),
            metric: self.rule.metric.clone(),
            severity: self.rule.severity,
            status: self.status,
            value,
            limit,
            beyond_since: self.beyond_since,
            firings: self.firings.clone(),
        }
    }

    /// The metric whose data is missing.
    fn missing(&self) -> Option<&'a str> {
        match (self.state, &self.rule.limit) {
            (State::Unknown { value: None }, _) => Some(&self.rule.metric),
            (State::Unknown { value: Some(_) }, AlertLimit::BaselineMetric { metric, .. }) => Some(metric),
            (State::Unknown { value: Some(_) }, _) => Some(&self.rule.metric), // the limit is not finite
            _ => None,
        }
    }

    /// Why the alert is not ok; `None` if it is.
    fn reason(&self) -> Option<Reason> {
        let rule = self.rule;
        let (code, severity): (ReasonCode, Severity) = match self.status {
            AlertStatus::Firing => (code::ALERT_FIRING, rule.severity),
            AlertStatus::Pending => (code::ALERT_PENDING, rule.severity.min(Severity::Warning)),
            AlertStatus::NoData => (code::ALERT_NO_DATA, Severity::Warning),
            AlertStatus::Ok => return None,
        };
        let (text, observed, threshold) = match self.state {
            State::Beyond { value, limit } => {
                let side = match rule.direction {
                    Direction::DecreaseIsBad => "below",
                    _ => "above",
                };
                let lasted = self.beyond_since.map_or(crate::time::Span::ZERO, |since| self.now.since(since));
                let text = format!(
                    "`{}` is {}, {side} the limit of {}, for {} of {}",
                    rule.metric,
                    rule.shown(value),
                    rule.shown(limit),
                    format_duration(lasted),
                    format_duration(rule.pending_for)
                );
                (text, Some(value), Some(limit))
            }
            State::Within { .. } => return None,
            State::Unknown { value } => {
                let name = self.missing().unwrap_or(&rule.metric);
                let text = format!(
                    "`{name}` has no finite value that is newer than {}, so the alert cannot be evaluated",
                    format_duration(rule.max_age)
                );
                (text, value, None)
            }
        };
        let evidence = Evidence { observed, threshold, unit: rule.unit.clone(), ..Evidence::default() };
        Some(Reason::new(code, severity, &rule.name, text).with(evidence))
    }
}

impl AlertRule {
    /// The state at an instant at which no later sample exists yet.
    fn state(&self, own: &[AlertSample], baseline: &[AlertSample], at: Timestamp) -> State {
        let latest = |samples: &[AlertSample]| {
            let sample = samples.get(samples.partition_point(|sample| sample.at <= at).checked_sub(1)?)?;
            let counts = at.since(sample.at) < self.max_age;
            sample.value.filter(|value| counts && value.is_finite())
        };
        let value = latest(own);
        let (Some(value), Some(limit)) = (value, self.limit_of(|| latest(baseline))) else {
            return State::Unknown { value };
        };
        let is_beyond = match self.direction {
            Direction::DecreaseIsBad => value < limit,
            _ => value > limit,
        };
        if is_beyond { State::Beyond { value, limit } } else { State::Within { value, limit } }
    }

    /// The limit, if its baseline is known.
    pub(crate) fn limit_of(&self, latest: impl FnOnce() -> Option<f64>) -> Option<f64> {
        let (baseline, percent, min_change) = match &self.limit {
            AlertLimit::Fixed { value } => return Some(*value),
            AlertLimit::FixedBaseline { baseline, percent, min_change } => (*baseline, *percent, *min_change),
            AlertLimit::BaselineMetric { percent, min_change, .. } => (latest()?, *percent, *min_change),
        };
        let change = baseline.abs() * percent / 100.0;
        let limit = match self.direction {
            Direction::DecreaseIsBad => (baseline - change).min(baseline - min_change),
            _ => (baseline + change).max(baseline + min_change),
        };
        Some(limit).filter(|limit| limit.is_finite())
    }

    /// A value with the unit.
    fn shown(&self, value: f64) -> String {
        match self.unit.as_deref() {
            None | Some("1") => number(value),
            Some(unit) => format!("{} {unit}", number(value)),
        }
    }
}

fn report(watched: &[Watched], policy_digest: String) -> AlertReport {
    let count = |status: AlertStatus, least: Severity| {
        watched.iter().filter(|each| each.status == status && each.rule.severity >= least).count()
    };
    let rules = watched.len();
    let serious = count(AlertStatus::Firing, Severity::Error);
    let firing = count(AlertStatus::Firing, Severity::Warning);
    let no_data = count(AlertStatus::NoData, Severity::Info);
    let pending = count(AlertStatus::Pending, Severity::Warning);
    let (verdict, code, severity, text) = if serious > 0 {
        let text = format!("{serious} of {rules} alerts fire with severity error or critical");
        (AlertVerdict::Firing, code::ALERTS_FIRING, Severity::Error, text)
    } else if firing > 0 {
        let text = format!("{firing} of {rules} alerts fire with severity warning");
        (AlertVerdict::Warning, code::ALERTS_WARNING, Severity::Warning, text)
    } else if no_data > 0 {
        let text = format!("{no_data} of {rules} alerts have no data");
        (AlertVerdict::NoData, code::ALERTS_NO_DATA, Severity::Warning, text)
    } else if pending > 0 {
        let text = format!("{pending} of {rules} alerts are pending");
        (AlertVerdict::Pending, code::ALERTS_PENDING, Severity::Warning, text)
    } else {
        let text = format!("no alert of {rules} speaks against the release");
        (AlertVerdict::Ok, code::ALERTS_OK, Severity::Info, text)
    };
    let mut reasons = vec![Reason::new(code, severity, "alerts", text)];
    reasons.extend(watched.iter().filter_map(Watched::reason));
    let mut missing: Vec<String> = watched.iter().filter_map(Watched::missing).map(str::to_owned).collect();
    missing.sort_unstable();
    missing.dedup();
    AlertReport {
        verdict,
        alerts: watched.iter().map(Watched::alert).collect(),
        reasons,
        missing,
        next_check_at: watched.iter().filter_map(|each| each.next_check_at).min(),
        policy_digest,
    }
}
