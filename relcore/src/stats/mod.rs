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
//! | data | function |
//! | --- | --- |
//! | rare events with exposure: errors of requests | [`compare_counts`] |
//! | the same per window of time, where events come in bursts | [`compare_windows`] |
//! | a share above 10 %, or few trials: orders of sessions | [`compare_shares`] |
//! | values that belong to users, hosts or sessions | [`compare_clusters`] |
//!
//! [`needed_sample`] says how many events, trials or values a comparison needs, and [`power`] what a given number finds.
//! The tests and intervals behind the comparisons have names of their own: [`rate_test`], [`test_shares`],
//! [`sequence_boundary`] and others.
//!
//! Pitfalls:
//!
//! - The share of the exposure must stay the same while the counts grow. When the weight of the canary changes, begin both
//!   counts anew.
//! - Events must be independent. Hosts or users that fail in bursts make the test of totals reject too often; `compare_windows`
//!   and `compare_clusters` do not need it.
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
//! another, such as one measurement a minute of a queue, make their p-values too small; [`compare_gauges`] is for them.
//! [`complete_samples`] says what missing values mean.
//!
//! [`compare_histograms`] compares the histograms of Prometheus, and [`compare_sketches`] quantiles of two [`sketch`]es, which
//! hosts and minutes merge exactly. [`change_points`] finds where the level of a history changed.
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
//! | `rate_ratio_interval`, `RateTestMethod` | the same by approximations that other tools compute | Lancaster 1961; Anscombe 1948; Donner and Zou 2012 |
//! | `sequential` | the same for any number of looks; test of a traffic split | Lindon and Malek 2022 |
//! | `test_shares` | tests of two shares: score at a margin, Fisher, Boschloo, Barnard | Miettinen and Nurminen 1985; Barnard 1947; Boschloo 1970 |
//! | `share_effect` | interval of the difference or ratio of two shares | Miettinen and Nurminen 1985; Newcombe 1998; Walter 1975 |
//! | `share_interval`, `share_sequence` | interval of a share, for one look and for any number | Wilson 1927; Brown, Cai and DasGupta 2001; Howard and Ramdas 2022 |
//! | `sequence_boundary`, `mixture_log_e` | boundaries of sums, for any number of looks | Howard, Ramdas, McAuliffe and Sekhon 2021 |
//! | `group_sequential` | boundaries for planned looks | Lan and DeMets 1983 |
//! | `chi_squared` | test of a table of counts, for one look | Pearson 1900 |
//! | `compare_clusters` | ratio of sums over clusters | Deng, Knoblich and Lu 2018 |
//! | `p_adjust` | adjusted p-values of many tests | Holm 1979, Hochberg 1988, Hommel 1988, Benjamini and Hochberg 1995 |
//! | `fisher` | exact test of two proportions, for one look | Fisher 1935 |
//! | `mann_whitney` | rank test of two samples, exact with ties | Mann and Whitney 1947 |
//! | `location_shift` | shift between two samples with its interval | Hodges and Lehmann 1963 |
//! | `kolmogorov_smirnov` | test for any difference of two samples | Smirnov 1939; Hodges 1958 |
//! | `welch`, `equivalence` | tests of two means | Welch 1947; Schuirmann 1987 |
//! | `mean_difference` | the same from sums, also for any number of looks | Welch 1947; Waudby-Smith and others 2024 |
//! | `relative_lift` | ratio of two means with its interval | delta method; Fieller 1954 |
//! | `compare_samples` | means of two samples, for any number of looks | Waudby-Smith and others 2024 |
//! | `quantile_sequence`, `quantile_difference` | quantiles for any number of looks | Howard and Ramdas 2022 |
//! | `kolmogorov_sequence` | test for any difference of two samples, for any number of looks | Howard and Ramdas 2022 |
//! | `cuped`, `ratio_values` | values a user with less variance, or from ratios | Deng and others 2013, 2018 |
//! | `quantile`, `quantile_interval` | quantiles of a sample with intervals | Hyndman and Fan 1996; inverted sign test |
//! | `compare_gauges` | levels and growth of series that depend on their own past | Bayley and Hammersley 1946; Sen 1968 |
//! | `change_points` | changes of the level of a history | Matteson and James 2014; Welch 1947 |
//! | `sketch` | quantiles within a relative error, merged exactly | Masson, Rim and Lee 2019 |
//! | `control` | control charts of a series | Page 1954; Roberts 1959 |
//! | `beta`, `gamma` | incomplete beta and gamma functions, in logarithms, with inverses | DLMF 8.17, 8.7, 8.9; Loader 2000 |
//!
//! Transcendental functions come from `libm`, so that every platform gives the same bits.
mod adjust;
mod any_look;
mod arguments;
mod beta;
mod boundary;
#[cfg(test)]
mod cases;
mod change_points;
mod chi;
mod clusters;
pub mod code;
mod compare;
mod compare_gauges;
mod compare_histograms;
mod compare_samples;
mod compare_sketches;
mod comparison;
mod conditional;
mod control;
mod covariate;
mod explain;
mod fisher;
mod gamma;
mod gauge;
mod group;
mod histogram;
mod judgement;
mod kolmogorov;
mod lag;
mod mean_difference;
mod means;
mod missing;
mod noise;
mod normal;
mod order;
mod paired;
mod policy;
mod power;
mod quantile;
mod rank;
mod rate;
mod rate_method;
mod rate_ratio_interval;
mod rate_test;
#[cfg(test)]
mod sample_cases;
mod sample_policy;
mod sample_quantile;
mod score;
mod sequential;
mod share;
mod share_test;
mod shares;
mod shift;
#[cfg(test)]
mod simulation;
mod sketch;
mod sort;
mod split;
mod stirling;
mod student;
mod tails;
mod unconditional;
mod untied;
mod windows;

