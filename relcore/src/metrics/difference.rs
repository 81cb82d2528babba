//! Why two dashboards differ: the events that two policies count differently.
use super::engine::check_frame;
use super::events::Events;
use super::item::{Item, explain_all};
use super::report::Estimate;
use super::{Metric, Policy};
use crate::error::{Error, ErrorKind, Faults, Result};
use crate::time::TimeRange;
use crate::wire::PolicyText as _;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What two policies make of the same events, made by [`diff_policies`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.PolicyDifference", rename_all = "camelCase", deny_unknown_fields)]
pub struct PolicyDifference {
    /// The fields in which the policies differ.
    pub choices: Vec<String>,
    /// The metrics whose numbers or items differ, in the order of [`definitions`](super::definitions).
    pub metrics: Vec<MetricDifference>,
}

/// A metric under two policies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.MetricDifference", rename_all = "camelCase", deny_unknown_fields)]
pub struct MetricDifference {
    /// The metric.
    pub metric: Metric,
    /// Its number under the first policy.
    pub first: Estimate,
    /// Its number under the second policy.
    pub second: Estimate,
    /// The events that count differently, in the order of time. Empty if only the way differs in which they are summarised.
    pub items: Vec<ItemDifference>,
}

/// An event under two policies. It is absent where it does not belong to the metric or the range.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.ItemDifference", rename_all = "camelCase", deny_unknown_fields)]
pub struct ItemDifference {
    /// Under the first policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<Item>,
    /// Under the second policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second: Option<Item>,
}

/// Why two dashboards differ: the choices in which two policies differ, the numbers that follow, and the events that make
/// the difference.
///
/// ```
/// use relcore::metrics::{Events, Metric, Policy, diff_policies, gitlab_policy};
/// use relcore::TimeRange;
/// let events: Events = serde_json::from_str(r#"{
///     "deployments": [{"id": "d1", "service": "shop", "finishedAt": "2026-11-03T10:00:00Z", "outcome": "success"}],
///     "incidents": [
///         {"id": "i1", "service": "shop", "detectedAt": "2026-11-03T11:00:00Z"},
///         {"id": "i2", "service": "shop", "detectedAt": "2026-11-03T12:00:00Z"}
///     ]
/// }"#)?;
/// let november: TimeRange =
///     serde_json::from_str(r#"{"start": "2026-11-01T00:00:00Z", "end": "2026-12-01T00:00:00Z"}"#)?;
/// let found = diff_policies(&events, &Policy::default(), &gitlab_policy(), &november, "UTC")?;
/// assert!(found.choices.contains(&"rateNumerator".to_owned()));
/// let rate = found.metrics.iter().find(|one| one.metric == Metric::ChangeFailRate).unwrap();
/// assert_eq!((rate.first.value, rate.second.value), (Some(1.0), Some(2.0))); // GitLab counts incidents
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`measure`](super::measure), with the paths `first` and `second` for the policies.
pub fn diff_policies(
    events: &Events,
    first: &Policy,
    second: &Policy,
    range: &TimeRange,
    zone: &str,
) -> Result<PolicyDifference> {
    let mut faults = Faults::new();
    let rows = events.rows(&mut faults);
    first.check("first", &mut faults);
    second.check("second", &mut faults);
    check_frame(range, [zone, "zone"], &mut faults);
    faults.finish()?;
    let metrics: Vec<Metric> = Metric::all().collect();
    let of = |policy| explain_all(events, &rows, policy, &metrics, range, zone);
    let (a, b) = (of(first)?, of(second)?);
    let differing = a.into_iter().zip(b).filter(|(a, b)| a.estimate != b.estimate || a.items != b.items);
    let metrics = differing.map(|(a, b)| MetricDifference {
        metric: a.metric,
        first: a.estimate,
        second: b.estimate,
        items: items(a.items, b.items),
    });
    Ok(PolicyDifference { metrics: metrics.collect(), choices: choices(first, second)? })
}

/// The names of the fields that differ.
fn choices(first: &Policy, second: &Policy) -> Result<Vec<String>> {
    let fields = |policy: &Policy| -> Result<BTreeMap<String, serde_json::Value>> {
        // A policy that has been checked is written as an object.
        let text = crate::to_json(policy)?;
        serde_json::from_str(&text)
            .map_err(|fault| Error::new(ErrorKind::InvalidValue, "policy", fault.to_string()))
    };
    let (a, b) = (fields(first)?, fields(second)?);
    let names: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    Ok(names.into_iter().filter(|name| a.get(*name) != b.get(*name)).cloned().collect())
}

/// Pairs the items of the same events, and keeps the pairs that differ.
fn items(first: Vec<Item>, second: Vec<Item>) -> Vec<ItemDifference> {
    type Key = [Option<String>; 6];
    // A change or an incident is itself, whatever deployment it belongs to.
    let key = |item: &Item| -> Key {
        let own = item.change.is_none() && item.incident.is_none();
        let Item { change, incident, bug, vulnerability, scan, .. } = item;
        let deployment = item.deployment.clone().filter(|_| own);
        [deployment, change.clone(), incident.clone(), bug.clone(), vulnerability.clone(), scan.clone()]
    };
    let mut by_key: BTreeMap<Key, (Vec<Item>, Vec<Item>)> = BTreeMap::new();
    for item in first {
        by_key.entry(key(&item)).or_default().0.push(item);
    }
    for item in second {
        by_key.entry(key(&item)).or_default().1.push(item);
    }
    let mut found = vec![];
    for (a, b) in by_key.into_values().filter(|(a, b)| a != b) {
        let (mut a, mut b) = (a.into_iter(), b.into_iter());
        loop {
            let pair = ItemDifference { first: a.next(), second: b.next() };
            if pair.first.is_none() && pair.second.is_none() {
                break;
            }
            if pair.first != pair.second {
                found.push(pair);
            }
        }
    }
    found.sort_by_key(|pair| pair.first.as_ref().or(pair.second.as_ref()).map(|item| item.at));
    found
}
