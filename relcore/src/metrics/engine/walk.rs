//! The walk over the deployments in the order of time.
use super::at;
use super::delivery::Deliveries;
use super::failure::{Failure, Failures, Sign};
use super::line::Lines;
use super::tally::{Excluded, Tally, Windows};
use crate::metrics::columns::{Events, ListedChanges, NONE};
use crate::metrics::*;
use std::collections::BTreeMap;

/// What the walk found.
pub(super) struct Walked {
    /// What was counted, by bucket.
    pub(super) tallies: Vec<Tally>,
    /// Lead times in milliseconds, by bucket.
    pub(super) leads: Runs,
    pub(super) failures: Vec<Failure>,
    /// Whether any deployment of the input, in range or not, counts for the frequency.
    pub(super) any_deployment: bool,
}

/// Values by bucket, one after the other.
#[derive(Default)]
pub(super) struct Runs {
    pub(super) values: Vec<i64>,
    /// Where each bucket's values end.
    pub(super) ends: Vec<usize>,
}

impl Runs {
    /// Ends all buckets before this one. Buckets come in order, because deployments do.
    pub(super) fn begin(&mut self, bucket: usize) {
        if self.ends.len() < bucket {
            self.ends.resize(bucket, self.values.len());
        }
    }
}

pub(super) fn walk(events: &Events<'_>, policy: &MetricsPolicy, windows: &Windows) -> Walked {
    let mut walk = Walk::new(events, policy, windows);
    for deployment in Order::new(events.deployments.finished_at).iter() {
        walk.pass(deployment);
    }
    walk.finish()
}

/// The deployments by time; of those of one instant the one with the lower index first.
enum Order {
    AsIs(u32),
    By(Vec<u32>),
}

impl Order {
    fn new(times: &[i64]) -> Self {
        let rows = u32::try_from(times.len()).unwrap_or(NONE);
        if times.is_sorted() {
            return Self::AsIs(rows);
        }
        let mut keyed: Vec<(i64, u32)> = times.iter().copied().zip(0..rows).collect();
        keyed.sort_unstable();
        Self::By(keyed.into_iter().map(|(_, place)| place).collect())
    }

    fn iter(&self) -> impl Iterator<Item = u32> {
        let (all, some) = match self {
            Self::AsIs(rows) => (0..*rows, [].as_slice()),
            Self::By(places) => (0..0, places.as_slice()),
        };
        all.chain(some.iter().copied())
    }
}

struct Walk<'a> {
    events: &'a Events<'a>,
    policy: &'a MetricsPolicy,
    windows: &'a Windows,
    lines: Lines,
    deliveries: Deliveries<'a>,
    /// Which deployment delivered the changes of one that did not succeed.
    carried: BTreeMap<u32, u32>,
    failures: Failures,
    tallies: Vec<Tally>,
    leads: Runs,
    any_deployment: bool,
    /// Incidents by the time of detection, and how many of them have been linked.
    incidents: Vec<u32>,
    linked: usize,
    /// The bucket of the latest deployment: the next is likely there.
    near: usize,
}

/// A deployment that succeeded, on its way through the walk.
#[derive(Clone, Copy)]
struct Passing {
    deployment: u32,
    line: u32,
    time: i64,
    bucket: Option<usize>,
    /// Whether it is the first of its line and brings the history along.
    seed: bool,
}

impl<'a> Walk<'a> {
    fn new(events: &'a Events<'a>, policy: &'a MetricsPolicy, windows: &'a Windows) -> Self {
        let detected = events.incidents.detected_at;
        let mut incidents = vec![];
        if policy.failure_signals.contains(&FailureSignal::Incident) {
            incidents = (0..u32::try_from(detected.len()).unwrap_or(NONE)).collect();
            incidents.sort_by_key(|incident: &u32| at(detected, *incident as usize, 0));
        }
        let changes = events.changes.authored_at.millis.len();
        Self {
            events,
            policy,
            windows,
            lines: Lines::new(events, policy),
            deliveries: Deliveries::new(events.deployments.changes, changes),
            carried: BTreeMap::new(),
            failures: Failures::default(),
            tallies: vec![Tally::default(); windows.len()],
            leads: Runs::default(),
            any_deployment: false,
            incidents,
            linked: 0,
            near: 0,
        }
    }

