//! What deployments say themselves: success, duration, rollbacks, downtime.
use super::entry::{Counts, Entry, Subject};
use super::{Facts, span, succeeded};
use crate::metrics::engine::End;
use crate::metrics::{Deployment, ExclusionReason, FailureSignal, Metric, OpenRecoveries, StageKind};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn add<'a>(facts: &Facts<'_, 'a>, entries: &mut Vec<Entry<'a>>) {
    let counted: Vec<(usize, &'a Deployment)> = facts.rows.deployments().enumerate().collect();
    let counted: Vec<_> =
        counted.into_iter().filter(|(_, one)| facts.policy.counts_environment(&one.environment)).collect();
    for (_, deployment) in &counted {
        attempt(facts, deployment, entries);
        durations(facts, deployment, entries);
    }
    releases(facts, &counted, entries);
    rollbacks(facts, entries);
    downtime(facts, entries);
}

/// Adds an entry, if its instant lies in the range.
fn push<'a>(
    facts: &Facts<'_, 'a>,
    metric: Metric,
    deployment: &'a Deployment,
    counts: Result<Counts, ExclusionReason>,
    entries: &mut Vec<Entry<'a>>,
) {
    let at = deployment.finished_at.as_millis();
    if let Some(bucket) = facts.bucket(at) {
        entries.push(Entry::new(metric, bucket, at, Subject::of_deployment(deployment), counts));
    }
}

fn attempt<'a>(facts: &Facts<'_, 'a>, deployment: &'a Deployment, entries: &mut Vec<Entry<'a>>) {
    let counts = if facts.policy.is_finished(deployment.outcome) {
        Ok(Counts::Share(succeeded(deployment, facts.policy)))
    } else {
        Err(ExclusionReason::Outcome)
    };
    push(facts, Metric::DeploymentSuccessRate, deployment, counts, entries);
}

/// The releases: attempts in a row of one run or revision, until one succeeds.
fn releases<'a>(
    facts: &Facts<'_, 'a>,
    deployments: &[(usize, &'a Deployment)],
    entries: &mut Vec<Entry<'a>>,
) {
    struct Release<'a> {
        name: Option<&'a str>,
        first: &'a Deployment,
        first_try: bool,
        done: bool,
    }
    let mut end = |release: &Release<'a>| {
        for (metric, part) in
            [(Metric::FirstTrySuccessRate, release.first_try), (Metric::EventualSuccessRate, release.done)]
        {
            push(facts, metric, release.first, Ok(Counts::Share(part)), entries);
        }
    };
    let mut under_way: BTreeMap<(&str, &str), Release<'a>> = BTreeMap::new();
    for (_, deployment) in deployments {
        if !facts.policy.is_finished(deployment.outcome) {
            continue;
        }
        let name = deployment.run.as_deref().or(deployment.revision.as_deref());
        let success = succeeded(deployment, facts.policy);
        let place = (deployment.service.as_str(), deployment.environment.as_str());
        if let Some(release) = under_way.get_mut(&place) {
            if release.name.is_some() && release.name == name && !release.done {
                release.done = success;
                continue;
            }
            end(release);
        }
        let release = Release { name, first: deployment, first_try: success, done: success };
        under_way.insert(place, release);
    }
    under_way.values().for_each(end);
}

fn durations<'a>(facts: &Facts<'_, 'a>, deployment: &'a Deployment, entries: &mut Vec<Entry<'a>>) {
    let ran = facts.policy.is_finished(deployment.outcome);
    let parts = [
        (Metric::QueueDuration, StageKind::Queue),
        (Metric::BuildDuration, StageKind::Build),
        (Metric::TestDuration, StageKind::Test),
        (Metric::RolloutDuration, StageKind::Deploy),
    ];
    let whole = deployment
        .started_at
        .ok_or(ExclusionReason::NotRecorded)
        .and_then(|start| span(start.as_millis(), deployment.finished_at.as_millis(), facts.policy));
    let parts = parts.map(|(metric, kind)| (metric, part(deployment, kind)));
    for (metric, length) in std::iter::once((Metric::DeploymentDuration, whole)).chain(parts) {
        let counts = if ran { length.map(Counts::Lasted) } else { Err(ExclusionReason::Outcome) };
        push(facts, metric, deployment, counts, entries);
    }
}

/// The time in stages of a kind.
fn part(deployment: &Deployment, kind: StageKind) -> Result<i64, ExclusionReason> {
    let mut spans = vec![];
    for stage in deployment.stages.iter().filter(|stage| stage.kind == kind) {
        let (start, end) = (stage.started_at, stage.finished_at.ok_or(ExclusionReason::NotRecorded)?);
        if end < start {
            return Err(ExclusionReason::Negative);
        }
        spans.push((start.as_millis(), end.as_millis()));
    }
    if spans.is_empty() { Err(ExclusionReason::NotRecorded) } else { Ok(union(spans)) }
}

