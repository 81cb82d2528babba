use super::response::Response;
use super::route::{CanaryScale, HeaderMatch};
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
        /// Route the requests with these headers to the new version, whatever the weight is.
        SetHeaderRoute {
            /// The name of the route. A later step with the same name replaces it.
            name: String,
            /// The conditions, all of which a request meets. Default: none, which removes the route.
            #[serde(default)]
            headers: Vec<HeaderMatch>,
            /// How long it waits for the confirmation, from when it was commanded, pauses not counted; absent: without limit.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            timeout: Option<Span>,
            /// The response to a route that nobody confirmed in time; absent: `abort`.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            on_timeout: Option<Response>,
        },
        /// Send a copy of this share of the requests to the new version. Its replies reach nobody. Also called shadowing.
        SetMirrorRoute {
            /// The name of the route. A later step with the same name replaces it.
            name: String,
            /// The share of the requests in percent: more than 0, at most 100; absent: removes the route.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            percent: Option<f64>,
            /// The conditions, all of which a request meets. Default: none, so that every request may be copied.
            #[serde(default)]
            headers: Vec<HeaderMatch>,
            /// How long it waits for the confirmation, from when it was commanded, pauses not counted; absent: without limit.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            timeout: Option<Span>,
            /// The response to a route that nobody confirmed in time; absent: `abort`.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            on_timeout: Option<Response>,
        },
        /// Scale the new version to another size than its traffic needs.
        SetCanaryScale {
            /// The size.
            scale: CanaryScale,
            /// How long it waits for the confirmation, from when it was commanded, pauses not counted; absent: without limit.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            timeout: Option<Span>,
            /// The response to a scale that nobody confirmed in time; absent: `abort`.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            on_timeout: Option<Response>,
        },
        /// Run something outside of the schedule, such as tests or a migration, and go on when it succeeded.
        ///
        /// The response to a failure is `on.failed`, to an inconclusive result `on.inconclusive`.
        External {
            /// The name by which the caller knows what to run.
            name: String,
            /// How long it waits for the result, from when it was commanded, pauses not counted; absent: without limit.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            timeout: Option<Span>,
            /// The response to a result that did not come in time; absent: `abort`.
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

    /// Whether the step is a command, which the caller carries out and confirms.
    pub(super) fn is_command(&self) -> bool {
        matches!(
            self,
            Self::SetHeaderRoute { .. }
                | Self::SetMirrorRoute { .. }
                | Self::SetCanaryScale { .. }
                | Self::External { .. }
        )
    }

    /// How long a gate or a command waits, and the response after that.
    pub(super) fn patience(&self) -> Option<(Span, Response)> {
        let (Self::Gate { timeout, on_timeout, .. }
        | Self::SetHeaderRoute { timeout, on_timeout, .. }
        | Self::SetMirrorRoute { timeout, on_timeout, .. }
        | Self::SetCanaryScale { timeout, on_timeout, .. }
        | Self::External { timeout, on_timeout, .. }) = self
        else {
            return None;
        };
        timeout.map(|timeout| (timeout, on_timeout.unwrap_or(Response::Abort)))
    }

    /// What a command asks for, as the subject of a sentence; none of other steps.
    pub(super) fn order(&self) -> Option<String> {
        let text = match self {
            Self::SetHeaderRoute { name, headers, .. } if headers.is_empty() => {
                format!("the removal of the header route `{name}`")
            }
            Self::SetHeaderRoute { name, .. } => format!("the header route `{name}`"),
            Self::SetMirrorRoute { name, percent: None, .. } => {
                format!("the removal of the mirror route `{name}`")
            }
            Self::SetMirrorRoute { name, percent: Some(percent), .. } => {
                format!("the mirror route `{name}` of {percent} %")
            }
            Self::SetCanaryScale { scale, .. } => format!("the scale of the new version, {},", scale.words()),
            Self::External { name, .. } => format!("the result of `{name}`"),
            _ => return None,
        };
        Some(text)
    }

    /// Whether the step gives the new version requests beside its weight.
    pub(super) fn adds_route(&self) -> bool {
        match self {
            Self::SetHeaderRoute { headers, .. } => !headers.is_empty(),
            Self::SetMirrorRoute { percent, .. } => percent.is_some(),
            _ => false,
        }
    }
}
