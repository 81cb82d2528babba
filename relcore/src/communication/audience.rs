use serde::{Deserialize, Serialize};

/// Who is told about a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "communication.Audience", rename_all = "snake_case")]
pub enum Audience {
    /// The people who write the software.
    Development,
    /// The people who test it.
    Qa,
    /// The people who run it: operations, SRE.
    Operations,
    /// Product and other management.
    Product,
    /// The people who answer customers.
    Support,
    /// The people who use it.
    Customers,
}

impl Audience {
    /// All of them, for the names of the calendars.
    pub(super) const ALL: [Self; 6] =
        [Self::Development, Self::Qa, Self::Operations, Self::Product, Self::Support, Self::Customers];
}
