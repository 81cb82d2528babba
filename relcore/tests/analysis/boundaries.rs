//! What no case can hold, since JSON has no such numbers, and the texts of `Display`.
use relcore::analysis::{Metric, Reading, assess_reading, explain_judgement, judge};

#[test]
fn a_reading_that_is_no_finite_number_is_refused() {
    let metric: Metric = serde_json::from_str(
        r#"{"name": "m", "failureLimit": 0, "success": {"tests": [{"type": "below", "limit": 1}]}}"#,
    )
    .unwrap();
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let error = assess_reading(&metric, &Reading::Value { value, n: None }).unwrap_err();
        assert_eq!(error.faults()[0].path, "reading.value");
    }
}

#[test]
fn a_judgement_is_shown_as_it_is_explained() {
    let policy = serde_json::from_str(r#"{"metrics": [{"name": "m"}]}"#).unwrap();
    let judgement = judge(&policy, &[]).unwrap();
    assert!(!judgement.to_string().is_empty());
    assert_eq!(judgement.to_string(), explain_judgement(&judgement));
}
