//! The rollback window and the candidates on random histories, against a naive model that looks at all events for each
//! question.
use proptest::prelude::*;
use relcore::rollback::{
    CandidatesVerdict, HistoryEvent, HistoryKind as Kind, Policy, SchemaChange, WindowVerdict, candidates,
    rollback_window,
};
use relcore::{Span, Timestamp};

fn at(minute: i32) -> Timestamp {
    Timestamp::parse("2026-11-23T00:00:00Z").unwrap().plus(Span::from_minutes(minute)).unwrap()
}

fn name(version: u8) -> String {
    format!("1.{version}")
}

/// Events of up to six versions, each deployed before anything else is said of it.
fn histories() -> impl Strategy<Value = Vec<HistoryEvent>> {
    let event = (0_i32..60, 0_u8..6, 0_u8..14, 0_u8..7, 0_i32..1500);
    prop::collection::vec(event, 1..14).prop_map(|events| {
        let (mut minute, mut known, mut history) = (0, Vec::new(), Vec::new());
        for (later, version, kind, from, until) in events {
            minute += later;
            let version = name(version);
            let kind = match kind {
                _ if !known.contains(&version) && kind != 3 => Kind::Deployed { version },
                0..=2 => Kind::Deployed { version },
                3 => Kind::ExperimentDeployed { version },
                4 | 5 => Kind::Succeeded { version },
                6 => Kind::Failed { version },
                7 => Kind::RollbackFailed { version },
                8 => Kind::Withdrawn { version },
                9 => Kind::Vulnerable { version, advisory: "CVE-2026-0001".to_owned() },
                10 => Kind::ArtifactKept { version, until: at(until) },
                11 => {
                    let change = if from % 3 == 0 { SchemaChange::Expand } else { SchemaChange::Contract };
                    Kind::Migrated { migration: format!("m{}", from % 2), change, works_from: name(from) }
                }
                12 => Kind::MigrationReverted { migration: format!("m{}", from % 2) },
                _ => Kind::NewFormatWritten { readable_from: name(from) },
            };
            if let Kind::Deployed { version } | Kind::ExperimentDeployed { version } = &kind {
                known.push(version.clone());
            }
            history.push(HistoryEvent::new(at(minute), kind));
        }
        history
    })
}

fn policies() -> impl Strategy<Value = Policy> {
    (30_i32..600, prop::option::of(1_u32..4), 1_u32..3).prop_map(|(window, revisions, attempts)| {
        let mut policy =
            Policy::default().rollback_window(Span::from_minutes(window)).max_failed_rollbacks(attempts);
        policy.window_revisions = revisions;
        policy
    })
}

/// The versions in the order of their first deployment.
fn versions(events: &[HistoryEvent]) -> Vec<String> {
    let mut found = Vec::new();
    for event in events {
        if let Kind::Deployed { version } | Kind::ExperimentDeployed { version } = &event.kind {
            if !found.contains(version) {
                found.push(version.clone());
            }
        }
    }
    found
}

/// The runs: a version and its start, one for each change of the version that serves.
fn runs(events: &[HistoryEvent]) -> Vec<(String, Timestamp)> {
    let mut found: Vec<(String, Timestamp)> = Vec::new();
    for event in events {
        if let Kind::Deployed { version } = &event.kind {
            if found.last().is_none_or(|(last, _)| last != version) {
                found.push((version.clone(), event.at));
            }
        }
    }
    found
}

fn served(events: &[HistoryEvent], version: &str) -> bool {
    runs(events).iter().any(|(run, _)| run == version)
}

fn rank(events: &[HistoryEvent], version: &str) -> usize {
    versions(events).iter().position(|known| known == version).unwrap_or(usize::MAX)
}

fn is_open(events: &[HistoryEvent], current: &str, target: &str, policy: &Policy, now: Timestamp) -> bool {
    let (from, to) = (rank(events, target), rank(events, current));
    if from >= to || !served(events, target) {
        return false;
    }
    let all = versions(events);
    let between =
        all.iter().filter(|v| rank(events, v) > from && rank(events, v) < to && served(events, v)).count();
    if policy.window_revisions.is_some_and(|limit| between >= limit as usize) {
        return false;
    }
    let start = runs(events).iter().rev().find(|(run, _)| run == current).map(|(_, at)| *at);
    let first = events.iter().find(|event| {
        matches!(&event.kind, Kind::Deployed { version } | Kind::ExperimentDeployed { version } if version == current)
    });
    if now.since(start.unwrap_or_else(|| first.unwrap().at)) >= policy.rollback_window {
        return false;
    }
    for (index, event) in events.iter().enumerate() {
        let from_version = match &event.kind {
            Kind::Migrated { migration, change: SchemaChange::Contract, works_from } => {
                let is_reverted = |later: &HistoryEvent| matches!(&later.kind, Kind::MigrationReverted { migration: reverted } if reverted == migration);
                if events[index..].iter().any(is_reverted) {
                    continue;
                }
                works_from
            }
            Kind::NewFormatWritten { readable_from } => readable_from,
            _ => continue,
        };
        if from < rank(events, from_version) {
            return false;
        }
    }
    let kept = events.iter().rev().find_map(|event| match &event.kind {
        Kind::ArtifactKept { version, until } if version == target => Some(*until),
        _ => None,
    });
    kept.is_none_or(|until| now < until)
}

