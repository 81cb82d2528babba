//! The native library under relcore's Swift and Kotlin faces: mirrors of the core's types, and its functions.
//!
//! | file | what |
//! | --- | --- |
//! | `generated.rs` | every type and function, written by `cargo xtask codegen` |
//! | `bench.rs` | the core's own time, for the benches only |
//! | `columns.rs` | the columns door, by hand |
//! | `leaves.rs` | how instants, spans, days, versions and counts cross |
//! | `answer.rs` | what is returned |
//! | `error.rs` | what is thrown |
//!
//! Every exported function returns a `Result`: UniFFI ends a Swift process when an argument cannot be read and the
//! function has no way to say so.
#![allow(
    clippy::disallowed_types,
    reason = "UniFFI's maps are hash maps; their order ends when the core's own map is filled"
)]

uniffi::setup_scaffolding!("relcore");

mod answer;
#[cfg(feature = "bench")]
mod bench;
mod columns;
mod error;
#[rustfmt::skip]
mod generated;
mod leaves;
