//! The laws of the canary, on schedules and observations drawn at random.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::float_cmp,
    reason = "a test that panics has failed"
)]
use crate::model::*;
use proptest::prelude::*;
use relcore::canary::*;
use relcore::{ErrorKind, Span};

/// Whether another version is announced than the one that is rolled out.
fn is_new_revision(before: &State, observations: &[Observation]) -> bool {
    observations.iter().any(|seen| match &seen.kind {
        ObservationKind::NewRevision { revision } => before.revision.as_ref() != Some(revision),
        _ => false,
    })
}

/// Whether a new version, or an operator, lets a run go on that was paused or over.
fn goes_on(before: &State, observations: &[Observation]) -> bool {
    let waits = |command| matches!(command, Command::Abort | Command::Pause);
    is_new_revision(before, observations)
        || observations
            .iter()
            .any(|seen| matches!(seen.kind, ObservationKind::Command { command, .. } if !waits(command)))
}

fn without_time_limit(step: &mut Step) {
    match step {
        Step::Bake { max, .. } => *max = None,
        Step::Gate { timeout, .. }
        | Step::SetHeaderRoute { timeout, .. }
        | Step::SetMirrorRoute { timeout, .. }
        | Step::SetCanaryScale { timeout, .. }
        | Step::External { timeout, .. } => *timeout = None,
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    /// What an answer says and what its state says are the same, at every tick of every run.
    #[test]
    fn the_verdict_is_what_happened_to_the_state(schedule in schedule(), ticks in ticks()) {
        for Tick { before, decision, observations, now } in run(&schedule, &ticks) {
            let (mut was, is) = (before.weight, decision.state.weight);
            // A new revision has no traffic, whatever the one before it had.
            if is_new_revision(&before, &observations) && (is > 0.0 || !matches!(decision.verdict, Action::SetWeight { .. })) {
                was = 0.0;
            }
            prop_assert!(!decision.reasons.is_empty());
            prop_assert_eq!(&decision.policy_digest, &decision.state.schedule_digest);
            prop_assert!(decision.next_check_at.is_none_or(|next| next > now));
            let phase = decision.state.phase;
            match decision.verdict {
                Action::SetWeight { previous, weight } => {
                    prop_assert!(previous == was && weight == is && was != is);
                }
                Action::Complete { previous } => {
                    prop_assert!(previous == was && is == 100.0 && phase == Phase::Succeeded);
                }
                Action::RollBack { previous } => {
                    prop_assert!(previous == was && is == 0.0 && phase == Phase::RolledBack);
                }
                Action::Freeze {} => prop_assert!(was == is && phase == Phase::Frozen),
                Action::Pause {} => prop_assert!(was == is && phase == Phase::Paused),
                _ => prop_assert!(was == is || is_new_revision(&before, &observations)),
            }
        }
    }

    /// With nothing new the answer is to wait, and the state stays; nothing changes before `next_check_at` either.
    #[test]
    fn asking_again_changes_nothing(schedule in schedule(), ticks in ticks(), share in 0.0..1.0_f64) {
        for Tick { decision, now, .. } in run(&schedule, &ticks) {
            let again = next_action(&schedule, &decision.state, &[], now).unwrap();
            let waits = matches!(
                again.verdict,
                Action::Hold {}
                    | Action::Inconclusive {}
                    | Action::AwaitGate { .. }
                    | Action::SetHeaderRoute { .. }
                    | Action::SetMirrorRoute { .. }
                    | Action::SetCanaryScale { .. }
                    | Action::RunExternal { .. }
            );
            prop_assert!(waits, "asked again, the answer is {:?}", again.verdict);
            prop_assert_eq!(&again.state, &decision.state);
            let quiet = decision.next_check_at.map_or(400 * DAY, |next| next.since(now).as_millis() - 1);
            let later = after(now, part(quiet, share));
            let between = next_action(&schedule, &decision.state, &[], later).unwrap();
            prop_assert_eq!(&between.verdict, &again.verdict);
            if !schedule.metrics.is_empty() {
                prop_assert_eq!(&between.state, &decision.state);
            }
            if let Some(next) = decision.next_check_at {
                let then = next_action(&schedule, &decision.state, &[], next).unwrap();
                let place = |state: &State| (state.step, state.phase);
                let is_other = then.verdict != again.verdict || place(&then.state) != place(&again.state);
                prop_assert!(is_other, "the verdict at {} is still {:?}", next, then.verdict);
            }
        }
    }

    /// Traffic is added, and the run completed, only with every gate behind it approved and every metric good.
    #[test]
    fn nothing_goes_on_unproven(schedule in schedule(), ticks in ticks()) {
        for Tick { before, decision, observations, .. } in run(&schedule, &ticks) {
            let state = &decision.state;
            let anew = is_new_revision(&before, &observations);
            // Who lets a run go on whose traffic went back accepts the weight of a step for what is left of it.
            let turns_round = before.phase == Phase::RollingBack && state.phase != Phase::RollingBack
                && state.weight > before.weight;
            let was = if anew || turns_round { 0.0 } else { before.weight };
            let complete = matches!(decision.verdict, Action::Complete { .. });
            // A freeze leaves what there is, also when a new revision is aborted in the call that announces it.
            if decision.verdict == (Action::Freeze {}) || !complete && state.weight <= was {
                continue;
            }
            for step in schedule.steps.iter().take(state.step as usize) {
                if let Step::Gate { name, .. } = step {
                    prop_assert!(state.approvals.iter().any(|answer| answer.gate == *name && answer.approved));
                }
            }
            prop_assert!(state.stable_healthy != Some(false) && state.canary_healthy != Some(false));
            prop_assert!(!state.window_closed);
            prop_assert!(before.paused_at.is_none() || state.paused_at != before.paused_at);
            // A metric whose starting step comes later is not waited for.
            let begun = schedule.metrics.iter().zip(&state.metrics);
            for (_, metric) in begun.filter(|(metric, _)| metric.starting_step <= before.step) {
                let last = metric.last.as_ref().map(|last| last.phase);
                let good = last == Some(MeasurementPhase::Successful);
                prop_assert!(good || (was == 0.0 && !complete && last != Some(MeasurementPhase::NoData)));
                if good && was > 0.0 && !complete && !anew {
                    prop_assert!(metric.last.as_ref().map(|last| last.at) > before.weight_set_at);
                }
            }
        }
    }

    /// A run that has ended stays as it is until an order or a new revision, or until it can be rolled back.
    #[test]
    fn what_is_over_stays_over(schedule in schedule(), ticks in ticks()) {
        for Tick { before, decision, observations, .. } in run(&schedule, &ticks) {
            let over = matches!(before.phase, Phase::Succeeded | Phase::RolledBack | Phase::Frozen);
            let thaws = before.phase == Phase::Frozen && decision.state.stable_healthy != Some(false);
            if over && !goes_on(&before, &observations) && !(thaws && schedule.abort != AbortPolicy::Freeze) {
                prop_assert_eq!(&decision.verdict, &Action::Hold {});
                prop_assert_eq!((decision.state.weight, decision.state.phase), (before.weight, before.phase));
            }
        }
    }

    /// The same question has the same answer, and a state that went through text goes on as if it had not.
    #[test]
    fn a_state_that_was_stored_goes_on_the_same(schedule in schedule(), ticks in ticks()) {
        for Tick { before, decision, observations, now } in run(&schedule, &ticks) {
            let stored: State = serde_json::from_str(&serde_json::to_string(&before).unwrap()).unwrap();
            let same: Schedule = serde_json::from_str(&serde_json::to_string(&schedule).unwrap()).unwrap();
            let again = next_action(&same, &stored, &observations, now).unwrap();
            prop_assert_eq!(serde_json::to_string(&again).unwrap(), serde_json::to_string(&decision).unwrap());
        }
    }

    /// Observations of one instant have no order, even when they contradict each other.
    #[test]
    fn the_place_of_simultaneous_observations_does_not_matter(schedule in schedule(), ticks in ticks()) {
        for Tick { before, decision, mut observations, now } in run(&schedule, &ticks) {
            observations.reverse();
            let reversed = next_action(&schedule, &before, &observations, now).unwrap();
            prop_assert_eq!(reversed.verdict, decision.verdict);
            prop_assert_eq!((reversed.state.weight, reversed.state.phase), (decision.state.weight, decision.state.phase));
        }
    }

    /// The names of the metrics and their order decide nothing.
    #[test]
    fn names_and_order_of_metrics_do_not_matter(schedule in schedule(), ticks in ticks()) {
        let renamed = renamed(&schedule);
        let others: Vec<Vec<Drawn>> = ticks.iter().map(|tick| tick.iter().map(Drawn::renamed).collect()).collect();
        prop_assert_eq!(verdicts(&schedule, &ticks), verdicts(&renamed, &others));
    }

    /// Values and limits in another unit: a power of two, so that the numbers are exact.
    #[test]
    fn units_do_not_matter(schedule in schedule(), ticks in ticks(), power in 0..30_u32, less in any::<bool>()) {
        let more = f64::from(2_u32.pow(power));
        let factor = if less { 1.0 / more } else { more };
        let mut scaled = schedule.clone();
        for metric in &mut scaled.metrics {
            metric.max = metric.max.map(|max| max * factor);
            metric.min = metric.min.map(|min| min * factor);
        }
        let others: Vec<Vec<Drawn>> =
            ticks.iter().map(|tick| tick.iter().map(|drawn| drawn.mapped(|value| value * factor)).collect()).collect();
        prop_assert_eq!(verdicts(&schedule, &ticks), verdicts(&scaled, &others));
    }

    /// Values that are further from good never bring a rollout further.
    #[test]
    fn a_worse_canary_never_gets_further(schedule in schedule(), ticks in ticks(), worse in 0..4_i32) {
        let mut schedule = schedule;
        schedule.deadline = None; // a run that waits, because it is worse, is not timed
        for metric in &mut schedule.metrics {
            metric.min = None;
            metric.max = metric.max.or(Some(1.0));
            metric.max_age = None;
            (metric.starting_step, metric.initial_delay) = (0, Span::ZERO); // the worse one begins later
        }
        schedule.steps.iter_mut().for_each(without_time_limit);
        // Whoever resumes, retries or begins anew does so for one of the two runs; a result and a split are those of one.
        let kept = |drawn: &&Drawn| !matches!(
            drawn.kind,
            ObservationKind::NewRevision { .. }
                | ObservationKind::Split { .. }
                | ObservationKind::StepResult { result: StepOutcome::Failed | StepOutcome::Inconclusive, .. }
                | ObservationKind::Command { command: Command::Retry | Command::Resume | Command::Pause, .. }
        );
        let ticks: Vec<Vec<Drawn>> = ticks.iter().map(|tick| tick.iter().filter(kept).cloned().collect()).collect();
        let others: Vec<Vec<Drawn>> = ticks
            .iter()
            .map(|tick| tick.iter().map(|drawn| drawn.mapped(|value| value + f64::from(worse))).collect())
            .collect();
        let (mut best, mut reached) = (0.0_f64, 0.0_f64);
        for (good, bad) in run(&schedule, &ticks).iter().zip(run(&schedule, &others)) {
            best = best.max(good.decision.state.weight);
            reached = reached.max(bad.decision.state.weight);
            prop_assert!(reached <= best, "{reached} after {best}");
            if bad.decision.state.phase == Phase::Succeeded {
                prop_assert_eq!(good.decision.state.phase, Phase::Succeeded);
            }
            if good.decision.state.phase == Phase::RolledBack {
                // The worse one may have ended earlier, while the previous version was not ready: then it is frozen. Or it
                // never had traffic, so that what ended the other one was not measured of it.
                let bad = &bad.decision.state;
                let is_without_traffic = bad.traffic_since.is_none();
                let is_ended = matches!(bad.phase, Phase::RolledBack | Phase::RollingBack | Phase::Frozen);
                prop_assert!(is_without_traffic || is_ended);
            }
        }
    }

    /// Where only clocks decide, a call that comes late ends where many calls in time would have.
    #[test]
    fn one_late_tick_is_many_small_ones(minutes in prop::collection::vec((0..90_i64, any::<bool>()), 1..6), until in 0..500_i64) {
        let schedule = timers(&minutes);
        let first = start(&schedule, minute(0)).unwrap();
        let mut state = first.clone();
        for now in 0..=until {
            state = next_action(&schedule, &state, &[], minute(now)).unwrap().state;
        }
        let late = next_action(&schedule, &first, &[], minute(until)).unwrap();
        prop_assert_eq!(late.state, state);
    }

    /// So does one that comes after a deadline: what the clock had finished before it struck had succeeded.
    #[test]
    fn a_late_tick_meets_a_deadline_as_many_small_ones_do(
        minutes in prop::collection::vec((0..90_i64, any::<bool>()), 1..6),
        deadline in 1..500_i64,
        until in 0..600_i64,
        response in prop_oneof![Just(Response::Hold), Just(Response::Pause), Just(Response::Abort)],
        freeze in any::<bool>(),
    ) {
        let mut schedule = timers(&minutes);
        (schedule.deadline, schedule.on.deadline) = (Some(span(deadline)), response);
        schedule.abort = if freeze { AbortPolicy::Freeze } else { AbortPolicy::RollBack };
        let first = start(&schedule, minute(0)).unwrap();
        let mut state = first.clone();
        for now in 0..=until {
            state = next_action(&schedule, &state, &[], minute(now)).unwrap().state;
        }
        let mut late = next_action(&schedule, &first, &[], minute(until)).unwrap().state;
        (late.told_at, state.told_at) = (None, None); // calls in time tell of the end when it comes
        if late.phase == Phase::Frozen {
            // A freeze keeps what the traffic has, not what it could have had.
            prop_assert_eq!((late.weight, late.step, state.phase), (0.0, 0, Phase::Frozen));
            return Ok(());
        }
        prop_assert_eq!(late, state);
    }

    /// Observations may stand in any order in the list.
    #[test]
    fn the_order_of_the_list_does_not_matter(
        schedule in schedule(), ticks in ticks(), places in prop::collection::vec(any::<u32>(), 5),
    ) {
        for Tick { before, decision, observations, now } in run(&schedule, &ticks) {
            // Of two contradicting observations of one instant the careful one counts; who gave it may differ.
            let mut instants: Vec<_> = observations.iter().map(|seen| seen.at).collect();
            instants.sort();
            instants.dedup();
            if instants.len() < observations.len() {
                continue;
            }
            let mut shuffled: Vec<_> = places.iter().zip(observations).collect();
            shuffled.sort_by_key(|(place, _)| **place);
            let shuffled: Vec<_> = shuffled.into_iter().map(|(_, seen)| seen).collect();
            let again = next_action(&schedule, &before, &shuffled, now).unwrap();
            prop_assert_eq!(serde_json::to_string(&again).unwrap(), serde_json::to_string(&decision).unwrap());
        }
    }

    /// Once a rollout has been aborted, nothing gives its version more traffic.
    #[test]
    fn the_weight_never_rises_after_an_abort(schedule in schedule(), ticks in ticks()) {
        let mut most = None;
        for Tick { before, decision, observations, .. } in run(&schedule, &ticks) {
            if goes_on(&before, &observations) {
                most = None;
            }
            prop_assert!(most.is_none_or(|most| decision.state.weight <= most));
            if matches!(decision.verdict, Action::RollBack { .. } | Action::Freeze {}) {
                most = Some(decision.state.weight);
            }
        }
    }

    /// The same question with a value that is further from good never has a better answer: it adds no traffic that the
    /// good one would not add, and ends every rollout that the good one ends.
    #[test]
    fn a_worse_value_never_improves_an_answer(schedule in schedule(), ticks in ticks(), worse in 1..4_i32) {
        let mut schedule = schedule;
        schedule.deadline = None; // a pause, which the worse one may cause, stops its clock, and that of a step
        schedule.steps.iter_mut().for_each(without_time_limit);
        schedule.pause_limit = None; // a pause that began earlier ends earlier
        for metric in &mut schedule.metrics {
            metric.min = None;
            metric.max = metric.max.or(Some(1.0));
        }
        let ends = |decision: &Decision| {
            matches!(decision.state.phase, Phase::RolledBack | Phase::RollingBack | Phase::Frozen)
        };
        for Tick { before, decision, mut observations, now } in run(&schedule, &ticks) {
            for seen in &mut observations {
                if let ObservationKind::Measurement { reading: Reading::Value { value, .. }, .. } = &mut seen.kind {
                    *value += f64::from(worse);
                }
            }
            if goes_on(&before, &observations) {
                continue; // the order may be about the worse one alone
            }
            let bad = next_action(&schedule, &before, &observations, now).unwrap();
            if ends(&decision) {
                prop_assert!(ends(&bad), "{:?} instead of {:?}", bad.verdict, decision.verdict);
            } else {
                prop_assert!(ends(&bad) || bad.state.weight <= decision.state.weight);
            }
            prop_assert!(bad.state.step <= decision.state.step || ends(&decision));
            if decision.state.phase == Phase::Paused {
                prop_assert!(bad.state.phase != Phase::Succeeded && bad.state.phase != Phase::Progressing);
            }
        }
    }

    /// A simulation is the calls one after another, without those that say the same again.
    #[test]
    fn a_simulation_is_its_calls(schedule in schedule(), ticks in ticks(), tick in 1..30_i64) {
        let ran = run(&schedule, &ticks);
        let until = ran.last().map_or(minute(0), |last| last.now);
        let mut observations: Vec<Observation> = ran.into_iter().flat_map(|tick| tick.observations).collect();
        observations.sort_by_key(|seen| seen.at);
        let simulated = simulate(&schedule, &observations, minute(0), span(tick), until).unwrap();
        let (mut state, mut now, mut folded) = (start(&schedule, minute(0)).unwrap(), minute(0), Vec::<Decision>::new());
        let mut seen = None;
        loop {
            let new: Vec<Observation> =
                observations.iter().filter(|it| Some(it.at) > seen && it.at <= now).cloned().collect();
            let decision = next_action(&schedule, &state, &new, now).unwrap();
            state = decision.state.clone();
            if folded.last().is_none_or(|last| last.verdict != decision.verdict) {
                folded.push(decision);
            }
            let over = matches!(state.phase, Phase::Succeeded | Phase::RolledBack | Phase::Frozen);
            if now == until || (over && observations.iter().all(|seen| seen.at <= now)) {
                break;
            }
            (seen, now) = (Some(now), after(now, tick * MINUTE).min(until));
        }
        prop_assert_eq!(simulated, folded);
    }

    /// A plan is what a run by the clock does.
    #[test]
    fn a_plan_by_the_clock_comes_true(minutes in prop::collection::vec((0..90_i64, any::<bool>()), 1..6)) {
        let schedule = timers(&minutes);
        let timeline = plan(&schedule, minute(0)).unwrap();
        prop_assert_eq!(timeline.latest_end, Some(timeline.earliest_end));
        let begin = start(&schedule, minute(0)).unwrap();
        let done = next_action(&schedule, &begin, &[], timeline.earliest_end).unwrap();
        prop_assert_eq!(done.state.phase, Phase::Succeeded);
        if timeline.earliest_end > minute(0) {
            let before = after(timeline.earliest_end, -1);
            let early = next_action(&schedule, &begin, &[], before).unwrap();
            prop_assert_eq!(early.state.phase, Phase::Progressing);
        }
    }
}

// -- ways in which other tools let a bad release through ------------------------------------------------------------

fn usual(more: &str) -> Schedule {
    let steps =
        "steps: [{type: set_weight, weight: 5}, {type: bake, min: 1h}, {type: set_weight, weight: 100}]";
    schedule_from_yaml(&format!("{steps}\nmetrics: [{{name: a, max: 1{more}}}]")).unwrap()
}

fn seen(at: i64, reading: Reading) -> Observation {
    Observation::new(minute(at), ObservationKind::Measurement { metric: "a".to_owned(), reading })
}

fn at_five(schedule: &Schedule) -> State {
    next_action(schedule, &start(schedule, minute(0)).unwrap(), &[], minute(0)).unwrap().state
}

/// argo-rollouts#4479, #2026; Kayenta's group of errors is worth 100.
#[test]
fn argo_all_measurements_errored_is_no_success() {
    let schedule = usual("");
    let failed = |at| seen(at, Reading::Failed { text: "timeout".to_owned() });
    let few: Vec<Observation> = (60..64).map(failed).collect();
    let decision = next_action(&schedule, &at_five(&schedule), &few, minute(1000)).unwrap();
    assert_eq!(decision.verdict, Action::Inconclusive {});
    let decision = next_action(&schedule, &decision.state, &[failed(1001)], minute(1001)).unwrap();
    assert_eq!(decision.verdict, Action::RollBack { previous: 5.0 });
    assert_eq!(decision.reasons[0].code, relcore::canary::code::ERROR_LIMIT_EXCEEDED);
}

/// Kayenta: an empty series that is replaced passes.
#[test]
fn empty_series_is_no_pass() {
    let schedule = usual("");
    let empty = [seen(60, Reading::Missing {})];
    let decision = next_action(&schedule, &at_five(&schedule), &empty, minute(1000)).unwrap();
    assert_eq!((decision.verdict, decision.state.weight), (Action::Inconclusive {}, 5.0));
    assert_eq!(decision.missing, ["a"]);
}

/// Flagger: `val < min` and `val > max` are both false for NaN. Argo: `failureCondition: result > x` is, too.
#[test]
fn nan_is_refused() {
    let schedule = usual("");
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let refused = next_action(
            &schedule,
            &at_five(&schedule),
            &[seen(60, Reading::Value { value, n: None })],
            minute(60),
        );
        let error = refused.unwrap_err();
        assert_eq!(
            (error.kind(), error.path()),
            (ErrorKind::InvalidValue, "observations[0].kind.reading.value")
        );
        let mut unlimited = schedule.clone();
        unlimited.metrics[0].max = Some(value);
        assert_eq!(validate(&unlimited)[0].code, DiagnosticCode::LimitNotFinite);
        assert_eq!(start(&unlimited, minute(0)).unwrap_err().path(), "schedule.metrics[0].max");
        let mut weightless = schedule.clone();
        weightless.steps[0] = Step::SetWeight { weight: value };
        assert_eq!(start(&weightless, minute(0)).unwrap_err().kind(), ErrorKind::OutOfRange);
    }
}

