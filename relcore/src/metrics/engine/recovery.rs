//! The time that failed deployments took to recover.
//!
//! A deployment fails once. All signals of its failure are joined into one outage before anything is counted: five
//! incidents of one deployment are one failure with one recovery.
use super::buckets::{Bucket, Buckets, ByBucket};
use super::eligibility::{self, Spans};
use super::excluded::Excluded;
use super::index::{DeploymentIndex, IncidentIndex};
use super::read::{Deployment, Reader};
use super::runs::Runs;
use super::signal::{End, Signal, Source};
use super::watch::{Counts, Item, Watch, of_deployment};
use crate::metrics::{
    ExclusionReason, Metric, OpenRecoveries, Policy, RecoveryEnd, RecoveryMembership, RecoveryStart,
    RecoveryUnit, SeveralIncidents,
};
use std::collections::{BTreeMap, BTreeSet};

/// Failures and recoveries by bucket.
pub(super) struct Recoveries {
    /// The number of deployments that failed.
    pub(super) failed: ByBucket<u64>,
    pub(super) times: Runs,
    /// The lengths so far of recoveries that have not ended, where the policy censors them.
    pub(super) open: Runs,
    /// Failures without a recovery time.
    pub(super) excluded: ByBucket<Excluded>,
}

/// The recoveries of all failed deployments; `signals` are sorted by deployment.
pub(super) fn recoveries<W: Watch>(
    reader: &Reader<'_>,
    policy: &Policy,
    buckets: &Buckets,
    spans: Spans<'_>,
    signals: &[Signal],
    rework: &BTreeSet<DeploymentIndex>,
    watch: &mut W,
) -> Recoveries {
    let mut all = Recover {
        policy,
        buckets,
        spans,
        failed: ByBucket::new(buckets),
        excluded: ByBucket::new(buckets),
        ended: vec![],
        open: vec![],
        watch,
    };
    let firsts = match policy.recovery_unit {
        RecoveryUnit::FirstOfRun => firsts(reader, policy, signals),
        _ => BTreeMap::new(),
    };
    let mut failed: BTreeSet<DeploymentIndex> = BTreeSet::new();
    for (deployment, signals) in failures(reader, signals) {
        if eligibility::rates(&deployment, policy).is_err() {
            continue;
        }
        let failed_in = buckets.find(deployment.finished_at);
        if !rework.contains(&deployment.index) {
            all.failed.update(failed_in, |failed| *failed += 1);
            if W::IS_ON {
                failed.insert(deployment.index);
            }
        }
        let outage = Outage::new(deployment.finished_at, signals);
        match policy.recovery_unit {
            RecoveryUnit::Deployment => all.outage(&deployment, &outage),
            RecoveryUnit::FirstOfRun => {
                let first = outage.remediated_by.and_then(|by| firsts.get(&by));
                if first.is_none_or(|first| *first == deployment.index) {
                    all.outage(&deployment, &outage);
                } else {
                    let same = Err(ExclusionReason::SameOutage);
                    all.recovery(Some(deployment.index), None, deployment.finished_at, same);
                }
            }
            RecoveryUnit::Incident => {
                for signal in signals {
                    if let Source::Incident { index, detected_at, end } = signal.source {
                        all.incident(Some(&deployment), index, detected_at, end);
                    }
                }
            }
            RecoveryUnit::AnyIncident => {}
        }
    }
    if policy.recovery_unit == RecoveryUnit::AnyIncident {
        for incident in reader.incidents_by_time().filter_map(|row| reader.incident(IncidentIndex::new(row)))
        {
            let (detected_at, end) = (incident.detected_at, incident.end());
            let left_out = match incident.scope {
                None => Some(ExclusionReason::OtherEnvironment),
                Some(_) => incident.duplicate.then_some(ExclusionReason::DuplicateIncident),
            };
            match left_out {
                None => all.incident(None, incident.index, detected_at, end),
                Some(reason) => {
                    let at = all.at(detected_at, Some(detected_at), end);
                    all.recovery(None, Some(incident.index), at, Err(reason));
                }
            }
        }
    }
    if W::IS_ON {
        all.see_failures(reader, &failed, rework);
    }
    Recoveries {
        failed: all.failed,
        times: Runs::of(all.ended, buckets),
        open: Runs::of(all.open, buckets),
        excluded: all.excluded,
    }
}

