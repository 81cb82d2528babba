//! Events as hostile as they come: many of one instant, in any order, of a hundred services, at the edges of days
//! that have 23 and 25 hours, in ranges of no length. Every bucket is held against the model.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::cast_possible_truncation,
    clippy::disallowed_methods,
    reason = "a test that panics has failed"
)]
use crate::model;
use proptest::prelude::*;
use relcore::metrics::columns::{DeploymentColumns, Events};
use relcore::metrics::*;
use relcore::time::{BucketUnit, buckets};
use relcore::{ErrorKind, TimeRange, Timestamp, Weekday};

/// Zones and an hour near which their clocks are put forward or back; in Apia a whole day is left out.
const EDGES: [(&str, &str); 6] = [
    ("Europe/Berlin", "2026-10-25T01:00:00Z"),
    ("Europe/Berlin", "2026-03-29T01:00:00Z"),
    ("America/Sao_Paulo", "2018-11-04T03:00:00Z"), // midnight does not exist
    ("Pacific/Apia", "2011-12-30T10:00:00Z"),
    ("Asia/Kolkata", "2026-01-04T18:30:00Z"),
    ("UTC", "2024-02-29T00:00:00Z"),
];

/// Few instants, so that many events share one: the edge itself, the milliseconds beside it, and quarters of days.
fn instant(edge: Timestamp) -> impl Strategy<Value = Timestamp> {
    let beside = prop_oneof![Just(-1_i64), Just(0), Just(1)];
    (prop_oneof![Just(0_i64), -8..8_i64], beside).prop_map(move |(quarters, beside)| {
        Timestamp::from_millis(edge.as_millis() + quarters * 21_600_000 + beside).unwrap()
    })
}

fn named(letter: char, most: u32) -> impl Strategy<Value = String> {
    (0..most).prop_map(move |n| format!("{letter}{n:02}"))
}

prop_compose! {
    fn deployment(edge: Timestamp, services: u32)(
        service in named('s', services), finished_at in instant(edge), kind in 0..12_u8, intent in 0..8_u8,
        revision in prop::option::of(named('r', 3)), changes in prop::collection::vec(named('c', 20), 0..4),
        remediates in prop::collection::vec(named('d', 40), 0..2),
    ) -> Deployment {
        use DeploymentIntent as I;
        use DeploymentOutcome as O;
        let outcome = match kind { 1 => O::Failure, 2 => O::Timeout, 3 => O::Skip, _ => O::Success };
        let mut deployment = Deployment::new("", service, finished_at, outcome)
            .environment(if kind == 0 { "staging" } else { "production" })
            .intent(match intent { 0 => I::Hotfix, 1 => I::Rollback, 2 => I::Redeploy, _ => I::Planned })
            .remediates(if intent == 3 { remediates } else { vec![] })
            .changes(changes);
        deployment.revision = revision;
        deployment
    }
}

prop_compose! {
    fn change(edge: Timestamp)(
        authored_at in prop::option::weighted(0.9, instant(edge)), committed_at in instant(edge), merge in any::<bool>(),
        reverts in prop::collection::vec(named('c', 20), 0..2),
    ) -> Change {
        let mut change = Change::new("", committed_at).merge(merge).reverts(reverts);
        change.authored_at = authored_at;
        change
    }
}

prop_compose! {
    fn incident(edge: Timestamp, services: u32)(
        service in named('s', services), detected_at in instant(edge),
        resolved_at in prop::option::weighted(0.8, instant(edge)),
        caused_by in prop::option::weighted(0.2, named('d', 40)),
    ) -> Incident {
        let mut incident = Incident::new("", service, detected_at);
        incident.resolved_at = resolved_at.map(|at| at.max(detected_at));
        incident.caused_by = caused_by;
        incident
    }
}

#[derive(Clone, Debug)]
struct Given {
    zone: &'static str,
    edge: Timestamp,
    deployments: Vec<Deployment>,
    changes: Vec<Change>,
    incidents: Vec<Incident>,
}

