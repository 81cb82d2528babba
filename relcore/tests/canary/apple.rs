//! The days of a phased release against a naive one that lives through every hour.
use proptest::prelude::*;
use relcore::canary::{AppleDay, ApplePause, ApplePhase, Step, apple_day, apple_phased_schedule};
use relcore::{Span, Timestamp};

const HOUR: i64 = 60 * 60 * 1000;
const DAYS: [f64; 7] = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0];

fn hour(hours: i64) -> Timestamp {
    Timestamp::from_millis(1_800_000_000_000 + hours * HOUR).unwrap()
}

fn hours(hours: i64) -> Span {
    Span::from_millis(hours * HOUR).unwrap()
}

/// Whether the release is paused, its active hours and its paused hours. A pause counts while some of the 720 hours are left
/// and the release has not reached everyone.
fn lived(pauses: &[(i64, Option<i64>)], now: i64) -> (bool, i64, i64) {
    let (mut active, mut paused) = (0, 0);
    let pauses_at = |at: i64, active: i64, paused: i64| {
        let is_ordered = pauses.iter().any(|(start, end)| *start <= at && end.is_none_or(|end| at < end));
        is_ordered && paused < 30 * 24 && active < 6 * 24
    };
    for at in 0..now {
        match pauses_at(at, active, paused) {
            true => paused += 1,
            false => active += 1,
        }
    }
    let is_open = pauses.last().is_some_and(|(start, end)| end.is_none() && *start <= now);
    (is_open && pauses_at(now, active, paused), active, paused)
}

/// Pauses one after the other, in hours since the start; the last one may last. And an hour after their beginning.
fn pauses() -> impl Strategy<Value = (Vec<(i64, Option<i64>)>, i64)> {
    let lengths = prop::collection::vec((0..100_i64, 0..500_i64), 0..6);
    (lengths, any::<bool>(), 0..1200_i64).prop_map(|(lengths, lasts, later)| {
        let (mut at, mut pauses) = (0, Vec::new());
        for (gap, length) in lengths {
            pauses.push((at + gap, Some(at + gap + length)));
            at += gap + length;
        }
        if let Some((start, end)) = pauses.last_mut().filter(|_| lasts) {
            *end = None;
            at = *start;
        }
        (pauses, at + later)
    })
}

fn asked(pauses: &[(i64, Option<i64>)], now: i64) -> AppleDay {
    let pauses: Vec<ApplePause> = pauses
        .iter()
        .map(|(start, end)| {
            let pause = ApplePause::new(hour(*start));
            end.map_or(pause, |end| pause.end(hour(end)))
        })
        .collect();
    apple_day(hour(0), &pauses, hour(now)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn the_day_is_that_of_a_release_that_was_watched_every_hour((pauses, now) in pauses()) {
        let (is_paused, active, paused) = lived(&pauses, now);
        let day = asked(&pauses, now);
        let index = (active / 24).min(6);
        prop_assert_eq!(day.day as i64, index + 1);
        prop_assert_eq!(day.percent, DAYS[usize::try_from(index).unwrap()]);
        prop_assert_eq!(day.paused, hours(paused), "{:?}", day);
        prop_assert_eq!(day.pause_left, hours(30 * 24 - paused));
        let phase = match (index == 6, is_paused) {
            (true, _) => ApplePhase::Complete,
            (_, true) => ApplePhase::Paused,
            _ => ApplePhase::Active,
        };
        prop_assert_eq!(day.phase, phase, "{:?}", day);
        // The next day is the first hour at which the day is another one, if nobody does anything until then.
        match day.next_day_at {
            None => prop_assert_eq!(index, 6),
            Some(next) => {
                let next = next.since(hour(0)).as_millis() / HOUR;
                let of = |at: i64| (lived(&pauses, at).1 / 24).min(6);
                prop_assert!(next > now && of(next) == index + 1 && of(next - 1) == index, "{:?}: {}", day, next);
            }
        }
    }

    /// Time alone never takes a day back, and never makes more pauses than there may be.
    #[test]
    fn a_later_look_never_sees_an_earlier_day((pauses, now) in pauses(), later in 1..2000_i64) {
        let (early, late) = (asked(&pauses, now), asked(&pauses, now + later));
        prop_assert!(late.day >= early.day && late.percent >= early.percent && late.paused >= early.paused);
        prop_assert!(late.paused <= Span::from_days(30));
    }
}

/// The schedule for the App Store has the same shares.
#[test]
fn the_schedule_has_the_shares_of_the_days() {
    let weight = |step: &Step| if let Step::SetWeight { weight } = step { Some(*weight) } else { None };
    let weights: Vec<f64> = apple_phased_schedule().steps.iter().filter_map(weight).collect();
    assert_eq!(weights, DAYS);
}
