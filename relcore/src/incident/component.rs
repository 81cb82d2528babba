use super::event::{ComponentStatus, Impact};
use super::state::{State, timeline};
use super::timeline::{Interval, union};
use crate::error::{ErrorKind, Faults, Result};
use crate::input::input;
use crate::time::{Span, TimeRange, Timestamp};
use serde::{Deserialize, Serialize};

input! {
    /// The impact of an incident on a component for a time: a row of [`impacts`], or of any table of incidents.
    ///
    /// ```
    /// use relcore::incident::{ComponentImpact, Impact};
    /// let start = relcore::Timestamp::parse("2026-02-01T10:00:00Z")?;
    /// assert_eq!(ComponentImpact::new("api", Impact::Major, start).end, None);
    /// # Ok::<(), relcore::Error>(())
    /// ```
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "incident.ComponentImpact", rename_all = "camelCase", deny_unknown_fields)]
    pub struct ComponentImpact {
        /// The name of the component.
        pub component: String,
        /// The impact.
        pub impact: Impact,
        /// The first instant.
        pub start: Timestamp,
        /// The first instant after it; absent while it goes on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub end: Option<Timestamp>,
        /// The id of the incident, when known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub incident: Option<String>,
    }
}

impl ComponentImpact {
    /// An impact that goes on.
    #[must_use]
    pub fn new(component: impl Into<String>, impact: Impact, start: Timestamp) -> Self {
        Self { component: component.into(), impact, start, end: None, incident: None }
    }
}

/// Lists when an incident had which impact on which component, by component and time.
///
/// ```
/// use relcore::incident::{Event, fold, impacts};
/// let opened: Event = relcore::from_json(
///     r#"{"at": "2026-07-14T19:52:00Z", "kind": {"type": "opened", "id": "7", "title": "x", "components": {"ide": "major_outage"}}}"#,
/// )?;
/// assert_eq!(impacts(&fold(&[opened])?)?[0].component, "ide");
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// Pitfall: an incident that names no component has no impact on any.
///
/// # Errors
/// `invalid_value` for an `incident` that is not the result of its events.
pub fn impacts(incident: &State) -> Result<Vec<ComponentImpact>> {
    let timeline = timeline(incident)?;
    let rows = timeline.component_names().flat_map(|component| {
        timeline.of_component(component).into_iter().map(|(Interval { start, end }, impact)| {
            ComponentImpact {
                component: component.clone(),
                impact,
                start,
                end,
                incident: Some(incident.id.clone()),
            }
        })
    });
    Ok(rows.collect())
}

/// The status of a component at an instant, made by [`component_status`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "incident.ComponentState", rename_all = "camelCase", deny_unknown_fields)]
pub struct ComponentState {
    /// The status.
    pub status: ComponentStatus,
    /// The worst impact of the open incidents.
    pub impact: Impact,
    /// The ids of the open incidents, the worst first.
    pub incidents: Vec<String>,
}

/// Computes the status of a component at an instant: that of its worst impact.
///
/// ```
/// use relcore::incident::{ComponentImpact, Impact, component_status};
/// let at = |text| relcore::Timestamp::parse(text);
/// let impacts = [
///     ComponentImpact::new("api", Impact::Major, at("2026-02-01T10:00:00Z")?).end(at("2026-02-01T11:00:00Z")?),
///     ComponentImpact::new("api", Impact::Minor, at("2026-02-01T10:30:00Z")?).end(at("2026-02-01T12:00:00Z")?),
/// ];
/// // Pitfall: an end is the first instant after the impact.
/// assert_eq!(component_status("api", &impacts, at("2026-02-01T11:00:00Z")?)?.impact, Impact::Minor);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `invalid_value` for an `impacts[0].end` before its start.
pub fn component_status(
    component: &str,
    impacts: &[ComponentImpact],
    at: Timestamp,
) -> Result<ComponentState> {
    check(impacts)?;
    let is_open = |row: &&ComponentImpact| row.start <= at && row.end.is_none_or(|end| at < end);
    let mut open: Vec<_> = impacts.iter().filter(|row| row.component == component).filter(is_open).collect();
    open.sort_by_key(|row| std::cmp::Reverse(row.impact)); // stable
    let impact = open.first().map_or(Impact::None, |row| row.impact);
    let mut incidents: Vec<String> = Vec::new();
    for id in open.iter().filter_map(|row| row.incident.as_ref()) {
        if !incidents.contains(id) {
            incidents.push(id.clone());
        }
    }
    Ok(ComponentState { status: ComponentStatus::of(impact), impact, incidents })
}

