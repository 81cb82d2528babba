//! The JSON of Prometheus' HTTP API.
use crate::error::{ErrorKind, Faults, Result};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// One time series of a range query.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PrometheusSeries {
    /// The labels, `__name__` among them where the query kept it.
    pub labels: BTreeMap<String, String>,
    /// The samples, by time.
    pub samples: Vec<PrometheusSample>,
}

/// One sample: a number, or the reason why there is none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PrometheusSample {
    /// When it was evaluated.
    pub at: Timestamp,
    /// The number, always finite.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// Why there is no number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<MissingSample>,
}

/// What Prometheus answered instead of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum MissingSample {
    /// `NaN`: often a rate of nothing by nothing.
    Nan,
    /// `+Inf`: a division by nothing, or a quantile beyond the last bucket.
    PositiveInfinity,
    /// `-Inf`.
    NegativeInfinity,
}

/// Reads the answer of `/api/v1/query_range`: a matrix of series.
///
/// A sample that is `NaN` or infinite stays in its place as a missing one; it never becomes a number. Warnings that
/// come with an answer are not read: for a canary take
/// [`prometheus_observations`](super::prometheus_observations), which reads them.
///
/// ```
/// use relcore::interchange::{MissingSample, prometheus_query_range};
/// let series = prometheus_query_range(r#"{"status": "success", "data": {"resultType": "matrix", "result": [
///     {"metric": {"version": "v2"}, "values": [[1435781430.781, "0.25"], [1435781445.781, "NaN"]]}
/// ]}}"#)?;
/// assert_eq!(series[0].labels["version"], "v2");
/// assert_eq!(series[0].samples[0].value, Some(0.25));
/// assert_eq!(series[0].samples[1].missing, Some(MissingSample::Nan));
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `syntax` for what is not JSON or longer than 8 MiB; `invalid_value` for an answer whose status is `error`, for a
/// vector or a scalar (ask `query_range`, not `query`), for native histograms and for sample texts that are no number;
/// `missing_field` and `wrong_type` for answers of another shape, a sample as a bare number among them; `out_of_range`
/// for a time outside the years 1 to 9999; `unordered` for samples that go back in time; `duplicate` for two samples
/// of one time or two series of the same labels. All faults at once, with their paths.
pub fn prometheus_query_range(text: &str) -> Result<Vec<PrometheusSeries>> {
    read_series_of(&crate::wire::parse_json(text)?)
}

/// The series of an answer that has been parsed.
pub(super) fn read_series_of(answer: &Value) -> Result<Vec<PrometheusSeries>> {
    let mut faults = Faults::new();
    let series = matrix(answer, &mut faults).map(|result| read_all(result, &mut faults));
    faults.finish()?;
    Ok(series.unwrap_or_default())
}

/// The list of series, if the answer is one of a range query that went well.
fn matrix<'a>(answer: &'a Value, faults: &mut Faults) -> Option<&'a Vec<Value>> {
    let part = |key: &str| answer.get(key).and_then(Value::as_str).unwrap_or_default();
    match text_at(answer, "status", "", faults)? {
        "success" => {}
        "error" => {
            let what = crate::wire::quoted(part("error"));
            let kind = crate::wire::quoted(part("errorType"));
            let text = format_args!("is `error`: Prometheus answered {kind}, {what}");
            faults.add(ErrorKind::InvalidValue, format_args!("status"), text);
            return None;
        }
        other => {
            let text = format_args!("is {}: expected `success` or `error`", crate::wire::quoted(other));
            faults.add(ErrorKind::InvalidValue, format_args!("status"), text);
            return None;
        }
    }
    let data = member(answer, "data", "", faults)?;
    let kind = text_at(data, "resultType", "data.", faults)?;
    if kind != "matrix" {
        let text =
            format_args!("is {}: expected `matrix`, the answer of query_range", crate::wire::quoted(kind));
        faults.add(ErrorKind::InvalidValue, format_args!("data.resultType"), text);
        return None;
    }
    list(member(data, "result", "data.", faults)?, "data.result", faults)
}

fn read_all(result: &[Value], faults: &mut Faults) -> Vec<PrometheusSeries> {
    let mut all: Vec<PrometheusSeries> = vec![];
    let mut seen = BTreeSet::new();
    for (place, one) in result.iter().enumerate() {
        let path = format!("data.result[{place}].");
        let Some(series) = read_series(one, &path, faults) else { continue };
        let new = seen.insert(series.labels.clone());
        let text = format_args!("has the labels of an earlier series");
        faults.check(new, ErrorKind::Duplicate, format_args!("{path}metric"), text);
        all.push(series);
    }
    all
}

