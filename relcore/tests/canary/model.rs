//! Schedules and observations drawn at random, and runs of them.
use proptest::prelude::*;
use relcore::canary::*;
use relcore::{Span, Timestamp};

pub const MINUTE: i64 = 60_000;
pub const DAY: i64 = 24 * 60 * MINUTE;

pub fn minute(minutes: i64) -> Timestamp {
    Timestamp::from_millis(1_800_000_000_000 + minutes * MINUTE).unwrap()
}

pub fn span(minutes: i64) -> Span {
    Span::from_millis(minutes * MINUTE).unwrap()
}

pub fn after(at: Timestamp, millis: i64) -> Timestamp {
    Timestamp::from_millis(at.as_millis() + millis).unwrap()
}

/// A part of so many milliseconds.
#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "small numbers")]
pub fn part(millis: i64, share: f64) -> i64 {
    (millis as f64 * share) as i64
}

const METRICS: [&str; 3] = ["a", "b", "c"];
const GATES: [&str; 2] = ["first", "second"];

/// What is observed at a tick: some minutes before it, if the state has not seen that time yet.
#[derive(Clone, Debug)]
pub struct Drawn {
    pub late: i64,
    pub kind: ObservationKind,
}

impl Drawn {
    /// The same with other values.
    pub fn mapped(&self, change: impl Fn(f64) -> f64) -> Self {
        let mut drawn = self.clone();
        if let ObservationKind::Measurement { reading: Reading::Value { value, .. }, .. } = &mut drawn.kind {
            *value = change(*value);
        }
        drawn
    }

    /// The same of a metric with another name.
    pub fn renamed(&self) -> Self {
        let mut drawn = self.clone();
        if let ObservationKind::Measurement { metric, .. } = &mut drawn.kind {
            *metric = format!("z-{metric}");
        }
        drawn
    }
}

/// The same schedule with its metrics renamed and in the opposite order.
pub fn renamed(schedule: &Schedule) -> Schedule {
    let mut renamed = schedule.clone();
    renamed.metrics.reverse();
    for metric in &mut renamed.metrics {
        metric.name = format!("z-{}", metric.name);
    }
    for step in &mut renamed.steps {
        if let Step::Analysis { metrics, .. } = step {
            metrics.iter_mut().for_each(|name| *name = format!("z-{name}"));
        }
    }
    renamed
}

/// One call of a run.
pub struct Tick {
    pub before: State,
    pub observations: Vec<Observation>,
    pub now: Timestamp,
    pub decision: Decision,
}

/// A call every twenty minutes, with what was drawn for it as far as the schedule knows it.
pub fn run(schedule: &Schedule, ticks: &[Vec<Drawn>]) -> Vec<Tick> {
    let mut state = start(schedule, minute(0)).unwrap();
    let mut ran = Vec::new();
    for (index, drawn) in (0..).zip(ticks) {
        let now = minute(index * 20);
        let earliest = after(state.observed_until.unwrap_or(minute(-1)), 1).max(minute(0));
        let mut observations: Vec<Observation> = Vec::new();
        for Drawn { late, kind } in drawn {
            let at = after(now, -late * MINUTE).max(earliest).min(now);
            let known = match kind {
                ObservationKind::Measurement { metric, .. } => {
                    let measured = observations.iter().any(|other| {
                        let same = matches!(&other.kind, ObservationKind::Measurement { metric: name, .. } if name == metric);
                        same && other.at == at
                    });
                    !measured && schedule.metrics.iter().any(|known| known.name == *metric)
                }
                ObservationKind::Approval { gate, .. } => {
                    schedule.steps.iter().any(|step| matches!(step, Step::Gate { name, .. } if name == gate))
                }
                // Two of one instant are refused.
                ObservationKind::NewRevision { .. } => !observations
                    .iter()
                    .any(|other| other.at == at && matches!(other.kind, ObservationKind::NewRevision { .. })),
                _ => true,
            };
            let kind = match kind {
                // It was drawn without knowing which command waits.
                ObservationKind::StepResult { result, .. } => match current_command(schedule, &state) {
                    Some(step) => ObservationKind::StepResult { step, result: *result, text: None },
                    None => continue,
                },
                other => other.clone(),
            };
            if known {
                observations.push(Observation::new(at, kind));
            }
        }
        let decision = next_action(schedule, &state, &observations, now).unwrap();
        let before = std::mem::replace(&mut state, decision.state.clone());
        ran.push(Tick { before, observations, now, decision });
    }
    ran
}

