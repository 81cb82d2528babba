//! Tests and intervals of rates and of shares with public names: for one look and for any number.
use super::boundary::tightest;
use super::conditional::{self, Shares};
use super::policy::{Counts, Looks};
use super::sequential::{self, Class, Prior};
use super::share::{ShareInterval, Trials};
use super::{RateTestMethod, TestResult, rate, rate_method};
use crate::error::{ErrorKind, Faults, Result};
use crate::input::input;
use crate::scalar::Count;
use crate::stats::arguments::check_level;
use serde::{Deserialize, Serialize};

/// Tests the ratio of two rates against a hypothesis, in both directions.
///
/// For one look it is the exact conditional test (R `poisson.test`, `statsmodels` `exact-cond`), or another `method`. For any number of looks it is
/// the e-process of `compare_counts`; its prior is a beta distribution of the share of the canary in all events.
///
/// ```
/// use relcore::stats::{Counts, Looks, RateHypothesis, rate_test};
/// let (canary, baseline) = (Counts::new(45_u32, 100.0), Counts::new(30_u32, 100.0));
/// let hypothesis = RateHypothesis::default().looks(Looks::One);
/// assert!((rate_test(&canary, &baseline, &hypothesis)?.greater.p - 0.0527).abs() < 1e-4);
/// // Pitfall: a test for one look, repeated at every look, reports harm in 24 % of the canaries that have none.
/// assert!(rate_test(&canary, &baseline, &RateHypothesis::default())?.greater.p > 0.2);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `out_of_range` for an exposure of 0, a ratio of 0, a prior of 0, and `invalid_value` for one prior
/// without the other, and for a `method` with any number of looks.
pub fn rate_test(canary: &Counts, baseline: &Counts, hypothesis: &RateHypothesis) -> Result<RateTest> {
    let mut faults = Faults::new();
    check_exposed(canary, "canary", &mut faults);
    check_exposed(baseline, "baseline", &mut faults);
    hypothesis.check(&mut faults);
    faults.finish()?;
    let (count, other) = (canary.events.as_f64(), baseline.events.as_f64());
    let shares = Shares::of(canary.exposure, baseline.exposure, hypothesis.ratio);
    let prior = match (hypothesis.prior_canary, hypothesis.prior_baseline) {
        (Some(a), Some(b)) => Prior { a, b },
        _ => Prior::at(shares),
    };
    let any = |ln_e: f64| TestResult { p: libm::exp(-ln_e).min(1.0), log_e: Some(ln_e) };
    let (greater, less) = match hypothesis.looks {
        Looks::Any => (
            any(sequential::ln_harm(count, other, shares, prior)),
            any(sequential::ln_safe(count, other, shares, prior)),
        ),
        Looks::One => {
            let [greater, less] = rate_method::tests(count, other, shares, hypothesis.method);
            (greater, less)
        }
    };
    let z = rate_method::statistic(count, other, shares, hypothesis.method);
    Ok(RateTest { share: shares.canary, greater, less, z })
}

/// The ratio of two rates with its confidence interval, or its confidence sequence for any number of looks.
///
/// ```
/// use relcore::stats::{Counts, Looks, rate_ratio};
/// let (canary, baseline) = (Counts::new(45_u32, 100.0), Counts::new(30_u32, 100.0));
/// let exact = rate_ratio(&canary, &baseline, 0.95, &Looks::One)?;
/// assert!((exact.low - 0.924).abs() < 1e-3 && exact.high.is_some_and(|high| (high - 2.466).abs() < 1e-3));
/// // Pitfall: an interval that covers the ratio at every look is wider.
/// assert!(rate_ratio(&canary, &baseline, 0.95, &Looks::Any)?.low < exact.low);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `out_of_range` for an exposure of 0 and a level of 95.
pub fn rate_ratio(canary: &Counts, baseline: &Counts, level: f64, looks: &Looks) -> Result<RateRatio> {
    let mut faults = Faults::new();
    check_exposed(canary, "canary", &mut faults);
    check_exposed(baseline, "baseline", &mut faults);
    check_level(level, &mut faults);
    faults.finish()?;
    let (count, other) = (canary.events.as_f64(), baseline.events.as_f64());
    let interval = match looks {
        Looks::Any => sequential::ratio_interval,
        Looks::One => conditional::ratio_interval,
    };
    let (low, high) = interval(count, other, canary.exposure, baseline.exposure, level);
    let ratio = (other > 0.0).then(|| count / other * (baseline.exposure / canary.exposure));
    Ok(RateRatio { ratio, low, high: Some(high).filter(|high| high.is_finite()) })
}

