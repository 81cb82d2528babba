//! Metrics that compare counts with the previous version: the same as `stats`, at any number of looks and in late calls.
use crate::model::{minute, span};
use proptest::prelude::*;
use relcore::ErrorKind;
use relcore::canary::*;
use relcore::stats::{Counts, Direction, MetricComparison, Policy, Verdict, compare_counts};

fn at_weights(weights: &[f64], bake: Step, rule: CountRule) -> Rollout {
    let mut steps = Vec::new();
    for weight in weights {
        steps.extend([Step::SetWeight { weight: *weight }, bake.clone()]);
    }
    steps.push(Step::SetWeight { weight: 100.0 });
    Rollout::new(Schedule::new(steps).metrics([Metric::new("errors").compare(rule)])).unwrap()
}

fn bake(min: i64, max: Option<i64>) -> Step {
    Step::Bake { min: span(min), max: max.map(span), min_samples: None }
}

fn begun(rollout: &Rollout) -> State {
    rollout.next_action(&rollout.start(minute(0)).unwrap(), &[], minute(0)).unwrap().state
}

fn read(at: i64, canary: (u32, f64), baseline: (u32, f64)) -> Observation {
    counts("errors", &Counts::new(canary.0, canary.1), &Counts::new(baseline.0, baseline.1), minute(at))
}

fn codes(decision: &Decision) -> Vec<&str> {
    decision.reasons.iter().map(|reason| reason.code.as_str()).collect()
}

/// How well a run has ended.
fn rank(state: &State) -> u8 {
    match state.phase {
        Phase::RolledBack | Phase::RollingBack | Phase::Frozen => 0,
        Phase::Paused => 1,
        Phase::Progressing => 2,
        Phase::Succeeded => 3,
        _ => 4,
    }
}

/// Counts of a minute: events of the new version in 100 requests, and of the previous one in 100 to 400.
fn minutes() -> impl Strategy<Value = Vec<(u32, u32, u32)>> {
    let of = |most: u32| prop::collection::vec((0..most, 0..12_u32, 1..5_u32), 1..25);
    prop_oneof![of(4), of(12), of(40)]
}

fn rule() -> impl Strategy<Value = CountRule> {
    (prop_oneof![Just(0.05), Just(0.3)], prop_oneof![Just(25.0), Just(100.0)], any::<bool>()).prop_map(
        |(alpha, margin, less)| {
            let rule = CountRule::default().alpha(alpha);
            if less { rule.direction(Direction::DecreaseIsBad) } else { rule.margin_percent(margin) }
        },
    )
}

fn sums(seen: &[(u32, u32, u32)]) -> (Counts, Counts) {
    let canary: u32 = seen.iter().map(|minute| minute.0).sum();
    let baseline: u32 = seen.iter().map(|minute| minute.1 * minute.2).sum();
    let requests: u32 = seen.iter().map(|minute| 100 * minute.2).sum();
    (Counts::new(canary, 100.0 * seen.len() as f64), Counts::new(baseline, requests.into()))
}

fn reading(index: usize, (events, more, times): (u32, u32, u32)) -> Observation {
    read(index as i64 + 1, (events, 100.0), (more * times, f64::from(100 * times)))
}

