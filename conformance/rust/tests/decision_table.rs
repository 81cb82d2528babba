//! The decision table: printed in `relcore/docs/DECISIONS.md`, and a conformance case for each row.
//!
//! `RELCORE_BLESS=1 cargo test -p relcore-conformance --test decision_table` writes both.
#![allow(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test reads files and may stop with a panic"
)]

use relcore::rollback::{
    Condition, Correlation, CustomerImpact, Situation, TableRow, Verdict, decide, decision_table,
    default_policy,
};
use relcore::{Span, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const COLUMNS: [(Condition, &str); 11] = [
    (Condition::FlagEndsFault, "flag ends it"),
    (Condition::OfRelease, "of the release"),
    (Condition::Allowed, "rollback allowed"),
    (Condition::Serious, "serious"),
    (Condition::Widespread, "widespread"),
    (Condition::QuickFix, "fix simple and quick"),
    (Condition::Proven, "rollback path proven"),
    (Condition::FixSooner, "tested fix sooner"),
    (Condition::CauseKnown, "cause known"),
    (Condition::UnderWay, "rollout under way"),
    (Condition::Mitigable, "mitigation"),
];

fn now() -> Timestamp {
    Timestamp::parse("2026-11-23T03:00:00Z").unwrap()
}

fn path(of: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(of)
}

fn is_blessed() -> bool {
    std::env::var_os("RELCORE_BLESS").is_some()
}

/// The table in Markdown.
fn printed() -> String {
    let heads: Vec<&str> = COLUMNS.iter().map(|(_, head)| *head).collect();
    let mut out = format!("| row | something is wrong | {} | verdict | code |\n", heads.join(" | "));
    out += &format!("|{}\n", " --- |".repeat(COLUMNS.len() + 4));
    for (index, row) in decision_table().iter().enumerate() {
        let wrong = match (&row.holds[..], &row.fails[..]) {
            (_, [Condition::SomethingWrong, Condition::CriteriaKnown]) => "no, criteria unknown",
            ([Condition::WarningMet], _) => "no, only warnings",
            (_, [Condition::SomethingWrong]) => "no",
            _ => "yes",
        };
        let cells: Vec<&str> = COLUMNS.iter().map(|(condition, _)| cell(row, *condition)).collect();
        let (verdict, code) = (row.verdict, row.code);
        out += &format!("| {} | {wrong} | {} | `{verdict}` | `{code}` |\n", index + 1, cells.join(" | "));
    }
    out
}

fn cell(row: &TableRow, condition: Condition) -> &'static str {
    match () {
        () if row.holds.contains(&condition) => "yes",
        () if row.fails.contains(&condition) => "no",
        () if row.unknown.contains(&condition) => "unknown",
        () => "",
    }
}

#[test]
fn the_documentation_prints_the_table() {
    let path = path("../../relcore/docs/DECISIONS.md");
    let text = fs::read_to_string(&path).unwrap();
    let (start, end) = ("<!-- decision table -->\n\n", "\n<!-- end of the decision table -->\n");
    let (before, rest) = text.split_once(start).unwrap();
    let (table, after) = rest.split_once(end).unwrap();
    if is_blessed() {
        fs::write(&path, format!("{before}{start}{}{end}{after}", printed())).unwrap();
    } else {
        assert_eq!(table, printed());
    }
}

/// The facts with which exactly these conditions hold, of a release of which something is wrong.
fn facts(holding: &BTreeSet<Condition>) -> Situation {
    let holds = |condition| holding.contains(&condition);
    let mut facts = Situation::default()
        .critical_functionality_broken(false)
        .vulnerability_introduced(false)
        .data_corruption(false)
        .latency_baseline(0.2)
        .latency_observed(0.5)
        .error_rate_baseline(0.01)
        .error_rate_observed(0.01)
        .error_rate_samples(1000)
        .customer_incidents(0)
        .deployed_at(Timestamp::parse("2026-11-23T02:00:00Z").unwrap())
        .previous_version_available(true)
        .rollback_causes_data_loss(!holds(Condition::Allowed))
        .irreversible_migration(false)
        .rollback_tested(holds(Condition::Proven))
        .rollback_complex(false)
        .affected_share(if holds(Condition::Widespread) { 0.4 } else { 0.01 })
        .customer_impact(if holds(Condition::Serious) {
            CustomerImpact::Critical
        } else {
            CustomerImpact::Minor
        })
        .fix_simple(holds(Condition::QuickFix))
        .fix_ready_in(Span::from_minutes(30))
        .flag_ends_fault(holds(Condition::FlagEndsFault));
    // The refinements only where they are needed.
    if !holds(Condition::OfRelease) {
        facts.correlation_with_release = Some(Correlation::Unrelated);
    }
    if !holds(Condition::CauseKnown) {
        facts.cause_known = Some(false);
    }
    if holds(Condition::FixSooner) {
        facts = facts.fix_tested(true).rollback_takes(Span::from_hours(2));
    }
    if holds(Condition::UnderWay) {
        facts.rollout_under_way = Some(true);
    }
    if holds(Condition::Mitigable) {
        facts.mitigation_available = Some(true);
    }
    facts
}

