//! Prometheus responses as observations of a canary.
use super::prometheus::{PrometheusSample, read_matrix};
use crate::canary::{Observation, ObservationKind, Reading};
use crate::error::{ErrorKind, Faults, Result, join, quoted};
use crate::input::input;
use crate::scalar::Count;
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

input! {
    /// A metric of a schedule with the Prometheus responses for it.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "interchange.PrometheusMetric", rename_all = "camelCase", deny_unknown_fields)]
    pub struct PrometheusMetric {
        /// The name of the metric in the schedule.
        pub metric: String,
        /// The body of the `/api/v1/query_range` response to the query of the metric, also if it is an error. A query that
        /// returns several series needs `series`.
        pub answer: String,
        /// The body of the response to the query for the number of samples behind each value, such as the requests behind an
        /// error rate. Absent: measurements have no number of samples.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub samples: Option<String>,
        /// The factor from the unit of the query to the unit of the metric: 100 from a share to percent, 1000 from seconds to
        /// milliseconds. Default 1.
        #[serde(default = "unscaled")]
        pub scale: f64,
        /// Whether a response with warnings is accepted. Default false, because a warning can mean that data is missing.
        #[serde(default)]
        pub accept_warnings: bool,
        /// How several series of the response become one value at each step. Default: several are refused.
        #[serde(default, skip_serializing_if = "crate::wire::is_default")]
        #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "crate::wire::never"))]
        pub series: SeriesRule,
        /// The limit of the metric, in its unit: the joined value is reported although some series have no number, if those
        /// that have one are beyond it, for the others could not make it good. Default: such a reading is missing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub series_limit: Option<f64>,
    }
}

/// How several series of one metric, such as one of each pod, become one value.
///
/// The series of a query seldom arrive evenly: a pod that has started has no sample before, and one that has ended, or whose
/// scrape failed, has none after. At a step at which a series that has begun has no number, nothing is known of its part, so
/// the reading is a missing one: a pod that crashed must not make the others look good. What fails without it counts, where
/// `series_limit` says what fails. A series that has not begun yet is
/// not waited for. A pod that was replaced on purpose ends its series, too: leave the name of the pod out of the query then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "interchange.SeriesRule", rename_all = "snake_case")]
pub enum SeriesRule {
    /// Several series are refused: nobody said how to join them. Aggregate them in the query, as with `sum(…)`.
    #[default]
    Single,
    /// The greatest value, so that any series fails the metric that is above its `max`: the worst one where less is better.
    Highest,
    /// The least value, so that any series fails the metric that is below its `min`: the worst one where more is better.
    /// With a `max` all series must be above it to fail.
    Lowest,
}

impl PrometheusMetric {
    /// A metric whose query has its unit, without a query for the number of samples.
    #[must_use]
    pub fn new(metric: impl Into<String>, answer: impl Into<String>) -> Self {
        let (metric, answer) = (metric.into(), answer.into());
        Self {
            metric,
            answer,
            samples: None,
            scale: unscaled(),
            accept_warnings: false,
            series: SeriesRule::default(),
            series_limit: None,
        }
    }
}

fn unscaled() -> f64 {
    1.0
}

