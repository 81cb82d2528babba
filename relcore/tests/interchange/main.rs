//! Input from other tools: malformed text, Prometheus responses, and a real git history.
mod garbage;
mod prometheus;
mod ripgrep;
