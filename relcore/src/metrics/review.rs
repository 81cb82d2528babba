//! The review of a quarter, or after a major release: what changed, against which targets.
use super::measure::{Group, Measures, Period};
use super::metric::{MetricKind, Trend};
use super::report::Estimate;
use super::trend::{ChangeDirection, MetricTrend, direction, points, trend};
use super::{Level, LevelVerdict, Metric, classify};
use crate::error::{ErrorKind, Faults, Result, join, quoted};
use crate::input::input;
use crate::reason::Interval;
use crate::time::TimeRange;
use crate::wire::{self, PolicyText};
use serde::{Deserialize, Serialize};

input! {
    /// What a review compares with.
    ///
    /// ```
    /// use relcore::metrics::{Metric, MetricTarget, ReviewPolicy};
    /// let policy = ReviewPolicy::default().targets([MetricTarget::new(Metric::ChangeLeadTime).value(86_400.0)]);
    /// assert_eq!(policy.year, 2024);
    /// ```
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "metrics.ReviewPolicy", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct ReviewPolicy {
        /// Targets in the place of the usual ones of [`definitions`](super::definitions). Other metrics keep theirs.
        pub targets: Vec<MetricTarget>,
        /// The level of the trends: the chance of a false one; 0.05 by default.
        pub alpha: f64,
        /// The year of DORA's report whose levels are named; 2024 by default, the latest that has some.
        pub year: u32,
    }
}

input! {
    /// Where a metric should go.
    #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "metrics.MetricTarget", rename_all = "camelCase", deny_unknown_fields)]
    pub struct MetricTarget {
        /// The metric.
        pub metric: Metric,
        /// The value that it should be below, or above if more is better; the best value there is (0, or 1 of a share) is met by
        /// itself. Without it the direction is the target: it should get better than it was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub value: Option<f64>,
    }
}

impl MetricTarget {
    /// The direction as the target.
    #[must_use]
    pub fn new(metric: Metric) -> Self {
        Self { metric, value: None }
    }
}

impl Default for ReviewPolicy {
    fn default() -> Self {
        Self { targets: vec![], alpha: 0.05, year: 2024 }
    }
}

impl PolicyText for ReviewPolicy {
    const TYPE: &'static str = "metrics.ReviewPolicy";

    fn check(&self, path: &str, faults: &mut Faults) {
        faults.check(
            self.alpha > 0.0 && self.alpha < 1.0,
            ErrorKind::InvalidValue,
            format_args!("{}", join(path, "alpha")),
            format_args!("must lie between 0 and 1, both excluded"),
        );
        faults.check(
            (2018..=2025).contains(&self.year),
            ErrorKind::OutOfRange,
            format_args!("{}", join(path, "year")),
            format_args!("`{}` is out of range: expected a report of 2018 to 2025", self.year),
        );
        for (index, target) in self.targets.iter().enumerate() {
            let place = join(path, &format!("targets[{index}]"));
            faults.check(
                !self.targets.iter().take(index).any(|earlier| earlier.metric == target.metric),
                ErrorKind::Duplicate,
                format_args!("{place}.metric"),
                format_args!("`{}` has two targets", target.metric),
            );
            faults.check(
                target.value.is_none_or(|value| value.is_finite() && value >= 0.0),
                ErrorKind::InvalidValue,
                format_args!("{place}.value"),
                format_args!("expected a number, 0 or more"),
            );
        }
    }
}

/// The usual targets, and the levels of 2024.
#[must_use]
pub fn default_review_policy() -> ReviewPolicy {
    ReviewPolicy::default()
}

/// Reads a policy of reviews from JSON text; `{}` is the default policy.
///
/// # Errors
/// `syntax` for what is not JSON; `unknown_field` for `{"target": []}`; and what [`review`] refuses in a policy.
pub fn review_policy_from_json(text: &str) -> Result<ReviewPolicy> {
    wire::policy_from_json(text)
}

/// Reads a policy of reviews from YAML text; `{}` is the default policy.
///
/// # Errors
/// As [`review_policy_from_json`], with the line and the column of each fault.
#[cfg(feature = "yaml")]
pub fn review_policy_from_yaml(text: &str) -> Result<ReviewPolicy> {
    wire::policy_from_yaml(text)
}

