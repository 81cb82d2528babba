//! Malformed input: every function refuses it in bounded time, with an error that has a code, and never panics.
//!
//! The functions come from the function table, a valid call of each comes from the conformance cases. So a new function is
//! tested here as soon as it has a case.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test reads files and the clock, and may stop with a panic"
)]

use relcore::ErrorKind;
use relcore::api::{call_json, functions};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;
use std::time::{Duration, Instant};
use std::{fs, iter};

/// The limit for a call with half a megabyte of input, in the unoptimised build of the tests. Quadratic work takes longer,
/// even at 20 bytes per nanosecond.
const LONGEST_CALL: Duration = Duration::from_secs(10);

const HALF_A_MEGABYTE: usize = 512 << 10;

/// What every reader is given; longer texts go to some of them.
const SHORT: usize = 8 << 10;

/// The largest policy that is parsed. A longer one is refused before it is parsed.
const LARGEST_POLICY: usize = 8 << 20;

/// A text that is not a policy.
struct Garbage {
    name: &'static str,
    text: String,
    /// The text as a JSON string, because escaping it for each call would dominate the time.
    json: String,
}

fn garbage() -> &'static [Garbage] {
    static GARBAGE: LazyLock<Vec<Garbage>> = LazyLock::new(|| {
        let garbage = |(name, text): (&'static str, String)| Garbage {
            name,
            json: serde_json::to_string(&text).unwrap(),
            text,
        };
        texts().into_iter().map(garbage).collect()
    });
    &GARBAGE
}

fn texts() -> Vec<(&'static str, String)> {
    let much_of = |part: &str| part.repeat(HALF_A_MEGABYTE / part.len());
    let deep = 100_000;
    let nine_of =
        |(name, last): (char, char)| format!("{name}: &{name} [{}]", vec![format!("*{last}"); 9].join(", "));
    let bomb: Vec<String> =
        iter::once("a: &a [x, x, x]".to_owned()).chain(('b'..='z').zip('a'..).map(nine_of)).collect();
    vec![
        ("512 KiB of one letter", much_of("x")),
        ("512 KiB of digits", much_of("9")),
        ("512 KiB of short lines", much_of("é\u{1f600}\n")),
        ("512 KiB of NUL", much_of("\0")),
        ("512 KiB of objects", format!("[{}1]", much_of("{\"a\":1},"))),
        ("512 KiB of keys", json_keys(30_000)),
        ("512 KiB of YAML lines", (0..40_000).map(|n| format!("key{n}: [1]\n")).collect()),
        ("512 KiB of one JSON text", format!("\"{}\"", much_of("\\u0041"))),
        ("512 KiB of tabs", much_of("\t\t\t\t\t\t\t\n")),
        ("512 KiB of blanks", much_of(" ")),
        ("brackets, 100,000 deep", "[".repeat(deep)),
        ("braces, 100,000 deep", "{\"a\":".repeat(deep)),
        ("closed brackets, 100,000 deep", "[".repeat(deep) + &"]".repeat(deep)),
        ("YAML lists, 100,000 deep", "- ".repeat(deep)),
        ("YAML lines, 2,000 deep", (0..2_000).map(|n| format!("{}a:\n", " ".repeat(n))).collect()),
        ("a bomb of YAML aliases", bomb.join("\n")),
        ("an alias of itself", "&a [*a]".to_owned()),
        ("a number no double holds", "1e999999".to_owned()),
        ("half a surrogate pair", "\"\\ud800\"".to_owned()),
        ("a NUL inside", "{\"a\": \"\0\"}".to_owned()),
        ("an escaped NUL as a key", "{\"\\u0000\": 1}".to_owned()),
        ("a byte order mark", "\u{feff}{\"a\": 1}".to_owned()),
        ("NaN", "NaN".to_owned()),
        ("YAML's NaN", "a: .nan".to_owned()),
        ("a repeated key", "{\"a\": 1, \"a\": 2}".to_owned()),
        ("a YAML tag", "!!python/object:os.system {a: 1}".to_owned()),
        ("many YAML documents", "---\na: 1\n".repeat(100_000)),
        ("text after the end", "{} {}".to_owned()),
    ]
}

