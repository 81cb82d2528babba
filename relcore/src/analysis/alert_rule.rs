use crate::error::{ErrorKind, Faults, Result, join, quoted};
use crate::input::input;
use crate::reason::Severity;
use crate::stats::Direction;
use crate::time::Span;
use crate::wire::{self, PolicyText, tagged};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

input! {
    /// The alert rules of a release.
    ///
    /// ```
    /// use relcore::analysis::{AlertLimit, AlertRule, AlertRules};
    /// use relcore::{Severity, Span};
    /// let slow = AlertRule::new("SlowResponses", "latency_p95", AlertLimit::Fixed { value: 0.8 });
    /// let rules = AlertRules::new([slow.severity(Severity::Critical).pending_for(Span::from_minutes(10)).unit("s")]);
    /// assert_eq!(rules.rules.len(), 1);
    /// ```
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "analysis.AlertRules", rename_all = "camelCase", deny_unknown_fields)]
    pub struct AlertRules {
        /// The rules: at least one, each with its own name.
        pub rules: Vec<AlertRule>,
    }
}

impl AlertRules {
    /// These rules.
    #[must_use]
    pub fn new(rules: impl IntoIterator<Item = AlertRule>) -> Self {
        Self { rules: rules.into_iter().collect() }
    }
}

input! {
    /// A metric, the limit beyond which it is bad, and for how long.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "analysis.AlertRule", rename_all = "camelCase", deny_unknown_fields)]
    pub struct AlertRule {
        /// The name of the alert.
        pub name: String,
        /// The name of the metric.
        pub metric: String,
        /// The limit.
        pub limit: AlertLimit,
        /// Whether values above the limit are bad, or those below it. A value at the limit is good. Default
        /// `increase_is_bad`.
        #[serde(default = "usual_direction")]
        pub direction: Direction,
        /// How serious it is when the alert fires: `error` and `critical` are evidence against the release, `warning` asks
        /// a person, `info` is context. Default `error`.
        #[serde(default = "usual_severity")]
        pub severity: Severity,
        /// How long the metric must be bad without a break before the alert fires (Prometheus: `for`). Default 5 minutes.
        /// With 0, a single sample fires; with more, two samples are needed, however far apart.
        #[serde(default = "usual_pending")]
        pub pending_for: Span,
        /// How long a sample counts until the next one. After it there is no data. Default 5 minutes, as Prometheus.
        #[serde(default = "usual_age")]
        pub max_age: Span,
        /// The unit of the metric: a UCUM code such as `%`, `s`, `ms`; `1` for a share.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub unit: Option<String>,
        /// More labels of the alert, for routing: `team` to `payments`. Default: none.
        #[serde(default)]
        pub labels: BTreeMap<String, String>,
        /// What a person reads first. Default: a sentence with the metric and its limit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub summary: Option<String>,
    }
}

fn usual_direction() -> Direction {
    Direction::IncreaseIsBad
}

fn usual_severity() -> Severity {
    Severity::Error
}

fn usual_pending() -> Span {
    Span::from_minutes(5)
}

fn usual_age() -> Span {
    Span::from_minutes(5)
}

impl AlertRule {
    /// A rule with all defaults.
    #[must_use]
    pub fn new(name: impl Into<String>, metric: impl Into<String>, limit: AlertLimit) -> Self {
        Self {
            name: name.into(),
            metric: metric.into(),
            limit,
            direction: usual_direction(),
            severity: usual_severity(),
            pending_for: usual_pending(),
            max_age: usual_age(),
            unit: None,
            labels: BTreeMap::new(),
            summary: None,
        }
    }
}

tagged! {
    "analysis.AlertLimit";
    /// The limit of an alert rule.
    #[derive(Clone, Debug, PartialEq)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub enum AlertLimit {
        /// A number: response time above 800 ms, CPU above 80 %.
        Fixed {
            /// The number, in the unit of the metric.
            value: f64,
        },
        /// A change against a number that was measured before the release.
        FixedBaseline {
            /// That number, in the unit of the metric.
            baseline: f64,
            /// The change for the worse in percent of the magnitude of the baseline; 0 or more.
            percent: f64,
            /// The change for the worse, in the unit of the metric, that is tolerated whatever the percentage; 0 or more.
            /// Default 0.
            #[serde(default)]
            min_change: f64,
        },
        /// A change against another metric at the same time: the same one of the previous version.
        BaselineMetric {
            /// The name of the other metric.
            metric: String,
            /// The change for the worse in percent of the magnitude of the baseline; 0 or more.
            percent: f64,
            /// The change for the worse, in the unit of the metric, that is tolerated whatever the percentage; 0 or more.
            /// Default 0.
            #[serde(default)]
            min_change: f64,
        },
    }
}

