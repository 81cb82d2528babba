//! The deadline to the millisecond: just before it, at it and after it, for calls in time and calls that come late.
#![allow(
    clippy::unwrap_used,
    clippy::float_cmp,
    reason = "a test that panics has failed; weights are copied"
)]

use relcore::canary::*;
use relcore::{ReasonCode, Timestamp};

const MINUTE: i64 = 60_000;

/// So many milliseconds after the start.
fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(1_800_000_000_000 + millis).unwrap()
}

fn rollout(yaml: &str) -> Rollout {
    Rollout::new(schedule_from_yaml(yaml).unwrap()).unwrap()
}

/// 5 % for an hour, then 100 %; only the clock decides.
fn by_clock(deadline: &str, more: &str) -> Rollout {
    rollout(&format!(
        "steps: [{{type: set_weight, weight: 5}}, {{type: bake, min: 1h}}, {{type: set_weight, weight: 100}}]\n\
         deadline: {deadline}\n{more}"
    ))
}

/// A call at this time, the first after the one at the start.
fn call(rollout: &Rollout, observations: &[Observation], millis: i64) -> Decision {
    let begun = rollout.next_action(&rollout.start(at(0)).unwrap(), &[], at(0)).unwrap().state;
    rollout.next_action(&begun, observations, at(millis)).unwrap()
}

fn observed(millis: i64, kind: ObservationKind) -> Observation {
    Observation::new(at(millis), kind)
}

fn healthy(millis: i64) -> Observation {
    observed(millis, ObservationKind::Health { role: HealthRole::Canary, healthy: true })
}

fn code(decision: &Decision) -> ReasonCode {
    decision.reasons.first().unwrap().code
}

const COMPLETE: Action = Action::Complete { previous: 5.0 };
const ROLL_BACK: Action = Action::RollBack { previous: 5.0 };

/// The rule itself, where nothing catches up: with a metric, which has not been measured.
#[test]
fn the_deadline_passes_at_its_instant_and_not_before() {
    let measured = by_clock("2h", "metrics: [{name: errors, max: 1}]");
    let before = call(&measured, &[], 120 * MINUTE - 1);
    assert_eq!((&before.verdict, before.next_check_at), (&Action::Inconclusive {}, Some(at(120 * MINUTE))));
    let passed = call(&measured, &[], 120 * MINUTE);
    assert_eq!((&passed.verdict, code(&passed)), (&ROLL_BACK, relcore::canary::code::DEADLINE_PASSED));
    assert_eq!(passed.next_check_at, None);
}

/// A deadline that only holds changes no verdict of a rollout that holds anyway; one that pauses does.
#[test]
fn a_deadline_is_an_instant_to_wait_for_if_it_changes_the_verdict() {
    let pauses = by_clock("30m", "on: {deadline: pause}");
    assert_eq!(call(&pauses, &[], 30 * MINUTE - 1).next_check_at, Some(at(30 * MINUTE)));
    let holds = by_clock("30m", "on: {deadline: hold}");
    assert_eq!(call(&holds, &[], 30 * MINUTE - 1).next_check_at, None);
    let passed = call(&holds, &[], 30 * MINUTE);
    assert_eq!((&passed.verdict, code(&passed)), (&Action::Hold {}, relcore::canary::code::DEADLINE_PASSED));
    assert_eq!(passed.next_check_at, None);
}

/// The last step ends a millisecond before the deadline, at it, or after it; the call comes at any time.
#[test]
fn steps_that_ended_before_the_deadline_have_succeeded() {
    let hour = 60 * MINUTE;
    for (deadline, verdict) in [("PT3600.001S", COMPLETE), ("PT1H", ROLL_BACK), ("PT3599.999S", ROLL_BACK)] {
        let rollout = by_clock(deadline, "");
        for now in [hour, hour + 1, hour + 2, 100 * hour] {
            assert_eq!(call(&rollout, &[], now).verdict, verdict, "{deadline} at {now}");
        }
    }
}

