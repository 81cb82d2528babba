//! The ways in which rollout tools let a bad release through, each with a test that it is closed here.
//!
//! A name says what must not happen; the comment says where it does.
#![allow(
    clippy::float_cmp,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed"
)]

use relcore::canary::*;
use relcore::{ErrorKind, ReasonCode, Timestamp};

fn at(minute: i64) -> Timestamp {
    Timestamp::from_millis(1_800_000_000_000 + minute * 60_000).unwrap()
}

fn schedule(yaml: &str) -> Schedule {
    schedule_from_yaml(yaml).unwrap()
}

/// 5 % for an hour, 100 %; one metric, at most 1.
fn two_weights(more: &str) -> Schedule {
    schedule(&format!(
        "steps: [{{type: set_weight, weight: 5}}, {{type: bake, min: 1h}}, {{type: set_weight, weight: 100}}]\n\
         metrics: [{{name: errors, max: 1}}]\n{more}"
    ))
}

fn observed(minute: i64, kind: ObservationKind) -> Observation {
    Observation::new(at(minute), kind)
}

fn reading(minute: i64, metric: &str, reading: Reading) -> Observation {
    observed(minute, ObservationKind::Measurement { metric: metric.to_owned(), reading })
}

fn value(minute: i64, metric: &str, value: f64) -> Observation {
    reading(minute, metric, Reading::Value { value, n: None })
}

fn health(minute: i64, role: HealthRole, healthy: bool) -> Observation {
    observed(minute, ObservationKind::Health { role, healthy })
}

fn command(minute: i64, command: Command) -> Observation {
    observed(minute, command.into())
}

/// A rollout that is asked minute by minute.
struct Run {
    schedule: Schedule,
    state: State,
}

impl Run {
    fn new(schedule: Schedule) -> Self {
        let state = start(&schedule, at(0)).unwrap();
        let mut run = Self { schedule, state };
        run.ask(0, &[]);
        run
    }

    fn ask(&mut self, minute: i64, observations: &[Observation]) -> Decision {
        let decision = next_action(&self.schedule, &self.state, observations, at(minute)).unwrap();
        self.state = decision.state.clone();
        decision
    }
}

fn codes(decision: &Decision) -> Vec<ReasonCode> {
    decision.reasons.iter().map(|reason| reason.code).collect()
}

const HOLD: Action = Action::Hold {};
const UNCLEAR: Action = Action::Inconclusive {};

// -- data that is not there ---------------------------------------------------------------------------------------

/// Kayenta: all metrics in error score 100. Argo Rollouts: every query errored, the run is Successful (#4479).
#[test]
fn errored_queries_do_not_pass() {
    let mut run = Run::new(two_weights(""));
    let failed = |minute| reading(minute, "errors", Reading::Failed { text: "503".to_owned() });
    assert_eq!(run.ask(61, &[failed(61)]).verdict, UNCLEAR);
    for minute in 62..65 {
        run.ask(minute, &[failed(minute)]);
    }
    let decision = run.ask(65, &[failed(65)]); // the fifth in a row, four are tolerated
    assert_eq!(decision.verdict, Action::RollBack { previous: 5.0 });
    assert_eq!(codes(&decision)[0], relcore::canary::code::ERROR_LIMIT_EXCEEDED);
}

/// Kayenta with `nanStrategy: replace`: an empty series passes. Keptn: nothing to compare with is satisfied.
#[test]
fn an_empty_answer_does_not_pass() {
    let mut run = Run::new(two_weights(""));
    let decision = run.ask(61, &[reading(61, "errors", Reading::Missing {})]);
    assert_eq!((decision.verdict, decision.missing), (UNCLEAR, vec!["errors".to_owned()]));
    assert_eq!(run.ask(62, &[value(62, "errors", 0.0)]).verdict, Action::Complete { previous: 5.0 });
}

/// Argo Rollouts: a run that is ended before any measurement is Successful.
#[test]
fn silence_does_not_pass() {
    let mut run = Run::new(two_weights(""));
    for minute in [60, 600, 6000] {
        let decision = run.ask(minute, &[]);
        assert_eq!(decision.verdict, UNCLEAR);
        assert_eq!(codes(&decision), [relcore::canary::code::METRIC_UNMEASURED]);
    }
}

