//! An incident finds the deployment that it blames.
use super::Walk;
use crate::metrics::columns::NONE;
use crate::metrics::engine::at;
use crate::metrics::engine::failure::Sign;
use crate::metrics::engine::standing::rated;
use crate::metrics::{ExclusionReason, IncidentLink};

impl Walk<'_> {
    /// Links the incidents that come before a deployment at this time.
    pub(super) fn link_incidents_before(&mut self, time: i64) {
        let detected = self.events.incidents.detected_at;
        while let Some(incident) = self.incidents.get(self.linked).copied() {
            let at = at(detected, incident as usize, 0);
            if at > time || at == time && self.policy.link_same_instant {
                return;
            }
            self.linked += 1;
            self.link(incident as usize, at);
        }
    }

    pub(super) fn link(&mut self, incident: usize, detected: i64) {
        let outcome = self.culprit(incident, detected);
        match outcome {
            Ok(deployment) => {
                let resolved = self.events.incidents.resolved_at.at(incident);
                self.failures.note(deployment, Sign::Incident(detected, resolved));
            }
            Err(reason) => {
                let bucket = self.windows.find(detected, self.near);
                if let Some(tally) = self.tally(bucket) {
                    tally.not_linked.add(reason, 1);
                }
            }
        }
    }

    /// The deployment that an incident blames.
    pub(super) fn culprit(&self, incident: usize, detected: i64) -> Result<u32, ExclusionReason> {
        let columns = &self.events.incidents;
        let line = self
            .lines
            .of(columns.service, columns.environment, incident)
            .ok_or(ExclusionReason::OtherEnvironment)?;
        if at(columns.duplicate, incident, false) {
            return Err(ExclusionReason::DuplicateIncident);
        }
        let times = self.events.deployments.finished_at;
        for link in &self.policy.incident_links {
            let found = match link {
                IncidentLink::CausedBy => at(columns.caused_by, incident, NONE),
                IncidentLink::LatestBefore => self.lines.last(line),
            };
            if found == NONE {
                continue;
            }
            let age = detected.saturating_sub(at(times, found as usize, i64::MIN));
            if *link == IncidentLink::LatestBefore && age > self.policy.link_max_age.as_millis() {
                continue;
            }
            let known = rated(self.events, self.policy, &self.lines, found as usize);
            return if known { Ok(found) } else { Err(ExclusionReason::UnknownDeployment) };
        }
        Err(ExclusionReason::Unlinked)
    }
}
