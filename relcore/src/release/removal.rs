use super::code;
use super::deprecation::{Deprecation, has_reached};
use crate::decision::{Explain, Outcome};
use crate::error::{ErrorKind, Faults, Result, quoted};
use crate::input::input;
use crate::reason::{Reason, ReasonCode, Severity, format_duration};
use crate::time::{Span, Timestamp};
use crate::version::Version;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// Compares what a release removes with what was promised.
///
/// ```
/// use relcore::release::{Deprecation, Removal, RemovalPolicy, RemovalVerdict, check_removals};
/// use relcore::{Timestamp, Version};
/// let promised = Deprecation::new("--old")
///     .deprecated_in(Version::parse("1.4.0")?)
///     .removed_in(Version::parse("3.0.0")?);
/// let at = Timestamp::parse("2026-11-23T00:00:00Z")?;
/// let removal = Removal::new("--old", Version::parse("2.0.0")?, at);
/// let check = check_removals(&[removal], &[promised], &RemovalPolicy::default())?;
/// assert_eq!(check.verdict, RemovalVerdict::Violated);
/// assert_eq!(check.reasons[0].code.as_str(), "removed_before_version");
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// Pitfall: names are compared exactly. A removal of another name than the deprecation is one of something never deprecated.
///
/// # Errors
/// All faults at once: those of [`deprecation_status`](super::deprecation_status) under `deprecations[0]`; `duplicate` for two
/// deprecations of one subject and for two removals of one; `out_of_range` for a negative `minNotice`.
pub fn check_removals(
    removals: &[Removal],
    deprecations: &[Deprecation],
    policy: &RemovalPolicy,
) -> Result<RemovalCheck> {
    let promised = check(removals, deprecations, policy)?;
    let mut reasons = Vec::new();
    let mut missing = Vec::new();
    for Removal { subject, version, at } in removals {
        let mut add = |code: ReasonCode, text: String| {
            reasons.push(Reason::new(code, Severity::Error, subject, text));
        };
        if policy.require_major && version.major() > 0 && (version.minor(), version.patch()) != (0, 0) {
            let text = format!("`{subject}` is removed in `{version}`, which is not a major version");
            add(code::REMOVED_WITHOUT_MAJOR, text);
        }
        let Some(deprecation) = promised.get(subject.as_str()) else {
            add(code::NEVER_DEPRECATED, format!("`{subject}` is removed, but was never deprecated"));
            continue;
        };
        if let Some(goal) = deprecation.removed_in.as_ref().filter(|goal| !has_reached(version, goal)) {
            let text = format!("`{subject}` is removed in `{version}`, but was promised until `{goal}`");
            add(code::REMOVED_BEFORE_VERSION, text);
        }
        if let Some(goal) = deprecation.sunset_at.filter(|goal| at < goal) {
            let text = format!("`{subject}` is removed at {at}, but was promised until {goal}");
            add(code::REMOVED_BEFORE_DATE, text);
        }
        match (deprecation.deprecated_at, &deprecation.deprecated_in) {
            (Some(from), _) => {
                let (notice, least) = (at.since(from), policy.min_notice);
                if notice < least || *at <= from {
                    let text = format!(
                        "`{subject}` was deprecated for {} before its removal: expected at least {}",
                        format_duration(notice),
                        format_duration(least)
                    );
                    add(code::NOTICE_TOO_SHORT, text);
                }
            }
            (None, Some(since)) if has_reached(since, version) => {
                let text =
                    format!("`{subject}` is removed in `{version}`, but is deprecated only from `{since}`");
                add(code::NOTICE_TOO_SHORT, text);
            }
            (None, Some(_)) if policy.min_notice == Span::ZERO => {}
            (None, _) => {
                let text = format!("`{subject}` has no `deprecatedAt`: its notice is unknown");
                reasons.push(Reason::new(
                    crate::reason::code::FACT_MISSING,
                    Severity::Warning,
                    subject,
                    text,
                ));
                missing.push(format!("{subject}: deprecatedAt"));
            }
        }
    }
    let verdict = if reasons.iter().any(|reason| reason.severity == Severity::Error) {
        RemovalVerdict::Violated
    } else if missing.is_empty() {
        let text = format!("{} removals keep what was promised", removals.len());
        reasons.push(Reason::new(code::REMOVALS_AS_PROMISED, Severity::Info, "removals", text));
        RemovalVerdict::Kept
    } else {
        RemovalVerdict::Inconclusive
    };
    reasons.sort_by_key(|reason| std::cmp::Reverse(reason.severity)); // stable: keeps the order of the removals
    Ok(RemovalCheck {
        verdict,
        reasons,
        missing,
        next_check_at: None,
        policy_digest: crate::digest::of(policy)?,
    })
}

