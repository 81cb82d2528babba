//! Quantiles and confidence intervals.
//!
//! | function | result | source |
//! | --- | --- | --- |
//! | [`Position::of`], [`select`] | quantiles by rank, without a full sort | Hyndman and Fan 1996, types 1 and 7; multiple quickselect |
//! | [`wilson`] | confidence interval of a proportion | Wilson 1927 |
//! | [`garwood`] | confidence interval of a Poisson count, and so of a frequency | Garwood 1936 |
//! | [`median_interval_ranks`] | confidence interval of a median, for any distribution | inverted sign test |
//! | [`two_sided`] | quantile of the normal distribution | bisection of `erfc` |
//!
//! Transcendental functions come from `libm`, so that every platform gives the same bits.
mod gamma;
mod normal;
mod order;
mod quantile;
mod rate;

pub(crate) use normal::two_sided;
pub(crate) use order::median_interval_ranks;
pub(crate) use quantile::{Position, Rule, select};
pub(crate) use rate::{garwood, wilson};
