//! Links of events: incidents to the deployments that caused them, rollbacks, reverts.
use super::engine::{FailureLink, Reader, trace};
use super::events::Events;
use super::rows::Rows;
use super::{Deployment, ExclusionReason, FailureSignal, Incident, Metric, Policy};
use crate::error::{Faults, Result};
use crate::time::{TimeRange, Timestamp};
use crate::wire::PolicyText as _;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An incident and the deployment that caused it, made by [`link_incidents`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.LinkedIncident", rename_all = "camelCase", deny_unknown_fields)]
pub struct LinkedIncident {
    /// The id of the incident.
    pub incident: String,
    /// The id of the deployment that caused it, if one could be found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment: Option<String>,
    /// Why it is linked to none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excluded: Option<ExclusionReason>,
}

/// A rollback and what it took back, made by [`detect_rollbacks`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.DetectedRollback", rename_all = "camelCase", deny_unknown_fields)]
pub struct DetectedRollback {
    /// The id of the deployment that rolled back.
    pub deployment: String,
    /// The ids of the deployments that failed, as it shows.
    pub failed: Vec<String>,
}

/// A deployment whose change a later one reverted, made by [`link_reverts`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.RevertedDeployment", rename_all = "camelCase", deny_unknown_fields)]
pub struct RevertedDeployment {
    /// The id of the deployment that had delivered the change.
    pub deployment: String,
    /// The id of the first deployment that delivered a revert of it.
    pub reverted_by: String,
}

/// The links of one policy.
struct Links<'a> {
    rows: Rows<'a>,
    failures: Vec<FailureLink>,
    unlinked: BTreeMap<usize, ExclusionReason>,
    rollbacks: Vec<usize>,
}

impl<'a> Links<'a> {
    fn new(events: &'a Events, policy: &Policy, faults: &mut Faults) -> Result<Self> {
        let rows = events.rows(faults);
        policy.check("policy", faults);
        std::mem::take(faults).finish()?;
        // Links need no lengths, and of all years there are millions of working days.
        let policy = &Policy { working_time: None, ..policy.clone() };
        let columns = rows.events();
        let reader = Reader::new(&columns, policy);
        let all = TimeRange {
            start: Timestamp::from_millis(Timestamp::MIN_MILLIS)?,
            end: Timestamp::from_millis(Timestamp::MAX_MILLIS)?,
        };
        let traced = trace(&reader, policy, &all, &[all]);
        let unlinked = traced.items.iter().filter(|item| item.metric == Metric::ChangeFailRate);
        let unlinked = unlinked.filter_map(|item| Some((item.incident?.get(), item.counts.err()?))).collect();
        let rollbacks = traced.rollbacks.iter().map(|index| index.get()).collect();
        Ok(Self { rows, failures: traced.failures, unlinked, rollbacks })
    }

    fn id(&self, index: usize) -> String {
        self.rows.deployment(index).map(|deployment| deployment.id.clone()).unwrap_or_default()
    }
}

/// The signals of a policy and some more.
fn with(policy: &Policy, signals: &[FailureSignal]) -> Vec<FailureSignal> {
    let others = policy.failure_signals.iter().filter(|own| !signals.contains(own));
    others.chain(signals).copied().collect()
}

/// Links each incident to the deployment that caused it, by the rules of the policy, in the order of the input.
///
/// ```
/// use relcore::metrics::{Deployment, DeploymentOutcome, Incident, Policy, link_incidents};
/// use relcore::Timestamp;
/// let at = |text| Timestamp::parse(text);
/// let deployed = at("2026-11-03T10:00:00Z")?;
/// let deployments = [Deployment::new("d1", "shop", deployed, DeploymentOutcome::Success)];
/// let incidents = [
///     Incident::new("i1", "shop", at("2026-11-03T11:00:00Z")?),
///     Incident::new("i2", "cart", at("2026-11-03T11:00:00Z")?), // another service
/// ];
/// let links = link_incidents(&deployments, &incidents, &Policy::default())?;
/// assert_eq!(links[0].deployment.as_deref(), Some("d1"));
/// assert_eq!(links[1].deployment, None);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`measure`](super::measure), with the paths of `events`.
pub fn link_incidents(
    deployments: &[Deployment],
    incidents: &[Incident],
    policy: &Policy,
) -> Result<Vec<LinkedIncident>> {
    let events = Events::default().deployments(deployments.to_vec()).incidents(incidents.to_vec());
    // The links are what is asked for, whatever the policy makes of them.
    let rate_numerator = super::RateNumerator::FailedDeployments;
    let policy = Policy {
        rate_numerator,
        failure_signals: with(policy, &[FailureSignal::Incident]),
        ..policy.clone()
    };
    let links = Links::new(&events, &policy, &mut Faults::new())?;
    let causes: BTreeMap<usize, usize> =
        links.failures.iter().filter_map(|link| Some((link.incident?.get(), link.failed.get()))).collect();
    let of = |(index, incident): (usize, &Incident)| LinkedIncident {
        incident: incident.id.clone(),
        deployment: causes.get(&index).map(|deployment| links.id(*deployment)),
        excluded: links.unlinked.get(&index).copied(),
    };
    Ok(incidents.iter().enumerate().map(of).collect())
}

