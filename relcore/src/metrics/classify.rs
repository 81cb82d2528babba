//! The levels of the yearly reports of DORA.
//!
//! Sources: the tables of the reports of 2018 (page 14), 2019 (page 18) and 2021 (page 9) and the infographic of 2023 in
//! dora-team/dora.dev (CC BY 4.0); for 2022, 2024 and the other rows of 2023 the posts of Octopus Deploy about each report.
use super::metric::{Metric, MetricKind};
use crate::error::{ErrorKind, Faults, Result, quoted};
use serde::{Deserialize, Serialize};

/// The level of a value by the report of DORA of a year.
///
/// A report describes groups of teams as their survey found them. It prints the answer that is typical of each group, not
/// limits between them. So a value may lie between two groups (`gap`), or in several (`ambiguous`), and the same value may
/// be of another level in another year. The reports of 2020 and 2025 have no such table, and that of 2022 has no elite.
///
/// The value has the unit of the metric: deployments a day, seconds, or a share from 0 to 1. Weeks have 7 days, months the
/// twelfth part of 365 days. A single percentage (2023, 2024) is the level of exactly that value; the best one reaches down to
/// 0, and the worst one up to 1.
///
/// ```
/// use relcore::metrics::{Level, LevelVerdict, Metric, classify};
/// let day = 86_400.0;
/// assert_eq!(classify(&Metric::ChangeLeadTime, 3.0 * day, 2024)?.levels, [Level::High]);
/// // A tenth of the deployments failed: typical of `high` in 2023, and of `medium` in 2024.
/// assert_eq!(classify(&Metric::ChangeFailRate, 0.1, 2023)?.levels, [Level::High]);
/// assert_eq!(classify(&Metric::ChangeFailRate, 0.1, 2024)?.levels, [Level::Medium]);
///
/// // Pitfall: not every value has one level.
/// let half = classify(&Metric::ChangeFailRate, 0.3, 2019)?;
/// assert_eq!((half.verdict, half.levels.len()), (LevelVerdict::Gap, 0));
/// let few = classify(&Metric::ChangeFailRate, 0.1, 2019)?;
/// assert_eq!((few.verdict, few.levels), (LevelVerdict::Ambiguous, vec![Level::Elite, Level::High, Level::Medium]));
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `out_of_range` for a year before 2018 or after 2025, a value below 0, one that is not finite, and a share of 15.
pub fn classify(metric: &Metric, value: f64, year: u32) -> Result<Classification> {
    let mut faults = Faults::new();
    let most = if metric.kind() == MetricKind::Share { 1.0 } else { f64::MAX };
    faults.check(
        (0.0..=most).contains(&value),
        ErrorKind::OutOfRange,
        format_args!("value"),
        format_args!("{} is out of range: expected {}", quoted(&value.to_string()), expected(metric.kind())),
    );
    faults.check(
        (2018..=2025).contains(&year),
        ErrorKind::OutOfRange,
        format_args!("year"),
        format_args!("`{year}` is out of range: expected a report of 2018 to 2025"),
    );
    faults.finish()?;
    let bands = bands(*metric, year);
    let levels: Vec<Level> =
        bands.iter().filter(|(_, band)| band.contains(value)).map(|(level, _)| *level).collect();
    let verdict = match levels.len() {
        _ if bands.is_empty() => LevelVerdict::NoTable,
        0 => LevelVerdict::Gap,
        1 => LevelVerdict::Level,
        _ => LevelVerdict::Ambiguous,
    };
    let nearest = if verdict == LevelVerdict::Gap { nearest(bands, value) } else { vec![] };
    Ok(Classification { metric: *metric, value, year, verdict, levels, nearest })
}

/// The level of a value in a report of DORA, made by [`classify`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.Classification", rename_all = "camelCase", deny_unknown_fields)]
pub struct Classification {
    /// The metric.
    pub metric: Metric,
    /// The value, in the unit of the metric.
    pub value: f64,
    /// The year of the report.
    pub year: u32,
    /// Whether the report has one level for the value.
    pub verdict: LevelVerdict,
    /// The levels of the value, best first: one, several if `ambiguous`, none otherwise.
    pub levels: Vec<Level>,
    /// Of a `gap`: the levels next to the value on both sides, best first. On the border of the table there is one side.
    pub nearest: Vec<Level>,
}

