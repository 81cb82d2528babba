use super::apple::{APPLE_DAYS, apple_pause_limit};
use super::schedule::{AbortPolicy, Schedule};
use super::step::Step;
use crate::error::{ErrorKind, Faults, Result};
use crate::time::Span;

/// 5 % for one to two hours, 25 % for four to six hours, then everyone: the usual canary of a service.
///
/// Add the metrics of the service before use: without them the clock alone decides, and [`validate`](super::validate())
/// warns.
///
/// ```
/// use relcore::canary::{Metric, standard_schedule, validate};
/// let schedule = standard_schedule().metrics([Metric::new("error_rate").max(1.0).unit("%")]);
/// assert!(validate(&schedule).is_empty());
/// ```
#[must_use]
pub fn standard_schedule() -> Schedule {
    let steps = vec![
        Step::SetWeight { weight: 5.0 },
        Step::Bake { min: Span::from_hours(1), max: Some(Span::from_hours(2)), min_samples: None },
        Step::SetWeight { weight: 25.0 },
        Step::Bake { min: Span::from_hours(4), max: Some(Span::from_hours(6)), min_samples: None },
        Step::SetWeight { weight: 100.0 },
    ];
    Schedule::new(steps)
}

/// Apple's phased release: 1, 2, 5, 10, 20, 50 and 100 % of those who update automatically, a day each.
///
/// A phased release can only stop, not return to the previous version, so an abort freezes it. Source: App Store Connect help, "Release a version
/// update in phases"; Apple allows 30 days of pauses in all.
#[must_use]
pub fn apple_phased_schedule() -> Schedule {
    daily(&APPLE_DAYS)
}

/// Apple's phased release, and its limit of 30 days of pauses in all: after them the rollout goes on by itself, as the App
/// Store does.
///
/// [`apple_day`](super::apple_day()) has the arithmetic without a schedule. An abort freezes the rollout here, but nothing
/// freezes a release in the App Store for longer than the pauses that are left: release a version that supersedes it.
///
/// ```
/// use relcore::canary::{Command, Phase, Rollout, apple_pause_limit_schedule, order};
/// use relcore::{Span, Timestamp};
/// let rollout = Rollout::new(apple_pause_limit_schedule())?;
/// let now = Timestamp::parse("2026-11-01T09:00:00Z")?;
/// let pause = order(&Command::Pause, now, Some("ann"), None);
/// let paused = rollout.next_action(&rollout.start(now)?, &[pause], now)?;
/// let end = now.plus(Span::from_days(30))?;
/// assert_eq!(paused.next_check_at, Some(end));
/// // Pitfall: nobody resumed it.
/// assert_eq!(rollout.next_action(&paused.state, &[], end)?.state.phase, Phase::Progressing);
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn apple_pause_limit_schedule() -> Schedule {
    apple_phased_schedule().pause_limit(apple_pause_limit())
}

/// A staged rollout on Google Play: 1, 5, 10, 20, 50 and 100 %, a day each.
///
/// Play leaves the percentages to the developer and only demands that they lie between 0 and 100; these are customary.
/// A staged rollout can be halted, but those who have the update keep it, so an abort freezes it. Source: Play
/// Console help, "Release app updates with staged rollouts".
#[must_use]
pub fn play_staged_schedule() -> Schedule {
    daily(&[1.0, 5.0, 10.0, 20.0, 50.0, 100.0])
}

/// Equal steps: 20, 40, 60, 80 and 100 % for a `percent` of 20, each for `interval`, the last for `final_bake`.
///
/// As `LINEAR` of AWS AppConfig, `TimeBasedLinear` of AWS CodeDeploy and `stepWeight` of Flagger. The last step is shorter if
/// the percentage does not divide 100: it never goes beyond 100 %.
///
/// ```
/// use relcore::canary::{Step, linear_schedule};
/// use relcore::Span;
/// let schedule = linear_schedule(30.0, Span::from_minutes(10), Span::from_minutes(30))?;
/// let weights: Vec<f64> = schedule.steps.iter().filter_map(|step| match step {
///     Step::SetWeight { weight } => Some(*weight),
///     _ => None,
/// }).collect();
/// assert_eq!(weights, [30.0, 60.0, 90.0, 100.0]);
/// // Pitfall: add metrics before use. Without them only the clock decides.
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `out_of_range` for a percentage below 0.1 or above 100, and for
/// a negative span.
pub fn linear_schedule(percent: f64, interval: Span, final_bake: Span) -> Result<Schedule> {
    let steps = in_range(percent, "percent", interval, final_bake)?;
    // Three times 0.1 is 0.3, also for whoever reads the weight.
    let weight = |step| libm::round(percent * f64::from(step) * 1e9) / 1e9;
    Ok(growing((1..=steps).map(weight), interval, final_bake))
}

