use super::candidate::check_name;
use crate::error::{ErrorKind, Faults, Result, join, quoted};
use crate::input::input;
use crate::time::Span;
use crate::wire::{self, PolicyText};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

input! {
    /// The environments of a project, and how a build gets from one to the next.
    ///
    /// ```
    /// use relcore::readiness::{Environment, Graph, Source};
    /// let graph = Graph::new([
    ///     Environment::new("uat", [Source::from_origin()]),
    ///     Environment::new("prod", [Source::from_upstream(["uat"]).required_soak(relcore::Span::from_hours(1))]),
    /// ]);
    /// assert_eq!(graph.environments[1].sources[0].upstream, ["uat"]);
    /// ```
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "readiness.Graph", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Graph {
        /// The project whose builds may enter: a namespace of Kargo. Absent: builds that name no project.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub project: Option<String>,
        /// The environments, 1 to 1,000.
        pub environments: Vec<Environment>,
    }
}

impl Graph {
    /// These environments, for builds that name no project.
    #[must_use]
    pub fn new(environments: impl IntoIterator<Item = Environment>) -> Self {
        Self { project: None, environments: environments.into_iter().collect() }
    }
}

input! {
    /// An environment: a stage of Kargo.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "readiness.Environment", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Environment {
        /// A name that no other environment has.
        pub name: String,
        /// How a build may enter. One way is enough. Default: only if a person approved the build for it.
        #[serde(default)]
        pub sources: Vec<Source>,
        /// The smoke tests that a build has to pass here before it counts as verified here. Default: none.
        #[serde(default)]
        pub smoke_tests: Vec<String>,
    }
}

impl Environment {
    /// An environment without smoke tests.
    #[must_use]
    pub fn new(name: impl Into<String>, sources: impl IntoIterator<Item = Source>) -> Self {
        Self { name: name.into(), sources: sources.into_iter().collect(), smoke_tests: Vec::new() }
    }
}

input! {
    /// A way into an environment: requested freight of Kargo.
    #[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "readiness.Source", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct Source {
        /// The origin of the builds, for example a repository or a warehouse of Kargo. Default: every origin.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub origin: Option<String>,
        /// Whether a build may enter straight from its origin. Default: no.
        pub direct: bool,
        /// The environments in which a build has to be verified. Default: none.
        pub upstream: Vec<String>,
        /// Whether one of them is enough. Default: `one_of`, as in Kargo.
        pub strategy: Strategy,
        /// The time that a build has to spend in an upstream environment. Default: none.
        pub required_soak: Span,
    }
}

impl Source {
    /// Straight from every origin.
    #[must_use]
    pub fn from_origin() -> Self {
        Self::default().direct(true)
    }

    /// After verification in one of these environments.
    #[must_use]
    pub fn from_upstream(environments: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self::default().upstream(environments)
    }
}

/// Whether one upstream environment is enough.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "readiness.Strategy", rename_all = "snake_case")]
pub enum Strategy {
    /// One is enough.
    #[default]
    OneOf,
    /// All are needed.
    All,
}

/// Returns development, staging and production, each with a smoke test, without a required soak.
///
/// ```
/// let graph = relcore::readiness::default_graph();
/// let names: Vec<&str> = graph.environments.iter().map(|environment| &*environment.name).collect();
/// assert_eq!(names, ["development", "staging", "production"]);
/// ```
#[must_use]
pub fn default_graph() -> Graph {
    let with_smoke_test = |name: &str, source| Environment::new(name, [source]).smoke_tests(["smoke"]);
    Graph::new([
        with_smoke_test("development", Source::from_origin()),
        with_smoke_test("staging", Source::from_upstream(["development"])),
        with_smoke_test("production", Source::from_upstream(["staging"])),
    ])
}

/// Reads a graph of environments from JSON text. A key that is left out has its default.
///
/// ```
/// let graph = relcore::readiness::graph_from_json(r#"{"environments": [
///     {"name": "staging", "sources": [{"direct": true}]},
///     {"name": "production", "sources": [{"upstream": ["staging"], "requiredSoak": "12h"}]}
/// ]}"#)?;
/// assert_eq!(graph.environments.len(), 2);
/// // Pitfall: a misspelt environment would never verify anything, so it is refused.
/// let text = r#"{"environments": [{"name": "production", "sources": [{"upstream": ["stagng"]}]}]}"#;
/// assert_eq!(relcore::readiness::graph_from_json(text).unwrap_err().code(), "unknown_reference");
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `syntax` for text that is not JSON, `unknown_field`, `duplicate` for two environments of one name,
/// `unknown_reference` for an upstream environment that there is not, `invalid_value` for no environments, an empty name, a
/// source that is neither `direct` nor has an `upstream`, and an environment that is upstream of itself, `out_of_range` for a
/// negative soak.
pub fn graph_from_json(text: &str) -> Result<Graph> {
    wire::policy_from_json(text)
}

