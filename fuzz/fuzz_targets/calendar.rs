//! Calendars in the format of iCalendar: events within the range, windows that answer.
#![no_main]
use libfuzzer_sys::fuzz_target;
use relcore::interchange::{ical_events, ical_holidays, ical_shifts, ical_windows};
use relcore::window::{Engine, Kind};
use relcore::{Span, TimeRange, Timestamp};

fuzz_target!(|text: &str| {
    let start = Timestamp::from_millis(1_795_000_000_000).expect("a year of four digits");
    let range = TimeRange { start, end: start.plus(Span::from_days(400)).expect("the next year") };
    let Ok(events) = ical_events(text, &range, "Europe/Berlin") else {
        assert!(ical_windows(text, &range, "Europe/Berlin", &Kind::Deny).is_err());
        return;
    };
    for event in &events {
        assert!(event.start <= event.end && event.start < range.end && event.end >= range.start);
    }
    if let Ok(policy) = ical_windows(text, &range, "Europe/Berlin", &Kind::Deny) {
        assert!(policy.windows.len() <= events.len());
        Engine::new(policy).expect("a reader refuses what the engine would refuse");
    }
    let _ = (ical_holidays(text, &range), ical_shifts(text, &range, "UTC", "primary"));
});
