//! What an earlier version stored is read, has the same digest, and is written again as it was; a rollout under way goes on.
//!
//! `upgrade/VERSION/` has what that version wrote. After a release, `RELCORE_BLESS=1 cargo test -p relcore --test
//! foundation upgrade` writes the folder of the version of `Cargo.toml`; it never changes a folder that is there.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test reads files and may stop with a panic"
)]

use relcore::api::{JsonTransport, call_json, named_type};
use relcore::canary::{Decision, Observation, Rollout, Schedule, schedule_from_yaml, simulate};
use relcore::{Span, Timestamp, canary, metrics, release, rollback, to_json};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A stored value: its type and its text.
#[derive(Serialize, Deserialize)]
struct Stored {
    r#type: String,
    /// The digest of a policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
    value: Value,
}

/// A rollout: its schedule, and decisions on the way, each with the state after it.
#[derive(Serialize, Deserialize)]
struct Run {
    schedule: Value,
    decisions: Vec<Value>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foundation/upgrade")
}

fn read<T: for<'de> Deserialize<'de>>(path: &Path) -> T {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn versions() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> =
        fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
}

#[test]
fn this_version_has_its_folder() {
    let own = folder().join(env!("CARGO_PKG_VERSION"));
    if !own.exists() && std::env::var_os("RELCORE_BLESS").is_some() {
        fs::create_dir_all(&own).unwrap();
        fs::write(own.join("values.json"), serde_json::to_string_pretty(&values()).unwrap() + "\n").unwrap();
        fs::write(own.join("rollouts.json"), serde_json::to_string_pretty(&runs()).unwrap() + "\n").unwrap();
    }
    assert!(own.exists(), "run this test with RELCORE_BLESS=1");
}

