use super::compare::{CountKind, CountRule};
use super::metric::{EmptyResult, Metric};
use super::response::Response;
use super::route::{CanaryScale, HeaderMatch};
use super::routes::Routes;
use super::schedule::Schedule;
use super::step::Step;
use crate::error::{ErrorKind, Faults, Result};
use crate::reason::{Severity, number};
use crate::scalar::Count;
use crate::time::Span;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// An error or a warning about a schedule.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "canary.Diagnostic", rename_all = "camelCase", deny_unknown_fields)]
pub struct Diagnostic {
    /// The stable code.
    pub code: DiagnosticCode,
    /// `error`: the schedule is refused. `warning`: it is allowed, but perhaps a mistake.
    pub severity: Severity,
    /// The path from the schedule down: `steps[1].weight`.
    pub path: String,
    /// The sentence for a person.
    pub text: String,
}

/// The kinds of errors and warnings about a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "canary.DiagnosticCode", rename_all = "snake_case")]
pub enum DiagnosticCode {
    /// Error: there are no steps.
    NoSteps,
    /// Error: there are more than 10,000 steps or metrics. Nothing else is checked then.
    TooMany,
    /// Error: a weight is not a number above 0 and up to 100.
    WeightOutOfRange,
    /// Error: a weight is below the one before it.
    WeightFalls,
    /// Warning: a weight is the one before it.
    WeightRepeats,
    /// Error: the last weight is not 100.
    WeightNeverFull,
    /// Error: a span is negative, or a deadline, a window or a timeout is not positive.
    SpanOutOfRange,
    /// Error: a bake may end before it has lasted its shortest time.
    BakeMaxBelowMin,
    /// Error: a step requires samples or measurements, but there is no metric.
    NothingMeasured,
    /// Error: an analysis requires no measurement at all.
    AnalysisEmpty,
    /// Error: an analysis names a metric that the schedule does not have.
    UnknownMetric,
    /// Error: a gate or a metric has no name.
    NameEmpty,
    /// Error: two gates or two metrics have the same name, or an analysis names a metric twice.
    NameRepeated,
    /// Error: a metric has neither `max` nor `min`, so it could never fail.
    MetricUnlimited,
    /// Error: a limit of a metric is not a finite number.
    LimitNotFinite,
    /// Error: `min` is above `max`, so that no value is good.
    LimitsCrossed,
    /// Warning: a limit of a metric in percent is perhaps meant as a share: `0.01` for 1 %, or at least `0.99` for 99 %.
    LimitUnlikely,
    /// Warning: there is no metric: only an operator can stop the rollout.
    NoMetrics,
    /// Warning: the deadline is not longer than all timers together that it counts, so that it always expires before the
    /// end.
    DeadlineUnreachable,
    /// Warning: a bake has no shortest time and nothing is measured, so that it never holds the rollout.
    BakeNeverHolds,
    /// Warning: a bake requires samples or measurements that cannot come in its time, so that it never ends well.
    BakeNeverEnds,
    /// Error: the share of a mirror route is not a number above 0 and up to 100, or that of a scale not one from 0 to 100.
    ShareOutOfRange,
    /// Warning: a step removes a route that no step before it sets.
    RouteUnknown,
    /// Warning: the new version is scaled to less than its share of the traffic.
    ScaleBelowWeight,
    /// Error: a metric begins to count at a step that the schedule does not have, or an analysis needs one that has not
    /// begun.
    StartingStepOutOfRange,
    /// Error: a value of `split` is not in its range.
    SplitOutOfRange,
    /// Error: a value of `compare` is not in its range.
    ComparisonOutOfRange,
    /// Error: a metric has `compare` and a field that is about values: `max`, `min`, `minSamples`, `empty`; or `window` beside
    /// totals.
    ComparisonConflict,
    /// Warning: counts are compared only at 100 %, where the previous version has no traffic.
    ComparisonNever,
    /// Warning: a bake without `max`, or a weight that no bake ends, waits without a deadline for the proof of a comparison, which
    /// may never come: a ratio near the margin needs more and more events.
    ComparisonUnending,
}