/// An object with so many keys: 15 bytes each.
fn json_keys(count: usize) -> String {
    format!("{{{}\"z\":1}}", (0..count).map(|n| format!("\"key{n}\":[0],")).collect::<String>())
}

#[test]
fn every_text_argument_can_be_garbage() {
    let mut tried = 0;
    let reads_policies = |function: &str| readers().any(|reader| reader == function); // they have a test of their own
    for (function, input) in one_call_each().into_iter().filter(|(function, _)| !reads_policies(function)) {
        for argument in input.iter().filter(|(_, value)| value.is_string()).map(|(argument, _)| argument) {
            let mut others = input.clone();
            others.remove(argument);
            let others: String = others.iter().map(|(key, value)| format!(",\"{key}\":{value}")).collect();
            for Garbage { name, json, .. } in garbage() {
                let input = format!("{{\"{argument}\":{json}{others}}}");
                // Some texts are valid, such as JSON for `digest.sha256`. The test requires only that nothing panics.
                let _ = bounded(&format!("{function}({argument}): {name}"), || call_json(&function, &input));
                tried += 1;
            }
        }
    }
    assert!(tried > 100, "only {tried} calls");
}

#[test]
fn every_reader_of_policies_refuses_garbage_with_a_code() {
    let mut tried = 0;
    // One parser reads them all, and refuses what is large and no policy before a reader sees it: seconds for each text of YAML.
    for (number, reader) in readers().enumerate() {
        let largest = if number % 15 == 0 { usize::MAX } else { SHORT };
        for Garbage { name, json, .. } in garbage().iter().filter(|one| one.json.len() <= largest) {
            let what = format!("{reader}: {name}");
            let input = format!("{{\"text\":{json}}}");
            let error = bounded(&what, || call_json(reader, &input)).expect_err(&what);
            assert!(!error.faults().is_empty() && error.to_string().len() < 100_000, "{what}");
        }
        tried += 1;
    }
    assert!(tried > 5, "only {tried} readers");
}

/// One byte over the limit is refused before parsing.
#[test]
fn every_reader_of_policies_refuses_long_text() {
    let blanks = |count: usize| format!("{{\"text\":\"{}\"}}", " ".repeat(count));
    let too_long = blanks(LARGEST_POLICY + 1);
    for reader in readers() {
        let error = call_json(reader, &too_long).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Syntax, "{reader}");
        assert!(error.to_string().contains("8 MiB"), "{reader}: {error}");
    }
    let error = call_json("canary.schedule_from_json", &blanks(LARGEST_POLICY)).unwrap_err();
    assert!(!error.to_string().contains("8 MiB"), "8 MiB are parsed: {error}");
}

fn readers() -> impl Iterator<Item = &'static str> {
    let reads = |name: &&str| name.ends_with("_from_json") || name.ends_with("_from_yaml");
    names().filter(reads)
}

fn names() -> impl Iterator<Item = &'static str> {
    functions().map(|function| function.signature().name)
}

#[test]
fn garbage_as_a_name_or_as_arguments_is_refused() {
    for Garbage { name, text, .. } in garbage() {
        for function in names().step_by(9).chain(["", "no.such", "\0"]) {
            let what = format!("{function}: {name}");
            let error = bounded(&what, || call_json(function, text)).expect_err(&what);
            let exists = names().any(|name| name == function);
            assert_eq!(error.kind() == ErrorKind::UnknownFunction, !exists, "{what}: {error}");
        }
        let error = bounded(name, || call_json(text, "{}")).expect_err(name);
        assert_eq!(error.kind(), ErrorKind::UnknownFunction);
        assert!(error.to_string().len() < 1_000, "an error must not repeat the input");
    }
}

