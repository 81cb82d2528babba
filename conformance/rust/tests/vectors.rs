//! Every vector that was supplied runs as a case, or is left out for a reason. `conformance/README.md` has the format.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test reads files and may stop with a panic"
)]

use relcore_conformance::{cases, files};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The rows of a file of `conformance/vectors`, one JSON object a line.
fn rows(name: &str) -> Vec<Value> {
    let text = fs::read_to_string(folder().join("vectors").join(name)).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|why| panic!("{line}: {why}")))
        .collect()
}

fn text<'a>(row: &'a Value, key: &str) -> &'a str {
    row.get(key).and_then(Value::as_str).unwrap_or_else(|| panic!("no text `{key}` in {row}"))
}

fn has(row: &Value, key: &str) -> bool {
    row.get(key).is_some()
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// What the sources have in all, and what of it was supplied, by group.
fn sources(rows: &[Value]) -> (u64, BTreeMap<String, u64>) {
    let (mut at_source, mut supplied) = (0, BTreeMap::new());
    for row in rows.iter().filter(|row| has(row, "source")) {
        let groups: BTreeMap<String, u64> = serde_json::from_value(row["supplied"].clone()).unwrap();
        let of_row = row["atSource"].as_u64().unwrap();
        assert!(groups.values().sum::<u64>() <= of_row, "more is supplied than the source has: {row}");
        at_source += of_row;
        for (group, vectors) in groups {
            assert!(supplied.insert(group, vectors).is_none(), "a group of two sources: {row}");
        }
    }
    (at_source, supplied)
}

/// The vectors of a file, by group: what became of each.
struct Account {
    at_source: u64,
    supplied: BTreeMap<String, u64>,
    /// The vectors that run, and in which files.
    run: BTreeMap<String, BTreeMap<String, BTreeSet<String>>>,
    /// The vectors that do not run, left out or pending.
    absent: BTreeMap<String, BTreeSet<String>>,
}

impl Account {
    /// Reads a file of vectors. Each case that it names is where it says, and differs from the vector if it says so.
    fn read(name: &str) -> Self {
        let rows = rows(name);
        let (at_source, supplied) = sources(&rows);
        let reasons: BTreeSet<&str> =
            rows.iter().filter(|row| has(row, "reason")).map(|row| text(row, "reason")).collect();
        let (mut run, mut absent) = (BTreeMap::new(), BTreeMap::new());
        let mut used = BTreeSet::new();
        for row in rows.iter().filter(|row| has(row, "vector")) {
            let (id, group) = (text(row, "vector").to_owned(), text(row, "group").to_owned());
            assert!(supplied.contains_key(&group), "a group without a source: {row}");
            if has(row, "file") {
                assert!(!has(row, "leftOut") && !has(row, "pending"), "run, and left out: {row}");
                let case = case(text(row, "file"), text(row, "description"));
                assert_eq!(has(&case, "difference"), has(row, "different"), "{row}");
                let files: &mut BTreeMap<String, BTreeSet<String>> = run.entry(group).or_default();
                files.entry(id).or_default().insert(text(row, "file").to_owned());
            } else {
                let key = if has(row, "leftOut") { "leftOut" } else { "pending" };
                let reason = text(row, key);
                assert!(reasons.contains(reason), "a reason that is not there: {row}");
                used.insert(reason);
                let ids: &mut BTreeSet<String> = absent.entry(group).or_default();
                assert!(ids.insert(id), "left out twice: {row}");
            }
        }
        assert_eq!(used, reasons, "a reason that no vector has");
        Self { at_source, supplied, run, absent }
    }

    /// Every group is complete: each of its vectors runs or is left out, and none is both.
    fn check(&self) {
        for (group, supplied) in &self.supplied {
            let run: BTreeSet<&String> =
                self.run.get(group).map(|files| files.keys().collect()).unwrap_or_default();
            let absent: BTreeSet<&String> =
                self.absent.get(group).map(|ids| ids.iter().collect()).unwrap_or_default();
            assert!(run.is_disjoint(&absent), "{group}: run, and left out");
            let counted = run.len() + absent.len();
            assert_eq!(counted as u64, *supplied, "{group}: {} run, {} do not", run.len(), absent.len());
        }
    }
}

/// The case of a file under `conformance` that has this description.
fn case(file: &str, description: &str) -> Value {
    let cases = cases(&folder().join(file)).unwrap_or_else(|why| panic!("{file}: {why}"));
    let mut found = cases.into_iter().filter(|case| text(case, "description") == description);
    let case = found.next().unwrap_or_else(|| panic!("{file} has no case `{description}`"));
    assert!(found.next().is_none(), "{file} has two cases `{description}`");
    case
}

#[test]
fn every_vector_of_progressive_delivery_runs_or_is_left_out_for_a_reason() {
    let account = Account::read("canary.jsonl");
    account.check();
    assert_eq!((account.at_source, account.supplied.values().sum::<u64>()), (403, 194));
}

#[test]
fn every_vector_of_windows_runs_or_is_left_out_for_a_reason() {
    let account = Account::read("window.jsonl");
    account.check();
    assert_eq!((account.at_source, account.supplied.values().sum::<u64>()), (188, 108));
}

#[test]
fn every_vector_of_readiness_runs_or_is_left_out_for_a_reason() {
    let account = Account::read("readiness.jsonl");
    account.check();
    assert_eq!((account.at_source, account.supplied.values().sum::<u64>()), (37, 19));
}

#[test]
fn every_vector_of_release_lines_runs_or_is_left_out_for_a_reason() {
    let account = Account::read("release.jsonl");
    account.check();
    assert_eq!((account.at_source, account.supplied.values().sum::<u64>()), (599, 283));
}

#[test]
fn every_vector_of_bucketing_runs_or_is_left_out_for_a_reason() {
    let account = Account::read("experiment.jsonl");
    account.check();
    assert_eq!((account.at_source, account.supplied.values().sum::<u64>()), (314, 159));
}

#[test]
fn every_vector_of_audit_logs_runs_or_is_left_out_for_a_reason() {
    let account = Account::read("audit.jsonl");
    account.check();
    assert_eq!((account.at_source, account.supplied.values().sum::<u64>()), (209, 111));
}

#[test]
fn every_vector_of_incidents_runs_or_is_left_out_for_a_reason() {
    let account = Account::read("incident.jsonl");
    account.check();
    assert_eq!((account.at_source, account.supplied.values().sum::<u64>()), (6, 6));
}

#[test]
fn every_vector_of_changes_and_versions_runs_or_is_left_out_for_a_reason() {
    let account = Account::read("change.jsonl");
    account.check();
    assert_eq!((account.at_source, account.supplied.values().sum::<u64>()), (1733, 617));
}

#[test]
fn every_vector_of_delivery_metrics_runs_or_is_left_out_for_a_reason() {
    let account = Account::read("metrics.jsonl");
    account.check();
    assert_eq!((account.at_source, account.supplied.values().sum::<u64>()), (272, 262));
}

/// A case begins with the vector that it expresses, and the file says how many of each group run in it.
#[test]
fn cases_name_their_vectors() {
    check_names(&Account::read("canary.jsonl"), &["canary", "analysis", "stats"]);
    check_names(&Account::read("experiment.jsonl"), &["experiment"]);
    check_names(&Account::read("window.jsonl"), &["window", "interchange"]);
    check_names(&Account::read("readiness.jsonl"), &["readiness"]);
    check_names(&Account::read("audit.jsonl"), &["audit"]);
    check_names(&Account::read("incident.jsonl"), &["incident"]);
    check_names(&Account::read("release.jsonl"), &["release"]);
    check_names(&Account::read("change.jsonl"), &["change", "version", "versioning", "notes"]);
    check_names(&Account::read("metrics.jsonl"), &["metrics"]);
}

fn check_names(account: &Account, folders: &[&'static str]) {
    let in_folder = |name: &'static str| {
        let paths = files(&folder().join(name)).unwrap().into_iter();
        paths.map(move |path| (format!("{name}/{}", path.file_name().unwrap().to_str().unwrap()), path))
    };
    for (file, path) in folders.iter().flat_map(|name| in_folder(name)) {
        let named = |group: &str, case: &Value| {
            let id = text(case, "description").split(": ").next().unwrap();
            let number = id.strip_prefix(group).and_then(|rest| rest.strip_prefix('-'));
            number.is_some_and(|number| number.parse::<u32>().is_ok()).then(|| id.to_owned())
        };
        let cases = cases(&path).unwrap();
        for (group, supplied) in &account.supplied {
            let here: BTreeSet<String> = cases.iter().filter_map(|case| named(group, case)).collect();
            let listed = account.run.get(group).into_iter().flatten();
            let listed: BTreeSet<String> =
                listed.filter(|(_, files)| files.contains(&file)).map(|(id, _)| id.clone()).collect();
            assert_eq!(here, listed, "{group} in {file}");
            if !here.is_empty() {
                let count = format!("`{group}` {} of {supplied}", here.len());
                assert!(text(&json(&path), "source").contains(&count), "the source of {file} lacks {count}");
            }
        }
    }
}

#[test]
fn every_situation_of_the_field_runs() {
    let account = Account::read("field.jsonl");
    account.check();
    assert_eq!((account.at_source, account.supplied.values().sum::<u64>()), (76, 76));
    assert_eq!(account.absent.keys().collect::<Vec<_>>(), ["field-metrics"]); // what no function decides
}

/// Each family of statistics is complete: its cases run in every language, or in a file of `relcore/tests/stats`, or are left
/// out for a reason, here or in the `leftOut` of that file. A family that is pending has none of these.
#[test]
fn every_statistical_case_runs_or_is_left_out_for_a_reason() {
    let account = Account::read("stats.jsonl");
    assert_eq!((account.at_source, account.supplied.values().sum::<u64>()), (343, 162));
    let mut counted: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (group, vectors) in &account.run {
        counted.entry(group.clone()).or_default().extend(vectors.keys().cloned());
    }
    for (group, vectors) in &account.absent {
        counted.entry(group.clone()).or_default().extend(vectors.iter().cloned());
    }
    let rows = rows("stats.jsonl");
    let (mut left_out, mut pending) = (BTreeMap::new(), BTreeSet::new());
    for row in rows.iter().filter(|row| has(row, "families")) {
        let families: Vec<&str> =
            row["families"].as_array().unwrap().iter().map(|family| family.as_str().unwrap()).collect();
        if !has(row, "file") {
            assert!(!text(row, "pending").is_empty());
            pending.extend(families);
            continue;
        }
        let path = folder().join("../relcore/tests/stats").join(text(row, "file"));
        for case in cases(&path).unwrap() {
            let family = text(&case, "family");
            assert!(families.contains(&family), "{family} is not listed for {}", path.display());
            let is_new = counted.entry(family.to_owned()).or_default().insert(text(&case, "id").to_owned());
            assert!(is_new, "run twice: {case}");
        }
        for (family, reason) in json(&path)["leftOut"].as_object().unwrap() {
            assert!(families.contains(&family.as_str()), "{family} is not listed for {}", path.display());
            assert!(!text(reason, "reason").is_empty());
            *left_out.entry(family.clone()).or_default() += reason["cases"].as_u64().unwrap();
        }
    }
    for (family, supplied) in &account.supplied {
        let run = counted.get(family).map_or(0, BTreeSet::len) as u64;
        let left_out: u64 = left_out.get(family).copied().unwrap_or_default();
        let expected = if pending.contains(family.as_str()) { 0 } else { *supplied };
        assert_eq!(run + left_out, expected, "{family}: {run} run or listed, {left_out} are left out");
    }
    assert!(counted.keys().all(|family| account.supplied.contains_key(family)), "a family without a source");
}

/// A case begins with the vector that it expresses, and the file says how many of each family run in it.
#[test]
fn the_cases_of_statistics_name_their_vectors() {
    let account = Account::read("stats.jsonl");
    let mut counts: BTreeMap<(&String, &String), u64> = BTreeMap::new();
    for (family, vectors) in &account.run {
        for (id, files) in vectors {
            for file in files {
                *counts.entry((file, family)).or_default() += 1;
                let is_named = |case: &Value| text(case, "description").starts_with(&format!("{id}: "));
                assert!(cases(&folder().join(file)).unwrap().iter().any(is_named), "{id} in {file}");
            }
        }
    }
    for ((file, family), count) in counts {
        let count = format!("`{family}` {count} of {}", account.supplied[family]);
        assert!(
            text(&json(&folder().join(file)), "source").contains(&count),
            "the source of {file} lacks {count}"
        );
    }
}
