//! The properties of an event.
use super::rule::Rule;
use super::text::{Calendars, Property};
use crate::error::{ErrorKind, Faults, quoted};
use crate::time::{NaiveDate, Span, Timestamp, local_second, zone};
use chrono_tz::Tz;
use std::fmt::Display;

/// A day, or a second of a day in a zone.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    pub(super) day: NaiveDate,
    /// The second of the day and its zone; absent for a whole day.
    pub(super) time: Option<(u32, Tz)>,
}

/// How long an event lasts.
#[derive(Clone, Copy, Debug)]
pub(super) enum Length {
    /// So many days by the calendar, and a time.
    Nominal { days: i32, more: Span },
    /// As long as the first one.
    Exact(Span),
}

/// A `VEVENT`.
#[derive(Clone, Debug)]
pub(super) struct Event {
    /// Its place among the events of the text.
    pub(super) index: usize,
    pub(super) uid: String,
    pub(super) summary: String,
    pub(super) attendees: Vec<String>,
    pub(super) is_tentative: bool,
    pub(super) is_cancelled: bool,
    pub(super) start: Moment,
    pub(super) length: Length,
    pub(super) rule: Option<Rule>,
    pub(super) until: Option<Moment>,
    /// Further starts, some with a length of their own.
    pub(super) more: Vec<(Moment, Option<Length>)>,
    pub(super) except: Vec<Moment>,
    /// The occurrence of another event of the same `UID` that it replaces.
    pub(super) replaces: Option<Moment>,
}

/// Reads events of a text. A time without a zone, and a whole day, is in `zone`.
pub(super) struct Reader<'a> {
    pub(super) calendars: &'a Calendars<'a>,
    pub(super) zone: Tz,
}

/// The properties of an event with the faults that are found in them.
struct Source<'a> {
    index: usize,
    properties: &'a [Property<'a>],
    faults: Faults,
}

impl<'a> Source<'a> {
    fn all(&self, name: &'static str) -> impl Iterator<Item = &'a Property<'a>> + use<'a> {
        self.properties.iter().filter(move |property| property.name == name)
    }

    fn first(&self, name: &'static str) -> Option<&'a Property<'a>> {
        self.all(name).next()
    }

    fn text(&self, name: &'static str) -> String {
        self.first(name).map(Property::unescaped).unwrap_or_default()
    }

    fn fault(&mut self, property: &Property<'_>, kind: ErrorKind, text: impl Display) {
        let path = format_args!("VEVENT[{}].{}", self.index, property.name);
        self.faults.add(kind, path, format_args!("line {}: {text}", property.line));
    }

    /// What occurs twice, and what cannot be expanded.
    fn check(&mut self) {
        for name in ["UID", "DTSTART", "DTEND", "DURATION", "RRULE", "RECURRENCE-ID", "STATUS"] {
            if let Some(second) = self.all(name).nth(1) {
                self.fault(second, ErrorKind::Duplicate, "is there twice");
            }
        }
        if let Some(found) = self.first("EXRULE") {
            self.fault(found, ErrorKind::InvalidValue, "cannot be expanded");
        }
        if let Some(found) = self.first("RECURRENCE-ID").filter(|found| found.parameter("RANGE").is_some()) {
            self.fault(found, ErrorKind::InvalidValue, "`RANGE` cannot be expanded");
        }
        if self.first("RECURRENCE-ID").is_some() && self.text("UID").is_empty() {
            let path = format_args!("VEVENT[{}].UID", self.index);
            self.faults.add(
                ErrorKind::MissingField,
                path,
                format_args!("is missing: which event is replaced?"),
            );
        }
        if self.first("DTSTART").is_none() {
            let path = format_args!("VEVENT[{}].DTSTART", self.index);
            self.faults.add(ErrorKind::MissingField, path, format_args!("is missing"));
        }
    }
}

impl Reader<'_> {
    /// Reads an event; `None` if it has faults.
    pub(super) fn event(
        &self,
        index: usize,
        properties: &[Property<'_>],
        faults: &mut Faults,
    ) -> Option<Event> {
        let mut source = Source { index, properties, faults: Faults::new() };
        let event = self.read(&mut source);
        let found = source.faults.finish();
        let is_whole = found.is_ok();
        faults.absorb(found);
        event.filter(|_| is_whole)
    }

    fn read(&self, source: &mut Source<'_>) -> Option<Event> {
        source.check();
        let of = |name, source: &mut Source<'_>| {
            let property = source.first(name)?;
            self.moment(source, property, &property.value)
        };
        let (start, end) = (of("DTSTART", source), of("DTEND", source));
        let replaces = of("RECURRENCE-ID", source);
        let mut except = vec![];
        for property in source.all("EXDATE") {
            except.extend(property.value.split(',').filter_map(|text| self.moment(source, property, text)));
        }
        let mut more = vec![];
        for property in source.all("RDATE") {
            more.extend(property.value.split(',').filter_map(|text| self.period(source, property, text)));
        }
        // A day among times, or the reverse, is no start of this event.
        for name in ["RDATE", "RECURRENCE-ID"] {
            for property in source.all(name) {
                let texts = property.value.split([',', '/']);
                let mut moments = texts.filter_map(|text| local(text.trim(), Tz::UTC));
                let is_other = |start: Moment| moments.any(|one| one.time.is_some() != start.time.is_some());
                if start.is_some_and(is_other) {
                    let text = "is a day where the start is a time, or the reverse";
                    source.fault(property, ErrorKind::InvalidValue, text);
                }
            }
        }
        let (rule, until) = start.map(|start| self.rule(source, start)).unwrap_or_default();
        let length = start.and_then(|start| self.length(source, start, end));
        let status = source.text("STATUS").to_ascii_uppercase();
        Some(Event {
            index: source.index,
            uid: source.text("UID"),
            summary: source.text("SUMMARY"),
            attendees: source.all("ATTENDEE").map(attendee).collect(),
            is_tentative: status == "TENTATIVE",
            is_cancelled: status == "CANCELLED",
            start: start?,
            length: length?,
            rule,
            until,
            more,
            except,
            replaces,
        })
    }

