use crate::decision::{Explain, Outcome};
use crate::reason::Reason;
use crate::time::Timestamp;
use crate::version::Bump;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The next version, made by [`next_version`](super::next_version).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "versioning.Next", rename_all = "camelCase", deny_unknown_fields)]
pub struct Next {
    /// Whether there is a next version.
    pub verdict: Verdict,
    /// The next version, in the scheme of the policy. Absent unless the verdict is `release`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The tag of the next version, in the form of the current one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// The version that it follows: the greater one of the current version and the tags.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
    /// The step from `previous`; `none` without a next version or a previous one.
    pub bump: Bump,
    /// The step that the changes need, before the rules of the policy.
    pub needed: Bump,
    /// The forced versions that cannot be released.
    pub rejected: Vec<Rejected>,
    /// The reasons. Never empty.
    pub reasons: Vec<Reason>,
    /// The missing facts: `request.today` for a calendar version.
    pub missing: Vec<String>,
    /// The digest of the policy.
    pub policy_digest: String,
}

/// A forced version that cannot be released.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "versioning.Rejected", rename_all = "camelCase", deny_unknown_fields)]
pub struct Rejected {
    /// The version, as written.
    pub version: String,
    /// Why not.
    pub code: RejectionCode,
    /// The change that forces it, or `policy.force`.
    pub by: String,
}

/// Why a forced version cannot be released.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "versioning.RejectionCode", rename_all = "snake_case")]
pub enum RejectionCode {
    /// It is no version of the scheme.
    NotAVersion,
    /// A tag has it.
    AlreadyReleased,
    /// It is lower than the current version or a tag.
    NotGreater,
    /// It is not one of the line.
    OutsideLine,
}

/// Whether there is a next version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "versioning.Verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// There is: release it.
    Release,
    /// Nothing needs a release.
    Nothing,
    /// A rule forbids it.
    Refused,
    /// A fact is missing.
    Inconclusive,
}

/// Writes the next version as text for a person.
#[must_use]
pub fn explain(next: &Next) -> String {
    next.explain()
}

/// The consequence: `proceed` for a release, `wait` for nothing, else `ask`.
#[must_use]
pub fn outcome(next: &Next) -> Outcome {
    next.outcome()
}

/// The text of [`explain`].
impl fmt::Display for Next {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.explain())
    }
}

impl Explain for Next {
    fn headline(&self) -> String {
        match (self.verdict, &self.version) {
            (Verdict::Release, Some(version)) => format!("RELEASE: the next version is {version}"),
            (Verdict::Nothing, _) => "NOTHING: no change needs a release".to_owned(),
            (Verdict::Inconclusive, _) => "INCONCLUSIVE: a fact is missing".to_owned(),
            _ => "REFUSED: there is no next version under this policy".to_owned(),
        }
    }

    fn outcome(&self) -> Outcome {
        match self.verdict {
            Verdict::Release => Outcome::Proceed,
            Verdict::Nothing => Outcome::Wait,
            Verdict::Refused | Verdict::Inconclusive => Outcome::Ask,
        }
    }

    fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    fn missing(&self) -> &[String] {
        &self.missing
    }

    fn next_check_at(&self) -> Option<Timestamp> {
        None
    }

    fn policy_digest(&self) -> &str {
        &self.policy_digest
    }
}
