use super::candidate::{check_name, check_past};
use super::gates::Gates;
use crate::error::{ErrorKind, Faults, quoted};
use crate::input::input;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

input! {
    /// What is known about a candidate: facts, approvals, waivers and the go/no-go meeting.
    ///
    /// Evidence about other artifacts may be in it. It does not count, and a reason says so.
    #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "readiness.CandidateEvidence", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct CandidateEvidence {
        /// The facts. Of several with one id, the latest counts.
        pub facts: Vec<Fact>,
        /// The approvals and refusals. Of several by one person in one role, the latest counts.
        pub approvals: Vec<Approval>,
        /// The exceptions that somebody made.
        pub waivers: Vec<Waiver>,
        /// The go/no-go meeting. Absent: unknown.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub meeting: Option<Meeting>,
    }
}

input! {
    /// A fact about an artifact: the result of a check, or a number.
    ///
    /// ```
    /// use relcore::readiness::Fact;
    /// let at = relcore::Timestamp::parse("2026-11-23T09:00:00Z")?;
    /// let artifact = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    /// let passed = Fact::new("tests_passing", artifact, at).holds(true);
    /// let coverage = Fact::new("line_coverage", artifact, at).value(0.83);
    /// assert_eq!((passed.value, coverage.holds), (None, None));
    /// # Ok::<(), relcore::Error>(())
    /// ```
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "readiness.Fact", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Fact {
        /// The id of the gate that it is for.
        pub id: String,
        /// The digest of the artifact that was looked at.
        pub artifact: String,
        /// When it was found out.
        pub at: Timestamp,
        /// Whether it holds, for a gate `fact` or `trigger`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub holds: Option<bool>,
        /// The number, for a gate `threshold`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub value: Option<f64>,
        /// The message of a check that did not run to its end. The fact is then unknown.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub error: Option<String>,
    }
}

impl Fact {
    /// A fact whose content is to be added.
    #[must_use]
    pub fn new(id: impl Into<String>, artifact: impl Into<String>, at: Timestamp) -> Self {
        Self { id: id.into(), artifact: artifact.into(), at, holds: None, value: None, error: None }
    }
}

input! {
    /// The approval or refusal of an artifact by a person in a role.
    ///
    /// ```
    /// use relcore::readiness::{Approval, Vote};
    /// let at = relcore::Timestamp::parse("2026-11-23T09:00:00Z")?;
    /// let artifact = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    /// let approval = Approval::new("kim", "qa_lead", artifact, at);
    /// assert_eq!(approval.vote, Vote::Go);
    /// # Ok::<(), relcore::Error>(())
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "readiness.Approval", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Approval {
        /// Who. Upper and lower case are one person.
        pub by: String,
        /// In which role.
        pub role: String,
        /// The digest of the artifact that was approved.
        pub artifact: String,
        /// When.
        pub at: Timestamp,
        /// For or against it. Default: for it.
        #[serde(default)]
        pub vote: Vote,
        /// Since when it does not count any more: withdrawn, or dismissed by a platform.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub withdrawn_at: Option<Timestamp>,
    }
}

impl Approval {
    /// An approval in a role.
    #[must_use]
    pub fn new(
        by: impl Into<String>,
        role: impl Into<String>,
        artifact: impl Into<String>,
        at: Timestamp,
    ) -> Self {
        let (by, role, artifact) = (by.into(), role.into(), artifact.into());
        Self { by, role, artifact, at, vote: Vote::Go, withdrawn_at: None }
    }
}

/// For or against a release.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "readiness.Vote", rename_all = "snake_case")]
pub enum Vote {
    /// For it: an approval.
    #[default]
    Go,
    /// Against it.
    NoGo,
}

input! {
    /// The decision of a person that an artifact may be released although a gate is not passed.
    ///
    /// ```
    /// use relcore::readiness::Waiver;
    /// let at = relcore::Timestamp::parse("2026-11-23T09:00:00Z")?;
    /// let until = relcore::Timestamp::parse("2026-11-24T09:00:00Z")?;
    /// let artifact = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    /// let waiver = Waiver::new("monitoring_ready", "kim", "the dashboard follows today", artifact, at, until);
    /// assert_eq!(waiver.gate, "monitoring_ready");
    /// # Ok::<(), relcore::Error>(())
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "readiness.Waiver", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Waiver {
        /// The id of the gate.
        pub gate: String,
        /// Who decided it.
        pub by: String,
        /// In which role, where the gates restrict the roles.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub role: Option<String>,
        /// Why.
        pub why: String,
        /// The digest of the artifact.
        pub artifact: String,
        /// When it was decided.
        pub at: Timestamp,
        /// The first instant at which it does not count any more.
        pub until: Timestamp,
    }
}

