//! The JSON responses of Prometheus' HTTP API.
use crate::error::{ErrorKind, Faults, Result, join};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// One time series of a range query.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "interchange.PrometheusSeries", rename_all = "camelCase", deny_unknown_fields)]
pub struct PrometheusSeries {
    /// The labels. `__name__` is one of them if the query kept it.
    pub labels: BTreeMap<String, String>,
    /// The samples in the order of time.
    pub samples: Vec<PrometheusSample>,
}

/// One sample: a number, or the reason for its absence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "interchange.PrometheusSample", rename_all = "camelCase", deny_unknown_fields)]
pub struct PrometheusSample {
    /// The instant of evaluation.
    pub at: Timestamp,
    /// The finite number; absent if `missing` is present.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// The reason why there is no number; absent if `value` is present.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<MissingSample>,
}

/// A sample value that is not a finite number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "interchange.MissingSample", rename_all = "snake_case")]
pub enum MissingSample {
    /// `NaN`, often from 0 divided by 0.
    Nan,
    /// `+Inf`, often from a division by 0 or a quantile beyond the last histogram bucket.
    PositiveInfinity,
    /// `-Inf`.
    NegativeInfinity,
}

/// Reads a response of Prometheus' `/api/v1/query_range`: a matrix of series.
///
/// A sample that is `NaN` or infinite is kept as a missing one. Warnings of the response are ignored;
/// [`prometheus_observations`](super::prometheus_observations) reads them.
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
/// All faults at once, with their paths: `syntax` for text that is not JSON or is longer than 8 MiB; `invalid_value` for
/// the status `error`, for a vector or a scalar (the response of `query` instead of `query_range`), for native histograms
/// and for a sample text that is not a number; `missing_field` and `wrong_type` for other JSON, such as a sample as a bare
/// number; `out_of_range` for a time outside the years 1 to 9999; `unordered` for a sample earlier than the one before it;
/// `duplicate` for two samples at one instant or two series with the same labels.
pub fn prometheus_query_range(text: &str) -> Result<Vec<PrometheusSeries>> {
    read_matrix(&crate::wire::parse_json(text)?)
}

/// Reads the series of a parsed response.
pub(super) fn read_matrix(response: &Value) -> Result<Vec<PrometheusSeries>> {
    let mut faults = Faults::new();
    let series = matrix(response, &mut faults).map(|result| read_all(result, &mut faults));
    faults.finish()?;
    Ok(series.unwrap_or_default())
}

/// The list of series of a successful range query.
fn matrix<'a>(response: &'a Value, faults: &mut Faults) -> Option<&'a Vec<Value>> {
    let part = |key: &str| response.get(key).and_then(Value::as_str).unwrap_or_default();
    match text_at(response, "status", "", faults)? {
        "success" => {}
        "error" => {
            let message = crate::error::quoted(part("error"));
            let error_type = crate::error::quoted(part("errorType"));
            let text = format_args!("is `error`: Prometheus returned {error_type}: {message}");
            faults.add(ErrorKind::InvalidValue, format_args!("status"), text);
            return None;
        }
        other => {
            let text = format_args!("is {}: expected `success` or `error`", crate::error::quoted(other));
            faults.add(ErrorKind::InvalidValue, format_args!("status"), text);
            return None;
        }
    }
    let data = member(response, "data", "", faults)?;
    let result_type = text_at(data, "resultType", "data", faults)?;
    if result_type != "matrix" {
        let text = format_args!(
            "is {}: expected `matrix`, the result of query_range",
            crate::error::quoted(result_type)
        );
        faults.add(ErrorKind::InvalidValue, format_args!("data.resultType"), text);
        return None;
    }
    list(member(data, "result", "data", faults)?, "data.result", faults)
}

fn read_all(result: &[Value], faults: &mut Faults) -> Vec<PrometheusSeries> {
    let mut all: Vec<PrometheusSeries> = vec![];
    let mut seen = BTreeSet::new();
    for (index, one) in result.iter().enumerate() {
        let path = format!("data.result[{index}]");
        let Some(series) = read_series(one, &path, faults) else { continue };
        let is_new = seen.insert(series.labels.clone());
        let text = format_args!("repeats the labels of an earlier series");
        faults.check(is_new, ErrorKind::Duplicate, format_args!("{path}.metric"), text);
        all.push(series);
    }
    all
}

fn read_series(one: &Value, path: &str, faults: &mut Faults) -> Option<PrometheusSeries> {
    let labels = read_labels(member(one, "metric", path, faults)?, path, faults)?;
    if one.get("histograms").is_some() {
        let text = format_args!("has native histograms: expected a query that returns numbers");
        faults.add(ErrorKind::InvalidValue, format_args!("{path}.histograms"), text);
        return None;
    }
    let values = list(member(one, "values", path, faults)?, &join(path, "values"), faults)?;
    let mut samples: Vec<PrometheusSample> = Vec::with_capacity(values.len());
    for (index, value) in values.iter().enumerate() {
        let path = format!("{path}.values[{index}]");
        let Some(sample) = read_sample(value, &path, faults) else { continue };
        if let Some(before) = samples.last() {
            let (kind, text) = match sample.at.cmp(&before.at) {
                Ordering::Greater => (None, ""),
                Ordering::Equal => (Some(ErrorKind::Duplicate), "equals the time of the previous sample"),
                Ordering::Less => (Some(ErrorKind::Unordered), "is earlier than the previous sample"),
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
            format_args!("{path}.metric"),
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
                    format_args!("{path}.metric.{name}"),
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
        let text = format_args!("{} is not a number", crate::error::quoted(text));
        faults.add(ErrorKind::InvalidValue, format_args!("{path}[1]"), text);
        return None;
    };
    let missing = match number {
        f64::INFINITY => Some(MissingSample::PositiveInfinity),
        f64::NEG_INFINITY => Some(MissingSample::NegativeInfinity),
        _ => number.is_nan().then_some(MissingSample::Nan),
    };
    Some(PrometheusSample { at: at?, value: missing.is_none().then_some(number), missing })
}

/// Prometheus stores milliseconds and writes them as a fraction of seconds; rounding restores them exactly.
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
        faults.add(ErrorKind::MissingField, format_args!("{}", join(path, key)), text);
    }
    found
}

fn text_at<'a>(of: &'a Value, key: &str, path: &str, faults: &mut Faults) -> Option<&'a str> {
    let found = member(of, key, path, faults)?;
    if found.as_str().is_none() {
        faults.add(ErrorKind::WrongType, format_args!("{}", join(path, key)), format_args!("expected text"));
    }
    found.as_str()
}

fn list<'a>(of: &'a Value, path: &str, faults: &mut Faults) -> Option<&'a Vec<Value>> {
    if of.as_array().is_none() {
        faults.add(ErrorKind::WrongType, format_args!("{path}"), format_args!("expected a list"));
    }
    of.as_array()
}