    /// The rule, and its last moment.
    fn rule(&self, source: &mut Source<'_>, start: Moment) -> (Option<Rule>, Option<Moment>) {
        let Some(property) = source.first("RRULE") else { return (None, None) };
        let rule = match Rule::parse(&property.value) {
            Ok(rule) => rule,
            Err(text) => {
                source.fault(property, ErrorKind::InvalidValue, text);
                return (None, None);
            }
        };
        let zone = start.time.map_or(self.zone, |(_, zone)| zone);
        let until = rule.until.as_ref().and_then(|text| {
            let until = local(text, zone);
            if until.is_none() {
                source.fault(
                    property,
                    ErrorKind::InvalidValue,
                    format_args!("`UNTIL={text}` is no day and no time"),
                );
            }
            until
        });
        (Some(rule), until)
    }

    fn length(&self, source: &mut Source<'_>, start: Moment, end: Option<Moment>) -> Option<Length> {
        let (length, property) = match (end, source.first("DTEND"), source.first("DURATION")) {
            (_, Some(_), Some(property)) => {
                source.fault(property, ErrorKind::Duplicate, "there is `DTEND`, too");
                return None;
            }
            (Some(end), Some(property), None) => match (start.time, end.time) {
                (None, None) => {
                    let days = i32::try_from(start.day.days_until(end.day)).unwrap_or(i32::MAX);
                    (Length::Nominal { days, more: Span::ZERO }, property)
                }
                (Some(_), Some(_)) => {
                    (Length::Exact(self.instant(end)?.since(self.instant(start)?)), property)
                }
                _ => {
                    let text = "is a day where the start is a time, or the reverse";
                    source.fault(property, ErrorKind::InvalidValue, text);
                    return None;
                }
            },
            (None, Some(_), None) => return None, // a fault already
            (_, None, Some(property)) => match duration(&property.value) {
                Some(length) => (length, property),
                None => {
                    let text = format!("{} is no duration", quoted(&property.value));
                    source.fault(property, ErrorKind::InvalidValue, text);
                    return None;
                }
            },
            (_, None, None) => {
                return Some(Length::Nominal { days: i32::from(start.time.is_none()), more: Span::ZERO });
            }
        };
        let is_wrong = match length {
            Length::Nominal { days, more } if start.time.is_none() => days <= 0 || more != Span::ZERO,
            Length::Nominal { .. } => false,
            Length::Exact(length) => length.is_negative(),
        };
        if is_wrong {
            source.fault(property, ErrorKind::Unordered, "is not after the start, or no whole days");
        }
        Some(length)
    }

    /// A start, or a start with an end or a duration.
    fn period(
        &self,
        source: &mut Source<'_>,
        property: &Property<'_>,
        text: &str,
    ) -> Option<(Moment, Option<Length>)> {
        let Some((begin, rest)) = text.split_once('/') else {
            return self.moment(source, property, text).map(|begin| (begin, None));
        };
        let begin = self.moment(source, property, begin)?;
        if let Some(length) = duration(rest) {
            return Some((begin, Some(length)));
        }
        let end = self.moment(source, property, rest)?;
        let length = self.instant(end)?.since(self.instant(begin)?);
        if length.is_negative() {
            source.fault(
                property,
                ErrorKind::Unordered,
                format_args!("{} ends before its start", quoted(text)),
            );
        }
        Some((begin, Some(Length::Exact(length))))
    }

    /// The instant of a moment; of a day its first one.
    pub(super) fn instant(&self, moment: Moment) -> Option<Timestamp> {
        let (second, zone) = moment.time.unwrap_or((0, self.zone));
        local_second(moment.day, second, zone)
    }

    fn moment(&self, source: &mut Source<'_>, property: &Property<'_>, text: &str) -> Option<Moment> {
        let id = property.parameter("TZID");
        let Some(zone) = id.map_or(Some(self.zone), |id| self.named(id)) else {
            let text = format!("{} is not in the IANA time zone database", quoted(id.unwrap_or_default()));
            source.fault(property, ErrorKind::UnknownZone, text);
            return None;
        };
        let found = local(text.trim(), zone);
        if found.is_none_or(|found| self.instant(found).is_none()) {
            source.fault(
                property,
                ErrorKind::InvalidValue,
                format_args!("{} is no day and no time", quoted(text)),
            );
        }
        found
    }

