//! Input from other tools: malformed text, Prometheus responses, pages of events.
mod garbage;
mod prometheus;
mod readers;
mod series;
