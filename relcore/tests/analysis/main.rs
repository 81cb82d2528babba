//! Analysis: laws on random measurements and series, and a naive model that counts as Argo Rollouts.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::float_cmp,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a test that panics has failed"
)]

mod alerts;
mod anomalies;
mod boundaries;
mod judge;
mod measurements;
mod objectives;
mod windows;
