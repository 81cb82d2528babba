use super::chain::ChainVerdict;
use crate::input::input;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

input! {
    /// What is known about a release: who approved it, what it changed, when and why it was deployed, how it was tested.
    ///
    /// Every field may be absent; an absent one is missing evidence. A list of things that may not have happened (incidents,
    /// breaches) tells "nobody looked" (absent) from "none" (empty).
    ///
    /// ```
    /// let record = relcore::audit::ReleaseRecord::default().author("sam").reason("faster checkout");
    /// assert!(record.incidents.is_none());
    /// ```
    #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "audit.ReleaseRecord", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct ReleaseRecord {
        /// The version.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub version: Option<String>,
        /// The change request, ticket or pull request.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub change_ref: Option<String>,
        /// What changed.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub description: Option<String>,
        /// Why.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub reason: Option<String>,
        /// Who made the change.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub author: Option<String>,
        /// Who approved it, and when.
        pub approvals: Vec<Approval>,
        /// Whether it was an emergency change, which may be reviewed after its deployment. Default: no.
        pub emergency: bool,
        /// The instant of the review of an emergency change.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub reviewed_at: Option<Timestamp>,
        /// The instant of the deployment to production.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub deployed_at: Option<Timestamp>,
        /// Who deployed it, a person or a system.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub deployed_by: Option<String>,
        /// The environments that it went through.
        pub environments: Vec<EnvironmentStage>,
        /// The digest of what was deployed.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub artifact_digest: Option<String>,
        /// How it was built: a run of the build, or its provenance.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub build_ref: Option<String>,
        /// The results of the tests.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub test_results: Option<String>,
        /// The validation of the system for its use.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub validation_ref: Option<String>,
        /// The results of the security tests.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub security_assessment: Option<String>,
        /// The impact of the change on security.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub security_impact: Option<String>,
        /// The evaluation of security after the change.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub security_evaluation_ref: Option<String>,
        /// The assessment of the impact.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub impact_assessment: Option<String>,
        /// The rollback plan.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub rollback_plan: Option<String>,
        /// The announcements inside and outside.
        pub announcements: Vec<String>,
        /// The incidents that the release caused; an empty list if there were none.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub incidents: Option<Vec<IncidentRecord>>,
        /// The known issues of the version; an empty list if there are none.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub known_issues: Option<Vec<KnownIssue>>,
        /// Whether the change processes personal data.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub processes_personal_data: Option<bool>,
        /// Whether the processing of personal data is new or of high risk. Absent counts as yes.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub high_risk_processing: Option<bool>,
        /// The data protection impact assessment.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub dpia_ref: Option<String>,
        /// The breaches of personal data; an empty list if there were none.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub breaches: Option<Vec<Breach>>,
        /// The vulnerabilities of the product that are exploited; an empty list if there are none.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub exploited_vulnerabilities: Option<Vec<ExploitedVulnerability>>,
        /// The verdict of [`verify_chain`](super::verify_chain) on the audit log.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub audit_log: Option<ChainVerdict>,
        /// The instant until which this record is kept.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub retain_until: Option<Timestamp>,
    }
}

input! {
    /// An approval of a release.
    ///
    /// ```
    /// use relcore::{Timestamp, audit::Approval};
    /// let approval = Approval::new("kim", Timestamp::parse("2026-11-23T09:00:00Z")?).meaning("reviewed");
    /// assert_eq!(approval.by, "kim");
    /// # Ok::<(), relcore::Error>(())
    /// ```
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "audit.Approval", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Approval {
        /// Who approved: the account, as for the author.
        pub by: String,
        /// The instant of the approval.
        pub at: Timestamp,
        /// The printed name of the person.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
        /// The meaning of the signature: review, approval, responsibility.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub meaning: Option<String>,
        /// The digest of what was approved; that of the artifact.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub approved_digest: Option<String>,
    }
}

impl Approval {
    /// An approval by somebody at an instant.
    #[must_use]
    pub fn new(by: impl Into<String>, at: Timestamp) -> Self {
        Self { by: by.into(), at, name: None, meaning: None, approved_digest: None }
    }
}

