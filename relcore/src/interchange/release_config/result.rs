use crate::error::{Faults, Result};
use crate::wire::PolicyText as _;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The configuration of a release tool, as policies of relcore. Each key of the file is among `carried` or among `lost`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "interchange.ReleaseConfig", rename_all = "camelCase", deny_unknown_fields)]
pub struct ReleaseConfig {
    /// How messages are read.
    pub changes: crate::change::Policy,
    /// How versions are numbered.
    pub versioning: crate::versioning::Policy,
    /// How the packages of a repository are released.
    pub plan: crate::versioning::PlanPolicy,
    /// What notes are made of.
    pub notes: crate::notes::Spec,
    /// The current versions by package. A file of one package has it under an empty name.
    pub versions: BTreeMap<String, String>,
    /// The keys that a policy has, by their names.
    pub carried: Vec<CarriedKey>,
    /// The keys that no policy has, by their names.
    pub lost: Vec<LostKey>,
}

impl ReleaseConfig {
    /// Refuses a configuration of which the policies could not be used.
    pub(super) fn checked(self) -> Result<Self> {
        let mut faults = Faults::new();
        self.changes.check("changes", &mut faults);
        self.versioning.check("versioning", &mut faults);
        self.plan.check("plan", &mut faults);
        self.notes.check("notes", &mut faults);
        faults.finish().map(|()| self)
    }
}

/// A key of a configuration that a policy has.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "interchange.CarriedKey", rename_all = "camelCase", deny_unknown_fields)]
pub struct CarriedKey {
    /// The key: `bump.initial_tag`.
    pub key: String,
    /// The field that has it, `versioning.initial`, or the rule of relcore that has the same effect.
    pub to: String,
}

/// A key of a configuration that no policy has.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "interchange.LostKey", rename_all = "camelCase", deny_unknown_fields)]
pub struct LostKey {
    /// The key: `changelog.body`.
    pub key: String,
    /// Why, and what to do instead.
    pub reason: String,
}
