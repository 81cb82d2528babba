use super::plan::{Plan, freeze_name};
use crate::error::{ErrorKind, Faults, Result, join};
use crate::input::input;
use crate::readiness::OnCall;
use crate::release::{AdvisorySeverity, Deprecation};
use crate::time::{TimeRange, Timestamp, zone};
use crate::version::Version;
use crate::wire::{self, PolicyText};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

input! {
    /// What the texts about a release say. Each template needs a part of it, and [`render`](super::render()) says what is missing.
    ///
    /// A list that is absent is not known; an empty list says that there is nothing: no known issues.
    ///
    /// ```
    /// use relcore::communication::MessageData;
    /// let data = MessageData::default().product("shop").known_issues(vec![]);
    /// assert_eq!((data.zone.as_str(), data.features), ("UTC", None));
    /// ```
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "communication.MessageData", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct MessageData {
        /// The IANA zone in which instants are shown. Default: `UTC`.
        pub zone: String,
        /// The name of the product.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub product: Option<String>,
        /// The version that is released.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub version: Option<Version>,
        /// The instant of the release.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub release_at: Option<Timestamp>,
        /// The address of the release notes.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub notes_link: Option<String>,
        /// What is new.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub features: Option<Vec<String>>,
        /// What is improved.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub improvements: Option<Vec<String>>,
        /// What is fixed.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub fixes: Option<Vec<String>>,
        /// What no longer works as before.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub breaking_changes: Option<Vec<String>>,
        /// The steps of the upgrade.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub upgrade_steps: Option<Vec<String>>,
        /// What will be removed.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub deprecations: Option<Vec<Deprecation>>,
        /// What is known not to work.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub known_issues: Option<Vec<String>>,
        /// When no more features go in.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub feature_freeze_at: Option<Timestamp>,
        /// When nothing but urgent fixes goes in.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub code_freeze_at: Option<Timestamp>,
        /// What is tested when.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub testing_schedule: Option<Vec<String>>,
        /// Who is on call, as [`readiness.on_call`](crate::readiness::on_call()) returns it.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub on_call: Option<Vec<OnCall>>,
        /// The plan of the tests: an address, or what it says.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub test_plan: Option<String>,
        /// What is tested.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub test_scope: Option<Vec<String>>,
        /// The suite of the regression tests.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub regression_suite: Option<String>,
        /// The benchmarks and their limits.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub performance_benchmarks: Option<Vec<String>>,
        /// What QA needs to sign off.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub sign_off: Option<Vec<String>>,
        /// The window of the deployment.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub deployment_window: Option<TimeRange>,
        /// What changed in the runbooks.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub runbook_updates: Option<Vec<String>>,
        /// What is watched.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub monitoring: Option<Vec<String>>,
        /// How the release is taken back.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub rollback_steps: Option<Vec<String>>,
        /// What happens when.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub timeline: Option<Vec<String>>,
        /// The features that matter most.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub key_features: Option<Vec<String>>,
        /// What customers notice.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub customer_impact: Option<String>,
        /// What has to be true for a go.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub go_criteria: Option<Vec<String>>,
        /// What customers will ask.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub questions: Option<Vec<Question>>,
        /// What to try when something does not work.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub troubleshooting: Option<Vec<String>>,
        /// What support reads and sends: help articles, migration guides, API documentation, tutorials.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub support_documents: Option<Vec<String>>,
        /// Whom support calls in engineering: a role or a channel.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub engineering_contact: Option<String>,
        /// What each severity means and how soon it is answered.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub severities: Option<Vec<String>>,
        /// How the release went: `completed`, `halted at 25 %`.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub status: Option<String>,
        /// The metrics of the release.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub metrics: Option<Vec<String>>,
        /// What comes next.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub next_steps: Option<Vec<String>>,
        /// The ids of the vulnerabilities: `CVE-2026-12345`.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub vulnerabilities: Option<Vec<String>>,
        /// The highest severity of them.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub advisory_severity: Option<AdvisorySeverity>,
        /// What an attacker can do.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub vulnerability_impact: Option<String>,
        /// The versions that are affected: `>= 1.2.0, < 1.4.2`.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub affected_versions: Option<String>,
        /// What helps those who cannot upgrade.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub workarounds: Option<Vec<String>>,
        /// Whatever own templates need, by name: `extra.campaign`. Default: nothing.
        pub extra: BTreeMap<String, String>,
    }
}

