//! Decides whether a canary advances, holds or rolls back.
//!
//! A [`Schedule`] describes how traffic moves to the new version. A [`State`] records how far a rollout has come. Each
//! time something was observed, or [`next_check_at`](Decision::next_check_at) is reached, call [`next_action`] with both:
//! it returns a [`Decision`] with the verdict, the reasons and the state to store until the next call. A [`Rollout`]
//! checks and digests the schedule once for all calls.
//!
//! ```
//! use relcore::canary::{Action, Rollout, standard_schedule};
//! use relcore::{Span, Timestamp};
//!
//! let rollout = Rollout::new(standard_schedule())?;
//! let now = Timestamp::parse("2026-11-23T09:00:00Z")?;
//! let state = rollout.start(now)?;
//! let decision = rollout.next_action(&state, &[], now)?;
//! assert_eq!(decision.verdict, Action::SetWeight { previous: 0.0, weight: 5.0 });
//! assert_eq!(decision.next_check_at, Some(now.plus(Span::from_hours(1))?));
//!
//! let decision = rollout.next_action(&decision.state, &[], now)?;
//! assert_eq!(decision.verdict, Action::Hold {});
//! # Ok::<(), relcore::Error>(())
//! ```
//!
//! # The rules and their order
//!
//! Rules 1 to 9 are about safety. All of them are evaluated, and the strongest effect decides: an abort before a pause
//! before a hold, and among equals the first rule. So a cause that only holds cannot hide one that ends the rollout.
//! From rule 10 on the first rule that applies decides. Safety comes before waiting, since a rollback on little data can
//! be undone, but a missed one cannot. A gate comes last: a person is asked only when nothing else holds the rollout.
//!
//! 1. The run is over: hold.
//! 2. An operator ordered an abort, or a person refused a gate: abort.
//! 3. A critical metric failed: abort.
//! 4. The new version is unhealthy: `on.failed`. The previous version is unhealthy: hold.
//! 5. The deadline has passed: `on.deadline`.
//! 6. A metric has more failed measurements than its `failure_limit`: `on.failed`.
//! 7. A metric has more consecutive query errors than its `consecutive_error_limit`: `on.error`.
//! 8. A metric has no data, or its latest measurement is older than its `max_age`: `on.no_data`.
//! 9. A metric has more inconclusive measurements than its `inconclusive_limit`, or a bake has reached its longest time
//!    without enough good measurements: `on.inconclusive`.
//! 10. The run is paused: hold.
//! 11. The release window is closed: hold.
//! 12. The current step: its timer, its measurements, its samples, its gate.
//!
//! An abort rolls back, or freezes the weight if the schedule says so or the previous version is unhealthy.
//!
//! # What is counted
//!
//! - A limit is the number that is still tolerated, as in Argo Rollouts: with a `failure_limit` of 0 the first failed
//!   measurement exceeds it. An errored query counts neither as failed nor as measured.
//! - Failed and inconclusive measurements count for the whole run, until an operator resumes it from a pause. Good
//!   measurements and samples count for the current step, and only if they were made after the weight was set.
//! - A pause stops the timers and the deadline. A closed release window stops neither.
//! - A schedule without metrics goes by the clock: a late call gives the same result as calling at every tick. If all
//!   steps ended before the deadline, the rollout succeeds even if the call comes after it.
//!
//! # Pitfalls
//!
//! - Store the state of each decision and pass it to the next call. With an older state, decisions repeat.
//! - A state belongs to the schedule it was started with; another schedule refuses it with `policy_changed`. After a
//!   change of the schedule, start again.
//! - Silence is not success. A metric without a measurement at the current weight makes the verdict `inconclusive`, and
//!   `missing` names it.
//! - Set the `routing` of the state at every tick. A program that ends after it stored the state and before it moved
//!   the traffic would otherwise leave the traffic where it was, since a verdict is given once.
//! - Pass each observation once. The state refuses observations that are not later than those it has applied.
mod advance;
mod bake;
pub mod code;
mod decision;
mod engine;
mod facts;
mod finding;
mod fold;
mod load;
mod metric;
mod observation;
mod plan;
mod presets;
mod rollout;
mod routing;
mod rules;
mod schedule;
mod simulate;
mod state;
mod step;
mod validate;

pub use decision::{Action, Decision, explain, outcome};
pub use engine::{next_action, start};
pub use load::schedule_from_json;
#[cfg(feature = "yaml")]
pub use load::schedule_from_yaml;
pub use metric::{MeasurementPhase, Metric};
pub use observation::{Command, HealthRole, Observation, ObservationKind, Reading};
pub use plan::{PlannedStep, Timeline, plan};
pub use presets::{apple_phased_schedule, play_staged_schedule, standard_schedule};
pub use rollout::Rollout;
pub use routing::{Routing, routing};
pub use schedule::{AbortPolicy, CauseResponses, Response, Schedule};
pub use simulate::simulate;
pub use state::{GateApproval, LastMeasurement, MetricState, Phase, State};
pub use step::Step;
pub use validate::{Diagnostic, DiagnosticCode, validate};

crate::scalar::texts!(AbortPolicy, Command, DiagnosticCode, HealthRole, MeasurementPhase, Phase, Response);

/// The rows of this module in the function table, sorted by name.
macro_rules! table_rows {
    ($table:ident) => {
        $table! {
            canary {
                policy Schedule: standard_schedule, schedule_from_json, schedule_from_yaml;

                #[plain]
                fn apple_phased_schedule() -> Schedule;
                #[plain]
                fn explain(decision: &Decision) -> String;
                fn next_action(
                    schedule: &Schedule,
                    state: &State,
                    observations: &[Observation],
                    now: Timestamp,
                ) -> Decision;
                #[plain]
                fn outcome(decision: &Decision) -> crate::decision::Outcome;
                fn plan(schedule: &Schedule, start: Timestamp) -> Timeline;
                #[plain]
                fn play_staged_schedule() -> Schedule;
                #[plain]
                fn routing(state: &State) -> Routing;
                fn simulate(
                    schedule: &Schedule,
                    observations: &[Observation],
                    start_at: Timestamp,
                    tick: Span,
                    until: Timestamp,
                ) -> Vec<Decision>;
                fn start(schedule: &Schedule, now: Timestamp) -> State;
                #[plain]
                fn validate(schedule: &Schedule) -> Vec<Diagnostic>;

                handle Rollout(schedule: Schedule) {
                    fn next_action(state: &State, observations: &[Observation], now: Timestamp) -> Decision;
                    fn plan(start: Timestamp) -> Timeline;
                    fn simulate(
                        observations: &[Observation],
                        start_at: Timestamp,
                        tick: Span,
                        until: Timestamp,
                    ) -> Vec<Decision>;
                    fn start(now: Timestamp) -> State;
                }
            }
        }
    };
}
pub(crate) use table_rows;
