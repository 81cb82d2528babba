use super::code;
use super::conditional::Shares;
use super::sequential::{self, Class, Prior};
use crate::decision::{Explain, Outcome};
use crate::error::{ErrorKind, Faults, Result};
use crate::input::input;
use crate::reason::{Evidence, Interval, Reason, Severity, number};
use crate::scalar::Count;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

/// Checks that traffic was split as planned, for two or more arms: a test for a sample ratio mismatch (SRM).
///
/// A comparison of arms that did not get their planned shares is invalid, whatever it says: the requests that are missing
/// in one arm are seldom a random part of all.
///
/// | verdict | condition |
/// | --- | --- |
/// | `no_data` | no arm has units |
/// | `mismatched` | an arm with the weight 0 has units, or "the shares are the planned ones" is rejected |
/// | `matched` | the share of each arm is proven to be within the tolerance around the planned share, and the e-value is at most 1: nothing points to a mismatch |
/// | `inconclusive` | otherwise |
///
/// The test stays valid however often the caller looks: it is the Dirichlet-multinomial e-process with its prior around the
/// planned shares, log e = ln Γ(A) − ln Γ(A + N) + Σ (ln Γ(aᵢ + nᵢ) − ln Γ(aᵢ)) − Σ nᵢ ln θᵢ for aᵢ = A θᵢ (Lindon and Malek
/// 2022). A chi-squared test at 1 %, repeated at 100 looks, reports a mismatch in 10.6 % of correct splits; this one in 0.4 %.
/// The intervals of the shares invert the same test for one arm against all others; with three or more arms, each has its
/// part of alpha.
///
/// ```
/// use relcore::stats::{Arm, SplitPolicy, SplitVerdict, check_split};
/// let policy = SplitPolicy::default();
/// let arms = [Arm::new("canary", 10_900_u32, 10.0), Arm::new("baseline", 89_100_u32, 90.0)];
/// assert_eq!(check_split(&arms, &policy)?.verdict, SplitVerdict::Mismatched);
///
/// // Pitfall: a few units that look right prove nothing yet.
/// let arms = [Arm::new("canary", 10_u32, 10.0), Arm::new("baseline", 90_u32, 90.0)];
/// let check = check_split(&arms, &policy)?;
/// assert_eq!(check.verdict, SplitVerdict::Inconclusive);
/// assert!(check.needed_units.is_some());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `invalid_value` for fewer than 2 arms and an arm without a name, `duplicate` for two arms of the same
/// name, `out_of_range` for a negative weight, for weights that are all 0, for more than 1000 arms, and for an `alpha` of 5.
pub fn check_split(arms: &[Arm], policy: &SplitPolicy) -> Result<SplitCheck> {
    let mut faults = Faults::new();
    check_arms(arms, &mut faults);
    policy.check("policy", &mut faults);
    faults.finish()?;
    let policy_digest = crate::digest::of(policy)?;
    let split = Split::new(arms, policy);
    let log_e = split.log_e();
    let p = log_e.map_or(0.0, |log_e| libm::exp(-log_e).min(1.0));
    let shares: Vec<ArmShare> = split.shares();
    let verdict = if split.total <= 0.0 {
        SplitVerdict::NoData
    } else if p <= policy.alpha {
        SplitVerdict::Mismatched
    } else if log_e.is_some_and(|log_e| log_e <= 0.0) && shares.iter().all(|share| share.is_within(policy)) {
        SplitVerdict::Matched
    } else {
        SplitVerdict::Inconclusive
    };
    let needed_units = (verdict == SplitVerdict::Inconclusive).then(|| split.needed_units()).flatten();
    let reasons = split.reasons(verdict, &shares, p, needed_units);
    Ok(SplitCheck {
        verdict,
        p,
        log_e,
        units: whole(split.total),
        arms: shares,
        needed_units,
        reasons,
        policy_digest,
    })
}

input! {
    /// One arm of a split: its planned weight, and the units that it got.
    ///
    /// ```
    /// use relcore::stats::Arm;
    /// let canary = Arm::new("canary", 1012_u32, 10.0); // 10 of 100, or 0.1 of 1: weights are relative
    /// assert_eq!(canary.weight, 10.0);
    /// ```
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "stats.Arm", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Arm {
        /// The name of the arm: `canary`, `baseline`, the name of a variant.
        pub name: String,
        /// The number of users, sessions or requests that the arm got: the unit that is assigned at random.
        pub units: Count,
        /// The planned weight, in any unit that is the same for all arms; 0 for an arm that must get nothing.
        pub weight: f64,
    }
}