impl Default for MessageData {
    fn default() -> Self {
        Self {
            zone: "UTC".to_owned(),
            product: None,
            version: None,
            release_at: None,
            notes_link: None,
            features: None,
            improvements: None,
            fixes: None,
            breaking_changes: None,
            upgrade_steps: None,
            deprecations: None,
            known_issues: None,
            feature_freeze_at: None,
            code_freeze_at: None,
            testing_schedule: None,
            on_call: None,
            test_plan: None,
            test_scope: None,
            regression_suite: None,
            performance_benchmarks: None,
            sign_off: None,
            deployment_window: None,
            runbook_updates: None,
            monitoring: None,
            rollback_steps: None,
            timeline: None,
            key_features: None,
            customer_impact: None,
            go_criteria: None,
            questions: None,
            troubleshooting: None,
            support_documents: None,
            engineering_contact: None,
            severities: None,
            status: None,
            metrics: None,
            next_steps: None,
            vulnerabilities: None,
            advisory_severity: None,
            vulnerability_impact: None,
            affected_versions: None,
            workarounds: None,
            extra: BTreeMap::new(),
        }
    }
}

input! {
    /// A question of customers and its answer.
    ///
    /// ```
    /// let question = relcore::communication::Question::new("Is there a downtime?", "No.");
    /// assert_eq!(question.answer, "No.");
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "communication.Question", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Question {
        /// The question.
        pub question: String,
        /// The answer.
        pub answer: String,
    }
}

impl Question {
    /// A question and its answer.
    #[must_use]
    pub fn new(question: impl Into<String>, answer: impl Into<String>) -> Self {
        Self { question: question.into(), answer: answer.into() }
    }
}

/// Nothing is known yet.
#[must_use]
pub fn default_data() -> MessageData {
    MessageData::default()
}

/// Reads the data of messages from JSON text. A key that is left out is not known.
///
/// ```
/// let data = relcore::communication::data_from_json(r#"{"product": "shop", "features": ["gift cards"]}"#)?;
/// assert_eq!(data.features.map(|features| features.len()), Some(1));
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `syntax`, `unknown_field`, `wrong_type`, `unknown_zone` for `Berlin`, `invalid_value` for a window that ends
/// before it starts.
pub fn data_from_json(text: &str) -> Result<MessageData> {
    wire::policy_from_json(text)
}

/// Reads the data of messages from YAML text. A key that is left out is not known.
///
/// # Errors
/// As [`data_from_json`], with the line and the column of each fault.
#[cfg(feature = "yaml")]
pub fn data_from_yaml(text: &str) -> Result<MessageData> {
    wire::policy_from_yaml(text)
}

impl PolicyText for MessageData {
    const TYPE: &'static str = "communication.MessageData";

    fn check(&self, path: &str, faults: &mut Faults) {
        faults.absorb(zone(&self.zone, &join(path, "zone")));
        if let Some(window) = &self.deployment_window {
            faults.check(
                window.start <= window.end,
                ErrorKind::InvalidValue,
                format_args!("{}", join(path, "deploymentWindow.end")),
                format_args!("`{}` is before `{}`, the start", window.end, window.start),
            );
        }
    }
}

/// Returns what a plan knows for the texts: the instant of the release, the zone, and when the freezes begin.
///
/// ```
/// use relcore::communication::{Policy, data_of_plan, plan};
/// use relcore::release::{Type, profile};
/// let release_at = relcore::Timestamp::parse("2026-12-10T14:00:00Z")?;
/// let plan = plan(&profile(&Type::FeatureMinor, None)?, release_at, &Policy::default())?;
/// let data = data_of_plan(&plan).product("shop");
/// assert_eq!(data.code_freeze_at, Some(relcore::Timestamp::parse("2026-12-08T09:00:00Z")?));
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// Pitfall: it looks for the freezes `feature_freeze` and `code_freeze`. Freezes of other names are for own templates.
#[must_use]
pub fn data_of_plan(plan: &Plan) -> MessageData {
    let start = |id: &str| {
        let name = freeze_name(id, plan.release_date);
        let window = plan.freezes.iter().find(|window| window.name == name)?;
        match &window.schedule {
            crate::window::Schedule::Once { start, .. } => Some(*start),
            _ => None,
        }
    };
    MessageData {
        zone: plan.zone.clone(),
        release_at: Some(plan.release_at),
        feature_freeze_at: start("feature_freeze"),
        code_freeze_at: start("code_freeze"),
        ..MessageData::default()
    }
}
