//! What kind of release is this, and what does that kind demand?
mod classification;
mod classify;
mod explain;
mod facts;
mod kind;
mod line;
mod load;
mod profile;
mod standard;

pub use classification::{Classification, ClassificationVerdict};
pub use classify::classify;
pub use explain::explain;
pub use facts::{ReleaseAdvisory, ReleaseFacts};
pub use kind::{AdvisorySeverity, ReleaseType};
pub use load::{profile, profiles_from_json, profiles_from_yaml};
pub use profile::{
    ChangelogDepth, CommunicationScope, ReleaseProfile, ReleaseProfiles, RequiredApproval, TestingScope,
};
pub use standard::standard_profiles;
