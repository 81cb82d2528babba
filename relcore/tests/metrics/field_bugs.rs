//! Mistakes that other tools made with these metrics, and reports of them. Each must be impossible here.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::float_cmp,
    reason = "a test that panics has failed"
)]
use relcore::metrics::*;
use relcore::time::BucketUnit;
use relcore::{Span, TimeRange, Timestamp};
use serde_json::{Value, json};

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

/// A successful deployment on a day of November 2026, at ten.
fn deployed(id: &str, day: u32, more: Value) -> Deployment {
    let mut row = json!({ "id": id, "service": "shop", "outcome": "success" });
    row["finishedAt"] = json!(format!("2026-11-{day:02}T10:00:00Z"));
    merged(row, more)
}

/// A change, written and committed on a day of November 2026 at noon.
fn changed(id: &str, day: u32, more: Value) -> Change {
    let noon = format!("2026-11-{day:02}T12:00:00Z");
    merged(json!({ "id": id, "authoredAt": noon, "committedAt": noon }), more)
}

/// An incident, detected on a day of November 2026 at eleven.
fn suffered(id: &str, day: u32, more: Value) -> Incident {
    merged(json!({ "id": id, "service": "shop", "detectedAt": format!("2026-11-{day:02}T11:00:00Z") }), more)
}

fn merged<T: serde::de::DeserializeOwned>(mut row: Value, more: Value) -> T {
    for (key, value) in more.as_object().unwrap() {
        row[key] = value.clone();
    }
    serde_json::from_value(row).unwrap()
}

fn ask(
    deployments: &[Deployment],
    changes: &[Change],
    incidents: &[Incident],
    policy: &Policy,
    unit: BucketUnit,
) -> DoraReport {
    let november = TimeRange { start: at("2026-11-01T00:00:00Z"), end: at("2026-12-01T00:00:00Z") };
    dora(deployments, changes, incidents, policy, &november, &unit, "UTC").unwrap()
}

fn excluded(estimate: &Estimate, reason: ExclusionReason) -> u64 {
    estimate.excluded.iter().filter(|one| one.reason == reason).map(|one| one.n.get()).sum()
}

/// Fail rates over 100 %, because incidents were counted: apache/incubator-devlake #4610, #7971, #8890;
/// dora-team/fourkeys #351.
#[test]
fn bug_01_incidents_counted_instead_of_failed_deployments() {
    let deployments = [deployed("d1", 2, json!({})), deployed("d2", 20, json!({}))];
    let resolved = json!({ "resolvedAt": "2026-11-02T15:00:00Z" });
    let mut incidents: Vec<_> = (1..=5).map(|n| suffered(&format!("i{n}"), 2, resolved.clone())).collect();
    incidents[4].duplicate_of = Some("i1".to_owned());
    let row = ask(&deployments, &[], &incidents, &Policy::default(), BucketUnit::Month).overall;
    assert_eq!(row.change_fail_rate.value, Some(0.5));
    assert_eq!(row.failed_deployment_recovery_time.n.get(), 1);
    assert_eq!(excluded(&row.change_fail_rate, ExclusionReason::DuplicateIncident), 1);
}

/// The first deployment got the lead times of the whole history: apache/incubator-devlake #7193, #8188, #8790.
#[test]
fn bug_02_seed_deployment_attributes_the_whole_history() {
    let old = json!({ "authoredAt": "2019-01-01T00:00:00Z", "committedAt": "2019-01-01T00:00:00Z" });
    let changes = [changed("old", 1, old), changed("new", 9, json!({}))];
    let deployments =
        [deployed("d1", 2, json!({ "changes": ["old"] })), deployed("d2", 10, json!({ "changes": ["new"] }))];
    let policy = Policy::default();
    let lead = ask(&deployments, &changes, &[], &policy, BucketUnit::Month).overall.change_lead_time;
    assert_eq!((lead.value, lead.n.get()), (Some(22.0 * 3600.0), 1));
    assert_eq!(excluded(&lead, ExclusionReason::Seed), 1);
    // The seed is the first deployment of the history, not of the window.
    let later = TimeRange { start: at("2026-11-05T00:00:00Z"), end: at("2026-11-12T00:00:00Z") };
    let week = dora(&deployments, &changes, &[], &policy, &later, &BucketUnit::Week, "UTC").unwrap();
    assert_eq!(week.overall.change_lead_time.n.get(), 1);
}

