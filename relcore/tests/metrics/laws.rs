//! The laws of the delivery metrics, on events drawn at random.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::cast_possible_truncation,
    reason = "a test that panics has failed"
)]
use crate::model;
use proptest::prelude::*;
use relcore::metrics::columns::{
    ChangeColumns, DeploymentColumns, Events, IncidentColumns, Instants, ListedChanges, Lists, NONE,
};
use relcore::metrics::*;
use relcore::time::BucketUnit;
use relcore::{Span, TimeRange, Timestamp};

const HOUR: i64 = 3_600_000;
const ENVIRONMENTS: [&str; 2] = ["production", "staging"];

pub fn hour(hours: i64) -> Timestamp {
    Timestamp::from_millis(hours * HOUR).unwrap()
}

#[derive(Clone, Debug)]
pub struct Given {
    pub deployments: Vec<Deployment>,
    pub changes: Vec<Change>,
    pub incidents: Vec<Incident>,
}

fn deployment() -> impl Strategy<Value = Deployment> {
    let outcome = prop_oneof![
        6 => Just(DeploymentOutcome::Success),
        1 => Just(DeploymentOutcome::Failure),
        1 => Just(DeploymentOutcome::Skip),
        1 => Just(DeploymentOutcome::Partial),
    ];
    let intent = prop_oneof![
        6 => Just(DeploymentIntent::Planned),
        1 => Just(DeploymentIntent::Hotfix),
        1 => Just(DeploymentIntent::Rollback),
        1 => Just(DeploymentIntent::Redeploy),
    ];
    let ids = |letter, most| {
        prop::collection::vec((0..14_u32).prop_map(move |n| format!("{letter}{n:02}")), 0..most)
    };
    (0..2_u8, 0..5_u8, 0..400_i64, outcome, intent, prop::option::of(0..3_u8), ids('d', 2), ids('c', 4))
        .prop_map(|(service, environment, finished, outcome, intent, revision, remediates, changes)| {
            let mut deployment = Deployment::new("", format!("s{service}"), hour(finished), outcome)
                .environment(ENVIRONMENTS[usize::from(environment == 0)])
                .intent(intent)
                .remediates(remediates)
                .changes(changes);
            deployment.revision = revision.map(|revision| format!("r{revision}"));
            deployment
        })
}

pub fn given() -> impl Strategy<Value = Given> {
    let change = (
        prop::option::weighted(0.9, 0..400_i64),
        0..400_i64,
        any::<bool>(),
        prop::collection::vec(0..14_u32, 0..3),
    );
    let incident = (
        (0..2_u8, 0..5_u8, 0..420_i64, prop::option::weighted(0.7, 0..60_i64), any::<bool>()),
        (prop::option::weighted(0.3, 0..14_u32), prop::option::weighted(0.2, 0..3_u32)),
    );
    (
        prop::collection::vec(deployment(), 0..12),
        prop::collection::vec(change, 0..12),
        prop::collection::vec(incident, 0..6),
    )
        .prop_map(|(mut deployments, changes, incidents)| {
            for (n, one) in deployments.iter_mut().enumerate() {
                one.id = format!("d{n:02}");
            }
            let changes =
                changes.into_iter().enumerate().map(|(n, (authored, committed, merge, reverts))| {
                    let mut change = Change::new(format!("c{n:02}"), hour(committed))
                        .merge(merge)
                        .reverts(reverts.into_iter().map(|n| format!("c{n:02}")));
                    change.authored_at = authored.map(hour);
                    change
                });
            let incidents = incidents.into_iter().enumerate().map(
                |(n, ((service, environment, detected, lasted, closed), (cause, original)))| {
                    let mut incident =
                        Incident::new(format!("i{n:02}"), format!("s{service}"), hour(detected))
                            .environment(ENVIRONMENTS[usize::from(environment == 0)])
                            .closed(closed);
                    incident.resolved_at = lasted.map(|lasted| hour(detected + lasted));
                    incident.caused_by = cause.map(|n| format!("d{n:02}"));
                    // Only earlier incidents, so that no circle is drawn.
                    incident.duplicate_of =
                        original.filter(|o| (*o as usize) < n).map(|o| format!("i{o:02}"));
                    incident
                },
            );
            Given { deployments, changes: changes.collect(), incidents: incidents.collect() }
        })
}

