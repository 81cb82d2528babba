use super::diagnostic::Diagnostic;
use super::reference::Reference;
use crate::version::Bump;
use serde::{Deserialize, Serialize};

/// A change: what a message says about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "change.Parsed", rename_all = "camelCase", deny_unknown_fields)]
pub struct Parsed {
    /// The commit or the changeset that it is from. Absent for a message alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The form of the header.
    pub form: Form,
    /// The type, in lower case: `feat`. Absent if the header has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change_type: Option<String>,
    /// The scope, as written: `api`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The header without type and scope; the whole first line where there is no type.
    pub description: String,
    /// The text between header and footers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Whether users must change something to take it.
    pub breaking: bool,
    /// What breaks: the texts of the footers that say so, with all of their paragraphs, or else the description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breaking_text: Option<String>,
    /// The step that it needs: `none`, `patch`, `minor` or `major`.
    pub bump: Bump,
    /// The footers, in their order, without the breaking ones.
    pub footers: Vec<Footer>,
    /// The issues that the message names.
    pub references: Vec<Reference>,
    /// The number of the pull or merge request, from `… (#12)` or the header of a merge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// The version that a footer `Release-As` asks for, as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release_as: Option<String>,
    /// The further authors, from the footers `Co-authored-by`.
    pub co_authors: Vec<String>,
    /// The commits that it was picked from, from the lines of `git cherry-pick -x`.
    pub picked_from: Vec<String>,
    /// Whether it is one of the commits that a squash commit lists.
    pub squashed: bool,
    /// Other commits that are the same change: its merge, its cherry-picks.
    pub also: Vec<String>,
    /// The earliest prerelease of this line that has it already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prereleased_in: Option<String>,
    /// The earliest release of another line that has it already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipped_in: Option<String>,
    /// What is odd about the message.
    pub diagnostics: Vec<Diagnostic>,
}

/// A footer of a message: `Reviewed-by: Z`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "change.Footer", rename_all = "camelCase", deny_unknown_fields)]
pub struct Footer {
    /// The token, as written: `Reviewed-by`.
    pub token: String,
    /// The value, with all of its lines. A value after ` #` begins with `#`.
    pub value: String,
}

/// The form of the header of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "change.Form", rename_all = "snake_case")]
pub enum Form {
    /// `type(scope): description`.
    Conventional,
    /// A changeset.
    Changeset,
    /// git's `Revert "…"` or `Reapply "…"`.
    Revert,
    /// `Merge branch …`, `Merge pull request …`, `Merged in …` and the like.
    Merge,
    /// `fixup! …`, `squash! …` or `amend! …`: a commit that a rebase should have melted into another.
    Fixup,
    /// Any other text.
    Other,
}

impl Parsed {
    pub(super) fn empty(form: Form) -> Self {
        Self {
            id: None,
            form,
            change_type: None,
            scope: None,
            description: String::new(),
            body: None,
            breaking: false,
            breaking_text: None,
            bump: Bump::None,
            footers: Vec::new(),
            references: Vec::new(),
            request: None,
            release_as: None,
            co_authors: Vec::new(),
            picked_from: Vec::new(),
            squashed: false,
            also: Vec::new(),
            prereleased_in: None,
            shipped_in: None,
            diagnostics: Vec::new(),
        }
    }

    /// The header again: `feat(api)!: x`, or the first line of a message without a type.
    ///
    /// ```
    /// use relcore::change::{Policy, parse_change};
    /// let change = parse_change("Feat(api): x\n\nBREAKING CHANGE: y", &Policy::default())?;
    /// assert_eq!(change.header(), "feat(api)!: x");
    /// # Ok::<(), relcore::Error>(())
    /// ```
    #[must_use]
    pub fn header(&self) -> String {
        let Some(change_type) = &self.change_type else { return self.description.clone() };
        let scope = self.scope.as_ref().map(|scope| format!("({scope})")).unwrap_or_default();
        let mark = if self.breaking { "!" } else { "" };
        format!("{change_type}{scope}{mark}: {}", self.description)
    }
}
