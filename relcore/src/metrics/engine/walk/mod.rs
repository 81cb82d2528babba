//! The walk over the deployments in the order of time.
mod deliver;
mod link;
mod remedy;

use super::at;
use super::delivery::Deliveries;
use super::failure::{Failure, Failures, Sign};
use super::line::Lines;
use super::order::Order;
use super::revision::Revisions;
use super::standing::{in_denominator, ran, standing};
use super::tally::{Tally, Windows};
use crate::metrics::columns::{Events, NONE};
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

struct Walk<'a> {
    events: &'a Events<'a>,
    policy: &'a MetricsPolicy,
    windows: &'a Windows,
    lines: Lines,
    revisions: Revisions<'a>,
    deliveries: Deliveries<'a>,
    /// When changes begin, if that is all that decides about their lead times.
    plain_starts: Option<&'a [i64]>,
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
        let lines = Lines::new(events, policy);
        Self {
            events,
            policy,
            windows,
            revisions: Revisions::new(events, &lines),
            lines,
            deliveries: Deliveries::new(events.deployments.changes, changes),
            plain_starts: deliver::plain_starts(events, policy),
            carried: BTreeMap::new(),
            failures: Failures::default(),
            tallies: vec![Tally::default(); windows.len()],
            leads: Runs { values: Vec::with_capacity(changes), ends: vec![] },
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
            self.lose(deployment);
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
        let Some(memory) = self.lines.line(line) else { return false };
        let waiting = std::mem::take(&mut memory.waiting);
        let broken = std::mem::take(&mut memory.broken);
        let before = std::mem::replace(&mut memory.last, deployment);
        let replaced = self.revisions.run(line, before, deployment);
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
