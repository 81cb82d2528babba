//! Links, attributed commits, explanations and differences of policies: against a look at each event.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a test that panics has failed"
)]
use crate::laws::{given, hour, policy, range};
use proptest::prelude::*;
use relcore::metrics::*;
use std::collections::BTreeSet;

/// The commits that a commit reaches, with itself.
fn reached(commits: &[Commit], from: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![from.to_owned()];
    while let Some(id) = open.pop() {
        if let Some(commit) = commits.iter().find(|commit| commit.id == id)
            && found.insert(id)
        {
            open.extend(commit.parents.iter().cloned());
        }
    }
    found
}

fn commits() -> impl Strategy<Value = Vec<Commit>> {
    // A parent comes before its children; some are not in the input.
    let parents = prop::collection::vec(0..1000_usize, 0..3);
    prop::collection::vec(parents, 1..14).prop_map(|all| {
        let commit = |(n, parents): (usize, Vec<usize>)| {
            let name = |of: usize| if of % 11 == 10 { "gone".to_owned() } else { format!("c{}", of % n) };
            let parents: Vec<String> = parents
                .into_iter()
                .filter(|_| n > 0)
                .map(name)
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect();
            Commit::new(format!("c{n}")).parents(parents)
        };
        all.into_iter().enumerate().map(commit).collect()
    })
}

