use proptest::prelude::*;
use relcore::analysis::{
    Condition, EndRule, Measurement, Metric, Phase, Reading, Run, Template, Test, evaluate,
};
use relcore::{Span, Timestamp};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(1_800_000_000_000 + 1000 * seconds).unwrap()
}

/// 0 successful, 1 failed, 2 inconclusive, 3 an error.
fn reading(kind: u8) -> Reading {
    match kind {
        0 => Reading::Value { value: 1.0, n: None },
        1 => Reading::Value { value: 0.0, n: None },
        2 => Reading::NotANumber {},
        _ => Reading::Failed { text: "timeout".to_owned() },
    }
}

#[derive(Clone, Debug)]
struct Limits {
    count: Option<u32>,
    failure: Option<u32>,
    row: Option<u32>,
    success: Option<u32>,
    inconclusive: u32,
    errors: u32,
}

fn limits() -> impl Strategy<Value = Limits> {
    let small = || prop::option::of(0..3_u32);
    (prop::option::of(3..7_u32), small(), small(), prop::option::of(1..4_u32), 0..3_u32, 0..3_u32)
        .prop_map(|(count, failure, row, success, inconclusive, errors)| Limits {
            count,
            failure,
            row,
            success,
            inconclusive,
            errors,
        })
        .prop_filter("some limit", |it| it.failure.is_some() || it.row.is_some() || it.success.is_some())
}

fn metric(name: &str, limits: &Limits) -> Metric {
    let mut metric = Metric::new(name)
        .success(Condition::of(Test::AtLeast { limit: 0.5 }))
        .interval(Span::parse("1m").unwrap())
        .inconclusive_limit(limits.inconclusive)
        .consecutive_error_limit(limits.errors);
    metric.count = limits.count;
    metric.failure_limit = limits.failure;
    metric.consecutive_failure_limit = limits.row;
    metric.consecutive_success_limit = limits.success;
    metric
}

/// Argo's counting without any early decision: the phase after these readings.
fn model(limits: &Limits, readings: &[u8]) -> Phase {
    let (mut good, mut bad, mut open) = (0, 0, 0);
    let (mut good_row, mut bad_row, mut error_row) = (0, 0, 0);
    for kind in readings {
        match kind {
            0 => (good, good_row, bad_row, error_row) = (good + 1, good_row + 1, 0, 0),
            1 => (bad, bad_row, good_row, error_row) = (bad + 1, bad_row + 1, 0, 0),
            2 => (open, good_row, bad_row, error_row) = (open + 1, 0, 0, 0),
            _ => (error_row, good_row, bad_row) = (error_row + 1, 0, 0),
        }
        let has_failure = limits.failure.is_some() || limits.row.is_some();
        if limits.failure.is_some_and(|most| bad > most) || limits.row.is_some_and(|most| bad_row > most) {
            return Phase::Failed;
        }
        if open > limits.inconclusive {
            return Phase::Inconclusive;
        }
        if error_row > limits.errors {
            return Phase::Error;
        }
        if limits.success.is_some_and(|enough| good_row >= enough) {
            return Phase::Successful;
        }
        if limits.count.is_some_and(|count| good + bad + open >= count) {
            return match (limits.success.is_some(), has_failure) {
                (true, true) => Phase::Inconclusive,
                (true, false) => Phase::Failed,
                (false, _) if good > 0 => Phase::Successful,
                (false, _) if bad > 0 => Phase::Failed,
                (false, _) => Phase::Inconclusive,
            };
        }
    }
    if readings.is_empty() { Phase::Pending } else { Phase::Running }
}

fn run(readings: &[u8]) -> Run {
    let of = |(index, kind): (usize, &u8)| {
        Measurement::new("m", at(60 * i64::try_from(index).unwrap()), reading(*kind))
    };
    Run::default().started_at(at(0)).measurements(readings.iter().enumerate().map(of))
}

fn phase(limits: &Limits, readings: &[u8]) -> Phase {
    evaluate(&Template::new([metric("m", limits)]), &run(readings), at(10_000)).unwrap().phase
}

/// Every way in which the measurements that are left can come out, without errors.
fn endings(limits: &Limits, readings: &[u8]) -> Vec<Phase> {
    match model(limits, readings) {
        Phase::Running | Phase::Pending => {
            (0..3).flat_map(|kind| endings(limits, &[readings, &[kind]].concat())).collect()
        }
        decided => vec![decided],
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// The engine is the model, except that it decides as soon as all endings agree.
    #[test]
    fn the_engine_counts_as_argo_and_decides_as_soon_as_it_can(
        limits in limits(),
        readings in prop::collection::vec(0..4_u8, 0..8),
    ) {
        let limits = Limits { count: limits.count.map(|count| count.min(5)), ..limits };
        if limits.failure.is_some_and(|most| limits.count.is_some_and(|count| most > count)) { return Ok(()); }
        let expected = (0..=readings.len()).map(|n| &readings[..n]).find_map(|start| {
            let own = model(&limits, start);
            if !matches!(own, Phase::Running | Phase::Pending) { return Some(own); }
            if limits.count.is_none() || start.is_empty() { return None; }
            let all = endings(&limits, start);
            all.iter().all(|phase| *phase == all[0]).then(|| all[0])
        });
        let expected = expected.unwrap_or_else(|| model(&limits, &readings));
        prop_assert_eq!(phase(&limits, &readings), expected);
    }

    #[test]
    fn a_late_call_is_many_calls_in_time_and_the_order_does_not_matter(
        limits in limits(),
        readings in prop::collection::vec(0..4_u8, 1..8),
    ) {
        let template = Template::new([metric("m", &limits)]);
        let whole = run(&readings);
        let late = evaluate(&template, &whole, at(10_000)).unwrap();
        for n in 0..readings.len() {
            let early = evaluate(&template, &run(&readings[..n]), at(60 * i64::try_from(n).unwrap())).unwrap();
            if early.decided_at.is_some() {
                prop_assert_eq!(&early.metrics, &late.metrics);
                prop_assert_eq!(early.phase, late.phase);
                prop_assert_eq!(early.decided_at, late.decided_at);
            }
        }
        let mut reversed = whole;
        reversed.measurements.reverse();
        prop_assert_eq!(evaluate(&template, &reversed, at(10_000)).unwrap(), late);
    }

    #[test]
    fn the_end_of_a_run_passes_nothing_without_a_success(
        limits in limits(),
        readings in prop::collection::vec(1..4_u8, 0..6),
        trusting in any::<bool>(),
    ) {
        let mut template = Template::new([metric("m", &limits)]);
        let ended = run(&readings).ended_at(at(5000));
        prop_assert_ne!(evaluate(&template, &ended, at(10_000)).unwrap().phase, Phase::Successful);
        if trusting && readings.is_empty() {
            template.end = EndRule::WithinLimits;
            prop_assert_eq!(evaluate(&template, &ended, at(10_000)).unwrap().phase, Phase::Inconclusive);
        }
    }
}
