use super::candidate::{check_name, check_past};
use crate::error::{ErrorKind, Faults};
use crate::input::input;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

input! {
    /// A build and where it has been: freight of Kargo.
    ///
    /// ```
    /// use relcore::readiness::{Build, Stay};
    /// let entered = relcore::Timestamp::parse("2026-11-23T08:00:00Z")?;
    /// let verified = relcore::Timestamp::parse("2026-11-23T08:10:00Z")?;
    /// let build = Build::new("sha256:44136f").stays([Stay::new("staging", entered).verified_at(verified)]);
    /// assert_eq!(build.stays[0].left_at, None); // it is still there
    /// # Ok::<(), relcore::Error>(())
    /// ```
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "readiness.Build", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Build {
        /// Its id. For [`may_release`](super::may_release) it is the digest of the artifact.
        pub id: String,
        /// Its project: a namespace of Kargo.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub project: Option<String>,
        /// Its origin, for example a repository or a warehouse of Kargo.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub origin: Option<String>,
        /// The environments for which a person approved it, wherever it comes from. Default: none.
        #[serde(default)]
        pub approved_for: Vec<String>,
        /// The environments that it was in, or still is. Default: none.
        #[serde(default)]
        pub stays: Vec<Stay>,
        /// The results of its smoke tests. Of several of one test, the latest counts. Default: none.
        #[serde(default)]
        pub smoke_tests: Vec<SmokeTest>,
    }
}

impl Build {
    /// A build that has been nowhere.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            project: None,
            origin: None,
            approved_for: Vec::new(),
            stays: Vec::new(),
            smoke_tests: Vec::new(),
        }
    }

    pub(super) fn check(&self, path: &str, now: Timestamp, faults: &mut Faults) {
        check_name(&self.id, format_args!("{path}.id"), faults);
        for (index, stay) in self.stays.iter().enumerate() {
            let at = format_args!("{path}.stays[{index}]");
            check_name(&stay.environment, format_args!("{at}.environment"), faults);
            check_past(stay.entered_at, format_args!("{at}.enteredAt"), now, faults);
            for (field, instant) in [("leftAt", stay.left_at), ("verifiedAt", stay.verified_at)] {
                let Some(instant) = instant else { continue };
                check_past(instant, format_args!("{at}.{field}"), now, faults);
                faults.check(
                    stay.entered_at <= instant,
                    ErrorKind::Unordered,
                    format_args!("{at}.{field}"),
                    format_args!("`{instant}` is before `{}`, when it entered", stay.entered_at),
                );
            }
        }
        for (index, test) in self.smoke_tests.iter().enumerate() {
            let at = format_args!("{path}.smokeTests[{index}]");
            check_name(&test.environment, format_args!("{at}.environment"), faults);
            check_name(&test.test, format_args!("{at}.test"), faults);
            check_past(test.at, format_args!("{at}.at"), now, faults);
        }
    }
}

input! {
    /// The time that a build spent in an environment.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "readiness.Stay", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Stay {
        /// The environment.
        pub environment: String,
        /// When the build was deployed there.
        pub entered_at: Timestamp,
        /// When another build replaced it. Absent: it is still there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub left_at: Option<Timestamp>,
        /// When it was verified there. Absent: it was not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub verified_at: Option<Timestamp>,
    }
}

impl Stay {
    /// A stay that goes on, without verification.
    #[must_use]
    pub fn new(environment: impl Into<String>, entered_at: Timestamp) -> Self {
        Self { environment: environment.into(), entered_at, left_at: None, verified_at: None }
    }
}

input! {
    /// The result of a smoke test of a build in an environment.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "readiness.SmokeTest", rename_all = "camelCase", deny_unknown_fields)]
    pub struct SmokeTest {
        /// The environment.
        pub environment: String,
        /// The name of the test.
        pub test: String,
        /// Whether it passed.
        pub passed: bool,
        /// When it ended.
        pub at: Timestamp,
    }
}

impl SmokeTest {
    /// A result.
    #[must_use]
    pub fn new(environment: impl Into<String>, test: impl Into<String>, passed: bool, at: Timestamp) -> Self {
        Self { environment: environment.into(), test: test.into(), passed, at }
    }
}
