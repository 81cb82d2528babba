//! Compares the counts of a canary with those of its baseline: proven worse, proven good enough, or not known yet.
//!
//! [`compare_counts`] takes the events of two arms (failed requests, crashes, orders) with their exposure, and a margin. It
//! returns `failed` if the canary is proven worse, `passed` if it is proven to be worse by less than the margin, and
//! `inconclusive` with the number of events that a verdict needs. The proof stays valid however often the caller looks: the
//! test is an e-process, and its state is the counts.
//!
//! [`adjust`] adjusts the tests of many metrics, and [`compare_metrics`] judges a canary by all of them: it rolls back on any,
//! and promotes on all. [`check_split`] tests whether traffic was split as planned. If it was not, every comparison of its arms is invalid.
//!
//! Pitfalls:
//!
//! - The share of the exposure must stay the same while the counts grow. When the weight of the canary changes, begin both
//!   counts anew.
//! - Events must be independent. Hosts or users that fail in bursts make the test reject too often.
//! - `inconclusive` is not `passed`: a canary without traffic has no errors either.
//! - With `looks: one` the counts are compared once, at an end that was fixed before. Comparing again after each minute
//!   turns 5 % of false alarms into 24 %.
//!
//! [`compare_samples`] compares the values of both arms, such as latencies, as often as the caller looks; [`cuped`] and
//! [`ratio_values`] prepare values of users for it. [`quantile_sequence`], [`quantile_difference`] and
//! [`kolmogorov_sequence`] are single results for any number of looks.
//!
//! [`mann_whitney`], [`location_shift`], [`kolmogorov_smirnov`], [`welch`], [`equivalence`], [`relative_lift`], [`quantile`]
//! and [`quantile_interval`] are for samples: latencies, sizes, amounts. Each is for one look. Values that depend on one
//! another, such as one measurement a minute of a queue, make their p-values too small.
//!
//! # Functions and sources
//!
//! | function | result | source |
//! | --- | --- | --- |
//! | `Position::of`, `select` | quantiles by rank, without a full sort | Hyndman and Fan 1996, types 1 and 7; multiple quickselect |
//! | `wilson` | confidence interval of a proportion | Wilson 1927 |
//! | `garwood` | confidence interval of a Poisson count, and so of a frequency | Garwood 1936 |
//! | `median_interval_ranks` | confidence interval of a median, for any distribution | inverted sign test |
//! | `clopper_pearson` | exact confidence interval of a proportion | Clopper and Pearson 1934 |
//! | `two_sided` | quantile of the normal distribution | AS 241 (Wichura 1988) |
//! | `conditional` | exact test and interval of the ratio of two rates, for one look | Przyborowski and Wilenski 1940 |
//! | `sequential` | the same for any number of looks; test of a traffic split | Lindon and Malek 2022 |
//! | `p_adjust` | adjusted p-values of many tests | Holm 1979, Hochberg 1988, Hommel 1988, Benjamini and Hochberg 1995 |
//! | `fisher` | exact test of two proportions, for one look | Fisher 1935 |
//! | `mann_whitney` | rank test of two samples, exact with ties | Mann and Whitney 1947 |
//! | `location_shift` | shift between two samples with its interval | Hodges and Lehmann 1963 |
//! | `kolmogorov_smirnov` | test for any difference of two samples | Smirnov 1939; Hodges 1958 |
//! | `welch`, `equivalence` | tests of two means | Welch 1947; Schuirmann 1987 |
//! | `relative_lift` | ratio of two means with its interval | delta method; Fieller 1954 |
//! | `compare_samples` | means of two samples, for any number of looks | Waudby-Smith and others 2024 |
//! | `quantile_sequence`, `quantile_difference` | quantiles for any number of looks | Howard and Ramdas 2022 |
//! | `kolmogorov_sequence` | test for any difference of two samples, for any number of looks | Howard and Ramdas 2022 |
//! | `cuped`, `ratio_values` | values a user with less variance, or from ratios | Deng and others 2013, 2018 |
//! | `quantile`, `quantile_interval` | quantiles of a sample with intervals | Hyndman and Fan 1996; inverted sign test |
//! | `beta`, `gamma` | incomplete beta and gamma functions, in logarithms, with inverses | DLMF 8.17, 8.7, 8.9; Loader 2000 |
//!
//! Transcendental functions come from `libm`, so that every platform gives the same bits.
mod adjust;
mod any_look;
mod arguments;
mod beta;
#[cfg(test)]
mod cases;
pub mod code;
mod compare;
mod compare_samples;
mod comparison;
mod conditional;
mod covariate;
mod explain;
#[cfg_attr(not(test), expect(dead_code, reason = "no public function compares shares of small samples yet"))]
mod fisher;
mod gamma;
mod kolmogorov;
mod means;
mod normal;
mod order;
mod policy;
mod quantile;
mod rank;
mod rate;
#[cfg(test)]
mod sample_cases;
mod sample_policy;
mod sample_quantile;
mod sequential;
mod shift;
mod sort;
mod split;
mod stirling;
mod student;
mod tails;

