//! Bugs, vulnerabilities and scans: against a look at each of them.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "a test that panics has failed"
)]
use crate::laws::{hour, range};
use proptest::prelude::*;
use relcore::metrics::*;
use relcore::{Span, TimeRange, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

const HOUR: i64 = 3_600_000;
const SEVERITIES: [&str; 3] = ["critical", "HIGH", "low"];

fn place(n: u8) -> &'static str {
    if n == 0 { "staging" } else { "production" }
}

fn vulnerability() -> impl Strategy<Value = Vulnerability> {
    let offset = || prop::option::of(-60..500_i64);
    (0..4_u8, 0..4_usize, 0..400_i64, [offset(), offset(), offset(), offset(), offset()], 0..4_u8).prop_map(
        |(environment, severity, detected, [disclosed, patched, closed, accepted, until], by)| {
            let at = |offset: Option<i64>| offset.map(|offset| hour(detected + offset));
            let mut one =
                Vulnerability::new("", "shop", hour(detected)).environment(place(environment.min(1)));
            one.severity = SEVERITIES.get(severity).map(|severity| (*severity).to_owned());
            one.disclosed_at = at(disclosed.map(|hours| -hours));
            one.patched_at = at(patched);
            one.closed_at = at(closed);
            one.accepted_at = at(accepted);
            one.accepted_until = at(until);
            one.patched_by = (by < 2).then(|| format!("d{by}"));
            one
        },
    )
}

fn deployment() -> impl Strategy<Value = Deployment> {
    let outcome = prop::sample::select(vec![
        DeploymentOutcome::Success,
        DeploymentOutcome::Success,
        DeploymentOutcome::Failure,
    ]);
    (0..4_u8, 0..400_i64, outcome, prop::option::of(0..4_u8), 0..5_u8).prop_map(
        |(environment, finished, outcome, revision, intent)| {
            let mut one =
                Deployment::new("", "shop", hour(finished), outcome).environment(place(environment.min(1)));
            one.revision = revision.map(|revision| format!("r{revision}"));
            one.intent = if intent == 0 { DeploymentIntent::Rollback } else { DeploymentIntent::Planned };
            one
        },
    )
}

fn bug() -> impl Strategy<Value = Bug> {
    (any::<bool>(), 0..400_i64, prop::option::of(0..5_u8), any::<bool>()).prop_map(
        |(escaped, found, release, by_id)| {
            let phase = if escaped { BugPhase::Production } else { BugPhase::PreRelease };
            let mut one = Bug::new("", "shop", phase, hour(found));
            one.release = release.map(|n| if by_id { format!("d{n}") } else { format!("r{n}") });
            one
        },
    )
}

fn scan() -> impl Strategy<Value = Scan> {
    (0..4_u8, 0..400_i64, prop::option::of((0..9_u32, 0..9_u32))).prop_map(|(artifact, at, dependencies)| {
        let mut one = Scan::new("", format!("r{artifact}"), "sca", hour(at));
        one.dependencies = dependencies.map(|(all, _)| all.into());
        one.scanned_dependencies = dependencies.map(|(_, scanned)| scanned.into());
        one
    })
}

fn events() -> impl Strategy<Value = Events> {
    (
        prop::collection::vec(deployment(), 0..6),
        prop::collection::vec(vulnerability(), 0..12),
        prop::collection::vec(bug(), 0..12),
        prop::collection::vec(scan(), 0..8),
    )
        .prop_map(|(deployments, vulnerabilities, bugs, scans)| {
            let mut events = Events::default()
                .deployments(deployments)
                .vulnerabilities(vulnerabilities)
                .bugs(bugs)
                .scans(scans);
            events.deployments.iter_mut().enumerate().for_each(|(n, one)| one.id = format!("d{n}"));
            events.vulnerabilities.iter_mut().enumerate().for_each(|(n, one)| one.id = format!("v{n}"));
            events.bugs.iter_mut().enumerate().for_each(|(n, one)| one.id = format!("b{n}"));
            events.scans.iter_mut().enumerate().for_each(|(n, one)| one.id = format!("s{n}"));
            events
        })
}

/// The share that a model has counted, and what it has left out.
#[derive(Default, Debug, PartialEq)]
struct Share {
    hits: u64,
    of: u64,
    left_out: u64,
}

impl Share {
    fn of(estimate: &Estimate) -> Self {
        Self {
            hits: estimate.affected.map_or(0, |affected| affected.get()),
            of: estimate.n.get(),
            left_out: left_out(estimate),
        }
    }

    fn add(&mut self, hit: Option<bool>) {
        self.of += u64::from(hit.is_some());
        self.hits += u64::from(hit == Some(true));
        self.left_out += u64::from(hit.is_none());
    }
}

