//! The latest deployments that succeeded, as the next deployment and the links of incidents look them up.
use super::index::DeploymentIndex;
use super::read::{Deployment, Incident, Reader};
use super::scope::{PerScope, Scope};
use crate::metrics::{DeploymentIdentity, IncidentLink, LinkScope, Policy};
use std::collections::{BTreeMap, BTreeSet};

pub(super) struct Latest {
    /// By scope: what comes before the next deployment.
    before: PerScope<Option<DeploymentIndex>>,
    /// What links look up, unless that is `before`.
    links: Option<Links>,
}

struct Links {
    scope: LinkScope,
    latest: BTreeMap<u32, DeploymentIndex>,
    /// The revisions that incidents name, and the latest deployment of each.
    revisions: BTreeSet<u32>,
    of_revision: BTreeMap<(u32, u32), DeploymentIndex>,
}

impl Latest {
    pub(super) fn new(reader: &Reader<'_>, policy: &Policy) -> Self {
        let by_revision = policy.incident_links.contains(&IncidentLink::Revision);
        let needs_more = by_revision
            || policy.link_scope == LinkScope::Environment
            || policy.identity == DeploymentIdentity::Run;
        let links = needs_more.then(|| Links {
            scope: policy.link_scope,
            latest: BTreeMap::new(),
            revisions: if by_revision { reader.incident_revisions().collect() } else { BTreeSet::new() },
            of_revision: BTreeMap::new(),
        });
        Self { before: PerScope::default(), links }
    }

    /// Records a deployment that succeeded. Returns the one before it.
    pub(super) fn replace(&mut self, scope: Scope, deployment: DeploymentIndex) -> Option<DeploymentIndex> {
        self.before.replace(scope, Some(deployment))
    }

    /// Records a row that succeeded, for links: also one that another row of its run stands for.
    pub(super) fn row(&mut self, deployment: &Deployment, reader: &Reader<'_>) {
        let (Some(links), Some(scope)) = (&mut self.links, deployment.scope) else { return };
        let place = match links.scope {
            LinkScope::Service => scope.get(),
            LinkScope::Environment => reader.environment_of(deployment.index),
        };
        links.latest.insert(place, deployment.index);
        if let Some(revision) = reader.revision(deployment.index).filter(|of| links.revisions.contains(of)) {
            links.of_revision.insert((place, revision), deployment.index);
        }
    }

    /// The latest deployment before an incident, by a rule that looks at time.
    pub(super) fn find(
        &self,
        rule: IncidentLink,
        incident: &Incident,
        scope: Scope,
    ) -> Option<DeploymentIndex> {
        let Some(links) = &self.links else {
            return self.before.get(scope).copied().flatten().filter(|_| rule == IncidentLink::LatestBefore);
        };
        let place = match links.scope {
            LinkScope::Service => scope.get(),
            LinkScope::Environment => incident.environment,
        };
        match rule {
            IncidentLink::LatestBefore => links.latest.get(&place).copied(),
            IncidentLink::Revision => links.of_revision.get(&(place, incident.revision?)).copied(),
            IncidentLink::CausedBy => None,
        }
    }
}