/// The rules of the first hours after a release of a usual service.
///
/// | alert | metric | fires | after | severity |
/// | --- | --- | --- | --- | --- |
/// | `ErrorRateAboveBaseline` | `error_rate` | above `error_rate_previous` by 50 %, and by 0.005 | 5 min | error |
/// | `ResponseTimeAboveLimit` | `latency_p95` | above 1 s | 5 min | error |
/// | `CpuAboveLimit` | `cpu_utilization` | above 0.9 | 15 min | warning |
/// | `MemoryAboveLimit` | `memory_utilization` | above 0.9 | 15 min | warning |
/// | `HealthChecksFailed` | `healthy_share` | below 1 | 2 min | critical |
/// | `ServerErrorsAboveBaseline` | `http_5xx_rate` | above `http_5xx_rate_previous` by 50 %, and by 0.005 | 5 min | error |
///
/// No limits are agreed on in the field; these are relcore's own. The metrics that end in `_previous` are those of the
/// version before, measured at the same time, or before the release.
///
/// ```
/// let rules = relcore::analysis::standard_alert_rules();
/// assert_eq!(rules.rules.len(), 6);
/// // Pitfall: a rule without samples has no data, which is not ok. Remove the rules of metrics that you do not have.
/// ```
#[must_use]
pub fn standard_alert_rules() -> AlertRules {
    let baseline =
        |metric: &str| AlertLimit::BaselineMetric { metric: metric.into(), percent: 50.0, min_change: 0.005 };
    let fixed = |value| AlertLimit::Fixed { value };
    let minutes = Span::from_minutes;
    AlertRules::new([
        AlertRule::new("ErrorRateAboveBaseline", "error_rate", baseline("error_rate_previous")).unit("1"),
        AlertRule::new("ResponseTimeAboveLimit", "latency_p95", fixed(1.0)).unit("s"),
        AlertRule::new("CpuAboveLimit", "cpu_utilization", fixed(0.9))
            .severity(Severity::Warning)
            .pending_for(minutes(15))
            .unit("1"),
        AlertRule::new("MemoryAboveLimit", "memory_utilization", fixed(0.9))
            .severity(Severity::Warning)
            .pending_for(minutes(15))
            .unit("1"),
        AlertRule::new("HealthChecksFailed", "healthy_share", fixed(1.0))
            .direction(Direction::DecreaseIsBad)
            .severity(Severity::Critical)
            .pending_for(minutes(2))
            .unit("1"),
        AlertRule::new("ServerErrorsAboveBaseline", "http_5xx_rate", baseline("http_5xx_rate_previous"))
            .unit("1"),
    ])
}

/// Reads alert rules from JSON text. A key that is left out has its default; `rules` has none.
///
/// ```
/// let rules = relcore::analysis::alert_rules_from_json(
///     r#"{"rules": [{"name": "Cpu", "metric": "cpu", "limit": {"type": "fixed", "value": 0.9}, "pendingFor": "10m"}]}"#,
/// )?;
/// assert_eq!(rules.rules[0].pending_for.to_string(), "PT10M");
/// // Pitfall: no rules are no reason to go on.
/// assert!(relcore::analysis::alert_rules_from_json(r#"{"rules": []}"#).is_err());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `syntax` for text that is not JSON, `unknown_field` for `"for": "10m"`, `invalid_value` for no rules,
/// an empty name and the label `alertname`, `duplicate` for a repeated name, `out_of_range` for a negative `percent` or
/// `pendingFor` and a `maxAge` of 0.
pub fn alert_rules_from_json(text: &str) -> Result<AlertRules> {
    wire::policy_from_json(text)
}

