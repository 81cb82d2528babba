//! The delivery metrics as slowly and plainly as they can be written: one service and environment after the other,
//! with sets and full sorts.
use relcore::metrics::*;
use relcore::{TimeRange, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// What the model counts in a range.
#[derive(Debug, Default, PartialEq)]
pub struct ModelRow {
    pub deployed: usize,
    pub rated: usize,
    pub failed: usize,
    pub reworked: usize,
    /// Sorted, in milliseconds.
    pub leads: Vec<i64>,
    /// Sorted, in milliseconds.
    pub recoveries: Vec<i64>,
    pub open: usize,
    pub end_unknown: usize,
    /// Ids in lists of changes that were read when they were delivered, or would have been.
    pub references: usize,
    /// The changes that some deployment delivered.
    pub delivered: BTreeSet<String>,
    /// Incidents that show a failure of a deployment that counts.
    pub linked: usize,
    /// Ids in `remediates` of deployments that succeeded in the range, which name none that they could repair.
    pub unrepaired: usize,
}

/// The model of one range. Knows the policies that the tests draw, not all of them.
pub fn row(
    deployments: &[Deployment],
    changes: &[Change],
    incidents: &[Incident],
    policy: &Policy,
    range: &TimeRange,
) -> ModelRow {
    let shows = |signal: FailureSignal| policy.failure_signals.contains(&signal);
    let fails_by_outcome = |one: &Deployment| {
        part_failed(one, policy) || shows(FailureSignal::Outcome) && !succeeded(one, policy) && ran(one)
    };
    let mut found = ModelRow::default();
    let taking_back = take_back(changes, policy);
    let changes: BTreeMap<&str, &Change> =
        changes.iter().map(|change| (change.id.as_str(), change)).collect();
    let mut repairs: BTreeMap<&str, Vec<Timestamp>> = BTreeMap::new();
    let mut rework: BTreeSet<&str> = BTreeSet::new();

    let mut histories: BTreeMap<(&str, &str), Vec<&Deployment>> = BTreeMap::new();
    for one in deployments.iter().filter(|one| policy.environments.contains(&one.environment)) {
        histories.entry((&one.service, &one.environment)).or_default().push(one);
    }
    for history in histories.values_mut() {
        history.sort_by_key(|one| (one.finished_at, &one.id));
        let mut delivered: BTreeMap<&str, &str> = BTreeMap::new();
        let mut passed: Vec<&Deployment> = vec![];
        let mut waiting: Vec<&Deployment> = vec![];
        let mut broken: Vec<&str> = vec![];
        let mut returning: BTreeSet<&str> = BTreeSet::new();
        for one in history.iter() {
            if !succeeded(one, policy) {
                if fails_by_outcome(one) {
                    broken.push(&one.id);
                }
                waiting.push(one);
                continue;
            }
            let sources = match policy.undelivered {
                UndeliveredChanges::CarryForward => std::mem::take(&mut waiting),
                _ => vec![],
            };
            for id in sources.iter().chain([one]).flat_map(|source| &source.changes) {
                found.references += usize::from(range.contains(one.finished_at));
                let Some(change) = changes.get(id.as_str()) else { continue };
                found.delivered.insert(id.clone());
                if delivered.contains_key(id.as_str()) {
                    continue;
                }
                delivered.insert(id, &one.id);
                for target in change.reverts.iter().filter(|target| !taking_back.contains(target.as_str())) {
                    if let Some(owner) = delivered.get(target.as_str()).filter(|owner| **owner != one.id) {
                        if shows(FailureSignal::Revert) {
                            repairs.entry(owner).or_default().push(one.finished_at);
                        }
                        rework.insert(&one.id);
                    }
                }
                let seeded = passed.is_empty() && policy.seed == SeedRule::Exclude;
                let merged = change.merge && !policy.count_merges;
                if let Some(start) = change.authored_at.filter(|_| !seeded && !merged) {
                    let lead = one.finished_at.since(start).as_millis();
                    if range.contains(one.finished_at) && lead >= 0 {
                        found.leads.push(lead);
                    }
                }
            }
            let declared = matches!(one.intent, DeploymentIntent::Rollback | DeploymentIntent::Hotfix);
            let back = returned(&passed, one).filter(|replaced| {
                declared || policy.relands == RelandRule::Include || !returning.contains(replaced.id.as_str())
            });
            if back.is_some() {
                returning.insert(&one.id);
            }
            if back.is_some() {
                rework.insert(&one.id);
            }
            let by_intent = match one.intent {
                DeploymentIntent::Rollback => shows(FailureSignal::Rollback),
                DeploymentIntent::Hotfix => shows(FailureSignal::Hotfix),
                _ => false,
            };
            let repaired: Vec<&str> = if !one.remediates.is_empty() {
                let mut repaired: Vec<&str> = vec![];
                let is_known = |id: &String| deployments.iter().any(|other| other.id == *id);
                if shows(FailureSignal::Remediation) {
                    let before =
                        |other: &&&Deployment| (other.finished_at, &other.id) < (one.finished_at, &one.id);
                    let earlier: Vec<&str> =
                        history.iter().filter(before).map(|other| other.id.as_str()).collect();
                    repaired
                        .extend(one.remediates.iter().map(String::as_str).filter(|id| earlier.contains(id)));
                    if range.contains(one.finished_at) {
                        found.unrepaired += one.remediates.len() - repaired.len();
                    }
                    if repaired.is_empty() && !one.remediates.iter().all(is_known) {
                        let replaced = back.or(passed.last().copied());
                        repaired.extend(replaced.iter().map(|before| before.id.as_str()));
                    }
                }
                repaired
            } else if let Some(failed) = back.filter(|_| shows(FailureSignal::RevisionReturned)) {
                vec![&failed.id]
            } else if by_intent {
                passed.last().iter().map(|before| before.id.as_str()).collect()
            } else {
                vec![]
            };
            let mended = if part_failed(one, policy) { vec![] } else { std::mem::take(&mut broken) };
            for id in repaired.into_iter().chain(mended) {
                repairs.entry(id).or_default().push(one.finished_at);
            }
            if part_failed(one, policy) {
                broken.push(&one.id);
            }
            passed.push(one);
        }
    }

    let linked = link(deployments, incidents, policy);
    let rated = |one: &&Deployment| {
        let in_denominator =
            succeeded(one, policy) || policy.denominator == RateDenominator::Finished && ran(one);
        in_denominator
            && policy.environments.contains(&one.environment)
            && !policy.uncounted_intents.contains(&one.intent)
    };
    let causes: BTreeSet<&str> = deployments.iter().filter(rated).map(|one| one.id.as_str()).collect();
    let counted =
        linked.iter().filter(|(id, incident)| causes.contains(id) && range.contains(incident.detected_at));
    found.linked = counted.count();
    for one in deployments {
        let counts =
            policy.environments.contains(&one.environment) && !policy.uncounted_intents.contains(&one.intent);
        if !counts || !range.contains(one.finished_at) {
            continue;
        }
        let succeeded = succeeded(one, policy);
        found.deployed += usize::from(succeeded);
        if !succeeded && (policy.denominator == RateDenominator::Successful || !ran(one)) {
            continue;
        }
        found.rated += 1;
        let says_so = matches!(one.intent, DeploymentIntent::Rollback | DeploymentIntent::Hotfix)
            || !one.remediates.is_empty();
        found.reworked += usize::from(says_so || rework.contains(one.id.as_str()));
        let of_it: Vec<&&Incident> =
            linked.iter().filter(|(id, _)| *id == one.id).map(|(_, incident)| incident).collect();
        let repaired_at = repairs.get(one.id.as_str());
        if of_it.is_empty() && repaired_at.is_none() && !fails_by_outcome(one) {
            continue;
        }
        found.failed += 1;
        let end = if of_it.is_empty() {
            repaired_at.and_then(|times| times.iter().min().copied())
        } else if of_it.iter().any(|incident| incident.resolved_at.is_none() && !incident.closed) {
            None
        } else if of_it.iter().any(|incident| incident.resolved_at.is_none()) {
            found.end_unknown += 1;
            continue;
        } else {
            of_it.iter().filter_map(|incident| incident.resolved_at).max()
        };
        match end.map(|end| end.since(one.finished_at).as_millis()) {
            None => found.open += 1,
            Some(length) if length >= 0 => found.recoveries.push(length),
            Some(_) => {}
        }
    }
    found.leads.sort_unstable();
    found.recoveries.sort_unstable();
    found
}

/// The changes that take another back: reverts, but not those of reverts. What is in a circle takes nothing back.
fn take_back<'a>(changes: &'a [Change], policy: &Policy) -> BTreeSet<&'a str> {
    let mut known: BTreeMap<&str, bool> = BTreeMap::new();
    let by_id: BTreeMap<&str, &Change> = changes.iter().map(|change| (change.id.as_str(), change)).collect();
    for _ in 0..=changes.len() {
        for change in changes {
            let targets: Vec<&str> =
                change.reverts.iter().map(String::as_str).filter(|target| *target != change.id).collect();
            let takes_back = |target: &&str| match by_id.get(target) {
                Some(_) => known.get(target).copied(),
                None => Some(false),
            };
            let of_targets: Option<Vec<bool>> = targets.iter().map(takes_back).collect();
            if let Some(of_targets) = of_targets {
                known.insert(&change.id, of_targets.contains(&false));
            }
        }
    }
    let literal = policy.relands == RelandRule::Include;
    known.into_iter().filter(|(_, takes_back)| *takes_back && !literal).map(|(id, _)| id).collect()
}