    fn tally(&mut self, bucket: Option<usize>) -> Option<&mut Tally> {
        self.tallies.get_mut(bucket?)
    }

    fn pass(&mut self, deployment: u32) {
        let place = deployment as usize;
        let columns = &self.events.deployments;
        let time = at(columns.finished_at, place, 0);
        let bucket = self.windows.find(time, self.near);
        self.near = bucket.unwrap_or(self.near);
        let Some(line) = self.lines.of(columns.service, columns.environment, place) else {
            if let Some(tally) = self.tally(bucket) {
                tally.not_deployed.add(ExclusionReason::OtherEnvironment, 1);
                tally.not_rated.add(ExclusionReason::OtherEnvironment, 1);
            }
            return;
        };
        self.link_incidents_before(time);
        let mut reworks = self.names_rework(place);
        let succeeded = at(columns.outcome, place, 0) == DeploymentOutcome::Success as u8;
        if succeeded {
            let seed = self.lines.last(line) == NONE;
            reworks |= self.succeed(Passing { deployment, line, time, bucket, seed });
        } else {
            self.fall_short(deployment, line);
        }
        self.count(place, bucket, reworks);
    }

    /// Counts a deployment for the frequency and the rates.
    fn count(&mut self, place: usize, bucket: Option<usize>, reworks: bool) {
        let columns = &self.events.deployments;
        let outcome = at(columns.outcome, place, 0);
        let deployed = standing(outcome == DeploymentOutcome::Success as u8, self.events, self.policy, place);
        let rated = standing(in_denominator(outcome, self.policy), self.events, self.policy, place);
        self.any_deployment |= deployed.is_ok();
        let Some(tally) = self.tally(bucket) else { return };
        match deployed {
            Ok(()) => tally.deployed += 1,
            Err(reason) => tally.not_deployed.add(reason, 1),
        }
        match rated {
            Ok(()) => {
                tally.rated += 1;
                tally.reworked += u64::from(reworks);
            }
            Err(reason) => tally.not_rated.add(reason, 1),
        }
    }

    /// Whether a deployment is rework by what it says of itself.
    fn names_rework(&self, place: usize) -> bool {
        let signals = &self.policy.rework_signals;
        let intent = at(self.events.deployments.intent, place, DeploymentIntent::Unknown as u8);
        intent == DeploymentIntent::Hotfix as u8 && signals.contains(&ReworkSignal::Hotfix)
            || intent == DeploymentIntent::Rollback as u8 && signals.contains(&ReworkSignal::Rollback)
            || !self.events.deployments.remediates.of(place).is_empty()
                && signals.contains(&ReworkSignal::Remediation)
    }

    /// A deployment that did not succeed: its changes may wait, and it may have failed by its outcome.
    fn fall_short(&mut self, deployment: u32, line: u32) {
        let ran = ran(at(self.events.deployments.outcome, deployment as usize, 0));
        let by_outcome = ran && self.policy.failure_signals.contains(&FailureSignal::Outcome);
        if by_outcome {
            self.failures.note(deployment, Sign::Outcome);
        }
        let carries = self.policy.undelivered == UndeliveredChanges::CarryForward;
        let mut dropped = false;
        if let Some(line) = self.lines.line(line) {
            if by_outcome {
                line.broken.push(deployment);
            }
            if carries {
                line.waiting.push(deployment);
            } else {
                dropped = true;
            }
        }
        if dropped {
            self.lose(deployment);
        }
    }

    /// A deployment that succeeded; true when what it brings makes it rework.
    fn succeed(&mut self, passing: Passing) -> bool {
        let Passing { deployment, line, time, bucket, .. } = passing;
        let place = deployment as usize;
        let Some(memory) = self.lines.line(line) else { return false };
        let waiting = std::mem::take(&mut memory.waiting);
        let broken = std::mem::take(&mut memory.broken);
        let before = std::mem::replace(&mut memory.last, deployment);
        let revisions = self.events.deployments.revision;
        let replaced = match revisions {
            [] => None,
            known => memory.run(deployment, at(known, place, NONE)),
        };
        for failed in broken {
            self.failures.note(failed, Sign::Remedy(time));
        }

        if let Some(bucket) = bucket {
            self.leads.begin(bucket);
        }
        let first_lead = self.leads.values.len();
        let mut reverts = false;
        for source in waiting {
            self.carried.insert(source, deployment);
            reverts |= self.deliver(source, passing);
        }
        reverts |= self.deliver(deployment, passing);
        if self.policy.lead_unit == LeadUnit::Deployment {
            super::summary::reduce_to_median(&mut self.leads.values, first_lead, self.policy);
        }

        let returned = replaced.is_some();
        self.remedy(passing, before, replaced);
        let signals = &self.policy.rework_signals;
        reverts && signals.contains(&ReworkSignal::Revert)
            || returned && signals.contains(&ReworkSignal::RevisionReturned)
    }

