use super::build::Build;
use super::candidate::{Candidate, check_name, check_past};
use super::evidence::CandidateEvidence;
use super::roster::Roster;
use crate::error::{ErrorKind, Faults};
use crate::input::input;
use crate::time::{Span, Timestamp};
use crate::version::Version;
use crate::window::{Override, Subject};
use serde::{Deserialize, Serialize};

input! {
    /// The release that asks: which build goes where, and why.
    ///
    /// ```
    /// use relcore::readiness::{Candidate, Intent, Request};
    /// let built = relcore::Timestamp::parse("2026-11-23T08:00:00Z")?;
    /// let candidate = Candidate::new(format!("sha256:{}", "a".repeat(64)), built);
    /// let request = Request::new(candidate, "production").duration(relcore::Span::from_minutes(30));
    /// assert_eq!(request.intent, Intent::Release);
    /// # Ok::<(), relcore::Error>(())
    /// ```
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "readiness.Request", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Request {
        /// The build.
        pub candidate: Candidate,
        /// The environment that it goes to.
        pub environment: String,
        /// The service, for windows that are for certain services.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub service: Option<String>,
        /// Whether it is a release or a declared rollback. Default: a release.
        #[serde(default)]
        pub intent: Intent,
        /// How long the release takes. It has to end before the windows close. Default: no time.
        #[serde(default)]
        pub duration: Span,
        /// Who approved that the windows exempt this release type.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub exemption_approved_by: Option<String>,
        /// Whether a person starts the release. Default: no.
        #[serde(default)]
        pub manual: bool,
        /// Opens the windows, whatever they say: a decision of a person. The other checks stay.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub overridden: Option<Override>,
    }
}

impl Request {
    /// The release of a build to an environment.
    #[must_use]
    pub fn new(candidate: Candidate, environment: impl Into<String>) -> Self {
        Self {
            candidate,
            environment: environment.into(),
            service: None,
            intent: Intent::Release,
            duration: Span::ZERO,
            exemption_approved_by: None,
            manual: false,
            overridden: None,
        }
    }

    /// The same for the windows.
    pub(super) fn subject(&self) -> Subject {
        let mut subject = Subject::default().environment(&self.environment).manual(self.manual);
        subject.service.clone_from(&self.service);
        subject.release_type = self.candidate.release_type;
        subject.exemption_approved_by.clone_from(&self.exemption_approved_by);
        subject.overridden.clone_from(&self.overridden);
        subject
    }

    pub(super) fn check(&self, path: &str, faults: &mut Faults) {
        check_name(&self.environment, format_args!("{path}.environment"), faults);
        let named = [("service", &self.service), ("exemptionApprovedBy", &self.exemption_approved_by)];
        for (field, name) in named {
            if let Some(name) = name {
                check_name(name, format_args!("{path}.{field}"), faults);
            }
        }
        faults.check(
            !self.duration.is_negative(),
            ErrorKind::OutOfRange,
            format_args!("{path}.duration"),
            format_args!("`{}` is negative", self.duration),
        );
        if let Some(Override { by, why, .. }) = &self.overridden {
            check_name(by, format_args!("{path}.overridden.by"), faults);
            check_name(why, format_args!("{path}.overridden.why"), faults);
        }
    }
}

/// What a release is meant to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "readiness.Intent", rename_all = "snake_case")]
pub enum Intent {
    /// A release: nothing older than what is deployed.
    #[default]
    Release,
    /// A declared rollback: an older version is meant.
    Rollback,
    /// The first release to the environment: nothing is deployed there.
    First,
}

input! {
    /// What is known when a release asks. What is left out is unknown.
    #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "readiness.Situation", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct Situation {
        /// The evidence about the candidate, for the check `gates`.
        pub evidence: CandidateEvidence,
        /// Where the build has been, for the check `promotion`. Its id is the digest of the artifact.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub build: Option<Build>,
        /// Who is on call, for the check `coverage`.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub roster: Option<Roster>,
        /// The share of the error budget that is left: at most 1, and negative if more than all was spent.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub error_budget_left: Option<f64>,
        /// What is deployed in the environment.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub deployed: Option<Deployed>,
    }
}

impl Situation {
    pub(super) fn check(&self, path: &str, now: Timestamp, faults: &mut Faults) {
        if let Some(build) = &self.build {
            build.check(&format!("{path}.build"), now, faults);
        }
        if let Some(roster) = &self.roster {
            roster.check(&format!("{path}.roster"), faults);
        }
        if let Some(left) = self.error_budget_left {
            faults.check(
                left <= 1.0 && left.is_finite(),
                ErrorKind::OutOfRange,
                format_args!("{path}.errorBudgetLeft"),
                format_args!("`{left}` is out of range: expected a share of at most 1"),
            );
        }
        if let Some(deployed) = &self.deployed {
            check_name(&deployed.artifact, format_args!("{path}.deployed.artifact"), faults);
            if let Some(at) = deployed.at {
                check_past(at, format_args!("{path}.deployed.at"), now, faults);
            }
        }
    }
}

input! {
    /// What is deployed in an environment.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "readiness.Deployed", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Deployed {
        /// The digest of its artifact.
        pub artifact: String,
        /// Its version. Absent: unknown.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub version: Option<Version>,
        /// When it was deployed. Absent: unknown.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub at: Option<Timestamp>,
    }
}

impl Deployed {
    /// An artifact of which no more is known.
    #[must_use]
    pub fn new(artifact: impl Into<String>) -> Self {
        Self { artifact: artifact.into(), version: None, at: None }
    }
}
