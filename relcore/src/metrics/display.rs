//! Numbers, metrics and instants in words, for the text and the page of a report.
use super::metric::{Metric, MetricKind};
use super::report::UndefinedReason;
use crate::reason::{format_duration, number};
use crate::time::{Span, Timestamp};

/// What the value of an estimate is.
#[derive(Clone, Copy)]
pub(super) enum Unit {
    Frequency,
    Duration,
    Share,
}

impl Unit {
    pub(super) fn of(metric: Metric) -> Self {
        match metric.kind() {
            MetricKind::Duration => Self::Duration,
            MetricKind::Level if metric == Metric::OpenVulnerabilityAge => Self::Duration,
            MetricKind::Share => Self::Share,
            MetricKind::Frequency | MetricKind::Ratio | MetricKind::Count | MetricKind::Level => {
                Self::Frequency
            }
        }
    }

    pub(super) fn format(self, value: f64) -> String {
        match self {
            Self::Frequency => number(three_digits(value)),
            Self::Duration => two_units(value),
            Self::Share => format!("{} %", number(libm::round(value * 1000.0) / 10.0)),
        }
    }
}

/// A value rounded to three significant digits.
fn three_digits(value: f64) -> f64 {
    let scale = libm::pow(10.0, 2.0 - libm::floor(libm::log10(value.abs())));
    if scale.is_finite() { libm::round(value * scale) / scale } else { value }
}

/// Seconds in the largest unit that they fill and the next one: `3d 4h`.
fn two_units(seconds: f64) -> String {
    let unit = match seconds.abs() {
        days if days >= 86_400.0 => 3600.0,
        hours if hours >= 3600.0 => 60.0,
        minutes if minutes >= 60.0 => 1.0,
        _ => 0.001,
    };
    #[expect(clippy::cast_possible_truncation, reason = "saturates, and what no span can hold is a number")]
    let millis = (libm::round(seconds / unit) * unit * 1000.0) as i64;
    Span::from_millis(millis).map_or_else(|_| format!("{}s", number(seconds)), format_duration)
}

/// A metric in words.
pub(super) fn name(metric: Metric) -> String {
    metric.to_string().replace('_', " ")
}

/// Why there is no number, as the end of a sentence.
pub(super) fn because(reason: UndefinedReason) -> &'static str {
    match reason {
        UndefinedReason::EmptyRange => "the range is empty",
        UndefinedReason::NoDeployments => "there was no deployment",
        UndefinedReason::NoChanges => "no change was delivered",
        UndefinedReason::SeedOnly => "every change came with a first deployment",
        UndefinedReason::NoFailures => "no deployment failed",
        UndefinedReason::AllOpen => "no failed deployment has recovered",
        UndefinedReason::AllExcluded => "every item was left out",
        UndefinedReason::NotReached => "more than half are open, so the median lies beyond what was seen",
        UndefinedReason::NoIncidents => "there was no incident",
        UndefinedReason::NoItems => "there is nothing of this kind",
    }
}

/// An instant without seconds that are zero.
pub(super) fn minute(at: Timestamp) -> String {
    let text = at.to_string();
    text.strip_suffix(":00.000Z").map(|minute| format!("{minute}Z")).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        assert_eq!(Unit::Frequency.format(1.0 / 15.0), "0.0667");
        assert_eq!(Unit::Frequency.format(1234.5), "1230");
        assert_eq!(Unit::Frequency.format(0.0), "0");
        assert_eq!(Unit::Share.format(1.0 / 3.0), "33.3 %");
        assert_eq!(Unit::Share.format(1.0), "100 %");
        let durations = [
            (0.25, "0.25s"),
            (61.4, "1m 1s"),
            (3599.9, "1h"),
            (12_600.0, "3h 30m"),
            (86_399.0, "1d"),
            (1_893_326.5, "21d 22h"),
            (-90.0, "-1m 30s"),
            (1e300, "1e300s"),
        ];
        for (seconds, text) in durations {
            assert_eq!(Unit::Duration.format(seconds), text);
        }
    }
}
