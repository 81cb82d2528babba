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

    /// Whether every unit that meets this condition is known to meet the other one too: a list of texts that grows, or a
    /// limit that is relaxed.
    pub(super) fn implies(&self, other: &Self) -> bool {
        let (attribute, negate, if_missing, test) = self.parts();
        let (other_attribute, other_negate, other_if_missing, other_test) = other.parts();
        let same = std::mem::discriminant(self) == std::mem::discriminant(other)
            && attribute == other_attribute
            && negate == other_negate
            && (other_if_missing || !if_missing);
        same && if negate { other_test.implies(&test) } else { test.implies(&other_test) }
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
    /// Whether every text that passes passes the other test of the same kind, too.
    fn implies(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Texts(own, ignore_case, _), Self::Texts(values, other_ignore_case, _)) => {
                ignore_case == other_ignore_case && own.iter().all(|value| values.contains(value))
            }
            (Self::Number(relation, own), Self::Number(other, value)) => {
                relation.implies(*other, own < value, own > value)
            }
            (Self::Time(relation, own), Self::Time(other, value)) => {
                relation.implies(*other, own < value, own > value)
            }
            (Self::Version(relation, own), Self::Version(other, value)) => {
                relation.implies(*other, own.precedes(value), value.precedes(own))
            }
            _ => false,
        }
    }

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
    /// Whether this relation to a value implies the other relation to a second value, which the first is less or greater than.
    fn implies(self, other: Self, less: bool, greater: bool) -> bool {
        match (self, other) {
            (Self::Equal, other) => other.holds(less, greater),
            (Self::Less | Self::LessOrEqual, Self::LessOrEqual) | (Self::Less, Self::Less) => !greater,
            (Self::LessOrEqual, Self::Less) => less,
            (Self::Greater | Self::GreaterOrEqual, Self::GreaterOrEqual) | (Self::Greater, Self::Greater) => {
                !less
            }
            (Self::GreaterOrEqual, Self::Greater) => greater,
            _ => false,
        }
    }

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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const VERSIONS: [&str; 4] = ["1.0.0-rc.1", "1.0.0", "1.0.0+7", "1.10.0"];

    fn conditions() -> impl Strategy<Value = Condition> {
        let relations = [
            Relation::Less,
            Relation::LessOrEqual,
            Relation::Equal,
            Relation::GreaterOrEqual,
            Relation::Greater,
        ];
        let values = prop::sample::subsequence(vec!["a", "ab", "B", "ba"], 1..4);
        (0..6_u8, prop::sample::select(relations.to_vec()), values, 0..4_usize, any::<[bool; 3]>()).prop_map(
            |(kind, relation, values, index, [ignore_case, negate, if_missing])| {
                let attribute = "x".to_owned();
                let values: Vec<String> = values.into_iter().map(str::to_owned).collect();
                let number = u32::try_from(index).map_or(0.0, f64::from);
                match kind {
                    0 => Condition::TextIn { attribute, values, ignore_case, negate, if_missing },
                    1 => Condition::TextStartsWith { attribute, values, ignore_case, negate, if_missing },
                    2 => Condition::TextEndsWith { attribute, values, ignore_case, negate, if_missing },
                    3 => Condition::TextContains { attribute, values, ignore_case, negate, if_missing },
                    4 => Condition::NumberIs { attribute, relation, value: number, negate, if_missing },
                    _ => {
                        let value = Version::parse(VERSIONS[index]).unwrap();
                        Condition::VersionIs { attribute, relation, value, negate, if_missing }
                    }
                }
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn who_meets_a_condition_meets_what_it_implies(one in conditions(), two in conditions()) {
            prop_assert!(one.implies(&one));
            let texts = ["", "a", "A", "ab", "b", "B", "ba", "aba", "-1", "0", "0.5", "1", "2", "2.5", "3", "4"];
            let units = texts.iter().chain(&VERSIONS).map(|text| Unit::default().attribute("x", *text));
            for unit in units.chain([Unit::default()]) {
                let met = |condition: &Condition| condition.met(&unit) == Met::Yes;
                prop_assert!(!one.implies(&two) || !met(&one) || met(&two), "{unit:?}");
            }
        }
    }

    #[test]
    fn a_limit_that_is_relaxed_is_implied() {
        let number = |relation, value| Condition::NumberIs {
            attribute: "age".to_owned(),
            relation,
            value,
            negate: false,
            if_missing: false,
        };
        assert!(number(Relation::Less, 18.0).implies(&number(Relation::LessOrEqual, 18.0)));
        assert!(number(Relation::Less, 18.0).implies(&number(Relation::Less, 30.0)));
        assert!(!number(Relation::LessOrEqual, 18.0).implies(&number(Relation::Less, 18.0)));
        assert!(number(Relation::Equal, 18.0).implies(&number(Relation::Greater, 17.0)));
        assert!(!number(Relation::Greater, 17.0).implies(&number(Relation::Equal, 18.0)));
    }
}