#[test]
fn a_wrong_value_anywhere_is_an_error_or_a_result() {
    let wrong = [
        json!(null),
        json!(true),
        json!(-1),
        json!(0),
        json!(0.5),
        json!(1e308),
        json!(-1e308),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(4_294_967_296_u64),
        json!(""),
        json!("\0"),
        json!("P104249991D"),
        json!("-P104249991D"),
        json!("0001-01-01T00:00:00Z"),
        json!("9999-12-31T23:59:59.999Z"),
        json!([]),
        json!([[]]),
        json!({}),
        json!({"type": "x"}),
    ];
    let mut tried = 0;
    for (function, input) in one_call_each() {
        let input = Value::Object(input);
        for pointer in pointers(&input, "").into_iter().filter(|pointer| !pointer.is_empty()) {
            for value in &wrong {
                let mut changed = input.clone();
                *changed.pointer_mut(&pointer).unwrap() = value.clone();
                let changed = changed.to_string();
                let _ = bounded(&format!("{function}{pointer} = {value}"), || call_json(&function, &changed));
                tried += 1;
            }
        }
    }
    assert!(tried > 1_000, "only {tried} calls");
}

#[test]
fn an_unknown_key_anywhere_is_refused() {
    let mut tried = 0;
    for (function, input) in one_call_each() {
        let input = Value::Object(input);
        for pointer in pointers(&input, "") {
            let mut changed = input.clone();
            let Some(object) = changed.pointer_mut(&pointer).and_then(Value::as_object_mut) else { continue };
            // No map with free keys has values of this type.
            object.insert("noSuchKey".to_owned(), json!([[{"a": 1}]]));
            let result = call_json(&function, &changed.to_string());
            assert!(result.is_err(), "{function}{pointer} accepted an unknown key: {result:?}");
            tried += 1;
        }
    }
    assert!(tried > 20, "only {tried} calls");
}

#[test]
fn three_mistakes_in_one_policy_are_three_faults() {
    let policy = "{\"steps\": [{\"type\": \"set_weight\", \"weight\": \"5\"}, {\"type\": \"bake\", \"min\": \"soon\"}], \"stepz\": []}";
    let error = relcore::canary::schedule_from_json(policy).unwrap_err();
    let faults: Vec<(&str, &str)> =
        error.faults().iter().map(|fault| (fault.path.as_str(), fault.code.code())).collect();
    assert_eq!(
        faults,
        [("steps[0].weight", "wrong_type"), ("steps[1].min", "invalid_value"), ("stepz", "unknown_field"),]
    );
}

