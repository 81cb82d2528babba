//! Every case that a function accepts, as an entry of a log: made again, it has the same result.
#![allow(
    clippy::disallowed_methods,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test reads files and may stop with a panic"
)]

use relcore::audit::{self, LogRecord, ReplayVerdict};
use relcore::{Timestamp, api};
use serde_json::Value;
use std::path::Path;

#[test]
fn every_accepted_case_is_replayed() {
    let at = Timestamp::parse("2026-11-23T09:00:00Z").unwrap();
    let (mut head, mut log): (_, Vec<LogRecord>) = (audit::genesis(), Vec::new());
    let mut prepared = api::PreparedCalls::default();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for file in relcore_conformance::files(&folder).unwrap() {
        for case in relcore_conformance::cases(&file).unwrap() {
            let Some(call) = case.get("call").and_then(Value::as_str) else { continue };
            let input = case.get("input").unwrap().to_string();
            // Also where the call is refused.
            assert_eq!(prepared.call_json(call, &input), api::call_json(call, &input), "{call} {input}");
            if case.get("expect").is_none() {
                continue;
            }
            let entry = audit::record_decision(at, call, &input, api::call_json)
                .unwrap_or_else(|error| panic!("{call} refuses {input}: {error}"));
            let record = audit::append(&head, &entry).unwrap();
            head = audit::head(&record);
            log.push(record);
        }
    }
    assert!(log.len() > 3000, "the cases were found");
    let replay = audit::replay(&log, api::call_json);
    assert_eq!(replay.verdict, ReplayVerdict::Agrees, "{replay}");
    let through_handles = audit::replay(&log, |function, input| prepared.call_json(function, input));
    assert_eq!(through_handles, replay);
    assert_eq!(usize::try_from(replay.replayed.get()).unwrap(), log.len());

    // An edit of any one of them is found.
    for index in (0..log.len()).step_by(97) {
        let mut edited = log.get(index).unwrap().clone();
        let mut data: Value = serde_json::from_str(&edited.data).unwrap();
        *data.get_mut("result").unwrap() = Value::from("edited");
        edited.data = data.to_string();
        let replay = audit::replay(std::slice::from_ref(&edited), api::call_json);
        assert_eq!(replay.verdict, ReplayVerdict::Differs, "{}", edited.data);
    }
}
