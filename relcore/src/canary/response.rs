use serde::{Deserialize, Serialize};

/// The response to a cause, from the weakest to the strongest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "canary.Response", rename_all = "snake_case")]
pub enum Response {
    /// Go on, and say so in the reasons.
    Warn,
    /// Stay at this weight until the cause is gone: after exceeded limits until the metric is good again.
    Hold,
    /// Stay at this weight until an operator resumes.
    Pause,
    /// End the rollout as the schedule's `abort` says.
    Abort,
}

impl Response {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    pub(super) fn is_abort(&self) -> bool {
        *self == Self::Abort
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    pub(super) fn is_pause(&self) -> bool {
        *self == Self::Pause
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    pub(super) fn is_hold(&self) -> bool {
        *self == Self::Hold
    }
}