/// How long a component was down within a period, made by [`downtime`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "incident.Downtime", rename_all = "camelCase", deny_unknown_fields)]
pub struct Downtime {
    /// The length of the union of its impacts within the observed part of the period.
    pub downtime: Span,
    /// When it was down, in the order of time.
    pub ranges: Vec<TimeRange>,
    /// The part of the period that is before `now`.
    pub observed: TimeRange,
    /// The share of the observed part in which it was up, from 0 to 1; absent if that part is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uptime: Option<f64>,
}

/// Computes how long a component had at least an impact within a period. Incidents that overlap count once, and an incident
/// that began before the period counts inside it.
///
/// ```
/// use relcore::TimeRange;
/// use relcore::incident::{ComponentImpact, Impact, downtime};
/// let at = |text| relcore::Timestamp::parse(text);
/// let impacts = [
///     ComponentImpact::new("api", Impact::Major, at("2026-02-01T10:00:00Z")?).end(at("2026-02-01T11:00:00Z")?),
///     ComponentImpact::new("api", Impact::Minor, at("2026-02-01T10:30:00Z")?).end(at("2026-02-01T12:00:00Z")?),
/// ];
/// let period = TimeRange { start: at("2026-02-01T10:15:00Z")?, end: at("2026-02-01T13:00:00Z")? };
/// let found = downtime("api", &impacts, &period, &Impact::Minor, at("2026-03-01T00:00:00Z")?)?;
/// assert_eq!(found.downtime.to_string(), "PT1H45M");
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// Pitfall: with `least` of `minor`, a slow hour is an hour of downtime. Statuspage counts a degraded performance as uptime:
/// pass `major` for that.
///
/// # Errors
/// All faults at once: `invalid_value` for an `impacts[0].end` before its start and a `period.end` before its start.
pub fn downtime(
    component: &str,
    impacts: &[ComponentImpact],
    period: &TimeRange,
    least: &Impact,
    now: Timestamp,
) -> Result<Downtime> {
    let mut faults = Faults::new();
    period.check("period", &mut faults);
    faults.absorb(check(impacts));
    faults.finish()?;
    let observed = TimeRange { start: period.start, end: period.end.min(now).max(period.start) };
    let counted = impacts.iter().filter(|row| row.component == component && row.impact >= *least);
    let mut intervals: Vec<_> = counted.map(|row| Interval { start: row.start, end: row.end }).collect();
    let ranges: Vec<TimeRange> = union(&mut intervals)
        .into_iter()
        .map(|interval| TimeRange {
            start: interval.start.max(observed.start),
            end: interval.end.unwrap_or(observed.end).min(observed.end),
        })
        .filter(|range| range.start < range.end)
        .collect();
    let downtime = ranges.iter().map(TimeRange::length).fold(Span::from_seconds(0), Span::saturating_add);
    let length = observed.length();
    let uptime = (length.as_millis() > 0).then(|| 1.0 - downtime.as_seconds() / length.as_seconds());
    Ok(Downtime { downtime, ranges, observed, uptime })
}

fn check(impacts: &[ComponentImpact]) -> Result<()> {
    let mut faults = Faults::new();
    for (index, row) in impacts.iter().enumerate() {
        let Some(end) = row.end else { continue };
        faults.check(
            row.start <= end,
            ErrorKind::InvalidValue,
            format_args!("impacts[{index}].end"),
            format_args!("`{end}` is before `{}`, the start", row.start),
        );
    }
    faults.finish()
}
