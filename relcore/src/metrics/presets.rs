//! The policies of tools: every choice as each of them makes it.
//!
//! Sources: dora-team/fourkeys at 6cc642e (METRICS.md and its queries), apache/incubator-devlake at 420e494 (the dashboards
//! and plugins/dora), GitLab's documentation of the DORA metrics and `ee/app/models/dora`, Datadog's documentation
//! (content/en/dora_metrics), thoughtworks/metrik at def6a52, middlewarehq/middleware at 5471e35.
use super::choice::*;
use super::event::production;
use super::policy::{ALL_ENVIRONMENTS, Policy};
use crate::time::{BucketUnit, Span, Weekday};

/// As long as any history: no limit.
const NO_LIMIT: Span = Span::from_days(36_500);

/// The definitions of DORA since 2024: the default policy.
#[must_use]
pub fn dora_2024_policy() -> Policy {
    Policy::default()
}

/// The choices of Four Keys.
///
/// A change lasts from its commit to the deployment, and not at all if that took less than a minute. Incidents that
/// name the revision which caused them count themselves; each lasts from its report, or from the deployment if that was earlier, in
/// whole hours. Weeks begin on Sunday. All environments count. Its levels and its chart of deployments a day are not those of
/// DORA's reports.
///
/// ```
/// use relcore::metrics::{RateNumerator, fourkeys_policy};
/// assert_eq!(fourkeys_policy().rate_numerator, RateNumerator::LinkedIncidents);
/// ```
#[must_use]
pub fn fourkeys_policy() -> Policy {
    Policy {
        environments: vec![ALL_ENVIRONMENTS.to_owned()],
        lead_start: LeadStart::Committed,
        shortest_lead: Span::from_minutes(1),
        seed: SeedRule::Include,
        redelivery: Redelivery::Include,
        failure_signals: vec![FailureSignal::Incident],
        incident_links: vec![IncidentLink::CausedBy, IncidentLink::Revision],
        link_max_age: NO_LIMIT,
        rate_numerator: RateNumerator::LinkedIncidents,
        recovery_unit: RecoveryUnit::Incident,
        recovery_start: RecoveryStart::Earliest,
        recovery_end: RecoveryEnd::Incident,
        recovery_membership: RecoveryMembership::Detection,
        recovery_rounding: SpanRounding::HourDown,
        frequency_rule: FrequencyRule::MedianDays,
        week_start: Weekday::Sunday,
        ..Policy::default()
    }
}

/// The choices of DevLake's dashboard with the benchmarks of 2021: incidents last from their creation to their resolution.
#[must_use]
pub fn devlake_2021_policy() -> Policy {
    Policy {
        recovery_unit: RecoveryUnit::AnyIncident,
        recovery_start: RecoveryStart::IncidentDetected,
        recovery_membership: RecoveryMembership::Recovery,
        ..devlake_2023_policy()
    }
}

/// The choices of DevLake's dashboard with the benchmarks of 2023.
///
/// The commits of one pipeline are one deployment. An incident belongs to the latest deployment of the whole project that
/// finished before it, however old, and lasts from that deployment to its resolution, in whole minutes. Times are lower medians;
/// the frequency is the median number of days with a deployment in a week. A pull request's cycle time lasts from its first
/// commit, rounded up to minutes; DevLake adds its stages up without those that are negative, which no span does. It writes
/// `PRODUCTION`, which counts beside `production`.
///
/// ```
/// use relcore::metrics::{LinkScope, devlake_2023_policy};
/// assert_eq!(devlake_2023_policy().link_scope, LinkScope::Environment);
/// ```
#[must_use]
pub fn devlake_2023_policy() -> Policy {
    Policy {
        environments: vec![production(), "PRODUCTION".to_owned()],
        identity: DeploymentIdentity::Run,
        lead_rounding: SpanRounding::MinuteUp,
        failure_signals: vec![FailureSignal::Incident],
        incident_links: vec![IncidentLink::LatestBefore],
        link_scope: LinkScope::Environment,
        link_max_age: NO_LIMIT,
        link_same_instant: false,
        recovery_unit: RecoveryUnit::Incident,
        recovery_end: RecoveryEnd::Incident,
        recovery_rounding: SpanRounding::MinuteDown,
        frequency_rule: FrequencyRule::MedianDays,
        frequency_unit: BucketUnit::Week,
        quantile: QuantileRule::Lower,
        ..Policy::default()
    }
}

