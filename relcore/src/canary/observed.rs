//! Short ways to write an observation.
use super::observation::{Command, HealthRole, Observation, ObservationKind, Reading, StepOutcome};
use crate::scalar::Count;
use crate::stats::Counts;
use crate::time::Timestamp;

/// A metric was queried and has a value, in the unit of the metric, of `n` samples if known.
///
/// ```
/// use relcore::Timestamp;
/// use relcore::canary::{Metric, Schedule, Step, measurement, next_action, start};
/// let steps = [Step::SetWeight { weight: 5.0 }, Step::SetWeight { weight: 100.0 }];
/// let schedule = Schedule::new(steps).metrics([Metric::new("error_rate").max(1.0).unit("%")]);
/// let at = |text| Timestamp::parse(text);
/// let begin = at("2026-11-23T09:00:00Z")?;
/// let state = next_action(&schedule, &start(&schedule, begin)?, &[], begin)?.state;
///
/// let now = at("2026-11-23T09:05:00Z")?;
/// let seen = [measurement("error_rate", 0.2, now, Some(640.into()))];
/// assert_eq!(next_action(&schedule, &state, &seen, now)?.verdict.to_string(), "complete");
/// // Pitfall: a query without a value is not 0. It is a `missing_value`, an `empty_result` or a `failed_query`.
/// let seen = [relcore::canary::failed_query("error_rate", "timeout", now)];
/// assert_eq!(next_action(&schedule, &state, &seen, now)?.missing, ["error_rate"]);
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn measurement(metric: &str, value: f64, at: Timestamp, n: Option<Count>) -> Observation {
    reading(metric, Reading::Value { value, n }, at)
}

/// The counts of a metric with `compare` were read: those of the new version and of the previous one, over the same time.
///
/// ```
/// use relcore::Timestamp;
/// use relcore::canary::{Action, CountRule, Metric, Rollout, Schedule, Step, counts};
/// use relcore::stats::Counts;
/// let steps = [Step::SetWeight { weight: 50.0 }, Step::SetWeight { weight: 100.0 }];
/// let orders = CountRule::default().direction(relcore::stats::Direction::DecreaseIsBad);
/// let rollout = Rollout::new(Schedule::new(steps).metrics([Metric::new("orders").compare(orders)]))?;
/// let begin = Timestamp::parse("2026-11-23T09:00:00Z")?;
/// let state = rollout.next_action(&rollout.start(begin)?, &[], begin)?.state;
///
/// let now = Timestamp::parse("2026-11-23T09:05:00Z")?;
/// let seen = counts("orders", &Counts::new(1010_u32, 9_000.0), &Counts::new(1000_u32, 9_000.0), now);
/// assert_eq!(rollout.next_action(&state, &[seen], now)?.verdict, Action::Complete { previous: 50.0 });
/// // Pitfall: the previous version is counted over the same minutes, not over the week before.
/// let week = counts("orders", &Counts::new(1010_u32, 9_000.0), &Counts::new(900_000_u32, 6e6), now);
/// assert_eq!(rollout.next_action(&state, &[week], now)?.verdict, Action::RollBack { previous: 50.0 });
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn counts(metric: &str, canary: &Counts, baseline: &Counts, at: Timestamp) -> Observation {
    reading(metric, Reading::Counts { canary: *canary, baseline: *baseline }, at)
}

/// A metric was queried and has no value, for instance one that is not a number.
#[must_use]
pub fn missing_value(metric: &str, at: Timestamp) -> Observation {
    reading(metric, Reading::Missing {}, at)
}

/// A metric was queried, the query succeeded, and its result is empty. The metric says what that means.
#[must_use]
pub fn empty_result(metric: &str, at: Timestamp) -> Observation {
    reading(metric, Reading::Empty {}, at)
}

/// The query of a metric failed with this message.
#[must_use]
pub fn failed_query(metric: &str, error: &str, at: Timestamp) -> Observation {
    reading(metric, Reading::Failed { text: error.to_owned() }, at)
}

/// Whether the new version (`canary`) or the previous one (`stable`) is ready to serve.
#[must_use]
pub fn health(role: &HealthRole, healthy: bool, at: Timestamp) -> Observation {
    Observation::new(at, ObservationKind::Health { role: *role, healthy })
}

/// How much of all traffic the previous version can take, in percent, for `abort: reverse_steps`.
///
/// ```
/// use relcore::Timestamp;
/// use relcore::canary::{AbortPolicy, Command, Rollout, Schedule, Step, capacity, order};
/// let steps = [Step::SetWeight { weight: 70.0 }, Step::Pause { duration: None }, Step::SetWeight { weight: 100.0 }];
/// let rollout = Rollout::new(Schedule::new(steps).abort(AbortPolicy::ReverseSteps))?;
/// let at = |text| Timestamp::parse(text);
/// let now = at("2026-11-23T09:00:00Z")?;
/// let state = rollout.next_action(&rollout.start(now)?, &[capacity(30.0, now)], now)?.state;
///
/// let aborted = rollout.next_action(&state, &[order(&Command::Abort, now, None, None)], now)?;
/// assert_eq!(aborted.state.weight, 70.0); // it can take the 30 % that it has, and no more
/// let later = at("2026-11-23T09:02:00Z")?;
/// let scaled_up = rollout.next_action(&aborted.state, &[capacity(80.0, later)], later)?;
/// assert_eq!(scaled_up.state.weight, 20.0);
/// // Pitfall: the latest report counts until another comes. Scale the previous version up while the phase is
/// // `rolling_back`, and report it at every tick: nothing else makes the traffic go back, but a second order to abort.
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn capacity(percent: f64, at: Timestamp) -> Observation {
    Observation::new(at, ObservationKind::Capacity { percent })
}

