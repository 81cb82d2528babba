//! The wire form: reads values from JSON and YAML text strictly, and writes them.
//!
//! - Keys are camelCase, unit enums snake_case text, enums with data `{"type": …}`.
//! - Instants are RFC 3339 in UTC to the millisecond, spans ISO 8601, days `YYYY-MM-DD`, versions text.
//! - An absent value is omitted, never written as `null`; `null` is read as absent.
//! - Unknown keys are refused: a misspelt key must not mean the default.
//!
//! Whatever a value is written in, serde reads the type from a source, event by event, and writes it to a sink likewise. So
//! the code of a type is compiled once in each direction, and not once for each format. If a value is refused, it becomes
//! a tree, and `diagnose` compares the tree with the type descriptors and lists all faults with their paths.
mod descriptor;
mod descriptors;
mod diagnose;
#[cfg(feature = "yaml")]
mod locate;
mod read;
mod sink;
mod source;
mod tagged;
mod tree;
mod write;

pub(crate) use descriptor::{Field, RowTypes, TypeRef};
pub(crate) use descriptors::DESCRIPTORS;
pub(crate) use diagnose::{diagnose, fields, has_key};
pub use read::parse_json;
#[cfg(feature = "yaml")]
pub use read::parse_yaml;
pub(crate) use read::{
    PolicyText, diagnosed, json_tree, object, policy_from_json, policy_from_tree, read_json, read_json_by,
};
#[cfg(feature = "yaml")]
pub(crate) use read::{policy_from_yaml, read_yaml};
pub use sink::{Sink, write};
pub(crate) use source::read;
pub use source::{Event, Key, Source, Wanted, position_of};
pub(crate) use tagged::tagged;
pub(crate) use tree::{JsonKey, through_tree};
pub use tree::{Tree, TreeSource};
pub(crate) use write::JsonText;
pub use write::{WireType, from_json, to_json};

use std::borrow::Cow;

/// The name of a field on the wire: `weekStart` for `week_start`.
///
/// ```
/// assert_eq!(relcore::wire::wire_name("week_start"), "weekStart");
/// assert_eq!(relcore::wire::wire_name("weekStart"), "weekStart");
/// ```
#[must_use]
pub fn wire_name(name: &str) -> Cow<'_, str> {
    let Some((first, words)) = name.split_once('_') else { return Cow::Borrowed(name) };
    let mut wire = first.to_owned();
    for word in words.split('_') {
        let mut letters = word.chars();
        wire.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        wire.push_str(letters.as_str());
    }
    Cow::Owned(wire)
}

/// The tag of an enum with data.
pub(crate) fn tag_of<T: serde::Serialize>(value: &T) -> String {
    sink::tag_of(value).unwrap_or_default()
}

/// Whether a value is the default of its type.
///
/// A field that a later version adds to a policy or a state is left out when it has its default:
/// `#[serde(default, skip_serializing_if = "crate::wire::is_default")]`. So the digest of a policy that does not use the
/// field stays, a rollout under way goes on after an upgrade, and an older version still reads the text.
#[doc(hidden)]
pub fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// The counterpart for the schema of such a field, which shows the default only of a field that is always written:
/// `#[cfg_attr(feature = "schema", schemars(skip_serializing_if = "crate::wire::never"))]`.
#[cfg(feature = "schema")]
#[doc(hidden)]
pub fn never<T>(_: &T) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use crate::digest;
    use serde::{Deserialize, Serialize};

    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Older {
        limit: u32,
        #[serde(default)]
        strict: bool,
    }

    #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Newer {
        limit: u32,
        #[serde(default)]
        strict: bool,
        #[serde(default, skip_serializing_if = "super::is_default")]
        enabled: bool,
        #[serde(default, skip_serializing_if = "super::is_default")]
        attempts: u32,
        #[serde(default, skip_serializing_if = "super::is_default")]
        names: Vec<String>,
        #[serde(default, skip_serializing_if = "super::is_default")]
        mode: Mode,
        #[serde(default, skip_serializing_if = "super::is_default")]
        nested: Nested,
    }

    #[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Mode {
        #[default]
        Usual,
        Other,
    }

    #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields, default)]
    struct Nested {
        depth: u32,
    }

    #[test]
    fn a_new_field_at_its_default_changes_neither_digest_nor_text() {
        let older = Older { limit: 3, strict: true };
        let newer = Newer { limit: 3, strict: true, ..Newer::default() };
        assert_eq!(digest::of(&older).unwrap(), digest::of(&newer).unwrap());
        let text = serde_json::to_string(&newer).unwrap();
        assert_eq!(text, serde_json::to_string(&older).unwrap());
        assert_eq!(serde_json::from_str::<Newer>(&text).unwrap(), newer);
        assert!(serde_json::from_str::<Older>(&text).is_ok(), "an older version reads it");
    }

    #[test]
    fn a_new_field_that_is_used_changes_the_digest_and_is_refused_by_an_older_version() {
        let newer = Newer { limit: 3, strict: true, ..Newer::default() };
        let used = [
            Newer { enabled: true, ..newer.clone() },
            Newer { attempts: 1, ..newer.clone() },
            Newer { names: vec![String::new()], ..newer.clone() },
            Newer { mode: Mode::Other, ..newer.clone() },
            Newer { nested: Nested { depth: 1 }, ..newer.clone() },
        ];
        for used in used {
            assert_ne!(digest::of(&used).unwrap(), digest::of(&newer).unwrap());
            let text = serde_json::to_string(&used).unwrap();
            assert_eq!(serde_json::from_str::<Newer>(&text).unwrap(), used);
            assert!(serde_json::from_str::<Older>(&text).is_err(), "{text}");
        }
    }
}
