use crate::time::Timestamp;
use crate::wire::{Count, tagged};
use serde::{Deserialize, Serialize};

/// Something that happened or was measured at an instant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Observation {
    /// When; after everything that the state has already seen, not after `now`.
    pub at: Timestamp,
    /// What.
    pub kind: ObservationKind,
}

tagged! {
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
        /// A metric was queried.
        Measurement {
            /// The name of the metric in the schedule.
            metric: String,
            /// What the query answered.
            reading: Reading,
        },
        /// The release window opened or closed. Until the first of these it counts as open.
        Window {
            /// Whether it is open.
            open: bool,
        },
        /// A person answered a gate. The latest answer counts.
        Approval {
            /// The name of the gate in the schedule.
            gate: String,
            /// Whether the rollout may pass.
            approved: bool,
            /// Who answered.
            by: String,
        },
        /// An operator intervened.
        Command {
            /// What was ordered.
            command: Command,
        },
        /// Another version is to be rolled out: everything begins again.
        NewRevision {
            /// The name of the new version.
            revision: String,
        },
    }
}

tagged! {
    /// What a metric's query answered.
    #[derive(Clone, Debug, PartialEq)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub enum Reading {
        /// A finite number.
        Value {
            /// The number, in the unit of the metric.
            value: f64,
            /// How many samples stand behind it, when known.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            n: Option<Count>,
        },
        /// Nothing: an empty result, or one that is not a number.
        Missing {},
        /// The query failed.
        Failed {
            /// What it said.
            text: String,
        },
    }
}

/// The two sides of a canary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum HealthRole {
    /// The new version.
    Canary,
    /// The previous version, to which a rollback returns.
    Stable,
}

/// What an operator may order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// End the rollout.
    Abort,
    /// Stay at this weight; timers stand still.
    Pause,
    /// Go on after a pause. What was counted against the metrics is forgiven.
    Resume,
    /// Begin again after an abort.
    Retry,
}

impl ObservationKind {
    /// The order of observations of the same instant: facts before orders, so that an order is obeyed in their light;
    /// of two that contradict each other the more careful one comes last, and counts.
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
            Self::Measurement { .. } => 3,
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
            Self::Command { command: Command::Retry } => 8,
            Self::Command { command: Command::Resume } => 9,
            Self::Command { command: Command::Pause } => 10,
            Self::Command { command: Command::Abort } => 11,
        }
    }
}