pub use adjust::{
    AdjustPolicy, AdjustedTest, Adjustment, Correction, MetricComparison, MetricTest, adjust, compare_metrics,
};
pub use any_look::{
    KolmogorovSequence, QuantileDifference, kolmogorov_sequence, quantile_difference, quantile_sequence,
};
pub use boundary::{Boundary, mixture_log_e, sequence_boundary};
pub use change_points::{ChangePoint, ChangePointPolicy, change_points};
pub use chi::{ChiSquaredTest, CountRow, chi_squared, split_chi_squared};
pub use clusters::{Cluster, ClusterPolicy, compare_clusters};
pub use compare::compare_counts;
pub use compare_gauges::compare_gauges;
pub use compare_histograms::{HistogramPolicy, compare_histograms};
pub use compare_samples::compare_samples;
pub use compare_sketches::{SketchPolicy, compare_sketches};
pub use comparison::{Comparison, TestResult, Verdict};
pub use covariate::{AdjustedSamples, cuped, ratio_values};
pub use explain::{explain, outcome};
pub use gauge::{GaugePairing, GaugePolicy, GaugeSample};
pub use group::{GroupLook, GroupPolicy, Spending, group_sequential};
pub use histogram::{
    Histogram, HistogramBucket, HistogramIncrease, HistogramQuantile, histogram_increase, histogram_quantile,
};
pub use kolmogorov::{KolmogorovSmirnovTest, kolmogorov_smirnov};
pub use mean_difference::{MeanDifference, MeanPolicy, SampleSums, mean_difference};
pub use means::{EquivalenceTest, Lift, WelchTest, equivalence, relative_lift, welch};
pub use missing::{CompleteSamples, MissingRule, PartialSample, complete_samples};
pub use noise::{Dispersion, dispersion, effective_size};
#[cfg(feature = "yaml")]
pub use policy::policy_from_yaml;
pub use policy::{Counts, Direction, Looks, Policy, default_policy, policy_from_json};
pub use power::{Design, NeededSample, PowerPolicy, Sides, needed_sample, power};
pub use rank::{RankMethod, RankTest, mann_whitney};
pub use rate_method::RateTestMethod;
pub use rate_ratio_interval::{RateIntervalMethod, rate_ratio_interval};
pub use rate_test::{
    PlannedShare, RateHypothesis, RateInterval, RateRatio, RateTest, multinomial_test, rate_interval,
    rate_ratio, rate_test, share_sequence,
};
#[cfg(feature = "yaml")]
pub use sample_policy::sample_policy_from_yaml;
pub use sample_policy::{
    SamplePolicy, SampleScale, ValueLimit, default_sample_policy, sample_policy_from_json,
};
pub use sample_quantile::{QuantileInterval, QuantileMethod, quantile, quantile_interval};
pub use share::{ShareInterval, ShareMethod, Trials, share_interval};
pub use share_test::{
    Effect, EffectMethod, EffectScale, ShareEffect, ShareTest, ShareTestMethod, share_effect, test_shares,
};
pub use shares::{SharePolicy, compare_shares};
pub use shift::{Shift, location_shift};
pub use sketch::{Sketch, SketchBucket, merge_sketches, sketch, sketch_quantile};
pub(crate) use split::mismatch;
pub use split::{
    Arm, ArmShare, SplitCheck, SplitPolicy, SplitVerdict, check_split, explain_split, outcome_of_split,
};

