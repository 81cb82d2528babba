//! Input from other tools: malformed text, Prometheus responses, calendars, configuration, pages and documents with events.
mod documents;
mod garbage;
mod ical;
mod prometheus;
mod readers;
mod release_config;
mod series;