    /// The zone of an id: an IANA name, also behind a path, or the one that the text gives for it.
    fn named(&self, id: &str) -> Option<Tz> {
        let of = |name: &str| zone(name, "").ok();
        let given = || self.calendars.zones.get(id).and_then(|name| of(name));
        if id.len() > LONGEST_ZONE {
            return None;
        }
        let parts = || id.match_indices('/').filter_map(|(at, _)| of(id.get(at.saturating_add(1)..)?)).next();
        of(id).or_else(given).or_else(parts)
    }
}

/// No name of a zone is longer, with what stands before it.
const LONGEST_ZONE: usize = 255;

/// The address of an attendee, or the name.
fn attendee(property: &Property<'_>) -> String {
    let value = property.value.trim();
    let is_mail = value.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("mailto:"));
    let address = if is_mail { value.get(7..) } else { None };
    address.or_else(|| property.parameter("CN")).unwrap_or(value).to_owned()
}

/// `20261224`, `20261224T180000` in the zone, or `20261224T170000Z`.
fn local(text: &str, zone: Tz) -> Option<Moment> {
    let (day, time) = text.split_once('T').map_or((text, None), |(day, time)| (day, Some(time)));
    let number = |text: &str, from: usize, to: usize| {
        let part = text.get(from..to).filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()))?;
        part.parse::<u32>().ok()
    };
    if day.len() != 8 {
        return None;
    }
    let day = NaiveDate::new(number(day, 0, 4)?, number(day, 4, 6)?, number(day, 6, 8)?).ok()?;
    let Some(time) = time else { return Some(Moment { day, time: None }) };
    let (time, zone) = time.strip_suffix('Z').map_or((time, zone), |time| (time, Tz::UTC));
    let (hour, minute, second) = (number(time, 0, 2)?, number(time, 2, 4)?, number(time, 4, 6)?);
    let is_time = time.len() == 6 && hour < 24 && minute < 60 && second <= 60; // a leap second counts as the one before
    is_time.then(|| Moment { day, time: Some(((hour * 60 + minute) * 60 + second.min(59), zone)) })
}

/// `P1D`, `P2W`, `PT1H30M` (RFC 5545, 3.3.6).
fn duration(text: &str) -> Option<Length> {
    let text = text.trim();
    let text = text.strip_prefix('+').unwrap_or(text).strip_prefix('P')?;
    let (dates, times) = text.split_once('T').map_or((text, ""), |(dates, times)| (dates, times));
    let mut any = false;
    let mut read = |text: &str, units: &[(char, i64)]| -> Option<i64> {
        let (mut sum, mut digits) = (0_i64, String::new());
        for c in text.chars() {
            if c.is_ascii_digit() {
                digits.push(c);
                continue;
            }
            let (_, unit) = units.iter().find(|(name, _)| *name == c)?;
            sum = sum.checked_add(digits.parse::<i64>().ok()?.checked_mul(*unit)?)?;
            (digits, any) = (String::new(), true);
        }
        digits.is_empty().then_some(sum)
    };
    let days = read(dates, &[('W', 7), ('D', 1)])?;
    let seconds = read(times, &[('H', 3600), ('M', 60), ('S', 1)])?;
    let more = Span::from_millis(seconds.checked_mul(1000)?).ok()?;
    let days = i32::try_from(days).ok().filter(|days| *days <= 36_600)?;
    any.then_some(Length::Nominal { days, more })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_days_and_times() {
        let of = |text: &str| match duration(text) {
            Some(Length::Nominal { days, more }) => Some((days, more.as_millis() / 1000)),
            _ => None,
        };
        assert_eq!(of("P2W"), Some((14, 0)));
        assert_eq!(of("P1DT1H30M5S"), Some((1, 5405)));
        assert_eq!(of("+PT0S"), Some((0, 0)));
        for text in ["", "P", "PT", "1D", "P1H", "P1", "PT1X", "-P1D", "P99999999999999999999D"] {
            assert_eq!(of(text), None, "{text}");
        }
    }

    #[test]
    fn a_moment_is_a_day_or_a_time() {
        let of =
            |text: &str| local(text, Tz::Europe__Berlin).map(|found| (found.day.to_string(), found.time));
        assert_eq!(of("20261224"), Some(("2026-12-24".to_owned(), None)));
        assert_eq!(
            of("20261224T180001"),
            Some(("2026-12-24".to_owned(), Some((64_801, Tz::Europe__Berlin))))
        );
        assert_eq!(of("20261224T235960Z"), Some(("2026-12-24".to_owned(), Some((86_399, Tz::UTC)))));
        for text in [
            "",
            "2026-12-24",
            "20261324",
            "20261224T",
            "20261224T2400",
            "20261224T240000",
            "20261224T1800001",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