/// A call exactly at the deadline catches up, too.
#[test]
fn a_call_at_the_deadline_catches_up() {
    let rollout = by_clock("61m", "");
    for now in [61 * MINUTE - 1, 61 * MINUTE, 61 * MINUTE + 1] {
        let decision = call(&rollout, &[], now);
        assert_eq!(
            (&decision.verdict, code(&decision)),
            (&COMPLETE, relcore::canary::code::RUN_SUCCEEDED),
            "{now}"
        );
        assert_eq!(decision.state.weight_set_at, Some(at(60 * MINUTE)), "{now}");
    }
}

/// What was observed after the steps had ended does not keep a call from catching up.
#[test]
fn observations_around_the_deadline_do_not_keep_a_call_from_catching_up() {
    let rollout = by_clock("61m", "");
    for seen in [61 * MINUTE - 2, 61 * MINUTE - 1, 61 * MINUTE, 61 * MINUTE + 1] {
        assert_eq!(call(&rollout, &[healthy(seen)], 62 * MINUTE).verdict, COMPLETE, "{seen}");
    }
}

/// A step that was entered at the deadline did not end before it, even if it takes no time.
#[test]
fn a_step_entered_at_the_deadline_does_not_catch_up() {
    let rollout = by_clock("61m", "");
    let begun = rollout.next_action(&rollout.start(at(0)).unwrap(), &[], at(0)).unwrap().state;
    for (entered, verdict) in [
        (61 * MINUTE - 2, COMPLETE),
        (61 * MINUTE - 1, COMPLETE),
        (61 * MINUTE, ROLL_BACK),
        (61 * MINUTE + 1, ROLL_BACK),
    ] {
        let mut last_step = begun.clone();
        (last_step.step, last_step.step_entered_at) = (2, at(entered));
        let decision = rollout.next_action(&last_step, &[], at(62 * MINUTE)).unwrap();
        assert_eq!(decision.verdict, verdict, "{entered}");
    }
}

/// A closed window makes the steps wait: they end when it opens, which may be just in time or not.
#[test]
fn a_window_that_opens_just_before_the_deadline_is_in_time() {
    let rollout = rollout(
        "steps: [{type: set_weight, weight: 100}]\ndeadline: 1h\ndeadlineExcludes: {closedWindows: false}",
    );
    let window = |millis, open| observed(millis, ObservationKind::Window { open });
    let closed =
        rollout.next_action(&rollout.start(at(0)).unwrap(), &[window(0, false)], at(0)).unwrap().state;
    for (opens, verdict) in [
        (60 * MINUTE - 1, Action::Complete { previous: 0.0 }),
        (60 * MINUTE, Action::RollBack { previous: 0.0 }),
    ] {
        let decision = rollout.next_action(&closed, &[window(opens, true)], at(60 * MINUTE)).unwrap();
        assert_eq!(decision.verdict, verdict, "{opens}");
    }
    // It never opened before the deadline.
    let decision = rollout.next_action(&closed, &[], at(61 * MINUTE)).unwrap();
    assert_eq!(code(&decision), relcore::canary::code::DEADLINE_PASSED);
}

/// Metrics are measured when a step is entered: nobody can have done so between two calls.
#[test]
fn nothing_catches_up_with_metrics() {
    let rollout = by_clock("2h", "metrics: [{name: errors, max: 1}]");
    let reading = Reading::Value { value: 0.0, n: None };
    let good = observed(30 * MINUTE, ObservationKind::Measurement { metric: "errors".to_owned(), reading });
    assert_eq!(call(&rollout, std::slice::from_ref(&good), 120 * MINUTE - 1).verdict, COMPLETE);
    for now in [120 * MINUTE, 120 * MINUTE + 1] {
        assert_eq!(call(&rollout, std::slice::from_ref(&good), now).verdict, ROLL_BACK, "{now}");
    }
}

