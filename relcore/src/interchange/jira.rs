//! Issues of Jira.
use super::issue_rules::IssueRules;
use super::rows::{Event, Pages, ReadEvents, Row, RowsAt, Skip, collect, time};
use crate::error::Result;
use crate::time::Timestamp;
use serde_json::Value;

/// Reads issues of Jira as incidents and bugs, the pages of `/rest/api/3/search/jql` or of the older `/rest/api/2/search`.
///
/// The type of an issue and its labels say what it is, by the rules; the fields `issuetype`, `labels`, `status`, `priority`,
/// `created` and `resolutiondate` must be asked for.
///
/// | category of the status | incident |
/// | --- | --- |
/// | `new`, `indeterminate`, `undefined` | open |
/// | `done` | ended at `resolutiondate`; without it, closed at an unknown instant |
///
/// A bug was found at `created`, whatever its status. The severity is that of a label of the rules, else the name of the
/// priority. Statuses and resolutions have other names in every project, so only the category of a status is read, and a
/// declined issue counts like any other: leave it out of the search, as by `resolution != "Won't Do"`.
///
/// ```
/// use relcore::interchange::{IssueRules, jira_issues};
/// let page = r#"{"issues": [{"id": "10002", "key": "SHOP-1", "fields": {"issuetype": {"name": "Incident"}, "labels": [],
///     "status": {"name": "Fixed", "statusCategory": {"key": "done"}}, "priority": {"name": "Highest"},
///     "created": "2026-11-23T04:00:00.000+0100", "resolutiondate": "2026-11-23T05:00:00.000+0100"}}], "isLast": true}"#;
/// let read = jira_issues(&[page.to_owned()], &IssueRules::new("shop"))?;
/// assert_eq!(read.events.incidents[0].detected_at.to_string(), "2026-11-23T03:00:00.000Z");
/// // Pitfall: a type of another name is no incident, unless the rules name it.
/// let rules = IssueRules::new("shop").incidents(["Major incident"]);
/// assert!(jira_issues(&[page.to_owned()], &rules)?.events.incidents.is_empty());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults of all pages at once: `syntax` for a page that is not JSON, `wrong_type` for an error of the API;
/// `invalid_value` if every page says that another one follows, by `isLast` or by `total`. A row that cannot be read is no
/// error: it is in `skipped`.
pub fn jira_issues(pages: &[String], rules: &IssueRules) -> Result<ReadEvents> {
    let pages = Pages::parse(pages, "pages", RowsAt::Key("issues"))?.complete(has_next)?;
    Ok(collect(&pages, "key", |row| read_issue(row, rules)))
}

fn has_next(page: &Value) -> bool {
    let number = |key: &str| page.get(key).and_then(Value::as_u64);
    if let Some(is_last) = page.get("isLast").and_then(Value::as_bool) {
        return !is_last;
    }
    let length = page.get("issues").and_then(Value::as_array).map_or(0, Vec::len) as u64;
    let end = number("startAt").unwrap_or(0).saturating_add(length);
    number("total").is_some_and(|total| total > end)
}

fn read_issue(row: &Row<'_>, rules: &IssueRules) -> Result<Event, Skip> {
    let key = row.id("key")?;
    let mut names = vec![row.text("fields.issuetype.name")?];
    names.extend(row.names("fields.labels")?);
    let mut kind = rules.kind(&names, "fields.issuetype.name")?;
    if kind.severity.is_none() {
        kind.severity = row.optional_text("fields.priority.name")?.map(str::to_owned);
    }
    let created = instant("fields.created", row.text("fields.created")?)?;
    let field = "fields.status.statusCategory.key";
    let is_done = match row.text(field)? {
        "new" | "indeterminate" | "undefined" => false,
        "done" => true,
        category => return Err(Skip::unknown_state(field, category)),
    };
    let resolved_at = row.optional_text("fields.resolutiondate")?.filter(|_| is_done);
    let resolved_at = resolved_at.map(|text| instant("fields.resolutiondate", text)).transpose()?;
    let mut event = rules.event(kind, key, created, resolved_at);
    if let Event::Incident(incident) = &mut event {
        incident.closed = is_done && resolved_at.is_none();
    }
    Ok(event)
}

/// Jira writes offsets without the colon of RFC 3339: `2026-11-23T04:00:00.000+0100`.
fn instant(field: &str, text: &str) -> Result<Timestamp, Skip> {
    if let Some((start, offset)) = text.split_at_checked(text.len().saturating_sub(5))
        && let Some((hours, minutes)) = offset.split_at_checked(3)
        && hours.starts_with(['+', '-'])
        && !minutes.contains(':')
    {
        return time(field, &format!("{start}{hours}:{minutes}"));
    }
    time(field, text)
}
