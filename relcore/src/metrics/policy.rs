use super::choice::*;
use super::event::{DeploymentIntent, DeploymentOutcome, production};
use super::quality::QualityPolicy;
use super::security::SecurityPolicy;
use super::working_time::WorkingTime;
use crate::error::{ErrorKind, Faults, Result, join};
use crate::input::input;
use crate::time::{BucketUnit, Span, Weekday};
use crate::wire::{self, PolicyText};
use serde::{Deserialize, Serialize};

input! {
    /// Every choice behind the delivery metrics.
    ///
    /// Two tools that disagree about a metric nearly always disagree about one of these. The default follows the
    /// definitions of <https://dora.dev/guides/dora-metrics/>; where those leave a choice, the field's docs say what was
    /// chosen and why. Every field may be left out.
    ///
    /// ```
    /// use relcore::metrics::{LeadStart, Policy, policy_from_yaml};
    /// let policy = policy_from_yaml("{leadStart: committed, countMerges: false}")?;
    /// assert_eq!(policy, Policy::default().lead_start(LeadStart::Committed).count_merges(false));
    /// // Pitfall: a misspelt key is refused, not taken for the default.
    /// assert_eq!(policy_from_yaml("leadstart: committed").unwrap_err().code(), "unknown_field");
    /// # Ok::<(), relcore::Error>(())
    /// ```
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "metrics.Policy", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct Policy {
        /// The environments whose deployments and incidents count; `production` alone, as DORA defines. `*` stands for all.
        pub environments: Vec<String>,
        /// Intents whose deployments do not count for frequency and rates, such as `redeploy`. None by default: DORA
        /// counts deployments, whatever they are for. They still deliver changes and repair failures.
        pub uncounted_intents: Vec<DeploymentIntent>,
        /// The period of the frequency; one day by default. The mean over the whole range is taken, days without a
        /// deployment included, and nothing is rounded.
        pub frequency_per: Span,
        /// When the lead time of a change begins; `authored` by default, as in DORA's "committed to version control",
        /// which a rebase must not shorten.
        pub lead_start: LeadStart,
        /// The unit that has a lead time; `change` by default.
        pub lead_unit: LeadUnit,
        /// Whether merge commits have lead times; true by default: they are changes, too. Datadog drops them.
        pub count_merges: bool,
        /// How the first deployment counts for lead times; `exclude` by default. Tools that include it report medians of
        /// months (apache/incubator-devlake #7193, #8790).
        pub seed: SeedRule,
        /// Where the changes of unsuccessful deployments go; `carry_forward` by default, as in metrik: they reach
        /// production with the next one.
        pub undelivered: UndeliveredChanges,
        /// How negative lead and recovery times are treated; `drop` by default: clocks differ, and a mean must not hide that.
        pub negative_spans: NegativeSpans,
        /// Which deployments the rates are shares of; `successful` by default: one that never ran changed nothing.
        pub denominator: RateDenominator,
        /// The signals that a deployment failed; by default all but `outcome`, because a failed pipeline run is no failure
        /// in production. A deployment counts once, however many signals and incidents point at it.
        pub failure_signals: Vec<FailureSignal>,
        /// The signals that a deployment is rework; all by default.
        pub rework_signals: Vec<ReworkSignal>,
        /// The rules that link an incident to the deployment that caused it; the first that finds one wins. `caused_by`, then `latest_before` by
        /// default. An incident whose `caused_by` is not in the input is left out and never linked by time.
        pub incident_links: Vec<IncidentLink>,
        /// How old a deployment may be for `latest_before`; 7 days by default. Other tools have no limit and link an incident
        /// to a deployment of months ago; for no limit set `P36500D`.
        pub link_max_age: Span,
        /// Whether `latest_before` links an incident to a deployment that finished in the same instant; true by default:
        /// a deployment is responsible for the half-open time until the next one. DevLake requires it to be strictly before.
        pub link_same_instant: bool,
        /// When recovery begins; `deployment_finished` by default: users suffer before anybody notices.
        pub recovery_start: RecoveryStart,
        /// When recovery ends; `incident_else_remedy` by default.
        pub recovery_end: RecoveryEnd,
        /// Which of several incidents ends the recovery; `last` by default.
        pub several_incidents: SeveralIncidents,
        /// What a failed deployment that has not recovered counts; `exclude` by default, with its number stated.
        pub open_recoveries: OpenRecoveries,
        /// By which instant a recovery belongs to a window; `failure` by default, so that a window's recoveries are those
        /// of its failures, and asking for another window changes none of them.
        pub recovery_membership: RecoveryMembership,
        /// How quantiles are read; `linear` by default.
        pub quantile: QuantileRule,
        /// Which number summarises lead and recovery times; `median` by default, as DORA does.
        pub summary: DurationSummary,
        /// The first day of weekly buckets; Monday by default (ISO 8601).
        pub week_start: Weekday,
        /// The level of the confidence intervals, as a share; 0.95 by default.
        pub confidence_level: f64,
        /// With fewer items than this an estimate is marked `lowN`; 6 by default: with five, no interval of 95 % around a
        /// median exists that assumes nothing about the distribution.
        pub low_n: u32,
        /// How a change or a revision that comes again after it was taken back counts; `exclude` by default: who brings it back
        /// has repaired it, and the deployment that had taken it back did not fail.
        #[serde(skip_serializing_if = "crate::wire::is_default")]
        #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "crate::wire::never"))]
        pub relands: RelandRule,
        /// What a deployment of the outcome `partial` is; `failed` by default: new code runs, and not everywhere.
        #[serde(skip_serializing_if = "crate::wire::is_default")]
        #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "crate::wire::never"))]
        pub partial_deployments: PartialDeployments,
        /// Where else the lead time of a change begins if the instant of `lead_start` is unknown: the first that is
        /// known. None by default. `fallbacks` of the estimate counts the changes.
        #[serde(skip_serializing_if = "crate::wire::is_default")]
        #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "crate::wire::never"))]
        pub lead_start_fallbacks: Vec<LeadStart>,
        /// The shortest lead time that counts; shorter ones are left out and counted. Zero by default. Four Keys
        /// leaves out what took less than a minute.
        #[serde(skip_serializing_if = "crate::wire::is_default")]
        #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "crate::wire::never"))]
        pub shortest_lead: Span,
        /// How a change counts that was delivered before; `exclude` by default.
        #[serde(skip_serializing_if = "crate::wire::is_default")]
        #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "crate::wire::never"))]
        pub redelivery: Redelivery,
        /// To what lead times are rounded; `exact` by default. DevLake rounds up to minutes.
        #[serde(skip_serializing_if = "crate::wire::is_default")]
        #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "crate::wire::never"))]
        pub lead_rounding: SpanRounding,
        /// To what recovery times are rounded; `exact` by default.
        #[serde(skip_serializing_if = "crate::wire::is_default")]
        #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "crate::wire::never"))]
        pub recovery_rounding: SpanRounding,
        /// Which rows are one deployment; `row` by default.
        #[serde(skip_serializing_if = "crate::wire::is_default")]
        #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "crate::wire::never"))]
        pub identity: DeploymentIdentity,
        /// Which outcomes are failures; `failure`, `error` and `timeout` by default. Other outcomes than these,
        /// `success` and `partial` say that a deployment was not carried out: it counts nowhere.
        #[serde(skip_serializing_if = "usual_outcomes")]
        #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "crate::wire::never"))]
        pub failed_outcomes: Vec<DeploymentOutcome>,
        /// What the fail rate counts; `failed_deployments` by default. With `incidents`, as in GitLab, it can exceed
        /// 1.
        #[serde(skip_serializing_if = "crate::wire::is_default")]
        #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "crate::wire::never"))]
        pub rate_numerator: RateNumerator,
        /// Among which deployments an incident is linked by time or revision; `service` by default. DevLake looks at
        /// the whole project.
        #[serde(skip_serializing_if = "crate::wire::is_default")]
        #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "crate::wire::never"))]
        pub link_scope: LinkScope,
        /// What has a recovery time; `deployment` by default.
        #[serde(skip_serializing_if = "crate::wire::is_default")]
        #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "crate::wire::never"))]
        pub recovery_unit: RecoveryUnit,
        /// How the frequency is computed; `mean` by default.
        #[serde(skip_serializing_if = "crate::wire::is_default")]
        #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "crate::wire::never"))]
        pub frequency_rule: FrequencyRule,
        /// The periods of the frequency rules `median` and `median_days`; `week` by default.
        #[serde(skip_serializing_if = "is_week")]
        #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "crate::wire::never"))]
        pub frequency_unit: BucketUnit,
        /// Whether buckets that reach beyond the range are listed; `keep` by default.
        #[serde(skip_serializing_if = "crate::wire::is_default")]
        #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "crate::wire::never"))]
        pub partial_buckets: PartialBuckets,
        /// Which days and hours count in lead and recovery times; left out by default: all do, as in DORA, since
        /// users wait at weekends, too.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub working_time: Option<WorkingTime>,
        /// Which incidents are critical, and how soon they should be over.
        #[serde(skip_serializing_if = "crate::wire::is_default")]
        #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "crate::wire::never"))]
        pub critical: CriticalIncidents,
        /// How bugs count.
        #[serde(skip_serializing_if = "crate::wire::is_default")]
        #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "crate::wire::never"))]
        pub quality: QualityPolicy,
        /// How vulnerabilities and scans count.
        #[serde(skip_serializing_if = "crate::wire::is_default")]
        #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "crate::wire::never"))]
        pub security: SecurityPolicy,
    }
}

