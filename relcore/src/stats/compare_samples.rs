use super::arguments::check_values;
use super::comparison::{Comparison, TestResult, Verdict};
use super::conditional::{self, Shares};
use super::means::{Moments, Sequence};
use super::policy::{Counts, Direction, Looks, Policy};
use super::rank::{self, RankMethod, sorted};
use super::sample_policy::{SamplePolicy, SampleScale, ValueLimit};
use super::sequential::{self, Prior};
use super::shift::{hodges_lehmann, hodges_lehmann_of_sorted};
use super::{QuantileMethod, code, compare_counts, normal, quantile, student};
use crate::error::{Error, ErrorKind, Faults, Result};
use crate::reason::{Evidence, Interval, Reason, ReasonCode, Severity, number};
use crate::scalar::Count;
use crate::wire::PolicyText as _;

/// Compares the values of a canary with those of its baseline: latencies, sizes, amounts a user.
///
/// | verdict | condition |
/// | --- | --- |
/// | `no_data` | an arm has no values |
/// | `inconclusive` | an arm has fewer than `minValues` values |
/// | `passed` | all values of both arms are equal |
/// | `failed` | "no worse than the baseline" is rejected, and the estimate is beyond the margin |
/// | `passed` | "worse by the margin or more" is rejected |
/// | `inconclusive` | otherwise |
///
/// By default, the test stays valid however often the caller looks: it is an asymptotic confidence sequence for the
/// difference of two means, by default of logarithms (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas 2024). With `looks: one`
/// it is the test of Mann and Whitney on the scale `log`, explained by the shift of Hodges and Lehmann, and Welch's test on
/// the scale `linear`.
///
/// With a `limit`, the shares of values beyond it are compared as well, as [`compare_counts`] does. Then `failed` needs one of
/// both tests at half of alpha, and `passed` needs both. `harm` and `safe` are those of both tests together.
///
/// ```
/// use relcore::stats::{SamplePolicy, Verdict, compare_samples};
/// let policy = SamplePolicy::default();
/// // Latencies in ms: 80 to 120 of the baseline, half as much again of the canary.
/// let baseline: Vec<f64> = (0..400).map(|i| 80.0 + f64::from(i % 41)).collect();
/// let canary: Vec<f64> = baseline.iter().map(|value| value * 1.5).collect();
/// assert_eq!(compare_samples(&canary, &baseline, &policy)?.verdict, Verdict::Failed);
/// assert_eq!(compare_samples(&baseline, &baseline, &policy)?.verdict, Verdict::Passed);
///
/// // Pitfall: twenty values are no proof, however good they look.
/// let comparison = compare_samples(&baseline[..20], &baseline, &policy)?;
/// assert_eq!(comparison.verdict, Verdict::Inconclusive);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// Values must be independent. Where a user or a host has many, give one value for each: the mean of each user, or
/// [`ratio_values`](super::ratio_values).
///
/// # Errors
/// All faults at once: `invalid_value` for a NaN, `out_of_range` for an infinite value, for a value of 0 on the scale `log`,
/// and for an `alpha` of 5; the path has the index of the value. Then `out_of_range` for values near 1e160 on the scale
/// `linear`, whose squares overflow.
pub fn compare_samples(canary: &[f64], baseline: &[f64], policy: &SamplePolicy) -> Result<Comparison> {
    let mut faults = Faults::new();
    for (name, values) in [("canary", canary), ("baseline", baseline)] {
        check_values(values, name, 0, true, &mut faults);
        if policy.scale == SampleScale::Log {
            check_positive(values, name, &mut faults);
        }
    }
    policy.check("policy", &mut faults);
    faults.finish()?;
    let policy_digest = crate::digest::of(policy)?;
    for (name, values) in [("canary", canary), ("baseline", baseline)] {
        if values.is_empty() {
            let text = format!("the {name} has no values");
            let reason = Reason::new(code::NO_SAMPLES, Severity::Warning, name, text);
            let empty = Comparison::empty(Verdict::NoData, policy_digest);
            return Ok(Comparison { reasons: vec![reason], ..empty });
        }
    }
    Pair::new(canary, baseline, policy)?.compare(policy_digest)
}

