use super::state::{Milestone, State, timeline};
use super::timeline::Interval;
use crate::error::{Error, ErrorKind, Result};
use crate::time::{Span, TimeRange, Timestamp};
use serde::{Deserialize, Serialize};

/// How long an incident took, made by [`durations`]. A length that has no end yet is absent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "incident.Durations", rename_all = "camelCase", deny_unknown_fields)]
pub struct Durations {
    /// From the start of the disruption to its detection.
    pub to_detect: Span,
    /// From the detection to the first acknowledgement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_acknowledge: Option<Span>,
    /// From the start of the disruption to the end of its impact. This is the recovery that users saw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_mitigate: Option<Span>,
    /// From the start of the disruption to the last resolution.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_resolve: Option<Span>,
    /// From the declaration to the last resolution, with the times between a resolution and a reopening.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_to_final: Option<Span>,
    /// The time in which it was declared and not resolved, without the times between a resolution and a reopening.
    pub unresolved: Span,
    /// The time in which users noticed it: the union over all components.
    pub impact: Span,
    /// When users noticed it. The last one ends at `now` if the impact goes on.
    pub impact_ranges: Vec<TimeRange>,
    /// Whether the impact goes on.
    pub impact_ongoing: bool,
    /// How many times it was reopened.
    pub reopened: u32,
    /// When it was resolved for the last time; absent while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved_at: Option<Timestamp>,
}

/// Computes how long an incident took, and how long users noticed it, which is another length.
///
/// The impact ends when every component is operational again or, if no component is named, with `mitigated`; at the latest
/// with the resolution. Recovery and uptime go by the impact; messages and reports go by the status.
///
/// ```
/// use relcore::incident::{Event, durations, fold};
/// let events: Vec<Event> = [
///     r#"{"at": "2026-07-14T19:52:00Z", "kind": {"type": "opened", "id": "7", "title": "x", "components": {"ide": "degraded_performance"}}}"#,
///     r#"{"at": "2026-07-14T20:10:00Z", "kind": {"type": "component_changed", "component": "ide", "status": "operational"}}"#,
///     r#"{"at": "2026-07-15T09:11:00Z", "kind": {"type": "status_changed", "status": "resolved"}}"#,
/// ]
/// .into_iter()
/// .map(relcore::from_json)
/// .collect::<Result<_, _>>()?;
/// let durations = durations(&fold(&events)?, relcore::Timestamp::parse("2026-07-16T00:00:00Z")?)?;
/// assert_eq!(durations.impact.to_string(), "PT18M");
/// // Pitfall: the time to resolve has the paperwork, too.
/// assert_eq!(durations.to_resolve.map(|span| span.to_string()), Some("PT13H19M".to_owned()));
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `out_of_range` for a `now` before the last event; `invalid_value` for an `incident` that is not the result of its events.
pub fn durations(incident: &State, now: Timestamp) -> Result<Durations> {
    let timeline = timeline(incident)?;
    check_now(incident, now)?;
    let impact = timeline.impact();
    let start = incident.started_at;
    let detected = milestone(incident, Milestone::Detected).unwrap_or(incident.opened_at);
    let since = |at: Option<Timestamp>, from: Timestamp| at.map(|at| at.since(from));
    Ok(Durations {
        to_detect: detected.since(start),
        to_acknowledge: since(milestone(incident, Milestone::Acknowledged), detected),
        to_mitigate: since(milestone(incident, Milestone::Mitigated), start),
        to_resolve: since(incident.resolved_at, start),
        open_to_final: since(incident.resolved_at, incident.opened_at),
        unresolved: total(&timeline.unresolved, now),
        impact: total(&impact, now),
        impact_ongoing: impact.last().is_some_and(|last| last.end.is_none()),
        impact_ranges: impact.iter().map(|interval| range(*interval, now)).collect(),
        reopened: incident.reopened,
        resolved_at: incident.resolved_at,
    })
}

pub(super) fn milestone(incident: &State, of: Milestone) -> Option<Timestamp> {
    incident.milestones.iter().find(|dated| dated.milestone == of).map(|dated| dated.at)
}

/// An error for an instant before the last event.
pub(super) fn check_now(incident: &State, now: Timestamp) -> Result<()> {
    match incident.events.last() {
        Some(last) if last.at > now => {
            let text = format!("`{now}` is before `{}`, the last event", last.at);
            Err(Error::new(ErrorKind::OutOfRange, "now", text))
        }
        _ => Ok(()),
    }
}

fn range(interval: Interval, now: Timestamp) -> TimeRange {
    TimeRange { start: interval.start, end: interval.end.unwrap_or(now) }
}

fn total(intervals: &[Interval], now: Timestamp) -> Span {
    let lengths = intervals.iter().map(|interval| range(*interval, now).length());
    lengths.fold(Span::from_seconds(0), Span::saturating_add)
}
