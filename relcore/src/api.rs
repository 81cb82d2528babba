//! The table of public functions: the API, in every language.
//!
//! A row names a function once: its room, its name, its arguments and what it returns. From the rows come the
//! dispatch that every binding calls ([`call`]), the signatures ([`FUNCTIONS`]) and, through `cargo xtask codegen`,
//! the functions, documentation and types of Python, Node, Swift and Kotlin.
//!
//! An argument whose type is an `Option` may be left out in every language; no other argument may.
use crate::error::{Error, ErrorKind, Result};
use crate::wire::{Argument, Door};
use std::{any::Any, sync::Arc};

/// What a public function is called and what it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The room and the name: `canary.next_action`.
    pub name: &'static str,
    /// The names of the arguments, in order.
    pub arguments: &'static [&'static str],
}

/// Calls the function at a place of [`FUNCTIONS`] through a binding's door.
///
/// # Errors
/// `unknown_function` beyond the table; what the door or the function refuses.
pub fn call<D: Door>(place: usize, door: &mut D) -> Result<D::Answer, D::Failure> {
    let Some(signature) = FUNCTIONS.get(place) else {
        let text = format!("there is no function at place {place}");
        return Err(Error::new(ErrorKind::UnknownFunction, "", text).into());
    };
    table::dispatch(place, signature, door)
}

/// The field of an answer that is handed in again at the next call, with its value: the state inside a decision.
///
/// A door that remembers what it gave out need not read it again.
#[must_use]
pub fn carried_on(answer: &dyn Any) -> Option<(&'static str, Arc<CanaryState>)> {
    let decision = answer.downcast_ref::<CanaryDecision>()?;
    Some(("state", Arc::new(decision.state.clone())))
}

/// The schemas of what a public function takes and returns, for the generator of the other languages' faces.
#[cfg(feature = "schema")]
#[derive(Clone, Debug)]
pub struct FunctionSchema {
    /// The function.
    pub signature: Signature,
    /// The type of each argument.
    pub arguments: Vec<schemars::Schema>,
    /// The type of the answer.
    pub answer: schemars::Schema,
}

