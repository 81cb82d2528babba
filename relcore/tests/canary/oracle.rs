//! The canary against an oracle that works everything out of the whole log, on rollouts drawn at random; and what the
//! oracle cannot see. The other laws are in `laws.rs`.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::float_cmp,
    clippy::cast_possible_truncation,
    reason = "a test that panics has failed; weights are copied, never computed"
)]
use crate::oracle_model as oracle;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use relcore::canary::*;
use relcore::stats::{Counts, Direction};
use relcore::{Span, Timestamp};
use serde_json::Value;

const TICK: i64 = 10; // minutes between two calls
const GATES: [&str; 2] = ["g0", "g1"];

fn at(minute: i64) -> Timestamp {
    Timestamp::from_millis(1_800_000_000_000 + minute * 60_000).unwrap()
}

fn minutes(range: std::ops::Range<i32>) -> impl Strategy<Value = Span> {
    range.prop_map(Span::from_minutes)
}

fn metric(index: usize) -> impl Strategy<Value = Metric> {
    let limits = (0..3_u32, 0..3_u32, 0..3_u32, prop_oneof![3 => Just(0_u32), 1 => Just(50)]);
    let spans = (
        proptest::option::weighted(0.3, minutes(5..60)),
        prop_oneof![3 => Just(Span::ZERO), 1 => minutes(1..15)],
        proptest::option::weighted(0.2, minutes(1..15)),
    );
    let empty = select(vec![EmptyResult::NoData, EmptyResult::Zero, EmptyResult::Good]);
    (limits, spans, empty, prop::bool::weighted(0.2)).prop_map(
        move |(
            (failure_limit, inconclusive_limit, consecutive_error_limit, samples),
            (max_age, initial_delay, window),
            empty,
            critical,
        )| {
            let mut metric = Metric::new(format!("m{index}"))
                .max(1.0)
                .failure_limit(failure_limit)
                .inconclusive_limit(inconclusive_limit)
                .consecutive_error_limit(consecutive_error_limit)
                .min_samples(samples)
                .critical(critical)
                .initial_delay(initial_delay)
                .empty(empty);
            (metric.max_age, metric.window) = (max_age, window);
            metric
        },
    )
}

/// A rule that decides on few counts.
fn rule() -> impl Strategy<Value = CountRule> {
    let margin = select(vec![10.0, 50.0, 200.0]);
    let counts = select(vec![CountKind::Increments, CountKind::Increments, CountKind::Totals]);
    (margin, select(vec![0.05, 0.3, 0.5]), select(vec![0.0, 3.0]), counts, prop::bool::weighted(0.2))
        .prop_map(|(margin, alpha, events, counts, less)| {
            let direction = if less { Direction::DecreaseIsBad } else { Direction::IncreaseIsBad };
            let margin = if less { 10.0 } else { margin };
            CountRule::default()
                .direction(direction)
                .margin_percent(margin)
                .alpha(alpha)
                .min_expected_events(events)
                .counts(counts)
        })
}

/// A metric by limits, or by a comparison of counts.
fn any_metric(index: usize) -> impl Strategy<Value = Metric> {
    (metric(index), proptest::option::weighted(0.4, rule())).prop_map(|(mut metric, rule)| {
        if let Some(rule) = rule {
            (metric.max, metric.min_samples) = (None, 0_u32.into());
            metric.empty = EmptyResult::NoData;
            metric.window = metric.window.filter(|_| rule.counts == CountKind::Increments);
            metric.compare = Some(rule);
        }
        metric
    })
}

/// What both versions count at a minute: some readings are good, some bad, some totals fall, some have no traffic.
fn counted(minute: i64, value: f64, n: Option<u32>) -> Reading {
    let minute = minute as u32;
    let events = if value > 0.8 { minute + (value * 20.0) as u32 } else { minute / 4 };
    let canary = Counts::new(events, f64::from(n.map_or(0, |n| 10 * minute + n)));
    Reading::Counts { canary, baseline: Counts::new(minute / 2 + 3, f64::from(12 * minute)) }
}

fn metrics(most: usize) -> impl Strategy<Value = Vec<Metric>> {
    (0..=most).prop_flat_map(|count| (0..count).map(any_metric).collect::<Vec<_>>())
}

