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
//! Rules 1 to 11 are about safety. All of them are evaluated, and the strongest response decides: an abort before a pause
//! before a hold, and among equals the first rule. So a cause that only holds cannot hide one that ends the rollout.
//! Safety comes before waiting, since a rollback on little data can be undone, but a missed one cannot. A gate comes
//! last: a person is asked only when nothing else holds the rollout.
//!
//! 1. The run is over: hold. A frozen run whose previous version is ready again: abort.
//! 2. An operator ordered an abort, or a person refused a gate: abort.
//! 3. A critical metric failed: abort.
//! 4. The new version is not ready: hold; longer than `readiness` allows: `on.not_ready`.
//! 5. The previous version is not ready: `on.stable_unhealthy`.
//! 6. The deadline has passed: `on.deadline`.
//! 7. A metric has more failed measurements than its `failure_limit`, or what the current step commanded failed:
//!    `on.failed`.
//! 8. A metric has more consecutive query errors than its `consecutive_error_limit`: `on.error`.
//! 9. A metric has no data, or its latest measurement is older than its `max_age`: `on.no_data`.
//! 10. A metric has more inconclusive measurements than its `inconclusive_limit`, the result of what the current step
//!     commanded is inconclusive, or a bake has reached its longest time without enough good measurements:
//!     `on.inconclusive`. The units of both versions prove that the traffic is not split by the weight:
//!     `on.sample_ratio_mismatch`.
//! 11. Nobody approved a gate, or reported the result of a command, within its `timeout`: its `on_timeout`.
//! 12. The run is paused: hold.
//! 13. The release window is closed: hold.
//! 14. The current step: its timer, its measurements, its samples, its gate, its command.
//!
//! An abort rolls back, or freezes the weight if the schedule says so or the previous version is not ready. With
//! `abort: reverse_steps` the traffic goes back as far as the previous version has `capacity` for it. A response
//! `warn` goes on and adds its reasons to those of the decision. A response `hold` to an exceeded limit ends with the next
//! good measurement of the metric.
//!
//! # Late calls
//!
//! A call evaluates rules 1 to 11 at every instant since the call before: after each observation, and whenever a time limit
//! is reached. The first abort stays, whatever was measured or ordered later. So a late call never ends better than calls
//! in time would have ended at the weights that were really applied.
//!
//! A schedule without metrics goes by the clock: each step begins when the one before it ended, and a late call gives the
//! same result as calling at every tick. If all steps ended before the deadline, the rollout succeeds even if the call comes
//! after it. But no weight rises while a version is not ready, the window is closed, or an operator paused the rollout.
//!
//! # What is counted
//!
//! - A limit is the number that is still tolerated, as in Argo Rollouts: with a `failure_limit` of 0 the first failed
//!   measurement exceeds it. An errored query counts neither as failed nor as measured.
//! - Measurements count from the first traffic of the new version on, later by the `initial_delay` of the metric. Those
//!   made before are ignored: without traffic there is no data. A retry and a new revision begin anew. An analysis step
//!   before the first weight counts what is measured during it.
//! - Failed and inconclusive measurements count for the whole run, until an operator resumes, skips or promotes. Good
//!   measurements and samples count for the current step, and only if they were made after the weight was set.
//! - A metric with a `starting_step` counts from when that step begins. Before it, nothing waits for it.
//! - The units of both versions count from when the weight was set. A weight of 0 or 100 % splits nothing.
//! - All pauses together last at most `pause_limit`. The last one then ends by itself, without forgiving anything, and a
//!   response `pause` is `hold`.
//! - A pause stops the timers. A closed release window does not, but a timer that ran out in it ends when it opens.
//! - The deadline does not count pauses, gates and closed windows, unless `deadline_excludes` says otherwise.
//!
//! # Counts that are compared with the previous version
//!
//! A limit of 1 % errors says nothing about a service that has 0.1 %, and fails on a bad day of both versions. A metric with
//! [`compare`](CountRule) has no limit: its readings are the events and the traffic of both versions over the same time, and
//! the new version fails when it is proven worse. The test stays valid at every look, so ask as often as you like.
//!
//! - Harm counts for the whole run: a version that is no worse fails with a probability of at most `alpha`, over all looks
//!   and all weights together. With several weights each has its share of `alpha`; what the weights before have proven counts,
//!   too, if they were worse beyond the margin.
//! - Good measurements are proven anew at each weight: the latest reading is good if all counts at this weight prove that
//!   the new version is not worse by the margin. Until then a bake holds, up to its `max`; then `on.inconclusive` responds.
//!   With `on.inconclusive: warn` a rollout goes on unless harm is proven.
//! - What is not decided yet is no inconclusive measurement: `inconclusive_limit` is about values.
//! - A reading that began at another weight, or before counting began, is not counted. Read the counts in the call that decides,
//!   so that none does.
//! - Counts that come late belong to the weight at which they were read, also after the weight rose, if any were counted at it
//!   before. A reading that is not counted, or has no traffic of a version, is never a good measurement.
//! - Only a bake with `max`, or a deadline, bounds the wait for a proof. `validate` warns of other steps.
//! - A resume, a skip and a promotion begin the test anew if it had proven harm; a retry and a new revision always do.
//! - At 100 % the previous version has no traffic: nothing is compared there, and nothing waits for it.
//! - The state has two sums per metric, not the history. [`comparisons`] returns estimates, intervals and needed events.
//! - Pitfall: without any events in both versions nothing is ever proven. Add a metric with a limit, and `warn`.
//! - Pitfall: the events are independent. Retries, or one broken host, make bursts that look like harm;
//!   [`compare_windows`](crate::stats::compare_windows) is for those.
//!
//! # Steps that the caller carries out
//!
//! The steps `set_header_route`, `set_mirror_route`, `set_canary_scale` and `external` are commands. Each has its own verdict,
//! which is given again at every call until the caller reports the result as a `step_result` observation. Without a result the
//! step waits, without limit or as long as its `timeout`, which runs from the first verdict. A result from before that, or of
//! another step, has no effect.
//!
//! - A commanded route or scale is part of the [`routing()`] of the state, so a program that ended before it carried out the
//!   command does so at the next tick. An `external` is not: run it when its verdict comes, once.
//! - They end with the run: after an abort the traffic goes back first, then `routes_removed` names what to remove. A run that
//!   is frozen, or whose traffic still goes back in steps, keeps them. A new revision and a retry begin without them.
//! - A step that an order passes commands nothing. A promotion passes what would run outside, but not routes and scales.
//! - Requests through a route are traffic: measurements count from then on. With a weight above 0 a route is set only while
//!   the metrics are good, as more weight is. [`exposure()`] counts the weight alone.
//!
//! # Orders
//!
//! A command is obeyed whenever it arrives, unless it was given before what it would change: a resume from before the
//! pause, a skip from before the step. Then `order_outdated` says so, and `order_without_effect` where the phase leaves nothing
//! to change: an abort after the rollout has succeeded. The same command of the same instant is applied once.
//!
//! A resume, a skip and a promotion forgive what was measured, and restart the clock of a deadline that has passed. A new
//! revision ends a pause, and `pause_ended` says so if a person had ordered it.
//!
//! # Pitfalls
//!
//! - Store the state of each decision and pass it to the next call. With an older state, decisions repeat.
//! - A state belongs to the schedule it was started with; another schedule refuses it with `policy_changed`. [`rebase()`]
//!   moves it to an edited schedule.
//! - Silence is not success. A metric without a measurement at the current weight makes the verdict `inconclusive`, and
//!   `missing` names it.
//! - Set the `routing` of the state at every tick. A program that ends after it stored the state and before it moved
//!   the traffic would otherwise leave the traffic where it was, since a verdict is given once.
//! - Pass each measurement once. The state refuses one that is not later than the latest of its metric. Another metric may
//!   lag behind.
mod abort;
mod advance;
mod apple;
mod bake;
mod begin;
mod check;
pub mod code;
mod compare;
mod comparisons;
mod counted;
mod decision;
mod diff;
mod engine;
mod exposure;
mod facts;
mod finding;
mod fold;
mod load;
mod metric;
mod observation;
mod observed;
mod plan;
mod play;
mod presets;
mod progress;
mod rebase;
mod replicas;
mod response;
mod rollout;
mod route;
mod routes;
mod routing;
mod rules;
mod schedule;
mod simulate;
mod state;
mod step;
mod transition;
mod validate;