impl Arm {
    /// An arm with its units and its planned weight.
    #[must_use]
    pub fn new(name: impl Into<String>, units: impl Into<Count>, weight: f64) -> Self {
        Self { name: name.into(), units: units.into(), weight }
    }
}

input! {
    /// How certain a mismatch must be, and how close a split must be to its plan.
    ///
    /// ```
    /// use relcore::stats::SplitPolicy;
    /// assert_eq!(SplitPolicy::default().tolerance_percent(5.0).alpha, 0.001);
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "stats.SplitPolicy", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct SplitPolicy {
        /// The highest probability of a false `mismatched`, and that of a false `matched`, over all looks together. Default
        /// 0.001, as is usual for this check (Kohavi, Tang and Xu, Trustworthy Online Controlled Experiments, 2020, chapter
        /// 21; GrowthBook): a mismatch stops an experiment, and a real one is soon certain.
        pub alpha: f64,
        /// How far the share of an arm may be from the planned share to be `matched`, in percent of the planned share.
        /// Default 10. A mismatch that is proven is one, however small.
        pub tolerance_percent: f64,
        /// The weight of the prior, in units. Default 100. It decides how soon a small or a large mismatch is found, never
        /// how often a false one is.
        pub prior_units: f64,
    }
}

impl Default for SplitPolicy {
    fn default() -> Self {
        Self { alpha: 0.001, tolerance_percent: 10.0, prior_units: 100.0 }
    }
}

impl SplitPolicy {
    pub(crate) fn check(&self, path: &str, faults: &mut Faults) {
        for (field, value, range, text) in [
            ("alpha", self.alpha, 1e-9..=0.5, "a share from 1e-9 to 0.5"),
            ("tolerancePercent", self.tolerance_percent, 0.01..=99.0, "a percentage from 0.01 to 99"),
            ("priorUnits", self.prior_units, 0.01..=1e9, "0.01 to 1e9"),
        ] {
            faults.check(
                range.contains(&value),
                ErrorKind::OutOfRange,
                format_args!("{path}.{field}"),
                format_args!("`{value}` is out of range: expected {text}"),
            );
        }
    }
}

/// The p-value of a mismatch that is proven, of arms and a policy that were checked; none if it is not proven. The verdict is
/// that of [`check_split`], without its intervals and reasons.
pub(crate) fn mismatch(arms: &[Arm], policy: &SplitPolicy) -> Option<f64> {
    let split = Split::new(arms, policy);
    if split.total <= 0.0 {
        return None;
    }
    let p = split.log_e().map_or(0.0, |log_e| libm::exp(-log_e).min(1.0));
    (p <= policy.alpha).then_some(p)
}

/// Whether traffic was split as planned, made by [`check_split`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.SplitCheck", rename_all = "camelCase", deny_unknown_fields)]
pub struct SplitCheck {
    /// What is proven.
    pub verdict: SplitVerdict,
    /// The p-value against "the shares are the planned ones": the inverse of the e-value, at most 1; 0 if an arm with the
    /// weight 0 has units. The smallest p-value of all looks is valid, too.
    pub p: f64,
    /// The natural logarithm of the e-value; absent if an arm with the weight 0 has units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_e: Option<f64>,
    /// The units of all arms.
    pub units: Count,
    /// Each arm with its planned and its observed share, in the order of the input.
    pub arms: Vec<ArmShare>,
    /// The number of units of all arms at which a correct split is `matched`; only if the verdict is inconclusive and there
    /// are fewer units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needed_units: Option<Count>,
    /// The reasons: first that of the verdict. Never empty.
    pub reasons: Vec<Reason>,
    /// The digest of the policy that was applied.
    pub policy_digest: String,
}

/// The planned and the observed share of one arm.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.ArmShare", rename_all = "camelCase", deny_unknown_fields)]
pub struct ArmShare {
    /// The name of the arm.
    pub name: String,
    /// The units of the arm.
    pub units: Count,
    /// The planned share of all units, from 0 to 1.
    pub planned: f64,
    /// The share that the arm got; absent if no arm has units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed: Option<f64>,
    /// The lower end of the confidence interval of the share, valid at all looks together.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl ArmShare {
    /// Whether the interval is within the tolerance around the planned share.
    fn is_within(&self, policy: &SplitPolicy) -> bool {
        let slack = self.planned * policy.tolerance_percent / 100.0;
        self.low >= self.planned - slack && self.high <= self.planned + slack
    }

    fn is_off_plan(&self) -> bool {
        self.planned < self.low || self.planned > self.high
    }

