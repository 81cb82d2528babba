//! The answers of Prometheus as what a canary observes.
use super::prometheus::{PrometheusSample, read_series_of};
use crate::canary::{Observation, ObservationKind, Reading};
use crate::error::{ErrorKind, Faults, Result};
use crate::time::{Span, Timestamp};
use crate::wire::{Count, quoted};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A metric of a schedule, and what Prometheus answered about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PrometheusMetric {
    /// The name of the metric in the schedule.
    pub metric: String,
    /// The body of the answer of `/api/v1/query_range` to the metric's query, that of an error included. The query
    /// answers one series: `sum(…)` makes one of several.
    pub answer: String,
    /// The body of the answer to the query for how many samples stand behind each value: the requests of a share of
    /// errors, for instance. Left out, no measurement says how many it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub samples: Option<String>,
    /// By how much a value is multiplied to be in the unit of the metric: 100 from a share to percent, 1000 from
    /// seconds to milliseconds. Default 1.
    #[serde(default = "unscaled")]
    pub scale: f64,
    /// Whether an answer that comes with warnings counts. Default false: a warning may say that a part of the data is
    /// missing from it.
    #[serde(default)]
    pub accept_warnings: bool,
}

fn unscaled() -> f64 {
    1.0
}

/// What a canary observed by the answers of Prometheus to one range query for each metric.
///
/// `start`, `end` and `step` are those of the queries. Every metric has one measurement at `start`, at each step after
/// it, and up to and including `end`: an instant of which Prometheus says nothing, `NaN` or infinity is a measurement
/// that is missing, never one that was not made. Samples outside of these instants are left out, so that a long answer
/// can be walked through in parts. The observations come in the order of time, and at one instant in that of `metrics`.
///
/// A query that failed (`"status": "error"`, or an answer with warnings unless those are accepted) is one failed
/// reading at `end`. Annotations under `infos` do not touch the data and are not read.
///
/// ```
/// use relcore::canary::{ObservationKind, Reading};
/// use relcore::interchange::{PrometheusMetric, prometheus_observations};
/// use relcore::{Span, Timestamp};
/// let answer = r#"{"status": "success", "data": {"resultType": "matrix", "result": [
///     {"metric": {}, "values": [[1435781430, "0.25"], [1435781460, "NaN"]]}
/// ]}}"#;
/// let errors = PrometheusMetric {
///     metric: "error_rate".to_owned(),
///     answer: answer.to_owned(),
///     samples: None,
///     scale: 100.0, // percent
///     accept_warnings: false,
/// };
/// let start = Timestamp::parse("2015-07-01T20:10:30Z")?;
/// let end = start.plus(Span::from_seconds(60))?;
/// let found = prometheus_observations(&[errors], start, end, Span::from_seconds(30))?;
/// let readings: Vec<_> = found.iter().map(|one| match &one.kind {
///     ObservationKind::Measurement { reading, .. } => reading.clone(),
///     _ => unreachable!("only measurements come from Prometheus"),
/// }).collect();
/// assert_eq!(readings[0], Reading::Value { value: 25.0, n: None });
/// // Pitfall: what is not there is not left out. Neither the `NaN` nor the last instant passes for good.
/// assert_eq!(readings[1..], [Reading::Missing {}, Reading::Missing {}]);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once. As [`prometheus_query_range`](super::prometheus_query_range) for the answers; `invalid_value`
/// for an answer of several series, a scale that is no number above 0, a negative number of samples, and a sample
/// between the steps (the answer to another query); `out_of_range` for a value that the scale makes infinite, a step
/// that is not above 0, an `end` before `start`, and more than 11,000 steps, which Prometheus refuses, too; `duplicate`
/// for a metric that is named twice.
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
    for (place, metric) in metrics.iter().enumerate() {
        let path = format!("metrics[{place}].");
        faults.check(
            names.insert(&metric.metric),
            ErrorKind::Duplicate,
            format_args!("{path}metric"),
            format_args!("{} has an answer already", quoted(&metric.metric)),
        );
        faults.check(
            metric.scale.is_finite() && metric.scale > 0.0,
            ErrorKind::InvalidValue,
            format_args!("{path}scale"),
            format_args!("`{}` is no scale: expected a number above 0", metric.scale),
        );
        if let Some(steps) = &steps {
            found.extend(steps.measurements(metric, &path, &mut faults));
        }
    }
    faults.finish()?;
    found.sort_by_key(|observation| observation.at); // stable: at one instant the order of the metrics stays
    Ok(found)
}

/// Prometheus' own limit: "exceeded maximum resolution of 11,000 points per timeseries".
const MOST_STEPS: i64 = 11_000;

/// The instants that a range query evaluates.
struct Steps {
    start: Timestamp,
    end: Timestamp,
    step: i64,
}

