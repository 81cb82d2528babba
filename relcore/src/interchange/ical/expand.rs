//! The occurrences of events in a range.
use super::event::{Event, Length, Moment, Reader};
use super::text::calendars;
use crate::error::{Error, ErrorKind, Faults, Result, quoted};
use crate::time::{NaiveDate, Span, TimeRange, Timestamp, local_date_in, local_second, zone};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// An occurrence of an event of a calendar, read by [`ical_events`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "interchange.CalendarEvent", rename_all = "camelCase", deny_unknown_fields)]
pub struct CalendarEvent {
    /// The `UID`, which all occurrences of an event have; empty where it is missing.
    pub uid: String,
    /// The `SUMMARY`; empty where it is missing.
    pub summary: String,
    /// The first instant.
    pub start: Timestamp,
    /// The first instant after it.
    pub end: Timestamp,
    /// The first day, of an event of whole days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_day: Option<NaiveDate>,
    /// The last day, which is part of it, of an event of whole days. A calendar writes the day after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_day: Option<NaiveDate>,
    /// The addresses of the attendees, or their names.
    pub attendees: Vec<String>,
    /// Whether the event is not certain yet: `STATUS:TENTATIVE`.
    pub tentative: bool,
}

/// More occurrences are refused.
const MOST: usize = 10_000;
/// So many days are looked at for the recurrences of all events: each of them for thousands of years is refused.
const MOST_DAYS: u64 = 10_000_000;

/// Reads the events of a calendar in the format of RFC 5545 (`.ics`) that touch a range: each occurrence of those that recur,
/// in the order of their starts.
///
/// `RRULE` with days, weeks, months and years is expanded, with `RDATE`, `EXDATE` and the occurrences that were moved or
/// cancelled by themselves (`RECURRENCE-ID`). The start of an event is an occurrence, whether its rule has it or not. An event
/// that is cancelled is left out; one that is shown as free (`TRANSP`) is not. What cannot be expanded is refused, so that no
/// event gets lost: rules of hours and shorter, `BYWEEKNO`, `EXRULE`, `RANGE=THISANDFUTURE`.
///
/// A time is in its own zone, by its IANA name or by that which the calendar gives for it (`X-LIC-LOCATION`). A time without a
/// zone and a whole day are in `zone`. A local time that the clock passes twice is its first; one that it skips has the
/// offset from before the gap. An event with an end has the same length each time; one with a `DURATION` of days ends at the
/// same local time. Alarms and tasks are left out.
///
/// ```
/// use relcore::{TimeRange, Timestamp, interchange::ical_events};
/// let text = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Freeze\r\nDTSTART;TZID=Europe/Berlin:20261016T180000\r\n\
///     DURATION:P2D\r\nRRULE:FREQ=WEEKLY;BYDAY=FR;COUNT=4\r\nEXDATE;TZID=Europe/Berlin:20261023T180000\r\nEND:VEVENT\r\n\
///     END:VCALENDAR\r\n";
/// let range = TimeRange {
///     start: Timestamp::parse("2026-10-01T00:00:00Z")?,
///     end: Timestamp::parse("2026-11-01T00:00:00Z")?,
/// };
/// let starts: Vec<String> = ical_events(text, &range, "UTC")?.iter().map(|event| event.start.to_string()).collect();
/// assert_eq!(starts, ["2026-10-16T16:00:00.000Z", "2026-10-30T17:00:00.000Z"]); // summer time ended between them
/// // Pitfall: a page that asks for a password is no calendar without events.
/// assert_eq!(ical_events("<html></html>", &range, "UTC").unwrap_err().code(), "syntax");
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once, with the lines: `syntax` for a text that is no calendar or was cut; `missing_field` for an event without
/// `DTSTART`, and for a `RECURRENCE-ID` without a `UID`; `invalid_value` for `DTSTART:tomorrow` and for what cannot be expanded; `unknown_zone` for
/// `TZID=W. Europe Standard Time`; `unordered` for an end before the start; `duplicate` for two events of one `UID`;
/// `out_of_range` for more than 10,000 occurrences, and for recurrences over more than 10 million days in all.
pub fn ical_events(text: &str, range: &TimeRange, zone: &str) -> Result<Vec<CalendarEvent>> {
    Ok(occurrences(text, range, zone)?.into_iter().map(|(_, event)| event).collect())
}

