//! Comparisons of counts: exact error rates over many looks, and laws on random counts.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod comparison;
mod split;
mod windows;
