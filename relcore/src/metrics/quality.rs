//! Bugs, and when releases are old enough to count them.
use crate::input::input;
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

input! {
    /// A bug, found before a release or after it.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "metrics.Bug", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Bug {
        /// Identifies the bug within the input.
        pub id: String,
        /// The service that has it.
        pub service: String,
        /// Where it was found.
        pub found_in: BugPhase,
        /// When it was found.
        pub found_at: Timestamp,
        /// The severity as the tracker names it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub severity: Option<String>,
        /// The release that has it: the revision of a deployment, or its id. With it the bug counts when that was first deployed,
        /// without it when it was found.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub release: Option<String>,
        /// What it is grouped by beside service and severity: `{"team": "checkout"}`.
        #[serde(default, skip_serializing_if = "crate::wire::is_default")]
        #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "crate::wire::never"))]
        pub labels: BTreeMap<String, String>,
    }
}

impl Bug {
    /// A bug of which nothing else is known.
    #[must_use]
    pub fn new(
        id: impl Into<String>,
        service: impl Into<String>,
        found_in: BugPhase,
        found_at: Timestamp,
    ) -> Self {
        Self {
            id: id.into(),
            service: service.into(),
            found_in,
            found_at,
            severity: None,
            release: None,
            labels: BTreeMap::new(),
        }
    }
}

/// Where a bug was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.BugPhase", rename_all = "snake_case")]
pub enum BugPhase {
    /// Before the release: in review, tests or staging.
    PreRelease,
    /// In production: it escaped.
    Production,
}

input! {
    /// How bugs count.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "metrics.QualityPolicy", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct QualityPolicy {
        /// How old a release must be at the end of the range to count; 30 days by default. A younger one has bugs that nobody has
        /// found yet: it is left out and counted, not flattered.
        pub maturation: Span,
    }
}

impl Default for QualityPolicy {
    fn default() -> Self {
        Self { maturation: Span::from_days(30) }
    }
}
