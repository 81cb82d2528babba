//! Prometheus responses as observations: properties of `prometheus_observations`.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]
use proptest::prelude::*;
use relcore::canary::{Observation, ObservationKind, Reading};
use relcore::interchange::{PrometheusMetric, prometheus_observations};
use relcore::{Span, Timestamp};
use std::collections::BTreeMap;

const BEGIN: i64 = 1_435_781_430_000;
const STEP: i32 = 15;

fn at(step: i64) -> Timestamp {
    Timestamp::from_millis(BEGIN + step * i64::from(STEP) * 1000).unwrap()
}

/// A response with these samples by step.
fn response(samples: &BTreeMap<i64, &str>) -> String {
    let seconds = |step: &i64| at(*step).as_millis() / 1000;
    let values: Vec<String> =
        samples.iter().map(|(step, text)| format!("[{}, \"{text}\"]", seconds(step))).collect();
    let result = format!("[{{\"metric\": {{}}, \"values\": [{}]}}]", values.join(","));
    format!("{{\"status\": \"success\", \"data\": {{\"resultType\": \"matrix\", \"result\": {result}}}}}")
}

fn metric(samples: &BTreeMap<i64, &str>, counts: Option<&BTreeMap<i64, &str>>) -> PrometheusMetric {
    let mut metric = PrometheusMetric::new("m", response(samples)).scale(2.0);
    metric.samples = counts.map(response);
    metric
}

fn observed(metric: &PrometheusMetric, from: i64, to: i64) -> Vec<Observation> {
    let metrics = std::slice::from_ref(metric);
    prometheus_observations(metrics, at(from), at(to), Span::from_seconds(STEP)).unwrap()
}

fn samples(texts: &'static [&'static str]) -> impl Strategy<Value = BTreeMap<i64, &'static str>> {
    prop::collection::btree_map(0..20_i64, prop::sample::select(texts), 0..20)
}

proptest! {
    #[test]
    fn each_step_has_its_own_sample_or_is_empty(
        values in samples(&["1.5", "-2", "0", "NaN", "+Inf", "-Inf"]),
        counts in prop::option::of(samples(&["0", "7.9", "NaN"])),
        from in 0..20_i64, length in 0..10_i64,
    ) {
        let found = observed(&metric(&values, counts.as_ref()), from, from + length);
        let expected: Vec<Observation> = (from..=from + length).map(|step| {
            let number = |text: &&str| text.parse::<f64>().ok().filter(|number| number.is_finite());
            let n = counts.as_ref().and_then(|counts| counts.get(&step)).and_then(number);
            let n = n.map(|n| if n < 1.0 { 0_u32 } else { 7 }.into());
            let reading = match values.get(&step).map(number) {
                Some(Some(value)) => Reading::Value { value: value * 2.0, n },
                Some(None) => Reading::Missing {},
                None => Reading::Empty {},
            };
            Observation::new(at(step), ObservationKind::Measurement { metric: "m".to_owned(), reading })
        }).collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn parts_of_a_response_give_the_same_observations(
        values in samples(&["1.5", "NaN"]), from in 0..10_i64, cut in 0..10_i64, rest in 1..10_i64,
    ) {
        let metric = metric(&values, None);
        let parts = [observed(&metric, from, from + cut), observed(&metric, from + cut + 1, from + cut + rest)];
        prop_assert_eq!(observed(&metric, from, from + cut + rest), parts.concat());
    }

    #[test]
    fn any_response_is_read_or_refused(text in "\\PC*", samples in prop::option::of("\\PC*"), scale: f64, step: i64) {
        let mut metric = PrometheusMetric::new(text.clone(), text).scale(scale).accept_warnings(true);
        metric.samples = samples;
        let step = Span::from_millis(step >> 11).unwrap_or(Span::ZERO);
        let _ = prometheus_observations(&[metric], at(0), at(20), step);
    }
}

#[test]
fn the_first_and_last_instants_are_accepted() {
    let (first, last) = (
        Timestamp::from_millis(Timestamp::MIN_MILLIS).unwrap(),
        Timestamp::from_millis(Timestamp::MAX_MILLIS).unwrap(),
    );
    let metric = metric(&BTreeMap::new(), None);
    let found = prometheus_observations(std::slice::from_ref(&metric), first, last, Span::from_days(1000));
    assert_eq!(found.unwrap().len(), 3653);
    let found = prometheus_observations(&[metric], first, last, Span::MAX).unwrap();
    assert_eq!(found.len(), 1);
}