fn given() -> impl Strategy<Value = Given> {
    (prop::sample::select(EDGES.to_vec()), prop::sample::select(vec![1_u32, 2, 100])).prop_flat_map(
        |((zone, edge), services)| {
            let edge = Timestamp::parse(edge).unwrap();
            (
                prop::collection::vec(deployment(edge, services), 0..40),
                prop::collection::vec(change(edge), 0..20),
                prop::collection::vec(incident(edge, services), 0..12),
            )
                .prop_map(move |(mut deployments, mut changes, mut incidents)| {
                    (0..).zip(&mut deployments).for_each(|(n, one)| one.id = format!("d{n:02}"));
                    (0..).zip(&mut changes).for_each(|(n, one)| one.id = format!("c{n:02}"));
                    (0..).zip(&mut incidents).for_each(|(n, one)| one.id = format!("i{n:02}"));
                    Given { zone, edge, deployments, changes, incidents }
                })
        },
    )
}

fn ask(given: &Given, policy: &Policy, range: &TimeRange, unit: BucketUnit) -> relcore::Result<DoraReport> {
    dora(&given.deployments, &given.changes, &given.incidents, policy, range, &unit, given.zone)
}

/// What the report says that the model counts: deployments, rated, failed, rework, lead times, recoveries.
fn counted(row: &DoraRow) -> [u64; 6] {
    [
        row.deployment_frequency.n.get(),
        row.change_fail_rate.n.get(),
        row.change_fail_rate.affected.unwrap().get(),
        row.deployment_rework_rate.affected.unwrap().get(),
        row.change_lead_time.n.get(),
        row.failed_deployment_recovery_time.n.get(),
    ]
}