pub use apple::{AppleDay, ApplePause, ApplePhase, apple_day};
pub use compare::{ComparedCounts, CountKind, CountRule, ReadTotals};
pub use comparisons::comparisons;
pub use decision::{Action, Decision, explain, outcome};
pub use diff::{ChangeEffect, ChangeKind, ScheduleChange, diff};
pub use engine::{next_action, start};
pub use exposure::{Exposure, WeightExposure, exposure};
pub use load::schedule_from_json;
#[cfg(feature = "yaml")]
pub use load::schedule_from_yaml;
pub use metric::{EmptyResult, MeasurementPhase, Metric};
pub use observation::{Command, HealthRole, Observation, ObservationKind, Reading, StepOutcome};
pub use observed::{
    approval, capacity, counts, empty_result, failed_query, health, measurement, missing_value, new_revision,
    order, split, step_result, window,
};
pub use plan::{PlannedStep, Timeline, plan};
pub use play::{PlayRelease, PlayStatus, play_release, play_update};
pub use presets::{
    apple_pause_limit_schedule, apple_phased_schedule, blue_green_schedule, exponential_schedule,
    linear_schedule, play_staged_schedule, standard_schedule,
};
pub use rebase::{RebaseMode, rebase};
pub use replicas::{ReplicaRounding, Replicas, scale_to_replicas, weight_to_replicas};
pub use response::Response;
pub use rollout::Rollout;
pub use route::{CanaryScale, HeaderMatch, HeaderRoute, MatchKind, MirrorRoute};
pub use routing::{Routing, routing};
pub use schedule::{AbortPolicy, CauseResponses, DeadlineExcludes, Readiness, Schedule};
pub use simulate::simulate;
pub use state::{
    Confirmation, GateApproval, LastMeasurement, MetricState, Order, Phase, SplitCounts, State, Waiver,
};
pub use step::Step;
pub use validate::{Diagnostic, DiagnosticCode, validate};