/// Rising weights with up to two other steps after each.
fn steps(measured: bool) -> impl Strategy<Value = Vec<Step>> {
    let timer = prop_oneof![
        (minutes(0..60), proptest::option::of(minutes(60..120)), 0..200_u32).prop_map(
            move |(min, max, n)| { Step::Bake { min, max, min_samples: measured.then(|| n.into()) } }
        ),
        minutes(0..60).prop_map(|duration| Step::Pause { duration: Some(duration) }),
    ];
    let other = prop_oneof![
        4 => timer,
        1 => Just(Step::Pause { duration: None }),
        1 => (select(GATES.to_vec()), proptest::option::of(minutes(1..60)), proptest::option::of(response()))
            .prop_map(|(gate, timeout, on_timeout)| Step::Gate { name: gate.to_owned(), timeout, on_timeout }),
        1 => (1..3_u32).prop_map(|measurements| Step::Analysis { metrics: vec![], measurements }),
        2 => command(),
    ];
    let weight = prop_oneof![4 => 1..100_u32, 1 => Just(100)];
    prop::collection::vec((weight, prop::collection::vec(other, 0..3)), 1..4).prop_map(move |mut parts| {
        parts.sort_by_key(|part| part.0);
        let mut steps = Vec::new();
        for (weight, others) in parts {
            steps.push(Step::SetWeight { weight: weight.into() });
            steps.extend(others);
        }
        steps.push(Step::SetWeight { weight: 100.0 });
        let mut seen = Vec::new();
        steps.retain(|step| match step {
            Step::Analysis { .. } => measured,
            Step::Gate { name, .. } if seen.contains(name) => false,
            Step::Gate { name, .. } => {
                seen.push(name.clone());
                true
            }
            Step::External { name, .. } if seen.contains(name) => false,
            Step::External { name, .. } => {
                seen.push(name.clone());
                true
            }
            _ => true,
        });
        steps
    })
}

/// A step that the caller carries out; a route has a name of few, so that others replace and remove it.
fn command() -> impl Strategy<Value = Step> {
    let patience = (proptest::option::weighted(0.3, minutes(1..60)), proptest::option::of(response()));
    (0..6_usize, patience).prop_map(|(which, (timeout, on_timeout))| match which {
        0 => Step::SetHeaderRoute { name: "h".to_owned(), headers: vec![], timeout, on_timeout },
        1 => {
            let headers = vec![HeaderMatch::new("x-beta", "on")];
            Step::SetHeaderRoute { name: "h".to_owned(), headers, timeout, on_timeout }
        }
        2 => {
            Step::SetMirrorRoute { name: "m".to_owned(), percent: None, headers: vec![], timeout, on_timeout }
        }
        3 => Step::SetMirrorRoute {
            name: "m".to_owned(),
            percent: Some(5.0),
            headers: vec![],
            timeout,
            on_timeout,
        },
        4 => Step::SetCanaryScale { scale: CanaryScale::Replicas { replicas: 3 }, timeout, on_timeout },
        _ => Step::External { name: "tests".to_owned(), timeout, on_timeout },
    })
}

fn response() -> impl Strategy<Value = Response> {
    select(vec![Response::Warn, Response::Hold, Response::Pause, Response::Abort])
}

fn responses() -> impl Strategy<Value = CauseResponses> {
    let any = response;
    (any(), any(), any(), any(), any(), any(), any(), any()).prop_map(
        |(failed, error, inconclusive, no_data, deadline, not_ready, stable_unhealthy, split)| {
            CauseResponses::default()
                .failed(failed)
                .error(error)
                .inconclusive(inconclusive)
                .no_data(no_data)
                .deadline(deadline)
                .not_ready(not_ready)
                .stable_unhealthy(stable_unhealthy)
                .sample_ratio_mismatch(split)
        },
    )
}

fn schedule() -> impl Strategy<Value = Schedule> {
    let metrics = metrics(3).prop_flat_map(|metrics| (steps(!metrics.is_empty()), Just(metrics)));
    let abort = select(vec![AbortPolicy::RollBack, AbortPolicy::Freeze, AbortPolicy::ReverseSteps]);
    let on = prop_oneof![Just(CauseResponses::default()), responses()];
    let excludes = (any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(pauses, gates, windows)| {
        DeadlineExcludes::default().pauses(pauses).gates(gates).closed_windows(windows)
    });
    let excludes = prop_oneof![Just(DeadlineExcludes::default()), excludes];
    let readiness = (minutes(0..30), minutes(0..5))
        .prop_map(|(deadline, grace)| Readiness::default().deadline(deadline).grace(grace));
    let readiness = prop_oneof![Just(Readiness::default()), readiness];
    let limit = proptest::option::weighted(0.3, minutes(1..60));
    let times = (proptest::option::weighted(0.2, minutes(60..400)), excludes, readiness, limit);
    let begins = prop_oneof![2 => Just(None), 1 => any::<[Index; 3]>().prop_map(Some)];
    (metrics, on, abort, times, begins).prop_map(|((steps, metrics), on, abort, times, begins)| {
        let (deadline, excludes, readiness, limit) = times;
        let mut schedule = Schedule::new(steps).metrics(metrics).on(on).abort(abort);
        (schedule.deadline, schedule.pause_limit) = (deadline, limit);
        // A metric begins at a step before any analysis, which would need it.
        let analysis = |step: &Step| matches!(step, Step::Analysis { .. });
        let first = schedule.steps.iter().position(analysis).map_or(schedule.steps.len(), |first| first + 1);
        for (metric, begin) in schedule.metrics.iter_mut().zip(begins.into_iter().flatten()) {
            metric.starting_step = begin.index(first) as u32;
        }
        schedule.deadline_excludes(excludes).readiness(readiness)
    })
}

