//! How many trials, values or events a comparison needs, and how likely it finds an effect.
//!
//! Each design is a normal approximation: the estimate has the standard deviation `null / √n` where nothing is to be found and
//! `alternative / √n` at the effect, which lies `distance` away. So n = ((z_α · null + z_β · alternative) / distance)².
use super::normal;
use super::policy::{Direction, Looks};
use crate::error::{ErrorKind, Faults, Result};
use crate::input::input;
use crate::scalar::Count;
use crate::wire::tagged;
use serde::{Deserialize, Serialize};

/// The number of trials, values or events that a comparison needs to find an effect.
///
/// | design | formula for n in both arms, with the share c of the canary | source |
/// | --- | --- | --- |
/// | `shares` | variances p̄q̄ / (c(1 − c)) and p₁q₁ / c + p₂q₂ / (1 − c) | `statsmodels`, `samplesize_proportions_2indep_onetail` |
/// | `means` | variances 1 / (c(1 − c)), distance in standard deviations | `statsmodels`, `NormalIndPower` |
/// | `ranks` | (z_α + z_β)² / (12 c (1 − c) (P − 1/2)²) | Noether 1987 |
/// | `events` | binomial test of the share of the canary in all events at the margin | as in `compare_counts` |
/// | `no_events` | ln α / ln(1 − share): the rule of three | Clopper and Pearson 1934 |
///
/// With `looks: any` the number is 1.3 times as large, which is about the median of an e-process.
///
/// ```
/// use relcore::stats::{Design, Looks, PowerPolicy, needed_sample};
/// let policy = PowerPolicy::default().looks(Looks::One);
/// // Errors rise from 1 % to 1.5 %, half of the requests go to the canary.
/// let design = Design::Shares { canary: 0.015, baseline: 0.01, canary_share: 0.5 };
/// let needed = needed_sample(&design, &policy)?;
/// assert_eq!(needed.total.get(), 2 * 6105);
///
/// // Pitfall: a canary with 1 % of the requests needs far more of them.
/// let design = Design::Shares { canary: 0.015, baseline: 0.01, canary_share: 0.01 };
/// assert!(needed_sample(&design, &policy)?.total.get() > 20 * needed.total.get());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `out_of_range` for a share of 0 or 1, a `canaryShare` of 50, an effect of 0, a `marginPercent` of −5,
/// an `alpha` of 5, a `power` of 0.3, and for an effect so small that the number is beyond 2^53.
pub fn needed_sample(design: &Design, policy: &PowerPolicy) -> Result<NeededSample> {
    check(design, policy)?;
    let approximation = Approximation::of(design);
    let (total, canary_share) = match (design, approximation) {
        (Design::NoEvents { share }, _) => (libm::log(policy.alpha) / libm::log1p(-share), 1.0),
        (_, Some(normal)) => (normal.needed(policy.alpha, policy.power, policy.sides), design.canary_share()),
        (_, None) => (f64::INFINITY, 1.0),
    };
    let total = total * factor(policy.looks);
    let (canary, baseline) = (total * canary_share, total * (1.0 - canary_share));
    let minimum = design.minimum(policy);
    let count = |number: f64| {
        whole(number).ok_or_else(|| {
            let text = "has an effect so small that the number of units is beyond 2^53";
            crate::error::Error::new(ErrorKind::OutOfRange, "design", text)
        })
    };
    let rounded = if matches!(design, Design::Events { .. }) {
        libm::ceil(total) // events fall into an arm, nobody assigns them
    } else {
        libm::ceil(canary) + libm::ceil(baseline)
    };
    Ok(NeededSample { canary, baseline, total: count(rounded.max(minimum))?, minimum: count(minimum)? })
}

/// The probability that a comparison of `total` units in both arms finds the effect of the design.
///
/// The power that the policy asks for does not matter. For `no_events`, it is the probability that an event is seen.
///
/// ```
/// use relcore::Count;
/// use relcore::stats::{Design, Looks, PowerPolicy, power};
/// let policy = PowerPolicy::default().looks(Looks::One);
/// let design = Design::Shares { canary: 0.015, baseline: 0.01, canary_share: 0.5 };
/// assert!((power(&design, Count::new(10_000)?, &policy)? - 0.7276).abs() < 1e-4);
/// // Pitfall: 1000 requests in each arm find such a rise in one of four cases.
/// assert!(power(&design, Count::new(2_000)?, &policy)? < 0.27);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`needed_sample`].
pub fn power(design: &Design, total: Count, policy: &PowerPolicy) -> Result<f64> {
    check(design, policy)?;
    let total = total.as_f64() / factor(policy.looks);
    if let Design::NoEvents { share } = design {
        return Ok(-libm::expm1(total * libm::log1p(-share)));
    }
    Ok(Approximation::of(design).map_or(0.0, |normal| normal.power(total, policy.alpha, policy.sides)))
}

