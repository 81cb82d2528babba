//! What the rules and the steps look at.
use super::metric::Metric;
use super::schedule::Schedule;
use super::state::{MetricState, State};
use super::step::Step;
use crate::time::Timestamp;

/// A schedule, the state of a rollout under it, and the instant for which a decision is made.
#[derive(Clone, Copy)]
pub(super) struct Facts<'a> {
    pub(super) schedule: &'a Schedule,
    pub(super) state: &'a State,
    pub(super) now: Timestamp,
}

impl<'a> Facts<'a> {
    /// Each metric with its counts.
    pub(super) fn metrics(&self) -> impl Iterator<Item = (&'a Metric, &'a MetricState)> + use<'a> {
        // INVARIANT: the metrics of a state are those of its schedule, in the same order (checked with the state).
        self.schedule.metrics.iter().zip(&self.state.metrics)
    }

    /// The current step; none when all are done.
    pub(super) fn step(&self) -> Option<&'a Step> {
        self.state.step_of(self.schedule)
    }

    /// The current step as the subject of a reason: `steps[1]`.
    pub(super) fn step_path(&self) -> String {
        format!("steps[{}]", self.state.step)
    }

    /// `now`, or the beginning of a pause, which stops the clocks.
    pub(super) fn clock(&self) -> Timestamp {
        self.state.paused_at.unwrap_or(self.now)
    }

    /// The first instant at which a metric has only old data, in milliseconds since 1970; none when it never has, or
    /// before there is traffic to measure.
    ///
    /// Milliseconds, since every call asks it of every metric, and the conversion to an instant costs more than the rule.
    pub(super) fn stale_at(&self, metric: &Metric, counts: &MetricState) -> Option<i64> {
        let max_age = metric.max_age?;
        let since = match &counts.last {
            Some(last) => last.at,
            None if self.state.weight > 0.0 => self.state.step_entered_at,
            None => return None,
        };
        // At exactly its maximum age it is still good.
        // INVARIANT: an instant and a span are within 2^54 milliseconds together.
        Some(since.as_millis().saturating_add(max_age.as_millis()).saturating_add(1))
    }
}
