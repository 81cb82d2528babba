//! Reads schedules from text.
use super::schedule::Schedule;
use super::validate::refuse;
use crate::error::{Faults, Result};
use crate::wire::{self, PolicyText};

/// Reads a schedule from JSON text and checks it; all faults at once.
///
/// # Errors
/// `syntax` for what is not JSON; `unknown_field` for `minSample`; `invalid_value` for what
/// [`validate`](super::validate()) calls an error: falling weights, a metric without a limit.
pub fn schedule_from_json(text: &str) -> Result<Schedule> {
    wire::policy_from_json(text)
}

/// Reads a schedule from YAML text and checks it; all faults at once.
///
/// # Errors
/// As [`schedule_from_json`].
pub fn schedule_from_yaml(text: &str) -> Result<Schedule> {
    wire::policy_from_yaml(text)
}

impl PolicyText for Schedule {
    const TYPE: &'static str = "canary.Schedule";

    fn check(&self, path: &str, faults: &mut Faults) {
        faults.absorb(refuse(self, path));
    }
}