/// Reads a graph of environments from YAML text. A key that is left out has its default.
///
/// ```
/// let graph = relcore::readiness::graph_from_yaml("
/// environments:
///   - {name: uat, sources: [{direct: true}]}
///   - {name: perf, sources: [{direct: true}]}
///   - {name: prod, sources: [{upstream: [uat, perf], strategy: all, requiredSoak: 1h}]}
/// ")?;
/// assert_eq!(graph.environments.len(), 3);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`graph_from_json`], with the line and the column of each fault.
#[cfg(feature = "yaml")]
pub fn graph_from_yaml(text: &str) -> Result<Graph> {
    wire::policy_from_yaml(text)
}

/// More environments than this are refused.
const MOST_ENVIRONMENTS: usize = 1000;

impl PolicyText for Graph {
    const TYPE: &'static str = "readiness.Graph";

    fn check(&self, path: &str, faults: &mut Faults) {
        let count = self.environments.len();
        faults.check(
            (1..=MOST_ENVIRONMENTS).contains(&count),
            if count == 0 { ErrorKind::InvalidValue } else { ErrorKind::OutOfRange },
            format_args!("{}", join(path, "environments")),
            format_args!("has {count} environments: expected 1 to {MOST_ENVIRONMENTS}"),
        );
        let names: BTreeSet<&str> = self.environments.iter().map(|of| of.name.as_str()).collect();
        let mut seen = BTreeSet::new();
        for (index, environment) in self.environments.iter().enumerate() {
            let at = join(path, &format!("environments[{index}]"));
            let name = &environment.name;
            check_name(name, format_args!("{at}.name"), faults);
            faults.check(
                seen.insert(name),
                ErrorKind::Duplicate,
                format_args!("{at}.name"),
                format_args!("{} is the name of another environment, too", quoted(name)),
            );
            for (index, source) in environment.sources.iter().enumerate() {
                source.check(&format!("{at}.sources[{index}]"), &names, faults);
            }
            for (index, test) in environment.smoke_tests.iter().enumerate() {
                check_name(test, format_args!("{at}.smokeTests[{index}]"), faults);
            }
        }
        for name in self.in_cycles() {
            faults.add(
                ErrorKind::InvalidValue,
                format_args!("{}", join(path, "environments")),
                format_args!("{} is upstream of itself", quoted(name)),
            );
        }
    }
}

impl Graph {
    pub(super) fn environment(&self, name: &str) -> Option<&Environment> {
        self.environments.iter().find(|environment| environment.name == name)
    }

    /// The environments that no order from upstream to downstream reaches (Kahn's algorithm).
    fn in_cycles(&self) -> Vec<&str> {
        let mut waits_for: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let mut feeds: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for environment in &self.environments {
            let upstream = environment.sources.iter().flat_map(|source| &source.upstream);
            let upstream: BTreeSet<&str> =
                upstream.map(String::as_str).filter(|name| self.environment(name).is_some()).collect();
            for name in &upstream {
                feeds.entry(name).or_default().insert(&environment.name);
            }
            waits_for.insert(&environment.name, upstream);
        }
        let is_free = |(_, upstream): &(&&str, &BTreeSet<&str>)| upstream.is_empty();
        let mut free: VecDeque<&str> = waits_for.iter().filter(is_free).map(|(name, _)| *name).collect();
        while let Some(name) = free.pop_front() {
            waits_for.remove(name);
            for downstream in feeds.get(name).into_iter().flatten() {
                let Some(upstream) = waits_for.get_mut(downstream) else { continue };
                upstream.remove(name);
                if upstream.is_empty() {
                    free.push_back(downstream);
                }
            }
        }
        waits_for.into_keys().collect()
    }
}

impl Source {
    fn check(&self, at: &str, names: &BTreeSet<&str>, faults: &mut Faults) {
        faults.check(
            self.direct || !self.upstream.is_empty(),
            ErrorKind::InvalidValue,
            format_args!("{at}"),
            format_args!("lets no build in: expected `direct` or an `upstream` environment"),
        );
        for (index, name) in self.upstream.iter().enumerate() {
            faults.check(
                names.contains(name.as_str()),
                ErrorKind::UnknownReference,
                format_args!("{at}.upstream[{index}]"),
                format_args!("{} is no environment of the graph", quoted(name)),
            );
        }
        if let Some(origin) = &self.origin {
            check_name(origin, format_args!("{at}.origin"), faults);
        }
        faults.check(
            !self.required_soak.is_negative(),
            ErrorKind::OutOfRange,
            format_args!("{at}.requiredSoak"),
            format_args!("`{}` is negative", self.required_soak),
        );
    }
}
