//! The handle: a schedule that is checked, indexed and digested once.
use super::schedule::Schedule;
use super::step::Step;
use crate::digest::Checked;
use crate::error::Result;
use std::collections::{BTreeMap, BTreeSet};

/// A schedule that was checked and digested once, for any number of calls. It never changes.
///
/// The functions of the module do the same with a schedule, and check and digest it at each call.
///
/// ```
/// use relcore::canary::{Action, Rollout, standard_schedule};
/// use relcore::{ErrorKind, Span, Timestamp};
///
/// let rollout = Rollout::new(standard_schedule())?;
/// let begin = Timestamp::parse("2026-11-23T09:00:00Z")?;
/// let mut state = rollout.start(begin)?;
/// let decision = rollout.next_action(&state, &[], begin)?;
/// assert_eq!(decision.verdict, Action::SetWeight { previous: 0.0, weight: 5.0 });
///
/// // Pitfall: store the state of each decision. With an older one the next call repeats a decision.
/// state = decision.state;
/// let later = begin.plus(Span::from_hours(1))?;
/// let decision = rollout.next_action(&state, &[], later)?;
/// assert_eq!(decision.verdict, Action::SetWeight { previous: 5.0, weight: 25.0 });
///
/// // Pitfall: a state belongs to its schedule. After a change of the schedule, `rebase` moves it to the new one.
/// let mut schedule = rollout.schedule().clone();
/// schedule.deadline = Some(Span::from_days(1));
/// let refused = Rollout::new(schedule)?.next_action(&state, &[], later);
/// assert_eq!(refused.unwrap_err().kind(), ErrorKind::PolicyChanged);
/// # Ok::<(), relcore::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Rollout {
    checked: Checked<Schedule>,
    /// The index of each metric in the schedule, by name.
    metrics: BTreeMap<String, usize>,
    gates: BTreeSet<String>,
}

impl Rollout {
    /// Checks and digests a schedule.
    ///
    /// # Errors
    /// `invalid_value`, `out_of_range` and others for everything that [`validate`](super::validate()) calls an error: no
    /// steps, falling weights, a metric without a limit.
    pub fn new(schedule: Schedule) -> Result<Self> {
        Self::at(schedule, "schedule")
    }

    /// The same, for a schedule that is an argument of another name.
    pub(super) fn at(schedule: Schedule, path: &str) -> Result<Self> {
        let checked = Checked::new(schedule, path)?;
        let schedule = checked.policy();
        let names = schedule.metrics.iter().map(|metric| metric.name.clone());
        let metrics = names.zip(0..).collect();
        let gate = |step: &Step| if let Step::Gate { name, .. } = step { Some(name.clone()) } else { None };
        let gates = schedule.steps.iter().filter_map(gate).collect();
        Ok(Self { checked, metrics, gates })
    }

    /// The schedule.
    #[must_use]
    pub fn schedule(&self) -> &Schedule {
        self.checked.policy()
    }

    /// The digest of the schedule, as in the state and in every decision.
    #[must_use]
    pub fn digest(&self) -> &str {
        self.checked.digest()
    }

    /// The index of a metric in the schedule.
    pub(super) fn metric_index(&self, name: &str) -> Option<usize> {
        self.metrics.get(name).copied()
    }

    /// Whether the schedule has a gate of this name.
    pub(super) fn has_gate(&self, name: &str) -> bool {
        self.gates.contains(name)
    }
}
