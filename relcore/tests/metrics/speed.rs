//! How long a million deployments take by columns: `cargo test --release --test metrics -- --ignored --nocapture`.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::cast_possible_truncation,
    reason = "a measurement needs a clock, and its numbers are small"
)]
use relcore::metrics::Policy;
use relcore::metrics::columns::{
    ChangeColumns, DeploymentColumns, Events, IncidentColumns, Instants, ListedChanges, NONE, dora,
};
use relcore::time::BucketUnit;
use relcore::{TimeRange, Timestamp};
use std::time::{Duration, Instant};

/// Time on the processor, which a busy machine does not stretch as it does the clock's; the clock's where Linux does
/// not tell.
fn on_processor(start: Instant) -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|text| text.split(' ').next()?.parse().ok());
    nanos.map_or_else(|| start.elapsed(), Duration::from_nanos)
}

/// A small generator of numbers: Knuth's constants, the upper bits.
struct Draw(u64);

impl Draw {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

#[test]
#[ignore = "a measurement, not a check"]
fn a_million_deployments() {
    const DEPLOYMENTS: usize = 1_000_000;
    const SERVICES: u32 = 1000;
    let two_years = 730 * 86_400_000_i64;
    let mut draw = Draw(7);
    let (mut finished, mut outcome, mut service) = (vec![], vec![], vec![]);
    let (mut authored, mut offsets) = (vec![], vec![0_u32]);
    let (mut detected, mut resolved, mut incident_service) = (vec![], vec![], vec![]);
    for n in 0..DEPLOYMENTS as i64 {
        let at = n * (two_years / DEPLOYMENTS as i64);
        finished.push(at);
        outcome.push(u8::from(draw.below(100) < 3));
        let of = draw.below(u64::from(SERVICES)) as u32;
        service.push(of);
        for _ in 0..=draw.below(5) {
            authored.push(at - 1 - draw.below(400_000_000) as i64);
        }
        offsets.push(authored.len() as u32);
        if draw.below(100) < 5 {
            let found = at + draw.below(14_000_000) as i64;
            detected.push(found);
            resolved.push(found + draw.below(10_000_000) as i64);
            incident_service.push(of);
        }
    }
    let shuffled: Vec<usize> = {
        let mut order: Vec<usize> = (0..DEPLOYMENTS).collect();
        for index in (1..DEPLOYMENTS).rev() {
            order.swap(index, draw.below(index as u64 + 1) as usize);
        }
        order
    };
    let caused_by = vec![NONE; detected.len()];
    let mut events = Events {
        deployments: DeploymentColumns {
            finished_at: &finished,
            outcome: &outcome,
            service: &service,
            changes: ListedChanges::Nested(&offsets),
            ..Default::default()
        },
        changes: ChangeColumns {
            authored_at: Instants { millis: &authored, validity: None },
            ..Default::default()
        },
        incidents: IncidentColumns {
            detected_at: &detected,
            resolved_at: Instants { millis: &resolved, validity: None },
            service: &incident_service,
            caused_by: &caused_by,
            ..Default::default()
        },
        environments: &["production"],
        services: SERVICES,
    };
    let range = TimeRange {
        start: Timestamp::from_millis(0).unwrap(),
        end: Timestamp::from_millis(two_years).unwrap(),
    };
    let policy = Policy::default();
    let measure = |what: &str, events: &Events<'_>, unit: BucketUnit| {
        let runs = (0..7).map(|_| {
            let start = Instant::now();
            let before = on_processor(start);
            let report = dora(events, &policy, &range, &unit, "UTC").unwrap();
            assert!(report.overall.change_lead_time.n.get() > 2_000_000);
            (on_processor(start) - before, start.elapsed())
        });
        println!("{what}, {unit:?}: {:?} at best of 7 (processor, clock)", runs.min().unwrap());
    };
    for unit in [BucketUnit::Week, BucketUnit::Year] {
        measure("in the order of time", &events, unit);
    }
    let finished_shuffled: Vec<i64> =
        shuffled.iter().filter_map(|index| finished.get(*index)).copied().collect();
    events.deployments.finished_at = &finished_shuffled; // changes no longer fit: their spans are noise, kept
    let policy = policy.clone().negative_spans(relcore::metrics::NegativeSpans::Keep);
    let start = Instant::now();
    let before = on_processor(start);
    let report = dora(&events, &policy, &range, &BucketUnit::Week, "UTC").unwrap();
    let spent = (on_processor(start) - before, start.elapsed());
    println!(
        "shuffled, Week: {spent:?} (processor, clock), {} lead times",
        report.overall.change_lead_time.n
    );
}