/// Argo Rollouts, Keptn and Flagger compare NaN with a threshold: both comparisons are false, so it has not failed.
#[test]
fn what_is_not_a_number_is_refused() {
    for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let run = Run::new(two_weights(""));
        let error = next_action(&run.schedule, &run.state, &[value(1, "errors", number)], at(1)).unwrap_err();
        assert_eq!(
            (error.kind(), error.path()),
            (ErrorKind::InvalidValue, "observations[0].kind.reading.value")
        );
        let mut blind = two_weights("");
        blind.metrics[0].max = Some(number);
        assert_eq!(start(&blind, at(0)).unwrap_err().path(), "schedule.metrics[0].max");
        blind.metrics[0].max = Some(1.0);
        blind.steps[0] = Step::SetWeight { weight: number };
        assert_eq!(start(&blind, at(0)).unwrap_err().path(), "schedule.steps[0].weight");
    }
}

/// Argo Rollouts: a metric without conditions is Successful, though its manual says Inconclusive.
#[test]
fn a_metric_that_cannot_fail_is_refused() {
    let mut blind = two_weights("");
    blind.metrics[0].max = None;
    assert_eq!(start(&blind, at(0)).unwrap_err().path(), "schedule.metrics[0]");
    assert_eq!(validate(&blind)[0].code, DiagnosticCode::MetricUnlimited);
}

/// Nothing asks how old the last answer is, so a telemetry system that died looks healthy.
#[test]
fn old_data_does_not_pass() {
    let mut stale = two_weights("");
    stale.metrics[0].max_age = Some(relcore::Span::from_minutes(5));
    let mut run = Run::new(stale);
    let decision = run.ask(50, &[value(50, "errors", 0.5)]);
    assert_eq!(decision.verdict, HOLD);
    assert_eq!(decision.next_check_at, Some(Timestamp::from_millis(at(55).as_millis() + 1).unwrap()));
    let decision = run.ask(60, &[]);
    assert_eq!((decision.verdict, decision.reasons[0].code), (UNCLEAR, relcore::canary::code::STALE_DATA));
}

/// Kayenta decides on two points a side. A reading on too few samples is neither good nor bad.
#[test]
fn too_few_samples_do_not_pass() {
    let mut small = two_weights("");
    small.metrics[0].min_samples = 100.into();
    small.metrics[0].inconclusive_limit = 3;
    let mut run = Run::new(small);
    let few = |minute, n: Option<u32>| {
        reading(minute, "errors", Reading::Value { value: 0.0, n: n.map(Into::into) })
    };
    assert_eq!(run.ask(60, &[few(60, Some(99))]).verdict, UNCLEAR);
    assert_eq!(run.ask(61, &[few(61, None)]).verdict, UNCLEAR); // it does not say how many
    assert_eq!(run.ask(62, &[few(62, Some(100))]).verdict, Action::Complete { previous: 5.0 });
}

/// Argo Rollouts: an inconclusive background analysis was promoted all the same (#3850).
#[test]
fn inconclusive_is_not_promoted() {
    let mut small = two_weights("");
    small.metrics[0].min_samples = 100.into();
    let mut run = Run::new(small);
    let few = reading(61, "errors", Reading::Value { value: 0.0, n: Some(1.into()) });
    assert_eq!(run.ask(61, &[few]).verdict, Action::Pause {});
    assert_eq!(run.ask(600, &[]).verdict, HOLD);
}

// -- data of another weight, another version, another time -----------------------------------------------------------

/// A measurement at 5 % says nothing about 25 %: each weight has to be measured.
#[test]
fn one_measurement_does_not_carry_through_two_weights() {
    let mut run = Run::new(schedule(
        "steps: [{type: set_weight, weight: 5}, {type: set_weight, weight: 25}, {type: set_weight, weight: 100}]\n\
         metrics: [{name: errors, max: 1}]",
    ));
    let decision = run.ask(1, &[value(1, "errors", 0.0)]);
    assert_eq!(decision.verdict, Action::SetWeight { previous: 5.0, weight: 25.0 });
    assert_eq!(run.ask(1, &[]).verdict, UNCLEAR);
}

/// The shortest schedule is no way around the metrics: it completes when they are good at full weight.
#[test]
fn nothing_completes_unmeasured() {
    let metrics = "metrics: [{name: errors, max: 1}]";
    for steps in [
        "[{type: set_weight, weight: 100}]",
        "[{type: set_weight, weight: 100}, {type: pause, duration: 1h}]",
    ] {
        let mut run = Run::new(schedule(&format!("steps: {steps}\n{metrics}")));
        assert_eq!(run.state.phase, Phase::Progressing, "{steps}");
        assert_eq!(run.ask(61, &[]).verdict, UNCLEAR, "{steps}");
        assert_eq!(run.ask(62, &[value(62, "errors", 0.0)]).verdict, Action::Complete { previous: 100.0 });
    }
}

