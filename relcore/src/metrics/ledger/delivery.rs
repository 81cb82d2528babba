//! The metrics of the engine, and the stages of lead times.
use super::Facts;
use super::entry::{Counts, Entry, Subject};
use crate::metrics::engine::FailureLink;
use crate::metrics::{Change, Deployment, Metric, NegativeSpans};
use crate::time::Timestamp;
use std::collections::BTreeMap;

pub(super) fn add<'a>(facts: &Facts<'_, 'a>, entries: &mut Vec<Entry<'a>>) {
    // Of an incident only its own link: each of the many of one deployment would list all others.
    let mut failures: BTreeMap<usize, Vec<FailureLink>> = BTreeMap::new();
    let mut of_incidents: BTreeMap<(usize, usize), FailureLink> = BTreeMap::new();
    for link in &facts.traced.failures {
        failures.entry(link.failed.get()).or_default().push(*link);
        if let Some(incident) = link.incident {
            of_incidents.insert((link.failed.get(), incident.get()), *link);
        }
    }
    for item in &facts.traced.items {
        let subject = Subject {
            deployment: item.deployment.and_then(|index| facts.rows.deployment(index.get())),
            change: item.change.and_then(|index| facts.events.changes.get(index.get())),
            incident: item.incident.and_then(|index| facts.events.incidents.get(index.get())),
            ..Subject::default()
        };
        let mut entry = Entry::new(item.metric, item.bucket.get(), item.at, subject, item.counts);
        entry.item = Some(*item);
        let shows_failure =
            matches!(item.metric, Metric::ChangeFailRate | Metric::FailedDeploymentRecoveryTime);
        if let Some(index) = item.deployment.filter(|_| shows_failure) {
            entry.failures = match item.incident {
                Some(incident) => {
                    of_incidents.get(&(index.get(), incident.get())).copied().into_iter().collect()
                }
                None => failures.get(&index.get()).cloned().unwrap_or_default(),
            };
        }
        if let (Metric::ChangeLeadTime, Ok(Counts::Lasted(_)), Some(change), Some(deployment)) =
            (item.metric, item.counts, subject.change, subject.deployment)
        {
            stages(facts, &entry, change, deployment, entries);
        }
        entries.push(entry);
    }
}

/// The stages of a lead time. They add up to the time from its start to the deployment, whatever is recorded: an instant that
/// is not leaves its stage empty, and the stage before goes on; one before the last is moved to it.
fn stages<'a>(
    facts: &Facts<'_, 'a>,
    lead: &Entry<'a>,
    change: &Change,
    deployment: &Deployment,
    entries: &mut Vec<Entry<'a>>,
) {
    let rules = std::iter::once(&facts.policy.lead_start).chain(&facts.policy.lead_start_fallbacks);
    let Some(start) = rules.into_iter().find_map(|rule| change.at(*rule)) else { return };
    let start = start.as_millis();
    let end = match facts.policy.negative_spans {
        NegativeSpans::Clamp => deployment.finished_at.as_millis().max(start),
        NegativeSpans::Drop | NegativeSpans::Keep => deployment.finished_at.as_millis(),
    };
    // Without a request for review, what is committed is merged.
    let Change { opened_at, reviewed_at, merged_at, .. } = *change;
    let is_reviewed = opened_at.is_some() || reviewed_at.is_some() || merged_at.is_some();
    let merged_at = if is_reviewed { merged_at } else { Some(change.committed_at) };
    let marks = [
        (Metric::CodingTime, Some(start)),
        (Metric::PickupTime, opened_at.map(Timestamp::as_millis)),
        (Metric::ReviewTime, reviewed_at.map(Timestamp::as_millis)),
        (Metric::DeliveryTime, merged_at.map(Timestamp::as_millis)),
    ];
    // From the end: each stage lasts until the next one that began.
    let mut began: Vec<(Metric, Option<i64>)> = vec![];
    let mut latest = start;
    for (metric, mark) in marks {
        let at = mark.map(|mark| mark.clamp(latest.min(end), end.max(latest)));
        latest = at.unwrap_or(latest);
        began.push((metric, at));
    }
    let mut next = (end, true);
    for (metric, at) in began.iter().rev() {
        let (length, is_recorded) = match at {
            Some(at) => (next.0.saturating_sub(*at), next.1),
            None => (0, false),
        };
        let counts = Ok(Counts::Lasted(length));
        entries.push(Entry { metric: *metric, counts, is_recorded, failures: vec![], ..lead.clone() });
        match at {
            Some(at) => next = (*at, true),
            None => next.1 &= !is_reviewed,
        }
    }
}
