use super::code;
use super::deprecation::{Deprecation, has_reached};
use super::support::Rules;
use crate::decision::{Explain, Outcome};
use crate::error::{Faults, Result};
use crate::reason::{Reason, Severity};
use crate::time::Timestamp;
use crate::version::Version;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Says whether something is deprecated in a version at an instant, and whether it may be removed.
///
/// It is deprecated from its instant or its version on, whichever comes first. It may be removed when every promise is
/// fulfilled, the instant and the version. A prerelease counts as the release that it prepares.
///
/// ```
/// use relcore::release::{Deprecation, DeprecationState, deprecation_status};
/// use relcore::{Timestamp, Version};
/// let deprecation = Deprecation::new("--old")
///     .deprecated_in(Version::parse("1.4.0")?)
///     .removed_in(Version::parse("2.0.0")?)
///     .sunset_at(Timestamp::parse("2027-01-01T00:00:00Z")?);
/// let now = Timestamp::parse("2026-11-23T00:00:00Z")?;
/// // Pitfall: version 2.0.0 alone does not fulfil the promise of a date.
/// let status = deprecation_status(&deprecation, Some(&Version::parse("2.0.0")?), now)?;
/// assert_eq!(status.state, DeprecationState::Deprecated);
/// assert_eq!(status.next_check_at, deprecation.sunset_at);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `invalid_value` for an empty `subject`; `unordered` for a `sunsetAt` before `deprecatedAt`, and for a
/// `removedIn` that is not after `deprecatedIn`.
pub fn deprecation_status(
    deprecation: &Deprecation,
    version: Option<&Version>,
    now: Timestamp,
) -> Result<DeprecationStatus> {
    let mut faults = Faults::new();
    deprecation.check(&mut faults, "deprecation");
    faults.finish()?;
    let state = state_of(deprecation, version, now);
    let instants = [deprecation.deprecated_at, deprecation.sunset_at];
    let ahead = instants.into_iter().flatten().filter(|at| *at > now);
    let next_check_at = ahead.filter(|at| state_of(deprecation, version, *at) != state).min();
    let subject = &deprecation.subject;
    let mut missing = Vec::new();
    let mut reasons = Vec::new();
    let mut add = |code, severity, text: String| reasons.push(Reason::new(code, severity, subject, text));
    match state {
        DeprecationState::Planned => {
            let text = format!("`{subject}` is not deprecated yet");
            add(code::DEPRECATION_PLANNED, Severity::Info, text);
        }
        DeprecationState::Deprecated => {
            let text =
                format!("`{subject}` is deprecated, and may not be removed yet{}", promise(deprecation));
            add(code::DEPRECATED, Severity::Warning, text);
            if deprecation.sunset_at.is_none() && deprecation.removed_in.is_none() {
                let text = format!("`{subject}` has neither a date nor a version of its removal");
                add(code::REMOVAL_NOT_PROMISED, Severity::Info, text);
            }
        }
        DeprecationState::Removable => {
            let text =
                format!("`{subject}` may be removed: its promise is fulfilled{}", promise(deprecation));
            add(code::REMOVAL_ALLOWED, Severity::Warning, text);
        }
        DeprecationState::Unknown => {
            let is_dated = deprecation.deprecated_at.is_some() || deprecation.deprecated_in.is_some();
            let fact = if is_dated { "version" } else { "deprecation.deprecatedAt" };
            let text = format!("`{fact}` is missing: the state of `{subject}` depends on it");
            add(crate::reason::code::FACT_MISSING, Severity::Warning, text);
            missing.push(fact.to_owned());
        }
    }
    Ok(DeprecationStatus {
        state,
        reasons,
        missing,
        next_check_at,
        policy_digest: crate::digest::of(&Rules { name: "release.deprecation_status", number: 1 })?,
    })
}

fn promise(deprecation: &Deprecation) -> String {
    let at = deprecation.sunset_at.map(|at| at.to_string());
    let version = deprecation.removed_in.as_ref().map(ToString::to_string);
    let promises: Vec<String> = at.into_iter().chain(version).collect();
    if promises.is_empty() { String::new() } else { format!(" (not before {})", promises.join(" and ")) }
}

fn state_of(deprecation: &Deprecation, version: Option<&Version>, now: Timestamp) -> DeprecationState {
    let by_time = |at: Option<Timestamp>| at.map(|at| now >= at);
    // `None`: no such promise. `Some(None)`: the version of the caller is unknown.
    let by_version =
        |goal: Option<&Version>| goal.map(|goal| version.map(|version| has_reached(version, goal)));
    let begun = match (by_time(deprecation.deprecated_at), by_version(deprecation.deprecated_in.as_ref())) {
        (Some(true), _) | (_, Some(Some(true))) => Some(true),
        (_, Some(None)) | (None, None) => None,
        _ => Some(false),
    };
    let removable = match (by_time(deprecation.sunset_at), by_version(deprecation.removed_in.as_ref())) {
        (Some(false), _) | (_, Some(Some(false))) | (None, None) => Some(false),
        (_, Some(None)) => None,
        _ => Some(true),
    };
    match (begun, removable) {
        (Some(false), _) => DeprecationState::Planned,
        (Some(true), Some(true)) => DeprecationState::Removable,
        (Some(true), Some(false)) => DeprecationState::Deprecated,
        (None, _) | (_, None) => DeprecationState::Unknown,
    }
}

/// The state of a deprecation, made by [`deprecation_status`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "release.DeprecationStatus", rename_all = "camelCase", deny_unknown_fields)]
pub struct DeprecationStatus {
    /// The state.
    pub state: DeprecationState,
    /// The reasons. Never empty.
    pub reasons: Vec<Reason>,
    /// The missing facts: `version`, or `deprecation.deprecatedAt` if neither an instant nor a version is known.
    pub missing: Vec<String>,
    /// The next instant at which time alone changes the state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_check_at: Option<Timestamp>,
    /// The digest of the rules. The rules are fixed; a new version of them has a new digest.
    pub policy_digest: String,
}

/// The state of a deprecation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "release.DeprecationState", rename_all = "snake_case")]
pub enum DeprecationState {
    /// It is not deprecated yet.
    Planned,
    /// It is deprecated, and must stay.
    Deprecated,
    /// It may be removed.
    Removable,
    /// A fact is missing.
    Unknown,
}

/// Writes the state of a deprecation as text for a person.
#[must_use]
pub fn explain_deprecation(status: &DeprecationStatus) -> String {
    status.explain()
}

/// The consequence for a removal: `proceed` if it is allowed, `wait` while it is not, `ask` if a fact is missing.
#[must_use]
pub fn outcome_of_deprecation(status: &DeprecationStatus) -> Outcome {
    status.outcome()
}

/// The text of [`explain_deprecation`].
impl fmt::Display for DeprecationStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.explain())
    }
}

impl Explain for DeprecationStatus {
    fn headline(&self) -> String {
        match self.state {
            DeprecationState::Planned => "PLANNED: it is not deprecated yet",
            DeprecationState::Deprecated => "DEPRECATED: it may not be removed yet",
            DeprecationState::Removable => "REMOVABLE: it may be removed",
            DeprecationState::Unknown => "UNKNOWN: facts are missing",
        }
        .to_owned()
    }

    fn outcome(&self) -> Outcome {
        match self.state {
            DeprecationState::Planned | DeprecationState::Deprecated => Outcome::Wait,
            DeprecationState::Removable => Outcome::Proceed,
            DeprecationState::Unknown => Outcome::Ask,
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

    fn policy_digest(&self) -> &str {
        &self.policy_digest
    }
}