fn expected(given: &Given, policy: &Policy, range: &TimeRange) -> [u64; 6] {
    let row = model::row(&given.deployments, &given.changes, &given.incidents, policy, range);
    [row.deployed, row.rated, row.failed, row.reworked, row.leads.len(), row.recoveries.len()]
        .map(|n| n as u64)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..Default::default() })]

    #[test]
    fn every_bucket_is_the_models(
        given in given(), start in -9..9_i64, quarters in 1..18_i64, unit in 0..5_usize, day in 0..7_usize,
        finished in any::<bool>(),
    ) {
        use Weekday::*;
        let unit = [BucketUnit::Day, BucketUnit::Week, BucketUnit::Month, BucketUnit::Quarter, BucketUnit::Year][unit];
        let days = [Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday];
        let mut policy = Policy::default().week_start(days[day]);
        if finished {
            policy.denominator = RateDenominator::Finished;
            policy.failure_signals.push(FailureSignal::Outcome);
        }
        let at = |quarters: i64| Timestamp::from_millis(given.edge.as_millis() + quarters * 21_600_000).unwrap();
        let range = TimeRange { start: at(start), end: at(start + quarters) };
        let report = ask(&given, &policy, &range, unit).unwrap();
        prop_assert_eq!(counted(&report.overall), expected(&given, &policy, &range));
        for row in &report.buckets {
            prop_assert_eq!(counted(row), expected(&given, &policy, &row.range), "{:?}", row.range);
        }
        // The rows are the buckets of the zone, cut to the range, without gap.
        let whole = buckets(&range, &unit, given.zone, &policy.week_start).unwrap();
        prop_assert_eq!(report.buckets.len(), whole.len());
        prop_assert_eq!(report.buckets[0].range.start, range.start);
        prop_assert_eq!(report.buckets[whole.len() - 1].range.end, range.end);
        for (row, whole) in report.buckets.iter().zip(&whole) {
            let cut = TimeRange { start: whole.start.max(range.start), end: whole.end.min(range.end) };
            prop_assert_eq!((row.range, row.partial), (cut, cut != *whole));
        }
    }

    #[test]
    fn a_range_of_no_length_counts_nothing_and_says_so(given in given()) {
        let range = TimeRange { start: given.edge, end: given.edge };
        let report = ask(&given, &Policy::default(), &range, BucketUnit::Day).unwrap();
        prop_assert!(report.buckets.is_empty());
        prop_assert_eq!(counted(&report.overall), [0; 6]);
        prop_assert_eq!(report.overall.deployment_frequency.undefined, Some(UndefinedReason::EmptyRange));
    }

    #[test]
    fn a_range_that_ends_before_it_starts_is_refused(given in given(), hours in 1..100_i64) {
        let end = Timestamp::from_millis(given.edge.as_millis() - hours * 3_600_000).unwrap();
        let range = TimeRange { start: given.edge, end };
        let error = ask(&given, &Policy::default(), &range, BucketUnit::Day).unwrap_err();
        prop_assert_eq!(error.kind(), ErrorKind::InvalidValue);
        prop_assert!(error.path().starts_with("range"), "{}", error.path());
    }

    #[test]
    fn an_id_that_is_there_twice_is_refused_wherever_it_stands(given in given(), which in 0..40_usize, to in 0..40_usize) {
        let mut twice = given.clone();
        let range = TimeRange { start: given.edge, end: Timestamp::from_millis(given.edge.as_millis() + 1).unwrap() };
        prop_assume!(!given.deployments.is_empty());
        let again = given.deployments[which % given.deployments.len()].clone();
        twice.deployments.insert(to % (given.deployments.len() + 1), again);
        let error = ask(&twice, &Policy::default(), &range, BucketUnit::Day).unwrap_err();
        prop_assert_eq!((error.kind(), error.faults().len()), (ErrorKind::Duplicate, 1));
    }

    #[test]
    fn incidents_without_a_deployment_are_counted_as_left_out(given in given()) {
        let alone = Given { deployments: vec![], changes: vec![], ..given };
        let far = |days: i64| Timestamp::from_millis(alone.edge.as_millis() + days * 86_400_000).unwrap();
        let range = TimeRange { start: far(-30), end: far(30) };
        let report = ask(&alone, &Policy::default(), &range, BucketUnit::Month).unwrap();
        let fail = report.overall.change_fail_rate;
        prop_assert_eq!(fail.undefined, Some(UndefinedReason::NoDeployments));
        let left_out: u64 = fail.excluded.iter().map(|one| one.n.get()).sum();
        prop_assert_eq!(left_out, alone.incidents.len() as u64);
    }
}

/// Environments times services exceeds 32 bits here; the deployment of the last environment still counts.
#[test]
fn many_environments_of_many_services_are_told_apart() {
    let environments = vec!["production"; 300];
    let events = Events {
        deployments: DeploymentColumns {
            finished_at: &[0, 1, 2],
            outcome: &[0, 0, 0],
            environment: &[0, 299, 299],
            ..Default::default()
        },
        environments: &environments,
        services: 1 << 24,
        ..Default::default()
    };
    let range =
        TimeRange { start: Timestamp::from_millis(0).unwrap(), end: Timestamp::from_millis(3).unwrap() };
    let report = columns::dora(&events, &Policy::default(), &range, &BucketUnit::Day, "UTC").unwrap();
    assert_eq!(report.overall.deployment_frequency.n.get(), 3);
    assert!(report.overall.deployment_frequency.excluded.is_empty());
}

/// The memory of a process that runs one of the next two tests alone, in megabytes: what the names that do not occur cost.
#[cfg(target_os = "linux")]
#[test]
fn the_memory_of_a_report_has_a_bound() {
    for (test, most) in [
        ("names_that_do_not_occur_cost_nothing", 64),
        ("preview_environments_cost_as_their_deployments", 192),
    ] {
        let name = format!("adversarial::{test}");
        let alone = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", &name, "--nocapture"])
            .env("RELCORE_PEAK", "1")
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&alone.stdout);
        let peak = told.lines().find_map(|line| line.split("VmHWM:").nth(1)).expect("the peak is told");
        let kilobytes: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
        assert!(kilobytes < most * 1024, "{test}: {kilobytes} kB");
    }
}

