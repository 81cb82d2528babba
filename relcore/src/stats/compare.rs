use super::code;
use super::comparison::{Comparison, TestResult, Verdict};
use super::conditional::{self, Shares};
use super::policy::{Counts, Direction, Looks, Policy};
use super::power::{self, Approximation, Sides, whole};
use super::sequential::{self, Prior};
use crate::error::{Faults, Result};
use crate::reason::{Evidence, Interval, Reason, ReasonCode, Severity, number};
use crate::scalar::Count;
use crate::wire::PolicyText as _;

/// Compares the events of a canary with those of its baseline.
///
/// | verdict | condition |
/// | --- | --- |
/// | `invalid` | an arm has events without exposure |
/// | `no_data` | an arm has no exposure |
/// | `inconclusive` | fewer events are expected of the baseline than `minExpectedEvents` |
/// | `failed` | "no worse than the baseline" is rejected, and the estimate is beyond the margin |
/// | `passed` | "worse by the margin or more" is rejected |
/// | `inconclusive` | otherwise |
///
/// ```
/// use relcore::stats::{Counts, Policy, Verdict, compare_counts};
///
/// let policy = Policy::default();
/// // 1 % of the requests goes to the canary: 40 errors in 10,000 requests against 1000 in 990,000.
/// let (canary, baseline) = (Counts::new(40_u32, 10_000.0), Counts::new(1000_u32, 990_000.0));
/// assert_eq!(compare_counts(&canary, &baseline, &policy)?.verdict, Verdict::Failed);
///
/// // Pitfall: a canary without errors passes only with enough traffic.
/// let comparison = compare_counts(&Counts::new(0_u32, 500.0), &Counts::new(50_u32, 49_500.0), &policy)?;
/// assert_eq!(comparison.verdict, Verdict::Inconclusive);
/// assert!(comparison.needed_events.is_some());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `out_of_range`, all faults at once: a negative exposure, more than 1,000,000,000 events, an `alpha` of 5.
pub fn compare_counts(canary: &Counts, baseline: &Counts, policy: &Policy) -> Result<Comparison> {
    let mut faults = Faults::new();
    canary.check("canary", &mut faults);
    baseline.check("baseline", &mut faults);
    policy.check("policy", &mut faults);
    faults.finish()?;
    let policy_digest = crate::digest::of(policy)?;
    Ok(Comparison { policy_digest, ..compare_from(0.0, canary, baseline, policy) })
}

/// The comparison of counts and a policy that were checked, whose e-process of harm begins with this logarithm; without a
/// digest.
pub(crate) fn compare_from(log_e: f64, canary: &Counts, baseline: &Counts, policy: &Policy) -> Comparison {
    match unusable(canary, baseline) {
        Some((Verdict::Invalid, name, arm)) => {
            let text =
                format!("the {name} has {} events without exposure, so its rate is undefined", arm.events);
            let reason = Reason::new(code::EVENTS_WITHOUT_EXPOSURE, Severity::Error, name, text);
            empty(Verdict::Invalid, reason)
        }
        Some((verdict, name, _)) => {
            let text = format!("the {name} has no exposure, so its rate is unknown");
            let reason = Reason::new(code::NO_EXPOSURE, Severity::Warning, name, text);
            empty(verdict, reason)
        }
        None => Pair::new(log_e, canary, baseline, policy).compare(),
    }
}

/// The verdict of [`compare_from`] and the logarithm of the e-value of harm, without intervals and reasons: for a caller who
/// asks often.
pub(crate) fn judge_from(log_e: f64, canary: &Counts, baseline: &Counts, policy: &Policy) -> (Verdict, f64) {
    if let Some((verdict, ..)) = unusable(canary, baseline) {
        return (verdict, log_e);
    }
    let pair = Pair::new(log_e, canary, baseline, policy);
    let harm = pair.harm();
    (pair.verdict(harm, || pair.safe()), harm.log_e.unwrap_or(log_e))
}

/// Whether the ratio of the rates is beyond the margin; not so where there are none.
pub(crate) fn is_beyond(canary: &Counts, baseline: &Counts, policy: &Policy) -> bool {
    let pair = || Pair::new(0.0, canary, baseline, policy);
    unusable(canary, baseline).is_none() && pair().is_beyond(pair().margin())
}

/// Why the arms have no rates to compare, and the arm.
fn unusable<'a>(canary: &'a Counts, baseline: &'a Counts) -> Option<(Verdict, &'static str, &'a Counts)> {
    let arms = [("canary", canary), ("baseline", baseline)];
    let without = || arms.into_iter().filter(|(_, arm)| arm.exposure <= 0.0);
    let invalid = without().find(|(_, arm)| arm.events.get() > 0);
    let invalid = invalid.map(|(name, arm)| (Verdict::Invalid, name, arm));
    invalid.or_else(|| without().next().map(|(name, arm)| (Verdict::NoData, name, arm)))
}

