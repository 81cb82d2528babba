//! The clocks of service level agreements against a naive model that looks at every minute.
use super::{at, minutes};
use proptest::prelude::*;
use relcore::incident::{
    Hold, Hours, SeverityAt, SeverityChange, Sla, SlaKind, SlaTarget, SlaVerdict, Ticket, resolution_due,
    sla_state,
};
use relcore::time::{BusinessCalendar, HalfDay};
use relcore::{NaiveDate, Span, Weekday};

/// A day of the first weeks of 2026; the first is a Thursday.
fn day(index: i32) -> NaiveDate {
    NaiveDate::parse("2026-01-01").unwrap().plus_days(index).unwrap()
}

const WEEKDAYS: [Weekday; 5] =
    [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];

fn time(minutes: i32) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

fn calendars() -> impl Strategy<Value = (Vec<(i32, i32)>, BusinessCalendar)> {
    let rows = proptest::collection::vec((0_i32..24, 1_i32..24), 1..3).prop_map(|rows| {
        rows.into_iter().map(|(start, length)| (start * 60, (start + length) * 60)).collect()
    });
    let days = || proptest::collection::vec(0_i32..14, 0..4);
    (rows, days(), days(), proptest::collection::vec((0_i32..14, 0_i32..=1440), 0..2)).prop_map(
        |(rows, holidays, working, half)| {
            let calendar = BusinessCalendar::default()
                .holidays(holidays.into_iter().map(day))
                .working_days(working.into_iter().map(day))
                .half_days(half.into_iter().map(|(index, end)| HalfDay::new(day(index), time(end))));
            (rows, calendar)
        },
    )
}

/// Whether the clock runs in a minute, without the holds.
fn runs(rows: &[(i32, i32)], calendar: &BusinessCalendar, minute: i32) -> bool {
    let today = minute.div_euclid(1440);
    [today - 1, today].into_iter().any(|index| {
        let date = day(index);
        let of_day = minute - index * 1440;
        let last = calendar.half_days.iter().filter(|half| half.date == date).map(|half| {
            let (hour, minute) = half.end.split_once(':').unwrap();
            hour.parse::<i32>().unwrap() * 60 + minute.parse::<i32>().unwrap()
        });
        let last = last.min().unwrap_or(i32::MAX);
        calendar.is_business_day(date)
            && rows.iter().any(|(start, end)| *start <= of_day && of_day < (*end).min(last))
    })
}

proptest! {
    #[test]
    fn the_clock_counts_every_minute_in_which_it_runs(
        (rows, calendar) in calendars(), opened in 0_i32..8000, target in 1_i32..1500, later in 0_i32..9000,
        holds in proptest::collection::vec((0_i32..12000, 0_i32..3000), 0..4), change in proptest::option::of((0_i32..4000, any::<bool>())),
    ) {
        let hours = rows.iter().map(|(start, end)| {
            let end = if *end > 1440 { end - 1440 } else { *end };
            Hours::new(WEEKDAYS, time(*start), time(end))
        });
        let mut sla = Sla::default().hours(hours).calendar(calendar.clone());
        sla.targets.insert("high".to_owned(), SlaTarget::default().resolution(Span::from_minutes(target)));
        sla.targets.insert("low".to_owned(), SlaTarget::default().resolution(Span::from_minutes(target * 3)));
        let mut ticket = Ticket::new(if change.is_some() { "low" } else { "high" }, at(opened));
        ticket.holds = holds.iter().map(|(start, length)| Hold::new(at(*start)).end(at(start + length))).collect();
        let now = opened + later;
        let (mut start, mut wanted) = (opened, target);
        if let Some((after, is_new)) = change {
            ticket.severities.push(SeverityAt::new(at(opened + after), "high"));
            sla.severity_change = if is_new { SeverityChange::Change } else { SeverityChange::Opening };
            if opened + after > now {
                wanted = target * 3;
            } else if is_new {
                start = opened + after;
            }
        }
        let is_held = |minute: i32| holds.iter().any(|(start, length)| *start <= minute && minute < start + length);
        let counts = |minute: i32| runs(&rows, &calendar, minute) && !is_held(minute);
        let due = resolution_due(&ticket, &sla, at(now)).unwrap();
        let counted = (start..now).filter(|minute| counts(*minute)).count();
        prop_assert_eq!(minutes(due.counted), i64::try_from(counted).unwrap());
        let on_hold = (start..now).filter(|minute| runs(&rows, &calendar, *minute) && is_held(*minute)).count();
        prop_assert_eq!(minutes(due.on_hold), i64::try_from(on_hold).unwrap());
        let wall = (start..now).filter(|minute| is_held(*minute)).count();
        prop_assert_eq!(minutes(due.on_hold_wall), i64::try_from(wall).unwrap());
        let last = (start..).filter(|minute| counts(*minute)).nth(usize::try_from(wanted - 1).unwrap()).unwrap();
        prop_assert_eq!(due.due_at, Some(at(last + 1)), "{:?} {:?}", ticket, sla);

        let state = sla_state(&ticket, &SlaKind::Resolution, &sla, at(now)).unwrap();
        prop_assert_eq!(state.verdict == SlaVerdict::Breached, now > last);
        prop_assert_eq!(state.verdict == SlaVerdict::OnHold, now <= last && is_held(now));
    }
}