/// A rate with its exact confidence interval, for one look (F. Garwood 1936).
///
/// ```
/// use relcore::stats::{Counts, rate_interval};
/// let interval = rate_interval(&Counts::new(7_u32, 24.0), 0.95)?; // 7 incidents in 24 weeks
/// assert!((interval.low - 0.117).abs() < 1e-3 && (interval.high - 0.601).abs() < 1e-3);
/// // Pitfall: no event does not mean a rate of 0.
/// assert!(rate_interval(&Counts::new(0_u32, 10.0), 0.95)?.high > 0.36);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `out_of_range` for an exposure of 0 and a level of 95.
pub fn rate_interval(arm: &Counts, level: f64) -> Result<RateInterval> {
    let mut faults = Faults::new();
    check_exposed(arm, "arm", &mut faults);
    check_level(level, &mut faults);
    faults.finish()?;
    let (low, high) = rate::garwood(arm.events.as_f64(), level);
    let per = |events: f64| events / arm.exposure;
    Ok(RateInterval { rate: per(arm.events.as_f64()), low: per(low), high: per(high) })
}

/// A share with its confidence sequence: the interval covers the share at all looks together.
///
/// It inverts the beta-binomial mixture (Howard and Ramdas 2022; `confseq` `bernoulli_confidence_interval`), which is
/// tightest at `tuned_for` trials and the level `tuned_level`.
///
/// ```
/// use relcore::stats::{Trials, share_sequence};
/// let interval = share_sequence(&Trials::new(12_u32, 100_u32), 0.95, 100.0, 0.95)?;
/// assert!((interval.low - 0.042).abs() < 1e-3 && (interval.high - 0.238).abs() < 1e-3);
/// // Pitfall: tuned for a million trials, it says little after a hundred.
/// assert!(share_sequence(&Trials::new(12_u32, 100_u32), 0.95, 1e6, 0.95)?.high > 0.3);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `out_of_range` for more events than trials, no trial, a level of 95 and a `tunedFor` of 0.
pub fn share_sequence(arm: &Trials, level: f64, tuned_for: f64, tuned_level: f64) -> Result<ShareInterval> {
    let mut faults = Faults::new();
    arm.check_some("arm", &mut faults);
    check_level(level, &mut faults);
    faults.check(
        (1.0..=1e15).contains(&tuned_for),
        ErrorKind::OutOfRange,
        format_args!("tunedFor"),
        format_args!("`{tuned_for}` is out of range: expected 1 to 1e15 trials"),
    );
    faults.check(
        (0.01..=1.0 - 1e-9).contains(&tuned_level),
        ErrorKind::OutOfRange,
        format_args!("tunedLevel"),
        format_args!("`{tuned_level}` is out of range: expected a share like 0.95, below 1"),
    );
    faults.finish()?;
    let (count, others) = (arm.x(), arm.n() - arm.x());
    // The prior has its mean at the hypothesis; its weight does not depend on it.
    let weight = (tightest(tuned_for, 1.0 - tuned_level) - 1.0).max(1e-3);
    let threshold = -libm::log1p(-level);
    let low = low_share(count, others, weight, threshold);
    let high = low_share(others, count, weight, threshold).map(|share| 1.0 - share);
    Ok(ShareInterval { share: arm.share(), low: low.unwrap_or(0.0), high: high.unwrap_or(1.0) })
}