fn empty(verdict: Verdict, reason: Reason) -> Comparison {
    Comparison { reasons: vec![reason], ..Comparison::empty(verdict, String::new()) }
}

/// The counts and exposures of two arms with exposure.
#[derive(Clone, Copy, Debug)]
struct Pair<'a> {
    count: f64,
    baseline_count: f64,
    exposure: f64,
    baseline_exposure: f64,
    policy: &'a Policy,
    /// The logarithm with which the e-process of harm begins.
    log_e: f64,
}

impl<'a> Pair<'a> {
    fn new(log_e: f64, canary: &Counts, baseline: &Counts, policy: &'a Policy) -> Self {
        Self {
            log_e,
            count: canary.events.as_f64(),
            baseline_count: baseline.events.as_f64(),
            exposure: canary.exposure,
            baseline_exposure: baseline.exposure,
            policy,
        }
    }

    fn compare(self) -> Comparison {
        let (harm, safe) = (self.harm(), self.safe());
        let (low, high) = self.interval();
        let verdict = self.verdict(harm, || safe);
        let needed_events = self
            .needed_events()
            .filter(|needed| verdict == Verdict::Inconclusive && needed.as_f64() > self.events());
        let mut reasons = vec![self.reason(verdict, harm, safe, needed_events)];
        if verdict == Verdict::Passed && self.rejects(harm) {
            let text = format!("{}: worse than the baseline, but within the margin", self.rates());
            reasons.push(self.with(code::DEGRADED_WITHIN_MARGIN, Severity::Warning, text, harm.p));
        }
        Comparison {
            verdict,
            ratio: self.ratio(),
            ratio_low: Some(low),
            ratio_high: Some(high).filter(|high| high.is_finite()),
            harm: Some(harm),
            safe: Some(safe),
            needed_events,
            needed_units: None,
            reasons,
            policy_digest: String::new(),
        }
    }

    /// The test against "the canary is no worse than its baseline".
    fn harm(self) -> TestResult {
        let equal = self.shares(1.0);
        let harm = match self.policy.direction {
            Direction::IncreaseIsBad => self.above(equal),
            Direction::DecreaseIsBad => self.below(equal),
        };
        harm.log_e.map_or(harm, |log_e| any_look(self.log_e + log_e))
    }

    /// The test against "the canary is worse than its baseline by the margin or more".
    fn safe(self) -> TestResult {
        let border = self.shares(self.margin());
        match self.policy.direction {
            Direction::IncreaseIsBad => self.below(border),
            Direction::DecreaseIsBad => self.above(border),
        }
    }

    fn rejects(self, test: TestResult) -> bool {
        test.p <= self.policy.alpha
    }

    fn verdict(self, harm: TestResult, safe: impl FnOnce() -> TestResult) -> Verdict {
        if self.expected_events() < self.policy.min_expected_events {
            Verdict::Inconclusive
        } else if self.rejects(harm) && self.is_beyond(self.margin()) {
            Verdict::Failed
        } else if self.rejects(safe()) {
            Verdict::Passed
        } else {
            Verdict::Inconclusive
        }
    }

    /// The ratio of the rates at the margin.
    fn margin(self) -> f64 {
        self.policy.direction.ratio_at(self.policy.margin_percent)
    }

    fn shares(self, ratio: f64) -> Shares {
        Shares::of(self.exposure, self.baseline_exposure, ratio)
    }

    fn events(self) -> f64 {
        self.count + self.baseline_count
    }

    /// The events that the baseline has on average if both arms have the same rate.
    fn expected_events(self) -> f64 {
        self.events() * self.shares(1.0).baseline
    }

    /// The ratio of the rates; `None` without events of the baseline.
    fn ratio(self) -> Option<f64> {
        (self.baseline_count > 0.0)
            .then(|| self.count / self.baseline_count * (self.baseline_exposure / self.exposure))
    }

    /// Whether the estimate is worse than the margin. Without events of the baseline, the ratio is infinite.
    fn is_beyond(self, margin: f64) -> bool {
        let ratio = self.ratio().unwrap_or(f64::INFINITY);
        match self.policy.direction {
            Direction::IncreaseIsBad => ratio > margin,
            Direction::DecreaseIsBad => ratio < margin,
        }
    }

