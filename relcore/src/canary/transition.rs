//! How orders, facts and the clock change a state, beside the steps.
use super::finding::lasted;
use super::observation::StepOutcome;
use super::progress::Progress;
use super::response::Response;
use super::schedule::Schedule;
use super::state::{Phase, State, Waiver, inherited};
use super::step::Step;
use crate::canary::code;
use crate::reason::{Reason, Severity, format_duration};
use crate::time::{Span, Timestamp};

impl State {
    /// Whether the world or an operator forbids more traffic now, whatever the schedule had let happen before.
    pub(super) fn forbids_more_traffic(&self, schedule: &Schedule) -> bool {
        let is_ordered = self.phase == Phase::Paused && self.told_at.is_none();
        let is_warning = schedule.on.stable_unhealthy == Response::Warn;
        let is_stable_down = self.stable_healthy == Some(false) && !self.without_stable && !is_warning;
        let is_held = (is_stable_down || self.window_closed) && self.waiver != Waiver::NextWeight;
        is_ordered || is_held || self.canary_healthy == Some(false)
    }

    /// Begins again at the first step, without what was measured, approved and ordered. The weight stays, as does what
    /// is known about the world: the previous version and the release window. The pods of the last attempt are gone,
    /// and their readiness with them.
    pub(super) fn begin_again(&mut self, schedule: &Schedule, at: Timestamp) {
        let fresh = Self::new(schedule, std::mem::take(&mut self.schedule_digest), at);
        let weight = self.weight;
        *self = Self {
            weight,
            inherited_weight: inherited(schedule, weight),
            stable_capacity: self.stable_capacity,
            capacity_observed_at: self.capacity_observed_at,
            traffic_since: (weight > 0.0).then_some(at),
            weight_set_at: (weight > 0.0).then_some(at),
            stable_healthy: self.stable_healthy,
            stable_observed_at: self.stable_observed_at,
            window_closed: self.window_closed,
            window_observed_at: self.window_observed_at,
            revision: self.revision.take(),
            observed_until: self.observed_until,
            ..fresh
        };
        self.count_deadline(schedule, at);
    }

    /// Moves the end of the current step to `at` or later. Its timer may have run out while something else held the run;
    /// the steps after it must still last their whole time.
    pub(super) fn hold_step_until(&mut self, schedule: &Schedule, at: Timestamp) {
        let length = match Progress::of(self).step_of(schedule) {
            Some(Step::Bake { min: length, .. } | Step::Pause { duration: Some(length) }) => *length,
            Some(Step::SetWeight { .. }) => Span::ZERO,
            _ => return,
        };
        let latest = at.plus(Span::ZERO.saturating_sub(length)).unwrap_or(self.step_entered_at);
        self.step_entered_at = self.step_entered_at.max(latest);
    }

    /// Stops the clocks.
    pub(super) fn pause(&mut self, schedule: &Schedule, at: Timestamp) {
        if self.phase == Phase::Progressing && !self.has_no_pause_left(schedule) {
            self.phase = Phase::Paused;
            self.paused_at = Some(at);
            self.count_deadline(schedule, at);
        }
    }

    /// Whether the pauses of the run have used up the limit of the schedule.
    pub(super) fn has_no_pause_left(&self, schedule: &Schedule) -> bool {
        schedule.pause_limit.is_some_and(|limit| self.paused_before >= limit)
    }

    /// When the present pause uses up the limit of the schedule.
    pub(super) fn pause_ends_at(&self, schedule: &Schedule) -> Option<Timestamp> {
        let left = schedule.pause_limit?.saturating_sub(self.paused_before);
        self.paused_at?.plus(left).ok()
    }

    /// Ends the present pause because the limit of the schedule is used up. Nothing is forgiven.
    pub(super) fn end_pause(&mut self, schedule: &Schedule, at: Timestamp) -> Option<Reason> {
        let limit = schedule.pause_limit?;
        self.resume(schedule, at);
        let text = format!(
            "all pauses together have lasted {}, the limit: the rollout goes on since {at}",
            format_duration(limit)
        );
        let reason = Reason::new(code::PAUSE_LIMIT_REACHED, Severity::Error, "run", text);
        Some(reason.with(lasted(self.paused_before, limit)))
    }

    /// Ends the present pause and counts it for the limit of the schedule; returns when it began.
    pub(super) fn take_pause(&mut self, schedule: &Schedule, at: Timestamp) -> Option<Timestamp> {
        let since = self.paused_at.take()?;
        if let Some(limit) = schedule.pause_limit {
            let lasted = at.since(since).max(Span::ZERO);
            self.paused_before = self.paused_before.saturating_add(lasted).min(limit);
        }
        Some(since)
    }

