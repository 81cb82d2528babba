//! One share: events of trials, with its interval.
use super::{beta, normal, rate};
use crate::error::{ErrorKind, Faults, Result};
use crate::input::input;
use crate::scalar::Count;
use crate::stats::arguments::check_level;
use serde::{Deserialize, Serialize};

input! {
    /// The events of one arm, and the trials of which they are a part.
    ///
    /// ```
    /// use relcore::stats::Trials;
    /// let checkout = Trials::new(127_u32, 10_000_u32); // 127 orders of 10,000 sessions
    /// assert_eq!(checkout.trials.get(), 10_000);
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "stats.Trials", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Trials {
        /// The trials with the event: failed requests, sessions with an order.
        pub events: Count,
        /// All trials: requests, sessions.
        pub trials: Count,
    }
}

impl Trials {
    /// Events of trials.
    #[must_use]
    pub fn new(events: impl Into<Count>, trials: impl Into<Count>) -> Self {
        Self { events: events.into(), trials: trials.into() }
    }

    pub(super) fn check(self, path: &str, faults: &mut Faults) {
        faults.check(
            self.events <= self.trials,
            ErrorKind::OutOfRange,
            format_args!("{path}.events"),
            format_args!("`{}` is out of range: expected at most the {} trials", self.events, self.trials),
        );
        faults.check(
            self.trials.get() <= 1_000_000_000,
            ErrorKind::OutOfRange,
            format_args!("{path}.trials"),
            format_args!("`{}` is out of range: expected at most 1000000000", self.trials),
        );
    }

    /// As [`check`](Self::check), and there is a trial.
    pub(super) fn check_some(self, path: &str, faults: &mut Faults) {
        self.check(path, faults);
        faults.check(
            self.trials.get() > 0,
            ErrorKind::OutOfRange,
            format_args!("{path}.trials"),
            format_args!("`0` is out of range: expected 1 or more"),
        );
    }

    pub(super) fn x(self) -> f64 {
        self.events.as_f64()
    }

    pub(super) fn n(self) -> f64 {
        self.trials.as_f64()
    }

    /// For one trial or more.
    pub(super) fn share(self) -> f64 {
        self.x() / self.n()
    }
}

/// The confidence interval of one share.
///
/// | method | coverage | source |
/// | --- | --- | --- |
/// | `wilson` | `level` on average; the narrowest for most purposes | Wilson 1927 |
/// | `clopper_pearson` | `level` or more for every share | Clopper and Pearson 1934 |
/// | `jeffreys` | `level` on average, with equal tails | Brown, Cai and DasGupta 2001 |
/// | `agresti_coull` | more than `level`, mostly | Agresti and Coull 1998 |
///
/// ```
/// use relcore::stats::{ShareMethod, Trials, share_interval};
/// let interval = share_interval(&Trials::new(0_u32, 60_u32), 0.9, &ShareMethod::ClopperPearson)?;
/// // The rule of three: no event in 60 trials rules out more than 3 / 60, with 95 % for one side.
/// assert!((interval.high - 0.0487).abs() < 1e-4);
/// // Pitfall: the interval is for one look; `share_sequence` is for any number.
/// assert!(share_interval(&Trials::new(61_u32, 60_u32), 0.9, &ShareMethod::Wilson).is_err());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `out_of_range` for more events than trials, no trial, more than 1,000,000,000, and a level of 95.
pub fn share_interval(arm: &Trials, level: f64, method: &ShareMethod) -> Result<ShareInterval> {
    let mut faults = Faults::new();
    arm.check_some("arm", &mut faults);
    check_level(level, &mut faults);
    faults.finish()?;
    let (x, n) = (arm.x(), arm.n());
    let (low, high) = match method {
        ShareMethod::Wilson => rate::wilson(x, n, normal::two_sided(level)),
        ShareMethod::ClopperPearson => rate::clopper_pearson(x, n, level),
        ShareMethod::Jeffreys => {
            let (a, b, tail) = (x + 0.5, n - x + 0.5, (1.0 - level) / 2.0);
            (
                beta::logistic(beta::inverse_logit(a, b, tail)),
                beta::logistic(beta::inverse_upper_logit(a, b, tail)),
            )
        }
        ShareMethod::AgrestiCoull => {
            let z = normal::two_sided(level);
            let trials = n + z * z;
            let share = (x + z * z / 2.0) / trials;
            let half = z * (share * (1.0 - share) / trials).sqrt();
            ((share - half).max(0.0), (share + half).min(1.0))
        }
    };
    Ok(ShareInterval { share: arm.share(), low, high })
}

/// How the interval of a share is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.ShareMethod", rename_all = "snake_case")]
pub enum ShareMethod {
    /// The score interval: the one for most purposes.
    Wilson,
    /// The exact interval: its coverage is never below the level.
    ClopperPearson,
    /// The equal-tailed Bayesian interval with Jeffreys' prior.
    Jeffreys,
    /// The Wald interval after two successes and two failures more.
    AgrestiCoull,
}

/// A share with its confidence interval, made by [`share_interval`] and
/// [`share_sequence`](crate::stats::share_sequence).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.ShareInterval", rename_all = "camelCase", deny_unknown_fields)]
pub struct ShareInterval {
    /// The events, divided by the trials.
    pub share: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_interval_holds_the_share_and_mirrors_its_complement(
            (events, trials) in (1..3000_u32).prop_flat_map(|n| (0..=n, Just(n))), level in 0.5..0.999_f64,
        ) {
            for method in [
                ShareMethod::Wilson, ShareMethod::ClopperPearson, ShareMethod::Jeffreys, ShareMethod::AgrestiCoull,
            ] {
                let interval = share_interval(&Trials::new(events, trials), level, &method).unwrap();
                prop_assert!(0.0 <= interval.low && interval.low < interval.high && interval.high <= 1.0);
                let is_at_end = events == 0 || events == trials;
                if method != ShareMethod::Jeffreys || !is_at_end {
                    prop_assert!(interval.low <= interval.share && interval.share <= interval.high, "{method}");
                }
                let mirror = share_interval(&Trials::new(trials - events, trials), level, &method).unwrap();
                prop_assert!((mirror.low - (1.0 - interval.high)).abs() < 1e-9, "{method}");
            }
        }
    }
}
