//! The Quick Check of DORA: scores from 0 to 10, and those of the teams of its survey.
use super::report::DoraRow;
use crate::error::{Error, ErrorKind, Faults, Result, quoted};
use crate::input::input;
use crate::scalar::Count;
use serde::{Deserialize, Serialize};

input! {
    /// Answers to the questions of DORA's Quick Check. An answer that is left out is not scored.
    ///
    /// The first three have a number from 1 to 6, and a fraction between two of them is the mean of several answers:
    ///
    /// | answer | lead time, recovery time | deployment frequency |
    /// | --- | --- | --- |
    /// | 1 | more than six months | less than once in six months |
    /// | 2 | one to six months | between once a month and once in six months |
    /// | 3 | one week to one month | between once a week and once a month |
    /// | 4 | one day to one week | between once a day and once a week |
    /// | 5 | less than one day | between once an hour and once a day |
    /// | 6 | less than one hour | several deployments a day |
    #[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "metrics.QuickCheckAnswers", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct QuickCheckAnswers {
        /// How long a change takes to production.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub lead_time: Option<f64>,
        /// How often is deployed.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub deployment_frequency: Option<f64>,
        /// How long a failed deployment takes to recover.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub recovery_time: Option<f64>,
        /// The share of deployments that failed, from 0 to 1.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub change_fail_rate: Option<f64>,
        /// The share of deployments that were made to repair production, from 0 to 1. The edition of 2024 does not ask for it.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub rework_rate: Option<f64>,
    }
}

/// The scores of a Quick Check, each from 0 to 10, made by [`quick_check_score`]. One without an answer is absent.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.QuickCheckScore", rename_all = "camelCase", deny_unknown_fields)]
pub struct QuickCheckScore {
    /// The year of the edition.
    pub year: u32,
    /// How many questions were answered.
    pub answered: Count,
    /// The mean of all scores.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overall: Option<f64>,
    /// The mean of lead time, deployment frequency and recovery time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub throughput: Option<f64>,
    /// The mean of change fail rate and rework rate; in 2024 the first alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stability: Option<f64>,
    /// The score of the lead time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead_time: Option<f64>,
    /// The score of the deployment frequency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment_frequency: Option<f64>,
    /// The score of the recovery time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery_time: Option<f64>,
    /// The score of the change fail rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change_fail_rate: Option<f64>,
    /// The score of the rework rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rework_rate: Option<f64>,
}

/// The scores of DORA's Quick Check: from 0 to 10 for each answer, their mean, throughput and stability.
///
/// The answers 1 to 6 are scored 0 to 10, and a share of 100 % to 0 % likewise. The means leave out what was not answered;
/// the page of DORA does so in the overall score, but takes an answer that is missing for 0 (times) or 10 (rates) in
/// throughput and stability.
///
/// ```
/// use relcore::metrics::{QuickCheckAnswers, quick_check_score};
/// let answers = QuickCheckAnswers::default().lead_time(4.0).deployment_frequency(3.0).recovery_time(5.0);
/// let answers = answers.change_fail_rate(0.15).rework_rate(0.10);
/// let score = quick_check_score(&answers, 2025)?;
/// assert_eq!((score.throughput, score.stability), (Some(6.0), Some(8.75)));
/// // Pitfall: rates are shares here, and percentages on the page.
/// assert_eq!(quick_check_score(&answers.change_fail_rate(15.0), 2025).unwrap_err().code(), "out_of_range");
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All at once: `out_of_range` for an edition of 2023, an answer of 7, a rate of 15.
pub fn quick_check_score(answers: &QuickCheckAnswers, year: u32) -> Result<QuickCheckScore> {
    let mut faults = Faults::new();
    check_year(year, &mut faults);
    let mut check = |answer: Option<f64>, low: f64, high: f64, field: &str| {
        let holds = answer.is_none_or(|answer| (low..=high).contains(&answer));
        let text = format_args!("expected a number from {low} to {high}");
        faults.check(holds, ErrorKind::OutOfRange, format_args!("answers.{field}"), text);
    };
    check(answers.lead_time, 1.0, 6.0, "leadTime");
    check(answers.deployment_frequency, 1.0, 6.0, "deploymentFrequency");
    check(answers.recovery_time, 1.0, 6.0, "recoveryTime");
    check(answers.change_fail_rate, 0.0, 1.0, "changeFailRate");
    check(answers.rework_rate, 0.0, 1.0, "reworkRate");
    faults.finish()?;
    let time = |answer: Option<f64>| answer.map(|answer| (answer - 1.0) * 2.0);
    let rate = |share: Option<f64>| share.map(|share| 10.0 - share * 10.0);
    let rework = answers.rework_rate.filter(|_| year >= 2025);
    let times = [answers.lead_time, answers.deployment_frequency, answers.recovery_time].map(time);
    Ok(score(year, times, [answers.change_fail_rate, rework].map(rate)))
}

