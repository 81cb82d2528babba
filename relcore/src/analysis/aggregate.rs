//! Summaries of earlier values.
use serde::{Deserialize, Serialize};

/// How the values of several earlier results become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "analysis.Aggregate", rename_all = "snake_case")]
pub enum Aggregate {
    /// The mean.
    Average,
    /// The median.
    P50,
    /// The 90th percentile.
    P90,
    /// The 95th percentile.
    P95,
}

impl Aggregate {
    /// `None` without values, and if the result is not finite.
    ///
    /// A percentile p of n values lies at the position p·(n + 1), between its neighbours in proportion, and at an end of
    /// the values beyond them: type 6 of Hyndman and Fan 1996, the rule of Keptn.
    pub(super) fn of(self, values: &[f64]) -> Option<f64> {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp); // also fixes the order of the sum
        let result = match self {
            Self::Average => {
                let count = u32::try_from(sorted.len()).ok().filter(|count| *count > 0)?;
                sorted.iter().sum::<f64>() / f64::from(count)
            }
            Self::P50 => percentile(&sorted, 50)?,
            Self::P90 => percentile(&sorted, 90)?,
            Self::P95 => percentile(&sorted, 95)?,
        };
        Some(result).filter(|result| result.is_finite())
    }
}

/// In whole numbers, so that no rounding moves the position.
fn percentile(sorted: &[f64], percent: usize) -> Option<f64> {
    let position = percent.checked_mul(sorted.len().checked_add(1)?)?;
    let (whole, hundredths) = (position / 100, u32::try_from(position % 100).ok()?);
    let (first, last) = (*sorted.first()?, *sorted.last()?);
    let Some(below) = whole.checked_sub(1) else { return Some(first) };
    let (Some(lower), Some(upper)) = (sorted.get(below), sorted.get(whole)) else { return Some(last) };
    Some(lower + f64::from(hundredths) / 100.0 * (upper - lower))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_stay_within_the_values() {
        let values: Vec<f64> = (0..=10).map(f64::from).collect();
        assert_eq!(Aggregate::P95.of(&values), Some(10.0));
        assert_eq!(Aggregate::P50.of(&values), Some(5.0));
        assert_eq!(Aggregate::P50.of(&[10.0, 5.0]), Some(7.5));
        assert_eq!(Aggregate::P90.of(&[3.0]), Some(3.0));
        assert_eq!(Aggregate::P90.of(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]), Some(9.0));
    }

    #[test]
    fn nothing_and_too_much_have_no_aggregate() {
        for aggregate in [Aggregate::Average, Aggregate::P50, Aggregate::P90, Aggregate::P95] {
            assert_eq!(aggregate.of(&[]), None);
        }
        assert_eq!(Aggregate::Average.of(&[f64::MAX, f64::MAX]), None);
        assert_eq!(Aggregate::P50.of(&[-f64::MAX, f64::MAX]), None);
    }
}
