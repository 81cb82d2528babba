use super::candidate::check_name;
use crate::error::{ErrorKind, Faults, join, quoted};
use crate::input::input;
use crate::release::Type;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

input! {
    /// A list of things to do, to have or to ask, with stable ids.
    ///
    /// ```
    /// use relcore::readiness::{Checklist, ChecklistItem, EvidenceKind};
    /// let list = Checklist::new("release", "Release").items([
    ///     ChecklistItem::new("tests_passing", "All tests pass").evidence_kind(EvidenceKind::Fact),
    /// ]);
    /// assert_eq!(list.items[0].required_for, []); // for every release type
    /// ```
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "readiness.Checklist", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Checklist {
        /// A name that no other checklist has.
        pub id: String,
        /// The title.
        pub title: String,
        /// The items, each with an id of its own. Default: none.
        #[serde(default)]
        pub items: Vec<ChecklistItem>,
    }
}

impl Checklist {
    /// A checklist without items.
    #[must_use]
    pub fn new(id: impl Into<String>, title: impl Into<String>) -> Self {
        Self { id: id.into(), title: title.into(), items: Vec::new() }
    }

    /// The items that a release of this type needs; all if the type is not known.
    pub(super) fn items_for(&self, of: Option<Type>) -> impl Iterator<Item = &ChecklistItem> {
        self.items.iter().filter(move |item| {
            item.required_for.is_empty() || of.is_none_or(|of| item.required_for.contains(&of))
        })
    }

    pub(super) fn check(&self, path: &str, faults: &mut Faults) {
        check_name(&self.id, format_args!("{}", join(path, "id")), faults);
        check_name(&self.title, format_args!("{}", join(path, "title")), faults);
        let mut ids = BTreeSet::new();
        for (index, item) in self.items.iter().enumerate() {
            let at = join(path, &format!("items[{index}]"));
            check_name(&item.id, format_args!("{at}.id"), faults);
            check_name(&item.text, format_args!("{at}.text"), faults);
            faults.check(
                ids.insert(&item.id),
                ErrorKind::Duplicate,
                format_args!("{at}.id"),
                format_args!("{} is the id of another item, too", quoted(&item.id)),
            );
            faults.check(
                item.min.iter().chain(&item.max).all(|limit| limit.is_finite()),
                ErrorKind::OutOfRange,
                format_args!("{at}"),
                format_args!("has a limit that is not a finite number"),
            );
        }
    }
}

input! {
    /// An item of a checklist.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "readiness.ChecklistItem", rename_all = "camelCase", deny_unknown_fields)]
    pub struct ChecklistItem {
        /// A name that no other item of the checklist has.
        pub id: String,
        /// What to do, to have or to ask.
        pub text: String,
        /// The part of the checklist. Default: none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub section: Option<String>,
        /// The release types for which it is required. Default: all.
        #[serde(default)]
        pub required_for: Vec<Type>,
        /// What shows that it is done. Default: `confirmation`.
        #[serde(default)]
        pub evidence_kind: EvidenceKind,
        /// The role that has to approve, or to be there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub role: Option<String>,
        /// The least number that is good enough, for `number`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub min: Option<f64>,
        /// The greatest number that is good enough, for `number`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub max: Option<f64>,
        /// The unit of the number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub unit: Option<String>,
    }
}

impl ChecklistItem {
    /// An item that somebody confirms.
    #[must_use]
    pub fn new(id: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            text: text.into(),
            section: None,
            required_for: Vec::new(),
            evidence_kind: EvidenceKind::Confirmation,
            role: None,
            min: None,
            max: None,
            unit: None,
        }
    }
}

/// What shows that an item is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "readiness.EvidenceKind", rename_all = "snake_case")]
pub enum EvidenceKind {
    /// A person says so.
    #[default]
    Confirmation,
    /// A machine says so.
    Fact,
    /// A number within limits.
    Number,
    /// The approval of a person in a role.
    Approval,
    /// A person in a role was there.
    Attendance,
    /// A document that can be linked to.
    Document,
}
