//! What a phone shows on the evening of `examples/release`: the release window, the audit log, the incident, the stores.
#![allow(clippy::disallowed_methods, reason = "an example reads files; only the core may not")]
use relcore::canary::{ApplePause, Command, Rollout, apple_day, order, play_staged_schedule, play_update};
use relcore::incident::{
    Event, Form, apply, default_cadence, explain_update, fold, render_update, update_due,
};
use relcore::interchange::play_track_release;
use relcore::window::{self, Subject};
use relcore::{Timestamp, audit, canary, from_json, readiness};
use std::fs::read_to_string;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let at = Timestamp::parse;

    println!("# May the release start?");
    let policy = readiness::policy_from_yaml(&read_to_string("examples/release/policy.yaml")?)?;
    let windows = window::Engine::new(policy.windows)?;
    for now in ["2026-11-24T18:00:00Z", "2026-11-24T19:10:00Z"] {
        println!("{}", window::explain(&windows.status(&Subject::default(), at(now)?)?));
    }

    println!("# Is the audit log whole? The head was kept elsewhere.");
    let log = read_to_string("examples/release/log.jsonl")?;
    let head = from_json(&read_to_string("examples/release/head.json")?)?;
    let edited = log.replace("sev2", "sev3");
    for text in [&log, &edited] {
        println!("{}", audit::explain_chain(&audit::verify_log(text, std::slice::from_ref(&head), None)?));
    }

    println!("# How is the incident? Its events are the entries of the log.");
    let records = audit::read_log(&log).records;
    let events = records.iter().map(|record| from_json(&record.data)).collect::<Result<Vec<Event>, _>>()?;
    let (resolution, events) = events.split_last().ok_or("the log is empty")?;
    let (state, cadence, now) = (fold(events)?, default_cadence(), at("2026-11-24T19:30:00Z")?);
    print!("{}", render_update(&state, &Form::Chat, &cadence, now)?);
    println!("{}", explain_update(&update_due(&state, &cadence, now)?));
    print!("{}", render_update(&apply(&state, resolution)?, &Form::Chat, &cadence, resolution.at)?);

    println!("\n# How far is the app in the App Store? Its phased release was paused for the incident.");
    let started = at("2026-11-23T09:00:00Z")?;
    let paused = ApplePause::new(at("2026-11-24T19:20:00Z")?);
    let resumed = paused.end(at("2026-11-25T19:20:00Z")?);
    for (now, pauses) in [
        ("2026-11-24T19:00:00Z", &[] as &[_]),
        ("2026-11-24T20:00:00Z", &[paused]),
        ("2026-11-26T20:00:00Z", &[resumed]),
        ("2026-11-30T20:00:00Z", &[resumed]),
        ("2026-12-24T20:00:00Z", &[paused]), // nobody resumed it: after 30 days it goes on by itself
    ] {
        let day = apple_day(started, pauses, at(now)?)?;
        println!("{now} day {} of 7: {} %, {}", day.day, day.percent, day.phase);
    }

    println!("\n# And on Google Play? The staged rollout was halted.");
    let (now, rollout) = (at("2026-11-24T19:20:00Z")?, Rollout::new(play_staged_schedule())?);
    let first = rollout.next_action(&rollout.start(started)?, &[], started)?;
    let pause = order(&Command::Pause, now, Some("ada@example.com"), Some("inc-7"));
    let halted = rollout.next_action(&first.state, &[pause], now)?;
    print!("{}", canary::explain(&halted));
    println!("{}", play_track_release(&play_update(&halted.state)?)?);
    Ok(())
}
