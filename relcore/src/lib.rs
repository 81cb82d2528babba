//! Release decisions as pure functions.
//!
//! Give relcore the facts and the time; it answers what to do next and why. The answer is the same, byte for
//! byte, in Rust, Python, Node, Swift and Kotlin. Nothing here does I/O, reads a clock or draws a random number.
//!
//! | room | question |
//! | --- | --- |
//! | [`release`] | what kind of release is this, and what does that kind demand? |
//! | [`canary`] | advance, hold or roll back this canary? |
//! | [`rollback`] | roll back, fix forward, disable the flag, hold or escalate? |
//! | [`metrics`] | how well do we deliver? (DORA) |
//! | [`interchange`] | text of git and Prometheus in, facts out |
//!
//! Under them lie [`time`], [`version`], [`reason`], [`error`], [`digest`] and [`wire`]; [`api`] is the table of
//! public functions from which every other language's face is made.
#![forbid(unsafe_code)]
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::float_cmp,
        reason = "a test that panics has failed, which is what a test is for"
    )
)]

/// The essays: why things are as they are, how relcore differs from other tools, what the codes mean.
#[cfg(any(doc, doctest))]
pub mod essays {
    #[doc = include_str!("../docs/DESIGN.md")]
    pub mod design {}
    #[doc = include_str!("../docs/COMPARE.md")]
    pub mod compare {}
    #[doc = include_str!("../docs/DECISIONS.md")]
    pub mod decisions {}
    #[doc = include_str!("../docs/REASONS.md")]
    pub mod reasons {}
}

pub mod api;
pub mod canary;
pub mod digest;
pub mod error;
pub mod interchange;
pub mod metrics;
pub mod reason;
pub mod release;
pub mod rollback;
mod stats;
pub mod time;
pub mod version;
pub mod wire;

pub use error::{Error, ErrorKind, Fault, Result};
pub use reason::{Evidence, Interval, Reason, ReasonCode, Severity};
pub use time::{NaiveDate, Span, TimeRange, Timestamp, Weekday};
pub use version::Version;
