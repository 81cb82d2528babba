//! Rollback: situations of people on call, and laws on random situations.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::float_cmp,
    reason = "a test that panics has failed"
)]

mod at_three;
mod history;
mod laws;
mod model;
mod plan;
