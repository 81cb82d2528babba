use super::response::Response;
use crate::scalar::Count;
use crate::time::Span;
use crate::wire::tagged;

tagged! {
    "canary.Step";
    /// A step of a schedule.
    #[derive(Clone, Debug, PartialEq)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub enum Step {
        /// Route this share of the traffic to the new version.
        SetWeight {
            /// The share in percent: more than 0, at most 100, not below the step before.
            weight: f64,
        },
        /// Run at this weight, and go on after the shortest time if every metric is good. Also called soak.
        Bake {
            /// The shortest time, pauses not counted.
            min: Span,
            /// The longest time to wait for measurements and samples; absent: no limit.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            max: Option<Span>,
            /// How many samples every metric must gather in this step; absent: a single good measurement is enough.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            min_samples: Option<Count>,
        },
        /// Wait, whatever the metrics are; an exceeded limit still ends the rollout.
        Pause {
            /// The length of the pause; absent: until an operator resumes.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            duration: Option<Span>,
        },
        /// Go on when each of these metrics has this many good measurements in this step.
        Analysis {
            /// The names of the metrics. Default: all of the schedule.
            #[serde(default)]
            metrics: Vec<String>,
            /// How many good measurements each metric needs; at least 1.
            measurements: u32,
        },
        /// Wait for a person's approval.
        Gate {
            /// The name that an approval refers to.
            name: String,
            /// How long it waits, from when it asked, pauses not counted; absent: without limit.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            timeout: Option<Span>,
            /// The response to a gate that nobody approved in time; absent: `abort`, as AWS CodeDeploy.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            on_timeout: Option<Response>,
        },
    }
}

impl Step {
    /// The weight that the step sets, if it sets one.
    pub(super) fn weight(&self) -> Option<f64> {
        if let Self::SetWeight { weight } = self { Some(*weight) } else { None }
    }
}
