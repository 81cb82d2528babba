//! Control charts by hand: the mean is 10 and the deviation 1, so each value adds its distance less the slack of 0.5.
use relcore::analysis::{
    AlertSample, AlertSeries, AnomalyDirection, AnomalyPolicy, AnomalyReport, AnomalyVerdict, InControl,
    detect_anomalies,
};
use relcore::{Span, Timestamp};

fn detect(values: &[Option<f64>], policy: &AnomalyPolicy) -> AnomalyReport {
    let begin = Timestamp::parse("2026-11-23T09:00:00Z").unwrap();
    let at = |minutes: usize| begin.plus(Span::from_minutes(i32::try_from(minutes).unwrap())).unwrap();
    let sample = |(index, value): (usize, &Option<f64>)| match value {
        Some(value) => AlertSample::new(at(index), *value),
        None => AlertSample::new(at(index), f64::NAN),
    };
    let samples = values.iter().enumerate().map(sample);
    detect_anomalies(&AlertSeries::new("m", samples), policy).unwrap()
}

/// With a threshold, both directions watched.
fn by_hand(values: &[f64], threshold: f64) -> AnomalyReport {
    let policy = AnomalyPolicy::default()
        .in_control(InControl::new(10.0, 1.0))
        .direction(AnomalyDirection::Either)
        .threshold(threshold);
    detect(&values.iter().copied().map(Some).collect::<Vec<_>>(), &policy)
}

#[test]
fn the_first_of_two_alarms_gives_the_direction() {
    // Down: 2.5, then up: 9.5. And the other way round.
    for (values, direction) in
        [([7.0, 20.0], AnomalyDirection::Decrease), ([13.0, 0.0], AnomalyDirection::Increase)]
    {
        let report = by_hand(&values, 2.0);
        assert_eq!((report.direction, report.alarm_at), (Some(direction), Some(report.points[0].at)));
    }
}

#[test]
fn a_quiet_series_is_reported_by_the_step_nearest_to_the_limit() {
    // Up: 1.5, 1, 0.5.
    let report = by_hand(&[12.0, 10.0, 10.0], 4.0);
    let evidence = &report.reasons[0].evidence;
    assert_eq!(report.verdict, AnomalyVerdict::Normal);
    assert_eq!((evidence.observed, evidence.threshold), (Some(1.5), Some(4.0)));
}

#[test]
fn twenty_reference_values_are_enough() {
    let policy = AnomalyPolicy::default().reference_values(22).max_missing_share(0.5);
    let verdict = |missing: usize| {
        let value = |index: usize| (index >= missing).then_some([10.0, 11.0, 12.0][index % 3]);
        detect(&(0..25).map(value).collect::<Vec<_>>(), &policy).verdict
    };
    assert_eq!([2, 3].map(verdict), [AnomalyVerdict::Normal, AnomalyVerdict::Inconclusive]);
}

#[test]
fn as_many_missing_values_as_are_allowed_do_not_matter() {
    let policy = AnomalyPolicy::default().in_control(InControl::new(10.0, 1.0)).max_missing_share(0.25);
    let verdict = |missing: usize| {
        detect(&(0..8).map(|index| (index >= missing).then_some(10.0)).collect::<Vec<_>>(), &policy).verdict
    };
    assert_eq!([2, 3].map(verdict), [AnomalyVerdict::Normal, AnomalyVerdict::Inconclusive]);
}