pub fn policy() -> impl Strategy<Value = Policy> {
    use FailureSignal as F;
    let all =
        vec![F::Incident, F::Remediation, F::Revert, F::Rollback, F::Hotfix, F::RevisionReturned, F::Outcome];
    let signals = prop_oneof![
        3 => Just(Policy::default().failure_signals),
        1 => prop::sample::subsequence(all, 1..=7),
    ];
    let partial = prop::sample::select(vec![
        PartialDeployments::Failed,
        PartialDeployments::Successful,
        PartialDeployments::Unsuccessful,
    ]);
    (any::<[bool; 7]>(), 0..9_i32, signals, partial).prop_map(
        |([seed, merges, carry, same, redeploys, finished, relands], age, signals, partial)| {
            Policy::default()
                .relands(if relands { RelandRule::Exclude } else { RelandRule::Include })
                .partial_deployments(partial)
                .seed(if seed { SeedRule::Exclude } else { SeedRule::Include })
                .count_merges(merges)
                .undelivered(if carry { UndeliveredChanges::CarryForward } else { UndeliveredChanges::Drop })
                .link_same_instant(same)
                .link_max_age(Span::from_days(age))
                .uncounted_intents(if redeploys { vec![] } else { vec![DeploymentIntent::Redeploy] })
                .denominator(if finished || signals.contains(&F::Outcome) {
                    RateDenominator::Finished
                } else {
                    RateDenominator::Successful
                })
                .failure_signals(signals)
        },
    )
}

pub fn range() -> impl Strategy<Value = TimeRange> {
    (0..400_i64, 1..400_i64)
        .prop_map(|(start, length)| TimeRange { start: hour(start), end: hour(start + length) })
}

fn ask(given: &Given, policy: &Policy, range: &TimeRange, unit: BucketUnit) -> DoraReport {
    dora(&given.deployments, &given.changes, &given.incidents, policy, range, &unit, "Europe/Berlin").unwrap()
}

/// How many items were left out for these reasons.
fn left_out(estimate: &Estimate, reasons: &[ExclusionReason]) -> usize {
    let excluded = estimate.excluded.iter().filter(|one| reasons.contains(&one.reason));
    excluded.map(|one| one.n.get() as usize).sum()
}

pub fn estimates(row: &DoraRow) -> [&Estimate; 5] {
    [
        &row.deployment_frequency,
        &row.change_lead_time,
        &row.change_fail_rate,
        &row.failed_deployment_recovery_time,
        &row.deployment_rework_rate,
    ]
}

/// Type 7 by a full sort.
#[allow(clippy::cast_precision_loss, clippy::cast_sign_loss, reason = "small numbers")]
fn quantile(sorted: &[i64], p: f64) -> Option<f64> {
    let place = (sorted.len().checked_sub(1)?) as f64 * p;
    let (low, high) = (sorted[place as usize] as f64, sorted[place.ceil() as usize] as f64);
    Some((low + (place - place.floor()) * (high - low)) / 1000.0)
}

fn same(got: Option<f64>, expected: Option<f64>) -> bool {
    match (got, expected) {
        (Some(got), Some(expected)) => (got - expected).abs() <= expected.abs() * 1e-12,
        (None, None) => true,
        _ => false,
    }
}

/// Columns of rows, in the order of the rows: not by time. Made without the code by which the core converts rows.
struct Columns {
    numbers: Vec<Vec<u32>>,
    millis: Vec<Vec<i64>>,
    bytes: Vec<Vec<u8>>,
    flags: Vec<Vec<bool>>,
}

