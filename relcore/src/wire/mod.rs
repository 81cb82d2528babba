//! The wire form: reads values from JSON and YAML text strictly, and writes them.
//!
//! - Keys are camelCase, unit enums snake_case text, enums with data `{"type": …}`.
//! - Instants are RFC 3339 in UTC to the millisecond, spans ISO 8601, days `YYYY-MM-DD`, versions text.
//! - An absent value is omitted, never written as `null`; `null` is read as absent.
//! - Unknown keys are refused: a misspelt key must not mean the default.
//!
//! serde reads values. If it refuses one, `diagnose` compares the input with the type descriptors and lists all faults
//! with their paths.
mod descriptor;
mod descriptors;
mod diagnose;
mod read;
mod tagged;
mod write;

pub(crate) use descriptor::TypeRef;
pub(crate) use diagnose::diagnose;
pub use read::parse_json;
pub(crate) use read::{
    PolicyText, object, parse_yaml, policy_from_json, policy_from_value, policy_from_yaml,
};
pub(crate) use tagged::tagged;
pub use write::{WireType, from_json, to_json};

use serde::Serialize;

/// The wire text of a unit enum.
pub(crate) fn text_of(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => text,
        _ => String::new(), // not reached: unit enums are text
    }
}
