//! Comparison of series that depend on their own past. The correlation of a value with the one before says how many
//! independent values would say as much (G. V. Bayley and J. M. Hammersley, Supplement to the Journal of the Royal
//! Statistical Society 8, 1946); all tests count with that number. Growth is the slope of P. K. S. Sen (Journal of the
//! American Statistical Association 63, 1968), tested by M. G. Kendall's statistic.
use super::comparison::{Comparison, TestResult, Verdict};
use super::gauge::{GaugePairing, GaugePolicy, GaugeSample, check_series, value};
use super::lag::{correlation_of, effective_share, is_constant, mean_correlation};
use super::means::Moments;
use super::missing::{Arm, MissingRule, unusable};
use super::policy::Direction;
use super::rank::{self, RankMethod, sorted};
use super::{code, normal, shift, student};
use crate::error::{Faults, Result};
use crate::reason::{Evidence, Interval, Reason, ReasonCode, Severity, number};
use crate::scalar::Count;
use crate::time::Timestamp;

/// Compares a gauge of a canary (processor use, memory, a queue) with that of its baseline, at one look.
///
/// One value a minute says less than as many independent values: with a correlation of 0.6 to the minute before, 60 say as
/// much as 15. The tests count with that number, so that a harmless canary fails as rarely as `alpha` says. A rank test that
/// takes the values as independent fails a third of them.
///
/// | verdict | condition |
/// | --- | --- |
/// | `no_data` | an arm has no values, or the arms have no instant in common |
/// | `invalid` | more than 20 % of the values are missing in one arm, and fewer than 5 % in the other |
/// | `passed` | all values of the arms are equal, eight or more |
/// | `inconclusive` | the values say less than 8 independent ones |
/// | `failed` | "not worse" is rejected, and the difference is beyond the margin |
/// | `failed` | "does not grow" is rejected, and the growth of the difference in the time compared is beyond the margin |
/// | `inconclusive` | "does not grow" is rejected: the difference is within the margin so far |
/// | `passed` | "worse by the margin or more" is rejected |
/// | `inconclusive` | otherwise |
///
/// In the result, `ratio` is the level of the canary divided by that of the baseline, where that is above 0.
///
/// ```
/// use relcore::stats::{GaugePolicy, GaugeSample, Verdict, compare_gauges};
/// use relcore::{Span, Timestamp};
/// let begin = Timestamp::parse("2026-11-23T09:00:00Z")?;
/// let memory = |level: f64, growth: f64| -> relcore::Result<Vec<GaugeSample>> {
///     let noise = |i: i32| f64::from(i * 7919 % 101) / 10.0 * level / 500.0;
///     let at = |i: i32| begin.plus(Span::from_minutes(i));
///     (0..60).map(|i| Ok(GaugeSample::new(at(i)?, level + noise(i) + growth * f64::from(i)))).collect()
/// };
/// let policy = GaugePolicy::default().margin_percent(10.0);
/// let baseline = memory(500.0, 0.0)?;
/// assert_eq!(compare_gauges(&memory(505.0, 0.0)?, &baseline, &policy)?.verdict, Verdict::Passed);
/// assert_eq!(compare_gauges(&memory(500.0, 2.0)?, &baseline, &policy)?.verdict, Verdict::Failed);
/// // Pitfall: five minutes of the canary cannot be compared with an hour of its baseline.
/// assert_eq!(compare_gauges(&memory(505.0, 0.0)?[..5], &baseline, &policy)?.verdict, Verdict::Invalid);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `unordered` and `duplicate` for samples that are not in the order of time, `missing_field` for a
/// missing value that the policy refuses, `out_of_range` for a value beyond 1e100, more than 100,000 samples, a negative
/// margin and an `alpha` of 5.
pub fn compare_gauges(
    canary: &[GaugeSample],
    baseline: &[GaugeSample],
    policy: &GaugePolicy,
) -> Result<Comparison> {
    let mut faults = Faults::new();
    check_series(canary, "canary", policy.missing, &mut faults);
    check_series(baseline, "baseline", policy.missing, &mut faults);
    policy.check(&mut faults);
    faults.finish()?;
    let policy_digest = crate::digest::of(policy)?;
    let (findings, verdict, reasons) = match policy.pairing {
        GaugePairing::Paired => Pairs::of(canary, baseline, policy.missing).compare(policy),
        GaugePairing::Independent => independent(canary, baseline, policy),
    };
    Ok(Comparison {
        ratio: findings.ratio(findings.shift),
        ratio_low: findings.ratio(findings.low),
        ratio_high: findings.ratio(findings.high),
        harm: findings.harm.map(|p| TestResult { p, log_e: None }),
        safe: findings.safe.map(|p| TestResult { p, log_e: None }),
        reasons,
        ..Comparison::empty(verdict, policy_digest)
    })
}