fn succeeded(one: &Deployment, policy: &Policy) -> bool {
    one.outcome == DeploymentOutcome::Success
        || one.outcome == DeploymentOutcome::Partial
            && policy.partial_deployments != PartialDeployments::Unsuccessful
}

fn part_failed(one: &Deployment, policy: &Policy) -> bool {
    one.outcome == DeploymentOutcome::Partial && policy.partial_deployments == PartialDeployments::Failed
}

/// Whether it came to some end of its own.
fn ran(one: &Deployment) -> bool {
    !matches!(one.outcome, DeploymentOutcome::Cancellation | DeploymentOutcome::Skip)
}

/// The deployment that a revision which comes back takes away.
fn returned<'a>(passed: &[&'a Deployment], one: &Deployment) -> Option<&'a Deployment> {
    let revision = one.revision.as_ref()?;
    let current = passed.last()?.revision.as_ref()?;
    let before = passed.iter().rposition(|earlier| earlier.revision.as_ref() == Some(revision))?;
    if current == revision { None } else { passed.get(before + 1).copied() }
}

fn link<'a>(
    deployments: &'a [Deployment],
    incidents: &'a [Incident],
    policy: &Policy,
) -> Vec<(&'a str, &'a Incident)> {
    let mut found = vec![];
    if !policy.failure_signals.contains(&FailureSignal::Incident) {
        return found;
    }
    for incident in incidents {
        let place = |one: &'a Incident| (&one.service, &one.environment);
        let original =
            |one: &Incident| incidents.iter().find(|other| Some(&other.id) == one.duplicate_of.as_ref());
        let mut above = original(incident);
        while let Some(other) = above.filter(|other| place(other) != place(incident)) {
            above = original(other);
        }
        if above.is_some() || !policy.environments.contains(&incident.environment) {
            continue;
        }
        if let Some(cause) = &incident.caused_by {
            found.push((cause.as_str(), incident));
            continue;
        }
        let before = deployments
            .iter()
            .filter(|one| one.service == incident.service && one.environment == incident.environment)
            .filter(|one| succeeded(one, policy))
            .filter(|one| {
                one.finished_at < incident.detected_at
                    || policy.link_same_instant && one.finished_at == incident.detected_at
            })
            .max_by_key(|one| (one.finished_at, &one.id));
        if let Some(one) = before
            && incident.detected_at.since(one.finished_at) <= policy.link_max_age
        {
            found.push((&one.id, incident));
        }
    }
    found
}