/// The current step, if the caller carries it out.
fn current_command(schedule: &Schedule, state: &State) -> Option<u32> {
    let step = schedule.steps.get(state.step as usize)?;
    is_command(step).then_some(state.step)
}

/// Whether the caller carries a step out.
pub fn is_command(step: &Step) -> bool {
    matches!(
        step,
        Step::SetHeaderRoute { .. }
            | Step::SetMirrorRoute { .. }
            | Step::SetCanaryScale { .. }
            | Step::External { .. }
    )
}

pub fn verdicts(schedule: &Schedule, ticks: &[Vec<Drawn>]) -> Vec<Action> {
    run(schedule, ticks).into_iter().map(|tick| tick.decision.verdict).collect()
}

/// A schedule that only clocks move.
pub fn timers(minutes: &[(i64, bool)]) -> Schedule {
    let mut steps = Vec::new();
    for (weight, (length, bakes)) in (1..).zip(minutes) {
        steps.push(Step::SetWeight { weight: f64::from(weight) });
        steps.push(match bakes {
            true => Step::Bake { min: span(*length), max: None, min_samples: None },
            false => Step::Pause { duration: Some(span(*length)) },
        });
    }
    steps.push(Step::SetWeight { weight: 100.0 });
    standard_schedule().steps(steps)
}

fn metric(name: &'static str) -> impl Strategy<Value = Metric> {
    let limits = (prop::option::weighted(0.8, 1..4_i32), prop::option::weighted(0.2, Just(0_i32)));
    let counts = (0..3_u32, 0..3_u32, 0..4_u32);
    let rest = (
        prop_oneof![3 => Just(0_u32), 1 => Just(10)],
        prop::option::weighted(0.3, 10..90_i64),
        prop::bool::weighted(0.1),
    );
    let newer = (
        prop_oneof![3 => Just(0_i64), 1 => 1..40_i64],
        prop::option::weighted(0.2, 1..40_i64),
        prop_oneof![2 => Just(EmptyResult::NoData), 1 => Just(EmptyResult::Zero), 1 => Just(EmptyResult::Good)],
    );
    (limits, counts, rest, newer).prop_map(
        move |(
            (max, min),
            (failures, inconclusive, errors),
            (samples, age, critical),
            (delay, window, empty),
        )| {
            let mut metric = Metric::new(name)
                .failure_limit(failures)
                .inconclusive_limit(inconclusive)
                .consecutive_error_limit(errors)
                .min_samples(samples)
                .critical(critical);
            metric.max = if min.is_none() { max.or(Some(1)) } else { max }.map(f64::from);
            metric.min = min.map(f64::from);
            metric.max_age = age.map(span);
            (metric.initial_delay, metric.window, metric.empty) = (span(delay), window.map(span), empty);
            metric
        },
    )
}

fn between(metrics: usize) -> BoxedStrategy<Option<Step>> {
    let longer = prop::option::weighted(0.3, 0..90_i64);
    let bake = (0..70_i64, longer, prop::option::weighted(0.2, 1..30_u32)).prop_map(
        move |(min, longer, samples)| {
            let min_samples = samples.filter(|_| metrics > 0).map(Into::into);
            Some(Step::Bake { min: span(min), max: longer.map(|longer| span(min + longer)), min_samples })
        },
    );
    let pause = prop::option::weighted(0.7, 0..70_i64)
        .prop_map(|duration| Some(Step::Pause { duration: duration.map(span) }));
    let analysis = (1..3_u32, any::<bool>()).prop_map(move |(measurements, all)| {
        let names = if all { vec![] } else { vec!["a".to_owned()] };
        (metrics > 0).then_some(Step::Analysis { metrics: names, measurements })
    });
    prop_oneof![
        4 => bake,
        2 => pause,
        1 => analysis,
        1 => (0..2_usize, patience()).prop_map(|(gate, (timeout, on_timeout))| {
            Some(Step::Gate { name: GATES[gate].to_owned(), timeout, on_timeout })
        }),
        1 => command().prop_map(Some),
        1 => Just(None),
    ]
    .boxed()
}