fn check_positive(values: &[f64], path: &str, faults: &mut Faults) {
    for (index, value) in values.iter().enumerate().filter(|(_, value)| **value <= 0.0).take(10) {
        faults.add(
            ErrorKind::OutOfRange,
            format_args!("{path}[{index}]"),
            format_args!("`{value}` has no logarithm: expected a number above 0, or the scale `linear`"),
        );
    }
}

/// Two samples that are not empty.
struct Pair<'a> {
    canary: &'a [f64],
    baseline: &'a [f64],
    /// The greatest value that counts as it is.
    cap: f64,
    policy: &'a SamplePolicy,
}

/// What the values of both arms say, without the limit.
#[derive(Clone, Copy, Debug)]
struct Effect {
    /// The means of both arms on the scale of the comparison.
    means: [f64; 2],
    /// Half the width of the interval of their difference.
    half: f64,
    harm: TestResult,
    safe: TestResult,
    /// Whether the estimate is worse than the margin.
    is_beyond: bool,
    /// Whether a ratio has a meaning: the mean of the baseline is proven not to be 0.
    is_relative: bool,
    ratio: f64,
    low: f64,
    high: f64,
    /// The number of values of both arms at which a canary as good as its baseline passes.
    needed: f64,
}

/// The values of one arm on the scale of the comparison.
#[derive(Clone, Copy, Debug)]
struct Arm {
    n: f64,
    mean: f64,
    variance: f64,
}

impl Arm {
    /// The variance of a constant is exactly 0, also where its mean is rounded.
    #[expect(clippy::cast_precision_loss, reason = "samples are far below 2^53")]
    #[expect(clippy::float_cmp, reason = "a constant has the same value everywhere, not a close one")]
    fn of(values: &[f64]) -> Self {
        match values {
            [first, rest @ ..] if rest.iter().all(|value| value == first) => {
                Self { n: values.len() as f64, mean: *first, variance: 0.0 }
            }
            _ => {
                let Moments { n, mean, variance } = Moments::of(values);
                // Squares that underflow are no sign of a constant.
                Self { n, mean, variance: if variance > 0.0 { variance } else { f64::NAN } }
            }
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "samples are far below 2^53")]
impl<'a> Pair<'a> {
    fn new(canary: &'a [f64], baseline: &'a [f64], policy: &'a SamplePolicy) -> Result<Self> {
        let cap = match policy.winsorize_at {
            Some(p) => quantile(baseline, p, &QuantileMethod::InvertedCdf)?,
            None => f64::INFINITY,
        };
        Ok(Self { canary, baseline, cap, policy })
    }

