//! What is allowed at exactly a limit and refused one beyond it.
use relcore::canary::*;
use relcore::{ErrorKind, Span, Timestamp};

fn start_at() -> Timestamp {
    Timestamp::parse("2026-11-23T09:00:00Z").unwrap()
}

#[test]
fn ten_thousand_steps_and_metrics_are_allowed() {
    let of = |length: usize| {
        let named = |number| Metric::new(format!("m{number}")).max(1.0);
        let mut steps = vec![Step::Pause { duration: None }; length];
        steps[0] = Step::SetWeight { weight: 100.0 };
        Schedule::new(steps).metrics((0..length).map(named))
    };
    assert_eq!(validate(&of(10_000)), []);
    for length in [10_001, 10_002] {
        let found = validate(&of(length));
        let found: Vec<_> = found.iter().map(|found| (found.code, found.path.as_str())).collect();
        assert_eq!(found, [(DiagnosticCode::TooMany, "steps"), (DiagnosticCode::TooMany, "metrics")]);
    }
}

#[test]
fn ten_million_ticks_are_allowed() {
    let abort = ObservationKind::from(Command::Abort); // so that the first tick is the last
    let observations = [Observation::new(start_at(), abort)];
    let ticks = |ticks| {
        let until = start_at().plus(Span::from_millis(ticks).unwrap()).unwrap();
        simulate(&standard_schedule(), &observations, start_at(), Span::from_millis(1).unwrap(), until)
    };
    assert_eq!(ticks(10_000_000).unwrap().len(), 1);
    let error = ticks(10_000_001).unwrap_err();
    assert_eq!((error.kind(), error.path()), (ErrorKind::OutOfRange, "tick"));
}
