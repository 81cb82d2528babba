//! A configuration of which each key is carried over or listed as lost.
use super::result::{CarriedKey, LostKey, ReleaseConfig};
use crate::error::{Error, ErrorKind, Result, join};
use serde_json::Value;
use std::collections::BTreeMap;

/// A value of the configuration with its path.
#[derive(Clone, Debug)]
pub(super) struct Node<'a> {
    pub path: String,
    pub value: &'a Value,
}

impl<'a> Node<'a> {
    pub(super) fn root(value: &'a Value) -> Self {
        Self { path: String::new(), value }
    }

    pub(super) fn get(&self, key: &str) -> Option<Node<'a>> {
        Some(Node { path: join(&self.path, &key_of(key)), value: self.value.get(key)? })
    }

    /// The fields of an object, by their names.
    pub(super) fn fields(&self) -> Vec<(&'a str, Node<'a>)> {
        let fields = self.value.as_object().into_iter().flatten();
        let node = |key: &str, value| Node { path: join(&self.path, &key_of(key)), value };
        let mut fields: Vec<_> = fields.map(|(key, value)| (key.as_str(), node(key, value))).collect();
        fields.sort_by_key(|(key, _)| *key); // whatever order serde_json has
        fields
    }

    /// The items of a list.
    pub(super) fn items(&self) -> Vec<Node<'a>> {
        let items = self.value.as_array().into_iter().flatten().enumerate();
        items.map(|(at, value)| Node { path: format!("{}[{at}]", self.path), value }).collect()
    }

    pub(super) fn text(&self) -> Option<&'a str> {
        self.value.as_str()
    }

    /// The texts of a list, or of one text.
    pub(super) fn texts(&self) -> Option<Vec<&'a str>> {
        match self.value {
            Value::String(text) => Some(vec![text]),
            Value::Array(items) => items.iter().map(Value::as_str).collect(),
            _ => None,
        }
    }
}

/// A key as a part of a path: quoted if it could be taken for several.
fn key_of(key: &str) -> String {
    if key.is_empty() || key.contains(['.', '[', ']', '"']) {
        return format!("\"{}\"", key.replace('\\', "\\\\").replace('"', "\\\""));
    }
    key.to_owned()
}

/// What became of the keys. A key without an entry is lost.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    entries: BTreeMap<String, Fate>,
}

#[derive(Clone, Debug)]
enum Fate {
    Carried(String),
    Lost(String),
}

impl Ledger {
    pub(super) fn carry(&mut self, node: &Node<'_>, to: impl Into<String>) {
        self.entries.insert(node.path.clone(), Fate::Carried(to.into()));
    }

    pub(super) fn lose(&mut self, node: &Node<'_>, reason: impl Into<String>) {
        self.entries.insert(node.path.clone(), Fate::Lost(reason.into()));
    }

    /// Carries a key over if there is a result, else loses it.
    pub(super) fn settle<T>(
        &mut self,
        node: &Node<'_>,
        to: &str,
        found: Option<T>,
        reason: &str,
    ) -> Option<T> {
        match &found {
            Some(_) => self.carry(node, to),
            None => self.lose(node, reason),
        }
        found
    }

    /// Carries a switch over; a value that is none is lost.
    pub(super) fn flag(&mut self, node: Option<Node<'_>>, to: &str) -> Option<bool> {
        node.and_then(|node| self.settle(&node, to, node.value.as_bool(), "is neither true nor false"))
    }

    /// Lists each key of the file: with the fate of its own or of the nearest key that has it.
    pub(super) fn finish(&self, root: &Node<'_>, config: &mut ReleaseConfig) {
        self.list(root, None, config);
    }

    fn list(&self, node: &Node<'_>, above: Option<&Fate>, config: &mut ReleaseConfig) {
        let fate = self.entries.get(&node.path).or(above);
        let items = node.items();
        // A list of plain values is one key, unless its values have fates of their own.
        let is_split = items.iter().any(|item| {
            item.value.is_object() || item.value.is_array() || self.entries.contains_key(&item.path)
        });
        let fields = node.fields().into_iter().map(|(_, field)| field);
        let children: Vec<Node<'_>> = fields.chain(items.into_iter().filter(|_| is_split)).collect();
        if !children.is_empty() {
            return children.iter().for_each(|child| self.list(child, fate, config));
        }
        let key = node.path.clone();
        match fate {
            _ if key.is_empty() => {} // an empty file
            Some(Fate::Carried(to)) => config.carried.push(CarriedKey { key, to: to.clone() }),
            Some(Fate::Lost(reason)) => config.lost.push(LostKey { key, reason: reason.clone() }),
            None => config.lost.push(LostKey { key, reason: NOTHING.to_owned() }),
        }
    }
}

const NOTHING: &str = "relcore has nothing that corresponds";

/// Reads a file of JSON or, with the feature `yaml`, of YAML.
pub(super) fn json_or_yaml(text: &str) -> Result<Value> {
    #[cfg(feature = "yaml")]
    if !text.trim_start().starts_with('{') {
        return object(crate::wire::parse_yaml(text).map_err(|error| error.under("text"))?);
    }
    json(text)
}

pub(super) fn json(text: &str) -> Result<Value> {
    object(crate::wire::parse_json(text).map_err(|error| error.under("text"))?)
}

pub(super) fn toml(text: &str) -> Result<Value> {
    let read = toml::from_str::<Value>(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count().saturating_add(1);
        Error::new(ErrorKind::Syntax, "text", format!("line {line}: {}", error.message()))
    });
    object(read?)
}

fn object(value: Value) -> Result<Value> {
    if value.is_object() {
        return Ok(value);
    }
    Err(Error::new(ErrorKind::WrongType, "text", "has no keys: expected the configuration of the tool"))
}
