//! What one decision costs.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    reason = "criterion's macros make undocumented functions; a bench whose input is refused stops"
)]

mod cpu_time;
mod delivery;

use cpu_time::CpuTime;
use criterion::{Criterion, SamplingMode, criterion_group, criterion_main};
use relcore::analysis::{self, Samples, SeriesPair};
use relcore::api::{PreparedCalls, call_json};
use relcore::canary::{self, Metric, Observation, ObservationKind, Reading, Rollout, Schedule, State};
use relcore::change::{Parser, Policy as Messages};
use relcore::experiment::{self, Assigner, Unit};
use relcore::release::{self, Facts};
use relcore::rollback::{self, Situation};
use relcore::scalar::Count;
use relcore::stats::Counts;
use relcore::{Span, Timestamp, Version, audit, digest, window};
use serde_json::json;
use std::hint::black_box;
use std::time::Duration;

const TICKS: u32 = 1_000_000;

/// Five steps and ten metrics.
fn schedule() -> Schedule {
    let text = json!({
        "steps": [
            {"type": "set_weight", "weight": 5}, {"type": "bake", "min": "PT1H", "max": "P999D"},
            {"type": "set_weight", "weight": 25}, {"type": "bake", "min": "PT4H", "max": "P999D"},
            {"type": "set_weight", "weight": 100},
        ],
        "metrics": (0..10).map(|n| json!({"name": format!("metric-{n}"), "max": 0.5})).collect::<Vec<_>>(),
    });
    canary::schedule_from_json(&text.to_string()).unwrap()
}

fn measurements(metrics: &[Metric], at: Timestamp) -> Vec<Observation> {
    let measured = |metric: &Metric| {
        Observation::new(
            at,
            ObservationKind::Measurement {
                metric: metric.name.clone(),
                reading: Reading::Value { value: 0.25, n: Some(Count::from(1000)) },
            },
        )
    };
    metrics.iter().map(measured).collect()
}

/// A canary that bakes at its first weight, ten minutes after its start.
fn baking(schedule: &Schedule) -> (State, Vec<Observation>, Timestamp) {
    let begin = Timestamp::parse("2026-11-23T09:00:00Z").unwrap();
    let state = canary::start(schedule, begin).unwrap();
    let state = canary::next_action(schedule, &state, &[], begin).unwrap().state;
    let now = begin.plus(Span::from_minutes(10)).unwrap();
    (state, measurements(&schedule.metrics, now), now)
}

fn canary(c: &mut Criterion<CpuTime>) {
    let schedule = schedule();
    let (state, observations, now) = baking(&schedule);
    c.bench_function("canary::next_action, 5 steps, 10 metrics, 10 observations", |b| {
        b.iter(|| {
            canary::next_action(black_box(&schedule), black_box(&state), black_box(&observations), now)
        });
    });
    let rollout = Rollout::new(schedule.clone()).unwrap();
    c.bench_function("canary::Rollout::next_action of the same", |b| {
        b.iter(|| black_box(&rollout).next_action(black_box(&state), black_box(&observations), now));
    });
    let compared =
        Rollout::new(schedule.clone().metrics(
            (0..10).map(|n| Metric::new(format!("metric-{n}")).compare(canary::CountRule::default())),
        ))
        .unwrap();
    let (before, _, at) = baking(compared.schedule());
    let (new, old) = (Counts::new(11_u32, 1000.0), Counts::new(190_u32, 19_000.0));
    let read: Vec<Observation> = compared
        .schedule()
        .metrics
        .iter()
        .map(|metric| canary::counts(&metric.name, &new, &old, at))
        .collect();
    c.bench_function("the same with 10 metrics that compare counts", |b| {
        b.iter(|| black_box(&compared).next_action(black_box(&before), black_box(&read), at));
    });
    let input =
        json!({"schedule": schedule, "state": state, "observations": observations, "now": now}).to_string();
    c.bench_function("call_json of the same", |b| {
        b.iter(|| call_json("canary.next_action", black_box(&input)))
    });

    let standard = Rollout::new(canary::standard_schedule()).unwrap();
    let begin = Timestamp::parse("2026-11-23T09:00:00Z").unwrap();
    let end = begin.plus(Span::from_days(1)).unwrap();
    let ticks = |rollout: &Rollout, count: u32| {
        let mut state = rollout.start(begin).unwrap();
        let mut now = begin;
        for _ in 0..count {
            let decision = rollout.next_action(&state, &[], now).unwrap();
            (state, now) = (decision.state, now.plus(Span::from_seconds(1)).unwrap());
            if now > end {
                (state, now) = (rollout.start(begin).unwrap(), begin);
            }
        }
        state
    };
    let mut slow = c.benchmark_group("slow");
    slow.sample_size(10).sampling_mode(SamplingMode::Flat);
    slow.bench_function("fold of 1,000,000 ticks, standard schedule", |b| b.iter(|| ticks(&standard, TICKS)));
    slow.finish();
}

