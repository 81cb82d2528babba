//! Incidents: what happened, how long it took, whom it affected, how severe it is, and when the next message is due.
//!
//! An incident is the result of its events. [`fold`] makes a [`State`] of them, [`apply`] adds one. [`durations`] returns the
//! times to detect, acknowledge, mitigate and resolve, [`impacts`], [`component_status`] and [`downtime`] look at components,
//! [`assess_severity`] and [`update_due`] decide, [`render_update`] writes the message, [`map_status`] reads the words of other
//! tools, and [`response_due`], [`resolution_due`] and [`sla_state`] keep the clocks of service level agreements.
//!
//! # Rules
//!
//! 1. An open incident is `investigating`, `identified` or `monitoring`, in any order. From each of them it can be `resolved`,
//!    and then `postmortem`. From these two it comes back only by `reopened`.
//! 2. An event that makes no sense in a status is an error, which lists the events that are allowed.
//! 3. The impact is apart from the status. It begins at `startedAt` and ends when every component is operational or, if none is
//!    named, with `mitigated`; at the latest with the resolution.
//! 4. After a reopening, the impact goes on as it was before the resolution: a component that had not recovered is affected
//!    again, one that had recovered is not.
//! 5. All intervals are half-open. Impacts that overlap count once.
//! 6. The status of a component is that of its worst impact at the instant.
//! 7. Between two possible severities, the higher one counts. If more are possible, the verdict is `inconclusive`.
//! 8. The clock of a service level agreement runs in its hours, on its business days, without its holds. A new severity keeps
//!    what was counted, unless the agreement says otherwise.
//!
//! # Pitfalls
//!
//! - The time to resolve has the paperwork, too. Recovery is the time to mitigate.
//! - An incident that names components has the impact of its components alone.
//! - An impact or a return that was noticed late has a `since`; without one it begins at the event.
pub mod code;
mod component;
mod durations;
mod event;
mod hours;
mod render;
mod severity;
mod sla;
mod state;
mod timeline;
mod update;
mod vocabulary;

pub use component::{ComponentImpact, ComponentState, Downtime, component_status, downtime, impacts};
pub use durations::{Durations, durations};
pub use event::{ComponentStatus, Event, EventKind, Impact, Sev, Status};
pub use hours::Hours;
pub use render::{Form, render_update};
#[cfg(feature = "yaml")]
pub use severity::severity_policy_from_yaml;
pub use severity::{
    Assessment, AssessmentVerdict, ImpactFacts, Loss, SeverityPolicy, assess_severity,
    default_severity_policy, explain_severity, outcome_of_severity, severity_policy_from_json,
};
#[cfg(feature = "yaml")]
pub use sla::sla_from_yaml;
pub use sla::{
    Hold, SeverityAt, SeverityChange, Sla, SlaDue, SlaKind, SlaState, SlaTarget, SlaVerdict, Ticket,
    default_sla, explain_sla, outcome_of_sla, resolution_due, response_due, sla_from_json, sla_state,
};
pub use state::{DatedMilestone, Milestone, State, apply, fold};
#[cfg(feature = "yaml")]
pub use update::cadence_from_yaml;
pub use update::{
    Cadence, Update, UpdateVerdict, cadence_from_json, default_cadence, explain_update, outcome_of_update,
    update_due,
};
pub use vocabulary::{
    MappedStatus, MappedWord, Vocabulary, map_component_status, map_impact, map_status, word_for_status,
};

crate::scalar::texts!(
    AssessmentVerdict,
    ComponentStatus,
    Form,
    Impact,
    Loss,
    Milestone,
    Sev,
    SeverityChange,
    SlaKind,
    SlaVerdict,
    Status,
    UpdateVerdict,
    Vocabulary
);

/// The rows of this module in the function table, sorted by name.
macro_rules! table_rows {
    ($table:ident) => {
        $table! {
            incident {
                policy Cadence: default_cadence, cadence_from_json, cadence_from_yaml;
                policy SeverityPolicy: default_severity_policy, severity_policy_from_json, severity_policy_from_yaml;
                policy Sla: default_sla, sla_from_json, sla_from_yaml;

                fn apply(incident: &State, event: &Event) -> State;
                fn assess_severity(facts: &ImpactFacts, policy: &SeverityPolicy) -> Assessment;
                fn component_status(component: &str, impacts: &[ComponentImpact], at: Timestamp) -> ComponentState;
                fn downtime(
                    component: &str,
                    impacts: &[ComponentImpact],
                    period: &TimeRange,
                    least: &Impact,
                    now: Timestamp,
                ) -> Downtime;
                fn durations(incident: &State, now: Timestamp) -> Durations;
                #[plain]
                fn explain_severity(assessment: &Assessment) -> String;
                #[plain]
                fn explain_sla(state: &SlaState) -> String;
                #[plain]
                fn explain_update(update: &Update) -> String;
                fn fold(events: &[Event]) -> State;
                fn impacts(incident: &State) -> Vec<ComponentImpact>;
                fn map_component_status(vocabulary: &Vocabulary, text: &str) -> ComponentStatus;
                fn map_impact(vocabulary: &Vocabulary, text: &str) -> Impact;
                fn map_status(vocabulary: &Vocabulary, text: &str) -> MappedStatus;
                #[plain]
                fn outcome_of_severity(assessment: &Assessment) -> crate::decision::Outcome;
                #[plain]
                fn outcome_of_sla(state: &SlaState) -> crate::decision::Outcome;
                #[plain]
                fn outcome_of_update(update: &Update) -> crate::decision::Outcome;
                fn render_update(incident: &State, form: &Form, cadence: &Cadence, now: Timestamp) -> String;
                fn resolution_due(ticket: &Ticket, sla: &Sla, now: Timestamp) -> SlaDue;
                fn response_due(ticket: &Ticket, sla: &Sla, now: Timestamp) -> SlaDue;
                fn sla_state(ticket: &Ticket, kind: &SlaKind, sla: &Sla, now: Timestamp) -> SlaState;
                fn update_due(incident: &State, cadence: &Cadence, now: Timestamp) -> Update;
                fn word_for_status(vocabulary: &Vocabulary, status: &Status) -> MappedWord;
            }
        }
    };
}
pub(crate) use table_rows;