/// The least share that is not rejected; `None` without events.
fn low_share(count: f64, others: f64, weight: f64, threshold: f64) -> Option<f64> {
    if count <= 0.0 {
        return None;
    }
    let is_rejected = |share: f64| {
        let shares = Shares { canary: share, baseline: 1.0 - share };
        sequential::ln_two_sided(count, others, shares, Prior::weighted(shares, weight)) > threshold
    };
    let (mut low, mut high) = (0.0, count / (count + others));
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high || middle < 1e-15 {
            break;
        }
        if is_rejected(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    Some(low)
}

/// Tests whether counts fall into classes with planned shares, at any number of looks: the Dirichlet-multinomial e-process.
///
/// `check_split` decides by the same test; this is the test alone, with a prior weight for each class.
///
/// ```
/// use relcore::stats::{PlannedShare, multinomial_test};
/// let classes = [PlannedShare::new(45_u32, 0.5, 100.0), PlannedShare::new(30_u32, 0.5, 100.0)];
/// assert!((multinomial_test(&classes)?.p - 0.778).abs() < 1e-3);
/// // Pitfall: shares are no percentages.
/// assert!(multinomial_test(&[PlannedShare::new(1_u32, 50.0, 1.0), PlannedShare::new(1_u32, 50.0, 1.0)]).is_err());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `out_of_range` for fewer than 2 classes or more than 1000, a share or a prior of 0; `invalid_value`
/// for shares that do not add up to 1.
pub fn multinomial_test(classes: &[PlannedShare]) -> Result<TestResult> {
    let mut faults = Faults::new();
    faults.check(
        (2..=1000).contains(&classes.len()),
        ErrorKind::OutOfRange,
        format_args!("classes"),
        format_args!("has {} classes: expected 2 to 1000", classes.len()),
    );
    let mut total = 0.0;
    for (index, class) in classes.iter().enumerate() {
        class.check(index, &mut faults);
        total += class.share;
    }
    faults.check(
        (total - 1.0).abs() <= 1e-9 || classes.is_empty(),
        ErrorKind::InvalidValue,
        format_args!("classes"),
        format_args!("has shares that add up to {total}: expected 1"),
    );
    faults.finish()?;
    let classes: Vec<Class> = classes
        .iter()
        .map(|class| Class { count: class.count.as_f64(), share: class.share, prior: class.prior })
        .collect();
    let log_e = sequential::ln_multinomial(&classes);
    Ok(TestResult { p: libm::exp(-log_e).min(1.0), log_e: Some(log_e) })
}

pub(super) fn check_exposed(arm: &Counts, path: &str, faults: &mut Faults) {
    arm.check(path, faults);
    faults.check(
        arm.exposure != 0.0,
        ErrorKind::OutOfRange,
        format_args!("{path}.exposure"),
        format_args!("`0` is out of range: a rate needs exposure"),
    );
}

input! {
    /// A hypothesis about the ratio of two rates.
    ///
    /// ```
    /// use relcore::stats::RateHypothesis;
    /// assert_eq!(RateHypothesis::default().ratio(1.25).ratio, 1.25);
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "stats.RateHypothesis", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct RateHypothesis {
        /// The rate of the canary, divided by that of the baseline. Default 1.
        pub ratio: f64,
        /// How often the counts are looked at. Default `any`.
        pub looks: Looks,
        /// The weight of the prior on the canary, in events; only for any number of looks. Default: 10 events in all, split as
        /// the hypothesis says.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub prior_canary: Option<f64>,
        /// The weight of the prior on the baseline, in events.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub prior_baseline: Option<f64>,
        /// The test for one look. Default `exact`.
        #[serde(skip_serializing_if = "crate::wire::is_default")]
        #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "crate::wire::never"))]
        pub method: RateTestMethod,
    }
}

impl Default for RateHypothesis {
    fn default() -> Self {
        Self {
            ratio: 1.0,
            looks: Looks::Any,
            prior_canary: None,
            prior_baseline: None,
            method: RateTestMethod::Exact,
        }
    }
}

impl RateHypothesis {
    fn check(&self, faults: &mut Faults) {
        let ratio = self.ratio;
        faults.check(
            (1e-6..=1e6).contains(&ratio),
            ErrorKind::OutOfRange,
            format_args!("hypothesis.ratio"),
            format_args!("`{ratio}` is out of range: expected 1e-6 to 1e6"),
        );
        for (name, prior) in [("priorCanary", self.prior_canary), ("priorBaseline", self.prior_baseline)] {
            let weight = prior.unwrap_or(1.0);
            faults.check(
                (1e-6..=1e9).contains(&weight),
                ErrorKind::OutOfRange,
                format_args!("hypothesis.{name}"),
                format_args!("`{weight}` is out of range: expected 1e-6 to 1e9 events"),
            );
        }
        faults.check(
            self.prior_canary.is_some() == self.prior_baseline.is_some(),
            ErrorKind::InvalidValue,
            format_args!("hypothesis.priorBaseline"),
            format_args!("and `priorCanary` belong together: expected both, or neither"),
        );
        faults.check(
            self.looks == Looks::One || self.method == RateTestMethod::Exact,
            ErrorKind::InvalidValue,
            format_args!("hypothesis.method"),
            format_args!("`{}` is a test for one look: expected `looks` of `one`", self.method),
        );
    }
}

/// The tests of the ratio of two rates, made by [`rate_test`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.RateTest", rename_all = "camelCase", deny_unknown_fields)]
pub struct RateTest {
    /// The share of the canary in all events under the hypothesis.
    pub share: f64,
    /// The test against "the ratio is at most that of the hypothesis": small if the canary has a greater rate.
    pub greater: TestResult,
    /// The test against "the ratio is at least that of the hypothesis".
    pub less: TestResult,
    /// The statistic of an approximate test.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub z: Option<f64>,
}

/// The ratio of two rates with its interval, made by [`rate_ratio`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.RateRatio", rename_all = "camelCase", deny_unknown_fields)]
pub struct RateRatio {
    /// The rate of the canary, divided by that of the baseline; absent without events of the baseline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio: Option<f64>,
    /// The lower end.
    pub low: f64,
    /// The upper end; absent without events of the baseline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
}

/// A rate with its interval, made by [`rate_interval`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.RateInterval", rename_all = "camelCase", deny_unknown_fields)]
pub struct RateInterval {
    /// The events, divided by the exposure.
    pub rate: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

input! {
    /// A class of [`multinomial_test`]: what it got, and what it was planned to get.
    ///
    /// ```
    /// use relcore::stats::PlannedShare;
    /// let canary = PlannedShare::new(1205_u32, 0.1, 10.0);
    /// assert_eq!(canary.share, 0.1);
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "stats.PlannedShare", rename_all = "camelCase", deny_unknown_fields)]
    pub struct PlannedShare {
        /// The number of items in the class.
        pub count: Count,
        /// The planned share, between 0 and 1.
        pub share: f64,
        /// The weight in the Dirichlet prior, in items: the planned share times 100 for most purposes.
        pub prior: f64,
    }
}

