use crate::time::Span;
use crate::version::Bump;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a kind of release demands: a row of the table of profiles.
///
/// [`profile`](crate::release::profile) gives the row of a kind;
/// [`standard_profiles`](crate::release::standard_profiles) has them all, with their sources.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReleaseProfile {
    /// The steps between versions that such a release may take.
    pub allowed_bumps: Vec<Bump>,
    /// The shortest time from the decision to release until it is out.
    pub timeline_min: Span,
    /// The longest time from the decision to release until it is out.
    pub timeline_max: Span,
    /// How much is tested.
    pub testing: TestingScope,
    /// The gates that must be passed, by their identifiers: `tests_passing`.
    pub gates: Vec<String>,
    /// Who must approve.
    pub approvals: Vec<RequiredApproval>,
    /// The canary schedule by its name, such as `standard`; absent: to all at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canary_schedule: Option<String>,
    /// How long the release is watched after it has reached everyone, before it counts as done.
    pub soak: Span,
    /// How much the changelog says.
    pub changelog: ChangelogDepth,
    /// How widely the release is made known.
    pub communication: CommunicationScope,
    /// Where it is made known, by identifiers: `release_notes_page`.
    pub channels: Vec<String>,
    /// Whether it may go out during a freeze.
    pub freeze_exempt: bool,
    /// For how long it is supported; absent: until the next release of its line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub support: Option<Span>,
}

/// An approval that a release needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RequiredApproval {
    /// The role of those who approve: `release_manager`.
    pub role: String,
    /// How many people of that role; at least 1.
    pub count: u32,
}

/// How much of a release is tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TestingScope {
    /// That it starts and its main paths work.
    Smoke,
    /// The fix and what is near it, and that it starts.
    Focused,
    /// The whole test cycle.
    Full,
    /// The whole test cycle, and that everything promised to stay has stayed.
    Extended,
}

/// How much a changelog says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ChangelogDepth {
    /// What was fixed.
    Minimal,
    /// What changed, grouped.
    Standard,
    /// What changed, grouped, with upgrade steps, deprecations and known issues.
    Comprehensive,
}

/// How widely a release is made known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CommunicationScope {
    /// To those whom it concerns.
    Limited,
    /// To those who asked for early versions, marked as unstable, asking for feedback.
    EarlyAdopters,
    /// To nobody before the agreed date, then to everyone.
    Coordinated,
    /// To all users.
    AllUsers,
}

/// A table of profiles by kind of release, in the wire text of [`ReleaseType`](crate::release::ReleaseType).
///
/// A kind without a row has the standard one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ReleaseProfiles {
    /// The rows: `hotfix`, `feature_minor`, …
    pub profiles: BTreeMap<String, ReleaseProfile>,
}