/// An incident linked to another deployment when asked for another window: apache/incubator-devlake #4989, #6907;
/// failures that piled up for ever: dora-metrics/pelorus #1010.
#[test]
fn bug_03_result_depends_on_the_window_asked_for() {
    let deployments = [deployed("d1", 3, json!({})), deployed("d2", 9, json!({}))];
    let incidents = [suffered("i1", 8, json!({ "resolvedAt": "2026-11-09T11:00:00Z" }))];
    let ask = |start, end| {
        let range = TimeRange { start: at(start), end: at(end) };
        let policy = Policy::default();
        dora(&deployments, &[], &incidents, &policy, &range, &BucketUnit::Day, "UTC").unwrap()
    };
    let day = ask("2026-11-03T00:00:00Z", "2026-11-04T00:00:00Z");
    let month = ask("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z");
    assert_eq!(day.overall.change_fail_rate.value, Some(1.0));
    assert_eq!(day.buckets[0], month.buckets[2]);
    let after = ask("2026-11-09T00:00:00Z", "2026-12-01T00:00:00Z");
    assert_eq!(after.overall.change_fail_rate.value, Some(0.0));
}

/// Empty periods dropped from averages: faros-ai/faros-community-edition #163; whole-number division of nine a month
/// into two a week: middlewarehq/middleware #375, #593.
#[test]
fn bug_04_empty_periods_dropped_and_frequency_floored() {
    let deployments: Vec<_> = (1..=9).map(|day| deployed(&format!("d{day}"), day, json!({}))).collect();
    let policy = Policy::default().frequency_per(Span::from_days(7));
    let report = ask(&deployments, &[], &[], &policy, BucketUnit::Week);
    let frequency = &report.overall.deployment_frequency;
    assert_eq!((frequency.value, frequency.n.get()), (Some(9.0 / (30.0 / 7.0)), 9)); // 2.1 a week
    assert_eq!(report.buckets.len(), 6); // the empty weeks are there
    assert_eq!(report.buckets[3].deployment_frequency.value, Some(0.0));
    assert_eq!(report.buckets[3].change_fail_rate.undefined, Some(UndefinedReason::NoDeployments));
    assert!(report.buckets[0].partial && !report.buckets[1].partial); // the first is a Sunday alone
    assert_eq!(report.buckets[0].deployment_frequency.value, Some(7.0)); // one in one day
}

/// Recovery measured from the incident though defined from the deployment: dora-team/fourkeys #119. A deployment has
/// one time here, when it finished: apache/incubator-devlake #8302, #6908.
#[test]
fn bug_05_wrong_timestamp() {
    let deployments = [deployed("d1", 2, json!({ "startedAt": "2026-10-31T10:00:00Z" }))];
    let incidents = [suffered("i1", 2, json!({ "resolvedAt": "2026-11-02T12:00:00Z" }))];
    let recovery = |start| {
        let policy = Policy::default().recovery_start(start);
        let row = ask(&deployments, &[], &incidents, &policy, BucketUnit::Month).overall;
        row.failed_deployment_recovery_time.value
    };
    assert_eq!(recovery(RecoveryStart::DeploymentFinished), Some(7200.0));
    assert_eq!(recovery(RecoveryStart::IncidentDetected), Some(3600.0));
}

