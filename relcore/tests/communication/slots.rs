//! Slots against a naive model that looks at every quarter of an hour.
use proptest::prelude::*;
use relcore::communication::{SlotAudience, announcement_slots};
use relcore::release::Type;
use relcore::time::{BusinessCalendar, HalfDay, local_date};
use relcore::window::{Definition, Kind, Policy, Schedule, Subject, Verdict, status};
use relcore::{NaiveDate, Span, TimeRange, Timestamp};

const ZONES: [&str; 4] = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"];

fn start() -> Timestamp {
    Timestamp::parse("2026-10-23T00:00:00Z").unwrap() // summer time ends in Europe on the 25th, in America on November 1
}

/// Whether an audience reads at an instant. Hours past midnight belong to the day on which they begin, and so does that day's holiday.
fn reads(audience: &SlotAudience, at: Timestamp) -> bool {
    let schedule =
        Schedule::Weekly { days: vec![], start: audience.start.clone(), end: audience.end.clone() };
    let policy =
        Policy::default().windows([Definition::new("hours", Kind::Allow, schedule).zone(&audience.zone)]);
    let is_open = |at| status(&Subject::default(), &policy, at).unwrap().verdict == Verdict::Open;
    // The day on which the hours of this instant began: walked back by quarters of an hour.
    let mut began = at;
    while is_open(began) {
        let date = local_date(began, &audience.zone).unwrap();
        let quarter_before = began.plus(Span::from_minutes(-15)).unwrap();
        if !is_open(quarter_before) {
            return audience.calendar.is_business_day(date);
        }
        began = quarter_before;
    }
    false
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn slots_are_those_of_every_quarter_of_an_hour(
        audiences in proptest::collection::vec((0_usize..4, 0_i32..96, 1_i32..60, proptest::option::of(0_i32..5), 1_u8..4), 1..4),
        is_major in any::<bool>(),
        days in 1_i32..5,
    ) {
        let time = |quarter: i32| format!("{:02}:{:02}", quarter / 4, quarter % 4 * 15);
        let first = NaiveDate::parse("2026-10-23").unwrap();
        let audiences: Vec<SlotAudience> = audiences
            .iter()
            .enumerate()
            .map(|(index, (zone, from, length, holiday, weight))| {
                let holidays = holiday.iter().map(|day| first.plus_days(*day).unwrap());
                SlotAudience::new(format!("audience {index}"), ZONES[*zone])
                    .start(time(*from))
                    .end(time((from + length) % 96))
                    .calendar(BusinessCalendar::default().holidays(holidays))
                    .weight(f64::from(*weight))
            })
            .collect();
        let of = if is_major { Type::FeatureMajor } else { Type::FeatureMinor };
        let range = TimeRange { start: start(), end: start().plus(Span::from_days(days)).unwrap() };
        let slots = announcement_slots(&audiences, &of, &range).unwrap();

        prop_assert!(slots.windows(2).all(|pair| (pair[1].weight, pair[0].start) <= (pair[0].weight, pair[1].start)));
        let mut at = range.start;
        while at < range.end {
            let is_off = |audience: &SlotAudience| {
                !audience.calendar.is_business_day(local_date(at, &audience.zone).unwrap())
            };
            let is_excluded = is_major && audiences.iter().any(is_off);
            let expected: Vec<String> = audiences
                .iter()
                .filter(|audience| !is_excluded && reads(audience, at))
                .map(|audience| audience.name.clone())
                .collect();
            let found: Vec<_> = slots.iter().filter(|slot| slot.start <= at && at < slot.end).collect();
            prop_assert!(found.len() <= 1);
            let reached = found.first().map(|slot| slot.reached.clone()).unwrap_or_default();
            prop_assert_eq!(reached, expected, "{}", at);
            at = at.plus(Span::from_minutes(15)).unwrap();
        }
    }
}

#[test]
fn a_half_day_ends_early() {
    let date = NaiveDate::parse("2026-10-23").unwrap();
    let half = BusinessCalendar::default().half_days([HalfDay::new(date, "12:00")]);
    let range = TimeRange { start: start(), end: start().plus(Span::from_days(1)).unwrap() };
    let slots =
        announcement_slots(&[SlotAudience::new("a", "UTC").calendar(half)], &Type::Lts, &range).unwrap();
    assert_eq!(slots[0].end.to_string(), "2026-10-23T12:00:00.000Z");
}

#[test]
fn one_holiday_closes_the_day_of_a_major_release_for_all() {
    let date = NaiveDate::parse("2026-10-23").unwrap();
    let off = BusinessCalendar::default().holidays([date]);
    let audiences =
        [SlotAudience::new("a", "UTC").weight(1000.0), SlotAudience::new("b", "UTC").calendar(off)];
    let range = TimeRange { start: start(), end: start().plus(Span::from_days(3)).unwrap() };
    assert_eq!(announcement_slots(&audiences, &Type::FeatureMajor, &range).unwrap(), []);
    assert_eq!(announcement_slots(&audiences, &Type::Hotfix, &range).unwrap()[0].reached, ["a"]);
}
