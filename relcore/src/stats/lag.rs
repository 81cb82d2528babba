//! The correlation of a series with itself one step later, and what it costs.

/// The correlation of a series with itself one step later, from 0 to 0.98; `None` if there are no two values in a row, or
/// if the values are all equal, or if their squares overflow.
///
/// Only values without a gap in between count as pairs. The correlation is corrected for its bias towards 0 in short series
/// (M. G. Kendall, Biometrika 41, 1954).
pub(crate) fn correlation_of(series: &[Option<f64>]) -> Option<f64> {
    let raw = raw_correlation(series)?;
    let length = count(series.iter().flatten().count());
    Some((raw + (1.0 + 3.0 * raw) / length).clamp(0.0, MOST))
}

/// The mean correlation of several series of the same kind, corrected alike. Series that are constant do not count; if all
/// are, the correlation is the greatest that is assumed.
pub(crate) fn mean_correlation(all: &[&[Option<f64>]]) -> f64 {
    let raw: Vec<f64> = all.iter().filter_map(|series| raw_correlation(series)).collect();
    if raw.is_empty() {
        return MOST;
    }
    let mean = raw.iter().sum::<f64>() / count(raw.len());
    let values: usize = all.iter().map(|series| series.iter().flatten().count()).sum();
    let length = count(values) / count(all.len());
    (mean + (1.0 + 3.0 * mean) / length).clamp(0.0, MOST)
}

/// The number of independent values that say as much as one value of such a series.
pub(crate) fn effective_share(correlation: f64) -> f64 {
    (1.0 - correlation) / (1.0 + correlation)
}

/// The greatest correlation that is assumed: beyond it, a series says next to nothing.
const MOST: f64 = 0.98;

/// Whether all values are equal, but for rounding.
pub(crate) fn is_constant(series: &[Option<f64>]) -> bool {
    let least = series.iter().flatten().copied().fold(f64::INFINITY, f64::min);
    let most = series.iter().flatten().copied().fold(f64::NEG_INFINITY, f64::max);
    // True without values, too.
    most - least <= 1e-12 * most.abs().max(least.abs())
}

fn raw_correlation(series: &[Option<f64>]) -> Option<f64> {
    if is_constant(series) {
        return None;
    }
    let n = count(series.iter().flatten().count());
    let mean = series.iter().flatten().map(|value| value / n).sum::<f64>();
    let square: f64 = series.iter().flatten().map(|value| (value - mean) * (value - mean)).sum();
    let (mut product, mut pairs) = (0.0, 0_usize);
    for (value, next) in series.iter().zip(series.iter().skip(1)) {
        if let (Some(value), Some(next)) = (value, next) {
            product += (value - mean) * (next - mean);
            pairs = pairs.saturating_add(1);
        }
    }
    // As many pairs are missing as gaps cut off.
    let scale = (n - 1.0) / count(pairs);
    let correlation = product / square * scale;
    (pairs > 0 && correlation.is_finite()).then_some(correlation)
}

#[expect(clippy::cast_precision_loss, reason = "lengths of series are below 2^53")]
fn count(items: usize) -> f64 {
    items as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alternating_values_have_no_positive_correlation_and_a_ramp_has_a_great_one() {
        let series = |of: fn(u32) -> f64| (0..60).map(|i| Some(of(i))).collect::<Vec<_>>();
        assert_eq!(correlation_of(&series(|i| f64::from(i % 2))), Some(0.0));
        assert!(correlation_of(&series(f64::from)).unwrap() > 0.95);
        assert_eq!(correlation_of(&series(|_| 3.0)), None);
        assert_eq!(correlation_of(&[Some(1.0), None, Some(2.0)]), None);
        assert_eq!(mean_correlation(&[&series(|_| 3.0)]), MOST);
    }

    #[test]
    fn values_with_a_correlation_of_0_6_say_a_quarter() {
        assert!((60.0 * effective_share(0.6) - 15.0).abs() < 1e-12);
    }
}
