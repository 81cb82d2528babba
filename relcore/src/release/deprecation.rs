use crate::error::{ErrorKind, Faults};
use crate::input::input;
use crate::time::Timestamp;
use crate::version::Version;
use serde::{Deserialize, Serialize};

input! {
    /// The promise about something that will be removed: since when users know, and when it may go at the earliest.
    ///
    /// ```
    /// use relcore::{Timestamp, Version, release::Deprecation};
    /// let deprecation = Deprecation::new("GET /v1/users")
    ///     .deprecated_at(Timestamp::parse("2026-01-01T00:00:00Z")?)
    ///     .sunset_at(Timestamp::parse("2027-01-01T00:00:00Z")?)
    ///     .replacement("GET /v2/users");
    /// assert_eq!(deprecation.removed_in, None);
    /// # Ok::<(), relcore::Error>(())
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "release.Deprecation", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Deprecation {
        /// What is deprecated. No other deprecation has this name.
        pub subject: String,
        /// The instant from which it is deprecated.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub deprecated_at: Option<Timestamp>,
        /// The version from which it is deprecated.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub deprecated_in: Option<Version>,
        /// The instant before which it is not removed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub sunset_at: Option<Timestamp>,
        /// The version before which it is not removed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub removed_in: Option<Version>,
        /// What to use instead.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub replacement: Option<String>,
        /// The address of a page about the deprecation.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub link: Option<String>,
        /// The address of a page about the removal.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub sunset_link: Option<String>,
        /// The places that announced it. Default: none.
        #[serde(default)]
        pub announced: Vec<NoticePlace>,
        /// The instants of the reminders that were sent. Default: none.
        #[serde(default)]
        pub reminded_at: Vec<Timestamp>,
    }
}

/// A place that announces a deprecation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "release.NoticePlace", rename_all = "snake_case")]
pub enum NoticePlace {
    /// The changelog.
    Changelog,
    /// The documentation of the interface.
    ApiDocs,
    /// Warnings of the code itself.
    CodeWarnings,
    /// The release notes.
    ReleaseNotes,
    /// An e-mail to users.
    Email,
}

impl Deprecation {
    /// A deprecation without dates and versions.
    #[must_use]
    pub fn new(subject: impl Into<String>) -> Self {
        Self {
            subject: subject.into(),
            deprecated_at: None,
            deprecated_in: None,
            sunset_at: None,
            removed_in: None,
            replacement: None,
            link: None,
            sunset_link: None,
            announced: Vec::new(),
            reminded_at: Vec::new(),
        }
    }

    /// Checks its name, and that it is not removed before it is deprecated.
    pub(super) fn check(&self, faults: &mut Faults, path: &str) {
        faults.check(
            !self.subject.trim().is_empty(),
            ErrorKind::InvalidValue,
            format_args!("{path}.subject"),
            format_args!("is empty: a deprecation says what is deprecated"),
        );
        if let (Some(from), Some(to)) = (self.deprecated_at, self.sunset_at) {
            faults.check(
                from <= to,
                ErrorKind::Unordered,
                format_args!("{path}.sunsetAt"),
                format_args!("`{to}` is before `deprecatedAt`, `{from}`"),
            );
        }
        if let (Some(from), Some(to)) = (&self.deprecated_in, &self.removed_in) {
            faults.check(
                from.precedes(to),
                ErrorKind::Unordered,
                format_args!("{path}.removedIn"),
                format_args!("`{to}` is not after `deprecatedIn`, `{from}`"),
            );
        }
    }
}

/// Whether a version has reached another one. A prerelease counts as the release that it prepares.
pub(super) fn has_reached(version: &Version, goal: &Version) -> bool {
    let numbers = |of: &Version| (of.major(), of.minor(), of.patch());
    numbers(version) >= numbers(goal)
}
