//! Edited schedules: a rollout that goes on under one, what an edit changed; and the exposure of a rollout.
use crate::model::*;
use proptest::prelude::*;
use relcore::canary::*;
use relcore::{Span, Timestamp};

const MODES: [RebaseMode; 3] = [RebaseMode::NearestNotAbove, RebaseMode::KeepWeight, RebaseMode::Restart];

fn weights(schedule: &Schedule) -> Vec<f64> {
    let weight = |step: &Step| if let Step::SetWeight { weight } = step { Some(*weight) } else { None };
    schedule.steps.iter().filter_map(weight).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// An edit never gives the new version more traffic, and the state goes on under the new schedule.
    #[test]
    fn no_edit_raises_the_weight(old in schedule(), new in schedule(), ticks in ticks(), mode in 0..3_usize, later in 0..300_i64) {
        let mode = MODES[mode];
        for Tick { decision, now, .. } in run(&old, &ticks) {
            let state = &decision.state;
            let at = after(now, MINUTE);
            let rebased = match rebase(&old, state, &new, &mode, at) {
                Ok(rebased) => rebased,
                Err(error) => {
                    prop_assert!(mode == RebaseMode::KeepWeight && !weights(&new).contains(&state.weight), "{error}");
                    continue;
                }
            };
            prop_assert!(rebased.state.weight <= state.weight);
            prop_assert_eq!(rebased.state.phase, state.phase);
            match rebased.verdict {
                Action::SetWeight { previous, weight } => {
                    prop_assert!(previous == state.weight && weight == rebased.state.weight && weight < previous);
                }
                _ => prop_assert!(rebased.state.weight == state.weight),
            }
            let frozen = new.abort == AbortPolicy::Freeze;
            match mode {
                RebaseMode::KeepWeight | RebaseMode::Restart => prop_assert_eq!(rebased.state.weight, state.weight),
                _ if frozen || matches!(
                    state.phase,
                    Phase::Succeeded | Phase::RollingBack | Phase::RolledBack | Phase::Frozen
                ) => {
                    prop_assert_eq!(rebased.state.weight, state.weight);
                }
                _ => {
                    let nearest = weights(&new).into_iter().filter(|weight| *weight <= state.weight).fold(0.0, f64::max);
                    prop_assert_eq!(rebased.state.weight, nearest);
                }
            }
            // It goes on: no state that the new schedule refuses, and never more than its next weight at once.
            let next = next_action(&new, &rebased.state, &[], after(at, later * MINUTE)).unwrap();
            // A metric that begins later holds no weight before.
            let measured = new.metrics.iter().any(|metric| metric.starting_step == 0);
            if measured && mode != RebaseMode::Restart && state.waiver == Waiver::Nothing {
                let above = weights(&new).into_iter().find(|weight| *weight > rebased.state.weight).unwrap_or(100.0);
                prop_assert!(next.state.weight <= above);
            }
        }
    }

    /// Under the same schedule an edit changes nothing but the clocks and the counts of the step.
    #[test]
    fn an_edit_that_changes_nothing_keeps_what_was_counted(schedule in schedule(), ticks in ticks()) {
        for Tick { decision, now, .. } in run(&schedule, &ticks) {
            let kept = rebase(&schedule, &decision.state, &schedule, &RebaseMode::KeepWeight, now).unwrap();
            prop_assert_eq!(kept.verdict, Action::Hold {});
            for (before, after) in decision.state.metrics.iter().zip(&kept.state.metrics) {
                prop_assert_eq!((before.failed, before.inconclusive), (after.failed, after.inconclusive));
                prop_assert_eq!(&before.last, &after.last);
            }
        }
    }

    /// No difference is left out, and each has its mirror image in the opposite edit.
    #[test]
    fn a_difference_is_told_in_both_directions(old in schedule(), new in schedule()) {
        let (forth, back) = (diff(&old, &new), diff(&new, &old));
        prop_assert_eq!(forth.is_empty(), old == new);
        prop_assert!(diff(&old, &old).is_empty());
        // Steps can be aligned in more than one way, so that another pair of them may differ by more values.
        let is_counted = |change: &&ScheduleChange| !change.path.starts_with("steps");
        let count = |changes: &[ScheduleChange], effect| {
            changes.iter().filter(is_counted).filter(|change| change.effect == effect).count()
        };
        prop_assert_eq!(count(&forth, ChangeEffect::Stricter), count(&back, ChangeEffect::Looser));
        prop_assert_eq!(count(&forth, ChangeEffect::Looser), count(&back, ChangeEffect::Stricter));
        prop_assert_eq!(count(&forth, ChangeEffect::Neutral), count(&back, ChangeEffect::Neutral));
    }

    /// The exposure of a rollout is what somebody sees who looks at the weight every minute.
    #[test]
    fn exposure_is_the_sum_over_all_minutes(schedule in schedule(), ticks in ticks(), users in 1..1000_u32) {
        let mut schedule = schedule;
        if schedule.metrics.is_empty() {
            schedule.metrics.push(Metric::new("a").max(1.0)); // by the clock alone, weights are set between the calls
        }
        // What is observed late happened between two calls.
        let is_kept = |drawn: &&Drawn| !matches!(drawn.kind, ObservationKind::NewRevision { .. });
        let ticks: Vec<Vec<Drawn>> = ticks.iter().map(|tick| tick.iter().filter(is_kept).cloned().collect()).collect();
        let ran = run(&schedule, &ticks);
        let until = ran.last().map_or(minute(0), |tick| tick.now);
        let mut naive = 0.0;
        for pair in ran.windows(2) {
            let minutes = pair[1].now.since(pair[0].now).as_seconds() / 60.0;
            naive += f64::from(users) * pair[0].decision.state.weight / 100.0 * minutes;
        }
        let decisions: Vec<Decision> = ran.into_iter().map(|tick| tick.decision).collect();
        let told = exposure(&decisions, users.into(), until).unwrap();
        prop_assert!((told.user_minutes - naive).abs() <= 1e-6 * naive.max(1.0), "{} is not {naive}", told.user_minutes);
        let sum = told.weights.iter().fold(0.0, |sum, at| sum + at.user_minutes);
        prop_assert!(sum.is_sign_positive());
        prop_assert_eq!(sum, told.user_minutes);
    }

    /// Weights rise by equal steps, or double, and end at 100 %.
    #[test]
    fn growth_ends_at_all_traffic(tenths in 1..=1000_i32, minutes in 0..100_i64, bake in 0..100_i64) {
        let percent = f64::from(tenths) / 10.0;
        for schedule in [
            linear_schedule(percent, span(minutes), span(bake)).unwrap(),
            exponential_schedule(percent, span(minutes), span(bake)).unwrap(),
        ] {
            let weights = weights(&schedule);
            prop_assert!(weights.windows(2).all(|pair| pair[0] < pair[1]));
            prop_assert_eq!(weights.first().copied(), Some(percent.min(100.0)));
            prop_assert_eq!(weights.last().copied(), Some(100.0));
            prop_assert!(validate(&schedule).iter().all(|found| found.severity < relcore::Severity::Error));
            let end = plan(&schedule, minute(0)).unwrap().earliest_end;
            let bakes = i64::try_from(weights.len()).unwrap() - 1;
            prop_assert_eq!(end, minute(bakes * minutes + bake));
        }
    }
}