pub use adjust::{
    AdjustPolicy, AdjustedTest, Adjustment, Correction, MetricComparison, MetricTest, adjust, compare_metrics,
};
pub use any_look::{
    KolmogorovSequence, QuantileDifference, kolmogorov_sequence, quantile_difference, quantile_sequence,
};
pub use compare::compare_counts;
pub use compare_samples::compare_samples;
pub use comparison::{Comparison, TestResult, Verdict};
pub use covariate::{AdjustedSamples, cuped, ratio_values};
pub use explain::{explain, outcome};
pub use kolmogorov::{KolmogorovSmirnovTest, kolmogorov_smirnov};
pub use means::{EquivalenceTest, Lift, WelchTest, equivalence, relative_lift, welch};
#[cfg(feature = "yaml")]
pub use policy::policy_from_yaml;
pub use policy::{Counts, Direction, Looks, Policy, default_policy, policy_from_json};
pub use rank::{RankMethod, RankTest, mann_whitney};
#[cfg(feature = "yaml")]
pub use sample_policy::sample_policy_from_yaml;
pub use sample_policy::{
    SamplePolicy, SampleScale, ValueLimit, default_sample_policy, sample_policy_from_json,
};
pub use sample_quantile::{QuantileInterval, QuantileMethod, quantile, quantile_interval};
pub use shift::{Shift, location_shift};
pub use split::{
    Arm, ArmShare, SplitCheck, SplitPolicy, SplitVerdict, check_split, explain_split, outcome_of_split,
};

pub(crate) use conditional::{Shares, harm};
pub(crate) use normal::two_sided;
pub(crate) use order::median_interval_ranks;
pub(crate) use quantile::{Position, Rule, select};
pub(crate) use rank::{choose, rank_test};
pub(crate) use rate::{garwood, wilson};
pub(crate) use shift::{hodges_lehmann, percentile};

crate::scalar::texts!(
    Correction,
    Direction,
    Looks,
    QuantileMethod,
    RankMethod,
    SampleScale,
    SplitVerdict,
    Verdict
);

/// The rows of this module in the function table, sorted by name.
macro_rules! table_rows {
    ($table:ident) => {
        $table! {
            stats {
                policy Policy: default_policy, policy_from_json, policy_from_yaml;
                policy SamplePolicy: default_sample_policy, sample_policy_from_json, sample_policy_from_yaml;

                fn adjust(tests: &[MetricTest], policy: &AdjustPolicy) -> Adjustment;
                fn check_split(arms: &[Arm], policy: &SplitPolicy) -> SplitCheck;
                fn compare_counts(canary: &Counts, baseline: &Counts, policy: &Policy) -> Comparison;
                fn compare_metrics(metrics: &[MetricComparison], policy: &AdjustPolicy) -> Comparison;
                fn compare_samples(canary: &[f64], baseline: &[f64], policy: &SamplePolicy) -> Comparison;
                fn cuped(
                    canary: &[f64],
                    canary_before: &[f64],
                    baseline: &[f64],
                    baseline_before: &[f64],
                ) -> AdjustedSamples;
                fn equivalence(canary: &[f64], baseline: &[f64], low: f64, high: f64) -> EquivalenceTest;
                #[plain]
                fn explain(comparison: &Comparison) -> String;
                #[plain]
                fn explain_split(check: &SplitCheck) -> String;
                fn kolmogorov_sequence(canary: &[f64], baseline: &[f64], level: f64) -> KolmogorovSequence;
                fn kolmogorov_smirnov(canary: &[f64], baseline: &[f64]) -> KolmogorovSmirnovTest;
                fn location_shift(canary: &[f64], baseline: &[f64], level: f64) -> Shift;
                fn mann_whitney(canary: &[f64], baseline: &[f64], method: &RankMethod) -> RankTest;
                #[plain]
                fn outcome(comparison: &Comparison) -> crate::decision::Outcome;
                #[plain]
                fn outcome_of_split(check: &SplitCheck) -> crate::decision::Outcome;
                fn quantile(values: &[f64], p: f64, method: &QuantileMethod) -> f64;
                fn quantile_difference(
                    canary: &[f64],
                    baseline: &[f64],
                    p: f64,
                    tuned_for: Count,
                ) -> QuantileDifference;
                fn quantile_interval(values: &[f64], p: f64, level: f64) -> QuantileInterval;
                fn quantile_sequence(values: &[f64], p: f64, level: f64, tuned_for: Count) -> QuantileInterval;
                fn ratio_values(numerators: &[f64], denominators: &[f64]) -> Vec<f64>;
                fn relative_lift(canary: &[f64], baseline: &[f64], level: f64) -> Lift;
                fn welch(canary: &[f64], baseline: &[f64], level: f64) -> WelchTest;
            }
        }
    };
}
pub(crate) use table_rows;