/// All errors and warnings about a schedule, in the order of the schedule; empty when there are none.
///
/// ```
/// use relcore::canary::{DiagnosticCode, Schedule, Step, standard_schedule, validate};
/// let mut schedule = standard_schedule();
/// schedule.steps.push(Step::SetWeight { weight: 50.0 });
/// let codes: Vec<_> = validate(&schedule).iter().map(|found| found.code).collect();
/// assert_eq!(codes, [DiagnosticCode::WeightFalls, DiagnosticCode::WeightNeverFull, DiagnosticCode::NoMetrics]);
/// ```
#[must_use]
pub fn validate(schedule: &Schedule) -> Vec<Diagnostic> {
    let mut found = Found::default();
    for (list, length) in [("steps", schedule.steps.len()), ("metrics", schedule.metrics.len())] {
        let text = format_args!("are {length}: expected at most 10,000");
        found.error(length > MOST, DiagnosticCode::TooMany, format_args!("{list}"), text);
    }
    if !found.0.is_empty() {
        return found.0;
    }
    steps(schedule, &mut found);
    metrics(schedule, &mut found);
    unending_weights(schedule, &mut found);
    spans(schedule, &mut found);
    found.0
}

/// A schedule with more steps or metrics than this is refused.
const MOST: usize = 10_000;

/// Refuses a schedule that has errors, and reports all of them.
pub(super) fn refuse(schedule: &Schedule, root: &str) -> Result<()> {
    let mut faults = Faults::new();
    for diagnostic in validate(schedule).iter().filter(|found| found.severity >= Severity::Error) {
        let kind = match diagnostic.code {
            DiagnosticCode::NameRepeated => ErrorKind::Duplicate,
            DiagnosticCode::UnknownMetric => ErrorKind::UnknownReference,
            DiagnosticCode::WeightFalls => ErrorKind::Unordered,
            DiagnosticCode::WeightOutOfRange
            | DiagnosticCode::SpanOutOfRange
            | DiagnosticCode::ShareOutOfRange
            | DiagnosticCode::StartingStepOutOfRange
            | DiagnosticCode::SplitOutOfRange
            | DiagnosticCode::ComparisonOutOfRange
            | DiagnosticCode::TooMany => ErrorKind::OutOfRange,
            _ => ErrorKind::InvalidValue,
        };
        faults.add(kind, format_args!("{}", diagnostic.path), format_args!("{}", diagnostic.text));
    }
    faults.finish().map_err(|error| error.under(root))
}

#[derive(Default)]
struct Found(Vec<Diagnostic>);

impl Found {
    fn error(&mut self, bad: bool, code: DiagnosticCode, path: fmt::Arguments<'_>, text: fmt::Arguments<'_>) {
        self.add(bad, Severity::Error, code, path, text);
    }

    fn add(
        &mut self,
        bad: bool,
        severity: Severity,
        code: DiagnosticCode,
        path: fmt::Arguments<'_>,
        text: fmt::Arguments<'_>,
    ) {
        if bad {
            self.0.push(Diagnostic { code, severity, path: path.to_string(), text: text.to_string() });
        }
    }
}