    /// The distance of the farther end of the interval from the plan, in parts of the planned share.
    fn reach(&self) -> f64 {
        let distance = (self.planned - self.low).max(self.high - self.planned);
        if self.planned > 0.0 { distance / self.planned } else { distance }
    }
}

/// What the units of the arms prove about their split.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.SplitVerdict", rename_all = "snake_case")]
pub enum SplitVerdict {
    /// Every share is the planned one, within the tolerance, and nothing points to a mismatch.
    Matched,
    /// The shares are not the planned ones: no comparison of these arms is valid.
    Mismatched,
    /// Neither is proven yet.
    Inconclusive,
    /// No arm has units.
    NoData,
}

pub(super) fn check_arms(arms: &[Arm], faults: &mut Faults) {
    let count = arms.len();
    faults.check(
        count >= 2,
        ErrorKind::InvalidValue,
        format_args!("arms"),
        format_args!("a split of {count} arms cannot be checked: expected 2 or more"),
    );
    faults.check(
        count <= 1000,
        ErrorKind::OutOfRange,
        format_args!("arms"),
        format_args!("{count} arms are too many: expected at most 1000"),
    );
    let mut names = BTreeSet::new();
    for (index, arm) in arms.iter().enumerate() {
        faults.check(
            !arm.name.is_empty(),
            ErrorKind::InvalidValue,
            format_args!("arms[{index}].name"),
            format_args!("an arm needs a name"),
        );
        let name = &arm.name;
        faults.check(
            names.insert(name),
            ErrorKind::Duplicate,
            format_args!("arms[{index}].name"),
            format_args!("`{name}` is the name of another arm, too"),
        );
        let weight = arm.weight;
        faults.check(
            weight == 0.0 || (1e-9..=1e12).contains(&weight),
            ErrorKind::OutOfRange,
            format_args!("arms[{index}].weight"),
            format_args!("`{weight}` is out of range: expected 0, or 1e-9 to 1e12"),
        );
    }
    faults.check(
        arms.is_empty() || arms.iter().any(|arm| arm.weight != 0.0),
        ErrorKind::OutOfRange,
        format_args!("arms"),
        format_args!("all weights are 0: expected a weight above 0 for one arm or more"),
    );
}

/// Arms that passed their checks.
#[derive(Clone, Copy, Debug)]
struct Split<'a> {
    arms: &'a [Arm],
    policy: &'a SplitPolicy,
    total: f64,
    weights: f64,
}

impl<'a> Split<'a> {
    fn new(arms: &'a [Arm], policy: &'a SplitPolicy) -> Self {
        let total = arms.iter().map(|arm| arm.units.as_f64()).sum();
        let weights = arms.iter().map(|arm| arm.weight).sum();
        Self { arms, policy, total, weights }
    }

    /// The log e-value against "the shares are the planned ones"; `None` for infinity.
    fn log_e(self) -> Option<f64> {
        if self.arms.iter().any(|arm| arm.weight == 0.0 && arm.units.get() > 0) {
            return None;
        }
        let classes: Vec<Class> = self
            .arms
            .iter()
            .filter(|arm| arm.weight > 0.0)
            .map(|arm| {
                let share = arm.weight / self.weights;
                Class { count: arm.units.as_f64(), share, prior: self.policy.prior_units * share }
            })
            .collect();
        // The shares of a single class are always the planned ones.
        Some(if classes.len() < 2 { 0.0 } else { sequential::ln_multinomial(&classes) })
    }

    /// The confidence level of the interval of one share, so that all of them hold together.
    fn level(self) -> f64 {
        let intervals = self.arms.iter().filter(|arm| arm.weight > 0.0).count();
        // The two intervals of two arms are the same one.
        let intervals = if intervals <= 2 { 1.0 } else { Count::of(intervals).as_f64() };
        1.0 - self.policy.alpha / intervals
    }

    fn shares(self) -> Vec<ArmShare> {
        let share = |arm: &Arm| {
            let (units, planned) = (arm.units.as_f64(), arm.weight / self.weights);
            let (low, high) = self.interval(units, self.total - units, arm.weight);
            ArmShare {
                name: arm.name.clone(),
                units: arm.units,
                planned,
                observed: (self.total > 0.0).then(|| units / self.total),
                low,
                high,
            }
        };
        self.arms.iter().map(share).collect()
    }

