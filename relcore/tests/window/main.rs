//! Laws of the windows over random policies, and a naive model that looks at every minute.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what a test is for"
)]

mod model;

use proptest::prelude::*;
use relcore::release::Type;
use relcore::time::BusinessCalendar;
use relcore::window::{
    Definition, Engine, FitVerdict, Kind, Policy, Schedule, SlotVerdict, Subject, Verdict,
};
use relcore::{NaiveDate, Span, TimeRange, Timestamp, Weekday};

const ZONES: [&str; 5] =
    ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo"];

/// An instant of 2024 to 2027.
fn instants() -> impl Strategy<Value = Timestamp> {
    (1_704_067_200_000_i64..1_830_297_600_000).prop_map(|millis| Timestamp::from_millis(millis).unwrap())
}

fn times() -> impl Strategy<Value = (String, String)> {
    let time = |minutes: u32| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    (0_u32..1440, 1_u32..1440).prop_map(move |(start, length)| (time(start), time((start + length) % 1440)))
}

fn whens() -> impl Strategy<Value = Schedule> {
    let days = proptest::collection::vec(
        prop_oneof![
            Just(Weekday::Monday),
            Just(Weekday::Wednesday),
            Just(Weekday::Saturday),
            Just(Weekday::Sunday)
        ],
        0..3,
    );
    let crons = prop_oneof![
        Just("0 2 * * *"),
        Just("30 2 * * 0"),
        Just("*/20 * * * *"),
        Just("15 9-17 * * 1-5"),
        Just("0 0 1 * *"),
        Just("0 0 1,15 * 3"),
        Just("45 1 25-31 3,10 *"),
    ];
    let ends = prop_oneof![Just("0 7 * * 1"), Just("0 5 * * *"), Just("30 3 * * 0,3")];
    prop_oneof![
        (crons.clone(), 1_i32..4000).prop_map(|(cron, minutes)| Schedule::Cron {
            cron: cron.into(),
            duration: Span::from_minutes(minutes)
        }),
        (crons, ends).prop_map(|(start, end)| Schedule::CronPair { start: start.into(), end: end.into() }),
        (days, times()).prop_map(|(days, (start, end))| Schedule::Weekly { days, start, end }),
        (instants(), 1_i32..100_000).prop_map(|(start, minutes)| Schedule::Once {
            start,
            end: start.plus(Span::from_minutes(minutes)).unwrap(),
        }),
        (0_i32..1400, 0_i32..40).prop_map(|(from, length)| {
            let first = NaiveDate::new(2024, 1, 1).unwrap().plus_days(from).unwrap();
            Schedule::Dates { first, last: first.plus_days(length).unwrap() }
        }),
        (0_u32..4, 0_u32..4).prop_map(|(business_days_before, business_days_after)| Schedule::Holidays {
            calendar: "c".into(),
            business_days_before,
            business_days_after,
        }),
        Just(Schedule::DaysOff { calendar: "c".into() }),
        times().prop_map(|(start, end)| Schedule::BusinessDays { calendar: "c".into(), start, end }),
    ]
}

fn policies(most: usize) -> impl Strategy<Value = Policy> {
    let window = (any::<bool>(), whens(), 0..ZONES.len());
    proptest::collection::vec(window, 0..=most).prop_map(|windows| {
        let windows = windows.into_iter().enumerate().map(|(index, (denies, when, zone))| {
            let kind = if denies { Kind::Deny } else { Kind::Allow };
            Definition::new(index.to_string(), kind, when).zone(ZONES[zone])
        });
        let days =
            (0..1400).step_by(97).map(|day| NaiveDate::new(2024, 1, 2).unwrap().plus_days(day).unwrap());
        let worked = NaiveDate::new(2026, 6, 6).unwrap();
        let calendar = BusinessCalendar::default().holidays(days).working_days([worked]);
        Policy::default().windows(windows).calendars([("c".to_owned(), calendar)].into())
    })
}

fn is_open(engine: &Engine, at: Timestamp) -> bool {
    engine.status(&Subject::default(), at).unwrap().verdict == Verdict::Open
}