/// How long a gate or a command waits, and the response after that.
fn patience() -> impl Strategy<Value = (Option<Span>, Option<Response>)> {
    prop::option::weighted(0.3, (1..90_i64, prop::option::of(response())))
        .prop_map(|patience| patience.map_or((None, None), |(minutes, then)| (Some(span(minutes)), then)))
}

/// A step that the caller carries out. A route may replace or remove the one before it.
fn command() -> impl Strategy<Value = Step> {
    (0..6_u32, patience()).prop_map(|(which, (timeout, on_timeout))| match which {
        0 | 1 => {
            let headers = if which == 0 { vec![] } else { vec![HeaderMatch::new("x-beta", "on")] };
            Step::SetHeaderRoute { name: "h".to_owned(), headers, timeout, on_timeout }
        }
        2 | 3 => {
            let percent = (which == 2).then_some(5.0);
            Step::SetMirrorRoute { name: "m".to_owned(), percent, headers: vec![], timeout, on_timeout }
        }
        4 => Step::SetCanaryScale { scale: CanaryScale::Percent { percent: 50.0 }, timeout, on_timeout },
        _ => Step::External { name: "tests".to_owned(), timeout, on_timeout },
    })
}

fn response() -> impl Strategy<Value = Response> {
    prop_oneof![Just(Response::Hold), Just(Response::Pause), Just(Response::Abort)]
}

