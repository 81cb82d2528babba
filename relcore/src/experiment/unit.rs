use crate::input::input;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

input! {
    /// What is assigned: a user, a session, a device, a tenant.
    ///
    /// ```
    /// use relcore::experiment::Unit;
    /// let unit = Unit::new("user-7").attribute("country", "DE");
    /// assert_eq!(unit.attributes["country"], "DE");
    /// ```
    #[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "experiment.Unit", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Unit {
        /// The identity that is hashed, as text. Absent or empty: the unit is in no variant.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub id: Option<String>,
        /// The attributes that conditions compare, as text: numbers in decimal, instants in RFC 3339. Default: none.
        #[serde(default)]
        pub attributes: BTreeMap<String, String>,
    }
}

impl Unit {
    /// A unit without attributes.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: Some(id.into()), attributes: BTreeMap::new() }
    }

    /// The same unit with one more attribute.
    #[must_use]
    pub fn attribute(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.attributes.insert(name.into(), value.into());
        self
    }

    /// The text that is hashed: the id, or this attribute.
    pub(super) fn identity(&self, attribute: Option<&str>) -> Option<&str> {
        let text = match attribute {
            Some(attribute) => self.attributes.get(attribute),
            None => self.id.as_ref(),
        };
        text.map(String::as_str).filter(|text| !text.is_empty())
    }
}
