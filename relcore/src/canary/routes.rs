//! What is commanded beside the weight.
use super::route::{CanaryScale, HeaderRoute, MirrorRoute};
use super::state::State;
use super::step::Step;
use crate::canary::code;
use crate::reason::{Reason, Severity};

/// What beside the weight is commanded: each route by its name, and the scale.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Routes {
    pub(super) header: Vec<HeaderRoute>,
    pub(super) mirror: Vec<MirrorRoute>,
    pub(super) scale: Option<CanaryScale>,
}

impl Routes {
    pub(super) fn of(state: &State) -> Self {
        Self {
            header: state.header_routes.clone(),
            mirror: state.mirror_routes.clone(),
            scale: state.canary_scale.clone(),
        }
    }

    pub(super) fn store(self, state: &mut State) {
        (state.header_routes, state.mirror_routes) = (self.header, self.mirror);
        state.canary_scale = self.scale;
    }

    /// What a step commands, in addition to what was commanded before it.
    pub(super) fn command(&mut self, step: &Step) {
        match step {
            Step::SetHeaderRoute { name, headers, .. } => {
                self.header.retain(|route| route.name != *name);
                if !headers.is_empty() {
                    let index = self.header.partition_point(|route| route.name < *name);
                    self.header.insert(index, HeaderRoute { name: name.clone(), headers: headers.clone() });
                }
            }
            Step::SetMirrorRoute { name, percent, headers, .. } => {
                self.mirror.retain(|route| route.name != *name);
                if let Some(percent) = *percent {
                    let index = self.mirror.partition_point(|route| route.name < *name);
                    let route = MirrorRoute { name: name.clone(), percent, headers: headers.clone() };
                    self.mirror.insert(index, route);
                }
            }
            Step::SetCanaryScale { scale, .. } => {
                self.scale = Some(scale.clone()).filter(|scale| *scale != CanaryScale::MatchTraffic {});
            }
            _ => {}
        }
    }

    /// Removes what others do not have.
    pub(super) fn keep(&mut self, others: &Self) {
        self.header.retain(|route| others.header.contains(route));
        self.mirror.retain(|route| others.mirror.contains(route));
        self.scale = self.scale.take().filter(|scale| others.scale.as_ref() == Some(scale));
    }

    /// Whether a version without a weight has requests through them.
    pub(super) fn have_traffic(state: &State) -> bool {
        !(state.header_routes.is_empty() && state.mirror_routes.is_empty())
    }

    /// A reason about what is here, but not in a state any more, and has to be removed; none if that is nothing.
    pub(super) fn removed(&self, state: &State) -> Option<Reason> {
        let header = self.header.iter().filter(|route| !state.header_routes.contains(route));
        let mirror = self.mirror.iter().filter(|route| !state.mirror_routes.contains(route));
        let scale = self.scale.as_ref().filter(|scale| state.canary_scale.as_ref() != Some(scale));
        let phrases: Vec<String> = header
            .map(|route| format!("the header route `{}`", route.name))
            .chain(mirror.map(|route| format!("the mirror route `{}`", route.name)))
            .chain(scale.map(|scale| format!("the scale of {}", scale.words())))
            .collect();
        (!phrases.is_empty()).then(|| {
            let text = format!("to remove after the traffic has moved: {}", phrases.join(", "));
            Reason::new(code::ROUTES_REMOVED, Severity::Info, "routes", text)
        })
    }
}