/// The occurrences with the places of their events in the text.
pub(super) fn occurrences(text: &str, range: &TimeRange, name: &str) -> Result<Vec<(usize, CalendarEvent)>> {
    let mut faults = Faults::new();
    range.check("range", &mut faults);
    let tz = faults.absorb(zone(name, "zone"));
    let found = faults.absorb(calendars(text));
    let (Some(tz), Some(found)) = (tz, found) else {
        return faults.finish().and_then(|()| Err(Error::new(ErrorKind::Syntax, "", "is no calendar")));
    };
    let reader = Reader { calendars: &found, zone: tz };
    let read = |(index, properties): (usize, &Vec<_>)| reader.event(index, properties, &mut faults);
    let events: Vec<Event> = found.events.iter().enumerate().filter_map(read).collect();
    let replaced = replaced(&reader, &events, &mut faults);
    faults.finish()?;
    let mut expansion = Expansion { reader: &reader, range, replaced: &replaced, days: 0, found: vec![] };
    for event in &events {
        expansion.event(event)?;
    }
    let mut found = expansion.found;
    found.sort_by(|a, b| (a.1.start, a.1.end, &a.1.uid).cmp(&(b.1.start, b.1.end, &b.1.uid)));
    Ok(found)
}

/// The occurrences that other events replace, by `UID`. A second event of one `UID` that replaces none is a fault.
fn replaced<'a>(
    reader: &Reader<'_>,
    events: &'a [Event],
    faults: &mut Faults,
) -> BTreeMap<&'a str, BTreeSet<Timestamp>> {
    let (mut replaced, mut seen) = (BTreeMap::<&str, BTreeSet<Timestamp>>::new(), BTreeMap::new());
    for event in events {
        let key = event.replaces.and_then(|moment| reader.instant(moment));
        if let Some(at) = key {
            replaced.entry(&event.uid).or_default().insert(at);
        }
        if let Some(other) = seen.insert((&event.uid, key), event.index).filter(|_| !event.uid.is_empty()) {
            let text = format_args!("{} is that of VEVENT[{other}], too", quoted(&event.uid));
            faults.add(ErrorKind::Duplicate, format_args!("VEVENT[{}].UID", event.index), text);
        }
    }
    replaced
}

struct Expansion<'a> {
    reader: &'a Reader<'a>,
    range: &'a TimeRange,
    replaced: &'a BTreeMap<&'a str, BTreeSet<Timestamp>>,
    days: u64,
    found: Vec<(usize, CalendarEvent)>,
}