impl Default for Policy {
    fn default() -> Self {
        use FailureSignal as Failed;
        use ReworkSignal as Rework;
        Self {
            environments: vec![production()],
            uncounted_intents: vec![],
            frequency_per: Span::from_days(1),
            lead_start: LeadStart::Authored,
            lead_unit: LeadUnit::Change,
            count_merges: true,
            seed: SeedRule::Exclude,
            undelivered: UndeliveredChanges::CarryForward,
            negative_spans: NegativeSpans::Drop,
            denominator: RateDenominator::Successful,
            failure_signals: vec![
                Failed::Incident,
                Failed::Remediation,
                Failed::Revert,
                Failed::Rollback,
                Failed::Hotfix,
                Failed::RevisionReturned,
            ],
            rework_signals: vec![
                Rework::Hotfix,
                Rework::Rollback,
                Rework::Remediation,
                Rework::Revert,
                Rework::RevisionReturned,
            ],
            incident_links: vec![IncidentLink::CausedBy, IncidentLink::LatestBefore],
            link_max_age: Span::from_days(7),
            link_same_instant: true,
            recovery_start: RecoveryStart::DeploymentFinished,
            recovery_end: RecoveryEnd::IncidentElseRemedy,
            several_incidents: SeveralIncidents::Last,
            open_recoveries: OpenRecoveries::Exclude,
            recovery_membership: RecoveryMembership::Failure,
            quantile: QuantileRule::Linear,
            summary: DurationSummary::Median,
            week_start: Weekday::Monday,
            confidence_level: 0.95,
            low_n: 6,
            relands: RelandRule::Exclude,
            partial_deployments: PartialDeployments::Failed,
            lead_start_fallbacks: vec![],
            shortest_lead: Span::ZERO,
            redelivery: Redelivery::Exclude,
            lead_rounding: SpanRounding::Exact,
            recovery_rounding: SpanRounding::Exact,
            identity: DeploymentIdentity::Row,
            failed_outcomes: FAILED_OUTCOMES.to_vec(),
            rate_numerator: RateNumerator::FailedDeployments,
            link_scope: LinkScope::Service,
            recovery_unit: RecoveryUnit::Deployment,
            frequency_rule: FrequencyRule::Mean,
            frequency_unit: BucketUnit::Week,
            partial_buckets: PartialBuckets::Keep,
            working_time: None,
            critical: CriticalIncidents::default(),
            quality: QualityPolicy::default(),
            security: SecurityPolicy::default(),
        }
    }
}

