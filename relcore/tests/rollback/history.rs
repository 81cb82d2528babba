//! The rollback window and the candidates against a naive model that replays the history for each question.
use proptest::prelude::*;
use relcore::decision::Explain as _;
use relcore::rollback::{
    CandidatesVerdict, HistoryEvent, HistoryKind as Kind, Policy, SchemaChange, WindowVerdict, candidates,
    code, rollback_window,
};
use relcore::{Span, Timestamp};

const VERSIONS: [&str; 5] = ["a", "b", "c", "d", "e"];

fn at(hours: i32) -> Timestamp {
    Timestamp::parse("2026-11-01T00:00:00Z").unwrap().plus(Span::from_hours(hours)).unwrap()
}

/// An event of the model: hours after the one before it, what it is, of which version.
type Drawn = (i32, u8, usize);

/// The first version is deployed at the start, so that each event has a version that was deployed before.
fn history(drawn: &[Drawn]) -> Vec<(i32, Kind)> {
    let mut events = vec![(0, Kind::Deployed { version: "a".to_owned() })];
    let mut known = vec!["a"];
    let mut hour = 0;
    for (step, kind, which) in drawn {
        hour += step;
        let version = VERSIONS[which % VERSIONS.len()].to_owned();
        let old = known[which % known.len()].to_owned();
        let kind = match kind {
            0..=3 => Kind::Deployed { version: version.clone() },
            4 => Kind::ExperimentDeployed { version: version.clone() },
            5 => Kind::Succeeded { version: old },
            6 => Kind::Failed { version: old },
            7 => Kind::RollbackFailed { version: old },
            8 => Kind::Withdrawn { version: old },
            9 => Kind::Vulnerable { version: old, advisory: "CVE-2026-1".to_owned() },
            10 => Kind::ArtifactKept { version: old, until: at(hour + 30) },
            11 => Kind::Migrated {
                migration: "m".to_owned(),
                change: SchemaChange::Contract,
                works_from: version,
            },
            12 => Kind::MigrationReverted { migration: "m".to_owned() },
            _ => Kind::NewFormatWritten { readable_from: version },
        };
        if let Kind::Deployed { version } | Kind::ExperimentDeployed { version } = &kind
            && let Some(name) = VERSIONS.iter().find(|name| *name == version)
            && !known.contains(name)
        {
            known.push(name);
        }
        events.push((hour, kind));
    }
    events
}

/// What a person would find out about a version by reading the history once for each question.
struct Naive<'a> {
    events: &'a [(i32, Kind)],
    now: i32,
    policy: &'a Policy,
}

