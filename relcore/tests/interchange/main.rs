//! Input from other tools: malformed text, Prometheus responses, pages and documents with events.
mod documents;
mod garbage;
mod prometheus;
mod readers;
mod series;
