//! The core's own time for `call.mjs`, measured in its process: a library of one function, beside the binding.
#![allow(clippy::disallowed_methods, missing_docs, reason = "a bench reads the clock; the core does not")]

use napi_derive::napi;
use relcore::Timestamp;
use relcore::canary::{Observation, Rollout, State};
use std::hint::black_box;
use std::time::Instant;

/// The nanoseconds of one `next_action` of a rollout, over so many calls.
#[napi(skip_typescript)]
pub fn core_nanos(schedule: String, arguments: String, calls: u32) -> napi::Result<f64> {
    let (state, observations, now): (State, Vec<Observation>, Timestamp) =
        serde_json::from_str(&arguments).map_err(|fault| napi::Error::from_reason(fault.to_string()))?;
    let refused = |error: relcore::Error| napi::Error::from_reason(error.to_string());
    let rollout = Rollout::new(relcore::from_json(&schedule).map_err(refused)?).map_err(refused)?;
    rollout.next_action(&state, &observations, now).map_err(refused)?;
    let begin = Instant::now();
    for _ in 0..calls {
        black_box(rollout.next_action(black_box(&state), &observations, now).is_ok());
    }
    Ok(begin.elapsed().as_secs_f64() * 1e9 / f64::from(calls))
}
