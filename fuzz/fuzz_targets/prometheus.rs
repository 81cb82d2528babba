//! Answers of Prometheus: the series survive their JSON, and every number is finite, as it is in the observations that
//! come of them.
#![no_main]
use libfuzzer_sys::fuzz_target;
use relcore::canary::{ObservationKind, Reading};
use relcore::interchange::{
    PrometheusMetric, PrometheusSeries, prometheus_observations, prometheus_query_range,
};
use relcore::{Span, Timestamp};

fuzz_target!(|text: &str| {
    observe(text);
    let Ok(series) = prometheus_query_range(text) else { return };
    for sample in series.iter().flat_map(|series| &series.samples) {
        assert!(sample.value.is_none_or(f64::is_finite));
        assert_ne!(sample.value.is_some(), sample.missing.is_some());
    }
    let written = serde_json::to_string(&series).expect("series have JSON");
    assert_eq!(serde_json::from_str::<Vec<PrometheusSeries>>(&written).ok(), Some(series));
});

/// The text as values and as numbers of samples, at the instants that the seeds have.
fn observe(text: &str) {
    let start = Timestamp::from_millis(1_435_781_430_781).expect("a year of four digits");
    let end = start.plus(Span::from_minutes(10)).expect("the same year");
    let metric = PrometheusMetric::new("m", text).samples(text).scale(100.0);
    let Ok(found) = prometheus_observations(&[metric], start, end, Span::from_seconds(15)) else { return };
    assert!(found.len() == 41 || found.len() == 1, "a step has one observation, a failed query one in all");
    for observation in found {
        let ObservationKind::Measurement { reading, .. } = observation.kind else { panic!("no measurement") };
        assert!(!matches!(reading, Reading::Value { value, .. } if !value.is_finite()));
    }
}