/// The scores with their means. `times` are lead time, frequency and recovery time; `rates` change fail rate and rework rate.
fn score(year: u32, times: [Option<f64>; 3], rates: [Option<f64>; 2]) -> QuickCheckScore {
    let all: Vec<Option<f64>> = times.iter().chain(&rates).copied().collect();
    let [lead_time, deployment_frequency, recovery_time] = times;
    let [change_fail_rate, rework_rate] = rates;
    QuickCheckScore {
        year,
        answered: Count::of(all.iter().flatten().count()),
        overall: mean(&all),
        throughput: mean(&times),
        stability: mean(&rates),
        lead_time,
        deployment_frequency,
        recovery_time,
        change_fail_rate,
        rework_rate,
    }
}

fn mean(scores: &[Option<f64>]) -> Option<f64> {
    let n = scores.iter().flatten().count();
    #[expect(clippy::cast_precision_loss, reason = "at most five")]
    (n > 0).then(|| scores.iter().flatten().sum::<f64>() / n as f64)
}

fn check_year(year: u32, faults: &mut Faults) {
    faults.check(
        matches!(year, 2024 | 2025),
        ErrorKind::OutOfRange,
        format_args!("year"),
        format_args!("`{year}` is out of range: expected the edition of 2024 or of 2025"),
    );
}

/// The answers that the events of a report give to DORA's Quick Check.
///
/// What is undefined in the report is not answered. The frequency is that of the whole range, by its number of deployments;
/// exactly one a day is the answer 5. Months have the twelfth part of 365 days.
///
/// ```
/// use relcore::metrics::{Policy, dora, quick_check_answers};
/// use relcore::{TimeRange, time::BucketUnit};
/// let week: TimeRange = serde_json::from_str(r#"{"start": "2026-11-02T00:00:00Z", "end": "2026-11-09T00:00:00Z"}"#)?;
/// let report = dora(&[], &[], &[], &Policy::default(), &week, &BucketUnit::Week, "UTC")?;
/// // Pitfall: no data is no answer, not the best one.
/// assert_eq!(quick_check_answers(&report.overall).lead_time, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn quick_check_answers(row: &DoraRow) -> QuickCheckAnswers {
    let frequency = &row.deployment_frequency;
    let days = row.range.length().as_seconds() / 86_400.0;
    QuickCheckAnswers {
        lead_time: row.change_lead_time.value.map(answer_of_time),
        deployment_frequency: frequency.value.map(|_| answer_of_frequency(frequency.n.as_f64() / days)),
        recovery_time: row.failed_deployment_recovery_time.value.map(answer_of_time),
        change_fail_rate: row.change_fail_rate.value,
        rework_rate: row.deployment_rework_rate.value,
    }
}

/// The answer of a time in seconds.
fn answer_of_time(seconds: f64) -> f64 {
    const MONTH: f64 = 365.0 / 12.0;
    match seconds / 86_400.0 {
        days if days < 1.0 / 24.0 => 6.0,
        days if days < 1.0 => 5.0,
        days if days < 7.0 => 4.0,
        days if days < MONTH => 3.0,
        days if days <= 6.0 * MONTH => 2.0,
        _ => 1.0,
    }
}

/// The answer of so many deployments a day.
fn answer_of_frequency(a_day: f64) -> f64 {
    match a_day {
        several if several > 1.0 => 6.0,
        daily if daily >= 1.0 => 5.0,
        weekly if weekly >= 1.0 / 7.0 => 4.0,
        monthly if monthly >= 12.0 / 365.0 => 3.0,
        half_yearly if half_yearly >= 2.0 / 365.0 => 2.0,
        _ => 1.0,
    }
}

