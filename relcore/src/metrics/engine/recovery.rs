//! How long failed deployments took to recover.
//!
//! A deployment fails once. All signs of its failure are brought together before anything is counted: five incidents
//! of one deployment are one failure with one recovery.
use super::at;
use super::failure::{Failure, Sign};
use super::line::Lines;
use super::standing::{rated, span};
use super::tally::{Tally, Windows};
use super::walk::Runs;
use crate::metrics::columns::Events;
use crate::metrics::{
    ExclusionReason, MetricsPolicy, OpenRecoveries, RecoveryEnd, RecoveryMembership, RecoveryStart,
    SeveralIncidents,
};
use crate::time::TimeRange;

/// Recovery times in milliseconds, by bucket. Counts failures and what was left out in the tallies.
pub(super) fn recoveries(
    events: &Events<'_>,
    policy: &MetricsPolicy,
    range: &TimeRange,
    windows: &Windows,
    failures: &[Failure],
    tallies: &mut [Tally],
) -> Runs {
    let lines = Lines::new(events, policy);
    let mut found: Vec<(usize, i64)> = vec![];
    for signs in failures.chunk_by(|a, b| a.deployment == b.deployment) {
        let Some(place) = signs.first().map(|sign| sign.deployment as usize) else { continue };
        if !rated(events, policy, &lines, place) {
            continue;
        }
        let failed_at = at(events.deployments.finished_at, place, 0);
        let home = windows.find(failed_at, 0);
        if let Some(tally) = home.and_then(|bucket| tallies.get_mut(bucket)) {
            tally.failed += 1;
        }

        let (start, end) = Episode::of(failed_at, signs).bounds(policy);
        let as_of = (policy.open_recoveries == OpenRecoveries::Age).then(|| range.end.as_millis());
        let length = match end.or(as_of) {
            Some(end) => span(start, end, policy.negative_spans),
            None => Err(ExclusionReason::Open),
        };
        let bucket = match (policy.recovery_membership, end) {
            (RecoveryMembership::Recovery, Some(end)) => windows.find(end, 0),
            _ => home,
        };
        let Some(bucket) = bucket else { continue };
        match length {
            Ok(length) => found.push((bucket, length)),
            Err(reason) => {
                if let Some(tally) = tallies.get_mut(bucket) {
                    tally.not_recovered.add(reason, 1);
                }
            }
        }
    }
    into_runs(found, windows)
}

fn into_runs(mut found: Vec<(usize, i64)>, windows: &Windows) -> Runs {
    found.sort_unstable();
    let mut runs = Runs::default();
    for (bucket, length) in found {
        runs.begin(bucket);
        runs.values.push(length);
    }
    runs.begin(windows.len());
    runs
}

/// What is known of one failed deployment.
struct Episode {
    failed_at: i64,
    detected: Option<i64>,
    first_resolved: Option<i64>,
    last_resolved: Option<i64>,
    incidents: usize,
    open: usize,
    remedied: Option<i64>,
}

impl Episode {
    fn of(failed_at: i64, signs: &[Failure]) -> Self {
        let mut episode = Self {
            failed_at,
            detected: None,
            first_resolved: None,
            last_resolved: None,
            incidents: 0,
            open: 0,
            remedied: None,
        };
        for failure in signs {
            match failure.sign {
                Sign::Outcome => {}
                Sign::Remedy(time) => episode.remedied = earlier(episode.remedied, Some(time)),
                Sign::Incident(detected, resolved) => {
                    episode.incidents += 1;
                    episode.open += usize::from(resolved.is_none());
                    episode.detected = earlier(episode.detected, Some(detected));
                    episode.first_resolved = earlier(episode.first_resolved, resolved);
                    episode.last_resolved = episode.last_resolved.max(resolved);
                }
            }
        }
        episode
    }

    /// When recovery began, and when it ended if it did.
    ///
    /// While an incident is open the deployment has not recovered, whatever was deployed since; the policy may say
    /// otherwise.
    fn bounds(&self, policy: &MetricsPolicy) -> (i64, Option<i64>) {
        let start = match policy.recovery_start {
            RecoveryStart::DeploymentFinished => self.failed_at,
            RecoveryStart::IncidentDetected => self.detected.unwrap_or(self.failed_at),
        };
        let resolved = match policy.several_incidents {
            SeveralIncidents::First => self.first_resolved,
            SeveralIncidents::Last => self.last_resolved.filter(|_| self.open == 0),
        };
        let end = match policy.recovery_end {
            RecoveryEnd::IncidentElseRemedy if self.incidents == 0 => self.remedied,
            RecoveryEnd::IncidentElseRemedy | RecoveryEnd::Incident => resolved,
            RecoveryEnd::Remedy => self.remedied,
            RecoveryEnd::Earliest => earlier(resolved, self.remedied),
        };
        (start, end)
    }
}

/// The earlier of two instants that may be unknown.
fn earlier(a: Option<i64>, b: Option<i64>) -> Option<i64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (one, other) => one.or(other),
    }
}
