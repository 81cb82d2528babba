use super::judge::judge;
use super::judge_policy::{BadChange, JudgePolicy, JudgedMetric, SeriesPair};
use super::judgement::Judgement;
use crate::error::{ErrorKind, Faults, Result, join, quoted};
use crate::input::input;
use crate::reason::Severity;
use crate::stats::Direction;
use crate::time::Span;
use crate::wire::{self, PolicyText};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

input! {
    /// What is watched after a release, and for how long.
    ///
    /// ```
    /// use relcore::analysis::{MonitoredMetric, Monitoring, MonitoringArea};
    /// let errors = MonitoredMetric::new("error_rate", MonitoringArea::Errors).unit("1");
    /// assert_eq!(Monitoring::new([errors]).duration, relcore::Span::from_hours(24));
    /// ```
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "analysis.Monitoring", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Monitoring {
        /// How long the release is watched. Default 24 hours.
        #[serde(default = "usual_duration")]
        pub duration: Span,
        /// The metrics: at least one, each with its own name.
        pub metrics: Vec<MonitoredMetric>,
    }
}

fn usual_duration() -> Span {
    Span::from_hours(24)
}

impl Monitoring {
    /// These metrics, for 24 hours.
    #[must_use]
    pub fn new(metrics: impl IntoIterator<Item = MonitoredMetric>) -> Self {
        Self { duration: usual_duration(), metrics: metrics.into_iter().collect() }
    }
}

input! {
    /// A metric that is watched after a release.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "analysis.MonitoredMetric", rename_all = "camelCase", deny_unknown_fields)]
    pub struct MonitoredMetric {
        /// The name of the metric.
        pub name: String,
        /// The part of the system that it is about.
        pub area: MonitoringArea,
        /// The unit: a UCUM code such as `%`, `s`, `ms`; `1` for a share or a number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub unit: Option<String>,
        /// Which change is for the worse. Default `increase_is_bad`.
        #[serde(default = "usual_direction")]
        pub direction: Direction,
        /// How serious a change for the worse is. `critical` fails a comparison alone, `info` is not compared. Default
        /// `error`.
        #[serde(default = "usual_severity")]
        pub severity: Severity,
        /// How often to look at it. Default 1 minute.
        #[serde(default = "usual_cadence")]
        pub cadence: Span,
        /// The change of the mean for the worse, in percent of the previous version, that is tolerated: 0 or more, and below
        /// 100 where a decrease is bad. Default 10.
        #[serde(default = "usual_tolerance")]
        pub tolerated_percent: f64,
    }
}

fn usual_direction() -> Direction {
    Direction::IncreaseIsBad
}

fn usual_severity() -> Severity {
    Severity::Error
}

fn usual_cadence() -> Span {
    Span::from_minutes(1)
}

fn usual_tolerance() -> f64 {
    10.0
}

impl MonitoredMetric {
    /// A metric with all defaults.
    #[must_use]
    pub fn new(name: impl Into<String>, area: MonitoringArea) -> Self {
        Self {
            name: name.into(),
            area,
            unit: None,
            direction: usual_direction(),
            severity: usual_severity(),
            cadence: usual_cadence(),
            tolerated_percent: usual_tolerance(),
        }
    }
}

/// A part of the system that is watched after a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "analysis.MonitoringArea", rename_all = "snake_case")]
pub enum MonitoringArea {
    /// Errors and exceptions.
    Errors,
    /// Response times, throughput and use of resources.
    Performance,
    /// What users do.
    Users,
    /// Servers, databases and queues.
    Infrastructure,
    /// Conversion, revenue and retention.
    Business,
    /// What users say.
    Feedback,
}

