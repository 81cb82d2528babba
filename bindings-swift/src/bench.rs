//! The core's own time, for the benches of Swift and Kotlin: the same calls without a binding.
//!
//! Only with the feature `bench`, which `cargo xtask bench` enables.
#![allow(clippy::unwrap_used, reason = "a bench whose input is refused stops")]

use relcore::Timestamp;
use relcore::canary::{self, Observation, Rollout, State};
use relcore::metrics;
use relcore::metrics::columns::{DeploymentColumns, Events, dora};
use relcore::time::{BucketUnit, TimeRange};
use std::{hint::black_box, slice, sync::LazyLock};

/// A canary of five steps and ten metrics that bakes at its first weight: that of the benches.
struct Baking {
    rollout: Rollout,
    state: State,
    observations: Vec<Observation>,
    now: Timestamp,
}

static BAKING: LazyLock<Baking> = LazyLock::new(|| {
    let steps = r#"[{"type": "set_weight", "weight": 5}, {"type": "bake", "min": "PT1H", "max": "P999D"},
        {"type": "set_weight", "weight": 25}, {"type": "bake", "min": "PT4H", "max": "P999D"},
        {"type": "set_weight", "weight": 100}]"#;
    let list = |item: &dyn Fn(usize) -> String| (0..10).map(item).collect::<Vec<_>>().join(", ");
    let metrics = list(&|n| format!(r#"{{"name": "metric-{n}", "max": 0.5}}"#));
    let reading = r#"{"type": "value", "value": 0.25, "n": 1000}"#;
    let observations = list(&|n| {
        let kind = format!(r#"{{"type": "measurement", "metric": "metric-{n}", "reading": {reading}}}"#);
        format!(r#"{{"at": "2026-11-23T09:10:00Z", "kind": {kind}}}"#)
    });
    let schedule =
        canary::schedule_from_json(&format!(r#"{{"steps": {steps}, "metrics": [{metrics}]}}"#)).unwrap();
    let begin = Timestamp::parse("2026-11-23T09:00:00Z").unwrap();
    let rollout = Rollout::new(schedule).unwrap();
    let state = rollout.start(begin).unwrap();
    Baking {
        state: rollout.next_action(&state, &[], begin).unwrap().state,
        observations: serde_json::from_str(&format!("[{observations}]")).unwrap(),
        now: Timestamp::parse("2026-11-23T09:10:00Z").unwrap(),
        rollout,
    }
});

/// Decides so many times, with a handle.
#[unsafe(no_mangle)]
pub extern "C" fn relcore_core_rollout_next_action(rounds: u32) {
    let Baking { rollout, state, observations, now } = &*BAKING;
    for _ in 0..rounds {
        black_box(black_box(rollout).next_action(state, observations, *now)).unwrap();
    }
}

/// Decides so many times, with a schedule.
#[unsafe(no_mangle)]
pub extern "C" fn relcore_core_next_action(rounds: u32) {
    let Baking { rollout, state, observations, now } = &*BAKING;
    for _ in 0..rounds {
        black_box(canary::next_action(black_box(rollout.schedule()), state, observations, *now)).unwrap();
    }
}

/// The delivery metrics of some deployments by month, in the years 2016 to 2025.
///
/// # Safety
/// Both columns must be `rows` long.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn relcore_core_dora_columns(finished_at: *const i64, outcome: *const u8, rows: usize) {
    // SAFETY: the caller guarantees it.
    let (finished_at, outcome) =
        unsafe { (slice::from_raw_parts(finished_at, rows), slice::from_raw_parts(outcome, rows)) };
    let deployments = DeploymentColumns { finished_at, outcome, ..DeploymentColumns::default() };
    let events = Events { deployments, environments: &["production"], services: 1, ..Events::default() };
    let policy = metrics::default_policy();
    let at = |text| Timestamp::parse(text).unwrap();
    let range = TimeRange { start: at("2016-01-01T00:00:00Z"), end: at("2026-01-01T00:00:00Z") };
    black_box(dora(&events, &policy, &range, &BucketUnit::Month, "UTC")).unwrap();
}
