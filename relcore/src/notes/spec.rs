use crate::error::{ErrorKind, Faults, Result, join, quoted};
use crate::input::input;
use crate::time::NaiveDate;
use crate::wire::{self, PolicyText};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

input! {
    /// What notes are made of, beside the changes.
    #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "notes.Spec", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct Spec {
        /// The version. Absent: not known yet.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub version: Option<String>,
        /// The day of the release.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub date: Option<NaiveDate>,
        /// The section of a type, in addition to the standard ones or instead of them: `{"deps": "improved"}`. The standard:
        /// `feat` and `feature` are added, `perf` improved, `fix` and `revert` fixed, `security` security, `deprecate`
        /// deprecated, all others other.
        pub sections: BTreeMap<String, SectionKind>,
        /// The titles of sections, instead of the standard ones: `{"added": "Highlights"}`. Default: none.
        pub titles: BTreeMap<String, String>,
        /// The merged pull or merge requests of the release. A request is one item, with its title, whatever number of changes
        /// name it; its labels say the section, and without one that has a section its title does. Default: none.
        pub requests: Vec<MergedRequest>,
        /// The section of a label, in addition to the standard ones or instead of them: `{"area: ui": "improved"}`. The
        /// standard, also after `type:`: `breaking`, `breaking-change`, `backwards-incompatible` and `semver-major` are
        /// breaking, `security` security, `enhancement`, `feature` and `semver-minor` added, `performance` improved, `bug`,
        /// `fix` and `semver-patch` fixed, `deprecated` deprecated. Of several sections, the one that stands first counts.
        pub labels: BTreeMap<String, SectionKind>,
        /// The labels of requests that are left out, in addition to `ignore-for-release`, `skip-changelog`, `no-changelog`,
        /// `duplicate`, `invalid`, `question` and `wontfix`. Default: none.
        pub excluded_labels: Vec<String>,
        /// The types of changes that are left out for every audience, unless they are breaking: `["chore"]`. Default: none.
        pub excluded_types: Vec<String>,
        /// Items that people wrote. One with the number of a request (`#12`) stands for the changes of that request.
        pub written: Vec<WrittenItem>,
        /// What must not be named yet: a commit (`a1b2c3d`), a request or issue (`#12`), a vulnerability (`CVE-2024-1234`). A
        /// change or an item that is it or names it is left out of notes for every audience.
        pub embargoed: Vec<String>,
        /// Where users of a prerelease say what they think. Notes of a prerelease say that it is unstable.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub feedback: Option<String>,
    }
}

input! {
    /// An item of notes that a person wrote.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "notes.WrittenItem", rename_all = "camelCase", deny_unknown_fields)]
    pub struct WrittenItem {
        /// The section.
        pub section: SectionKind,
        /// The text, in Markdown. It is not escaped.
        pub text: String,
        /// The audiences that read it. Default: all.
        #[serde(default)]
        pub audiences: Vec<Audience>,
    }
}

input! {
    /// A merged pull or merge request.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "notes.MergedRequest", rename_all = "camelCase", deny_unknown_fields)]
    pub struct MergedRequest {
        /// The number: `12`.
        pub number: String,
        /// The title.
        pub title: String,
        /// The labels.
        #[serde(default)]
        pub labels: Vec<String>,
    }
}

impl MergedRequest {
    /// A request without labels.
    #[must_use]
    pub fn new(number: impl Into<String>, title: impl Into<String>) -> Self {
        Self { number: number.into(), title: title.into(), labels: Vec::new() }
    }

    /// The number alone: `12` of `#12` and `!12`.
    pub(super) fn plain_number(&self) -> &str {
        self.number.trim().trim_start_matches(['#', '!'])
    }
}

impl WrittenItem {
    /// An item for all audiences.
    #[must_use]
    pub fn new(section: SectionKind, text: impl Into<String>) -> Self {
        Self { section, text: text.into(), audiences: Vec::new() }
    }
}

/// A section of notes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "notes.SectionKind", rename_all = "snake_case")]
pub enum SectionKind {
    /// What breaks, and what to do.
    Breaking,
    /// Vulnerabilities that are closed.
    Security,
    /// What is new.
    Added,
    /// What got better.
    Improved,
    /// What was wrong and works now.
    Fixed,
    /// What will be removed.
    Deprecated,
    /// How to upgrade.
    Upgrade,
    /// What is known to be wrong.
    KnownIssues,
    /// All other changes.
    Other,
}

/// Who reads the notes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "notes.Audience", rename_all = "snake_case")]
pub enum Audience {
    /// Users of the product: all sections but `other`, without scopes.
    User,
    /// Operators, who run it: all sections but `other`, with scopes.
    Operations,
    /// Who builds on it: all sections, with scopes and commits.
    Developer,
    /// Who answers users: all sections but `other`, with the issues that are closed.
    Support,
}

impl Audience {
    pub(super) fn reads(self, kind: SectionKind) -> bool {
        kind != SectionKind::Other || self == Self::Developer
    }
}

/// Reads what notes are made of from JSON text. A key that is left out has its default.
///
/// ```
/// let text = r#"{"version": "1.2.0", "sections": {"deps": "improved"}, "titles": {"added": "Highlights"}}"#;
/// assert_eq!(relcore::notes::spec_from_json(text)?.sections.len(), 1);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `syntax`, `unknown_field`, also for the title of a section that does not exist; `invalid_value` for an
/// empty title, text or identifier.
pub fn spec_from_json(text: &str) -> Result<Spec> {
    wire::policy_from_json(text)
}

/// Reads what notes are made of from YAML text. A key that is left out has its default.
///
/// # Errors
/// As [`spec_from_json`], with the line and the column of each fault.
#[cfg(feature = "yaml")]
pub fn spec_from_yaml(text: &str) -> Result<Spec> {
    wire::policy_from_yaml(text)
}

/// What notes are made of without any additions.
#[must_use]
pub fn default_spec() -> Spec {
    Spec::default()
}

impl PolicyText for Spec {
    const TYPE: &'static str = "notes.Spec";

    fn check(&self, path: &str, faults: &mut Faults) {
        for (kind, title) in &self.titles {
            let at = join(path, &format!("titles.{}", crate::error::shortened(kind)));
            if kind.parse::<SectionKind>().is_err() {
                let text = format_args!("{} is no section: expected one like `added`", quoted(kind));
                faults.add(ErrorKind::UnknownField, format_args!("{at}"), text);
            }
            if title.trim().is_empty() || title.contains('\n') {
                let text = format_args!("{} is no title: expected text in one line", quoted(title));
                faults.add(ErrorKind::InvalidValue, format_args!("{at}"), text);
            }
        }
        let mut check = |at: String, text: &str| {
            if text.trim().is_empty() {
                let at = join(path, &at);
                let text = format_args!("{} is empty: expected text", quoted(text));
                faults.add(ErrorKind::InvalidValue, format_args!("{at}"), text);
            }
        };
        for (index, item) in self.written.iter().enumerate() {
            check(format!("written[{index}].text"), &item.text);
        }
        for (index, request) in self.requests.iter().enumerate() {
            check(format!("requests[{index}].number"), request.plain_number());
            check(format!("requests[{index}].title"), &request.title);
        }
        for (index, identifier) in self.embargoed.iter().enumerate() {
            check(format!("embargoed[{index}]"), identifier);
        }
    }
}
