//! The events behind a number.
use super::engine::{Reader, check_frame};
use super::events::Events;
use super::figures::Figures;
use super::ledger::{Counts, Entry, Ledger};
use super::levels::levels;
use super::metric::MetricKind;
use super::report::{Estimate, ExclusionReason};
use super::rows::Rows;
use super::{FailureSignal, Metric, Policy};
use crate::error::{Faults, Result};
use crate::time::{TimeRange, Timestamp};
use crate::wire::PolicyText as _;
use serde::{Deserialize, Serialize};

/// A number and every event behind it, made by [`explain_metric`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.Explanation", rename_all = "camelCase", deny_unknown_fields)]
pub struct Explanation {
    /// The metric.
    pub metric: Metric,
    /// The range of the number.
    pub range: TimeRange,
    /// The number.
    pub estimate: Estimate,
    /// The events that count for it and those that were left out, in the order of time.
    pub items: Vec<Item>,
}

/// One event as it counts for a metric.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.Item", rename_all = "camelCase", deny_unknown_fields)]
pub struct Item {
    /// The id of the deployment that counts, delivered the change, or failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment: Option<String>,
    /// The id of the change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<String>,
    /// The id of the incident.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<String>,
    /// The id of the bug.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bug: Option<String>,
    /// The id of the vulnerability.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vulnerability: Option<String>,
    /// The id of the scan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scan: Option<String>,
    /// The instant by which it belongs to the range.
    pub at: Timestamp,
    /// Of a share: whether it is in the part: it failed, succeeded, was rework.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub affected: Option<bool>,
    /// Of a duration: how long it lasted, or has lasted so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    /// Of a duration: whether it has not ended.
    #[serde(default, skip_serializing_if = "crate::wire::is_default")]
    #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "crate::wire::never"))]
    pub open: bool,
    /// Why it was left out, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excluded: Option<ExclusionReason>,
    /// What shows that the deployment failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "crate::wire::never"))]
    pub causes: Vec<Cause>,
}

/// What shows that a deployment failed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.Cause", rename_all = "camelCase", deny_unknown_fields)]
pub struct Cause {
    /// The signal.
    pub signal: FailureSignal,
    /// The id of the incident.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<String>,
    /// The id of the deployment that repaired it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment: Option<String>,
}

/// The events behind one number: which count, for how much and why, and which were left out.
///
/// For the number of a bucket, pass the range of the bucket.
///
/// ```
/// use relcore::metrics::{Events, Metric, Policy, explain_metric};
/// use relcore::TimeRange;
/// let events: Events = serde_json::from_str(r#"{
///     "deployments": [
///         {"id": "d1", "service": "shop", "finishedAt": "2026-11-03T10:00:00Z", "outcome": "success"},
///         {"id": "d2", "service": "shop", "finishedAt": "2026-11-04T10:00:00Z", "outcome": "success"}
///     ],
///     "incidents": [{"id": "i1", "service": "shop", "detectedAt": "2026-11-03T11:00:00Z"}]
/// }"#)?;
/// let november: TimeRange =
///     serde_json::from_str(r#"{"start": "2026-11-01T00:00:00Z", "end": "2026-12-01T00:00:00Z"}"#)?;
/// let rate = explain_metric(&events, &Policy::default(), &Metric::ChangeFailRate, &november, "UTC")?;
/// assert_eq!(rate.estimate.value, Some(0.5));
/// let failed = rate.items.iter().find(|item| item.affected == Some(true)).unwrap();
/// assert_eq!(failed.deployment.as_deref(), Some("d1"));
/// assert_eq!(failed.causes[0].incident.as_deref(), Some("i1"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`measure`](super::measure).
pub fn explain_metric(
    events: &Events,
    policy: &Policy,
    metric: &Metric,
    range: &TimeRange,
    zone: &str,
) -> Result<Explanation> {
    let mut faults = Faults::new();
    let rows = events.rows(&mut faults);
    policy.check("policy", &mut faults);
    check_frame(range, [zone, "zone"], &mut faults);
    faults.finish()?;
    explain_all(events, &rows, policy, &[*metric], range, zone).map(|mut found| found.remove(0))
}

/// The explanations of metrics, of events that have been checked.
pub(super) fn explain_all(
    events: &Events,
    rows: &Rows<'_>,
    policy: &Policy,
    metrics: &[Metric],
    range: &TimeRange,
    zone: &str,
) -> Result<Vec<Explanation>> {
    let columns = rows.events();
    let reader = Reader::new(&columns, policy);
    let ledger = Ledger::new(events, rows, &reader, policy, range, &[*range]);
    let figures = Figures::new(&reader, policy, range, zone)?;
    let explain = |metric: &Metric| {
        let entries = ledger.of(*metric);
        let all: Vec<&Entry<'_>> = entries.iter().collect();
        Explanation {
            metric: *metric,
            range: *range,
            estimate: if metric.kind() == MetricKind::Level {
                let end = range.end.as_millis();
                let level = levels(&all, &[end]).get(&end).copied().unwrap_or_default();
                figures.level(*metric, level, ledger.any(*metric))
            } else {
                figures.estimate(*metric, range, &all, ledger.any(*metric))
            },
            items: entries
                .iter()
                .filter(|entry| {
                    metric.kind() != MetricKind::Level || entry.is_open_before(range.end.as_millis())
                })
                .map(|entry| item(entry, events, rows, range))
                .collect(),
        }
    };
    Ok(metrics.iter().map(explain).collect())
}

fn item(entry: &Entry<'_>, events: &Events, rows: &Rows<'_>, range: &TimeRange) -> Item {
    let (mut affected, mut seconds, mut open) = (None, None, false);
    match entry.counts {
        Ok(Counts::One | Counts::Parts { .. }) | Err(_) => {}
        Ok(Counts::Event) => affected = Some(true),
        Ok(Counts::Share(part)) => affected = Some(part),
        Ok(Counts::Lasted(length)) => seconds = Some(to_seconds(length)),
        Ok(Counts::Open(length)) => (seconds, open) = (Some(to_seconds(length)), true),
    }
    let mut causes: Vec<Cause> = entry
        .failures
        .iter()
        .map(|link| Cause {
            signal: link.signal,
            incident: link
                .incident
                .and_then(|index| events.incidents.get(index.get()))
                .map(|incident| incident.id.clone()),
            deployment: link
                .by
                .and_then(|index| rows.deployment(index.get()))
                .map(|deployment| deployment.id.clone()),
        })
        .collect();
    causes.sort();
    causes.dedup();
    Item {
        deployment: entry.subject.deployment.map(|deployment| deployment.id.clone()),
        change: entry.subject.change.map(|change| change.id.clone()),
        incident: entry.subject.incident.map(|incident| incident.id.clone()),
        bug: entry.subject.bug.map(|bug| bug.id.clone()),
        vulnerability: entry.subject.vulnerability.map(|one| one.id.clone()),
        scan: entry.subject.scan.map(|scan| scan.id.clone()),
        at: Timestamp::from_millis(entry.at).unwrap_or(range.start),
        affected,
        seconds,
        open,
        excluded: entry.counts.err(),
        causes,
    }
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of 10,000 years are below 2^53")]
fn to_seconds(millis: i64) -> f64 {
    millis as f64 / 1000.0
}