/// Whether a report has one level for a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.LevelVerdict", rename_all = "snake_case")]
pub enum LevelVerdict {
    /// One level.
    Level,
    /// Several levels have the value.
    Ambiguous,
    /// No level has the value.
    Gap,
    /// The report has no levels for this metric.
    NoTable,
}

/// A group of teams in the reports of DORA.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.Level", rename_all = "snake_case")]
pub enum Level {
    /// The best.
    Elite,
    /// The second.
    High,
    /// The third.
    Medium,
    /// The last.
    Low,
}

fn expected(kind: MetricKind) -> &'static str {
    match kind {
        MetricKind::Frequency => "deployments a day, 0 or more",
        MetricKind::Duration => "seconds, 0 or more",
        MetricKind::Share => "a share from 0 to 1",
        MetricKind::Ratio | MetricKind::Count | MetricKind::Level => "a number, 0 or more",
    }
}

/// The values of one level.
#[derive(Clone, Copy)]
struct Band {
    low: f64,
    high: f64,
    /// Whether the ends belong to it.
    has_low: bool,
    has_high: bool,
}

impl Band {
    const fn between(low: f64, high: f64) -> Self {
        Self { low, high, has_low: true, has_high: true }
    }

    const fn below(high: f64) -> Self {
        Self { low: 0.0, high, has_low: true, has_high: false }
    }

    const fn above(low: f64) -> Self {
        Self { low, high: f64::INFINITY, has_low: false, has_high: false }
    }

    fn contains(self, value: f64) -> bool {
        let from = if self.has_low { self.low <= value } else { self.low < value };
        let to = if self.has_high { value <= self.high } else { value < self.high };
        from && to
    }
}

/// The levels that end just before a value in a gap, and those that begin just after it.
fn nearest(bands: &[(Level, Band)], value: f64) -> Vec<Level> {
    // An end that is part of its band is nearer than the same number that is not.
    let end = |band: &Band| (band.high, band.has_high);
    let start = |band: &Band| (band.low, !band.has_low);
    let order = |one: &(f64, bool), other: &(f64, bool)| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1));
    let bands = || bands.iter().map(|(level, band)| (*level, band));
    let below = bands().map(|(_, band)| end(band)).filter(|(high, _)| *high <= value).max_by(order);
    let above = bands().map(|(_, band)| start(band)).filter(|(low, _)| *low >= value).min_by(order);
    let is_next = |band: &Band| below == Some(end(band)) || above == Some(start(band));
    bands().filter(|(_, band)| is_next(band)).map(|(level, _)| level).collect()
}

const HOUR: f64 = 3600.0;
const DAY: f64 = 86_400.0;
const WEEK: f64 = 7.0 * DAY;
/// The twelfth part of 365 days: the 43,800 minutes of Four Keys.
const MONTH: f64 = 365.0 / 12.0 * DAY;
const HALF_YEAR: f64 = 6.0 * MONTH;

/// Several a day.
const ON_DEMAND: Band = Band::above(1.0);
const HOURLY_TO_DAILY: Band = Band::between(1.0, 24.0);
const DAILY_TO_WEEKLY: Band = Band::between(1.0 / 7.0, 1.0);
const WEEKLY_TO_MONTHLY: Band = Band::between(12.0 / 365.0, 1.0 / 7.0);
const MONTHLY_TO_HALF_YEARLY: Band = Band::between(2.0 / 365.0, 12.0 / 365.0);
const RARER: Band = Band::below(2.0 / 365.0);

const LESS_THAN_AN_HOUR: Band = Band::below(HOUR);
const LESS_THAN_A_DAY: Band = Band::below(DAY);
/// "Less than one day" where the answer before it is "less than one hour".
const HOUR_TO_DAY: Band = Band { low: HOUR, high: DAY, has_low: true, has_high: false };
const DAY_TO_WEEK: Band = Band::between(DAY, WEEK);
const WEEK_TO_MONTH: Band = Band::between(WEEK, MONTH);
const MONTH_TO_HALF_YEAR: Band = Band::between(MONTH, HALF_YEAR);
const LONGER: Band = Band::above(HALF_YEAR);