/// Steps that only time ends, and nothing measured.
fn by_clock() -> impl Strategy<Value = Schedule> {
    steps(false).prop_map(|mut steps| {
        steps.retain(|step| {
            matches!(step, Step::SetWeight { .. } | Step::Bake { .. } | Step::Pause { duration: Some(_) })
        });
        standard_schedule().steps(steps)
    })
}

/// What was observed before a call: the minute, from the call before last on, and what, to be fitted to a schedule.
#[derive(Clone, Debug)]
struct Drawn {
    minute: i64,
    which: Index,
    what: What,
}

#[derive(Clone, Copy, Debug)]
enum What {
    Value(f64, Option<u32>),
    Missing,
    Empty,
    Failed,
    Health(HealthRole, bool),
    Window(bool),
    Split(u32, u32),
    Capacity(u32),
    Approval(bool),
    Command(Command),
    NewRevision,
    Result(StepOutcome),
}

fn measurement() -> impl Strategy<Value = What> {
    prop_oneof![
        12 => (0.0..1.1_f64, proptest::option::of(1..200_u32)).prop_map(|(value, n)| What::Value(value, n)),
        1 => Just(What::Missing),
        1 => Just(What::Empty),
        1 => Just(What::Failed),
    ]
}

fn anything() -> impl Strategy<Value = What> {
    let role = select(vec![HealthRole::Canary, HealthRole::Stable]);
    let command = select(vec![
        Command::Abort,
        Command::Pause,
        Command::Pause,
        Command::Resume,
        Command::Resume,
        Command::Resume,
        Command::Retry,
        Command::SkipStep,
        Command::Promote,
        Command::PromoteFull,
        Command::AcceptInconclusive,
        Command::ContinueWithoutStable,
    ]);
    prop_oneof![
        30 => measurement(),
        2 => (role, prop::bool::weighted(0.7)).prop_map(|(role, healthy)| What::Health(role, healthy)),
        2 => any::<bool>().prop_map(What::Window),
        1 => (0..400_u32, 0..400_u32).prop_map(|(canary, stable)| What::Split(canary, stable)),
        1 => (0..6_u32).prop_map(|capacity| What::Capacity(20 * capacity)),
        5 => prop::bool::weighted(0.9).prop_map(What::Approval),
        4 => command.prop_map(What::Command),
        1 => Just(What::NewRevision),
        6 => prop_oneof![
            8 => Just(StepOutcome::Succeeded),
            1 => Just(StepOutcome::Failed),
            1 => Just(StepOutcome::Inconclusive),
        ].prop_map(What::Result),
    ]
}

/// The observations before each of the calls, each after those of the call before.
fn calls(what: impl Strategy<Value = What>) -> impl Strategy<Value = Vec<Vec<Drawn>>> {
    let one =
        (1..=TICK, any::<Index>(), what).prop_map(|(minute, which, what)| Drawn { minute, which, what });
    prop::collection::vec(prop::collection::vec(one, 0..5), 1..40)
}