fn tell_the_peak() {
    if std::env::var_os("RELCORE_PEAK").is_some() {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        println!("\n{}", status.lines().find(|line| line.starts_with("VmHWM:")).unwrap());
    }
}

#[test]
fn names_that_do_not_occur_cost_nothing() {
    let environments: Vec<String> = (0..60_000).map(|n| format!("pr-{n}")).collect();
    let environments: Vec<&str> = environments.iter().map(String::as_str).chain(["production"]).collect();
    let production = 60_000;
    for services in [10_000_000_u32, 1 << 24] {
        let events = Events {
            deployments: DeploymentColumns {
                finished_at: &[0, 1, 2],
                outcome: &[0, 0, 0],
                service: &[services - 1, 0, services - 1],
                environment: &[production, 7, production],
                ..Default::default()
            },
            environments: &environments,
            services,
            ..Default::default()
        };
        let range =
            TimeRange { start: Timestamp::from_millis(0).unwrap(), end: Timestamp::from_millis(3).unwrap() };
        // All environments count, so that there are more pairs than 32 bits hold; then one of them.
        let all = Policy::default().environments(environments.iter().copied());
        let report = columns::dora(&events, &all, &range, &BucketUnit::Day, "UTC").unwrap();
        assert_eq!(report.overall.deployment_frequency.n.get(), 3);
        let report = columns::dora(&events, &Policy::default(), &range, &BucketUnit::Day, "UTC").unwrap();
        assert_eq!(report.overall.deployment_frequency.n.get(), 2);
    }
    tell_the_peak();
}

/// A preview environment for each pull request, of a service of its own.
#[test]
fn preview_environments_cost_as_their_deployments() {
    let at = |n: i64| Timestamp::from_millis(n).unwrap();
    let preview = |n: i64| {
        Deployment::new(format!("p{n}"), format!("s{n}"), at(n), DeploymentOutcome::Success)
            .environment(format!("pr-{n}"))
    };
    let production = |n: i64| {
        Deployment::new(format!("d{n}"), format!("s{n}"), at(66_000 + n), DeploymentOutcome::Success)
    };
    let deployments: Vec<Deployment> = (0..66_000).map(preview).chain((0..10).map(production)).collect();
    let range = TimeRange { start: at(0), end: at(70_000) };
    let report = dora(&deployments, &[], &[], &Policy::default(), &range, &BucketUnit::Day, "UTC").unwrap();
    assert_eq!(report.overall.deployment_frequency.n.get(), 10);
    let everywhere = deployments.iter().map(|one| one.environment.clone());
    let all = Policy::default().environments(everywhere);
    let report = dora(&deployments, &[], &[], &all, &range, &BucketUnit::Day, "UTC").unwrap();
    assert_eq!(report.overall.deployment_frequency.n.get(), 66_010);
    tell_the_peak();
}

/// Two scopes are never one, whether scopes are numbered by names or by what occurs.
#[test]
fn scopes_by_names_and_by_events_agree() {
    let count = 5000_u32;
    let finished_at: Vec<i64> = (0..i64::from(count)).collect();
    let outcome = vec![0; count as usize];
    let service: Vec<u32> = (0..count).map(|n| n * 7 % 90).collect();
    let environment: Vec<u32> = (0..count).map(|n| n % 3).collect();
    let revision: Vec<u32> = (0..count).map(|n| n * 31 % 17).collect();
    let detected_at: Vec<i64> = (0..900).map(|n| n * 5 + 1).collect();
    let incident_service: Vec<u32> = (0..900).map(|n| n * 11 % 90).collect();
    let report = |services: u32| {
        let events = Events {
            deployments: DeploymentColumns {
                finished_at: &finished_at,
                outcome: &outcome,
                service: &service,
                environment: &environment,
                revision: &revision,
                ..Default::default()
            },
            incidents: columns::IncidentColumns {
                detected_at: &detected_at,
                service: &incident_service,
                ..Default::default()
            },
            environments: &["production", "eu", "staging"],
            services,
            ..Default::default()
        };
        let policy = Policy::default().environments(["production", "eu"]);
        let range = TimeRange {
            start: Timestamp::from_millis(0).unwrap(),
            end: Timestamp::from_millis(9000).unwrap(),
        };
        columns::dora(&events, &policy, &range, &BucketUnit::Day, "UTC").unwrap()
    };
    let by_names = report(90);
    assert!(by_names.overall.change_fail_rate.affected.unwrap().get() > 100);
    assert_eq!(report(16_777_216), by_names);
}