fn left_out(estimate: &Estimate) -> u64 {
    estimate.excluded.iter().map(|one| one.n.get()).sum()
}

fn has(range: &TimeRange, at: Timestamp) -> bool {
    range.start <= at && at < range.end
}

enum Ended {
    Patched(Timestamp),
    Closed(Timestamp),
    Unknown,
    Open,
}

fn ended(one: &Vulnerability, events: &Events) -> Ended {
    let by = one.patched_by.as_ref().and_then(|id| {
        let found = events.deployments.iter().find(|deployment| deployment.id == *id)?;
        let is_of_it = found.service == one.service && found.environment == one.environment;
        (found.outcome == DeploymentOutcome::Success && is_of_it).then_some(found.finished_at)
    });
    let patched = by.or(one.patched_at);
    if let Some(closed) = one.closed_at
        && patched.is_none_or(|patched| closed < patched)
    {
        return Ended::Closed(closed);
    }
    match patched {
        Some(patched) => Ended::Patched(patched),
        None if one.patched_by.is_some() => Ended::Unknown,
        None => Ended::Open,
    }
}

/// The median of lengths of which some are open, by the definition of Kaplan and Meier. Exact: the survival is a fraction.
fn median(ended: &[i64], open: &[i64]) -> Option<f64> {
    if open.is_empty() {
        let mut sorted = ended.to_vec();
        sorted.sort_unstable();
        let (low, high) = (sorted.get((sorted.len().max(1) - 1) / 2)?, sorted.get(sorted.len() / 2)?);
        return Some((low + high) as f64 / 2.0 / 1000.0);
    }
    let (mut survive, mut all) = (1_u128, 1_u128);
    for at in ended.iter().collect::<BTreeSet<_>>() {
        let at_risk = ended.iter().chain(open).filter(|length| *length >= at).count() as u128;
        let over = ended.iter().filter(|length| *length == at).count() as u128;
        (survive, all) = (survive * (at_risk - over), all * at_risk);
        if survive * 2 <= all {
            return Some(*at as f64 / 1000.0);
        }
    }
    None
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..Default::default() })]

    #[test]
    fn vulnerabilities_one_by_one(events in events(), range in range()) {
        let measures = measure(&events, &Policy::default(), &range, &Breakdown::default()).unwrap();
        let estimate = |metric| measures.whole.overall.estimate(metric).unwrap();
        let (mut open, mut opened, mut elsewhere, mut closed) = (0, 0, 0, 0);
        let (mut in_time, mut overdue) = (Share::default(), Share::default());
        let (mut patched, mut waiting, mut not_patched) = (vec![], vec![], 0);
        for one in &events.vulnerabilities {
            let is_new = has(&range, one.detected_at);
            if one.environment != "production" {
                elsewhere += u64::from(is_new);
                not_patched += u64::from(is_new);
                continue;
            }
            let end = ended(one, &events);
            let end_at = match end {
                Ended::Patched(at) | Ended::Closed(at) => Some(at),
                Ended::Unknown | Ended::Open => None,
            };
            opened += u64::from(is_new);
            closed += u64::from(end_at.is_some_and(|at| has(&range, at.max(one.detected_at))));
            let was_open = one.detected_at < range.end
                && end_at.is_none_or(|at| at >= range.end && at > one.detected_at);
            open += u64::from(was_open);

            let start = one.disclosed_at.unwrap_or(one.detected_at);
            if has(&range, start) {
                let length = |to: Timestamp| to.as_millis() - start.as_millis();
                let until = one.accepted_at.map_or(range.end, |accepted| accepted.min(range.end));
                match end {
                    _ if one.disclosed_at.is_none() => not_patched += 1,
                    Ended::Patched(at) if at >= start => patched.push(length(at)),
                    Ended::Open if until >= start => waiting.push(length(until)),
                    _ => not_patched += 1,
                }
                let days = match one.severity.as_deref() {
                    Some("critical") => Some(15),
                    Some("HIGH") => Some(30),
                    _ => None,
                };
                if let Some(days) = days {
                    let due = hour(start.as_millis() / HOUR + days * 24);
                    in_time.add(match end {
                        _ if one.disclosed_at.is_none() => None,
                        Ended::Patched(at) => Some(at <= due),
                        Ended::Open if one.accepted_at.is_some_and(|accepted| accepted <= due) => None,
                        Ended::Open if range.end > due => Some(false),
                        _ => None,
                    });
                }
            }
            if one.accepted_at.is_some_and(|accepted| has(&range, accepted)) {
                let over = one.accepted_until.filter(|until| *until <= range.end);
                let late = end_at.filter(|end| *end <= range.end);
                overdue.add(Some(over.is_some_and(|over| late.is_none_or(|late| late > over))));
            }
        }
        let level = estimate(Metric::OpenVulnerabilities);
        prop_assert_eq!(level.value, (!events.vulnerabilities.is_empty()).then_some(open as f64));
        prop_assert_eq!(estimate(Metric::OpenVulnerabilityAge).n.get(), open);
        let new = estimate(Metric::OpenedVulnerabilities);
        prop_assert_eq!((new.n.get(), left_out(new)), (opened, elsewhere));
        prop_assert_eq!(estimate(Metric::ClosedVulnerabilities).n.get(), closed);
        prop_assert_eq!(Share::of(estimate(Metric::PatchedInTime)), in_time);
        prop_assert_eq!(Share::of(estimate(Metric::OverdueRiskRate)), overdue);
        let time = estimate(Metric::TimeToPatch);
        prop_assert_eq!(time.n.get(), (patched.len() + waiting.len()) as u64);
        prop_assert_eq!(left_out(time), not_patched);
        prop_assert_eq!(time.value, median(&patched, &waiting));
    }

    #[test]
    fn bugs_and_scans_one_by_one(events in events(), range in range(), days in 0..12_i32) {
        let mut policy = Policy::default();
        policy.quality.maturation = Span::from_days(days);
        let measures = measure(&events, &policy, &range, &Breakdown::default()).unwrap();
        let estimate = |metric| measures.whole.overall.estimate(metric).unwrap();
        let mut ordered: Vec<&Deployment> = events
            .deployments
            .iter()
            .filter(|one| one.environment == "production" && one.outcome == DeploymentOutcome::Success)
            .collect();
        ordered.sort_by_key(|one| (one.finished_at, one.id.clone()));
        let is_mature =
            |at: Timestamp| range.end.as_millis() - at.as_millis() >= i64::from(days) * 24 * HOUR;

        let mut releases: BTreeMap<&str, &Deployment> = BTreeMap::new();
        let mut names: BTreeMap<&str, &Deployment> = BTreeMap::new();
        for one in ordered.iter().filter(|one| one.intent != DeploymentIntent::Rollback) {
            let name = one.revision.as_deref().unwrap_or(&one.id);
            releases.entry(name).or_insert(one);
            names.entry(name).or_insert(one);
            names.entry(&one.id).or_insert(one);
        }
        let (mut rate, mut mature, mut young, mut escaped) = (Share::default(), 0, 0, 0);
        // Without any bug, they are not recorded.
        let is_known = |one: &&&Deployment| !events.bugs.is_empty() && has(&range, one.finished_at);
        for one in releases.values().filter(is_known) {
            if is_mature(one.finished_at) { mature += 1 } else { young += 1 }
        }
        for bug in &events.bugs {
            let release = bug.release.as_deref().and_then(|name| names.get(name));
            let at = release.map_or(bug.found_at, |one| one.finished_at);
            if !has(&range, at) {
                continue;
            }
            let counts = release.is_none() || is_mature(at);
            let is_escaped = bug.found_in == BugPhase::Production;
            rate.add(counts.then_some(is_escaped));
            escaped += u64::from(counts && is_escaped);
            young += u64::from(!counts && is_escaped);
        }
        prop_assert_eq!(Share::of(estimate(Metric::BugEscapeRate)), rate);
        let of = estimate(Metric::EscapedBugs);
        prop_assert_eq!(Share::of(of), Share { hits: escaped, of: mature, left_out: young });
        prop_assert_eq!(of.value, (mature > 0).then(|| escaped as f64 / mature as f64));

        let (mut covered, mut dependencies) = (Share::default(), Share::default());
        for one in events.deployments.iter().filter(|one| has(&range, one.finished_at)) {
            let counts = one.environment == "production" && one.outcome == DeploymentOutcome::Success;
            covered.add(one.revision.as_ref().filter(|_| counts).map(|revision| {
                events.scans.iter().any(|scan| {
                    let age = one.finished_at.as_millis() - scan.scanned_at.as_millis();
                    scan.artifact == *revision && (0..=7 * 24 * HOUR).contains(&age)
                })
            }));
        }
        for scan in events.scans.iter().filter(|scan| has(&range, scan.scanned_at)) {
            match (scan.scanned_dependencies, scan.dependencies) {
                (Some(scanned), Some(all)) => {
                    dependencies.hits += scanned.get().min(all.get());
                    dependencies.of += all.get();
                }
                _ => dependencies.left_out += 1,
            }
        }
        prop_assert_eq!(Share::of(estimate(Metric::ScanCoverage)), covered);
        prop_assert_eq!(Share::of(estimate(Metric::DependencyScanCoverage)), dependencies);
    }
}
