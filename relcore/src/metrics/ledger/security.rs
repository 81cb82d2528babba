//! Vulnerabilities, patches, scans and accepted risks.
use super::entry::{Counts, Entry, Subject};
use super::{Facts, span, succeeded};
use crate::metrics::{Deployment, ExclusionReason, Metric, PatchStart, Scan, Vulnerability};
use std::collections::BTreeMap;

pub(super) fn add<'a>(facts: &Facts<'_, 'a>, entries: &mut Vec<Entry<'a>>) {
    let deployments: BTreeMap<&str, &Deployment> =
        facts.rows.deployments().map(|deployment| (deployment.id.as_str(), deployment)).collect();
    for vulnerability in &facts.events.vulnerabilities {
        let end = End::of(facts, vulnerability, &deployments);
        let mut push = |metric, at, counts| {
            let subject = Subject { vulnerability: Some(vulnerability), ..Subject::default() };
            if let Some(bucket) = facts.bucket(at) {
                entries.push(Entry::new(metric, bucket, at, subject, counts));
            }
        };
        let opened = vulnerability.detected_at.as_millis();
        if !facts.policy.counts_environment(&vulnerability.environment) {
            let reason = Err(ExclusionReason::OtherEnvironment);
            push(Metric::OpenedVulnerabilities, opened, reason);
            push(Metric::TimeToPatch, opened, reason);
            continue;
        }
        push(Metric::OpenedVulnerabilities, opened, Ok(Counts::One));
        if let Some(closed) = end.closed() {
            push(Metric::ClosedVulnerabilities, closed.max(opened), Ok(Counts::One));
        }
        // One level for both, from its detection to its end.
        for metric in [Metric::OpenVulnerabilities, Metric::OpenVulnerabilityAge] {
            let subject = Subject { vulnerability: Some(vulnerability), ..Subject::default() };
            let mut entry = Entry::new(metric, 0, opened, subject, Ok(Counts::One));
            entry.until = end.closed();
            entries.push(entry);
        }
        patch(facts, vulnerability, end, entries);
        accepted(facts, vulnerability, end, entries);
    }
    scans(facts, entries);
}

/// How a vulnerability ended.
#[derive(Clone, Copy)]
enum End {
    Patched(i64),
    /// Without a patch.
    Closed(i64),
    /// The deployment that it names is not in the input, did not succeed, or is one of another service or environment.
    Unknown,
    Open,
}

impl End {
    fn of(facts: &Facts<'_, '_>, one: &Vulnerability, deployments: &BTreeMap<&str, &Deployment>) -> Self {
        let named = one.patched_by.as_deref().map(|id| deployments.get(id).copied());
        let patches = |by: &&Deployment| {
            succeeded(by, facts.policy) && by.service == one.service && by.environment == one.environment
        };
        let by = named.map(|by| by.filter(patches).map(|by| by.finished_at));
        match (by.flatten().or(one.patched_at), one.closed_at) {
            (Some(patched), Some(closed)) if closed < patched => Self::Closed(closed.as_millis()),
            (Some(patched), _) => Self::Patched(patched.as_millis()),
            (None, Some(closed)) => Self::Closed(closed.as_millis()),
            (None, None) if named.is_some() => Self::Unknown,
            (None, None) => Self::Open,
        }
    }

    fn closed(self) -> Option<i64> {
        match self {
            Self::Patched(at) | Self::Closed(at) => Some(at),
            Self::Unknown | Self::Open => None,
        }
    }
}

fn patch<'a>(facts: &Facts<'_, 'a>, one: &'a Vulnerability, end: End, entries: &mut Vec<Entry<'a>>) {
    let policy = &facts.policy.security;
    let start = match policy.patch_start {
        PatchStart::Disclosed => one.disclosed_at,
        PatchStart::Detected => Some(one.detected_at),
        PatchStart::FixAvailable => one.fix_available_at,
        PatchStart::FirstAffected => match (one.disclosed_at, one.affected_at) {
            (Some(disclosed), affected) => {
                Some(affected.map_or(disclosed, |affected| affected.max(disclosed)))
            }
            (None, _) => None,
        },
    };
    let at = start.unwrap_or(one.detected_at).as_millis();
    let Some(bucket) = facts.bucket(at) else { return };
    let as_of = facts.range.end.as_millis();
    let length = |end| span(at, end, facts.policy);
    let known = start.ok_or(ExclusionReason::StartUnknown);
    // Who accepts a risk does not patch: until then it was open.
    let accepted = one.accepted_at.map(|accepted| accepted.as_millis());
    let lasted = known.and_then(|_| match end {
        End::Patched(end) => length(end).map(Counts::Lasted),
        End::Closed(_) => Err(ExclusionReason::NotPatched),
        End::Unknown => Err(ExclusionReason::UnknownDeployment),
        End::Open => length(accepted.map_or(as_of, |accepted| accepted.min(as_of))).map(Counts::Open),
    });
    let subject = Subject { vulnerability: Some(one), ..Subject::default() };
    entries.push(Entry::new(Metric::TimeToPatch, bucket, at, subject, lasted));

    let Some(target) = one
        .severity
        .as_deref()
        .and_then(|severity| policy.patch_targets.iter().find(|(own, _)| own.eq_ignore_ascii_case(severity)))
    else {
        return;
    };
    let due = at.saturating_add(target.1.as_millis());
    let in_time = known.and_then(|_| match end {
        End::Patched(end) => Ok(Counts::Share(end <= due)),
        End::Closed(_) => Err(ExclusionReason::NotPatched),
        End::Unknown => Err(ExclusionReason::UnknownDeployment),
        End::Open if accepted.is_some_and(|accepted| accepted <= due) => Err(ExclusionReason::NotPatched),
        End::Open if as_of > due => Ok(Counts::Share(false)),
        End::Open => Err(ExclusionReason::Open),
    });
    entries.push(Entry::new(Metric::PatchedInTime, bucket, at, subject, in_time));
}

