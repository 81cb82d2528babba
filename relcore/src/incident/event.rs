use crate::input::input;
use crate::time::Timestamp;
use crate::wire::tagged;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

input! {
    /// Something that happened in an incident at an instant.
    ///
    /// ```
    /// use relcore::incident::{Event, EventKind};
    /// let at = relcore::Timestamp::parse("2026-11-23T03:00:00Z")?;
    /// let event = Event::new(at, EventKind::Acknowledged {}).by("on-call");
    /// assert_eq!(event.kind.to_string(), "acknowledged");
    /// # Ok::<(), relcore::Error>(())
    /// ```
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "incident.Event", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Event {
        /// When it happened.
        pub at: Timestamp,
        /// Who did it, when known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub by: Option<String>,
        /// What happened.
        pub kind: EventKind,
    }
}

impl Event {
    /// An event whose author is not known.
    #[must_use]
    pub fn new(at: Timestamp, kind: EventKind) -> Self {
        Self { at, by: None, kind }
    }
}

tagged! {
    "incident.EventKind";
    /// What happened in an incident.
    #[derive(Clone, Debug, PartialEq)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub enum EventKind {
        /// The incident was declared: the first event.
        Opened {
            /// The id of the incident.
            id: String,
            /// Its title, in one line.
            title: String,
            /// The first status. Default: `investigating`.
            #[serde(default)]
            status: Status,
            /// The impact as a whole, when known.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            impact: Option<Impact>,
            /// What users notice, when known.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            description: Option<String>,
            /// When the disruption began. Default: when the incident was declared.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            started_at: Option<Timestamp>,
            /// When monitoring or a person noticed it. Default: when the incident was declared.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            detected_at: Option<Timestamp>,
            /// The affected components by name, with their status since `startedAt`. Default: none is named.
            #[serde(default)]
            components: BTreeMap<String, ComponentStatus>,
        },
        /// A responder took the incident.
        Acknowledged {},
        /// The severity was assessed, or assessed anew.
        Assessed {
            /// The severity.
            severity: Sev,
        },
        /// The status changed, or was confirmed.
        StatusChanged {
            /// The new status.
            status: Status,
        },
        /// The impact as a whole changed.
        ImpactChanged {
            /// The impact from now on. Above `maintenance` it counts again, also after `mitigated`.
            impact: Impact,
            /// What users notice, when that changed, too.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            description: Option<String>,
        },
        /// The status of a component changed.
        ComponentChanged {
            /// The name of the component.
            component: String,
            /// Its status.
            status: ComponentStatus,
            /// Since when, if that was earlier than the event.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            since: Option<Timestamp>,
        },
        /// Users notice it no more: the impact as a whole is over, and every component is operational.
        Mitigated {
            /// Since when, if that was earlier than the event.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            since: Option<Timestamp>,
        },
        /// A message went to customers or stakeholders.
        Communicated {
            /// The message.
            text: String,
            /// Whether it says who is affected and how. Default: no.
            #[serde(default)]
            scope: bool,
            /// When the next message comes, if this one says so.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            next_update_at: Option<Timestamp>,
        },
        /// An action was taken. A planned step of the same text is done.
        ActionTaken {
            /// The action.
            text: String,
        },
        /// A step was planned.
        StepPlanned {
            /// The step.
            text: String,
        },
        /// The incident was resolved, but it is not over.
        Reopened {
            /// Since when it is back, if that was earlier than the event.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            since: Option<Timestamp>,
        },
        /// The report of the incident was written.
        Documented {},
    }
}

impl EventKind {
    /// All kinds by their tags, in the order of the enum.
    pub(super) const TAGS: [&'static str; 12] = [
        "opened",
        "acknowledged",
        "assessed",
        "status_changed",
        "impact_changed",
        "component_changed",
        "mitigated",
        "communicated",
        "action_taken",
        "step_planned",
        "reopened",
        "documented",
    ];
}

/// The states of an incident, as in Statuspage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "incident.Status", rename_all = "snake_case")]
pub enum Status {
    /// The cause is not known.
    #[default]
    Investigating,
    /// The cause is known.
    Identified,
    /// A fix or a mitigation is in place and is watched.
    Monitoring,
    /// The incident is over.
    Resolved,
    /// The incident is over, and its post-mortem is published.
    Postmortem,
}

impl Status {
    /// Whether the incident is over.
    pub(super) fn is_over(self) -> bool {
        self >= Self::Resolved
    }
}

/// How much users notice, from the least to the worst, as in Statuspage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "incident.Impact", rename_all = "snake_case")]
pub enum Impact {
    /// Nothing.
    None,
    /// Announced work.
    Maintenance,
    /// It is slow, or a detail does not work.
    Minor,
    /// A part does not work.
    Major,
    /// Nothing works.
    Critical,
}

impl Impact {
    /// Whether it counts as a disruption.
    pub(super) fn disrupts(self) -> bool {
        self > Self::Maintenance
    }
}

/// The status of a component, from the best to the worst, as in Statuspage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "incident.ComponentStatus", rename_all = "snake_case")]
pub enum ComponentStatus {
    /// It works: the impact `none`.
    Operational,
    /// Announced work: the impact `maintenance`.
    UnderMaintenance,
    /// It is slow, or a detail does not work: the impact `minor`.
    DegradedPerformance,
    /// It does not work for a part of the users: the impact `major`.
    PartialOutage,
    /// It does not work: the impact `critical`.
    MajorOutage,
}

impl ComponentStatus {
    /// The impact of a component with this status.
    pub(super) fn impact(self) -> Impact {
        match self {
            Self::Operational => Impact::None,
            Self::UnderMaintenance => Impact::Maintenance,
            Self::DegradedPerformance => Impact::Minor,
            Self::PartialOutage => Impact::Major,
            Self::MajorOutage => Impact::Critical,
        }
    }

    /// The status of a component on which something has this impact.
    pub(super) fn of(impact: Impact) -> Self {
        match impact {
            Impact::None => Self::Operational,
            Impact::Maintenance => Self::UnderMaintenance,
            Impact::Minor => Self::DegradedPerformance,
            Impact::Major => Self::PartialOutage,
            Impact::Critical => Self::MajorOutage,
        }
    }
}

/// The severity of an incident, from the most severe on, as PagerDuty defines it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "incident.Sev", rename_all = "snake_case")]
pub enum Sev {
    /// Critical for many customers: the public and the executives are told. A major incident.
    Sev1,
    /// A critical system does not work for many customers. A major incident.
    Sev2,
    /// Stability, or a minor impact on customers: its owners act now.
    Sev3,
    /// A minor problem that is not urgent.
    Sev4,
    /// Cosmetic, or without impact on customers.
    Sev5,
}
