//! The configuration of other release tools.
mod changesets;
mod commitizen;
mod git_cliff;
mod reader;
mod release_please;
mod result;
mod semantic_release;
mod types;

pub use changesets::changesets_config;
pub use commitizen::commitizen_config;
pub use git_cliff::git_cliff_config;
pub use release_please::release_please_config;
pub use result::{CarriedKey, LostKey, ReleaseConfig};
pub use semantic_release::semantic_release_config;