/// Reads alert rules from YAML text. A key that is left out has its default; `rules` has none.
///
/// ```
/// let rules = relcore::analysis::alert_rules_from_yaml(
///     "rules:\n- {name: Cpu, metric: cpu, limit: {type: fixed, value: 0.9}, severity: warning}\n",
/// )?;
/// assert_eq!(rules.rules[0].severity, relcore::Severity::Warning);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`alert_rules_from_json`], with the line and the column of each fault; `.nan` and `.inf` are refused as `syntax`.
#[cfg(feature = "yaml")]
pub fn alert_rules_from_yaml(text: &str) -> Result<AlertRules> {
    wire::policy_from_yaml(text)
}

impl PolicyText for AlertRules {
    const TYPE: &'static str = "analysis.AlertRules";

    fn check(&self, path: &str, faults: &mut Faults) {
        let list = join(path, "rules");
        faults.check(
            !self.rules.is_empty(),
            ErrorKind::InvalidValue,
            format_args!("{list}"),
            format_args!("expected at least one rule"),
        );
        let mut names = BTreeSet::new();
        for (index, rule) in self.rules.iter().enumerate() {
            let path = format!("{list}[{index}]");
            faults.check(
                names.insert(&rule.name),
                ErrorKind::Duplicate,
                format_args!("{path}.name"),
                format_args!("{} is the name of an earlier rule", quoted(&rule.name)),
            );
            rule.check(&path, faults);
        }
    }
}

impl AlertRule {
    fn check(&self, path: &str, faults: &mut Faults) {
        for (field, text) in [("name", &self.name), ("metric", &self.metric)] {
            faults.check(
                !text.is_empty(),
                ErrorKind::InvalidValue,
                format_args!("{path}.{field}"),
                format_args!("expected a name"),
            );
        }
        self.limit.check(&join(path, "limit"), faults);
        faults.check(
            !self.pending_for.is_negative(),
            ErrorKind::OutOfRange,
            format_args!("{path}.pendingFor"),
            format_args!("`{}` is out of range: expected a span that is not negative", self.pending_for),
        );
        faults.check(
            self.max_age > Span::ZERO,
            ErrorKind::OutOfRange,
            format_args!("{path}.maxAge"),
            format_args!("`{}` is out of range: expected a span above 0", self.max_age),
        );
        for label in self.labels.keys() {
            faults.check(
                is_label(label),
                ErrorKind::InvalidValue,
                format_args!("{path}.labels"),
                format_args!(
                    "{} is not the name of a label: expected letters, digits and `_`, not `alertname` or `severity`",
                    quoted(label)
                ),
            );
        }
    }
}

/// A name of Prometheus that neither it nor relcore uses itself.
fn is_label(name: &str) -> bool {
    let is_word = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    is_word && begins && !name.starts_with("__") && !["alertname", "severity", "status"].contains(&name)
}

/// Numbers with the names of their fields.
type Numbers<'a> = &'a [(&'static str, f64)];

impl AlertLimit {
    fn check(&self, path: &str, faults: &mut Faults) {
        let (fixed, changes): (Numbers, Numbers) = match self {
            Self::Fixed { value } => (&[("value", *value)], &[]),
            Self::FixedBaseline { baseline, percent, min_change } => {
                (&[("baseline", *baseline)], &[("percent", *percent), ("minChange", *min_change)])
            }
            Self::BaselineMetric { metric, percent, min_change } => {
                faults.check(
                    !metric.is_empty(),
                    ErrorKind::InvalidValue,
                    format_args!("{path}.metric"),
                    format_args!("expected a name"),
                );
                (&[], &[("percent", *percent), ("minChange", *min_change)])
            }
        };
        for (name, number) in fixed {
            faults.check(
                number.is_finite(),
                ErrorKind::OutOfRange,
                format_args!("{path}.{name}"),
                format_args!("`{number}` is out of range: expected a finite number"),
            );
        }
        for (name, number) in changes {
            faults.check(
                number.is_finite() && *number >= 0.0,
                ErrorKind::OutOfRange,
                format_args!("{path}.{name}"),
                format_args!("`{number}` is out of range: expected a finite number of 0 or more"),
            );
        }
    }
}
