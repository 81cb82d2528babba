//! Each input is made from outside the crate as users make it: by `new` or `Default`, then setters.
#![allow(clippy::unwrap_used, reason = "a test may stop with a panic")]

use relcore::canary::{
    self, AbortPolicy, CauseResponses, Metric, Observation, ObservationKind, Response, Schedule, Step,
};
use relcore::interchange::{
    CsvMap, CsvValue, GitCommit, GitHistory, GitTag, PrometheusMetric, RowKind, ScanTarget,
};
use relcore::metrics::{self, Change, Deployment, DeploymentIntent, DeploymentOutcome, Incident, LeadStart};
use relcore::release::{self, Advisory, AdvisorySeverity, Facts, Profiles, RequiredApproval, Type};
use relcore::rollback::{self, CustomerImpact, Situation};
use relcore::time::BusinessCalendar;
use relcore::{NaiveDate, Span, Timestamp, Weekday};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn at() -> Timestamp {
    Timestamp::parse("2026-11-23T03:00:00Z").unwrap()
}

/// The value has the same wire form as the JSON read as the same type.
fn equals<T: Serialize + serde::de::DeserializeOwned>(made: &T, expected: Value) {
    let read: T = serde_json::from_value(expected).unwrap();
    assert_eq!(serde_json::to_value(made).unwrap(), serde_json::to_value(read).unwrap());
}

#[test]
fn inputs_of_a_canary() {
    let schedule = Schedule::new([Step::SetWeight { weight: 100.0 }])
        .metrics([Metric::new("error_rate").max(1.0).unit("%").min_samples(100).critical(true)])
        .on(CauseResponses::default().no_data(Response::Pause))
        .abort(AbortPolicy::Freeze)
        .deadline(Span::from_hours(2));
    let expected = json!({
        "steps": [{"type": "set_weight", "weight": 100}],
        "metrics": [{"name": "error_rate", "max": 1, "unit": "%", "minSamples": 100, "critical": true}],
        "on": {"noData": "pause"},
        "abort": "freeze",
        "deadline": "2h",
    });
    equals(&schedule, expected);
    assert_eq!(canary::validate(&schedule), []);

    let opened = Observation::new(at(), ObservationKind::Window { open: true });
    equals(&opened, json!({"at": "2026-11-23T03:00:00Z", "kind": {"type": "window", "open": true}}));
}

#[test]
fn inputs_of_a_rollback() {
    equals(&rollback::Policy::default().small_share(0.2), json!({"smallShare": 0.2}));
    let situation =
        Situation::default().data_corruption(true).customer_impact(CustomerImpact::Major).deployed_at(at());
    let expected =
        json!({"dataCorruption": true, "customerImpact": "major", "deployedAt": "2026-11-23T03:00:00Z"});
    equals(&situation, expected);
}

#[test]
fn inputs_of_a_release() {
    let facts = Facts::default()
        .breaking(false)
        .advisories([Advisory::new("CVE-2026-0001").severity(AdvisorySeverity::High)])
        .line("1.x");
    let expected = json!({
        "breaking": false, "advisories": [{"id": "CVE-2026-0001", "severity": "high"}], "line": "1.x",
    });
    equals(&facts, expected);

    let hotfix = release::profile(&Type::Hotfix, None)
        .unwrap()
        .gates(["tests_passing"])
        .approvals([RequiredApproval::new("release_manager", 2)]);
    let profiles = Profiles::default().profiles(BTreeMap::from([("hotfix".to_owned(), hotfix.clone())]));
    assert_eq!(release::profile(&Type::Hotfix, Some(&profiles)).unwrap(), hotfix);
}

#[test]
fn inputs_of_the_metrics() {
    let policy =
        metrics::Policy::default().environments(["production", "eu"]).lead_start(LeadStart::Committed);
    equals(&policy, json!({"environments": ["production", "eu"], "leadStart": "committed"}));

    let deployment = Deployment::new("d1", "shop", at(), DeploymentOutcome::Success)
        .intent(DeploymentIntent::Hotfix)
        .revision("1.4.2")
        .changes(["c1"]);
    let expected = json!({
        "id": "d1", "service": "shop", "finishedAt": at(), "outcome": "success", "intent": "hotfix",
        "revision": "1.4.2", "changes": ["c1"],
    });
    equals(&deployment, expected);

    let change = Change::new("c1", at()).authored_at(at()).reverts(["c0"]);
    equals(&change, json!({"id": "c1", "committedAt": at(), "authoredAt": at(), "reverts": ["c0"]}));

    let incident = Incident::new("i1", "shop", at()).caused_by("d1");
    equals(&incident, json!({"id": "i1", "service": "shop", "detectedAt": at(), "causedBy": "d1"}));
}

#[test]
fn inputs_of_the_interchange() {
    let metric = PrometheusMetric::new("error_rate", "{}").scale(100.0);
    equals(&metric, json!({"metric": "error_rate", "answer": "{}", "scale": 100}));

    let map =
        CsvMap::new(RowKind::Bug).values([CsvValue::new("foundIn", "QA", "pre_release")]).time_zone("UTC");
    let expected = json!({
        "kind": "bug", "columns": {}, "constants": {}, "separator": ",", "timeZone": "UTC",
        "values": [{"field": "foundIn", "text": "QA", "value": "pre_release"}],
    });
    equals(&map, expected);

    let target = ScanTarget::new("shop").kind("sast").scanned_at(at());
    equals(&target, json!({"service": "shop", "kind": "sast", "scannedAt": at()}));

    let id = "8023f6fd03becd26f82a5accf8a855da401487f7";
    let commit = GitCommit::new(id, [""; 0], at(), at(), "bump").body("to 0.0.1");
    let history = GitHistory::new([commit], [GitTag::new("0.0.1", id, at())]);
    let expected = json!({
        "commits": [{
            "id": id, "parents": [], "authoredAt": at(), "committedAt": at(), "subject": "bump", "body": "to 0.0.1",
        }],
        "tags": [{"name": "0.0.1", "commit": id, "taggedAt": at()}],
    });
    equals(&history, expected);
}

#[test]
fn inputs_of_time() {
    let christmas = NaiveDate::parse("2026-12-25").unwrap();
    let calendar = BusinessCalendar::default().weekend([Weekday::Friday]).holidays([christmas]);
    equals(&calendar, json!({"weekend": ["friday"], "holidays": ["2026-12-25"]}));
}
