//! Events of a calendar as windows, holidays and shifts.
use super::expand::{CalendarEvent, day_of, occurrences};
use crate::error::{Error, ErrorKind, Faults, Result, quoted};
use crate::readiness::{Roster, Shift};
use crate::time::{BusinessCalendar, TimeRange, Timestamp};
use crate::window::{Definition, Kind, Policy, Schedule};
use crate::wire::PolicyText as _;
use std::collections::{BTreeMap, BTreeSet};

/// Reads the events of a calendar that touch a range as windows of one kind: freezes, or the times in which releases may start.
///
/// A window is named by the summary and the day of its event. An event of no length has no window.
///
/// ```
/// use relcore::{TimeRange, Timestamp, interchange::ical_windows, window::{Kind, Subject, Verdict, status}};
/// let text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Holiday freeze\nDTSTART;VALUE=DATE:20261221\n\
///     DTEND;VALUE=DATE:20270102\nEND:VEVENT\nEND:VCALENDAR";
/// let at = |text| Timestamp::parse(text);
/// let range = TimeRange { start: at("2026-12-01T00:00:00Z")?, end: at("2027-02-01T00:00:00Z")? };
/// let policy = ical_windows(text, &range, "Europe/Berlin", &Kind::Deny)?;
/// assert_eq!(policy.windows[0].name, "Holiday freeze, 2026-12-21");
/// let verdict = |now| status(&Subject::default(), &policy, now).map(|status| status.verdict);
/// assert_eq!(verdict(at("2027-01-01T22:59:59Z")?)?, Verdict::Closed);
/// assert_eq!(verdict(at("2027-01-01T23:00:00Z")?)?, Verdict::Open); // the day of `DTEND` is not frozen
/// // Pitfall: nothing is known of the time after the range. Read the calendar again before its end.
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`ical_events`](super::ical_events); `out_of_range` for more windows than a policy has.
pub fn ical_windows(text: &str, range: &TimeRange, zone: &str, kind: &Kind) -> Result<Policy> {
    let mut windows = vec![];
    let mut names: BTreeMap<String, u32> = BTreeMap::new();
    for (_, event) in occurrences(text, range, zone)? {
        if event.start == event.end {
            continue;
        }
        let schedule = match event.first_day.zip(event.last_day) {
            Some((first, last)) => Schedule::Dates { first, last },
            None => Schedule::Once { start: event.start, end: event.end },
        };
        let name = format!("{}, {}", title(&event), day_of(event.start, zone)?);
        let n = names.entry(name.clone()).or_default();
        *n = n.saturating_add(1);
        let name = if *n > 1 { format!("{name} ({n})") } else { name };
        windows.push(Definition::new(name, *kind, schedule).zone(zone));
    }
    let policy = Policy::default().windows(windows);
    let mut faults = Faults::new();
    policy.check("", &mut faults); // how many there may be
    faults.finish().map(|()| policy)
}

/// More days are refused, also those that several events have.
const MOST_HOLIDAYS: u32 = 100_000;

/// Reads the holidays of a calendar in a range: its events of whole days. The weekend is Saturday and Sunday.
///
/// ```
/// use relcore::{TimeRange, Timestamp, interchange::ical_holidays};
/// let text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Christmas\nDTSTART;VALUE=DATE:20201225\nRRULE:FREQ=YEARLY\n\
///     END:VEVENT\nEND:VCALENDAR";
/// let at = |text| Timestamp::parse(text);
/// let range = TimeRange { start: at("2026-01-01T00:00:00Z")?, end: at("2028-01-01T00:00:00Z")? };
/// let calendar = ical_holidays(text, &range)?;
/// let days: Vec<String> = calendar.holidays.iter().map(ToString::to_string).collect();
/// assert_eq!(days, ["2026-12-25", "2027-12-25"]);
/// // Pitfall: a day after the range is no holiday, whatever the calendar says.
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`ical_events`](super::ical_events), also for more than 100,000 holidays; `wrong_type` for an event with a time of day.
pub fn ical_holidays(text: &str, range: &TimeRange) -> Result<BusinessCalendar> {
    let mut faults = Faults::new();
    let (mut holidays, mut left) = (BTreeSet::new(), MOST_HOLIDAYS);
    for (index, event) in occurrences(text, range, "UTC")? {
        let Some((first, last)) = event.first_day.zip(event.last_day) else {
            let text = format_args!("{} has a time of day: expected whole days", quoted(title(&event)));
            faults.add(ErrorKind::WrongType, format_args!("VEVENT[{index}].DTSTART"), text);
            continue;
        };
        let last_instant = Timestamp::from_millis(range.end.as_millis().saturating_sub(1))?;
        let (from, to) = (day_of(range.start, "UTC")?, day_of(last_instant.max(range.start), "UTC")?);
        let mut day = Some(first.max(from));
        while let Some(own) = day.filter(|day| *day <= last.min(to)) {
            holidays.insert(own);
            left = left.checked_sub(1).ok_or_else(|| {
                let text = format!("has more than {MOST_HOLIDAYS} holidays: expected a shorter range");
                Error::new(ErrorKind::OutOfRange, "range", text)
            })?;
            day = own.plus_days(1);
        }
    }
    faults.finish()?;
    Ok(BusinessCalendar::default().holidays(holidays))
}

/// Reads the shifts of a role from the calendar that an on-call tool exports: the person is the first attendee, or the summary.
///
/// ```
/// use relcore::{TimeRange, Timestamp, interchange::ical_shifts};
/// let text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:On call\nATTENDEE:mailto:ana@example.com\nDTSTART:20261123T080000Z\n\
///     DTEND:20261130T080000Z\nEND:VEVENT\nEND:VCALENDAR";
/// let at = |text| Timestamp::parse(text);
/// let range = TimeRange { start: at("2026-11-24T00:00:00Z")?, end: at("2026-11-25T00:00:00Z")? };
/// let roster = ical_shifts(text, &range, "UTC", "primary")?;
/// assert_eq!((roster.shifts[0].person.as_str(), roster.shifts[0].role.as_str()), ("ana@example.com", "primary"));
/// // Pitfall: a shift is read whole, also what lies outside of the range.
/// assert_eq!(roster.shifts[0].end, at("2026-11-30T08:00:00Z")?);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`ical_events`](super::ical_events); `missing_field` for an event without an attendee and a summary.
pub fn ical_shifts(text: &str, range: &TimeRange, zone: &str, role: &str) -> Result<Roster> {
    let mut faults = Faults::new();
    let mut shifts = vec![];
    for (index, event) in occurrences(text, range, zone)? {
        let person = event.attendees.first().map_or(event.summary.trim(), |address| address.trim());
        faults.check(
            !person.is_empty(),
            ErrorKind::MissingField,
            format_args!("VEVENT[{index}].ATTENDEE"),
            format_args!("is missing, and so is `SUMMARY`: nobody is named"),
        );
        shifts.push(Shift::new(person, role, event.start, event.end));
    }
    faults.finish()?;
    Ok(Roster::default().shifts(shifts))
}

/// What people call the event.
fn title(event: &CalendarEvent) -> &str {
    let name = event.summary.trim();
    let name = if name.is_empty() { event.uid.trim() } else { name };
    if name.is_empty() { "event" } else { name }
}
