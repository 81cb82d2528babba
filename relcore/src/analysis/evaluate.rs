//! The phase of a whole run.
use super::assess::{assess, finite, phase_of};
use super::code;
use super::evaluation::{Evaluation, GroupStatus, MetricStatus, Phase, PhaseCounts, Tally};
use super::measurement::{Measurement, Reading, Run};
use super::template::{Metric, Template};
use crate::digest::Checked;
use crate::error::{ErrorKind, Faults, Result, quoted};
use crate::reason::{Evidence, Reason, Severity};
use crate::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// Evaluates the measurements of a run: the phase of each metric, of each group and of the whole, and what to query when.
///
/// The measurements are replayed in the order of their instants. A metric is decided by the first of them that settles it,
/// the run by the first that settles the run; later ones do not count. So a late call returns what calls in time would
/// have returned, and the order of `measurements` does not matter.
///
/// ```
/// use relcore::analysis::{Measurement, Phase, Reading, Run, evaluate, standard_template};
/// use relcore::Timestamp;
/// let at = |text| Timestamp::parse(text);
/// let bad = Reading::Value { value: 0.2, n: None };
/// let run = Run::default()
///     .started_at(at("2026-11-23T09:00:00Z")?)
///     .measurements([Measurement::new("error-share", at("2026-11-23T09:00:00Z")?, bad)]);
/// let evaluation = evaluate(&standard_template(), &run, at("2026-11-23T09:00:30Z")?)?;
/// assert_eq!(evaluation.phase, Phase::Failed);
/// // Pitfall: a run that has not begun has nothing due.
/// let idle = evaluate(&standard_template(), &Run::default(), at("2026-11-23T09:00:00Z")?)?;
/// assert!(idle.due.is_empty());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// Every fault of the template; `unknown_reference` for a measurement of another metric, `out_of_range` for one after
/// `now` or before the start of the run, `duplicate` for two of a metric at the same instant, `invalid_value` for a value
/// that is not finite, `missing_field` for measurements or an end without a start.
pub fn evaluate(template: &Template, run: &Run, now: Timestamp) -> Result<Evaluation> {
    let template = Checked::new(template.clone(), "template")?;
    check(template.policy(), run, now)?;
    let mut replay = Replay::new(template.policy());
    replay.all(run, now);
    Ok(replay.result(run, now, template.digest()))
}

fn check(template: &Template, run: &Run, now: Timestamp) -> Result<()> {
    let mut faults = Faults::new();
    let known: BTreeSet<&str> = template.metrics.iter().map(|metric| metric.name.as_str()).collect();
    let begun = run.started_at.is_some() || (run.measurements.is_empty() && run.ended_at.is_none());
    let text = format_args!("is absent: the run has measurements or an end");
    faults.check(begun, ErrorKind::MissingField, format_args!("run.startedAt"), text);
    for (name, at) in [("startedAt", run.started_at), ("endedAt", run.ended_at)] {
        let Some(at) = at else { continue };
        let text = format_args!("`{at}` is after `now`, `{now}`");
        faults.check(at <= now, ErrorKind::OutOfRange, format_args!("run.{name}"), text);
    }
    if let (Some(start), Some(end)) = (run.started_at, run.ended_at) {
        let text = format_args!("`{end}` is before the start of the run, `{start}`");
        faults.check(start <= end, ErrorKind::OutOfRange, format_args!("run.endedAt"), text);
    }
    let mut seen = BTreeSet::new();
    for (index, Measurement { metric, at, reading }) in run.measurements.iter().enumerate() {
        let path = format_args!("run.measurements[{index}]");
        let text = format_args!("{} is not a metric of the template", quoted(metric));
        let is_known = known.contains(metric.as_str());
        faults.check(is_known, ErrorKind::UnknownReference, format_args!("{path}.metric"), text);
        let in_time = *at <= now && run.started_at.is_none_or(|start| start <= *at);
        let text = format_args!("`{at}` is before the start of the run or after `now`, `{now}`");
        faults.check(in_time, ErrorKind::OutOfRange, format_args!("{path}.at"), text);
        let text = format_args!("{} has another measurement at `{at}`", quoted(metric));
        faults.check(seen.insert((metric, at)), ErrorKind::Duplicate, format_args!("{path}.at"), text);
        if let Reading::Value { value, .. } = reading {
            faults.absorb(finite(*value, &format!("run.measurements[{index}].reading.value")));
        }
    }
    faults.finish()
}

/// A metric while its measurements are replayed.
struct Item<'t> {
    metric: &'t Metric,
    status: MetricStatus,
    reason: Reason,
    last: Option<(Timestamp, Phase)>,
}

