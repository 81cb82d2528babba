//! How long incidents last, whatever caused them.
use super::entry::{Counts, Entry, Subject};
use super::{Facts, span};
use crate::metrics::engine::End;
use crate::metrics::{ExclusionReason, Incident, Metric, OpenRecoveries, RecoveryMembership};

pub(super) fn add<'a>(facts: &Facts<'_, 'a>, entries: &mut Vec<Entry<'a>>) {
    for (index, incident) in facts.events.incidents.iter().enumerate() {
        let (start, end) = (incident.detected_at.as_millis(), end(incident));
        let at = match (facts.policy.recovery_membership, end) {
            (RecoveryMembership::Recovery, End::At(end)) => end,
            _ => start,
        };
        let Some(bucket) = facts.bucket(at) else { continue };
        let counted = if !facts.policy.counts_environment(&incident.environment) {
            Err(ExclusionReason::OtherEnvironment)
        } else if facts.traced.duplicates.get(index).copied().unwrap_or(false) {
            Err(ExclusionReason::DuplicateIncident)
        } else {
            Ok(())
        };
        let subject = Subject::of_incident(incident);
        let mut push = |metric, counts| entries.push(Entry::new(metric, bucket, at, subject, counts));
        let lasted = counted.and_then(|()| lasted(facts, start, end));
        push(Metric::TimeToRestore, lasted);
        if is_critical(facts, incident) {
            push(Metric::CriticalTimeToRestore, lasted);
            push(Metric::CriticalRestoredInTime, counted.and_then(|()| in_time(facts, start, end)));
        }
    }
}

fn end(incident: &Incident) -> End {
    match incident.resolved_at {
        Some(at) => End::At(at.as_millis()),
        None if incident.closed => End::Unknown,
        None => End::Open,
    }
}

fn is_critical(facts: &Facts<'_, '_>, incident: &Incident) -> bool {
    let of_severity = |severity: &str| {
        facts.policy.critical.severities.iter().any(|critical| critical.eq_ignore_ascii_case(severity))
    };
    facts.policy.critical.services.contains(&incident.service)
        || incident.severity.as_deref().is_some_and(of_severity)
}

fn lasted(facts: &Facts<'_, '_>, start: i64, end: End) -> Result<Counts, ExclusionReason> {
    let as_of = facts.range.end.as_millis();
    let length = |end| span(start, end, facts.policy);
    match (end, facts.policy.open_recoveries) {
        (End::At(end), _) => length(end).map(Counts::Lasted),
        (End::Unknown, _) => Err(ExclusionReason::EndUnknown),
        (End::Open, OpenRecoveries::Exclude) => Err(ExclusionReason::Open),
        (End::Open, OpenRecoveries::Age) => length(as_of).map(Counts::Lasted),
        (End::Open, OpenRecoveries::Censor) => length(as_of).map(Counts::Open),
    }
}

/// Whether an incident was over in time. One that is open counts as soon as its time is over.
fn in_time(facts: &Facts<'_, '_>, start: i64, end: End) -> Result<Counts, ExclusionReason> {
    let target = facts.policy.critical.restore_target.as_millis();
    match end {
        End::At(end) => span(start, end, facts.policy).map(|length| Counts::Share(length <= target)),
        End::Unknown => Err(ExclusionReason::EndUnknown),
        End::Open if facts.range.end.as_millis().saturating_sub(start) > target => Ok(Counts::Share(false)),
        End::Open => Err(ExclusionReason::Open),
    }
}
