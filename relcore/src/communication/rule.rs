use super::audience::Audience;
use crate::input::input;
use crate::release::{CommunicationScope, Type};
use crate::time::Span;
use serde::{Deserialize, Serialize};

input! {
    /// A message that every release has: to whom, where, with which text, when.
    ///
    /// ```
    /// use relcore::communication::{Audience, MessageRule};
    /// let brief = MessageRule::new("legal_brief", Audience::Product, "email", "product_brief").business_days(-5);
    /// assert_eq!(brief.scopes, []); // for every scope
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "communication.MessageRule", rename_all = "camelCase", deny_unknown_fields)]
    pub struct MessageRule {
        /// A name that no other message has.
        pub id: String,
        /// Who gets it.
        pub audience: Audience,
        /// Where: `email`. A message to customers counts only for profiles that have its channel.
        pub channel: String,
        /// The id of its template.
        pub template: String,
        /// How many business days after the day of the release it is due, at the local time of the policy and at the earliest with
        /// the release. A negative number is before it, at the latest with the release. -1,000 to 1,000, not 0. Default: `elapsed`
        /// counts.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub business_days: Option<i32>,
        /// How long after the release it is due, by the clock. A negative span is before it. Default: 0, with the release.
        #[serde(default = "zero")]
        pub elapsed: Span,
        /// The messages that go first, all of them earlier in the list. Default: none.
        #[serde(default)]
        pub depends_on: Vec<String>,
        /// The scopes of communication for which it counts. Default: all.
        #[serde(default)]
        pub scopes: Vec<CommunicationScope>,
    }
}

fn zero() -> Span {
    Span::ZERO
}

impl MessageRule {
    /// A message that is due with the release, for every scope.
    #[must_use]
    pub fn new(
        id: impl Into<String>,
        audience: Audience,
        channel: impl Into<String>,
        template: impl Into<String>,
    ) -> Self {
        Self {
            id: id.into(),
            audience,
            channel: channel.into(),
            template: template.into(),
            business_days: None,
            elapsed: zero(),
            depends_on: Vec::new(),
            scopes: Vec::new(),
        }
    }
}

input! {
    /// A freeze before a release.
    ///
    /// ```
    /// let freeze = relcore::communication::FreezeRule::new("docs_freeze", 3).environments(["docs"]);
    /// assert_eq!(freeze.business_days_before, 3);
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "communication.FreezeRule", rename_all = "camelCase", deny_unknown_fields)]
    pub struct FreezeRule {
        /// A name that no other freeze has: `code_freeze`.
        pub id: String,
        /// How many business days before the day of the release it begins, 1 to 1,000, in the calendar of development.
        pub business_days_before: u32,
        /// The environments that it closes. Default: all.
        #[serde(default)]
        pub environments: Vec<String>,
        /// The release types that go in all the same, once a person has approved it. Default: none.
        #[serde(default)]
        pub exempt: Vec<Type>,
        /// The scopes of communication for which it counts. Default: all.
        #[serde(default)]
        pub scopes: Vec<CommunicationScope>,
    }
}

impl FreezeRule {
    /// A freeze of all environments, without exemptions, for every scope.
    #[must_use]
    pub fn new(id: impl Into<String>, business_days_before: u32) -> Self {
        Self {
            id: id.into(),
            business_days_before,
            environments: Vec::new(),
            exempt: Vec::new(),
            scopes: Vec::new(),
        }
    }
}