/// The number of independent values from which there is a test.
const LEAST_VALUES: f64 = 8.0;

/// What the values of two arms show, in the unit of the gauge.
#[derive(Clone, Copy, Debug, Default)]
struct Findings {
    /// The level of the baseline.
    level: Option<f64>,
    /// The canary minus the baseline, with the ends of its interval.
    shift: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    harm: Option<f64>,
    safe: Option<f64>,
    /// The number of values, or of pairs.
    n: usize,
    /// The number of independent values that say as much.
    effective: f64,
}

impl Findings {
    fn ratio(&self, shift: Option<f64>) -> Option<f64> {
        let level = self.level.filter(|level| *level > 0.0)?;
        Some((level + shift?) / level).filter(|ratio| ratio.is_finite())
    }

    /// The tolerated change, in the unit of the gauge.
    fn margin(&self, policy: &GaugePolicy) -> f64 {
        policy.margin.unwrap_or_else(|| self.level.unwrap_or_default().abs() * policy.margin_percent / 100.0)
    }

    fn reason(
        &self,
        code: ReasonCode,
        severity: Severity,
        text: String,
        p: Option<f64>,
        policy: &GaugePolicy,
    ) -> Reason {
        let level = 1.0 - policy.alpha;
        let interval = self.low.zip(self.high).map(|(low, high)| Interval { low, high, level });
        Reason::new(code, severity, "difference", text).with(Evidence {
            observed: self.shift,
            threshold: Some(sign(policy) * self.margin(policy)),
            n: Some(Count::of(self.n)),
            p,
            interval,
            ..Evidence::default()
        })
    }

    fn text(&self) -> String {
        format!(
            "the level of the canary differs from that of its baseline, {}, by {}",
            number(self.level.unwrap_or_default()),
            number(self.shift.unwrap_or_default())
        )
    }

    /// The verdict by both tests, each at its level.
    fn judge(&self, policy: &GaugePolicy, alpha_of_harm: f64) -> (Verdict, Vec<Reason>) {
        let (margin, text) = (self.margin(policy), self.text());
        let (harm, safe) = (self.harm.unwrap_or(1.0), self.safe.unwrap_or(1.0));
        let is_harmed = harm <= alpha_of_harm;
        let is_beyond = self.shift.is_some_and(|shift| sign(policy) * shift > margin);
        let shown = number(margin);
        if is_harmed && is_beyond {
            let text = format!("{text}: worse beyond the margin of {shown}");
            return (
                Verdict::Failed,
                vec![self.reason(code::HARM_PROVEN, Severity::Error, text, self.harm, policy)],
            );
        }
        if safe <= policy.alpha {
            let first = format!("{text}: not worse by {shown}");
            let mut reasons =
                vec![self.reason(code::WITHIN_MARGIN, Severity::Info, first, self.safe, policy)];
            if is_harmed {
                let text = format!("{text}: worse than the baseline, but within the margin");
                reasons.push(self.reason(
                    code::DEGRADED_WITHIN_MARGIN,
                    Severity::Warning,
                    text,
                    self.harm,
                    policy,
                ));
            }
            return (Verdict::Passed, reasons);
        }
        let text = format!("{text}: neither worse nor within the margin of {shown} is proven");
        let reason = self.reason(code::GAUGE_INCONCLUSIVE, Severity::Warning, text, self.safe, policy);
        (Verdict::Inconclusive, vec![reason])
    }