/// Converts Prometheus responses, one range query for each metric, to observations of a canary.
///
/// `start`, `end` and `step` are those of the queries. Each metric has one measurement at `start` and at each step up to
/// and including `end`. A step without a sample is an empty reading, one with `NaN` or
/// an infinite sample a missing one; none is skipped.
/// Samples before `start` or after `end` are ignored, so that a long response can be converted in parts. Observations are
/// in the order of time; at one instant, in the order of `metrics`.
///
/// Several series of one metric are joined as its [`SeriesRule`] says; their numbers of samples are added.
///
/// A failed query (`"status": "error"`, or warnings that are not accepted) is one failed reading at `end`. Annotations
/// under `infos` are ignored, because they do not affect the data.
///
/// ```
/// use relcore::canary::{ObservationKind, Reading};
/// use relcore::interchange::{PrometheusMetric, prometheus_observations};
/// use relcore::{Span, Timestamp};
/// let response = r#"{"status": "success", "data": {"resultType": "matrix", "result": [
///     {"metric": {}, "values": [[1435781430, "0.25"], [1435781460, "NaN"]]}
/// ]}}"#;
/// let errors = PrometheusMetric::new("error_rate", response).scale(100.0); // percent
/// let start = Timestamp::parse("2015-07-01T20:10:30Z")?;
/// let end = start.plus(Span::from_seconds(60))?;
/// let observations = prometheus_observations(&[errors], start, end, Span::from_seconds(30))?;
/// let readings: Vec<_> = observations.iter().map(|one| match &one.kind {
///     ObservationKind::Measurement { reading, .. } => reading.clone(),
///     _ => unreachable!("only measurements come from Prometheus"),
/// }).collect();
/// assert_eq!(readings[0], Reading::Value { value: 25.0, n: None });
/// // Pitfall: the `NaN` and the last step, which has no sample, are not skipped. The metric says what the empty one means.
/// assert_eq!(readings[1..], [Reading::Missing {}, Reading::Empty {}]);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once. As [`prometheus_query_range`](super::prometheus_query_range) for the responses; `invalid_value`
/// for a response with several series without a rule, a scale that is not a number above 0, a negative number of samples, and a sample
/// between the steps (the response to another query); `out_of_range` for a value that becomes infinite by the scale, a
/// step of 0 or less, an `end` before `start`, and more than 11,000 steps, which Prometheus refuses, too; `duplicate` for
/// a repeated metric.
pub fn prometheus_observations(
    metrics: &[PrometheusMetric],
    start: Timestamp,
    end: Timestamp,
    step: Span,
) -> Result<Vec<Observation>> {
    let mut faults = Faults::new();
    let steps = Steps::new(start, end, step, &mut faults);
    let mut names = BTreeSet::new();
    let mut found = Vec::new();
    for (index, metric) in metrics.iter().enumerate() {
        let path = format!("metrics[{index}]");
        faults.check(
            names.insert(&metric.metric),
            ErrorKind::Duplicate,
            format_args!("{path}.metric"),
            format_args!("{} is repeated", quoted(&metric.metric)),
        );
        faults.check(
            metric.scale.is_finite() && metric.scale > 0.0,
            ErrorKind::InvalidValue,
            format_args!("{path}.scale"),
            format_args!("`{}` is out of range: expected a number above 0", metric.scale),
        );
        let text = format_args!("is not a finite number");
        let is_finite = metric.series_limit.is_none_or(f64::is_finite);
        faults.check(is_finite, ErrorKind::InvalidValue, format_args!("{path}.seriesLimit"), text);
        if let Some(steps) = &steps {
            found.extend(steps.measurements(metric, &path, &mut faults));
        }
    }
    faults.finish()?;
    found.sort_by_key(|observation| observation.at); // stable: keeps the order of the metrics at one instant
    Ok(found)
}

/// The limit of Prometheus: "exceeded maximum resolution of 11,000 points per timeseries".
const MAX_STEPS: i64 = 11_000;

/// The instants that a range query evaluates.
struct Steps {
    start: Timestamp,
    end: Timestamp,
    step: i64,
}

impl Steps {
    fn new(start: Timestamp, end: Timestamp, step: Span, faults: &mut Faults) -> Option<Self> {
        let range = ErrorKind::OutOfRange;
        let (is_ordered, is_positive) = (start <= end, step > Span::ZERO);
        let text = format_args!("`{end}` is before `{start}`, the start");
        faults.check(is_ordered, range, format_args!("end"), text);
        let text = format_args!("`{step}` is out of range: expected a span above 0");
        faults.check(is_positive, range, format_args!("step"), text);
        let length = end.since(start).as_millis();
        let steps = length.checked_div(step.as_millis()).unwrap_or_default();
        let text =
            format_args!("`{step}` gives more than 11,000 steps: expected a longer step or a shorter range");
        faults.check(steps < MAX_STEPS, range, format_args!("step"), text);
        (is_ordered && is_positive && steps < MAX_STEPS).then_some(Self {
            start,
            end,
            step: step.as_millis(),
        })
    }

