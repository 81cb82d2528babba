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
        /// The body of the `/api/v1/query_range` response to the query of the metric, also if it is an error. The query must
        /// return at most one series; aggregate several, as with `sum(…)`.
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
    }
}

impl PrometheusMetric {
    /// A metric whose query has its unit, without a query for the number of samples.
    #[must_use]
    pub fn new(metric: impl Into<String>, answer: impl Into<String>) -> Self {
        let (metric, answer) = (metric.into(), answer.into());
        Self { metric, answer, samples: None, scale: unscaled(), accept_warnings: false }
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
/// for a response with several series, a scale that is not a number above 0, a negative number of samples, and a sample
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
        let mut read = |text, key: &str| {
            let path = join(path, key);
            Some((Response::read(text, metric.accept_warnings, self, faults, &path)?, path))
        };
        let values = read(&metric.answer, "answer");
        let counts = metric.samples.as_ref().map(|text| read(text, "samples"));
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
        steps: &Steps,
        faults: &mut Faults,
        path: &str,
    ) -> Option<Self> {
        let response = faults.absorb(crate::wire::parse_json(text).map_err(|error| error.under(path)))?;
        if let Some(text) = failure(&response, accept_warnings) {
            return Some(Self::Failed(text));
        }
        let mut series = faults.absorb(read_matrix(&response).map_err(|error| error.under(path)))?;
        faults.check(
            series.len() <= 1,
            ErrorKind::InvalidValue,
            format_args!("{path}.data.result"),
            format_args!("has {} series: expected one; aggregate them, as with `sum(…)`", series.len()),
        );
        let samples = series.pop().map(|series| series.samples).unwrap_or_default();
        let within = |sample: &PrometheusSample| (steps.start..=steps.end).contains(&sample.at);
        let mut found = BTreeMap::new();
        for sample in samples.into_iter().filter(within) {
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
        Some(Self::Samples(found))
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