    fn too_few(self, policy: &GaugePolicy) -> (Self, Verdict, Vec<Reason>) {
        let text = format!(
            "{} values of the gauge say as much as {} independent ones: expected {LEAST_VALUES} or more",
            self.n,
            number(self.effective)
        );
        let reason = self.reason(code::GAUGE_TOO_FEW_VALUES, Severity::Warning, text, None, policy);
        (self, Verdict::Inconclusive, vec![reason])
    }

    fn constant(self, policy: &GaugePolicy) -> (Self, Verdict, Vec<Reason>) {
        let text =
            format!("{}, always by the same: values that never vary say nothing about chance", self.text());
        let reason = self.reason(code::GAUGE_INCONCLUSIVE, Severity::Warning, text, None, policy);
        (self, Verdict::Inconclusive, vec![reason])
    }

    fn identical(self, policy: &GaugePolicy) -> (Self, Verdict, Vec<Reason>) {
        let text = format!("all {} values of the canary are those of its baseline", self.n);
        let reason = self.reason(code::GAUGES_IDENTICAL, Severity::Info, text, None, policy);
        (self, Verdict::Passed, vec![reason])
    }
}

/// 1 if greater values are worse, else −1.
fn sign(policy: &GaugePolicy) -> f64 {
    match policy.direction {
        Direction::IncreaseIsBad => 1.0,
        Direction::DecreaseIsBad => -1.0,
    }
}

/// An instant with the values of the canary and of the baseline.
type Row = (Timestamp, Option<f64>, Option<f64>);

/// Both arms at the instants of either.
struct Pairs {
    rows: Vec<Row>,
    rule: MissingRule,
}

impl Pairs {
    fn of(canary: &[GaugeSample], baseline: &[GaugeSample], rule: MissingRule) -> Self {
        let filled = |sample: &GaugeSample| value(sample).or((rule == MissingRule::Zero).then_some(0.0));
        let (mut x, mut y) = (canary.iter().peekable(), baseline.iter().peekable());
        let mut rows = Vec::with_capacity(canary.len().max(baseline.len()));
        while let Some(at) = x.peek().map(|s| s.at).into_iter().chain(y.peek().map(|s| s.at)).min() {
            let of_canary = x.next_if(|sample| sample.at == at).and_then(filled);
            let of_baseline = y.next_if(|sample| sample.at == at).and_then(filled);
            rows.push((at, of_canary, of_baseline));
        }
        Self { rows, rule }
    }