/// A review of two ranges, made by [`review`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.Review", rename_all = "camelCase", deny_unknown_fields)]
pub struct Review {
    /// The range before.
    pub previous: TimeRange,
    /// The range under review.
    pub current: TimeRange,
    /// Every metric that both ranges have.
    pub metrics: Vec<MetricReview>,
    /// The stage that takes the greatest part of the lead time; absent without lead times, and where fewer than two stages are
    /// recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bottleneck: Option<Bottleneck>,
    /// The metrics that are proven better than before: what to celebrate.
    pub improved: Vec<Metric>,
    /// The metrics that are proven worse than before.
    pub worsened: Vec<Metric>,
    /// The digest of the policy of the measures.
    pub policy_digest: String,
}

/// A metric in a review.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.MetricReview", rename_all = "camelCase", deny_unknown_fields)]
pub struct MetricReview {
    /// The metric.
    pub metric: Metric,
    /// Which direction is better.
    pub better: Trend,
    /// The estimate of the range before.
    pub previous: Estimate,
    /// The estimate of the range under review.
    pub current: Estimate,
    /// What it changed by; absent where one of both is undefined, and of a number of events where the ranges differ in length by
    /// more than a tenth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<MetricChange>,
    /// The trend over the whole buckets of both ranges; absent with fewer than three that have a value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trend: Option<MetricTrend>,
    /// The target; absent where the direction is the target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<f64>,
    /// Whether the target was met.
    pub verdict: TargetVerdict,
    /// The level of the current value in DORA's report, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// A target for the next range: what has been reached, where that is proven better than the target; else the target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_target: Option<f64>,
}

/// The difference of two estimates, in the unit of the metric.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.MetricChange", rename_all = "camelCase", deny_unknown_fields)]
pub struct MetricChange {
    /// The current value minus the previous one.
    pub difference: f64,
    /// The difference as a part of the previous value; absent where that is 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relative: Option<f64>,
    /// Its confidence interval, where both estimates have one: Newcombe's hybrid of the two intervals (Statistics in Medicine 17,
    /// 1998, method 10), which takes both ranges as independent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
    /// Whether it is for the better, by the interval.
    pub direction: ChangeDirection,
}

/// Whether a target was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.TargetVerdict", rename_all = "snake_case")]
pub enum TargetVerdict {
    /// The whole interval is on the right side of the target, or the value, where no interval is needed: of what is open at the end
    /// of the range, and for the best value there is. Of a direction, the change is proven better.
    Met,
    /// The whole interval is on the wrong side, or the value, where no interval is needed; of a direction, the change is proven
    /// worse.
    Missed,
    /// The interval has the target in it, or there is none: too few items for a verdict. Of a direction, also without a value to
    /// compare with.
    Unclear,
    /// There is no value.
    NoData,
}

/// The stage that takes the greatest part of the lead time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.Bottleneck", rename_all = "camelCase", deny_unknown_fields)]
pub struct Bottleneck {
    /// The stage.
    pub stage: Metric,
    /// Its part of the mean lead time, from 0 to 1.
    pub share: f64,
    /// Its mean, in seconds.
    pub mean: f64,
}