/// Doubling steps: 10, 20, 40, 80 and 100 % for a `first` of 10, each for `interval`, the last for `final_bake`.
///
/// As `EXPONENTIAL` of AWS AppConfig: the weight of step N is `first` times 2 to the power of N, at most 100.
///
/// ```
/// use relcore::canary::{exponential_schedule, plan};
/// use relcore::{Span, Timestamp};
/// let schedule = exponential_schedule(1.0, Span::from_hours(1), Span::from_hours(2))?;
/// let timeline = plan(&schedule, Timestamp::parse("2026-11-23T09:00:00Z")?)?;
/// // 1, 2, 4, 8, 16, 32 and 64 % for an hour each, then 100 % for two.
/// assert_eq!(timeline.earliest_end.to_string(), "2026-11-23T18:00:00.000Z");
/// // Pitfall: most users get the new version in the last steps; look at `exposure`, not at the number of steps.
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `out_of_range` for a percentage below 0.1 or above 100, and for a negative span.
pub fn exponential_schedule(first: f64, interval: Span, final_bake: Span) -> Result<Schedule> {
    in_range(first, "first", interval, final_bake)?;
    let doubled = std::iter::successors(Some(first), |weight| (*weight < 100.0).then_some(weight * 2.0));
    Ok(growing(doubled, interval, final_bake))
}

/// A blue-green switch: the new version is analysed without traffic, waits for `hold`, gets all traffic at once, and is
/// watched for `final_bake`, in which a failed metric switches back.
///
/// As `blueGreen` of Argo Rollouts: the analysis is `prePromotionAnalysis`, `hold` is `autoPromotionSeconds` (absent: until an
/// operator resumes, as `autoPromotionEnabled: false`), the watch is `postPromotionAnalysis`. The metrics are measured on the
/// preview of the new version before the switch. Keep the previous version running for `final_bake`
/// (`scaleDownDelaySeconds`).
///
/// ```
/// use relcore::canary::{Action, Metric, Rollout, blue_green_schedule, measurement};
/// use relcore::{Span, Timestamp};
/// let schedule = blue_green_schedule(1, Some(Span::ZERO), Span::from_minutes(30))?;
/// let rollout = Rollout::new(schedule.metrics([Metric::new("error_rate").max(1.0).unit("%")]))?;
/// let now = Timestamp::parse("2026-11-23T09:00:00Z")?;
/// let preview = rollout.next_action(&rollout.start(now)?, &[], now)?;
/// assert_eq!(preview.verdict, Action::Inconclusive {}); // nothing is measured yet
/// let later = now.plus(Span::from_minutes(1))?;
/// let good = [measurement("error_rate", 0.1, later, None)];
/// let switched = rollout.next_action(&preview.state, &good, later)?;
/// assert_eq!(switched.verdict, Action::SetWeight { previous: 0.0, weight: 100.0 });
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `out_of_range` for no measurements and for a negative span.
pub fn blue_green_schedule(measurements: u32, hold: Option<Span>, final_bake: Span) -> Result<Schedule> {
    let mut faults = Faults::new();
    let text = "`0` is out of range: expected at least 1";
    faults.check(
        measurements > 0,
        ErrorKind::OutOfRange,
        format_args!("measurements"),
        format_args!("{text}"),
    );
    not_negative(hold.unwrap_or_default(), "hold", &mut faults);
    not_negative(final_bake, "finalBake", &mut faults);
    faults.finish()?;
    let mut steps = vec![Step::Analysis { metrics: vec![], measurements }];
    if hold != Some(Span::ZERO) {
        steps.push(Step::Pause { duration: hold });
    }
    steps.push(Step::SetWeight { weight: 100.0 });
    steps.push(Step::Bake { min: final_bake, max: None, min_samples: None });
    Ok(Schedule::new(steps))
}

/// The number of equal steps up to 100 %.
fn in_range(percent: f64, name: &str, interval: Span, final_bake: Span) -> Result<u32> {
    let mut faults = Faults::new();
    let text = format_args!("`{percent}` is out of range: expected a percentage from 0.1 to 100");
    let is_share = (0.1..=100.0).contains(&percent);
    faults.check(is_share, ErrorKind::OutOfRange, format_args!("{name}"), text);
    not_negative(interval, "interval", &mut faults);
    not_negative(final_bake, "finalBake", &mut faults);
    faults.finish()?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 to 1,000")]
    let steps = (100.0 / percent).ceil() as u32;
    Ok(steps)
}

fn not_negative(span: Span, name: &str, faults: &mut Faults) {
    let text = format_args!("`{span}` is out of range: expected a span that is not negative");
    faults.check(!span.is_negative(), ErrorKind::OutOfRange, format_args!("{name}"), text);
}

/// Each weight below 100 for an interval, then 100 %.
fn growing(weights: impl Iterator<Item = f64>, interval: Span, final_bake: Span) -> Schedule {
    let bake = |min| Step::Bake { min, max: None, min_samples: None };
    let mut steps = Vec::new();
    for weight in weights.take_while(|weight| *weight < 100.0) {
        steps.extend([Step::SetWeight { weight }, bake(interval)]);
    }
    steps.push(Step::SetWeight { weight: 100.0 });
    if final_bake > Span::ZERO {
        steps.push(bake(final_bake));
    }
    Schedule::new(steps)
}

/// One weight a day; there is no bake after the last one.
fn daily(weights: &[f64]) -> Schedule {
    let mut steps = Vec::new();
    for (day, weight) in weights.iter().enumerate() {
        if day > 0 {
            steps.push(Step::Bake { min: Span::from_days(1), max: None, min_samples: None });
        }
        steps.push(Step::SetWeight { weight: *weight });
    }
    Schedule::new(steps).abort(AbortPolicy::Freeze)
}