tagged! {
    "stats.Design";
    /// What is compared, and the effect that is to be found.
    #[derive(Clone, Debug, PartialEq)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub enum Design {
        /// Two shares of trials: errors of requests, orders of sessions.
        Shares {
            /// The share of the canary that is to be found: 0.015 for 1.5 %.
            canary: f64,
            /// The share of the baseline.
            baseline: f64,
            /// The share of all trials that the canary gets, between 0 and 1.
            canary_share: f64,
        },
        /// Two means.
        Means {
            /// The difference of the means, in standard deviations of one value.
            effect: f64,
            /// The share of all values that the canary gets, between 0 and 1.
            canary_share: f64,
        },
        /// Two samples by ranks, as in `mann_whitney`.
        Ranks {
            /// The probability that a value of the canary is greater than one of the baseline: 0.5 without an effect.
            probability: f64,
            /// The share of all values that the canary gets, between 0 and 1.
            canary_share: f64,
        },
        /// Events of two arms as in `compare_counts`: the events at which a canary as good as its baseline passes.
        Events {
            /// The margin, in percent of the rate of the baseline.
            margin_percent: f64,
            /// Whether more events or fewer are worse.
            direction: Direction,
            /// The share of the exposure that the canary gets, between 0 and 1.
            canary_share: f64,
        },
        /// One arm without any event: the trials after which a share is ruled out.
        NoEvents {
            /// The share that is to be ruled out.
            share: f64,
        },
    }
}

impl Design {
    fn canary_share(&self) -> f64 {
        match self {
            Self::Shares { canary_share, .. }
            | Self::Means { canary_share, .. }
            | Self::Ranks { canary_share, .. }
            | Self::Events { canary_share, .. } => *canary_share,
            Self::NoEvents { .. } => 1.0,
        }
    }

    /// The number of units of both arms below which nothing is judged.
    fn minimum(&self, policy: &PowerPolicy) -> f64 {
        libm::ceil(match self {
            Self::Shares { baseline, canary_share, .. } => {
                policy.min_expected_events / (baseline * (1.0 - canary_share))
            }
            Self::Events { canary_share, .. } => policy.min_expected_events / (1.0 - canary_share),
            Self::Means { canary_share, .. } | Self::Ranks { canary_share, .. } => {
                f64::from(policy.min_values) / canary_share.min(1.0 - canary_share)
            }
            Self::NoEvents { .. } => 0.0,
        })
    }
}

input! {
    /// How certain a comparison must be.
    ///
    /// ```
    /// use relcore::stats::PowerPolicy;
    /// assert_eq!(PowerPolicy::default().power(0.9).alpha, 0.05);
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "stats.PowerPolicy", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct PowerPolicy {
        /// The highest probability of finding what is not there. Default 0.05.
        pub alpha: f64,
        /// The probability of finding the effect. Default 0.8.
        pub power: f64,
        /// Whether the test asks for one direction or for both. Default `one`.
        pub sides: Sides,
        /// How often the data are looked at. Default `any`.
        pub looks: Looks,
        /// The number of events that the baseline must be expected to have before anything is judged. Default 5.
        pub min_expected_events: f64,
        /// The number of values that each arm must have before anything is judged. Default 30.
        pub min_values: u32,
    }
}

impl Default for PowerPolicy {
    fn default() -> Self {
        Self {
            alpha: 0.05,
            power: 0.8,
            sides: Sides::One,
            looks: Looks::Any,
            min_expected_events: 5.0,
            min_values: 30,
        }
    }
}

/// Whether a test asks for one direction or for both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.Sides", rename_all = "snake_case")]
pub enum Sides {
    /// One direction: is the canary worse?
    One,
    /// Both directions: is there any difference?
    Two,
}

/// The size that a comparison needs, made by [`needed_sample`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.NeededSample", rename_all = "camelCase", deny_unknown_fields)]
pub struct NeededSample {
    /// The trials, values or events of the canary, as calculated; not rounded.
    pub canary: f64,
    /// Those of the baseline; 0 for one arm.
    pub baseline: f64,
    /// Those of both arms together, rounded up, and at least `minimum`.
    pub total: Count,
    /// The number below which nothing is judged, whatever the effect: 5 expected events of the baseline, 30 values in each arm.
    pub minimum: Count,
}