impl Steps {
    fn new(start: Timestamp, end: Timestamp, step: Span, faults: &mut Faults) -> Option<Self> {
        let range = ErrorKind::OutOfRange;
        let (forward, moves) = (start <= end, step > Span::ZERO);
        let text = format_args!("`{end}` is before the start, `{start}`");
        faults.check(forward, range, format_args!("end"), text);
        let text = format_args!("`{step}` is out of range: expected a span above 0");
        faults.check(moves, range, format_args!("step"), text);
        let length = end.since(start).as_millis();
        let steps = length.checked_div(step.as_millis()).unwrap_or_default();
        let text = format_args!("`{step}` makes more than 11,000 steps: ask in parts");
        faults.check(steps < MOST_STEPS, range, format_args!("step"), text);
        (forward && moves && steps < MOST_STEPS).then_some(Self { start, end, step: step.as_millis() })
    }

    /// The instants, in milliseconds since 1970.
    fn iter(&self) -> impl Iterator<Item = i64> + use<> {
        let (end, step) = (self.end.as_millis(), self.step);
        std::iter::successors(Some(self.start.as_millis()), move |at| at.checked_add(step))
            .take_while(move |at| *at <= end)
    }

    /// The measurements of a metric, by time.
    fn measurements(&self, metric: &PrometheusMetric, path: &str, faults: &mut Faults) -> Vec<Observation> {
        let measured = |at, reading| Observation {
            at,
            kind: ObservationKind::Measurement { metric: metric.metric.clone(), reading },
        };
        let mut answer = |text, key: &str| {
            let answer = Answer::read(text, metric.accept_warnings, self, faults, &format!("{path}{key}"))?;
            Some((answer, format!("{path}{key}")))
        };
        let values = answer(&metric.answer, "answer");
        let counts = metric.samples.as_ref().map(|text| answer(text, "samples"));
        let (Some((values, value_path)), Some(counts)) =
            (values, counts.map_or(Some(None), |it| it.map(Some)))
        else {
            return vec![]; // a fault
        };
        let (counts, count_path) = counts.unwrap_or_default();
        let (values, counts) = match (values, counts) {
            (Answer::Samples(values), Answer::Samples(counts)) => (values, counts),
            (Answer::Failed(text), _) | (_, Answer::Failed(text)) => {
                return vec![measured(self.end, Reading::Failed { text })];
            }
        };
        let mut found = Vec::new();
        for at in self.iter() {
            let count = counts.get(&at).and_then(|count| samples(*count, &count_path, faults));
            let reading = match values.get(&at) {
                None => Reading::Missing {},
                Some(value) => {
                    let value = *value * metric.scale;
                    let text = format_args!("a value becomes infinite by the scale");
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

/// What one query came to.
enum Answer {
    /// Its numbers at the steps, by instant in milliseconds since 1970.
    Samples(BTreeMap<i64, f64>),
    /// It failed, and what it said.
    Failed(String),
}

impl Default for Answer {
    fn default() -> Self {
        Self::Samples(BTreeMap::new())
    }
}

impl Answer {
    /// `None` when the text is at fault.
    fn read(
        text: &str,
        accept_warnings: bool,
        steps: &Steps,
        faults: &mut Faults,
        path: &str,
    ) -> Option<Self> {
        let answer = faults.absorb(crate::wire::parse_json(text).map_err(|error| error.under(path)))?;
        if let Some(text) = failure(&answer, accept_warnings) {
            return Some(Self::Failed(text));
        }
        let mut series = faults.absorb(read_series_of(&answer).map_err(|error| error.under(path)))?;
        faults.check(
            series.len() <= 1,
            ErrorKind::InvalidValue,
            format_args!("{path}.data.result"),
            format_args!("has {} series: expected one, as `sum(…)` makes of several", series.len()),
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
                format_args!("has a sample of `{at}`, which is none of the steps asked for"),
            );
            found.extend(sample.value.map(|value| (at.as_millis(), value)));
        }
        Some(Self::Samples(found))
    }
}

/// Why a query failed, if it did.
fn failure(answer: &Value, accept_warnings: bool) -> Option<String> {
    let text = |key: &str| answer.get(key).and_then(Value::as_str).unwrap_or_default();
    if text("status") == "error" {
        return Some(format!("Prometheus answered {}, {}", quoted(text("errorType")), quoted(text("error"))));
    }
    let warnings = answer.get("warnings").filter(|warnings| !warnings.is_null())?;
    // Anything but an empty list is a warning, whatever its shape.
    let list = warnings.as_array().map(Vec::as_slice);
    if accept_warnings || list.is_some_and(<[Value]>::is_empty) {
        return None;
    }
    let first = list.and_then(<[Value]>::first).and_then(Value::as_str).unwrap_or_default();
    let more = list.map_or(0, |list| list.len().saturating_sub(1));
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Some(format!("Prometheus warned {}{more}", quoted(first)))
}

/// A number of samples, rounded down: `increase` of a counter is seldom whole, and fewer are the more careful guess.
fn samples(number: f64, path: &str, faults: &mut Faults) -> Option<Count> {
    let text = format_args!("`{number}` is no number of samples: expected 0 to 2^53 - 1");
    let possible = (0.0..=Count::of(usize::MAX).as_f64()).contains(&number);
    faults.check(possible, ErrorKind::InvalidValue, format_args!("{path}"), text);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 2^53 - 1")]
    Count::new(if possible { number.floor() as u64 } else { 0 }).ok()
}
