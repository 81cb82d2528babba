//! What an edit of a schedule changed, and whether it made the rollout stricter.
use super::response::Response;
use super::schedule::Schedule;
use crate::error::join;
use crate::time::Span;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use similar::{Algorithm, DiffOp, capture_diff_slices};
use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::ops::Range;
use std::str::FromStr as _;

/// A difference between two schedules.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "canary.ScheduleChange", rename_all = "camelCase", deny_unknown_fields)]
pub struct ScheduleChange {
    /// The path in the new schedule, or in the old one for what was removed: `steps[1].min`, `metrics[0].max`.
    pub path: String,
    /// Whether it was added, removed or changed.
    pub kind: ChangeKind,
    /// What it means for the rollout.
    pub effect: ChangeEffect,
    /// The value before, as JSON; absent if it was added, or had no value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The value after, as JSON; absent if it was removed, or has no value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// Whether something was added, removed or changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "canary.ChangeKind", rename_all = "snake_case")]
pub enum ChangeKind {
    /// A step or a metric that only the new schedule has.
    Added,
    /// A step or a metric that only the old schedule has.
    Removed,
    /// A value that both schedules have, and that differs.
    Changed,
}

/// What a difference between two schedules means for a rollout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "canary.ChangeEffect", rename_all = "snake_case")]
pub enum ChangeEffect {
    /// The rollout advances later, or ends sooner when something is wrong.
    Stricter,
    /// The rollout advances sooner, or goes on where it would have ended. Review it.
    Looser,
    /// Neither can be said of it alone.
    Neutral,
}

/// The differences between two schedules, steps first, each with its effect on a rollout.
///
/// Steps are compared by the shortest edit script (Myers 1986), metrics by their names, everything else by its path. A
/// default that is left out is the same as one that is written.
///
/// ```
/// use relcore::canary::{ChangeEffect, diff, schedule_from_yaml};
/// let old = schedule_from_yaml("
/// steps: [{type: set_weight, weight: 10}, {type: bake, min: 1h}, {type: set_weight, weight: 100}]
/// metrics: [{name: error_rate, max: 1, unit: '%'}]
/// ")?;
/// let new = schedule_from_yaml("
/// steps: [{type: set_weight, weight: 10}, {type: bake, min: 2h}, {type: set_weight, weight: 100}]
/// metrics: [{name: error_rate, max: 5, unit: '%'}]
/// ")?;
/// let found: Vec<_> = diff(&old, &new).into_iter().map(|change| (change.path, change.effect)).collect();
/// assert_eq!(found, [
///     ("steps[1].min".to_owned(), ChangeEffect::Stricter),
///     ("metrics[0].max".to_owned(), ChangeEffect::Looser),
/// ]);
/// // Pitfall: the order of metrics is no difference, the order of steps is.
/// assert!(diff(&old, &old).is_empty());
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn diff(before: &Schedule, after: &Schedule) -> Vec<ScheduleChange> {
    let (old, new) = (whole(before), whole(after));
    let mut changes = Vec::new();
    steps(list(&old, "steps"), list(&new, "steps"), &mut changes);
    metrics(list(&old, "metrics"), list(&new, "metrics"), &mut changes);
    let rest = |value: &Value| {
        let mut fields = value.as_object().cloned().unwrap_or_default();
        fields.retain(|key, _| key != "steps" && key != "metrics");
        Value::Object(fields)
    };
    values("", "", Some(&rest(&old)), Some(&rest(&new)), &mut changes);
    changes
}

/// A schedule with the defaults that its wire form leaves out.
fn whole(schedule: &Schedule) -> Value {
    // A finite number of plain fields: the wire form cannot fail.
    let mut value = serde_json::to_value(schedule).unwrap_or_default();
    let defaults = [
        ("deadlineExcludes", serde_json::to_value(schedule.deadline_excludes)),
        ("readiness", serde_json::to_value(schedule.readiness)),
        ("split", serde_json::to_value(schedule.split)),
    ];
    if let Some(Value::Object(on)) = value.get_mut("on") {
        on.insert("notReady".to_owned(), Value::String(schedule.on.not_ready.to_string()));
        on.insert("stableUnhealthy".to_owned(), Value::String(schedule.on.stable_unhealthy.to_string()));
        let mismatch = schedule.on.sample_ratio_mismatch.to_string();
        on.insert("sampleRatioMismatch".to_owned(), Value::String(mismatch));
    }
    if let Value::Object(fields) = &mut value {
        for (name, whole) in defaults {
            fields.insert(name.to_owned(), whole.unwrap_or_default());
        }
    }
    value
}

fn list<'a>(schedule: &'a Value, name: &str) -> &'a [Value] {
    schedule.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Steps that are the same are aligned first, then those of the same type between them, which differ by their values.
