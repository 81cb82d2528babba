//! JSON and YAML text to values.
use super::descriptor::TypeRef;
use super::diagnose::{diagnose, remove_unknown_keys};
#[cfg(feature = "yaml")]
use super::locate::{line_and_column, located};
use super::tree::{Tree, from_tree, through_tree};
use crate::error::{Error, ErrorKind, Faults, Result};
use serde::de::{self, DeserializeSeed};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// The largest text that is parsed.
const LARGEST: usize = 8 << 20;

/// Reads JSON strictly: a repeated key is an error, not the last value.
///
/// # Errors
/// `syntax` for text that is not JSON (`{a: 1}`, `NaN`), for `{"a": 1, "a": 2}`, for nesting deeper than 127 levels, and
/// for texts over 8 MiB.
pub fn parse_json(text: &str) -> Result<Value> {
    read_json(text).map(Tree::into_value)
}

/// Reads JSON as [`parse_json`] does.
pub(crate) fn read_json(text: &str) -> Result<Tree<'_>> {
    sized(text)?;
    json_tree(text)
}

/// Reads JSON of any size.
pub(crate) fn json_tree(text: &str) -> Result<Tree<'_>> {
    serde_json::from_str(text).map_err(|fault| not_json(&fault))
}

/// Reads JSON of the size that [`parse_json`] reads. The seed has to refuse repeated keys itself.
pub(crate) fn read_json_by<'de, S: DeserializeSeed<'de>>(text: &'de str, seed: S) -> Result<S::Value> {
    sized(text)?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = seed.deserialize(&mut deserializer).map_err(|fault| not_json(&fault))?;
    deserializer.end().map_err(|fault| not_json(&fault))?;
    Ok(value)
}

fn not_json(fault: &serde_json::Error) -> Error {
    Error::new(ErrorKind::Syntax, "", format!("not valid JSON: {fault}"))
}

/// A policy that can be read from text.
pub(crate) trait PolicyText: de::DeserializeOwned {
    /// The name of its type descriptor.
    const TYPE: &'static str;

    /// Adds every fault of the values; `path` is the path of the policy, empty for the policy itself.
    fn check(&self, path: &str, faults: &mut Faults);
}

/// Reads and checks a policy from JSON text.
pub(crate) fn policy_from_json<P: PolicyText>(text: &str) -> Result<P> {
    policy_from_tree(read_json(text)?)
}

/// Reads and checks a policy from YAML text.
#[cfg(feature = "yaml")]
pub(crate) fn policy_from_yaml<P: PolicyText>(text: &str) -> Result<P> {
    read_yaml(text, policy_from_tree)
}

/// Reads YAML and makes a value of it; the faults have lines and columns.
#[cfg(feature = "yaml")]
pub(crate) fn read_yaml<T>(text: &str, read: impl FnOnce(Tree<'_>) -> Result<T>) -> Result<T> {
    read(yaml_tree(text)?).map_err(|error| located(error, text))
}

/// Reads and checks a policy from parsed text.
///
/// A text with unknown keys alone is whole without them, so the faults of its values are reported beside them. After any
/// other fault of the form, a check of what is left could report what the text does not say.
pub(crate) fn policy_from_tree<P: PolicyText>(mut tree: Tree<'_>) -> Result<P> {
    let mut faults = Faults::new();
    faults.absorb(without_unknown_keys(&mut tree, TypeRef::Named(P::TYPE))?);
    let policy: P = from_tree(tree)?;
    policy.check("", &mut faults);
    faults.finish().map(|()| policy)
}

/// Removes unknown keys, and returns them as faults; fails if there is any other fault.
fn without_unknown_keys(tree: &mut Tree<'_>, of: TypeRef) -> Result<Result<()>> {
    let form = without_faults(tree, of);
    if let Err(error) = &form {
        if error.faults().iter().any(|fault| fault.code != ErrorKind::UnknownField) {
            return Err(error.clone());
        }
        remove_unknown_keys(tree, of);
    }
    Ok(form)
}

/// Reads YAML as strictly as JSON: a repeated key is an error, and so are `.nan` and `.inf`.
///
/// # Errors
/// `syntax` for text that is not YAML (`a: [1`), for repeated keys, aliases without end, deep nesting, numbers that JSON
/// does not have, and for texts over 8 MiB.
#[cfg(feature = "yaml")]
pub fn parse_yaml(text: &str) -> Result<Value> {
    yaml_tree(text).map(Tree::into_value)
}

#[cfg(feature = "yaml")]
fn yaml_tree(text: &str) -> Result<Tree<'_>> {
    sized(text)?;
    serde_saphyr::from_str(text).map_err(|fault| {
        let at = fault.location().and_then(line_and_column);
        let shown = fault.to_string();
        let first_line = shown.lines().next().unwrap_or_default();
        let told = at.map(|(line, column)| format!("error: line {line} column {column}: "));
        let first_line = told.and_then(|told| first_line.strip_prefix(&told)).unwrap_or(first_line);
        let first_line: String = first_line.chars().take(200).collect();
        Error::new(ErrorKind::Syntax, "", format!("not valid YAML: {first_line}")).located(|_| at)
    })
}

/// Reads a type from a tree, or lists all faults.
pub(crate) fn diagnosed<T: de::DeserializeOwned>(tree: Tree<'_>, of: TypeRef) -> Result<T> {
    without_faults(&tree, of)?;
    from_tree(tree)
}

/// All faults that the type descriptors find.
pub(super) fn without_faults(tree: &Tree<'_>, of: TypeRef) -> Result<()> {
    let mut faults = Faults::new();
    diagnose(tree, of, "", &mut faults);
    faults.finish()
}

fn sized(text: &str) -> Result<()> {
    if text.len() <= LARGEST {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Syntax, "", format!("is {} bytes long: expected at most 8 MiB", text.len())))
}

/// Reads an object and refuses a list: for fields whose type has a default for everything, where serde would read `[]`
/// as the defaults. A tree refuses it anyway.
pub(crate) fn object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    if deserializer.is_human_readable() {
        through_tree(deserializer, |reader| T::deserialize(reader))
    } else {
        T::deserialize(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_keys_and_infinite_numbers_are_refused() {
        assert_eq!(parse_json("{\"a\": 1, \"a\": 2}").unwrap_err().kind(), ErrorKind::Syntax);
        assert_eq!(parse_json("NaN").unwrap_err().kind(), ErrorKind::Syntax);
    }

    #[cfg(feature = "yaml")]
    #[test]
    fn yaml_is_as_strict() {
        for yaml in ["a: .nan", "a: .inf", "a: 1\na: 2", "a: [1", "&a [*a]"] {
            assert_eq!(parse_yaml(yaml).unwrap_err().kind(), ErrorKind::Syntax, "{yaml}");
        }
    }

    #[test]
    fn deep_nesting_is_an_error() {
        let deep = "[".repeat(100_000);
        assert_eq!(parse_json(&deep).unwrap_err().kind(), ErrorKind::Syntax);
        #[cfg(feature = "yaml")]
        assert_eq!(parse_yaml(&deep).unwrap_err().kind(), ErrorKind::Syntax);
    }
}