/// Argo: an analysis run that is terminated before any measurement is Successful. Keptn: nothing to compare with passes.
#[test]
fn no_measurement_is_no_success() {
    let schedule = usual("");
    let decision = next_action(&schedule, &at_five(&schedule), &[], minute(100_000)).unwrap();
    assert_eq!((decision.verdict, decision.state.weight), (Action::Inconclusive {}, 5.0));
    assert_eq!(decision.reasons[0].code, relcore::canary::code::METRIC_UNMEASURED);
}

/// Argo: a metric without conditions is Successful.
#[test]
fn a_metric_without_limits_is_refused() {
    let mut schedule = usual("");
    schedule.metrics[0].max = None;
    assert_eq!(start(&schedule, minute(0)).unwrap_err().path(), "schedule.metrics[0]");
}

/// Flagger looks at the count before it checks, and rolls back an interval later.
#[test]
fn flagger_rolls_back_in_the_tick_of_the_failure() {
    let schedule = usual(", failureLimit: 1");
    let bad = |at| seen(at, Reading::Value { value: 2.0, n: None });
    let once = next_action(&schedule, &at_five(&schedule), &[bad(1)], minute(1)).unwrap();
    assert_eq!(once.verdict, Action::Hold {});
    let twice = next_action(&schedule, &once.state, &[bad(2)], minute(2)).unwrap();
    assert_eq!(twice.verdict, Action::RollBack { previous: 5.0 });
}

