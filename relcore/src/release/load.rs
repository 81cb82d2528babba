use crate::error::{Error, ErrorKind, Result};
use crate::release::{ReleaseProfile, ReleaseProfiles, ReleaseType, standard_profiles};
use crate::wire::{self, Type};

/// The profile of a kind of release: the row of `overrides` if it has one, else the standard row.
///
/// # Errors
/// All faults of the overrides at once.
pub fn profile(release_type: &ReleaseType, overrides: Option<&ReleaseProfiles>) -> Result<ReleaseProfile> {
    let key = wire::text_of(release_type);
    let row = overrides.and_then(|table| table.profiles.get(&key).cloned());
    row.or_else(|| standard_profiles().profiles.remove(&key))
        .ok_or_else(|| Error::new(ErrorKind::UnknownReference, "releaseType", "has no profile"))
}

/// Reads a table of profiles from JSON text; what a row leaves out is as in the standard row.
///
/// # Errors
/// All faults at once.
pub fn profiles_from_json(text: &str) -> Result<ReleaseProfiles> {
    wire::from_json(text, Type::Named("ReleaseProfiles"))
}

/// Reads a table of profiles from YAML text, as [`profiles_from_json`] does from JSON.
///
/// # Errors
/// As [`profiles_from_json`].
pub fn profiles_from_yaml(text: &str) -> Result<ReleaseProfiles> {
    wire::from_yaml(text, Type::Named("ReleaseProfiles"))
}