    /// Delivers the changes that `source` lists; true when one of them reverts what an earlier deployment delivered.
    fn deliver(&mut self, source: u32, passing: Passing) -> bool {
        let total = u32::try_from(self.events.changes.authored_at.millis.len()).unwrap_or(NONE);
        let mut not_led = Excluded::default();
        let mut reverts = false;
        for change in self.deliveries.changes(source) {
            if change >= total {
                not_led.add(ExclusionReason::UnknownChange, 1);
            } else if !self.deliveries.deliver(change, passing.line, passing.deployment) {
                not_led.add(ExclusionReason::Repeated, 1);
            } else {
                reverts |= self.revert(change, passing);
                if passing.bucket.is_some() {
                    match self.lead(change as usize, passing) {
                        Ok(lead) => self.leads.values.push(lead),
                        Err(reason) => not_led.add(reason, 1),
                    }
                }
            }
        }
        if let Some(tally) = self.tally(passing.bucket) {
            tally.not_led.merge(&not_led);
        }
        reverts
    }

    /// The lead time of a change in milliseconds, or why it has none.
    fn lead(&self, change: usize, passing: Passing) -> Result<i64, ExclusionReason> {
        let (changes, policy) = (&self.events.changes, self.policy);
        if passing.seed && policy.seed == SeedRule::Exclude {
            return Err(ExclusionReason::Seed);
        }
        if !policy.count_merges && at(changes.merge, change, false) {
            return Err(ExclusionReason::Merge);
        }
        let start = match policy.lead_start {
            LeadStart::Authored => changes.authored_at.at(change),
            LeadStart::Committed => changes.committed_at.at(change),
            LeadStart::AuthoredOrCommitted => {
                changes.authored_at.at(change).or_else(|| changes.committed_at.at(change))
            }
        };
        span(start.ok_or(ExclusionReason::StartUnknown)?, passing.time, policy.negative_spans)
    }

    /// Marks the deployments whose changes this change takes back.
    fn revert(&mut self, change: u32, passing: Passing) -> bool {
        let mut reverts = false;
        for target in self.events.changes.reverts.of(change as usize) {
            let Some(failed) = self.delivered_before(*target, passing) else { continue };
            reverts = true;
            if self.policy.failure_signals.contains(&FailureSignal::Revert) {
                self.failures.note(failed, Sign::Remedy(passing.time));
            }
        }
        reverts
    }

    /// The deployment of the same line that delivered a change before this one.
    fn delivered_before(&self, change: u32, passing: Passing) -> Option<u32> {
        let found = self.deliveries.deployment(change, passing.line)?;
        let columns = &self.events.deployments;
        let found = match columns.changes {
            ListedChanges::Indexed(_) => found,
            ListedChanges::Nested(_) => {
                let success = at(columns.outcome, found as usize, 0) == DeploymentOutcome::Success as u8;
                let found = if success { found } else { self.carried.get(&found).copied()? };
                let line = self.lines.of(columns.service, columns.environment, found as usize);
                let passed =
                    (at(columns.finished_at, found as usize, 0), found) < (passing.time, passing.deployment);
                Some(found).filter(|_| passed && line == Some(passing.line))?
            }
        };
        Some(found).filter(|found| *found != passing.deployment)
    }