/// How long a risk was accepted: until it ended, until its term was over, or so far.
fn accepted<'a>(facts: &Facts<'_, 'a>, one: &'a Vulnerability, end: End, entries: &mut Vec<Entry<'a>>) {
    let Some(start) = one.accepted_at.map(|at| at.as_millis()) else { return };
    let Some(bucket) = facts.bucket(start) else { return };
    let as_of = facts.range.end.as_millis();
    let term = one.accepted_until.map(|until| until.as_millis());
    let ended = end.closed().filter(|end| *end <= as_of);
    let expired = term.filter(|term| *term <= as_of);
    let until = match (ended, expired) {
        (Some(ended), Some(expired)) => Some(ended.min(expired)),
        (one, other) => one.or(other),
    };
    let counts = match until {
        Some(until) if until < start => Err(ExclusionReason::Negative),
        Some(until) => Ok(Counts::Lasted(until.saturating_sub(start))),
        None => Ok(Counts::Open(as_of.saturating_sub(start))),
    };
    let subject = Subject { vulnerability: Some(one), ..Subject::default() };
    entries.push(Entry::new(Metric::AcceptedRiskDuration, bucket, start, subject, counts));
    // Overdue: it lasted beyond its term, or still does.
    let is_overdue = expired.is_some_and(|expired| ended.is_none_or(|ended| ended > expired));
    entries.push(Entry::new(Metric::OverdueRiskRate, bucket, start, subject, Ok(Counts::Share(is_overdue))));
}

fn scans<'a>(facts: &Facts<'_, 'a>, entries: &mut Vec<Entry<'a>>) {
    // By artifact and kind: the instants of its scans, ascending.
    let mut scanned: BTreeMap<&str, BTreeMap<&str, Vec<i64>>> = BTreeMap::new();
    let mut ordered: Vec<&Scan> = facts.events.scans.iter().collect();
    ordered.sort_by_key(|scan| scan.scanned_at);
    for scan in ordered {
        let at = scan.scanned_at.as_millis();
        scanned.entry(&scan.artifact).or_default().entry(&scan.kind).or_default().push(at);
    }
    let max_age = facts.policy.security.scan_max_age.as_millis();
    let kinds = &facts.policy.security.scan_kinds;
    for item in facts.traced.items.iter().filter(|item| item.metric == Metric::DeploymentFrequency) {
        let Some(deployment) = item.deployment.and_then(|index| facts.rows.deployment(index.get())) else {
            continue;
        };
        let is_fresh = |times: &Vec<i64>| {
            let before = times.partition_point(|at| *at <= item.at);
            let last = before.checked_sub(1).and_then(|last| times.get(last));
            last.is_some_and(|last| item.at.saturating_sub(*last) <= max_age)
        };
        let counts = item.counts.and_then(|_| {
            let artifact = deployment.revision.as_deref().ok_or(ExclusionReason::NotRecorded)?;
            let of = scanned.get(artifact);
            let covered = of.is_some_and(|of| {
                let has = |kind: &String| of.get(kind.as_str()).is_some_and(is_fresh);
                if kinds.is_empty() { of.values().any(is_fresh) } else { kinds.iter().all(has) }
            });
            Ok(Counts::Share(covered))
        });
        let subject = Subject::of_deployment(deployment);
        entries.push(Entry::new(Metric::ScanCoverage, item.bucket.get(), item.at, subject, counts));
    }
    for scan in &facts.events.scans {
        let at = scan.scanned_at.as_millis();
        let Some(bucket) = facts.bucket(at) else { continue };
        let counts = match (scan.scanned_dependencies, scan.dependencies) {
            (Some(scanned), Some(all)) => {
                Ok(Counts::Parts { hits: scanned.get().min(all.get()), of: all.get() })
            }
            _ => Err(ExclusionReason::NotRecorded),
        };
        let subject = Subject { scan: Some(scan), ..Subject::default() };
        entries.push(Entry::new(Metric::DependencyScanCoverage, bucket, at, subject, counts));
    }
}
