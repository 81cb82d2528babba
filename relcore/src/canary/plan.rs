use super::rollout::Rollout;
use super::schedule::Schedule;
use super::step::Step;
use crate::error::Result;
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// When each step of a schedule begins and ends, if nothing goes wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "canary.Timeline", rename_all = "camelCase", deny_unknown_fields)]
pub struct Timeline {
    /// The steps in their order.
    pub steps: Vec<PlannedStep>,
    /// The earliest end of the rollout.
    pub earliest_end: Timestamp,
    /// The latest end; absent when a step waits for a person or for data without limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest_end: Option<Timestamp>,
    /// The instant of the deadline, if there is one and every step takes its shortest time. What the deadline excludes
    /// beside pause steps of a fixed length (gates, closed windows, pauses by an operator) moves it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline_at: Option<Timestamp>,
}

/// When a step begins and ends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "canary.PlannedStep", rename_all = "camelCase", deny_unknown_fields)]
pub struct PlannedStep {
    /// The index of the step in the schedule.
    pub step: u32,
    /// The share of the traffic that the new version has during the step, in percent.
    pub weight: f64,
    /// The earliest instant at which the step begins.
    pub earliest_start: Timestamp,
    /// The earliest instant at which it ends.
    pub earliest_end: Timestamp,
    /// The latest instant at which it ends; absent when it, or a step before it, waits without limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest_end: Option<Timestamp>,
}

/// The timeline of a rollout that starts at an instant.
///
/// It checks and digests the schedule; for more than one call, [`Rollout::plan`] does so only once.
///
/// ```
/// use relcore::canary::{plan, standard_schedule};
/// let timeline = plan(&standard_schedule(), relcore::Timestamp::parse("2026-11-23T09:00:00Z")?)?;
/// assert_eq!(timeline.earliest_end.to_string(), "2026-11-23T14:00:00.000Z");
/// // Pitfall: without metrics a bake ends after its shortest time, so `max` does not count.
/// assert_eq!(timeline.latest_end, Some(timeline.earliest_end));
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`start`](super::start) for the schedule; `out_of_range` when a step would end after the year 9999.
pub fn plan(schedule: &Schedule, start: Timestamp) -> Result<Timeline> {
    Rollout::new(schedule.clone())?.plan(start)
}

impl Rollout {
    /// The timeline of a rollout that starts at an instant.
    ///
    /// # Errors
    /// `out_of_range` when a step would end after the year 9999.
    pub fn plan(&self, start: Timestamp) -> Result<Timeline> {
        timeline(self.schedule(), start)
    }
}

fn timeline(schedule: &Schedule, start: Timestamp) -> Result<Timeline> {
    let mut steps = Vec::with_capacity(schedule.steps.len());
    let (mut weight, mut earliest, mut latest) = (0.0, start, Some(start));
    let mut deadline_at = schedule.deadline.and_then(|deadline| start.plus(deadline).ok());
    for (index, step) in (0..).zip(&schedule.steps) {
        let (min, max) = match step {
            Step::SetWeight { weight: next } => {
                weight = *next;
                (Span::ZERO, Some(Span::ZERO))
            }
            Step::Bake { min, max, .. } => {
                // Without metrics a bake ends with its shortest time.
                (*min, if schedule.metrics.is_empty() { Some(*min) } else { *max })
            }
            Step::Pause { duration: Some(duration) } => (*duration, Some(*duration)),
            Step::Pause { duration: None } | Step::Analysis { .. } => (Span::ZERO, None),
            // A gate and a command end, one way or the other, when nobody answers.
            _ => (Span::ZERO, step.patience().map(|(timeout, _)| timeout)),
        };
        let earliest_start = earliest;
        if let Step::Pause { duration: Some(duration) } = step
            && schedule.deadline_excludes.pauses
        {
            deadline_at = deadline_at
                .filter(|at| earliest < *at)
                .and_then(|at| at.plus(*duration).ok())
                .or(deadline_at);
        }
        let at = |error: crate::Error| error.under(&format!("schedule.steps[{index}]"));
        earliest = earliest.plus(min).map_err(at)?;
        latest = match (latest, max) {
            (Some(latest), Some(max)) => Some(latest.plus(max).map_err(at)?),
            _ => None,
        };
        steps.push(PlannedStep {
            step: index,
            weight,
            earliest_start,
            earliest_end: earliest,
            latest_end: latest,
        });
    }
    Ok(Timeline { steps, earliest_end: earliest, latest_end: latest, deadline_at })
}
