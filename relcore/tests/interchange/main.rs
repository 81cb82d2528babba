//! Input from other tools: malformed text and Prometheus responses.
mod garbage;
mod prometheus;
mod release_config;
mod series;
