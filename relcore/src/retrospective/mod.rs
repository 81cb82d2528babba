//! Retrospectives: until when one has to be held, what is asked, what became of its action items, and what they changed.
//!
//! [`retro_due`] dates the retrospective of a release, [`questions`](questions()) returns what is asked, [`action_items_state`] says which
//! actions are done, open, overdue or without an owner, [`action_impact`] compares a metric before and after one, and
//! [`named_people`] finds people in texts that should be about systems and roles.
//!
//! # Rules
//!
//! 1. A retrospective is due at the end of the last business day within the days of the policy, and if there is none, of the first one
//!    after them. At that instant it is overdue.
//! 2. The day of an action item counts: it is overdue from the next local day on.
//! 3. An item that is not done and has no owner or no day is incomplete, whatever the others are, unless one is overdue.
//! 4. A metric changed if the confidence interval of its change has no 0, as in `metrics.review`. Without values it is inconclusive.
//!
//! # Pitfalls
//!
//! - `metrics.measure` counts changes of one deployment as independent, so its intervals of lead times are too narrow.
//! - The checklist `metrics_review` of [`readiness`](crate::readiness) is the quarterly review; it has no date here.
mod action;
pub mod code;
mod due;
mod impact;
mod policy;
mod questions;

pub use action::{
    ActionItem, ActionItemsState, ActionItemsVerdict, ActionKind, action_items_state, explain_items,
    outcome_of_items,
};
pub use due::{RetroDue, RetroVerdict, explain_retro, outcome_of_retro, retro_due};
pub use impact::{ActionImpact, ImpactVerdict, action_impact, explain_impact, outcome_of_impact};
#[cfg(feature = "yaml")]
pub use policy::policy_from_yaml;
pub use policy::{Policy, default_policy, policy_from_json};
pub use questions::{NamedPerson, named_people, questions};

crate::scalar::texts!(ActionItemsVerdict, ActionKind, ImpactVerdict, RetroVerdict);

/// The rows of this module in the function table, sorted by name.
macro_rules! table_rows {
    ($table:ident) => {
        $table! {
            retrospective {
                policy Policy: default_policy, policy_from_json, policy_from_yaml;

                fn action_impact(
                    item: &ActionItem,
                    metric: &crate::metrics::Metric,
                    before: &crate::metrics::Measures,
                    after: &crate::metrics::Measures,
                ) -> ActionImpact;
                fn action_items_state(items: &[ActionItem], policy: &Policy, now: Timestamp) -> ActionItemsState;
                #[plain]
                fn explain_impact(impact: &ActionImpact) -> String;
                #[plain]
                fn explain_items(state: &ActionItemsState) -> String;
                #[plain]
                fn explain_retro(due: &RetroDue) -> String;
                fn named_people(items: &[ActionItem], people: &[String]) -> Vec<NamedPerson>;
                #[plain]
                fn outcome_of_impact(impact: &ActionImpact) -> crate::decision::Outcome;
                #[plain]
                fn outcome_of_items(state: &ActionItemsState) -> crate::decision::Outcome;
                #[plain]
                fn outcome_of_retro(due: &RetroDue) -> crate::decision::Outcome;
                fn questions(overrides: Option<&crate::readiness::Checklists>) -> Vec<crate::readiness::ChecklistItem>;
                fn retro_due(
                    deployed_at: Timestamp,
                    held_at: Option<Timestamp>,
                    policy: &Policy,
                    now: Timestamp,
                ) -> RetroDue;
            }
        }
    };
}
pub(crate) use table_rows;
