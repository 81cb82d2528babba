//! Calendars in the format of RFC 5545 (iCalendar, `.ics`).
//!
//! `text` splits the text into properties, `event` reads those of an event, `rule` finds the days of a recurrence, `expand` makes
//! the occurrences in a range, and `convert` makes windows, holidays and shifts of them.
mod convert;
mod event;
mod expand;
mod rule;
mod text;

pub use convert::{ical_holidays, ical_shifts, ical_windows};
pub use expand::{CalendarEvent, ical_events};