    fn compare(&self, policy: &GaugePolicy) -> (Findings, Verdict, Vec<Reason>) {
        let arm = |of: fn(&Row) -> Option<f64>| {
            let known = self.rows.iter().filter(|row| of(row).is_some()).count();
            Arm { known: Count::of(known), missing: Count::of(self.rows.len().saturating_sub(known)) }
        };
        // What was not measured at an instant of the other arm is missing, and is no zero.
        let rule = if self.rule == MissingRule::Zero { MissingRule::Remove } else { self.rule };
        if let Some((verdict, reason)) = unusable(arm(|row| row.1), arm(|row| row.2), rule) {
            return (Findings::default(), verdict, vec![reason]);
        }
        let differences: Vec<Option<f64>> =
            self.rows.iter().map(|(_, x, y)| x.zip(*y).map(|(x, y)| x - y)).collect();
        let known: Vec<f64> = differences.iter().flatten().copied().collect();
        if known.is_empty() {
            let text = "the canary and its baseline have no instant in common: expected paired values, or `independent`";
            let reason = Reason::new(code::GAUGES_WITHOUT_PAIRS, Severity::Warning, "difference", text);
            return (Findings::default(), Verdict::NoData, vec![reason]);
        }
        let levels: Vec<f64> = self.rows.iter().filter_map(|(_, x, y)| x.and(*y)).collect();
        let n = known.len();
        let mean = Moments::of(&known).mean;
        let found =
            Findings { level: Some(Moments::of(&levels).mean), shift: Some(mean), n, ..Findings::default() };
        if is_constant(&differences) {
            let found = Findings { effective: size(n), ..found };
            let is_identical = known.iter().all(|difference| difference.abs() <= 0.0);
            if size(n) < LEAST_VALUES {
                return found.too_few(policy);
            }
            return if is_identical { found.identical(policy) } else { found.constant(policy) };
        }
        let share = correlation_of(&differences).map_or(0.0, effective_share);
        let found = Findings { effective: size(n) * share, ..found };
        let growth = if policy.finds_leaks { self.growth(&differences) } else { None };
        let alpha_of_harm = if policy.finds_leaks { policy.alpha / 2.0 } else { policy.alpha };
        let found = found.with_t_test(&known, policy);
        let leak = growth.filter(|growth| growth.p(sign(policy)) <= alpha_of_harm);
        if found.effective < LEAST_VALUES && leak.is_none() {
            return found.too_few(policy);
        }
        let (verdict, mut reasons) = found.judge(policy, alpha_of_harm);
        let Some(leak) = leak.filter(|_| verdict != Verdict::Failed) else {
            return (found, verdict, reasons);
        };
        let margin = found.margin(policy);
        let is_beyond = sign(policy) * leak.change > margin;
        let text = format!(
            "the difference between the canary and its baseline changed by {} in the time compared, {} an hour",
            number(leak.change),
            number(leak.slope)
        );
        let (verdict, code, severity, text) = if is_beyond {
            let text = format!("{text}: it grows, beyond the margin of {}", number(margin));
            (Verdict::Failed, code::GAUGE_LEAKS, Severity::Error, text)
        } else {
            let text = format!("{text}: it grows, within the margin of {} so far", number(margin));
            (Verdict::Inconclusive, code::GAUGE_DRIFTS, Severity::Warning, text)
        };
        let reason = Reason::new(code, severity, "growth", text).with(Evidence {
            observed: Some(leak.change),
            threshold: Some(sign(policy) * margin),
            n: Some(Count::of(n)),
            p: Some(leak.p(sign(policy))),
            ..Evidence::default()
        });
        // What the level shows is no reason to go on.
        reasons.retain(|reason| reason.severity != Severity::Info);
        reasons.insert(0, reason);
        (found, verdict, reasons)
    }

    /// The growth of the differences; `None` if what is left of them says less than 8 independent values.
    fn growth(&self, differences: &[Option<f64>]) -> Option<Growth> {
        let first = self.rows.first()?.0;
        let points: Vec<(f64, f64)> = self
            .rows
            .iter()
            .zip(differences)
            .filter_map(|((at, ..), difference)| Some((hours(first, *at), (*difference)?)))
            .collect();
        let points = blocks(&points);
        let slope = median_slope(&points)?;
        let rest: Vec<Option<f64>> = self
            .rows
            .iter()
            .zip(differences)
            .map(|((at, ..), difference)| difference.map(|value| value - slope * hours(first, *at)))
            .collect();
        let share = correlation_of(&rest).map_or(1.0, effective_share);
        let effective = size(differences.iter().flatten().count()) * share;
        let duration = points.last()?.0 - points.first()?.0;
        let count = size(points.len());
        // Blocks are fewer than their values, and depend less on one another.
        let scale = (effective / count).min(1.0);
        let z = concordance(&points)? * scale.sqrt();
        (effective >= LEAST_VALUES && slope.is_finite()).then_some(Growth {
            slope,
            change: slope * duration,
            z,
            df: effective.min(count) - 2.0,
        })
    }
}

