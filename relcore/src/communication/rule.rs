use super::audience::Audience;
use crate::input::input;
use crate::release::{CommunicationScope, Type};
use crate::time::Span;
use crate::wire::tagged;
use serde::{Deserialize, Serialize};

input! {
    /// A message that every release has: to whom, where, with which text, when.
    ///
    /// ```
    /// use relcore::communication::{Audience, MessageRule, Offset};
    /// let brief = MessageRule::new("legal_brief", Audience::Product, "email", "product_brief")
    ///     .due(Offset::BusinessDaysBefore { days: 5 });
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
        /// When it is due. Default: with the release.
        #[serde(default)]
        pub due: Offset,
        /// The messages that go first, all of them earlier in the list. Default: none.
        #[serde(default)]
        pub depends_on: Vec<String>,
        /// The scopes of communication for which it counts. Default: all.
        #[serde(default)]
        pub scopes: Vec<CommunicationScope>,
    }
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
            due: Offset::default(),
            depends_on: Vec::new(),
            scopes: Vec::new(),
        }
    }
}

tagged! {
    "communication.Offset";
    /// When something is due, seen from the release.
    ///
    /// ```
    /// use relcore::communication::Offset;
    /// assert_eq!(Offset::default(), Offset::Elapsed { span: relcore::Span::ZERO }); // with the release
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub enum Offset {
        /// So many business days before the day of the release, at the local time of the policy; at the latest with the release.
        BusinessDaysBefore {
            /// The number of business days, at most 1,000. 0 is the day of the release.
            days: u32,
        },
        /// So many business days after the day of the release, at the local time of the policy; at the earliest with the release.
        BusinessDaysAfter {
            /// The number of business days, at most 1,000. 0 is the day of the release.
            days: u32,
        },
        /// So long after the release by the clock. 0 is with the release, a negative span before it.
        Elapsed {
            /// The span.
            span: Span,
        },
    }
}

impl Default for Offset {
    fn default() -> Self {
        Self::Elapsed { span: Span::ZERO }
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