pub use windows::{WindowMethod, WindowPolicy, compare_windows};

pub(crate) use compare::{compare_from, is_beyond, judge_from};
pub(crate) use conditional::{Shares, harm};
pub(crate) use control::{Chart, Process, Step, started};
pub(crate) use normal::two_sided;
pub(crate) use order::median_interval_ranks;
pub(crate) use power::whole;
pub(crate) use quantile::{Position, Rule, select};
pub(crate) use rank::{choose, rank_test};
pub(crate) use rate::{garwood, wilson};
pub(crate) use shift::{hodges_lehmann, percentile};

crate::scalar::texts!(
    Correction,
    Direction,
    EffectMethod,
    EffectScale,
    GaugePairing,
    Looks,
    MissingRule,
    QuantileMethod,
    RankMethod,
    RateIntervalMethod,
    RateTestMethod,
    SampleScale,
    ShareMethod,
    ShareTestMethod,
    Sides,
    Spending,
    SplitVerdict,
    Verdict,
    WindowMethod
);

/// The rows of this module in the function table, sorted by name.
macro_rules! table_rows {
    ($table:ident) => {
        $table! {
            stats {
                policy Policy: default_policy, policy_from_json, policy_from_yaml;
                policy SamplePolicy: default_sample_policy, sample_policy_from_json, sample_policy_from_yaml;

                fn adjust(tests: &[MetricTest], policy: &AdjustPolicy) -> Adjustment;
                fn change_points(values: &[f64], policy: &ChangePointPolicy) -> Vec<ChangePoint>;
                fn check_split(arms: &[Arm], policy: &SplitPolicy) -> SplitCheck;
                fn chi_squared(rows: &[CountRow], yates: bool) -> ChiSquaredTest;
                fn compare_clusters(canary: &[Cluster], baseline: &[Cluster], policy: &ClusterPolicy) -> Comparison;
                fn compare_counts(canary: &Counts, baseline: &Counts, policy: &Policy) -> Comparison;
                fn compare_gauges(canary: &[GaugeSample], baseline: &[GaugeSample], policy: &GaugePolicy) -> Comparison;
                fn compare_histograms(canary: &Histogram, baseline: &Histogram, policy: &HistogramPolicy) -> Comparison;
                fn compare_metrics(metrics: &[MetricComparison], policy: &AdjustPolicy) -> Comparison;
                fn compare_samples(canary: &[f64], baseline: &[f64], policy: &SamplePolicy) -> Comparison;
                fn compare_shares(canary: &Trials, baseline: &Trials, policy: &SharePolicy) -> Comparison;
                fn compare_sketches(canary: &Sketch, baseline: &Sketch, policy: &SketchPolicy) -> Comparison;
                fn compare_windows(canary: &[Counts], baseline: &[Counts], policy: &WindowPolicy) -> Comparison;
                fn complete_samples(
                    canary: &PartialSample,
                    baseline: &PartialSample,
                    missing: &MissingRule,
                ) -> CompleteSamples;
                fn cuped(
                    canary: &[f64],
                    canary_before: &[f64],
                    baseline: &[f64],
                    baseline_before: &[f64],
                ) -> AdjustedSamples;
                fn dispersion(windows: &[Counts]) -> Dispersion;
                fn effective_size(n: crate::scalar::Count, autocorrelation: f64) -> f64;
                fn equivalence(canary: &[f64], baseline: &[f64], low: f64, high: f64) -> EquivalenceTest;
                #[plain]
                fn explain(comparison: &Comparison) -> String;
                #[plain]
                fn explain_split(check: &SplitCheck) -> String;
                fn group_sequential(fractions: &[f64], policy: &GroupPolicy) -> Vec<GroupLook>;
                fn histogram_increase(before: &Histogram, after: &Histogram) -> HistogramIncrease;
                fn histogram_quantile(histogram: &Histogram, p: f64, level: f64) -> HistogramQuantile;
                fn kolmogorov_sequence(canary: &[f64], baseline: &[f64], level: f64) -> KolmogorovSequence;
                fn kolmogorov_smirnov(canary: &[f64], baseline: &[f64]) -> KolmogorovSmirnovTest;
                fn location_shift(canary: &[f64], baseline: &[f64], level: f64) -> Shift;
                fn mann_whitney(canary: &[f64], baseline: &[f64], method: &RankMethod) -> RankTest;
                fn mean_difference(
                    canary: &SampleSums,
                    baseline: &SampleSums,
                    policy: &MeanPolicy,
                ) -> MeanDifference;
                fn merge_sketches(sketches: &[Sketch]) -> Sketch;
                fn mixture_log_e(boundary: &Boundary, s: f64, v: f64) -> f64;
                fn multinomial_test(classes: &[PlannedShare]) -> TestResult;
                fn needed_sample(design: &Design, policy: &PowerPolicy) -> NeededSample;
                #[plain]
                fn outcome(comparison: &Comparison) -> crate::decision::Outcome;
                #[plain]
                fn outcome_of_split(check: &SplitCheck) -> crate::decision::Outcome;
                fn power(design: &Design, total: crate::scalar::Count, policy: &PowerPolicy) -> f64;
                fn quantile(values: &[f64], p: f64, method: &QuantileMethod) -> f64;
                fn quantile_difference(
                    canary: &[f64],
                    baseline: &[f64],
                    p: f64,
                    tuned_for: Count,
                ) -> QuantileDifference;
                fn quantile_interval(values: &[f64], p: f64, level: f64) -> QuantileInterval;
                fn quantile_sequence(values: &[f64], p: f64, level: f64, tuned_for: Count) -> QuantileInterval;
                fn rate_interval(arm: &Counts, level: f64) -> RateInterval;
                fn rate_ratio(canary: &Counts, baseline: &Counts, level: f64, looks: &Looks) -> RateRatio;
                fn rate_ratio_interval(
                    canary: &Counts,
                    baseline: &Counts,
                    level: f64,
                    method: &RateIntervalMethod,
                ) -> RateRatio;
                fn rate_test(canary: &Counts, baseline: &Counts, hypothesis: &RateHypothesis) -> RateTest;
                fn ratio_values(numerators: &[f64], denominators: &[f64]) -> Vec<f64>;
                fn relative_lift(canary: &[f64], baseline: &[f64], level: f64) -> Lift;
                fn sequence_boundary(boundary: &Boundary, v: f64, alpha: f64) -> f64;
                fn share_effect(
                    canary: &Trials, baseline: &Trials, scale: &EffectScale, level: f64, method: &EffectMethod
                ) -> ShareEffect;
                fn share_interval(arm: &Trials, level: f64, method: &ShareMethod) -> ShareInterval;
                fn share_sequence(arm: &Trials, level: f64, tuned_for: f64, tuned_level: f64) -> ShareInterval;
                fn sketch(values: &[f64], accuracy: f64) -> Sketch;
                fn sketch_quantile(sketch: &Sketch, p: f64) -> f64;
                fn split_chi_squared(arms: &[Arm]) -> ChiSquaredTest;
                fn test_shares(
                    canary: &Trials, baseline: &Trials, hypothesis: &Effect, method: &ShareTestMethod
                ) -> ShareTest;
                fn welch(canary: &[f64], baseline: &[f64], level: f64) -> WelchTest;
            }
        }
    };
}
pub(crate) use table_rows;
