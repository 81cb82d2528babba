//! From the text of a calendar to the properties of its events.
use crate::error::{ErrorKind, Faults, Result, quoted};
use std::collections::BTreeMap;

/// A property: a content line with its parameters.
#[derive(Clone, Debug)]
pub(super) struct Property<'a> {
    /// The number of the line on which it begins.
    pub(super) line: usize,
    /// In capitals.
    pub(super) name: String,
    parameters: Vec<(String, String)>,
    pub(super) value: Text<'a>,
}

/// A text that is copied only where a line was folded.
pub(super) type Text<'a> = std::borrow::Cow<'a, str>;

/// What a calendar has that matters here.
#[derive(Debug, Default)]
pub(super) struct Calendars<'a> {
    /// The properties of each event.
    pub(super) events: Vec<Vec<Property<'a>>>,
    /// The ids of the zones that the text defines, with the IANA names that it gives for them.
    pub(super) zones: BTreeMap<String, String>,
}

impl Property<'_> {
    /// The value of a parameter, without quotes.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// The value with its escapes resolved (RFC 5545, 3.3.11).
    pub(super) fn unescaped(&self) -> String {
        let mut text = String::with_capacity(self.value.len());
        let mut characters = self.value.chars();
        while let Some(c) = characters.next() {
            match c {
                '\\' => match characters.next() {
                    Some('n' | 'N') => text.push('\n'),
                    Some(other) => text.push(other),
                    None => text.push('\\'),
                },
                c => text.push(c),
            }
        }
        text
    }
}

/// Reads the events of all calendars in a text. A text that ends within a calendar is refused: it was cut.
pub(super) fn calendars(text: &str) -> Result<Calendars<'_>> {
    let mut faults = Faults::new();
    let mut found = Calendars::default();
    let mut open: Vec<String> = vec![];
    let (mut any, mut zone) = (false, (None, None));
    for (number, line) in unfolded(text) {
        if line.trim().is_empty() {
            continue;
        }
        let Some(property) = property(number, line) else {
            faults.add(ErrorKind::Syntax, format_args!(""), format_args!("line {number}: is no property"));
            continue;
        };
        let component = property.value.trim().to_ascii_uppercase();
        match (property.name.as_str(), open.last().map(String::as_str)) {
            ("BEGIN", outer) => {
                match (component.as_str(), outer) {
                    ("VCALENDAR", None) => any = true,
                    ("VEVENT", Some("VCALENDAR")) => found.events.push(vec![]),
                    // Its properties are read, and none of them is taken for one of the event before.
                    ("VEVENT", _) => {
                        let text = format_args!("line {number}: an event stands outside of a calendar");
                        faults.add(ErrorKind::Syntax, format_args!(""), text);
                        found.events.push(vec![]);
                    }
                    ("VTIMEZONE", _) => zone = (None, None),
                    _ => {}
                }
                open.push(component);
            }
            ("END", inner) if inner == Some(component.as_str()) => {
                if let ("VTIMEZONE", (Some(id), Some(name))) = (component.as_str(), &zone) {
                    found.zones.entry(String::clone(id)).or_insert_with(|| String::clone(name));
                }
                open.pop();
            }
            ("END", _) => {
                let name = quoted(&component);
                let text = format_args!("line {number}: ends {name}, which is not what is open");
                faults.add(ErrorKind::Syntax, format_args!(""), text);
                open.pop();
            }
            (_, None) => {
                let text = format_args!("line {number}: stands outside of a calendar");
                faults.add(ErrorKind::Syntax, format_args!(""), text);
            }
            (_, Some("VEVENT")) => found.events.last_mut().into_iter().for_each(|event| {
                event.push(property.clone());
            }),
            ("TZID", Some("VTIMEZONE")) => zone.0 = Some(property.unescaped()),
            ("X-LIC-LOCATION", Some("VTIMEZONE")) => zone.1 = Some(property.unescaped()),
            // What recurs by a property of the calendar, alarms, tasks, journals: no events.
            _ => {}
        }
    }
    let missing = if any { "END" } else { "BEGIN" };
    faults.check(
        any && open.is_empty(),
        ErrorKind::Syntax,
        format_args!(""),
        format_args!(
            "has no `{missing}:{}`: expected a whole calendar",
            open.last().map_or("VCALENDAR", |name| name)
        ),
    );
    faults.finish().map(|()| found)
}

/// The lines with those that begin with white space joined to the ones before (RFC 5545, 3.1), with their numbers.
fn unfolded(text: &str) -> Vec<(usize, Text<'_>)> {
    let mut lines: Vec<(usize, Text<'_>)> = vec![];
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (number, line) in (1..).zip(text.split('\n')) {
        let line = line.strip_suffix('\r').unwrap_or(line);
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(more), Some((_, before))) => before.to_mut().push_str(more),
            _ => lines.push((number, Text::Borrowed(line))),
        }
    }
    lines
}

/// `NAME;PARAMETER=value;OTHER="a:b":value`.
fn property(line: usize, text: Text<'_>) -> Option<Property<'_>> {
    let (mut is_quoted, mut parts, mut begin, mut end) = (false, vec![], 0, None);
    for (index, c) in text.char_indices() {
        match c {
            '"' => is_quoted = !is_quoted,
            ';' | ':' if !is_quoted => {
                parts.push(text.get(begin..index)?.to_owned());
                begin = index.saturating_add(1);
                if c == ':' {
                    end = Some(begin);
                    break;
                }
            }
            _ => {}
        }
    }
    let end = end?;
    let mut parts = parts.into_iter();
    let name = parts.next().filter(|name| !name.is_empty())?.trim().to_ascii_uppercase();
    let parameter = |part: String| {
        let (name, value) = part.split_once('=')?;
        Some((name.trim().to_ascii_uppercase(), value.trim_matches('"').to_owned()))
    };
    let parameters = parts.map(parameter).collect::<Option<_>>()?;
    let value = match text {
        Text::Borrowed(text) => Text::Borrowed(text.get(end..)?),
        Text::Owned(text) => Text::Owned(text.get(end..)?.to_owned()),
    };
    Some(Property { line, name, parameters, value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_a_name_parameters_and_a_value() {
        let line = "attendee;CN=\"Ana; Ben: both\";PARTSTAT=ACCEPTED:mailto:ana@example.com";
        let found = property(7, Text::Borrowed(line)).unwrap();
        assert_eq!((found.line, found.name.as_str()), (7, "ATTENDEE"));
        assert_eq!(found.parameter("CN"), Some("Ana; Ben: both"));
        assert_eq!(found.value, "mailto:ana@example.com");
        for line in ["no colon", ":no name", "A;B:no value of the parameter", "A;B=\"open:1"] {
            assert!(property(1, Text::Borrowed(line)).is_none(), "{line}");
        }
    }

    #[test]
    fn folded_lines_are_joined_and_keep_their_number() {
        let lines = unfolded("\u{feff}A:1\r\n  2\r\n\t3\nB:4");
        assert_eq!(lines, [(1, Text::Borrowed("A:1 23")), (4, Text::Borrowed("B:4"))]);
    }

    #[test]
    fn escapes_are_resolved() {
        let found = property(1, Text::Borrowed(r"S:a\, b\; c\\d\ne\")).unwrap();
        assert_eq!(found.unescaped(), "a, b; c\\d\ne\\");
    }
}
