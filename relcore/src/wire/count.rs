use crate::error::{Error, ErrorKind, Result};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;

/// A number of things: 0 to 2^53 - 1, what a JavaScript number holds exactly.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Count(u64);

impl Count {
    /// The greatest count.
    pub const MAX: u64 = 9_007_199_254_740_991;

    /// A count of so many.
    ///
    /// # Errors
    /// `out_of_range` beyond 2^53 - 1.
    pub fn new(count: u64) -> Result<Self> {
        if count <= Self::MAX {
            Ok(Self(count))
        } else {
            Err(Error::new(ErrorKind::OutOfRange, "", format!("{count} is more than 2^53 - 1")))
        }
    }

    /// The number of items in memory, which never reaches the limit.
    #[must_use]
    pub fn of(items: usize) -> Self {
        Self((items as u64).min(Self::MAX))
    }

    /// The number.
    #[must_use]
    pub fn get(self) -> u64 {
        self.0
    }

    /// The number as a float, exactly.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a count is at most 2^53 - 1, which f64 holds exactly")]
    pub fn as_f64(self) -> f64 {
        self.0 as f64
    }
}

impl From<u32> for Count {
    fn from(count: u32) -> Self {
        Self(u64::from(count))
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Count {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.0)
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(u64::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Count {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Count".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "integer", "format": "count", "minimum": 0, "maximum": Self::MAX,
            "description": "A number of things: 0 to 2^53 - 1.",
        })
    }
}
