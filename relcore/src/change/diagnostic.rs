use crate::reason::Severity;
use serde::{Deserialize, Serialize};

/// Something odd about a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "change.Diagnostic", rename_all = "camelCase", deny_unknown_fields)]
pub struct Diagnostic {
    /// The stable code.
    pub code: DiagnosticCode,
    /// `error` if no version is made of it, or if a check of messages refuses it; `warning` if something may get lost.
    pub severity: Severity,
    /// The line of the message, from 1.
    pub line: u32,
    /// The sentence for a person.
    pub text: String,
    /// What to write instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// The kinds of oddities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "change.DiagnosticCode", rename_all = "snake_case")]
pub enum DiagnosticCode {
    /// The header does not begin with a type and a colon.
    MissingType,
    /// The header begins with a character that nobody sees, such as a byte order mark.
    HiddenCharacter,
    /// The scope is empty, or its parentheses do not match.
    InvalidScope,
    /// No space follows the colon of the header.
    MissingSpace,
    /// The header has no description.
    MissingDescription,
    /// No blank line stands between header and body.
    MissingBlankLine,
    /// The type is not in lower case.
    TypeCase,
    /// `fixup!`, `squash!` or `amend!`: a rebase should have melted the commit into another.
    FixupCommit,
    /// `!` stands in a header that the dialect does not read.
    BreakingMarkNotRead,
    /// `BREAKING CHANGE:` stands in the body, not in a footer after a blank line.
    BreakingNotInFooter,
    /// `BREAKING CHANGE:` is indented.
    BreakingIndented,
    /// `BREAKING CHANGE:` is an item of a list, or bold.
    BreakingInList,
    /// A heading of Markdown names breaking changes.
    BreakingInHeading,
    /// No space follows the colon of `BREAKING CHANGE:`.
    BreakingWithoutSpace,
    /// ` #` follows `BREAKING CHANGE`, not a colon.
    BreakingWithNumber,
    /// No colon follows `BREAKING CHANGE`.
    BreakingWithoutColon,
    /// `BREAKING CHANGES`, in the plural.
    BreakingPlural,
    /// `breaking change:`, not in capital letters.
    BreakingLowercase,
    /// `BREAKING:` without `CHANGE`.
    BreakingKeyword,
    /// A proper footer `BREAKING CHANGE: ` in a message whose header is not read.
    BreakingUnread,
    /// A commit that the message lists is breaking, and the message is not.
    SquashHiddenBreaking,
    /// A commit that the message lists needs a greater step than the message.
    SquashHiddenChange,
    /// The type is not one of those that are known or allowed.
    UnknownType,
    /// The scope is not one of those that are allowed.
    UnknownScope,
    /// The header is longer than allowed.
    HeaderTooLong,
    /// The description ends with a full stop.
    TrailingStop,
    /// A revert of a change that was released: its effect on users is not known.
    RevertOfReleased,
    /// A merge brings a title that none of its commits has, and it does not count.
    MergeHiddenChange,
}
