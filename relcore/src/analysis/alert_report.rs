use crate::error::{ErrorKind, Faults, quoted};
use crate::input::input;
use crate::reason::{Reason, Severity};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

input! {
    /// The samples of a metric.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "analysis.AlertSeries", rename_all = "camelCase", deny_unknown_fields)]
    pub struct AlertSeries {
        /// The name of the metric.
        pub metric: String,
        /// The samples in the order of time.
        #[serde(default)]
        pub samples: Vec<AlertSample>,
    }
}

impl AlertSeries {
    /// The samples of this metric.
    #[must_use]
    pub fn new(metric: impl Into<String>, samples: impl IntoIterator<Item = AlertSample>) -> Self {
        Self { metric: metric.into(), samples: samples.into_iter().collect() }
    }
}

input! {
    /// One sample of a metric.
    #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "analysis.AlertSample", rename_all = "camelCase", deny_unknown_fields)]
    pub struct AlertSample {
        /// When it was measured.
        pub at: Timestamp,
        /// The value; absent if there was none. NaN and infinity count as absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub value: Option<f64>,
    }
}

impl AlertSample {
    /// A value at an instant.
    #[must_use]
    pub fn new(at: Timestamp, value: f64) -> Self {
        Self { at, value: Some(value) }
    }
}

/// No two series have the same metric, and the samples of each are in the order of time.
pub(super) fn check_series(series: &[AlertSeries], faults: &mut Faults) {
    let mut names = BTreeSet::new();
    for (index, series) in series.iter().enumerate() {
        faults.check(
            names.insert(&series.metric),
            ErrorKind::Duplicate,
            format_args!("series[{index}].metric"),
            format_args!("{} has an earlier series", quoted(&series.metric)),
        );
        let pairs = series.samples.iter().zip(series.samples.iter().skip(1));
        for (position, (before, after)) in (1_usize..).zip(pairs) {
            faults.check(
                before.at < after.at,
                if before.at == after.at { ErrorKind::Duplicate } else { ErrorKind::Unordered },
                format_args!("series[{index}].samples[{position}].at"),
                format_args!("`{}` is not after the sample before, at `{}`", after.at, before.at),
            );
        }
    }
}

/// The state of all alerts at an instant, made by [`evaluate_alerts`](crate::analysis::evaluate_alerts).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "analysis.AlertReport", rename_all = "camelCase", deny_unknown_fields)]
pub struct AlertReport {
    /// The worst that the alerts say about the release.
    pub verdict: AlertVerdict,
    /// The alerts, in the order of the rules.
    pub alerts: Vec<Alert>,
    /// The reasons: first that of the verdict, then one for each alert that is not ok. Never empty.
    pub reasons: Vec<Reason>,
    /// The names of the metrics without data.
    pub missing: Vec<String>,
    /// The next instant at which time alone changes the status of an alert: it fires, or its samples are too old.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_check_at: Option<Timestamp>,
    /// The digest of the rules.
    pub policy_digest: String,
}

/// The worst that the alerts say about a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "analysis.AlertVerdict", rename_all = "snake_case")]
pub enum AlertVerdict {
    /// An alert of severity `error` or `critical` fires.
    Firing,
    /// An alert of severity `warning` fires, and none that is worse.
    Warning,
    /// None of them fires, and the data of at least one rule is missing.
    NoData,
    /// None of them fires, all have data, and at least one is pending.
    Pending,
    /// All are ok, or only alerts of severity `info` are not.
    Ok,
}

/// The state of one alert.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "analysis.Alert", rename_all = "camelCase", deny_unknown_fields)]
pub struct Alert {
    /// The name of the rule.
    pub name: String,
    /// The metric of the rule.
    pub metric: String,
    /// The severity of the rule.
    pub severity: Severity,
    /// The state.
    pub status: AlertStatus,
    /// The latest value, if it counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// The limit at that time, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<f64>,
    /// Since when the metric is beyond its limit without a break.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beyond_since: Option<Timestamp>,
    /// Every time that the alert fired in these samples, also if it no longer does.
    pub firings: Vec<Firing>,
}

/// The state of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "analysis.AlertStatus", rename_all = "snake_case")]
pub enum AlertStatus {
    /// The metric was beyond its limit for long enough, and still is.
    Firing,
    /// The metric is beyond its limit, but not for long enough.
    Pending,
    /// The metric is within its limit.
    Ok,
    /// There is no value that is new enough, or no baseline.
    NoData,
}

/// A time during which an alert fired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "analysis.Firing", rename_all = "camelCase", deny_unknown_fields)]
pub struct Firing {
    /// When the metric went beyond its limit.
    pub beyond_at: Timestamp,
    /// When the alert began to fire.
    pub fired_at: Timestamp,
    /// When the metric was back within its limit, or its data ended; absent while the alert fires.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
}
