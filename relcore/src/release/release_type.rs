use serde::{Deserialize, Serialize};

/// A release type. Its requirements are in its [`Profile`](crate::release::Profile).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "release.Type", rename_all = "snake_case")]
pub enum Type {
    /// A new major version: breaking changes, usually with new features.
    FeatureMajor,
    /// A new minor version: new features without breaking changes.
    FeatureMinor,
    /// A new patch version: fixes only.
    Hotfix,
    /// Closes at least one vulnerability of critical severity.
    SecurityCritical,
    /// Closes at least one vulnerability of high severity, and none of higher severity.
    SecurityHigh,
    /// Closes at least one vulnerability of medium severity, and none of higher severity.
    SecurityMedium,
    /// Closes vulnerabilities of low severity only.
    SecurityLow,
    /// An alpha, beta, preview or release candidate for users who opted in.
    Prerelease,
    /// A release of a line under long-term support.
    Lts,
}

/// The severity of a vulnerability: the qualitative ratings of CVSS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "release.AdvisorySeverity", rename_all = "snake_case")]
pub enum AdvisorySeverity {
    /// CVSS 0.1 to 3.9.
    Low,
    /// CVSS 4.0 to 6.9.
    Medium,
    /// CVSS 7.0 to 8.9.
    High,
    /// CVSS 9.0 to 10.0.
    Critical,
}