fn policy(rule: &CountRule) -> Policy {
    Policy::default().direction(rule.direction).margin_percent(rule.margin_percent).alpha(rule.alpha)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// With one weight, the rollout does what `compare_counts` says of the sums at every look.
    #[test]
    fn the_verdict_is_that_of_the_sums(seen in minutes(), rule in rule()) {
        let rollout = at_weights(&[40.0], bake(0, None), rule);
        let mut state = begun(&rollout);
        for (index, counted) in seen.iter().enumerate() {
            let (canary, baseline) = sums(&seen[..=index]);
            let direct = compare_counts(&canary, &baseline, &policy(&rule)).unwrap();
            let decision =
                rollout.next_action(&state, &[reading(index, *counted)], minute(index as i64 + 1)).unwrap();
            state = decision.state;
            let expected = match direct.verdict {
                Verdict::Failed => Phase::RolledBack,
                Verdict::Passed => Phase::Succeeded,
                _ => Phase::Progressing,
            };
            prop_assert_eq!(state.phase, expected, "{:?}", direct);
            let found: Vec<MetricComparison> = comparisons(rollout.schedule(), &state).unwrap();
            let relcore::stats::Comparison { policy_digest, .. } = found[0].comparison.clone();
            let mut direct = direct;
            direct.policy_digest = policy_digest;
            prop_assert_eq!(&found[0].comparison, &direct);
            if state.phase != Phase::Progressing {
                break;
            }
        }
    }

    /// Counts that are passed in one late call never end better than those passed at every tick.
    #[test]
    fn a_late_call_ends_no_better(
        seen in minutes(), rule in rule(), min in 0..12_i64, longer in prop::option::of(0..12_i64), rest in 0..5_i64,
    ) {
        let rollout = at_weights(&[5.0, 40.0], bake(min, longer.map(|longer| min + longer)), rule);
        let first = begun(&rollout);
        let (mut state, all): (State, Vec<_>) =
            (first.clone(), seen.iter().enumerate().map(|(index, counted)| reading(index, *counted)).collect());
        let end = minute(seen.len() as i64 + rest);
        let mut weight = 0.0_f64;
        for (index, observation) in all.iter().enumerate() {
            state = rollout.next_action(&state, std::slice::from_ref(observation), minute(index as i64 + 1)).unwrap().state;
            weight = weight.max(state.weight);
        }
        state = rollout.next_action(&state, &[], end).unwrap().state;
        let late = rollout.next_action(&first, &all, end).unwrap().state;
        // With a second weight, the counts in time were of two weights: only what the first one proved is the same.
        if weight <= 5.0 {
            prop_assert!(rank(&late) <= rank(&state), "{:?} after {:?}", late, state);
        }
        prop_assert!(late.weight <= weight.max(state.weight).max(5.0));
    }

    /// Totals that are read from the start on decide as the increments between them.
    #[test]
    fn totals_are_sums_of_increments(seen in minutes(), rule in rule(), before in 0..1000_u32) {
        let increments = at_weights(&[5.0, 40.0], bake(2, Some(9)), rule);
        let totals = at_weights(&[5.0, 40.0], bake(2, Some(9)), rule.counts(CountKind::Totals));
        let total = |seen: &[(u32, u32, u32)], at: i64| {
            let (canary, baseline) = sums(seen);
            let events = baseline.events.get() as u32 + before;
            read(at, (canary.events.get() as u32, canary.exposure), (events, baseline.exposure + 1e6))
        };
        let mut one = begun(&increments);
        let first = total(&[], 0);
        let mut other = totals.next_action(&totals.start(minute(0)).unwrap(), &[first], minute(0)).unwrap().state;
        for (index, counted) in seen.iter().enumerate() {
            let now = index as i64 + 1;
            one = increments.next_action(&one, &[reading(index, *counted)], minute(now)).unwrap().state;
            other = totals.next_action(&other, &[total(&seen[..=index], now)], minute(now)).unwrap().state;
            prop_assert_eq!((one.phase, one.weight, one.step), (other.phase, other.weight, other.step));
            let (mut one, other) = (one.metrics[0].clone(), other.metrics[0].clone());
            one.totals = other.totals;
            prop_assert_eq!(one, other);
        }
    }

    /// The metric waits as one of values does, however its state was stored.
    #[test]
    fn a_stored_state_goes_on_the_same(seen in minutes(), rule in rule()) {
        let rollout = at_weights(&[5.0, 40.0], bake(2, Some(9)), rule);
        let mut state = begun(&rollout);
        for (index, counted) in seen.iter().enumerate() {
            let (observed, now) = ([reading(index, *counted)], minute(index as i64 + 1));
            let decision = rollout.next_action(&state, &observed, now).unwrap();
            let stored: State = serde_json::from_str(&serde_json::to_string(&state).unwrap()).unwrap();
            prop_assert_eq!(&rollout.next_action(&stored, &observed, now).unwrap(), &decision);
            let again = rollout.next_action(&decision.state, &[], now).unwrap();
            prop_assert_eq!(&again.state, &decision.state);
            state = decision.state;
        }
    }
}

