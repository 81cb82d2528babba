//! Laws of incidents over random events, and naive models that look at every minute.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::field_reassign_with_default,
    reason = "a test that panics has failed, which is what a test is for"
)]

mod model;
mod sla;

use model::{Model, event_of};
use proptest::prelude::*;
use relcore::incident::{
    Assessment, Cadence, ComponentImpact, Event, EventKind, Impact, ImpactFacts, Loss, SeverityPolicy, State,
    UpdateVerdict, apply, assess_severity, component_status, downtime, durations, fold, impacts, update_due,
};
use relcore::{Span, TimeRange, Timestamp};

/// Minutes after the first instant.
fn at(minute: i32) -> Timestamp {
    Timestamp::parse("2026-01-01T00:00:00Z").unwrap().plus(Span::from_minutes(minute)).unwrap()
}

/// The numbers from which an event is made: the minutes since the last one, and what it is.
type Numbers = (i32, u8, u8, u8, i32);

fn numbers() -> impl Strategy<Value = Vec<Numbers>> {
    proptest::collection::vec((0_i32..40, 0_u8..14, 0_u8..3, 0_u8..5, 0_i32..60), 0..25)
}

/// The legal events among random ones, with the minute of each, and the incident.
fn incident(first: Numbers, rest: &[Numbers], least_gap: i32) -> (Vec<(i32, Event)>, State) {
    let mut minute = 60;
    let opened = event_of(true, minute, first);
    let mut state = fold(std::slice::from_ref(&opened)).unwrap();
    let mut events = vec![(minute, opened)];
    for numbers in rest {
        let later = minute + numbers.0.max(least_gap);
        let event = event_of(false, later, *numbers);
        if let Ok(next) = apply(&state, &event) {
            state = next;
            minute = later;
            events.push((minute, event));
        }
    }
    (events, state)
}

fn minutes(span: Span) -> i64 {
    assert_eq!(span.as_millis() % 60_000, 0);
    span.as_millis() / 60_000
}

