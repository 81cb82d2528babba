//! A naive canary: it lives through every minute, keeps every observation, and works everything out of the whole log
//! again.
//!
//! Slow and obvious on purpose; the engine of `relcore::canary` is compared with it on random rollouts. It is called late
//! as the engine is, but it has lived through the minutes between, so it proves that a late call misses nothing.
use relcore::canary::*;
use relcore::stats::{Counts, Direction, Looks, Policy, Verdict as Proof, compare_counts};
use relcore::{Span, Timestamp};

/// The name of the verdict on the wire, the weight and the phase after it.
pub type Verdict = (&'static str, f64, Phase);

const MINUTE: i64 = 60_000;

#[derive(Debug)]
pub struct Oracle {
    schedule: Schedule,
    phase: Phase,
    weight: f64,
    /// The weight that the traffic has, and the weight that this version had of it at the last call.
    routed: f64,
    previous: f64,
    begin: Steps,
    is_new_revision: bool,
    weight_at: Option<Timestamp>,
    traffic_since: Option<Timestamp>,
    step: usize,
    /// From when the clock of the step runs.
    step_from: Timestamp,
    started: Timestamp,
    /// The milliseconds that count for the deadline, and up to when they were counted.
    counted: i64,
    counted_until: Timestamp,
    paused_at: Option<Timestamp>,
    told_at: Option<Timestamp>,
    now: Timestamp,
    released: bool,
    asked_at: Option<Timestamp>,
    waiver: Waiver,
    without_stable: bool,
    forgiven_at: Option<Timestamp>,
    /// Every reading of the new version, with what it was judged to be, and whether it counts for the current step.
    readings: Vec<Read>,
    approvals: Vec<(String, bool)>,
    /// The result of the current command, and when it was observed.
    result: Option<(StepOutcome, Timestamp)>,
    /// Whether a header route, a mirror route and a scale were commanded.
    routes: (bool, bool, bool),
    aborted: bool,
    orders: Vec<(Command, Timestamp)>,
    window_closed: bool,
    healthy: [Option<bool>; 2],
    unready_since: Timestamp,
    /// Whether an earlier instant of this call ended or paused the run.
    told: bool,
    /// The last minute that was lived through.
    minute: Timestamp,
    /// The milliseconds of all pauses before the present one.
    paused: i64,
    /// The latest units of the new and of the previous version.
    split: Option<(Timestamp, u64, u64)>,
    /// When the starting step of each metric began, by name.
    begun: std::collections::BTreeMap<String, Timestamp>,
    /// What was counted of each compared metric, by name.
    tallies: std::collections::BTreeMap<String, Tally>,
    /// The share that the previous version can take.
    capacity: Option<f64>,
    /// The version that is rolled out, once it was announced.
    revision: Option<String>,
}

/// How far the steps had come when the call began: what the clock ended since was never applied.
type Steps = (Weight, usize, Timestamp, bool, Option<Timestamp>, Waiver, Option<(StepOutcome, Timestamp)>);

/// The weight, when it was set, and since when there is traffic.
type Weight = (f64, Option<Timestamp>, Option<Timestamp>);

/// The counts of both versions at each weight, in their order.
#[derive(Clone, Debug, Default)]
struct Tally {
    weights: Vec<[Counts; 2]>,
    /// When the latest of these weights was set, and from when on it is counted.
    weight_at: Option<Timestamp>,
    since: Option<Timestamp>,
    /// The end of the latest reading that was counted.
    until: Option<Timestamp>,
    totals: Option<(Timestamp, [Counts; 2])>,
}

#[derive(Clone, Debug)]
struct Read {
    metric: String,
    at: Timestamp,
    phase: MeasurementPhase,
    n: u64,
    here: bool,
    is_forgiven: bool,
}

fn after(at: Timestamp, millis: i64) -> Timestamp {
    Timestamp::from_millis(at.as_millis() + millis).unwrap()
}

fn plus(at: Timestamp, span: Span) -> Timestamp {
    after(at, span.as_millis())
}

impl Oracle {
    pub fn new(schedule: &Schedule, now: Timestamp) -> Self {
        Self {
            schedule: schedule.clone(),
            phase: Phase::Progressing,
            weight: 0.0,
            routed: 0.0,
            previous: 0.0,
            begin: ((0.0, None, None), 0, now, false, None, Waiver::Nothing, None),
            is_new_revision: false,
            weight_at: None,
            traffic_since: None,
            step: 0,
            step_from: now,
            started: now,
            counted: 0,
            counted_until: now,
            paused_at: None,
            told_at: None,
            now,
            released: false,
            asked_at: None,
            waiver: Waiver::Nothing,
            without_stable: false,
            forgiven_at: None,
            readings: vec![],
            approvals: vec![],
            result: None,
            routes: (false, false, false),
            aborted: false,
            orders: vec![],
            window_closed: false,
            healthy: [None, None],
            unready_since: now,
            told: false,
            minute: after(now, -MINUTE),
            paused: 0,
            split: None,
            begun: Default::default(),
            tallies: Default::default(),
            capacity: None,
            revision: None,
        }
    }

    pub fn ask(&mut self, observations: &[Observation], now: Timestamp) -> Verdict {
        (self.routed, self.previous) = (self.weight, self.weight);
        (self.told, self.is_new_revision, self.now) = (false, false, now);
        self.begin = self.steps();
        let mut sorted = observations.to_vec();
        sorted.sort_by_key(|observation| (observation.at, rank(&observation.kind)));
        let mut sorted = sorted.into_iter().peekable();
        while self.minute < now {
            // Data is too old one millisecond after its greatest age.
            self.end_pause(after(self.minute, 1));
            self.judge(after(self.minute, 1));
            self.minute = after(self.minute, MINUTE);
            let minute = self.minute;
            self.tick(minute);
            let mut is_judged = false;
            while let Some(observation) = sorted.next_if(|observation| observation.at == minute) {
                if matches!(observation.kind, ObservationKind::Command { .. }) && !is_judged {
                    self.judge(minute);
                    is_judged = true;
                }
                self.see(observation);
            }
            if minute < now {
                self.judge(minute);
                self.end_pause(minute);
                self.judge(minute);
                if self.by_clock() && !self.over() && self.causes(minute).is_empty() {
                    self.walk(minute);
                }
            }
        }
        self.end_pause(now);
        // A capacity that was observed after the end of the run counts at once; without one each step waits.
        if !self.told || self.capacity.is_some() {
            self.step_back(now, false);
        }
        let verdict = self.verdict(now);
        let is_starting = self.is_unready() && verdict == "hold" && !self.is_overdue_unready(now);
        let emptied = self.is_new_revision && self.weight == 0.0 && !is_starting;
        let before = if emptied { self.routed } else { self.previous };
        let name = match verdict {
            "roll_back" | "freeze" | "complete" => verdict,
            _ if self.weight != before && self.phase == Phase::RolledBack => "roll_back",
            _ if self.weight != before => "set_weight",
            other => other,
        };
        (name, self.weight, self.phase)
    }

    /// Whether a header route, a mirror route and a scale are in effect.
    pub fn routes(&self) -> (bool, bool, bool) {
        self.routes
    }

    /// Ends a pause when all pauses together have lasted as long as they may.
    fn end_pause(&mut self, at: Timestamp) {
        let Some((limit, since)) = self.schedule.pause_limit.zip(self.paused_at) else { return };
        if self.phase == Phase::Paused && self.paused + at.since(since).as_millis() >= limit.as_millis() {
            self.tick(at.max(self.counted_until));
            self.restart(at);
        }
    }

    fn no_pause_left(&self) -> bool {
        self.schedule.pause_limit.is_some_and(|limit| self.paused >= limit.as_millis())
    }

    /// The response to a cause: without a pause left, one that would pause only holds.
    fn respond(&self, response: Response) -> Response {
        if response == Response::Pause && self.no_pause_left() { Response::Hold } else { response }
    }

    fn on(&self) -> CauseResponses {
        let on = &self.schedule.on;
        CauseResponses::default()
            .failed(self.respond(on.failed))
            .error(self.respond(on.error))
            .inconclusive(self.respond(on.inconclusive))
            .no_data(self.respond(on.no_data))
            .deadline(self.respond(on.deadline))
            .not_ready(self.respond(on.not_ready))
            .stable_unhealthy(self.respond(on.stable_unhealthy))
            .sample_ratio_mismatch(self.respond(on.sample_ratio_mismatch))
    }

    /// Counts the present pause.
    fn unpause(&mut self, at: Timestamp) -> Option<Timestamp> {
        let since = self.paused_at.take()?;
        let limit = self.schedule.pause_limit.map_or(0, Span::as_millis);
        self.paused = (self.paused + at.since(since).as_millis().max(0)).min(limit);
        Some(since)
    }

    /// Takes traffic back of a run that goes back: what the previous version can take, or one weight of the schedule.
    fn step_back(&mut self, now: Timestamp, is_first: bool) {
        if self.phase != Phase::RollingBack || self.healthy[1] == Some(false) {
            return;
        }
        let since = self.weight_at.max(self.told_at).unwrap();
        let weights = self.weights();
        let next = match self.capacity {
            Some(capacity) => (100.0 - capacity).max(0.0),
            None if self.schedule.readiness.grace == Span::ZERO => 0.0,
            None if !is_first && now < plus(since, self.schedule.readiness.grace) => return,
            None => weights.into_iter().filter(|weight| *weight < self.weight).fold(0.0, f64::max),
        };
        if next < self.weight {
            (self.weight, self.weight_at) = (next, Some(now));
        }
        if self.weight == 0.0 {
            self.all_back();
        }
    }

    fn all_back(&mut self) {
        (self.phase, self.weight, self.traffic_since) = (Phase::RolledBack, 0.0, None);
        self.routes = Default::default();
    }

    fn weights(&self) -> Vec<f64> {
        let of = |step: &Step| if let Step::SetWeight { weight } = step { Some(*weight) } else { None };
        self.schedule.steps.iter().filter_map(of).collect()
    }

    /// Whether a metric counts already.
    fn has_begun(&self, metric: &Metric) -> bool {
        // At 100 % there is nothing to compare.
        self.step >= metric.starting_step as usize && (metric.compare.is_none() || self.weight < 100.0)
    }

    /// Keeps when the starting steps began.
    fn begin_metrics(&mut self) {
        let (step, at) = (self.step, self.step_from);
        for metric in self.schedule.metrics.iter().filter(|metric| metric.starting_step > 0) {
            match step >= metric.starting_step as usize {
                true => drop(self.begun.entry(metric.name.clone()).or_insert(at)),
                false => drop(self.begun.remove(&metric.name)),
            }
        }
    }

    /// Whether the units prove that the traffic is not split by the weight.
    fn is_split_wrong(&self) -> bool {
        use relcore::stats::{Arm, SplitVerdict, check_split};
        let Some((at, canary, stable)) = self.split else { return false };
        let counts = |of: u64| relcore::scalar::Count::new(of).unwrap();
        let arms = [
            Arm::new("new", counts(canary), self.weight),
            Arm::new("old", counts(stable), 100.0 - self.weight),
        ];
        let is_split = self.weight > 0.0 && self.weight < 100.0;
        let is_new = Some(at) > self.weight_at && Some(at) > self.forgiven_at;
        is_split
            && is_new
            && check_split(&arms, &self.schedule.split).unwrap().verdict == SplitVerdict::Mismatched
    }

    fn has(&self, result: StepOutcome) -> bool {
        self.result.is_some_and(|(of, _)| of == result)
    }

    /// The time that counts for the deadline.
    pub fn counted(&self) -> Span {
        Span::from_millis(self.counted).unwrap()
    }

    fn steps(&self) -> Steps {
        let weight = (self.weight, self.weight_at, self.traffic_since);
        (weight, self.step, self.step_from, self.released, self.asked_at, self.waiver, self.result)
    }

    /// Takes back what the clock ended since the last call.
    fn restore(&mut self) {
        if self.by_clock() {
            (self.weight, self.weight_at, self.traffic_since) = self.begin.0;
            (_, self.step, self.step_from, self.released, self.asked_at, self.waiver, self.result) =
                self.begin;
        }
    }

    /// Goes back to the step after that which set the weight, if an order had ended steps whose weight was never set.
    fn rewind(&mut self) {
        let weight = |step: &Step| if let Step::SetWeight { weight } = step { Some(*weight) } else { None };
        let reached =
            self.schedule.steps.iter().take(self.step).filter_map(weight).next_back().unwrap_or(0.0);
        if reached > self.weight {
            let set = |step: &Step| weight(step).is_some_and(|weight| weight <= self.weight);
            self.step = self.schedule.steps.iter().rposition(set).map_or(0, |index| index + 1);
            self.step_from = self.weight_at.unwrap_or(self.started);
            (self.released, self.asked_at, self.result) = (false, None, None);
            self.readings.iter_mut().for_each(|read| read.here = false);
            self.begin_metrics();
        }
    }

    fn by_clock(&self) -> bool {
        self.schedule.metrics.is_empty()
    }

    fn over(&self) -> bool {
        !matches!(self.phase, Phase::Progressing | Phase::Paused)
    }

    fn current(&self) -> Option<&Step> {
        self.schedule.steps.get(self.step)
    }

    /// Counts the time for the deadline up to an instant, if its clock runs.
    fn tick(&mut self, to: Timestamp) {
        let excludes = &self.schedule.deadline_excludes;
        let waits = match self.current() {
            Some(Step::Pause { .. }) => excludes.pauses,
            Some(Step::Gate { .. }) => excludes.gates,
            _ => false,
        };
        let stopped = matches!(self.phase, Phase::Paused | Phase::Frozen | Phase::RollingBack);
        let paused = stopped && excludes.pauses;
        let closed = self.window_closed && excludes.closed_windows;
        if !(waits || paused || closed) {
            self.counted += to.since(self.counted_until).as_millis();
        }
        self.counted_until = to;
    }

    fn see(&mut self, observation: Observation) {
        let at = observation.at;
        match observation.kind {
            ObservationKind::Measurement { metric, reading } => self.read(&metric, &reading, at),
            ObservationKind::Health { role, healthy } => {
                let side = usize::from(role == HealthRole::Stable);
                let was = self.healthy[side];
                if was == Some(false) && healthy {
                    self.not_ended_before(at);
                }
                if side == 0 && was != Some(false) {
                    self.unready_since = at;
                }
                self.healthy[side] = Some(healthy);
            }
            ObservationKind::Window { open } => {
                if self.window_closed && open {
                    self.not_ended_before(at);
                }
                self.window_closed = !open;
            }
            ObservationKind::Approval { gate, approved, .. } => self.approvals.push((gate, approved)),
            ObservationKind::Command { command, .. } => self.order(command, at),
            ObservationKind::StepResult { step, result, .. } => {
                let live = matches!(self.phase, Phase::Progressing | Phase::Paused | Phase::Frozen);
                let asked = self.asked_at.is_some_and(|asked| at >= asked);
                let counts = live && asked && step as usize == self.step;
                if counts && self.result.is_none_or(|(was, since)| at > since || at == since && result > was)
                {
                    self.result = Some((result, at));
                    if self.begin.1 == self.step {
                        self.begin.6 = self.result;
                    }
                }
            }
            ObservationKind::Capacity { percent } => {
                // Of two of one instant the smaller one comes last.
                self.capacity = Some(percent);
            }
            // A weight that only the clock reached, and that is taken back, never split any units.
            ObservationKind::Split { .. } if self.weight_at != self.begin.0.1 && self.is_taken_back() => {}
            ObservationKind::Split { canary, stable } => {
                self.split = self.split.max(Some((at, canary.get(), stable.get())));
            }
            // It is rolled out already.
            ObservationKind::NewRevision { revision } if self.revision.as_ref() == Some(&revision) => {}
            ObservationKind::NewRevision { revision } => {
                self.again(at);
                self.revision = Some(revision);
                (self.weight, self.previous, self.is_new_revision) = (0.0, 0.0, true);
                (self.traffic_since, self.weight_at) = (None, None);
                self.begin = self.steps();
            }
            other => unknown(&other),
        }
    }

    fn order(&mut self, command: Command, at: Timestamp) {
        // The same order, passed again.
        if self.orders.contains(&(command, at)) {
            return;
        }
        self.obey(command, at);
        self.orders.push((command, at));
    }

    fn obey(&mut self, command: Command, at: Timestamp) {
        let ended = matches!(self.phase, Phase::Succeeded | Phase::RolledBack);
        if self.over() && self.told_at.is_some_and(|told| at < told) {
            return; // nobody had been told of the end when this was ordered
        }
        match command {
            Command::Abort if self.phase == Phase::RollingBack => self.all_back(),
            Command::Abort => self.aborted = !self.over(),
            Command::Pause => {
                let is_late = self.forgiven_at.is_some_and(|forgiven| at < forgiven);
                if self.phase == Phase::Progressing && !is_late && !self.no_pause_left() {
                    (self.phase, self.paused_at) = (Phase::Paused, Some(at));
                }
            }
            Command::Retry
                if matches!(self.phase, Phase::RollingBack | Phase::RolledBack | Phase::Frozen) =>
            {
                self.again(at);
            }
            Command::Retry => {}
            _ if ended => {}
            // Nobody had been told of the pause when this was ordered.
            Command::Resume if self.phase == Phase::Paused && Some(at) < self.told_at.or(self.paused_at) => {}
            Command::Resume => {
                self.released |= self.phase == Phase::Progressing;
                self.forgive(at, true);
                self.restart(at);
            }
            Command::SkipStep | Command::Promote | Command::PromoteFull => {
                if command != Command::PromoteFull && at < self.step_from {
                    return;
                }
                self.forgive(at, true);
                self.restart(at);
                let mut skipped = 0;
                while let Some(step) = self.current() {
                    let ends = match step {
                        _ if command == Command::PromoteFull => true,
                        Step::SetWeight { .. } => false,
                        Step::Gate { .. }
                        | Step::SetHeaderRoute { .. }
                        | Step::SetMirrorRoute { .. }
                        | Step::SetCanaryScale { .. } => skipped == 0,
                        _ => skipped == 0 || command == Command::Promote,
                    };
                    if !ends {
                        if matches!(step, Step::SetWeight { .. }) {
                            self.step_from = self.step_from.max(at); // it is set now
                        }
                        break;
                    }
                    skipped += 1;
                    self.enter(at);
                }
                self.waiver = Waiver::NextWeight;
                let weight = self.begin.0;
                self.begin = self.steps();
                self.begin.0 = weight;
            }
            Command::AcceptInconclusive if matches!(self.phase, Phase::Frozen | Phase::RollingBack) => {}
            Command::AcceptInconclusive => {
                self.forgive(at, false);
                self.restart(at);
                self.waiver = self.waiver.max(Waiver::Inconclusive);
            }
            Command::ContinueWithoutStable => self.without_stable = true,
            other => unknown(&other),
        }
    }

    fn forgive(&mut self, at: Timestamp, failed: bool) {
        self.forgiven_at = Some(at);
        if failed {
            self.restart_deadline();
        }
        if failed && self.result.is_some_and(|(result, _)| result != StepOutcome::Succeeded) {
            self.result = None;
            if self.begin.1 == self.step {
                self.begin.6 = None;
            }
        }
        for metric in self.schedule.metrics.clone() {
            let last = self.of(&metric).next_back().map(|read| read.phase);
            let harmed = self.count(&metric, MeasurementPhase::Failed) > 0;
            if failed && harmed && last != Some(MeasurementPhase::Successful) {
                // The test begins anew.
                if let Some(tally) = self.tallies.get_mut(&metric.name) {
                    (tally.weights, tally.since) = (vec![nothing()], Some(at));
                }
            }
        }
        for read in &mut self.readings {
            read.is_forgiven |= failed || read.phase != MeasurementPhase::Failed;
        }
    }

    /// Ends a pause or a freeze; a clock that had run out begins again.
    fn restart(&mut self, at: Timestamp) {
        self.told = false;
        let goes_back = self.phase == Phase::RollingBack;
        let since = match self.phase {
            Phase::Paused => self.unpause(at).unwrap(),
            Phase::Frozen => at,
            Phase::RollingBack => {
                self.rewind();
                at
            }
            _ => return,
        };
        (self.phase, self.aborted) = (Phase::Progressing, false);
        let asks = self.by_clock() && matches!(self.current(), Some(Step::Gate { .. }));
        let command = self.current().is_some_and(is_command);
        self.asked_at = if command { self.asked_at.map(|_| at) } else { asks.then_some(at) };
        self.told_at = None;
        let ran = since.since(self.step_from).max(Span::ZERO);
        let longest = match self.current() {
            Some(Step::Bake { max, .. }) => *max,
            _ => None,
        };
        let over = longest.is_some_and(|longest| ran >= longest);
        let begins = over || matches!(self.current(), Some(Step::SetWeight { .. }));
        self.step_from = if begins { self.step_from.max(at) } else { after(at, -ran.as_millis()) };
        self.restart_deadline();
        if goes_back {
            self.begin = self.steps();
        }
    }

    /// The clock of a deadline that has passed begins again.
    fn restart_deadline(&mut self) {
        if self.schedule.deadline.is_some_and(|deadline| self.counted >= deadline.as_millis()) {
            self.counted = 0;
        }
    }

    fn again(&mut self, at: Timestamp) {
        let old = std::mem::replace(self, Self::new(&self.schedule, at));
        (self.weight, self.routed, self.previous) = (old.weight, old.routed, old.previous);
        self.is_new_revision = old.is_new_revision;
        (self.window_closed, self.healthy[1]) = (old.window_closed, old.healthy[1]);
        (self.capacity, self.revision) = (old.capacity, old.revision);
        if self.weight > 0.0 {
            (self.weight_at, self.traffic_since) = (Some(at), Some(at));
        }
        (self.minute, self.now) = (old.minute, old.now);
        self.begin = self.steps();
    }

    fn not_ended_before(&mut self, at: Timestamp) {
        let length = match self.current() {
            Some(Step::Bake { min, .. }) => *min,
            Some(Step::Pause { duration: Some(duration) }) => *duration,
            Some(Step::SetWeight { .. }) => Span::ZERO,
            _ => return,
        };
        self.step_from = self.step_from.max(after(at, -length.as_millis()));
    }

    fn enter(&mut self, at: Timestamp) {
        self.tick(at.max(self.counted_until));
        let routes =
            matches!(self.current(), Some(Step::SetHeaderRoute { .. } | Step::SetMirrorRoute { .. }));
        if routes && self.asked_at.is_some() {
            if self.routes.0 || self.routes.1 {
                self.traffic_since = self.traffic_since.or(Some(at));
            } else if self.weight == 0.0 {
                self.traffic_since = None;
            }
        }
        self.step += 1;
        (self.step_from, self.released, self.asked_at, self.result) = (at, false, None, None);
        self.readings.iter_mut().for_each(|read| read.here = false);
        self.begin_metrics();
    }

    /// From when measurements are about the new version.
    fn counts_after(&self, metric: &Metric) -> Option<Timestamp> {
        if !self.has_begun(metric) {
            return None;
        }
        match (self.traffic_since, self.current()) {
            (Some(since), _) => {
                let begun = self.begun.get(&metric.name).copied().unwrap_or(since);
                Some(plus(since.max(begun), metric.initial_delay))
            }
            (None, Some(Step::Analysis { metrics, .. }))
                if metrics.is_empty() || metrics.contains(&metric.name) =>
            {
                Some(after(self.step_from, -1))
            }
            _ => None,
        }
    }

    fn read(&mut self, name: &str, reading: &Reading, at: Timestamp) {
        let metric = self.schedule.metrics.iter().find(|metric| metric.name == name).unwrap().clone();
        let from = self.counts_after(&metric).filter(|from| at > *from);
        let Some(from) = from else {
            if let Reading::Counts { canary, baseline } = reading {
                self.tallies.entry(name.to_owned()).or_default().totals = Some((at, [*canary, *baseline]));
            }
            return;
        };
        let here = at >= self.step_from && Some(at) > self.weight_at;
        let (phase, mut n) = match reading {
            Reading::Counts { canary, baseline } => {
                let Some(found) = self.compare(&metric, [*canary, *baseline], from, at) else { return };
                found
            }
            _ => judge(&metric, reading),
        };
        if let Some(window) = metric.window.filter(|_| metric.compare.is_none()) {
            let counted = self.readings.iter().filter(|read| read.metric == name && read.here && read.n > 0);
            let from = counted.map(|read| read.at).max().or(self.weight_at).unwrap_or(self.step_from);
            if at < plus(from, window) {
                n = 0;
            }
        }
        let metric = name.to_owned();
        self.readings.push(Read { metric, at, phase, n, here, is_forgiven: false });
    }

    /// Adds counts to those of the present weight, and tests all of them again; `None` for a window that overlaps one of them.
    fn compare(
        &mut self,
        metric: &Metric,
        read: [Counts; 2],
        from: Timestamp,
        at: Timestamp,
    ) -> Option<(MeasurementPhase, u64)> {
        let rule = metric.compare?;
        let begins = self.weight_at.unwrap_or(from).max(from);
        let alike = self.weights().into_iter().filter(|weight| *weight < 100.0).count().max(1);
        let tally = self.tallies.entry(metric.name.clone()).or_default();
        let ignored = tally.totals.map(|(at, _)| at);
        let last = tally.until.or(tally.since).or(ignored).unwrap_or(begins);
        let (covers, counted) = match (rule.counts, metric.window) {
            (CountKind::Totals, _) => match tally.totals.replace((at, read)) {
                Some((since, before)) => (Some(since), [0, 1].map(|arm| growth(before[arm], read[arm]))),
                None => (None, read.map(Some)),
            },
            (_, Some(window)) => (Some(after(at, -window.as_millis())), read.map(Some)),
            _ => (Some(last), read.map(Some)),
        };
        // What was read before the weight began is of the weight before, or of none.
        if (tally.weights.is_empty() || tally.weight_at != self.weight_at) && at > begins {
            tally.weights.push(nothing());
            (tally.weight_at, tally.since, tally.until) = (self.weight_at, Some(begins), None);
        }
        let (Some(covers), [Some(canary), Some(baseline)]) = (covers, counted) else {
            return Some((MeasurementPhase::Inconclusive, 0)); // the first totals, or a counter that fell
        };
        let counts = Some(covers) >= tally.since && Some(covers) >= tally.until;
        let Some(present) = tally.weights.last_mut() else {
            return Some((MeasurementPhase::Inconclusive, 0));
        };
        if metric.window.is_some() && !counts && Some(covers) >= tally.since {
            return None;
        }
        if counts {
            *present = [plus_counts(present[0], canary), plus_counts(present[1], baseline)];
        }
        if counts || metric.window.is_none() {
            tally.until = Some(at);
        }
        if !counts {
            return Some((MeasurementPhase::Inconclusive, 0));
        }
        let phase = match proof(&tally.weights, &rule, alike) {
            MeasurementPhase::Successful if canary.exposure <= 0.0 || baseline.exposure <= 0.0 => {
                MeasurementPhase::NoData
            }
            phase => phase,
        };
        Some((phase, canary.exposure as u64))
    }

    fn of(&self, metric: &Metric) -> impl DoubleEndedIterator<Item = &Read> {
        self.readings.iter().filter(move |read| read.metric == metric.name)
    }

    fn last(&self, metric: &Metric) -> Option<&Read> {
        let from = self.counts_after(metric)?;
        self.of(metric).next_back().filter(|read| read.at > from)
    }

    fn count(&self, metric: &Metric, phase: MeasurementPhase) -> u32 {
        self.of(metric).filter(|read| read.phase == phase && !read.is_forgiven).count() as u32
    }

    fn errors_in_a_row(&self, metric: &Metric) -> u32 {
        let of = self.of(metric).rev().take_while(|read| read.phase == MeasurementPhase::Error);
        of.filter(|read| !read.is_forgiven).count() as u32
    }

    fn is_unready(&self) -> bool {
        self.healthy[0] == Some(false)
    }

    fn is_overdue_unready(&self, now: Timestamp) -> bool {
        let readiness = &self.schedule.readiness;
        let progressed = self.weight_at.unwrap_or(self.started).max(self.started);
        self.is_unready()
            && now >= plus(progressed, readiness.deadline)
            && now >= plus(self.unready_since, readiness.grace)
            && self.forgiven_at.is_none_or(|forgiven| now >= plus(forgiven, readiness.grace))
    }

    /// What the causes ask for, in the order of the rules, and what it is called when they only hold.
    fn causes(&self, now: Timestamp) -> Vec<(Response, &'static str)> {
        use MeasurementPhase::{Failed, Inconclusive, NoData, Successful};
        let (on, metrics) = (&self.on(), &self.schedule.metrics);
        let mut found = Vec::new();
        let mut cause = |fires: bool, response| {
            if fires {
                found.push((response, "hold"));
            }
        };
        let gates = self.schedule.steps.iter();
        let mut gates =
            gates.filter_map(|step| if let Step::Gate { name, .. } = step { Some(name) } else { None });
        cause(self.aborted || gates.any(|gate| self.answer(gate) == Some(false)), Response::Abort);
        cause(metrics.iter().any(|m| m.critical && self.count(m, Failed) > 0), Response::Abort);
        let unready =
            if self.is_overdue_unready(now) { on.not_ready.max(Response::Hold) } else { Response::Hold };
        cause(self.is_unready(), unready);
        cause(self.healthy[1] == Some(false) && !self.without_stable, on.stable_unhealthy);
        let done = self.by_clock() && self.current().is_none();
        cause(self.schedule.deadline.is_some_and(|it| self.counted >= it.as_millis()) && !done, on.deadline);
        let waived = self.waiver == Waiver::Inconclusive;
        let exceeds = |m: &Metric, count: u32, limit: u32, response| {
            let good = self.of(m).next_back().is_some_and(|read| read.phase == Successful);
            count > limit && !(good && response == Response::Hold)
        };
        cause(
            metrics.iter().any(|m| exceeds(m, self.count(m, Failed), m.failure_limit, on.failed)),
            on.failed,
        );
        cause(self.has(StepOutcome::Failed), on.failed);
        let errors = |m: &Metric| exceeds(m, self.errors_in_a_row(m), m.consecutive_error_limit, on.error);
        cause(!waived && metrics.iter().any(errors), on.error);
        let lacks = |m: &Metric| {
            let last = self.last(m);
            let empty = last.is_some_and(|read| read.phase == NoData && Some(read.at) > self.forgiven_at);
            let since =
                last.map(|read| read.at).or(self.counts_after(m).map(|from| from.max(self.step_from)));
            let since = since.map(|since| self.forgiven_at.map_or(since, |forgiven| since.max(forgiven)));
            empty || m.max_age.zip(since).is_some_and(|(age, since)| now.since(since) > age)
        };
        if self.traffic_since.is_some() && !waived && metrics.iter().any(lacks) {
            found.push((on.no_data, "inconclusive"));
        }
        // Counts that prove nothing are no inconclusive measurement.
        let unclear = |m: &Metric| {
            m.compare.is_none()
                && exceeds(m, self.count(m, Inconclusive), m.inconclusive_limit, on.inconclusive)
        };
        if !waived && metrics.iter().any(unclear) {
            found.push((on.inconclusive, "hold"));
        }
        if !waived && self.has(StepOutcome::Inconclusive) {
            found.push((on.inconclusive, "inconclusive"));
        }
        if !waived && self.is_split_wrong() {
            found.push((on.sample_ratio_mismatch, "hold"));
        }
        let clock = self.paused_at.map_or(now, |paused| paused.min(now));
        let told = |response| response == Response::Pause && self.phase == Phase::Paused;
        if let Some(Step::Bake { max: Some(max), min_samples, .. }) = self.current()
            && clock >= plus(self.step_from, *max)
            && !self.baked(*min_samples)
            && on.inconclusive > Response::Hold
            && !told(on.inconclusive)
        {
            found.push((on.inconclusive, "hold"));
        }
        if let Some(Step::Gate { name, timeout: Some(timeout), on_timeout }) = self.current() {
            let response = self.respond(on_timeout.unwrap_or(Response::Abort));
            let asked = self.asked_at.or(self.by_clock().then_some(self.step_from));
            let expired = asked.is_some_and(|asked| clock >= plus(asked, *timeout));
            if expired && self.answer(name) != Some(true) && response != Response::Hold && !told(response) {
                found.push((response, "hold"));
            }
        }
        if let Some(step) = self.current().filter(|step| is_command(step))
            && let Some((timeout, response)) = patience(step)
        {
            let response = self.respond(response);
            let expired = self.asked_at.is_some_and(|asked| clock >= plus(asked, timeout));
            if expired && self.result.is_none() && response != Response::Hold && !told(response) {
                found.push((response, "hold"));
            }
        }
        // An order to go on overrules everything that only holds, but readiness and a pause.
        let ordered = self.waiver == Waiver::NextWeight;
        found.retain(|(response, _)| *response > Response::Hold || !ordered);
        if self.phase == Phase::Paused || self.is_unready() || (self.window_closed && !ordered) {
            found.push((Response::Hold, "hold"));
        }
        found.retain(|(response, _)| *response != Response::Warn);
        found
    }

    /// The latest approval or refusal of a gate.
    fn answer(&self, gate: &str) -> Option<bool> {
        self.approvals.iter().rev().find(|(name, _)| name == gate).map(|(_, approved)| *approved)
    }

    /// Does what the causes ask for at an instant before the call, as a call at that instant would have done.
    fn judge(&mut self, at: Timestamp) {
        if self.over() {
            self.thaw();
            return;
        }
        self.tick(at.max(self.counted_until));
        match self.causes(at).iter().map(|cause| cause.0).max() {
            Some(Response::Abort) => {
                self.end(at);
                self.told = true;
            }
            Some(Response::Pause) if self.phase == Phase::Progressing => {
                (self.phase, self.paused_at, self.told) = (Phase::Paused, Some(at), true);
                self.told_at = Some(self.now);
            }
            _ => {}
        }
    }

    /// A frozen run whose schedule rolls back does so when the previous version is ready again.
    fn thaw(&mut self) -> bool {
        let thaws = self.phase == Phase::Frozen
            && self.schedule.abort != AbortPolicy::Freeze
            && self.healthy[1] != Some(false);
        if thaws {
            self.end(self.now);
            self.told = true;
        }
        thaws
    }

    /// Whether a weight that only the clock reached is taken back.
    fn is_taken_back(&self) -> bool {
        let ordered = self.phase == Phase::Paused && self.told_at.is_none();
        let warns = self.schedule.on.stable_unhealthy == Response::Warn;
        let stable_down = self.healthy[1] == Some(false) && !self.without_stable && !warns;
        let held = (stable_down || self.window_closed) && self.waiver != Waiver::NextWeight;
        ordered || held || self.is_unready()
    }

    fn verdict(&mut self, now: Timestamp) -> &'static str {
        if self.over() {
            self.thaw();
            return match self.phase {
                Phase::RolledBack if self.told => "roll_back",
                Phase::Frozen if self.told => "freeze",
                _ => "hold",
            };
        }
        if self.is_taken_back() && self.weight != self.begin.0.0 {
            self.restore();
        }
        // The strongest; among equals the first: `max_by_key` takes the last, so the order is turned round.
        let strongest = self.causes(now).into_iter().rev().max_by_key(|cause| cause.0);
        match strongest {
            Some((Response::Abort, _)) => self.end(now),
            _ if self.told => "pause",
            Some((Response::Pause, _)) if self.phase == Phase::Progressing => {
                (self.phase, self.paused_at) = (Phase::Paused, Some(now));
                "pause"
            }
            Some((Response::Hold, name)) => name,
            Some(_) => "hold",
            None => {
                let verdict = self.walk(now);
                if verdict == "complete" {
                    (self.phase, self.weight, self.routes) = (Phase::Succeeded, 100.0, Default::default());
                }
                if let Some(step) = self.current().filter(|step| is_command(step)).cloned()
                    && verdict == name_of(&step)
                {
                    self.asked_at = self.asked_at.or(Some(now));
                    match step {
                        Step::SetHeaderRoute { headers, .. } => self.routes.0 = !headers.is_empty(),
                        Step::SetMirrorRoute { percent, .. } => self.routes.1 = percent.is_some(),
                        Step::SetCanaryScale { scale, .. } => {
                            self.routes.2 = scale != CanaryScale::MatchTraffic {}
                        }
                        _ => {}
                    }
                }
                verdict
            }
        }
    }

    /// Ends the run at an instant; the call that says so is made now.
    fn end(&mut self, at: Timestamp) -> &'static str {
        self.unpause(at);
        self.told_at = Some(self.now);
        self.aborted = false;
        if self.healthy[1] == Some(false) || self.schedule.abort == AbortPolicy::Freeze {
            self.phase = Phase::Frozen;
            self.restore();
            self.rewind();
            self.waiver = Waiver::Nothing;
            return "freeze";
        }
        if self.schedule.abort == AbortPolicy::ReverseSteps {
            self.restore();
            (self.phase, self.waiver) = (Phase::RollingBack, Waiver::Nothing);
            self.step_back(self.now, true);
            return if self.phase == Phase::RolledBack { "roll_back" } else { "hold" };
        }
        self.waiver = Waiver::Nothing;
        self.all_back();
        "roll_back"
    }

    /// Whether a metric does not keep the rollout from advancing whose latest measurement is this one.
    fn tolerates(&self, metric: &Metric, last: Option<&Read>) -> bool {
        let on = &self.schedule.on;
        let waived = self.waiver == Waiver::Inconclusive;
        match last.map(|read| read.phase) {
            Some(MeasurementPhase::Successful) => true,
            Some(MeasurementPhase::Failed) => on.failed == Response::Warn && !metric.critical,
            Some(MeasurementPhase::Inconclusive) => on.inconclusive == Response::Warn || waived,
            Some(MeasurementPhase::Error) => on.error == Response::Warn || waived,
            _ => on.no_data == Response::Warn || waived,
        }
    }

    fn good_now(&self) -> bool {
        self.schedule.metrics.iter().filter(|metric| self.has_begun(metric)).all(|metric| {
            self.tolerates(metric, self.last(metric).filter(|read| Some(read.at) > self.weight_at))
        })
    }

    fn none_bad(&self) -> bool {
        self.schedule.metrics.iter().filter(|metric| self.has_begun(metric)).all(|metric| {
            let last = self.last(metric).filter(|read| Some(read.at) > self.weight_at);
            last.is_none() || self.tolerates(metric, last)
        })
    }

    fn baked(&self, min_samples: Option<relcore::scalar::Count>) -> bool {
        let needed = min_samples.map_or(0, |n| n.get());
        let samples = |m: &Metric| self.of(m).filter(|read| read.here).map(|read| read.n).sum::<u64>();
        let enough = self.waiver == Waiver::Inconclusive
            || self.schedule.metrics.iter().all(|m| !self.has_begun(m) || samples(m) >= needed);
        enough && (self.traffic_since.is_none() || self.good_now())
    }

    fn analysed(&self, names: &[String], measurements: u32) -> bool {
        let named = |m: &&Metric| self.has_begun(m) && (names.is_empty() || names.contains(&m.name));
        self.schedule.metrics.iter().filter(named).all(|m| {
            let last = self.last(m);
            let good = |read: &Read| read.phase == MeasurementPhase::Successful;
            let is_good = last.is_some_and(good);
            let failed = last.is_some_and(|read| read.phase == MeasurementPhase::Failed);
            let enough = self.of(m).filter(|read| read.here && good(read)).count() >= measurements as usize;
            (self.waiver == Waiver::Inconclusive && !failed)
                || (!is_good && self.tolerates(m, last))
                || (enough && is_good)
        })
    }

    fn walk(&mut self, now: Timestamp) -> &'static str {
        let by_clock = self.by_clock();
        let mut raised_on_proof = by_clock;
        loop {
            let Some(step) = self.current().cloned() else {
                let proven = raised_on_proof || self.waiver == Waiver::NextWeight || self.good_now();
                return if proven { "complete" } else { "inconclusive" };
            };
            let ended = match step {
                Step::SetWeight { weight } => {
                    let raises = self.weight > 0.0 && weight > self.weight;
                    let ordered = self.waiver == Waiver::NextWeight;
                    if raises && !ordered && !self.good_now() {
                        return "inconclusive";
                    }
                    // Through a route it may have been measured before.
                    if self.weight == 0.0 && !ordered && !self.none_bad() {
                        return "inconclusive";
                    }
                    raised_on_proof = by_clock || raises;
                    let at = if by_clock { self.step_from } else { now };
                    if self.waiver == Waiver::Inconclusive {
                        self.forgive(at, false);
                    }
                    let can_take = self.capacity.is_some_and(|capacity| capacity >= 100.0 - weight);
                    let keeps = match self.schedule.abort {
                        AbortPolicy::Freeze => true,
                        AbortPolicy::ReverseSteps => !can_take,
                        _ => false,
                    };
                    self.weight = if keeps { weight.max(self.weight) } else { weight };
                    (self.weight_at, self.waiver) = (Some(at), Waiver::Nothing);
                    self.traffic_since = self.traffic_since.or(Some(at));
                    at
                }
                Step::Bake { min, min_samples, .. } => {
                    let end = plus(self.step_from, min);
                    if now < end {
                        return "hold";
                    }
                    if !self.baked(min_samples) {
                        return "inconclusive";
                    }
                    end
                }
                Step::Pause { duration } => {
                    let end = duration.map(|duration| plus(self.step_from, duration));
                    match end {
                        _ if self.released => now,
                        Some(end) if now >= end => end,
                        _ => return "hold",
                    }
                }
                Step::Analysis { metrics, measurements } => {
                    if !self.analysed(&metrics, measurements) {
                        return "inconclusive";
                    }
                    now
                }
                Step::Gate { name, .. } => {
                    if self.weight > 0.0 && !self.good_now() {
                        return "inconclusive";
                    }
                    if self.answer(&name) != Some(true) {
                        self.asked_at = self.asked_at.or(Some(if by_clock { self.step_from } else { now }));
                        return "await_gate";
                    }
                    now
                }
                step if is_command(&step) => {
                    if self.result.is_none() {
                        let routes = match &step {
                            Step::SetHeaderRoute { headers, .. } => !headers.is_empty(),
                            Step::SetMirrorRoute { percent, .. } => percent.is_some(),
                            _ => false,
                        };
                        let is_first = self.asked_at.is_none() && self.waiver != Waiver::NextWeight;
                        if routes && is_first && self.weight > 0.0 && !self.good_now() {
                            return "inconclusive";
                        }
                        return name_of(&step);
                    }
                    now
                }
                other => unknown(&other),
            };
            self.enter(if by_clock { ended } else { now });
        }
    }
}