    /// The test against "the rate of the canary is at most that of `shares`".
    fn above(self, shares: Shares) -> TestResult {
        match self.policy.looks {
            Looks::Any => {
                any_look(sequential::ln_harm(self.count, self.baseline_count, shares, Prior::at(shares)))
            }
            Looks::One => {
                TestResult { p: conditional::harm(self.count, self.baseline_count, shares), log_e: None }
            }
        }
    }

    /// The test against "the rate of the canary is at least that of `shares`".
    fn below(self, shares: Shares) -> TestResult {
        match self.policy.looks {
            Looks::Any => {
                any_look(sequential::ln_safe(self.count, self.baseline_count, shares, Prior::at(shares)))
            }
            Looks::One => {
                TestResult { p: conditional::safe(self.count, self.baseline_count, shares), log_e: None }
            }
        }
    }

    fn interval(self) -> (f64, f64) {
        let interval = match self.policy.looks {
            Looks::Any => sequential::ratio_interval,
            Looks::One => conditional::ratio_interval,
        };
        interval(
            self.count,
            self.baseline_count,
            self.exposure,
            self.baseline_exposure,
            1.0 - self.policy.alpha,
        )
    }

    /// The events of both arms at which a canary as good as its baseline passes: with a power of 80 % for one look, by the
    /// normal approximation of the binomial test at the margin.
    fn needed_events(self) -> Option<Count> {
        let test = Approximation::of_events(self.shares(self.margin()), self.shares(1.0));
        let needed = test.needed(self.policy.alpha, 0.8, Sides::One) * power::factor(self.policy.looks);
        whole(libm::ceil(needed).max(self.least_events()))
    }

    /// The events of both arms from which there is any verdict.
    fn least_events(self) -> f64 {
        libm::ceil(self.policy.min_expected_events / self.shares(1.0).baseline)
    }

    fn reason(self, verdict: Verdict, harm: TestResult, safe: TestResult, needed: Option<Count>) -> Reason {
        let (margin, alpha) = (number(self.policy.margin_percent), number(self.policy.alpha));
        let rates = self.rates();
        let more = needed.map_or(String::new(), |needed| {
            format!("; a canary as good as its baseline needs about {needed} events of both arms")
        });
        match verdict {
            Verdict::Failed => {
                let p = p_value(harm.p);
                let text = format!("{rates}: worse beyond the margin of {margin} % ({p}, alpha {alpha})");
                self.with(code::HARM_PROVEN, Severity::Error, text, harm.p)
            }
            Verdict::Passed => {
                let p = p_value(safe.p);
                let text = format!("{rates}: not worse by {margin} % ({p}, alpha {alpha})");
                self.with(code::WITHIN_MARGIN, Severity::Info, text, safe.p)
            }
            _ if self.expected_events() < self.policy.min_expected_events => {
                let (expected, least) =
                    (number(self.expected_events()), number(self.policy.min_expected_events));
                let text =
                    format!("{expected} events are expected of the baseline, fewer than {least}{more}");
                self.with(code::COUNTS_TOO_SMALL, Severity::Warning, text, safe.p)
            }
            _ => {
                let text =
                    format!("{rates}: neither worse nor within the margin of {margin} % is proven{more}");
                self.with(code::COUNTS_INCONCLUSIVE, Severity::Warning, text, safe.p)
            }
        }
    }

    fn rates(self) -> String {
        let (canary, baseline) = (self.count / self.exposure, self.baseline_count / self.baseline_exposure);
        let ratio = self.ratio().map_or(String::new(), |ratio| format!(", a ratio of {}", number(ratio)));
        format!(
            "the canary has a rate of {}, its baseline one of {}{ratio}",
            number(canary),
            number(baseline)
        )
    }

    fn with(self, code: ReasonCode, severity: Severity, text: String, p: f64) -> Reason {
        let (low, high) = self.interval();
        let interval = high.is_finite().then_some(Interval { low, high, level: 1.0 - self.policy.alpha });
        Reason::new(code, severity, "ratio", text).with(Evidence {
            observed: self.ratio(),
            threshold: Some(self.margin()),
            unit: Some("1".to_owned()),
            n: whole(self.events()),
            p: Some(p),
            interval,
            ..Evidence::default()
        })
    }
}

/// A p-value for a person. The digits of a tiny one mean nothing.
pub(super) fn p_value(p: f64) -> String {
    if p < 1e-4 { "p < 0.0001".to_owned() } else { format!("p = {}", number(p)) }
}

/// The p-value of an e-process.
fn any_look(ln_e: f64) -> TestResult {
    TestResult { p: libm::exp(-ln_e).min(1.0), log_e: Some(ln_e) }
}