struct Replay<'t> {
    template: &'t Template,
    items: Vec<Item<'t>>,
    groups: Vec<GroupStatus>,
    phase: Phase,
    decided_at: Option<Timestamp>,
}

impl<'t> Replay<'t> {
    fn new(template: &'t Template) -> Self {
        let items = template.metrics.iter().map(|metric| {
            let start = assess(metric, &Tally::default(), false, template.end, None);
            let status = MetricStatus {
                name: metric.name.clone(),
                phase: start.phase,
                dry_run: metric.dry_run,
                tally: Tally::default(),
                last_value: None,
                last_error: None,
                decided_at: None,
                next_measurement_at: None,
            };
            Item { metric, status, reason: start.reason, last: None }
        });
        let mut replay = Self {
            template,
            items: items.collect(),
            groups: Vec::new(),
            phase: Phase::Pending,
            decided_at: None,
        };
        replay.groups = replay.assess_groups();
        replay
    }

    fn all(&mut self, run: &Run, now: Timestamp) {
        let mut instants: BTreeMap<Timestamp, BTreeMap<&str, &Reading>> = BTreeMap::new();
        for measurement in &run.measurements {
            instants.entry(measurement.at).or_default().insert(&measurement.metric, &measurement.reading);
        }
        for (at, readings) in instants {
            if run.ended_at.is_some_and(|end| at > end) || self.decided_at.is_some() {
                break;
            }
            self.at(at, &readings);
        }
        if let Some(end) = run.ended_at.filter(|end| *end <= now && self.decided_at.is_none()) {
            self.end_all(end);
            self.decide(end);
        }
    }

    /// Counts the readings of one instant, then decides groups and run.
    fn at(&mut self, at: Timestamp, readings: &BTreeMap<&str, &Reading>) {
        let end = self.template.end;
        for item in self.items.iter_mut().filter(|item| !item.status.phase.is_decided()) {
            if let Some(reading) = readings.get(item.metric.name.as_str()) {
                item.count(at, reading);
                let error = item.status.last_error.as_deref();
                let assessment = assess(item.metric, &item.status.tally, false, end, error);
                item.set(assessment.phase, assessment.reason, at);
            }
        }
        self.decide(at);
        if self.decided_at.is_some() {
            self.stop(at, None);
            return;
        }
        let needed = self.needed();
        self.stop(at, Some(&needed));
    }

    /// Ends every metric from outside.
    fn end_all(&mut self, at: Timestamp) {
        let end = self.template.end;
        for item in self.items.iter_mut().filter(|item| !item.status.phase.is_decided()) {
            let error = item.status.last_error.as_deref();
            let assessment = assess(item.metric, &item.status.tally, true, end, error);
            item.set(assessment.phase, assessment.reason, at);
        }
    }

    /// Ends what cannot change the result any more: it is not successful, for it was not measured to its end.
    fn stop(&mut self, at: Timestamp, needed: Option<&BTreeSet<String>>) {
        for item in self.items.iter_mut().filter(|item| !item.status.phase.is_decided()) {
            if needed.is_some_and(|needed| needed.contains(&item.metric.name)) {
                continue;
            }
            let (code, text) = match item.status.tally.is_measured() {
                true => (
                    code::METRIC_ENDED,
                    "was ended before it was decided: it can no longer change the result",
                ),
                false => (code::METRIC_NEVER_MEASURED, "was ended before its first measurement"),
            };
            let reason = Reason::new(code, Severity::Info, item.metric.name.clone(), text);
            item.set(Phase::Inconclusive, reason, at);
        }
    }

    /// The metrics that have an effect: the names that no group has, and each group that is not decided, stand for
    /// themselves and their members. Dry runs are measured as long as the run.
    fn needed(&self) -> BTreeSet<String> {
        let mut needed: BTreeSet<String> = self.roots().map(str::to_owned).collect();
        for (group, status) in self.template.groups.iter().zip(&self.groups).rev() {
            if !status.phase.is_decided() && needed.contains(&group.name) {
                needed.extend(group.of.iter().cloned());
            }
        }
        needed.extend(
            self.items.iter().filter(|item| item.metric.dry_run).map(|item| item.metric.name.clone()),
        );
        needed
    }

