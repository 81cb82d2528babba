//! Should this canary go on? Ask once a minute with what was measured.
#![allow(clippy::disallowed_methods, reason = "an example reads a file; only the core may not")]
use relcore::canary::{Rollout, explain, measurement, schedule_from_yaml};
use relcore::{Span, Timestamp};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let schedule = schedule_from_yaml(&std::fs::read_to_string("examples/canary/schedule.yaml")?)?;
    let rollout = Rollout::new(schedule)?;
    let mut now = Timestamp::parse("2026-11-23T03:00:00Z")?;
    let mut decision = rollout.next_action(&rollout.start(now)?, &[], now)?;
    println!("{}", explain(&decision));

    for error_rate in [1.2, 4.2, 5.1, 6.3] {
        now = now.plus(Span::from_seconds(10))?;
        let observations = [measurement("error_rate", error_rate, now, Some(500.into()))];
        decision = rollout.next_action(&decision.state, &observations, now)?;
    }
    println!("{}", explain(&decision));
    Ok(())
}
