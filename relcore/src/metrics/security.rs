//! Vulnerabilities, scans, and how they count.
use super::event::production;
use crate::input::input;
use crate::scalar::Count;
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

input! {
    /// A vulnerability of a service.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "metrics.Vulnerability", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Vulnerability {
        /// Identifies it within the input: one CVE in two services is two rows.
        pub id: String,
        /// The affected service.
        pub service: String,
        /// The affected environment; `production` when left out.
        #[serde(default = "production")]
        pub environment: String,
        /// The severity as the scanner names it; the policy has a target for each.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub severity: Option<String>,
        /// When it was found in the service: from then on it is open.
        pub detected_at: Timestamp,
        /// When it was published.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub disclosed_at: Option<Timestamp>,
        /// When a fix could be had.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub fix_available_at: Option<Timestamp>,
        /// When the first affected version was deployed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub affected_at: Option<Timestamp>,
        /// The id of the deployment that carried the fix.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub patched_by: Option<String>,
        /// When the fix was deployed, where no deployment of the input is named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub patched_at: Option<Timestamp>,
        /// When it ended without a patch: the service was removed, or it was a false alarm.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub closed_at: Option<Timestamp>,
        /// When somebody accepted the risk.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub accepted_at: Option<Timestamp>,
        /// Until when the risk is accepted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub accepted_until: Option<Timestamp>,
        /// What it is grouped by beside service, environment and severity: `{"team": "checkout"}`.
        #[serde(default, skip_serializing_if = "crate::wire::is_default")]
        #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "crate::wire::never"))]
        pub labels: BTreeMap<String, String>,
    }
}

impl Vulnerability {
    /// An open vulnerability in production of which nothing else is known.
    #[must_use]
    pub fn new(id: impl Into<String>, service: impl Into<String>, detected_at: Timestamp) -> Self {
        Self {
            id: id.into(),
            service: service.into(),
            environment: production(),
            severity: None,
            detected_at,
            disclosed_at: None,
            fix_available_at: None,
            affected_at: None,
            patched_by: None,
            patched_at: None,
            closed_at: None,
            accepted_at: None,
            accepted_until: None,
            labels: BTreeMap::new(),
        }
    }
}

input! {
    /// A scan of an artifact for vulnerabilities.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "metrics.Scan", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Scan {
        /// Identifies the scan within the input.
        pub id: String,
        /// The artifact: the revision of the deployments that run it.
        pub artifact: String,
        /// The kind, as `sca`, `sast`, `container` or `secrets`.
        pub kind: String,
        /// When it was scanned.
        pub scanned_at: Timestamp,
        /// The service of the artifact, to group by.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub service: Option<String>,
        /// How many dependencies the artifact has.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub dependencies: Option<Count>,
        /// How many of them were scanned.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub scanned_dependencies: Option<Count>,
        /// What it is grouped by beside the service: `{"team": "checkout"}`.
        #[serde(default, skip_serializing_if = "crate::wire::is_default")]
        #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "crate::wire::never"))]
        pub labels: BTreeMap<String, String>,
    }
}

impl Scan {
    /// A scan of which nothing else is known.
    #[must_use]
    pub fn new(
        id: impl Into<String>,
        artifact: impl Into<String>,
        kind: impl Into<String>,
        scanned_at: Timestamp,
    ) -> Self {
        Self {
            id: id.into(),
            artifact: artifact.into(),
            kind: kind.into(),
            scanned_at,
            service: None,
            dependencies: None,
            scanned_dependencies: None,
            labels: BTreeMap::new(),
        }
    }
}

/// When the time to patch begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.PatchStart", rename_all = "snake_case")]
pub enum PatchStart {
    /// When it was published.
    #[default]
    Disclosed,
    /// When it was found in the service.
    Detected,
    /// When a fix could be had.
    FixAvailable,
    /// When it was published, or when the first affected version was deployed if that was later: nobody patches what does not run.
    FirstAffected,
}

input! {
    /// How vulnerabilities and scans count.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "metrics.SecurityPolicy", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct SecurityPolicy {
        /// When the time to patch begins; `disclosed` by default.
        pub patch_start: PatchStart,
        /// How soon a vulnerability of each severity should be patched, in any case of letters; 15 days if `critical` and 30 if
        /// `high` by default, as in CISA's directive BOD 19-02.
        pub patch_targets: BTreeMap<String, Span>,
        /// How old the scan of an artifact may be when it is deployed; 7 days by default.
        pub scan_max_age: Span,
        /// The kinds of scan that an artifact needs, all of them; any one scan by default.
        pub scan_kinds: Vec<String>,
    }
}

impl Default for SecurityPolicy {
    fn default() -> Self {
        let targets = [("critical", 15), ("high", 30)];
        let targets = targets.map(|(severity, days)| (severity.to_owned(), Span::from_days(days)));
        Self {
            patch_start: PatchStart::Disclosed,
            patch_targets: BTreeMap::from(targets),
            scan_max_age: Span::from_days(7),
            scan_kinds: vec![],
        }
    }
}