/// The choices of GitLab.
///
/// A change lasts from its merge to the deployment, and times are medians of the medians of the days. The fail rate is the number
/// of incidents by that of deployments, so it can exceed 1. Every incident lasts from its creation to its closing, and counts on
/// the day of its closing.
///
/// ```
/// use relcore::metrics::{LeadStart, gitlab_policy};
/// assert_eq!(gitlab_policy().lead_start, LeadStart::Merged);
/// ```
#[must_use]
pub fn gitlab_policy() -> Policy {
    Policy {
        lead_start: LeadStart::Merged,
        seed: SeedRule::Include,
        redelivery: Redelivery::Include,
        negative_spans: NegativeSpans::Keep,
        failure_signals: vec![FailureSignal::Incident],
        incident_links: vec![IncidentLink::LatestBefore],
        link_max_age: NO_LIMIT,
        rate_numerator: RateNumerator::Incidents,
        recovery_unit: RecoveryUnit::AnyIncident,
        recovery_start: RecoveryStart::IncidentDetected,
        recovery_end: RecoveryEnd::Incident,
        recovery_membership: RecoveryMembership::Recovery,
        summary: DurationSummary::DailyMedians,
        ..Policy::default()
    }
}

/// The choices of Datadog.
///
/// A change lasts from its commit, merges have no lead time, and a deployment has the median of its changes. What failed is shown
/// by rollbacks, reverts and hotfixes, not by incidents; it has recovered when a deployment repaired it.
///
/// ```
/// use relcore::metrics::datadog_policy;
/// assert!(!datadog_policy().count_merges);
/// ```
#[must_use]
pub fn datadog_policy() -> Policy {
    Policy {
        lead_start: LeadStart::Committed,
        lead_unit: LeadUnit::Deployment,
        count_merges: false,
        failure_signals: vec![
            FailureSignal::Remediation,
            FailureSignal::Revert,
            FailureSignal::Rollback,
            FailureSignal::Hotfix,
            FailureSignal::RevisionReturned,
        ],
        recovery_end: RecoveryEnd::Remedy,
        ..Policy::default()
    }
}

/// The choices of metrik.
///
/// A change lasts from its commit; those of builds that failed go out with the next one that succeeds, and the first deployment
/// counts like any other. A run of failed builds is one failure, which lasts from the first of them to the next success. Times are
/// means.
///
/// ```
/// use relcore::metrics::{RecoveryUnit, metrik_policy};
/// assert_eq!(metrik_policy().recovery_unit, RecoveryUnit::FirstOfRun);
/// ```
#[must_use]
pub fn metrik_policy() -> Policy {
    Policy {
        environments: vec![ALL_ENVIRONMENTS.to_owned()],
        lead_start: LeadStart::Committed,
        seed: SeedRule::Include,
        redelivery: Redelivery::Include,
        negative_spans: NegativeSpans::Keep,
        denominator: RateDenominator::Finished,
        failure_signals: vec![FailureSignal::Outcome],
        recovery_unit: RecoveryUnit::FirstOfRun,
        recovery_membership: RecoveryMembership::Recovery,
        summary: DurationSummary::Mean,
        ..Policy::default()
    }
}

/// The choices of Middleware.
///
/// An incident belongs to the latest deployment that finished before it or in the same instant. It lasts from its creation to its
/// resolution, and times are means. The frequency is rounded down to a whole number. Negative times count as zero. Where nothing
/// was deployed Middleware prints a fail rate of 0; here there is none.
///
/// ```
/// use relcore::metrics::{FrequencyRule, middleware_policy};
/// assert_eq!(middleware_policy().frequency_rule, FrequencyRule::FlooredMean);
/// ```
#[must_use]
pub fn middleware_policy() -> Policy {
    Policy {
        environments: vec![ALL_ENVIRONMENTS.to_owned()],
        seed: SeedRule::Include,
        redelivery: Redelivery::Include,
        negative_spans: NegativeSpans::Clamp,
        failure_signals: vec![FailureSignal::Incident],
        incident_links: vec![IncidentLink::LatestBefore],
        link_max_age: NO_LIMIT,
        recovery_unit: RecoveryUnit::Incident,
        recovery_start: RecoveryStart::IncidentDetected,
        recovery_end: RecoveryEnd::Incident,
        recovery_membership: RecoveryMembership::Detection,
        summary: DurationSummary::Mean,
        frequency_rule: FrequencyRule::FlooredMean,
        ..Policy::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Engine;

    #[test]
    fn every_preset_is_a_valid_policy_and_none_is_another() {
        let all = [
            dora_2024_policy(),
            fourkeys_policy(),
            devlake_2021_policy(),
            devlake_2023_policy(),
            gitlab_policy(),
            datadog_policy(),
            metrik_policy(),
            middleware_policy(),
        ];
        let digests: std::collections::BTreeSet<String> =
            all.iter().map(|policy| Engine::new(policy.clone()).unwrap().digest().to_owned()).collect();
        assert_eq!(digests.len(), all.len());
    }
}