/// The deployments that failed, with their signals. One that is not in the input has no row.
fn failures<'a>(
    reader: &'a Reader<'_>,
    signals: &'a [Signal],
) -> impl Iterator<Item = (Deployment, &'a [Signal])> {
    let by_deployment = signals.chunk_by(|a, b| a.deployment == b.deployment);
    by_deployment.filter_map(|signals| Some((reader.deployment(signals.first()?.deployment)?, signals)))
}

/// By deployment that repairs others: the first of those that count that it repairs.
fn firsts(
    reader: &Reader<'_>,
    policy: &Policy,
    signals: &[Signal],
) -> BTreeMap<DeploymentIndex, DeploymentIndex> {
    let mut first: BTreeMap<DeploymentIndex, (i64, DeploymentIndex)> = BTreeMap::new();
    for (deployment, signals) in failures(reader, signals) {
        if eligibility::rates(&deployment, policy).is_err() {
            continue;
        }
        let Some(by) = Outage::new(deployment.finished_at, signals).remediated_by else { continue };
        let own = (deployment.finished_at, deployment.index);
        first.entry(by).and_modify(|first| *first = own.min(*first)).or_insert(own);
    }
    first.into_iter().map(|(by, (_, deployment))| (by, deployment)).collect()
}

struct Recover<'a, W> {
    policy: &'a Policy,
    buckets: &'a Buckets,
    spans: Spans<'a>,
    failed: ByBucket<u64>,
    excluded: ByBucket<Excluded>,
    ended: Vec<(Bucket, i64)>,
    open: Vec<(Bucket, i64)>,
    watch: &'a mut W,
}

impl<W: Watch> Recover<'_, W> {
    /// The recovery of a failed deployment.
    fn outage(&mut self, deployment: &Deployment, outage: &Outage) {
        let (start, end) = (outage.start(self.policy), outage.end(self.policy));
        let at = self.at(deployment.finished_at, outage.first_detected, end);
        self.recovery(Some(deployment.index), None, at, self.time(start, end));
    }

    /// The recovery of an incident.
    fn incident(
        &mut self,
        deployment: Option<&Deployment>,
        incident: IncidentIndex,
        detected_at: i64,
        end: End,
    ) {
        let deployed_at = deployment.map_or(detected_at, |deployment| deployment.finished_at);
        let start = match self.policy.recovery_start {
            RecoveryStart::DeploymentFinished => deployed_at,
            RecoveryStart::IncidentDetected => detected_at,
            RecoveryStart::Earliest => deployed_at.min(detected_at),
        };
        let at = self.at(deployed_at, Some(detected_at), end);
        let deployment = deployment.map(|deployment| deployment.index);
        self.recovery(deployment, Some(incident), at, self.time(start, end));
    }

    /// The instant by which a recovery belongs to a bucket.
    fn at(&self, failed_at: i64, detected_at: Option<i64>, end: End) -> i64 {
        match (self.policy.recovery_membership, end) {
            (RecoveryMembership::Recovery, End::At(end)) => end,
            (RecoveryMembership::Detection, _) => detected_at.unwrap_or(failed_at),
            (RecoveryMembership::Recovery, End::Open | End::Unknown) | (RecoveryMembership::Failure, _) => {
                failed_at
            }
        }
    }

    fn time(&self, start: i64, end: End) -> Result<Counts, ExclusionReason> {
        let length = |end| self.spans.measure(start, end);
        match (end, self.policy.open_recoveries) {
            (End::At(end), _) => length(end).map(Counts::Lasted),
            (End::Open, OpenRecoveries::Age) => length(self.buckets.end()).map(Counts::Lasted),
            (End::Open, OpenRecoveries::Censor) => length(self.buckets.end()).map(Counts::Open),
            (End::Open, OpenRecoveries::Exclude) => Err(ExclusionReason::Open),
            (End::Unknown, _) => Err(ExclusionReason::EndUnknown),
        }
    }

    fn recovery(
        &mut self,
        deployment: Option<DeploymentIndex>,
        incident: Option<IncidentIndex>,
        at: i64,
        counts: Result<Counts, ExclusionReason>,
    ) {
        let Some(bucket) = self.buckets.find(at) else { return };
        let metric = Metric::FailedDeploymentRecoveryTime;
        self.watch.see(|| Some(Item { metric, bucket, at, deployment, change: None, incident, counts }));
        match counts {
            Ok(Counts::Lasted(time)) => self.ended.push((bucket, time)),
            Ok(Counts::Open(time)) => self.open.push((bucket, time)),
            Ok(_) => {}
            Err(reason) => self.excluded.add(Some(bucket), reason),
        }
    }

    /// Shows each deployment that is rated, failed or not.
    fn see_failures(
        &mut self,
        reader: &Reader<'_>,
        failed: &BTreeSet<DeploymentIndex>,
        rework: &BTreeSet<DeploymentIndex>,
    ) {
        let rated = |deployment: &Deployment| eligibility::rates(deployment, self.policy).is_ok();
        for deployment in reader.deployments_by_time().filter(rated) {
            let index = deployment.index;
            let counts = Ok(Counts::Share(failed.contains(&index)));
            let bucket = self.buckets.find(deployment.finished_at).filter(|_| !rework.contains(&index));
            self.watch.see(|| of_deployment(Metric::ChangeFailRate, bucket, &deployment, counts));
        }
    }
}