/// A chain of a million reverts, each of the one before, is followed without recursion.
#[test]
fn a_long_chain_of_reverts_is_read() {
    let count = 200_000_u32;
    let at: Vec<i64> = (0..i64::from(count)).collect();
    let offsets: Vec<u32> = (0..=count).collect();
    let (reverts, items): (Vec<u32>, Vec<u32>) =
        (std::iter::once(0).chain(0..count).collect(), (0..count - 1).collect());
    let events = Events {
        deployments: DeploymentColumns {
            finished_at: &at,
            outcome: &vec![0; count as usize],
            changes: columns::ListedChanges::Nested(&offsets),
            ..Default::default()
        },
        changes: columns::ChangeColumns {
            authored_at: columns::Instants { millis: &at, validity: None },
            reverts: columns::Lists { offsets: &reverts, items: &items },
            ..Default::default()
        },
        environments: &["production"],
        services: 1,
        ..Default::default()
    };
    let range = TimeRange {
        start: Timestamp::from_millis(0).unwrap(),
        end: Timestamp::from_millis(i64::from(count)).unwrap(),
    };
    let failed = |policy: &Policy| {
        let report = columns::dora(&events, policy, &range, &BucketUnit::Day, "UTC").unwrap();
        report.overall.change_fail_rate.affected.unwrap().get()
    };
    assert_eq!(failed(&Policy::default()), 100_000); // every second one takes something back
    assert_eq!(failed(&Policy::default().relands(RelandRule::Include)), 199_999);
}

#[test]
fn incidents_in_a_circle_are_refused_in_columns_too() {
    let events = Events {
        incidents: columns::IncidentColumns {
            detected_at: &[0, 1, 2],
            duplicate_of: &[1, 0, columns::NONE],
            ..Default::default()
        },
        environments: &["production"],
        services: 1,
        ..Default::default()
    };
    let range =
        TimeRange { start: Timestamp::from_millis(0).unwrap(), end: Timestamp::from_millis(3).unwrap() };
    let error = columns::dora(&events, &Policy::default(), &range, &BucketUnit::Day, "UTC").unwrap_err();
    assert_eq!((error.code(), error.path()), ("invalid_value", "columns.incidents.duplicateOf"));
}

#[test]
fn all_faults_of_policy_and_events_come_at_once() {
    let policy = Policy::default().environments([""; 0]);
    let range =
        TimeRange { start: Timestamp::from_millis(0).unwrap(), end: Timestamp::from_millis(3).unwrap() };
    let rows = dora(&[], &[], &[], &policy, &range, &BucketUnit::Day, "PST").unwrap_err();
    let paths =
        |error: &relcore::Error| error.faults().iter().map(|fault| fault.path.clone()).collect::<Vec<_>>();
    assert_eq!(paths(&rows), ["policy.environments", "zone"]);
    let columns = columns::dora(&Events::default(), &policy, &range, &BucketUnit::Day, "UTC").unwrap_err();
    assert_eq!(paths(&columns), ["policy.environments", "columns.environments", "columns.services"]);
    assert_eq!(paths(&Engine::new(policy).unwrap_err()), ["policy.environments"]);
}