    /// The instants, in milliseconds since 1970.
    fn iter(&self) -> impl Iterator<Item = i64> + use<> {
        let (end, step) = (self.end.as_millis(), self.step);
        std::iter::successors(Some(self.start.as_millis()), move |at| at.checked_add(step))
            .take_while(move |at| *at <= end)
    }

    /// The measurements of a metric in the order of time.
    fn measurements(&self, metric: &PrometheusMetric, path: &str, faults: &mut Faults) -> Vec<Observation> {
        let measured = |at, reading| {
            Observation::new(at, ObservationKind::Measurement { metric: metric.metric.clone(), reading })
        };
        let is_single = metric.series == SeriesRule::Single;
        let limit = metric.series_limit.map(|limit| limit / metric.scale);
        let mut read = |text, key: &str, joined: Joined| {
            let path = join(path, key);
            let joined = if is_single { Joined::Single } else { joined };
            Some((Response::read(text, metric.accept_warnings, joined, self, faults, &path)?, path))
        };
        let joined =
            if metric.series == SeriesRule::Lowest { Joined::Lowest(limit) } else { Joined::Highest(limit) };
        let values = read(&metric.answer, "answer", joined);
        let counts = metric.samples.as_ref().map(|text| read(text, "samples", Joined::Sum));
        let (Some((values, value_path)), Some(counts)) =
            (values, counts.map_or(Some(None), |it| it.map(Some)))
        else {
            return vec![]; // the fault is in `faults`
        };
        let (counts, count_path) = counts.unwrap_or_default();
        let (values, counts) = match (values, counts) {
            (Response::Samples(values), Response::Samples(counts)) => (values, counts),
            (Response::Failed(text), _) | (_, Response::Failed(text)) => {
                return vec![measured(self.end, Reading::Failed { text })];
            }
        };
        let mut found = Vec::new();
        for at in self.iter() {
            let count = counts.get(&at).copied().flatten();
            let count = count.and_then(|count| samples(count, &count_path, faults));
            let reading = match values.get(&at) {
                None => Reading::Empty {},
                Some(None) => Reading::Missing {},
                Some(Some(value)) => {
                    let value = *value * metric.scale;
                    let text = format_args!("has a value that becomes infinite by the scale");
                    faults.check(
                        value.is_finite(),
                        ErrorKind::OutOfRange,
                        format_args!("{value_path}"),
                        text,
                    );
                    Reading::Value { value, n: count }
                }
            };
            if let Some(at) = faults.absorb(Timestamp::from_millis(at)) {
                found.push(measured(at, reading));
            }
        }
        found
    }
}

/// The content of a response.
enum Response {
    /// The samples by instant, in milliseconds since 1970; none for one that is not a finite number.
    Samples(BTreeMap<i64, Option<f64>>),
    /// The query failed with this message.
    Failed(String),
}

impl Default for Response {
    fn default() -> Self {
        Self::Samples(BTreeMap::new())
    }
}

impl Response {
    /// Reads a response; `None` after adding the faults of a malformed one.
    fn read(
        text: &str,
        accept_warnings: bool,
        joined: Joined,
        steps: &Steps,
        faults: &mut Faults,
        path: &str,
    ) -> Option<Self> {
        let response = faults.absorb(crate::wire::parse_json(text).map_err(|error| error.under(path)))?;
        if let Some(text) = failure(&response, accept_warnings) {
            return Some(Self::Failed(text));
        }
        let series = faults.absorb(read_matrix(&response).map_err(|error| error.under(path)))?;
        faults.check(
            series.len() <= 1 || joined != Joined::Single,
            ErrorKind::InvalidValue,
            format_args!("{path}.data.result"),
            format_args!(
                "has {} series: expected one; aggregate them, as with `sum(…)`, or say by `series` how to join them",
                series.len()
            ),
        );
        let within = |sample: &PrometheusSample| (steps.start..=steps.end).contains(&sample.at);
        let mut all = Vec::with_capacity(series.len());
        for series in series {
            let mut found = BTreeMap::new();
            for sample in series.samples.into_iter().filter(within) {
                let at = sample.at;
                let after = at.since(steps.start).as_millis().checked_rem(steps.step);
                faults.check(
                    after == Some(0),
                    ErrorKind::InvalidValue,
                    format_args!("{path}"),
                    format_args!("has a sample at `{at}`, which is not a step of the query"),
                );
                found.insert(at.as_millis(), sample.value);
            }
            all.push(found);
        }
        Some(Self::Samples(joined.all(all, steps)))
    }
}