/// What to watch in the first 24 hours after a release.
///
/// | area | metrics | bad is | look every |
/// | --- | --- | --- | --- |
/// | errors | `error_rate`, `exceptions`, `http_5xx_rate` | more | minute |
/// | performance | `latency_p50`, `latency_p95`, `latency_p99`, `cpu_utilization`, `memory_utilization` | more | minute |
/// | performance | `throughput` | less | minute |
/// | users | `active_users`, `sessions` | less | 15 minutes |
/// | users | `feature_adoption` | less | hour |
/// | infrastructure | `healthy_share` | less | minute |
/// | infrastructure | `database_connections`, `queue_depth` | more | minute |
/// | business | `conversion_rate`, `revenue` | less | hour |
/// | business | `retention` | less | day |
/// | feedback | `complaints` | more | hour |
/// | feedback | `feedback_score` | less | hour |
///
/// `error_rate` and `healthy_share` are critical; what takes days to show (`feature_adoption`, `retention`) is `info`.
///
/// ```
/// let monitoring = relcore::analysis::standard_monitoring();
/// assert_eq!(monitoring.metrics.len(), 20);
/// ```
#[must_use]
pub fn standard_monitoring() -> Monitoring {
    use Direction::{DecreaseIsBad as Less, IncreaseIsBad as More};
    use MonitoringArea::{Business, Errors, Feedback, Infrastructure, Performance, Users};
    use Severity::{Critical, Error, Info, Warning};
    const ROWS: [(MonitoringArea, &str, &str, Direction, Severity, i32); 20] = [
        (Errors, "error_rate", "1", More, Critical, 1),
        (Errors, "exceptions", "1/s", More, Error, 1),
        (Errors, "http_5xx_rate", "1", More, Error, 1),
        (Performance, "latency_p50", "s", More, Warning, 1),
        (Performance, "latency_p95", "s", More, Error, 1),
        (Performance, "latency_p99", "s", More, Error, 1),
        (Performance, "throughput", "1/s", Less, Error, 1),
        (Performance, "cpu_utilization", "1", More, Warning, 1),
        (Performance, "memory_utilization", "1", More, Warning, 1),
        (Users, "active_users", "{user}", Less, Error, 15),
        (Users, "feature_adoption", "1", Less, Info, 60),
        (Users, "sessions", "{session}", Less, Warning, 15),
        (Infrastructure, "healthy_share", "1", Less, Critical, 1),
        (Infrastructure, "database_connections", "{connection}", More, Warning, 1),
        (Infrastructure, "queue_depth", "{message}", More, Warning, 1),
        (Business, "conversion_rate", "1", Less, Error, 60),
        (Business, "revenue", "{currency}", Less, Error, 60),
        (Business, "retention", "1", Less, Info, 24 * 60),
        (Feedback, "complaints", "{complaint}", More, Warning, 60),
        (Feedback, "feedback_score", "1", Less, Warning, 60),
    ];
    Monitoring::new(ROWS.iter().map(|(area, name, unit, direction, severity, minutes)| {
        MonitoredMetric::new(*name, *area)
            .unit(*unit)
            .direction(*direction)
            .severity(*severity)
            .cadence(Span::from_minutes(*minutes))
    }))
}

/// Compares the metrics of a release with those of the previous version, by the rank test of
/// [`judge`](crate::analysis::judge()).
///
/// Each metric is compared in its direction; a change up to `toleratedPercent` of the mean is good. The areas are the groups
/// of the score. A metric of severity `critical` fails the release alone; one of severity `info` is not compared. A metric
/// without values is unknown, which never passes: remove those that you do not measure.
///
/// ```
/// use relcore::analysis::{MonitoredMetric, Monitoring, MonitoringArea, Samples, SeriesPair, Verdict, compare_with_previous};
/// let monitoring = Monitoring::new([MonitoredMetric::new("latency_p95", MonitoringArea::Performance)]);
/// let of = |values: &[f64]| Samples::default().values(values.to_vec());
/// let slower = SeriesPair::new("latency_p95", of(&[0.9, 0.95, 0.92, 0.97, 0.91]), of(&[0.4, 0.42, 0.41, 0.43, 0.39]));
/// assert_eq!(compare_with_previous(&monitoring, &[slower])?.score.verdict, Verdict::Failed);
/// // Pitfall: without values there is no verdict.
/// assert_ne!(compare_with_previous(&monitoring, &[])?.score.verdict, Verdict::Passed);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults of the metrics, and of a table in which every metric is `info` (`invalid_value`); `unknown_reference` for the
/// series of a metric that is not compared, `duplicate` for a metric with two pairs, `invalid_value` for a value that is not
/// finite.
pub fn compare_with_previous(monitoring: &Monitoring, series: &[SeriesPair]) -> Result<Judgement> {
    let mut faults = Faults::new();
    monitoring.check("monitoring", &mut faults);
    let compared = monitoring.metrics.iter().filter(|metric| metric.severity > Severity::Info);
    let compared: Vec<JudgedMetric> = compared.map(MonitoredMetric::judged).collect();
    faults.check(
        monitoring.metrics.is_empty() || !compared.is_empty(),
        ErrorKind::InvalidValue,
        format_args!("monitoring.metrics"),
        format_args!("expected at least one metric of severity `warning` or worse"),
    );
    faults.finish()?;
    judge(&JudgePolicy::new(compared), series)
}

