use super::build::{Build, Stay};
use super::code;
use super::environment::{Environment, Graph, Source, Strategy};
use crate::decision::{Explain, Outcome};
use crate::digest::Checked;
use crate::error::{Error, ErrorKind, Faults, Result, quoted};
use crate::reason::{Evidence, Reason, ReasonCode, Severity, format_duration};
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// Says whether a build may enter an environment, and from when on if it only has to wait there where it is.
///
/// A build may enter if a person approved it for the environment, if one of the sources takes it straight from its origin, or if
/// it is verified in the upstream environments of a source and spent the required soak there. Soak is the longest stay that it
/// was verified in, or is in now; time in other environments and time after a replacement do not count.
///
/// ```
/// use relcore::readiness::{Build, Environment, Graph, PromotionVerdict, Source, Stay, promotable};
/// use relcore::{Span, Timestamp};
/// let at = |text: &str| Timestamp::parse(text);
/// let graph = Graph::new([
///     Environment::new("uat", [Source::from_origin()]),
///     Environment::new("prod", [Source::from_upstream(["uat"]).required_soak(Span::from_hours(1))]),
/// ]);
/// let stay = Stay::new("uat", at("2026-07-09T09:45:00Z")?).verified_at(at("2026-07-09T09:50:00Z")?);
/// let build = Build::new("f1").stays([stay]);
/// let promotion = promotable(&build, "prod", &graph, at("2026-07-09T10:00:00Z")?)?;
/// assert_eq!(promotion.verdict, PromotionVerdict::Blocked);
/// // Pitfall: soak counts from entering the environment, not from the verification.
/// assert_eq!(promotion.next_check_at, Some(at("2026-07-09T10:45:00Z")?));
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: those of [`graph_from_json`](super::graph_from_json) under `graph`; `unknown_reference` for an environment
/// that the graph does not have; `out_of_range` for a stay from after `now`, `unordered` for one that ends before it begins,
/// `invalid_value` for an empty name.
pub fn promotable(build: &Build, environment: &str, graph: &Graph, now: Timestamp) -> Result<Promotion> {
    let mut faults = Faults::new();
    let checked = faults.absorb(Checked::new(graph.clone(), "graph"));
    build.check("build", now, &mut faults);
    let found = faults.absorb(find(graph, environment, "environment"));
    faults.finish()?;
    let digest = checked.as_ref().map_or("", Checked::digest); // present, or there was a fault
    match found {
        Some(found) => Ok(decide(build, found, graph, digest, now)),
        None => find(graph, environment, "environment").map(|found| decide(build, found, graph, digest, now)),
    }
}

pub(super) fn find<'a>(graph: &'a Graph, environment: &str, path: &str) -> Result<&'a Environment> {
    graph.environment(environment).ok_or_else(|| {
        let text = format!("{} is no environment of the graph", quoted(environment));
        Error::new(ErrorKind::UnknownReference, path, text)
    })
}

/// Whether a way is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Open,
    /// Time alone opens it.
    OpensAt(Timestamp),
    Closed,
    Unknown,
}

impl Way {
    /// The better of two ways, of which one is enough.
    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Open, _) | (_, Self::Open) => Self::Open,
            (Self::OpensAt(one), Self::OpensAt(two)) => Self::OpensAt(one.min(two)),
            (Self::OpensAt(at), _) | (_, Self::OpensAt(at)) => Self::OpensAt(at),
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (Self::Closed, Self::Closed) => Self::Closed,
        }
    }

    /// Both ways, of which both are needed.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Closed, _) | (_, Self::Closed) => Self::Closed,
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (Self::OpensAt(one), Self::OpensAt(two)) => Self::OpensAt(one.max(two)),
            (Self::OpensAt(at), Self::Open) | (Self::Open, Self::OpensAt(at)) => Self::OpensAt(at),
            (Self::Open, Self::Open) => Self::Open,
        }
    }
}