crate::scalar::texts!(
    AbortPolicy,
    ApplePhase,
    ChangeEffect,
    ChangeKind,
    Command,
    CountKind,
    DiagnosticCode,
    EmptyResult,
    HealthRole,
    MatchKind,
    MeasurementPhase,
    Phase,
    PlayStatus,
    RebaseMode,
    ReplicaRounding,
    Response,
    StepOutcome,
    Waiver
);

/// The rows of this module in the function table, sorted by name.
macro_rules! table_rows {
    ($table:ident) => {
        $table! {
            canary {
                policy Schedule: standard_schedule, schedule_from_json, schedule_from_yaml;

                fn apple_day(started: Timestamp, pauses: &[ApplePause], now: Timestamp) -> AppleDay;
                #[plain]
                fn apple_pause_limit_schedule() -> Schedule;
                #[plain]
                fn apple_phased_schedule() -> Schedule;
                #[plain]
                fn approval(gate: &str, approved: bool, by: &str, at: Timestamp) -> Observation;
                fn blue_green_schedule(measurements: u32, hold: Option<Span>, final_bake: Span) -> Schedule;
                #[plain]
                fn capacity(percent: f64, at: Timestamp) -> Observation;
                fn comparisons(schedule: &Schedule, state: &State) -> Vec<crate::stats::MetricComparison>;
                #[plain]
                fn counts(
                    metric: &str,
                    canary: &crate::stats::Counts,
                    baseline: &crate::stats::Counts,
                    at: Timestamp,
                ) -> Observation;
                #[plain]
                fn diff(before: &Schedule, after: &Schedule) -> Vec<ScheduleChange>;
                #[plain]
                fn empty_result(metric: &str, at: Timestamp) -> Observation;
                #[plain]
                fn explain(decision: &Decision) -> String;
                fn exponential_schedule(first: f64, interval: Span, final_bake: Span) -> Schedule;
                fn exposure(decisions: &[Decision], population: Count, until: Timestamp) -> Exposure;
                #[plain]
                fn failed_query(metric: &str, error: &str, at: Timestamp) -> Observation;
                #[plain]
                fn health(role: &HealthRole, healthy: bool, at: Timestamp) -> Observation;
                fn linear_schedule(percent: f64, interval: Span, final_bake: Span) -> Schedule;
                #[plain]
                fn measurement(metric: &str, value: f64, at: Timestamp, n: Option<Count>) -> Observation;
                #[plain]
                fn missing_value(metric: &str, at: Timestamp) -> Observation;
                #[plain]
                fn new_revision(revision: &str, at: Timestamp) -> Observation;
                fn next_action(
                    schedule: &Schedule,
                    state: &State,
                    observations: &[Observation],
                    now: Timestamp,
                ) -> Decision;
                #[plain]
                fn outcome(decision: &Decision) -> crate::decision::Outcome;
                #[plain]
                fn order(command: &Command, at: Timestamp, by: Option<&str>, reason: Option<&str>) -> Observation;
                fn plan(schedule: &Schedule, start: Timestamp) -> Timeline;
                fn play_release(wanted: &PlayRelease) -> PlayRelease;
                #[plain]
                fn play_staged_schedule() -> Schedule;
                fn play_update(state: &State) -> PlayRelease;
                fn rebase(
                    before: &Schedule,
                    state: &State,
                    after: &Schedule,
                    mode: &RebaseMode,
                    now: Timestamp,
                ) -> Decision;
                #[plain]
                fn routing(state: &State) -> Routing;
                fn scale_to_replicas(
                    total: u32,
                    scale: &CanaryScale,
                    weight: f64,
                    rounding: &ReplicaRounding,
                ) -> Replicas;
                fn simulate(
                    schedule: &Schedule,
                    observations: &[Observation],
                    start_at: Timestamp,
                    tick: Span,
                    until: Timestamp,
                ) -> Vec<Decision>;
                #[plain]
                fn split(canary: Count, stable: Count, at: Timestamp) -> Observation;
                fn start(schedule: &Schedule, now: Timestamp) -> State;
                #[plain]
                fn step_result(step: u32, result: &StepOutcome, text: Option<&str>, at: Timestamp) -> Observation;
                #[plain]
                fn validate(schedule: &Schedule) -> Vec<Diagnostic>;
                fn weight_to_replicas(
                    total: u32,
                    weight: f64,
                    surge: u32,
                    rounding: &ReplicaRounding,
                ) -> Replicas;
                #[plain]
                fn window(open: bool, at: Timestamp) -> Observation;

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
