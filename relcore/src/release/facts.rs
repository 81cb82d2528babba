use crate::release::{AdvisorySeverity, ReleaseType};
use serde::{Deserialize, Serialize};

/// What is known about a release besides its version number.
///
/// ```
/// use relcore::release::{AdvisorySeverity, ReleaseAdvisory, ReleaseFacts};
/// let facts = ReleaseFacts {
///     advisories: vec![ReleaseAdvisory { id: "CVE-2026-0001".into(), severity: Some(AdvisorySeverity::High) }],
///     ..ReleaseFacts::default()
/// };
/// assert_eq!(facts.breaking, None); // unknown, which is not "no"
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ReleaseFacts {
    /// Whether users must change something to take this release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breaking: Option<bool>,
    /// Whether the release brings new features.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub features: Option<bool>,
    /// The advisories that the release closes. Default none.
    pub advisories: Vec<ReleaseAdvisory>,
    /// The maintenance line that the release belongs to: `1.x` or `1.4.x`. Absent: the main line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
    /// Whether that line is under long-term support. Default no.
    pub lts: bool,
    /// Whether the release goes only to users who asked for early versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opt_in_only: Option<bool>,
    /// What the release is said to be. It settles what is open and contradicts what is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared: Option<ReleaseType>,
}

/// An advisory that a release closes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReleaseAdvisory {
    /// Its identifier: `CVE-2026-0001`, `GHSA-…`, `RUSTSEC-…`.
    pub id: String,
    /// How severe the vulnerability is; absent while nobody has rated it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<AdvisorySeverity>,
}