/// A reading that was made before the weight rose, but is reported after it, still proves harm.
#[test]
fn late_counts_belong_to_the_weight_before() {
    let mut schedule = at_weights(&[5.0, 40.0], bake(2, None), CountRule::default()).schedule().clone();
    schedule.on.inconclusive = Response::Warn;
    let rollout = Rollout::new(schedule).unwrap();
    let state = begun(&rollout);
    let few = rollout.next_action(&state, &[read(1, (2, 100.0), (19, 1900.0))], minute(2)).unwrap().state;
    assert_eq!(few.weight, 40.0);
    let late = rollout.next_action(&few, &[read(2, (60, 100.0), (19, 1900.0))], minute(3)).unwrap();
    assert_eq!(late.verdict, Action::RollBack { previous: 40.0 });
    assert_eq!(codes(&late), ["failure_limit_exceeded", "comparison_harmful"]);
    // One that spans both weights is counted for neither.
    let spans = rollout.next_action(&few, &[read(3, (60, 100.0), (19, 1900.0))], minute(3)).unwrap();
    assert_eq!(spans.state.metrics[0].compared.unwrap().canary, Counts::new(0_u32, 0.0));
}

#[test]
fn what_was_read_before_the_first_weight_is_not_counted_at_it() {
    let rollout = at_weights(&[50.0], bake(30, None), CountRule::default());
    let decided = |state: &State, seen: &[Observation], now| {
        rollout.next_action(state, seen, minute(now)).unwrap().state
    };
    // The first call comes ten minutes after the start, so the weight begins then.
    let begun = decided(&rollout.start(minute(0)).unwrap(), &[], 10);
    assert_eq!((begun.weight, begun.weight_set_at), (50.0, Some(minute(10))));
    let late = decided(&begun, &[read(5, (60, 100.0), (1, 100.0))], 11);
    assert_eq!((late.phase, late.metrics[0].compared), (Phase::Progressing, None));
    // What is read next is of the time from minute 5 on, before the weight; what comes after it counts.
    let next = decided(&late, &[read(12, (60, 100.0), (1, 100.0))], 12);
    let compared = next.metrics[0].compared.unwrap();
    assert_eq!((compared.since, compared.canary.exposure), (minute(10), 0.0));
    let counted = decided(&next, &[read(13, (1, 80.0), (1, 90.0))], 13).metrics[0].compared.unwrap();
    assert_eq!(counted.canary.exposure, 80.0);
}

#[test]
fn what_is_tolerated_at_one_weight_is_not_harm_at_the_next() {
    // A tenth more errors, proven at 25 %, and within the margin of a quarter.
    let rollout = at_weights(&[25.0, 50.0], bake(1, None), CountRule::default());
    let first = read(1, (33_000, 1e6), (90_000, 3e6));
    let raised = rollout.next_action(&begun(&rollout), &[first], minute(1)).unwrap().state;
    assert_eq!(raised.weight, 50.0);
    // Few events beyond the margin at the next weight are chance.
    let few = rollout.next_action(&raised, &[read(2, (8, 160.0), (5, 165.0))], minute(2)).unwrap();
    assert_eq!(few.state.metrics[0].failed, 0);
}

#[test]
fn a_reading_without_traffic_renews_no_pass() {
    let rollout = at_weights(&[5.0], bake(30, None), CountRule::default());
    let good = read(1, (900, 90_000.0), (900, 90_000.0));
    let passed = rollout.next_action(&begun(&rollout), &[good], minute(1)).unwrap().state;
    assert_eq!(passed.metrics[0].last.as_ref().unwrap().phase, MeasurementPhase::Successful);
    for dead in [read(30, (0, 0.0), (10, 1000.0)), read(30, (10, 1000.0), (0, 0.0))] {
        let decision = rollout.next_action(&passed, &[dead], minute(30)).unwrap();
        assert_eq!(decision.verdict, Action::Inconclusive {});
        assert_eq!(decision.state.metrics[0].last.as_ref().unwrap().phase, MeasurementPhase::NoData);
    }
}

#[test]
fn a_window_that_overlaps_one_that_was_counted_changes_nothing() {
    let steps = [
        Step::SetWeight { weight: 50.0 },
        Step::Analysis { metrics: vec![], measurements: 2 },
        Step::SetWeight { weight: 100.0 },
    ];
    let errors = Metric::new("errors").compare(CountRule::default()).window(span(5));
    let rollout = Rollout::new(Schedule::new(steps).metrics([errors])).unwrap();
    let mut state = begun(&rollout);
    for (at, successes) in [(5, 1), (6, 1), (7, 1), (9, 1)] {
        let seen = read(at, (900, 90_000.0), (900, 90_000.0));
        state = rollout.next_action(&state, &[seen], minute(at)).unwrap().state;
        assert_eq!(state.metrics[0].successes, successes, "minute {at}");
        assert_eq!(state.metrics[0].last.as_ref().unwrap().at, minute(5));
    }
    let second = read(10, (900, 90_000.0), (900, 90_000.0));
    assert_eq!(
        rollout.next_action(&state, &[second], minute(10)).unwrap().verdict,
        Action::Complete { previous: 50.0 }
    );
}