/// The scores of a group of teams in the survey of DORA, with their standard deviations.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.QuickCheckBenchmark", rename_all = "camelCase", deny_unknown_fields)]
pub struct QuickCheckBenchmark {
    /// The group: `all`, an industry or a size of the organization.
    pub population: String,
    /// The mean scores of the group.
    pub score: QuickCheckScore,
    /// The standard deviation of each score between teams.
    pub deviation: QuickCheckDeviation,
}

/// How much the scores of a group of teams differ, made by [`quick_check_benchmark`]: standard deviations.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.QuickCheckDeviation", rename_all = "camelCase", deny_unknown_fields)]
pub struct QuickCheckDeviation {
    /// Of the lead time.
    pub lead_time: f64,
    /// Of the deployment frequency.
    pub deployment_frequency: f64,
    /// Of the recovery time.
    pub recovery_time: f64,
    /// Of the change fail rate.
    pub change_fail_rate: f64,
    /// Of the rework rate, which the edition of 2024 does not have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rework_rate: Option<f64>,
}

/// The scores of a group of teams in the survey of DORA, to compare a score with.
///
/// `population` is `all`, an industry (`education`, `energy`, `financial_services`, `government`,
/// `healthcare_pharmaceuticals`, `industrials_manufacturing`, `insurance`, `media_entertainment`, `non_profit`, `consumer`,
/// `technology`, `telecommunications`, `other`) or a size of the organization: `solo`, `fewer_than_10` employees, and likewise
/// 20 (2024), 100, 500, 1000, 5000, 10000, and `more_than_9999`.
///
/// The recovery time of the sizes runs the other way in DORA's table of 2025 (2.6 where the same teams have 7.4 by industry);
/// here it is turned, so that the means differ from those of the page. Throughput and stability of 2025 are those that DORA
/// prints.
///
/// ```
/// use relcore::metrics::quick_check_benchmark;
/// let all = quick_check_benchmark("all", 2025)?;
/// assert!((all.score.overall.unwrap() - 6.72).abs() < 1e-9);
/// assert!(quick_check_benchmark("bakeries", 2025).is_err());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `out_of_range` for an edition of 2023; `invalid_value` for a population that the edition does not have.
pub fn quick_check_benchmark(population: &str, year: u32) -> Result<QuickCheckBenchmark> {
    let mut faults = Faults::new();
    check_year(year, &mut faults);
    faults.finish()?;
    let row = BENCHMARKS.iter().find(|row| row.year == year && row.population == population);
    let Some(Benchmark { times, fails, later, .. }) = row else {
        let known: Vec<&str> =
            BENCHMARKS.iter().filter(|row| row.year == year).map(|row| row.population).collect();
        let text = format!("{} is no population: expected one of {}", quoted(population), known.join(", "));
        return Err(Error::new(ErrorKind::InvalidValue, "population", text));
    };
    let rework = later.as_ref().map(|later| later.rework);
    let rates = [Some(fails.0), rework.map(|rework| rework.0)].map(|mean| mean.map(|mean| 10.0 - mean));
    let [lead_time, deployment_frequency, recovery_time] = times.map(|time| time.1);
    let mut score = score(year, times.map(|time| Some(time.0)), rates);
    if let Some(later) = later {
        score.throughput = Some(later.throughput);
        score.stability = Some(10.0 - later.instability);
    }
    Ok(QuickCheckBenchmark {
        population: population.to_owned(),
        score,
        deviation: QuickCheckDeviation {
            lead_time,
            deployment_frequency,
            recovery_time,
            change_fail_rate: fails.1,
            rework_rate: rework.map(|rework| rework.1),
        },
    })
}

/// A group of the survey: mean and standard deviation of each answer. Rates run from 0 (best) to 10.
struct Benchmark {
    year: u32,
    population: &'static str,
    times: [(f64, f64); 3],
    fails: (f64, f64),
    later: Option<Of2025>,
}

/// What the edition of 2025 has beside that of 2024; throughput and instability as it prints them.
struct Of2025 {
    rework: (f64, f64),
    throughput: f64,
    instability: f64,
}

const fn of_2024(population: &'static str, [lead, frequency, recovery, fails]: [(f64, f64); 4]) -> Benchmark {
    Benchmark { year: 2024, population, times: [lead, frequency, recovery], fails, later: None }
}