    fn compare(self, policy_digest: String) -> Result<Comparison> {
        let smaller = self.canary.len().min(self.baseline.len()) as f64;
        let least = self.policy.min_values.as_f64();
        if smaller < least {
            return Ok(self.too_small(policy_digest));
        }
        if let Some(value) = self.constant() {
            let text = format!("all values of the canary and of its baseline are {}", number(value));
            let n = count(self.size());
            let reason = Reason::new(code::SAMPLES_IDENTICAL, Severity::Info, VALUES, text).with(Evidence {
                observed: Some(1.0),
                unit: Some("1".to_owned()),
                n,
                ..Evidence::default()
            });
            let empty = Comparison::empty(Verdict::Passed, policy_digest);
            return Ok(Comparison { ratio: Some(1.0), reasons: vec![reason], ..empty });
        }
        let effect = self.effect()?;
        let limit = self.policy.limit.map(|limit| self.beyond_limit(limit)).transpose()?;
        let (harm, safe) = match &limit {
            None => (effect.harm, effect.safe),
            Some(limit) => (either(effect.harm, limit.harm), both(effect.safe, limit.safe)),
        };
        // One of two tests has half of alpha.
        let tests = if limit.is_some() { 2.0 } else { 1.0 };
        let proves_harm = |test: TestResult| test.p * tests <= self.policy.alpha;
        let verdict_of = |harm: TestResult, safe: TestResult, is_beyond: bool| {
            if proves_harm(harm) && is_beyond {
                Verdict::Failed
            } else if safe.p <= self.policy.alpha {
                Verdict::Passed
            } else {
                Verdict::Inconclusive
            }
        };
        let values = verdict_of(effect.harm, effect.safe, effect.is_beyond);
        let shares = limit.as_ref().map(|limit| verdict_of(limit.harm, limit.safe, limit.is_beyond));
        let verdict = match (values, shares.unwrap_or(Verdict::Passed)) {
            (Verdict::Failed, _) | (_, Verdict::Failed) => Verdict::Failed,
            (Verdict::Passed, Verdict::Passed) => Verdict::Passed,
            _ => Verdict::Inconclusive,
        };
        let needed = (values == Verdict::Inconclusive && effect.needed > self.size())
            .then(|| count(effect.needed))
            .flatten();
        let mut reasons = self.reasons(values, effect, needed, proves_harm(effect.harm));
        if let (Some(limit), Some(shares)) = (&limit, shares) {
            let more = limit.reasons(shares, proves_harm(limit.harm));
            // The reason of the verdict is the first one.
            let at = if values == verdict { reasons.len() } else { 0 };
            reasons.splice(at..at, more);
        }
        let ratio = |ratio: f64| (effect.is_relative && ratio.is_finite()).then_some(ratio);
        Ok(Comparison {
            verdict,
            ratio: ratio(effect.ratio),
            ratio_low: ratio(effect.low),
            ratio_high: ratio(effect.high),
            harm: Some(harm),
            safe: Some(safe),
            needed_events: limit
                .filter(|_| shares == Some(Verdict::Inconclusive))
                .and_then(|limit| limit.needed),
            needed_units: needed.filter(|_| verdict == Verdict::Inconclusive),
            reasons,
            policy_digest,
        })
    }

    fn size(&self) -> f64 {
        self.canary.len() as f64 + self.baseline.len() as f64
    }

    fn too_small(self, policy_digest: String) -> Comparison {
        let (canary, baseline) = (self.canary.len(), self.baseline.len());
        let (least, needed) = (self.policy.min_values, self.least_values());
        let text = format!(
            "the canary has {canary} values and its baseline {baseline}: expected {least} or more of each"
        );
        let needed_units = count(needed);
        let reason = Reason::new(code::SAMPLES_TOO_SMALL, Severity::Warning, VALUES, text).with(Evidence {
            observed: Some(canary.min(baseline) as f64),
            threshold: Some(least.as_f64()),
            n: count(self.size()),
            ..Evidence::default()
        });
        let empty = Comparison::empty(Verdict::Inconclusive, policy_digest);
        Comparison { reasons: vec![reason], needed_units, ..empty }
    }

    /// The values of both arms at which the smaller one has the least number, if their shares stay.
    fn least_values(&self) -> f64 {
        let smaller = self.canary.len().min(self.baseline.len()) as f64;
        libm::ceil(self.policy.min_values.as_f64() * self.size() / smaller)
    }

    /// The value that all of both arms have.
    #[expect(clippy::float_cmp, reason = "a constant has the same value everywhere, not a close one")]
    fn constant(&self) -> Option<f64> {
        let first = *self.canary.first()?;
        self.canary.iter().chain(self.baseline).all(|value| *value == first).then_some(first)
    }

    /// The sign of a change for the worse.
    fn sign(&self) -> f64 {
        match self.policy.direction {
            Direction::IncreaseIsBad => 1.0,
            Direction::DecreaseIsBad => -1.0,
        }
    }

    /// The ratio at the margin.
    fn margin(&self) -> f64 {
        1.0 + self.sign() * self.policy.margin_percent / 100.0
    }

    /// The values on the scale of the comparison.
    fn scaled(&self, values: &[f64]) -> Vec<f64> {
        let capped = values.iter().map(|value| value.min(self.cap));
        match self.policy.scale {
            SampleScale::Log => capped.map(libm::log).collect(),
            SampleScale::Linear => capped.collect(),
        }
    }

    fn effect(&self) -> Result<Effect> {
        let (x, y) = (self.scaled(self.canary), self.scaled(self.baseline));
        match (self.policy.scale, self.policy.looks) {
            (SampleScale::Log, Looks::One) => Ok(self.ranks(&x, &y)),
            (SampleScale::Log, Looks::Any) => Ok(self.logarithms(Arm::of(&x), Arm::of(&y))),
            (SampleScale::Linear, _) => self.means(Arm::of(&x), Arm::of(&y)),
        }
    }

