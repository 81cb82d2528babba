use crate::input::input;
use crate::release::{AdvisorySeverity, Type};
use serde::{Deserialize, Serialize};

input! {
    /// The facts about a release that its version does not contain.
    ///
    /// ```
    /// use relcore::release::{AdvisorySeverity, Advisory, Facts};
    /// let advisory = Advisory::new("CVE-2026-0001").severity(AdvisorySeverity::High);
    /// let facts = Facts::default().advisories([advisory]);
    /// assert_eq!(facts.breaking, None); // unknown, which differs from `Some(false)`
    /// ```
    #[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "release.Facts", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct Facts {
        /// Whether users must change something to take this release. Absent: unknown.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub breaking: Option<bool>,
        /// Whether the release has new features. Absent: unknown.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub features: Option<bool>,
        /// The advisories that the release closes. Default none.
        pub advisories: Vec<Advisory>,
        /// The maintenance line of the release: `1.x` or `1.4.x`. Absent: the main line.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub line: Option<String>,
        /// Whether the line is under long-term support. Default false.
        pub lts: bool,
        /// Whether the release goes only to users who opted in to early versions. Absent: unknown.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub opt_in_only: Option<bool>,
        /// The declared release type. It decides if version and facts leave the type open. If they determine another type,
        /// the verdict is `contradictory`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub declared: Option<Type>,
    }
}

input! {
    /// An advisory that a release closes.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "release.Advisory", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Advisory {
        /// The identifier: `CVE-2026-0001`, `GHSA-…`, `RUSTSEC-…`.
        pub id: String,
        /// The severity of the vulnerability; absent until it is rated.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub severity: Option<AdvisorySeverity>,
    }
}

impl Advisory {
    /// An advisory that is not rated yet.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), severity: None }
    }
}
