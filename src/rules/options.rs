//! Options of rules: declared once, validated by the policy, printed in pages and in the editor schema.

use std::collections::BTreeMap;

/// One key that a rule understands in `[rules] name = { … }`.
pub struct OptionSpec {
    pub name: &'static str,
    pub kind: OptionKind,
    /// One sentence for the page and the schema.
    pub help: &'static str,
}

/// The type of an option, with its default.
pub enum OptionKind {
    Bool(bool),
    Integer(u64),
    Text(&'static str),
    List(&'static [&'static str]),
    /// Gitignore-style patterns.
    Globs(&'static [&'static str]),
}

/// The values a policy sets; what it leaves out is the declared default.
#[derive(Clone, Debug, Default)]
pub struct Options {
    values: BTreeMap<&'static str, Value>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Bool(bool),
    Integer(u64),
    Text(String),
    List(Vec<String>),
}

impl Options {
    pub fn set(&mut self, name: &'static str, value: Value) {
        self.values.insert(name, value);
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
            (_, OptionKind::List(default) | OptionKind::Globs(default)) => {
                default.iter().map(|s| (*s).to_owned()).collect()
            }
            _ => Vec::new(),
        }
    }
}
