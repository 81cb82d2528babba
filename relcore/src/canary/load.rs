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
/// As [`schedule_from_json`], with the line and the column of each fault.
#[cfg(feature = "yaml")]
pub fn schedule_from_yaml(text: &str) -> Result<Schedule> {
    wire::policy_from_yaml(text)
}

impl PolicyText for Schedule {
    const TYPE: &'static str = "canary.Schedule";

    fn check(&self, path: &str, faults: &mut Faults) {
        faults.absorb(refuse(self, path));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    fn faults(text: &str) -> Vec<(ErrorKind, String)> {
        let error = schedule_from_yaml(text).unwrap_err();
        error.faults().iter().map(|fault| (fault.code, fault.path.clone())).collect()
    }

    #[test]
    fn unknown_keys_and_faults_of_meaning_are_reported_together() {
        let text = "
            steps: [{type: set_weight, weight: 150, wieght: 5}, {type: gate, name: qa, by: ann}, {type: gate, name: qa}]
            metrics: [{name: errors, max: 1, min: 2, unti: '%'}]
            deadlin: 1h";
        let expected = [
            (ErrorKind::UnknownField, "steps[0].wieght"),
            (ErrorKind::UnknownField, "steps[1].by"),
            (ErrorKind::UnknownField, "metrics[0].unti"),
            (ErrorKind::UnknownField, "deadlin"),
            (ErrorKind::OutOfRange, "steps[0].weight"),
            (ErrorKind::Duplicate, "steps[2].name"),
            (ErrorKind::InvalidValue, "steps"), // the last weight is not 100
            (ErrorKind::InvalidValue, "metrics[0].min"),
        ];
        assert_eq!(faults(text), expected.map(|(kind, path)| (kind, path.to_owned())));
    }

    #[test]
    fn after_another_fault_of_the_form_nothing_is_said_about_the_meaning() {
        let text = "steps: [{type: set_weight, weight: 150}, {type: gate}]\ndeadlin: 1h";
        let expected = [(ErrorKind::MissingField, "steps[1].name"), (ErrorKind::UnknownField, "deadlin")];
        assert_eq!(faults(text), expected.map(|(kind, path)| (kind, path.to_owned())));
    }
}
