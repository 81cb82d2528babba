//! The routes beside the weight, and the scale of the new version.
use super::state::State;
use super::step::Step;
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

/// What beside the weight is commanded: each route by its name, and the scale.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Routes {
    pub(super) header: Vec<HeaderRoute>,
    pub(super) mirror: Vec<MirrorRoute>,
    pub(super) scale: Option<CanaryScale>,
}

impl Routes {
    pub(super) fn of(state: &State) -> Self {
        Self {
            header: state.header_routes.clone(),
            mirror: state.mirror_routes.clone(),
            scale: state.canary_scale.clone(),
        }
    }

    pub(super) fn store(self, state: &mut State) {
        (state.header_routes, state.mirror_routes) = (self.header, self.mirror);
        state.canary_scale = self.scale;
    }

    /// What a step commands, in addition to what was commanded before it.
    pub(super) fn command(&mut self, step: &Step) {
        match step {
            Step::SetHeaderRoute { name, headers, .. } => {
                self.header.retain(|route| route.name != *name);
                if !headers.is_empty() {
                    let index = self.header.partition_point(|route| route.name < *name);
                    self.header.insert(index, HeaderRoute { name: name.clone(), headers: headers.clone() });
                }
            }
            Step::SetMirrorRoute { name, percent, headers, .. } => {
                self.mirror.retain(|route| route.name != *name);
                if let Some(percent) = *percent {
                    let index = self.mirror.partition_point(|route| route.name < *name);
                    let route = MirrorRoute { name: name.clone(), percent, headers: headers.clone() };
                    self.mirror.insert(index, route);
                }
            }
            Step::SetCanaryScale { scale, .. } => {
                self.scale = Some(scale.clone()).filter(|scale| *scale != CanaryScale::MatchTraffic {});
            }
            _ => {}
        }
    }

    /// Removes what others do not have.
    pub(super) fn keep(&mut self, others: &Self) {
        self.header.retain(|route| others.header.contains(route));
        self.mirror.retain(|route| others.mirror.contains(route));
        self.scale = self.scale.take().filter(|scale| others.scale.as_ref() == Some(scale));
    }

    /// Whether a version without a weight has requests through them.
    pub(super) fn have_traffic(state: &State) -> bool {
        !(state.header_routes.is_empty() && state.mirror_routes.is_empty())
    }

    /// What is here, but not in a state any more, as a phrase; none if that is nothing.
    pub(super) fn missing_in(&self, state: &State) -> Option<String> {
        let header = self.header.iter().filter(|route| !state.header_routes.contains(route));
        let mirror = self.mirror.iter().filter(|route| !state.mirror_routes.contains(route));
        let scale = self.scale.as_ref().filter(|scale| state.canary_scale.as_ref() != Some(scale));
        let phrases: Vec<String> = header
            .map(|route| format!("the header route `{}`", route.name))
            .chain(mirror.map(|route| format!("the mirror route `{}`", route.name)))
            .chain(scale.map(|scale| format!("the scale of {}", scale.words())))
            .collect();
        (!phrases.is_empty()).then(|| phrases.join(", "))
    }
}
