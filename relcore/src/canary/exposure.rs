//! How many users met the new version, and for how long.
use super::decision::{Action, Decision};
use crate::error::{Error, ErrorKind, Result};
use crate::scalar::Count;
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// How many users met the new version, and for how long.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "canary.Exposure", rename_all = "camelCase", deny_unknown_fields)]
pub struct Exposure {
    /// The minutes that users spent on the new version: users times share times minutes, over all weights.
    pub user_minutes: f64,
    /// The same at each weight, in the order in which the weights were set. A time without traffic is not listed.
    pub weights: Vec<WeightExposure>,
    /// The greatest share that the new version had, in percent.
    pub peak_weight: f64,
    /// How long the new version had any traffic.
    pub duration: Span,
}

/// The exposure at one weight.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "canary.WeightExposure", rename_all = "camelCase", deny_unknown_fields)]
pub struct WeightExposure {
    /// The share of the traffic, in percent.
    pub weight: f64,
    /// When the new version got it.
    pub start: Timestamp,
    /// How long it had it.
    pub duration: Span,
    /// The minutes that users spent on the new version at this weight.
    pub user_minutes: f64,
}

/// The exposure of users to the new version in a rollout: user-minutes at each weight, until an instant.
///
/// `decisions` are those of one rollout in their order, from its start: the result of [`simulate()`](super::simulate()), or
/// all that a program stored. Those that change no weight may be left out. `population` is the number of users of both
/// versions at a time. A new revision counts from when it was observed. Only the weight counts: how many requests a header
/// route brings is not known here.
///
/// With [`simulate()`](super::simulate()) it shows before a release what a schedule may cost: replay an old failure under two
/// schedules and compare the user-minutes.
///
/// ```
/// use relcore::canary::{exposure, simulate, standard_schedule};
/// use relcore::{Span, Timestamp};
/// let begin = Timestamp::parse("2026-11-23T09:00:00Z")?;
/// let end = begin.plus(Span::from_hours(5))?;
/// let decisions = simulate(&standard_schedule(), &[], begin, Span::from_minutes(1), end)?;
/// let exposure = exposure(&decisions, 10_000.into(), end)?;
/// // An hour at 5 %, four hours at 25 %.
/// assert_eq!(exposure.user_minutes, 10_000.0 * (0.05 * 60.0 + 0.25 * 240.0));
/// // Pitfall: the time at 100 % counts, too, if `until` is after the end of the rollout.
/// assert_eq!(exposure.peak_weight, 100.0);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `unordered` for decisions whose weights were set in another order than theirs; `out_of_range` for an `until` before
/// the last of them.
pub fn exposure(decisions: &[Decision], population: Count, until: Timestamp) -> Result<Exposure> {
    let mut weights: Vec<WeightExposure> = Vec::new();
    let mut present: Option<(f64, Timestamp)> = None;
    let mut last: Option<Timestamp> = None;
    let users = population.as_f64();
    let mut close = |present: Option<(f64, Timestamp)>, end: Timestamp| {
        if let Some((weight, start)) = present.filter(|(weight, start)| *weight > 0.0 && end > *start) {
            let duration = end.since(start);
            let user_minutes = users * weight / 100.0 * (duration.as_seconds() / 60.0);
            weights.push(WeightExposure { weight, start, duration, user_minutes });
        }
    };
    for (index, decision) in decisions.iter().enumerate() {
        let Some((weight, at)) = applied(decision) else { continue };
        if last.is_some_and(|last| at < last) {
            let path = format!("decisions[{index}]");
            let text = format!("sets a weight at {at}, before the decision that stands before it");
            return Err(Error::new(ErrorKind::Unordered, path, text));
        }
        close(present.take(), at);
        (present, last) = (Some((weight, at)), Some(at));
    }
    if let Some(last) = last.filter(|last| until < *last) {
        let text = format!("`{until}` is before the last weight, which was set at {last}");
        return Err(Error::new(ErrorKind::OutOfRange, "until", text));
    }
    close(present, until);
    Ok(Exposure {
        user_minutes: weights.iter().fold(0.0, |sum, at| sum + at.user_minutes),
        peak_weight: weights.iter().map(|at| at.weight).chain(present.map(|at| at.0)).fold(0.0, f64::max),
        duration: weights.iter().fold(Span::ZERO, |sum, at| sum.saturating_add(at.duration)),
        weights,
    })
}

/// The weight that a decision set, and when.
fn applied(decision: &Decision) -> Option<(f64, Timestamp)> {
    let state = &decision.state;
    match decision.verdict {
        Action::SetWeight { weight, .. } => Some((weight, state.weight_set_at.unwrap_or(state.started_at))),
        Action::Complete { .. } => Some((100.0, state.weight_set_at.unwrap_or(state.started_at))),
        Action::RollBack { .. } => {
            // Traffic that went back in steps was gone with the last of them, long after the end of the run was told.
            Some((0.0, state.told_at.max(state.weight_set_at).unwrap_or(state.started_at)))
        }
        _ => None,
    }
}
