//! Input from other tools: malformed text, Prometheus responses, calendars, configuration, pages and documents with events.
#![allow(clippy::disallowed_methods, reason = "a test asks the clock how long a long document takes")]

mod documents;
mod garbage;
mod ical;
mod prometheus;
mod readers;
mod release_config;
mod series;
