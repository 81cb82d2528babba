//! Control charts: the cumulative sum of E. S. Page (Biometrika 41, 1954) and the exponentially weighted moving average of
//! S. W. Roberts (Technometrics 1, 1959), and the innovations of a series that depends on its own past.
use super::lag::{correlation_of, is_constant};

/// A chart with its parameters, in standard deviations.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Chart {
    /// S = max(0, S + z − slack), an alarm above the threshold.
    Cusum { slack: f64, threshold: f64 },
    /// E = (1 − weight) E + weight z, an alarm above width times its standard deviation.
    Ewma { weight: f64, width: f64 },
}

/// The statistic of a chart after one value, and its limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Step {
    pub(crate) statistic: f64,
    pub(crate) limit: f64,
}

impl Step {
    pub(crate) fn is_alarm(self) -> bool {
        self.statistic > self.limit
    }
}

impl Chart {
    /// The path of the chart that looks for greater values, for deviations from the mean in standard deviations.
    pub(crate) fn path(self, deviations: impl Iterator<Item = f64>) -> Vec<Step> {
        let (mut statistic, mut faded) = (0.0_f64, 1.0);
        deviations
            .map(|deviation| match self {
                Self::Cusum { slack, threshold } => {
                    statistic = (statistic + deviation - slack).max(0.0);
                    Step { statistic, limit: threshold }
                }
                Self::Ewma { weight, width } => {
                    statistic += weight * (deviation - statistic);
                    faded *= (1.0 - weight) * (1.0 - weight);
                    let variance = weight / (2.0 - weight) * (1.0 - faded);
                    Step { statistic, limit: width * variance.sqrt() }
                }
            })
            .collect()
    }
}

/// The index of the value with which the change began that a chart found at `alarm`: the one after the last at which the
/// statistic pointed to no change (Page 1954; K. Nishina, Quality and Reliability Engineering International 8, 1992).
pub(crate) fn started(path: &[Step], alarm: usize) -> usize {
    let before = path.iter().take(alarm).rposition(|step| step.statistic <= 0.0);
    before.map_or(0, |index| index.saturating_add(1))
}

/// The mean, the standard deviation and the correlation with the value before, of a series in control.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Process {
    pub(crate) mean: f64,
    pub(crate) deviation: f64,
    pub(crate) correlation: f64,
}

impl Process {
    /// Estimated from a series; `None` if its values are all equal, or if they or their squares overflow. Without
    /// whitening, the correlation counts as 0.
    ///
    /// The standard deviation is that of the innovations, scaled to the series: that of a short series with correlation is
    /// too small, because its mean follows the series.
    pub(crate) fn of(series: &[Option<f64>], whitens: bool) -> Option<Self> {
        if is_constant(series) {
            return None;
        }
        let values: Vec<f64> = series.iter().flatten().copied().collect();
        let n = count(values.len());
        let mean = values.iter().map(|value| value / n).sum::<f64>();
        let square: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
        if !(mean.is_finite() && square.is_finite() && square > 0.0) {
            return None;
        }
        let correlation = if whitens { correlation_of(series)? } else { 0.0 };
        let plain = Self { mean, deviation: 1.0, correlation };
        let innovations = plain.innovations(series.iter().copied());
        let squares: f64 = innovations.iter().flatten().map(|value| value * value).sum();
        // One degree for the mean, one for the correlation.
        let degrees = n - if correlation > 0.0 { 2.0 } else { 1.0 };
        let deviation = (squares / degrees).sqrt();
        (deviation.is_finite() && deviation > 0.0).then_some(Self { mean, deviation, correlation })
    }

    /// What each value adds to its prediction from the value before, in standard deviations of its error; `None` where the
    /// value is absent. After a gap of j steps, the correlation with the last value is that of one step to the power of j.
    pub(crate) fn innovations(self, series: impl Iterator<Item = Option<f64>>) -> Vec<Option<f64>> {
        let (mut last, mut faded) = (0.0, 0.0);
        series
            .map(|value| {
                let power = faded;
                faded *= self.correlation;
                let deviation = (value? - self.mean) / self.deviation;
                let innovation = (deviation - power * last) / (1.0 - power * power).sqrt();
                (last, faded) = (deviation, self.correlation);
                Some(innovation)
            })
            .collect()
    }
}