/// `None`: nobody knows.
fn worked(events: &[HistoryEvent], version: &str, policy: &Policy) -> Option<bool> {
    let last = events.iter().rev().find_map(|event| match &event.kind {
        Kind::Succeeded { version: named } if named == version => Some(true),
        Kind::Failed { version: named } if named == version => Some(false),
        _ => None,
    });
    let runs = runs(events);
    let lasted = runs
        .windows(2)
        .filter(|pair| pair[0].0 == version)
        .fold(Span::ZERO, |sum, pair| sum.saturating_add(pair[1].1.since(pair[0].1)));
    last.or_else(|| (lasted >= policy.rollback_window).then_some(true))
}

fn failed_rollbacks(events: &[HistoryEvent], version: &str) -> u32 {
    let mut count = 0;
    for event in events {
        match &event.kind {
            Kind::RollbackFailed { version: named } if named == version => count += 1,
            Kind::Succeeded { version: named } if named == version => count = 0,
            _ => {}
        }
    }
    count
}

fn is_banned(events: &[HistoryEvent], version: &str) -> bool {
    events.iter().any(|event| match &event.kind {
        Kind::Withdrawn { version: named } | Kind::Vulnerable { version: named, .. } => named == version,
        _ => false,
    })
}

fn now_of(events: &[HistoryEvent], later: i32) -> Timestamp {
    events.last().unwrap().at.plus(Span::from_minutes(later)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_window_is_that_of_the_model(events in histories(), policy in policies(), later in 0_i32..700) {
        let now = now_of(&events, later);
        for current in &versions(&events) {
            for target in &versions(&events) {
                let window = rollback_window(&events, current, target, &policy, now).unwrap();
                let is_open = is_open(&events, current, target, &policy, now);
                prop_assert_eq!(window.verdict == WindowVerdict::Open, is_open, "{} to {}", current, target);
                prop_assert!(!window.reasons.is_empty());
                prop_assert!(window.closed_at.is_none_or(|at| at <= now && !is_open));
                prop_assert!(is_open || window.next_check_at.is_none());
            }
        }
    }

    #[test]
    fn the_window_closes_at_its_next_check_and_not_before(events in histories(), policy in policies(), later in 0_i32..200) {
        let now = now_of(&events, later);
        for current in &versions(&events) {
            for target in &versions(&events) {
                let window = rollback_window(&events, current, target, &policy, now).unwrap();
                let Some(at) = window.next_check_at else { continue };
                let just_before = at.plus(Span::from_millis(-1).unwrap()).unwrap();
                let verdict = |now| rollback_window(&events, current, target, &policy, now).unwrap();
                prop_assert_eq!(verdict(just_before).verdict, WindowVerdict::Open);
                prop_assert_eq!(verdict(at).verdict, WindowVerdict::Closed);
                prop_assert_eq!(verdict(at).closed_at, Some(at));
            }
        }
    }

    #[test]
    fn the_candidates_are_those_of_the_model(events in histories(), policy in policies(), later in 0_i32..700) {
        let now = now_of(&events, later);
        for current in &versions(&events) {
            let found = candidates(&events, current, &policy, now).unwrap();
            let may_run = |version: &&String| {
                is_open(&events, current, version, &policy, now)
                    && failed_rollbacks(&events, version) < policy.max_failed_rollbacks
                    && !is_banned(&events, version)
            };
            let all = versions(&events);
            let open: Vec<&String> = all.iter().rev().filter(may_run).collect();
            let target = open.iter().find(|version| worked(&events, version, &policy) == Some(true));
            prop_assert_eq!(found.target.as_ref(), target.copied());
            let unknown: Vec<&String> =
                open.iter().copied().filter(|version| worked(&events, version, &policy).is_none()).collect();
            let verdict = match (target, unknown.is_empty()) {
                (Some(_), _) => CandidatesVerdict::Found,
                (None, false) => CandidatesVerdict::Inconclusive,
                (None, true) => CandidatesVerdict::NotFound,
            };
            prop_assert_eq!(found.verdict, verdict);
            prop_assert_eq!(found.candidates.len() + 1, all.len());
            prop_assert!(found.candidates.iter().all(|candidate| !candidate.reasons.is_empty()));
        }
    }

    #[test]
    fn the_candidates_change_at_their_next_check_and_not_before(events in histories(), policy in policies(), later in 0_i32..200) {
        let now = now_of(&events, later);
        for current in &versions(&events) {
            let of = |now| {
                let found = candidates(&events, current, &policy, now).unwrap();
                (found.verdict, found.target)
            };
            let next = candidates(&events, current, &policy, now).unwrap().next_check_at;
            let end = next.unwrap_or_else(|| now.plus(Span::from_days(30)).unwrap());
            prop_assert_eq!(of(end.plus(Span::from_millis(-1).unwrap()).unwrap().max(now)), of(now));
            prop_assert_eq!(of(end) == of(now), next.is_none());
        }
    }
}