    /// The interval of the share of an arm with this weight.
    fn interval(self, units: f64, others: f64, weight: f64) -> (f64, f64) {
        let rest = self.weights - weight;
        if units + others <= 0.0 {
            return (0.0, 1.0);
        }
        if weight <= 0.0 || rest <= 0.0 {
            let observed = units / (units + others); // without a plan of a share, without a prior
            return (observed, observed);
        }
        let shares = Shares::of(weight, rest, 1.0);
        let prior = Prior::weighted(shares, self.policy.prior_units);
        sequential::share_interval(units, others, prior, self.level())
    }

    /// The least number of units at which the exact planned split is within the tolerance. That of the arm with the
    /// smallest share decides, because its tolerance is the smallest.
    fn needed_units(self) -> Option<Count> {
        let planned = |weight: f64| weight / self.weights;
        let weight = self
            .arms
            .iter()
            .map(|arm| arm.weight)
            .filter(|weight| *weight > 0.0)
            .fold(f64::INFINITY, f64::min);
        let is_enough = |total: f64| {
            let units = total * planned(weight);
            let (low, high) = self.interval(units, total - units, weight);
            let slack = planned(weight) * self.policy.tolerance_percent / 100.0;
            low >= planned(weight) - slack && high <= planned(weight) + slack
        };
        let (mut low, mut high) = (self.total, self.total.max(1.0));
        while !is_enough(high) {
            (low, high) = (high, high * 2.0);
            if high > 1e15 {
                return None;
            }
        }
        // To three digits: the number is an estimate for a plan.
        while high - low > (high * 1e-3).max(1.0) {
            let middle = libm::floor(f64::midpoint(low, high));
            if is_enough(middle) {
                high = middle;
            } else {
                low = middle;
            }
        }
        Some(whole(high)).filter(|units| units.as_f64() > self.total)
    }

    fn reasons(
        self,
        verdict: SplitVerdict,
        shares: &[ArmShare],
        p: f64,
        needed: Option<Count>,
    ) -> Vec<Reason> {
        let alpha = number(self.policy.alpha);
        let reason = |code, severity, share: &ArmShare, text: String| {
            let interval = Interval { low: share.low, high: share.high, level: self.level() };
            Reason::new(code, severity, share.name.clone(), text).with(Evidence {
                observed: share.observed,
                threshold: Some(share.planned),
                unit: Some("1".to_owned()),
                n: Some(whole(self.total)),
                p: Some(p),
                interval: Some(interval),
                ..Evidence::default()
            })
        };
        let widest = shares
            .iter()
            .fold(None, |widest: Option<&ArmShare>, share| {
                widest.filter(|widest| widest.reach() >= share.reach()).or(Some(share))
            })
            .map(|share| (share, got(share)));
        match (verdict, widest) {
            (SplitVerdict::Mismatched, Some((widest, _))) => {
                let mut reasons: Vec<Reason> = shares
                    .iter()
                    .filter(|share| share.planned <= 0.0 && share.units.get() > 0)
                    .map(|share| {
                        let text = format!(
                            "the arm `{}` was to get nothing and got {} units: no comparison of these arms is valid",
                            share.name, share.units
                        );
                        reason(code::SPLIT_UNPLANNED_ARM, Severity::Error, share, text)
                    })
                    .collect();
                if !reasons.is_empty() {
                    return reasons;
                }
                let off_plan = shares.iter().filter(|share| share.is_off_plan());
                let mut blamed: Vec<&ArmShare> = off_plan.collect();
                if blamed.is_empty() {
                    blamed.push(widest); // only all arms together are too far from the plan
                }
                reasons.extend(blamed.into_iter().map(|share| {
                    let text = format!(
                        "{}: the split is not the planned one ({}, alpha {alpha}), and no comparison of these arms is valid",
                        got(share),
                        super::compare::p_value(p)
                    );
                    reason(code::SPLIT_MISMATCHED, Severity::Error, share, text)
                }));
                reasons
            }
            (SplitVerdict::Matched, Some((share, got))) => {
                let text = format!(
                    "{got}: within {} % of the plan, as every arm",
                    number(self.policy.tolerance_percent)
                );
                vec![reason(code::SPLIT_MATCHED, Severity::Info, share, text)]
            }
            (SplitVerdict::Inconclusive, Some((share, got))) => {
                let more = needed.map_or(String::new(), |needed| {
                    format!("; a correct split is proven with about {needed} units of all arms")
                });
                let text = format!(
                    "{got}: neither a mismatch nor a share within {} % of the plan is proven{more}",
                    number(self.policy.tolerance_percent)
                );
                vec![reason(code::SPLIT_INCONCLUSIVE, Severity::Warning, share, text)]
            }
            _ => {
                let text = "no arm has units, so the split is unknown";
                vec![Reason::new(code::SPLIT_WITHOUT_UNITS, Severity::Warning, "split", text)]
            }
        }
    }
}

