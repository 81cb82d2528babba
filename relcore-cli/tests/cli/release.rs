//! The script of `examples/release`, with the binary, and the files beside it.
#![cfg(unix)]
use crate::folder::Folder;
use relcore::audit;
use serde_json::Value;
use std::{env, fs, path::Path, process::Command};

/// The log that the programs for phones read. It was written by another implementation of the hash chain.
#[test]
fn the_log_has_the_events_of_the_incident() {
    let read = |name: &str| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/release");
        fs::read_to_string(folder.join(name)).unwrap()
    };
    let head = relcore::from_json(&read("head.json")).unwrap();
    let check = audit::verify_log(&read("log.jsonl"), &[head], None).unwrap();
    assert_eq!(check.verdict, audit::ChainVerdict::Whole, "{check}");
    let records = audit::read_log(&read("log.jsonl")).records;
    let logged: Vec<Value> = records.iter().map(|record| record.data.parse().unwrap()).collect();
    assert_eq!(Value::from(logged), read("incident.json").parse::<Value>().unwrap());
}

#[test]
fn a_whole_release_in_bash() {
    let folder = Folder::new();
    let binary = Path::new(env!("CARGO_BIN_EXE_relcore")).parent().unwrap();
    let path = format!("{}:{}", binary.display(), env::var("PATH").unwrap());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/release/release.sh");
    let ran = Command::new("bash").arg(script).arg(folder.path("")).env("PATH", path).output().unwrap();
    let printed = String::from_utf8(ran.stdout).unwrap();
    assert!(ran.status.success(), "{printed}{}", String::from_utf8_lossy(&ran.stderr));
    for part in [
        "18:00 may it go out? LATER: ",
        "19:10 may it go out? YES: ",
        "19:15 canary at 50.0 %, progressing\n",
        "19:19 canary at 0.0 %, rolled_back\n",
        "19:19 roll back or fix forward? ROLL BACK",
        "STATUS: Resolved\n",
        "WHOLE: nothing was changed or removed up to entry 14\nAGREES: 14 decisions",
    ] {
        assert!(printed.contains(part), "{part}\n{printed}");
    }
    assert!(printed.ends_with("BROKEN at entry 1: valid up to entry 0\nDIFFERS at entry 1\n"), "{printed}");
}