impl PlannedShare {
    /// A class with its count, its planned share and its prior weight.
    #[must_use]
    pub fn new(count: impl Into<Count>, share: f64, prior: f64) -> Self {
        Self { count: count.into(), share, prior }
    }

    fn check(self, index: usize, faults: &mut Faults) {
        let Self { share, prior, count } = self;
        faults.check(
            (1e-12..=1.0).contains(&share),
            ErrorKind::OutOfRange,
            format_args!("classes[{index}].share"),
            format_args!("`{share}` is out of range: expected above 0, at most 1"),
        );
        faults.check(
            (1e-6..=1e9).contains(&prior),
            ErrorKind::OutOfRange,
            format_args!("classes[{index}].prior"),
            format_args!("`{prior}` is out of range: expected 1e-6 to 1e9"),
        );
        faults.check(
            count.get() <= 1_000_000_000_000,
            ErrorKind::OutOfRange,
            format_args!("classes[{index}].count"),
            format_args!("`{count}` is out of range: expected at most 1e12"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_sequence_of_a_share_mirrors_its_complement_and_is_wider_than_one_look(
            (events, trials) in (1..2000_u32).prop_flat_map(|n| (0..=n, Just(n))), tuned in 10.0..5000.0_f64,
        ) {
            let of = |events: u32| share_sequence(&Trials::new(events, trials), 0.95, tuned, 0.95).unwrap();
            let (one, mirror) = (of(events), of(trials - events));
            prop_assert!((one.low - (1.0 - mirror.high)).abs() < 1e-12);
            prop_assert!(one.low <= one.share && one.share <= one.high);
            // One look at a side may err as often as all looks at both together.
            let exact = rate::clopper_pearson(f64::from(events), f64::from(trials), 0.9);
            prop_assert!(one.low <= exact.0 + 1e-12 && one.high >= exact.1 - 1e-12);
        }
    }

    #[test]
    fn all_faults_are_reported_at_once() {
        let hypothesis = RateHypothesis::default().ratio(0.0).prior_canary(1.0);
        let error = rate_test(&Counts::new(1_u32, 0.0), &Counts::new(1_u32, -1.0), &hypothesis).unwrap_err();
        let paths: Vec<&str> = error.faults().iter().map(|fault| fault.path.as_str()).collect();
        assert_eq!(
            paths,
            ["canary.exposure", "baseline.exposure", "hypothesis.ratio", "hypothesis.priorBaseline"]
        );
    }
}