fn got(share: &ArmShare) -> String {
    let percent = |share: f64| number(share * 100.0);
    let observed = percent(share.observed.unwrap_or_default());
    format!("the arm `{}` got {observed} % of the units instead of {} %", share.name, percent(share.planned))
}

/// A whole number of 0 or more as a count, at most the greatest.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast of f64 saturates")]
fn whole(number: f64) -> Count {
    Count::new((number as u64).min(Count::MAX)).unwrap_or_default()
}

/// Writes the check of a split as text for a person: the verdict and the reasons.
///
/// ```
/// use relcore::stats::{Arm, SplitPolicy, check_split, explain_split};
/// let arms = [Arm::new("canary", 700_u32, 1.0), Arm::new("baseline", 300_u32, 1.0)];
/// let check = check_split(&arms, &SplitPolicy::default())?;
/// assert!(explain_split(&check).starts_with("MISMATCHED"));
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn explain_split(check: &SplitCheck) -> String {
    check.explain()
}

/// The consequence of the check of a split for its caller.
///
/// | verdict | outcome |
/// | --- | --- |
/// | `matched` | `proceed` |
/// | `inconclusive`, `no_data` | `wait` |
/// | `mismatched` | `ask` |
///
/// A mismatch is no evidence against the new version: a rollback does not repair the assignment.
///
/// ```
/// use relcore::decision::Outcome;
/// use relcore::stats::{Arm, SplitPolicy, check_split, outcome_of_split};
/// // Pitfall: no units are no correct split.
/// let arms = [Arm::new("canary", 0_u32, 1.0), Arm::new("baseline", 0_u32, 1.0)];
/// assert_eq!(outcome_of_split(&check_split(&arms, &SplitPolicy::default())?), Outcome::Wait);
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn outcome_of_split(check: &SplitCheck) -> Outcome {
    Explain::outcome(check)
}

/// The text of [`explain_split`].
impl fmt::Display for SplitCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Explain::explain(self))
    }
}

impl Explain for SplitCheck {
    fn headline(&self) -> String {
        let headline = match self.verdict {
            SplitVerdict::Matched => "MATCHED: the traffic was split as planned",
            SplitVerdict::Mismatched => "MISMATCHED: the traffic was not split as planned",
            SplitVerdict::Inconclusive => "INCONCLUSIVE: the units prove nothing about the split yet",
            SplitVerdict::NoData => "NO DATA: no arm has units",
        };
        headline.to_owned()
    }

    fn outcome(&self) -> Outcome {
        match self.verdict {
            SplitVerdict::Matched => Outcome::Proceed,
            SplitVerdict::Inconclusive | SplitVerdict::NoData => Outcome::Wait,
            SplitVerdict::Mismatched => Outcome::Ask,
        }
    }

    fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    fn missing(&self) -> &[String] {
        &[]
    }

    fn next_check_at(&self) -> Option<Timestamp> {
        None
    }

    fn policy_digest(&self) -> &str {
        &self.policy_digest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_least_number_of_units_is_the_border_of_a_match() {
        let policy = SplitPolicy::default();
        for weight in [1.0, 10.0, 50.0] {
            let arms = [Arm::new("a", 0_u32, weight), Arm::new("b", 0_u32, 100.0 - weight)];
            let needed = Split::new(&arms, &policy).needed_units().unwrap().as_f64();
            let at = |total: f64| {
                let split = Split::new(&arms, &policy);
                let (low, high) =
                    split.interval(total * weight / 100.0, total * (1.0 - weight / 100.0), weight);
                low >= weight / 100.0 * 0.9 && high <= weight / 100.0 * 1.1
            };
            assert!(at(needed) && !at(needed * 0.99 - 2.0), "{weight}: {needed}");
        }
    }

    proptest! {
        #[test]
        fn two_arms_have_one_interval(units in 0..5000_u32, others in 1..5000_u32, weight in 0.01..0.99_f64) {
            let arms = [Arm::new("a", units, weight), Arm::new("b", others, 1.0 - weight)];
            let policy = SplitPolicy::default();
            let check = check_split(&arms, &policy).unwrap();
            let (a, b) = (&check.arms[0], &check.arms[1]);
            prop_assert!((a.low + b.high - 1.0).abs() < 1e-12 && (a.high + b.low - 1.0).abs() < 1e-12);
            // The interval and the test agree.
            prop_assert_eq!(check.p <= policy.alpha, a.is_off_plan());
            prop_assert_eq!(a.is_off_plan(), b.is_off_plan());
        }
    }
}