#[test]
fn totals_may_be_larger_than_what_can_be_compared() {
    let rollout = at_weights(&[50.0], bake(1, None), CountRule::default().counts(CountKind::Totals));
    let total = |at: i64| 2_000_000_000 + 1000 * at as u32;
    let mut state = begun(&rollout);
    for at in 1..4 {
        let seen = read(at, (total(at), 1e9 + 1e5 * at as f64), (total(at), 1e9 + 1e5 * at as f64));
        state = rollout.next_action(&state, &[seen], minute(at)).unwrap().state;
        let growth = state.metrics[0].compared.unwrap().canary;
        assert_eq!(growth, Counts::new(1000 * (at as u32 - 1), 1e5 * (at - 1) as f64));
        if state.phase != Phase::Progressing {
            break;
        }
    }
}

#[test]
fn a_wait_without_end_is_a_warning() {
    let codes = |steps: &[Step], deadline: Option<relcore::Span>, inconclusive: Response| -> Vec<String> {
        let mut schedule =
            Schedule::new(steps.to_vec()).metrics([Metric::new("errors").compare(CountRule::default())]);
        (schedule.deadline, schedule.on.inconclusive) = (deadline, inconclusive);
        validate(&schedule).iter().map(|found| format!("{} {}", found.code, found.path)).collect()
    };
    let set = |weight| Step::SetWeight { weight };
    let pause = Step::Pause { duration: Some(span(10)) };
    let unending = ["comparison_unending steps[0]".to_owned()];
    assert_eq!(codes(&[set(5.0), pause.clone(), set(100.0)], None, Response::Hold), unending);
    assert_eq!(codes(&[set(5.0), pause.clone(), set(100.0)], Some(span(60)), Response::Hold), [""; 0]);
    assert_eq!(codes(&[set(5.0), pause, set(100.0)], None, Response::Warn), [""; 0]);
    assert_eq!(codes(&[set(5.0), bake(1, Some(9)), set(100.0)], None, Response::Hold), [""; 0]);
    assert_eq!(
        codes(&[set(5.0), bake(1, None), set(100.0)], None, Response::Hold),
        ["comparison_unending steps[1]"]
    );
}

#[test]
fn totals_that_fall_are_where_counting_begins_anew() {
    let rollout = at_weights(&[5.0], bake(1, None), CountRule::default().counts(CountKind::Totals));
    let mut state = begun(&rollout);
    for (at, events, expected) in [(1, 90_u32, 0), (2, 100, 10), (3, 5, 10), (4, 20, 25)] {
        let seen = read(at, (events, 1000.0 * at as f64), (19 * at as u32, 1000.0 * at as f64));
        let decision = rollout.next_action(&state, &[seen], minute(at)).unwrap();
        assert_eq!(decision.state.metrics[0].compared.unwrap().canary.events.get(), expected);
        if at == 1 || at == 3 {
            assert_eq!(decision.verdict, Action::Inconclusive {});
            assert_eq!(codes(&decision), ["counts_skipped"]);
        }
        state = decision.state;
    }
}

#[test]
fn a_resume_after_harm_begins_the_test_anew() {
    let mut schedule = at_weights(&[5.0], bake(1, None), CountRule::default()).schedule().clone();
    schedule.on.failed = Response::Pause;
    let rollout = Rollout::new(schedule).unwrap();
    let bad = read(1, (60, 100.0), (19, 1900.0));
    let paused = rollout.next_action(&begun(&rollout), &[bad], minute(1)).unwrap();
    assert_eq!(paused.verdict, Action::Pause {});
    let resume = order(&Command::Resume, minute(2), Some("ann"), None);
    let resumed = rollout.next_action(&paused.state, &[resume], minute(2)).unwrap().state;
    // The first reading began before the resume; the second is counted.
    let first = rollout.next_action(&resumed, &[read(3, (60, 100.0), (19, 1900.0))], minute(3)).unwrap();
    assert_eq!(first.state.phase, Phase::Progressing);
    let good = read(4, (10, 1000.0), (1900, 190_000.0));
    let second = rollout.next_action(&first.state, &[good], minute(4)).unwrap().state;
    assert_eq!(second.metrics[0].compared.unwrap().canary.events.get(), 10);
}

