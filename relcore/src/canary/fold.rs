//! Applies observations to the state: everything that happened since the last call, in the order in which it happened.
//!
//! The safety rules are evaluated after every instant, so that a late call misses nothing that calls in time would have
//! seen: a failure that ended the rollout has ended it, whatever was measured or ordered later.
use super::abort::end;
use super::advance::{advance, timer_ends_at};
use super::begin::Begin;
use super::compare::CountKind;
use super::compare::Read;
use super::counted::{Counted, count};
use super::facts::{Facts, counted_after, measured_after};
use super::finding::{Effect, Finding};
use super::metric::{EmptyResult, MeasurementPhase, Metric};
use super::observation::{Command, HealthRole, Observation, ObservationKind, Reading, StepOutcome};
use super::progress::Progress;
use super::response::Response;
use super::rollout::Rollout;
use super::rules::strongest;
use super::schedule::Schedule;
use super::state::{
    Confirmation, GateApproval, LastMeasurement, MetricState, Order, Phase, SplitCounts, State, Waiver,
};
use super::step::Step;
use crate::canary::code;
use crate::error::{ErrorKind, Faults, Result};
use crate::reason::{Reason, Severity};
use crate::scalar::Count;
use crate::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// What happened before `now`, beside the changes of the state.
pub(super) struct Folded {
    /// How far the steps had come for the traffic: what the clock ended since was never applied.
    pub(super) begin: Begin,
    /// What ended or paused the run, if it still does.
    pub(super) response: Option<Finding>,
    /// Whether another version is rolled out than at the call before.
    pub(super) is_new_revision: bool,
    /// A reason for each order of an operator, and for what came too late to have an effect.
    pub(super) orders: Vec<Reason>,
}

impl Folded {
    /// Lets a run go on. Traffic that was going back stays where it is kept now: no weight of before is taken up again.
    fn resume(&mut self, schedule: &Schedule, state: &mut State, at: Timestamp) {
        let goes_back = state.phase == Phase::RollingBack;
        state.resume(schedule, at);
        if goes_back {
            self.begin = Begin::of(state);
        }
    }
}

/// Applies every observation, by instant, then kind, then position; refuses all of them if one is at fault.
pub(super) fn fold(
    rollout: &Rollout,
    state: &mut State,
    observations: &[Observation],
    now: Timestamp,
) -> Result<Folded> {
    if !observations.is_empty() {
        check(rollout, state, observations, now)?;
    }
    let begin = state.observed_until.unwrap_or(state.started_at).max(state.step_entered_at).min(now);
    let folded =
        Folded { response: None, begin: Begin::of(state), is_new_revision: false, orders: Vec::new() };
    let mut walk = Walk { metrics: Cursor::new(rollout), state, at: begin, now, due: None, folded };
    let key = |observation: &Observation| (observation.at, observation.kind.rank());
    if observations.is_sorted_by_key(key) {
        walk.all(observations.iter());
    } else {
        let mut sorted: Vec<&Observation> = observations.iter().collect();
        sorted.sort_by_key(|observation| key(observation)); // stable: the position decides last
        walk.all(sorted.into_iter());
    }
    walk.until(now);
    Ok(walk.folded)
}

/// The walk from instant to instant.
struct Walk<'a> {
    metrics: Cursor<'a>,
    state: &'a mut State,
    at: Timestamp,
    /// The instant of the call.
    now: Timestamp,
    /// No response is due by time alone before this instant; none when it has to be worked out.
    due: Option<Option<Timestamp>>,
    folded: Folded,
}