/// Fits what was drawn to a schedule and a state: metrics and gates that it has, one reading of a metric at an instant,
/// nothing from before what was seen.
fn fit(schedule: &Schedule, drawn: &[Drawn], call: i64, state: &State) -> Vec<Observation> {
    let seen = state.observed_until;
    let gates: Vec<&String> = schedule
        .steps
        .iter()
        .filter_map(|step| if let Step::Gate { name, .. } = step { Some(name) } else { None })
        .collect();
    let mut found: Vec<Observation> = Vec::new();
    for Drawn { minute, which, what } in drawn {
        let reading = |reading| {
            (!schedule.metrics.is_empty()).then(|| ObservationKind::Measurement {
                metric: which.get(&schedule.metrics).name.clone(),
                reading,
            })
        };
        let kind = match *what {
            What::Value(value, n) => {
                let is_compared =
                    !schedule.metrics.is_empty() && which.get(&schedule.metrics).compare.is_some();
                reading(match is_compared {
                    true => counted((call - 1) * TICK + minute, value, n),
                    false => Reading::Value { value, n: n.map(Into::into) },
                })
            }
            What::Missing => reading(Reading::Missing {}),
            What::Empty => reading(Reading::Empty {}),
            What::Failed => reading(Reading::Failed { text: "503".to_owned() }),
            What::Health(role, healthy) => Some(ObservationKind::Health { role, healthy }),
            What::Window(open) => Some(ObservationKind::Window { open }),
            What::Split(canary, stable) => {
                Some(ObservationKind::Split { canary: canary.into(), stable: stable.into() })
            }
            What::Capacity(percent) => Some(ObservationKind::Capacity { percent: percent.into() }),
            What::Approval(approved) => (!gates.is_empty()).then(|| ObservationKind::Approval {
                gate: (*which.get(&gates)).clone(),
                approved,
                by: "ann".to_owned(),
            }),
            What::Command(command) => Some(command.into()),
            What::NewRevision => Some(ObservationKind::NewRevision { revision: format!("r{minute}") }),
            What::Result(result) => step_of_result(schedule, state, *which)
                .map(|step| ObservationKind::StepResult { step, result, text: None }),
        };
        let Some(kind) = kind else { continue };
        let begin = at(0);
        let at = at((call - 1) * TICK + minute);
        if at < begin || Some(at) <= seen {
            continue;
        }
        let same = |other: &Observation| match (&other.kind, &kind) {
            (
                ObservationKind::Measurement { metric: a, .. },
                ObservationKind::Measurement { metric: b, .. },
            ) => other.at == at && a == b,
            _ => false,
        };
        if !found.iter().any(same) {
            found.push(Observation::new(at, kind));
        }
    }
    found
}

/// The step of a result: mostly the current one, sometimes another.
fn step_of_result(schedule: &Schedule, state: &State, which: Index) -> Option<u32> {
    let is_command = |step: &Step| {
        matches!(
            step,
            Step::SetHeaderRoute { .. }
                | Step::SetMirrorRoute { .. }
                | Step::SetCanaryScale { .. }
                | Step::External { .. }
        )
    };
    let commands: Vec<u32> =
        (0..).zip(&schedule.steps).filter(|(_, step)| is_command(step)).map(|(index, _)| index).collect();
    let current = commands.iter().find(|index| **index == state.step).filter(|_| which.index(8) > 0);
    current.copied().or_else(|| (!commands.is_empty()).then(|| *which.get(&commands)))
}

/// Every decision of a rollout that is asked once a tick, with what was observed before it.
fn run(schedule: &Schedule, calls: &[Vec<Drawn>]) -> Vec<(Timestamp, Vec<Observation>, Decision)> {
    let mut state = start(schedule, at(0)).unwrap();
    let mut found = Vec::new();
    for (call, drawn) in (0..).zip(std::iter::once(&vec![]).chain(calls)) {
        let (now, observations) = (at(call * TICK), fit(schedule, drawn, call, &state));
        let decision = next_action(schedule, &state, &observations, now).unwrap();
        state = decision.state.clone();
        found.push((now, observations, decision));
    }
    found
}

fn verdict(decision: &Decision) -> String {
    let Value::Object(verdict) = serde_json::to_value(&decision.verdict).unwrap() else {
        panic!("no object")
    };
    verdict["type"].as_str().unwrap().to_owned()
}

