//! A naive canary: it keeps every observation and works everything out of the whole log again at each question.
//!
//! Slow and obvious on purpose; the engine of `relcore::canary` is held against it on random rollouts.
use relcore::canary::*;
use relcore::{Span, Timestamp};

/// What the model answers: the name of the verdict on the wire, the weight and the phase after it.
pub type Answer = (&'static str, f64, Phase);

pub struct Oracle {
    schedule: Schedule,
    phase: Phase,
    weight: f64,
    /// The weight before this question, which is the one that the traffic has.
    before: f64,
    weight_at: Option<Timestamp>,
    step: usize,
    /// From when the clock of the step and of the run tick.
    step_from: Timestamp,
    run_from: Timestamp,
    paused_at: Option<Timestamp>,
    released: bool,
    /// Everything seen since the run began, in order.
    log: Vec<Observation>,
    /// How many of them were seen when the step was entered, and when counts were last forgiven.
    seen_at_step: usize,
    forgiven: usize,
    /// The places of those that were made before the step that they were reported in.
    early: Vec<usize>,
    aborted: bool,
    window_closed: bool,
    healthy: [Option<bool>; 2],
}

impl Oracle {
    pub fn new(schedule: &Schedule, now: Timestamp) -> Self {
        Self {
            schedule: schedule.clone(),
            phase: Phase::Progressing,
            weight: 0.0,
            before: 0.0,
            weight_at: None,
            step: 0,
            step_from: now,
            run_from: now,
            paused_at: None,
            released: false,
            log: vec![],
            seen_at_step: 0,
            forgiven: 0,
            early: vec![],
            aborted: false,
            window_closed: false,
            healthy: [None, None],
        }
    }

    pub fn ask(&mut self, observations: &[Observation], now: Timestamp) -> Answer {
        let before = self.weight;
        self.before = before;
        let mut sorted = observations.to_vec();
        sorted.sort_by_key(|observation| (observation.at, rank(&observation.kind)));
        sorted.into_iter().for_each(|observation| self.see(observation));
        let verdict = self.verdict(now);
        let name = match verdict {
            "hold" | "inconclusive" | "await_gate" | "pause" if self.weight != before => "set_weight",
            other => other,
        };
        (name, self.weight, self.phase)
    }

    fn over(&self) -> bool {
        !matches!(self.phase, Phase::Progressing | Phase::Paused)
    }

    fn see(&mut self, observation: Observation) {
        let at = observation.at;
        if at < self.step_from || Some(at) <= self.weight_at {
            self.early.push(self.log.len());
        }
        self.log.push(observation.clone());
        match observation.kind {
            ObservationKind::Health { role, healthy } => {
                let side = usize::from(role == HealthRole::Stable);
                if self.healthy[side] == Some(false) && healthy {
                    self.not_ended_before(at);
                }
                self.healthy[side] = Some(healthy);
            }
            ObservationKind::Window { open } => {
                if self.window_closed && open {
                    self.not_ended_before(at);
                }
                self.window_closed = !open;
            }
            ObservationKind::Command { command: Command::Abort } => self.aborted = !self.over(),
            ObservationKind::Command { command: Command::Pause } => {
                if self.phase == Phase::Progressing {
                    (self.phase, self.paused_at) = (Phase::Paused, Some(at));
                }
            }
            ObservationKind::Command { command: Command::Resume } => match self.paused_at {
                None => self.released = true,
                Some(since) if at < since => {} // ordered before the pause
                Some(since) => {
                    self.paused_at = None;
                    self.phase = Phase::Progressing;
                    self.forgiven = self.log.len();
                    let longest = match self.schedule.steps.get(self.step) {
                        Some(Step::Bake { max, .. }) => *max,
                        _ => None,
                    };
                    self.step_from = restarted(self.step_from, longest, since, at);
                    self.run_from = restarted(self.run_from, self.schedule.deadline, since, at);
                }
            },
            ObservationKind::Command { command: Command::Retry } => {
                if matches!(self.phase, Phase::RolledBack | Phase::Frozen) {
                    self.again(at);
                }
            }
            ObservationKind::NewRevision { .. } => {
                self.again(at);
                self.weight = 0.0;
                self.healthy[0] = None;
            }
            ObservationKind::Measurement { .. } | ObservationKind::Approval { .. } => {}
            other => unknown(&other),
        }
    }

    fn again(&mut self, at: Timestamp) {
        let old = std::mem::replace(self, Self::new(&self.schedule, at));
        (self.weight, self.before) = (old.weight, old.before);
        (self.window_closed, self.healthy) = (old.window_closed, old.healthy);
    }

    fn not_ended_before(&mut self, at: Timestamp) {
        let length = match self.schedule.steps.get(self.step) {
            Some(Step::Bake { min, .. }) => *min,
            Some(Step::Pause { duration: Some(duration) }) => *duration,
            Some(Step::SetWeight { .. }) => Span::ZERO,
            _ => return,
        };
        if self.step_from.plus(length).unwrap() < at {
            self.step_from = at.plus(Span::ZERO.saturating_sub(length)).unwrap();
        }
    }

    /// Every reading of a metric from a place of the log on.
    fn readings(&self, metric: &Metric, from: usize) -> Vec<(Timestamp, MeasurementPhase, u64)> {
        let log = self.log.iter().skip(from);
        log.filter_map(|observation| match &observation.kind {
            ObservationKind::Measurement { metric: name, reading } if *name == metric.name => {
                let (phase, n) = judge(metric, reading);
                Some((observation.at, phase, n))
            }
            _ => None,
        })
        .collect()
    }

    /// Every reading of a metric that was made in this step.
    fn of_step(&self, metric: &Metric) -> Vec<(Timestamp, MeasurementPhase, u64)> {
        let places = (self.seen_at_step..self.log.len()).filter(|place| !self.early.contains(place));
        let one = |place| self.readings(metric, place).first().copied().filter(|_| self.is_of(metric, place));
        places.filter_map(one).collect()
    }

    fn is_of(&self, metric: &Metric, place: usize) -> bool {
        matches!(&self.log[place].kind, ObservationKind::Measurement { metric: name, .. } if *name == metric.name)
    }

    fn samples(&self, metric: &Metric) -> u64 {
        self.of_step(metric).iter().map(|reading| reading.2).sum()
    }

    fn baked(&self, min_samples: Option<relcore::scalar::Count>) -> bool {
        let needed = min_samples.map_or(0, |n| n.get());
        self.good_now() && self.schedule.metrics.iter().all(|metric| self.samples(metric) >= needed)
    }

    fn count(&self, metric: &Metric, from: usize, phase: MeasurementPhase) -> u32 {
        self.readings(metric, from).iter().filter(|reading| reading.1 == phase).count() as u32
    }

    fn errors_in_a_row(&self, metric: &Metric) -> u32 {
        let readings = self.readings(metric, self.forgiven);
        readings.iter().rev().take_while(|reading| reading.1 == MeasurementPhase::Error).count() as u32
    }

    /// What the causes of rules 2 to 9 ask for, in their order, and what it is called when they only hold.
    fn causes(&self, now: Timestamp) -> Vec<(Response, &'static str)> {
        use MeasurementPhase::{Failed, Inconclusive, NoData};
        let (on, metrics) = (&self.schedule.on, &self.schedule.metrics);
        let mut found = Vec::new();
        let mut cause = |fires: bool, response| {
            if fires {
                found.push((response, "hold"));
            }
        };
        cause(self.aborted || self.refused(), Response::Abort);
        cause(
            metrics.iter().any(|m| m.critical && self.count(m, self.forgiven, Failed) > 0),
            Response::Abort,
        );
        cause(self.healthy[0] == Some(false), on.failed);
        cause(self.healthy[1] == Some(false), Response::Hold);
        let taken = self.paused_at.unwrap_or(now).since(self.run_from);
        cause(self.schedule.deadline.is_some_and(|deadline| taken >= deadline), on.deadline);
        cause(metrics.iter().any(|m| self.count(m, self.forgiven, Failed) > m.failure_limit), on.failed);
        cause(metrics.iter().any(|m| self.errors_in_a_row(m) > m.consecutive_error_limit), on.error);
        let without = |m: &Metric| {
            let last = self.readings(m, 0).last().copied();
            let since = last.map(|last| last.0).or((self.weight > 0.0).then_some(self.step_from));
            let old = m.max_age.zip(since).is_some_and(|(age, since)| now.since(since) > age);
            last.is_some_and(|last| last.1 == NoData) || old
        };
        if metrics.iter().any(without) {
            found.push((on.no_data, "inconclusive"));
        }
        if metrics.iter().any(|m| self.count(m, self.forgiven, Inconclusive) > m.inconclusive_limit) {
            found.push((on.inconclusive, "hold"));
        }
        let answered = on.inconclusive == Response::Pause && self.paused_at.is_some();
        if let Some(Step::Bake { max: Some(max), min_samples, .. }) = self.schedule.steps.get(self.step)
            && self.paused_at.unwrap_or(now) >= self.step_from.plus(*max).unwrap()
            && !self.baked(*min_samples)
            && on.inconclusive != Response::Hold
            && !answered
        {
            found.push((on.inconclusive, "hold"));
        }
        found
    }

    /// The last answer of each gate counts.
    fn answer(&self, gate: &str) -> Option<bool> {
        self.log.iter().rev().find_map(|observation| match &observation.kind {
            ObservationKind::Approval { gate: name, approved, .. } if name == gate => Some(*approved),
            _ => None,
        })
    }

    fn refused(&self) -> bool {
        let mut gates = self.schedule.steps.iter();
        gates.any(|step| matches!(step, Step::Gate { name } if self.answer(name) == Some(false)))
    }

    fn verdict(&mut self, now: Timestamp) -> &'static str {
        if self.over() {
            return "hold";
        }
        if let Some(deadline) = self.schedule.deadline
            && self.schedule.metrics.is_empty()
            && self.paused_at.is_none()
            && now >= self.run_from.plus(deadline).unwrap()
        {
            // Nobody asked just before the deadline: ask now what the clock alone had done by then.
            let strikes = self.run_from.plus(deadline).unwrap();
            let eve = strikes.plus(Span::from_millis(-1).unwrap()).unwrap();
            let known = self.log.iter().all(|seen| seen.at <= eve) && self.step_from <= eve;
            if known && self.causes(eve).is_empty() && !self.window_closed && self.walk(eve) == "complete" {
                return "complete";
            }
        }
        // The strongest; among equals the first: `max_by_key` takes the last, so the order is turned round.
        match self.causes(now).into_iter().rev().max_by_key(|cause| cause.0) {
            Some((Response::Abort, _)) => return self.end(),
            Some((Response::Pause, _)) if self.phase == Phase::Progressing => {
                (self.phase, self.paused_at) = (Phase::Paused, Some(now));
                return "pause";
            }
            Some((Response::Hold, name)) => return name,
            Some(_) => return "hold",
            None => {}
        }
        if self.phase == Phase::Paused || self.window_closed {
            return "hold";
        }
        self.walk(now)
    }

    fn end(&mut self) -> &'static str {
        (self.paused_at, self.aborted) = (None, false);
        if self.healthy[1] == Some(false) || self.schedule.abort == AbortPolicy::Freeze {
            (self.phase, self.weight) = (Phase::Frozen, self.before);
            return "freeze";
        }
        (self.phase, self.weight) = (Phase::RolledBack, 0.0);
        "roll_back"
    }

    fn good_now(&self) -> bool {
        self.schedule.metrics.iter().all(|metric| {
            let last = self.readings(metric, 0).last().copied();
            last.is_some_and(|last| Some(last.0) > self.weight_at && last.1 == MeasurementPhase::Successful)
        })
    }

    fn walk(&mut self, now: Timestamp) -> &'static str {
        let by_clock = self.schedule.metrics.is_empty();
        let mut raised_on_proof = false;
        loop {
            let Some(step) = self.schedule.steps.get(self.step).cloned() else {
                if !raised_on_proof && !self.good_now() {
                    return "inconclusive";
                }
                (self.phase, self.weight) = (Phase::Succeeded, 100.0);
                return "complete";
            };
            let ended = match step {
                Step::SetWeight { weight } => {
                    raised_on_proof = self.weight > 0.0 && weight > self.weight;
                    if raised_on_proof && !self.good_now() {
                        return "inconclusive";
                    }
                    let at = if by_clock { self.step_from } else { now };
                    (self.weight, self.weight_at) = (weight, Some(at));
                    at
                }
                Step::Bake { min, max, min_samples } => {
                    let end = self.step_from.plus(min).unwrap();
                    if now < end {
                        return "hold";
                    }
                    if !self.baked(min_samples) {
                        let overdue = max.is_some_and(|max| now >= self.step_from.plus(max).unwrap());
                        return match self.schedule.on.inconclusive {
                            Response::Abort if overdue => self.end(),
                            Response::Pause if overdue => {
                                (self.phase, self.paused_at) = (Phase::Paused, Some(now));
                                "pause"
                            }
                            _ => "inconclusive",
                        };
                    }
                    end
                }
                Step::Pause { duration } => {
                    let end = duration.map(|duration| self.step_from.plus(duration).unwrap());
                    match end {
                        _ if self.released => now,
                        Some(end) if now >= end => end,
                        _ => return "hold",
                    }
                }
                Step::Analysis { metrics, measurements } => {
                    let mut all = self.schedule.metrics.iter();
                    let enough = all.all(|m| {
                        let named = metrics.is_empty() || metrics.contains(&m.name);
                        let good = MeasurementPhase::Successful;
                        let last = self.readings(m, self.seen_at_step).last().copied();
                        !named
                            || (self.of_step(m).iter().filter(|reading| reading.1 == good).count()
                                >= measurements as usize
                                && last.is_some_and(|last| last.1 == good))
                    });
                    if !enough {
                        return "inconclusive";
                    }
                    now
                }
                Step::Gate { name } => {
                    if self.weight > 0.0 && !self.good_now() {
                        return "inconclusive";
                    }
                    if self.answer(&name) != Some(true) {
                        return "await_gate";
                    }
                    now
                }
                other => unknown(&other),
            };
            self.step += 1;
            self.step_from = if by_clock { ended } else { now };
            self.seen_at_step = self.log.len();
            self.released = false;
        }
    }
}

