//! Counts per window of time, which show whether events come in bursts.
use super::code;
use super::compare::compare_counts;
use super::comparison::{Comparison, TestResult, Verdict};
use super::judgement::{Judgement, interval, rates};
use super::noise::Dispersion;
use super::normal;
use super::paired::Means;
use super::policy::{Counts, Direction, Policy};
use super::power::{factor, whole};
use crate::error::{ErrorKind, Faults, Result};
use crate::input::input;
use crate::reason::{Evidence, Reason, ReasonCode, Severity, number};
use crate::scalar::Count;
use crate::wire::PolicyText as _;
use serde::{Deserialize, Serialize};

/// Compares the events of a canary with those of its baseline, given per window of time: it stays valid where events come in
/// bursts.
///
/// Hosts that fail, retries and incidents of one arm make its counts vary more than independent events would. A comparison of
/// the totals then reports harm in half of the canaries that have none. So the method depends on the dispersion φ of each arm
/// ([`dispersion`](crate::stats::dispersion)):
///
/// | windows | method | proves |
/// | --- | --- | --- |
/// | 5 or more, φ at most 1.5 in both arms, the split constant | `totals`: as `compare_counts` | harm, and its absence |
/// | 10 or more otherwise | `differences`: asymptotic confidence sequence of the mean difference per window | harm, and its absence |
/// | fewer, equal exposures | `shares`: bets on the share of the canary in the events of each window | harm |
/// | fewer, other exposures | none | nothing: `inconclusive` |
///
/// The first reason is that of the verdict, the second one says which method was applied and why. Both lists have the same
/// windows in the order of time; a window in which an arm has no exposure is left out. The split is constant if the
/// ratio of the exposures of no window is twice that of another.
///
/// ```
/// use relcore::stats::{Counts, Verdict, WindowPolicy, compare_counts, compare_windows};
/// let canary = [0_u32, 61, 2, 0, 1, 57, 0, 3, 0, 48, 1, 0].map(|events| Counts::new(events, 1000.0));
/// let baseline = [12_u32, 9, 11, 8, 10, 12, 9, 7, 11, 10, 8, 9].map(|events| Counts::new(events, 1000.0));
/// let policy = WindowPolicy::default();
/// // 173 errors against 116, but in three bursts.
/// assert_eq!(compare_windows(&canary, &baseline, &policy)?.verdict, Verdict::Inconclusive);
/// // Pitfall: the totals alone look like proof.
/// let totals = compare_counts(&Counts::new(173_u32, 12e3), &Counts::new(116_u32, 12e3), &policy.counts)?;
/// assert_eq!(totals.verdict, Verdict::Failed);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `invalid_value` for two lists of different lengths, `out_of_range` for a negative exposure, a
/// `dispersionLimit` of 0, `minWindows` of 1 and an `alpha` of 5.
pub fn compare_windows(canary: &[Counts], baseline: &[Counts], policy: &WindowPolicy) -> Result<Comparison> {
    let mut faults = Faults::new();
    for (name, windows) in [("canary", canary), ("baseline", baseline)] {
        for (index, window) in windows.iter().enumerate() {
            window.check(&format!("{name}[{index}]"), &mut faults);
        }
    }
    faults.check(
        canary.len() == baseline.len(),
        ErrorKind::InvalidValue,
        format_args!("baseline"),
        format_args!("has {} windows: expected the {} of the canary", baseline.len(), canary.len()),
    );
    policy.check(&mut faults);
    faults.finish()?;
    let policy_digest = crate::digest::of(policy)?;
    for (name, windows) in [("canary", canary), ("baseline", baseline)] {
        let without = windows.iter().position(|window| window.exposure <= 0.0 && window.events.get() > 0);
        if let Some(index) = without {
            let text =
                format!("window {index} of the {name} has events without exposure: its rate is undefined");
            return Ok(bare(
                Verdict::Invalid,
                code::EVENTS_WITHOUT_EXPOSURE,
                Severity::Error,
                text,
                policy_digest,
            ));
        }
    }
    let pairs: Vec<Pair> = canary
        .iter()
        .zip(baseline)
        .filter(|(canary, baseline)| canary.exposure > 0.0 && baseline.exposure > 0.0)
        .map(|(canary, baseline)| Pair { canary: *canary, baseline: *baseline })
        .collect();
    if pairs.is_empty() {
        let text = "there is no window in which both arms have exposure".to_owned();
        return Ok(bare(Verdict::NoData, code::NO_EXPOSURE, Severity::Warning, text, policy_digest));
    }
    Windows { pairs, policy }.compare(policy_digest)
}

