use super::schedule::Schedule;
use crate::input::input;
use crate::release::Type;
use serde::{Deserialize, Serialize};

input! {
    /// A window in which releases are allowed, or denied.
    ///
    /// ```
    /// use relcore::window::{Kind, Schedule, Definition};
    /// let schedule = Schedule::Cron { cron: "0 9 * * 1-5".to_owned(), duration: relcore::Span::from_hours(8) };
    /// let window = Definition::new("office hours", Kind::Allow, schedule).zone("Europe/Berlin").environments(["production"]);
    /// assert!(!window.manual);
    /// ```
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "window.Definition", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Definition {
        /// A name that no other window has.
        pub name: String,
        /// Whether releases are allowed or denied while it is active.
        pub kind: Kind,
        /// When it is active.
        pub schedule: Schedule,
        /// The IANA zone of its local times. Default: `UTC`.
        #[serde(default = "utc")]
        pub zone: String,
        /// The environments for which it counts. Default: all, also a subject without an environment.
        #[serde(default)]
        pub environments: Vec<String>,
        /// The services for which it counts. Default: all, also a subject without a service.
        #[serde(default)]
        pub services: Vec<String>,
        /// The release types that it does not block once a person has approved it. Default: none.
        #[serde(default)]
        pub exempt: Vec<Type>,
        /// Whether it lets runs through that a person started, as `manualSync` of Argo CD. Default: no.
        #[serde(default)]
        pub manual: bool,
        /// Whether it lets a run end that began while it was open, as `syncOverrun` of Argo CD. Default: no.
        #[serde(default)]
        pub overrun: bool,
    }
}

fn utc() -> String {
    "UTC".to_owned()
}

impl Definition {
    /// A window in UTC, for all environments and services, without exemptions.
    #[must_use]
    pub fn new(name: impl Into<String>, kind: Kind, schedule: Schedule) -> Self {
        Self {
            name: name.into(),
            kind,
            schedule,
            zone: utc(),
            environments: Vec::new(),
            services: Vec::new(),
            exempt: Vec::new(),
            manual: false,
            overrun: false,
        }
    }
}

/// What a window means for releases while it is active.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "window.Kind", rename_all = "snake_case")]
pub enum Kind {
    /// Releases may start. While no allow window is active, they may not.
    Allow,
    /// Releases may not start: a freeze.
    Deny,
}
