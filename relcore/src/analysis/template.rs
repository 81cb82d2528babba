use super::evaluation::Phase;
use crate::error::{ErrorKind, Faults, Result, join, quoted};
use crate::input::input;
use crate::scalar::Count;
use crate::time::Span;
use crate::wire::{self, PolicyText, tagged};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

input! {
    /// The metrics of an analysis, and how many of them must be successful.
    ///
    /// Every metric and every group that no group names must be successful.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "analysis.Template", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Template {
        /// The metrics; at least one.
        pub metrics: Vec<Metric>,
        /// Groups of which only some members must be successful: `a && (b || c)` is one group of `b` and `c`, `atLeast` 1.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "crate::wire::never"))]
        pub groups: Vec<MetricGroup>,
        /// What the end of a metric requires. Default `needs_success`.
        #[serde(default)]
        pub end: EndRule,
    }
}

/// What makes a metric successful that reached its count, or was ended, within its limits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "analysis.EndRule", rename_all = "snake_case")]
pub enum EndRule {
    /// At least one successful measurement.
    #[default]
    NeedsSuccess,
    /// One measurement of any phase, as in Argo Rollouts: three failed ones of three pass a failure limit of 3.
    WithinLimits,
}

input! {
    /// A measure of a release, and what its values mean.
    ///
    /// At least one of `success` and `failure` is given, and at least one of `failure_limit`,
    /// `consecutive_failure_limit` and `consecutive_success_limit`.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "analysis.Metric", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Metric {
        /// The name by which measurements and groups refer to it.
        pub name: String,
        /// When a value is successful. Absent: when `failure` does not hold.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub success: Option<Condition>,
        /// When a value is failed; it goes before `success`. Absent: when `success` does not hold. Where both are given, a
        /// value of neither is inconclusive.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub failure: Option<Condition>,
        /// What a reading that is not a number counts as. Default `inconclusive`.
        #[serde(default)]
        pub not_a_number: NoValue,
        /// What an empty result counts as. Default `error`, as Argo Rollouts.
        #[serde(default = "empty_default")]
        pub empty: NoValue,
        /// A value of fewer samples, or of an unknown number of samples, is inconclusive. Default 0.
        #[serde(default)]
        pub min_samples: Count,
        /// How many measurements are made; queries with errors are none. Absent: one without `interval`, else no end.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub count: Option<u32>,
        /// The time between two measurements.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub interval: Option<Span>,
        /// The time from the start of the run to the first measurement. Default 0.
        #[serde(default)]
        pub initial_delay: Span,
        /// The time from an error to the next query. Default 10 s, as Argo Rollouts.
        #[serde(default = "retry_default")]
        pub error_retry: Span,
        /// How many failed measurements are tolerated. Absent: no limit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub failure_limit: Option<u32>,
        /// How many failed measurements in a row are tolerated. Absent: no limit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub consecutive_failure_limit: Option<u32>,
        /// How many successful measurements in a row make the metric successful. Absent: no limit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub consecutive_success_limit: Option<u32>,
        /// How many inconclusive measurements are tolerated. Default 0, as Argo Rollouts.
        #[serde(default)]
        pub inconclusive_limit: u32,
        /// How many errors in a row are tolerated. Default 4, as Argo Rollouts.
        #[serde(default = "errors_default")]
        pub consecutive_error_limit: u32,
        /// Whether the metric is measured and reported without any effect. Default false.
        #[serde(default)]
        pub dry_run: bool,
    }
}

fn empty_default() -> NoValue {
    NoValue::Error
}

fn retry_default() -> Span {
    Span::from_millis(10_000).unwrap_or(Span::ZERO)
}

fn errors_default() -> u32 {
    4
}

