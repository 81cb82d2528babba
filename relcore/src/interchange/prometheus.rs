//! The JSON of Prometheus' HTTP API.
use crate::error::{Error, ErrorKind, Result};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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

/// Reads the answer of `/api/v1/query_range`.
///
/// # Errors
/// Under construction.
pub fn prometheus_query_range(text: &str) -> Result<Vec<PrometheusSeries>> {
    let _ = text;
    Err(Error::new(ErrorKind::UnknownFunction, "", "is under construction"))
}
