//! The time that failed deployments took to recover.
//!
//! A deployment fails once. All signals of its failure are joined into one outage before anything is counted: five
//! incidents of one deployment are one failure with one recovery.
use super::buckets::{Buckets, ByBucket};
use super::eligibility::{self, span};
use super::excluded::Excluded;
use super::read::Reader;
use super::runs::Runs;
use super::signal::{End, Signal, Source};
use crate::metrics::{
    ExclusionReason, OpenRecoveries, Policy, RecoveryEnd, RecoveryMembership, RecoveryStart, SeveralIncidents,
};

/// Failures and recoveries by bucket.
pub(super) struct Recoveries {
    /// The number of deployments that failed.
    pub(super) failed: ByBucket<u64>,
    pub(super) times: Runs,
    /// Failures without a recovery time.
    pub(super) excluded: ByBucket<Excluded>,
}

/// The recoveries of all failed deployments; `signals` are sorted by deployment.
pub(super) fn recoveries(
    reader: &Reader<'_>,
    policy: &Policy,
    buckets: &Buckets,
    signals: &[Signal],
) -> Recoveries {
    let (mut failed, mut excluded) = (ByBucket::<u64>::new(buckets), ByBucket::<Excluded>::new(buckets));
    let mut found = vec![];
    for signals in signals.chunk_by(|a, b| a.deployment == b.deployment) {
        let Some(deployment) = signals.first().and_then(|signal| reader.deployment(signal.deployment)) else {
            continue; // it names a deployment that is not in the input
        };
        if eligibility::rates(&deployment, policy).is_err() {
            continue;
        }
        let failed_in = buckets.find(deployment.finished_at);
        failed.update(failed_in, |failed| *failed += 1);

        let outage = Outage::new(deployment.finished_at, signals);
        let (start, end) = (outage.start(policy), outage.end(policy));
        let time = match end {
            End::At(end) => span(start, end, policy.negative_spans),
            End::Open if policy.open_recoveries == OpenRecoveries::Age => {
                span(start, buckets.end(), policy.negative_spans)
            }
            End::Open => Err(ExclusionReason::Open),
            End::Unknown => Err(ExclusionReason::EndUnknown),
        };
        let bucket = match (policy.recovery_membership, end) {
            (RecoveryMembership::Recovery, End::At(end)) => buckets.find(end),
            (RecoveryMembership::Recovery, End::Open | End::Unknown) | (RecoveryMembership::Failure, _) => {
                failed_in
            }
        };
        match (time, bucket) {
            (_, None) => {}
            (Ok(time), Some(bucket)) => found.push((bucket, time)),
            (Err(reason), Some(_)) => excluded.add(bucket, reason),
        }
    }
    Recoveries { failed, times: Runs::of(found, buckets), excluded }
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
        };
        for signal in signals {
            match signal.source {
                Source::Outcome => {}
                Source::Remediation { finished_at } => {
                    outage.remediated_at = earlier(outage.remediated_at, Some(finished_at));
                }
                Source::Incident { detected_at, end } => {
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
