use crate::reason::Reason;
use crate::release::Type;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The release type and the reasons for it: the result of [`classify`](crate::release::classify).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "release.Classification", rename_all = "camelCase", deny_unknown_fields)]
pub struct Classification {
    /// Whether the release type is determined.
    pub verdict: ClassificationVerdict,
    /// The release type; present exactly when the verdict is `classified`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release_type: Option<Type>,
    /// The reasons, the most severe first. Never empty.
    pub reasons: Vec<Reason>,
    /// The missing facts that the type depends on, by their paths in the facts: `advisories[0].severity`.
    pub missing: Vec<String>,
    /// Always absent: a release type does not depend on the time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_check_at: Option<Timestamp>,
    /// The digest of the rules. The rules are fixed; a new version of them has a new digest.
    pub policy_digest: String,
}

/// The verdict of a classification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "release.ClassificationVerdict", rename_all = "snake_case")]
pub enum ClassificationVerdict {
    /// The release type is determined.
    Classified,
    /// Facts are missing, and the release type depends on them.
    Inconclusive,
    /// Version and facts contradict each other: do not release this version as it is.
    Contradictory,
}
