//! Values that are written down, and whether a check accepts one.

use std::fmt;

use crate::compare::tests::strength::family;
use crate::facts::tests::{Check, CheckKind};
use crate::lang::{Kind, Node, Role};

#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Value>),
    Map(Vec<(String, Value)>),
}

impl Value {
    /// A value that is written out; `None` where a part of it is not.
    pub fn of(node: &Node) -> Option<Self> {
        Some(match node.kind {
            Kind::Null => Self::Null,
            Kind::Bool => Self::Bool(node.text.eq_ignore_ascii_case("true")),
            Kind::Text => Self::Text(node.text.to_string()),
            Kind::List => Self::List(node.nodes().map(Self::of).collect::<Option<_>>()?),
            Kind::Map => Self::Map(node.nodes().map(entry).collect::<Option<_>>()?),
            _ => Self::Number(node.number().filter(|number| number.is_finite())?),
        })
    }

    /// Whether both are of one type.
    pub fn is_like(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

fn entry(pair: &Node) -> Option<(String, Value)> {
    let key = pair.child(Role::Left).filter(|_| pair.is(Kind::Pair))?;
    matches!(key.kind, Kind::Text | Kind::Name).then_some(())?;
    Some((key.text.to_string(), Value::of(pair.child(Role::Value)?)?))
}

impl fmt::Display for Value {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => write!(out, "null"),
            Self::Bool(value) => write!(out, "{value}"),
            Self::Number(value) => write!(out, "{value}"),
            Self::Text(value) => write!(out, "{value:?}"),
            Self::List(values) => {
                let values: Vec<String> = values.iter().map(Self::to_string).collect();
                write!(out, "[{}]", values.join(", "))
            }
            Self::Map(entries) => {
                let entries: Vec<String> = entries.iter().map(|(key, value)| format!("{key:?}: {value}")).collect();
                write!(out, "{{{}}}", entries.join(", "))
            }
        }
    }
}

/// Whether a check accepts a value of its subject; `None` where that can't be known or languages differ.
pub fn accepts(check: &Check, value: &Value) -> Option<bool> {
    use CheckKind as K;
    let first = || check.resolved_expected.first();
    let expected = || Value::of(first()?);
    let holds = match (family(check.kind), value) {
        (K::Equal | K::Normalised, _) => {
            let expected = expected()?;
            // Whether `0` equals `false`, or order counts, is for the framework to say.
            let comparable = expected.is_like(value) || *value == Value::Null || expected == Value::Null;
            let exact = check.kind != K::Normalised || matches!(value, Value::Number(_));
            (comparable && exact).then_some(expected == *value)?
        }
        (K::Greater | K::AtLeast | K::Less | K::AtMost, Value::Number(number)) => {
            let bound = first()?.number()?;
            match check.kind {
                K::Greater => *number > bound,
                K::AtLeast => *number >= bound,
                K::Less => *number < bound,
                _ => *number <= bound,
            }
        }
        (K::Between, Value::Number(number)) => {
            let [low, high] = check.resolved_expected.as_slice() else { return None };
            let (low, high) = (low.number()?, high.number()?);
            // Whether the ends belong to it is not known.
            apart(*number, &[low, high])?;
            low < *number && *number < high
        }
        (K::Approximate, Value::Number(number)) => near(check, *number)?,
        (K::Truth, _) => truth(value)?,
        (K::Present, _) => *value != Value::Null,
        (K::Contains, Value::List(values)) => values.contains(&expected()?),
        (K::HasKey, Value::Map(entries)) => {
            let Value::Text(key) = expected().filter(|_| check.resolved_expected.len() == 1)? else { return None };
            entries.iter().any(|(name, _)| *name == key)
        }
        (K::Partial, Value::Map(entries)) => {
            let Value::Map(asked) = expected()? else { return None };
            asked.iter().all(|entry| entries.contains(entry))
        }
        (K::Contains | K::Prefix | K::Suffix, Value::Text(text)) => {
            let Value::Text(part) = expected()? else { return None };
            match check.kind {
                K::Prefix => text.starts_with(&part),
                K::Suffix => text.ends_with(&part),
                _ => text.contains(&part),
            }
        }
        (K::Matches | K::FullMatch, Value::Text(text)) => matches(&first()?.text, text)?,
        (K::OneOf, _) => {
            let known: Option<Vec<Value>> = alternatives(check).into_iter().map(Value::of).collect();
            known?.contains(value)
        }
        (K::Length, Value::List(values)) => first()?.number()? == values.len() as f64,
        (K::Length, Value::Text(text)) if text.is_ascii() => first()?.number()? == text.len() as f64,
        (K::Called, Value::Number(calls)) => *calls >= 1.0,
        (K::CalledTimes, Value::Number(calls)) => first()?.number()? == *calls,
        _ => return None,
    };
    Some(holds == check.positive)
}

/// The values of which one is enough.
pub fn alternatives(check: &Check) -> Vec<&Node> {
    match check.resolved_expected.as_slice() {
        [only] if only.is(Kind::List) => only.nodes().collect(),
        many => many.iter().collect(),
    }
}

fn near(check: &Check, number: f64) -> Option<bool> {
    let off = (number - check.resolved_expected.first()?.number()?).abs();
    match &check.tolerance {
        Some(tolerance) => {
            let allowed = tolerance.value?;
            apart(off, &[allowed])?;
            Some(off < allowed)
        }
        // What a framework allows by itself is small.
        None if off == 0.0 => Some(true),
        None => (off >= 1.0).then_some(false),
    }
}

/// Far enough from every limit for rounding not to matter.
fn apart(number: f64, limits: &[f64]) -> Option<()> {
    limits.iter().all(|limit| (number - limit).abs() > 1e-9 * limit.abs().max(1e-6)).then_some(())
}

/// Only what every language agrees on.
fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Null => Some(false),
        Value::Bool(value) => Some(*value),
        Value::Number(number) => (*number != 0.0).then_some(true),
        Value::Text(text) => (!text.is_empty()).then_some(true),
        Value::List(values) => (!values.is_empty()).then_some(true),
        Value::Map(entries) => (!entries.is_empty()).then_some(true),
    }
}

/// Some match from the start, some as a whole, some anywhere: yes and no where all of them say so.
fn matches(pattern: &str, text: &str) -> Option<bool> {
    let pattern = pattern.trim_matches('/');
    let compile = |pattern: &str| regex::RegexBuilder::new(pattern).size_limit(1 << 18).build().ok();
    if !compile(pattern)?.is_match(text) {
        return Some(false);
    }
    compile(&format!("^(?:{pattern})$"))?.is_match(text).then_some(true)
}
