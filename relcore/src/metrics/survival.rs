//! How long something lasts of which not all has ended: the estimator of Kaplan and Meier.
use crate::error::{ErrorKind, Faults, Result};
use crate::input::input;
use crate::reason::Interval;
use crate::scalar::Count;
use crate::stats;
use serde::{Deserialize, Serialize};

input! {
    /// How long something lasted, or has lasted so far.
    ///
    /// ```
    /// use relcore::metrics::Lifetime;
    /// let patched = Lifetime::new(3600.0);
    /// let waiting = Lifetime::new(86_400.0).open(true);
    /// assert!(waiting.open && !patched.open);
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "metrics.Lifetime", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Lifetime {
        /// In any unit, and the same for all.
        pub length: f64,
        /// Whether it has not ended.
        #[serde(default, skip_serializing_if = "crate::wire::is_default")]
        #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "crate::wire::never"))]
        pub open: bool,
    }
}

impl Lifetime {
    /// One that has ended.
    #[must_use]
    pub fn new(length: f64) -> Self {
        Self { length, open: false }
    }
}

/// How long something lasts, made by [`survival`], in the unit of the lifetimes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.Survival", rename_all = "camelCase", deny_unknown_fields)]
pub struct Survival {
    /// The number of lifetimes.
    pub n: Count,
    /// How many of them have not ended.
    pub open: Count,
    /// Half of them last no longer; absent if so many are open that it lies beyond what was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub median: Option<f64>,
    /// Nine of ten last no longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p90: Option<f64>,
    /// Nineteen of twenty last no longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p95: Option<f64>,
    /// The confidence interval of the median, where both ends were seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
}

/// How long something lasts of which not all has ended: the time to patch, to restore or to recover.
///
/// The median of what has ended is too short, since what takes long is still open. The estimator of Kaplan and Meier (Journal
/// of the American Statistical Association 53, 1958) takes an open one for what it is: at least as long as its age. The median
/// is the least length that no more than half exceed. Its interval inverts that of the curve on the scale log(-log), with
/// Greenwood's variance, as `survfit` of R does with `conf.type = "log-log"`.
///
/// ```
/// use relcore::metrics::{Lifetime, survival};
/// let closed = [1.0, 2.0, 3.0, 4.0, 5.0].map(Lifetime::new);
/// let open = [Lifetime::new(100.0).open(true); 4];
/// let all: Vec<Lifetime> = closed.into_iter().chain(open).collect();
/// assert_eq!(survival(&closed, 0.95)?.median, Some(3.0));
/// assert_eq!(survival(&all, 0.95)?.median, Some(5.0));
/// // Pitfall: with more open than closed there is no median yet, and that is not zero.
/// assert_eq!(survival(&all[3..], 0.95)?.median, None);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All at once: `out_of_range` for a length below 0 or one that is not finite, and for a level of 95.
pub fn survival(lifetimes: &[Lifetime], level: f64) -> Result<Survival> {
    let mut faults = Faults::new();
    for (index, lifetime) in lifetimes.iter().enumerate() {
        faults.check(
            lifetime.length >= 0.0 && lifetime.length.is_finite(),
            ErrorKind::OutOfRange,
            format_args!("lifetimes[{index}].length"),
            format_args!("expected a length of 0 or more"),
        );
    }
    faults.check(
        level > 0.0 && level < 1.0,
        ErrorKind::OutOfRange,
        format_args!("level"),
        format_args!("expected a number between 0 and 1, both excluded"),
    );
    faults.finish()?;
    let of = |open: bool| -> Vec<f64> {
        let own = lifetimes.iter().filter(|lifetime| lifetime.open == open);
        let mut own: Vec<f64> = own.map(|lifetime| lifetime.length).collect();
        own.sort_unstable_by(f64::total_cmp);
        own
    };
    Ok(kaplan_meier(&of(false), &of(true), level))
}

/// The same of lengths that ascend: those that have ended, and those that have not.
pub(super) fn kaplan_meier(ended: &[f64], open: &[f64], level: f64) -> Survival {
    let z = stats::two_sided(level);
    let n = ended.len().saturating_add(open.len());
    let (mut median, mut p90, mut p95) = (None, None, None);
    let (mut low, mut high) = (None, None);
    let (mut alive, mut greenwood) = (1.0, 0.0);
    let mut seen = 0_usize;
    for tied in ended.chunk_by(|a, b| a.total_cmp(b).is_eq()) {
        let Some(at) = tied.first().copied() else { continue };
        // One that is open at the same age was at risk.
        let censored = open.partition_point(|length| *length < at);
        let at_risk = to_f64(n.saturating_sub(seen).saturating_sub(censored));
        let ends = to_f64(tied.len());
        seen = seen.saturating_add(tied.len());
        alive *= 1.0 - ends / at_risk;
        greenwood += ends / (at_risk * (at_risk - ends));
        // A share such as 0.1 that is a product of quotients is off by some ulps.
        let reaches = |share: f64| alive <= share + 1e-12;
        for (quantile, share) in [(&mut median, 0.5), (&mut p90, 0.1), (&mut p95, 0.05)] {
            if quantile.is_none() && reaches(share) {
                *quantile = Some(at);
            }
        }
        let log = libm::log(alive);
        let half = z * greenwood.sqrt() / log.abs();
        let (lower, upper) = if alive <= 0.0 {
            (0.0, f64::NAN) // the curve has ended, and its variance is unknown
        } else {
            (libm::exp(log * libm::exp(half)), libm::exp(log * libm::exp(-half)))
        };
        if low.is_none() && lower <= 0.5 {
            low = Some(at);
        }
        if high.is_none() && upper <= 0.5 {
            high = Some(at);
        }
    }
    let interval = median.and(low).zip(high).map(|(low, high)| Interval { low, high, level });
    Survival { n: Count::of(n), open: Count::of(open.len()), median, p90, p95, interval }
}

#[expect(clippy::cast_precision_loss, reason = "numbers of items are below 2^53")]
fn to_f64(n: usize) -> f64 {
    n as f64
}
