//! Advance, hold or roll back this canary?
//!
//! A [`Schedule`] says how traffic moves to the new version; a [`CanaryState`] says where the rollout stands. Each time
//! something was observed, or [`next_check_at`](CanaryDecision::next_check_at) has come, [`next_action`] takes both and
//! answers with a [`CanaryDecision`]: what to do, why, and the state to store until the next call.
//!
//! ```
//! use relcore::canary::{CanaryAction, next_action, standard_schedule, start};
//! use relcore::{Span, Timestamp};
//!
//! let schedule = standard_schedule();
//! let now = Timestamp::parse("2026-11-23T09:00:00Z")?;
//! let state = start(&schedule, now)?;
//! let decision = next_action(&schedule, &state, &[], now)?;
//! assert_eq!(decision.verdict, CanaryAction::SetWeight { previous: 0.0, weight: 5.0 });
//! assert_eq!(decision.next_check_at, Some(now.plus(Span::from_hours(1))?));
//!
//! // Pitfall: hand in the state of the last decision, not the first one, or nothing ever moves on.
//! let decision = next_action(&schedule, &decision.state, &[], now)?;
//! assert_eq!(decision.verdict, CanaryAction::Hold {});
//! # Ok::<(), relcore::Error>(())
//! ```
//!
//! # The order of the rules
//!
//! Rules 1 to 9 are about safety, and their strongest answer decides (an abort before a pause before a hold; among
//! equals the first rule), so that a cause which only holds cannot hide one that ends the rollout. After them the first
//! rule that fires decides. Safety comes before waiting: a rollback on little data can be undone, a missed one cannot. A
//! gate comes last: a person is asked only when nothing else is in the way.
//!
//! 1. the run is over
//! 2. an operator aborted, or a gate was refused
//! 3. a critical metric failed
//! 4. a side is unhealthy
//! 5. the deadline has passed
//! 6. a metric failed more often than its limit
//! 7. a metric's query errored more often in a row than its limit
//! 8. a metric has no data, or only old data
//! 9. a metric was inconclusive more often than its limit, or a bake ran to its longest time without enough
//! 10. the run is paused
//! 11. the release window is closed
//! 12. the step: its timer, its measurements, its samples, its gate
//!
//! # What is counted
//!
//! A schedule without metrics goes by the clock: a call that comes late, even after the deadline, ends where many calls in
//! time would have ended. What the clock alone had finished before the deadline has succeeded.
//!
//! As in Argo Rollouts: a limit is the number that is still tolerated, so with a `failure_limit` of 0 the first failed
//! measurement exceeds it; an errored query counts neither as failed nor as measured.
mod advance;
mod decision;
mod engine;
mod finding;
mod fold;
mod metric;
mod observation;
mod plan;
mod presets;
mod rules;
mod schedule;
mod simulate;
mod state;
mod step;
mod validate;

pub use decision::{CanaryAction, CanaryDecision, explain};
pub use engine::{next_action, start};
pub use metric::{MeasurementPhase, Metric};
pub use observation::{Command, HealthRole, Observation, ObservationKind, Reading};
pub use plan::{PlannedStep, Timeline, plan};
pub use presets::{apple_phased_schedule, play_staged_schedule, standard_schedule};
pub use schedule::{AbortPolicy, CauseResponses, Response, Schedule, schedule_from_json, schedule_from_yaml};
pub use simulate::simulate;
pub use state::{CanaryPhase, CanaryState, GateApproval, LastMeasurement, MetricState};
pub use step::Step;
pub use validate::{Diagnostic, DiagnosticCode, validate};
