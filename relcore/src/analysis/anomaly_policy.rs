use crate::error::{ErrorKind, Faults, join};
use crate::input::input;
use crate::stats::Chart;
use serde::{Deserialize, Serialize};

input! {
    /// How anomalies of a series are found, and how certain they must be.
    ///
    /// ```
    /// use relcore::analysis::{AnomalyDirection, AnomalyPolicy};
    /// let queue = AnomalyPolicy::default().direction(AnomalyDirection::Either).threshold(8.0);
    /// assert_eq!((queue.slack, queue.reference_values), (0.5, 60));
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "analysis.AnomalyPolicy", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct AnomalyPolicy {
        /// The chart. Default `cusum`.
        pub chart: ControlChart,
        /// Which change is an anomaly. Default `increase`, as for latency and errors.
        pub direction: AnomalyDirection,
        /// The number of values at the beginning of the series that are known to be good, from 20. Default 60: an hour of
        /// values a minute apart. With `inControl` there are none.
        pub reference_values: u32,
        /// The mean and the standard deviation in control, if they are known. Otherwise the reference values have them.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub in_control: Option<InControl>,
        /// Whether each value is compared with its prediction from the value before (pre-whitening by an autoregressive
        /// process of order 1). Default true. Without it, series such as memory or a queue raise an alarm for nothing.
        pub prewhitens: bool,
        /// Half of the smallest shift to be found soon, in standard deviations: `k` of the cusum chart. Default 0.5.
        pub slack: f64,
        /// The sum above which the cusum chart raises an alarm, in standard deviations: `h`. Default 5.
        pub threshold: f64,
        /// The weight of the newest value in the moving average: λ of the ewma chart, above 0 and up to 1. Default 0.2.
        pub weight: f64,
        /// The width of the limits of the ewma chart, in standard deviations of the average: `L`. Default 3.
        pub limit_width: f64,
        /// The share of the reference, and of the values after it, that may be missing. Default 0.1.
        pub max_missing_share: f64,
    }
}

impl Default for AnomalyPolicy {
    fn default() -> Self {
        Self {
            chart: ControlChart::Cusum,
            direction: AnomalyDirection::Increase,
            reference_values: 60,
            in_control: None,
            prewhitens: true,
            slack: 0.5,
            threshold: 5.0,
            weight: 0.2,
            limit_width: 3.0,
            max_missing_share: 0.1,
        }
    }
}

/// A control chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "analysis.ControlChart", rename_all = "snake_case")]
pub enum ControlChart {
    /// The cumulative sum of the deviations (Page 1954).
    Cusum,
    /// The exponentially weighted moving average (Roberts 1959).
    Ewma,
}

/// Which change of a series is an anomaly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "analysis.AnomalyDirection", rename_all = "snake_case")]
pub enum AnomalyDirection {
    /// Greater values: latency, errors, memory.
    Increase,
    /// Lesser values: orders, cache hits.
    Decrease,
    /// Both. False alarms are twice as many.
    Either,
}

input! {
    /// The mean, the standard deviation and the correlation of a series in control, known from elsewhere.
    #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "analysis.InControl", rename_all = "camelCase", deny_unknown_fields)]
    pub struct InControl {
        /// The mean.
        pub mean: f64,
        /// The standard deviation, above 0.
        pub deviation: f64,
        /// The correlation of a value with the one before, from 0 to 0.98. Default 0.
        #[serde(default)]
        pub correlation: f64,
    }
}

impl InControl {
    /// With this mean and standard deviation, without correlation.
    #[must_use]
    pub fn new(mean: f64, deviation: f64) -> Self {
        Self { mean, deviation, correlation: 0.0 }
    }
}

impl AnomalyPolicy {
    pub(super) fn control_chart(&self) -> Chart {
        match self.chart {
            ControlChart::Cusum => Chart::Cusum { slack: self.slack, threshold: self.threshold },
            ControlChart::Ewma => Chart::Ewma { weight: self.weight, width: self.limit_width },
        }
    }

    pub(super) fn check(&self, path: &str, faults: &mut Faults) {
        let mut check = |is_valid: bool, field: &str, value: f64, expected: &str| {
            faults.check(
                is_valid,
                ErrorKind::OutOfRange,
                format_args!("{}", join(path, field)),
                format_args!("`{value}` is out of range: expected {expected}"),
            );
        };
        let values = self.reference_values;
        check(
            (LEAST_VALUES..=1_000_000).contains(&values),
            "referenceValues",
            f64::from(values),
            "20 to 1000000",
        );
        if let Some(known) = self.in_control {
            check(known.mean.abs() <= MOST_VALUE, "inControl.mean", known.mean, "-1e100 to 1e100");
            let is_valid = (1e-100..=MOST_VALUE).contains(&known.deviation);
            check(is_valid, "inControl.deviation", known.deviation, "1e-100 to 1e100");
            let is_valid = (0.0..=0.98).contains(&known.correlation);
            check(is_valid, "inControl.correlation", known.correlation, "0 to 0.98");
        }
        check((0.0..=100.0).contains(&self.slack), "slack", self.slack, "0 to 100 standard deviations");
        let is_valid = (0.1..=1e6).contains(&self.threshold);
        check(is_valid, "threshold", self.threshold, "0.1 to 1000000 standard deviations");
        check((0.001..=1.0).contains(&self.weight), "weight", self.weight, "a share from 0.001 to 1");
        let is_valid = (0.1..=100.0).contains(&self.limit_width);
        check(is_valid, "limitWidth", self.limit_width, "0.1 to 100 standard deviations");
        faults.check_share(self.max_missing_share, format_args!("{}", join(path, "maxMissingShare")));
    }
}

/// The number of reference values from which a mean and a standard deviation are estimated.
pub(super) const LEAST_VALUES: u32 = 20;

/// The greatest value of a series: squares of it are far from an overflow.
pub(super) const MOST_VALUE: f64 = 1e100;
