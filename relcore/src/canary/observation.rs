use crate::input::input;
use crate::scalar::Count;
use crate::stats::Counts;
use crate::time::Timestamp;
use crate::wire::tagged;
use serde::{Deserialize, Serialize};

input! {
    /// Something that happened or was measured at an instant.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "canary.Observation", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Observation {
        /// The instant: not after `now`, and of a measurement after the latest one of its metric.
        pub at: Timestamp,
        /// The event or the measurement.
        pub kind: ObservationKind,
    }
}

tagged! {
    "canary.ObservationKind";
    /// What was observed.
    #[derive(Clone, Debug, PartialEq)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub enum ObservationKind {
        /// Whether one side can serve at all.
        Health {
            /// Which side.
            role: HealthRole,
            /// Whether it is ready.
            healthy: bool,
        },
        /// How much of all traffic the previous version can take: its ready replicas against those of a full deployment.
        /// `abort: reverse_steps` waits for it.
        Capacity {
            /// The share in percent, from 0 to 100.
            percent: f64,
        },
        /// How many units each version got since the present weight was set: the users, sessions or requests that the
        /// weight splits. Later counts replace earlier ones. At a weight of 0 or 100 % they have no effect.
        Split {
            /// The units of the new version.
            canary: Count,
            /// The units of the previous version.
            stable: Count,
        },
        /// A metric was queried.
        Measurement {
            /// The name of the metric in the schedule.
            metric: String,
            /// The result of the query.
            reading: Reading,
        },
        /// The release window opened or closed. Until the first of these it counts as open.
        Window {
            /// Whether it is open.
            open: bool,
        },
        /// A person approved or refused a gate. A refusal ends the rollout.
        Approval {
            /// The name of the gate in the schedule.
            gate: String,
            /// Whether the rollout may pass.
            approved: bool,
            /// Who approved or refused.
            by: String,
        },
        /// An operator gave a command.
        Command {
            /// The command.
            command: Command,
            /// Who gave it, when known.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            by: Option<String>,
            /// Why, when known.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            reason: Option<String>,
        },
        /// The caller carried out the command of a step, or could not. Only a result of the current step counts, and only
        /// one from after the command.
        StepResult {
            /// The index of the step, as in the verdict.
            step: u32,
            /// Whether it succeeded.
            result: StepOutcome,
            /// What a person should know about it, when there is something.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            text: Option<String>,
        },
        /// Another version is rolled out from now on: the run begins again without traffic. The version that is rolled out
        /// already is no new one: announced again, it has no effect.
        NewRevision {
            /// The name of the new version: no other has it.
            revision: String,
        },
    }
}

tagged! {
    "canary.Reading";
    /// The result of a metric's query.
    #[derive(Clone, Debug, PartialEq)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub enum Reading {
        /// A finite number.
        Value {
            /// The number, in the unit of the metric.
            value: f64,
            /// How many samples it was computed from, when known.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            n: Option<Count>,
        },
        /// The counts of both versions over the same time, of a metric with `compare`.
        Counts {
            /// The events of the new version, and its traffic.
            canary: Counts,
            /// The events of the previous version, and its traffic, in the same unit.
            baseline: Counts,
        },
        /// No value, for instance one that is not a number.
        Missing {},
        /// The query succeeded, and its result is empty. The metric says what that means.
        Empty {},
        /// The query failed.
        Failed {
            /// The error message.
            text: String,
        },
    }
}

/// The result of what a step commanded, from the best to the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "canary.StepOutcome", rename_all = "snake_case")]
pub enum StepOutcome {
    /// It is done: the route or the scale is in effect, or what ran outside has succeeded.
    Succeeded,
    /// It cannot be told. The response is `on.inconclusive`.
    Inconclusive,
    /// It failed. The response is `on.failed`.
    Failed,
}

/// The two sides of a canary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename = "canary.HealthRole", rename_all = "snake_case")]
pub enum HealthRole {
    /// The new version.
    Canary,
    /// The previous version, to which a rollback returns.
    Stable,
}

/// A command of an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "canary.Command", rename_all = "snake_case")]
pub enum Command {
    /// End the rollout.
    Abort,
    /// Stay at this weight; the timers stop.
    Pause,
    /// Continue after a pause, in a pause step, or where the rollout was frozen. The counts of failed, inconclusive and
    /// errored measurements start at 0 again, and so does the clock of a deadline that has passed.
    Resume,
    /// Begin again at the first step after an abort.
    Retry,
    /// End the current step, whatever was measured. The counts start at 0 again.
    SkipStep,
    /// Go on to the next weight: end the current step, and those after it that wait for time or measurements. A gate
    /// after the current step still asks.
    Promote,
    /// Give all traffic to the new version now, whatever the remaining steps are.
    PromoteFull,
    /// Go on at this weight although measurements are inconclusive or missing. A failed one still counts.
    AcceptInconclusive,
    /// Go on although the previous version is not ready, for the rest of this run, whatever `on.stable_unhealthy` is: the new
    /// version may be the fix. A run that is frozen needs a `resume`, too.
    ContinueWithoutStable,
}

impl Observation {
    /// Something that happened or was measured at an instant.
    #[must_use]
    pub fn new(at: Timestamp, kind: ObservationKind) -> Self {
        Self { at, kind }
    }
}

impl From<Command> for ObservationKind {
    fn from(command: Command) -> Self {
        Self::Command { command, by: None, reason: None }
    }
}

impl ObservationKind {
    /// The order of observations of the same instant: facts before commands, so that a command acts upon the facts. Of
    /// two observations that contradict each other the more cautious one comes last, and counts.
    pub(super) fn rank(&self) -> u8 {
        match self {
            Self::NewRevision { .. } => 0,
            Self::Health { healthy, .. } => {
                if *healthy {
                    1
                } else {
                    2
                }
            }
            Self::Measurement { .. } | Self::Capacity { .. } | Self::Split { .. } => 3,
            Self::Window { open } => {
                if *open {
                    4
                } else {
                    5
                }
            }
            Self::Approval { approved, .. } => {
                if *approved {
                    6
                } else {
                    7
                }
            }
            Self::StepResult { result, .. } => match result {
                StepOutcome::Succeeded => 8,
                StepOutcome::Inconclusive => 9,
                StepOutcome::Failed => 10,
            },
            Self::Command { command, .. } => match command {
                Command::Retry => 11,
                Command::ContinueWithoutStable => 12,
                Command::AcceptInconclusive => 13,
                Command::Resume => 14,
                Command::SkipStep => 15,
                Command::Promote => 16,
                Command::PromoteFull => 17,
                Command::Pause => 18,
                Command::Abort => 19,
            },
        }
    }
}