    /// For any number of looks, by the means of logarithms.
    fn logarithms(&self, x: Arm, y: Arm) -> Effect {
        let change = x.mean - y.mean;
        let border = libm::log(self.margin()).abs();
        let contrast = Contrast::new(x, y, 1.0);
        let half = self.half_width(contrast);
        Effect {
            means: [x.mean, y.mean],
            half,
            harm: self.test(self.sign() * change, contrast),
            safe: self.test(border - self.sign() * change, contrast),
            is_beyond: self.sign() * change > border,
            is_relative: true,
            ratio: libm::exp(change),
            low: libm::exp(change - half),
            high: libm::exp(change + half),
            needed: self.needed(border, contrast, 1.0),
        }
    }

    /// For one look, by the ranks of logarithms, which are those of the values.
    fn ranks(&self, x: &[f64], y: &[f64]) -> Effect {
        let (x, y) = (sorted(x).unwrap_or_default(), sorted(y).unwrap_or_default());
        let border = libm::log(self.margin());
        let at_border: Vec<f64> = y.iter().map(|value| value + border).collect();
        let test = |y: &[f64], sign: f64| {
            let test = rank::rank_test_of_sorted(&x, y, RankMethod::Auto);
            let p = test.map_or(1.0, |test| if sign > 0.0 { test.p_greater } else { test.p_less });
            TestResult { p, log_e: None }
        };
        let shift = hodges_lehmann_of_sorted(&x, &y, 1.0 - self.policy.alpha);
        let change = shift.map_or(0.0, |shift| shift.estimate);
        let end = |end: Option<f64>, none: f64| libm::exp(end.unwrap_or(none));
        // The test of ranks needs π/3 times as many values as one of means, if the logarithms are normal.
        let contrast = Contrast::new(Arm::of(&x), Arm::of(&y), 1.0);
        Effect {
            means: [contrast.x.mean, contrast.y.mean],
            half: f64::NAN,
            harm: test(&y, self.sign()),
            safe: test(&at_border, -self.sign()),
            is_beyond: self.sign() * change > border.abs(),
            is_relative: true,
            ratio: libm::exp(change),
            low: end(shift.and_then(|shift| shift.lower), f64::NEG_INFINITY),
            high: end(shift.and_then(|shift| shift.upper), f64::INFINITY),
            needed: self.needed(border.abs(), contrast, std::f64::consts::FRAC_PI_3),
        }
    }

    /// By the means of the values as they are. A margin in percent makes the hypothesis at the border a contrast of both
    /// means, so that no ratio has to be approximated.
    fn means(&self, x: Arm, y: Arm) -> Result<Effect> {
        let equal = Contrast::new(x, y, 1.0);
        let change = self.sign() * (x.mean - y.mean);
        let (border, factor) = match self.policy.absolute_margin {
            Some(margin) => (margin, 1.0),
            None => {
                let part = self.policy.margin_percent / 100.0;
                (part * y.mean.abs(), 1.0 + self.sign() * part * y.mean.signum())
            }
        };
        let at_border = Contrast::new(x, y, factor);
        let of_baseline = (y.variance / y.n).sqrt();
        let half = match self.policy.looks {
            Looks::Any => self.sequence(of_baseline, y.n).half_width(),
            Looks::One => of_baseline * student::upper_quantile(self.policy.alpha / 2.0, y.n - 1.0),
        };
        let is_relative = y.mean.abs() > half;
        if ![change, border, equal.error, at_border.error].iter().all(|value| value.is_finite()) {
            let text = "has values whose squares overflow or underflow: expected another unit";
            return Err(Error::new(ErrorKind::OutOfRange, "canary", text));
        }
        let needs_ratio = self.policy.absolute_margin.is_none() && !is_relative;
        let safe = if needs_ratio {
            TestResult { p: 1.0, log_e: None }
        } else {
            self.test(border - change, at_border)
        };
        let (low, high) = self.ratio_interval(equal);
        Ok(Effect {
            means: [x.mean, y.mean],
            half: self.half_width(equal),
            harm: self.test(change, equal),
            safe,
            is_beyond: !needs_ratio && change > border,
            is_relative: !needs_ratio,
            ratio: if is_relative { x.mean / y.mean } else { f64::NAN },
            low: if is_relative { low } else { f64::NAN },
            high: if is_relative { high } else { f64::NAN },
            needed: if needs_ratio { 0.0 } else { self.needed(border, at_border, 1.0) },
        })
    }