/// Flagger: a weight that is not in the edited list is followed by all that is left, 100 %.
#[test]
fn flagger_weights_edited_mid_run_are_refused() {
    let schedule = usual("");
    let mut edited = schedule.clone();
    edited.steps[0] = Step::SetWeight { weight: 7.0 };
    let error = next_action(&edited, &at_five(&schedule), &[], minute(1)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PolicyChanged);
}

/// An order to resume that arrives late was given before the pause that it would end.
#[test]
fn a_resume_from_before_a_pause_does_not_end_it() {
    let schedule = usual(", minSamples: 10");
    let few = seen(10, Reading::Value { value: 0.5, n: None });
    let paused = next_action(&schedule, &at_five(&schedule), &[few], minute(30)).unwrap();
    assert_eq!(paused.verdict, Action::Pause {});
    let resume = |at| [Observation::new(minute(at), ObservationKind::from(Command::Resume))];
    let late = next_action(&schedule, &paused.state, &resume(20), minute(40)).unwrap();
    assert_eq!(late.state.phase, Phase::Paused);
    let in_time = next_action(&schedule, &late.state, &resume(45), minute(45)).unwrap();
    // The pause began with the measurement that caused it, so 50 minutes of the bake are left.
    assert_eq!((in_time.state.phase, in_time.next_check_at), (Phase::Progressing, Some(minute(95))));
}