fn read_series(one: &Value, path: &str, faults: &mut Faults) -> Option<PrometheusSeries> {
    let labels = read_labels(member(one, "metric", path, faults)?, path, faults)?;
    if one.get("histograms").is_some() {
        let text = format_args!("are native histograms: expected a query that answers numbers");
        faults.add(ErrorKind::InvalidValue, format_args!("{path}histograms"), text);
        return None;
    }
    let values = list(member(one, "values", path, faults)?, &format!("{path}values"), faults)?;
    let mut samples: Vec<PrometheusSample> = Vec::with_capacity(values.len());
    for (place, value) in values.iter().enumerate() {
        let path = format!("{path}values[{place}]");
        let Some(sample) = read_sample(value, &path, faults) else { continue };
        if let Some(before) = samples.last() {
            let (kind, text) = match sample.at.cmp(&before.at) {
                Ordering::Greater => (None, ""),
                Ordering::Equal => (Some(ErrorKind::Duplicate), "has the time of the sample before it"),
                Ordering::Less => (Some(ErrorKind::Unordered), "is earlier than the sample before it"),
            };
            if let Some(kind) = kind {
                faults.add(kind, format_args!("{path}[0]"), format_args!("{text}"));
            }
        }
        samples.push(sample);
    }
    Some(PrometheusSeries { labels, samples })
}

fn read_labels(metric: &Value, path: &str, faults: &mut Faults) -> Option<BTreeMap<String, String>> {
    let Some(entries) = metric.as_object() else {
        faults.add(
            ErrorKind::WrongType,
            format_args!("{path}metric"),
            format_args!("expected an object of labels"),
        );
        return None;
    };
    let mut labels = BTreeMap::new();
    for (name, value) in entries {
        match value.as_str() {
            Some(value) => {
                labels.insert(name.clone(), value.to_owned());
            }
            None => {
                faults.add(
                    ErrorKind::WrongType,
                    format_args!("{path}metric.{name}"),
                    format_args!("expected text"),
                );
            }
        }
    }
    Some(labels)
}

/// `[1435781430.781, "0.25"]`
fn read_sample(value: &Value, path: &str, faults: &mut Faults) -> Option<PrometheusSample> {
    let (seconds, text) = match value.as_array().map(Vec::as_slice) {
        Some([seconds, text]) => (seconds.as_f64(), text.as_str()),
        _ => (None, None),
    };
    let (Some(seconds), Some(text)) = (seconds, text) else {
        let expected = format_args!("expected a pair of seconds and text, like `[1435781430.781, \"0.25\"]`");
        faults.add(ErrorKind::WrongType, format_args!("{path}"), expected);
        return None;
    };
    let at = faults.absorb(instant(seconds).map_err(|error| error.under(&format!("{path}[0]"))));
    let Ok(number) = text.parse::<f64>() else {
        let text = format_args!("{} is not a number", crate::wire::quoted(text));
        faults.add(ErrorKind::InvalidValue, format_args!("{path}[1]"), text);
        return None;
    };
    let missing = if number.is_nan() {
        Some(MissingSample::Nan)
    } else if number.is_finite() {
        None
    } else if number > 0.0 {
        Some(MissingSample::PositiveInfinity)
    } else {
        Some(MissingSample::NegativeInfinity)
    };
    Some(PrometheusSample { at: at?, value: missing.is_none().then_some(number), missing })
}

/// Prometheus keeps milliseconds and writes them as a fraction: rounding brings back what it had.
fn instant(seconds: f64) -> Result<Timestamp> {
    let millis = (seconds * 1000.0).round();
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a cast from float saturates, and the ends are refused"
    )]
    Timestamp::from_millis(millis as i64)
}

fn member<'a>(of: &'a Value, key: &str, path: &str, faults: &mut Faults) -> Option<&'a Value> {
    let found = of.get(key);
    if found.is_none() {
        let text = format_args!("missing key `{key}`");
        faults.add(ErrorKind::MissingField, format_args!("{path}{key}"), text);
    }
    found
}

fn text_at<'a>(of: &'a Value, key: &str, path: &str, faults: &mut Faults) -> Option<&'a str> {
    let found = member(of, key, path, faults)?;
    if found.as_str().is_none() {
        faults.add(ErrorKind::WrongType, format_args!("{path}{key}"), format_args!("expected text"));
    }
    found.as_str()
}

fn list<'a>(of: &'a Value, path: &str, faults: &mut Faults) -> Option<&'a Vec<Value>> {
    if of.as_array().is_none() {
        faults.add(ErrorKind::WrongType, format_args!("{path}"), format_args!("expected a list"));
    }
    of.as_array()
}