/// The growth of a difference.
#[derive(Clone, Copy, Debug)]
struct Growth {
    /// In an hour.
    slope: f64,
    /// In the time compared.
    change: f64,
    /// Kendall's statistic, in standard deviations.
    z: f64,
    df: f64,
}

impl Growth {
    /// The one-sided p-value against "it does not grow in the direction of `sign`".
    fn p(&self, sign: f64) -> f64 {
        student::upper(sign * self.z, self.df)
    }
}

/// At most a thousand points: the means of blocks of equal length.
fn blocks(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let length = points.len().div_ceil(1000).max(1);
    let mean = |block: &[(f64, f64)], of: fn(&(f64, f64)) -> f64| {
        block.iter().map(of).sum::<f64>() / size(block.len())
    };
    points.chunks(length).map(|block| (mean(block, |point| point.0), mean(block, |point| point.1))).collect()
}

/// The median of the slopes of all pairs of points.
fn median_slope(points: &[(f64, f64)]) -> Option<f64> {
    let mut slopes: Vec<f64> =
        pairs(points).map(|(before, after)| (after.1 - before.1) / (after.0 - before.0)).collect();
    let middle = slopes.len() / 2;
    if slopes.is_empty() {
        return None;
    }
    let is_even = slopes.len().is_multiple_of(2);
    let (below, upper, _) = slopes.select_nth_unstable_by(middle, f64::total_cmp);
    let upper = *upper;
    let lower = if is_even { below.iter().copied().max_by(f64::total_cmp)? } else { upper };
    Some(lower + (upper - lower) / 2.0)
}

/// The number of pairs that ascend minus that of pairs that descend, in standard deviations, corrected for continuity.
fn concordance(points: &[(f64, f64)]) -> Option<f64> {
    let order = |(before, after): (&(f64, f64), &(f64, f64))| match after.1.partial_cmp(&before.1) {
        Some(std::cmp::Ordering::Greater) => 1.0,
        Some(std::cmp::Ordering::Less) => -1.0,
        _ => 0.0,
    };
    let sum: f64 = pairs(points).map(order).sum();
    let n = size(points.len());
    let mut values: Vec<f64> = points.iter().map(|point| point.1).collect();
    values.sort_unstable_by(f64::total_cmp);
    let ties: f64 = values
        .chunk_by(|a, b| a >= b) // equal, because they ascend
        .map(|group| size(group.len()))
        .map(|t| t * (t - 1.0) * (2.0 * t + 5.0))
        .sum();
    let variance = (n * (n - 1.0) * (2.0 * n + 5.0) - ties) / 18.0;
    let z = (sum.abs() - 1.0).max(0.0).copysign(sum) / variance.sqrt();
    z.is_finite().then_some(z)
}

fn pairs(points: &[(f64, f64)]) -> impl Iterator<Item = (&(f64, f64), &(f64, f64))> {
    points.iter().enumerate().flat_map(|(index, before)| {
        points.iter().skip(index.saturating_add(1)).map(move |after| (before, after))
    })
}

impl Findings {
    /// Student's test of the mean of the differences, with the effective number of values. The correlation is an estimate,
    /// and that of a short series varies much, so the test has fewer degrees of freedom than independent values would have.
    fn with_t_test(self, differences: &[f64], policy: &GaugePolicy) -> Self {
        let Moments { n, mean, variance } = Moments::of(differences);
        // The mean of a series follows its values, so that they vary less about it than about the true mean.
        let unbiased = variance * (n - 1.0) / (n * (1.0 - 1.0 / self.effective.max(2.0)));
        let error = (unbiased / self.effective).sqrt();
        let df = (self.effective - 2.0).max(1.0);
        let (sign, margin) = (sign(policy), self.margin(policy));
        let half = error * student::upper_quantile(policy.alpha / 2.0, df);
        let p = |excess: f64| student::upper(excess / error, df);
        Self {
            low: Some(mean - half),
            high: Some(mean + half),
            harm: Some(p(sign * mean)),
            safe: Some(p(margin - sign * mean)),
            ..self
        }
    }
}