#[expect(clippy::cast_precision_loss, reason = "lengths of series are below 2^53")]
fn count(items: usize) -> f64 {
    items as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_sum_and_the_average_are_those_of_a_hand_calculation() {
        let path = Chart::Cusum { slack: 0.5, threshold: 2.0 }.path([1.0, -1.0, 2.0, 2.0].into_iter());
        assert_eq!(path.iter().map(|step| step.statistic).collect::<Vec<_>>(), [0.5, 0.0, 1.5, 3.0]);
        assert_eq!(path.iter().position(|step| step.is_alarm()), Some(3));
        assert_eq!(started(&path, 3), 2);
        let path = Chart::Ewma { weight: 0.5, width: 3.0 }.path([1.0, 1.0].into_iter());
        assert_eq!(path.iter().map(|step| step.statistic).collect::<Vec<_>>(), [0.5, 0.75]);
        // 3 sqrt(1/3 (1 − 1/4)), 3 sqrt(1/3 (1 − 1/16))
        assert!(
            (path[0].limit - 1.5).abs() < 1e-15 && (path[1].limit - 3.0 * 0.3125_f64.sqrt()).abs() < 1e-15
        );
        assert_eq!(started(&path, 1), 0);
    }

    #[test]
    fn equal_values_and_values_whose_squares_overflow_have_no_process() {
        assert_eq!(Process::of(&[Some(3.0); 30], true), None);
        assert_eq!(Process::of(&[Some(1e200), Some(-1e200)], true), None);
        assert_eq!(Process::of(&[], true), None);
    }

    proptest! {
        /// The sum is the greatest of the sums of the last values, each less the slack.
        #[test]
        fn the_cumulative_sum_is_the_greatest_recent_sum(
            values in prop::collection::vec(-3.0..3.0_f64, 1..60), slack in 0.0..1.0_f64,
        ) {
            let path = Chart::Cusum { slack, threshold: 5.0 }.path(values.iter().copied());
            for (end, step) in path.iter().enumerate() {
                let sums = (0..=end).map(|start| values[start..=end].iter().map(|z| z - slack).sum::<f64>());
                let naive = sums.fold(0.0_f64, f64::max);
                prop_assert!((step.statistic - naive).abs() < 1e-9, "{} {naive}", step.statistic);
            }
        }

        /// The average has the weights of a geometric series.
        #[test]
        fn the_moving_average_is_the_weighted_sum(
            values in prop::collection::vec(-3.0..3.0_f64, 1..60), weight in 0.01..1.0_f64,
        ) {
            let path = Chart::Ewma { weight, width: 3.0 }.path(values.iter().copied());
            for (end, step) in path.iter().enumerate() {
                let (mut naive, mut variance) = (0.0, 0.0);
                for (age, value) in values[..=end].iter().rev().enumerate() {
                    let part = weight * libm::pow(1.0 - weight, age as f64);
                    naive += part * value;
                    variance += part * part;
                }
                prop_assert!((step.statistic - naive).abs() < 1e-9);
                prop_assert!((step.limit - 3.0 * variance.sqrt()).abs() < 1e-9);
            }
        }

        #[test]
        fn innovations_do_not_depend_on_the_unit(
            series in prop::collection::vec(prop::option::weighted(0.9, -1.0..1.0_f64), 20..60),
            scale in 1e-3..1e3_f64, offset in -10.0..10.0_f64,
        ) {
            let scaled: Vec<Option<f64>> = series.iter().map(|value| value.map(|v| v * scale + offset)).collect();
            if let (Some(here), Some(there)) = (Process::of(&series, true), Process::of(&scaled, true)) {
                let pairs = here.innovations(series.into_iter());
                for (a, b) in pairs.into_iter().zip(there.innovations(scaled.into_iter())) {
                    prop_assert_eq!(a.is_some(), b.is_some());
                    prop_assert!((a.unwrap_or(0.0) - b.unwrap_or(0.0)).abs() < 1e-6);
                }
            }
        }
    }
}