fn steps(schedule: &Schedule, found: &mut Found) {
    use DiagnosticCode as Code;
    // By name, because an analysis may name each of 10,000 metrics.
    let mut starting: BTreeMap<&str, &Metric> = BTreeMap::new();
    for metric in schedule.metrics.iter().filter(|metric| metric.starting_step > 0) {
        let latest = starting.entry(&metric.name).or_insert(metric);
        if latest.starting_step < metric.starting_step {
            *latest = metric;
        }
    }
    let mut weight = 0.0;
    let known: BTreeSet<&str> = schedule.metrics.iter().map(|metric| metric.name.as_str()).collect();
    let mut gates = BTreeSet::new();
    let (mut externals, mut routes) = (BTreeSet::new(), Routes::default());
    let no_steps = schedule.steps.is_empty();
    found.error(
        no_steps,
        Code::NoSteps,
        format_args!("steps"),
        format_args!("are empty: expected at least one"),
    );
    for (index, step) in schedule.steps.iter().enumerate() {
        let at = format_args!("steps[{index}]");
        match step {
            Step::SetWeight { weight: next } => {
                let path = format_args!("{at}.weight");
                let in_range = *next > 0.0 && *next <= 100.0; // false for NaN
                let text =
                    format_args!("`{next}` is out of range: expected a percentage above 0, at most 100");
                found.error(!in_range, Code::WeightOutOfRange, path, text);
                let text = format_args!("`{next}` is below `{weight}`: weights must not fall");
                found.error(in_range && *next < weight, Code::WeightFalls, path, text);
                let repeats = in_range && next.total_cmp(&weight).is_eq();
                let text = format_args!("`{next}` is already the weight");
                found.add(repeats, Severity::Warning, Code::WeightRepeats, path, text);
                if in_range {
                    weight = *next;
                    scale(&routes, weight, at, found);
                }
            }
            Step::Bake { min, max, min_samples } => {
                span(*min, format_args!("{at}.min"), found);
                let below = max.is_some_and(|max| max < *min);
                let text = format_args!("is shorter than `min`, `{min}`");
                found.error(below, Code::BakeMaxBelowMin, format_args!("{at}.max"), text);
                let unmeasured = min_samples.is_some_and(|n| n.get() > 0) && schedule.metrics.is_empty();
                let text = format_args!("requires samples, but the schedule has no metrics");
                found.error(unmeasured, Code::NothingMeasured, format_args!("{at}.minSamples"), text);
                bake(schedule, at, (*min, *max, *min_samples), weight, found);
            }
            Step::Pause { duration } => {
                if let Some(duration) = duration {
                    span(*duration, format_args!("{at}.duration"), found);
                }
            }
            Step::Analysis { metrics, measurements } => {
                let unmeasured = schedule.metrics.is_empty();
                let text = format_args!("analyses metrics, but the schedule has none");
                found.error(unmeasured, Code::NothingMeasured, at, text);
                let text = format_args!("`0` is out of range: expected at least 1");
                found.error(*measurements == 0, Code::AnalysisEmpty, format_args!("{at}.measurements"), text);
                let late =
                    |metric: &Metric| usize::try_from(metric.starting_step).is_ok_and(|step| step > index);
                let all_late = metrics.is_empty() && !unmeasured && schedule.metrics.iter().all(late);
                let text = format_args!("analyses metrics, but none has begun at this step");
                found.error(all_late, Code::StartingStepOutOfRange, at, text);
                let mut seen = BTreeSet::new();
                for (position, name) in metrics.iter().enumerate() {
                    let path = format_args!("{at}.metrics[{position}]");
                    let is_late = starting.get(name.as_str()).is_some_and(|metric| late(metric));
                    let text = format_args!("{} has not begun at this step", crate::error::quoted(name));
                    found.error(is_late, Code::StartingStepOutOfRange, path, text);
                    let path = format_args!("{at}.metrics[{position}]");
                    let text = format_args!("{} is not a metric of the schedule", crate::error::quoted(name));
                    found.error(!known.contains(name.as_str()), Code::UnknownMetric, path, text);
                    let text = format_args!("{} is already used", crate::error::quoted(name));
                    found.error(!seen.insert(name), Code::NameRepeated, path, text);
                }
            }
            Step::Gate { name, timeout, .. } => {
                self::name(name, !gates.insert(name), format_args!("{at}.name"), found);
                positive(*timeout, format_args!("{at}.timeout"), found);
            }
            Step::External { name, timeout, .. } => {
                self::name(name, !externals.insert(name), format_args!("{at}.name"), found);
                positive(*timeout, format_args!("{at}.timeout"), found);
            }
            Step::SetHeaderRoute { name, headers, timeout, .. } => {
                self::name(name, false, format_args!("{at}.name"), found);
                let unknown = headers.is_empty() && !routes.header.iter().any(|route| route.name == *name);
                route(unknown, name, headers, at, found);
                positive(*timeout, format_args!("{at}.timeout"), found);
            }
            Step::SetMirrorRoute { name, percent, headers, timeout, .. } => {
                self::name(name, false, format_args!("{at}.name"), found);
                let bad = percent.is_some_and(|percent| !(percent > 0.0 && percent <= 100.0)); // true for NaN
                let text = format_args!(
                    "`{}` is out of range: expected a percentage above 0, at most 100",
                    percent.unwrap_or_default()
                );
                found.error(bad, Code::ShareOutOfRange, format_args!("{at}.percent"), text);
                let unknown = percent.is_none() && !routes.mirror.iter().any(|route| route.name == *name);
                route(unknown, name, headers, at, found);
                positive(*timeout, format_args!("{at}.timeout"), found);
            }
            Step::SetCanaryScale { scale, timeout, .. } => {
                if let CanaryScale::Percent { percent } = scale {
                    let text =
                        format_args!("`{percent}` is out of range: expected a percentage from 0 to 100");
                    let bad = !(0.0..=100.0).contains(percent);
                    found.error(bad, Code::ShareOutOfRange, format_args!("{at}.scale.percent"), text);
                }
                positive(*timeout, format_args!("{at}.timeout"), found);
            }
        }
        routes.command(step);
        if matches!(step, Step::SetCanaryScale { .. }) {
            scale(&routes, weight, at, found);
        }
    }
    let full = weight.total_cmp(&100.0).is_eq();
    let text = format_args!("end at {weight} %: the last weight must be 100");
    found.error(!full && !no_steps, Code::WeightNeverFull, format_args!("steps"), text);
}