/// Dry runs, other environments, skipped jobs and repeated records counted as deployments: apache/incubator-devlake
/// #8145, #7089, #7005, #6959.
#[test]
fn bug_06_what_is_a_deployment() {
    let deployments = [
        deployed("d1", 2, json!({})),
        deployed("d2", 3, json!({ "environment": "staging" })),
        deployed("d3", 4, json!({ "outcome": "skip" })),
        deployed("d4", 5, json!({ "outcome": "cancellation" })),
        deployed("d5", 6, json!({ "outcome": "timeout" })),
        deployed("d6", 7, json!({ "intent": "redeploy" })),
    ];
    let policy = Policy::default().uncounted_intents([DeploymentIntent::Redeploy]);
    let frequency = ask(&deployments, &[], &[], &policy, BucketUnit::Month).overall.deployment_frequency;
    assert_eq!(frequency.n.get(), 1);
    assert_eq!(excluded(&frequency, ExclusionReason::OtherEnvironment), 1);
    assert_eq!(excluded(&frequency, ExclusionReason::Outcome), 3);
    assert_eq!(excluded(&frequency, ExclusionReason::Intent), 1);
    let twice = [deployments[0].clone(), deployments[0].clone()];
    let november = TimeRange { start: at("2026-11-01T00:00:00Z"), end: at("2026-12-01T00:00:00Z") };
    let error = dora(&twice, &[], &[], &policy, &november, &BucketUnit::Month, "UTC").unwrap_err();
    assert_eq!((error.code(), error.path()), ("duplicate", "deployments[1].id"));
}

/// A squash or a rebase hides the first commit: dora-team/fourkeys #124, #410. The author's time is kept, and what
/// has none is counted, not guessed.
#[test]
fn bug_07_squash_and_rebase_lose_first_commits() {
    let rebased = json!({ "committedAt": "2026-11-10T09:00:00Z" });
    let mut changes = vec![changed("c1", 9, rebased), changed("c2", 9, json!({}))];
    changes[1].authored_at = None;
    let deployments = [deployed("d0", 2, json!({})), deployed("d1", 10, json!({ "changes": ["c1", "c2"] }))];
    let lead = |start| {
        let policy = Policy::default().lead_start(start);
        ask(&deployments, &changes, &[], &policy, BucketUnit::Month).overall.change_lead_time
    };
    let authored = lead(LeadStart::Authored);
    assert_eq!((authored.value, authored.n.get()), (Some(22.0 * 3600.0), 1));
    assert_eq!(excluded(&authored, ExclusionReason::StartUnknown), 1);
    assert_eq!(lead(LeadStart::Committed).n.get(), 2);
    assert_eq!(lead(LeadStart::AuthoredOrCommitted).value, Some(22.0 * 3600.0));
}

/// Incidents linked across services, to deployments of months ago, or made of failed pipeline runs:
/// apache/incubator-devlake #4989 and its website #438.
#[test]
fn bug_08_linkage() {
    let deployments = [
        deployed("d1", 2, json!({})),
        deployed("d2", 20, json!({ "service": "search" })),
        deployed("d3", 21, json!({ "outcome": "failure" })),
    ];
    let incidents = [suffered("i1", 21, json!({})), suffered("i2", 21, json!({ "causedBy": "gone" }))];
    let rate = |policy: &Policy| {
        ask(&deployments, &[], &incidents, policy, BucketUnit::Month).overall.change_fail_rate
    };
    let fail = rate(&Policy::default());
    assert_eq!((fail.value, fail.n.get()), (Some(0.0), 2));
    assert_eq!(excluded(&fail, ExclusionReason::Unlinked), 1);
    assert_eq!(excluded(&fail, ExclusionReason::UnknownDeployment), 1);
    let unlimited = Policy::default().link_max_age(Span::from_days(36_500));
    assert_eq!(rate(&unlimited).affected.unwrap().get(), 1);
}