impl Waiver {
    /// A waiver by a person whose role is not stated.
    #[must_use]
    pub fn new(
        gate: impl Into<String>,
        by: impl Into<String>,
        why: impl Into<String>,
        artifact: impl Into<String>,
        at: Timestamp,
        until: Timestamp,
    ) -> Self {
        let (gate, by, why, artifact) = (gate.into(), by.into(), why.into(), artifact.into());
        Self { gate, by, role: None, why, artifact, at, until }
    }
}

input! {
    /// A go/no-go meeting about an artifact.
    ///
    /// ```
    /// use relcore::readiness::{Attendee, Meeting};
    /// let at = relcore::Timestamp::parse("2026-11-23T09:00:00Z")?;
    /// let artifact = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    /// let meeting = Meeting::new(artifact, at).attendees([Attendee::new("kim", "qa_lead")]);
    /// assert_eq!(meeting.attendees.len(), 1);
    /// # Ok::<(), relcore::Error>(())
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "readiness.Meeting", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Meeting {
        /// The digest of the artifact that was discussed.
        pub artifact: String,
        /// When.
        pub at: Timestamp,
        /// Who was there. Default: nobody.
        #[serde(default)]
        pub attendees: Vec<Attendee>,
    }
}

impl Meeting {
    /// A meeting without attendees.
    #[must_use]
    pub fn new(artifact: impl Into<String>, at: Timestamp) -> Self {
        Self { artifact: artifact.into(), at, attendees: Vec::new() }
    }
}

input! {
    /// A person at a meeting, in a role. Somebody with two roles is listed twice.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "readiness.Attendee", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Attendee {
        /// Who.
        pub by: String,
        /// In which role.
        pub role: String,
    }
}

impl Attendee {
    /// A person in a role.
    #[must_use]
    pub fn new(by: impl Into<String>, role: impl Into<String>) -> Self {
        Self { by: by.into(), role: role.into() }
    }
}

impl CandidateEvidence {
    pub(super) fn check(&self, path: &str, gates: &Gates, now: Timestamp, faults: &mut Faults) {
        for (index, fact) in self.facts.iter().enumerate() {
            let at = format_args!("{path}.facts[{index}]");
            check_name(&fact.id, format_args!("{at}.id"), faults);
            check_past(fact.at, format_args!("{at}.at"), now, faults);
            faults.check(
                fact.value.is_none_or(f64::is_finite),
                ErrorKind::OutOfRange,
                format_args!("{at}.value"),
                format_args!("is not a finite number"),
            );
        }
        for (index, approval) in self.approvals.iter().enumerate() {
            let at = format_args!("{path}.approvals[{index}]");
            check_name(&approval.by, format_args!("{at}.by"), faults);
            check_name(&approval.role, format_args!("{at}.role"), faults);
            check_past(approval.at, format_args!("{at}.at"), now, faults);
            if let Some(withdrawn) = approval.withdrawn_at {
                check_past(withdrawn, format_args!("{at}.withdrawnAt"), now, faults);
            }
        }
        for (index, waiver) in self.waivers.iter().enumerate() {
            let at = format_args!("{path}.waivers[{index}]");
            for (field, text) in [("gate", &waiver.gate), ("by", &waiver.by), ("why", &waiver.why)] {
                faults.check(
                    !text.trim().is_empty(),
                    ErrorKind::InvalidValue,
                    format_args!("{at}.{field}"),
                    format_args!("is empty: a waiver names its gate, who decided it and why"),
                );
            }
            faults.check(
                gates.gates.iter().any(|gate| gate.id == waiver.gate),
                ErrorKind::UnknownReference,
                format_args!("{at}.gate"),
                format_args!("{} is no gate", quoted(&waiver.gate)),
            );
            check_past(waiver.at, format_args!("{at}.at"), now, faults);
            faults.check(
                waiver.at < waiver.until,
                ErrorKind::InvalidValue,
                format_args!("{at}.until"),
                format_args!("`{}` is not after `{}`, when it was decided", waiver.until, waiver.at),
            );
        }
        if let Some(meeting) = &self.meeting {
            check_past(meeting.at, format_args!("{path}.meeting.at"), now, faults);
            for (index, attendee) in meeting.attendees.iter().enumerate() {
                let at = format_args!("{path}.meeting.attendees[{index}]");
                check_name(&attendee.by, format_args!("{at}.by"), faults);
                check_name(&attendee.role, format_args!("{at}.role"), faults);
            }
        }
    }
}
