//! The delivery metrics: mistakes of other tools, hostile events, laws on random events, and the speed of columns.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::float_cmp,
    reason = "a test that panics has failed"
)]

mod adversarial;
mod field_bugs;
mod laws;
mod links;
mod measure;
mod model;
mod page;
mod security;
mod speed;
