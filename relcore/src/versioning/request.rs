use crate::input::input;
use crate::time::NaiveDate;
use crate::version::Bump;
use serde::{Deserialize, Serialize};

input! {
    /// What is asked for beside the changes. Default: nothing.
    #[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "versioning.Request", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct Request {
        /// The step, instead of the one that the changes need.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub bump: Option<Bump>,
        /// Whether the greatest prerelease becomes a release. Default: no.
        pub graduate: bool,
        /// A prerelease that was tested, as a tag or a version: it becomes the release that it announces, whatever came after
        /// it. Under a channel it keeps its number, and moves to the channel.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub promote: Option<String>,
        /// What tools found that compare the public API, as cargo-semver-checks does. Default: none.
        pub api: Vec<ApiDiff>,
        /// The day, for calendar versions.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub today: Option<NaiveDate>,
        /// The build metadata of the next version: `build.7`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub build: Option<String>,
    }
}

input! {
    /// The result of a tool that compares the public API with that of the last release.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "versioning.ApiDiff", rename_all = "camelCase", deny_unknown_fields)]
    pub struct ApiDiff {
        /// The name of the tool.
        pub tool: String,
        /// The step that the difference needs.
        pub bump: Bump,
    }
}

impl ApiDiff {
    /// The result of a tool.
    #[must_use]
    pub fn new(tool: impl Into<String>, bump: Bump) -> Self {
        Self { tool: tool.into(), bump }
    }
}
