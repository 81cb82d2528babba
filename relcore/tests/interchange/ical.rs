//! Calendars: whatever is read of a range is what is read of its parts.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]
use proptest::prelude::*;
use relcore::interchange::{CalendarEvent, ical_events, ical_holidays, ical_windows};
use relcore::window::{Kind, Subject, Verdict, status};
use relcore::{Span, TimeRange, Timestamp};

fn day(number: i32) -> Timestamp {
    Timestamp::parse("2026-01-01T00:00:00Z").unwrap().plus(Span::from_days(number)).unwrap()
}

/// A rule that recurs, some of them without any day.
fn rule() -> impl Strategy<Value = String> {
    let frequency = prop_oneof![Just("DAILY"), Just("WEEKLY"), Just("MONTHLY"), Just("YEARLY")];
    let part = prop_oneof![
        (1..5_u32).prop_map(|n| format!(";INTERVAL={n}")),
        (1..40_u32).prop_map(|n| format!(";COUNT={n}")),
        (1..13_u32).prop_map(|n| format!(";BYMONTH={n}")),
        prop_oneof![Just("MO"), Just("WE,SU"), Just("TU,TH,SA")].prop_map(|days| format!(";BYDAY={days}")),
        Just(";WKST=SU".to_owned()),
    ];
    let parts = prop::collection::btree_map(0..5_usize, part, 0..4);
    (frequency, parts).prop_map(|(frequency, parts)| {
        let parts: std::collections::BTreeMap<String, String> = parts
            .into_values()
            .map(|part| (part.split('=').next().unwrap_or_default().to_owned(), part))
            .collect();
        format!("FREQ={frequency}{}", parts.into_values().collect::<String>())
    })
}

fn start() -> impl Strategy<Value = String> {
    let days = (2024..2027_u32, 1..13_u32, 1..29_u32).prop_map(|(y, m, d)| format!("{y}{m:02}{d:02}"));
    let hours = prop_oneof![
        Just((String::new(), String::new())),
        (0..24_u32).prop_map(|hour| (String::new(), format!("T{hour:02}3000Z"))),
        (0..24_u32).prop_map(|hour| (";TZID=Europe/Berlin".to_owned(), format!("T{hour:02}3000"))),
    ];
    (days, hours).prop_map(|(day, (zone, hour))| format!("DTSTART{zone}:{day}{hour}"))
}

fn calendar() -> impl Strategy<Value = String> {
    let event = (start(), prop::option::of(rule()), 1..4_u32);
    prop::collection::vec(event, 0..4).prop_map(|events| {
        let event = |(uid, (start, rule, days)): (usize, (String, Option<String>, u32))| {
            let rule = rule.map(|rule| format!("RRULE:{rule}\n")).unwrap_or_default();
            format!("BEGIN:VEVENT\nUID:{uid}\n{start}\nDURATION:P{days}D\n{rule}END:VEVENT\n")
        };
        let events: String = events.into_iter().enumerate().map(event).collect();
        format!("BEGIN:VCALENDAR\n{events}END:VCALENDAR\n")
    })
}

proptest! {
    #[test]
    fn the_parts_of_a_range_have_the_events_of_the_whole(text in calendar(), at in 1..399_i32) {
        let of = |start, end| ical_events(&text, &TimeRange { start: day(start), end: day(end) }, "Europe/Berlin").unwrap();
        let mut parts: Vec<CalendarEvent> = of(0, at);
        let later = of(at, 400);
        prop_assert!(parts.iter().all(|event| event.start < day(at) && event.end > day(0)));
        parts.extend(later.into_iter().filter(|event| event.start >= day(at)));
        prop_assert_eq!(parts, of(0, 400));
    }

    /// A window of a freeze denies exactly while an event lasts.
    #[test]
    fn a_freeze_is_what_the_calendar_says(text in calendar(), minutes in 0..570_000_i32) {
        let range = TimeRange { start: day(0), end: day(400) };
        let now = day(0).plus(Span::from_minutes(minutes)).unwrap();
        let events = ical_events(&text, &range, "Europe/Berlin").unwrap();
        let is_frozen = events.iter().any(|event| event.start <= now && now < event.end);
        let Ok(policy) = ical_windows(&text, &range, "Europe/Berlin", &Kind::Deny) else {
            prop_assert!(events.len() > 100);
            return Ok(());
        };
        let verdict = status(&Subject::default(), &policy, now).unwrap().verdict;
        prop_assert_eq!(verdict, if is_frozen { Verdict::Closed } else { Verdict::Open });
    }

    #[test]
    fn a_text_is_read_or_refused(text in calendar(), cut in 0..400_usize, put in "[A-Z:;=,/0-9 \n\"]{0,4}") {
        let at = (0..=cut.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap();
        let (before, after) = text.split_at(at);
        let edited = format!("{before}{put}{after}");
        let range = TimeRange { start: day(0), end: day(40) };
        let _ = ical_events(&edited, &range, "UTC");
        let _ = ical_holidays(&edited, &range);
        let is_whole = after.trim().is_empty();
        prop_assert!(is_whole || ical_events(before, &range, "UTC").is_err(), "a calendar that was cut");
    }
}

/// Each of a thousand events recurs since the year 1000.
#[test]
fn the_work_is_bounded() {
    let event = |n: u32| {
        format!(
            "BEGIN:VEVENT\nUID:{n}\nDTSTART:10000101\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30\nEND:VEVENT\n"
        )
    };
    let text = format!("BEGIN:VCALENDAR\n{}END:VCALENDAR", (0..1000).map(event).collect::<String>());
    let error = ical_events(&text, &TimeRange { start: day(0), end: day(1) }, "UTC").unwrap_err();
    assert_eq!((error.code(), error.path()), ("out_of_range", "range"));
}

/// A start is not held against each of the exceptions.
#[test]
fn many_exceptions_are_looked_up() {
    let hours: String = (0..50_000)
        .map(|n| format!("EXDATE:{}0101T{:02}{:02}00Z\n", 2100 + n / 1440, n % 1440 / 60, n % 60))
        .collect();
    let text = format!(
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART:19000101T000000Z\n{hours}RRULE:FREQ=DAILY\nEND:VEVENT\nEND:VCALENDAR"
    );
    let started = std::time::Instant::now();
    assert_eq!(ical_events(&text, &TimeRange { start: day(0), end: day(9) }, "UTC").unwrap().len(), 9);
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed()); // not 46,000 starts times 50,000 exceptions
}
