//! Vulnerabilities in CycloneDX documents.
use super::rows::{Collector, Event, ReadEvents, Row, Skip, SkipCode, documents, missing};
use super::severity::{equivalent, highest, rating};
use crate::error::Result;
use crate::metrics::Vulnerability;
use crate::time::Timestamp;
use serde_json::Value;
use std::collections::BTreeSet;

/// Reads vulnerabilities of a service from CycloneDX documents: a VEX, or a BOM with vulnerabilities, in JSON, of the versions
/// 1.4 to 1.7. Each text is a document.
///
/// | `analysis.state` | result |
/// | --- | --- |
/// | `exploitable`, `in_triage`, none | open |
/// | `resolved`, `resolved_with_pedigree` | patched at `analysis.lastUpdated`, else when the document was made |
/// | `not_affected`, `false_positive`; or `rejected` | skipped as `abandoned`; closed, if a document before had it |
///
/// It was detected at `analysis.firstIssued`; without it at `detected_at`; without that when the document was made,
/// `metadata.timestamp`. A later document decides the state, and the earliest detection stays. If one document has a
/// vulnerability as open for one component and as resolved for another, it is open. The severity is the highest of `ratings`,
/// because sources disagree. The name is the CVE among `id` and `references`, else the first in the order of the alphabet; the
/// id of the event is `service/name`.
///
/// ```
/// use relcore::interchange::cyclonedx_vulnerabilities;
/// let vex = r#"{"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
///     "metadata": {"timestamp": "2026-11-23T03:00:00Z"},
///     "vulnerabilities": [
///         {"id": "CVE-2021-44228", "ratings": [{"severity": "critical", "method": "CVSSv31", "score": 10.0}],
///          "analysis": {"state": "resolved"}},
///         {"id": "CVE-2022-22965", "ratings": [], "analysis": {"state": "in_triage"}}
///     ]}"#.to_owned();
/// let read = cyclonedx_vulnerabilities(&[vex], "shop", None)?;
/// assert_eq!(read.events.vulnerabilities[0].patched_at.unwrap().to_string(), "2026-11-23T03:00:00.000Z");
/// // Pitfall: what nobody has looked at yet is open.
/// assert!(read.events.vulnerabilities[1].patched_at.is_none());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults of all texts at once: `syntax` for a text that is not JSON, `wrong_type` for one that is no CycloneDX document
/// or whose `vulnerabilities` are no list. A row that cannot be read is no error: it is in `skipped`.
pub fn cyclonedx_vulnerabilities(
    texts: &[String],
    service: &str,
    detected_at: Option<Timestamp>,
) -> Result<ReadEvents> {
    let expected = "expected a CycloneDX document: an object with `bomFormat` and a list `vulnerabilities`";
    let documents = documents(texts, "texts", expected, is_document)?;
    let mut collector = Collector::new("id");
    for (index, document) in documents.iter().enumerate() {
        let document = Row::of(document, format!("texts[{index}]"), None);
        let rows = document.list("vulnerabilities");
        let read: Vec<_> =
            rows.iter().map(|row| read_vulnerability(row, &document, service, detected_at)).collect();
        let open: BTreeSet<String> = read
            .iter()
            .filter_map(|read| {
                read.as_ref().ok().filter(|(one, alarm)| one.patched_at.is_none() && alarm.is_none())
            })
            .map(|(one, _)| one.id.clone())
            .collect();
        for (row, read) in rows.iter().zip(read) {
            let event = read.and_then(|(one, false_alarm)| {
                if let Some(skip) = false_alarm
                    && (open.contains(&one.id)
                        || one.closed_at.is_none()
                        || !collector.has_vulnerability(&one.id))
                {
                    return Err(skip);
                }
                if one.patched_at.is_some() && open.contains(&one.id) {
                    let text = "is open for another component of this document";
                    return Err(Skip::new(SkipCode::Duplicate, "analysis.state", text));
                }
                Ok(Event::Vulnerability(one))
            });
            collector.add(row, event);
        }
    }
    Ok(collector.finish())
}

fn is_document(document: &Value) -> bool {
    let is_format = document.get("bomFormat").and_then(Value::as_str) == Some("CycloneDX");
    is_format && document.get("vulnerabilities").is_none_or(Value::is_array)
}

/// A vulnerability, and why it is no event by itself: it was a false alarm.
fn read_vulnerability(
    row: &Row<'_>,
    document: &Row<'_>,
    service: &str,
    detected_at: Option<Timestamp>,
) -> Result<(Vulnerability, Option<Skip>), Skip> {
    let id = row.text("id")?;
    let rejected_at = row.optional_time("rejected")?;
    let mut false_alarm = rejected_at.map(|_| Skip::new(SkipCode::Abandoned, "rejected", "was rejected"));
    let made_at = document.optional_time("metadata.timestamp").map_err(|_| {
        Skip::new(SkipCode::InvalidValue, "", "the document has no time in `metadata.timestamp`")
    })?;
    let field = "analysis.state";
    let patched_at = match row.optional_text(field)? {
        _ if false_alarm.is_some() => None,
        None | Some("exploitable" | "in_triage") => None,
        Some("resolved" | "resolved_with_pedigree") => {
            let updated_at = row.optional_time("analysis.lastUpdated")?;
            Some(updated_at.or(made_at).ok_or_else(|| missing("analysis.lastUpdated"))?)
        }
        Some(state @ ("not_affected" | "false_positive")) => {
            false_alarm = Some(Skip::new(SkipCode::Abandoned, field, format!("is `{state}`")));
            None
        }
        Some(state) => return Err(Skip::unknown_state(field, state)),
    };
    let first_issued = row.optional_time("analysis.firstIssued")?;
    let closed_at = match &false_alarm {
        Some(_) => rejected_at.or(row.optional_time("analysis.lastUpdated")?).or(made_at),
        None => None,
    };
    let found_at = first_issued.or(detected_at).or(made_at).or(closed_at);
    let found_at = match (found_at, &false_alarm) {
        (Some(found_at), _) => found_at,
        (None, Some(skip)) => return Err(skip.clone()),
        (None, None) => return Err(missing("analysis.firstIssued")),
    };
    // Who asks after the fix has not found it before.
    let found_at = patched_at.or(closed_at).map_or(found_at, |ended_at| found_at.min(ended_at));
    let references: Vec<&str> = row.list("references").iter().filter_map(|one| one.text("id").ok()).collect();
    let name = equivalent(id, &references);
    let mut found = Vulnerability::new(format!("{service}/{name}"), service, found_at);
    found.disclosed_at = row.optional_time("published")?;
    found.patched_at = patched_at;
    found.severity = severity(row);
    found.closed_at = closed_at;
    Ok((found, false_alarm))
}

fn severity(row: &Row<'_>) -> Option<String> {
    let ratings = row.list("ratings");
    let ratings = ratings.iter().filter_map(|one| {
        let is_cvss =
            || one.text("method").is_ok_and(|method| method.starts_with("CVSSv3") || method == "CVSSv4");
        let scored = || one.value("score").filter(|_| is_cvss()).and_then(Value::as_f64).and_then(rating);
        one.text("severity").ok().or_else(scored)
    });
    highest(ratings).map(str::to_owned)
}