    /// Marks the deployments that this one repairs: those it names, else what its revision or its intent shows.
    fn remedy(&mut self, passing: Passing, before: u32, replaced: Option<u32>) {
        let signals = &self.policy.failure_signals;
        let place = passing.deployment as usize;
        let named = self.events.deployments.remediates.of(place);
        let sign = Sign::Remedy(passing.time);
        if !named.is_empty() {
            if signals.contains(&FailureSignal::Remediation) {
                for failed in named.iter().filter(|failed| **failed != passing.deployment) {
                    self.failures.note(*failed, sign);
                }
            }
            return;
        }
        if let Some(failed) = replaced.filter(|_| signals.contains(&FailureSignal::RevisionReturned)) {
            self.failures.note(failed, sign);
            return;
        }
        let intent = at(self.events.deployments.intent, place, DeploymentIntent::Unknown as u8);
        if intent == DeploymentIntent::Rollback as u8 && signals.contains(&FailureSignal::Rollback)
            || intent == DeploymentIntent::Hotfix as u8 && signals.contains(&FailureSignal::Hotfix)
        {
            self.failures.note(before, sign);
        }
    }

    /// Links the incidents that come before a deployment at this time.
    fn link_incidents_before(&mut self, time: i64) {
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

    fn link(&mut self, incident: usize, detected: i64) {
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
    fn culprit(&self, incident: usize, detected: i64) -> Result<u32, ExclusionReason> {
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

    /// Counts the changes of a deployment that nothing delivers.
    fn lose(&mut self, deployment: u32) {
        if let ListedChanges::Nested(_) = self.events.deployments.changes {
            for change in self.deliveries.changes(deployment) {
                self.undelivered(change as usize);
            }
        }
    }

    fn undelivered(&mut self, change: usize) {
        let changes = &self.events.changes;
        let Some(at) = changes.committed_at.at(change).or_else(|| changes.authored_at.at(change)) else {
            return;
        };
        let bucket = self.windows.find(at, self.near);
        if let Some(tally) = self.tally(bucket) {
            tally.not_led.add(ExclusionReason::Undelivered, 1);
        }
    }

    fn finish(mut self) -> Walked {
        self.link_incidents_before(i64::MAX);
        let waiting: Vec<u32> = self.lines.all().flat_map(|line| line.waiting.iter().copied()).collect();
        for deployment in waiting {
            self.lose(deployment);
        }
        let undelivered: Vec<usize> = self.deliveries.undelivered().collect();
        for change in undelivered {
            self.undelivered(change);
        }
        self.leads.begin(self.windows.len());
        Walked {
            tallies: self.tallies,
            leads: self.leads,
            failures: self.failures.into_sorted(),
            any_deployment: self.any_deployment,
        }
    }
}

/// Whether a deployment with this outcome ran to some end of its own.
fn ran(outcome: u8) -> bool {
    outcome <= DeploymentOutcome::Timeout as u8
}

fn in_denominator(outcome: u8, policy: &MetricsPolicy) -> bool {
    match policy.denominator {
        RateDenominator::Successful => outcome == DeploymentOutcome::Success as u8,
        RateDenominator::Finished => ran(outcome),
    }
}

/// Whether a deployment counts, or why not.
fn standing(
    outcome_counts: bool,
    events: &Events<'_>,
    policy: &MetricsPolicy,
    place: usize,
) -> Result<(), ExclusionReason> {
    let intent = at(events.deployments.intent, place, DeploymentIntent::Unknown as u8);
    if !outcome_counts {
        Err(ExclusionReason::Outcome)
    } else if policy.uncounted_intents.iter().any(|uncounted| *uncounted as u8 == intent) {
        Err(ExclusionReason::Intent)
    } else {
        Ok(())
    }
}

/// Whether the rates are shares of this deployment, among others.
pub(super) fn rated(events: &Events<'_>, policy: &MetricsPolicy, lines: &Lines, place: usize) -> bool {
    let columns = &events.deployments;
    columns.outcome.get(place).is_some_and(|outcome| {
        standing(in_denominator(*outcome, policy), events, policy, place).is_ok()
            && lines.of(columns.service, columns.environment, place).is_some()
    })
}

/// The time from start to end by the rule for negative spans.
pub(super) fn span(start: i64, end: i64, rule: NegativeSpans) -> Result<i64, ExclusionReason> {
    let length = end.saturating_sub(start);
    match rule {
        NegativeSpans::Drop if length < 0 => Err(ExclusionReason::Negative),
        NegativeSpans::Clamp => Ok(length.max(0)),
        NegativeSpans::Drop | NegativeSpans::Keep => Ok(length),
    }
}
