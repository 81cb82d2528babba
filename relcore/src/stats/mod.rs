//! Quantiles, confidence intervals, and tests of two counts.
//!
//! | function | result | source |
//! | --- | --- | --- |
//! | [`Position::of`], [`select`] | quantiles by rank, without a full sort | Hyndman and Fan 1996, types 1 and 7; multiple quickselect |
//! | [`wilson`] | confidence interval of a proportion | Wilson 1927 |
//! | [`garwood`] | confidence interval of a Poisson count, and so of a frequency | Garwood 1936 |
//! | [`median_interval_ranks`] | confidence interval of a median, for any distribution | inverted sign test |
//! | [`rate::clopper_pearson`] | exact confidence interval of a proportion | Clopper and Pearson 1934 |
//! | [`two_sided`] | quantile of the normal distribution | AS 241 (Wichura 1988) |
//! | [`conditional`] | exact test and interval of the ratio of two rates, for one look | Przyborowski and Wilenski 1940 |
//! | [`sequential`] | the same for any number of looks; test of a traffic split | Lindon and Malek 2022 |
//! | [`fisher`] | exact test of two proportions, for one look | Fisher 1935 |
//! | [`beta`], [`gamma`] | incomplete beta and gamma functions, in logarithms, with inverses | DLMF 8.17, 8.7, 8.9; Loader 2000 |
//!
//! Transcendental functions come from `libm`, so that every platform gives the same bits.
mod beta;
#[cfg(test)]
mod cases;
#[cfg_attr(not(test), expect(dead_code, reason = "the comparison of two arms, which calls it, follows"))]
mod conditional;
#[cfg_attr(not(test), expect(dead_code, reason = "the comparison of two arms, which calls it, follows"))]
mod fisher;
mod gamma;
mod normal;
mod order;
mod quantile;
mod rate;
#[cfg_attr(not(test), expect(dead_code, reason = "the comparison of two arms, which calls it, follows"))]
mod sequential;
mod stirling;
mod tails;

pub(crate) use conditional::{Shares, harm};
pub(crate) use normal::two_sided;
pub(crate) use order::median_interval_ranks;
pub(crate) use quantile::{Position, Rule, select};
pub(crate) use rate::{garwood, wilson};