impl Metric {
    /// A metric that no failed measurement is tolerated of, with all other defaults.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            success: None,
            failure: None,
            not_a_number: NoValue::Inconclusive,
            empty: NoValue::Error,
            min_samples: Count::default(),
            count: None,
            interval: None,
            initial_delay: Span::ZERO,
            error_retry: retry_default(),
            failure_limit: Some(0),
            consecutive_failure_limit: None,
            consecutive_success_limit: None,
            inconclusive_limit: 0,
            consecutive_error_limit: errors_default(),
            dry_run: false,
        }
    }

    /// The number of measurements after which the metric is over; `None` without an end.
    pub(super) fn effective_count(&self) -> Option<u32> {
        match (self.count.filter(|count| *count > 0), self.interval) {
            (Some(count), _) => Some(count),
            (None, None) => Some(1),
            (None, Some(_)) => None,
        }
    }
}

/// What a reading without a value counts as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "analysis.NoValue", rename_all = "snake_case")]
pub enum NoValue {
    /// A successful measurement, for instance where no traffic is fine.
    Successful,
    /// A failed measurement.
    Failed,
    /// An inconclusive measurement.
    #[default]
    Inconclusive,
    /// An error of the query, which is tried again.
    Error,
}

impl NoValue {
    pub(super) fn phase(self) -> Phase {
        match self {
            Self::Successful => Phase::Successful,
            Self::Failed => Phase::Failed,
            Self::Inconclusive => Phase::Inconclusive,
            Self::Error => Phase::Error,
        }
    }
}

input! {
    /// Tests of one value, joined by `and` or `or`.
    ///
    /// Every combination of comparisons of one value is a list of ranges: `(a && b) || c` is `any` of a range and a limit.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "analysis.Condition", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Condition {
        /// The tests; at least one.
        pub tests: Vec<Test>,
        /// How many tests must hold. Default `all`.
        #[serde(default)]
        pub join: Join,
    }
}

impl Condition {
    /// A condition of a single test.
    #[must_use]
    pub fn of(test: Test) -> Self {
        Self { tests: vec![test], join: Join::All }
    }

    pub(super) fn holds(&self, value: f64) -> bool {
        match self.join {
            Join::All => self.tests.iter().all(|test| test.holds(value)),
            Join::Any => self.tests.iter().any(|test| test.holds(value)),
        }
    }

    fn check(&self, path: &str, faults: &mut Faults) {
        faults.check(
            !self.tests.is_empty(),
            ErrorKind::InvalidValue,
            format_args!("{path}.tests"),
            format_args!("are empty: expected at least one"),
        );
        for (index, test) in self.tests.iter().enumerate() {
            test.check(&format!("{path}.tests[{index}]"), faults);
        }
    }
}

/// How the tests of a condition are joined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "analysis.Join", rename_all = "snake_case")]
pub enum Join {
    /// All of them must hold.
    #[default]
    All,
    /// One of them must hold.
    Any,
}

tagged! {
    "analysis.Test";
    /// A test of a finite value.
    #[derive(Clone, Debug, PartialEq)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub enum Test {
        /// `value < limit`.
        Below {
            /// The limit.
            limit: f64,
        },
        /// `value <= limit`.
        AtMost {
            /// The limit.
            limit: f64,
        },
        /// `value > limit`.
        Above {
            /// The limit.
            limit: f64,
        },
        /// `value >= limit`.
        AtLeast {
            /// The limit.
            limit: f64,
        },
        /// `low <= value <= high`.
        Within {
            /// The least value of the range.
            low: f64,
            /// The greatest value of the range.
            high: f64,
        },
        /// `value < low || value > high`.
        Outside {
            /// The least value of the range.
            low: f64,
            /// The greatest value of the range.
            high: f64,
        },
    }
}

impl Test {
    fn holds(&self, value: f64) -> bool {
        match *self {
            Self::Below { limit } => value < limit,
            Self::AtMost { limit } => value <= limit,
            Self::Above { limit } => value > limit,
            Self::AtLeast { limit } => value >= limit,
            Self::Within { low, high } => low <= value && value <= high,
            Self::Outside { low, high } => value < low || value > high,
        }
    }

