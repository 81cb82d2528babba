use crate::reason::Reason;
use crate::release::ReleaseType;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// What kind of release this is, and why: the answer of [`classify`](crate::release::classify).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Classification {
    /// Whether the kind is known.
    pub verdict: ClassificationVerdict,
    /// The kind; present exactly when the verdict is `classified`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release_type: Option<ReleaseType>,
    /// Why. Never empty.
    pub reasons: Vec<Reason>,
    /// The facts without which the kind stays open, by their paths in the facts: `advisories[0].severity`.
    pub missing: Vec<String>,
    /// Always absent: no kind of release depends on the time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_check_at: Option<Timestamp>,
    /// The digest of the rules that were applied. They are fixed; the digest changes when a rule does.
    pub policy_digest: String,
}

/// Whether the kind of a release is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ClassificationVerdict {
    /// The kind is known.
    Classified,
    /// Facts are missing: the kind is one of several.
    Inconclusive,
    /// Version and facts contradict each other: the release must not go out as it is.
    Contradictory,
}
