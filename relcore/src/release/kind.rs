use serde::{Deserialize, Serialize};

/// The kinds of releases. What each one demands is its [`ReleaseProfile`](crate::release::ReleaseProfile).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReleaseType {
    /// New features, and users must change something: a new major version.
    FeatureMajor,
    /// New features that break nobody: a new minor version.
    FeatureMinor,
    /// A fix of a released version, and nothing else: a new patch version.
    Hotfix,
    /// Closes a vulnerability of critical severity.
    SecurityCritical,
    /// Closes a vulnerability of high severity, none worse.
    SecurityHigh,
    /// Closes a vulnerability of medium severity, none worse.
    SecurityMedium,
    /// Closes a vulnerability of low severity, none worse.
    SecurityLow,
    /// An alpha, beta, preview or release candidate for those who asked for it.
    Prerelease,
    /// A release of a line under long-term support.
    Lts,
}

/// The severity of a vulnerability: the qualitative ratings of CVSS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
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
