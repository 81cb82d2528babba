//! How bad a fault is, how it develops, and whether the release caused it.
use serde::{Deserialize, Serialize};

/// The impact on customers, in the words of Statuspage; its `none` is `unnoticed` here, because Swift reads `none` as an
/// absent value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "rollback.CustomerImpact", rename_all = "snake_case")]
pub enum CustomerImpact {
    /// Users do not notice.
    Unnoticed,
    /// Users notice but can still work.
    Minor,
    /// Users cannot do a part of their work.
    Major,
    /// Users cannot work, or lose data or money.
    Critical,
}

/// How a fault develops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "rollback.Trend", rename_all = "snake_case")]
pub enum Trend {
    /// It affects fewer and fewer users. Nobody knows that it will end, so it counts as `steady`.
    Improving,
    /// It stays as it is.
    Steady,
    /// It affects more and more users.
    Worsening,
}

/// Whether a release caused what is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "rollback.Correlation", rename_all = "snake_case")]
pub enum Correlation {
    /// The release is not the cause: the fault began before it, or is that of another part.
    Unrelated,
    /// The fault began with the release, and no other cause is known.
    Plausible,
    /// The release is known to be the cause.
    Confirmed,
}
