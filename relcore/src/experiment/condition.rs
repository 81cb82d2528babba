use super::unit::Unit;
use crate::error::{ErrorKind, Faults};
use crate::time::Timestamp;
use crate::version::Version;
use crate::wire::tagged;
use serde::{Deserialize, Serialize};

tagged! {
    "experiment.Condition";
    /// What an attribute of a unit must be. All conditions of an experiment must hold.
    ///
    /// An attribute that a unit does not have meets the condition only with `ifMissing`, whatever `negate` says. One that
    /// cannot be read (`abc` as a number) never meets it.
    ///
    /// ```
    /// use relcore::experiment::definition_from_json;
    /// let definition = definition_from_json(r#"{
    ///     "key": "checkout", "variants": [{"name": "on"}],
    ///     "conditions": [
    ///         {"type": "text_in", "attribute": "country", "values": ["DE", "AT"]},
    ///         {"type": "version_is", "attribute": "app", "relation": "greater_or_equal", "value": "2.4.0"}
    ///     ]
    /// }"#)?;
    /// assert_eq!(definition.conditions.len(), 2);
    /// # Ok::<(), relcore::Error>(())
    /// ```
    #[derive(Clone, Debug, PartialEq)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub enum Condition {
        /// The attribute is one of these texts.
        TextIn {
            /// The name of the attribute.
            attribute: String,
            /// The texts; at least one.
            values: Vec<String>,
            /// Whether letters match in upper and lower case. Default: false.
            #[serde(default)]
            ignore_case: bool,
            /// Whether the attribute must be none of them. Default: false.
            #[serde(default)]
            negate: bool,
            /// Whether a unit without the attribute meets the condition. Default: false.
            #[serde(default)]
            if_missing: bool,
        },
        /// The attribute starts with one of these texts.
        TextStartsWith {
            /// The name of the attribute.
            attribute: String,
            /// The texts; at least one.
            values: Vec<String>,
            /// Whether letters match in upper and lower case. Default: false.
            #[serde(default)]
            ignore_case: bool,
            /// Whether the attribute must start with none of them. Default: false.
            #[serde(default)]
            negate: bool,
            /// Whether a unit without the attribute meets the condition. Default: false.
            #[serde(default)]
            if_missing: bool,
        },
        /// The attribute ends with one of these texts.
        TextEndsWith {
            /// The name of the attribute.
            attribute: String,
            /// The texts; at least one.
            values: Vec<String>,
            /// Whether letters match in upper and lower case. Default: false.
            #[serde(default)]
            ignore_case: bool,
            /// Whether the attribute must end with none of them. Default: false.
            #[serde(default)]
            negate: bool,
            /// Whether a unit without the attribute meets the condition. Default: false.
            #[serde(default)]
            if_missing: bool,
        },
        /// The attribute contains one of these texts.
        TextContains {
            /// The name of the attribute.
            attribute: String,
            /// The texts; at least one.
            values: Vec<String>,
            /// Whether letters match in upper and lower case. Default: false.
            #[serde(default)]
            ignore_case: bool,
            /// Whether the attribute must contain none of them. Default: false.
            #[serde(default)]
            negate: bool,
            /// Whether a unit without the attribute meets the condition. Default: false.
            #[serde(default)]
            if_missing: bool,
        },
        /// The attribute, read as a number, has this relation to a number.
        NumberIs {
            /// The name of the attribute.
            attribute: String,
            /// The relation of the attribute to the value.
            relation: Relation,
            /// The number that the attribute is compared with.
            value: f64,
            /// Whether the relation must not hold. Default: false.
            #[serde(default)]
            negate: bool,
            /// Whether a unit without the attribute meets the condition. Default: false.
            #[serde(default)]
            if_missing: bool,
        },
        /// The attribute, read as an instant (RFC 3339), has this relation to an instant.
        TimeIs {
            /// The name of the attribute.
            attribute: String,
            /// The relation of the attribute to the value: `less` is before, `greater` is after.
            relation: Relation,
            /// The instant that the attribute is compared with.
            value: Timestamp,
            /// Whether the relation must not hold. Default: false.
            #[serde(default)]
            negate: bool,
            /// Whether a unit without the attribute meets the condition. Default: false.
            #[serde(default)]
            if_missing: bool,
        },
        /// The attribute, read as a version, has this relation by the precedence of Semantic Versioning to a version.
        VersionIs {
            /// The name of the attribute.
            attribute: String,
            /// The relation of the attribute to the value.
            relation: Relation,
            /// The version that the attribute is compared with.
            value: Version,
            /// Whether the relation must not hold. Default: false.
            #[serde(default)]
            negate: bool,
            /// Whether a unit without the attribute meets the condition. Default: false.
            #[serde(default)]
            if_missing: bool,
        },
    }
}

