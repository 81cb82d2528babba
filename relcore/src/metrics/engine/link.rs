//! The stage that links each incident to the deployment that caused it.
use super::buckets::{Buckets, ByBucket, Cursor};
use super::eligibility;
use super::excluded::Excluded;
use super::index::{DeploymentIndex, IncidentIndex};
use super::order::ByTime;
use super::read::{Incident, Reader};
use super::scope::PerScope;
use super::signal::{End, Signals, Source};
use crate::metrics::{ExclusionReason, FailureSignal, IncidentLink, Policy};

/// By scope: the latest deployment that succeeded.
pub(super) type Latest = PerScope<Option<DeploymentIndex>>;

pub(super) struct Link<'a> {
    reader: &'a Reader<'a>,
    policy: &'a Policy,
    /// Whether an incident shows a failure.
    is_on: bool,
    cursor: Cursor<'a>,
    /// The incident to link next, and those after it.
    next: Option<Incident>,
    rest: ByTime,
    unlinked: ByBucket<Excluded>,
}

impl<'a> Link<'a> {
    pub(super) fn new(reader: &'a Reader<'a>, policy: &'a Policy, buckets: &'a Buckets) -> Self {
        let is_on = policy.failure_signals.contains(&FailureSignal::Incident);
        let (rest, unlinked) = (reader.incidents_by_time(), ByBucket::new(buckets));
        let mut link = Self { reader, policy, is_on, cursor: buckets.cursor(), next: None, rest, unlinked };
        link.advance();
        link
    }

    /// Links the incidents that come before a deployment that finished at this time.
    pub(super) fn before(&mut self, finished_at: i64, latest: &Latest, signals: &mut Signals) {
        let same_instant = self.policy.link_same_instant;
        while let Some(incident) = self.next {
            let at = incident.detected_at;
            if at > finished_at || at == finished_at && same_instant {
                return;
            }
            self.link(&incident, latest, signals);
            self.advance();
        }
    }

    /// Links the incidents after the last deployment. Returns those that show no failure.
    pub(super) fn finish(mut self, latest: &Latest, signals: &mut Signals) -> ByBucket<Excluded> {
        while let Some(incident) = self.next {
            self.link(&incident, latest, signals);
            self.advance();
        }
        self.unlinked
    }

    fn advance(&mut self) {
        self.next = self.rest.next().and_then(|index| self.reader.incident(IncidentIndex::new(index)));
    }

    fn link(&mut self, incident: &Incident, latest: &Latest, signals: &mut Signals) {
        let Incident { detected_at, resolved_at, closed, .. } = *incident;
        let end = match resolved_at {
            Some(at) => End::At(at),
            None if closed => End::Unknown,
            None => End::Open,
        };
        match self.causing_deployment(incident, latest) {
            Ok(deployment) => signals.add(deployment, Source::Incident { detected_at, end }),
            Err(reason) => self.unlinked.add(self.cursor.find(detected_at), reason),
        }
    }

    /// The deployment that caused an incident, by the first rule of the policy that finds one.
    fn causing_deployment(
        &self,
        incident: &Incident,
        latest: &Latest,
    ) -> Result<DeploymentIndex, ExclusionReason> {
        if !self.is_on {
            return Err(ExclusionReason::SignalOff);
        }
        let scope = incident.scope.ok_or(ExclusionReason::OtherEnvironment)?;
        if incident.duplicate {
            return Err(ExclusionReason::DuplicateIncident);
        }
        for rule in &self.policy.incident_links {
            let found = match rule {
                IncidentLink::CausedBy => incident.caused_by,
                IncidentLink::LatestBefore => latest.get(scope).copied().flatten(),
            };
            let Some(index) = found else { continue };
            let deployment = self.reader.deployment(index);
            let too_old = deployment.is_some_and(|deployment| {
                let age = incident.detected_at.saturating_sub(deployment.finished_at);
                *rule == IncidentLink::LatestBefore && age > self.policy.link_max_age.as_millis()
            });
            if too_old {
                continue;
            }
            let rated = |deployment| eligibility::rates(&deployment, self.policy).is_ok();
            return deployment.is_some_and(rated).then_some(index).ok_or(ExclusionReason::UnknownDeployment);
        }
        Err(ExclusionReason::Unlinked)
    }
}