/// What was measured before the new version had traffic was measured on another version.
#[test]
fn facts_from_before_the_first_traffic_do_not_count() {
    let schedule = two_weights("");
    let state = start(&schedule, at(10)).unwrap();
    let state = next_action(&schedule, &state, &[value(9, "errors", 9.0)], at(10)).unwrap().state;
    assert_eq!((state.metrics[0].failed, &state.metrics[0].last), (0, &None));
    let late = [value(8, "errors", 9.0), value(10, "errors", 0.0), value(11, "errors", 9.0)];
    let decision = next_action(&schedule, &state, &late, at(12)).unwrap();
    assert_eq!((decision.state.metrics[0].failed, decision.verdict), (1, Action::RollBack { previous: 5.0 }));
}

/// The pods of another attempt say nothing about this one.
#[test]
fn readiness_from_before_the_start_does_not_count() {
    let schedule = two_weights("");
    let state = start(&schedule, at(10)).unwrap();
    let ready = |minute| {
        let seen = [health(minute, HealthRole::Canary, false)];
        next_action(&schedule, &state, &seen, at(11)).unwrap().state.canary_healthy
    };
    assert_eq!((ready(9), ready(10)), (None, Some(false)));
}

/// Reports of one instant have no order: the one that lets less traffic move counts.
#[test]
fn of_two_capacities_of_one_instant_the_smaller_counts() {
    let schedule = two_weights("");
    let state = start(&schedule, at(0)).unwrap();
    let capacity = |minute, percent| observed(minute, ObservationKind::Capacity { percent });
    let known =
        |seen: &[Observation]| next_action(&schedule, &state, seen, at(2)).unwrap().state.stable_capacity;
    assert_eq!(known(&[capacity(1, 60.0), capacity(1, 40.0)]), Some(40.0));
    assert_eq!(known(&[capacity(1, 40.0), capacity(1, 60.0)]), Some(40.0));
    assert_eq!(known(&[capacity(1, 40.0), capacity(2, 60.0)]), Some(60.0));
}

/// A rollout that never takes traffic back has at least the weight of its steps.
#[test]
fn a_weight_below_that_of_the_steps_is_refused() {
    let steps = "steps: [{type: set_weight, weight: 20}, {type: pause, duration: 1h}, {type: set_weight, weight: 50}, \
                 {type: pause, duration: 1h}, {type: set_weight, weight: 100}]\nabort: freeze";
    let mut run = Run::new(schedule(steps));
    assert_eq!(run.ask(60, &[]).state.weight, 50.0);
    for (weight, is_valid) in [(50.0, true), (20.0, false), (0.0, false)] {
        run.state.weight = weight;
        let result = next_action(&run.schedule, &run.state, &[], at(61));
        assert_eq!(result.is_ok(), is_valid, "{weight} %");
    }
}

/// A new version must not inherit the traffic that the one before it had earned.
#[test]
fn a_new_revision_begins_without_traffic() {
    let gated = "steps: [{type: gate, name: go}, {type: set_weight, weight: 50}, {type: gate, name: more}, \
                 {type: set_weight, weight: 100}]";
    let mut run = Run::new(schedule(gated));
    let go = |minute| {
        observed(minute, ObservationKind::Approval { gate: "go".into(), approved: true, by: "ann".into() })
    };
    assert_eq!(run.ask(1, &[go(1)]).verdict, Action::SetWeight { previous: 0.0, weight: 50.0 });
    let decision = run.ask(2, &[observed(2, ObservationKind::NewRevision { revision: "b".into() })]);
    assert_eq!(decision.verdict, Action::SetWeight { previous: 50.0, weight: 0.0 });
    assert_eq!(run.ask(3, &[]).verdict, Action::AwaitGate { gate: "go".into() });
}

/// Flagger: `stepWeights` edited while a rollout runs lead to "everything that is left", 100 %.
#[test]
fn a_schedule_edited_on_the_way_is_refused() {
    let run = Run::new(two_weights(""));
    let mut edited = run.schedule.clone();
    edited.steps[0] = Step::SetWeight { weight: 6.0 };
    let error = next_action(&edited, &run.state, &[], at(1)).unwrap_err();
    assert_eq!((error.kind(), error.path()), (ErrorKind::PolicyChanged, "state.scheduleDigest"));
}