/// The rank test of all values of both arms.
fn independent(
    canary: &[GaugeSample],
    baseline: &[GaugeSample],
    policy: &GaugePolicy,
) -> (Findings, Verdict, Vec<Reason>) {
    let series = |samples: &[GaugeSample]| -> Vec<Option<f64>> {
        let zero = (policy.missing == MissingRule::Zero).then_some(0.0);
        samples.iter().map(|sample| value(sample).or(zero)).collect()
    };
    let (x, y) = (series(canary), series(baseline));
    let arm = |series: &[Option<f64>]| {
        let known = series.iter().flatten().count();
        Arm { known: Count::of(known), missing: Count::of(series.len().saturating_sub(known)) }
    };
    if let Some((verdict, reason)) = unusable(arm(&x), arm(&y), policy.missing) {
        return (Findings::default(), verdict, vec![reason]);
    }
    let values = |series: &[Option<f64>]| {
        sorted(&series.iter().flatten().copied().collect::<Vec<f64>>()).unwrap_or_default()
    };
    let (of_canary, of_baseline) = (values(&x), values(&y));
    let n = of_canary.len().saturating_add(of_baseline.len());
    let level = shift::percentile(&of_baseline, 0.5);
    let both: Vec<Option<f64>> = x.iter().chain(&y).copied().collect();
    let found = Findings { level, n, ..Findings::default() };
    if is_constant(&both) {
        let found = Findings { shift: Some(0.0), effective: size(n), ..found };
        return if size(n) >= 2.0 * LEAST_VALUES { found.identical(policy) } else { found.too_few(policy) };
    }
    let share = effective_share(mean_correlation(&[&x, &y]));
    let found = Findings { effective: size(n) * share, ..found };
    let df = found.effective - 2.0;
    // The level of independent values at which their interval is as wide.
    let confidence =
        |df: f64| 1.0 - 2.0 * normal::upper(student::upper_quantile(policy.alpha / 2.0, df) / share.sqrt());
    if found.effective < 2.0 * LEAST_VALUES {
        let shift =
            shift::hodges_lehmann_of_sorted(&of_canary, &of_baseline, 0.5).map(|shift| shift.estimate);
        return Findings { shift, ..found }.too_few(policy);
    }
    let shift = shift::hodges_lehmann_of_sorted(&of_canary, &of_baseline, confidence(df));
    let margin = found.margin(policy);
    let sign = sign(policy);
    // The p-value against "the canary, moved by so much, is not greater" (of sign 1) or "not less" (of sign −1).
    let p = |by: f64, sign: f64| {
        let moved: Vec<f64> = of_canary.iter().map(|value| value + by).collect();
        let counts = rank::Counts::of(&moved, &of_baseline);
        let test = rank::rank_test_of_sorted(&moved, &of_baseline, RankMethod::NormalUncorrected);
        let deviation = counts.deviation();
        let pairs = size(of_canary.len()) * size(of_baseline.len());
        let excess = test.map_or(0.0, |test| sign * (test.u - pairs / 2.0));
        if deviation > 0.0 { student::upper((excess - 0.5) / deviation * share.sqrt(), df) } else { 1.0 }
    };
    let found = Findings {
        shift: shift.map(|shift| shift.estimate),
        low: shift.and_then(|shift| shift.lower),
        high: shift.and_then(|shift| shift.upper),
        harm: Some(p(0.0, sign)),
        safe: Some(p(-sign * margin, -sign)),
        ..found
    };
    let (verdict, reasons) = found.judge(policy, policy.alpha);
    (found, verdict, reasons)
}