/// Reviews a quarter, or the time after a major release: what changed since the range before, whether that is more than chance,
/// which targets were met, where changes wait, and what could be the next targets.
///
/// Measure both ranges under one policy with buckets of the same length; several shorter buckets show the trend.
///
/// ```
/// use relcore::metrics::{Breakdown, Events, Metric, Policy, ReviewPolicy, TargetVerdict, measure, review};
/// use relcore::TimeRange;
/// let events = Events::default(); // nothing happened
/// let quarter = |start: &str, end: &str| -> Result<TimeRange, relcore::Error> {
///     Ok(TimeRange { start: relcore::Timestamp::parse(start)?, end: relcore::Timestamp::parse(end)? })
/// };
/// let (second, third) = (
///     quarter("2026-04-01T00:00:00Z", "2026-07-01T00:00:00Z")?,
///     quarter("2026-07-01T00:00:00Z", "2026-10-01T00:00:00Z")?,
/// );
/// let of = |range| measure(&events, &Policy::default(), range, &Breakdown::default());
/// let found = review(&of(&second)?, &of(&third)?, &ReviewPolicy::default())?;
/// let rate = found.metrics.iter().find(|one| one.metric == Metric::ChangeFailRate).unwrap();
/// // Pitfall: no failure without a deployment is no success.
/// assert_eq!((rate.target, rate.verdict), (Some(0.15), TargetVerdict::NoData));
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All at once: `invalid_value` for measures of two policies, units or zones, for a current range that starts before the previous
/// one ends, and for an `alpha` of 5; `out_of_range` for a report of 2017; `duplicate` for two targets of one metric.
pub fn review(previous: &Measures, current: &Measures, policy: &ReviewPolicy) -> Result<Review> {
    let mut faults = Faults::new();
    policy.check("policy", &mut faults);
    faults.check(
        previous.policy_digest == current.policy_digest,
        ErrorKind::InvalidValue,
        format_args!("current.policyDigest"),
        format_args!("is not that of the previous measures: expected both under one policy"),
    );
    faults.check(
        previous.unit == current.unit,
        ErrorKind::InvalidValue,
        format_args!("current.unit"),
        format_args!("is `{}`, that of the previous measures `{}`", current.unit, previous.unit),
    );
    faults.check(
        previous.zone == current.zone,
        ErrorKind::InvalidValue,
        format_args!("current.zone"),
        format_args!(
            "is {}, that of the previous measures {}",
            quoted(&current.zone),
            quoted(&previous.zone)
        ),
    );
    faults.check(
        previous.range.end <= current.range.start,
        ErrorKind::InvalidValue,
        format_args!("current.range.start"),
        format_args!("lies before the end of the previous range"),
    );
    faults.finish()?;
    let (before, now) = (&previous.whole, &current.whole);
    let mut metrics = vec![];
    for figure in &now.overall.figures {
        let Some(earlier) = before.overall.estimate(figure.metric) else { continue };
        metrics.push(metric_review(
            figure.metric,
            earlier,
            &figure.estimate,
            [before, now],
            [&previous.range, &current.range],
            policy,
        )?);
    }
    let of = |direction: ChangeDirection| {
        let is = |one: &&MetricReview| one.change.is_some_and(|change| change.direction == direction);
        metrics.iter().filter(is).map(|one| one.metric).collect()
    };
    Ok(Review {
        previous: previous.range,
        current: current.range,
        bottleneck: bottleneck(&now.overall),
        improved: of(ChangeDirection::Better),
        worsened: of(ChangeDirection::Worse),
        metrics,
        policy_digest: current.policy_digest.clone(),
    })
}

fn metric_review(
    metric: Metric,
    previous: &Estimate,
    current: &Estimate,
    groups: [&Group; 2],
    ranges: [&TimeRange; 2],
    policy: &ReviewPolicy,
) -> Result<MetricReview> {
    let better = metric.better();
    let own = policy.targets.iter().find(|target| target.metric == metric);
    let target = own.map_or(metric.target(), |target| target.value);
    let is_comparable = metric.kind() != MetricKind::Count || are_as_long(ranges);
    let change = change(previous, current, better).filter(|_| is_comparable);
    let verdict = match (current.value, target) {
        (None, _) => TargetVerdict::NoData,
        (Some(_), Some(target)) => against(target, current, metric),
        (Some(_), None) => match change.map(|change| change.direction) {
            Some(ChangeDirection::Better) => TargetVerdict::Met,
            Some(ChangeDirection::Worse) => TargetVerdict::Missed,
            Some(ChangeDirection::Unclear) | None => TargetVerdict::Unclear,
        },
    };
    Ok(MetricReview {
        metric,
        better,
        change,
        trend: trend(&points(metric, groups), better, policy.alpha),
        target,
        verdict,
        level: classified(metric, current, ranges[1])
            .map(|value| level(metric, value, policy.year))
            .transpose()?
            .flatten(),
        next_target: next_target(target, current, better),
        previous: previous.clone(),
        current: current.clone(),
    })
}

/// Whether numbers of events in both ranges can be compared: quarters have 90 to 92 days.
fn are_as_long(ranges: [&TimeRange; 2]) -> bool {
    let [before, now] = ranges.map(|range| range.length().as_seconds());
    (before - now).abs() <= before.max(now) / 10.0
}