impl<'a> Walk<'a> {
    fn all<'b>(&mut self, observations: impl Iterator<Item = &'b Observation>) {
        let mut observations = observations.peekable();
        while let Some(first) = observations.peek() {
            let at = first.at;
            self.until(at);
            self.at = self.at.max(at);
            let mut is_suspicious = self.due == Some(Some(at));
            let mut is_judged = false;
            while let Some(observation) = observations.next_if(|observation| observation.at == at) {
                // An order acts upon the facts: what it forgives must have been judged before.
                if matches!(observation.kind, ObservationKind::Command { .. }) && !is_judged {
                    self.judge(at);
                    is_judged = true;
                }
                is_suspicious |= self.apply(observation);
            }
            if is_suspicious {
                self.judge(at);
            }
        }
    }

    /// Lets time pass up to just before an instant, as calls at every instant would have: responses that fall due, and
    /// steps that the clock ends.
    fn until(&mut self, end: Timestamp) {
        if self.at < end {
            self.advance_by_clock();
        }
        while !self.state.is_over() {
            let facts = Facts::new(self.schedule(), self.state, self.at);
            let due = self.due.unwrap_or_else(|| facts.next_response(true));
            self.due = Some(due);
            let timer = if self.schedule().metrics.is_empty() { timer_ends_at(&facts) } else { None };
            let limit = self.state.pause_ends_at(self.schedule());
            let next = due.into_iter().chain(timer).chain(limit).min().filter(|next| *next < end);
            let Some(next) = next else { break };
            self.at = self.at.max(next);
            if limit == Some(next) {
                let reason = self.state.end_pause(self.schedule(), self.at);
                self.folded.orders.extend(reason);
                (self.folded.response, self.due) = (None, None);
                self.judge(self.at);
            } else if due == Some(next) {
                self.judge(next);
                self.due = None;
            }
            self.advance_by_clock();
        }
    }

    /// Goes through the steps at the present instant where the clock alone ends them.
    fn advance_by_clock(&mut self) {
        let schedule = self.schedule();
        if !schedule.metrics.is_empty() || self.state.is_over() {
            return;
        }
        let facts = Facts::trial(schedule, self.state, self.at);
        if strongest(&facts).finding.is_none() {
            let before = facts.progress.step;
            let (progress, _) = advance(facts);
            progress.store(schedule, self.state);
            self.due = None;
            if progress.step != before {
                self.judge(self.at); // a step that began in the past may have exceeded its time already
            }
        }
    }

    /// Evaluates the rules as a call at an instant would have, and keeps what ends or pauses the run.
    fn judge(&mut self, at: Timestamp) {
        let schedule = self.schedule();
        let Some(finding) = strongest(&Facts::new(schedule, self.state, at)).finding else { return };
        match finding.effect {
            Effect::Respond(Response::Abort) => {
                let was_frozen = self.state.phase == Phase::Frozen;
                let mut finding = finding;
                end(schedule, self.state, &mut finding.reasons, &self.folded.begin, at, self.now);
                // A frozen run that rolls back keeps the reasons for which it ended.
                if let Some(earlier) = self.folded.response.take().filter(|_| was_frozen) {
                    finding.reasons.extend(earlier.reasons);
                }
                self.folded.response = Some(finding);
            }
            Effect::Respond(Response::Pause) if self.state.phase == Phase::Progressing => {
                self.state.pause(schedule, at);
                self.state.told_at = Some(self.now);
                self.folded.response = Some(finding);
                self.due = None;
            }
            _ => {}
        }
    }

    fn schedule(&self) -> &'a Schedule {
        self.metrics.rollout.schedule()
    }

    /// Applies one observation. Returns whether the rules have to be evaluated: all but a good measurement may matter.
    fn apply(&mut self, observation: &Observation) -> bool {
        let (schedule, at) = (self.schedule(), observation.at);
        self.state.observed_until = self.state.observed_until.max(Some(at));
        if let ObservationKind::Measurement { metric, reading } = &observation.kind {
            return self.measure(metric, reading, at);
        }
        self.due = None;
        let state = &mut *self.state;
        match &observation.kind {
            ObservationKind::Measurement { .. } => {}
            ObservationKind::Health { role, healthy } => health(schedule, state, *role, *healthy, at),
            ObservationKind::Capacity { percent } => {
                // Of two of one instant the smaller one counts, and an older one is superseded.
                let known = state.stable_capacity.unwrap_or(f64::INFINITY);
                let seen = state.capacity_observed_at;
                if seen.is_none_or(|seen| at > seen || (at == seen && *percent < known)) {
                    (state.stable_capacity, state.capacity_observed_at) = (Some(*percent), Some(at));
                }
            }
            ObservationKind::Split { canary, stable } => {
                // A weight that only the clock reached, and that is taken back, never split any units.
                let is_applied = state.weight_set_at == self.folded.begin.progress.weight_set_at;
                if is_applied || !state.forbids_more_traffic(schedule) {
                    // Later counts include earlier ones; of two of one instant any one may count, but always the same.
                    let seen = Some(SplitCounts { at, canary: *canary, stable: *stable });
                    state.split = state.split.max(seen);
                }
            }
            ObservationKind::Window { open } => {
                // Of two that contradict each other the more cautious one counts, and an older one is superseded.
                let seen = state.window_observed_at;
                if seen.is_none_or(|seen| at > seen || (at == seen && !open)) {
                    if *open && state.window_closed {
                        state.hold_step_until(schedule, at);
                    }
                    state.window_closed = !open;
                    state.window_observed_at = Some(at);
                    state.count_deadline(schedule, at);
                }
            }
            ObservationKind::Approval { gate, approved, by } => {
                self.approve(GateApproval { gate: gate.clone(), approved: *approved, by: by.clone(), at });
            }
            ObservationKind::Command { command, by, reason } => {
                self.order(Order { command: *command, at, by: by.clone(), reason: reason.clone() });
            }
            ObservationKind::StepResult { step, result, text } => {
                self.confirm(*step, *result, text.as_deref(), at);
            }
            ObservationKind::NewRevision { revision } => {
                let is_known = state.revision.as_ref() == Some(revision);
                if at < state.started_at {
                    let text = format!(
                        "the revision `{revision}` is from {at}, before this run began: it has no effect"
                    );
                    let reason = Reason::new(code::ORDER_OUTDATED, Severity::Warning, "revision", text);
                    self.folded.orders.push(reason);
                } else if is_known && at == state.started_at {
                    // The announcement that began the run, passed again.
                } else if is_known {
                    let text = format!(
                        "`{revision}`, announced at {at}, is rolled out already: only a retry begins it again"
                    );
                    let reason = Reason::new(code::REVISION_KNOWN, Severity::Info, "revision", text);
                    self.folded.orders.push(reason);
                } else {
                    self.folded.orders.extend(ended_pause(state, revision));
                    state.begin_again(schedule, at);
                    state.weight = 0.0; // another version had earned the weight
                    (state.traffic_since, state.weight_set_at) = (None, None);
                    state.revision = Some(revision.clone());
                    self.folded.is_new_revision = true;
                    self.begin_anew();
                }
            }
        }
        true
    }

    /// Forgets what happened to the run before, of which nothing is left.
    fn begin_anew(&mut self) {
        self.folded.response = None;
        self.folded.begin = Begin::of(self.state);
    }

    /// Keeps the latest approval or refusal of each gate. A refusal ends the run, so none is ever replaced within it.
    fn approve(&mut self, approval: GateApproval) {
        if approval.at < self.state.started_at {
            let verb = if approval.approved { "approved" } else { "refused" };
            let text = format!(
                "`{}` {verb} the gate `{}` at {}, before this run began: it has no effect",
                approval.by, approval.gate, approval.at
            );
            self.folded.orders.push(Reason::new(
                code::ORDER_OUTDATED,
                Severity::Warning,
                &approval.gate,
                text,
            ));
            return;
        }
        let approvals = &mut self.state.approvals;
        match approvals.binary_search_by(|other| other.gate.cmp(&approval.gate)) {
            Ok(index) => {
                if let Some(other) =
                    approvals.get_mut(index).filter(|other| approval.at >= other.at || !approval.approved)
                {
                    *other = approval;
                }
            }
            Err(index) => approvals.insert(index, approval),
        }
    }

    /// Keeps the result of the current command. Of two of one instant the worse one counts, and an older one is
    /// superseded.
    fn confirm(&mut self, index: u32, result: StepOutcome, text: Option<&str>, at: Timestamp) {
        let state = &mut *self.state;
        let is_asked = state.gate_asked_at.is_some_and(|asked| at >= asked);
        let is_live = matches!(state.phase, Phase::Progressing | Phase::Paused | Phase::Frozen);
        if index != state.step || !is_asked || !is_live {
            let text = format!(
                "the result of steps[{index}] is from {at}, and not of a command that waits: it has no effect"
            );
            let subject = format!("steps[{index}]");
            self.folded.orders.push(Reason::new(code::STEP_OUTDATED, Severity::Warning, subject, text));
            return;
        }
        let seen = state.confirmation.as_ref();
        if seen.is_none_or(|seen| at > seen.at || (at == seen.at && result > seen.result)) {
            let text = text.map(|text| text.chars().take(LONGEST).collect());
            state.confirmation = Some(Confirmation { at, result, text });
        }
        self.folded.begin.confirm(state);
    }

    /// Obeys an operator, unless the order is older than what it would change, or was obeyed before.
    fn order(&mut self, order: Order) {
        let (schedule, state, at) = (self.schedule(), &mut *self.state, order.at);
        let (by, why) = order.who_and_why();
        let subject = order.command.to_string();
        let before = state.orders.iter().find(|other| other.command == order.command);
        if before.is_some_and(|before| at == before.at) {
            return; // the same order, passed again
        }
        let is_outdated = at < state.started_at
            || before.is_some_and(|before| at < before.at)
            || match order.command {
                Command::Resume if state.phase == Phase::Paused => {
                    state.told_at.or(state.paused_at).is_some_and(|since| at < since)
                }
                _ if state.is_over() => state.told_at.is_some_and(|since| at < since),
                Command::Pause => state.forgiven_at.is_some_and(|resumed| at < resumed),
                Command::SkipStep | Command::Promote => at < state.step_entered_at,
                _ => false,
            };
        if is_outdated {
            let text = format!(
                "{by} ordered `{subject}` at {at}{why}, before what it would change: it has no effect"
            );
            self.folded.orders.push(Reason::new(code::ORDER_OUTDATED, Severity::Warning, subject, text));
            return;
        }
        let is_live = !matches!(state.phase, Phase::Succeeded | Phase::RolledBack);
        let no_effect = |why_not: &str, code, severity| {
            let text = format!("{by} ordered `{subject}` at {at}{why}, but {why_not}: it has no effect");
            Some(Reason::new(code, severity, &subject, text))
        };
        let phase = state.phase.sentence();
        let idle = || no_effect(phase, code::ORDER_WITHOUT_EFFECT, Severity::Warning);
        let refused = match order.command {
            // Whoever orders an abort again wants all traffic back now, whatever the previous version can take.
            Command::Abort if state.phase == Phase::RollingBack => {
                state.all_back(self.now);
                let text = format!("{by} ordered `{subject}` at {at}{why}: all traffic goes back at once");
                self.folded.orders.push(Reason::new(code::ORDER_APPLIED, Severity::Info, &subject, text));
                None
            }
            Command::Abort if state.phase == Phase::RolledBack => return, // what it asks for has happened
            Command::Abort if state.is_over() => idle(),
            Command::Abort => {
                state.abort_ordered = true;
                None
            }
            Command::Pause if state.phase != Phase::Progressing => idle(),
            Command::Pause if state.has_no_pause_left(schedule) => {
                no_effect("no pause is left of the limit", code::PAUSE_LIMIT_REACHED, Severity::Error)
            }
            Command::Pause => {
                state.pause(schedule, at);
                None
            }
            Command::Retry
                if matches!(state.phase, Phase::RollingBack | Phase::RolledBack | Phase::Frozen) =>
            {
                state.begin_again(schedule, at);
                self.begin_anew();
                None
            }
            Command::Retry => idle(),
            _ if !is_live => idle(),
            Command::Resume => {
                if state.phase == Phase::Progressing && at >= state.step_entered_at {
                    state.released = true;
                }
                state.forgive(schedule, at);
                self.folded.resume(schedule, state, at);
                None
            }
            Command::SkipStep | Command::Promote | Command::PromoteFull => {
                state.forgive(schedule, at);
                self.folded.resume(schedule, state, at);
                skip(schedule, state, order.command, at);
                // The order is obeyed, also if the weights that the clock had reached are taken back.
                let begin = self.folded.begin.progress;
                self.folded.begin = Begin::of(state);
                let progress = &mut self.folded.begin.progress;
                progress.weight = begin.weight;
                progress.weight_set_at = begin.weight_set_at;
                progress.traffic_since = begin.traffic_since;
                None
            }
            Command::AcceptInconclusive if matches!(state.phase, Phase::Frozen | Phase::RollingBack) => {
                idle()
            }
            Command::AcceptInconclusive => {
                state.accept(at);
                state.resume(schedule, at);
                state.waiver = state.waiver.max(Waiver::Inconclusive);
                None
            }
            Command::ContinueWithoutStable => {
                state.without_stable = true;
                None
            }
        };
        if let Some(reason) = refused {
            self.folded.orders.push(reason);
            return;
        }
        self.folded.begin.confirm(self.state);
        if !matches!(order.command, Command::Abort | Command::Pause) {
            let text = format!("{by} ordered `{subject}` at {at}{why}");
            self.folded.orders.push(Reason::new(code::ORDER_APPLIED, Severity::Info, subject, text));
            // What had paused or ended the run does so no longer.
            if order.command != Command::ContinueWithoutStable {
                self.folded.response = None;
            }
        }
        let orders = &mut self.state.orders;
        match orders.binary_search_by(|other| other.command.cmp(&order.command)) {
            Ok(index) => {
                if let Some(other) = orders.get_mut(index) {
                    *other = order;
                }
            }
            Err(index) => orders.insert(index, order),
        }
    }

    /// Counts a reading for its metric: failures for the run, good measurements and samples for the current step.
    ///
    /// Returns whether the rules have to be evaluated.
    fn measure(&mut self, name: &str, reading: &Reading, at: Timestamp) -> bool {
        // INVARIANT: the state's metrics are the schedule's, in its order (checked with the state).
        let Some(index) = self.metrics.index_of(name) else { return false };
        let schedule = self.schedule();
        let (step, weight) = (self.state.step, self.state.weight);
        let (entered_at, set_at, traffic) =
            (self.state.step_entered_at, self.state.weight_set_at, self.state.traffic_since);
        // With traffic the step matters little, and the copy is spared: this runs for every measurement.
        let progress = if traffic.is_none() { Some(Progress::of(self.state)) } else { None };
        let pair = schedule.metrics.get(index).zip(self.state.metrics.get_mut(index));
        let Some((metric, counts)) = pair else { return false };
        let after = match (traffic, progress) {
            (Some(since), _) => {
                (step >= metric.starting_step).then(|| counted_after(since, metric, counts.counts_since))
            }
            (None, Some(progress)) => measured_after(schedule, &progress, metric, counts),
            (None, None) => None,
        };
        let read = match reading {
            Reading::Counts { canary, baseline } => {
                let read = Read { at, canary: *canary, baseline: *baseline };
                metric.compare.as_ref().map(|rule| (rule, read))
            }
            _ => None,
        };
        // Without traffic there is no data: what is measured then is not about the new version.
        let is_compared = metric.is_comparable_at(weight) || Some(at) <= set_at;
        let Some(after) = after.filter(|after| at.as_millis() > *after && is_compared) else {
            if let Some((rule, read)) = read {
                counts.keep_ignored(rule, read);
            }
            return false;
        };
        // A measurement that is reported late may belong to the step, or the weight, before.
        let here = at >= entered_at && Some(at) > set_at;
        let last = match read {
            Some((rule, read)) => {
                let counts_after = Timestamp::from_millis(after).unwrap_or(entered_at);
                let begins = set_at.map_or(counts_after, |set| set.max(counts_after));
                let counted = count(schedule, metric, rule, counts, begins, read);
                let Some(Counted { phase, n, text }) = counted else { return false };
                LastMeasurement { at, phase, value: None, n, error: text }
            }
            None => judged(metric, reading, at),
        };
        let phase = last.phase;
        match phase {
            MeasurementPhase::Successful if here => counts.successes = counts.successes.saturating_add(1),
            MeasurementPhase::Successful => {}
            MeasurementPhase::Failed => counts.failed = counts.failed.saturating_add(1),
            // Counts that prove nothing yet will: a bake waits for them up to its longest time.
            MeasurementPhase::Inconclusive if read.is_some() => {}
            MeasurementPhase::Inconclusive => counts.inconclusive = counts.inconclusive.saturating_add(1),
            MeasurementPhase::NoData => {}
            MeasurementPhase::Error => {
                counts.consecutive_errors = counts.consecutive_errors.saturating_add(1)
            }
        }
        if phase != MeasurementPhase::Error {
            counts.consecutive_errors = 0;
        }
        match last.n.filter(|_| here) {
            Some(n) if read.is_some() => add_samples(counts, n),
            Some(n) => sample(metric, counts, set_at.unwrap_or(entered_at), n, at),
            None => {}
        }
        counts.last = Some(last);
        phase != MeasurementPhase::Successful
    }
}