/// Only resolved incidents counted as failures: dora-metrics/pelorus #141; records dropped without a word:
/// provectus/awos #170; lead time of what was never deployed: OctopusDeploy/Issues #7812.
#[test]
fn bug_09_open_items_and_dirty_spans() {
    let changes = [changed("late", 20, json!({})), changed("never", 5, json!({}))];
    let deployments = [
        deployed("d1", 2, json!({})),
        deployed("d2", 10, json!({ "changes": ["late"] })), // written ten days after it was deployed
    ];
    let incidents = [suffered("i1", 2, json!({})), suffered("i2", 10, json!({ "causedBy": "d2" }))];
    let row = ask(&deployments, &changes, &incidents, &Policy::default(), BucketUnit::Month).overall;
    assert_eq!(row.change_fail_rate.value, Some(1.0));
    assert_eq!(row.failed_deployment_recovery_time.undefined, Some(UndefinedReason::AllOpen));
    assert_eq!(excluded(&row.failed_deployment_recovery_time, ExclusionReason::Open), 2);
    assert_eq!(row.change_lead_time.undefined, Some(UndefinedReason::AllExcluded));
    assert_eq!(excluded(&row.change_lead_time, ExclusionReason::Negative), 1);
    assert_eq!(excluded(&row.change_lead_time, ExclusionReason::Undelivered), 1);
    let aged = Policy::default().open_recoveries(OpenRecoveries::Age);
    let row = ask(&deployments, &changes, &incidents, &aged, BucketUnit::Month).overall;
    assert_eq!(row.failed_deployment_recovery_time.n.get(), 2);
}

/// Levels made of rounded numbers, and the best level for no data: apache/incubator-devlake #4634, thoughtworks/metrik,
/// DeveloperMetrics/DevOpsMetrics, dora-team/fourkeys. There are no levels here, and nothing is rounded.
#[test]
fn bug_10_thresholds_and_the_best_level_for_nothing() {
    let row = ask(&[], &[], &[], &Policy::default(), BucketUnit::Month).overall;
    assert_eq!(row.deployment_frequency.undefined, Some(UndefinedReason::NoDeployments));
    assert_eq!(row.change_lead_time.undefined, Some(UndefinedReason::NoChanges));
    assert_eq!(row.change_fail_rate.undefined, Some(UndefinedReason::NoDeployments));
    assert_eq!(row.failed_deployment_recovery_time.undefined, Some(UndefinedReason::NoFailures));
    assert_eq!(row.deployment_rework_rate.undefined, Some(UndefinedReason::NoDeployments));

    let one = json!({ "authoredAt": "2026-11-10T09:00:03.600Z" }); // 0.999 hours
    let deployments = [deployed("d0", 2, json!({})), deployed("d1", 10, json!({ "changes": ["c"] }))];
    let row = ask(&deployments, &[changed("c", 9, one)], &[], &Policy::default(), BucketUnit::Month);
    assert_eq!(row.overall.change_lead_time.value, Some(3596.4));
    assert!(row.overall.change_lead_time.low_n);
}

/// With release branches, "previous tag by time" delivers a commit many times: 108,746 deliveries of 14,865 commits
/// in argo-cd. A change is delivered once a service and environment.
#[test]
fn bug_11_branches_deliver_twice() {
    let changes = [changed("c1", 1, json!({})), changed("c2", 4, json!({}))];
    let deployments = [
        deployed("v1.0.0", 2, json!({})),
        deployed("v2.0.0", 5, json!({ "changes": ["c1", "c2"] })),
        deployed("v1.0.1", 6, json!({ "changes": ["c1"] })), // from the branch of v1
        deployed("eu", 7, json!({ "service": "shop-eu", "changes": ["c1"] })), // the seed of another service
    ];
    let lead = ask(&deployments, &changes, &[], &Policy::default(), BucketUnit::Month);
    let lead = lead.overall.change_lead_time;
    assert_eq!(lead.n.get(), 2);
    assert_eq!(excluded(&lead, ExclusionReason::Repeated), 1);
    assert_eq!(excluded(&lead, ExclusionReason::Seed), 1);
}

/// A range is half-open: what happens at its end belongs to the next.
#[test]
fn boundaries_are_half_open() {
    let midnight = json!({ "finishedAt": "2026-12-01T00:00:00Z" });
    let deployments =
        [deployed("d1", 1, json!({ "finishedAt": "2026-11-01T00:00:00Z" })), deployed("d2", 1, midnight)];
    let row = ask(&deployments, &[], &[], &Policy::default(), BucketUnit::Month);
    assert_eq!(row.overall.deployment_frequency.n.get(), 1);
}
