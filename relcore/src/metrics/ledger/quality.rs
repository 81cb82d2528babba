//! Bugs that escaped to production.
use super::entry::{Counts, Entry, Subject};
use super::{Facts, succeeded};
use crate::metrics::{Bug, BugPhase, Deployment, DeploymentIntent, ExclusionReason, Metric};
use std::collections::BTreeMap;

pub(super) fn add<'a>(facts: &Facts<'_, 'a>, entries: &mut Vec<Entry<'a>>) {
    if facts.events.bugs.is_empty() {
        return; // not recorded, which is not the same as none
    }
    // By service and revision, or id: when a release was first deployed.
    let mut releases: BTreeMap<(&str, &str), &'a Deployment> = BTreeMap::new();
    let counted = facts.rows.deployments().filter(|one| facts.policy.counts_environment(&one.environment));
    let is_release =
        |one: &&Deployment| succeeded(one, facts.policy) && one.intent != DeploymentIntent::Rollback;
    for deployment in counted.filter(is_release) {
        let service = deployment.service.as_str();
        let name = deployment.revision.as_deref().unwrap_or(&deployment.id);
        let is_new = !releases.contains_key(&(service, name));
        releases.entry((service, name)).or_insert(deployment);
        releases.entry((service, &deployment.id)).or_insert(deployment);
        if is_new {
            let at = deployment.finished_at.as_millis();
            let counts = mature(facts, at).map(|()| Counts::Share(false));
            push(facts, Metric::EscapedBugs, at, Subject::of_deployment(deployment), counts, entries);
        }
    }
    for bug in &facts.events.bugs {
        let release = bug.release.as_deref().and_then(|name| releases.get(&(bug.service.as_str(), name)));
        let at = release.map_or(bug.found_at, |release| release.finished_at).as_millis();
        let counted = if release.is_some() { mature(facts, at) } else { Ok(()) };
        let escaped = bug.found_in == BugPhase::Production;
        let subject = subject(bug);
        push(facts, Metric::BugEscapeRate, at, subject, counted.map(|()| Counts::Share(escaped)), entries);
        if escaped {
            // It counts in the group of its release.
            let subject = Subject { deployment: release.copied(), ..subject };
            push(facts, Metric::EscapedBugs, at, subject, counted.map(|()| Counts::Event), entries);
        }
    }
}

fn subject(bug: &Bug) -> Subject<'_> {
    Subject { bug: Some(bug), ..Subject::default() }
}

/// Whether a release is old enough.
fn mature(facts: &Facts<'_, '_>, deployed_at: i64) -> Result<(), ExclusionReason> {
    let age = facts.range.end.as_millis().saturating_sub(deployed_at);
    if age >= facts.policy.quality.maturation.as_millis() { Ok(()) } else { Err(ExclusionReason::Immature) }
}

fn push<'a>(
    facts: &Facts<'_, 'a>,
    metric: Metric,
    at: i64,
    subject: Subject<'a>,
    counts: Result<Counts, ExclusionReason>,
    entries: &mut Vec<Entry<'a>>,
) {
    if let Some(bucket) = facts.bucket(at) {
        entries.push(Entry::new(metric, bucket, at, subject, counts));
    }
}