/// The facts of the first set of conditions to which a row applies and no row above it does.
fn example(table: &[TableRow], index: usize) -> Situation {
    let fine = || {
        let holding = [Condition::OfRelease, Condition::Allowed, Condition::CauseKnown];
        facts(&BTreeSet::from(holding)).latency_observed(0.2)
    };
    match index {
        0 => {
            let mut facts = fine();
            facts.customer_incidents = None;
            facts
        }
        1 => fine(), // under a policy of which latency only warns
        2 => fine(),
        _ if !table[index].unknown.is_empty() => {
            let mut facts = facts(&BTreeSet::from([
                Condition::OfRelease,
                Condition::CauseKnown,
                Condition::Serious,
                Condition::Widespread,
            ]));
            facts.rollback_causes_data_loss = None;
            facts
        }
        _ => {
            let sets = (0..1_u32 << COLUMNS.len()).map(|bits| {
                let is_in = |index: &usize| bits & (1 << index) != 0;
                (0..COLUMNS.len()).filter(is_in).map(|index| COLUMNS[index].0).collect::<BTreeSet<_>>()
            });
            // A simple fix of an unknown cause is neither simple nor quick; nor is it known to be sooner.
            let mut sets = sets.filter(|set| {
                let needs_cause =
                    [Condition::QuickFix, Condition::FixSooner].iter().any(|fix| set.contains(fix));
                set.contains(&Condition::CauseKnown) || !needs_cause
            });
            let applies = |row: &TableRow, set: &BTreeSet<Condition>| {
                row.holds.iter().all(|condition| set.contains(condition))
                    && row.fails.iter().all(|condition| !set.contains(condition))
            };
            facts(
                &sets
                    .find(|set| table.iter().skip(3).position(|row| applies(row, set)) == Some(index - 3))
                    .unwrap(),
            )
        }
    }
}

/// The case of a row.
fn case(table: &[TableRow], index: usize) -> Value {
    let mut facts = example(table, index);
    let mut policy = default_policy();
    if index == 1 {
        facts = facts.latency_observed(0.5);
        policy = policy.latency_severity(relcore::Severity::Warning);
    }
    let mut decision = serde_json::to_value(decide(&facts, &policy, now()).unwrap()).unwrap();
    for reason in decision["reasons"].as_array_mut().unwrap() {
        reason.as_object_mut().unwrap().remove("text");
    }
    let row = &table[index];
    let policy = if index == 1 { json!({"latencySeverity": "warning"}) } else { json!({}) };
    json!({
        "description": format!("row {} of the decision table: {}, {}", index + 1, row.verdict, row.code),
        "call": "rollback.decide",
        "input": {"situation": facts, "policy": policy, "now": now()},
        "expect": decision,
    })
}

#[test]
fn each_row_applies_to_the_facts_that_it_describes_and_has_a_case() {
    let table = decision_table();
    let cases: Vec<Value> = (0..table.len()).map(|index| case(&table, index)).collect();
    for (row, case) in table.iter().zip(&cases) {
        assert_eq!(case["expect"]["verdict"], json!(row.verdict), "{case:#}");
        assert_eq!(case["expect"]["reasons"][0]["code"], json!(row.code), "{case:#}");
    }
    let file = json!({"source": "relcore: one case for each row of rollback.decision_table", "cases": cases});
    let path = path("../rollback/decision_rows.json");
    if is_blessed() {
        fs::write(&path, serde_json::to_string_pretty(&file).unwrap() + "\n").unwrap();
    } else {
        let stored: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        assert!(
            stored == file,
            "`conformance/rollback/decision_rows.json` does not have a case for each row"
        );
    }
}

/// An app of a store is never rolled back, whatever else is known.
#[test]
fn no_row_takes_an_installed_release_back() {
    for index in 0..decision_table().len() {
        let facts = example(&decision_table(), index).client_installed(true);
        let decision = decide(&facts, &default_policy(), now()).unwrap();
        assert_ne!(decision.verdict, Verdict::RollBack, "{decision}");
    }
}
