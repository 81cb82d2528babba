use crate::input::input;
use crate::scalar::Count;
use crate::time::Timestamp;
use crate::wire::tagged;
use serde::{Deserialize, Serialize};

input! {
    /// What has happened in a run of an analysis so far.
    #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "analysis.Run", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct Run {
        /// When the run began. Absent: it has not begun, and nothing is due.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub started_at: Option<Timestamp>,
        /// When the run was ended from outside, for instance because the rollout was done. Measurements after it do not
        /// count.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub ended_at: Option<Timestamp>,
        /// All measurements, in any order; at most one of a metric at an instant.
        pub measurements: Vec<Measurement>,
    }
}

input! {
    /// One query of one metric.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "analysis.Measurement", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Measurement {
        /// The name of the metric in the template.
        pub metric: String,
        /// When the query ended; of a query under way, when it began.
        pub at: Timestamp,
        /// The result of the query.
        pub reading: Reading,
    }
}

impl Measurement {
    /// A query with its result.
    #[must_use]
    pub fn new(metric: impl Into<String>, at: Timestamp, reading: Reading) -> Self {
        Self { metric: metric.into(), at, reading }
    }
}

tagged! {
    "analysis.Reading";
    /// The result of the query of a metric.
    #[derive(Clone, Debug, PartialEq)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub enum Reading {
        /// A finite number.
        Value {
            /// The number, in the unit of the metric.
            value: f64,
            /// How many samples it was computed from, when known.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            n: Option<Count>,
        },
        /// The result is not a number, such as 0 errors divided by 0 requests.
        NotANumber {},
        /// The query succeeded, and its result is empty.
        Empty {},
        /// The query failed.
        Failed {
            /// The error of the query.
            text: String,
        },
        /// The query is under way. It ends with the next measurement of the metric.
        Started {},
    }
}
