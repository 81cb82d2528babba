//! The types of the routes beside the weight, and of the scale of the new version.
use crate::input::input;
use crate::wire::tagged;
use serde::{Deserialize, Serialize};

input! {
    /// A condition on a header of a request.
    ///
    /// ```
    /// use relcore::canary::{HeaderMatch, MatchKind, Schedule, Step, validate};
    /// let beta = HeaderMatch::new("x-beta", "on");
    /// // The method and the path are the pseudo-headers of HTTP/2.
    /// let reads = HeaderMatch::new(":path", "/api/").kind(MatchKind::Prefix);
    /// let route = |name: &str, headers| Step::SetHeaderRoute {
    ///     name: name.to_owned(), headers, timeout: None, on_timeout: None,
    /// };
    /// let schedule = Schedule::new([route("beta", vec![beta, reads]), Step::SetWeight { weight: 100.0 }]);
    /// assert!(validate(&schedule).iter().all(|found| found.severity < relcore::Severity::Error));
    /// // Pitfall: a route without a condition is removed, it does not match every request.
    /// let removed = route("beta", vec![]);
    /// # let _ = removed;
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "canary.HeaderMatch", rename_all = "camelCase", deny_unknown_fields)]
    pub struct HeaderMatch {
        /// The name of the header; `:method` and `:path` are the method and the path.
        pub header: String,
        /// The value, as `kind` says.
        pub value: String,
        /// How the value is compared. Default: it is the whole value.
        #[serde(default)]
        pub kind: MatchKind,
    }
}

impl HeaderMatch {
    /// A header with exactly this value.
    #[must_use]
    pub fn new(header: impl Into<String>, value: impl Into<String>) -> Self {
        Self { header: header.into(), value: value.into(), kind: MatchKind::default() }
    }
}

/// How the value of a header is compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "canary.MatchKind", rename_all = "snake_case")]
pub enum MatchKind {
    /// The whole value.
    #[default]
    Exact,
    /// The beginning of the value.
    Prefix,
    /// A regular expression for the whole value, in the syntax of the router.
    Regex,
}

tagged! {
    "canary.CanaryScale";
    /// The size of the new version.
    #[derive(Clone, Debug, PartialEq)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub enum CanaryScale {
        /// A number of replicas.
        Replicas {
            /// The number.
            replicas: u32,
        },
        /// A share of the replicas of a full deployment.
        Percent {
            /// The share in percent, from 0 to 100.
            percent: f64,
        },
        /// As many as the weight needs. Also what holds before the first step that sets a scale.
        MatchTraffic {},
    }
}

impl CanaryScale {
    /// The scale as a phrase.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Replicas { replicas: 1 } => "1 replica".to_owned(),
            Self::Replicas { replicas } => format!("{replicas} replicas"),
            Self::Percent { percent } => format!("{percent} % of a full deployment"),
            Self::MatchTraffic {} => "as its traffic needs".to_owned(),
        }
    }
}

/// A header route that was commanded.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "canary.HeaderRoute", rename_all = "camelCase", deny_unknown_fields)]
pub struct HeaderRoute {
    /// The name.
    pub name: String,
    /// The conditions, all of which a request meets.
    pub headers: Vec<HeaderMatch>,
}

/// A mirror route that was commanded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "canary.MirrorRoute", rename_all = "camelCase", deny_unknown_fields)]
pub struct MirrorRoute {
    /// The name.
    pub name: String,
    /// The share of the requests that are copied, in percent.
    pub percent: f64,
    /// The conditions, all of which a request meets; empty: every request may be copied.
    #[serde(default)]
    pub headers: Vec<HeaderMatch>,
}