/// The outage that a failed deployment caused.
struct Outage {
    failed_at: i64,
    first_detected: Option<i64>,
    first_resolved: Option<i64>,
    last_resolved: Option<i64>,
    any_incident: bool,
    any_open: bool,
    any_unknown: bool,
    remediated_at: Option<i64>,
    remediated_by: Option<DeploymentIndex>,
}

impl Outage {
    fn new(failed_at: i64, signals: &[Signal]) -> Self {
        let mut outage = Self {
            failed_at,
            first_detected: None,
            first_resolved: None,
            last_resolved: None,
            any_incident: false,
            any_open: false,
            any_unknown: false,
            remediated_at: None,
            remediated_by: None,
        };
        for signal in signals {
            match signal.source {
                Source::Outcome => {}
                Source::Remediation { by, finished_at, .. } => {
                    if outage.remediated_at.is_none_or(|at| finished_at < at) {
                        (outage.remediated_at, outage.remediated_by) = (Some(finished_at), Some(by));
                    }
                }
                Source::Incident { detected_at, end, .. } => {
                    outage.any_incident = true;
                    outage.first_detected = earlier(outage.first_detected, Some(detected_at));
                    let resolved_at = match end {
                        End::At(at) => Some(at),
                        End::Unknown | End::Open => None,
                    };
                    outage.any_open |= matches!(end, End::Open);
                    outage.any_unknown |= matches!(end, End::Unknown);
                    outage.first_resolved = earlier(outage.first_resolved, resolved_at);
                    outage.last_resolved = outage.last_resolved.max(resolved_at); // `None` is the least
                }
            }
        }
        outage
    }

    /// When recovery began.
    fn start(&self, policy: &Policy) -> i64 {
        match policy.recovery_start {
            RecoveryStart::DeploymentFinished => self.failed_at,
            RecoveryStart::IncidentDetected => self.first_detected.unwrap_or(self.failed_at),
            RecoveryStart::Earliest => {
                self.first_detected.map_or(self.failed_at, |at| at.min(self.failed_at))
            }
        }
    }

    /// When recovery ended.
    ///
    /// While an incident is open the deployment has not recovered, whatever was deployed since; the policy may say
    /// otherwise. An incident that was closed at an unknown instant may be the first or the last one.
    fn end(&self, policy: &Policy) -> End {
        let at = |at: Option<i64>| at.map_or(End::Open, End::At);
        let resolved = match policy.several_incidents {
            SeveralIncidents::Last if self.any_open => End::Open,
            SeveralIncidents::First | SeveralIncidents::Last if self.any_unknown => End::Unknown,
            SeveralIncidents::First => at(self.first_resolved),
            SeveralIncidents::Last => at(self.last_resolved),
        };
        match policy.recovery_end {
            RecoveryEnd::IncidentElseRemedy if !self.any_incident => at(self.remediated_at),
            RecoveryEnd::IncidentElseRemedy | RecoveryEnd::Incident => resolved,
            RecoveryEnd::Remedy => at(self.remediated_at),
            RecoveryEnd::Earliest => match (resolved, self.remediated_at) {
                (End::At(resolved), Some(remediated)) => End::At(resolved.min(remediated)),
                (End::Open, remediated) => at(remediated),
                (resolved, _) => resolved,
            },
        }
    }
}

/// The earlier of two instants that may be unknown.
fn earlier(a: Option<i64>, b: Option<i64>) -> Option<i64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (one, other) => one.or(other),
    }
}
