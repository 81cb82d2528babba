//! Who is told what about a release, when and where; with which text; and whom support calls.
//!
//! [`plan`](plan()) lists the messages and the freezes of a release by its profile, [`messages_due`] those to send now,
//! [`announcement_slots`] ranks times at which the audiences of all zones read, [`render`](render()) writes the texts, and
//! [`escalation_step`] says whose turn it is to be called. How soon support has to answer is in [`incident`](crate::incident):
//! [`response_due`](crate::incident::response_due), [`sla_state`](crate::incident::sla_state()). Its messages about outages are
//! there, too.
//!
//! # Rules
//!
//! 1. Business days are counted from the local day of the release, in the calendar of the audience. What is due on a day is due at
//!    the local time of the policy. A time that the clock skips is the instant after the gap, and of two equal times it is the first.
//! 2. What is due before a release is due with it at the latest, and what is due after it with it at the earliest.
//! 3. A message is due no earlier than what it depends on. A message that does not count passes on what it depends on.
//! 4. A channel of a profile without a message is an error. No customer is left out silently.
//! 5. A freeze begins on its day and ends with the release. It is a window: [`window::status`](crate::window::status()) is asked.
//! 6. A slot of a major release is on a business day of every audience.
//! 7. A text says nothing that the data do not say: a missing key is an error, an empty list is "none".
//!
//! # Pitfalls
//!
//! - A plan knows no clock. What was due before the decision to release is due at once: ask [`messages_due`].
//! - A freeze closes its environments for every release, that of another line, too: its fixes need an exemption and its approval.
//! - A plan is for a release that happens. If it moves, is halted or rolled back, plan again: messages for users become due by the
//!   clock alone.
//! - The name of a freeze has the day of its release. Give rules of two releases of one day names of their own.
//! - The standard texts are plain text. For a page, write own templates whose values go through the filter `html` or `markdown`.
//!   No filter hides what a chat takes for a mention, such as `@team` or `<!channel>`.
//! - A condition of a template takes a key that is not there as false: `{% if not knownIssues %}` says nothing about issues.
mod audience;
pub mod code;
mod data;
mod escalation;
mod plan;
mod policy;
mod render;
mod rule;
mod slots;
mod standard;
mod templates;

pub use audience::Audience;
#[cfg(feature = "yaml")]
pub use data::data_from_yaml;
pub use data::{MessageData, Question, data_from_json, data_of_plan, default_data};
#[cfg(feature = "yaml")]
pub use escalation::escalation_from_yaml;
pub use escalation::{
    Alert, Escalation, EscalationPath, EscalationVerdict, default_escalation, escalation_from_json,
    escalation_step, explain_escalation, outcome_of_escalation,
};
pub use plan::{MessagesDue, Plan, PlannedMessage, messages_due, plan};
#[cfg(feature = "yaml")]
pub use policy::policy_from_yaml;
pub use policy::{Policy, default_policy, policy_from_json};
pub use render::render;
pub use rule::{FreezeRule, MessageRule};
pub use slots::{AnnouncementSlot, SlotAudience, announcement_slots};
#[cfg(feature = "yaml")]
pub use templates::templates_from_yaml;
pub use templates::{Templates, standard_templates, templates_from_json};

crate::scalar::texts!(Audience, EscalationVerdict);

/// The rows of this module in the function table, sorted by name.
macro_rules! table_rows {
    ($table:ident) => {
        $table! {
            communication {
                policy EscalationPath: default_escalation, escalation_from_json, escalation_from_yaml;
                policy MessageData: default_data, data_from_json, data_from_yaml;
                policy Policy: default_policy, policy_from_json, policy_from_yaml;
                policy Templates: standard_templates, templates_from_json, templates_from_yaml;

                fn announcement_slots(
                    audiences: &[SlotAudience],
                    release_type: &crate::release::Type,
                    range: &TimeRange,
                ) -> Vec<AnnouncementSlot>;
                #[plain]
                fn data_of_plan(plan: &Plan) -> MessageData;
                fn escalation_step(alert: &Alert, path: &EscalationPath, now: Timestamp) -> Escalation;
                #[plain]
                fn explain_escalation(escalation: &Escalation) -> String;
                fn messages_due(plan: &Plan, sent: &[String], now: Timestamp) -> MessagesDue;
                #[plain]
                fn outcome_of_escalation(escalation: &Escalation) -> crate::decision::Outcome;
                fn plan(profile: &crate::release::Profile, release_at: Timestamp, policy: &Policy) -> Plan;
                fn render(template: &str, data: &MessageData, overrides: Option<&Templates>) -> String;
            }
        }
    };
}
pub(crate) use table_rows;