    /// The roots r of (x − r y)² = z² (var x + r² var y): E. C. Fieller's interval, for any number of looks as well.
    fn ratio_interval(&self, contrast: Contrast) -> (f64, f64) {
        let Contrast { x, y, of_x, of_y, .. } = contrast;
        let z = if contrast.error > 0.0 { self.half_width(contrast) / contrast.error } else { 0.0 };
        let (a, b) = (y.mean * y.mean - z * z * of_y, x.mean * y.mean);
        let c = x.mean * x.mean - z * z * of_x;
        let root = (b * b - a * c).max(0.0).sqrt();
        if a > 0.0 { ((b - root) / a, (b + root) / a) } else { (f64::NAN, f64::NAN) }
    }

    fn sequence(&self, error: f64, n: f64) -> Sequence {
        Sequence { error, n, alpha: self.policy.alpha, tuned_for: self.policy.tuned_for.as_f64() }
    }

    /// Half the width of the interval of the contrast.
    fn half_width(&self, contrast: Contrast) -> f64 {
        match self.policy.looks {
            Looks::Any => self.sequence(contrast.error, contrast.n()).half_width(),
            Looks::One => contrast.error * student::upper_quantile(self.policy.alpha / 2.0, contrast.df()),
        }
    }

    /// The test against "the contrast is 0 or less", for its estimate.
    fn test(&self, excess: f64, contrast: Contrast) -> TestResult {
        if contrast.error <= 0.0 {
            return self.separated(excess);
        }
        match self.policy.looks {
            Looks::Any => {
                let (p, log_e) = self.sequence(contrast.error, contrast.n()).one_sided_p(excess);
                TestResult { p, log_e: log_e.or(Some(0.0)) }
            }
            Looks::One => {
                TestResult { p: student::upper(excess / contrast.error, contrast.df()), log_e: None }
            }
        }
    }

    /// Two constants have no standard error. All values of one arm lie beyond a limit and none of the other one.
    fn separated(&self, excess: f64) -> TestResult {
        let (n, m) = (self.canary.len() as f64, self.baseline.len() as f64);
        let shares = Shares::of(n, m, 1.0);
        match self.policy.looks {
            Looks::Any if excess > 0.0 => any_look(sequential::ln_harm(n, 0.0, shares, Prior::at(shares))),
            Looks::Any => TestResult { p: 1.0, log_e: Some(0.0) },
            Looks::One if excess > 0.0 => TestResult { p: conditional::harm(n, 0.0, shares), log_e: None },
            Looks::One => TestResult { p: 1.0, log_e: None },
        }
    }

    /// The number of values of both arms at which the test at the border, for arms as good as one another, rejects: at one
    /// look with a power of 80 %, at any number of looks where its interval is as wide as the margin.
    fn needed(&self, border: f64, contrast: Contrast, factor: f64) -> f64 {
        let spread = contrast.error * contrast.n().sqrt();
        let needed = match self.policy.looks {
            Looks::One => {
                let z = normal::quantile(1.0 - self.policy.alpha) + normal::quantile(0.8);
                let root = z * spread / border;
                root * root * factor
            }
            Looks::Any => {
                let passes = |n: f64| self.sequence(spread / n.sqrt(), n).one_sided() <= border;
                // Bisection of the logarithm; the width falls with n.
                let (mut low, mut high) = (0.0, 40.0);
                for _ in 0..60 {
                    let middle = f64::midpoint(low, high);
                    if passes(libm::exp(middle)) { high = middle } else { low = middle }
                }
                libm::exp(high)
            }
        };
        libm::ceil(needed).max(self.least_values())
    }

