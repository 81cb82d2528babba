use super::anomaly_policy::AnomalyDirection;
use crate::decision::{Explain, Outcome};
use crate::reason::Reason;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Whether a series has left its usual course, made by [`detect_anomalies`](crate::analysis::detect_anomalies).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "analysis.AnomalyReport", rename_all = "camelCase", deny_unknown_fields)]
pub struct AnomalyReport {
    /// What was found.
    pub verdict: AnomalyVerdict,
    /// The instant of the first alarm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alarm_at: Option<Timestamp>,
    /// When the change began that raised the alarm: an estimate, before or at the alarm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// Whether the values went up or down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<AnomalyDirection>,
    /// The mean in control, known or estimated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean: Option<f64>,
    /// The standard deviation in control.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deviation: Option<f64>,
    /// The correlation of a value with the one before; 0 without pre-whitening.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation: Option<f64>,
    /// The course of the chart after the reference, for each value that is not missing.
    pub points: Vec<ChartPoint>,
    /// The reasons: first that of the verdict. Never empty.
    pub reasons: Vec<Reason>,
    /// The digest of the policy that was applied.
    pub policy_digest: String,
}

/// What was found in a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "analysis.AnomalyVerdict", rename_all = "snake_case")]
pub enum AnomalyVerdict {
    /// The chart raised an alarm.
    Anomalous,
    /// The chart raised no alarm.
    Normal,
    /// The reference is too short or constant, or too many values are missing.
    Inconclusive,
    /// There is no value after the reference.
    NoData,
}

/// One point of a control chart, in standard deviations.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "analysis.ChartPoint", rename_all = "camelCase", deny_unknown_fields)]
pub struct ChartPoint {
    /// The instant of the value.
    pub at: Timestamp,
    /// The statistic that looks for greater values: the cumulative sum, or the moving average. Absent if the policy looks
    /// for lesser ones only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub increase: Option<f64>,
    /// The statistic that looks for lesser values; it is greater the lower they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decrease: Option<f64>,
    /// The limit: a statistic above it is an alarm.
    pub limit: f64,
}

/// Writes the course of a series as text for a person: the verdict and the reasons.
///
/// ```
/// use relcore::analysis::{AlertSeries, AnomalyPolicy, detect_anomalies, explain_anomalies};
/// let report = detect_anomalies(&AlertSeries::new("latency", []), &AnomalyPolicy::default())?;
/// assert!(explain_anomalies(&report).starts_with("INCONCLUSIVE"));
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn explain_anomalies(report: &AnomalyReport) -> String {
    report.explain()
}

/// The consequence of anomalies for their caller.
///
/// | verdict | outcome |
/// | --- | --- |
/// | `anomalous` | `ask` |
/// | `normal` | `proceed` |
/// | `inconclusive`, `no_data` | `wait` |
///
/// A series alone does not say that a release changed it, so an anomaly asks a person and rolls nothing back.
///
/// ```
/// use relcore::analysis::{AlertSeries, AnomalyPolicy, detect_anomalies, outcome_of_anomalies};
/// use relcore::decision::Outcome;
/// // Pitfall: a series without values is not normal.
/// let report = detect_anomalies(&AlertSeries::new("latency", []), &AnomalyPolicy::default())?;
/// assert_eq!(outcome_of_anomalies(&report), Outcome::Wait);
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn outcome_of_anomalies(report: &AnomalyReport) -> Outcome {
    Explain::outcome(report)
}

/// The text of [`explain_anomalies`].
impl fmt::Display for AnomalyReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Explain::explain(self))
    }
}

impl Explain for AnomalyReport {
    fn headline(&self) -> String {
        let headline = match self.verdict {
            AnomalyVerdict::Anomalous => "ANOMALOUS: the series has left its usual course",
            AnomalyVerdict::Normal => "NORMAL: the series keeps its usual course",
            AnomalyVerdict::Inconclusive => "INCONCLUSIVE: the usual course of the series is not known",
            AnomalyVerdict::NoData => "NO DATA: there is no value after the reference",
        };
        headline.to_owned()
    }

    fn outcome(&self) -> Outcome {
        match self.verdict {
            AnomalyVerdict::Anomalous => Outcome::Ask,
            AnomalyVerdict::Normal => Outcome::Proceed,
            AnomalyVerdict::Inconclusive | AnomalyVerdict::NoData => Outcome::Wait,
        }
    }

    fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    fn missing(&self) -> &[String] {
        &[]
    }

    fn next_check_at(&self) -> Option<Timestamp> {
        None
    }

    fn policy_digest(&self) -> &str {
        &self.policy_digest
    }
}