fn nothing() -> [Counts; 2] {
    [Counts::new(0_u32, 0.0); 2]
}

fn plus_counts(one: Counts, other: Counts) -> Counts {
    let events = (one.events.get() + other.events.get()) as u32;
    Counts::new(events, one.exposure + other.exposure)
}

fn growth(before: Counts, now: Counts) -> Option<Counts> {
    let fell = now.events < before.events || now.exposure < before.exposure;
    (!fell)
        .then(|| Counts::new((now.events.get() - before.events.get()) as u32, now.exposure - before.exposure))
}

/// What the counts at all weights prove: the e-values of harm as the mean over the weight from which on they are
/// multiplied, and the safety of the last one.
fn proof(weights: &[[Counts; 2]], rule: &CountRule, alike: usize) -> MeasurementPhase {
    let policy = Policy::default()
        .direction(rule.direction)
        .margin_percent(rule.margin_percent)
        .alpha(rule.alpha)
        .looks(Looks::Any)
        .min_expected_events(rule.min_expected_events);
    let found: Vec<_> =
        weights.iter().map(|[canary, baseline]| compare_counts(canary, baseline, &policy).unwrap()).collect();
    let is_beyond = |ratio: f64| match rule.direction {
        Direction::IncreaseIsBad => ratio > 1.0 + rule.margin_percent / 100.0,
        Direction::DecreaseIsBad => ratio < 1.0 - rule.margin_percent / 100.0,
        other => unknown(&other),
    };
    // What each weight makes of the capital; one within the margin leaves no more than was staked.
    let mut mixture = 0.0_f64;
    for (index, comparison) in found.iter().enumerate() {
        if index > 0 {
            let before = &found[index - 1];
            let usable = !matches!(before.verdict, Proof::NoData | Proof::Invalid);
            if !(usable && is_beyond(before.ratio.unwrap_or(f64::INFINITY))) {
                mixture = mixture.min(index.min(alike) as f64 / alike as f64);
            }
        }
        let share = if index < alike { 1.0 / alike as f64 } else { 0.0 };
        mixture = (mixture + share) * comparison.harm.and_then(|harm| harm.log_e).map_or(1.0, libm::exp);
    }
    let ([canary, baseline], present) = (weights.last().unwrap(), found.last().unwrap());
    match present.verdict {
        Proof::NoData => return MeasurementPhase::NoData,
        Proof::Invalid => return MeasurementPhase::Inconclusive,
        _ => {}
    }
    let events = (canary.events.get() + baseline.events.get()) as f64;
    if events * baseline.exposure / (canary.exposure + baseline.exposure) < rule.min_expected_events {
        return MeasurementPhase::Inconclusive;
    }
    let ratio = present.ratio.unwrap_or(f64::INFINITY);
    if mixture >= 1.0 / rule.alpha && is_beyond(ratio) {
        MeasurementPhase::Failed
    } else if present.safe.unwrap().p <= rule.alpha {
        MeasurementPhase::Successful
    } else {
        MeasurementPhase::Inconclusive
    }
}