/// The value that the levels are about: of a frequency deployments a day, whatever the policy counts by.
fn classified(metric: Metric, estimate: &Estimate, range: &TimeRange) -> Option<f64> {
    const DAY: f64 = 86_400.0;
    let value = estimate.value?;
    let is_frequency = metric == Metric::DeploymentFrequency;
    Some(if is_frequency { estimate.n.as_f64() / (range.length().as_seconds() / DAY) } else { value })
}

/// The one level of a value, if the report has one for it.
fn level(metric: Metric, value: f64, year: u32) -> Result<Option<Level>> {
    let is_share = metric.kind() == MetricKind::Share;
    if value < 0.0 || is_share && value > 1.0 {
        return Ok(None); // negative spans that are kept, and rates of incidents
    }
    let found = classify(&metric, value, year)?;
    Ok(found.levels.first().copied().filter(|_| found.verdict == LevelVerdict::Level))
}

/// The difference of two estimates of a metric; none where one of both is undefined.
pub(crate) fn change(previous: &Estimate, current: &Estimate, better: Trend) -> Option<MetricChange> {
    let (before, now) = (previous.value?, current.value?);
    let difference = now - before;
    let interval = previous.interval.as_ref().zip(current.interval.as_ref()).map(|(a, b)| {
        let square = |length: f64| length * length;
        let low = difference - (square(now - b.low) + square(a.high - before)).sqrt();
        let high = difference + (square(b.high - now) + square(before - a.low)).sqrt();
        Interval { low, high, level: b.level }
    });
    let direction = match &interval {
        Some(interval) if interval.low > 0.0 => direction(Trend::Rise, better),
        Some(interval) if interval.high < 0.0 => direction(Trend::Fall, better),
        Some(_) | None => ChangeDirection::Unclear,
    };
    let relative = (before != 0.0).then(|| difference / before);
    Some(MetricChange { difference, relative, interval, direction })
}

/// Whether an estimate is on the right side of a target, with its interval. A value shows it alone where it is a full count at one
/// instant, and where nothing can be better than the target: one failure disproves that none happens.
pub(super) fn against(target: f64, estimate: &Estimate, metric: Metric) -> TargetVerdict {
    let (better, kind) = (metric.better(), metric.kind());
    let is_best = match better {
        Trend::Rise => kind == MetricKind::Share && target >= 1.0,
        Trend::Fall => target <= 0.0,
    };
    let (met, missed) = match (better, estimate.value, &estimate.interval) {
        (Trend::Rise, Some(value), _) if is_best => (value >= target, value < target),
        (Trend::Fall, Some(value), _) if is_best => (value <= target, value > target),
        (Trend::Rise, Some(value), _) if kind == MetricKind::Level => (value > target, value <= target),
        (Trend::Fall, Some(value), _) if kind == MetricKind::Level => (value < target, value >= target),
        (Trend::Rise, _, Some(interval)) => (interval.low > target, interval.high <= target),
        (Trend::Fall, _, Some(interval)) => (interval.high < target, interval.low >= target),
        (_, _, None) => (false, false),
    };
    match (met, missed) {
        (true, _) => TargetVerdict::Met,
        (false, true) => TargetVerdict::Missed,
        (false, false) => TargetVerdict::Unclear,
    }
}

/// The worse end of the interval where that is better than the target: what has been reached for sure.
fn next_target(target: Option<f64>, estimate: &Estimate, better: Trend) -> Option<f64> {
    let reached = estimate.interval.as_ref().map(|interval| match better {
        Trend::Rise => interval.low,
        Trend::Fall => interval.high,
    });
    match (target, reached) {
        (Some(target), Some(reached)) => Some(match better {
            Trend::Rise => target.max(reached),
            Trend::Fall => target.min(reached),
        }),
        (Some(target), None) => Some(target),
        // A direction has no number to keep: the value must not get worse.
        (None, _) => estimate.value,
    }
}

