//! Chi-squared tests of counts, for one look.
use super::gamma;
use super::split::{Arm, check_arms};
use crate::error::{Error, ErrorKind, Faults, Result};
use crate::input::input;
use crate::scalar::Count;
use serde::{Deserialize, Serialize};

/// Tests by chi-squared whether traffic was split as planned, for one look at its end.
///
/// `check_split` is for any number of looks. This test at 1 %, repeated at 100 looks, reports a mismatch in 10.6 % of correct
/// splits. An arm with the weight 0 must be empty, and is left out.
///
/// ```
/// use relcore::stats::{Arm, split_chi_squared};
/// let arms = [Arm::new("canary", 10_321_u32, 10.0), Arm::new("baseline", 89_234_u32, 90.0)];
/// let test = split_chi_squared(&arms)?;
/// assert!((test.p - 1.128e-4).abs() < 1e-7);
/// // Pitfall: units without a plan.
/// assert!(split_chi_squared(&[Arm::new("a", 1_u32, 0.0), Arm::new("b", 1_u32, 1.0)]).is_err());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once, as `check_split`; then `invalid_value` for units in an arm with the weight 0, and `out_of_range` for
/// fewer than 2 arms with a weight, and for no units at all.
pub fn split_chi_squared(arms: &[Arm]) -> Result<ChiSquaredTest> {
    let mut faults = Faults::new();
    check_arms(arms, &mut faults);
    faults.finish()?;
    let mut faults = Faults::new();
    for (index, arm) in arms.iter().enumerate() {
        faults.check(
            arm.weight > 0.0 || arm.units.get() == 0,
            ErrorKind::InvalidValue,
            format_args!("arms[{index}].units"),
            format_args!("`{}` units in an arm with the weight 0", arm.units),
        );
    }
    faults.finish()?;
    let planned = || arms.iter().filter(|arm| arm.weight > 0.0);
    let (mut weight, mut total, mut classes) = (0.0, 0.0, 0.0);
    for arm in planned() {
        weight += arm.weight;
        total += arm.units.as_f64();
        classes += 1.0;
    }
    if classes < 2.0 || total <= 0.0 {
        let text = "has no units, or fewer than 2 arms with a weight: expected units in 2 arms or more";
        return Err(Error::new(ErrorKind::OutOfRange, "arms", text));
    }
    let mut statistic = 0.0;
    for arm in planned() {
        let expected = total * (arm.weight / weight);
        let residual = arm.units.as_f64() - expected;
        statistic += residual * residual / expected;
    }
    Ok(ChiSquaredTest::of(statistic, classes - 1.0))
}

