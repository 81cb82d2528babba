//! The core's own time for the calls of `call.mjs`, which runs this: lines of nanoseconds and a name.
//!
//! Measured as there: the best of many short rounds.
#![allow(clippy::disallowed_methods, reason = "a bench reads its input and the clock; the core does neither")]

use relcore::canary::{self, CanaryState, Observation, Schedule};
use relcore::rollback::{self, RollbackSituation};
use relcore::{Result, Span, Timestamp, wire};
use std::{hint::black_box, time::Instant};

fn main() -> Result<()> {
    // The very input of `call.mjs`, as it crosses as JSON.
    let mut texts = std::env::args().skip(1);
    let mut next = || texts.next().unwrap_or_default();
    let schedule: Schedule = wire::read_json("Schedule", &next())?;
    let state: CanaryState = wire::read_json("CanaryState", &next())?;
    let mut observations: Vec<Observation> = Vec::new();
    let now = Timestamp::parse(&next())?;
    for text in texts {
        observations.push(wire::read_json("Observation", &text)?);
    }

    print("canary", || canary::next_action(&schedule, &state, &observations, now).is_ok());
    let mut looped = state.clone();
    let mut at = now;
    let minute = Span::from_minutes(1);
    print("loop", || {
        // As in `call.mjs`: each call takes the state of the call before, and a minute has passed.
        for observation in &mut observations {
            observation.at = at;
        }
        match canary::next_action(&schedule, &looped, &observations, at) {
            Ok(decision) => looped = decision.state,
            Err(_) => return false,
        }
        at = at.plus(minute).unwrap_or(now);
        true
    });
    let situation = RollbackSituation { data_corruption: Some(true), ..RollbackSituation::default() };
    let policy = rollback::default_policy();
    print("rollback", || rollback::decide(&situation, &policy, now).is_ok());
    print("span", || Span::parse("90s").is_ok());
    Ok(())
}

fn print(name: &str, mut call: impl FnMut() -> bool) {
    let mut all = true;
    let mut best = f64::INFINITY;
    for round in 0..12_000 {
        let begin = Instant::now();
        for _ in 0..10 {
            all &= black_box(call());
        }
        if round > 100 {
            best = best.min(begin.elapsed().as_secs_f64() / 10.0);
        }
    }
    assert!(all, "`{name}` was refused");
    println!("{:.0} {name}", best * 1e9);
}