/// A route that is removed but not set, and conditions without a header.
fn route(unknown: bool, name: &str, headers: &[HeaderMatch], at: fmt::Arguments<'_>, found: &mut Found) {
    let text = format_args!("removes the route {}, which no step before it sets", crate::error::quoted(name));
    found.add(unknown, Severity::Warning, DiagnosticCode::RouteUnknown, at, text);
    for (index, condition) in headers.iter().enumerate() {
        self::name(&condition.header, false, format_args!("{at}.headers[{index}].header"), found);
    }
}

/// A scale that is too small for the traffic.
fn scale(routes: &Routes, weight: f64, at: fmt::Arguments<'_>, found: &mut Found) {
    let share = match &routes.scale {
        Some(CanaryScale::Percent { percent }) => *percent,
        Some(CanaryScale::Replicas { replicas: 0 }) => 0.0,
        _ => return,
    };
    let text = format_args!("gives {weight} % of the traffic to {share} % of the replicas");
    found.add(share < weight, Severity::Warning, DiagnosticCode::ScaleBelowWeight, at, text);
}

/// A bake that cannot do what it is there for: it holds nothing, or nothing lets it end.
fn bake(
    schedule: &Schedule,
    at: fmt::Arguments<'_>,
    (min, max, min_samples): (Span, Option<Span>, Option<Count>),
    weight: f64,
    found: &mut Found,
) {
    use DiagnosticCode as Code;
    let idle = min == Span::ZERO && schedule.metrics.is_empty();
    let text =
        format_args!("has no shortest time, and the schedule has no metrics: it never holds the rollout");
    found.add(idle, Severity::Warning, Code::BakeNeverHolds, at, text);
    let is_sampled = min_samples.is_some_and(|n| n.get() > 0);
    let unsampled = weight <= 0.0 && is_sampled && !schedule.metrics.is_empty();
    let text = format_args!("requires samples before the first weight: without traffic there are none");
    found.add(unsampled, Severity::Warning, Code::BakeNeverEnds, format_args!("{at}.minSamples"), text);
    let compares = schedule.metrics.iter().any(|metric| metric.compare.is_some());
    let only = schedule.metrics.iter().all(|metric| metric.compare.is_some());
    let text = format_args!("bakes at 100 %, where the previous version has no traffic: nothing is compared");
    found.add(weight >= 100.0 && compares && only, Severity::Warning, Code::ComparisonNever, at, text);
    let unending = compares && max.is_none() && weight < 100.0 && waits_without_end(schedule);
    let text = format_args!("waits without limit for counts that prove that the new version is not worse");
    found.add(unending, Severity::Warning, Code::ComparisonUnending, at, text);
    let Some(max) = max else { return };
    let first = schedule.steps.iter().find_map(Step::weight);
    let is_first = first.is_some_and(|first| first.total_cmp(&weight).is_eq());
    for metric in &schedule.metrics {
        let name = crate::error::quoted(&metric.name);
        let late = is_first && metric.initial_delay >= max && max > Span::ZERO;
        let text = format_args!(
            "`{max}` is over before {name} counts: its initial delay is `{}`",
            metric.initial_delay
        );
        found.add(late, Severity::Warning, Code::BakeNeverEnds, format_args!("{at}.max"), text);
        let window = metric.window.filter(|window| *window > max && is_sampled);
        let text = format_args!("`{max}` is shorter than the window of {name}: no samples are counted in it");
        found.add(window.is_some(), Severity::Warning, Code::BakeNeverEnds, format_args!("{at}.max"), text);
    }
}

