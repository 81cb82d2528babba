use super::route::{CanaryScale, HeaderRoute, MirrorRoute};
use super::state::State;
use serde::{Deserialize, Serialize};

/// How the traffic must be split, as far as a state has decided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "canary.Routing", rename_all = "camelCase", deny_unknown_fields)]
pub struct Routing {
    /// The share of the traffic for the new version, in percent. The rest goes to the previous version.
    pub weight: f64,
    /// The new version, once a new revision was observed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// The requests for the new version by their headers, whatever the weight is. Every other header route is removed.
    #[serde(default, skip_serializing_if = "crate::wire::is_default")]
    #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "crate::wire::never"))]
    pub header_routes: Vec<HeaderRoute>,
    /// The requests that are copied to the new version. Every other mirror route is removed.
    #[serde(default, skip_serializing_if = "crate::wire::is_default")]
    #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "crate::wire::never"))]
    pub mirror_routes: Vec<MirrorRoute>,
    /// The size of the new version; absent: as its traffic needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canary_scale: Option<CanaryScale>,
}

/// The routing that a state wants. Set it at every tick, not only when the verdict is `set_weight`.
///
/// A verdict is given once: the state that comes with it has moved on. A program that stores the state and ends before
/// it reaches the router would leave the traffic where it was, and the next verdict would be `hold`. Setting the
/// routing of the stored state at every tick repairs this, and costs nothing where the router has it already.
///
/// So a tick is: decide, store the state, set the routing of the stored state. A program that ends between any two of
/// these continues with the next tick:
///
/// - before the state was stored, the next tick decides the same again from the same state;
/// - after it was stored, the next tick sets its routing.
///
/// The routes and the scale are part of it. A step that commands one has them here from its verdict on, and still waits
/// for the result. Set the weight first when it falls, then the rest: so an abort takes the traffic back before it
/// removes what is beside the traffic.
///
/// Store first. A router that is ahead of the stored state has traffic on a version that the next decision does not
/// know about.
///
/// ```
/// use relcore::Timestamp;
/// use relcore::canary::{Action, Rollout, routing, standard_schedule};
///
/// let rollout = Rollout::new(standard_schedule())?;
/// let now = Timestamp::parse("2026-11-23T09:00:00Z")?;
/// let stored = rollout.next_action(&rollout.start(now)?, &[], now)?.state;
/// // The program ends here: the state is stored, the router still has 0 %.
///
/// // Pitfall: the next tick has nothing new to decide, and its verdict does not repeat the weight.
/// let decision = rollout.next_action(&stored, &[], now)?;
/// assert_eq!(decision.verdict, Action::Hold {});
/// assert_eq!(routing(&decision.state).weight, 5.0);
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn routing(state: &State) -> Routing {
    Routing {
        weight: state.weight,
        revision: state.revision.clone(),
        header_routes: state.header_routes.clone(),
        mirror_routes: state.mirror_routes.clone(),
        canary_scale: state.canary_scale.clone(),
    }
}
