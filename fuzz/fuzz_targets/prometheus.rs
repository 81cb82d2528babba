//! Answers of Prometheus: the series survive their JSON, and every number is finite.
#![no_main]
use libfuzzer_sys::fuzz_target;
use relcore::interchange::{PrometheusSeries, prometheus_query_range};

fuzz_target!(|text: &str| {
    let Ok(series) = prometheus_query_range(text) else { return };
    for sample in series.iter().flat_map(|series| &series.samples) {
        assert!(sample.value.is_none_or(f64::is_finite));
        assert_ne!(sample.value.is_some(), sample.missing.is_some());
    }
    let written = serde_json::to_string(&series).expect("series have JSON");
    assert_eq!(serde_json::from_str::<Vec<PrometheusSeries>>(&written).ok(), Some(series));
});