/// The others were added or removed.
fn steps(old: &[Value], new: &[Value], changes: &mut Vec<ScheduleChange>) {
    let texts = |steps: &[Value]| steps.iter().map(Value::to_string).collect::<Vec<_>>();
    for operation in capture_diff_slices(Algorithm::Myers, &texts(old), &texts(new)) {
        if matches!(operation, DiffOp::Equal { .. }) {
            continue;
        }
        let (removed, added) = (operation.old_range(), operation.new_range());
        let kinds = |steps: &[Value], range: &Range<usize>| -> Vec<String> {
            let steps = steps.get(range.clone()).unwrap_or_default();
            steps.iter().map(|step| kind_of(Some(step)).unwrap_or_default().to_owned()).collect()
        };
        for inner in capture_diff_slices(Algorithm::Myers, &kinds(old, &removed), &kinds(new, &added)) {
            let of = |range: Range<usize>, begin: usize| range.map(move |index| begin.saturating_add(index));
            let (from, to) = (of(inner.old_range(), removed.start), of(inner.new_range(), added.start));
            if matches!(inner, DiffOp::Equal { .. }) {
                for (before, after) in from.zip(to) {
                    values(&format!("steps[{after}]"), "", old.get(before), new.get(after), changes);
                }
                continue;
            }
            changes.extend(from.map(|index| step_change(&format!("steps[{index}]"), old.get(index), None)));
            changes.extend(to.map(|index| step_change(&format!("steps[{index}]"), None, new.get(index))));
        }
    }
}

fn kind_of(step: Option<&Value>) -> Option<&str> {
    step?.get("type")?.as_str()
}

/// A step that waits makes the rollout stricter. A weight between others does, too, but how it bears on them is not a
/// question of this step alone, and no more is a route or a scale.
fn step_change(path: &str, before: Option<&Value>, after: Option<&Value>) -> ScheduleChange {
    let neutral = ["set_weight", "set_header_route", "set_mirror_route", "set_canary_scale"];
    let waits = kind_of(before.or(after)).is_some_and(|kind| !neutral.contains(&kind));
    change(path, before, after, if waits { Ordering::Greater } else { Ordering::Equal })
}

/// Metrics by their names.
fn metrics(old: &[Value], new: &[Value], changes: &mut Vec<ScheduleChange>) {
    let name = |metric: &Value| metric.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    for (index, metric) in new.iter().enumerate() {
        let path = format!("metrics[{index}]");
        match old.iter().find(|other| name(other) == name(metric)) {
            Some(before) => values(&path, "", Some(before), Some(metric), changes),
            None => changes.push(change(&path, None, Some(metric), Ordering::Greater)),
        }
    }
    let kept: BTreeSet<String> = new.iter().map(name).collect();
    for (index, metric) in old.iter().enumerate().filter(|(_, metric)| !kept.contains(&name(metric))) {
        changes.push(change(&format!("metrics[{index}]"), Some(metric), None, Ordering::Greater));
    }
}

/// Everything else by its path.
fn values(
    path: &str,
    field: &str,
    before: Option<&Value>,
    after: Option<&Value>,
    changes: &mut Vec<ScheduleChange>,
) {
    if before == after {
        return;
    }
    let empty = Map::new();
    let fields =
        |value: Option<&Value>| value.map_or(Some(empty.clone()), |value| value.as_object().cloned());
    if let (Some(old), Some(new), true) =
        (fields(before), fields(after), before.or(after).is_some_and(Value::is_object))
    {
        let mut names: Vec<&String> = old.keys().collect();
        names.extend(new.keys().filter(|name| !old.contains_key(*name)));
        for name in names {
            values(&join(path, name), name, old.get(name), new.get(name), changes);
        }
        return;
    }
    // A greater alpha of a comparison finds harm sooner, and passes sooner, too.
    let field = if path.ends_with(".compare.alpha") { "" } else { field };
    changes.push(change(path, before, after, strictness(field, before, after)));
}

