use super::compare::CountRule;
use super::observation::Reading;
use crate::input::input;
use crate::scalar::Count;
use crate::time::Span;
use serde::{Deserialize, Serialize};

input! {
    /// A measure of the new version while it takes traffic, and the limits of a good value, or the rule by which its counts
    /// are compared with those of the previous version.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "canary.Metric", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Metric {
        /// The name by which measurements refer to it.
        pub name: String,
        /// The greatest good value, in `unit`. At least one of `max` and `min` is given, or `compare`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub max: Option<f64>,
        /// The least good value, in `unit`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub min: Option<f64>,
        /// The unit of `max`, `min` and of the values: a UCUM code such as `%`, `s`, `ms`; `1` for a share from 0 to 1.
        /// With `%`, 0.9 % is `0.9`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub unit: Option<String>,
        /// How many failed measurements are tolerated in the whole run. Default 0, as Argo Rollouts.
        #[serde(default)]
        pub failure_limit: u32,
        /// How many inconclusive measurements are tolerated in the whole run. Default 0, as Argo Rollouts.
        #[serde(default)]
        pub inconclusive_limit: u32,
        /// How many errored queries in a row are tolerated. Default 4, as Argo Rollouts.
        #[serde(default = "default_consecutive_error_limit")]
        pub consecutive_error_limit: u32,
        /// A measurement of fewer samples, or of an unknown number of samples, is inconclusive. Default 0.
        #[serde(default)]
        pub min_samples: Count,
        /// A measurement older than this counts as no data. Default: no limit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub max_age: Option<Span>,
        /// Whether a single failed measurement ends the rollout, whatever the limits and responses. Default false.
        #[serde(default)]
        pub critical: bool,
        /// How long after the new version got its first traffic the metric says nothing about it: measurements until
        /// then are ignored. Default 0.
        #[serde(default, skip_serializing_if = "crate::wire::is_default")]
        #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "crate::wire::never"))]
        pub initial_delay: Span,
        /// How far back the query looks: 5 minutes for `rate(errors[5m])`. Samples of windows that overlap are counted
        /// once. Default: the samples of any two measurements are different ones.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub window: Option<Span>,
        /// The meaning of an empty result. Default: no data.
        #[serde(default, skip_serializing_if = "crate::wire::is_default")]
        #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "crate::wire::never"))]
        pub empty: EmptyResult,
        /// The index of the step from which on the metric counts, as `startingStep` of the background analysis of Argo
        /// Rollouts. Until that step begins its measurements are ignored, and nothing waits for it; `initial_delay` runs
        /// from then. Default 0: from the first traffic.
        #[serde(default, skip_serializing_if = "crate::wire::is_default")]
        #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "crate::wire::never"))]
        pub starting_step: u32,
        /// How counts of the new version are compared with those of the previous one, instead of limits. Its readings are
        /// `counts`. Default: they are not, and its readings are values.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub compare: Option<CountRule>,
    }
}

fn default_consecutive_error_limit() -> u32 {
    4
}

/// The meaning of an empty result: the query succeeded, and there is no series.
///
/// A counter of errors that exists only once there was an error is empty on a service without errors; a gauge of a
/// service that is down is empty, too. Only the author of the query knows which it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "canary.EmptyResult", rename_all = "snake_case")]
pub enum EmptyResult {
    /// There is no data: the response is `on.no_data`.
    #[default]
    NoData,
    /// The value is 0, and is compared with the limits.
    Zero,
    /// The measurement is good.
    Good,
}

/// The result of a measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "canary.MeasurementPhase", rename_all = "snake_case")]
pub enum MeasurementPhase {
    /// The value is within the limits.
    Successful,
    /// The value is beyond a limit.
    Failed,
    /// There are too few samples to judge, or the counts prove nothing yet.
    Inconclusive,
    /// The query returned nothing.
    NoData,
    /// The query failed.
    Error,
}

impl Metric {
    /// A metric without limits: set at least one of [`max`](Self::max()) and [`min`](Self::min()), or
    /// [`compare`](Self::compare()).
    ///
    /// ```
    /// use relcore::canary::Metric;
    /// let metric = Metric::new("error_rate").max(1.0).unit("%").failure_limit(2);
    /// assert_eq!(metric.consecutive_error_limit, 4);
    /// ```
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            max: None,
            min: None,
            unit: None,
            failure_limit: 0,
            inconclusive_limit: 0,
            consecutive_error_limit: default_consecutive_error_limit(),
            min_samples: Count::default(),
            max_age: None,
            critical: false,
            initial_delay: Span::ZERO,
            window: None,
            empty: EmptyResult::default(),
            starting_step: 0,
            compare: None,
        }
    }

    /// Whether there is something to compare at a weight: at 100 % the previous version has no traffic.
    pub(super) fn is_comparable_at(&self, weight: f64) -> bool {
        self.compare.is_none() || weight < 100.0
    }

    /// Judges a reading. Only a finite value within the limits is `successful`, and an empty result that is declared so.
    pub(super) fn judge(&self, reading: &Reading) -> MeasurementPhase {
        match reading {
            Reading::Missing {} => MeasurementPhase::NoData,
            Reading::Empty {} => match self.empty {
                EmptyResult::NoData => MeasurementPhase::NoData,
                EmptyResult::Zero => self.judge_value(0.0, None),
                EmptyResult::Good => MeasurementPhase::Successful,
            },
            Reading::Failed { .. } => MeasurementPhase::Error,
            Reading::Value { value, n } => self.judge_value(*value, *n),
            // Counts alone prove nothing: their sums do.
            Reading::Counts { .. } => MeasurementPhase::Inconclusive,
        }
    }

    /// Judges a value of so many samples.
    pub(super) fn judge_value(&self, value: f64, n: Option<Count>) -> MeasurementPhase {
        if self.min_samples > n.unwrap_or_default() {
            return MeasurementPhase::Inconclusive;
        }
        // INVARIANT: both comparisons are false for NaN, which is therefore not good.
        let below = self.max.is_none_or(|max| value <= max);
        let above = self.min.is_none_or(|min| value >= min);
        if below && above { MeasurementPhase::Successful } else { MeasurementPhase::Failed }
    }

    /// The limit that a value is beyond, with its side; the upper one if it is within both.
    pub(super) fn limit(&self, value: Option<f64>) -> Option<(&'static str, f64)> {
        let min = self.min.map(|min| ("at least", min));
        let max = self.max.map(|max| ("at most", max));
        let is_below = self.min.zip(value).is_some_and(|(min, value)| value < min);
        if is_below { min } else { max.or(min) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_evidence_names_the_limit_that_the_value_is_beyond() {
        let metric = |min, max| {
            let text = format!(r#"{{"name": "m", "min": {min}, "max": {max}}}"#);
            serde_json::from_str::<Metric>(&text).unwrap()
        };
        let (least, most) = (Some(("at least", 2.0)), Some(("at most", 4.0)));
        for (value, limit) in [(1.0, least), (2.0, most), (3.0, most), (4.0, most), (5.0, most)] {
            assert_eq!(metric("2.0", "4.0").limit(Some(value)), limit, "{value}");
        }
        for (value, limit) in
            [(Some(1.0), least), (Some(3.0), Some(("at most", 2.0))), (None, Some(("at most", 2.0)))]
        {
            assert_eq!(metric("2.0", "2.0").limit(value), limit, "{value:?}");
        }
        assert_eq!(metric("2.0", "null").limit(Some(3.0)), least);
    }
}