    /// Ends a pause or a freeze, and restarts the clocks where they stopped.
    ///
    /// A clock that has run out begins again: otherwise it would pause the run at once, and no resume could help.
    pub(super) fn resume(&mut self, schedule: &Schedule, at: Timestamp) {
        let since = match self.phase {
            Phase::Paused => self.take_pause(schedule, at).unwrap_or(at),
            Phase::Frozen => at,
            Phase::RollingBack => {
                self.keep_step_back(schedule);
                at
            }
            _ => return,
        };
        self.told_at = None;
        self.phase = Phase::Progressing;
        self.abort_ordered = false;
        self.count_deadline(schedule, at);
        let progress = Progress::of(self);
        let step = progress.step_of(schedule);
        let longest = match step {
            Some(Step::Bake { max, .. }) => *max,
            _ => None,
        };
        self.step_entered_at = resumed(self.step_entered_at, longest, since, at);
        // A gate asks again and waits its whole time: by the clock from now on, else when its metrics let it ask.
        let asks = schedule.metrics.is_empty() && matches!(step, Some(Step::Gate { .. }));
        let is_command = step.is_some_and(Step::is_command);
        self.gate_asked_at = if is_command { self.gate_asked_at.map(|_| at) } else { asks.then_some(at) };
        if let Some(Step::SetWeight { .. }) = step {
            self.step_entered_at = self.step_entered_at.max(at); // it is set now, and what follows begins now
        }
        self.restart_deadline(schedule, at);
    }

    /// Restarts the clock of the deadline if it has run out: otherwise it would hold or pause the run at once again.
    fn restart_deadline(&mut self, schedule: &Schedule, at: Timestamp) {
        let counted = Progress::of(self).counted(self.started_at, at);
        if schedule.deadline.is_some_and(|deadline| counted >= deadline) {
            self.deadline_excluded = at.since(self.started_at);
            self.deadline_stopped_at = self.deadline_stopped_at.map(|_| at);
        }
    }

    /// Lets nothing that was measured until now count against the new version any more, nor the time of a deadline that
    /// has passed.
    ///
    /// A command whose result was not good is given again.
    pub(super) fn forgive(&mut self, schedule: &Schedule, at: Timestamp) {
        self.restart_deadline(schedule, at);
        self.forgiven_at = Some(at);
        self.confirmation = self.confirmation.take().filter(|done| done.result == StepOutcome::Succeeded);
        for metric in &mut self.metrics {
            metric.forgive_harm(schedule, at);
            (metric.failed, metric.inconclusive, metric.consecutive_errors) = (0, 0, 0);
        }
    }

    /// Lets nothing inconclusive or missing until now count against the new version any more; a failure still does.
    pub(super) fn accept(&mut self, at: Timestamp) {
        self.forgiven_at = Some(at);
        for metric in &mut self.metrics {
            (metric.inconclusive, metric.consecutive_errors) = (0, 0);
        }
    }

    /// Completes what an earlier version stored, which did not have all fields.
    pub(super) fn complete(&mut self, schedule: &Schedule) {
        let seen = self.observed_until.unwrap_or(self.started_at);
        if self.weight > 0.0 && self.traffic_since.is_none() {
            self.traffic_since = Some(self.started_at);
        }
        if self.canary_healthy == Some(false) && self.unready_since.is_none() {
            self.unready_since = Some(seen);
        }
        if self.phase == Phase::Frozen {
            // A late call could freeze a run behind the steps that the clock had ended.
            let mut progress = Progress::of(self);
            progress.rewind(schedule, self.started_at);
            progress.store(schedule, self);
        }
        let progress = Progress::of(self);
        if schedule.deadline.is_some()
            && self.deadline_stopped_at.is_none()
            && progress.stops_deadline(schedule, self)
        {
            let waits = matches!(progress.step_of(schedule), Some(Step::Pause { .. } | Step::Gate { .. }));
            let since = if waits { self.step_entered_at } else { seen };
            self.deadline_stopped_at = Some(self.paused_at.unwrap_or(since));
        }
        if !self.approvals.is_sorted_by(|a, b| a.gate <= b.gate) {
            self.approvals.sort_by(|a, b| a.gate.cmp(&b.gate));
        }
    }

    /// Stops or restarts the clock of the deadline at `at`, according to what holds from then on.
    pub(super) fn count_deadline(&mut self, schedule: &Schedule, at: Timestamp) {
        let mut progress = Progress::of(self);
        progress.count_deadline(schedule, self, at);
        progress.store(schedule, self);
    }
}

/// The new beginning of a clock that stood still from one instant to another.
fn resumed(began: Timestamp, length: Option<Span>, since: Timestamp, at: Timestamp) -> Timestamp {
    // A pause that is reported late may have begun before the step.
    let ran = since.since(began).max(Span::ZERO);
    if length.is_some_and(|length| ran >= length) {
        return at;
    }
    // INVARIANT: `at` lies `ran` or more after the beginning of the calendar, for the clock began within it.
    at.plus(Span::ZERO.saturating_sub(ran)).unwrap_or(at)
}