/// Flagger: `stepWeight: 20, maxWeight: 50` reaches 60. Here a weight is what is written, or refused.
#[test]
fn no_weight_beyond_what_is_written() {
    let over = schedule_from_yaml("steps: [{type: set_weight, weight: 60}, {type: set_weight, weight: 120}]");
    assert_eq!(over.unwrap_err().path(), "steps[1].weight");
}

/// A measurement that is reported late was made at the weight before: it is none of the step's.
#[test]
fn late_measurements_do_not_count_for_the_step_they_arrive_in() {
    let text = "steps: [{type: set_weight, weight: 5}, {type: bake, min: 1h}, {type: set_weight, weight: 50}, \
                {type: analysis, measurements: 2}, {type: set_weight, weight: 100}]\n\
                metrics: [{name: errors, max: 1}]";
    let mut run = Run::new(schedule(text));
    run.ask(70, &[value(50, "errors", 0.0)]);
    assert_eq!(run.state.weight, 50.0);
    // Two of them from before the weight was set, one after it.
    let decision =
        run.ask(80, &[value(60, "errors", 0.0), value(65, "errors", 0.0), value(75, "errors", 0.0)]);
    assert_eq!((&decision.verdict, decision.state.metrics[0].successes), (&UNCLEAR, 1));
    assert_eq!(codes(&decision), [relcore::canary::code::ANALYSIS_INCOMPLETE]);

    let text = text.replace("analysis, measurements: 2", "bake, min: 0s, minSamples: 100");
    let mut run = Run::new(schedule(&text));
    let of = |minute, n: u32| reading(minute, "errors", Reading::Value { value: 0.0, n: Some(n.into()) });
    run.ask(70, &[of(50, 1)]);
    let decision = run.ask(80, &[of(60, 1000), of(75, 99)]);
    assert_eq!(codes(&decision), [relcore::canary::code::SAMPLES_TOO_FEW]);
}

/// Flagger: `failedChecks` adds up over the whole run and never decays. Here it does, too, by name (`failureLimit` is of
/// the run), and whoever resumes forgives it.
#[test]
fn failed_measurements_add_up_until_somebody_resumes() {
    let mut tolerant = two_weights("on: {failed: pause}");
    tolerant.metrics[0].failure_limit = 1;
    let mut run = Run::new(tolerant);
    run.ask(1, &[value(1, "errors", 2.0)]);
    for minute in 2..10 {
        assert_eq!(run.ask(minute, &[value(minute, "errors", 0.0)]).verdict, HOLD);
    }
    assert_eq!(run.ask(10, &[value(10, "errors", 2.0)]).verdict, Action::Pause {});
    assert_eq!(run.ask(11, &[command(11, Command::Resume)]).state.metrics[0].failed, 0);
}

// -- one cause hides another -------------------------------------------------------------------------------------

/// A cause that only holds must not keep a worse one from ending the rollout.
#[test]
fn a_hold_does_not_hide_an_abort() {
    for (more, first) in [
        ("deadline: 10m\non: {deadline: hold}", vec![]),
        ("deadline: 10m\non: {deadline: pause}", vec![]),
        ("on: {noData: hold}", vec![reading(11, "other", Reading::Missing {})]),
    ] {
        let mut given = two_weights(more);
        given.metrics.push(given.metrics[0].clone().name("other"));
        let mut run = Run::new(given);
        run.ask(11, &first);
        let decision = run.ask(12, &[value(12, "errors", 2.0)]);
        assert_eq!(decision.verdict, Action::RollBack { previous: 5.0 }, "{more}");
    }
}

/// A bake has a longest time: a metric that answers with nothing holds, and must not keep it from being over.
#[test]
fn missing_data_does_not_hide_that_a_bake_is_overdue() {
    let bake = "steps: [{type: set_weight, weight: 5}, {type: bake, min: 1h, max: 2h}, {type: set_weight, weight: 100}]\n\
                metrics: [{name: errors, max: 1}]\n";
    for (on, verdict) in [
        ("", Action::Pause {}),
        ("on: {inconclusive: abort}", Action::RollBack { previous: 5.0 }),
        ("on: {inconclusive: hold}", UNCLEAR),
    ] {
        let mut run = Run::new(schedule(&format!("{bake}{on}")));
        let decision = run.ask(61, &[reading(61, "errors", Reading::Missing {})]);
        let changes_at = (verdict != UNCLEAR).then_some(at(120));
        assert_eq!((decision.verdict, decision.next_check_at), (UNCLEAR, changes_at), "{on}");
        assert_eq!(run.ask(120, &[]).verdict, verdict, "{on}");
    }
}

