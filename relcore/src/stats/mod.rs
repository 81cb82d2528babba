//! The mathematics under the metrics: quantiles and confidence intervals.
//!
//! | function | what | by |
//! | --- | --- | --- |
//! | [`Position::of`], [`select`] | quantiles by rank, without a full sort | Hyndman and Fan 1996 |
//! | [`wilson`] | the interval of a share | Wilson 1927 |
//! | [`garwood`] | the interval of a count, and so of a frequency | Garwood 1936 |
//! | [`median_interval_ranks`] | the interval of a median, whatever the distribution | the sign test |
//!
//! Private on purpose: what it computes is seen in estimates. Transcendental functions come from `libm`, so that
//! every platform gives the same bits.
mod gamma;
mod normal;
mod order;
mod quantile;
mod rate;

pub(crate) use normal::two_sided;
pub(crate) use order::median_interval_ranks;
pub(crate) use quantile::{Position, Rule, select};
pub(crate) use rate::{garwood, wilson};