const UP_TO_15: Band = Band::between(0.0, 0.15);
const FROM_16_TO_30: Band = Band::between(0.16, 0.30);
const FROM_46_TO_60: Band = Band::between(0.46, 0.60);

const UP_TO_5: Band = Band::between(0.0, 0.05);
const EXACTLY_10: Band = Band::between(0.10, 0.10);
const EXACTLY_15: Band = Band::between(0.15, 0.15);
const EXACTLY_20: Band = Band::between(0.20, 0.20);
const FROM_40: Band = Band::between(0.40, 1.0);
const FROM_64: Band = Band::between(0.64, 1.0);

/// The rows of a report for a metric; none where it has no table.
fn bands(metric: Metric, year: u32) -> &'static [(Level, Band)] {
    use Level::{Elite, High, Low, Medium};
    use Metric::*;
    match (metric, year) {
        (DeploymentFrequency, 2018) => &[
            (Elite, ON_DEMAND),
            (High, HOURLY_TO_DAILY),
            (Medium, WEEKLY_TO_MONTHLY),
            (Low, WEEKLY_TO_MONTHLY),
        ],
        (DeploymentFrequency, 2019 | 2024) => &[
            (Elite, ON_DEMAND),
            (High, DAILY_TO_WEEKLY),
            (Medium, WEEKLY_TO_MONTHLY),
            (Low, MONTHLY_TO_HALF_YEARLY),
        ],
        (DeploymentFrequency, 2021) => {
            &[(Elite, ON_DEMAND), (High, WEEKLY_TO_MONTHLY), (Medium, MONTHLY_TO_HALF_YEARLY), (Low, RARER)]
        }
        (DeploymentFrequency, 2022) => {
            &[(High, ON_DEMAND), (Medium, WEEKLY_TO_MONTHLY), (Low, MONTHLY_TO_HALF_YEARLY)]
        }
        (DeploymentFrequency, 2023) => &[
            (Elite, ON_DEMAND),
            (High, DAILY_TO_WEEKLY),
            (Medium, WEEKLY_TO_MONTHLY),
            (Low, WEEKLY_TO_MONTHLY),
        ],
        (ChangeLeadTime, 2018) => &[
            (Elite, LESS_THAN_AN_HOUR),
            (High, DAY_TO_WEEK),
            (Medium, WEEK_TO_MONTH),
            (Low, MONTH_TO_HALF_YEAR),
        ],
        (ChangeLeadTime, 2019 | 2024) => &[
            (Elite, LESS_THAN_A_DAY),
            (High, DAY_TO_WEEK),
            (Medium, WEEK_TO_MONTH),
            (Low, MONTH_TO_HALF_YEAR),
        ],
        (ChangeLeadTime, 2021) => {
            &[(Elite, LESS_THAN_AN_HOUR), (High, DAY_TO_WEEK), (Medium, MONTH_TO_HALF_YEAR), (Low, LONGER)]
        }
        (ChangeLeadTime, 2022) => &[(High, DAY_TO_WEEK), (Medium, WEEK_TO_MONTH), (Low, MONTH_TO_HALF_YEAR)],
        (ChangeLeadTime, 2023) => {
            &[(Elite, LESS_THAN_A_DAY), (High, DAY_TO_WEEK), (Medium, WEEK_TO_MONTH), (Low, WEEK_TO_MONTH)]
        }
        (ChangeFailRate, 2018 | 2019) => {
            &[(Elite, UP_TO_15), (High, UP_TO_15), (Medium, UP_TO_15), (Low, FROM_46_TO_60)]
        }
        (ChangeFailRate, 2021) => {
            &[(Elite, UP_TO_15), (High, FROM_16_TO_30), (Medium, FROM_16_TO_30), (Low, FROM_16_TO_30)]
        }
        (ChangeFailRate, 2022) => &[(High, UP_TO_15), (Medium, FROM_16_TO_30), (Low, FROM_46_TO_60)],
        (ChangeFailRate, 2023) => {
            &[(Elite, UP_TO_5), (High, EXACTLY_10), (Medium, EXACTLY_15), (Low, FROM_64)]
        }
        // The rate of `high` is worse than that of `medium`, as the report has it.
        (ChangeFailRate, 2024) => {
            &[(Elite, UP_TO_5), (High, EXACTLY_20), (Medium, EXACTLY_10), (Low, FROM_40)]
        }
        (FailedDeploymentRecoveryTime, 2018 | 2019 | 2024) => {
            &[(Elite, LESS_THAN_AN_HOUR), (High, HOUR_TO_DAY), (Medium, HOUR_TO_DAY), (Low, WEEK_TO_MONTH)]
        }
        (FailedDeploymentRecoveryTime, 2021) => {
            &[(Elite, LESS_THAN_AN_HOUR), (High, HOUR_TO_DAY), (Medium, DAY_TO_WEEK), (Low, LONGER)]
        }
        (FailedDeploymentRecoveryTime, 2022) => {
            &[(High, LESS_THAN_A_DAY), (Medium, DAY_TO_WEEK), (Low, WEEK_TO_MONTH)]
        }
        (FailedDeploymentRecoveryTime, 2023) => &[
            (Elite, LESS_THAN_AN_HOUR),
            (High, HOUR_TO_DAY),
            (Medium, DAY_TO_WEEK),
            (Low, MONTH_TO_HALF_YEAR),
        ],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const METRICS: [Metric; 5] = [
        Metric::DeploymentFrequency,
        Metric::ChangeLeadTime,
        Metric::ChangeFailRate,
        Metric::FailedDeploymentRecoveryTime,
        Metric::DeploymentReworkRate,
    ];

    #[test]
    fn a_value_out_of_range_says_what_was_expected() {
        for (metric, value, text) in [
            (Metric::ChangeFailRate, 1.5, "a share from 0 to 1"),
            (Metric::ChangeLeadTime, -1.0, "seconds, 0 or more"),
            (Metric::DeploymentFrequency, -1.0, "deployments a day, 0 or more"),
        ] {
            let error = classify(&metric, value, 2024).unwrap_err();
            assert!(error.to_string().contains(text), "{error}");
        }
    }

    #[test]
    fn every_year_has_four_levels_three_or_none() {
        for year in 2018..=2025 {
            for metric in METRICS {
                let expected = match (metric, year) {
                    (Metric::DeploymentReworkRate, _) | (_, 2020 | 2025) => 0,
                    (_, 2022) => 3,
                    _ => 4,
                };
                assert_eq!(bands(metric, year).len(), expected, "{metric:?} {year}");
                for (level, band) in bands(metric, year) {
                    let inside =
                        if band.high.is_finite() { (band.low + band.high) / 2.0 } else { 2.0 * band.low };
                    let found = classify(&metric, inside, year).unwrap();
                    assert!(found.levels.contains(level), "{metric:?} {year} {level:?}");
                }
            }
        }
    }

    #[test]
    fn in_a_gap_the_levels_on_both_sides_are_named() {
        use Level::*;
        let nearest = |metric, value, year| {
            let found = classify(&metric, value, year).unwrap();
            assert_eq!(found.verdict, LevelVerdict::Gap, "{metric:?} {value} {year}");
            found.nearest
        };
        assert_eq!(nearest(Metric::ChangeFailRate, 0.155, 2021), [Elite, High, Medium, Low]);
        assert_eq!(nearest(Metric::ChangeFailRate, 0.45, 2022), [Medium, Low]);
        assert_eq!(nearest(Metric::ChangeFailRate, 0.61, 2019), [Low]);
        assert_eq!(nearest(Metric::ChangeFailRate, 0.15, 2024), [High, Medium]);
        assert_eq!(nearest(Metric::ChangeLeadTime, 2.0 * HOUR, 2018), [Elite, High]);
        assert_eq!(nearest(Metric::ChangeLeadTime, DAY - 1.0, 2022), [High]);
        assert_eq!(nearest(Metric::FailedDeploymentRecoveryTime, 2.0 * DAY, 2018), [High, Medium, Low]);
        assert_eq!(nearest(Metric::DeploymentFrequency, 0.5, 2018), [High, Medium, Low]);
        assert_eq!(nearest(Metric::DeploymentFrequency, 0.0, 2019), [Low]);
    }
}