const fn of_2025(
    population: &'static str,
    [lead, frequency, recovery, fails]: [(f64, f64); 4],
    (rework, throughput, instability): ((f64, f64), f64, f64),
) -> Benchmark {
    let later = Some(Of2025 { rework, throughput, instability });
    Benchmark { year: 2025, population, times: [lead, frequency, recovery], fails, later }
}

/// DORA's tables (dora-team/dora.dev, svelte/quick-check/src/lib; CC BY 4.0): lead time, frequency, recovery time, fail
/// rate, and what is new in 2025.
const BENCHMARKS: &[Benchmark] = &[
    of_2024("all", [(5.1, 2.6), (5.3, 2.9), (7.5, 2.3), (1.7, 2.0)]),
    of_2024("education", [(4.8, 3.1), (5.1, 3.2), (6.6, 3.0), (1.6, 2.1)]),
    of_2024("energy", [(4.6, 2.5), (4.9, 3.1), (6.6, 2.9), (2.7, 2.7)]),
    of_2024("financial_services", [(4.9, 2.4), (5.2, 2.7), (7.9, 1.9), (1.6, 1.8)]),
    of_2024("government", [(4.6, 2.6), (4.4, 2.6), (6.8, 2.1), (2.4, 2.3)]),
    of_2024("healthcare_pharmaceuticals", [(4.6, 2.6), (4.4, 2.6), (7.4, 2.5), (1.4, 1.5)]),
    of_2024("industrials_manufacturing", [(4.8, 2.4), (4.9, 2.9), (6.6, 2.6), (1.7, 1.9)]),
    of_2024("insurance", [(4.4, 2.5), (4.9, 3.0), (6.9, 2.6), (1.8, 2.2)]),
    of_2024("media_entertainment", [(5.7, 2.7), (5.7, 2.7), (7.9, 2.4), (1.5, 1.9)]),
    of_2024("non_profit", [(5.6, 3.1), (4.9, 2.5), (7.6, 2.0), (1.5, 2.3)]),
    of_2024("consumer", [(5.8, 2.6), (6.3, 3.0), (8.0, 1.9), (1.5, 1.6)]),
    of_2024("technology", [(5.4, 2.5), (5.5, 2.9), (7.7, 2.1), (1.6, 1.9)]),
    of_2024("telecommunications", [(4.8, 2.5), (4.9, 2.7), (7.2, 2.3), (1.9, 2.0)]),
    of_2024("other", [(5.5, 2.4), (5.6, 2.9), (7.8, 2.1), (1.7, 1.9)]),
    of_2024("solo", [(5.2, 3.5), (4.8, 3.6), (5.3, 3.6), (3.7, 3.3)]),
    of_2024("fewer_than_10", [(5.32, 2.8), (5.1, 2.9), (7.1, 2.6), (1.8, 1.9)]),
    of_2024("fewer_than_20", [(6.3, 2.5), (6.1, 2.6), (8.0, 2.4), (1.9, 2.0)]),
    of_2024("fewer_than_100", [(5.4, 2.6), (5.4, 2.8), (7.9, 1.9), (1.6, 1.9)]),
    of_2024("fewer_than_500", [(5.6, 2.5), (6.0, 2.9), (7.82, 2.1), (1.6, 1.8)]),
    of_2024("fewer_than_1000", [(5.0, 2.6), (5.4, 3.0), (7.5, 2.4), (1.8, 2.1)]),
    of_2024("fewer_than_5000", [(5.1, 2.5), (5.3, 2.9), (7.6, 2.0), (1.6, 1.8)]),
    of_2024("fewer_than_10000", [(4.9, 2.5), (5.2, 3.0), (7.4, 2.5), (1.7, 2.0)]),
    of_2024("more_than_9999", [(4.8, 2.5), (4.8, 2.8), (7.5, 2.0), (1.6, 1.8)]),
    of_2025("all", [(5.5, 2.4), (4.8, 2.8), (7.4, 2.1), (1.9, 2.1)], ((2.2, 2.2), 6.0, 2.1)),
    of_2025("consumer", [(5.9, 2.3), (5.3, 2.7), (7.8, 1.8), (1.7, 2.0)], ((2.0, 1.9), 6.3, 1.8)),
    of_2025("media_entertainment", [(5.8, 2.4), (5.2, 2.7), (7.6, 2.1), (1.8, 1.8)], ((1.8, 1.7), 6.2, 1.8)),
    of_2025("non_profit", [(5.9, 2.7), (4.5, 2.6), (7.5, 1.8), (2.2, 2.8)], ((2.1, 2.5), 6.1, 2.2)),
    of_2025("technology", [(5.7, 2.4), (4.9, 2.8), (7.4, 2.1), (1.9, 2.0)], ((2.3, 2.2), 6.1, 2.1)),
    of_2025("telecommunications", [(5.2, 2.4), (4.7, 2.6), (7.2, 2.3), (2.4, 2.5)], ((2.6, 2.5), 5.7, 2.5)),
    of_2025("other", [(5.7, 2.4), (5.0, 2.7), (7.6, 2.0), (1.6, 1.9)], ((2.0, 2.0), 6.1, 1.8)),
    of_2025("education", [(5.5, 2.6), (4.5, 2.9), (6.6, 2.6), (2.7, 2.4)], ((2.9, 2.3), 5.6, 2.7)),
    of_2025("financial_services", [(5.4, 2.3), (5.1, 2.6), (7.7, 1.9), (1.7, 2.1)], ((1.9, 1.9), 6.1, 1.8)),
    of_2025(
        "healthcare_pharmaceuticals",
        [(5.0, 2.6), (4.3, 2.8), (7.1, 2.2), (2.5, 2.3)],
        ((2.6, 2.4), 5.6, 2.5),
    ),
    of_2025("energy", [(5.4, 2.5), (4.5, 2.7), (7.2, 1.9), (1.8, 1.8)], ((2.1, 1.9), 5.8, 1.9)),
    of_2025("government", [(4.8, 2.6), (4.3, 3.0), (7.0, 2.1), (2.1, 2.2)], ((2.4, 2.2), 5.4, 2.3)),
    of_2025("insurance", [(4.8, 2.2), (4.4, 2.5), (7.5, 1.8), (1.7, 2.0)], ((1.8, 1.9), 5.7, 1.8)),
    of_2025(
        "industrials_manufacturing",
        [(4.9, 2.6), (3.7, 2.7), (6.5, 2.3), (2.0, 1.9)],
        ((2.4, 2.3), 5.1, 2.2),
    ),
    of_2025("solo", [(6.4, 2.7), (5.1, 3.4), (7.2, 2.6), (3.0, 3.1)], ((3.3, 3.1), 6.3, 3.1)),
    of_2025("fewer_than_10", [(6.4, 2.7), (4.8, 2.9), (7.7, 2.2), (1.9, 2.2)], ((2.3, 2.3), 6.3, 2.1)),
    of_2025("fewer_than_100", [(5.8, 2.3), (4.4, 2.4), (7.6, 1.9), (1.7, 1.8)], ((2.3, 2.1), 5.9, 2.1)),
    of_2025("fewer_than_500", [(5.6, 2.4), (4.8, 2.7), (7.4, 2.1), (1.9, 2.0)], ((2.3, 2.2), 6.0, 2.1)),
    of_2025("fewer_than_1000", [(5.5, 2.4), (4.7, 2.6), (7.3, 2.1), (1.8, 2.1)], ((2.2, 2.2), 6.0, 2.1)),
    of_2025("fewer_than_5000", [(5.3, 2.4), (4.7, 2.7), (7.4, 2.2), (1.9, 2.1)], ((2.1, 2.1), 5.8, 2.0)),
    of_2025("fewer_than_10000", [(5.4, 2.4), (4.8, 2.8), (7.5, 1.9), (1.8, 2.1)], ((2.0, 1.9), 6.0, 1.9)),
    of_2025("more_than_9999", [(5.2, 2.5), (4.9, 2.8), (7.2, 2.2), (1.9, 2.2)], ((2.1, 2.2), 5.9, 2.0)),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::float_cmp, reason = "answers are whole numbers")]
    fn each_answer_begins_at_its_frequency() {
        for (a_day, answer) in [
            (1.001, 6.0),
            (1.0, 5.0),
            (1.0 / 7.0, 4.0),
            (12.0 / 365.0, 3.0),
            (2.0 / 365.0, 2.0),
            (1.9 / 365.0, 1.0),
            (0.0, 1.0),
        ] {
            assert_eq!(answer_of_frequency(a_day), answer, "{a_day}");
        }
    }
}
