//! A naive model of an incident: what was so at every minute, overwritten event by event.
use super::{Numbers, at};
use relcore::incident::{ComponentStatus, Event, EventKind, Impact, Sev, Status};
use std::collections::BTreeMap;

const COMPONENTS: [&str; 3] = ["a", "b", "c"];
const STATUSES: [ComponentStatus; 5] = [
    ComponentStatus::Operational,
    ComponentStatus::UnderMaintenance,
    ComponentStatus::DegradedPerformance,
    ComponentStatus::PartialOutage,
    ComponentStatus::MajorOutage,
];
const IMPACTS: [Impact; 5] =
    [Impact::None, Impact::Maintenance, Impact::Minor, Impact::Major, Impact::Critical];

/// Makes an event of numbers; it need not be legal.
pub(super) fn event_of(is_first: bool, minute: i32, (_, choice, component, status, back): Numbers) -> Event {
    let since = (choice % 2 == 0 && back > 0).then(|| at((minute - back).max(0)));
    let (component, status) = (COMPONENTS[usize::from(component)], usize::from(status));
    let kind = if is_first {
        let components = if choice < 7 {
            BTreeMap::new()
        } else {
            BTreeMap::from([(component.to_owned(), STATUSES[status])])
        };
        EventKind::Opened {
            id: "1".to_owned(),
            title: "x".to_owned(),
            status: Status::Investigating,
            impact: (choice % 3 == 0).then_some(IMPACTS[status]),
            description: None,
            started_at: Some(at(minute - back)),
            detected_at: None,
            components,
        }
    } else {
        match choice {
            0 | 1 => EventKind::StatusChanged { status: Status::Resolved },
            2 => EventKind::StatusChanged {
                status: [Status::Identified, Status::Monitoring, Status::Postmortem][status % 3],
            },
            3 | 4 => EventKind::Reopened { since },
            5..=8 => EventKind::ComponentChanged {
                component: component.to_owned(),
                status: STATUSES[status],
                since,
            },
            9 => EventKind::Mitigated { since },
            10 => EventKind::ImpactChanged { impact: IMPACTS[status], description: None },
            11 => EventKind::Assessed { severity: Sev::Sev2 },
            _ => EventKind::Communicated {
                text: "x".to_owned(),
                scope: status > 2,
                next_update_at: Some(at(minute + back + 1)),
            },
        }
    };
    Event::new(at(minute), kind)
}

pub(super) struct Model {
    now: usize,
    unresolved: Vec<bool>,
    disrupted: Vec<bool>,
    whole: Vec<bool>,
    components: BTreeMap<String, Vec<ComponentStatus>>,
}

fn minute_of(at: relcore::Timestamp) -> usize {
    usize::try_from(at.since(super::at(0)).as_millis() / 60_000).unwrap()
}

impl Model {
    pub(super) fn of(events: &[(i32, Event)], now: i32) -> Self {
        let now = usize::try_from(now).unwrap();
        let none = || vec![false; now];
        let mut model =
            Self { now, unresolved: none(), disrupted: none(), whole: none(), components: BTreeMap::new() };
        let mut impact = None;
        for (minute, event) in events {
            let minute = usize::try_from(*minute).unwrap();
            let since = |since: &Option<relcore::Timestamp>| since.map_or(minute, minute_of);
            match &event.kind {
                EventKind::Opened { impact: said, started_at, components, .. } => {
                    impact = *said;
                    let start = started_at.map_or(minute, minute_of);
                    model.unresolved[minute..].fill(true);
                    model.disrupted[start..].fill(true);
                    model.whole[start..].fill(impact.is_none_or(|impact| impact > Impact::Maintenance));
                    for (component, status) in components {
                        model.change(component, start, *status);
                    }
                }
                EventKind::StatusChanged { status: Status::Resolved } => {
                    model.unresolved[minute..].fill(false);
                    model.disrupted[minute..].fill(false);
                }
                EventKind::Reopened { since: back } => {
                    model.unresolved[minute..].fill(true);
                    model.disrupted[since(back)..].fill(true);
                    model.whole[since(back)..].fill(impact.is_none_or(|impact| impact > Impact::Maintenance));
                }
                EventKind::ImpactChanged { impact: said, .. } => {
                    impact = Some(*said);
                    model.whole[minute..].fill(*said > Impact::Maintenance);
                }
                EventKind::ComponentChanged { component, status, since: back } => {
                    model.change(component, since(back), *status);
                }
                EventKind::Mitigated { since: back } => {
                    model.whole[since(back)..].fill(false);
                    for statuses in model.components.values_mut() {
                        statuses[since(back)..].fill(ComponentStatus::Operational);
                    }
                }
                _ => {}
            }
        }
        model
    }

    fn change(&mut self, component: &str, minute: usize, status: ComponentStatus) {
        let new = || vec![ComponentStatus::Operational; self.now];
        self.components.entry(component.to_owned()).or_insert_with(new)[minute..].fill(status);
    }

    fn count(&self, holds: impl Fn(usize) -> bool) -> i64 {
        i64::try_from((0..self.now).filter(|minute| holds(*minute)).count()).unwrap()
    }

    pub(super) fn unresolved(&self) -> i64 {
        self.count(|minute| self.unresolved[minute])
    }

    pub(super) fn impact(&self) -> i64 {
        self.count(|minute| {
            let is_affected =
                |statuses: &Vec<ComponentStatus>| statuses[minute] > ComponentStatus::UnderMaintenance;
            let notices = if self.components.is_empty() {
                self.whole[minute]
            } else {
                self.components.values().any(is_affected)
            };
            self.disrupted[minute] && notices
        })
    }

    pub(super) fn downtime(&self, component: &str) -> i64 {
        self.count(|minute| {
            self.status(component, i32::try_from(minute).unwrap()) > ComponentStatus::UnderMaintenance
        })
    }

    pub(super) fn status(&self, component: &str, minute: i32) -> ComponentStatus {
        let minute = usize::try_from(minute).unwrap();
        match self.components.get(component) {
            Some(statuses) if self.disrupted[minute] => statuses[minute],
            _ => ComponentStatus::Operational,
        }
    }
}
