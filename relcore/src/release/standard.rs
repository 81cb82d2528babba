use crate::release::ReleaseProfiles;

/// The standard profile of every kind of release.
#[must_use]
pub fn standard_profiles() -> ReleaseProfiles {
    ReleaseProfiles::default()
}