fn judge(metric: &Metric, reading: &Reading) -> (MeasurementPhase, u64) {
    let of = |value: f64, n: u64| {
        let good = metric.min.unwrap_or(f64::MIN) <= value && value <= metric.max.unwrap_or(f64::MAX);
        match good {
            _ if n < metric.min_samples.get() => MeasurementPhase::Inconclusive,
            true => MeasurementPhase::Successful,
            false => MeasurementPhase::Failed,
        }
    };
    match reading {
        Reading::Missing {} => (MeasurementPhase::NoData, 0),
        Reading::Failed { .. } => (MeasurementPhase::Error, 0),
        Reading::Empty {} => match metric.empty {
            EmptyResult::NoData => (MeasurementPhase::NoData, 0),
            EmptyResult::Zero => (of(0.0, 0), 0),
            EmptyResult::Good => (MeasurementPhase::Successful, 0),
            other => unknown(&other),
        },
        Reading::Value { value, n } => {
            let n = n.map_or(0, |n| n.get());
            (of(*value, n), n)
        }
        other => unknown(other),
    }
}

fn is_command(step: &Step) -> bool {
    !name_of(step).is_empty()
}

/// The verdict of a step that the caller carries out.
fn name_of(step: &Step) -> &'static str {
    match step {
        Step::SetHeaderRoute { .. } => "set_header_route",
        Step::SetMirrorRoute { .. } => "set_mirror_route",
        Step::SetCanaryScale { .. } => "set_canary_scale",
        Step::External { .. } => "run_external",
        _ => "",
    }
}