/// Which value of a field is stricter, and how one that is left out compares.
struct Sense {
    field: &'static str,
    /// Whether a greater number or a longer span is stricter.
    greater: bool,
    /// Whether an absent value is stricter than any other.
    absent: bool,
}

/// A field of which a smaller value is stricter.
const fn smaller(field: &'static str) -> Sense {
    Sense { field, greater: false, absent: false }
}

/// A field of which a greater value is stricter.
const fn greater(field: &'static str) -> Sense {
    Sense { field, greater: true, absent: false }
}

/// The fields whose values can be compared. A stronger response is stricter in every field.
const FIELDS: &[Sense] = &[
    smaller("weight"),
    greater("min"),
    smaller("max"),
    greater("minSamples"),
    greater("measurements"),
    Sense { field: "duration", greater: true, absent: true }, // it pauses until an operator resumes
    smaller("timeout"),
    Sense { field: "onTimeout", greater: true, absent: true }, // it aborts
    smaller("failureLimit"),
    smaller("inconclusiveLimit"),
    smaller("consecutiveErrorLimit"),
    smaller("maxAge"),
    greater("critical"),
    Sense { field: "initialDelay", greater: false, absent: true }, // there is none
    smaller("deadline"),
    smaller("grace"),
    smaller("pauses"),
    smaller("gates"),
    smaller("closedWindows"),
    greater("failed"),
    greater("error"),
    greater("inconclusive"),
    greater("noData"),
    greater("notReady"),
    greater("stableUnhealthy"),
    greater("sampleRatioMismatch"),
    Sense { field: "startingStep", greater: false, absent: true }, // it counts from the first traffic
    Sense { field: "pauseLimit", greater: true, absent: true },    // a pause lasts until an operator resumes
    greater("alpha"),
    smaller("marginPercent"),
];

/// Whether a change of a field makes the rollout stricter (`Greater`) or looser (`Less`).
fn strictness(field: &str, before: Option<&Value>, after: Option<&Value>) -> Ordering {
    let Some(sense) = FIELDS.iter().find(|sense| sense.field == field) else { return Ordering::Equal };
    let strictness = |value: Option<&Value>| match value {
        None => Some(if sense.absent { f64::INFINITY } else { f64::NEG_INFINITY }),
        Some(Value::Number(number)) => number.as_f64().map(|number| sense.signed(number)),
        Some(Value::Bool(value)) => Some(sense.signed(f64::from(u8::from(*value)))),
        Some(Value::String(text)) => match Response::from_str(text) {
            Ok(response) => Some(f64::from(response as u8)),
            Err(_) => Span::parse(text).ok().map(|span| sense.signed(span.as_seconds())),
        },
        Some(_) => None,
    };
    strictness(after)
        .zip(strictness(before))
        .map_or(Ordering::Equal, |(after, before)| after.total_cmp(&before))
}

impl Sense {
    fn signed(&self, value: f64) -> f64 {
        if self.greater { value } else { -value }
    }
}

/// A change of something that makes the rollout stricter (`Greater`) by being there, or by its new value.
fn change(path: &str, before: Option<&Value>, after: Option<&Value>, effect: Ordering) -> ScheduleChange {
    let is_whole = before.or(after).is_some_and(Value::is_object);
    let kind = match (before, after) {
        (None, _) if is_whole => ChangeKind::Added,
        (_, None) if is_whole => ChangeKind::Removed,
        _ => ChangeKind::Changed,
    };
    let effect = if kind == ChangeKind::Removed { effect.reverse() } else { effect };
    let effect = match effect {
        Ordering::Greater => ChangeEffect::Stricter,
        Ordering::Less => ChangeEffect::Looser,
        Ordering::Equal => ChangeEffect::Neutral,
    };
    let text = |value: Option<&Value>| value.map(Value::to_string);
    ScheduleChange { path: path.to_owned(), kind, effect, before: text(before), after: text(after) }
}