/// Makes [`FUNCTIONS`], the dispatch and the schemas from the rows of the table.
///
/// A row marked `#[plain]` returns its answer as it is, any other a `Result`.
macro_rules! functions {
    ($($(#[$plain:ident])? $area:ident :: $function:ident ($($argument:ident : $type:ty),* $(,)?) -> $answer:ty;)*) => {
        /// Every public function, in the order of the table.
        pub const FUNCTIONS: &[Signature] = &[$(Signature {
            name: concat!(stringify!($area), ".", stringify!($function)),
            arguments: &[$(stringify!($argument)),*],
        }),*];

        /// The schemas of every public function, in the order of the table.
        #[cfg(feature = "schema")]
        pub fn schemas(generator: &mut schemars::SchemaGenerator) -> Vec<FunctionSchema> {
            // What errors carry is no function's answer, and yet crosses.
            generator.subschema_for::<crate::error::Fault>();
            let mut signatures = FUNCTIONS.iter().copied();
            let mut found = Vec::new();
            $(
                let arguments = vec![$(generator.subschema_for::<<$type as Argument<'_>>::Held>()),*];
                let answer = generator.subschema_for::<$answer>();
                found.extend(signatures.next().map(|signature| FunctionSchema { signature, arguments, answer }));
            )*
            found
        }

        mod table {
            use super::*;

            type Handler<D> = fn(&mut D, &Signature) -> Result<<D as Door>::Answer, <D as Door>::Failure>;

            #[allow(unused_mut, unused_variables, reason = "a function may take nothing")]
            pub(super) fn dispatch<D: Door>(
                place: usize,
                signature: &Signature,
                door: &mut D,
            ) -> Result<D::Answer, D::Failure> {
                let handlers: &[Handler<D>] = &[$(|door, signature| {
                    let mut place = 0..;
                    $(let $argument: Arc<<$type as Argument<'_>>::Held> =
                        door.take(signature, place.next().unwrap_or_default())?;)*
                    let answer: $answer = functions!(@settle [$($plain)?] door.run(signature, ||
                        crate::$area::$function($(<$type as Argument<'_>>::lend(&$argument)),*)));
                    door.give(answer)
                }),*];
                match handlers.get(place) {
                    Some(handler) => handler(door, signature),
                    None => Err(Error::new(ErrorKind::UnknownFunction, "", "is beyond the table").into()),
                }
            }
        }
    };
    (@settle [plain] $call:expr) => { $call };
    (@settle [] $call:expr) => { $call? };
}

use crate::canary::{CanaryDecision, CanaryState, Diagnostic, Observation, Schedule, Timeline};
use crate::interchange::{GitHistory, GitReleases, PrometheusMetric, PrometheusSeries};
use crate::metrics::{Change, DeliveryIncident, Deployment, DoraReport, MetricsPolicy};
use crate::release::{Classification, ReleaseFacts, ReleaseProfile, ReleaseProfiles, ReleaseType};
use crate::rollback::{RollbackDecision, RollbackPolicy, RollbackSituation};
use crate::time::{BucketUnit, BusinessCalendar, NaiveDate, Span, TimeRange, Timestamp, Weekday};
use crate::version::{Bump, Version};

// Sorted by room, then by name.
functions! {
    #[plain] canary::apple_phased_schedule() -> Schedule;
    #[plain] canary::explain(decision: &CanaryDecision) -> String;
    canary::next_action(
        schedule: &Schedule,
        state: &CanaryState,
        observations: &[Observation],
        now: Timestamp,
    ) -> CanaryDecision;
    canary::plan(schedule: &Schedule, start: Timestamp) -> Timeline;
    #[plain] canary::play_staged_schedule() -> Schedule;
    canary::schedule_from_json(text: &str) -> Schedule;
    canary::schedule_from_yaml(text: &str) -> Schedule;
    canary::simulate(
        schedule: &Schedule,
        observations: &[Observation],
        start_at: Timestamp,
        tick: Span,
        until: Timestamp,
    ) -> Vec<CanaryDecision>;
    #[plain] canary::standard_schedule() -> Schedule;
    canary::start(schedule: &Schedule, now: Timestamp) -> CanaryState;
    #[plain] canary::validate(schedule: &Schedule) -> Vec<Diagnostic>;

    digest::canonical_json(text: &str) -> String;
    digest::sha256(text: &str) -> String;

    interchange::git_releases(history: &GitHistory, tag_pattern: Option<&str>) -> GitReleases;
    interchange::parse_git(tags: &str, log: &str) -> GitHistory;
    interchange::prometheus_observations(
        metrics: &[PrometheusMetric],
        start: Timestamp,
        end: Timestamp,
        step: Span,
    ) -> Vec<Observation>;
    interchange::prometheus_query_range(text: &str) -> Vec<PrometheusSeries>;

    #[plain] metrics::default_policy() -> MetricsPolicy;
    metrics::dora(
        deployments: &[Deployment],
        changes: &[Change],
        incidents: &[DeliveryIncident],
        policy: &MetricsPolicy,
        range: &TimeRange,
        unit: &BucketUnit,
        zone: &str,
    ) -> DoraReport;
    metrics::policy_from_json(text: &str) -> MetricsPolicy;
    metrics::policy_from_yaml(text: &str) -> MetricsPolicy;

    release::classify(previous: Option<&Version>, next: &Version, facts: &ReleaseFacts) -> Classification;
    #[plain] release::explain(classification: &Classification) -> String;
    release::profile(release_type: &ReleaseType, overrides: Option<&ReleaseProfiles>) -> ReleaseProfile;
    release::profiles_from_json(text: &str) -> ReleaseProfiles;
    release::profiles_from_yaml(text: &str) -> ReleaseProfiles;
    #[plain] release::standard_profiles() -> ReleaseProfiles;

    rollback::decide(situation: &RollbackSituation, policy: &RollbackPolicy, now: Timestamp) -> RollbackDecision;
    #[plain] rollback::default_policy() -> RollbackPolicy;
    #[plain] rollback::explain(decision: &RollbackDecision) -> String;
    rollback::policy_from_json(text: &str) -> RollbackPolicy;
    rollback::policy_from_yaml(text: &str) -> RollbackPolicy;

    time::add_business_days(date: NaiveDate, days: i32, calendar: &BusinessCalendar) -> NaiveDate;
    time::buckets(range: &TimeRange, unit: &BucketUnit, zone: &str, week_start: &Weekday) -> Vec<TimeRange>;
    #[plain] time::business_days_between(start: NaiveDate, end: NaiveDate, calendar: &BusinessCalendar) -> i32;
    #[plain] time::format_span(span: Span) -> String;
    time::local_date(at: Timestamp, zone: &str) -> NaiveDate;
    time::parse_span(text: &str) -> Span;
    #[plain] time::tzdb_version() -> String;

    #[plain] version::bump(previous: &Version, next: &Version) -> Bump;
}
