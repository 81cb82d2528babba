//! Which columns of a table are the fields of an event.
use crate::input::input;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

input! {
    /// Which columns of a table are the fields of an event. Columns that it does not name are ignored.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "interchange.CsvMap", rename_all = "camelCase", deny_unknown_fields)]
    pub struct CsvMap {
        /// What each row of the table is.
        pub kind: RowKind,
        /// The column of each field, by their names: `{"finishedAt": "Finished", "labels.team": "Team"}`. A field has the name
        /// that it has in JSON.
        #[serde(default)]
        pub columns: BTreeMap<String, String>,
        /// The text of a field that has no column, or whose cell is empty: `{"service": "shop"}`.
        #[serde(default)]
        pub constants: BTreeMap<String, String>,
        /// What texts of the table mean. A text that is not listed stands for itself.
        #[serde(default)]
        pub values: Vec<CsvValue>,
        /// What separates the cells of a row: one character, `,` by default.
        #[serde(default = "comma")]
        pub separator: String,
        /// The IANA time zone of times without an offset. Without it, such times are malformed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub time_zone: Option<String>,
    }
}

impl CsvMap {
    /// Rows of a kind, separated by commas, without columns.
    #[must_use]
    pub fn new(kind: RowKind) -> Self {
        Self {
            kind,
            columns: BTreeMap::new(),
            constants: BTreeMap::new(),
            values: vec![],
            separator: comma(),
            time_zone: None,
        }
    }
}

fn comma() -> String {
    ",".to_owned()
}

input! {
    /// What a text of a table means: `Succeeded` in the column of `outcome` is `success`.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "interchange.CsvValue", rename_all = "camelCase", deny_unknown_fields)]
    pub struct CsvValue {
        /// The field.
        pub field: String,
        /// The text in the table, in this case of letters.
        pub text: String,
        /// The value of the field.
        pub value: String,
    }
}

impl CsvValue {
    /// What a text in the column of a field means.
    #[must_use]
    pub fn new(field: impl Into<String>, text: impl Into<String>, value: impl Into<String>) -> Self {
        Self { field: field.into(), text: text.into(), value: value.into() }
    }
}

/// What a row of a table is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "interchange.RowKind", rename_all = "snake_case")]
pub enum RowKind {
    /// A deployment, [`metrics::Deployment`](crate::metrics::Deployment).
    Deployment,
    /// A change, [`metrics::Change`](crate::metrics::Change).
    Change,
    /// An incident, [`metrics::Incident`](crate::metrics::Incident).
    Incident,
    /// A bug, [`metrics::Bug`](crate::metrics::Bug).
    Bug,
    /// A vulnerability, [`metrics::Vulnerability`](crate::metrics::Vulnerability).
    Vulnerability,
    /// A scan, [`metrics::Scan`](crate::metrics::Scan).
    Scan,
}

impl RowKind {
    /// The type of its events on the wire.
    pub(super) const fn type_name(self) -> &'static str {
        match self {
            Self::Deployment => "metrics.Deployment",
            Self::Change => "metrics.Change",
            Self::Incident => "metrics.Incident",
            Self::Bug => "metrics.Bug",
            Self::Vulnerability => "metrics.Vulnerability",
            Self::Scan => "metrics.Scan",
        }
    }
}