    /// The metrics and groups that no group names, without dry runs.
    fn roots(&self) -> impl Iterator<Item = &'t str> {
        let named: BTreeSet<&str> =
            self.template.groups.iter().flat_map(|group| &group.of).map(String::as_str).collect();
        let metrics = self.template.metrics.iter().filter(|metric| !metric.dry_run);
        let names = metrics.map(|metric| metric.name.as_str());
        names
            .chain(self.template.groups.iter().map(|group| group.name.as_str()))
            .filter(move |name| !named.contains(name))
    }

    fn phases(&self) -> BTreeMap<&str, Phase> {
        self.items.iter().map(|item| (item.metric.name.as_str(), item.status.phase)).collect()
    }

    fn assess_groups(&self) -> Vec<GroupStatus> {
        let mut phases = self.phases();
        let mut groups = Vec::new();
        for group in &self.template.groups {
            let members: Vec<Phase> =
                group.of.iter().filter_map(|name| phases.get(name.as_str()).copied()).collect();
            let (phase, successful) = at_least(&members, group.at_least);
            phases.insert(&group.name, phase);
            groups.push(GroupStatus {
                name: group.name.clone(),
                phase,
                successful,
                at_least: group.at_least,
            });
        }
        groups
    }

    fn decide(&mut self, at: Timestamp) {
        self.groups = self.assess_groups();
        let mut phases = self.phases();
        phases.extend(self.groups.iter().map(|group| (group.name.as_str(), group.phase)));
        let roots: Vec<Phase> = self.roots().filter_map(|name| phases.get(name).copied()).collect();
        let phase = if roots.is_empty() {
            // Only dry runs: the run ends with the last of them.
            match self.items.iter().all(|item| item.status.phase.is_decided()) {
                true => Phase::Successful,
                false => Phase::Running,
            }
        } else {
            at_least(&roots, u32::try_from(roots.len()).unwrap_or(u32::MAX)).0
        };
        let measured = self.items.iter().any(|item| item.last.is_some());
        self.phase = if phase == Phase::Pending && measured { Phase::Running } else { phase };
        if self.phase.is_decided() {
            self.decided_at = Some(at);
        }
    }

    fn result(mut self, run: &Run, now: Timestamp, digest: &str) -> Evaluation {
        let mut due = Vec::new();
        for item in &mut self.items {
            item.status.next_measurement_at = run.started_at.and_then(|start| item.next(start));
            if item.status.next_measurement_at.is_some_and(|at| at <= now) {
                due.push(item.metric.name.clone());
            }
        }
        let next = self.items.iter().filter_map(|item| item.status.next_measurement_at).min();
        let missing =
            self.items.iter().filter(|item| !item.status.tally.is_measured() && !item.metric.dry_run);
        let missing = missing.map(|item| item.metric.name.clone()).collect();
        let dry_runs = self.dry_runs();
        let reasons = self.reasons();
        Evaluation {
            phase: self.phase,
            decided_at: self.decided_at,
            metrics: self.items.into_iter().map(|item| item.status).collect(),
            groups: self.groups,
            due,
            next_measurement_at: next,
            dry_runs,
            reasons,
            missing,
            policy_digest: digest.to_owned(),
        }
    }

    fn dry_runs(&self) -> Option<PhaseCounts> {
        let mut counts = PhaseCounts::default();
        for item in self.items.iter().filter(|item| item.metric.dry_run) {
            counts.count = counts.count.saturating_add(1);
            let of = match item.status.phase {
                Phase::Successful => &mut counts.successful,
                Phase::Failed => &mut counts.failed,
                Phase::Inconclusive => &mut counts.inconclusive,
                Phase::Error => &mut counts.error,
                Phase::Pending | Phase::Running => continue,
            };
            *of = of.saturating_add(1);
        }
        (counts.count > 0).then_some(counts)
    }

    fn reasons(&self) -> Vec<Reason> {
        let of = |code, severity, text: &str| Reason::new(code, severity, "run", text);
        let run = match self.phase {
            Phase::Pending => of(code::RUN_PENDING, Severity::Info, "no metric is measured yet"),
            Phase::Running => of(code::RUN_RUNNING, Severity::Info, "the metrics are still measured"),
            Phase::Successful => {
                of(code::RUN_SUCCESSFUL, Severity::Info, "what must be successful is successful")
            }
            Phase::Failed => of(code::RUN_FAILED, Severity::Error, "a metric that must be successful failed"),
            Phase::Error => of(
                code::RUN_ERROR,
                Severity::Warning,
                "a metric that must be successful could not be measured",
            ),
            Phase::Inconclusive => of(
                code::RUN_INCONCLUSIVE,
                Severity::Warning,
                "a metric that must be successful is inconclusive",
            ),
        };
        let mut reasons = vec![run];
        if self.items.iter().all(|item| item.metric.dry_run) {
            let text = "every metric is a dry run: nothing must be successful";
            reasons.push(of(code::NOTHING_REQUIRED, Severity::Warning, text));
        }
        for group in &self.groups {
            let GroupStatus { name, phase, successful, at_least } = group;
            let (code, severity) = match phase {
                Phase::Successful => (code::GROUP_SUCCESSFUL, Severity::Info),
                Phase::Failed => (code::GROUP_UNSUCCESSFUL, Severity::Error),
                Phase::Error | Phase::Inconclusive => (code::GROUP_UNSUCCESSFUL, Severity::Warning),
                Phase::Pending | Phase::Running => (code::GROUP_RUNNING, Severity::Info),
            };
            let text = format!("{successful} members are successful, {at_least} must be");
            let evidence = Evidence {
                observed: Some(f64::from(*successful)),
                threshold: Some(f64::from(*at_least)),
                unit: Some("1".to_owned()),
                ..Evidence::default()
            };
            reasons.push(Reason::new(code, severity, name.clone(), text).with(evidence));
        }
        reasons.extend(self.items.iter().map(|item| {
            let mut reason = item.reason.clone();
            if item.metric.dry_run {
                reason.severity = Severity::Info;
            }
            reason
        }));
        reasons
    }
}