#[test]
fn stored_values_are_read_and_written_as_they_were() {
    for version in versions() {
        let stored: Vec<Stored> = read(&version.join("values.json"));
        assert!(stored.len() >= 10);
        for Stored { r#type, digest, value } in stored {
            assert_eq!(again(&r#type, &value), value, "{type} of {}", version.display());
            if let Some(digest) = digest {
                assert_eq!(relcore::digest::sha256(&value.to_string()).unwrap(), digest, "{type}");
            }
        }
    }
}

#[test]
fn a_rollout_under_way_goes_on() {
    for version in versions() {
        let runs: Vec<Run> = read(&version.join("rollouts.json"));
        for Run { schedule, decisions } in &runs {
            let rollout = Rollout::new(relcore::from_json(&schedule.to_string()).unwrap()).unwrap();
            for stored in decisions {
                assert_eq!(again("canary.Decision", stored), *stored);
                assert_eq!(again("canary.State", &stored["state"]), stored["state"]);
                let stored: Decision = relcore::from_json(&stored.to_string()).unwrap();
                assert_eq!(stored.policy_digest, rollout.digest());
                let later = Timestamp::parse("2027-01-01T00:00:00Z").unwrap();
                rollout.next_action(&stored.state, &[], later).unwrap();
            }
        }
        let all = || runs.iter().flat_map(|run| &run.decisions);
        let verdicts: BTreeSet<&str> =
            all().filter_map(|stored| stored["verdict"]["type"].as_str()).collect();
        assert_eq!(verdicts.len(), 8, "{verdicts:?}");
        let phases: BTreeSet<&str> = all().filter_map(|stored| stored["state"]["phase"].as_str()).collect();
        assert_eq!(phases.len(), 5, "{phases:?}");
    }
}

/// The value after it was read and written.
fn again(of: &str, value: &Value) -> Value {
    let mut transport = JsonTransport::new(vec![]);
    named_type(of).unwrap().from_json(&value.to_string(), &mut transport).unwrap();
    serde_json::from_str(&transport.into_text()).unwrap()
}

// -- what is written for a new version --------------------------------------------------------------------------------

fn values() -> Vec<Stored> {
    let policies = [
        policy(&canary::standard_schedule()),
        policy(&canary::apple_phased_schedule()),
        policy(&canary::play_staged_schedule()),
        policy(&schedule(RICH)),
        policy(&rollback::default_policy()),
        policy(
            &rollback::policy_from_yaml("{rollbackWindow: 6h, smallShare: 0.01, latencySeverity: warning}")
                .unwrap(),
        ),
        policy(&metrics::default_policy()),
        policy(
            &metrics::policy_from_yaml("{confidenceLevel: 0.9, environments: [live], seed: include}")
                .unwrap(),
        ),
        policy(&release::standard_profiles()),
    ];
    let situation = json!({"dataCorruption": true, "flagEndsFault": false, "deployedAt": "2026-11-23T02:00:00Z",
        "previousVersionAvailable": true, "errorRateObserved": 0.02, "errorRateBaseline": 0.01});
    let decide = json!({"situation": situation, "policy": {}, "now": "2026-11-23T03:00:00Z"});
    let classify =
        json!({"previous": "1.2.3", "next": "2.0.0", "facts": {"breaking": true, "features": true}});
    let deployment = json!({"id": "a", "finishedAt": "2026-11-23T03:00:00Z", "environment": "production", "service": "shop",
        "outcome": "success"});
    let dora = json!({"deployments": [deployment], "changes": [], "incidents": [], "policy": {},
        "range": {"start": "2026-11-01T00:00:00Z", "end": "2026-12-01T00:00:00Z"}, "unit": "week", "zone": "UTC"});
    let results = [
        ("rollback.Decision", "rollback.decide", decide),
        ("release.Classification", "release.classify", classify),
        ("metrics.DoraReport", "metrics.dora", dora),
    ];
    let results = results.map(|(of, call, arguments)| Stored {
        r#type: of.to_owned(),
        digest: None,
        value: serde_json::from_str(&call_json(call, &arguments.to_string()).unwrap()).unwrap(),
    });
    policies.into_iter().chain(results).collect()
}

fn policy<P: relcore::WireType>(policy: &P) -> Stored {
    let text = to_json(policy).unwrap();
    Stored {
        r#type: P::NAME.to_owned(),
        digest: Some(relcore::digest::sha256(&text).unwrap()),
        value: serde_json::from_str(&text).unwrap(),
    }
}

/// Every kind of step, every field of a metric.
const RICH: &str = "
steps:
  - {type: set_weight, weight: 5}
  - {type: bake, min: 10m, max: 2h, minSamples: 100}
  - {type: analysis, metrics: [errors], measurements: 1}
  - {type: gate, name: go}
  - {type: pause}
  - {type: pause, duration: 5m}
  - {type: set_weight, weight: 100}
metrics:
  - {name: errors, max: 1, unit: '%', failureLimit: 1, inconclusiveLimit: 2, consecutiveErrorLimit: 3, minSamples: 10,
     maxAge: 1h, critical: false}
  - {name: conversions, min: 2.5, max: 90}
on: {failed: abort, error: pause, inconclusive: pause, noData: hold, deadline: abort}
deadline: 9h
";

fn schedule(yaml: &str) -> Schedule {
    schedule_from_yaml(yaml).unwrap()
}

fn runs() -> Vec<Run> {
    let reading = |minute: u32, metric: &str, value: f64, n: u32| {
        json!({"at": at(minute), "kind": {"type": "measurement", "metric": metric,
            "reading": {"type": "value", "value": value, "n": n}}})
    };
    let measured = |minute, metric, value| reading(minute, metric, value, 500);
    let command = |minute: u32, command: &str| json!({"at": at(minute), "kind": {"type": "command", "command": command}});
    let good = vec![
        measured(3, "errors", 0.2),
        measured(3, "conversions", 3.0),
        measured(12, "errors", 0.3),
        // Too few samples three times: one more than the limit pauses the rollout.
        reading(14, "errors", 0.3, 1),
        reading(15, "errors", 0.3, 1),
        reading(16, "errors", 0.3, 1),
        command(18, "resume"),
        measured(19, "errors", 0.1),
        json!({"at": at(30), "kind": {"type": "approval", "gate": "go", "approved": true, "by": "sre"}}),
        command(38, "pause"),
        command(40, "resume"),
        command(50, "resume"),
    ];
    let bad = vec![measured(3, "errors", 5.0), measured(4, "errors", 6.0)];
    let frozen = format!("{RICH}abort: freeze\n");
    [(RICH, good), (RICH, bad.clone()), (&frozen, bad)]
        .into_iter()
        .map(|(yaml, observations)| {
            let schedule = schedule(yaml);
            let observations: Vec<Observation> = serde_json::from_value(Value::Array(observations)).unwrap();
            let minute = Span::from_minutes(1);
            let all = simulate(&schedule, &observations, time(0), minute, time(70)).unwrap();
            let mut seen = BTreeSet::new();
            let is_new = |decision: &&Decision| {
                seen.insert(format!(
                    "{:?} {:?} {}",
                    decision.verdict, decision.state.phase, decision.state.step
                ))
            };
            let value = |decision: &Decision| serde_json::from_str(&to_json(decision).unwrap()).unwrap();
            let decisions = all.iter().filter(is_new).map(value).collect();
            Run { schedule: serde_json::from_str(&to_json(&schedule).unwrap()).unwrap(), decisions }
        })
        .collect()
}

fn at(minute: u32) -> String {
    format!("2026-11-23T{:02}:{:02}:00.000Z", 3 + minute / 60, minute % 60)
}

fn time(minute: u32) -> Timestamp {
    Timestamp::parse(&at(minute)).unwrap()
}
