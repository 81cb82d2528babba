//! The page: markup that is whole, text that stays text, and every value of the measures.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that panics has failed")]
use crate::laws::{Given, given, policy, range};
use proptest::prelude::*;
use relcore::TimeRange;
use relcore::metrics::*;
use relcore::time::BucketUnit;

fn page(given: &Given, policy: &Policy, range: &TimeRange, breakdown: &Breakdown, title: &str) -> String {
    let events = Events::default()
        .deployments(given.deployments.clone())
        .changes(given.changes.clone())
        .incidents(given.incidents.clone());
    report(&events, policy, range, breakdown, title).unwrap()
}

/// The names of the elements, of which each that is opened is closed; the text between them, with its entities.
fn elements(page: &str) -> (Vec<&str>, String) {
    const VOID: [&str; 1] = ["meta"];
    let (mut open, mut names, mut text) = (vec![], vec![], String::new());
    let mut rest = page.strip_prefix("<!DOCTYPE html>").unwrap();
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(before);
        let (tag, after) = tag.split_once('>').unwrap();
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
            continue;
        }
        let name = tag.split(' ').next().unwrap();
        names.push(name);
        if !VOID.contains(&name) {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?} are never closed");
    (names, text + rest)
}

proptest! {
    /// What comes from events and from callers is text: it opens no element and leaves no attribute.
    #[test]
    fn texts_stay_texts(
        mut given in given(),
        policy in policy(),
        range in range(),
        title in "[<>&\"'a/ ]{0,12}",
        service in "[<>&\"'a/ ]{1,12}",
    ) {
        for deployment in &mut given.deployments {
            deployment.service = service.clone();
        }
        let breakdown = Breakdown::default().group_by(["service", "environment"]);
        let page = page(&given, &policy, &range, &breakdown, &title);
        let (names, text) = elements(&page);
        for name in ["a", "script", "img", "link", "iframe"] {
            prop_assert!(!names.contains(&name));
        }
        prop_assert!(!page.contains("http://") && !page.contains("https://"));
        let escaped = title.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
        let shown = if title.trim().is_empty() { "Release metrics" } else { &escaped };
        let heading = format!("<h1>{shown}</h1>");
        prop_assert!(page.contains(&heading));
        prop_assert!(text.contains(shown));
    }

    /// Each of the five metrics has a row for each bucket, with a value or a dash.
    #[test]
    fn every_bucket_has_its_row(given in given(), policy in policy(), range in range()) {
        let breakdown = Breakdown::default().unit(BucketUnit::Month);
        let page = page(&given, &policy, &range, &breakdown, "a title");
        let events = Events::default().deployments(given.deployments.clone());
        let buckets = measure(&events, &policy, &range, &breakdown).unwrap().whole.buckets.len();
        let tables: Vec<&str> = page.split("<details>").skip(1).take(5).collect();
        prop_assert!(buckets == 0 || tables.len() == 5);
        for table in tables.iter().filter(|_| buckets > 0) {
            let table = table.split("</details>").next().unwrap();
            prop_assert_eq!(table.matches("<th scope=\"row\">").count(), buckets.min(120));
        }
    }
}

/// Of two services, that which surely fails more often comes first, not that of one deployment which happened to fail.
#[test]
fn the_worst_service_is_first() {
    let deployments = |service: &str, n: usize, failed: usize| -> Vec<Deployment> {
        let one = |i: usize| {
            let outcome = if i < failed { "partial" } else { "success" };
            serde_json::from_value(serde_json::json!({
                "id": format!("{service}{i}"), "service": service, "outcome": outcome,
                "finishedAt": format!("2026-11-{:02}T10:00:00Z", 1 + i),
            }))
            .unwrap()
        };
        (0..n).map(one).collect()
    };
    let all = [deployments("often", 20, 12), deployments("good", 20, 0), deployments("once", 1, 1)].concat();
    let range: TimeRange =
        serde_json::from_str(r#"{"start": "2026-11-01T00:00:00Z", "end": "2026-12-01T00:00:00Z"}"#).unwrap();
    let breakdown = Breakdown::default().group_by(["service"]);
    let page =
        report(&Events::default().deployments(all), &Policy::default(), &range, &breakdown, "x").unwrap();
    let place = |name: &str| page.find(&format!("<th scope=\"row\">{name}</th>")).unwrap();
    assert!(place("often") < place("once") && place("once") < place("good"));
}

/// A change has many buckets; the page draws a line and lists the latest.
#[test]
fn a_century_of_days_is_a_page() {
    let range: TimeRange =
        serde_json::from_str(r#"{"start": "1926-11-01T00:00:00Z", "end": "2026-11-01T00:00:00Z"}"#).unwrap();
    let breakdown = Breakdown::default().unit(BucketUnit::Day).metrics([Metric::DeploymentFrequency]);
    let page = report(&Events::default(), &Policy::default(), &range, &breakdown, "x").unwrap();
    elements(&page);
    assert!(page.len() < 100_000 && page.contains("Without the first 36405."));
}