    fn check(&self, path: &str, faults: &mut Faults) {
        let finite = |name: &str, value: f64, faults: &mut Faults| {
            faults.check(
                value.is_finite(),
                ErrorKind::InvalidValue,
                format_args!("{path}.{name}"),
                format_args!("`{value}` is not a finite number"),
            );
        };
        match *self {
            Self::Below { limit }
            | Self::AtMost { limit }
            | Self::Above { limit }
            | Self::AtLeast { limit } => {
                finite("limit", limit, faults);
            }
            Self::Within { low, high } | Self::Outside { low, high } => {
                finite("low", low, faults);
                finite("high", high, faults);
                faults.check(
                    low <= high || low.is_nan() || high.is_nan(),
                    ErrorKind::InvalidValue,
                    format_args!("{path}.low"),
                    format_args!("`{low}` is above `high`, `{high}`"),
                );
            }
        }
    }
}

input! {
    /// A group that is successful when at least some of its members are.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "analysis.MetricGroup", rename_all = "camelCase", deny_unknown_fields)]
    pub struct MetricGroup {
        /// The name, which no metric has.
        pub name: String,
        /// The names of metrics and of earlier groups; none of a dry run.
        pub of: Vec<String>,
        /// How many of them must be successful, from 1 to all.
        pub at_least: u32,
    }
}

impl MetricGroup {
    /// A group with the number of its members that must be successful.
    #[must_use]
    pub fn new(
        name: impl Into<String>,
        of: impl IntoIterator<Item = impl Into<String>>,
        at_least: u32,
    ) -> Self {
        Self { name: name.into(), of: of.into_iter().map(Into::into).collect(), at_least }
    }
}

impl Template {
    /// Metrics that must all be successful.
    #[must_use]
    pub fn new(metrics: impl IntoIterator<Item = Metric>) -> Self {
        Self { metrics: metrics.into_iter().collect(), groups: Vec::new(), end: EndRule::NeedsSuccess }
    }
}

/// A template to begin with: at most 1 % errors, measured every minute, five times, none failed.
#[must_use]
pub fn standard_template() -> Template {
    let mut errors = Metric::new("error-share");
    errors.success = Some(Condition::of(Test::AtMost { limit: 0.01 }));
    errors.count = Some(5);
    errors.interval = Span::from_millis(60_000).ok();
    Template::new([errors])
}

/// Reads a template from JSON text and checks it; all faults at once.
///
/// # Errors
/// `syntax` for what is not JSON, `unknown_field` for `failureLimits`, `out_of_range` for a negative `interval`,
/// `invalid_value` for a metric without a condition, or without a limit.
pub fn template_from_json(text: &str) -> Result<Template> {
    wire::policy_from_json(text)
}

/// Reads a template from YAML text and checks it; all faults at once.
///
/// # Errors
/// As [`template_from_json`], with the line and the column of each fault.
#[cfg(feature = "yaml")]
pub fn template_from_yaml(text: &str) -> Result<Template> {
    wire::policy_from_yaml(text)
}

/// More metrics or groups than this are refused.
const MOST: usize = 1000;

impl PolicyText for Template {
    const TYPE: &'static str = "analysis.Template";

    fn check(&self, path: &str, faults: &mut Faults) {
        for (name, length) in [("metrics", self.metrics.len()), ("groups", self.groups.len())] {
            let least = usize::from(name == "metrics");
            faults.check(
                (least..=MOST).contains(&length),
                ErrorKind::InvalidValue,
                format_args!("{}", join(path, name)),
                format_args!("are {length}: expected {least} to {MOST}"),
            );
        }
        let mut names = BTreeSet::new();
        for (index, metric) in self.metrics.iter().enumerate() {
            let at = join(path, &format!("metrics[{index}]"));
            name(&metric.name, &mut names, &at, faults);
            metric.check(&at, faults);
        }
        let dry: BTreeSet<&str> =
            self.metrics.iter().filter(|metric| metric.dry_run).map(|metric| metric.name.as_str()).collect();
        for (index, group) in self.groups.iter().enumerate() {
            let at = join(path, &format!("groups[{index}]"));
            group.check(&names, &dry, &at, faults);
            name(&group.name, &mut names, &at, faults);
        }
    }
}