/// Argo Rollouts is stuck after an inconclusive analysis (#3015), and nothing says that somebody must resume.
#[test]
fn a_pause_is_said_whatever_else_is_wrong() {
    let mut run = Run::new(two_weights(""));
    run.ask(1, &[command(1, Command::Pause)]);
    let decision = run.ask(2, &[reading(2, "errors", Reading::Missing {})]);
    assert_eq!(codes(&decision), [relcore::canary::code::NO_DATA]);
    let text = explain(&decision);
    assert!(text.starts_with("INCONCLUSIVE, hold at 5 %, paused since "), "{text}");
}

/// The order of the rules decides between causes that do the same.
#[test]
fn the_first_of_equal_causes_speaks() {
    let mut run = Run::new(two_weights("deadline: 10m"));
    let decision = run.ask(12, &[value(12, "errors", 2.0)]);
    assert_eq!(codes(&decision), [relcore::canary::code::DEADLINE_PASSED]);
}

/// Flagger, until 2026: a rollback went to a primary that was broken (#1931).
#[test]
fn nothing_rolls_back_to_a_broken_version() {
    let mut run = Run::new(two_weights(""));
    let decision = run.ask(1, &[health(1, HealthRole::Stable, false)]);
    assert_eq!(codes(&decision), [relcore::canary::code::STABLE_UNHEALTHY]);
    assert_eq!(decision.verdict, HOLD);
    let decision = run.ask(2, &[value(2, "errors", 2.0)]);
    assert_eq!(decision.verdict, Action::Freeze {});
    assert_eq!((decision.state.weight, decision.state.phase), (5.0, Phase::Frozen));
}

/// Users of Flagger: do not roll back when the database cannot follow (#1186).
#[test]
fn what_cannot_go_back_is_frozen() {
    let mut run = Run::new(two_weights("abort: freeze"));
    assert_eq!(run.ask(2, &[value(2, "errors", 2.0)]).verdict, Action::Freeze {});
    assert_eq!(run.state.weight, 5.0);
    assert_eq!(run.ask(600, &[]).verdict, HOLD);
}

/// MetaMask: a gate that never ran counted as passed.
#[test]
fn a_gate_that_nobody_answered_is_closed() {
    let mut run = Run::new(schedule("steps: [{type: gate, name: go}, {type: set_weight, weight: 100}]"));
    let decision = run.ask(100_000, &[]);
    assert_eq!(decision.verdict, Action::AwaitGate { gate: "go".into() });
    assert_eq!(decision.state.weight, 0.0);
}

/// Argo Rollouts shows the siblings of a failed metric as Successful (#2158): here every failed one is named.
#[test]
fn every_failed_metric_is_named() {
    let mut given = two_weights("");
    given.metrics.push(given.metrics[0].clone().name("latency"));
    let mut run = Run::new(given);
    let decision = run.ask(1, &[value(1, "errors", 2.0), value(1, "latency", 3.0)]);
    let mut subjects: Vec<&str> = decision.reasons.iter().map(|reason| reason.subject.as_str()).collect();
    subjects.dedup();
    assert_eq!(subjects, ["errors", "latency"]);
    assert_eq!(decision.reasons[1].evidence.observed, Some(2.0));
}

// -- time --------------------------------------------------------------------------------------------------------

/// A closed window, or a stable version that was down, is no time in which the steps went on.
#[test]
fn what_was_held_does_not_jump_when_it_is_let_go() {
    let window = |minute, open| observed(minute, ObservationKind::Window { open });
    for (close, open) in [
        (window(30, false), window(600, true)),
        (health(30, HealthRole::Stable, false), health(600, HealthRole::Stable, true)),
    ] {
        let mut run = Run::new(standard_schedule());
        assert_eq!(run.ask(30, &[close]).verdict, HOLD);
        assert_eq!(run.ask(599, &[]).verdict, HOLD);
        let decision = run.ask(600, &[open]);
        assert_eq!(decision.verdict, Action::SetWeight { previous: 5.0, weight: 25.0 });
        assert_eq!(decision.next_check_at, Some(at(840)));
    }
}