#[test]
fn at_full_weight_nothing_is_compared() {
    let steps =
        [Step::SetWeight { weight: 50.0 }, bake(1, None), Step::SetWeight { weight: 100.0 }, bake(5, None)];
    let errors = Metric::new("errors").compare(CountRule::default()).max_age(span(2));
    let rollout = Rollout::new(Schedule::new(steps).metrics([errors])).unwrap();
    let good = read(1, (900, 90_000.0), (900, 90_000.0));
    let full = rollout.next_action(&begun(&rollout), &[good], minute(1)).unwrap();
    assert_eq!(full.verdict, Action::SetWeight { previous: 50.0, weight: 100.0 });
    let bad = read(3, (900, 1000.0), (0, 0.0));
    let held = rollout.next_action(&full.state, &[bad], minute(4)).unwrap();
    assert_eq!(held.verdict, Action::Hold {});
    let done = rollout.next_action(&held.state, &[], minute(6)).unwrap();
    assert_eq!(done.verdict, Action::Complete { previous: 100.0 });
}

#[test]
fn a_pass_that_the_counts_do_not_prove_is_refused() {
    let rollout = at_weights(&[50.0], bake(10, None), CountRule::default());
    let seen = read(1, (900, 90_000.0), (900, 90_000.0));
    let mut state = rollout.next_action(&begun(&rollout), &[seen], minute(1)).unwrap().state;
    assert_eq!(state.metrics[0].last.as_ref().unwrap().phase, MeasurementPhase::Successful);
    state.metrics[0].compared.as_mut().unwrap().canary = Counts::new(2000_u32, 90_000.0);
    let error = rollout.next_action(&state, &[], minute(2)).unwrap_err();
    assert_eq!((error.kind(), error.path()), (ErrorKind::InvalidValue, "state.metrics[0].last.phase"));
    state.metrics[0].compared.as_mut().unwrap().log_e = f64::NAN;
    let error = rollout.next_action(&state, &[], minute(2)).unwrap_err();
    assert_eq!((error.kind(), error.path()), (ErrorKind::OutOfRange, "state.metrics[0].compared"));
}

#[test]
fn sums_stay_within_what_can_be_compared() {
    let rollout = at_weights(&[50.0], bake(10, None), CountRule::default());
    let mut state = begun(&rollout);
    for at in 1..4 {
        let seen = read(at, (600_000_000, 1e12), (600_000_000, 1e12));
        state = rollout.next_action(&state, &[seen], minute(at)).unwrap().state;
        assert_eq!(state.metrics[0].compared.unwrap().canary.events.get(), 600_000_000);
        // What cannot be added proves nothing more.
        let phase = state.metrics[0].last.as_ref().unwrap().phase;
        assert_eq!(phase == MeasurementPhase::Inconclusive, at > 1);
    }
}

/// More weights than at the start have no more capital together.
#[test]
fn an_edited_schedule_keeps_what_was_staked() {
    let of = |weights: &[f64]| at_weights(weights, bake(1, Some(9)), CountRule::default());
    for (before, passed, after, expected) in [
        (&[5.0][..], 1, &[5.0, 10.0, 20.0, 40.0][..], 4),
        (&[5.0, 10.0, 20.0], 1, &[5.0, 50.0], 1), // two thirds of a weight, rounded up
        (&[5.0, 10.0, 20.0], 2, &[5.0, 10.0, 20.0], 2),
    ] {
        let (old, new) = (of(before), of(after));
        let mut state = begun(&old);
        for at in 1..=passed {
            let good = read(at, (1000, 100_000.0), (1000, 100_000.0));
            state = old.next_action(&state, &[good], minute(at)).unwrap().state;
        }
        let rebased =
            rebase(old.schedule(), &state, new.schedule(), &RebaseMode::NearestNotAbove, minute(passed + 1));
        let state = rebased.unwrap().state;
        assert_eq!(state.metrics[0].compared.unwrap().weights, expected, "{before:?} to {after:?}");
    }
}