impl MonitoredMetric {
    fn judged(&self) -> JudgedMetric {
        let metric = JudgedMetric::new(self.name.clone())
            .groups([self.area.to_string()])
            .critical(self.severity == Severity::Critical);
        let tolerated = self.tolerated_percent / 100.0;
        match self.direction {
            Direction::DecreaseIsBad => metric
                .direction(BadChange::Decrease)
                .allowed_decrease(1.0 - tolerated)
                .critical_decrease(1.0 - tolerated),
            _ => metric
                .direction(BadChange::Increase)
                .allowed_increase(1.0 + tolerated)
                .critical_increase(1.0 + tolerated),
        }
    }
}

/// Reads what to watch from JSON text. A key that is left out has its default; `metrics` has none.
///
/// ```
/// let monitoring = relcore::analysis::monitoring_from_json(
///     r#"{"duration": "2h", "metrics": [{"name": "error_rate", "area": "errors"}]}"#,
/// )?;
/// assert_eq!(monitoring.metrics[0].cadence.to_string(), "PT1M");
/// // Pitfall: nothing to watch is refused.
/// assert!(relcore::analysis::monitoring_from_json(r#"{"metrics": []}"#).is_err());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `syntax` for text that is not JSON, `unknown_field` for a misspelt key, `invalid_value` for no metrics
/// and an empty name, `duplicate` for a repeated name, `out_of_range` for a duration or a cadence of 0 and for a negative
/// `toleratedPercent`.
pub fn monitoring_from_json(text: &str) -> Result<Monitoring> {
    wire::policy_from_json(text)
}

/// Reads what to watch from YAML text. A key that is left out has its default; `metrics` has none.
///
/// ```
/// let monitoring =
///     relcore::analysis::monitoring_from_yaml("metrics:\n- {name: revenue, area: business, direction: decrease_is_bad}\n")?;
/// assert_eq!(monitoring.duration.to_string(), "P1D");
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`monitoring_from_json`], with the line and the column of each fault; `.nan` and `.inf` are refused as `syntax`.
#[cfg(feature = "yaml")]
pub fn monitoring_from_yaml(text: &str) -> Result<Monitoring> {
    wire::policy_from_yaml(text)
}

impl PolicyText for Monitoring {
    const TYPE: &'static str = "analysis.Monitoring";

    fn check(&self, path: &str, faults: &mut Faults) {
        let positive = |span: Span, path: std::fmt::Arguments<'_>, faults: &mut Faults| {
            faults.check(
                span > Span::ZERO,
                ErrorKind::OutOfRange,
                path,
                format_args!("`{span}` is out of range: expected a span above 0"),
            );
        };
        positive(self.duration, format_args!("{}", join(path, "duration")), faults);
        let list = join(path, "metrics");
        faults.check(
            !self.metrics.is_empty(),
            ErrorKind::InvalidValue,
            format_args!("{list}"),
            format_args!("expected at least one metric"),
        );
        let mut names = BTreeSet::new();
        for (index, metric) in self.metrics.iter().enumerate() {
            let (path, name) = (format!("{list}[{index}]"), &metric.name);
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
                format_args!("{} is the name of an earlier metric", quoted(name)),
            );
            positive(metric.cadence, format_args!("{path}.cadence"), faults);
            let most = if metric.direction == Direction::DecreaseIsBad { 100.0 } else { f64::INFINITY };
            let percent = metric.tolerated_percent;
            faults.check(
                percent >= 0.0 && percent < most,
                ErrorKind::OutOfRange,
                format_args!("{path}.toleratedPercent"),
                format_args!(
                    "`{percent}` is out of range: expected 0 or more, and below 100 where a decrease is bad"
                ),
            );
        }
    }
}