/// The time that is in any of the spans.
fn union(mut spans: Vec<(i64, i64)>) -> i64 {
    spans.sort_unstable();
    let (mut total, mut until) = (0_i64, i64::MIN);
    for (start, end) in spans {
        total = total.saturating_add(end.saturating_sub(start.max(until)).max(0));
        until = until.max(end);
    }
    total
}

fn rollbacks<'a>(facts: &Facts<'_, 'a>, entries: &mut Vec<Entry<'a>>) {
    // Also those beyond the range, which take back what lies in it.
    let rollbacks: BTreeSet<usize> = facts.traced.rollbacks.iter().map(|index| index.get()).collect();
    let taken_back: BTreeSet<usize> = facts
        .traced
        .failures
        .iter()
        .filter(|link| {
            FailureSignal::OF_ROLLBACKS.contains(&link.signal)
                && link.by.is_some_and(|by| rollbacks.contains(&by.get()))
        })
        .map(|link| link.failed.get())
        .collect();
    let sees_rollbacks =
        FailureSignal::OF_ROLLBACKS.iter().any(|signal| facts.policy.failure_signals.contains(signal));
    for item in facts.traced.items.iter().filter(|item| item.metric == Metric::RollbackRate) {
        let Some(index) = item.deployment.map(|index| index.get()) else { continue };
        let Some(deployment) = facts.rows.deployment(index) else { continue };
        let by = |automatic: bool| {
            item.counts.and_then(|counts| match (counts, deployment.automatic) {
                (Counts::Share(true), None) => Err(ExclusionReason::NotRecorded),
                (Counts::Share(true), Some(own)) => Ok(Counts::Share(own == automatic)),
                (counts, _) => Ok(counts),
            })
        };
        push(facts, Metric::AutomaticRollbackRate, deployment, by(true), entries);
        push(facts, Metric::ManualRollbackRate, deployment, by(false), entries);
        let rolled_back = item.counts.and_then(|counts| match counts {
            Counts::Share(true) => Err(ExclusionReason::Rework),
            // The policy does not look at what a rollback takes back.
            _ if !sees_rollbacks => Err(ExclusionReason::NotRecorded),
            _ => Ok(Counts::Share(taken_back.contains(&index))),
        });
        push(facts, Metric::RolledBackRate, deployment, rolled_back, entries);
    }
}

fn downtime<'a>(facts: &Facts<'_, 'a>, entries: &mut Vec<Entry<'a>>) {
    let mut incidents: BTreeMap<usize, Vec<(i64, End)>> = BTreeMap::new();
    for link in &facts.traced.failures {
        if let Some(incident) = link.incident.and_then(|index| facts.events.incidents.get(index.get())) {
            let end = match incident.resolved_at {
                Some(at) => End::At(at.as_millis()),
                None if incident.closed => End::Unknown,
                None => End::Open,
            };
            incidents.entry(link.failed.get()).or_default().push((incident.detected_at.as_millis(), end));
        }
    }
    // Without any incident in the input they are not recorded, which is not the same as none.
    let sees_incidents =
        facts.policy.failure_signals.contains(&FailureSignal::Incident) && !facts.events.incidents.is_empty();
    for item in facts.traced.items.iter().filter(|item| item.metric == Metric::RollbackRate) {
        let Some(index) = item.deployment.map(|index| index.get()) else { continue };
        let Some(deployment) = facts.rows.deployment(index) else { continue };
        let own = incidents.get(&index).map(Vec::as_slice).unwrap_or_default();
        let counts = match (item.counts, deployment.downtime) {
            (Err(reason), _) => Err(reason),
            (Ok(_), Some(downtime)) => span(0, downtime.as_millis(), facts.policy).map(Counts::Lasted),
            (Ok(_), None) if !sees_incidents => Err(ExclusionReason::NotRecorded),
            (Ok(_), None) => of_incidents(facts, own),
        };
        push(facts, Metric::DeploymentDowntime, deployment, counts, entries);
    }
}

/// The time during which any of the incidents lasted.
fn of_incidents(facts: &Facts<'_, '_>, incidents: &[(i64, End)]) -> Result<Counts, ExclusionReason> {
    let as_of = facts.range.end.as_millis();
    let (mut spans, mut any_open) = (vec![], false);
    for (start, end) in incidents {
        let end = match end {
            End::At(end) => *end,
            End::Unknown => return Err(ExclusionReason::EndUnknown),
            End::Open if facts.policy.open_recoveries == OpenRecoveries::Exclude => {
                return Err(ExclusionReason::Open);
            }
            End::Open => {
                any_open = true;
                as_of
            }
        };
        // One that ends before it begins is left out, or no time.
        spans.push((*start, start.saturating_add(span(*start, end, facts.policy)?)));
    }
    let length = union(spans);
    let censors = facts.policy.open_recoveries == OpenRecoveries::Censor;
    Ok(if any_open && censors { Counts::Open(length) } else { Counts::Lasted(length) })
}
