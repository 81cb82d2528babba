use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// A time in which fewer people are on call than asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "readiness.CoverageGap", rename_all = "camelCase", deny_unknown_fields)]
pub struct CoverageGap {
    /// The role.
    pub role: String,
    /// The first instant.
    pub start: Timestamp,
    /// The first instant after it.
    pub end: Timestamp,
    /// The fewest people on call in it.
    pub have: u32,
    /// The people that are asked for.
    pub need: u32,
}

/// A time in which more people are on call than asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "readiness.CoverageOverlap", rename_all = "camelCase", deny_unknown_fields)]
pub struct CoverageOverlap {
    /// The role.
    pub role: String,
    /// The first instant.
    pub start: Timestamp,
    /// The first instant after it.
    pub end: Timestamp,
    /// The people, at most 20 of them.
    pub people: Vec<String>,
    /// The number of people.
    pub have: u32,
}