fn patience(step: &Step) -> Option<(Span, Response)> {
    match step {
        Step::SetHeaderRoute { timeout, on_timeout, .. }
        | Step::SetMirrorRoute { timeout, on_timeout, .. }
        | Step::SetCanaryScale { timeout, on_timeout, .. }
        | Step::External { timeout, on_timeout, .. } => {
            timeout.map(|timeout| (timeout, on_timeout.unwrap_or(Response::Abort)))
        }
        _ => None,
    }
}

/// A variant that this model does not have.
fn unknown(variant: &impl std::fmt::Debug) -> ! {
    panic!("the model lacks {variant:?}")
}

/// Of one instant: facts before orders, and of two that contradict each other the careful one last.
fn rank(kind: &ObservationKind) -> usize {
    let careful = |yes: bool| usize::from(!yes);
    match kind {
        ObservationKind::NewRevision { .. } => 0,
        ObservationKind::Health { healthy, .. } => 10 + careful(*healthy),
        ObservationKind::Measurement { .. } | ObservationKind::Split { .. } => 20,
        // Of two of one instant the smaller one comes last.
        ObservationKind::Capacity { percent } => {
            let limits = [100.0, 80.0, 60.0, 40.0, 20.0];
            24 + limits.iter().filter(|limit| *percent < **limit).count()
        }
        ObservationKind::Window { open } => 30 + careful(*open),
        ObservationKind::Approval { approved, .. } => 40 + careful(*approved),
        ObservationKind::StepResult { result, .. } => 50 + *result as usize,
        ObservationKind::Command { command, .. } => {
            let order = [
                Command::Retry,
                Command::ContinueWithoutStable,
                Command::AcceptInconclusive,
                Command::Resume,
                Command::SkipStep,
                Command::Promote,
                Command::PromoteFull,
                Command::Pause,
                Command::Abort,
            ];
            60 + order.iter().position(|other| other == command).unwrap()
        }
        other => unknown(other),
    }
}
