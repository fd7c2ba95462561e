//! Options of rules: declared once, validated by the policy, printed in pages and in the editor schema.
//!
//! A rule declares a `const LIMIT: OptionSpec = OptionSpec::integer("limit", 10, "…")`, lists it in `Rule::options`, and asks
//! `policy.options(rule, path).integer(&LIMIT)`.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::policy::{Flavor, Patterns};

/// One key that a rule understands in `[rules] name = { … }`.
#[derive(Debug)]
pub struct OptionSpec {
    pub name: &'static str,
    pub kind: OptionKind,
    /// One sentence for the page and the schema.
    pub help: &'static str,
}

/// The type of an option, with its default.
#[derive(Debug)]
pub enum OptionKind {
    Bool(bool),
    Integer(u64),
    Text(&'static str),
    List(&'static [&'static str]),
    /// Gitignore-style patterns.
    Globs(&'static [&'static str]),
}

impl OptionSpec {
    pub const fn bool(name: &'static str, default: bool, help: &'static str) -> Self {
        Self { name, kind: OptionKind::Bool(default), help }
    }

    pub const fn integer(name: &'static str, default: u64, help: &'static str) -> Self {
        Self { name, kind: OptionKind::Integer(default), help }
    }

    pub const fn text(name: &'static str, default: &'static str, help: &'static str) -> Self {
        Self { name, kind: OptionKind::Text(default), help }
    }

    pub const fn list(name: &'static str, default: &'static [&'static str], help: &'static str) -> Self {
        Self { name, kind: OptionKind::List(default), help }
    }

    pub const fn globs(name: &'static str, default: &'static [&'static str], help: &'static str) -> Self {
        Self { name, kind: OptionKind::Globs(default), help }
    }
}

/// The values a policy sets; what it leaves out is the declared default. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Options {
    values: Arc<BTreeMap<&'static str, Value>>,
}

#[derive(Clone, Debug)]
pub enum Value {
    Bool(bool),
    Integer(u64),
    Text(String),
    List(Vec<String>),
    Globs(Patterns),
}

impl Options {
    pub fn set(&mut self, name: &'static str, value: Value) {
        Arc::make_mut(&mut self.values).insert(name, value);
    }

    /// Takes over what the other one sets.
    pub fn overlay(&mut self, over: &Self) {
        if !over.values.is_empty() {
            let over = over.values.iter().map(|(name, value)| (*name, value.clone()));
            Arc::make_mut(&mut self.values).extend(over);
        }
    }

    pub fn bool(&self, spec: &OptionSpec) -> bool {
        match (self.values.get(spec.name), &spec.kind) {
            (Some(Value::Bool(value)), _) => *value,
            (_, OptionKind::Bool(default)) => *default,
            _ => false,
        }
    }

    pub fn integer(&self, spec: &OptionSpec) -> u64 {
        match (self.values.get(spec.name), &spec.kind) {
            (Some(Value::Integer(value)), _) => *value,
            (_, OptionKind::Integer(default)) => *default,
            _ => 0,
        }
    }

    pub fn text(&self, spec: &OptionSpec) -> String {
        match (self.values.get(spec.name), &spec.kind) {
            (Some(Value::Text(value)), _) => value.clone(),
            (_, OptionKind::Text(default)) => (*default).to_owned(),
            _ => String::new(),
        }
    }

    pub fn list(&self, spec: &OptionSpec) -> Vec<String> {
        match (self.values.get(spec.name), &spec.kind) {
            (Some(Value::List(value)), _) => value.clone(),
            (Some(Value::Globs(value)), _) => value.iter().map(str::to_owned).collect(),
            (_, OptionKind::List(default) | OptionKind::Globs(default)) => {
                default.iter().map(|s| (*s).to_owned()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Patterns, compiled when first asked.
    pub fn globs(&self, spec: &OptionSpec) -> Patterns {
        match (self.values.get(spec.name), &spec.kind) {
            (Some(Value::Globs(value)), _) => value.clone(),
            (_, OptionKind::Globs(default)) => {
                let written = default.iter().map(|glob| ((*glob).to_owned(), 0)).collect();
                Patterns::new(Flavor::Path, spec.name, written)
            }
            _ => Patterns::default(),
        }
    }
}