#[test]
fn a_removed_metric_is_looser_and_a_changed_limit_begins_anew() {
    let steps =
        [Step::SetWeight { weight: 10.0 }, Step::Pause { duration: None }, Step::SetWeight { weight: 100.0 }];
    let old =
        Schedule::new(steps).metrics([Metric::new("a").max(1.0).failure_limit(2), Metric::new("b").max(1.0)]);
    let new = old.clone().metrics([Metric::new("a").max(9.0).failure_limit(2)]);
    let found: Vec<_> =
        diff(&old, &new).into_iter().map(|change| (change.path, change.kind, change.effect)).collect();
    assert_eq!(
        found,
        [
            ("metrics[0].max".to_owned(), ChangeKind::Changed, ChangeEffect::Looser),
            ("metrics[1]".to_owned(), ChangeKind::Removed, ChangeEffect::Looser),
        ]
    );
    let rollout = Rollout::new(old.clone()).unwrap();
    let state = rollout.next_action(&rollout.start(minute(0)).unwrap(), &[], minute(0)).unwrap().state;
    let failed = [measurement("a", 5.0, minute(1), None)];
    let state = rollout.next_action(&state, &failed, minute(1)).unwrap().state;
    assert_eq!(state.metrics[0].failed, 1);
    let rebased = rebase(&old, &state, &new, &RebaseMode::KeepWeight, minute(2)).unwrap();
    assert_eq!(rebased.state.metrics[0].failed, 0);
    let codes: Vec<&str> = rebased.reasons.iter().map(|reason| reason.code.as_str()).collect();
    assert_eq!(codes, ["schedule_changed", "metric_reset"]);
}

