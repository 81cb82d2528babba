//! When the incident was unresolved, when users noticed it, and when each component was affected.
use super::event::{ComponentStatus, Event, EventKind, Impact, Status};
use crate::time::Timestamp;
use std::collections::BTreeMap;

/// A half-open interval; without an end it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Interval {
    pub(super) start: Timestamp,
    pub(super) end: Option<Timestamp>,
}

impl Interval {
    fn since(start: Timestamp) -> Self {
        Self { start, end: None }
    }

    /// The common part, unless it is empty.
    fn intersection(self, other: Self) -> Option<Self> {
        let start = self.start.max(other.start);
        let end = match (self.end, other.end) {
            (Some(one), Some(two)) => Some(one.min(two)),
            (one, two) => one.or(two),
        };
        end.is_none_or(|end| start < end).then_some(Self { start, end })
    }
}

/// What the events say, in the order of time.
#[derive(Clone, Debug, Default)]
pub(super) struct Timeline {
    /// From the declaration to the resolution, and from each reopening to the next resolution.
    pub(super) unresolved: Vec<Interval>,
    /// The same, but from the start of the disruption, and from its return.
    disrupted: Vec<Interval>,
    /// Since when each component has each status.
    components: BTreeMap<String, Vec<(Timestamp, ComponentStatus)>>,
    /// Since when the incident as a whole disrupts or does not.
    whole: Vec<(Timestamp, bool)>,
    impact: Option<Impact>,
}

impl Timeline {
    /// Adds an event that was checked.
    pub(super) fn add(&mut self, event: &Event) {
        let at = event.at;
        match &event.kind {
            EventKind::Opened { impact, started_at, components, .. } => {
                let start = started_at.unwrap_or(at);
                self.unresolved.push(Interval::since(at));
                self.disrupted.push(Interval::since(start));
                self.impact = *impact;
                self.whole.push((start, impact.is_none_or(Impact::disrupts)));
                for (component, status) in components {
                    self.components.insert(component.clone(), vec![(start, *status)]);
                }
            }
            EventKind::StatusChanged { status: Status::Resolved } => {
                for intervals in [&mut self.unresolved, &mut self.disrupted] {
                    if let Some(last) = intervals.last_mut() {
                        last.end = Some(at);
                    }
                }
            }
            EventKind::ImpactChanged { impact, .. } => {
                self.impact = Some(*impact);
                self.whole.push((at, impact.disrupts()));
            }
            EventKind::ComponentChanged { component, status, since } => {
                let changes = self.components.entry(component.clone()).or_default();
                changes.push((since.unwrap_or(at), *status));
            }
            EventKind::Mitigated { since } => {
                let since = since.unwrap_or(at);
                self.whole.push((since, false));
                for changes in self.components.values_mut() {
                    changes.push((since, ComponentStatus::Operational));
                }
            }
            EventKind::Reopened { since } => {
                let start = since.unwrap_or(at);
                self.unresolved.push(Interval::since(at));
                self.disrupted.push(Interval::since(start));
                self.whole.push((start, self.impact.is_none_or(Impact::disrupts)));
            }
            EventKind::StatusChanged { .. }
            | EventKind::Acknowledged {}
            | EventKind::Assessed { .. }
            | EventKind::Communicated { .. }
            | EventKind::ActionTaken { .. }
            | EventKind::StepPlanned { .. }
            | EventKind::Documented {} => {}
        }
    }

    /// The instant before which no status of the component, or of anything, can begin any more.
    pub(super) fn latest_change(&self, component: Option<&str>) -> Option<Timestamp> {
        let last = |changes: &Vec<(Timestamp, ComponentStatus)>| changes.last().map(|(at, _)| *at);
        match component {
            Some(component) => self.components.get(component).and_then(last),
            None => {
                let whole = self.whole.last().map(|(at, _)| *at);
                self.components.values().filter_map(last).chain(whole).max()
            }
        }
    }

    /// The end of the last disruption, if it is over.
    pub(super) fn last_end(&self) -> Option<Timestamp> {
        self.disrupted.last().and_then(|last| last.end)
    }

    /// The status of each component, as said last.
    pub(super) fn statuses(&self) -> BTreeMap<String, ComponentStatus> {
        let last = |(name, changes): (&String, &Vec<(Timestamp, ComponentStatus)>)| {
            changes.last().map(|(_, status)| (name.clone(), *status))
        };
        self.components.iter().filter_map(last).collect()
    }

    /// When each component had which impact, in the order of time, without the times at which it had none.
    pub(super) fn of_component(&self, component: &str) -> Vec<(Interval, Impact)> {
        let changes = self.components.get(component).map(Vec::as_slice).unwrap_or_default();
        let states: Vec<_> = changes.iter().map(|(at, status)| (*at, status.impact())).collect();
        self.while_disrupted(&states).filter(|(_, impact)| *impact > Impact::None).collect()
    }

    pub(super) fn component_names(&self) -> impl Iterator<Item = &String> {
        self.components.keys()
    }

    /// When users noticed it: the union over all components or, if none is named, as the incident as a whole says.
    pub(super) fn impact(&self) -> Vec<Interval> {
        let mut found: Vec<Interval> = if self.components.is_empty() {
            self.while_disrupted(&self.whole).filter(|(_, disrupts)| *disrupts).map(|(at, _)| at).collect()
        } else {
            let of_all = self.components.keys().flat_map(|name| self.of_component(name));
            of_all.filter(|(_, impact)| impact.disrupts()).map(|(interval, _)| interval).collect()
        };
        union(&mut found)
    }

    /// The intervals of the states, as far as the incident was disrupted.
    fn while_disrupted<T: Copy>(&self, states: &[(Timestamp, T)]) -> impl Iterator<Item = (Interval, T)> {
        let ends = states.iter().skip(1).map(|(at, _)| Some(*at)).chain([None]);
        let intervals =
            states.iter().zip(ends).map(|((start, state), end)| (Interval { start: *start, end }, *state));
        intervals.flat_map(move |(interval, state)| {
            let parts = self.disrupted.iter().filter_map(move |open| interval.intersection(*open));
            parts.map(move |part| (part, state))
        })
    }
}

/// The union of intervals, in the order of time. Intervals that touch are one.
pub(super) fn union(intervals: &mut [Interval]) -> Vec<Interval> {
    intervals.sort_unstable_by_key(|interval| interval.start);
    let mut merged: Vec<Interval> = Vec::with_capacity(intervals.len());
    for interval in intervals.iter() {
        match merged.last_mut() {
            Some(last) if last.end.is_none_or(|end| interval.start <= end) => {
                last.end = last.end.zip(interval.end).map(|(one, two)| one.max(two));
            }
            _ => merged.push(*interval),
        }
    }
    merged
}