/// The order of an attribute relative to the value of its condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "experiment.Relation", rename_all = "snake_case")]
pub enum Relation {
    /// The attribute is less; before, for an instant.
    Less,
    /// The attribute is less or equal.
    LessOrEqual,
    /// Both are equal. Versions that differ in build metadata only are equal.
    Equal,
    /// The attribute is greater or equal.
    GreaterOrEqual,
    /// The attribute is greater; after, for an instant.
    Greater,
}

/// Whether a unit meets a condition, and why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Met {
    Yes,
    No,
    /// The unit does not have the attribute.
    Missing,
    /// The attribute is no number, instant or version.
    Unreadable,
}

/// What a condition compares, without its attribute.
enum Test<'a> {
    Texts(&'a [String], bool, fn(&str, &str) -> bool),
    Number(Relation, f64),
    Time(Relation, Timestamp),
    Version(Relation, &'a Version),
}

impl Condition {
    /// The name of the attribute.
    pub(super) fn attribute(&self) -> &str {
        self.parts().0
    }

    pub(super) fn met(&self, unit: &Unit) -> Met {
        let (attribute, negate, if_missing, test) = self.parts();
        let Some(text) = unit.attributes.get(attribute) else {
            return if if_missing { Met::Yes } else { Met::Missing };
        };
        match test.holds(text) {
            None => Met::Unreadable,
            Some(holds) if holds != negate => Met::Yes,
            Some(_) => Met::No,
        }
    }

    pub(super) fn check(&self, path: &str, faults: &mut Faults) {
        let (attribute, _, _, test) = self.parts();
        faults.check(
            !attribute.is_empty(),
            ErrorKind::InvalidValue,
            format_args!("{path}.attribute"),
            format_args!("is empty: expected the name of an attribute"),
        );
        match test {
            Test::Texts(values, ..) => faults.check(
                !values.is_empty(),
                ErrorKind::InvalidValue,
                format_args!("{path}.values"),
                format_args!("is empty: expected at least one text"),
            ),
            Test::Number(_, value) => faults.check(
                value.is_finite(),
                ErrorKind::OutOfRange,
                format_args!("{path}.value"),
                format_args!("`{value}` is out of range: expected a finite number"),
            ),
            Test::Time(..) | Test::Version(..) => {}
        }
    }

    /// The attribute, `negate`, `ifMissing` and the test.
    fn parts(&self) -> (&str, bool, bool, Test<'_>) {
        let texts = |values, ignore_case, matches| Test::Texts(values, ignore_case, matches);
        match self {
            Self::TextIn { attribute, values, ignore_case, negate, if_missing } => {
                (attribute, *negate, *if_missing, texts(values, *ignore_case, |text, value| text == value))
            }
            Self::TextStartsWith { attribute, values, ignore_case, negate, if_missing } => (
                attribute,
                *negate,
                *if_missing,
                texts(values, *ignore_case, |text, value| text.starts_with(value)),
            ),
            Self::TextEndsWith { attribute, values, ignore_case, negate, if_missing } => (
                attribute,
                *negate,
                *if_missing,
                texts(values, *ignore_case, |text, value| text.ends_with(value)),
            ),
            Self::TextContains { attribute, values, ignore_case, negate, if_missing } => (
                attribute,
                *negate,
                *if_missing,
                texts(values, *ignore_case, |text, value| text.contains(value)),
            ),
            Self::NumberIs { attribute, relation, value, negate, if_missing } => {
                (attribute, *negate, *if_missing, Test::Number(*relation, *value))
            }
            Self::TimeIs { attribute, relation, value, negate, if_missing } => {
                (attribute, *negate, *if_missing, Test::Time(*relation, *value))
            }
            Self::VersionIs { attribute, relation, value, negate, if_missing } => {
                (attribute, *negate, *if_missing, Test::Version(*relation, value))
            }
        }
    }
}

impl Test<'_> {
    /// Whether the text passes; `None` if it cannot be read.
    fn holds(&self, text: &str) -> Option<bool> {
        match self {
            Self::Texts(values, false, matches) => Some(values.iter().any(|value| matches(text, value))),
            Self::Texts(values, true, matches) => {
                let text = text.to_lowercase();
                Some(values.iter().any(|value| matches(&text, &value.to_lowercase())))
            }
            Self::Number(relation, value) => {
                let number = text.parse::<f64>().ok().filter(|number| number.is_finite())?;
                Some(relation.holds(number < *value, number > *value))
            }
            Self::Time(relation, value) => {
                let instant = Timestamp::parse(text).ok()?;
                Some(relation.holds(instant < *value, instant > *value))
            }
            Self::Version(relation, value) => {
                let version = Version::parse(text).ok()?;
                Some(relation.holds(version.precedes(value), value.precedes(&version)))
            }
        }
    }
}

impl Relation {
    fn holds(self, less: bool, greater: bool) -> bool {
        match self {
            Self::Less => less,
            Self::LessOrEqual => !greater,
            Self::Equal => !less && !greater,
            Self::GreaterOrEqual => !less,
            Self::Greater => greater,
        }
    }
}