impl Columns {
    fn of(given: &Given) -> Self {
        let number = |id: &String| id[1..].parse::<u32>().unwrap();
        let place = |name: &str| u32::from(name == ENVIRONMENTS[1]);
        let lists = |all: Vec<&Vec<String>>| {
            let mut offsets = vec![0];
            for list in &all {
                offsets.push(offsets[offsets.len() - 1] + list.len() as u32);
            }
            (offsets, all.into_iter().flatten().map(number).collect::<Vec<u32>>())
        };
        let (d, c, i) = (&given.deployments, &given.changes, &given.incidents);
        let remediates = lists(d.iter().map(|one| &one.remediates).collect());
        let listed = lists(d.iter().map(|one| &one.changes).collect());
        let reverts = lists(c.iter().map(|one| &one.reverts).collect());
        let bitmap = |set: Vec<bool>| {
            let byte = |bits: &[bool]| bits.iter().rev().fold(0_u8, |byte, bit| byte << 1 | u8::from(*bit));
            set.chunks(8).map(byte).collect::<Vec<u8>>()
        };
        Self {
            numbers: vec![
                d.iter().map(|one| number(&one.service)).collect(),
                d.iter().map(|one| place(&one.environment)).collect(),
                d.iter().map(|one| one.revision.as_ref().map_or(NONE, number)).collect(),
                remediates.0,
                remediates.1,
                listed.0,
                listed.1,
                reverts.0,
                reverts.1,
                i.iter().map(|one| number(&one.service)).collect(),
                i.iter().map(|one| place(&one.environment)).collect(),
                i.iter().map(|one| one.caused_by.as_ref().map_or(NONE, number)).collect(),
                i.iter().map(|one| one.duplicate_of.as_ref().map_or(NONE, number)).collect(),
            ],
            millis: vec![
                d.iter().map(|one| one.finished_at.as_millis()).collect(),
                c.iter().map(|one| one.authored_at.map_or(-7, Timestamp::as_millis)).collect(),
                c.iter().map(|one| one.committed_at.as_millis()).collect(),
                i.iter().map(|one| one.detected_at.as_millis()).collect(),
                i.iter().map(|one| one.resolved_at.map_or(-7, Timestamp::as_millis)).collect(),
            ],
            bytes: vec![
                d.iter().map(|one| one.outcome as u8).collect(),
                d.iter().map(|one| one.intent as u8).collect(),
                bitmap(c.iter().map(|one| one.authored_at.is_some()).collect()),
                bitmap(i.iter().map(|one| one.resolved_at.is_some()).collect()),
            ],
            flags: vec![c.iter().map(|one| one.merge).collect(), i.iter().map(|one| one.closed).collect()],
        }
    }

    fn events(&self) -> Events<'_> {
        let (n, m, b, f) = (&self.numbers, &self.millis, &self.bytes, &self.flags);
        Events {
            deployments: DeploymentColumns {
                finished_at: &m[0],
                outcome: &b[0],
                intent: &b[1],
                service: &n[0],
                environment: &n[1],
                revision: &n[2],
                remediates: Lists { offsets: &n[3], items: &n[4] },
                changes: ListedChanges::Indexed(Lists { offsets: &n[5], items: &n[6] }),
                ..Default::default()
            },
            changes: ChangeColumns {
                authored_at: Instants { millis: &m[1], validity: Some(&b[2]) },
                committed_at: Instants { millis: &m[2], validity: None },
                merge: &f[0],
                reverts: Lists { offsets: &n[7], items: &n[8] },
                ..Default::default()
            },
            incidents: IncidentColumns {
                detected_at: &m[3],
                resolved_at: Instants { millis: &m[4], validity: Some(&b[3]) },
                service: &n[9],
                environment: &n[10],
                caused_by: &n[11],
                closed: &f[1],
                duplicate: &[],
                duplicate_of: &n[12],
                ..Default::default()
            },
            environments: &ENVIRONMENTS,
            services: 2,
        }
    }
}

