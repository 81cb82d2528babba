//! Input from other tools: malformed text, Prometheus responses and calendars.
mod garbage;
mod ical;
mod prometheus;
mod release_config;
mod series;
