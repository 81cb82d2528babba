use super::schedule::{AbortPolicy, Schedule};
use super::step::Step;
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
    daily(&[1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0])
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
