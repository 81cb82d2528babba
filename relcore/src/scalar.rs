//! Scalars: values that are one text or one number on the wire and a type of their own in every language.
//!
//! | scalar | wire form | native type |
//! | --- | --- | --- |
//! | [`Timestamp`](crate::Timestamp) | RFC 3339 text | `datetime`, `Date`, `Instant` |
//! | [`Span`](crate::Span) | ISO 8601 text | `timedelta`, `Duration` |
//! | [`NaiveDate`](crate::NaiveDate) | `YYYY-MM-DD` | `date` |
//! | [`Version`](crate::Version) | text | text |
//! | [`ReasonCode`](crate::ReasonCode) | text | enum, text |
//! | [`Count`] | integer | integer |
//!
//! A serde format that is not human-readable (the trees and events of `wire`) sees a scalar as a newtype struct with one of the
//! names below, and converts it to the native type without a detour through text.
use crate::error::{Error, ErrorKind, Result, quoted};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;

/// The newtype name of a [`Timestamp`](crate::Timestamp); its value is milliseconds since 1970.
pub const TIMESTAMP: &str = "$relcore::Timestamp";
/// The newtype name of a [`Span`](crate::Span); its value is milliseconds.
pub const SPAN: &str = "$relcore::Span";
/// The newtype name of a [`NaiveDate`](crate::NaiveDate); its value is text.
pub const DATE: &str = "$relcore::NaiveDate";
/// The newtype name of a [`ReasonCode`](crate::ReasonCode); its value is text.
pub const REASON_CODE: &str = "$relcore::ReasonCode";

/// Implements [`schemars::JsonSchema`] for a scalar; the generator of the bindings knows it by the format.
macro_rules! schema {
    ($type:ident, { $($schema:tt)* }) => {
        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ $($schema)* })
            }
        }
    };
}

/// A number of things: 0 to 2^53 - 1, the integers that a JavaScript number holds exactly.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Count(u64);

impl Count {
    /// The greatest count.
    pub const MAX: u64 = 9_007_199_254_740_991;

    /// Checks the range.
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

    /// The number of items in memory, which cannot exceed the limit.
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

schema!(Count, {
    "type": "integer", "format": "count", "minimum": 0, "maximum": Count::MAX,
    "description": "A number of things: 0 to 2^53 - 1.",
});

/// Implements `Display` and `FromStr` of unit enums: their texts on the wire.
macro_rules! texts {
    ($($type:ty),+ $(,)?) => {
        $(
            impl std::fmt::Display for $type {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    serde::Serialize::serialize(self, f)
                }
            }

            impl std::str::FromStr for $type {
                type Err = $crate::error::Error;

                fn from_str(text: &str) -> $crate::error::Result<Self> {
                    let reader = serde::de::value::StrDeserializer::new(text);
                    serde::Deserialize::deserialize(reader).map_err(|fault| $crate::scalar::unknown(text, &fault))
                }
            }
        )+
    };
}

texts!(ErrorKind);

/// The error for a text that stands for no variant of an enum.
pub(crate) fn unknown(text: &str, fault: &de::value::Error) -> Error {
    let fault = fault.to_string(); // "unknown variant `soon`, expected one of …"
    let expected = fault.rsplit_once(", expected ").map_or("another text", |(_, expected)| expected);
    let text = format!("unknown value {}: expected {expected}", quoted(text));
    Error::new(ErrorKind::InvalidValue, "", text)
}

/// Implements the text form of a scalar that has `parse` and `Display`: `FromStr`, `Debug`, serde and the schema.
///
/// `native` says what a format that is not human-readable sees: `millis` (the type has `from_millis` and `as_millis`)
/// or `text`, under the newtype name; without it the scalar is text everywhere.
macro_rules! scalar {
    (
        $type:ident, format: $format:literal, description: $description:literal, expected: $expected:literal
        $(, native: $native:ident as $name:path)?
    ) => {
        impl std::str::FromStr for $type {
            type Err = $crate::error::Error;

            fn from_str(text: &str) -> $crate::error::Result<Self> {
                Self::parse(text)
            }
        }

        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(self, f)
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $(if !serializer.is_human_readable() {
                    return serializer.serialize_newtype_struct($name, &scalar!(@out $native self));
                })?
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Visitor;

                impl<'de> serde::de::Visitor<'de> for Visitor {
                    type Value = $type;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str($expected)
                    }

                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$type, E> {
                        $type::parse(text).map_err(E::custom)
                    }

                    // A format that has no form of its own for the newtype.
                    fn visit_newtype_struct<D: serde::Deserializer<'de>>(
                        self,
                        inner: D,
                    ) -> Result<$type, D::Error> {
                        inner.deserialize_any(self)
                    }

                    $(scalar!(@in $native $type);)?
                }

                $(if !deserializer.is_human_readable() {
                    return deserializer.deserialize_newtype_struct($name, Visitor);
                })?
                deserializer.deserialize_str(Visitor)
            }
        }

        $crate::scalar::schema!($type, { "type": "string", "format": $format, "description": $description });
    };
    (@out millis $value:ident) => { $value.as_millis() };
    (@out text $value:ident) => { $value.to_string() };
    (@in millis $type:ident) => {
        fn visit_i64<E: serde::de::Error>(self, millis: i64) -> Result<$type, E> {
            $type::from_millis(millis).map_err(E::custom)
        }

        fn visit_u64<E: serde::de::Error>(self, millis: u64) -> Result<$type, E> {
            self.visit_i64(i64::try_from(millis).unwrap_or(i64::MAX))
        }
    };
    (@in text $type:ident) => {};
}
pub(crate) use {scalar, schema, texts};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_a_whole_number_that_a_float_holds() {
        let most = Count::new(9_007_199_254_740_991).unwrap();
        assert_eq!((most.get(), most.as_f64()), (Count::MAX, 9_007_199_254_740_991.0));
        assert_eq!(Count::new(9_007_199_254_740_992).unwrap_err().kind(), ErrorKind::OutOfRange);
        assert_eq!(format!("{most} {most:?}"), "9007199254740991 9007199254740991");
        assert_eq!(serde_json::from_str::<Count>("9007199254740991").unwrap(), most);
        for other in ["9007199254740992", "-1", "1.5"] {
            assert!(serde_json::from_str::<Count>(other).is_err(), "{other}");
        }
        assert_eq!((Count::of(3), Count::of(usize::MAX)), (Count::from(3), most));
    }

    #[test]
    fn a_text_for_no_variant_is_refused_with_the_variants() {
        let text = |fault: &str| unknown("soon", &de::Error::custom(fault)).to_string();
        assert_eq!(text("unknown variant `soon`, expected `now`"), "unknown value `soon`: expected `now`");
        assert_eq!(text("there are no variants"), "unknown value `soon`: expected another text");
    }
}