/// The most characters of a message: a state is stored and sent, and a server may answer with a page.
const LONGEST: usize = 500;

/// The reading as the state keeps it.
fn judged(metric: &Metric, reading: &Reading, at: Timestamp) -> LastMeasurement {
    let (value, n, error) = match reading {
        Reading::Value { value, n } => (Some(*value), *n, None),
        Reading::Empty {} => ((metric.empty == EmptyResult::Zero).then_some(0.0), None, None),
        Reading::Missing {} | Reading::Counts { .. } => (None, None, None),
        Reading::Failed { text } => {
            (None, None, (!text.is_empty()).then(|| text.chars().take(LONGEST).collect()))
        }
    };
    LastMeasurement { at, phase: metric.judge(reading), value, n, error }
}

/// Adds the samples of a measurement. Those of a window that overlaps one that was counted, or that begins before the
/// step, are partly the same or of another weight: none of them is counted.
fn sample(metric: &Metric, counts: &mut MetricState, begin: Timestamp, n: Count, at: Timestamp) {
    if let Some(window) = metric.window {
        let from = counts.sampled_until.unwrap_or(begin);
        if from.plus(window).is_ok_and(|next| at < next) {
            return;
        }
        counts.sampled_until = Some(at);
    }
    add_samples(counts, n);
}

