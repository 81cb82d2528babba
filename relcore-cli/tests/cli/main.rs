//! The command line: through [`relcore_cli::run`] on a system in memory, and as the binary.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test starts programs, reads files and may stop with a panic"
)]

mod binary;
mod conformance;
mod deploy;
mod faults;
mod folder;
mod help;
mod memory;
mod release;
mod repository;
mod repository_changes;
mod results;
mod state;
