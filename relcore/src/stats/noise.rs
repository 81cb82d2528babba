//! How far counts and values are from independent: bursts and autocorrelation.
use super::policy::Counts;
use crate::error::{Error, ErrorKind, Faults, Result};
use crate::scalar::Count;
use serde::{Deserialize, Serialize};

/// How much the counts of windows vary, compared with independent events: Pearson's chi-squared statistic, divided by its
/// degrees of freedom.
///
/// φ = Σ (kᵢ − r eᵢ)² / (r eᵢ) / (K − 1), with the counts k, the exposures e and the common rate r. It is about 1 for
/// independent events at a constant rate, and 3 where events come in bursts of three. Windows without exposure are left out.
///
/// ```
/// use relcore::stats::{Counts, dispersion};
/// let windows = [2_u32, 31, 0, 1, 28, 3].map(|events| Counts::new(events, 1000.0));
/// assert!(dispersion(&windows)?.phi.is_some_and(|phi| phi > 10.0));
/// // Pitfall: a rate that rises and falls with the time of day is dispersed, too.
/// let day = [2_u32, 5, 12, 20, 11, 4].map(|events| Counts::new(events, 1000.0));
/// assert!(dispersion(&day)?.phi.is_some_and(|phi| phi > 1.5));
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `out_of_range` for a negative exposure and for fewer than 2 windows with exposure, `invalid_value`
/// for events without exposure.
pub fn dispersion(windows: &[Counts]) -> Result<Dispersion> {
    let mut faults = Faults::new();
    for (index, window) in windows.iter().enumerate() {
        window.check(&format!("windows[{index}]"), &mut faults);
        faults.check(
            window.exposure > 0.0 || window.events.get() == 0 || window.exposure.is_nan(),
            ErrorKind::InvalidValue,
            format_args!("windows[{index}].events"),
            format_args!("`{}` events without exposure: their rate is undefined", window.events),
        );
    }
    faults.finish()?;
    let dispersion = Dispersion::of(windows.iter().copied());
    if dispersion.windows.get() < 2 {
        let text = "has fewer than 2 windows with exposure: expected 2 or more";
        return Err(Error::new(ErrorKind::OutOfRange, "windows", text));
    }
    Ok(dispersion)
}

/// The number of independent values that say as much as `n` values of a series: n (1 − ρ) / (1 + ρ) for the correlation ρ of
/// neighbours.
///
/// A negative correlation counts as 0.
///
/// ```
/// use relcore::Count;
/// use relcore::stats::effective_size;
/// // An hour of a gauge with one value a minute says as much as 15 independent values.
/// assert_eq!(effective_size(Count::new(60)?, 0.6)?, 15.0);
/// // Pitfall: a correlation is no percentage.
/// assert!(effective_size(Count::new(60)?, 60.0).is_err());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `out_of_range` for a correlation of 1 or more, and below −1.
pub fn effective_size(n: Count, autocorrelation: f64) -> Result<f64> {
    if !(-1.0..1.0).contains(&autocorrelation) {
        let text = format!("`{autocorrelation}` is out of range: expected −1 to below 1");
        return Err(Error::new(ErrorKind::OutOfRange, "autocorrelation", text));
    }
    let correlation = autocorrelation.max(0.0);
    Ok(n.as_f64() * (1.0 - correlation) / (1.0 + correlation))
}

/// The dispersion of counts, made by [`dispersion`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.Dispersion", rename_all = "camelCase", deny_unknown_fields)]
pub struct Dispersion {
    /// The statistic φ; absent without events, and with fewer than 2 windows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phi: Option<f64>,
    /// The events of all windows, divided by their exposure.
    pub rate: f64,
    /// The number of windows with exposure.
    pub windows: Count,
}

impl Dispersion {
    pub(super) fn of(windows: impl Iterator<Item = Counts> + Clone) -> Self {
        let exposed = windows.filter(|window| window.exposure > 0.0);
        let (mut events, mut exposure, mut number) = (0.0, 0.0, 0_usize);
        for window in exposed.clone() {
            events += window.events.as_f64();
            exposure += window.exposure;
            number = number.saturating_add(1);
        }
        let count = Count::of(number);
        if number == 0 {
            return Self { phi: None, rate: 0.0, windows: count };
        }
        let rate = events / exposure;
        let mut sum = 0.0;
        for window in exposed {
            let expected = rate * window.exposure;
            let residual = window.events.as_f64() - expected;
            sum += residual * residual / expected;
        }
        let phi = (events > 0.0 && number > 1).then(|| sum / (count.as_f64() - 1.0));
        Self { phi, rate, windows: count }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn equal_rates_have_no_dispersion_and_the_unit_does_not_matter(
            events in prop::collection::vec(0..1000_u32, 2..40), scale in 0.001..1000.0_f64,
        ) {
            let windows: Vec<Counts> = events.iter().map(|count| Counts::new(*count, 10.0)).collect();
            let scaled: Vec<Counts> = events.iter().map(|count| Counts::new(*count, 10.0 * scale)).collect();
            let (one, other) = (dispersion(&windows).unwrap().phi, dispersion(&scaled).unwrap().phi);
            match (one, other) {
                (Some(one), Some(other)) => {
                    // The naive model: variance by mean, for equal exposures.
                    let n = events.len() as f64;
                    let mean = events.iter().map(|count| f64::from(*count)).sum::<f64>() / n;
                    let squares = events.iter().map(|count| libm::pow(f64::from(*count) - mean, 2.0)).sum::<f64>();
                    prop_assert!((one - squares / mean / (n - 1.0)).abs() <= 1e-9 * one.max(1.0));
                    prop_assert!((one - other).abs() <= 1e-9 * one.max(1.0));
                }
                (one, other) => prop_assert!(one.is_none() && other.is_none() && events.iter().all(|count| *count == 0)),
            }
        }
    }

    #[test]
    fn events_without_exposure_are_refused() {
        let windows = [Counts::new(1_u32, 0.0), Counts::new(1_u32, -1.0)];
        let error = dispersion(&windows).unwrap_err();
        let paths: Vec<&str> = error.faults().iter().map(|fault| fault.path.as_str()).collect();
        assert_eq!(paths, ["windows[0].events", "windows[1].exposure", "windows[1].events"]);
        assert_eq!(dispersion(&[Counts::new(1_u32, 1.0)]).unwrap_err().path(), "windows");
    }
}
