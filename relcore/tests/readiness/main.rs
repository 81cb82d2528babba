//! Laws of readiness over random evidence, histories and rosters, and naive models that try everything.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::arithmetic_side_effects,
    reason = "a test that panics has failed, which is what a test is for"
)]

mod coverage;
mod gates;
mod model;
mod permission;
mod promotion;

use relcore::{Span, Timestamp};

/// Minutes after the first instant.
fn at(minute: i32) -> Timestamp {
    Timestamp::parse("2026-01-01T00:00:00Z").unwrap().plus(Span::from_minutes(minute)).unwrap()
}

fn digest(letter: char) -> String {
    format!("sha256:{}", letter.to_string().repeat(64))
}