input! {
    /// Which incidents are critical, and how soon they should be over.
    ///
    /// ```
    /// use relcore::metrics::CriticalIncidents;
    /// let critical = CriticalIncidents::default().services(["checkout"]);
    /// assert_eq!(critical.restore_target.to_string(), "PT1H");
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "metrics.CriticalIncidents", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct CriticalIncidents {
        /// Their severities, in any case of letters; `critical`, `sev1`, `sev-1`, `p1` and `p0` by default.
        pub severities: Vec<String>,
        /// The critical services, all of whose incidents are critical; none by default.
        pub services: Vec<String>,
        /// How soon one should be over; 1 hour by default.
        pub restore_target: Span,
    }
}

impl Default for CriticalIncidents {
    fn default() -> Self {
        Self {
            severities: ["critical", "sev1", "sev-1", "p1", "p0"].map(str::to_owned).to_vec(),
            services: vec![],
            restore_target: Span::from_hours(1),
        }
    }
}

const FAILED_OUTCOMES: [DeploymentOutcome; 3] =
    [DeploymentOutcome::Failure, DeploymentOutcome::Error, DeploymentOutcome::Timeout];

// Whether a later field has its default and is not written, so that digests of policies without it stay.

fn usual_outcomes(outcomes: &[DeploymentOutcome]) -> bool {
    outcomes == FAILED_OUTCOMES
}

fn is_week(unit: &BucketUnit) -> bool {
    *unit == BucketUnit::Week
}