fn name<'n>(name: &'n str, names: &mut BTreeSet<&'n str>, path: &str, faults: &mut Faults) {
    let path = format_args!("{path}.name");
    faults.check(!name.is_empty(), ErrorKind::InvalidValue, path, format_args!("is empty"));
    let text = format_args!("{} is already used", quoted(name));
    faults.check(names.insert(name) || name.is_empty(), ErrorKind::Duplicate, path, text);
}

impl Metric {
    pub(super) fn check(&self, path: &str, faults: &mut Faults) {
        for (name, condition) in [("success", &self.success), ("failure", &self.failure)] {
            if let Some(condition) = condition {
                condition.check(&format!("{path}.{name}"), faults);
            }
        }
        let decides = self.success.is_some() || self.failure.is_some();
        let text = format_args!("has neither `success` nor `failure`: no value could fail");
        faults.check(decides, ErrorKind::InvalidValue, format_args!("{path}"), text);
        let spans = [("initialDelay", self.initial_delay), ("errorRetry", self.error_retry)];
        for (name, span) in spans {
            let text = format_args!("`{span}` is out of range: expected a span that is not negative");
            faults.check(!span.is_negative(), ErrorKind::OutOfRange, format_args!("{path}.{name}"), text);
        }
        if let Some(interval) = self.interval {
            let text = format_args!("`{interval}` is out of range: expected a positive span");
            faults.check(interval > Span::ZERO, ErrorKind::OutOfRange, format_args!("{path}.interval"), text);
        }
        self.check_limits(path, faults);
    }

    fn check_limits(&self, path: &str, faults: &mut Faults) {
        let limited = self.failure_limit.is_some()
            || self.consecutive_failure_limit.is_some()
            || self.consecutive_success_limit.is_some();
        let text = format_args!(
            "has no limit: expected `failureLimit`, `consecutiveFailureLimit` or `consecutiveSuccessLimit`"
        );
        faults.check(limited, ErrorKind::InvalidValue, format_args!("{path}"), text);
        let zero = self.consecutive_success_limit == Some(0);
        let text = format_args!("`0` is out of range: expected at least 1, or nothing for no limit");
        faults.check(!zero, ErrorKind::OutOfRange, format_args!("{path}.consecutiveSuccessLimit"), text);
        let Some(count) = self.count.filter(|count| *count > 0) else { return };
        let several = count > 1 && self.interval.is_none();
        let text = format_args!("is absent: {count} measurements need an interval");
        faults.check(!several, ErrorKind::MissingField, format_args!("{path}.interval"), text);
        let limits = [
            ("failureLimit", self.failure_limit.unwrap_or(0)),
            ("inconclusiveLimit", self.inconclusive_limit),
        ];
        for (name, limit) in limits {
            let text = format_args!("`{limit}` is above `count`, {count}: it could never be exceeded");
            faults.check(limit <= count, ErrorKind::OutOfRange, format_args!("{path}.{name}"), text);
        }
    }
}

impl MetricGroup {
    fn check(&self, known: &BTreeSet<&str>, dry: &BTreeSet<&str>, path: &str, faults: &mut Faults) {
        let members = self.of.len();
        let in_range = usize::try_from(self.at_least).is_ok_and(|least| (1..=members).contains(&least));
        let text = format_args!(
            "`{}` is out of range: expected 1 to the number of members, {members}",
            self.at_least
        );
        faults.check(in_range, ErrorKind::OutOfRange, format_args!("{path}.atLeast"), text);
        let mut seen = BTreeSet::new();
        for (index, member) in self.of.iter().enumerate() {
            let path = format_args!("{path}.of[{index}]");
            let text = format_args!("{} is no metric and no earlier group", quoted(member));
            faults.check(known.contains(member.as_str()), ErrorKind::UnknownReference, path, text);
            let text = format_args!("{} is a dry run, which has no effect", quoted(member));
            faults.check(!dry.contains(member.as_str()), ErrorKind::InvalidValue, path, text);
            let text = format_args!("{} is already used", quoted(member));
            faults.check(seen.insert(member), ErrorKind::Duplicate, path, text);
        }
    }
}