/// A test whose statistic is approximately normal.
#[derive(Clone, Copy, Debug)]
pub(super) struct Approximation {
    /// The standard deviation of the estimate under the hypothesis, for one unit.
    pub(super) null: f64,
    /// The standard deviation at the effect.
    pub(super) alternative: f64,
    /// The distance of the effect from the hypothesis.
    pub(super) distance: f64,
}

impl Approximation {
    /// `None` for a design without one.
    fn of(design: &Design) -> Option<Self> {
        match *design {
            Design::Shares { canary, baseline, canary_share: c } => {
                let pooled = c * canary + (1.0 - c) * baseline;
                let alternative = canary * (1.0 - canary) / c + baseline * (1.0 - baseline) / (1.0 - c);
                Some(Self {
                    null: (pooled * (1.0 - pooled) / (c * (1.0 - c))).sqrt(),
                    alternative: alternative.sqrt(),
                    distance: (canary - baseline).abs(),
                })
            }
            Design::Means { effect, canary_share: c } => {
                let deviation = (1.0 / (c * (1.0 - c))).sqrt();
                Some(Self { null: deviation, alternative: deviation, distance: effect.abs() })
            }
            Design::Ranks { probability, canary_share: c } => {
                let deviation = (1.0 / (12.0 * c * (1.0 - c))).sqrt();
                Some(Self { null: deviation, alternative: deviation, distance: (probability - 0.5).abs() })
            }
            Design::Events { margin_percent, direction, canary_share } => {
                let margin = direction.ratio_at(margin_percent);
                let shares = |ratio| super::Shares::of(canary_share, 1.0 - canary_share, ratio);
                Some(Self::of_events(shares(margin), shares(1.0)))
            }
            Design::NoEvents { .. } => None,
        }
    }

    /// The binomial test of the share of the canary at a border.
    pub(super) fn of_events(border: super::Shares, truth: super::Shares) -> Self {
        let deviation = |shares: super::Shares| (shares.canary * shares.baseline).sqrt();
        Self {
            null: deviation(border),
            alternative: deviation(truth),
            distance: (border.canary - truth.canary).abs(),
        }
    }

    /// The number of units at which the test has this power.
    pub(super) fn needed(self, alpha: f64, power: f64, sides: Sides) -> f64 {
        let tail = if sides == Sides::Two { alpha / 2.0 } else { alpha };
        let root = (normal::quantile(1.0 - tail) * self.null + normal::quantile(power) * self.alternative)
            / self.distance;
        if sides == Sides::One {
            return root * root;
        }
        // The other tail helps a little: the root of the exact power, below the one of one tail.
        let (mut low, mut high) = (0.0, root);
        for _ in 0..200 {
            let middle = f64::midpoint(low, high);
            if self.power(middle * middle, alpha, sides) < power {
                low = middle;
            } else {
                high = middle;
            }
        }
        high * high
    }

    /// The power at `n` units.
    fn power(self, n: f64, alpha: f64, sides: Sides) -> f64 {
        let tail = if sides == Sides::Two { alpha / 2.0 } else { alpha };
        let (border, shift) = (normal::quantile(1.0 - tail) * self.null, self.distance * n.sqrt());
        let beyond = normal::upper((border - shift) / self.alternative);
        if sides == Sides::Two { beyond + normal::upper((border + shift) / self.alternative) } else { beyond }
    }
}

/// How many times as many units an e-process needs, in the median (simulated for margins of 10 to 100 % and splits of 50
/// and 10 %).
pub(super) fn factor(looks: Looks) -> f64 {
    match looks {
        Looks::Any => 1.3,
        Looks::One => 1.0,
    }
}

/// A whole number of 0 or more as a count; `None` if it is too great.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast of f64 saturates")]
pub(crate) fn whole(number: f64) -> Option<Count> {
    Count::new(number as u64).ok()
}