fn rollback(c: &mut Criterion<CpuTime>) {
    let policy = rollback::default_policy();
    let now = Timestamp::parse("2026-11-23T09:00:00Z").unwrap();
    let situation = Situation::default()
        .critical_functionality_broken(false)
        .vulnerability_introduced(false)
        .data_corruption(false)
        .latency_baseline(0.2)
        .latency_observed(0.9)
        .error_rate_baseline(0.001)
        .error_rate_observed(0.2)
        .error_rate_samples(100_000)
        .customer_incidents(3)
        .deployed_at(now)
        .previous_version_available(true)
        .rollback_causes_data_loss(false)
        .irreversible_migration(false)
        .rollback_tested(true)
        .rollback_complex(false)
        .affected_share(0.4)
        .fix_simple(false)
        .fix_ready_in(Span::from_hours(5));
    c.bench_function("rollback::decide, 18 facts", |b| {
        b.iter(|| rollback::decide(black_box(&situation), black_box(&policy), now));
    });
    let engine = rollback::Engine::new(policy).unwrap();
    c.bench_function("rollback::Engine::decide of the same", |b| {
        b.iter(|| black_box(&engine).decide(black_box(&situation), now));
    });
}

fn release(c: &mut Criterion<CpuTime>) {
    let (previous, next) = (Version::parse("1.4.2").unwrap(), Version::parse("1.5.0").unwrap());
    let facts = Facts::default().breaking(false).features(true);
    c.bench_function("release::classify", |b| {
        b.iter(|| release::classify(black_box(Some(&previous)), black_box(&next), black_box(&facts)));
    });
}

/// A definition with two namespaces, conditions and three variants.
fn experiment(c: &mut Criterion<CpuTime>) {
    let text = json!({
        "key": "checkout",
        "variants": [{"name": "a"}, {"name": "b"}, {"name": "c", "weight": 2}],
        "coverage": 0.5,
        "namespaces": [
            {"name": "shop", "ranges": [{"start": 0, "end": 0.9}]},
            {"name": "holdout", "ranges": [{"start": 0.05, "end": 1}]},
        ],
        "conditions": [{"type": "text_in", "attribute": "country", "values": ["DE", "AT", "CH"]}],
    });
    let definition = experiment::definition_from_json(&text.to_string()).unwrap();
    let unit = Unit::new("user-10").attribute("country", "DE");
    let assigner = Assigner::new(definition.clone()).unwrap();
    c.bench_function("experiment::Assigner::assign, 3 variants, 2 namespaces, 1 condition", |b| {
        b.iter(|| black_box(&assigner).assign(black_box(&unit)));
    });
    c.bench_function("experiment::assign of the same", |b| {
        b.iter(|| experiment::assign(black_box(&definition), black_box(&unit)));
    });
    let wider = definition.clone().coverage(1.0);
    c.bench_function("experiment::reassignment of the same", |b| {
        b.iter(|| experiment::reassignment(black_box(&definition), black_box(&wider)));
    });
}