/// Finds the rollbacks: deployments that say so, and those whose revision ran before and replaces another one.
///
/// After V1, V2, V3 the return of V1 is a rollback, and V2, which replaced V1, had failed. V1 twice in a row is none. After V1,
/// V2, V1 the return of V2 is a reland, and none by default.
///
/// ```
/// use relcore::metrics::{Deployment, DeploymentOutcome, Policy, detect_rollbacks};
/// use relcore::Timestamp;
/// let mut deployments = vec![];
/// for (hour, revision) in [(1, "v1"), (2, "v2"), (3, "v3"), (4, "v1")] {
///     let at = Timestamp::from_millis(hour * 3_600_000)?;
///     let id = format!("d{hour}");
///     deployments.push(Deployment::new(id, "shop", at, DeploymentOutcome::Success).revision(revision));
/// }
/// let found = detect_rollbacks(&deployments, &Policy::default())?;
/// assert_eq!((found[0].deployment.as_str(), found[0].failed[0].as_str()), ("d4", "d2"));
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`measure`](super::measure), with the paths of `events`.
pub fn detect_rollbacks(deployments: &[Deployment], policy: &Policy) -> Result<Vec<DetectedRollback>> {
    let events = Events::default().deployments(deployments.to_vec());
    // What they take back is asked for, whatever the policy makes of it.
    let policy = &Policy { failure_signals: with(policy, &FailureSignal::OF_ROLLBACKS), ..policy.clone() };
    let links = Links::new(&events, policy, &mut Faults::new())?;
    let mut failed: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for link in &links.failures {
        let shows = FailureSignal::OF_ROLLBACKS.contains(&link.signal);
        if let Some(by) = link.by.filter(|_| shows) {
            failed.entry(by.get()).or_default().push(link.failed.get());
        }
    }
    let of = |index: &usize| DetectedRollback {
        deployment: links.id(*index),
        failed: failed.get(index).into_iter().flatten().map(|failed| links.id(*failed)).collect(),
    };
    Ok(links.rollbacks.iter().map(of).collect())
}

/// Finds the deployments of which a later one delivered a revert, in the order of time.
///
/// A revert that ships with what it reverts shows nothing, and by default neither does a revert of a revert.
///
/// ```
/// use relcore::metrics::{Change, Deployment, DeploymentOutcome, Policy, link_reverts};
/// use relcore::Timestamp;
/// let at = |hour: i64| Timestamp::from_millis(hour * 3_600_000);
/// let deployments = [
///     Deployment::new("d1", "shop", at(1)?, DeploymentOutcome::Success).changes(["a"]),
///     Deployment::new("d2", "shop", at(2)?, DeploymentOutcome::Success).changes(["b"]),
/// ];
/// let changes = [Change::new("a", at(0)?), Change::new("b", at(1)?).reverts(["a"])];
/// let found = link_reverts(&deployments, &changes, &Policy::default())?;
/// assert_eq!((found[0].deployment.as_str(), found[0].reverted_by.as_str()), ("d1", "d2"));
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`measure`](super::measure), with the paths of `events`.
pub fn link_reverts(
    deployments: &[Deployment],
    changes: &[super::Change],
    policy: &Policy,
) -> Result<Vec<RevertedDeployment>> {
    let events = Events::default().deployments(deployments.to_vec()).changes(changes.to_vec());
    let policy = Policy { failure_signals: with(policy, &[FailureSignal::Revert]), ..policy.clone() };
    let links = Links::new(&events, &policy, &mut Faults::new())?;
    let mut first: BTreeMap<usize, usize> = BTreeMap::new();
    for link in links.failures.iter().filter(|link| link.signal == FailureSignal::Revert) {
        if let Some(by) = link.by {
            let by = by.get();
            first.entry(link.failed.get()).and_modify(|own| *own = by.min(*own)).or_insert(by);
        }
    }
    let of = |(failed, by)| RevertedDeployment { deployment: links.id(failed), reverted_by: links.id(by) };
    Ok(first.into_iter().map(of).collect())
}
