use crate::error::{ErrorKind, Faults, quoted};
use crate::input::input;
use crate::scalar::Count;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

input! {
    /// The measured value of an objective (a service level indicator), or the reason why there is none.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "analysis.Indicator", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Indicator {
        /// The name of the objective.
        pub name: String,
        /// The value, in the unit of the objective; absent if the query returned none. NaN and infinity count as absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub value: Option<f64>,
        /// The number of samples behind the value, if it is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub n: Option<Count>,
        /// The message of a query that failed. Then there is no value, whatever `value` says.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub error: Option<String>,
    }
}

impl Indicator {
    /// The value of this name.
    #[must_use]
    pub fn new(name: impl Into<String>, value: f64) -> Self {
        Self { name: name.into(), value: Some(value), n: None, error: None }
    }

    /// A query that returned no value.
    #[must_use]
    pub fn missing(name: impl Into<String>) -> Self {
        Self { name: name.into(), value: None, n: None, error: None }
    }

    /// The value, unless the query failed; it may be NaN.
    pub(super) fn reading(&self) -> Option<f64> {
        self.value.filter(|_| self.error.is_none())
    }
}

/// No two values have the same name.
pub(super) fn check_values(values: &[Indicator], path: &str, faults: &mut Faults) {
    let mut names = BTreeSet::new();
    for (index, value) in values.iter().enumerate() {
        faults.check(
            names.insert(&value.name),
            ErrorKind::Duplicate,
            format_args!("{path}[{index}].name"),
            format_args!("{} has an earlier value", quoted(&value.name)),
        );
    }
}
