//! Values that are missing: what they stand for, and whether what is left can be compared.
use super::arguments::check_values;
use super::code;
use super::comparison::Verdict;
use crate::error::{ErrorKind, Faults, Result};
use crate::input::input;
use crate::reason::{Evidence, Reason, Severity, number};
use crate::scalar::Count;
use serde::{Deserialize, Serialize};

/// What a missing value stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.MissingRule", rename_all = "snake_case")]
pub enum MissingRule {
    /// Nothing: it is left out.
    #[default]
    Remove,
    /// 0: for counters that are absent until the first event.
    Zero,
    /// A fault of the input.
    Refuse,
}

input! {
    /// A sample of which some values are missing: queries that failed, NaN, scrapes that were not made.
    ///
    /// ```
    /// use relcore::stats::PartialSample;
    /// let latency = PartialSample::new([120.0, 135.0, 118.0]).missing(2_u32);
    /// assert_eq!(latency.values.len(), 3);
    /// ```
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "stats.PartialSample", rename_all = "camelCase", deny_unknown_fields)]
    pub struct PartialSample {
        /// The values that there are.
        pub values: Vec<f64>,
        /// The number of values that are missing.
        #[serde(default)]
        pub missing: Count,
    }
}

impl PartialSample {
    /// A sample of which nothing is missing.
    #[must_use]
    pub fn new(values: impl IntoIterator<Item = f64>) -> Self {
        Self { values: values.into_iter().collect(), missing: Count::default() }
    }
}

/// Two samples without missing values, made by [`complete_samples`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.CompleteSamples", rename_all = "camelCase", deny_unknown_fields)]
pub struct CompleteSamples {
    /// The values of the canary.
    pub canary: Vec<f64>,
    /// The values of the baseline.
    pub baseline: Vec<f64>,
    /// `invalid` if values are missing in one arm alone, `no_data` if an arm has no values; absent if the samples can be
    /// compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// The reason of the verdict; empty without one.
    pub reasons: Vec<Reason>,
}

/// Makes samples with missing values ready for a test: removes what is missing, takes it as 0, or refuses it.
///
/// Removed values bias a test if they are not missing at random: a canary that answers too slowly to be measured has only
/// its fast values left. So the samples are `invalid` if more than 20 % are missing in one arm and fewer than 5 % in the
/// other.
///
/// ```
/// use relcore::stats::{MissingRule, PartialSample, RankMethod, Verdict, complete_samples, mann_whitney};
/// let canary = PartialSample::new([1.0, 2.0, 4.0, 5.0]).missing(1_u32);
/// let baseline = PartialSample::new([2.0, 3.0, 6.0, 7.0]).missing(1_u32);
/// let samples = complete_samples(&canary, &baseline, &MissingRule::Remove)?;
/// assert_eq!(samples.verdict, None);
/// assert_eq!(mann_whitney(&samples.canary, &samples.baseline, &RankMethod::Auto)?.u, 4.5);
///
/// // Pitfall: half of the canary's values are missing, and none of the baseline's.
/// let samples = complete_samples(&canary.missing(4_u32), &baseline.missing(0_u32), &MissingRule::Remove)?;
/// assert_eq!(samples.verdict, Some(Verdict::Invalid));
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `missing_field` for `refuse` and a missing value, `out_of_range` for an infinite value and for more
/// than 10,000,000 missing ones, `invalid_value` for a NaN.
pub fn complete_samples(
    canary: &PartialSample,
    baseline: &PartialSample,
    missing: &MissingRule,
) -> Result<CompleteSamples> {
    let mut faults = Faults::new();
    for (name, sample) in [("canary", canary), ("baseline", baseline)] {
        check_values(&sample.values, &format!("{name}.values"), 0, true, &mut faults);
        let count = sample.missing;
        faults.check(
            count.get() <= MOST_MISSING,
            ErrorKind::OutOfRange,
            format_args!("{name}.missing"),
            format_args!("`{count}` is out of range: expected at most {MOST_MISSING}"),
        );
        faults.check(
            *missing != MissingRule::Refuse || count.get() == 0,
            ErrorKind::MissingField,
            format_args!("{name}.missing"),
            format_args!("{count} values are missing, and `refuse` allows none"),
        );
    }
    faults.finish()?;
    let complete = |sample: &PartialSample| {
        let zeros = if *missing == MissingRule::Zero { sample.missing.get() } else { 0 };
        let zeros = usize::try_from(zeros).unwrap_or_default();
        sample.values.iter().copied().chain(std::iter::repeat_n(0.0, zeros)).collect::<Vec<f64>>()
    };
    let (x, y) = (complete(canary), complete(baseline));
    let arm = |sample: &PartialSample| Arm { known: Count::of(sample.values.len()), missing: sample.missing };
    let found = unusable(arm(canary), arm(baseline), *missing);
    let (verdict, reasons) = match found {
        Some((verdict, reason)) => (Some(verdict), vec![reason]),
        None => (None, Vec::new()),
    };
    Ok(CompleteSamples { canary: x, baseline: y, verdict, reasons })
}