/// A schedule that is free of errors.
pub fn schedule() -> impl Strategy<Value = Schedule> {
    (0..=3_usize).prop_flat_map(|count| {
        let metrics: Vec<_> = METRICS.iter().take(count).map(|name| metric(name)).collect();
        let weights = prop::collection::vec((1..30_i32, prop::collection::vec(between(count), 0..3)), 0..3);
        let on = (response(), response(), response(), response(), response());
        let rest = (
            // The way back by steps is held against the oracle, which knows the capacity between two calls.
            prop_oneof![3 => Just(AbortPolicy::RollBack), 2 => Just(AbortPolicy::Freeze)],
            prop::option::weighted(0.3, 1..400_i64),
            prop::option::weighted(0.2, between(count)),
        );
        let newer = (
            (response(), response(), response()),
            prop_oneof![1 => Just(Readiness::default()), 1 => (0..40_i64, 0..20_i64).prop_map(|(deadline, grace)| {
                Readiness::default().deadline(span(deadline)).grace(span(grace))
            })],
            (any::<bool>(), any::<bool>(), any::<bool>()),
            prop::option::weighted(0.2, 1..90_i64),
            prop::collection::vec(prop_oneof![3 => Just(0_u32), 1 => 1..12_u32], count),
        );
        (metrics, weights, prop::option::weighted(0.4, between(count)), on, rest, newer).prop_map(
            |(
                metrics,
                weights,
                last,
                (failed, error, inconclusive, no_data, deadline),
                (abort, ends, first),
                ((not_ready, stable, mismatch), readiness, (pauses, gates_excluded, windows), limit, begins),
            )| {
                let mut steps: Vec<Step> = first.flatten().into_iter().collect();
                let mut weight = 0.0;
                for (more, then) in weights {
                    weight += f64::from(more);
                    steps.push(Step::SetWeight { weight });
                    steps.extend(then.into_iter().flatten());
                }
                steps.push(Step::SetWeight { weight: 100.0 });
                steps.extend(last.flatten());
                // A gate and what runs outside have a name that no other has.
                let mut names = Vec::new();
                steps.retain(|step| match step {
                    Step::Gate { name, .. } | Step::External { name, .. } if names.contains(name) => false,
                    Step::Gate { name, .. } | Step::External { name, .. } => {
                        names.push(name.clone());
                        true
                    }
                    _ => true,
                });
                let mut schedule = Schedule::new(steps)
                    .metrics(metrics)
                    .on(CauseResponses::default()
                        .failed(failed)
                        .error(error)
                        .inconclusive(inconclusive)
                        .no_data(no_data)
                        .deadline(deadline)
                        .not_ready(not_ready)
                        .stable_unhealthy(stable)
                        .sample_ratio_mismatch(mismatch))
                    .readiness(readiness)
                    .deadline_excludes(
                        DeadlineExcludes::default().pauses(pauses).gates(gates_excluded).closed_windows(windows),
                    )
                    .abort(abort);
                (schedule.deadline, schedule.pause_limit) = (ends.map(span), limit.map(span));
                // A metric begins at a step before any analysis, which would need it.
                let is_analysis = |step: &Step| matches!(step, Step::Analysis { .. });
                let analysis = schedule.steps.iter().position(is_analysis);
                let last = analysis.unwrap_or(schedule.steps.len() - 1) as u32;
                for (metric, begins) in schedule.metrics.iter_mut().zip(begins) {
                    metric.starting_step = begins.min(last);
                }
                schedule
            },
        )
    })
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let value = (-1..12_i32, prop::option::weighted(0.7, 0..40_u32))
        .prop_map(|(quarters, n)| Reading::Value { value: f64::from(quarters) / 4.0, n: n.map(Into::into) });
    let reading = prop_oneof![
        12 => value,
        1 => Just(Reading::Missing {}),
        1 => Just(Reading::Empty {}),
        2 => Just(Reading::Failed { text: "timeout".to_owned() }),
    ];
    let order = prop_oneof![
        1 => Just(Command::Abort),
        2 => Just(Command::Pause),
        4 => Just(Command::Resume),
        2 => Just(Command::Retry),
    ];
    let kind = prop_oneof![
        20 => (0..3_usize, reading)
            .prop_map(|(metric, reading)| ObservationKind::Measurement { metric: METRICS[metric].to_owned(), reading }),
        1 => (any::<bool>(), prop::bool::weighted(0.8)).prop_map(|(canary, healthy)| ObservationKind::Health {
            role: if canary { HealthRole::Canary } else { HealthRole::Stable },
            healthy,
        }),
        1 => prop::bool::weighted(0.7).prop_map(|open| ObservationKind::Window { open }),
        2 => (0..2_usize, prop::bool::weighted(0.9)).prop_map(|(gate, approved)| ObservationKind::Approval {
            gate: GATES[gate].to_owned(),
            approved,
            by: "duty".to_owned(),
        }),
        3 => order.prop_map(ObservationKind::from),
        3 => prop_oneof![
            6 => Just(StepOutcome::Succeeded),
            1 => Just(StepOutcome::Failed),
            1 => Just(StepOutcome::Inconclusive),
        ].prop_map(|result| ObservationKind::StepResult { step: 0, result, text: None }),
        1 => (0..6_u32).prop_map(|part| ObservationKind::Capacity { percent: f64::from(20 * part) }),
        1 => (0..400_u32, 0..400_u32)
            .prop_map(|(canary, stable)| ObservationKind::Split { canary: canary.into(), stable: stable.into() }),
        1 => (1..4_u32).prop_map(|number| ObservationKind::NewRevision { revision: format!("v{number}") }),
    ];
    (prop_oneof![2 => Just(0_i64), 1 => 1..40_i64], kind).prop_map(|(late, kind)| Drawn { late, kind })
}

/// What is drawn for each call.
pub fn ticks() -> impl Strategy<Value = Vec<Vec<Drawn>>> {
    prop::collection::vec(prop::collection::vec(drawn(), 0..5), 1..16)
}