/// Flagger gives all traffic to the new version when the weight is not one of the edited `stepWeights`.
#[test]
fn flagger_jumps_to_all_traffic_and_this_does_not() {
    let old = linear_schedule(33.0, span(10), Span::ZERO).unwrap();
    let new = linear_schedule(10.0, span(10), Span::ZERO).unwrap();
    let state = next_action(&old, &start(&old, minute(0)).unwrap(), &[], minute(0)).unwrap().state;
    assert_eq!(state.weight, 33.0);
    let rebased = rebase(&old, &state, &new, &RebaseMode::default(), minute(5)).unwrap();
    assert_eq!(rebased.state.weight, 30.0);
    assert_eq!(next_action(&new, &rebased.state, &[], minute(15)).unwrap().state.weight, 40.0);
}

#[test]
fn a_weight_of_another_schedule_goes_on_where_traffic_is_never_taken_back() {
    let old = play_staged_schedule();
    let new = apple_phased_schedule().steps([
        Step::SetWeight { weight: 4.0 },
        Step::Pause { duration: None },
        Step::SetWeight { weight: 100.0 },
    ]);
    let state = next_action(&old, &start(&old, minute(0)).unwrap(), &[], minute(24 * 60)).unwrap().state;
    assert_eq!(state.weight, 5.0);
    let rebased = rebase(&old, &state, &new, &RebaseMode::NearestNotAbove, minute(24 * 60)).unwrap();
    assert_eq!((rebased.verdict, rebased.state.weight), (Action::Hold {}, 5.0));
    let later: Timestamp = minute(48 * 60);
    assert_eq!(next_action(&new, &rebased.state, &[], later).unwrap().state.weight, 5.0);
    let mut wrong = rebased.state;
    wrong.inherited_weight = None; // then no schedule leads to the weight
    assert_eq!(next_action(&new, &wrong, &[], later).unwrap_err().path(), "state.weight");
}

/// A run that was aborted while the previous version is scaled down, with what it can take at each call.
fn reversed(percents: &[Option<f64>]) -> Vec<Decision> {
    let mut schedule = linear_schedule(20.0, span(10), Span::ZERO).unwrap().abort(AbortPolicy::ReverseSteps);
    schedule.metrics.push(Metric::new("a").max(1.0));
    let rollout = Rollout::new(schedule).unwrap();
    let mut state = rollout.start(minute(0)).unwrap();
    for now in 0..=35 {
        let good = [measurement("a", 0.0, minute(now), None)];
        state = rollout.next_action(&state, &good, minute(now)).unwrap().state;
    }
    assert_eq!(state.weight, 80.0);
    let mut decisions = Vec::new();
    for (now, percent) in (36..).zip(percents) {
        let at = minute(now);
        let mut seen: Vec<Observation> = percent.map(|percent| capacity(percent, at)).into_iter().collect();
        if now == 36 {
            seen.push(measurement("a", 9.0, at, None));
        }
        let decision = rollout.next_action(&state, &seen, at).unwrap();
        state = decision.state.clone();
        decisions.push(decision);
    }
    decisions
}

fn weights_of(decisions: &[Decision]) -> Vec<f64> {
    decisions.iter().map(|decision| decision.state.weight).collect()
}