fn metrics(schedule: &Schedule, found: &mut Found) {
    use DiagnosticCode as Code;
    let text = format_args!("are empty: only an operator can stop this rollout");
    found.add(schedule.metrics.is_empty(), Severity::Warning, Code::NoMetrics, format_args!("metrics"), text);
    let mut names = BTreeSet::new();
    for (index, metric) in schedule.metrics.iter().enumerate() {
        let Metric { name, max, min, max_age, .. } = metric;
        let at = format_args!("metrics[{index}]");
        self::name(name, !names.insert(name), format_args!("{at}.name"), found);
        let unlimited = max.is_none() && min.is_none() && metric.compare.is_none();
        let text = format_args!("has neither `max` nor `min`: it could never fail");
        if let Some(rule) = &metric.compare {
            compare(schedule, metric, rule, at, found);
        }
        found.error(unlimited, Code::MetricUnlimited, at, text);
        for (field, limit) in [("max", max), ("min", min)] {
            let infinite = limit.is_some_and(|limit| !limit.is_finite());
            let text = format_args!("`{}` is not a finite number", limit.unwrap_or_default());
            found.error(infinite, Code::LimitNotFinite, format_args!("{at}.{field}"), text);
            if let Some(limit) = limit.filter(|_| metric.unit.as_deref() == Some("%")) {
                unlikely_percentage(limit, field == "min", format_args!("{at}.{field}"), found);
            }
        }
        let crossed = matches!((min, max), (Some(min), Some(max)) if min > max);
        let text = format_args!("is above `max`: no value is good");
        found.error(crossed, Code::LimitsCrossed, format_args!("{at}.min"), text);
        if let Some(max_age) = max_age {
            span(*max_age, format_args!("{at}.maxAge"), found);
        }
        span(metric.initial_delay, format_args!("{at}.initialDelay"), found);
        positive(metric.window, format_args!("{at}.window"), found);
        let begins = usize::try_from(metric.starting_step).is_ok_and(|step| step < schedule.steps.len());
        let text = format_args!(
            "`{}` is out of range: expected one of the {} steps",
            metric.starting_step,
            schedule.steps.len()
        );
        let is_late = metric.starting_step > 0 && !begins;
        found.error(is_late, Code::StartingStepOutOfRange, format_args!("{at}.startingStep"), text);
    }
}

/// Whether nothing ends the wait for a proof but the proof.
fn waits_without_end(schedule: &Schedule) -> bool {
    schedule.deadline.is_none() && schedule.on.inconclusive != Response::Warn
}

/// A weight that only the proof of a comparison ends: no bake does.
fn unending_weights(schedule: &Schedule, found: &mut Found) {
    if !waits_without_end(schedule) || schedule.metrics.iter().all(|metric| metric.compare.is_none()) {
        return;
    }
    let mut steps = schedule.steps.iter().enumerate().peekable();
    while let Some((index, step)) = steps.next() {
        if !step.weight().is_some_and(|weight| 0.0 < weight && weight < 100.0) {
            continue;
        }
        let mut has_bake = false;
        while let Some((_, step)) = steps.next_if(|(_, step)| step.weight().is_none()) {
            has_bake |= matches!(step, Step::Bake { .. });
        }
        let text = format_args!(
            "is left without limit of time only when counts prove that the new version is not worse: add a bake with `max`, or a deadline"
        );
        let at = format_args!("steps[{index}]");
        found.add(!has_bake, Severity::Warning, DiagnosticCode::ComparisonUnending, at, text);
    }
}

