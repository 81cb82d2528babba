use crate::input::input;
use crate::time::Span;
use crate::version::Bump;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

input! {
    /// The requirements of a release type: a row of the table of profiles.
    ///
    /// [`profile`](crate::release::profile) returns the row of a type;
    /// [`standard_profiles`](crate::release::standard_profiles) returns all rows.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "release.Profile", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Profile {
        /// The allowed steps from the previous version.
        pub allowed_bumps: Vec<Bump>,
        /// The shortest time from the decision to release to the release itself.
        pub timeline_min: Span,
        /// The longest time from the decision to release to the release itself.
        pub timeline_max: Span,
        /// The scope of testing.
        pub testing: TestingScope,
        /// The identifiers of the gates to pass: `tests_passing`.
        pub gates: Vec<String>,
        /// The required approvals.
        pub approvals: Vec<RequiredApproval>,
        /// The name of the canary schedule, such as `standard`; absent: the release goes to all users at once.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub canary_schedule: Option<String>,
        /// How long the release is observed after it has reached all users, before it is complete.
        pub soak: Span,
        /// The depth of the changelog.
        pub changelog: ChangelogDepth,
        /// The audience of the announcement.
        pub communication: CommunicationScope,
        /// The identifiers of the announcement channels: `release_notes_page`.
        pub channels: Vec<String>,
        /// Whether the release is allowed during a freeze.
        pub freeze_exempt: bool,
        /// How long the release is supported; absent: until the next release of its line.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub support: Option<Span>,
    }
}

input! {
    /// An approval that a release needs.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "release.RequiredApproval", rename_all = "camelCase", deny_unknown_fields)]
    pub struct RequiredApproval {
        /// The role of the approvers: `release_manager`.
        pub role: String,
        /// The number of people of this role; at least 1.
        pub count: u32,
    }
}

impl RequiredApproval {
    /// The approval of so many people of a role.
    #[must_use]
    pub fn new(role: impl Into<String>, count: u32) -> Self {
        Self { role: role.into(), count }
    }
}

/// The scope of testing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "release.TestingScope", rename_all = "snake_case")]
pub enum TestingScope {
    /// Start and main paths.
    Smoke,
    /// Smoke tests, the fix and the code around it.
    Focused,
    /// The full test cycle.
    Full,
    /// The full test cycle and compatibility with earlier releases of the line.
    Extended,
}

/// The depth of a changelog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "release.ChangelogDepth", rename_all = "snake_case")]
pub enum ChangelogDepth {
    /// The fixes.
    Minimal,
    /// The changes, grouped.
    Standard,
    /// The changes, grouped, with upgrade steps, deprecations and known issues.
    Comprehensive,
}

/// The audience of an announcement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "release.CommunicationScope", rename_all = "snake_case")]
pub enum CommunicationScope {
    /// Only users who are affected.
    Limited,
    /// Users who opted in to early versions; the release is marked as unstable, and feedback is requested.
    EarlyAdopters,
    /// Nobody before the agreed disclosure date, all users from then on.
    Coordinated,
    /// All users.
    AllUsers,
}

input! {
    /// A table of profiles. Its keys are release types in wire form: `hotfix`, `feature_minor`.
    ///
    /// A type without a row has the standard profile.
    #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "release.Profiles", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct Profiles {
        /// The profiles by release type.
        pub profiles: BTreeMap<String, Profile>,
    }
}