fn add_samples(counts: &mut MetricState, n: Count) {
    let sum = counts.samples.get().saturating_add(n.get());
    counts.samples = Count::new(sum.min(Count::MAX)).unwrap_or_default();
}

/// Whether a side is ready. Of two that contradict each other the more cautious one counts; an older one is superseded.
fn health(schedule: &Schedule, state: &mut State, role: HealthRole, healthy: bool, at: Timestamp) {
    let (known, seen) = match role {
        HealthRole::Canary if at < state.started_at => return, // the pods of another attempt
        HealthRole::Canary => (&mut state.canary_healthy, &mut state.canary_observed_at),
        HealthRole::Stable => (&mut state.stable_healthy, &mut state.stable_observed_at),
    };
    if seen.is_some_and(|seen| at < seen || (at == seen && healthy && *known == Some(false))) {
        return;
    }
    let was = known.replace(healthy);
    *seen = Some(at);
    let recovers = healthy && was == Some(false);
    if role == HealthRole::Canary && healthy {
        state.unready_since = None;
    } else if role == HealthRole::Canary && was != Some(false) {
        state.unready_since = Some(at);
    }
    if recovers {
        state.hold_step_until(schedule, at);
    }
}

/// That a pause which a person ordered ends with a new revision, if there is one.
fn ended_pause(state: &State, revision: &str) -> Option<Reason> {
    let since = state.paused_at.filter(|_| state.told_at.is_none())?;
    let (by, why) =
        state.pause_order(since).map_or(("an operator".to_owned(), String::new()), Order::who_and_why);
    let text = format!("the pause that {by} ordered at {since}{why} has ended: `{revision}` begins anew");
    Some(Reason::new(code::PAUSE_ENDED, Severity::Warning, "run", text))
}

