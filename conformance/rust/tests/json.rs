//! What the core returns and takes is written as JSON text and read back.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test reads files and may stop with a panic"
)]

use relcore::api::{JsonTransport, call_json, named_type, named_types};
use serde_json::Value;
use std::{collections::BTreeMap, path::Path};

/// The types of some arguments, by name.
type Arguments = &'static [(&'static str, &'static str)];

/// The types of some results and arguments, by function.
const TYPES: &[(&str, &str, Arguments)] = &[
    ("canary.next_action", "canary.Decision", &[("schedule", "canary.Schedule"), ("state", "canary.State")]),
    ("canary.start", "canary.State", &[("schedule", "canary.Schedule")]),
    ("canary.plan", "canary.Timeline", &[]),
    ("canary.routing", "canary.Routing", &[("state", "canary.State")]),
    ("canary.schedule_from_yaml", "canary.Schedule", &[]),
    ("metrics.dora", "metrics.DoraReport", &[("policy", "metrics.Policy"), ("range", "TimeRange")]),
    (
        "rollback.decide",
        "rollback.Decision",
        &[("situation", "rollback.Situation"), ("policy", "rollback.Policy")],
    ),
    ("release.classify", "release.Classification", &[("facts", "release.Facts")]),
    ("interchange.git_releases", "interchange.GitReleases", &[("history", "interchange.GitHistory")]),
];

/// The text after it was read and written again.
fn again(of: &str, text: &str) -> relcore::Result<String> {
    let of = named_type(of)?;
    let mut transport = JsonTransport::new(vec![]);
    of.from_json(text, &mut transport)?;
    let read = transport.into_text();
    let written = of.to_json(&mut JsonTransport::new(vec![Some(&read)]))?;
    assert_eq!(read, written);
    Ok(written)
}

#[test]
fn results_and_arguments_are_read_back() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for file in relcore_conformance::files(&folder).unwrap() {
        for case in relcore_conformance::cases(&file).unwrap_or_default() {
            let Some((call, of, arguments)) = TYPES.iter().find(|(call, ..)| case["call"] == *call) else {
                continue;
            };
            let Ok(result) = call_json(call, &case["input"].to_string()) else { continue };
            assert_eq!(again(of, &result).unwrap(), result, "{}", case["description"]);
            *seen.entry(of).or_default() += 1;
            for (name, of) in *arguments {
                if let Some(given) = case["input"].get(name) {
                    // Defaults are filled in, so only the second writing is the same.
                    let text = again(of, &given.to_string()).unwrap();
                    assert_eq!(again(of, &text).unwrap(), text, "{}", case["description"]);
                    *seen.entry(of).or_default() += 1;
                }
            }
        }
    }
    for (_, of, arguments) in TYPES {
        for of in arguments.iter().map(|(_, of)| of).chain([of]) {
            assert!(seen.contains_key(of), "no case has a `{of}`");
        }
    }
}

#[test]
fn every_type_refuses_what_it_is_not() {
    let mut count = 0;
    for name in named_types() {
        for text in ["[]", "12", "{\"unknown\": 1}", "\"no such text\"", "{"] {
            assert!(again(name, text).is_err(), "{name} reads {text}");
        }
        count += 1;
    }
    assert!(count > 60, "{count}");
    assert!(named_type("canary.Stat").is_err() && named_type("").is_err());
}

#[test]
fn numbers_that_json_cannot_hold_are_refused_with_their_path() {
    let mut schedule = relcore::canary::standard_schedule();
    for weight in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        schedule.steps[0] = relcore::canary::Step::SetWeight { weight };
        let refused = relcore::to_json(&schedule).unwrap_err();
        assert_eq!((refused.code(), refused.path()), ("invalid_value", "steps[0].weight"));
    }
    let text = relcore::to_json(&relcore::canary::standard_schedule()).unwrap();
    assert!(serde_json::from_str::<Value>(&text).is_ok());
}
