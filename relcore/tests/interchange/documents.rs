//! Readers of documents: whatever is changed in a document, it is refused, or every row of it is accounted for.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that panics has failed"
)]
use super::readers::{accounts_for_every_row, ids};
use proptest::prelude::*;
use relcore::interchange::{
    ReadEvents, ScanTarget, cdevents, cyclonedx_vulnerabilities, osv_vulnerabilities, otel_deployments,
    sarif_vulnerabilities,
};
use relcore::{Result, Timestamp};
use serde_json::{Value, json};

/// A reader, a document all of whose rows it can read, and how many rows a document has.
type Reader = (&'static str, fn() -> Value, fn(&Value) -> usize, fn(&[String]) -> Result<ReadEvents>);

const READERS: [Reader; 5] = [
    (
        "osv",
        osv,
        |page| {
            list(page, "vulns").len() + usize::from(page.get("vulns").is_none() && page.get("id").is_some())
        },
        |texts| osv_vulnerabilities(texts, "shop", Timestamp::parse(AT).unwrap()),
    ),
    (
        "cyclonedx",
        cyclonedx,
        |bom| list(bom, "vulnerabilities").len(),
        |texts| cyclonedx_vulnerabilities(texts, "shop", None),
    ),
    (
        "sarif",
        sarif,
        |log| list(log, "runs").iter().map(|run| 1 + list(run, "results").len()).sum(),
        |texts| sarif_vulnerabilities(texts, &ScanTarget::new("shop")),
    ),
    ("cdevents", cdevent, |events| events.as_array().map_or(1, Vec::len), |texts| cdevents(texts, None)),
    ("otel", trace, spans, |texts| otel_deployments(texts, None, None)),
];

const AT: &str = "2026-11-23T03:00:00Z";

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn osv() -> Value {
    let vector = json!({"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N"});
    json!({"vulns": [
        {"id": "GHSA-1", "aliases": ["CVE-2026-0001"], "published": AT, "severity": [vector]},
        {"id": "PYSEC-1", "aliases": ["CVE-2026-0001"], "affected": [{"severity": [vector]}]},
        {"id": "GHSA-2", "database_specific": {"severity": "LOW"}},
        {"id": "GHSA-3", "withdrawn": AT},
    ]})
}

fn cyclonedx() -> Value {
    json!({"bomFormat": "CycloneDX", "metadata": {"timestamp": AT}, "vulnerabilities": [
        {"id": "CVE-2026-0001", "ratings": [{"severity": "high"}], "analysis": {"state": "exploitable", "firstIssued": AT}},
        {"id": "SNYK-1", "references": [{"id": "CVE-2026-0001"}], "analysis": {"state": "resolved", "lastUpdated": AT}},
        {"id": "CVE-2026-0002", "ratings": [{"score": 5.0, "method": "CVSSv31"}], "published": AT},
        {"id": "CVE-2026-0003", "analysis": {"state": "not_affected"}},
    ]})
}

fn sarif() -> Value {
    let rule = json!({"id": "xss", "properties": {"security-severity": "7.8"}});
    json!({"version": "2.1.0", "runs": [{
        "tool": {"driver": {"name": "CodeQL", "rules": [rule]}},
        "invocations": [{"executionSuccessful": true, "endTimeUtc": AT}],
        "versionControlProvenance": [{"revisionId": "8023f6f"}],
        "automationDetails": {"guid": "g"},
        "results": [
            {"ruleId": "xss", "ruleIndex": 0, "partialFingerprints": {"a": "1"}},
            {"rule": {"id": "xss"}, "level": "note", "baselineState": "absent", "fingerprints": {"a": "2"}},
            {"ruleId": "xss", "kind": "pass", "suppressions": [{"status": "accepted"}]},
            {"ruleId": "xss", "suppressions": [{"kind": "external"}], "locations": [{"physicalLocation":
                {"artifactLocation": {"uri": "a.js"}, "region": {"startLine": 7}}}]},
        ],
    }]})
}

fn spans(trace: &Value) -> usize {
    let scopes = list(trace, "resourceSpans").iter().flat_map(|resource| list(resource, "scopeSpans"));
    scopes.map(|scope| list(scope, "spans").len()).sum()
}

fn cdevent() -> Value {
    let event = |id: u32, kind: &str, subject: &str| {
        json!({
            "context": {"id": id.to_string(), "source": "/ci", "type": format!("dev.cdevents.{kind}.0.2.0"), "timestamp": AT},
            "subject": {"id": subject, "content": {"environment": {"id": "production"}, "service": {"id": "shop"}}},
        })
    };
    json!([
        event(1, "service.deployed", "shop"), event(2, "incident.detected", "i1"), event(3, "incident.resolved", "i1"),
        event(4, "change.created", "c1"), event(5, "change.merged", "c1"), event(6, "change.created", "c2"),
        {"data": event(7, "service.rolledback", "shop")}, event(7, "service.rolledback", "shop"),
        event(8, "build.finished", "b"),
    ])
}

fn trace() -> Value {
    let span = |attributes: &[(&str, &str)]| {
        let attributes: Vec<Value> = attributes
            .iter()
            .map(|(key, value)| json!({"key": key, "value": {"stringValue": value}}))
            .collect();
        json!({"spanId": "s", "startTimeUnixNano": "1795402200000000000", "endTimeUnixNano": "1795402800000000000",
            "attributes": attributes})
    };
    let production = ("deployment.environment.name", "production");
    json!({"resourceSpans": [{
        "resource": {"attributes": [
            {"key": "service.name", "value": {"stringValue": "shop"}},
            {"key": "cicd.pipeline.run.id", "value": {"intValue": "42"}},
        ]},
        "scopeSpans": [{"spans": [
            span(&[("cicd.pipeline.result", "success"), production]),
            span(&[("deployment.id", "7"), ("deployment.status", "failed"), production]),
            span(&[("cicd.pipeline.task.type", "deploy"), ("cicd.pipeline.task.run.id", "1"),
                ("cicd.pipeline.task.run.result", "timeout"), production]),
            span(&[("cicd.pipeline.task.type", "build")]),
        ]}],
    }]})
}

/// How many values a value has, with itself.
fn size(value: &Value) -> usize {
    let inner = match value {
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(entries) => entries.values().map(size).sum(),
        _ => 0,
    };
    1 + inner
}

/// Replaces the value at a position in the order of the text, or removes it.
fn change(value: &mut Value, at: &mut usize, new: Option<&Value>) {
    let inner = |item: &mut Value, at: &mut usize| match new {
        Some(new) if *at == 0 => {
            *item = new.clone();
            *at = usize::MAX;
            true
        }
        None if *at == 0 => {
            *at = usize::MAX;
            false
        }
        _ => {
            *at = at.saturating_sub(1);
            change(item, at, new);
            true
        }
    };
    match value {
        Value::Array(items) => items.retain_mut(|item| *at > usize::MAX / 2 || inner(item, at)),
        Value::Object(entries) => entries.retain(|_, item| *at > usize::MAX / 2 || inner(item, at)),
        _ => {}
    }
}

fn replacement() -> impl Strategy<Value = Option<Value>> {
    let values = [
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(1e300),
        json!(""),
        json!("x"),
        json!(AT),
        json!([]),
        json!({}),
        json!([1, "x", {}]),
        json!({"id": "x"}),
        json!("CVE-2026-0001"),
        json!(["CVE-2026-0001"]),
        json!("resolved"),
        json!([{"status": "rejected"}]),
        json!(u64::MAX),
    ];
    prop_oneof![prop::sample::select(values.to_vec()).prop_map(Some), Just(None)]
}

proptest! {
    #[test]
    fn every_row_of_a_changed_document_is_accounted_for(
        changes in prop::collection::vec((any::<prop::sample::Index>(), replacement()), 0..5),
    ) {
        for (name, document, rows, read) in READERS {
            let mut document = document();
            for (at, new) in &changes {
                let mut at = at.index(size(&document));
                change(&mut document, &mut at, new.as_ref());
            }
            let text = document.to_string();
            if let Ok(found) = read(std::slice::from_ref(&text)) {
                accounts_for_every_row(&found);
                prop_assert_eq!(found.rows.get(), rows(&document) as u64, "{} {}", name, text);
                // The same text again changes no event.
                let twice = read(&[text.clone(), text]).unwrap();
                accounts_for_every_row(&twice);
                prop_assert_eq!(ids(&twice), ids(&found), "{}", name);
            }
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,40}") {
        for (.., read) in READERS {
            let _ = read(std::slice::from_ref(&text)).map(|found| accounts_for_every_row(&found));
        }
    }
}

#[test]
fn many_rows_are_read_in_linear_time() {
    let (n, started) = (20_000, std::time::Instant::now());
    let rules: Vec<Value> = (0..n).map(|index| json!({"id": format!("r{index}")})).collect();
    let results: Vec<Value> = (0..n).rev().map(|index| json!({"ruleId": format!("r{index}")})).collect();
    let mut log = sarif();
    log["runs"][0]["tool"]["driver"]["rules"] = rules.into();
    log["runs"][0]["results"] = results.into();
    let read = sarif_vulnerabilities(&[log.to_string()], &ScanTarget::new("shop")).unwrap();
    assert_eq!(read.events.vulnerabilities.len(), n);

    let event = |index: usize| {
        let kind = if index == n { "detected" } else { "resolved" };
        let at = Timestamp::from_millis(i64::try_from(index).unwrap()).unwrap();
        json!({
            "context": {"id": index, "source": "/ci", "type": format!("dev.cdevents.incident.{kind}.0.2.0"), "timestamp": at},
            "subject": {"id": "i1", "content": {"environment": {"id": "production"}, "service": {"id": "shop"}}},
        })
    };
    let events: Vec<Value> = (0..=n).map(event).collect();
    let read = cdevents(&[json!(events).to_string()], None).unwrap();
    assert_eq!((read.events.incidents.len(), read.parts.get()), (1, n as u64));
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed()); // not every row held against every other
}

#[test]
fn no_row_of_the_documents_is_malformed() {
    for (name, document, rows, read) in READERS {
        let found = read(&[document().to_string()]).unwrap();
        assert_eq!((found.rows.get(), found.malformed.get()), (rows(&document()) as u64, 0), "{name}");
        assert!(ids(&found).len() > 1, "{name}");
    }
}