/// Ends steps by an order: the current one; with `promote` those after it that wait for time or measurements; with
/// `promote_full` all of them.
fn skip(schedule: &Schedule, state: &mut State, command: Command, at: Timestamp) {
    let mut progress = Progress::of(state);
    let mut first = true;
    while let Some(step) = progress.step_of(schedule) {
        let ends = match (command, step) {
            (Command::PromoteFull, _) => true,
            (_, Step::SetWeight { .. }) => false, // the weight is set at once, whatever was measured
            (Command::Promote, Step::External { .. }) => true,
            (Command::Promote, step) if step.is_command() => first,
            (Command::Promote, Step::Gate { .. }) => first,
            (Command::Promote, _) => true,
            _ => first,
        };
        if !ends {
            // A weight that something held until now is set now.
            if matches!(step, Step::SetWeight { .. }) {
                progress.step_entered_at = progress.step_entered_at.max(at);
            }
            break;
        }
        progress.enter_next_step(schedule, state, at);
        first = false;
    }
    progress.waiver = Waiver::NextWeight;
    progress.store(schedule, state);
}

/// Finds metrics by name. It tries the one after the last match first, since measurements mostly come in the order of the
/// schedule.
struct Cursor<'a> {
    rollout: &'a Rollout,
    next: usize,
}

