//! The scripts of `examples/bash`, with the binary, against a load balancer and a Prometheus made of files.
#![cfg(unix)]
use crate::folder::{Folder, Ran};
use std::{
    env, fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

const SCHEDULE: &str = "
steps:
  - { type: set_weight, weight: 5 }
  - { type: bake, min: 0.3s }
  - { type: set_weight, weight: 100 }
metrics:
  - { name: error_rate, max: 1, unit: '%' }
";

/// Prints the error rate of the file `rate`; `die-in-measure` kills the deploy script first.
const MEASURE: &str = r#"#!/usr/bin/env bash
set -eu
if [ -e die-in-measure ]; then rm die-in-measure; kill -9 "$(cat pid)"; fi
now=$(date -u +%Y-%m-%dT%H:%M:%S.%3NZ)
echo "[{at: $now, kind: {type: measurement, metric: error_rate, reading: {type: value, value: $(cat rate)}}}]"
"#;

/// Appends the weight to the file `routed`; `die-in-route` kills the deploy script first.
const ROUTE: &str = r#"#!/usr/bin/env bash
set -eu
if [ -e die-in-route ]; then rm die-in-route; kill -9 "$(cat pid)"; exit 1; fi
echo "$1" >> routed
"#;

fn folder(rate: &str) -> Folder {
    let folder = Folder::new();
    folder.write("schedule.yaml", SCHEDULE);
    folder.write("rate", rate);
    script(&folder, "measure", MEASURE);
    script(&folder, "route", ROUTE);
    folder
}

fn script(folder: &Folder, name: &str, text: &str) {
    folder.write(name, text);
    fs::set_permissions(folder.path(name), fs::Permissions::from_mode(0o755)).unwrap();
}

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/bash").join(name)
}

/// Runs a script of the examples with the command, and the programs of the folder, in its PATH: the binary, or what
/// `pip` or `npm` installed into the folder that `RELCORE_COMMAND_FOLDER` names.
fn run(folder: &Folder, command: &str) -> Ran {
    let binary = Path::new(env!("CARGO_BIN_EXE_relcore")).parent().unwrap().to_owned();
    let binary = env::var_os("RELCORE_COMMAND_FOLDER").map_or(binary, PathBuf::from);
    let path = format!("{}:{}:{}", folder.path("bin").display(), binary.display(), env::var("PATH").unwrap());
    let mut bash = Command::new("bash");
    bash.args(["-c", command]).current_dir(folder.path("")).env("PATH", path).env("INTERVAL", "0.1");
    Ran::of(bash.output().unwrap())
}

fn deploy(folder: &Folder) -> Ran {
    let script = example("deploy.sh");
    run(
        folder,
        &format!("echo $$ > pid; exec '{}' schedule.yaml state.json ./measure ./route", script.display()),
    )
}

fn routed(folder: &Folder) -> Vec<String> {
    folder.read("routed").lines().map(str::to_owned).collect()
}

#[test]
fn a_good_version_gets_all_the_traffic() {
    let folder = folder("0.2");
    let ran = deploy(&folder);
    assert_eq!((ran.code, ran.output.as_str()), (0, ""), "{}", ran.errors);
    let routed = routed(&folder);
    assert_eq!(routed.first().map(String::as_str), Some("5.0"));
    assert_eq!(routed.last().map(String::as_str), Some("100.0"));
    assert!(ran.errors.starts_with("SET WEIGHT from 0 % to 5 %\n"), "{}", ran.errors);
    assert!(ran.errors.contains("\nCOMPLETE from 5 % to 100 %\n"), "{}", ran.errors);
}

#[test]
fn a_bad_version_loses_its_traffic() {
    let folder = folder("4.2");
    let ran = deploy(&folder);
    assert_eq!(ran.code, 20, "{}", ran.errors);
    assert_eq!(routed(&folder), ["5.0", "0.0"]);
    // Once more: it says the same again and routes the same weight.
    assert_eq!(deploy(&folder).code, 20);
    assert_eq!(routed(&folder), ["5.0", "0.0", "0.0"]);
}

#[test]
fn a_script_killed_between_the_decision_and_the_traffic_makes_up_for_it() {
    let folder = folder("0.2");
    folder.write("die-in-route", "");
    assert_eq!(deploy(&folder).code, -1); // killed
    assert!(routed(&folder).is_empty());
    assert!(folder.read("state.json").contains("\"weight\":5.0"));
    folder.write("die-in-measure", "");
    assert_eq!(deploy(&folder).code, -1);
    assert_eq!(routed(&folder), ["5.0"]);
    assert_eq!(deploy(&folder).code, 0);
    assert_eq!(routed(&folder).last().map(String::as_str), Some("100.0"));
}

#[test]
fn a_script_killed_before_the_rollback_makes_up_for_it() {
    let folder = folder("4.2");
    script(&folder, "measure", &MEASURE.replace("set -eu", "set -eu; touch die-in-route"));
    assert_eq!(deploy(&folder).code, -1);
    assert_eq!(routed(&folder), ["5.0"]);
    assert!(folder.read("state.json").contains("\"phase\":\"rolled_back\""));
    assert_eq!(deploy(&folder).code, 20);
    assert_eq!(routed(&folder), ["5.0", "0.0"]);
}

#[test]
fn an_error_is_no_decision() {
    let folder = folder("high");
    let ran = deploy(&folder);
    assert_eq!(ran.code, 65);
    assert!(
        ran.errors.contains("error: --observations: [0].kind.reading.value: expected a number"),
        "{}",
        ran.errors
    );
    assert_eq!(routed(&folder), ["5.0"]);
}

/// A `curl` that answers as a Prometheus would.
fn with_curl(answer: &str) -> Folder {
    let folder = Folder::new();
    fs::create_dir(folder.path("bin")).unwrap();
    script(&folder, "bin/curl", &format!("#!/usr/bin/env bash\n{answer}\n"));
    folder
}

fn measured(answer: &str) -> String {
    let folder = with_curl(answer);
    let ran =
        run(&folder, &format!("PROMETHEUS=http://localhost:9090 '{}'", example("measure.sh").display()));
    assert_eq!((ran.code, ran.errors.as_str()), (0, ""), "{answer}");
    let found: serde_json::Value = serde_json::from_str(&ran.output).unwrap();
    assert_eq!(found.as_array().unwrap().len(), 1, "{found}");
    assert_eq!(found[0]["kind"]["metric"], "error_rate");
    found[0]["kind"]["reading"].to_string()
}

#[test]
fn an_answer_of_prometheus_becomes_an_observation() {
    let series = r#"for word in "$@"; do case $word in start=*) at=$(date -ud "${word#start=}" +%s) ;; esac; done
echo '{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[['$at',"0.012"]]}]}}'"#;
    assert_eq!(measured(series), r#"{"type":"value","value":1.2}"#);
    let empty = r#"echo '{"status":"success","data":{"resultType":"matrix","result":[]}}'"#;
    assert_eq!(measured(empty), r#"{"type":"empty"}"#);
    assert!(measured("exit 7").starts_with(r#"{"type":"failed","text":"#));
}