/// Decides with arguments that passed their checks.
pub(super) fn decide(
    build: &Build,
    environment: &Environment,
    graph: &Graph,
    digest: &str,
    now: Timestamp,
) -> Promotion {
    let mut case =
        Case { build, graph, now, upstream: BTreeMap::new(), reasons: Vec::new(), missing: Vec::new() };
    let way = case.way(environment);
    let (verdict, next_check_at) = match way {
        Way::Open => (PromotionVerdict::Allowed, None),
        Way::OpensAt(at) => (PromotionVerdict::Blocked, Some(at)),
        Way::Closed => (PromotionVerdict::Blocked, None),
        Way::Unknown => (PromotionVerdict::Inconclusive, None),
    };
    let Case { upstream, mut reasons, mut missing, .. } = case;
    if verdict == PromotionVerdict::Allowed {
        // What closes another way is nothing that anybody has to do.
        reasons.retain(|reason| reason.severity == Severity::Info);
        missing.clear();
    }
    reasons.sort_by_key(|reason| std::cmp::Reverse(reason.severity)); // stable: keeps the order of the sources
    Promotion {
        verdict,
        environment: environment.name.clone(),
        upstream: upstream.into_values().collect(),
        reasons,
        missing,
        next_check_at,
        policy_digest: digest.to_owned(),
    }
}

struct Case<'a> {
    build: &'a Build,
    graph: &'a Graph,
    now: Timestamp,
    upstream: BTreeMap<(usize, usize), UpstreamResult>,
    reasons: Vec<Reason>,
    missing: Vec<String>,
}

impl<'a> Case<'a> {
    fn say(&mut self, code: ReasonCode, severity: Severity, subject: &str, text: String) {
        self.reasons.push(Reason::new(code, severity, subject, text));
    }

    fn lacks(&mut self, fact: String, text: String) {
        self.say(crate::reason::code::FACT_MISSING, Severity::Warning, &fact, text);
        if !self.missing.contains(&fact) {
            self.missing.push(fact);
        }
    }

    fn way(&mut self, environment: &'a Environment) -> Way {
        let (build, name) = (self.build, &environment.name);
        if let Some(of_build) = build.project.as_ref().filter(|of| self.graph.project.as_ref() != Some(*of)) {
            let of_graph = match &self.graph.project {
                Some(project) => format!("of `{project}`"),
                None => "of no project".to_owned(),
            };
            let text = format!("the build is of the project `{of_build}`, the environments are {of_graph}");
            self.say(code::OTHER_PROJECT, Severity::Error, &build.id, text);
            return Way::Closed;
        }
        let way = if build.approved_for.contains(name) {
            let text = format!("a person approved the build for `{name}`");
            self.say(code::ENTRY_APPROVED, Severity::Info, name, text);
            Way::Open
        } else {
            let sources = environment.sources.iter().enumerate();
            sources.fold(Way::Closed, |way, (index, source)| way.or(self.way_of_source(index, source, name)))
        };
        if self.reasons.is_empty() {
            let text = match &build.origin {
                Some(origin) => format!("no source of `{name}` takes builds of `{origin}`"),
                None => format!("`{name}` has no source"),
            };
            self.say(code::ORIGIN_NOT_REQUESTED, Severity::Error, name, text);
        }
        match &self.graph.project {
            Some(project) if build.project.is_none() && way != Way::Closed => {
                let text = format!("`build.project` is missing: only builds of `{project}` may enter");
                self.lacks("build.project".to_owned(), text);
                Way::Unknown
            }
            _ => way,
        }
    }

    fn way_of_source(&mut self, index: usize, source: &'a Source, name: &str) -> Way {
        if source
            .origin
            .as_ref()
            .zip(self.build.origin.as_ref())
            .is_some_and(|(wanted, origin)| wanted != origin)
        {
            return Way::Closed;
        }
        let direct = if source.direct {
            let text = format!("`{name}` takes builds straight from their origin");
            self.say(code::ENTRY_DIRECT, Severity::Info, name, text);
            Way::Open
        } else {
            Way::Closed
        };
        let mut upstream = None;
        if !source.direct {
            for (place, name) in source.upstream.iter().enumerate() {
                let way = self.way_of_upstream((index, place), name, source.required_soak);
                upstream = Some(match (upstream, source.strategy) {
                    (None, _) => way,
                    (Some(others), Strategy::OneOf) => way.or(others),
                    (Some(others), Strategy::All) => way.and(others),
                });
            }
        }
        let way = direct.or(upstream.unwrap_or(Way::Closed));
        match &source.origin {
            Some(wanted) if self.build.origin.is_none() && way != Way::Closed => {
                let text =
                    format!("`build.origin` is missing: a source of `{name}` takes builds of `{wanted}`");
                self.lacks("build.origin".to_owned(), text);
                Way::Unknown
            }
            _ => way,
        }
    }