fn check(design: &Design, policy: &PowerPolicy) -> Result<()> {
    let mut faults = Faults::new();
    let mut between = |name: &str, value: f64, low: f64, high: f64| {
        faults.check(
            (low..=high).contains(&value),
            ErrorKind::OutOfRange,
            format_args!("{name}"),
            format_args!("`{value}` is out of range: expected {low} to {high}"),
        );
    };
    match design {
        Design::Shares { canary, baseline, .. } => {
            between("design.canary", *canary, 1e-9, 1.0 - 1e-9);
            between("design.baseline", *baseline, 1e-9, 1.0 - 1e-9);
        }
        Design::Means { effect, .. } => between("design.effect", effect.abs(), 1e-9, 1e9),
        Design::Ranks { probability, .. } => between("design.probability", *probability, 0.0, 1.0),
        Design::Events { margin_percent, direction, .. } => {
            let most = if *direction == Direction::DecreaseIsBad { 99.0 } else { 10_000.0 };
            between("design.marginPercent", *margin_percent, 0.01, most);
        }
        Design::NoEvents { share } => between("design.share", *share, 1e-12, 1.0 - 1e-9),
    }
    if !matches!(design, Design::NoEvents { .. }) {
        between("design.canaryShare", design.canary_share(), 1e-6, 1.0 - 1e-6);
    }
    between("policy.alpha", policy.alpha, 1e-9, 0.5);
    between("policy.power", policy.power, 0.5, 1.0 - 1e-9);
    between("policy.minExpectedEvents", policy.min_expected_events, 0.0, 1e9);
    let is_nothing = |name: &str, faults: &mut Faults| {
        faults.add(
            ErrorKind::OutOfRange,
            format_args!("{name}"),
            format_args!("has no effect that could be found"),
        );
    };
    match design {
        Design::Shares { canary, baseline, .. } if (canary - baseline).abs() <= 0.0 => {
            is_nothing("design.canary", &mut faults)
        }
        Design::Ranks { probability, .. } if (probability - 0.5).abs() < 1e-9 => {
            is_nothing("design.probability", &mut faults);
        }
        _ => {}
    }
    faults.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn one_look() -> PowerPolicy {
        PowerPolicy::default().looks(Looks::One)
    }

    proptest! {
        #[test]
        fn the_needed_number_has_the_power_that_was_asked_for(
            canary in 0.001..0.999_f64, baseline in 0.001..0.999_f64, c in 0.01..0.99_f64, power_ in 0.5..0.99_f64,
            two in any::<bool>(),
        ) {
            prop_assume!((canary - baseline).abs() > 1e-3);
            let design = Design::Shares { canary, baseline, canary_share: c };
            let sides = if two { Sides::Two } else { Sides::One };
            let normal = Approximation::of(&design).unwrap();
            let n = normal.needed(0.05, power_, sides);
            // Where the effect makes the estimate vary more, the approximation may have the power without any unit.
            prop_assert!((normal.power(n, 0.05, sides) - power_).abs() < 1e-9 || n < 1e-9 && normal.power(0.0, 0.05, sides) > power_);
            // More units never find less.
            prop_assert!(normal.power(n * 1.1, 0.05, sides) >= power_ - 1e-9);
        }

        #[test]
        fn without_events_the_share_is_the_bound_of_clopper_and_pearson(share in 0.0001..0.9_f64) {
            let policy = one_look();
            let n = needed_sample(&Design::NoEvents { share }, &policy).unwrap().canary;
            // (1 - share)^n = alpha
            prop_assert!((n * libm::log1p(-share) - libm::log(policy.alpha)).abs() < 1e-9);
        }
    }

    #[test]
    fn a_simulation_finds_as_often_as_the_power_says() {
        // The power of the binomial test at a margin of 50 %, half of the exposure each, by the exact binomial distribution.
        let design =
            Design::Events { margin_percent: 50.0, direction: Direction::IncreaseIsBad, canary_share: 0.5 };
        let needed = needed_sample(&design, &one_look()).unwrap().total.get();
        let shares = super::super::Shares::of(1.0, 1.0, 1.5);
        let n = needed as f64;
        let passes = (0..=needed)
            .filter(|count| super::super::conditional::safe(*count as f64, n - *count as f64, shares) <= 0.05)
            .max()
            .unwrap() as f64;
        let exact = super::super::beta::tails(n - passes, passes + 1.0, 0.5, 0.5).lower();
        assert!((exact - 0.8).abs() < 0.05, "{exact}");
    }

    #[test]
    fn all_faults_are_reported_at_once() {
        let design = Design::Ranks { probability: 0.5, canary_share: 50.0 };
        let error = needed_sample(&design, &PowerPolicy::default().alpha(5.0).power(0.3)).unwrap_err();
        let paths: Vec<&str> = error.faults().iter().map(|fault| fault.path.as_str()).collect();
        assert_eq!(paths, ["design.canaryShare", "policy.alpha", "policy.power", "design.probability"]);
    }
}