fn begins_anew(observations: &[Observation]) -> bool {
    observations.iter().any(|observation| {
        matches!(
            observation.kind,
            ObservationKind::NewRevision { .. } | ObservationKind::Command { command: Command::Retry, .. }
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn the_engine_does_what_the_oracle_does(schedule in schedule(), calls in calls(anything())) {
        let mut schedule = schedule;
        if schedule.metrics.is_empty() {
            schedule.deadline = None; // the deadline of a schedule that goes by the clock is in `laws.rs`
        }
        let mut oracle = oracle::Oracle::new(&schedule, at(0));
        for (now, observations, decision) in run(&schedule, &calls) {
            let expected = oracle.ask(&observations, now);
            let state = &decision.state;
            if schedule.deadline.is_some() && matches!(state.phase, Phase::Progressing | Phase::Paused) {
                let until = state.deadline_stopped_at.unwrap_or(now);
                let counted = until.since(state.started_at).saturating_sub(state.deadline_excluded);
                // A limit of pauses may end between the minutes of the oracle, a millisecond beside one.
                let slack = if schedule.pause_limit.is_some() { 5 } else { 0 };
                let apart = (counted.as_millis() - oracle.counted().as_millis()).abs();
                prop_assert!(apart <= slack, "at {}: {:?}: {:?}\n{:?}", now, observations, decision, oracle);
            }
            let got = (verdict(&decision), decision.state.weight, decision.state.phase);
            prop_assert_eq!((got.0.as_str(), got.1, got.2), expected, "at {}: {:?}: {:?}\n{:?}", now, observations, decision, oracle);
            let routing = routing(&decision.state);
            let beside = (
                !routing.header_routes.is_empty(),
                !routing.mirror_routes.is_empty(),
                routing.canary_scale.is_some(),
            );
            prop_assert_eq!(beside, oracle.routes(), "at {}: {:?}: {:?}\n{:?}", now, observations, decision, oracle);
        }
    }

    #[test]
    fn a_pause_moves_the_end_by_its_length(
        schedule in by_clock(), pause in 0..100_i64, length in 1..100_i64, rest in 0..300_i64,
    ) {
        let begin = next_action(&schedule, &start(&schedule, at(0)).unwrap(), &[], at(pause)).unwrap().state;
        if begin.phase != Phase::Progressing {
            return Ok(()); // it was over before
        }
        let order = |minute, command| Observation::new(at(minute), ObservationKind::from(command));
        let paused = next_action(&schedule, &begin, &[order(pause, Command::Pause)], at(pause)).unwrap().state;
        let end = pause + length;
        let resumed = next_action(&schedule, &paused, &[order(end, Command::Resume)], at(end)).unwrap().state;
        let with = next_action(&schedule, &resumed, &[], at(end + rest)).unwrap();
        let without = next_action(&schedule, &begin, &[], at(pause + rest)).unwrap();
        prop_assert_eq!((with.state.weight, with.state.step), (without.state.weight, without.state.step));
        let shift = |at: Timestamp| at.plus(Span::from_minutes(length as i32)).unwrap();
        prop_assert_eq!(with.next_check_at, without.next_check_at.map(shift));
    }

    #[test]
    fn no_gate_is_passed_without_approval(schedule in schedule(), calls in calls(anything())) {
        let mut approved: Vec<String> = Vec::new();
        for (_, observations, decision) in run(&schedule, &calls) {
            if begins_anew(&observations) && decision.state.step == 0 {
                approved.clear();
            }
            for Observation { kind, .. } in &observations {
                if let ObservationKind::Approval { gate, approved: true, .. } = kind {
                    approved.push(gate.clone());
                }
                if let ObservationKind::Command { command, .. } = kind
                    && matches!(command, Command::SkipStep | Command::Promote | Command::PromoteFull)
                {
                    approved.extend(GATES.map(str::to_owned)); // an operator passed it
                }
            }
            let passed = schedule.steps.iter().take(decision.state.step as usize);
            let gates = passed.filter_map(|step| if let Step::Gate { name, .. } = step { Some(name) } else { None });
            for gate in gates {
                let kept = decision.state.approvals.iter().any(|kept| kept.gate == *gate);
                prop_assert!(kept || approved.contains(gate), "{} in {:?}", gate, decision);
            }
        }
    }

    #[test]
    fn what_validate_calls_an_error_is_what_start_refuses(
        schedule in schedule(), weight in prop_oneof![Just(f64::NAN), -10.0..120.0_f64], place in any::<Index>(), min in -60..60_i32,
    ) {
        let mut broken = schedule;
        let place = place.index(broken.steps.len());
        broken.steps[place] = match &broken.steps[place] {
            Step::Bake { max, min_samples, .. } => {
                Step::Bake { min: Span::from_minutes(min), max: *max, min_samples: *min_samples }
            }
            _ => Step::SetWeight { weight },
        };
        let errors: Vec<String> = validate(&broken)
            .into_iter()
            .filter(|found| found.severity >= relcore::Severity::Error)
            .map(|found| format!("schedule.{}", found.path))
            .collect();
        let refused = start(&broken, at(0)).map_or_else(
            |error| error.faults().iter().map(|fault| fault.path.clone()).collect(),
            |_| Vec::new(),
        );
        prop_assert_eq!(refused, errors);
    }
}