/// A judgement of 200 metrics with 60 values an arm: ranks, shifts, verdicts and texts.
fn judge(c: &mut Criterion<CpuTime>) {
    let value = |metric: u32, i: u32| 100.0 + f64::from((i * 37 + metric * 11) % 97) + f64::from(i % 7) / 8.0;
    let names: Vec<String> = (0..200).map(|metric| format!("metric-{metric}")).collect();
    let policy = json!({"metrics": names.iter().map(|name| json!({"name": name})).collect::<Vec<_>>()});
    let policy = analysis::judge_policy_from_json(&policy.to_string()).unwrap();
    let arm = |metric: u32, shift: u32| {
        Samples::default().values((0..60).map(|i| value(metric, i + shift)).collect::<Vec<_>>())
    };
    let series: Vec<SeriesPair> = (0_u32..)
        .zip(&names)
        .map(|(metric, name)| SeriesPair::new(name, arm(metric, 0), arm(metric, 500)))
        .collect();
    c.bench_function("analysis::judge, 200 metrics of 60 values an arm", |b| {
        b.iter(|| analysis::judge(black_box(&policy), black_box(&series)));
    });
}

/// Fifty windows of every kind in three zones: five allow the working day, the others deny.
fn window(c: &mut Criterion<CpuTime>) {
    let schedules = [
        json!({"type": "cron", "cron": "30 2 * * 1-5", "duration": "PT90M"}),
        json!({"type": "cron_pair", "start": "0 23 * * 5", "end": "0 7 * * 1"}),
        json!({"type": "weekly", "days": ["tuesday", "thursday"], "start": "22:00", "end": "04:00"}),
        json!({"type": "dates", "first": "2026-12-21", "last": "2027-01-03"}),
        json!({"type": "holidays", "calendar": "de", "businessDaysBefore": 1}),
    ];
    let day = json!({"type": "weekly", "days": [], "start": "09:00", "end": "17:00"});
    let windows: Vec<_> = (0..50)
        .zip(schedules.iter().cycle())
        .map(|(n, schedule)| {
            let zone = ["Europe/Berlin", "America/New_York", "UTC"].get(n % 3);
            let (kind, schedule) = if n % 10 == 0 { ("allow", &day) } else { ("deny", schedule) };
            json!({"name": format!("window {n}"), "kind": kind, "schedule": schedule, "zone": zone})
        })
        .collect();
    let calendars =
        json!({"de": {"holidays": ["2026-12-25", "2027-01-01", "2027-03-26", "2027-03-29", "2027-05-06"]}});
    let policy = json!({"windows": windows, "calendars": calendars}).to_string();
    let engine = window::Engine::new(window::policy_from_json(&policy).unwrap()).unwrap();
    let (subject, now) = (window::Subject::default(), Timestamp::parse("2026-12-20T12:00:00Z").unwrap());
    c.bench_function("window::Engine::status, 50 windows", |b| {
        b.iter(|| black_box(&engine).status(black_box(&subject), now));
    });
    assert!(engine.status(&subject, now).unwrap().next_open.is_some());
    // No opening is as long as this: the search ends after five years.
    let length = Span::from_days(60);
    assert!(engine.next_slot(&subject, length, now).unwrap().start.is_none());
    c.bench_function("window::Engine::next_slot, 50 windows, five years without a slot", |b| {
        b.iter(|| black_box(&engine).next_slot(black_box(&subject), length, now));
    });
}

