//! The canary: known failures of other tools, laws on random rollouts, and an oracle.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::float_cmp,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "a test that panics has failed"
)]
#![allow(
    unreachable_patterns,
    reason = "the model refuses variants that it lacks; a build with the mirrors of UniFFI rules them out"
)]

mod apple;
mod compare;
mod deadline;
mod edits;
mod holes;
mod laws;
mod limits;
mod model;
mod oracle;
mod oracle_model;