/// GrowthBook alone catches up after missed ticks; nothing may catch up through a person or a measurement.
#[test]
fn a_late_call_does_not_skip_a_gate_or_an_analysis() {
    let bakes = "{type: set_weight, weight: 5}, {type: bake, min: 1h}";
    for (stop, metrics) in [
        ("{type: gate, name: go}", ""),
        ("{type: pause}", ""),
        ("{type: analysis, measurements: 1}", "metrics: [{name: errors, max: 1}]"),
    ] {
        let text = format!("steps: [{bakes}, {stop}, {{type: set_weight, weight: 100}}]\n{metrics}");
        let mut run = Run::new(schedule(&text));
        run.ask(1_000_000, &[]);
        assert_eq!(run.state.weight, 5.0, "{stop}");
    }
}

/// A script that comes late, after the deadline, must not roll back what the clock had finished before it.
#[test]
fn a_deadline_does_not_undo_what_was_over_before_it() {
    let timers =
        "steps: [{type: set_weight, weight: 5}, {type: bake, min: 1h}, {type: set_weight, weight: 100}]\n";
    for (deadline, verdict) in [
        ("61m", Action::Complete { previous: 5.0 }),
        ("1h", Action::RollBack { previous: 5.0 }), // at the same instant the deadline comes first
        ("59m", Action::RollBack { previous: 5.0 }),
    ] {
        let mut run = Run::new(schedule(&format!("{timers}deadline: {deadline}")));
        assert_eq!(run.ask(6000, &[]).verdict, verdict, "{deadline}");
    }
    // What an operator ordered after the deadline is obeyed: it was not over for him.
    let mut run = Run::new(schedule(&format!("{timers}deadline: 2h")));
    let decision = run.ask(6000, &[command(5999, Command::Abort)]);
    assert_eq!(decision.verdict, Action::RollBack { previous: 5.0 });
}

/// Argo Rollouts: ten minutes of pauses took 3.7 hours (#3569). A timer that stood still loses nothing, and gains nothing.
#[test]
fn a_pause_moves_the_timers_by_its_length() {
    let mut run = Run::new(standard_schedule());
    run.ask(20, &[command(20, Command::Pause)]);
    assert_eq!(run.ask(500, &[]).verdict, HOLD);
    let decision = run.ask(500, &[command(500, Command::Resume)]);
    assert_eq!(decision.next_check_at, Some(at(540)));
}

/// A pause that is reported late began before the step: it stops the clock of the step from the step's own beginning.
#[test]
fn a_pause_reported_late_does_not_push_the_clock_into_the_future() {
    let mut run = Run::new(two_weights(""));
    run.ask(60, &[value(55, "errors", 0.0)]);
    let mut run = Run::new(schedule(
        "steps: [{type: set_weight, weight: 5}, {type: pause, duration: 1h}, {type: set_weight, weight: 10}, \
         {type: pause, duration: 1h}, {type: set_weight, weight: 100}]\nmetrics: [{name: errors, max: 1}]",
    ));
    run.ask(61, &[value(40, "errors", 0.0)]);
    assert_eq!(run.state.weight, 10.0);
    run.ask(62, &[command(45, Command::Pause)]);
    run.ask(65, &[command(65, Command::Resume)]);
    assert_eq!(run.ask(66, &[]).verdict, HOLD); // and not `now is before stepEnteredAt`
    assert_eq!(run.state.step_entered_at, at(65));
}

/// Argo Rollouts is stuck after an inconclusive analysis (#3015): who resumes gets a clock that runs anew.
#[test]
fn a_resumed_rollout_is_not_paused_at_once_by_the_clock_that_paused_it() {
    let overdue = "steps: [{type: set_weight, weight: 5}, {type: bake, min: 1h, max: 2h}, {type: set_weight, weight: 100}]\n\
                   metrics: [{name: errors, max: 1}]";
    for text in
        [overdue.to_owned(), overdue.replace(", max: 2h", "") + "\ndeadline: 2h\non: {deadline: pause}"]
    {
        let mut run = Run::new(schedule(&text));
        assert_eq!(run.ask(120, &[]).verdict, Action::Pause {}, "{text}");
        let decision = run.ask(180, &[command(180, Command::Resume)]);
        assert_eq!(decision.state.phase, Phase::Progressing, "{text}");
        assert!(decision.next_check_at > Some(at(180)), "{text}");
        let decision = run.ask(241, &[value(241, "errors", 0.0)]);
        assert_eq!(decision.verdict, Action::Complete { previous: 5.0 }, "{text}");
    }
}