fn check<'a>(
    removals: &[Removal],
    deprecations: &'a [Deprecation],
    policy: &RemovalPolicy,
) -> Result<BTreeMap<&'a str, &'a Deprecation>> {
    let mut faults = Faults::new();
    let mut promised = BTreeMap::new();
    for (index, deprecation) in deprecations.iter().enumerate() {
        deprecation.check(&mut faults, &format!("deprecations[{index}]"));
        faults.check(
            promised.insert(deprecation.subject.as_str(), deprecation).is_none(),
            ErrorKind::Duplicate,
            format_args!("deprecations[{index}].subject"),
            format_args!("{} is deprecated twice", quoted(&deprecation.subject)),
        );
    }
    let mut removed = std::collections::BTreeSet::new();
    for (index, removal) in removals.iter().enumerate() {
        faults.check(
            removed.insert(removal.subject.as_str()),
            ErrorKind::Duplicate,
            format_args!("removals[{index}].subject"),
            format_args!("{} is removed twice", quoted(&removal.subject)),
        );
    }
    faults.check(
        !policy.min_notice.is_negative(),
        ErrorKind::OutOfRange,
        format_args!("policy.minNotice"),
        format_args!("`{}` is negative", policy.min_notice),
    );
    faults.finish()?;
    Ok(promised)
}

input! {
    /// Something that a release removes.
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "release.Removal", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Removal {
        /// What is removed, by the name that its deprecation has.
        pub subject: String,
        /// The version that removes it.
        pub version: Version,
        /// The instant of that release.
        pub at: Timestamp,
    }
}

impl Removal {
    /// A removal by a release at an instant.
    #[must_use]
    pub fn new(subject: impl Into<String>, version: Version, at: Timestamp) -> Self {
        Self { subject: subject.into(), version, at }
    }
}

input! {
    /// What a removal needs, besides its own promise.
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "release.RemovalPolicy", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct RemovalPolicy {
        /// The least time from the deprecation to the removal. Default 0: the promise of each deprecation counts alone.
        pub min_notice: Span,
        /// Whether only a major version removes anything, as in Semantic Versioning (item 8). Versions below 1.0.0 are
        /// free. Default true.
        pub require_major: bool,
    }
}

impl Default for RemovalPolicy {
    fn default() -> Self {
        Self { min_notice: Span::ZERO, require_major: true }
    }
}

/// Whether removals keep what was promised, made by [`check_removals`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "release.RemovalCheck", rename_all = "camelCase", deny_unknown_fields)]
pub struct RemovalCheck {
    /// Whether the promises are kept.
    pub verdict: RemovalVerdict,
    /// The violations and the other reasons, the most severe first. Never empty.
    pub reasons: Vec<Reason>,
    /// The missing facts: `--old: deprecatedAt`.
    pub missing: Vec<String>,
    /// Always absent: each removal has its own instant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_check_at: Option<Timestamp>,
    /// The digest of the policy that was applied.
    pub policy_digest: String,
}

/// Whether removals keep what was promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "release.RemovalVerdict", rename_all = "snake_case")]
pub enum RemovalVerdict {
    /// All do.
    Kept,
    /// At least one does not.
    Violated,
    /// A fact is missing.
    Inconclusive,
}

/// Writes a check of removals as text for a person.
#[must_use]
pub fn explain_removals(check: &RemovalCheck) -> String {
    check.explain()
}

/// The consequence of a check of removals: `proceed` if the promises are kept, else `ask`.
#[must_use]
pub fn outcome_of_removals(check: &RemovalCheck) -> Outcome {
    check.outcome()
}

/// The text of [`explain_removals`].
impl fmt::Display for RemovalCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.explain())
    }
}

impl Explain for RemovalCheck {
    fn headline(&self) -> String {
        match self.verdict {
            RemovalVerdict::Kept => "KEPT: the removals keep what was promised",
            RemovalVerdict::Violated => "VIOLATED: a removal breaks a promise",
            RemovalVerdict::Inconclusive => "INCONCLUSIVE: facts about a deprecation are missing",
        }
        .to_owned()
    }

    fn outcome(&self) -> Outcome {
        match self.verdict {
            RemovalVerdict::Kept => Outcome::Proceed,
            RemovalVerdict::Violated | RemovalVerdict::Inconclusive => Outcome::Ask,
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