/// A comparison of counts that cannot do what it is there for.
fn compare(
    schedule: &Schedule,
    metric: &Metric,
    rule: &CountRule,
    at: fmt::Arguments<'_>,
    found: &mut Found,
) {
    use DiagnosticCode as Code;
    let is_total = rule.counts == CountKind::Totals;
    for (field, given) in [
        ("max", metric.max.is_some()),
        ("min", metric.min.is_some()),
        ("minSamples", metric.min_samples > Count::default()),
        ("empty", metric.empty != EmptyResult::NoData),
        ("window", metric.window.is_some() && is_total),
    ] {
        let text = format_args!(
            "has no meaning for a metric that compares {}",
            if is_total { "totals" } else { "counts" }
        );
        found.error(given, Code::ComparisonConflict, format_args!("{at}.{field}"), text);
    }
    let mut faults = Faults::new();
    rule.check(&format!("{at}.compare"), &mut faults);
    if let Err(error) = faults.finish() {
        for fault in error.faults() {
            let (path, text) = (format_args!("{}", fault.path), format_args!("{}", fault.text));
            found.error(true, Code::ComparisonOutOfRange, path, text);
        }
    }
    let never = !schedule.steps.iter().filter_map(Step::weight).any(|weight| weight < 100.0);
    let text =
        format_args!("compares counts, but no weight is below 100: the previous version has no traffic then");
    found.add(never, Severity::Warning, Code::ComparisonNever, format_args!("{at}.compare"), text);
}

/// A limit in percent that is perhaps meant as a share, such as `0.01` for 1 %, or at least `0.99` for 99 %.
///
/// 0.05 % is five requests of 10,000: stricter limits exist, but the mistake is more common.
fn unlikely_percentage(limit: f64, is_least: bool, path: fmt::Arguments<'_>, found: &mut Found) {
    let unlikely = (limit > 0.0 && limit < 0.05) || (is_least && (0.9..=1.0).contains(&limit));
    let percentage = number(100.0 * limit);
    let text = format_args!("`{limit}` is {limit} % here: if {percentage} % is meant, write `{percentage}`");
    found.add(unlikely, Severity::Warning, DiagnosticCode::LimitUnlikely, path, text);
}

fn spans(schedule: &Schedule, found: &mut Found) {
    span(schedule.readiness.deadline, format_args!("readiness.deadline"), found);
    span(schedule.readiness.grace, format_args!("readiness.grace"), found);
    positive(schedule.pause_limit, format_args!("pauseLimit"), found);
    let mut faults = Faults::new();
    schedule.split.check("split", &mut faults);
    if let Err(error) = faults.finish() {
        for fault in error.faults() {
            let (path, text) = (format_args!("{}", fault.path), format_args!("{}", fault.text));
            found.error(true, DiagnosticCode::SplitOutOfRange, path, text);
        }
    }
    let Some(deadline) = schedule.deadline else { return };
    let text = format_args!("`{deadline}` is out of range: expected a positive span");
    found.error(deadline <= Span::ZERO, DiagnosticCode::SpanOutOfRange, format_args!("deadline"), text);
    let timers = schedule.steps.iter().fold(Span::ZERO, |sum, step| match step {
        Step::Bake { min, .. } => sum.saturating_add(*min),
        Step::Pause { duration: Some(duration) } if !schedule.deadline_excludes.pauses => {
            sum.saturating_add(*duration)
        }
        _ => sum,
    });
    let text = format_args!("`{deadline}` is not longer than all timers that it counts together, `{timers}`");
    let expires = deadline > Span::ZERO && deadline <= timers;
    found.add(
        expires,
        Severity::Warning,
        DiagnosticCode::DeadlineUnreachable,
        format_args!("deadline"),
        text,
    );
}

fn span(span: Span, path: fmt::Arguments<'_>, found: &mut Found) {
    let text = format_args!("`{span}` is out of range: expected a span that is not negative");
    found.error(span.is_negative(), DiagnosticCode::SpanOutOfRange, path, text);
}

/// A span that, if it is there, must be longer than nothing.
fn positive(span: Option<Span>, path: fmt::Arguments<'_>, found: &mut Found) {
    let Some(span) = span else { return };
    let text = format_args!("`{span}` is out of range: expected a positive span");
    found.error(span <= Span::ZERO, DiagnosticCode::SpanOutOfRange, path, text);
}

fn name(name: &str, repeated: bool, path: fmt::Arguments<'_>, found: &mut Found) {
    found.error(name.is_empty(), DiagnosticCode::NameEmpty, path, format_args!("is empty"));
    let text = format_args!("{} is already used", crate::error::quoted(name));
    found.error(repeated && !name.is_empty(), DiagnosticCode::NameRepeated, path, text);
}