    fn reasons(&self, verdict: Verdict, effect: Effect, needed: Option<Count>, is_harm: bool) -> Vec<Reason> {
        let alpha = number(self.policy.alpha);
        let margin = match self.policy.absolute_margin {
            Some(margin) => number(margin),
            None => format!("{} %", number(self.policy.margin_percent)),
        };
        let change = self.change(effect);
        let (code, severity, text, test) = match verdict {
            Verdict::Failed => {
                let p = super::compare::p_value(effect.harm.p);
                let text = format!("{change}: worse beyond the margin of {margin} ({p}, alpha {alpha})");
                (code::HARM_PROVEN, Severity::Error, text, effect.harm)
            }
            Verdict::Passed => {
                let p = super::compare::p_value(effect.safe.p);
                let text = format!("{change}: not worse by {margin} ({p}, alpha {alpha})");
                (code::WITHIN_MARGIN, Severity::Info, text, effect.safe)
            }
            _ if !effect.is_relative => {
                let text = format!(
                    "{change}, and the mean of the baseline may be 0: a margin of {margin} has no meaning, give an \
                     `absoluteMargin`"
                );
                (code::BASELINE_NEAR_ZERO, Severity::Warning, text, effect.harm)
            }
            _ => {
                let more = needed.map_or(String::new(), |needed| {
                    format!("; a canary as good as its baseline needs about {needed} values of both arms")
                });
                let text =
                    format!("{change}: neither worse nor within the margin of {margin} is proven{more}");
                (code::SAMPLES_INCONCLUSIVE, Severity::Warning, text, effect.safe)
            }
        };
        let mut reasons = vec![self.reason(code, severity, text, test.p, effect)];
        if verdict == Verdict::Passed && is_harm {
            let text = format!("{change}: worse than the baseline, but within the margin");
            let code = code::DEGRADED_WITHIN_MARGIN;
            reasons.push(self.reason(code, Severity::Warning, text, effect.harm.p, effect));
        }
        reasons
    }

    /// What is observed, in words.
    fn change(&self, effect: Effect) -> String {
        let [x, y] = effect.means;
        let ratio = match effect.ratio {
            ratio if ratio.is_finite() => format!(", a ratio of {}", number(ratio)),
            _ => String::new(),
        };
        match (self.policy.scale, self.policy.looks) {
            (SampleScale::Log, Looks::Any) => format!(
                "the canary has a geometric mean of {}, its baseline one of {}{ratio}",
                number(libm::exp(x)),
                number(libm::exp(y))
            ),
            (SampleScale::Log, Looks::One) => {
                let capped =
                    |values: &[f64]| values.iter().map(|value| value.min(self.cap)).collect::<Vec<_>>();
                let level = 1.0 - self.policy.alpha;
                let shift = hodges_lehmann(&capped(self.canary), &capped(self.baseline), level);
                let shift = shift.map_or(String::new(), |shift| match (shift.lower, shift.upper) {
                    (Some(lower), Some(upper)) => {
                        format!(" by {} ({} to {})", number(shift.estimate), number(lower), number(upper))
                    }
                    _ => format!(" by {}", number(shift.estimate)),
                });
                format!("the values of the canary are shifted{shift}{ratio}")
            }
            (SampleScale::Linear, _) => {
                format!("the canary has a mean of {}, its baseline one of {}{ratio}", number(x), number(y))
            }
        }
    }

    fn reason(&self, code: ReasonCode, severity: Severity, text: String, p: f64, effect: Effect) -> Reason {
        let finite = |value: f64| value.is_finite().then_some(value);
        let level = 1.0 - self.policy.alpha;
        let interval =
            finite(effect.low).zip(finite(effect.high)).map(|(low, high)| Interval { low, high, level });
        let evidence = Evidence { n: count(self.size()), p: Some(p), ..Evidence::default() };
        let evidence = if let Some(margin) = self.policy.absolute_margin {
            let [x, y] = effect.means;
            let observed = x - y;
            let interval =
                Some(Interval { low: observed - effect.half, high: observed + effect.half, level });
            let threshold = Some(self.sign() * margin);
            Evidence { observed: Some(observed), threshold, interval, ..evidence }
        } else {
            let unit = Some("1".to_owned());
            let threshold = Some(self.margin()).filter(|_| effect.is_relative);
            Evidence { observed: finite(effect.ratio), threshold, unit, interval, ..evidence }
        };
        Reason::new(code, severity, VALUES, text).with(evidence)
    }