/// The weights that were due before the deadline are set, even if the response to the deadline is to wait.
#[test]
fn a_late_call_goes_as_far_as_the_deadline() {
    for (response, phase) in [("hold", Phase::Progressing), ("pause", Phase::Paused)] {
        let yaml = format!(
            "steps: [{{type: set_weight, weight: 5}}, {{type: bake, min: 1h}}, {{type: set_weight, weight: 25}}, \
             {{type: bake, min: 1h}}, {{type: set_weight, weight: 100}}]\ndeadline: 90m\non: {{deadline: {response}}}"
        );
        let decision = call(&rollout(&yaml), &[], 600 * MINUTE);
        assert_eq!(decision.verdict, Action::SetWeight { previous: 5.0, weight: 25.0 }, "{response}");
        let codes: Vec<_> = decision.reasons.iter().map(|reason| reason.code).collect();
        assert_eq!(
            codes,
            [relcore::canary::code::WEIGHT_SET, relcore::canary::code::DEADLINE_PASSED],
            "{response}"
        );
        assert_eq!((decision.state.phase, decision.state.step), (phase, 3), "{response}");
        assert_eq!(decision.state.step_entered_at, at(60 * MINUTE), "{response}");
    }
}

/// A pause stops the clock of the deadline, and a run that is over has none.
#[test]
fn no_deadline_while_paused_or_over() {
    let rollout = by_clock("61m", "");
    let pause = observed(30 * MINUTE, ObservationKind::from(Command::Pause));
    for now in [40 * MINUTE, 600 * MINUTE] {
        let paused = call(&rollout, std::slice::from_ref(&pause), now);
        assert_eq!(
            (&paused.verdict, code(&paused)),
            (&Action::Hold {}, relcore::canary::code::PAUSED),
            "{now}"
        );
        assert_eq!(paused.next_check_at, None, "{now}");
    }
    for now in [60 * MINUTE, 600 * MINUTE] {
        let over = call(&rollout, &[], now).state;
        let again = rollout.next_action(&over, &[], at(700 * MINUTE)).unwrap();
        assert_eq!(
            (&again.verdict, code(&again)),
            (&Action::Hold {}, relcore::canary::code::RUN_OVER),
            "{now}"
        );
        assert_eq!(again.state, over, "{now}");
    }
}

/// The plain functions and the handle give the same results and the same errors.
#[test]
fn a_handle_gives_what_the_functions_give() {
    let rollout = by_clock("61m", "");
    let schedule = rollout.schedule();
    let state = start(schedule, at(0)).unwrap();
    assert_eq!(rollout.start(at(0)).unwrap(), state);
    assert_eq!(rollout.digest(), state.schedule_digest);
    for now in [0, 60 * MINUTE, 61 * MINUTE] {
        let decision = next_action(schedule, &state, &[], at(now)).unwrap();
        assert_eq!(rollout.next_action(&state, &[], at(now)).unwrap(), decision);
        assert_eq!(decision.policy_digest, rollout.digest());
    }
    assert_eq!(rollout.plan(at(0)).unwrap(), plan(schedule, at(0)).unwrap());
    let tick = relcore::Span::from_minutes(7);
    let until = at(100 * MINUTE);
    assert_eq!(
        rollout.simulate(&[], at(0), tick, until).unwrap(),
        simulate(schedule, &[], at(0), tick, until).unwrap()
    );
    let broken = schedule.clone().steps([]);
    let refused = Rollout::new(broken.clone()).unwrap_err();
    assert_eq!(refused.path(), "schedule.steps");
    for error in [
        start(&broken, at(0)).unwrap_err(),
        next_action(&broken, &state, &[], at(0)).unwrap_err(),
        plan(&broken, at(0)).unwrap_err(),
        simulate(&broken, &[], at(0), tick, until).unwrap_err(),
    ] {
        assert_eq!(error, refused);
    }
}
