//! Several series of one metric, joined, against a naive way that looks at each step.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::float_cmp,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    reason = "a test that panics has failed"
)]
use proptest::prelude::*;
use relcore::canary::{ObservationKind, Reading};
use relcore::interchange::{PrometheusMetric, SeriesRule, prometheus_observations};
use relcore::{Span, Timestamp};

const START: i64 = 1_800_000_000;

/// One step of a series: nothing, no number, a number.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Sample {
    Absent,
    NotANumber,
    Number(i32),
}

fn sample() -> impl Strategy<Value = Sample> {
    prop_oneof![
        2 => Just(Sample::Absent),
        1 => Just(Sample::NotANumber),
        6 => (-20..20_i32).prop_map(Sample::Number),
    ]
}

fn response(series: &[Vec<Sample>]) -> String {
    let of = |(pod, samples): (usize, &Vec<Sample>)| {
        let values: Vec<String> = (0..)
            .zip(samples)
            .filter_map(|(step, sample): (i64, _)| match sample {
                Sample::Absent => None,
                Sample::NotANumber => Some(format!("[{}, \"NaN\"]", START + 10 * step)),
                Sample::Number(number) => Some(format!("[{}, \"{number}\"]", START + 10 * step)),
            })
            .collect();
        format!("{{\"metric\": {{\"pod\": \"{pod}\"}}, \"values\": [{}]}}", values.join(", "))
    };
    let series: Vec<String> = series.iter().enumerate().map(of).collect();
    format!(
        "{{\"status\": \"success\", \"data\": {{\"resultType\": \"matrix\", \"result\": [{}]}}}}",
        series.join(", ")
    )
}

/// What a person would say of one step who sees the whole table.
fn looked(series: &[Vec<Sample>], step: usize, rule: SeriesRule, limit: Option<i32>) -> Reading {
    // A response without a sample is one without the series.
    let all: Vec<&Vec<Sample>> = series.iter().collect();
    let begun: Vec<Sample> = all
        .iter()
        .filter(|one| one[..=step].iter().any(|sample| *sample != Sample::Absent))
        .map(|one| one[step])
        .collect();
    let numbers: Vec<i32> = begun
        .iter()
        .filter_map(|sample| if let Sample::Number(n) = sample { Some(*n) } else { None })
        .collect();
    if begun.is_empty() {
        return Reading::Empty {};
    }
    let (value, is_bad) = match rule {
        SeriesRule::Highest => {
            (numbers.iter().max(), numbers.iter().any(|n| limit.is_some_and(|limit| *n > limit)))
        }
        _ => (numbers.iter().min(), numbers.iter().any(|n| limit.is_some_and(|limit| *n < limit))),
    };
    match value {
        Some(value) if numbers.len() == begun.len() || is_bad => {
            Reading::Value { value: f64::from(*value), n: None }
        }
        _ => Reading::Missing {},
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn joined_series_are_those_of_a_person_who_sees_the_table(
        series in (2..5_usize, 1..10_usize).prop_flat_map(|(series, steps)| {
            prop::collection::vec(prop::collection::vec(sample(), steps), series)
        }),
        is_highest in any::<bool>(), limit in prop::option::of(-10..10_i32),
    ) {
        let rule = if is_highest { SeriesRule::Highest } else { SeriesRule::Lowest };
        let mut metric = PrometheusMetric::new("errors", response(&series)).series(rule);
        metric.series_limit = limit.map(f64::from);
        let steps = series[0].len();
        let at =
            |step: usize| Timestamp::from_millis((START + 10 * i64::try_from(step).unwrap()) * 1000).unwrap();
        let ten = Span::from_seconds(10);
        let found = prometheus_observations(&[metric.clone()], at(0), at(steps - 1), ten).unwrap();
        prop_assert_eq!(found.len(), steps);
        for (step, observation) in found.iter().enumerate() {
            prop_assert_eq!(observation.at, at(step));
            let ObservationKind::Measurement { reading, .. } = &observation.kind else { panic!("{observation:?}") };
            prop_assert_eq!(reading, &looked(&series, step, rule, limit), "step {} of {:?}", step, series);
        }
        // The order of the series is that of the server, and says nothing.
        let mut reversed = series.clone();
        reversed.reverse();
        let mut other = metric.clone();
        other.answer = response(&reversed);
        prop_assert_eq!(&prometheus_observations(&[other], at(0), at(steps - 1), ten).unwrap(), &found);
        // Nobody said how to join them: refused, not the first of them.
        let refused = prometheus_observations(&[metric.series(SeriesRule::Single)], at(0), at(steps - 1), ten);
        let refused = refused.unwrap_err();
        prop_assert_eq!(refused.path(), "metrics[0].answer.data.result");
    }
}
