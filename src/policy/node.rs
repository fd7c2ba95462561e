//! A policy as written: a tree of values, each with the line it stands on; and how one layer lies over another.

use std::collections::BTreeMap;

use super::Origin;

/// A value and the layer and line it came from.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    pub value: Value,
    /// Index into the layers, in the order in which they apply.
    pub layer: usize,
    /// One-based.
    pub line: u32,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Bool(bool),
    Integer(u64),
    Text(String),
    List(Vec<Node>),
    Table(BTreeMap<String, Node>),
}

impl Node {
    pub fn empty_table() -> Self {
        Self { value: Value::Table(BTreeMap::new()), layer: 0, line: 1 }
    }

    /// The value under a key; nothing where this is no table.
    pub fn get(&self, key: &str) -> Option<&Node> {
        match &self.value {
            Value::Table(entries) => entries.get(key),
            _ => None,
        }
    }

    pub fn entries(&self) -> impl Iterator<Item = (&str, &Node)> {
        let table = match &self.value {
            Value::Table(entries) => Some(entries),
            _ => None,
        };
        table.into_iter().flatten().map(|(key, node)| (key.as_str(), node))
    }

    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn integer(&self) -> Option<u64> {
        match self.value {
            Value::Integer(number) => Some(number),
            _ => None,
        }
    }

    /// The value without its places.
    pub fn plain(&self) -> serde_json::Value {
        match &self.value {
            Value::Bool(flag) => (*flag).into(),
            Value::Integer(number) => (*number).into(),
            Value::Text(text) => text.as_str().into(),
            Value::List(items) => items.iter().map(Self::plain).collect(),
            Value::Table(entries) => entries.iter().map(|(key, node)| (key.clone(), node.plain())).collect(),
        }
    }

    pub fn origin(&self, layers: &[String]) -> Origin {
        Origin { path: layers.get(self.layer).cloned().unwrap_or_default(), line: self.line }
    }

    /// Says which layer the whole tree is.
    pub fn set_layer(&mut self, layer: usize) {
        self.layer = layer;
        match &mut self.value {
            Value::List(items) => items.iter_mut().for_each(|item| item.set_layer(layer)),
            Value::Table(entries) => entries.values_mut().for_each(|entry| entry.set_layer(layer)),
            Value::Bool(_) | Value::Integer(_) | Value::Text(_) => {}
        }
    }

    /// Lays another tree over this one: tables merge key by key, sections append, anything else is replaced.
    pub fn overlay(&mut self, over: Node) {
        let Node { value, layer, line } = over;
        match (&mut self.value, value) {
            (Value::Table(below), Value::Table(above)) => {
                for (key, node) in above {
                    match below.get_mut(&key) {
                        Some(existing) if [super::shape::PATHS, super::shape::ROLLOUT].contains(&key.as_str()) => {
                            existing.append(node)
                        }
                        Some(existing) => existing.overlay(node),
                        None => {
                            below.insert(key, node);
                        }
                    }
                }
            }
            (below, value) => {
                *below = value;
                self.layer = layer;
                self.line = line;
            }
        }
    }

    fn append(&mut self, over: Node) {
        if let (Value::List(below), Value::List(above)) = (&mut self.value, over.value) {
            below.extend(above);
        }
    }
}