/// The same events with each change listed by the one deployment it is nested under.
fn nested(given: &Given) -> (Given, Vec<u32>) {
    let mut given = given.clone();
    let mut offsets = vec![0_u32];
    let (mut next, total) = (0, given.changes.len());
    for one in &mut given.deployments {
        let own = one.changes.len().min(total - next);
        one.changes = (next..next + own).map(|n| format!("c{n:02}")).collect();
        next += own;
        offsets.push(next as u32);
    }
    (given, offsets)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..Default::default() })]

    #[test]
    fn the_model_agrees(given in given(), policy in policy(), range in range()) {
        let expected = model::row(&given.deployments, &given.changes, &given.incidents, &policy, &range);
        let row = ask(&given, &policy, &range, BucketUnit::Year).overall;
        let [frequency, lead, fail, recovery, rework] = estimates(&row);
        prop_assert_eq!(frequency.n.get() as usize, expected.deployed);
        prop_assert_eq!(fail.n.get() as usize, expected.rated);
        prop_assert_eq!(fail.affected.unwrap().get() as usize, expected.failed);
        prop_assert_eq!(rework.affected.unwrap().get() as usize, expected.reworked);
        for (got, sorted) in [(lead, &expected.leads), (recovery, &expected.recoveries)] {
            prop_assert_eq!(got.n.get() as usize, sorted.len());
            for (got, p) in [(got.median, 0.5), (got.p90, 0.9), (got.p95, 0.95)] {
                prop_assert!(same(got, quantile(sorted, p)), "{:?} of {:?}", got, sorted);
            }
        }
        let open: u64 =
            recovery.excluded.iter().filter(|one| one.reason == ExclusionReason::Open).map(|one| one.n.get()).sum();
        prop_assert_eq!(open as usize, expected.open);
        prop_assert_eq!(left_out(recovery, &[ExclusionReason::EndUnknown]), expected.end_unknown);
    }

    /// Rows in are rows counted and rows left out, by reason, for every kind of row.
    #[test]
    fn nothing_is_lost(given in given(), policy in policy()) {
        use ExclusionReason as Why;
        let range = TimeRange { start: hour(-1000), end: hour(2000) };
        let expected = model::row(&given.deployments, &given.changes, &given.incidents, &policy, &range);
        let row = ask(&given, &policy, &range, BucketUnit::Year).overall;
        let [frequency, lead, fail, recovery, rework] = estimates(&row);
        let all = |one: &Estimate| one.excluded.iter().map(|one| one.n.get() as usize).sum::<usize>();
        let n = |one: &Estimate| one.n.get() as usize;
        let deployments = given.deployments.len();
        prop_assert_eq!(n(frequency) + all(frequency), deployments);
        prop_assert_eq!(n(rework) + all(rework), deployments);
        // The fail rate has deployments, incidents and the ids in `remediates`.
        let remedies = [Why::RemediesUnknown, Why::RemediesElsewhere, Why::RemediesNotEarlier];
        prop_assert_eq!(left_out(fail, &remedies), expected.unrepaired);
        let rows = deployments + given.incidents.len();
        prop_assert_eq!(n(fail) + all(fail) - expected.unrepaired + expected.linked, rows);
        // Every failure has a recovery time or a reason.
        prop_assert_eq!(n(recovery) + all(recovery), fail.affected.unwrap().get() as usize);
        // Every change is delivered or not, and every id in a list has a lead time or a reason.
        let undelivered = left_out(lead, &[Why::Undelivered]);
        prop_assert_eq!(expected.delivered.len() + undelivered, given.changes.len());
        prop_assert_eq!(n(lead) + all(lead) - undelivered, expected.references);
    }

    #[test]
    fn rows_and_columns_give_one_report(given in given(), policy in policy(), range in range()) {
        let rows = ask(&given, &policy, &range, BucketUnit::Day);
        let columns = Columns::of(&given);
        let by_columns = columns::dora(&columns.events(), &policy, &range, &BucketUnit::Day, "Europe/Berlin");
        prop_assert_eq!(&by_columns.unwrap(), &rows);
    }

    #[test]
    fn an_engine_gives_the_same_reports(given in given(), policy in policy(), range in range()) {
        let expected = ask(&given, &policy, &range, BucketUnit::Day);
        let engine = Engine::new(policy.clone()).unwrap();
        let (unit, zone) = (BucketUnit::Day, "Europe/Berlin");
        let rows = engine.dora(&given.deployments, &given.changes, &given.incidents, &range, &unit, zone);
        prop_assert_eq!(rows.unwrap(), expected.clone());
        prop_assert_eq!(engine.dora_columns(&Columns::of(&given).events(), &range, &unit, zone).unwrap(), expected.clone());
        prop_assert_eq!((engine.policy(), engine.digest()), (&policy, expected.policy_digest.as_str()));
    }

    #[test]
    fn nested_changes_are_listed_changes(
        given in given(), policy in policy(), range in range(), plain in any::<bool>(),
    ) {
        let (mut given, offsets) = nested(&given);
        if plain {
            for one in &mut given.changes {
                one.authored_at = Some(one.authored_at.unwrap_or(one.committed_at));
                one.merge = false;
                one.reverts.clear();
            }
        }
        let columns = Columns::of(&given);
        let mut events = columns.events();
        if plain {
            events.changes.authored_at.validity = None;
            events.changes.merge = &[];
            events.changes.reverts = Lists::default();
        }
        events.deployments.changes = ListedChanges::Nested(&offsets);
        let by_columns = columns::dora(&events, &policy, &range, &BucketUnit::Day, "Europe/Berlin").unwrap();
        prop_assert_eq!(by_columns, ask(&given, &policy, &range, BucketUnit::Day));
    }

    #[test]
    fn the_order_of_the_input_does_not_matter(given in given(), policy in policy(), range in range(), by in 0..12_usize) {
        let mut turned = given.clone();
        turned.deployments.reverse();
        let by = by.min(turned.deployments.len());
        turned.deployments.rotate_left(by);
        turned.changes.reverse();
        turned.incidents.reverse();
        prop_assert_eq!(ask(&turned, &policy, &range, BucketUnit::Week), ask(&given, &policy, &range, BucketUnit::Week));
    }

    #[test]
    fn buckets_add_up(given in given(), policy in policy(), range in range()) {
        let report = ask(&given, &policy, &range, BucketUnit::Day);
        for metric in 0..5 {
            let all = estimates(&report.overall)[metric];
            let sum = |of: fn(&Estimate) -> u64| report.buckets.iter().map(|row| of(estimates(row)[metric])).sum::<u64>();
            prop_assert_eq!(sum(|one| one.n.get()), all.n.get());
            prop_assert_eq!(sum(|one| one.affected.map_or(0, |n| n.get())), all.affected.map_or(0, |n| n.get()));
            let left_out = |one: &Estimate| one.excluded.iter().map(|one| one.n.get()).sum::<u64>();
            prop_assert_eq!(sum(left_out), left_out(all));
        }
    }

    #[test]
    fn another_range_changes_no_bucket(given in given(), policy in policy()) {
        let short = TimeRange { start: hour(4 * 24 - 1), end: hour(8 * 24 - 1) }; // whole days in Berlin
        let long = TimeRange { start: hour(-1), end: hour(20 * 24 - 1) };
        let (short, long) = (ask(&given, &policy, &short, BucketUnit::Day), ask(&given, &policy, &long, BucketUnit::Day));
        prop_assert_eq!(short.buckets.len(), 4);
        prop_assert_eq!(&short.buckets[..], &long.buckets[4..8]);
    }

    #[test]
    fn a_number_or_a_reason(given in given(), policy in policy(), range in range()) {
        let report = ask(&given, &policy, &range, BucketUnit::Week);
        for row in report.buckets.iter().chain([&report.overall]) {
            for one in estimates(row) {
                prop_assert_ne!(one.value.is_some(), one.undefined.is_some());
                prop_assert!(one.value.is_none_or(f64::is_finite));
                if let (Some(value), Some(interval)) = (one.value, one.interval) {
                    prop_assert!(interval.low <= value && value <= interval.high, "{:?}", one);
                }
            }
            for share in [&row.change_fail_rate, &row.deployment_rework_rate] {
                prop_assert!(share.value.is_none_or(|value| (0.0..=1.0).contains(&value)));
                prop_assert!(share.affected.unwrap() <= share.n);
            }
        }
        let text = serde_json::to_string(&report).unwrap();
        prop_assert_eq!(serde_json::from_str::<DoraReport>(&text).unwrap(), report);
    }

    #[test]
    fn twice_the_time_is_twice_the_duration(given in given(), range in range()) {
        let policy = Policy::default().link_max_age(Span::from_days(1000));
        let stretch = |at: Timestamp| Timestamp::from_millis(at.as_millis() * 2).unwrap();
        let mut slow = given.clone();
        for one in &mut slow.deployments {
            one.finished_at = stretch(one.finished_at);
        }
        for one in &mut slow.changes {
            one.authored_at = one.authored_at.map(stretch);
        }
        for one in &mut slow.incidents {
            (one.detected_at, one.resolved_at) = (stretch(one.detected_at), one.resolved_at.map(stretch));
        }
        let long = TimeRange { start: stretch(range.start), end: stretch(range.end) };
        let (fast, slow) =
            (ask(&given, &policy, &range, BucketUnit::Year).overall, ask(&slow, &policy, &long, BucketUnit::Year).overall);
        let twice = |value: Option<f64>| value.map(|value| value * 2.0);
        prop_assert!(same(slow.change_lead_time.value, twice(fast.change_lead_time.value)));
        prop_assert!(same(slow.failed_deployment_recovery_time.mean, twice(fast.failed_deployment_recovery_time.mean)));
        prop_assert!(same(twice(slow.deployment_frequency.value), fast.deployment_frequency.value));
        prop_assert_eq!(slow.change_fail_rate.value, fast.change_fail_rate.value);
    }
}