/// serde reads a list as an object: its fields in order, and `[]` as a policy of defaults.
#[test]
fn a_list_is_not_an_object() {
    use relcore::{canary, metrics, release, rollback};
    let refused =
        |error: relcore::Error| assert_eq!((error.kind(), error.path()), (ErrorKind::WrongType, ""));
    refused(rollback::policy_from_json("[]").unwrap_err());
    refused(rollback::policy_from_yaml("- error").unwrap_err());
    refused(metrics::policy_from_json("[]").unwrap_err());
    refused(release::profiles_from_json("[]").unwrap_err());
    refused(canary::schedule_from_json("[[]]").unwrap_err());
    let schedule = "{\"steps\": [[\"set_weight\", 100]], \"on\": []}";
    let error = canary::schedule_from_json(schedule).unwrap_err();
    let paths: Vec<&str> = error.faults().iter().map(|fault| fault.path.as_str()).collect();
    assert_eq!(paths, ["steps[0]", "on"]); // in the order of the text
    for (function, input, path) in [
        ("rollback.decide", r#"{"situation": [], "policy": {}, "now": "2026-11-23T03:00:00Z"}"#, "situation"),
        ("rollback.decide", r#"{"situation": {}, "policy": [], "now": "2026-11-23T03:00:00Z"}"#, "policy"),
        ("canary.validate", r#"{"schedule": {"steps": [], "on": []}}"#, "schedule.on"),
    ] {
        let error = call_json(function, input).unwrap_err();
        assert_eq!((error.kind(), error.path()), (ErrorKind::WrongType, path));
    }
}

#[test]
fn a_repeated_argument_is_refused() {
    let error = call_json("time.parse_span", r#"{"text": "90s", "text": "1h"}"#).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Syntax);
}

/// Long input is refused or processed in bounded time, and an error does not repeat it.
#[test]
fn no_call_takes_quadratic_time() {
    let long = "x".repeat(1_000_000);
    let steps = |count: usize, step: &str| vec![step; count].join(",");
    let gates: String = (0..9_999).map(|n| format!(r#"{{"type":"gate","name":"g{n}"}},"#)).collect();
    let metrics = |count: usize| -> String {
        let one = |n: usize| format!(r#"{{"name":"m{n}","max":1}}"#);
        (0..count).map(one).collect::<Vec<_>>().join(",")
    };
    let full = r#"{"type":"set_weight","weight":100}"#;
    let names: String = (0..100_000).map(|n| format!("\"m{}\"", n % 9_000)).collect::<Vec<_>>().join(",");
    let holidays: Vec<String> = (0..100_000).map(|n| format!("\"{:04}-01-01\"", n % 9_999 + 1)).collect();
    let calendar = format!(r#"{{"holidays":[{}]}}"#, holidays.join(","));
    for (what, function, input) in [
        (
            "100,000 steps",
            "canary.validate",
            format!(r#"{{"schedule":{{"steps":[{}]}}}}"#, steps(100_000, full)),
        ),
        ("10,000 gates", "canary.validate", format!(r#"{{"schedule":{{"steps":[{gates}{full}]}}}}"#)),
        (
            "100,000 metrics",
            "canary.validate",
            format!(r#"{{"schedule":{{"steps":[{full}],"metrics":[{}]}}}}"#, metrics(100_000)),
        ),
        (
            "10,000 metrics, 100,000 names",
            "canary.validate",
            format!(
                r#"{{"schedule":{{"steps":[{{"type":"analysis","measurements":1,"metrics":[{names}]}},{full}],"metrics":[{}]}}}}"#,
                metrics(10_000)
            ),
        ),
        (
            "a metric with a name of a million letters",
            "canary.validate",
            format!(
                r#"{{"schedule":{{"steps":[{full}],"metrics":[{{"name":"{long}"}},{{"name":"{long}"}}]}}}}"#
            ),
        ),
        ("a key of a million letters", "canary.validate", format!(r#"{{"schedule":{{"{long}":1}}}}"#)),
        (
            "a span of a million digits",
            "time.parse_span",
            format!(r#"{{"text":"{}s"}}"#, "9".repeat(1_000_000)),
        ),
        (
            "a span of a million units",
            "time.parse_span",
            format!(r#"{{"text":"{}"}}"#, "1h".repeat(1_000_000)),
        ),
        (
            "100,000 holidays, 3.6 million days",
            "time.business_days_between",
            format!(r#"{{"start":"0001-01-01","end":"9999-12-31","calendar":{calendar}}}"#),
        ),
        (
            "100,000 advisories",
            "release.classify",
            format!(
                r#"{{"next":"1.0.0","facts":{{"advisories":[{}]}}}}"#,
                (0..100_000).map(|n| format!(r#"{{"id":"CVE-{n}"}}"#)).collect::<Vec<_>>().join(",")
            ),
        ),
    ] {
        match bounded(what, || call_json(function, &input)) {
            Ok(_) => {}
            Err(error) => assert!(error.to_string().len() < 50_000, "{what}"),
        }
    }
}

/// 100,000 measurements of 1,000 metrics, not in the order of the schedule.
#[test]
fn measurements_in_any_order_are_applied_in_bounded_time() {
    let metric = |n: usize| format!("{{name: m{n}, max: 1}}");
    let metrics: Vec<String> = (0..1_000).map(metric).collect();
    let text = format!("steps: [{{type: set_weight, weight: 100}}]\nmetrics: [{}]", metrics.join(", "));
    let schedule = relcore::canary::schedule_from_yaml(&text).unwrap();
    let begin = relcore::Timestamp::parse("2026-11-23T03:00:00Z").unwrap();
    let now = begin.plus(relcore::Span::from_hours(1)).unwrap();
    let state = relcore::canary::start(&schedule, begin).unwrap();
    let observations: Vec<_> = (0..100_000_i64)
        .map(|n| {
            relcore::canary::Observation::new(
                relcore::Timestamp::from_millis(begin.as_millis() + 1 + n).unwrap(),
                relcore::canary::ObservationKind::Measurement {
                    metric: format!("m{}", (n * 7_919) % 1_000),
                    reading: relcore::canary::Reading::Value { value: 0.5, n: None },
                },
            )
        })
        .collect();
    let next = || relcore::canary::next_action(&schedule, &state, &observations, now);
    assert!(bounded("100,000 measurements", next).is_ok());
}

fn bounded<T>(what: &str, call: impl FnOnce() -> T) -> T {
    let (start, used) = (Instant::now(), processor_time());
    let result = call();
    let used = processor_time().zip(used).map(|(now, before)| now.saturating_sub(before));
    let took = used.unwrap_or(start.elapsed()); // processor time, because other processes share the machine
    assert!(took < LONGEST_CALL, "{what}: took {took:?}");
    result
}

/// The processor time of this thread, where the system reports it (Linux does).
fn processor_time() -> Option<Duration> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

/// For each function with a successful conformance case: its largest input.
fn one_call_each() -> BTreeMap<String, Map<String, Value>> {
    let mut calls = BTreeMap::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join(".."), &mut calls);
    assert!(calls.len() > 5, "the cases were not found");
    calls
}

fn collect(path: &Path, calls: &mut BTreeMap<String, Map<String, Value>>) {
    const LARGEST: usize = 6_000; // bytes: each value of an input costs 20 calls
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            collect(&entry.unwrap().path(), calls);
        }
    } else if path.extension().is_some_and(|end| end == "json") {
        let file: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        for case in file["cases"].as_array().unwrap().iter().filter(|case| case.get("expect").is_some()) {
            let (function, input) = (case["call"].as_str().unwrap(), case["input"].as_object().unwrap());
            let size = |input: &Map<String, Value>| Value::Object(input.clone()).to_string().len();
            if size(input) <= LARGEST && calls.get(function).is_none_or(|other| size(other) < size(input)) {
                calls.insert(function.to_owned(), input.clone());
            }
        }
    }
}

/// JSON pointers to a value and everything in it; of the items of a list that have one shape, to the first: the others are read
/// by the same code.
fn pointers(value: &Value, at: &str) -> Vec<String> {
    let inside: Vec<(String, &Value)> = match value {
        Value::Object(entries) => {
            entries.iter().map(|(key, value)| (key.replace('~', "~0").replace('/', "~1"), value)).collect()
        }
        Value::Array(items) => {
            let mut shapes = BTreeSet::new();
            let items = items.iter().enumerate().filter(|(_, item)| shapes.insert(shape(item).to_string()));
            items.map(|(index, value)| (index.to_string(), value)).collect()
        }
        _ => vec![],
    };
    let deeper = inside.into_iter().flat_map(|(key, value)| pointers(value, &format!("{at}/{key}")));
    iter::once(at.to_owned()).chain(deeper).collect()
}

/// The keys and tags of a value, without what else they hold.
fn shape(value: &Value) -> Value {
    match value {
        Value::Object(entries) => {
            let one = |(key, value): (&String, &Value)| {
                let value = if key == "type" { value.clone() } else { shape(value) };
                (key.clone(), value)
            };
            Value::Object(entries.iter().map(one).collect())
        }
        Value::Array(items) => items.iter().map(shape).collect(),
        Value::String(_) => json!(""),
        Value::Number(_) => json!(0),
        Value::Bool(_) | Value::Null => json!(null),
    }
}