fn bare(verdict: Verdict, code: ReasonCode, severity: Severity, text: String, digest: String) -> Comparison {
    Comparison {
        reasons: vec![Reason::new(code, severity, "windows", text)],
        ..Comparison::empty(verdict, digest)
    }
}

input! {
    /// How counts per window are compared.
    ///
    /// ```
    /// use relcore::stats::{Policy, WindowPolicy};
    /// let policy = WindowPolicy::default().counts(Policy::default().margin_percent(50.0));
    /// assert_eq!(policy.dispersion_limit, 1.5);
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "stats.WindowPolicy", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct WindowPolicy {
        /// When a canary counts as worse, as for `compare_counts`.
        pub counts: Policy,
        /// The method. Default `auto`: by the number of windows and their dispersion.
        pub method: WindowMethod,
        /// The dispersion φ of an arm up to which its events count as independent. Default 1.5.
        pub dispersion_limit: f64,
        /// The number of windows from which their dispersion counts as known. Default 5.
        pub min_dispersion_windows: u32,
        /// The number of windows from which the mean difference counts as normal. Default 10.
        pub min_windows: u32,
        /// The number of windows for which the confidence sequence is tightest. Default 50.
        pub tuned_for_windows: f64,
    }
}

impl Default for WindowPolicy {
    fn default() -> Self {
        Self {
            counts: Policy::default(),
            method: WindowMethod::Auto,
            dispersion_limit: 1.5,
            min_dispersion_windows: 5,
            min_windows: 10,
            tuned_for_windows: 50.0,
        }
    }
}

impl WindowPolicy {
    fn check(&self, faults: &mut Faults) {
        self.counts.check("policy.counts", faults);
        let mut between = |name: &str, value: f64, low: f64, high: f64| {
            faults.check(
                (low..=high).contains(&value),
                ErrorKind::OutOfRange,
                format_args!("policy.{name}"),
                format_args!("`{value}` is out of range: expected {low} to {high}"),
            );
        };
        between("dispersionLimit", self.dispersion_limit, 0.1, 1000.0);
        between("minDispersionWindows", f64::from(self.min_dispersion_windows), 2.0, 10_000.0);
        between("minWindows", f64::from(self.min_windows), 4.0, 10_000.0);
        between("tunedForWindows", self.tuned_for_windows, 1.0, 1e9);
    }
}

/// How counts per window are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.WindowMethod", rename_all = "snake_case")]
pub enum WindowMethod {
    /// By the number of windows, their dispersion and their exposures.
    Auto,
    /// The totals of all windows, whatever their dispersion.
    Totals,
    /// The mean difference per window.
    Differences,
    /// Bets on the share of the canary in the events of each window, for equal exposures. It proves harm only.
    Shares,
}

/// One window with exposure of both arms.
#[derive(Clone, Copy, Debug)]
struct Pair {
    canary: Counts,
    baseline: Counts,
}

impl Pair {
    /// The events, weighted so that their difference is 0 on average at equal rates, whatever the split: the weights of
    /// N. Mantel and W. Haenszel.
    fn weighted(self) -> (f64, f64) {
        let (canary, baseline) = (self.canary.exposure, self.baseline.exposure);
        let share = canary / (canary + baseline);
        (self.canary.events.as_f64() * (1.0 - share), self.baseline.events.as_f64() * share)
    }
}

struct Windows<'a> {
    pairs: Vec<Pair>,
    policy: &'a WindowPolicy,
}