/// What becomes of the values of several series at one step.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Joined {
    Single,
    /// The greatest, and what is above this limit in any case.
    Highest(Option<f64>),
    /// The least, and what is below this limit in any case.
    Lowest(Option<f64>),
    Sum,
}

impl Joined {
    /// One series of several. A step at which a series that has begun has no number is one without a number.
    fn all(self, mut series: Vec<BTreeMap<i64, Option<f64>>>, steps: &Steps) -> BTreeMap<i64, Option<f64>> {
        if series.len() <= 1 {
            return series.pop().unwrap_or_default();
        }
        let mut found = BTreeMap::new();
        for at in steps.iter() {
            let begun =
                series.iter().filter(|one| one.first_key_value().is_some_and(|(first, _)| *first <= at));
            let values: Vec<Option<f64>> = begun.map(|one| one.get(&at).copied().flatten()).collect();
            if values.is_empty() {
                continue; // no series has begun
            }
            let is_whole = values.iter().all(Option::is_some);
            let joined = values.into_iter().flatten().reduce(|a, b| self.of(a, b));
            found.insert(at, joined.filter(|value| is_whole || self.is_certain(*value)));
        }
        found
    }

    fn of(self, a: f64, b: f64) -> f64 {
        match self {
            Self::Single | Self::Highest(_) => a.max(b),
            Self::Lowest(_) => a.min(b),
            Self::Sum => a + b,
        }
    }

    /// Whether a value of some series fails the metric, whatever the others are.
    fn is_certain(self, value: f64) -> bool {
        match self {
            Self::Highest(limit) => limit.is_some_and(|limit| value > limit),
            Self::Lowest(limit) => limit.is_some_and(|limit| value < limit),
            Self::Single | Self::Sum => false,
        }
    }
}

/// The reason why a query failed; `None` if it succeeded.
fn failure(response: &Value, accept_warnings: bool) -> Option<String> {
    let text = |key: &str| response.get(key).and_then(Value::as_str).unwrap_or_default();
    if text("status") == "error" {
        return Some(format!("Prometheus returned {}: {}", quoted(text("errorType")), quoted(text("error"))));
    }
    let warnings = response.get("warnings").filter(|warnings| !warnings.is_null())?;
    // Anything but an empty list counts as a warning.
    let list = warnings.as_array().map(Vec::as_slice);
    if accept_warnings || list.is_some_and(<[Value]>::is_empty) {
        return None;
    }
    let first = list.and_then(<[Value]>::first).and_then(Value::as_str).unwrap_or_default();
    let more = list.map_or(0, |list| list.len().saturating_sub(1));
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Some(format!("Prometheus returned the warning {}{more}", quoted(first)))
}

/// A number of samples, rounded down: `increase` of a counter is extrapolated and seldom whole.
fn samples(number: f64, path: &str, faults: &mut Faults) -> Option<Count> {
    let text = format_args!("has `{number}` as a number of samples: expected 0 to 2^53 - 1");
    let in_range = (0.0..=Count::of(usize::MAX).as_f64()).contains(&number);
    faults.check(in_range, ErrorKind::InvalidValue, format_args!("{path}"), text);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 2^53 - 1")]
    Count::new(if in_range { number.floor() as u64 } else { 0 }).ok()
}
