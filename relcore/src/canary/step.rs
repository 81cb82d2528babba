use crate::time::Span;
use crate::wire::{Count, tagged};

tagged! {
    /// A step of a schedule.
    #[derive(Clone, Debug, PartialEq)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub enum Step {
        /// Give the new version this share of the traffic.
        SetWeight {
            /// The share in percent: more than 0, at most 100, not below the step before.
            weight: f64,
        },
        /// Let the new version run, and go on when it has run long enough and every metric is good.
        Bake {
            /// The shortest time, pauses not counted.
            min: Span,
            /// The longest time to wait for measurements and samples; absent: as long as it takes.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            max: Option<Span>,
            /// How many samples every metric must have gathered in this step; absent: a single good measurement is enough.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            min_samples: Option<Count>,
        },
        /// Wait, whatever the metrics are; limits still end the rollout.
        Pause {
            /// How long; absent: until an operator resumes.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            duration: Option<Span>,
        },
        /// Go on when these metrics have been good this many times in this step.
        Analysis {
            /// The names of the metrics. Default: all of the schedule.
            #[serde(default)]
            metrics: Vec<String>,
            /// How many good measurements each of them needs; at least 1.
            measurements: u32,
        },
        /// Wait for a person's approval.
        Gate {
            /// The name by which the approval is given.
            name: String,
        },
    }
}