impl<'a> Cursor<'a> {
    fn new(rollout: &'a Rollout) -> Self {
        Self { rollout, next: 0 }
    }

    fn index_of(&mut self, name: &str) -> Option<usize> {
        let metrics = &self.rollout.schedule().metrics;
        let next =
            Some(self.next).filter(|next| metrics.get(*next).is_some_and(|metric| metric.name == name));
        let index = next.or_else(|| self.rollout.metric_index(name))?;
        self.next = index.saturating_add(1);
        Some(index)
    }
}

/// Everything that is wrong with the observations: what they refer to, and what they say twice.
///
/// The only order in time that is asked for is that of the measurements of one metric. Another metric, or an operator,
/// may report later than others and is not refused for it.
fn check(rollout: &Rollout, state: &State, observations: &[Observation], now: Timestamp) -> Result<()> {
    let mut faults = Faults::new();
    let mut metrics = Cursor::new(rollout);
    let mut measured = Measured::with_capacity(observations.len());
    let mut revisions = BTreeMap::new();
    for (index, observation) in observations.iter().enumerate() {
        let at = observation.at;
        faults.check(
            at <= now,
            ErrorKind::OutOfRange,
            format_args!("observations[{index}].at"),
            format_args!("`{at}` is after now, `{now}`"),
        );
        match &observation.kind {
            ObservationKind::Measurement { metric, reading } => {
                let index_of_metric = metrics.index_of(metric);
                faults.check(
                    index_of_metric.is_some(),
                    ErrorKind::UnknownReference,
                    format_args!("observations[{index}].kind.metric"),
                    format_args!("{} is not a metric of the schedule", crate::error::quoted(metric)),
                );
                if let Reading::Value { value, .. } = reading {
                    faults.check(
                        value.is_finite(),
                        ErrorKind::InvalidValue,
                        format_args!("observations[{index}].kind.reading.value"),
                        format_args!(
                            "`{value}` is not a finite number: expected a reading `missing` where there is no value"
                        ),
                    );
                }
                if let Reading::Counts { canary, baseline } = reading {
                    let path = format!("observations[{index}].kind.reading");
                    let rule = index_of_metric
                        .and_then(|index| rollout.schedule().metrics.get(index)?.compare.as_ref());
                    for (name, counts) in [("canary", canary), ("baseline", baseline)] {
                        let path = format!("{path}.{name}");
                        // Of totals the growth is compared, however large they are.
                        if rule.is_some_and(|rule| rule.counts == CountKind::Totals) {
                            counts.check_exposure(&path, &mut faults);
                        } else {
                            counts.check(&path, &mut faults);
                        }
                    }
                }
                // An unknown metric is at fault already.
                let Some(index_of_metric) = index_of_metric else { continue };
                let known = rollout.schedule().metrics.get(index_of_metric);
                let is_compared = known.is_some_and(|metric| metric.compare.is_some());
                let (is_counts, is_value) =
                    (matches!(reading, Reading::Counts { .. }), matches!(reading, Reading::Value { .. }));
                let expected = if is_compared { "counts" } else { "a value" };
                faults.check(
                    if is_compared { !is_value } else { !is_counts },
                    ErrorKind::InvalidValue,
                    format_args!("observations[{index}].kind.reading.type"),
                    format_args!("{} expects {expected}", crate::error::quoted(metric)),
                );
                faults.check(
                    measured.insert(at, index_of_metric),
                    ErrorKind::Duplicate,
                    format_args!("observations[{index}]"),
                    format_args!("{} was already measured at `{at}`", crate::error::quoted(metric)),
                );
                let last = state.metrics.get(index_of_metric).and_then(|counts| counts.last.as_ref());
                if let Some(seen) = last.map(|last| last.at).filter(|seen| at <= *seen) {
                    let kind = if at == seen { ErrorKind::Duplicate } else { ErrorKind::Unordered };
                    let metric = crate::error::quoted(metric);
                    faults.add(
                        kind,
                        format_args!("observations[{index}].at"),
                        format_args!("`{at}` is not after `{seen}`, the latest measurement of {metric} that the state has applied"),
                    );
                }
            }
            ObservationKind::Approval { gate, .. } => faults.check(
                rollout.has_gate(gate),
                ErrorKind::UnknownReference,
                format_args!("observations[{index}].kind.gate"),
                format_args!("{} is not a gate of the schedule", crate::error::quoted(gate)),
            ),
            ObservationKind::Capacity { percent } => faults.check(
                (0.0..=100.0).contains(percent),
                ErrorKind::OutOfRange,
                format_args!("observations[{index}].kind.percent"),
                format_args!("`{percent}` is out of range: expected a percentage from 0 to 100"),
            ),
            ObservationKind::StepResult { step, .. } => {
                let steps = &rollout.schedule().steps;
                let named = usize::try_from(*step).ok().and_then(|step| steps.get(step));
                faults.check(
                    named.is_some_and(Step::is_command),
                    ErrorKind::UnknownReference,
                    format_args!("observations[{index}].kind.step"),
                    format_args!("`{step}` is not a step that the caller carries out"),
                );
            }
            ObservationKind::NewRevision { revision } => {
                let other = revisions.insert(at, revision).filter(|other| *other != revision);
                if let Some(other) = other {
                    let (this, other) = (crate::error::quoted(revision), crate::error::quoted(other));
                    faults.add(
                        ErrorKind::Duplicate,
                        format_args!("observations[{index}].kind.revision"),
                        format_args!("{this} and {other} are both new at `{at}`: expected one new revision at an instant"),
                    );
                }
            }
            _ => {}
        }
    }
    faults.finish()
}

/// The instants and metrics of the measurements so far, to find duplicates. Observations mostly come sorted by instant and
/// in the order of the schedule, so a sorted list holds nearly all of them.
struct Measured {
    ascending: Vec<(Timestamp, usize)>,
    others: BTreeSet<(Timestamp, usize)>,
}

impl Measured {
    fn with_capacity(observations: usize) -> Self {
        Self { ascending: Vec::with_capacity(observations), others: BTreeSet::new() }
    }

    /// Adds a measurement; false if it was there before.
    fn insert(&mut self, at: Timestamp, metric: usize) -> bool {
        let this = (at, metric);
        if self.ascending.last().is_none_or(|last| *last < this) {
            self.ascending.push(this);
            return true;
        }
        self.ascending.binary_search(&this).is_err() && self.others.insert(this)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_measurement_is_new_once_in_any_order(inserted in prop::collection::vec((0..4_i64, 0..3_usize), 0..20)) {
            let (mut measured, mut all) = (Measured::with_capacity(inserted.len()), BTreeSet::new());
            for (at, metric) in inserted {
                let at = Timestamp::from_millis(at).unwrap();
                prop_assert_eq!(measured.insert(at, metric), all.insert((at, metric)));
            }
        }
    }
}