/// Data cannot be missed before there is traffic to measure.
#[test]
fn waiting_without_traffic_is_not_missing_data() {
    let mut run = Run::new(schedule(
        "steps: [{type: gate, name: go}, {type: set_weight, weight: 100}]\n\
         metrics: [{name: errors, max: 1, maxAge: 5m}]\non: {noData: abort}",
    ));
    assert_eq!(run.ask(600, &[]).verdict, Action::AwaitGate { gate: "go".into() });
}

/// A list that a machine wrote is long: a hundred thousand observations are no reason to hang.
#[test]
fn a_hundred_thousand_observations_are_folded_in_time() {
    let mut tolerant = two_weights("");
    tolerant.metrics[0].failure_limit = u32::MAX;
    let run = Run::new(tolerant);
    let many: Vec<Observation> = (0..100_000)
        .map(|index| {
            Observation::new(
                Timestamp::from_millis(at(0).as_millis() + 1 + index).unwrap(),
                value(0, "errors", 2.0).kind,
            )
        })
        .collect();
    let decision = next_action(&run.schedule, &run.state, &many, at(10)).unwrap();
    assert_eq!(decision.state.metrics[0].failed, 100_000);
}

// -- states that an earlier version stored --------------------------------------------------------------------------

/// A late call of an earlier version froze the traffic behind the steps that the clock had ended.
#[test]
fn a_run_that_was_frozen_behind_its_steps_goes_on() {
    let schedule = schedule(
        "steps: [{type: set_weight, weight: 5}, {type: bake, min: 1h}, {type: set_weight, weight: 25}, \
         {type: bake, min: 1h}, {type: set_weight, weight: 100}]\nabort: freeze",
    );
    let mut run = Run::new(schedule);
    run.ask(1, &[command(1, Command::Abort)]);
    (run.state.step, run.state.step_entered_at, run.state.told_at) = (3, at(1), None);
    let decision = run.ask(2, &[command(2, Command::Resume)]);
    assert_eq!((decision.state.phase, decision.state.step), (Phase::Progressing, 1));
    assert_eq!(run.ask(60, &[]).verdict, Action::SetWeight { previous: 5.0, weight: 25.0 });
}

/// An expired gate pauses or freezes the run; a resume gives it its whole time again, by late calls, too.
#[test]
fn a_resumed_gate_waits_its_whole_time() {
    let schedule = |abort: &str, on_timeout: &str| -> Schedule {
        serde_json::from_value(serde_json::json!({
            "steps": [
                {"type": "set_weight", "weight": 10},
                {"type": "gate", "name": "qa", "timeout": "PT5M", "onTimeout": on_timeout},
                {"type": "set_weight", "weight": 100},
            ],
            "abort": abort,
        }))
        .unwrap()
    };
    let resume = |minute| Observation::new(at(minute), ObservationKind::from(Command::Resume));
    let approve = |minute| {
        let kind = ObservationKind::Approval { gate: "qa".to_owned(), approved: true, by: "ann".to_owned() };
        Observation::new(at(minute), kind)
    };
    for (schedule, stopped) in
        [(schedule("freeze", "abort"), Phase::Frozen), (schedule("roll_back", "pause"), Phase::Paused)]
    {
        for in_time in [true, false] {
            let mut state = start(&schedule, at(0)).unwrap();
            if in_time {
                state = next_action(&schedule, &state, &[], at(0)).unwrap().state;
            }
            let expired = next_action(&schedule, &state, &[], at(10)).unwrap().state;
            assert_eq!(expired.phase, stopped);
            let asks = next_action(&schedule, &expired, &[resume(20)], at(20)).unwrap().state;
            assert_eq!((asks.phase, asks.gate_asked_at), (Phase::Progressing, Some(at(20))), "{in_time}");
            let waits = next_action(&schedule, &asks, &[], at(24)).unwrap().state;
            assert_eq!(waits.phase, Phase::Progressing);
            assert_eq!(next_action(&schedule, &waits, &[], at(25)).unwrap().state.phase, stopped);
            let done = next_action(&schedule, &asks, &[approve(24)], at(60)).unwrap().state;
            assert_eq!(done.phase, Phase::Succeeded);
        }
    }
}
