//! The native library of relcore's Swift and Kotlin bindings: mirrors of the core's types, its functions and handles.
//!
//! | file | content |
//! | --- | --- |
//! | `generated.rs` | every type, function and handle, written by `cargo xtask codegen` |
//! | `bench.rs` | the core's own time, for the benches only |
//! | `columns.rs` | how columns are encoded |
//! | `scalars.rs` | how instants, spans, days, versions, counts and reason codes are encoded |
//! | `result.rs` | the results of exported functions |
//! | `error.rs` | the error of exported functions |
//!
//! Every exported function with arguments returns a `Result`: UniFFI ends a Swift process when an argument cannot be
//! decoded and the function does not throw.
#![allow(
    clippy::disallowed_types,
    reason = "UniFFI's maps are hash maps; their order ends when the core's own map is filled"
)]

uniffi::setup_scaffolding!("relcore");

#[cfg(feature = "bench")]
mod bench;
mod columns;
mod error;
mod generated;
mod result;
mod scalars;