/// Tests by Pearson's chi-squared whether rows of counts have the same shares, for one look: statuses by version, crashes by
/// device.
///
/// With `yates`, a table of 2 rows and 2 columns gets the correction for continuity, as scipy's `chi2_contingency` does by
/// default.
///
/// ```
/// use relcore::Count;
/// use relcore::stats::{CountRow, chi_squared};
/// let row = |counts: [u32; 3]| CountRow::new(counts.map(Count::from));
/// let test = chi_squared(&[row([900, 60, 40]), row([9100, 480, 420])], false)?;
/// assert_eq!(test.df, 2.0);
/// assert!(test.p > 0.05);
/// // Pitfall: a column without any count says nothing, and has no expected number.
/// assert!(chi_squared(&[row([1, 0, 2]), row([3, 0, 4])], false).is_err());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `out_of_range` for fewer than 2 rows or columns, or more than 1000; `invalid_value` for rows of
/// different lengths, and for a row or a column without any count.
pub fn chi_squared(rows: &[CountRow], yates: bool) -> Result<ChiSquaredTest> {
    let columns = rows.first().map_or(0, |row| row.counts.len());
    let mut faults = Faults::new();
    faults.check(
        (2..=1000).contains(&rows.len()) && (2..=1000).contains(&columns),
        ErrorKind::OutOfRange,
        format_args!("rows"),
        format_args!("has {} rows of {columns} counts: expected 2 to 1000 of each", rows.len()),
    );
    let mut sums = vec![0.0; columns];
    let mut total = 0.0;
    for (index, row) in rows.iter().enumerate() {
        faults.check(
            row.counts.len() == columns,
            ErrorKind::InvalidValue,
            format_args!("rows[{index}].counts"),
            format_args!("has {} counts: expected the {columns} of the first row", row.counts.len()),
        );
        faults.check(
            row.sum() > 0.0,
            ErrorKind::InvalidValue,
            format_args!("rows[{index}].counts"),
            format_args!("has no counts: it has no shares"),
        );
        total += row.sum();
        for (sum, count) in sums.iter_mut().zip(&row.counts) {
            *sum += count.as_f64();
        }
    }
    for (column, sum) in sums.iter().enumerate() {
        faults.check(
            *sum > 0.0,
            ErrorKind::InvalidValue,
            format_args!("rows[0].counts[{column}]"),
            format_args!("and all counts below it are 0: leave the column out"),
        );
    }
    faults.finish()?;
    let is_corrected = yates && rows.len() == 2 && columns == 2;
    let mut statistic = 0.0;
    for row in rows {
        let share = row.sum() / total;
        for (sum, count) in sums.iter().zip(&row.counts) {
            let expected = sum * share;
            let distance = (count.as_f64() - expected).abs();
            let residual = if is_corrected { distance - distance.min(0.5) } else { distance };
            statistic += residual * residual / expected;
        }
    }
    let df = (Count::of(rows.len()).as_f64() - 1.0) * (Count::of(columns).as_f64() - 1.0);
    Ok(ChiSquaredTest::of(statistic, df))
}

input! {
    /// A row of a table of counts.
    ///
    /// ```
    /// use relcore::Count;
    /// use relcore::stats::CountRow;
    /// assert_eq!(CountRow::new([3_u32, 4].map(Count::from)).counts.len(), 2);
    /// ```
    #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "stats.CountRow", rename_all = "camelCase", deny_unknown_fields)]
    pub struct CountRow {
        /// The counts, in the same order in every row.
        pub counts: Vec<Count>,
    }
}

impl CountRow {
    /// A row of counts.
    #[must_use]
    pub fn new(counts: impl IntoIterator<Item = Count>) -> Self {
        Self { counts: counts.into_iter().collect() }
    }

    fn sum(&self) -> f64 {
        self.counts.iter().map(|count| count.as_f64()).sum()
    }
}

/// The result of a chi-squared test, made by [`chi_squared`] and [`split_chi_squared`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.ChiSquaredTest", rename_all = "camelCase", deny_unknown_fields)]
pub struct ChiSquaredTest {
    /// The statistic.
    pub statistic: f64,
    /// The degrees of freedom.
    pub df: f64,
    /// The p-value.
    pub p: f64,
}

impl ChiSquaredTest {
    fn of(statistic: f64, df: f64) -> Self {
        Self { statistic, df, p: libm::exp(gamma::tails(df / 2.0, statistic / 2.0).ln_upper) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn two_rows_of_two_counts_are_the_square_of_z(a in 1..500_u32, b in 1..500_u32, c in 1..500_u32, d in 1..500_u32) {
            let row = |x: u32, y: u32| CountRow::new([x, y].map(Count::from));
            let test = chi_squared(&[row(a, b), row(c, d)], false).unwrap();
            let [a, b, c, d] = [a, b, c, d].map(f64::from);
            let (n, m) = (a + b, c + d);
            let pooled = (a + c) / (n + m);
            let z = (a / n - c / m) / (pooled * (1.0 - pooled) * (1.0 / n + 1.0 / m)).sqrt();
            prop_assert!((test.statistic - z * z).abs() <= 1e-8 * test.statistic.max(1e-6));
            prop_assert!((test.p - 2.0 * super::super::normal::upper(z.abs())).abs() < 1e-9);
        }
    }
}
