//! Incidents of PagerDuty.
use super::rows::{Event, Pages, ReadEvents, Row, RowsAt, Skip, collect};
use crate::error::Result;
use crate::metrics::Incident;
use serde_json::Value;

/// Reads incidents of PagerDuty, the pages of `GET /incidents` of its REST API v2.
///
/// | status | result |
/// | --- | --- |
/// | `triggered`, `acknowledged` | an open incident |
/// | `resolved` | one that ended at `resolved_at`, else at `last_status_change_at`: nothing follows `resolved` |
/// | `resolved` by a merge into another one | also a duplicate of that one, by `resolve_reason` |
///
/// It was detected at `created_at`. The severity is the name of the priority, else the urgency: `P1`, `high`. The service is the
/// name of PagerDuty's service, `service.summary`; `service` replaces it for all rows, so that it can be the name that
/// deployments have.
///
/// ```
/// use relcore::interchange::pagerduty_incidents;
/// let page = r#"{"incidents": [{"id": "PT4KHLK", "status": "resolved", "created_at": "2026-11-23T03:00:00Z",
///     "resolved_at": "2026-11-23T03:40:00Z", "urgency": "high", "priority": null,
///     "service": {"id": "PIJ90N7", "summary": "Shop API"}}], "limit": 25, "offset": 0, "more": false}"#.to_owned();
/// let read = pagerduty_incidents(&[page.clone()], Some("shop"))?;
/// assert_eq!(read.events.incidents[0].severity.as_deref(), Some("high"));
/// // Pitfall: with `more`, another page follows, and figures of the first one alone would be wrong.
/// assert!(pagerduty_incidents(&[page.replace("\"more\": false", "\"more\": true")], None).is_err());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults of all pages at once: `syntax` for a page that is not JSON, `wrong_type` for an error of the API;
/// `invalid_value` if every page has `more`. A row that cannot be read is no error: it is in `skipped`.
pub fn pagerduty_incidents(pages: &[String], service: Option<&str>) -> Result<ReadEvents> {
    let has_more = |page: &Value| page.get("more").and_then(Value::as_bool).unwrap_or(false);
    let pages = Pages::parse(pages, "pages", RowsAt::Key("incidents"))?.complete(has_more)?;
    Ok(collect(&pages, "id", |row| read_incident(row, service)))
}

fn read_incident(row: &Row<'_>, service: Option<&str>) -> Result<Event, Skip> {
    let id = row.id("id")?;
    let service = service.map_or_else(|| row.text("service.summary"), Ok)?;
    let mut incident = Incident::new(id, service, row.time("created_at")?);
    match row.text("status")? {
        "triggered" | "acknowledged" => {}
        "resolved" => {
            let at = row.optional_time("resolved_at")?;
            incident.resolved_at = Some(at.map_or_else(|| row.time("last_status_change_at"), Ok)?);
            if row.optional_text("resolve_reason.type")? == Some("merge_resolve_reason") {
                incident.duplicate_of = Some(row.id("resolve_reason.incident.id")?);
            }
        }
        status => return Err(Skip::unknown_state("status", status)),
    }
    let priority = row.optional_text("priority.summary")?;
    incident.severity = match priority {
        Some(priority) => Some(priority.to_owned()),
        None => row.optional_text("urgency")?.map(str::to_owned),
    };
    Ok(Event::Incident(incident))
}
