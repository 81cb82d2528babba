//! Comparisons of counts and samples: exact error rates over many looks, and laws on random counts.
#![allow(
    clippy::disallowed_methods,
    clippy::float_cmp,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics has failed, and draws its samples on one platform"
)]

mod comparison;
mod reference_bugs;
mod samples;
mod split;
mod windows;