proptest! {
    #[test]
    fn no_time_is_lost(first in (0_i32..1, 0_u8..14, 0_u8..3, 0_u8..5, 0_i32..60), rest in numbers(), after in 0_i32..30) {
        let (events, state) = incident(first, &rest, 0);
        let now = events.last().unwrap().0 + after;
        let model = Model::of(&events, now);
        let durations = durations(&state, at(now)).unwrap();
        prop_assert_eq!(minutes(durations.unresolved), model.unresolved(), "{:?}", events);
        prop_assert_eq!(minutes(durations.impact), model.impact(), "{:?}", events);
        let of_ranges: i64 = durations.impact_ranges.iter().map(|range| minutes(range.length())).sum();
        prop_assert_eq!(of_ranges, model.impact());
        if let (Some(whole), Some(resolved)) = (durations.open_to_final, durations.resolved_at) {
            prop_assert_eq!(resolved.since(state.opened_at), whole);
            prop_assert!(durations.unresolved <= whole);
        }

        let rows = impacts(&state).unwrap();
        let period = TimeRange { start: at(0), end: at(now) };
        for component in ["a", "b", "c"] {
            let found = downtime(component, &rows, &period, &Impact::Minor, at(now)).unwrap();
            prop_assert_eq!(minutes(found.downtime), model.downtime(component), "{} {:?}", component, events);
            for minute in (0..now).step_by(7) {
                let status = component_status(component, &rows, at(minute)).unwrap().status;
                prop_assert_eq!(status, model.status(component, minute), "{} {} {:?}", component, minute, events);
            }
        }
    }

    #[test]
    fn the_order_of_the_list_is_of_no_consequence(first in (0_i32..1, 0_u8..14, 0_u8..3, 0_u8..5, 0_i32..60), rest in numbers(), seed in any::<u64>()) {
        let (events, state) = incident(first, &rest, 1);
        let mut events: Vec<Event> = events.into_iter().map(|(_, event)| event).collect();
        prop_assert_eq!(&fold(&events).unwrap(), &state);
        let count = events.len();
        for index in 0..count {
            events.swap(index, usize::try_from(seed.rotate_left(u32::try_from(index % 64).unwrap()) % count as u64).unwrap());
        }
        prop_assert_eq!(fold(&events).unwrap(), state);
    }

    #[test]
    fn overlapping_impacts_count_once(
        rows in proptest::collection::vec((0_i32..200, 0_i32..100, 0_u8..5, any::<bool>()), 0..8),
        start in 0_i32..150, length in 0_i32..150, now in 0_i32..300, least in 0_u8..5,
    ) {
        let impact = |index: u8| [Impact::None, Impact::Maintenance, Impact::Minor, Impact::Major, Impact::Critical][usize::from(index)];
        let given: Vec<ComponentImpact> = rows.iter().map(|(start, length, of, is_open)| {
            let row = ComponentImpact::new("api", impact(*of), at(*start));
            if *is_open { row } else { row.end(at(start + length)) }
        }).collect();
        let period = TimeRange { start: at(start), end: at(start + length) };
        let found = downtime("api", &given, &period, &impact(least), at(now)).unwrap();
        let is_down = |minute: i32| rows.iter().any(|(start, length, of, is_open)| {
            *of >= least && *start <= minute && (*is_open || minute < start + length)
        });
        let naive = (start..start + length).filter(|minute| *minute < now && is_down(*minute)).count();
        prop_assert_eq!(minutes(found.downtime), i64::try_from(naive).unwrap());
        prop_assert!(found.uptime.is_none_or(|uptime| (0.0..=1.0).contains(&uptime)));
    }

    #[test]
    fn a_fact_that_becomes_known_stays_within_what_was_possible(facts in facts(), known in facts()) {
        let policy = SeverityPolicy::default();
        let before = assess_severity(&facts, &policy).unwrap();
        let mut completed = facts.clone();
        completed.loss = facts.loss.or(known.loss);
        completed.affected_share = facts.affected_share.or(known.affected_share);
        let after = assess_severity(&completed, &policy).unwrap();
        prop_assert!(before.highest <= after.highest && after.lowest <= before.lowest, "{:?} {:?}", before, after);
        prop_assert!(!before.reasons.is_empty());
    }

    #[test]
    fn a_worse_fact_never_lowers_the_severity(facts in facts(), share in 0.0_f64..=1.0) {
        let policy = SeverityPolicy::default();
        let assess = |facts: &ImpactFacts| assess_severity(facts, &policy).unwrap();
        let is_no_lower = |worse: &Assessment, better: &Assessment| worse.highest <= better.highest;
        let before = assess(&facts);
        for worse in [
            facts.clone().data_exposed(true),
            facts.clone().data_lost(true),
            facts.clone().monitoring_impaired(true),
            facts.clone().likely_to_worsen(true),
        ] {
            prop_assert!(is_no_lower(&assess(&worse), &before));
        }
        if let Some(known) = facts.affected_share {
            let worse = facts.affected_share(known.max(share));
            prop_assert!(is_no_lower(&assess(&worse), &before));
        }
    }

    #[test]
    fn a_message_is_due_from_its_instant_on_and_not_before(
        first in (0_i32..1, 0_u8..14, 0_u8..3, 0_u8..5, 0_i32..60), rest in numbers(), later in 0_i32..100, limit in proptest::option::of(1_i32..200),
    ) {
        let (events, state) = incident(first, &rest, 0);
        let mut cadence = Cadence::default();
        cadence.later = limit.map(Span::from_minutes);
        let now = at(events.last().unwrap().0 + later);
        let update = update_due(&state, &cadence, now).unwrap();
        prop_assert_eq!(update.verdict == UpdateVerdict::Due, update.overdue.is_some());
        prop_assert_eq!(update.verdict == UpdateVerdict::Due, update.due_at.is_some_and(|due| due <= now));
        prop_assert_eq!(update.next_check_at, update.due_at.filter(|due| *due > now));
        if let Some(check) = update.next_check_at {
            let just_before = check.plus(Span::from_millis(-1).unwrap()).unwrap();
            prop_assert_eq!(update_due(&state, &cadence, check).unwrap().verdict, UpdateVerdict::Due);
            prop_assert_eq!(update_due(&state, &cadence, just_before).unwrap().verdict, UpdateVerdict::NotYet);
        }
        // Silence is never in order for longer than the cadence says, while the incident is open and young.
        if state.resolved_at.is_none() {
            let spoke = |event: &&(i32, Event)| {
                matches!(event.1.kind, EventKind::Communicated { .. } | EventKind::Opened { .. } | EventKind::Reopened { .. })
            };
            let last = events.iter().rev().find(spoke).unwrap().0;
            let start = events.iter().rev().find(|event| matches!(event.1.kind, EventKind::Opened { .. } | EventKind::Reopened { .. })).unwrap().0;
            if last - start < 120 {
                prop_assert!(update.due_at.unwrap() <= at(last + 20));
            }
        }
    }
}

fn facts() -> impl Strategy<Value = ImpactFacts> {
    let loss = prop_oneof![
        Just(Loss::None),
        Just(Loss::Cosmetic),
        Just(Loss::Degraded),
        Just(Loss::Partial),
        Just(Loss::Total)
    ];
    let yes = || proptest::option::of(any::<bool>());
    (proptest::option::of(loss), proptest::option::of(0.0_f64..=1.0), yes(), yes(), yes(), yes()).prop_map(
        |(loss, affected_share, data_exposed, data_lost, monitoring_impaired, likely_to_worsen)| {
            let mut facts = ImpactFacts::default();
            facts.loss = loss;
            facts.affected_share = affected_share;
            facts.data_exposed = data_exposed;
            facts.data_lost = data_lost;
            facts.monitoring_impaired = monitoring_impaired;
            facts.likely_to_worsen = likely_to_worsen;
            facts
        },
    )
}