    fn way_of_upstream(&mut self, place: (usize, usize), name: &'a str, required: Span) -> Way {
        let verification = self.verification(name);
        let (mut soaked, mut ready_at) = (Span::ZERO, None);
        if let Verification::Since(verified) = verification {
            for stay in self.stays(name).filter(|stay| stay.left_at.is_none_or(|left| left >= verified)) {
                soaked = soaked.max(stay.left_at.unwrap_or(self.now).since(stay.entered_at));
                if stay.left_at.is_none() {
                    ready_at = ready_at.into_iter().chain(stay.entered_at.plus(required).ok()).min();
                }
            }
        }
        let is_verified = matches!(verification, Verification::Since(_));
        let ready_at = ready_at.filter(|at| *at > self.now && soaked < required);
        let result = UpstreamResult {
            environment: name.to_owned(),
            verified: is_verified,
            soaked,
            required_soak: required,
            ready_at,
        };
        self.upstream.insert(place, result);
        match verification {
            Verification::Unknown => Way::Unknown,
            Verification::None => Way::Closed,
            Verification::Since(_) => self.way_by_soak(name, soaked, required, ready_at),
        }
    }

    fn way_by_soak(&mut self, name: &str, soaked: Span, required: Span, ready_at: Option<Timestamp>) -> Way {
        let evidence = Evidence {
            observed: Some(soaked.as_seconds()),
            threshold: Some(required.as_seconds()),
            unit: Some("s".to_owned()),
            ..Evidence::default()
        };
        let [spent, needed] = [soaked, required].map(format_duration);
        let (code, severity, text, way) = if soaked >= required {
            let text =
                format!("the build is verified in `{name}` and spent {spent} there: {needed} are required");
            (code::VERIFIED_UPSTREAM, Severity::Info, text, Way::Open)
        } else if let Some(at) = ready_at {
            let text =
                format!("the build spent {spent} in `{name}`: {needed} are required, which is at {at}");
            (code::SOAK_INCOMPLETE, Severity::Warning, text, Way::OpensAt(at))
        } else {
            let text = format!("the build left `{name}` after {spent}: {needed} are required");
            (code::SOAK_INCOMPLETE, Severity::Error, text, Way::Closed)
        };
        self.reasons.push(Reason::new(code, severity, name, text).with(evidence));
        way
    }

    fn stays(&self, name: &str) -> impl Iterator<Item = &'a Stay> {
        self.build.stays.iter().filter(move |stay| stay.environment == name)
    }

    /// Since when a build counts as verified in an environment.
    fn verification(&mut self, name: &'a str) -> Verification {
        let Some(entered) = self.stays(name).map(|stay| stay.entered_at).min() else {
            let text = format!("the build was never in `{name}`");
            self.say(code::NOT_VERIFIED_UPSTREAM, Severity::Error, name, text);
            return Verification::None;
        };
        let tests = self.graph.environment(name).map(|of| of.smoke_tests.as_slice()).unwrap_or_default();
        let mut since = self.stays(name).filter_map(|stay| stay.verified_at).min();
        if since.is_none() && tests.is_empty() {
            let text = format!("the build is not verified in `{name}`");
            self.say(code::NOT_VERIFIED_UPSTREAM, Severity::Error, name, text);
            return Verification::None;
        }
        let (mut has_failed, mut is_unknown) = (false, false);
        for test in tests {
            match self.passed_since(name, test, entered) {
                Some(Ok(passed)) => since = since.into_iter().chain([passed]).max(),
                Some(Err(failed)) => {
                    has_failed = true;
                    let text = format!("the smoke test `{test}` failed in `{name}` at {failed}");
                    self.say(code::SMOKE_TEST_FAILED, Severity::Error, name, text);
                }
                None => {
                    is_unknown = true;
                    let fact = format!("build.smokeTests.{name}.{test}");
                    self.lacks(fact, format!("the smoke test `{test}` has no result in `{name}`"));
                }
            }
        }
        match since {
            _ if has_failed => Verification::None,
            Some(since) if !is_unknown => Verification::Since(since),
            _ => Verification::Unknown,
        }
    }

    /// Since when a smoke test passes, or when it failed; `None` without a result since the build entered.
    fn passed_since(
        &self,
        name: &str,
        test: &str,
        entered: Timestamp,
    ) -> Option<Result<Timestamp, Timestamp>> {
        let results = || {
            let of_test = self.build.smoke_tests.iter();
            of_test.filter(|of| of.environment == name && of.test == test && of.at >= entered)
        };
        let last_failure = results().filter(|result| !result.passed).map(|result| result.at).max();
        let passed = results().filter(|result| result.passed && last_failure.is_none_or(|at| at < result.at));
        match passed.map(|result| result.at).min() {
            Some(passed) => Some(Ok(passed)),
            None => last_failure.map(Err),
        }
    }
}

