//! Incidents of Opsgenie.
use super::rows::{Event, Pages, ReadEvents, Row, RowsAt, Skip, SkipCode, collect, missing};
use crate::error::Result;
use crate::metrics::Incident;
use serde_json::Value;

/// Reads incidents of Opsgenie, the pages of `GET /v1/incidents`.
///
/// | status | result |
/// | --- | --- |
/// | `open` | an open incident |
/// | `resolved`, `closed` | one that ended at `impactEndDate`; without it, one that is `closed` at an unknown instant |
///
/// It was detected at `createdAt`. The severity is the priority, `P1` to `P5`. The service is the id of the impacted service;
/// `service` replaces it for all rows, so that it can be the name that deployments have. Without it, an incident with
/// several impacted services is skipped with `invalid_value`, because an event has one.
///
/// ```
/// use relcore::interchange::opsgenie_incidents;
/// let page = r#"{"data": [{"id": "70413a06", "status": "closed", "priority": "P1", "createdAt": "2026-11-23T03:00:00Z",
///     "updatedAt": "2026-11-23T09:00:00Z", "impactedServices": ["a1", "b2"]}], "took": 0.1}"#.to_owned();
/// let read = opsgenie_incidents(&[page.clone()], Some("shop"))?;
/// // Pitfall: `updatedAt` is not when it ended. Without `impactEndDate`, nobody knows.
/// assert!(read.events.incidents[0].closed && read.events.incidents[0].resolved_at.is_none());
/// assert_eq!(opsgenie_incidents(&[page], None)?.malformed.get(), 1); // two services
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults of all pages at once: `syntax` for a page that is not JSON, `wrong_type` for an error of the API;
/// `invalid_value` if every page has a `paging.next`. A row that cannot be read is no error: it is in `skipped`.
pub fn opsgenie_incidents(pages: &[String], service: Option<&str>) -> Result<ReadEvents> {
    let has_next = |page: &Value| page.pointer("/paging/next").is_some_and(Value::is_string);
    let pages = Pages::parse(pages, "pages", RowsAt::Key("data"))?.complete(has_next)?;
    Ok(collect(&pages, "id", |row| read_incident(row, service)))
}

fn read_incident(row: &Row<'_>, service: Option<&str>) -> Result<Event, Skip> {
    let id = row.id("id")?;
    let service = service.map_or_else(|| impacted_service(row), Ok)?;
    let mut incident = Incident::new(id, service, row.time("createdAt")?);
    match row.text("status")? {
        "open" => {}
        "resolved" | "closed" => {
            incident.resolved_at = row.optional_time("impactEndDate")?;
            incident.closed = incident.resolved_at.is_none();
        }
        status => return Err(Skip::unknown_state("status", status)),
    }
    incident.severity = row.optional_text("priority")?.map(str::to_owned);
    Ok(Event::Incident(incident))
}

fn impacted_service<'a>(row: &Row<'a>) -> Result<&'a str, Skip> {
    let field = "impactedServices";
    match row.names(field)?.as_slice() {
        [] => Err(missing(field)),
        [service] => Ok(service),
        several => {
            let text = format!("has {} services: pass the name of one", several.len());
            Err(Skip::new(SkipCode::InvalidValue, field, text))
        }
    }
}
