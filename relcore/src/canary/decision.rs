use super::code;
use super::route::{CanaryScale, HeaderMatch};
use super::state::{Phase, State};
use crate::decision::{Explain, Outcome};
use crate::reason::Reason;
use crate::time::Timestamp;
use crate::wire::tagged;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What to do about a canary now, why, and the state for the next call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "canary.Decision", rename_all = "camelCase", deny_unknown_fields)]
pub struct Decision {
    /// What to do.
    pub verdict: Action,
    /// The state to store and to pass to the next call.
    pub state: State,
    /// Why. Never empty.
    pub reasons: Vec<Reason>,
    /// The metrics whose measurements the decision lacked, by name.
    pub missing: Vec<String>,
    /// The first instant at which time alone may change the verdict; absent when only an observation can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_check_at: Option<Timestamp>,
    /// The digest of the schedule.
    pub policy_digest: String,
}

tagged! {
    "canary.Action";
    /// What to do about a canary.
    #[derive(Clone, Debug, PartialEq)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub enum Action {
        /// Route another share of the traffic to the new version.
        SetWeight {
            /// The share it had, in percent.
            previous: f64,
            /// The share it gets, in percent.
            weight: f64,
        },
        /// Leave everything as it is.
        Hold {},
        /// Leave everything as it is: the measurements do not allow a judgement. `missing` names those that are lacking.
        Inconclusive {},
        /// Leave everything as it is and ask a person.
        AwaitGate {
            /// The name of the gate.
            gate: String,
        },
        /// Set or remove a header route, then report the result of the step. Given again until there is one.
        SetHeaderRoute {
            /// The index of the step, for its result.
            step: u32,
            /// The name of the route.
            name: String,
            /// The conditions, all of which a request meets; empty: remove the route.
            headers: Vec<HeaderMatch>,
        },
        /// Set or remove a mirror route, then report the result of the step. Given again until there is one.
        SetMirrorRoute {
            /// The index of the step, for its result.
            step: u32,
            /// The name of the route.
            name: String,
            /// The share of the requests to copy, in percent; absent: remove the route.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            percent: Option<f64>,
            /// The conditions, all of which a request meets; empty: every request may be copied.
            headers: Vec<HeaderMatch>,
        },
        /// Scale the new version, then report the result of the step. Given again until there is one.
        SetCanaryScale {
            /// The index of the step, for its result.
            step: u32,
            /// The size.
            scale: CanaryScale,
        },
        /// Run something outside of the schedule, once, then report the result of the step. Given again until there is one.
        RunExternal {
            /// The index of the step, for its result.
            step: u32,
            /// What to run.
            name: String,
        },
        /// Leave everything as it is until an operator resumes.
        Pause {},
        /// Route all traffic to the new version: the rollout has succeeded.
        Complete {
            /// The share it had, in percent.
            previous: f64,
        },
        /// Route all traffic to the previous version: the rollout has failed.
        RollBack {
            /// The share the new version had, in percent.
            previous: f64,
        },
        /// Leave everything as it is for good: the rollout has failed and cannot be rolled back.
        Freeze {},
    }
}

/// The decision as text for a person: the verdict, the reasons, what is missing, when to ask again.
///
/// ```
/// use relcore::canary::{explain, next_action, standard_schedule, start};
/// let now = relcore::Timestamp::parse("2026-11-23T09:00:00Z")?;
/// let schedule = standard_schedule();
/// let text = explain(&next_action(&schedule, &start(&schedule, now)?, &[], now)?);
/// assert!(text.starts_with("SET WEIGHT from 0 % to 5 %\n"));
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn explain(decision: &Decision) -> String {
    decision.explain()
}

/// The consequence of a decision for its caller: go on, wait, go back, or ask a person.
///
/// | verdict | outcome |
/// | --- | --- |
/// | `set_weight`, `complete` | `proceed` |
/// | `hold`, `inconclusive` | `wait` |
/// | `set_header_route`, `set_mirror_route`, `set_canary_scale`, `run_external` | `wait`, for the result |
/// | `hold` of a rollout that has succeeded | `proceed` |
/// | `roll_back`, and `hold` of a rollout that was rolled back | `roll_back` |
/// | `set_weight` and `hold` of a rollout whose traffic goes back in steps | `roll_back` |
/// | `hold` of a rollout that is paused until an operator resumes, or is frozen | `ask` |
/// | `await_gate`, `pause`, `freeze` | `ask` |
///
/// The outcome of a rollout that is over stays the same at every later call, so a script that died between a decision and
/// its effect gets it again.
///
/// ```
/// use relcore::{canary, decision::Outcome};
/// let now = relcore::Timestamp::parse("2026-11-23T09:00:00Z")?;
/// let schedule = canary::standard_schedule();
/// let decision = canary::next_action(&schedule, &canary::start(&schedule, now)?, &[], now)?;
/// assert_eq!(canary::outcome(&decision), Outcome::Proceed);
/// // Pitfall: a frozen rollout is not rolled back, because the previous version cannot take the traffic.
/// let mut frozen = decision;
/// frozen.verdict = canary::Action::Freeze {};
/// assert_eq!(canary::outcome(&frozen), Outcome::Ask);
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn outcome(decision: &Decision) -> Outcome {
    decision.outcome()
}