    /// Compares the shares of values beyond the limit.
    fn beyond_limit(&self, limit: ValueLimit) -> Result<Limited> {
        let is_bad = |value: &&f64| match self.policy.direction {
            Direction::IncreaseIsBad => **value > limit.value,
            Direction::DecreaseIsBad => **value < limit.value,
        };
        let counts = |values: &[f64]| -> Result<Counts> {
            let bad = values.iter().filter(is_bad).count() as u64;
            Ok(Counts::new(Count::new(bad)?, values.len() as f64))
        };
        let (canary, baseline) = (counts(self.canary)?, counts(self.baseline)?);
        let policy = Policy {
            direction: Direction::IncreaseIsBad,
            margin_percent: limit.margin_percent,
            alpha: self.policy.alpha,
            looks: self.policy.looks,
            ..Policy::default()
        };
        let comparison = compare_counts(&canary, &baseline, &policy)?;
        let share = canary.events.as_f64() / canary.exposure;
        let none = TestResult { p: 1.0, log_e: None };
        let is_enough = !comparison.reasons.iter().any(|reason| reason.code == code::COUNTS_TOO_SMALL);
        let relative = comparison.safe.filter(|_| is_enough).unwrap_or(none);
        let tolerated = limit.tolerated_share.map(|tolerated| {
            let others = canary.exposure - canary.events.as_f64();
            let shares = Shares { canary: tolerated, baseline: 1.0 - tolerated };
            match self.policy.looks {
                Looks::Any => {
                    any_look(sequential::ln_safe(canary.events.as_f64(), others, shares, Prior::at(shares)))
                }
                Looks::One => {
                    TestResult { p: conditional::safe(canary.events.as_f64(), others, shares), log_e: None }
                }
            }
        });
        let beyond = comparison.ratio.unwrap_or(f64::INFINITY) > 1.0 + limit.margin_percent / 100.0;
        Ok(Limited {
            harm: comparison.harm.filter(|_| is_enough).unwrap_or(none),
            safe: tolerated.map_or(relative, |tolerated| either(relative, tolerated)),
            is_beyond: beyond && limit.tolerated_share.is_none_or(|tolerated| share > tolerated),
            needed: comparison.needed_events,
            is_tolerated: tolerated.is_some_and(|tolerated| tolerated.p < relative.p),
            share,
            n: canary.exposure,
            limit,
            alpha: self.policy.alpha,
            comparison,
        })
    }
}

/// The subjects of the reasons.
const VALUES: &str = "values";
const LIMIT: &str = "limit";

/// What the shares of values beyond the limit say.
struct Limited {
    harm: TestResult,
    safe: TestResult,
    is_beyond: bool,
    needed: Option<Count>,
    /// Whether the tolerated share passes more easily than that of the baseline.
    is_tolerated: bool,
    share: f64,
    n: f64,
    limit: ValueLimit,
    alpha: f64,
    comparison: Comparison,
}

impl Limited {
    fn reasons(&self, verdict: Verdict, is_harm: bool) -> Vec<Reason> {
        let limit = number(self.limit.value);
        let margin = number(self.limit.margin_percent);
        let evidence =
            self.comparison.reasons.first().map(|reason| reason.evidence.clone()).unwrap_or_default();
        let change = self.change();
        let of = |code, severity, text: String, p| {
            Reason::new(code, severity, LIMIT, text).with(Evidence { p: Some(p), ..evidence.clone() })
        };
        match verdict {
            Verdict::Failed => {
                let p = super::compare::p_value(self.harm.p);
                let half = number(self.alpha / 2.0);
                let text =
                    format!("{change}: worse beyond the margin of {margin} % ({p}, half of alpha {half})");
                vec![of(code::HARM_PROVEN, Severity::Error, text, self.harm.p)]
            }
            Verdict::Passed if self.is_tolerated => {
                let tolerated = self.limit.tolerated_share.unwrap_or_default();
                let text = format!(
                    "{} % of the values of the canary are beyond {limit}: proven to be at most {} %",
                    number(self.share * 100.0),
                    number(tolerated * 100.0)
                );
                vec![Reason::new(code::SHARE_TOLERATED, Severity::Info, LIMIT, text).with(Evidence {
                    observed: Some(self.share),
                    threshold: Some(tolerated),
                    unit: Some("1".to_owned()),
                    n: count(self.n),
                    p: Some(self.safe.p),
                    ..Evidence::default()
                })]
            }
            Verdict::Passed => {
                let p = super::compare::p_value(self.safe.p);
                let text = format!("{change}: not worse by {margin} % ({p})");
                let mut reasons = vec![of(code::WITHIN_MARGIN, Severity::Info, text, self.safe.p)];
                if is_harm {
                    let text = format!("{change}: worse than the baseline, but within the margin");
                    let code = code::DEGRADED_WITHIN_MARGIN;
                    reasons.push(of(code, Severity::Warning, text, self.harm.p));
                }
                reasons
            }
            _ => {
                let more = self.needed.map_or(String::new(), |needed| {
                    format!(
                        "; a canary as good as its baseline needs about {needed} such values of both arms"
                    )
                });
                let is_small = |reason: &Reason| reason.code == code::COUNTS_TOO_SMALL;
                let code = if self.comparison.reasons.iter().any(is_small) {
                    code::COUNTS_TOO_SMALL
                } else {
                    code::COUNTS_INCONCLUSIVE
                };
                let text =
                    format!("{change}: neither worse nor within the margin of {margin} % is proven{more}");
                vec![of(code, Severity::Warning, text, self.safe.p)]
            }
        }
    }