input! {
    /// An environment that a release went through.
    ///
    /// ```
    /// use relcore::{Timestamp, audit::EnvironmentStage};
    /// let stage = EnvironmentStage::new("staging", Timestamp::parse("2026-11-22T09:00:00Z")?);
    /// assert_eq!(stage.environment, "staging");
    /// # Ok::<(), relcore::Error>(())
    /// ```
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "audit.EnvironmentStage", rename_all = "camelCase", deny_unknown_fields)]
    pub struct EnvironmentStage {
        /// The environment.
        pub environment: String,
        /// The instant of the deployment to it.
        pub deployed_at: Timestamp,
    }
}

impl EnvironmentStage {
    /// A deployment to an environment at an instant.
    #[must_use]
    pub fn new(environment: impl Into<String>, deployed_at: Timestamp) -> Self {
        Self { environment: environment.into(), deployed_at }
    }
}

input! {
    /// An incident that a release caused.
    ///
    /// ```
    /// let incident = relcore::audit::IncidentRecord::new("INC-7").timeline("https://example.com/INC-7");
    /// assert!(incident.post_mortem_ref.is_none());
    /// ```
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "audit.IncidentRecord", rename_all = "camelCase", deny_unknown_fields)]
    pub struct IncidentRecord {
        /// Its identifier.
        pub id: String,
        /// Its timeline.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub timeline: Option<String>,
        /// Its post-mortem.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub post_mortem_ref: Option<String>,
        /// What was learned from it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub lessons_learned: Option<String>,
    }
}

impl IncidentRecord {
    /// An incident with its identifier.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), timeline: None, post_mortem_ref: None, lessons_learned: None }
    }
}

input! {
    /// A known issue of a version.
    ///
    /// ```
    /// let issue = relcore::audit::KnownIssue::new("BUG-9").evaluation("a wrong colour, no risk");
    /// assert_eq!(issue.id, "BUG-9");
    /// ```
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "audit.KnownIssue", rename_all = "camelCase", deny_unknown_fields)]
    pub struct KnownIssue {
        /// Its identifier.
        pub id: String,
        /// The evaluation of its risk.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub evaluation: Option<String>,
    }
}

impl KnownIssue {
    /// A known issue with its identifier.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), evaluation: None }
    }
}

input! {
    /// A breach of personal data.
    ///
    /// ```
    /// use relcore::{Timestamp, audit::Breach};
    /// let breach = Breach::new("BR-1", Timestamp::parse("2026-11-23T09:00:00Z")?);
    /// assert!(breach.notified_at.is_none());
    /// # Ok::<(), relcore::Error>(())
    /// ```
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "audit.Breach", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Breach {
        /// Its identifier.
        pub id: String,
        /// The instant at which the controller became aware of it.
        pub aware_at: Timestamp,
        /// The instant at which the authority was notified.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub notified_at: Option<Timestamp>,
    }
}

impl Breach {
    /// A breach of which the controller became aware at an instant.
    #[must_use]
    pub fn new(id: impl Into<String>, aware_at: Timestamp) -> Self {
        Self { id: id.into(), aware_at, notified_at: None }
    }
}

input! {
    /// A vulnerability that is actively exploited.
    ///
    /// ```
    /// use relcore::{Timestamp, audit::ExploitedVulnerability};
    /// let found = ExploitedVulnerability::new("CVE-2026-1", Timestamp::parse("2026-11-23T09:00:00Z")?);
    /// assert!(found.early_warning_at.is_none());
    /// # Ok::<(), relcore::Error>(())
    /// ```
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "audit.ExploitedVulnerability", rename_all = "camelCase", deny_unknown_fields)]
    pub struct ExploitedVulnerability {
        /// Its identifier.
        pub id: String,
        /// The instant at which the manufacturer became aware of it.
        pub aware_at: Timestamp,
        /// The instant of the early warning.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub early_warning_at: Option<Timestamp>,
        /// The instant of the notification.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub notified_at: Option<Timestamp>,
        /// The instant at which a fix was available.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub fixed_at: Option<Timestamp>,
        /// The instant of the final report.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub final_report_at: Option<Timestamp>,
    }
}

impl ExploitedVulnerability {
    /// A vulnerability of which the manufacturer became aware at an instant.
    #[must_use]
    pub fn new(id: impl Into<String>, aware_at: Timestamp) -> Self {
        Self {
            id: id.into(),
            aware_at,
            early_warning_at: None,
            notified_at: None,
            fixed_at: None,
            final_report_at: None,
        }
    }
}
