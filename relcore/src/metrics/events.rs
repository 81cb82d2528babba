//! All events of a report in one value.
use super::{Bug, Change, Deployment, Incident, Scan, Vulnerability};
use crate::input::input;
use serde::{Deserialize, Serialize};

input! {
    /// All events of a report. What is left out has not happened, or is not recorded.
    #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "metrics.Events", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct Events {
        /// Attempts to deploy, also those before the range of the report.
        pub deployments: Vec<Deployment>,
        /// The changes that they deliver.
        pub changes: Vec<Change>,
        /// Incidents.
        pub incidents: Vec<Incident>,
        /// Bugs, found before releases and after them.
        pub bugs: Vec<Bug>,
        /// Vulnerabilities, also those that are closed.
        pub vulnerabilities: Vec<Vulnerability>,
        /// Scans of artifacts.
        pub scans: Vec<Scan>,
    }
}