/// Of two contradicting observations of an instant the careful one counts, wherever it stands.
#[test]
fn of_contradictions_the_careful_one_counts() {
    let schedule =
        schedule_from_yaml("steps: [{type: gate, name: go}, {type: set_weight, weight: 100}]").unwrap();
    let begin = start(&schedule, minute(0)).unwrap();
    let answer = |approved| {
        Observation::new(
            minute(1),
            ObservationKind::Approval { gate: "go".to_owned(), approved, by: "duty".to_owned() },
        )
    };
    for answers in [[answer(true), answer(false)], [answer(false), answer(true)]] {
        let decision = next_action(&schedule, &begin, &answers, minute(1)).unwrap();
        assert_eq!(decision.reasons[0].code, relcore::canary::code::GATE_REFUSED);
    }
}

/// A bake of no time at all pauses the run; the weight that the same call sets is told all the same.
#[test]
fn a_pause_does_not_hide_a_weight() {
    let mut schedule = usual("");
    schedule.steps[1] = Step::Bake { min: Span::ZERO, max: Some(Span::ZERO), min_samples: None };
    let decision = next_action(&schedule, &start(&schedule, minute(0)).unwrap(), &[], minute(0)).unwrap();
    assert_eq!(decision.verdict, Action::SetWeight { previous: 0.0, weight: 5.0 });
    assert_eq!(decision.state.phase, Phase::Paused);
}