/// The text of [`explain`].
impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.explain())
    }
}

impl Explain for Decision {
    fn headline(&self) -> String {
        let weight = self.state.weight;
        let headline = match &self.verdict {
            Action::SetWeight { previous, weight } => format!("SET WEIGHT from {previous} % to {weight} %"),
            Action::Hold {} => format!("HOLD at {weight} %"),
            Action::Inconclusive {} => format!("INCONCLUSIVE, hold at {weight} %"),
            Action::AwaitGate { gate } => format!("ASK for the gate `{gate}`, hold at {weight} %"),
            Action::SetHeaderRoute { name, headers, .. } if headers.is_empty() => {
                format!("REMOVE the header route `{name}`, hold at {weight} %")
            }
            Action::SetHeaderRoute { name, .. } => {
                format!("SET the header route `{name}`, hold at {weight} %")
            }
            Action::SetMirrorRoute { name, percent: None, .. } => {
                format!("REMOVE the mirror route `{name}`, hold at {weight} %")
            }
            Action::SetMirrorRoute { name, percent: Some(percent), .. } => {
                format!("SET the mirror route `{name}` to {percent} %, hold at {weight} %")
            }
            Action::SetCanaryScale { scale, .. } => {
                format!("SCALE the new version: {}, hold at {weight} %", scale.words())
            }
            Action::RunExternal { name, .. } => format!("RUN `{name}`, hold at {weight} %"),
            Action::Pause {} => format!("PAUSE at {weight} %"),
            Action::Complete { previous } => format!("COMPLETE from {previous} % to 100 %"),
            Action::RollBack { previous } => format!("ROLL BACK from {previous} % to 0 %"),
            Action::Freeze {} => format!("FREEZE at {weight} %"),
        };
        // The reasons may be about another cause; an operator must still learn that the rollout waits for a resume.
        let paused = self.state.paused_at.filter(|_| self.verdict != Action::Pause {});
        let paused = paused.map(|since| format!(", paused since {since} until an operator resumes"));
        headline + paused.as_deref().unwrap_or_default()
    }

    fn outcome(&self) -> Outcome {
        match (&self.verdict, self.state.phase) {
            (Action::SetWeight { .. }, Phase::RollingBack) => Outcome::RollBack,
            (Action::SetWeight { .. } | Action::Complete { .. }, _) => Outcome::Proceed,
            (Action::RollBack { .. }, _) => Outcome::RollBack,
            // Data that is not there yet is no alarm. A schedule says when the lack of it must be: `max` of a bake,
            // `on.noData`, `on.inconclusive`.
            (Action::Inconclusive {}, _) => Outcome::Wait,
            // Nothing goes on before the result is there.
            (
                Action::SetHeaderRoute { .. }
                | Action::SetMirrorRoute { .. }
                | Action::SetCanaryScale { .. }
                | Action::RunExternal { .. },
                _,
            ) => Outcome::Wait,
            (Action::AwaitGate { .. } | Action::Pause {} | Action::Freeze {}, _) => Outcome::Ask,
            (Action::Hold {}, Phase::Succeeded) => Outcome::Proceed,
            (Action::Hold {}, Phase::RollingBack | Phase::RolledBack) => Outcome::RollBack,
            (Action::Hold {}, Phase::Paused | Phase::Frozen) => Outcome::Ask,
            // A pause step without a duration waits for an operator, too.
            (Action::Hold {}, Phase::Progressing) => {
                let paused = self.reasons.iter().any(|reason| reason.code == code::PAUSED);
                if paused { Outcome::Ask } else { Outcome::Wait }
            }
        }
    }

    fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    fn missing(&self) -> &[String] {
        &self.missing
    }

    fn next_check_at(&self) -> Option<Timestamp> {
        self.next_check_at
    }

    fn policy_digest(&self) -> &str {
        &self.policy_digest
    }
}
