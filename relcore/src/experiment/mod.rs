//! Assigns units to the variants of an experiment, measures what a change of it moves, and decides which variant wins.
//!
//! [`assign`] gives a unit (a user, a session, a tenant) the variant of its bucket, without a store: the same definition and
//! unit have the same result everywhere and at any time. [`Assigner`] does it for many units. [`ranges`] lists the buckets
//! of the variants. [`reassignment`] computes which share of the units a change moves, and [`check_ramp`] proves that the
//! steps of a growing rollout move no unit out. [`winner`] compares what was counted, at any number of looks.
//!
//! # Schemes
//!
//! A scheme is how a unit gets its bucket. It never changes, because another one moves users. With those of other tools,
//! users keep their variants when a team moves to relcore or back.
//!
//! | scheme | bucket | the variant has |
//! | --- | --- | --- |
//! | `v1` | h = the first 32 bits of SHA-256 of `seed`, a zero byte and the unit | the h with floor(h × total / 2³²) in its weights |
//! | `growthbook1` | FNV-1a of the unit and `seed`, modulo 1000, / 1000 | the shares from the sum of the weights before it, for `coverage` × weight |
//! | `growthbook2` | FNV-1a of the decimal FNV-1a of `seed` and the unit, modulo 10000, / 10000 | as `growthbook1` |
//! | `unleash` | murmur3 (seed 86028157) of `seed:unit`, modulo the total; the rollout murmur3 of `seed:unit`, modulo 100 | the buckets of its weight |
//! | `flagd2` | h = murmur3 of `seed` and the unit | as `v1` |
//! | `launchdarkly` | the first 60 bits of SHA-1 of `seed.unit`, / (2⁶⁰ − 1) | the shares of its weight / 100000; the last one also the rest |
//! | `statsig` | the first 64 bits of SHA-256 of `seed.unit`, modulo 10000 | the buckets of its weight |
//!
//! Text is hashed as UTF-8, with GrowthBook as UTF-16 units, as its SDK for JavaScript does (SDKs of GrowthBook that hash
//! UTF-8 differ for text beyond ASCII). A number is hashed in its decimal form: `42`, not `42.0`.
//!
//! Pitfalls:
//!
//! - A weight moves the ranges of all variants after it. Grow `coverage`, not weights, and check it with [`check_ramp`]; or
//!   give the variants `ranges`.
//! - A unit without an id is in no variant. LaunchDarkly puts a unit without the attribute into the first variant, and Statsig
//!   hashes an empty text.
//! - A feature rule of GrowthBook with `force` and `coverage` is no experiment: it includes the bucket at the coverage.
//! - Count a unit once, when it meets the variant, and only if its assignment is `counted`. Begin new counts when the
//!   definition changes: a share that changes while counts grow makes the comparison wrong.
//! - Count the units that reached the goal, not how often each did: the orders of one user depend on one another, and chance
//!   would win too often. The tests are of counts: for a goal that most units reach they need more units than a test of two
//!   proportions.
//! - `inconclusive` is not `no_winner`: it is not known yet.
mod assignment;
pub mod code;
mod condition;
mod decision;
mod definition;
mod hash;
mod line;
mod policy;
mod ramp;
mod reassignment;
mod unit;
mod winner;

pub use assignment::{Assigner, Assignment, VariantRange, assign, ranges};
pub use condition::{Condition, Relation};
pub use decision::{Decision, VariantResult, VariantVerdict, Verdict, explain, outcome};
#[cfg(feature = "yaml")]
pub use definition::definition_from_yaml;
pub use definition::{
    BucketRange, Definition, Namespace, Scheme, Variant, definition_from_json, standard_definition,
};
#[cfg(feature = "yaml")]
pub use policy::winner_policy_from_yaml;
pub use policy::{Guardrail, WinnerPolicy, default_winner_policy, winner_policy_from_json};
pub use ramp::{RampCheck, RampVerdict, check_ramp, explain_ramp, outcome_of_ramp};
pub use reassignment::{Move, Reassignment, reassignment};
pub use unit::Unit;
pub use winner::{VariantCounts, winner};

crate::scalar::texts!(RampVerdict, Relation, Scheme, VariantVerdict, Verdict);

/// The rows of this module in the function table, sorted by name.
macro_rules! table_rows {
    ($table:ident) => {
        $table! {
            experiment {
                policy Definition: standard_definition, definition_from_json, definition_from_yaml;
                policy WinnerPolicy: default_winner_policy, winner_policy_from_json, winner_policy_from_yaml;

                fn assign(definition: &Definition, unit: &Unit) -> Assignment;
                fn check_ramp(steps: &[Definition], grows_from: Option<&str>) -> RampCheck;
                #[plain]
                fn explain(decision: &Decision) -> String;
                #[plain]
                fn explain_ramp(check: &RampCheck) -> String;
                #[plain]
                fn outcome(decision: &Decision) -> crate::decision::Outcome;
                #[plain]
                fn outcome_of_ramp(check: &RampCheck) -> crate::decision::Outcome;
                fn ranges(definition: &Definition) -> Vec<VariantRange>;
                fn reassignment(before: &Definition, after: &Definition) -> Reassignment;
                fn winner(definition: &Definition, results: &[VariantCounts], policy: &WinnerPolicy) -> Decision;

                handle Assigner(definition: Definition) {
                    #[plain]
                    fn assign(unit: &Unit) -> Assignment;
                }
            }
        }
    };
}
pub(crate) use table_rows;
