//! The mathematics under the metrics: quantiles and confidence intervals.
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