#[expect(clippy::cast_precision_loss, reason = "at most 200,000 values")]
fn size(items: usize) -> f64 {
    items as f64
}

/// The time from the first instant, in hours.
#[expect(clippy::cast_precision_loss, reason = "milliseconds of 10,000 years are below 2^53")]
fn hours(first: Timestamp, at: Timestamp) -> f64 {
    at.since(first).as_millis() as f64 / 3_600_000.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::simulation::Dice;
    use crate::time::Span;
    use proptest::prelude::*;

    fn gauge(values: impl IntoIterator<Item = f64>) -> Vec<GaugeSample> {
        let begin = Timestamp::parse("2026-11-23T09:00:00Z").unwrap();
        let at = |minute: i32| begin.plus(Span::from_minutes(minute)).unwrap();
        (0..).zip(values).map(|(minute, value)| GaugeSample::new(at(minute), value)).collect()
    }

    /// The share of so many pairs of series of an hour with this verdict. The canary's level is moved by `shift` standard
    /// deviations, and by `growth` of them in the hour.
    fn share(of: Verdict, correlation: f64, (shift, growth): (f64, f64), policy: &GaugePolicy) -> f64 {
        let mut dice = Dice::new(20_261_127);
        let (runs, length) = (1000_u32, 60);
        let hits: u32 = (0..runs)
            .map(|_| {
                let baseline = dice.series(length, correlation).into_iter().map(|value| value + 100.0);
                let baseline = gauge(baseline);
                let moved = (0..60_u32).map(|i| 100.0 + shift + growth * f64::from(i) / 60.0);
                let canary =
                    gauge(dice.series(length, correlation).into_iter().zip(moved).map(|(a, b)| a + b));
                u32::from(compare_gauges(&canary, &baseline, policy).unwrap().verdict == of)
            })
            .sum();
        f64::from(hits) / f64::from(runs)
    }

    #[test]
    fn harmless_canaries_of_an_hour_fail_in_at_most_6_percent() {
        for pairing in [GaugePairing::Paired, GaugePairing::Independent] {
            // As good as no margin.
            let policy = GaugePolicy::default().pairing(pairing).margin(1e-6);
            for correlation in [0.3, 0.6, 0.9] {
                let failed = share(Verdict::Failed, correlation, (0.0, 0.0), &policy);
                assert!(failed <= 0.06, "{pairing} {correlation}: {failed}");
            }
        }
    }

    #[test]
    fn canaries_at_the_margin_pass_in_at_most_6_percent() {
        for pairing in [GaugePairing::Paired, GaugePairing::Independent] {
            let policy = GaugePolicy::default().pairing(pairing).margin(1.0);
            for correlation in [0.3, 0.6] {
                let passed = share(Verdict::Passed, correlation, (1.0, 0.0), &policy);
                assert!(passed <= 0.06, "{pairing} {correlation}: {passed}");
            }
        }
    }

    #[test]
    fn shifts_and_leaks_are_found() {
        for pairing in [GaugePairing::Paired, GaugePairing::Independent] {
            let policy = GaugePolicy::default().pairing(pairing).margin(1.0);
            assert!(share(Verdict::Failed, 0.3, (2.0, 0.0), &policy) > 0.9, "{pairing}");
            assert!(share(Verdict::Passed, 0.3, (0.0, 0.0), &policy) > 0.75, "{pairing}");
        }
        let policy = GaugePolicy::default().margin(3.0);
        assert!(share(Verdict::Failed, 0.3, (-2.0, 5.0), &policy) > 0.9);
        assert!(share(Verdict::Failed, 0.3, (-2.0, 5.0), &policy.finds_leaks(false)) < 0.01);
    }

    #[test]
    fn equal_arms_pass_and_different_constants_are_inconclusive() {
        let policy = GaugePolicy::default();
        let wave = |level: f64| gauge((0..30_u32).map(move |i| level + f64::from(i % 7)));
        for pairing in [GaugePairing::Paired, GaugePairing::Independent] {
            let policy = policy.pairing(pairing);
            let constant = |value: f64| gauge([value; 30]);
            assert_eq!(
                compare_gauges(&constant(512.0), &constant(512.0), &policy).unwrap().verdict,
                Verdict::Passed
            );
            let apart = compare_gauges(&constant(900.0), &constant(512.0), &policy).unwrap();
            assert_eq!(apart.verdict, Verdict::Inconclusive);
        }
        assert_eq!(compare_gauges(&wave(3.0), &wave(3.0), &policy).unwrap().verdict, Verdict::Passed);
        let early = gauge([1.0; 30]);
        let late: Vec<GaugeSample> = wave(1.0)
            .into_iter()
            .map(|sample| GaugeSample { at: sample.at.plus(Span::from_minutes(600)).unwrap(), ..sample })
            .collect();
        assert_eq!(compare_gauges(&early, &late, &policy).unwrap().verdict, Verdict::NoData);
    }

    proptest! {
        #[test]
        fn another_unit_and_the_other_direction_have_the_same_verdict(
            seed in any::<u64>(), shift in -2.0..2.0_f64, growth in -3.0..3.0_f64, scale in 0.01..100.0_f64,
            is_paired in any::<bool>(),
        ) {
            let mut dice = Dice::new(seed);
            let pairing = if is_paired { GaugePairing::Paired } else { GaugePairing::Independent };
            let moved = (0..60_u32).map(|i| shift + growth * f64::from(i) / 60.0);
            let x: Vec<f64> = dice.series(60, 0.4).into_iter().zip(moved).map(|(a, b)| a + b).collect();
            let y = dice.series(60, 0.4);
            let policy = GaugePolicy::default().pairing(pairing).margin(1.0);
            let scaled = |values: &[f64], by: f64| gauge(values.iter().map(|value| value * by).collect::<Vec<_>>());
            let here = compare_gauges(&scaled(&x, 1.0), &scaled(&y, 1.0), &policy).unwrap();
            let there = compare_gauges(&scaled(&x, scale), &scaled(&y, scale), &policy.margin(scale)).unwrap();
            prop_assert_eq!(here.verdict, there.verdict);
            let fewer = policy.direction(Direction::DecreaseIsBad);
            let mirrored = compare_gauges(&scaled(&x, -1.0), &scaled(&y, -1.0), &fewer).unwrap();
            prop_assert_eq!(here.verdict, mirrored.verdict);
            let p = |test: Option<TestResult>| test.map_or(1.0, |test| test.p);
            prop_assert!((p(here.harm) - p(mirrored.harm)).abs() < 1e-9);
            prop_assert!((p(here.safe) - p(mirrored.safe)).abs() < 1e-9);
        }

        /// A greater margin makes no `passed` worse, and a worse canary no verdict better.
        #[test]
        fn a_worse_canary_passes_no_sooner(seed in any::<u64>(), shift in 0.0..3.0_f64, more in 0.0..3.0_f64, is_paired in any::<bool>()) {
            let mut dice = Dice::new(seed);
            let pairing = if is_paired { GaugePairing::Paired } else { GaugePairing::Independent };
            let (x, y) = (dice.series(60, 0.3), dice.series(60, 0.3));
            let policy = GaugePolicy::default().pairing(pairing).margin(1.0);
            let verdict = |by: f64| {
                let canary = gauge(x.iter().map(|value| value + by).collect::<Vec<_>>());
                compare_gauges(&canary, &gauge(y.clone()), &policy).unwrap().verdict
            };
            let badness = |verdict| match verdict { Verdict::Passed => 0, Verdict::Failed => 2, _ => 1 };
            prop_assert!(badness(verdict(shift)) <= badness(verdict(shift + more)));
        }
    }
}