#[test]
fn traffic_goes_back_as_the_previous_version_can_take_it() {
    let decisions = reversed(&[Some(20.0), Some(35.0), Some(30.0), Some(90.0), Some(100.0), None]);
    assert_eq!(weights_of(&decisions), [80.0, 65.0, 65.0, 10.0, 0.0, 0.0]);
    let verdicts: Vec<&Action> = decisions.iter().map(|decision| &decision.verdict).collect();
    let moves = |previous, weight| Action::SetWeight { previous, weight };
    assert_eq!(
        verdicts,
        [
            &Action::Hold {},
            &moves(80.0, 65.0),
            &Action::Hold {},
            &moves(65.0, 10.0),
            &Action::RollBack { previous: 10.0 },
            &Action::Hold {},
        ]
    );
    for decision in &decisions {
        assert_eq!(outcome(decision), relcore::decision::Outcome::RollBack);
        assert_eq!(decision.next_check_at, None);
    }
    assert!(decisions[0].reasons.iter().any(|reason| reason.code.as_str() == "failure_limit_exceeded"));
    assert!(decisions[0].reasons.iter().any(|reason| reason.code.as_str() == "rolling_back"));
    assert_eq!(decisions[4].state.phase, Phase::RolledBack);
}

#[test]
fn without_a_known_capacity_traffic_goes_back_through_the_weights() {
    let decisions = reversed(&[None; 6]);
    assert_eq!(weights_of(&decisions), [60.0, 40.0, 20.0, 0.0, 0.0, 0.0]);
    assert_eq!(decisions[0].next_check_at, Some(minute(37)));
    assert_eq!(decisions[3].verdict, Action::RollBack { previous: 20.0 });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// While traffic goes back it never rises, whatever the previous version can take; it ends at none of it, and an
    /// order can still leave the phase.
    #[test]
    fn traffic_that_goes_back_never_rises(percents in prop::collection::vec(prop::option::of(0.0..=100.0_f64), 1..12), command in 0..3_usize) {
        let mut all = percents;
        all.push(Some(100.0));
        let decisions = reversed(&all);
        let weights = weights_of(&decisions);
        prop_assert!(weights.windows(2).all(|pair| pair[1] <= pair[0]));
        prop_assert_eq!(weights.last().copied(), Some(0.0));
        let schedule = linear_schedule(20.0, span(10), Span::ZERO).unwrap().abort(AbortPolicy::ReverseSteps);
        let schedule = schedule.metrics([Metric::new("a").max(1.0)]);
        let later = minute(100);
        let order = order(&[Command::Resume, Command::Retry, Command::PromoteFull][command], later, None, None);
        for Decision { state, .. } in decisions.iter().filter(|decision| decision.state.phase == Phase::RollingBack) {
            let left = next_action(&schedule, state, std::slice::from_ref(&order), later).unwrap();
            prop_assert!(!matches!(left.state.phase, Phase::RollingBack | Phase::RolledBack));
            if command == 0 {
                // The first weight of the schedule is the least with which it can go on.
                prop_assert!(left.state.weight <= state.weight.max(20.0));
            }
            next_action(&schedule, &left.state, &[], after(later, 1)).unwrap(); // no state that is refused
        }
    }
}

#[test]
fn a_second_abort_takes_all_traffic_back_at_once() {
    let decisions = reversed(&[Some(20.0)]);
    assert_eq!(decisions[0].state.phase, Phase::RollingBack);
    let schedule = linear_schedule(20.0, span(10), Span::ZERO).unwrap().abort(AbortPolicy::ReverseSteps);
    let schedule = schedule.metrics([Metric::new("a").max(1.0)]);
    let again = order(&Command::Abort, minute(40), Some("ann"), None);
    let ended = next_action(&schedule, &decisions[0].state, &[again], minute(40)).unwrap();
    assert_eq!(ended.verdict, Action::RollBack { previous: 80.0 });
    assert_eq!((ended.state.phase, ended.state.weight), (Phase::RolledBack, 0.0));
    assert!(ended.reasons.iter().any(|reason| reason.text.contains("`ann` ordered `abort`")));
    assert_eq!(next_action(&schedule, &ended.state, &[], minute(41)).unwrap().verdict, Action::Hold {});
}

#[test]
fn equal_steps_are_numbers_that_a_person_would_write() {
    assert_eq!(weights(&linear_schedule(0.1, span(1), Span::ZERO).unwrap())[2], 0.3);
    assert_eq!(weights(&linear_schedule(33.3, span(1), Span::ZERO).unwrap()), [33.3, 66.6, 99.9, 100.0]);
}