/// Whether a build is verified in an environment.
#[derive(Clone, Copy, Debug)]
enum Verification {
    Since(Timestamp),
    None,
    Unknown,
}

/// Whether a build may enter an environment, made by [`promotable`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "readiness.Promotion", rename_all = "camelCase", deny_unknown_fields)]
pub struct Promotion {
    /// Whether it may enter.
    pub verdict: PromotionVerdict,
    /// The environment.
    pub environment: String,
    /// The upstream environments that were asked about, in the order of the sources.
    pub upstream: Vec<UpstreamResult>,
    /// The reasons, the most severe first. Never empty.
    pub reasons: Vec<Reason>,
    /// The facts that are missing: `build.origin`, `build.smokeTests.staging.smoke`.
    pub missing: Vec<String>,
    /// The instant at which the required soak is over and the build may enter, if it stays where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_check_at: Option<Timestamp>,
    /// The digest of the graph that was applied.
    pub policy_digest: String,
}

/// Whether a build may enter an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "readiness.PromotionVerdict", rename_all = "snake_case")]
pub enum PromotionVerdict {
    /// It may enter.
    Allowed,
    /// It may not enter yet, or not at all.
    Blocked,
    /// A fact is missing.
    Inconclusive,
}

/// A build in an upstream environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "readiness.UpstreamResult", rename_all = "camelCase", deny_unknown_fields)]
pub struct UpstreamResult {
    /// The environment.
    pub environment: String,
    /// Whether the build is verified there.
    pub verified: bool,
    /// The longest time that it spent there; 0 while it is not verified.
    pub soaked: Span,
    /// The time that it has to spend there.
    pub required_soak: Span,
    /// When it will have spent that time, if it stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ready_at: Option<Timestamp>,
}

/// Writes a promotion as text for a person.
///
/// ```
/// use relcore::readiness::{Build, default_graph, explain_promotion, promotable};
/// let now = relcore::Timestamp::parse("2026-11-23T12:00:00Z")?;
/// let promotion = promotable(&Build::new("f1"), "production", &default_graph(), now)?;
/// assert!(explain_promotion(&promotion).starts_with("BLOCKED: the build may not enter `production`"));
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn explain_promotion(promotion: &Promotion) -> String {
    promotion.explain()
}

/// The consequence of a promotion for its caller: `proceed` if it is allowed, `wait` if time opens it, else `ask`.
///
/// ```
/// use relcore::decision::Outcome;
/// use relcore::readiness::{Build, default_graph, outcome_of_promotion, promotable};
/// let now = relcore::Timestamp::parse("2026-11-23T12:00:00Z")?;
/// let promotion = promotable(&Build::new("f1"), "production", &default_graph(), now)?;
/// assert_eq!(outcome_of_promotion(&promotion), Outcome::Ask); // it was never in staging, and waiting does not bring it there
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn outcome_of_promotion(promotion: &Promotion) -> Outcome {
    Explain::outcome(promotion)
}

/// The text of [`explain_promotion`].
impl fmt::Display for Promotion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Explain::explain(self))
    }
}

impl Explain for Promotion {
    fn headline(&self) -> String {
        let name = &self.environment;
        match (self.verdict, self.next_check_at) {
            (PromotionVerdict::Allowed, _) => format!("ALLOWED: the build may enter `{name}`"),
            (PromotionVerdict::Blocked, Some(at)) => format!("BLOCKED: the build may enter `{name}` at {at}"),
            (PromotionVerdict::Blocked, None) => format!("BLOCKED: the build may not enter `{name}`"),
            (PromotionVerdict::Inconclusive, _) => {
                format!("INCONCLUSIVE: it is not known whether the build may enter `{name}`")
            }
        }
    }

    fn outcome(&self) -> Outcome {
        match (self.verdict, self.next_check_at) {
            (PromotionVerdict::Allowed, _) => Outcome::Proceed,
            (PromotionVerdict::Blocked, Some(_)) => Outcome::Wait,
            _ => Outcome::Ask,
        }
    }

    fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    fn missing(&self) -> &[String] {
        &self.missing
    }

    fn next_check_at(&self) -> Option<Timestamp> {
        self.next_check_at
    }

    fn next_check_event(&self) -> &'static str {
        ", when the required soak is over"
    }

    fn policy_digest(&self) -> &str {
        &self.policy_digest
    }
}
