//! The stage that links each incident to the deployment that caused it.
use super::buckets::{Buckets, ByBucket, Cursor};
use super::eligibility;
use super::excluded::Excluded;
use super::index::{DeploymentIndex, IncidentIndex};
use super::latest::Latest;
use super::order::ByTime;
use super::read::{Incident, Reader};
use super::signal::{Signals, Source};
use super::watch::{Counts, Item, Watch};
use crate::metrics::{ExclusionReason, FailureSignal, IncidentLink, Metric, Policy, RateNumerator};

pub(super) struct Link<'a> {
    reader: &'a Reader<'a>,
    policy: &'a Policy,
    /// Whether an incident shows a failure.
    is_on: bool,
    /// Whether the fail rate counts incidents instead of deployments.
    counts_incidents: bool,
    cursor: Cursor<'a>,
    /// The incident to link next, and those after it.
    next: Option<Incident>,
    rest: ByTime,
    unlinked: ByBucket<Excluded>,
    /// Incidents of the environments that count, without duplicates.
    incidents: ByBucket<u64>,
}

/// What became of the incidents.
pub(super) struct Linked {
    pub(super) unlinked: ByBucket<Excluded>,
    pub(super) incidents: ByBucket<u64>,
}

impl<'a> Link<'a> {
    pub(super) fn new(reader: &'a Reader<'a>, policy: &'a Policy, buckets: &'a Buckets) -> Self {
        let is_on = policy.failure_signals.contains(&FailureSignal::Incident);
        let counts_incidents = policy.rate_numerator.counts_incidents();
        let mut link = Self {
            reader,
            policy,
            is_on,
            counts_incidents,
            cursor: buckets.cursor(),
            next: None,
            rest: reader.incidents_by_time(),
            unlinked: ByBucket::new(buckets),
            incidents: ByBucket::new(buckets),
        };
        link.advance();
        link
    }

    /// Links the incidents that come before a deployment that finished at this time.
    pub(super) fn before(
        &mut self,
        finished_at: i64,
        latest: &Latest,
        signals: &mut Signals,
        watch: &mut impl Watch,
    ) {
        let same_instant = self.policy.link_same_instant;
        while let Some(incident) = self.next {
            let at = incident.detected_at;
            if at > finished_at || at == finished_at && same_instant {
                return;
            }
            self.link(&incident, latest, signals, watch);
            self.advance();
        }
    }

    /// Links the incidents after the last deployment.
    pub(super) fn finish(mut self, latest: &Latest, signals: &mut Signals, watch: &mut impl Watch) -> Linked {
        while let Some(incident) = self.next {
            self.link(&incident, latest, signals, watch);
            self.advance();
        }
        Linked { unlinked: self.unlinked, incidents: self.incidents }
    }

    fn advance(&mut self) {
        self.next = self.rest.next().and_then(|index| self.reader.incident(IncidentIndex::new(index)));
    }

    fn link(&mut self, incident: &Incident, latest: &Latest, signals: &mut Signals, watch: &mut impl Watch) {
        let (detected_at, end) = (incident.detected_at, incident.end());
        let cause = self.causing_deployment(incident, latest);
        if let Ok(deployment) = cause {
            let deployment = self.reader.stands_for(deployment);
            signals.add(deployment, Source::Incident { index: incident.index, detected_at, end });
        }
        let counts_any = self.policy.rate_numerator == RateNumerator::Incidents;
        let counts = if counts_any { self.counts(incident) } else { cause.map(|_| ()) };
        if counts.is_ok() && !self.counts_incidents {
            return;
        }
        let bucket = self.cursor.find(detected_at);
        match counts {
            Ok(()) => self.incidents.update(bucket, |incidents| *incidents += 1),
            Err(reason) => self.unlinked.add(bucket, reason),
        }
        watch.see(|| {
            Some(Item {
                metric: Metric::ChangeFailRate,
                bucket: bucket?,
                at: detected_at,
                deployment: cause.ok(),
                change: None,
                incident: Some(incident.index),
                counts: counts.map(|()| Counts::Event),
            })
        });
    }

    /// Whether an incident counts itself, or why not.
    fn counts(&self, incident: &Incident) -> Result<(), ExclusionReason> {
        if !self.is_on {
            Err(ExclusionReason::SignalOff)
        } else if incident.scope.is_none() {
            Err(ExclusionReason::OtherEnvironment)
        } else if incident.duplicate {
            Err(ExclusionReason::DuplicateIncident)
        } else {
            Ok(())
        }
    }

    /// The deployment that caused an incident, by the first rule of the policy that finds one.
    fn causing_deployment(
        &self,
        incident: &Incident,
        latest: &Latest,
    ) -> Result<DeploymentIndex, ExclusionReason> {
        self.counts(incident)?;
        let scope = incident.scope.ok_or(ExclusionReason::OtherEnvironment)?;
        for rule in &self.policy.incident_links {
            let found = match rule {
                IncidentLink::CausedBy => incident.caused_by,
                IncidentLink::LatestBefore | IncidentLink::Revision => latest.find(*rule, incident, scope),
            };
            let Some(index) = found else { continue };
            let linked = self.reader.deployment(index);
            let deployment = self.reader.deployment(self.reader.stands_for(index));
            let too_old = linked.is_some_and(|deployment| {
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