impl Naive<'_> {
    /// All versions in the order of their first deployment.
    fn order(&self) -> Vec<&str> {
        let mut order: Vec<&str> = Vec::new();
        for (_, kind) in self.events {
            if let Kind::Deployed { version } | Kind::ExperimentDeployed { version } = kind
                && !order.contains(&version.as_str())
            {
                order.push(version);
            }
        }
        order
    }

    fn served(&self, version: &str) -> bool {
        self.events.iter().any(|(_, kind)| matches!(kind, Kind::Deployed { version: v } if v == version))
    }

    /// The times in which a version served, from a deployment to that of another version.
    fn runs(&self, version: &str) -> Vec<(i32, i32)> {
        let mut runs: Vec<(i32, i32)> = Vec::new();
        let mut running: Option<(&str, i32)> = None;
        for (hour, kind) in self.events {
            let Kind::Deployed { version: next } = kind else { continue };
            match running {
                Some((name, _)) if name == next => {}
                _ => {
                    if let Some((name, since)) = running
                        && name == version
                    {
                        runs.push((since, *hour));
                    }
                    running = Some((next, *hour));
                }
            }
        }
        if let Some((name, since)) = running
            && name == version
        {
            runs.push((since, self.now));
        }
        runs
    }

    fn is_open(&self, current: &str, target: &str) -> bool {
        let order = self.order();
        let place = |name: &str| order.iter().position(|other| *other == name);
        let (Some(from), Some(to)) = (place(current), place(target)) else { return false };
        if to >= from || !self.served(target) {
            return false;
        }
        let between = (to + 1..from).filter(|place| self.served(order[*place])).count();
        let within = self.policy.window_revisions.is_none_or(|limit| between < limit as usize);
        // An experiment has not served; its age counts from its deployment.
        let since = self.runs(current).last().map_or_else(
            || self.events.iter().find(|(_, kind)| matches!(kind, Kind::ExperimentDeployed { version } if version == current)).unwrap().0,
            |run| run.0,
        );
        let young = at(self.now).since(at(since)) < self.policy.rollback_window;
        let works = |from: &str| place(from).is_some_and(|from| from <= to);
        let mut schema = true;
        for (index, (_, kind)) in self.events.iter().enumerate() {
            let reverted = || {
                self.events[index..].iter().any(|(_, kind)| matches!(kind, Kind::MigrationReverted { .. }))
            };
            schema &= match kind {
                Kind::Migrated { works_from, .. } => works(works_from) || reverted(),
                Kind::NewFormatWritten { readable_from } => works(readable_from),
                _ => true,
            };
        }
        let kept = self.events.iter().rev().find_map(|(_, kind)| match kind {
            Kind::ArtifactKept { version, until } if version == target => Some(*until),
            _ => None,
        });
        within && young && schema && kept.is_none_or(|until| at(self.now) < until)
    }

    /// Whether nothing but the window excludes a version.
    fn worked(&self, version: &str) -> bool {
        let (mut good, mut bad, mut attempts, mut out) = (false, false, 0, false);
        for (_, kind) in self.events {
            match kind {
                Kind::Succeeded { version: v } if v == version => (good, bad, attempts) = (true, false, 0),
                Kind::Failed { version: v } if v == version => (good, bad) = (false, true),
                Kind::RollbackFailed { version: v } if v == version => attempts += 1,
                Kind::Withdrawn { version: v } | Kind::Vulnerable { version: v, .. } if v == version => {
                    out = true
                }
                _ => {}
            }
        }
        let whole: i32 = self.runs(version).iter().map(|(from, to)| to - from).sum();
        let proven = good || Span::from_hours(whole) >= self.policy.rollback_window;
        proven && !bad && !out && attempts < self.policy.max_failed_rollbacks
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn window_and_candidates_are_those_of_the_naive_model(
        drawn in prop::collection::vec((0..20_i32, 0..14_u8, 0..60_usize), 0..25),
        later in 0..40_i32,
        revisions in prop::option::of(1..4_u32),
        attempts in 1..3_u32,
    ) {
        let events = history(&drawn);
        let now = events.last().unwrap().0 + later;
        let mut policy = Policy::default().max_failed_rollbacks(attempts);
        policy.window_revisions = revisions;
        let naive = Naive { events: &events, now, policy: &policy };
        let given: Vec<HistoryEvent> =
            events.iter().map(|(hour, kind)| HistoryEvent::new(at(*hour), kind.clone())).collect();
        let order = naive.order();
        for current in &order {
            for target in &order {
                let window = rollback_window(&given, current, target, &policy, at(now)).unwrap();
                let is_open = window.verdict == WindowVerdict::Open;
                prop_assert_eq!(is_open, naive.is_open(current, target), "{} to {}: {}", current, target, window);
                if let Some(next) = window.next_check_at {
                    // Until then nothing changes, and then it is closed.
                    let just_before = next.plus(Span::from_millis(-1).unwrap()).unwrap();
                    let ask = |now| rollback_window(&given, current, target, &policy, now).unwrap().verdict;
                    prop_assert_eq!((ask(just_before), ask(next)), (WindowVerdict::Open, WindowVerdict::Closed));
                }
            }
            let found = candidates(&given, current, &policy, at(now)).unwrap();
            let expected = order.iter().rev().find(|target| {
                *target != current && naive.is_open(current, target) && naive.worked(target)
            });
            prop_assert_eq!(found.target.as_deref(), expected.copied(), "{}", found);
            prop_assert_eq!(found.verdict == CandidatesVerdict::Found, expected.is_some());
            if found.verdict == CandidatesVerdict::Inconclusive {
                prop_assert!(!found.missing.is_empty());
                // Whoever says that one of them worked has a target.
                let mut told = given.clone();
                told.push(HistoryEvent::new(at(now), Kind::Succeeded { version: found.missing[0].clone() }));
                prop_assert_eq!(
                    candidates(&told, current, &policy, at(now)).unwrap().verdict,
                    CandidatesVerdict::Found
                );
            }
            if let Some(next) = found.next_check_at {
                // Until then nothing changes, and then the verdict or the target does.
                let ask = |now| {
                    let found = candidates(&given, current, &policy, now).unwrap();
                    (found.verdict, found.target)
                };
                let as_now = (found.verdict, found.target.clone());
                prop_assert_eq!(ask(next.plus(Span::from_millis(-1).unwrap()).unwrap()), as_now.clone());
                prop_assert_ne!(ask(next), as_now);
            }
            for candidate in &found.candidates {
                let says = candidate.reasons.iter().any(|reason| reason.code == code::VERSION_WORKED);
                prop_assert_eq!(candidate.eligible, says);
            }
        }
    }
}

/// A history that cannot be read says nothing about which versions were deployed.
#[test]
fn a_fault_of_the_history_is_no_fault_of_the_current_version() {
    let events = [HistoryEvent::new(at(5), Kind::Deployed { version: "a".to_owned() })];
    let error = candidates(&events, "a", &Policy::default(), at(1)).unwrap_err();
    let paths: Vec<&str> = error.faults().iter().map(|fault| fault.path.as_str()).collect();
    assert_eq!(paths, ["events[0].at"]);
}

/// A history of the most events is read; one more is refused before any is looked at.
#[test]
fn a_history_has_at_most_a_hundred_thousand_events() {
    let event = HistoryEvent::new(at(0), Kind::Deployed { version: "a".to_owned() });
    let mut events = vec![event.clone(); 100_000];
    let found = candidates(&events, "a", &Policy::default(), at(1)).unwrap();
    assert_eq!(found.verdict, CandidatesVerdict::NotFound);
    events.push(event);
    let error = candidates(&events, "a", &Policy::default(), at(1)).unwrap_err();
    assert_eq!((error.code(), error.path()), ("out_of_range", "events"));
}

/// A window and its candidates are displayed as they are explained.
#[test]
fn a_window_displays_its_explanation() {
    let of =
        |hours, version: &str| HistoryEvent::new(at(hours), Kind::Deployed { version: version.to_owned() });
    let events = [of(0, "a"), of(1, "b")];
    let window = rollback_window(&events, "b", "a", &Policy::default(), at(2)).unwrap();
    assert_eq!(window.to_string(), window.explain());
    assert!(window.to_string().starts_with(&window.headline()));
    let found = candidates(&events, "b", &Policy::default(), at(2)).unwrap();
    assert_eq!(found.to_string(), found.explain());
    assert!(found.to_string().starts_with(&found.headline()));
}