fn between(start: Timestamp, end: Timestamp, part: f64) -> Timestamp {
    let length = end.since(start).as_seconds() * 1000.0 * part;
    #[allow(clippy::cast_possible_truncation, reason = "a part of a length of some years")]
    start.plus(Span::from_millis(length as i64).unwrap()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn the_verdict_changes_at_the_next_check_and_not_before(
        policy in policies(4),
        now in instants(),
        parts in proptest::collection::vec(0.0..1.0_f64, 5),
    ) {
        let engine = Engine::new(policy).unwrap();
        let status = engine.status(&Subject::default(), now).unwrap();
        let is_open_now = status.verdict == Verdict::Open;
        prop_assert_eq!(status.blocked_by.is_empty(), is_open_now);
        prop_assert!(!status.reasons.is_empty());
        let Some(next) = status.next_check_at else { return Ok(()) };
        prop_assert!(next > now);
        prop_assert_eq!(is_open(&engine, next), !is_open_now);
        for part in parts {
            prop_assert_eq!(is_open(&engine, between(now, next, part)), is_open_now);
        }
        prop_assert_eq!(is_open(&engine, next.plus(Span::from_millis(-1).unwrap()).unwrap()), is_open_now);
        if is_open_now {
            prop_assert_eq!((status.next_open, status.next_close), (None, Some(next)));
        } else {
            prop_assert_eq!(status.next_open, Some(next));
            prop_assert_eq!(status.next_close, engine.status(&Subject::default(), next).unwrap().next_close);
        }
    }

    #[test]
    fn openings_are_the_instants_at_which_it_is_open(
        policy in policies(4),
        start in instants(),
        days in 1..60_i32,
        parts in proptest::collection::vec(0.0..1.0_f64, 8),
    ) {
        let engine = Engine::new(policy).unwrap();
        let range = TimeRange { start, end: start.plus(Span::from_days(days)).unwrap() };
        let open = engine.openings(&Subject::default(), &range).unwrap();
        for pair in open.windows(2) {
            prop_assert!(pair[0].end < pair[1].start, "openings that touch are one");
        }
        prop_assert!(open.iter().all(|each| each.start < each.end && start <= each.start && each.end <= range.end));
        for part in parts {
            let at = between(range.start, range.end, part);
            prop_assert_eq!(is_open(&engine, at), open.iter().any(|each| each.contains(at)), "{}", at);
        }
    }

    #[test]
    fn the_next_slot_is_the_first_opening_that_is_long_enough(
        policy in policies(3),
        after in instants(),
        minutes in 1..3000_i32,
    ) {
        let engine = Engine::new(policy).unwrap();
        let length = Span::from_minutes(minutes);
        let slot = engine.next_slot(&Subject::default(), length, after).unwrap();
        let range = TimeRange { start: after, end: after.plus(Span::from_days(100)).unwrap() };
        let open = engine.openings(&Subject::default(), &range).unwrap();
        let first = open.iter().find(|each| each.length() >= length);
        match (slot.start, first) {
            (Some(start), Some(first)) => {
                prop_assert_eq!(start, first.start);
                let fit = engine.fits(&Subject::default(), start, length).unwrap();
                prop_assert_eq!(fit.verdict, FitVerdict::Fits);
            }
            // It may be cut by the end of the range, or begin beyond it.
            (Some(start), None) => prop_assert!(start.plus(length).unwrap() > range.end),
            (None, found) => {
                prop_assert_eq!(slot.verdict, SlotVerdict::None);
                prop_assert!(found.is_none());
            }
        }
    }

    #[test]
    fn a_release_fits_exactly_if_one_opening_holds_it(
        policy in policies(3),
        start in instants(),
        minutes in 0..3000_i32,
    ) {
        let engine = Engine::new(policy).unwrap();
        let duration = Span::from_minutes(minutes);
        let fit = engine.fits(&Subject::default(), start, duration).unwrap();
        let end = start.plus(duration).unwrap();
        let around = TimeRange { start, end: end.plus(Span::from_minutes(1)).unwrap() };
        let open = engine.openings(&Subject::default(), &around).unwrap();
        let holds = open.iter().any(|each| each.start == start && each.end >= end);
        prop_assert_eq!(fit.verdict == FitVerdict::Fits, holds);
        if let Some(next) = fit.next_start {
            let then = engine.fits(&Subject::default(), next, duration).unwrap();
            prop_assert_eq!(then.verdict, FitVerdict::Fits);
        }
    }

    #[test]
    fn one_deny_window_more_never_opens(policy in policies(3), when in whens(), now in instants()) {
        let wider = policy.clone().windows(
            policy.windows.iter().cloned().chain([Definition::new("more", Kind::Deny, when)]),
        );
        let (before, after) = (Engine::new(policy).unwrap(), Engine::new(wider).unwrap());
        prop_assert!(is_open(&before, now) || !is_open(&after, now));
    }

    /// With all that lets a release through what blocks, the search skips no opening.
    #[test]
    fn what_passes_changes_at_the_next_check_and_not_before(
        policy in policies(5),
        flags in proptest::collection::vec((any::<bool>(), any::<bool>(), any::<bool>()), 5),
        passes in (any::<bool>(), any::<bool>(), any::<bool>()),
        now in instants(),
        parts in proptest::collection::vec(0.0..1.0_f64, 8),
    ) {
        let windows = policy.windows.iter().cloned().zip(&flags).map(|(mut window, (exempts, manual, overrun))| {
            window.exempt = exempts.then_some(Type::Hotfix).into_iter().collect();
            (window.manual, window.overrun) = (*manual, *overrun);
            window
        });
        let engine = Engine::new(policy.clone().windows(windows.collect::<Vec<_>>())).unwrap();
        let mut subject = Subject::default().release_type(Type::Hotfix).manual(passes.0);
        if passes.1 {
            subject = subject.exemption_approved_by("kim");
        }
        if passes.2 {
            subject = subject.started_at(now);
        }
        let is_open = |at: Timestamp| engine.status(&subject, at).unwrap().verdict == Verdict::Open;
        let is_open_now = is_open(now);
        let end = now.plus(Span::from_days(20)).unwrap();
        let next = engine.status(&subject, now).unwrap().next_check_at.filter(|next| *next < end);
        if let Some(next) = next {
            prop_assert_eq!(is_open(next), !is_open_now);
        }
        for part in parts {
            prop_assert_eq!(is_open(between(now, next.unwrap_or(end), part)), is_open_now);
        }
    }

    /// A subject that leaves out where it goes is open exactly if it is open wherever it may go.
    #[test]
    fn without_a_destination_it_is_open_where_all_are(
        policy in policies(5),
        names in proptest::collection::vec((0..4_usize, 0..4_usize), 5),
        now in instants(),
    ) {
        const NAMES: [&[&str]; 4] = [&[], &["a"], &["b"], &["a", "b"]];
        let windows = policy.windows.iter().cloned().zip(&names).map(|(mut window, (environments, services))| {
            let owned = |place: &usize| NAMES[*place].iter().map(|&name| name.to_owned()).collect();
            window.environments = owned(environments);
            window.services = owned(services);
            window
        });
        let engine = Engine::new(policy.clone().windows(windows.collect::<Vec<_>>())).unwrap();
        let verdict = |subject: &Subject| engine.status(subject, now).unwrap().verdict;
        let places = ["a", "b", "elsewhere"];
        for environment in places {
            let given = Subject::default().environment(environment);
            let all = places.iter().all(|of| verdict(&given.clone().service(*of)) == Verdict::Open);
            prop_assert_eq!(verdict(&given) == Verdict::Open, all, "in {}", environment);
        }
        let all = places.iter().all(|of| verdict(&Subject::default().environment(*of)) == Verdict::Open);
        let status = engine.status(&Subject::default(), now).unwrap();
        prop_assert_eq!(status.verdict == Verdict::Open, all);
        let is_open_somewhere = places.iter().any(|environment| {
            places.iter().any(|of| verdict(&Subject::default().environment(*environment).service(*of)) == Verdict::Open)
        });
        if !all && is_open_somewhere {
            prop_assert!(!status.missing.is_empty(), "what it leaves out could open it");
        }
    }

    #[test]
    fn the_naive_model_agrees_at_every_minute(
        policy in policies(3),
        start in instants(),
    ) {
        let engine = Engine::new(policy.clone()).unwrap();
        let range = TimeRange { start, end: start.plus(Span::from_days(3)).unwrap() };
        let open = engine.openings(&Subject::default(), &range).unwrap();
        // Whole minutes: every boundary of a random window lies on one, in zones of whole minutes.
        let mut at = Timestamp::from_millis(start.as_millis().div_euclid(60_000) * 60_000 + 60_000).unwrap();
        let model = model::Model::new(&policy, at);
        while at < range.end {
            prop_assert_eq!(open.iter().any(|each| each.contains(at)), model.is_open(at), "{}", at);
            at = at.plus(Span::from_minutes(7)).unwrap();
        }
    }
}

/// The zone offset is that of the instant asked for. Argo CD takes that of the wall clock.
#[test]
fn the_offset_is_that_of_the_instant() {
    let schedule = Schedule::Weekly { days: vec![], start: "09:00".into(), end: "17:00".into() };
    let policy =
        Policy::default().windows([Definition::new("day", Kind::Allow, schedule).zone("America/New_York")]);
    let engine = Engine::new(policy).unwrap();
    for (at, expected) in [
        ("2026-01-15T13:59:00Z", false),
        ("2026-01-15T14:00:00Z", true),
        ("2026-07-15T12:59:00Z", false),
        ("2026-07-15T13:00:00Z", true),
    ] {
        assert_eq!(is_open(&engine, Timestamp::parse(at).unwrap()), expected, "{at}");
    }
}

#[test]
fn windows_at_the_ends_of_time_are_harmless() {
    let whens = [
        Schedule::Weekly { days: vec![], start: "09:00".into(), end: "17:00".into() },
        Schedule::Cron { cron: "0 2 * * *".into(), duration: Span::MAX },
        Schedule::CronPair { start: "0 2 31 2 *".into(), end: "0 2 * * *".into() },
        Schedule::CronPair { start: "0 2 * * *".into(), end: "0 2 31 2 *".into() },
        Schedule::Dates {
            first: NaiveDate::new(1, 1, 1).unwrap(),
            last: NaiveDate::new(9999, 12, 31).unwrap(),
        },
    ];
    for when in whens {
        for zone in ZONES {
            let policy =
                Policy::default().windows([Definition::new("w", Kind::Allow, when.clone()).zone(zone)]);
            let engine = Engine::new(policy).unwrap();
            for millis in [Timestamp::MIN_MILLIS, 0, Timestamp::MAX_MILLIS] {
                let at = Timestamp::from_millis(millis).unwrap();
                assert!(!engine.status(&Subject::default(), at).unwrap().reasons.is_empty());
                engine.next_slot(&Subject::default(), Span::from_hours(1), at).unwrap();
                engine.fits(&Subject::default(), at, Span::from_hours(1)).unwrap();
            }
        }
    }
}

/// A month of minutes is one range, and ends with the month.
#[test]
fn a_month_of_minutes_ends() {
    for (cron, minutes) in [("* * * 8 *", 1), ("*/2 * * 8 *", 2), ("* * * 8 *", 90), ("0 * * 8 *", 60)] {
        let schedule = Schedule::Cron { cron: cron.into(), duration: Span::from_minutes(minutes) };
        let policy = Policy::default()
            .windows([Definition::new("august", Kind::Deny, schedule).zone("Europe/Berlin")]);
        let engine = Engine::new(policy).unwrap();
        let status =
            engine.status(&Subject::default(), Timestamp::parse("2026-08-05T12:00:00Z").unwrap()).unwrap();
        let last = if minutes == 90 { "2026-08-31T23:29:00Z" } else { "2026-08-31T22:00:00Z" };
        assert_eq!(status.next_open, Some(Timestamp::parse(last).unwrap()), "{cron}, {minutes}");
    }
}

/// More windows by name than are told apart: less may be open, never more.
#[test]
fn many_windows_by_name_stay_closed() {
    let at = Timestamp::parse("2026-08-05T12:00:00Z").unwrap();
    let named = |active: usize| {
        let windows = (0..40).map(|index| {
            let start = if index < active { "00:00" } else { "18:00" };
            let schedule = Schedule::Weekly { days: vec![], start: start.into(), end: "23:00".into() };
            let mut window = Definition::new(format!("w{index}"), Kind::Allow, schedule);
            window.environments = vec![format!("e{index}")];
            window.services = vec![format!("s{index}")];
            window
        });
        Engine::new(Policy::default().windows(windows.collect::<Vec<_>>())).unwrap()
    };
    let verdict = |engine: &Engine, subject: &Subject| engine.status(subject, at).unwrap().verdict;
    assert_eq!(verdict(&named(39), &Subject::default()), Verdict::Closed);
    assert_eq!(verdict(&named(40), &Subject::default()), Verdict::Open);
    assert_eq!(verdict(&named(39), &Subject::default().environment("e0")), Verdict::Open);
    assert_eq!(verdict(&named(39), &Subject::default().environment("e39")), Verdict::Closed);
}

#[test]
fn a_window_of_every_minute_has_no_end() {
    let schedule = Schedule::Cron { cron: "* * * * *".into(), duration: Span::from_minutes(1) };
    let engine =
        Engine::new(Policy::default().windows([Definition::new("freeze", Kind::Deny, schedule)])).unwrap();
    let status =
        engine.status(&Subject::default(), Timestamp::parse("2026-08-05T12:00:30Z").unwrap()).unwrap();
    assert_eq!((status.verdict, status.next_open), (Verdict::Closed, None));
}