fn restarted(from: Timestamp, length: Option<Span>, since: Timestamp, at: Timestamp) -> Timestamp {
    let ran = since.since(from).max(Span::ZERO);
    match length {
        Some(length) if ran >= length => at,
        _ => at.plus(Span::ZERO.saturating_sub(ran)).unwrap(),
    }
}

fn judge(metric: &Metric, reading: &Reading) -> (MeasurementPhase, u64) {
    match reading {
        Reading::Missing {} => (MeasurementPhase::NoData, 0),
        Reading::Failed { .. } => (MeasurementPhase::Error, 0),
        Reading::Value { value, n } => {
            let n = n.map_or(0, |n| n.get());
            let good = metric.min.unwrap_or(f64::MIN) <= *value && *value <= metric.max.unwrap_or(f64::MAX);
            let phase = match good {
                _ if n < metric.min_samples.get() => MeasurementPhase::Inconclusive,
                true => MeasurementPhase::Successful,
                false => MeasurementPhase::Failed,
            };
            (phase, n)
        }
        other => unknown(other),
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
        ObservationKind::Measurement { .. } => 20,
        ObservationKind::Window { open } => 30 + careful(*open),
        ObservationKind::Approval { approved, .. } => 40 + careful(*approved),
        ObservationKind::Command { command } => {
            let order = [Command::Retry, Command::Resume, Command::Pause, Command::Abort];
            50 + order.iter().position(|other| other == command).unwrap()
        }
        other => unknown(other),
    }
}