impl Expansion<'_> {
    fn event(&mut self, event: &Event) -> Result<()> {
        if event.is_cancelled {
            return Ok(());
        }
        // A period at the start of the event says how long that one lasts.
        let mut starts = event.more.clone();
        starts.push((event.start, None));
        if event.rule.is_some() {
            self.recur(event, &mut starts)?;
        }
        let excepted = Excepted::new(self.reader, event);
        let mut seen = BTreeSet::new();
        for (start, length) in starts {
            let at = self.reader.instant(start).ok_or_else(|| beyond(event))?;
            let is_replaced = event.replaces.is_none()
                && self.replaced.get(event.uid.as_str()).is_some_and(|all| all.contains(&at));
            if !seen.insert(at) || is_replaced || excepted.has(start, at) {
                continue;
            }
            self.add(event, start, at, length.unwrap_or(event.length))?;
        }
        Ok(())
    }

    /// The starts by the rule after the first one, which counts whether the rule has it or not.
    fn recur(&mut self, event: &Event, starts: &mut Vec<(Moment, Option<Length>)>) -> Result<()> {
        let Some(rule) = &event.rule else { return Ok(()) };
        let first = event.start.day;
        let (mut left, mut number) = (rule.count.map(|count| count.saturating_sub(1)), 0_u32);
        let until = event.until.map(|until| (until, self.reader.instant(until)));
        loop {
            let Some(days) = rule.period(first, number) else { return Ok(()) };
            self.days = self.days.saturating_add(rule.days_of_a_period());
            if self.days > MOST_DAYS {
                let text = "the events recur over more than 10 million days up to the end of the range";
                return Err(Error::new(ErrorKind::OutOfRange, "range", text));
            }
            for day in days.into_iter().filter(|day| *day > first) {
                if left == Some(0) {
                    return Ok(());
                }
                let moment = Moment { day, ..event.start };
                let Some(at) = self.reader.instant(moment) else { return Ok(()) };
                let is_over = match until {
                    Some((last, _)) if last.time.is_none() || moment.time.is_none() => day > last.day,
                    Some((_, last)) => last.is_some_and(|last| at > last),
                    None => false,
                };
                if is_over || at >= self.range.end {
                    return Ok(());
                }
                left = left.map(|left| left.saturating_sub(1));
                starts.push((moment, None));
                if starts.len() > MOST.saturating_mul(10) {
                    return Err(many());
                }
            }
            number = number.saturating_add(1);
            // A rule that no day fulfils ends with the range.
            let begins = rule.begin(first, number).and_then(|day| local_second(day, 0, self.reader.zone));
            let apart = Span::from_days(2); // zones are up to 26 hours apart
            if begins.is_none_or(|begins| begins.since(self.range.end) > apart) || left == Some(0) {
                return Ok(());
            }
        }
    }

    fn add(&mut self, event: &Event, start: Moment, at: Timestamp, length: Length) -> Result<()> {
        let beyond = || beyond(event);
        let (end, last_day) = match length {
            Length::Exact(length) => (at.plus(length).map_err(|_| beyond())?, None),
            Length::Nominal { days, more } => {
                let day = start.day.plus_days(days).ok_or_else(beyond)?;
                let end = self.reader.instant(Moment { day, ..start }).ok_or_else(beyond)?;
                let last = day.plus_days(-1).filter(|_| start.time.is_none());
                (end.plus(more).map_err(|_| beyond())?, last)
            }
        };
        // An event of no length touches the range in which it starts.
        let touches = at < self.range.end && (end > self.range.start || at >= self.range.start);
        if !touches {
            return Ok(());
        }
        if self.found.len() >= MOST {
            return Err(many());
        }
        let event_of = CalendarEvent {
            uid: event.uid.clone(),
            summary: event.summary.clone(),
            start: at,
            end,
            first_day: last_day.map(|_| start.day),
            last_day,
            attendees: event.attendees.clone(),
            tentative: event.is_tentative,
        };
        self.found.push((event.index, event_of));
        Ok(())
    }
}

/// The exceptions of an event: the starts that they name, and the days.
struct Excepted {
    starts: BTreeSet<Timestamp>,
    days: BTreeSet<NaiveDate>,
    /// The days of those that name a start: they count for whole days.
    days_of_starts: BTreeSet<NaiveDate>,
}

impl Excepted {
    fn new(reader: &Reader<'_>, event: &Event) -> Self {
        let (timed, days): (Vec<&Moment>, Vec<&Moment>) =
            event.except.iter().partition(|except| except.time.is_some());
        Self {
            starts: timed.iter().filter_map(|except| reader.instant(**except)).collect(),
            days: days.into_iter().map(|except| except.day).collect(),
            days_of_starts: timed.into_iter().map(|except| except.day).collect(),
        }
    }

    fn has(&self, start: Moment, at: Timestamp) -> bool {
        let is_timed = start.time.is_some() && self.starts.contains(&at);
        let is_day = start.time.is_none() && self.days_of_starts.contains(&start.day);
        is_timed || is_day || self.days.contains(&start.day)
    }
}

fn beyond(event: &Event) -> Error {
    let path = format!("VEVENT[{}].DTSTART", event.index);
    Error::new(ErrorKind::OutOfRange, path, "reaches beyond the years 1 to 9999")
}

fn many() -> Error {
    Error::new(ErrorKind::OutOfRange, "range", "has more than 10,000 occurrences: expected a shorter range")
}

/// The local day of an instant.
pub(super) fn day_of(at: Timestamp, name: &str) -> Result<NaiveDate> {
    local_date_in(at, zone(name, "zone")?)
}