impl Windows<'_> {
    fn compare(&self, policy_digest: String) -> Result<Comparison> {
        let (method, why) = self.method();
        let mut comparison = match method {
            Some(WindowMethod::Totals) => {
                let (canary, baseline) = (self.total(|pair| pair.canary), self.total(|pair| pair.baseline));
                Comparison { policy_digest, ..compare_counts(&canary, &baseline, &self.policy.counts)? }
            }
            Some(WindowMethod::Shares) if !self.are_exposures_equal() => {
                let text = "the exposures of a window differ between the arms: the share of its events proves nothing";
                let (code, severity) = (code::WINDOWS_OF_UNEQUAL_EXPOSURE, Severity::Error);
                return Ok(bare(Verdict::Invalid, code, severity, text.to_owned(), policy_digest));
            }
            Some(WindowMethod::Shares) => self.by_shares().compare(policy_digest),
            Some(_) => self.by_differences().compare(policy_digest),
            None => {
                let verdict = Verdict::Inconclusive;
                let is_known = self.number() >= f64::from(self.policy.min_dispersion_windows);
                let least =
                    if is_known { self.policy.min_windows } else { self.policy.min_dispersion_windows };
                let text = format!("{why}: nothing is proven before {least} windows");
                let mut comparison =
                    bare(verdict, code::WINDOWS_TOO_FEW, Severity::Warning, text, policy_digest);
                comparison.needed_units = Some(Count::from(least));
                comparison.ratio = self.ratio();
                return Ok(comparison);
            }
        };
        let (code, how) = match method {
            Some(WindowMethod::Totals) => (code::WINDOWS_COMPARED_BY_TOTALS, "their totals"),
            Some(WindowMethod::Shares) => (code::WINDOWS_COMPARED_BY_SHARES, "the share of each"),
            _ => (code::WINDOWS_COMPARED_BY_DIFFERENCES, "the difference of each"),
        };
        let text = format!("{} windows are compared by {how}: {why}", self.pairs.len());
        let evidence = Evidence {
            observed: self.greatest_dispersion(),
            threshold: Some(self.policy.dispersion_limit),
            unit: Some("1".to_owned()),
            n: Some(Count::of(self.pairs.len())),
            ..Evidence::default()
        };
        comparison.reasons.push(Reason::new(code, Severity::Info, "windows", text).with(evidence));
        Ok(comparison)
    }

    /// The method, and why.
    fn method(&self) -> (Option<WindowMethod>, String) {
        let policy = self.policy;
        if policy.method != WindowMethod::Auto {
            return (Some(policy.method), "the policy says so".to_owned());
        }
        let n = self.number();
        let [canary, baseline] = self.dispersions();
        let text = |phi: Option<f64>| phi.map_or("none".to_owned(), number);
        let phi = format!(
            "their dispersion is {} in the canary and {} in the baseline",
            text(canary),
            text(baseline)
        );
        let limit = number(policy.dispersion_limit);
        let is_within = |phi: Option<f64>| phi.is_none_or(|phi| phi <= policy.dispersion_limit);
        let is_independent = is_within(canary) && is_within(baseline);
        let is_known = n >= f64::from(policy.min_dispersion_windows);
        if is_known && is_independent && self.is_split_constant() {
            return (Some(WindowMethod::Totals), format!("{phi}, at most {limit}"));
        }
        let why = if !is_known {
            format!("{n} windows are too few to know whether events come in bursts")
        } else if is_independent {
            "the split between the arms changed".to_owned()
        } else {
            format!("{phi}, more than {limit} in one of them")
        };
        if n >= f64::from(policy.min_windows) {
            (Some(WindowMethod::Differences), why)
        } else if self.are_exposures_equal() {
            (Some(WindowMethod::Shares), format!("{why}, and both arms have the same exposure"))
        } else {
            (None, why)
        }
    }

    fn number(&self) -> f64 {
        Count::of(self.pairs.len()).as_f64()
    }

    fn dispersions(&self) -> [Option<f64>; 2] {
        [
            Dispersion::of(self.pairs.iter().map(|pair| pair.canary)).phi,
            Dispersion::of(self.pairs.iter().map(|pair| pair.baseline)).phi,
        ]
    }

    fn greatest_dispersion(&self) -> Option<f64> {
        let [canary, baseline] = self.dispersions();
        canary.into_iter().chain(baseline).reduce(f64::max)
    }

    fn are_exposures_equal(&self) -> bool {
        let is_equal = |pair: &Pair| {
            (pair.canary.exposure - pair.baseline.exposure).abs() <= 1e-9 * pair.baseline.exposure
        };
        self.pairs.iter().all(is_equal)
    }

    /// A constant common rate is not needed for totals, but a constant split is.
    fn is_split_constant(&self) -> bool {
        let odds = || self.pairs.iter().map(|pair| pair.canary.exposure / pair.baseline.exposure);
        let (low, high) = (odds().fold(f64::INFINITY, f64::min), odds().fold(0.0, f64::max));
        high < 2.0 * low
    }

    fn total(&self, arm: impl Fn(&Pair) -> Counts) -> Counts {
        let (mut events, mut exposure) = (0.0, 0.0);
        for pair in &self.pairs {
            events += arm(pair).events.as_f64();
            exposure += arm(pair).exposure;
        }
        Counts::new(whole(events).unwrap_or_default(), exposure)
    }

    fn means(&self) -> Means {
        let n = self.number();
        let (mut x, mut y) = (0.0, 0.0);
        for (a, b) in self.pairs.iter().map(|pair| pair.weighted()) {
            x += a;
            y += b;
        }
        let (x, y) = (x / n, y / n);
        let (mut xx, mut xy, mut yy, mut x_floor, mut y_floor) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for pair in &self.pairs {
            let (a, b) = pair.weighted();
            xx += (a - x) * (a - x);
            xy += (a - x) * (b - y);
            yy += (b - y) * (b - y);
            let share = pair.canary.exposure / (pair.canary.exposure + pair.baseline.exposure);
            x_floor += a * (1.0 - share);
            y_floor += b * share;
        }
        let df = (n - 1.0).max(1.0);
        // Windows that are equal by chance have at least the variance of independent events.
        Means {
            x,
            y,
            x_variance: (xx / df).max(x_floor / n) / n,
            y_variance: (yy / df).max(y_floor / n) / n,
            covariance: xy / df / n,
            n,
            tuned_for: self.policy.tuned_for_windows,
        }
    }

    /// The ratio of the rates with the weights of Mantel and Haenszel.
    fn ratio(&self) -> Option<f64> {
        let (mut x, mut y) = (0.0, 0.0);
        for (a, b) in self.pairs.iter().map(|pair| pair.weighted()) {
            x += a;
            y += b;
        }
        (y > 0.0).then(|| x / y)
    }

    fn by_differences(&self) -> Judgement {
        let counts = &self.policy.counts;
        let (means, n) = (self.means(), self.number());
        let df = (n - 1.0).max(1.0);
        let margin = counts.direction.ratio_at(counts.margin_percent);
        let (harm, safe) = means.tests(counts.direction, margin, counts.alpha, counts.looks, |_| df);
        let (low, high) = means.interval(counts.alpha, counts.looks, df);
        // As for events: the normal approximation at the margin.
        let z = normal::quantile(1.0 - counts.alpha) + normal::quantile(0.8);
        let root = z * means.standard_error(margin) * n.sqrt() / ((margin - 1.0) * means.y);
        let needed = libm::ceil(root * root * factor(counts.looks)).max(f64::from(self.policy.min_windows));
        let refusal = (n < f64::from(self.policy.min_windows)).then(|| {
            let text = format!("{n} windows are fewer than {}", self.policy.min_windows);
            (code::WINDOWS_TOO_FEW, text)
        });
        self.judgement(
            harm,
            Some(safe),
            (Some(low), high),
            refusal.or_else(|| self.too_small()),
            whole(needed),
        )
    }

    /// Bets against "the share of the canary in the events of a window is at most 1/2 on average, given all windows before".
    ///
    /// I. Waudby-Smith and A. Ramdas, Estimating Means of Bounded Random Variables by Betting, JRSS B 86, 2024. The capital is
    /// at most 1 on average under the hypothesis, at any window, whatever the dispersion.
    fn by_shares(&self) -> Judgement {
        let counts = &self.policy.counts;
        let stake = 2.0 * libm::log(1.0 / counts.alpha);
        let (mut capital, mut best) = (0.0_f64, 0.0_f64);
        let (mut sum, mut squares, mut variance, mut t) = (0.0, 0.0, 0.25, 0.0);
        for pair in &self.pairs {
            let (canary, baseline) = (pair.canary.events.as_f64(), pair.baseline.events.as_f64());
            let bad = if counts.direction == Direction::IncreaseIsBad { canary } else { baseline };
            let share = if canary + baseline > 0.0 { bad / (canary + baseline) } else { 0.5 };
            t += 1.0;
            let bet = (stake / (variance * t * libm::log1p(t))).sqrt().min(1.0);
            capital += libm::log1p(bet * (share - 0.5));
            best = best.max(capital);
            sum += share;
            let mean = (0.5 + sum) / (t + 1.0);
            squares += (share - mean) * (share - mean);
            variance = (0.25 + squares) / (t + 1.0);
        }
        let harm = TestResult { p: libm::exp(-best).min(1.0), log_e: Some(best) };
        let needed = (self.number() < f64::from(self.policy.min_windows))
            .then(|| Count::from(self.policy.min_windows));
        self.judgement(harm, None, (None, None), self.too_small(), needed)
    }

    fn too_small(&self) -> Option<(ReasonCode, String)> {
        let (canary, baseline) = (self.total(|pair| pair.canary), self.total(|pair| pair.baseline));
        let events = canary.events.as_f64() + baseline.events.as_f64();
        let expected = events * (baseline.exposure / (canary.exposure + baseline.exposure));
        let least = self.policy.counts.min_expected_events;
        (expected < least).then(|| {
            let text = format!(
                "{} events are expected of the baseline, fewer than {}",
                number(expected),
                number(least)
            );
            (code::COUNTS_TOO_SMALL, text)
        })
    }

    fn judgement(
        &self,
        harm: TestResult,
        safe: Option<TestResult>,
        (low, high): (Option<f64>, Option<f64>),
        refusal: Option<(ReasonCode, String)>,
        needed: Option<Count>,
    ) -> Judgement {
        let counts = &self.policy.counts;
        let margin = counts.direction.ratio_at(counts.margin_percent);
        let ratio = self.ratio();
        let estimate = ratio.unwrap_or(f64::INFINITY);
        let (canary, baseline) = (self.total(|pair| pair.canary), self.total(|pair| pair.baseline));
        let rate = |arm: Counts| arm.events.as_f64() / arm.exposure;
        Judgement {
            alpha: counts.alpha,
            margin: format!("{} %", number(counts.margin_percent)),
            evidence: Evidence {
                observed: ratio,
                threshold: Some(margin),
                unit: Some("1".to_owned()),
                n: whole(canary.events.as_f64() + baseline.events.as_f64()),
                interval: interval(low, high, 1.0 - counts.alpha),
                ..Evidence::default()
            },
            ratio,
            ratio_low: low,
            ratio_high: high,
            harm,
            safe,
            is_beyond: match counts.direction {
                Direction::IncreaseIsBad => estimate > margin,
                Direction::DecreaseIsBad => estimate < margin,
            },
            observed: rates("rate", rate(canary), rate(baseline), ratio),
            refusal,
            units: needed.map(|needed| (self.number(), needed, "windows")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Looks;

    fn windows(events: &[u32], exposure: f64) -> Vec<Counts> {
        events.iter().map(|events| Counts::new(*events, exposure)).collect()
    }

    fn by(method: WindowMethod) -> WindowPolicy {
        WindowPolicy::default().method(method)
    }

    #[test]
    fn the_interval_ends_where_the_two_sided_test_rejects() {
        let (canary, baseline) = (
            windows(&[40, 12, 33, 61, 28, 39, 55, 20, 44, 37, 31, 48], 10.0),
            windows(&[22, 31, 18, 40, 25, 30, 21, 28, 33, 19, 27, 24], 10.0),
        );
        for looks in [Looks::Any, Looks::One] {
            let policy = by(WindowMethod::Differences).counts(Policy::default().looks(looks));
            let comparison = compare_windows(&canary, &baseline, &policy).unwrap();
            let (low, high) = (comparison.ratio_low.unwrap(), comparison.ratio_high.unwrap());
            assert!(low < comparison.ratio.unwrap() && comparison.ratio.unwrap() < high);
            let pairs: Vec<Pair> = canary
                .iter()
                .zip(&baseline)
                .map(|(canary, baseline)| Pair { canary: *canary, baseline: *baseline })
                .collect();
            let means = Windows { pairs, policy: &policy }.means();
            let width = match looks {
                Looks::One => super::super::student::upper_quantile(0.025, 11.0),
                Looks::Any => {
                    super::super::means::Sequence { error: 1.0, n: 12.0, alpha: 0.05, tuned_for: 50.0 }
                        .half_width()
                }
            };
            for end in [low, high] {
                let distance = (means.x - end * means.y).abs() / means.standard_error(end);
                assert!((distance / width - 1.0).abs() < 1e-9, "{looks}: {distance} {width}");
            }
        }
    }

    #[test]
    fn a_split_that_changes_is_compared_by_differences() {
        // Equal rates within each window, but the canary got its traffic while the rate was high.
        let canary: Vec<Counts> = (0..12_u32)
            .map(|i| if i < 6 { Counts::new(10_u32, 100.0) } else { Counts::new(90_u32, 900.0) })
            .collect();
        let baseline: Vec<Counts> = (0..12_u32)
            .map(|i| if i < 6 { Counts::new(90_u32, 900.0) } else { Counts::new(10_u32, 100.0) })
            .collect();
        let comparison = compare_windows(&canary, &baseline, &WindowPolicy::default()).unwrap();
        assert_eq!(comparison.reasons.last().unwrap().code, code::WINDOWS_COMPARED_BY_DIFFERENCES);
        assert_eq!(comparison.ratio, Some(1.0));
    }
}