impl Policy {
    /// Whether a deployment of the outcome was carried out, well or not.
    pub(super) fn is_finished(&self, outcome: DeploymentOutcome) -> bool {
        matches!(outcome, DeploymentOutcome::Success | DeploymentOutcome::Partial)
            || self.failed_outcomes.contains(&outcome)
    }

    /// Whether the policy counts all environments.
    pub(super) fn counts_all_environments(&self) -> bool {
        self.counts_environment(ALL_ENVIRONMENTS)
    }

    /// Whether the policy counts an environment.
    pub(super) fn counts_environment(&self, name: &str) -> bool {
        self.environments.iter().any(|own| own == name || own == ALL_ENVIRONMENTS)
    }
}

/// The name that stands for every environment.
pub(super) const ALL_ENVIRONMENTS: &str = "*";

/// The policy that follows DORA's definitions: every field at its default.
///
/// ```
/// use relcore::metrics::{QuantileRule, SeedRule, default_policy};
/// let policy = default_policy();
/// assert_eq!((policy.seed, policy.quantile), (SeedRule::Exclude, QuantileRule::Linear));
/// ```
#[must_use]
pub fn default_policy() -> Policy {
    Policy::default()
}

/// Reads a policy from JSON text; `{}` is the default policy.
///
/// ```
/// use relcore::metrics::policy_from_json;
/// let policy = policy_from_json(r#"{"environments": ["production", "production-eu"], "linkMaxAge": "2 days"}"#)?;
/// assert_eq!(policy.environments.len(), 2);
/// // Every fault at once:
/// let error = policy_from_json(r#"{"environments": [], "confidenceLevel": 95}"#).unwrap_err();
/// assert_eq!(error.faults().len(), 2);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `syntax` for what is not JSON; `unknown_field` for `{"leadstart": "authored"}`; `invalid_value` for
/// `{"leadStart": "opened"}`; and what [`dora`](super::dora) refuses in a policy.
pub fn policy_from_json(text: &str) -> Result<Policy> {
    wire::policy_from_json(text)
}

/// Reads a policy from YAML text; `{}` is the default policy.
///
/// # Errors
/// As [`policy_from_json`], with the line and the column of each fault.
#[cfg(feature = "yaml")]
pub fn policy_from_yaml(text: &str) -> Result<Policy> {
    wire::policy_from_yaml(text)
}

impl PolicyText for Policy {
    const TYPE: &'static str = "metrics.Policy";

    fn check(&self, path: &str, faults: &mut Faults) {
        let mut check = |holds, field, text| {
            let path = join(path, field);
            faults.check(holds, ErrorKind::InvalidValue, format_args!("{path}"), format_args!("{text}"));
        };
        check(!self.environments.is_empty(), "environments", "is empty: expected at least one environment");
        check(self.frequency_per > Span::ZERO, "frequencyPer", "must be longer than nothing");
        check(
            !self.failure_signals.is_empty(),
            "failureSignals",
            "is empty: without a signal nothing ever fails",
        );
        check(
            !self.failure_signals.contains(&FailureSignal::Outcome) || self.denominator.has_failed(),
            "failureSignals",
            "`outcome` needs the denominator `finished`: a rate is a share of what it counts",
        );
        check(
            !self.rework_signals.is_empty(),
            "reworkSignals",
            "is empty: without a signal nothing is rework",
        );
        check(
            !self.incident_links.is_empty() || !self.failure_signals.contains(&FailureSignal::Incident),
            "incidentLinks",
            "is empty, but `failureSignals` has `incident`: expected at least one way to link",
        );
        check(!self.link_max_age.is_negative(), "linkMaxAge", "must not be negative");
        check(!self.shortest_lead.is_negative(), "shortestLead", "must not be negative");
        check(!self.quality.maturation.is_negative(), "quality.maturation", "must not be negative");
        check(!self.security.scan_max_age.is_negative(), "security.scanMaxAge", "must not be negative");
        check(
            !self.security.patch_targets.values().any(|target| target.is_negative()),
            "security.patchTargets",
            "must not be negative",
        );
        check(!self.critical.restore_target.is_negative(), "critical.restoreTarget", "must not be negative");
        check(
            !self
                .failed_outcomes
                .iter()
                .any(|outcome| matches!(outcome, DeploymentOutcome::Success | DeploymentOutcome::Partial)),
            "failedOutcomes",
            "must not have `success` or `partial`: `partialDeployments` says what these are",
        );
        check(
            self.confidence_level > 0.0 && self.confidence_level < 1.0,
            "confidenceLevel",
            "must lie between 0 and 1, both excluded",
        );
        if let Some(working_time) = &self.working_time {
            working_time.check(&join(path, "workingTime"), faults);
        }
    }
}
