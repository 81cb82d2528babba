use crate::error::{ErrorKind, Faults};
use crate::input::input;
use crate::release::Type;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

input! {
    /// The release that asks: where it goes, what it is, and who started it.
    ///
    /// ```
    /// use relcore::window::Subject;
    /// let subject = Subject::default().environment("production").release_type(relcore::release::Type::Hotfix);
    /// assert!(!subject.manual);
    /// ```
    #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "window.Subject", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct Subject {
        /// The environment. When it is absent, the release may go to each of those that the windows name, or to another one: it
        /// is open only where all of them are.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub environment: Option<String>,
        /// The service. When it is absent, the release may go to each of those that the windows name, or to another one: it
        /// is open only where all of them are.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub service: Option<String>,
        /// The type of the release, for exemptions.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub release_type: Option<Type>,
        /// Who approved the exemption of this release.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub exemption_approved_by: Option<String>,
        /// Whether a person started the run. Default: no.
        pub manual: bool,
        /// The instant at which the run began, if it is under way.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub started_at: Option<Timestamp>,
        /// Opens everything, whatever the windows say: a decision of a person.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub overridden: Option<Override>,
    }
}

input! {
    /// A person's decision to release although the windows are closed.
    ///
    /// ```
    /// let decision = relcore::window::Override::new("on-call lead", "the fix of the outage must ship");
    /// assert_eq!(decision.by, "on-call lead");
    /// ```
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "window.Override", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Override {
        /// Who decided it.
        pub by: String,
        /// Why.
        pub why: String,
    }
}

impl Override {
    /// An override with its author and its reason.
    #[must_use]
    pub fn new(by: impl Into<String>, why: impl Into<String>) -> Self {
        Self { by: by.into(), why: why.into() }
    }
}

impl Subject {
    pub(super) fn check(&self, now: Option<Timestamp>, faults: &mut Faults) {
        let empty = |text: &Option<String>| text.as_ref().is_some_and(|text| text.trim().is_empty());
        for (field, is_empty) in [
            ("environment", empty(&self.environment)),
            ("service", empty(&self.service)),
            ("exemptionApprovedBy", empty(&self.exemption_approved_by)),
        ] {
            faults.check(
                !is_empty,
                ErrorKind::InvalidValue,
                format_args!("subject.{field}"),
                format_args!("is empty: expected a name, or no `{field}`"),
            );
        }
        if let Some(Override { by, why }) = &self.overridden {
            for (field, text) in [("by", by), ("why", why)] {
                faults.check(
                    !text.trim().is_empty(),
                    ErrorKind::InvalidValue,
                    format_args!("subject.overridden.{field}"),
                    format_args!("is empty: an override says who decided it and why"),
                );
            }
        }
        if let (Some(started), Some(now)) = (self.started_at, now) {
            faults.check(
                started <= now,
                ErrorKind::OutOfRange,
                format_args!("subject.startedAt"),
                format_args!("`{started}` is after `{now}`"),
            );
        }
    }
}