/// The phase of items of which `least` must be successful, in three-valued logic, and the number of successful ones.
///
/// It is decided once enough are successful, or once enough can no longer be. Then it is `failed` if even all that are
/// neither successful nor failed would not suffice, else the worse of their phases.
fn at_least(items: &[Phase], least: u32) -> (Phase, u32) {
    let count = |is: fn(Phase) -> bool| {
        u32::try_from(items.iter().filter(|phase| is(**phase)).count()).unwrap_or(u32::MAX)
    };
    let successful = count(|phase| phase == Phase::Successful);
    let undecided = count(|phase| !phase.is_decided());
    let failed = count(|phase| phase == Phase::Failed);
    let all = count(|_| true);
    let phase = if successful >= least {
        Phase::Successful
    } else if successful.saturating_add(undecided) >= least {
        match items.iter().all(|phase| *phase == Phase::Pending) {
            true => Phase::Pending,
            false => Phase::Running,
        }
    } else if all.saturating_sub(failed) < least {
        Phase::Failed
    } else if items.contains(&Phase::Error) {
        Phase::Error
    } else {
        Phase::Inconclusive
    };
    (phase, successful)
}

impl Item<'_> {
    fn count(&mut self, at: Timestamp, reading: &Reading) {
        let phase = phase_of(self.metric, reading);
        self.last = Some((at, phase));
        match reading {
            Reading::Value { value, .. } => self.status.last_value = Some(*value),
            Reading::Failed { text } => self.status.last_error = Some(text.clone()),
            Reading::Empty {} if phase == Phase::Error => {
                self.status.last_error = Some("the result of the query is empty".to_owned());
            }
            Reading::NotANumber {} if phase == Phase::Error => {
                self.status.last_error = Some("the result of the query is not a number".to_owned());
            }
            Reading::NotANumber {} | Reading::Empty {} | Reading::Started {} => {}
        }
        let tally = &mut self.status.tally;
        tally.is_measuring = phase == Phase::Running;
        if tally.is_measuring {
            return;
        }
        let (counter, row) = match phase {
            Phase::Successful => (&mut tally.successful, tally.consecutive_success.saturating_add(1)),
            Phase::Failed => (&mut tally.failed, tally.consecutive_failure.saturating_add(1)),
            Phase::Error => (&mut tally.errors, tally.consecutive_error.saturating_add(1)),
            Phase::Inconclusive | Phase::Pending | Phase::Running => (&mut tally.inconclusive, 0),
        };
        *counter = counter.saturating_add(1);
        (tally.consecutive_success, tally.consecutive_failure, tally.consecutive_error) = match phase {
            Phase::Successful => (row, 0, 0),
            Phase::Failed => (0, row, 0),
            Phase::Error => (0, 0, row),
            Phase::Inconclusive | Phase::Pending | Phase::Running => (0, 0, 0),
        };
    }

    fn set(&mut self, phase: Phase, reason: Reason, at: Timestamp) {
        self.status.phase = phase;
        self.reason = reason;
        self.status.decided_at = phase.is_decided().then_some(at);
    }

    /// When the next query is due.
    fn next(&self, start: Timestamp) -> Option<Timestamp> {
        if self.status.phase.is_decided() {
            return None;
        }
        match self.last {
            None => start.plus(self.metric.initial_delay).ok(),
            Some((_, Phase::Running)) => None,
            Some((at, Phase::Error)) => at.plus(self.metric.error_retry).ok(),
            Some((at, _)) => self.metric.interval.and_then(|interval| at.plus(interval).ok()),
        }
    }
}