/// A log of a million records.
fn audit(c: &mut Criterion<CpuTime>) {
    let at = Timestamp::parse("2026-11-23T09:00:00Z").unwrap();
    let entry = audit::Entry::new(at, "decision", r#"{"verdict":"roll_back","build":"sha256:abc"}"#);
    c.bench_function("audit::append", |b| {
        let head = audit::genesis();
        b.iter(|| audit::append(black_box(&head), black_box(&entry)));
    });
    let mut log = Vec::new();
    let mut head = audit::genesis();
    for _ in 0..1_000_000 {
        let record = audit::append(&head, &entry).unwrap();
        head = audit::head(&record);
        log.push(record);
    }
    let mut slow = c.benchmark_group("slow");
    slow.sample_size(10).sampling_mode(SamplingMode::Flat);
    slow.bench_function("audit::verify_chain, 1,000,000 records", |b| {
        b.iter(|| audit::verify_chain(black_box(&log), black_box(std::slice::from_ref(&head)), None));
    });
    slow.finish();
    let tree = audit::Tree::new(log.iter().map(audit::record_leaf).collect()).unwrap();
    c.bench_function("audit::Tree::inclusion_proof, 1,000,000 leaves", |b| {
        b.iter(|| black_box(&tree).inclusion_proof(Count::from(777_777)));
    });
}

/// A log of 1,000 decisions under one policy. A decision costs the same in a longer log.
fn replay(c: &mut Criterion<CpuTime>) {
    let small = canary::standard_schedule().metrics([Metric::new("error_rate").max(2.0).unit("%")]);
    for (name, schedule) in [("10 metrics", schedule()), ("1 metric", small)] {
        let (state, _, begin) = baking(&schedule);
        let (mut head, mut log) = (audit::genesis(), Vec::new());
        for second in 0..1_000 {
            let now = begin.plus(Span::from_seconds(second)).unwrap();
            let observations = measurements(&schedule.metrics, now);
            let input =
                json!({"schedule": schedule, "state": state, "observations": observations, "now": now});
            let entry =
                audit::record_decision(now, "canary.next_action", &input.to_string(), call_json).unwrap();
            log.push(audit::append(&head, &entry).unwrap());
            head = audit::head(log.last().unwrap());
        }
        assert_eq!(audit::replay(&log, call_json).verdict, audit::ReplayVerdict::Agrees);
        c.bench_function(&format!("audit::replay, 1,000 decisions of canary.next_action, {name}"), |b| {
            b.iter(|| {
                let mut calls = PreparedCalls::default();
                audit::replay(black_box(&log), |function, input| calls.call_json(function, input))
            });
        });
        c.bench_function(&format!("audit::replay of the same without handles, {name}"), |b| {
            b.iter(|| audit::replay(black_box(&log), call_json));
        });
    }
}

/// A plain function checks and digests its policy at each call; a handle does so once.
fn policy_digest(c: &mut Criterion<CpuTime>) {
    let first = schedule();
    let now = Timestamp::parse("2026-11-23T09:00:00Z").unwrap();
    c.bench_function("canary::start", |b| b.iter(|| canary::start(black_box(&first), now)));
    c.bench_function("canary::Rollout::new", |b| b.iter(|| Rollout::new(black_box(&first).clone())));
    let text = serde_json::to_string(&first).unwrap();
    c.bench_function("digest::sha256 of its JSON text", |b| b.iter(|| digest::sha256(black_box(&text))));
}

/// Short measurements: what is asked is the order of magnitude against a bar, not a change of one percent.
fn short() -> Criterion<CpuTime> {
    Criterion::default()
        .with_measurement(CpuTime)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_millis(1500))
}

/// Messages as a repository has them: mostly short, some with a body, footers or a list.
fn change(c: &mut Criterion<CpuTime>) {
    let messages = [
        "fix(parser): handle empty input (#1234)",
        "feat: add dark mode (#77)",
        "docs: describe the exporter",
        "chore(deps): bump serde from 1.0.1 to 1.0.2 (#901)",
        "feat(api)!: drop the v1 endpoints\n\nThe endpoints were deprecated a year ago.\n\nBREAKING CHANGE: use v2\nRefs: #7",
        "refactor: split the list view",
        "fix: close the socket on error\n\nIt was kept open after a time-out, so that the pool ran dry.\n\nFixes #12",
        "Merge branch 'main' into next",
        "test: cover the reader",
        "ci: run on both systems (#12)\n\nCo-authored-by: Some One <some.one@example.org>",
    ];
    let parser = Parser::new(Messages::default()).unwrap();
    let mut group = c.benchmark_group("change");
    group.throughput(criterion::Throughput::Elements(messages.len() as u64));
    group.bench_function("change::Parser::parse_change, 10 messages", |b| {
        b.iter(|| messages.map(|message| parser.parse_change(black_box(message))));
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = short();
    targets = canary, change, rollback, release, experiment, window, replay, audit, policy_digest, judge, delivery::by_columns_and_rows, delivery::from_git
}
criterion_main!(benches);
