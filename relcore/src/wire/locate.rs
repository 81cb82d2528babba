//! Lines and columns of faults in YAML.
//!
//! Values are read without positions. Only a text that was refused is read a second time, with them.
use crate::error::{Error, ErrorKind, Fault, shortened};
use serde::{Deserialize, Deserializer, de};
use serde_saphyr::{Location, Spanned};
use std::fmt;

/// The faults with the lines and columns of what their paths name, or of the closest value around it.
pub(super) fn located(error: Error, text: &str) -> Error {
    match serde_saphyr::from_str::<Spanned<Node>>(text) {
        Ok(root) => error.located(|fault| line_and_column(find(&root, fault))),
        Err(_) => error,
    }
}

/// Both from 1; `None` where the reader lost track.
pub(super) fn line_and_column(at: Location) -> Option<(u32, u32)> {
    let (line, column) = (u32::try_from(at.line()).ok()?, u32::try_from(at.column()).ok()?);
    (line > 0).then_some((line, column))
}

/// Of an unknown key the position is that of the key, of everything else that of the value.
fn find(root: &Spanned<Node>, fault: &Fault) -> Location {
    let (mut at, mut node, mut rest) = (root.referenced, &root.value, fault.path.as_str());
    while let Some((key, value, next)) = node.child(rest) {
        at = match key {
            Some(key) if next.is_empty() && fault.code == ErrorKind::UnknownField => key,
            _ => value.referenced,
        };
        (node, rest) = (&value.value, next);
    }
    at
}

/// A value with the positions of all that is inside it.
enum Node {
    Scalar,
    List(Vec<Spanned<Node>>),
    Object(Vec<(Spanned<String>, Spanned<Node>)>),
}

impl Node {
    /// The child that a path begins with: where its key is, the child, and the rest of the path.
    fn child<'n, 'p>(&'n self, path: &'p str) -> Option<(Option<Location>, &'n Spanned<Self>, &'p str)> {
        match self {
            Self::Scalar => None,
            Self::List(items) => {
                let (index, rest) = path.strip_prefix('[')?.split_once(']')?;
                Some((None, items.get(index.parse::<usize>().ok()?)?, rest))
            }
            Self::Object(entries) => {
                let path = path.strip_prefix('.').unwrap_or(path);
                let after = |key: &str| {
                    let rest = path.strip_prefix(shortened(key).to_string().as_str())?;
                    (rest.is_empty() || rest.starts_with(['.', '['])).then_some(rest)
                };
                let found = entries.iter().filter_map(|(key, value)| Some((key, value, after(&key.value)?)));
                // The longest, because a key may have a dot inside.
                let (key, value, rest) = found.max_by_key(|(key, ..)| key.value.len())?;
                Some((Some(key.referenced), value, rest))
            }
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

macro_rules! scalars {
    ($($method:ident($($value:ty)?);)*) => {$(
        fn $method<E>(self $(, _: $value)?) -> Result<Node, E> {
            Ok(Node::Scalar)
        }
    )*};
}

impl<'de> de::Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    scalars! {
        visit_unit(); visit_none(); visit_bool(bool); visit_i64(i64); visit_u64(u64); visit_f64(f64); visit_str(&str);
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut entries: A) -> Result<Node, A::Error> {
        let mut object = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            object.push(entry);
        }
        Ok(Node::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::line_and_column;
    use crate::canary::schedule_from_yaml;
    use serde_saphyr::Location;

    fn faults(text: &str) -> Vec<(String, Option<u32>, Option<u32>)> {
        let error = schedule_from_yaml(text).unwrap_err();
        error.faults().iter().map(|fault| (fault.path.clone(), fault.line, fault.column)).collect()
    }

    fn at(path: &str, line: u32, column: u32) -> (String, Option<u32>, Option<u32>) {
        (path.to_owned(), Some(line), Some(column))
    }

    #[test]
    fn each_fault_has_the_position_of_its_key_or_value() {
        let text = "steps:\n  - type: bake\n    min: soon\n    minSmaples: 5\n  - {type: set_weight, weight: five}\n  - type: gate\ndeadlin:\n  1h\n";
        assert_eq!(
            faults(text),
            [
                at("steps[0].min", 3, 10),
                at("steps[0].minSmaples", 4, 5),
                at("steps[1].weight", 5, 32),
                at("steps[2].name", 6, 5), // missing: the step
                at("deadlin", 7, 1),
            ]
        );
    }

    #[test]
    fn faults_of_meaning_are_located_too() {
        let text = "steps:\n  - {type: set_weight, weight: 150}\nmetrics:\n  - name: errors\n";
        assert_eq!(faults(text).first(), Some(&at("steps[0].weight", 2, 32)));
    }

    #[test]
    fn aliases_and_odd_keys_are_found() {
        // Inside an alias it is the alias.
        let text = "steps: [&s {type: set_weight, weight: 100, \"a.b[0]\": 1}, *s]\n\"ü\": 1\n";
        assert_eq!(faults(text), [at("steps[0].a.b[0]", 1, 44), at("steps[1].a.b[0]", 1, 58), at("ü", 2, 1)]);
    }

    #[test]
    fn a_position_that_the_reader_lost_is_none() {
        assert_eq!(line_and_column(Location::UNKNOWN), None);
    }

    #[test]
    fn what_is_no_yaml_is_located() {
        let error = schedule_from_yaml("steps:\n  - a\n x: [").unwrap_err();
        let fault = &error.faults()[0];
        assert_eq!((fault.line.is_some(), fault.column.is_some()), (true, true));
        assert!(!fault.text.contains("line"), "{}", fault.text);
        let shown = error.to_string();
        assert!(shown.ends_with(&format!(
            "(line {}, column {})",
            fault.line.unwrap(),
            fault.column.unwrap()
        )));
    }
}