/// The number of missing values up to which zeros are written.
const MOST_MISSING: u64 = 10_000_000;

/// How many values an arm has, and how many are missing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arm {
    pub(super) known: Count,
    pub(super) missing: Count,
}

impl Arm {
    /// The share that is missing; 0 for an arm without anything.
    fn share(self) -> f64 {
        let (known, missing) = (self.known.as_f64(), self.missing.as_f64());
        if missing > 0.0 { missing / (known + missing) } else { 0.0 }
    }
}

/// The verdict for arms that cannot be compared, and its reason.
pub(super) fn unusable(canary: Arm, baseline: Arm, rule: MissingRule) -> Option<(Verdict, Reason)> {
    for (name, arm) in [("canary", canary), ("baseline", baseline)] {
        let is_empty = arm.known.get() == 0 && (rule != MissingRule::Zero || arm.missing.get() == 0);
        if is_empty {
            let text = format!("the {name} has no values");
            return Some((
                Verdict::NoData,
                Reason::new(code::ARM_WITHOUT_VALUES, Severity::Warning, name, text),
            ));
        }
    }
    if rule != MissingRule::Remove {
        return None;
    }
    let pairs = [("canary", canary, baseline), ("baseline", baseline, canary)];
    let (name, arm, other) = pairs
        .into_iter()
        .find(|(_, arm, other)| arm.share() > MOST_IN_ONE && other.share() < LEAST_IN_BOTH)?;
    let (observed, percent) = (arm.share() * 100.0, number(arm.share() * 100.0));
    let text = format!(
        "{percent} % of the values of the {name} are missing, and {} % of the other arm: what is left does not represent it",
        number(other.share() * 100.0)
    );
    let reason = Reason::new(code::MISSING_NOT_AT_RANDOM, Severity::Error, name, text).with(Evidence {
        observed: Some(observed),
        threshold: Some(MOST_IN_ONE * 100.0),
        unit: Some("%".to_owned()),
        n: Count::new(arm.known.get().saturating_add(arm.missing.get())).ok(),
        ..Evidence::default()
    });
    Some((Verdict::Invalid, reason))
}

/// The share of one arm above which missing values must be missing in the other arm, too.
const MOST_IN_ONE: f64 = 0.2;
/// The share of the other arm from which they are.
const LEAST_IN_BOTH: f64 = 0.05;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn verdict(known: [u32; 2], missing: [u32; 2], rule: MissingRule) -> Option<Verdict> {
        let arm = |index: usize| Arm { known: known[index].into(), missing: missing[index].into() };
        unusable(arm(0), arm(1), rule).map(|(verdict, _)| verdict)
    }

    #[test]
    fn more_than_20_percent_in_one_arm_and_less_than_5_in_the_other_are_invalid() {
        use MissingRule::{Remove, Zero};
        assert_eq!(verdict([79, 100], [21, 0], Remove), Some(Verdict::Invalid));
        assert_eq!(verdict([80, 100], [20, 0], Remove), None);
        assert_eq!(verdict([79, 95], [21, 5], Remove), None);
        assert_eq!(verdict([96, 79], [4, 21], Remove), Some(Verdict::Invalid));
        assert_eq!(verdict([79, 100], [21, 0], Zero), None);
        assert_eq!(verdict([0, 100], [21, 0], Remove), Some(Verdict::NoData));
        assert_eq!(verdict([0, 100], [21, 0], Zero), None);
        assert_eq!(verdict([0, 0], [0, 0], Zero), Some(Verdict::NoData));
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_the_arms_are_treated_alike(
            x in prop::collection::vec(-1.0..1.0_f64, 0..9), y in prop::collection::vec(-1.0..1.0_f64, 0..9),
            missing in 0..9_u32, other in 0..9_u32, is_zero in any::<bool>(),
        ) {
            let rule = if is_zero { MissingRule::Zero } else { MissingRule::Remove };
            let (x, y) = (PartialSample::new(x).missing(missing), PartialSample::new(y).missing(other));
            let (here, there) = (complete_samples(&x, &y, &rule).unwrap(), complete_samples(&y, &x, &rule).unwrap());
            prop_assert_eq!((&here.canary, &here.baseline, here.verdict), (&there.baseline, &there.canary, there.verdict));
            let zeros = if is_zero { missing as usize } else { 0 };
            prop_assert_eq!(here.canary.len(), x.values.len() + zeros);
            prop_assert!(here.canary.starts_with(&x.values));
        }
    }
}