/// How many units each version got since the present weight was set.
///
/// ```
/// use relcore::Timestamp;
/// use relcore::canary::{Action, Rollout, Schedule, Step, split};
/// let steps = [Step::SetWeight { weight: 50.0 }, Step::Pause { duration: None }, Step::SetWeight { weight: 100.0 }];
/// let rollout = Rollout::new(Schedule::new(steps))?;
/// let at = |text| Timestamp::parse(text);
/// let now = at("2026-11-23T09:00:00Z")?;
/// let state = rollout.next_action(&rollout.start(now)?, &[], now)?.state;
/// let later = at("2026-11-23T09:10:00Z")?;
/// let uneven = split(4_000.into(), 6_000.into(), later);
/// assert_eq!(rollout.next_action(&state, &[uneven], later)?.verdict, Action::Pause {});
/// // Pitfall: count from `weight_set_at` of the state on, not over the last minutes: the test adds nothing up. It stays
/// // valid however often the counts are passed.
/// let even = split(5_020.into(), 4_980.into(), later);
/// assert_eq!(rollout.next_action(&state, &[even], later)?.verdict, Action::Hold {});
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn split(canary: Count, stable: Count, at: Timestamp) -> Observation {
    Observation::new(at, ObservationKind::Split { canary, stable })
}

/// The release window opened or closed.
#[must_use]
pub fn window(open: bool, at: Timestamp) -> Observation {
    Observation::new(at, ObservationKind::Window { open })
}

/// A person approved or refused a gate.
#[must_use]
pub fn approval(gate: &str, approved: bool, by: &str, at: Timestamp) -> Observation {
    Observation::new(at, ObservationKind::Approval { gate: gate.to_owned(), approved, by: by.to_owned() })
}

/// An operator gave a command: which, when, and if known who and why.
///
/// ```
/// use relcore::Timestamp;
/// use relcore::canary::{Command, next_action, order, standard_schedule, start};
/// let schedule = standard_schedule();
/// let now = Timestamp::parse("2026-11-23T09:00:00Z")?;
/// let order = order(&Command::PromoteFull, now, Some("ann"), Some("the old version leaks"));
/// let decision = next_action(&schedule, &start(&schedule, now)?, &[order], now)?;
/// assert_eq!(decision.verdict.to_string(), "complete");
/// assert!(decision.reasons[1].text.contains("`ann` ordered `promote_full`"));
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn order(command: &Command, at: Timestamp, by: Option<&str>, reason: Option<&str>) -> Observation {
    let (command, by, reason) = (*command, by.map(str::to_owned), reason.map(str::to_owned));
    Observation::new(at, ObservationKind::Command { command, by, reason })
}

/// The caller carried out the command of a step, or could not: which step, with what result, and if useful a text.
///
/// ```
/// use relcore::Timestamp;
/// use relcore::canary::{Action, Rollout, Schedule, Step, StepOutcome, step_result};
/// let tests = Step::External { name: "smoke-tests".to_owned(), timeout: None, on_timeout: None };
/// let rollout = Rollout::new(Schedule::new([tests, Step::SetWeight { weight: 100.0 }]))?;
/// let now = Timestamp::parse("2026-11-23T09:00:00Z")?;
/// let asked = rollout.next_action(&rollout.start(now)?, &[], now)?;
/// assert_eq!(asked.verdict, Action::RunExternal { step: 0, name: "smoke-tests".to_owned() });
///
/// let later = Timestamp::parse("2026-11-23T09:05:00Z")?;
/// let result = step_result(0, &StepOutcome::Succeeded, None, later);
/// assert_eq!(rollout.next_action(&asked.state, &[result], later)?.verdict.to_string(), "complete");
/// // Pitfall: without a result the command is given again at every call. It is one command, not many.
/// assert_eq!(rollout.next_action(&asked.state, &[], later)?.verdict, asked.verdict);
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn step_result(step: u32, result: &StepOutcome, text: Option<&str>, at: Timestamp) -> Observation {
    let text = text.map(str::to_owned);
    Observation::new(at, ObservationKind::StepResult { step, result: *result, text })
}

/// Another version is rolled out from now on.
#[must_use]
pub fn new_revision(revision: &str, at: Timestamp) -> Observation {
    Observation::new(at, ObservationKind::NewRevision { revision: revision.to_owned() })
}

fn reading(metric: &str, reading: Reading, at: Timestamp) -> Observation {
    Observation::new(at, ObservationKind::Measurement { metric: metric.to_owned(), reading })
}
