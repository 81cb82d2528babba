//! What a scan was of, where its result does not say it.
use crate::input::input;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

input! {
    /// What a scan was of, where its result does not say it.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "interchange.ScanTarget", rename_all = "camelCase", deny_unknown_fields)]
    pub struct ScanTarget {
        /// The service that the vulnerabilities are of.
        pub service: String,
        /// The artifact, as the revision of the deployments that run it. It replaces the one in the result.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub artifact: Option<String>,
        /// The kind of the scan, as `sca` or `sast`; the name of the tool when left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub kind: Option<String>,
        /// When it was scanned, where the result does not say it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub scanned_at: Option<Timestamp>,
    }
}

impl ScanTarget {
    /// A service of whose scans the results say everything.
    #[must_use]
    pub fn new(service: impl Into<String>) -> Self {
        Self { service: service.into(), artifact: None, kind: None, scanned_at: None }
    }
}