/// The stage with the greatest mean; equal ones are in the order of the stages. Where fewer than two stages are recorded, all of
/// the lead time is in one of them, which says nothing.
fn bottleneck(period: &Period) -> Option<Bottleneck> {
    let stages = [Metric::CodingTime, Metric::PickupTime, Metric::ReviewTime, Metric::DeliveryTime];
    let estimate = |metric: &Metric| period.estimate(*metric);
    let is_recorded = |metric: &&Metric| {
        estimate(metric).and_then(|estimate| estimate.affected).is_some_and(|recorded| recorded.get() > 0)
    };
    if stages.iter().filter(is_recorded).count() < 2 {
        return None;
    }
    let mean = |metric: &Metric| estimate(metric).and_then(|estimate| estimate.mean);
    let means: Vec<(Metric, f64)> =
        stages.iter().filter_map(|metric| Some((*metric, mean(metric)?))).collect();
    let total: f64 = means.iter().map(|(_, mean)| mean).sum();
    let (stage, mean) = means.into_iter().reduce(|most, one| if one.1 > most.1 { one } else { most })?;
    (total > 0.0).then(|| Bottleneck { stage, share: mean / total, mean })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scalar::Count;

    #[test]
    fn a_target_at_an_end_of_the_interval_is_not_met() {
        let of = |low, high| {
            let mut estimate = Estimate::of(Count::from(30_u32), 5, vec![]);
            estimate.value = Some(f64::midpoint(low, high));
            estimate.interval = Some(Interval { low, high, level: 0.95 });
            estimate
        };
        for (low, high, rise, fall) in [
            (0.9, 0.95, TargetVerdict::Unclear, TargetVerdict::Missed),
            (0.8, 0.9, TargetVerdict::Missed, TargetVerdict::Unclear),
            (0.8, 0.95, TargetVerdict::Unclear, TargetVerdict::Unclear),
            (0.91, 0.95, TargetVerdict::Met, TargetVerdict::Missed),
            (0.8, 0.89, TargetVerdict::Missed, TargetVerdict::Met),
        ] {
            assert_eq!(against(0.9, &of(low, high), Metric::DeploymentSuccessRate), rise, "{low} to {high}");
            assert_eq!(against(0.9, &of(low, high), Metric::RollbackRate), fall, "{low} to {high}");
        }
    }

    #[test]
    fn the_best_value_meets_itself_and_a_level_needs_no_interval() {
        let of = |value, low, high| {
            let mut estimate = Estimate::of(Count::from(30_u32), 5, vec![]);
            estimate.value = Some(value);
            estimate.interval = Some(Interval { low, high, level: 0.95 });
            estimate
        };
        assert_eq!(against(0.0, &of(0.0, 0.0, 0.1), Metric::RollbackRate), TargetVerdict::Met);
        assert_eq!(against(0.0, &of(0.1, 0.0, 0.2), Metric::RollbackRate), TargetVerdict::Missed);
        assert_eq!(against(1.0, &of(1.0, 0.9, 1.0), Metric::PatchedInTime), TargetVerdict::Met);
        assert_eq!(against(1.0, &of(0.9, 0.8, 1.0), Metric::PatchedInTime), TargetVerdict::Missed);
        // A frequency of one is not the best one.
        assert_eq!(against(1.0, &of(1.0, 0.9, 1.1), Metric::DeploymentFrequency), TargetVerdict::Unclear);
        let open = |value| Estimate { interval: None, ..of(value, 0.0, 0.0) };
        for (value, verdict) in
            [(0.0, TargetVerdict::Met), (4.0, TargetVerdict::Met), (5.0, TargetVerdict::Missed)]
        {
            assert_eq!(against(5.0, &open(value), Metric::OpenVulnerabilities), verdict, "{value}");
        }
        assert_eq!(against(0.0, &open(0.0), Metric::OpenVulnerabilities), TargetVerdict::Met);
        assert_eq!(against(5.0, &open(0.0), Metric::TimeToRestore), TargetVerdict::Unclear);
    }

    #[test]
    fn the_interval_of_a_change_is_that_of_newcombe() {
        // Statistics in Medicine 17 (1998), table II, method 10: 56 of 70 against 48 of 80.
        let share = |hits: f64, n: u32| {
            let (low, high) = crate::stats::wilson(hits, f64::from(n), crate::stats::two_sided(0.95));
            let mut estimate = Estimate::of(n.into(), 0, vec![]);
            estimate.value = Some(hits / f64::from(n));
            estimate.interval = Some(Interval { low, high, level: 0.95 });
            estimate
        };
        let found = change(&share(48.0, 80), &share(56.0, 70), Trend::Fall).unwrap();
        let interval = found.interval.unwrap();
        let rounded = [interval.low, interval.high].map(|end| (end * 10_000.0).round());
        assert_eq!((rounded, found.direction), ([524.0, 3339.0], ChangeDirection::Worse));
    }
}