    fn change(&self) -> String {
        let ratio = self
            .comparison
            .ratio
            .map_or(String::new(), |ratio| format!(", {} times the share of its baseline", number(ratio)));
        format!(
            "{} % of the values of the canary are beyond {}{ratio}",
            number(self.share * 100.0),
            number(self.limit.value)
        )
    }
}

/// The mean of the canary minus `factor` times that of the baseline.
#[derive(Clone, Copy, Debug)]
struct Contrast {
    x: Arm,
    y: Arm,
    factor: f64,
    /// The variances of both means.
    of_x: f64,
    of_y: f64,
    error: f64,
}

impl Contrast {
    /// An arm that is constant has the variance of the other one: its own says too little.
    fn new(x: Arm, y: Arm, factor: f64) -> Self {
        let variance = |own: Arm, other: Arm| if own.variance > 0.0 { own.variance } else { other.variance };
        let (of_x, of_y) = (variance(x, y) / x.n, variance(y, x) / y.n);
        Self { x, y, factor, of_x, of_y, error: (of_x + factor * factor * of_y).sqrt() }
    }

    fn n(self) -> f64 {
        self.x.n + self.y.n
    }

    /// The degrees of freedom by Welch and Satterthwaite.
    fn df(self) -> f64 {
        let (x, y) = (self.of_x, self.factor * self.factor * self.of_y);
        let df = (x + y) * (x + y) / (x * x / (self.x.n - 1.0) + y * y / (self.y.n - 1.0));
        if df.is_finite() { df } else { self.x.n.min(self.y.n) - 1.0 }
    }
}

/// The test that rejects if either one does at half of alpha.
fn either(one: TestResult, other: TestResult) -> TestResult {
    let best = if one.p < other.p || one.p <= other.p && one.log_e > other.log_e { one } else { other };
    let log_e = best.log_e.map(|log_e| log_e - std::f64::consts::LN_2);
    TestResult { p: (2.0 * best.p).min(1.0), log_e }
}

/// The test that rejects if both do.
fn both(one: TestResult, other: TestResult) -> TestResult {
    let log_e = one.log_e.zip(other.log_e).map(|(one, other)| one.min(other));
    TestResult { p: one.p.max(other.p), log_e }
}

/// The p-value of an e-process.
fn any_look(ln_e: f64) -> TestResult {
    TestResult { p: libm::exp(-ln_e).min(1.0), log_e: Some(ln_e) }
}

/// A whole number of 0 or more as a count; `None` if it is too great.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast of f64 saturates")]
fn count(number: f64) -> Option<Count> {
    Count::new(number as u64).ok()
}
