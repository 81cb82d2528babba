//! Vulnerabilities in the Open Source Vulnerability format.
use super::rows::{Collector, Event, ReadEvents, Row, Skip, SkipCode, documents, incomplete};
use super::severity::{equivalent, highest};
use crate::error::Result;
use crate::metrics::Vulnerability;
use crate::release::cvss_score;
use crate::time::Timestamp;
use serde_json::Value;

/// Reads vulnerabilities of a service in the OSV format, <https://ossf.github.io/osv-schema/>.
///
/// Each text is one of these:
///
/// - a record, as `GET /v1/vulns/{id}` of osv.dev returns it;
/// - a page of `POST /v1/query`: `{"vulns": […]}`, or `{}` if there is none;
/// - the result of OSV-Scanner, `osv-scanner scan --format json`.
///
/// A record says when a vulnerability was published, and not when you found it: `detected_at` is when you asked. The name of a
/// vulnerability is the CVE among its `id` and its `aliases`, else the first of them in the order of the alphabet, so that the
/// records of two databases are one event and a `duplicate`; its id is `service/name`. The severity is the highest of its CVSS vectors of the versions 3 and 4, also of those of its packages;
/// without one, `database_specific.severity`, where GitHub's `MODERATE` is `medium`. A withdrawn record is skipped as
/// `abandoned`, or closes the vulnerability if a record before had it.
///
/// ```
/// use relcore::{Timestamp, interchange::osv_vulnerabilities};
/// let page = r#"{"vulns": [{"id": "GHSA-jfh8-c2jp-5v3q", "aliases": ["CVE-2021-44228"], "modified": "2026-03-09T00:00:00Z",
///     "published": "2021-12-10T00:40:56Z",
///     "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H"}]}]}"#.to_owned();
/// let at = Timestamp::parse("2026-11-23T03:00:00Z")?;
/// let read = osv_vulnerabilities(&[page.clone()], "shop", at)?;
/// let found = &read.events.vulnerabilities[0];
/// assert_eq!((found.id.as_str(), found.severity.as_deref()), ("shop/CVE-2021-44228", Some("critical")));
/// // Pitfall: it was published in 2021, but found in this service when you asked.
/// assert_eq!(found.detected_at, at);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults of all texts at once: `syntax` for a text that is not JSON, `wrong_type` for an error of the API and for the ids
/// of `/v1/querybatch`, which are no records; `invalid_value` if every text has a `next_page_token`. A row that cannot be read
/// is no error: it is in `skipped`.
pub fn osv_vulnerabilities(texts: &[String], service: &str, detected_at: Timestamp) -> Result<ReadEvents> {
    let expected =
        "expected a record with an `id`, an object with a list `vulns`, or a result of OSV-Scanner";
    let documents = documents(texts, "texts", expected, is_document)?;
    if !documents.is_empty() && documents.iter().all(|one| one.get("next_page_token").is_some_and(is_token)) {
        return Err(incomplete("texts"));
    }
    let mut collector = Collector::new("id");
    for (index, document) in documents.iter().enumerate() {
        for row in records(Row::of(document, format!("texts[{index}]"), None)) {
            let event =
                read_record(&row, service, detected_at).and_then(|(found, withdrawn)| match withdrawn {
                    Some(skip) if !collector.has_vulnerability(&found.id) => Err(skip),
                    _ => Ok(Event::Vulnerability(found)),
                });
            collector.add(&row, event);
        }
    }
    Ok(collector.finish())
}

fn is_token(token: &Value) -> bool {
    token.as_str().is_some_and(|token| !token.is_empty())
}

fn is_document(document: &Value) -> bool {
    let Some(object) = document.as_object() else { return false };
    let has_lists = |packages: &Value| {
        let packages = packages.get("packages").and_then(Value::as_array);
        let is_list = |package: &Value| package.get("vulnerabilities").is_none_or(Value::is_array);
        packages.is_some_and(|packages| packages.iter().all(is_list))
    };
    match (object.get("vulns"), object.get("results")) {
        (Some(records), _) => records.is_array(),
        (None, Some(results)) => results.as_array().is_some_and(|results| results.iter().all(has_lists)),
        (None, None) => object.contains_key("id") || object.is_empty(),
    }
}

fn records(document: Row<'_>) -> Vec<Row<'_>> {
    if document.value("vulns").is_some() {
        return document.list("vulns");
    }
    if document.value("results").is_some() {
        let packages = document.list("results").into_iter().flat_map(|result| result.list("packages"));
        return packages.flat_map(|package| package.list("vulnerabilities")).collect();
    }
    // An empty object is a page without records.
    if document.is_empty() { vec![] } else { vec![document] }
}

/// A record, and why it is no event by itself: it was withdrawn.
fn read_record(
    row: &Row<'_>,
    service: &str,
    detected_at: Timestamp,
) -> Result<(Vulnerability, Option<Skip>), Skip> {
    let id = row.text("id")?;
    let withdrawn_at = row.optional_time("withdrawn")?;
    let withdrawn =
        withdrawn_at.map(|at| Skip::new(SkipCode::Abandoned, "withdrawn", format!("was withdrawn at {at}")));
    let detected_at = withdrawn_at.map_or(detected_at, |at| at.min(detected_at));
    let name = equivalent(id, &row.names("aliases")?);
    let mut found = Vulnerability::new(format!("{service}/{name}"), service, detected_at);
    found.disclosed_at = row.optional_time("published")?;
    found.severity = severity(row)?;
    found.closed_at = withdrawn_at;
    Ok((found, withdrawn))
}

fn severity(row: &Row<'_>) -> Result<Option<String>, Skip> {
    let mut entries = row.list("severity");
    entries.extend(row.list("affected").iter().flat_map(|package| package.list("severity")));
    let mut found: Vec<String> = vec![];
    for entry in entries {
        let (kind, score) = (entry.text("type"), entry.text("score"));
        let (Ok(kind), Ok(score)) = (kind, score) else {
            return Err(Skip::new(
                SkipCode::WrongType,
                "severity",
                "expected entries with a `type` and a `score`",
            ));
        };
        match kind {
            "CVSS_V3" | "CVSS_V4" => {
                let rated = cvss_score(score)
                    .map_err(|error| Skip::new(SkipCode::InvalidValue, "severity", error.to_string()))?;
                found.push(rated.severity.map_or_else(|| "none".to_owned(), |severity| severity.to_string()));
            }
            // Version 2 has no ratings; other types are the words of a distribution.
            "CVSS_V2" => {}
            _ => found.push(score.to_lowercase()),
        }
    }
    if let Some(highest) = highest(found.iter().map(String::as_str)) {
        return Ok(Some(highest.to_owned()));
    }
    let named = row.optional_text("database_specific.severity")?.map(str::to_lowercase);
    Ok(named.map(|named| if named == "moderate" { "medium".to_owned() } else { named }))
}
