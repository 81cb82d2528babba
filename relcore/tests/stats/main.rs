//! Comparisons of counts and samples: exact error rates over many looks, and laws on random counts.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod comparison;
mod samples;
mod split;
mod windows;
