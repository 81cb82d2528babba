//! The one wire form: how values are written as JSON, read from JSON and YAML, and refused.
//!
//! - Keys are camelCase, unit enums snake_case text, enums with data `{"type": …}`.
//! - Instants are RFC 3339 in UTC to the millisecond, spans ISO 8601, days `YYYY-MM-DD`, versions text.
//! - What is absent is left out, never `null` on the way out; `null` is read as absent.
//! - Unknown keys are refused: a misspelt key must not mean the default.
//!
//! Reading is done by serde. When it fails, the input is walked once more against the table of types, and everything
//! that is wrong is listed, with paths.
mod count;
mod door;
mod read;
mod shape;
mod shapes;
mod tagged;

pub use count::Count;
pub use door::{Argument, Crossing, Door, call_json, call_json_at, explain_arguments};
pub(crate) use read::{from_json, from_yaml, object, parse_yaml};
pub use read::{parse_json, read_json};
pub(crate) use shape::Type;
pub(crate) use tagged::tagged;

use serde::Serialize;
use std::fmt::{self, Write as _};

/// The names under which the leaf types cross a serde format that is not human-readable, such as the bridge to
/// Python: the bridge recognises the name and makes its language's own type.
pub const TIMESTAMP: &str = "$relcore::Timestamp";
/// As [`TIMESTAMP`], for spans: milliseconds.
pub const SPAN: &str = "$relcore::Span";
/// As [`TIMESTAMP`], for days: text.
pub const DATE: &str = "$relcore::NaiveDate";

/// The text of a unit enum on the wire.
pub(crate) fn text_of(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => text,
        _ => String::new(), // not reached: unit enums are text
    }
}

/// User input inside an error text: in backticks, control characters escaped, long texts cut.
///
/// Written only when the text is: most checks pass, and need no text.
pub(crate) fn quoted(text: &str) -> Quoted<'_> {
    Quoted(text)
}

#[derive(Clone, Copy)]
pub(crate) struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", Shortened(self.0))
    }
}

/// User input inside a path, without backticks.
pub(crate) fn shortened(text: &str) -> Shortened<'_> {
    Shortened(text)
}

#[derive(Clone, Copy)]
pub(crate) struct Shortened<'a>(&'a str);

impl fmt::Display for Shortened<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LONGEST: usize = 60;
        for (position, character) in self.0.chars().enumerate() {
            if position == LONGEST {
                f.write_char('…')?;
                break;
            }
            if character.is_control() {
                write!(f, "{}", character.escape_default())?;
            } else {
                f.write_char(character)?;
            }
        }
        Ok(())
    }
}

/// Gives a leaf type its JSON Schema: a format that the generator of the other languages knows it by.
macro_rules! leaf_schema {
    ($type:ident, $json_type:literal, $format:literal, $description:literal) => {
        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": $json_type, "format": $format, "description": $description })
            }
        }
    };
}
pub(crate) use leaf_schema;