fn deployments() -> impl Strategy<Value = Vec<Deployment>> {
    let one = (0..2_u8, 0..60_i64, prop::option::of(0..16_u8), 0..6_u8);
    prop::collection::vec(one, 0..8).prop_map(|all| {
        let deployment = |(n, (service, at, revision, failed)): (usize, (u8, i64, Option<u8>, u8))| {
            let outcome = if failed == 0 { DeploymentOutcome::Failure } else { DeploymentOutcome::Success };
            let mut one = Deployment::new(format!("d{n}"), format!("s{service}"), hour(at), outcome);
            one.revision = revision.map(|revision| format!("c{revision}"));
            one
        };
        all.into_iter().enumerate().map(deployment).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 250, ..Default::default() })]

    #[test]
    fn commits_by_sets_are_those_of_the_graph(
        commits in commits(),
        deployments in deployments(),
        shuffle in any::<bool>(),
    ) {
        let mut given = commits.clone();
        if shuffle {
            given.reverse();
        }
        for rule in [AttributionRule::FirstContaining, AttributionRule::PreviousToThis] {
            let found = attribute_changes(&given, &deployments, &rule).unwrap();
            let mut ordered: Vec<&Deployment> =
                deployments.iter().filter(|one| one.outcome == DeploymentOutcome::Success).collect();
            ordered.sort_by_key(|one| (one.finished_at, one.id.clone()));
            prop_assert_eq!(found.len(), ordered.len());
            for (index, (got, one)) in found.iter().zip(&ordered).enumerate() {
                let earlier: Vec<&&Deployment> =
                    ordered[..index].iter().filter(|before| before.service == one.service).collect();
                let known = |of: &Deployment| {
                    of.revision.clone().filter(|id| commits.iter().any(|commit| commit.id == *id))
                };
                let reach = |of: &Deployment| known(of).map(|id| reached(&commits, &id)).unwrap_or_default();
                let before: BTreeSet<String> = match rule {
                    AttributionRule::FirstContaining => earlier.iter().flat_map(|of| reach(of)).collect(),
                    // What is not in the graph says nothing: the one before it does.
                    _ => earlier.iter().rev().find(|of| known(of).is_some()).map(|of| reach(of)).unwrap_or_default(),
                };
                let expected: BTreeSet<String> = reach(one).difference(&before).cloned().collect();
                prop_assert_eq!(&got.deployment, &one.id);
                prop_assert_eq!(got.previous.as_ref(), earlier.last().map(|of| &of.id));
                prop_assert_eq!(got.unknown_revision, known(one).is_none());
                prop_assert_eq!(got.changes.iter().cloned().collect::<BTreeSet<_>>(), expected);
                prop_assert_eq!(got.changes.iter().collect::<BTreeSet<_>>().len(), got.changes.len());
                // A child comes before its parents.
                for (position, id) in got.changes.iter().enumerate() {
                    let above = &got.changes[..position];
                    let commit = commits.iter().find(|commit| commit.id == *id).unwrap();
                    prop_assert!(commit.parents.iter().all(|parent| !above.contains(parent)));
                }
            }
        }
    }

    /// Every incident has a deployment or a reason, and those in the range are the causes in the explanation.
    #[test]
    fn links_are_the_causes_of_failures(given in given(), policy in policy(), range in range()) {
        let links = link_incidents(&given.deployments, &given.incidents, &policy).unwrap();
        prop_assert_eq!(links.len(), given.incidents.len());
        for (link, incident) in links.iter().zip(&given.incidents) {
            prop_assert_eq!(&link.incident, &incident.id);
            prop_assert_ne!(link.deployment.is_some(), link.excluded.is_some());
        }
        if !policy.failure_signals.contains(&FailureSignal::Incident) {
            return Ok(());
        }
        let events = Events::default()
            .deployments(given.deployments.clone())
            .changes(given.changes.clone())
            .incidents(given.incidents.clone());
        let explained = explain_metric(&events, &policy, &Metric::ChangeFailRate, &range, "UTC").unwrap();
        let causes: BTreeSet<(String, String)> = explained
            .items
            .iter()
            .flat_map(|item| {
                let incidents = item.causes.iter().filter_map(|cause| cause.incident.clone());
                incidents.map(|incident| (incident, item.deployment.clone().unwrap())).collect::<Vec<_>>()
            })
            .collect();
        let finished = |id: &String| {
            given.deployments.iter().find(|one| one.id == *id).map(|one| one.finished_at).unwrap()
        };
        let linked: BTreeSet<(String, String)> = links
            .iter()
            .filter_map(|link| Some((link.incident.clone(), link.deployment.clone()?)))
            .filter(|(_, deployment)| {
                let at = finished(deployment);
                range.start <= at && at < range.end
            })
            .collect();
        prop_assert_eq!(causes, linked);
    }

    /// Of each metric the items that count are as many as the number says, and so are those that are left out.
    #[test]
    fn an_explanation_adds_up(given in given(), policy in policy(), range in range()) {
        let events = Events::default()
            .deployments(given.deployments)
            .changes(given.changes)
            .incidents(given.incidents);
        for Definition { metric, .. } in definitions() {
            let found = explain_metric(&events, &policy, &metric, &range, "UTC").unwrap();
            let counted = found.items.iter().filter(|item| item.excluded.is_none()).count();
            prop_assert_eq!(found.estimate.n.get(), counted as u64, "{:?}", metric);
            let left_out: u64 = found.estimate.excluded.iter().map(|one| one.n.get()).sum();
            prop_assert_eq!(left_out, (found.items.len() - counted) as u64, "{:?}", metric);
            let affected = found.items.iter().filter(|item| item.affected == Some(true)).count();
            let is_stage = matches!(
                metric,
                Metric::CodingTime | Metric::PickupTime | Metric::ReviewTime | Metric::DeliveryTime
            );
            if let Some(own) = found.estimate.affected.filter(|_| !is_stage) {
                prop_assert_eq!(own.get(), affected as u64, "{:?}", metric);
            }
        }
    }

    /// A policy does not differ from itself; swapped, a difference is the same one.
    #[test]
    fn differences_are_symmetric(given in given(), one in policy(), two in policy(), range in range()) {
        let events = Events::default()
            .deployments(given.deployments)
            .changes(given.changes)
            .incidents(given.incidents);
        let of = |a: &Policy, b: &Policy| diff_policies(&events, a, b, &range, "UTC").unwrap();
        let none = of(&one, &one);
        prop_assert!(none.choices.is_empty() && none.metrics.is_empty());
        let (there, back) = (of(&one, &two), of(&two, &one));
        prop_assert_eq!(&there.choices, &back.choices);
        prop_assert_eq!(there.choices.is_empty(), one == two);
        prop_assert_eq!(there.metrics.len(), back.metrics.len());
        for (a, b) in there.metrics.iter().zip(&back.metrics) {
            prop_assert_eq!((a.metric, &a.first, &a.second), (b.metric, &b.second, &b.first));
            prop_assert_eq!(a.items.len(), b.items.len());
            prop_assert!(a.items.iter().all(|item| item.first != item.second));
        }
    }
}
